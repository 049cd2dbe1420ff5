/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Broadcasts of one server: which are believed, how long they are on their way, and what they say.
 * A server and our clock, of which the true offset and way are known here.
 */
#include "core/bclient.h"
#include "check.h"
#include <setjmp.h>

static const double TRUE_S = 0.030; /* the server less our clock */
static const double WAY_S = 0.002;

static const struct bclient_rules RULES = { true, BCLIENT_DELAY_S, 1000.0 };
static const struct bclient_rules NO_VOLLEY = { false, 0.004, 1000.0 };

struct story {
	struct bclient b;
	int poll;
	double s; /* of our clock */
	double offset_s, way_s;
	bool interleaved;
	double server_s;      /* what the server says that it may be off by */
	double sent_late_s;   /* the true transmit time less that in the packet */
	struct ntp_ts before; /* true transmit time of the last broadcast */
	struct bclient_heard heard;
	struct bclient_forecast forecast;
};

static struct rtime
real(double s)
{
	return (struct rtime){ INT64_C(1780272000) * NS_PER_S + ns_from_s(s) };
}

/* The broadcast that reaches us at t->s. */
static struct bclient_packet
packet(struct story *t)
{
	struct rtime left = real(t->s + t->offset_s - t->way_s);
	struct bclient_packet p = {
		.poll = t->poll,
		.org = t->interleaved ? t->before : (struct ntp_ts){ 0 },
		.xmt = ntp_ts_from_rtime(rtime_add_s(left, -t->sent_late_s)),
		.rx = real(t->s),
		.rx_mono = moment(t->s),
		.ifindex = 2,
		.server_s = t->server_s,
	};

	t->before = ntp_ts_from_rtime(left);
	return p;
}

static struct story
begin_at(int poll, const struct bclient_rules *rules)
{
	struct story t = { .poll = poll, .offset_s = TRUE_S, .way_s = WAY_S, .s = 100.0 };
	struct bclient_packet p = packet(&t);

	bclient_start(&t.b, rules, &p);
	return t;
}

static struct story
begin(const struct bclient_rules *rules)
{
	return begin_at(6, rules);
}

static enum verdict
hear(struct story *t, struct bclient_packet p)
{
	enum verdict v = bclient_check(&t->b, &p, &t->forecast);

	if (v == VERDICT_OK) {
		bclient_hear(&t->b, &p, &t->forecast, &t->heard);
	} else {
		bclient_refuse(&t->b, &p, v);
	}
	return v;
}

/* The next one, a poll later. */
static enum verdict
next(struct story *t)
{
	t->s += (double)(1 << t->poll);
	return hear(t, packet(t));
}

static void
answer(struct story *t, double error_s, double trip_s)
{
	const struct sample s = {
		.offset_s = t->offset_s + error_s,
		.delay_s = trip_s,
		.root_disp_s = t->server_s,
		.at = moment(t->s),
	};

	bclient_ask(&t->b);
	t->s += 2.0;
	(void)bclient_answer(&t->b, &s, &t->forecast.rate);
}

static void
volley(struct story *t)
{
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		answer(t, 0.0, 2 * WAY_S);
	}
	t->s -= 2.0 * BCLIENT_ANSWERS;
}

/* It listens, having measured the way. */
static struct story
measured(void)
{
	struct story t = begin(&RULES);

	volley(&t);
	assert_int_equal(t.b.phase, BCLIENT_LISTEN);
	return t;
}

/* ---- the way ---- */

static void
a_volley_beside_a_broadcast_tells_its_way(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	assert_true(bclient_asks(&t.b));
	volley(&t);
	assert_false(bclient_asks(&t.b));
	assert_true(t.b.measured);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
	assert_near(t.heard.delay_s, 2 * WAY_S, 1e-9);
	assert_true(t.heard.unsure_s < 2e-3);
	assert_true(t.heard.noise_s > 0.0 && t.heard.noise_s < 1e-3);
}

static void
of_the_answers_that_with_the_least_round_trip_counts(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	answer(&t, 0.010, 0.024);
	answer(&t, 0.0, 0.004);
	answer(&t, -0.010, 0.024);
	answer(&t, -0.010, 0.024);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
}

