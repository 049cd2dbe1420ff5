/* SPDX-License-Identifier: BSD-2-Clause */
/* What selection promises. */
#include "core/select.h"
#include <stdlib.h>
#include "check.h"

static const struct select_rules RULES = {
	.minclock = 3,
	.maxclock = 10,
	.minsane = 1,
	.mindist_s = 0.001,
	.precision_s = 1e-6,
	.orphan_stratum = 16,
	.last_resort_allowed = true,
};

static struct candidate
source(uint16_t id, double offset_s, double root_dist_s)
{
	return (struct candidate){
		.id = id,
		.stratum = 2,
		.offset_s = offset_s,
		.jitter_s = 1e-5,
		.root_dist_s = root_dist_s,
	};
}

/* One run with nothing remembered. */
static void
run(const struct candidate *c, unsigned n, const struct select_rules *rules, struct selection *out)
{
	static struct select_work work;
	struct select_memory memory = { 0, 0.0 };

	select_run(c, n, rules, &memory, &work, out);
}

/* The tallies as ntpq prints them. */
static void
assert_tallies(const struct selection *s, const char *want)
{
	static const char marks[] = " x.-+#*o";
	char got[SELECT_MAX + 1] = "";

	for (unsigned i = 0; i < s->n; i++) {
		got[i] = marks[s->each[i].tally];
	}
	assert_string_equal(got, want);
}

/*
 * Intervals [-.010 .030] [-.018 .042] [-.017 .033]: all three overlap in [-.010 .030].
 * Weights 1/dist 50, 33.33, 40, sum 123.33: offset (.5 + .4 + .32) / 123.33 = .0098919.
 * Select jitters: 1: sqrt((.002^2 + .002^2) / 2) = .002;
 * 2 and 3: sqrt((.002^2 + .004^2) / 2) = .00316.
 * Metrics: .00004 + .002, .000095 + .002, .000079 + .002: the first is the system peer.
 * Jitter: sqrt((33.33 + 40) * 4e-6 / 123.33 + .002^2) = sqrt(6.37838e-6).
 */
static void
three_that_agree_are_combined_by_root_distance(void **state)
{
	struct candidate c[] = { source(1, 0.010, 0.020), source(2, 0.012, 0.030),
		source(3, 0.008, 0.025) };
	struct selection s;

	(void)state;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "*++");
	assert_int_equal(s.sys_id, 1);
	assert_int_equal(s.sys_at, 0);
	assert_int_equal(s.why, SELECT_FOUND);
	assert_int_equal(s.survivors, 3);
	assert_near(s.low_s, -0.010, 1e-12);
	assert_near(s.high_s, 0.030, 1e-12);
	assert_near(s.offset_s, 0.00989189, 1e-8);
	assert_near(s.jitter_s, 2.525545e-3, 1e-8);
	assert_near(s.var_s2, 0.0, 0.0);
}

static void
one_source_alone_is_taken_as_it_is(void **state)
{
	struct candidate c = source(7, 0.010, 0.020);
	struct selection s;

	(void)state;
	c.jitter_s = 0.003;
	run(&c, 1, &RULES, &s);
	assert_tallies(&s, "*");
	assert_near(s.offset_s, 0.010, 0.0);
	assert_near(s.jitter_s, 0.003, 0.0);
}

static void
nobody_gives_no_candidate(void **state)
{
	struct selection s;

	(void)state;
	run(NULL, 0, &RULES, &s);
	assert_int_equal(s.sys_id, 0);
	assert_int_equal(s.why, SELECT_NO_CANDIDATE);
	assert_near(s.low_s, 0.0, 0.0);
	assert_near(s.high_s, 0.0, 0.0);
}

static void
a_minority_apart_is_false(void **state)
{
	struct candidate c[] = { source(1, 0.100, 0.010), source(2, 0.001, 0.010),
		source(3, 0.000, 0.010), source(4, -0.001, 0.010), source(5, 0.101, 0.010) };
	struct selection s;

	(void)state;
	run(c, 5, &RULES, &s);
	assert_tallies(&s, "x+*+x");
	assert_near(s.low_s, -0.009, 1e-12);
	assert_near(s.high_s, 0.009, 1e-12);
}

/* Root distances a second wide, of filters that are not full: a liar is within them. */
static void
who_votes_by_a_reach_makes_a_liar_within_the_distances_false(void **state)
{
	struct candidate c[] = { source(1, -0.300, 1.0), source(2, 0.001, 1.1),
		source(3, 0.000, 1.2) };
	struct selection s;

	(void)state;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "+*+");
	for (unsigned i = 0; i < 3; i++) {
		c[i].reach_s = 0.020;
	}
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "x*+");
	assert_near(s.low_s, -0.019, 1e-12);
	assert_near(s.high_s, 0.020, 1e-12);
}

/* What candidates say of a smear is heard after the vote, and the larger camp stays. */
static void
of_smeared_and_plain_the_larger_camp_stays_after_the_vote(void **state)
{
	const struct {
		const char *tallies;
		struct {
			double offset_s, smear_s;
			unsigned flags;
		} c[5];
		unsigned n;
		bool smeared;
	} cases[] = {
		{ "*+-", { { 0, 0, 0 }, { 0.001, 0, 0 }, { -0.001, -0.3, 0 } }, 3, false },
		{ "*+-", { { 0, -0.3, 0 }, { 0.001, -0.29, 0 }, { -0.001, 0, 0 } }, 3, true },
		{ "*-", { { 0, 0, 0 }, { 0.001, -0.3, 0 } }, 2, false },
		/* The vote comes first: a plain liar, a smearing one, and all liars that agree. */
		{ "*++x", { { 0, -0.3, 0 }, { 0, -0.3, 0 }, { 0, -0.3, 0 }, { 400, 0, 0 } }, 4,
		    true },
		{ "*++x", { { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 }, { 400, -0.3, 0 } }, 4, false },
		{ "*++xx",
		    {
			{ 0, 0, 0 },
			{ 0, 0, 0 },
			{ 0, 0, 0 },
			{ 400, -0.3, 0 },
			{ 400, -0.3, 0 },
		    },
		    5, false },
		{ "xxxx", { { 0, 0, 0 }, { 0, 0, 0 }, { 4, -0.3, 0 }, { 4, -0.3, 0 } }, 4, false },
		/* Smears that do not agree are not one camp. */
		{ "*+--", { { 0, 0, 0 }, { 0, 0, 0 }, { 0, -0.9, 0 }, { 0, 0.4, 0 } }, 4, false },
		{ "*+--", { { 0, -0.4, 0 }, { 0, -0.4, 0 }, { 0, 0.4, 0 }, { 0, 0, 0 } }, 4, true },
		/* A preferred last resort counts for none, and goes with any. */
		{ "+*", { { 0, -0.3, 0 }, { 0, 0, CANDIDATE_LAST_RESORT | CANDIDATE_PREFER } }, 2,
		    true },
		{ "*+- ",
		    {
			{ 0, -0.3, 0 },
			{ 0, -0.3, 0 },
			{ 0, 0, 0 },
			{ 0, 0, CANDIDATE_LAST_RESORT },
		    },
		    4, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct candidate c[5];
		static struct selection s;

		for (unsigned k = 0; k < cases[i].n; k++) {
			c[k] = source((uint16_t)(k + 1), cases[i].c[k].offset_s, 0.010);
			c[k].smear_s = cases[i].c[k].smear_s;
			c[k].flags = cases[i].c[k].flags;
		}
		run(c, cases[i].n, &RULES, &s);
		print_message("case %zu\n", i);
		assert_tallies(&s, cases[i].tallies);
		assert_int_equal(s.smeared, cases[i].smeared);
		for (unsigned k = 0; k < cases[i].n; k++) {
			assert_int_equal(s.each[k].left_out,
			    cases[i].tallies[k] == '-' ? LEFT_OUT_SMEAR : LEFT_OUT_NOT);
		}
	}
}

static void
without_a_majority_nobody_is_right(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.001, 0.010),
		source(3, 0.100, 0.010), source(4, 0.101, 0.010) };
	struct selection s;

	(void)state;
	run(c, 4, &RULES, &s);
	assert_tallies(&s, "xxxx");
	assert_int_equal(s.sys_id, 0);
	assert_int_equal(s.why, SELECT_NO_MAJORITY);
	run(c + 1, 2, &RULES, &s);
	assert_tallies(&s, "xx");
}

