/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seeded - the random numbers of property tests: the same from the same seed on every machine.
 * The seed is TEST_SEED of the environment, else fixed, and is printed by each test that uses it.
 */
#ifndef TESTS_UNIT_SEEDED_H
#define TESTS_UNIT_SEEDED_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct seeded {
	uint64_t state;
};

static inline struct seeded
seeded_start(const char *test)
{
	const char *text = getenv("TEST_SEED");
	uint64_t seed = text == NULL ? 20360207 : strtoull(text, NULL, 0);

	printf("# %s: TEST_SEED=%llu\n", test, (unsigned long long)seed);
	return (struct seeded){ seed };
}

/* SplitMix64. */
static inline uint64_t
seeded_u64(struct seeded *s)
{
	uint64_t z = s->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 .. n - 1. */
static inline uint32_t
seeded_below(struct seeded *s, uint32_t n)
{
	return (uint32_t)((seeded_u64(s) >> 32) * n >> 32);
}

/* In [0, 1). */
static inline double
seeded_unit(struct seeded *s)
{
	return (double)(seeded_u64(s) >> 11) * 0x1p-53;
}

static inline void
seeded_fill(struct seeded *s, void *buf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((uint8_t *)buf)[i] = (uint8_t)(seeded_u64(s) >> 56);
	}
}

#endif
