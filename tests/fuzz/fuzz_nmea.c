/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as the lines of a receiver. A time that is taken is of a day, and the day of the
 * calendar of 230 years. What is hidden of a line is its digits and letters of a place, and nothing
 * else of it.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "refclock/nmea.h"

enum { DAYS_MOST = 231 * 366 };

/* Whatever the line is: only octets between commas become underscores, and all others stay. */
static void
hide(const char *line, size_t len)
{
	char hidden[NMEA_LINE_MAX];

	len = len < sizeof hidden ? len : sizeof hidden;
	memcpy(hidden, line, len);
	nmea_hide_position(hidden, len);
	for (size_t i = 0; i < len; i++) {
		assert(hidden[i] == line[i] || (hidden[i] == '_' && line[i] != ','));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const char *at = (const char *)octets, *end = at + len;
	struct nmea_state s = { 0 };

	nmea_set_base(&s, len > 0 ? 20000 + 100 * octets[0] : 0);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop != NULL ? stop : end) - at);
		struct nmea_time t;

		hide(at, n);
		if (nmea_read(&s, at, n, 0, &t) == NMEA_TIME) {
			assert(n <= NMEA_LINE_MAX);
			assert(t.of_ns >= 0 && t.of_ns < INT64_C(86401000000000));
			assert(!t.dated || (t.day >= -1 && t.day < DAYS_MOST));
			assert(nmea_unfold_day(t.dated ? t.day : 0, 19000) >= 19000);
		}
		at = stop != NULL ? stop + 1 : end;
	}
	return 0;
}