/*
 * [-1 1] and [.5 2.5] overlap in [.5 1], but neither midpoint is there: the algorithm of RFC 5905
 * finds no majority, ntpd's takes both. The mean is .75.
 */
static void
midpoints_outside_of_the_interval_do_not_matter(void **state)
{
	struct candidate c[] = { source(1, 0.0, 1.0), source(2, 1.5, 1.0) };
	struct selection s;

	(void)state;
	run(c, 2, &RULES, &s);
	assert_tallies(&s, "*+");
	assert_near(s.low_s, 0.5, 1e-12);
	assert_near(s.high_s, 1.0, 1e-12);
	assert_near(s.offset_s, 0.75, 1e-12);
}

/*
 * [-10 10] three times and [9 29]: all four overlap in [9 10], where no midpoint is.
 * Three of them do in [-10 10], which holds all midpoints but the one left out.
 */
static void
a_falseticker_at_the_edge_leads_nobody_there(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0, 0.010),
		source(3, 0.0, 0.010), source(4, 0.019, 0.010) };
	struct selection s;

	(void)state;
	run(c, 4, &RULES, &s);
	assert_tallies(&s, "*++x");
	assert_near(s.low_s, -0.010, 1e-12);
	assert_near(s.high_s, 0.010, 1e-12);
	assert_near(s.offset_s, 0.0, 0.0);
}

/* [-1 1] and [1 3] share one point only: no interval. A third over both makes a majority of two. */
static void
intervals_that_only_touch_need_a_third(void **state)
{
	struct candidate c[] = { source(1, 0.0, 1.0), source(2, 2.0, 1.0), source(3, 1.0, 1.0) };
	struct selection s;

	(void)state;
	run(c, 2, &RULES, &s);
	assert_int_equal(s.why, SELECT_NO_MAJORITY);
	run(c, 3, &RULES, &s);
	assert_int_equal(s.survivors, 3);
	assert_near(s.low_s, 0.0, 1e-12);
	assert_near(s.high_s, 2.0, 1e-12);
}

/* [0 1] [1 2] [2 3] touch pairwise: two overlap from 1 to 2, a majority. */
static void
intervals_that_touch_overlap(void **state)
{
	struct candidate c[] = { source(1, 0.5, 0.5), source(2, 1.5, 0.5), source(3, 2.5, 0.5) };
	struct selection s;

	(void)state;
	run(c, 3, &RULES, &s);
	assert_int_equal(s.survivors, 3);
	assert_near(s.low_s, 1.0, 0.0);
	assert_near(s.high_s, 2.0, 0.0);
}

static void
a_source_called_true_is_never_false(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.001, 0.010),
		source(3, 5.0, 0.010) };
	struct selection s;

	(void)state;
	c[2].flags = CANDIDATE_TRUE;
	run(c, 3, &RULES, &s);
	assert_int_not_equal(s.each[2].tally, TALLY_FALSETICK);
	assert_int_equal(s.survivors, 3);
	/* The mean is 1.67 s, the others' interval ends at 10 ms. */
	assert_near(s.offset_s, 0.010, 1e-12);
	/* Two called true, far apart: no interval but theirs. */
	c[0].flags = CANDIDATE_TRUE;
	c[1] = c[2];
	run(c, 2, &RULES, &s);
	assert_int_equal(s.survivors, 2);
	assert_near(s.low_s, -0.010, 1e-12);
	assert_near(s.high_s, 5.010, 1e-12);
	assert_near(s.offset_s, 2.5, 1e-12);
}

/* A system peer called true is not held in the interval of those who are not. */
static void
a_true_system_peer_is_believed(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.001, 0.010),
		source(3, 5.0, 0.010) };
	struct selection s;

	(void)state;
	c[2].flags = CANDIDATE_TRUE | CANDIDATE_PREFER;
	run(c, 3, &RULES, &s);
	assert_int_equal(s.sys_id, 3);
	assert_near(s.offset_s, 5.0, 0.0);
}

/*
 * Offsets 0, .001, .002, .030, distances .050, jitters .0001, minclock 1.
 * Source 4 spreads most (~.029): out. Then 0 and .002 with sqrt((1e-6 + 4e-6)/2) = .00158 against
 * .001: of the equals 1 and 3 the last by id: 3 out. Then 1 and 2 (.001 each): 2 out.
 */
static void
outliers_go_until_minclock_is_left(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.050), source(2, 0.001, 0.050),
		source(3, 0.002, 0.050), source(4, 0.030, 0.050) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	for (int i = 0; i < 4; i++) {
		c[i].jitter_s = 0.0001;
	}
	rules.minclock = 1;
	run(c, 4, &rules, &s);
	assert_tallies(&s, "*---");
	rules.minclock = 0;
	run(c, 4, &rules, &s);
	assert_tallies(&s, "*---");
	rules.minclock = 3;
	run(c, 4, &rules, &s);
	assert_int_equal(s.each[3].tally, TALLY_OUTLIER);
	assert_int_equal(s.survivors, 3);
	/* Sources that jitter more by themselves than they spread lose nobody. */
	for (int i = 0; i < 4; i++) {
		c[i].jitter_s = 0.040;
	}
	run(c, 4, &rules, &s);
	assert_int_equal(s.survivors, 4);
}

static void
what_exceeds_maxclock_is_kept_as_backup(void **state)
{
	struct candidate c[6];
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	for (int i = 0; i < 6; i++) {
		c[i] = source((uint16_t)(i + 1), 0.001 * i * i, 0.050);
	}
	rules.maxclock = 4;
	run(c, 6, &rules, &s);
	/* 6 and 5 go while there are more than four, the next as an outlier. */
	assert_int_equal(s.each[5].tally, TALLY_BACKUP);
	assert_int_equal(s.each[4].tally, TALLY_BACKUP);
	assert_int_equal(s.each[3].tally, TALLY_OUTLIER);
	assert_int_equal(s.survivors, 3);
}

static void
the_cluster_stops_at_a_preferred_or_true_outlier(void **state)
{
	const unsigned flags[] = { CANDIDATE_PREFER, CANDIDATE_TRUE };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct candidate c[] = { source(1, 0.0, 0.050), source(2, 0.001, 0.050),
			source(3, 0.002, 0.050), source(4, 0.030, 0.050) };
		struct selection s;

		c[3].flags = flags[i];
		run(c, 4, &RULES, &s);
		assert_int_equal(s.survivors, 4);
	}
}

static void
a_preferred_survivor_is_not_combined(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.001, 0.010),
		source(3, 0.004, 0.012), source(4, 0.003, 0.020) };
	struct selection s;

	(void)state;
	c[2].flags = CANDIDATE_PREFER;
	c[2].jitter_s = 0.0007;
	c[3].flags = CANDIDATE_PREFER;
	run(c, 4, &RULES, &s);
	/* Of two preferred the better metric wins. */
	assert_int_equal(s.sys_id, 3);
	assert_near(s.offset_s, 0.004, 0.0);
	assert_near(s.jitter_s, 0.0007, 0.0);
}

static void
the_lower_stratum_becomes_the_system_peer(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0001, 0.011),
		source(3, 0.0002, 0.010) };
	struct selection s;

	(void)state;
	c[1].stratum = 1;
	run(c, 3, &RULES, &s);
	assert_int_equal(s.sys_id, 2);
}

