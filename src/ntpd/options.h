/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - the command line of ntpd(8).
 */
#ifndef NTPD_OPTIONS_H
#define NTPD_OPTIONS_H
#include <stdbool.h>
#include "ntpd/daemon.h"

enum options_task {
	TASK_RUN,   /* be a daemon */
	TASK_CHECK, /* --check-config */
	TASK_PRINT, /* --print-config, --saveconfigquit */
	TASK_DONE   /* --version, --help: all is said */
};

enum { OPTIONS_PATHS_MAX = 6, OPTIONS_WITHOUT_EFFECT_MAX = 8 };

struct options {
	enum options_task task;
	struct ntpd_options daemon;
	bool nofork;    /* -n, and -q, -d, -D */
	unsigned debug; /* -d, -D */
	const char *logfile, *pidfile, *jaildir, *user, *save_to;
	bool nice;                     /* -N */
	int priority;                  /* -P; 0: none */
	double wait_sync_s;            /* -w; 0: none */
	char *path[OPTIONS_PATHS_MAX]; /* those that were made absolute */
	unsigned path_n;
	const char *without_effect[OPTIONS_WITHOUT_EFFECT_MAX]; /* "-m: reason", for the log */
	unsigned without_effect_n;
};

/*
 * Reads the command line. Where the process is to go to the background, and so leaves its folder,
 * relative paths become absolute. False: it was wrong; the reason is on stderr, and the usage line.
 */
bool options_read(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
