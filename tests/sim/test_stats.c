/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics of a whole daemon: forms of lines, names of files, a disk that is full. */
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
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

enum { DAY_S = 86400, NOON_2026_11_20 = 1795176000 }; /* MJD 61364 */

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
#define TWO_HOURS "^61364 [45][0-9]{4}\\.[0-9]{3} "
#define S9 "-?[0-9]+\\.[0-9]{9}"
#define S6 "-?[0-9]+\\.[0-9]{6}"
#define STAMP "[0-9]{10}\\.[0-9]{9}"

static void
each_line_has_the_form_that_tools_parse(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);

	(void)state;
	sim_run(b.s, 2.2 * 3600);
	expect_lines(&b, "/stats/loopstats", TWO_HOURS S9 " " S6 " " S9 " " S6 " [0-9]+$");
	expect_lines(&b, "/stats/peerstats",
	    TWO_HOURS "192\\.0\\.2\\.[12] [0-9a-f]{4} " S9 " " S9 " " S9 " " S9 "$");
	expect_lines(&b, "/stats/rawstats",
	    TWO_HOURS "192\\.0\\.2\\.[12] 192\\.0\\.2\\.100 " STAMP " " STAMP " " STAMP " " STAMP
		      " 0 4 4 1 4 -[0-9]+ " S6 " " S6 " \\.[A-Z]{3,4}\\.$");
	assert_int_equal(expect_lines(&b, "/stats/sysstats",
			     TWO_HOURS "3[67][0-9]{2}( [0-9]+){10}$"),
	    2);
	expect_lines(&b, "/stats/protostats", TWO_HOURS "[0-9.]+ [0-9a-f]{4} [0-9a-f]{2} [a-z_]+");
	assert_int_equal(
	    expect_lines(&b, "/stats/usestats",
		TWO_HOURS
		"3[67][0-9]{2} 0\\.3[67][0-9] 0\\.7[2-5][0-9] 0 0 0 0 0 3[67][0-9]{2} 0 0 4096$"),
	    2);
	lab_end(&b);
}

/* The fields of the last line of a file. */
static void __attribute__((format(scanf, 3, 4)))
last_line(const struct lab *b, const char *path, const char *form, ...)
{
	const char *text = sim_store_text(&b->n->store, path), *line;
	int fields = 0, got;
	va_list ap;

	assert_non_null(text);
	line = text + strlen(text) - 1;
	while (line > text && line[-1] != '\n') {
		line--;
	}
	for (const char *p = strchr(form, '%'); p != NULL; p = strchr(p + 1, '%')) {
		fields += p[1] != '*';
	}
	va_start(ap, form);
	got = vsscanf(line, form, ap);
	va_end(ap);
	if (got != fields) {
		fail_msg("%s: '%s' has %d of %d fields", path, line, got, fields);
	}
}

static void
expect_near(double got, double expected, double within)
{
	if (fabs(got - expected) > within) {
		fail_msg("%.9f is not %.9f", got, expected);
	}
}

/* The true time is known: each number is what its column means. */
static void
each_column_holds_what_it_means(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	double offset, freq, jitter, wander, delay, disp, t1, t2, t3, t4;
	int tc;
	char addr[32];

	(void)state;
	sim_run(b.s, 2.2 * 3600);
	last_line(&b, "/stats/loopstats", "%*d %*s %lf %lf %lf %lf %d", &offset, &freq, &jitter,
	    &wander, &tc);
	expect_near(offset, 0, 1e-4);
	expect_near(freq, -5, 0.1); /* the clock was made 5 ppm fast */
	expect_near(jitter, 0, 1e-4);
	assert_true(jitter > 0 && wander >= 0);
	assert_int_equal(tc, 4);
	last_line(&b, "/stats/peerstats", "%*d %*s %31s %*x %lf %lf %lf %lf", addr, &offset, &delay,
	    &disp, &jitter);
	expect_near(offset, 0, 1e-4);
	expect_near(delay, 2e-3, 1e-4); /* 1 ms each way */
	assert_true(disp > 0 && disp < 0.01 && jitter > 0 && jitter < 1e-3);
	last_line(&b, "/stats/rawstats", "%*d %*s %31s %*s %lf %lf %lf %lf", addr, &t1, &t2, &t3,
	    &t4);
	expect_near(t1, (double)NOON_2026_11_20 + 2208988800.0 + 2.2 * 3600, 20);
	expect_near(t2 - t1, 1e-3, 2e-4);
	expect_near(t4 - t3, 1e-3, 2e-4);
	assert_true(t3 >= t2);
	lab_end(&b);
}

