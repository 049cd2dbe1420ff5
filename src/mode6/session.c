/* SPDX-License-Identifier: BSD-2-Clause */
/* session - one mode 6 conversation. */
#include "mode6/session.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"
#include "base/text.h"

enum {
	DATAGRAM_MAX = 1024, /* the longest legal answer is 480 octets and a MAC */
	KEYID_LEN = 4,
	MAC_MIN = 16,
	MAC_MAX = 64,
	REQUEST_CAP = CONTROL_HEADER_LEN + CONTROL_DATA_MAX + 8 + KEYID_LEN + MAC_MAX,
};

struct session {
	struct transport *transport;
	struct mac_key *key;
	uint32_t key_id;
	unsigned version;
	uint16_t sequence;
	bool always_sign;
	bool bare_error; /* the last error was not signed, though the request was */
	int debug;
	double first_s, next_s, total_s;
	double deadline_s; /* of the transport's clock: no question goes on beyond */
	struct control_assembly parts;
};

struct session *
session_new(struct transport *t, uint16_t seed)
{
	struct session *s = calloc(1, sizeof *s);

	assert(t != NULL);
	if (s == NULL) {
		return NULL;
	}
	s->transport = t;
	s->version = 2;
	s->sequence = seed;
	s->deadline_s = HUGE_VAL;
	session_set_timeout(s, 5);
	return s;
}

void
session_free(struct session *s)
{
	if (s != NULL) {
		s->transport->ops->close(s->transport);
		free(s);
	}
}

void
session_set_timeout(struct session *s, double first_s)
{
	assert(first_s > 0);
	s->first_s = first_s;
	s->next_s = first_s * 3 / 5;
	s->total_s = first_s * 6;
}

void
session_set_deadline(struct session *s, double within_s)
{
	s->deadline_s = s->transport->ops->now_s(s->transport) + within_s;
}

void
session_set_version(struct session *s, unsigned version)
{
	assert(version >= 1);
	assert(version <= 4);
	s->version = version;
}

void
session_set_always_sign(struct session *s, bool always)
{
	s->always_sign = always;
}

void
session_set_key(struct session *s, uint32_t id, struct mac_key *key)
{
	s->key_id = id;
	s->key = key;
}

void
session_set_debug(struct session *s, int level)
{
	s->debug = level;
}

struct transport *
session_transport(const struct session *s)
{
	return s->transport;
}

bool
session_error_is_unproven(const struct session *s)
{
	return s->bare_error;
}

static bool
is_signed(const struct session *s, const struct request *r)
{
	return r->sign || (s->always_sign && s->key != NULL);
}

static bool
sign(struct session *s, struct writer *w)
{
	uint8_t digest[MAC_MAX];
	size_t n = mac_len(s->key);

	/* The MAC starts on a multiple of eight, as every ntpd expects of mode 6. */
	writer_pad(w, 8);
	assert(n <= sizeof digest);
	if (w->bad || !mac_make(s->key, w->at, w->len, digest)) {
		return false;
	}
	writer_u32(w, s->key_id);
	writer_bytes(w, digest, n);
	return !w->bad;
}

/* A server that obeyed may know such a request again, when it is the very same. */
static bool
changes_something(const struct request *r)
{
	return r->op == CONTROL_CONFIGURE || r->op == CONTROL_SAVECONFIG ||
	    r->op == CONTROL_WRITEVAR;
}

static enum session_result
send_request(struct session *s, const struct request *r)
{
	uint8_t bytes[REQUEST_CAP];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct control_header h = {
		.version = s->version,
		.op = r->op,
		.sequence = s->sequence,
		.assoc = r->assoc,
		.count = (uint16_t)r->len,
	};

	control_header_put(&w, &h);
	if (r->len > 0) {
		writer_bytes(&w, r->data, r->len);
	}
	if (is_signed(s, r)) {
		if (!sign(s, &w)) {
			return SESSION_UNSIGNED;
		}
	} else {
		writer_pad(&w, 4);
	}
	if (s->debug > 0) {
		fprintf(stderr,
		    "send: op %u, sequence %u, association %u, %zu octets of data, %zu in all\n",
		    h.op, h.sequence, h.assoc, r->len, w.len);
	}
	return s->transport->ops->send(s->transport, bytes, w.len, !changes_something(r))
	    ? SESSION_OK
	    : SESSION_UNSENT;
}

