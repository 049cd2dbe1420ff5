/* SPDX-License-Identifier: BSD-2-Clause */
/* A row of numbers as SVG and as words. */
#include "exporter/chart.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct chart *
chart(void)
{
	struct chart *c = calloc(1, sizeof *c);

	c->id = "x";
	c->title = "Offset";
	c->name[0] = "offset";
	c->end_s = 1700000000;
	c->span_s = 3600;
	for (size_t i = 0; i < CHART_COLUMNS; i++) {
		c->line[0][i] = c->line[1][i] = c->low[i] = c->high[i] = c->band[i] = (float)NAN;
	}
	return c;
}

enum { TEXT_MAX = 65536 };

/* A copy, for gcc takes the buffer of the stream for one on the stack. */
static char *
drawn(struct chart *c)
{
	char *kept = calloc(1, TEXT_MAX), *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	chart_write(c, out);
	fclose(out);
	free(c);
	assert_true(len < TEXT_MAX);
	memcpy(kept, text, len);
	free(text);
	return kept;
}

static void
nothing_known_is_said_and_nothing_drawn(void **state)
{
	char *text = drawn(chart());

	(void)state;
	assert_non_null(strstr(text, "nothing known of this time"));
	assert_non_null(
	    strstr(text, "<path class=\"line\" vector-effect=\"non-scaling-stroke\" d=\"\"/>"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "may be off by"));
	free(text);
}

static void
a_gap_ends_a_line_and_another_begins(void **state)
{
	struct chart *c = chart();
	char *text, *line;

	(void)state;
	c->line[0][0] = c->line[0][1] = 1e-6f;
	c->line[0][100] = -2e-6f;
	text = drawn(c);
	assert_non_null(strstr(text, "class=\"line\""));
	line = strdup(strstr(text, "class=\"line\""));
	*strstr(line, "/>") = '\0';
	assert_non_null(strstr(line, "d=\"M2.1 "));
	assert_non_null(strstr(line, "L6.2 "));
	assert_non_null(strstr(line, "M418.8 "));
	assert_non_null(strstr(line, "h.1\"")); /* a point alone is seen */
	free(line);
	free(text);
}

static void
the_axis_of_decades_shows_the_line_and_the_band(void **state)
{
	struct chart *c = chart();
	char *text;

	(void)state;
	c->decades = true;
	for (size_t i = 0; i < CHART_COLUMNS; i++) {
		c->line[0][i] = 20e-6f;
		c->band[i] = 1e-3f;
	}
	text = drawn(c);
	assert_non_null(strstr(text, ">+1 ms</li>"));
	assert_non_null(strstr(text, ">-10 us</li>"));
	assert_non_null(strstr(text, "may be off by (root distance)"));
	assert_non_null(strstr(text, "last +20.0 us, between +20.0 us and +20.0 us"));
	free(text);
}

static void
the_table_says_the_same_in_twelve_rows(void **state)
{
	struct chart *c = chart();
	unsigned rows = 0;
	char *text, *at;

	(void)state;
	c->line[0][0] = 1.5f;
	text = drawn(c);
	for (at = text; (at = strstr(at, "<tr><th scope=\"row\">")) != NULL; at++) {
		rows++;
	}
	assert_int_equal(rows, 12);
	assert_non_null(strstr(text, "<td>+1.50 s</td>"));
	assert_non_null(strstr(text, "<td>unknown</td>"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_known_is_said_and_nothing_drawn),
		cmocka_unit_test(a_gap_ends_a_line_and_another_begins),
		cmocka_unit_test(the_axis_of_decades_shows_the_line_and_the_band),
		cmocka_unit_test(the_table_says_the_same_in_twelve_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
