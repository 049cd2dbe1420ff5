/* SPDX-License-Identifier: BSD-2-Clause */
/* accuracy_drawn - servers as a pool gives them: unlike, each with a route of its own. */
#include <math.h>
#include "accuracy_run.h"
#include "sim/sim_rng.h"

#define DELAY_LEAST_S 4e-3
#define DELAY_MOST_S 60e-3
#define UNEVEN_PART 0.12
#define UNEVEN_S 0.5e-3
#define DRIFT_LEAST 1e-7
#define DRIFT_MOST 1e-6

static struct accuracy_source
draw(struct sim_rng *g)
{
	double way_s = DELAY_LEAST_S * pow(DELAY_MOST_S / DELAY_LEAST_S, sim_rng_unit(g)) / 2.0;
	double jitter_s = way_s * 0.01 * pow(10.0, sim_rng_unit(g));
	double uneven_s = sim_rng_normal(g) * (UNEVEN_PART * 2.0 * way_s + UNEVEN_S) / 2.0;
	double most_s = 0.9 * way_s;

	uneven_s = fmax(-most_s, fmin(uneven_s, most_s));
	return (struct accuracy_source){
		.up = { .kind = LAW_EXPONENTIAL, .base_s = way_s + uneven_s, .jitter_s = jitter_s },
		.down = { .kind = LAW_EXPONENTIAL,
		    .base_s = way_s - uneven_s,
		    .jitter_s = jitter_s },
		.stratum = (uint8_t)(1 + sim_rng_below(g, 2)),
		.root_delay_s = 1e-3,
		.root_disp_s = 1e-3,
	};
}

static void
let_drift(struct accuracy_source *q, struct sim_rng *g)
{
	double side = sim_rng_below(g, 2) == 0 ? -1.0 : 1.0;

	q->error.drift = side * DRIFT_LEAST * pow(DRIFT_MOST / DRIFT_LEAST, sim_rng_unit(g));
	q->liar = true;
}

void
accuracy_draw(struct accuracy_case *c, uint64_t seed)
{
	struct sim_rng g = sim_rng_of(seed, "accuracy_drawn", c->drawn);

	c->source_n = c->drawn;
	for (unsigned i = 0; i < c->drawn; i++) {
		c->source[i] = draw(&g);
	}
	for (unsigned i = 0; i < c->drifting; i++) {
		let_drift(&c->source[i], &g);
	}
}
