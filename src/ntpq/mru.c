/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mru - mrulist: the clients seen last, collected page by page.
 * Each page is asked with a nonce that the server made for us, and with the newest entries known as
 * resume points. The table moves while it is read: an entry seen again comes again, later. Every
 * loop here is bounded by PAGES_MAX and by STALL_MAX pages that brought nothing new.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "base/siphash.h"
#include "ntpq/ntpq.h"

enum {
	CLIENTS_MAX = 1 << 20,
	PAGES_MAX = 200000,
	STALL_MAX = 8,
	RESUME_MAX = 16,
	RECENT_N = 1024,
	NONCE_MAX = 64,
	FILTER_MAX = 200,
	FRAGS_DEFAULT = CONTROL_FRAGMENTS_MAX,
	LIMIT_MAX = 256,
	FLAG_LIMITED = 0x20,
	FLAG_KOD = 0x400,
};

struct client {
	char endpoint[ENDPOINT_TEXT_MAX];       /* as sent: "192.0.2.1:123", "[2001:db8::1]:123" */
	struct addr addr;
	uint16_t port;
	struct ntp_ts first, last;
	int64_t count, flags, mode_version, dropped;
	double score;
	uint64_t order;                         /* of arrival: later ones are newer */
};

enum sort { SORT_LSTINT, SORT_AVGINT, SORT_ADDR, SORT_COUNT, SORT_SCORE, SORT_DROP };

struct mru {
	struct client *at;
	size_t n, cap;
	uint32_t *slots;        /* hash table of places in at, plus one; 0 is empty */
	size_t slots_n;         /* a power of two */
	uint64_t order;                 /* of the last arrival */
	uint64_t resume;                /* the newest arrival the server may still know */
	uint32_t recent[RECENT_N];      /* place of arrival o at o % RECENT_N */
	struct siphash_key key;
	char nonce[NONCE_MAX];
	char filter[FILTER_MAX];        /* ", mincount=3" */
	uint32_t frags, limit;          /* 0: not given to the server */
	bool complete;
	uint64_t shown;                 /* arrivals shown already, in direct mode */
	struct ntp_ts now;
	enum sort sort;
	bool reversed;
};

/* ---- the table ---- */

static uint32_t
hash_of(const struct mru *m, const struct addr *a)
{
	return (uint32_t)siphash(&m->key, a->bytes, sizeof a->bytes);
}

static bool
grow(struct mru *m)
{
	size_t cap = m->cap == 0 ? 1024 : m->cap * 2;
	struct client *at = realloc(m->at, cap * sizeof *at);
	uint32_t *slots = calloc(cap * 2, sizeof *slots);

	if (at != NULL) {
		m->at = at;
	}
	if (at == NULL || slots == NULL) {
		free(slots);
		return false;
	}
	free(m->slots);
	m->slots = slots;
	m->slots_n = cap * 2;
	m->cap = cap;
	for (size_t i = 0; i < m->n; i++) {
		size_t s = hash_of(m, &m->at[i].addr) & (m->slots_n - 1);

		while (m->slots[s] != 0) {
			s = (s + 1) & (m->slots_n - 1);
		}
		m->slots[s] = (uint32_t)i + 1;
	}
	return true;
}

static void
note_arrival(struct mru *m, uint32_t place)
{
	m->at[place].order = ++m->order;
	m->recent[m->order % RECENT_N] = place;
	m->resume = m->order;
}

/*
 * Takes a client in, or replaces what was known of the address. *fresh: something new was learnt.
 */
static bool
put(struct mru *m, const struct client *c, bool *fresh)
{
	size_t s;

	if (m->n == m->cap && (m->n >= CLIENTS_MAX || !grow(m))) {
		return false;
	}
	s = hash_of(m, &c->addr) & (m->slots_n - 1);
	for (; m->slots[s] != 0; s = (s + 1) & (m->slots_n - 1)) {
		struct client *old = &m->at[m->slots[s] - 1];

		if (addr_equal(&old->addr, &c->addr)) {
			*fresh = *fresh || old->last.fix != c->last.fix;
			*old = *c;
			note_arrival(m, m->slots[s] - 1);
			return true;
		}
	}
	m->at[m->n] = *c;
	note_arrival(m, (uint32_t)m->n);
	m->slots[s] = (uint32_t)++m->n;
	*fresh = true;
	return true;
}

static void
forget_all(struct mru *m)
{
	m->n = 0;
	m->order = 0;
	m->resume = 0;
	if (m->slots != NULL) {
		memset(m->slots, 0, m->slots_n * sizeof *m->slots);
	}
}

/* ---- one page ---- */

