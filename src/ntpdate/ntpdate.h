/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpdate - asks servers for the time and sets the clock once, over the ports given.
 */
#ifndef NTPDATE_NTPDATE_H
#define NTPDATE_NTPDATE_H
#include <stdbool.h>
#include <stdio.h>
#include "port/log.h"
#include "port/store.h"
#include "query/nts_words.h"
#include "query/query.h"

enum { NTPDATE_OK = 0, NTPDATE_FAILED = 1, NTPDATE_USAGE = 2 };

/* Offsets from here on are stepped, smaller ones slewed, unless -b or -B says otherwise. */
#define NTPDATE_STEP_S 0.5

enum ntpdate_way { NTPDATE_BY_SIZE, NTPDATE_ALWAYS_STEP, NTPDATE_ALWAYS_SLEW };

struct ntpdate_options {
	struct query_rules rules; /* without keys */
	const char *keyfile;
	enum ntpdate_way way;
	bool query_only, debug, syslog, verbose;
	struct nts_words nts;
	char *const *name; /* of the servers without NTS */
	int name_n;
};

/* What the command line asks for. */
enum ntpdate_task { NTPDATE_RUN, NTPDATE_HELP, NTPDATE_VERSION, NTPDATE_WRONG };

/* Reads the command line; what is wrong with it, and the help, go to err and out. */
enum ntpdate_task ntpdate_options_read(struct ntpdate_options *o, int argc, char **argv, FILE *out,
    FILE *err);

/* True when the clock is to be set: neither -q nor -d. */
bool ntpdate_sets(const struct ntpdate_options *o);

/* What it works with. */
struct ntpdate_world {
	struct query_ports port;
	struct store *store;
	struct log *log; /* for -s */
	FILE *out, *err;
	int pid;
};

struct ntpdate;

/* NULL when memory is short. All of w and o must outlive it. */
struct ntpdate *ntpdate_new(const struct ntpdate_world *w, const struct ntpdate_options *o);
void ntpdate_free(struct ntpdate *n); /* NULL is fine */

/*
 * Begins; the loop is stopped with the exit status once all is done. Any other result than
 * NTPDATE_OK: it came to an end at once, with that exit status.
 */
int ntpdate_start(struct ntpdate *n);

/* The best of its samples, also of answers that are of no use; NULL when it has none. */
const struct sample *ntpdate_sample(const struct query_server *s);

/* -d: what was learned of one server. */
void ntpdate_show_server(const struct query_server *s, struct rtime now, FILE *out);

#endif
