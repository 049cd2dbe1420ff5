/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode 6 both ways: any request's variable list; any sequence of fragments of an answer. */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include "wire/control.h"

static void
read_list(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct control_item item;
	bool bad = false;
	while (control_item_next(&at, end, &item, &bad)) {
		assert(at > text);
		assert(at <= end);
		assert(item.name >= text);
		assert(item.name + item.name_len <= end);
		if (item.value != NULL) {
			assert(item.value + item.value_len <= end);
		}
	}
}

/* The input is a row of messages, each behind two octets that hold its length. */
static void
assemble(struct cursor *c, struct control_assembly *whole)
{
	control_assembly_start(whole);
	while (!cursor_bad(c) && cursor_left(c) >= 2) {
		size_t len = cursor_u16(c) % 600;
		struct span one = cursor_take(c, len);
		if (cursor_bad(c)) {
			return;
		}
		struct cursor inner = cursor_over(one.at, one.len);
		struct control_header h;
		if (!control_header_get(&inner, &h)) {
			continue;
		}
		struct span rest = cursor_take(&inner, cursor_left(&inner));
		if (control_assembly_add(whole, &h, rest.at, rest.len) == CONTROL_DONE) {
			assert(whole->total <= CONTROL_TEXT_MAX);
			read_list((const char *)whole->data, whole->total);
			return;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	read_list((const char *)octets, len);
	struct cursor c = cursor_over(octets, len);
	struct control_assembly *whole = malloc(sizeof *whole);
	if (whole != NULL) {
		assemble(&c, whole);
		free(whole);
	}
	return 0;
}
