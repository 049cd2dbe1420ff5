/* SPDX-License-Identifier: BSD-2-Clause */
/* await - a quorum before the first decision. */
#include "steering/await.h"
#include <math.h>
#include "journal/report.h"
#include "steering/selection.h"
#include "steering/steering.h"

static const double STOPPED_S = 2.0;
/* After 3 s, and 6 and 12 s more. */
static const double AGAIN_S = 3.0;
/* Honest servers differ by some milliseconds more than they say. */
static const double CLOSE_S = 0.03;
/* Nobody has answered for so many polls: they are silent, not only asked seldom. */
static const double PATIENCE = 2.5;
enum { AGAIN_N = 4, NARROW_N = 4 };

/* ---- who counts ---- */

static bool
heard_since(const struct steering *s, const struct assoc *a)
{
	return a->poll.reach != 0 && !mtime_before(a->wire.t4_mono, s->await.quorum.since);
}

static bool
is_right(const struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	return a->tally > TALLY_FALSETICK && assoc_unfit(a, w) == 0 && !assoc_suspect(a, w) &&
	    heard_since(s, a);
}

/*
 * What a few answers allow in the classic loop is a second wide: a liar within it is no false
 * ticker yet, and moves what all together say. The answers for themselves are narrower.
 */
static bool
is_close(const struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	double offset_s = s->selector.sel.offset_s;

	return is_right(s, a, w) && !assoc_excludes(a, w, offset_s - CLOSE_S, offset_s + CLOSE_S);
}

static bool
is_against(const struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	const struct selection *sel = &s->selector.sel;

	return selection_speaks(a, w) && heard_since(s, a) && !is_right(s, a, w) &&
	    assoc_excludes(a, w, sel->low_s, sel->high_s);
}

static unsigned
at_most(unsigned n, unsigned most)
{
	return n < most ? n : most;
}

/*
 * The clock of this host, as somebody put it there: not one of the majority that the network is
 * asked for, but more than nothing when that does not come.
 */
static bool
is_clock(const struct assoc *a)
{
	return a->id != 0 &&
	    (a->rules.flags & (ASSOC_REFCLOCK | ASSOC_OWN_CLOCK)) == ASSOC_REFCLOCK;
}

static struct quorum_count
count(const struct steering *s, const struct assoc_world *w)
{
	struct quorum_count c = {
		.least_given = s->conf->tos.minsane_given,
		.least = (unsigned)s->conf->tos.minsane,
	};
	unsigned agree[QUORUM_LINES_MAX] = { 0 }, close[QUORUM_LINES_MAX] = { 0 };
	struct quorum_lines lines;

	s->is.up->lines(s->is.up_ctx, &lines);
	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		c.clocks += is_clock(a) && is_close(s, a, w);
		if (lines.of[i] >= 0) {
			agree[lines.of[i]] += is_right(s, a, w);
			close[lines.of[i]] += is_close(s, a, w);
			c.against += is_against(s, a, w);
		}
	}
	for (unsigned i = 0; i < lines.n; i++) {
		c.configured += lines.weight[i];
		c.agree += at_most(agree[i], lines.weight[i]);
		c.close += at_most(close[i], lines.weight[i]);
	}
	if (c.least_given) { /* of whatever kind they are */
		c.agree += c.clocks;
		c.close += c.clocks;
	}
	return c;
}

/* ---- the wait ---- */

/* A process that was stopped meanwhile knows only what was: who is there now is to be heard. */
bool
await_over(struct steering *s)
{
	struct quorum *q = &s->await.quorum;

	if (mtime_diff_s(steering_now(s), q->until) > STOPPED_S) {
		quorum_close(q);
		await_open(s, steering_now(s), 1);
		return false;
	}
	return true;
}

static void
ask_again_later(struct steering *s)
{
	s->is.loop->ops->timer_arm(s->is.loop, &s->await.again,
	    mtime_add_s(steering_now(s), AGAIN_S * (double)(1U << s->await.asked)));
	s->await.asked++;
}

/* What was asked at once may have been lost: a network often takes seconds to wake. */
static void
on_again(void *ctx)
{
	struct steering *s = ctx;

	if (s->await.quorum.waiting && !s->halted && s->await.asked < AGAIN_N) {
		s->is.up->ask_unheard(s->is.up_ctx, s->await.quorum.since);
		ask_again_later(s);
	}
}

void
await_start(struct steering *s, void (*over)(void *ctx))
{
	s->is.loop->ops->timer_init(s->is.loop, &s->await.timer, over, s);
	s->is.loop->ops->timer_init(s->is.loop, &s->await.again, on_again, s);
	quorum_open(&s->await.quorum, steering_now(s));
}

void
await_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->await.timer);
	s->is.loop->ops->timer_done(s->is.loop, &s->await.again);
}

void
await_open(struct steering *s, struct mtime since, unsigned requests)
{
	quorum_open(&s->await.quorum, since);
	s->is.up->ask_soon(s->is.up_ctx, requests);
	s->await.asked = 0;
	s->await.narrowed = false;
	ask_again_later(s);
}

/* One that is too far from the time can never decide: it hurries nobody. */
static bool
can_decide(const struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	return selection_speaks(a, w) && heard_since(s, a) &&
	    a->srv.root_delay_s / 2 + a->srv.root_disp_s < w->policy->maxdist_s;
}

