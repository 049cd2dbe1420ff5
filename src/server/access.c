/* SPDX-License-Identifier: BSD-2-Clause */
/* access - the access list and the client table of the daemon. */
#include "server/access.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "core/select.h"
#include "journal/report.h"
#include "server/listener.h"
#include "server/server.h"

enum { CACHE_LINE = 64, OWN_ROOM_MIN = 64 };

/* Answers to refused requests, and kisses, a second. */
static const double LEAKS_PER_S = 1000.0, KISSES_PER_S = 100.0;

/* ---- the list ---- */

static size_t
rules_wanted(const struct server *srv)
{
	size_t n = srv->conf->restricts_n + srv->access.own_room + SELECT_MAX + 2;
	const struct addr *at;
	unsigned next_name = 0;

	for (unsigned i = 0; i < srv->conf->restricts_n; i++) {
		if (srv->conf->restricts[i].scope == RESTRICT_SCOPE_NAME) {
			n += srv->is.up->name(srv->is.up_ctx, i, &next_name, &at);
		}
	}
	return n;
}

static struct restrict_rule
host_rule(const struct addr *a, uint32_t flags, uint32_t match)
{
	return (struct restrict_rule){
		.addr = *a,
		.flags = flags,
		.match = match,
		.ippeerlimit = -1,
		.mask = addr_mask_of(a->family, a->family == ADDR_V4 ? 32 : 128),
	};
}

static void
apply_rule(struct server *srv, enum config_restrict_act act, const struct restrict_rule *r,
    const struct config_place *at)
{
	bool done = true;

	switch (act) {
	case RESTRICT_ADD:
		done = restrict_add(srv->access.list, r);
		break;
	case RESTRICT_CLEAR:
		(void)restrict_clear(srv->access.list, r);
		break;
	case RESTRICT_DELETE:
		(void)restrict_remove(srv->access.list, r);
		break;
	}
	if (!done) {
		report(srv->is.journal, LOG_LEVEL_ERROR, "%s:%u: no room for this restrict line",
		    at->file, at->line);
	}
}

static void
apply_default(struct server *srv, const struct config_restrict *c, enum addr_family family)
{
	struct addr any = { .family = family };
	struct restrict_rule r = {
		.addr = any,
		.mask = any,
		.flags = c->flags,
		.match = c->match,
		.ippeerlimit = c->ippeerlimit,
	};

	if (c->host.want == ADDR_NONE || c->host.want == family) {
		apply_rule(srv, c->act, &r, &c->place);
	}
}

static void
apply_name(struct server *srv, const struct config_restrict *c, unsigned line, unsigned *next_name)
{
	const struct addr *at = NULL;
	unsigned n = srv->is.up->name(srv->is.up_ctx, line, next_name, &at);

	for (unsigned i = 0; i < n; i++) {
		struct restrict_rule r = host_rule(&at[i], c->flags, c->match);
		r.ippeerlimit = c->ippeerlimit;
		apply_rule(srv, c->act, &r, &c->place);
	}
}

static void
apply_line(struct server *srv, unsigned at, unsigned *next_name)
{
	const struct config_restrict *c = &srv->conf->restricts[at];
	struct restrict_rule r;

	switch (c->scope) {
	case RESTRICT_SCOPE_DEFAULT:
		apply_default(srv, c, ADDR_V4);
		apply_default(srv, c, ADDR_V6);
		break;
	case RESTRICT_SCOPE_ADDR:
		r = (struct restrict_rule){
			.addr = c->addr,
			.mask = c->mask,
			.flags = c->flags,
			.match = c->match,
			.ippeerlimit = c->ippeerlimit,
		};
		apply_rule(srv, c->act, &r, &c->place);
		break;
	case RESTRICT_SCOPE_NAME:
		apply_name(srv, c, at, next_name);
		break;
	case RESTRICT_SCOPE_SOURCE:
		srv->access.source_given = c->act == RESTRICT_ADD;
		srv->access.source_flags =
		    c->act == RESTRICT_ADD ? srv->access.source_flags | c->flags : 0;
		if (c->act != RESTRICT_ADD || c->ippeerlimit >= 0) {
			srv->access.source_ippeerlimit =
			    c->act == RESTRICT_ADD ? c->ippeerlimit : -1;
		}
		break;
	}
}

/*
 * Loopback is free until a line says otherwise; the built-in default holds until a default
 * line replaces it.
 */