static void
a_volley_long_after_the_last_broadcast_waits_for_the_next(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.s += 50.0;
	volley(&t);
	assert_int_equal(t.b.phase, BCLIENT_COMPARE);
	assert_false(t.b.measured);
	t.s += 14.0 - 64.0;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.b.measured);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
}

static void
our_steering_between_both_is_not_taken_for_a_way(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		/* We moved by 20 ms since the broadcast. */
		const struct sample s = { .offset_s = TRUE_S - 0.020,
			.delay_s = 2 * WAY_S,
			.at = moment(t.s + 2),
			.adjusted_ns = 20000000 };
		(void)bclient_answer(&t.b, &s, &t.forecast.rate);
	}
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
}

/* 20 ppm, over half a minute: 600 us, were it taken for a way. */
static void
the_known_drift_of_our_clock_between_both_is_not_taken_for_a_way(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.forecast.rate = (struct bclient_rate){ .freq = 20e-6, .sigma = 1e-8 };
	t.s += 30.0;
	t.offset_s += 20e-6 * 30.0;
	volley(&t);
	assert_true(t.b.measured);
	assert_near(t.b.way_s, WAY_S, 1e-6);
	assert_true(t.b.unsure_s < 1e-3);
}

/* 50 s beside it, of which our clock is known to 100 ppm: 5 ms. */
static void
a_broadcast_long_after_the_volley_has_another_one_made(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.s += 50.0;
	volley(&t);
	assert_int_equal(t.b.phase, BCLIENT_COMPARE);
	/* The next one is lost. */
	t.s += 14.0;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.b.measured);
	assert_true(bclient_asks(&t.b));
	volley(&t);
	assert_true(t.b.measured);
	assert_near(t.b.way_s, WAY_S, 1e-6);
	assert_true(t.b.unsure_s < 5e-3);
}

/* An answer that was a little less long on its way, and is older by a minute. */
static void
of_the_answers_an_old_one_counts_less(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.s += 50.0;
	answer(&t, 0.0015, 2 * WAY_S - 10e-6);
	t.s += 60.0;
	for (unsigned i = 1; i < BCLIENT_ANSWERS; i++) {
		answer(&t, 0.0, 2 * WAY_S);
	}
	t.s -= 64.0;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_near(t.b.way_s, WAY_S, 1e-6);
}

/* Nobody knows more of an oscillator before it was measured. */
static void
of_a_clock_that_was_never_measured_up_to_500_ppm_are_unsure(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.s += 10.0;
	t.offset_s += 190e-6 * 10.0;
	volley(&t);
	assert_true(t.b.measured);
	assert_true(fabs(t.b.way_s - WAY_S) > 1e-3);
	assert_true(t.b.unsure_s > fabs(t.b.way_s - WAY_S));
}

static void
what_is_not_known_of_our_rate_is_unsure_however_much_it_is(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.forecast.rate = (struct bclient_rate){ .freq = 0.0, .sigma = 50e-6 };
	t.s += 15.0;
	t.offset_s += 130e-6 * 15.0;
	volley(&t);
	assert_true(t.b.measured);
	assert_true(t.b.unsure_s > fabs(t.b.way_s - WAY_S));
}

/* It says that it is 20 ms off, and slews between its broadcast and our volley. */
static void
what_the_server_may_have_moved_by_between_both_is_unsure(void **state)
{
	static const double SAYS_S[] = { 0.020, 0.0005 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct story t = { .offset_s = TRUE_S, .way_s = WAY_S, .s = 100.0 };
		struct bclient_packet p;

		t.forecast.rate = (struct bclient_rate){ .freq = 0.0, .sigma = 1e-8 };
		t.server_s = SAYS_S[i];
		p = packet(&t);
		bclient_start(&t.b, &RULES, &p);
		t.s += 3.0;
		t.offset_s += fmin(500e-6 * 3.0, 2 * SAYS_S[i]);
		volley(&t);
		assert_true(t.b.measured);
		assert_true(t.b.unsure_s > fabs(t.b.way_s - WAY_S));
		assert_true(t.b.unsure_s < 16e-6 * 3.0 + fmin(501e-6 * 3.0, 2 * SAYS_S[i]));
	}
}

