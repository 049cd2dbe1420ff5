/* SPDX-License-Identifier: BSD-2-Clause */
/* ntske - records of NTS key establishment. */
#include "wire/ntske.h"
#include <assert.h>
#include <string.h>

enum { CRITICAL = 0x8000, NTPV4 = 0 };

enum record_type {
	RECORD_END = 0,
	RECORD_PROTOCOL = 1,
	RECORD_ERROR = 2,
	RECORD_WARNING = 3,
	RECORD_AEAD = 4,
	RECORD_COOKIE = 5,
	RECORD_SERVER = 6,
	RECORD_PORT = 7,
	RECORD_DENY = 13,              /* of the drafts on pools */
	RECORD_GCM_SIV_EXPORTED = 1024 /* agreed upon by implementations */
};

struct record {
	bool critical;
	unsigned type;
	struct cursor body;
};

/* What the two kinds of message have in common while they are read. */
struct message {
	unsigned protocols, aeads, servers, ports; /* records of each so far */
	bool ended;
};

static enum ntske_read
take_record(struct cursor *c, struct record *r)
{
	uint16_t type = cursor_u16(c);
	uint16_t len = cursor_u16(c);
	struct span body = cursor_take(c, len);

	if (cursor_bad(c)) {
		return NTSKE_READ_MORE;
	}
	r->critical = (type & CRITICAL) != 0;
	r->type = type & ~(unsigned)CRITICAL;
	r->body = cursor_over(body.at, body.len);
	return NTSKE_READ_DONE;
}

static enum ntske_read
good(bool ok)
{
	return ok ? NTSKE_READ_DONE : NTSKE_READ_BAD;
}

/* A list of numbers of two octets; its first max are kept. */
static bool
take_list(struct cursor *c, uint16_t *list, unsigned max, unsigned *n)
{
	if (cursor_left(c) % 2 != 0) {
		return false;
	}
	for (*n = 0; cursor_left(c) > 0;) {
		uint16_t v = cursor_u16(c);
		if (*n < max) {
			list[(*n)++] = v;
		}
	}
	return true;
}

static bool
take_number(struct cursor *c, uint16_t *out)
{
	*out = cursor_u16(c);
	return !cursor_bad(c) && cursor_left(c) == 0;
}

static bool
is_name_octet(uint8_t b)
{
	return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	    b == '.' || b == '-' || b == '_' || b == ':';
}

/* A host name or an address in text: nothing that could be taken for anything else in a log. */
static bool
take_name(struct cursor *c, char out[NTSKE_NAME_MAX])
{
	size_t len = cursor_left(c);

	if (len == 0 || len >= NTSKE_NAME_MAX) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t b = cursor_u8(c);
		if (!is_name_octet(b)) {
			return false;
		}
		out[i] = (char)b;
	}
	out[len] = '\0';
	return true;
}

static bool
take_protocols(struct record *r, struct message *m, bool *ntpv4)
{
	if (!r->critical || m->protocols++ > 0 || cursor_left(&r->body) % 2 != 0) {
		return false;
	}
	while (cursor_left(&r->body) > 0) {
		*ntpv4 = cursor_u16(&r->body) == NTPV4 || *ntpv4;
	}
	return true;
}

static bool
take_end(struct record *r, struct message *m)
{
	m->ended = true;
	return r->critical && cursor_left(&r->body) == 0;
}

static bool
take_port(struct record *r, struct message *m, uint16_t *port)
{
	return m->ports++ == 0 && take_number(&r->body, port) && *port != 0;
}

static enum ntske_read
unknown(const struct record *r)
{
	return r->critical ? NTSKE_READ_CRITICAL : NTSKE_READ_DONE;
}

static bool
take_deny(struct record *r, struct ntske_request *q)
{
	char name[NTSKE_NAME_MAX];

	if (!take_name(&r->body, name)) {
		return false;
	}
	if (q->deny_n < NTSKE_DENY_MAX) {
		memcpy(q->deny[q->deny_n++], name, sizeof name);
	}
	return true;
}

