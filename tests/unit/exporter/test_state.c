/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept over restarts, in a store that may fail. */
#include "exporter/state.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct shelf {
	struct store base;
	int error;
	unsigned writes;
	const char *path; /* the only one */
	char *bytes;
	size_t len;
};

static int
shelf_read(struct store *s, const char *path, char **bytes, size_t *len)
{
	struct shelf *f = (struct shelf *)(void *)s;

	assert_string_equal(path, f->path);
	if (f->bytes == NULL) {
		return -ENOENT;
	}
	*bytes = malloc(f->len + 1);
	memcpy(*bytes, f->bytes, f->len);
	(*bytes)[f->len] = '\0';
	*len = f->len;
	return 0;
}

static int
shelf_write(struct store *s, const char *path, const void *bytes, size_t len)
{
	struct shelf *f = (struct shelf *)(void *)s;

	assert_string_equal(path, f->path);
	f->writes++;
	if (f->error != 0) {
		return f->error;
	}
	free(f->bytes);
	f->bytes = malloc(len);
	memcpy(f->bytes, bytes, len);
	f->len = len;
	return 0;
}

static const struct store_ops OPS = { .read = shelf_read, .write = shelf_write };

static void
what_was_saved_is_loaded(void **state)
{
	struct shelf f = { .base.ops = &OPS, .path = "/kept/counters" };
	struct state s = { .store = &f.base, .folder = "/kept" };
	struct totals *t = totals_new("boot", 77), *fresh = totals_new("boot", 99);

	(void)state;
	state_load_totals(&s, t); /* none yet */
	state_save_totals(&s, t);
	state_load_totals(&s, fresh);
	assert_int_equal(totals_since_s(fresh), 77);
	totals_free(t);
	totals_free(fresh);
	free(f.bytes);
}

static void
history_is_kept_beside_the_counters(void **state)
{
	struct shelf f = { .base.ops = &OPS, .path = "/kept/history" };
	struct state s = { .store = &f.base, .folder = "/kept" };
	struct history *h = history_new();

	(void)state;
	state_save_history(&s, h);
	assert_int_equal(f.writes, 1);
	state_load_history(&s, h);
	f.bytes[0] = 'x'; /* told, and begun anew */
	state_load_history(&s, h);
	history_free(h);
	free(f.bytes);
}

static void
without_a_folder_nothing_is_kept(void **state)
{
	struct shelf f = { .base.ops = &OPS, .path = "/kept/counters" };
	struct state s = { .store = &f.base };
	struct totals *t = totals_new("boot", 77);

	(void)state;
	state_load_totals(&s, t);
	state_save_totals(&s, t);
	assert_int_equal(f.writes, 0);
	totals_free(t);
}

static void
a_file_that_cannot_be_written_is_said_once_and_tried_again(void **state)
{
	struct shelf f = { .base.ops = &OPS, .path = "/kept/counters", .error = -ENOSPC };
	struct state s = { .store = &f.base, .folder = "/kept" };
	struct totals *t = totals_new("boot", 77);

	(void)state;
	state_save_totals(&s, t);
	assert_true(s.told[STATE_TOTALS]);
	state_save_totals(&s, t);
	assert_int_equal(f.writes, 2);
	f.error = 0;
	state_save_totals(&s, t);
	assert_false(s.told[STATE_TOTALS]);
	assert_non_null(f.bytes);
	totals_free(t);
	free(f.bytes);
}

static void
one_file_that_is_written_does_not_hide_the_other_that_is_not(void **state)
{
	struct shelf f = { .base.ops = &OPS, .path = "/kept/history", .error = -ENOSPC };
	struct state s = { .store = &f.base, .folder = "/kept" };
	struct totals *t = totals_new("boot", 77);
	struct history *h = history_new();

	(void)state;
	state_save_history(&s, h); /* a disk that is nearly full: only the small one finds room */
	f.error = 0;
	f.path = "/kept/counters";
	state_save_totals(&s, t);
	assert_true(s.told[STATE_HISTORY]); /* and is not said again */
	assert_false(s.told[STATE_TOTALS]);
	totals_free(t);
	history_free(h);
	free(f.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_loaded),
		cmocka_unit_test(history_is_kept_beside_the_counters),
		cmocka_unit_test(without_a_folder_nothing_is_kept),
		cmocka_unit_test(a_file_that_cannot_be_written_is_said_once_and_tried_again),
		cmocka_unit_test(one_file_that_is_written_does_not_hide_the_other_that_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