/* Eleven counters over an hour, each made to differ by what was sent. */
static void
sysstats_counts_the_packets_of_its_hour(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20,
	    "server 192.0.2.1 iburst minpoll 10 maxpoll 10\nstatsdir /stats\nstatistics sysstats\n"
	    "restrict 198.51.100.9 ignore\ndiscard average 3\nlimit leak 0\n");
	unsigned long n[11];
	static const struct {
		const char *from;
		uint8_t first;
		size_t len;
		unsigned times;
	} sent[] = {
		{ "198.51.100.1", 0x23, 48, 100 }, /* version 4 */
		{ "198.51.100.1", 0x1b, 48, 50 },  /* version 3 */
		{ "198.51.100.1", 0x23, 40, 7 },   /* too short */
		{ "198.51.100.9", 0x23, 48, 9 },   /* ignored */
	};

	(void)state;
	sim_run(b.s, 3590);
	for (unsigned i = 0; i < sizeof sent / sizeof sent[0]; i++) {
		struct sim_datagram d = { .len = sent[i].len };

		d.bytes[0] = sent[i].first;
		d.bytes[47] = 1;
		d.from = sim_endpoint(sent[i].from, 40000);
		d.to = sim_endpoint("192.0.2.100", 123);
		for (unsigned k = 0; k < sent[i].times; k++) {
			sim_net_inject(b.s->net, &d, 0);
		}
	}
	sim_run(b.s, 600);
	last_line(&b, "/stats/sysstats", "%*d %*s %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu",
	    &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9], &n[10]);
	assert_int_equal(n[0], 3600);
	assert_in_range(n[1], 166 + 4, 166 + 20); /* and the answers of the server */
	assert_in_range(n[2], 4, 20);             /* for our own time only */
	assert_in_range(n[3], 100 + 4, 100 + 20);
	assert_int_equal(n[4], 50);
	assert_int_equal(n[5], 9);
	assert_int_equal(n[6], 7);
	assert_int_equal(n[7], 0); /* authentication */
	assert_int_equal(n[8], 0); /* declined */
	/* All requests of one client within a second: the first is answered, one kissed. */
	assert_int_equal(n[9], 149);
	assert_int_equal(n[10], 1);
	/* The next line begins anew. */
	sim_run(b.s, 3600);
	last_line(&b, "/stats/sysstats", "%*d %*s %lu %lu %*u %lu %lu %lu", &n[0], &n[1], &n[3],
	    &n[4], &n[5]);
	assert_true(n[1] < 20 && n[3] <= n[1] && n[4] == 0 && n[5] == 0);
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
	assert_true(
	    strncmp(sim_store_text(&b.n->store, "/stats/peerstats.20261121"), "61365 ", 6) == 0);
	assert_true(
	    strtod(sim_store_text(&b.n->store, "/stats/peerstats.20261121") + 6, NULL) < 18);
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

/* Only lines from midnight on, and none after it in the file before. */
static void
expect_cut_at_midnight(const struct lab *b)
{
	const char *text = sim_store_text(&b->n->store, "/stats/peerstats.20261121");

	expect_lines(b, "/stats/peerstats.20261120", "^61364 8[56][0-9]{3}\\.");
	expect_lines(b, "/stats/peerstats.20261121", "^61365 [0-9]{1,3}\\.");
	assert_ptr_equal(sim_store_text(&b->n->store, "/stats/peerstats"), text);
}

