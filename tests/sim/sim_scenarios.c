/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_scenarios - runs the scenarios; TAP.
 *
 *	sim_scenarios [--list] [--seed N] [--log] [--config LINE] [NAME...]
 *
 * A NAME is the whole name of a scenario or a part of it. --log prints the daemons' logs of failed
 * scenarios whole.
 * --config puts a line before every configuration ("tinker loop classic").
 */
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "sim/scenario.h"

static const struct scenario_table *const tables[] = { &clock_scenarios, &fault_scenarios,
	&source_scenarios, &network_scenarios, &wire_scenarios, &attack_scenarios, &serve_scenarios,
	&conf_scenarios, &access_scenarios, &reload_scenarios, &leap_scenarios, &quorum_scenarios,
	&fields_scenarios, &latch_scenarios, &nts_scenarios, &nts_server_scenarios,
	&protect_scenarios, &trust_scenarios, &certtime_scenarios, &start_scenarios,
	&first_slew_scenarios, &liars_scenarios, &refclock_scenarios,
#ifdef HAVE_JANSSON
	&refclock_kinds_scenarios, /* of which gpsd is one */
#endif
	&interleaved_scenarios, &hwstamp_scenarios, &mssntp_scenarios, &symmetric_scenarios,
	&pool_scenarios, &broadcast_scenarios, &manycast_scenarios, &fleet_scenarios,
	&tempcomp_scenarios, &explain_scenarios };

struct request {
	uint64_t seed;
	bool list, whole_log;
	const char *config;
	char *const *name;
	int name_n;
	/* What came of it. */
	unsigned run, failed;
	double simulated_s, wall_s;
};

static double
wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool
wanted(const struct request *q, const char *name)
{
	for (int i = 0; i < q->name_n; i++) {
		if (strstr(name, q->name[i]) != NULL) {
			return true;
		}
	}
	return q->name_n == 0;
}

static void
explain(const struct sim *s, bool whole_log)
{
	unsigned shown = s->failures < SIM_FAILURES_MAX ? s->failures : SIM_FAILURES_MAX;

	for (unsigned i = 0; i < shown; i++) {
		printf("# %s\n", s->failure[i]);
	}
	if (s->failures > shown) {
		printf("# and %u more\n", s->failures - shown);
	}
	for (unsigned i = 0; i < s->node_n; i++) {
		sim_log_print(&s->node[i]->log, whole_log ? 10000 : 15);
	}
	printf("# the last events (seed %llu):\n", (unsigned long long)s->w->seed);
	world_print_trace(s->w, whole_log ? 10000 : 25);
}

static void
run_one(struct request *q, const struct scenario *sc)
{
	struct sim *s = sim_new(q->seed);
	double start = wall_s(), took;

	s->config_line = q->config;
	sc->run(s);
	for (unsigned i = 0; i < s->node_n; i++) {
		sim_node_stop(s->node[i]);
	}
	took = wall_s() - start;
	q->run++;
	q->failed += s->failures > 0;
	q->simulated_s += world_s(s->w);
	q->wall_s += took;
	printf("%s %u - %s\n", s->failures > 0 ? "not ok" : "ok", q->run, sc->name);
	if (s->failures > 0) {
		explain(s, q->whole_log);
	}
	printf("# %.2f h simulated in %.3f s, digest %016" PRIx64 "\n", world_s(s->w) / 3600, took,
	    sim_digest(s));
	fflush(stdout);
	sim_free(s);
}

static void
run_all(struct request *q)
{
	for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
		for (unsigned i = 0; i < tables[t]->n; i++) {
			const struct scenario *sc = &tables[t]->at[i];

			if (!wanted(q, sc->name)) {
				continue;
			}
			if (q->list) {
				puts(sc->name);
				q->run++;
				continue;
			}
			run_one(q, sc);
		}
	}
}

int
main(int argc, char **argv)
{
	struct request q = { .seed = 1, .config = "" };
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			q.seed = strtoull(argv[++i], NULL, 0);
		} else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			q.config = argv[++i];
		} else if (strcmp(argv[i], "--list") == 0) {
			q.list = true;
		} else if (strcmp(argv[i], "--log") == 0) {
			q.whole_log = true;
		} else {
			fprintf(stderr,
			    "usage: sim_scenarios [--list] [--seed N] [--log] [--config LINE] "
			    "[NAME...]\n");
			return 2;
		}
	}
	q.name = argv + i;
	q.name_n = argc - i;
	run_all(&q);
	if (q.list) {
		return 0;
	}
	printf("# %u scenarios, %.1f h simulated in %.1f s: %.0f h per second\n", q.run,
	    q.simulated_s / 3600, q.wall_s, q.simulated_s / 3600 / (q.wall_s > 0 ? q.wall_s : 1));
	sim_print_total();
	printf("1..%u\n", q.run);
	return q.failed > 0 || q.run == 0;
}
