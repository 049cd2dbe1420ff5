/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sntp - asks servers for the time, says how far the clock is off in one line, and sets the clock
 * only when told to; over the ports given.
 */
#ifndef SNTP_SNTP_H
#define SNTP_SNTP_H
#include <stdbool.h>
#include <stdio.h>
#include "port/store.h"
#include "query/nts_words.h"
#include "query/query.h"

enum { SNTP_OK = 0, SNTP_FAILED = 1 };

enum { SNTP_HOSTS_MAX = QUERY_NAMES_MAX };

struct sntp_options {
	struct query_rules rules; /* without keys */
	const char *keyfile;
	const char *logfile; /* NULL: standard output */
	const char *kodfile; /* NULL: kisses are forgotten */
	bool step, slew;     /* what may be done to the clock */
	double step_limit_s; /* with both: from here on a step */
	bool json, debug;
	struct nts_words nts;
	const char *host[SNTP_HOSTS_MAX]; /* without NTS */
	unsigned host_n;
};

/* What the command line asks for. */
enum sntp_task { SNTP_RUN, SNTP_DONE, SNTP_WRONG };

/* Reads the command line; what is wrong with it goes to err, help and version to out. */
enum sntp_task sntp_options_read(struct sntp_options *o, int argc, char **argv, FILE *out,
    FILE *err);

/* What it works with. */
struct sntp_world {
	struct query_ports port;
	struct store *store;
	FILE *out, *err;
};

struct sntp;

/* NULL when memory is short. All of w and o must outlive it. */
struct sntp *sntp_new(const struct sntp_world *w, const struct sntp_options *o);
void sntp_free(struct sntp *s); /* NULL is fine */

/*
 * Begins; the loop is stopped with the exit status once all is done. SNTP_FAILED: it came to an end
 * at once.
 */
int sntp_start(struct sntp *s);

#endif