/* Not for each little thing. */
static void
a_way_that_could_be_known_far_better_is_measured_again_soon(void **state)
{
	struct story t = begin(&RULES);
	unsigned n = 0, volleys = 0;

	(void)state;
	t.s += 15.0;
	t.offset_s += 130e-6 * 15.0;
	volley(&t);
	assert_true(t.b.measured && t.b.unsure_s > 6e-3);
	t.forecast.rate = (struct bclient_rate){ .freq = 0.0, .sigma = 1e-7 };
	do {
		assert_int_equal(next(&t), VERDICT_OK);
		n++;
	} while (!bclient_asks(&t.b) && n < BCLIENT_AGAIN);
	assert_int_equal(n, BCLIENT_AGAIN / 8);
	volley(&t);
	assert_near(t.b.way_s, WAY_S, 1e-6);
	assert_true(t.b.unsure_s < 1e-3);
	for (n = 0; n < BCLIENT_AGAIN - 1; n++) {
		assert_int_equal(next(&t), VERDICT_OK);
		volleys += bclient_asks(&t.b);
	}
	assert_int_equal(volleys, 0);
}

/* A way that is wrong leads us away while it is measured again, were it used meanwhile. */
static void
an_answer_that_cannot_be_true_with_the_way_has_it_used_no_more(void **state)
{
	struct story t = measured();

	(void)state;
	t.b.way_s = WAY_S + 0.018; /* as it may be found where something came between */
	assert_true(bclient_measure(&t.b));
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	/* A long round trip allows it. */
	answer(&t, 0.0, 0.050);
	assert_true(t.b.measured);
	answer(&t, 0.0, 2 * WAY_S);
	assert_false(t.b.measured);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.heard.sampled);
	t.s -= 4.0;
	answer(&t, 0.0, 2 * WAY_S);
	answer(&t, 0.0, 2 * WAY_S);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
}

/* The way that a volley shows, of answers that are off by so much after such a round trip. */
static double
shown_by(struct story *t, double error_s, double trip_s)
{
	while (!bclient_asks(&t->b)) {
		assert_int_equal(next(t), VERDICT_OK);
	}
	for (unsigned i = 0; i < BCLIENT_ANSWERS; i++) {
		answer(t, error_s, trip_s);
	}
	t->s -= 2.0 * BCLIENT_ANSWERS;
	assert_int_equal(t->b.phase, BCLIENT_LISTEN);
	return bclient_delay_s(&t->b) / 2;
}

static void
what_a_shorter_round_trip_has_shown_stands_for_eight_volleys(void **state)
{
	struct story t = measured();

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		assert_near(shown_by(&t, -0.0004, 2 * WAY_S + 0.0008), WAY_S, 1e-6);
	}
	assert_near(shown_by(&t, -0.0004, 2 * WAY_S + 0.0008), WAY_S - 0.0004, 1e-6);
	/* And gives way to one that is shorter still. */
	assert_near(shown_by(&t, 0.0001, 2 * WAY_S + 0.0001), WAY_S + 0.0001, 1e-6);
	/* Or where broadcasts differ by more than round trips do: then none is known better. */
	t.b.spread_s = 0.001;
	assert_near(shown_by(&t, -0.0004, 2 * WAY_S + 0.0008), WAY_S - 0.0004, 1e-6);
}

/* More than the longer round trip explains, less than would be held up: the way has changed. */
static void
what_a_longer_round_trip_does_not_explain_is_another_way(void **state)
{
	struct story t = measured();

	(void)state;
	t.forecast.rate = (struct bclient_rate){ .freq = 0.0, .sigma = 1e-9 };
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
		if (bclient_asks(&t.b)) {
			break;
		}
	}
	assert_near(shown_by(&t, 0.0, 2 * WAY_S), WAY_S, 1e-6);
	assert_near(shown_by(&t, 0.0, 2 * WAY_S + 1e-4), WAY_S, 1e-6);
	t.b.spread_s = 1e-6;
	assert_near(shown_by(&t, 0.0009, 2 * WAY_S + 1e-4), WAY_S + 0.0009, 1e-6);
}

