/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_stats - writes the statistics of a simulated daemon to a folder: sim_stats FOLDER [DAYS]. Three
 * servers, one of them far, and one wrong for some hours and silent for some; a clock that wanders as
 * a room's warmth does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim/scenario.h"

static const char CONFIG[] =
    THREE_SERVERS "statsdir /stats\n"
		  "statistics loopstats peerstats rawstats sysstats protostats usestats\n";

static int
write_file(const char *folder, const struct sim_file *f)
{
	char path[512];
	struct text t = text_over(path, sizeof path);
	const char *name = strrchr(f->path, '/');
	FILE *out;
	int failed;

	text_printf(&t, "%s%s", folder, name);
	out = fopen(path, "we");
	if (out == NULL) {
		perror(path);
		return 1;
	}
	failed = fwrite(f->node->bytes, 1, f->node->len, out) != f->node->len;
	return fclose(out) != 0 || failed;
}

/* Files of a day; the links are left out. */
static int
write_files(const char *folder, const struct sim_store *s)
{
	int failed = 0;

	for (const struct sim_file *f = s->files; f != NULL; f = f->next) {
		if (strncmp(f->path, "/stats/", 7) == 0 && strchr(f->path, '.') != NULL) {
			failed += write_file(folder, f);
		}
	}
	return failed;
}

int
main(int argc, char **argv)
{
	double days = argc > 2 ? strtod(argv[2], NULL) : 3;
	struct sim *s = sim_new(11);
	struct sim_node *n;
	int failed;

	if (argc < 2) {
		fprintf(stderr, "usage: sim_stats FOLDER [DAYS]\n");
		return 2;
	}
	s->careless = true;
	n = scenario_client(s, 3, scenario_lan(), 0.001, 12e-6, CONFIG);
	sim_link(s, n->host, s->server[2]->host, scenario_wan());
	n->clock.osc.walk = 2e-9;
	sim_run(s, days * 43200);
	sim_server_lie(s->server[1], 0.005);
	sim_run(s, 4 * 3600);
	sim_server_lie(s->server[1], 0);
	s->server[1]->silent = true;
	sim_run(s, 2 * 3600);
	s->server[1]->silent = false;
	sim_run(s, days * 43200);
	failed = write_files(argv[1], &n->store);
	sim_free(s);
	return failed > 0;
}
