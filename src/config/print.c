/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration as canonical text. */
#include "config/print.h"
#include <string.h>
#include "base/hostspec.h"
#include "config/schema.h"
#include "value.h"

/* ---- the sink ---- */

enum { VALUE_MAX = 1100 }; /* a word of 1023 octets and its quotes */

struct print {
	const struct config_sink *to;
	bool started; /* something stands on the line */
	bool comment; /* every line is one */
};

static void
put(struct print *k, const char *s)
{
	k->to->put(k->to->ctx, s, strlen(s));
}

/* Appends a word to the line, quoted when it must be. */
static void
word(struct print *k, const char *s)
{
	char buf[VALUE_MAX];
	struct text t = text_over(buf, sizeof buf);

	value_put_word(s, &t);
	put(k, k->started ? " " : k->comment ? "# " : "");
	put(k, buf);
	k->started = true;
}

static void
end_line(struct print *k)
{
	if (k->started) {
		put(k, "\n");
	}
	k->started = false;
}

static void
number(struct print *k, long v)
{
	char buf[24];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t, "%ld", v);
	word(k, buf);
}

static void
real(struct print *k, double v)
{
	char buf[40];
	struct text t = text_over(buf, sizeof buf);

	value_put_real(v, &t);
	word(k, buf);
}

/* ---- options by table ---- */

/* "minpoll 4" for one row. */
static void
option(struct print *k, const struct schema_row *row, const void *base)
{
	char buf[VALUE_MAX];
	struct text t = text_over(buf, sizeof buf);

	word(k, row->word);
	if (value_put(row, base, &t)) {
		put(k, " ");
		put(k, buf); /* value_put has quoted it */
	}
}

/* Rows whose field a second row prints too. */
static bool
is_twin(const struct schema_row *row, const void *base)
{
	if (row->group == SCHEMA_TINKER && strncmp(row->word, "step", 4) == 0 &&
	    strcmp(row->word, "stepout") != 0) {
		const struct config *c = base;
		bool both = value_same_real(c->tinker.stepback_s, c->tinker.stepfwd_s);
		return both == (strcmp(row->word, "step") != 0);
	}
	return row->group == SCHEMA_TOP && strcmp(row->word, "tick") == 0;
}

static bool
is_set(const struct schema_row *row, const void *base)
{
	uint32_t bits;

	if (row->arg != ARG_FLAG) {
		return true;
	}
	memcpy(&bits, (const char *)base + row->at, sizeof bits);
	return (bits & row->bit) != 0;
}

/* The options of a group that differ from those of plain, behind what is on the line. */
static void
options(struct print *k, enum schema_group group, const void *base, const void *plain)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group == group && row->at != SCHEMA_NOWHERE && !is_twin(row, base) &&
		    !value_same(row, base, plain) && is_set(row, base)) {
			option(k, row, base);
		}
	}
}

/* maxdepth 0 beside maxmem: the sibling counts, and 0 could not be read back. */
static bool
is_off(const struct schema_row *row, const void *base)
{
	int32_t v;

	if (row->arg != ARG_INT || row->aside == SCHEMA_NOWHERE) {
		return false;
	}
	memcpy(&v, (const char *)base + row->at, sizeof v);
	return v == 0;
}

/* One line per option of "tinker", "tos"...: those that differ, or those that do not. */
static void
group_lines(struct print *k, enum schema_group group, const struct config *c,
    const struct config *plain)
{
	const char *directive = schema_of_group(group)->word;

	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group != group || row->at == SCHEMA_NOWHERE || !value_wanted(row) ||
		    is_twin(row, c)) {
			continue;
		}
		bool same = value_same(row, c, plain);
		if (same == k->comment && (!same || row->initial != NULL) && !is_off(row, c)) {
			word(k, directive);
			option(k, row, c);
			end_line(k);
		}
	}
}

/* ---- the parts ---- */

static void
family(struct print *k, enum addr_family want)
{
	if (want != ADDR_NONE) {
		word(k, want == ADDR_V4 ? "-4" : "-6");
	}
}