/* mindist 1 ms; difference .3 ms: kept at thresholds 1 ms and .5 ms, given up at .25 ms. */
static void
the_old_system_peer_is_kept_for_a_while(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0003, 0.0050) };
	struct select_memory memory = { 1, 0.0 };
	static struct select_work work;
	struct selection s;
	const uint16_t want[] = { 1, 1, 2, 2 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		select_run(c, 2, &RULES, &memory, &work, &s);
		assert_int_equal(s.sys_id, want[i]);
		assert_int_equal(memory.sys_id, want[i]);
	}
	assert_near(memory.hop_s, 0.0, 0.0);
	/* Farther than mindist apart: at once. */
	memory = (struct select_memory){ 1, 0.0 };
	c[1].offset_s = 0.002;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
	/* An old one that did not survive holds nothing. */
	memory = (struct select_memory){ 9, 0.0005 };
	c[1].offset_s = 0.0003;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
	/* With nobody there is nothing to remember. */
	memory.hop_s = 0.0005;
	select_run(NULL, 0, &RULES, &memory, &work, &s);
	assert_int_equal(memory.sys_id, 0);
	assert_near(memory.hop_s, 0.0, 0.0);
}

/* The nearest was the system peer, far from zero, until one of a lower stratum came. */
static void
a_hop_that_was_taken_back_starts_anew(void **state)
{
	struct candidate c[] = { source(1, 0.5, 0.005), source(2, 0.5007, 0.010) };
	struct select_memory memory = { 1, 0.0 };
	static struct select_work work;
	struct selection s;

	(void)state;
	c[1].stratum = 1;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 1);
	assert_near(memory.hop_s, 0.001, 0.0);
	/* For one turn there is no reason to hop. */
	c[1].stratum = 3;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 1);
	assert_near(memory.hop_s, 0.0, 0.0);
	c[1].stratum = 1;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 1);
	/* .7 ms against .5 ms. */
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
	assert_near(memory.hop_s, 0.0, 0.0);
}

static void
a_leap_needs_more_than_half_of_the_survivors_or_a_reference_clock(void **state)
{
	const struct {
		enum ntp_leap vote[4];
		int refclock; /* index, -1: none */
		enum ntp_leap want;
	} cases[] = {
		{ { LEAP_NONE, LEAP_NONE, LEAP_NONE, LEAP_NONE }, -1, LEAP_NONE },
		{ { LEAP_INSERT, LEAP_INSERT, LEAP_NONE, LEAP_NONE }, -1, LEAP_NONE },
		{ { LEAP_DELETE, LEAP_DELETE, LEAP_NONE, LEAP_NONE }, -1, LEAP_NONE },
		{ { LEAP_INSERT, LEAP_INSERT, LEAP_INSERT, LEAP_NONE }, -1, LEAP_INSERT },
		{ { LEAP_DELETE, LEAP_DELETE, LEAP_NONE, LEAP_DELETE }, -1, LEAP_DELETE },
		{ { LEAP_NONE, LEAP_NONE, LEAP_INSERT, LEAP_NONE }, 2, LEAP_INSERT },
		{ { LEAP_NONE, LEAP_DELETE, LEAP_NONE, LEAP_NONE }, 1, LEAP_DELETE },
		{ { LEAP_NONE, LEAP_DELETE, LEAP_INSERT, LEAP_INSERT }, 1, LEAP_DELETE },
		{ { LEAP_NONE, LEAP_NONE, LEAP_NONE, LEAP_INSERT }, 1, LEAP_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct candidate c[4];
		struct selection s;

		for (int j = 0; j < 4; j++) {
			c[j] = source((uint16_t)(j + 1), 0.0, 0.010);
			c[j].leap = cases[i].vote[j];
			c[j].flags = j == cases[i].refclock ? CANDIDATE_REFCLOCK : 0;
		}
		run(c, 4, &RULES, &s);
		assert_int_equal(s.leap, cases[i].want);
	}
}

static void
fewer_than_minsane_set_no_clock(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.001, 0.010) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	rules.minsane = 3;
	run(c, 2, &rules, &s);
	assert_tallies(&s, "++");
	assert_int_equal(s.sys_id, 0);
	assert_int_equal(s.why, SELECT_TOO_FEW);
	assert_int_equal(s.survivors, 2);
}

static void
local_is_used_when_nobody_else_is_left(void **state)
{
	struct candidate c[] = { source(9, 0.0, 0.010), source(2, 0.050, 0.005),
		source(3, 0.0, 0.010) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	c[0].flags = CANDIDATE_LAST_RESORT | CANDIDATE_REFCLOCK;
	c[0].stratum = 5;
	c[2].flags = CANDIDATE_LAST_RESORT | CANDIDATE_REFCLOCK;
	c[2].stratum = 5;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, " * ");
	assert_near(s.offset_s, 0.050, 0.0);
	c[1] = c[2];
	run(c, 2, &RULES, &s);
	assert_tallies(&s, " *");
	/* Of two the lower stratum, whatever the order. */
	c[0].stratum = 4;
	run(c, 2, &RULES, &s);
	assert_tallies(&s, "* ");
	c[0].stratum = 6;
	run(c, 2, &RULES, &s);
	assert_tallies(&s, " *");
	assert_near(s.low_s, -0.010, 0.0);
	assert_near(s.high_s, 0.010, 0.0);
	rules.last_resort_allowed = false;
	run(c, 2, &rules, &s);
	assert_tallies(&s, "  ");
	assert_int_equal(s.why, SELECT_NO_CANDIDATE);
	/* A preferred one is a source like any other, at once. */
	c[0].flags |= CANDIDATE_PREFER;
	run(c, 1, &rules, &s);
	assert_tallies(&s, "*");
}

static void
local_serves_when_the_others_contradict_each_other(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 1.0, 0.010),
		source(3, 0.0, 0.010) };
	struct selection s;

	(void)state;
	c[2].flags = CANDIDATE_LAST_RESORT;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "xx*");
	assert_near(s.offset_s, 0.0, 0.0);
}

static void
the_orphan_parent_has_the_smallest_metric(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0, 0.010),
		source(3, 0.0, 0.010), source(4, 0.0, 0.010) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	rules.orphan_stratum = 5;
	rules.own_orphan_metric = 100;
	for (int i = 0; i < 4; i++) {
		c[i].stratum = 5;
	}
	c[0].orphan_metric = 70;
	c[1].orphan_metric = 50;
	c[2].orphan_metric = 50;
	c[3].orphan_metric = 90;
	run(c, 4, &rules, &s);
	assert_tallies(&s, " *  ");
	assert_true(s.orphan);
	/* Ours is smaller: we are the parent. */
	rules.own_orphan_metric = 50;
	run(c, 4, &rules, &s);
	assert_int_equal(s.sys_id, 0);
	assert_int_equal(s.why, SELECT_NO_CANDIDATE);
	/* A real source beats every orphan; who is below an orphan is never followed. */
	rules.own_orphan_metric = 100;
	c[0].stratum = 6;
	c[3].stratum = 3;
	run(c, 4, &rules, &s);
	assert_tallies(&s, "   *");
	assert_false(s.orphan);
	/* Without orphan mode strata 5 and 6 are just strata. */
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 4);
}

