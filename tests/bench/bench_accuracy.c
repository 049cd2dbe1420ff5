/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_accuracy - whole daemons in simulated time: how well both loops keep the clock, side by
 * side, and against what their exchanges allow (accuracy_bound.h).
 *
 *	bench_accuracy [-n SEEDS] [-s FIRST_SEED] [-f NAME]... [-p LOG2S] [-o FILE] [-c] [-l]
 *	               [-v]
 *
 * A line per case: medians over the seeds, the largest of maximum and slew. -f: only the case of
 * that name, or those whose names contain it. -p: servers are asked every 2^LOG2S s where the case
 * has no polls of its own: what the packets beyond those buy. -o: the error over time of the first case and seed:
 * hours, adaptive us, classic us. -c: ends with 1 when the adaptive loop is beyond twice the bound
 * or 1.5 times the classic loop. -l: names only. -v: what the simulation's oracle found.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "accuracy_run.h"
#include "sim/world.h"

enum { SEEDS_MAX = 32, NAMES_MAX = 16, LOOPS = 2, TRACE_EVERY_S = 10 };

#define BOUND_LIMIT 2.0
#define CLASSIC_LIMIT 1.5

static const char *const loops[LOOPS] = { "adaptive", "classic" };

struct request {
	unsigned seeds;
	uint64_t first;
	const char *name[NAMES_MAX];
	unsigned name_n;
	const char *trace;
	int poll; /* 0: the usual ones */
	bool check, list, verbose;
};

/* Of one case and loop. */
struct row {
	double rms_s, max_s, freq, to_1ms_s, to_100us_s, steps, packets_h, slew, ratio, freq_ratio,
	    changes, told_s;
	double span_rms_s[ACCURACY_SPANS], span_ratio[ACCURACY_SPANS];
	unsigned failures;
};

/* For the last line. */
struct mean {
	double ratio[LOOPS], freq_ratio[LOOPS], packets[LOOPS], classic, freq;
	double simulated_h;
	unsigned n, poor;
};

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of a column of the results; a time never reached is later than any. */
static double
median(const struct accuracy_result *r, unsigned n, size_t column)
{
	double v[SEEDS_MAX];

	for (unsigned i = 0; i < n; i++) {
		memcpy(&v[i], (const char *)&r[i] + column, sizeof(v[i]));
		v[i] = v[i] < 0.0 ? HUGE_VAL : v[i];
	}
	qsort(v, n, sizeof(v[0]), ascending);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2.0;
}

#define MEDIAN(r, n, field) median((r), (n), offsetof(struct accuracy_result, field))

/* The spans of a start: medians, and of each by how much it is beyond the bound. */
static void
summarize_spans(const struct accuracy_result *r, unsigned n, struct row *w)
{
	for (unsigned k = 0; k < ACCURACY_SPANS; k++) {
		double rms[SEEDS_MAX], ratio[SEEDS_MAX];

		for (unsigned i = 0; i < n; i++) {
			rms[i] = r[i].span_rms_s[k];
			ratio[i] = r[i].span_rms_s[k] / r[i].span_bound_s[k];
		}
		qsort(rms, n, sizeof(rms[0]), ascending);
		qsort(ratio, n, sizeof(ratio[0]), ascending);
		w->span_rms_s[k] = rms[n / 2];
		w->span_ratio[k] = ratio[n / 2];
	}
}

static struct row
summary(const struct accuracy_result *r, unsigned n)
{
	struct row w = {
		.rms_s = MEDIAN(r, n, rms_s),
		.freq = MEDIAN(r, n, freq),
		.to_1ms_s = MEDIAN(r, n, to_1ms_s),
		.to_100us_s = MEDIAN(r, n, to_100us_s),
		.steps = MEDIAN(r, n, steps),
		.packets_h = MEDIAN(r, n, packets_h),
		.changes = MEDIAN(r, n, changes),
		.told_s = MEDIAN(r, n, told_s),
	};
	double ratio[SEEDS_MAX], freqs[SEEDS_MAX];

	for (unsigned i = 0; i < n; i++) {
		w.max_s = fmax(w.max_s, r[i].max_s);
		w.slew = fmax(w.slew, r[i].slew);
		w.failures += r[i].failures;
		ratio[i] = r[i].rms_s / r[i].bound_s;
		freqs[i] = r[i].freq / r[i].bound_freq;
	}
	qsort(ratio, n, sizeof(ratio[0]), ascending);
	qsort(freqs, n, sizeof(freqs[0]), ascending);
	w.ratio = ratio[n / 2];
	w.freq_ratio = freqs[n / 2];
	summarize_spans(r, n, &w);
	return w;
}

