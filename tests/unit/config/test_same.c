/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparing by the schema: every row is tried. Two texts are made from it, which differ in its word
 * alone, and their difference must be one of the row's part. Where a row does not say enough, the
 * tables here have the rest, and a new row without it fails.
 */
#include "config/diff.h"
#include "conf.h"
#include "config/value.h"

enum { TEXT_ROOM = 256 };

/* ---- two texts for each row ---- */

/* What stands around a word of a group, and the same without one; NULL: there must be one. */
static const struct {
	const char *front, *back, *without;
} lines[SCHEMA_GROUPS] = {
	[SCHEMA_TOP] = { "", "", "" },
	[SCHEMA_SOURCE] = { "server a.example ", "", "server a.example" },
	[SCHEMA_REFCLOCK] = { "refclock local ", "", "refclock local" },
	[SCHEMA_FUDGE] = { "server 127.127.1.0\nfudge 127.127.1.0 ", "", "server 127.127.1.0" },
	[SCHEMA_DEVICE] = { "server 127.127.1.0\ndevice 127.127.1.0 ", "", "server 127.127.1.0" },
	[SCHEMA_RESTRICT] = { "restrict 192.0.2.0 ", "", "restrict 192.0.2.0" },
	[SCHEMA_RESTRICT_SCOPE] = { "restrict ", "", NULL },
	[SCHEMA_DISCARD] = { "discard ", "", "" },
	[SCHEMA_LIMIT] = { "limit ", "", "" },
	[SCHEMA_MRU] = { "mru ", "", "" },
	[SCHEMA_LISTEN_ACT] = { "interface ", " eth0", NULL },
	[SCHEMA_LISTEN_WHAT] = { "interface listen ", "", NULL },
	[SCHEMA_SWITCH] = { "enable ", "", "" },
	[SCHEMA_TINKER] = { "tinker ", "", "" },
	[SCHEMA_TOS] = { "tos ", "", "" },
	[SCHEMA_RLIMIT] = { "rlimit ", "", "" },
	[SCHEMA_STATISTICS] = { "statistics ", "", "" },
	[SCHEMA_FILEGEN] = { "filegen loopstats ", "", "filegen loopstats" },
	[SCHEMA_LEAPFILE] = { "leapfile /x ", "", "leapfile /x" },
	[SCHEMA_SMEAR] = { "leapsmear interval 7200 ", "", "leapsmear interval 7200" },
	[SCHEMA_NTS] = { "nts ", "", "" },
	[SCHEMA_RESET] = { "reset ", "", NULL },
	[SCHEMA_CRYPTO] = { "crypto ", "", "crypto" },
	[SCHEMA_TRAP] = { "trap 192.0.2.1 ", "", "trap 192.0.2.1" },
	[SCHEMA_EXTRA] = { "extra ", "", "" },
	[SCHEMA_CARD] = { "hwtimestamp eth0 ", "", "" },
	[SCHEMA_TEMPCOMP] = { "tempcomp /x ", "", "tempcomp /x" },
};

/* What follows a directive with a grammar of its own. */
static const char *const behind[] = {
	[ARG_SOURCE] = "a.example",
	[ARG_REFCLOCK_NAME] = "local",
	[ARG_UNPEER] = "7",
	[ARG_FUDGE] = "127.127.1.0 stratum 3\nserver 127.127.1.0",
	[ARG_DEVICE] = "127.127.1.0 timedata /x\nserver 127.127.1.0",
	[ARG_RESTRICT] = "default",
	[ARG_LISTEN] = "listen all",
	[ARG_SWITCHES] = "ntp calibrate",
	[ARG_KEY_LIST] = "7",
	[ARG_LOGCONFIG] = "=all",
	[ARG_STATISTICS] = "loopstats",
	[ARG_FILEGEN] = "loopstats",
	[ARG_SETVAR] = "a=b",
	[ARG_RESET] = "sys",
	[ARG_POLLSKEW] = "default 1 2",
	[ARG_DRIFTFILE] = "/x",
	[ARG_TEMPCOMP] = "/x",
	[ARG_LEAPFILE] = "/x",
	[ARG_SMEAR] = "interval 7200",
	[ARG_SMEAR_INTERVAL] = "7200",
	[ARG_SOURCEDIR] = "/x",
	[ARG_KEPT_OPTIONS] = "192.0.2.1",
	[ARG_CARD] = "eth0",
};

