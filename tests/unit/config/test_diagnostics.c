/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every error and warning of the reader, word by word, from tests/data/conf/diagnostics.txt. Notes
 * of what does not act yet change with the schema; test_schema asserts them.
 */
#include "conf.h"

enum { BLOCK_MAX = 2048 };

/* What was said, without notes. */
static void
tell(struct conf *k)
{
	unsigned n = 0;

	for (unsigned i = 0; i < k->d.n; i++) {
		if (k->d.at[i].level != DIAG_NOTE) {
			k->d.at[n++] = k->d.at[i];
		}
	}
	k->d.n = n;
	(void)conf_said(k);
}

/* The next block of the golden file: a text and what is said of it. */
static bool
next_block(FILE *f, struct text *input, struct text *said)
{
	char line[1024];
	bool any = false;

	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#' || line[0] == '\n') {
			if (any) {
				return true;
			}
		} else if (strncmp(line, "> ", 2) == 0) {
			text_put(input, line + 2);
			any = true;
		} else {
			text_put(said, line);
		}
	}
	return any;
}

static void
says_of_each_text_what_the_golden_file_has(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[1024], input[BLOCK_MAX], said[BLOCK_MAX];
	struct text p = text_over(path, sizeof path);
	unsigned blocks = 0;

	(void)state;
	text_printf(&p, "%s/tests/data/conf/diagnostics.txt", top == NULL ? "." : top);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	for (;;) {
		struct text in = text_over(input, sizeof input), out = text_over(said, sizeof said);
		if (!next_block(f, &in, &out)) {
			break;
		}
		assert_false(in.cut || out.cut);
		struct conf *k = conf_of(input);
		tell(k);
		if (strcmp(k->said, said) != 0) {
			print_message("# of the text:\n%s", input);
		}
		assert_string_equal(k->said, said);
		conf_end(k);
		blocks++;
	}
	assert_int_equal(fclose(f), 0);
	assert_true(blocks > 150);
}

/* ---- what a text file cannot hold ---- */

static void
check_octets(const char *text, size_t len, const char *expected)
{
	struct conf *k = conf_start(NULL);

	k->c = config_load_text(&k->reader, "f", text, len, NULL, false, k->arena, &k->d);
	assert_non_null(k->c);
	assert_string_equal(conf_said(k), expected);
	conf_end(k);
}

static void
octets_that_are_no_text_are_refused_line_by_line(void **state)
{
	static const char nul[] = "server a.example\nserver b\0.example\nserver c.example\n";
	static char line[20000];
	struct text t;

	(void)state;
	check_octets(nul, sizeof nul - 1,
	    "error: f:2:8: a NUL octet inside the line; is this a text file?\n");
	for (unsigned len = 1023; len <= 1024; len++) {
		t = text_over(line, sizeof line);
		text_put(&t, "\tkeys\t");
		for (unsigned i = 0; i < len; i++) {
			text_char(&t, 'k');
		}
		text_put(&t, "\r\nserver a.example");
		check_octets(line, t.len,
		    len == 1023 ? "" : "error: f:1:7: a word is longer than 1023 octets\n");
	}
	for (unsigned n = 1024; n <= 1025; n++) {
		t = text_over(line, sizeof line);
		text_put(&t, "#\ntrustedkey");
		for (unsigned i = 1; i < n; i++) {
			text_put(&t, " 1");
		}
		check_octets(line, t.len,
		    n == 1024
			? ""
			: "error: f:2:2058: the line has more than 1024 words or 16384 octets\n");
	}
}

