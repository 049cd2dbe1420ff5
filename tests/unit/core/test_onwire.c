/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on the wire between two peers: RFC 5905, section 8; RFC 9769, section 3. */
#include "check.h"
#include <string.h>
#include "core/onwire.h"

#define EPOCH_NS INT64_C(1600000000000000000)
#define MS INT64_C(1000000)

/* One side of a pair, whose clock is ahead by offset_ns. */
struct side {
	struct onwire o;
	int64_t offset_ns;
};

struct pair {
	struct side a, b;
	int64_t now_ns;
	uint64_t random;
};

static struct onwire_moment
moment_of(const struct side *s, int64_t true_ns)
{
	return (struct onwire_moment){ { EPOCH_NS + true_ns + s->offset_ns }, { true_ns }, 0 };
}

static void
pair_start(struct pair *p, bool xleave)
{
	memset(p, 0, sizeof *p);
	onwire_start(&p->a.o, MODE_ACTIVE, xleave);
	onwire_start(&p->b.o, MODE_ACTIVE, xleave);
	p->b.offset_ns = 7 * MS;
	p->random = 11;
}

/* It sends at true_ns; the packet leaves, as the kernel sees it, late_ns later. */
static struct header
send(struct pair *p, struct side *s, int64_t true_ns, int64_t late_ns)
{
	struct header h = { .version = 4, .mode = s->o.mode };
	struct onwire_moment now = moment_of(s, true_ns), left = moment_of(s, true_ns + late_ns);

	p->random = p->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	onwire_ask(&s->o, &now, 0.0, p->random, &h);
	onwire_sent(&s->o, s->o.tag, &now, false);
	onwire_sent(&s->o, s->o.tag, &left, true);
	return h;
}

/* It comes; what was made of it. measured: NULL, or whether there is a sample. */
static enum verdict
come(struct side *s, const struct header *h, int64_t true_ns, bool *measured)
{
	struct onwire_moment at = moment_of(s, true_ns);
	enum verdict v = onwire_check(&s->o, h);
	bool m = false;

	if (v == VERDICT_OK) {
		m = onwire_accept(&s->o, h, &at);
	} else if (v != VERDICT_DUPLICATE) {
		onwire_notice(&s->o, h, &at, false);
	}
	if (measured != NULL) {
		*measured = m;
	}
	return v;
}

static double
offset_of(const struct onwire_times *t)
{
	return (ntp_ts_diff_s(t->t2, ntp_ts_from_rtime(t->t1.real)) +
		   ntp_ts_diff_s(t->t3, ntp_ts_from_rtime(t->t4.real))) /
	    2;
}

static double
delay_of(const struct onwire_times *t)
{
	return rtime_diff_s(t->t4.real, t->t1.real) - ntp_ts_diff_s(t->t3, t->t2);
}

/*
 * Eight packets in turn, 16 stamps, one way 2 ms, sent 0.1 ms later than their time of writing.
 * Basic samples are off by half of what the two sides were late; interleaved ones are exact.
 */
static void
sixteen_stamps_in_turn_basic_and_interleaved(void **state)
{
	for (unsigned xleave = 0; xleave < 2; xleave++) {
		struct pair p;
		unsigned samples = 0, interleaved = 0;

		pair_start(&p, xleave != 0);
		for (int i = 0; i < 8; i++) {
			struct side *from = i % 2 == 0 ? &p.a : &p.b;
			struct side *to = i % 2 == 0 ? &p.b : &p.a;
			int64_t at = i * 8000 * MS, late = i % 2 == 0 ? MS / 10 : MS / 2;
			struct header h = send(&p, from, at, late);
			const struct onwire_times *of = &to->o.of;
			bool measured;
			enum verdict v = come(to, &h, at + late + 2 * MS, &measured);

			if (i == 0) {
				assert_int_equal(v, VERDICT_BOGUS); /* it answers nobody */
				continue;
			}
			assert_int_equal(v, VERDICT_OK);
			if (!measured) {
				continue;
			}
			samples++;
			interleaved += of->interleaved;
			if (of->interleaved) {
				assert_near(fabs(offset_of(of)), 0.007, 1e-8);
				assert_near(delay_of(of), 0.004, 1e-8);
			} else {
				assert_near(fabs(offset_of(of)), 0.007, 0.0003);
				assert_true(fabs(fabs(offset_of(of)) - 0.007) > 4e-5);
			}
		}
		assert_int_equal(samples, 7);
		assert_int_equal(interleaved, xleave != 0 ? 4 : 0);
	}
	(void)state;
}

