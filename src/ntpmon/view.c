/* SPDX-License-Identifier: BSD-2-Clause */
/* view - the screen as a whole. */
#include "ntpmon/view.h"
#include <math.h>
#include <string.h>
#include "base/text.h"

/* Below these a screen has no row for what can be missed. */
enum { ROWS_TREND = 14, ROWS_PANE = 3, ROWS_SOURCES = 2, ROWS_FRAME = 3, LINE_MAX_LEN = 1024 };

static void
draw_bar(struct screen *s, const struct heard *h, const struct view_bar *bar)
{
	char left[LINE_MAX_LEN], right[64];
	struct text l = text_over(left, sizeof left), r = text_over(right, sizeof right);
	const char *version = h->last != NULL ? h->last->sys.version : "";
	size_t word = strcspn(version, " ");

	text_printf(&r, " %s (%.0f s) ", bar->at, bar->every_s);
	text_put(&l, " ");
	text_put_safe(&l, bar->host, strlen(bar->host));
	/* The name and the number; what else a daemon says of its build has no room. */
	text_put(&l, version[0] == '\0' ? "" : ": ");
	text_put_n(&l, version,
	    word + (version[word] == ' ' ? 1 + strcspn(version + word + 1, " ") : 0));
	screen_put(s, 0, 0, s->cols, LOOK_BAR, left);
	if (r.len < s->cols) {
		screen_put(s, 0, s->cols - (unsigned)r.len, (unsigned)r.len, LOOK_BAR, right);
	}
}

static enum look
look_of_clock(const struct heard *h)
{
	return h->last == NULL || !h->up        ? LOOK_BAD
	    : snapshot_is_synchronised(h->last) ? LOOK_GOOD
						: LOOK_WARN;
}

/* A silent daemon: since when, for what stands below is as old. */
static void
put_silence(const struct heard *h, struct text *t)
{
	text_printf(t, "No word from ntpd: %s", h->why);
	if (h->last != NULL) {
		text_printf(t, "; what it said %lld s ago is below",
		    (long long)(h->at_s - h->up_at_s));
	}
	text_char(t, '.');
}

/* On a narrow screen no more than who leads and how right it is. */
static void
put_headline(const struct screen *s, const struct heard *h, struct text *t)
{
	const struct snapshot_source *leader = snapshot_leader(h->last);
	struct text before = *t;

	snapshot_put_headline(h->last, t);
	if (t->len + 2 > s->cols && leader != NULL && snapshot_is_synchronised(h->last)) {
		*t = before;
		text_printf(t, "%.*s, within ", s->cols > 34 ? (int)s->cols - 24 : 10,
		    leader->name);
		snapshot_put_duration(t, h->last->sys.root_dist_s, false);
	}
}

static void
draw_sentence(struct screen *s, const struct heard *h)
{
	char line[LINE_MAX_LEN];
	struct text t = text_over(line, sizeof line);
	enum look look = look_of_clock(h);

	if (h->at_s == 0) {
		text_put(&t, "ntpd is being asked ...");
	} else if (!h->up) {
		put_silence(h, &t);
	} else {
		put_headline(s, h, &t);
	}
	if (look == LOOK_GOOD) {
		screen_glyph(s, 1, 0, look, 0x2713, '+');
	} else {
		screen_glyph(s, 1, 0, look, '!', '!');
	}
	screen_put(s, 1, 2, s->cols > 2 ? s->cols - 2 : 0, look, line);
}

static void
draw_keys(struct screen *s, const struct model *m, const struct heard *h)
{
	char line[LINE_MAX_LEN];
	struct text t = text_over(line, sizeof line);

	if (m->typing) {
		text_printf(&t, " /%s_", m->filter);
	} else {
		if (m->filter[0] != '\0') {
			text_printf(&t, " /%s (Esc: all)", m->filter);
		}
		if (m->order != ORDER_GIVEN || m->reversed) {
			text_printf(&t, " by %s%s", model_order_word(m->order),
			    m->reversed ? ", reversed" : "");
		}
		if (m->reachable_only) {
			text_put(&t, " reachable only");
		}
		if (h->last != NULL && h->last->left_out > 0) {
			text_printf(&t, " %zu more sources", h->last->left_out);
		}
		if (m->debug > 0) {
			text_printf(&t, " debug %d", m->debug);
		}
		text_put(&t, " ?:help q:quit d:detail e:explain v:system m:clients /:find <>:sort");
	}
	screen_put(s, s->rows - 1, 0, s->cols, LOOK_BAR, line);
}

/* Rows for the sources and their heading: all they need, but a pane that is open has its half. */
static unsigned
rows_of_sources(const struct model *m, unsigned room)
{
	unsigned need = (unsigned)m->row_n + 1, most = room > ROWS_PANE ? room - ROWS_PANE : 0;

	if (m->clients_only) {
		return 0;
	}
	if (m->pane != PANE_CLIENTS && most > room / 2) {
		most = room / 2;
	}
	most = most < ROWS_SOURCES ? ROWS_SOURCES : most;
	return need < most ? need : most;
}

void
view_draw(struct screen *s, struct model *m, const struct heard *h, const struct view_bar *bar)
{
	unsigned room = s->rows > ROWS_FRAME ? s->rows - ROWS_FRAME : 0, row = 2, used;
	bool trend = s->rows >= ROWS_TREND && !m->clients_only;

	draw_bar(s, h, bar);
	if (s->rows > 1) {
		draw_sentence(s, h);
	}
	used = rows_of_sources(m, room - (trend ? 1 : 0));
	used = used < room ? used : room;
	if (used > 0) {
		used = view_sources(s, m, h, row, used);
	}
	row += used;
	if (trend) {
		view_trend(s, m, h, row++);
	}
	if (row + 1 < s->rows) {
		view_pane(s, m, h, row, s->rows - 1 - row);
	}
	if (s->rows > 2) {
		draw_keys(s, m, h);
	}
}

unsigned
view_rows(const struct model *m, const struct heard *h)
{
	unsigned clients = h->clients_told ? (unsigned)(h->clients.n < 20 ? h->clients.n : 20) : 0;
	unsigned rows = ROWS_FRAME + 1 + (unsigned)m->row_n + 1 + 1 + clients;

	return rows < ROWS_TREND ? ROWS_TREND : rows;
}
