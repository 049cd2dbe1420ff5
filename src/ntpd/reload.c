/* SPDX-License-Identifier: BSD-2-Clause */
/* reload - applies the differences between two configurations; sources that did not change keep all they know. */
#include "ntpd/reload.h"
#include "config/diff.h"
#include "ntpd/access.h"
#include "ntpd/clockwork.h"
#include "ntpd/conffile.h"
#include "ntpd/keys.h"
#include "ntpd/leapsec.h"
#include "ntpd/listen.h"
#include "ntpd/peers.h"
#include "ntpd/report.h"
#include "ntpd/stats.h"

enum { CHANGE_TEXT_MAX = 256 };

static void
say_change(struct ntpd *d, const struct config_change *c)
{
	char buf[CHANGE_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	config_change_format(c, &t);
	report(d, c->kind == CHANGE_NEEDS_RESTART ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "reload: %s", buf);
}

static struct origin *
origin_of(struct ntpd *d, const struct config_source *s)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg == s) {
			return &d->peers.origin[i];
		}
	}
	return NULL;
}

static void
drop_source(struct ntpd *d, const struct config_source *s)
{
	struct origin *o = origin_of(d, s);

	if (o != NULL) {
		peers_drop(d, o);
	}
}

/* What an origin points to moves to the new configuration's memory. */
static void
rebind_sources(struct ntpd *d)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		struct origin *o = &d->peers.origin[i];
		if (o->cfg != NULL) {
			o->cfg = config_source_in(d->conf, o->cfg);
		}
	}
}

/* What all changes together ask for, besides the sources. */
struct todo {
	bool access, listen, rules, control;
};

static void
note(struct todo *t, enum config_change_kind kind)
{
	switch (kind) {
	case CHANGE_RESTRICT:
	case CHANGE_RATE:
		t->access = true;
		break;
	case CHANGE_LISTEN:
		t->listen = true;
		break;
	case CHANGE_SWITCHES:
		t->access = true;
		t->control = true;
		t->rules = true;
		break;
	case CHANGE_TINKER:
	case CHANGE_TOS:
		t->rules = true;
		break;
	case CHANGE_LOGFILE:
	case CHANGE_KEYS:
	case CHANGE_NTS:
	case CHANGE_FILES:
	case CHANGE_STATS:
	case CHANGE_LEAP:
	case CHANGE_VARS:
	case CHANGE_SOURCEPORT:
	case CHANGE_SOURCE_DROP:
	case CHANGE_SOURCE_OPTIONS:
	case CHANGE_SOURCE_ADD:
	case CHANGE_UNPEER:
	case CHANGE_RESET:
	case CHANGE_OTHER:
	case CHANGE_NEEDS_RESTART:
		break;
	}
}

static void
apply(struct ntpd *d, const struct config_change *c, int n)
{
	struct todo todo = { .rules = true };   /* the range of polls follows the sources */

	for (int i = 0; i < n; i++) {
		say_change(d, &c[i]);
		note(&todo, c[i].kind);
		if (c[i].kind == CHANGE_SOURCE_DROP || c[i].kind == CHANGE_SOURCE_OPTIONS) {
			drop_source(d, c[i].was);
		}
	}
	rebind_sources(d);
	(void)keys_load(d);
	if (todo.access && !access_reload(d)) {
		report(d, LOG_LEVEL_ERROR, "reload: no memory for the restrict list; the old one stays");
	}
	if (todo.listen) {
		listen_rescan(d);
	}
	if (todo.control) {
		clockwork_control(d);
	}
	for (int i = 0; i < n; i++) {
		if (c[i].kind == CHANGE_SOURCE_OPTIONS || c[i].kind == CHANGE_SOURCE_ADD) {
			(void)peers_add(d, c[i].now, 0.0);
		}
	}
	if (todo.rules) {
		clockwork_configure(d);
	}
	leapsec_reload(d);
	stats_reload(d);
	clockwork_run(d);
}

bool
reload(struct ntpd *d)
{
	const struct config_change *changes;
	struct config *old = d->conf, *new;
	struct arena *old_arena = d->arena, *arena;
	struct diag_list diags;
	int n;

	new = conffile_load(d->port.store, &d->opt, &arena, &diags);
	if (new == NULL) {
		report(d, LOG_LEVEL_ERROR, "reload: no memory; nothing was changed");
		return false;
	}
	conffile_report(d->port.log, &diags);
	n = diags.errors == 0 ? config_diff(old, new, arena, &changes) : -1;
	if (n < 0) {
		report(d, LOG_LEVEL_ERROR, "reload: %u errors in %s; nothing was changed", diags.errors,
		    d->opt.config_path != NULL ? d->opt.config_path : "the configuration");
		arena_free(arena);
		return false;
	}
	d->conf = new;
	d->arena = arena;
	apply(d, changes, n);
	arena_free(old_arena);
	report(d, LOG_LEVEL_NOTICE, "reload: done, %d changes", n);
	return true;
}
