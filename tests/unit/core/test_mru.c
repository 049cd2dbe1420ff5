/* SPDX-License-Identifier: BSD-2-Clause */
/* The client table: order, replacement, rates. */
#include "core/mru.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/restrict_bits.h"
#include "unit/seeded.h"
#include "wire/header.h"

static const struct siphash_key key = { 1, 2 };
static const struct mru_rules open_rules = { .average_log2s = 3, .minimum_s = 2.0 };
static const struct mru_rules limited = {
	.average_log2s = 3,
	.minimum_s = 2.0,
	.enforce = true,
	.kod = true,
};

static struct mru *
table(size_t n)
{
	void *memory = aligned_alloc(64, (mru_size(n) + 63) / 64 * 64);

	assert_non_null(memory);
	memset(memory, 0xa5, mru_size(n)); /* nothing may rely on zeroed memory */
	return mru_init(memory, n, &key);
}

static struct mtime
at(double s)
{
	return (struct mtime){ ns_from_s(s) };
}

static struct addr
host(uint32_t n)
{
	return addr_v4(0x0a000000 + n);
}

static bool
get(const struct mru *m, const struct addr *a, struct mru_client *out)
{
	uint32_t position = mru_position(m, a);

	if (position == 0) {
		return false;
	}
	mru_read(m, position, out);
	return true;
}

static enum mru_verdict
touch_from(struct mru *m, const struct addr *a, uint16_t port, uint8_t mode, uint8_t version,
    uint32_t flags, const struct mru_rules *r, struct mtime now)
{
	const struct mru_packet p = {
		.from = a,
		.port = port,
		.mode = mode,
		.version = version,
		.local = 51207,
		.flags = flags,
	};

	return mru_touch(m, &p, r, now);
}

static enum mru_verdict
touch(struct mru *m, uint32_t n, const struct mru_rules *r, double now_s)
{
	struct addr a = host(n);

	return touch_from(m, &a, 4000, MODE_CLIENT, 4, 0, r, at(now_s));
}

static void
remembers_what_a_client_last_sent(void **state)
{
	struct mru *m = table(4);
	struct addr a, b;
	struct mru_client c;

	(void)state;
	assert_true(addr_parse("fe80::1%3", &a));
	assert_true(addr_parse("192.0.2.9", &b));
	assert_false(get(m, &a, &c));
	assert_int_equal(touch_from(m, &a, 123, MODE_ACTIVE, 3, RESTRICT_NOQUERY, &open_rules,
			     at(10.0)),
	    MRU_PASS);
	assert_int_equal(touch_from(m, &a, 4567, MODE_CLIENT, 4,
			     RESTRICT_NOTRAP | RESTRICT_LIMITED | RESTRICT_KOD, &open_rules,
			     at(12.5)),
	    MRU_PASS);
	assert_true(get(m, &a, &c));
	assert_true(addr_equal(&c.addr, &a));
	assert_int_equal(c.addr.scope, 3);
	assert_int_equal(c.port, 4567);
	assert_int_equal(c.local, 51207);
	assert_int_equal(c.mode, MODE_CLIENT);
	assert_int_equal(c.version, 4);
	assert_int_equal(c.flags, RESTRICT_NOTRAP);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.dropped, 0);
	assert_true(c.first.ns == at(10.0).ns);
	assert_true(c.last.ns == at(12.5).ns);
	assert_false(get(m, &b, &c));
	assert_int_equal(mru_position(m, &b), 0);
	free(m);
}

static void
a_v4_address_is_not_the_v6_address_of_the_same_octets(void **state)
{
	struct mru *m = table(4);
	struct addr v4 = addr_v4(0), v6 = { .family = ADDR_V6 };

	(void)state;
	touch_from(m, &v4, 1, MODE_CLIENT, 4, 0, &open_rules, at(1.0));
	touch_from(m, &v6, 1, MODE_CLIENT, 4, 0, &open_rules, at(1.0));
	assert_int_equal(mru_used(m), 2);
	free(m);
}

