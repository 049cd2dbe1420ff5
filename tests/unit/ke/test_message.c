/* SPDX-License-Identifier: BSD-2-Clause */
/* The channels of the two processes: what is said comes through, and no octet may be another. */
#include "ke/message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct ke_order
a_question(void)
{
	struct ke_order o = { .verb = KE_ORDER_ASK };
	struct ke_question *q = &o.question;

	q->tag = 0xfedcba98;
	q->to = (struct endpoint){ addr_v4(0x7f000001), 4460 };
	(void)snprintf(q->name, sizeof q->name, "time.example.org");
	(void)snprintf(q->ask, sizeof q->ask, "ntp.example.org");
	(void)snprintf(q->deny[0], sizeof q->deny[0], "192.0.2.1");
	q->deny_n = 1;
	(void)snprintf(q->ca, sizeof q->ca, "/etc/\xc3\xa4/ca.pem");
	q->aead[0] = 30;
	q->aead[1] = 15;
	q->aead_n = 2;
	q->no_time = true;
	(void)snprintf(q->tls.curves, sizeof q->tls.curves, "X25519:P-256");
	return o;
}

static struct ke_answer
a_good_answer(void)
{
	struct ke_answer a = { .tag = 7, .aead = 15, .cookie_n = 3, .port = 1123 };

	memset(a.c2s, 0x11, 32);
	memset(a.s2c, 0x22, 32);
	for (unsigned i = 0; i < a.cookie_n; i++) {
		a.cookie[i].len = 100 + i;
		memset(a.cookie[i].bytes, (int)i + 1, a.cookie[i].len);
	}
	(void)snprintf(a.server, sizeof a.server, "ntp.example.org");
	(void)snprintf(a.tls, sizeof a.tls, "TLSv1.3, TLS_AES_256_GCM_SHA384 (256)");
	a.not_before = -86400;
	a.not_after = 4102444800;
	a.took_s = 0.25;
	return a;
}

static void
a_question_comes_through_and_another_octet_is_noticed(void **state)
{
	static uint8_t octets[KE_ORDER_LEN + 1];
	static struct ke_order o, got;

	(void)state;
	o = a_question();
	ke_order_put(&o, octets);
	assert_true(ke_order_get(octets, KE_ORDER_LEN, &got));
	assert_memory_equal(&got.question, &o.question, sizeof o.question);
	assert_false(ke_order_get(octets, KE_ORDER_LEN - 1, &got));
	assert_false(ke_order_get(octets, KE_ORDER_LEN + 1, &got));
	octets[0] = 0;
	assert_false(ke_order_get(octets, KE_ORDER_LEN, &got));
	octets[0] = 5;
	assert_false(ke_order_get(octets, KE_ORDER_LEN, &got));
	octets[0] = KE_ORDER_BEGIN; /* with a question behind it */
	assert_false(ke_order_get(octets, KE_ORDER_LEN, &got));
	octets[0] = KE_ORDER_ASK;
	octets[KE_ORDER_LEN - 1] = 2;
	assert_false(ke_order_get(octets, KE_ORDER_LEN, &got));
}

/* What is accepted is what would be sent, octet for octet: there are no two forms of anything. */
static void
no_order_has_two_forms(void **state)
{
	static uint8_t octets[KE_ORDER_LEN], again[KE_ORDER_LEN];
	static struct ke_order o, got;
	unsigned taken = 0;

	(void)state;
	o = a_question();
	ke_order_put(&o, octets);
	for (size_t i = 0; i < sizeof octets; i++) {
		uint8_t was = octets[i];
		for (unsigned v = 0; v < 256; v += 51) {
			octets[i] = (uint8_t)v;
			if (ke_order_get(octets, sizeof octets, &got)) {
				ke_order_put(&got, again);
				assert_memory_equal(again, octets, sizeof octets);
				taken++;
			}
		}
		octets[i] = was;
	}
	assert_true(taken > 0);
}

