/* SPDX-License-Identifier: BSD-2-Clause */
/* accuracy_model - see the header. */
#include "accuracy_model.h"
#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979324;

static uint64_t
next64(struct model_rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double
rng_uniform(struct model_rng *r)
{
	return ((double)(next64(r) >> 11) + 0.5) / 9007199254740992.0;
}

double
rng_normal(struct model_rng *r)
{
	double a, b;

	if (r->have_spare) {
		r->have_spare = false;
		return r->spare;
	}
	a = sqrt(-2.0 * log(rng_uniform(r)));
	b = 2.0 * PI * rng_uniform(r);
	r->spare = a * sin(b);
	r->have_spare = true;
	return a * cos(b);
}

double
rng_delay(struct model_rng *r, const struct path_model *p)
{
	double v = 0.0;

	switch (p->law) {
	case DELAY_EXPONENTIAL:
		v = -p->jitter_s * log(rng_uniform(r));
		break;
	case DELAY_NORMAL:
		v = p->jitter_s * rng_normal(r);
		break;
	case DELAY_PARETO: /* shape 1.5: finite mean, no variance */
		v = p->jitter_s / 2.0 * (pow(rng_uniform(r), -1.0 / 1.5) - 1.0);
		break;
	case DELAY_LOGNORMAL:
		v = p->jitter_s * exp(1.2 * rng_normal(r) - 0.72);
		break;
	case DELAY_BIMODAL:
		v = -p->jitter_s * log(rng_uniform(r));
		v += rng_uniform(r) < p->mode_part ? p->mode_s : 0.0;
		break;
	case DELAY_UNIFORM:
		v = 2.0 * p->jitter_s * rng_uniform(r);
		break;
	}
	return fmax(p->delay_s + v, 1e-6);
}

double
delay_deviation(const struct path_model *p)
{
	switch (p->law) {
	case DELAY_EXPONENTIAL:
	case DELAY_NORMAL:
		break;
	case DELAY_PARETO:
		return 3.0 * p->jitter_s;
	case DELAY_LOGNORMAL:
		return p->jitter_s * sqrt(exp(1.44) - 1.0);
	case DELAY_BIMODAL:
		return sqrt(p->jitter_s * p->jitter_s +
		    p->mode_s * p->mode_s * p->mode_part * (1.0 - p->mode_part));
	case DELAY_UNIFORM:
		return p->jitter_s / sqrt(3.0);
	}
	return p->jitter_s;
}

static double
waves(const struct clock_model *m, double t_s)
{
	double f = 0.0;

	for (unsigned i = 0; i < m->wave_n; i++) {
		double turn = t_s / m->wave[i].period_s;

		turn -= floor(turn);
		f += m->wave[i].amplitude *
		    (m->wave[i].triangle ? 1.0 - 4.0 * fabs(turn - 0.5) : sin(2.0 * PI * turn));
	}
	if (m->ramp_to_s > m->ramp_from_s) {
		double part = (t_s - m->ramp_from_s) / (m->ramp_to_s - m->ramp_from_s);

		f += m->ramp * fmin(fmax(part, 0.0), 1.0);
	}
	return f;
}

void
model_clock_start(struct model_clock *c, const struct scenario *s, uint64_t seed, double *free_at)
{
	memset(c, 0, sizeof(*c));
	c->m = &s->clock;
	c->rng.state = seed * 7919 + 17;
	c->end_s = s->hours * 3600.0;
	c->from_s = c->end_s / 2.0;
	c->err_s = c->free_s = s->clock.offset_s;
	c->base_freq = s->clock.freq;
	c->freq_now = c->base_freq + waves(c->m, 0.0);
	c->free_at = free_at;
	c->free_at[0] = c->free_s;
	c->next_pause_s = s->clock.pause_s > 0.0 ? s->clock.pause_at_s : 1e18;
}

static void
whole_second(struct model_clock *c)
{
	double rate = c->freq_now + c->adj_freq + c->slew;

	c->free_at[(unsigned long)c->t_s] = c->free_s;
	if (c->t_s >= c->from_s && c->t_s <= c->end_s) {
		c->sum2 += c->err_s * c->err_s;
		c->freq_sum2 += rate * rate;
		c->max_s = fmax(c->max_s, fabs(c->err_s));
		c->n++;
	}
	c->rate_max = fmax(c->rate_max, fabs(c->adj_freq + c->slew));
	if (fabs(c->err_s) > 1e-3) {
		c->above_1ms_s = c->t_s;
	}
	if (fabs(c->err_s) > 1e-4) {
		c->above_100us_s = c->t_s;
	}
	c->base_freq += c->m->wander * rng_normal(&c->rng);
	if (c->t_s - 1.0 < c->m->freq_step_at_s && c->t_s >= c->m->freq_step_at_s) {
		c->base_freq += c->m->freq_step;
	}
	c->freq_now = c->base_freq + waves(c->m, c->t_s);
	c->slew = ldexp(c->adj_phase_s, -2 - c->adj_tc);
	c->adj_phase_s -= c->slew;
	if (c->t_s >= c->next_pause_s) {
		c->err_s -= c->m->pause_s;
		c->free_s -= c->m->pause_s;
		c->next_pause_s += c->m->pause_period_s > 0.0 ? c->m->pause_period_s : 1e18;
	}
	if (c->m->hidden_step_at_s > 0.0 && c->t_s >= c->m->hidden_step_at_s && !c->hidden_done) {
		c->err_s += c->m->hidden_step_s;
		c->free_s += c->m->hidden_step_s;
		c->hidden_done = true;
	}
}

void
model_clock_advance(struct model_clock *c, double t_s)
{
	while (c->t_s < t_s) {
		double whole = floor(c->t_s) + 1.0;
		double to = fmin(whole, t_s), dt = to - c->t_s;

		c->free_s += c->freq_now * dt;
		c->adjusted_s += (c->adj_freq + c->slew) * dt;
		c->err_s += (c->freq_now + c->adj_freq + c->slew) * dt;
		c->t_s = to;
		if (to >= whole) {
			whole_second(c);
		}
	}
}

double
model_clock_read(struct model_clock *c)
{
	double reading = c->err_s + c->m->white_s * rng_normal(&c->rng);

	if (c->m->resolution_s > 0.0) {
		double at = c->t_s + reading;

		reading = floor(at / c->m->resolution_s) * c->m->resolution_s - c->t_s;
	}
	return reading;
}

void
model_clock_adjust(struct model_clock *c, double freq, double phase_s, int tc)
{
	c->adj_freq = freq;
	c->adj_phase_s = phase_s;
	c->adj_tc = tc;
}

void
model_clock_step(struct model_clock *c, double step_s)
{
	c->err_s += step_s;
	c->adjusted_s += step_s;
	c->adj_phase_s = 0.0;
}

static void
route_at(const struct source_model *s, double t_s, double *up_s, double *down_s)
{
	*up_s = *down_s = 0.0;
	for (unsigned i = 0; i < s->route_n && s->route[i].at_s <= t_s; i++) {
		*up_s = s->route[i].up_s;
		*down_s = s->route[i].down_s;
	}
}

void
model_exchange(const struct source_model *s, struct model_rng *r, double t_s,
    struct model_exchange *out)
{
	double up_s, down_s, up_queue, down_queue;

	out->lost = rng_uniform(r) < s->loss;
	if (s->period_s > 0.0 && fmod(t_s, s->period_s) >= s->on_s) {
		out->lost = true;
	}
	up_queue = rng_delay(r, &s->up) - s->up.delay_s;
	down_queue = rng_delay(r, &s->down) - s->down.delay_s;
	if (s->congest_period_s > 0.0 && fmod(t_s, s->congest_period_s) < s->congest_s) {
		down_queue -= s->congest_mean_s * log(rng_uniform(r));
	}
	route_at(s, t_s, &up_s, &down_s);
	out->up_s = s->up.delay_s + up_s + up_queue;
	out->down_s = s->down.delay_s + down_s + down_queue;
	out->excess_s = fmax(up_queue + down_queue, 0.0);
	out->error_s = (up_queue - down_queue) / 2.0;
}

double
model_server_error(struct model_server *v, const struct source_model *s, double t_s)
{
	while (s->wander > 0.0 && v->t_s + 1.0 <= t_s) {
		v->err_s += v->freq;
		v->freq += s->wander * rng_normal(&v->rng);
		v->t_s += 1.0;
	}
	return s->error_s + v->err_s +
	    (s->jump_at_s > 0.0 && t_s >= s->jump_at_s ? s->jump_s : 0.0);
}
