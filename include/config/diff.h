/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff - what a reload has to change: the steps from one configuration to the next. Which words
 * are compared, and to which step they belong, is in their rows of the schema.
 */
#ifndef CONFIG_DIFF_H
#define CONFIG_DIFF_H
#include "config/schema.h"

/* A part that differs, once; of PART_SOURCES each source, of PART_START each word. */
struct config_change {
	enum schema_part part;
	const struct config_source *was, *now; /* PART_SOURCES: NULL when new, when gone */
	const char *word;                      /* PART_START: the directive; else NULL */
	const char *option;                    /* PART_START: its word ("enable" of nts), or NULL */
};

/*
 * Gives the changes from old to new in a; *out points to n of them, in the order of their parts;
 * sources that are gone before those that changed, and those before the new ones.
 * Returns n, 0 when both are the same; -1 when a is exhausted.
 */
int config_diff(const struct config *old, const struct config *new, struct arena *a,
    const struct config_change **out);

/* The line of c for the same server (kind, host, port) as s, whatever its options; or NULL. */
const struct config_source *config_source_in(const struct config *c, const struct config_source *s);

/* "server 192.0.2.1 iburst added", "restrict changed"; for the log of a reload. */
void config_change_format(const struct config_change *change, struct text *out);

#endif
