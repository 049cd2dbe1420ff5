/* SPDX-License-Identifier: BSD-2-Clause */
/* packet - a parsed view of a whole NTP datagram. */
#include "wire/packet.h"
#include <assert.h>

enum { EXT_HEADER_LEN = 4, EXT_LEN_MIN = 16 };

/* Reads all that is left as a MAC. */
static bool
take_mac(struct cursor *c, struct packet *p)
{
	size_t digest_len;

	if (cursor_left(c) == 0) {
		p->mac = PACKET_MAC_NONE;
		return true;
	}
	assert(cursor_left(c) % 4 == 0); /* so is the whole, and so is every field */
	p->key_id = cursor_u32(c);
	digest_len = cursor_left(c);
	if (digest_len == 0) {
		p->mac = PACKET_MAC_CRYPTO_NAK;
		return p->key_id == 0;
	}
	if (digest_len < MAC_DIGEST_MIN || digest_len > MAC_DIGEST_MAX) {
		return false;
	}
	p->mac = PACKET_MAC_KEYED;
	p->digest = cursor_take(c, digest_len);
	return true;
}

/*
 * Tells whether the rest is a MAC and no extension field. The lengths up to 24 are set aside for it
 * (RFC 7822, section 7.5.1.4: a last field without a MAC has 28 octets or more). The longer digests
 * are not in the RFC and collide with fields of the same length, such as the unique identifier of
 * an NTS NAK. A key id is below 65536, so a MAC begins with two zeros, where a field has its type,
 * which is never 0.
 */
static bool
rest_is_mac(const struct cursor *c)
{
	struct cursor peek = *c;

	switch (cursor_left(c)) {
	case 0:
	case MAC_KEYID_LEN:
	case MAC_KEYID_LEN + 16:
	case MAC_KEYID_LEN + 20:
		return true;
	case MAC_KEYID_LEN + 32:
	case MAC_KEYID_LEN + 48:
	case MAC_KEYID_LEN + 64:
		return cursor_u16(&peek) == 0;
	default:
		return false;
	}
}

static bool
take_extension(struct cursor *c, struct packet *p)
{
	struct extension *e;
	uint16_t type, len;

	if (p->ext_n == PACKET_EXT_MAX) {
		return false;
	}
	e = &p->ext[p->ext_n];
	type = cursor_u16(c);
	len = cursor_u16(c);
	if (cursor_bad(c) || len < EXT_LEN_MIN || len % 4 != 0) {
		return false;
	}
	e->type = type;
	e->body = cursor_take(c, (size_t)len - EXT_HEADER_LEN);
	if (cursor_bad(c)) {
		return false;
	}
	p->ext_n++;
	return true;
}

bool
packet_parse(const uint8_t *bytes, size_t len, struct packet *out)
{
	struct cursor c = cursor_over(bytes, len);
	struct packet p = { .ext_n = 0 };

	if (len % 4 != 0 || !header_get(&c, &p.hdr)) {
		return false;
	}
	while (p.hdr.version >= NTP_VERSION && !rest_is_mac(&c)) {
		if (!take_extension(&c, &p)) {
			return false;
		}
	}
	p.auth_len = c.pos;
	if (!take_mac(&c, &p)) {
		return false;
	}
	*out = p;
	return true;
}
