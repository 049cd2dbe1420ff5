/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_state - keys and cookies of NTS sources over a restart. */
#include "client/nts_state.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "client/client.h"
#include "client/nts_source.h"
#include "journal/report.h"

static const double HOUR_S = 3600.0;
enum { WHY_MAX = 256 };

/* ---- reading ---- */

static void
keep(void *ctx, const struct ntsstate_source *s)
{
	struct client *c = ctx;
	struct nts_state *n = &c->nts_state;

	if (n->kept_n < PEERS_MAX) {
		n->kept[n->kept_n++] = *s;
	}
}

static void
take_text(struct client *c, const char *path, const char *text, size_t len)
{
	char buf[WHY_MAX];
	struct text why = text_over(buf, sizeof buf);

	c->nts_state.kept = calloc(PEERS_MAX, sizeof *c->nts_state.kept);
	if (c->nts_state.kept != NULL && !ntsstate_parse(text, len, keep, c, &why)) {
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "nts state %s: %s: ignored and removed, the KE servers are asked anew", path,
		    buf);
	}
}

static void
tell_open(struct client *c, const char *path)
{
	struct store_stat st;

	if (c->is.store->ops->stat(c->is.store, path, &st) == 0 && st.open_to_all) {
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "nts state %s: every user of this host could read it, and with it the keys of "
		    "NTS: it is written anew for the user of ntpd alone",
		    path);
	}
}

void
nts_state_read(struct client *c)
{
	const char *path = c->conf->nts.state;
	struct store *store = c->is.store;
	char *text;
	size_t len;
	int error;

	if (path == NULL || path[0] == '\0' || c->is.ke == NULL) {
		return;
	}
	error = store->ops->read(store, path, &text, &len);
	if (error != 0) {
		if (error != -ENOENT) {
			report_unread(c->is.journal, "nts state", path, error);
		}
		return;
	}
	tell_open(c, path);
	/* While it is there another start would use the same cookies. */
	error = store->ops->remove(store, path);
	if (error != 0) {
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "nts state %s: cannot be removed: %s; not used, for cookies are good once",
		    path, strerror(-error));
	} else {
		take_text(c, path, text, len);
	}
	explicit_bzero(text, len);
	free(text);
}

const struct ntsstate_source *
nts_state_take(struct client *c, const char *host)
{
	struct nts_state *n = &c->nts_state;

	for (unsigned i = 0; i < n->kept_n; i++) {
		if (strcmp(n->kept[i].host, host) == 0) {
			n->taken = n->kept[i];
			explicit_bzero(&n->kept[i], sizeof n->kept[i]);
			return &n->taken;
		}
	}
	return NULL;
}

/* ---- writing ---- */

/*
 * What was kept for lines that are still there, and that nobody has taken yet. At the end alone:
 * what is taken after a writing would be used a second time by who reads that after a kill.
 */
static unsigned
put_untaken(struct client *c, struct text *t)
{
	struct nts_state *n = &c->nts_state;
	unsigned put = 0;

	for (unsigned i = 0; i < n->kept_n; i++) {
		if (n->kept[i].host[0] != '\0') {
			ntsstate_put(t, &n->kept[i]);
			put++;
		}
	}
	return put;
}

static unsigned
put_all(struct client *c, struct text *t, bool at_end)
{
	unsigned put = 0;

	ntsstate_put_head(t);
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];
		struct ntsstate_source s;

		if (p->a.id != 0 && p->nts != NULL && nts_source_save(p->nts, at_end, &s)) {
			ntsstate_put(t, &s);
			explicit_bzero(&s, sizeof s);
			put++;
		}
	}
	return put + (at_end ? put_untaken(c, t) : 0);
}

static void
note(struct client *c, const char *path, int error)
{
	if (error != 0 && error != c->nts_state.error) {
		report_unwritten(c->is.journal, "nts state", path, STORE_REPLACE, error);
	} else if (error == 0 && c->nts_state.error != 0) {
		report(c->is.journal, LOG_LEVEL_NOTICE, "nts state %s: written again", path);
	}
	c->nts_state.error = error;
}

static unsigned
many(const struct client *c)
{
	unsigned n = c->nts_state.kept_n;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		n += c->peers.peer[i].a.id != 0 && c->peers.peer[i].nts != NULL;
	}
	return n;
}

static void
write_file(struct client *c, bool at_end)
{
	const char *path = c->conf->nts.state;
	unsigned n = many(c);
	size_t cap = 64 + (size_t)n * NTSSTATE_SOURCE_TEXT_MAX;
	struct text t;
	char *buf;

	if (path == NULL || path[0] == '\0' || n == 0) {
		return;
	}
	buf = malloc(cap);
	if (buf == NULL) {
		return;
	}
	t = text_over(buf, cap);
	if (put_all(c, &t, at_end) > 0) {
		note(c, path, c->is.store->ops->write_private(c->is.store, path, buf, t.len));
	}
	explicit_bzero(buf, cap);
	free(buf);
}

void
nts_state_write(struct client *c)
{
	write_file(c, true);
}

/* ---- its life ---- */

static void
arm(struct client *c)
{
	c->is.loop->ops->timer_arm(c->is.loop, &c->nts_state.timer,
	    mtime_add_s(client_now(c), HOUR_S));
}

static void
on_timer(void *ctx)
{
	struct client *c = ctx;

	write_file(c, false);
	arm(c);
}

void
nts_state_run(struct client *c)
{
	if (c->nts_state.running) {
		return;
	}
	c->is.loop->ops->timer_init(c->is.loop, &c->nts_state.timer, on_timer, c);
	c->nts_state.running = true;
	arm(c);
}

void
nts_state_stop(struct client *c)
{
	struct nts_state *n = &c->nts_state;

	if (n->running) {
		c->is.loop->ops->timer_done(c->is.loop, &n->timer);
	}
	if (n->kept != NULL) {
		explicit_bzero(n->kept, PEERS_MAX * sizeof *n->kept);
		free(n->kept);
	}
	explicit_bzero(n, sizeof *n);
}
