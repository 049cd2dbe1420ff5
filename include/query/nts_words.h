/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_words - what the command lines of the tools have of NTS: --nts HOST, --nts-ca FILE and
 * --nts-no-time-check.
 */
#ifndef QUERY_NTS_WORDS_H
#define QUERY_NTS_WORDS_H
#include <stdbool.h>
#include "base/text.h"
#include "query/query.h"

/* The values of getopt_long. */
enum { NTS_WORD_HOST = 0x100, NTS_WORD_CA, NTS_WORD_NO_TIME_CHECK };

struct nts_words {
	struct nts_words_host {
		const char *name;
		const char *ca; /* "": the system's */
	} host[QUERY_NAMES_MAX];
	unsigned n;
	bool no_time_check;
	const char *first_ca, *ca; /* the first that was given, the last; NULL: none */
};

/*
 * Takes an option. A CA is that of the hosts behind it up to the next one; the first one that is
 * given is also that of hosts before it, so that the order is of no concern where there is one. ""
 * is the system's. False: why says what is wrong.
 */
bool nts_words_take(struct nts_words *w, int option, const char *text, struct text *why);

/* All options are there. False: they do not go together. */
bool nts_words_end(struct nts_words *w, unsigned version, struct text *why);

/* Adds the hosts to a query. False when they are too many. */
bool nts_words_add(const struct nts_words *w, struct query *q);

/* What --nts-no-time-check means, for a warning. */
#define NTS_WORDS_NO_TIME                                                                       \
	"the dates of certificates are held against the time of the servers, not against this " \
	"clock: an old stolen key is good enough to set it"

#endif
