/* SPDX-License-Identifier: BSD-2-Clause */
/* query - who is asked when. */
#include "query/query.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "query_world.h"

enum {
	SEND_MAX = NTS_REQUEST_MAX,    /* one with a MAC is shorter */
	TAG_SERVERS = QUERY_NAMES_MAX, /* of questions for names: those of NTP servers, from here */
	POLL_SHOWN = 6,                /* log2 s, in requests: some servers look at it */
	PRECISION_READS = 64,
	PRECISION_WORST = -6, /* a clock that stands still for so many readings */
	PRECISION_BEST = -30,
	ALLAN_LOG2S = 11,
	STRATUM_CEILING = 16,
};

/* One address of a name is through: so long those without any answer still have. */
static const double GRACE_S = 0.5;

static struct mtime
now_of(const struct query *q)
{
	return q->port.loop->ops->now(q->port.loop);
}

/* The shortest time between two readings that differ: a clock cannot tell less. */
static int
precision_of(struct clock *c)
{
	struct clock_reading a, b;
	double least_s = log2s_to_s(PRECISION_WORST);

	for (int i = 0; i < PRECISION_READS; i++) {
		c->ops->read(c, &a);
		c->ops->read(c, &b);
		if (b.real.ns > a.real.ns) {
			least_s = fmin(least_s, rtime_diff_s(b.real, a.real));
		}
	}
	return (int)fmax(ceil(log2(least_s)), PRECISION_BEST);
}

struct assoc_world
query_world(const struct query *q)
{
	static const struct assoc_policy policy = {
		.phi = NTP_PHI,
		.maxdist_s = NTP_MAXDISP_S,
		.maxdisp_s = NTP_MAXDISP_S,
		.ceiling = STRATUM_CEILING,
		.allan_log2s = ALLAN_LOG2S,
	};

	return (struct assoc_world){
		.policy = &policy,
		.now = now_of(q),
		.sys_poll = POLL_SHOWN,
		.precision = q->precision,
	};
}

/* ---- one server ---- */

static void
arm(struct query_server *s, double delay_s)
{
	struct loop *l = s->query->port.loop;

	l->ops->timer_arm(l, &s->timer, mtime_add_s(s->a.poll.last_sent, delay_s));
}

static void look_for_end(struct query *q);

/* Its questions are told by the number of the server. */
static uint32_t
tag_of(const struct query_server *s)
{
	return (uint32_t)(s - s->query->server);
}

static void
forget_keys(struct query_server *s)
{
	struct ke *ke = s->query->port.ke;

	if (s->step == QUERY_KEYS) {
		ke->ops->forget(ke, tag_of(s));
	}
	s->step = QUERY_TIME;
}

static void
finish(struct query_server *s)
{
	struct query *q = s->query;

	q->port.loop->ops->timer_disarm(q->port.loop, &s->timer);
	q->port.net->ops->close(q->port.net, s->socket);
	s->socket = NULL;
	forget_keys(s);
	s->done = true;
	if (s->a.filter.usable && !s->of->closed) {
		q->port.loop->ops->timer_arm(q->port.loop, &s->of->grace,
		    mtime_add_s(now_of(q), GRACE_S));
	}
	look_for_end(q);
}

/* The request is settled, by an answer or an error: the next one, in its time. */
static void
go_on(struct query_server *s)
{
	if (s->asked >= s->query->rules.samples) {
		finish(s);
	} else {
		arm(s, ASSOC_SPACING_S);
	}
}

static void
failed(struct query_server *s, int error)
{
	struct query *q = s->query;

	s->error = error;
	assoc_send_failed(&s->a);
	if (q->on.failed != NULL) {
		q->on.failed(q->ctx, s, error);
	}
}

static void on_packet(void *ctx, struct net_socket *socket, const struct net_packet *pkt);
static void on_sent(void *ctx, struct net_socket *socket, uint32_t tag, struct stamp tx);
static void on_error(void *ctx, struct net_socket *socket, int error);

static const struct net_events SERVER_EVENTS = { on_packet, on_sent, on_error };

