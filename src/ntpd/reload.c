/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - applies the differences between two configurations; sources that did not change
 * keep all they know.
 */
#include "ntpd/reload.h"
#include <string.h>
#include "base/hostspec.h"
#include "config/diff.h"
#include "config/schema.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "ntpd/access.h"
#include "ntpd/access_names.h"
#include "ntpd/clock_update.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/keys.h"
#include "ntpd/leapsec.h"
#include "ntpd/listen.h"
#include "ntpd/listen_tell.h"
#include "ntpd/peers.h"
#include "ntpd/reset.h"
#include "ntpd/rules.h"
#include "ntpd/sources.h"
#include "ntpd/state.h"
#include "ntpd/steer.h"

enum { CHANGE_TEXT_MAX = 256 };

static void
say_change(struct ntpd *d, const struct config_change *c)
{
	char buf[CHANGE_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	config_change_format(c, &t);
	report(&d->journal, c->part == PART_START ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE,
	    "reload: %s", buf);
}

static struct source *
source_of(struct ntpd *d, const struct config_source *s)
{
	for (unsigned i = 0; i < d->client.peers.source_n; i++) {
		if (d->client.peers.source[i].cfg == s) {
			return &d->client.peers.source[i];
		}
	}
	return NULL;
}

static void
drop_source(struct ntpd *d, const struct config_source *s)
{
	struct source *src = source_of(d, s);

	if (src != NULL) {
		sources_drop(&d->client, src);
	}
}

/* What a source points to moves to the new configuration's memory. */
static void
rebind_sources(struct ntpd *d)
{
	for (unsigned i = 0; i < d->client.peers.source_n; i++) {
		struct source *src = &d->client.peers.source[i];
		if (src->cfg != NULL) {
			src->cfg = config_source_in(d->conf, src->cfg);
		}
	}
}

/* What all changes together ask for, besides the sources. */
struct todo {
	bool access, listen, sockets, rules, control, keys, leap, stats;
};

static void
note(struct todo *t, enum schema_part part)
{
	switch (part) {
	case PART_RESTRICT:
	case PART_RATE:
		t->access = true;
		break;
	case PART_LISTEN:
		t->listen = true;
		t->sockets = true;
		break;
	case PART_SOURCEPORT:
		t->sockets = true;
		break;
	case PART_SWITCHES:
		t->access = true;
		t->control = true;
		t->rules = true;
		break;
	case PART_TINKER:
	case PART_TOS:
		t->rules = true;
		break;
	case PART_KEYS:
		t->keys = true;
		break;
	case PART_LEAP:
		t->leap = true;
		break;
	case PART_STATS:
		t->stats = true;
		break;
	case PART_LOG:
	case PART_POLLS:
	case PART_NTS:
	case PART_FILES:
	case PART_VARS:
	case PART_SOURCES:
	case PART_UNPEER:
	case PART_RESET:
	case PART_OTHER:
	case PART_START:
	case PART_NONE:
	case PART_N:
		break;
	}
}

/* ---- unpeer ---- */

/* The number of an interface that has a link-local address we listen on; 0: unknown. */
static uint32_t
scope_named(const struct ntpd *d, const char *ifname)
{
	for (unsigned i = 0; i < d->listen.n; i++) {
		const struct net_listen *l = &d->listen.at[i]->what;
		if (l->local.addr.scope != 0 && strcmp(l->ifname, ifname) == 0) {
			return l->local.addr.scope;
		}
	}
	return 0;
}

/* The association that an unpeer line names by id or address. */
static struct peer *
peer_named(struct ntpd *d, const struct config_host *h)
{
	struct hostspec spec;
	int64_t id;

	if (strchr(h->text, '%') != NULL && h->addr.family == ADDR_NONE &&
	    hostspec_parse(h->text, &spec) == HOSTSPEC_OK) {
		spec.addr.scope = scope_named(d, spec.zone);
		return spec.addr.scope != 0 ? peers_by_address(&d->client, &spec.addr) : NULL;
	}

	if (h->addr.family != ADDR_NONE) {
		return peers_by_address(&d->client, &h->addr);
	}
	return text_to_i64(h->text, &id) && id > 0 && id <= UINT16_MAX ? peers_by_id(&d->client,
	    (uint16_t)id) : NULL;
}

static const struct config_source *
line_named(struct ntpd *d, const struct config_host *h)
{
	struct peer *p = peer_named(d, h);
	struct source *pool;
	int64_t id;

	if (p != NULL) {
		return p->source->cfg->kind != SOURCE_POOL ? p->source->cfg : NULL;
	}
	if (!text_to_i64(h->text, &id) || id <= 0 || id > UINT16_MAX) {
		return NULL;
	}
	pool = peers_row_by_id(&d->client, (uint16_t)id);
	return pool != NULL ? pool->cfg : NULL;
}

static void
take_out(struct config *c, const struct config_source *line)
{
	const struct config_source *at = config_source_in(c, line);
	unsigned kept = 0;

	for (unsigned i = 0; i < c->sources_n; i++) {
		if (&c->sources[i] != at) {
			c->sources[kept++] = c->sources[i];
		}
	}
	c->sources_n = kept;
}

const char *
reload_settle_unpeers(struct ntpd *d, struct config *new)
{
	for (unsigned i = 0; i < new->unpeers_n; i++) {
		const struct config_host *h = &new->unpeers[i];
		const struct config_source *line = line_named(d, h);
		if (line != NULL) {
			take_out(new, line);
		} else if (peer_named(d, h) == NULL) {
			return h->text;
		}
	}
	return NULL;
}

static void
drop_members(struct ntpd *d)
{
	for (unsigned i = 0; i < d->conf->unpeers_n; i++) {
		struct peer *p = peer_named(d, &d->conf->unpeers[i]);
		if (p != NULL && p->source->cfg->kind == SOURCE_POOL) {
			sources_member_gone(p);
		}
	}
}

/* ---- apply ---- */

/* Sources before what they may need, and the other way round. */
static void
leave_sources(struct ntpd *d, const struct config_change *c, int n)
{
	for (int i = 0; i < n; i++) {
		if (c[i].was != NULL) {
			drop_source(d, c[i].was);
		}
	}
	rebind_sources(d);
	for (int i = 0; i < n; i++) {
		if (c[i].part == PART_UNPEER) {
			drop_members(d);
		}
	}
}

static void
begin_sources(struct ntpd *d, const struct config_change *c, int n)
{
	for (int i = 0; i < n; i++) {
		if (c[i].now != NULL && config_source_in_effect(c[i].now)) {
			(void)sources_add(&d->client, c[i].now, 0.0);
		}
	}
}

static void
reset_counters(struct ntpd *d, const struct config_change *c, int n)
{
	for (int i = 0; i < n; i++) {
		for (unsigned k = 0; c[i].part == PART_RESET && k < d->conf->resets_n; k++) {
			reset_group(d, d->conf->resets[k]);
		}
	}
}

static void
apply(struct ntpd *d, const struct config_change *c, int n, enum reload_from from)
{
	bool files = from == RELOAD_FROM_FILE;        /* their content may have changed too */
	struct todo todo = { .rules = true, .keys = files, .leap = files, .stats = files };

	for (int i = 0; i < n; i++) {
		say_change(d, &c[i]);
		note(&todo, c[i].part);
	}
	leave_sources(d, c, n);
	if (todo.keys) {
		(void)keys_load(d);
	}
	if (todo.access && !access_reload(&d->server)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "reload: no memory for the restrict list; the old one stays");
	}
	if (files && !todo.access) {
		access_names_ask(d);
	}
	if (todo.listen) {
		listen_rescan(d);
		listen_tell_unmatched(d);
	}
	if (todo.sockets) {
		peers_renew_sockets(&d->client);
	}
	if (todo.control) {
		steer_control(&d->steering);
	}
	begin_sources(d, c, n);
	if (todo.rules) {
		steer_configure(&d->steering); /* the range of polls follows the sources */
	}
	if (todo.leap) {
		leapsec_reload(&d->steering);
	}
	if (todo.stats) {
		stats_start(&d->journal);
	}
	reset_counters(d, c, n);
	clock_update_run(&d->steering);
}

