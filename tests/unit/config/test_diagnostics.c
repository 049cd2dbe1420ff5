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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_of_each_text_what_the_golden_file_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
