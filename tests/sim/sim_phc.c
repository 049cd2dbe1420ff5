/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks of cards, with oscillators of their own. */
#include "sim/sim_phc.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define WANDER_PERIOD_S 1800.0
/* What a cross timestamp is wrong by, and the least that a window can be wide. */
#define GRAIN_NS 8
#define LOOK_NS 20000

static struct sim_phc *
card_of(struct phc *c)
{
	return (struct sim_phc *)c;
}

static struct sim_phcs *
phcs_of(struct phcs *p)
{
	return (struct sim_phcs *)p;
}

/* ---- its time ---- */

static void
move(struct sim_phc *c, int64_t to)
{
	int64_t dt = to - c->at, whole;

	c->card_frac_ns += (double)dt * c->rate;
	whole = (int64_t)floor(c->card_frac_ns);
	c->card_frac_ns -= (double)whole;
	c->card_ns += dt + whole;
	c->at = to;
}

/* Brings its oscillator to the world's time. */
static void
advance(struct sim_phc *c)
{
	int64_t now = c->of->w->now;

	while (c->at < now) {
		move(c, c->next_second < now ? c->next_second : now);
		if (c->at == c->next_second) {
			c->rate = osc_second(&c->osc, (double)c->at * 1e-9);
			c->next_second += NS_PER_S;
		}
	}
}

int64_t
sim_phc_now_ns(struct sim_phc *c, double before_s)
{
	double swing_s = 0.0;

	advance(c);
	if (c->follows_utc) {
		if (c->wander_s > 0.0) {
			swing_s = c->wander_s *
			    sin(2.0 * PI * (world_s(c->of->w) - before_s) / WANDER_PERIOD_S);
		}
		return world_utc(c->of->w) + c->offset_ns + ns_from_s(swing_s - before_s);
	}
	return c->card_ns + c->offset_ns - ns_from_s(before_s * (1.0 + c->rate));
}

/* ---- comparing ---- */

static void
put_window(struct sim_phc *c, struct phc_window *w)
{
	double width_s = c->window_s + c->more_s * sim_rng_exponential(&c->of->rng);
	double part = c->lopsided < 0.0 ? sim_rng_unit(&c->of->rng) : c->lopsided;
	int64_t now_ns = sim_clock_real(c->of->clock).ns;

	w->card_ns = sim_phc_now_ns(c, 0.0);
	w->before.ns = now_ns - ns_from_s(width_s * part);
	w->after.ns = now_ns + ns_from_s(width_s * (1.0 - part));
}

int
sim_phc_look(struct sim_phc *c, unsigned max, enum phc_way most, struct phc_look *out)
{
	struct clock *clock = &c->of->clock->port;

	if (c->gone || c->look_error != 0) {
		return c->gone ? -ENODEV : c->look_error;
	}
	c->looks++;
	out->way = c->way < most ? c->way : most;
	max = c->windows_most > 0 && c->windows_most < max ? c->windows_most : max;
	out->n = out->way == PHC_PRECISE ? 1 : max;
	for (unsigned i = 0; i < out->n; i++) {
		struct phc_window *w = &out->window[i];

		put_window(c, w);
		if (out->way == PHC_PRECISE) {
			int64_t off =
			    ns_from_s(GRAIN_NS * 1e-9 * (sim_rng_unit(&c->of->rng) - 0.5));

			w->before.ns = sim_clock_real(c->of->clock).ns + off;
			w->after = w->before;
		}
	}
	clock->ops->read(clock, &out->at);
	/* It takes its time, and its last window ends before it does. */
	out->at.real.ns += LOOK_NS;
	out->at.mono.ns += LOOK_NS;
	if (c->on_look != NULL) {
		c->on_look(c->on_look_ctx, out);
	}
	return 0;
}

static int
look(struct phc *phc, unsigned max, enum phc_way most, struct phc_look *out)
{
	return sim_phc_look(card_of(phc), max, most, out);
}

/* ---- the port ---- */

static bool
is_called(const struct sim_phc *c, const char *what)
{
	char path[16];
	struct text t = text_over(path, sizeof path);

	text_printf(&t, "/dev/ptp%d", c->phc.index);
	return strcmp(what, path) == 0 || strcmp(what, c->ifname) == 0 ||
	    strcmp(what, c->phc.name) == 0;
}

static int
open_phc(struct phcs *port, const char *what, struct phc **out, struct text *why)
{
	struct sim_phcs *p = phcs_of(port);

	for (unsigned i = 0; i < p->n; i++) {
		struct sim_phc *c = &p->card[i];

		if (!is_called(c, what)) {
			continue;
		}
		if (c->open_error != 0) {
			text_put(why, "; as the scenario has it");
			return c->open_error;
		}
		c->gone = false;
		c->opened++;
		c->opens++;
		*out = &c->phc;
		return 0;
	}
	text_put(why, "; the scenario has no such clock");
	return -ENODEV;
}

