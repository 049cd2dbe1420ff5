/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_start - how long a cold host on a LAN takes until its clock stays within 1 ms.
 *
 *	bench_start [-n SEEDS] [-s FIRST_SEED] [-b] [-c] [-v]
 *
 * Whole daemons in simulated time, without a drift file: how far the clock is off, how fast it
 * runs, and -G or not. Each seed draws its network (50 to 500 us away, jitter of 2 to 50 us), one,
 * three or four servers, the direction of the offset and that of the rate. A cell is the median and
 * the longest in seconds. -b: the servers are given without iburst. -c: ends with 1 when one took
 * longer than it may. -v: a line for each that did.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "sim/sim.h"
#include "sim/world.h"

enum { SEEDS_MAX = 256 };

#define WITHIN_S 1e-3
#define WATCHED_S 600.0

static const double freqs[] = { 0.0, 10e-6, 100e-6, 400e-6, 450e-6 };
static const double offsets[] = { 0.5e-3, 1.5e-3, 5e-3, 20e-3, 50e-3, 90e-3, 120e-3, 127e-3 };

enum { FREQS = sizeof freqs / sizeof *freqs, OFFSETS = sizeof offsets / sizeof *offsets };

struct request {
	unsigned seeds;
	uint64_t first;
	bool bare, check, verbose;
};

/* One way to start, and how long that may take. */
struct way {
	const char *name;
	bool step_first;
	double most_s;
};

static const struct way ways[] = {
	{ "slewed", false, 25.0 },
	{ "-G", true, 10.0 },
};

/* Evenly between, by the logarithm. */
static double
drawn(struct sim_rng *rng, double least, double most)
{
	return least * pow(most / least, sim_rng_unit(rng));
}

static double
sign(struct sim_rng *rng)
{
	return sim_rng_chance(rng, 0.5) ? -1.0 : 1.0;
}

static struct sim_node *
client(struct sim *s, const struct request *q, const struct way *way, double offset_s, double freq)
{
	static const unsigned counts[] = { 1, 3, 4 };
	struct sim_rng rng = sim_rng_of(s->w->seed, "bench_start", 0);
	unsigned servers = counts[sim_rng_below(&rng, 3)];
	struct sim_law law = { .kind = LAW_EXPONENTIAL };
	char config[256];
	struct text t = text_over(config, sizeof config);
	struct sim_node *n;

	law.base_s = drawn(&rng, 50e-6, 500e-6);
	law.jitter_s = drawn(&rng, 2e-6, 50e-6);
	for (unsigned i = 1; i <= servers; i++) {
		text_printf(&t, "server 192.0.2.%u%s\n", i, q->bare ? "" : " iburst");
	}
	n = sim_node_new(s, "client", sign(&rng) * offset_s, sign(&rng) * freq, config);
	n->options.step_first = way->step_first;
	for (unsigned i = 1; i <= servers; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, (struct sim_path){ .law = law });
	}
	return n;
}

static double
run(const struct request *q, const struct way *way, double offset_s, double freq, uint64_t seed)
{
	struct sim *s = sim_new(seed);
	struct sim_node *n = client(s, q, way, offset_s, freq);
	double took_s;

	SIM_CHECK(s, sim_node_boot(n), "exit status %d", n->exit_status);
	took_s = sim_time_to(s, n, WITHIN_S, WATCHED_S);
	sim_node_stop(n);
	if (s->failures > 0) {
		printf("# seed %llu, %g s, %g ppm: %s\n", (unsigned long long)seed, offset_s,
		    freq * 1e6, s->failure[0]);
		took_s = HUGE_VAL;
	}
	if (q->verbose && took_s > way->most_s) {
		printf("# seed %llu, %g s, %g ppm: %.0f s\n", (unsigned long long)seed, offset_s,
		    freq * 1e6, took_s);
	}
	sim_free(s);
	return took_s;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Returns how many took too long. */
static unsigned
run_cell(const struct request *q, const struct way *way, double offset_s, double freq)
{
	double took_s[SEEDS_MAX];
	unsigned late = 0;

	for (unsigned i = 0; i < q->seeds; i++) {
		took_s[i] = run(q, way, offset_s, freq, q->first + i);
		late += took_s[i] > way->most_s;
	}
	qsort(took_s, q->seeds, sizeof *took_s, ascending);
	printf(" %4.0f %4.0f%c", took_s[q->seeds / 2], took_s[q->seeds - 1], late > 0 ? '!' : ' ');
	fflush(stdout);
	return late;
}

static unsigned
run_way(const struct request *q, const struct way *way)
{
	unsigned late = 0;

	printf("%-10s", way->name);
	for (unsigned i = 0; i < OFFSETS; i++) {
		printf(" %6.1f ms ", offsets[i] * 1e3);
	}
	printf("\n");
	for (unsigned k = 0; k < FREQS; k++) {
		printf("%6.0f ppm", freqs[k] * 1e6);
		for (unsigned i = 0; i < OFFSETS; i++) {
			late += run_cell(q, way, offsets[i], freqs[k]);
		}
		printf("\n");
	}
	printf("%u of %u took longer than %.0f s\n", late, q->seeds * OFFSETS * FREQS, way->most_s);
	return late;
}

static bool
read_options(struct request *q, int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:s:bcv")) != -1) {
		switch (opt) {
		case 'n':
			q->seeds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 's':
			q->first = strtoull(optarg, NULL, 10);
			break;
		case 'b':
			q->bare = true;
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
	struct request q = { .seeds = 5, .first = 1 };
	unsigned late = 0;

	if (!read_options(&q, argc, argv)) {
		fprintf(stderr, "usage: bench_start [-n SEEDS] [-s FIRST_SEED] [-b] [-c] [-v]\n");
		return 2;
	}
	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
		late += run_way(&q, &ways[i]);
	}
	return q.check && late > 0 ? 1 : 0;
}
