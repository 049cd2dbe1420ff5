/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cards - stamps that network cards make, as stamps of our clock (hwtimestamp). Each card has a
 * clock of its own: it is compared with ours at short intervals, core/phcmap makes a line of that,
 * and what the card stamped is read off the line. A stamp that contradicts the kernel's of the same
 * packet is not believed: the clock is compared anew, since somebody may have set it, and until
 * then the kernel's stamps are used. A card that makes many of them is not believed at all.
 */
#ifndef STEERING_CARDS_H
#define STEERING_CARDS_H
#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"
#include "config/config.h"
#include "core/phcmap.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/phc.h"

struct steering;

/* Interfaces; those beyond have the kernel's stamps, which is said. */
enum { CARDS_N_MAX = 16, CARDS_TOLD_MAX = 768 };

/* A card's clock; interfaces may share it. */
struct card_clock {
	struct steering *of;
	int index;       /* N of /dev/ptpN; < 0: slot free */
	struct phc *phc; /* NULL: not open */
	int error;       /* of the last attempt to open or compare it, said once per change */
	struct config_card rules;
	struct phcmap map;
	int poll_log2s;
	unsigned looks;
	struct mtime compared_at; /* valid with looks > 0 */
	bool doubted;             /* a stamp was refused since: none is used before the next */
	struct loop_timer timer;
};

enum card_state {
	CARD_WITHOUT, /* it makes no stamps, or may not be set to */
	CARD_ON,
	CARD_LIES, /* its stamps contradict the kernel's, until a reload */
};

struct card {
	char ifname[NET_IFACE_NAME_MAX];
	uint32_t ifindex;
	struct config_card rules; /* ifname: not to be read */
	bool named;               /* by a line of its own, not by "*" */
	enum card_state state;
	int error; /* why it is WITHOUT, said once per change */
	enum phc_filter filter;
	struct card_clock *clock; /* NULL: WITHOUT */
	unsigned mbps;            /* 0: not known */
	uint64_t history;         /* bit 0: the last stamp was refused */
	uint64_t sent, received, refused;
};

struct cards {
	struct net_cards port;
	struct card card[CARDS_N_MAX];
	struct card_clock clock[CARDS_N_MAX];
	unsigned n, clocks_n;
	bool asks;      /* sockets ask for cards' stamps */
	bool told_full; /* that there are more interfaces */
	struct loop_timer again;
	/* "eth0 on tx=17 rx=20 refused=0, eth1 lies ...", as of the last comparison; "": none */
	char told[CARDS_TOLD_MAX];
	const struct card *before; /* while another configuration is taken up: as they were */
	unsigned before_n;
};

/*
 * Takes up what is configured: sets cards, opens their clocks, and compares them for the first
 * time. Also at a reload, by which a card that lied is tried again; clocks that are still wanted
 * stay open, since the right to open them may be gone.
 */
void cards_configure(struct steering *s);
void cards_stop(struct steering *s);

#endif
