/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_raw - the kernel's clock variables as they are, for ntptime: everything that adjtimex
 * tells, in the units people know. The daemon's view of the clock is port/clock.
 */
#ifndef SYS_CLOCK_RAW_H
#define SYS_CLOCK_RAW_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

struct clock_raw {
	int code; /* state of the clock, 0..5: OK INS DEL OOP WAIT ERROR */
	struct rtime now;
	bool nano;       /* the kernel counts in nanoseconds */
	unsigned status; /* STA_* */
	double offset_us, freq_ppm, precision_us, tolerance_ppm;
	int64_t maxerror_us, esterror_us, time_constant, tai_s;
	/* Of a pulse per second. */
	double pps_freq_ppm, pps_stability_ppm, pps_jitter_us;
	int64_t pps_interval_s, pps_intervals, pps_jitter_n, pps_stability_n, pps_errors;
};

/* Which members of a change are meant; the values are those of Linux. */
enum clock_raw_modes {
	CLOCK_RAW_OFFSET = 0x0001,
	CLOCK_RAW_FREQUENCY = 0x0002,
	CLOCK_RAW_MAXERROR = 0x0004,
	CLOCK_RAW_ESTERROR = 0x0008,
	CLOCK_RAW_STATUS = 0x0010,
	CLOCK_RAW_TIMECONST = 0x0020,
	CLOCK_RAW_TAI = 0x0080,
	CLOCK_RAW_MICRO = 0x1000,
	CLOCK_RAW_NANO = 0x2000,
};

struct clock_raw_change {
	unsigned modes; /* 0: only read */
	double offset_us, freq_ppm;
	int64_t maxerror_us, esterror_us, time_constant, tai_s;
	unsigned status;
};

/* Reads all of it. 0 or -errno. */
int clock_raw_read(struct clock_raw *out);

/* Changes what is meant. 0 or -errno (-EPERM without CAP_SYS_TIME). */
int clock_raw_change(const struct clock_raw_change *what);

#endif
