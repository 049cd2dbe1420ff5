/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_soak - random scenarios from seeds; TAP.
 *
 *	sim_soak                     seeds 1 to 25; with NTS 1 to 10, as many with xleave, and as
 *	                             many with a sensor; with broadcasts 1 to 5
 *	sim_soak -k                  the seeds that failed once (tests/sim/seeds.txt)
 *	sim_soak [OPTIONS] SEED [COUNT]
 *	                             COUNT seeds from SEED on (1); the ones that fail are printed
 *	                             with their last events
 *	-p	outages end by themselves
 *	-o	the stories of old: without what soak_wide.h adds
 *	-n	servers with NTS: what soak_nts.h adds
 *	-i	xleave, and servers with interleaved mode
 *	-t	a sensor of temperature: what soak_temp.h adds
 *	-s	peers: the story of soak_peers.h, and nothing else; not with -f
 *	-b	broadcasts and manycast: that of soak_cast.h instead
 *	-f FILE	keeps a record: seeds in it are not run again, and what all of it comes to is told
 *	-m N	begins no more seeds after N minutes: the next call goes on
 *	-r	runs those of the record again that failed
 *	-l	prints the whole log of what failed, with the mishaps
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "sim/soak.h"
#include "sim/soak_record.h"
#include "sim/soak_temp.h"

enum { USUAL_SEEDS = 25, NTS_SEEDS = 10, CAST_SEEDS = 5, TRACE_LINES = 80, LOG_LINES = 15 };

static const char *const how[ORACLE_SECONDS] = {
	[ORACLE_STRICTLY] = "judged strictly",
	[ORACLE_GRANTING] = "judged, granting what others did to the clock",
	[ORACLE_KERNEL] = "of the kernel's promise, no process running",
	[ORACLE_UNSYNCED] = "unsynchronised, nothing promised",
	[ORACLE_NOT] = "not judged",
};

struct options {
	unsigned kind;
	uint64_t seed, count;
	const char *file;
	double minutes; /* 0: no end */
	bool known, again, quiet;
};

static void
explain(const struct sim *s, bool whole_log)
{
	unsigned shown = s->failures < SIM_FAILURES_MAX ? s->failures : SIM_FAILURES_MAX;

	for (unsigned i = 0; i < shown; i++) {
		printf("# %s\n", s->failure[i]);
	}
	printf("# %s\n", sim_store_text(&s->node[0]->store, "/etc/ntp.conf"));
	sim_log_print(&s->node[0]->log, whole_log ? 10000 : LOG_LINES);
	printf("# the last events:\n");
	world_print_trace(s->w, TRACE_LINES);
}

static void
add(struct soak_result *all, const struct soak_result *one)
{
	all->run += one->run;
	all->failed += one->failed;
	all->simulated_s += one->simulated_s;
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		all->second[i] += one->second[i];
	}
	all->worst_share =
	    one->worst_share > all->worst_share ? one->worst_share : all->worst_share;
}

static struct soak_result
run_seed(struct soak_result *all, uint64_t seed, unsigned kind, bool quiet)
{
	struct sim *s = soak_run(seed, kind);
	struct soak_result one = {
		.run = 1,
		.failed = s->failures > 0,
		.simulated_s = world_s(s->w),
		.worst_share = s->node[0]->oracle.worst_share,
	};

	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		one.second[i] = (double)s->node[0]->oracle.second[i];
	}
	add(all, &one);
	if (!quiet || s->failures > 0) {
		printf("%s %u - a day of mishaps from seed %s%llu\n",
		    s->failures > 0 ? "not ok" : "ok", all->run, soak_kind_text(kind),
		    (unsigned long long)seed);
		printf("# digest %016" PRIx64 "\n", sim_digest(s));
	}
	if (s->failures > 0) {
		explain(s, (kind & SOAK_TOLD) != 0);
	}
	fflush(stdout);
	sim_free(s);
	return one;
}

/*
 * The seeds that failed once, a number per line, text behind it. In front is the story, as
 * soak_kind_text has it: "-pw ", "-wi ", "-wt ", "-s ", "-b "; nothing is a story of old.
 */
static void
run_known(struct soak_result *all)
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
		const char *at = line;
		unsigned kind = soak_kind_read(&at);
		uint64_t seed = strtoull(at, NULL, 10);

		if (seed != 0) {
			(void)run_seed(all, seed, kind, false);
		} else if (line[0] != '#') {
			all->failed++;
			printf("not ok %u - a line of %s is none: %s", ++all->run, path, line);
		}
	}
	(void)fclose(f);
}