/* What follows an option whose row does not say it. */
static const struct {
	enum schema_group group;
	const char *word, *behind;
} options[] = {
	{ SCHEMA_RESTRICT, "mask", "255.255.255.0" },
	{ SCHEMA_RESTRICT, "serverresponse", "fuzz" },
	{ SCHEMA_SMEAR, "address", "192.0.2.1" },
	{ SCHEMA_FUDGE, "refid", "XYZ" },
	{ SCHEMA_CARD, "minsamples", "8" },
};

/* Words that only a source with nts may have. */
static bool
wants_nts(const struct schema_row *row)
{
	static const char *const words[] = { "noval", "ca", "aead", "ask", "require", "expire",
		"cert" };

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (row->group == SCHEMA_SOURCE && strcmp(row->word, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* A value that is not the default. */
static void
put_value(const struct schema_row *row, struct text *out)
{
	double first = 0.0;
	bool number = row->initial == NULL || text_to_double(row->initial, &first);

	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (options[i].group == row->group && strcmp(options[i].word, row->word) == 0) {
			text_printf(out, " %s", options[i].behind);
			return;
		}
	}
	if (row->arg == ARG_CHOICE || row->arg == ARG_CHOICES) {
		bool is_first = text_equal(row->initial, row->choices[0].word);
		text_printf(out, " %s", row->choices[is_first ? 1 : 0].word);
	} else if (row->arg == ARG_DATE) {
		text_put(out, " 2030-01-01");
	} else if (row->arg == ARG_TLS) {
		text_put(out, " TLS1.3");
	} else if (row->arg == ARG_TEXT || row->arg == ARG_PATH) {
		text_put(out, " x");
	} else if (value_wanted(row)) {
		assert_true(number);
		text_printf(out, " %.0f", value_same_real(row->hi, first) ? row->lo : row->hi);
	}
}

/* ARG_KEPT: words that its row takes. */
static const char *
kept_words(const struct schema_row *row)
{
	switch ((enum schema_kept)row->bit) {
	case KEPT_NOVOLLEY:
		return "";
	case KEPT_GROUPS:
		return "224.0.1.1";
	case KEPT_WORDS:
	case KEPT_TTLS:
		break;
	}
	return "7";
}

/* The words after a directive; NULL: nobody has said them here. */
static const char *
directive_words(const struct schema_row *row)
{
	bool group =
	    row->arg == ARG_SOURCE && (row->bit == SOURCE_BROADCAST || row->bit == SOURCE_MANYCAST);

	return row->arg == ARG_KEPT                       ? kept_words(row)
	    : group                                       ? "239.1.2.3"
	    : row->opens == SCHEMA_CRYPTO                 ? ""
	    : row->arg < sizeof behind / sizeof behind[0] ? behind[row->arg]
							  : NULL;
}

/* An option of the directive's group that is of its part. */
static const struct schema_row *
option_of(const struct schema_row *row)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].group == row->opens && schema_rows[i].part == row->part) {
			return &schema_rows[i];
		}
	}
	fail_msg("no option of '%s' is of its part", row->word);
	return row;
}

static bool
has_own_grammar(const struct schema_row *row)
{
	return row->group == SCHEMA_TOP && !value_wanted(row) && row->arg != ARG_OPTIONS;
}

/* The text with the row's word. */
static void
put_with(const struct schema_row *row, struct text *out)
{
	if (row->arg == ARG_OPTIONS) {
		put_with(option_of(row), out);
		return;
	}
	bool on = row->group == SCHEMA_SWITCH && row->initial != NULL;
	text_printf(out, "%s%s%s", on ? "disable " : lines[row->group].front,
	    wants_nts(row) ? "nts " : "", row->word);
	if (has_own_grammar(row)) {
		const char *words = directive_words(row);
		if (words == NULL) {
			fail_msg("'%s' has no example here", row->word);
		}
		text_printf(out, " %s", words);
	} else {
		put_value(row, out);
	}
	text_put(out, lines[row->group].back);
}

