/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_log - the log port: every line kept with its time, so that tests assert on it.
 */
#ifndef SIM_LOG_H
#define SIM_LOG_H
#include <stdbool.h>
#include "port/log.h"
#include "sim/world.h"

struct sim_log_line {
	int64_t at; /* true ns */
	enum log_level level;
	char *text;
};

struct sim_log {
	struct log port;
	struct world *w;
	const char *name; /* of the host */
	struct sim_log_line *line;
	unsigned n, cap;
};

void sim_log_start(struct sim_log *l, struct world *w, const char *name);
void sim_log_end(struct sim_log *l);

/* Lines that contain text (any case), from line number first on. */
unsigned sim_log_count(const struct sim_log *l, unsigned first, const char *text);

/* Lines of that level or worse, debug lines never counted, from line number first on. */
unsigned sim_log_count_level(const struct sim_log *l, unsigned first, enum log_level worst);

/* Prints the last lines as comments of TAP. */
void sim_log_print(const struct sim_log *l, unsigned lines);

#endif
