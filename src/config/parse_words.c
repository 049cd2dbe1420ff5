/* SPDX-License-Identifier: BSD-2-Clause */
/* The directives that are lists of words: switches, logs, statistics, files, leap smear. */
#include <string.h>
#include "parse.h"
#include "value.h"

/* ---- enable, disable ---- */

void
parse_switches(struct parser *p)
{
	bool on = strcmp(parse_word(p, 0), "enable") == 0;
	bool quiet = p->quiet;

	if (p->line.n == 1) {
		parse_options(p, SCHEMA_SWITCH, 1, NULL);
		return;
	}
	for (unsigned i = 1; i < p->line.n && !p->failed; i++) {
		const struct schema_row *row = parse_find(p, SCHEMA_SWITCH, i);
		if (row == NULL) {
			return;
		}
		if (on) {
			p->c->switches |= row->bit;
		} else {
			p->c->switches &= ~row->bit;
		}
		/* A wish for what is so anyway needs no answer. */
		p->quiet = quiet || on == (row->initial != NULL);
		parse_state(p, row, i);
		p->quiet = quiet;
	}
}

/* ---- logconfig ---- */

struct log_word {
	const char *word;
	uint32_t bits;
};

static const struct log_word log_classes[] = {
	{ "clock", 0xfu << 4 * LOG_CLASS_CLOCK },
	{ "peer", 0xfu << 4 * LOG_CLASS_PEER },
	{ "sync", 0xfu << 4 * LOG_CLASS_SYNC },
	{ "sys", 0xfu << 4 * LOG_CLASS_SYS },
	{ "all", 0xffffu },
};
static const struct log_word log_kinds[] = {
	{ "info", 0x1111u * LOG_KIND_INFO },
	{ "events", 0x1111u * LOG_KIND_EVENTS },
	{ "statistics", 0x1111u * LOG_KIND_STATISTICS },
	{ "status", 0x1111u * LOG_KIND_STATUS },
	{ "all", 0xffffu },
	{ "", 0xffffu },
};

/* "syncall", "peerstatus", "all"; also a kind alone, for every class. */
static bool
log_bits(const char *word, uint32_t *bits)
{
	for (unsigned k = 0; k < 5; k++) {
		if (strcmp(word, log_kinds[k].word) == 0) {
			*bits = log_kinds[k].bits;
			return true;
		}
	}
	for (unsigned c = 0; c < 5; c++) {
		size_t len = strlen(log_classes[c].word);
		if (strncmp(word, log_classes[c].word, len) != 0) {
			continue;
		}
		for (unsigned k = 0; k < 6; k++) {
			if (strcmp(word + len, log_kinds[k].word) == 0) {
				*bits = log_classes[c].bits & log_kinds[k].bits;
				return true;
			}
		}
	}
	return false;
}

void
parse_logconfig(struct parser *p)
{
	char sign = '=';
	bool cleared = false;

	if (p->line.n == 1) {
		parse_error(p, 1, "'logconfig' wants words such as =syncall +sysevents");
		return;
	}
	for (unsigned i = 1; i < p->line.n; i++) {
		const char *word = parse_word(p, i);
		uint32_t bits;
		if (word[0] == '=' || word[0] == '+' || word[0] == '-') {
			sign = *word++;
			cleared = false;
		}
		if (word[0] == '\0') {
			continue; /* "= syncall" */
		}
		if (!log_bits(word, &bits)) {
			parse_warn(p, i,
			    "'%s' is no class and kind of messages, expected a word such as "
			    "syncall or sysevents: ignored",
			    word);
			continue;
		}
		if (sign == '=' && !cleared) {
			p->c->log_mask = 0;
			cleared = true;
		}
		p->c->log_mask = sign == '-' ? p->c->log_mask & ~bits : p->c->log_mask | bits;
	}
}

/* ---- statistics, filegen ---- */

static unsigned
stats_of(const char *word)
{
	unsigned i = 0;

	while (i < STATS_N && strcmp(config_stats_name((enum config_stats)i), word) != 0) {
		i++;
	}
	return i;
}

void
parse_statistics(struct parser *p)
{
	unsigned good = 0;

	if (p->line.n == 1) {
		parse_options(p, SCHEMA_STATISTICS, 1, NULL);
		return;
	}
	for (unsigned i = 1; i < p->line.n && !p->failed; i++) {
		const struct schema_row *row = parse_find(p, SCHEMA_STATISTICS, i);
		if (row == NULL) {
			(void)parse_without_entry(p);
			continue;
		}
		good++;
		parse_state(p, row, i);
		p->c->filegens[stats_of(row->word)].enabled = true;
	}
	p->failed = p->failed || good == 0;
}

/* The last word behind that one. */
static unsigned
word_behind(const struct parser *p, const char *word)
{
	unsigned i = p->line.n - 1;

	while (i > 1 && strcmp(parse_word(p, i - 1), word) != 0) {
		i--;
	}
	return i;
}