static void
the_same_link_local_address_on_two_links_is_two_clients(void **state)
{
	struct mru *m = table(4);
	struct addr a, b;
	struct mru_client c;

	(void)state;
	assert_true(addr_parse("fe80::1%3", &a));
	assert_true(addr_parse("fe80::1%70000", &b));
	touch_from(m, &a, 1, MODE_CLIENT, 4, 0, &open_rules, at(1.0));
	touch_from(m, &b, 2, MODE_CLIENT, 4, 0, &open_rules, at(2.0));
	assert_int_equal(mru_used(m), 2);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.port, 1);
	assert_true(get(m, &b, &c));
	assert_int_equal(c.port, 2);
	assert_int_equal(c.addr.scope, 70000);
	assert_memory_equal(c.addr.bytes, b.bytes, sizeof b.bytes);
	free(m);
}

static void
walks_from_the_newest_to_the_oldest_and_back(void **state)
{
	static const uint32_t want[] = { 2, 4, 3, 1 };
	struct mru *m = table(8);
	struct mru_client c;
	uint32_t p;
	unsigned i = 0;

	(void)state;
	assert_int_equal(mru_newest(m), 0);
	assert_int_equal(mru_oldest(m), 0);
	for (uint32_t n = 1; n <= 4; n++) {
		touch(m, n, &open_rules, n);
	}
	touch(m, 4, &open_rules, 5.0); /* the newest again */
	touch(m, 2, &open_rules, 6.0); /* one from the middle */
	for (p = mru_newest(m); p != 0; p = mru_older(m, p)) {
		mru_read(m, p, &c);
		assert_int_equal(addr_v4_value(&c.addr), 0x0a000000 + want[i]);
		i++;
	}
	assert_int_equal(i, 4);
	for (p = mru_oldest(m); p != 0; p = mru_newer(m, p)) {
		i--;
		mru_read(m, p, &c);
		assert_int_equal(addr_v4_value(&c.addr), 0x0a000000 + want[i]);
	}
	assert_int_equal(i, 0);
	free(m);
}

static void
a_full_table_replaces_the_client_not_seen_for_longest(void **state)
{
	struct mru *m = table(3);
	struct addr a = host(1), b = host(2);
	struct mru_client c;

	(void)state;
	touch(m, 1, &open_rules, 1.0);
	touch(m, 2, &open_rules, 2.0);
	touch(m, 3, &open_rules, 3.0);
	touch(m, 1, &open_rules, 4.0);
	touch(m, 4, &open_rules, 5.0);
	assert_int_equal(mru_used(m), 3);
	assert_int_equal(mru_peak(m), 3);
	assert_int_equal(mru_capacity(m), 3);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.count, 2);
	assert_false(get(m, &b, &c));
	free(m);
}

/* "mru maxdepth 1000000" takes 66 MB, each client is found, and the oldest make room. */
static void
a_million_clients_are_found_each_and_the_oldest_make_room(void **state)
{
	enum { MILLION = 1000000, NEW = 1000 };
	struct mru *m = table(MILLION);
	struct mru_client c;
	size_t found = 0;

	(void)state;
	assert_true(mru_size(MILLION) <= (size_t)66 * 1024 * 1024);
	for (uint32_t i = 1; i <= MILLION; i++) {
		touch(m, i, &open_rules, 1.0 + i * 1e-3);
	}
	for (uint32_t i = 1; i <= MILLION; i++) {
		struct addr a = host(i);
		found += get(m, &a, &c) && c.count == 1;
	}
	assert_int_equal(found, MILLION);
	for (uint32_t i = 1; i <= NEW; i++) {
		touch(m, MILLION + i, &open_rules, 2000.0 + i);
	}
	for (uint32_t i = 1; i <= 2 * NEW; i++) {
		struct addr a = host(i);
		assert_int_equal(get(m, &a, &c), i > NEW);
	}
	assert_int_equal(mru_used(m), MILLION);
	assert_int_equal(mru_count(m)->fresh, MILLION);
	assert_int_equal(mru_count(m)->replaced_full, NEW);
	assert_int_equal(mru_count(m)->again, 0);
	free(m);
}

static void
a_table_of_one_client_works(void **state)
{
	struct mru *m = table(1);
	struct addr a = host(7);
	struct mru_client c;

	(void)state;
	for (uint32_t n = 1; n <= 7; n++) {
		assert_int_equal(touch(m, n, &limited, n), MRU_PASS);
	}
	assert_int_equal(mru_used(m), 1);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.count, 1);
	assert_int_equal(mru_newest(m), mru_oldest(m));
	free(m);
}

