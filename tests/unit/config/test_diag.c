/* SPDX-License-Identifier: BSD-2-Clause */
/* Diagnostics: how they are counted and how they look. */
#include "config/diag.h"
#include "conf.h"

static void
one_line_has_place_text_and_suggestion(void **state)
{
	struct diag d = {
		.level = DIAG_ERROR,
		.file = "/etc/ntp.conf",
		.line = 3,
		.column = 7,
		.text = "unknown keyword 'servr'",
		.suggestion = "server",
	};
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	diag_format_line(&d, &t);
	assert_string_equal(buf,
	    "/etc/ntp.conf:3:7: unknown keyword 'servr' (did you mean 'server'?)");
}

static void
the_caret_stands_below_the_word_also_behind_a_tab(void **state)
{
	struct diag d = {
		.level = DIAG_WARNING,
		.file = "f",
		.line = 1,
		.column = 8,
		.text = "so",
		.source = "server\t192.0.2.300 iburst",
	};
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	diag_format_caret(&d, &t);
	assert_string_equal(buf,
	    "f:1:8: warning: so\n"
	    "    server 192.0.2.300 iburst\n"
	    "           ^~~~~~~~~~~");
}

static void
a_file_as_a_whole_has_neither_line_nor_caret(void **state)
{
	struct diag d = { .level = DIAG_ERROR, .file = "f", .text = "cannot be read" };
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	diag_format_caret(&d, &t);
	assert_string_equal(buf, "f: error: cannot be read");
	t = text_over(buf, sizeof buf);
	diag_format_line(&d, &t);
	assert_string_equal(buf, "f: cannot be read");
}

static void
control_characters_never_reach_the_terminal(void **state)
{
	struct diag d = {
		.level = DIAG_ERROR,
		.file = "f\n",
		.line = 1,
		.column = 2,
		.text = "no \x1b[2J",
		.source = "a\x1b[31m\xff",
	};
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	diag_format_caret(&d, &t);
	assert_string_equal(buf, "f\\x0a:1:2: error: no \\x1b[2J\n    a?[31m?\n     ^~~~~");
}

static void
more_than_500_are_counted_not_kept(void **state)
{
	struct arena *a = arena_new(1 << 22);
	struct diag_list l = diag_list_in(a);
	struct diag where = { .file = "f", .line = 1, .column = 1 };

	(void)state;
	for (int i = 0; i < 700; i++) {
		diag_add(&l, i % 7 == 0 ? DIAG_NOTE : DIAG_ERROR, &where, "number %d", i);
	}
	assert_int_equal(l.n, DIAG_KEPT_MAX);
	assert_int_equal(l.omitted, 200);
	assert_int_equal(l.errors, 600);
	assert_int_equal(l.notes, 100);
	assert_string_equal(l.at[499].text, "number 499");
	arena_free(a);
}

static void
survives_an_arena_without_room(void **state)
{
	struct arena *a = arena_new(0);
	struct diag_list l = diag_list_in(a);
	struct diag where = { .file = "f" };

	(void)state;
	diag_add(&l, DIAG_ERROR, &where, "text");
	assert_int_equal(l.n, 0);
	assert_int_equal(l.errors, 1);
	assert_int_equal(l.omitted, 1);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_has_place_text_and_suggestion),
		cmocka_unit_test(the_caret_stands_below_the_word_also_behind_a_tab),
		cmocka_unit_test(a_file_as_a_whole_has_neither_line_nor_caret),
		cmocka_unit_test(control_characters_never_reach_the_terminal),
		cmocka_unit_test(more_than_500_are_counted_not_kept),
		cmocka_unit_test(survives_an_arena_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
