/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of ntp.conf: consistent in itself, and told by ntp.conf(5) word by word. */
#include "config/schema.h"
#include "conf.h"
#include "config/value.h"

enum { LINE_LEN = 256, BLOCK_LEN = 3000, WORDS_MAX = 4 };

/* ---- the table itself ---- */

static void
each_word_is_once_in_its_group_and_found_there(void **state)
{
	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		assert_ptr_equal(schema_find(row->group, row->word), row);
		assert_true(row->group < SCHEMA_GROUPS);
		assert_true(row->lo <= row->hi || row->arg == ARG_KEPT_OPTIONS);
	}
	assert_null(schema_find(SCHEMA_TOP, "iburst"));
	assert_null(schema_find(SCHEMA_TOP, ""));
}

static void
what_never_acts_says_why_and_what_acts_does_not(void **state)
{
	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		assert_int_equal(row->state == STATE_NEVER, row->reason != NULL);
	}
}

static void
each_default_lies_in_its_range(void **state)
{
	union {
		struct config config;
		struct config_source source;
	} base;

	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (value_wanted(row) && row->initial != NULL) {
			memset(&base, 0, sizeof base);
			if (row->arg == ARG_CHOICES) { /* a list: asserts by itself */
				value_defaults(row->group, &base);
				continue;
			}
			assert_int_equal(value_read(row, row->initial, &base, NULL), VALUE_OK);
		}
	}
}

