/* SPDX-License-Identifier: BSD-2-Clause */
/* message - orders, answers and events, both ways. */
#include "message.h"
#include <assert.h>
#include <string.h>
#include "base/cursor.h"
#include "ke/exchange.h"
#include "sys/channel_seq.h"

static_assert((int)KE_ORDER_LEN <= (int)CHANNEL_SEQ_MESSAGE_MAX, "an order is one message");
static_assert((int)KE_ANSWER_LEN <= (int)CHANNEL_SEQ_MESSAGE_MAX, "an answer is one message");
static_assert((int)KE_SERVER_ORDER_LEN <= (int)CHANNEL_SEQ_MESSAGE_MAX, "so is the server's");
static_assert(1 + 1 + 2 + KE_IGNORE_MAX * (KE_ADDR_LEN + 1) <= (int)KE_SERVER_ORDER_LEN,
    "the networks fit");
static_assert(1 + 8 + 1 + 1 + COOKIE_KEYS_MAX * (4 + COOKIE_KEY_MAX) <= (int)KE_SERVER_ORDER_LEN,
    "the keys of cookies fit");

/* The first and last second that a certificate can name, and the longest that anything takes. */
#define TIME_MIN INT64_C(-62167219200)
#define TIME_MAX INT64_C(253402300799)
#define TOOK_MAX_S 1e6

/* ---- parts ---- */

/* What text may hold. */
enum text_kind { LINE, NAME, PATH };

static bool
is_octet_of(enum text_kind kind, uint8_t b)
{
	switch (kind) {
	case LINE:
		return b >= ' ' && b <= '~';
	case NAME:
		return b > ' ' && b <= '~';
	case PATH:
		break;
	}
	return b >= ' ' && b != 0x7f;
}

static bool
is_zero(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != 0) {
			return false;
		}
	}
	return true;
}

static void
put_zero(struct writer *w, size_t n)
{
	while (n-- > 0) {
		writer_u8(w, 0);
	}
}

static void
put_text(struct writer *w, const char *text, size_t cap)
{
	size_t len = strlen(text);

	assert(len < cap);
	writer_u16(w, (uint16_t)len);
	writer_bytes(w, text, len);
	put_zero(w, cap - len);
}

/* The same of what is told to people: an octet that could steer a terminal becomes a '?'. */
static void
put_line(struct writer *w, const char *text, size_t cap)
{
	size_t len = strlen(text);

	assert(len < cap);
	writer_u16(w, (uint16_t)len);
	for (size_t i = 0; i < len; i++) {
		writer_u8(w, is_octet_of(LINE, (uint8_t)text[i]) ? (uint8_t)text[i] : '?');
	}
	put_zero(w, cap - len);
}

static bool
get_text(struct cursor *c, enum text_kind kind, char *out, size_t cap)
{
	size_t len = cursor_u16(c);

	if (len >= cap) {
		return false;
	}
	struct span text = cursor_take(c, len), rest = cursor_take(c, cap - len);
	if (cursor_bad(c) || !is_zero(rest)) {
		return false;
	}
	memset(out, 0, cap);
	for (size_t i = 0; i < len; i++) {
		if (!is_octet_of(kind, text.at[i])) {
			return false;
		}
		out[i] = (char)text.at[i];
	}
	return true;
}

/* Octets of which the first len count. */
static void
put_octets(struct writer *w, const uint8_t *octets, size_t len, size_t cap)
{
	assert(len <= cap);
	writer_bytes(w, octets, len);
	put_zero(w, cap - len);
}

static bool
get_octets(struct cursor *c, uint8_t *out, size_t len, size_t cap)
{
	if (len > cap) {
		return false;
	}
	struct span octets = cursor_take(c, len), rest = cursor_take(c, cap - len);
	if (cursor_bad(c) || !is_zero(rest)) {
		return false;
	}
	memset(out, 0, cap);
	if (len > 0) {
		memcpy(out, octets.at, len);
	}
	return true;
}

static bool
get_bool(struct cursor *c, bool *out)
{
	uint8_t b = cursor_u8(c);

	*out = b == 1;
	return b <= 1;
}

