/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of the schema: reading, printing, comparing. */
#include "value.h"
#include <assert.h>
#include <string.h>

static_assert(sizeof(enum config_loop) == sizeof(int32_t), "choices are stored as int32_t");

bool
value_wanted(const struct schema_row *row)
{
	switch (row->arg) {
	case ARG_SWITCH:
	case ARG_INT:
	case ARG_INT_GIVEN:
	case ARG_INT_ALONE:
	case ARG_UINT:
	case ARG_REAL:
	case ARG_REAL_GIVEN:
	case ARG_TEXT:
	case ARG_PATH:
	case ARG_TLS:
	case ARG_CHOICE:
	case ARG_CHOICES:
	case ARG_DATE:
		return true;
	case ARG_NONE:
	case ARG_FLAG:
	case ARG_BOOL_ON:
	case ARG_BOOL_OFF:
	case ARG_BOOL_MAYBE:
	case ARG_OPTIONS:
	case ARG_SOURCE:
	case ARG_REFCLOCK_NAME:
	case ARG_UNPEER:
	case ARG_FUDGE:
	case ARG_DEVICE:
	case ARG_RESTRICT:
	case ARG_LISTEN:
	case ARG_CARD:
	case ARG_SWITCHES:
	case ARG_KEY_LIST:
	case ARG_LOGCONFIG:
	case ARG_STATISTICS:
	case ARG_FILEGEN:
	case ARG_SETVAR:
	case ARG_RESET:
	case ARG_POLLSKEW:
	case ARG_DRIFTFILE:
	case ARG_TEMPCOMP:
	case ARG_LEAPFILE:
	case ARG_SMEAR:
	case ARG_SMEAR_INTERVAL:
	case ARG_SOURCEDIR:
	case ARG_INCLUDE:
	case ARG_END:
	case ARG_SIMULATE:
	case ARG_KEPT:
	case ARG_KEPT_OPTIONS:
		return false;
	}
	return false;
}

static bool
is_int(const struct schema_row *row)
{
	return row->arg == ARG_INT || row->arg == ARG_INT_GIVEN || row->arg == ARG_INT_ALONE;
}

static bool
is_text(const struct schema_row *row)
{
	return row->arg == ARG_TEXT || row->arg == ARG_PATH || row->arg == ARG_TLS;
}

static bool
is_bool(const struct schema_row *row)
{
	return row->arg == ARG_BOOL_ON || row->arg == ARG_BOOL_OFF || row->arg == ARG_BOOL_MAYBE;
}

/* ---- places; memcpy because base is any struct of the schema ---- */

static void
store(void *base, size_t at, const void *value, size_t size)
{
	if (at != SCHEMA_NOWHERE) {
		memcpy((char *)base + at, value, size);
	}
}

static void
fetch(const void *base, size_t at, void *value, size_t size)
{
	memcpy(value, (const char *)base + at, size);
}

static int32_t
fetch_int(const void *base, size_t at)
{
	int32_t v;

	fetch(base, at, &v, sizeof v);
	return v;
}

static uint32_t
fetch_uint(const void *base, size_t at)
{
	uint32_t v;

	fetch(base, at, &v, sizeof v);
	return v;
}

static double
fetch_real(const void *base, size_t at)
{
	double v;

	fetch(base, at, &v, sizeof v);
	return v;
}

static bool
fetch_bool(const void *base, size_t at)
{
	bool v;

	fetch(base, at, &v, sizeof v);
	return v;
}

static const char *
fetch_text(const void *base, size_t at)
{
	const char *v;

	fetch(base, at, &v, sizeof v);
	return v;
}

bool
value_same_real(double a, double b)
{
	return !(a < b) && !(a > b);
}

/* ---- dates ---- */

static bool
is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

static bool
two_digits(const char *s, int *out)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') {
		return false;
	}
	*out = (s[0] - '0') * 10 + (s[1] - '0');
	return true;
}

