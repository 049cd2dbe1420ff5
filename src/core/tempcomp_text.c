/* SPDX-License-Identifier: BSD-2-Clause */
/* tempcomp_text - the file of what was learned of a sensor, and what a sensor says. */
#include <math.h>
#include <string.h>
#include "core/tempcomp.h"

enum { WORD_MAX = 48, READING_MAX = 32 };

static const char HEAD[] = "ntpd-tempcomp 1";
static const char BLANK[] = " \t\r\n";
/* What a crystal may do for a degree, s/s; a range, degrees; a weight, its logarithm. */
static const double CAUSE_MOST = 10e-6, COLDEST = -200.0, HOTTEST = 300.0, WEIGHT_LEAST = -100.0;
/* From here on a number is of thousandths. */
static const double MILLI = 1000.0;

void
tempcomp_format(const struct tempcomp_saved *saved, const char *path, struct text *out)
{
	text_printf(out, "%s %s\n", HEAD, path);
	text_printf(out, "%.3f %.4f %.4f %.4f\n", saved->evidence, saved->reference, saved->low,
	    saved->high);
	for (unsigned r = 0; r < TEMPCOMP_ROWS; r++) {
		text_printf(out, "%.3f", saved->row[r].log_likelihood);
		for (unsigned c = 0; c < TEMPCOMP_CAUSES; c++) {
			text_printf(out, " %.6g %.6g", saved->row[r].cause[c] * 1e6,
			    saved->row[r].sigma[c] * 1e6);
		}
		text_char(out, '\n');
	}
}

/* Where a file is read. */
struct reading {
	const char *at;
	size_t len, pos;
};

static void
pass_blank(struct reading *r)
{
	while (r->pos < r->len && r->at[r->pos] != '\0' && strchr(BLANK, r->at[r->pos]) != NULL) {
		r->pos++;
	}
}

static bool
at_end(struct reading *r)
{
	pass_blank(r);
	return r->pos == r->len;
}

/* The next word as a number within low..high. */
static bool
next_number(struct reading *r, double low, double high, double *out)
{
	char word[WORD_MAX + 1];
	size_t n = 0;

	pass_blank(r);
	while (r->pos < r->len && n < WORD_MAX && r->at[r->pos] != '\0' &&
	    strchr(BLANK, r->at[r->pos]) == NULL) {
		word[n++] = r->at[r->pos++];
	}
	word[n] = '\0';
	return text_to_double(word, out) && *out >= low && *out <= high;
}

static bool
read_row(struct reading *r, struct tempcomp_saved *out, unsigned row)
{
	double ppm, sigma_ppm;

	if (!next_number(r, WEIGHT_LEAST, 0.0, &out->row[row].log_likelihood)) {
		return false;
	}
	for (unsigned c = 0; c < TEMPCOMP_CAUSES; c++) {
		if (!next_number(r, -CAUSE_MOST * 1e6, CAUSE_MOST * 1e6, &ppm) ||
		    !next_number(r, 0.0, CAUSE_MOST * 1e6, &sigma_ppm)) {
			return false;
		}
		out->row[row].cause[c] = ppm * 1e-6;
		out->row[row].sigma[c] = sigma_ppm * 1e-6;
	}
	return true;
}

/* The first line, of the sensor at path. */
static bool
read_head(struct reading *r, const char *path, struct text *why)
{
	const size_t head = sizeof HEAD - 1, name = strlen(path);
	const char *end = memchr(r->at, '\n', r->len);

	if (r->len < head + 1 || memcmp(r->at, HEAD, head) != 0 || r->at[head] != ' ' ||
	    end == NULL) {
		text_printf(why, "expected '%s' and a path", HEAD);
		return false;
	}
	if ((size_t)(end - r->at) != head + 1 + name || memcmp(r->at + head + 1, path, name) != 0) {
		text_put(why, "it is of another sensor");
		return false;
	}
	r->pos = (size_t)(end - r->at);
	return true;
}

bool
tempcomp_parse(const char *text, size_t len, const char *path, struct tempcomp_saved *out,
    struct text *why)
{
	struct reading r = { .at = text, .len = len };
	struct tempcomp_saved got = { 0 };
	bool good;

	if (!read_head(&r, path, why)) {
		return false;
	}
	good = next_number(&r, -100.0, 100.0, &got.evidence) &&
	    next_number(&r, COLDEST, HOTTEST, &got.reference) &&
	    next_number(&r, COLDEST, HOTTEST, &got.low) &&
	    next_number(&r, got.low, HOTTEST, &got.high);
	for (unsigned row = 0; good && row < TEMPCOMP_ROWS; row++) {
		good = read_row(&r, &got, row);
	}
	if (!good || !at_end(&r)) {
		text_printf(why, "expected %d numbers in their ranges behind the first line",
		    4 + TEMPCOMP_ROWS * (1 + 2 * TEMPCOMP_CAUSES));
		return false;
	}
	*out = got;
	return true;
}

bool
tempcomp_parse_reading(const void *octets, size_t len, bool milli, double *celsius,
    struct text *why)
{
	struct reading r = { .at = octets, .len = len };
	double got;

	if (len == 0) {
		text_put(why, "it is empty");
		return false;
	}
	if (len > READING_MAX) {
		text_printf(why, "longer than %d octets", READING_MAX);
		return false;
	}
	if (!next_number(&r, -1e6, 1e6, &got)) {
		text_put(why, "no number");
		return false;
	}
	if (!at_end(&r)) {
		text_put(why, "more than a number");
		return false;
	}
	*celsius = milli || fabs(got) >= MILLI ? got / MILLI : got;
	return true;
}