static void
an_orphan_parent_is_not_held_to_the_interval_of_falsetickers(void **state)
{
	struct candidate c[] = { source(1, 7.0, 0.010), source(2, 1.0, 0.010),
		source(3, 3.0, 0.010) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	rules.orphan_stratum = 5;
	rules.own_orphan_metric = 100;
	c[0].stratum = 5;
	run(c, 3, &rules, &s);
	assert_tallies(&s, "*xx");
	assert_near(s.offset_s, 7.0, 0.0);
	assert_near(s.low_s, 6.990, 1e-12);
	assert_near(s.high_s, 7.010, 1e-12);
	/* Nor is a PPS without a number what keeps it away. */
	c[1].flags = CANDIDATE_PPS;
	run(c, 2, &rules, &s);
	assert_tallies(&s, "*-");
	assert_near(s.offset_s, 7.0, 0.0);
}

static void
of_orphans_with_one_metric_the_first_id_wins_in_any_order(void **state)
{
	struct candidate c[] = { source(3, 0.0, 0.010), source(2, 0.0, 0.010) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	rules.orphan_stratum = 2;
	rules.own_orphan_metric = 100;
	run(c, 2, &rules, &s);
	assert_int_equal(s.sys_id, 2);
}

static void
pps_refines_the_seconds_of_a_preferred_source(void **state)
{
	struct candidate c[] = { source(1, 0.002, 0.010), source(2, 0.003, 0.010),
		source(3, 0.0001, 0.004), source(4, 0.0002, 0.004) };
	struct selection s;

	(void)state;
	c[2].flags = CANDIDATE_PPS;
	c[2].jitter_s = 2e-6;
	c[3].flags = CANDIDATE_PPS;
	/* Without a preferred source nobody numbers its seconds. */
	run(c, 4, &RULES, &s);
	assert_tallies(&s, "*+--");
	c[0].flags = CANDIDATE_PREFER;
	run(c, 4, &RULES, &s);
	assert_tallies(&s, "*+o-");
	assert_int_equal(s.sys_id, 3);
	assert_near(s.offset_s, 0.0001, 1e-12);
	assert_near(s.jitter_s, 2e-6, 0.0);
}

static void
pps_is_not_used_when_the_second_is_in_doubt(void **state)
{
	struct candidate c[] = { source(1, 0.450, 0.100), source(2, 0.460, 0.100),
		source(3, 0.390, 0.100) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	c[0].flags = CANDIDATE_PREFER;
	c[2].flags = CANDIDATE_PPS;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "*+-");
	c[0].offset_s = 0.390;
	c[2].offset_s = 0.410;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "*+-");
	/* A false PPS is false. */
	c[2].offset_s = -0.2;
	run(c, 3, &RULES, &s);
	assert_tallies(&s, "*+x");
	/* Alone only with minsane 0. */
	run(c + 2, 1, &RULES, &s);
	assert_int_equal(s.sys_id, 0);
	rules.minsane = 0;
	run(c + 2, 1, &rules, &s);
	assert_tallies(&s, "o");
	assert_near(s.offset_s, -0.2, 0.0);
	c[2].offset_s = 0.45;
	run(c + 2, 1, &rules, &s);
	assert_int_equal(s.sys_id, 0);
	run(c + 2, 0, &rules, &s);
	assert_int_equal(s.sys_id, 0);
}

/* Our clock is 10 s off: what tells where a second begins and not which contradicts nobody. */
static void
a_pps_without_a_number_has_no_vote(void **state)
{
	struct candidate c[] = { source(1, 10.0, 0.010), source(2, 0.1, 0.001) };
	struct selection s;

	(void)state;
	c[1].flags = CANDIDATE_PPS | CANDIDATE_PREFER;
	run(c, 2, &RULES, &s);
	assert_tallies(&s, "*x");
	assert_near(s.offset_s, 10.0, 1e-12);
	/* And once the clock is near it leads, preferred itself (NTPsec) or not (ntp.org). */
	c[0].offset_s = 0.095;
	run(c, 2, &RULES, &s);
	assert_tallies(&s, "*o");
	assert_near(s.offset_s, 0.1, 1e-12);
	assert_true(s.high_s - s.low_s < 0.0021);
}

static void
a_pps_that_numbers_its_own_seconds_needs_nobody(void **state)
{
	struct candidate c[] = { source(1, 40.0, 0.001), source(2, 0.1, 0.5), source(3, 0.2, 0.5) };
	struct selection s;

	(void)state;
	c[0].flags = CANDIDATE_PPS | CANDIDATE_NUMBERED;
	run(c, 1, &RULES, &s);
	assert_tallies(&s, "o");
	assert_int_equal(s.sys_id, 1);
	assert_near(s.offset_s, 40.0, 1e-12);
	/* It has a vote, and loses it. */
	run(c, 3, &RULES, &s);
	assert_int_equal(s.each[0].tally, TALLY_FALSETICK);
	c[0].offset_s = 0.15;
	run(c, 3, &RULES, &s);
	assert_int_equal(s.sys_id, 1);
	assert_int_equal(s.each[0].tally, TALLY_PPSPEER);
}

static struct candidate
estimated(uint16_t id, double offset_s, double var_s2, double freq, double freq_var)
{
	struct candidate c = source(id, offset_s, 0.050);

	c.var_s2 = var_s2;
	c.freq = freq;
	c.freq_var = freq_var;
	return c;
}

/* Two of the same distance but for the time since their last answers; offsets far beyond mindist. */
static void
the_old_system_peer_is_kept_while_it_is_as_good(void **state)
{
	struct candidate c[] = {
		estimated(1, 0.0, 1e-6, 0.0, 0.0),
		estimated(2, 0.008, 1e-6, 0.0, 0.0),
	};
	struct select_memory memory = { 1, 0.0 };
	static struct select_work work;
	struct selection s;

	(void)state;
	c[0].root_dist_s += 0.020;
	c[0].age_dist_s = 0.020;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 1);
	assert_near(memory.hop_s, 0.0, 0.0);
	/* A quarter nearer is clearly better. */
	c[0].age_dist_s = 0.020 - 0.24 * 0.050;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 1);
	c[0].age_dist_s = 0.020 - 0.26 * 0.050;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
	/* So is a lower stratum. */
	memory = (struct select_memory){ 1, 0.0 };
	c[0].age_dist_s = 0.020;
	c[1].stratum = c[0].stratum - 1;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
	/* Without estimates whoever spoke last leads. */
	memory = (struct select_memory){ 1, 0.0 };
	c[1].stratum = c[0].stratum;
	c[0].var_s2 = c[1].var_s2 = 0.0;
	select_run(c, 2, &RULES, &memory, &work, &s);
	assert_int_equal(s.sys_id, 2);
}

/*
 * Weights 1/4e-6 and 1/1e-6, that is 1 : 4; variance 1 / (.25e6 + 1e6) = .8e-6.
 * Frequencies 1 : 1.
 */
static void
estimates_are_combined_by_inverse_variance(void **state)
{
	struct candidate c[] = { estimated(1, 0.001, 4e-6, 1e-6, 1e-16),
		estimated(2, 0.002, 1e-6, 3e-6, 1e-16), source(3, 0.009, 0.040) };
	struct selection s;

	(void)state;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 0.0018, 1e-12);
	assert_near(s.var_s2, 0.8e-6, 1e-15);
	assert_near(s.freq, 2e-6, 1e-15);
	assert_near(s.freq_var, 0.5e-16, 1e-25);
	/* A survivor without an estimate takes no part in it. */
	run(c, 3, &RULES, &s);
	assert_int_equal(s.survivors, 3);
	assert_near(s.offset_s, 0.0018, 1e-12);
	/* One alone hands its own on. */
	run(c, 1, &RULES, &s);
	assert_near(s.var_s2, 4e-6, 0.0);
	assert_near(s.freq, 1e-6, 0.0);
	/* An estimate without a frequency gives none. */
	c[0].freq_var = 0.0;
	c[1].freq_var = 0.0;
	run(c, 2, &RULES, &s);
	assert_near(s.var_s2, 0.8e-6, 1e-15);
	assert_near(s.freq_var, 0.0, 0.0);
}

/*
 * Weights .25 : 1 as above. Covariances 8e-10 and 1e-10 by their squares:
 * (.0625 * 8 + 1 * 1) e-10 / 1.25^2 = .96e-10. Wanders 5e-9 and 1e-9:
 * (1.25 + 1) e-9 / 1.25 = 1.8e-9.
 */
static void
covariance_and_wander_are_combined_by_the_weights_of_the_offset(void **state)
{
	struct candidate c[] = { estimated(1, 0.001, 4e-6, 1e-6, 1e-16),
		estimated(2, 0.002, 1e-6, 3e-6, 1e-16), source(3, 0.0015, 0.040) };
	struct selection s;

	(void)state;
	c[0].cov_s = 8e-10;
	c[1].cov_s = 1e-10;
	c[2].cov_s = 7.0;
	c[0].wander = 5e-9;
	c[1].wander = 1e-9;
	c[2].wander = 7.0;
	run(c, 3, &RULES, &s);
	assert_near(s.cov_s, 0.96e-10, 1e-20);
	assert_near(s.wander, 1.8e-9, 1e-18);
	run(c, 1, &RULES, &s);
	assert_near(s.cov_s, 8e-10, 0.0);
	assert_near(s.wander, 5e-9, 0.0);
	assert_near(s.freq_var, 1e-16, 0.0);
}

