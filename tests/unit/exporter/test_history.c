/* SPDX-License-Identifier: BSD-2-Clause */
/* How the clock did: rows, means, gaps, places, the file. */
#include "exporter/history.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BEGIN_S = 1700000100 }; /* a multiple of 300 */

struct rig {
	struct history *h;
	struct snapshot s;
	struct snapshot_source at[HISTORY_SOURCES + 1];
};

static struct rig *
begin(void)
{
	struct rig *r = calloc(1, sizeof *r);

	r->h = history_new();
	r->s.up = true;
	r->s.at_s = BEGIN_S;
	r->s.mono_s = 1000;
	r->s.source = r->at;
	r->s.sys.verdict_n = 1;
	memcpy(r->s.sys.verdict[0].name, "denied", 7);
	return r;
}

static void
end(struct rig *r)
{
	history_free(r->h);
	free(r);
}

/* Ten seconds later, with that offset. */
static void
add(struct rig *r, double offset_s)
{
	r->s.sys.offset_s = offset_s;
	history_add(r->h, &r->s);
	r->s.at_s += HISTORY_FINE_S;
	r->s.mono_s += HISTORY_FINE_S;
	r->s.sys.answers += 50;
	r->s.sys.verdict[0].n += 20;
}

static bool
near(float x, double want)
{
	return fabs((double)x - want) < 1e-6;
}

static void
a_column_is_the_mean_of_its_rows(void **state)
{
	struct history_row out[2];
	struct rig *r = begin();

	(void)state;
	add(r, 1);
	add(r, 3);
	add(r, 5);
	history_columns(r->h, BEGIN_S + 40, 40, 2, out);
	assert_int_equal(out[0].at_s, BEGIN_S);
	assert_true(near(out[0].offset_s, 2));
	assert_true(near(out[0].offset_min_s, 1));
	assert_true(near(out[0].offset_max_s, 3));
	assert_true(near(out[1].offset_s, 5));
	assert_true(near(out[1].answers, 5));
	assert_true(near(out[1].refused, 2));
	end(r);
}

static void
what_is_unknown_is_a_gap(void **state)
{
	struct history_row out[4];
	struct rig *r = begin();

	(void)state;
	add(r, 1);
	r->s.at_s += 10; /* nobody looked */
	r->s.sys.status = 0xc000;
	add(r, 9); /* not synchronised */
	r->s.up = false;
	add(r, 9);
	history_columns(r->h, BEGIN_S + 40, 40, 4, out);
	assert_true(near(out[0].offset_s, 1));
	assert_int_equal(out[1].at_s, 0);
	assert_true(isnan(out[1].offset_s));
	assert_true(isnan(out[2].offset_s) && near(out[2].synced, 0));
	assert_true(out[3].at_s != 0 && isnan(out[3].freq_ppm));
	end(r);
}

static void
a_day_is_kept_finely_and_a_month_coarsely(void **state)
{
	struct history_row *out = calloc(240, sizeof *out);
	struct rig *r = begin();

	(void)state;
	for (long i = 0; i < 31L * 8640; i++) {
		add(r, i % 2 == 0 ? 1 : 2);
	}
	history_columns(r->h, r->s.at_s, 3600, 240, out);
	assert_true(
	    near(out[1].offset_s, 1) || near(out[1].offset_s, 2) || near(out[1].offset_s, 1.5));
	history_columns(r->h, r->s.at_s, 30L * 86400, 240, out);
	assert_true(out[1].at_s != 0);
	assert_true(near(out[100].offset_s, 1.5));
	assert_true(near(out[100].offset_min_s, 1) && near(out[100].offset_max_s, 2));
	free(out);
	end(r);
}

static void
a_clock_that_is_set_back_does_not_turn_the_rows_round(void **state)
{
	struct history_row out[2];
	struct rig *r = begin();

	(void)state;
	add(r, 1);
	r->s.at_s = BEGIN_S - 100000;
	add(r, 7);
	r->s.at_s = BEGIN_S + 3; /* and who looks again at once is early */
	add(r, 7);
	r->s.at_s = BEGIN_S + 10;
	add(r, 2);
	history_columns(r->h, BEGIN_S + 20, 20, 2, out);
	assert_true(near(out[0].offset_s, 1) && near(out[1].offset_s, 2));
	end(r);
}

static void
a_source_has_a_place_until_it_is_gone_and_another_wants_it(void **state)
{
	struct history_row out[1];
	struct rig *r = begin();

	(void)state;
	r->s.source_n = HISTORY_SOURCES + 1;
	for (size_t i = 0; i < r->s.source_n; i++) {
		r->at[i].name[0] = (char)('a' + i);
		r->at[i].offset_s = (double)i;
	}
	add(r, 1);
	assert_int_equal(history_place(r->h, &r->at[3]), 3);
	assert_string_equal(history_name(r->h, 3), "d");
	assert_int_equal(history_place(r->h, &r->at[HISTORY_SOURCES]), -1);
	r->at[3] = r->at[HISTORY_SOURCES];
	r->s.source_n = HISTORY_SOURCES;
	for (int i = 0; i < HISTORY_COARSE_S / HISTORY_FINE_S; i++) {
		add(r, 1);
	}
	assert_int_equal(history_place(r->h, &r->at[3]), 3);
	history_columns(r->h, BEGIN_S + 10, 10, 1, out);
	assert_true(isnan(out[0].source_s[3])); /* the other's is none of its */
	assert_true(near(out[0].source_s[4], 4));
	end(r);
}

static void
what_is_saved_is_loaded_and_nothing_else_is(void **state)
{
	struct history *fresh = history_new();
	struct history_row out[1];
	struct rig *r = begin();
	char *bytes = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&bytes, &len);

	(void)state;
	r->s.source_n = 1;
	r->at[0].name[0] = 'a';
	add(r, 1);
	add(r, 2);
	history_save(r->h, file);
	fclose(file);
	assert_false(history_load(fresh, bytes, len - 1));
	assert_false(history_load(fresh, bytes, 0));
	bytes[8]++;
	assert_false(history_load(fresh, bytes, len));
	bytes[8]--;
	assert_int_equal(history_place(fresh, &r->at[0]), -1);
	assert_true(history_load(fresh, bytes, len));
	assert_int_equal(history_place(fresh, &r->at[0]), 0);
	history_columns(fresh, BEGIN_S + 20, 20, 1, out);
	assert_true(near(out[0].offset_s, 1.5));
	free(bytes);
	history_free(fresh);
	end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_is_the_mean_of_its_rows),
		cmocka_unit_test(what_is_unknown_is_a_gap),
		cmocka_unit_test(a_day_is_kept_finely_and_a_month_coarsely),
		cmocka_unit_test(a_clock_that_is_set_back_does_not_turn_the_rows_round),
		cmocka_unit_test(a_source_has_a_place_until_it_is_gone_and_another_wants_it),
		cmocka_unit_test(what_is_saved_is_loaded_and_nothing_else_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
