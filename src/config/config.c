/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration as a value: its defaults, what is asked of it, a copy of it. */
#include "config/config.h"
#include <string.h>
#include "config/schema.h"
#include "value.h"

enum { NTP_PORT = 123 };

static const char *const stats_names[STATS_N] = {
	[STATS_CLOCK] = "clockstats",
	[STATS_CRYPTO] = "cryptostats",
	[STATS_LOOP] = "loopstats",
	[STATS_PEER] = "peerstats",
	[STATS_RAW] = "rawstats",
	[STATS_SYS] = "sysstats",
	[STATS_PROTO] = "protostats",
	[STATS_TIMING] = "timingstats",
	[STATS_USE] = "usestats",
	[STATS_NTS] = "ntsstats",
	[STATS_NTSKE] = "ntskestats",
	[STATS_NTSKELOG] = "ntskelog",
};

const char *
config_stats_name(enum config_stats set)
{
	return stats_names[set];
}

void
config_defaults(struct config *c, struct arena *a)
{
	static const enum schema_group groups[] = { SCHEMA_TOP, SCHEMA_DISCARD, SCHEMA_LIMIT,
		SCHEMA_MRU, SCHEMA_SWITCH, SCHEMA_TINKER, SCHEMA_TOS, SCHEMA_RLIMIT,
		SCHEMA_LEAPFILE, SCHEMA_NTS, SCHEMA_EXTRA, SCHEMA_TEMPCOMP };

	memset(c, 0, sizeof *c);
	c->arena = a;
	for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		value_defaults(groups[i], c);
	}
	c->log_mask = CONFIG_LOG_DEFAULT;
	for (unsigned i = 0; i < STATS_N; i++) {
		value_defaults(SCHEMA_FILEGEN, &c->filegens[i]);
		c->filegens[i].file = config_stats_name((enum config_stats)i);
	}
}

bool
config_of_both_rates(const char *word)
{
	return strcmp(word, "monitor") == 0 || strcmp(word, "leak") == 0;
}

bool
config_default_given(const struct config *c, enum addr_family family)
{
	for (unsigned i = 0; i < c->restricts_n; i++) {
		const struct config_restrict *r = &c->restricts[i];
		if (r->act == RESTRICT_ADD && r->scope == RESTRICT_SCOPE_DEFAULT && r->match == 0 &&
		    (r->host.want == ADDR_NONE || r->host.want == family)) {
			return true;
		}
	}
	return false;
}

/* The words of a source by which it asks for a protection of its packets, beside key. */
static const char *const protections[] = { "nts", "ca", "aead", "require", "autokey", "ident" };

bool
config_is_protection(const char *word)
{
	for (unsigned i = 0; i < sizeof protections / sizeof protections[0]; i++) {
		if (strcmp(protections[i], word) == 0) {
			return true;
		}
	}
	return false;
}

const char *
config_source_lacks(const struct config_source *s)
{
	const bool asked[] = { (s->flags & OPTION_NTS) != 0, s->ca != NULL, s->aead != 0,
		s->require != NULL, (s->flags & OPTION_AUTOKEY) != 0, s->ident != NULL };

	for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		if (asked[i] && schema_find(SCHEMA_SOURCE, protections[i])->state != STATE_ACTS) {
			return protections[i];
		}
	}
	return NULL;
}

uint16_t
config_source_ntp_port(const struct config_source *s)
{
	return (s->flags & OPTION_NTS) != 0 ? NTP_PORT : (uint16_t)s->port;
}

bool
config_source_authenticated(const struct config_source *s)
{
	return s->key != 0 || (s->flags & OPTION_NTS) != 0;
}

/* The lines that are asked and may be selected, by whether they are authenticated. */
struct voters {
	unsigned nts, authenticated, plain;
};

static struct voters
voters_of(const struct config *c)
{
	struct voters n = { 0, 0, 0 };

	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *s = &c->sources[i];

		if (s->kind == SOURCE_REFCLOCK || !config_source_in_effect(s) ||
		    (s->flags & OPTION_NOSELECT) != 0 || config_source_lacks(s) != NULL) {
			continue;
		}
		n.nts += (s->flags & OPTION_NTS) != 0;
		n.authenticated += config_source_authenticated(s);
		n.plain += !config_source_authenticated(s);
	}
	return n;
}

