/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot as metrics, compared with files that were read by eye once. */
#include "exporter/metrics.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/mode6/told.h"

enum { FILE_MAX = 65536 };

static char *
metrics_of(struct told *d, enum metrics_form form)
{
	struct session *session = told_session(d);
	struct snapshot_reader *reader = snapshot_reader_new(session);
	struct snapshot *s = calloc(1, sizeof *s);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	session_set_timeout(session, 0.4);
	snapshot_read(reader, 1, s);
	metrics_write(s, 1700000000, form, out);
	fclose(out);
	snapshot_free(s);
	free(s);
	snapshot_reader_free(reader);
	session_free(session);
	return text;
}

/* With METRICS_WRITE in the environment the file is made anew. */
static void
expect_file(const char *name, const char *text)
{
	char path[512], *golden = calloc(1, FILE_MAX);
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/data/exporter/%s", getenv("top_srcdir"), name);
	if (getenv("METRICS_WRITE") != NULL) {
		file = fopen(path, "w");
		fputs(text, file);
		fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(golden, 1, FILE_MAX - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, golden);
	free(golden);
}

static void
each_form_is_as_its_golden_file(void **state)
{
	struct told d = told_whole();
	char *text = metrics_of(&d, METRICS_PROMETHEUS);

	(void)state;
	expect_file("whole.prom", text);
	free(text);
	d = told_whole();
	text = metrics_of(&d, METRICS_OPENMETRICS);
	expect_file("whole.om", text);
	free(text);
}

static void
a_daemon_that_is_gone_is_down_and_nothing_more(void **state)
{
	struct told d = { .silent = true };
	char *text = metrics_of(&d, METRICS_PROMETHEUS);

	(void)state;
	assert_non_null(strstr(text, "\nntp_up 0\n"));
	assert_null(strstr(text, "ntp_system"));
	free(text);
}

static void
what_is_not_told_is_left_out(void **state)
{
	struct told d = told_whole();
	char *text;

	(void)state;
	d.ours = d.classic = d.later = NULL;
	text = metrics_of(&d, METRICS_PROMETHEUS);
	assert_non_null(strstr(text, "ntp_system_offset_seconds -1.2345e-05\n"));
	assert_null(strstr(text, "ntp_server"));
	assert_null(strstr(text, "ntp_uptime"));
	assert_null(strstr(text, " nan"));
	assert_null(strstr(text, "pool.example"));
	free(text);
}

static void
words_of_the_network_cannot_leave_their_quotes(void **state)
{
	struct told d = told_whole();
	char *text;

	(void)state;
	d.system = "version=\"a\\\n\x01\", leap=0, refid=x\"y, tc=6";
	text = metrics_of(&d, METRICS_PROMETHEUS);
	assert_non_null(strstr(text, "ntp_info{version=\"a\\\\ \\\\x01\","));
	free(text);
}

static void
the_form_is_that_which_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(metrics_form_of(NULL), METRICS_PROMETHEUS);
	assert_int_equal(metrics_form_of("*/*"), METRICS_PROMETHEUS);
	assert_int_equal(metrics_form_of(
			     "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
	    METRICS_OPENMETRICS);
}

static void
each_family_stands_in_the_manual_page(void **state)
{
	char path[512], *page = calloc(1, FILE_MAX);
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/man/ntp-exporter.8", getenv("top_srcdir"));
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(page, 1, FILE_MAX - 1, file) > 0);
	fclose(file);
	for (size_t i = 0; metrics_name(i) != NULL; i++) {
		char word[128];

		snprintf(word, sizeof word, "Cm %s", metrics_name(i));
		if (strstr(page, word) == NULL) {
			fail_msg("%s is not documented", metrics_name(i));
		}
	}
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_as_its_golden_file),
		cmocka_unit_test(a_daemon_that_is_gone_is_down_and_nothing_more),
		cmocka_unit_test(what_is_not_told_is_left_out),
		cmocka_unit_test(words_of_the_network_cannot_leave_their_quotes),
		cmocka_unit_test(the_form_is_that_which_is_accepted),
		cmocka_unit_test(each_family_stands_in_the_manual_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