static bool
get_key_fault(struct cursor *c, enum ke_key_fault *out)
{
	uint8_t fault = cursor_u8(c);

	*out = fault < KE_KEY_FAULTS_N ? (enum ke_key_fault)fault : KE_KEY_GOOD;
	return fault < KE_KEY_FAULTS_N;
}

static void
put_addr(struct writer *w, const struct addr *a)
{
	writer_u8(w, (uint8_t)a->family);
	writer_u32(w, a->scope);
	writer_bytes(w, a->bytes, sizeof a->bytes);
}

static bool
get_addr(struct cursor *c, struct addr *out)
{
	uint8_t family = cursor_u8(c);
	struct addr a = { .scope = cursor_u32(c) };
	struct span bytes = cursor_take(c, sizeof a.bytes);

	if (cursor_bad(c) || family > ADDR_V6) {
		return false;
	}
	a.family = (enum addr_family)family;
	memcpy(a.bytes, bytes.at, sizeof a.bytes);
	size_t len = addr_len(&a);
	if (!is_zero((struct span){ a.bytes + len, sizeof a.bytes - len }) ||
	    (a.scope != 0 && !(family == ADDR_V6 && addr_is_link_local(&a)))) {
		return false;
	}
	*out = a;
	return true;
}

static void
put_endpoint(struct writer *w, const struct endpoint *e)
{
	put_addr(w, &e->addr);
	writer_u16(w, e->port);
}

static bool
get_endpoint(struct cursor *c, struct endpoint *out)
{
	bool fine = get_addr(c, &out->addr);

	out->port = cursor_u16(c);
	return fine;
}

static bool
is_aead(unsigned aead)
{
	return aead_key_len(aead) != 0;
}

static void
put_aeads(struct writer *w, const uint16_t *aead, unsigned n)
{
	assert(n <= KE_AEADS_MAX);
	writer_u8(w, (uint8_t)n);
	for (unsigned i = 0; i < KE_AEADS_MAX; i++) {
		writer_u16(w, i < n ? aead[i] : 0);
	}
}

static bool
get_aeads(struct cursor *c, uint16_t *aead, unsigned *n)
{
	*n = cursor_u8(c);
	for (unsigned i = 0; i < KE_AEADS_MAX; i++) {
		aead[i] = cursor_u16(c);
		if (i < *n ? !is_aead(aead[i]) : aead[i] != 0) {
			return false;
		}
	}
	return *n <= KE_AEADS_MAX;
}

static void
put_tls(struct writer *w, const struct ke_tls *t)
{
	put_text(w, t->ciphersuites, sizeof t->ciphersuites);
	put_text(w, t->curves, sizeof t->curves);
	writer_u8(w, t->server_preference ? 1 : 0);
}

static bool
get_tls(struct cursor *c, struct ke_tls *t)
{
	return get_text(c, LINE, t->ciphersuites, sizeof t->ciphersuites) &&
	    get_text(c, LINE, t->curves, sizeof t->curves) && get_bool(c, &t->server_preference);
}

/* What is wrong with a key is said of a certificate, and with a reason. */
static bool
is_event(const struct ke_server_event *e)
{
	bool of_pair = e->what == KE_CERTIFICATE;

	return (e->from.addr.family == ADDR_NONE) == of_pair &&
	    (e->key == KE_KEY_GOOD || (of_pair && e->reason[0] != '\0'));
}

static void
put_seconds(struct writer *w, double s)
{
	writer_u64(w, (uint64_t)(s > 0 && s < TOOK_MAX_S ? s * 1e9 : 0));
}

static bool
get_seconds(struct cursor *c, double *out)
{
	uint64_t ns = cursor_u64(c);

	*out = (double)ns / 1e9;
	return *out <= TOOK_MAX_S;
}

static bool
get_time(struct cursor *c, int64_t *out)
{
	*out = (int64_t)cursor_u64(c);
	return *out >= TIME_MIN && *out <= TIME_MAX;
}

static bool
at_end(const struct cursor *c)
{
	return !cursor_bad(c) && cursor_left(c) == 0;
}

/* ---- orders to the client's process ---- */

