/* SPDX-License-Identifier: BSD-2-Clause */
/* What is promised about leap seconds and their smear. */
#include "core/leap.h"
#include "check.h"
#include "core/event.h"

#define EVENT_BIT(e) (1u << (e))

enum { DAY = 86400 };

/* 2012-07-01, 2015-07-01, 2017-01-01: the last three inserted seconds. Expiry 2017-06-28. */
static const struct leap_row TABLE[] = {
	{ 1341100800, 35 },
	{ 1435708800, 36 },
	{ 1483228800, 37 },
};
static const int64_t NEW_YEAR_2017 = 1483228800;
static const int64_t EXPIRY = 1498608000;

static void
start_with_table(struct leap *l)
{
	leap_start(l);
	assert_true(leap_set_table(l, TABLE, 3, EXPIRY));
}

static struct rtime
at(double from_s, int64_t s)
{
	return (struct rtime){ s * NS_PER_S + ns_from_s(from_s) };
}

static struct leap_outlook
look(struct leap *l, double from_s, int64_t s)
{
	struct leap_outlook o;

	leap_look(l, at(from_s, s), &o);
	assert_true(o.again_s > 0.0);
	assert_true(o.again_s <= 3600.0);
	return o;
}

static void
without_table_and_votes_nothing_is_known(void **state)
{
	struct leap_outlook o;
	struct leap l;

	(void)state;
	leap_start(&l);
	o = look(&l, 0, NEW_YEAR_2017);
	assert_int_equal(o.phase, LEAP_PHASE_NONE);
	assert_int_equal(o.kind, LEAP_NONE);
	assert_int_equal(o.last, LEAP_NONE);
	assert_int_equal(o.tai_s, 0);
	assert_int_equal(o.events, 0);
	assert_false(o.alarm);
	assert_near(o.again_s, 3600, 0);
}

static void
a_table_with_a_gap_or_in_disorder_is_refused(void **state)
{
	static struct leap_row many[LEAP_ROWS_MAX + 1];
	struct leap_row rows[3];
	struct leap l;

	(void)state;
	start_with_table(&l);
	memcpy(rows, TABLE, sizeof rows);
	rows[1].tai_s = 38;
	assert_false(leap_set_table(&l, rows, 3, 0));
	rows[1].tai_s = 35;
	assert_false(leap_set_table(&l, rows, 3, 0));
	memcpy(rows, TABLE, sizeof rows);
	rows[2].at_s = rows[1].at_s;
	assert_false(leap_set_table(&l, rows, 3, 0));
	assert_false(leap_set_table(&l, many, LEAP_ROWS_MAX + 1, 0));
	assert_int_equal(l.rows_n, 3);
	assert_int_equal(l.expires_s, EXPIRY);
	assert_int_equal(l.rows[1].tai_s, 36);
}

static void
tai_is_known_from_the_first_row_on(void **state)
{
	const struct {
		int64_t s;
		int tai_s;
	} cases[] = {
		{ 1341100799, 0 },
		{ 1341100800, 35 },
		{ 1435708799, 35 },
		{ 1435708800, 36 },
		{ 1483228800, 37 },
		{ 2000000000, 37 },
	};
	struct leap l;

	(void)state;
	start_with_table(&l);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct leap_outlook o = look(&l, 0, cases[i].s);

		assert_int_equal(o.tai_s, cases[i].tai_s);
		assert_int_equal((o.events & EVENT_BIT(EVENT_TAI)) != 0,
		    o.tai_s != 0 && (i == 0 || cases[i].tai_s != cases[i - 1].tai_s));
	}
}

