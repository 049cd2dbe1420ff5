/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the simulator itself: its clock against what Linux does, its paths against their laws.
 * /
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_resolver.h"
#include "sim/sim_server.h"
#include "sim/sim_store.h"

static int64_t
ns(double s)
{
	return ns_from_s(s);
}

static void
run(struct world *w, double s)
{
	world_run(w, w->now + ns(s));
}

static void
assert_near(double got, double want, double within)
{
	if (!(fabs(got - want) <= within)) {
		fail_msg("%.12g is not within %.3g of %.12g", got, within, want);
	}
}

/* --- world --- */

struct mark {
	struct sim_event event;
	struct world *w;
	char name;
	char *out;
};

static void
write_mark(void *ctx)
{
	struct mark *m = ctx;

	m->out[strlen(m->out)] = m->name;
}

static void
events_fire_in_order_of_time_and_then_of_arming(void **state)
{
	struct world *w = world_new(1);
	struct mark m[5];
	char out[8] = "";
	const double at[] = { 3, 1, 2, 1, 5 };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		m[i] = (struct mark){
			.event = { .fire = write_mark, .ctx = &m[i] },
			.name = (char)('a' + i),
			.out = out,
		};
		world_arm(w, &m[i].event, ns(at[i]));
	}
	world_disarm(w, &m[2].event);
	world_arm(w, &m[4].event, ns(0.5));
	run(w, 10);
	assert_string_equal(out, "ebda");
	assert_int_equal(w->now, ns(10));
	world_free(w);
}

static void
a_thousand_random_events_fire_sorted(void **state)
{
	struct world *w = world_new(1);
	struct sim_rng r = sim_rng_of(1, "test", 0);
	static struct mark m[1000];
	static char out[1001];
	int64_t last = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		m[i] = (struct mark){
			.event = { .fire = write_mark, .ctx = &m[i] },
			.name = 'x',
			.out = out,
		};
		world_arm(w, &m[i].event, (int64_t)sim_rng_below(&r, 5000));
	}
	for (unsigned i = 0; i < 1000; i += 3) {
		world_disarm(w, &m[i].event);
	}
	while (w->heap_n > 0) {
		assert_true(w->heap[0]->at >= last);
		last = w->heap[0]->at;
		world_run(w, last);
	}
	assert_int_equal(strlen(out), 666);
	world_free(w);
}

static void
true_utc_repeats_a_second_at_an_inserted_leap(void **state)
{
	struct world *w = world_new(1);
	int64_t midnight_s;

	(void)state;
	w->epoch_ns = (int64_t)1782863990 * NS_PER_S; /* ten seconds before July 2026 */
	midnight_s = 1782864000;
	w->leap = 1;
	w->leap_utc_s = midnight_s;
	run(w, 9.5);
	assert_int_equal(world_utc(w), midnight_s * NS_PER_S - 500000000);
	run(w, 1);
	assert_int_equal(world_utc(w), midnight_s * NS_PER_S - 500000000);
	run(w, 1);
	assert_int_equal(world_utc(w), midnight_s * NS_PER_S + 500000000);
	world_free(w);
}

static void
the_laws_of_delay_have_their_means(void **state)
{
	struct sim_rng r = sim_rng_of(7, "test", 0);
	double exponential = 0, normal = 0, square = 0, pareto = 0;
	const int n = 200000;

	(void)state;
	for (int i = 0; i < n; i++) {
		double x = sim_rng_normal(&r);

		exponential += sim_rng_exponential(&r) / n;
		pareto += sim_rng_pareto(&r, 3.0) / n;
		normal += x / n;
		square += x * x / n;
	}
	assert_near(exponential, 1, 0.01);
	assert_near(pareto, 1, 0.02);
	assert_near(normal, 0, 0.01);
	assert_near(square, 1, 0.01);
}

static void
streams_of_other_names_are_other_numbers(void **state)
{
	struct sim_rng a = sim_rng_of(1, "a", 0), b = sim_rng_of(1, "b", 0),
		       c = sim_rng_of(1, "a", 1);
	struct sim_rng again = sim_rng_of(1, "a", 0);
	uint64_t first = sim_rng_u64(&a);

	(void)state;
	assert_true(first == sim_rng_u64(&again));
	assert_true(first != sim_rng_u64(&b));
	assert_true(first != sim_rng_u64(&c));
}

/* --- clock --- */

static struct clock_state
state_of(struct sim_clock *c)
{
	struct clock_state s;

	assert_int_equal(c->port.ops->get(&c->port, &s), 0);
	return s;
}