static void
without_a_volley_the_delay_of_the_configuration_holds(void **state)
{
	struct story t = begin(&NO_VOLLEY);

	(void)state;
	assert_false(bclient_asks(&t.b));
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_near(t.heard.offset_s, TRUE_S - WAY_S + 0.002, 1e-6);
	assert_near(t.heard.delay_s, 0.004, 1e-9);
	/* It tells that it may be anywhere up to twice that. */
	assert_true(t.heard.unsure_s >= 0.004);
	for (unsigned i = 0; i < 2 * BCLIENT_AGAIN; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
		assert_false(bclient_asks(&t.b));
	}
}

static void
without_answers_the_delay_of_the_configuration_holds(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	for (unsigned i = 0; i < BCLIENT_REQUESTS; i++) {
		bclient_ask(&t.b);
		assert_true(bclient_asks(&t.b));
	}
	bclient_ask(&t.b);
	assert_false(bclient_asks(&t.b));
	assert_int_equal(next(&t), VERDICT_OK);
	assert_near(t.heard.offset_s, TRUE_S - WAY_S + BCLIENT_DELAY_S / 2, 1e-6);
}

static void
the_way_is_measured_again_after_64_broadcasts(void **state)
{
	struct story t = measured();

	(void)state;
	for (unsigned i = 1; i < BCLIENT_AGAIN; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
		assert_false(bclient_asks(&t.b));
	}
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(bclient_asks(&t.b));
	t.way_s = 0.003;
	volley(&t);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6); /* of the broadcast before it */
	for (unsigned i = 0; i < BCLIENT_AGAIN; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
	}
	volley(&t);
	assert_near(bclient_delay_s(&t.b), 2 * 0.003, 1e-6);
}

static void
a_volley_that_fails_leaves_what_was_measured(void **state)
{
	struct story t = measured();

	(void)state;
	assert_true(bclient_measure(&t.b));
	assert_false(bclient_measure(&t.b)); /* one is under way */
	for (unsigned i = 0; i <= BCLIENT_REQUESTS; i++) {
		bclient_ask(&t.b);
	}
	assert_int_equal(t.b.phase, BCLIENT_LISTEN);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
}

static void
a_way_of_more_than_50_ms_is_not_believed_and_measured_again_ever_more_seldom(void **state)
{
	struct story t = begin(&RULES);
	unsigned gap = 0, volleys = 0;

	(void)state;
	t.way_s = 0.080;
	t.s += 50.0;
	volley(&t);
	t.s += 14.0 - 64.0;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.b.measured);
	assert_false(t.heard.sampled);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
		gap++;
		if (bclient_asks(&t.b)) {
			volleys++;
			volley(&t);
			gap = 0;
		}
		assert_false(t.heard.sampled);
	}
	assert_in_range(volleys, 3, 6);
	assert_true(gap <= 32);
}

static void
a_broadcast_held_up_beside_a_volley_is_not_the_way(void **state)
{
	struct story t = begin(&RULES);

	(void)state;
	t.s += 50.0;
	volley(&t);
	t.s += 14.0 - 64.0;
	t.way_s = 0.030;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.b.measured);
	t.way_s = WAY_S;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.b.measured);
	assert_near(t.b.way_s, WAY_S, 1e-6);
}

/* Broadcasts have differed by 6 ms of late: eight times that would be usual. */
static void
nor_is_it_where_broadcasts_are_held_up_now_and_then(void **state)
{
	struct story t = measured();

	(void)state;
	t.b.spread_s = 0.006;
	t.way_s = 0.020;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(bclient_measure(&t.b));
	volley(&t);
	assert_near(t.b.way_s, WAY_S, 1e-6);
	t.way_s = WAY_S;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_int_equal(t.b.phase, BCLIENT_LISTEN);
	assert_near(t.b.way_s, WAY_S, 1e-6);
	/* A way that stays longer is believed as well. */
	t.way_s = 0.020;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(bclient_measure(&t.b));
	volley(&t);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_near(t.b.way_s, 0.020, 1e-6);
}