/* The month, the day, the ten seconds and the three before New Year 2017. */
static void
an_inserted_second_comes_near_in_phases(void **state)
{
	const struct {
		double before_s;
		enum leap_phase phase;
		enum ntp_leap announce;
		bool alarm;
		unsigned events;
		double again_s;
	} cases[] = {
		{ 28.1 * DAY, LEAP_PHASE_NONE, LEAP_NONE, false, EVENT_BIT(EVENT_TAI), 3600 },
		{ 27.9 * DAY, LEAP_PHASE_SCHEDULED, LEAP_NONE, false, EVENT_BIT(EVENT_LEAP_ARMED),
		    3600 },
		{ DAY + 60, LEAP_PHASE_SCHEDULED, LEAP_NONE, false, 0, 60 },
		{ DAY, LEAP_PHASE_ANNOUNCED, LEAP_INSERT, false, 0, 3600 },
		{ 70, LEAP_PHASE_ANNOUNCED, LEAP_INSERT, false, 0, 60 },
		{ 10, LEAP_PHASE_ALERT, LEAP_INSERT, false, 0, 7 },
		{ 3, LEAP_PHASE_ALERT, LEAP_INSERT, true, 0, 3 },
		{ 0.25, LEAP_PHASE_ALERT, LEAP_INSERT, true, 0, 0.25 },
	};
	struct leap l;

	(void)state;
	start_with_table(&l);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct leap_outlook o = look(&l, -cases[i].before_s, NEW_YEAR_2017);

		assert_int_equal(o.phase, cases[i].phase);
		assert_int_equal(o.announce, cases[i].announce);
		assert_int_equal(o.alarm, cases[i].alarm);
		assert_int_equal(o.events, cases[i].events);
		assert_near(o.again_s, cases[i].again_s, 1e-6);
		assert_int_equal(o.kind, i == 0 ? LEAP_NONE : LEAP_INSERT);
		if (i > 0) {
			assert_near(o.to_leap_s, cases[i].before_s, 1e-6);
			assert_true(o.at.ns == NEW_YEAR_2017 * NS_PER_S);
		}
		assert_int_equal(o.tai_s, 36);
	}
}

/* At midnight the clock goes back by one second; that the second comes twice is no second leap. */
static void
an_inserted_second_comes_once(void **state)
{
	struct leap l;
	struct leap_outlook o;

	(void)state;
	start_with_table(&l);
	(void)look(&l, -100, NEW_YEAR_2017);
	o = look(&l, 0.001, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_EVENT) | EVENT_BIT(EVENT_TAI));
	assert_int_equal(o.kind, LEAP_NONE);
	assert_int_equal(o.announce, LEAP_NONE);
	assert_int_equal(o.last, LEAP_INSERT);
	assert_int_equal(o.tai_s, 37);
	assert_true(o.alarm);
	o = look(&l, -0.999, NEW_YEAR_2017);
	assert_int_equal(o.events, 0);
	assert_int_equal(o.kind, LEAP_NONE);
	assert_int_equal(o.last, LEAP_INSERT);
	assert_near(o.since_s, 0.001, 1e-9);
	assert_int_equal(o.tai_s, 37);
	assert_true(o.alarm);
	assert_near(o.again_s, 2.999, 1e-6);
	o = look(&l, 1.0, NEW_YEAR_2017);
	assert_near(o.since_s, 2.0, 1e-9);
	assert_true(o.alarm);
	o = look(&l, 2.5, NEW_YEAR_2017);
	assert_false(o.alarm);
	assert_int_equal(o.events, 0);
	o = look(&l, 29 * DAY, NEW_YEAR_2017);
	assert_int_equal(o.last, LEAP_NONE);
}

static void
a_deleted_second_is_the_last_before_midnight(void **state)
{
	const struct leap_row rows[] = { { NEW_YEAR_2017, 37 }, { 1498867200, 36 } };
	struct leap_outlook o;
	struct leap l;

	(void)state;
	leap_start(&l);
	assert_true(leap_set_table(&l, rows, 2, 1600000000));
	o = look(&l, -11, 1498867200);
	assert_int_equal(o.kind, LEAP_DELETE);
	assert_int_equal(o.announce, LEAP_DELETE);
	assert_near(o.to_leap_s, 10, 1e-9);
	assert_int_equal(o.phase, LEAP_PHASE_ALERT);
	o = look(&l, -1, 1498867200);
	assert_true((o.events & EVENT_BIT(EVENT_LEAP_EVENT)) != 0);
	assert_int_equal(o.tai_s, 36);
	assert_int_equal(o.last, LEAP_DELETE);
	o = look(&l, 1, 1498867200);
	assert_int_equal(o.events, 0);
	assert_near(o.since_s, 1.0, 1e-9);
}

