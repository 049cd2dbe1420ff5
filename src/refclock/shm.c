/* SPDX-License-Identifier: BSD-2-Clause */
/* shm - struct shmTime, of 64 and of 32 bits. */
#include "refclock/shm.h"
#include <string.h>
#include "base/ntptime.h"

enum { MODE_PLAIN, MODE_COUNTED }; /* whether a count tells of its being written */

/* Of the writer's machine, by the length of the whole; mode and count stand first in all. */
struct layout {
	size_t len;      /* at least */
	size_t sec_size; /* octets of time_t */
	size_t clock_sec, clock_usec, received_sec, received_usec;
	size_t leap, precision, valid;
	size_t clock_nsec, received_nsec;
	/* Of 32 bits, where gpsd puts the upper half of both seconds; 0: they are whole. */
	size_t clock_high, received_high;
};

/* The longest first: 64 bits; 32 bits with a time_t of 64, unaligned as on x86; 32 bits. */
static const struct layout layouts[] = {
	{ 96, 8, 8, 16, 24, 32, 36, 40, 48, 52, 56, 0, 0 },
	{ 88, 8, 8, 16, 20, 28, 32, 36, 44, 48, 52, 0, 0 },
	{ 80, 4, 8, 12, 16, 20, 24, 28, 36, 40, 44, 48, 52 },
};

/* Years 1970 to 2261: what 64 bits of ns hold. */
static const int64_t SEC_MOST = INT64_C(9223372035);
static const int64_t USEC_MOST = 999999, NSEC_MOST = 999999999;

static const struct layout *
layout_of(size_t len)
{
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		if (len >= layouts[i].len) {
			return &layouts[i];
		}
	}
	return NULL;
}

static int32_t
int_at(const uint8_t *octets, size_t at)
{
	int32_t v;

	memcpy(&v, octets + at, sizeof v);
	return v;
}

static int64_t
sec_at(const uint8_t *octets, const struct layout *l, size_t at, size_t high)
{
	int64_t whole;

	if (l->sec_size == sizeof whole) {
		memcpy(&whole, octets + at, sizeof whole);
		return whole;
	}
	whole = (int64_t)(uint32_t)int_at(octets, at);
	/* The upper half is that of a year far away, or was never written. */
	return int_at(octets, high) == 1 ? whole + (INT64_C(1) << 32) : whole;
}

/* Microseconds are always there; nanoseconds only where they say the same. */
static bool
fraction_ns(int64_t usec, int64_t nsec, bool by_nsec, int64_t *out)
{
	if (usec < 0 || usec > USEC_MOST) {
		return false;
	}
	*out = by_nsec ? nsec : usec * 1000;
	return true;
}

static bool
agrees(int64_t usec, int64_t nsec)
{
	return nsec >= 0 && nsec <= NSEC_MOST && nsec / 1000 == usec;
}

static bool
stamps(const uint8_t *octets, const struct layout *l, struct shm_sample *out)
{
	int64_t clock_s = sec_at(octets, l, l->clock_sec, l->clock_high);
	int64_t received_s = sec_at(octets, l, l->received_sec, l->received_high);
	int64_t clock_us = int_at(octets, l->clock_usec);
	int64_t received_us = int_at(octets, l->received_usec);
	int64_t clock_ns = int_at(octets, l->clock_nsec);
	int64_t received_ns = int_at(octets, l->received_nsec);
	bool fine = agrees(clock_us, clock_ns) && agrees(received_us, received_ns);
	int64_t a, b;

	if (clock_s < 0 || clock_s > SEC_MOST || received_s < 0 || received_s > SEC_MOST ||
	    !fraction_ns(clock_us, clock_ns, fine, &a) ||
	    !fraction_ns(received_us, received_ns, fine, &b)) {
		return false;
	}
	out->clock_ns = clock_s * NS_PER_S + a;
	out->received_ns = received_s * NS_PER_S + b;
	return true;
}

enum shm_verdict
shm_read(const uint8_t *octets, size_t len, bool torn, struct shm_sample *out)
{
	const struct layout *l = layout_of(len);
	struct shm_sample got;
	int32_t mode;

	if (l == NULL) {
		return SHM_BAD_SIZE;
	}
	if (int_at(octets, l->valid) == 0) {
		return SHM_NOT_READY;
	}
	mode = int_at(octets, 0);
	if (mode != MODE_PLAIN && mode != MODE_COUNTED) {
		return SHM_BAD_MODE;
	}
	if (torn) {
		return SHM_CLASH;
	}
	if (!stamps(octets, l, &got)) {
		return SHM_BAD_STAMP;
	}
	got.leap = int_at(octets, l->leap);
	got.precision = int_at(octets, l->precision);
	*out = got;
	return SHM_GOOD;
}

bool
shm_valid_at(size_t len, size_t *at)
{
	const struct layout *l = layout_of(len);

	if (l != NULL) {
		*at = l->valid;
	}
	return l != NULL;
}
