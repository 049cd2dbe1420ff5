/* SPDX-License-Identifier: BSD-2-Clause */
/* leap - leap seconds: table, vote, schedule, smear. */
#include "core/leap.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "core/event.h"

enum { DAY_S = 86400, MONTH_S = 28 * DAY_S, HOUR_S = 3600, ALERT_S = 10, ALARM_S = 3 };
enum { SMEAR_FRACTION_BITS = 22, SMEAR_OCTET = 254 };

/* The fastest smear that clients can follow, and what two readings of it may differ by beyond. */
static const double SMEAR_RATE_MAX = 500e-6, SMEAR_READING_S = 1e-3;
/* The longest smear, before or after midnight, and what a form we do not know may add. */
static const double SMEAR_LONGEST_S = DAY_S, SMEAR_FORM_S = 0.02;
/* Clocks may differ so much about the moment of midnight: one of them is smeared. */
static const double SMEAR_MIDNIGHT_S = 5.0;

static const double PI = 3.14159265358979323846;
static const double AGAIN_MIN_S = 0.01; /* past a border, not before it by a rounding */

void
leap_start(struct leap *l)
{
	memset(l, 0, sizeof *l);
	l->done_s = INT64_MIN;
}

static enum ntp_leap
kind_of_row(const struct leap *l, unsigned i)
{
	return l->rows[i].tai_s > l->rows[i - 1].tai_s ? LEAP_INSERT : LEAP_DELETE;
}

