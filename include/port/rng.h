/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rng - the port to random octets. Real: getrandom, buffered. Simulated: a counter-based generator
 * from the seed.
 */
#ifndef PORT_RNG_H
#define PORT_RNG_H
#include <stddef.h>

struct rng;

struct rng_ops {
	/* never fails: the daemon cannot run without */
	void (*fill)(struct rng *r, void *out, size_t len);
};

struct rng {
	const struct rng_ops *ops;
};

#endif