/* Microseconds, finer ones where they are few; seconds where these get long. */
static const char *
error_text(double s, char buf[static 16])
{
	if (s < 1e-6) {
		snprintf(buf, 16, "%.4f", s * 1e6);
	} else if (s < 1.0) {
		snprintf(buf, 16, "%.1f", s * 1e6);
	} else {
		snprintf(buf, 16, "%.2fs", s);
	}
	return buf;
}

static const char *
seconds_text(double s, char buf[static 16])
{
	if (s < HUGE_VAL) {
		snprintf(buf, 16, "%.0f", s);
	} else {
		snprintf(buf, 16, "-");
	}
	return buf;
}

static void
print_head(unsigned seeds, uint64_t first)
{
	printf("# whole daemons, %u seeds from %llu; us of the second half, ppm, seconds\n", seeds,
	    (unsigned long long)first);
	printf("# 1ms, .1ms: below for good; stp: steps; /h: requests an hour; slew: largest, ppm; "
	       "/bnd: rms over the bound, /bf: freq\n"
	       "# chg: changes of the system peer, told: the mean root distance told, adaptive\n");
	printf("%-25s", "case");
	for (unsigned k = 0; k < LOOPS; k++) {
		printf("|%8s %9s %8s %5s %5s %3s %3s %3s %5s %5s ", loops[k], "max", "freq", "1ms",
		    ".1ms", "stp", "/h", "slw", "/bnd", "/bf");
	}
	printf("|%5s %4s %8s\n", "a/c", "chg", "told");
}

static void
print_half(const struct row *w)
{
	char rms[16], max[16], ms[16], us[16];

	printf("|%8s %9s %8.4f %5s %5s %3.0f %3.0f %3.0f %5.2f %5.2f ", error_text(w->rms_s, rms),
	    error_text(w->max_s, max), w->freq * 1e6, seconds_text(w->to_1ms_s, ms),
	    seconds_text(w->to_100us_s, us), w->steps, w->packets_h, w->slew * 1e6, w->ratio,
	    w->freq_ratio);
}

static void
print_row(const struct accuracy_case *c, const struct row w[static LOOPS])
{
	char told[16];

	printf("%-25s", c->name);
	for (unsigned k = 0; k < LOOPS; k++) {
		print_half(&w[k]);
	}
	printf("|%5.2f %4.0f %8s", w[0].rms_s / w[1].rms_s, w[0].changes,
	    error_text(w[0].told_s, told));
	for (unsigned k = 0; k < LOOPS; k++) {
		if (w[k].failures > 0) {
			printf(" (%s: %u by the oracle)", loops[k], w[k].failures);
		}
	}
	printf("\n");
	fflush(stdout);
}

static void
print_spans(const struct row w[static LOOPS])
{
	for (unsigned k = 0; k < LOOPS; k++) {
		printf("#   %s:", loops[k]);
		for (unsigned i = 0; i < ACCURACY_SPANS; i++) {
			char rms[16];

			printf(" %.0f-%.0f s %s us (%.2f)", accuracy_span_s[i],
			    accuracy_span_s[i + 1], error_text(w[k].span_rms_s[i], rms),
			    w[k].span_ratio[i]);
		}
		printf("\n");
	}
}

static void
mean_add(struct mean *m, const struct row w[static LOOPS])
{
	for (unsigned k = 0; k < LOOPS; k++) {
		m->ratio[k] += log(w[k].ratio);
		m->freq_ratio[k] += log(w[k].freq_ratio);
		m->packets[k] += log(fmax(w[k].packets_h, 1.0));
	}
	m->classic += log(w[0].rms_s / w[1].rms_s);
	m->freq += log(w[0].freq / w[1].freq);
	m->poor += w[0].ratio > BOUND_LIMIT || w[0].rms_s > CLASSIC_LIMIT * w[1].rms_s;
	m->n++;
}

static void
print_mean(const struct mean *m, double wall_s)
{
	double n = m->n;

	printf("geometric means of %u cases: rms over the bound %.3f adaptive, %.3f classic, "
	       "frequency error %.3f, %.3f; requests an hour %.1f, %.1f; adaptive over classic: "
	       "rms %.3f, frequency error %.3f\n",
	    m->n, exp(m->ratio[0] / n), exp(m->ratio[1] / n), exp(m->freq_ratio[0] / n),
	    exp(m->freq_ratio[1] / n), exp(m->packets[0] / n), exp(m->packets[1] / n),
	    exp(m->classic / n), exp(m->freq / n));
	printf("# %.0f h simulated in %.0f s\n", m->simulated_h, wall_s);
}