/* Days since 1900-01-01 to YYYY-MM-DD and back. */
static bool
date_read(const char *word, int32_t *days)
{
	int high, low, month, day;

	if (strlen(word) != 10 || word[4] != '-' || word[7] != '-' || !two_digits(word, &high) ||
	    !two_digits(word + 2, &low) || !two_digits(word + 5, &month) ||
	    !two_digits(word + 8, &day)) {
		return false;
	}
	int year = high * 100 + low;
	if (year < 1900 || year > 2170 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month)) {
		return false;
	}
	int32_t sum = day - 1;
	for (int y = 1900; y < year; y++) {
		sum += is_leap_year(y) ? 366 : 365;
	}
	for (int m = 1; m < month; m++) {
		sum += days_of_month(year, m);
	}
	*days = sum;
	return true;
}

static void
date_put(int32_t days, struct text *out)
{
	int year = 1900, month = 1;

	while (days >= (is_leap_year(year) ? 366 : 365)) {
		days -= is_leap_year(year) ? 366 : 365;
		year++;
	}
	while (days >= days_of_month(year, month)) {
		days -= days_of_month(year, month);
		month++;
	}
	text_printf(out, "%04d-%02d-%02d", year, month, (int)days + 1);
}

/* ---- reading ---- */

/* Fits v into the row's range as the row wants it. */
static enum value_result
fit(const struct schema_row *row, double *v)
{
	if (*v >= row->lo && *v <= row->hi) {
		return VALUE_OK;
	}
	switch (row->outside) {
	case OUTSIDE_REFUSED:
		return VALUE_BAD;
	case OUTSIDE_IGNORED:
		return VALUE_IGNORED;
	case OUTSIDE_CLAMPED:
		*v = *v < row->lo ? row->lo : row->hi;
		return VALUE_CHANGED;
	}
	return VALUE_BAD;
}

static enum value_result
read_int(const struct schema_row *row, const char *word, void *base)
{
	int64_t n;

	if (!text_to_i64(word, &n) || n > 1000000000000 || n < -1000000000000) {
		return VALUE_BAD;
	}
	double v = (double)n;
	enum value_result r = fit(row, &v);
	if (r == VALUE_BAD || r == VALUE_IGNORED) {
		return r;
	}
	if (row->arg == ARG_UINT) {
		uint32_t u = (uint32_t)v;
		store(base, row->at, &u, sizeof u);
		return r;
	}
	int32_t i = (int32_t)v, none = 0;
	bool given = row->arg == ARG_INT_GIVEN;
	store(base, row->at, &i, sizeof i);
	if (row->arg == ARG_INT_GIVEN || row->arg == ARG_INT_ALONE) {
		store(base, row->aside, &given, sizeof given);
	} else {
		store(base, row->aside, &none, sizeof none);
	}
	return r;
}

/*
 * A time of fudge with NTPsec's suffix: g adds 1024 weeks to it, after which the week number of GPS
 * begins anew, and G the 8192 of newer receivers.
 */
static bool
real_of(const struct schema_row *row, const char *word, double *out)
{
	static const double week_s = 7 * 86400.0;
	bool time = row->group == SCHEMA_FUDGE && (row->bit & (FUDGE_TIME1 | FUDGE_TIME2)) != 0;
	size_t n = strlen(word);
	char number[32];

	if (!time || n < 2 || n > sizeof number || (word[n - 1] != 'g' && word[n - 1] != 'G')) {
		return text_to_double(word, out);
	}
	memcpy(number, word, n - 1);
	number[n - 1] = '\0';
	if (!text_to_double(number, out)) {
		return false;
	}
	*out += (word[n - 1] == 'g' ? 1024 : 8192) * week_s;
	return true;
}

static enum value_result
read_real(const struct schema_row *row, const char *word, void *base)
{
	double v;

	if (!real_of(row, word, &v)) {
		return VALUE_BAD;
	}
	enum value_result r = fit(row, &v);
	if (r == VALUE_BAD || r == VALUE_IGNORED) {
		return r;
	}
	v += 0.0; /* no minus zero: it would print differently and mean the same */
	store(base, row->at, &v, sizeof v);
	if (row->arg == ARG_REAL_GIVEN) {
		bool given = true;
		store(base, row->aside, &given, sizeof given);
	} else {
		store(base, row->aside, &v, sizeof v);
	}
	return r;
}

