/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pair - the certificate of a server, with its chain, and the key to it: read from files, and
 * judged before it is used.
 */
#ifndef KE_PAIR_H
#define KE_PAIR_H
#include <stdbool.h>
#include <stdint.h>
#include "port/ke_server.h"

struct ssl_ctx_st;

/* Where one of the two is. */
struct pair_file {
	const char *path;
	int fd; /* opened with other rights; -1: the path is tried */
};

/* What tells one state of a file from another. */
struct pair_state {
	uint64_t device, inode;
	int64_t size, changed_ns;
};

struct pair_seen {
	struct pair_state cert, key;
};

struct pair_read {
	char reason[KE_REASON_MAX]; /* "": nothing is wrong */
	enum ke_key_fault key;      /* what of it is wrong with the key */
	int64_t not_after;
	bool timely; /* it is valid now */
	char subject[KE_NAME_MAX];
};

/*
 * Reads both into ctx. False when they are of no use: reason says why, and what to do. A pair that
 * is not valid now is of use, for who knows what time it is, and has a reason as well.
 */
bool pair_read(struct ssl_ctx_st *ctx, const struct pair_file *cert, const struct pair_file *key,
    struct pair_read *out);

/*
 * False when the path leads to another file than the one that is open, or to none any more; true
 * when that cannot be found out.
 */
bool pair_is_current(const struct pair_file *f);

/* False when one of them cannot be looked at. */
bool pair_look(const struct pair_file *cert, const struct pair_file *key, struct pair_seen *out);
bool pair_differs(const struct pair_seen *a, const struct pair_seen *b);

#endif
