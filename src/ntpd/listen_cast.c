/* SPDX-License-Identifier: BSD-2-Clause */
/* listen_cast - sockets at broadcast addresses and groups. */
#include "ntpd/listen_cast.h"
#include <errno.h>
#include <string.h>
#include "config/cast.h"
#include "journal/report.h"
#include "ntpd/listen_rules.h"
#include "ntpd/state.h"
#include "server/receive.h"
#include "wire/header.h"

static struct listener *
find(struct ntpd *d, const struct endpoint *e)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		struct listener *l = d->server.listeners.at[i];

		if (l->sock != NULL && l->cast && l->what.local.port == e->port &&
		    l->what.local.addr.scope == e->addr.scope &&
		    addr_equal(&l->what.local.addr, &e->addr)) {
			return l;
		}
	}
	return NULL;
}

/* Said once while it is the same. */
static void
say_failure(struct ntpd *d, const char *what, const struct addr *a, const char *ifname, int error)
{
	char text[ADDR_TEXT_MAX];

	if (error == d->listen.cast_error) {
		return;
	}
	d->listen.cast_error = error;
	report(&d->journal, LOG_LEVEL_WARNING, "cannot %s %s%s%s: %s%s", what,
	    addr_format(a, text, sizeof text), ifname[0] != '\0' ? " on " : "", ifname,
	    strerror(-error),
	    error == -ENOBUFS ? " (the limit is net.ipv4.igmp_max_memberships)" : "");
}

static struct listener *
open_at(struct ntpd *d, const struct addr *a, const char *ifname)
{
	struct listener_place at = {
		.what = { .local = { *a, NTP_PORT },
		    .v6only = true,
		    .dscp = (unsigned)d->conf->dscp },
		.cast = true,
		.number = d->listen.next_number,
	};
	struct listener *l = find(d, &at.what.local);
	char text[ENDPOINT_TEXT_MAX];
	int error;

	if (l != NULL) {
		listener_set_found(l, true);
		return l;
	}
	l = listener_free_one(&d->server);
	error = l == NULL ? -ENOMEM : listener_open(l, &at, &RECEIVE_EVENTS);
	if (error != 0) {
		say_failure(d, "listen to", a, ifname, error);
		return NULL;
	}
	d->listen.next_number++;
	listener_set_found(l, true);
	report(&d->journal, LOG_LEVEL_INFO, "Listen for all on %u %s %s", at.number,
	    ifname[0] != '\0' ? ifname : "all", endpoint_format(&at.what.local, text, sizeof text));
	return l;
}

static bool
is_allowed(const struct ntpd *d, const struct net_iface *f)
{
	return f->up && !f->loopback && listen_rules_act(d, f->name, &f->addr) == LISTEN_LISTEN &&
	    (d->opt.family == ADDR_NONE || d->opt.family == f->addr.family);
}

/* ---- networks ---- */

static bool
scan_network(struct ntpd *d, const struct net_iface *f)
{
	uint32_t mask;

	if (f->addr.family != ADDR_V4 || f->mask.family != ADDR_V4) {
		return true;
	}
	mask = addr_v4_value(&f->mask);
	if (mask >= UINT32_MAX - 1) {
		return true; /* of one or two hosts: it has no address for all */
	}
	struct addr all = addr_v4(addr_v4_value(&f->addr) | ~mask);
	return open_at(d, &all, f->name) != NULL;
}

static bool
scan_networks(struct ntpd *d, size_t n)
{
	struct addr everybody = addr_v4(UINT32_MAX);
	bool complete = true, any = false;

	for (size_t i = 0; i < n; i++) {
		const struct net_iface *f = &d->listen.scan[i];

		if (is_allowed(d, f) && f->addr.family == ADDR_V4) {
			complete = scan_network(d, f) && complete;
			any = true;
		}
	}
	return (!any || open_at(d, &everybody, "") != NULL) && complete;
}

/* ---- groups ---- */

/* ff01::/16 and ff02::/16 are others on each link. */
static bool
is_of_link(const struct addr *group)
{
	return group->family == ADDR_V6 && (group->bytes[1] & 0x0f) <= 2;
}

static bool
join(struct ntpd *d, const struct addr *group, const struct net_iface *f)
{
	struct addr at = *group;
	struct listener *l;
	int error;

	at.scope = is_of_link(group) ? f->ifindex : 0;
	l = open_at(d, &at, f->name);
	if (l == NULL) {
		return false;
	}
	error = listener_join(l, f->ifindex);
	if (error != 0) {
		say_failure(d, "join", group, f->name, error);
	}
	return error == 0;
}

static bool
scan_group(struct ntpd *d, size_t n, const struct addr *group)
{
	bool complete = true;

	for (size_t i = 0; i < n; i++) {
		const struct net_iface *f = &d->listen.scan[i];

		if (f->addr.family == group->family && is_allowed(d, f)) {
			complete = join(d, group, f) && complete;
		}
	}
	return complete;
}

static bool
scan_groups(struct ntpd *d, size_t n, const char *word)
{
	struct config_groups g;
	bool complete = true;

	config_groups(d->conf, word, &g);
	for (unsigned i = 0; i < g.n; i++) {
		complete = scan_group(d, n, &g.at[i]) && complete;
	}
	return complete;
}

bool
listen_cast_scan(struct ntpd *d, size_t n)
{
	bool complete = true;

	if (config_hears_broadcasts(d->conf)) {
		complete = scan_networks(d, n);
	}
	complete = scan_groups(d, n, "multicastclient") && complete;
	complete = scan_groups(d, n, "manycastserver") && complete;
	if (complete) {
		d->listen.cast_error = 0;
	}
	return complete;
}
