/* SPDX-License-Identifier: BSD-2-Clause */
/* model - what is shown, and how keys change it. */
#include "ntpmon/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mode6/words.h"

static const double SILENT_S = 2, FIRST_S = 1, LONGEST_S = 120;

/* ---- names, filter ---- */

const char *
model_order_word(enum order order)
{
	static const char *const words[ORDERS] = {
		[ORDER_GIVEN] = "as configured",
		[ORDER_NAME] = "name",
		[ORDER_STRATUM] = "stratum",
		[ORDER_WHEN] = "last answer",
		[ORDER_POLL] = "poll",
		[ORDER_REACH] = "reach",
		[ORDER_DELAY] = "delay",
		[ORDER_OFFSET] = "offset",
		[ORDER_JITTER] = "jitter",
	};
	return words[order];
}

const char *
model_name(const struct model *m, const struct snapshot_source *s)
{
	return m->addresses && !s->is_clock && !s->is_pool && s->address[0] != '\0' ? s->address
										    : s->name;
}

bool
model_passes(const struct model *m, const char *name, const char *address)
{
	return m->filter[0] == '\0' || strcasestr(name, m->filter) != NULL ||
	    strcasestr(address, m->filter) != NULL;
}

/* ---- rows ---- */

/* What is unknown stands behind all that is known, either way. */
static int
compare_numbers(double a, double b, bool reversed)
{
	if (isnan(a) || isnan(b)) {
		return isnan(a) - isnan(b);
	}
	return reversed ? (a < b) - (a > b) : (a > b) - (a < b);
}

static double
number_of(const struct snapshot_source *s, enum order order)
{
	switch (order) {
	case ORDER_GIVEN:
	case ORDER_NAME:
	case ORDERS:
		break;
	case ORDER_STRATUM:
		return s->stratum;
	case ORDER_WHEN:
		return s->age_s;
	case ORDER_POLL:
		return s->poll_s;
	case ORDER_REACH:
		return s->reach;
	case ORDER_DELAY:
		return s->delay_s;
	case ORDER_OFFSET:
		return fabs(s->offset_s);
	case ORDER_JITTER:
		return s->jitter_s;
	}
	return 0;
}

struct sorting {
	const struct model *m;
	const struct snapshot_source *source;
};

static int
compare(const void *x, const void *y, void *of)
{
	uint16_t i = *(const uint16_t *)x, j = *(const uint16_t *)y;
	const struct sorting *by = of;
	const struct model *m = by->m;
	const struct snapshot_source *a = &by->source[i], *b = &by->source[j];
	int order = 0;

	if (m->order == ORDER_NAME) {
		order = strcasecmp(model_name(m, a), model_name(m, b));
		order = m->reversed ? -order : order;
	} else if (m->order != ORDER_GIVEN) {
		order =
		    compare_numbers(number_of(a, m->order), number_of(b, m->order), m->reversed);
	}
	if (order == 0) {
		order = (i > j) - (i < j);
		order = m->order == ORDER_GIVEN && m->reversed ? -order : order;
	}
	return order;
}

static bool
is_shown(const struct model *m, const struct snapshot_source *s)
{
	return (!m->reachable_only || (status_peer_bits(s->status) & PEER_REACH) != 0) &&
	    (model_passes(m, s->name, s->address) || model_passes(m, s->refid, ""));
}

/* The place of the chosen one among the rows; row_n when it is not there. */
static size_t
place_of_chosen(const struct model *m, const struct heard *h)
{
	size_t i = 0;

	while (i < m->row_n && !(m->has_chosen && h->last->source[m->row[i]].id == m->chosen)) {
		i++;
	}
	return i;
}

static void
choose(struct model *m, const struct heard *h, size_t place)
{
	m->has_chosen = m->row_n > 0;
	if (m->has_chosen) {
		place = place < m->row_n ? place : m->row_n - 1;
		m->chosen = h->last->source[m->row[place]].id;
	}
}

/* Makes the rows anew; the one that leads the clock is chosen where none is. */
static void
arrange(struct model *m, const struct heard *h)
{
	struct sorting by = { .m = m };
	const struct snapshot_source *leader;
	size_t place;

	if (h->last == NULL) {
		m->row_n = 0;
		m->has_chosen = false;
		return;
	}
	by.source = h->last->source;
	m->row_n = 0;
	for (size_t i = 0; i < h->last->source_n; i++) {
		if (is_shown(m, &by.source[i])) {
			m->row[m->row_n++] = (uint16_t)i;
		}
	}
	if (m->row_n > 0) {
		qsort_r(m->row, m->row_n, sizeof m->row[0], compare, &by);
	}
	leader = snapshot_leader(h->last);
	if (!m->has_chosen && leader != NULL) {
		m->chosen = leader->id;
		m->has_chosen = true;
	}
	place = place_of_chosen(m, h);
	choose(m, h, place < m->row_n ? place : 0);
}

