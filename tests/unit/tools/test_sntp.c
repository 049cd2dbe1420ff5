/* SPDX-License-Identifier: BSD-2-Clause */
/* sntp from the command line to its line, in simulated time. */
#include "sntp/sntp.h"
#include <errno.h>
#include <math.h>
#include "unit/query/lab.h"

static int
sntp(struct lab *l, const char *line)
{
	struct sntp_world w = { .store = &l->store.port };
	struct sntp_options o;
	struct sntp *s;
	int status = SNTP_FAILED;

	lab_streams(l);
	w.port = lab_ports(l);
	w.out = l->out_to;
	w.err = l->err_to;
	lab_words(l, line);
	l->loop.stopped = false;
	switch (sntp_options_read(&o, l->argc, l->argv, l->out_to, l->err_to)) {
	case SNTP_DONE:
		status = SNTP_OK;
		break;
	case SNTP_WRONG:
		break;
	case SNTP_RUN:
		s = sntp_new(&w, &o);
		status = sntp_start(s);
		status = status == SNTP_OK ? lab_run(l) : status;
		sntp_free(s);
		break;
	}
	lab_read(l);
	return status;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL) {
		fail_msg("no \"%s\" in \"%s\"", part, text);
	}
}

static void
one_line_tells_time_offset_bound_server_and_leap(void **state)
{
	struct lab *l = lab_new(1.5);
	double offset_s, bound_s;
	char date[16], clock[24], zone[16], ip[32], stratum[8], leap[16];

	(void)state;
	lab_serve(l, "192.0.2.1")->stratum = 3;
	assert_int_equal(sntp(l, "sntp 192.0.2.1"), SNTP_OK);
	assert_int_equal(sscanf(l->out, "%15s %23s %15s %lf +/- %lf %31s %7s %15s", date, clock,
			     zone, &offset_s, &bound_s, ip, stratum, leap),
	    8);
	assert_string_equal(date, "2026-09-21");
	/* The local clock, which is 1.5 s behind, when the answer came: it took 10 ms. */
	assert_int_equal(strncmp(clock, "14:13:18.51", 11), 0);
	assert_int_equal(strlen(clock), 15);
	assert_string_equal(zone, "(+0000)");
	assert_true(fabs(offset_s - 1.5) < 0.0005);
	assert_true(bound_s > 0.005 && bound_s < 0.007);
	assert_string_equal(ip, "192.0.2.1");
	assert_string_equal(stratum, "s3");
	assert_string_equal(leap, "no-leap");
	assert_has(l->out, " +1.5");
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	assert_int_equal(l->server[0]->requests, 1);
	assert_true(l->server[0]->request[0].d.from.port >= 1024);
	lab_free(l);
}

static void
a_name_stands_before_its_address(void **state)
{
	struct lab *l = lab_new(-0.25);

	(void)state;
	lab_serve(l, "2001:db8::1")->leap = LEAP_INSERT;
	sim_resolver_set(&l->resolver, "time.example", "2001:db8::1");
	assert_int_equal(sntp(l, "sntp time.example"), SNTP_OK);
	assert_has(l->out, " -0.2");
	assert_has(l->out, " time.example 2001:db8::1 s1 add-leap\n");
	lab_free(l);
}

static void
json_has_the_same(void **state)
{
	struct lab *l = lab_new(1.5);

	(void)state;
	lab_serve(l, "192.0.2.1")->leap = LEAP_DELETE;
	sim_resolver_set(&l->resolver, "time.example", "192.0.2.1");
	assert_int_equal(sntp(l, "sntp -j time.example"), SNTP_OK);
	assert_has(l->out, "{\"time\": \"2026-09-21T14:13:18.5");
	assert_has(l->out, "+0000\", \"offset\": 1.5");
	assert_has(l->out,
	    "\"host\": \"time.example\", \"ip\": \"192.0.2.1\", \"stratum\": 1, "
	    "\"leap\": \"del-leap\", \"adjusted\": false}\n");
	assert_int_equal(sntp(l, "sntp -j -S time.example"), SNTP_OK);
	assert_has(l->out, "\"adjusted\": true}\n");
	lab_free(l);
}