static void
suggests_the_word_that_was_meant(void **state)
{
	static const struct {
		enum schema_group group;
		const char *word, *meant;
	} cases[] = {
		{ SCHEMA_TOP, "servr", "server" },
		{ SCHEMA_TOP, "sever", "server" },
		{ SCHEMA_TOP, "Server", "server" },
		{ SCHEMA_TOP, "drfitfile", "driftfile" },
		{ SCHEMA_TOP, "drift_file", "driftfile" },
		{ SCHEMA_TOP, "restict", "restrict" },
		{ SCHEMA_TOP, "pol", "pool" },
		{ SCHEMA_TOP, "interfaces", "interface" },
		{ SCHEMA_TOP, "include", NULL },
		{ SCHEMA_TOP, "makestep", NULL },
		{ SCHEMA_TOP, "", NULL },
		{ SCHEMA_TOP, "x", NULL },
		{ SCHEMA_TOP, "allow", NULL },
		{ SCHEMA_SOURCE, "ibrust", "iburst" },
		{ SCHEMA_RESTRICT, "noquerry", "noquery" },
		{ SCHEMA_RESTRICT, "no_query", "noquery" },
		{ SCHEMA_TOP,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = schema_suggest(cases[i].group, cases[i].word);
		if (!text_equal(got, cases[i].meant)) {
			print_message("# %s -> %s\n", cases[i].word, got == NULL ? "nothing" : got);
		}
		assert_true(text_equal(got, cases[i].meant));
	}
}

static void
knows_every_type_of_reference_clock(void **state)
{
	static const int32_t never_existed[] = { 0, 2, 15, 23, 24, 25, 100, 255 };

	(void)state;
	for (unsigned i = 0; i < sizeof never_existed / sizeof never_existed[0]; i++) {
		assert_null(schema_clock_of_type(never_existed[i]));
	}
	assert_int_equal(schema_clock_of_type(1)->state, STATE_ACTS);
	assert_int_equal(schema_clock_of_type(3)->state, STATE_NEVER);
	assert_int_equal(schema_clock_of_name("shm")->type, 28);
	assert_int_equal(schema_clock_of_name("sock")->type, 47);
	assert_null(schema_clock_of_name("sundial"));
}

/* ---- the manual page ---- */

static const char *const group_names[SCHEMA_GROUPS] = {
	[SCHEMA_TOP] = "top",
	[SCHEMA_SOURCE] = "source",
	[SCHEMA_REFCLOCK] = "refclock",
	[SCHEMA_FUDGE] = "fudge",
	[SCHEMA_DEVICE] = "device",
	[SCHEMA_RESTRICT] = "restrict",
	[SCHEMA_RESTRICT_SCOPE] = "restrict scope",
	[SCHEMA_DISCARD] = "discard",
	[SCHEMA_LIMIT] = "limit",
	[SCHEMA_MRU] = "mru",
	[SCHEMA_LISTEN_ACT] = "interface action",
	[SCHEMA_LISTEN_WHAT] = "interface what",
	[SCHEMA_SWITCH] = "switch",
	[SCHEMA_TINKER] = "tinker",
	[SCHEMA_TOS] = "tos",
	[SCHEMA_RLIMIT] = "rlimit",
	[SCHEMA_STATISTICS] = "statistics",
	[SCHEMA_FILEGEN] = "filegen",
	[SCHEMA_LEAPFILE] = "leapfile",
	[SCHEMA_SMEAR] = "leapsmear",
	[SCHEMA_NTS] = "nts",
	[SCHEMA_RESET] = "reset",
	[SCHEMA_CRYPTO] = "crypto",
	[SCHEMA_TRAP] = "trap",
	[SCHEMA_EXTRA] = "extra",
	[SCHEMA_CARD] = "hwtimestamp",
	[SCHEMA_TEMPCOMP] = "tempcomp",
};

/* One or several .It lines and what stands below them. */
struct item {
	enum schema_group group;
	char words[WORDS_MAX][64];
	unsigned words_n;
	char prose[BLOCK_LEN];   /* the text lines, joined by blanks */
	char example[BLOCK_LEN]; /* the .Dl lines */
	char marked[BLOCK_LEN];  /* the words of .Cm lines, a blank before and behind each */
};

/* The line in parentheses that the page must have for a row. */
static void
summary(const struct schema_row *row, struct text *t)
{
	static const char *const whens[] = { "at start", "at start and reload",
		"at start, reload and from ntpq" };
	bool ranged = row->arg == ARG_INT || row->arg == ARG_INT_GIVEN ||
	    row->arg == ARG_INT_ALONE || row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN;

	text_char(t, '(');
	if (value_wanted(row) && row->initial != NULL) {
		text_printf(t, "default %s; ", row->initial);
	}
	if (row->group == SCHEMA_SWITCH) {
		text_printf(t, "%s by default; ", row->initial != NULL ? "on" : "off");
	}
	if (ranged && row->hi < 1e9) {
		value_put_real(row->lo, t);
		text_put(t, " to ");
		value_put_real(row->hi, t);
		text_put(t, "; ");
	} else if (ranged && row->lo > -1e9) {
		value_put_real(row->lo, t);
		text_put(t, " or more; ");
	}
	text_put(t, whens[row->when]);
	text_put(t,
	    row->state == STATE_NOT_YET     ? "; not in effect in this version"
		: row->state == STATE_NEVER ? "; never in effect"
					    : "");
	text_char(t, ')');
}

/* A word that does not act says so, itself or through its directive or clock; one that acts not. */
static void
check_state(struct conf *k, const struct schema_row *row)
{
	char buf[128];
	struct text t = text_over(buf, sizeof buf);
	const char *said = conf_said(k);

	text_printf(&t, "'%s' is recognised, ", row->word);
	if (row->state == STATE_ACTS && strstr(said, buf) != NULL) {
		fail_msg("'%s' acts but says: %s", row->word, said);
	}
	if (row->state == STATE_NOT_YET &&
	    strstr(said, " is recognised, not in effect in this version") == NULL) {
		fail_msg("'%s' does not act and does not say so", row->word);
	}
	if (row->state == STATE_NEVER && strstr(said, " is recognised, ") == NULL) {
		fail_msg("'%s' never acts and does not say so", row->word);
	}
}

static void
check_example(const struct item *it, const struct schema_row *row)
{
	if (row->arg == ARG_SIMULATE) {
		return;
	}
	if (strstr(it->example, row->word) == NULL) {
		fail_msg("the example of '%s' does not show it", row->word);
	}
	struct conf *k = conf_of(it->example);
	if (k->d.errors > 0) {
		fail_msg("the example of '%s' is wrong: %s", row->word, conf_said(k));
	}
	check_state(k, row);
	conf_end(k);
}

/* The range of a word that takes one of several words: all of them are named. */
static void
check_choices(const struct item *it, const struct schema_row *row)
{
	for (const struct schema_choice *c = row->choices; c != NULL && c->word != NULL; c++) {
		char buf[64];
		struct text t = text_over(buf, sizeof buf);
		text_printf(&t, " %s ", c->word);
		if (strstr(it->marked, buf) == NULL) {
			fail_msg("ntp.conf(5) does not name the choice '%s' of '%s'", c->word,
			    row->word);
		}
	}
}

static void
check_item(const struct item *it, bool *told)
{
	for (unsigned i = 0; i < it->words_n; i++) {
		char buf[256];
		struct text t = text_over(buf, sizeof buf);
		const struct schema_row *row = schema_find(it->group, it->words[i]);
		if (row == NULL) {
			fail_msg("ntp.conf(5) has '%s' of %s, the schema has not", it->words[i],
			    group_names[it->group]);
			return;
		}
		if (told[row - schema_rows]) {
			fail_msg("ntp.conf(5) has '%s' of %s twice", row->word,
			    group_names[row->group]);
		}
		told[row - schema_rows] = true;
		summary(row, &t);
		if (strstr(it->prose, buf) == NULL) {
			fail_msg("ntp.conf(5) should have for '%s' of %s: %s", row->word,
			    group_names[row->group], buf);
		}
		if (strlen(it->prose) < strlen(buf) + 10) {
			fail_msg("ntp.conf(5) does not say what '%s' does", row->word);
		}
		check_choices(it, row);
		check_example(it, row);
	}
}

/* The rest of a line after a macro, without its newline; NULL when it is another macro. */
static const char *
after(const char *line, const char *macro)
{
	size_t len = strlen(macro);

	return strncmp(line, macro, len) == 0 ? line + len : NULL;
}

static enum schema_group
group_of(const char *name)
{
	for (unsigned i = 0; i < SCHEMA_GROUPS; i++) {
		if (strcmp(group_names[i], name) == 0) {
			return (enum schema_group)i;
		}
	}
	fail_msg("ntp.conf(5) names a group '%s' that the schema has not", name);
	return SCHEMA_TOP;
}

/* mdoc's escapes that examples use. */
static void
put_example(struct text *out, const char *s)
{
	while (*s != '\0') {
		if (strncmp(s, "\\(dq", 4) == 0) {
			text_char(out, '"');
			s += 4;
		} else {
			text_char(out, *s++);
		}
	}
	text_char(out, '\n');
}

static void
read_line(const char *line, struct item *it, bool *told)
{
	const char *rest;
	struct text prose =
	    text_over(it->prose + strlen(it->prose), sizeof it->prose - strlen(it->prose));
	struct text example =
	    text_over(it->example + strlen(it->example), sizeof it->example - strlen(it->example));
	struct text marked =
	    text_over(it->marked + strlen(it->marked), sizeof it->marked - strlen(it->marked));

	if ((rest = after(line, ".Cm ")) != NULL) {
		text_printf(&marked, " %s ", rest);
	} else if ((rest = after(line, ".Dl ")) != NULL) {
		put_example(&example, rest);
	} else if (line[0] != '.') {
		text_printf(&prose, "%s ", line);
	} else if (strncmp(line, ".It ", 4) == 0 || strcmp(line, ".El") == 0) {
		if (it->prose[0] != '\0') {
			check_item(it, told);
			it->words_n = 0;
			it->prose[0] = it->example[0] = it->marked[0] = '\0';
		}
		if (line[1] == 'I') {
			assert_true(it->words_n < WORDS_MAX);
			char *word = it->words[it->words_n++];
			struct text w = text_over(word, sizeof it->words[0]);
			text_put_n(&w, line + 7, strcspn(line + 7, " "));
		}
	}
	assert_false(prose.cut || example.cut || marked.cut);
}

static void
the_manual_page_tells_every_word_and_no_other(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[1024], line[LINE_LEN];
	struct text p = text_over(path, sizeof path);
	static struct item it;
	static bool told[512];
	bool inside = false;

	(void)state;
	assert_true(schema_rows_n <= sizeof told / sizeof told[0]);
	text_printf(&p, "%s/man/ntp.conf.5", top == NULL ? "." : top);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		const char *group = after(line, ".\\\" schema: ");
		if (group != NULL) {
			memset(&it, 0, sizeof it);
			it.group = group_of(group);
			inside = true;
		} else if (inside) {
			read_line(line, &it, told);
			inside = strcmp(line, ".El") != 0;
		}
	}
	assert_int_equal(fclose(f), 0);
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (!told[i]) {
			fail_msg("ntp.conf(5) has no .It for '%s' of %s", schema_rows[i].word,
			    group_names[schema_rows[i].group]);
		}
	}
}