static enum ntske_read
take_of_request(struct record *r, struct message *m, struct ntske_request *q)
{
	switch (r->type) {
	case RECORD_END:
		return good(take_end(r, m));
	case RECORD_PROTOCOL:
		return good(take_protocols(r, m, &q->ntpv4));
	case RECORD_AEAD:
		return good(
		    m->aeads++ == 0 && take_list(&r->body, q->aead, NTSKE_AEADS_MAX, &q->aead_n));
	case RECORD_SERVER:
		return good(m->servers++ == 0 && take_name(&r->body, q->server));
	case RECORD_PORT:
		return good(take_port(r, m, &q->port));
	case RECORD_DENY:
		return good(take_deny(r, q));
	case RECORD_GCM_SIV_EXPORTED:
		q->gcm_siv_exported = true;
		return good(cursor_left(&r->body) == 0);
	case RECORD_ERROR:
	case RECORD_WARNING:
	case RECORD_COOKIE:
		return NTSKE_READ_BAD; /* a server's to send */
	default:
		return unknown(r);
	}
}

static bool
take_refusal(struct record *r, struct ntske_response *p)
{
	p->refused = true;
	return take_number(&r->body, &p->error);
}

static bool
take_aead(struct record *r, struct message *m, struct ntske_response *p)
{
	uint16_t aead = 0;
	unsigned n;

	if (m->aeads++ > 0 || cursor_left(&r->body) > 2 || !take_list(&r->body, &aead, 1, &n)) {
		return false;
	}
	p->aead = aead;
	return true;
}

static void
take_cookie(struct record *r, struct ntske_response *p)
{
	size_t len = cursor_left(&r->body);

	if (len > 0 && len <= NTSKE_COOKIE_LEN_MAX && p->cookie_n < NTSKE_COOKIES_MAX) {
		p->cookie[p->cookie_n++] = cursor_take(&r->body, len);
	}
}

static enum ntske_read
take_of_response(struct record *r, struct message *m, struct ntske_response *p)
{
	switch (r->type) {
	case RECORD_END:
		return good(take_end(r, m));
	case RECORD_PROTOCOL:
		return good(take_protocols(r, m, &p->ntpv4));
	case RECORD_ERROR:
	case RECORD_WARNING:
		return good(r->critical && take_refusal(r, p));
	case RECORD_AEAD:
		return good(take_aead(r, m, p));
	case RECORD_COOKIE:
		take_cookie(r, p);
		return NTSKE_READ_DONE;
	case RECORD_SERVER:
		return good(m->servers++ == 0 && take_name(&r->body, p->server));
	case RECORD_PORT:
		return good(take_port(r, m, &p->port));
	case RECORD_GCM_SIV_EXPORTED:
		p->gcm_siv_exported = true;
		return good(cursor_left(&r->body) == 0);
	default:
		return unknown(r);
	}
}

/* The end is the last record, and each message says what it is about. */
static enum ntske_read
finish(const struct cursor *c, const struct message *m)
{
	return good(cursor_left(c) == 0 && m->protocols == 1);
}

enum ntske_read
ntske_read_request(const uint8_t *bytes, size_t len, struct ntske_request *out)
{
	struct cursor c = cursor_over(bytes, len);
	struct ntske_request q = { .aead_n = 0 };
	struct message m = { .ended = false };
	struct record r;

	while (!m.ended) {
		enum ntske_read got = take_record(&c, &r);
		got = got == NTSKE_READ_DONE ? take_of_request(&r, &m, &q) : got;
		if (got != NTSKE_READ_DONE) {
			return got;
		}
	}
	if (finish(&c, &m) != NTSKE_READ_DONE || (q.ntpv4 && q.aead_n == 0)) {
		return NTSKE_READ_BAD;
	}
	*out = q;
	return NTSKE_READ_DONE;
}

