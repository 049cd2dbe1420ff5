/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as lines of gpsd. What is taken has times that 64 bits of nanoseconds hold, and texts
 * that end and can be shown.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "refclock/gpsd.h"

enum { PRECISION_LEAST = -40 };

static void
check_text(const char *s, size_t size)
{
	const char *end = memchr(s, '\0', size);

	assert(end != NULL);
	for (; s < end; s++) {
		assert(*s >= ' ' && *s <= '~');
	}
}

static void
check(const struct gpsd_report *r)
{
	assert(r->mode >= 0 && r->mode <= 3);
	assert(r->real_ns >= 0 && r->clock_ns >= 0);
	assert(r->precision <= 0 && r->precision >= PRECISION_LEAST);
	assert(r->used >= -1);
	assert(!r->timed || r->time_ns >= 0);
	check_text(r->device, sizeof r->device);
	check_text(r->words, sizeof r->words);
	for (unsigned i = 0; i < GPSD_DEVICES_MAX; i++) {
		check_text(r->devices[i], sizeof r->devices[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const char *at = (const char *)octets, *end = at + len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop != NULL ? stop : end) - at);
		struct gpsd_report r;

		if (gpsd_read(at, n, &r) == GPSD_GOOD) {
			assert(n <= GPSD_LINE_MAX);
			check(&r);
		}
		at = stop != NULL ? stop + 1 : end;
	}
	return 0;
}
