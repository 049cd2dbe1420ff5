/* SPDX-License-Identifier: BSD-2-Clause */
/* What seeds with a sensor of temperature have more. */
#include "sim/soak_temp.h"
#include <math.h>
#include <stdio.h>
#include "ntpd/state.h"

/* The kernel's tells thousandths only, another's degrees below 1000. */
static const char *const PATHS[] = { "/sys/class/thermal/thermal_zone0/temp", "/temp" };

/* What the clock's rate may follow at most: beside a reading's 0.1 ppm, in a second, and in all. */
static const double READING_MOST = 0.1e-6, SECOND_MOST = 10e-9;
static const double LOOK_S = 60.0, HEAT_S = 10.0, LOAD_LAG_S = 120.0;

static struct {
	unsigned looks, followed, moved;
} total;

static double
log_between(struct sim_rng *r, double lo, double hi)
{
	return exp(sim_rng_between(r, log(lo), log(hi)));
}

static double
either_sign(struct sim_rng *r, double v)
{
	return sim_rng_chance(r, 0.5) ? v : -v;
}

/* ---- the heat ---- */

static void
heat(struct soak_temp *t)
{
	struct osc_heat *h = &t->c->clock.osc.heat;

	*h = (struct osc_heat){
		.mean_c = sim_rng_between(&t->r, 0, 60),
		.wave = { { OSC_SINE, log_between(&t->r, 1, 15), 86400, sim_rng_unit(&t->r) },
		    { OSC_TRIANGLE, log_between(&t->r, 0.3, 8), log_between(&t->r, 600, 10000),
			sim_rng_unit(&t->r) } },
		.wave_n = 2,
		.walk_k = sim_rng_chance(&t->r, 0.5) ? log_between(&t->r, 0.01, 1) : 0.0,
		.per_k = either_sign(&t->r, log_between(&t->r, 0.03e-6, 0.5e-6)),
		.per_k2 = sim_rng_chance(&t->r, 0.3) ? -0.035e-6 : 0.0,
		.lag_s = sim_rng_chance(&t->r, 0.7) ? log_between(&t->r, 10, 1200) : 0.0,
	};
}

/* A machine at work warms within minutes, and cools so. */
static void
on_heat(void *ctx)
{
	struct soak_temp *t = ctx;
	double by_k = (t->to_k - t->load_k) * (1.0 - exp(-HEAT_S / LOAD_LAG_S));

	t->load_k += by_k;
	t->c->clock.osc.heat.walked_k += by_k;
	world_arm(t->s->w, &t->heat, t->s->w->now + ns_from_s(HEAT_S));
}

static void
load_changes(struct soak_temp *t)
{
	t->to_k = sim_rng_chance(&t->r, 0.4) ? 0.0 : log_between(&t->r, 1, 25);
}

/* ---- the sensor ---- */

static void
is_good(struct soak_temp *t)
{
	struct sim_sensor *v = &t->c->sensor;

	v->lag_s = v->noise_k = v->quantum_k = v->walk_k = v->stuck_s = v->bias_k = 0.0;
	v->gain = 1.0;
	v->says = NULL;
	v->gone = false;
}

static void
is_late(struct soak_temp *t)
{
	t->c->sensor.lag_s = log_between(&t->r, 10, 3600);
}

static void
is_coarse(struct soak_temp *t)
{
	t->c->sensor.quantum_k = log_between(&t->r, 0.05, 5);
}

static void
is_noisy(struct soak_temp *t)
{
	t->c->sensor.noise_k = log_between(&t->r, 0.01, 3);
}

static void
is_stuck(struct soak_temp *t)
{
	t->c->sensor.stuck_every_s = log_between(&t->r, 100, 50000);
	t->c->sensor.stuck_s = sim_rng_between(&t->r, 0.2, 1.0) * t->c->sensor.stuck_every_s;
}

static void
is_gone(struct soak_temp *t)
{
	t->c->sensor.gone = true;
}

static void
is_garbled(struct soak_temp *t)
{
	static const char *const says[] = { "hot\n", "", "1e999\n", "25 26\n", "nan\n", "200000\n",
		"-273150\n", "85000\n", "-40000\n", "0\n", "25.5\n",
		"1111111111111111111111111111111111111\n" };

	t->c->sensor.says = says[sim_rng_below(&t->r, sizeof says / sizeof says[0])];
}

/* From what it was on it goes its own way. */
static void
is_of_something_else(struct soak_temp *t)
{
	t->c->sensor.walk_k = log_between(&t->r, 0.1, 10);
}

static void
jumps(struct soak_temp *t)
{
	t->c->sensor.bias_k += either_sign(&t->r, log_between(&t->r, 0.5, 60));
}

/* It tells of the same heat, and turns it round, or makes more or less of it. */
static void
lies(struct soak_temp *t)
{
	t->c->sensor.gain = either_sign(&t->r, log_between(&t->r, 0.1, 5));
}

