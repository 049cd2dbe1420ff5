/* SPDX-License-Identifier: BSD-2-Clause */
/* view_sources - the table of sources: the columns of ntpq's peers, as many as fit. */
#include <math.h>
#include <string.h>
#include "base/text.h"
#include "mode6/form.h"
#include "mode6/words.h"
#include "ntpmon/view.h"

enum { CELL = 300, NAME_WIDTH = 15, TREND_MIN = 8, TREND_MAX = 24 };
enum align { LEFT, RIGHT };

/* As they stand, from left to right. */
enum column {
	COL_NAME,
	COL_REFID,
	COL_STRATUM,
	COL_TYPE,
	COL_WHEN,
	COL_POLL,
	COL_REACH,
	COL_DELAY,
	COL_OFFSET,
	COL_JITTER,
	COL_TREND,
	COLUMNS,
};

static const struct {
	const char *head;
	unsigned width; /* with the blank before it */
	enum align align;
} columns[COLUMNS] = {
	[COL_NAME] = { " remote", NAME_WIDTH + 1, LEFT },
	[COL_REFID] = { " refid", 16, LEFT },
	[COL_STRATUM] = { "st", 3, RIGHT },
	[COL_TYPE] = { "t", 2, RIGHT },
	[COL_WHEN] = { "when", 5, RIGHT },
	[COL_POLL] = { "poll", 5, RIGHT },
	[COL_REACH] = { "reach", 6, RIGHT },
	[COL_DELAY] = { "delay", 8, RIGHT },
	[COL_OFFSET] = { "offset", 9, RIGHT },
	[COL_JITTER] = { "jitter", 8, RIGHT },
	[COL_TREND] = { " offsets", TREND_MIN + 1, LEFT },
};

/* The first are there on any screen; the last only on a wide one. */
static const enum column by_worth[COLUMNS] = { COL_NAME, COL_OFFSET, COL_REACH, COL_STRATUM,
	COL_WHEN, COL_JITTER, COL_POLL, COL_TYPE, COL_DELAY, COL_REFID, COL_TREND };

struct layout {
	unsigned width[COLUMNS]; /* 0: it is not shown */
};

/* ---- columns ---- */

static unsigned
longest_name(const struct model *m, const struct heard *h)
{
	size_t longest = NAME_WIDTH;

	for (size_t i = 0; i < m->row_n; i++) {
		size_t len = strlen(model_name(m, &h->last->source[m->row[i]]));

		longest = len > longest ? len : longest;
	}
	return (unsigned)longest;
}

/* What is left over goes to the names when they are to be wide, then to the offsets. */
static struct layout
lay_out(const struct screen *s, const struct model *m, const struct heard *h)
{
	struct layout l = { .width = { 0 } };
	unsigned left = s->cols, more;

	if (m->wide) {
		more = longest_name(m, h) + 1;
		/* As much as leaves room for the offset. */
		more = s->cols > more + columns[COL_OFFSET].width ? more
		    : s->cols > 2 * columns[COL_OFFSET].width ? s->cols - columns[COL_OFFSET].width
							      : s->cols / 2;
		l.width[COL_NAME] = more;
		left -= more < left ? more : left;
	}
	for (unsigned i = 0; i < COLUMNS; i++) {
		enum column c = by_worth[i];

		if (l.width[c] == 0 && columns[c].width <= left) {
			l.width[c] = columns[c].width;
			left -= columns[c].width;
		}
	}
	if (l.width[COL_TREND] > 0) {
		more = TREND_MAX + 1 - l.width[COL_TREND];
		l.width[COL_TREND] += left < more ? left : more;
	}
	return l;
}

/* ---- cells ---- */

/* Milliseconds, with as many decimals as fit. */
static void
put_ms(struct text *t, double s, unsigned width)
{
	char buf[CELL];

	if (isnan(s)) {
		text_put(t, "-");
		return;
	}
	for (int digits = 3; digits >= 0; digits--) {
		struct text b = text_over(buf, sizeof buf);

		text_printf(&b, "%.*f", digits, s * 1e3);
		if (b.len < width) {
			text_put(t, buf);
			return;
		}
	}
	text_printf(t, "%.0e", s * 1e3);
}