static bool
mac_is_behind(struct session *s, const uint8_t *bytes, size_t len, size_t covered)
{
	struct cursor c;

	if (len < covered + KEYID_LEN + MAC_MIN) {
		return false;
	}
	c = cursor_over(bytes + covered, len - covered);
	return cursor_u32(&c) == s->key_id &&
	    mac_check(s->key, bytes, covered, bytes + covered + KEYID_LEN,
		len - covered - KEYID_LEN);
}

/* At the next multiple of eight; of an error other ntpds put it right behind the header. */
static bool
mac_is_good(struct session *s, const uint8_t *bytes, size_t len, size_t count)
{
	return mac_is_behind(s, bytes, len, (CONTROL_HEADER_LEN + count + 7) & ~(size_t)7) ||
	    (count == 0 && mac_is_behind(s, bytes, len, CONTROL_HEADER_LEN));
}

/*
 * A server that cannot verify us has nothing to sign with, and some find fault with a request
 * before they look at its MAC: an error that has nothing but its number.
 */
static bool
is_bare_error(const struct control_header *h, size_t len)
{
	return h->error && len == CONTROL_HEADER_LEN;
}

enum take { TAKE_IGNORED, TAKE_UNPROVEN, TAKE_PART, TAKE_WHOLE, TAKE_ERROR, TAKE_BROKEN };

static enum take
take_datagram(struct session *s, const struct request *r, const uint8_t *bytes, size_t len,
    struct answer *out)
{
	struct cursor c = cursor_over(bytes, len);
	struct control_header h;

	if (!control_header_get(&c, &h) || !h.response || h.op != r->op ||
	    h.sequence != s->sequence) {
		return TAKE_IGNORED;
	}
	if (h.version < 1 || h.version > 4 || h.count > len - CONTROL_HEADER_LEN) {
		return TAKE_IGNORED;
	}
	s->bare_error = false;
	if (is_signed(s, r) && !mac_is_good(s, bytes, len, h.count)) {
		s->bare_error = is_bare_error(&h, len);
		if (!s->bare_error) {
			return TAKE_UNPROVEN;
		}
	}
	if (h.error) {
		out->error = (enum control_error)(h.status >> 8);
		return TAKE_ERROR;
	}
	if (h.assoc != r->assoc) {
		return TAKE_IGNORED;
	}
	switch (control_assembly_add(&s->parts, &h, bytes + CONTROL_HEADER_LEN,
	    len - CONTROL_HEADER_LEN)) {
	case CONTROL_REFUSED:
		return TAKE_BROKEN;
	case CONTROL_MORE:
		return TAKE_PART;
	case CONTROL_DONE:
		break;
	}
	out->status = h.status;
	out->assoc = h.assoc;
	out->data = s->parts.data;
	out->len = s->parts.total;
	return TAKE_WHOLE;
}

static const char *
take_text(enum take t)
{
	static const char *const text[] = {
		[TAKE_IGNORED] = "not ours",
		[TAKE_UNPROVEN] = "without a good signature",
		[TAKE_PART] = "a fragment",
		[TAKE_WHOLE] = "the last fragment",
		[TAKE_ERROR] = "an error",
		[TAKE_BROKEN] = "a fragment that contradicts another",
	};
	return text[t];
}

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

