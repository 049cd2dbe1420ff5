/* SPDX-License-Identifier: BSD-2-Clause */
/* form - forms of numbers, times and reference ids. */
#include "mode6/form.h"
#include <inttypes.h>
#include <math.h>
#include <time.h>
#include "base/addr.h"
#include "mode6/words.h"

void
form_interval(struct text *t, int64_t seconds)
{
	int64_t minutes = (seconds + 29) / 60;
	int64_t hours = (minutes + 29) / 60;
	int64_t days = (hours + 11) / 24;

	if (seconds <= 0) {
		text_char(t, '-');
	} else if (seconds <= 2048) {
		text_printf(t, "%" PRId64, seconds);
	} else if (minutes <= 300) {
		text_printf(t, "%" PRId64 "m", minutes);
	} else if (hours <= 96) {
		text_printf(t, "%" PRId64 "h", hours);
	} else if (days <= 999) {
		text_printf(t, "%" PRId64 "d", days);
	} else {
		text_printf(t, "%" PRId64 "y", (days + 182) / 365);
	}
}

void
form_ms(struct text *t, const char *value)
{
	double ms;

	if (value == NULL || !text_to_double(value, &ms)) {
		text_char(t, '-');
	} else {
		text_printf(t, value[0] == '+' ? "%+.3f" : "%.3f", ms);
	}
}

void
form_units(struct text *t, const char *value)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "us" } };
	double ms, ns;

	if (value == NULL || !text_to_double(value, &ms)) {
		text_char(t, '-');
		return;
	}
	ns = ms * 1e6;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		double v = ns / units[i].ns, size = fabs(v);

		if (size >= 1) {
			int whole =
			    (size >= 10000) + (size >= 1000) + (size >= 100) + (size >= 10) + 1;
			int decimals = 5 - whole - (v < 0 ? 1 : 0);

			text_printf(t, "%.*f%s", decimals > 0 ? decimals : 0, v, units[i].name);
			return;
		}
	}
	text_printf(t, "%.0fns", fabs(ns) < 0.5 ? 0.0 : ns);
}

/* True when the value is an address; in_hex decides how it is written. */
static bool
refid_address(struct text *t, const char *value, bool in_hex)
{
	char buf[ADDR_TEXT_MAX];
	struct addr a;

	if (!addr_parse(value, &a)) {
		return false;
	}
	if (words_refclock(t, &a)) {
		return true;
	}
	if (in_hex && a.family == ADDR_V4) {
		text_printf(t, "%08" PRIx32, addr_v4_value(&a));
	} else {
		text_put(t, addr_format(&a, buf, sizeof buf));
	}
	return true;
}

static void
refid(struct text *t, const char *value, bool in_hex)
{
	if (value == NULL || value[0] == '\0' || refid_address(t, value, in_hex)) {
		return;
	}
	text_printf(t, value[0] == '.' ? "%s" : ".%s.", value);
}

void
form_refid(struct text *t, const char *value)
{
	refid(t, value, false);
}

void
form_refid_hex(struct text *t, const char *value)
{
	refid(t, value, true);
}

/* Seconds and rounded-down milliseconds, as every ntpq cut them. */
static time_t
split_time(struct ntp_ts ts, struct rtime pivot, unsigned *ms)
{
	int64_t ns = rtime_from_ntp_ts(ts, pivot).ns;
	int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;

	if (rest < 0) {
		s--;
		rest += NS_PER_S;
	}
	*ms = (unsigned)(rest / 1000000);
	return (time_t)s;
}

void
form_stamp(struct text *t, struct ntp_ts ts, struct rtime pivot)
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	struct tm tm;
	unsigned ms;
	time_t s;

	if (ntp_ts_is_zero(ts)) {
		text_put(t, "(no time)");
		return;
	}
	text_printf(t, "%08" PRIx32 ".%08" PRIx32, (uint32_t)(ts.fix >> 32), (uint32_t)ts.fix);
	s = split_time(ts, pivot, &ms);
	if (localtime_r(&s, &tm) != NULL) {
		text_printf(t, "  %s, %s %2d %4d %2d:%02d:%02d.%03u", day[tm.tm_wday],
		    month[tm.tm_mon], tm.tm_mday, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		    tm.tm_sec, ms);
	}
}

void
form_iso(struct text *t, struct ntp_ts ts, struct rtime pivot)
{
	struct tm tm;
	unsigned ms;
	time_t s = split_time(ts, pivot, &ms);

	if (gmtime_r(&s, &tm) != NULL) {
		text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
	}
}