static void
put_question(struct writer *w, const struct ke_question *q)
{
	writer_u32(w, q->tag);
	put_endpoint(w, &q->to);
	put_text(w, q->name, sizeof q->name);
	put_text(w, q->ask, sizeof q->ask);
	writer_u8(w, (uint8_t)q->deny_n);
	for (unsigned i = 0; i < KE_DENY_MAX; i++) {
		put_text(w, i < q->deny_n ? q->deny[i] : "", sizeof q->deny[i]);
	}
	put_text(w, q->ca, sizeof q->ca);
	put_aeads(w, q->aead, q->aead_n);
	writer_u8(w, (uint8_t)((q->noval ? 1 : 0) | (q->no_time ? 2 : 0)));
	put_tls(w, &q->tls);
}

static bool
get_denied(struct cursor *c, struct ke_question *q)
{
	q->deny_n = cursor_u8(c);
	if (q->deny_n > KE_DENY_MAX) {
		return false;
	}
	for (unsigned i = 0; i < KE_DENY_MAX; i++) {
		if (!get_text(c, NAME, q->deny[i], sizeof q->deny[i]) ||
		    (q->deny[i][0] != '\0') != (i < q->deny_n)) {
			return false;
		}
	}
	return true;
}

static bool
get_question(struct cursor *c, struct ke_question *q)
{
	q->tag = cursor_u32(c);
	if (!get_endpoint(c, &q->to) || !get_text(c, NAME, q->name, sizeof q->name) ||
	    !get_text(c, NAME, q->ask, sizeof q->ask) || !get_denied(c, q) ||
	    !get_text(c, PATH, q->ca, sizeof q->ca) || !get_aeads(c, q->aead, &q->aead_n)) {
		return false;
	}
	uint8_t flags = cursor_u8(c);
	q->noval = (flags & 1) != 0;
	q->no_time = (flags & 2) != 0;
	return flags <= 3 && get_tls(c, &q->tls);
}

static bool
is_text_of(enum text_kind kind, const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	for (size_t i = 0; i < len; i++) {
		if (!is_octet_of(kind, (uint8_t)text[i])) {
			return false;
		}
	}
	return len < cap;
}

static bool
is_question(const struct ke_question *q)
{
	if (q->to.addr.family == ADDR_NONE || q->to.port == 0 || q->aead_n == 0 ||
	    q->aead_n > KE_AEADS_MAX || q->deny_n > KE_DENY_MAX || q->name[0] == '\0') {
		return false;
	}
	for (unsigned i = 0; i < q->aead_n; i++) {
		if (!is_aead(q->aead[i])) {
			return false;
		}
	}
	for (unsigned i = 0; i < q->deny_n; i++) {
		if (q->deny[i][0] == '\0' || !is_text_of(NAME, q->deny[i], KE_NAME_MAX)) {
			return false;
		}
	}
	return is_text_of(NAME, q->name, KE_NAME_MAX) && is_text_of(NAME, q->ask, KE_NAME_MAX) &&
	    is_text_of(PATH, q->ca, KE_PATH_MAX) &&
	    is_text_of(LINE, q->tls.ciphersuites, KE_TLS_LIST_MAX) &&
	    is_text_of(LINE, q->tls.curves, KE_TLS_LIST_MAX);
}

bool
ke_order_is_fit(const struct ke_order *o)
{
	switch (o->verb) {
	case KE_ORDER_CA:
		return is_text_of(PATH, o->question.ca, KE_PATH_MAX);
	case KE_ORDER_PORT:
		return o->question.to.port != 0;
	case KE_ORDER_BEGIN:
		return true;
	case KE_ORDER_ASK:
		return is_question(&o->question);
	}
	return false;
}

void
ke_order_put(const struct ke_order *o, uint8_t out[KE_ORDER_LEN])
{
	struct writer w = writer_over(out, KE_ORDER_LEN);

	assert(ke_order_is_fit(o));
	writer_u8(&w, (uint8_t)o->verb);
	put_question(&w, &o->question);
	assert(!w.bad && w.len == KE_ORDER_LEN);
}

