/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net - the port to UDP: sockets that serve an address, sockets that talk to one server, and the
 * host's addresses. Real: sys/net_udp (kernel timestamps, batches) and sys/ifwatch. Simulated:
 * links with delay laws and faults.
 */
#ifndef PORT_NET_H
#define PORT_NET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"

enum {
	NET_IFACE_NAME_MAX = 16,
	/* Octets of a datagram; longer ones are not sent, and thrown away when they come. */
	NET_PACKET_MAX = 1536,
	NET_GATHERED_MAX = 16, /* answers of all sockets that may wait to leave together */
};

/* Where a timestamp comes from, in order of trust. */
enum stamp_source { STAMP_USER, STAMP_KERNEL, STAMP_HARDWARE };

struct stamp {
	struct rtime at;   /* the system clock's reading at the event */
	struct mtime mono; /* monotonic time at the event, as near as known */
	enum stamp_source src;
};

struct net_socket; /* of the implementation */

/* A stamp that a network card made, of a clock of its own. */
struct net_card_stamp {
	uint32_t ifindex; /* of the interface, 0: unknown */
	int64_t card_ns;
	/* Of what came, as the kernel counts it: octets of the frame but its checksum; 0: sent. */
	unsigned frame_len;
};

/* Who knows the clocks of cards. */
struct net_cards {
	/*
	 * *s is the kernel's stamp of the same moment, or the process's: puts the card's in its
	 * place, as STAMP_HARDWARE of our clock, when it is worth more. False: *s stays.
	 */
	bool (*map)(void *ctx, const struct net_card_stamp *c, struct stamp *s);
	void *ctx;
};

/* A received datagram; bytes live until the callback returns. */
struct net_packet {
	const uint8_t *bytes;
	size_t len;
	struct endpoint from;
	struct addr to;   /* the address it came to, ours or of a group (ADDR_NONE: unknown) */
	uint32_t ifindex; /* the interface it came in by, 0: unknown */
	struct stamp rx;
};

/*
 * Tags of one socket that several use: with this bit of an association, which it tells in the bits
 * below; without, of who serves.
 */
#define NET_TAG_ASSOCIATION UINT32_C(0x80000000)

/* What the owner of a socket hears; any of these may close the socket. */
struct net_events {
	void (*on_packet)(void *ctx, struct net_socket *s, const struct net_packet *p);
	/*
	 * The kernel's transmit stamp of the datagram sent with this tag; may come late, or never,
	 * and stamps of several not in the order they were sent in. With cards it may come twice,
	 * the card's last. NULL: not wanted.
	 */
	void (*on_sent)(void *ctx, struct net_socket *s, uint32_t tag, struct stamp tx);
	/*
	 * The destination of a connected socket is unreachable (ICMP or route error, -errno). NULL:
	 * not wanted.
	 */
	void (*on_error)(void *ctx, struct net_socket *s, int error);
};

struct net_listen {
	struct endpoint local;           /* a wildcard, a group, a broadcast address are allowed */
	char ifname[NET_IFACE_NAME_MAX]; /* for the log; "" for wildcards */
	bool drop;                       /* input is read and thrown away ("listen and drop") */
	bool v6only;                     /* always for v6 */
	unsigned dscp;                   /* 0..63 */
};

/* An address of the host. */
struct net_iface {
	char name[NET_IFACE_NAME_MAX];
	uint32_t ifindex;
	struct addr addr;
	struct addr mask;
	bool up, loopback;
};