static enum value_result
read_switch(const struct schema_row *row, const char *word, void *base)
{
	int64_t n = 0;
	enum value_result r = VALUE_OK;

	if (strcmp(word, "true") == 0) {
		n = 1;
	} else if (strcmp(word, "false") != 0 && !text_to_i64(word, &n)) {
		return VALUE_BAD;
	}
	if (n != 0 && n != 1) {
		n = 1;
		r = VALUE_CHANGED;
	}
	int32_t v = (int32_t)n;
	store(base, row->at, &v, sizeof v);
	return r;
}

static const char tls_least[] = "TLS1.3"; /* RFC 8915, 3; and nothing is newer */

static enum value_result
read_text(const struct schema_row *row, const char *word, void *base, struct arena *a)
{
	size_t len = strlen(word);

	if (row->arg == ARG_TLS ? strcmp(word, tls_least) != 0
				: (double)len < row->lo || (double)len > row->hi) {
		return VALUE_BAD;
	}
	if (row->at == SCHEMA_NOWHERE) {
		return VALUE_OK;
	}
	/* An empty path takes an earlier one back. */
	const char *kept = NULL;
	if (len > 0) {
		kept = a == NULL ? word : arena_strdup(a, word);
		if (kept == NULL) {
			return VALUE_NO_MEMORY;
		}
	}
	store(base, row->at, &kept, sizeof kept);
	return VALUE_OK;
}

const struct schema_choice *
value_choice(const struct schema_row *row, const char *word)
{
	for (const struct schema_choice *c = row->choices; c->word != NULL; c++) {
		if (strcmp(c->word, word) == 0) {
			return c;
		}
	}
	return NULL;
}

static enum value_result
read_choice(const struct schema_row *row, const char *word, void *base)
{
	const struct schema_choice *c = value_choice(row, word);

	if (c == NULL) {
		return VALUE_BAD;
	}
	int32_t v = c->value;
	store(base, row->at, &v, sizeof v);
	return VALUE_OK;
}

/* Behind those that are there, unless it is one of them. */
static enum value_result
add_choice(const struct schema_row *row, const char *word, void *base)
{
	const struct schema_choice *c = value_choice(row, word);
	uint32_t n = fetch_uint(base, row->aside);

	if (c == NULL) {
		return VALUE_BAD;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (fetch_int(base, row->at + i * sizeof(int32_t)) == c->value) {
			return VALUE_OK;
		}
	}
	int32_t v = c->value;
	assert((double)n < row->hi);
	store(base, row->at + n * sizeof v, &v, sizeof v);
	n++;
	store(base, row->aside, &n, sizeof n);
	return VALUE_OK;
}

void
value_empty(const struct schema_row *row, void *base)
{
	const uint32_t n = 0;

	assert(row->arg == ARG_CHOICES);
	store(base, row->aside, &n, sizeof n);
}

static enum value_result
read_date(const struct schema_row *row, const char *word, void *base)
{
	int32_t days;

	if (date_read(word, &days)) {
		if ((double)days < row->lo || (double)days > row->hi) {
			return VALUE_BAD;
		}
		store(base, row->at, &days, sizeof days);
		return VALUE_OK;
	}
	return read_int(row, word, base);
}

enum value_result
value_read(const struct schema_row *row, const char *word, void *base, struct arena *a)
{
	if (row->arg == ARG_FLAG) {
		uint32_t bits = fetch_uint(base, row->at) | row->bit;
		store(base, row->at, &bits, sizeof bits);
	} else if (is_bool(row)) {
		bool on = row->arg == ARG_BOOL_ON ||
		    (row->arg == ARG_BOOL_MAYBE &&
			(word == NULL || strcmp(word, "1") == 0 || strcmp(word, "true") == 0));
		store(base, row->at, &on, sizeof on);
	} else if (is_int(row) || row->arg == ARG_UINT) {
		return read_int(row, word, base);
	} else if (row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN) {
		return read_real(row, word, base);
	} else if (row->arg == ARG_SWITCH) {
		return read_switch(row, word, base);
	} else if (is_text(row)) {
		return read_text(row, word, base, a);
	} else if (row->arg == ARG_CHOICE) {
		return read_choice(row, word, base);
	} else if (row->arg == ARG_CHOICES) {
		return add_choice(row, word, base);
	} else if (row->arg == ARG_DATE) {
		return read_date(row, word, base);
	}
	return VALUE_OK;
}