static int
send_request(struct query_server *s, const struct assoc_sending *out)
{
	struct query *q = s->query;
	struct net *net = q->port.net;
	struct endpoint local = { .port = q->rules.local_port };
	uint8_t bytes[SEND_MAX];
	struct net_datagram request = {
		.bytes = bytes,
		.wants_stamp = true,
		.tag = out->tag,
	};
	struct stamp at;
	int error = 0;

	if (s->nts != NULL && !query_nts_cookie(s->nts, &s->auth, now_of(q))) {
		return -ENOKEY;
	}
	memcpy(bytes, out->bytes, HEADER_LEN);
	request.len = auth_request(&s->auth, &s->a.remote.addr, bytes, HEADER_LEN, sizeof bytes);
	if (request.len == 0) {
		return -EKEYREJECTED;
	}
	if (s->socket == NULL) {
		error =
		    net->ops->connect(net, &local, &s->a.remote, 0, &SERVER_EVENTS, s, &s->socket);
	}
	if (error == 0) {
		error = net->ops->send(net, s->socket, &request, &at);
	}
	if (error == 0) {
		assoc_sent(&s->a, out->tag, at.at, at.mono, false);
	}
	return error;
}

static void
ask(struct query_server *s)
{
	struct query *q = s->query;
	struct assoc_world w = query_world(q);
	struct assoc_sending out;
	struct assoc_draw draw;
	int error;

	q->port.rng->ops->fill(q->port.rng, &draw, sizeof draw);
	assoc_poll(&s->a, &w, &draw, &out);
	s->asked++;
	error = send_request(s, &out);
	if (error != 0) {
		failed(s, error);
		/* Without a way there, a socket or a key there will be none in two seconds. */
		finish(s);
		return;
	}
	if (q->on.asked != NULL) {
		q->on.asked(q->ctx, s);
	}
	arm(s,
	    s->asked < q->rules.samples ? fmax(q->rules.timeout_s, ASSOC_SPACING_S)
					: q->rules.timeout_s);
}

static void
on_timer(void *ctx)
{
	struct query_server *s = ctx;

	if (s->asked >= s->query->rules.samples) {
		finish(s);
	} else {
		ask(s);
	}
}

static void
on_sent(void *ctx, struct net_socket *socket, uint32_t tag, struct stamp tx)
{
	struct query_server *s = ctx;

	(void)socket;
	assoc_sent(&s->a, tag, tx.at, tx.mono, true);
}

static void
on_error(void *ctx, struct net_socket *socket, int error)
{
	struct query_server *s = ctx;

	(void)socket;
	if (s->a.wire.pending) {
		failed(s, error);
		go_on(s);
	}
}

static void
on_packet(void *ctx, struct net_socket *socket, const struct net_packet *pkt)
{
	struct query_server *s = ctx;
	struct query *q = s->query;
	struct assoc_world w = query_world(q);
	struct assoc_answer answer = { .verdict = VERDICT_SHORT };
	enum packet_auth auth;
	struct packet p;

	(void)socket;
	if (packet_parse(pkt->bytes, pkt->len, &p)) {
		auth = auth_check_answer(&s->auth, &pkt->from.addr, pkt->bytes, &p);
		assoc_receive(&s->a, &p, auth, pkt->rx.at, pkt->rx.mono, &w, &answer);
		if (s->nts != NULL) {
			query_nts_heard(s->nts, &s->auth, auth, &answer);
		}
	}
	s->verdict = answer.verdict;
	if (answer.seen && (!s->has_seen || answer.sample.delay_s < s->seen.delay_s)) {
		s->has_seen = true;
		s->seen = answer.sample;
	}
	if (q->on.answered != NULL) {
		q->on.answered(q->ctx, s, answer.verdict);
	}
	if (answer.verdict == VERDICT_KISS) {
		finish(s);
	} else if (!s->a.wire.pending) {
		go_on(s);
	}
}

/* ---- keys ---- */

/* There are none, and it is not asked without. */
static void
give_up(struct query_server *s)
{
	struct query *q = s->query;

	if (q->on.unkeyed != NULL) {
		q->on.unkeyed(q->ctx, s);
	}
	finish(s);
}

static void
ask_keys(struct query_server *s)
{
	struct ke *ke = s->query->port.ke;
	struct ke_question k;
	int error;

	query_nts_question(s->nts, tag_of(s), &k);
	error = ke->ops->ask(ke, &k);
	if (error != 0) {
		query_nts_unasked(s->nts, error);
		give_up(s);
		return;
	}
	s->step = QUERY_KEYS;
}