static void
apply_builtin(struct server *srv)
{
	static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };
	struct addr loop4 = addr_v4(0x7f000000u);
	struct addr loop6 = { .family = ADDR_V6 };
	struct restrict_rule r = {
		.addr = loop4,
		.mask = addr_mask_of(ADDR_V4, 8),
		.ippeerlimit = -1,
	};

	for (unsigned i = 0; i < 2; i++) {
		restrict_set_default(srv->access.list, families[i],
		    config_default_given(srv->conf, families[i]) ? 0 : RESTRICT_BUILTIN);
	}
	if (!config_default_given(srv->conf, ADDR_V4)) {
		(void)restrict_add(srv->access.list, &r);
	}
	if (!config_default_given(srv->conf, ADDR_V6)) {
		loop6.bytes[15] = 1;
		r = host_rule(&loop6, 0, 0);
		(void)restrict_add(srv->access.list, &r);
	}
}

static bool
build(struct server *srv)
{
	size_t n = rules_wanted(srv);
	void *memory = malloc(restrict_size(n));
	unsigned next_name = 0;

	if (memory == NULL) {
		return false;
	}
	free(srv->access.memory);
	srv->access.memory = memory;
	srv->access.list = restrict_init(memory, n, RESTRICT_BUILTIN);
	srv->access.source_given = false;
	srv->access.source_flags = 0;
	srv->access.source_ippeerlimit = -1;
	apply_builtin(srv);
	for (unsigned i = 0; i < srv->conf->restricts_n; i++) {
		apply_line(srv, i, &next_name);
	}
	return true;
}

/* ---- entries of our own ---- */

static struct restrict_rule
own_rule(const struct addr *a)
{
	return host_rule(a, RESTRICT_IGNORE, RESTRICT_MATCH_INTERFACE | RESTRICT_MATCH_NTPPORT);
}

void
access_source(struct server *srv, const struct addr *a, bool present)
{
	struct restrict_rule r = host_rule(a, srv->access.source_flags, RESTRICT_MATCH_SOURCE);

	if (!srv->access.source_given) {
		return;
	}
	r.ippeerlimit = srv->access.source_ippeerlimit;
	if (present && r.ippeerlimit < 0) {
		/*
		 * A template without a limit leaves the one that held: else the first association
		 * of a host would open the door for any number of others.
		 */
		(void)restrict_look(srv->access.list, a, NTP_PORT, &r.ippeerlimit);
	}
	if (!present) {
		(void)restrict_remove(srv->access.list, &r);
	} else if (!restrict_has_host(srv->access.list, a)) {
		(void)restrict_add(srv->access.list, &r);
	}
}

/* The list anew, with the entries of the sources, and without those of our own addresses. */
static bool
build_with_sources(struct server *srv)
{
	if (!build(srv)) {
		return false;
	}
	srv->is.up->sources_wanted(srv->is.up_ctx);
	return true;
}

/* Room for so many entries of our own, and some to come. True when there was, or is now. */
static bool
room_for_own(struct server *srv, unsigned n)
{
	unsigned room = n + n / 4 + OWN_ROOM_MIN;
	struct addr *own;

	if (n <= srv->access.own_room) {
		return true;
	}
	own = realloc(srv->access.own, room * sizeof *own);
	if (own == NULL) {
		return false;
	}
	srv->access.own = own;
	srv->access.own_room = room;
	if (srv->access.list != NULL && !build_with_sources(srv)) {
		srv->access.own_room = 0;
		return false;
	}
	return true;
}

static void
enter_own(struct server *srv)
{
	for (unsigned i = 0; i < srv->access.own_n; i++) {
		struct restrict_rule r = own_rule(&srv->access.own[i]);
		(void)restrict_add(srv->access.list, &r);
	}
}

bool
access_own_begin(struct server *srv, unsigned n)
{
	for (unsigned i = 0; i < srv->access.own_n; i++) {
		struct restrict_rule r = own_rule(&srv->access.own[i]);
		(void)restrict_remove(srv->access.list, &r);
	}
	srv->access.own_n = 0;
	if (!room_for_own(srv, n)) {
		report(srv->is.journal, LOG_LEVEL_ERROR,
		    "no memory to keep %u addresses of this host apart from its clients", n);
		return false;
	}
	return true;
}

void
access_own_add(struct server *srv, const struct addr *a)
{
	struct restrict_rule r = own_rule(a);

	assert(srv->access.own_n < srv->access.own_room);
	(void)restrict_add(srv->access.list, &r);
	srv->access.own[srv->access.own_n++] = *a;
}

uint32_t
access_flags(struct server *srv, const struct endpoint *from)
{
	return restrict_find(srv->access.list, &from->addr, from->port, NULL);
}

enum restrict_refusal
access_may_associate(struct server *srv, const struct restrict_newcomer *who)
{
	struct restrict_newcomer_rules rules = {
		.auth = (srv->conf->switches & SWITCH_AUTH) != 0,
	};

	rules.flags =
	    restrict_look(srv->access.list, &who->from.addr, who->from.port, &rules.ippeerlimit);
	return restrict_newcomer(who, &rules);
}

