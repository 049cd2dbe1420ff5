/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as what the starter is told. It answers nothing: there is no other way. */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "sys/starter_request.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	uint8_t again[STARTER_REQUEST_LEN];
	struct starter_request q;

	if (!starter_request_get(octets, len, &q)) {
		return 0;
	}
	assert(len == STARTER_REQUEST_LEN);
	assert(q.verb == STARTER_START || q.verb == STARTER_END || q.verb == STARTER_COPY);
	assert(q.role < ROLES_MAX && q.id != 0);
	starter_request_put(&q, again);
	assert(memcmp(octets, again, sizeof again) == 0);
	return 0;
}
