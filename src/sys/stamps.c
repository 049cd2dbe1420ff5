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
	TX_FLAGS = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY,
};

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
find_socket_level(const struct cmsghdr *c, struct stamps_found *out)
{
	struct timespec ts;

	/*
	 * SCM_TIMESTAMPING holds three stamps: software, a dead one, hardware. SCM_TIMESTAMPNS is
	 * one.
	 */
	if ((c->cmsg_type == SCM_TIMESTAMPING && c->cmsg_len >= CMSG_LEN(3 * sizeof ts)) ||
	    (c->cmsg_type == SCM_TIMESTAMPNS && c->cmsg_len >= CMSG_LEN(sizeof ts))) {
		memcpy(&ts, CMSG_DATA(c), sizeof ts);
		set_kernel(out, &ts);
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

bool
stamps_enable(int fd, enum stamps_tx tx)
{
	int on = 1, flags = RX_FLAGS;

	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) != 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
		return false;
	}
	if (tx == STAMPS_TX_NONE) {
		return false;
	}
	/*
	 * OPT_ID counts datagrams from the moment it is switched on: the call above switched it
	 * off, so that it starts at 0. Only those that are to be stamped are counted.
	 */
	flags |= TX_FLAGS;
	if (tx == STAMPS_TX_ALL) {
		flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
	}
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

void
stamps_ask_for_all(int fd, bool on)
{
	int flags = RX_FLAGS | TX_FLAGS | (on ? SOF_TIMESTAMPING_TX_SOFTWARE : 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
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
stamps_put_ask(struct cmsghdr *c)
{
	put_u32(c, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SOFTWARE);
}

void
stamps_put_number(struct cmsghdr *c, uint32_t id)
{
	put_u32(c, SCM_TS_OPT_ID, id);
}