/* ---- the client table ---- */

static bool
limited_used(const struct server *srv)
{
	for (unsigned i = 0; i < srv->conf->restricts_n; i++) {
		if (srv->conf->restricts[i].flags & RESTRICT_LIMITED) {
			return true;
		}
	}
	return !config_default_given(srv->conf, ADDR_V4) ||
	    !config_default_given(srv->conf, ADDR_V6);
}

static size_t
clients_wanted(const struct server *srv)
{
	const struct config_mru *m = &srv->conf->mru;

	if (m->maxdepth > 0) {
		return (size_t)m->maxdepth;
	}
	return mru_fit((size_t)m->maxmem_kb * 1024);
}

static void
keep_clients(struct server *srv)
{
	const struct config_mru *m = &srv->conf->mru;
	const struct mru_keeping k = {
		.mindepth = (uint32_t)m->mindepth,
		.maxage_s = m->maxage_s,
		.minage_s = m->minage_s,
		.monitor_s = srv->conf->rate.monitor,
	};

	mru_keep(srv->access.mru, &k);
}

static bool
start_monitor(struct server *srv)
{
	size_t n = clients_wanted(srv);

	srv->access.monitor = (srv->conf->switches & SWITCH_MONITOR) != 0;
	if (!srv->access.monitor && limited_used(srv)) {
		report(srv->is.journal, LOG_LEVEL_WARNING,
		    "restrict: 'monitor' cannot be disabled while 'limited' is enabled");
		srv->access.monitor = true;
	}
	if (!srv->access.monitor) {
		return true;
	}
	if (srv->access.mru != NULL) { /* its size is that of the start */
		keep_clients(srv);
		return true;
	}
	void *memory =
	    aligned_alloc(CACHE_LINE, (mru_size(n) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	if (memory == NULL) {
		srv->access.monitor = false; /* packets go on without the table */
		return false;
	}
	srv->access.mru_memory = memory;
	srv->access.mru = mru_init(memory, n, &srv->is.hash);
	keep_clients(srv);
	return true;
}

static struct mru_rules
rate_rules(const struct server *srv)
{
	const struct config_rate *r = &srv->conf->rate;

	return (struct mru_rules){
		.model = r->model == RATE_LIMIT ? MRU_LIMIT : MRU_DISCARD,
		.average_log2s = r->average_log2s,
		.minimum_s = r->minimum_s,
		.average_pps = r->limit_average_pps,
		.burst = r->limit_burst,
		.kod_pps = r->limit_kod_pps,
		.leak = (unsigned)r->limit_leak,
	};
}

/* However many addresses are forged: what refused requests get is bounded in all. */
static enum mru_verdict
within_all(struct server *srv, enum mru_verdict v)
{
	struct limit *l = v == MRU_LEAK ? &srv->access.leaks : &srv->access.kisses;

	if (v != MRU_LEAK && v != MRU_KOD) {
		return v;
	}
	return limit_take(l, 1.0, server_now(srv), NULL) ? v : MRU_DROP;
}

enum mru_verdict
access_touch(struct server *srv, const struct listener *l, const struct net_packet *pkt,
    const struct header *h, uint32_t flags)
{
	struct mru_rules r = rate_rules(srv);
	const struct mru_packet p = {
		.from = &pkt->from.addr,
		.port = pkt->from.port,
		.mode = (uint8_t)h->mode,
		.version = (uint8_t)h->version,
		.local = l->slot,
		.flags = flags,
	};

	r.enforce = (flags & RESTRICT_LIMITED) != 0;
	r.kod = (flags & RESTRICT_KOD) != 0;
	r.exempt = h->mode == MODE_CONTROL;
	return srv->access.monitor
	    ? within_all(srv, mru_touch(srv->access.mru, &p, &r, pkt->rx.mono))
	    : MRU_PASS;
}

bool
access_start(struct server *srv)
{
	srv->access.leaks = limit_of(LEAKS_PER_S, LEAKS_PER_S, server_now(srv));
	srv->access.kisses = limit_of(KISSES_PER_S, KISSES_PER_S, server_now(srv));
	return start_monitor(srv) && build(srv);
}

bool
access_rebuild(struct server *srv)
{
	if (!build_with_sources(srv)) {
		return false;
	}
	enter_own(srv);
	return true;
}

bool
access_reload(struct server *srv)
{
	return start_monitor(srv) && access_rebuild(srv);
}

void
access_stop(struct server *srv)
{
	free(srv->access.memory);
	free(srv->access.mru_memory);
	free(srv->access.own);
	memset(&srv->access, 0, sizeof srv->access);
}
