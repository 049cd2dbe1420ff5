/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics of a whole daemon: forms of lines, names of files, a disk that is full. */
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "ntpd/filegen.h"
#include "ntpd/state.h"
#include "sim/mode6.h"

static const char CONFIG[] =
    "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\n"
    "server 192.0.2.2 iburst minpoll 4 maxpoll 4\n"
    "statsdir /stats/\nstatistics loopstats peerstats rawstats sysstats protostats usestats\n";

struct lab {
	struct sim *s;
	struct sim_node *n;
};

/* The true time of day at the start, s since 1970. */
static struct lab
lab_at(int64_t start_s, const char *config)
{
	struct lab b = { .s = sim_new(3) };

	b.s->careless = true;
	b.s->w->epoch_ns = start_s * NS_PER_S;
	b.n = sim_node_new(b.s, "daemon", 0.0001, 5e-6, config);
	for (unsigned i = 0; i < 2; i++) {
		struct sim_server *v = sim_serve(b.s, i == 0 ? "192.0.2.1" : "192.0.2.2");
		sim_link(b.s, b.n->host, v->host, sim_path_constant(1e-3));
	}
	assert_true(sim_node_boot(b.n));
	return b;
}

static void
lab_end(struct lab *b)
{
	assert_int_equal(b->s->failures, 0);
	sim_free(b->s);
}

enum { DAY_S = 86400, NOON_2026_11_20 = 1795176000 };   /* MJD 61364 */

/* Asserts that the file has lines and that each is of the form; how many. */
static unsigned
expect_lines(const struct lab *b, const char *path, const char *form)
{
	const char *text = sim_store_text(&b->n->store, path);
	char line[1024];
	unsigned n = 0;
	regex_t re;

	if (text == NULL) {
		fail_msg("%s is not there", path);
		return 0;
	}
	assert_int_equal(regcomp(&re, form, REG_EXTENDED | REG_NOSUB), 0);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		assert_true(len < sizeof line);
		memcpy(line, text, len);
		line[len] = '\0';
		if (regexec(&re, line, 0, NULL, 0) != 0) {
			fail_msg("%s: '%s' is not '%s'", path, line, form);
		}
		text += len;
		assert_int_equal(*text, '\n');
		text++;
		n++;
	}
	regfree(&re);
	assert_true(n > 0);
	return n;
}

#define DAY_SECOND "^61364 4[0-9]{4}\\.[0-9]{3} "
#define S9 "-?[0-9]+\\.[0-9]{9}"
#define S6 "-?[0-9]+\\.[0-9]{6}"
#define STAMP "[0-9]{10}\\.[0-9]{9}"

static void
each_line_has_the_form_that_tools_parse(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);

	(void)state;
	sim_run(b.s, 2.2 * 3600);
	expect_lines(&b, "/stats/loopstats", "^61364 [45][0-9]{4}\\.[0-9]{3} " S9 " " S6 " " S9 " " S6 " [0-9]+$");
	expect_lines(&b, "/stats/peerstats", "^61364 [45][0-9]{4}\\.[0-9]{3} 192\\.0\\.2\\.[12] [0-9a-f]{4} "
	    S9 " " S9 " " S9 " " S9 "$");
	expect_lines(&b, "/stats/rawstats", "^61364 [45][0-9]{4}\\.[0-9]{3} 192\\.0\\.2\\.[12] 192\\.0\\.2\\.100 "
	    STAMP " " STAMP " " STAMP " " STAMP " 0 4 4 1 4 -[0-9]+ " S6 " " S6 " \\.[A-Z]{3,4}\\.$");
	assert_int_equal(expect_lines(&b, "/stats/sysstats",
	    "^61364 [45][0-9]{4}\\.[0-9]{3} 3[67][0-9]{2}( [0-9]+){10}$"), 2);
	expect_lines(&b, "/stats/protostats", "^61364 [45][0-9]{4}\\.[0-9]{3} [0-9.]+ [0-9a-f]{4} [0-9a-f]{2} [a-z_]+");
	assert_int_equal(expect_lines(&b, "/stats/usestats",
	    "^61364 [45][0-9]{4}\\.[0-9]{3} 3[67][0-9]{2} 0\\.3[67][0-9] 0\\.7[2-5][0-9] 0 0 0 0 0 3[67][0-9]{2} 0 0 4096$"),
	    2);
	lab_end(&b);
}

static void
a_new_day_has_a_new_file_from_its_first_second(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);

	(void)state;
	sim_run(b.s, DAY_S);
	expect_lines(&b, "/stats/peerstats.20261120", "^61364 [4-8][0-9]{4}\\.");
	expect_lines(&b, "/stats/peerstats.20261121", "^61365 [0-9]{1,5}\\.");
	/* The first line of the day is less than a poll after midnight. */
	assert_true(strncmp(sim_store_text(&b.n->store, "/stats/peerstats.20261121"), "61365 ", 6) == 0);
	assert_true(strtod(sim_store_text(&b.n->store, "/stats/peerstats.20261121") + 6, NULL) < 18);
	assert_ptr_equal(sim_store_text(&b.n->store, "/stats/peerstats"),
	    sim_store_text(&b.n->store, "/stats/peerstats.20261121"));
	lab_end(&b);
}

