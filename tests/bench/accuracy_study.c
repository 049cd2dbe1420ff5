/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_study - estimator, selection and adaptive loop closed over the model of
 *accuracy_model.h. It leaves out everything else of the daemon: packets, authentication, files.
 *Usage: accuracy_study [-s SEED] [-n SEEDS] [-f NAME] [-v] prints one line per scenario: medians
 *over the seeds, and the bound on the same exchanges.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "accuracy_bound.h"
#include "accuracy_model.h"
#include "core/estimator.h"
#include "core/joint.h"
#include "core/loop.h"
#include "core/select.h"

#include "accuracy_scenarios.h"

enum { SAMPLES_MAX = 400000, SEEDS_MAX = 64, IBURST = 8 };

static const double STEP_S = 0.128, STEPOUT_S = 300.0;

struct study_source {
	const struct source_model *m;
	struct model_server server;
	struct estimator est;
	double next_s;  /* next request */
	double last_s;  /* last request */
	double reply_s; /* arrival of an answer, 0: none under way */
	double t21_s, server_at_reply_s, up_s;
	struct model_exchange ex;
	int burst;
	unsigned reach;
	struct sample last;
	double credit; /* extra requests left */
};

struct study {
	const struct scenario *s;
	struct model_clock clock;
	struct model_rng net;
	struct study_source src[MODEL_SOURCES];
	struct loop_rules rules;
	struct loop_state loop;
	struct joint joint;
	uint16_t newest;
	struct select_memory memory;
	struct select_work work;
	struct selection selection;
	bool updated, verbose, broke;
	double phase_s; /* to be slewed as of the last update */
	double phase_adjusted_s, phase_at_s;
	double slice_at_s; /* next slice, 0: none */
	int tc;
	double big_since_s; /* offset beyond the step threshold, 0: not */
	unsigned packets, steps, breaks, suspects, shared;
	struct bound_sample *bound;
	unsigned bound_n;
};

struct result {
	double rms_s, max_s, freq, bound_s, to_1ms_s, to_100us_s, packets_h, slew;
	unsigned steps, breaks, failures, shared;
};

static struct mtime
mono(double t_s)
{
	return (struct mtime){ (int64_t)(t_s * 1e9) };
}

static void
send_request(struct study *y, struct study_source *q)
{
	double t1 = model_clock_read(&y->clock), t2;
	double now = y->clock.t_s;

	model_exchange(q->m, &y->net, now, &q->ex);
	t2 = model_server_error(&q->server, q->m, now + q->ex.up_s);
	q->t21_s = t2 + q->ex.up_s - t1;
	q->server_at_reply_s = t2;
	q->reply_s = q->ex.lost ? 0.0 : now + q->ex.up_s + q->ex.down_s;
	q->last_s = now;
	q->reach = q->reach << 1 & 0xff;
	y->packets++;
	if (q->burst > 0) {
		q->burst--;
		q->next_s = now + 2.0;
	} else {
		q->next_s =
		    now + ldexp(1.0, y->loop.poll_log2s) * (1.0 + rng_uniform(&y->net) / 16.0);
	}
}

static void
ask_soon(struct study *y, struct study_source *q, double in_s, int burst)
{
	if (q->credit >= 1.0 && q->next_s > y->clock.t_s + in_s) {
		q->next_s = y->clock.t_s + in_s;
		q->credit -= 1.0;
	}
	if (burst > 0 && q->credit >= burst) {
		q->burst = burst - 1;
		q->credit -= burst;
	}
}

static void
refine(struct study *y)
{
	struct selection *sel = &y->selection;
	struct estimate all = {
		.offset_s = sel->offset_s,
		.var_s2 = sel->var_s2,
		.freq = sel->freq,
		.freq_var = sel->freq_var,
		.cov_s = sel->cov_s,
		.wander = sel->wander,
		.jitter_s = sel->jitter_s,
	};
	struct joint_input in = {
		.id = y->newest,
		.estimator = &y->src[y->newest - 1].est,
		.combined = &all,
		.survivors = sel->combined,
		.now = mono(y->clock.t_s),
		.adjusted_ns = (int64_t)llrint(y->clock.adjusted_s * 1e9),
	};
	struct estimate out;
	bool survivor = false;

	for (unsigned i = 0; i < sel->n; i++) {
		survivor |= sel->each[i].id == y->newest && sel->each[i].combined;
	}
	if (!survivor) {
		in.estimator = NULL;
	}
	joint_update(&y->joint, &in, &out);
	sel->offset_s = out.offset_s;
	sel->var_s2 = out.var_s2;
	sel->freq = out.freq;
	sel->freq_var = out.freq_var;
	sel->cov_s = out.cov_s;
	sel->wander = out.wander;
}

