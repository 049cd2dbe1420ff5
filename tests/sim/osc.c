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
osc_second(struct osc *o, double at_s)
{
	if (o->walk > 0) {
		o->freq += o->walk * sim_rng_normal(&o->rng);
	}
	o->smooth = o->freq;
	for (unsigned i = 0; i < o->wave_n; i++) {
		o->smooth += wave_at(&o->wave[i], at_s);
	}
	for (unsigned i = 0; i < o->jump_n; i++) {
		o->smooth += jump_at(&o->jump[i], at_s);
	}
	return o->white > 0 ? o->smooth + o->white * sim_rng_normal(&o->rng) : o->smooth;
}
