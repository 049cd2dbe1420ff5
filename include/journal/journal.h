/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - what is written of the daemon: log and statistics.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H
#include <stdbool.h>
#include "base/limit.h"
#include "config/config.h"
#include "journal/counters.h"
#include "journal/ntscount.h"
#include "journal/stats.h"
#include "port/clock.h"
#include "port/log.h"
#include "port/loop.h"
#include "port/store.h"
#include "port/usage.h"

/* What the journal asks of its owner. */
struct journal_events {
	/* What all together have counted, for sysstats. */
	void (*counted)(void *ctx, struct counters *sum);
	/* And of NTS, for ntsstats. */
	void (*nts_counted)(void *ctx, struct ntscount *sum);
	/* What the process has used, for usestats; false when nobody can say. */
	bool (*used)(void *ctx, struct usage *out);
};

/* What its owner gives it; the ports outlive it. */
struct journal_setup {
	struct loop *loop;
	struct clock *clock; /* only read */
	struct store *store;
	struct log *log;
	const struct journal_events *up;
	void *up_ctx;
	const char *statsdir; /* instead of the configured one; NULL: that one */
	int pid;              /* in names of files */
	bool user_later;      /* stats_release is called later */
};

struct journal {
	struct journal_setup is;
	const struct config *conf; /* in force; NULL before the first */
	struct mtime started;
	bool ready; /* the start is over */
	struct stats stats;
	struct limit packet_log; /* of lines that packets cause */
};

/* Makes a journal of zeroes one that can report. */
void journal_init(struct journal *j, const struct journal_setup *setup);

/* The daemon's time begins: before events and statistics. */
void journal_start(struct journal *j);

/* Takes the configuration that is in force from now on; it is its owner's and stays. */
void journal_configure(struct journal *j, const struct config *conf);

/* The start is over: a file that cannot be read from now on replaces nothing. */
void journal_ready(struct journal *j);

#endif
