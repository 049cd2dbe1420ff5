/* SPDX-License-Identifier: BSD-2-Clause */
/* ntpdate from the command line to the clock, in simulated time. */
#include "ntpdate/ntpdate.h"
#include <errno.h>
#include <math.h>
#include "crypto/keyring.h"
#include "query/keys.h"
#include "query/move.h"
#include "unit/query/lab.h"

static int
ntpdate(struct lab *l, const char *line)
{
	struct ntpdate_world w = { .store = &l->store.port, .log = &l->log.port, .pid = 5323 };
	struct ntpdate_options o;
	struct ntpdate *n;
	int status = NTPDATE_USAGE;

	lab_streams(l);
	w.port = lab_ports(l);
	w.out = l->out_to;
	w.err = l->err_to;
	lab_words(l, line);
	l->loop.stopped = false;
	if (ntpdate_options_read(&o, l->argc, l->argv, l->out_to, l->err_to) == NTPDATE_RUN) {
		n = ntpdate_new(&w, &o);
		status = ntpdate_start(n);
		status = status == NTPDATE_OK ? lab_run(l) : status;
		ntpdate_free(n);
	}
	lab_read(l);
	return status;
}

#define assert_has(text, part)                                           \
	do {                                                             \
		if (strstr((text), (part)) == NULL) {                    \
			fail_msg("no \"%s\" in \"%s\"", (part), (text)); \
		}                                                        \
	} while (0)
#define assert_lacks(text, part) assert_null(strstr((text), (part)))

static void
assert_near(double got, double want, double within)
{
	if (!(fabs(got - want) <= within)) {
		fail_msg("%.9f is not within %.3g of %.9f", got, within, want);
	}
}

static unsigned
lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		n += *text == '\n';
	}
	return n;
}

/* --- the clock --- */

static void
a_small_offset_is_slewed_and_gone_once_the_slew_is_done(void **state)
{
	struct lab *l = lab_new(0.4);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_OK);
	assert_string_equal(l->err, "");
	assert_has(l->out, " ntpdate[5323]: adjust time server 192.0.2.1 offset 0.4000");
	assert_int_equal(lines(l->out), 1);
	assert_int_equal(l->clock.steps, 0);
	assert_near(lab_error_s(l), -0.4, 0.001);
	world_run(l->w, l->w->now + INT64_C(810) * NS_PER_S);
	assert_near(lab_error_s(l), 0, 0.0005);
	lab_free(l);
}

static void
a_large_offset_is_stepped_forward_and_back(void **state)
{
	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		struct lab *l = lab_new(sign * 7200.25);

		lab_serve(l, "192.0.2.1");
		assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_OK);
		assert_has(l->out,
		    sign > 0 ? "step time server 192.0.2.1 offset 7200.2"
			     : "step time server 192.0.2.1 offset -7200.2");
		assert_has(l->out, " sec\n");
		assert_int_equal(l->clock.steps, 1);
		assert_near(lab_error_s(l), 0, 0.0001);
		lab_free(l);
	}
}

static void
half_a_second_is_stepped_and_a_nanosecond_less_is_not(void **state)
{
	(void)state;
	assert_int_equal(move_choose(0.5, NTPDATE_STEP_S), MOVE_STEP);
	assert_int_equal(move_choose(-0.5, NTPDATE_STEP_S), MOVE_STEP);
	assert_int_equal(move_choose(0.499999999, NTPDATE_STEP_S), MOVE_SLEW);
	assert_int_equal(move_choose(-0.499999999, NTPDATE_STEP_S), MOVE_SLEW);
	assert_int_equal(move_choose((double)NAN, NTPDATE_STEP_S), MOVE_STEP);
}

static void
b_always_steps_and_B_always_slews(void **state)
{
	struct lab *l = lab_new(0.01), *big = lab_new(3.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -b 192.0.2.1"), NTPDATE_OK);
	assert_has(l->out, "step time server 192.0.2.1 offset 0.0100");
	assert_int_equal(l->clock.steps, 1);
	lab_free(l);
	lab_serve(big, "192.0.2.1");
	assert_int_equal(ntpdate(big, "ntpdate -B 192.0.2.1"), NTPDATE_OK);
	assert_has(big->out, "adjust time server 192.0.2.1 offset 3.000");
	assert_int_equal(big->clock.steps, 0);
	world_run(big->w, big->w->now + INT64_C(6100) * NS_PER_S);
	assert_near(lab_error_s(big), 0, 0.005);
	lab_free(big);
}

static void
a_slew_that_no_kernel_takes_is_an_error(void **state)
{
	struct lab *l = lab_new(3000.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -B 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "Can't adjust the time of day: ");
	assert_string_equal(l->out, "");
	lab_free(l);
}

static void
without_the_right_to_set_the_clock_it_fails_and_says_so(void **state)
{
	struct lab *l = lab_new(10.0);

	(void)state;
	l->clock.uncontrolled = true;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "Can't adjust the time of day: Operation not permitted; it needs root");
	lab_free(l);
}

static void
q_and_d_show_and_never_touch_the_clock(void **state)
{
	static const char *const line[] = { "ntpdate -q 192.0.2.1", "ntpdate -d 192.0.2.1",
		"ntpdate -qb 192.0.2.1", "ntpdate -qB 192.0.2.1", "ntpdate -bq -p 1 192.0.2.1" };

	(void)state;
	for (unsigned i = 0; i < sizeof line / sizeof *line; i++) {
		struct lab *l = lab_new(12.5);

		lab_serve(l, "192.0.2.1");
		assert_int_equal(ntpdate(l, line[i]), NTPDATE_OK);
		assert_has(l->out, " time server 192.0.2.1 offset 12.50");
		assert_int_equal(l->clock.steps, 0);
		assert_int_equal(l->clock.changes, 0);
		assert_true(l->server[0]->request[0].d.from.port >= 1024);
		lab_free(l);
	}
}

/* --- what it shows --- */

