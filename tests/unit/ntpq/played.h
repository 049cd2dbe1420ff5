/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * played - ntpq in a test, before a played server that has an answer ready for each question.
 */
#ifndef TESTS_UNIT_NTPQ_PLAYED_H
#define TESTS_UNIT_NTPQ_PLAYED_H
#include "ntpq/ntpq.h"
#include "unit/mode6/script.h"

struct reply {
	enum control_op op;
	int assoc;         /* -1: any */
	const char *asked; /* how the request begins; NULL: anything */
	uint16_t status;
	const char *text; /* NULL: the error in status */
};

struct played {
	const struct reply *replies;
	size_t n;
	const void *list; /* READSTAT of association 0 */
	size_t list_len;
	char requests[4096]; /* what came, one per line */
};

static inline void
put_text(struct script *s, const struct control_header *h, uint16_t status, const void *text,
    size_t len)
{
	struct control_header a = *h;

	a.response = true;
	a.status = status;
	for (size_t at = 0; at == 0 || at < len; at += CONTROL_DATA_MAX) {
		size_t part = len - at < CONTROL_DATA_MAX ? len - at : CONTROL_DATA_MAX;

		a.offset = (uint16_t)at;
		a.count = (uint16_t)part;
		a.more = at + part < len;
		script_put(s, &a, part > 0 ? (const char *)text + at : "", part);
	}
}

static inline void
serve_played(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct played *p = s->own;
	size_t used = strlen(p->requests);
	struct text log = { .at = p->requests, .cap = sizeof p->requests, .len = used };

	(void)len;
	text_printf(&log, "%u %u %.*s\n", h->op, h->assoc, (int)h->count, (const char *)data);
	if (h->op == CONTROL_READSTAT && h->assoc == 0) {
		put_text(s, h, 0x0615, p->list, p->list_len);
		return;
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct reply *r = &p->replies[i];

		if (r->op != h->op || (r->assoc >= 0 && r->assoc != h->assoc)) {
			continue;
		}
		if (r->asked != NULL &&
		    (strlen(r->asked) > h->count ||
			memcmp(r->asked, data, strlen(r->asked)) != 0)) {
			continue;
		}
		if (r->text == NULL) {
			struct control_header e = *h;

			e.response = e.error = true;
			e.status = r->status;
			e.count = 0;
			script_put(s, &e, "", 0);
		} else {
			put_text(s, h, r->status, r->text, strlen(r->text));
		}
		return;
	}
}

struct world {
	struct ntpq q;
	struct script *script;
	struct played played;
	char *out;
	size_t out_len;
	FILE *quiet;
};

static inline void
begin(struct world *w, const struct reply *replies, size_t n)
{
	memset(w, 0, sizeof *w);
	w->script = script_new();
	w->script->own = &w->played;
	w->script->serve = serve_played;
	w->script->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
	w->script->key_id = 1;
	w->played.replies = replies;
	w->played.n = n;
	w->quiet = fopen("/dev/null", "w");
	w->q.set.numeric = true;
	w->q.set.timeout_s = 5;
	w->q.set.version = 2;
	w->q.out = open_memstream(&w->out, &w->out_len);
	w->q.err = w->quiet;
	w->q.assoc = calloc(ASSOCS_MAX, sizeof *w->q.assoc);
	w->q.session = session_new(&w->script->base, 1);
	w->q.host_n = 1;
	memcpy(w->q.host, "played", 7);
	memcpy(w->q.name, "played", 7);
}

static inline const char *
run(struct world *w, const char *line)
{
	rewind(w->q.out);
	w->q.error[0] = '\0';
	ntpq_run(&w->q, line);
	fputc('\0', w->q.out);
	fflush(w->q.out);
	return w->out;
}

static inline void
end(struct world *w)
{
	fclose(w->q.out);
	fclose(w->quiet);
	free(w->out);
	ntpq_close(&w->q);
	mac_key_free(w->q.key.key);
	for (size_t i = 0; i < w->q.list_n; i++) {
		free(w->q.list[i]);
	}
	free(w->q.assoc);
}

#endif