static void
files_that_cannot_be_included_are_named(void **state)
{
	static const struct conf_file files[] = {
		{ "/c",
		    "includefile /loop\nincludefile /shut\nincludefile /none\n"
		    "includefile /dir\nincludefile /shutdir\nsourcedir /bad\n",
		    0 },
		{ "/loop", "server a.example\nincludefile /loop\n", 0 },
		{ "/shut", "", EACCES },
		{ "/shutdir", NULL, EACCES },
		{ "/dir", NULL, 0 },
		{ "/dir/1.conf", "servr b.example\n", 0 },
		{ "/dir/2.conf", "", EIO },
		{ "/dir/README", "not read\n", 0 },
		{ "/dir/.3.conf", "not read\n", 0 },
		{ "/bad", NULL, EACCES },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_string_equal(conf_said(k),
	    "warning: /loop:1:1: 'server a.example' is there already (/loop:1), this line is "
	    "ignored\n"
	    "warning: /loop:1:1: 'server a.example' is there already (/loop:1), this line is "
	    "ignored\n"
	    "warning: /loop:1:1: 'server a.example' is there already (/loop:1), this line is "
	    "ignored\n"
	    "warning: /loop:1:1: 'server a.example' is there already (/loop:1), this line is "
	    "ignored\n"
	    "error: /loop:2:13: 'includefile' is nested deeper than 5 files\n"
	    "error: /c:2:13: '/shut' cannot be read: Permission denied\n"
	    "warning: /c:3:13: '/none' does not exist, nothing is included\n"
	    "error: /dir/1.conf:1:1: unknown keyword 'servr', expected a directive of ntp.conf "
	    "(did you mean 'server'?)\n"
	    "error: /dir/2.conf: cannot be read: Input/output error\n"
	    "error: /c:5:13: '/shutdir' cannot be read: Permission denied\n"
	    "error: /bad: cannot be read: Permission denied\n");
	conf_end(k);
}

static void
what_does_not_act_yet_is_noted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		char text[128], expected[256];
		struct text t = text_over(text, sizeof text);
		struct text e = text_over(expected, sizeof expected);
		if (row->group != SCHEMA_TOP || row->state != STATE_NOT_YET ||
		    row->arg != ARG_SOURCE || row->bit == SOURCE_MANYCAST) {
			continue;
		}
		text_printf(&t, "%s 192.0.2.1\n", row->word);
		text_printf(&e, "note: f:1:1: '%s' is recognised, not in effect in this version\n",
		    row->word);
		check_octets(text, t.len, expected);
	}
	for (int32_t type = 0; type < 256; type++) {
		const struct schema_clock *clock = schema_clock_of_type(type);
		char text[64], expected[256];
		struct text t = text_over(text, sizeof text);
		struct text e = text_over(expected, sizeof expected);
		if (clock != NULL && clock->state == STATE_NOT_YET) {
			text_printf(&t, "server 127.127.%d.0\n", (int)type);
			text_printf(&e,
			    "note: f:1:8: reference clock type %d (%s) is recognised, "
			    "not in effect in this version\n",
			    (int)type, clock->about);
			check_octets(text, t.len, expected);
		}
	}
}

static void
lines_from_ntpq_that_name_files_or_clocks_are_refused(void **state)
{
	static const char *const said[][2] = {
		{ "keys /k",
		    "error: f:1:1: 'keys' is not taken from ntpq, write it into the file "
		    "and reload\n" },
		{ "server 127.127.1.0",
		    "error: f:1:8: a reference clock is not taken from ntpq, "
		    "write it into the file and reload\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof said / sizeof said[0]; i++) {
		struct conf *k = conf_start(NULL);
		(void)config_load_text(&k->reader, "f", said[i][0], strlen(said[i][0]), NULL, true,
		    k->arena, &k->d);
		assert_string_equal(conf_said(k), said[i][1]);
		conf_end(k);
	}
}

/* The diagnostics have an arena of their own here. */
static void
too_little_memory_is_said(void **state)
{
	static const char text[] = "restrict default\nrestrict 192.0.2.1\nserver a.example\n";
	bool said = false, fits = false;

	(void)state;
	for (size_t limit = 64; !fits && limit < 65536; limit += 256) {
		struct conf *k = conf_start(NULL);
		struct arena *small = arena_new(limit);
		fits = config_load_text(&k->reader, "f", text, sizeof text - 1, NULL, false, small,
			   &k->d) != NULL;
		if (k->d.n > 0) {
			assert_string_equal(conf_said(k),
			    "error: f: the configuration needs too much memory\n");
			said = true;
		}
		arena_free(small);
		conf_end(k);
	}
	assert_true(said && fits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_of_each_text_what_the_golden_file_has),
		cmocka_unit_test(octets_that_are_no_text_are_refused_line_by_line),
		cmocka_unit_test(files_that_cannot_be_included_are_named),
		cmocka_unit_test(what_does_not_act_yet_is_noted),
		cmocka_unit_test(lines_from_ntpq_that_name_files_or_clocks_are_refused),
		cmocka_unit_test(too_little_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
