/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - the statistics files: one line for each event of its kind, in the formats that tools
 * parse. reference/directives, section 4. A set writes when it is enabled, stats are not disabled,
 * and a statsdir is known.
 */
#ifndef JOURNAL_STATS_H
#define JOURNAL_STATS_H
#include <stdbool.h>
#include "base/addr.h"
#include "base/limit.h"
#include "base/ntptime.h"
#include "config/config.h"
#include "core/assoc.h"
#include "journal/ntscount.h"
#include "port/usage.h"

struct journal;

enum { STATS_PATH_MAX = 512, STATS_SYS_COUNTS = 10 };

struct stats {
	struct stats_file {
		char path[STATS_PATH_MAX]; /* of the last line; "": none yet */
		int error;                 /* that was said and still lasts, 0: none */
		int last_error;            /* that was said last */
		struct mtime said_at;
		uint64_t lost;  /* lines that could not be written */
		int link_error; /* said once */
	} file[STATS_N];
	struct mtime hour;                      /* when sysstats was written last */
	uint64_t counted[STATS_SYS_COUNTS];     /* counters then */
	uint64_t nts_counted[NTSCOUNT_PACKETS]; /* of NTS, too */
	struct ntscount ke_counted;             /* and of the establishment of its keys */
	struct limit ke_log;                    /* lines of ntskelog, for strangers cause them */
	struct usage used;                      /* then */
	bool keeping;                           /* lines, until stats_release */
	struct stats_kept *kept;                /* lines for after the change of user; NULL: none */
	unsigned kept_n;
};

/* What loopstats tells of the clock. */
struct stats_loop_line {
	double offset_s, freq, jitter_s, wander; /* freq and wander: s/s */
	int poll_log2s;
};

/* Before all others. */
void stats_begin(struct journal *j, struct mtime now);

/* An update of the clock. */
void stats_loop(struct journal *j, const struct stats_loop_line *l);

/* A new sample of a source, with its status word of mode 6. */
void stats_peer(struct journal *j, const struct assoc *a, uint16_t status);

/* The four timestamps of an answer that was accepted. */
void stats_raw(struct journal *j, const struct assoc *a);

/* What a reference clock is to say of itself, with its name before it: "SHM(0) 64 60 4 0 0". */
void stats_clock(struct journal *j, const char *line);

/* An event as the log has it: "192.0.2.14 a014 84 reachable". */
void stats_proto(struct journal *j, const char *line);

/* A connection that came to establish NTS keys. */
struct stats_ke_line {
	const struct endpoint *from;
	const char *word;     /* "ok", "notls", "bad" */
	double took_s, cpu_s; /* wall and processor time */
	const char *text;     /* version and cipher of TLS, or what was wrong */
};

void stats_ke(struct journal *j, const struct stats_ke_line *l);

/* Called often; writes the hour's counts of packets and use of the machine when an hour is over. */
void stats_hourly(struct journal *j);

/* The counters began anew: so does what sysstats, or ntsstats, subtracts. */
void stats_forget_counts(struct journal *j);
void stats_forget_nts(struct journal *j);

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
