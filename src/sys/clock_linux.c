/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_linux - the clock port over clock_gettime and adjtimex. */
#include "sys/clock_linux.h"
#include "clock_linux_calls.h"
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The kernel scales its phase-locked loop by these three bits: PLL lets ADJ_OFFSET slew, FREQHOLD
 * keeps that slew from touching the frequency, NANO makes offset count nanoseconds and takes the
 * time constant as it is.
 */
enum { OUR_STATUS = STA_PLL | STA_FREQHOLD | STA_NANO };
enum { READ_TRIES = 3 };

/*
 * Less than this between two readings of BOOTTIME - MONOTONIC is noise of the reading, not a
 * suspend.
 */
#define SUSPEND_NOISE_NS INT64_C(1000000)

struct clock_linux {
	struct clock port;
	const struct clock_linux_calls *calls;
	struct clock_linux_calls own_calls;
	int64_t suspended_ns;
	long nominal_tick_us;
	bool control;
};

static int64_t
ns_of(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

static int64_t
ask_ns(const struct clock_linux *c, clockid_t id)
{
	struct timespec ts = { 0 };

	(void)c->calls->gettime(id, &ts);
	return ns_of(&ts);
}

/*
 * Reads id between two readings of MONOTONIC; of several tries the one with the least time between
 * them.
 */
static int64_t
read_between(const struct clock_linux *c, clockid_t id, int64_t *mono_ns)
{
	int64_t best_width = INT64_MAX, value = 0, before = ask_ns(c, CLOCK_MONOTONIC);

	*mono_ns = before;
	for (int i = 0; i < READ_TRIES; i++) {
		int64_t now = ask_ns(c, id), after = ask_ns(c, CLOCK_MONOTONIC);
		if (after - before < best_width) {
			best_width = after - before;
			value = now;
			*mono_ns = before + best_width / 2;
		}
		before = after;
	}
	return value;
}

static void
clock_read(struct clock *port, struct clock_reading *out)
{
	struct clock_linux *c = (struct clock_linux *)port;
	int64_t mono_ns;

	out->real.ns = read_between(c, CLOCK_REALTIME, &mono_ns);
	out->mono.ns = mono_ns;
	if (c->calls->has_boottime) {
		int64_t at, suspended = read_between(c, CLOCK_BOOTTIME, &at) - at;
		if (llabs(suspended - c->suspended_ns) >= SUSPEND_NOISE_NS) {
			c->suspended_ns = suspended;
		}
	}
	out->suspended_ns = c->suspended_ns;
}

/* adjtimex gives the state of the clock (0 and up), or -errno here. */
static int
adjust(const struct clock_linux *c, struct timex *t)
{
	int rc = c->calls->adjtimex(t);

	return rc < 0 ? -errno : rc;
}

static double
s_per_phase_unit(const struct timex *t)
{
	return (t->status & STA_NANO) != 0 ? 1e-9 : 1e-6;
}

static enum clock_leap
leap_of(int status)
{
	if ((status & STA_INS) != 0) {
		return CLOCK_LEAP_INSERT;
	}
	return (status & STA_DEL) != 0 ? CLOCK_LEAP_DELETE : CLOCK_LEAP_NONE;
}

static int
clock_get(struct clock *port, struct clock_state *out)
{
	const struct clock_linux *c = (const struct clock_linux *)port;
	struct timex t = { .modes = 0 };

	int rc = adjust(c, &t);
	if (rc < 0) {
		return rc;
	}
	*out = (struct clock_state){
		.freq = (double)t.freq / 65536e6,
		.phase_s = (double)t.offset * s_per_phase_unit(&t),
		.time_constant = (int)t.constant,
		.maxerror_s = (double)t.maxerror * 1e-6,
		.esterror_s = (double)t.esterror * 1e-6,
		.unsync = (t.status & STA_UNSYNC) != 0,
		.leap = leap_of(t.status),
		.tai_s = t.tai,
		.tick_error_us = (int)(t.tick - c->nominal_tick_us),
		.raw_status = (unsigned)t.status,
		.raw_code = rc,
	};
	return 0;
}

static int
status_bits(const struct clock_change *what)
{
	int bits = OUR_STATUS;

	if (what->unsync) {
		bits |= STA_UNSYNC;
	}
	switch (what->leap) {
	case CLOCK_LEAP_NONE:
		break;
	case CLOCK_LEAP_INSERT:
		bits |= STA_INS;
		break;
	case CLOCK_LEAP_DELETE:
		bits |= STA_DEL;
		break;
	}
	return bits;
}

static long
microseconds_of(double s)
{
	return lrint(fmin(fmax(s, 0.0), 16.0) * 1e6);
}

/* Puts all but the TAI offset, which shares a member with the time constant, into one call. */
static int
fill_main(const struct clock_linux *c, const struct clock_change *what, struct timex *t)
{
	if ((what->bits & CLOCK_SET_FREQ) != 0) {
		t->modes |= ADJ_FREQUENCY;
		t->freq = lrint(fmin(fmax(what->freq, -500e-6), 500e-6) * 65536e6);
	}
	if ((what->bits & CLOCK_SET_STATUS) != 0) {
		/*
		 * ADJ_NANO again and again: some kernels and simulators drop the bit from the
		 * status word.
		 */
		t->modes |= ADJ_STATUS | ADJ_NANO | ADJ_MAXERROR | ADJ_ESTERROR;
		t->status = status_bits(what);
		t->maxerror = microseconds_of(what->maxerror_s);
		t->esterror = microseconds_of(what->esterror_s);
	}
	if ((what->bits & CLOCK_SET_PHASE) != 0) {
		if ((what->bits & CLOCK_SET_STATUS) == 0) {
			struct timex now = { .modes = 0 };
			int rc = adjust(c, &now);
			if (rc < 0) {
				return rc;
			}
			t->status = OUR_STATUS | (now.status & (STA_UNSYNC | STA_INS | STA_DEL));
		}
		t->modes |= ADJ_STATUS | ADJ_NANO | ADJ_OFFSET | ADJ_TIMECONST;
		t->offset = lrint(fmin(fmax(what->phase_s, -0.5), 0.5) * 1e9);
		t->constant = what->time_constant;
	}
	if ((what->bits & CLOCK_SET_TICK) != 0) {
		t->modes |= ADJ_TICK;
		t->tick = c->nominal_tick_us;
	}
	return 0;
}

/* The kernel wants this one in a call of its own. */
static int
slew_once(const struct clock_linux *c, double slew_s)
{
	struct timex t = { .modes = ADJ_OFFSET_SINGLESHOT };

	if (!(fabs(slew_s) <= CLOCK_SLEW_MAX_S)) {
		return -ERANGE;
	}
	t.offset = lrint(slew_s * 1e6);
	return adjust(c, &t);
}

static int
clock_change(struct clock *port, const struct clock_change *what)
{
	const struct clock_linux *c = (const struct clock_linux *)port;
	struct timex t = { .modes = 0 };

	assert(what->time_constant >= CLOCK_TC_MIN && what->time_constant <= CLOCK_TC_MAX);
	if (!c->control) {
		return -EPERM;
	}
	int rc = fill_main(c, what, &t);
	if (rc == 0 && t.modes != 0) {
		rc = adjust(c, &t);
	}
	if (rc >= 0 && (what->bits & CLOCK_SET_TAI) != 0) {
		struct timex tai = { .modes = ADJ_TAI, .constant = what->tai_s };
		rc = adjust(c, &tai);
	}
	if (rc >= 0 && (what->bits & CLOCK_SET_SLEW) != 0) {
		rc = slew_once(c, what->slew_s);
	}
	return rc < 0 ? rc : 0;
}

static struct timespec
timespec_of(int64_t ns)
{
	int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;

	if (rest < 0) {
		rest += NS_PER_S;
		s--;
	}
	return (struct timespec){ .tv_sec = (time_t)s, .tv_nsec = (long)rest };
}

/* For kernels before ADJ_SETOFFSET: the time between reading and setting is lost. */
static int
step_by_setting(const struct clock_linux *c, int64_t delta_ns)
{
	struct timespec ts = timespec_of(ask_ns(c, CLOCK_REALTIME) + delta_ns);

	return c->calls->settime(CLOCK_REALTIME, &ts) == 0 ? 0 : -errno;
}

static int
clock_step(struct clock *port, int64_t delta_ns)
{
	const struct clock_linux *c = (const struct clock_linux *)port;

	if (!c->control) {
		return -EPERM;
	}
	struct timespec delta = timespec_of(delta_ns);
	struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	t.time.tv_sec = delta.tv_sec;
	t.time.tv_usec = delta.tv_nsec; /* nanoseconds, as ADJ_NANO says */
	int rc = adjust(c, &t);
	if (rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOSYS) {
		rc = step_by_setting(c, delta_ns);
	}
	return rc < 0 ? rc : 0;
}

/* Of any name: the driver is there before its device, and in a container there is no device. */
static bool
clock_hardware(struct clock *c)
{
	static const char *const paths[] = { "/sys/class/rtc/rtc0", "/dev/rtc0", "/dev/rtc" };
	struct stat st;

	(void)c;
	for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (stat(paths[i], &st) == 0) {
			return true;
		}
	}
	return false;
}

