/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocation of many pieces that are freed at once. */
#include "base/arena.h"
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"

/* Memory that is not there gives NULL under the address sanitizer, too. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
hands_out_zeroed_and_aligned_memory(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_non_null(a);
	for (size_t size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++) {
			assert_int_equal(p[i], 0);
		}
		memset(p, 0xff, size);
	}
	arena_free(a);
}

static void
stops_at_its_limit(void **state)
{
	struct arena *a = arena_new(1024);

	(void)state;
	assert_null(arena_alloc(a, 1025));
	assert_non_null(arena_alloc(a, 1000));
	assert_null(arena_alloc(a, 100));
	assert_non_null(arena_alloc(a, 16));
	assert_null(arena_alloc(a, 1));
	arena_free(a);
}

static void
absurd_sizes_are_refused(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);

	(void)state;
	assert_non_null(arena_alloc(a, 1));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_alloc(a, SIZE_MAX - 32));
	assert_null(arena_alloc(a, SIZE_MAX / 2));
	assert_null(arena_strndup(a, "x", SIZE_MAX));
	assert_null(arena_strndup(a, "x", SIZE_MAX - 1));
	assert_non_null(arena_alloc(a, 1));
	arena_free(a);
}

static void
an_outsize_piece_does_not_waste_the_current_block(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *before = arena_alloc(a, 16), *large = arena_alloc(a, 100000),
	     *after = arena_alloc(a, 16);

	(void)state;
	assert_non_null(large);
	memset(large, 1, 100000);
	assert_ptr_equal(after, before + 16);
	arena_free(a);
	a = arena_new(1 << 20);
	assert_non_null(arena_alloc(a, 100000));
	assert_non_null(arena_alloc(a, 100000));
	assert_non_null(arena_alloc(a, 16));
	arena_free(a);
}

static void
copies_strings(void **state)
{
	struct arena *a = arena_new(1 << 16);
	char *whole = arena_strdup(a, "driftfile"), *part = arena_strndup(a, "driftfile", 5);
	char *none = arena_strndup(a, NULL, 0);

	(void)state;
	assert_string_equal(whole, "driftfile");
	assert_string_equal(part, "drift");
	assert_string_equal(none, "");
	arena_free(a);
	a = arena_new(8);
	assert_null(arena_strdup(a, "too long for it"));
	arena_free(a);
	arena_free(NULL);
}

/* Property: no two pieces overlap. */
static void
pieces_keep_what_is_written_to_them(void **state)
{
	enum { N = 3000 };
	static unsigned char *piece[N];
	static size_t size[N];
	struct seeded r = seeded_start(__func__);
	struct arena *a = arena_new(1 << 28);

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		size[i] = 1 + seeded_below(&r, seeded_below(&r, 50) == 0 ? 40000 : 200);
		piece[i] = arena_alloc(a, size[i]);
		assert_non_null(piece[i]);
		memset(piece[i], (int)(i & 0xff), size[i]);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(piece[i][0], i & 0xff);
		assert_memory_equal(piece[i], piece[i] + (size[i] > 1 ? 1 : 0), size[i] - 1);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_and_aligned_memory),
		cmocka_unit_test(stops_at_its_limit),
		cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(an_outsize_piece_does_not_waste_the_current_block),
		cmocka_unit_test(copies_strings),
		cmocka_unit_test(pieces_keep_what_is_written_to_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