/*
 * 0 +- 1 ms and 6 +- 2 ms. Weights 1e6 and .25e6, mean 1.2 ms, spread 1.44 + 5.76 = 7.2 instead
 * of 1: they differ by (7.2 - 1) / (.2e6 + .2e6) = 15.5e-6 s^2 more than by chance. Their weights
 * are then 1 / 16.5 and 1 / 19.5: offset 6 ms * 16.5 / 36 = 2.75 ms.
 * The variance of chance is then (1.95^2 * 1 + 1.65^2 * 4) e-6 / 3.6^2 = 1.133681e-6.
 */
static void
what_two_sources_differ_by_evens_their_weights(void **state)
{
	struct candidate c[] = {
		estimated(1, 0.0, 1e-6, 0, 1e-16),
		estimated(2, 0.006, 4e-6, 0, 1e-16),
	};
	struct selection s;

	(void)state;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 0.00275, 1e-12);
	assert_near(s.var_s2, 1.133681e-6, 1e-12);
}

/*
 * Source 1 claims 1 us, the others 11 ms each: its weight is cut to the sum of theirs.
 * Offset (2 * .010 + 0 + 0) / 4 = .005;
 * variance (2 * 1.21e-4 + 4 * 1e-12) / 16 = 1.5125e-5.
 */
static void
of_three_nobody_weighs_more_than_half(void **state)
{
	struct candidate c[] = { estimated(1, 0.010, 1e-12, 0, 1e-16),
		estimated(2, 0.0, 1.21e-4, 0, 1e-16), estimated(3, 0.0, 1.21e-4, 0, 1e-16) };
	struct selection s;

	(void)state;
	run(c, 3, &RULES, &s);
	assert_near(s.offset_s, 0.005, 1e-9);
	assert_near(s.var_s2, 1.5125e-5, 1e-10);
}

/* A server next door and three far away: what those err by would be more than it errs at all. */
static void
far_sources_fade_out_of_the_combined_estimate(void **state)
{
	struct candidate c[] = { estimated(1, 0.0, 1e-12, 0, 1e-16),
		estimated(2, 0.004, 1e-12, 0, 1e-16), estimated(3, 0.003, 1e-12, 0, 1e-16) };
	struct selection s;
	double before_s;

	(void)state;
	c[0].root_dist_s = 0.002;
	run(c, 3, &RULES, &s);
	assert_near(s.offset_s, 0.0, 1e-12);
	assert_int_equal(s.combined, 1);
	assert_true(s.each[0].combined);
	assert_false(s.each[1].combined);
	before_s = s.offset_s;
	for (double d = 0.002; d < 0.05; d += 0.0001) {
		c[0].root_dist_s = d;
		run(c, 3, &RULES, &s);
		assert_near(s.offset_s, before_s, 0.0003);
		before_s = s.offset_s;
	}
	assert_near(s.offset_s, 0.007 / 3.0, 1e-6);
	assert_int_equal(s.combined, 3);
}

/*
 * Three precise sources that differ by milliseconds: not chance but their paths, so that they weigh
 * alike, whichever was asked last and knows its own offset best.
 */
static void
sources_that_differ_beyond_chance_weigh_alike(void **state)
{
	struct candidate c[] = { estimated(1, 0.003, 1e-12, 0, 1e-16),
		estimated(2, 0.000, 4e-12, 0, 1e-16), estimated(3, -0.003, 9e-12, 0, 1e-16) };
	struct selection s;

	(void)state;
	run(c, 3, &RULES, &s);
	assert_near(s.offset_s, 0.0, 1e-8);
}

/*
 * 9 and 19 ms of round trip, that is 10 : 20 with the least, and 3 ms apart: ways are unlike by a
 * part of the trip, so that the squares weigh, 4 : 1.
 */
static void
of_sources_that_differ_the_shorter_trip_weighs_by_its_square(void **state)
{
	struct candidate c[] = { estimated(1, 0.0, 1e-14, 1e-6, 1e-16),
		estimated(2, 0.003, 1e-14, 3e-6, 1e-16) };
	struct selection s;

	(void)state;
	c[0].trip_s = 0.009;
	c[1].trip_s = 0.019;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 0.0006, 1e-8);
	/* Ways make no difference to the rate. */
	assert_near(s.freq, 2e-6, 1e-12);
	/*
	 * 3 ms apart, of deviations that are as 1 : 2: t^2 (1 + 4) = 9e-6. Of the weighted mean
	 * t^2 (16 + 1 * 4) / 25 is left.
	 */
	assert_near(s.standing_s2, 1.8e-6 * 20.0 / 25.0, 1e-10);
	/* Nor where chance explains what they differ by. */
	c[0].var_s2 = c[1].var_s2 = 1e-4;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 0.0015, 1e-12);
	assert_near(s.standing_s2, 0.0, 0.0);
	c[0].var_s2 = c[1].var_s2 = 1e-14;
	run(c, 1, &RULES, &s);
	assert_near(s.standing_s2, 0.0, 0.0);
}

/* Six that are unlike for good, each answering later than the one before. */
static void
when_each_was_asked_last_moves_no_estimate(void **state)
{
	struct candidate c[6];
	double before_s = 0.0;

	(void)state;
	for (unsigned turn = 0; turn < 6; turn++) {
		struct selection s;

		for (unsigned i = 0; i < 6; i++) {
			c[i] = estimated((uint16_t)(i + 1), i % 2 == 0 ? 0.005 : -0.003, 1e-9, 0,
			    1e-16);
			c[i].age_dist_s = 0.002 * ((i + turn) % 6);
			c[i].root_dist_s = 0.010 + 0.001 * i + c[i].age_dist_s;
		}
		run(c, 6, &RULES, &s);
		assert_int_equal(s.survivors, 6);
		assert_true(turn == 0 || fabs(s.offset_s - before_s) < 1e-12);
		before_s = s.offset_s;
	}
}

/* With estimates: up to maxclock nobody is an outlier, for all weigh by what they are worth. */
static void
of_estimated_sources_only_those_beyond_maxclock_go(void **state)
{
	struct candidate c[6];
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	for (int i = 0; i < 6; i++) {
		c[i] = estimated((uint16_t)(i + 1), 0.001 * i * i, 1e-12, 0, 1e-16);
	}
	run(c, 6, &RULES, &s);
	assert_int_equal(s.survivors, 6);
	rules.maxclock = 4;
	run(c, 6, &rules, &s);
	assert_int_equal(s.survivors, 4);
	assert_int_equal(s.each[5].tally, TALLY_BACKUP);
	rules.minclock = 5;
	run(c, 6, &rules, &s);
	assert_int_equal(s.survivors, 5);
}

/* It follows its own wobble, and is as sure of that as the others are of the time. */
static void
a_device_that_is_read_can_be_an_outlier(void **state)
{
	struct candidate c[] = { estimated(1, 0.0, 1e-10, 0, 1e-16),
		estimated(2, 0.00001, 1e-10, 0, 1e-16), estimated(3, -0.00001, 1e-10, 0, 1e-16),
		estimated(4, 0.0, 1e-10, 0, 1e-16), estimated(5, 0.017, 1e-10, 0, 1e-16) };
	struct selection s;

	(void)state;
	run(c, 5, &RULES, &s);
	assert_int_equal(s.each[4].tally, TALLY_CANDIDATE);
	c[4].flags |= CANDIDATE_READ;
	run(c, 5, &RULES, &s);
	assert_int_equal(s.each[4].tally, TALLY_OUTLIER);
	assert_true(fabs(s.offset_s) < 0.0001);
}

/* ---- who moves away from the others ---- */

/* A rate that is known to 10 ppb. */
static struct candidate
moving(uint16_t id, double offset_s, double drift)
{
	struct candidate c = estimated(id, offset_s, 1e-9, 0, 1e-16);

	c.drift = drift;
	c.drift_var = 1e-16;
	return c;
}