/* ---- printing ---- */

void
value_put_real(double v, struct text *out)
{
	char buf[40];
	double back;

	for (int digits = 6; digits <= 17; digits++) {
		struct text t = text_over(buf, sizeof buf);
		text_printf(&t, "%.*g", digits, v);
		if (text_to_double(buf, &back) && value_same_real(back, v)) {
			break;
		}
	}
	text_put(out, buf);
}

void
value_put_word(const char *word, struct text *out)
{
	bool quote = word[0] == '\0' || strpbrk(word, " \t\r\v\f#") != NULL;

	if (quote) {
		text_char(out, '"');
	}
	text_put(out, word);
	if (quote) {
		text_char(out, '"');
	}
}

static void
expect_range(const struct schema_row *row, const char *kind, struct text *out)
{
	text_put(out, kind);
	if (row->hi >= 1e9) {
		if (row->lo > -1e9) {
			text_put(out, " of at least ");
			value_put_real(row->lo, out);
		}
		return;
	}
	text_put(out, " from ");
	value_put_real(row->lo, out);
	text_put(out, " to ");
	value_put_real(row->hi, out);
}

static void
expect_choice(const struct schema_row *row, struct text *out)
{
	text_put(out, "one of");
	for (const struct schema_choice *c = row->choices; c->word != NULL; c++) {
		text_printf(out, "%s %s", c == row->choices ? "" : ",", c->word);
	}
}

void
value_expect(const struct schema_row *row, struct text *out)
{
	if (is_int(row)) {
		expect_range(row, "an integer", out);
	} else if (row->arg == ARG_UINT && row->lo > 0) {
		text_printf(out, "an integer from %.0f to %.0f", row->lo, row->hi);
	} else if (row->arg == ARG_UINT) {
		text_put(out, "an integer of 32 bits");
	} else if (row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN) {
		expect_range(row, "a number", out);
	} else if (row->arg == ARG_SWITCH) {
		text_put(out, "0 or 1");
	} else if (row->arg == ARG_TEXT) {
		text_printf(out, "a word of at most %.0f characters", row->hi);
	} else if (row->arg == ARG_PATH) {
		text_put(out, "a path");
		if (row->hi < SCHEMA_PATH_MAX) {
			text_printf(out, " of at most %.0f characters", row->hi);
		}
	} else if (row->arg == ARG_TLS) {
		text_printf(out, "%s, NTS has nothing older and there is nothing newer", tls_least);
	} else if (row->arg == ARG_CHOICE || row->arg == ARG_CHOICES) {
		expect_choice(row, out);
	} else if (row->arg == ARG_DATE) {
		text_put(out, "a date YYYY-MM-DD or days since 1900-01-01");
	} else {
		text_put(out, "nothing");
	}
}

static void
put_choice(const struct schema_row *row, int32_t v, struct text *out)
{
	for (const struct schema_choice *c = row->choices; c->word != NULL; c++) {
		if (c->value == v) {
			text_put(out, c->word);
			return;
		}
	}
}

static void
put_choices(const struct schema_row *row, const void *base, struct text *out)
{
	uint32_t n = fetch_uint(base, row->aside);

	for (uint32_t i = 0; i < n; i++) {
		text_put(out, i == 0 ? "" : " ");
		put_choice(row, fetch_int(base, row->at + i * sizeof(int32_t)), out);
	}
}

