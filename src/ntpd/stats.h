/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - the statistics files: one line for each event of its kind, in the formats that tools
 * parse. reference/directives, section 4. A set writes when it is enabled, stats are not disabled,
 * and a statsdir is known.
 */
#ifndef NTPD_STATS_H
#define NTPD_STATS_H
#include "config/config.h"
#include "ntpd/peers.h"
#include "port/usage.h"

struct journal;

enum { STATS_PATH_MAX = 512, STATS_SYS_COUNTS = 10 };

struct stats {
	struct stats_file {
		char path[STATS_PATH_MAX];      /* of the last line; "": none yet */
		int error;                      /* that was said and still lasts, 0: none */
		int last_error;                 /* that was said last */
		struct mtime said_at;
		uint64_t lost;                  /* lines that could not be written */
		int link_error;                 /* said once */
	} file[STATS_N];
	struct mtime hour;                      /* when sysstats was written last */
	uint64_t counted[STATS_SYS_COUNTS];     /* counters then */
	struct usage used;                      /* then */
	struct stats_kept *kept;                /* lines for after the change of user; NULL: none */
	unsigned kept_n;
};

/* An update of the clock. */
void stats_loop(struct journal *j);

/* A new sample of a source. */
void stats_peer(struct journal *j, const struct peer *p);

/* The four timestamps of an answer that was accepted. */
void stats_raw(struct journal *j, const struct peer *p);

/* An event as the log has it: "192.0.2.14 a014 84 reachable". */
void stats_proto(struct journal *j, const char *line);

/* Called often; writes the hour's counts of packets and use of the machine when an hour is over. */
void stats_hourly(struct journal *j);

/* At the start and when names may have changed: the next lines begin files. */
void stats_start(struct journal *j);

/*
 * The process is the user that it stays: what was kept until now is written, so that the files are
 * that user's.
 */
void stats_release(struct journal *j);

/* At the end: what was kept until now is given up. */
void stats_stop(struct journal *j);

#endif