/* The word that sets the same field to the contrary, or, where one must stand, another one. */
static const struct schema_row *
instead_of(const struct schema_row *row)
{
	bool must = lines[row->group].without == NULL;
	bool on_or_off = row->arg == ARG_BOOL_ON || row->arg == ARG_BOOL_OFF;

	for (unsigned i = 0; i < schema_rows_n && (must || on_or_off); i++) {
		const struct schema_row *other = &schema_rows[i];
		if (other != row && other->group == row->group &&
		    (must || (other->at == row->at && other->arg != row->arg))) {
			return other;
		}
	}
	return NULL;
}

static void
put_without(const struct schema_row *row, struct text *out)
{
	const struct schema_row *instead = instead_of(row);

	if (instead != NULL) {
		put_with(instead, out);
	} else if (row->arg == ARG_FUDGE || row->arg == ARG_DEVICE) {
		text_put(out, "server 127.127.1.0");
	} else if (row->arg != ARG_OPTIONS) {
		text_printf(out, "%s%s", lines[row->group].without, wants_nts(row) ? " nts" : "");
	}
}

/* ---- what is said of them ---- */

static void
check_change(const struct schema_row *row, const struct config_change *change, const char *text)
{
	char buf[TEXT_ROOM];
	struct text said = text_over(buf, sizeof buf);

	config_change_format(change, &said);
	if (change->part != row->part) {
		fail_msg("'%s' is not of the part that differs by \"%s\": %s", row->word, text,
		    buf);
	}
	assert_null(strstr(buf, "(null)"));
	assert_int_equal(change->part == PART_SOURCES, change->was != change->now);
	assert_int_equal(change->part == PART_START, change->word != NULL);
}

static void
check_diff(const struct schema_row *row, struct conf *old, struct conf *new, const char *text)
{
	const struct config_change *change;
	int n = config_diff(old->c, new->c, new->arena, &change);
	const struct schema_row *directive = schema_of_group(row->group);
	const char *word = directive != NULL ? directive->word : row->word;
	bool named = row->part != PART_START;

	for (int i = 0; i < n; i++) {
		check_change(row, &change[i], text);
		named = named || text_equal(change[i].word, word);
	}
	if (n <= 0 || !named || config_same(old->c, new->c)) {
		fail_msg("nobody compares '%s': no difference by \"%s\"", row->word, text);
	}
}

static void
check_none(struct conf *k, const char *text)
{
	struct conf *again = conf_of(text);
	const struct config_change *change;

	assert_int_equal(config_diff(k->c, again->c, k->arena, &change), 0);
	assert_true(config_same(k->c, again->c));
	conf_end(again);
}

static void
check_row(const struct schema_row *row)
{
	char with[TEXT_ROOM], without[TEXT_ROOM];
	struct text w = text_over(with, sizeof with), o = text_over(without, sizeof without);

	put_with(row, &w);
	put_without(row, &o);
	assert_false(w.cut || o.cut);
	struct conf *old = conf_of(without), *new = conf_of(with);
	if (old->d.errors + new->d.errors > 0) {
		fail_msg("'%s' wants another example here: %s%s", row->word, conf_said(old),
		    conf_said(new));
	}
	check_diff(row, old, new, with);
	if (row->part != PART_UNPEER && row->part != PART_RESET) { /* both are done once */
		check_diff(row, new, old, without);
	}
	check_none(new, with);
	conf_end(old);
	conf_end(new);
}

/* ---- tests ---- */

static void
every_word_is_compared_and_its_change_is_one_of_its_part(void **state)
{
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].part != PART_NONE) {
			check_row(&schema_rows[i]);
			n++;
		}
	}
	assert_true(n > 200);
}

static void
only_words_that_say_nothing_themselves_are_of_no_part(void **state)
{
	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		assert_int_equal(row->part == PART_NONE,
		    row->arg == ARG_INCLUDE || row->arg == ARG_END || row->arg == ARG_SIMULATE);
	}
}

static void
what_is_read_once_is_of_the_part_that_is_only_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		assert_int_equal(schema_rows[i].part == PART_START,
		    schema_rows[i].when == WHEN_START);
	}
}

static void
every_part_has_words(void **state)
{
	bool has[PART_N] = { false };

	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		has[schema_rows[i].part] = true;
	}
	for (unsigned i = 0; i < PART_N; i++) {
		assert_true(has[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_compared_and_its_change_is_one_of_its_part),
		cmocka_unit_test(only_words_that_say_nothing_themselves_are_of_no_part),
		cmocka_unit_test(what_is_read_once_is_of_the_part_that_is_only_told),
		cmocka_unit_test(every_part_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
