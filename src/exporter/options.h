/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - the command line of ntp-exporter.
 */
#ifndef EXPORTER_OPTIONS_H
#define EXPORTER_OPTIONS_H
#include <stdint.h>
#include <stdio.h>
#include "base/hostspec.h"
#include "exporter/hosts.h"

enum { OPTIONS_LISTEN_MAX = 16, OPTIONS_PORT = 10123 };

struct options {
	struct hostspec listen[OPTIONS_LISTEN_MAX]; /* addresses; port 0: the usual one */
	size_t listen_n;
	struct hosts hosts;
	const char *folder; /* for what is kept over restarts, or NULL */
	const char *user;   /* to become, or NULL */
};

enum options_result { OPTIONS_RUN, OPTIONS_TOLD, OPTIONS_WRONG };

/* TOLD: help or version was printed. WRONG: why was. *o points into argv. */
enum options_result options_read(struct options *o, int argc, char **argv, FILE *out, FILE *err);

#endif
