/* SPDX-License-Identifier: BSD-2-Clause */
/* nmea - fields of sentences, and the calendar. */
#include "refclock/nmea.h"
#include <string.h>
#include "base/ntptime.h"
#include "refclock/calendar.h"

enum {
	FIELDS_MAX = 24,
	DAY_S = 86400,
	WEEKS_DAYS = 1024 * 7,
	YEAR_FIRST = 1980, /* GPS began then */
	CENTURY = 100,
	YEARS_BEFORE = 80,
	/* 400 years of the calendar have so many days. */
	YEAR_0 = 1970,
	YEARS_400 = 400,
	DAYS_400 = 146097
};

struct field {
	const char *at;
	size_t len;
};

struct sentence {
	struct field field[FIELDS_MAX]; /* 0: the name */
	unsigned n;
	bool summed;
	int year_from; /* as in struct nmea_state */
};

/* ---- octets ---- */

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

/* All octets are printable, the first is "$", and nothing comes behind "*HH". */
static enum nmea_verdict
check_line(const char *line, size_t *len, bool *summed)
{
	uint8_t sum = 0;
	size_t i = 1;

	if (*len < 2 || *len > NMEA_LINE_MAX || line[0] != '$') {
		return NMEA_BAD_FORMAT;
	}
	for (; i < *len && line[i] != '*'; i++) {
		if (line[i] < ' ' || line[i] > '~') {
			return NMEA_BAD_FORMAT;
		}
		sum = (uint8_t)(sum ^ (uint8_t)line[i]);
	}
	*summed = i < *len;
	if (*summed) {
		if (*len != i + 3 || hex_of(line[i + 1]) < 0 || hex_of(line[i + 2]) < 0) {
			return NMEA_BAD_FORMAT;
		}
		if (hex_of(line[i + 1]) * 16 + hex_of(line[i + 2]) != sum) {
			return NMEA_BAD_SUM;
		}
	}
	*len = i;
	return NMEA_TIME;
}

static void
split(struct sentence *s, const char *line, size_t len)
{
	size_t from = 1;

	s->n = 0;
	for (size_t i = 1; i <= len && s->n < FIELDS_MAX; i++) {
		if (i == len || line[i] == ',') {
			s->field[s->n++] = (struct field){ line + from, i - from };
			from = i + 1;
		}
	}
}

static struct field
field_of(const struct sentence *s, unsigned i)
{
	return i < s->n ? s->field[i] : (struct field){ "", 0 };
}

/* So many digits from at on; -1 when there are others. */
static int
digits(struct field f, size_t at, size_t n)
{
	int value = 0;

	if (at + n > f.len) {
		return -1;
	}
	for (size_t i = at; i < at + n; i++) {
		if (f.at[i] < '0' || f.at[i] > '9') {
			return -1;
		}
		value = value * 10 + (f.at[i] - '0');
	}
	return value;
}

static bool
is_one_of(struct field f, const char *chars)
{
	return f.len == 1 && strchr(chars, f.at[0]) != NULL;
}

/* ---- the calendar ---- */

void
nmea_set_base(struct nmea_state *s, int64_t base)
{
	s->year_from = (int)(YEAR_0 + base * YEARS_400 / DAYS_400) - YEARS_BEFORE;
}

int64_t
nmea_unfold_day(int64_t day, int64_t base)
{
	int64_t past = (day - base) % WEEKS_DAYS;

	return base + past + (past < 0 ? WEEKS_DAYS : 0);
}

int64_t
nmea_near_ns(int64_t of_ns, int64_t now_ns)
{
	const int64_t day_ns = (int64_t)DAY_S * NS_PER_S;
	int64_t at = now_ns - now_ns % day_ns + of_ns;

	return at - now_ns > day_ns / 2 ? at - day_ns : now_ns - at > day_ns / 2 ? at + day_ns : at;
}

/* ---- fields ---- */

/* hhmmss[.sss]; the fraction may have any number of digits. */
static bool
take_time(struct field f, struct nmea_time *t)
{
	int hour = digits(f, 0, 2), minute = digits(f, 2, 2), second = digits(f, 4, 2);
	int64_t ns = 0, unit = NS_PER_S;

	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    (f.len > 6 && f.at[6] != '.')) {
		return false;
	}
	for (size_t i = 7; i < f.len; i++) {
		int digit = digits(f, i, 1);

		if (digit < 0) {
			return false;
		}
		unit /= 10;
		ns += unit * digit;
	}
	t->of_ns = ((int64_t)hour * 3600 + minute * 60 + second) * NS_PER_S + ns;
	return true;
}

/* The year that ends with these two digits, of the hundred from that of the state on. */
static int
year_of(const struct sentence *s, int two)
{
	int from = s->year_from > YEAR_FIRST ? s->year_from : YEAR_FIRST;
	int year = from - from % CENTURY + two;

	return year < from ? year + CENTURY : year;
}

/* ddmmyy in field i. */
static bool
take_date(const struct sentence *s, unsigned i, struct nmea_time *t)
{
	struct field f = field_of(s, i);
	int two = digits(f, 4, 2);

	t->dated = f.len == 6 && two >= 0 &&
	    calendar_day(year_of(s, two), digits(f, 2, 2), digits(f, 0, 2), &t->day);
	return t->dated;
}

/* dd,mm,yyyy from field i on. */
static bool
take_long_date(const struct sentence *s, unsigned i, struct nmea_time *t)
{
	struct field d = field_of(s, i), m = field_of(s, i + 1), y = field_of(s, i + 2);

	t->dated = d.len <= 2 && m.len <= 2 && y.len == 4 && d.len > 0 && m.len > 0 &&
	    calendar_day(digits(y, 0, 4), digits(m, 0, m.len), digits(d, 0, d.len), &t->day);
	return t->dated;
}

