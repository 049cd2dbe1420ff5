/* SPDX-License-Identifier: BSD-2-Clause */
/* votes - who votes in a quorum, and with what weight. */
#include "client/votes.h"
#include <assert.h>
#include "client/client.h"

static_assert((int)SOURCES_MAX <= (int)QUORUM_LINES_MAX, "each line may vote");

/* Where authentication counts, who has none is no voter: all of them may be one attacker. */
static bool
may_vote(const struct source *s, enum config_plain_use plain)
{
	if (s->cfg == NULL || s->cfg->kind == SOURCE_REFCLOCK ||
	    (s->cfg->flags & OPTION_NOSELECT) != 0) {
		return false;
	}
	return s->cfg->fallback_s > 0
	    ? s->stands_in
	    : plain == CONFIG_PLAIN_ALIKE || config_source_authenticated(s->cfg);
}

/* A name of a host that another line asks already will never have an answer of its own. */
static bool
is_double(const struct client *c, const struct source *s)
{
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];

		for (unsigned k = 0; p->a.id != 0 && k < s->answer.n; k++) {
			if (addr_equal(&p->a.remote.addr, &s->answer.addr[k])) {
				return true;
			}
		}
	}
	return false;
}

static unsigned
weight_of(const struct client *c, const struct source *s, unsigned members)
{
	if (s->cfg->kind == SOURCE_POOL) {
		return quorum_of_pool(s->answer.n > 0 || (s->pool != NULL && members > 0), members,
		    (unsigned)c->conf->tos.minclock);
	}
	return members == 0 && is_double(c, s) ? 0 : 1;
}

void
votes_put(const struct client *c, struct quorum_lines *out)
{
	unsigned members[SOURCES_MAX] = { 0 };
	int16_t line[SOURCES_MAX] = { 0 };
	enum config_plain_use plain = config_plain_use(c->conf);

	out->n = 0;
	for (unsigned i = 0; i < c->sources.n; i++) {
		line[i] = may_vote(&c->sources.at[i], plain) ? (int16_t)out->n++ : -1;
	}
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];
		bool votes = p->a.id != 0 && !p->ephemeral;
		size_t of = votes ? (size_t)(p->source - c->sources.at) : 0;

		out->of[i] = votes ? line[of] : -1;
		members[of] += votes;
	}
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (line[i] >= 0) {
			out->weight[line[i]] = weight_of(c, &c->sources.at[i], members[i]);
		}
	}
}

bool
votes_any(const struct client *c)
{
	bool unused = config_plain_use(c->conf) == CONFIG_PLAIN_UNUSED;

	for (unsigned i = 0; i < c->sources.n; i++) {
		const struct source *s = &c->sources.at[i];

		if (s->cfg != NULL && (s->cfg->flags & OPTION_NOSELECT) == 0 &&
		    s->cfg->fallback_s == 0 &&
		    (!unused || s->cfg->kind == SOURCE_REFCLOCK ||
			config_source_authenticated(s->cfg))) {
			return true;
		}
	}
	return false;
}