/* Leap seconds come at the end of June and December; of another month a table has to tell. */
static void
a_vote_means_the_end_of_june_or_december(void **state)
{
	const struct {
		const char *day;
		int64_t now_s, end_s; /* end 0: not heard */
	} cases[] = {
		{ "2026-06-02", 1780358400, 1782864000 },
		{ "2026-06-30 23:59:59", 1782863999, 1782864000 },
		{ "2026-12-31 23:59:59", 1798761599, 1798761600 },
		{ "1972-06-30", 78710400, 78796800 },
		{ "2100-12-15", 4132512000, 4133980800 },
		{ "1969-12-15 00:00:05", -17 * DAY + 5, 0 },
		{ "2026-03-31", 1774915200, INT64_MIN },
		{ "2026-09-30", 1790726400, INT64_MIN },
		{ "2026-02-10", 1770681600, INT64_MIN },
		{ "2024-02-29", 1709164800, INT64_MIN },
		{ "2026-05-31 23:59:59", 1780271999, INT64_MIN },
		{ "2026-07-31", 1785456000, INT64_MIN },
		{ "2026-11-30", 1795996800, INT64_MIN },
		{ "2026-01-31", 1769817600, INT64_MIN },
		{ "1970-01-02", 86400, INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool heard = cases[i].end_s != INT64_MIN;
		struct leap l;

		leap_start(&l);
		leap_vote(&l, LEAP_DELETE, at(0, cases[i].now_s));
		if ((l.vote == LEAP_DELETE) != heard || (heard && l.vote_at_s != cases[i].end_s)) {
			fail_msg("%s: %d, ends at %lld", cases[i].day, (int)l.vote,
			    (long long)l.vote_at_s);
		}
	}
}

/* All days of 400 years, counted one by one. */
static void
a_vote_knows_the_length_of_every_month(void **state)
{
	const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	static struct leap l;
	int64_t day = 0;

	(void)state;
	for (int year = 1970; year < 2370; year++) {
		bool leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		for (int month = 0; month < 12; month++) {
			bool may = month == 5 || month == 11;
			int length = lengths[month] + (month == 1 && leap_year ? 1 : 0);

			for (int i = 1; i < length; i++) {
				int64_t now_s = (day + i) * DAY;

				/* int64 ns end in 2262; so far the clock goes. */
				if (now_s > INT64_C(9000000000)) {
					return;
				}
				leap_start(&l);
				leap_vote(&l, LEAP_INSERT, at(7, now_s));
				assert_int_equal(l.vote, may ? LEAP_INSERT : LEAP_NONE);
				assert_int_equal(l.vote_at_s, may ? (day + length) * DAY : 0);
			}
			day += length;
		}
	}
}

/* A restart in the night: the smear goes on where the table says. */
static void
the_last_leap_second_is_known_from_the_table(void **state)
{
	const struct leap_row deleted[] = { { 0, 37 }, { 1483228800, 36 } };
	struct leap_outlook o;
	struct leap l;

	(void)state;
	start_with_table(&l);
	o = look(&l, 6 * 3600, NEW_YEAR_2017);
	assert_int_equal(o.last, LEAP_INSERT);
	assert_near(o.since_s, 6 * 3600 + 1, 1e-6);
	assert_true(leap_set_table(&l, deleted, 2, EXPIRY));
	o = look(&l, 6 * 3600, NEW_YEAR_2017);
	assert_int_equal(o.last, LEAP_DELETE);
	assert_near(o.since_s, 6 * 3600, 1e-6);
}

/* Sources may go on announcing the one that is over. */
static void
a_vote_is_not_heard_in_the_month_behind_a_leap_second(void **state)
{
	const int64_t june_2017 = 1496275200;
	struct leap l;

	(void)state;
	leap_start(&l);
	leap_vote(&l, LEAP_INSERT, at(60, NEW_YEAR_2017));
	assert_int_equal(l.vote, LEAP_NONE);
	leap_vote(&l, LEAP_INSERT, at(DAY, NEW_YEAR_2017));
	assert_int_equal(l.vote, LEAP_NONE);
	leap_vote(&l, LEAP_INSERT, at(-1, june_2017));
	assert_int_equal(l.vote, LEAP_NONE);
	leap_vote(&l, LEAP_INSERT, at(0, june_2017));
	assert_int_equal(l.vote, LEAP_INSERT);
	leap_vote(&l, LEAP_UNSYNC, at(DAY, june_2017));
	assert_int_equal(l.vote, LEAP_NONE);
}

static void
a_vote_arms_disarms_and_happens(void **state)
{
	struct leap_outlook o;
	struct leap l;

	(void)state;
	leap_start(&l);
	leap_vote(&l, LEAP_INSERT, at(-3600, NEW_YEAR_2017));
	o = look(&l, -3600, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_ARMED));
	assert_int_equal(o.announce, LEAP_INSERT);
	leap_vote(&l, LEAP_NONE, at(-3500, NEW_YEAR_2017));
	o = look(&l, -3500, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_DISARMED));
	assert_int_equal(o.announce, LEAP_NONE);
	leap_vote(&l, LEAP_INSERT, at(-100, NEW_YEAR_2017));
	o = look(&l, -100, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_ARMED));
	o = look(&l, 0, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_EVENT));
	assert_int_equal(o.last, LEAP_INSERT);
	assert_int_equal(o.tai_s, 0);
	/* The sources go on saying it for a while. */
	leap_vote(&l, LEAP_INSERT, at(-0.5, NEW_YEAR_2017));
	o = look(&l, -0.5, NEW_YEAR_2017);
	assert_int_equal(o.events, 0);
	assert_int_equal(o.announce, LEAP_NONE);
	leap_vote(&l, LEAP_INSERT, at(500, NEW_YEAR_2017));
	o = look(&l, 500, NEW_YEAR_2017);
	assert_int_equal(o.events, 0);
	assert_int_equal(o.kind, LEAP_NONE);
}

