/* SPDX-License-Identifier: BSD-2-Clause */
/* quorum - enough of the configured sources are heard. */
#include "core/quorum.h"
#include <assert.h>
#include <math.h>

enum { POOL_USUAL = 3 }; /* of a pool whose addresses are not known yet */

/* Longer than a wait, at the end of which its first answer may be the last there was. */
static const double SILENCE_LEAST_S = 1.5 * QUORUM_WAIT_S;

unsigned
quorum_need(const struct quorum_count *c)
{
	if (c->least_given) {
		return c->least;
	}
	return c->configured == 0 ? 0 : c->configured / 2 + 1;
}

unsigned
quorum_of_pool(bool resolved, unsigned members, unsigned least_n)
{
	unsigned n = resolved ? members : POOL_USUAL;

	return n < least_n ? n : least_n;
}

void
quorum_open(struct quorum *q, struct mtime since)
{
	q->heard = q->waiting && q->heard && mtime_diff_s(since, q->until) < QUORUM_WAIT_S;
	q->waiting = true;
	q->since = since;
}

static bool
is_silent(const struct quorum *q, struct mtime now)
{
	return mtime_diff_s(now, q->last) > fmax(q->patience_s, SILENCE_LEAST_S);
}

bool
quorum_hear(struct quorum *q, struct mtime at, double patience_s)
{
	bool first = q->waiting && (!q->heard || (quorum_late(q, at) && is_silent(q, at)));

	if (first) {
		q->heard = true;
		q->until = mtime_add_s(at, QUORUM_WAIT_S);
		q->last = at;
		q->patience_s = patience_s;
	} else if (q->heard && mtime_before(q->last, at)) {
		q->last = at;
		q->patience_s = patience_s;
	}
	return first;
}

void
quorum_close(struct quorum *q)
{
	q->waiting = false;
}

bool
quorum_late(const struct quorum *q, struct mtime now)
{
	return q->heard && !mtime_before(now, q->until);
}

enum quorum_says
quorum_ask(struct quorum *q, const struct quorum_count *c, struct mtime now)
{
	enum quorum_says says = QUORUM_HOLDS;

	if (!q->waiting || c->close >= quorum_need(c)) {
		says = QUORUM_MET;
	} else if (quorum_late(q, now) && !is_silent(q, now) && c->against < c->agree + c->clocks &&
	    (c->close + c->clocks > 0 || mtime_diff_s(now, q->until) >= QUORUM_WAIT_S)) {
		says = QUORUM_OVERDUE;
	}
	q->waiting = q->waiting && says == QUORUM_HOLDS;
	return says;
}
