/* SPDX-License-Identifier: BSD-2-Clause */
/* What differs between two configurations, as steps of a reload. */
#include "config/diff.h"
#include <string.h>
#include "config/print.h"
#include "config/schema.h"
#include "value.h"

/* ---- equal parts ---- */

static bool
same_row(enum schema_group group, const char *word, const struct config *a, const struct config *b)
{
	return value_same(schema_find(group, word), a, b);
}

/* Compares the rows of a group; when says which (WHEN_START rows are compared apart). */
static bool
same_group(enum schema_group group, bool at_start, const void *a, const void *b)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group == group && (row->when == WHEN_START) == at_start &&
		    !value_same(row, a, b)) {
			return false;
		}
	}
	return true;
}

static bool
same_keys(const struct config *a, const struct config *b)
{
	if (!same_row(SCHEMA_TOP, "keys", a, b) || !same_row(SCHEMA_TOP, "controlkey", a, b) ||
	    a->trustedkeys_n != b->trustedkeys_n) {
		return false;
	}
	for (unsigned i = 0; i < a->trustedkeys_n; i++) {
		if (a->trustedkeys[i].lo != b->trustedkeys[i].lo ||
		    a->trustedkeys[i].hi != b->trustedkeys[i].hi) {
			return false;
		}
	}
	return true;
}

static bool
same_texts(const char *const *a, unsigned an, const char *const *b, unsigned bn)
{
	if (an != bn) {
		return false;
	}
	for (unsigned i = 0; i < an; i++) {
		if (!text_equal(a[i], b[i])) {
			return false;
		}
	}
	return true;
}

static bool
same_files(const struct config *a, const struct config *b)
{
	return text_equal(a->driftfile, b->driftfile) &&
	    value_same_real(a->drift_threshold_ppm, b->drift_threshold_ppm) &&
	    same_row(SCHEMA_TOP, "nonvolatile", a, b) &&
	    same_row(SCHEMA_TOP, "saveconfigdir", a, b) &&
	    same_row(SCHEMA_TOP, "ntpsigndsocket", a, b) &&
	    same_texts(a->sourcedirs, a->sourcedirs_n, b->sourcedirs, b->sourcedirs_n);
}

static bool
same_stats(const struct config *a, const struct config *b)
{
	if (!text_equal(a->statsdir, b->statsdir) ||
	    ((a->switches ^ b->switches) & SWITCH_STATS) != 0) {
		return false;
	}
	for (unsigned i = 0; i < STATS_N; i++) {
		if (!same_group(SCHEMA_FILEGEN, false, &a->filegens[i], &b->filegens[i])) {
			return false;
		}
	}
	return true;
}

static bool
same_addr(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && (a->family == ADDR_NONE ||
	    (a->scope == b->scope && addr_equal(a, b)));
}

static bool
same_leap(const struct config *a, const struct config *b)
{
	if (!text_equal(a->leapfile, b->leapfile) ||
	    a->leapfile_checkhash != b->leapfile_checkhash || a->smears_n != b->smears_n) {
		return false;
	}
	for (unsigned i = 0; i < a->smears_n; i++) {
		if (!same_addr(&a->smears[i].addr, &b->smears[i].addr) ||
		    !same_group(SCHEMA_SMEAR, false, &a->smears[i], &b->smears[i])) {
			return false;
		}
	}
	return true;
}

static bool
same_vars(const struct config *a, const struct config *b)
{
	if (a->setvars_n != b->setvars_n) {
		return false;
	}
	for (unsigned i = 0; i < a->setvars_n; i++) {
		const struct config_setvar *x = &a->setvars[i], *y = &b->setvars[i];
		if (!text_equal(x->name, y->name) || !text_equal(x->value, y->value) ||
		    x->is_default != y->is_default) {
			return false;
		}
	}
	return true;
}

static bool
same_host(const struct config_host *a, const struct config_host *b)
{
	return text_equal(a->text, b->text) && a->want == b->want && same_addr(&a->addr, &b->addr);
}

static bool
same_restricts(const struct config *a, const struct config *b)
{
	if (a->restricts_n != b->restricts_n) {
		return false;
	}
	for (unsigned i = 0; i < a->restricts_n; i++) {
		const struct config_restrict *x = &a->restricts[i], *y = &b->restricts[i];
		if (x->act != y->act || x->scope != y->scope || !same_host(&x->host, &y->host) ||
		    !same_addr(&x->addr, &y->addr) || !same_addr(&x->mask, &y->mask) ||
		    x->flags != y->flags || x->match != y->match ||
		    x->ippeerlimit != y->ippeerlimit) {
			return false;
		}
	}
	return true;
}

static bool
same_listens(const struct config *a, const struct config *b)
{
	if (a->listens_n != b->listens_n || a->dscp != b->dscp || a->extra_port != b->extra_port) {
		return false;
	}
	for (unsigned i = 0; i < a->listens_n; i++) {
		const struct config_listen *x = &a->listens[i], *y = &b->listens[i];
		if (x->act != y->act || x->what != y->what || !text_equal(x->name, y->name) ||
		    !same_addr(&x->addr, &y->addr) || x->prefix_len != y->prefix_len) {
			return false;
		}
	}
	return true;
}