const struct snapshot_source *
model_chosen(const struct model *m, const struct heard *h)
{
	size_t place = h->last == NULL ? m->row_n : place_of_chosen(m, h);

	return place < m->row_n ? &h->last->source[m->row[place]] : NULL;
}

/* ---- offsets ---- */

const struct trend *
model_trend(const struct model *m, uint16_t id)
{
	for (size_t i = 0; i < m->trend_n; i++) {
		if (m->trend[i].id == id) {
			return &m->trend[i];
		}
	}
	return NULL;
}

/* An offset that was shown before is not another: a server's comes with a packet. */
static void
add_offset(struct trend *t, const struct snapshot_source *s)
{
	bool seen = t->n > 0 && !s->is_clock && !isnan(s->received) &&
	    fabs(s->received - t->received) < 0.5;

	if (isnan(s->offset_s) || seen) {
		return;
	}
	if (t->n == MODEL_TREND) {
		memmove(t->at_s, t->at_s + 1, (MODEL_TREND - 1) * sizeof t->at_s[0]);
		t->n--;
	}
	t->at_s[t->n++] = (float)s->offset_s;
	t->received = s->received;
}

static bool
is_there(const struct snapshot *s, uint16_t id)
{
	for (size_t i = 0; i < s->source_n; i++) {
		if (s->source[i].id == id) {
			return true;
		}
	}
	return false;
}

/* Those of sources that are gone make room. */
static void
forget_gone(struct model *m, const struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < m->trend_n; i++) {
		if (is_there(s, m->trend[i].id)) {
			if (n != i) {
				m->trend[n] = m->trend[i];
			}
			n++;
		}
	}
	m->trend_n = n;
}

/* That of a source, empty when it is new; NULL: there is no room. */
static struct trend *
trend_of(struct model *m, const struct snapshot_source *s)
{
	size_t i = 0;

	while (i < m->trend_n && m->trend[i].id != s->id) {
		i++;
	}
	if (i == SNAPSHOT_SOURCES_MAX) {
		return NULL;
	}
	if (i == m->trend_n || strcmp(m->trend[i].address, s->address) != 0) {
		struct text address;

		m->trend[i] = (struct trend){ .id = s->id };
		address = text_over(m->trend[i].address, sizeof m->trend[i].address);
		text_put(&address, s->address);
		m->trend_n += i == m->trend_n ? 1 : 0;
	}
	return &m->trend[i];
}

void
model_take(struct model *m, const struct heard *h)
{
	if (h->up && h->last != NULL) {
		forget_gone(m, h->last);
		for (size_t i = 0; i < h->last->source_n; i++) {
			const struct snapshot_source *s = &h->last->source[i];
			struct trend *t = trend_of(m, s);

			if (t != NULL) {
				add_offset(t, s);
			}
		}
	}
	arrange(m, h);
}

/* ---- what is asked, and when ---- */

struct wanted
model_wants(const struct model *m, const struct heard *h, unsigned rows)
{
	const struct snapshot_source *s = model_chosen(m, h);
	struct wanted w = { .clients_n = rows > 0 ? rows : 1 };

	w.clients = m->clients_only || m->pane == PANE_CLIENTS;
	w.system = m->pane == PANE_SYSTEM && !m->clients_only;
	w.source = m->pane == PANE_SOURCE && s != NULL && !m->clients_only;
	if (w.source) {
		w.source_id = s->id;
		w.is_clock = s->is_clock;
	}
	/* A filter is looked for among more than are shown. */
	if (m->filter[0] != '\0') {
		w.clients_n *= 8;
	}
	return w;
}

double
model_interval_s(const struct heard *h)
{
	double shortest_s = LONGEST_S; /* or the end of a daemon would not be seen for long */

	if (!h->up || h->last == NULL) {
		return SILENT_S;
	}
	for (size_t i = 0; i < h->last->source_n; i++) {
		if (h->last->source[i].poll_s < shortest_s) {
			shortest_s = h->last->source[i].poll_s;
		}
	}
	if (h->last->source_n == 0) {
		return FIRST_S;
	}
	return shortest_s / 2 < FIRST_S ? FIRST_S : shortest_s / 2;
}

/* ---- keys ---- */

void
model_note_pane(struct model *m, unsigned scroll_max, unsigned page)
{
	m->scroll_max = scroll_max;
	m->page = page;
	m->scroll = m->scroll < scroll_max ? m->scroll : scroll_max;
}

static enum model_want
scroll(struct model *m, int key)
{
	unsigned page = m->page > 1 ? m->page - 1 : 1;

	if (key == KEY_OF_PAGE_UP) {
		m->scroll -= m->scroll < page ? m->scroll : page;
	} else if (key == KEY_OF_PAGE_DOWN) {
		m->scroll += m->scroll_max - m->scroll < page ? m->scroll_max - m->scroll : page;
	} else {
		m->scroll = key == KEY_OF_HOME ? 0 : m->scroll_max;
	}
	return WANT_DRAW;
}

