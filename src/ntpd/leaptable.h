/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaptable - the table of leap seconds from its file: found, read, checked, handed to leapsec.
 */
#ifndef NTPD_LEAPTABLE_H
#define NTPD_LEAPTABLE_H
#include <stdbool.h>
#include <stddef.h>
#include "config/leapfile.h"
#include "port/store.h"

struct ntpd;

struct leaptable {
	struct store_stat file; /* as it was read */
	bool unasked;           /* the table in force is of no leapfile line */
	bool denied;            /* to the first user; the one of -u may be allowed */
};

/*
 * Reads the text of a leap file as leapfile_parse does, and judges its hash unless checkhash is
 * false; what cannot be known for a bad line behind the last row, expires with that row.
 */
bool leaptable_parse(const char *path, const char *text, size_t len, bool checkhash,
    struct arena *a, struct leapfile *out, struct diag_list *diags);

/*
 * Reads the file, or forgets the table where the configuration names none any more. Bad lines are
 * reported and left out; of a file without a good one, or with a wrong hash, the old table stays.
 */
void leaptable_read(struct ntpd *d);

/* Called often; reads the file when its name or its content changed. */
void leaptable_look(struct ntpd *d);

#endif
