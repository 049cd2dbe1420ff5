/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sntp - tells how far the clock is off, and sets it when told to. Exit status: 0 done, 1 not done,
 * or wrong use.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "query/host.h"
#include "sntp/sntp.h"
#include "sys/proc.h"

static int
run(const struct sntp_options *o, struct host *h, FILE *out)
{
	struct sntp_world w = { .port = h->port, .store = h->store, .out = out, .err = stderr };
	struct sntp *s = sntp_new(&w, o);
	int status = SNTP_FAILED;

	if (s != NULL) {
		status = sntp_start(s);
		status = status == SNTP_OK ? host_run(h) : status;
	}
	sntp_free(s);
	return status;
}

static FILE *
open_output(const struct sntp_options *o)
{
	FILE *out = o->logfile != NULL ? fopen(o->logfile, "ae") : stdout;

	if (out == NULL) {
		(void)fprintf(stderr, "sntp: -l %s: %s\n", o->logfile, strerror(errno));
	}
	return out;
}

int
main(int argc, char **argv)
{
	struct sntp_options o;
	int status = SNTP_FAILED;
	struct host h;
	FILE *out;

	host_take_over("sntp", argc, argv);
	proc_stdio();
	switch (sntp_options_read(&o, argc, argv, stdout, stderr)) {
	case SNTP_DONE:
		return SNTP_OK;
	case SNTP_WRONG:
		return SNTP_FAILED;
	case SNTP_RUN:
		break;
	}
	out = open_output(&o);
	if (out == NULL) {
		return SNTP_FAILED;
	}
	if (host_open(&h, "sntp", o.step || o.slew, false)) {
		status = run(&o, &h, out);
	}
	host_close(&h);
	if (fclose(out) != 0) {
		(void)fprintf(stderr, "sntp: %s: %s\n",
		    o.logfile != NULL ? o.logfile : "standard output", strerror(errno));
		status = SNTP_FAILED;
	}
	return status;
}
