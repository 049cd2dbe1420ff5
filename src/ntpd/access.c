/* SPDX-License-Identifier: BSD-2-Clause */
/* access - the access list and the client table of the daemon. */
#include "ntpd/access.h"
#include <stdlib.h>
#include <string.h>
#include "ntpd/report.h"

enum { CACHE_LINE = 64, MRU_ENTRY_GUESS = 64, NAME_ADDRS = RESOLVER_ADDRS_MAX };

/* Tags of questions about restrict lines; those of sources count up from 1. */
static const uint32_t NAME_TAG = 0x80000000u;

/* ---- the list ---- */

static size_t
rules_wanted(const struct ntpd *d)
{
	size_t n = d->conf->restricts_n + OWN_ADDRS_MAX + PEERS_MAX + 2;

	for (unsigned i = 0; i < d->conf->restricts_n; i++) {
		n += d->conf->restricts[i].scope == RESTRICT_SCOPE_NAME ? NAME_ADDRS : 0;
	}
	return n;
}

static struct restrict_rule
host_rule(const struct addr *a, uint32_t flags, uint32_t match)
{
	return (struct restrict_rule){ .addr = *a, .flags = flags, .match = match,
	    .ippeerlimit = -1,
		.mask = addr_mask_of(a->family, a->family == ADDR_V4 ? 32 : 128) };
}

static void
apply_rule(struct ntpd *d, enum config_restrict_act act, const struct restrict_rule *r,
    const struct config_place *at)
{
	bool done = true;

	switch (act) {
	case RESTRICT_ADD:
		done = restrict_add(d->access.list, r);
		break;
	case RESTRICT_CLEAR:
		(void)restrict_clear(d->access.list, r);
		break;
	case RESTRICT_DELETE:
		(void)restrict_remove(d->access.list, r);
		break;
	}
	if (!done) {
		report(d, LOG_LEVEL_ERROR, "%s:%u: no room for this restrict line", at->file,
		    at->line);
	}
}

static void
apply_default(struct ntpd *d, const struct config_restrict *c, enum addr_family family)
{
	struct addr any = { .family = family };
	struct restrict_rule r = { .addr = any, .mask = any, .flags = c->flags, .match = c->match,
		.ippeerlimit = c->ippeerlimit };

	if (c->host.want == ADDR_NONE || c->host.want == family) {
		apply_rule(d, c->act, &r, &c->place);
	}
}

static void
ask_for_name(struct ntpd *d, unsigned at)
{
	const struct config_restrict *c = &d->conf->restricts[at];
	int error = d->port.resolver->ops->ask(d->port.resolver, NAME_TAG | at, c->host.text,
	    c->host.want);

	if (error != 0) {
		report(d, LOG_LEVEL_ERROR,
		    "restrict: ignoring line %u, address/host '%s' unusable.", c->place.line,
		    c->host.text);
	}
}

static void
apply_line(struct ntpd *d, unsigned at)
{
	const struct config_restrict *c = &d->conf->restricts[at];
	struct restrict_rule r;

	switch (c->scope) {
	case RESTRICT_SCOPE_DEFAULT:
		apply_default(d, c, ADDR_V4);
		apply_default(d, c, ADDR_V6);
		break;
	case RESTRICT_SCOPE_ADDR:
		r = (struct restrict_rule){ .addr = c->addr, .mask = c->mask, .flags = c->flags,
		    .match = c->match,
			.ippeerlimit = c->ippeerlimit };
		apply_rule(d, c->act, &r, &c->place);
		break;
	case RESTRICT_SCOPE_NAME:
		ask_for_name(d, at);
		break;
	case RESTRICT_SCOPE_SOURCE:
		d->access.source_given = c->act == RESTRICT_ADD;
		d->access.source_flags = c->act == RESTRICT_ADD ?
		    d->access.source_flags | c->flags : 0;
		break;
	}
}

/*
 * Loopback is free until a line says otherwise; the built-in default holds until a default
 * line replaces it.
 */
static void
apply_builtin(struct ntpd *d)
{
	static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };
	struct addr loop4 = addr_v4(0x7f000000u);
	struct addr loop6 = { .family = ADDR_V6 };
	struct restrict_rule r = { .addr = loop4, .mask = addr_mask_of(ADDR_V4, 8),
	    .ippeerlimit = -1 };

	for (unsigned i = 0; i < 2; i++) {
		restrict_set_default(d->access.list, families[i],
		    config_default_given(d->conf, families[i]) ? 0 : RESTRICT_BUILTIN);
	}
	if (!config_default_given(d->conf, ADDR_V4)) {
		(void)restrict_add(d->access.list, &r);
	}
	if (!config_default_given(d->conf, ADDR_V6)) {
		loop6.bytes[15] = 1;
		r = host_rule(&loop6, 0, 0);
		(void)restrict_add(d->access.list, &r);
	}
}

static bool
build(struct ntpd *d)
{
	size_t n = rules_wanted(d);
	void *memory = malloc(restrict_size(n));

	if (memory == NULL) {
		return false;
	}
	free(d->access.memory);
	d->access.memory = memory;
	d->access.list = restrict_init(memory, n, RESTRICT_BUILTIN);
	d->access.source_given = false;
	d->access.source_flags = 0;
	d->access.own_n = 0;
	apply_builtin(d);
	for (unsigned i = 0; i < d->conf->restricts_n; i++) {
		apply_line(d, i);
	}
	return true;
}