static void
q_lists_every_server_and_then_the_verdict(void **state)
{
	struct lab *l = lab_new(-0.25);

	(void)state;
	lab_serve(l, "192.0.2.1");
	lab_serve(l, "2001:db8::2")->stratum = 3;
	lab_serve(l, "192.0.2.3")->silent = true;
	assert_int_equal(ntpdate(l, "ntpdate -q 192.0.2.1 2001:db8::2 192.0.2.3"), NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.1, stratum 1, offset -0.2500");
	assert_has(l->out, ", delay 0.010");
	assert_has(l->out, "\nserver 2001:db8::2, stratum 3, offset -0.2500");
	assert_has(l->out, "\nserver 192.0.2.3, stratum 0, offset 0.000000, delay 0.00000\n");
	assert_has(l->out, "adjust time server 192.0.2.1 offset -0.2500");
	assert_int_equal(lines(l->out), 4);
	assert_string_equal(l->err, "");
	lab_free(l);
}

static void
lines_begin_with_day_month_and_time(void **state)
{
	struct lab *l = lab_new(0);
	int day, hour, minute, second, pid;
	char month[4];

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -p 1 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(sscanf(l->out, "%2d %3s %2d:%2d:%2d ntpdate[%d]: adjust ", &day, month,
			     &hour, &minute, &second, &pid),
	    6);
	assert_string_equal(month, "Sep");
	assert_int_equal(day, 21);
	assert_int_equal(pid, 5323);
	assert_int_equal(l->out[2], ' ');
	lab_free(l);
}

static void
s_writes_to_the_system_log_alone(void **state)
{
	struct lab *l = lab_new(20.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -s 192.0.2.1"), NTPDATE_OK);
	assert_string_equal(l->out, "");
	assert_string_equal(l->err, "");
	assert_int_equal(sim_log_count(&l->log, 0, "step time server 192.0.2.1 offset 20.00"), 1);
	assert_int_equal(l->log.line[0].level, LOG_LEVEL_NOTICE);
	assert_int_equal(ntpdate(l, "ntpdate -s 192.0.2.9"), NTPDATE_FAILED);
	assert_string_equal(l->err, "");
	assert_int_equal(sim_log_count(&l->log, 1, "no server suitable for synchronization found"),
	    1);
	assert_int_equal(l->log.line[1].level, LOG_LEVEL_ERROR);
	lab_free(l);
}

static void
d_shows_each_datagram_and_each_server(void **state)
{
	struct lab *l = lab_new(0.125);

	(void)state;
	lab_serve(l, "192.0.2.1")->refid = refid_of_text("PPS");
	assert_int_equal(ntpdate(l, "ntpdate -d -p 2 192.0.2.1"), NTPDATE_OK);
	assert_has(l->out, "ntpdate ");
	assert_has(l->out, "\ntransmit(192.0.2.1)\nreceive(192.0.2.1)\ntransmit(192.0.2.1)\n");
	assert_has(l->out,
	    "\nserver 192.0.2.1, port 123\nstratum 1, precision -23, leap 00\n"
	    "refid [PPS], root delay 0.000000, root dispersion 0.000504\n"
	    "transmitted 2, received 2\n");
	assert_has(l->out, "\nreference time:      ");
	assert_has(l->out, "  Mon, Sep 21 2026 ");
	assert_has(l->out, "\nfilter offset: 0.125");
	assert_has(l->out, "adjust time server 192.0.2.1 offset 0.125");
	lab_free(l);
}

static void
v_says_the_version_first(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -v -p 1 192.0.2.1"), NTPDATE_OK);
	assert_has(l->out, "ntpdate[5323]: ntpdate ");
	assert_int_equal(lines(l->out), 2);
	lab_free(l);
}

static void
addresses_without_a_place_are_told(void **state)
{
	struct lab *l = lab_new(0);
	char text[64 * 16];

	(void)state;
	lab_serve(l, "192.0.2.1");
	sim_resolver_set(&l->resolver, "many0.example", "192.0.2.1");
	for (unsigned k = 1; k <= 3; k++) {
		char name[] = "many?.example";
		struct text t = text_over(text, sizeof text);

		name[4] = (char)('0' + k);
		for (unsigned i = 0; i < RESOLVER_ADDRS_MAX; i++) {
			text_printf(&t, "10.0.%u.%u ", k, i);
		}
		sim_resolver_set(&l->resolver, name, text);
	}
	assert_int_equal(ntpdate(l,
			     "ntpdate -q -p 1 -t 1 many0.example many1.example many2.example "
			     "many3.example"),
	    NTPDATE_OK);
	assert_has(l->err, "65 addresses are not asked: 128 are the most\n");
	lab_free(l);
}

/* --- sockets --- */

static void
only_who_sets_the_clock_asks_from_port_123(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	lab_serve(l, "2001:db8::1");
	assert_int_equal(ntpdate(l, "ntpdate -p 1 192.0.2.1 2001:db8::1"), NTPDATE_OK);
	assert_int_equal(l->server[0]->request[0].d.from.port, 123);
	assert_int_equal(l->server[1]->request[0].d.from.port, 123);
	assert_int_equal(ntpdate(l, "ntpdate -p 1 -u 192.0.2.1"), NTPDATE_OK);
	assert_true(l->server[0]->request[1].d.from.port >= 1024);
	lab_free(l);
}

static void
a_daemon_on_port_123_stops_it_before_it_asks(void **state)
{
	struct lab *l = lab_new(10);

	(void)state;
	lab_serve(l, "192.0.2.1");
	l->host->port_taken = true;
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "ntpdate[5323]: the NTP socket is in use, exiting\n");
	assert_int_equal(l->server[0]->requests, 0);
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	assert_int_equal(ntpdate(l, "ntpdate -4 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "the NTP socket is in use, exiting\n");
	assert_int_equal(ntpdate(l, "ntpdate -6 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "the NTP socket is in use, exiting\n");
	assert_int_equal(l->server[0]->requests, 0);
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(ntpdate(l, "ntpdate -u -p 1 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(l->clock.steps, 1);
	lab_free(l);
}

/* --- names and addresses --- */

/* A name is no slower than the fastest of its addresses; a name that is silent is waited for. */
static void
a_silent_address_of_a_name_is_not_waited_for(void **state)
{
	static const struct {
		const char *line;
		double most_s;
		int status;
	} cases[] = {
		{ "ntpdate -q -p 1 -t 10 pool.example", 0.75, NTPDATE_OK },
		{ "ntpdate -q -p 2 -t 10 pool.example", 2.75, NTPDATE_OK },
		{ "ntpdate -q -p 1 -t 10 pool.example half.example", 0.75, NTPDATE_OK },
		{ "ntpdate -q -p 1 -t 10 -6 pool.example", 10.2, NTPDATE_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lab *l = lab_new(1.0);

		lab_serve(l, "2001:db8::1")->silent = true;
		lab_serve(l, "192.0.2.2");
		lab_serve(l, "192.0.2.3");
		sim_resolver_set(&l->resolver, "pool.example", "2001:db8::1 192.0.2.2");
		sim_resolver_set(&l->resolver, "half.example", "192.0.2.3");
		assert_int_equal(ntpdate(l, cases[i].line), cases[i].status);
		assert_has(l->out,
		    "server 2001:db8::1, stratum 0, offset 0.000000, delay 0.00000\n");
		if (world_s(l->w) > cases[i].most_s) {
			fail_msg("%s: %.3f s", cases[i].line, world_s(l->w));
		}
		lab_free(l);
	}
}

/* The name server never answers for IPv6; the other family is enough. */
static void
a_family_without_an_answer_is_not_waited_for(void **state)
{
	struct lab *l = lab_new(1.0);

	(void)state;
	lab_serve(l, "192.0.2.2");
	sim_resolver_set(&l->resolver, "pool.example", "192.0.2.2");
	l->resolver.lame = ADDR_V6;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 pool.example"), NTPDATE_OK);
	assert_true(world_s(l->w) < 0.75);
	lab_free(l);
}

static void
hosts_are_read_as_everywhere(void **state)
{
	static const struct {
		const char *line, *err;
	} cases[] = {
		{ "ntpdate -q -p 1 192.0.2.300",
		    "Can't find host 192.0.2.300: it is neither a host name nor an address\n" },
		{ "ntpdate -q -p 1 [2001:db8::1",
		    "Can't find host [2001:db8::1: it is no host with a port, expected "
		    "HOST:PORT or [ADDRESS]:PORT\n" },
		{ "ntpdate -q -p 1 2001:db8::1%eth0",
		    "Can't find host 2001:db8::1%eth0: it takes no '%'" },
		{ "ntpdate -q -p 1 a.example:0",
		    "Can't find host a.example:0: it is no host with a port" },
		{ "ntpdate -q -p 1 -4 fe80::1%eth0", "an address of the other family\n" },
	};
	struct lab *l = lab_new(1.0);

	(void)state;
	lab_serve(l, "2001:db8::1");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(ntpdate(l, cases[i].line), NTPDATE_FAILED);
		assert_has(l->err, cases[i].err);
	}
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 [2001:db8::1] [2001:db8::1]:123"), NTPDATE_OK);
	assert_has(l->out, "server 2001:db8::1, stratum 1, ");
	assert_int_equal(lines(l->out), 2);
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 fe80::1%nosuch0"), NTPDATE_FAILED);
	assert_has(l->err,
	    "Can't find host fe80::1%nosuch0: there is no interface 'nosuch0' here\n");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 fe80::1"), NTPDATE_FAILED);
	assert_has(l->err,
	    "Can't find host fe80::1: it needs its interface behind it, as in "
	    "fe80::1%eth0\n");
	/* The zone's number is the resolver's to find. */
	sim_resolver_set(&l->resolver, "fe80::1%eth0", "2001:db8::1");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 [fe80::1%eth0]"), NTPDATE_OK);
	lab_free(l);
}

static void
all_addresses_of_a_name_are_asked(void **state)
{
	struct lab *l = lab_new(5.0);

	(void)state;
	lab_serve(l, "192.0.2.1")->silent = true;
	lab_serve(l, "192.0.2.2");
	lab_serve(l, "2001:db8::3");
	sim_resolver_set(&l->resolver, "pool.example", "192.0.2.1 192.0.2.2 2001:db8::3 192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -q pool.example pool.example"), NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.1, stratum 0, ");
	assert_has(l->out, "server 192.0.2.2, stratum 1, ");
	assert_has(l->out, "server 2001:db8::3, stratum 1, ");
	assert_int_equal(lines(l->out), 4);
	assert_int_equal(l->server[1]->requests, 4);
	lab_free(l);
}

static void
a_family_that_cannot_be_resolved_does_not_lose_the_other(void **state)
{
	struct lab *l = lab_new(5.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	lab_serve(l, "2001:db8::1");
	sim_resolver_set(&l->resolver, "both.example", "192.0.2.1 2001:db8::1");
	l->resolver.lame = ADDR_V6;
	assert_int_equal(ntpdate(l, "ntpdate -p 1 both.example"), NTPDATE_OK);
	assert_has(l->out, "step time server 192.0.2.1 offset 5.0");
	assert_string_equal(l->err, "");
	l->resolver.lame = ADDR_V4;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 both.example"), NTPDATE_OK);
	assert_has(l->out, "adjust time server 2001:db8::1 ");
	assert_string_equal(l->err, "");
	lab_free(l);
}

static void
a_family_without_a_route_does_not_lose_the_other(void **state)
{
	struct lab *l = lab_new(5.0);

	(void)state;
	sim_host_remove(l->host, "2001:db8::100");
	lab_serve(l, "192.0.2.1");
	sim_resolver_set(&l->resolver, "both.example", "192.0.2.1 2001:db8::1");
	assert_int_equal(ntpdate(l, "ntpdate both.example"), NTPDATE_OK);
	assert_has(l->out, "step time server 192.0.2.1 offset 5.0");
	assert_string_equal(l->err, "");
	lab_free(l);
}

static void
four_and_six_ask_only_that_family(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	lab_serve(l, "2001:db8::1");
	sim_resolver_set(&l->resolver, "both.example", "192.0.2.1 2001:db8::1");
	assert_int_equal(ntpdate(l, "ntpdate -4 -q -p 1 both.example"), NTPDATE_OK);
	assert_lacks(l->out, "2001:db8::1");
	assert_int_equal(ntpdate(l, "ntpdate -6 -q -p 1 both.example"), NTPDATE_OK);
	assert_lacks(l->out, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -6 -q -p 1 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "Can't find host 192.0.2.1: an address of the other family\n");
	assert_has(l->err, "no servers can be used, exiting\n");
	lab_free(l);
}

static void
a_name_that_is_not_found_is_named_and_the_others_are_asked(void **state)
{
	struct lab *l = lab_new(1.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -p 1 no.example 192.0.2.1"), NTPDATE_OK);
	assert_has(l->err, "Can't find host no.example: Name or service not known\n");
	assert_has(l->out, "step time server 192.0.2.1 offset 1.0");
	assert_int_equal(ntpdate(l, "ntpdate no.example"), NTPDATE_FAILED);
	assert_has(l->err, "no servers can be used, exiting\n");
	l->resolver.down = true;
	assert_int_equal(ntpdate(l, "ntpdate no.example"), NTPDATE_FAILED);
	assert_has(l->err, "name server cannot be used for no.example: Temporary failure");
	lab_free(l);
}

/* "No address" of one family says nothing while the other is not known. */
static void
a_silent_name_server_is_told_of_whichever_family_it_is_silent_for(void **state)
{
	struct lab *l = lab_new(1.0);

	(void)state;
	sim_resolver_set(&l->resolver, "six.example", "2001:db8::1");
	sim_resolver_set(&l->resolver, "four.example", "192.0.2.1");
	l->resolver.lame = ADDR_V6;
	assert_int_equal(ntpdate(l, "ntpdate six.example"), NTPDATE_FAILED);
	assert_has(l->err, "name server cannot be used for six.example: ");
	l->resolver.lame = ADDR_V4;
	assert_int_equal(ntpdate(l, "ntpdate four.example"), NTPDATE_FAILED);
	assert_has(l->err, "name server cannot be used for four.example: ");
	lab_free(l);
}

/* --- which server --- */

static void
two_that_agree_outvote_one_that_lies(void **state)
{
	struct lab *l = lab_new(2.0);

	(void)state;
	sim_server_lie(lab_serve(l, "192.0.2.1"), 300);
	lab_serve(l, "192.0.2.2")->stratum = 4;
	lab_serve(l, "192.0.2.3")->stratum = 4;
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1 192.0.2.2 192.0.2.3"), NTPDATE_OK);
	assert_has(l->out, "step time server 192.0.2.2 offset 2.0");
	assert_near(lab_error_s(l), 0, 0.001);
	lab_free(l);
}

static void
two_that_contradict_each_other_set_nothing(void **state)
{
	struct lab *l = lab_new(2.0);

	(void)state;
	sim_server_lie(lab_serve(l, "192.0.2.1"), 300);
	lab_serve(l, "192.0.2.2");
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1 192.0.2.2"), NTPDATE_FAILED);
	assert_has(l->err, "the servers do not agree\n");
	assert_has(l->err, "no server suitable for synchronization found\n");
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	lab_free(l);
}

static void
a_server_without_the_time_is_of_no_use(void **state)
{
	struct lab *l = lab_new(2.0);
	struct sim_server *s = lab_serve(l, "192.0.2.1");

	(void)state;
	s->leap = LEAP_UNSYNC;
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.1: its answer is not used: unsync\n");
	s->leap = LEAP_NONE;
	s->stratum = 16;
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	s->stratum = 2;
	s->root_disp_s = 17;
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "no server suitable for synchronization found\n");
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	lab_free(l);
}

/* What -q and -d show of an answer that sets no clock: unusable is not unanswered. */
static void
an_answer_of_no_use_is_shown_as_it_was_measured(void **state)
{
	static const struct {
		enum ntp_leap leap;
		unsigned stratum;
		double root_disp_s;
		const char *shown;
	} cases[] = {
		{ LEAP_UNSYNC, 16, 0.001, "server 192.0.2.1, stratum 16, offset 12.50" },
		{ LEAP_UNSYNC, 0, 0.001, "server 192.0.2.1, stratum 16, offset 12.50" },
		{ LEAP_UNSYNC, 3, 0.001, "server 192.0.2.1, stratum 3, offset 12.50" },
		{ LEAP_NONE, 16, 0.001, "server 192.0.2.1, stratum 16, offset 12.50" },
		{ LEAP_NONE, 2, 17, "server 192.0.2.1, stratum 2, offset 12.50" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lab *l = lab_new(12.5);
		struct sim_server *s = lab_serve(l, "192.0.2.1");

		s->leap = cases[i].leap;
		s->stratum = (uint8_t)cases[i].stratum;
		s->root_disp_s = cases[i].root_disp_s;
		assert_int_equal(ntpdate(l, "ntpdate -q -p 2 192.0.2.1"), NTPDATE_FAILED);
		assert_has(l->out, cases[i].shown);
		assert_has(l->out, ", delay 0.010");
		assert_has(l->err, "no server suitable for synchronization found\n");
		assert_int_equal(ntpdate(l, "ntpdate -d -p 2 192.0.2.1"), NTPDATE_FAILED);
		assert_has(l->out, "\noffset 12.50");
		assert_has(l->out, "\ndelay 0.010");
		lab_free(l);
	}
}

static bool
without_stamps(struct sim_server *s, const struct packet *request, struct header *answer)
{
	(void)s;
	(void)request;
	answer->rec.fix = 0;
	return true;
}

static void
an_answer_that_measures_nothing_shows_its_stratum_only(void **state)
{
	struct lab *l = lab_new(12.5);
	struct sim_server *s = lab_serve(l, "192.0.2.1");

	(void)state;
	s->stratum = 5;
	s->twist = without_stamps;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->out, "server 192.0.2.1, stratum 5, offset 0.000000, delay 0.00000\n");
	lab_free(l);
}

/* The first answer is good; from the second on the server has lost its time. */
static bool
lose_the_time(struct sim_server *s, const struct packet *request, struct header *answer)
{
	(void)request;
	if (s->requests > 1) {
		answer->leap = LEAP_UNSYNC;
	}
	return true;
}

static void
a_server_that_loses_the_time_meanwhile_does_not_count(void **state)
{
	struct lab *l = lab_new(2.0);

	(void)state;
	lab_serve(l, "192.0.2.1")->twist = lose_the_time;
	assert_int_equal(ntpdate(l, "ntpdate -p 2 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.1: its answer is not used: unsync\n");
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	lab_free(l);
}

static void
a_server_that_may_be_16_seconds_off_is_of_no_use(void **state)
{
	struct lab *l = lab_new(2.0);
	struct sim_server *s = lab_serve(l, "192.0.2.1");
	struct sim_path far = sim_path_constant(0.3);

	(void)state;
	s->root_disp_s = 15.8;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 192.0.2.1"), NTPDATE_OK);
	sim_net_join(l->net, l->host, s->host, &far);
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 192.0.2.1"), NTPDATE_FAILED);
	lab_free(l);
}

static void
the_answer_with_the_shortest_way_counts(void **state)
{
	struct lab *l = lab_new(1.0);
	struct sim_server *s = lab_serve(l, "192.0.2.1");
	struct sim_path *back = sim_net_path(l->net, s->host, l->host);

	(void)state;
	/* Most answers are held up: their offset is wrong by half of that. */
	back->law = (struct sim_law){
		.kind = LAW_BIMODAL,
		.base_s = 0.005,
		.far_s = 0.8,
		.far_p = 0.7,
	};
	assert_int_equal(ntpdate(l, "ntpdate -p 8 192.0.2.1"), NTPDATE_OK);
	assert_near(lab_error_s(l), 0, 0.001);
	lab_free(l);
}

/* --- time and rate --- */

static void
requests_to_one_server_are_two_seconds_apart(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 8 -t 0.2 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(l->server[0]->requests, 8);
	for (unsigned i = 1; i < 8; i++) {
		assert_true(l->server[0]->request[i].at - l->server[0]->request[i - 1].at >=
		    2 * INT64_C(999900000));
	}
	assert_true(world_s(l->w) < 14.5);
	l->server[0]->silent = true;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 3 -t 0.2 192.0.2.1"), NTPDATE_FAILED);
	assert_int_equal(l->server[0]->requests, 11);
	for (unsigned i = 9; i < 11; i++) {
		assert_true(l->server[0]->request[i].at - l->server[0]->request[i - 1].at >=
		    2 * INT64_C(999900000));
	}
	lab_free(l);
}

static void
a_dead_server_costs_its_timeouts_and_no_more(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	lab_serve(l, "192.0.2.2")->silent = true;
	assert_int_equal(ntpdate(l, "ntpdate -p 1 -t 0.4 192.0.2.2"), NTPDATE_FAILED);
	assert_true(world_s(l->w) < 0.6);
	assert_has(l->err, "no server suitable for synchronization found\n");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 2 -t 3 192.0.2.1 192.0.2.2"), NTPDATE_OK);
	assert_true(world_s(l->w) > 6.4 && world_s(l->w) < 6.9);
	assert_int_equal(l->server[1]->requests, 3);
	lab_free(l);
}

static void
lost_answers_are_asked_for_again(void **state)
{
	struct lab *l = lab_new(3.0);
	struct sim_server *s = lab_serve(l, "192.0.2.1");

	(void)state;
	sim_net_path(l->net, s->host, l->host)->loss = 0.6;
	assert_int_equal(ntpdate(l, "ntpdate -p 8 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(s->requests, 8);
	assert_near(lab_error_s(l), 0, 0.001);
	lab_free(l);
}

static void
a_closed_port_is_no_reason_to_wait(void **state)
{
	struct lab *l = lab_new(0);
	struct sim_clock other;

	(void)state;
	sim_clock_start(&other, l->w, "other", 0, 0);
	sim_host_add(sim_host_new(l->net, "other", &other), "eth0", "192.0.2.7/24");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 -t 20 192.0.2.7"), NTPDATE_FAILED);
	assert_true(world_s(l->w) < 0.5);
	assert_has(l->err, "192.0.2.7: Connection refused\n");
	lab_free(l);
}

static void
a_rate_kiss_is_obeyed_and_named(void **state)
{
	struct lab *l = lab_new(2.0);
	struct sim_server *s = lab_serve(l, "192.0.2.1");

	(void)state;
	s->kiss = refid_of_text("RATE");
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.1 rate limit response from server.\n");
	assert_int_equal(s->requests, 1);
	s->kiss = refid_of_text("DENY");
	assert_int_equal(ntpdate(l, "ntpdate 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.1 access denied by server.\n");
	assert_int_equal(s->requests, 2);
	lab_free(l);
}

/* --- keys --- */

static struct mac_key *
key_of(const char *type, const char *secret)
{
	return mac_key_new(type, (const uint8_t *)secret, strlen(secret));
}

static void
with_a_key_requests_are_signed_and_only_signed_answers_count(void **state)
{
	struct lab *l = lab_new(4.0);
	struct sim_server *good = lab_serve(l, "192.0.2.1"), *bad = lab_serve(l, "192.0.2.2");

	(void)state;
	sim_store_put(&l->store, QUERY_KEYS_FILE, "3 MD5 other\n7 AES128CMAC asixteenoctetkey\n");
	good->key = key_of("AES128CMAC", "asixteenoctetkey");
	good->key_id = 7;
	bad->key = key_of("AES128CMAC", "anothersixteenoc");
	bad->key_id = 7;
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 -a 7 192.0.2.1 192.0.2.2"), NTPDATE_OK);
	assert_int_equal(good->request[0].d.len, 48 + 4 + 16);
	assert_has(l->out, "server 192.0.2.1, stratum 1, offset 4.0");
	assert_has(l->out, "server 192.0.2.2, stratum 0, ");
	assert_int_equal(ntpdate(l, "ntpdate -p 1 -a 7 192.0.2.2"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.2: its answer is not used: auth\n");
	assert_int_equal(l->clock.steps, 0);
	lab_free(l);
}

static void
an_unsigned_answer_to_a_signed_request_does_not_count(void **state)
{
	struct lab *l = lab_new(4.0);

	(void)state;
	sim_store_put(&l->store, "/k", "7 SHA1 secret\n");
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -p 1 -a 7 -k /k 192.0.2.1"), NTPDATE_FAILED);
	assert_int_equal(l->clock.steps, 0);
	lab_free(l);
}

static void
a_key_that_cannot_be_had_stops_it(void **state)
{
	struct lab *l = lab_new(4.0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	sim_store_put(&l->store, "/k", "7 SHA1 secret\n8 WHIRL secret\n6 AES128 secret\n");
	sim_store_put(&l->store, "/bad", "seven SHA1 secret\n");
	assert_int_equal(ntpdate(l, "ntpdate -a 9 -k /k 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "key 9 is not in /k\n");
	assert_int_equal(ntpdate(l, "ntpdate -a 8 -k /k 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "/k:2:9: key 8: OpenSSL here makes no keys of type 'WHIRL', expected");
	assert_int_equal(ntpdate(l, "ntpdate -a 6 -k /k 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err,
	    "/k:3:10: key 6: a secret of type AES128 has 16 octets, which are 32 hex digits, but "
	    "this one has 6 octets\n");
	assert_int_equal(ntpdate(l, "ntpdate -a 7 -k /none 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "keys /none: No such file or directory; -k names another\n");
	assert_int_equal(ntpdate(l, "ntpdate -a 7 -k /bad 192.0.2.1"), NTPDATE_FAILED);
	assert_has(l->err, "/bad:1:1: expected a key id from 1 to 4294967295\n");
	assert_int_equal(l->server[0]->requests, 0);
	lab_free(l);
}

/* --- the command line --- */

static void
every_flag_is_understood(void **state)
{
	struct lab *l = lab_new(0);
	struct ntpdate_options o;

	(void)state;
	lab_words(l, "ntpdate -46 -bB -d -q -s -u -v -a 65535 -e 0.01 -k /f -o 3 -p 8 -t 0.5 a b");
	assert_int_equal(ntpdate_options_read(&o, l->argc, l->argv, l->out_to, l->err_to),
	    NTPDATE_RUN);
	assert_int_equal(o.rules.family, ADDR_V6);
	assert_int_equal(o.way, NTPDATE_ALWAYS_SLEW);
	assert_true(o.debug && o.query_only && o.syslog && o.verbose);
	assert_false(ntpdate_sets(&o));
	assert_int_equal(o.rules.key_id, 65535);
	assert_string_equal(o.keyfile, "/f");
	assert_int_equal(o.rules.version, 3);
	assert_int_equal(o.rules.samples, 8);
	assert_near(o.rules.timeout_s, 0.4, 1e-9);
	assert_int_equal(o.name_n, 2);
	assert_string_equal(o.name[1], "b");
	lab_words(l, "ntpdate host");
	assert_int_equal(ntpdate_options_read(&o, l->argc, l->argv, l->out_to, l->err_to),
	    NTPDATE_RUN);
	assert_int_equal(o.rules.samples, 4);
	assert_int_equal(o.rules.version, 4);
	assert_int_equal(o.rules.local_port, 123);
	assert_near(o.rules.timeout_s, 2, 1e-9);
	assert_string_equal(o.keyfile, "/etc/ntp.keys");
	assert_true(ntpdate_sets(&o));
	lab_free(l);
}

static void
wrong_use_is_status_2_and_the_usage(void **state)
{
	static const char *const line[] = { "ntpdate -x host", "ntpdate -p 0 host",
		"ntpdate -p 9 host", "ntpdate -o 0 host", "ntpdate -o 5 host", "ntpdate -t 0 host",
		"ntpdate -t x host", "ntpdate -a 0 host", "ntpdate -a 4294967296 host",
		"ntpdate -e -1 host", "ntpdate -p" };
	struct lab *l = lab_new(0);

	(void)state;
	for (unsigned i = 0; i < sizeof line / sizeof *line; i++) {
		assert_int_equal(ntpdate(l, line[i]), NTPDATE_USAGE);
		assert_has(l->err, "usage: ntpdate [-46bBdqsuv] [-a key#] ");
		assert_string_equal(l->out, "");
	}
	lab_free(l);
}

static void
without_servers_it_fails(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	assert_int_equal(ntpdate(l, "ntpdate -b"), NTPDATE_FAILED);
	assert_has(l->err, "no servers can be used, exiting\n");
	lab_free(l);
}

static void
the_version_of_requests_is_as_asked(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 -o 2 192.0.2.1"), NTPDATE_OK);
	assert_int_equal(l->server[0]->last_version, 2);
	lab_free(l);
}

/* --- NTS --- */

static void
nts_is_told_with_its_algorithm_and_nothing_leaves_in_clear(void **state)
{
	struct lab *l = lab_new(12.5);
	struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

	(void)state;
	assert_int_equal(ntpdate(l, "ntpdate -q --nts a.example"), NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.1, stratum 1, offset 12.50");
	assert_has(l->out, ", NTS AES_SIV_CMAC_256\n");
	assert_has(l->out, "step time server 192.0.2.1 offset 12.50");
	assert_string_equal(l->err, "");
	assert_int_equal(n->ke->asked, 1);
	assert_int_equal(n->sealed, 4);
	assert_int_equal(n->twice + n->in_clear + n->bad, 0);
	assert_int_equal(l->server[0]->requests, 4);
	lab_free(l);
}

static void
the_clock_is_set_by_nts(void **state)
{
	struct lab *l = lab_new(7200.25);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example");
	assert_int_equal(ntpdate(l, "ntpdate --nts=a.example"), NTPDATE_OK);
	assert_int_equal(l->clock.steps, 1);
	assert_near(lab_error_s(l), 0, 0.0001);
	lab_free(l);
}

static void
d_tells_whence_the_keys_are(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example");
	assert_int_equal(ntpdate(l, "ntpdate -d -p 8 --nts a.example"), NTPDATE_OK);
	assert_has(l->out,
	    "keys(192.0.2.1): NTS AES_SIV_CMAC_256, keys from 192.0.2.1:4460: 8 cookies of 104");
	assert_has(l->out, "\nauthenticated by NTS AES_SIV_CMAC_256, keys from 192.0.2.1:4460");
	assert_has(l->out, "transmitted 8, received 8\n");
	lab_free(l);
}

/* Each failure of key establishment, and what is said of it. */
static void
without_keys_it_fails_names_the_cause_and_asks_nothing(void **state)
{
	static const struct {
		const char *line, *said;
		bool early, expired, silent, error;
	} at[] = {
		{ .line = "ntpdate -q --nts b.example", .said = "certificate for another name" },
		{ .line = "ntpdate -q --nts a.example:4461",
		    .said = "a.example:4461: no NTS keys from 192.0.2.1:4461: no route: "
			    "Connection refused; is TCP to that port let through?" },
		{ .line = "ntpdate -q --nts-ca /ca.pem --nts a.example",
		    .said = "untrusted certificate" },
		{ .line = "ntpdate -q --nts a.example", .said = "expired", .expired = true },
		{ .line = "ntpdate -q --nts a.example",
		    .said = "--nts-no-time-check",
		    .early = true },
		{ .line = "ntpdate -q --nts a.example", .said = "no answer", .silent = true },
		{ .line = "ntpdate -q --nts a.example", .said = "error record", .error = true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		struct lab *l = lab_new(0);
		struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

		sim_resolver_set(&l->resolver, "b.example", "192.0.2.1");
		n->ke->certificate.not_before = at[i].early ? 1800000000 : 0;
		n->ke->certificate.not_after = at[i].expired ? 1780000000 : 0;
		n->ke->silent = at[i].silent;
		n->ke_error = at[i].error;
		assert_int_equal(ntpdate(l, at[i].line), NTPDATE_FAILED);
		assert_has(l->err, at[i].said);
		assert_has(l->err, "no server suitable for synchronization found\n");
		assert_int_equal(l->server[0]->requests, 0);
		lab_free(l);
	}
}

static void
a_private_ca_is_of_the_hosts_behind_it_and_the_first_of_all_before(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example")->ke->certificate.ca = "/one.pem";
	lab_serve_nts(l, "192.0.2.2", "b.example")->ke->certificate.ca = "/two.pem";
	lab_serve_nts(l, "192.0.2.3", "c.example");
	assert_int_equal(ntpdate(l,
			     "ntpdate -q -p 1 --nts a.example --nts-ca /one.pem --nts-ca /two.pem "
			     "--nts b.example --nts-ca= --nts c.example"),
	    NTPDATE_OK);
	assert_string_equal(l->err, "");
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(l->server[i]->nts->sealed, 1);
	}
	lab_free(l);
}

static void
an_answer_in_clear_is_not_used_nor_is_a_kiss(void **state)
{
	(void)state;
	for (unsigned kiss = 0; kiss < 2; kiss++) {
		struct lab *l = lab_new(5);
		struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

		n->plain = kiss == 0;
		n->plain_kiss = kiss == 1;
		l->server[0]->kiss = kiss == 1 ? refid_of_text("DENY") : 0;
		assert_int_equal(ntpdate(l, "ntpdate --nts a.example"), NTPDATE_FAILED);
		assert_has(l->err, "192.0.2.1: its answer is not used: auth\n");
		assert_int_equal(l->server[0]->requests, 4);
		assert_int_equal(l->clock.steps, 0);
		lab_free(l);
	}
}

static void
a_server_that_cannot_open_its_cookie_is_told_of_as_that(void **state)
{
	struct lab *l = lab_new(5);
	struct sim_nts *ke = lab_serve_nts(l, "192.0.2.1", "ke.example");
	struct sim_nts *ntp = lab_serve_nts(l, "192.0.2.2", "ntp.example");
	struct text name = text_over(ke->rules.server, sizeof ke->rules.server);

	(void)state;
	text_put(&name, "ntp.example"); /* which has other keys */
	assert_int_equal(ntpdate(l, "ntpdate --nts ke.example"), NTPDATE_FAILED);
	assert_has(l->err, "192.0.2.2: its answer is not used: it cannot open our cookie (NAK)");
	assert_int_equal(ntp->naks, 4);
	assert_int_equal(l->clock.steps, 0);
	lab_free(l);
}

static void
plain_hosts_beside_nts_are_used_as_far_as_they_agree(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example");
	for (unsigned i = 2; i < 5; i++) {
		char address[] = "192.0.2.0";

		address[sizeof address - 2] = (char)('0' + i);
		sim_server_lie(lab_serve(l, address), 100.0);
	}
	assert_int_equal(ntpdate(l, "ntpdate -p 1 --nts a.example 192.0.2.2 192.0.2.3 192.0.2.4"),
	    NTPDATE_OK);
	assert_has(l->out, "adjust time server 192.0.2.1 offset ");
	assert_int_equal(l->clock.steps, 0);
	l->server[0]->nts->ke->refuses = true;
	assert_int_equal(ntpdate(l, "ntpdate -p 1 --nts a.example 192.0.2.2 192.0.2.3 192.0.2.4"),
	    NTPDATE_FAILED);
	assert_has(l->err, "a.example: no NTS keys from 192.0.2.1:4460: no route");
	assert_has(l->err, "no server with NTS can be used, and without one the others count");
	assert_int_equal(l->clock.steps, 0);
	lab_free(l);
}

static void
one_host_of_several_without_keys_does_no_harm(void **state)
{
	struct lab *l = lab_new(3);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example");
	lab_serve_nts(l, "192.0.2.2", "b.example")->ke->refuses = true;
	assert_int_equal(ntpdate(l, "ntpdate -q --nts a.example --nts b.example"), NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.1, stratum 1, offset 3.00");
	assert_has(l->out, "server 192.0.2.2, stratum 0, offset 0.000000, delay 0.00000\n");
	assert_has(l->err, "b.example: no NTS keys from 192.0.2.2:4460: no route");
	assert_has(l->out, "step time server 192.0.2.1 ");
	lab_free(l);
}

static void
the_ntp_server_that_keys_are_for_is_found_by_its_name(void **state)
{
	struct lab *l = lab_new(3);
	struct sim_nts *ke = lab_serve_nts(l, "192.0.2.1", "ke.example");
	struct sim_nts *ntp = lab_serve_nts(l, "192.0.2.2", "ntp.example");
	struct text name = text_over(ke->rules.server, sizeof ke->rules.server);

	(void)state;
	ke->share = ntp;
	text_put(&name, "ntp.example");
	assert_int_equal(ntpdate(l, "ntpdate -q -p 2 --nts ke.example"), NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.2, stratum 1, offset 3.0");
	assert_int_equal(ntp->sealed, 2);
	assert_int_equal(l->server[0]->requests, 0);
	/* Two ways to one server are one server. */
	assert_int_equal(ntpdate(l, "ntpdate -q -p 1 --nts ke.example --nts ntp.example"),
	    NTPDATE_OK);
	assert_int_equal(lines(l->out), 2);
	assert_int_equal(ntp->sealed, 4);
	lab_free(l);
}

static void
a_ke_server_whose_keys_are_nothing_there_takes_nobodys_voice(void **state)
{
	struct lab *l = lab_new(3);
	struct sim_nts *thief = lab_serve_nts(l, "192.0.2.1", "thief.example");
	struct text name = text_over(thief->rules.server, sizeof thief->rules.server);

	(void)state;
	lab_serve_nts(l, "192.0.2.2", "ntp.example");
	text_put(&name, "ntp.example");
	assert_int_equal(ntpdate(l, "ntpdate -q --nts thief.example --nts ntp.example"),
	    NTPDATE_OK);
	assert_has(l->out, "server 192.0.2.2, stratum 1, offset 3.0");
	assert_has(l->out, "step time server 192.0.2.2 ");
	lab_free(l);
}

static void
a_ke_server_leads_nowhere_near_ourselves(void **state)
{
	static const struct {
		const char *server, *line, *said;
	} at[] = {
		{ "127.0.0.1", "ntpdate -q --nts ke.example", "127.0.0.1, which 192.0.2.1:4460" },
		{ "::1", "ntpdate -q --nts ke.example", "is not asked: no other host has that" },
		{ "no.example", "ntpdate -q --nts ke.example", "has no address: " },
		{ "2001:db8::7", "ntpdate -4 -q --nts ke.example", "of the other family" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		struct lab *l = lab_new(3);
		struct sim_nts *ke = lab_serve_nts(l, "192.0.2.1", "ke.example");
		struct text name = text_over(ke->rules.server, sizeof ke->rules.server);

		text_put(&name, at[i].server);
		assert_int_equal(ntpdate(l, at[i].line), NTPDATE_FAILED);
		assert_has(l->err, at[i].said);
		lab_free(l);
	}
}

/* --- a machine that does not know the time --- */

enum { YEARS_S = 1790000000 };

static void
a_clock_of_1970_is_set_when_dates_are_held_against_the_servers(void **state)
{
	struct lab *l = lab_new(YEARS_S);
	struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

	(void)state;
	n->ke->certificate.not_before = 1789000000;
	n->ke->certificate.not_after = 1791000000;
	assert_int_equal(ntpdate(l, "ntpdate --nts a.example"), NTPDATE_FAILED);
	assert_has(l->err, "certificate not valid yet");
	assert_int_equal(ntpdate(l, "ntpdate --nts a.example --nts-no-time-check"), NTPDATE_OK);
	assert_has(l->out, "--nts-no-time-check: the dates of certificates are held against");
	assert_int_equal(l->clock.steps, 1);
	assert_near(lab_error_s(l), 0, 0.001);
	lab_free(l);
}

static void
a_time_outside_of_the_certificate_or_before_the_program_is_not_believed(void **state)
{
	static const struct {
		int64_t from, to;
		double lie_s;
		const char *said;
	} at[] = {
		{ 1781000000, 1789000000, 0,
		    "its time lies outside of the dates of its certificate" },
		{ 1790100000, 1791000000, 0,
		    "its time lies outside of the dates of its certificate" },
		{ 1700000000, 1791000000, -20e6, "its time lies outside of the dates" },
		{ 1700000000, 1770000000, -25e6, "it ended before this program was built" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		struct lab *l = lab_new(YEARS_S);
		struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

		n->ke->certificate.not_before = at[i].from;
		n->ke->certificate.not_after = at[i].to;
		sim_server_lie(l->server[0], at[i].lie_s);
		assert_int_equal(ntpdate(l, "ntpdate --nts-no-time-check --nts a.example"),
		    NTPDATE_FAILED);
		assert_has(l->err, at[i].said);
		assert_int_equal(l->clock.steps, 0);
		lab_free(l);
	}
}

static void
of_two_hosts_without_dates_both_have_to_agree(void **state)
{
	struct lab *l = lab_new(YEARS_S);

	(void)state;
	lab_serve_nts(l, "192.0.2.1", "a.example")->ke->certificate.not_after = 1791000000;
	lab_serve_nts(l, "192.0.2.2", "b.example")->ke->certificate.not_after = 1791000000;
	l->server[1]->silent = true;
	assert_int_equal(ntpdate(l, "ntpdate --nts-no-time-check --nts a.example --nts b.example"),
	    NTPDATE_FAILED);
	assert_has(l->err, "not checked two hosts have to agree");
	assert_int_equal(l->clock.steps, 0);
	l->server[1]->silent = false;
	assert_int_equal(ntpdate(l, "ntpdate --nts-no-time-check --nts a.example --nts b.example"),
	    NTPDATE_OK);
	assert_near(lab_error_s(l), 0, 0.001);
	lab_free(l);
}

static void
words_of_nts_that_do_not_fit_are_wrong_use(void **state)
{
	static const char *const line[] = { "ntpdate -q --nts-ca /ca.pem 192.0.2.1",
		"ntpdate -q --nts-no-time-check 192.0.2.1", "ntpdate -q -o 3 --nts a.example",
		"ntpdate -q --nts" };

	(void)state;
	for (unsigned i = 0; i < sizeof line / sizeof *line; i++) {
		struct lab *l = lab_new(0);

		assert_int_equal(ntpdate(l, line[i]), NTPDATE_USAGE);
		assert_has(l->err, "usage: ntpdate");
		lab_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_offset_is_slewed_and_gone_once_the_slew_is_done),
		cmocka_unit_test(a_large_offset_is_stepped_forward_and_back),
		cmocka_unit_test(half_a_second_is_stepped_and_a_nanosecond_less_is_not),
		cmocka_unit_test(b_always_steps_and_B_always_slews),
		cmocka_unit_test(a_slew_that_no_kernel_takes_is_an_error),
		cmocka_unit_test(without_the_right_to_set_the_clock_it_fails_and_says_so),
		cmocka_unit_test(q_and_d_show_and_never_touch_the_clock),
		cmocka_unit_test(q_lists_every_server_and_then_the_verdict),
		cmocka_unit_test(lines_begin_with_day_month_and_time),
		cmocka_unit_test(s_writes_to_the_system_log_alone),
		cmocka_unit_test(d_shows_each_datagram_and_each_server),
		cmocka_unit_test(v_says_the_version_first),
		cmocka_unit_test(addresses_without_a_place_are_told),
		cmocka_unit_test(only_who_sets_the_clock_asks_from_port_123),
		cmocka_unit_test(a_daemon_on_port_123_stops_it_before_it_asks),
		cmocka_unit_test(all_addresses_of_a_name_are_asked),
		cmocka_unit_test(a_silent_address_of_a_name_is_not_waited_for),
		cmocka_unit_test(a_family_without_an_answer_is_not_waited_for),
		cmocka_unit_test(hosts_are_read_as_everywhere),
		cmocka_unit_test(a_family_that_cannot_be_resolved_does_not_lose_the_other),
		cmocka_unit_test(a_family_without_a_route_does_not_lose_the_other),
		cmocka_unit_test(four_and_six_ask_only_that_family),
		cmocka_unit_test(a_name_that_is_not_found_is_named_and_the_others_are_asked),
		cmocka_unit_test(a_silent_name_server_is_told_of_whichever_family_it_is_silent_for),
		cmocka_unit_test(two_that_agree_outvote_one_that_lies),
		cmocka_unit_test(two_that_contradict_each_other_set_nothing),
		cmocka_unit_test(a_server_without_the_time_is_of_no_use),
		cmocka_unit_test(an_answer_of_no_use_is_shown_as_it_was_measured),
		cmocka_unit_test(an_answer_that_measures_nothing_shows_its_stratum_only),
		cmocka_unit_test(a_server_that_loses_the_time_meanwhile_does_not_count),
		cmocka_unit_test(a_server_that_may_be_16_seconds_off_is_of_no_use),
		cmocka_unit_test(the_answer_with_the_shortest_way_counts),
		cmocka_unit_test(requests_to_one_server_are_two_seconds_apart),
		cmocka_unit_test(a_dead_server_costs_its_timeouts_and_no_more),
		cmocka_unit_test(lost_answers_are_asked_for_again),
		cmocka_unit_test(a_closed_port_is_no_reason_to_wait),
		cmocka_unit_test(a_rate_kiss_is_obeyed_and_named),
		cmocka_unit_test(with_a_key_requests_are_signed_and_only_signed_answers_count),
		cmocka_unit_test(an_unsigned_answer_to_a_signed_request_does_not_count),
		cmocka_unit_test(a_key_that_cannot_be_had_stops_it),
		cmocka_unit_test(every_flag_is_understood),
		cmocka_unit_test(wrong_use_is_status_2_and_the_usage),
		cmocka_unit_test(without_servers_it_fails),
		cmocka_unit_test(the_version_of_requests_is_as_asked),
		cmocka_unit_test(nts_is_told_with_its_algorithm_and_nothing_leaves_in_clear),
		cmocka_unit_test(the_clock_is_set_by_nts),
		cmocka_unit_test(d_tells_whence_the_keys_are),
		cmocka_unit_test(without_keys_it_fails_names_the_cause_and_asks_nothing),
		cmocka_unit_test(
		    a_private_ca_is_of_the_hosts_behind_it_and_the_first_of_all_before),
		cmocka_unit_test(an_answer_in_clear_is_not_used_nor_is_a_kiss),
		cmocka_unit_test(a_server_that_cannot_open_its_cookie_is_told_of_as_that),
		cmocka_unit_test(plain_hosts_beside_nts_are_used_as_far_as_they_agree),
		cmocka_unit_test(one_host_of_several_without_keys_does_no_harm),
		cmocka_unit_test(the_ntp_server_that_keys_are_for_is_found_by_its_name),
		cmocka_unit_test(a_ke_server_whose_keys_are_nothing_there_takes_nobodys_voice),
		cmocka_unit_test(a_ke_server_leads_nowhere_near_ourselves),
		cmocka_unit_test(a_clock_of_1970_is_set_when_dates_are_held_against_the_servers),
		cmocka_unit_test(
		    a_time_outside_of_the_certificate_or_before_the_program_is_not_believed),
		cmocka_unit_test(of_two_hosts_without_dates_both_have_to_agree),
		cmocka_unit_test(words_of_nts_that_do_not_fit_are_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