/* A datagram to be sent, by any socket. */
struct net_datagram {
	const uint8_t *bytes;
	size_t len;         /* 1..NET_PACKET_MAX */
	struct endpoint to; /* family ADDR_NONE: whom the socket is connected to */
	struct addr from;   /* source (wildcard sockets); ADDR_NONE: the socket's own */
	/*
	 * The interface it leaves by when its source is link-local or it goes to a group, 0: as
	 * routes tell. Elsewhere the way back may differ from the way in.
	 */
	uint32_t ifindex;
	/*
	 * How far a datagram to a group goes: routers that it passes, plus 1; 0: as the kernel has
	 * it, 1.
	 */
	uint8_t hops;
	bool
	    broadcast; /* to may be a broadcast address; without, such a one is refused (-EACCES) */
	/*
	 * Above 0, offset of a transmit timestamp: the clock is read as late as can be and written
	 * there (NTP's form, big-endian, 8 octets), so that batches do not age it.
	 */
	size_t xmt_at;
	bool xmt_even; /* the lowest bit of what is written there is 0: see core/interleave.h */
	/*
	 * on_sent is to tell when it left, by this tag: one that no other datagram of the socket
	 * has whose stamp is still to come. Also of a socket that serves, where only those that ask
	 * are stamped. Costs a system call or two.
	 */
	bool wants_stamp;
	uint32_t tag;
	/*
	 * Of reply only, NULL: the octets are whole. Else what is left to do with them is done as
	 * late as can be, when no more is gathered: it is called once, unless the socket is closed
	 * before, with the octets that will leave and the clock as it was read before the first
	 * of those gathered was finished. They leave together after the last. False: this one does
	 * not.
	 */
	bool (*finish)(void *ctx, uint8_t *bytes, const struct stamp *now);
	void *finish_ctx;
};

struct net;

struct net_ops {
	/*
	 * Opens a socket for serving. 0 or -errno (-EADDRINUSE, -EADDRNOTAVAIL, -EACCES ...); *out
	 * only on 0. -EMFILE while some descriptors are left: files and servers need them too.
	 */
	int (*listen)(struct net *n, const struct net_listen *what, const struct net_events *ev,
	    void *ctx, struct net_socket **out);
	/*
	 * Opens a socket connected to remote. local: ADDR_NONE lets the kernel choose; a port of 0
	 * a random port.
	 */
	int (*connect)(struct net *n, const struct endpoint *local, const struct endpoint *remote,
	    unsigned dscp, const struct net_events *ev, void *ctx, struct net_socket **out);
	void (*close)(struct net *n, struct net_socket *s); /* NULL is fine */
	/*
	 * A socket that listens at the address of a group hears what comes to the group by that
	 * interface, or no longer. One at a broadcast address hears without. What we send to a
	 * group is not heard by ourselves. 0 or -errno (-ENODEV: no such interface; -ENOBUFS: the
	 * kernel allows a socket no more interfaces; -EADDRINUSE: it does already).
	 */
	int (*join)(struct net *n, struct net_socket *s, uint32_t ifindex, bool in);
	/* Gives an open socket another DSCP, 0..63; what waits in it stays. */
	void (*mark)(struct net *n, struct net_socket *s, unsigned dscp);
	/*
	 * Sends at once. *at gets the kernel's transmit stamp when it is wanted and there at once
	 * (src tells, and on_sent does not follow but with a card's), else the clock read just
	 * before. 0 or -errno.
	 */
	int (*send)(struct net *n, struct net_socket *s, const struct net_datagram *d,
	    struct stamp *at);
	/* Sends best effort: answers to what came in one batch may leave in one. */
	void (*reply)(struct net *n, struct net_socket *s, const struct net_datagram *d);
	/* The socket's own address and port as bound. */
	void (*local)(struct net *n, const struct net_socket *s, struct endpoint *out);
	/*
	 * Lists the host's addresses, at most max; *found is the number there are. 0 or -errno when
	 * they cannot be listed now.
	 */
	int (*ifaces)(struct net *n, struct net_iface *out, size_t max, size_t *found);
	/*
	 * Calls changed soon after addresses or routes changed (several changes are gathered). 0 or
	 * -errno when it cannot watch.
	 */
	int (*watch)(struct net *n, void (*changed)(void *ctx), void *ctx);
	/*
	 * True when another socket holds UDP port at the wildcard of a family: found by binding
	 * without any reuse option.
	 */
	bool (*port_taken)(struct net *n, const struct endpoint *local);
	/*
	 * From now on all sockets ask network cards for stamps; who knows the cards stays where it
	 * is. NULL: no more.
	 */
	void (*use_cards)(struct net *n, const struct net_cards *cards);
};

struct net {
	const struct net_ops *ops;
};

#endif