static void
a_clock_that_is_stepped_back_over_midnight_writes_to_its_own_day(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20 + DAY_S / 2 - 300, CONFIG);

	(void)state;
	/* Both servers are 600 s ahead of the true time: the daemon follows over midnight, and back. */
	sim_server_lie(b.s->server[0], 600);
	sim_server_lie(b.s->server[1], 600);
	sim_run(b.s, 200);
	expect_lines(&b, "/stats/loopstats.20261121", "^61365 ");
	sim_server_lie(b.s->server[0], 0);
	sim_server_lie(b.s->server[1], 0);
	sim_run(b.s, 3600);
	assert_true(b.n->clock.steps >= 2);
	expect_lines(&b, "/stats/peerstats.20261120", "^61364 8[56][0-9]{3}\\.");
	expect_lines(&b, "/stats/peerstats.20261121", "^61365 [0-9]{1,4}\\.");
	lab_end(&b);
}

static void
a_reload_renames_turns_off_and_on(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	size_t before;

	(void)state;
	sim_run(b.s, 100);
	sim_node_config(b.n, "server 192.0.2.1 iburst minpoll 4 maxpoll 4\nstatsdir /other\n"
	    "statistics loopstats\nfilegen peerstats file pp type none enable\n");
	assert_true(ntpd_reload(b.n->daemon));
	before = strlen(sim_store_text(&b.n->store, "/stats/peerstats"));
	sim_run(b.s, 200);
	assert_int_equal(strlen(sim_store_text(&b.n->store, "/stats/peerstats")), before);
	expect_lines(&b, "/other/pp", DAY_SECOND);
	expect_lines(&b, "/other/loopstats.20261120", DAY_SECOND);
	assert_null(sim_store_text(&b.n->store, "/other/rawstats"));
	lab_end(&b);
}

static void
ntpq_turns_sets_and_all_of_them_on_and_off(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, "server 192.0.2.1 iburst minpoll 4 maxpoll 4\nstatsdir /stats\n"
	    "keys /keys\ntrustedkey 1\ncontrolkey 1\n");
	struct mode6 *m = test_calloc(1, sizeof *m);
	size_t before;

	(void)state;
	sim_store_put(&b.n->store, "/keys", "1 SHA1 secret\n");
	assert_true(ntpd_reload(b.n->daemon));
	mode6_local(m, b.s, b.n);
	mode6_key(m, 1, "SHA1", "secret");
	sim_run(b.s, 100);
	assert_null(sim_store_text(&b.n->store, "/stats/peerstats"));
	assert_true(mode6_command(m, CONTROL_CONFIGURE, "statistics peerstats")->complete);
	assert_string_equal(m->answer.text, "Config Succeeded\r\n");
	sim_run(b.s, 100);
	expect_lines(&b, "/stats/peerstats", DAY_SECOND);
	assert_true(mode6_command(m, CONTROL_CONFIGURE, "disable stats")->complete);
	before = strlen(sim_store_text(&b.n->store, "/stats/peerstats"));
	sim_run(b.s, 100);
	assert_int_equal(strlen(sim_store_text(&b.n->store, "/stats/peerstats")), before);
	assert_true(mode6_command(m, CONTROL_CONFIGURE, "enable stats")->complete);
	sim_run(b.s, 100);
	assert_true(strlen(sim_store_text(&b.n->store, "/stats/peerstats")) > before);
	mode6_end(m);
	lab_end(&b);
	test_free(m);
}

static void
a_full_disk_is_said_once_and_lines_come_again(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	size_t before;

	(void)state;
	sim_run(b.s, 300);
	before = strlen(sim_store_text(&b.n->store, "/stats/peerstats"));
	b.n->store.write_error = -ENOSPC;
	sim_run(b.s, 3 * 3600);
	assert_int_equal(strlen(sim_store_text(&b.n->store, "/stats/peerstats")), before);
	assert_int_equal(sim_logged(b.n, "peerstats.20261120: No space left"), 1);
	assert_int_equal(sim_logged(b.n, "loopstats.20261120: No space left"), 1);
	b.n->store.write_error = 0;
	sim_run(b.s, 300);
	assert_true(strlen(sim_store_text(&b.n->store, "/stats/peerstats")) > before);
	assert_int_equal(sim_logged(b.n, "peerstats.20261120: written again"), 1);
	lab_end(&b);
}

