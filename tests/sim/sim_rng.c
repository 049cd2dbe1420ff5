/* SPDX-License-Identifier: BSD-2-Clause */
/* Counter-based random numbers: a strong mix of key and counter. */
#include "sim/sim_rng.h"
#include <math.h>
#include <string.h>

#define GOLDEN 0x9e3779b97f4a7c15ULL

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void
fill(struct rng *port, void *out, size_t len)
{
	struct sim_rng *r = (struct sim_rng *)port;
	uint8_t *at = out;

	while (len > 0) {
		uint64_t v = sim_rng_u64(r);
		size_t n = len < sizeof v ? len : sizeof v;

		memcpy(at, &v, n);
		at += n;
		len -= n;
	}
}

static const struct rng_ops rng_ops = { .fill = fill };

struct sim_rng
sim_rng_of(uint64_t seed, const char *name, uint64_t index)
{
	struct sim_rng r = { .port = { .ops = &rng_ops }, .key = mix(seed + GOLDEN) };

	for (; *name != '\0'; name++) {
		r.key = mix(r.key ^ (uint64_t)(unsigned char)*name) + GOLDEN;
	}
	r.key = mix(r.key ^ mix(index + GOLDEN));
	return r;
}

uint64_t
sim_rng_u64(struct sim_rng *r)
{
	r->n++;
	return mix(r->key + r->n * GOLDEN);
}

double
sim_rng_unit(struct sim_rng *r)
{
	return (double)(sim_rng_u64(r) >> 11) * 0x1p-53;
}

double
sim_rng_between(struct sim_rng *r, double lo, double hi)
{
	return lo + (hi - lo) * sim_rng_unit(r);
}

unsigned
sim_rng_below(struct sim_rng *r, unsigned n)
{
	return (unsigned)((sim_rng_u64(r) >> 32) * n >> 32);
}

bool
sim_rng_chance(struct sim_rng *r, double p)
{
	return p > 0 && sim_rng_unit(r) < p;
}

double
sim_rng_normal(struct sim_rng *r)
{
	double u = 1 - sim_rng_unit(r), v = sim_rng_unit(r);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

double
sim_rng_exponential(struct sim_rng *r)
{
	return -log(1 - sim_rng_unit(r));
}

double
sim_rng_pareto(struct sim_rng *r, double shape)
{
	return (shape - 1) * (pow(1 - sim_rng_unit(r), -1 / shape) - 1);
}
