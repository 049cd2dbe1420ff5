/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_nts - servers with NTS, and what happens to their keys. */
#include "sim/soak_nts.h"
#include <math.h>

enum { REQUEST_MAX = 1200 };

static double
log_between(struct sim_rng *r, double lo, double hi)
{
	return exp(sim_rng_between(r, log(lo), log(hi)));
}

void
soak_nts_begin(struct soak_nts *n, struct sim *s, uint64_t seed, unsigned servers, unsigned liars)
{
	n->s = s;
	n->r = sim_rng_of(seed, "nts soak", 0);
	n->servers = servers;
	n->mutes = liars == 0;
	bool all = sim_rng_chance(&n->r, 0.5);
	for (unsigned i = 0; i < servers; i++) {
		bool some = sim_rng_chance(&n->r, 0.6);

		n->asked[i] = all || (liars > 0 ? i >= liars : some);
	}
}

static void
put_name(unsigned i, struct text *out)
{
	text_printf(out, "ntp%u.example", i + 1);
}

void
soak_nts_serve(struct soak_nts *n, struct sim_node *c, unsigned i, struct sim_server *srv)
{
	char name[32], address[32];
	struct text t = text_over(name, sizeof name), a = text_over(address, sizeof address);

	if (!n->asked[i]) {
		return;
	}
	put_name(i, &t);
	text_printf(&a, "192.0.2.%u", i + 1);
	(void)sim_resolver_set(&c->resolver, name, address);
	n->c = c;
	n->server[i] = srv;
	srv->nts = sim_nts_new(&n->s->ke, srv->host, n->s->w->seed, name);
	srv->nts->never_naks = sim_rng_chance(&n->r, 0.3);
	srv->nts->strange_fields = sim_rng_chance(&n->r, 0.3);
	srv->nts->extra = sim_rng_chance(&n->r, 0.2) ? sim_rng_below(&n->r, 3) : 0;
}

void
soak_nts_put_host(const struct soak_nts *n, unsigned i, struct text *out)
{
	if (n->asked[i]) {
		put_name(i, out);
		text_put(out, " nts");
	} else {
		text_printf(out, "192.0.2.%u", i + 1);
	}
}

void
soak_nts_put_lines(const struct soak_nts *n, struct text *out)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < n->servers; i++) {
		asked += n->asked[i];
	}
	if (asked > 0 && asked < n->servers) {
		text_put(out, "tos authselect ignore\n");
	}
}

/* ---- mishaps ---- */

/* It lasts; the back-off of the client is no longer than that. */
static void
last(struct soak_nts *n)
{
	sim_run(n->s, log_between(&n->r, 10, 7000));
}

static void
keys_lost(struct soak_nts *n, struct sim_nts *v)
{
	(void)n;
	sim_nts_lose_keys(v);
}

static void
all_keys_lost(struct soak_nts *n, struct sim_nts *v)
{
	(void)v;
	for (unsigned i = 0; i < n->servers; i++) {
		if (n->server[i] != NULL) {
			sim_nts_lose_keys(n->server[i]->nts);
		}
	}
}

static void
keys_lost_and_exchange_silent(struct soak_nts *n, struct sim_nts *v)
{
	sim_nts_lose_keys(v);
	v->ke->silent = true;
	last(n);
	v->ke->silent = false;
}

static void
exchange_refuses(struct soak_nts *n, struct sim_nts *v)
{
	v->ke->refuses = true;
	last(n);
	v->ke->refuses = false;
}

static void
keys_lost_and_exchange_errs(struct soak_nts *n, struct sim_nts *v)
{
	sim_nts_lose_keys(v);
	v->ke_error = true;
	last(n);
	v->ke_error = false;
}

static void
keys_lost_and_certificate_ended(struct soak_nts *n, struct sim_nts *v)
{
	sim_nts_lose_keys(v);
	v->ke->certificate.not_after = 1;
	last(n);
	v->ke->certificate.not_after = 0;
}

static void
answers_in_clear(struct soak_nts *n, struct sim_nts *v)
{
	v->plain = true;
	last(n);
	v->plain = false;
}

static void
other_cookies(struct soak_nts *n, struct sim_nts *v)
{
	v->longer = 4 * sim_rng_below(&n->r, 20);
}

static const struct {
	const char *name;
	void (*happens)(struct soak_nts *n, struct sim_nts *v);
	bool mutes;
} mishaps[] = {
	{ "cookies of another length", other_cookies, false },
	{ "a key exchange that refuses", exchange_refuses, false },
	{ "a server loses its keys", keys_lost, true },
	{ "all servers lose their keys", all_keys_lost, true },
	{ "keys lost, the exchange is silent", keys_lost_and_exchange_silent, true },
	{ "keys lost, the exchange errs", keys_lost_and_exchange_errs, true },
	{ "keys lost, the certificate has ended", keys_lost_and_certificate_ended, true },
	{ "answers in clear", answers_in_clear, true },
};

const char *
soak_nts_mishap(struct soak_nts *n)
{
	bool happens = sim_rng_chance(&n->r, 0.4);
	unsigned which = sim_rng_below(&n->r, sizeof mishaps / sizeof mishaps[0]);
	unsigned whose = sim_rng_below(&n->r, n->servers);

	if (!happens || n->server[whose] == NULL || (mishaps[which].mutes && !n->mutes)) {
		return "nothing of NTS";
	}
	mishaps[which].happens(n, n->server[whose]->nts);
	return mishaps[which].name;
}

/* ---- the end ---- */

void
soak_nts_calm(struct soak_nts *n)
{
	for (unsigned i = 0; i < n->servers; i++) {
		if (n->server[i] != NULL) {
			n->server[i]->nts->never_naks = false;
		}
	}
}

void
soak_nts_end(struct soak_nts *n)
{
	for (unsigned i = 0; i < n->servers; i++) {
		const struct sim_nts *v = n->server[i] != NULL ? n->server[i]->nts : NULL;

		if (v != NULL) {
			SIM_CHECK(n->s, v->in_clear == 0, "%u requests in clear", v->in_clear);
			SIM_CHECK(n->s, v->bad == 0, "%u requests that did not open", v->bad);
			SIM_CHECK(n->s, v->most <= REQUEST_MAX, "a request of %u octets", v->most);
		}
	}
}
