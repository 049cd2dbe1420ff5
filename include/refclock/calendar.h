/* SPDX-License-Identifier: BSD-2-Clause */
/* calendar - days of the Gregorian calendar, as receivers tell them. Pure. */
#ifndef REFCLOCK_CALENDAR_H
#define REFCLOCK_CALENDAR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Days since 1970 of a date of 1970 to 2200; false when the calendar has none such. */
bool calendar_day(int year, int month, int mday, int64_t *out);

/*
 * Nanoseconds since 1970 of a time as ISO 8601 has it, in UTC and whole: 2026-11-29T16:00:00.000Z,
 * with any fraction or none; second 60 is read. False when it is none.
 */
bool calendar_iso(const char *text, size_t len, int64_t *out_ns);

#endif