/* A part of it leads to the folder above. */
static bool
leaves_folder(const char *file)
{
	for (const char *at = file; at != NULL && *at != '\0';) {
		size_t n = strcspn(at, "/");
		if (n == 2 && memcmp(at, "..", n) == 0) {
			return true;
		}
		at += n + (at[n] == '/');
	}
	return false;
}

void
parse_filegen(struct parser *p)
{
	if (p->line.n == 1) {
		parse_options(p, SCHEMA_STATISTICS, 1, NULL);
		return;
	}
	const struct schema_row *row = parse_find(p, SCHEMA_STATISTICS, 1);
	if (row == NULL) {
		return;
	}
	parse_state(p, row, 1);
	struct config_filegen *g = &p->c->filegens[stats_of(row->word)];
	struct config_filegen work = *g;
	work.enabled = true; /* unless the line says disable */
	if (p->line.n > 2) {
		parse_options(p, SCHEMA_FILEGEN, 2, &work);
	}
	if (!p->failed && leaves_folder(work.file)) {
		parse_error(p, word_behind(p, "file"), "'%s' leads out of statsdir", work.file);
	}
	if (!p->failed) {
		if (work.file == NULL) {
			work.file = row->word;
		}
		*g = work;
	}
}

/* ---- setvar, reset ---- */

/* The words after setvar as "name=value", whether or not blanks stand around the '='. */
static unsigned
read_assignment(struct parser *p, char *name, size_t cap, const char **value)
{
	const char *first = parse_word(p, 1), *equal = first == NULL ? NULL : strchr(first, '=');
	struct text t = text_over(name, cap);
	unsigned i = 2;

	*value = NULL;
	if (first == NULL) {
		return 1;
	}
	if (equal != NULL) {
		text_put_n(&t, first, (size_t)(equal - first));
		*value = equal[1] == '\0' ? NULL : equal + 1;
	} else {
		text_put(&t, first);
		const char *second = parse_word(p, 2);
		if (second == NULL || second[0] != '=') {
			return 2;
		}
		*value = second[1] == '\0' ? NULL : second + 1;
		i = 3;
	}
	if (*value == NULL) {
		*value = parse_word(p, i);
		i++;
	}
	return i;
}

void
parse_setvar(struct parser *p)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	char name[TOKEN_WORD_MAX + 1];
	const char *value;
	unsigned i = read_assignment(p, name, sizeof name, &value);
	struct config_setvar v = { .is_default = false };

	if (value == NULL || name[0] == '\0' || strspn(name, allowed) != strlen(name)) {
		parse_error(p, 1,
		    "'setvar' wants NAME=VALUE, the name of letters, digits, '_', '.' and '-'");
		return;
	}
	if (parse_word(p, i) != NULL && strcmp(parse_word(p, i), "default") == 0) {
		v.is_default = true;
		i++;
	}
	parse_done(p, i);
	if (p->failed) {
		return;
	}
	v.name = parse_keep(p, name);
	v.value = parse_keep(p, value);
	for (unsigned j = 0; j < p->c->setvars_n; j++) {
		if (strcmp(p->c->setvars[j].name, v.name) == 0) {
			p->c->setvars[j] = v;
			return;
		}
	}
	if (p->c->setvars_n == SETVARS_MAX) {
		parse_error(p, 0, "more than %d variables", (int)SETVARS_MAX);
		return;
	}
	struct config_setvar *at = parse_grow(p, p->c->setvars, p->c->setvars_n, sizeof *at);
	if (at != NULL) {
		p->c->setvars = at;
		at[p->c->setvars_n++] = v;
	}
}

void
parse_reset(struct parser *p)
{
	if (p->line.n == 1) {
		parse_options(p, SCHEMA_RESET, 1, NULL);
		return;
	}
	for (unsigned i = 1; i < p->line.n && !p->failed; i++) {
		const struct schema_row *row = parse_find(p, SCHEMA_RESET, i);
		const char **at = parse_grow(p, p->c->resets, p->c->resets_n, sizeof *at);
		if (row != NULL && at != NULL) {
			parse_state(p, row, i);
			p->c->resets = at;
			at[p->c->resets_n++] = row->word;
		}
	}
}

/* ---- pollskewlist ---- */

/* A length of a window: a whole number of seconds up to half the interval. */
static int32_t
skew_length(struct parser *p, unsigned i, const char *poll, int64_t most)
{
	const char *word = parse_word(p, i);
	int64_t n = -1;

	if (word == NULL || !text_to_i64(word, &n) || n < 0 || n > most) {
		parse_error(p, i, "'pollskewlist' wants two lengths from 0 to %d s for '%s'%s%s%s",
		    (int)most, poll, word == NULL ? "" : ", found '", word == NULL ? "" : word,
		    word == NULL ? "" : "'");
		return 0;
	}
	return (int32_t)n;
}

