/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_raw - the kernel's clock variables as they are. */
#include "sys/clock_raw.h"
#include "clock_raw_calls.h"
#include <assert.h>
#include <errno.h>
#include <math.h>

static_assert(CLOCK_RAW_OFFSET == ADJ_OFFSET && CLOCK_RAW_FREQUENCY == ADJ_FREQUENCY &&
	CLOCK_RAW_MAXERROR == ADJ_MAXERROR && CLOCK_RAW_ESTERROR == ADJ_ESTERROR,
    "the modes are the kernel's");
static_assert(CLOCK_RAW_STATUS == ADJ_STATUS && CLOCK_RAW_TIMECONST == ADJ_TIMECONST &&
	CLOCK_RAW_TAI == ADJ_TAI && CLOCK_RAW_MICRO == ADJ_MICRO && CLOCK_RAW_NANO == ADJ_NANO,
    "the modes are the kernel's");

/* 2^16 units are one ppm. */
static const double PPM_UNITS = 65536.0;

int
clock_raw_read_over(int (*call)(struct timex *t), struct clock_raw *out)
{
	struct timex t = { .modes = 0 };
	int code = call(&t);
	bool nano = (t.status & STA_NANO) != 0;
	double us = nano ? 1e-3 : 1.0; /* per unit of offset and jitter */

	if (code < 0) {
		return -errno;
	}
	*out = (struct clock_raw){
		.code = code,
		.now = { (int64_t)t.time.tv_sec * NS_PER_S +
		    (int64_t)t.time.tv_usec * (nano ? 1 : 1000) },
		.nano = nano,
		.status = (unsigned)t.status,
		.offset_us = (double)t.offset * us,
		.freq_ppm = (double)t.freq / PPM_UNITS,
		.precision_us = (double)t.precision,
		.tolerance_ppm = (double)t.tolerance / PPM_UNITS,
		.maxerror_us = t.maxerror,
		.esterror_us = t.esterror,
		.time_constant = t.constant,
		.tai_s = t.tai,
		.pps_freq_ppm = (double)t.ppsfreq / PPM_UNITS,
		.pps_stability_ppm = (double)t.stabil / PPM_UNITS,
		.pps_jitter_us = (double)t.jitter * us,
		.pps_interval_s = t.shift >= 0 && t.shift < 31 ? INT64_C(1) << t.shift : 0,
		.pps_intervals = t.calcnt,
		.pps_jitter_n = t.jitcnt,
		.pps_stability_n = t.stbcnt,
		.pps_errors = t.errcnt,
	};
	return 0;
}

/* The offset is in the unit that holds once the change is made. */
static int
nano_after(int (*call)(struct timex *t), const struct clock_raw_change *what, bool *nano)
{
	struct timex now = { .modes = 0 };

	if ((what->modes & (CLOCK_RAW_NANO | CLOCK_RAW_MICRO)) != 0) {
		*nano = (what->modes & CLOCK_RAW_NANO) != 0;
		return 0;
	}
	if (call(&now) < 0) {
		return -errno;
	}
	*nano = (now.status & STA_NANO) != 0;
	return 0;
}

int
clock_raw_change_over(int (*call)(struct timex *t), const struct clock_raw_change *what)
{
	unsigned tai = what->modes & CLOCK_RAW_TAI, rest = what->modes & ~tai;
	struct timex t = { .modes = rest };
	bool nano = false;
	int error = nano_after(call, what, &nano);

	if (error != 0) {
		return error;
	}
	t.offset = lrint(what->offset_us * (nano ? 1e3 : 1.0));
	t.freq = lrint(what->freq_ppm * PPM_UNITS);
	t.maxerror = (long)what->maxerror_us;
	t.esterror = (long)what->esterror_us;
	t.constant = (long)what->time_constant;
	t.status = (int)what->status;
	if (rest != 0 && call(&t) < 0) {
		return -errno;
	}
	/* It shares a member with the time constant. */
	t = (struct timex){ .modes = tai, .constant = (long)what->tai_s };
	return tai != 0 && call(&t) < 0 ? -errno : 0;
}

static int
system_call(struct timex *t)
{
	return adjtimex(t);
}

int
clock_raw_read(struct clock_raw *out)
{
	return clock_raw_read_over(system_call, out);
}

int
clock_raw_change(const struct clock_raw_change *what)
{
	return clock_raw_change_over(system_call, what);
}
