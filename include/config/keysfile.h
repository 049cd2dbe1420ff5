/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keysfile - the syntax of ntp.keys: "id TYPE secret [address[/len],...]" per line.
 * See ntp.keys(5). Secrets live in the arena given: the caller wipes it (keysfile_wipe) after use.
 */
#ifndef CONFIG_KEYSFILE_H
#define CONFIG_KEYSFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/arena.h"
#include "config/diag.h"

enum {
	KEYSFILE_SECRET_MAX = 32,       /* octets; further hex digits are not used, as in ntpd */
	KEYSFILE_PLAIN_MAX = 20,        /* characters; a longer secret is written in hex */
	KEYSFILE_KEYS_MAX = 1024,
	KEYSFILE_ADDRS_MAX = 8,
	KEYSFILE_ERRORS_MAX = 15        /* reading stops after so many bad lines */
};

/* Hosts that may use a key. */
struct keysfile_addr {
	struct addr addr;
	unsigned prefix_len;
};

struct keysfile_key {
	uint32_t id;                    /* 1..65535 */
	const char *type;               /* "MD5", "SHA1", "AES128CMAC"...; not checked further */
	uint8_t secret[KEYSFILE_SECRET_MAX];
	size_t secret_len;              /* > 0 */
	struct keysfile_addr allowed[KEYSFILE_ADDRS_MAX];
	unsigned allowed_n;             /* 0: every host */
	unsigned line;
};

struct keysfile {
	struct keysfile_key *keys;      /* ids are unique: of two lines the later counts */
	unsigned n;
};

/*
 * Reads the text of the file called name. Diagnostics never show a secret: they have no source.
 * Returns false after any error; *out is written only when all of the file is good.
 */
bool keysfile_parse(const char *name, const char *text, size_t len, struct arena *a,
    struct keysfile *out, struct diag_list *d);

/* Overwrites the secrets. */
void keysfile_wipe(struct keysfile *k);

#endif
