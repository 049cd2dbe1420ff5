/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a segment of shared memory, the first one telling whether it was torn. What is
 * taken is a time that 64 bits of nanoseconds hold, and its place of "valid" is within it.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "refclock/shm.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct shm_sample s;
	size_t valid = 0;

	if (len == 0) {
		return 0;
	}
	if (shm_read(octets + 1, len - 1, octets[0] != 0, &s) == SHM_GOOD) {
		assert(s.clock_ns >= 0);
		assert(s.received_ns >= 0);
		assert(shm_valid_at(len - 1, &valid));
		assert(octets[0] == 0);
		assert(octets[1] <= 1);
	}
	if (shm_valid_at(len - 1, &valid)) {
		assert(valid + 4 <= len - 1);
	}
	return 0;
}