static bool
split_endpoint(const char *text, struct client *c)
{
	char host[ADDR_TEXT_MAX];
	struct text h = text_over(host, sizeof host),
		    whole = text_over(c->endpoint, sizeof c->endpoint);
	const char *colon = strrchr(text, ':');
	size_t skip = text[0] == '[' ? 1 : 0;
	uint32_t port;

	if (colon == NULL || colon < text + 2 * skip || !text_to_u32(colon + 1, &port) ||
	    port > UINT16_MAX) {
		return false;
	}
	text_put_n(&h, text + skip, (size_t)(colon - text) - 2 * skip);
	text_put(&whole, text);
	c->port = (uint16_t)port;
	return !h.cut && !whole.cut && addr_parse(host, &c->addr);
}

static bool
set_field(struct client *c, const char *tag, const char *value)
{
	if (strcmp(tag, "addr") == 0) {
		return split_endpoint(value, c);
	} else if (strcmp(tag, "first") == 0) {
		return vars_stamp_of(value, &c->first);
	} else if (strcmp(tag, "last") == 0) {
		return vars_stamp_of(value, &c->last);
	} else if (strcmp(tag, "ct") == 0) {
		return text_to_i64(value, &c->count);
	} else if (strcmp(tag, "mv") == 0) {
		return text_to_i64(value, &c->mode_version);
	} else if (strcmp(tag, "rs") == 0) {
		return text_to_i64(value, &c->flags);
	} else if (strcmp(tag, "dr") == 0) {
		return text_to_i64(value, &c->dropped);
	} else if (strcmp(tag, "sc") == 0) {
		return text_to_double(value, &c->score);
	}
	return true;    /* a decoy, or younger than we are */
}

static bool
is_whole(const struct client *c)
{
	return c->addr.family != ADDR_NONE && c->last.fix != 0;
}

/* Reads a page. The fields of an entry stand together, in any order. */
static bool
take_page(struct mru *m, const struct vars *v, bool *fresh)
{
	struct client c = { .order = 0 };
	uint32_t current = UINT32_MAX, index;
	char tag[16];

	for (size_t i = 0; i < v->n; i++) {
		const struct variable *x = &v->at[i];

		if (x->value == NULL || strcmp(x->name, "last.newest") == 0 ||
		    !ntpq_split_tag(x->name, tag, sizeof tag, &index)) {
			continue;
		}
		if (index != current) {
			if (is_whole(&c) && !put(m, &c, fresh)) {
				return false;
			}
			c = (struct client){ .order = 0 };
			current = index;
		}
		if (!set_field(&c, tag, x->value)) {
			c.addr.family = ADDR_NONE;
		}
	}
	m->complete = vars_stamp(v, "now", &m->now);
	return !is_whole(&c) || put(m, &c, fresh);
}

static bool
take_nonce(struct mru *m, const struct vars *v)
{
	const char *nonce = vars_get(v, "nonce");
	struct text t = text_over(m->nonce, sizeof m->nonce);

	if (nonce == NULL || nonce[strspn(nonce, "0123456789abcdefABCDEF")] != '\0') {
		return false;
	}
	text_put(&t, nonce);
	return !t.cut && t.len > 0;
}

static bool
get_nonce(struct ntpq *q, struct mru *m)
{
	struct reading got;
	bool ok;

	if (!ntpq_read(q, CONTROL_REQ_NONCE, 0, NULL, &got)) {
		return false;
	}
	ok = take_nonce(m, &got.vars);
	vars_free(&got.vars);
	if (!ok) {
		ntpq_complain(q, "The server gave no nonce");
	}
	return ok;
}

/* Puts the newest entries that the server may still know, newest first, as resume points. */
static void
put_resume(const struct mru *m, struct text *t)
{
	unsigned n = 0;

	for (uint64_t o = m->resume; o > 0 && m->order - o < RECENT_N && n < RESUME_MAX; o--) {
		const struct client *c = &m->at[m->recent[o % RECENT_N]];
		char one[160];
		struct text p = text_over(one, sizeof one);

		if (c->order != o) {
			continue;       /* came again later */
		}
		text_printf(&p, ", addr.%u=%s, last.%u=0x%08x.%08x", n, c->endpoint, n,
		    (unsigned)(c->last.fix >> 32), (unsigned)(c->last.fix & UINT32_MAX));
		if (t->len + p.len > CONTROL_DATA_MAX) {
			break;
		}
		text_put(t, one);
		n++;
	}
}

/*
 * The server knows none of our resume points: try older ones, and when there are none begin again.
 */
static void
step_back(struct mru *m)
{
	if (m->resume > RESUME_MAX && m->order - (m->resume - RESUME_MAX) < RECENT_N) {
		m->resume -= RESUME_MAX;
	} else {
		forget_all(m);
	}
}

enum page { PAGE_GOT, PAGE_AGAIN, PAGE_FAILED };