/*
 * Where nothing is said, files with keys alone, which are older than the word, mean what they
 * always did.
 */
enum config_plain_use
config_plain_use(const struct config *c)
{
	struct voters n = voters_of(c);
	bool both = n.authenticated > 0 && n.plain > 0;

	switch (c->tos.authselect) {
	case AUTHSELECT_NOT_GIVEN:
		return n.nts > 0 && n.plain > 0 ? CONFIG_PLAIN_BESIDE : CONFIG_PLAIN_ALIKE;
	case AUTHSELECT_IGNORE:
		return CONFIG_PLAIN_ALIKE;
	case AUTHSELECT_MIX:
		return both ? CONFIG_PLAIN_BESIDE : CONFIG_PLAIN_ALIKE;
	case AUTHSELECT_PREFER:
		return both ? CONFIG_PLAIN_UNUSED : CONFIG_PLAIN_ALIKE;
	case AUTHSELECT_REQUIRE:
		return CONFIG_PLAIN_UNUSED;
	}
	return CONFIG_PLAIN_UNUSED;
}

const struct config_place *
config_place_of(const struct config *c, const char *directive)
{
	for (unsigned i = 0; i < c->said_n; i++) {
		if (strcmp(c->said[i].word, directive) == 0) {
			return &c->said[i].place;
		}
	}
	return NULL;
}

bool
config_key_trusted(const struct config *c, uint32_t id)
{
	for (unsigned i = 0; i < c->trustedkeys_n; i++) {
		const struct config_key_range *r = &c->trustedkeys[i];
		if (id >= r->lo && id <= r->hi) {
			return true;
		}
	}
	return false;
}

/* ---- copying ---- */

struct copy {
	struct arena *a;
	bool same_arena; /* as the original's: what it points to lives as long */
	bool exhausted;
};

static const char *
copy_text(struct copy *k, const char *s)
{
	if (s == NULL) {
		return NULL;
	}
	const char *t = arena_strdup(k->a, s);
	k->exhausted = k->exhausted || t == NULL;
	return t;
}

/* An array with the room that the parser expects an array of n to have. */
static void *
copy_array(struct copy *k, const void *array, unsigned n, size_t size)
{
	size_t room = 8;

	while (room < n) {
		room *= 2;
	}
	if (n == 0) {
		return NULL;
	}
	void *at = arena_alloc(k->a, room * size);
	if (at == NULL) {
		k->exhausted = true;
		return NULL;
	}
	return memcpy(at, array, n * size);
}

/* Copies the texts of a group's rows in place. */
static void
copy_group(struct copy *k, enum schema_group group, void *base)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group == group && row->at != SCHEMA_NOWHERE &&
		    (row->arg == ARG_TEXT || row->arg == ARG_PATH || row->arg == ARG_TLS)) {
			const char *text;
			memcpy(&text, (char *)base + row->at, sizeof text);
			text = copy_text(k, text);
			memcpy((char *)base + row->at, &text, sizeof text);
		}
	}
}

static void
copy_sources(struct copy *k, struct config *c)
{
	c->sources = copy_array(k, c->sources, c->sources_n, sizeof *c->sources);
	for (unsigned i = 0; i < c->sources_n && !k->exhausted; i++) {
		struct config_source *s = &c->sources[i];
		s->host.text = copy_text(k, s->host.text);
		s->place.file = copy_text(k, s->place.file);
		copy_group(k, SCHEMA_SOURCE, s);
		copy_group(k, SCHEMA_REFCLOCK, s);
		copy_group(k, SCHEMA_FUDGE, &s->fudge);
	}
	c->unpeers = copy_array(k, c->unpeers, c->unpeers_n, sizeof *c->unpeers);
	for (unsigned i = 0; i < c->unpeers_n && !k->exhausted; i++) {
		c->unpeers[i].text = copy_text(k, c->unpeers[i].text);
	}
}

