/* SPDX-License-Identifier: BSD-2-Clause */
/* sources_pool - who stays in a pool, and who leaves it for whom. */
#include "sources_pool.h"
#include <limits.h>
#include "association_io.h"
#include "client/client.h"
#include "journal/report.h"

static const double CHANGE_S = 3600.0, GIVEN_UP_S = 86400.0, SILENT_S = 3600.0;

enum { AGREE_MIN = 2, NET_V4 = 24, NET_V6 = 64 };

/* ---- what is taken ---- */

static bool
same_network(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	    addr_in_prefix(a, b, a->family == ADDR_V4 ? NET_V4 : NET_V6);
}

/* An association other than the one that leaves asks somebody in its network. */
static bool
network_held(const struct source *s, const struct addr *a)
{
	const struct client *c = s->client;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *held = &c->peers.peer[i].a;

		if (held->id != 0 && held->id != s->care.leaving &&
		    same_network(a, &held->remote.addr)) {
			return true;
		}
	}
	return false;
}

static const struct pool_given_up *
given_up(const struct source *s, const struct addr *a)
{
	for (unsigned i = 0; i < POOL_GIVEN_UP_MAX; i++) {
		const struct pool_given_up *g = &s->care.given_up[i];

		if (addr_equal(&g->addr, a) && mtime_before(client_now(s->client), g->until)) {
			return g;
		}
	}
	return NULL;
}

bool
sources_pool_gave_up(const struct source *s, const struct addr *a)
{
	const struct pool_given_up *g = given_up(s, a);

	return g != NULL && !g->silent;
}

/* 0 is best. */
static unsigned
rank_of(const struct source *s, const struct addr *a)
{
	return (given_up(s, a) != NULL ? 2u : 0u) + (network_held(s, a) ? 1u : 0u);
}

const struct addr *
sources_pool_next(const struct source *s)
{
	const struct addr *best = NULL;
	unsigned best_rank = UINT_MAX;

	for (unsigned i = 0; i < s->answer.n; i++) {
		const struct addr *a = &s->answer.addr[i];

		if (peers_use(s->client, a, NULL) || sources_pool_gave_up(s, a)) {
			continue;
		}
		if (rank_of(s, a) < best_rank) {
			best = a;
			best_rank = rank_of(s, a);
		}
	}
	return best;
}

/* ---- who leaves ---- */

static bool
others_agree(const struct client *c)
{
	struct client_standing above;

	c->is.up->standing(c->is.up_ctx, &above);
	return above.survivors >= AGREE_MIN;
}

bool
sources_pool_tires(struct peer *p)
{
	struct source *s = p->source;
	struct client *c = p->client;
	bool useless = p->a.kissed_deny || p->a.tally == TALLY_FALSETICK;

	if (association_io_useless(p, useless && others_agree(c)) < ASSOC_UNREACH ||
	    s->care.leaving != 0 ||
	    (s->care.changed && mtime_diff_s(client_now(c), s->care.changed_at) < CHANGE_S)) {
		return false;
	}
	s->care.leaving = p->a.id;
	s->care.changed = true;
	s->care.changed_at = client_now(c);
	return true;
}

bool
sources_pool_leaving(const struct source *s)
{
	return s->care.leaving != 0;
}

static void
give_up(struct source *s, const struct addr *a, bool silent)
{
	struct pool_given_up *g = &s->care.given_up[s->care.next++ % POOL_GIVEN_UP_MAX];

	*g = (struct pool_given_up){
		.addr = *a,
		.until = mtime_add_s(client_now(s->client), silent ? SILENT_S : GIVEN_UP_S),
		.silent = silent,
	};
}

void
sources_pool_swap(struct source *s, const struct addr *a)
{
	struct client *c = s->client;
	struct peer *p = peers_by_id(c, s->care.leaving);
	char old[ADDR_TEXT_MAX], new[ADDR_TEXT_MAX];

	s->care.leaving = 0;
	if (p == NULL || p->source != s) {
		return; /* it went by itself */
	}
	report(c->is.journal, LOG_LEVEL_NOTICE, "%s: %s in the place of %s, which %s for %d polls",
	    s->cfg->host.text, addr_format(a, new, sizeof new),
	    addr_format(&p->a.remote.addr, old, sizeof old),
	    p->a.kissed_deny ? "denied us the time" : "was against all others", ASSOC_UNREACH);
	give_up(s, &p->a.remote.addr, false);
	peers_demobilize(p);
}

void
sources_pool_stay(struct source *s)
{
	s->care.leaving = 0;
}

void
sources_pool_end(struct peer *p)
{
	bool useless = p->a.tally == TALLY_FALSETICK || p->a.kissed_deny;

	if (useless || p->a.poll.unreach >= ASSOC_UNREACH) {
		give_up(p->source, &p->a.remote.addr, !useless);
	}
	peers_demobilize(p);
}

/* ---- who is of least use ---- */

unsigned
sources_pool_score(const struct peer *p)
{
	static const unsigned faults[] = { FLASH_PEER_STRATUM, FLASH_PEER_DIST, FLASH_PEER_LOOP,
		FLASH_PEER_UNREACH };
	unsigned score = 0;

	for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		score += (p->a.flash & faults[i]) == 0 ? 1 : 0;
	}
	score += p->a.tally >= TALLY_CANDIDATE ? 1 : 0;
	return score + (p->a.tally != TALLY_EXCESS ? 1 : 0);
}

/* Whose line says so, and members of pools. */
static bool
may_go(const struct peer *p)
{
	return p->a.id != 0 && !p->ephemeral &&
	    (p->source->cfg->kind == SOURCE_POOL || (p->source->cfg->flags & OPTION_PREEMPT) != 0);
}

bool
sources_pool_least(const struct peer *p)
{
	const struct client *c = p->client;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *other = &c->peers.peer[i];

		if (may_go(other) && sources_pool_score(other) < sources_pool_score(p)) {
			return false;
		}
	}
	return true;
}