/*
 * Whether nothing is told but what the verb is about: the octets are those of an order that has no
 * more. ca and port may be of any length and value.
 */
static bool
says_no_more(const struct ke_order *o)
{
	const struct ke_question *q = &o->question;
	bool nothing = q->name[0] == '\0' && q->ask[0] == '\0' && q->deny_n == 0 &&
	    q->aead_n == 0 && !q->noval && !q->no_time && q->tls.ciphersuites[0] == '\0' &&
	    q->tls.curves[0] == '\0' && !q->tls.server_preference && q->to.addr.family == ADDR_NONE;

	return nothing && (q->ca[0] == '\0' || o->verb == KE_ORDER_CA) &&
	    (q->to.port == 0 || o->verb == KE_ORDER_PORT) && q->tag == 0;
}

bool
ke_order_get(const uint8_t *octets, size_t len, struct ke_order *out)
{
	struct cursor c = cursor_over(octets, len);
	uint8_t verb = cursor_u8(&c);

	if (verb < KE_ORDER_CA || verb > KE_ORDER_ASK || !get_question(&c, &out->question) ||
	    !at_end(&c)) {
		return false;
	}
	out->verb = (enum ke_order_verb)verb;
	return ke_order_is_fit(out) && (verb == KE_ORDER_ASK || says_no_more(out));
}

/* ---- answers ---- */

void
ke_answer_put(const struct ke_answer *a, uint8_t out[KE_ANSWER_LEN])
{
	struct writer w = writer_over(out, KE_ANSWER_LEN);
	bool good = a->failure == KE_GOOD;
	size_t key = good ? aead_key_len(a->aead) : 0;

	writer_u32(&w, a->tag);
	writer_u8(&w, (uint8_t)a->failure);
	put_line(&w, a->reason, sizeof a->reason);
	writer_u32(&w, a->code);
	writer_u16(&w, (uint16_t)(good ? a->aead : 0));
	put_octets(&w, a->c2s, key, sizeof a->c2s);
	put_octets(&w, a->s2c, key, sizeof a->s2c);
	writer_u8(&w, (uint8_t)(good ? a->cookie_n : 0));
	for (unsigned i = 0; i < KE_COOKIES_MAX; i++) {
		size_t len = good && i < a->cookie_n ? a->cookie[i].len : 0;
		writer_u16(&w, (uint16_t)len);
		put_octets(&w, a->cookie[i].bytes, len, KE_COOKIE_MAX);
	}
	put_text(&w, good ? a->server : "", sizeof a->server);
	writer_u16(&w, good ? a->port : 0);
	writer_u64(&w, (uint64_t)a->not_before);
	writer_u64(&w, (uint64_t)a->not_after);
	put_line(&w, a->tls, sizeof a->tls);
	put_seconds(&w, a->took_s);
	assert(!w.bad && w.len == KE_ANSWER_LEN);
}

static bool
get_cookies(struct cursor *c, struct ke_answer *a)
{
	a->cookie_n = cursor_u8(c);
	if (a->cookie_n > KE_COOKIES_MAX) {
		return false;
	}
	for (unsigned i = 0; i < KE_COOKIES_MAX; i++) {
		size_t len = cursor_u16(c);
		if ((len != 0) != (i < a->cookie_n) ||
		    !get_octets(c, a->cookie[i].bytes, len, KE_COOKIE_MAX)) {
			return false;
		}
		a->cookie[i].len = len;
	}
	return true;
}

static bool
get_keys(struct cursor *c, struct ke_answer *a)
{
	a->aead = cursor_u16(c);
	size_t key = aead_key_len(a->aead);
	return (a->aead == 0 || key != 0) && get_octets(c, a->c2s, key, sizeof a->c2s) &&
	    get_octets(c, a->s2c, key, sizeof a->s2c);
}

/* A good answer has all of it, any other a reason and nothing more. */
static bool
is_whole(const struct ke_answer *a)
{
	if (a->failure == KE_GOOD) {
		return a->reason[0] == '\0' && a->aead != 0 && a->cookie_n > 0 &&
		    (a->server[0] == '\0' || ke_is_server(a->server));
	}
	return a->reason[0] != '\0' && a->aead == 0 && a->cookie_n == 0 && a->server[0] == '\0' &&
	    a->port == 0;
}

