/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stamps - timestamps and addresses out of the control messages of a datagram.
 */
#ifndef SYS_STAMPS_H
#define SYS_STAMPS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "port/net.h"

/* Both clocks read together, to place a kernel stamp on the monotonic scale. */
struct stamps_now {
	struct rtime real;
	struct mtime mono;
};

/* What control messages said; missing parts are zero. */
struct stamps_found {
	struct rtime kernel; /* software timestamp */
	bool has_kernel;
	struct addr to;
	uint32_t ifindex;
	bool has_error; /* an entry of the error queue: */
	uint8_t origin; /* SO_EE_ORIGIN_* */
	uint32_t error; /* errno of the entry */
	uint32_t id;    /* of the datagram a transmit stamp is for */
	bool has_card;  /* a network card's stamp: */
	int64_t card_ns;
	/* Of what came: whose card, which may be below the interface, and the frame's octets. */
	uint32_t card_ifindex, frame_len;
};

struct stamps_now stamps_read_clocks(void);

/* Walks the control messages of h as the kernel left them. */
void stamps_find(struct msghdr *h, struct stamps_found *out);

/* The kernel's stamp when there is one, else the time of reading. */
struct stamp stamps_choose(const struct stamps_found *f, const struct stamps_now *now);

/* Of which datagrams the kernel gives transmit stamps. */
enum stamps_tx {
	STAMPS_TX_NONE,
	STAMPS_TX_ASKED, /* of those that ask for it with stamps_put_ask */
	STAMPS_TX_ALL,
};

/*
 * Asks for receive stamps and for the transmit stamps of tx, counted from 0 from now on, cards:
 * besides for those of network cards; quietly less where the kernel has less. True when transmit
 * stamps will come.
 */
bool stamps_enable(int fd, enum stamps_tx tx, bool cards);

/*
 * Of a socket enabled with STAMPS_TX_ASKED: all that it sends is stamped from now on, or only what
 * asks. The count goes on.
 */
void stamps_ask_for_all(int fd, bool on, bool cards);

/* Of a control message by which a datagram asks for its transmit stamp. */
#define STAMPS_ASK_SPACE CMSG_SPACE(sizeof(uint32_t))

/*
 * Writes it to c, where STAMPS_ASK_SPACE octets are free. Linux before 4.6 refuses the datagram for
 * it (EINVAL).
 */
void stamps_put_ask(struct cmsghdr *c, bool cards);

/* A card's stamp of what came (len octets from that family) or was sent (len 0). */
struct net_card_stamp stamps_card(const struct stamps_found *f, size_t len,
    enum addr_family family);

/*
 * Writes one to c that has the stamp bear id, and leaves the count alone; STAMPS_ASK_SPACE as well.
 * Linux before 6.13 refuses the datagram for it (EINVAL).
 */
void stamps_put_number(struct cmsghdr *c, uint32_t id);

#endif