static int
set_phase(struct sim_clock *c, double phase_s, int tc)
{
	struct clock_change what = {
		.bits = CLOCK_SET_PHASE,
		.phase_s = phase_s,
		.time_constant = tc,
	};

	return c->port.ops->change(&c->port, &what);
}

static int
set_freq(struct sim_clock *c, double freq)
{
	struct clock_change what = { .bits = CLOCK_SET_FREQ, .freq = freq };

	return c->port.ops->change(&c->port, &what);
}

static void
an_oscillator_100_ppm_fast_gains_8_64_s_a_day(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0.25, 100e-6);
	run(w, 86400);
	assert_near(sim_clock_error_s(&c), 0.25 + 8.64, 1e-6);
	world_free(w);
}

static void
the_frequency_takes_back_what_the_oscillator_gains(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 100e-6);
	assert_int_equal(set_freq(&c, -100e-6), 0);
	run(w, 1000);
	/* (1 + a)(1 - a) is a^2 short. */
	assert_near(sim_clock_error_s(&c), -1e-8 * 1000, 2e-8);
	assert_near(sim_clock_residual(&c), 0, 1e-11);
	world_free(w);
}

static void
a_phase_is_slewed_by_a_quarter_a_second_and_ends_by_itself(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0.001, 0);
	run(w, 0.5);
	assert_int_equal(set_phase(&c, -0.001, 0), 0);
	run(w, 0.49);
	/* Nothing moves before the clock's next second begins. */
	assert_near(sim_clock_error_s(&c), 0.001, 2e-9);
	run(w, 0.02);
	assert_near(state_of(&c).phase_s, -0.00075, 1e-9);
	run(w, 1.0);
	assert_near(state_of(&c).phase_s, -0.0005625, 1e-9);
	run(w, 0.98);
	assert_near(sim_clock_error_s(&c), 0.001 * 0.75 * 0.75, 2e-6);
	run(w, 100);
	/* The kernel counts seconds of the clock it is slewing, hence the square. */
	assert_near(sim_clock_error_s(&c), 0, 2e-7);
	assert_near(state_of(&c).phase_s, 0, 1e-11);
	world_free(w);
}

static void
a_longer_time_constant_slews_more_slowly(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 0);
	assert_int_equal(set_phase(&c, 0.064, 4), 0);
	run(w, 64.5);
	assert_near(sim_clock_error_s(&c), 0.064 * (1 - pow(1 - 1.0 / 64, 64)), 0.0005);
	world_free(w);
}

static void
a_step_ends_the_slew_and_unsynchronises(void **state)
{
	struct world *w = world_new(1);
	struct clock_change ok = {
		.bits = CLOCK_SET_STATUS,
		.maxerror_s = 0.01,
		.esterror_s = 0.001,
	};
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 0);
	assert_int_equal(c.port.ops->change(&c.port, &ok), 0);
	assert_int_equal(set_phase(&c, 0.1, 0), 0);
	run(w, 2);
	assert_false(state_of(&c).unsync);
	assert_int_equal(c.port.ops->step(&c.port, -ns(3)), 0);
	assert_true(state_of(&c).unsync);
	assert_near(state_of(&c).maxerror_s, 16, 1e-9);
	assert_near(state_of(&c).phase_s, 0, 0);
	run(w, 10);
	assert_near(sim_clock_error_s(&c), -3 + 0.025 + 0.01875, 0.02);
	assert_int_equal(c.steps, 1);
	world_free(w);
}

static void
maxerror_grows_500_ppm_until_the_clock_is_unsynchronised(void **state)
{
	struct world *w = world_new(1);
	struct clock_change ok = {
		.bits = CLOCK_SET_STATUS,
		.maxerror_s = 0.01,
		.esterror_s = 0.001,
	};
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0.5, 0);
	assert_int_equal(c.port.ops->change(&c.port, &ok), 0);
	run(w, 1000);
	assert_near(state_of(&c).maxerror_s, 0.51, 1e-9);
	assert_false(state_of(&c).unsync);
	run(w, 32000);
	assert_true(state_of(&c).unsync);
	world_free(w);
}

static void
adjtime_takes_500_us_a_second_until_it_is_done(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;
	struct clock_change slew = { .bits = CLOCK_SET_SLEW, .slew_s = -0.01025 };

	(void)state;
	sim_clock_start(&c, w, "clock", 0.01025, 0);
	assert_int_equal(c.port.ops->change(&c.port, &slew), 0);
	run(w, 11);
	assert_near(sim_clock_error_s(&c), 0.01025 - 0.005, 0.0005 + 6e-6);
	/*
	 * A second of the slewed clock is longer: it gets 500 us of 500 us more, as from the
	 * kernel.
	 */
	run(w, 12);
	assert_near(sim_clock_error_s(&c), 0, 6e-6);
	run(w, 100);
	assert_near(sim_clock_error_s(&c), 0, 6e-6);
	world_free(w);
}