static void
the_size_that_fits_is_the_largest_that_fits(void **state)
{
	(void)state;
	for (size_t octets = 0; octets < 300000; octets += 997) {
		size_t n = mru_fit(octets);

		assert_true(n == 0 || mru_size(n) <= octets);
		assert_true(mru_size(n + 1) > octets);
	}
	/* The classic megabyte, and a million clients. */
	assert_true(mru_fit(1024 * 1024) > 14000);
	assert_true(mru_size(1000000) < 70 * 1024 * 1024);
}

/* ---- who may be replaced ---- */

static void
a_list_longer_than_mindepth_reuses_what_is_older_than_maxage(void **state)
{
	const struct mru_keeping k = {
		.mindepth = 3,
		.maxage_s = 64.0,
		.minage_s = 64.0,
		.monitor_s = 3000.0,
	};
	struct addr first = host(1);
	struct mru *m = table(8);
	struct mru_client c;

	(void)state;
	mru_keep(m, &k);
	for (uint32_t n = 1; n <= 3; n++) {
		touch(m, n, &open_rules, 100.0 * n); /* shorter than mindepth: all are kept */
	}
	assert_int_equal(mru_used(m), 3);
	touch(m, 4, &open_rules, 400.0); /* the first was seen 300 s ago */
	assert_int_equal(mru_used(m), 3);
	assert_false(get(m, &first, &c));
	touch(m, 2, &open_rules, 401.0);
	touch(m, 3, &open_rules, 401.0);
	touch(m, 5, &open_rules, 402.0); /* none is old: it grows */
	assert_int_equal(mru_used(m), 4);
	free(m);
}

static void
without_maxage_a_list_grows_until_it_is_full(void **state)
{
	const struct mru_keeping k = {
		.mindepth = 1,
		.maxage_s = -1.0,
		.minage_s = 64.0,
		.monitor_s = 3000.0,
	};
	struct mru *m = table(8);

	(void)state;
	mru_keep(m, &k);
	for (uint32_t n = 1; n <= 12; n++) {
		touch(m, n, &open_rules, 1000.0 * n);
	}
	assert_int_equal(mru_used(m), 8);
	free(m);
}

/* How many of 10,000 new clients a full list takes whose oldest was seen age_s ago. */
static unsigned
taken_of_10000(const struct mru_keeping *k, double age_s)
{
	unsigned taken = 0;

	for (uint32_t i = 0; i < 10000; i++) {
		struct mru *m = table(1);
		struct addr new = host(100 + i);
		struct mru_client c;
		mru_keep(m, k);
		touch(m, 1, &open_rules, 1000.0);
		assert_int_equal(touch(m, 100 + i, &limited, 1000.0 + age_s), MRU_PASS);
		taken += get(m, &new, &c) ? 1 : 0;
		assert_int_equal(mru_used(m), 1);
		free(m);
	}
	return taken;
}

static void
a_full_list_takes_a_new_client_as_readily_as_its_oldest_is_old(void **state)
{
	struct mru_keeping k = {
		.mindepth = 1,
		.maxage_s = 64.0,
		.minage_s = 64.0,
		.monitor_s = 100.0,
	};

	(void)state;
	assert_in_range(taken_of_10000(&k, 10.0), 850, 1150);
	assert_in_range(taken_of_10000(&k, 50.0), 4700, 5300);
	assert_int_equal(taken_of_10000(&k, 64.0), 10000); /* minage */
	assert_int_equal(taken_of_10000(&k, 0.0), 0);
	k.minage_s = 5.0;
	assert_int_equal(taken_of_10000(&k, 10.0), 10000);
	k.minage_s = 64.0;
	k.monitor_s = 0.0;
	assert_int_equal(taken_of_10000(&k, 0.001), 10000);
}

/* ---- rate ---- */

/*
 * Worked by hand: average 8 s, so a packet adds 8 - 2 and the bucket may hold 55 before it at most
 * (55 + 8 < 64). The first packet of a client adds nothing; then one a second leaves 6, 11, 16,
 * ..., 61 behind: the 13th passes, the 14th finds 60.
 */
