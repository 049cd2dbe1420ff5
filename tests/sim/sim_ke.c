/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated port to NTS key establishment. */
#include "sim/sim_ke.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "crypto/aead.h"
#include "sim/sim_clock.h"

/* What a real one waits for, and what TCP and TLS take of round trips. */
static const double TIMEOUT_S = 8.0, ROUND_TRIPS = 3.0, CRYPTO_S = 0.002;

/* ---- TLS ---- */

/* The exporter of one connection: both ends have it, and nobody else. */
static bool
keys_of(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX])
{
	const uint64_t *connection = ctx;
	struct sim_rng r = sim_rng_of(*connection, "exporter", aead);

	r.port.ops->fill(&r.port, c2s, aead_key_len(aead));
	r.port.ops->fill(&r.port, s2c, aead_key_len(aead));
	return true;
}

static enum ke_failure
check_certificate(const struct sim_ke *k, const struct sim_certificate *c,
    const struct ke_question *q)
{
	int64_t now_s = sim_clock_real(k->clock).ns / NS_PER_S;

	if (q->noval) {
		return KE_GOOD;
	}
	if (c->ca != NULL ? !text_equal(c->ca, q->ca) : q->ca[0] != '\0') {
		return KE_UNTRUSTED;
	}
	if (c->name[0] != '\0' && !text_equal(c->name, q->name)) {
		return KE_NAME;
	}
	if (!q->no_time && c->not_after != 0 && now_s > c->not_after) {
		return KE_EXPIRED;
	}
	return !q->no_time && c->not_before != 0 && now_s < c->not_before ? KE_NOT_YET : KE_GOOD;
}

/* ---- a connection ---- */

static struct sim_ke_listener *
listener_at(struct sim_ke_world *all, const struct sim_host *host, uint16_t port)
{
	for (unsigned i = 0; i < SIM_KE_LISTENERS; i++) {
		if (all->at[i].host != NULL && all->at[i].host == host && all->at[i].port == port) {
			return &all->at[i];
		}
	}
	return NULL;
}

static void
talk(struct sim_ke *k, struct sim_ke_asked *x, struct sim_ke_listener *l)
{
	static uint8_t request[KE_ASKED_MAX], response[KE_HEARD_MAX];
	struct writer q = writer_over(request, sizeof request);
	struct writer r = writer_over(response, sizeof response);
	uint64_t connection = ++k->all->connections ^ (k->w->seed << 32);
	struct ke_exporter exporter = { keys_of, &connection };
	enum ke_failure bad = check_certificate(k, &l->certificate, &x->q);

	l->asked++;
	if (bad != KE_GOOD) {
		ke_fail(&x->a, bad, "certificate for %s", l->certificate.name);
		return;
	}
	if (!ke_request(&x->q, &q)) {
		ke_fail(&x->a, KE_PROCESS, "the question is too long");
		return;
	}
	(void)l->respond(l->ctx, &exporter, request, q.len, &r);
	if (!ke_take(&x->q, &exporter, response, r.len, &x->a)) {
		ke_fail(&x->a, KE_TIMEOUT, "it hung up");
	}
	x->a.not_before = l->certificate.not_before;
	x->a.not_after = l->certificate.not_after;
}

static double
connect_to(struct sim_ke *k, struct sim_ke_asked *x)
{
	struct sim_host *to = sim_net_find(k->host->fabric, &x->q.to.addr);
	struct sim_ke_listener *l;
	struct sim_path *there, *back;

	if (to == NULL) {
		ke_fail(&x->a, KE_ROUTE, "No route to host");
		return 0.001;
	}
	there = sim_net_path(k->host->fabric, k->host, to);
	back = sim_net_path(k->host->fabric, to, k->host);
	if (there->cut || back->cut || to->dark || to->frozen) {
		ke_fail(&x->a, KE_TIMEOUT, "no answer");
		return TIMEOUT_S;
	}
	l = listener_at(k->all, to, x->q.to.port);
	if (l == NULL || l->refuses) {
		ke_fail(&x->a, KE_ROUTE, "Connection refused");
		return there->law.base_s + back->law.base_s;
	}
	if (l->silent) {
		l->asked++;
		ke_fail(&x->a, KE_TIMEOUT, "no answer");
		return TIMEOUT_S;
	}
	talk(k, x, l);
	return ROUND_TRIPS * (there->law.base_s + back->law.base_s) + CRYPTO_S;
}

static void
answer(void *ctx)
{
	struct sim_ke_asked *x = ctx;
	struct ke_answer a = x->a;

	memset(&x->a, 0, sizeof x->a);
	if (x->ke->on_answer != NULL) {
		x->ke->on_answer(x->ke->ctx, &a);
	}
}

/* ---- the port ---- */

static int
ask(struct ke *port, const struct ke_question *q)
{
	struct sim_ke *k = (struct sim_ke *)port;

	k->questions++;
	k->last = *q;
	if (k->ask_error != 0) {
		return k->ask_error;
	}
	for (unsigned i = 0; i < SIM_KE_QUESTIONS; i++) {
		struct sim_ke_asked *x = &k->asked[i];

		if (x->event.slot == 0) {
			double took_s;

			memset(x, 0, sizeof *x);
			x->ke = k;
			x->event.fire = answer;
			x->event.ctx = x;
			x->q = *q;
			took_s = connect_to(k, x);
			x->a.tag = q->tag;
			x->a.took_s = took_s;
			world_arm(k->w, &x->event, k->w->now + ns_from_s(took_s));
			return 0;
		}
	}
	return -EAGAIN;
}

