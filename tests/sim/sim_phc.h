/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_phc - the phc port of a simulated host: clocks of network cards with an oscillator of their
 * own, or that follow true time as a hypervisor's do; and the stamps that such cards make, and do
 * not make. They outlive the daemon.
 */
#ifndef SIM_PHC_H
#define SIM_PHC_H
#include <stdbool.h>
#include "port/phc.h"
#include "sim/osc.h"
#include "sim/sim_clock.h"
#include "sim/sim_rng.h"

enum { SIM_PHCS_MAX = 20 };

struct sim_phcs;

struct sim_phc {
	struct phc phc;
	struct sim_phcs *of;
	char ifname[NET_IFACE_NAME_MAX]; /* whose it is; "": of no interface */

	/*
	 * Its clock: of a card the oscillator's, which began somewhere; or true UTC and lie_s. May
	 * be changed at any time.
	 */
	struct osc osc;
	bool follows_utc;
	int64_t offset_ns; /* is added: jumps, and an epoch of its own */
	double wander_s;   /* follows_utc: amplitude of a slow swing */

	/* How it is compared: the least width of a window, and the mean of what is more. */
	enum phc_way way;
	double window_s, more_s;
	unsigned windows_most; /* of one comparison; 0: as many as are asked for */
	double lopsided;       /* 0..1: where in the window it was read; < 0: anywhere */
	int look_error;        /* -errno of the next comparisons, 0: none */
	void (*on_look)(void *ctx, const struct phc_look *look); /* NULL: nobody listens */
	void *on_look_ctx;

	/* What it stamps: can, as bits 1 << enum phc_filter, and what is set. */
	unsigned filters;
	bool stamps_sent, may_set; /* may_set: the process has the right to set it */
	bool set;
	enum phc_filter filter;
	unsigned mbps;
	double wire_s;  /* mean time between the kernel's stamp of what leaves and the card's */
	double irq_s;   /* mean time between the card's stamp of what came and the kernel's */
	double rx_lost; /* chances that it makes no stamp */
	double tx_lost;
	double tx_late_s; /* how much later than the datagram its stamp comes, mean */
	double rx_lie_s;  /* is added to its stamps, and not to its clock */
	double tx_lie_s;
	double lie_chance; /* of such a stamp; 0: all of them */

	/* It stamped what left or came, at that true time; NULL: nobody listens. */
	void (*on_stamp)(void *ctx, const struct sim_phc *card, bool sent, double at_s);
	void *on_stamp_ctx;

	/* How the host sees it. */
	int open_error; /* -errno of opening it, 0: none */
	bool gone;      /* the one that is open has been taken away */
	unsigned opened, opens, looks, stamps;

	int64_t at; /* true time of: */
	int64_t card_ns;
	double card_frac_ns, rate;
	int64_t next_second;
};

struct sim_phcs {
	struct phcs port;
	struct world *w;
	struct sim_clock *clock;
	struct sim_rng rng;
	struct sim_phc card[SIM_PHCS_MAX];
	unsigned n;
};

void sim_phcs_start(struct sim_phcs *p, struct world *w, struct sim_clock *clock, uint64_t index);

/*
 * The card of an interface: 10 ppm fast, windows of 500 ns, all stamps, 1 Gbit/s; it is not set to
 * stamp yet, and the daemon may set it.
 */
struct sim_phc *sim_phc_card(struct sim_phcs *p, const char *ifname);

/* A clock that follows true UTC, with windows of 50 ns. */
struct sim_phc *sim_phc_clock(struct sim_phcs *p, const char *name);

/* Its clock now, and so much earlier in true time. */
int64_t sim_phc_now_ns(struct sim_phc *c, double before_s);

/* The card of an interface that stamps now, NULL: none does. */
struct sim_phc *sim_phc_of(struct sim_phcs *p, const char *ifname);

/* The clock of that index, NULL: none. */
struct sim_phc *sim_phc_at(struct sim_phcs *p, int index);

/* One comparison, as the port makes it. */
int sim_phc_look(struct sim_phc *c, unsigned max, enum phc_way most, struct phc_look *out);

/* The process has ended: how many it left open. */
unsigned sim_phcs_end(struct sim_phcs *p);

#endif