static void
host_and_port(struct print *k, const struct config_source *s)
{
	char buf[VALUE_MAX];
	struct text t = text_over(buf, sizeof buf);
	bool v6 = strchr(s->host.text, ':') != NULL;

	if (s->port == 0 || (s->port == 123 && (s->flags & OPTION_NTS) == 0)) {
		word(k, s->host.text);
		return;
	}
	text_printf(&t, v6 ? "[%s]:%d" : "%s:%d", s->host.text, (int)s->port);
	word(k, buf);
}

static void
fudge_line(struct print *k, const struct config_source *s)
{
	if (s->fudge.given == 0) {
		return;
	}
	word(k, "fudge");
	word(k, s->host.text);
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group == SCHEMA_FUDGE && (s->fudge.given & row->bit) != 0) {
			option(k, row, &s->fudge);
		}
	}
	end_line(k);
}

/* In the form that it had: some words are in one alone, or mean different things. */
static void
refclock_line(struct print *k, const struct config_source *s, const struct config_source *plain)
{
	const struct schema_clock *clock = schema_clock_of_type(s->clock_type);

	if (!s->by_name || clock == NULL || clock->name == NULL) {
		word(k, "server");
		word(k, s->host.text);
	} else {
		word(k, "refclock");
		word(k, clock->name);
		word(k, "unit");
		number(k, s->clock_unit);
		if (s->subtype != NULL) {
			word(k, "subtype");
			word(k, s->subtype);
		}
		if (s->baud != 0) {
			word(k, "baud");
			number(k, s->baud);
		}
		if (s->vmclock != NULL) {
			word(k, "vmclock");
			word(k, s->vmclock);
		}
		if ((s->flags & OPTION_TAI) != 0) {
			word(k, "tai");
		}
	}
	options(k, SCHEMA_SOURCE, s, plain);
	end_line(k);
	fudge_line(k, s);
	if (s->path != NULL || s->ppspath != NULL) {
		word(k, "device");
		word(k, s->host.text);
		options(k, SCHEMA_DEVICE, s, plain);
		end_line(k);
	}
}

static void
source_line(struct print *k, const struct config_source *s)
{
	struct config_source plain = { .kind = s->kind };

	value_defaults(SCHEMA_SOURCE, &plain);
	if (s->kind == SOURCE_REFCLOCK) {
		plain.minpoll = 6;
		plain.maxpoll = s->minpoll; /* what it becomes when only minpoll is given */
		refclock_line(k, s, &plain);
		return;
	}
	word(k, config_source_word(s->kind));
	family(k, s->host.want);
	host_and_port(k, s);
	options(k, SCHEMA_SOURCE, s, &plain);
	end_line(k);
}

static void
sources(struct print *k, const struct config *c)
{
	/* First: below, they would take back servers that were given after them. */
	for (unsigned i = 0; i < c->unpeers_n; i++) {
		word(k, "unpeer");
		family(k, c->unpeers[i].want);
		word(k, c->unpeers[i].text);
		end_line(k);
	}
	for (unsigned i = 0; i < c->sources_n; i++) {
		if (!c->sources[i].from_sourcedir) {
			source_line(k, &c->sources[i]);
		}
	}
	for (unsigned i = 0; i < c->sourcedirs_n; i++) {
		word(k, "sourcedir");
		word(k, c->sourcedirs[i]);
		end_line(k);
	}
	k->comment = true;
	for (unsigned i = 0; i < c->sources_n; i++) {
		if (c->sources[i].from_sourcedir) {
			source_line(k, &c->sources[i]);
		}
	}
	k->comment = false;
}

static void
restrict_scope(struct print *k, const struct config_restrict *r)
{
	char buf[ADDR_TEXT_MAX + 8];
	struct text t = text_over(buf, sizeof buf);
	char numeric[ADDR_TEXT_MAX];
	unsigned len;

	switch (r->scope) {
	case RESTRICT_SCOPE_DEFAULT:
		family(k, r->host.want);
		word(k, "default");
		return;
	case RESTRICT_SCOPE_SOURCE:
		word(k, "source");
		return;
	case RESTRICT_SCOPE_NAME:
		family(k, r->host.want);
		word(k, r->host.text);
		return;
	case RESTRICT_SCOPE_ADDR:
		break;
	}
	text_put(&t, addr_format(&r->addr, numeric, sizeof numeric));
	bool prefix = addr_mask_is_prefix(&r->mask, &len);
	if (prefix && len < (r->addr.family == ADDR_V4 ? 32u : 128u)) {
		text_printf(&t, "/%u", len);
	}
	word(k, buf);
	if (!prefix) {
		word(k, "mask");
		word(k, addr_format(&r->mask, numeric, sizeof numeric));
	}
}