static void
a_clock_that_is_stepped_over_midnight_goes_on_in_the_new_day(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20 + DAY_S / 2 - 300, CONFIG);

	(void)state;
	sim_run(b.s, 100);
	/* Somebody sets it 250 s ahead; the daemon sets it back, and midnight comes again. */
	sim_clock_foreign_step(&b.n->clock, 250);
	sim_run(b.s, 30);
	expect_lines(&b, "/stats/protostats.20261121",
	    "^61365 [0-9]{1,2}\\.[0-9]{3} 0\\.0\\.0\\.0 ");
	sim_run(b.s, 400);
	assert_int_equal(b.n->clock.steps, 1);
	expect_cut_at_midnight(&b);
	lab_end(&b);
}

static void
a_reload_around_midnight_loses_no_line_and_misplaces_none(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20 + DAY_S / 2 - 300, CONFIG);

	(void)state;
	sim_run(b.s, 299.9);
	assert_true(ntpd_reload(b.n->daemon));
	sim_run(b.s, 0.2);
	assert_true(ntpd_reload(b.n->daemon));
	sim_run(b.s, 299.9);
	expect_cut_at_midnight(&b);
	lab_end(&b);
}

static void
each_type_writes_where_its_name_says(void **state)
{
	static const char *const types[] = { "none", "pid", "day", "week", "month", "year", "age" };
	char pid[64], expected[128];
	const char *suffix[] = { "", pid, ".20261231", ".2026w53", ".202612", ".2026",
		".a00000000" };
	const char *later[] = { "", pid, ".20270101", ".2026w53", ".202701", ".2027",
		".a00000000" };

	(void)state;
	(void)snprintf(pid, sizeof pid, ".#%d", SIM_PID);
	for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
		for (unsigned link = 0; link < 2; link++) {
			char config[512];
			struct lab b;

			(void)snprintf(config, sizeof config,
			    "server 192.0.2.1 iburst minpoll 4 "
			    "maxpoll 4\nstatsdir /s\nfilegen peerstats file pp type %s %s\n",
			    types[i], link ? "link" : "nolink");
			/* 2026-12-31 23:55. */
			b = lab_at(NOON_2026_11_20 + 41 * DAY_S + DAY_S / 2 - 300, config);
			sim_run(b.s, 600);
			(void)snprintf(expected, sizeof expected, "/s/pp%s", suffix[i]);
			expect_lines(&b, expected, "^6140[56] ");
			(void)snprintf(expected, sizeof expected, "/s/pp%s", later[i]);
			expect_lines(&b, expected,
			    strcmp(suffix[i], later[i]) == 0 ? "^6140[56] "
							     : "^61406 [0-9]{1,3}\\.");
			/* The plain name is the newest file's, or nobody's. */
			if (link || i == 0) {
				assert_ptr_equal(sim_store_text(&b.n->store, "/s/pp"),
				    sim_store_text(&b.n->store, expected));
			} else {
				assert_null(sim_store_text(&b.n->store, "/s/pp"));
			}
			lab_end(&b);
		}
	}
}

static void
without_a_folder_it_is_said_and_nothing_is_written(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, "server 192.0.2.1 iburst\nstatistics loopstats\n");

	(void)state;
	sim_run(b.s, 100);
	assert_int_equal(sim_logged(b.n, "there is no statsdir line: none are written"), 1);
	for (const struct sim_file *f = b.n->store.files; f != NULL; f = f->next) {
		assert_null(strstr(f->path, "loopstats"));
	}
	/* The command line may name one. */
	sim_node_stop(b.n);
	b.n->options.statsdir = "/given";
	assert_true(sim_node_boot(b.n));
	sim_run(b.s, 100);
	assert_int_equal(sim_logged(b.n, "statsdir"), 0);
	expect_lines(&b, "/given/loopstats", DAY_SECOND);
	lab_end(&b);
}

