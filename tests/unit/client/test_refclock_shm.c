/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of a segment of shared memory: readings, counters, events, fudge, statistics. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/sources.h"
#include "refclock/shm.h"
#include "rig.h"

enum { HALF_DAY_S = 43200 };

struct bench {
	struct rig *r;
	struct sim_device *dev;
	struct peer *p;
};

static struct bench
bench_of(const char *conf)
{
	struct bench b = { .r = rig_new(conf, NULL) };

	b.dev = sim_device_shm(&b.r->devices, SHM_KEY);
	return b;
}

static void
start(struct bench *b)
{
	struct source *s = rig_add(b->r, 0);

	assert_non_null(s);
	b->p = rig_peer(b->r, "127.127.28.0");
	assert_non_null(b->p);
}

static void
each_second_brings_a_reading_and_the_start_takes_each(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	start(&b);
	rig_pass(b.r, 5.0);
	assert_in_range(b.p->clock->count.good, 4, 5);
	assert_in_range(b.r->heard, 4, 5);
	rig_pass(b.r, 160.0);
	assert_in_range(b.p->clock->count.good, 163, 165);
	/* Then one sample of each interval. */
	assert_in_range(b.r->heard, 8 + 9, 8 + 11);
	assert_true(b.p->a.filter.best.delay_s <= 0.0);
	assert_true(fabs(b.p->a.filter.best.offset_s) < 3e-6);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_FINE);
	assert_true(strlen(b.p->clock->timecode) > strlen("1795176000."));
	rig_free(b.r);
}

/* Counted, and waited for anew: what is there is marked as taken. */
static void
a_segment_that_is_written_to_is_no_reading_until_it_is_left_alone(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	b.dev->torn = true;
	start(&b);
	rig_pass(b.r, 20.0);
	assert_int_equal(b.p->clock->count.good, 0);
	assert_in_range(b.p->clock->count.clash, 18, 21);
	assert_int_equal(b.r->heard, 0);
	b.dev->torn = false;
	rig_pass(b.r, 20.0);
	assert_in_range(b.p->clock->count.good, 18, 21);
	assert_in_range(b.p->clock->count.clash, 18, 21);
	rig_free(b.r);
}

static void
fudge_moves_what_it_says(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n"
				  "fudge 127.127.28.0 time1 0.125 stratum 3 refid PTP0\n");

	(void)state;
	start(&b);
	rig_pass(b.r, 60.0);
	assert_true(fabs(b.p->a.filter.best.offset_s - 0.125) < 3e-6);
	assert_int_equal(b.p->a.srv.stratum, 3);
	assert_int_equal(b.p->a.srv.refid, refid_of_text("PTP0"));
	rig_free(b.r);
}

static void
a_leap_second_is_told_and_a_clock_without_time_is_not_heard(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	b.dev->leap = 1;
	start(&b);
	rig_pass(b.r, 60.0);
	assert_int_equal(b.p->a.srv.leap, LEAP_INSERT);
	b.dev->leap = 3;
	rig_pass(b.r, 60.0);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_BAD_SIGNAL);
	assert_int_equal(rig_said(b.r, "clock_event SHM(0) clk_bad_signal"), 1);
	assert_int_equal(b.p->clock->count.no_reply, 0);
	assert_in_range(b.p->clock->count.bad_data, 55, 62);
	rig_free(b.r);
}

/* flag1 is the reverse in NTPsec's form of the line; the limit acts once there is a time. */
static void
the_limit_is_that_of_the_spelling(void **state)
{
	static const struct {
		const char *conf;
		bool limited;
	} cases[] = {
		{ "server 127.127.28.0 minpoll 4\n", true },
		{ "server 127.127.28.0 minpoll 4\nfudge 127.127.28.0 flag1 1\n", false },
		{ "server 127.127.28.0 minpoll 4\nfudge 127.127.28.0 time2 50000\n", false },
		{ "refclock shm minpoll 4\n", false },
		{ "refclock shm minpoll 4 flag1 1\n", true },
		{ "refclock shm minpoll 4 flag1 1 time2 50000\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench b = bench_of(cases[i].conf);

		b.dev->lie_s = HALF_DAY_S;
		start(&b);
		rig_pass(b.r, 10.0);
		/* Nobody knows yet that it is a lie. */
		assert_true(b.r->heard > 0);
		b.r->synced = true;
		rig_pass(b.r, 60.0);
		assert_int_equal(rig_said(b.r, "more than the limit of 14400 s"), cases[i].limited);
		assert_int_equal(refclock_status(b.p->clock) & 0xf,
		    cases[i].limited ? REFCLOCK_BAD_TIME : REFCLOCK_FINE);
		rig_free(b.r);
	}
}

static void
a_stamp_of_ours_that_is_old_or_the_same_is_no_reading(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	start(&b);
	rig_pass(b.r, 3.0);
	b.dev->stutters = true;
	rig_pass(b.r, 100.0);
	assert_in_range(b.p->clock->count.good, 2, 3);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_BAD_TIME);
	rig_free(b.r);
}