static void
a_table_that_covers_the_month_needs_no_vote(void **state)
{
	struct leap l;
	struct leap_outlook o;

	(void)state;
	start_with_table(&l);
	leap_vote(&l, LEAP_INSERT, at(DAY * 20, NEW_YEAR_2017));
	assert_int_equal(l.vote, LEAP_NONE);
	/* The end of June 2017 is beyond its expiry. */
	leap_vote(&l, LEAP_INSERT, at(-DAY, EXPIRY));
	assert_int_equal(l.vote, LEAP_INSERT);
	o = look(&l, -DAY, EXPIRY);
	assert_int_equal(o.kind, LEAP_INSERT);
	assert_int_equal(o.phase, LEAP_PHASE_SCHEDULED);
}

static void
a_new_table_moves_what_is_armed(void **state)
{
	struct leap_row rows[3];
	struct leap l;
	struct leap_outlook o;

	(void)state;
	start_with_table(&l);
	(void)look(&l, -20 * DAY, NEW_YEAR_2017);
	memcpy(rows, TABLE, sizeof rows);
	rows[2].at_s -= 10 * DAY;
	assert_true(leap_set_table(&l, rows, 3, EXPIRY));
	o = look(&l, -19 * DAY, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_DISARMED) | EVENT_BIT(EVENT_LEAP_ARMED));
	assert_near(o.to_leap_s, 9 * DAY, 1e-6);
}

static void
a_clock_set_past_a_leap_second_makes_none(void **state)
{
	struct leap l;
	struct leap_outlook o;

	(void)state;
	start_with_table(&l);
	(void)look(&l, -100, NEW_YEAR_2017);
	o = look(&l, 3700, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_DISARMED) | EVENT_BIT(EVENT_TAI));
	/* From a time long before, no event either. */
	start_with_table(&l);
	(void)look(&l, 0, 0);
	o = look(&l, 0, EXPIRY);
	assert_int_equal(o.events, EVENT_BIT(EVENT_TAI));
	/* And from one in which it was only scheduled. */
	start_with_table(&l);
	(void)look(&l, -20 * DAY, NEW_YEAR_2017);
	o = look(&l, 10, NEW_YEAR_2017);
	assert_int_equal(o.events, EVENT_BIT(EVENT_LEAP_DISARMED) | EVENT_BIT(EVENT_TAI));
}

static void
expiry_is_warned_of_daily_and_hourly_on_the_last_day(void **state)
{
	const struct {
		double left_s, interval_s;
	} cases[] = {
		{ 28.0 * DAY, 0 },
		{ 27.9 * DAY, DAY },
		{ 1.1 * DAY, DAY },
		{ DAY, DAY },
		{ DAY - 1, 3600 },
		{ 1, 3600 },
		{ -1, DAY },
		{ -400.0 * DAY, DAY },
	};
	struct leap l;

	(void)state;
	start_with_table(&l);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_near(leap_warn_interval_s(&l, at(-cases[i].left_s, EXPIRY)),
		    cases[i].interval_s, 0);
	}
	leap_start(&l);
	assert_near(leap_warn_interval_s(&l, at(0, EXPIRY)), 0, 0);
}

