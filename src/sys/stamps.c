/* SPDX-License-Identifier: BSD-2-Clause */
/* stamps - timestamps and addresses out of the control messages of a datagram. */
#include "stamps.h"
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

/* Headers may be older than the kernel. */
#ifndef SCM_TS_OPT_ID
#if defined(__sparc__)
#define SCM_TS_OPT_ID 0x5a
#elif defined(__hppa__)
#define SCM_TS_OPT_ID 0x404c
#else
#define SCM_TS_OPT_ID 81
#endif
#endif

/*
 * A stamp older than this was made before a step of the clock, or by another clock: its age means
 * nothing.
 */
#define OLDEST_NS (INT64_C(10) * NS_PER_S)

enum {
	RX_FLAGS = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE,
	/* Both stamps of what leaves, each in a message of its own, with the interface. */
	CARD_FLAGS = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE |
	    SOF_TIMESTAMPING_OPT_PKTINFO | SOF_TIMESTAMPING_OPT_CMSG | SOF_TIMESTAMPING_OPT_TX_SWHW,
};

/* SCM_TIMESTAMPING holds three stamps, of which the middle one is dead. */
enum { STAMP_OF_KERNEL = 0, STAMP_OF_CARD = 2, STAMPS_IN_MESSAGE = 3 };

/* Beyond, differences of a card's times have no room. */
#define CARD_MOST_S INT64_C(4000000000)

/* Octets of a frame before the datagram, where the kernel does not count them. */
enum { FRAME_V4 = 14 + 20 + 8, FRAME_V6 = 14 + 40 + 8 };

static int64_t
clock_ns(clockid_t id)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

struct stamps_now
stamps_read_clocks(void)
{
	return (struct stamps_now){
		.real.ns = clock_ns(CLOCK_REALTIME),
		.mono.ns = clock_ns(CLOCK_MONOTONIC),
	};
}

static void
set_kernel(struct stamps_found *out, const struct timespec *ts)
{
	if (ts->tv_sec != 0) {
		out->kernel.ns = (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
		out->has_kernel = true;
	}
}

static void
set_card(struct stamps_found *out, const struct timespec *ts)
{
	if ((ts->tv_sec != 0 || ts->tv_nsec != 0) && ts->tv_sec <= CARD_MOST_S &&
	    ts->tv_sec >= -CARD_MOST_S) {
		out->card_ns = (int64_t)ts->tv_sec * NS_PER_S + ts->tv_nsec;
		out->has_card = true;
	}
}

static void
find_socket_level(const struct cmsghdr *c, struct stamps_found *out)
{
	struct timespec ts[STAMPS_IN_MESSAGE];
	struct scm_ts_pktinfo info;

	if (c->cmsg_type == SCM_TIMESTAMPING && c->cmsg_len >= CMSG_LEN(sizeof ts)) {
		memcpy(ts, CMSG_DATA(c), sizeof ts);
		set_kernel(out, &ts[STAMP_OF_KERNEL]);
		set_card(out, &ts[STAMP_OF_CARD]);
	} else if (c->cmsg_type == SCM_TIMESTAMPNS && c->cmsg_len >= CMSG_LEN(sizeof ts[0])) {
		memcpy(ts, CMSG_DATA(c), sizeof ts[0]);
		set_kernel(out, &ts[0]);
	} else if (c->cmsg_type == SCM_TIMESTAMPING_PKTINFO &&
	    c->cmsg_len >= CMSG_LEN(sizeof info)) {
		memcpy(&info, CMSG_DATA(c), sizeof info);
		out->card_ifindex = info.if_index;
		out->frame_len = info.pkt_length;
	}
}

static void
find_error(const struct cmsghdr *c, struct stamps_found *out)
{
	struct sock_extended_err e;

	if (c->cmsg_len < CMSG_LEN(sizeof e)) {
		return;
	}
	memcpy(&e, CMSG_DATA(c), sizeof e);
	out->has_error = true;
	out->origin = e.ee_origin;
	out->error = e.ee_errno;
	out->id = e.ee_data;
}

static void
find_v4(const struct cmsghdr *c, struct stamps_found *out)
{
	struct in_pktinfo info;

	if (c->cmsg_type == IP_RECVERR) {
		find_error(c, out);
	} else if (c->cmsg_type == IP_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof info)) {
		memcpy(&info, CMSG_DATA(c), sizeof info);
		out->to = (struct addr){ .family = ADDR_V4 };
		memcpy(out->to.bytes, &info.ipi_addr, 4);
		out->ifindex = (uint32_t)info.ipi_ifindex;
	}
}

