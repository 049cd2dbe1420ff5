/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pair - a self-signed certificate and its key, in two new files, to try NTS with.
 */
#ifndef NTP_KEYGEN_PAIR_H
#define NTP_KEYGEN_PAIR_H
#include <stdint.h>
#include <stdio.h>
#include "base/text.h"

#define PAIR_CERT "cert-chain.pem"
#define PAIR_KEY "key.pem"

enum { PAIR_DAYS_MAX = 36500 };

struct pair_wish {
	const char *folder; /* NULL: the present one */
	const char *const *names;
	unsigned names_n; /* > 0 */
	int64_t now_s;    /* valid from a day before: a client's clock may be behind */
	unsigned days;    /* 1..PAIR_DAYS_MAX */
};

/*
 * Makes both files, or none: the key for its owner only. 0 or an errno; then the path is appended
 * to what, with EINVAL the name that is none.
 */
int pair_make(const struct pair_wish *w, struct text *what);

/* Says what to do with them, and how to get a certificate that every client trusts. */
void pair_tell(const struct pair_wish *w, FILE *out);

#endif
