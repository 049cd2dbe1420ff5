/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_packet - NTS in time packets for the programs that tests run: requests made and answers
 * opened, and cookies minted with a server's own key, so that many clients need no key exchange.
 * Written from RFC 8915 and what the peers do, beside auth and wire, which it is to test.
 */
#ifndef SYSTEM_NTS_PACKET_H
#define SYSTEM_NTS_PACKET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypto/cookie.h"

enum {
	NTS_PACKET_MAX = 2048,
	NTS_COOKIE_MAX = 256,
	NTS_COOKIES_MAX = 8,
	NTS_UID_LEN = 32,
	NTS_NONCE_LEN = 16,
};

struct nts_cookie {
	size_t len;
	uint8_t bytes[NTS_COOKIE_MAX];
};

/* ---- cookies of a server whose key is known ---- */

struct nts_mint {
	bool chrony; /* its form of a cookie; else NTPsec's */
	size_t key_len;
	uint8_t id[4]; /* as in the cookie */
	uint8_t secret[COOKIE_KEY_MAX];
};

/*
 * Reads the key that is wanted (4 octets as in the cookie; NULL: the first) from a file of NTPsec's
 * form ("I:", "K:") or of chronyd's (ntskeys). False when it is not there.
 */
bool nts_mint_read(const char *path, const uint8_t *wanted, struct nts_mint *out);

/* Makes a cookie of that session. False when OpenSSL fails. */
bool nts_mint_cookie(const struct nts_mint *m, const struct nts_session *s, struct nts_cookie *out);

/* Opens one; the AEAD of chronyd's is by its length. False when it is not by this key. */
bool nts_mint_open(const struct nts_mint *m, const uint8_t *bytes, size_t len,
    struct nts_session *out);

/* A session with random keys. */
bool nts_session_random(unsigned aead, struct nts_session *out);

/* ---- packets ---- */

/*
 * Writes a request with fresh identifier, nonces and transmit stamp. Returns its length, 0 when
 * OpenSSL fails or it does not fit.
 */
size_t nts_request_make(const struct nts_session *s, const struct nts_cookie *c,
    unsigned placeholders, uint8_t out[NTS_PACKET_MAX]);

struct nts_reply {
	bool mine;   /* origin and identifier are the request's */
	bool opened; /* and what is sealed was opened: all of the header is the server's */
	bool nak;    /* kiss NTSN; nothing of it is sealed */
	unsigned stratum;
	char kiss[5]; /* refid of stratum 0 */
	unsigned cookie_n;
	struct nts_cookie cookie[NTS_COOKIES_MAX];
};

/* Reads what came for a request. False when it is no packet of a server. */
bool nts_reply_read(const struct nts_session *s, const uint8_t *request, const uint8_t *bytes,
    size_t len, struct nts_reply *out);

#endif
