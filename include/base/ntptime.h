/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntptime - the four time types and the conversions between them.
 * UTC and monotonic time are different structs, so the compiler refuses to mix them.
 * Durations, offsets and dispersions are double seconds (suffix _s). RFC 5905, section 6.
 */
#ifndef BASE_NTPTIME_H
#define BASE_NTPTIME_H
#include <stdbool.h>
#include <stdint.h>

/* NTP timestamp: 2^-32 s since the start of some era; only differences mean anything. */
struct ntp_ts {
	uint64_t fix;
};

/* UTC in nanoseconds since 1970-01-01, leap seconds not counted (the system clock's scale). */
struct rtime {
	int64_t ns;
};

/* Monotonic time in nanoseconds since boot; all timers and ages. */
struct mtime {
	int64_t ns;
};

#define NTP_UNIX_OFFSET_S 2208988800 /* 1900-01-01 to 1970-01-01 */
#define NS_PER_S 1000000000

/* Converts UTC to the NTP timestamp of its era; rounds to the nearest 2^-32 s. */
struct ntp_ts ntp_ts_from_rtime(struct rtime t);

/* Converts an NTP timestamp to the UTC within 68 years of pivot. */
struct rtime rtime_from_ntp_ts(struct ntp_ts ts, struct rtime pivot);

/* Gives a - b in seconds; exact to 2^-32 s while |a - b| < 2^20 s, valid within 68 years. */
double ntp_ts_diff_s(struct ntp_ts a, struct ntp_ts b);

/* True for the all-zero timestamp, which means "unknown". */
bool ntp_ts_is_zero(struct ntp_ts ts);

/* Give a - b in seconds. */
double rtime_diff_s(struct rtime a, struct rtime b);
double mtime_diff_s(struct mtime a, struct mtime b);

/* Give t plus s seconds; s is limited to +-1e9 and non-finite s counts as 0. */
struct rtime rtime_add_s(struct rtime t, double s);
struct mtime mtime_add_s(struct mtime t, double s);

/* Converts seconds to nanoseconds, rounded, saturating at +-9.2e9 s; non-finite gives 0. */
int64_t ns_from_s(double s);

/* True when a is earlier than b. */
bool mtime_before(struct mtime a, struct mtime b);

/* NTP short format (16.16 seconds) of root delay and root dispersion. RFC 5905, section 6. */
double ntp_short_to_s(uint32_t v);

/*
 * Rounds up, so that a bound stays a bound; negative and non-finite give 0, too large 0xffffffff.
 */
uint32_t ntp_short_from_s(double s);

/* Gives 2^exp seconds for a log2 quantity such as precision or poll; exp is clamped to +-62. */
double log2s_to_s(int exp);

#endif
