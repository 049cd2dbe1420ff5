/* SPDX-License-Identifier: BSD-2-Clause */
/* mrulist_pages - asks for the pages of the client table and puts them together. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "ntpq/mrulist.h"

enum { CLIENTS_MAX = 1 << 20, RESUME_MAX = 16 };

void
mrulist_start(struct mrulist *m)
{
	*m = (struct mrulist){ .frags = MRULIST_FRAGS };
	/* Only against servers that choose addresses to make our table slow. */
	if (getrandom(&m->key, sizeof m->key, GRND_NONBLOCK) < 0) {
		m->key.k0 = (uint64_t)ntpq_now().ns;
	}
}

void
mrulist_end(struct mrulist *m)
{
	free(m->at);
	free(m->slots);
}

/* ---- the table ---- */

static uint32_t
hash_of(const struct mrulist *m, const struct addr *a)
{
	return (uint32_t)siphash(&m->key, a->bytes, sizeof a->bytes);
}

static bool
grow(struct mrulist *m)
{
	size_t cap = m->cap == 0 ? 1024 : m->cap * 2;
	struct mrulist_client *at = realloc(m->at, cap * sizeof *at);
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
note_arrival(struct mrulist *m, uint32_t place)
{
	m->at[place].order = ++m->order;
	m->recent[m->order % MRULIST_RECENT] = place;
	m->resume = m->order;
}

/*
 * Takes a client in, or replaces what was known of the address. *fresh: something new was learnt.
 */
static bool
put(struct mrulist *m, const struct mrulist_client *c, bool *fresh)
{
	size_t s;

	if (m->n == m->cap && (m->n >= CLIENTS_MAX || !grow(m))) {
		return false;
	}
	s = hash_of(m, &c->addr) & (m->slots_n - 1);
	for (; m->slots[s] != 0; s = (s + 1) & (m->slots_n - 1)) {
		struct mrulist_client *old = &m->at[m->slots[s] - 1];

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
forget_all(struct mrulist *m)
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
split_endpoint(const char *text, struct mrulist_client *c)
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
set_field(struct mrulist_client *c, const char *tag, const char *value)
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
is_whole(const struct mrulist_client *c)
{
	return c->addr.family != ADDR_NONE && c->last.fix != 0;
}

/* Reads a page. The fields of a client stand together, in any order. */
static bool
take_page(struct mrulist *m, const struct vars *v, bool *fresh)
{
	struct mrulist_client c = { .order = 0 };
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
			c = (struct mrulist_client){ .order = 0 };
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
take_nonce(struct mrulist *m, const struct vars *v)
{
	const char *nonce = vars_get(v, "nonce");
	struct text t = text_over(m->nonce, sizeof m->nonce);

	if (nonce == NULL || nonce[strspn(nonce, "0123456789abcdefABCDEF")] != '\0') {
		return false;
	}
	text_put(&t, nonce);
	return !t.cut && t.len > 0;
}

bool
mrulist_nonce(struct ntpq *q, struct mrulist *m)
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

/* Puts the newest clients that the server may still know, newest first, as resume points. */
static void
put_resume(const struct mrulist *m, struct text *t)
{
	unsigned n = 0;

	for (uint64_t o = m->resume; o > 0 && m->order - o < MRULIST_RECENT && n < RESUME_MAX;
	     o--) {
		const struct mrulist_client *c = &m->at[m->recent[o % MRULIST_RECENT]];
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
step_back(struct mrulist *m)
{
	if (m->resume > RESUME_MAX && m->order - (m->resume - RESUME_MAX) < MRULIST_RECENT) {
		m->resume -= RESUME_MAX;
	} else {
		forget_all(m);
	}
}

static enum mrulist_page
after_error(struct ntpq *q, struct mrulist *m, const struct request *r, enum control_error error)
{
	if (error == CONTROL_ERR_UNKNOWNVAR && m->n > 0) {
		step_back(m);
		return MRULIST_AGAIN;
	}
	if (error == CONTROL_ERR_BADVALUE && m->frags > 1) {
		m->frags /= 2;
		return MRULIST_AGAIN;
	}
	ntpq_report(q, SESSION_ERROR, r, error);
	return MRULIST_FAILED;
}

enum mrulist_page
mrulist_page(struct ntpq *q, struct mrulist *m, bool *fresh)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text t = text_over(buf, sizeof buf);
	struct request r = { .op = CONTROL_READ_MRU, .data = buf };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;
	struct vars v;
	bool kept;

	text_printf(&t, "nonce=%s, frags=%u", m->nonce, m->frags);
	if (m->limit > 0) {
		text_printf(&t, ", limit=%u", m->limit);
	}
	text_put(&t, m->filter);
	put_resume(m, &t);
	r.len = t.len;
	result = ntpq_ask_quietly(q, &r, &got);
	switch (result) {
	case SESSION_OK:
		break;
	case SESSION_ERROR:
		return after_error(q, m, &r, got.error);
	case SESSION_TIMEOUT:
	case SESSION_INCOMPLETE:
		/* The nonce was too old, or so many fragments in a row do not come through. */
		m->frags = m->frags > 1 ? m->frags / 2 : 1;
		return mrulist_nonce(q, m) ? MRULIST_AGAIN : MRULIST_FAILED;
	case SESSION_REFUSED:
	case SESSION_UNSENT:
	case SESSION_TOO_LONG:
	case SESSION_UNSIGNED:
	case SESSION_UNPROVEN:
		ntpq_report(q, result, &r, got.error);
		return MRULIST_FAILED;
	}
	if (!vars_parse(&v, got.data, got.len)) {
		return MRULIST_FAILED;
	}
	kept = take_page(m, &v, fresh);
	take_nonce(m, &v);
	vars_free(&v);
	if (!kept) {
		ntpq_complain(q, "More than %d clients, or no memory; the list is partial",
		    CLIENTS_MAX);
		return MRULIST_FAILED;
	}
	return MRULIST_GOT;
}

void
mrulist_larger(struct mrulist *m)
{
	if (m->frags < MRULIST_FRAGS) {
		m->frags *= 2;
	}
	if (m->limit <= MRULIST_LIMIT_MAX / 2) {
		m->limit *= 2;
	}
}
