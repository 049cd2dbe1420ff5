/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff - what a reload has to change: the steps from one configuration to the next, in the order
 * in which they are to be taken.
 */
#ifndef CONFIG_DIFF_H
#define CONFIG_DIFF_H
#include "config/config.h"

/*
 * Keys, logs and files come first, because later steps may use them; what packets meet
 * (restrict, listen) before the servers; drops before adds, so that the table has room.
 */
enum config_change_kind {
	CHANGE_LOGFILE,         /* logfile, logconfig */
	CHANGE_KEYS,            /* keys, trustedkey, controlkey; the file is read again anyway */
	CHANGE_NTS,             /* nts */
	CHANGE_FILES,           /* driftfile, nonvolatile, pidfile, saveconfigdir, sourcedir... */
	CHANGE_STATS,           /* statsdir, statistics, filegen, enable stats */
	CHANGE_LEAP,            /* leapfile, leapsmear */
	CHANGE_VARS,            /* setvar */
	CHANGE_TINKER,          /* tinker, tick */
	CHANGE_TOS,             /* tos */
	CHANGE_POLLS,           /* pollskewlist */
	CHANGE_SWITCHES,        /* enable, disable; without stats */
	CHANGE_RESTRICT,        /* restrict, unrestrict, delrestrict */
	CHANGE_RATE,            /* discard, limit */
	CHANGE_LISTEN,          /* interface, nic, dscp, extra port */
	CHANGE_SOURCEPORT,
	CHANGE_UNPEER,          /* unpeer, of ids and pool members */
	CHANGE_SOURCE_DROP,     /* was is gone */
	CHANGE_SOURCE_OPTIONS,  /* was becomes now, the same server with other options */
	CHANGE_SOURCE_ADD,      /* now is new */
	CHANGE_RESET,           /* reset */
	CHANGE_OTHER,           /* words that do not act yet */
	CHANGE_NEEDS_RESTART    /* mru, rlimit, pidfile...: word says which; only to be reported */
};

struct config_change {
	enum config_change_kind kind;
	const struct config_source *was, *now;  /* CHANGE_SOURCE_*, else NULL */
	const char *word;                       /* CHANGE_NEEDS_RESTART: the directive, else NULL */
};

/*
 * Gives the changes from old to new in a; *out points to n of them.
 * Returns n, 0 when both are the same; -1 when a is exhausted.
 */
int config_diff(const struct config *old, const struct config *new, struct arena *a,
    const struct config_change **out);

/* The line of c for the same server (kind, host, port) as s, whatever its options; or NULL. */
const struct config_source *config_source_in(const struct config *c, const struct config_source *s);

/* "server 192.0.2.1 iburst added", "restrict changed"; for the log of a reload. */
void config_change_format(const struct config_change *change, struct text *out);

#endif
