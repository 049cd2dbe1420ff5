/* SPDX-License-Identifier: BSD-2-Clause */
/* answers - a daemon that answers mode 6 with any octets: they are cut at zeroes and given in turn. */
#ifndef TESTS_FUZZ_ANSWERS_H
#define TESTS_FUZZ_ANSWERS_H
#include "unit/mode6/script.h"

struct answers {
	const uint8_t *at, *end;
};

/* The serve of a script whose own is a struct answers. */
static inline void
answers_serve(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct answers *from = s->own;
	struct control_header a = *h;
	const uint8_t *part = from->at;
	size_t n = 0;

	(void)data;
	(void)len;
	while (from->at < from->end && *from->at != 0 && n < CONTROL_DATA_MAX) {
		from->at++;
		n++;
	}
	from->at += from->at < from->end ? 1 : 0;
	a.response = true;
	a.status = 0x0615;
	if (h->op == CONTROL_READSTAT) {
		n -= n % 4;
	}
	a.count = (uint16_t)n;
	script_put(s, &a, n > 0 ? part : (const uint8_t *)"", n);
}

#endif
