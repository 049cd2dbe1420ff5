/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpdc - says which command of ntpq does what a command of ntpdc did: the protocol it spoke (mode
 * 7) let anybody flood others with answers, and no daemon of today answers it. Exit status: 1,
 * after --help and --version 0.
 */
#include "config.h"
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* By the whole name; ntpdc took beginnings of names as well. */
static const struct advice {
	const char *old, *now;
} ADVICE[] = {
	{ "addserver", "ntpq -c ':config server HOST'" },
	{ "addpeer", "ntpq -c ':config server HOST'" },
	{ "authinfo", "ntpq -c authinfo" },
	{ "clkbug", "ntpq -c 'cv ASSOCIATION'" },
	{ "clockstat", "ntpq -c 'cv ASSOCIATION'" },
	{ "ctlstats", "ntpq -c sysstats" },
	{ "delrestrict", "ntpq -c ':config delrestrict ADDRESS'" },
	{ "disable", "ntpq -c ':config disable WHAT'" },
	{ "dmpeers", "ntpq -p" },
	{ "enable", "ntpq -c ':config enable WHAT'" },
	{ "ifstats", "ntpq -c ifstats" },
	{ "iostats", "ntpq -c iostats" },
	{ "kerninfo", "ntpq -c kerninfo" },
	{ "listpeers", "ntpq -p" },
	{ "loopinfo", "ntpq -c 'rv 0 offset,frequency,sys_jitter,clk_wander'" },
	{ "memstats", "ntpq -c monstats" },
	{ "monlist", "ntpq -c mrulist" },
	{ "peers", "ntpq -p" },
	{ "pstats", "ntpq -c 'pstats ASSOCIATION'" },
	{ "reslist", "ntpq -c reslist" },
	{ "restrict", "ntpq -c ':config restrict ADDRESS'" },
	{ "showpeer", "ntpq -c 'rv ASSOCIATION'" },
	{ "sysinfo", "ntpq -c sysinfo" },
	{ "sysstats", "ntpq -c sysstats" },
	{ "timerstats", "ntpq -c timerstats" },
	{ "unconfig", "ntpq -c ':config unpeer ADDRESS'" },
};

enum { ADVICE_N = sizeof ADVICE / sizeof *ADVICE };

/* All commands that begin so; the others have nothing in their place. */
static void
advise(const char *command)
{
	size_t len = strcspn(command, " ");
	unsigned found = 0;

	for (unsigned i = 0; i < ADVICE_N; i++) {
		if (len > 0 && strncmp(ADVICE[i].old, command, len) == 0) {
			fprintf(stderr, "  ntpdc -c %-12s %s\n", ADVICE[i].old, ADVICE[i].now);
			found++;
		}
	}
	if (found == 0) {
		fprintf(stderr, "  see ntpq(1)\n");
	}
}

static int
next_option(int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};

	return getopt_long(argc, argv, "46c:dilnpsV", names, NULL);
}

/* True when only that was wanted. */
static bool
explained_itself(int argc, char **argv)
{
	int option;

	while ((option = next_option(argc, argv)) != -1) {
		if (option == 'h') {
			fputs("usage: ntpdc [-c command] ...\n"
			      "  -c  say which command of ntpq does what this command did\n",
			    stdout);
			return true;
		}
		if (option == 'V') {
			printf("ntpdc %s\n", PACKAGE_VERSION);
			return true;
		}
	}
	optind = 0; /* from the start again */
	return false;
}

int
main(int argc, char **argv)
{
	unsigned asked = 0;
	int option;

	opterr = 0;
	if (explained_itself(argc, argv)) {
		return 0;
	}
	(void)fputs("ntpdc: its protocol is not spoken any more; use ntpq:\n", stderr);
	while ((option = next_option(argc, argv)) != -1) {
		if (option == 'c') {
			advise(optarg);
			asked++;
		}
		if (option == 'p' || option == 's' || option == 'l') {
			advise("peers");
			asked++;
		}
	}
	for (unsigned i = 0; asked == 0 && i < ADVICE_N; i++) {
		fprintf(stderr, "  ntpdc -c %-12s %s\n", ADVICE[i].old, ADVICE[i].now);
	}
	return 1;
}