static void
one_packet_a_second_is_limited_after_some_and_kissed_once(void **state)
{
	struct mru *m = table(4);
	struct mru_client c;
	struct addr a = host(1);
	unsigned pass = 0;
	double now = 100.0;

	(void)state;
	while (touch(m, 1, &limited, now) == MRU_PASS) {
		pass++;
		now += 1.0;
		assert_true(pass < 100);
	}
	assert_int_equal(pass, 13);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.flags, RESTRICT_LIMITED | RESTRICT_KOD);
	assert_int_equal(c.dropped, 1);
	assert_int_equal(c.count, 14);
	assert_true(c.score > 71.5 && c.score < 72.5);
	for (int i = 0; i < 8; i++) {
		now += 1.0;
		assert_int_equal(touch(m, 1, &limited, now), MRU_DROP);
	}
	assert_true(get(m, &a, &c));
	assert_int_equal(c.flags, RESTRICT_LIMITED);
	/*
	 * 72 - 8 = 64; a second later the bucket is below its brim: full again, and no kiss so soon.
	 */
	now += 1.0;
	assert_int_equal(touch(m, 1, &limited, now), MRU_DROP);
	/* 16 s of silence leave 56, which is too much; 17 s do. */
	assert_int_equal(touch(m, 1, &limited, now + 17.0), MRU_PASS);
	free(m);
}

static void
packets_within_the_guard_time_are_limited(void **state)
{
	struct mru *m = table(4);
	struct mru_rules r = limited;

	(void)state;
	assert_int_equal(touch(m, 1, &limited, 10.0), MRU_PASS);
	assert_int_equal(touch(m, 1, &limited, 10.4), MRU_KOD);
	assert_int_equal(touch(m, 2, &limited, 10.0), MRU_PASS);
	assert_int_equal(touch(m, 2, &limited, 10.5), MRU_PASS); /* rounds to 1 s */
	r.minimum_s = 1.0;
	assert_int_equal(touch(m, 3, &r, 10.0), MRU_PASS);
	assert_int_equal(touch(m, 3, &r, 10.0), MRU_PASS);
	r.minimum_s = 30.0;
	assert_int_equal(touch(m, 4, &r, 10.0), MRU_PASS);
	assert_int_equal(touch(m, 4, &r, 38.0), MRU_KOD);
	assert_int_equal(touch(m, 4, &r, 200.0), MRU_PASS);
	free(m);
}

static void
an_iburst_of_eight_packets_passes(void **state)
{
	struct mru *m = table(4);

	(void)state;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(touch(m, 1, &limited, 10.0 + 2.0 * i), MRU_PASS);
	}
	free(m);
}

static void
the_headway_of_the_average_passes_for_ever(void **state)
{
	(void)state;
	for (int average = 1; average <= 6; average++) {
		struct mru *m = table(4);
		struct mru_rules r = limited;

		r.average_log2s = average;
		for (int i = 0; i < 1000; i++) {
			assert_int_equal(touch(m, 1, &r, 10.0 + i * (double)(1 << average)),
			    MRU_PASS);
		}
		free(m);
	}
}

static void
without_limited_nothing_is_held_back_and_nothing_remembered(void **state)
{
	struct mru *m = table(4);
	struct addr a = host(1);
	struct mru_client c;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(touch(m, 1, &open_rules, 10.0), MRU_PASS);
	}
	assert_true(get(m, &a, &c));
	assert_int_equal(c.count, 1000);
	assert_int_equal(c.dropped, 0);
	assert_int_equal(touch(m, 1, &limited, 12.0), MRU_PASS);
	free(m);
}

static void
nobody_is_kissed_without_kod_and_no_server_ever(void **state)
{
	static const uint8_t mode[] = { MODE_SERVER, MODE_BROADCAST };
	struct mru *m = table(4);
	struct mru_rules quiet = limited;
	struct addr a;

	(void)state;
	quiet.kod = false;
	touch(m, 1, &quiet, 10.0);
	assert_int_equal(touch(m, 1, &quiet, 10.0), MRU_DROP);
	for (uint32_t i = 0; i < 2; i++) {
		a = host(10 + i);
		touch_from(m, &a, 123, mode[i], 4, 0, &limited, at(10.0));
		assert_int_equal(touch_from(m, &a, 123, mode[i], 4, 0, &limited, at(10.0)),
		    MRU_DROP);
	}
	free(m);
}

static void
extreme_rules_and_times_do_no_harm(void **state)
{
	struct mru *m = table(4);
	struct mru_rules r = limited;

	(void)state;
	r.average_log2s = 255;
	for (int i = 0; i < 20; i++) {
		touch(m, 1, &r, 10.0 + 3.0 * i);
	}
	assert_int_equal(touch(m, 1, &r, 9e9), MRU_PASS); /* 285 years later */
	assert_int_equal(touch(m, 1, &r, 10.0), MRU_KOD); /* and back: no time has passed */
	r.average_log2s = -5;
	r.minimum_s = 0.0;
	for (int i = 0; i < 6; i++) {
		assert_int_equal(touch(m, 2, &r, 10.0), MRU_PASS);
	}
	free(m);
}

