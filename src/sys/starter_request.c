/* SPDX-License-Identifier: BSD-2-Clause */
/* starter_request - requests to the starter, both ways. */
#include "starter_request.h"
#include <assert.h>
#include "base/cursor.h"

void
starter_request_put(const struct starter_request *q, uint8_t out[STARTER_REQUEST_LEN])
{
	struct writer w = writer_over(out, STARTER_REQUEST_LEN);

	writer_u8(&w, (uint8_t)q->verb);
	writer_u8(&w, (uint8_t)q->role);
	writer_u16(&w, 0);
	writer_u32(&w, q->id);
	assert(!w.bad && w.len == STARTER_REQUEST_LEN);
}

bool
starter_request_get(const uint8_t *octets, size_t len, struct starter_request *out)
{
	struct cursor c = cursor_over(octets, len);
	uint8_t verb = cursor_u8(&c), role = cursor_u8(&c);
	uint16_t zero = cursor_u16(&c);
	uint32_t id = cursor_u32(&c);

	if (cursor_bad(&c) || cursor_left(&c) != 0 || zero != 0 || id == 0) {
		return false;
	}
	if (verb != STARTER_START && ((verb != STARTER_END && verb != STARTER_COPY) || role != 0)) {
		return false;
	}
	if (role >= ROLES_MAX) {
		return false;
	}
	*out = (struct starter_request){ (enum starter_verb)verb, role, id };
	return true;
}
