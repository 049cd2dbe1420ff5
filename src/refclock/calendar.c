/* SPDX-License-Identifier: BSD-2-Clause */
/* calendar - dates. */
#include "refclock/calendar.h"
#include "base/ntptime.h"

enum { DAY_S = 86400, YEAR_FIRST = 1970, YEAR_LAST = 2200, ISO_LEN = 19 /* up to the seconds */ };

bool
calendar_day(int year, int month, int mday, int64_t *out)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t y = year - 1;
	int length;

	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || mday < 1) {
		return false;
	}
	length = before[month] - before[month - 1] + (month == 2 && leap ? 1 : 0);
	if (mday > length) {
		return false;
	}
	*out = 365 * (y - 1969) + (y / 4 - 492) - (y / 100 - 19) + (y / 400 - 4) +
	    before[month - 1] + (month > 2 && leap ? 1 : 0) + mday - 1;
	return true;
}

/* n digits; -1 when there are others. */
static int
digits(const char *at, unsigned n)
{
	int value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (at[i] < '0' || at[i] > '9') {
			return -1;
		}
		value = value * 10 + (at[i] - '0');
	}
	return value;
}

/* ".123Z" or "Z" */
static bool
take_fraction(const char *at, size_t len, int64_t *ns)
{
	int64_t unit = NS_PER_S;
	size_t i = 0;

	*ns = 0;
	if (len > 1 && at[0] == '.') {
		for (i = 1; i < len && digits(at + i, 1) >= 0; i++) {
			unit /= 10;
			*ns += unit * digits(at + i, 1);
		}
	}
	return i + 1 == len && at[i] == 'Z';
}

bool
calendar_iso(const char *text, size_t len, int64_t *out_ns)
{
	int hour, minute, second;
	int64_t day, fraction_ns;

	if (len <= ISO_LEN || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
	    text[13] != ':' || text[16] != ':') {
		return false;
	}
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    !calendar_day(digits(text, 4), digits(text + 5, 2), digits(text + 8, 2), &day) ||
	    !take_fraction(text + ISO_LEN, len - ISO_LEN, &fraction_ns)) {
		return false;
	}
	*out_ns =
	    ((day * DAY_S) + (int64_t)hour * 3600 + minute * 60 + second) * NS_PER_S + fraction_ns;
	return true;
}
