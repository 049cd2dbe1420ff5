/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_tempcomp - whole daemons in simulated time, in rooms that are warm by day and heated by
 * turns: how well the clock is kept with a sensor of temperature (tempcomp) and without.
 *
 *	bench_tempcomp [-n SEEDS] [-s FIRST_SEED] [-f WORD] [-c] [-v]
 *
 * A line per room and sensor: the RMS of the second half without and with it, medians over the
 * seeds, the geometric mean and the worst of their ratios, and that of the frequency error. -f: only
 * lines with that word. -c: ends with 1 where a sensor of no use costs more than it may, or a good
 * one is of no use. -v: each seed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "accuracy_run.h"
#include "sim/world.h"

enum { SEEDS_MAX = 64, LINE_MAX_LEN = 96 };

/* The most that a sensor may cost in the mean, whatever it is; and a good one where it counts. */
static const double COST_MOST = 1.02;

#define EXPO(base, jitter)                                                         \
	.up = { .kind = LAW_EXPONENTIAL, .base_s = (base), .jitter_s = (jitter) }, \
	.down = { .kind = LAW_EXPONENTIAL, .base_s = (base), .jitter_s = (jitter) }
#define DAY(k)                              \
	{                                   \
		OSC_SINE, (k), 86400.0, 0.0 \
	}
#define HEATING(k, s)                       \
	{                                   \
		OSC_TRIANGLE, (k), (s), 0.0 \
	}

struct room {
	const char *name;
	struct osc_heat heat;
};

static const struct room rooms[] = {
	{ "day", { .mean_c = 25, .wave = { DAY(4.0) }, .wave_n = 1, .per_k = 0.1e-6 } },
	{ "heating",
	    { .mean_c = 22,
		.wave = { DAY(2.0), HEATING(0.8, 1800.0) },
		.wave_n = 2,
		.per_k = -0.15e-6,
		.lag_s = 120.0 } },
	{ "load",
	    { .mean_c = 45,
		.wave = { DAY(2.0), HEATING(6.0, 5400.0) },
		.wave_n = 2,
		.per_k = 0.05e-6,
		.per_k2 = 0.5e-9,
		.lag_s = 600.0 } },
	{ "draught", { .mean_c = 20, .walk_k = 1.0, .per_k = 0.1e-6, .lag_s = 200.0 } },
	{ "none", { .mean_c = 25, .wave = { DAY(4.0), HEATING(0.8, 1800.0) }, .wave_n = 2 } },
};

struct sensor {
	const char *name;
	struct sim_sensor is;
	bool good; /* with it the clock is to be better */
};

#define AT .path = "/temp"
static const struct sensor sensors[] = {
	{ "good", { AT, .noise_k = 0.02 }, true },
	{ "5_min_late", { AT, .lag_s = 300.0, .noise_k = 0.02 }, false },
	{ "of_1_degree", { AT, .quantum_k = 1.0 }, false },
	{ "sticks_for_hours", { AT, .noise_k = 0.02, .stuck_s = 14400.0, .stuck_every_s = 28800.0 },
	    false },
	{ "of_something_else", { AT, .walk_k = 1.0 }, false },
	{ "dead", { AT, .gone = true }, false },
};

struct network {
	const char *name;
	struct accuracy_source source;
};

static const struct network nets[] = {
	{ "lan", { EXPO(100e-6, 10e-6) } },
	{ "wan", { EXPO(15e-3, 1e-3) } },
};

struct request {
	unsigned seeds;
	uint64_t first;
	const char *word;
	bool check, verbose;
};

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, unsigned n)
{
	qsort(v, n, sizeof *v, ascending);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2.0;
}

/* One room, network and sensor over all seeds. */
struct line {
	double without_s[SEEDS_MAX], with_s[SEEDS_MAX];
	double log_ratio, log_freq, worst;
	unsigned failures;
};

static void
run_seed(const struct request *q, struct accuracy_case *c, uint64_t seed, unsigned i,
    struct line *out)
{
	struct accuracy_result without, with;
	const char *path = c->sensor.path;
	double ratio;

	c->sensor.path = NULL;
	accuracy_run(c, "adaptive", seed, NULL, &without);
	c->sensor.path = path;
	accuracy_run(c, "adaptive", seed, NULL, &with);
	ratio = with.rms_s / without.rms_s;
	out->without_s[i] = without.rms_s;
	out->with_s[i] = with.rms_s;
	out->log_ratio += log(ratio);
	out->log_freq += log(with.freq / without.freq);
	out->worst = fmax(out->worst, ratio);
	out->failures += with.failures;
	if (q->verbose) {
		printf(
		    "# seed %llu: %.2f us without, %.2f with: %.3f; frequency %.4f, %.4f ppm %s\n",
		    (unsigned long long)seed, without.rms_s * 1e6, with.rms_s * 1e6, ratio,
		    without.freq * 1e6, with.freq * 1e6, with.failure);
	}
}

/* False when it is not what it is to be. */
static bool
run_line(const struct request *q, const struct network *net, const struct room *room,
    const struct sensor *sensor)
{
	struct accuracy_case *c;
	struct line l = { .worst = 0.0 };
	char name[LINE_MAX_LEN];
	bool useful = sensor->good && strcmp(room->name, "none") != 0;
	double ratio;

	(void)snprintf(name, sizeof name, "%s %s %s", net->name, room->name, sensor->name);
	if (q->word != NULL && strstr(name, q->word) == NULL) {
		return true;
	}
	c = sim_alloc(1, sizeof *c);
	c->hours = 48;
	c->offset_s = 1e-3;
	c->osc = (struct osc){ .freq = 10e-6, .walk = 3e-10, .heat = room->heat };
	c->source[0] = net->source;
	c->source_n = 1;
	c->sensor = sensor->is;
	for (unsigned i = 0; i < q->seeds; i++) {
		run_seed(q, c, q->first + i, i, &l);
	}
	free(c);
	ratio = exp(l.log_ratio / q->seeds);
	printf("%-32s %9.2f %9.2f  %6.3f  %6.3f  %6.3f%s\n", name,
	    median(l.without_s, q->seeds) * 1e6, median(l.with_s, q->seeds) * 1e6, ratio, l.worst,
	    exp(l.log_freq / q->seeds), l.failures > 0 ? "  (told too little)" : "");
	(void)fflush(stdout);
	return l.failures == 0 && ratio <= (useful ? 1.0 : COST_MOST);
}

static bool
read_options(struct request *q, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:s:f:cv")) != -1) {
		switch (opt) {
		case 'n':
			q->seeds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			q->first = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			q->word = optarg;
			break;
		case 'c':
			q->check = true;
			break;
		case 'v':
			q->verbose = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc && q->seeds >= 1 && q->seeds <= SEEDS_MAX;
}

int
main(int argc, char **argv)
{
	struct request q = { .seeds = 3, .first = 1 };
	bool good = true;

	if (!read_options(&q, argc, argv)) {
		fprintf(stderr,
		    "usage: bench_tempcomp [-n SEEDS] [-s FIRST_SEED] [-f WORD] [-c] [-v]\n");
		return 2;
	}
	printf("%-32s %9s %9s  %6s  %6s  %6s\n", "network, room, sensor", "without", "with us",
	    "ratio", "worst", "freq");
	for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
		for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
			for (size_t v = 0; v < sizeof sensors / sizeof *sensors; v++) {
				good = run_line(&q, &nets[n], &rooms[r], &sensors[v]) && good;
			}
		}
	}
	return q.check && !good ? 1 : 0;
}
