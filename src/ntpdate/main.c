/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpdate - sets the clock once from servers of the network, or only shows how far it is off. Exit
 * status: 0 done, 1 not done, 2 wrong use.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ntpdate/ntpdate.h"
#include "query/host.h"
#include "sys/proc.h"

static int
run(const struct ntpdate_options *o, struct host *h)
{
	struct ntpdate_world w = {
		.port = h->port,
		.store = h->store,
		.log = h->log,
		.out = stdout,
		.err = stderr,
		.pid = (int)getpid(),
	};
	struct ntpdate *n = ntpdate_new(&w, o);
	int status = NTPDATE_FAILED;

	if (n != NULL) {
		status = ntpdate_start(n);
		status = status == NTPDATE_OK ? host_run(h) : status;
	}
	ntpdate_free(n);
	return status;
}

int
main(int argc, char **argv)
{
	struct ntpdate_options o;
	struct host h;
	int status;

	host_take_over("ntpdate", argc, argv);
	proc_stdio();
	switch (ntpdate_options_read(&o, argc, argv, stdout, stderr)) {
	case NTPDATE_HELP:
	case NTPDATE_VERSION:
		return NTPDATE_OK;
	case NTPDATE_WRONG:
		return NTPDATE_USAGE;
	case NTPDATE_RUN:
		break;
	}
	status =
	    host_open(&h, "ntpdate", ntpdate_sets(&o), o.syslog) ? run(&o, &h) : NTPDATE_FAILED;
	host_close(&h);
	return status;
}