bool
reload_apply(struct ntpd *d, struct config *new, struct arena *arena, enum reload_from from)
{
	const struct config_change *changes;
	struct arena *old = d->arena;
	int n = config_diff(d->conf, new, arena, &changes);

	if (n < 0) {
		report(&d->journal, LOG_LEVEL_ERROR, "reload: no memory; nothing was changed");
		arena_free(arena);
		return false;
	}
	d->conf = new;
	d->arena = arena;
	rules_policy(d, &d->policy);
	journal_configure(&d->journal, new);
	steering_configure(&d->steering, new, rules_driftfile(d));
	apply(d, changes, n, from);
	arena_free(old);
	report(
	    &d->journal, LOG_LEVEL_NOTICE, "reload: succeeded, %d change%s", n, n == 1 ? "" : "s");
	return true;
}

bool
reload(struct ntpd *d)
{
	struct arena *arena;
	struct diag_list diags;
	struct config *new = conffile_load(d->port.store, &d->opt, &arena, &diags);

	if (new == NULL) {
		report(&d->journal, LOG_LEVEL_ERROR, "reload: no memory; nothing was changed");
		return false;
	}
	conffile_report(d->port.log, &diags);
	if (diags.errors > 0) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "reload: %u error%s in %s; nothing was changed", diags.errors,
		    diags.errors == 1 ? "" : "s",
		    d->opt.config_path != NULL ? d->opt.config_path : "the configuration");
		faults_refused(d, &diags);
		arena_free(arena);
		return false;
	}
	faults_clear(d, FAULTS_CONFIG);
	return reload_apply(d, new, arena, RELOAD_FROM_FILE);
}