static void
without_S_and_s_the_clock_stays(void **state)
{
	struct lab *l = lab_new(1.5);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(sntp(l, "sntp -d -M 1 192.0.2.1"), SNTP_OK);
	assert_int_equal(l->clock.changes + l->clock.steps, 0);
	lab_free(l);
}

static const struct way {
	const char *line;
	double offset_s;
	bool steps;
} ways[] = {
	{ "sntp -S 192.0.2.1", 0.001, true },
	{ "sntp -S 192.0.2.1", 100, true },
	{ "sntp -s 192.0.2.1", 0.001, false },
	{ "sntp -s 192.0.2.1", 100, false },
	{ "sntp -sS 192.0.2.1", 0.127, false },
	{ "sntp -sS 192.0.2.1", -0.127, false },
	{ "sntp -sS 192.0.2.1", 0.129, true },
	{ "sntp -sS -M 500 192.0.2.1", -0.499, false },
	{ "sntp -sS -M 500 192.0.2.1", -0.501, true },
};

static void
s_slews_S_steps_and_both_go_by_the_limit(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct lab *l = lab_new(ways[i].offset_s);

		lab_serve(l, "192.0.2.1");
		assert_int_equal(sntp(l, ways[i].line), SNTP_OK);
		assert_int_equal(l->clock.steps, ways[i].steps);
		assert_int_equal(l->clock.changes, !ways[i].steps);
		lab_free(l);
	}
}