static void
slice(struct study *y)
{
	struct loop_slice cut;
	double left = y->phase_s;

	/* What has gone of it since, frequency apart. */
	left -= y->clock.adjusted_s - y->phase_adjusted_s -
	    y->clock.adj_freq * (y->clock.t_s - y->phase_at_s);
	y->phase_s = left;
	y->phase_adjusted_s = y->clock.adjusted_s;
	y->phase_at_s = y->clock.t_s;
	loop_slice(left, y->loop.freq, y->tc, &cut);
	model_clock_adjust(&y->clock, y->loop.freq, cut.phase_s, cut.time_constant);
	y->slice_at_s = cut.again_s > 0.0 ? y->clock.t_s + cut.again_s : 0.0;
}

static unsigned
fav_view(const struct study *y)
{
	unsigned view;

	bank_favourite(&y->src[0].est.bank, &view);
	return view;
}

static void
discipline(struct study *y)
{
	const struct selection *sel = &y->selection;
	double now = y->clock.t_s;
	struct loop_input in = {
		.offset_s = sel->offset_s,
		.jitter_s = sel->jitter_s,
		.var_s2 = sel->var_s2,
		.freq = sel->freq,
		.freq_var = sel->freq_var,
		.cov_s = sel->cov_s,
		.wander = sel->wander,
		.now = mono(now),
		.epoch = mono(now),
		.broke = y->broke,
	};
	struct loop_output out;

	if (fabs(in.offset_s) <= STEP_S) {
		y->big_since_s = 0.0;
	} else if (y->big_since_s <= 0.0) {
		y->big_since_s = now;
	}
	if (fabs(in.offset_s) > STEP_S && y->updated && now - y->big_since_s < STEPOUT_S) {
		return;
	}
	if (fabs(in.offset_s) > STEP_S) {
		model_clock_step(&y->clock, in.offset_s);
		loop_adaptive_ops.stepped(&y->loop, &y->rules, in.offset_s, mono(now));
		in.offset_s = 0.0;
		y->steps++;
		y->big_since_s = 0.0;
	}
	loop_adaptive_ops.update(&y->loop, &y->rules, &in, y->updated, &out);
	y->updated = true;
	y->broke = false;
	y->phase_s = out.phase_s;
	y->phase_adjusted_s = y->clock.adjusted_s;
	y->phase_at_s = now;
	y->tc = out.time_constant;
	y->clock.adj_freq = y->loop.freq;
	slice(y);
	if (y->verbose) {
		printf("# %.1f err %.2f us off %.2f us sd %.2f us freq %.4f (true %.4f) +- %.4f "
		       "ppm wander %.1e "
		       "poll %d tc %d sys %u surv %u view %u\n",
		    now, y->clock.err_s * 1e6, in.offset_s * 1e6, sqrt(in.var_s2) * 1e6,
		    y->loop.freq * 1e6, -y->clock.freq_now * 1e6, sqrt(in.freq_var) * 1e6,
		    in.wander, y->loop.poll_log2s, out.time_constant, sel->sys_id, sel->survivors,
		    fav_view(y));
	}
}

static void
select_sources(struct study *y)
{
	struct candidate c[MODEL_SOURCES] = { 0 };
	struct select_rules rules = {
		.minclock = 3,
		.maxclock = 10,
		.minsane = 1,
		.mindist_s = 0.001,
		.precision_s = y->rules.precision_s,
		.orphan_stratum = 16,
	};
	unsigned n = 0;
	double now = y->clock.t_s;
	int64_t adjusted = (int64_t)llrint(y->clock.adjusted_s * 1e9);

	for (unsigned i = 0; i < y->s->source_n; i++) {
		struct study_source *q = &y->src[i];
		struct estimate e;
		double age;

		y->shared += estimator_shares_clock(&q->est);
		if (q->reach == 0 || estimator_shares_clock(&q->est) ||
		    !estimator_predict(&q->est, mono(now), adjusted, &e)) {
			continue;
		}
		age = now - (double)q->last.at.ns * 1e-9;
		c[n++] = (struct candidate){
			.id = (uint16_t)(i + 1),
			.stratum = 2,
			.offset_s = e.offset_s,
			.jitter_s = e.jitter_s,
			.root_dist_s = fmax(q->last.delay_s, 1e-6) / 2.0 + q->last.disp_s +
			    NTP_PHI * age + e.jitter_s + 0.0001,
			.var_s2 = e.var_s2,
			.freq = e.freq,
			.freq_var = e.freq_var,
			.cov_s = e.cov_s,
			.wander = e.wander,
		};
	}
	if (n == 0) {
		return;
	}
	select_run(c, n, &rules, &y->memory, &y->work, &y->selection);
	if (y->selection.sys_id != 0) {
		refine(y);
		discipline(y);
	}
}