static void
a_step_and_an_adjtime_of_nothing_end_an_adjtime(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;
	struct clock_change slew = { .bits = CLOCK_SET_SLEW, .slew_s = 1 };

	(void)state;
	for (int with_step = 0; with_step <= 1; with_step++) {
		struct clock_change none = { .bits = CLOCK_SET_SLEW };
		double before;

		sim_clock_start(&c, w, "clock", 0, 0);
		assert_int_equal(c.port.ops->change(&c.port, &slew), 0);
		run(w, 10);
		assert_int_equal(with_step ? c.port.ops->step(&c.port, 1)
					   : c.port.ops->change(&c.port, &none),
		    0);
		run(w, 1);
		before = sim_clock_error_s(&c);
		run(w, 100);
		assert_near(sim_clock_error_s(&c), before, 1e-6);
	}
	world_free(w);
}

static void
without_the_right_to_set_it_nothing_changes(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 1e-6);
	c.uncontrolled = true;
	assert_int_equal(set_freq(&c, 1e-4), -EPERM);
	assert_int_equal(c.port.ops->step(&c.port, 5), -EPERM);
	run(w, 100);
	assert_near(sim_clock_error_s(&c), 1e-4, 3e-9);
	world_free(w);
}

static void
a_leap_second_is_inserted_at_midnight_when_armed(void **state)
{
	struct world *w = world_new(1);
	struct clock_change arm = {
		.bits = CLOCK_SET_STATUS | CLOCK_SET_TAI,
		.leap = CLOCK_LEAP_INSERT,
		.tai_s = 37,
		.maxerror_s = 0.01,
	};
	struct sim_clock c;

	(void)state;
	w->epoch_ns = (int64_t)1782863940 * NS_PER_S;
	w->leap = 1;
	w->leap_utc_s = 1782864000;
	sim_clock_start(&c, w, "clock", 0, 0);
	assert_int_equal(c.port.ops->change(&c.port, &arm), 0);
	run(w, 59.9);
	assert_near(sim_clock_error_s(&c), 0, 1e-8);
	run(w, 10);
	assert_near(sim_clock_error_s(&c), 0, 1e-8);
	assert_int_equal(c.leaps, 1);
	assert_int_equal(state_of(&c).tai_s, 38);
	run(w, 86400);
	assert_int_equal(c.leaps, 1);
	world_free(w);
}

static void
a_leap_second_is_left_out_at_midnight_when_armed(void **state)
{
	struct world *w = world_new(1);
	struct clock_change arm = {
		.bits = CLOCK_SET_STATUS,
		.leap = CLOCK_LEAP_DELETE,
		.maxerror_s = 0.01,
	};
	struct sim_clock c;

	(void)state;
	w->epoch_ns = (int64_t)1782863940 * NS_PER_S;
	w->leap = -1;
	w->leap_utc_s = 1782864000;
	sim_clock_start(&c, w, "clock", 0, 0);
	assert_int_equal(c.port.ops->change(&c.port, &arm), 0);
	run(w, 70);
	assert_near(sim_clock_error_s(&c), 0, 1e-8);
	assert_int_equal(c.leaps, 1);
	world_free(w);
}

static void
readings_are_grained_and_advance_when_repeated(void **state)
{
	struct world *w = world_new(1);
	struct clock_reading a, b;
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0.0123456, 0);
	c.granularity_ns = 1000000;
	c.read_cost_ns = 400000;
	for (int i = 0; i < 5; i++) {
		c.port.ops->read(&c.port, &a);
		assert_int_equal(a.mono.ns % 1000000, 0);
	}
	c.port.ops->read(&c.port, &b);
	assert_true(b.mono.ns == a.mono.ns || b.mono.ns == a.mono.ns + 1000000);
	world_free(w);
}

static void
suspend_is_seen_in_boot_time_and_a_pause_is_not(void **state)
{
	struct world *w = world_new(1);
	struct clock_reading a, b;
	struct sim_clock c;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 0);
	c.port.ops->read(&c.port, &a);
	sim_clock_halt(&c);
	run(w, 3600);
	sim_clock_resume(&c, true, 0.3);
	c.port.ops->read(&c.port, &b);
	assert_near(sim_clock_error_s(&c), 0.3, 1e-8);
	assert_int_equal(b.suspended_ns - a.suspended_ns, ns(3600.3));
	assert_near((double)(b.mono.ns - a.mono.ns), 0, 100);
	sim_clock_halt(&c);
	run(w, 60);
	sim_clock_resume(&c, false, 0);
	assert_near(sim_clock_error_s(&c), -59.7, 1e-8);
	world_free(w);
}

