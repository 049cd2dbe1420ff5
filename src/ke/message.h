/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message - what is said over the channels of the two processes of key establishment, as octets.
 * Both read what strangers send, and may be one of them: every octet is judged like a packet's, in
 * either direction. Text that crosses is printable. Octets hold secrets: who is done wipes them.
 */
#ifndef KE_MESSAGE_H
#define KE_MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypto/cookie.h"
#include "port/ke.h"
#include "port/ke_server.h"

enum {
	KE_TLS_TEXT_MAX = 64,
	KE_IGNORE_MAX = 128, /* networks in one order */
	KE_ADDR_LEN = 1 + 4 + 16,
	KE_TLS_LEN = 2 * (2 + KE_TLS_LIST_MAX) + 1,
	KE_ORDER_LEN = 1 + 4 + KE_ADDR_LEN + 2 + 2 * (2 + KE_NAME_MAX) + 1 +
	    KE_DENY_MAX * (2 + KE_NAME_MAX) + 2 + KE_PATH_MAX + 1 + 2 * KE_AEADS_MAX + 1 +
	    KE_TLS_LEN,
	KE_ANSWER_LEN = 4 + 1 + 2 + KE_REASON_MAX + 4 + 2 + 2 * KE_KEY_MAX + 1 +
	    KE_COOKIES_MAX * (2 + KE_COOKIE_MAX) + 2 + KE_NAME_MAX + 2 + 8 + 8 + 2 +
	    KE_TLS_TEXT_MAX + 8,
	KE_SERVER_ORDER_LEN = 1 + 2 * (2 + KE_PATH_MAX) + 1 + 2 * KE_AEADS_MAX + 2 + 4 + KE_TLS_LEN,
	KE_SERVER_EVENT_LEN = 1 + 1 + 1 + KE_ADDR_LEN + 2 + 2 + KE_REASON_MAX + 2 +
	    KE_TLS_TEXT_MAX + 8 + 8 + 8 + 2 + KE_NAME_MAX
};

/* ---- the client's process ---- */

enum ke_order_verb {
	KE_ORDER_CA = 1, /* what it may read: question.ca, "" is the system's */
	KE_ORDER_PORT,   /* where it may connect to: question.to.port */
	KE_ORDER_BEGIN,  /* that was all */
	KE_ORDER_ASK,
};

/* What of question the verb does not use is zero. */
struct ke_order {
	enum ke_order_verb verb;
	struct ke_question question;
};

/* False for what could not be sent: a question without a name, an address, a port, an AEAD. */
bool ke_order_is_fit(const struct ke_order *o);

/* Writes an order that is fit. */
void ke_order_put(const struct ke_order *o, uint8_t out[KE_ORDER_LEN]);

/* False when these octets are none; *out is then undefined, as in the others. */
bool ke_order_get(const uint8_t *octets, size_t len, struct ke_order *out);

/* Writes an answer: one that is not good has its reason, and no more. */
void ke_answer_put(const struct ke_answer *a, uint8_t out[KE_ANSWER_LEN]);

/* False when no honest child can have sent these octets. */
bool ke_answer_get(const uint8_t *octets, size_t len, struct ke_answer *out);

/* ---- the server's process ---- */

enum ke_server_verb {
	KE_SERVER_SOCKET = 1, /* the descriptor that comes along listens */
	KE_SERVER_CERT,       /* it is the file of the certificate, opened with other rights */
	KE_SERVER_KEY,        /* of the key */
	KE_SERVER_RULES,      /* are in force: the pair is read again */
	KE_SERVER_CHECK,      /* the pair is read again if it changed */
	KE_SERVER_COOKIES,
	KE_SERVER_IGNORE,
	KE_SERVER_BEGIN, /* sockets, rules and cookies were told */
};

struct ke_ignored {
	bool first; /* of a new list */
	unsigned n;
	struct addr base[KE_IGNORE_MAX];
	uint8_t prefix[KE_IGNORE_MAX];
};

struct ke_server_order {
	enum ke_server_verb verb;
	union {
		struct ke_server_rules rules;
		struct cookie_key_set cookies;
		struct ke_ignored ignore;
	} of;
};

/* Writes an order; of its union what the verb is about. */
void ke_server_order_put(const struct ke_server_order *o, uint8_t out[KE_SERVER_ORDER_LEN]);

/* False when these octets are none. */
bool ke_server_order_get(const uint8_t *octets, size_t len, struct ke_server_order *out);

/* An event, and whether the process can read certificate and key by their paths. */
struct ke_server_told {
	struct ke_server_event event;
	bool by_path;
};

/* Writes an event, not KE_SERVER_GONE. */
void ke_server_told_put(const struct ke_server_told *t, uint8_t out[KE_SERVER_EVENT_LEN]);

/* False when no honest child can have sent these octets. */
bool ke_server_told_get(const uint8_t *octets, size_t len, struct ke_server_told *out);

#endif
