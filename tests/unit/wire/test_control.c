/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode 6: header, variable lists, fragments. */
#include "wire/control.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "unit/seeded.h"
#include "wire/header.h"

/* ---- header ---- */

/* An answer to READVAR of association 0x1234, the second fragment of several. */
static const uint8_t answer[CONTROL_HEADER_LEN] = { 0x16, 0xa2, 0x00, 0x05, 0x06, 0x15, 0x12, 0x34,
	0x01, 0xd4, 0x00, 0x07 };

static void
every_field_is_where_rfc_9327_has_it(void **state)
{
	struct cursor c = cursor_over(answer, sizeof answer);
	struct control_header h;
	uint8_t out[CONTROL_HEADER_LEN];
	struct writer w = writer_over(out, sizeof out);

	(void)state;
	assert_true(control_header_get(&c, &h));
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(h.leap, 0);
	assert_int_equal(h.version, 2);
	assert_true(h.response);
	assert_false(h.error);
	assert_true(h.more);
	assert_int_equal(h.op, CONTROL_READVAR);
	assert_int_equal(h.sequence, 5);
	assert_int_equal(h.status, 0x0615);
	assert_int_equal(h.assoc, 0x1234);
	assert_int_equal(h.offset, 468);
	assert_int_equal(h.count, 7);
	control_header_put(&w, &h);
	assert_false(w.bad);
	assert_memory_equal(out, answer, sizeof out);
}

static void
refuses_eleven_octets_and_other_modes_without_moving(void **state)
{
	uint8_t buf[CONTROL_HEADER_LEN];
	struct control_header h = { .sequence = 77 };

	(void)state;
	for (size_t len = 0; len < sizeof answer; len++) {
		struct cursor c = cursor_over(answer, len);

		assert_false(control_header_get(&c, &h));
		assert_int_equal(cursor_left(&c), len);
		assert_false(cursor_bad(&c));
	}
	for (unsigned mode = 0; mode < 8; mode++) {
		struct cursor c = cursor_over(buf, sizeof buf);

		memcpy(buf, answer, sizeof buf);
		buf[0] = (uint8_t)(2u << 3 | mode);
		assert_int_equal(control_header_get(&c, &h), mode == MODE_CONTROL);
		assert_int_equal(c.pos, mode == MODE_CONTROL ? 12 : 0);
	}
}

static void
any_header_of_mode_6_survives_reading_and_writing(void **state)
{
	struct seeded r = seeded_start(__func__);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t in[CONTROL_HEADER_LEN], out[CONTROL_HEADER_LEN];
		struct cursor c = cursor_over(in, sizeof in);
		struct writer w = writer_over(out, sizeof out);
		struct control_header h;

		seeded_fill(&r, in, sizeof in);
		in[0] = (uint8_t)((in[0] & 0xf8) | MODE_CONTROL);
		assert_true(control_header_get(&c, &h));
		control_header_put(&w, &h);
		assert_memory_equal(in, out, sizeof in);
	}
}

/* ---- variable lists ---- */

/* Writes what the list says as "name|name=value|..." with '!' behind when it is bad. */
static void
reading(const char *list, size_t len, char *out, size_t cap)
{
	const char *at = list, *end = list + len;
	struct control_item item;
	bool bad = false;
	size_t n = 0;

	out[0] = '\0';
	while (control_item_next(&at, end, &item, &bad)) {
		n += (size_t)snprintf(out + n, cap - n, "%s%.*s", n == 0 ? "" : "|",
		    (int)item.name_len, item.name);
		if (item.value != NULL) {
			n += (size_t)snprintf(out + n, cap - n, "=%.*s", (int)item.value_len,
			    item.value);
		} else {
			assert_int_equal(item.value_len, 0);
		}
		assert_true(n < cap);
	}
	if (bad) {
		assert_true(n + 1 < cap);
		memcpy(out + n, "!", 2);
	}
}

static void
lists_are_cut_into_names_and_values(void **state)
{
	static const char *const row[][2] = {
		{ "", "" },
		{ " , ,\r\n", "" },
		{ "leap", "leap" },
		{ "leap,stratum", "leap|stratum" },
		{ "leap=00, stratum=2,\r\nrefid=GPS", "leap=00|stratum=2|refid=GPS" },
		{ " rootdelay = 1.5 , x ", "rootdelay=1.5|x" },
		{ "version=\"ntpd 0.1, x=y\", leap=3", "version=ntpd 0.1, x=y|leap=3" },
		{ "empty=,quoted=\"\"", "empty=|quoted=" },
		{ "a=b=c", "a=b=c" },
		{ "addr.0=[::1]:123,last.0=0x12.34", "addr.0=[::1]:123|last.0=0x12.34" },
		{ "a=x\"y,z\"w", "a=x\"y,z\"w" }, /* quotes inside stay */
		{ "a=\"b\" \"c\"", "a=\"b\" \"c\"" },
		{ "filtdelay=  1.0 2.0   3.0", "filtdelay=1.0 2.0   3.0" },
		{ "a=\"", "!" },
		{ "x,a=\"b", "x!" },
		{ "=5", "!" },
		{ " = ", "!" },
		{ "a=b\x01", "!" },
		{ "a\tb", "!" },
		{ "caf\xc3\xa9", "!" },
		{ "a=\x7f", "!" },
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		reading(row[i][0], strlen(row[i][0]), out, sizeof out);
		assert_string_equal(out, row[i][1]);
	}
}