static void
put_time(const struct model *m, struct text *t, double s, unsigned width, bool sign)
{
	if (!m->units) {
		put_ms(t, s, width);
	} else if (isnan(s)) {
		text_put(t, "-");
	} else {
		snapshot_put_duration(t, s, sign);
	}
}

static void
put_interval(struct text *t, double s)
{
	if (isnan(s) || s < 0 || s > 1e12) {
		text_char(t, '-');
	} else {
		form_interval(t, (int64_t)(s + 0.5));
	}
}

static void
put_second(const struct model *m, struct text *t, const struct snapshot_source *s)
{
	switch (m->form) {
	case FORM_REFID:
		form_refid(t, s->refid);
		break;
	case FORM_ID:
		text_printf(t, "%u", s->id);
		break;
	case FORM_LOCAL:
		text_put(t, s->local);
		break;
	}
}

static void
put_number(struct text *t, double x, const char *form)
{
	if (isnan(x) || x < 0 || x > UINT32_MAX) {
		text_char(t, '-');
	} else if (form[0] == 'o') {
		text_printf(t, "%o", (unsigned)x);
	} else {
		text_printf(t, "%u", (unsigned)x);
	}
}

static void
put_cell(const struct model *m, struct text *t, const struct snapshot_source *s, enum column c)
{
	unsigned width = columns[c].width;

	switch (c) {
	case COL_NAME:
		text_char(t, words_tally(s->status));
		text_put(t, model_name(m, s));
		break;
	case COL_REFID:
		text_char(t, ' ');
		put_second(m, t, s);
		break;
	case COL_STRATUM:
		put_number(t, s->stratum, "u");
		break;
	case COL_TYPE:
		text_char(t, s->type);
		break;
	case COL_WHEN:
		put_interval(t, s->age_s);
		break;
	case COL_POLL:
		put_interval(t, s->poll_s);
		break;
	case COL_REACH:
		put_number(t, s->reach, "o");
		break;
	case COL_DELAY:
		put_time(m, t, s->delay_s, width, false);
		break;
	case COL_OFFSET:
		put_time(m, t, s->offset_s, width, true);
		break;
	case COL_JITTER:
		put_time(m, t, s->jitter_s, width, false);
		break;
	case COL_TREND:
	case COLUMNS:
		break;
	}
}

/* ---- offsets over time ---- */

static void
range_of(const struct trend *t, unsigned from, float *least, float *most)
{
	*least = *most = t->at_s[from];
	for (unsigned i = from; i < t->n; i++) {
		*least = fminf(*least, t->at_s[i]);
		*most = fmaxf(*most, t->at_s[i]);
	}
}

/* The newest width of them, each as high as it is between the least and the most. */
static void
draw_spark(struct screen *s, unsigned row, unsigned col, unsigned width, enum look look,
    const struct trend *t)
{
	static const char levels[] = "_.-=+*%#";
	unsigned n = t->n < width ? t->n : width, from = t->n - n;
	float least, most;

	if (n == 0) {
		return;
	}
	range_of(t, from, &least, &most);
	for (unsigned i = 0; i < n; i++) {
		float part = most > least ? (t->at_s[from + i] - least) / (most - least) : 0.5F;
		unsigned level = part >= 0 && part <= 1 ? (unsigned)(part * 7.0F + 0.5F) : 0;

		screen_glyph(s, row, col + i, look, 0x2581 + level, levels[level]);
	}
}