/*
 * Property: against a client that never rests, at most 8 + t/6 packets pass in t seconds, and
 * kisses are rarer still.
 */
static void
no_pattern_of_packets_beats_the_limit(void **state)
{
	struct seeded s = seeded_start(__func__);

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct mru *m = table(4);
		double now = 1000.0, gap = 0.01 + 8.0 * seeded_unit(&s);
		unsigned pass = 0, kod = 0;

		for (int i = 0; i < 2000; i++) {
			enum mru_verdict v = touch(m, 1, &limited, now);

			pass += v == MRU_PASS ? 1 : 0;
			kod += v == MRU_KOD ? 1 : 0;
			/*
			 * A packet adds 6, and the rounding of short gaps may take out a second for
			 * half of one.
			 */
			assert_true(pass <= 12.0 + (now - 1000.0) / 3.0 + 1.0);
			assert_true(kod <= 1.0 + (now - 1000.0) / 4.0);
			now += gap * 2.0 * seeded_unit(&s);
		}
		free(m);
	}
}

/* ---- the score of limit ---- */

static const struct mru_rules scored = {
	.model = MRU_LIMIT,
	.average_pps = 1.0,
	.burst = 20.0,
	.kod_pps = 0.5,
	.enforce = true,
	.kod = true,
};

/* Each packet adds 1/20: the 21st at one time is above 1, the 20th just there. */
static void
a_score_lets_a_burst_pass_and_comes_down_with_time(void **state)
{
	struct mru *m = table(4);
	struct mru_client c;
	struct addr a = host(1);
	unsigned pass = 0;

	(void)state;
	while (touch(m, 1, &scored, 10.0) == MRU_PASS) {
		pass++;
		assert_true(pass < 100);
	}
	assert_in_range(pass, 19, 20);
	assert_true(get(m, &a, &c));
	assert_true(c.score > 0.999 && c.score < 1.051);
	assert_int_equal(c.dropped, 1);
	assert_int_not_equal(touch(m, 1, &scored, 10.2), MRU_PASS);
	/* Above 1.03, times exp(-4.8/20), and 0.05 more. */
	assert_int_equal(touch(m, 1, &scored, 15.0), MRU_PASS);
	free(m);
}

static void
a_score_follows_the_rate(void **state)
{
	static const double pps[] = { 0.1, 1.0, 10.0, 1000.0 };

	(void)state;
	for (unsigned i = 0; i < sizeof pps / sizeof pps[0]; i++) {
		struct mru *m = table(4);
		struct mru_client c;
		struct addr a = host(1);
		for (int k = 0; k < (int)(200.0 * pps[i]) + 1; k++) {
			touch(m, 1, &scored, 10.0 + k / pps[i]);
		}
		assert_true(get(m, &a, &c));
		assert_true(c.score > 0.95 * pps[i] && c.score < 1.3 * pps[i] + 0.05);
		free(m);
	}
}

/* At 10 packets a second for 1000 s, with a wish for 0.5 kisses a second: nothing is served. */
static void
kisses_of_one_address_are_48_seconds_apart(void **state)
{
	const struct mru_rules *rules[] = { &scored, &limited };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct mru *m = table(4);
		unsigned pass = 0, kod = 0;
		double last = -1000.0;

		for (int k = 0; k < 10000; k++) {
			double now = 10.0 + 0.1 * k;
			enum mru_verdict v = touch(m, 1, rules[i], now);

			pass += v == MRU_PASS ? 1 : 0;
			kod += v == MRU_KOD ? 1 : 0;
			assert_true(v != MRU_KOD || now - last >= 47.99);
			last = v == MRU_KOD ? now : last;
		}
		assert_in_range(pass, 1, 30);
		/* The bucket of discard is kissed when it is full, which it stays. */
		assert_in_range(kod, i == 0 ? 13 : 1, i == 0 ? 21 : 1);
		free(m);
	}
}

/* ---- what of the refused is answered ---- */

