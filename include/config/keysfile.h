/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keysfile - the syntax of ntp.keys: "id TYPE secret [address[/len],...]" per line, as ntpd and
 * NTPsec have it, and what chrony's files have beside it: "id secret" is a key of MD5, a secret may
 * begin with HEX: or ASCII:, and a comment with '!', ';' or '%'. See ntp.keys(5). Secrets live in
 * the arena given: the caller wipes it (keysfile_wipe) after use.
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
	KEYSFILE_FIELD_MAX = 1023,                /* characters of a word */
	KEYSFILE_SECRET_MAX = KEYSFILE_FIELD_MAX, /* octets */
	KEYSFILE_BARE_MAX = 32,  /* octets of hex without HEX:; more are not used, as in ntpd */
	KEYSFILE_PLAIN_MAX = 20, /* characters; a longer secret is in hex, or begins with ASCII: */
	KEYSFILE_TYPE_MAX = 31,
	KEYSFILE_ERRORS_MAX = 15 /* bad lines that are named; the others are counted */
};

/* Hosts that may use a key. */
struct keysfile_addr {
	struct addr addr;
	unsigned prefix_len;
};

struct keysfile_key {
	uint32_t id;      /* not 0 */
	const char *type; /* "MD5", "SHA1", "AES128CMAC"...; not checked further */
	uint8_t *secret;
	size_t secret_len; /* 1..KEYSFILE_SECRET_MAX */
	struct keysfile_addr *allowed;
	unsigned allowed_n; /* 0: every host */
	unsigned line, type_column, secret_column;
};

struct keysfile {
	struct keysfile_key *keys; /* ids are unique: of two lines the later counts */
	unsigned n;
};

/*
 * Reads the text of the file called name. A bad line costs itself only: it is an error in d, and
 * the other keys are in *out. Diagnostics never show a secret: they have no source.
 * Returns false, *out as it was, when memory is short or every line is bad: no file of keys.
 */
bool keysfile_parse(const char *name, const char *text, size_t len, struct arena *a,
    struct keysfile *out, struct diag_list *d);

/*
 * Reads a secret as a line has it, len characters, into out; gives its octets, 0 when it is none
 * and fault says why. warning says what of it is not used. Both are appended to, mostly nothing.
 */
size_t keysfile_secret(const char *at, size_t len, uint8_t out[static KEYSFILE_SECRET_MAX],
    struct text *fault, struct text *warning);

/* Overwrites the secrets. */
void keysfile_wipe(struct keysfile *k);

/* Appends what to say of a key file that every user of the host may read. */
void keysfile_put_open(const char *path, struct text *out);

#endif
