/* SPDX-License-Identifier: BSD-2-Clause */
/* filegen - calendar arithmetic for the names of statistics files; all in UTC. */
#include "journal/filegen.h"
#include <math.h>

enum { MJD_1970 = 40587, DAY_S = 86400, NS_PER_MS = 1000000, DAYS_PER_WEEK = 7, THURSDAY_1970 = 3 };

struct date {
	long year;
	unsigned month, day; /* 1..12, 1..31 */
};

static long
day_of(struct rtime t)
{
	int64_t s = t.ns / NS_PER_S - (t.ns % NS_PER_S < 0);

	return (long)(s / DAY_S - (s % DAY_S < 0));
}

/* Days since 1970 to the civil date; eras of 400 years, years from March. */
static struct date
date_of(long days)
{
	long z = days + 719468;
	long era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;

	return (struct date){ (long)yoe + era * 400 + (month <= 2), month,
		doy - (153 * mp + 2) / 5 + 1 };
}

static long
first_of_year(long year)
{
	long y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* The ISO week: the one of its Thursday, counted in that Thursday's year. */
static void
put_week(long days, struct text *out)
{
	/* Monday: 0 */
	long weekday = ((days + THURSDAY_1970) % DAYS_PER_WEEK + DAYS_PER_WEEK) % DAYS_PER_WEEK;
	long thursday = days - weekday + 3;
	long year = date_of(thursday).year;

	text_printf(out, ".%04ldw%02ld", year,
	    (thursday - first_of_year(year)) / DAYS_PER_WEEK + 1);
}

void
filegen_suffix(enum config_filegen_type type, const struct filegen_now *now, struct text *out)
{
	long days = day_of(now->real);
	struct date d = date_of(days);

	switch (type) {
	case FILEGEN_NONE:
		break;
	case FILEGEN_PID:
		text_printf(out, ".#%d", now->pid);
		break;
	case FILEGEN_DAY:
		text_printf(out, ".%04ld%02u%02u", d.year, d.month, d.day);
		break;
	case FILEGEN_WEEK:
		put_week(days, out);
		break;
	case FILEGEN_MONTH:
		text_printf(out, ".%04ld%02u", d.year, d.month);
		break;
	case FILEGEN_YEAR:
		text_printf(out, ".%04ld", d.year);
		break;
	case FILEGEN_AGE:
		text_printf(out, ".a%08ld", (long)(now->uptime_s / DAY_S) * DAY_S);
		break;
	}
}

void
filegen_mjd(struct rtime t, long *day, unsigned *ms)
{
	*day = day_of(t) + MJD_1970;
	/* Cut, not rounded: the last half millisecond of a day is not the next day's. */
	*ms = (unsigned)((t.ns - (int64_t)day_of(t) * DAY_S * NS_PER_S) / NS_PER_MS);
}