static enum page
after_error(struct ntpq *q, struct mru *m, const struct request *r, enum control_error error)
{
	if (error == CONTROL_ERR_UNKNOWNVAR && m->n > 0) {
		step_back(m);
		return PAGE_AGAIN;
	}
	if (error == CONTROL_ERR_BADVALUE && m->frags > 1) {
		m->frags /= 2;
		return PAGE_AGAIN;
	}
	ntpq_report(q, SESSION_ERROR, r, error);
	return PAGE_FAILED;
}

static enum page
ask_page(struct ntpq *q, struct mru *m, bool *fresh)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text t = text_over(buf, sizeof buf);
	struct request r = { .op = CONTROL_READ_MRU, .data = buf };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	struct vars v;
	bool kept;

	text_printf(&t, "nonce=%s, frags=%u", m->nonce, m->frags);
	if (m->limit > 0) {
		text_printf(&t, ", limit=%u", m->limit);
	}
	text_put(&t, m->filter);
	put_resume(m, &t);
	r.len = t.len;
	switch (ntpq_ask_quietly(q, &r, &got)) {
	case SESSION_OK:
		break;
	case SESSION_ERROR:
		return after_error(q, m, &r, got.error);
	case SESSION_TIMEOUT:
	case SESSION_INCOMPLETE:
		/* The nonce was too old, or so many fragments in a row do not come through. */
		m->frags = m->frags > 1 ? m->frags / 2 : 1;
		return get_nonce(q, m) ? PAGE_AGAIN : PAGE_FAILED;
	case SESSION_REFUSED:
	case SESSION_UNSENT:
	case SESSION_TOO_LONG:
	case SESSION_UNSIGNED:
		ntpq_report(q, SESSION_REFUSED, &r, got.error);
		return PAGE_FAILED;
	}
	if (!vars_parse(&v, got.data, got.len)) {
		return PAGE_FAILED;
	}
	kept = take_page(m, &v, fresh);
	take_nonce(m, &v);
	vars_free(&v);
	return kept ? PAGE_GOT : PAGE_FAILED;
}

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

/* NTPsec keeps one fragment for the end: of a single one nothing is left for clients. */
static void
ask_for_more(struct mru *m)
{
	if (m->frags < FRAGS_DEFAULT) {
		m->frags *= 2;
	}
	if (m->limit <= LIMIT_MAX / 2) {
		m->limit *= 2;
	}
}

/* ---- order and output ---- */

