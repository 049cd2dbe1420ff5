/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as leap-seconds.list and as a drift file: what is accepted keeps its promises. */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "config/driftfile.h"
#include "config/leapfile.h"

static void
check_drift(const uint8_t *octets, size_t len)
{
	struct drift d, again;
	char buf[DRIFTFILE_TEXT_MAX];

	if (driftfile_parse((const char *)octets, len, &d, NULL)) {
		assert(d.freq_ppm >= -DRIFTFILE_MAX_PPM && d.freq_ppm <= DRIFTFILE_MAX_PPM);
		assert(!d.sigma_given || d.sigma_ppm > 0);
		driftfile_format(&d, buf, sizeof buf);
		assert(driftfile_parse(buf, strlen(buf), &again, NULL));
		assert(again.sigma_given == d.sigma_given);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct arena *a = arena_new(1 << 24);
	struct diag_list d = diag_list_in(a);
	struct leapfile f;

	if (leapfile_parse("l", (const char *)octets, len, a, &f, &d)) {
		assert(f.n > 0 && f.n <= LEAPFILE_ROWS_MAX);
		assert(f.hashed_len <= len);
		for (unsigned i = 1; i < f.n; i++) {
			int step = f.rows[i].tai_offset_s - f.rows[i - 1].tai_offset_s;
			assert(f.rows[i].utc_s > f.rows[i - 1].utc_s);
			assert(step == 1 || step == -1);
		}
	} else {
		assert(d.errors > 0);
	}
	arena_free(a);
	check_drift(octets, len);
	return 0;
}
