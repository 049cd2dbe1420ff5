/* SPDX-License-Identifier: BSD-2-Clause */
/* What differs between two configurations, as steps of a reload. */
#include "config/diff.h"
#include <string.h>
#include "config/print.h"
#include "same.h"

const struct config_source *
config_source_in(const struct config *c, const struct config_source *s)
{
	for (unsigned i = 0; i < c->sources_n; i++) {
		if (same_server(&c->sources[i], s)) {
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
add(struct diff *d, const struct config_change *change)
{
	if (d->n < d->cap) {
		d->at[d->n++] = *change;
	}
}

static void
add_source(struct diff *d, const struct config_source *was, const struct config_source *now)
{
	add(d, &(struct config_change){ .part = PART_SOURCES, .was = was, .now = now });
}

static void
add_sources(struct diff *d)
{
	for (unsigned i = 0; i < d->old->sources_n; i++) {
		if (config_source_in(d->new, &d->old->sources[i]) == NULL) {
			add_source(d, &d->old->sources[i], NULL);
		}
	}
	for (unsigned i = 0; i < d->new->sources_n; i++) {
		const struct config_source *now = &d->new->sources[i];
		const struct config_source *was = config_source_in(d->old, now);
		if (was != NULL && !same_options(was, now)) {
			add_source(d, was, now);
		}
	}
	for (unsigned i = 0; i < d->new->sources_n; i++) {
		if (config_source_in(d->old, &d->new->sources[i]) == NULL) {
			add_source(d, NULL, &d->new->sources[i]);
		}
	}
}

/*
 * A directive and its word, of those that are read once, at start. Values that are given one for
 * the other (mru maxdepth, maxmem) go by the name of the directive.
 */
static struct config_change
start_change(const struct schema_row *row)
{
	const struct schema_row *directive = schema_of_group(row->group);
	bool alone = row->aside == SCHEMA_NOWHERE;

	return (struct config_change){
		.part = PART_START,
		.word = directive != NULL ? directive->word : row->word,
		.option = directive != NULL && alone ? row->word : NULL,
	};
}

/* Each is named once; of two words for one value (enable, disable) the first names both. */
static void
add_restarts(struct diff *d)
{
	struct config_change last = { .part = PART_NONE };
	size_t at = SCHEMA_NOWHERE;

	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->part != PART_START || same_word(row, d->old, d->new)) {
			continue;
		}
		struct config_change change = start_change(row);
		bool named = text_equal(change.word, last.word) &&
		    (row->at == at || text_equal(change.option, last.option));
		if (!named) {
			add(d, &change);
		}
		last = change;
		at = row->at;
	}
}

static bool
same_part(const struct diff *d, enum schema_part part)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->part == part && !same_word(row, d->old, d->new)) {
			return false;
		}
	}
	return true;
}

/* False of a part whose words are done once, when there is none to do: what is gone was done. */
static bool
asks_for_something(enum schema_part part, const struct config *new)
{
	return part == PART_UNPEER ? new->unpeers_n > 0
	    : part == PART_RESET   ? new->resets_n > 0
				   : true;
}

static void
compare(struct diff *d)
{
	for (enum schema_part part = PART_NONE; part < PART_N; part++) {
		if (part == PART_SOURCES) {
			add_sources(d);
		} else if (part == PART_START) {
			add_restarts(d);
		} else if (!same_part(d, part) && asks_for_something(part, d->new)) {
			add(d, &(struct config_change){ .part = part });
		}
	}
}

int
config_diff(const struct config *old, const struct config *new, struct arena *a,
    const struct config_change **out)
{
	struct diff d = { .old = old, .new = new };

	d.cap = PART_N + old->sources_n + 2 * new->sources_n + 64;
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

	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (!same_word(&schema_rows[i], a, b)) {
			return false;
		}
	}
	add_sources(&d);
	return d.n == 0;
}

/* ---- in words ---- */

/* Of the parts that are told as a whole. */
static const char *const part_names[PART_N] = {
	[PART_LOG] = "logfile or logconfig",
	[PART_KEYS] = "keys",
	[PART_NTS] = "nts",
	[PART_FILES] = "driftfile or other files",
	[PART_TEMPCOMP] = "tempcomp",
	[PART_STATS] = "statistics",
	[PART_LEAP] = "leapfile or leapsmear",
	[PART_VARS] = "setvar",
	[PART_TINKER] = "tinker",
	[PART_TOS] = "tos",
	[PART_POLLS] = "pollskewlist",
	[PART_SWITCHES] = "enable or disable",
	[PART_RESTRICT] = "restrict",
	[PART_RATE] = "discard, limit or mru",
	[PART_SERVE] = "interleaved",
	[PART_LISTEN] = "interface",
	[PART_CARDS] = "hwtimestamp",
	[PART_SOURCEPORT] = "sourceport",
	[PART_UNPEER] = "unpeer",
	[PART_RESET] = "reset",
	[PART_CAST] = "broadcasts and groups",
	[PART_OTHER] = "words without effect",
};

void
config_change_format(const struct config_change *change, struct text *out)
{
	const struct config_source *s = change->now != NULL ? change->now : change->was;

	if (change->part == PART_START) {
		text_printf(out, "%s%s%s changed, takes effect at the next start", change->word,
		    change->option != NULL ? " " : "",
		    change->option != NULL ? change->option : "");
		return;
	}
	if (s == NULL) {
		text_printf(out, "%s changed", part_names[change->part]);
		return;
	}
	text_printf(out, "%s %s %s", config_source_word(s->kind), s->host.text,
	    change->now == NULL       ? "dropped"
		: change->was == NULL ? "added"
				      : "changed");
}
