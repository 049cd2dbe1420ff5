/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print - a configuration as text: for --print-config, --saveconfigquit and saveconfig.
 * Reading the text gives an equal configuration (config_same).
 */
#ifndef CONFIG_PRINT_H
#define CONFIG_PRINT_H
#include "config/config.h"

/* Where the text goes, piece by piece; a piece is not terminated at n. */
struct config_sink {
	void *ctx;
	void (*put)(void *ctx, const char *piece, size_t n);
};

/*
 * Writes what differs from the defaults, one directive per line, includes spliced, in a fixed
 * order. Servers from a sourcedir follow as comments; with_defaults adds the values in force by
 * default, as comments too.
 */
void config_print(const struct config *c, bool with_defaults, const struct config_sink *to);

/* True when both configurations mean the same; places in files do not count. */
bool config_same(const struct config *a, const struct config *b);

#endif