/* The keys are for the server at that address. */
static void
lead_to(struct query_server *s, const struct addr *server)
{
	struct query *q = s->query;
	struct endpoint to = { .addr = *server, .port = s->nts->port };
	struct assoc_world w = query_world(q);

	if (!query_nts_may_ask(s->nts, server, q->rules.family)) {
		give_up(s);
	} else if (q->on.wanted != NULL && !q->on.wanted(q->ctx, server)) {
		s->moot = true;
		finish(s);
	} else {
		assoc_redirect(&s->a, &to, &w);
		assoc_date(&s->a, &s->nts->dates);
		ask(s);
	}
}

/* A name without a dot would be looked for in the domains of this host first. */
static void
ask_server_name(struct query_server *s)
{
	struct resolver *r = s->query->port.resolver;
	char name[KE_NAME_MAX + 1];
	struct text t = text_over(name, sizeof name);
	int error;

	text_put(&t, s->nts->server);
	text_put(&t, strchr(s->nts->server, '.') == NULL ? "." : "");
	error = r->ops->ask(r, TAG_SERVERS + tag_of(s), name, s->query->rules.family);
	if (error != 0) {
		query_nts_lost(s->nts, strerror(-error));
		give_up(s);
		return;
	}
	s->step = QUERY_NTP;
}

static void
look_for_server(struct query_server *s)
{
	struct addr a;

	if (s->nts->server[0] == '\0') {
		lead_to(s, &s->nts->host.to.addr);
	} else if (addr_parse(s->nts->server, &a)) {
		lead_to(s, &a);
	} else {
		ask_server_name(s);
	}
}

static void
on_keys(void *ctx, const struct ke_answer *k)
{
	struct query *q = ctx;
	struct query_server *s;

	if (k->tag >= q->server_n || q->server[k->tag].step != QUERY_KEYS) {
		return;
	}
	s = &q->server[k->tag];
	s->step = QUERY_TIME;
	if (!query_nts_keyed(s->nts, k, &s->auth, now_of(q))) {
		give_up(s);
		return;
	}
	if (q->on.keyed != NULL) {
		q->on.keyed(q->ctx, s);
	}
	look_for_server(s);
}

/* The name of an NTP server has an answer. */
static void
server_found(struct query *q, const struct resolver_answer *a)
{
	struct query_server *s;

	if (a->tag - TAG_SERVERS >= q->server_n ||
	    q->server[a->tag - TAG_SERVERS].step != QUERY_NTP) {
		return;
	}
	s = &q->server[a->tag - TAG_SERVERS];
	s->step = QUERY_TIME;
	if (a->error != 0 || a->n == 0) {
		query_nts_lost(s->nts, a->reason[0] != '\0' ? a->reason : "none");
		give_up(s);
	} else {
		lead_to(s, &a->addr[0]);
	}
}

/* ---- names ---- */

/*
 * Whoever is asked in both ways is asked twice; and so is who has two names with NTS, for each
 * wants another certificate.
 */
static bool
known(const struct query *q, const struct query_name *n, const struct endpoint *e)
{
	for (unsigned i = 0; i < q->server_n; i++) {
		const struct query_server *s = &q->server[i];
		const struct endpoint *at = s->nts != NULL ? &s->nts->host.to : &s->a.remote;

		if (s->of->nts == n->nts && (!n->nts || s->of == n) && endpoint_equal(at, e)) {
			return true;
		}
	}
	return false;
}

/* False when memory is short. */
static bool
start_nts(struct query_server *s, const struct endpoint *ke)
{
	struct query *q = s->query;
	const struct query_nts_host host = {
		.to = *ke,
		.name = s->of->host.name,
		.ca = s->of->ca,
		.no_time = q->rules.nts_no_time,
		.passed = q->port.built,
	};

	s->nts = query_nts_new(&host, now_of(q));
	return s->nts != NULL && auth_start_nts(&s->auth, &q->keys, q->port.rng);
}

