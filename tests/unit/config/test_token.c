/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines, words and where they stood. */
#include "config/token.h"
#include "conf.h"

static struct token_line line;

static enum token_result
first_line(const char *text)
{
	struct token_text t = token_over(text, strlen(text));

	return token_next(&t, &line);
}

static void
cuts_words_at_blanks_tabs_and_carriage_returns(void **state)
{
	(void)state;
	assert_int_equal(first_line("  server\t192.0.2.1  iburst \r\n"), TOKEN_LINE);
	assert_int_equal(line.n, 3);
	assert_string_equal(line.words[0].text, "server");
	assert_int_equal(line.words[0].column, 3);
	assert_string_equal(line.words[1].text, "192.0.2.1");
	assert_int_equal(line.words[1].column, 10);
	assert_string_equal(line.words[2].text, "iburst");
	assert_int_equal(line.words[2].column, 21);
	assert_int_equal(line.line, 1);
}

static void
a_comment_ends_the_line_also_in_the_middle_of_a_word(void **state)
{
	(void)state;
	assert_int_equal(first_line("# all of it\n"), TOKEN_LINE);
	assert_int_equal(line.n, 0);
	assert_int_equal(first_line("keys /etc/ntp#keys more\n"), TOKEN_LINE);
	assert_int_equal(line.n, 2);
	assert_string_equal(line.words[1].text, "/etc/ntp");
}

static void
quotes_keep_blanks_and_comment_signs(void **state)
{
	(void)state;
	assert_int_equal(first_line("leapfile \"/var/a # b\" x\"\"y\n"), TOKEN_LINE);
	assert_int_equal(line.n, 5);
	assert_string_equal(line.words[1].text, "/var/a # b");
	assert_true(line.words[1].quoted);
	assert_int_equal(line.words[1].column, 10);
	assert_string_equal(line.words[2].text, "x");
	assert_false(line.words[2].quoted);
	assert_string_equal(line.words[3].text, "");
	assert_true(line.words[3].quoted);
	assert_string_equal(line.words[4].text, "y");
}

static void
counts_lines_and_needs_no_final_newline(void **state)
{
	const char *text = "\xef\xbb\xbf"
			   "a\n\nb";
	struct token_text t = token_over(text, strlen(text));

	(void)state;
	assert_int_equal(token_next(&t, &line), TOKEN_LINE);
	assert_string_equal(line.words[0].text, "a");
	assert_int_equal(line.words[0].column, 1);
	assert_int_equal(token_next(&t, &line), TOKEN_LINE);
	assert_int_equal(line.n, 0);
	assert_int_equal(token_next(&t, &line), TOKEN_LINE);
	assert_string_equal(line.words[0].text, "b");
	assert_int_equal(line.line, 3);
	assert_int_equal(token_next(&t, &line), TOKEN_END);
}

static void
refuses_a_missing_quote_and_goes_on(void **state)
{
	const char *text = "keys \"/etc\nserver a\n";
	struct token_text t = token_over(text, strlen(text));

	(void)state;
	assert_int_equal(token_next(&t, &line), TOKEN_BAD);
	assert_int_equal(line.bad_column, 6);
	assert_string_equal(line.bad, "the closing quote is missing");
	assert_int_equal(token_next(&t, &line), TOKEN_LINE);
	assert_string_equal(line.words[0].text, "server");
}

static void
takes_a_word_of_1023_octets_and_refuses_one_of_1024(void **state)
{
	char text[1100] = "keys ";

	(void)state;
	memset(text + 5, 'x', 1023);
	assert_int_equal(first_line(text), TOKEN_LINE);
	assert_int_equal(strlen(line.words[1].text), 1023);
	text[5 + 1023] = 'x';
	assert_int_equal(first_line(text), TOKEN_BAD);
	assert_string_equal(line.bad, "a word is longer than 1023 octets");
	assert_int_equal(line.bad_column, 6);
}

static void
refuses_a_nul_inside_a_word(void **state)
{
	static const char text[] = "keys a\0b\n";
	struct token_text t = token_over(text, sizeof text - 1);

	(void)state;
	assert_int_equal(token_next(&t, &line), TOKEN_BAD);
	assert_int_equal(line.bad_column, 6);
	assert_int_equal(token_next(&t, &line), TOKEN_END);
}

static void
refuses_more_words_than_fit(void **state)
{
	static char text[2 * TOKEN_WORDS_MAX + 3];

	(void)state;
	for (unsigned i = 0; i < TOKEN_WORDS_MAX; i++) {
		text[2 * i] = 'w';
		text[2 * i + 1] = ' ';
	}
	assert_int_equal(first_line(text), TOKEN_LINE);
	assert_int_equal(line.n, TOKEN_WORDS_MAX);
	text[2 * TOKEN_WORDS_MAX] = 'w';
	assert_int_equal(first_line(text), TOKEN_BAD);
}

static void
refuses_a_line_whose_words_do_not_fit(void **state)
{
	static char text[TOKEN_LINE_MAX + 4096];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	for (size_t i = 1000; i < sizeof text - 1; i += 1000) {
		text[i] = ' ';
	}
	assert_int_equal(first_line(text), TOKEN_BAD);
	assert_int_equal(line.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_words_at_blanks_tabs_and_carriage_returns),
		cmocka_unit_test(a_comment_ends_the_line_also_in_the_middle_of_a_word),
		cmocka_unit_test(quotes_keep_blanks_and_comment_signs),
		cmocka_unit_test(counts_lines_and_needs_no_final_newline),
		cmocka_unit_test(refuses_a_missing_quote_and_goes_on),
		cmocka_unit_test(takes_a_word_of_1023_octets_and_refuses_one_of_1024),
		cmocka_unit_test(refuses_a_nul_inside_a_word),
		cmocka_unit_test(refuses_more_words_than_fit),
		cmocka_unit_test(refuses_a_line_whose_words_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