static void
a_minority_that_drifts_is_left_out_though_its_interval_overlaps(void **state)
{
	struct candidate c[] = { moving(1, 0.004, 0.5e-6), moving(2, -0.002, -0.1e-6),
		moving(3, 0.0, 0.01e-6), moving(4, 0.0, -0.01e-6), moving(5, 0.0, 0.0),
		moving(6, 0.0, 0.0), moving(7, 0.0, 0.0) };
	struct selection s;

	(void)state;
	run(c, 7, &RULES, &s);
	assert_int_equal(s.survivors, 5);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(s.each[i].left_out, LEFT_OUT_DRIFTS);
		assert_int_equal(s.each[i].tally, TALLY_OUTLIER);
	}
	assert_near(s.offset_s, 0.0, 1e-12);
	/* All rates have the same unknown part. */
	for (unsigned i = 0; i < 7; i++) {
		c[i].drift += 5e-6;
	}
	run(c, 7, &RULES, &s);
	assert_int_equal(s.survivors, 5);
	/* Nor does it need to be the farther one. */
	c[0].root_dist_s = c[1].root_dist_s = 0.010;
	run(c, 7, &RULES, &s);
	assert_int_equal(s.survivors, 5);
}

/* What no majority says is undecided, and as it would be without the rates. */
static void
without_a_majority_that_agrees_nobody_drifts(void **state)
{
	const struct {
		double drift[5]; /* HUGE_VAL: not known */
		unsigned n, survivors;
	} cases[] = {
		{ { 0.0, 0.5e-6 }, 2, 2 },
		{ { 0.0, 0.0, 0.5e-6 }, 3, 2 },
		{ { 0.0, 0.3e-6, 0.5e-6 }, 3, 3 },
		{ { 0.0, 0.0, 0.5e-6, 0.5e-6 }, 4, 4 },
		{ { 0.0, 0.0, HUGE_VAL, 0.5e-6 }, 4, 4 },
		{ { 0.0, 0.0, 0.0, HUGE_VAL, 0.5e-6 }, 5, 4 },
		{ { 0.0, HUGE_VAL, HUGE_VAL, HUGE_VAL, 0.5e-6 }, 5, 5 },
		/* Slower than servers' own discipline moves them. */
		{ { 0.0, 0.0, 0.0, 0.0, 0.029e-6 }, 5, 5 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct candidate c[5];
		struct selection s;

		print_message("case %zu\n", k);
		for (unsigned i = 0; i < cases[k].n; i++) {
			c[i] = moving((uint16_t)(i + 1), 0.0, cases[k].drift[i]);
			if (isinf(c[i].drift)) {
				c[i].drift = c[i].drift_var = 0.0;
			}
		}
		run(c, cases[k].n, &RULES, &s);
		assert_int_equal(s.survivors, cases[k].survivors);
	}
}

/* What those far away have in common, a queue before them all, is no drift of the one beside us. */
static void
far_sources_are_no_witnesses_against_a_near_one(void **state)
{
	struct candidate c[] = { moving(1, 0.0, 0.5e-6), moving(2, 0.0, 0.0), moving(3, 0.0, 0.0),
		moving(4, 0.0, 0.0) };
	struct selection s;

	(void)state;
	c[0].root_dist_s = 0.050 / 10.1;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 4);
	c[0].root_dist_s = 0.050 / 9.9;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 3);
}

/* 70 ppb are five deviations of both: too few to leave it out, too many to take it back. */
static void
who_drifted_is_taken_back_when_it_moves_as_the_others_do(void **state)
{
	struct candidate c[] = { moving(1, 0.0, 0.07e-6), moving(2, 0.0, 0.0), moving(3, 0.0, 0.0),
		moving(4, 0.0, 0.0) };
	struct selection s;

	(void)state;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 4);
	c[0].flags |= CANDIDATE_DRIFTED;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_DRIFTS);
	/* While its rate is not known it stays out. */
	c[0].drift = c[0].drift_var = 0.0;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_DRIFTS);
	c[0].drift = 0.04e-6;
	c[0].drift_var = 1e-16;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 4);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_NOT);
	/* So it is when there is no majority any more. */
	c[0].drift = 0.5e-6;
	c[3].drift = 0.5e-6;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 4);
}

/* It is near, and sure of itself. */
static struct candidate
restless(uint16_t id, double offset_s, double unrest)
{
	struct candidate c = estimated(id, offset_s, 1e-9, 0, 1e-16);

	c.root_dist_s = 0.005;
	c.unrest = unrest;
	return c;
}

static void
who_is_elsewhere_time_and_again_has_no_vote(void **state)
{
	struct candidate c[] = { restless(1, 0.017, 4.5), moving(2, 0.0, 0.0), moving(3, 0.0, 0.0),
		moving(4, 0.0, 0.0) };
	struct selection s;

	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		c[i].flags |= CANDIDATE_SEES;
	}
	run(c, 4, &RULES, &s);
	assert_int_equal(s.each[0].tally, TALLY_OUTLIER);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_RESTLESS);
	assert_int_equal(s.each[1].left_out, LEFT_OUT_NOT);
	assert_int_equal(s.survivors, 3);
	assert_true(fabs(s.offset_s) < 1e-6);
	/* Three breaks may be chance. */
	c[0].unrest = 3.5;
	run(c, 4, &RULES, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_NOT);
	/* Somebody wants it, whatever it does. */
	c[0].unrest = 4.5;
	c[0].flags |= CANDIDATE_TRUE;
	run(c, 4, &RULES, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
	/* What shakes half of them is not theirs. */
	c[0].flags = 0;
	c[1].unrest = 1.5;
	run(c, 4, &RULES, &s);
	assert_int_equal(s.survivors, 3);
	c[1].unrest = 2.5;
	run(c, 4, &RULES, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
	/* Nor have those that are asked seldom seen what shook it. */
	c[1].unrest = 0.0;
	c[1].flags = c[2].flags = 0;
	run(c, 4, &RULES, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
	/* One is no majority, however calm. */
	run(c, 2, &RULES, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
}

static void
who_is_called_true_or_preferred_drifts_as_it_likes(void **state)
{
	const unsigned flags[] = { CANDIDATE_PREFER, CANDIDATE_TRUE };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct candidate c[] = { moving(1, 0.0, 0.5e-6), moving(2, 0.0, 0.0),
			moving(3, 0.0, 0.0), moving(4, 0.0, 0.0) };
		struct selection s;

		c[0].flags = flags[i];
		run(c, 4, &RULES, &s);
		assert_int_equal(s.survivors, 4);
	}
}

/* tos authselect mix: a crowd that is not asked says nothing of who drifts. */
static void
only_who_is_asked_says_who_drifts(void **state)
{
	struct candidate c[] = { moving(1, 0.0, 0.5e-6), moving(2, 0.0, 0.5e-6),
		moving(3, 0.0, 0.5e-6), moving(4, 0.0, 0.0), moving(5, 0.0, 0.0),
		moving(6, 0.0, 0.0), moving(7, 0.0, 0.0) };
	struct select_rules rules = RULES;
	struct selection s;

	(void)state;
	rules.trusted_first = true;
	for (int i = 0; i < 3; i++) {
		c[i].flags |= CANDIDATE_TRUSTED;
	}
	run(c, 7, &rules, &s);
	assert_int_equal(s.survivors, 3);
	assert_int_equal(s.each[0].left_out, LEFT_OUT_NOT);
	assert_int_equal(s.each[6].left_out, LEFT_OUT_DRIFTS);
}

/* [-2.5 2.5] says 0 with no doubt, [2.25 4.25] says 3.25: their common interval is [2.25 2.5]. */
static void
the_combined_offset_stays_in_the_interval(void **state)
{
	struct candidate c[] = {
		estimated(1, 0.0, 1e-12, 0, 1e-16),
		estimated(2, 3.25, 1.0, 0, 1e-16),
	};
	struct selection s;

	(void)state;
	c[0].root_dist_s = 2.5;
	c[1].root_dist_s = 1.0;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 2.25, 0.0);
	c[0].offset_s = 6.5;
	run(c, 2, &RULES, &s);
	assert_near(s.offset_s, 4.25, 0.0);
}

/* A random table of n sources within +-spread_s. */
static void
fill(uint64_t *seed, struct candidate *c, unsigned n, double spread_s)
{
	const unsigned flags[] = { 0, 0, 0, 0, 0, CANDIDATE_PREFER, CANDIDATE_REFCLOCK,
		CANDIDATE_LAST_RESORT, CANDIDATE_PPS };

	for (unsigned i = 0; i < n; i++) {
		c[i] = source((uint16_t)(i + 1), seeded_uniform(seed, -spread_s, spread_s),
		    seeded_uniform(seed, 0.001, 0.1));
		c[i].stratum = (uint8_t)(1 + seeded_below(seed, 4));
		c[i].flags = flags[seeded_below(seed, 9)];
		c[i].leap = (enum ntp_leap)seeded_below(seed, 3);
		c[i].jitter_s = seeded_uniform(seed, 1e-6, 1e-2);
		c[i].orphan_metric = seeded_below(seed, 5);
		if (seeded_below(seed, 2) == 0) {
			c[i].var_s2 = seeded_uniform(seed, 1e-12, 1e-6);
			c[i].freq = seeded_uniform(seed, -1e-4, 1e-4);
			c[i].freq_var = seeded_uniform(seed, 1e-18, 1e-12);
		}
	}
}

static struct select_rules
seeded_rules(uint64_t *seed)
{
	struct select_rules rules = RULES;

	rules.minclock = seeded_below(seed, 5);
	rules.maxclock = 1 + seeded_below(seed, 10);
	rules.minsane = seeded_below(seed, 3);
	rules.orphan_stratum = seeded_below(seed, 4) == 0 ? 3 : 16;
	rules.own_orphan_metric = seeded_below(seed, 6);
	return rules;
}

static void
the_order_of_the_input_changes_nothing(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int turn = 0; turn < 3000; turn++) {
		struct candidate c[12];
		unsigned n = 1 + seeded_below(&seed, 12);
		struct select_rules rules = seeded_rules(&seed);
		static struct selection a, b;

		fill(&seed, c, n, seeded_below(&seed, 2) == 0 ? 0.02 : 0.2);
		run(c, n, &rules, &a);
		for (unsigned i = n; i > 1; i--) {
			unsigned j = seeded_below(&seed, i);
			struct candidate swap = c[i - 1];

			c[i - 1] = c[j];
			c[j] = swap;
		}
		run(c, n, &rules, &b);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(b.each[i].id, c[i].id);
			assert_int_equal(b.each[i].tally, a.each[c[i].id - 1].tally);
		}
		assert_int_equal(a.sys_id, b.sys_id);
		assert_int_equal(a.why, b.why);
		assert_int_equal(a.leap, b.leap);
		assert_int_equal(a.orphan, b.orphan);
		assert_same(a.offset_s, b.offset_s);
		assert_same(a.jitter_s, b.jitter_s);
		assert_same(a.var_s2, b.var_s2);
		assert_same(a.freq, b.freq);
		assert_same(a.low_s, b.low_s);
		assert_same(a.high_s, b.high_s);
	}
}