static void
receive(struct study *y, struct study_source *q)
{
	double t4 = model_clock_read(&y->clock), now = y->clock.t_s;
	double t34 = q->server_at_reply_s - q->ex.down_s - t4;
	struct sample s = {
		.offset_s = (q->t21_s + t34) / 2.0,
		.delay_s = q->t21_s - t34,
		.at = mono(now),
	};
	enum estimator_result got;

	s.disp_s =
	    y->rules.precision_s + fmax(q->m->precision_s, 1e-7) + NTP_PHI * fmax(s.delay_s, 0.0);
	s.adjusted_ns = (int64_t)llrint(y->clock.adjusted_s * 1e9);
	q->reply_s = 0.0;
	q->reach |= 1;
	q->credit = fmin(q->credit + 0.5, 8.0);
	if (y->s->honest[q - y->src] && y->bound_n < SAMPLES_MAX) {
		double sd_up = delay_deviation(&q->m->up), sd_down = delay_deviation(&q->m->down);

		y->bound[y->bound_n++] = (struct bound_sample){
			.t_s = now,
			.error_s = -q->ex.error_s,
			.excess_s = q->ex.excess_s,
			.plain_s2 = (sd_up * sd_up + sd_down * sd_down) / 4.0,
		};
	}
	y->newest = (uint16_t)(q - y->src + 1);
	got = estimator_add(&q->est, &s, y->rules.precision_s);
	if (y->verbose) {
		printf("## %.1f src %u raw %.2f us rtt %.3f us true err %.2f us: %d bias %.2f same "
		       "%.1f asked %u\n",
		    now, (unsigned)(q - y->src), s.offset_s * 1e6, s.delay_s * 1e6,
		    (s.offset_s + y->clock.err_s) * 1e6, (int)got,
		    bank_asymmetry_s(&q->est.bank) * 1e6, q->est.same_log, q->est.asked);
	}
	if (got == ESTIMATOR_REFUSED) {
		return;
	}
	q->last = s;
	if (got == ESTIMATOR_SUSPECT) {
		y->suspects++;
		ask_soon(y, q, ESTIMATOR_ASK_AGAIN_S, 0);
		return;
	}
	if (got == ESTIMATOR_BROKE) {
		y->broke = true;
		y->breaks++;
		ask_soon(y, q, 2.0, ESTIMATOR_BURST);
	}
	select_sources(y);
}

static void
run(struct study *y)
{
	double end = y->s->hours * 3600.0;

	for (;;) {
		double at = y->slice_at_s > 0.0 ? y->slice_at_s : 1e18;
		struct study_source *q = NULL;
		bool reply = false;

		for (unsigned i = 0; i < y->s->source_n; i++) {
			struct study_source *k = &y->src[i];

			if (k->reply_s > 0.0 && k->reply_s < at) {
				at = k->reply_s;
				q = k;
				reply = true;
			}
			if (k->next_s < at) {
				at = k->next_s;
				q = k;
				reply = false;
			}
		}
		if (at > end) {
			break;
		}
		model_clock_advance(&y->clock, at);
		if (q == NULL) {
			slice(y);
		} else if (reply) {
			receive(y, q);
		} else {
			send_request(y, q);
		}
	}
	model_clock_advance(&y->clock, end + 1.0);
}

static void
study_run(struct study *y, const struct scenario *s, uint64_t seed, double *free_at,
    struct bound_sample *bound, bool verbose, struct result *out)
{
	double precision = fmax(s->clock.resolution_s, 1e-7);
	struct bound_clock ideal = {
		.free_at = free_at,
		.wander = s->clock.wander,
		.exact = s->clock.wave_n == 0 && s->clock.freq_step_at_s <= 0.0 &&
		    s->clock.ramp_to_s <= 0.0,
	};

