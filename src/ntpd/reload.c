/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - applies the differences between two configurations, part by part; sources that did not
 * change keep all they know.
 */
#include "ntpd/reload.h"
#include <assert.h>
#include <string.h>
#include "base/hostspec.h"
#include "client/cast.h"
#include "client/ephemeral.h"
#include "client/fallback.h"
#include "client/peers.h"
#include "client/sources.h"
#include "config/diff.h"
#include "config/schema.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "ntpd/access_names.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/keys.h"
#include "ntpd/listen.h"
#include "ntpd/listen_tell.h"
#include "ntpd/nts_serve.h"
#include "ntpd/reset.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "server/access.h"
#include "steering/cards.h"
#include "steering/compensate.h"
#include "steering/clock_update.h"
#include "steering/leapwatch.h"
#include "steering/steer.h"

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

/* ---- unpeer ---- */

/* The number of an interface that has a link-local address we listen on; 0: unknown. */
static uint32_t
scope_named(const struct ntpd *d, const char *ifname)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		const struct net_listen *l = &d->server.listeners.at[i]->what;
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
	return text_to_i64(h->text, &id) && id > 0 && id <= UINT16_MAX
	    ? peers_by_id(&d->client, (uint16_t)id)
	    : NULL;
}

/* It came by itself or by a search: its line stays when it goes. */
static bool
is_member(const struct peer *p)
{
	return p->ephemeral || p->source->cfg->kind == SOURCE_POOL ||
	    p->source->cfg->kind == SOURCE_MANYCAST;
}

static const struct config_source *
line_named(struct ntpd *d, const struct config_host *h)
{
	struct peer *p = peer_named(d, h);
	struct source *pool;
	int64_t id;

	if (p != NULL) {
		return is_member(p) ? NULL : p->source->cfg;
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
		if (p != NULL && p->ephemeral) {
			ephemeral_demobilize(p, "unpeer");
		} else if (p != NULL && is_member(p)) {
			sources_member_gone(p);
		}
	}
}

/* ---- steps ---- */

static struct source *
source_of(struct ntpd *d, const struct config_source *s)
{
	for (unsigned i = 0; i < d->client.sources.n; i++) {
		if (d->client.sources.at[i].cfg == s) {
			return &d->client.sources.at[i];
		}
	}
	return NULL;
}

/* Also when it comes back with other options. */
static void
leave_source(struct ntpd *d, const struct config_change *c)
{
	struct source *src = c->was != NULL ? source_of(d, c->was) : NULL;

	if (src != NULL) {
		sources_drop(&d->client, src);
	}
}

/* What a source points to moves to the new configuration's memory. */
static void
rebind_sources(struct ntpd *d)
{
	sources_rebind(&d->client);
}

static void
begin_source(struct ntpd *d, const struct config_change *c)
{
	if (c->now != NULL && config_source_in_effect(c->now)) {
		(void)sources_add(&d->client, c->now, 0.0);
		fallback_look(&d->client);
	}
}

static void
read_keys(struct ntpd *d)
{
	(void)keys_load(d);
}

static void
take_access(struct ntpd *d)
{
	if (!access_names_take(d) || !access_reload(&d->server)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "reload: no memory for the restrict list; the old one stays");
	}
}

static void
take_interleaved(struct ntpd *d)
{
	if (!interleaved_configure(&d->server)) {
		report(&d->journal, LOG_LEVEL_ERROR, "reload: no memory for interleaved mode: off");
	}
}

static void
take_listens(struct ntpd *d)
{
	listen_rescan(d);
	listen_tell_unmatched(d);
}

/* Also of a card that lied: it is tried again. */
static void
take_cards(struct ntpd *d)
{
	cards_configure(&d->steering);
}

/* Also of a sensor that was given up. */
static void
take_tempcomp(struct ntpd *d)
{
	compensate_configure(&d->steering);
}

static void
renew_sockets(struct ntpd *d)
{
	peers_renew_sockets(&d->client);
}

static void
take_groups(struct ntpd *d)
{
	listen_rescan(d);
}

static void
take_casts(struct ntpd *d)
{
	cast_configure(&d->client);
}

static void
take_control(struct ntpd *d)
{
	steer_control(&d->steering);
}

/* The range of polls follows the sources. */
static void
take_rules(struct ntpd *d)
{
	steer_configure(&d->steering);
}

static void
read_leapfile(struct ntpd *d)
{
	leapwatch_reload(&d->steering);
}

static void
read_nts(struct ntpd *d)
{
	nts_serve_reload(d);
}

static void
start_stats(struct ntpd *d)
{
	stats_start(&d->journal);
}

static void
reset_counters(struct ntpd *d)
{
	for (unsigned i = 0; i < d->conf->resets_n; i++) {
		reset_group(d, d->conf->resets[i]);
	}
}

static void
update_clock(struct ntpd *d)
{
	clock_update_run(&d->steering);
}

/* ---- apply ---- */

enum step_when {
	STEP_CHANGED,   /* one of the parts changed */
	STEP_OR_READ,   /* or the file was read again: what it names may have changed too */
	STEP_ONLY_READ, /* the file was read again, and none of the parts changed */
	STEP_ALWAYS
};

