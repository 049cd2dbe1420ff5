/* SPDX-License-Identifier: BSD-2-Clause */
/* A sensor of temperature, as a file. */
#include "sim/sim_sensor.h"
#include <math.h>
#include <string.h>
#include "base/text.h"

/* Brings what it measures up to now. */
static void
measure(struct sim_sensor *v)
{
	int64_t now = v->clock->w->now;
	double dt_s = (double)(now - v->at) * 1e-9, true_c;

	true_c = osc_celsius(&v->clock->osc, (double)now * 1e-9);

	if (!v->begun) {
		v->level_c = true_c;
		v->begun = true;
	} else if (v->walk_k > 0.0) {
		v->level_c += v->walk_k * sqrt(dt_s / 3600.0) * sim_rng_normal(&v->rng);
	} else if (v->lag_s > 0.0) {
		v->level_c += (1.0 - exp(-dt_s / v->lag_s)) * (true_c - v->level_c);
	} else {
		v->level_c = true_c;
	}
	v->at = now;
}

static bool
is_stuck(const struct sim_sensor *v)
{
	return v->stuck_s > 0.0 &&
	    fmod((double)v->clock->w->now * 1e-9, v->stuck_every_s) < v->stuck_s;
}

static void
on_read(void *ctx, const char *path)
{
	struct sim_sensor *v = ctx;
	double quantum_k = v->quantum_k > 0.0 ? v->quantum_k : 1e-3, told_c;
	double mean_c = v->clock->osc.heat.mean_c;
	char text[32];
	struct text t = text_over(text, sizeof text);

	if (strcmp(path, v->path) != 0) {
		return;
	}
	v->reads++;
	measure(v);
	if (v->gone) {
		sim_store_remove(v->store, path);
		return;
	}
	if (v->says != NULL) {
		sim_store_put(v->store, path, v->says);
		return;
	}
	if (is_stuck(v) && sim_store_text(v->store, path) != NULL) {
		return;
	}
	told_c = mean_c + v->gain * (v->level_c - mean_c) + v->bias_k +
	    v->noise_k * sim_rng_normal(&v->rng);
	text_printf(&t, "%.0f\n", rint(told_c / quantum_k) * quantum_k * 1e3);
	sim_store_put(v->store, path, text);
}

void
sim_sensor_start(struct sim_sensor *v, struct sim_store *store, struct sim_clock *clock,
    const char *path, uint64_t seed)
{
	*v = (struct sim_sensor){
		.store = store,
		.clock = clock,
		.rng = sim_rng_of(seed, "sensor", 0),
		.path = path,
		.gain = 1.0,
	};
	store->on_read = on_read;
	store->on_read_ctx = v;
}