/* The figure with eight stamps: two peers begin, each by the packet of the other. */
static void
eight_stamps_begin_by_what_answers_nobody(void **state)
{
	struct pair p;
	struct header a, b;
	bool measured;

	(void)state;
	pair_start(&p, false);
	a = send(&p, &p.a, 0, 0);
	assert_true(ntp_ts_is_zero(a.org) && ntp_ts_is_zero(a.rec));
	assert_int_equal(come(&p.b, &a, 2 * MS, NULL), VERDICT_BOGUS);
	b = send(&p, &p.b, 1000 * MS, 0);
	assert_int_equal(b.org.fix, a.xmt.fix);
	assert_int_equal(come(&p.a, &b, 1002 * MS, &measured), VERDICT_OK);
	assert_true(measured);
	a = send(&p, &p.a, 2000 * MS, 0);
	assert_int_equal(a.org.fix, b.xmt.fix);
	assert_int_equal(come(&p.b, &a, 2002 * MS, &measured), VERDICT_OK);
	assert_true(measured);
	assert_near(offset_of(&p.b.o.of), -0.007, 1e-6);
	b = send(&p, &p.b, 3000 * MS, 0);
	assert_int_equal(come(&p.a, &b, 3002 * MS, &measured), VERDICT_OK);
	assert_near(offset_of(&p.a.o.of), 0.007, 1e-6);
	assert_near(delay_of(&p.a.o.of), 0.004, 1e-6);
}

/* So many rounds in turn. */
static void
rounds(struct pair *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct header h = send(p, &p->a, p->now_ns, 0);

		(void)come(&p->b, &h, p->now_ns + 2 * MS, NULL);
		h = send(p, &p->b, p->now_ns + 1000 * MS, 0);
		(void)come(&p->a, &h, p->now_ns + 1002 * MS, NULL);
		p->now_ns += 2000 * MS;
	}
}

static void
no_packet_is_its_own_answer_and_receive_and_transmit_differ(void **state)
{
	for (unsigned xleave = 0; xleave < 2; xleave++) {
		struct pair p;

		pair_start(&p, xleave != 0);
		p.b.offset_ns = 0;
		for (int i = 0; i < 20; i++) {
			struct ntp_ts before = p.a.o.nonce;
			struct header h = send(&p, &p.a, p.now_ns, 0);

			assert_true(h.xmt.fix != h.org.fix && h.xmt.fix != h.rec.fix);
			assert_true(h.xmt.fix != before.fix && h.xmt.fix != 0);
			assert_int_not_equal(onwire_check(&p.a.o, &h), VERDICT_OK);
			(void)come(&p.b, &h, p.now_ns, NULL);
			h = send(&p, &p.b, p.now_ns, 0);
			(void)come(&p.a, &h, p.now_ns, NULL);
		}
	}
	(void)state;
}

/* What a packet may be wrong in, and the verdict; the state is looked at octet by octet. */
struct wrong {
	const char *what;
	enum verdict verdict;
};

static void
a_packet_that_is_no_answer_changes_nothing_that_is_valid(void **state)
{
	static const struct wrong wrongs[] = {
		{ "wrong origin", VERDICT_BOGUS },
		{ "zero origin", VERDICT_BOGUS }, /* CVE-2015-8138 */
		{ "old origin", VERDICT_BOGUS },
		{ "replay", VERDICT_DUPLICATE },
		{ "late", VERDICT_BOGUS },
		{ "zero receive", VERDICT_UNSET },
		{ "zero transmit", VERDICT_UNSET },
	};

	for (unsigned k = 0; k < 2 * sizeof wrongs / sizeof wrongs[0]; k++) {
		const struct wrong *w = &wrongs[k / 2];
		struct header last, h, late;
		struct ntp_ts old;
		struct onwire before;
		struct pair p;

		pair_start(&p, k % 2 != 0);
		rounds(&p, 6);
		old = p.a.o.nonce;
		(void)send(&p, &p.a, p.now_ns, 0); /* lost */
		late = send(&p, &p.b, p.now_ns + MS, 0);
		p.now_ns += 1000 * MS;
		last = send(&p, &p.a, p.now_ns, 0);
		(void)come(&p.b, &last, p.now_ns + MS, NULL);
		h = send(&p, &p.b, p.now_ns + 2 * MS, 0);
		if (k / 2 == 0) {
			h.org.fix ^= 1;
		} else if (k / 2 == 1) {
			h.org.fix = 0;
		} else if (k / 2 == 2) {
			h.org = old;
		} else if (k / 2 == 3) {
			assert_int_equal(come(&p.a, &h, p.now_ns + 4 * MS, NULL), VERDICT_OK);
		} else if (k / 2 == 4) {
			h = late;
		} else if (k / 2 == 5) {
			h.rec.fix = 0;
		} else {
			h.xmt.fix = 0;
		}
		before = p.a.o;
		assert_int_equal(come(&p.a, &h, p.now_ns + 5 * MS, NULL), w->verdict);
		before.sym.init = p.a.o.sym.init; /* by that two may begin */
		assert_memory_equal(&before, &p.a.o, sizeof before);
	}
	(void)state;
}