static void
falsetickers_below_half_never_win(void **state)
{
	uint64_t seed = 815;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int turn = 0; turn < 3000; turn++) {
		struct candidate c[15];
		unsigned n = 3 + seeded_below(&seed, 13);
		unsigned liars = seeded_below(&seed, (n - 1) / 2 + 1);
		struct selection s;

		for (unsigned i = 0; i < n; i++) {
			double dist_s = seeded_uniform(&seed, 0.001, 0.1);
			/* The honest are within their distance of 0, liars beyond all of them. */
			double offset_s = i < liars ? 1.0 + seeded_uniform(&seed, -0.01, 0.01)
						    : seeded_uniform(&seed, -dist_s, dist_s);

			c[i] = source((uint16_t)(i + 1), offset_s, dist_s);
			c[i].var_s2 = i < liars ? 1e-18 : 1e-6;
			c[i].freq_var = 1e-14;
		}
		run(c, n, &RULES, &s);
		assert_true(s.sys_id > liars);
		for (unsigned i = 0; i < liars; i++) {
			assert_int_equal(s.each[i].tally, TALLY_FALSETICK);
		}
		assert_true(fabs(s.offset_s) <= 0.2);
	}
}

static void
a_combined_offset_is_finite_and_within_its_interval(void **state)
{
	uint64_t seed = 99;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int turn = 0; turn < 3000; turn++) {
		struct candidate c[20];
		unsigned n = seeded_below(&seed, 21);
		struct select_rules rules = seeded_rules(&seed);
		struct selection s;

		fill(&seed, c, n, 0.05);
		run(c, n, &rules, &s);
		if (s.sys_id == 0) {
			continue;
		}
		assert_true(s.low_s < s.high_s);
		assert_true(s.offset_s >= s.low_s);
		assert_true(s.offset_s <= s.high_s);
		assert_true(s.jitter_s >= rules.precision_s);
		assert_true(isfinite(s.jitter_s));
		assert_true(isfinite(s.var_s2));
	}
}

static void
a_full_table_is_worked_through(void **state)
{
	static struct candidate c[SELECT_MAX];
	uint64_t seed = 1;
	struct selection s;

	(void)state;
	for (unsigned i = 0; i < SELECT_MAX; i++) {
		c[i] = source((uint16_t)(i + 1), seeded_uniform(&seed, -0.01, 0.01), 0.02);
	}
	run(c, SELECT_MAX, &RULES, &s);
	assert_int_equal(s.survivors, 3);
	assert_int_not_equal(s.sys_id, 0);
}

/* ---- tos authselect mix: the trusted are asked first ---- */

static struct candidate
trusted(uint16_t id, double offset_s, double root_dist_s)
{
	struct candidate c = source(id, offset_s, root_dist_s);

	c.flags |= CANDIDATE_TRUSTED;
	return c;
}

static struct select_rules
trusted_first(void)
{
	struct select_rules rules = RULES;

	rules.trusted_first = true;
	return rules;
}

