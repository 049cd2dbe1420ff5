/* SPDX-License-Identifier: BSD-2-Clause */
/* check - what the tests of core share: comparing doubles, moments, and seeded random numbers. */
#ifndef TESTS_UNIT_CORE_CHECK_H
#define TESTS_UNIT_CORE_CHECK_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/ntptime.h"

#define assert_near(a, b, tolerance)                                            \
	do {                                                                    \
		double near_a = (a), near_b = (b);                              \
		if (!(fabs(near_a - near_b) <= (tolerance))) {                  \
			fail_msg("%s is %.12g, not %.12g", #a, near_a, near_b); \
		}                                                               \
	} while (0)

/* Equal to the last bit. */
#define assert_same(a, b)                                             \
	do {                                                          \
		double same_a = (a), same_b = (b);                    \
		assert_memory_equal(&same_a, &same_b, sizeof same_a); \
	} while (0)

static inline struct mtime
moment(double s)
{
	return (struct mtime){ ns_from_s(s) };
}

/* splitmix64 */
static inline uint64_t
seeded_u64(uint64_t *seed)
{
	uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline unsigned
seeded_below(uint64_t *seed, unsigned n)
{
	return (unsigned)(seeded_u64(seed) % n);
}

static inline double
seeded_uniform(uint64_t *seed, double low, double high)
{
	return low + (high - low) * ldexp((double)(seeded_u64(seed) >> 11), -53);
}

/* Normal with deviation 1, by the sum of twelve. */
static inline double
seeded_normal(uint64_t *seed)
{
	double sum = -6.0;

	for (int i = 0; i < 12; i++) {
		sum += seeded_uniform(seed, 0.0, 1.0);
	}
	return sum;
}

#endif