static enum model_want
move(struct model *m, const struct heard *h, bool down)
{
	size_t place;

	if (m->row_n == 0) {
		return WANT_DRAW;
	}
	place = place_of_chosen(m, h);
	choose(m, h, down ? place + 1 : place > 0 ? place - 1 : 0);
	m->scroll = m->pane == PANE_SOURCE || m->pane == PANE_EXPLAIN ? 0 : m->scroll;
	return m->pane == PANE_SOURCE ? WANT_MORE : WANT_DRAW;
}

/* The same key again goes back to the clients. */
static enum model_want
open_pane(struct model *m, enum pane pane)
{
	m->pane = m->pane == pane ? PANE_CLIENTS : pane;
	m->clients_only = false;
	m->scroll = 0;
	return WANT_MORE;
}

/* While a filter is typed all keys are its. */
static enum model_want
type(struct model *m, const struct heard *h, int key)
{
	size_t len = strlen(m->filter);

	if (key == KEY_OF_ENTER) {
		m->typing = false;
	} else if (key == KEY_OF_ESCAPE) {
		m->typing = false;
		m->filter[0] = '\0';
	} else if (key == KEY_OF_RUBOUT) {
		m->typing = len > 0;
		m->filter[len > 0 ? len - 1 : 0] = '\0';
	} else if (key >= ' ' && key <= '~' && len + 1 < sizeof m->filter) {
		m->filter[len] = (char)key;
		m->filter[len + 1] = '\0';
	}
	arrange(m, h);
	return m->typing ? WANT_DRAW : WANT_MORE;
}

static enum model_want
sort_by(struct model *m, const struct heard *h, int step)
{
	m->order = (enum order)(((int)m->order + step + ORDERS) % ORDERS);
	arrange(m, h);
	return WANT_DRAW;
}

/* Peers with the reference id, the association's id, our address; then with addresses for names. */
static void
rotate(struct model *m)
{
	if (m->addresses) {
		m->addresses = false;
		m->form = FORM_REFID;
	} else if (m->form == FORM_LOCAL) {
		m->addresses = true;
		m->form = FORM_REFID;
	} else {
		m->form = m->form == FORM_REFID ? FORM_ID : FORM_LOCAL;
	}
}

/* Any key has the daemon asked anew, as NTPsec's; a key that only moves does not. */
static enum model_want
change(struct model *m, const struct heard *h, int key)
{
	switch (key) {
	case 'a':
		m->form = FORM_ID;
		break;
	case 'o':
		m->form = FORM_LOCAL;
		break;
	case 'p':
		m->form = FORM_REFID;
		m->clients_only = false;
		break;
	case ' ':
		rotate(m);
		break;
	case 'm':
		m->clients_only = !m->clients_only;
		m->scroll = 0;
		break;
	case 'n':
		m->addresses = !m->addresses;
		break;
	case 's':
		m->reachable_only = !m->reachable_only;
		break;
	case 'u':
		m->units = !m->units;
		break;
	case 'w':
		m->wide = !m->wide;
		break;
	case '+':
		m->debug += m->debug < m->debug_max ? 1 : 0;
		break;
	case '-':
		m->debug -= m->debug > 0 ? 1 : 0;
		break;
	case 'r':
		m->reversed = !m->reversed;
		break;
	default:
		break;
	}
	arrange(m, h);
	return WANT_ALL;
}

enum model_want
model_key(struct model *m, const struct heard *h, int key)
{
	if (key == KEY_OF_NOTHING) {
		return WANT_NOTHING;
	}
	if (m->typing) {
		return type(m, h, key);
	}
	switch (key) {
	case 'q':
	case 'x':
		m->quit = true;
		return WANT_NOTHING;
	case 'j':
	case KEY_OF_DOWN:
		return move(m, h, true);
	case 'k':
	case KEY_OF_UP:
		return move(m, h, false);
	case KEY_OF_PAGE_UP:
	case KEY_OF_PAGE_DOWN:
	case KEY_OF_HOME:
	case KEY_OF_END:
		return scroll(m, key);
	case 'd':
		return open_pane(m, PANE_SOURCE);
	case 'e':
		return open_pane(m, PANE_EXPLAIN);
	case 'v':
		return open_pane(m, PANE_SYSTEM);
	case 'h':
	case '?':
		return open_pane(m, PANE_HELP);
	case '/':
		m->typing = true;
		return WANT_DRAW;
	case '<':
		return sort_by(m, h, -1);
	case '>':
		return sort_by(m, h, 1);
	case KEY_OF_ESCAPE:
		m->filter[0] = '\0';
		m->pane = PANE_CLIENTS;
		m->scroll = 0;
		break;
	default:
		break;
	}
	return change(m, h, key);
}
