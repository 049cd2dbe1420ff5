/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet - a parsed view of a whole NTP datagram: header, RFC 7822 extension fields, MAC; nothing
 * is copied.
 */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"
#include "wire/header.h"

enum { PACKET_EXT_MAX = 16, MAC_KEYID_LEN = 4, MAC_DIGEST_MIN = 16, MAC_DIGEST_MAX = 64 };

struct extension {
	uint16_t type;
	struct span body; /* without the 4-octet field header */
};

/* How the part behind the header looks. */
enum packet_mac {
	PACKET_MAC_NONE,
	PACKET_MAC_CRYPTO_NAK, /* 4 octets of zero: the server could not verify us */
	PACKET_MAC_KEYED,      /* key id and digest */
};

/* What is known of who sent a packet, or a message of mode 6. */
enum packet_auth {
	PACKET_AUTH_NONE, /* there is nothing that could be checked */
	PACKET_AUTH_GOOD,
	PACKET_AUTH_BAD,  /* its proof is wrong, or of a key that may not be used */
	PACKET_AUTH_NAK,  /* NTS: a cookie cannot be opened, and the client is to be told so */
	PACKET_AUTH_DROP, /* NTS: it is malformed, and not to be answered */
};

struct packet {
	struct header hdr;
	struct extension ext[PACKET_EXT_MAX];
	unsigned ext_n;
	enum packet_mac mac;
	uint32_t key_id;    /* of a keyed MAC */
	struct span digest; /* of a keyed MAC */
	size_t auth_len;    /* octets covered by the MAC: header and extension fields */
};

/*
 * Parses a datagram. False when it is shorter than a header, its length is no multiple of four, an
 * extension field is malformed or there are more than PACKET_EXT_MAX of them; *out is then
 * untouched. A rest of 4, 20 or 24 octets behind the last field is a MAC (RFC 7822, section 7.5);
 * one of 36, 52 or 68 octets is a MAC when it begins with two zeros (a key id below 65536), else a
 * field. A version 3 or older packet has no extension fields: all its rest is a MAC.
 */
bool packet_parse(const uint8_t *bytes, size_t len, struct packet *out);

#endif