static double
avgint_of(const struct client *c)
{
	return c->count > 0 ? ntp_ts_diff_s(c->last, c->first) / (double)c->count : 0;
}

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare(const void *x, const void *y, void *of)
{
	const struct client *a = x, *b = y;
	const struct mru *m = of;
	int order = 0;

	switch (m->sort) {
	case SORT_LSTINT:
		order = compare_numbers(ntp_ts_diff_s(b->last, a->last), 0);
		break;
	case SORT_AVGINT:
		order = compare_numbers(avgint_of(a), avgint_of(b));
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
	return m->reversed ? -order : order;
}

static long
whole(double s)
{
	return s > 0 ? lround(fmin(s, 1e9)) : 0;
}

static char
restriction_of(const struct client *c)
{
	return (c->flags & FLAG_KOD) != 0 ? 'K' : (c->flags & FLAG_LIMITED) != 0 ? 'L' : '.';
}

static void
print_client(struct ntpq *q, const struct mru *m, const struct client *c)
{
	char name[512];
	struct text t = text_over(name, sizeof name);

	ntpq_host_name(q, &c->addr, &t);
	fprintf(q->out, "%6ld %6ld %4x %c %d %d %6ld %5u %s\n",
	    whole(ntp_ts_diff_s(m->now, c->last)), whole(avgint_of(c)),
	    (unsigned)(c->flags & 0xffff), restriction_of(c), (int)(c->mode_version & 7),
	    (int)(c->mode_version >> 3 & 7), (long)c->count, c->port, name);
}

static void
json_client(struct ntpq *q, const struct mru *m, const struct client *c)
{
	char address[ADDR_TEXT_MAX];
	struct json *j = &q->json;

	json_object(j, NULL);
	json_string(j, "address", addr_format(&c->addr, address, sizeof address));
	json_int(j, "port", c->port);
	json_double(j, "lstint_s", fmax(0, ntp_ts_diff_s(m->now, c->last)));
	json_double(j, "avgint_s", avgint_of(c));
	json_int(j, "restriction_flags", c->flags);
	json_bool(j, "limited", (c->flags & FLAG_LIMITED) != 0);
	json_bool(j, "kod", (c->flags & FLAG_KOD) != 0);
	json_int(j, "mode", c->mode_version & 7);
	json_int(j, "version", c->mode_version >> 3 & 7);
	json_int(j, "count", c->count);
	json_double(j, "score", c->score);
	json_int(j, "dropped", c->dropped);
	json_close(j);
}

static void
print_head(struct ntpq *q, const struct mru *m)
{
	if (q->json.depth > 0) {
		if (!q->set.direct) {
			json_bool(&q->json, "complete", m->complete);
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
show_client(struct ntpq *q, const struct mru *m, const struct client *c)
{
	if (q->json.depth > 0) {
		json_client(q, m, c);
	} else {
		print_client(q, m, c);
	}
}

/* Shows what has come since the last call; a client that came again is shown again. */
static void
show_arrivals(struct ntpq *q, struct mru *m)
{
	if (!m->complete) {
		m->now = ntp_ts_from_rtime(ntpq_now());
	}
	if (m->shown > m->order || m->order - m->shown >= RECENT_N) {
		m->shown = m->order < RECENT_N ? 0 : m->order - RECENT_N + 1;
	}
	while (m->shown < m->order) {
		const struct client *c = &m->at[m->recent[++m->shown % RECENT_N]];

		if (c->order == m->shown) {
			show_client(q, m, c);
		}
	}
	fflush(q->out);
}

static void
show(struct ntpq *q, struct mru *m)
{
	if (m->n > 0) {
		qsort_r(m->at, m->n, sizeof *m->at, compare, m);
	}
	print_head(q, m);
	for (size_t i = 0; i < m->n; i++) {
		show_client(q, m, &m->at[i]);
	}
}

static void
collect(struct ntpq *q, struct mru *m)
{
	unsigned stalled = 0;

	if (!get_nonce(q, m)) {
		return;
	}
	if (q->set.direct) {
		print_head(q, m);
	}
	for (unsigned page = 0; page < PAGES_MAX && stalled < STALL_MAX && !m->complete; page++) {
		bool fresh = false;

		if (interrupted()) {
			fputs("mrulist retrieval interrupted by operator.\n"
			    "Displaying partial client list.\n", q->err);
			return;
		}
		if (ask_page(q, m, &fresh) == PAGE_FAILED) {
			return;
		}
		if (q->set.direct) {
			show_arrivals(q, m);
		}
		stalled = fresh ? 0 : stalled + 1;
		if (!fresh) {
			ask_for_more(m);
		}
	}
	if (!m->complete) {
		ntpq_complain(q, "The server does not come to an end; the list is partial");
	}
}

/* ---- arguments ---- */

static bool
choose_sort(struct mru *m, const char *key)
{
	static const char *const keys[] = {
		[SORT_LSTINT] = "lstint", [SORT_AVGINT] = "avgint", [SORT_ADDR] = "addr",
		[SORT_COUNT] = "count", [SORT_SCORE] = "score", [SORT_DROP] = "drop",
	};

	m->reversed = key[0] == '-';
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i], key + (m->reversed ? 1 : 0)) == 0) {
			m->sort = (enum sort)i;
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
take_argument(struct mru *m, const char *arg)
{
	struct text filter = { .at = m->filter, .cap = sizeof m->filter, .len = strlen(m->filter) };

	if (strcmp(arg, "limited") == 0) {
		text_printf(&filter, ", resany=0x%x", FLAG_LIMITED);
	} else if (strcmp(arg, "kod") == 0) {
		text_printf(&filter, ", resany=0x%x", FLAG_KOD);
	} else if (strncmp(arg, "sort=", 5) == 0) {
		return choose_sort(m, arg + 5);
	} else if (strncmp(arg, "frags=", 6) == 0) {
		return text_to_u32(arg + 6, &m->frags) && m->frags >= 1 &&
		    m->frags <= FRAGS_DEFAULT;
	} else if (strncmp(arg, "limit=", 6) == 0) {
		return text_to_u32(arg + 6, &m->limit) && m->limit >= 1 && m->limit <= LIMIT_MAX;
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
	struct mru *m = calloc(1, sizeof *m);
	sigset_t interrupt, before;

	if (m == NULL) {
		return;
	}
	m->frags = FRAGS_DEFAULT;
	for (int i = 0; i < c->n; i++) {
		if (!take_argument(m, c->arg[i])) {
			ntpq_complain(q, "Unknown or bad mrulist argument %.60s", c->arg[i]);
			free(m);
			return;
		}
	}
	if (getrandom(&m->key, sizeof m->key, GRND_NONBLOCK) < 0) {
		m->key.k0 = (uint64_t)ntpq_now().ns;
	}
	fprintf(q->err, "Ctrl-C will stop MRU retrieval and display partial results.\n");
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	collect(q, m);
	interrupted();
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!m->complete) {
		m->now = ntp_ts_from_rtime(ntpq_now());
	}
	if (!q->set.direct && (m->complete || m->n > 0)) {
		show(q, m);
	}
	free(m->at);
	free(m->slots);
	free(m);
}