static void
a_nul_octet_is_no_end_but_an_error(void **state)
{
	char out[64];

	(void)state;
	reading("a=b\0c,d", 7, out, sizeof out);
	assert_string_equal(out, "!");
}

static void
names_have_at_most_128_characters(void **state)
{
	char list[200], out[300];

	(void)state;
	memset(list, 'n', sizeof list);
	memcpy(list + 128, "=1", 2);
	reading(list, 130, out, sizeof out);
	assert_int_equal(strlen(out), 130);
	list[128] = 'n';
	list[129] = '=';
	reading(list, 130, out, sizeof out);
	assert_string_equal(out, "!");
}

/* Property: items are views within the text, and the walk ends, whatever it reads. */
static void
walks_through_any_text_within_its_bounds(void **state)
{
	static const char alphabet[] = "ab=\",  \r\n\x01z";
	struct seeded r = seeded_start(__func__);
	unsigned items = 0, bads = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char text[24];
		size_t len = seeded_below(&r, sizeof text + 1);
		const char *at = text, *end = text + len, *before = text;
		struct control_item item;
		bool bad = false;

		for (size_t j = 0; j < len; j++) {
			text[j] = alphabet[seeded_below(&r, sizeof alphabet - 1)];
		}
		while (control_item_next(&at, end, &item, &bad)) {
			assert_true(at > before && at <= end);
			assert_true(item.name >= before && item.name + item.name_len <= at);
			assert_true(item.name_len > 0);
			if (item.value != NULL) {
				assert_true(
				    item.value > item.name && item.value + item.value_len <= at);
			}
			before = at;
			items++;
		}
		bads += bad ? 1 : 0;
		assert_true(bad || at == end);
	}
	assert_true(items > 20000 && bads > 10000 && bads < 95000);
}

/* ---- fragments ---- */

static struct control_header
fragment(unsigned offset, unsigned count, bool more)
{
	return (struct control_header){
		.version = 2,
		.response = true,
		.more = more,
		.op = CONTROL_READVAR,
		.offset = (uint16_t)offset,
		.count = (uint16_t)count,
	};
}

/* The answer "abcdefghij" in three fragments; order says which comes first. */
static enum control_progress
assemble(struct control_assembly *a, const unsigned order[3])
{
	static const char text[] = "abcdefghij";
	static const unsigned at[] = { 0, 4, 8 }, len[] = { 4, 4, 2 };
	enum control_progress p = CONTROL_MORE;

	control_assembly_start(a);
	for (unsigned i = 0; i < 3; i++) {
		unsigned f = order[i];
		struct control_header h = fragment(at[f], len[f], f != 2);

		assert_int_equal(p, CONTROL_MORE);
		p = control_assembly_add(a, &h, (const uint8_t *)text + at[f], len[f]);
	}
	return p;
}

static void
puts_fragments_together_in_any_order(void **state)
{
	static const unsigned order[][3] = {
		{ 0, 1, 2 },
		{ 0, 2, 1 },
		{ 1, 0, 2 },
		{ 1, 2, 0 },
		{ 2, 0, 1 },
		{ 2, 1, 0 },
	};
	static struct control_assembly a;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(assemble(&a, order[i]), CONTROL_DONE);
		assert_int_equal(a.total, 10);
		assert_memory_equal(a.data, "abcdefghij", 10);
	}
}

static void
an_empty_answer_is_complete_at_once(void **state)
{
	static struct control_assembly a;
	struct control_header h = fragment(0, 0, false);

	(void)state;
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &h, NULL, 0), CONTROL_DONE);
	assert_int_equal(a.total, 0);
}

static void
padding_behind_the_count_is_not_taken(void **state)
{
	static struct control_assembly a;
	struct control_header h = fragment(0, 2, false);

	(void)state;
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &h, (const uint8_t *)"ab\0\0", 4), CONTROL_DONE);
	assert_int_equal(a.total, 2);
}

static void
a_repeated_fragment_changes_nothing_and_another_content_is_refused(void **state)
{
	static struct control_assembly a;
	struct control_header h = fragment(0, 4, true), overlap = fragment(2, 4, true);

	(void)state;
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &h, (const uint8_t *)"abcd", 4), CONTROL_MORE);
	assert_int_equal(control_assembly_add(&a, &h, (const uint8_t *)"abcd", 4), CONTROL_MORE);
	assert_int_equal(control_assembly_add(&a, &h, (const uint8_t *)"abcX", 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &overlap, (const uint8_t *)"cdef", 4),
	    CONTROL_MORE);
	assert_int_equal(control_assembly_add(&a, &overlap, (const uint8_t *)"Xdef", 4),
	    CONTROL_REFUSED);
	assert_memory_equal(a.data, "abcdef", 6);
}

