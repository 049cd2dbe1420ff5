/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on the screen, as text: tests/data/ntpmon/NAME.txt has it. With NTPMON_WRITE=1 in the
 * environment the files are written anew, to be looked at.
 */
#include "ntpmon/view.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "unit/ntpmon/monitor.h"

enum { FILE_MAX = 65536 };

static void
is_as_file(const char *text, const char *name)
{
	const char *write = getenv("NTPMON_WRITE");
	char path[512], *golden = calloc(1, FILE_MAX);
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/data/ntpmon/%s.txt", getenv("top_srcdir"), name);
	file = fopen(path, write != NULL ? "w+" : "r");
	assert_non_null(file);
	if (write != NULL) {
		fputs(text, file);
		rewind(file);
	}
	assert_true(fread(golden, 1, FILE_MAX - 1, file) > 0);
	(void)fclose(file);
	assert_string_equal(text, golden);
	free(golden);
}

static const struct {
	const char *name, *keys;
	unsigned rows, cols;
	bool ascii;
} screens[] = {
	{ "80x24", "", 24, 80, false },
	{ "80x24-ascii", "", 24, 80, true },
	{ "40x10", "", 10, 40, false },
	{ "132x30", "", 30, 132, false },
	{ "80x24-detail", "d", 24, 80, false },
	{ "80x24-clock", "jjd", 24, 80, false },
	{ "40x10-detail", "d", 10, 40, false },
	{ "80x24-explain", "je", 24, 80, false },
	{ "40x10-explain", "je", 10, 40, false },
	{ "80x24-system", "v", 24, 80, false },
	{ "80x24-help", "?", 24, 80, false },
	{ "40x10-help", "h", 10, 40, false },
	{ "80x24-clients", "m", 24, 80, false },
	{ "80x24-ids", "a", 24, 80, false },
	{ "80x24-local-units", "ou", 24, 80, false },
	{ "80x24-addresses", "n", 24, 80, false },
	{ "80x24-wide", "w", 24, 80, false },
	{ "80x24-reachable", "s", 24, 80, false },
	{ "80x24-by-offset", "<<r", 24, 80, false },
	{ "80x24-typing", "/2001", 24, 80, false },
};

static void
each_screen_is_as_its_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
		struct monitor *r = monitor_begin();

		monitor_keys(r, screens[i].keys);
		is_as_file(monitor_draw(r, screens[i].rows, screens[i].cols, screens[i].ascii),
		    screens[i].name);
		monitor_end(r);
	}
}

static void
a_daemon_that_is_gone_is_told_of_and_what_it_said_stays(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	r->told.silent = true;
	monitor_ask(r, true);
	r->heard.at_s += 90;
	is_as_file(monitor_draw(r, 24, 80, false), "80x24-gone");
	r->told.silent = false;
	monitor_ask(r, true);
	is_as_file(monitor_draw(r, 24, 80, false), "80x24");
	monitor_end(r);
}

static void
a_daemon_that_never_was_there_has_a_screen(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	r->heard.last = NULL;
	r->told.silent = true;
	monitor_ask(r, true);
	monitor_keys(r, "jkdev?mm<r/x");
	monitor_key(r, KEY_OF_ESCAPE);
	is_as_file(monitor_draw(r, 10, 40, false), "40x10-never");
	monitor_end(r);
}

/* Every size has a screen, and no cell has a sign that is none of ours. */
static void
any_size_can_be_drawn(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	for (const char *keys = " devmh"; *keys != '\0'; keys++) {
		monitor_key(r, *keys);
		for (unsigned rows = 1; rows < 30; rows++) {
			for (unsigned cols = 1; cols < 130; cols += 7) {
				assert_non_null(monitor_draw(r, rows, cols, true));
			}
		}
	}
	assert_true(screen_begin(&r->screen, 100000, 100000, true));
	assert_int_equal(r->screen.rows, SCREEN_ROWS_MAX);
	monitor_end(r);
}

/* Controls, C1, right-to-left marks, huge and no numbers: in every place that a daemon fills. */
static void
what_a_hostile_daemon_says_stays_in_its_cells(void **state)
{
	static const char hostile[] =
	    "srcadr=1\033[2J.2, srchost=\"\302\233\342\200\256evil\007\", dstadr=\377\376, "
	    "stratum=-7,\r\n"
	    "refid=\033]0;x\007, rec=0xffffffff.ffffffff, reach=99999, hpoll=-128, ppoll=999,\r\n"
	    "flash=-1, hmode=-3, offset=1e308, delay=-1e308, jitter=nan, dispersion=inf,\r\n"
	    "rootdist=1e999, timerec=-99999999999999999999, sent=1e300, received=x";
	struct monitor *r = monitor_begin();

	(void)state;
	for (int i = 0; i < 4; i++) {
		r->told.source[i] = hostile;
	}
	r->told.system = hostile;
	r->told.ours = "rootdist=nan, waits_for=\"\033[31m\", clock_control=\"\342\200\256\"";
	r->told.clients = "nonce=01, addr.0=\033[2J:1, last.0=0x1.1, addr.1=192.0.2.1:99, "
			  "last.1=0xffffffff.ffffffff, ct.1=99999999999999999, mv.1=-1, rs.1=-1, "
			  "now=0x0.1";
	for (const char *keys = " udevm?n<<<<<<<<<"; *keys != '\0'; keys++) {
		monitor_ask(r, true);
		monitor_key(r, *keys);
		for (const char *at = monitor_draw(r, 24, 80, true); *at != '\0'; at++) {
			assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
		}
		monitor_draw(r, 24, 80, false);
		for (size_t i = 0; i < (size_t)r->screen.rows * r->screen.cols; i++) {
			uint32_t glyph = r->screen.at[i].glyph;

			assert_true((glyph >= ' ' && glyph <= '~') || glyph == 0x2713 ||
			    (glyph >= 0x2581 && glyph <= 0x2588));
		}
	}
	monitor_end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_screen_is_as_its_file),
		cmocka_unit_test(a_daemon_that_is_gone_is_told_of_and_what_it_said_stays),
		cmocka_unit_test(a_daemon_that_never_was_there_has_a_screen),
		cmocka_unit_test(any_size_can_be_drawn),
		cmocka_unit_test(what_a_hostile_daemon_says_stays_in_its_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
