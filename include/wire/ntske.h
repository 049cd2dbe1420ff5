/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntske - the messages of NTS key establishment: one request, one response, of records that carry
 * their length. Both directions, no policy, no TLS. RFC 8915, section 4.
 */
#ifndef WIRE_NTSKE_H
#define WIRE_NTSKE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"

enum {
	NTSKE_AEADS_MAX = 16,  /* further ones of a list are not looked at */
	NTSKE_COOKIES_MAX = 8, /* the same */
	NTSKE_COOKIE_LEN_MAX = 256,
	NTSKE_NAME_MAX = 256, /* with the 0 at its end */
	NTSKE_DENY_MAX = 10
};

/* Identifiers of AEAD algorithms: IANA's AEAD registry. */
enum ntske_aead {
	NTSKE_AES_SIV_CMAC_256 = 15,
	NTSKE_AES_SIV_CMAC_384,
	NTSKE_AES_SIV_CMAC_512,
	NTSKE_AES_128_GCM_SIV = 30
};

/* What an error record says. RFC 8915, 4.1.3. */
enum ntske_error {
	NTSKE_ERROR_CRITICAL = 0, /* a critical record that is not understood */
	NTSKE_ERROR_BAD_REQUEST = 1,
	NTSKE_ERROR_INTERNAL = 2
};

/* How far a message that came in pieces has been read. */
enum ntske_read {
	NTSKE_READ_DONE,     /* a whole message, and nothing behind it */
	NTSKE_READ_MORE,     /* what came so far is the beginning of one, perhaps */
	NTSKE_READ_CRITICAL, /* a critical record that is not understood */
	NTSKE_READ_BAD       /* anything else: malformed, doubled, missing, misplaced */
};

/* A name is "" and a port is 0 where the message has none. */
struct ntske_request {
	bool ntpv4;                     /* among the protocols offered */
	uint16_t aead[NTSKE_AEADS_MAX]; /* in the order of preference */
	unsigned aead_n;
	bool gcm_siv_exported;       /* record 1024: GCM-SIV keys are exported as the RFC says */
	char server[NTSKE_NAME_MAX]; /* the NTP server that is wished for */
	uint16_t port;
	char deny[NTSKE_DENY_MAX][NTSKE_NAME_MAX]; /* servers a pool's client has already */
	unsigned deny_n;
};

struct ntske_response {
	bool refused;   /* by an error record, or a warning (none is defined) */
	uint16_t error; /* its code */
	bool ntpv4;     /* the protocol chosen; false: none fits */
	unsigned aead;  /* the algorithm chosen, 0: none fits */
	bool gcm_siv_exported;
	struct span cookie[NTSKE_COOKIES_MAX]; /* in the octets that were read */
	unsigned cookie_n;
	char server[NTSKE_NAME_MAX]; /* "": the server that was asked for keys */
	uint16_t port;               /* 0: 123 */
};

/*
 * Read what came so far of a message, from its first octet; *out is written on NTSKE_READ_DONE.
 * Cookies that are empty or longer than NTSKE_COOKIE_LEN_MAX are left out. A response that
 * refuses needs no other records.
 */
enum ntske_read ntske_read_request(const uint8_t *bytes, size_t len, struct ntske_request *out);
enum ntske_read ntske_read_response(const uint8_t *bytes, size_t len, struct ntske_response *out);

/* Write a whole message with its end; w->bad when it does not fit. */
void ntske_put_request(struct writer *w, const struct ntske_request *q);
void ntske_put_response(struct writer *w, const struct ntske_response *r);

/* Writes a response that is an error and nothing else. */
void ntske_put_error(struct writer *w, enum ntske_error code);

#endif
