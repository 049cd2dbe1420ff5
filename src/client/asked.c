/* SPDX-License-Identifier: BSD-2-Clause */
/* asked - which servers were asked of late. */
#include "client/asked.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "client/client.h"
#include "config/askedfile.h"

enum { PATH_CAP = 1024 };
/* Any limit has filled by then. */
static const double FORGOTTEN_S = ASSOC_BURST * ASSOC_HEADWAY_S;
/* Both clocks went on alike since it was written: the same boot, and nobody set the time. */
static const double ALIKE_S = 1.0;
/* Of a request: not worth a line. */
static const double SOME = 0.01;
/* What the file's decimals can be wrong by. */
static const double ROUNDED_S = 1e-3;

static bool
path_of(const struct client *c, char *path)
{
	const char *drift = c->driftfile;
	struct text t = text_over(path, PATH_CAP);

	if (drift == NULL || strcmp(drift, "/dev/null") == 0) {
		return false;
	}
	text_put(&t, drift);
	text_put(&t, ".asked");
	return !t.cut;
}

static struct asked_at
moment(const struct client *c)
{
	struct clock_reading r;

	c->is.clock->ops->read(c->is.clock, &r);
	return (struct asked_at){
		rtime_diff_s(r.real, (struct rtime){ 0 }),
		mtime_diff_s(r.mono, (struct mtime){ 0 }),
	};
}

static void
remember(struct client *c, const struct addr *addr, const struct limit *headway, struct mtime sent)
{
	struct asked_late *l = &c->asked;

	l->at[l->next] = (struct asked_server){ *addr, *headway, sent };
	l->next = (l->next + 1) % ASKED_SERVERS;
}

void
asked_note(struct client *c, const struct assoc *a)
{
	if (a->poll.sent_once) {
		remember(c, &a->remote.addr, &a->poll.headway, a->poll.last_sent);
	}
}

void
asked_tell(const struct client *c, struct assoc *a, const struct assoc_world *w)
{
	const struct asked_server *last = NULL;

	for (unsigned i = 0; i < ASKED_SERVERS; i++) {
		const struct asked_server *s = &c->asked.at[i];

		if (s->addr.family != ADDR_NONE && addr_equal(&s->addr, &a->remote.addr) &&
		    (last == NULL || mtime_before(last->sent, s->sent))) {
			last = s;
		}
	}
	if (last != NULL && mtime_diff_s(w->now, last->sent) < FORGOTTEN_S) {
		assoc_asked_before(a, &last->headway, last->sent, w);
	}
}

/* ---- the file ---- */

static void
take(struct client *c, const struct asked *a, const struct asked_at *then)
{
	struct mtime at = { ns_from_s(then->mono_s) };
	struct limit headway = limit_of(1.0 / ASSOC_HEADWAY_S, ASSOC_BURST, at);

	headway.tokens = fmin(a->left, headway.burst);
	if (a->sent_s <= then->mono_s + ROUNDED_S) {
		remember(c, &a->addr, &headway, (struct mtime){ ns_from_s(a->sent_s) });
	}
}

static void
take_all(struct client *c, const char *text)
{
	struct asked_at now = moment(c), then;
	struct asked a;
	double since_s;

	if (!askedfile_head(&text, &then)) {
		return;
	}
	since_s = now.mono_s - then.mono_s;
	if (since_s < -ROUNDED_S || since_s > FORGOTTEN_S ||
	    fabs(now.real_s - then.real_s - since_s) > ALIKE_S) {
		return;
	}
	for (unsigned i = 0; i < PEERS_MAX && askedfile_next(&text, &a); i++) {
		take(c, &a, &then);
	}
}

void
asked_read(struct client *c)
{
	char path[PATH_CAP], *text;
	size_t len;

	/* Not there, or not to be read: then every server may be asked. */
	if (!path_of(c, path) || c->is.store->ops->read(c->is.store, path, &text, &len) != 0) {
		return;
	}
	take_all(c, text);
	free(text);
}

static unsigned
put(struct text *t, const struct addr *addr, const struct limit *headway, struct mtime sent,
    struct mtime now)
{
	double left =
	    headway->burst - limit_wait_s(headway, headway->burst, now) * headway->rate_per_s;

	if (addr->family == ADDR_NONE || left > ASSOC_BURST - SOME) {
		return 0;
	}
	askedfile_put(t, &(struct asked){ *addr, left, mtime_diff_s(sent, (struct mtime){ 0 }) });
	return 1;
}

static unsigned
put_all(struct client *c, struct text *t, struct mtime now)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ASKED_SERVERS; i++) {
		const struct asked_server *s = &c->asked.at[i];

		n += put(t, &s->addr, &s->headway, s->sent, now);
	}
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		n += a->id == 0 || !a->poll.sent_once
		    ? 0
		    : put(t, &a->remote.addr, &a->poll.headway, a->poll.last_sent, now);
	}
	return n;
}

void
asked_write(struct client *c)
{
	enum { CAP = (2 + ASKED_SERVERS + PEERS_MAX) * ASKEDFILE_LINE_MAX };
	char path[PATH_CAP], *text = malloc(CAP);
	struct asked_at at = moment(c);

	if (text != NULL && path_of(c, path)) {
		struct text t = text_over(text, CAP);

		askedfile_put_head(&t, &at);
		if (put_all(c, &t, client_now(c)) > 0) {
			/* Its folder is the drift file's, which says what is wrong with it. */
			(void)c->is.store->ops->write(c->is.store, path, text, t.len);
		}
	}
	free(text);
}
