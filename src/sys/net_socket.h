/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_socket - what the parts of net_udp share: the sockets and the places of a batch.
 */
#ifndef SYS_NET_SOCKET_H
#define SYS_NET_SOCKET_H
#include <netinet/in.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include "port/net.h"
#include "sys/sockaddr.h"
#include "stamps.h"
#include "sys/net_udp.h"

struct loop;
struct loop_fd;
struct ifwatch;

enum {
	NET_CONTROL_MAX = 256, /* octets of control messages of one datagram */
	NET_CARD_VAIN = 8,
};

/* Longer gaps between requests count as this: after a pause the rate is soon known again. */
#define NET_GAP_MAX_NS INT64_C(800000)

/*
 * One place of a batch, in or out. Places begin at cache lines; memory that no datagram came to
 * is never touched, which is why what the kernel needs for each place stands apart from it.
 */
struct net_slot {
	alignas(64) union sockaddr_any addr;
	alignas(struct cmsghdr) uint8_t control[NET_CONTROL_MAX];
	size_t xmt_at;
	bool xmt_even;
	bool wants_stamp; /* and will get it by tag, as far as is known */
	bool asks_itself; /* it bears its wish; else its socket asks */
	bool numbered;    /* its stamp will bear id, not the kernel's count */
	uint32_t tag, id;
	bool (*finish)(void *ctx, uint8_t *bytes, const struct stamp *now);
	void *finish_ctx;
	bool dropped; /* could not be finished */
	uint8_t bytes[NET_PACKET_MAX];
};

struct net_udp {
	struct net port;
	struct loop *loop;
	struct ifwatch *ifwatch;
	void (*changed)(void *ctx);
	void *changed_ctx;
	/* Lists of those that chose their port: listeners at single addresses; all others. */
	struct net_socket *singles, *others;
	struct net_socket *all;        /* list of every socket */
	const struct net_cards *cards; /* NULL: no stamps of cards are wanted */
	struct net_socket *reading;    /* in its callback now; NULL again when that closes it */
	bool gathering; /* a batch of reading is being delivered: answers to it wait for its end */
	unsigned out_n; /* answers gathered */
	bool no_sendmmsg;
	/*
	 * What the kernel was found not to know: a number of ours for the stamp of a datagram
	 * (Linux 6.13); a datagram that asks for its stamp (4.6), for which the socket asks instead
	 * while it is sent.
	 */
	bool cannot_number, cannot_ask;
	struct mmsghdr in_head[NET_UDP_BATCH], out_head[NET_UDP_CHUNK];
	struct iovec in_iov[NET_UDP_BATCH], out_iov[NET_UDP_CHUNK], one_iov, stamp_iov;
	struct net_slot in[NET_UDP_BATCH], out[NET_UDP_CHUNK];
	struct msghdr one_head, stamp_head;
	struct net_slot one, stamp; /* sent at once; of the error queue */
};

/* A datagram sent, whose transmit stamp may come. */
struct net_sent {
	uint32_t id, tag;   /* the kernel's count or our number, the owner's name for it */
	bool waiting;       /* for the kernel's */
	bool card_waiting;  /* for the card's, of which nobody knows whether it comes */
	struct rtime after; /* it left after this reading of the clock */
	struct stamp at;    /* the kernel's, else as it was sent */
};

struct net_socket {
	struct net_udp *net;
	struct loop_fd *watch;
	struct net_events ev;
	void *ctx;
	struct endpoint local;
	int fd;
	struct net_socket **list, *next; /* NULL: in neither list */
	struct net_socket **all_at, *all_next;
	bool connected, drop;

	/*
	 * The last datagrams that the kernel counted, NET_UDP_TAGS places by its count: all that a
	 * connected socket sends; of others those that want their stamp. NULL until the first.
	 */
	struct net_sent *sent;
	bool tx_stamps; /* the kernel gives transmit stamps */
	uint32_t next_id;
	unsigned awaited;   /* of sent, the stamps waited for */
	struct rtime asked; /* when the last of them left */
	/*
	 * Cards' stamps that were waited for in vain since the last that came, up to
	 * NET_CARD_VAIN, where it begins: then none is waited for.
	 */
	unsigned card_vain;

	/* Serving: how fast requests come. */
	int64_t last_read_ns;
	int64_t gap_ns; /* smoothed time between two requests */
	int64_t no_wait_until_ns;
	bool batches; /* the kernel has given more than one datagram at once */
};

static inline struct net_udp *
net_of(struct net *n)
{
	return (void *)n; /* its first member; net_udp_new aligned it */
}

/* Of the loop: s can be read, or has an error. */
void net_readable(void *s);

/* Makes the first count places of the incoming batch ready for the kernel. */
void net_ready_slots(struct net_udp *n, unsigned count);

/* Sends the answers that were gathered for s. */
void net_flush(struct net_udp *n, struct net_socket *s);

/* The net port's own. */
int net_send(struct net *n, struct net_socket *s, const struct net_datagram *d, struct stamp *at);
void net_reply(struct net *n, struct net_socket *s, const struct net_datagram *d);

/*
 * Of a socket that serves: what it sends from now on is stamped, or no longer, whatever the
 * datagrams ask for. The kernel's count goes on.
 */
void net_stamps_for_all(const struct net_socket *s, bool on);

/* The kernel's count begins anew, at 0; what bears a number of ours keeps it. */
void net_stamps_count_anew(struct net_socket *s);

/*
 * The kernel knows no number of ours: the next that is noted as sent is the one it counted as 0.
 */
void net_stamps_are_counted(struct net_socket *s);

/* Makes s ready to hear of stamps; false when there will be none. */
bool net_stamps_begin(struct net_socket *s);

/*
 * Counts anew, which forgets the stamps awaited: after a failed send nobody knows whether the
 * kernel counted it.
 */
void net_stamps_restart(struct net_socket *s);

/* Notes that what stands in o was sent by s, after the clock was read as at. */
void net_stamps_sent(struct net_socket *s, const struct net_slot *o, struct rtime at);

/* The datagram sent last has the kernel's stamp and no card's, where cards mostly stamp. */
bool net_stamps_card_due(const struct net_socket *s);

/* Asks anew for what is wanted now; stamps awaited are forgotten. */
void net_stamps_ask_again(struct net_socket *s);

/* True when a stamp is likely to be there, or to come soon. */
bool net_stamps_due(const struct net_socket *s);

/*
 * Finds the datagram that an entry of the error queue gives the transmit stamp of; *at gets the
 * stamp. NULL when none was awaited. Valid until the next datagram is sent.
 */
const struct net_sent *net_stamps_match(struct net_socket *s, const struct stamps_found *found,
    struct stamp *at);

/*
 * Looks for the stamp of the datagram sent last. Most drivers stamp before sendmsg returns: asked
 * at once, the stamp costs no wake-up of its own later (and simulators stamp when asked). Other
 * entries in its way are passed over: of errors what matters is told by the next one, and no other
 * stamp may be due.
 */
bool net_stamps_at_once(struct net_socket *s, struct stamp *at);

#endif
