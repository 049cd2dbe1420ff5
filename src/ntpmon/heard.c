/* SPDX-License-Identifier: BSD-2-Clause */
/* heard - asks the daemon for what is shown. */
#include "ntpmon/heard.h"
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

/* Of a server that knows no "recent": what is read of its table at most. */
enum { PAGES_MAX = 64, STALL_MAX = 3 };

static const double WITHIN_S = 2;

bool
asker_begin(struct asker *a, struct session *session)
{
	*a = (struct asker){ .session = session, .reader = snapshot_reader_new(session) };
	return a->reader != NULL;
}

void
asker_end(struct asker *a)
{
	snapshot_reader_free(a->reader);
}

/* ---- variables ---- */

/* What was there before is gone, whatever comes. */
static void
read_vars(struct asker *a, enum control_op op, uint16_t id, struct vars *v)
{
	struct request r = { .op = op, .assoc = id };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };

	vars_free(v);
	*v = (struct vars){ .at = NULL };
	if (session_ask(a->session, &r, &got) == SESSION_OK && !vars_parse(v, got.data, got.len)) {
		*v = (struct vars){ .at = NULL };
	}
}

/* ---- clients ---- */

static int
newest_first(const void *x, const void *y)
{
	const struct client_seen *a = x, *b = y;
	double order_s = ntp_ts_diff_s(b->last, a->last);

	return order_s > 0 ? 1 : order_s < 0 ? -1 : addr_compare(&a->addr, &b->addr);
}

/* Reads pages until the server says that there are no more. False when it says no. */
static bool
read_pages(struct asker *a, struct clients *m)
{
	unsigned stalled = 0;

	if (!clients_nonce(a->session, m)) {
		return false;
	}
	for (unsigned page = 0; page < PAGES_MAX && stalled < STALL_MAX && !m->complete; page++) {
		bool fresh = false;

		if (clients_page(a->session, m, &fresh) == CLIENTS_FAILED) {
			return false;
		}
		stalled = fresh ? 0 : stalled + 1;
		if (!fresh) {
			clients_larger(m);
		}
	}
	return true;
}

static bool
said_no(const struct clients *m)
{
	return m->fault == CLIENTS_UNASKED && m->result == SESSION_ERROR;
}

static void
read_clients(struct heard *h, struct asker *a, unsigned n)
{
	struct clients *m = &h->clients;
	struct text filter;

	clients_end(m);
	clients_start(m);
	filter = text_over(m->filter, sizeof m->filter);
	if (!a->no_recent) {
		text_printf(&filter, ", recent=%u", n);
	}
	h->clients_told = read_pages(a, m);
	if (!h->clients_told && !a->no_recent && said_no(m)) {
		a->no_recent = true;
		clients_end(m);
		clients_start(m);
		h->clients_told = read_pages(a, m);
	}
	if (m->n > 0) {
		qsort(m->at, m->n, sizeof *m->at, newest_first);
	}
}

/* ---- all ---- */

void
heard_ask_more(struct heard *h, struct asker *a, const struct wanted *w)
{
	if (!h->up) {
		return;
	}
	session_set_deadline(a->session, WITHIN_S);
	if (w->system) {
		read_vars(a, CONTROL_READVAR, 0, &h->system);
	}
	if (w->source) {
		read_vars(a, CONTROL_READVAR, w->source_id, &h->source);
		if (w->is_clock) {
			read_vars(a, CONTROL_READCLOCK, w->source_id, &h->clock);
		} else {
			vars_free(&h->clock);
			h->clock = (struct vars){ .at = NULL };
		}
		h->source_id = w->source_id;
	}
	if (w->clients) {
		read_clients(h, a, w->clients_n);
	}
}

void
heard_ask(struct heard *h, struct asker *a, const struct wanted *w)
{
	struct snapshot *got = &h->slot[h->last == &h->slot[0] ? 1 : 0];
	struct text why = text_over(h->why, sizeof h->why);

	snapshot_read(a->reader, WITHIN_S, got);
	h->at_s = got->at_s;
	h->up = got->up;
	text_put(&why, got->why);
	if (!h->up) {
		a->no_recent = false; /* another may come */
		return;
	}
	h->last = got;
	h->up_at_s = h->at_s;
	heard_ask_more(h, a, w);
}

void
heard_end(struct heard *h)
{
	snapshot_free(&h->slot[0]);
	snapshot_free(&h->slot[1]);
	vars_free(&h->system);
	vars_free(&h->source);
	vars_free(&h->clock);
	clients_end(&h->clients);
}
