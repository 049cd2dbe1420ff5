/* SPDX-License-Identifier: BSD-2-Clause */
/* fallback - lines for the time when no source with NTS answers. */
#include "client/fallback.h"
#include "client/client.h"
#include "journal/report.h"

/* A source that is asked seldom is not lost before so many of its polls in turn are in vain. */
enum { POLLS_IN_VAIN = 3 };
/* Whether they are is looked at again after so long. */
static const double AGAIN_S = 16.0;

/* One that is only shown is not missed. */
static bool
is_nts(const struct config_source *cfg)
{
	return (cfg->flags & (OPTION_NTS | OPTION_NOSELECT)) == OPTION_NTS;
}

/* The last request to each source with NTS had its time for an answer, and those before it. */
static bool
all_silent(const struct client *c)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];

		if (p->a.id != 0 && is_nts(p->source->cfg) && p->a.poll.unreach < POLLS_IN_VAIN) {
			return false;
		}
	}
	return true;
}

static void
begin(struct source *s)
{
	report(s->client->is.journal, LOG_LEVEL_WARNING,
	    "%s: no server with nts has answered for %d s: it is used now, without authentication",
	    s->cfg->host.text, (int)s->cfg->fallback_s);
	sources_stand_in(s);
}

static void
end(struct source *s)
{
	report(s->client->is.journal, LOG_LEVEL_NOTICE,
	    "%s: a server with nts is there again: it is not used any more", s->cfg->host.text);
	sources_rest(s);
}

static bool
waits(const struct source *s)
{
	return s->cfg != NULL && s->cfg->fallback_s > 0 && !s->stands_in;
}

/* When it is to be used, if no source with NTS answers until then. */
static struct mtime
due_at(const struct source *s)
{
	return mtime_add_s(s->client->fallback.reached_at, s->cfg->fallback_s);
}

static void
wake_at(struct client *c, struct mtime at)
{
	struct loop_timer *t = &c->fallback.timer;

	if (!t->armed || mtime_before(at, t->at)) {
		c->is.loop->ops->timer_arm(c->is.loop, t, at);
	}
}

static void
look_at(struct source *s)
{
	struct client *c = s->client;
	struct mtime now = client_now(c), at = due_at(s);

	if (mtime_before(now, at)) {
		wake_at(c, at);
	} else if (all_silent(c)) {
		begin(s);
	} else {
		wake_at(c, mtime_add_s(now, AGAIN_S));
	}
}

void
fallback_look(struct client *c)
{
	for (unsigned i = 0; c->fallback.reached && i < c->sources.n; i++) {
		if (waits(&c->sources.at[i])) {
			look_at(&c->sources.at[i]);
		}
	}
}

static void
on_timer(void *ctx)
{
	fallback_look(ctx);
}

void
fallback_start(struct client *c)
{
	c->is.loop->ops->timer_init(c->is.loop, &c->fallback.timer, on_timer, c);
}

void
fallback_stop(struct client *c)
{
	c->is.loop->ops->timer_done(c->is.loop, &c->fallback.timer);
}

void
fallback_heard(struct peer *p)
{
	struct client *c = p->client;
	struct assoc_world w;

	if (!is_nts(p->source->cfg)) {
		return;
	}
	c->fallback.reached = true;
	c->fallback.reached_at = client_now(c);
	w = client_world(c);
	for (unsigned i = 0; assoc_unfit(&p->a, &w) == 0 && i < c->sources.n; i++) {
		if (c->sources.at[i].stands_in) {
			end(&c->sources.at[i]);
		}
	}
	fallback_look(c);
}