static const struct clock_ops ops = {
	.read = clock_read,
	.get = clock_get,
	.change = clock_change,
	.step = clock_step,
	.hardware = clock_hardware,
};

int
clock_linux_new_over(const struct clock_linux_calls *calls, bool control, struct clock **out)
{
	struct clock_linux *c = calloc(1, sizeof *c);
	long hz = sysconf(_SC_CLK_TCK);

	if (c == NULL) {
		return -ENOMEM;
	}
	if (hz <= 0) {
		hz = 100;
	}
	c->port.ops = &ops;
	c->calls = calls;
	c->control = control;
	c->nominal_tick_us = (1000000 + hz / 2) / hz;
	*out = &c->port;
	return 0;
}

/*
 * True when clock_gettime is the C library's own. A preloaded simulator replaces it, knows the two
 * usual clocks and ends the process when asked for another.
 */
static bool
clock_is_genuine(void)
{
	int (*fn)(clockid_t, struct timespec *) = clock_gettime;
	void *at;
	Dl_info where;

	static_assert(sizeof fn == sizeof at, "code and data pointers are alike");
	memcpy(&at, &fn, sizeof at);
	if (dladdr(at, &where) == 0 || where.dli_fname == NULL) {
		return false;
	}
	const char *slash = strrchr(where.dli_fname, '/');
	const char *name = slash == NULL ? where.dli_fname : slash + 1;
	return strncmp(name, "libc.", 5) == 0 || strncmp(name, "libc-", 5) == 0 ||
	    strncmp(name, "ld-musl", 7) == 0;
}

static int
system_adjtimex(struct timex *t)
{
	return adjtimex(t);
}

int
clock_linux_new(bool control, struct clock **out)
{
	static const struct clock_linux_calls none = { 0 };
	struct clock *made;

	int rc = clock_linux_new_over(&none, control, &made);
	if (rc != 0) {
		return rc;
	}
	struct clock_linux *c = (struct clock_linux *)made;
	c->own_calls = (struct clock_linux_calls){
		.adjtimex = system_adjtimex,
		.gettime = clock_gettime,
		.settime = clock_settime,
		.has_boottime = clock_is_genuine(),
	};
	c->calls = &c->own_calls;
	*out = made;
	return 0;
}

void
clock_linux_free(struct clock *c)
{
	free(c);
}
