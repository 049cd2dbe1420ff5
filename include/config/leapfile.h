/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leapfile - the syntax of leap-seconds.list (IERS, NIST, IANA): rows "NTP-seconds TAI-offset", and
 * the special comments #$ (last update), #@ (expiry), #h (SHA-1 of the numbers).
 */
#ifndef CONFIG_LEAPFILE_H
#define CONFIG_LEAPFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "config/diag.h"

enum {
	LEAPFILE_ROWS_MAX = 256, /* the newest stay: 27 came in 52 years */
	LEAPFILE_ERRORS_MAX = 15 /* bad lines that are named; the others are counted */
};

struct leapfile_row {
	int64_t utc_s;    /* since 1970: from this second on */
	int tai_offset_s; /* TAI - UTC */
};

struct leapfile {
	struct leapfile_row rows[LEAPFILE_ROWS_MAX]; /* times ascending, offsets one apart */
	unsigned n;                                  /* > 0 */
	bool end_doubtful; /* a line behind the last row was left out: perhaps a row */
	bool update_given, expiry_given, hash_given;
	int64_t update_s, expiry_s; /* since 1970 */
	uint32_t hash[5];           /* of #h: the words of the SHA-1 as numbers */
	const char *hashed;         /* the octets the SHA-1 is of: every number, digits only */
	size_t hashed_len;
};

/*
 * Reads the text of the file called name; hashed lives in a. Whether the hash agrees is the
 * caller's to see, for it has the digest.
 * A bad line costs itself only, and the rows before it when others follow: what it left open
 * between them is not known. Returns false, *out as it was, without any good row.
 */
bool leapfile_parse(const char *name, const char *text, size_t len, struct arena *a,
    struct leapfile *out, struct diag_list *d);

#endif