/*
 * CVE-2015-1799 (CVE-2015-1853): packets with any timestamps, again and again, between those of the
 * peers: as long as the true ones are answered in turn, they go on.
 */
static void
cve_2015_1799_and_cve_2015_1853_forged_times_do_not_keep_two_peers_apart(void **state)
{
	struct pair p;
	unsigned good = 0;

	(void)state;
	pair_start(&p, true);
	rounds(&p, 4);
	for (int i = 0; i < 50; i++) {
		struct header forged = { .version = 4, .mode = MODE_ACTIVE };
		struct header h = send(&p, &p.a, p.now_ns, 0);

		forged.xmt.fix = p.random * 3;
		forged.org.fix = p.random * 5;
		good += come(&p.b, &h, p.now_ns + 2 * MS, NULL) == VERDICT_OK;
		(void)come(&p.b, &forged, p.now_ns + 3 * MS, NULL);
		h = send(&p, &p.b, p.now_ns + 1000 * MS, 0);
		forged.xmt.fix++;
		good += come(&p.a, &h, p.now_ns + 1002 * MS, NULL) == VERDICT_OK;
		(void)come(&p.a, &forged, p.now_ns + 1003 * MS, NULL);
		p.now_ns += 2000 * MS;
	}
	assert_int_equal(good, 100);
}

/* CVE-2018-7184: one bad packet in interleaved mode, and the association never came back. */
static void
cve_2018_7184_interleaved_comes_back_after_bad_and_lost_packets(void **state)
{
	struct pair p;
	struct header h;

	(void)state;
	pair_start(&p, true);
	rounds(&p, 6);
	assert_true(p.a.o.sym.interleaved);
	for (int i = 0; i < 5; i++) {
		h = (struct header){ .version = 4, .mode = MODE_ACTIVE };
		h.xmt.fix = 12345 + (uint64_t)i;
		assert_int_equal(come(&p.a, &h, p.now_ns, NULL), VERDICT_BOGUS);
		(void)send(&p, &p.a, p.now_ns + MS, 0); /* lost */
		p.now_ns += 1000 * MS;
	}
	rounds(&p, 6);
	assert_true(p.a.o.sym.interleaved && p.b.o.sym.interleaved);
}

/* CVE-2018-7185: a packet with zero timestamps made the other side begin anew. */
static void
cve_2018_7185_zero_timestamps_reset_nothing(void **state)
{
	struct header h = { .version = 4, .mode = MODE_ACTIVE };
	struct onwire before;
	struct pair p;

	(void)state;
	pair_start(&p, true);
	rounds(&p, 6);
	before = p.a.o;
	assert_int_not_equal(come(&p.a, &h, p.now_ns, NULL), VERDICT_OK);
	assert_memory_equal(&before, &p.a.o, sizeof before);
	rounds(&p, 1);
	assert_true(p.a.o.sym.interleaved);
}

/* CVE-2016-1548: a forged packet made an association change from basic to interleaved. */
static void
cve_2016_1548_only_an_answer_changes_the_mode(void **state)
{
	struct header h = { .version = 4, .mode = MODE_ACTIVE };
	struct pair p;

	(void)state;
	pair_start(&p, false);
	rounds(&p, 6);
	h.org = p.a.o.sym.valid.rec; /* what was told to both, but is no field of ours */
	h.rec.fix = 77;
	h.xmt.fix = 78;
	assert_int_equal(come(&p.a, &h, p.now_ns, NULL), VERDICT_BOGUS);
	assert_false(p.a.o.sym.seen || p.a.o.sym.interleaved);
}

static void
the_other_side_goes_along_when_one_has_xleave(void **state)
{
	struct pair p;

	(void)state;
	pair_start(&p, false);
	onwire_start(&p.a.o, MODE_ACTIVE, true);
	rounds(&p, 8);
	assert_true(p.a.o.sym.interleaved && p.b.o.sym.interleaved);
}

