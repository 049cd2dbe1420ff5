/* SPDX-License-Identifier: BSD-2-Clause */
/* accuracy_run - see the header. */
#include "accuracy_run.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "accuracy_bound.h"
#include "ntpd/state.h"
#include "sim/sim.h"

/*
 * Requests to one server that may be under way at once; samples of a run: five servers at the
 * shortest poll, with bursts.
 */
enum { UNDER_WAY = 8, SAMPLES_MAX = 40000 };

/* The field that ties an answer to the XMT of its request. */
enum { ORG_AT = 24, TS_LEN = 8 };

/* A request under way, and its answer. */
struct exchange {
	uint8_t nonce[TS_LEN];
	int64_t sent, came, answered;  /* true ns; came, answered < 0: not yet */
	double up_base_s, down_base_s; /* of the ways at that time, without queueing */
	double coarse_s;               /* what the reading of T1 was behind the clock */
	double server_s;               /* the server's error at T3 */
};

const double accuracy_span_s[ACCURACY_SPANS + 1] = { 15, 60, 300, 1000, 3600 };

/* Sums over seconds. */
struct sum {
	double square;
	unsigned long n;
};

struct run {
	const struct accuracy_case *c;
	struct sim *s;
	struct sim_node *n;
	struct sim_tap tap;
	struct exchange under_way[ACCURACY_SOURCES][UNDER_WAY];
	unsigned next[ACCURACY_SOURCES];
	struct bound_sample *sample;
	unsigned sample_n;
	double *free_at;
	bool *away;    /* seconds at which the machine is paused */
	double lost_s; /* of pauses, not in free_at yet */
	double square, freq_square, told_s, half_s;
	unsigned long judged;
	struct sum span[ACCURACY_SPANS];
	uint16_t sys_peer; /* the last there was; 0: none yet */
};

/* --- the network, looked at from above --- */

static int
source_index(const struct run *r, const struct sim_host *h)
{
	for (unsigned i = 0; i < r->c->source_n; i++) {
		if (r->s->server[i]->host == h) {
			return (int)i;
		}
	}
	return -1;
}

static struct exchange *
exchange_of(struct run *r, int source, const uint8_t *nonce)
{
	for (unsigned i = 0; i < UNDER_WAY; i++) {
		struct exchange *x = &r->under_way[source][i];

		if (x->sent > 0 && memcmp(x->nonce, nonce, TS_LEN) == 0) {
			return x;
		}
	}
	return NULL;
}

/* How far a reading of the client's clock is behind it now. */
static double
coarseness(struct run *r)
{
	struct sim_clock *k = &r->n->clock;
	int64_t read = sim_clock_mono(k).ns;

	return (double)(k->mono_ns - read) * 1e-9;
}

static enum sim_fate
see(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d, double *delay_s)
{
	struct run *r = ctx;
	int64_t leaves = r->s->w->now + ns_from_s(*delay_s);
	struct exchange *x;
	int i;

	if (to == NULL || d->len < HEADER_LEN) {
		return FATE_PASS;
	}
	if (from == r->n->host && source_index(r, to) >= 0) {
		i = source_index(r, to);
		x = &r->under_way[i][r->next[i]++ % UNDER_WAY];
		*x = (struct exchange){
			.sent = leaves,
			.came = -1,
			.answered = -1,
			.up_base_s = sim_net_path(r->s->net, from, to)->law.base_s,
			.coarse_s = coarseness(r),
		};
		memcpy(x->nonce, d->bytes + HEADER_XMT_AT, TS_LEN);
	} else if (to == r->n->host && source_index(r, from) >= 0) {
		i = source_index(r, from);
		x = exchange_of(r, i, d->bytes + ORG_AT);
		if (x != NULL) {
			x->answered = leaves;
			x->down_base_s = sim_net_path(r->s->net, from, to)->law.base_s;
			x->server_s = sim_server_error_s(r->s->server[i]);
		}
	}
	return FATE_PASS;
}