static void
silence_is_an_event_and_ends_with_another(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	b.dev->dead = true;
	start(&b);
	rig_pass(b.r, 100.0);
	assert_int_equal(refclock_status(b.p->clock), 1 << 4 | REFCLOCK_NO_REPLY);
	assert_in_range(b.p->clock->count.no_reply, 5, 6);
	assert_int_equal(rig_said(b.r, "clock_event SHM(0) clk_no_reply"), 1);
	b.dev->dead = false;
	rig_pass(b.r, 2.0);
	assert_int_equal(refclock_status(b.p->clock), 2 << 4 | REFCLOCK_FINE);
	rig_free(b.r);
}

static void
a_device_that_is_refused_is_tried_again_ever_more_seldom(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	b.dev->open_error = -EACCES;
	start(&b);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_FAULT);
	rig_pass(b.r, 600.0);
	assert_int_equal(rig_said(b.r, "SHM(0): its device cannot be opened: Permission denied"),
	    1);
	assert_int_equal(b.p->clock->count.good, 0);
	b.dev->open_error = -ENOENT;
	rig_pass(b.r, 600.0);
	assert_int_equal(rig_said(b.r, "No such file"), 1);
	b.dev->open_error = 0;
	rig_pass(b.r, 65.0 + 2.0);
	assert_true(b.p->clock->count.good > 0);
	assert_int_equal(rig_said(b.r, "SHM(0): its device is there"), 1);
	rig_free(b.r);
}

static void
flag4_writes_a_line_of_counts_each_poll(void **state)
{
	struct bench b = bench_of("statsdir /stats/\nstatistics clockstats\n"
				  "filegen clockstats file clockstats type none enable\n"
				  "server 127.127.28.0 minpoll 4\nfudge 127.127.28.0 flag4 1\n");
	const char *text;

	(void)state;
	b.dev->dead = true;
	start(&b);
	rig_pass(b.r, 2 * 16.0 + 1.0);
	text = sim_store_text(&b.r->store, "/stats/clockstats");
	assert_non_null(text);
	assert_non_null(strstr(text, " SHM(0) 16 0 16 0 0\n"));
	rig_free(b.r);
}

static void
a_date_before_tos_basedate_is_said_once(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n");

	(void)state;
	b.r->policy.basedate = (struct rtime){ (int64_t)RIG_MIDDAY_S * NS_PER_S - NS_PER_S };
	b.dev->weeks = -1024;
	start(&b);
	rig_pass(b.r, 100.0);
	assert_int_equal(rig_said(b.r, "is before tos basedate"), 1);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_BAD_DATE);
	b.dev->weeks = 0;
	rig_pass(b.r, 2.0);
	assert_int_equal(rig_said(b.r, "SHM(0): what it says is of use again"), 1);
	rig_free(b.r);
}

/* A receiver that is 1024 weeks behind, and said to be. */
static void
weeks_in_time1_make_an_old_receiver_of_use(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\nfudge 127.127.28.0 time1 0g\n");

	(void)state;
	b.dev->weeks = -1024;
	start(&b);
	b.r->synced = true;
	rig_pass(b.r, 60.0);
	assert_true(fabs(b.p->a.filter.best.offset_s) < 5e-6);
	assert_int_equal(refclock_status(b.p->clock) & 0xf, REFCLOCK_FINE);
	rig_free(b.r);
}

static void
minjitter_is_the_least_noise_of_a_sample(void **state)
{
	struct bench b = bench_of("server 127.127.28.0 minpoll 4\n"
				  "fudge 127.127.28.0 minjitter 0.010\n");

	(void)state;
	start(&b);
	rig_pass(b.r, 60.0);
	assert_true(b.p->a.filter.best.noise_s >= 0.010);
	rig_free(b.r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_second_brings_a_reading_and_the_start_takes_each),
		cmocka_unit_test(a_segment_that_is_written_to_is_no_reading_until_it_is_left_alone),
		cmocka_unit_test(fudge_moves_what_it_says),
		cmocka_unit_test(a_leap_second_is_told_and_a_clock_without_time_is_not_heard),
		cmocka_unit_test(the_limit_is_that_of_the_spelling),
		cmocka_unit_test(a_stamp_of_ours_that_is_old_or_the_same_is_no_reading),
		cmocka_unit_test(silence_is_an_event_and_ends_with_another),
		cmocka_unit_test(a_device_that_is_refused_is_tried_again_ever_more_seldom),
		cmocka_unit_test(flag4_writes_a_line_of_counts_each_poll),
		cmocka_unit_test(a_date_before_tos_basedate_is_said_once),
		cmocka_unit_test(minjitter_is_the_least_noise_of_a_sample),
		cmocka_unit_test(weeks_in_time1_make_an_old_receiver_of_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
