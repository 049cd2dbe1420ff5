/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_net - hosts with addresses and sockets, joined by paths; the net port of each.
 * A host runs a daemon (through its port) or is played by a function that gets every datagram (a
 * fake server).
 */
#ifndef SIM_NET_H
#define SIM_NET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "port/net.h"
#include "sim/sim_clock.h"
#include "sim/sim_path.h"
#include "sim/sim_phc.h"

enum { SIM_HOSTS_MAX = 80, SIM_IFACES_MAX = 12, SIM_NAT_MAPS = 64, SIM_STAMPS_MAX = 32 };

struct sim_datagram {
	struct endpoint from, to;
	size_t len;
	unsigned hops; /* to a group: how far it goes; 0: 1 */
	uint8_t bytes[NET_PACKET_MAX];
};

/* A translation of one local endpoint to a port of the public address. */
struct sim_nat_map {
	struct endpoint inside;
	uint16_t outside; /* 0: slot free */
};

struct sim_nat {
	bool on;
	struct addr outside;
	uint16_t next_port;
	struct sim_nat_map map[SIM_NAT_MAPS];
	unsigned next;
};

struct sim_net;
struct sim_flight;

/* A transmit stamp on its way to the socket that sent; a new one pushes the oldest out. */
struct sim_late_stamp {
	bool of_card; /* at is made of: */
	struct net_card_stamp card;
	struct sim_event event;
	struct sim_host *host;
	uint64_t socket_id;
	uint32_t tag;
	struct stamp at;
};

struct sim_host {
	struct net port;
	struct sim_net *fabric;
	unsigned index;
	char name[16];
	struct sim_clock *clock; /* timestamps of its kernel; may be NULL when it is played */
	struct sim_rng rng;
	struct sim_phcs *cards;      /* of its interfaces; NULL: no card stamps anything */
	const struct net_cards *use; /* of the daemon; NULL: it wants no stamps of cards */
	int iface_error;             /* of listing them */
	struct net_iface iface[SIM_IFACES_MAX];
	unsigned iface_n;
	struct net_socket *sockets;
	unsigned socket_n;
	void (*changed)(void *ctx);
	void *changed_ctx;
	struct sim_event changed_event;
	uint64_t socket_last_id;
	struct sim_late_stamp stamp[SIM_STAMPS_MAX];
	unsigned stamp_next;
	struct sim_flight *waiting; /* received while frozen, in order */
	struct sim_nat nat;
	/* A played host: gets every datagram to its addresses. */
	void (*on_datagram)(void *ctx, struct sim_host *h, const struct sim_datagram *d);
	void *on_datagram_ctx;
	bool hears_all; /* a played one gets what goes to all only if it is to */
	/* Faults, set by scenarios at any time. */
	bool dark;              /* no power: what comes is lost */
	bool frozen;            /* the process does not run: what comes waits in the kernel */
	bool no_icmp;           /* a closed port is silent */
	bool user_stamps;       /* no kernel receive stamps: read by the process, late */
	double tx_stamp_lost;   /* chance that a transmit stamp never comes */
	double tx_stamp_late_s; /* how much later than the datagram it comes (mean) */
	double stack_s; /* mean time between reading the clock for a request and its leaving */
	/*
	 * On top of that, between the transmit time that is written into a datagram and its leaving,
	 * at which the kernel stamps it; all 0: none.
	 */
	struct sim_law tx_delay;
	bool port_taken;                             /* somebody else has port 123 */
	int listen_error, connect_error, send_error; /* -errno of the next calls, 0: none */
	uint64_t octets_in, octets_out, datagrams_in, datagrams_out;
};

/* What somebody on the way does with a datagram. */
enum sim_fate { FATE_PASS, FATE_DROP };

/*
 * Sees every datagram that leaves a host, may change or delay it. to: NULL when nobody has the
 * address.
 */
struct sim_tap {
	enum sim_fate (*see)(void *ctx, struct sim_host *from, struct sim_host *to,
	    struct sim_datagram *d, double *delay_s);
	/* Sees every datagram that reaches a host; may be NULL. */
	void (*arrive)(void *ctx, struct sim_host *to, const struct sim_datagram *d);
	void *ctx;
	struct sim_tap *next;
};

