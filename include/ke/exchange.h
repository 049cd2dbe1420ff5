/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange - what is said within TLS to establish keys: the request, what a server answers, and
 * what a client makes of the answer. Pure: no TLS, no clock, no allocation; the exporter of the
 * TLS session is a callback, so that a simulation has one of its own. RFC 8915, 4 and 5.
 */
#ifndef KE_EXCHANGE_H
#define KE_EXCHANGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"
#include "crypto/cookie.h"
#include "port/ke.h"

enum {
	KE_ASKED_MAX = 4096, /* octets of the longest request of ours, or that is answered */
	KE_ASKED_RECORDS = 32,
	KE_TOLD_MAX = 2048,   /* of the longest response of ours: NTPsec takes no longer one */
	KE_HEARD_MAX = 65536, /* of the longest response that is read */
	KE_HEARD_RECORDS = 1024,
};

/* The keys of this TLS session for an AEAD, of aead_key_len octets each. False: there are none. */
struct ke_exporter {
	bool (*keys)(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX]);
	void *ctx;
};

/* What of the exporter's context is not the AEAD's number: RFC 8915, 5.1. */
#define KE_EXPORTER_LABEL "EXPORTER-network-time-security"
enum { KE_EXPORTER_CONTEXT_LEN = 5 };

/* Writes the context of the keys of one direction. */
void ke_exporter_context(unsigned aead, bool s2c, uint8_t out[KE_EXPORTER_CONTEXT_LEN]);

/* ---- the server's side ---- */

struct ke_rules {
	uint16_t aead[KE_AEADS_MAX]; /* allowed; the client's order counts */
	unsigned aead_n;
	char server[KE_NAME_MAX]; /* the NTP server that is told (record 6); "": this host */
	uint16_t ntp_port;        /* told (record 7); 0: 123, which is not */
};

/* What a response is made of. */
struct ke_means {
	struct ke_exporter exporter;
	struct cookies *cookies;
	uint8_t nonce[KE_COOKIES_MAX][COOKIE_NONCE_LEN]; /* random, used once */
};

enum ke_said {
	KE_SAID_NOTHING,  /* the request goes on: more of it is to come */
	KE_SAID_KEYS,     /* a response with 8 cookies, all of one length */
	KE_SAID_NONE_FIT, /* a response that has no protocol or no AEAD to offer */
	KE_SAID_ERROR,    /* an error record; *code tells which */
};

/*
 * Writes the response to the octets that came so far, into at least KE_TOLD_MAX; nothing on
 * KE_SAID_NOTHING. AES-128-GCM-SIV is chosen when the client says that it exports its keys as the
 * RFC has it (record 1024), or offers nothing else.
 */
enum ke_said ke_respond(const struct ke_rules *r, struct ke_means *m, const uint8_t *request,
    size_t len, struct writer *out, unsigned *code);

/* ---- the client's side ---- */

/* Writes the request of a question: at most KE_ASKED_MAX octets. False when it does not fit. */
bool ke_request(const struct ke_question *q, struct writer *out);

/*
 * Reads the octets that came so far as the answer to q. False when more is to come. Else *a has
 * failure, reason, code, and, on KE_GOOD, aead, c2s, s2c, cookie, server and port; what TLS knows
 * is left alone. Of the cookies those of 0 or more than KE_COOKIE_MAX octets are passed over, and
 * what comes after KE_COOKIES_MAX.
 */
bool ke_take(const struct ke_question *q, const struct ke_exporter *x, const uint8_t *response,
    size_t len, struct ke_answer *a);

/*
 * True for what record 6 may say: a host name, or a host's address, but none of a link, whose zone
 * could not be told.
 */
bool ke_is_server(const char *name);

/* Notes why there are no keys; in words, printf's, which are cut to fit. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void
ke_fail(struct ke_answer *a, enum ke_failure f, const char *fmt, ...);

#endif
