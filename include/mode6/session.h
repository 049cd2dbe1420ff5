/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - one mode 6 conversation: a request, its fragments, deadlines, repetition and
 * authentication. Whatever the server sends, a question ends: within total_s, after
 * CONTROL_FRAGMENTS_MAX fragments, or after SESSION_DATAGRAMS_MAX datagrams that do not belong to
 * it. RFC 9327.
 */
#ifndef MODE6_SESSION_H
#define MODE6_SESSION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypto/mac.h"
#include "mode6/transport.h"
#include "wire/control.h"

enum { SESSION_DATAGRAMS_MAX = 4096, SESSION_TRIES = 2 };

struct session;

enum session_result {
	SESSION_OK,
	SESSION_ERROR,      /* the server says no: answer.error */
	SESSION_TIMEOUT,    /* nothing came */
	SESSION_INCOMPLETE, /* fragments are missing, or they contradict each other */
	SESSION_REFUSED,    /* the host says that nobody listens */
	SESSION_UNSENT,     /* the system refused to send */
	SESSION_TOO_LONG,   /* the request is longer than a datagram */
	SESSION_UNSIGNED,   /* the request needs a key and none is set */
	SESSION_UNPROVEN,   /* answers to a signed request had no MAC of the key, or none */
};

struct request {
	enum control_op op;
	uint16_t assoc;
	bool sign;
	const char *data; /* may be NULL when len is 0 */
	size_t len;       /* 0..CONTROL_DATA_MAX */
};

struct answer {
	enum control_error error; /* with SESSION_ERROR only */
	uint16_t status, assoc;
	const uint8_t *data; /* the session's; valid until the next question */
	size_t len;
};

/* Takes over the transport. seed: any number, different each run, for the first sequence number. */
struct session *session_new(struct transport *t, uint16_t seed);
void session_free(struct session *s); /* NULL is fine */

/*
 * Waits first_s for the first fragment and 3/5 of it for each further one; six times first_s is the
 * end.
 */
void session_set_timeout(struct session *s, double first_s);

/* All questions from now on end within so many seconds together; later ones time out at once. */
void session_set_deadline(struct session *s, double within_s);

void session_set_version(struct session *s, unsigned version); /* 1..4; 2 at first */
void session_set_always_sign(struct session *s, bool always);

/* Signs with key from now on; the session does not own it. NULL: no key. */
void session_set_key(struct session *s, uint32_t id, struct mac_key *key);

/* Writes a line per datagram to stderr when level > 0. */
void session_set_debug(struct session *s, int level);

/*
 * Asks and waits. A signed request takes signed answers only, or anybody could have his words taken
 * for those of a holder of the key; an error without data may come unsigned. *out is written on
 * SESSION_OK and, its error alone, on SESSION_ERROR.
 */
enum session_result session_ask(struct session *s, const struct request *r, struct answer *out);

/* True when the error that was given last answers a signed request without being signed. */
bool session_error_is_unproven(const struct session *s);

/* What the session talks through; the session owns it. */
struct transport *session_transport(const struct session *s);

/* How ntpq has always worded an error answer, without the leading "***". */
const char *session_error_text(enum control_error e);

#endif