static struct query_server *
new_server(struct query *q, struct query_name *n, const struct endpoint *remote)
{
	struct query_server *s = &q->server[q->server_n++];
	struct assoc_world w = query_world(q);
	struct assoc_rules rules = {
		.mode = MODE_CLIENT,
		.minpoll = POLL_SHOWN,
		.maxpoll = POLL_SHOWN,
		.version = n->nts ? NTP_VERSION : q->rules.version,
		.flags = n->nts || q->rules.key_id != 0 ? ASSOC_PROOF : 0,
	};

	s->query = q;
	s->name = n->text;
	s->of = n;
	assoc_start(&s->a, (uint16_t)q->server_n, &rules, remote, 0, &w);
	q->port.loop->ops->timer_init(q->port.loop, &s->timer, on_timer, s);
	return s;
}

static void
add_server(struct query *q, struct query_name *n, const struct addr *a)
{
	struct query_server *s;
	struct endpoint to = { .addr = *a, .port = n->host.port };

	if (to.port == 0) {
		to.port = n->nts ? QUERY_KE_PORT : NTP_PORT;
	}
	if (known(q, n, &to) || (!n->nts && q->on.wanted != NULL && !q->on.wanted(q->ctx, a))) {
		return;
	}
	if (q->server_n == QUERY_SERVERS_MAX) {
		q->left_out++;
		return;
	}
	s = new_server(q, n, &to);
	if (!n->nts) {
		auth_start(&s->auth, &q->keys, q->rules.key_id);
		ask(s);
	} else if (start_nts(s, &to)) {
		ask_keys(s);
	} else {
		s->error = -ENOMEM;
		finish(s);
	}
}

/* What is silent now, while another address of the name is through, is likely to stay so. */
static void
on_grace(void *ctx)
{
	struct query_name *n = ctx;
	struct query *q = n->query;

	n->closed = true;
	n->waiting = 0;
	for (unsigned i = 0; i < q->server_n; i++) {
		struct query_server *s = &q->server[i];

		if (s->of == n && !s->done && s->a.count.received == 0) {
			finish(s);
		}
	}
	look_for_end(q);
}

static void
lose_name(struct query *q, struct query_name *n)
{
	if (q->on.lost_name != NULL) {
		q->on.lost_name(q->ctx, n->text, &n->why);
	}
}

/* An address is known but for the number of its interface, which the system does not find. */
static void
explain_zone(struct query_name *n)
{
	if (n->host.zone[0] != '\0') {
		struct text t = text_over(n->why.reason, sizeof n->why.reason);

		text_printf(&t, "there is no interface '%s' here", n->host.zone);
	}
}

/*
 * Of the two families one may fail and the other not: a name is lost when neither leads
 * anywhere.
 */
static void
on_answer(void *ctx, const struct resolver_answer *a)
{
	struct query *q = ctx;
	struct query_name *n;

	if (a->tag >= TAG_SERVERS) {
		server_found(q, a);
		return;
	}
	if (a->tag >= q->name_n || q->name[a->tag].waiting == 0) {
		return;
	}
	n = &q->name[a->tag];
	if (n->closed) {
		return;
	}
	n->waiting--;
	for (unsigned i = 0; i < a->n; i++) {
		n->found = true;
		add_server(q, n, &a->addr[i]);
	}
	/* A name server that is silent says more than a family without addresses. */
	if (a->error != 0 && (n->why.error == 0 || a->error == EAI_AGAIN)) {
		n->why = *a;
	}
	if (n->waiting == 0 && !n->found) {
		explain_zone(n);
		lose_name(q, n);
	}
	look_for_end(q);
}

static void
refuse(struct query_name *n, int error, const char *reason)
{
	struct text t = text_over(n->why.reason, sizeof n->why.reason);

	n->why.error = error;
	text_put(&t, reason);
}

static void
ask_name(struct query *q, unsigned i, enum addr_family family)
{
	struct resolver *r = q->port.resolver;
	struct query_name *n = &q->name[i];

	if (q->rules.family != ADDR_NONE && q->rules.family != family) {
		return;
	}
	if (r->ops->ask(r, i, n->host.name, family) == 0) {
		n->waiting++;
	} else {
		refuse(n, EAI_FAIL, "it cannot be asked for");
	}
}