static struct leap_outlook
before(enum ntp_leap kind, double to_leap_s)
{
	return (struct leap_outlook){ .kind = kind, .to_leap_s = to_leap_s };
}

static struct leap_outlook
after(enum ntp_leap kind, double since_s)
{
	return (struct leap_outlook){ .last = kind, .since_s = since_s };
}

/* -(d/2)(1 - cos(pi t / W)): after a quarter .14645, a half .5, three quarters .85355. */
static void
a_cosine_smear_ends_at_the_leap(void **state)
{
	const struct leap_smear smear = { LEAP_SMEAR_COSINE, 7200 };
	const struct {
		double to_leap_s, part;
	} cases[] = {
		{ 7201, 0 },
		{ 7200, 0 },
		{ 5400, 0.14644661 },
		{ 3600, 0.5 },
		{ 1800, 0.85355339 },
		{ 1e-9, 1.0 },
	};
	struct leap_outlook o;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		o = before(LEAP_INSERT, cases[i].to_leap_s);
		assert_near(leap_smear_s(&smear, &o), -cases[i].part, 1e-8);
		o = before(LEAP_DELETE, cases[i].to_leap_s);
		assert_near(leap_smear_s(&smear, &o), cases[i].part, 1e-8);
	}
	o = after(LEAP_INSERT, 0);
	assert_near(leap_smear_s(&smear, &o), 0, 0);
	o = before(LEAP_NONE, 0);
	assert_near(leap_smear_s(&smear, &o), 0, 0);
}

