/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host - the real ports of a program that asks once and ends.
 */
#ifndef QUERY_HOST_H
#define QUERY_HOST_H
#include <stdbool.h>
#include "port/log.h"
#include "port/store.h"
#include "query/query.h"
#include "sys/role.h"

struct host {
	struct query_ports port;
	struct store *store;
	struct log *log; /* syslog, or standard error */
	struct role_set roles;
	struct starter *starter;
};

/*
 * The first thing in main: becomes the starter of the processes that ask for names and for keys of
 * NTS, and does not return, when that is what the program was run for.
 */
void host_take_over(const char *ident, int argc, char **argv);

/*
 * Opens them. control: the clock may be set, else every try gives -EPERM. False when one of them
 * cannot be had, which standard error is told; what was opened is there for host_close in any case.
 */
bool host_open(struct host *h, const char *ident, bool control, bool syslog);
void host_close(struct host *h);

/* Runs until the loop is stopped; the status given to stop. */
int host_run(struct host *h);

#endif