static void
forget(struct ke *port, uint32_t tag)
{
	struct sim_ke *k = (struct sim_ke *)port;

	for (unsigned i = 0; i < SIM_KE_QUESTIONS; i++) {
		if (k->asked[i].q.tag == tag) {
			world_disarm(k->w, &k->asked[i].event);
		}
	}
}

static void
listen_answers(struct ke *port, void (*on_answer)(void *ctx, const struct ke_answer *a), void *ctx)
{
	struct sim_ke *k = (struct sim_ke *)port;

	k->on_answer = on_answer;
	k->ctx = ctx;
}

static const struct ke_ops KE_OPS = { .ask = ask, .forget = forget, .listen = listen_answers };

void
sim_ke_start(struct sim_ke *k, struct world *w, struct sim_ke_world *all, struct sim_host *host,
    struct sim_clock *clock)
{
	memset(k, 0, sizeof *k);
	k->port.ops = &KE_OPS;
	k->w = w;
	k->all = all;
	k->host = host;
	k->clock = clock;
}

void
sim_ke_end(struct sim_ke *k)
{
	k->on_answer = NULL;
	for (unsigned i = 0; i < SIM_KE_QUESTIONS; i++) {
		world_disarm(k->w, &k->asked[i].event);
	}
}

struct sim_ke_listener *
sim_ke_listen(struct sim_ke_world *all, struct sim_host *host, uint16_t port)
{
	for (unsigned i = 0; i < SIM_KE_LISTENERS; i++) {
		if (all->at[i].host == NULL) {
			all->at[i] = (struct sim_ke_listener){ .host = host, .port = port };
			return &all->at[i];
		}
	}
	assert(false);
	return NULL;
}

/* ---- the port of a server ---- */

static enum ke_said
respond(void *ctx, const struct ke_exporter *x, const uint8_t *request, size_t len,
    struct writer *out)
{
	struct sim_ke_server *k = ctx;
	struct ke_means m = { .exporter = *x, .cookies = k->cookies };
	struct ke_rules rules = { .aead_n = k->rules.aead_n, .ntp_port = k->rules.ntp_port };
	struct ke_server_event e = { .what = KE_SERVED_BAD, .tls = "TLSv1.3, sim" };
	enum ke_said said;
	unsigned code;

	memcpy(rules.aead, k->rules.aead, sizeof rules.aead);
	k->rng.port.ops->fill(&k->rng.port, m.nonce, sizeof m.nonce);
	said = ke_respond(&rules, &m, request, len, out, &code);
	if (said == KE_SAID_KEYS) {
		e.what = KE_SERVED;
	}
	if (k->on_event != NULL) {
		k->on_event(k->ctx, &e);
	}
	return said;
}

static struct sim_ke_server *
server_of(struct ke_server *port)
{
	return (struct sim_ke_server *)(void *)port; /* its first member */
}

static void
serve_keys(struct ke_server *port, const struct cookie_key_set *keys)
{
	struct sim_ke_server *k = server_of(port);

	cookies_free(k->cookies);
	k->cookies = cookies_new(keys);
	assert(k->cookies != NULL);
}

static void
serve_reload(struct ke_server *port, const struct ke_server_rules *r)
{
	server_of(port)->rules = *r;
}

static int
serve_start(struct ke_server *port, const struct ke_server_rules *r, const struct endpoint *at,
    unsigned n, const struct cookie_key_set *keys)
{
	struct sim_ke_server *k = server_of(port);
	struct text name;

	assert(n > 0);
	(void)n;
	if (k->ke == NULL) {
		k->ke = sim_ke_listen(k->all, k->host, at[0].port);
		k->ke->respond = respond;
		k->ke->ctx = k;
		name = text_over(k->ke->certificate.name, sizeof k->ke->certificate.name);
		text_put(&name, k->name);
	}
	k->ke->refuses = false;
	serve_reload(port, r);
	serve_keys(port, keys);
	return 0;
}

static void
serve_ignore(struct ke_server *port, const struct addr *base, const unsigned *prefix, unsigned n)
{
	(void)port;
	(void)base;
	(void)prefix;
	(void)n;
}

static void
serve_listen(struct ke_server *port, void (*on_event)(void *ctx, const struct ke_server_event *e),
    void *ctx)
{
	server_of(port)->on_event = on_event;
	server_of(port)->ctx = ctx;
}

static const struct ke_server_ops SERVER_OPS = {
	.start = serve_start,
	.keys = serve_keys,
	.reload = serve_reload,
	.ignore = serve_ignore,
	.listen = serve_listen,
};

struct sim_ke_server *
sim_ke_server_new(struct sim_ke_world *all, struct sim_host *host, uint64_t seed, const char *name)
{
	struct sim_ke_server *k = sim_alloc(1, sizeof *k);
	struct text t = text_over(k->name, sizeof k->name);

	k->port.ops = &SERVER_OPS;
	k->all = all;
	k->host = host;
	k->rng = sim_rng_of(seed, "ke server", host->index);
	text_put(&t, name);
	return k;
}

void
sim_ke_server_end(struct sim_ke_server *k)
{
	k->on_event = NULL;
	if (k->ke != NULL) {
		k->ke->refuses = true;
	}
}

void
sim_ke_server_free(struct sim_ke_server *k)
{
	if (k != NULL) {
		cookies_free(k->cookies);
		free(k);
	}
}
