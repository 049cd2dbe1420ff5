/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpstat - says in three lines whether the clock is synchronised, and by its exit status:
 * 0 synchronised, 1 not, 2 no daemon to ask, 3 wrong use.
 */
#include "config.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "ntpstat/state.h"

static const double timeout_s = 1.0;

static bool
ask(const char *host, struct state *st)
{
	char why[128];
	struct session *s = udp_session(host, timeout_s, why, sizeof why);
	bool ok;

	if (s == NULL) {
		return false;
	}
	ok = state_read(s, st);
	session_free(s);
	return ok;
}

static int
usage(FILE *to, int code)
{
	fputs("usage: ntpstat [-h] [-m MAXERR] [host]\n"
	      "  -m MAXERR  not synchronised when the error may be more than MAXERR milliseconds\n"
	      "exit status: 0 synchronised, 1 not synchronised, 2 no daemon, 3 wrong use\n",
	    to);
	return code;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct state st = { .poll_s = 0 };
	double max_ms = -1;
	int option;

	while ((option = getopt_long(argc, argv, "hm:V", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			return usage(stdout, SYNCED);
		case 'V':
			printf("ntpstat %s\n", PACKAGE_VERSION);
			return SYNCED;
		case 'm':
			if (!text_to_double(optarg, &max_ms) || max_ms < 0) {
				return usage(stderr, WRONG_USE);
			}
			break;
		default:
			return usage(stderr, WRONG_USE);
		}
	}
	if (argc - optind > 1) {
		return usage(stderr, WRONG_USE);
	}
	/* argv ends with NULL, which is this machine. */
	if (!ask(argv[optind], &st)) {
		fputs("Unable to talk to NTP daemon. Is it running?\n", stderr);
		return NO_DAEMON;
	}
	return state_tell(&st, max_ms, stdout);
}
