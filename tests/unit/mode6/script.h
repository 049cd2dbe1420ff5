/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * script - a transport for tests: a function answers each request, and time passes only when a
 * receive finds nothing.
 */
#ifndef TESTS_UNIT_MODE6_SCRIPT_H
#define TESTS_UNIT_MODE6_SCRIPT_H
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"
#include "crypto/mac.h"
#include "mode6/transport.h"
#include "wire/control.h"

enum { SCRIPT_QUEUE = 256, SCRIPT_DATAGRAM = 1100, SCRIPT_MAC_MIN = 20 };

struct datagram {
	uint8_t bytes[SCRIPT_DATAGRAM];
	size_t len;
};

struct script {
	struct transport base;
	/* Called for each request sent; puts answers with script_put. */
	void (*serve)(struct script *s, const struct control_header *h, const uint8_t *data,
	    size_t len);
	/* When set, called instead of the queue: an endless server. */
	int (*flood)(struct script *s, uint8_t *buf, size_t cap);
	double now_s;
	unsigned sent, received, spread; /* spread: of sent, to any address */
	bool several; /* a host with several addresses, none of which has answered yet */
	bool refuse;
	struct control_header last;
	struct mac_key *key; /* owned; when set, signed requests have signed answers */
	uint32_t key_id;
	bool last_signed;
	struct datagram queue[SCRIPT_QUEUE];
	unsigned head, tail;
	void *own;
};

static inline struct script *
script_of(struct transport *t)
{
	return (struct script *)(void *)t;
}

static inline bool
script_send(struct transport *t, const uint8_t *bytes, size_t len, bool may_spread)
{
	struct script *s = script_of(t);
	struct cursor c = cursor_over(bytes, len);

	s->sent++;
	s->spread += may_spread ? 1 : 0;
	s->head = s->tail = 0;
	if (control_header_get(&c, &s->last) && s->serve != NULL) {
		s->last_signed = len >= (size_t)CONTROL_HEADER_LEN + s->last.count + SCRIPT_MAC_MIN;
		s->serve(s, &s->last, bytes + CONTROL_HEADER_LEN, len - CONTROL_HEADER_LEN);
	}
	return true;
}

static inline int
script_receive(struct transport *t, uint8_t *buf, size_t cap, double wait_s)
{
	struct script *s = script_of(t);

	s->received++;
	if (s->refuse) {
		return TRANSPORT_REFUSED;
	}
	if (s->flood != NULL) {
		return s->flood(s, buf, cap);
	}
	if (s->head == s->tail) {
		s->now_s += wait_s;
		return TRANSPORT_TIMEOUT;
	}
	const struct datagram *d = &s->queue[s->head++];
	memcpy(buf, d->bytes, d->len < cap ? d->len : cap);
	return (int)d->len;
}

static inline double
script_now_s(struct transport *t)
{
	return script_of(t)->now_s;
}

static inline bool
script_settled(struct transport *t)
{
	return !script_of(t)->several || script_of(t)->received > 0;
}

static inline void
script_close(struct transport *t)
{
	mac_key_free(script_of(t)->key);
	free(script_of(t));
}

/* Queues an answer: the header as given, then len octets, padded to four; signed where it is due. */
static inline void
script_put(struct script *s, const struct control_header *h, const void *data, size_t len)
{
	struct datagram *d = &s->queue[s->tail++];
	struct writer w = writer_over(d->bytes, sizeof d->bytes);

	control_header_put(&w, h);
	writer_bytes(&w, data, len);
	writer_pad(&w, s->key != NULL ? 8 : 4);
	if (s->key != NULL && s->last_signed) {
		size_t covered = w.len;
		writer_u32(&w, s->key_id);
		d->len = mac_make(s->key, d->bytes, covered, d->bytes + w.len)
		    ? w.len + mac_len(s->key)
		    : 0;
		return;
	}
	d->len = w.len;
}

static inline struct script *
script_new(void)
{
	static const struct transport_ops ops = { script_send, script_receive, script_now_s,
		script_settled, script_close };
	struct script *s = calloc(1, sizeof *s);

	s->base.ops = &ops;
	return s;
}

#endif