static void
random_walk_grows_with_the_root_of_time(void **state)
{
	double square = 0;
	const int n = 40;

	(void)state;
	for (int i = 0; i < n; i++) {
		struct world *w = world_new((uint64_t)i);
		struct sim_clock c;

		sim_clock_start(&c, w, "clock", 0, 0);
		c.osc.walk = 1e-8;
		run(w, 10000);
		square += pow(sim_clock_residual(&c), 2) / n;
		world_free(w);
	}
	assert_near(sqrt(square) / (1e-8 * 100), 1, 0.3);
}

/* --- loop --- */

struct tick {
	struct loop_timer timer;
	struct sim_loop *loop;
	struct sim_clock *clock;
	double every_s, worst_late_s;
	unsigned n;
};

static void
tick(void *ctx)
{
	struct tick *t = ctx;
	double late_s = mtime_diff_s(sim_clock_mono(t->clock), t->timer.at);

	assert_true(late_s >= 0);
	t->worst_late_s = fmax(t->worst_late_s, late_s);
	t->n++;
	t->loop->port.ops->timer_arm(&t->loop->port, &t->timer,
	    mtime_add_s(t->timer.at, t->every_s));
}

static void
timers_keep_to_the_monotonic_clock_while_its_rate_changes(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;
	struct sim_loop l;
	struct tick t = { .loop = &l, .clock = &c, .every_s = 64 };

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 200e-6);
	sim_loop_start(&l, w, &c, 0);
	l.port.ops->timer_init(&l.port, &t.timer, tick, &t);
	l.port.ops->timer_arm(&l.port, &t.timer, mtime_add_s(l.port.ops->now(&l.port), 64));
	for (int i = 0; i < 100; i++) {
		run(w, 63.7);
		assert_int_equal(set_freq(&c, i % 2 ? 500e-6 : -500e-6), 0);
	}
	assert_int_equal(t.n, 99);
	assert_true(t.worst_late_s < 0.002);
	assert_int_equal(sim_loop_end(&l), 1);
	assert_int_equal(w->heap_n, 0);
	world_free(w);
}

static void
a_frozen_process_gets_its_timers_when_it_runs_again(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;
	struct sim_loop l;
	struct tick t = { .loop = &l, .clock = &c, .every_s = 1000 };

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 0);
	sim_loop_start(&l, w, &c, 0);
	l.port.ops->timer_init(&l.port, &t.timer, tick, &t);
	l.port.ops->timer_arm(&l.port, &t.timer, mtime_add_s(l.port.ops->now(&l.port), 10));
	l.frozen = true;
	sim_loop_rearm(&l);
	run(w, 100);
	assert_int_equal(t.n, 0);
	l.frozen = false;
	sim_loop_rearm(&l);
	run(w, 1);
	assert_int_equal(t.n, 1);
	l.port.ops->timer_done(&l.port, &t.timer);
	assert_int_equal(sim_loop_end(&l), 0);
	world_free(w);
}

/* --- net: a client of its own, to be told what it measures --- */

struct asker {
	struct world *w;
	struct sim_clock clock;
	struct sim_net *net;
	struct sim_host *host;
	struct sim_server *server;
	struct net_socket *socket;
	struct stamp t1, t4;
	unsigned answers, stamps, errors;
	struct packet answer;
	uint8_t bytes[NET_PACKET_MAX];
};

static void
got_answer(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct asker *a = ctx;

	(void)s;
	memcpy(a->bytes, p->bytes, p->len);
	assert_true(packet_parse(a->bytes, p->len, &a->answer));
	a->t4 = p->rx;
	a->answers++;
}

static void
got_stamp(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct asker *a = ctx;

	(void)s;
	assert_int_equal(tag, 77);
	assert_int_equal(tx.src, STAMP_KERNEL);
	a->t1 = tx;
	a->stamps++;
}

static void
got_error(void *ctx, struct net_socket *s, int error)
{
	struct asker *a = ctx;

	(void)s;
	assert_int_equal(error, -ECONNREFUSED);
	a->errors++;
}

static const struct net_events asker_events = { got_answer, got_stamp, got_error };

static void
asker_start(struct asker *a, uint64_t seed)
{
	memset(a, 0, sizeof *a);
	a->w = world_new(seed);
	a->net = sim_net_new(a->w);
	sim_clock_start(&a->clock, a->w, "asker", 0.5, 0);
	a->host = sim_host_new(a->net, "asker", &a->clock);
	sim_host_add(a->host, "eth0", "192.0.2.100/24");
	a->server = sim_server_new(a->net, "server", "192.0.2.1");
}