static void
the_folder_of_the_command_line_wins_and_may_not_be_endless(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	static char endless[700];

	(void)state;
	sim_node_stop(b.n);
	b.n->options.statsdir = "relative";
	assert_true(sim_node_boot(b.n));
	sim_run(b.s, 100);
	expect_lines(&b, "relative/peerstats", DAY_SECOND);
	sim_node_stop(b.n);
	memset(endless, 'x', sizeof endless - 1);
	b.n->options.statsdir = endless;
	assert_true(sim_node_boot(b.n));
	sim_run(b.s, 100);
	assert_int_equal(sim_logged(b.n, "stats: File name too long"), 4); /* sets with lines */
	for (const struct sim_file *f = b.n->store.files; f != NULL; f = f->next) {
		assert_true(f->path[0] != 'x');
	}
	lab_end(&b);
}

static void
a_reload_renames_turns_off_and_on(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	size_t before;

	(void)state;
	sim_run(b.s, 100);
	sim_node_config(b.n,
	    "server 192.0.2.1 iburst minpoll 4 maxpoll 4\nstatsdir /other\n"
	    "statistics loopstats\nfilegen peerstats file pp type none enable\n");
	assert_true(ntpd_reload(b.n->daemon));
	before = strlen(sim_store_text(&b.n->store, "/stats/peerstats"));
	sim_run(b.s, 200);
	assert_int_equal(strlen(sim_store_text(&b.n->store, "/stats/peerstats")), before);
	expect_lines(&b, "/other/pp", DAY_SECOND);
	expect_lines(&b, "/other/loopstats.20261120", DAY_SECOND);
	assert_null(sim_store_text(&b.n->store, "/other/rawstats"));
	/* A set that a later line disables is off, whatever turned it on. */
	sim_node_config(b.n,
	    "server 192.0.2.1 iburst minpoll 4 maxpoll 4\nstatsdir /off\n"
	    "statistics loopstats peerstats\nfilegen peerstats disable\n");
	assert_true(ntpd_reload(b.n->daemon));
	sim_run(b.s, 100);
	expect_lines(&b, "/off/loopstats", DAY_SECOND);
	assert_null(sim_store_text(&b.n->store, "/off/peerstats"));
	/* And all of it back. */
	sim_node_config(b.n, CONFIG);
	assert_true(ntpd_reload(b.n->daemon));
	before = strlen(sim_store_text(&b.n->store, "/other/pp"));
	sim_run(b.s, 200);
	assert_int_equal(strlen(sim_store_text(&b.n->store, "/other/pp")), before);
	expect_lines(&b, "/stats/peerstats", DAY_SECOND);
	assert_ptr_equal(sim_store_text(&b.n->store, "/stats/peerstats"),
	    sim_store_text(&b.n->store, "/stats/peerstats.20261120"));
	lab_end(&b);
}

static void
ntpq_turns_sets_and_all_of_them_on_and_off(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20,
	    "server 192.0.2.1 iburst minpoll 4 maxpoll 4\nstatsdir /stats\n"
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
	assert_int_equal(sim_logged(b.n, "peerstats.20261120: written again, "), 1);
	assert_int_equal(sim_logged(b.n, "No space left on device"), 6); /* once for each set */
	/* All the while the clock was kept. */
	assert_true(fabs(sim_error_s(b.n)) < 1e-3);
	lab_end(&b);
}