enum ntske_read
ntske_read_response(const uint8_t *bytes, size_t len, struct ntske_response *out)
{
	struct cursor c = cursor_over(bytes, len);
	struct ntske_response p = { .aead = 0 };
	struct message m = { .ended = false };
	struct record r;

	while (!m.ended) {
		enum ntske_read got = take_record(&c, &r);
		got = got == NTSKE_READ_DONE ? take_of_response(&r, &m, &p) : got;
		if (got != NTSKE_READ_DONE) {
			return got;
		}
	}
	if (cursor_left(&c) > 0 || (!p.refused && finish(&c, &m) != NTSKE_READ_DONE)) {
		return NTSKE_READ_BAD;
	}
	*out = p;
	return NTSKE_READ_DONE;
}

/* --- writing --- */

static void
put_record(struct writer *w, unsigned type, bool critical, const void *body, size_t len)
{
	assert(len <= UINT16_MAX);
	writer_u16(w, (uint16_t)(type | (critical ? CRITICAL : 0u)));
	writer_u16(w, (uint16_t)len);
	writer_bytes(w, body, len);
}

static void
put_numbers(struct writer *w, unsigned type, bool critical, const uint16_t *list, unsigned n)
{
	writer_u16(w, (uint16_t)(type | (critical ? CRITICAL : 0u)));
	writer_u16(w, (uint16_t)(2 * n));
	for (unsigned i = 0; i < n; i++) {
		writer_u16(w, list[i]);
	}
}

/* The records that a message has when there is something to say. */
static void
put_host(struct writer *w, const char *server, uint16_t port)
{
	if (server[0] != '\0') {
		put_record(w, RECORD_SERVER, false, server, strlen(server));
	}
	if (port != 0) {
		put_numbers(w, RECORD_PORT, false, &port, 1);
	}
}

static void
put_protocol(struct writer *w, bool ntpv4)
{
	const uint16_t protocol = NTPV4;

	put_numbers(w, RECORD_PROTOCOL, true, &protocol, ntpv4 ? 1 : 0);
}

void
ntske_put_request(struct writer *w, const struct ntske_request *q)
{
	assert(q->aead_n <= NTSKE_AEADS_MAX && q->deny_n <= NTSKE_DENY_MAX);
	put_protocol(w, q->ntpv4);
	put_numbers(w, RECORD_AEAD, true, q->aead, q->aead_n);
	if (q->gcm_siv_exported) {
		put_record(w, RECORD_GCM_SIV_EXPORTED, false, "", 0);
	}
	put_host(w, q->server, q->port);
	for (unsigned i = 0; i < q->deny_n; i++) {
		put_record(w, RECORD_DENY, false, q->deny[i], strlen(q->deny[i]));
	}
	put_record(w, RECORD_END, true, "", 0);
}

void
ntske_put_response(struct writer *w, const struct ntske_response *r)
{
	const uint16_t aead = (uint16_t)r->aead;

	assert(!r->refused && r->cookie_n <= NTSKE_COOKIES_MAX);
	put_protocol(w, r->ntpv4);
	put_numbers(w, RECORD_AEAD, false, &aead, aead != 0 ? 1 : 0);
	if (r->gcm_siv_exported) {
		put_record(w, RECORD_GCM_SIV_EXPORTED, false, "", 0);
	}
	put_host(w, r->server, r->port);
	for (unsigned i = 0; i < r->cookie_n; i++) {
		put_record(w, RECORD_COOKIE, false, r->cookie[i].at, r->cookie[i].len);
	}
	put_record(w, RECORD_END, true, "", 0);
}

void
ntske_put_error(struct writer *w, enum ntske_error code)
{
	const uint16_t number = (uint16_t)code;

	put_numbers(w, RECORD_ERROR, true, &number, 1);
	put_record(w, RECORD_END, true, "", 0);
}
