/* SPDX-License-Identifier: BSD-2-Clause */
/* control_auth - who may do what by mode 6: MACs, the control key, replays and nonces. */
#include <string.h>
#include "base/cursor.h"
#include "control_request.h"
#include "journal/report.h"

static const double SEEN_S = 86400.0;     /* a datagram that was obeyed is remembered so long */
static const double ASKED_AGAIN_S = 10.0; /* ntpq asks twice, 5 s apart */
static const double NONCE_S = 16.0;

enum {
	MAC_ALIGN = 8,
	/* hexadecimal digits: milliseconds, then a keyed hash */
	NONCE_LEN = 24,
	NONCE_TIME_LEN = 8,
	NS_PER_MS = 1000000,
};

/* ---- MACs ---- */

void
control_auth_check(struct control_request *q)
{
	size_t end =
	    ((size_t)CONTROL_HEADER_LEN + q->h.count + MAC_ALIGN - 1) / MAC_ALIGN * MAC_ALIGN;

	auth_check_control(q->c->is.auth, &q->pkt->from.addr, q->pkt->bytes, q->pkt->len, end,
	    &q->auth);
}

/* ---- replays ---- */

static struct control_seen *
find_seen(struct control_request *q, struct control_ring *r, uint64_t hash)
{
	struct mtime now = control_now(q->c);

	for (unsigned i = 0; i < CONTROL_SEEN_MAX; i++) {
		struct control_seen *s = &r->at[i];
		if (s->known && s->hash == hash && mtime_diff_s(now, s->at) < SEEN_S) {
			return s;
		}
	}
	return NULL;
}

static bool
from_here(const struct endpoint *e)
{
	return addr_is_loopback(&e->addr);
}

/*
 * True when nobody on a network can have overheard the request before; it is remembered then. What
 * came over loopback counts only for its sender, who may repeat it.
 */
static bool
is_new(struct control_request *q, struct control_ring *r, uint64_t hash, struct control_seen *s)
{
	if (s != NULL && !from_here(&s->from)) {
		return false;
	}
	if (s == NULL) {
		s = &r->at[r->next];
		r->next = (r->next + 1) % CONTROL_SEEN_MAX;
	}
	*s = (struct control_seen){
		.known = true,
		.hash = hash,
		.at = control_now(q->c),
		.from = q->pkt->from,
	};
	return true;
}

static bool
has_control_key(const struct control_request *q)
{
	return q->auth.was == PACKET_AUTH_GOOD && q->c->conf->controlkey != 0 &&
	    q->auth.key_id == q->c->conf->controlkey;
}

static enum control_permit
refuse_replay(struct control_request *q, const struct control_seen *s)
{
	char addr[ADDR_TEXT_MAX], first[ADDR_TEXT_MAX];

	report_packet(q->c->is.journal, LOG_LEVEL_WARNING,
	    "ntpq at %s: refused, the same was obeyed %.0f s ago, from %s: a replay?",
	    addr_format(&q->pkt->from.addr, addr, sizeof addr),
	    mtime_diff_s(control_now(q->c), s->at),
	    addr_format(&s->from.addr, first, sizeof first));
	return CONTROL_REPLAYED;
}

static uint64_t
hash_of(const struct control_request *q)
{
	return siphash(&q->c->secret, q->pkt->bytes, q->pkt->len);
}

enum control_permit
control_auth_read(struct control_request *q)
{
	struct control_ring *r = &q->c->reads;
	uint64_t hash = hash_of(q);
	struct control_seen *s;

	if (!has_control_key(q)) {
		return CONTROL_DENIED;
	}
	s = find_seen(q, r, hash);
	if (is_new(q, r, hash, s) || from_here(&q->pkt->from) ||
	    addr_equal(&q->pkt->from.addr, &s->from.addr)) {
		return CONTROL_PERMITTED;
	}
	return refuse_replay(q, s);
}

bool
control_auth_noticed(struct control_request *q)
{
	struct control_ring *r = &q->c->reads;
	uint64_t hash = hash_of(q);

	return has_control_key(q) &&
	    (is_new(q, r, hash, find_seen(q, r, hash)) || from_here(&q->pkt->from));
}

/* ---- nonces of changes ---- */

/*
 * Takes the comment with a nonce off the end of the request: NULL when there is none, else the
 * nonce, up to *len. Only the last one counts: it is of the text as a whole, what stands before it
 * is of a line.
 */
