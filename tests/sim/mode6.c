/* SPDX-License-Identifier: BSD-2-Clause */
/* A client of mode 6. */
#include "sim/mode6.h"
#include <assert.h>
#include <string.h>
#include "base/cursor.h"
#include "wire/packet.h"

enum { CLIENT_PORT = 40123, SIGNED_ALIGN = 8, PLAIN_ALIGN = 4 };

static const double WAIT_S = 0.05;

static bool
padding_is_zero(const uint8_t *at, const uint8_t *end)
{
	for (; at < end; at++) {
		if (*at != 0) {
			return false;
		}
	}
	return true;
}

/* Judges the form of a datagram: padded with zeros to whole words, or to eight octets and signed. */
static void
check_form(struct mode6 *m, const struct sim_datagram *d, const struct control_header *h)
{
	size_t end = (size_t)CONTROL_HEADER_LEN + h->count, align = PLAIN_ALIGN, mac = 0;

	if (d->len >= end + MAC_KEYID_LEN + MAC_DIGEST_MIN && m->key != NULL) {
		align = SIGNED_ALIGN;
		mac = MAC_KEYID_LEN + mac_len(m->key);
	}
	size_t padded = (end + align - 1) / align * align;
	if (d->len != padded + mac || h->count > CONTROL_DATA_MAX ||
	    !padding_is_zero(d->bytes + end, d->bytes + padded)) {
		m->answer.faulty = true;
		return;
	}
	if (mac > 0 &&
	    mac_check(m->key, d->bytes, padded, d->bytes + padded + MAC_KEYID_LEN,
		mac - MAC_KEYID_LEN)) {
		m->answer.signed_n++;
	}
}

static void
take(struct mode6 *m, const struct sim_datagram *d)
{
	struct cursor c = cursor_over(d->bytes, d->len);
	struct mode6_answer *a = &m->answer;
	struct control_header h;

	a->datagrams++;
	a->octets += d->len;
	if (!control_header_get(&c, &h) || !h.response || h.sequence != m->sequence) {
		a->faulty = true;
		return;
	}
	check_form(m, d, &h);
	a->status = h.status;
	if (h.error) {
		a->error = h.status >> 8;
		a->faulty = a->faulty || h.count != 0;
		return;
	}
	switch (control_assembly_add(&m->assembly, &h, d->bytes + CONTROL_HEADER_LEN,
	    d->len - CONTROL_HEADER_LEN)) {
	case CONTROL_MORE:
		break;
	case CONTROL_DONE:
		a->complete = true;
		a->len = m->assembly.total;
		memcpy(a->text, m->assembly.data, a->len);
		a->text[a->len] = '\0';
		break;
	case CONTROL_REFUSED:
		a->faulty = true;
		break;
	}
}

static void
see_arrive(void *ctx, struct sim_host *to, const struct sim_datagram *d)
{
	struct mode6 *m = ctx;

	if (to == m->host && endpoint_equal(&d->to, &m->from) && endpoint_equal(&d->from, &m->to)) {
		take(m, d);
	}
}

static void
ignore_datagram(void *ctx, struct sim_host *h, const struct sim_datagram *d)
{
	(void)ctx;
	(void)h;
	(void)d;
}

static void
begin(struct mode6 *m, struct sim *s, struct sim_host *from)
{
	memset(m, 0, sizeof *m);
	m->s = s;
	m->host = from;
	m->tap = (struct sim_tap){ .arrive = see_arrive, .ctx = m };
	sim_net_tap(s->net, &m->tap);
}

void
mode6_local(struct mode6 *m, struct sim *s, struct sim_node *n)
{
	begin(m, s, n->host);
	m->from = sim_endpoint("127.0.0.1", CLIENT_PORT);
	m->to = sim_endpoint("127.0.0.1", 123);
}

void
mode6_remote(struct mode6 *m, struct sim *s, struct sim_node *n, const char *address)
{
	struct sim_path p = sim_path_constant(1e-4);

	begin(m, s, sim_host_new(s->net, "asker", NULL));
	m->from = sim_endpoint(address, CLIENT_PORT);
	m->to = (struct endpoint){ n->host->iface[2].addr, 123 };
	sim_host_add(m->host, "eth0", address);
	m->host->on_datagram = ignore_datagram;
	sim_link(s, m->host, n->host, p);
}

void
mode6_end(struct mode6 *m)
{
	if (m->s != NULL) {
		sim_net_untap(m->s->net, &m->tap);
		m->s = NULL;
	}
	mac_key_free(m->key);
	m->key = NULL;
}

void
mode6_key(struct mode6 *m, uint32_t id, const char *type, const char *secret)
{
	mac_key_free(m->key);
	m->key = mac_key_new(type, (const uint8_t *)secret, strlen(secret));
	m->key_id = id;
	assert(m->key != NULL);
}

size_t
mode6_request(struct mode6 *m, enum control_op op, uint16_t assoc, const char *text, bool sign,
    uint8_t out[static NET_PACKET_MAX])
{
	struct writer w = writer_over(out, NET_PACKET_MAX);
	struct control_header h = {
		.version = 2,
		.op = op,
		.sequence = ++m->sequence,
		.assoc = assoc,
		.count = (uint16_t)strlen(text),
	};

	control_header_put(&w, &h);
	writer_bytes(&w, text, strlen(text));
	writer_pad(&w, sign ? SIGNED_ALIGN : PLAIN_ALIGN);
	assert(!w.bad);
	return sign ? keyring_sign(m->key, m->key_id, out, w.len, NET_PACKET_MAX) : w.len;
}

const struct mode6_answer *
mode6_send(struct mode6 *m, const uint8_t *bytes, size_t len)
{
	struct sim_datagram d = { .from = m->from, .to = m->to, .len = len };

	memcpy(d.bytes, bytes, len);
	memset(&m->answer, 0, sizeof m->answer);
	m->answer.error = -1;
	if (len >= 4) {
		m->sequence = (uint16_t)(bytes[2] << 8 | bytes[3]);
	}
	control_assembly_start(&m->assembly);
	sim_net_send(m->s->net, m->host, &d, 0);
	sim_run(m->s, WAIT_S);
	return &m->answer;
}

const struct mode6_answer *
mode6_ask(struct mode6 *m, enum control_op op, uint16_t assoc, const char *text)
{
	uint8_t bytes[NET_PACKET_MAX];

	return mode6_send(m, bytes, mode6_request(m, op, assoc, text, false, bytes));
}

const struct mode6_answer *
mode6_command(struct mode6 *m, enum control_op op, const char *text)
{
	uint8_t bytes[NET_PACKET_MAX];

	return mode6_send(m, bytes, mode6_request(m, op, 0, text, true, bytes));
}

const char *
mode6_value(const struct mode6 *m, const char *name, char *buf, size_t cap)
{
	const char *at = m->answer.text, *end = at + m->answer.len;
	struct text t = text_over(buf, cap);
	struct control_item it;
	bool bad = false;

	while (control_item_next(&at, end, &it, &bad)) {
		if (it.name_len == strlen(name) && memcmp(it.name, name, it.name_len) == 0) {
			text_put_n(&t, it.value != NULL ? it.value : "", it.value_len);
			break;
		}
	}
	return buf;
}
