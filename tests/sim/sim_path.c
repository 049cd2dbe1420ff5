/* SPDX-License-Identifier: BSD-2-Clause */
/* Delays and faults of a path. */
#include "sim/sim_path.h"
#include <math.h>
#include "base/ntptime.h"

#define TAIL_MAX_S 5.0

struct sim_path
sim_path_constant(double base_s)
{
	return (struct sim_path){ .law = { .kind = LAW_CONSTANT, .base_s = base_s } };
}

struct sim_path
sim_path_exponential(double base_s, double jitter_s)
{
	return (struct sim_path){
		.law = { .kind = LAW_EXPONENTIAL, .base_s = base_s, .jitter_s = jitter_s }
	};
}

double
sim_law_draw(const struct sim_law *l, struct sim_rng *r)
{
	switch (l->kind) {
	case LAW_CONSTANT:
		return l->base_s;
	case LAW_EXPONENTIAL:
		return l->base_s + l->jitter_s * sim_rng_exponential(r);
	case LAW_NORMAL:
		return fmax(l->base_s + l->jitter_s * sim_rng_normal(r), l->base_s / 2);
	case LAW_HEAVY:
		return l->base_s + fmin(l->jitter_s * sim_rng_pareto(r, 1.5), TAIL_MAX_S);
	case LAW_BIMODAL:
		return l->base_s + (sim_rng_chance(r, l->far_p) ? l->far_s : 0) +
		    l->jitter_s * sim_rng_exponential(r);
	}
	return l->base_s;
}

/* How much of the crowd there is now, 0..1. */
static double
crowded(const struct sim_crowd *c, int64_t now)
{
	double at_s = c->every_s > 0 ? fmod((double)now * 1e-9, c->every_s) : c->for_s;
	double wave;

	if (at_s >= c->for_s) {
		return 0.0;
	}
	wave = sin(M_PI * at_s / c->for_s);
	return c->swells ? wave * wave : 1.0;
}

/* The time a datagram waits for those before it and for its own octets. */
static double
queue_s(struct sim_path *p, int64_t now, size_t len)
{
	int64_t start;

	if (p->rate_Bps <= 0) {
		return 0;
	}
	start = p->queue_free > now ? p->queue_free : now;
	p->queue_free = start + ns_from_s((double)len / p->rate_Bps);
	return (double)(p->queue_free - now) * 1e-9;
}

static double
delay_draw(struct sim_path *p, struct sim_rng *r, int64_t now, size_t len)
{
	double s = sim_law_draw(&p->law, r) + queue_s(p, now, len);
	double crowd = crowded(&p->crowd, now);

	if (crowd > 0.0) {
		s += crowd * (p->crowd.stands_s + p->crowd.extra_s * sim_rng_exponential(r));
	}
	if (sim_rng_chance(r, p->reorder)) {
		s += p->reorder_s * sim_rng_unit(r);
	}
	return s;
}

void
sim_path_pass(struct sim_path *p, struct sim_rng *r, int64_t now, size_t len,
    struct sim_passage *out)
{
	*out = (struct sim_passage){ .copies = 1 };
	if (p->cut || (p->mtu > 0 && len > p->mtu) || sim_rng_chance(r, p->loss)) {
		out->copies = 0;
		return;
	}
	out->delay_s[0] = delay_draw(p, r, now, len);
	out->corrupt = sim_rng_chance(r, p->corrupt);
	if (sim_rng_chance(r, p->duplicate)) {
		out->copies = 2;
		out->delay_s[1] = delay_draw(p, r, now, len);
	}
}
