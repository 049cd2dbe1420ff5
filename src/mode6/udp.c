/* SPDX-License-Identifier: BSD-2-Clause */
/* udp - a mode 6 session over a connected UDP socket. */
#include "mode6/udp.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"

enum { UDP_ADDRS_MAX = 16 };

struct udp {
	struct transport base;
	int fd;
	struct addrinfo *all, *at;      /* all addresses of the host; the one in use */
};

static struct udp *
udp_of(struct transport *t)
{
	return (struct udp *)(void *)t;
}

static double
udp_now_s(struct transport *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/*
 * Connects to the first usable address from at on; a UDP connect fails at once where there is no
 * route.
 */
static bool
connect_from(struct udp *u, struct addrinfo *at, char *why, size_t why_cap)
{
	for (; at != NULL; at = at->ai_next) {
		int fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
			u->fd = fd;
			u->at = at;
			return true;
		}
		if (why != NULL) {
			struct text t = text_over(why, why_cap);
			text_put(&t, strerror(errno));
		}
		if (fd >= 0) {
			close(fd);
		}
	}
	return false;
}

static bool
udp_send(struct transport *t, const uint8_t *bytes, size_t len)
{
	struct udp *u = udp_of(t);

	/*
	 * A refusal of an earlier datagram is reported by the next call; the second try then really
	 * sends.
	 */
	for (int tries = 0; tries < 2; tries++) {
		if (send(u->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len) {
			return true;
		}
		if (errno != ECONNREFUSED) {
			return false;
		}
	}
	return true;
}

static int
udp_receive(struct transport *t, uint8_t *buf, size_t cap, double wait_s)
{
	struct udp *u = udp_of(t);
	struct pollfd p = { .fd = u->fd, .events = POLLIN };
	int wait_ms = wait_s > 0 ? (int)(wait_s * 1000 + 1) : 0;
	int ready = poll(&p, 1, wait_ms);
	ssize_t n;

	if (ready <= 0) {
		return TRANSPORT_TIMEOUT;
	}
	n = recv(u->fd, buf, cap, MSG_TRUNC | MSG_DONTWAIT);
	if (n >= 0) {
		return (int)n;
	}
	return errno == EAGAIN || errno == EINTR ? TRANSPORT_TIMEOUT : TRANSPORT_REFUSED;
}

static bool
udp_next(struct transport *t)
{
	struct udp *u = udp_of(t);
	int old = u->fd;

	if (!connect_from(u, u->at->ai_next, NULL, 0)) {
		return false;
	}
	close(old);
	return true;
}

static void
udp_close(struct transport *t)
{
	struct udp *u = udp_of(t);

	close(u->fd);
	freeaddrinfo(u->all);
	free(u);
}

static const struct transport_ops udp_ops = {
	.send = udp_send,
	.receive = udp_receive,
	.now_s = udp_now_s,
	.next = udp_next,
	.close = udp_close,
};

/*
 * Splits "name:port" and "[address]:port"; a bare IPv6 address has more than one colon and no
 * brackets.
 */
static bool
split_port(const char *host, char *name, char *port, size_t port_cap)
{
	struct text to = text_over(name, UDP_NAME_MAX), service = text_over(port, port_cap);
	const char *end = strchr(host, ']');
	const char *colon = strchr(host, ':');

	text_put(&service, "123");
	if (host[0] == '[' && end != NULL) {
		text_put_n(&to, host + 1, (size_t)(end - host - 1));
		colon = end[1] == ':' ? end + 1 : NULL;
		if (colon == NULL && end[1] != '\0') {
			return false;
		}
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		text_put_n(&to, host, (size_t)(colon - host));
	} else {
		text_put(&to, host);
		colon = NULL;
	}
	if (colon != NULL) {
		service = text_over(port, port_cap);
		text_put(&service, colon + 1);
	}
	return !to.cut && !service.cut && to.len > 0 && strspn(port, "0123456789") == service.len;
}

static int
resolve(const char *name, const char *port, enum addr_family family, struct addrinfo **out)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST };
	int err;

	hints.ai_family = family == ADDR_V4 ? AF_INET : family == ADDR_V6 ? AF_INET6 : AF_UNSPEC;
	err = getaddrinfo(name, port, &hints, out);
	if (err == 0) {
		return 0;
	}
	/* No AI_ADDRCONFIG: it hides ::1 on a machine without any other IPv6 address. */
	hints.ai_flags = AI_NUMERICSERV | AI_CANONNAME;
	return getaddrinfo(name, port, &hints, out);
}

/* Keeps the list short: a hostile DNS answer with 500 addresses would mean 500 time-outs. */
static void
cut_list(struct addrinfo *list)
{
	for (int i = 1; list != NULL && i < UDP_ADDRS_MAX; i++) {
		list = list->ai_next;
	}
	if (list != NULL && list->ai_next != NULL) {
		freeaddrinfo(list->ai_next);
		list->ai_next = NULL;
	}
}

struct transport *
udp_open(const char *host, enum addr_family family, char *name, char *why, size_t why_cap)
{
	struct text reason = text_over(why, why_cap), shown;
	char asked[UDP_NAME_MAX], port[8];
	struct udp *u = calloc(1, sizeof *u);
	int err;

	if (u == NULL || !split_port(host, asked, port, sizeof port)) {
		text_put(&reason, u == NULL ? "no memory" : "not a host name or address");
		free(u);
		return NULL;
	}
	err = resolve(asked, port, family, &u->all);
	if (err != 0) {
		text_put(&reason, gai_strerror(err));
		free(u);
		return NULL;
	}
	cut_list(u->all);
	u->base.ops = &udp_ops;
	if (!connect_from(u, u->all, why, why_cap)) {
		freeaddrinfo(u->all);
		free(u);
		return NULL;
	}
	shown = text_over(name, UDP_NAME_MAX);
	text_put_safe(&shown, u->all->ai_canonname != NULL ? u->all->ai_canonname : asked,
	    strlen(u->all->ai_canonname != NULL ? u->all->ai_canonname : asked));
	return &u->base;
}

struct session *
udp_session(const char *host, double timeout_s, char *why, size_t why_cap)
{
	char name[UDP_NAME_MAX];
	struct transport *t = udp_open(host, ADDR_NONE, name, why, why_cap);
	struct session *s;
	struct timespec now;

	if (t == NULL) {
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	s = session_new(t, (uint16_t)(now.tv_nsec / 1000 + getpid()));
	if (s == NULL) {
		struct text reason = text_over(why, why_cap);

		text_put(&reason, "no memory");
		t->ops->close(t);
		return NULL;
	}
	session_set_timeout(s, timeout_s);
	return s;
}

bool
udp_is_local(const struct transport *t)
{
	const struct udp *u = (const struct udp *)(const void *)t;

	if (t->ops != &udp_ops) {
		return false;
	}
	if (u->at->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)u->at->ai_addr;

		return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
	}
	const struct sockaddr_in6 *in6 = (const void *)u->at->ai_addr;

	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) != 0;
}
