/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ntpmon shows of a daemon that answers anything at all, while any keys are pressed, on a screen
 * of any size: each cell has a sign that is ours or printable ASCII.
 *
 * The first octet is the number of keys, then come these, rows, columns, and the answers.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include "answers.h"
#include "ntpmon/view.h"

enum { KEYS_MAX = 12, ROWS_MAX = 60, COLS_MAX = 140, KEY_SPECIAL = 128 };

struct monitor {
	struct asker asker;
	struct heard heard;
	struct model model;
	struct screen screen;
	unsigned rows, cols;
};

static void
ask(struct monitor *r, bool all)
{
	struct wanted w = model_wants(&r->model, &r->heard, r->rows);

	if (all) {
		heard_ask(&r->heard, &r->asker, &w);
		model_take(&r->model, &r->heard);
	} else {
		heard_ask_more(&r->heard, &r->asker, &w);
	}
}

static void
check_cells(const struct screen *s)
{
	for (size_t i = 0; i < (size_t)s->rows * s->cols; i++) {
		uint32_t glyph = s->at[i].glyph;

		assert((glyph >= ' ' && glyph <= '~') ||
		    (!s->ascii && (glyph == 0x2713 || (glyph >= 0x2581 && glyph <= 0x2588))));
		assert(s->at[i].look < LOOKS);
	}
}

static void
draw(struct monitor *r)
{
	static const struct view_bar bar = { "host\033[2J", "22:13:20", 8 };

	if (screen_begin(&r->screen, r->rows, r->cols, r->rows % 2 == 1)) {
		view_draw(&r->screen, &r->model, &r->heard, &bar);
		check_cells(&r->screen);
	}
	assert(r->model.scroll <= r->model.scroll_max);
	assert(r->model.row_n <= SNAPSHOT_SOURCES_MAX && r->model.trend_n <= SNAPSHOT_SOURCES_MAX);
	assert(model_interval_s(&r->heard) >= 1 && model_interval_s(&r->heard) <= 60);
}

static void
press(struct monitor *r, uint8_t octet)
{
	int key =
	    octet >= KEY_SPECIAL ? KEY_OF_UP + octet % (KEY_OF_NOTHING - KEY_OF_UP + 1) : octet;

	switch (model_key(&r->model, &r->heard, key)) {
	case WANT_NOTHING:
	case WANT_DRAW:
		break;
	case WANT_MORE:
		ask(r, false);
		break;
	case WANT_ALL:
		ask(r, true);
		break;
	}
	draw(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	size_t keys = len > 0 ? octets[0] % KEYS_MAX : 0;
	struct answers from;
	struct script *t;
	struct session *session;
	struct monitor *r;

	if (len < 1 + keys + 2) {
		return 0;
	}
	from = (struct answers){ octets + 1 + keys + 2, octets + len };
	t = script_new();
	t->own = &from;
	t->serve = answers_serve;
	session = session_new(&t->base, 1);
	r = calloc(1, sizeof *r);
	assert(r != NULL && asker_begin(&r->asker, session));
	r->rows = octets[1 + keys] % ROWS_MAX;
	r->cols = octets[2 + keys] % COLS_MAX;
	draw(r);
	ask(r, true);
	draw(r);
	for (size_t i = 0; i < keys; i++) {
		press(r, octets[1 + i]);
	}
	screen_end(&r->screen);
	heard_end(&r->heard);
	asker_end(&r->asker);
	free(r);
	session_free(session);
	return 0;
}