static enum nmea_verdict
dated_if(bool good)
{
	return good ? NMEA_TIME : NMEA_BAD_DATE;
}

/* ---- sentences ---- */

static enum nmea_verdict
read_rmc(const struct sentence *s, struct nmea_time *t)
{
	if (!is_one_of(field_of(s, 2), "AD")) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 1), t) && take_date(s, 9, t));
}

static enum nmea_verdict
read_gga(const struct sentence *s, struct nmea_time *t)
{
	struct field quality = field_of(s, 6);

	if (quality.len == 0 || is_one_of(quality, "0")) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 1), t));
}

static enum nmea_verdict
read_gll(const struct sentence *s, struct nmea_time *t)
{
	if (!is_one_of(field_of(s, 6), "A")) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 5), t));
}

/* It has no field for a fix: without one the fields are empty. */
static enum nmea_verdict
read_zda(const struct sentence *s, struct nmea_time *t)
{
	if (field_of(s, 1).len == 0) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 1), t) && take_long_date(s, 2, t));
}

/* The second that will begin with the next pulse. */
static enum nmea_verdict
read_zdg(const struct sentence *s, struct nmea_time *t)
{
	enum nmea_verdict v = read_zda(s, t);

	if (v == NMEA_TIME) {
		t->of_ns -= NS_PER_S;
		if (t->of_ns < 0) {
			t->of_ns += (int64_t)DAY_S * NS_PER_S;
			t->day--;
		}
	}
	return v;
}

static enum nmea_verdict
read_rmf(const struct sentence *s, struct nmea_time *t)
{
	if (!is_one_of(field_of(s, 11), "123456789")) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 4), t) && take_date(s, 3, t));
}

/* A "D" behind the leap seconds: they are the receiver's own, and not yet from the sky. */
static enum nmea_verdict
read_ubx4(const struct sentence *s, struct nmea_time *t)
{
	struct field leap = field_of(s, 6);

	if (field_of(s, 2).len == 0 || (leap.len > 0 && leap.at[leap.len - 1] == 'D')) {
		return NMEA_NO_FIX;
	}
	return dated_if(take_time(field_of(s, 2), t) && take_date(s, 3, t));
}

/* Latitude, N or S, longitude, E or W. */
#define LATITUDE_AT(field) (0xfu << (field))

static const struct kind {
	const char *name; /* behind the talker, or whole */
	enum nmea_type type;
	bool whole;
	enum nmea_verdict (*read)(const struct sentence *s, struct nmea_time *t);
	unsigned position; /* bits of the fields that tell it */
} kinds[] = {
	{ "RMC", NMEA_RMC, false, read_rmc, LATITUDE_AT(3) },
	{ "GGA", NMEA_GGA, false, read_gga, LATITUDE_AT(2) | 1u << 9 | 1u << 11 },
	{ "GLL", NMEA_GLL, false, read_gll, LATITUDE_AT(1) },
	{ "ZDA", NMEA_ZDA, false, read_zda, 0 },
	{ "ZDG", NMEA_ZDA, false, read_zdg, 0 },
	{ "PGRMF", NMEA_RMF, true, read_rmf, LATITUDE_AT(6) },
	{ "PUBX", NMEA_UBX4, true, read_ubx4, 0 },
};

enum { TALKER_LEN = 2 };

static bool
is_named(const struct sentence *s, const struct kind *k)
{
	struct field name = field_of(s, 0), message = field_of(s, 1);
	size_t skip = k->whole ? 0 : TALKER_LEN;

	return name.len == skip + strlen(k->name) &&
	    memcmp(name.at + skip, k->name, strlen(k->name)) == 0 &&
	    (k->type != NMEA_UBX4 || (message.len == 2 && memcmp(message.at, "04", 2) == 0));
}

static const struct kind *
kind_of(const struct sentence *s)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (is_named(s, &kinds[i])) {
			return &kinds[i];
		}
	}
	return NULL;
}

enum nmea_verdict
nmea_read(struct nmea_state *state, const char *line, size_t len, unsigned wanted,
    struct nmea_time *out)
{
	struct sentence s = { .year_from = state->year_from };
	enum nmea_verdict v = check_line(line, &len, &s.summed);
	struct nmea_time t = { 0 };
	const struct kind *k;

	if (v != NMEA_TIME) {
		return v;
	}
	split(&s, line, len);
	k = kind_of(&s);
	if (k == NULL || (wanted != 0 && (wanted & (unsigned)k->type) == 0)) {
		return NMEA_OTHER;
	}
	if (!s.summed && (k->type == NMEA_RMC || (state->summed & (unsigned)k->type) != 0)) {
		return NMEA_NO_SUM;
	}
	state->summed |= s.summed ? (unsigned)k->type : 0u;
	v = k->read(&s, &t);
	if (v == NMEA_TIME) {
		t.type = k->type;
		*out = t;
	}
	return v;
}

void
nmea_hide_position(char *line, size_t len)
{
	const char *sum = memchr(line, '*', len);
	struct sentence s = { .n = 0 };
	const struct kind *k;

	split(&s, line, sum != NULL ? (size_t)(sum - line) : len);
	k = kind_of(&s);
	for (unsigned i = 0; k != NULL && i < s.n; i++) {
		if ((k->position >> i & 1) != 0) {
			memset(line + (s.field[i].at - line), '_', s.field[i].len);
		}
	}
}