static bool
same_unpeers(const struct config *a, const struct config *b)
{
	if (a->unpeers_n != b->unpeers_n) {
		return false;
	}
	for (unsigned i = 0; i < a->unpeers_n; i++) {
		if (!same_host(&a->unpeers[i], &b->unpeers[i])) {
			return false;
		}
	}
	return true;
}

static bool
same_kept(const struct config *a, const struct config *b)
{
	if (a->kept_n != b->kept_n) {
		return false;
	}
	for (unsigned i = 0; i < a->kept_n; i++) {
		if (!text_equal(a->kept[i].keyword, b->kept[i].keyword) ||
		    !text_equal(a->kept[i].arguments, b->kept[i].arguments)) {
			return false;
		}
	}
	return true;
}

static bool
same_skew(const struct config_skew *a, const struct config_skew *b)
{
	return a->given == b->given && a->early_s == b->early_s && a->late_s == b->late_s;
}

static bool
same_polls(const struct config *a, const struct config *b)
{
	for (int i = CONFIG_POLL_MIN; i <= CONFIG_POLL_MAX; i++) {
		if (!same_skew(&a->skew[i], &b->skew[i])) {
			return false;
		}
	}
	return same_skew(&a->skew_default, &b->skew_default);
}

static bool
same_other(const struct config *a, const struct config *b)
{
	static const char *const words[] = {
		"mdnstries", "broadcastdelay", "requestkey", "keysdir", "automax", "revoke"
	};

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!same_row(SCHEMA_TOP, words[i], a, b)) {
			return false;
		}
	}
	return same_kept(a, b);
}

/* ---- sources ---- */

static bool
is_same_server(const struct config_source *a, const struct config_source *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	if (a->kind == SOURCE_REFCLOCK) {
		return a->clock_type == b->clock_type && a->clock_unit == b->clock_unit;
	}
	return same_host(&a->host, &b->host) && a->port == b->port;
}

static bool
same_options(const struct config_source *a, const struct config_source *b)
{
	return same_group(SCHEMA_SOURCE, false, a, b) && same_group(SCHEMA_REFCLOCK, false, a, b) &&
	    same_group(SCHEMA_FUDGE, false, &a->fudge, &b->fudge) &&
	    a->fudge.given == b->fudge.given;
}

const struct config_source *
config_source_in(const struct config *c, const struct config_source *s)
{
	for (unsigned i = 0; i < c->sources_n; i++) {
		if (is_same_server(&c->sources[i], s)) {
			return &c->sources[i];
		}
	}
	return NULL;
}

/* ---- the list ---- */

struct diff {
	const struct config *old, *new;
	struct config_change *at;
	unsigned n, cap;
};

static void
add(struct diff *d, enum config_change_kind kind, bool same)
{
	if (!same && d->n < d->cap) {
		d->at[d->n++] = (struct config_change){ .kind = kind };
	}
}

static void
add_source(struct diff *d, enum config_change_kind kind, const struct config_source *was,
    const struct config_source *now)
{
	if (d->n < d->cap) {
		d->at[d->n++] = (struct config_change){ .kind = kind, .was = was, .now = now };
	}
}

static void
add_sources(struct diff *d)
{
	for (unsigned i = 0; i < d->old->sources_n; i++) {
		if (config_source_in(d->new, &d->old->sources[i]) == NULL) {
			add_source(d, CHANGE_SOURCE_DROP, &d->old->sources[i], NULL);
		}
	}
	for (unsigned i = 0; i < d->new->sources_n; i++) {
		const struct config_source *now = &d->new->sources[i];
		const struct config_source *was = config_source_in(d->old, now);
		if (was != NULL && !same_options(was, now)) {
			add_source(d, CHANGE_SOURCE_OPTIONS, was, now);
		}
	}
	for (unsigned i = 0; i < d->new->sources_n; i++) {
		if (config_source_in(d->old, &d->new->sources[i]) == NULL) {
			add_source(d, CHANGE_SOURCE_ADD, NULL, &d->new->sources[i]);
		}
	}
}

static const char *
directive_of(const struct schema_row *row)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].group == SCHEMA_TOP && schema_rows[i].arg == ARG_OPTIONS &&
		    schema_rows[i].opens == row->group) {
			return schema_rows[i].word;
		}
	}
	return row->word;
}

/* Directives that are read once, at start; each is named once. */
static void
add_restarts(struct diff *d)
{
	const char *last = NULL;

	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->when != WHEN_START || value_same(row, d->old, d->new)) {
			continue;
		}
		const char *word = directive_of(row);
		if (!text_equal(word, last) && d->n < d->cap) {
			d->at[d->n++] = (struct config_change){ .kind = CHANGE_NEEDS_RESTART,
			    .word = word };
		}
		last = word;
	}
}