	memset(y, 0, sizeof(*y));
	y->s = s;
	y->bound = bound;
	y->verbose = verbose;
	y->net.state = seed * 104729 + 5;
	model_clock_start(&y->clock, s, seed, free_at);
	y->rules = (struct loop_rules){
		.kind = LOOP_ADAPTIVE,
		.minpoll = s->minpoll,
		.maxpoll = s->maxpoll,
		.allan_log2s = 11,
		.precision_s = precision,
	};
	y->loop.freq = s->drift_known ? -s->clock.freq : 0.0;
	y->clock.adj_freq = y->loop.freq;
	loop_adaptive_ops.start(&y->loop, &y->rules, mono(0.0));
	for (unsigned i = 0; i < s->source_n; i++) {
		struct study_source *q = &y->src[i];

		q->m = &s->source[i];
		q->server.rng.state = seed * 31 + i;
		q->next_s = 0.5 + i;
		q->burst = IBURST - 1;
		q->credit = 8.0;
		estimator_start(&q->est, y->loop.freq, s->drift_known ? 1e-6 : 100e-6);
	}
	run(y);
	*out = (struct result){
		.rms_s = sqrt(y->clock.sum2 / (double)y->clock.n),
		.max_s = y->clock.max_s,
		.freq = sqrt(y->clock.freq_sum2 / (double)y->clock.n),
		.to_1ms_s = y->clock.above_1ms_s,
		.to_100us_s = y->clock.above_100us_s,
		.packets_h = y->packets / s->hours,
		.steps = y->steps,
		.breaks = y->breaks,
		.shared = y->shared,
		.slew = y->clock.rate_max,
	};
	for (unsigned i = 0; i < s->source_n; i++) {
		out->failures += y->src[i].est.failures;
	}
	ideal.from_s = y->clock.from_s;
	ideal.end_s = y->clock.end_s;
	out->bound_s = bound_rms(bound, y->bound_n, &ideal);
}

static double
between(struct model_rng *r, double low, double high)
{
	return low + (high - low) * rng_uniform(r);
}

static double
magnitude(struct model_rng *r, double low, double high)
{
	return pow(10.0, between(r, log10(low), log10(high)));
}

/* A scenario nobody has tuned for. */
static void
random_scenario(struct scenario *s, uint64_t seed, char *name, size_t name_len)
{
	struct model_rng r = { .state = seed * 0x51ed270b + 99 };
	static const char *const laws[] = { "expo", "normal", "pareto", "lognormal", "bimodal",
		"uniform" };
	bool uneven = rng_uniform(&r) < 0.3;

	*s = (struct scenario){ .hours = 24, .minpoll = 6, .maxpoll = 10, .name = name };
	s->clock.offset_s = magnitude(&r, 1e-4, 1.0) * (rng_uniform(&r) < 0.5 ? -1.0 : 1.0);
	s->clock.freq = between(&r, -50e-6, 50e-6);
	s->clock.wander = magnitude(&r, 1e-10, 1e-7);
	s->source_n = rng_uniform(&r) < 0.5 ? 1 : 2 + (unsigned)(rng_uniform(&r) * 4.0);
	for (unsigned i = 0; i < s->source_n; i++) {
		struct source_model *m = &s->source[i];
		double delay_s = magnitude(&r, 1e-4, 5e-2);

		m->up = (struct path_model){
			.delay_s = delay_s,
			.law = (enum delay_law)(rng_uniform(&r) * 6.0),
			.jitter_s = delay_s * magnitude(&r, 1e-2, 0.5),
			.mode_s = delay_s * between(&r, 0.1, 1.0),
			.mode_part = between(&r, 0.05, 0.7),
		};
		m->down = m->up;
		if (uneven && m->up.law != DELAY_NORMAL && m->up.law != DELAY_UNIFORM) {
			m->down.jitter_s *= magnitude(&r, 0.1, 10.0);
		}
		m->loss = rng_uniform(&r) < 0.3 ? between(&r, 0.0, 0.6) : 0.0;
		s->honest[i] = true;
	}
	if (rng_uniform(&r) < 0.2) {
		s->clock.wave_n = 1;
		s->clock.wave[0] = (struct wave_model){ magnitude(&r, 1e-8, 3e-6),
			magnitude(&r, 1800, 86400), rng_uniform(&r) < 0.5 };
	}
	snprintf(name, name_len, "%llu: w %.1e %ux %s %.2g/%.2g/%.2g ms%s%s",
	    (unsigned long long)seed, s->clock.wander, s->source_n, laws[s->source[0].up.law],
	    s->source[0].up.delay_s * 1e3, s->source[0].up.jitter_s * 1e3,
	    s->source[0].down.jitter_s * 1e3, s->source[0].loss > 0.0 ? " loss" : "",
	    s->clock.wave_n > 0 ? " wave" : "");
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), ascending);
	return v[n / 2];
}

