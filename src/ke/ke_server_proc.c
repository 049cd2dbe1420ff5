/* SPDX-License-Identifier: BSD-2-Clause */
/* ke_server_proc - the ke_server port over a child process. */
#include "ke/ke_server_proc.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/text.h"
#include "message.h"
#include "sys/file_open.h"
#include "sys/sockaddr.h"

enum { BACKLOG = 1024 };

#define AGAIN_MIN_S 1.0 /* before another child is started; doubled each time */
#define AGAIN_MAX_S 64.0
#define LASTS_S 60.0 /* a child that lived so long was none that cannot live */
#define CHECK_S 3600.0
#define BEHIND_S 0.05

struct ke_server_proc {
	struct ke_server port;
	struct loop *loop;
	struct starter *starter;
	unsigned role;
	void (*on_event)(void *ctx, const struct ke_server_event *e);
	void *ctx;
	struct role_child *child; /* NULL: none */
	struct mtime since;       /* it was started */
	unsigned step;            /* what it is told next, of what it must know to begin */
	double again_s;
	double check_s; /* between two looks at certificate and key */
	struct loop_timer again, check;
	bool started;
	int socket[KE_SERVER_ADDRS_MAX];
	unsigned socket_n;
	int cert_fd, key_fd; /* while the child cannot open them; -1 */
	struct ke_server_rules rules;
	struct cookie_key_set keys;
	struct addr *ignored;
	unsigned *ignored_prefix;
	unsigned ignored_n;
	struct ke_server_order order; /* scratch, as are these */
	struct ke_server_told told;
	uint8_t octets[KE_SERVER_ORDER_LEN];
};

static struct ke_server_proc *
proc_of(struct ke_server *k)
{
	return (struct ke_server_proc *)k;
}

static void
close_pair(struct ke_server_proc *k)
{
	if (k->cert_fd >= 0) {
		(void)close(k->cert_fd);
	}
	if (k->key_fd >= 0) {
		(void)close(k->key_fd);
	}
	k->cert_fd = k->key_fd = -1;
}

/* What cannot be opened here may be there: the child is another user, behind another fence. */
static void
open_pair(struct ke_server_proc *k)
{
	int cert = file_open_read(k->rules.cert, O_NONBLOCK);
	int key = file_open_read(k->rules.key, O_NONBLOCK);

	if (cert >= 0 && key >= 0) {
		close_pair(k);
		k->cert_fd = cert;
		k->key_fd = key;
		return;
	}
	if (cert >= 0) {
		(void)close(cert);
	}
	if (key >= 0) {
		(void)close(key);
	}
}

/* ---- the child ---- */

static void start_later(struct ke_server_proc *k, const char *why);

static void
hand_up(struct ke_server_proc *k, const struct ke_server_event *e)
{
	if (k->on_event != NULL) {
		k->on_event(k->ctx, e);
	}
}

static void
on_message(void *ctx, const void *message)
{
	struct ke_server_proc *k = ctx;

	if (!ke_server_told_get(message, KE_SERVER_EVENT_LEN, &k->told)) {
		start_later(k, "the process that gives NTS keys sent what is no event");
		return;
	}
	if (k->told.by_path) {
		close_pair(k);
	}
	hand_up(k, &k->told.event);
}

static void
on_gone(void *ctx)
{
	start_later(ctx, "the process that gives NTS keys ended");
}

static const struct channel_seq_events events = { .on_message = on_message, .on_gone = on_gone };

static int
send_order(struct ke_server_proc *k, enum ke_server_verb verb, int fd)
{
	k->order.verb = verb;
	ke_server_order_put(&k->order, k->octets);
	int rc = role_send_fd(k->child, k->octets, sizeof k->octets, fd);
	if (verb == KE_SERVER_COOKIES) {
		explicit_bzero(k->octets, sizeof k->octets);
		explicit_bzero(&k->order, sizeof k->order);
	}
	return rc;
}

static int
send_pair(struct ke_server_proc *k)
{
	int rc = 0;

	if (k->cert_fd >= 0 && k->key_fd >= 0) {
		rc = send_order(k, KE_SERVER_CERT, k->cert_fd);
		rc = rc != 0 ? rc : send_order(k, KE_SERVER_KEY, k->key_fd);
	}
	return rc;
}

static int
send_rules(struct ke_server_proc *k)
{
	int rc = send_pair(k);

	k->order.of.rules = k->rules;
	return rc != 0 ? rc : send_order(k, KE_SERVER_RULES, -1);
}

static int
send_keys(struct ke_server_proc *k)
{
	k->order.of.cookies = k->keys;
	return send_order(k, KE_SERVER_COOKIES, -1);
}

/* Orders that the list of ignored networks takes: one at least, which empties the old list. */
static unsigned
ignore_orders(const struct ke_server_proc *k)
{
	return k->ignored_n / KE_IGNORE_MAX + 1;
}