static void
a_disk_full_every_other_minute_is_no_reason_to_say_so_each_time(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	char *last;

	(void)state;
	sim_run(b.s, 300);
	for (unsigned i = 0; i < 90; i++) {
		b.n->store.write_error = i % 2 == 0 ? -ENOSPC : 0;
		sim_run(b.s, 60);
	}
	assert_in_range(sim_logged(b.n, "peerstats.20261120: No space left"), 2, 2);
	assert_in_range(sim_logged(b.n, "peerstats.20261120: written again"), 2, 2);
	/* What was lost unsaid is in the second figure. */
	for (unsigned i = b.n->log.n; i > 0; i--) {
		if (strstr(b.n->log.line[i - 1].text, "peerstats.20261120: written again") !=
		    NULL) {
			last = strstr(b.n->log.line[i - 1].text, "again, ");
			assert_true(strtol(last + 7, NULL, 10) > 100);
			break;
		}
	}
	lab_end(&b);
}

static void
a_folder_that_is_not_there_or_not_ours_is_named_once(void **state)
{
	static const int errors[] = { -ENOENT, -EACCES, -EROFS };

	(void)state;
	for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		struct lab b = lab_at(NOON_2026_11_20,
		    "server 192.0.2.1 iburst minpoll 4 "
		    "maxpoll 4\nstatsdir /no/where\nstatistics peerstats\n");
		char expected[160];

		b.n->store.write_error = errors[i];
		sim_run(b.s, DAY_S);
		(void)snprintf(expected, sizeof expected,
		    "statistics /no/where/peerstats.20261120: %s", strerror(-errors[i]));
		assert_int_equal(sim_logged(b.n, expected), 1);
		assert_int_equal(sim_logged(b.n, "/no/where/peerstats"), 1);
		assert_int_equal(sim_logged(b.n, "ReadWritePaths=/no/where"), errors[i] == -EROFS);
		lab_end(&b);
	}
}

static void
a_plain_file_in_the_place_of_the_link_is_put_aside(void **state)
{
	struct lab b = lab_at(NOON_2026_11_20, CONFIG);
	char aside[64];

	(void)state;
	sim_store_put(&b.n->store, "/stats/peerstats", "somebody's data");
	(void)snprintf(aside, sizeof aside, "/stats/peerstats.%dC1", SIM_PID);
	sim_store_put(&b.n->store, aside, "put aside before");
	sim_run(b.s, 100);
	assert_string_equal(sim_store_text(&b.n->store, aside), "put aside before");
	(void)snprintf(aside, sizeof aside, "/stats/peerstats.%dC2", SIM_PID);
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
	(void)snprintf(aside, sizeof aside, "/stats/peerstats.%dC1", SIM_PID);
	assert_null(sim_store_text(&b.n->store, aside));
	assert_ptr_equal(sim_store_text(&b.n->store, "/stats/peerstats"),
	    sim_store_text(&b.n->store, "/stats/peerstats.20261121"));
	expect_lines(&b, "/stats/peerstats.20261120", "^61364 ");
	lab_end(&b);
}

#define CASE(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_line_has_the_form_that_tools_parse),
		CASE(each_column_holds_what_it_means),
		CASE(sysstats_counts_the_packets_of_its_hour),
		CASE(a_new_day_has_a_new_file_from_its_first_second),
		CASE(a_clock_that_is_stepped_back_over_midnight_writes_to_its_own_day),
		CASE(a_clock_that_is_stepped_over_midnight_goes_on_in_the_new_day),
		CASE(a_reload_around_midnight_loses_no_line_and_misplaces_none),
		CASE(each_type_writes_where_its_name_says),
		CASE(without_a_folder_it_is_said_and_nothing_is_written),
		CASE(the_folder_of_the_command_line_wins_and_may_not_be_endless),
		CASE(a_reload_renames_turns_off_and_on),
		CASE(ntpq_turns_sets_and_all_of_them_on_and_off),
		CASE(a_full_disk_is_said_once_and_lines_come_again),
		CASE(a_disk_full_every_other_minute_is_no_reason_to_say_so_each_time),
		CASE(a_folder_that_is_not_there_or_not_ours_is_named_once),
		CASE(a_plain_file_in_the_place_of_the_link_is_put_aside),
		CASE(the_link_of_an_earlier_run_is_no_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