static double
law_variance(const struct sim_law *l)
{
	double jitter = l->jitter_s * l->jitter_s;

	switch (l->kind) {
	case LAW_CONSTANT:
		return 0.0;
	case LAW_EXPONENTIAL:
	case LAW_NORMAL:
		return jitter;
	case LAW_HEAVY: /* its variance is that of the cut: a number that works instead */
		return 9.0 * jitter;
	case LAW_BIMODAL:
		return jitter + l->far_s * l->far_s * l->far_p * (1.0 - l->far_p);
	}
	return jitter;
}

/* What the exchange that ends now has told, and how wrong that is. */
static void
add_sample(struct run *r, int source, const struct exchange *x)
{
	const struct accuracy_source *q = &r->c->source[source];
	int64_t now = r->s->w->now;
	double up_s = (double)(x->came - x->sent) * 1e-9 - x->up_base_s;
	double down_s = (double)(now - x->answered) * 1e-9 - x->down_base_s;
	double grain_s = (double)r->n->clock.granularity_ns * 1e-9;
	struct bound_sample b = { .t_s = (double)now * 1e-9 };

	if (r->sample_n == SAMPLES_MAX) {
		return;
	}
	b.error_s = (down_s - up_s) / 2.0 - x->server_s;
	b.excess_s = fmax(up_s + down_s, 0.0);
	b.plain_s2 = (law_variance(&q->up) + law_variance(&q->down)) / 4.0;
	if (r->n->clock.granularity_ns > 1) {
		b.error_s += grain_s / 2.0 - (x->coarse_s + coarseness(r)) / 2.0;
		b.reading_s2 = grain_s * grain_s / 24.0;
	}
	r->sample[r->sample_n++] = b;
}

static void
arrive(void *ctx, struct sim_host *to, const struct sim_datagram *d)
{
	struct run *r = ctx;
	struct sim_host *from = sim_net_find(r->s->net, &d->from.addr);
	struct exchange *x;
	int i;

	if (from == NULL || d->len < HEADER_LEN) {
		return;
	}
	i = source_index(r, to == r->n->host ? from : to);
	if (i < 0) {
		return;
	}
	if (to != r->n->host) {
		x = exchange_of(r, i, d->bytes + HEADER_XMT_AT);
		if (x != NULL) {
			x->came = r->s->w->now;
		}
		return;
	}
	x = exchange_of(r, i, d->bytes + ORG_AT);
	if (x == NULL || x->came < 0 || x->answered < 0) {
		return;
	}
	if (!r->c->source[i].liar) {
		add_sample(r, i, x);
	}
	x->sent = 0;
}

/* A pulse has come, earlier or later than its second. */
static void
hear_pulse(void *ctx)
{
	struct run *r = ctx;
	int64_t now = r->s->w->now, second = (now + NS_PER_S / 2) / NS_PER_S;
	unsigned every = r->c->pulse_heard > 0 ? r->c->pulse_heard : 1;

	if (r->sample_n < SAMPLES_MAX && second % every == 0) {
		r->sample[r->sample_n++] = (struct bound_sample){
			.t_s = (double)now * 1e-9,
			.error_s = (double)(now - second * NS_PER_S) * 1e-9,
			.plain_s2 = r->c->pulse_s * r->c->pulse_s,
		};
	}
}

static void
build_receiver(struct run *r)
{
	struct sim_device *pulse = sim_device_pulse(&r->n->devices, "/dev/gpspps0");

	(void)sim_device_line(&r->n->devices, "/dev/gps0");
	pulse->jitter_s = r->c->pulse_s;
	pulse->on_spoke = hear_pulse;
	pulse->on_spoke_ctx = r;
}

/*
 * A PTP hardware clock was compared: what all windows together leave, however wide they are, and
 * how wrong that is.
 */
static void
hear_look(void *ctx, const struct phc_look *look)
{
	struct run *r = ctx;
	struct phc_both both;

	if (r->sample_n < SAMPLES_MAX && phcwindow_condense(look->window, look->n, 1.0, &both)) {
		r->sample[r->sample_n++] = (struct bound_sample){
			.t_s = (double)r->s->w->now * 1e-9,
			.error_s = rtime_diff_s(sim_clock_real(&r->n->clock), both.ours),
			.plain_s2 = both.error_s * both.error_s / 3.0,
			.known_s =
			    r->c->through_kernel ? floor((double)r->s->w->now * 1e-9) + 2.0 : 0.0,
		};
	}
}

