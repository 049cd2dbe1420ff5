/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntp-wait - ends once the clock is synchronised, so that a boot can wait for it. Exit status: 0
 * synchronised, 1 not, also for wrong use.
 */
#include "config.h"
#include <getopt.h>
#include <string.h>
#include <time.h>
#include "base/text.h"
#include "mode6/udp.h"
#include "ntp-wait/wait.h"

static const double TIMEOUT_S = 1.0, SLEEP_MAX_S = 86400.0;

enum { TRIES = 100, SLEEP_S = 6 };

/* ctx is the host, NULL: this machine. */
static struct session *
open_host(void *ctx)
{
	char why[128];

	return udp_session(ctx, TIMEOUT_S, why, sizeof why);
}

static void
sleep_for(void *ctx, double s)
{
	struct timespec ts = { .tv_sec = (time_t)s };

	(void)ctx;
	ts.tv_nsec = (long)((s - (double)ts.tv_sec) * 1e9);
	(void)nanosleep(&ts, NULL);
}

static int
usage(FILE *to, int status)
{
	fputs("usage: ntp-wait [-v] [-n tries] [-s seconds] [host]\n"
	      "  -n  how often the daemon is asked (100)\n"
	      "  -s  seconds between two questions (6)\n"
	      "  -v  show what happens\n"
	      "exit status: 0 the clock is synchronised, 1 it is not\n",
	    to);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "tries", required_argument, NULL, 'n' },
		{ "sleep", required_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "more-help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct wait_rules rules = { .tries = TRIES, .sleep_s = SLEEP_S };
	struct wait_world world = { .open = open_host, .sleep = sleep_for };
	int option;

	while ((option = getopt_long(argc, argv, "hn:s:vV?", names, NULL)) != -1) {
		bool good = true;

		/* getopt says '?' of what it does not know, too. */
		switch (strcmp(argv[optind - 1], "-?") == 0 ? 'h' : option) {
		case 'h':
			return usage(stdout, WAIT_SYNCED);
		case 'V':
			printf("ntp-wait %s\n", PACKAGE_VERSION);
			return WAIT_SYNCED;
		case 'n':
			good = text_to_u32(optarg, &rules.tries) && rules.tries > 0;
			break;
		case 's':
			good = text_to_double(optarg, &rules.sleep_s) && rules.sleep_s >= 0 &&
			    rules.sleep_s <= SLEEP_MAX_S;
			break;
		case 'v':
			rules.verbose = true;
			break;
		default:
			good = false;
		}
		if (!good) {
			return usage(stderr, WAIT_NOT_SYNCED);
		}
	}
	if (argc - optind > 1) {
		return usage(stderr, WAIT_NOT_SYNCED);
	}
	world.ctx = argv[optind];
	return wait_for_sync(&rules, &world, stdout);
}
