/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntsstate - the syntax of the file that keeps the keys and cookies of NTS sources over a restart:
 * "ntsstate 1"; then for each source "source", its host, the name of its NTP server ("-": none was
 * told), that server's address and port, the address of the KE server, the AEAD, when the keys are
 * to be renewed (s since 1970), both keys in hex; and below it up to 8 times "cookie" and hex.
 */
#ifndef CONFIG_NTSSTATE_H
#define CONFIG_NTSSTATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/text.h"

enum {
	NTSSTATE_NAME_MAX = 256, /* with the 0 at its end */
	NTSSTATE_KEY_MIN = 16,
	NTSSTATE_KEY_MAX = 64,
	NTSSTATE_COOKIES_MAX = 8,
	NTSSTATE_COOKIE_MAX = 256,
	NTSSTATE_SOURCE_TEXT_MAX = 8192, /* octets that one source takes at most */
};

struct ntsstate_source {
	char host[NTSSTATE_NAME_MAX];   /* of its line in ntp.conf */
	char server[NTSSTATE_NAME_MAX]; /* "": the host itself */
	struct endpoint at;             /* the NTP server; never port 0 */
	struct addr ke;
	unsigned aead; /* never 0 */
	int64_t until; /* s since 1970, >= 0 */
	size_t key_len;
	uint8_t c2s[NTSSTATE_KEY_MAX], s2c[NTSSTATE_KEY_MAX];
	unsigned cookie_n;
	struct {
		size_t len; /* 1..NTSSTATE_COOKIE_MAX */
		uint8_t bytes[NTSSTATE_COOKIE_MAX];
	} cookie[NTSSTATE_COOKIES_MAX];
};

/*
 * Reads the text of such a file and calls each with its sources, once all of it was found good.
 * False when it is not: why (may be NULL) tells what was expected, without anything of a key.
 */
bool ntsstate_parse(const char *text, size_t len,
    void (*each)(void *ctx, const struct ntsstate_source *s), void *ctx, struct text *why);

/* Append the head of such a file, and a source. */
void ntsstate_put_head(struct text *t);
void ntsstate_put(struct text *t, const struct ntsstate_source *s);

#endif
