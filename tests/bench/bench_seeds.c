/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_seeds - options, rows and seeds of a bench. */
#include "bench_seeds.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct asked {
	unsigned long seeds, first, row;
};

static bool
read_options(int argc, char **argv, struct asked *a)
{
	int opt;

	*a = (struct asked){ .seeds = 3, .first = 1 };
	while ((opt = getopt(argc, argv, "n:s:l:")) != -1) {
		switch (opt) {
		case 'n':
			a->seeds = strtoul(optarg, NULL, 10);
			break;
		case 's':
			a->first = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			a->row = strtoul(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	}
	return optind == argc;
}

int
bench_seeds_main(int argc, char **argv, const struct bench_rows *rows)
{
	struct asked a;
	bool good = true;

	if (!read_options(argc, argv, &a)) {
		(void)fprintf(stderr, "usage: %s [-n SEEDS] [-s FIRST_SEED] [-l FIRST_ROW]\n",
		    rows->name);
		return 2;
	}
	puts(rows->heading);
	for (unsigned long row = a.row; row < rows->n; row++) {
		for (unsigned long i = 0; i < a.seeds; i++) {
			good = rows->run((unsigned)row, a.first + i) && good;
			(void)fflush(stdout);
		}
	}
	return good ? 0 : 1;
}