static void
compare(struct diff *d)
{
	const struct config *a = d->old, *b = d->new;
	uint32_t switched = (a->switches ^ b->switches) & ~(uint32_t)SWITCH_STATS;
	bool same_rate = a->rate.model == b->rate.model &&
	    same_group(SCHEMA_DISCARD, false, a, b) && same_group(SCHEMA_LIMIT, false, a, b) &&
	    same_group(SCHEMA_MRU, false, a, b);

	add(d, CHANGE_LOGFILE, text_equal(a->logfile, b->logfile) && a->log_mask == b->log_mask);
	add(d, CHANGE_KEYS, same_keys(a, b));
	add(d, CHANGE_NTS, same_group(SCHEMA_NTS, false, a, b));
	add(d, CHANGE_FILES, same_files(a, b));
	add(d, CHANGE_STATS, same_stats(a, b));
	add(d, CHANGE_LEAP, same_leap(a, b));
	add(d, CHANGE_VARS, same_vars(a, b));
	add(d, CHANGE_TINKER, same_group(SCHEMA_TINKER, false, a, b));
	add(d, CHANGE_TOS, same_group(SCHEMA_TOS, false, a, b));
	add(d, CHANGE_POLLS, same_polls(a, b));
	add(d, CHANGE_SWITCHES, switched == 0);
	add(d, CHANGE_RESTRICT, same_restricts(a, b));
	add(d, CHANGE_RATE, same_rate);
	add(d, CHANGE_LISTEN, same_listens(a, b));
	add(d, CHANGE_SOURCEPORT, a->sourceport == b->sourceport);
	add(d, CHANGE_UNPEER, b->unpeers_n == 0 || same_unpeers(a, b));
	add_sources(d);
	add(d, CHANGE_RESET, b->resets_n == 0 ||
	    same_texts(a->resets, a->resets_n, b->resets, b->resets_n));
	add(d, CHANGE_OTHER, same_other(a, b));
	add_restarts(d);
}

int
config_diff(const struct config *old, const struct config *new, struct arena *a,
    const struct config_change **out)
{
	struct diff d = { .old = old, .new = new };

	d.cap = CHANGE_NEEDS_RESTART + old->sources_n + 2 * new->sources_n + 64;
	d.at = arena_alloc(a, d.cap * sizeof *d.at);
	if (d.at == NULL) {
		return -1;
	}
	compare(&d);
	*out = d.at;
	return (int)d.n;
}

bool
config_same(const struct config *a, const struct config *b)
{
	struct config_change change;
	struct diff d = { .old = a, .new = b, .at = &change, .cap = 1 };

	compare(&d);
	/* What was taken back by unpeer and reset is no step of a reload, yet a difference. */
	return d.n == 0 && same_unpeers(a, b) &&
	    same_texts(a->resets, a->resets_n, b->resets, b->resets_n);
}

/* ---- in words ---- */

static const char *
part_name(enum config_change_kind kind)
{
	switch (kind) {
	case CHANGE_LOGFILE:
		return "logfile or logconfig";
	case CHANGE_KEYS:
		return "keys";
	case CHANGE_NTS:
		return "nts";
	case CHANGE_FILES:
		return "driftfile or other files";
	case CHANGE_STATS:
		return "statistics";
	case CHANGE_LEAP:
		return "leapfile or leapsmear";
	case CHANGE_VARS:
		return "setvar";
	case CHANGE_TINKER:
		return "tinker";
	case CHANGE_TOS:
		return "tos";
	case CHANGE_POLLS:
		return "pollskewlist";
	case CHANGE_SWITCHES:
		return "enable or disable";
	case CHANGE_RESTRICT:
		return "restrict";
	case CHANGE_RATE:
		return "discard, limit or mru";
	case CHANGE_LISTEN:
		return "interface";
	case CHANGE_SOURCEPORT:
		return "sourceport";
	case CHANGE_UNPEER:
		return "unpeer";
	case CHANGE_RESET:
		return "reset";
	case CHANGE_OTHER:
		return "words without effect";
	case CHANGE_NEEDS_RESTART:
	case CHANGE_SOURCE_DROP:
	case CHANGE_SOURCE_OPTIONS:
	case CHANGE_SOURCE_ADD:
		return "server";
	}
	return "?";
}

static const char *
kind_word(const struct config_source *s)
{
	return s->kind == SOURCE_REFCLOCK ? "server" : schema_of_source(s->kind)->word;
}

void
config_change_format(const struct config_change *change, struct text *out)
{
	const struct config_source *s = change->now != NULL ? change->now : change->was;

	if (change->kind == CHANGE_NEEDS_RESTART) {
		text_printf(out, "%s changed, takes effect at the next start", change->word);
		return;
	}
	if (s == NULL) {
		text_printf(out, "%s changed", part_name(change->kind));
		return;
	}
	text_printf(out, "%s %s %s", kind_word(s), s->host.text,
	    change->kind == CHANGE_SOURCE_DROP ? "dropped" :
	    change->kind == CHANGE_SOURCE_ADD ? "added" : "changed");
}