static bool
write_trace(const char *path, const struct accuracy_case *c, double *const trace_s[static LOOPS])
{
	FILE *f = fopen(path, "w");
	unsigned long end = (unsigned long)(c->hours * 3600.0);

	if (f == NULL) {
		perror(path);
		return false;
	}
	fprintf(f, "# %s: hours, adaptive us, classic us\n", c->name);
	for (unsigned long t = 0; t <= end; t += TRACE_EVERY_S) {
		fprintf(f, "%.5f %.3f %.3f\n", (double)t / 3600.0, trace_s[0][t] * 1e6,
		    trace_s[1][t] * 1e6);
	}
	if (fclose(f) != 0) {
		perror(path);
		return false;
	}
	return true;
}

static bool
is_case(const char *name)
{
	for (unsigned i = 0; i < accuracy_cases_n; i++) {
		if (strcmp(accuracy_cases[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* A whole name means that case only, even if others contain it. */
static bool
wanted(const struct request *q, const char *name)
{
	for (unsigned k = 0; k < q->name_n; k++) {
		if (is_case(q->name[k]) ? strcmp(name, q->name[k]) == 0
					: strstr(name, q->name[k]) != NULL) {
			return true;
		}
	}
	return q->name_n == 0;
}

static void
run_case(const struct request *q, const struct accuracy_case *c,
    double *const trace_s[static LOOPS], struct mean *m)
{
	struct accuracy_result *r = sim_alloc(q->seeds, sizeof(*r));
	struct row w[LOOPS];

	for (unsigned k = 0; k < LOOPS; k++) {
		for (unsigned i = 0; i < q->seeds; i++) {
			accuracy_run(c, loops[k], q->first + i, i == 0 ? trace_s[k] : NULL, &r[i]);
			m->simulated_h += c->hours;
			if (q->verbose && r[i].failures > 0) {
				printf("# %s, %s, seed %llu: %s\n", c->name, loops[k],
				    (unsigned long long)(q->first + i), r[i].failure);
			}
		}
		w[k] = summary(r, q->seeds);
	}
	print_row(c, w);
	if (c->start) {
		print_spans(w);
	}
	mean_add(m, w);
	free(r);
}

/* To *to the case, with the polls that are asked for. */
static void
ask_case(const struct request *q, const struct accuracy_case *c, struct accuracy_case *to)
{
	*to = *c;
	if (q->poll > 0 && to->minpoll == 0) {
		to->minpoll = q->poll;
		to->maxpoll = q->poll;
	}
}

static bool
run_cases(struct request *q)
{
	double *trace_s[LOOPS] = { NULL, NULL };
	struct accuracy_case *asked = sim_alloc(1, sizeof(*asked));
	struct mean m = { .n = 0 };
	struct timespec begin, end;
	bool good = true;

	for (unsigned k = 0; k < LOOPS && q->trace != NULL; k++) {
		trace_s[k] = sim_alloc(ACCURACY_SECONDS + 1, sizeof(*trace_s[k]));
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	print_head(q->seeds, q->first);
	for (unsigned i = 0; i < accuracy_cases_n; i++) {
		if (!wanted(q, accuracy_cases[i].name)) {
			continue;
		}
		ask_case(q, &accuracy_cases[i], asked);
		run_case(q, asked, trace_s, &m);
		if (q->trace != NULL) {
			good = write_trace(q->trace, asked, trace_s);
			break;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (m.n > 0) {
		print_mean(&m, difftime(end.tv_sec, begin.tv_sec));
	}
	free(trace_s[0]);
	free(trace_s[1]);
	free(asked);
	return good && m.n > 0 && !(q->check && m.poor > 0);
}

static bool
read_options(struct request *q, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:s:f:p:o:clv")) != -1) {
		switch (opt) {
		case 'n':
			q->seeds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			q->first = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			if (q->name_n == NAMES_MAX) {
				return false;
			}
			q->name[q->name_n++] = optarg;
			break;
		case 'p':
			q->poll = (int)strtol(optarg, NULL, 10);
			break;
		case 'o':
			q->trace = optarg;
			break;
		case 'c':
			q->check = true;
			break;
		case 'l':
			q->list = true;
			break;
		case 'v':
			q->verbose = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc && q->seeds >= 1 && q->seeds <= SEEDS_MAX && q->poll >= 0 &&
	    q->poll <= 17;
}

int
main(int argc, char **argv)
{
	struct request q = { .seeds = 3, .first = 1 };

	if (!read_options(&q, argc, argv)) {
		fprintf(stderr,
		    "usage: bench_accuracy [-n SEEDS] [-s FIRST_SEED] [-f NAME]... [-p LOG2S] "
		    "[-o FILE] [-c] [-l] [-v]\n");
		return 2;
	}
	for (unsigned i = 0; i < accuracy_cases_n && q.list; i++) {
		puts(accuracy_cases[i].name);
	}
	return q.list || run_cases(&q) ? 0 : 1;
}
