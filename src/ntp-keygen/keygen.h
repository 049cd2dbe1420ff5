/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keygen - new symmetric keys in the form of ntp.keys.
 */
#ifndef NTP_KEYGEN_KEYGEN_H
#define NTP_KEYGEN_KEYGEN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/text.h"
#include "port/rng.h"

#define KEYGEN_ID_MAX UINT32_MAX

enum { KEYGEN_TEXT_MAX = 1 << 20 };

struct keygen_rules {
	const char *type;  /* of all keys; NULL: MD5, SHA1 and AES128CMAC, count of each */
	uint32_t count;    /* > 0 */
	uint32_t first_id; /* 1..KEYGEN_ID_MAX */
};

/* True when keys of that type can be made (any case). */
bool keygen_knows(const char *type);

/* True when the ids do not go beyond KEYGEN_ID_MAX. */
bool keygen_fits(const struct keygen_rules *r);

/*
 * Appends a line "id TYPE hexadecimal-secret" for each key. Secrets are always written in
 * hexadecimal, longer than the 20 characters from which every ntpd takes them as such: a
 * character such as # would end a secret in the file.
 */
void keygen_write(struct text *t, const struct keygen_rules *r, struct rng *rng);

#endif
