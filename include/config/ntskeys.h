/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntskeys - the syntax of the file with the keys of the cookies of NTS, as NTPsec has it: "T: when
 * the current key began", "L: octets of a key", then pairs of "I: id" and "K: the key in hex", the
 * current one first.
 */
#ifndef CONFIG_NTSKEYS_H
#define CONFIG_NTSKEYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

enum {
	NTSKEYS_MAX = 10, /* further ones of a file are not looked at */
	NTSKEYS_SECRET_MAX = 64,
	NTSKEYS_TEXT_MAX = 2048
};

struct ntskeys {
	int64_t since; /* s since 1970, >= 0 */
	size_t len;    /* of each key: 32, 48 or 64 octets */
	unsigned n;    /* >= 1 */
	struct {
		uint32_t id;
		uint8_t secret[NTSKEYS_SECRET_MAX];
	} key[NTSKEYS_MAX];
};

/*
 * Reads the text of such a file. False when it is none, or torn: why (may be NULL) tells what was
 * expected, without anything of a key; *out is written only on success.
 */
bool ntskeys_parse(const char *text, size_t len, struct ntskeys *out, struct text *why);

/* Appends the text of such a file, at most NTSKEYS_TEXT_MAX octets. */
void ntskeys_format(const struct ntskeys *k, struct text *out);

/* Overwrites the keys. */
void ntskeys_wipe(struct ntskeys *k);

/* Appends what to say of a file that every user of the host may read. */
void ntskeys_put_open(const char *path, struct text *out);

#endif
