/* SPDX-License-Identifier: BSD-2-Clause */
/* lab - a server over ports that are played. */
#include "unit/server/lab.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "server/receive.h"

struct net_socket {
	int open;
};

static struct net_socket socket_of_all = { 1 };

#define LAB_OF(member, p) ((struct lab *)(void *)((char *)(p)-offsetof(struct lab, member)))

/* ---- ports ---- */

static struct mtime
now(struct loop *l)
{
	return LAB_OF(loop, l)->now;
}

static void
timer_init(struct loop *l, struct loop_timer *t, void (*fire)(void *ctx), void *ctx)
{
	*t = (struct loop_timer){ .fire = fire, .ctx = ctx, .impl = l };
}

static void
timer_arm(struct loop *l, struct loop_timer *t, struct mtime at)
{
	t->armed = true;
	t->at = at;
	LAB_OF(loop, l)->timer = t;
}

static void
timer_disarm(struct loop *l, struct loop_timer *t)
{
	(void)l;
	t->armed = false;
}

static const struct loop_ops LOOP = {
	.now = now,
	.timer_init = timer_init,
	.timer_arm = timer_arm,
	.timer_disarm = timer_disarm,
	.timer_done = timer_disarm,
};

static void
read_clock(struct clock *c, struct clock_reading *out)
{
	struct lab *lab = LAB_OF(clock, c);

	lab->now.ns += lab->read_ns;
	*out = (struct clock_reading){ .real = { lab->now.ns + lab->base_ns }, .mono = lab->now };
}

static const struct clock_ops CLOCK = { .read = read_clock };

static int
listen(struct net *n, const struct net_listen *what, const struct net_events *ev, void *ctx,
    struct net_socket **out)
{
	struct lab *lab = LAB_OF(net, n);

	(void)what;
	(void)ev;
	(void)ctx;
	if (lab->listen_error == 0) {
		*out = lab->socket = &socket_of_all;
	}
	return lab->listen_error;
}

static void
close_socket(struct net *n, struct net_socket *s)
{
	(void)s;
	LAB_OF(net, n)->closed_n++;
	LAB_OF(net, n)->waiting_n = 0;
}

static void
put_out(struct lab *lab)
{
	const struct net_datagram *d = &lab->waiting[0].d;

	for (unsigned i = 0; i < lab->waiting_n; i++) {
		d = &lab->waiting[i].d;
		lab->sent_len = d->len;
		memcpy(lab->sent, lab->waiting[i].bytes, d->len);
		lab->xmt_at = d->xmt_at;
		lab->sent_even = d->xmt_even;
		lab->wants_stamp = d->wants_stamp;
		lab->tag = d->tag;
		lab->sent_to = d->to;
		lab->sent_from = d->from;
		lab->sent_n += lab->waiting[i].left ? 1 : 0;
	}
	lab->waiting_n = 0;
}

void
lab_flush(struct lab *lab)
{
	struct stamp now;

	lab->now.ns += lab->read_ns;
	now = (struct stamp){ .at = { lab->now.ns + lab->base_ns }, .mono = lab->now };
	for (unsigned i = 0; i < lab->waiting_n; i++) {
		struct lab_waiting *w = &lab->waiting[i];

		w->left = w->d.finish == NULL || w->d.finish(w->d.finish_ctx, w->bytes, &now);
	}
	put_out(lab);
}

static void
reply(struct net *n, struct net_socket *s, const struct net_datagram *d)
{
	struct lab *lab = LAB_OF(net, n);
	struct lab_waiting *w = &lab->waiting[lab->waiting_n++];

	assert_true(s == lab->socket);
	assert_true(d->len <= sizeof lab->sent);
	w->d = *d;
	memcpy(w->bytes, d->bytes, d->len);
	if (!lab->gathers || lab->waiting_n == NET_GATHERED_MAX) {
		lab_flush(lab);
	}
}

static const struct net_ops NET = {
	.listen = listen,
	.close = close_socket,
	.reply = reply,
};

static void
fill(struct rng *r, void *out, size_t len)
{
	(void)r;
	memset(out, 0x55, len);
}

static const struct rng_ops RNG = { fill };

static void
log_line(struct log *l, enum log_level level, const char *text)
{
	struct lab *lab = LAB_OF(log, l);

	(void)level;
	assert_true(lab->line_n < LAB_LOG);
	(void)snprintf(lab->line[lab->line_n++], LAB_LINE, "%s", text);
}

