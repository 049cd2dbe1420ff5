/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a segment of shared memory, the first four being its count after the copy. What is
 * taken is a time that 64 bits of nanoseconds hold, and its place of "valid" is within it.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "refclock/shm.h"

enum { COUNT_LEN = 4 };

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct shm_sample s;
	size_t valid = 0;

	if (len < COUNT_LEN) {
		return 0;
	}
	if (shm_read(octets + COUNT_LEN, len - COUNT_LEN, octets, &s) == SHM_GOOD) {
		assert(s.clock_ns >= 0);
		assert(s.received_ns >= 0);
		assert(shm_valid_at(len - COUNT_LEN, &valid));
		assert(octets[COUNT_LEN] <= 1);
	}
	if (shm_valid_at(len - COUNT_LEN, &valid)) {
		assert(valid + 4 <= len - COUNT_LEN);
	}
	return 0;
}
