/* SPDX-License-Identifier: BSD-2-Clause */
/* leapsec - what the next and the last leap second mean now. */
#include "steering/leapsec.h"
#include <math.h>
#include "steering/steering.h"

/* The clock jumps within this time of the moment foretold, or it was somebody else. */
static const double NEAR_LEAP_S = 5.0;
static const double LEAP_TOLERANCE_S = 0.1;

bool
leapsec_take(struct steering *s, const struct leap_row *rows, unsigned n, int64_t expires_s)
{
	return leap_set_table(&s->leapsec.leap, rows, n, expires_s);
}

void
leapsec_begin(struct steering *s)
{
	leap_start(&s->leapsec.leap);
}

bool
leapsec_hear(struct steering *s, enum ntp_leap vote, struct rtime now)
{
	enum ntp_leap before = s->leapsec.leap.vote;

	leap_vote(&s->leapsec.leap, vote, now);
	return s->leapsec.leap.vote != before;
}

void
leapsec_look(struct steering *s, struct rtime now)
{
	leap_look(&s->leapsec.leap, now, &s->leapsec.outlook);
	s->leapsec.looked_at = steering_now(s);
}

/* The outlook of the last look, moved on to now. */
static struct leap_outlook
outlook_now(const struct steering *s)
{
	struct leap_outlook o = s->leapsec.outlook;
	double since_s = mtime_diff_s(steering_now(s), s->leapsec.looked_at);

	o.to_leap_s -= since_s;
	o.since_s += since_s;
	return o;
}

enum ntp_leap
leapsec_shown(const struct steering *s)
{
	if (s->selector.smeared) {
		return LEAP_NONE;
	}
	return s->leapsec.outlook.alarm ? LEAP_UNSYNC : s->leapsec.outlook.announce;
}

enum clock_leap
leapsec_kernel(const struct steering *s)
{
	if (s->selector.smeared) {
		return CLOCK_LEAP_NONE;
	}
	switch (s->leapsec.outlook.announce) {
	case LEAP_INSERT:
		return CLOCK_LEAP_INSERT;
	case LEAP_DELETE:
		return CLOCK_LEAP_DELETE;
	case LEAP_NONE:
	case LEAP_UNSYNC:
		break;
	}
	return CLOCK_LEAP_NONE;
}

bool
leapsec_explains(struct steering *s, double moved_s)
{
	struct leap_outlook o = outlook_now(s);
	double expected_s = o.kind == LEAP_INSERT ? -1.0 : o.kind == LEAP_DELETE ? 1.0 : 0.0;
	double last_s = o.last == LEAP_INSERT ? -1.0 : o.last == LEAP_DELETE ? 1.0 : 0.0;
	bool coming = o.kind != LEAP_NONE && fabs(o.to_leap_s) < NEAR_LEAP_S;
	bool over = o.last != LEAP_NONE && o.since_s < NEAR_LEAP_S;

	return (coming && fabs(moved_s - expected_s) < LEAP_TOLERANCE_S) ||
	    (over && fabs(moved_s - last_s) < LEAP_TOLERANCE_S);
}

struct served_leap_second
leapsec_served(const struct steering *s)
{
	const struct leap_outlook *o = &s->leapsec.outlook;

	return (struct served_leap_second){
		.next = s->selector.smeared ? LEAP_NONE : o->kind,
		.last = s->selector.smeared ? LEAP_NONE : o->last,
		.to_next_s = o->to_leap_s,
		.since_last_s = o->since_s,
		.at = s->leapsec.looked_at,
	};
}

int
leapsec_tai_s(const struct steering *s)
{
	const struct leap *l = &s->leapsec.leap;

	return l->rows_n > 0 && l->tai_s > 0 ? l->tai_s : 0;
}
