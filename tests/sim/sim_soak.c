/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_soak - random scenarios from seeds; TAP.
 *
 *	sim_soak                     the seeds that failed once (tests/sim/seeds.txt), and 1 to 25
 *	sim_soak [-p] SEED [COUNT]   COUNT seeds from SEED on (1); the ones that fail are printed
 *	                             with their last events; -p: outages end by themselves
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "sim/soak.h"

enum { USUAL_SEEDS = 25, TRACE_LINES = 80 };

static const char *const how[ORACLE_SECONDS] = {
	[ORACLE_STRICTLY] = "judged strictly",
	[ORACLE_GRANTING] = "judged, granting what others did to the clock",
	[ORACLE_KERNEL] = "of the kernel's promise, no process running",
	[ORACLE_UNSYNCED] = "unsynchronised, nothing promised",
	[ORACLE_NOT] = "not judged",
};

struct tally {
	unsigned run, failed;
	double simulated_s, second[ORACLE_SECONDS];
	double worst_share;
};

static void
explain(const struct sim *s)
{
	unsigned shown = s->failures < SIM_FAILURES_MAX ? s->failures : SIM_FAILURES_MAX;

	for (unsigned i = 0; i < shown; i++) {
		printf("# %s\n", s->failure[i]);
	}
	printf("# %s\n", sim_store_text(&s->node[0]->store, "/etc/ntp.conf"));
	printf("# the last events:\n");
	world_print_trace(s->w, TRACE_LINES);
}

static void
run_seed(struct tally *t, uint64_t seed, enum soak_kind kind, bool quiet)
{
	struct sim *s = soak_run(seed, kind);

	t->run++;
	t->failed += s->failures > 0;
	t->simulated_s += world_s(s->w);
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		t->second[i] += (double)s->node[0]->oracle.second[i];
	}
	if (s->node[0]->oracle.worst_share > t->worst_share) {
		t->worst_share = s->node[0]->oracle.worst_share;
	}
	if (!quiet || s->failures > 0) {
		printf("%s %u - a day of mishaps from seed %s%llu\n",
		    s->failures > 0 ? "not ok" : "ok", t->run, kind == SOAK_PASSING ? "-p " : "",
		    (unsigned long long)seed);
	}
	if (s->failures > 0) {
		explain(s);
	}
	fflush(stdout);
	sim_free(s);
}

/* The seeds that failed once: "-p " or not, one number per line, text behind it. */
static void
run_known(struct tally *t)
{
	const char *top = getenv("top_srcdir");
	char path[1024], line[256];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/tests/sim/seeds.txt", top != NULL ? top : ".");
	f = fopen(path, "r");
	if (f == NULL) {
		printf("# no %s\n", path);
		return;
	}
	while (fgets(line, sizeof line, f) != NULL) {
		bool passing = strncmp(line, "-p ", 3) == 0;
		uint64_t seed = strtoull(line + (passing ? 3 : 0), NULL, 10);

		if (seed != 0) {
			run_seed(t, seed, passing ? SOAK_PASSING : SOAK_LASTING, false);
		}
	}
	(void)fclose(f);
}

int
main(int argc, char **argv)
{
	struct tally t = { 0 };
	bool passing = argc > 1 && strcmp(argv[1], "-p") == 0;
	int args = argc - passing;
	uint64_t seed = args > 1 ? strtoull(argv[passing + 1], NULL, 0) : 1;
	uint64_t count = args > 2 ? strtoull(argv[passing + 2], NULL, 0) : args > 1 ? 1 : USUAL_SEEDS;
	clock_t start = clock();

	if (argc == 1) {
		run_known(&t);
	}
	for (uint64_t i = 0; i < count && !passing; i++) {
		run_seed(&t, seed + i, SOAK_LASTING, count > 100);
	}
	for (uint64_t i = 0; i < count && (passing || argc == 1); i++) {
		run_seed(&t, seed + i, SOAK_PASSING, count > 100);
	}
	printf("# %u days of mishaps, %.0f h simulated in %.1f s of CPU, largest share of the root "
	       "distance %.2f\n",
	    t.run, t.simulated_s / 3600, (double)(clock() - start) / CLOCKS_PER_SEC,
	    t.worst_share);
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		printf("# %5.1f%% %s\n", 100 * t.second[i] / t.simulated_s, how[i]);
	}
	if (count <= 100) {
		printf("1..%u\n", t.run);
	}
	return t.failed > 0;
}