bool
ke_answer_get(const uint8_t *octets, size_t len, struct ke_answer *out)
{
	struct cursor c = cursor_over(octets, len);

	out->tag = cursor_u32(&c);
	uint8_t failure = cursor_u8(&c);
	if (failure >= KE_FAILURES_N || !get_text(&c, LINE, out->reason, sizeof out->reason)) {
		return false;
	}
	out->failure = (enum ke_failure)failure;
	out->code = cursor_u32(&c);
	if (out->code > UINT16_MAX || !get_keys(&c, out) || !get_cookies(&c, out) ||
	    !get_text(&c, NAME, out->server, sizeof out->server)) {
		return false;
	}
	out->port = cursor_u16(&c);
	return get_time(&c, &out->not_before) && get_time(&c, &out->not_after) &&
	    get_text(&c, LINE, out->tls, sizeof out->tls) && get_seconds(&c, &out->took_s) &&
	    at_end(&c) && is_whole(out);
}

/* ---- orders to the server's process ---- */

static void
put_rules(struct writer *w, const struct ke_server_rules *r)
{
	put_text(w, r->cert, sizeof r->cert);
	put_text(w, r->key, sizeof r->key);
	put_aeads(w, r->aead, r->aead_n);
	writer_u16(w, r->ntp_port);
	writer_u32(w, r->connections);
	put_tls(w, &r->tls);
}

static bool
get_rules(struct cursor *c, struct ke_server_rules *r)
{
	if (!get_text(c, PATH, r->cert, sizeof r->cert) ||
	    !get_text(c, PATH, r->key, sizeof r->key) || !get_aeads(c, r->aead, &r->aead_n)) {
		return false;
	}
	r->ntp_port = cursor_u16(c);
	r->connections = cursor_u32(c);
	return get_tls(c, &r->tls) && r->cert[0] != '\0' && r->key[0] != '\0' && r->aead_n > 0 &&
	    r->connections > 0 && r->connections <= UINT16_MAX;
}

static void
put_cookies(struct writer *w, const struct cookie_key_set *s)
{
	writer_u64(w, (uint64_t)s->since);
	writer_u8(w, (uint8_t)s->len);
	writer_u8(w, (uint8_t)s->n);
	for (unsigned i = 0; i < COOKIE_KEYS_MAX; i++) {
		writer_u32(w, i < s->n ? s->key[i].id : 0);
		put_octets(w, s->key[i].secret, i < s->n ? s->len : 0, COOKIE_KEY_MAX);
	}
}

static bool
get_cookie_keys(struct cursor *c, struct cookie_key_set *s)
{
	s->since = (int64_t)cursor_u64(c);
	s->len = cursor_u8(c);
	s->n = cursor_u8(c);
	if ((s->len != 32 && s->len != 48 && s->len != 64) || s->n == 0 || s->n > COOKIE_KEYS_MAX) {
		return false;
	}
	for (unsigned i = 0; i < COOKIE_KEYS_MAX; i++) {
		s->key[i].id = cursor_u32(c);
		if ((i >= s->n && s->key[i].id != 0) ||
		    !get_octets(c, s->key[i].secret, i < s->n ? s->len : 0, COOKIE_KEY_MAX)) {
			return false;
		}
	}
	return true;
}

static void
put_ignored(struct writer *w, const struct ke_ignored *g)
{
	assert(g->n <= KE_IGNORE_MAX);
	writer_u8(w, g->first ? 1 : 0);
	writer_u16(w, (uint16_t)g->n);
	for (unsigned i = 0; i < g->n; i++) {
		put_addr(w, &g->base[i]);
		writer_u8(w, g->prefix[i]);
	}
}