static_assert(PART_N < 32, "parts are bits of a uint32_t");
#define PART(name) (UINT32_C(1) << PART_##name)
#define ACCESS (PART(RESTRICT) | PART(RATE) | PART(SWITCHES))

/*
 * Who takes up the changes of which parts, in this order: sources go before what they may need is
 * changed, and come after it. Every part is in a row.
 */
static const struct step {
	uint32_t parts;
	enum step_when when;
	void (*run)(struct ntpd *d);
	void (*each)(struct ntpd *d, const struct config_change *c); /* of the parts; or NULL */
} steps[] = {
	{ PART(SOURCES), STEP_CHANGED, NULL, leave_source },
	{ PART(SOURCES), STEP_ALWAYS, rebind_sources, NULL },
	{ PART(UNPEER), STEP_CHANGED, drop_members, NULL },
	{ PART(KEYS), STEP_OR_READ, read_keys, NULL },
	{ ACCESS, STEP_CHANGED, take_access, NULL },
	{ ACCESS, STEP_ONLY_READ, access_names_ask, NULL },
	{ PART(SERVE), STEP_CHANGED, take_interleaved, NULL },
	{ PART(LISTEN), STEP_CHANGED, take_listens, NULL },
	{ PART(CARDS), STEP_OR_READ, take_cards, NULL },
	{ PART(LISTEN) | PART(SOURCEPORT), STEP_CHANGED, renew_sockets, NULL },
	{ PART(SWITCHES), STEP_CHANGED, take_control, NULL },
	{ PART(CAST) | PART(SWITCHES), STEP_CHANGED, take_groups, NULL },
	{ PART(CAST) | PART(TOS), STEP_CHANGED, take_casts, NULL },
	{ PART(SOURCES), STEP_CHANGED, NULL, begin_source },
	{ PART(SWITCHES) | PART(TINKER) | PART(TOS), STEP_ALWAYS, take_rules, NULL },
	{ PART(TEMPCOMP) | PART(TINKER), STEP_OR_READ, take_tempcomp, NULL },
	{ PART(LEAP), STEP_OR_READ, read_leapfile, NULL },
	{ PART(STATS), STEP_OR_READ, start_stats, NULL },
	{ PART(NTS) | PART(RESTRICT), STEP_OR_READ, read_nts, NULL },
	{ PART(RESET), STEP_CHANGED, reset_counters, NULL },
	{ PART(SOURCES) | PART(TOS), STEP_ALWAYS, update_clock, NULL },
	/* Read from the configuration whenever they are used; the name of the log by main. */
	{ PART(LOG) | PART(FILES) | PART(VARS) | PART(POLLS), STEP_CHANGED, NULL, NULL },
	/* Not used yet, or not any more. */
	{ PART(OTHER) | PART(START), STEP_CHANGED, NULL, NULL },
};

static bool
is_due(const struct step *s, uint32_t changed, bool read)
{
	bool any = (s->parts & changed) != 0;

	switch (s->when) {
	case STEP_CHANGED:
		return any;
	case STEP_OR_READ:
		return any || read;
	case STEP_ONLY_READ:
		return read && !any;
	case STEP_ALWAYS:
		return true;
	}
	return true;
}

static void
take(struct ntpd *d, const struct step *s, const struct config_change *c, int n)
{
	if (s->run != NULL) {
		s->run(d);
	}
	for (int i = 0; s->each != NULL && i < n; i++) {
		if ((s->parts & UINT32_C(1) << c[i].part) != 0) {
			s->each(d, &c[i]);
		}
	}
}

static void
apply(struct ntpd *d, const struct config_change *c, int n, enum reload_from from)
{
	uint32_t changed = 0, taken = PART(NONE);

	for (int i = 0; i < n; i++) {
		say_change(d, &c[i]);
		changed |= UINT32_C(1) << c[i].part;
	}
	for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		taken |= steps[i].parts;
		if (is_due(&steps[i], changed, from == RELOAD_FROM_FILE)) {
			take(d, &steps[i], c, n);
		}
	}
	assert(taken == PART(N) - 1);
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
	client_configure(&d->client, new, rules_driftfile(d));
	control_configure(&d->control, new);
	server_configure(&d->server, new);
	steering_configure(&d->steering, new, rules_driftfile(d));
	apply(d, changes, n, from);
	d->config_changes += n > 0;
	arena_free(old);
	report(&d->journal, LOG_LEVEL_NOTICE, "reload: succeeded, %d change%s", n,
	    n == 1 ? "" : "s");
	return true;
}

static bool
reload_file(struct ntpd *d)
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

static void
tell_manager(struct ntpd *d, bool done)
{
	if (d->port.watch.reloading != NULL) {
		d->port.watch.reloading(d->port.watch.ctx, done);
	}
}

bool
reload(struct ntpd *d)
{
	bool applied;

	tell_manager(d, false);
	applied = reload_file(d);
	tell_manager(d, true);
	status_tell(d);
	return applied;
}
