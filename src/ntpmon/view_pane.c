/* SPDX-License-Identifier: BSD-2-Clause */
/* view_pane - below the sources: clients, variables, explanations, help. */
#include <math.h>
#include <string.h>
#include "base/text.h"
#include "mode6/cook.h"
#include "mode6/words.h"
#include "ntpmon/view.h"

enum { LINE_CAP = 4200, CELL_WIDTH = 39, CELL_NAME = 14, INDENT = 2 };

/*
 * Where lines of a pane go: each is counted, those that the pane shows are drawn. So a pane may be
 * longer than the screen without anybody to keep it.
 */
struct lines {
	struct screen *s;
	unsigned row, rows, first; /* of the pane; the first line that is shown */
	unsigned n;                /* so far */
};

/* The row of the next line, or beyond the screen. */
static unsigned
next_row(struct lines *l)
{
	unsigned line = l->n++;

	return line >= l->first && line - l->first < l->rows ? l->row + line - l->first
							     : SCREEN_ROWS_MAX;
}

static void
put_line(struct lines *l, enum look look, const char *text)
{
	screen_put(l->s, next_row(l), 0, l->s->cols, look, text);
}

/* As many octets of text as stand in width columns without breaking a word. */
static unsigned
fitting(const char *text, unsigned width)
{
	size_t len = strlen(text);
	unsigned n = width;

	if (len <= width) {
		return (unsigned)len;
	}
	while (n > 0 && text[n] != ' ') {
		n--;
	}
	return n > 0 ? n : width;
}

/* A text over as many lines as it takes, behind a word; all but the first line are indented. */
static void
put_wrapped(struct lines *l, enum look look, const char *word, const char *text)
{
	unsigned indent = (unsigned)strlen(word), cols = l->s->cols, width;

	indent = indent + 8 < cols ? indent : INDENT;
	width = cols > indent + 1 ? cols - indent : 1;
	do {
		unsigned n = fitting(text, width), row = next_row(l);

		screen_put(l->s, row, 0, indent, look, word);
		screen_put(l->s, row, indent, n, look, text);
		word = "";
		text += n;
		text += strspn(text, " ");
	} while (*text != '\0');
}

/* ---- clients ---- */

static long
whole(double s)
{
	return s > 0 ? lround(fmin(s, 999999)) : 0;
}

static void
put_client(struct lines *l, const struct clients *all, const struct client_seen *c)
{
	char address[ADDR_TEXT_MAX], line[LINE_CAP];
	struct text t = text_over(line, sizeof line);

	addr_format(&c->addr, address, sizeof address);
	if (l->s->cols >= 60) {
		text_printf(&t, "%6ld %6ld %4x %c %d %d %6ld %5u %s",
		    whole(ntp_ts_diff_s(all->now, c->last)), whole(client_seen_interval_s(c)),
		    (unsigned)(c->flags & 0xffff), client_seen_restriction(c),
		    (int)(c->mode_version & 7), (int)(c->mode_version >> 3 & 7),
		    whole((double)c->count), c->port, address);
	} else {
		text_printf(&t, "%6ld %c %6ld %s", whole(ntp_ts_diff_s(all->now, c->last)),
		    client_seen_restriction(c), whole((double)c->count), address);
	}
	put_line(l,
	    (c->flags & CLIENT_KOD) != 0           ? LOOK_BAD
		: (c->flags & CLIENT_LIMITED) != 0 ? LOOK_WARN
						   : LOOK_PLAIN,
	    line);
}

static void
draw_clients(struct lines *l, const struct model *m, const struct heard *h)
{
	char address[ADDR_TEXT_MAX];

	if (!h->clients_told) {
		put_line(l, LOOK_DIM,
		    h->up ? "The server does not tell who asks it." : "Nothing was told.");
		return;
	}
	for (size_t i = 0; i < h->clients.n; i++) {
		const struct client_seen *c = &h->clients.at[i];

		addr_format(&c->addr, address, sizeof address);
		if (model_passes(m, address, "")) {
			put_client(l, &h->clients, c);
		}
	}
	if (l->n == 0) {
		put_line(l, LOOK_DIM,
		    h->clients.n > 0 ? "None of the newest is found so." : "Nobody has asked yet.");
	}
}

/* ---- variables ---- */

/* "name   value" in a cell of its own, or over whole lines when it is longer. */
static void
draw_vars(struct lines *l, const struct heard *h, const struct vars *v)
{
	unsigned across = l->s->cols / CELL_WIDTH, used = 0, row = SCREEN_ROWS_MAX;
	struct rtime pivot = { h->up_at_s * NS_PER_S };
	char line[LINE_CAP], name[CELL_NAME * 10];

	across = across > 0 ? across : 1;
	for (size_t i = 0; i < v->n; i++) {
		struct text t = text_over(line, sizeof line), n = text_over(name, sizeof name);

		text_printf(&n, "%-*s ", CELL_NAME, v->at[i].name);
		if (v->at[i].value != NULL) {
			cook_value(&t, &v->at[i], pivot);
		}
		if (n.len + t.len >= CELL_WIDTH) {
			put_wrapped(l, LOOK_PLAIN, name, line);
			used = 0;
			continue;
		}
		if (used % across == 0) {
			row = next_row(l);
		}
		screen_put(l->s, row, used % across * CELL_WIDTH, (unsigned)n.len, LOOK_PLAIN,
		    name);
		screen_put(l->s, row, used % across * CELL_WIDTH + (unsigned)n.len,
		    CELL_WIDTH - (unsigned)n.len, LOOK_PLAIN, line);
		used++;
	}
}