bool
value_put(const struct schema_row *row, const void *base, struct text *out)
{
	if (!value_wanted(row) || row->at == SCHEMA_NOWHERE) {
		return false;
	}
	if (is_int(row) || row->arg == ARG_SWITCH) {
		text_printf(out, "%ld", (long)fetch_int(base, row->at));
	} else if (row->arg == ARG_UINT) {
		text_printf(out, "%lu", (unsigned long)fetch_uint(base, row->at));
	} else if (row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN) {
		value_put_real(fetch_real(base, row->at), out);
	} else if (row->arg == ARG_CHOICE) {
		put_choice(row, fetch_int(base, row->at), out);
	} else if (row->arg == ARG_CHOICES) {
		put_choices(row, base, out);
	} else if (row->arg == ARG_DATE) {
		date_put(fetch_int(base, row->at), out);
	} else {
		const char *word = fetch_text(base, row->at);
		value_put_word(word == NULL ? "" : word, out);
	}
	return true;
}

/* ---- comparing ---- */

bool
value_same(const struct schema_row *row, const void *a, const void *b)
{
	size_t at = row->at;

	if (at == SCHEMA_NOWHERE) {
		return true;
	}
	if (row->arg == ARG_FLAG) {
		return ((fetch_uint(a, at) ^ fetch_uint(b, at)) & row->bit) == 0;
	}
	if (is_bool(row)) {
		return fetch_bool(a, at) == fetch_bool(b, at);
	}
	if (row->arg == ARG_REAL) {
		return value_same_real(fetch_real(a, at), fetch_real(b, at));
	}
	if (row->arg == ARG_REAL_GIVEN) {
		return fetch_bool(a, row->aside) == fetch_bool(b, row->aside) &&
		    value_same_real(fetch_real(a, at), fetch_real(b, at));
	}
	if (row->arg == ARG_INT_GIVEN && fetch_bool(a, row->aside) != fetch_bool(b, row->aside)) {
		return false;
	}
	if (is_text(row)) {
		return text_equal(fetch_text(a, at), fetch_text(b, at));
	}
	if (row->arg == ARG_CHOICES) {
		uint32_t n = fetch_uint(a, row->aside);
		return n == fetch_uint(b, row->aside) &&
		    memcmp((const char *)a + at, (const char *)b + at, n * sizeof(int32_t)) == 0;
	}
	return !value_wanted(row) || fetch_uint(a, at) == fetch_uint(b, at);
}

void
value_copy(const struct schema_row *row, void *to, const void *from)
{
	if (row->at == SCHEMA_NOWHERE) {
		return;
	}
	assert(row->arg != ARG_CHOICES); /* no option that is copied alone is a list */
	if (is_text(row)) {
		const char *text = fetch_text(from, row->at);
		store(to, row->at, &text, sizeof text);
	} else if (row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN) {
		double v = fetch_real(from, row->at);
		store(to, row->at, &v, sizeof v);
	} else if (value_wanted(row)) {
		int32_t v = fetch_int(from, row->at);
		store(to, row->at, &v, sizeof v);
	}
}

/* The default of a list: its words, a space between two. */
static enum value_result
read_initial_list(const struct schema_row *row, void *base)
{
	const char *at = row->initial;
	enum value_result r = VALUE_OK;
	char word[32];

	while (r == VALUE_OK && *at != '\0') {
		struct text t = text_over(word, sizeof word);
		size_t n = strcspn(at, " ");

		text_put_n(&t, at, n);
		r = value_read(row, word, base, NULL);
		at += n + strspn(at + n, " ");
	}
	return r;
}

static enum value_result
read_initial(const struct schema_row *row, void *base)
{
	return row->arg == ARG_CHOICES ? read_initial_list(row, base)
				       : value_read(row, row->initial, base, NULL);
}

void
value_defaults(enum schema_group group, void *base)
{
	const bool given = false; /* a default is not */

	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		if (row->group != group || row->initial == NULL || row->at == SCHEMA_NOWHERE) {
			continue;
		}
		if (value_wanted(row)) {
			enum value_result r = read_initial(row, base);
			assert(r == VALUE_OK);
			(void)r;
			if (row->arg == ARG_INT_GIVEN || row->arg == ARG_REAL_GIVEN) {
				store(base, row->aside, &given, sizeof given);
			}
		} else if (strcmp(row->initial, "1") == 0) {
			(void)value_read(row, NULL, base, NULL);
		}
	}
}