static void
a_question_that_is_none_is_not_sent(void **state)
{
	static struct ke_order o;

	(void)state;
#define UNFIT(change)                              \
	do {                                       \
		o = a_question();                  \
		change;                            \
		assert_false(ke_order_is_fit(&o)); \
	} while (0)
	o = a_question();
	assert_true(ke_order_is_fit(&o));
	UNFIT(o.question.name[0] = '\0');
	UNFIT(o.question.name[0] = ' ');
	UNFIT(memset(o.question.name, 'a', sizeof o.question.name));
	UNFIT(o.question.to.port = 0);
	UNFIT(o.question.to.addr.family = ADDR_NONE);
	UNFIT(o.question.aead_n = 0);
	UNFIT(o.question.aead_n = 5);
	UNFIT(o.question.aead[1] = 14);
	UNFIT(o.question.deny_n = KE_DENY_MAX + 1);
	UNFIT(o.question.deny[0][0] = '\0');
	UNFIT(o.question.ca[3] = '\n');
#undef UNFIT
}

static void
an_answer_comes_through_and_every_octet_of_it_counts(void **state)
{
	static uint8_t octets[KE_ANSWER_LEN], again[KE_ANSWER_LEN];
	static struct ke_answer a, got;

	(void)state;
	a = a_good_answer();
	ke_answer_put(&a, octets);
	assert_true(ke_answer_get(octets, sizeof octets, &got));
	assert_memory_equal(got.c2s, a.c2s, sizeof a.c2s);
	assert_memory_equal(got.s2c, a.s2c, sizeof a.s2c);
	assert_memory_equal(got.cookie, a.cookie, sizeof a.cookie);
	assert_string_equal(got.server, a.server);
	assert_int_equal(got.not_before, a.not_before);
	assert_int_equal(got.not_after, a.not_after);
	assert_true(got.took_s > 0.2499 && got.took_s < 0.2501);
	for (size_t i = 0; i < sizeof octets; i++) {
		uint8_t was = octets[i];
		for (unsigned v = 0; v < 256; v += 17) {
			octets[i] = (uint8_t)v;
			if (ke_answer_get(octets, sizeof octets, &got)) {
				ke_answer_put(&got, again);
				/* Of a time to the ns a double keeps as much as matters. */
				assert_memory_equal(again, octets, sizeof octets - 8);
			}
		}
		octets[i] = was;
	}
}

static void
no_answer_is_half_good(void **state)
{
	static uint8_t octets[KE_ANSWER_LEN];
	static struct ke_answer a, got;

	(void)state;
	a = a_good_answer();
	a.failure = KE_NAME; /* what it would hold besides is not sent */
	(void)snprintf(a.reason, sizeof a.reason, "for \x1b[31m another");
	ke_answer_put(&a, octets);
	assert_true(ke_answer_get(octets, sizeof octets, &got));
	assert_int_equal(got.cookie_n, 0);
	assert_int_equal(got.aead, 0);
	assert_string_equal(got.reason, "for ?[31m another");
	octets[4] = KE_GOOD;
	assert_false(ke_answer_get(octets, sizeof octets, &got));
	octets[4] = KE_FAILURES_N;
	assert_false(ke_answer_get(octets, sizeof octets, &got));
	a = a_good_answer();
	(void)snprintf(a.server, sizeof a.server, "0.0.0.0");
	ke_answer_put(&a, octets);
	assert_false(ke_answer_get(octets, sizeof octets, &got));
}