static void
draw_source(struct lines *l, const struct model *m, const struct heard *h)
{
	const struct snapshot_source *s = model_chosen(m, h);

	if (s == NULL || h->source_id != s->id || h->source.n == 0) {
		put_line(l, LOOK_DIM, s == NULL ? "No source is chosen." : "Nothing was told.");
		return;
	}
	draw_vars(l, h, &h->source);
	if (h->clock.n > 0) {
		put_line(l, LOOK_HEAD, "variables of the clock");
		draw_vars(l, h, &h->clock);
	}
}

/* ---- words ---- */

static void
draw_story(struct lines *l, const struct story *story)
{
	for (size_t i = 0; i < story->why.n; i++) {
		put_wrapped(l, LOOK_PLAIN, "  ", story->why.line[i]);
	}
	for (size_t i = 0; i < story->advice.n; i++) {
		put_wrapped(l, LOOK_WARN, i == 0 ? "  To do: - " : "         - ",
		    story->advice.line[i]);
	}
}

static void
draw_explain(struct lines *l, const struct model *m, const struct heard *h)
{
	const struct snapshot_source *s = model_chosen(m, h);

	if (s == NULL) {
		put_line(l, LOOK_DIM, "No source is chosen.");
	} else {
		draw_story(l, &s->story);
	}
	if (h->last != NULL) {
		put_line(l, LOOK_HEAD, "the system");
		draw_story(l, &h->last->story);
	}
}

static void
draw_system(struct lines *l, const struct heard *h)
{
	if (h->system.n == 0) {
		put_line(l, LOOK_DIM, "Nothing was told.");
	} else {
		draw_vars(l, h, &h->system);
	}
}

static void
draw_help(struct lines *l)
{
	static const struct {
		const char *key, *text;
	} keys[] = {
		{ "  j k Up Down  ", "choose another source" },
		{ "  d            ",
		    "detail: the variables of the chosen source, and its clock's" },
		{ "  e            ", "explain: why it is used or not, and what to do" },
		{ "  v            ", "variables of the system" },
		{ "  m            ", "only clients, without the sources; again: both" },
		{ "  PgUp PgDn    ", "move in what is below, as Home and End" },
		{ "  a o p Space  ",
		    "association id, our address, reference id beside the name; the next of "
		    "these" },
		{ "  n            ", "addresses or names" },
		{ "  u w          ", "units; names as long as they are" },
		{ "  s            ", "only reachable sources" },
		{ "  < > r        ", "sort by another column; reversed" },
		{ "  /            ",
		    "find sources and clients by a part of name, address or reference id; "
		    "Enter keeps it, Esc ends it" },
		{ "  + -          ", "more or less of the packets into the file of -l" },
		{ "  h ?          ", "this" },
		{ "  q x Ctrl-C   ", "end" },
		{ "  any other    ", "ask now" },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		put_wrapped(l, LOOK_PLAIN, keys[i].key, keys[i].text);
	}
	put_wrapped(l, LOOK_PLAIN, "  ",
	    "Before the name: * leads the clock, o by its pulse, + used, # good but not needed, "
	    "- outlier, x falseticker, . too many, blank not used.");
}

/* ---- the pane ---- */

static void
put_name(const struct model *m, const struct heard *h, struct text *t)
{
	const struct snapshot_source *s = model_chosen(m, h);

	if (s != NULL) {
		text_printf(t, " of %s (association %u): %s", model_name(m, s), s->id,
		    words_condition(s->status));
	}
}

static void
put_head(const struct screen *s, const struct model *m, const struct heard *h, struct text *t)
{
	if (m->clients_only || m->pane == PANE_CLIENTS) {
		text_put(t,
		    s->cols >= 60 ? "lstint avgint rstr r m v  count rport remote address"
				  : "lstint r  count remote address");
		return;
	}
	switch (m->pane) {
	case PANE_CLIENTS:
		break;
	case PANE_SOURCE:
		text_put(t, "variables");
		put_name(m, h, t);
		break;
	case PANE_EXPLAIN:
		text_put(t, "explanation");
		put_name(m, h, t);
		break;
	case PANE_SYSTEM:
		text_put(t, "variables of the system");
		break;
	case PANE_HELP:
		text_put(t, "keys");
		break;
	}
}

static void
draw_lines(struct lines *l, const struct model *m, const struct heard *h)
{
	enum pane pane = m->clients_only ? PANE_CLIENTS : m->pane;

	switch (pane) {
	case PANE_CLIENTS:
		draw_clients(l, m, h);
		break;
	case PANE_SOURCE:
		draw_source(l, m, h);
		break;
	case PANE_EXPLAIN:
		draw_explain(l, m, h);
		break;
	case PANE_SYSTEM:
		draw_system(l, h);
		break;
	case PANE_HELP:
		draw_help(l);
		break;
	}
}

/* Counts first, for nobody scrolls beyond the end, then draws. */
void
view_pane(struct screen *s, struct model *m, const struct heard *h, unsigned row, unsigned rows)
{
	char head[LINE_CAP], place[64];
	struct text t = text_over(head, sizeof head), p = text_over(place, sizeof place);
	struct lines l = { .s = s, .row = row + 1, .rows = 0 };
	unsigned room = rows - 1, n;

	draw_lines(&l, m, h);
	n = l.n;
	model_note_pane(m, n > room ? n - room : 0, room);
	put_head(s, m, h, &t);
	screen_put(s, row, 0, s->cols, LOOK_HEAD, head);
	if (n > room && room > 0) {
		text_printf(&p, " %u-%u of %u", m->scroll + 1, m->scroll + room, n);
		if (p.len < s->cols) {
			screen_put(s, row, s->cols - (unsigned)p.len, (unsigned)p.len, LOOK_HEAD,
			    place);
		}
	}
	l = (struct lines){ .s = s, .row = row + 1, .rows = room, .first = m->scroll };
	draw_lines(&l, m, h);
}
