/* SPDX-License-Identifier: BSD-2-Clause */
/* The kept log of a simulated daemon. */
#include "sim/sim_log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
line(struct log *port, enum log_level level, const char *text)
{
	struct sim_log *l = (struct sim_log *)port;

	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 64 : 2 * l->cap;
		l->line = realloc(l->line, l->cap * sizeof *l->line);
		if (l->line == NULL) {
			perror("simulator");
			exit(99);
		}
	}
	l->line[l->n++] =
	    (struct sim_log_line){ .at = l->w->now, .level = level, .text = sim_strdup(text) };
	world_trace(l->w, l->name, "log: %s", text);
}

static const struct log_ops log_ops = { .line = line };

void
sim_log_start(struct sim_log *l, struct world *w, const char *name)
{
	*l = (struct sim_log){ .port = { .ops = &log_ops }, .w = w, .name = name };
}

void
sim_log_end(struct sim_log *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		free(l->line[i].text);
	}
	free(l->line);
	l->line = NULL;
	l->n = l->cap = 0;
}

unsigned
sim_log_count(const struct sim_log *l, unsigned first, const char *text)
{
	unsigned n = 0;

	for (unsigned i = first; i < l->n; i++) {
		n += strcasestr(l->line[i].text, text) != NULL;
	}
	return n;
}

unsigned
sim_log_count_level(const struct sim_log *l, unsigned first, enum log_level worst)
{
	unsigned n = 0;

	for (unsigned i = first; i < l->n; i++) {
		n += l->line[i].level <= worst && l->line[i].level < LOG_LEVEL_DEBUG;
	}
	return n;
}

void
sim_log_print(const struct sim_log *l, unsigned lines)
{
	for (unsigned i = l->n > lines ? l->n - lines : 0; i < l->n; i++) {
		printf("# %14.3f %-8s <%d> %s\n", (double)l->line[i].at * 1e-9, l->name,
		    (int)l->line[i].level, l->line[i].text);
	}
}
