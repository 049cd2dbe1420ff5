/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_send - mode 6 answers: fragments, signatures, and how much of them strangers may
 * cause.
 */
#include "base/cursor.h"
#include "control_request.h"
#include "server/listener.h"

enum {
	PLAIN_ALIGN = 4,
	SIGNED_ALIGN = 8,
	PREPAID = CONTROL_HEADER_LEN + CONTROL_DATA_MAX,
	DATAGRAM_MAX = CONTROL_HEADER_LEN + CONTROL_DATA_MAX + SIGNED_ALIGN + AUTH_GROWS_MAX,
};

static struct limit *
limit_for(struct control_request *q)
{
	const struct addr *a = &q->pkt->from.addr;

	return &q->c->from[siphash(&q->c->is.hash, a->bytes, sizeof a->bytes) % CONTROL_SLOTS];
}

static bool
is_free(const struct control_request *q)
{
	return addr_is_loopback(&q->pkt->from.addr);
}

static bool
take(struct control_request *q, size_t octets)
{
	struct mtime now = control_now(q->c);
	struct limit *one = limit_for(q);

	if (is_free(q)) {
		return true;
	}
	if (!limit_take(one, (double)octets, now, NULL)) {
		return false;
	}
	if (!limit_take(&q->c->all, (double)octets, now, NULL)) {
		limit_give(one, (double)octets);
		return false;
	}
	return true;
}

bool
control_budget_open(struct control_request *q)
{
	if (!take(q, q->pkt->len + PREPAID)) {
		return false;
	}
	q->prepaid = PREPAID;
	return true;
}

void
control_budget_close(struct control_request *q)
{
	if (!is_free(q)) {
		limit_give(limit_for(q), (double)q->prepaid);
		limit_give(&q->c->all, (double)q->prepaid);
	}
	q->prepaid = 0;
}

static bool
within_budget(struct control_request *q, size_t octets)
{
	size_t paid = octets < q->prepaid ? octets : q->prepaid;

	if (octets > paid && !take(q, octets - paid)) {
		return false;
	}
	q->prepaid -= paid;
	return true;
}

static void
send_datagram(struct control_request *q, const struct control_header *h, const uint8_t *data,
    size_t len)
{
	uint8_t bytes[DATAGRAM_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	bool signed_too = q->auth.was == PACKET_AUTH_GOOD;
	size_t total;

	control_header_put(&w, h);
	writer_bytes(&w, data, len);
	writer_pad(&w, signed_too ? SIGNED_ALIGN : PLAIN_ALIGN);
	total = w.len;
	if (signed_too) {
		total = auth_answer(q->c->is.auth, &q->auth, bytes, w.len, sizeof bytes);
	}
	/* A reload may have closed the socket that the request came by. */
	if (total > 0 && q->l->sock != NULL && within_budget(q, total)) {
		q->c->is.act->reply(q->c->is.act_ctx, q->l, q->pkt, bytes, total);
		counters_sent(&q->c->count);
	}
}

static struct control_header
reply_header(const struct control_request *q)
{
	struct control_header h = q->h;

	h.leap = 0;
	h.response = true;
	h.status = q->status;
	h.count = 0;
	return h;
}

void
control_send_error(struct control_request *q, enum control_error e)
{
	struct control_header h = reply_header(q);

	h.error = true;
	h.status = (uint16_t)(e << 8);
	send_datagram(q, &h, NULL, 0);
}

void
control_send(struct control_request *q, const uint8_t *data, size_t len)
{
	size_t at = 0;

	do {
		struct control_header h = reply_header(q);
		size_t n = len - at < CONTROL_DATA_MAX ? len - at : CONTROL_DATA_MAX;
		h.offset = (uint16_t)at;
		h.count = (uint16_t)n;
		h.more = at + n < len;
		send_datagram(q, &h, n > 0 ? data + at : NULL, n);
		at += n;
	} while (at < len);
}

void
control_send_text(struct control_request *q)
{
	text_put(&q->out, "\r\n");
	control_send(q, (const uint8_t *)q->out.at, q->out.len);
}