static void
asker_end(struct asker *a)
{
	sim_net_free(a->net);
	sim_server_free(a->server);
	world_free(a->w);
}

static void
asker_connect(struct asker *a, const char *to)
{
	struct endpoint remote = sim_endpoint(to, 123);

	assert_int_equal(a->host->port.ops->connect(&a->host->port, NULL, &remote, 0, &asker_events,
			     a, &a->socket),
	    0);
}

static void
asker_ask(struct asker *a)
{
	uint8_t bytes[48] = { 0x23 };
	struct net_datagram request = {
		.bytes = bytes,
		.len = sizeof bytes,
		.wants_stamp = true,
		.tag = 77,
	};
	struct stamp at;

	bytes[40] = 9;
	assert_int_equal(a->host->port.ops->send(&a->host->port, a->socket, &request, &at), 0);
	a->t1 = at;
}

static double
asker_offset(const struct asker *a)
{
	double up = ntp_ts_diff_s(a->answer.hdr.rec, ntp_ts_from_rtime(a->t1.at));
	double down = ntp_ts_diff_s(a->answer.hdr.xmt, ntp_ts_from_rtime(a->t4.at));

	return (up + down) / 2;
}

static void
an_exchange_over_equal_paths_measures_the_clock_error(void **state)
{
	struct asker a;
	struct sim_path p = sim_path_constant(0.02);

	(void)state;
	asker_start(&a, 1);
	sim_net_join(a.net, a.host, a.server->host, &p);
	asker_connect(&a, "192.0.2.1");
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.stamps, 1);
	assert_true(a.answer.hdr.org.fix == (uint64_t)9 << 56);
	assert_near(asker_offset(&a), -0.5, 1e-8);
	asker_end(&a);
}

static void
an_asymmetric_path_shifts_the_measurement_by_half_the_difference(void **state)
{
	struct asker a;

	(void)state;
	asker_start(&a, 1);
	*sim_net_path(a.net, a.host, a.server->host) = sim_path_constant(0.050);
	*sim_net_path(a.net, a.server->host, a.host) = sim_path_constant(0.010);
	asker_connect(&a, "192.0.2.1");
	asker_ask(&a);
	run(a.w, 1);
	assert_near(asker_offset(&a), -0.5 + 0.020, 1e-8);
	asker_end(&a);
}

static void
loss_duplication_and_size_limits_happen_as_often_as_told(void **state)
{
	struct asker a;
	struct sim_path p = sim_path_constant(0.001);

	(void)state;
	asker_start(&a, 1);
	p.loss = 0.3;
	*sim_net_path(a.net, a.host, a.server->host) = p;
	p.loss = 0;
	p.duplicate = 0.5;
	*sim_net_path(a.net, a.server->host, a.host) = p;
	asker_connect(&a, "192.0.2.1");
	for (int i = 0; i < 2000; i++) {
		asker_ask(&a);
		run(a.w, 0.1);
	}
	assert_near((double)a.server->requests, 1400, 80);
	assert_near((double)a.answers, (double)a.server->requests * 1.5, 80);
	sim_net_path(a.net, a.host, a.server->host)->mtu = 40;
	a.server->requests = 0;
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.server->requests, 0);
	asker_end(&a);
}

static void
a_closed_port_is_told_to_the_sender(void **state)
{
	struct asker a;
	struct sim_host *other;

	(void)state;
	asker_start(&a, 1);
	other = sim_host_new(a.net, "other", &a.clock);
	sim_host_add(other, "eth0", "192.0.2.7/24");
	asker_connect(&a, "192.0.2.7");
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.errors, 1);
	other->no_icmp = true;
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.errors, 1);
	asker_end(&a);
}

static void
a_connected_socket_hears_only_its_server(void **state)
{
	struct asker a;
	struct sim_datagram d = { .len = 48, .bytes = { 0x24 } };

	(void)state;
	asker_start(&a, 1);
	asker_connect(&a, "192.0.2.1");
	a.host->port.ops->local(&a.host->port, a.socket, &d.to);
	d.from = sim_endpoint("192.0.2.1", 123);
	sim_net_inject(a.net, &d, 0.1);
	run(a.w, 1);
	assert_int_equal(a.answers, 1);
	d.from.port = 124;
	sim_net_inject(a.net, &d, 0.1);
	run(a.w, 1);
	assert_int_equal(a.answers, 1);
	asker_end(&a);
}