static void
a_plain_file_in_the_place_of_the_link_is_put_aside(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	char aside[64];

	(void)state;
	sim_store_put(&b.n->store, "/stats/peerstats", "somebody's data");
	sim_run(b.s, 100);
	(void)snprintf(aside, sizeof aside, "/stats/peerstats.%dC1", (int)getpid());
	assert_string_equal(sim_store_text(&b.n->store, aside), "somebody's data");
	assert_ptr_equal(sim_store_text(&b.n->store, "/stats/peerstats"),
	    sim_store_text(&b.n->store, "/stats/peerstats.20261120"));
	lab_end(&b);
}

static void
the_link_of_an_earlier_run_is_no_data(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	char aside[64];

	(void)state;
	sim_run(b.s, 100);
	sim_node_stop(b.n);
	sim_run(b.s, DAY_S);
	assert_true(sim_node_boot(b.n));
	sim_run(b.s, 100);
	(void)snprintf(aside, sizeof aside, "/stats/peerstats.%dC1", (int)getpid());
	assert_null(sim_store_text(&b.n->store, aside));
	assert_ptr_equal(sim_store_text(&b.n->store, "/stats/peerstats"),
	    sim_store_text(&b.n->store, "/stats/peerstats.20261121"));
	expect_lines(&b, "/stats/peerstats.20261120", "^61364 ");
	lab_end(&b);
}

/* ---- names ---- */

static void
each_type_names_its_period(void **state)
{
	static const struct {
		enum config_filegen_type type;
		int64_t at_s;
		double uptime_s;
		const char *suffix;
	} cases[] = {
		{ FILEGEN_NONE, 0, 0, "" },
		{ FILEGEN_PID, 0, 0, ".#77" },
		{ FILEGEN_DAY, 0, 0, ".19700101" },
		{ FILEGEN_DAY, 951782400, 0, ".20000229" },             /* a leap day */
		{ FILEGEN_DAY, 951868799, 0, ".20000229" },
		{ FILEGEN_DAY, 951868800, 0, ".20000301" },
		{ FILEGEN_DAY, 4107542400, 0, ".21000301" },            /* no leap day before it */
		{ FILEGEN_DAY, 2147483648, 0, ".20380119" },
		{ FILEGEN_WEEK, 1104537600, 0, ".2004w53" },            /* Saturday, 2005-01-01 */
		{ FILEGEN_WEEK, 1230508800, 0, ".2009w01" },            /* Monday, 2008-12-29 */
		{ FILEGEN_WEEK, 1230508799, 0, ".2008w52" },
		{ FILEGEN_WEEK, 1262304000, 0, ".2009w53" },            /* Friday, 2010-01-01 */
		{ FILEGEN_WEEK, 1293926400, 0, ".2010w52" },            /* Sunday, 2011-01-02 */
		{ FILEGEN_MONTH, 951868799, 0, ".200002" },
		{ FILEGEN_MONTH, 951868800, 0, ".200003" },
		{ FILEGEN_YEAR, 946684799, 0, ".1999" },
		{ FILEGEN_YEAR, 946684800, 0, ".2000" },
		{ FILEGEN_AGE, 0, 0, ".a00000000" },
		{ FILEGEN_AGE, 0, 86399, ".a00000000" },
		{ FILEGEN_AGE, 0, 86400, ".a00086400" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct filegen_now now = { { cases[i].at_s * NS_PER_S }, cases[i].uptime_s, 77 };
		char buf[64];
		struct text t = text_over(buf, sizeof buf);
		filegen_suffix(cases[i].type, &now, &t);
		assert_string_equal(buf, cases[i].suffix);
	}
}

static void
the_day_begins_with_its_first_nanosecond(void **state)
{
	double second;
	long day;

	(void)state;
	filegen_mjd((struct rtime){ 0 }, &day, &second);
	assert_int_equal(day, 40587);
	assert_true(second < 1e-12);
	filegen_mjd((struct rtime){ INT64_C(86400) * NS_PER_S - 1 }, &day, &second);
	assert_int_equal(day, 40587);
	assert_true(second > 86399.999 && second < 86400);
	filegen_mjd((struct rtime){ -1 }, &day, &second);
	assert_int_equal(day, 40586);
	assert_true(second > 86399.999 && second < 86400);
	filegen_mjd((struct rtime){ (int64_t)NOON_2026_11_20 * NS_PER_S }, &day, &second);
	assert_int_equal(day, 61364);
	assert_true(second > 43199.999 && second < 43200.001);
}

#define CASE(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_line_has_the_form_that_tools_parse),
		CASE(a_new_day_has_a_new_file_from_its_first_second),
		CASE(a_clock_that_is_stepped_back_over_midnight_writes_to_its_own_day),
		CASE(a_reload_renames_turns_off_and_on),
		CASE(ntpq_turns_sets_and_all_of_them_on_and_off),
		CASE(a_full_disk_is_said_once_and_lines_come_again),
		CASE(a_plain_file_in_the_place_of_the_link_is_put_aside),
		CASE(the_link_of_an_earlier_run_is_no_data),
		CASE(each_type_names_its_period),
		CASE(the_day_begins_with_its_first_nanosecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
