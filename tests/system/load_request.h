/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_request - the requests that load can ask with: what clients send, and of each kind the one
 * that costs a server most for its octets.
 */
#ifndef SYSTEM_LOAD_REQUEST_H
#define SYSTEM_LOAD_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { LOAD_REQUEST_MAX = 1024 };

struct load_request {
	uint8_t bytes[LOAD_REQUEST_MAX];
	size_t len;
	bool control; /* mode 6: an answer may have several fragments */
	bool wants_nonce;
};

/* The key of what is signed, as in ntp.keys. */
struct load_key {
	uint32_t id;
	const char *type, *secret;
};

/*
 * Makes a request by the name of its kind; nonce is put where one is wanted, "" for none yet. False
 * when there is no such kind, or the key cannot sign.
 */
bool load_request_make(const char *kind, const struct load_key *key, const char *nonce,
    struct load_request *out);

/* Lists the kinds, a line each. */
void load_request_list(FILE *out);

#endif