/* Triples of a poll exponent, or default, and how early and how late; none: as it was built. */
void
parse_pollskew(struct parser *p)
{
	struct config *c = p->c;

	if (p->line.n == 1) {
		memset(c->skew, 0, sizeof c->skew);
		c->skew_default = (struct config_skew){ .given = false };
	}
	for (unsigned i = 1; i < p->line.n && !p->failed; i += 3) {
		const char *word = parse_word(p, i);
		struct config_skew *at = &c->skew_default;
		int64_t poll = CONFIG_POLL_MAX;
		if (strcmp(word, "default") != 0) {
			if (!text_to_i64(word, &poll) || poll < CONFIG_POLL_MIN ||
			    poll > CONFIG_POLL_MAX) {
				parse_error(p, i,
				    "'pollskewlist' wants a poll exponent from %d to %d or "
				    "default, found '%s'",
				    (int)CONFIG_POLL_MIN, (int)CONFIG_POLL_MAX, word);
				return;
			}
			at = &c->skew[poll];
		}
		at->early_s = skew_length(p, i + 1, word, INT64_C(1) << (poll - 1));
		if (!p->failed) {
			at->late_s = skew_length(p, i + 2, word, INT64_C(1) << (poll - 1));
		}
		at->given = true;
	}
}

/* ---- files with a second word ---- */

void
parse_driftfile(struct parser *p)
{
	const char *path = parse_word(p, 1), *threshold = parse_word(p, 2);
	double ppm = 0;

	if (path == NULL || path[0] == '\0') {
		p->c->driftfile = NULL; /* takes an earlier line back */
		p->c->drift_threshold_ppm = 0;
		parse_done(p, 2);
		return;
	}
	if (threshold != NULL && (!text_to_double(threshold, &ppm) || ppm < 0 || ppm > 500)) {
		parse_error(p, 2,
		    "the threshold of 'driftfile' wants a number from 0 to 500 ppm, found '%s'",
		    threshold);
		return;
	}
	parse_done(p, 3);
	p->c->driftfile = parse_keep(p, path);
	p->c->drift_threshold_ppm = ppm + 0.0;
}

/* The line given last counts, with its interval or none. */
void
parse_tempcomp(struct parser *p)
{
	const char *path = parse_word(p, 1);
	struct config given = { 0 };

	if (path == NULL) {
		parse_error(p, 1, "'tempcomp' wants the path of a sensor");
		return;
	}
	value_defaults(SCHEMA_TEMPCOMP, &given);
	if (parse_word(p, 2) != NULL) {
		parse_options(p, SCHEMA_TEMPCOMP, 2, &given);
	}
	if (!p->failed) {
		p->c->tempcomp = path[0] != '\0' ? parse_keep(p, path) : NULL;
		p->c->tempcomp_interval_s = given.tempcomp_interval_s;
	}
}

void
parse_leapfile(struct parser *p)
{
	const char *path = parse_word(p, 1);

	if (path == NULL) {
		parse_error(p, 1, "'leapfile' wants a path");
		return;
	}
	p->c->leapfile = parse_keep(p, path[0] == '\0' ? "none" : path);
	p->c->leapfile_checkhash = true;
	if (p->line.n > 2) {
		parse_options(p, SCHEMA_LEAPFILE, 2, p->c);
	}
}

/* ---- leap smear ---- */

static void
set_smear(struct parser *p, const struct config_smear *s)
{
	struct config *c = p->c;
	unsigned i = 0;

	while (i < c->smears_n &&
	    (c->smears[i].addr.family != s->addr.family ||
		!addr_equal(&c->smears[i].addr, &s->addr))) {
		i++;
	}
	if (i == c->smears_n) {
		if (!(s->interval_s > 0)) {
			return; /* off, and it was not on */
		}
		if (i == SMEARS_MAX) {
			parse_error(p, 0, "more than %d addresses with a leap smear",
			    (int)SMEARS_MAX);
			return;
		}
		struct config_smear *at = parse_grow(p, c->smears, i, sizeof *at);
		if (at == NULL) {
			return;
		}
		c->smears = at;
		c->smears_n++;
	}
	c->smears[i] = *s;
	if (!(s->interval_s > 0)) { /* taken back */
		c->smears[i] = c->smears[--c->smears_n];
	}
}

static void
advise_interval(struct parser *p, unsigned i, double interval_s)
{
	if (interval_s > 0 && interval_s < 7200) {
		parse_warn(p, i,
		    "a leap smear of less than 7200 s is faster than many clients follow");
	}
}