/* Where one source is enough there is nobody to wait for. */
static void
begin_to_wait(struct steering *s, const struct assoc *first, const struct assoc_world *w)
{
	struct quorum_count c = count(s, w);

	if (quorum_need(&c) > 1 || (quorum_need(&c) > 0 && is_clock(first))) {
		s->is.loop->ops->timer_arm(s->is.loop, &s->await.timer, s->await.quorum.until);
		s->is.up->ask_silent(s->is.up_ctx, w);
	}
}

/* Of those that may decide the one who answered last, NULL: nobody did. */
static const struct assoc *
last_heard(const struct steering *s, const struct assoc_world *w)
{
	const struct assoc *last = NULL;
	struct quorum_lines lines;

	s->is.up->lines(s->is.up_ctx, &lines);
	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if ((lines.of[i] >= 0 || is_clock(a)) && can_decide(s, a, w) &&
		    (last == NULL || mtime_before(last->wire.t4_mono, a->wire.t4_mono))) {
			last = a;
		}
	}
	return last;
}

void
await_listen(struct steering *s, const struct assoc_world *w)
{
	struct quorum *q = &s->await.quorum;
	const struct assoc *a = q->waiting ? last_heard(s, w) : NULL;

	if (a == NULL) {
		return;
	}
	/* The first is heard now, however long its answer has been here. */
	if (quorum_hear(q, q->heard ? a->wire.t4_mono : w->now,
		PATIENCE * log2s_to_s(a->poll.hpoll))) {
		begin_to_wait(s, a, w);
	}
}

bool
await_decides_later(const struct steering *s)
{
	const struct quorum *q = &s->await.quorum;

	return q->waiting && q->heard && !quorum_late(q, steering_now(s));
}

bool
await_waits(const struct steering *s)
{
	return s->await.quorum.waiting;
}

static void
say_overdue(struct steering *s, const struct quorum_count *c)
{
	report(s->is.journal, LOG_LEVEL_WARNING,
	    "only %u of %u configured sources agree, %d s after the first answer: %s", c->close,
	    c->configured, QUORUM_WAIT_S,
	    c->close == 0 && c->clocks > 0 ? "the reference clock decides"
					   : "they decide by themselves");
}

/* A quorum agrees as far as its few answers tell: so many more tell who of them does. */
static void
narrow(struct steering *s, const struct quorum_count *c)
{
	if (!s->await.narrowed && c->agree >= quorum_need(c)) {
		s->await.narrowed = true;
		s->is.up->ask_soon(s->is.up_ctx, NARROW_N);
	}
}

/* Somebody who answered lately may do so again. */
static bool
may_still_come(const struct steering *s)
{
	struct quorum_lines lines;

	s->is.up->lines(s->is.up_ctx, &lines);
	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if ((lines.of[i] >= 0 || is_clock(a)) && a->poll.reach != 0) {
			return true;
		}
	}
	return false;
}

/* With nobody but our own clock to follow, whoever was followed before is waited for. */
static bool
holds_out(const struct steering *s, const struct assoc_world *w)
{
	return !s->sys.lost && s->sys.source != SYNC_OWN_CLOCK &&
	    !quorum_late(&s->await.quorum, w->now) && may_still_come(s);
}

bool
await_holds(struct steering *s, const struct assoc *a, const struct assoc_world *w)
{
	struct quorum *q = &s->await.quorum;
	struct quorum_count c;

	if (!q->waiting) {
		return false;
	}
	if (a == NULL || (a->rules.flags & ASSOC_OWN_CLOCK) != 0) {
		return holds_out(s, w);
	}
	/* Those who answer, and will be fit in seconds, are worth that much more. */
	if (quorum_late(q, w->now) && selection_mostly_doubtful(s, w)) {
		return true;
	}
	c = count(s, w);
	switch (quorum_ask(q, &c, w->now)) {
	case QUORUM_HOLDS:
		narrow(s, &c);
		return true;
	case QUORUM_OVERDUE:
		say_overdue(s, &c);
		break;
	case QUORUM_MET:
		break;
	}
	s->is.loop->ops->timer_disarm(s->is.loop, &s->await.timer);
	return false;
}

static void
put_wait(struct text *t, const struct quorum_count *c)
{
	if (c->least_given) {
		text_printf(t, "%u sources that agree, as tos minsane asks", c->least);
	} else {
		text_printf(t, "a majority of the %u configured sources", c->configured);
	}
	text_printf(t, " (%u agree%s)", c->agree, c->agree == 1 ? "s" : "");
}

bool
await_put(const struct steering *s, struct text *t, bool left)
{
	const struct quorum *q = &s->await.quorum;
	struct quorum_count c;
	struct assoc_world w;
	double left_s;

	if (!q->waiting || !q->heard) {
		return false;
	}
	w = steering_world_shown(s);
	c = count(s, &w);
	if (quorum_need(&c) <= 1) {
		return false;
	}
	put_wait(t, &c);
	left_s = mtime_diff_s(q->until, w.now);
	if (left && left_s > 0.0) {
		text_printf(t, ", at most %.0f s more", ceil(left_s));
	}
	return true;
}

bool
await_agreed(const struct steering *s, const struct assoc_world *w)
{
	struct quorum_count c = count(s, w);

	return c.close >= quorum_need(&c);
}