static void
restrict_line(struct print *k, const struct config_restrict *r)
{
	struct config_restrict plain = { .ippeerlimit = -1 };

	word(k,
	    r->act == RESTRICT_ADD         ? "restrict"
		: r->act == RESTRICT_CLEAR ? "unrestrict"
					   : "delrestrict");
	restrict_scope(k, r);
	options(k, SCHEMA_RESTRICT, r, &plain);
	if ((r->flags & RESTRICT_FUZZ) != 0) {
		word(k, "serverresponse");
		word(k, "fuzz");
	}
	end_line(k);
}

static void
listen_line(struct print *k, const struct config_listen *l)
{
	static const char *const acts[] = { "listen", "ignore", "drop" };
	static const char *const whats[] = { "all", "ipv4", "ipv6", "wildcard" };
	char buf[ADDR_TEXT_MAX + HOSTSPEC_ZONE_MAX + 8];
	char numeric[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	word(k, "interface");
	word(k, acts[l->act]);
	if (l->what == LISTEN_NAME) {
		word(k, l->name);
	} else if (l->what == LISTEN_ADDR) {
		text_printf(&t, "%s%s%s/%u", addr_format(&l->addr, numeric, sizeof numeric),
		    l->name != NULL ? "%" : "", l->name != NULL ? l->name : "", l->prefix_len);
		word(k, buf);
	} else {
		word(k, whats[l->what]);
	}
	end_line(k);
}

/* True when the lines of the group that are printed choose its way to count rates. */
static bool
names_rate(enum schema_group group, const struct config *c, const struct config *plain)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];

		if (row->group == group && !config_of_both_rates(row->word) &&
		    !value_same(row, c, plain)) {
			return true;
		}
	}
	return false;
}

/* The way given last counts, so its lines come last; where none names it, one does. */
static void
rate(struct print *k, const struct config *c, const struct config *plain)
{
	bool limit = c->rate.model == RATE_LIMIT;
	enum schema_group first = limit ? SCHEMA_DISCARD : SCHEMA_LIMIT;
	enum schema_group last = limit ? SCHEMA_LIMIT : SCHEMA_DISCARD;
	bool needed = c->rate.model != plain->rate.model || names_rate(first, c, plain);

	group_lines(k, first, c, plain);
	group_lines(k, last, c, plain);
	if (!needed || names_rate(last, c, plain)) {
		return;
	}
	word(k, schema_of_group(last)->word);
	word(k, "average");
	if (limit) {
		real(k, c->rate.limit_average_pps);
	} else {
		number(k, c->rate.average_log2s);
	}
	end_line(k);
}

static void
access_lines(struct print *k, const struct config *c, const struct config *plain)
{
	for (unsigned i = 0; i < c->restricts_n; i++) {
		restrict_line(k, &c->restricts[i]);
	}
	for (unsigned i = 0; i < c->listens_n; i++) {
		listen_line(k, &c->listens[i]);
	}
	rate(k, c, plain);
	group_lines(k, SCHEMA_MRU, c, plain);
}

static void
key_ranges(struct print *k, const struct config *c)
{
	for (unsigned i = 0; i < c->trustedkeys_n; i++) {
		const struct config_key_range *r = &c->trustedkeys[i];
		word(k, "trustedkey");
		if (r->lo == r->hi) {
			number(k, r->lo);
		} else {
			word(k, "(");
			number(k, r->lo);
			word(k, "...");
			number(k, r->hi);
			word(k, ")");
		}
		end_line(k);
	}
}