static void
on_next(void *ctx)
{
	static const struct {
		const char *name;
		void (*happens)(struct soak_temp *t);
	} turns[] = {
		{ "the sensor is good", is_good },
		{ "the sensor is good", is_good },
		{ "the sensor is good", is_good },
		{ "the sensor is late", is_late },
		{ "the sensor is coarse", is_coarse },
		{ "the sensor is noisy", is_noisy },
		{ "the sensor is stuck", is_stuck },
		{ "the sensor is gone", is_gone },
		{ "the sensor is garbled", is_garbled },
		{ "the sensor is of something else", is_of_something_else },
		{ "the sensor jumps", jumps },
		{ "the sensor lies", lies },
		{ "the load changes", load_changes },
		{ "the load changes", load_changes },
		{ "the load changes", load_changes },
	};
	struct soak_temp *t = ctx;
	unsigned which = sim_rng_below(&t->r, sizeof turns / sizeof turns[0]);

	world_trace(t->s->w, "soak", "%s", turns[which].name);
	turns[which].happens(t);
	world_arm(t->s->w, &t->next, t->s->w->now + ns_from_s(log_between(&t->r, 100, 20000)));
}

/* ---- what is promised of it ---- */

static void
on_look(void *ctx)
{
	struct soak_temp *t = ctx;
	struct sim_node *c = t->c;
	double since_s = (double)(t->s->w->now - t->looked_at) * 1e-9;
	double most = 1.01 * (READING_MOST + SECOND_MOST * since_s), comp;

	world_arm(t->s->w, &t->look, t->s->w->now + ns_from_s(LOOK_S));
	if (c->daemon == NULL || c->clock.halted || c->loop.frozen) {
		return;
	}
	comp = c->daemon->steering.adjust.comp;
	SIM_CHECK(t->s, fabs(comp) <= 1.001 * TEMPCOMP_MOST, "%.3f ppm are made up for",
	    comp * 1e6);
	SIM_CHECK(t->s, t->lives != c->lives || fabs(comp - t->comp) <= most,
	    "%.3f ppm within %.0f s", (comp - t->comp) * 1e6, since_s);
	total.looks++;
	total.followed += c->daemon->steering.compensate.follows;
	total.moved += t->lives == c->lives && fabs(comp - t->comp) > 0.0;
	t->comp = comp;
	t->lives = c->lives;
	t->looked_at = t->s->w->now;
}

/*
 * What the disk has of days before: how the crystal follows its heat, or now and then how another's
 * would.
 */
static void
keep_what_was_learned(struct soak_temp *t, const char *path)
{
	const struct osc_heat *h = &t->c->clock.osc.heat;
	double per_k = sim_rng_chance(&t->r, 0.8) ? h->per_k : -h->per_k;
	char buf[TEMPCOMP_TEXT_MAX + 64];
	struct text out = text_over(buf, sizeof buf);
	struct tempcomp_saved saved = {
		.evidence = 25.0,
		.reference = h->mean_c,
		.low = h->mean_c - 10.0,
		.high = h->mean_c + 10.0,
	};

	for (unsigned i = 0; i < TEMPCOMP_ROWS; i++) {
		saved.row[i].cause[0] = per_k;
		saved.row[i].sigma[0] = saved.row[i].sigma[1] = 0.01e-6;
	}
	tempcomp_format(&saved, path, &out);
	sim_store_put(&t->c->store, "/drift.temp", buf);
}

void
soak_temp_start(struct soak_temp *t, struct sim_node *c, uint64_t seed, struct text *config)
{
	const char *path;

	*t = (struct soak_temp){
		.s = c->sim,
		.c = c,
		.r = sim_rng_of(seed, "soak, temperature", 0),
	};
	heat(t);
	path = PATHS[sim_rng_chance(&t->r, 0.3)];
	(void)sim_node_sensor(c, path);
	is_good(t);
	t->next = (struct sim_event){ .fire = on_next, .ctx = t };
	t->look = (struct sim_event){ .fire = on_look, .ctx = t };
	t->heat = (struct sim_event){ .fire = on_heat, .ctx = t };
	text_printf(config, "tempcomp %s", path);
	if (sim_rng_chance(&t->r, 0.3)) {
		text_printf(config, " interval %u", 1 + sim_rng_below(&t->r, 60));
	}
	text_put(config, "\n");
	if (sim_rng_chance(&t->r, 0.5)) {
		keep_what_was_learned(t, path);
	}
	t->quiet = sim_rng_chance(&t->r, 0.7);
	/* Most are of use before anything happens to them. */
	world_arm(t->s->w, &t->next, ns_from_s(log_between(&t->r, 1000, 60000)));
	world_arm(t->s->w, &t->look, ns_from_s(LOOK_S));
	world_arm(t->s->w, &t->heat, ns_from_s(HEAT_S));
}

const char *
soak_temp_rest(struct soak_temp *t)
{
	if (!t->quiet) {
		return "no rest";
	}
	sim_run(t->s, log_between(&t->r, 1000, 30000));
	return "a rest";
}

void
soak_temp_calm(struct soak_temp *t)
{
	if (t->c != NULL) {
		world_disarm(t->s->w, &t->next);
	}
}

void
soak_temp_end(struct soak_temp *t)
{
	if (t->c != NULL) {
		world_disarm(t->s->w, &t->look);
		world_disarm(t->s->w, &t->heat);
	}
}

void
soak_temp_print_total(void)
{
	if (total.looks > 0) {
		printf("# the sensor was followed in %.1f%% of %u minutes, and moved the rate in "
		       "%.1f%%\n",
		    100.0 * total.followed / total.looks, total.looks,
		    100.0 * total.moved / total.looks);
	}
}