static void
report(const struct scenario *s, const struct result *r, unsigned n)
{
	double rms[SEEDS_MAX], bound[SEEDS_MAX], ratio[SEEDS_MAX], freq[SEEDS_MAX], fast[SEEDS_MAX],
	    pk[SEEDS_MAX];
	double max = 0.0, slew = 0.0, breaks = 0.0, steps = 0.0, fails = 0.0, shared = 0.0,
	       pooled = 0.0, pooled_bound = 0.0;

	for (unsigned i = 0; i < n; i++) {
		rms[i] = r[i].rms_s;
		bound[i] = r[i].bound_s;
		ratio[i] = r[i].rms_s / r[i].bound_s;
		freq[i] = r[i].freq;
		fast[i] = r[i].to_1ms_s;
		pk[i] = r[i].packets_h;
		max = fmax(max, r[i].max_s);
		slew = fmax(slew, r[i].slew);
		breaks += r[i].breaks;
		steps += r[i].steps;
		fails += r[i].failures;
		shared += r[i].shared;
		pooled += r[i].rms_s * r[i].rms_s;
		pooled_bound += r[i].bound_s * r[i].bound_s;
	}
	(void)median(ratio, n);
	printf("%-56s %9.2f %9.2f %6.2f %5.2f %5.2f %9.1f %8.4f %6.1f %8.0f %5.0f %4.1f %4.1f%s\n",
	    s->name, median(rms, n) * 1e6, median(bound, n) * 1e6, ratio[n / 2], ratio[n - 1],
	    sqrt(pooled / pooled_bound), max * 1e6, median(freq, n) * 1e6, median(pk, n),
	    median(fast, n), slew * 1e6, breaks / n, steps / n,
	    fails > 0.0        ? " FAILURES"
		: shared > 0.0 ? " SHARED"
			       : "");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct study y;
	static struct result r[SEEDS_MAX];
	unsigned seeds = 5, randoms = 0;
	unsigned long seed = 1;
	const char *only = "";
	bool verbose = false;
	int opt, poll = 0;
	double *free_at = calloc(200 * 3600, sizeof(*free_at));
	struct bound_sample *bound = calloc(SAMPLES_MAX, sizeof(*bound));

	while ((opt = getopt(argc, argv, "s:n:f:p:r:v")) != -1) {
		switch (opt) {
		case 's':
			seed = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			seeds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'f':
			only = optarg;
			break;
		case 'p':
			poll = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			randoms = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'v':
			verbose = true;
			break;
		default:
			return 2;
		}
	}
	if (free_at == NULL || bound == NULL || seeds < 1 || seeds > SEEDS_MAX) {
		return 2;
	}
	printf("%-56s %9s %9s %6s %5s %5s %9s %8s %6s %8s %5s %4s %4s\n", "scenario", "rms us",
	    "bound us", "ratio", "worst", "pool", "max us", "f ppm", "pkt/h", "1ms s", "slew",
	    "brk", "stp");
	for (unsigned i = 0; i < randoms; i++) {
		struct scenario one;
		char name[96];

		random_scenario(&one, seed + i, name, sizeof(name));
		for (unsigned k = 0; k < seeds; k++) {
			study_run(&y, &one, seed + i + k * 1000, free_at, bound, verbose, &r[k]);
		}
		report(&one, r, seeds);
	}
	for (unsigned i = 0; randoms == 0 && i < SCENARIOS_N; i++) {
		if (strstr(scenarios[i].name, only) == NULL) {
			continue;
		}
		for (unsigned k = 0; k < seeds; k++) {
			struct scenario one = scenarios[i];

			if (poll > 0) {
				one.minpoll = one.maxpoll = poll;
			}
			study_run(&y, &one, seed + k, free_at, bound, verbose, &r[k]);
		}
		report(&scenarios[i], r, seeds);
	}
	free(free_at);
	free(bound);
	return 0;
}
