/* SPDX-License-Identifier: BSD-2-Clause */
/* udp - a mode 6 session over connected UDP sockets, one to each address of the host. */
#include "mode6/udp.h"
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/hostspec.h"
#include "base/text.h"

/* More would mean that a hostile DNS answer makes us ask hundreds of hosts. */
enum { PATHS_MAX = 16, QUESTION_MAX = 1024 };

/* RFC 8305, section 5: so long the addresses before have for themselves. */
static const double HEAD_START_S = 0.25;

struct path {
	struct sockaddr_storage to;
	socklen_t to_len;
	int fd; /* -1: not open */
};

struct udp {
	struct transport base;
	struct path path[PATHS_MAX]; /* the addresses, in the order they are tried */
	unsigned n;
	unsigned tried;   /* the first of them have been asked */
	int chosen;       /* the one that answered first, -1: none yet */
	bool heard;       /* something came since the last question */
	double next_at_s; /* when the next address has its turn */
	uint8_t question[QUESTION_MAX];
	size_t question_len;
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

/* ---- one address ---- */

/* A UDP connect fails at once where there is no route: errno says it. */
static bool
path_open(struct path *p)
{
	if (p->fd < 0) {
		p->fd = socket(p->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	}
	return p->fd >= 0 && connect(p->fd, (const struct sockaddr *)&p->to, p->to_len) == 0;
}

static void
path_close(struct path *p)
{
	if (p->fd >= 0) {
		close(p->fd);
		p->fd = -1;
	}
}

static bool
path_send(const struct path *p, const uint8_t *bytes, size_t len)
{
	/*
	 * A refusal of an earlier datagram is reported by the next call; the second try then really
	 * sends.
	 */
	for (int tries = 0; tries < 2; tries++) {
		if (send(p->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len) {
			return true;
		}
		if (errno != ECONNREFUSED) {
			return false;
		}
	}
	return true;
}

/* ---- all of them ---- */

/* Asks the next address that can be asked; false when there is none left. */
static bool
ask_next(struct udp *u)
{
	while (u->tried < u->n) {
		struct path *p = &u->path[u->tried++];

		if (p->fd >= 0) {
			continue; /* has had it */
		}
		if (path_open(p) && path_send(p, u->question, u->question_len)) {
			u->next_at_s = udp_now_s(&u->base) + HEAD_START_S;
			return true;
		}
		path_close(p);
	}
	return false;
}

static bool
any_open(const struct udp *u)
{
	for (unsigned i = 0; i < u->n; i++) {
		if (u->path[i].fd >= 0) {
			return true;
		}
	}
	return false;
}

/* A repeated question goes to those that had it, too: their answer may have been lost. */
static bool
ask_side_by_side(struct udp *u)
{
	for (unsigned i = 0; i < u->n; i++) {
		struct path *p = &u->path[i];

		if (p->fd >= 0 && !path_send(p, u->question, u->question_len)) {
			path_close(p);
		}
	}
	if (!any_open(u)) {
		u->tried = 0;
	}
	return any_open(u) || ask_next(u);
}

static bool
udp_send(struct transport *t, const uint8_t *bytes, size_t len, bool may_spread)
{
	struct udp *u = udp_of(t);

	assert(len <= sizeof u->question);
	memcpy(u->question, bytes, len);
	u->question_len = len;
	if (u->chosen >= 0 && (u->heard || !may_spread || u->n == 1)) {
		u->heard = false;
		return path_send(&u->path[u->chosen], bytes, len);
	}
	if (u->chosen >= 0) {
		/* Whoever answered before is silent now: all have their turn again. */
		u->chosen = -1;
		u->tried = 0;
		u->next_at_s = 0;
	}
	return ask_side_by_side(u);
}

/* The first that answers is the one from now on. */
static void
choose(struct udp *u, unsigned i)
{
	u->heard = true;
	if (u->chosen == (int)i) {
		return;
	}
	u->chosen = (int)i;
	for (unsigned k = 0; k < u->n; k++) {
		if (k != i) {
			path_close(&u->path[k]);
		}
	}
	u->tried = u->n;
}

/* The length of a datagram from path i, or TRANSPORT_TIMEOUT, or TRANSPORT_REFUSED. */
static int
take_from(struct udp *u, unsigned i, uint8_t *buf, size_t cap)
{
	struct path *p = &u->path[i];
	ssize_t n = recv(p->fd, buf, cap, MSG_TRUNC | MSG_DONTWAIT);

	if (n >= 0) {
		choose(u, i);
		return (int)n;
	}
	if (errno == EAGAIN || errno == EINTR) {
		return TRANSPORT_TIMEOUT;
	}
	if (u->chosen >= 0) {
		return TRANSPORT_REFUSED;
	}
	path_close(p);
	(void)ask_next(u);
	return any_open(u) ? TRANSPORT_TIMEOUT : TRANSPORT_REFUSED;
}

/* Waits once, at most wait_s, for any of the open sockets. */
static int
receive_any(struct udp *u, uint8_t *buf, size_t cap, double wait_s)
{
	struct pollfd fds[PATHS_MAX];
	unsigned of[PATHS_MAX], n = 0;
	int got = TRANSPORT_TIMEOUT;

	for (unsigned i = 0; i < u->n; i++) {
		if (u->path[i].fd >= 0 && (u->chosen < 0 || u->chosen == (int)i)) {
			of[n] = i;
			fds[n++] = (struct pollfd){ .fd = u->path[i].fd, .events = POLLIN };
		}
	}
	if (poll(fds, n, wait_s > 0 ? (int)(wait_s * 1000 + 1) : 0) <= 0) {
		return TRANSPORT_TIMEOUT;
	}
	for (unsigned k = 0; k < n && got < 0; k++) {
		if (fds[k].revents != 0) {
			got = take_from(u, of[k], buf, cap);
		}
	}
	return got;
}

static int
udp_receive(struct transport *t, uint8_t *buf, size_t cap, double wait_s)
{
	struct udp *u = udp_of(t);
	double now_s = udp_now_s(t), until_s = now_s + wait_s;
	int got;

	for (;;) {
		double left_s = until_s - now_s;
		bool more = u->chosen < 0 && u->tried < u->n;

		if (more && u->next_at_s <= now_s) {
			(void)ask_next(u);
			more = u->tried < u->n;
		}
		if (more && u->next_at_s - now_s < left_s) {
			left_s = u->next_at_s - now_s;
		}
		got = receive_any(u, buf, cap, left_s);
		now_s = udp_now_s(t);
		if (got != TRANSPORT_TIMEOUT || now_s >= until_s) {
			return got;
		}
	}
}

static bool
udp_settled(struct transport *t)
{
	struct udp *u = udp_of(t);

	return u->n == 1 || u->chosen >= 0;
}

static void
udp_close(struct transport *t)
{
	struct udp *u = udp_of(t);

	for (unsigned i = 0; i < u->n; i++) {
		path_close(&u->path[i]);
	}
	free(u);
}

static const struct transport_ops udp_ops = {
	.send = udp_send,
	.receive = udp_receive,
	.now_s = udp_now_s,
	.settled = udp_settled,
	.close = udp_close,
};

/* ---- the addresses of a host ---- */

static bool
has_address(const struct udp *u, const void *sa, socklen_t len)
{
	for (unsigned i = 0; i < u->n; i++) {
		if (u->path[i].to_len == len && memcmp(&u->path[i].to, sa, len) == 0) {
			return true;
		}
	}
	return false;
}

static void
add_path(struct udp *u, const void *sa, socklen_t len)
{
	if (u->n < PATHS_MAX && len <= sizeof u->path[0].to && !has_address(u, sa, len)) {
		struct path *p = &u->path[u->n++];

		*p = (struct path){ .to_len = len, .fd = -1 };
		memcpy(&p->to, sa, len);
	}
}

static const struct addrinfo *
next_of(const struct addrinfo *at, bool v6)
{
	while (at != NULL && (at->ai_family == AF_INET6) != v6) {
		at = at->ai_next;
	}
	return at;
}

/* The families take turns, the resolver's first one first: RFC 8305, section 4. */
static void
add_paths(struct udp *u, const struct addrinfo *list)
{
	bool v6 = list != NULL && list->ai_family == AF_INET6;
	const struct addrinfo *turn = next_of(list, v6), *other = next_of(list, !v6), *next;

	while (turn != NULL || other != NULL) {
		next = turn != NULL ? next_of(turn->ai_next, v6) : NULL;
		if (turn != NULL) {
			add_path(u, turn->ai_addr, turn->ai_addrlen);
		}
		turn = other;
		other = next;
		v6 = !v6;
	}
}

static void
add_loopback(struct udp *u, enum addr_family family, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	if (family != ADDR_V6) {
		add_path(u, &in, sizeof in);
	}
	if (family != ADDR_V4) {
		add_path(u, &in6, sizeof in6);
	}
}

static int
look_up(const char *name, const char *port, enum addr_family family, struct addrinfo **out)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST,
	};
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

/* Fills the paths and the canonical name; false with the reason. */
static bool
find_host(struct udp *u, const struct hostspec *h, enum addr_family family, struct text *name,
    struct text *why)
{
	struct addrinfo *list = NULL;
	const char *canonical = h->name;
	char port[8];
	struct text p = text_over(port, sizeof port);
	int err;

	text_printf(&p, "%u", h->port != 0 ? (unsigned)h->port : (unsigned)UDP_NTP_PORT);
	err = look_up(h->name, port, family, &list);
	if (err == 0) {
		add_paths(u, list);
		canonical = list->ai_canonname != NULL ? list->ai_canonname : canonical;
	}
	text_put_safe(name, canonical, strlen(canonical));
	if (err == 0) {
		freeaddrinfo(list);
	}
	/* Whatever /etc/hosts knows of it, this machine has both. RFC 6761, section 6.3. */
	if (strcasecmp(h->name, "localhost") == 0) {
		add_loopback(u, family, h->port != 0 ? h->port : UDP_NTP_PORT);
	}
	if (u->n == 0 && h->zone[0] != '\0') {
		text_printf(why, "there is no interface '%s' here", h->zone);
	} else if (u->n == 0) {
		text_put(why, gai_strerror(err));
	}
	return u->n > 0;
}

/* One that can be asked, so that a host without any is told from one that is silent. */
static bool
has_way(struct udp *u, struct text *why)
{
	for (unsigned i = 0; i < u->n; i++) {
		bool open = path_open(&u->path[i]);
		int error = errno;

		path_close(&u->path[i]);
		if (open) {
			return true;
		}
		if (why->len == 0) {
			text_put(why, strerror(error));
		}
	}
	return false;
}

static bool
find_paths(struct udp *u, const char *host, enum addr_family family, struct text *name,
    struct text *why)
{
	struct hostspec h;
	enum hostspec_fault fault;

	if (host == NULL) {
		add_loopback(u, family, UDP_NTP_PORT);
		text_put(name, "localhost");
		return has_way(u, why);
	}
	fault = hostspec_parse_asked(host, &h);
	if (fault != HOSTSPEC_OK) {
		text_printf(why, "it %s", hostspec_fault_text(fault));
		return false;
	}
	return find_host(u, &h, family, name, why) && has_way(u, why);
}

struct transport *
udp_open(const char *host, enum addr_family family, char *name, char *why, size_t why_cap)
{
	struct text reason = text_over(why, why_cap), shown = text_over(name, UDP_NAME_MAX);
	struct udp *u = calloc(1, sizeof *u);

	if (u == NULL) {
		text_put(&reason, "no memory");
		return NULL;
	}
	u->base.ops = &udp_ops;
	u->chosen = -1;
	if (!find_paths(u, host, family, &shown, &reason)) {
		free(u);
		return NULL;
	}
	return &u->base;
}

struct session *
udp_session_of(const char *host, enum addr_family family, double timeout_s, char *why,
    size_t why_cap)
{
	char name[UDP_NAME_MAX];
	struct transport *t = udp_open(host, family, name, why, why_cap);
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

struct session *
udp_session(const char *host, double timeout_s, char *why, size_t why_cap)
{
	return udp_session_of(host, ADDR_NONE, timeout_s, why, why_cap);
}

static bool
is_loopback(const struct path *p)
{
	if (p->to.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&p->to;

		return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
	}
	const struct sockaddr_in6 *in6 = (const void *)&p->to;

	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) != 0;
}

bool
udp_is_local(const struct transport *t)
{
	const struct udp *u = (const struct udp *)(const void *)t;

	if (t->ops != &udp_ops) {
		return false;
	}
	for (unsigned i = 0; i < u->n; i++) {
		if ((u->chosen < 0 || u->chosen == (int)i) && !is_loopback(&u->path[i])) {
			return false;
		}
	}
	return true;
}

bool
udp_address(const struct transport *t, struct addr *out)
{
	const struct udp *u = (const struct udp *)(const void *)t;
	const struct path *p;

	if (t->ops != &udp_ops) {
		return false;
	}
	p = &u->path[u->chosen >= 0 ? u->chosen : 0];
	if (p->to.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&p->to;

		*out = addr_v4(ntohl(in->sin_addr.s_addr));
		return true;
	}
	const struct sockaddr_in6 *in6 = (const void *)&p->to;

	*out = (struct addr){ .family = ADDR_V6, .scope = in6->sin6_scope_id };
	memcpy(out->bytes, &in6->sin6_addr, sizeof in6->sin6_addr);
	return true;
}