void
view_trend(struct screen *s, const struct model *m, const struct heard *h, unsigned row)
{
	const struct snapshot_source *source = model_chosen(m, h);
	const struct trend *t = source == NULL ? NULL : model_trend(m, source->id);
	char left[CELL], right[CELL];
	struct text l = text_over(left, sizeof left), r = text_over(right, sizeof right);
	unsigned width, n;
	float least, most;

	if (t == NULL || t->n == 0) {
		screen_put(s, row, 0, s->cols, LOOK_DIM,
		    source == NULL ? "" : "No offset of the chosen source yet.");
		return;
	}
	text_printf(&l, "Offsets of %.*s: ", (int)(s->cols / 4), model_name(m, source));
	width = s->cols / 3;
	n = t->n < width ? t->n : width;
	range_of(t, t->n - n, &least, &most);
	text_put(&r, " ");
	snapshot_put_duration(&r, (double)least, true);
	text_put(&r, " to ");
	snapshot_put_duration(&r, (double)most, true);
	screen_put(s, row, 0, s->cols, LOOK_PLAIN, left);
	draw_spark(s, row, (unsigned)l.len, n, LOOK_INFO, t);
	screen_put(s, row, (unsigned)l.len + n, (unsigned)r.len, LOOK_PLAIN, right);
}

/* ---- the table ---- */

/* By the selection code, as ntpq has it. */
static enum look
look_of(const struct heard *h, const struct snapshot_source *s)
{
	static const enum look looks[] = { LOOK_DIM, LOOK_BAD, LOOK_WARN, LOOK_WARN, LOOK_PLAIN,
		LOOK_INFO, LOOK_GOOD, LOOK_GOOD };

	return h->up ? looks[status_peer_select(s->status)] : LOOK_DIM;
}

static void
draw_head(struct screen *s, const struct model *m, const struct layout *l, unsigned row)
{
	static const char *const seconds[] = { " refid", " assid", " local" };
	unsigned col = 0;

	screen_put(s, row, 0, s->cols, LOOK_HEAD, "");
	for (unsigned c = 0; c < COLUMNS; c++) {
		const char *head = c == COL_REFID ? seconds[m->form] : columns[c].head;

		if (columns[c].align == RIGHT) {
			screen_put_right(s, row, col, l->width[c], LOOK_HEAD, head);
		} else {
			screen_put(s, row, col, l->width[c], LOOK_HEAD, head);
		}
		col += l->width[c];
	}
}

static void
draw_source(struct screen *s, const struct model *m, const struct heard *h, const struct layout *l,
    const struct snapshot_source *source, unsigned row)
{
	enum look look = look_of(h, source);
	const struct trend *trend = model_trend(m, source->id);
	unsigned col = 0;

	screen_put(s, row, 0, s->cols, look, "");
	for (unsigned c = 0; c < COLUMNS; c++) {
		char cell[CELL];
		struct text t = text_over(cell, sizeof cell);

		put_cell(m, &t, source, (enum column)c);
		if (columns[c].align == LEFT) {
			screen_put(s, row, col, l->width[c], look, cell);
		} else if (l->width[c] > 0) {
			/* The blank before a column stays, however long its text is. */
			screen_put_right(s, row, col + 1, l->width[c] - 1, look, cell);
		}
		if (c == COL_TREND && l->width[c] > 0 && trend != NULL) {
			draw_spark(s, row, col + 1, l->width[c] - 1, look, trend);
		}
		col += l->width[c];
	}
}

/* The first row that is shown, so that the chosen one is among them. */
static size_t
first_of(const struct model *m, const struct heard *h, unsigned rows)
{
	for (size_t i = 0; i < m->row_n; i++) {
		if (m->has_chosen && h->last->source[m->row[i]].id == m->chosen) {
			return i >= rows ? i - rows + 1 : 0;
		}
	}
	return 0;
}

unsigned
view_sources(struct screen *s, const struct model *m, const struct heard *h, unsigned row,
    unsigned rows)
{
	struct layout l = lay_out(s, m, h);
	size_t first = first_of(m, h, rows - 1);
	unsigned n = 0;

	draw_head(s, m, &l, row);
	for (; n + 1 < rows && first + n < m->row_n; n++) {
		const struct snapshot_source *source = &h->last->source[m->row[first + n]];

		draw_source(s, m, h, &l, source, row + 1 + n);
		if (m->has_chosen && source->id == m->chosen) {
			screen_choose(s, row + 1 + n);
		}
	}
	return n + 1;
}
