/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_source - NTS of one association: keys are asked for when there is need (core/nts_client says
 * when), each request takes a cookie, each genuine answer brings some. RFC 8915.
 */
#ifndef CLIENT_NTS_SOURCE_H
#define CLIENT_NTS_SOURCE_H
#include <stdbool.h>
#include <stdint.h>
#include "client/ke_ask.h"
#include "config/ntsstate.h"
#include "core/assoc.h"
#include "core/nts_client.h"
#include "port/loop.h"
#include "wire/packet.h"

struct client;
struct config_source;
struct peer;

/* What was last said of a question for keys that came to nothing; said once until it changes. */
struct nts_told {
	enum ke_cause cause;
	enum ke_failure failure;
	char reason[KE_REASON_MAX];
};

struct nts_source {
	struct peer *peer;
	struct nts_client keys;
	struct ke_ask ask;
	struct loop_timer timer; /* when the next question for keys may be made */
	struct nts_told told;
	bool gave_way; /* another has its server now; until it has keys again */
	bool outside;  /* it tells a time outside of its certificate; said once for its keys */
};

/* Packets and questions for keys of all sources. */
struct nts_client_count {
	uint64_t sent, good, bad; /* requests; answers that were genuine, and not */
	uint64_t ke_good, ke_bad; /* questions for keys */
};

/* What was counted begins anew. */
void nts_source_reset_count(struct client *c);

/* NTS of a new association, whose host has that address. NULL when memory is short. */
struct nts_source *nts_source_new(struct peer *p, const struct addr *host);
void nts_source_free(struct nts_source *n); /* NULL is fine */

/*
 * A poll is due: what became of the last one is seen, and keys are asked for if they are wanted.
 * False when there is no cookie: there can be no request.
 */
bool nts_source_turn(struct peer *p);

/* The cookie of the next request, and how many it is to ask for beside it. NULL: there is none. */
const struct nts_cookie *nts_source_take(struct peer *p, unsigned *placeholders);

/* That request never left. no_way: none leads to its server's address. */
void nts_source_unsent(struct peer *p, bool no_way);

/* What was made of an answer. */
void nts_source_heard(struct peer *p, const struct assoc_answer *ans, enum packet_auth auth);

/* The way to its servers may be another. */
void nts_source_network_changed(struct peer *p);

/* The dates of its certificate are to be checked, or cannot be any more: other keys are wanted. */
void nts_source_certify(struct peer *p);

/* These are its keys, found by another question than its own. */
void nts_source_keyed(struct peer *p, const struct ke_ask *by, const struct ke_found *f);

/*
 * What a restart is to find of it: with all its cookies at the end of the daemon, else with one
 * that is not used any more. False when there are no keys, or no cookie to spare.
 */
bool nts_source_save(struct nts_source *n, bool at_end, struct ntsstate_source *out);

/* Goes on with what was kept. False when that is too old, or not what the line asks for now. */
bool nts_source_restore(struct peer *p, const struct ntsstate_source *s);

/* True when a line may go on with it. */
bool nts_source_may_restore(const struct client *c, const struct config_source *cfg,
    const struct ntsstate_source *s);

/* Logs why there are no keys, unless that is what was said last. */
void nts_source_tell(struct client *c, const struct ke_ask *a, const struct ke_found *f,
    struct nts_told *told);

/* Counts, and logs keys that came. */
void nts_source_note(struct client *c, const struct ke_ask *a, const struct ke_found *f,
    struct nts_told *told);

#endif