static void
orders_to_the_server_come_through(void **state)
{
	static uint8_t octets[KE_SERVER_ORDER_LEN];
	static struct ke_server_order o, got;

	(void)state;
	o = (struct ke_server_order){ .verb = KE_SERVER_RULES };
	(void)snprintf(o.of.rules.cert, sizeof o.of.rules.cert, "/etc/ntp/cert");
	(void)snprintf(o.of.rules.key, sizeof o.of.rules.key, "/etc/ntp/key");
	o.of.rules.aead[0] = 17;
	o.of.rules.aead_n = 1;
	o.of.rules.connections = 100;
	ke_server_order_put(&o, octets);
	assert_true(ke_server_order_get(octets, sizeof octets, &got));
	assert_memory_equal(&got.of.rules, &o.of.rules, sizeof o.of.rules);
	octets[sizeof octets - 1] = 9;
	assert_false(ke_server_order_get(octets, sizeof octets, &got));

	o = (struct ke_server_order){ .verb = KE_SERVER_COOKIES };
	o.of.cookies = (struct cookie_key_set){ .since = 1, .len = 48, .n = 2 };
	o.of.cookies.key[1].id = 77;
	memset(o.of.cookies.key[1].secret, 0xaa, 48);
	ke_server_order_put(&o, octets);
	assert_true(ke_server_order_get(octets, sizeof octets, &got));
	assert_memory_equal(&got.of.cookies, &o.of.cookies, sizeof o.of.cookies);
	octets[9] = 33; /* octets of a key */
	assert_false(ke_server_order_get(octets, sizeof octets, &got));

	o = (struct ke_server_order){ .verb = KE_SERVER_IGNORE };
	o.of.ignore = (struct ke_ignored){ .first = true, .n = KE_IGNORE_MAX };
	for (unsigned i = 0; i < KE_IGNORE_MAX; i++) {
		o.of.ignore.base[i] = addr_v4(0x0a000000U + (i << 8));
		o.of.ignore.prefix[i] = 24;
	}
	ke_server_order_put(&o, octets);
	assert_true(ke_server_order_get(octets, sizeof octets, &got));
	assert_int_equal(got.of.ignore.n, KE_IGNORE_MAX);
	assert_true(addr_equal(&got.of.ignore.base[127], &o.of.ignore.base[127]));
	octets[1 + 1 + 2 + KE_ADDR_LEN] = 33; /* a prefix of v4 */
	assert_false(ke_server_order_get(octets, sizeof octets, &got));

	o = (struct ke_server_order){ .verb = KE_SERVER_BEGIN };
	ke_server_order_put(&o, octets);
	assert_true(ke_server_order_get(octets, sizeof octets, &got));
	octets[1] = 1;
	assert_false(ke_server_order_get(octets, sizeof octets, &got));
}

static void
an_event_comes_through_and_a_child_cannot_say_that_it_is_gone(void **state)
{
	uint8_t octets[KE_SERVER_EVENT_LEN];
	struct ke_server_told t = { .event.what = KE_SERVED, .by_path = true }, got;

	(void)state;
	t.event.from = (struct endpoint){ addr_v4(0xc0000201), 50000 };
	t.event.cpu_s = 0.001;
	(void)snprintf(t.event.tls, sizeof t.event.tls, "TLSv1.3");
	ke_server_told_put(&t, octets);
	assert_true(ke_server_told_get(octets, sizeof octets, &got));
	assert_true(got.by_path && endpoint_equal(&got.event.from, &t.event.from));
	assert_string_equal(got.event.tls, "TLSv1.3");
	octets[2] = KE_KEY_OPEN; /* of what is no certificate */
	assert_false(ke_server_told_get(octets, sizeof octets, &got));
	octets[2] = KE_KEY_GOOD;
	octets[0] = KE_SERVER_GONE;
	assert_false(ke_server_told_get(octets, sizeof octets, &got));
	octets[0] = KE_CERTIFICATE; /* of a peer */
	assert_false(ke_server_told_get(octets, sizeof octets, &got));
}

static void
what_is_wrong_with_a_key_comes_through_with_a_reason(void **state)
{
	uint8_t octets[KE_SERVER_EVENT_LEN];
	struct ke_server_told t = { .event.what = KE_CERTIFICATE }, got;

	(void)state;
	t.event.key = KE_KEY_OTHER;
	(void)snprintf(t.event.reason, sizeof t.event.reason, "it is not the key to it");
	ke_server_told_put(&t, octets);
	assert_true(ke_server_told_get(octets, sizeof octets, &got));
	assert_int_equal(got.event.key, KE_KEY_OTHER);
	octets[2] = KE_KEY_FAULTS_N;
	assert_false(ke_server_told_get(octets, sizeof octets, &got));
	t.event.reason[0] = '\0';
	ke_server_told_put(&t, octets);
	assert_false(ke_server_told_get(octets, sizeof octets, &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_comes_through_and_another_octet_is_noticed),
		cmocka_unit_test(no_order_has_two_forms),
		cmocka_unit_test(a_question_that_is_none_is_not_sent),
		cmocka_unit_test(an_answer_comes_through_and_every_octet_of_it_counts),
		cmocka_unit_test(no_answer_is_half_good),
		cmocka_unit_test(orders_to_the_server_come_through),
		cmocka_unit_test(what_is_wrong_with_a_key_comes_through_with_a_reason),
		cmocka_unit_test(an_event_comes_through_and_a_child_cannot_say_that_it_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