void
parse_smear_interval(struct parser *p)
{
	struct config_smear s = { .form = SMEAR_COSINE };
	const struct schema_row *row = schema_find(SCHEMA_SMEAR, "interval");
	const char *word = parse_word(p, 1);

	if (word == NULL) {
		parse_error(p, 1, "'leapsmearinterval' wants a number from 0 to 86400");
		return;
	}
	if (value_read(row, word, &s, p->arena) != VALUE_OK) {
		parse_error(p, 1, "'leapsmearinterval' wants a number from 0 to 86400, found '%s'",
		    word);
		return;
	}
	parse_done(p, 2);
	advise_interval(p, 1, s.interval_s);
	if (!p->failed) {
		set_smear(p, &s);
	}
}

void
parse_smear(struct parser *p)
{
	struct config_smear s = { .form = SMEAR_COSINE, .interval_s = -1 };

	if (p->line.n == 1) {
		parse_options(p, SCHEMA_SMEAR, 1, NULL);
		return;
	}
	for (unsigned i = 1; i < p->line.n && !p->failed;) {
		const struct schema_row *row = parse_find(p, SCHEMA_SMEAR, i);
		if (row == NULL) {
			return;
		}
		unsigned next = parse_value(p, row, i, &s);
		if (!p->failed && row->at == SCHEMA_NOWHERE &&
		    !addr_parse(parse_word(p, i + 1), &s.addr)) {
			parse_error(p, i + 1, "'address' wants a numeric address, found '%s'",
			    parse_word(p, i + 1));
		}
		if (!p->failed) {
			parse_state(p, row, i);
		}
		i = next;
	}
	if (!p->failed && s.interval_s < 0) {
		parse_error(p, p->line.n, "'leapsmear' wants an interval");
	}
	if (!p->failed) {
		advise_interval(p, 0, s.interval_s);
		set_smear(p, &s);
	}
}

/* ---- lines that are kept as written ---- */

static void
check_ttl(struct parser *p, unsigned i)
{
	int64_t n;

	if (!text_to_i64(parse_word(p, i), &n) || n < 0 || n > 255) {
		parse_error(p, i, "'ttl' wants integers from 0 to 255, found '%s'",
		    parse_word(p, i));
	}
}

static void
check_group(struct parser *p, unsigned i)
{
	struct addr a;

	if (!addr_parse(parse_word(p, i), &a) || !addr_is_multicast(&a)) {
		parse_error(p, i, "'%s' wants multicast addresses, found '%s'", parse_word(p, 0),
		    parse_word(p, i));
	}
}

static void
check_kept(struct parser *p, const struct schema_row *row)
{
	unsigned n = p->line.n - 1;

	if ((double)n < row->lo) {
		parse_error(p, p->line.n, "'%s' wants an argument", row->word);
		return;
	}
	if ((double)n > row->hi && row->hi < 1) {
		parse_done(p, 1);
		return;
	}
	if ((double)n > row->hi) {
		parse_error(p, (unsigned)row->hi + 1,
		    "unexpected word '%s', expected at most %d after '%s'",
		    parse_word(p, (unsigned)row->hi + 1), (int)row->hi, row->word);
		return;
	}
	for (unsigned i = 1; i <= n && !p->failed; i++) {
		switch ((enum schema_kept)row->bit) {
		case KEPT_WORDS:
			break;
		case KEPT_NOVOLLEY: /* of ntpd 4.2.6 */
			parse_done(p, strcmp(parse_word(p, i), "novolley") == 0 ? 2 : 1);
			break;
		case KEPT_TTLS:
			check_ttl(p, i);
			break;
		case KEPT_GROUPS:
			check_group(p, i);
			break;
		}
	}
}

static void
check_kept_options(struct parser *p, const struct schema_row *row)
{
	unsigned first = (unsigned)row->lo + 1;

	if (p->line.n < first) {
		parse_error(p, p->line.n, "'%s' wants an argument", row->word);
	} else if (p->line.n > first) {
		parse_options(p, row->opens, first, NULL);
	}
}

void
parse_kept(struct parser *p, const struct schema_row *row)
{
	if (row->arg == ARG_KEPT) {
		check_kept(p, row);
	} else {
		check_kept_options(p, row);
	}
	size_t cap = p->line.raw_len + 3 * (size_t)p->line.n + 1;
	char *buf = arena_alloc(p->arena, cap);
	struct config_kept *at = parse_grow(p, p->c->kept, p->c->kept_n, sizeof *at);
	if (p->failed || at == NULL || buf == NULL) {
		p->exhausted = p->exhausted || buf == NULL;
		return;
	}
	struct text t = text_over(buf, cap);
	for (unsigned i = 1; i < p->line.n; i++) {
		text_put(&t, i == 1 ? "" : " ");
		value_put_word(parse_word(p, i), &t);
	}
	p->c->kept = at;
	at[p->c->kept_n++] = (struct config_kept){ .keyword = row->word, .arguments = buf };
}
