/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts - the extension fields of NTS in NTP packets: found in what packet_parse made of a datagram,
 * and written. Both directions, no cryptography. RFC 8915, section 5.
 */
#ifndef WIRE_NTS_H
#define WIRE_NTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"
#include "wire/packet.h"

enum nts_field_type {
	NTS_FIELD_UID = 0x0104,
	NTS_FIELD_COOKIE = 0x0204,
	NTS_FIELD_PLACEHOLDER = 0x0304,
	NTS_FIELD_AUTHENTICATOR = 0x0404
};

enum {
	NTS_FIELD_HEADER_LEN = 4,
	NTS_UID_LEN = 32,    /* of ours; others' are as long or longer */
	NTS_COOKIES_MAX = 8, /* in one answer */
	NTS_NAK_LEN = HEADER_LEN + NTS_FIELD_HEADER_LEN + NTS_UID_LEN, /* with the UID of ours */
};

/* What a packet has of NTS; the spans are in its octets. */
struct nts_fields {
	struct span uid;       /* NTS_UID_LEN octets or more */
	struct span cookie;    /* of a request */
	unsigned placeholders; /* as long as the cookie, before the authenticator; 0.. */
	size_t protected_len;  /* octets before the authenticator: what it is over */
	struct span nonce;     /* at least one octet */
	struct span sealed;    /* at least a tag: 16 octets */
	size_t nonce_room;     /* the padded nonce and what else is padding */
};

enum nts_form {
	NTS_FORM_NONE,  /* nothing that would be NTS */
	NTS_FORM_WHOLE, /* all fields that there must be, each once */
	NTS_FORM_NAK,   /* an answer that has a UID and no authenticator: only .uid is there */
	NTS_FORM_BAD    /* some are there, but not all, or doubled, or malformed */
};

/*
 * Find the fields of a request (UID, cookie and authenticator), or of an answer (UID and
 * authenticator). What stands behind the authenticator is not looked at, for it is protected by
 * nothing; only another authenticator there is one too many. p is what packet_parse made of bytes.
 * *out is written unless it is NTS_FORM_NONE or NTS_FORM_BAD.
 */
enum nts_form nts_read_request(const uint8_t *bytes, const struct packet *p,
    struct nts_fields *out);
enum nts_form nts_read_answer(const uint8_t *bytes, const struct packet *p, struct nts_fields *out);

/* What stands in the encrypted part. */
struct nts_inner {
	struct span cookie[NTS_COOKIES_MAX]; /* the first ones that are not empty */
	unsigned cookie_n;
	unsigned placeholders; /* as long as a cookie of cookie_len */
};

/*
 * Reads the encrypted part, once it is opened; its fields may be as short as their header, and
 * unknown ones are skipped. cookie_len: of the request. False when it is malformed: *out is then
 * untouched.
 */
bool nts_read_inner(const uint8_t *text, size_t len, size_t cookie_len, struct nts_inner *out);

/* Writes a field; the body is padded with zeros to a multiple of four. w->bad: it does not fit. */
void nts_put_field(struct writer *w, enum nts_field_type type, const uint8_t *body, size_t len);

/* Writes a placeholder for a cookie of that length. */
void nts_put_placeholder(struct writer *w, size_t cookie_len);

/*
 * Writes an authenticator but for what it seals: returns where those sealed_len octets belong, NULL
 * when it does not fit (w->bad). nonce_len: 12 or 16, so that the padding of short ones is not
 * needed.
 */
uint8_t *nts_put_authenticator(struct writer *w, const uint8_t *nonce, size_t nonce_len,
    size_t sealed_len);

/* Octets of a field with a body of that length; of an authenticator. */
size_t nts_field_len(size_t body_len);
size_t nts_authenticator_len(size_t nonce_len, size_t sealed_len);

#endif