/* So many of n packets, gap_s apart, are answered although they are refused. */
static unsigned
leaks_of(const struct mru_rules *r, unsigned n, double gap_s, double *least_gap_s)
{
	struct mru *m = table(4);
	unsigned leaks = 0;
	double last = -1000.0;

	*least_gap_s = 1000.0;
	for (unsigned i = 0; i < n; i++) {
		double now = 10.0 + gap_s * i;

		if (touch(m, 1, r, now) == MRU_LEAK) {
			*least_gap_s = now - last < *least_gap_s ? now - last : *least_gap_s;
			last = now;
			leaks++;
		}
	}
	free(m);
	return leaks;
}

static void
one_refused_packet_in_four_is_answered_and_no_two_within_a_second(void **state)
{
	const struct mru_rules *models[] = { &scored, &limited };
	double gap_s;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct mru_rules r = *models[i];

		r.average_pps = 0.01;
		r.minimum_s = 60.0;
		r.leak = 4;
		/* 3 s apart: each has its chance. */
		assert_in_range(leaks_of(&r, 10000, 3.0, &gap_s), 2350, 2650);
		/* 100 a second: after one a second and a quarter of none at most, then the next. */
		assert_in_range(leaks_of(&r, 100000, 0.01, &gap_s), 750, 1000);
		assert_true(gap_s > 0.999);
		r.leak = 1;
		assert_in_range(leaks_of(&r, 1000, 3.0, &gap_s), 998, 999);
		r.leak = 0;
		assert_int_equal(leaks_of(&r, 10000, 3.0, &gap_s), 0);
	}
}

/* A leak is an answer: nothing is counted as dropped. It is marked as limited. */
static void
an_answer_to_a_refused_packet_is_marked_and_not_counted_as_dropped(void **state)
{
	struct mru *m = table(4);
	struct mru_rules r = limited;
	struct addr a = host(1);
	struct mru_client c;

	(void)state;
	r.leak = 1;
	assert_int_equal(touch(m, 1, &r, 10.0), MRU_PASS);
	assert_int_equal(touch(m, 1, &r, 10.0), MRU_LEAK);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.dropped, 0);
	assert_int_equal(c.flags, RESTRICT_LIMITED);
	assert_int_equal(touch(m, 1, &r, 10.1), MRU_DROP);
	assert_true(get(m, &a, &c));
	assert_int_equal(c.dropped, 1);
	free(m);
}

/* ---- the bursts of clients, against the limit as it is when nothing is said ---- */

/* n requests gap_s apart; again_s later the same once more, as when it is run a second time. */
struct client_pattern {
	const char *name;
	unsigned n;
	double gap_s, again_s;
};

static const struct client_pattern patterns[] = {
	{ "sntp, rdate, ntplib, most libraries", 1, 0.0, 0.0 },
	{ "check_ntp_time: four at once", 4, 0.0, 0.0 },
	{ "rdate -n, ntpclient: four, as they are answered", 4, 0.01, 0.0 },
	{ "ntpdate: four, 2 s apart", 4, 2.0, 0.1 },
	{ "ntpdate -p 8", 8, 2.0, 0.1 },
	{ "ntpdate of old: eight within a second", 8, 0.1, 0.5 },
	{ "iburst: eight, 2 s apart", 8, 2.0, 1.0 },
	{ "iburst of chronyd: four to eight, 2 s apart", 8, 2.0, 1.0 },
	{ "burst after burst at minpoll 6", 8, 2.0, 50.0 },
	{ "chronyd -q", 8, 2.0, 0.1 },
	{ "ntpdig -p 8", 8, 2.0, 0.1 },
	{ "busybox ntpd -q: eight, 1 s apart", 8, 1.0, 0.1 },
	{ "systemd-timesyncd: one, again after 32 s", 2, 32.0, 32.0 },
	{ "openntpd: one, then every 5 s", 12, 5.0, 5.0 },
	{ "w32tm /stripchart: 2 s apart", 50, 2.0, 2.0 },
	{ "w32time at its start: four at once", 4, 0.05, 1.0 },
	{ "a router with iburst", 6, 1.9, 2.0 },
	{ "a poll of 8 s", 1000, 8.0, 8.0 },
	{ "somebody who tries again and again by hand", 20, 1.5, 3.0 },
};

