/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ke_ask - asks for the keys of one source: where its KE server is, the question (port ke), and
 * where the NTP server is that the answer names. RFC 8915, 4.
 */
#ifndef CLIENT_KE_ASK_H
#define CLIENT_KE_ASK_H
#include <stdbool.h>
#include "base/addr.h"
#include "port/ke.h"
#include "port/resolver.h"

struct client;
struct source;

/* Why a question came to nothing. */
enum ke_cause {
	KE_CAUSE_NONE,
	KE_CAUSE_HOST,    /* the KE server's name has no address */
	KE_CAUSE_KEYS,    /* it gave no keys: failure tells */
	KE_CAUSE_SERVER,  /* the NTP server that it named has no address */
	KE_CAUSE_REFUSED, /* that server is none that we take */
	KE_CAUSE_TAKEN    /* it is one that is asked already */
};

/* Where the keys came from, and what they are for; or why there are none. */
struct ke_found {
	enum ke_cause cause;
	enum ke_failure failure;      /* KE_GOOD unless KE_CAUSE_KEYS */
	const char *reason;           /* in words, "" when there is nothing more to say */
	const struct ke_answer *keys; /* NULL: none; wiped afterwards */
	struct endpoint server;       /* with keys: the NTP server */
};

enum ke_ask_step { KE_ASK_IDLE, KE_ASK_HOST, KE_ASK_KEYS, KE_ASK_SERVER };

struct ke_ask {
	struct client *client;
	struct source *source;
	void (*done)(void *ctx, const struct ke_found *f);
	void *ctx;
	enum ke_ask_step step;
	uint32_t tag;             /* of the question under way */
	struct endpoint to;       /* the KE server asked last; ADDR_NONE: none yet */
	bool undated;             /* the dates of its certificate were not to be checked */
	bool known;               /* it may be asked without asking for its name: once */
	bool elsewhere;           /* it failed: the next address of its name */
	char server[KE_NAME_MAX]; /* that it named last; "": itself, and its address: */
	struct addr at;
	bool holds;    /* that server is asked for the time with keys that this one found */
	bool at_other; /* that is of no use: the next address of its name */
	struct ke_answer *keys; /* while the address of that server is looked for */
	struct ke_ask *next;    /* of all */
};

/* All of a client. */
struct ke_asks {
	struct ke_ask *first;
	uint32_t last_tag;
};

/* Hears what port ke answers; there may be none. */
void ke_ask_listen(struct client *c);

/* Makes one of zeroes one that can ask. done may be called before ke_ask_go returns. */
void ke_ask_start(struct ke_ask *a, struct source *s,
    void (*done)(void *ctx, const struct ke_found *f), void *ctx);
void ke_ask_stop(struct ke_ask *a);

/* The KE server is at that address: the next question is put to it. */
void ke_ask_at(struct ke_ask *a, const struct addr *host);

/* As if it had asked another: the KE server and the name of the NTP server are the same. */
void ke_ask_like(struct ke_ask *a, const struct ke_ask *other);

/* As if it had been led by that KE server to that NTP server. */
void ke_ask_was(struct ke_ask *a, const struct addr *ke, const char *server, const struct addr *at);

/* The server that was found is asked for the time from now on. */
void ke_ask_hold(struct ke_ask *a);

/* Of several addresses of the NTP server the next question is to bring another. */
void ke_ask_elsewhere(struct ke_ask *a);

/* Asks, if no question is under way. */
void ke_ask_go(struct ke_ask *a);

/* A name has an answer. True when it was ours. */
bool ke_ask_resolved(struct client *c, const struct resolver_answer *ans);

#endif