static void
a_jump_of_the_sender_has_the_way_measured_again(void **state)
{
	struct story t = measured();

	(void)state;
	t.forecast = (struct bclient_forecast){
		.now = { .known = true, .offset_s = TRUE_S, .at = moment(t.s) }
	};
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
	}
	t.offset_s += 0.050;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(bclient_asks(&t.b));
	assert_false(t.heard.sampled);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(bclient_asks(&t.b));
	assert_false(t.heard.sampled);
	volley(&t);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
	t.forecast.now.offset_s += 0.050; /* the answers say so */
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
}

static void
one_broadcast_that_was_held_up_makes_no_sample_and_nothing_else(void **state)
{
	struct story t = measured();

	(void)state;
	t.forecast = (struct bclient_forecast){
		.now = { .known = true, .offset_s = TRUE_S, .at = moment(t.s) }
	};
	for (unsigned i = 0; i < 40; i++) {
		t.way_s = i % 8 ? WAY_S : WAY_S + 0.050;
		assert_int_equal(next(&t), VERDICT_OK);
		assert_int_equal(t.heard.sampled, i % 8 != 0);
		assert_false(bclient_asks(&t.b));
	}
}

static void
far_broadcasts_of_a_server_that_answers_nobody_are_believed_in_the_end(void **state)
{
	struct story t = measured();

	(void)state;
	t.forecast = (struct bclient_forecast){
		.now = { .known = true, .offset_s = TRUE_S, .at = moment(t.s) }
	};
	t.offset_s += 0.050;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(next(&t), VERDICT_OK);
	}
	assert_true(bclient_asks(&t.b));
	for (unsigned i = 0; i <= BCLIENT_REQUESTS; i++) {
		bclient_ask(&t.b);
	}
	assert_false(t.b.measured);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_near(t.heard.offset_s, t.offset_s - WAY_S + BCLIENT_DELAY_S / 2, 1e-6);
}

/* ---- guards ---- */

/* Nothing of what counts is other than before. */
static void
unchanged(const struct bclient *was, const struct bclient *is)
{
	assert_memory_equal(&was->last, &is->last, sizeof was->last);
	assert_int_equal(was->phase, is->phase);
	assert_int_equal(was->poll, is->poll);
	assert_int_equal(was->heard, is->heard);
	assert_int_equal(was->interleaved, is->interleaved);
	assert_same(was->way_s, is->way_s);
	assert_same(was->newest.offset_s, is->newest.offset_s);
}

static void
refused(struct story *t, const struct bclient_packet *p, enum verdict why)
{
	struct bclient was = t->b;

	assert_int_equal(hear(t, *p), why);
	unchanged(&was, &t->b);
	assert_int_equal(t->b.refused, was.refused + 1);
}

/*
 * Of a server that was never asked, and said too little to be foretold, our own clock is the
 * measure while it is synchronised; with panic 0, and while it is not, anything is heard.
 */
static void
beyond_panic_of_our_own_clock_is_refused_while_nothing_is_foretold(void **state)
{
	static const double OFF_S[] = { 1100.0, -1100.0 };
	const struct bclient_rules never = { false, 0.004, 0.0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct story t = begin(&NO_VOLLEY), free = begin(&NO_VOLLEY), any = begin(&never);
		struct bclient_packet p;

		t.forecast.synced = any.forecast.synced = true;
		t.s = free.s = any.s = 2000.0;
		t.offset_s = free.offset_s = any.offset_s = OFF_S[i];
		p = packet(&t);
		refused(&t, &p, VERDICT_FAR);
		t.offset_s = 900.0;
		assert_int_equal(next(&t), VERDICT_OK);
		assert_int_equal(next(&free), VERDICT_OK);
		assert_int_equal(next(&any), VERDICT_OK);
	}
}