static void
run_usual(struct soak_result *all)
{
	for (uint64_t seed = 1; seed <= USUAL_SEEDS; seed++) {
		(void)run_seed(all, seed, SOAK_WIDE, false);
		(void)run_seed(all, seed, SOAK_WIDE | SOAK_PASSING, false);
	}
	for (uint64_t seed = 1; seed <= NTS_SEEDS; seed++) {
		(void)run_seed(all, seed, SOAK_WIDE | SOAK_NTS, false);
		(void)run_seed(all, seed, SOAK_WIDE | SOAK_INTERLEAVED, false);
		(void)run_seed(all, seed, SOAK_WIDE | SOAK_TEMP, false);
	}
	for (uint64_t seed = 1; seed <= CAST_SEEDS; seed++) {
		(void)run_seed(all, seed, SOAK_CAST, false);
	}
}

static void
print_result(const struct soak_result *all)
{
	printf("# %u days of mishaps, %u failed, %.0f h simulated, largest share of the root "
	       "distance %.2f\n",
	    all->run, all->failed, all->simulated_s / 3600, all->worst_share);
	for (unsigned i = 0; i < ORACLE_SECONDS; i++) {
		printf("# %5.1f%% %s\n", 100 * all->second[i] / all->simulated_s, how[i]);
	}
}

static bool
wanted(const struct options *o, const struct soak_record *r, uint64_t seed)
{
	enum soak_outcome was = r == NULL ? SOAK_NOT_RUN : soak_record_find(r, o->kind, seed);

	return was == SOAK_NOT_RUN || (was == SOAK_FAILED && o->again);
}

/* The seeds of the command line; false when the record cannot be kept. */
static bool
run_asked(const struct options *o, struct soak_result *all)
{
	struct soak_record *r = o->file != NULL ? soak_record_open(o->file) : NULL;
	time_t end = time(NULL) + (time_t)(o->minutes * 60);
	bool kept = o->file == NULL || r != NULL;

	for (uint64_t i = 0; i < o->count && kept; i++) {
		struct soak_result one;

		if (o->minutes > 0 && time(NULL) >= end) {
			printf("# to be gone on with from seed %llu\n",
			    (unsigned long long)(o->seed + i));
			break;
		}
		if (wanted(o, r, o->seed + i)) {
			one = run_seed(all, o->seed + i, o->kind, o->quiet);
			kept = r == NULL || soak_record_add(r, o->kind, o->seed + i, &one);
		}
	}
	if (r != NULL) {
		struct soak_result total = soak_record_total(r);

		printf("# all of %s:\n", o->file);
		print_result(&total);
		soak_record_close(r);
	}
	return kept;
}

static bool
read_options(int argc, char **argv, struct options *o)
{
	int c;

	*o = (struct options){ .kind = SOAK_WIDE, .count = 1 };
	while ((c = getopt(argc, argv, "kponitsbf:m:rl")) != -1) {
		switch (c) {
		case 'k':
			o->known = true;
			break;
		case 'p':
			o->kind |= SOAK_PASSING;
			break;
		case 'o':
			o->kind &= ~(unsigned)SOAK_WIDE;
			break;
		case 'n':
			o->kind |= SOAK_NTS;
			break;
		case 'i':
			o->kind |= SOAK_INTERLEAVED;
			break;
		case 't':
			o->kind |= SOAK_TEMP;
			break;
		case 's':
			o->kind = SOAK_PEERS;
			break;
		case 'b':
			o->kind = SOAK_CAST;
			break;
		case 'f':
			o->file = optarg;
			break;
		case 'm':
			o->minutes = strtod(optarg, NULL);
			break;
		case 'l':
			o->kind |= SOAK_TOLD;
			break;
		case 'r':
			o->again = true;
			break;
		default:
			return false;
		}
	}
	if (optind < argc) {
		o->seed = strtoull(argv[optind], NULL, 0);
	}
	if (optind + 1 < argc) {
		o->count = strtoull(argv[optind + 1], NULL, 0);
	}
	if ((o->kind & SOAK_PEERS) != 0 && o->file != NULL) {
		return false;
	}
	o->quiet = o->file != NULL || o->count > 100;
	return argc == 1 || o->known || o->seed != 0;
}

int
main(int argc, char **argv)
{
	struct soak_result all = { 0 };
	struct options o;
	clock_t start = clock();
	bool kept = true;

	if (!read_options(argc, argv, &o)) {
		(void)fprintf(stderr,
		    "usage: sim_soak [-k | [-ponitsbl] [-f FILE [-m MINUTES] [-r]] "
		    "[SEED [COUNT]]]\n");
		return 2;
	}
	if (o.known) {
		run_known(&all);
	} else if (argc == 1) {
		run_usual(&all);
	} else {
		kept = run_asked(&o, &all);
	}
	if (all.run > 0) {
		printf("# this time, %.1f s of CPU:\n", (double)(clock() - start) / CLOCKS_PER_SEC);
		print_result(&all);
		sim_print_total();
		soak_temp_print_total();
	}
	if (!o.quiet) {
		printf("1..%u\n", all.run);
	}
	return all.failed > 0 || !kept;
}