/* Collects the answer to the request just sent; end_s bounds the whole question. */
static enum session_result
collect(struct session *s, const struct request *r, double end_s, struct answer *out)
{
	const struct transport_ops *ops = s->transport->ops;
	double until_s = ops->now_s(s->transport) + s->first_s;
	uint8_t bytes[DATAGRAM_MAX];
	bool unproven = false;

	control_assembly_start(&s->parts);
	for (int i = 0; i < SESSION_DATAGRAMS_MAX; i++) {
		double now_s = ops->now_s(s->transport);
		double wait_s = smaller(until_s, end_s) - now_s;
		enum take take;
		int n;

		if (wait_s <= 0) {
			break;
		}
		n = ops->receive(s->transport, bytes, sizeof bytes, wait_s);
		if (n == TRANSPORT_REFUSED) {
			return SESSION_REFUSED;
		}
		if (n < 0) {
			continue;
		}
		take = n > DATAGRAM_MAX ? TAKE_IGNORED : take_datagram(s, r, bytes, (size_t)n, out);
		if (s->debug > 0) {
			fprintf(stderr, "received: %d octets, %s\n", n, take_text(take));
		}
		switch (take) {
		case TAKE_IGNORED:
			break;
		case TAKE_UNPROVEN: /* a forger's, perhaps: the right one may come yet */
			unproven = true;
			break;
		case TAKE_PART:
			until_s = now_s + s->next_s;
			break;
		case TAKE_WHOLE:
			return SESSION_OK;
		case TAKE_ERROR:
			return SESSION_ERROR;
		case TAKE_BROKEN:
			return SESSION_INCOMPLETE;
		}
	}
	if (s->parts.fragments > 0) {
		return SESSION_INCOMPLETE;
	}
	return unproven ? SESSION_UNPROVEN : SESSION_TIMEOUT;
}

static enum session_result
ask_and_repeat(struct session *s, const struct request *r, double end_s, struct answer *out)
{
	enum session_result got = SESSION_TIMEOUT;

	for (int i = 0; i < SESSION_TRIES; i++) {
		if (i > 0 && s->transport->ops->now_s(s->transport) >= end_s) {
			break;
		}
		if (i == 0 || !changes_something(r)) {
			s->sequence++;
		}
		enum session_result sent = send_request(s, r);

		if (sent != SESSION_OK) {
			return sent;
		}
		got = collect(s, r, end_s, out);
		if (got != SESSION_TIMEOUT && got != SESSION_INCOMPLETE &&
		    got != SESSION_UNPROVEN) {
			return got;
		}
	}
	return got;
}

static enum session_result
ask_in_time(struct session *s, const struct request *r, struct answer *out)
{
	double now_s = s->transport->ops->now_s(s->transport);

	if (now_s >= s->deadline_s) {
		return SESSION_TIMEOUT;
	}
	return ask_and_repeat(s, r, smaller(now_s + s->total_s, s->deadline_s), out);
}

/*
 * The addresses of a name may be those of several machines: what changes something is for one only,
 * and a question that does no harm finds out which one answers.
 */
static enum session_result
settle(struct session *s, const struct request *r)
{
	struct request harmless = { .op = CONTROL_READSTAT };
	struct answer ignored = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;

	if (!changes_something(r) || s->transport->ops->settled(s->transport)) {
		return SESSION_OK;
	}
	result = ask_in_time(s, &harmless, &ignored);
	return result == SESSION_ERROR ? SESSION_OK : result;
}

enum session_result
session_ask(struct session *s, const struct request *r, struct answer *out)
{
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;

	if (r->len > CONTROL_DATA_MAX) {
		return SESSION_TOO_LONG;
	}
	if (r->sign && s->key == NULL) {
		return SESSION_UNSIGNED;
	}
	result = settle(s, r);
	if (result == SESSION_OK) {
		result = ask_in_time(s, r, &got);
	}
	if (result == SESSION_OK) {
		*out = got;
	} else if (result == SESSION_ERROR) {
		out->error = got.error;
	}
	return result;
}

const char *
session_error_text(enum control_error e)
{
	switch (e) {
	case CONTROL_ERR_UNSPEC:
		return "Server returned an unspecified error";
	case CONTROL_ERR_PERMISSION:
		return "Server disallowed request (authentication?)";
	case CONTROL_ERR_FORMAT:
		return "Server reports a bad format request packet";
	case CONTROL_ERR_OPCODE:
		return "Server reports a bad opcode in request";
	case CONTROL_ERR_ASSOC:
		return "Association ID unknown to server";
	case CONTROL_ERR_UNKNOWNVAR:
		return "A request variable unknown to the server";
	case CONTROL_ERR_BADVALUE:
		return "Server indicates a request variable was bad";
	case CONTROL_ERR_RESTRICT:
		return "Server returns unknown error code 7";
	}
	return "Server returns unknown error code";
}
