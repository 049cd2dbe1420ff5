/* SPDX-License-Identifier: BSD-2-Clause */
/* clients - asks for the pages of the client table and puts them together. */
#include "mode6/clients.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "base/text.h"
#include "mode6/vars.h"

enum { RESUME_MAX = 16 };

void
clients_start(struct clients *m)
{
	*m = (struct clients){ .frags = CLIENTS_FRAGS };
	/* Only against servers that choose addresses to make our table slow. */
	if (getrandom(&m->key, sizeof m->key, GRND_NONBLOCK) < 0) {
		m->key.k0 = (uint64_t)time(NULL);
	}
}

void
clients_end(struct clients *m)
{
	free(m->at);
	free(m->slots);
}

/* ---- the table ---- */

static uint32_t
hash_of(const struct clients *m, const struct addr *a)
{
	return (uint32_t)siphash(&m->key, a->bytes, sizeof a->bytes);
}

static bool
grow(struct clients *m)
{
	size_t cap = m->cap == 0 ? 1024 : m->cap * 2;
	struct client_seen *at = realloc(m->at, cap * sizeof *at);
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
note_arrival(struct clients *m, uint32_t place)
{
	m->at[place].order = ++m->order;
	m->recent[m->order % CLIENTS_RECENT] = place;
	m->resume = m->order;
}

/*
 * Takes a client in, or replaces what was known of the address. *fresh: something new was learnt.
 */
static bool
put(struct clients *m, const struct client_seen *c, bool *fresh)
{
	size_t s;

	if (m->n == m->cap && (m->n >= CLIENTS_MAX || !grow(m))) {
		return false;
	}
	s = hash_of(m, &c->addr) & (m->slots_n - 1);
	for (; m->slots[s] != 0; s = (s + 1) & (m->slots_n - 1)) {
		struct client_seen *old = &m->at[m->slots[s] - 1];

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
forget_all(struct clients *m)
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
split_endpoint(const char *text, struct client_seen *c)
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
set_field(struct client_seen *c, const char *tag, const char *value)
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
	return true; /* a decoy, or younger than we are */
}

static bool
is_whole(const struct client_seen *c)
{
	return c->addr.family != ADDR_NONE && c->last.fix != 0;
}

/* Reads a page. The fields of a client stand together, in any order. */
static bool
take_page(struct clients *m, const struct vars *v, bool *fresh)
{
	struct client_seen c = { .order = 0 };
	uint32_t current = UINT32_MAX, index;
	char tag[16];

	for (size_t i = 0; i < v->n; i++) {
		const struct variable *x = &v->at[i];

		if (x->value == NULL || strcmp(x->name, "last.newest") == 0 ||
		    !vars_split_index(x->name, tag, sizeof tag, &index)) {
			continue;
		}
		if (index != current) {
			if (is_whole(&c) && !put(m, &c, fresh)) {
				return false;
			}
			c = (struct client_seen){ .order = 0 };
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
take_nonce(struct clients *m, const struct vars *v)
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
fail(struct clients *m, enum clients_fault fault)
{
	m->fault = fault;
	return false;
}

static bool
fail_to_ask(struct clients *m, enum session_result result, enum control_error error)
{
	m->result = result;
	m->error = error;
	return fail(m, CLIENTS_UNASKED);
}

bool
clients_nonce(struct session *s, struct clients *m)
{
	struct request r = { .op = CONTROL_REQ_NONCE };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result = session_ask(s, &r, &got);
	struct vars v;
	bool ok;

	if (result != SESSION_OK) {
		return fail_to_ask(m, result, got.error);
	}
	if (!vars_parse(&v, got.data, got.len)) {
		return fail(m, CLIENTS_FULL);
	}
	ok = take_nonce(m, &v);
	vars_free(&v);
	return ok || fail(m, CLIENTS_NONCELESS);
}

/* Puts the newest clients that the server may still know, newest first, as resume points. */
static void
put_resume(const struct clients *m, struct text *t)
{
	unsigned n = 0;

	for (uint64_t o = m->resume; o > 0 && m->order - o < CLIENTS_RECENT && n < RESUME_MAX;
	     o--) {
		const struct client_seen *c = &m->at[m->recent[o % CLIENTS_RECENT]];
		char one[160];
		struct text p = text_over(one, sizeof one);

		if (c->order != o) {
			continue; /* came again later */
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
step_back(struct clients *m)
{
	if (m->resume > RESUME_MAX && m->order - (m->resume - RESUME_MAX) < CLIENTS_RECENT) {
		m->resume -= RESUME_MAX;
	} else {
		forget_all(m);
	}
}

static enum clients_page
after_error(struct clients *m, enum control_error error)
{
	if (error == CONTROL_ERR_UNKNOWNVAR && m->n > 0) {
		step_back(m);
		return CLIENTS_AGAIN;
	}
	if (error == CONTROL_ERR_BADVALUE && m->frags > 1) {
		m->frags /= 2;
		return CLIENTS_AGAIN;
	}
	fail_to_ask(m, SESSION_ERROR, error);
	return CLIENTS_FAILED;
}

static void
put_request(const struct clients *m, struct text *t)
{
	text_printf(t, "nonce=%s, frags=%u", m->nonce, m->frags);
	if (m->limit > 0) {
		text_printf(t, ", limit=%u", m->limit);
	}
	text_put(t, m->filter);
	put_resume(m, t);
}

static enum clients_page
read_page(struct clients *m, const struct answer *got, bool *fresh)
{
	struct vars v;
	bool kept;

	if (!vars_parse(&v, got->data, got->len)) {
		fail(m, CLIENTS_FULL);
		return CLIENTS_FAILED;
	}
	kept = take_page(m, &v, fresh);
	take_nonce(m, &v);
	vars_free(&v);
	if (!kept) {
		fail(m, CLIENTS_FULL);
	}
	return kept ? CLIENTS_GOT : CLIENTS_FAILED;
}

enum clients_page
clients_page(struct session *s, struct clients *m, bool *fresh)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text t = text_over(buf, sizeof buf);
	struct request r = { .op = CONTROL_READ_MRU, .data = buf };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;

	put_request(m, &t);
	r.len = t.len;
	result = session_ask(s, &r, &got);
	switch (result) {
	case SESSION_OK:
		break;
	case SESSION_ERROR:
		return after_error(m, got.error);
	case SESSION_TIMEOUT:
	case SESSION_INCOMPLETE:
		/* The nonce was too old, or so many fragments in a row do not come through. */
		m->frags = m->frags > 1 ? m->frags / 2 : 1;
		return clients_nonce(s, m) ? CLIENTS_AGAIN : CLIENTS_FAILED;
	case SESSION_REFUSED:
	case SESSION_UNSENT:
	case SESSION_TOO_LONG:
	case SESSION_UNSIGNED:
	case SESSION_UNPROVEN:
		fail_to_ask(m, result, got.error);
		return CLIENTS_FAILED;
	}
	return read_page(m, &got, fresh);
}

void
clients_larger(struct clients *m)
{
	if (m->frags < CLIENTS_FRAGS) {
		m->frags *= 2;
	}
	if (m->limit <= CLIENTS_LIMIT_MAX / 2) {
		m->limit *= 2;
	}
}

/* ---- one client ---- */

double
client_seen_interval_s(const struct client_seen *c)
{
	return c->count > 0 ? ntp_ts_diff_s(c->last, c->first) / (double)c->count : 0;
}

char
client_seen_restriction(const struct client_seen *c)
{
	return (c->flags & CLIENT_KOD) != 0 ? 'K' : (c->flags & CLIENT_LIMITED) != 0 ? 'L' : '.';
}
