/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phc - the port to PTP hardware clocks: those of network cards, and those by which a hypervisor
 * tells its guests the time. Such a clock is compared with ours and never set. Also which of its
 * packets a network card stamps. Real: sys/phc_linux. Simulated: cards that drift, jump and lie.
 */
#ifndef PORT_PHC_H
#define PORT_PHC_H
#include <stdbool.h>
#include <stdint.h>
#include "base/phcwindow.h"
#include "base/text.h"
#include "port/clock.h"
#include "port/net.h"

enum { PHC_WINDOWS_MAX = 25, PHC_NAME_MAX = 32 };

/* How a clock is compared with ours, the worst first. */
enum phc_way {
	PHC_OFFSET,   /* ours is read before and behind it, by the kernel */
	PHC_EXTENDED, /* the same, as near to the reading as the driver can */
	PHC_PRECISE,  /* the hardware takes both at once */
};

/* One comparison. */
struct phc_look {
	struct clock_reading at; /* our clocks, soon after it */
	enum phc_way way;
	unsigned n; /* 1..PHC_WINDOWS_MAX, as they were taken; none ends before it begins */
	struct phc_window window[PHC_WINDOWS_MAX];
};

/* Which of the packets that come a card stamps. */
enum phc_filter {
	PHC_FILTER_NONE,
	PHC_FILTER_PTP, /* PTP's, over UDP at least */
	PHC_FILTER_NTP,
	PHC_FILTER_ALL,
};

/* Of an interface that stamps. */
struct phc_stamping {
	int index;              /* N of /dev/ptpN, by which it does */
	enum phc_filter filter; /* in force */
};

struct phcs;

/* A clock that is open; an implementation embeds it. */
struct phc {
	struct phcs *of;
	int index;               /* N of /dev/ptpN */
	char name[PHC_NAME_MAX]; /* its own, "KVM virtual PTP"; "": not known */
};

struct phcs_ops {
	/*
	 * Opens a clock: a path (/dev/ptp0), else that of the interface of this name, else the one
	 * that calls itself so. 0 or -errno (-ENODEV: there is none, -EOPNOTSUPP: the interface has
	 * none); *out only on 0. Appends to why what its owner can do about an error.
	 */
	int (*open)(struct phcs *p, const char *what, struct phc **out, struct text *why);
	void (*close)(struct phc *c);
	/*
	 * Compares it with our clock, in max windows, 1..PHC_WINDOWS_MAX; most: no better way than
	 * that. 0, -EAGAIN: not now, another -errno when the clock is gone.
	 */
	int (*look)(struct phc *c, unsigned max, enum phc_way most, struct phc_look *out);
	/*
	 * Has an interface stamp what it sends, and what comes as far as want says; where it
	 * cannot, the next that is more, or NONE. An interface that does already is left as it is.
	 * 0 or -errno: -EOPNOTSUPP its card does not, -EPERM it would have to be set, and we may
	 * not, -ENODEV there is none. Appends to why what its owner can do about it.
	 */
	int (*stamp)(struct phcs *p, const char *ifname, enum phc_filter want,
	    struct phc_stamping *out, struct text *why);
	/* What the interface's link carries in a second, in Mbit; 0: not known, or no link. */
	unsigned (*speed_mbps)(struct phcs *p, const char *ifname);
};

struct phcs {
	const struct phcs_ops *ops;
};

#endif
