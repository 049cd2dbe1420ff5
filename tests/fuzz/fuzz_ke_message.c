/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a message of the channels of key establishment, each way of both: what is accepted
 * is what would be sent.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "ke/message.h"

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
take_order(const uint8_t *octets, size_t len)
{
	static uint8_t again[KE_ORDER_LEN];
	static struct ke_order o;

	if (ke_order_get(octets, len, &o)) {
		assert(len == KE_ORDER_LEN && ke_order_is_fit(&o));
		check_text(o.question.name, sizeof o.question.name);
		check_text(o.question.ca, sizeof o.question.ca);
		ke_order_put(&o, again);
		assert(memcmp(octets, again, len) == 0);
	}
}

static void
take_answer(const uint8_t *octets, size_t len)
{
	static uint8_t again[KE_ANSWER_LEN];
	static struct ke_answer a;

	if (!ke_answer_get(octets, len, &a)) {
		return;
	}
	assert(len == KE_ANSWER_LEN && a.failure < KE_FAILURES_N);
	assert((a.failure == KE_GOOD) == (a.reason[0] == '\0'));
	assert((a.failure == KE_GOOD) == (a.cookie_n > 0) && a.cookie_n <= KE_COOKIES_MAX);
	for (unsigned i = 0; i < a.cookie_n; i++) {
		assert(a.cookie[i].len > 0 && a.cookie[i].len <= KE_COOKIE_MAX);
	}
	check_text(a.reason, sizeof a.reason);
	check_text(a.server, sizeof a.server);
	check_text(a.tls, sizeof a.tls);
	ke_answer_put(&a, again);
	/* Of the time that it took a double keeps as much as matters. */
	assert(memcmp(octets, again, len - 8) == 0);
}

static void
take_server_order(const uint8_t *octets, size_t len)
{
	static uint8_t again[KE_SERVER_ORDER_LEN];
	static struct ke_server_order o;

	if (ke_server_order_get(octets, len, &o)) {
		assert(len == KE_SERVER_ORDER_LEN);
		ke_server_order_put(&o, again);
		assert(memcmp(octets, again, len) == 0);
	}
}

static void
take_event(const uint8_t *octets, size_t len)
{
	uint8_t again[KE_SERVER_EVENT_LEN];
	struct ke_server_told t, u;

	if (ke_server_told_get(octets, len, &t)) {
		assert(len == KE_SERVER_EVENT_LEN && t.event.what < KE_SERVER_GONE);
		check_text(t.event.reason, sizeof t.event.reason);
		check_text(t.event.subject, sizeof t.event.subject);
		ke_server_told_put(&t, again);
		assert(ke_server_told_get(again, sizeof again, &u));
		assert(endpoint_equal(&t.event.from, &u.event.from));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	take_order(octets, len);
	take_answer(octets, len);
	take_server_order(octets, len);
	take_event(octets, len);
	return 0;
}
