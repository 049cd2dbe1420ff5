/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kod - the file of -K: which servers refused to answer or wanted to be asked less often, so that
 * the next run leaves them alone for a while. A line is "NTP-SECONDS CODE ADDRESS", the seconds in
 * hexadecimal. Nobody is left alone for ever: a kiss may be forged.
 */
#ifndef SNTP_KOD_H
#define SNTP_KOD_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "port/store.h"

enum { KOD_MAX = 64 };

struct kod {
	struct kod_entry {
		struct addr addr;
		uint32_t code; /* "DENY", "RSTR", "RATE" */
		int64_t at_s;  /* since 1970 */
	} at[KOD_MAX];
	unsigned n;
	bool changed;
};

/*
 * Reads the file, leaving out what is over, lies in the future or is no entry. A file that is not
 * there is empty. 0 or -errno.
 */
int kod_load(struct kod *k, struct store *s, const char *path, int64_t now_s);

/* The code of a server that is to be left alone, 0: none. */
uint32_t kod_of(const struct kod *k, const struct addr *a);

/* Remembers a kiss; codes that ask for nothing are none. The oldest entry gives way. */
void kod_note(struct kod *k, const struct addr *a, uint32_t code, int64_t now_s);

/* Writes the file when it changed. 0 or -errno. */
int kod_save(struct kod *k, struct store *s, const char *path);

#endif