/* "enable" and "disable" lines for the switches that differ. */
static void
switches(struct print *k, const struct config *c, const struct config *plain)
{
	for (int on = 0; on < 2; on++) {
		for (unsigned i = 0; i < schema_rows_n; i++) {
			const struct schema_row *row = &schema_rows[i];
			bool is_on = row->group == SCHEMA_SWITCH && (c->switches & row->bit) != 0;
			if (row->group == SCHEMA_SWITCH && is_on == (on == 1) &&
			    !value_same(row, c, plain)) {
				word(k, on == 1 ? "enable" : "disable");
				word(k, row->word);
				end_line(k);
			}
		}
	}
}

static void
log_words(struct print *k, const struct config *c)
{
	static const char *const classes[] = { "sys", "peer", "clock", "sync" };
	static const char *const kinds[] = { "info", "events", "statistics", "status" };
	bool first = true;

	word(k, "logconfig");
	for (unsigned bit = 0; bit < 16; bit++) {
		char buf[32];
		struct text t = text_over(buf, sizeof buf);
		const char *kind = kinds[bit % 4];
		if ((c->log_mask >> bit & 1) == 0) {
			continue;
		}
		if ((c->log_mask >> bit & 0xf) == 0xf && bit % 4 == 0) {
			kind = "all";
			bit += 3;
		}
		text_printf(&t, "%s%s%s", first ? "=" : "+", classes[bit / 4], kind);
		word(k, buf);
		first = false;
	}
	if (first) {
		word(k, "=all");
		word(k, "-all");
	}
	end_line(k);
}

static void
filegen_line(struct print *k, const struct config_filegen *g, const struct config_filegen *plain,
    const char *name)
{
	if (text_equal(g->file, plain->file) && g->type == plain->type && g->link == plain->link) {
		if (g->enabled) {
			word(k, "statistics");
			word(k, name);
			end_line(k);
		}
		return;
	}
	word(k, "filegen");
	word(k, name);
	word(k, "file");
	word(k, g->file);
	option(k, schema_find(SCHEMA_FILEGEN, "type"), g);
	word(k, g->link ? "link" : "nolink");
	word(k, g->enabled ? "enable" : "disable");
	end_line(k);
}

static void
logs(struct print *k, const struct config *c, const struct config *plain)
{
	if (c->log_mask != plain->log_mask) {
		log_words(k, c);
	}
	for (unsigned i = 0; i < STATS_N; i++) {
		filegen_line(k, &c->filegens[i], &plain->filegens[i],
		    config_stats_name((enum config_stats)i));
	}
	for (unsigned i = 0; i < c->setvars_n; i++) {
		word(k, "setvar");
		word(k, c->setvars[i].name);
		word(k, "=");
		word(k, c->setvars[i].value);
		if (c->setvars[i].is_default) {
			word(k, "default");
		}
		end_line(k);
	}
	for (unsigned i = 0; i < c->resets_n; i++) {
		word(k, "reset");
		word(k, c->resets[i]);
		end_line(k);
	}
}

static void
files(struct print *k, const struct config *c)
{
	if (c->driftfile != NULL) {
		word(k, "driftfile");
		word(k, c->driftfile);
		if (c->drift_threshold_ppm > 0) {
			real(k, c->drift_threshold_ppm);
		}
		end_line(k);
	}
	if (c->tempcomp != NULL) {
		word(k, "tempcomp");
		word(k, c->tempcomp);
		option(k, schema_find(SCHEMA_TEMPCOMP, "interval"), c);
		end_line(k);
	}
	if (c->leapfile != NULL) {
		word(k, "leapfile");
		word(k, c->leapfile);
		if (!c->leapfile_checkhash) {
			word(k, "ignorehash");
		}
		end_line(k);
	}
	for (unsigned i = 0; i < c->smears_n; i++) {
		const struct config_smear *s = &c->smears[i];
		char numeric[ADDR_TEXT_MAX];
		word(k, "leapsmear");
		if (s->addr.family != ADDR_NONE) {
			word(k, "address");
			word(k, addr_format(&s->addr, numeric, sizeof numeric));
		}
		option(k, schema_find(SCHEMA_SMEAR, "interval"), s);
		option(k, schema_find(SCHEMA_SMEAR, "form"), s);
		end_line(k);
	}
}