static void
no_number_of_others_outvotes_one_trusted_source(void **state)
{
	struct candidate c[] = { trusted(1, 0.0, 0.010), source(2, 0.5, 0.010),
		source(3, 0.5, 0.010), source(4, 0.5, 0.010), source(5, 0.5, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	run(c, 5, &rules, &s);
	assert_tallies(&s, "*xxxx");
	assert_near(s.offset_s, 0.0, 1e-12);
	run(c, 5, &RULES, &s);
	assert_int_equal(s.each[0].tally, TALLY_FALSETICK);
}

static void
others_are_used_as_far_as_they_agree_with_the_trusted(void **state)
{
	struct candidate c[] = { trusted(1, 0.001, 0.020), trusted(2, -0.001, 0.020),
		source(3, 0.002, 0.001), source(4, 0.030, 0.001) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	run(c, 4, &rules, &s);
	assert_int_equal(s.each[3].tally, TALLY_FALSETICK);
	assert_true(s.each[2].tally >= TALLY_CANDIDATE);
	assert_near(s.low_s, -0.019, 1e-12);
	assert_near(s.high_s, 0.019, 1e-12);
}

static void
without_a_trusted_source_no_other_is_used(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	run(c, 2, &rules, &s);
	assert_tallies(&s, "  ");
	assert_int_equal(s.sys_id, 0);
	assert_int_equal(s.why, SELECT_NO_TRUSTED);
}

static void
nobody_else_decides_between_two_trusted_that_disagree(void **state)
{
	struct candidate c[] = { trusted(1, 0.0, 0.010), trusted(2, 0.5, 0.010),
		source(3, 0.5, 0.010), source(4, 0.5, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	run(c, 4, &rules, &s);
	assert_tallies(&s, "xxxx");
	assert_int_equal(s.why, SELECT_NO_MAJORITY);
}

/* The others are so close together that the trusted would be the outliers. */
static void
a_crowd_makes_no_outlier_of_a_trusted_source(void **state)
{
	struct candidate c[] = { trusted(1, 0.0, 0.020), source(2, 0.015, 0.001),
		source(3, 0.015, 0.001), source(4, 0.015, 0.001), source(5, 0.015, 0.001) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	run(c, 5, &rules, &s);
	assert_true(s.each[0].tally >= TALLY_CANDIDATE);
	run(c, 5, &RULES, &s);
	assert_true(s.each[0].tally < TALLY_CANDIDATE);
}

static void
only_the_trusted_announce_a_leap_second(void **state)
{
	struct candidate c[] = { trusted(1, 0.0, 0.010), source(2, 0.0, 0.010),
		source(3, 0.0, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	c[1].leap = LEAP_INSERT;
	c[2].leap = LEAP_INSERT;
	run(c, 3, &rules, &s);
	assert_int_equal(s.leap, LEAP_NONE);
	c[0].leap = LEAP_INSERT;
	run(c, 3, &rules, &s);
	assert_int_equal(s.leap, LEAP_INSERT);
}

/* They say that they smear, and are the larger camp. */
static void
others_that_smear_do_not_crowd_out_a_trusted_source(void **state)
{
	struct candidate c[] = { trusted(1, 0.0, 0.020), source(2, 0.001, 0.010),
		source(3, 0.001, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	c[1].smear_s = -0.3;
	c[2].smear_s = -0.3;
	run(c, 3, &rules, &s);
	assert_tallies(&s, "*--");
	assert_false(s.smeared);
}

static void
an_orphan_parent_without_authentication_is_none(void **state)
{
	struct candidate c = source(1, 0.0, 0.010);
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	c.stratum = 5;
	c.orphan_metric = 1;
	rules.orphan_stratum = 5;
	rules.own_orphan_metric = 9;
	run(&c, 1, &rules, &s);
	assert_int_equal(s.sys_id, 0);
	c.flags |= CANDIDATE_TRUSTED;
	run(&c, 1, &rules, &s);
	assert_int_equal(s.sys_id, 1);
}

static void
a_stand_in_is_asked_only_while_there_is_no_trusted_source(void **state)
{
	struct candidate c[] = { source(1, 0.5, 0.010), source(2, 0.5, 0.010),
		trusted(3, 0.0, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	c[0].flags |= CANDIDATE_STAND_IN;
	run(c, 3, &rules, &s);
	assert_tallies(&s, "xx*");
	run(c, 2, &rules, &s);
	assert_tallies(&s, "*+");
	run(c + 1, 1, &rules, &s);
	assert_int_equal(s.why, SELECT_NO_TRUSTED);
}

/* Our own clock is the last resort still. */
static void
the_last_resort_is_left_without_a_trusted_source(void **state)
{
	struct candidate c[] = { source(1, 0.0, 0.010), source(2, 0.0, 0.010) };
	struct select_rules rules = trusted_first();
	struct selection s;

	(void)state;
	c[1].flags |= CANDIDATE_LAST_RESORT;
	run(c, 2, &rules, &s);
	assert_tallies(&s, " *");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_that_agree_are_combined_by_root_distance),
		cmocka_unit_test(one_source_alone_is_taken_as_it_is),
		cmocka_unit_test(nobody_gives_no_candidate),
		cmocka_unit_test(a_minority_apart_is_false),
		cmocka_unit_test(who_votes_by_a_reach_makes_a_liar_within_the_distances_false),
		cmocka_unit_test(of_smeared_and_plain_the_larger_camp_stays_after_the_vote),
		cmocka_unit_test(without_a_majority_nobody_is_right),
		cmocka_unit_test(midpoints_outside_of_the_interval_do_not_matter),
		cmocka_unit_test(a_falseticker_at_the_edge_leads_nobody_there),
		cmocka_unit_test(intervals_that_only_touch_need_a_third),
		cmocka_unit_test(intervals_that_touch_overlap),
		cmocka_unit_test(a_source_called_true_is_never_false),
		cmocka_unit_test(a_true_system_peer_is_believed),
		cmocka_unit_test(outliers_go_until_minclock_is_left),
		cmocka_unit_test(what_exceeds_maxclock_is_kept_as_backup),
		cmocka_unit_test(the_cluster_stops_at_a_preferred_or_true_outlier),
		cmocka_unit_test(a_preferred_survivor_is_not_combined),
		cmocka_unit_test(the_lower_stratum_becomes_the_system_peer),
		cmocka_unit_test(the_old_system_peer_is_kept_for_a_while),
		cmocka_unit_test(a_hop_that_was_taken_back_starts_anew),
		cmocka_unit_test(the_old_system_peer_is_kept_while_it_is_as_good),
		cmocka_unit_test(a_leap_needs_more_than_half_of_the_survivors_or_a_reference_clock),
		cmocka_unit_test(fewer_than_minsane_set_no_clock),
		cmocka_unit_test(local_is_used_when_nobody_else_is_left),
		cmocka_unit_test(local_serves_when_the_others_contradict_each_other),
		cmocka_unit_test(the_orphan_parent_has_the_smallest_metric),
		cmocka_unit_test(an_orphan_parent_is_not_held_to_the_interval_of_falsetickers),
		cmocka_unit_test(of_orphans_with_one_metric_the_first_id_wins_in_any_order),
		cmocka_unit_test(pps_refines_the_seconds_of_a_preferred_source),
		cmocka_unit_test(pps_is_not_used_when_the_second_is_in_doubt),
		cmocka_unit_test(a_pps_without_a_number_has_no_vote),
		cmocka_unit_test(a_pps_that_numbers_its_own_seconds_needs_nobody),
		cmocka_unit_test(estimates_are_combined_by_inverse_variance),
		cmocka_unit_test(covariance_and_wander_are_combined_by_the_weights_of_the_offset),
		cmocka_unit_test(what_two_sources_differ_by_evens_their_weights),
		cmocka_unit_test(of_three_nobody_weighs_more_than_half),
		cmocka_unit_test(far_sources_fade_out_of_the_combined_estimate),
		cmocka_unit_test(sources_that_differ_beyond_chance_weigh_alike),
		cmocka_unit_test(of_sources_that_differ_the_shorter_trip_weighs_by_its_square),
		cmocka_unit_test(when_each_was_asked_last_moves_no_estimate),
		cmocka_unit_test(of_estimated_sources_only_those_beyond_maxclock_go),
		cmocka_unit_test(a_device_that_is_read_can_be_an_outlier),
		cmocka_unit_test(a_minority_that_drifts_is_left_out_though_its_interval_overlaps),
		cmocka_unit_test(without_a_majority_that_agrees_nobody_drifts),
		cmocka_unit_test(far_sources_are_no_witnesses_against_a_near_one),
		cmocka_unit_test(who_drifted_is_taken_back_when_it_moves_as_the_others_do),
		cmocka_unit_test(who_is_elsewhere_time_and_again_has_no_vote),
		cmocka_unit_test(who_is_called_true_or_preferred_drifts_as_it_likes),
		cmocka_unit_test(only_who_is_asked_says_who_drifts),
		cmocka_unit_test(the_combined_offset_stays_in_the_interval),
		cmocka_unit_test(the_order_of_the_input_changes_nothing),
		cmocka_unit_test(falsetickers_below_half_never_win),
		cmocka_unit_test(a_combined_offset_is_finite_and_within_its_interval),
		cmocka_unit_test(a_full_table_is_worked_through),
		cmocka_unit_test(no_number_of_others_outvotes_one_trusted_source),
		cmocka_unit_test(others_are_used_as_far_as_they_agree_with_the_trusted),
		cmocka_unit_test(without_a_trusted_source_no_other_is_used),
		cmocka_unit_test(nobody_else_decides_between_two_trusted_that_disagree),
		cmocka_unit_test(a_crowd_makes_no_outlier_of_a_trusted_source),
		cmocka_unit_test(only_the_trusted_announce_a_leap_second),
		cmocka_unit_test(others_that_smear_do_not_crowd_out_a_trusted_source),
		cmocka_unit_test(an_orphan_parent_without_authentication_is_none),
		cmocka_unit_test(a_stand_in_is_asked_only_while_there_is_no_trusted_source),
		cmocka_unit_test(the_last_resort_is_left_without_a_trusted_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
