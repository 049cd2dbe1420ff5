/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * same - what two configurations say of one word of the schema, and of one source. Every row is
 * compared by its kind of argument, so that a word which nobody compares cannot be added.
 */
#ifndef SRC_CONFIG_SAME_H
#define SRC_CONFIG_SAME_H
#include <stdbool.h>
#include "config/schema.h"

/*
 * True when what the row's word sets is the same in both; places in files do not count. Sources
 * have no order by which theirs could be compared: true of the words of PART_SOURCES.
 */
bool same_word(const struct schema_row *row, const struct config *a, const struct config *b);

/* True when both are the same server (kind, host, port) or clock, whatever their options. */
bool same_server(const struct config_source *a, const struct config_source *b);

/* True when all words of PART_SOURCES that are options are the same of both. */
bool same_options(const struct config_source *a, const struct config_source *b);

#endif
