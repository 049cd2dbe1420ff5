/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * starter_request - what the starter is told, as octets. It never answers.
 */
#ifndef SYS_STARTER_REQUEST_H
#define SYS_STARTER_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sys/role.h"

enum starter_verb {
	STARTER_START = 1, /* a child; its end of the channel comes along as a descriptor */
	STARTER_END = 2,
	STARTER_COPY = 3, /* another starter; the descriptor is what it hears us by */
};

enum { STARTER_REQUEST_LEN = 8, STARTER_FD = 3, ROLE_FD = 3 };

struct starter_request {
	enum starter_verb verb;
	unsigned role; /* STARTER_START: its place in the set, below ROLES_MAX; else 0 */
	uint32_t id;   /* of the child or copy, not 0; never used twice */
};

void starter_request_put(const struct starter_request *q, uint8_t out[STARTER_REQUEST_LEN]);

/* False when these octets are no request; *out is written only on true. */
bool starter_request_get(const uint8_t *octets, size_t len, struct starter_request *out);

/*
 * The starter's whole life, over STARTER_FD. title, user: may be NULL. A spare one shows itself as
 * that until it is asked for a child.
 */
_Noreturn void starter_run(const struct role_set *set, const struct proc_title *title,
    const struct proc_user *user, bool spare);

#endif
