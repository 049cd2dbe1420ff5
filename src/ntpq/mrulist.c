/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mrulist - the clients seen last, sorted or as they come. The loop is bounded by PAGES_MAX and by
 * STALL_MAX pages that brought nothing new.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "mode6/clients.h"
#include "ntpq/ntpq.h"

enum { PAGES_MAX = 2 << 20, STALL_MAX = 8 };

enum sort { SORT_LSTINT, SORT_AVGINT, SORT_ADDR, SORT_COUNT, SORT_SCORE, SORT_DROP };

/* One run of the command. */
struct listing {
	struct clients m;
	uint64_t shown; /* arrivals shown already, in direct mode */
	enum sort sort;
	bool reversed;
};

/* ---- order and output ---- */

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare(const void *x, const void *y, void *of)
{
	const struct client_seen *a = x, *b = y;
	const struct listing *l = of;
	int order = 0;

	switch (l->sort) {
	case SORT_LSTINT:
		order = compare_numbers(ntp_ts_diff_s(b->last, a->last), 0);
		break;
	case SORT_AVGINT:
		order = compare_numbers(client_seen_interval_s(a), client_seen_interval_s(b));
		break;
	case SORT_ADDR:
		order = addr_compare(&a->addr, &b->addr);
		break;
	case SORT_COUNT:
		order = compare_numbers((double)a->count, (double)b->count);
		break;
	case SORT_SCORE:
		order = compare_numbers(a->score, b->score);
		break;
	case SORT_DROP:
		order = compare_numbers((double)a->dropped, (double)b->dropped);
		break;
	}
	if (order == 0) {
		order = addr_compare(&a->addr, &b->addr);
	}
	return l->reversed ? -order : order;
}

static long
whole(double s)
{
	return s > 0 ? lround(fmin(s, 1e9)) : 0;
}

static void
print_client(struct ntpq *q, const struct listing *l, const struct client_seen *c)
{
	char name[512];
	struct text t = text_over(name, sizeof name);

	ntpq_host_name(q, &c->addr, &t);
	fprintf(q->out, "%6ld %6ld %4x %c %d %d %6ld %5u %s\n",
	    whole(ntp_ts_diff_s(l->m.now, c->last)), whole(client_seen_interval_s(c)),
	    (unsigned)(c->flags & 0xffff), client_seen_restriction(c), (int)(c->mode_version & 7),
	    (int)(c->mode_version >> 3 & 7), (long)c->count, c->port, name);
}

static void
json_client(struct ntpq *q, const struct listing *l, const struct client_seen *c)
{
	char address[ADDR_TEXT_MAX];
	struct json *j = &q->json;

	json_object(j, NULL);
	json_string(j, "address", addr_format(&c->addr, address, sizeof address));
	json_int(j, "port", c->port);
	json_double(j, "lstint_s", fmax(0, ntp_ts_diff_s(l->m.now, c->last)));
	json_double(j, "avgint_s", client_seen_interval_s(c));
	json_int(j, "restriction_flags", c->flags);
	json_bool(j, "limited", (c->flags & CLIENT_LIMITED) != 0);
	json_bool(j, "kod", (c->flags & CLIENT_KOD) != 0);
	json_int(j, "mode", c->mode_version & 7);
	json_int(j, "version", c->mode_version >> 3 & 7);
	json_int(j, "count", c->count);
	json_double(j, "score", c->score);
	json_int(j, "dropped", c->dropped);
	json_close(j);
}

static void
print_head(struct ntpq *q, const struct listing *l)
{
	if (q->json.depth > 0) {
		if (!q->set.direct) {
			json_bool(&q->json, "complete", l->m.complete);
		}
		json_array(&q->json, "clients");
		return;
	}
	fputs("lstint avgint rstr r m v  count rport remote address\n", q->out);
	for (int i = 0; i < 78; i++) {
		putc('=', q->out);
	}
	putc('\n', q->out);
}

static void
show_client(struct ntpq *q, const struct listing *l, const struct client_seen *c)
{
	if (q->json.depth > 0) {
		json_client(q, l, c);
	} else {
		print_client(q, l, c);
	}
}

/* Shows what has come since the last call; a client that came again is shown again. */
static void
show_arrivals(struct ntpq *q, struct listing *l)
{
	struct clients *m = &l->m;

	if (!m->complete) {
		m->now = ntp_ts_from_rtime(ntpq_now());
	}
	if (l->shown > m->order || m->order - l->shown >= CLIENTS_RECENT) {
		l->shown = m->order < CLIENTS_RECENT ? 0 : m->order - CLIENTS_RECENT + 1;
	}
	while (l->shown < m->order) {
		const struct client_seen *c = &m->at[m->recent[++l->shown % CLIENTS_RECENT]];

		if (c->order == l->shown) {
			show_client(q, l, c);
		}
	}
	fflush(q->out);
}

static void
show(struct ntpq *q, struct listing *l)
{
	struct clients *m = &l->m;

	if (m->n > 0) {
		qsort_r(m->at, m->n, sizeof *m->at, compare, l);
	}
	print_head(q, l);
	for (size_t i = 0; i < m->n; i++) {
		show_client(q, l, &m->at[i]);
	}
}

/* ---- collecting ---- */