static int
send_ignored(struct ke_server_proc *k, unsigned part)
{
	struct ke_ignored *g = &k->order.of.ignore;

	memset(g, 0, sizeof *g);
	g->first = part == 0;
	for (unsigned at = part * KE_IGNORE_MAX; at < k->ignored_n && g->n < KE_IGNORE_MAX; at++) {
		g->base[g->n] = k->ignored[at];
		g->prefix[g->n++] = (uint8_t)k->ignored_prefix[at];
	}
	return send_order(k, KE_SERVER_IGNORE, -1);
}

static unsigned
last_step(const struct ke_server_proc *k)
{
	return k->socket_n + ignore_orders(k) + 2;
}

/* The sockets, the networks ignored, the keys, the rules, and that this was all. */
static int
send_step(struct ke_server_proc *k, unsigned step)
{
	if (step < k->socket_n) {
		return send_order(k, KE_SERVER_SOCKET, k->socket[step]);
	}
	step -= k->socket_n;
	if (step < ignore_orders(k)) {
		return send_ignored(k, step);
	}
	step -= ignore_orders(k);
	if (step < 2) {
		return step == 0 ? send_keys(k) : send_rules(k);
	}
	return send_order(k, KE_SERVER_BEGIN, -1);
}

static bool
has_begun(const struct ke_server_proc *k)
{
	return k->child != NULL && k->step > last_step(k);
}

/* -EAGAIN: the child is behind; it goes on from there. */
static int
send_steps(struct ke_server_proc *k)
{
	int rc = 0;

	while (k->step <= last_step(k) && rc == 0) {
		rc = send_step(k, k->step);
		k->step += rc == 0;
	}
	return rc;
}

static void
start_child(struct ke_server_proc *k)
{
	int rc = 0;

	if (k->child == NULL) {
		k->since = loop_now(k->loop);
		k->step = 0;
		rc = role_start(k->starter, k->role, k->loop, KE_SERVER_EVENT_LEN, &events, k,
		    &k->child);
	}
	rc = rc != 0 ? rc : send_steps(k);
	if (rc == -EAGAIN && k->child != NULL) {
		k->loop->ops->timer_arm(k->loop, &k->again,
		    mtime_add_s(loop_now(k->loop), BEHIND_S));
	} else if (rc != 0) {
		start_later(k,
		    rc == -ESRCH ? "the starter of processes ended: restart the program"
				 : "no process that gives NTS keys can be started");
	}
}

static void
start_later(struct ke_server_proc *k, const char *why)
{
	struct ke_server_event e = { .what = KE_SERVER_GONE };
	struct text t = text_over(e.reason, sizeof e.reason);
	struct mtime now = loop_now(k->loop);

	role_end(k->child);
	k->child = NULL;
	if (mtime_diff_s(now, k->since) >= LASTS_S || k->again_s < AGAIN_MIN_S) {
		k->again_s = AGAIN_MIN_S;
	}
	k->loop->ops->timer_arm(k->loop, &k->again, mtime_add_s(now, k->again_s));
	k->again_s = 2 * k->again_s > AGAIN_MAX_S ? AGAIN_MAX_S : 2 * k->again_s;
	text_put(&t, why);
	hand_up(k, &e);
}

/* A child that does not listen is of no use. */
static void
unless_sent(struct ke_server_proc *k, int rc)
{
	if (rc != 0) {
		start_later(k, "the process that gives NTS keys does not listen");
	}
}

/* What changed is told again with the rest when the child does not know all of it yet. */
static bool
may_be_told(struct ke_server_proc *k)
{
	if (!has_begun(k) && k->step > k->socket_n) {
		k->step = k->socket_n;
	}
	return has_begun(k);
}

static void
on_again(void *ctx)
{
	start_child(ctx);
}

static void
on_check(void *ctx)
{
	struct ke_server_proc *k = ctx;

	k->loop->ops->timer_arm(k->loop, &k->check, mtime_add_s(loop_now(k->loop), k->check_s));
	open_pair(k);
	if (has_begun(k)) {
		int rc = send_pair(k);
		unless_sent(k, rc != 0 ? rc : send_order(k, KE_SERVER_CHECK, -1));
	}
}

/* ---- sockets ---- */

