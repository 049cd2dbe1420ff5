/* SPDX-License-Identifier: BSD-2-Clause */
/* listen_tell - which interface lines are without effect, and why nobody can be asked. */
#include "ntpd/listen_tell.h"
#include <string.h>
#include "base/hostspec.h"
#include "journal/report.h"
#include "ntpd/listen.h"
#include "ntpd/listen_rules.h"
#include "ntpd/state.h"

enum { LINES_SHOWN = 5, NAMES_SHOWN = 12, TEXT_ROOM = 512 };

/* ---- names that are not there ---- */

static bool
is_first_of_name(const struct ntpd *d, unsigned i)
{
	for (unsigned j = 0; j < i; j++) {
		if (strcmp(d->listen.scan[i].name, d->listen.scan[j].name) == 0) {
			return false;
		}
	}
	return true;
}

/* The name that was probably meant, NULL: none is near. */
static const char *
nearest(const struct ntpd *d, const char *name)
{
	unsigned best = strlen(name) < 4 ? 1 : 2;
	const char *found = NULL;

	for (unsigned i = 0; i < d->listen.scan_n; i++) {
		unsigned at = text_distance(name, d->listen.scan[i].name);
		if (at < best || (at == best && found == NULL)) {
			best = at;
			found = d->listen.scan[i].name;
		}
	}
	return found;
}

static void
put_names(const struct ntpd *d, struct text *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->listen.scan_n && n <= NAMES_SHOWN; i++) {
		if (is_first_of_name(d, i) && n++ < NAMES_SHOWN) {
			text_printf(t, "%s%s", n > 1 ? ", " : "", d->listen.scan[i].name);
		}
	}
	text_put(t, n > NAMES_SHOWN ? ", ..." : "");
}

static void
tell_name(struct ntpd *d, const char *where, const char *name)
{
	const char *meant = nearest(d, name);
	char buf[TEXT_ROOM];
	struct text t = text_over(buf, sizeof buf);

	put_names(d, &t);
	report(&d->journal, LOG_LEVEL_WARNING,
	    "%s: no interface '%s' with an address is here%s%s%s; there are %s. It is used as soon "
	    "as it comes",
	    where, name, meant != NULL ? " (did you mean '" : "", meant != NULL ? meant : "",
	    meant != NULL ? "'?)" : "", buf);
}

static bool
has_name(const struct ntpd *d, const char *name)
{
	for (unsigned i = 0; i < d->listen.scan_n; i++) {
		if (listen_rules_name(name, d->listen.scan[i].name)) {
			return true;
		}
	}
	return false;
}

static bool
has_address(const struct ntpd *d, const struct addr *a, unsigned prefix_len)
{
	for (unsigned i = 0; i < d->listen.own_n; i++) {
		if (addr_in_prefix(&d->listen.own[i], a, prefix_len)) {
			return true;
		}
	}
	return addr_is_wildcard(a);
}

static void
tell_address(struct ntpd *d, const char *where, const struct addr *a, unsigned prefix_len)
{
	char text[ADDR_TEXT_MAX];
	bool whole = prefix_len == 8 * addr_len(a);

	(void)addr_format(a, text, sizeof text);
	if (whole) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "%s: this host does not have the address %s ('ip address' shows those it has). "
		    "It is used as soon as it comes",
		    where, text);
	} else {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "%s: this host has no address within %s/%u ('ip address' shows those it has). "
		    "One is used as soon as it comes",
		    where, text, prefix_len);
	}
}

static void
tell_option(struct ntpd *d, const char *option)
{
	char where[TEXT_ROOM];
	struct text t = text_over(where, sizeof where);
	struct hostspec h;

	text_printf(&t, "-I %s", option);
	if (hostspec_parse(option, &h) == HOSTSPEC_OK && h.addr.family != ADDR_NONE) {
		if (!has_address(d, &h.addr, 8 * (unsigned)addr_len(&h.addr))) {
			tell_address(d, where, &h.addr, 8 * (unsigned)addr_len(&h.addr));
		}
	} else if (!has_name(d, option)) {
		tell_name(d, where, option);
	}
}

void
listen_tell_unmatched(struct ntpd *d)
{
	for (unsigned i = 0; i < d->conf->listens_n; i++) {
		const struct config_listen *l = &d->conf->listens[i];
		char where[TEXT_ROOM];
		struct text t = text_over(where, sizeof where);

		text_printf(&t, "%s:%u", l->place.file, l->place.line);
		if (l->act != LISTEN_LISTEN) {
			continue; /* what is not there is not listened on */
		}
		if (l->what == LISTEN_NAME && !has_name(d, l->name)) {
			tell_name(d, where, l->name);
		} else if (l->what == LISTEN_ADDR && !has_address(d, &l->addr, l->prefix_len)) {
			tell_address(d, where, &l->addr, l->prefix_len);
		}
	}
	for (unsigned i = 0; i < d->opt.listen_n; i++) {
		tell_option(d, d->opt.listen[i]);
	}
}

/* ---- nobody can be asked ---- */

static void
put_lines(const struct ntpd *d, struct text *t)
{
	const char *file = "";

	for (unsigned i = 0; i < d->conf->listens_n && i < LINES_SHOWN; i++) {
		const struct config_place *at = &d->conf->listens[i].place;
		text_put(t, i > 0 ? ", " : "");
		if (strcmp(at->file, file) != 0) {
			text_printf(t, "%s:", at->file);
			file = at->file;
		}
		text_printf(t, "%u", at->line);
	}
	for (unsigned i = 0; i < d->opt.listen_n && i < LINES_SHOWN; i++) {
		text_printf(t, "%s-I %s", i > 0 ? ", " : "", d->opt.listen[i]);
	}
	text_put(t,
	    d->conf->listens_n > LINES_SHOWN || d->opt.listen_n > LINES_SHOWN ? ", ..." : "");
}

void
listen_put_no_way(const struct ntpd *d, const struct addr *remote, struct text *t)
{
	bool lines = d->conf->listens_n > 0;

	text_put(t, lines ? "the interface lines (" : "the options ");
	put_lines(d, t);
	text_printf(t,
	    "%s leave no %s%s address of this host to ask it from: add '%s NAME-OR-ADDRESS' of one "
	    "that leads there",
	    lines ? ")" : "", addr_is_loopback(remote) ? "loopback " : "",
	    remote->family == ADDR_V4 ? "IPv4" : "IPv6", lines ? "interface listen" : "-I");
}