/* ---- the list of words ---- */

/* "group TAB word TAB prio TAB state"; false for a comment. */
static bool
read_word(char *line, const struct schema_row **row, const char **state)
{
	char *save = NULL, *group = strtok_r(line, "\t\n", &save);

	if (group == NULL || group[0] == '#') {
		return false;
	}
	const char *word = strtok_r(NULL, "\t\n", &save), *prio = strtok_r(NULL, "\t\n", &save);
	*state = strtok_r(NULL, "\t\n", &save);
	assert_non_null(*state);
	assert_non_null(strstr(" A B C new ", prio));
	*row = schema_find(group_of(group), word);
	if (*row == NULL) {
		fail_msg("'%s' of %s is not in the schema", word, group);
		return false;
	}
	return true;
}

/* Also the command that counts them: the numbers are in its output. */
static void
every_word_of_the_reference_acts_or_says_why_not(void **state)
{
	static const char *const states[] = {
		[STATE_ACTS] = "acts",
		[STATE_NOT_YET] = "not-yet",
		[STATE_NEVER] = "never",
	};
	const char *top = getenv("top_srcdir"), *said;
	unsigned count[STATE_NEVER + 1] = { 0 }, n = 0;
	const struct schema_row *row;
	char path[1024], line[LINE_LEN];
	struct text p = text_over(path, sizeof path);

	(void)state;
	text_printf(&p, "%s/tests/data/conf/directives.txt", top == NULL ? "." : top);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (!read_word(line, &row, &said)) {
			continue;
		}
		if (strcmp(states[row->state], said) != 0) {
			fail_msg("'%s' of %s: %s, not %s", row->word, group_names[row->group],
			    states[row->state], said);
		}
		count[row->state]++;
		n++;
	}
	assert_int_equal(fclose(f), 0);
	assert_int_equal(n, schema_rows_n);
	print_message("# of %u words %u act, %u do not yet, %u never will\n", n, count[STATE_ACTS],
	    count[STATE_NOT_YET], count[STATE_NEVER]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_is_once_in_its_group_and_found_there),
		cmocka_unit_test(what_never_acts_says_why_and_what_acts_does_not),
		cmocka_unit_test(each_default_lies_in_its_range),
		cmocka_unit_test(suggests_the_word_that_was_meant),
		cmocka_unit_test(knows_every_type_of_reference_clock),
		cmocka_unit_test(the_manual_page_tells_every_word_and_no_other),
		cmocka_unit_test(every_word_of_the_reference_acts_or_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