bool
leap_set_table(struct leap *l, const struct leap_row *rows, unsigned n, int64_t expires_s)
{
	if (n > LEAP_ROWS_MAX) {
		return false;
	}
	for (unsigned i = 1; i < n; i++) {
		int change = rows[i].tai_s - rows[i - 1].tai_s;

		if (rows[i].at_s <= rows[i - 1].at_s || (change != 1 && change != -1)) {
			return false;
		}
	}
	if (n > 0) {
		memcpy(l->rows, rows, n * sizeof *rows);
	}
	l->rows_n = n;
	l->expires_s = expires_s;
	return true;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* A day since 1970: the calendar counted from March, in 400 years. */
struct date {
	int month; /* 0: March */
	int day;   /* 0..30 */
};

static struct date
date_of(int64_t day)
{
	int64_t from_march = day + 719468;
	int64_t of_era = from_march - floor_div(from_march, 146097) * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	return (struct date){ (int)month, (int)(of_year - (153 * month + 2) / 5) };
}

static int64_t
month_begin_s(int64_t now_s)
{
	int64_t day = floor_div(now_s, DAY_S);

	return (day - date_of(day).day) * DAY_S;
}

static int64_t
next_month_s(int64_t now_s)
{
	return month_begin_s(month_begin_s(now_s) + (int64_t)31 * DAY_S);
}

/* So far leap seconds came in June and December; another month is for a table to tell. */
static bool
is_leap_date(int64_t at_s)
{
	struct date d = date_of(floor_div(at_s, DAY_S));

	return d.day == 0 && (d.month == 4 || d.month == 10);
}

void
leap_vote(struct leap *l, enum ntp_leap vote, struct rtime now)
{
	int64_t now_s = floor_div(now.ns, NS_PER_S);
	int64_t end_s = next_month_s(now_s);
	bool known = l->rows_n > 0 && end_s < l->expires_s;

	if (vote != LEAP_INSERT && vote != LEAP_DELETE) {
		l->vote = LEAP_NONE;
	} else if (!known && is_leap_date(end_s)) {
		l->vote = vote;
		l->vote_at_s = end_s;
	}
}

/* The reading of the clock at which it jumps: a deleted second is the last before midnight. */
static int64_t
jump_s(int64_t at_s, enum ntp_leap kind)
{
	return at_s - (kind == LEAP_DELETE ? 1 : 0);
}

static double
seconds_from(int64_t at_s, struct rtime now)
{
	int64_t now_s = floor_div(now.ns, NS_PER_S);

	return (double)(now_s - at_s) + (double)(now.ns - now_s * NS_PER_S) * 1e-9;
}

/* The next leap second of table or vote; LEAP_NONE when there is none. */
static enum ntp_leap
find_next(const struct leap *l, struct rtime now, int64_t *at_s)
{
	for (unsigned i = 1; i < l->rows_n; i++) {
		enum ntp_leap kind = kind_of_row(l, i);

		*at_s = l->rows[i].at_s;
		if (*at_s > l->done_s && seconds_from(jump_s(*at_s, kind), now) < 0.0) {
			return kind;
		}
	}
	*at_s = l->vote_at_s;
	if (l->vote != LEAP_NONE && *at_s > l->done_s &&
	    seconds_from(jump_s(*at_s, l->vote), now) < 0.0) {
		return l->vote;
	}
	return LEAP_NONE;
}

/* The last one, of the table or seen by ourselves. */
static enum ntp_leap
find_last(const struct leap *l, struct rtime now, int64_t *at_s)
{
	enum ntp_leap kind = l->done;

	*at_s = l->done_s;
	for (unsigned i = 1; i < l->rows_n; i++) {
		bool over = seconds_from(l->rows[i].at_s, now) >= 0.0;

		if (over && l->rows[i].at_s > *at_s) {
			*at_s = l->rows[i].at_s;
			kind = kind_of_row(l, i);
		}
	}
	return kind;
}

/* True when the announced leap second has its moment now, or had it while nobody looked. */
static bool
is_over(const struct leap *l, enum ntp_leap kind, struct rtime now)
{
	return kind != LEAP_NONE && l->phase >= LEAP_PHASE_ANNOUNCED &&
	    seconds_from(jump_s(l->at_s, kind), now) >= 0.0;
}

static enum ntp_leap
armed_kind(const struct leap *l)
{
	for (unsigned i = 1; i < l->rows_n; i++) {
		if (l->rows[i].at_s == l->at_s) {
			return kind_of_row(l, i);
		}
	}
	return l->vote_at_s == l->at_s ? l->vote : LEAP_NONE;
}

static void
finish(struct leap *l, enum ntp_leap kind, struct rtime now, struct leap_outlook *out)
{
	/* Somebody who sets the clock by months passes leap seconds without making them. */
	if (seconds_from(l->at_s, now) < HOUR_S) {
		out->events |= 1u << EVENT_LEAP_EVENT;
	} else {
		out->events |= 1u << EVENT_LEAP_DISARMED;
	}
	l->done_s = l->at_s;
	l->done = kind;
	l->vote = LEAP_NONE;
	l->phase = LEAP_PHASE_NONE;
}

static enum leap_phase
phase_of(enum ntp_leap kind, double to_leap_s)
{
	if (kind == LEAP_NONE || to_leap_s > MONTH_S) {
		return LEAP_PHASE_NONE;
	}
	if (to_leap_s > DAY_S) {
		return LEAP_PHASE_SCHEDULED;
	}
	return to_leap_s > ALERT_S ? LEAP_PHASE_ANNOUNCED : LEAP_PHASE_ALERT;
}

/* Until the nearest border ahead, an hour at most. */
static double
until_change_s(const struct leap_outlook *o)
{
	const double borders_s[] = { DAY_S, ALERT_S, ALARM_S, 0 };
	double again_s = HOUR_S;

	for (unsigned i = 0; i < sizeof borders_s / sizeof *borders_s; i++) {
		if (o->kind != LEAP_NONE && o->to_leap_s > borders_s[i]) {
			again_s = fmin(again_s, o->to_leap_s - borders_s[i]);
		}
	}
	if (o->last != LEAP_NONE && o->since_s < ALARM_S) {
		again_s = fmin(again_s, ALARM_S - o->since_s);
	}
	return fmax(again_s, AGAIN_MIN_S);
}

static void
look_ahead(struct leap *l, struct rtime now, struct leap_outlook *out)
{
	int64_t at_s;
	enum leap_phase before = l->phase;
	bool other;

	out->kind = find_next(l, now, &at_s);
	if (out->kind != LEAP_NONE) {
		out->to_leap_s = -seconds_from(jump_s(at_s, out->kind), now);
		out->at = (struct rtime){ at_s * NS_PER_S };
	}
	out->phase = phase_of(out->kind, out->to_leap_s);
	other = before != LEAP_PHASE_NONE && l->at_s != at_s;
	if (before != LEAP_PHASE_NONE && (other || out->phase == LEAP_PHASE_NONE)) {
		out->events |= 1u << EVENT_LEAP_DISARMED;
	}
	if (out->phase != LEAP_PHASE_NONE && (other || before == LEAP_PHASE_NONE)) {
		out->events |= 1u << EVENT_LEAP_ARMED;
	}
	l->phase = out->phase;
	l->at_s = at_s;
}

static void
look_back(const struct leap *l, struct rtime now, struct leap_outlook *out)
{
	int64_t at_s;

	out->last = find_last(l, now, &at_s);
	if (out->last == LEAP_NONE) {
		return;
	}
	/* Behind an inserted second the clock shows once more the second before midnight. */
	out->since_s = fmax(seconds_from(at_s - (out->last == LEAP_INSERT ? 1 : 0), now), 0.0);
	if (out->since_s > MONTH_S) {
		out->last = LEAP_NONE;
		out->since_s = 0.0;
	}
}

/* During an inserted second the new offset holds already, as the kernel counts. */
static int
tai_now(const struct leap *l, struct rtime now)
{
	int tai_s = 0;

	for (unsigned i = 0; i < l->rows_n; i++) {
		if (seconds_from(l->rows[i].at_s, now) >= 0.0 || l->rows[i].at_s <= l->done_s) {
			tai_s = l->rows[i].tai_s;
		}
	}
	return tai_s;
}

void
leap_look(struct leap *l, struct rtime now, struct leap_outlook *out)
{
	enum ntp_leap armed = armed_kind(l);

	*out = (struct leap_outlook){ .phase = LEAP_PHASE_NONE };
	if (is_over(l, armed, now)) {
		finish(l, armed, now, out);
	}
	look_ahead(l, now, out);
	look_back(l, now, out);
	out->announce = out->phase >= LEAP_PHASE_ANNOUNCED ? out->kind : LEAP_NONE;
	out->alarm = (out->kind != LEAP_NONE && out->to_leap_s <= ALARM_S) ||
	    (out->last != LEAP_NONE && out->since_s < ALARM_S);
	out->kind = out->phase == LEAP_PHASE_NONE ? LEAP_NONE : out->kind;
	out->tai_s = tai_now(l, now);
	if (out->tai_s != l->tai_s) {
		out->events |= 1u << EVENT_TAI;
		l->tai_s = out->tai_s;
	}
	out->again_s = until_change_s(out);
}

double
leap_warn_interval_s(const struct leap *l, struct rtime now)
{
	double left_s = -seconds_from(l->expires_s, now);

	if (l->rows_n == 0 || left_s >= MONTH_S) {
		return 0.0;
	}
	return left_s > 0.0 && left_s < DAY_S ? HOUR_S : DAY_S;
}

/* How much of the second is spread, 0..1, so long after the begin of the interval. */
static double
smeared(const struct leap_smear *s, double t_s)
{
	double part = fmin(fmax(t_s / s->interval_s, 0.0), 1.0);

	return s->form == LEAP_SMEAR_COSINE ? (1.0 - cos(PI * part)) / 2.0 : part;
}

double
leap_smear_s(const struct leap_smear *s, const struct leap_outlook *o)
{
	double after_s = s->form == LEAP_SMEAR_LINEAR ? s->interval_s / 2.0 : 0.0;
	double before_s = s->interval_s - after_s;

	if (s->interval_s <= 0.0) {
		return 0.0;
	}
	if (o->last != LEAP_NONE && o->since_s < after_s) {
		/* The clock has jumped already: give back what was not spread yet. */
		return copysign(1.0 - smeared(s, before_s + o->since_s),
		    o->last == LEAP_INSERT ? 1.0 : -1.0);
	}
	if (o->kind != LEAP_NONE && o->to_leap_s < before_s) {
		return copysign(smeared(s, before_s - o->to_leap_s),
		    o->kind == LEAP_INSERT ? -1.0 : 1.0);
	}
	return 0.0;
}

uint32_t
leap_smear_refid(double smear_s)
{
	int32_t fixed;

	assert(fabs(smear_s) <= 1.0);
	fixed = (int32_t)lrint(ldexp(smear_s, SMEAR_FRACTION_BITS));
	return (uint32_t)SMEAR_OCTET << 24 | ((uint32_t)fixed & 0xffffffu);
}

double
leap_smear_of_refid(uint32_t refid)
{
	int32_t fixed = (int32_t)(refid & 0xffffffu);

	if (refid >> 24 != SMEAR_OCTET) {
		return 0.0;
	}
	if (fixed >= 0x800000) {
		fixed -= 0x1000000;
	}
	return ldexp(fixed, -SMEAR_FRACTION_BITS);
}

void
leap_smear_hear(struct leap_smear_heard *h, uint32_t refid, struct mtime at)
{
	double smear_s = leap_smear_of_refid(refid);
	double apart_s = smear_s - h->smear_s;
	double most_s = SMEAR_RATE_MAX * fmax(mtime_diff_s(at, h->at), 0.0) + SMEAR_READING_S;
	bool known = fabs(h->smear_s) > 0.0 && fabs(smear_s) > 0.0;

	/* Centred on midnight, it turns from one half before to the other half behind. */
	if (known && h->moves != 0 && h->smear_s * smear_s < 0.0) {
		most_s += 1.0;
		apart_s = copysign(apart_s, h->moves);
	}
	if (!known || fabs(apart_s) > most_s) {
		h->moves = 0;
	} else if (fabs(apart_s) > 0.0) {
		h->moves = apart_s < 0.0 ? -1 : 1;
	}
	h->smear_s = smear_s;
	h->at = at;
}

/* A leap second within the longest smear of now, of the table or of the calendar. */
static bool
leap_around(const struct leap *l, struct rtime now, enum ntp_leap *kind, double *since_s)
{
	int64_t at_s = month_begin_s(floor_div(now.ns, NS_PER_S) + DAY_S);

	for (unsigned i = 1; i < l->rows_n; i++) {
		*since_s = seconds_from(l->rows[i].at_s, now);
		*kind = kind_of_row(l, i);
		if (fabs(*since_s) <= SMEAR_LONGEST_S) {
			return true;
		}
	}
	*since_s = seconds_from(at_s, now);
	*kind = l->vote_at_s == at_s ? l->vote : l->done_s == at_s ? l->done : LEAP_NONE;
	return is_leap_date(at_s) && fabs(*since_s) <= SMEAR_LONGEST_S &&
	    (l->rows_n == 0 || at_s >= l->expires_s);
}

bool
leap_smear_may_be(const struct leap *l, struct rtime now)
{
	enum ntp_leap kind;
	double since_s;

	return leap_around(l, now, &kind, &since_s);
}

bool
leap_smear_fits(const struct leap *l, const struct leap_smear_heard *h, struct rtime now)
{
	enum ntp_leap kind;
	double since_s, part;
	int sign = h->smear_s < 0.0 ? -1 : 1;

	if (h->moves == 0 || !leap_around(l, now, &kind, &since_s)) {
		return false;
	}
	/* An inserted second lets it fall all the time: 0 to -1, or to -1/2 and on from 1/2. */
	if (kind != LEAP_NONE && h->moves != (kind == LEAP_INSERT ? -1 : 1)) {
		return false;
	}
	if (fabs(since_s) > SMEAR_MIDNIGHT_S && sign != (since_s < 0.0 ? h->moves : -h->moves)) {
		return false;
	}
	part = 1.0 - fabs(since_s) / SMEAR_LONGEST_S;
	return fabs(h->smear_s) <= fmax(part, (1.0 - cos(PI * part)) / 2.0) + SMEAR_FORM_S;
}