static const struct log_ops LOG = { .line = log_line };

static void
signd_listen(struct signd *s, const struct signd_events *on, void *ctx)
{
	LAB_OF(signd, s)->signd_on = on;
	LAB_OF(signd, s)->signd_ctx = ctx;
}

static int
signd_connect(struct signd *s, const char *folder, struct text *why)
{
	struct lab *lab = LAB_OF(signd, s);

	assert_false(lab->signd_open);
	lab->signd_open = lab->signd_error == 0;
	lab->signd_connected += lab->signd_open ? 1 : 0;
	if (lab->signd_error != 0) {
		text_printf(why, "%s; %s", strerror(-lab->signd_error), folder);
	}
	return lab->signd_error;
}

static int
signd_send(struct signd *s, const uint8_t *bytes, size_t len)
{
	struct lab *lab = LAB_OF(signd, s);

	assert_true(lab->signd_open);
	assert_int_equal(len, SIGND_ASK_LEN);
	if (lab->signd_stuck == 0) {
		memcpy(lab->signd_asked[lab->signd_asked_n++ % MSSNTP_FLIGHT_MAX], bytes, len);
	}
	return lab->signd_stuck;
}

static void
signd_close(struct signd *s)
{
	LAB_OF(signd, s)->signd_open = false;
}

static const struct signd_ops SIGND = { signd_listen, signd_connect, signd_send, signd_close };

void
lab_signd_says(struct lab *lab, const void *bytes, size_t len)
{
	assert_true(lab->signd_open);
	lab->signd_on->octets(lab->signd_ctx, bytes, len);
}

void
lab_signd_ends(struct lab *lab, int error)
{
	lab->signd_open = false;
	lab->signd_on->ended(lab->signd_ctx, error);
}

/* ---- the owner ---- */

static int
control(void *ctx, struct listener *l, const struct net_packet *pkt, uint32_t flags)
{
	struct lab *lab = ctx;

	(void)l;
	(void)pkt;
	(void)flags;
	lab->control_n++;
	return lab->control_verdict;
}

static void
clock_moved(void *ctx)
{
	struct lab *lab = ctx;

	lab->moved_n++;
	lab->time.base_ns = lab->base_ns;
}

static bool
answers_for(void *ctx, const struct addr *a)
{
	const struct lab *lab = ctx;

	return addr_equal(&lab->rest, a);
}

static unsigned
name(void *ctx, unsigned line, unsigned *from, const struct addr **out)
{
	const struct lab *lab = ctx;

	(void)line;
	(*from)++;
	*out = lab->name;
	return lab->name_n;
}

static void
sources_wanted(void *ctx)
{
	struct lab *lab = ctx;

	if (lab->source.family != ADDR_NONE) {
		access_source(&lab->server, &lab->source, true);
	}
}

static int
associated(void *ctx, struct listener *l, const struct net_packet *pkt, const struct packet *pk,
    uint32_t flags)
{
	struct lab *lab = ctx;

	(void)l;
	(void)pkt;
	(void)pk;
	lab->associated_flags = flags;
	lab->associated_n++;
	return lab->associated_verdict;
}

static void
associated_sent(void *ctx, const struct listener *l, uint32_t tag, const struct stamp *tx)
{
	struct lab *lab = ctx;

	(void)l;
	(void)tx;
	lab->associated_tag = tag;
}

static const struct server_events EVENTS = {
	.control = control,
	.associated = associated,
	.associated_sent = associated_sent,
	.clock_moved = clock_moved,
	.answers_for = answers_for,
	.name = name,
	.sources_wanted = sources_wanted,
};

/* ---- a lab ---- */

static struct config *
parsed(struct lab *lab, const char *conf)
{
	struct diag_list diags = diag_list_in(lab->arena);
	struct config *c =
	    config_load_text(NULL, "ntp.conf", conf, strlen(conf), NULL, false, lab->arena, &diags);

	assert_true(c != NULL && diags.errors == 0);
	return c;
}

static void
make_keys(struct lab *lab)
{
	lab->keys.ring = keyring_new();
	assert_true(lab->keys.ring != NULL);
	assert_true(keyring_add(lab->keys.ring, 1, "SHA1", (const uint8_t *)"secret", 6));
	keyring_trust(lab->keys.ring, 1, 1);
}

