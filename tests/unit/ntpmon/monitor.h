/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor - ntpmon over the played daemon of told.h: keys are pressed, and what is on the screen is
 * text.
 */
#ifndef TESTS_UNIT_NTPMON_MONITOR_H
#define TESTS_UNIT_NTPMON_MONITOR_H
#include "ntpmon/view.h"
#include "unit/mode6/told.h"

struct monitor {
	struct told told;
	struct session *session;
	struct asker asker;
	struct heard heard;
	struct model model;
	struct screen screen;
	char *text; /* of the last screen */
};

static inline void
monitor_ask(struct monitor *r, bool all)
{
	struct wanted w = model_wants(&r->model, &r->heard, 20);

	if (!all) {
		heard_ask_more(&r->heard, &r->asker, &w);
		return;
	}
	heard_ask(&r->heard, &r->asker, &w);
	r->heard.at_s = 1700000000;
	r->heard.up_at_s = r->heard.up ? r->heard.at_s : r->heard.up_at_s;
	model_take(&r->model, &r->heard);
}

static inline struct monitor *
monitor_begin(void)
{
	struct monitor *r = calloc(1, sizeof *r);

	setenv("TZ", "UTC", 1);
	r->told = told_whole();
	r->session = told_session(&r->told);
	session_set_timeout(r->session, 0.4);
	if (!asker_begin(&r->asker, r->session)) {
		abort();
	}
	monitor_ask(r, true);
	return r;
}

static inline void
monitor_end(struct monitor *r)
{
	free(r->text);
	screen_end(&r->screen);
	heard_end(&r->heard);
	asker_end(&r->asker);
	session_free(r->session);
	free(r);
}

static inline void
monitor_key(struct monitor *r, int key)
{
	switch (model_key(&r->model, &r->heard, key)) {
	case WANT_NOTHING:
	case WANT_DRAW:
		break;
	case WANT_MORE:
		monitor_ask(r, false);
		break;
	case WANT_ALL:
		monitor_ask(r, true);
		break;
	}
}

static inline void
monitor_keys(struct monitor *r, const char *keys)
{
	while (*keys != '\0') {
		monitor_key(r, *keys++);
	}
}

static inline const char *
monitor_draw(struct monitor *r, unsigned rows, unsigned cols, bool ascii)
{
	static const struct view_bar bar = { "ntp.example", "22:13:20", 8 };
	size_t len;
	FILE *out;

	free(r->text);
	r->text = NULL;
	out = open_memstream(&r->text, &len);
	if (!screen_begin(&r->screen, rows, cols, ascii)) {
		abort();
	}
	view_draw(&r->screen, &r->model, &r->heard, &bar);
	screen_print(&r->screen, out);
	(void)fclose(out);
	return r->text;
}

#endif