struct sim_net {
	struct world *w;
	struct sim_host *host[SIM_HOSTS_MAX];
	unsigned host_n;
	struct sim_path usual; /* of all pairs that have no path of their own */
	struct sim_path *path[SIM_HOSTS_MAX][SIM_HOSTS_MAX]; /* [from][to] */
	struct sim_rng rng;
	struct sim_tap *taps;
	struct sim_flight *flying, *spare;
	uint64_t delivered, lost, unclaimed;
};

struct sim_net *sim_net_new(struct world *w);
void sim_net_free(struct sim_net *n);

/* A new host; clock may be NULL for a played one. */
struct sim_host *sim_host_new(struct sim_net *n, const char *name, struct sim_clock *clock);

/*
 * Address text with prefix length: "192.0.2.1/24". Notice of the change comes half a second later.
 * /
 */
void sim_host_add(struct sim_host *h, const char *ifname, const char *address);
void sim_host_remove(struct sim_host *h, const char *address);

/* The path from one host to another, made from the usual one when it has none of its own yet. */
struct sim_path *sim_net_path(struct sim_net *n, struct sim_host *from, struct sim_host *to);

/* The same path both ways. */
void sim_net_join(struct sim_net *n, struct sim_host *a, struct sim_host *b,
    const struct sim_path *p);

/*
 * Puts a datagram on the way, lag_s from now: from a host (its path is used), with any sender
 * address.
 */
void sim_net_send(struct sim_net *n, struct sim_host *from, const struct sim_datagram *d,
    double lag_s);

/* The same, to arrive after delay_s whatever the path. */
void sim_net_inject(struct sim_net *n, const struct sim_datagram *d, double delay_s);

/* The tap stays in place until it is taken off, or the network ends. Not while it sees something. */
void sim_net_tap(struct sim_net *n, struct sim_tap *t);
void sim_net_untap(struct sim_net *n, struct sim_tap *t);

/* The host that has the address (or stands behind it), or NULL. */
struct sim_host *sim_net_find(struct sim_net *n, const struct addr *a);

/*
 * Hosts share a link when they have addresses in one network. What goes to that network's broadcast
 * address, or to a group, reaches each host of the link that listens; what goes to a group also
 * others, as far as its hops go (sim_path.hops; of hosts on different networks at least 1).
 */
bool sim_host_shares_link(const struct sim_host *a, const struct sim_host *b);

/* True for the broadcast address of a network that a has an address in. */
bool sim_host_is_broadcast(const struct sim_host *h, const struct addr *a);

/* Forgets all translations, so that answers to what is under way are lost. */
void sim_host_rebind(struct sim_host *h);

/* The process runs again and gets what has waited. */
void sim_host_thaw(struct sim_host *h);

/* Closes sockets that nobody closed; how many there were. Ends the watch too. */
unsigned sim_host_close_all(struct sim_host *h);

/* Disarms what is still to come for the host's process. */
void sim_host_forget_stamps(struct sim_host *h);

struct endpoint sim_endpoint(const char *address, unsigned port);

/* --- between sim_net.c and sim_socket.c --- */

enum { SIM_PORT_FIRST = 32768, SIM_PORT_N = 28232 };

extern const struct net_ops sim_socket_ops;

/* The code point that the socket was given last. */
unsigned sim_socket_dscp(const struct net_socket *s);

/* Of a datagram to all: gives it to every socket that listens there, if any. */
void sim_socket_deliver_all(struct sim_host *h, const struct sim_datagram *d, struct stamp rx);

/* Gives a datagram that has arrived to its socket; false when there is none. */
bool sim_socket_deliver(struct sim_host *h, const struct sim_datagram *d, struct stamp rx);

/* Tells a connected socket that what it sent to remote came back. */
void sim_socket_unreachable(struct sim_host *h, const struct endpoint *local,
    const struct endpoint *remote, int error);

/* The kernel's timestamp of this moment. */
struct stamp sim_host_stamp(struct sim_host *h);

/* The card that stamps what passes between a host and others; NULL: none. */
struct sim_phc *sim_host_card(const struct sim_host *h, const struct sim_datagram *d);

/* Its stamp of what left, or came, before_s ago; false when it makes none. */
bool sim_card_stamp(struct sim_phc *c, const struct sim_datagram *d, bool sent, double before_s,
    struct net_card_stamp *out);

#endif
