/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as the page of a vmclock, and as windows of a PTP hardware clock: what is taken is
 * within its bounds, and no window is left.
 */
#include "fuzz.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include "refclock/phc.h"
#include "refclock/vmclock.h"

enum { WINDOWS = 25 };

static void
look_at_windows(const uint8_t *octets, size_t len)
{
	struct phc_window w[WINDOWS] = { { { 0 }, { 0 }, 0 } };
	struct phc_sample s;
	unsigned n = 0;

	/* As the port gives them: 4e9 s is the most, and none ends before it begins. */
	while (n < WINDOWS && len >= sizeof w[0]) {
		memcpy(&w[n], octets, sizeof w[0]);
		w[n].before.ns %= INT64_C(4000000000000000000);
		w[n].after.ns %= INT64_C(4000000000000000000);
		w[n].card_ns %= INT64_C(4000000000000000000);
		n += w[n].before.ns <= w[n].after.ns;
		octets += sizeof w[0];
		len -= sizeof w[0];
	}
	if (phc_read(w, n, len % 2 == 0, (int)(len % 64), &s)) {
		assert(n > 0);
		assert(isfinite(s.noise_s) && s.noise_s > 0.0);
		assert(isfinite(s.error_s) && s.error_s > 0.0);
		assert(s.told_ns >= 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct vmclock v;

	if (vmclock_read(octets, len, &v) == VMCLOCK_GOOD) {
		assert(len >= VMCLOCK_LEN);
		assert(v.leap >= -1 && v.leap <= 1);
		assert(v.tai_s >= 0 && v.tai_s <= 127);
		assert(!(v.utc && v.tai));
		assert(isfinite(v.error_s) && v.error_s >= 0.0 && v.error_s <= 1e4);
	}
	look_at_windows(octets, len);
	return 0;
}