static const char *
take_nonce(struct control_request *q, size_t *len)
{
	static const char mark[] = "# nonce=";
	size_t n = sizeof mark - 1;
	const char *end = q->end;

	while (end > q->text && strchr("\r\n ", end[-1]) != NULL && end[-1] != '\0') {
		end--;
	}
	for (size_t left = (size_t)(end - q->text); left >= n; left--) {
		const char *at = q->text + left;
		if (memcmp(at - n, mark, n) == 0) {
			*len = (size_t)(end - at);
			q->end = at - n;
			while (q->end > q->text && q->end[-1] == ' ') {
				q->end--;
			}
			return at;
		}
	}
	return NULL;
}

/*
 * A signature covers neither time nor receiver. The nonce is this daemon's, of this start and for
 * this sender, and grows old in 16 s; what came over loopback nobody has overheard.
 */
static enum control_permit
judge_nonce(struct control_request *q)
{
	size_t len = 0;
	const char *nonce = take_nonce(q, &len);

	if (nonce != NULL) {
		return control_nonce_valid(q, nonce, len) ? CONTROL_PERMITTED : CONTROL_STALE;
	}
	return from_here(&q->pkt->from) || (q->c->conf->switches & SWITCH_CONTROLNONCE) == 0
	    ? CONTROL_PERMITTED
	    : CONTROL_BARE;
}

static enum control_permit
refuse_nonce(struct control_request *q, enum control_permit p)
{
	char addr[ADDR_TEXT_MAX];

	report_packet(q->c->is.journal, LOG_LEVEL_WARNING,
	    "ntpq at %s: refused, %s: a replay, or an old ntpq?",
	    addr_format(&q->pkt->from.addr, addr, sizeof addr),
	    p == CONTROL_BARE ? "a change without a nonce" : "the nonce is too old or not its own");
	return p;
}

/* ---- changes ---- */

enum control_permit
control_auth_change(struct control_request *q)
{
	uint64_t hash = hash_of(q);
	struct control *c = q->c;
	struct control_seen *s;
	enum control_permit p;

	if (!has_control_key(q)) {
		return CONTROL_DENIED;
	}
	s = find_seen(q, &c->changes, hash);
	if (s != NULL && endpoint_equal(&q->pkt->from, &s->from) && c->outcome_of == hash &&
	    mtime_diff_s(control_now(q->c), s->at) < ASKED_AGAIN_S) {
		text_put(&q->out, c->outcome);
		return CONTROL_REPEATED;
	}
	p = judge_nonce(q);
	if (p != CONTROL_PERMITTED) {
		return refuse_nonce(q, p);
	}
	if (is_new(q, &c->changes, hash, s) || from_here(&q->pkt->from)) {
		return CONTROL_PERMITTED;
	}
	return refuse_replay(q, s);
}

void
control_auth_outcome(struct control_request *q, const char *outcome)
{
	struct control *c = q->c;
	struct text t = text_over(c->outcome, sizeof c->outcome);

	text_put(&t, outcome);
	c->outcome_of = hash_of(q);
}

/* ---- nonces ---- */

/* Of all 64 bits of the time: the 32 that a nonce shows go round in 49.7 days. */
static uint64_t
nonce_hash(const struct control_request *q, uint64_t ms)
{
	const struct addr *a = &q->pkt->from.addr;
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof bytes);

	writer_u8(&w, (uint8_t)a->family);
	writer_bytes(&w, a->bytes, sizeof a->bytes);
	writer_u64(&w, ms);
	return siphash(&q->c->secret, bytes, w.len);
}

static uint64_t
now_ms(const struct control_request *q)
{
	return (uint64_t)(control_now(q->c).ns / NS_PER_MS);
}

void
control_nonce_put(struct control_request *q, struct text *out)
{
	uint64_t ms = now_ms(q);

	text_printf(out, "%08lx%016llx", (unsigned long)(uint32_t)ms,
	    (unsigned long long)nonce_hash(q, ms));
}

/* Hexadecimal digits only; false on anything else. */
static bool
read_hex(const char *s, size_t n, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = memchr(digits, s[i], sizeof digits - 1);
		if (at == NULL) {
			return false;
		}
		v = v << 4 | (uint64_t)(at - digits);
	}
	*out = v;
	return true;
}

bool
control_nonce_valid(const struct control_request *q, const char *nonce, size_t len)
{
	uint64_t now = now_ms(q), ms, hash;
	uint32_t age;

	if (len != NONCE_LEN || !read_hex(nonce, NONCE_TIME_LEN, &ms) ||
	    !read_hex(nonce + NONCE_TIME_LEN, NONCE_LEN - NONCE_TIME_LEN, &hash)) {
		return false;
	}
	/* The count of milliseconds goes round, as does the difference. */
	age = (uint32_t)now - (uint32_t)ms;
	return age < NONCE_S * 1e3 && hash == nonce_hash(q, now - age);
}
