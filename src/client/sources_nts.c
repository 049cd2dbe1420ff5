/* SPDX-License-Identifier: BSD-2-Clause */
/* sources_nts - the members of pool HOST nts. */
#include "sources_nts.h"
#include <stdlib.h>
#include <string.h>
#include "client/client.h"
#include "client/nts_state.h"
#include "client/sources.h"
#include "journal/report.h"
#include "sources_pool.h"

static const double MEMBERS_APART_S = 2.0, VARIES = 0.1;

struct nts_pool {
	struct ke_ask ask;
	struct nts_told told;
	unsigned in_vain; /* questions since the last one that brought a member */
	bool early;       /* the network may have come just now: the next try follows soon */
};

static void
again(struct source *s, double delay_s)
{
	s->client->is.loop->ops->timer_arm(s->client->is.loop, &s->timer,
	    mtime_add_s(client_now(s->client), delay_s));
}

static double
fraction(struct client *c)
{
	uint32_t bits;

	c->is.rng->ops->fill(c->is.rng, &bits, sizeof bits);
	return (double)bits / (double)UINT32_MAX;
}

/* Ever more seldom, as RFC 8915, 4.2 has it of a server that is asked in vain. */
static void
in_vain(struct source *s)
{
	struct nts_pool *p = s->pool;
	double wait_s = MEMBERS_APART_S;

	if (!p->early) {
		wait_s = nts_client_wait_s(++p->in_vain);
	}
	p->early = false;
	again(s, wait_s * (1.0 + VARIES * (2.0 * fraction(s->client) - 1.0)));
}

static void
welcome(struct source *s, const struct ke_found *f)
{
	struct client *c = s->client;
	struct peer *p;
	char text[ENDPOINT_TEXT_MAX];

	if (sources_pool_leaving(s)) {
		sources_pool_swap(s, &f->server.addr);
	}
	p = peers_mobilize_at(s, &f->server, 0.0);
	if (p == NULL) {
		in_vain(s);
		return;
	}
	report(c->is.journal, LOG_LEVEL_INFO, "Soliciting pool server %s",
	    addr_format(&f->server.addr, text, sizeof text));
	nts_source_keyed(p, &s->pool->ask, f);
	s->pool->in_vain = 0;
	s->pool->early = false;
	again(s, MEMBERS_APART_S);
}

static void
on_found(void *ctx, const struct ke_found *f)
{
	struct source *s = ctx;
	struct client *c = s->client;

	nts_source_note(c, &s->pool->ask, f, &s->pool->told);
	if (f->keys == NULL || peers_use(c, &f->server.addr, NULL) ||
	    sources_pool_gave_up(s, &f->server.addr)) {
		sources_pool_stay(s);
		in_vain(s); /* or it has no more servers than those: not worth a line */
	} else {
		welcome(s, f);
	}
}

void
sources_nts_ask(struct source *s)
{
	ke_ask_go(&s->pool->ask);
}

void
sources_nts_network_changed(struct source *s)
{
	s->pool->early = true;
	if (s->pool->ask.step == KE_ASK_IDLE) {
		again(s, 0.0);
	}
}

const struct nts_told *
sources_nts_told(const struct source *s)
{
	return s->pool != NULL ? &s->pool->told : NULL;
}

/* The members of before a restart. */
static void
go_on(struct source *s)
{
	struct client *c = s->client;
	const struct ntsstate_source *k = nts_state_take(c, s->cfg->host.text);

	for (; k != NULL; k = nts_state_take(c, s->cfg->host.text)) {
		struct peer *p = NULL;

		if (nts_source_may_restore(c, s->cfg, k) && !peers_use(c, &k->at.addr, NULL)) {
			p = peers_mobilize_at(s, &k->at, 0.0);
		}
		if (p != NULL) {
			(void)nts_source_restore(p, k);
		}
	}
}

bool
sources_nts_open(struct source *s)
{
	s->pool = calloc(1, sizeof *s->pool);
	if (s->pool == NULL) {
		return false;
	}
	s->pool->early = true;
	ke_ask_start(&s->pool->ask, s, on_found, s);
	go_on(s);
	return true;
}

void
sources_nts_close(struct source *s)
{
	if (s->pool != NULL) {
		ke_ask_stop(&s->pool->ask);
		free(s->pool);
		s->pool = NULL;
	}
}
