/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver_message - questions and answers of the resolver's channel, as octets. The child reads
 * what strangers send, and may be one of them: every octet of it is judged like a packet's. No text
 * crosses from it, only the number of an error.
 */
#ifndef SYS_RESOLVER_MESSAGE_H
#define SYS_RESOLVER_MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include "port/resolver.h"

enum {
	RESOLVER_ADDR_LEN = 1 + 4 + 16,
	RESOLVER_QUESTION_LEN = 4 + 1 + 1 + RESOLVER_NAME_MAX,
	RESOLVER_ANSWER_LEN = 4 + 4 + 1 + 1 + RESOLVER_ADDRS_MAX * RESOLVER_ADDR_LEN
};

struct resolver_question {
	uint32_t tag;
	enum addr_family family; /* ADDR_NONE: both */
	char name[RESOLVER_NAME_MAX];
};

/* True for what may stand in a question: no octet that a log or a terminal would obey. */
bool resolver_name_is_fit(const char *name);

/* The octets of a question; its name has been found fit. */
void resolver_question_put(const struct resolver_question *q, uint8_t out[RESOLVER_QUESTION_LEN]);

/* False when these octets are no question; *out is written only on true. */
bool resolver_question_get(const uint8_t *octets, size_t len, struct resolver_question *out);

/* Of the error the number alone. */
void resolver_answer_put(const struct resolver_answer *a, uint8_t out[RESOLVER_ANSWER_LEN]);

/*
 * False when an honest child cannot have sent these octets; *out is written only on true. Addresses
 * that cannot be a host's (addr_is_host) are left out: a name server may say such things. When none
 * is left the answer is an error.
 */
bool resolver_answer_get(const uint8_t *octets, size_t len, struct resolver_answer *out);

#endif
