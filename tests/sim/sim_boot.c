/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_boot - prints how many seconds the first decision takes, by the number of servers and of those
 * that are dead: until the clock is set and synchronised, and until -q ends, with its status.
 *
 *	sim_boot [LINE]
 *
 * LINE stands before the others of the configuration ("tinker loop classic", "tos minsane 1").
 */
#include <stdio.h>
#include "sim/boot.h"

enum { SERVERS_MAX = 4, DEAD_MAX = 2 };

static void
put_cell(const struct boot *b, const char *line)
{
	struct boot_end e = boot_run(b, 1, line);

	if (e.took_s >= BOOT_NEVER_S) {
		printf(" %12s", "never");
	} else if (b->once) {
		printf(" %8.2f (%d)", e.took_s, e.status);
	} else {
		printf(" %12.2f", e.took_s);
	}
}

int
main(int argc, char **argv)
{
	const char *line = argc > 1 ? argv[1] : NULL;

	printf("%-18s %12s %12s %12s %12s\n", "seconds", "iburst", "plain", "-q iburst",
	    "-q plain");
	for (unsigned n = 1; n <= SERVERS_MAX; n++) {
		for (unsigned dead = 0; dead <= DEAD_MAX && dead <= n; dead++) {
			printf("%u server%c, %u dead ", n, n == 1 ? ' ' : 's', dead);
			for (unsigned k = 0; k < 4; k++) {
				put_cell(&(struct boot){ n, dead, k % 2 == 0, k >= 2 }, line);
			}
			putchar('\n');
		}
	}
	return 0;
}