/* A Ctrl-C that came while it was blocked; taken away, so that only the collecting ends. */
static bool
interrupted(void)
{
	sigset_t pending, interrupt;
	int number;

	sigemptyset(&pending);
	sigpending(&pending);
	if (sigismember(&pending, SIGINT) != 1) {
		return false;
	}
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigwait(&interrupt, &number);
	return true;
}

/* Says what kept a nonce, or a page, from us. */
static void
complain(struct ntpq *q, const struct clients *m)
{
	static const struct request mru = { .op = CONTROL_READ_MRU };

	switch (m->fault) {
	case CLIENTS_UNASKED:
		ntpq_report(q, m->result, &mru, m->error);
		break;
	case CLIENTS_NONCELESS:
		ntpq_complain(q, "The server gave no nonce");
		break;
	case CLIENTS_FULL:
		ntpq_complain(q, "More than %d clients, or no memory; the list is partial",
		    CLIENTS_MAX);
		break;
	}
}

static bool
begin(struct ntpq *q, struct clients *m)
{
	fflush(q->out);
	if (q->session == NULL) {
		ntpq_complain(q, "No host open, use host command");
		return false;
	}
	if (!clients_nonce(q->session, m)) {
		complain(q, m);
		return false;
	}
	return true;
}

static void
collect(struct ntpq *q, struct listing *l)
{
	struct clients *m = &l->m;
	unsigned stalled = 0;

	if (!begin(q, m)) {
		return;
	}
	if (q->set.direct) {
		print_head(q, l);
	}
	for (unsigned page = 0; page < PAGES_MAX && stalled < STALL_MAX && !m->complete; page++) {
		bool fresh = false;

		if (interrupted()) {
			fputs("mrulist retrieval interrupted by operator.\n"
			      "Displaying partial client list.\n",
			    q->err);
			return;
		}
		if (clients_page(q->session, m, &fresh) == CLIENTS_FAILED) {
			complain(q, m);
			return;
		}
		if (q->set.direct) {
			show_arrivals(q, l);
		}
		stalled = fresh ? 0 : stalled + 1;
		if (!fresh) {
			clients_larger(m);
		}
	}
	if (!m->complete) {
		ntpq_complain(q, "The server does not come to an end; the list is partial");
	}
}

/* ---- arguments ---- */

static bool
choose_sort(struct listing *l, const char *key)
{
	static const char *const keys[] = {
		[SORT_LSTINT] = "lstint",
		[SORT_AVGINT] = "avgint",
		[SORT_ADDR] = "addr",
		[SORT_COUNT] = "count",
		[SORT_SCORE] = "score",
		[SORT_DROP] = "drop",
	};

	l->reversed = key[0] == '-';
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i], key + (l->reversed ? 1 : 0)) == 0) {
			l->sort = (enum sort)i;
			return true;
		}
	}
	return false;
}

/* Filters the server applies are handed on as they are. */
static bool
is_filter(const char *arg)
{
	static const char *const names[] = {
		"mincount=",
		"resall=",
		"resany=",
		"maxlstint=",
		"minlstint=",
		"laddr=",
		"mindrop=",
		"minscore=",
		"recent=",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strncmp(arg, names[i], strlen(names[i])) == 0 && strpbrk(arg, ", \"") == NULL) {
			return true;
		}
	}
	return false;
}

static bool
take_argument(struct listing *l, const char *arg)
{
	struct clients *m = &l->m;
	struct text filter = {
		.at = m->filter,
		.cap = sizeof m->filter,
		.len = strlen(m->filter),
	};

	if (strcmp(arg, "limited") == 0) {
		text_printf(&filter, ", resany=0x%x", CLIENT_LIMITED);
	} else if (strcmp(arg, "kod") == 0) {
		text_printf(&filter, ", resany=0x%x", CLIENT_KOD);
	} else if (strncmp(arg, "sort=", 5) == 0) {
		return choose_sort(l, arg + 5);
	} else if (strncmp(arg, "frags=", 6) == 0) {
		return text_to_u32(arg + 6, &m->frags) && m->frags >= 1 &&
		    m->frags <= CLIENTS_FRAGS;
	} else if (strncmp(arg, "limit=", 6) == 0) {
		return text_to_u32(arg + 6, &m->limit) && m->limit >= 1 &&
		    m->limit <= CLIENTS_LIMIT_MAX;
	} else if (is_filter(arg)) {
		text_printf(&filter, ", %s", arg);
	} else {
		return false;
	}
	return !filter.cut;
}

void
command_mrulist(struct ntpq *q, const struct call *c)
{
	struct listing *l = calloc(1, sizeof *l);
	sigset_t interrupt, before;

	if (l == NULL) {
		return;
	}
	clients_start(&l->m);
	for (int i = 0; i < c->n; i++) {
		if (!take_argument(l, c->arg[i])) {
			ntpq_complain(q, "Unknown or bad mrulist argument %.60s", c->arg[i]);
			free(l);
			return;
		}
	}
	fprintf(q->err, "Ctrl-C will stop MRU retrieval and display partial results.\n");
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	collect(q, l);
	interrupted();
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!l->m.complete) {
		l->m.now = ntp_ts_from_rtime(ntpq_now());
	}
	if (!q->set.direct && (l->m.complete || l->m.n > 0)) {
		show(q, l);
	}
	clients_end(&l->m);
	free(l);
}
