/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_standing - how NTS of a source does: what it has, and why it has no keys, for those who look
 * at the daemon.
 */
#ifndef CLIENT_NTS_STANDING_H
#define CLIENT_NTS_STANDING_H
#include <stdbool.h>
#include "base/text.h"

struct peer;
struct source;

struct nts_standing {
	int cookies;     /* 0..NTS_JAR; -1: it is not asked with NTS */
	unsigned aead;   /* of its keys; 0: there are none */
	double ke_age_s; /* of its keys; -1: there are none */
	bool due;        /* it cannot be asked before keys come */
};

void nts_standing_of(const struct peer *p, struct nts_standing *out);

/*
 * Appends a word, and behind a colon what more there is to say: "good", "asking" for keys, "wanted"
 * when they are to be asked for later, "nak", "silent" (new keys are to come, old cookies go on),
 * "dated" (its time lies outside of its certificate, while the time is not known); or
 * why the last question for keys came to nothing, "expired: certificate has expired". The words are
 * an interface: mode6/explain_nts reads them. Nothing without NTS. No quotes, printable ASCII.
 */
void nts_standing_put(const struct peer *p, struct text *t);

/* The same of a line that has a row of its own: a pool with nts. */
void nts_standing_put_line(const struct source *s, struct text *t);

#endif