static void
a_clock_that_may_not_be_set_is_status_1(void **state)
{
	struct lab *l = lab_new(1);

	(void)state;
	l->clock.uncontrolled = true;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(sntp(l, "sntp -S 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: the clock cannot be set: Operation not permitted; it needs root");
	assert_has(l->out, " +1.0");
	assert_int_equal(sntp(l, "sntp -j -s 192.0.2.1"), SNTP_FAILED);
	assert_has(l->out, "\"adjusted\": false}\n");
	lab_free(l);
}

static void
no_answer_is_no_eligible_servers(void **state)
{
	struct lab *l = lab_new(1);

	(void)state;
	lab_serve(l, "192.0.2.1")->silent = true;
	assert_int_equal(sntp(l, "sntp -t 1 192.0.2.1"), SNTP_FAILED);
	assert_string_equal(l->err, "sntp: 192.0.2.1: no answer\nsntp: no eligible servers\n");
	assert_string_equal(l->out, "");
	assert_true(world_s(l->w) < 1.2);
	assert_int_equal(sntp(l, "sntp fe80::1"), SNTP_FAILED);
	assert_has(l->err, "sntp: fe80::1: it needs its interface behind it, as in fe80::1%eth0\n");
	assert_int_equal(sntp(l, "sntp no.example"), SNTP_FAILED);
	assert_has(l->err, "sntp: no.example: Name or service not known\n");
	lab_free(l);
}

static void
an_answer_of_no_use_is_told_with_what_it_measured(void **state)
{
	struct lab *l = lab_new(1.5);
	struct sim_server *s = lab_serve(l, "192.0.2.1");

	(void)state;
	s->leap = LEAP_UNSYNC;
	s->stratum = 0;
	assert_int_equal(sntp(l, "sntp 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err,
	    "sntp: 192.0.2.1: its answer is not used: unsync (stratum 16, offset +1.5");
	assert_has(l->err, ", delay 0.010");
	assert_has(l->err, "sntp: no eligible servers\n");
	assert_int_equal(sntp(l, "sntp -d 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "unsync (stratum 16, offset +1.5");
	lab_free(l);
}

static void
a_silent_address_of_a_name_is_not_waited_for(void **state)
{
	struct lab *l = lab_new(1.5);

	(void)state;
	lab_serve(l, "2001:db8::1")->silent = true;
	lab_serve(l, "192.0.2.2");
	sim_resolver_set(&l->resolver, "time.example", "2001:db8::1 192.0.2.2");
	assert_int_equal(sntp(l, "sntp time.example"), SNTP_OK);
	assert_has(l->out, " time.example 192.0.2.2 s1 no-leap\n");
	assert_true(world_s(l->w) < 0.75);
	lab_free(l);
}

static void
of_three_the_one_that_lies_is_not_shown(void **state)
{
	struct lab *l = lab_new(1);

	(void)state;
	sim_server_lie(lab_serve(l, "192.0.2.1"), -40);
	lab_serve(l, "192.0.2.2");
	lab_serve(l, "192.0.2.3");
	assert_int_equal(sntp(l, "sntp 192.0.2.1 -c 192.0.2.2 192.0.2.3"), SNTP_OK);
	assert_has(l->out, " +1.0");
	assert_int_equal(sntp(l, "sntp -d 192.0.2.1 192.0.2.2"), SNTP_FAILED);
	assert_has(l->err, " 192.0.2.1 s1 no-leap\n");
	assert_has(l->err, "sntp: the servers do not agree\n");
	lab_free(l);
}

static void
r_asks_from_port_123_unless_it_is_taken(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	assert_int_equal(sntp(l, "sntp -r 192.0.2.1"), SNTP_OK);
	assert_int_equal(l->server[0]->request[0].d.from.port, 123);
	l->host->port_taken = true;
	assert_int_equal(sntp(l, "sntp -r 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: port 123 is in use; leave out -r");
	assert_int_equal(sntp(l, "sntp 192.0.2.1"), SNTP_OK);
	lab_free(l);
}

static void
a_kiss_is_told(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1")->kiss = refid_of_text("RATE");
	assert_int_equal(sntp(l, "sntp 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: 192.0.2.1: it was asked too often\n");
	lab_free(l);
}

static void
with_K_a_server_that_refused_is_left_alone_for_a_day(void **state)
{
	struct lab *l = lab_new(0);
	uint64_t asked;
	const char *text;

	(void)state;
	lab_serve(l, "192.0.2.1")->kiss = refid_of_text("DENY");
	lab_serve(l, "2001:db8::2");
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1 2001:db8::2"), SNTP_OK);
	text = sim_store_text(&l->store, "/kod");
	assert_non_null(text);
	assert_string_equal(text + 8, " DENY 192.0.2.1\n");
	asked = l->server[0]->requests;
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1 2001:db8::2"), SNTP_OK);
	assert_has(l->err, "sntp: 192.0.2.1: not asked, it denied access not long ago\n");
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: no eligible servers\n");
	assert_int_equal(l->server[0]->requests, asked);
	/* Without the file it is asked, and after a day anyhow. */
	assert_int_equal(sntp(l, "sntp 192.0.2.1"), SNTP_FAILED);
	assert_int_equal(l->server[0]->requests, asked + 1);
	sim_clock_foreign_step(&l->clock, 86401.0);
	l->server[0]->kiss = 0;
	sim_server_lie(l->server[0], 86401.0);
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_OK);
	lab_free(l);
}

static void
with_K_a_server_asked_too_often_is_left_alone_for_an_hour(void **state)
{
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1")->kiss = refid_of_text("RATE");
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_FAILED);
	l->server[0]->kiss = 0;
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: 192.0.2.1: not asked, it was asked too often not long ago\n");
	sim_clock_foreign_step(&l->clock, 3601.0);
	sim_server_lie(l->server[0], 3601.0);
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_OK);
	lab_free(l);
}

static void
rubbish_in_the_file_of_K_silences_nobody(void **state)
{
	static const char *const rubbish[] = { "", "\n\n", "x", "zz DENY 192.0.2.1\n",
		"ffffffffff DENY 192.0.2.1\n", "DENY 192.0.2.1\n", "ead9f400 NONE 192.0.2.1\n",
		"ead9f400 DENY nobody\n", "1 DENY 192.0.2.1\n", "ffffffff DENY 192.0.2.1\n" };
	struct lab *l = lab_new(0);

	(void)state;
	lab_serve(l, "192.0.2.1");
	for (unsigned i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
		sim_store_put(&l->store, "/kod", rubbish[i]);
		assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_OK);
	}
	/* Nor does one that cannot be read or written. */
	l->store.read_error = l->store.write_error = -EACCES;
	l->server[0]->kiss = refid_of_text("DENY");
	assert_int_equal(sntp(l, "sntp -K /kod 192.0.2.1"), SNTP_FAILED);
	assert_has(l->err, "sntp: -K /kod: Permission denied; ");
	assert_has(l->err, "; what servers refuse is forgotten\n");
	lab_free(l);
}

static void
every_option_of_the_old_program_is_understood(void **state)
{
	struct lab *l = lab_new(0);
	struct sntp_options o;

	(void)state;
	lab_words(l,
	    "sntp -4 -a 3 -d -D 2 -g 50 -j -K /kod -k /keys -l /log -M 250 -o 3 -p 2 -r -S "
	    "-s -t 1.5 --wait -c a b");
	assert_int_equal(sntp_options_read(&o, l->argc, l->argv, l->out_to, l->err_to), SNTP_RUN);
	assert_int_equal(o.rules.family, ADDR_V4);
	assert_int_equal(o.rules.key_id, 3);
	assert_int_equal(o.rules.version, 3);
	assert_int_equal(o.rules.samples, 2);
	assert_int_equal(o.rules.local_port, 123);
	assert_true(fabs(o.rules.timeout_s - 1.5) < 1e-9);
	assert_true(fabs(o.step_limit_s - 0.25) < 1e-9);
	assert_string_equal(o.keyfile, "/keys");
	assert_string_equal(o.logfile, "/log");
	assert_string_equal(o.kodfile, "/kod");
	assert_true(o.debug && o.json && o.step && o.slew);
	assert_int_equal(o.host_n, 2);
	assert_string_equal(o.host[1], "b");
	lab_free(l);
}

static void
wrong_use_is_status_1_and_named(void **state)
{
	static const char *const line[] = { "sntp", "sntp -x h", "sntp -a 0 h", "sntp -t 0 h",
		"sntp -t 61 h", "sntp -p 9 h", "sntp -o 5 h", "sntp -M -1 h", "sntp -b h",
		"sntp -B 5 h", "sntp h -t" };
	struct lab *l = lab_new(0);

	(void)state;
	for (unsigned i = 0; i < sizeof line / sizeof *line; i++) {
		assert_int_equal(sntp(l, line[i]), SNTP_FAILED);
		assert_has(l->err, "; sntp --help explains\n");
		assert_string_equal(l->out, "");
	}
	assert_int_equal(sntp(l, "sntp --version"), SNTP_OK);
	assert_has(l->out, "sntp ");
	lab_free(l);
}

/* ---- NTS ---- */

static void
nts_stands_at_the_end_of_the_line_and_in_json(void **state)
{
	struct lab *l = lab_new(1.5);
	struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

	(void)state;
	assert_int_equal(sntp(l, "sntp --nts a.example"), SNTP_OK);
	assert_has(l->out, " a.example 192.0.2.1 s1 no-leap NTS AES_SIV_CMAC_256\n");
	assert_string_equal(l->err, "");
	n->rules.aead[0] = 17;
	assert_int_equal(sntp(l, "sntp -j --nts=a.example"), SNTP_OK);
	assert_has(l->out, "\"adjusted\": false, \"nts\": \"AES_SIV_CMAC_512\"}\n");
	assert_int_equal(n->sealed, 2);
	assert_int_equal(n->in_clear + n->twice + n->bad, 0);
	assert_int_equal(sntp(l, "sntp -d --nts a.example"), SNTP_OK);
	assert_has(l->err, "keys from 192.0.2.1:4460");
	lab_free(l);
}

static void
without_keys_the_cause_is_said_once_and_nothing_is_asked(void **state)
{
	struct lab *l = lab_new(1.5);
	struct sim_nts *n = lab_serve_nts(l, "192.0.2.1", "a.example");

	(void)state;
	n->ke->certificate.not_after = 1780000000;
	assert_int_equal(sntp(l, "sntp --nts a.example"), SNTP_FAILED);
	assert_string_equal(l->err,
	    "sntp: a.example: no NTS keys from 192.0.2.1:4460: expired certificate: certificate "
	    "for a.example\nsntp: no eligible servers\n");
	assert_int_equal(sntp(l, "sntp -d --nts a.example"), SNTP_FAILED);
	n->ke->certificate.not_after = 0;
	l->server[0]->silent = true;
	assert_int_equal(sntp(l, "sntp -t 1 --nts a.example"), SNTP_FAILED);
	assert_string_equal(l->err, "sntp: 192.0.2.1: no answer\nsntp: no eligible servers\n");
	l->ke.ask_error = -EAGAIN;
	assert_int_equal(sntp(l, "sntp --nts a.example"), SNTP_FAILED);
	assert_has(l->err, "sntp: a.example: keys cannot be asked for: ");
	assert_int_equal(l->server[0]->requests, 1);
	lab_free(l);
}

static void
with_K_an_ntp_server_that_refused_is_left_alone_by_its_address(void **state)
{
	struct lab *l = lab_new(1.5);
	struct sim_nts *ke = lab_serve_nts(l, "192.0.2.1", "ke.example");
	struct text server = text_over(ke->rules.server, sizeof ke->rules.server);

	(void)state;
	ke->share = lab_serve_nts(l, "192.0.2.2", "ntp.example");
	text_put(&server, "192.0.2.2");
	l->server[1]->kiss = refid_of_text("DENY");
	assert_int_equal(sntp(l, "sntp -K /kod --nts ke.example"), SNTP_FAILED);
	assert_has(l->err, "sntp: 192.0.2.2: it denies access\n");
	l->server[1]->kiss = 0;
	assert_int_equal(sntp(l, "sntp -K /kod --nts ke.example"), SNTP_FAILED);
	assert_has(l->err, "sntp: 192.0.2.2: not asked, it denied access not long ago\n");
	assert_int_equal(l->server[1]->requests, 1);
	lab_free(l);
}

static void
hosts_with_nts_count_among_the_64(void **state)
{
	struct lab *l = lab_new(0);
	struct sntp_options o;
	char *argv[2 + 2 * SNTP_HOSTS_MAX + 1], host[] = "192.0.2.1", nts[] = "--nts",
						name[] = "sntp";
	int argc = 0;

	(void)state;
	argv[argc++] = name;
	for (int i = 0; i < SNTP_HOSTS_MAX; i++) {
		argv[argc++] = nts;
		argv[argc++] = host;
	}
	argv[argc] = NULL;
	assert_int_equal(sntp_options_read(&o, argc, argv, l->out_to, l->err_to), SNTP_RUN);
	argv[argc++] = host;
	argv[argc] = NULL;
	assert_int_equal(sntp_options_read(&o, argc, argv, l->out_to, l->err_to), SNTP_WRONG);
	lab_read(l);
	assert_has(l->err, "too many hosts: 64 are the most");
	lab_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_tells_time_offset_bound_server_and_leap),
		cmocka_unit_test(a_name_stands_before_its_address),
		cmocka_unit_test(json_has_the_same),
		cmocka_unit_test(without_S_and_s_the_clock_stays),
		cmocka_unit_test(s_slews_S_steps_and_both_go_by_the_limit),
		cmocka_unit_test(a_clock_that_may_not_be_set_is_status_1),
		cmocka_unit_test(no_answer_is_no_eligible_servers),
		cmocka_unit_test(an_answer_of_no_use_is_told_with_what_it_measured),
		cmocka_unit_test(a_silent_address_of_a_name_is_not_waited_for),
		cmocka_unit_test(of_three_the_one_that_lies_is_not_shown),
		cmocka_unit_test(r_asks_from_port_123_unless_it_is_taken),
		cmocka_unit_test(a_kiss_is_told),
		cmocka_unit_test(with_K_a_server_that_refused_is_left_alone_for_a_day),
		cmocka_unit_test(with_K_a_server_asked_too_often_is_left_alone_for_an_hour),
		cmocka_unit_test(rubbish_in_the_file_of_K_silences_nobody),
		cmocka_unit_test(every_option_of_the_old_program_is_understood),
		cmocka_unit_test(wrong_use_is_status_1_and_named),
		cmocka_unit_test(nts_stands_at_the_end_of_the_line_and_in_json),
		cmocka_unit_test(without_keys_the_cause_is_said_once_and_nothing_is_asked),
		cmocka_unit_test(with_K_an_ntp_server_that_refused_is_left_alone_by_its_address),
		cmocka_unit_test(hosts_with_nts_count_among_the_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
