/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phc_linux_calls - the system calls phc_linux and hwstamp are made of, as a table: its tests have
 * no card.
 */
#ifndef SYS_PHC_LINUX_CALLS_H
#define SYS_PHC_LINUX_CALLS_H
#include "port/phc.h"

struct phc_linux_calls {
	int (*open)(const char *path, int *index); /* a descriptor or -errno; the N of ptpN */
	int (*socket)(void);                       /* by which interfaces are asked, or -errno */
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *arg); /* as ioctl: -1 and errno */
	const char *clocks;                                     /* /sys/class/ptp */
};

struct phcs_linux {
	struct phcs port;
	struct phc_linux_calls calls;
	struct clock *clock;
	int sock; /* by which interfaces are asked; -1: not open yet */
};

/* As phc_linux_new, over these calls. */
int phc_linux_new_over(const struct phc_linux_calls *calls, struct clock *clock, struct phcs **out);

/* --- of hwstamp.c --- */

/* N of the clock of an interface, or -errno: -ENODEV no such interface, -EOPNOTSUPP no clock. */
int hwstamp_clock_of(struct phcs_linux *p, const char *ifname);

/* As in struct phcs_ops. */
int hwstamp_set(struct phcs *p, const char *ifname, enum phc_filter want, struct phc_stamping *out,
    struct text *why);
unsigned hwstamp_speed_mbps(struct phcs *p, const char *ifname);

#endif