static void
build_hardware_clock(struct run *r)
{
	struct sim_phc *c = sim_phc_clock(&r->n->phcs, "card");

	c->window_s = r->c->window_s;
	c->more_s = r->c->window_s / 5.0;
	c->windows_most = r->c->windows;
	c->on_look = hear_look;
	c->on_look_ctx = r;
}

/* --- the world of a case --- */

static void
build_source(struct run *r, unsigned i)
{
	const struct accuracy_source *q = &r->c->source[i];
	char address[32];
	struct text t = text_over(address, sizeof(address));
	struct sim_server *v;
	struct sim_path *up, *down;

	text_printf(&t, "192.0.2.%u", i + 1);
	v = sim_serve(r->s, address);
	up = sim_net_path(r->s->net, r->n->host, v->host);
	down = sim_net_path(r->s->net, v->host, r->n->host);
	*up = (struct sim_path){ .law = q->up, .loss = q->loss };
	up->crowd = q->crowd_up;
	*down = (struct sim_path){ .law = q->down, .crowd = q->crowd };
	v->error = q->error;
	v->honest = !q->liar;
	v->stratum = q->stratum > 0 ? q->stratum : v->stratum;
	v->granularity_ns = q->granularity_ns > 0 ? q->granularity_ns : v->granularity_ns;
	v->precision = q->granularity_ns > 0 ? (int)lround(log2((double)q->granularity_ns * 1e-9))
					     : v->precision;
	v->root_delay_s = q->root_delay_s > 0.0 ? q->root_delay_s : v->root_delay_s;
	v->root_disp_s = q->root_disp_s > 0.0 ? q->root_disp_s : v->root_disp_s;
}

static void
build_clock(struct run *r)
{
	const struct accuracy_case *c = r->c;
	struct sim_clock *k = &r->n->clock;
	struct sim_rng own = k->osc.rng;
	double wave = 0.0;

	for (unsigned i = 0; i < c->osc.wave_n; i++) {
		wave += c->osc.wave[i].shape == OSC_TRIANGLE ? -c->osc.wave[i].amplitude : 0.0;
	}
	k->osc = c->osc;
	k->osc.rng = own;
	k->osc.smooth = c->osc.freq + wave;
	k->granularity_ns = c->granularity_ns > 0 ? c->granularity_ns : 1;
	/* Measuring how fine a clock is takes as many readings as fit into its grain. */
	k->read_cost_ns = k->granularity_ns > 1000 ? k->granularity_ns / 40 : k->read_cost_ns;
}

static void
build_sensor(struct run *r)
{
	const struct sim_sensor *like = &r->c->sensor;
	struct sim_sensor *v;

	if (like->path == NULL) {
		return;
	}
	v = sim_node_sensor(r->n, like->path);
	v->lag_s = like->lag_s;
	v->quantum_k = like->quantum_k;
	v->noise_k = like->noise_k;
	v->stuck_s = like->stuck_s;
	v->stuck_every_s = like->stuck_every_s;
	v->walk_k = like->walk_k;
	v->says = like->says;
	v->gone = like->gone;
}