/* Noon to noon: half a second behind at midnight, then half a second ahead of the clock. */
static void
a_linear_smear_is_centred_on_the_leap(void **state)
{
	const struct leap_smear smear = { LEAP_SMEAR_LINEAR, 86400 };
	const struct {
		double to_leap_s, smear_s;
	} cases[] = {
		{ 43201, 0 },
		{ 43200, 0 },
		{ 21600, -0.25 },
		{ 1e-9, -0.5 },
		{ 0, 0.5 },
		{ -21600, 0.25 },
		{ -43199, 1.157e-5 },
		{ -43200, 0 },
		{ -50000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double t_s = cases[i].to_leap_s;
		struct leap_outlook o =
		    t_s > 0 ? before(LEAP_INSERT, t_s) : after(LEAP_INSERT, -t_s);

		assert_near(leap_smear_s(&smear, &o), cases[i].smear_s, 1e-8);
		o.kind = o.kind == LEAP_INSERT ? LEAP_DELETE : LEAP_NONE;
		o.last = o.last == LEAP_INSERT ? LEAP_DELETE : LEAP_NONE;
		assert_near(leap_smear_s(&smear, &o), -cases[i].smear_s, 1e-8);
	}
}

static void
no_interval_smears_nothing(void **state)
{
	const struct leap_smear smear = { LEAP_SMEAR_COSINE, 0 };
	struct leap_outlook o = before(LEAP_INSERT, 1);

	(void)state;
	assert_near(leap_smear_s(&smear, &o), 0, 0);
}

/* Served time (clock plus smear) is continuous through the leap, its rate within 1/3600. */
static void
served_time_does_not_jump(void **state)
{
	const struct leap_smear smears[] = {
		{ LEAP_SMEAR_COSINE, 7200 },
		{ LEAP_SMEAR_LINEAR, 7200 },
	};
	const struct leap_row rows[2][2] = {
		{ { 0, 36 }, { NEW_YEAR_2017, 37 } },
		{ { 0, 37 }, { NEW_YEAR_2017, 36 } },
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool insert = i / 2 == 0;
		double last_s = 0.0;
		struct leap l;

		leap_start(&l);
		assert_true(leap_set_table(&l, rows[i / 2], 2, EXPIRY));
		for (int t = -9000; t <= 9000; t++) {
			/* Real seconds since the jump, and what the clock shows then. */
			double clock_s = t + 0.5 + (insert ? (t < 0 ? 0 : -1) : (t < 0 ? -1 : 0));
			struct leap_outlook o;
			double served_s;

			if (t == 0) {
				/* The look that makes the leap. */
				(void)look(&l, insert ? 0 : -1, NEW_YEAR_2017);
			}
			o = look(&l, clock_s, NEW_YEAR_2017);
			served_s = clock_s + leap_smear_s(&smears[i % 2], &o);
			if (t > -9000) {
				assert_near(served_s - last_s, 1.0, 1.0 / 3600.0);
			}
			last_s = served_s;
		}
	}
}

static void
the_refid_of_a_smear_is_254_and_2_22_fixed_point(void **state)
{
	const struct {
		double smear_s;
		uint32_t refid;
	} cases[] = {
		{ 0.0, 0xfe000000 },
		{ -0.5, 0xfee00000 },
		{ 0.5, 0xfe200000 },
		{ -1.0, 0xfec00000 },
		{ 1.0, 0xfe400000 },
		{ -0x1p-22, 0xfeffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(leap_smear_refid(cases[i].smear_s), cases[i].refid);
		assert_near(leap_smear_of_refid(cases[i].refid), cases[i].smear_s, 0);
	}
	assert_near(leap_smear_of_refid(0xfde00000), 0, 0);
}

/* Also what no smear of ours would tell. */
static uint32_t
smear_refid(double smear_s)
{
	return 0xfe000000u | ((uint32_t)(int32_t)lrint(ldexp(smear_s, 22)) & 0xffffffu);
}

/* A smear as its server tells it at two moments, near the New Year of 2017 or elsewhere. */
static bool
believed(struct leap *l, double first_s, double second_s, double apart_s, double since_s,
    int64_t border)
{
	struct leap_smear_heard h = { .smear_s = 0.0 };

	leap_smear_hear(&h, smear_refid(first_s), moment(1000.0));
	leap_smear_hear(&h, smear_refid(second_s), moment(1000.0 + apart_s));
	return leap_smear_fits(l, &h, at(since_s, border));
}

static void
a_smear_is_believed_when_it_moves_and_fits_the_leap_second(void **state)
{
	const struct {
		const char *what;
		double first_s, second_s, apart_s, since_s;
		int64_t border;
		bool table, vote, unknown; /* believed: with the table, with a vote, with none */
	} cases[] = {
		{ "before", -0.25, -0.2507, 64, -6 * 3600, NEW_YEAR_2017, true, true, true },
		{ "behind", 0.25, 0.2493, 64, 6 * 3600, NEW_YEAR_2017, true, true, true },
		{ "in a burst", -0.25, -0.250023, 2, -6 * 3600, NEW_YEAR_2017, true, true, true },
		{ "wrong sign before", 0.25, 0.2493, 64, -6 * 3600, NEW_YEAR_2017, false, false,
		    false },
		{ "a deleted one", 0.25, 0.2507, 64, -6 * 3600, NEW_YEAR_2017, false, false, true },
		{ "wrong way", -0.25, -0.2493, 64, -6 * 3600, NEW_YEAR_2017, false, false, false },
		{ "standing still", -0.25, -0.25, 64, -6 * 3600, NEW_YEAR_2017, false, false,
		    false },
		{ "too fast", -0.25, -0.5, 64, -6 * 3600, NEW_YEAR_2017, false, false, false },
		{ "too much for so early", -0.3, -0.3007, 64, -20 * 3600, NEW_YEAR_2017, false,
		    false, false },
		{ "a day before", -0.01, -0.0107, 64, -25 * 3600, NEW_YEAR_2017, false, false,
		    false },
		{ "a day behind", 0.01, 0.0093, 64, 25 * 3600, NEW_YEAR_2017, false, false, false },
		{ "beyond a second", -1.2, -1.2007, 64, -60, NEW_YEAR_2017, false, false, false },
		{ "the end of April", -0.25, -0.2507, 64, -6 * 3600, 1493596800, false, false,
		    false },
		{ "June 2016, of which the table knows", -0.25, -0.2507, 64, -6 * 3600, 1467331200,
		    false, false, true },
		{ "June 2017, of which it does not", -0.25, -0.2507, 64, -6 * 3600, 1498867200,
		    true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static struct leap table, vote, none;
		bool t, v, n;

		start_with_table(&table);
		leap_start(&vote);
		leap_start(&none);
		leap_vote(&vote, LEAP_INSERT, at(-DAY, NEW_YEAR_2017));
		t = believed(&table, cases[i].first_s, cases[i].second_s, cases[i].apart_s,
		    cases[i].since_s, cases[i].border);
		v = believed(&vote, cases[i].first_s, cases[i].second_s, cases[i].apart_s,
		    cases[i].since_s, cases[i].border);
		n = believed(&none, cases[i].first_s, cases[i].second_s, cases[i].apart_s,
		    cases[i].since_s, cases[i].border);
		if (t != cases[i].table || n != cases[i].unknown ||
		    (cases[i].border == NEW_YEAR_2017 && v != cases[i].vote)) {
			fail_msg("%s: %d %d %d", cases[i].what, t, v, n);
		}
	}
}

/* Every second of a linear smear, by answers 1024 s apart, through midnight: never doubted again. */
static void
a_linear_smear_is_believed_from_its_second_answer_to_its_end(void **state)
{
	struct leap_smear_heard h = { .smear_s = 0.0 };
	unsigned believed_n = 0, n = 0;
	struct leap l;

	(void)state;
	start_with_table(&l);
	for (double since_s = -12 * 3600 + 100; since_s < 12 * 3600; since_s += 1024) {
		double part = since_s / 86400 + 0.5;

		leap_smear_hear(&h, leap_smear_refid(since_s < 0 ? -part : 1 - part),
		    moment(1e6 + since_s));
		believed_n += leap_smear_fits(&l, &h, at(since_s, NEW_YEAR_2017));
		n++;
	}
	assert_int_equal(believed_n, n - 1);
	leap_smear_hear(&h, 0xc0000201, moment(2e6));
	assert_false(leap_smear_fits(&l, &h, at(3600, NEW_YEAR_2017)));
}

/* By the table at a leap second only; without one at the end of any June or December. */
static void
a_smear_may_be_near_a_leap_second_that_is_known_or_possible(void **state)
{
	const int64_t new_year_2016 = NEW_YEAR_2017 - (int64_t)366 * DAY;
	struct leap l;

	(void)state;
	start_with_table(&l);
	assert_true(leap_smear_may_be(&l, at(-3600, NEW_YEAR_2017)));
	assert_true(leap_smear_may_be(&l, at(3600, NEW_YEAR_2017)));
	assert_false(leap_smear_may_be(&l, at(-5 * DAY, NEW_YEAR_2017)));
	assert_false(leap_smear_may_be(&l, at(5 * DAY, NEW_YEAR_2017)));
	/* The table says that there was none. */
	assert_false(leap_smear_may_be(&l, at(-3600, new_year_2016)));
	leap_start(&l);
	assert_true(leap_smear_may_be(&l, at(-3600, new_year_2016)));
	assert_true(leap_smear_may_be(&l, at(-3600, NEW_YEAR_2017)));
	assert_false(leap_smear_may_be(&l, at(-40 * DAY, NEW_YEAR_2017)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_table_and_votes_nothing_is_known),
		cmocka_unit_test(a_table_with_a_gap_or_in_disorder_is_refused),
		cmocka_unit_test(tai_is_known_from_the_first_row_on),
		cmocka_unit_test(an_inserted_second_comes_near_in_phases),
		cmocka_unit_test(an_inserted_second_comes_once),
		cmocka_unit_test(a_deleted_second_is_the_last_before_midnight),
		cmocka_unit_test(a_vote_means_the_end_of_june_or_december),
		cmocka_unit_test(a_vote_knows_the_length_of_every_month),
		cmocka_unit_test(the_last_leap_second_is_known_from_the_table),
		cmocka_unit_test(a_vote_is_not_heard_in_the_month_behind_a_leap_second),
		cmocka_unit_test(a_vote_arms_disarms_and_happens),
		cmocka_unit_test(a_table_that_covers_the_month_needs_no_vote),
		cmocka_unit_test(a_new_table_moves_what_is_armed),
		cmocka_unit_test(a_clock_set_past_a_leap_second_makes_none),
		cmocka_unit_test(expiry_is_warned_of_daily_and_hourly_on_the_last_day),
		cmocka_unit_test(a_cosine_smear_ends_at_the_leap),
		cmocka_unit_test(a_linear_smear_is_centred_on_the_leap),
		cmocka_unit_test(no_interval_smears_nothing),
		cmocka_unit_test(served_time_does_not_jump),
		cmocka_unit_test(the_refid_of_a_smear_is_254_and_2_22_fixed_point),
		cmocka_unit_test(a_smear_is_believed_when_it_moves_and_fits_the_leap_second),
		cmocka_unit_test(a_linear_smear_is_believed_from_its_second_answer_to_its_end),
		cmocka_unit_test(a_smear_may_be_near_a_leap_second_that_is_known_or_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