static void
answers_survive_translation_until_it_is_forgotten(void **state)
{
	struct asker a;

	(void)state;
	asker_start(&a, 1);
	a.host->nat.on = true;
	a.host->nat.outside = sim_endpoint("203.0.113.9", 0).addr;
	asker_connect(&a, "192.0.2.1");
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.answers, 1);
	assert_true(addr_equal(&a.server->request[0].d.from.addr, &a.host->nat.outside));
	asker_ask(&a);
	run(a.w, 0.012);
	sim_host_rebind(a.host);
	run(a.w, 1);
	assert_int_equal(a.server->requests, 2);
	assert_int_equal(a.answers, 1);
	asker_end(&a);
}

/* What a listener heard of its own datagrams, and what came to it. */
struct sender {
	uint32_t tag[8];
	struct stamp at[8];
	unsigned stamps, packets, finished;
};

static void
sender_got(void *ctx, struct net_socket *s, const struct net_packet *p)
{
	struct sender *x = ctx;

	(void)s;
	(void)p;
	x->packets++;
}

static void
sender_stamped(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx)
{
	struct sender *x = ctx;

	(void)s;
	x->tag[x->stamps % 8] = tag;
	x->at[x->stamps++ % 8] = tx;
}

static bool
sender_finishes(void *ctx, uint8_t *bytes, const struct stamp *now)
{
	struct sender *x = ctx;

	assert_int_equal(bytes[0], 0);
	bytes[0] = 0x23;
	x->at[0] = *now;
	return ++x->finished == 1;
}

static void
a_reply_is_finished_when_it_leaves_or_does_not_leave(void **state)
{
	static const struct net_events heard = { sender_got, sender_stamped, NULL };
	static const uint8_t bytes[48] = { 0 };
	struct net_listen here = { .local = sim_endpoint("192.0.2.100", 123) };
	struct sender x = { 0 };
	struct net_datagram d = { .bytes = bytes,
		.len = sizeof bytes,
		.finish = sender_finishes,
		.finish_ctx = &x };
	struct asker a;

	(void)state;
	asker_start(&a, 1);
	struct net *n = &a.host->port;
	assert_int_equal(n->ops->listen(n, &here, &heard, &x, &a.socket), 0);
	d.to = sim_endpoint("192.0.2.1", 123);
	n->ops->reply(n, a.socket, &d);
	assert_int_equal(x.finished, 1);
	assert_true(x.at[0].at.ns == sim_host_stamp(a.host).at.ns);
	n->ops->reply(n, a.socket, &d); /* cannot be finished */
	assert_int_equal(x.finished, 2);
	run(a.w, 1);
	assert_int_equal(a.server->requests, 1);
	n->ops->close(n, a.socket);
	asker_end(&a);
}

static void
a_listener_sends_to_two_servers_and_has_the_stamps_of_both(void **state)
{
	static const struct net_events heard = { sender_got, sender_stamped, NULL };
	static const uint8_t bytes[48] = { 0x23 };
	struct net_listen here = { .local = sim_endpoint("192.0.2.100", 123) };
	struct net_datagram d = { .bytes = bytes, .len = sizeof bytes, .wants_stamp = true };
	struct sim_server *other;
	struct sender x = { 0 };
	struct asker a;
	struct stamp tx;

	(void)state;
	asker_start(&a, 1);
	other = sim_server_new(a.net, "other", "192.0.2.2");
	struct net *n = &a.host->port;
	assert_int_equal(n->ops->listen(n, &here, &heard, &x, &a.socket), 0);
	assert_int_equal(n->ops->send(n, a.socket, &d, &tx), -EDESTADDRREQ);
	d.to = sim_endpoint("192.0.2.1", 123);
	d.tag = 5;
	assert_int_equal(n->ops->send(n, a.socket, &d, &tx), 0);
	assert_int_equal(tx.src, STAMP_USER);
	d.to = sim_endpoint("192.0.2.2", 123);
	d.tag = 3;
	n->ops->reply(n, a.socket, &d);
	run(a.w, 1);
	assert_int_equal(a.server->requests + other->requests, 2);
	assert_int_equal(x.packets, 2);
	assert_int_equal(x.stamps, 2);
	assert_int_equal(x.tag[0], 5);
	assert_int_equal(x.tag[1], 3);
	assert_true(x.at[0].src == STAMP_KERNEL && x.at[0].at.ns >= tx.at.ns);
	/* None for what did not ask, and none that is lost on its way. */
	d.wants_stamp = false;
	n->ops->reply(n, a.socket, &d);
	d.wants_stamp = true;
	a.host->tx_stamp_lost = 1;
	n->ops->reply(n, a.socket, &d);
	run(a.w, 1);
	assert_int_equal(x.packets, 4);
	assert_int_equal(x.stamps, 2);
	/* One that comes after the socket is closed is nobody's. */
	a.host->tx_stamp_lost = 0;
	n->ops->reply(n, a.socket, &d);
	n->ops->close(n, a.socket);
	run(a.w, 1);
	assert_int_equal(x.stamps, 2);
	sim_server_free(other);
	asker_end(&a);
}