static void
build(struct run *r, const char *loop, uint64_t seed)
{
	const struct accuracy_case *c = r->c;
	char config[1024], first[64], drift[32];
	struct text t;

	r->s = sim_new(seed);
	t = text_over(first, sizeof(first));
	text_printf(&t, "tinker loop %s\n", loop);
	r->s->config_line = first;
	t = text_over(config, sizeof(config));
	text_put(&t, "driftfile /drift\n");
	for (unsigned i = 0; i < c->source_n; i++) {
		text_printf(&t, "server 192.0.2.%u iburst", i + 1);
		if (c->minpoll > 0) {
			text_printf(&t, " minpoll %d maxpoll %d", c->minpoll, c->maxpoll);
		}
		text_put(&t, "\n");
	}
	if (c->pulse_s > 0.0) {
		text_printf(&t, "refclock nmea flag1 1 time2 0.3 minpoll %d maxpoll %d\n",
		    c->minpoll, c->maxpoll);
	}
	if (c->window_s > 0.0) {
		text_printf(&t, "refclock phc path card minpoll %d maxpoll %d\n", c->minpoll,
		    c->maxpoll);
	}
	if (c->sensor.path != NULL) {
		text_printf(&t, "tempcomp %s", c->sensor.path);
		if (c->sensor_s > 0.0) {
			text_printf(&t, " interval %.0f", c->sensor_s);
		}
		text_put(&t, "\n");
	}
	r->n = sim_node_new(r->s, "client", c->offset_s, c->osc.freq, config);
	r->s->config_line = "";
	build_clock(r);
	build_sensor(r);
	if (c->pulse_s > 0.0) {
		build_receiver(r);
	}
	if (c->window_s > 0.0) {
		build_hardware_clock(r);
	}
	if (c->drift_known) {
		t = text_over(drift, sizeof(drift));
		text_printf(&t, "%.3f\n", -c->osc.freq * 1e6);
		sim_store_put(&r->n->store, "/drift", drift);
	}
	for (unsigned i = 0; i < c->source_n; i++) {
		build_source(r, i);
	}
	r->tap = (struct sim_tap){ .see = see, .arrive = arrive, .ctx = r };
	sim_net_tap(r->s->net, &r->tap);
	SIM_CHECK(r->s, sim_node_boot(r->n), "exit status %d", r->n->exit_status);
}

/* Whether something with that begin happens at this second. */
static bool
due(double at_s, double t_s)
{
	return at_s > 0.0 && t_s >= at_s && t_s < at_s + 1.0;
}

static void
source_second(struct run *r, unsigned i, double t_s)
{
	const struct accuracy_source *q = &r->c->source[i];
	struct sim_server *v = r->s->server[i];
	struct sim_path *up = sim_net_path(r->s->net, r->n->host, v->host);
	struct sim_path *down = sim_net_path(r->s->net, v->host, r->n->host);

	if (q->period_s > 0.0) {
		up->cut = fmod(t_s, q->period_s) >= q->on_s;
	}
	for (unsigned k = 0; k < ACCURACY_ROUTES; k++) {
		if (due(q->route[k].at_s, t_s)) {
			up->law.base_s = q->up.base_s + q->route[k].up_s;
			down->law.base_s = q->down.base_s + q->route[k].down_s;
			oracle_break(r->n);
		}
	}
	if (due(q->jump_at_s, t_s)) {
		v->error.offset_s += q->jump_s;
		r->n->oracle.minority = true;
	}
}

static void
pauses(struct run *r, double t_s)
{
	const struct accuracy_case *c = r->c;
	double since_s = t_s - c->pause_at_s;
	bool again =
	    c->pause_every_s > 0.0 && since_s > 0.0 && fmod(since_s, c->pause_every_s) < 1.0;

	if (c->pause_s > 0.0 && (due(c->pause_at_s, t_s) || again)) {
		sim_node_pause(r->n, c->pause_s);
		r->lost_s += c->pause_s;
	}
}

/* What one reads from a coarse clock is behind it by half its grain. */
static double
error_now(struct run *r)
{
	int64_t grain = r->n->clock.granularity_ns;

	return sim_error_s(r->n) - (grain > 1 ? (double)grain * 0.5e-9 : 0.0);
}

static void
judge_start(struct run *r, double t_s, double error_s)
{
	for (unsigned i = 0; i < ACCURACY_SPANS; i++) {
		if (t_s >= accuracy_span_s[i] && t_s < accuracy_span_s[i + 1]) {
			r->span[i].square += error_s * error_s;
			r->span[i].n++;
		}
	}
}

/* The daemon chose another system peer than the last one. */
static bool
peer_changed(struct run *r)
{
	uint16_t now = r->n->daemon->steering.sys.peer_id, before = r->sys_peer;

	r->sys_peer = now != 0 ? now : before;
	return before != 0 && now != 0 && now != before;
}