static void
open_listener(struct lab *lab)
{
	struct net_iface iface = { .name = "eth0", .addr = lab_addr("192.0.2.1"), .up = true };
	const struct listener_place at = { .what.local = { iface.addr, 123 }, .iface = &iface };

	lab->l = listener_free_one(&lab->server);
	assert_true(lab->l != NULL && listener_open(lab->l, &at, &RECEIVE_EVENTS) == 0);
}

struct lab *
lab_new(const char *conf)
{
	struct lab *lab = calloc(1, sizeof *lab);

	assert_true(lab != NULL);
	lab->loop.ops = &LOOP;
	lab->clock.ops = &CLOCK;
	lab->net.ops = &NET;
	lab->rng.ops = &RNG;
	lab->log.ops = &LOG;
	lab->signd.ops = &SIGND;
	lab->now.ns = INT64_C(1000) * NS_PER_S;
	lab->base_ns = INT64_C(1800000000) * NS_PER_S;
	lab->time = (struct served_time){
		.stratum = 2,
		.precision = -20,
		.refid = 0x7f000001,
		.at = lab->now,
		.phi = 15e-6,
		.unsync_dist_s = 1.5,
		.base_ns = lab->base_ns,
	};
	lab->arena = arena_new(1 << 24);
	lab->conf = parsed(lab, conf);
	make_keys(lab);
	journal_init(&lab->journal,
	    &(struct journal_setup){
		.loop = &lab->loop,
		.clock = &lab->clock,
		.log = &lab->log,
	    });
	journal_start(&lab->journal);
	journal_configure(&lab->journal, lab->conf);
	lab->associated_verdict = SERVER_NOT_OURS;
	server_init(&lab->server,
	    &(struct server_setup){
		.loop = &lab->loop,
		.clock = &lab->clock,
		.net = &lab->net,
		.rng = &lab->rng,
		.signd = &lab->signd,
		.journal = &lab->journal,
		.keys = &lab->keys,
		.time = &lab->time,
		.up = &EVENTS,
		.up_ctx = lab,
	    });
	server_configure(&lab->server, lab->conf);
	flood_start(&lab->server);
	manycast_serve_start(&lab->server);
	assert_true(access_start(&lab->server) && interleaved_configure(&lab->server));
	open_listener(lab);
	return lab;
}

void
lab_free(struct lab *lab)
{
	listener_close(lab->l);
	listener_free_all(&lab->server);
	mssntp_stop(&lab->server);
	flood_stop(&lab->server);
	manycast_serve_stop(&lab->server);
	access_stop(&lab->server);
	interleaved_stop(&lab->server);
	keyring_free(lab->keys.ring);
	(void)auth_take_cookies(&lab->keys, NULL, NULL);
	arena_free(lab->arena);
	free(lab);
}

void
lab_reload(struct lab *lab, const char *conf)
{
	lab->conf = parsed(lab, conf);
	server_configure(&lab->server, lab->conf);
	assert_true(access_reload(&lab->server) && interleaved_configure(&lab->server));
}

struct addr
lab_addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

void
lab_packet(struct lab *lab, const char *from, const uint8_t *bytes, size_t len)
{
	const struct net_packet pkt = {
		.bytes = bytes,
		.len = len,
		.from = { lab_addr(from), 40000 },
		.to = lab->l->what.local.addr,
		.rx = { .at = { lab->now.ns + lab->base_ns }, .mono = lab->now },
	};

	RECEIVE_EVENTS.on_packet(lab->l, lab->l->sock, &pkt);
}

void
lab_ask(struct lab *lab, const char *from, unsigned version, unsigned mode)
{
	const uint8_t bytes[HEADER_LEN] = { (uint8_t)(version << 3 | mode) };

	lab_packet(lab, from, bytes, sizeof bytes);
}

void
lab_wait(struct lab *lab, double s)
{
	struct loop_timer *t = lab->timer;

	lab->now = mtime_add_s(lab->now, s);
	if (t != NULL && t->armed && !mtime_before(lab->now, t->at)) {
		t->armed = false;
		t->fire(t->ctx);
	}
}

unsigned
lab_said(const struct lab *lab, const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < lab->line_n; i++) {
		n += strstr(lab->line[i], text) != NULL ? 1 : 0;
	}
	return n;
}

uint64_t
lab_count(const struct lab *lab, enum verdict v)
{
	return lab->server.count.verdict.of[v];
}