static void
an_address_that_goes_takes_its_sockets_traffic_along(void **state)
{
	struct asker a;
	struct endpoint remote = sim_endpoint("192.0.2.1", 123);
	struct net_socket *s = NULL;
	uint8_t bytes[48] = { 0x23 };
	struct net_datagram request = { .bytes = bytes, .len = sizeof bytes };
	struct stamp at;

	(void)state;
	asker_start(&a, 1);
	asker_connect(&a, "192.0.2.1");
	asker_ask(&a);
	sim_host_remove(a.host, "192.0.2.100");
	run(a.w, 1);
	assert_int_equal(a.answers, 0);
	assert_int_equal(a.host->port.ops->send(&a.host->port, a.socket, &request, &at), -EINVAL);
	assert_int_equal(a.host->port.ops->connect(&a.host->port, NULL, &remote, 0, &asker_events,
			     &a, &s),
	    -ENETUNREACH);
	asker_end(&a);
}

static void
what_comes_to_a_frozen_process_waits_with_its_stamp(void **state)
{
	struct asker a;
	struct sim_path p = sim_path_constant(0.02);

	(void)state;
	asker_start(&a, 1);
	sim_net_join(a.net, a.host, a.server->host, &p);
	asker_connect(&a, "192.0.2.1");
	asker_ask(&a);
	run(a.w, 0.01);
	a.host->frozen = true;
	run(a.w, 50);
	assert_int_equal(a.answers, 0);
	sim_host_thaw(a.host);
	assert_int_equal(a.answers, 1);
	assert_near(asker_offset(&a), -0.5, 1e-5);
	asker_end(&a);
}

static void
a_server_signs_kisses_and_lies_as_told(void **state)
{
	struct asker a;

	(void)state;
	asker_start(&a, 1);
	asker_connect(&a, "192.0.2.1");
	a.server->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
	a.server->key_id = 4;
	a.server->sign_always = true;
	sim_server_lie(a.server, 100);
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.answer.mac, PACKET_MAC_KEYED);
	assert_int_equal(a.answer.key_id, 4);
	assert_near(asker_offset(&a), 99.5, 0.01);
	a.server->kiss = refid_of_text("RATE");
	a.server->kiss_poll = 9;
	asker_ask(&a);
	run(a.w, 1);
	assert_int_equal(a.answer.hdr.stratum, 0);
	assert_int_equal(a.answer.hdr.leap, LEAP_UNSYNC);
	assert_int_equal(a.answer.hdr.poll, 9);
	asker_end(&a);
}

/* --- the small ports --- */

static void
the_store_keeps_and_fails_as_told(void **state)
{
	struct world *w = world_new(1);
	struct sim_clock c;
	struct sim_store s;
	struct store_stat st;
	char *bytes;
	size_t len;

	(void)state;
	sim_clock_start(&c, w, "clock", 0, 0);
	sim_store_start(&s, &c);
	assert_int_equal(s.port.ops->read(&s.port, "/a", &bytes, &len), -ENOENT);
	assert_int_equal(s.port.ops->append(&s.port, "/a", "one", 3), 0);
	assert_int_equal(s.port.ops->append(&s.port, "/a", "two", 3), 0);
	assert_string_equal(sim_store_text(&s, "/a"), "onetwo");
	assert_int_equal(s.port.ops->stat(&s.port, "/a", &st), 0);
	assert_int_equal(st.size, 6);
	s.write_error = -ENOSPC;
	assert_int_equal(s.port.ops->write(&s.port, "/a", "x", 1), -ENOSPC);
	assert_string_equal(sim_store_text(&s, "/a"), "onetwo");
	assert_int_equal(s.port.ops->remove(&s.port, "/a"), 0);
	assert_null(sim_store_text(&s, "/a"));
	sim_store_end(&s);
	world_free(w);
}

struct heard {
	unsigned n;
	struct resolver_answer last;
};

static void
hear(void *ctx, const struct resolver_answer *a)
{
	struct heard *h = ctx;

	h->n++;
	h->last = *a;
}