static void
judge(struct run *r, double t_s, double error_s, struct accuracy_result *out)
{
	double size_s = fabs(error_s), rate = r->n->clock.rate;
	bool changed = peer_changed(r);

	judge_start(r, t_s, error_s);
	if (r->n->clock.halted) {
		r->away[(unsigned long)t_s] = true;
		return;
	}
	if (t_s < r->half_s) {
		out->to_1ms_s = size_s > 1e-3 ? t_s + 1.0 : out->to_1ms_s;
		out->to_100us_s = size_s > 1e-4 ? t_s + 1.0 : out->to_100us_s;
		return;
	}
	r->square += size_s * size_s;
	r->freq_square += rate * rate;
	out->max_s = fmax(out->max_s, size_s);
	out->changes += changed;
	r->told_s += sim_status(r->n).root_dist_s;
	r->judged++;
}

/* Above in the last twentieth of the first half: by chance below at its end. */
static double
settled(const struct run *r, double to_s)
{
	return to_s > 0.95 * r->half_s ? -1.0 : to_s;
}

static void
conclude(struct run *r, struct accuracy_result *out)
{
	const struct accuracy_case *c = r->c;
	double end_s = c->hours * 3600.0;
	struct bound_clock ideal = {
		.free_at = r->free_at,
		.away = r->away,
		.from_s = r->half_s,
		.end_s = end_s,
		.wander = c->osc.walk,
		.cold = c->start,
		.exact = c->osc.wave_n + c->osc.jump_n == 0,
	};

	out->rms_s = sqrt(r->square / (double)r->judged);
	out->freq = sqrt(r->freq_square / (double)r->judged);
	out->to_1ms_s = settled(r, out->to_1ms_s);
	out->to_100us_s = settled(r, out->to_100us_s);
	out->steps = r->n->clock.steps;
	out->packets_h = (double)r->n->oracle.requests / c->hours;
	out->slew = r->n->clock.worst_rate;
	out->told_s = r->told_s / (double)r->judged;
	out->bound_s = bound_rms(r->sample, r->sample_n, &ideal);
	out->bound_freq = bound_freq(r->sample, r->sample_n, &ideal);
	ideal.reading = bound_reading(r->sample, r->sample_n, &ideal);
	for (unsigned i = 0; i < ACCURACY_SPANS && accuracy_span_s[i + 1] <= end_s; i++) {
		ideal.from_s = accuracy_span_s[i];
		ideal.end_s = accuracy_span_s[i + 1];
		out->span_rms_s[i] = sqrt(r->span[i].square / (double)r->span[i].n);
		out->span_bound_s[i] = bound_rms(r->sample, r->sample_n, &ideal);
	}
	sim_node_stop(r->n);
	out->failures = r->s->failures;
	if (r->s->failures > 0) {
		memcpy(out->failure, r->s->failure[0], sizeof(out->failure));
	}
}

void
accuracy_run(const struct accuracy_case *c, const char *loop, uint64_t seed, double *trace_s,
    struct accuracy_result *out)
{
	struct accuracy_case *own = sim_alloc(1, sizeof(*own));
	struct run r = { .c = own, .half_s = c->hours * 1800.0 };
	unsigned long end = (unsigned long)(c->hours * 3600.0);

	*own = *c;
	if (c->drawn > 0) {
		accuracy_draw(own, seed);
	}
	*out = (struct accuracy_result){ 0 };
	r.sample = sim_alloc(SAMPLES_MAX, sizeof(*r.sample));
	r.free_at = sim_alloc(end + 2, sizeof(*r.free_at));
	r.away = sim_alloc(end + 1, sizeof(*r.away));
	build(&r, loop, seed);
	r.free_at[0] = error_now(&r);
	for (unsigned long t = 0; t <= end; t++) {
		double error_s = error_now(&r), part;

		judge(&r, (double)t, error_s, out);
		if (trace_s != NULL) {
			trace_s[t] = error_s;
		}
		for (unsigned i = 0; i < own->source_n; i++) {
			source_second(&r, i, (double)t);
		}
		pauses(&r, (double)t);
		part = fmin(r.lost_s, 1.0);
		r.lost_s -= part;
		r.free_at[t + 1] = r.free_at[t] + r.n->clock.osc_rate * (1.0 - part) - part;
		sim_run(r.s, 1.0);
	}
	conclude(&r, out);
	sim_free(r.s);
	free(r.away);
	free(r.free_at);
	free(r.sample);
	free(own);
}
