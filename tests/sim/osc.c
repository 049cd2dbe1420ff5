/* SPDX-License-Identifier: BSD-2-Clause */
/* An oscillator with noise, waves of temperature and jumps. */
#include "sim/osc.h"
#include <math.h>

static double
wave_at(const struct osc_wave *w, double at_s)
{
	double turn = at_s / w->period_s + w->phase;
	double part = turn - floor(turn);

	if (w->shape == OSC_SINE) {
		return w->amplitude * sin(6.283185307179586 * part);
	}
	return w->amplitude * (part < 0.5 ? 4 * part - 1 : 3 - 4 * part);
}

static double
jump_at(const struct osc_jump *j, double at_s)
{
	double since_s = at_s - j->at_s;

	if (since_s < 0) {
		return 0;
	}
	return since_s < j->over_s ? j->freq * since_s / j->over_s : j->freq;
}

double
osc_celsius(const struct osc *o, double at_s)
{
	const struct osc_heat *h = &o->heat;
	double celsius = h->mean_c + h->walked_k;

	for (unsigned i = 0; i < h->wave_n; i++) {
		celsius += wave_at(&h->wave[i], at_s);
	}
	return celsius;
}

/* Goes to the second that begins at at_s; gives what the heat adds to the rate. */
static double
heat_second(struct osc *o, double at_s)
{
	struct osc_heat *h = &o->heat;
	double above_k, celsius;

	if (h->walk_k > 0) {
		h->walked_k += h->walk_k / 60.0 * sim_rng_normal(&o->rng);
	}
	celsius = osc_celsius(o, at_s);
	h->crystal_c = h->lag_s > 0 && h->begun
	    ? h->crystal_c + (1.0 - exp(-1.0 / h->lag_s)) * (celsius - h->crystal_c)
	    : celsius;
	h->begun = true;
	above_k = h->crystal_c - h->mean_c;
	return h->per_k * above_k + h->per_k2 * above_k * above_k;
}

double
osc_second(struct osc *o, double at_s)
{
	if (o->walk > 0) {
		o->freq += o->walk * sim_rng_normal(&o->rng);
	}
	o->smooth = o->freq + heat_second(o, at_s);
	for (unsigned i = 0; i < o->wave_n; i++) {
		o->smooth += wave_at(&o->wave[i], at_s);
	}
	for (unsigned i = 0; i < o->jump_n; i++) {
		o->smooth += jump_at(&o->jump[i], at_s);
	}
	return o->white > 0 ? o->smooth + o->white * sim_rng_normal(&o->rng) : o->smooth;
}
