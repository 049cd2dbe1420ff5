/* SPDX-License-Identifier: BSD-2-Clause */
/* quorum - enough of the configured sources are heard. */
#include "core/quorum.h"
#include <assert.h>

enum { POOL_USUAL = 3 }; /* of a pool whose addresses are not known yet */

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
	q->heard = q->waiting && q->heard;
	q->waiting = true;
	q->since = since;
}

void
quorum_hear(struct quorum *q, struct mtime now)
{
	if (!q->waiting || q->heard) {
		return;
	}
	q->heard = true;
	q->until = mtime_add_s(now, QUORUM_WAIT_S);
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
	} else if (quorum_late(q, now) && c->against < c->agree + c->clocks &&
	    (c->close + c->clocks > 0 || mtime_diff_s(now, q->until) >= QUORUM_WAIT_S)) {
		says = QUORUM_OVERDUE;
	}
	q->waiting = q->waiting && says == QUORUM_HOLDS;
	return says;
}
