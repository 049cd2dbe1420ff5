/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a datagram of chrony's kind: what is taken is a time, a number and a leap. */
#include "fuzz.h"
#include <assert.h>
#include <math.h>
#include "refclock/sock.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct sock_sample s;

	if (sock_read(octets, len, &s) == SOCK_GOOD) {
		assert(len == SOCK_LEN || len == SOCK_LEN_32);
		assert(s.taken_ns >= 0);
		assert(isfinite(s.offset_s));
		assert(s.leap >= 0 && s.leap <= 3);
	}
	return 0;
}