static void
close_phc(struct phc *phc)
{
	card_of(phc)->opened--;
}

static struct sim_phc *
find_card(struct sim_phcs *p, const char *ifname)
{
	for (unsigned i = 0; i < p->n; i++) {
		if (ifname[0] != '\0' && strcmp(p->card[i].ifname, ifname) == 0) {
			return &p->card[i];
		}
	}
	return NULL;
}

static bool
can(const struct sim_phc *c, enum phc_filter f)
{
	return f == PHC_FILTER_NONE || (c->filters & 1U << f) != 0;
}

/* What it would be set to. */
static enum phc_filter
best_for(const struct sim_phc *c, enum phc_filter want)
{
	if (can(c, want)) {
		return want;
	}
	return want != PHC_FILTER_NONE && can(c, PHC_FILTER_ALL) ? PHC_FILTER_ALL : PHC_FILTER_NONE;
}

static int
stamp(struct phcs *port, const char *ifname, enum phc_filter want, struct phc_stamping *out,
    struct text *why)
{
	struct sim_phc *c = find_card(phcs_of(port), ifname);
	enum phc_filter best;

	if (c == NULL || !c->stamps_sent) {
		text_put(why, "; the scenario's card does not");
		return -EOPNOTSUPP;
	}
	best = best_for(c, want);
	if (!c->set || (c->filter != best && c->filter != PHC_FILTER_ALL)) {
		if (!c->may_set) {
			text_put(why, "; the scenario forbids it");
			return -EPERM;
		}
		c->set = true;
		c->filter = best;
	}
	out->index = c->phc.index;
	out->filter = c->filter;
	return 0;
}

static unsigned
speed_mbps(struct phcs *port, const char *ifname)
{
	const struct sim_phc *c = find_card(phcs_of(port), ifname);

	return c != NULL ? c->mbps : 0;
}

static const struct phcs_ops OPS = {
	.open = open_phc, .close = close_phc, .look = look, .stamp = stamp, .speed_mbps = speed_mbps
};

/* ---- its life ---- */

void
sim_phcs_start(struct sim_phcs *p, struct world *w, struct sim_clock *clock, uint64_t index)
{
	memset(p, 0, sizeof *p);
	p->port.ops = &OPS;
	p->w = w;
	p->clock = clock;
	p->rng = sim_rng_of(w->seed, "phc", index);
}

static struct sim_phc *
add(struct sim_phcs *p, const char *name)
{
	struct sim_phc *c = &p->card[p->n];
	struct text t = text_over(c->phc.name, sizeof c->phc.name);

	assert(p->n < SIM_PHCS_MAX);
	c->of = p;
	c->phc.of = &p->port;
	c->phc.index = (int)p->n;
	c->osc.rng = sim_rng_of(p->rng.key, "oscillator", p->n);
	c->at = p->w->now;
	c->next_second = (p->w->now / NS_PER_S + 1) * NS_PER_S;
	c->way = PHC_EXTENDED;
	c->lopsided = -1.0;
	text_put(&t, name);
	p->n++;
	return c;
}

struct sim_phc *
sim_phc_card(struct sim_phcs *p, const char *ifname)
{
	struct sim_phc *c = add(p, "card");
	struct text t = text_over(c->ifname, sizeof c->ifname);

	text_put(&t, ifname);
	c->osc.freq = 10e-6;
	c->rate = c->osc.freq;
	c->card_ns = INT64_C(1000) * NS_PER_S; /* since it had power */
	c->window_s = 500e-9;
	c->more_s = 100e-9;
	c->filters = 1U << PHC_FILTER_PTP | 1U << PHC_FILTER_ALL;
	c->stamps_sent = true;
	c->may_set = true;
	c->mbps = 1000;
	c->wire_s = 2e-6;
	c->irq_s = 5e-6;
	c->tx_late_s = 50e-6;
	return c;
}

struct sim_phc *
sim_phc_clock(struct sim_phcs *p, const char *name)
{
	struct sim_phc *c = add(p, name);

	c->follows_utc = true;
	c->window_s = 50e-9;
	c->more_s = 10e-9;
	return c;
}

struct sim_phc *
sim_phc_of(struct sim_phcs *p, const char *ifname)
{
	struct sim_phc *c = find_card(p, ifname);

	return c != NULL && c->set ? c : NULL;
}

struct sim_phc *
sim_phc_at(struct sim_phcs *p, int index)
{
	return index >= 0 && (unsigned)index < p->n ? &p->card[index] : NULL;
}

unsigned
sim_phcs_end(struct sim_phcs *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n; i++) {
		n += p->card[i].opened;
		p->card[i].opened = 0;
	}
	return n;
}