bool
access_resolved(struct ntpd *d, const struct resolver_answer *ans)
{
	unsigned at = ans->tag & ~NAME_TAG;

	if ((ans->tag & NAME_TAG) == 0) {
		return false;
	}
	if (at >= d->conf->restricts_n || d->conf->restricts[at].scope != RESTRICT_SCOPE_NAME) {
		return true;
	}
	const struct config_restrict *c = &d->conf->restricts[at];
	if (ans->error != 0 || ans->n == 0) {
		report(d, LOG_LEVEL_ERROR,
		    "restrict: ignoring line %u, address/host '%s' unusable: %s", c->place.line,
		    c->host.text, ans->reason);
	}
	for (unsigned i = 0; i < ans->n; i++) {
		struct restrict_rule r = host_rule(&ans->addr[i], c->flags, c->match);
		r.ippeerlimit = c->ippeerlimit;
		apply_rule(d, c->act, &r, &c->place);
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
access_own_addresses(struct ntpd *d)
{
	for (unsigned i = 0; i < d->access.own_n; i++) {
		struct restrict_rule r = own_rule(&d->access.own[i]);
		(void)restrict_remove(d->access.list, &r);
	}
	d->access.own_n = 0;
	for (unsigned i = 0; i < d->listen.n; i++) {
		const struct listener *l = &d->listen.at[i];
		if (l->sock == NULL || l->wildcard) {
			continue;
		}
		struct restrict_rule r = own_rule(&l->what.local.addr);
		(void)restrict_add(d->access.list, &r);
		d->access.own[d->access.own_n++] = l->what.local.addr;
	}
}

void
access_source(struct ntpd *d, const struct addr *a, bool present)
{
	struct restrict_rule r = host_rule(a, d->access.source_flags, RESTRICT_MATCH_SOURCE);

	if (!d->access.source_given) {
		return;
	}
	if (!present) {
		(void)restrict_remove(d->access.list, &r);
	} else if (!restrict_has_host(d->access.list, a)) {
		(void)restrict_add(d->access.list, &r);
	}
}

uint32_t
access_flags(struct ntpd *d, const struct endpoint *from)
{
	return restrict_find(d->access.list, &from->addr, from->port, NULL);
}

/* ---- the client table ---- */

static bool
limited_used(const struct ntpd *d)
{
	for (unsigned i = 0; i < d->conf->restricts_n; i++) {
		if (d->conf->restricts[i].flags & RESTRICT_LIMITED) {
			return true;
		}
	}
	return !config_default_given(d->conf, ADDR_V4) || !config_default_given(d->conf, ADDR_V6);
}

static size_t
clients_wanted(const struct ntpd *d)
{
	const struct config_mru *m = &d->conf->mru;

	if (m->maxdepth > 0) {
		return (size_t)m->maxdepth;
	}
	return mru_fit((size_t)m->maxmem_kb * 1024);
}

static void
keep_clients(struct ntpd *d)
{
	const struct config_mru *m = &d->conf->mru;
	const struct mru_keeping k = { .mindepth = (uint32_t)m->mindepth, .maxage_s = m->maxage_s,
		.minage_s = m->minage_s, .monitor_s = d->conf->rate.monitor };

	mru_keep(d->access.mru, &k);
}

static bool
start_monitor(struct ntpd *d)
{
	size_t n = clients_wanted(d);

	d->access.monitor = (d->conf->switches & SWITCH_MONITOR) != 0;
	if (!d->access.monitor && limited_used(d)) {
		report(d, LOG_LEVEL_WARNING,
		    "restrict: 'monitor' cannot be disabled while 'limited' is enabled");
		d->access.monitor = true;
	}
	if (!d->access.monitor) {
		return true;
	}
	if (d->access.mru != NULL) {            /* its size is that of the start */
		keep_clients(d);
		return true;
	}
	void *memory = aligned_alloc(CACHE_LINE, (mru_size(n) + CACHE_LINE -
	    1) / CACHE_LINE * CACHE_LINE);
	if (memory == NULL) {
		return false;
	}
	d->access.mru_memory = memory;
	d->access.mru = mru_init(memory, n, &d->hash);
	keep_clients(d);
	return true;
}

static struct mru_rules
rate_rules(const struct ntpd *d)
{
	const struct config_rate *r = &d->conf->rate;

	return (struct mru_rules){
		.model = r->model == RATE_LIMIT ? MRU_LIMIT : MRU_DISCARD,
		.average_log2s = r->average_log2s, .minimum_s = r->minimum_s,
		.average_pps = r->limit_average_pps, .burst = r->limit_burst,
		.kod_pps = r->limit_kod_pps,
	};
}

enum mru_verdict
access_touch(struct ntpd *d, const struct listener *l, const struct net_packet *pkt,
    const struct header *h, uint32_t flags)
{
	struct mru_rules r = rate_rules(d);
	const struct mru_packet p = { .from = &pkt->from.addr, .port = pkt->from.port,
		.mode = (uint8_t)h->mode, .version = (uint8_t)h->version,
		.local = (uint8_t)(l - d->listen.at), .flags = flags };

	r.enforce = (flags & RESTRICT_LIMITED) != 0;
	r.kod = (flags & RESTRICT_KOD) != 0;
	r.exempt = h->mode == MODE_CONTROL;
	return d->access.monitor ? mru_touch(d->access.mru, &p, &r, pkt->rx.mono) : MRU_PASS;
}

bool
access_start(struct ntpd *d)
{
	return start_monitor(d) && build(d);
}

bool
access_reload(struct ntpd *d)
{
	if (!start_monitor(d) || !build(d)) {
		return false;
	}
	access_own_addresses(d);
	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		if (d->peers.peer[i].a.id != 0) {
			access_source(d, &d->peers.peer[i].a.remote.addr, true);
		}
	}
	return true;
}

void
access_stop(struct ntpd *d)
{
	free(d->access.memory);
	free(d->access.mru_memory);
	memset(&d->access, 0, sizeof d->access);
}