/* A packet that was seen before is not heard again, whenever it comes. */
static void
cve_2015_7973_a_replayed_broadcast_changes_nothing(void **state)
{
	struct story t = measured();
	struct bclient_packet seen;

	(void)state;
	t.s += 64.0;
	seen = packet(&t);
	assert_int_equal(hear(&t, seen), VERDICT_OK);
	assert_int_equal(next(&t), VERDICT_OK);
	for (unsigned i = 0; i < 3; i++) {
		t.s += 64.0;
		seen.rx = real(t.s);
		seen.rx_mono = moment(t.s);
		refused(&t, &seen, VERDICT_DUPLICATE);
	}
	assert_int_equal(next(&t), VERDICT_OK);
}

/* Who replays or injects early keeps the server's own from nothing. */
static void
cve_2016_7427_early_broadcasts_keep_no_later_one_out(void **state)
{
	struct story t = measured();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct bclient_packet early;

		t.s += 32.0;
		early = packet(&t);
		refused(&t, &early, VERDICT_EARLY);
		t.s += 32.0;
		assert_int_equal(hear(&t, packet(&t)), VERDICT_OK);
	}
}

/* An interval that one packet says is not that of the server. */
static void
cve_2016_7428_the_interval_is_not_changed_by_one_packet(void **state)
{
	struct story t = measured();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct bclient_packet other;

		t.s += 64.0;
		other = packet(&t);
		other.poll = 17;
		refused(&t, &other, VERDICT_FIELD);
		t.s += 1.0;
		assert_int_equal(hear(&t, packet(&t)), VERDICT_OK);
		assert_int_equal(t.b.poll, 6);
	}
}

static void
an_interval_that_is_said_again_and_again_is_believed(void **state)
{
	struct story t = measured();

	(void)state;
	for (unsigned i = 0; i < BCLIENT_POLLS; i++) {
		struct bclient_packet p;

		t.s += 64.0;
		p = packet(&t);
		p.poll = 4;
		refused(&t, &p, VERDICT_FIELD);
	}
	t.s += 64.0;
	struct bclient_packet p = packet(&t);
	p.poll = 4;
	assert_int_equal(hear(&t, p), VERDICT_OK);
	assert_int_equal(t.b.poll, 4);
	assert_near(bclient_patience_s(&t.b), 24.0, 1e-9);
	p.poll = 0;
	p.xmt.fix += UINT64_C(64) << 32;
	p.rx_mono = moment(t.s + 64);
	refused(&t, &p, VERDICT_FIELD);
	p.poll = 18;
	refused(&t, &p, VERDICT_FIELD);
}

static void
a_broadcast_by_another_interface_is_not_of_that_server(void **state)
{
	struct story t = measured();
	struct bclient_packet p;

	(void)state;
	t.s += 64.0;
	p = packet(&t);
	p.ifindex = 3;
	refused(&t, &p, VERDICT_INTERFACE);
	p.ifindex = 0;
	refused(&t, &p, VERDICT_INTERFACE);
}

static void
a_broadcast_beyond_panic_is_refused(void **state)
{
	struct story t = measured();
	struct bclient_packet p;

	(void)state;
	t.forecast = (struct bclient_forecast){
		.now = { .known = true, .offset_s = TRUE_S, .at = moment(t.s) }
	};
	t.offset_s += 1001.0;
	t.s += 64.0;
	p = packet(&t);
	refused(&t, &p, VERDICT_FAR);
	t.offset_s -= 2.0;
	t.s += 1.0;
	assert_int_equal(hear(&t, packet(&t)), VERDICT_OK);
}

static void
a_sender_whose_clock_was_set_back_is_heard_when_its_time_rises_again(void **state)
{
	struct story t = measured();
	struct bclient_packet p;

	(void)state;
	assert_int_equal(next(&t), VERDICT_OK);
	t.offset_s -= 100.0;
	t.s += 64.0;
	p = packet(&t);
	refused(&t, &p, VERDICT_DUPLICATE);
	assert_int_equal(next(&t), VERDICT_OK);
}

/* ---- interleaved ---- */

static struct story
interleaved(void)
{
	struct story t = begin(&RULES);

	t.interleaved = true;
	t.sent_late_s = 0.0001;
	assert_int_equal(next(&t), VERDICT_OK);
	volley(&t);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.b.measured);
	return t;
}