static void
the_bursts_of_every_common_client_pass(void **state)
{
	struct mru_rules r = scored;

	(void)state;
	r.leak = 4;
	for (unsigned i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		const struct client_pattern *p = &patterns[i];
		struct mru *m = table(4);
		double now = 100.0;

		for (unsigned k = 0; k < 2 * p->n; k++) {
			now += k == 0 ? 0.0 : k == p->n ? p->again_s : p->gap_s;
			if (touch(m, 1, &r, now) != MRU_PASS) {
				fail_msg("%s: request %u is not served", p->name, k + 1);
			}
		}
		free(m);
	}
}

static void
the_score_keeps_to_what_the_entry_asks_for(void **state)
{
	struct mru *m = table(4);
	struct mru_rules r = scored;

	(void)state;
	r.enforce = false;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(touch(m, 1, &r, 10.0), MRU_PASS);
	}
	assert_int_equal(touch(m, 1, &scored, 10.0), MRU_PASS); /* nothing was remembered */
	r = scored;
	r.kod = false;
	r.average_pps = 0.01;
	assert_int_equal(touch(m, 2, &r, 10.0), MRU_PASS); /* the first always */
	for (int i = 0; i < 100; i++) {
		assert_int_equal(touch(m, 2, &r, 10.0), MRU_DROP);
	}
	r.exempt = true;
	assert_int_equal(touch(m, 2, &r, 10.0), MRU_PASS);
	free(m);
}

static void
a_change_of_model_does_no_harm(void **state)
{
	struct mru *m = table(4);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		touch(m, 1, &scored, 10.0);
	}
	(void)touch(m, 1, &limited, 10.0);
	(void)touch(m, 1, &scored, 10.0);
	assert_int_equal(touch(m, 1, &limited, 9e9), MRU_PASS);
	free(m);
}

static void
a_packet_that_fills_nothing_lets_the_bucket_leak(void **state)
{
	struct mru_rules r = limited;
	struct mru *m = table(4);
	struct addr a = host(1);
	struct mru_client before, after;

	(void)state;
	for (int i = 0; i < 20; i++) {
		(void)touch(m, 1, &r, 10.0);
	}
	assert_true(get(m, &a, &before));
	r.exempt = true;
	assert_int_equal(touch(m, 1, &r, 15.0), MRU_PASS);
	assert_true(get(m, &a, &after));
	assert_true(before.score - after.score > 4.9 && before.score - after.score < 5.1);
	free(m);
}

static void
counts_begin_anew_and_clients_stay(void **state)
{
	struct mru *m = table(4);

	(void)state;
	(void)touch(m, 1, &open_rules, 1.0);
	(void)touch(m, 1, &open_rules, 2.0);
	assert_int_equal(mru_count(m)->fresh, 1);
	assert_int_equal(mru_count(m)->again, 1);
	mru_reset_count(m);
	assert_int_equal(mru_count(m)->fresh, 0);
	assert_int_equal(mru_count(m)->again, 0);
	assert_int_equal(mru_used(m), 1);
	(void)touch(m, 1, &open_rules, 3.0);
	assert_int_equal(mru_count(m)->again, 1);
	free(m);
}

