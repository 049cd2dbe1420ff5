/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab - one simulated host and played servers: programs that ask the time once run here wholly in
 * simulated time.
 */
#ifndef TESTS_UNIT_QUERY_LAB_H
#define TESTS_UNIT_QUERY_LAB_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "query/query.h"
#include "sim/sim_ke.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_resolver.h"
#include "sim/sim_server.h"
#include "sim/sim_store.h"

enum { LAB_SERVERS_MAX = 8, LAB_WORDS_MAX = 48 };

struct lab {
	struct world *w;
	struct sim_net *net;
	struct sim_host *host;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_rng rng;
	struct sim_resolver resolver;
	struct sim_store store;
	struct sim_log log;
	struct sim_ke_world kes;
	struct sim_ke ke;
	struct sim_server *server[LAB_SERVERS_MAX];
	unsigned server_n;
	char *out, *err; /* what the program wrote; of lab_streams */
	size_t out_len, err_len;
	FILE *out_to, *err_to;
	char words[1024]; /* of lab_words */
	char *argv[LAB_WORDS_MAX];
	int argc;
};

/*
 * A host whose clock is offset_s behind true time: that is what it has to find. It has addresses of
 * both families; ways are 5 ms long, the same in both directions.
 */
struct lab *lab_new(double offset_s);

/* Fails the test when the program left a socket open or a timer behind. */
void lab_free(struct lab *l);

struct sim_server *lab_serve(struct lab *l, const char *address);
/* With NTS, whose certificate is for that name, which leads there, and trusted by the system. */
struct sim_nts *lab_serve_nts(struct lab *l, const char *address, const char *name);
struct query_ports lab_ports(struct lab *l);

/* Runs until the loop is stopped; its status. Fails the test when that takes over five minutes. */
int lab_run(struct lab *l);

/* Opens new streams out_to and err_to; lab_read fills out and err. */
void lab_streams(struct lab *l);
void lab_read(struct lab *l);

/* Cuts a command line at its blanks into argc and argv. */
void lab_words(struct lab *l, const char *line);

/* Clock less true time. */
double lab_error_s(struct lab *l);

#endif