static void
what_the_next_one_tells_of_the_last_is_believed(void **state)
{
	struct story t = interleaved();
	double s = t.s;

	(void)state;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_true(t.b.interleaved);
	assert_near(mtime_diff_s(t.heard.at, moment(s)), 0.0, 1e-9);
	assert_near(rtime_diff_s(t.heard.at_real, real(s)), 0.0, 1e-9);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
}

static void
how_late_a_packet_leaves_does_not_matter(void **state)
{
	struct story t = interleaved();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		t.sent_late_s = 0.0001 * (i % 5);
		assert_int_equal(next(&t), VERDICT_OK);
		assert_near(t.heard.offset_s, TRUE_S, 1e-6);
	}
}

static void
after_a_lost_one_the_next_makes_no_sample_and_that_behind_it_does(void **state)
{
	struct story t = interleaved();

	(void)state;
	t.s += 64.0;
	(void)packet(&t); /* lost */
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.heard.sampled);
	assert_false(t.heard.mode_changed);
	assert_true(t.b.interleaved);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.sampled);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
}

static void
a_change_of_the_mode_is_told_and_measured_anew(void **state)
{
	struct story t = measured();

	(void)state;
	t.sent_late_s = 0.0005;
	assert_int_equal(next(&t), VERDICT_OK);
	t.interleaved = true;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.mode_changed);
	assert_true(bclient_asks(&t.b));
	volley(&t);
	assert_int_equal(next(&t), VERDICT_OK);
	assert_false(t.heard.mode_changed);
	assert_near(t.heard.offset_s, TRUE_S, 1e-6);
	t.interleaved = false;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.mode_changed);
	assert_false(t.b.interleaved);
}

/* A volley that is near to the last broadcast, of which only the next told when it left. */
static void
the_way_is_that_of_when_a_packet_left_and_not_of_what_stands_in_it(void **state)
{
	struct story t = begin_at(4, &RULES);

	(void)state;
	volley(&t);
	t.sent_late_s = 0.0005;
	assert_int_equal(next(&t), VERDICT_OK);
	t.interleaved = true;
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(bclient_asks(&t.b));
	volley(&t);
	assert_int_equal(t.b.phase, BCLIENT_LISTEN);
	assert_true(t.b.il_way);
	assert_near(bclient_delay_s(&t.b), 2 * WAY_S, 1e-6);
}

static void
a_transmit_time_before_that_of_the_packet_is_an_error(void **state)
{
	struct story t = interleaved();

	(void)state;
	t.before.fix -= UINT64_C(1) << 31; /* half a second */
	assert_int_equal(next(&t), VERDICT_OK);
	assert_true(t.heard.mode_error);
	assert_true(t.heard.mode_changed);
	assert_false(t.b.interleaved);
}

/* What is not proven does not come here; what is, and is refused, switches no mode either. */
static void
cve_2016_4956_a_refused_broadcast_does_not_switch_the_mode(void **state)
{
	struct story t = measured();
	struct bclient_packet p;

	(void)state;
	assert_int_equal(next(&t), VERDICT_OK);
	t.s += 20.0;
	t.interleaved = true;
	p = packet(&t);
	refused(&t, &p, VERDICT_EARLY);
	p.xmt = t.b.last.xmt;
	refused(&t, &p, VERDICT_DUPLICATE);
	assert_false(t.b.interleaved);
	t.interleaved = false;
	t.s += 44.0;
	assert_int_equal(hear(&t, packet(&t)), VERDICT_OK);
	assert_false(t.heard.mode_changed);
}

