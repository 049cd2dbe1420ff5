/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_record - a file that remembers which seeds were run, a line each, so that many thousands can
 * be run in pieces and by several at once. The last line of a seed counts.
 */
#ifndef SIM_SOAK_RECORD_H
#define SIM_SOAK_RECORD_H
#include <stdbool.h>
#include <stdint.h>
#include "sim/oracle.h"

enum soak_outcome { SOAK_NOT_RUN, SOAK_PASSED, SOAK_FAILED };

/* How one seed, or many, went. */
struct soak_result {
	unsigned run, failed;
	double simulated_s, second[ORACLE_SECONDS];
	double worst_share;
};

struct soak_record;

/* Opens the file, made when it is missing. NULL, with a message, when that cannot be. */
struct soak_record *soak_record_open(const char *path);
void soak_record_close(struct soak_record *r);

enum soak_outcome soak_record_find(const struct soak_record *r, unsigned kind, uint64_t seed);

/* Adds a line; false when it cannot be written. */
bool soak_record_add(struct soak_record *r, unsigned kind, uint64_t seed,
    const struct soak_result *one);

/*
 * What all lines of the file come to, those of others included, and the seeds that failed, printed
 * as comments.
 */
struct soak_result soak_record_total(struct soak_record *r);

/*
 * "-pw " for the bits of soak.h, "" for none; and back: the bits, *text behind them. Where a letter
 * is none *text stays.
 */
const char *soak_kind_text(unsigned kind);
unsigned soak_kind_read(const char **text);

#endif
