/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreign - words of other programs' files that end up in ntp.conf, and what does the same here.
 */
#ifndef CONFIG_FOREIGN_H
#define CONFIG_FOREIGN_H
#include "config/schema.h"

struct foreign_word {
	enum schema_group group; /* SCHEMA_TOP; SCHEMA_SOURCE: behind server, pool, peer */
	const char *word;        /* letter case and what follows a '=' do not count */
	const char *file;        /* whose word it is: "chrony.conf" */
	const char *instead;     /* what to do in its place */
};

/* NULL when the word is no other program's. Words that ntp.conf has too are not looked up here. */
const struct foreign_word *foreign_find(enum schema_group group, const char *word);

/* The table, for the test that compares it with ntp.conf's own words. */
extern const struct foreign_word foreign_words[];
extern const unsigned foreign_words_n;

#endif