static void
find_v6(const struct cmsghdr *c, struct stamps_found *out)
{
	struct in6_pktinfo info;

	if (c->cmsg_type == IPV6_RECVERR) {
		find_error(c, out);
	} else if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof info)) {
		memcpy(&info, CMSG_DATA(c), sizeof info);
		out->to = (struct addr){ .family = ADDR_V6 };
		memcpy(out->to.bytes, &info.ipi6_addr, 16);
		out->ifindex = info.ipi6_ifindex;
		if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) {
			out->to.scope = info.ipi6_ifindex;
		}
	}
}

void
stamps_find(struct msghdr *h, struct stamps_found *out)
{
	memset(out, 0, sizeof *out);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET) {
			find_socket_level(c, out);
		} else if (c->cmsg_level == IPPROTO_IP) {
			find_v4(c, out);
		} else if (c->cmsg_level == IPPROTO_IPV6) {
			find_v6(c, out);
		}
	}
}

struct stamp
stamps_choose(const struct stamps_found *f, const struct stamps_now *now)
{
	if (!f->has_kernel) {
		return (struct stamp){ .at = now->real, .mono = now->mono, .src = STAMP_USER };
	}
	struct stamp s = { .at = f->kernel, .mono = now->mono, .src = STAMP_KERNEL };
	int64_t age_ns = now->real.ns - f->kernel.ns;
	if (age_ns > 0 && age_ns < OLDEST_NS) {
		s.mono.ns -= age_ns;
	}
	return s;
}

struct net_card_stamp
stamps_card(const struct stamps_found *f, size_t len, enum addr_family family)
{
	struct net_card_stamp out = { .ifindex = f->card_ifindex, .card_ns = f->card_ns };

	if (out.ifindex == 0) {
		out.ifindex = f->ifindex;
	}
	if (len > 0) {
		out.frame_len = f->frame_len > 0
		    ? f->frame_len
		    : (unsigned)len + (family == ADDR_V6 ? FRAME_V6 : FRAME_V4);
	}
	return out;
}

/* Of a socket some of whose datagrams, or all, are stamped as they leave. */
static int
tx_flags(enum stamps_tx tx, bool cards)
{
	int flags = RX_FLAGS | SOF_TIMESTAMPING_OPT_ID;

	/* A stamp without its datagram has no interface either, by which its card is known. */
	flags |= cards ? CARD_FLAGS : SOF_TIMESTAMPING_OPT_TSONLY;
	if (tx == STAMPS_TX_ALL) {
		flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
		flags |= cards ? SOF_TIMESTAMPING_TX_HARDWARE : 0;
	}
	return flags;
}

static int
set_flags(int fd, int flags)
{
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
}

bool
stamps_enable(int fd, enum stamps_tx tx, bool cards)
{
	int on = 1;

	/* What old kernels do not know of cards' stamps costs none of their own. */
	if (set_flags(fd, RX_FLAGS | (cards ? CARD_FLAGS : 0)) != 0 &&
	    set_flags(fd, RX_FLAGS) != 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
		return false;
	}
	/*
	 * OPT_ID counts datagrams from the moment it is switched on: the call above switched it
	 * off, so that it starts at 0. Only those that are to be stamped are counted.
	 */
	return tx != STAMPS_TX_NONE &&
	    (set_flags(fd, tx_flags(tx, cards)) == 0 ||
		(cards && set_flags(fd, tx_flags(tx, false)) == 0));
}

void
stamps_ask_for_all(int fd, bool on, bool cards)
{
	(void)set_flags(fd, tx_flags(on ? STAMPS_TX_ALL : STAMPS_TX_ASKED, cards));
}

static void
put_u32(struct cmsghdr *c, int type, uint32_t value)
{
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(sizeof value);
	memcpy(CMSG_DATA(c), &value, sizeof value);
}

void
stamps_put_ask(struct cmsghdr *c, bool cards)
{
	put_u32(c, SO_TIMESTAMPING,
	    SOF_TIMESTAMPING_TX_SOFTWARE | (cards ? SOF_TIMESTAMPING_TX_HARDWARE : 0));
}

void
stamps_put_number(struct cmsghdr *c, uint32_t id)
{
	put_u32(c, SCM_TS_OPT_ID, id);
}