/* Directives with one value of their own: logfile, keys, dscp... */
static void
plain_lines(struct print *k, const struct config *c, const struct config *plain)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group != SCHEMA_TOP || !value_wanted(row) || is_twin(row, c)) {
			continue;
		}
		bool same = value_same(row, c, plain);
		if (same == k->comment && (!same || row->initial != NULL)) {
			option(k, row, c);
			end_line(k);
		}
	}
}

static void
skew_words(struct print *k, const char *poll, const struct config_skew *s)
{
	char buf[32];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t, "%d %d", (int)s->early_s, (int)s->late_s);
	word(k, poll);
	put(k, " ");
	put(k, buf);
}

static void
skew_line(struct print *k, const struct config *c)
{
	bool any = c->skew_default.given;

	for (int i = CONFIG_POLL_MIN; i <= CONFIG_POLL_MAX; i++) {
		any = any || c->skew[i].given;
	}
	if (!any) {
		return;
	}
	word(k, "pollskewlist");
	for (int i = CONFIG_POLL_MIN; i <= CONFIG_POLL_MAX; i++) {
		char poll[12];
		struct text t = text_over(poll, sizeof poll);
		text_printf(&t, "%d", i);
		if (c->skew[i].given) {
			skew_words(k, poll, &c->skew[i]);
		}
	}
	if (c->skew_default.given) {
		skew_words(k, "default", &c->skew_default);
	}
	end_line(k);
}

static void
kept_lines(struct print *k, const struct config *c)
{
	for (unsigned i = 0; i < c->kept_n; i++) {
		put(k, c->kept[i].keyword);
		put(k, c->kept[i].arguments[0] == '\0' ? "" : " ");
		put(k, c->kept[i].arguments);
		put(k, "\n");
	}
}

static void
card_lines(struct print *k, const struct config *c)
{
	for (unsigned i = 0; i < c->cards_n; i++) {
		struct config_card plain = { .maxpoll = CONFIG_CARD_MAXPOLL_NEXT };

		value_defaults(SCHEMA_CARD, &plain);
		word(k, "hwtimestamp");
		word(k, c->cards[i].ifname);
		options(k, SCHEMA_CARD, &c->cards[i], &plain);
		end_line(k);
	}
}

static void
tuning(struct print *k, const struct config *c, const struct config *plain)
{
	group_lines(k, SCHEMA_TINKER, c, plain);
	group_lines(k, SCHEMA_TOS, c, plain);
	group_lines(k, SCHEMA_RLIMIT, c, plain);
	group_lines(k, SCHEMA_EXTRA, c, plain);
}

static void
nts_lines(struct print *k, const struct config *c, const struct config *plain)
{
	if (c->nts.enable) {
		word(k, "nts");
		word(k, "enable");
		end_line(k);
	}
	if (c->nts.server_preference) {
		word(k, "nts");
		word(k, "tlscipherserverpreference");
		end_line(k);
	}
	group_lines(k, SCHEMA_NTS, c, plain);
	if (c->nts.ratchet) { /* below rotate, which takes it back */
		word(k, "nts");
		word(k, "ratchet");
		end_line(k);
	}
}

void
config_print(const struct config *c, bool with_defaults, const struct config_sink *to)
{
	struct print k = { .to = to };
	struct config plain;

	config_defaults(&plain, NULL);
	sources(&k, c);
	access_lines(&k, c, &plain);
	files(&k, c);
	plain_lines(&k, c, &plain);
	key_ranges(&k, c);
	switches(&k, c, &plain);
	tuning(&k, c, &plain);
	skew_line(&k, c);
	card_lines(&k, c);
	nts_lines(&k, c, &plain);
	logs(&k, c, &plain);
	kept_lines(&k, c);
	if (with_defaults) {
		put(&k, "\n# in force by default:\n");
		k.comment = true;
		plain_lines(&k, c, &plain);
		group_lines(&k, SCHEMA_DISCARD, c, &plain);
		group_lines(&k, SCHEMA_MRU, c, &plain);
		tuning(&k, c, &plain);
	}
}