static void
fragments_that_contradict_the_end_are_refused(void **state)
{
	static struct control_assembly a;
	static const uint8_t zero[64] = { 0 };
	struct control_header last = fragment(8, 2, false), behind = fragment(9, 2, true),
			      other = fragment(4, 4, false);
	struct control_header longer = fragment(8, 4, false), early = fragment(0, 4, false);

	(void)state;
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &last, zero, 2), CONTROL_MORE);
	assert_int_equal(control_assembly_add(&a, &behind, zero, 2), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &other, zero, 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &longer, zero, 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &last, zero, 2), CONTROL_MORE);
	/* The end may not lie before what already came. */
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &behind, zero, 2), CONTROL_MORE);
	assert_int_equal(control_assembly_add(&a, &early, zero, 4), CONTROL_REFUSED);
}

static void
lengths_that_lie_are_refused(void **state)
{
	static struct control_assembly a;
	static const uint8_t zero[CONTROL_TEXT_MAX + 4] = { 0 };
	struct control_header longer = fragment(0, 5, true), empty = fragment(0, 0, true);
	struct control_header beyond = fragment(CONTROL_TEXT_MAX - 3, 4, true);
	struct control_header far = fragment(65535, 1, false),
			      whole = fragment(0, CONTROL_TEXT_MAX, false);
	struct control_header huge = fragment(0, CONTROL_TEXT_MAX + 1, false);

	(void)state;
	control_assembly_start(&a);
	assert_int_equal(control_assembly_add(&a, &longer, zero, 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &empty, zero, 0), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &beyond, zero, 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &far, zero, 4), CONTROL_REFUSED);
	assert_int_equal(control_assembly_add(&a, &huge, zero, sizeof zero), CONTROL_REFUSED);
	assert_int_equal(a.fragments, 0);
	assert_int_equal(control_assembly_add(&a, &whole, zero, CONTROL_TEXT_MAX), CONTROL_DONE);
}

static void
takes_32_fragments_and_not_33(void **state)
{
	static struct control_assembly a;
	uint8_t octet = 'x';

	(void)state;
	control_assembly_start(&a);
	for (unsigned i = 0; i < CONTROL_FRAGMENTS_MAX; i++) {
		struct control_header h = fragment(i, 1, true);

		assert_int_equal(control_assembly_add(&a, &h, &octet, 1), CONTROL_MORE);
	}
	{
		struct control_header h = fragment(CONTROL_FRAGMENTS_MAX, 1, false);

		assert_int_equal(control_assembly_add(&a, &h, &octet, 1), CONTROL_REFUSED);
	}
}

/*
 * Property: an answer cut anyhow and shuffled comes out whole, exactly when its last piece is in.
 */
static void
any_cutting_of_an_answer_comes_out_whole(void **state)
{
	static struct control_assembly a;
	static uint8_t text[CONTROL_TEXT_MAX];
	struct seeded r = seeded_start(__func__);

	(void)state;
	seeded_fill(&r, text, sizeof text);
	for (int round = 0; round < 300; round++) {
		unsigned cut[CONTROL_FRAGMENTS_MAX + 1] = { 0 }, n = 0,
						     order[CONTROL_FRAGMENTS_MAX];

		while (n < 1 || (n < CONTROL_FRAGMENTS_MAX && seeded_below(&r, 8) != 0)) {
			n++;
			cut[n] = cut[n - 1] + 1 + seeded_below(&r, CONTROL_DATA_MAX);
		}
		for (unsigned i = 0; i < n; i++) {
			unsigned j = seeded_below(&r, i + 1);

			order[i] = order[j];
			order[j] = i;
		}
		control_assembly_start(&a);
		for (unsigned i = 0; i < n; i++) {
			unsigned f = order[i], len = cut[f + 1] - cut[f];
			struct control_header h = fragment(cut[f], len, f + 1 < n);

			assert_int_equal(control_assembly_add(&a, &h, text + cut[f], len),
			    i + 1 < n ? CONTROL_MORE : CONTROL_DONE);
		}
		assert_int_equal(a.total, cut[n]);
		assert_memory_equal(a.data, text, a.total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_where_rfc_9327_has_it),
		cmocka_unit_test(refuses_eleven_octets_and_other_modes_without_moving),
		cmocka_unit_test(any_header_of_mode_6_survives_reading_and_writing),
		cmocka_unit_test(lists_are_cut_into_names_and_values),
		cmocka_unit_test(a_nul_octet_is_no_end_but_an_error),
		cmocka_unit_test(names_have_at_most_128_characters),
		cmocka_unit_test(walks_through_any_text_within_its_bounds),
		cmocka_unit_test(puts_fragments_together_in_any_order),
		cmocka_unit_test(an_empty_answer_is_complete_at_once),
		cmocka_unit_test(padding_behind_the_count_is_not_taken),
		cmocka_unit_test(
		    a_repeated_fragment_changes_nothing_and_another_content_is_refused),
		cmocka_unit_test(fragments_that_contradict_the_end_are_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(takes_32_fragments_and_not_33),
		cmocka_unit_test(any_cutting_of_an_answer_comes_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
