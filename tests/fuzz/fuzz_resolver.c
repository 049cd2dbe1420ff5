/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a message of the resolver's channel, either way: an answer of the child, and a
 * question of the daemon. What is accepted is within the bounds of its type.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "sys/resolver_message.h"

static void
check_text(const char *at, size_t cap)
{
	const char *end = memchr(at, '\0', cap);

	assert(end != NULL);
	for (; at < end; at++) {
		assert((unsigned char)*at >= ' ' && *at != 0x7f);
	}
}

static void
take_answer(const uint8_t *octets, size_t len)
{
	uint8_t again[RESOLVER_ANSWER_LEN];
	struct resolver_answer a, b;

	if (!resolver_answer_get(octets, len, &a)) {
		return;
	}
	assert(len == RESOLVER_ANSWER_LEN);
	assert(a.n <= RESOLVER_ADDRS_MAX);
	assert((a.error == 0) == (a.n > 0));
	assert((a.error == 0) == (a.reason[0] == '\0'));
	check_text(a.reason, sizeof a.reason);
	for (unsigned i = 0; i < a.n; i++) {
		assert(a.addr[i].family == ADDR_V4 || a.addr[i].family == ADDR_V6);
		assert(addr_is_host(&a.addr[i]));
		assert(a.addr[i].scope == 0 || addr_is_link_local(&a.addr[i]));
	}
	/* What was taken is what would be sent. */
	resolver_answer_put(&a, again);
	assert(resolver_answer_get(again, sizeof again, &b));
	assert(a.tag == b.tag && a.error == b.error && a.n == b.n);
}

static void
take_question(const uint8_t *octets, size_t len)
{
	uint8_t again[RESOLVER_QUESTION_LEN];
	struct resolver_question q;

	if (!resolver_question_get(octets, len, &q)) {
		return;
	}
	assert(len == RESOLVER_QUESTION_LEN);
	assert(q.family == ADDR_NONE || q.family == ADDR_V4 || q.family == ADDR_V6);
	assert(q.name[0] != '\0');
	check_text(q.name, sizeof q.name);
	resolver_question_put(&q, again);
	assert(memcmp(octets, again, sizeof again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	take_answer(octets, len);
	take_question(octets, len);
	return 0;
}