/* The lines of a file stand together, so its name is copied once per run of entries. */
static void
copy_restricts(struct copy *k, struct config *c)
{
	const char *last = NULL, *copied = NULL;

	c->restricts = copy_array(k, c->restricts, c->restricts_n, sizeof *c->restricts);
	for (unsigned i = 0; i < c->restricts_n && !k->exhausted; i++) {
		struct config_restrict *r = &c->restricts[i];
		r->host.text = r->host.text[0] == '\0' ? "" : copy_text(k, r->host.text);
		if (r->place.file != last) {
			last = r->place.file;
			copied = copy_text(k, last);
		}
		r->place.file = copied;
	}
}

static void
copy_words(struct copy *k, const char ***words, unsigned n)
{
	*words = copy_array(k, *words, n, sizeof **words);
	for (unsigned i = 0; i < n && !k->exhausted; i++) {
		(*words)[i] = copy_text(k, (*words)[i]);
	}
}

static void
copy_lists(struct copy *k, struct config *c)
{
	copy_words(k, &c->sourcedirs, c->sourcedirs_n);
	c->files = copy_array(k, c->files, c->files_n, sizeof *c->files);
	for (unsigned i = 0; i < c->files_n && !k->exhausted; i++) {
		c->files[i].path = copy_text(k, c->files[i].path);
		c->files[i].text = k->same_arena ? c->files[i].text : NULL;
	}
	c->said = copy_array(k, c->said, c->said_n, sizeof *c->said);
	for (unsigned i = 0; i < c->said_n && !k->exhausted; i++) {
		c->said[i].place.file = copy_text(k, c->said[i].place.file);
	}
	copy_words(k, &c->resets, c->resets_n);
	c->trustedkeys = copy_array(k, c->trustedkeys, c->trustedkeys_n, sizeof *c->trustedkeys);
	c->smears = copy_array(k, c->smears, c->smears_n, sizeof *c->smears);
	c->listens = copy_array(k, c->listens, c->listens_n, sizeof *c->listens);
	for (unsigned i = 0; i < c->listens_n && !k->exhausted; i++) {
		c->listens[i].name = copy_text(k, c->listens[i].name);
		c->listens[i].place.file = copy_text(k, c->listens[i].place.file);
	}
	c->cards = copy_array(k, c->cards, c->cards_n, sizeof *c->cards);
	for (unsigned i = 0; i < c->cards_n && !k->exhausted; i++) {
		c->cards[i].ifname = copy_text(k, c->cards[i].ifname);
		c->cards[i].place.file = copy_text(k, c->cards[i].place.file);
	}
	c->setvars = copy_array(k, c->setvars, c->setvars_n, sizeof *c->setvars);
	for (unsigned i = 0; i < c->setvars_n && !k->exhausted; i++) {
		c->setvars[i].name = copy_text(k, c->setvars[i].name);
		c->setvars[i].value = copy_text(k, c->setvars[i].value);
	}
	c->kept = copy_array(k, c->kept, c->kept_n, sizeof *c->kept);
	for (unsigned i = 0; i < c->kept_n && !k->exhausted; i++) {
		c->kept[i].arguments = copy_text(k, c->kept[i].arguments);
	}
	for (unsigned i = 0; i < STATS_N; i++) {
		copy_group(k, SCHEMA_FILEGEN, &c->filegens[i]);
	}
}

struct config *
config_copy(const struct config *from, struct arena *a)
{
	struct copy k = { .a = a, .same_arena = from->arena == a };
	struct config *c = arena_alloc(a, sizeof *c);

	if (c == NULL) {
		return NULL;
	}
	*c = *from;
	c->arena = a;
	copy_group(&k, SCHEMA_TOP, c);
	copy_group(&k, SCHEMA_NTS, c);
	c->driftfile = copy_text(&k, c->driftfile);
	c->tempcomp = copy_text(&k, c->tempcomp);
	c->leapfile = copy_text(&k, c->leapfile);
	copy_sources(&k, c);
	copy_restricts(&k, c);
	copy_lists(&k, c);
	return k.exhausted ? NULL : c;
}

const char *
config_leapfile(const struct config *c)
{
	return c->leapfile == NULL || strcmp(c->leapfile, "none") == 0 ? NULL : c->leapfile;
}