static int
open_socket(const struct endpoint *at, int *out)
{
	const int on = 1;
	union sockaddr_any sa;
	socklen_t len = sockaddr_from_endpoint(at, &sa);
	int fd = socket(sa.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		return -errno;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	/* The last of a few short messages is not to wait for the other side's late ACK, 40 ms. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof on); /* accepted ones have it too */
	if (at->addr.family == ADDR_V6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	}
	if (bind(fd, &sa.sa, len) != 0 || listen(fd, BACKLOG) != 0) {
		int error = -errno;
		(void)close(fd);
		return error;
	}
	*out = fd;
	return 0;
}

static void
close_sockets(struct ke_server_proc *k)
{
	while (k->socket_n > 0) {
		(void)close(k->socket[--k->socket_n]);
	}
}

/* A kernel without one of the families serves the other. */
static int
open_sockets(struct ke_server_proc *k, const struct endpoint *at, unsigned n)
{
	int rc = 0, lacks = 0;

	for (unsigned i = 0; i < n && i < KE_SERVER_ADDRS_MAX && rc == 0; i++) {
		rc = open_socket(&at[i], &k->socket[k->socket_n]);
		if (rc == -EAFNOSUPPORT) {
			lacks = rc;
			rc = 0;
		} else if (rc == 0) {
			k->socket_n++;
		}
	}
	if (rc != 0) {
		close_sockets(k);
	}
	return rc != 0 || k->socket_n > 0 ? rc : lacks;
}

/* ---- the port ---- */

static int
server_start(struct ke_server *port, const struct ke_server_rules *r, const struct endpoint *at,
    unsigned n, const struct cookie_key_set *keys)
{
	struct ke_server_proc *k = proc_of(port);

	assert(!k->started);
	int rc = open_sockets(k, at, n);
	if (rc != 0) {
		return rc;
	}
	k->started = true;
	k->rules = *r;
	k->keys = *keys;
	open_pair(k);
	/* From the loop: events come never before this returns, and the process is itself then. */
	k->loop->ops->timer_arm(k->loop, &k->again, loop_now(k->loop));
	k->loop->ops->timer_arm(k->loop, &k->check, mtime_add_s(loop_now(k->loop), k->check_s));
	return 0;
}

static void
server_keys(struct ke_server *port, const struct cookie_key_set *keys)
{
	struct ke_server_proc *k = proc_of(port);

	k->keys = *keys;
	if (may_be_told(k)) {
		unless_sent(k, send_keys(k));
	}
}

static void
server_reload(struct ke_server *port, const struct ke_server_rules *r)
{
	struct ke_server_proc *k = proc_of(port);

	if (!k->started) {
		return;
	}
	k->rules = *r;
	open_pair(k);
	if (may_be_told(k)) {
		unless_sent(k, send_rules(k));
	}
}

static void
server_ignore(struct ke_server *port, const struct addr *base, const unsigned *prefix, unsigned n)
{
	struct ke_server_proc *k = proc_of(port);
	struct addr *bases = calloc(n + 1U, sizeof *bases);
	unsigned *prefixes = calloc(n + 1U, sizeof *prefixes);

	if (bases == NULL || prefixes == NULL) {
		free(bases);
		free(prefixes);
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		bases[i] = base[i];
		prefixes[i] = prefix[i];
	}
	free(k->ignored);
	free(k->ignored_prefix);
	k->ignored = bases;
	k->ignored_prefix = prefixes;
	k->ignored_n = n;
	int rc = 0;
	for (unsigned part = 0; may_be_told(k) && rc == 0 && part < ignore_orders(k); part++) {
		rc = send_ignored(k, part);
		unless_sent(k, rc);
	}
}

static void
server_listen(struct ke_server *port, void (*on_event)(void *ctx, const struct ke_server_event *e),
    void *ctx)
{
	struct ke_server_proc *k = proc_of(port);

	k->on_event = on_event;
	k->ctx = ctx;
}

static const struct ke_server_ops ops = {
	.start = server_start,
	.keys = server_keys,
	.reload = server_reload,
	.ignore = server_ignore,
	.listen = server_listen,
};

int
ke_server_proc_new(struct loop *l, struct starter *starter, unsigned role, struct ke_server **out)
{
	struct ke_server_proc *k = calloc(1, sizeof *k);

	if (k == NULL) {
		return -ENOMEM;
	}
	k->port.ops = &ops;
	k->loop = l;
	k->starter = starter;
	k->role = role;
	k->check_s = CHECK_S;
	k->cert_fd = k->key_fd = -1;
	l->ops->timer_init(l, &k->again, on_again, k);
	l->ops->timer_init(l, &k->check, on_check, k);
	*out = &k->port;
	return 0;
}

void
ke_server_proc_look_each(struct ke_server *port, double s)
{
	proc_of(port)->check_s = s;
}

void
ke_server_proc_free(struct ke_server *port)
{
	struct ke_server_proc *k = proc_of(port);

	if (k == NULL) {
		return;
	}
	role_end(k->child);
	close_sockets(k);
	close_pair(k);
	k->loop->ops->timer_done(k->loop, &k->again);
	k->loop->ops->timer_done(k->loop, &k->check);
	free(k->ignored);
	free(k->ignored_prefix);
	explicit_bzero(k, sizeof *k);
	free(k);
}
