/* SPDX-License-Identifier: BSD-2-Clause */
/* ntptime - conversions between the time types. */
#include "base/ntptime.h"
#include <math.h>

static const double NS_LIMIT_S = 9.2e9;
static const double ADD_LIMIT_S = 1e9;

struct ntp_ts
ntp_ts_from_rtime(struct rtime t)
{
	int64_t s = t.ns / NS_PER_S;
	int64_t ns = t.ns % NS_PER_S;
	uint64_t frac;

	if (ns < 0) {
		ns += NS_PER_S;
		s--;
	}
	/* ns < 2^30, so the shift keeps within 62 bits; half a unit is added to round. */
	frac = (((uint64_t)ns << 32) + NS_PER_S / 2) / NS_PER_S;
	return (struct ntp_ts){ ((uint64_t)(s + NTP_UNIX_OFFSET_S) << 32) + frac };
}

struct rtime
rtime_from_ntp_ts(struct ntp_ts ts, struct rtime pivot)
{
	int64_t d = (int64_t)(ts.fix - ntp_ts_from_rtime(pivot).fix);
	int64_t s = d >> 32; /* floor */
	uint64_t frac = (uint64_t)d & 0xffffffffu;

	return (struct rtime){ pivot.ns + s * NS_PER_S +
		(int64_t)((frac * NS_PER_S + (UINT64_C(1) << 31)) >> 32) };
}

double
ntp_ts_diff_s(struct ntp_ts a, struct ntp_ts b)
{
	return ldexp((double)(int64_t)(a.fix - b.fix), -32);
}

bool
ntp_ts_is_zero(struct ntp_ts ts)
{
	return ts.fix == 0;
}

double
rtime_diff_s(struct rtime a, struct rtime b)
{
	return (double)(a.ns - b.ns) * 1e-9;
}

double
mtime_diff_s(struct mtime a, struct mtime b)
{
	return (double)(a.ns - b.ns) * 1e-9;
}

int64_t
ns_from_s(double s)
{
	if (!isfinite(s)) {
		return 0;
	}
	return llrint(fmin(fmax(s, -NS_LIMIT_S), NS_LIMIT_S) * 1e9);
}

static int64_t
limited_ns(double s)
{
	return isfinite(s) ? ns_from_s(fmin(fmax(s, -ADD_LIMIT_S), ADD_LIMIT_S)) : 0;
}

struct rtime
rtime_add_s(struct rtime t, double s)
{
	return (struct rtime){ t.ns + limited_ns(s) };
}

struct mtime
mtime_add_s(struct mtime t, double s)
{
	return (struct mtime){ t.ns + limited_ns(s) };
}

bool
mtime_before(struct mtime a, struct mtime b)
{
	return a.ns < b.ns;
}

double
ntp_short_to_s(uint32_t v)
{
	return ldexp((double)v, -16);
}

uint32_t
ntp_short_from_s(double s)
{
	if (!isfinite(s) || s <= 0.0) {
		return 0;
	}
	if (s >= 65535.0) {
		return UINT32_MAX;
	}
	return (uint32_t)ceil(ldexp(s, 16));
}

double
log2s_to_s(int exp)
{
	return ldexp(1.0, exp < -62 ? -62 : exp > 62 ? 62 : exp);
}
