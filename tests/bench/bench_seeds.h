/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_seeds - the main of a bench whose rows are each run with some seeds:
 *
 *	NAME [-n SEEDS] [-s FIRST_SEED] [-l FIRST_ROW]
 *
 * Three seeds from 1 on, all rows, unless the options say otherwise; rows are counted from 0.
 */
#ifndef BENCH_BENCH_SEEDS_H
#define BENCH_BENCH_SEEDS_H
#include <stdbool.h>
#include <stdint.h>

struct bench_rows {
	const char *name, *heading; /* of the program; the line above the table */
	unsigned n;
	/* Runs the row with the seed and prints its line; false: it is beyond its limit. */
	bool (*run)(unsigned row, uint64_t seed);
};

/* Gives the exit status: 0, 1 when a line was beyond its limit, 2 for options that are none. */
int bench_seeds_main(int argc, char **argv, const struct bench_rows *rows);

#endif