/* An answer that was on its way when the volley ended. */
static void
an_answer_after_the_volley_changes_nothing(void **state)
{
	const struct sample late = { .offset_s = 0.5, .delay_s = 1e-6, .at = moment(5000.0) };
	struct bclient b, before;

	(void)state;
	memset(&b, 0, sizeof b);
	b.phase = BCLIENT_COMPARE;
	before = b;
	assert_true(bclient_answer(&b, &late, &(struct bclient_rate){ 0.0, 0.0 }));
	assert_memory_equal(&b, &before, sizeof b);
	b.phase = before.phase = BCLIENT_LISTEN;
	assert_true(bclient_answer(&b, &late, &(struct bclient_rate){ 0.0, 0.0 }));
	assert_memory_equal(&b, &before, sizeof b);
	b.phase = BCLIENT_VOLLEY;
	assert_false(bclient_answer(&b, &late, &(struct bclient_rate){ 0.0, 0.0 }));
	assert_int_equal(b.answers, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volley_beside_a_broadcast_tells_its_way),
		cmocka_unit_test(of_the_answers_that_with_the_least_round_trip_counts),
		cmocka_unit_test(a_volley_long_after_the_last_broadcast_waits_for_the_next),
		cmocka_unit_test(our_steering_between_both_is_not_taken_for_a_way),
		cmocka_unit_test(the_known_drift_of_our_clock_between_both_is_not_taken_for_a_way),
		cmocka_unit_test(a_broadcast_long_after_the_volley_has_another_one_made),
		cmocka_unit_test(of_the_answers_an_old_one_counts_less),
		cmocka_unit_test(of_a_clock_that_was_never_measured_up_to_500_ppm_are_unsure),
		cmocka_unit_test(what_is_not_known_of_our_rate_is_unsure_however_much_it_is),
		cmocka_unit_test(what_the_server_may_have_moved_by_between_both_is_unsure),
		cmocka_unit_test(a_way_that_could_be_known_far_better_is_measured_again_soon),
		cmocka_unit_test(an_answer_that_cannot_be_true_with_the_way_has_it_used_no_more),
		cmocka_unit_test(what_a_shorter_round_trip_has_shown_stands_for_eight_volleys),
		cmocka_unit_test(what_a_longer_round_trip_does_not_explain_is_another_way),
		cmocka_unit_test(without_a_volley_the_delay_of_the_configuration_holds),
		cmocka_unit_test(without_answers_the_delay_of_the_configuration_holds),
		cmocka_unit_test(the_way_is_measured_again_after_64_broadcasts),
		cmocka_unit_test(a_volley_that_fails_leaves_what_was_measured),
		cmocka_unit_test(
		    a_way_of_more_than_50_ms_is_not_believed_and_measured_again_ever_more_seldom),
		cmocka_unit_test(a_broadcast_held_up_beside_a_volley_is_not_the_way),
		cmocka_unit_test(nor_is_it_where_broadcasts_are_held_up_now_and_then),
		cmocka_unit_test(a_jump_of_the_sender_has_the_way_measured_again),
		cmocka_unit_test(one_broadcast_that_was_held_up_makes_no_sample_and_nothing_else),
		cmocka_unit_test(
		    far_broadcasts_of_a_server_that_answers_nobody_are_believed_in_the_end),
		cmocka_unit_test(cve_2015_7973_a_replayed_broadcast_changes_nothing),
		cmocka_unit_test(cve_2016_7427_early_broadcasts_keep_no_later_one_out),
		cmocka_unit_test(cve_2016_7428_the_interval_is_not_changed_by_one_packet),
		cmocka_unit_test(an_interval_that_is_said_again_and_again_is_believed),
		cmocka_unit_test(a_broadcast_by_another_interface_is_not_of_that_server),
		cmocka_unit_test(a_broadcast_beyond_panic_is_refused),
		cmocka_unit_test(
		    beyond_panic_of_our_own_clock_is_refused_while_nothing_is_foretold),
		cmocka_unit_test(
		    a_sender_whose_clock_was_set_back_is_heard_when_its_time_rises_again),
		cmocka_unit_test(what_the_next_one_tells_of_the_last_is_believed),
		cmocka_unit_test(how_late_a_packet_leaves_does_not_matter),
		cmocka_unit_test(after_a_lost_one_the_next_makes_no_sample_and_that_behind_it_does),
		cmocka_unit_test(a_change_of_the_mode_is_told_and_measured_anew),
		cmocka_unit_test(
		    the_way_is_that_of_when_a_packet_left_and_not_of_what_stands_in_it),
		cmocka_unit_test(a_transmit_time_before_that_of_the_packet_is_an_error),
		cmocka_unit_test(cve_2016_4956_a_refused_broadcast_does_not_switch_the_mode),
		cmocka_unit_test(an_answer_after_the_volley_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