static void
find(struct query *q, unsigned i)
{
	struct query_name *n = &q->name[i];
	enum hostspec_fault fault = hostspec_parse_asked(n->text, &n->host);
	enum addr_family is = n->host.addr.family;

	if (fault != HOSTSPEC_OK) {
		struct text t = text_over(n->why.reason, sizeof n->why.reason);

		n->why.error = EAI_NONAME;
		text_printf(&t, "it %s", hostspec_fault_text(fault));
	} else if (is != ADDR_NONE && q->rules.family != ADDR_NONE && is != q->rules.family) {
		refuse(n, EAI_FAMILY, "an address of the other family");
	} else if (hostspec_is_numeric(&n->host)) {
		n->found = true;
		add_server(q, n, &n->host.addr);
	} else {
		/* A question for each family: the C library makes both fail when one does. */
		if (is != ADDR_V6) {
			ask_name(q, i, ADDR_V4);
		}
		ask_name(q, i, ADDR_V6);
	}
	if (n->waiting == 0 && !n->found) {
		lose_name(q, n);
	}
}

/* ---- the whole ---- */

static void
on_end(void *ctx)
{
	struct query *q = ctx;

	if (!q->ended && q->on.done != NULL) {
		q->ended = true;
		q->on.done(q->ctx);
	}
}

/* From the loop, so that whoever brought the end about is finished first. */
static void
look_for_end(struct query *q)
{
	if (!q->started || q->ended) {
		return;
	}
	for (unsigned i = 0; i < q->name_n; i++) {
		if (q->name[i].waiting > 0) {
			return;
		}
	}
	for (unsigned i = 0; i < q->server_n; i++) {
		if (!q->server[i].done) {
			return;
		}
	}
	q->port.loop->ops->timer_arm(q->port.loop, &q->end, now_of(q));
}

struct query *
query_new(const struct query_ports *ports, const struct query_rules *rules,
    const struct query_events *on, void *ctx)
{
	struct query *q = calloc(1, sizeof *q);

	assert(rules->samples >= 1 && rules->samples <= QUERY_SAMPLES_MAX);
	assert(rules->key_id == 0 || rules->keys != NULL);
	if (q == NULL) {
		return NULL;
	}
	q->port = *ports;
	q->rules = *rules;
	q->keys = (struct auth_keys){ .ring = rules->keys };
	q->on = *on;
	q->ctx = ctx;
	q->precision = precision_of(ports->clock);
	q->port.loop->ops->timer_init(q->port.loop, &q->end, on_end, q);
	return q;
}

void
query_free(struct query *q)
{
	if (q == NULL) {
		return;
	}
	q->port.resolver->ops->listen(q->port.resolver, NULL, NULL);
	for (unsigned i = 0; i < q->server_n; i++) {
		forget_keys(&q->server[i]);
		q->port.net->ops->close(q->port.net, q->server[i].socket);
		q->port.loop->ops->timer_done(q->port.loop, &q->server[i].timer);
		auth_end(&q->server[i].auth);
		query_nts_free(q->server[i].nts);
	}
	if (q->port.ke != NULL) {
		q->port.ke->ops->listen(q->port.ke, NULL, NULL);
	}
	for (unsigned i = 0; i < q->name_n; i++) {
		q->port.loop->ops->timer_done(q->port.loop, &q->name[i].grace);
	}
	q->port.loop->ops->timer_done(q->port.loop, &q->end);
	free(q);
}

bool
query_add(struct query *q, const char *name)
{
	struct query_name *n = &q->name[q->name_n];

	assert(!q->started);
	if (q->name_n == QUERY_NAMES_MAX) {
		return false;
	}
	n->text = name;
	n->query = q;
	q->port.loop->ops->timer_init(q->port.loop, &n->grace, on_grace, n);
	q->name_n++;
	return true;
}

bool
query_add_nts(struct query *q, const char *name, const char *ca)
{
	assert(q->port.ke != NULL);
	if (!query_add(q, name)) {
		return false;
	}
	q->name[q->name_n - 1].nts = true;
	q->name[q->name_n - 1].ca = ca;
	return true;
}

void
query_start(struct query *q)
{
	if (q->port.ke != NULL) {
		q->port.ke->ops->listen(q->port.ke, on_keys, q);
	}
	q->port.resolver->ops->listen(q->port.resolver, on_answer, q);
	for (unsigned i = 0; i < q->name_n; i++) {
		find(q, i);
	}
	q->started = true;
	look_for_end(q);
}