/* A peer that knows basic mode only: its packets are a client's answers, and ours are of use. */
static void
one_that_cannot_is_sent_basic_packets_after_four(void **state)
{
	unsigned basic = 0, interleaved = 0;
	struct pair p;

	(void)state;
	pair_start(&p, false);
	onwire_start(&p.a.o, MODE_ACTIVE, true);
	for (int i = 0; i < 40; i++) {
		struct header h = send(&p, &p.a, p.now_ns, 0);
		bool basic_form = h.org.fix == p.b.o.nonce.fix;

		interleaved += i > 0 && !basic_form;
		basic += basic_form;
		if (basic_form || i == 0) {
			(void)come(&p.b, &h, p.now_ns + 2 * MS, NULL);
		} else {
			/* It takes it for bogus, and answers what it says. */
			struct onwire_moment at = moment_of(&p.b, p.now_ns + 2 * MS);
			onwire_notice(&p.b.o, &h, &at, false);
		}
		h = send(&p, &p.b, p.now_ns + 1000 * MS, 0);
		(void)come(&p.a, &h, p.now_ns + 1002 * MS, NULL);
		p.now_ns += 2000 * MS;
	}
	assert_true(interleaved <= 6);
	assert_true(basic >= 30);
}

static void
late_and_repeated_packets_do_not_set_a_peer_back(void **state)
{
	struct header first, second, a;
	struct pair p;

	(void)state;
	pair_start(&p, false);
	rounds(&p, 4);
	a = send(&p, &p.a, p.now_ns, 0);
	(void)come(&p.b, &a, p.now_ns + 2 * MS, NULL);
	first = send(&p, &p.b, p.now_ns + 100 * MS, 0);
	second = send(&p, &p.b, p.now_ns + 200 * MS, 0);
	assert_int_equal(come(&p.a, &second, p.now_ns + 202 * MS, NULL), VERDICT_OK);
	assert_int_equal(come(&p.a, &first, p.now_ns + 203 * MS, NULL), VERDICT_DUPLICATE);
	a = send(&p, &p.a, p.now_ns + 1000 * MS, 0);
	assert_int_equal(a.org.fix, second.xmt.fix);
}

static void
after_a_step_no_receive_time_of_before_is_told(void **state)
{
	struct pair p;
	struct header h;

	(void)state;
	pair_start(&p, true);
	rounds(&p, 6);
	p.a.offset_ns += 500 * MS;
	onwire_clear(&p.a.o);
	h = send(&p, &p.a, p.now_ns, 0);
	assert_true(ntp_ts_is_zero(h.rec));
	assert_int_equal(come(&p.b, &h, p.now_ns + 2 * MS, NULL), VERDICT_UNSET);
	p.now_ns += 500 * MS;
	rounds(&p, 8);
	assert_true(p.a.o.sym.interleaved && p.b.o.sym.interleaved);
	assert_near(fabs(offset_of(&p.b.o.of)), 0.493, 1e-6);
}

static void
what_was_slewed_meanwhile_is_in_what_is_told(void **state)
{
	struct header h = { .version = 4, .mode = MODE_ACTIVE };
	struct onwire_moment now;
	struct pair p;
	struct ntp_ts came;

	(void)state;
	pair_start(&p, false);
	rounds(&p, 4);
	came = ntp_ts_from_rtime(p.a.o.sym.valid.at.real);
	now = moment_of(&p.a, p.now_ns);
	now.adjusted_ns = 40000;
	onwire_ask(&p.a.o, &now, 0.0, 1, &h);
	assert_near(ntp_ts_diff_s(h.rec, came), 40e-6, 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixteen_stamps_in_turn_basic_and_interleaved),
		cmocka_unit_test(eight_stamps_begin_by_what_answers_nobody),
		cmocka_unit_test(no_packet_is_its_own_answer_and_receive_and_transmit_differ),
		cmocka_unit_test(a_packet_that_is_no_answer_changes_nothing_that_is_valid),
		cmocka_unit_test(
		    cve_2015_1799_and_cve_2015_1853_forged_times_do_not_keep_two_peers_apart),
		cmocka_unit_test(cve_2018_7184_interleaved_comes_back_after_bad_and_lost_packets),
		cmocka_unit_test(cve_2018_7185_zero_timestamps_reset_nothing),
		cmocka_unit_test(cve_2016_1548_only_an_answer_changes_the_mode),
		cmocka_unit_test(the_other_side_goes_along_when_one_has_xleave),
		cmocka_unit_test(one_that_cannot_is_sent_basic_packets_after_four),
		cmocka_unit_test(late_and_repeated_packets_do_not_set_a_peer_back),
		cmocka_unit_test(after_a_step_no_receive_time_of_before_is_told),
		cmocka_unit_test(what_was_slewed_meanwhile_is_in_what_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