static void
the_resolver_answers_later_and_names_change(void **state)
{
	struct world *w = world_new(1);
	static struct sim_resolver r;
	struct heard h = { 0 };

	(void)state;
	sim_resolver_start(&r, w);
	sim_resolver_set(&r, "ntp.example", "192.0.2.1 2001:db8::1");
	r.port.ops->listen(&r.port, hear, &h);
	assert_int_equal(r.port.ops->ask(&r.port, 5, "ntp.example", ADDR_NONE), 0);
	assert_int_equal(h.n, 0);
	run(w, 1);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.last.tag, 5);
	assert_int_equal(h.last.n, 2);
	assert_int_equal(r.port.ops->ask(&r.port, 6, "ntp.example", ADDR_V6), 0);
	run(w, 1);
	assert_int_equal(h.last.n, 1);
	sim_resolver_set(&r, "ntp.example", "");
	assert_int_equal(r.port.ops->ask(&r.port, 7, "ntp.example", ADDR_NONE), 0);
	run(w, 1);
	assert_true(h.last.error != 0);
	world_free(w);
}

static void
the_log_is_kept_and_searched(void **state)
{
	struct world *w = world_new(1);
	struct sim_log l;

	(void)state;
	sim_log_start(&l, w, "host");
	l.port.ops->line(&l.port, LOG_LEVEL_NOTICE, "Clock stepped");
	l.port.ops->line(&l.port, LOG_LEVEL_DEBUG, "clock read");
	assert_int_equal(sim_log_count(&l, 0, "clock"), 2);
	assert_int_equal(sim_log_count(&l, 1, "clock"), 1);
	assert_int_equal(sim_log_count_level(&l, 0, LOG_LEVEL_INFO), 1);
	sim_log_end(&l);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_fire_in_order_of_time_and_then_of_arming),
		cmocka_unit_test(a_thousand_random_events_fire_sorted),
		cmocka_unit_test(true_utc_repeats_a_second_at_an_inserted_leap),
		cmocka_unit_test(the_laws_of_delay_have_their_means),
		cmocka_unit_test(streams_of_other_names_are_other_numbers),
		cmocka_unit_test(an_oscillator_100_ppm_fast_gains_8_64_s_a_day),
		cmocka_unit_test(the_frequency_takes_back_what_the_oscillator_gains),
		cmocka_unit_test(a_phase_is_slewed_by_a_quarter_a_second_and_ends_by_itself),
		cmocka_unit_test(a_longer_time_constant_slews_more_slowly),
		cmocka_unit_test(a_step_ends_the_slew_and_unsynchronises),
		cmocka_unit_test(maxerror_grows_500_ppm_until_the_clock_is_unsynchronised),
		cmocka_unit_test(adjtime_takes_500_us_a_second_until_it_is_done),
		cmocka_unit_test(a_step_and_an_adjtime_of_nothing_end_an_adjtime),
		cmocka_unit_test(without_the_right_to_set_it_nothing_changes),
		cmocka_unit_test(a_leap_second_is_inserted_at_midnight_when_armed),
		cmocka_unit_test(a_leap_second_is_left_out_at_midnight_when_armed),
		cmocka_unit_test(readings_are_grained_and_advance_when_repeated),
		cmocka_unit_test(suspend_is_seen_in_boot_time_and_a_pause_is_not),
		cmocka_unit_test(random_walk_grows_with_the_root_of_time),
		cmocka_unit_test(timers_keep_to_the_monotonic_clock_while_its_rate_changes),
		cmocka_unit_test(a_frozen_process_gets_its_timers_when_it_runs_again),
		cmocka_unit_test(an_exchange_over_equal_paths_measures_the_clock_error),
		cmocka_unit_test(an_asymmetric_path_shifts_the_measurement_by_half_the_difference),
		cmocka_unit_test(loss_duplication_and_size_limits_happen_as_often_as_told),
		cmocka_unit_test(a_closed_port_is_told_to_the_sender),
		cmocka_unit_test(a_connected_socket_hears_only_its_server),
		cmocka_unit_test(answers_survive_translation_until_it_is_forgotten),
		cmocka_unit_test(a_reply_is_finished_when_it_leaves_or_does_not_leave),
		cmocka_unit_test(a_listener_sends_to_two_servers_and_has_the_stamps_of_both),
		cmocka_unit_test(an_address_that_goes_takes_its_sockets_traffic_along),
		cmocka_unit_test(what_comes_to_a_frozen_process_waits_with_its_stamp),
		cmocka_unit_test(a_server_signs_kisses_and_lies_as_told),
		cmocka_unit_test(the_store_keeps_and_fails_as_told),
		cmocka_unit_test(the_resolver_answers_later_and_names_change),
		cmocka_unit_test(the_log_is_kept_and_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