static void
there_are_as_many_buckets_as_clients_fit_to_the_next_power_of_two(void **state)
{
	static const struct {
		size_t clients, buckets;
	} cases[] = { { 1, 16 }, { 16, 16 }, { 17, 32 }, { 1000, 1024 }, { 1024, 1024 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct mru *m = table(cases[i].clients);

		assert_int_equal(mru_buckets(m), cases[i].buckets);
		free(m);
	}
}

/* ---- against a plain model ---- */

enum { HOSTS = 40, ROOM = 16 };

static bool
mark_is_at(const struct mru *m, uint32_t who)
{
	struct addr a = host(who);

	return mru_marked(m) != 0 && mru_marked(m) == mru_position(m, &a);
}

/* A walk that rests between packets misses nobody who stays where he is. */
static void
a_mark_goes_on_to_the_next_newer_when_its_client_moves_or_goes(void **state)
{
	struct mru *m = table(4);
	struct addr two = host(2);

	(void)state;
	assert_int_equal(mru_marked(m), 0);
	for (uint32_t i = 1; i <= 4; i++) {
		touch(m, i, &open_rules, (int)i);
	}
	mru_mark(m, mru_position(m, &two));
	touch(m, 1, &open_rules, 5); /* another moves */
	assert_true(mark_is_at(m, 2));
	touch(m, 2, &open_rules, 6); /* 3 4 1 2 */
	assert_true(mark_is_at(m, 3));
	touch(m, 5, &open_rules, 7); /* takes the place of 3 */
	assert_true(mark_is_at(m, 4));
	mru_mark(m, mru_newest(m));
	touch(m, 5, &open_rules, 8); /* the newest moves nowhere */
	assert_int_equal(mru_marked(m), mru_newest(m));
	mru_mark(m, 0);
	assert_int_equal(mru_marked(m), 0);
	free(m);
}

/* Property: members and order are those of a list where a packet moves its client to the front. */
static void
behaves_as_a_list_with_moves_to_the_front(void **state)
{
	struct seeded s = seeded_start(__func__);
	struct mru *m = table(ROOM);
	uint32_t model[ROOM + 1];
	unsigned n = 0;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		uint32_t who = seeded_below(&s, HOSTS), p = 0;
		unsigned i = 0;

		while (i < n && model[i] != who) {
			i++;
		}
		if (i == n) {
			n++;
		}
		memmove(model + 1, model, i * sizeof model[0]);
		model[0] = who;
		n = n > ROOM ? ROOM : n;
		touch(m, who, &open_rules, step);
		assert_int_equal(mru_used(m), n);
		p = mru_newest(m);
		for (i = 0; i < n; i++) {
			struct mru_client c;
			struct addr a = host(model[i]);

			assert_int_equal(p, mru_position(m, &a));
			mru_read(m, p, &c);
			assert_int_equal(addr_v4_value(&c.addr), addr_v4_value(&a));
			p = mru_older(m, p);
		}
		assert_int_equal(p, 0);
	}
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers_what_a_client_last_sent),
		cmocka_unit_test(a_v4_address_is_not_the_v6_address_of_the_same_octets),
		cmocka_unit_test(the_same_link_local_address_on_two_links_is_two_clients),
		cmocka_unit_test(walks_from_the_newest_to_the_oldest_and_back),
		cmocka_unit_test(a_full_table_replaces_the_client_not_seen_for_longest),
		cmocka_unit_test(a_million_clients_are_found_each_and_the_oldest_make_room),
		cmocka_unit_test(a_table_of_one_client_works),
		cmocka_unit_test(the_size_that_fits_is_the_largest_that_fits),
		cmocka_unit_test(a_list_longer_than_mindepth_reuses_what_is_older_than_maxage),
		cmocka_unit_test(without_maxage_a_list_grows_until_it_is_full),
		cmocka_unit_test(a_full_list_takes_a_new_client_as_readily_as_its_oldest_is_old),
		cmocka_unit_test(one_packet_a_second_is_limited_after_some_and_kissed_once),
		cmocka_unit_test(packets_within_the_guard_time_are_limited),
		cmocka_unit_test(an_iburst_of_eight_packets_passes),
		cmocka_unit_test(the_headway_of_the_average_passes_for_ever),
		cmocka_unit_test(without_limited_nothing_is_held_back_and_nothing_remembered),
		cmocka_unit_test(nobody_is_kissed_without_kod_and_no_server_ever),
		cmocka_unit_test(extreme_rules_and_times_do_no_harm),
		cmocka_unit_test(no_pattern_of_packets_beats_the_limit),
		cmocka_unit_test(a_score_lets_a_burst_pass_and_comes_down_with_time),
		cmocka_unit_test(a_score_follows_the_rate),
		cmocka_unit_test(kisses_of_one_address_are_48_seconds_apart),
		cmocka_unit_test(one_refused_packet_in_four_is_answered_and_no_two_within_a_second),
		cmocka_unit_test(
		    an_answer_to_a_refused_packet_is_marked_and_not_counted_as_dropped),
		cmocka_unit_test(the_bursts_of_every_common_client_pass),
		cmocka_unit_test(the_score_keeps_to_what_the_entry_asks_for),
		cmocka_unit_test(a_change_of_model_does_no_harm),
		cmocka_unit_test(a_mark_goes_on_to_the_next_newer_when_its_client_moves_or_goes),
		cmocka_unit_test(behaves_as_a_list_with_moves_to_the_front),
		cmocka_unit_test(a_packet_that_fills_nothing_lets_the_bucket_leak),
		cmocka_unit_test(counts_begin_anew_and_clients_stay),
		cmocka_unit_test(there_are_as_many_buckets_as_clients_fit_to_the_next_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