static bool
get_ignored(struct cursor *c, struct ke_ignored *g)
{
	bool first = false;

	if (!get_bool(c, &first)) {
		return false;
	}
	g->first = first;
	g->n = cursor_u16(c);
	if (g->n > KE_IGNORE_MAX) {
		return false;
	}
	for (unsigned i = 0; i < g->n; i++) {
		if (!get_addr(c, &g->base[i]) || g->base[i].family == ADDR_NONE) {
			return false;
		}
		g->prefix[i] = cursor_u8(c);
		if (g->prefix[i] > 8 * addr_len(&g->base[i])) {
			return false;
		}
	}
	return true;
}

void
ke_server_order_put(const struct ke_server_order *o, uint8_t out[KE_SERVER_ORDER_LEN])
{
	struct writer w = writer_over(out, KE_SERVER_ORDER_LEN);

	writer_u8(&w, (uint8_t)o->verb);
	switch (o->verb) {
	case KE_SERVER_RULES:
		put_rules(&w, &o->of.rules);
		break;
	case KE_SERVER_COOKIES:
		put_cookies(&w, &o->of.cookies);
		break;
	case KE_SERVER_IGNORE:
		put_ignored(&w, &o->of.ignore);
		break;
	case KE_SERVER_SOCKET:
	case KE_SERVER_CERT:
	case KE_SERVER_KEY:
	case KE_SERVER_CHECK:
	case KE_SERVER_BEGIN:
		break;
	}
	assert(!w.bad);
	put_zero(&w, KE_SERVER_ORDER_LEN - w.len);
}

bool
ke_server_order_get(const uint8_t *octets, size_t len, struct ke_server_order *out)
{
	struct cursor c = cursor_over(octets, len);
	uint8_t verb = cursor_u8(&c);
	bool fine =
	    len == KE_SERVER_ORDER_LEN && verb >= KE_SERVER_SOCKET && verb <= KE_SERVER_BEGIN;

	if (fine && verb == KE_SERVER_RULES) {
		fine = get_rules(&c, &out->of.rules);
	} else if (fine && verb == KE_SERVER_COOKIES) {
		fine = get_cookie_keys(&c, &out->of.cookies);
	} else if (fine && verb == KE_SERVER_IGNORE) {
		fine = get_ignored(&c, &out->of.ignore);
	}
	fine = fine && is_zero(cursor_take(&c, cursor_left(&c))) && !cursor_bad(&c);
	if (fine) {
		out->verb = (enum ke_server_verb)verb;
	}
	return fine;
}

/* ---- events ---- */

void
ke_server_told_put(const struct ke_server_told *t, uint8_t out[KE_SERVER_EVENT_LEN])
{
	struct writer w = writer_over(out, KE_SERVER_EVENT_LEN);
	const struct ke_server_event *e = &t->event;

	assert(e->what != KE_SERVER_GONE);
	writer_u8(&w, (uint8_t)e->what);
	writer_u8(&w, t->by_path ? 1 : 0);
	writer_u8(&w, (uint8_t)e->key);
	put_endpoint(&w, &e->from);
	put_line(&w, e->reason, sizeof e->reason);
	put_line(&w, e->tls, sizeof e->tls);
	put_seconds(&w, e->took_s);
	put_seconds(&w, e->cpu_s);
	writer_u64(&w, (uint64_t)e->not_after);
	put_line(&w, e->subject, sizeof e->subject);
	assert(!w.bad && w.len == KE_SERVER_EVENT_LEN);
}

bool
ke_server_told_get(const uint8_t *octets, size_t len, struct ke_server_told *out)
{
	struct cursor c = cursor_over(octets, len);
	struct ke_server_event *e = &out->event;
	uint8_t what = cursor_u8(&c);

	if (what >= KE_SERVER_GONE || !get_bool(&c, &out->by_path) || !get_key_fault(&c, &e->key) ||
	    !get_endpoint(&c, &e->from) || !get_text(&c, LINE, e->reason, sizeof e->reason) ||
	    !get_text(&c, LINE, e->tls, sizeof e->tls) || !get_seconds(&c, &e->took_s) ||
	    !get_seconds(&c, &e->cpu_s) || !get_time(&c, &e->not_after) ||
	    !get_text(&c, LINE, e->subject, sizeof e->subject)) {
		return false;
	}
	e->what = (enum ke_server_what)what;
	return at_end(&c) && is_event(e);
}
