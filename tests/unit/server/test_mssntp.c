/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers that Samba's ntp_signd signs, whatever it does, and those that it does not. */
#include "server/mssntp.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "unit/server/lab.h"

#define CLIENT "198.51.100.7"
#define DOMAIN "restrict default mssntp\nntpsigndsocket /signd\n"

enum { ANSWER_LEN = 84, RID = 1105 };

/* A request as Windows sends it: version 3, mode 3 or 1, the account's number, no checksum. */
static void
ask(struct lab *lab, const char *from, unsigned mode)
{
	uint8_t bytes[SIGND_PACKET_LEN] = { (uint8_t)(3 << 3 | mode) };

	bytes[HEADER_XMT_AT] = 0xe0;
	bytes[HEADER_LEN] = RID & 0xff;
	bytes[HEADER_LEN + 1] = RID >> 8;
	lab_packet(lab, from, bytes, sizeof bytes);
}

/* Of the question that was asked as number n. */
static const uint8_t *
asked(const struct lab *lab, unsigned n)
{
	assert_true(n < lab->signd_asked_n);
	return lab->signd_asked[n % MSSNTP_FLIGHT_MAX];
}

/* The answer to it: signed with a checksum of sevens. */
static void
sign(const struct lab *lab, unsigned n, uint8_t out[ANSWER_LEN])
{
	const uint8_t *q = asked(lab, n);
	static const uint8_t head[12] = { 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 3 };

	memset(out, 7, ANSWER_LEN);
	memcpy(out, head, sizeof head);
	memcpy(out + 12, q + 12, 4);                             /* its id */
	memcpy(out + 16, q + 20, HEADER_LEN);                    /* the header */
	memcpy(out + 16 + HEADER_LEN, q + 16, SIGND_KEY_ID_LEN); /* the key's */
}

static void
refuse(const struct lab *lab, unsigned n, uint8_t out[16])
{
	static const uint8_t head[12] = { 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4 };

	memcpy(out, head, sizeof head);
	memcpy(out + 12, asked(lab, n) + 12, 4);
}

static const struct mssntp_count *
count(const struct lab *lab)
{
	return &lab->server.mssntp.count;
}

static void
a_request_of_windows_is_answered_when_it_was_signed(void **state)
{
	static const unsigned modes[][2] = { { MODE_CLIENT, MODE_SERVER },
		{ MODE_ACTIVE, MODE_PASSIVE } };
	uint8_t answer[ANSWER_LEN];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct lab *lab = lab_new(DOMAIN);
		const uint8_t *q;

		ask(lab, CLIENT, modes[i][0]);
		assert_int_equal(lab->sent_n, 0);
		assert_int_equal(lab->signd_asked_n, 1);
		q = asked(lab, 0);
		assert_int_equal(q[3], 64);
		assert_int_equal(q[16] | q[17] << 8, RID);
		assert_int_equal(q[20] & 7, modes[i][1]);
		assert_int_equal(q[20] >> 3 & 7, 3);
		assert_int_equal(q[20 + 24], 0xe0); /* the origin */
		lab_wait(lab, 0.4);
		sign(lab, 0, answer);
		lab_signd_says(lab, answer, sizeof answer);
		assert_int_equal(lab->sent_n, 1);
		assert_int_equal(lab->sent_len, SIGND_PACKET_LEN);
		assert_int_equal(lab->sent_to.port, 40000);
		assert_memory_equal(lab->sent, answer + 16, SIGND_PACKET_LEN);
		assert_int_equal(lab->xmt_at, 0); /* its time is that which was signed */
		assert_int_equal(count(lab)->sent, 1);
		assert_int_equal(lab_count(lab, VERDICT_OK), 1);
		assert_int_equal(lab->line_n, 0);
		lab_free(lab);
	}
}

static void
the_transmit_time_is_that_of_the_question(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	struct cursor c;
	struct header h;

	(void)state;
	lab->read_ns = 1000;
	ask(lab, CLIENT, MODE_CLIENT);
	c = cursor_over(asked(lab, 0) + 20, HEADER_LEN);
	assert_true(header_get(&c, &h));
	assert_true(
	    h.xmt.fix == ntp_ts_from_rtime((struct rtime){ lab->now.ns + lab->base_ns }).fix);
	assert_true(h.rec.fix < h.xmt.fix);
	lab_free(lab);
}

static void
without_the_flag_or_in_another_form_nobody_is_asked_to_sign(void **state)
{
	static const struct {
		const char *conf;
		unsigned version, mode;
		size_t len;
		uint8_t last;
	} cases[] = {
		{ "restrict default\nntpsigndsocket /signd\n", 3, MODE_CLIENT, SIGND_PACKET_LEN,
		    0 },
		{ DOMAIN, 4, MODE_CLIENT, SIGND_PACKET_LEN, 0 },
		{ DOMAIN, 3, MODE_CLIENT, HEADER_LEN, 0 },
		{ DOMAIN, 3, MODE_CLIENT, SIGND_PACKET_LEN, 1 }, /* a checksum: some key's MAC */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lab *lab = lab_new(cases[i].conf);
		uint8_t bytes[SIGND_PACKET_LEN] = { (
		    uint8_t)(cases[i].version << 3 | cases[i].mode) };

		bytes[cases[i].len - 1] = cases[i].last;
		lab_packet(lab, CLIENT, bytes, cases[i].len);
		assert_int_equal(lab->signd_connected, 0);
		assert_int_equal(count(lab)->wanted, 0);
		assert_int_equal(lab->sent_n, 1); /* as any other client is */
		lab_free(lab);
	}
}

static void
the_longer_form_is_not_answered(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t bytes[120] = { 3 << 3 | MODE_CLIENT };

	(void)state;
	lab_packet(lab, CLIENT, bytes, sizeof bytes);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(lab->signd_connected, 0);
	assert_int_equal(lab_count(lab, VERDICT_SHORT), 1);
	lab_free(lab);
}

static void
others_are_served_while_it_hangs_and_sixteen_wait_at_most(void **state)
{
	static const char *const asker[] = { CLIENT, "198.51.100.8", "198.51.100.9",
		"198.51.100.10", "2001:db8::7" };
	struct lab *lab = lab_new(DOMAIN);

	(void)state;
	for (unsigned i = 0; i < MSSNTP_FLIGHT_MAX + 4; i++) {
		ask(lab, asker[i % 5], MODE_CLIENT);
	}
	assert_int_equal(lab->signd_asked_n, MSSNTP_FLIGHT_MAX);
	assert_int_equal(lab->signd_connected, 1);
	assert_int_equal(count(lab)->unasked, 4);
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 1);
	lab_wait(lab, 1.001);
	assert_int_equal(count(lab)->lost, MSSNTP_FLIGHT_MAX);
	assert_int_equal(lab_said(lab,
			     "ntpsigndsocket /signd: ntp_signd is silent; members of the "
			     "domain get no time until it signs, other clients do"),
	    1);
	assert_false(lab->signd_open);
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 2);
	lab_free(lab);
}

static void
one_address_has_four_of_the_places_and_leaves_the_others(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t answer[ANSWER_LEN];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		ask(lab, CLIENT, MODE_CLIENT);
	}
	assert_int_equal(lab->signd_asked_n, MSSNTP_OF_ONE_MAX);
	assert_int_equal(count(lab)->unasked, 100 - MSSNTP_OF_ONE_MAX);
	ask(lab, "198.51.100.8", MODE_CLIENT);
	assert_int_equal(lab->signd_asked_n, MSSNTP_OF_ONE_MAX + 1);
	sign(lab, MSSNTP_OF_ONE_MAX, answer);
	lab_signd_says(lab, answer, sizeof answer);
	assert_int_equal(lab->sent_n, 1);
	sign(lab, 0, answer); /* a place of its own is free again */
	lab_signd_says(lab, answer, sizeof answer);
	ask(lab, CLIENT, MODE_CLIENT);
	assert_int_equal(lab->signd_asked_n, MSSNTP_OF_ONE_MAX + 2);
	lab_free(lab);
}

static void
answers_come_in_any_order_and_pieces(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t both[2 * ANSWER_LEN];

	(void)state;
	ask(lab, "198.51.100.1", MODE_CLIENT);
	ask(lab, "198.51.100.2", MODE_CLIENT);
	sign(lab, 1, both);
	sign(lab, 0, both + ANSWER_LEN);
	lab_signd_says(lab, both, 1);
	lab_signd_says(lab, both + 1, ANSWER_LEN);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab->sent_to.addr.bytes[3], 2);
	lab_signd_says(lab, both + ANSWER_LEN + 1, ANSWER_LEN - 1);
	assert_int_equal(lab->sent_n, 2);
	assert_int_equal(lab->sent_to.addr.bytes[3], 1);
	lab_free(lab);
}

static void
what_comes_too_late_goes_to_nobody(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t first[ANSWER_LEN], second[ANSWER_LEN];

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	sign(lab, 0, first);
	lab_wait(lab, 0.7);
	ask(lab, CLIENT, MODE_CLIENT);
	sign(lab, 1, second);
	lab_signd_says(lab, second, 3); /* it is not silent */
	lab_wait(lab, 0.35);
	assert_int_equal(count(lab)->lost, 1);
	assert_true(lab->signd_open);
	lab_signd_says(lab, second + 3, sizeof second - 3);
	lab_signd_says(lab, first, sizeof first);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab->line_n, 0);
	lab_free(lab);
}

static void
who_has_no_account_gets_no_answer_and_is_named(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t no[16];

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	refuse(lab, 0, no);
	lab_signd_says(lab, no, sizeof no);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(count(lab)->refused, 1);
	assert_true(lab->signd_open);
	assert_int_equal(lab_said(lab, "ntp_signd signs nothing for account 1105 (its RID)"), 1);
	lab_free(lab);
}

static void
one_that_lies_or_babbles_is_left(void **state)
{
	static const uint8_t babble[] = "HTTP/1.1 400 Bad Request\r\n";
	uint8_t answer[ANSWER_LEN];
	struct lab *lab = lab_new(DOMAIN);

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	sign(lab, 0, answer);
	answer[16 + 1] ^= 1; /* another stratum than ours */
	lab_signd_says(lab, answer, sizeof answer);
	assert_int_equal(lab->sent_n, 0);
	assert_false(lab->signd_open);
	assert_int_equal(lab_said(lab, "ntp_signd changes what it is to sign"), 1);
	lab_wait(lab, 1.1);
	ask(lab, CLIENT, MODE_CLIENT);
	assert_true(lab->signd_open);
	lab_signd_says(lab, babble, sizeof babble);
	assert_false(lab->signd_open);
	assert_int_equal(lab->line_n, 1); /* said once, until it signs again */
	assert_int_equal(count(lab)->lost, 2);
	lab_free(lab);
}

static void
check_state(const struct lab *lab, const char *word, const char *why)
{
	assert_string_equal(mssntp_state(&lab->server), word);
	assert_string_equal(mssntp_why(&lab->server), why);
}

static void
how_ntp_signd_does_is_told_by_a_word_and_why(void **state)
{
	static const struct {
		int error;
		const char *word, *why;
	} cases[] = {
		{ -ENOENT, "absent", "/signd: its file socket: No such file or directory; /signd" },
		{ -EACCES, "denied", "/signd: its file socket: Permission denied; /signd" },
		{ -ECONNREFUSED, "refused", "/signd: its file socket: Connection refused; /signd" },
		{ -ENAMETOOLONG, "failed", "/signd: its file socket: File name too long; /signd" },
	};
	uint8_t answer[ANSWER_LEN];
	struct lab *lab;

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		lab = lab_new(DOMAIN);
		check_state(lab, "", "");
		lab->signd_error = cases[i].error;
		ask(lab, CLIENT, MODE_CLIENT);
		check_state(lab, cases[i].word, cases[i].why);
		lab_free(lab);
	}
	lab = lab_new(DOMAIN);
	ask(lab, CLIENT, MODE_CLIENT);
	lab_wait(lab, 1.5);
	check_state(lab, "silent", "/signd: ntp_signd is silent");
	lab_wait(lab, 2.0);
	ask(lab, CLIENT, MODE_CLIENT);
	lab_wait(lab, 0.1);
	sign(lab, 1, answer);
	lab_signd_says(lab, answer, sizeof answer);
	check_state(lab, "slow", "");
	lab_wait(lab, 301.0);
	check_state(lab, "good", "");
	ask(lab, CLIENT, MODE_CLIENT);
	lab_signd_ends(lab, -ECONNRESET);
	check_state(lab, "hung_up", "/signd: ntp_signd hung up: Connection reset by peer");
	lab_free(lab);
	/* Nobody said where it is. */
	lab = lab_new("restrict default mssntp\n");
	check_state(lab, "", "");
	ask(lab, CLIENT, MODE_CLIENT);
	check_state(lab, "unset", "");
	lab_free(lab);
}

static void
one_that_is_not_there_is_tried_ever_more_seldom_and_told_once(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t answer[ANSWER_LEN];

	(void)state;
	lab->signd_error = -ENOENT;
	ask(lab, CLIENT, MODE_CLIENT);
	assert_int_equal(lab_said(lab,
			     "ntpsigndsocket /signd: its file socket: No such file or "
			     "directory; /signd; members of the domain"),
	    1);
	lab->signd_error = 0;
	ask(lab, CLIENT, MODE_CLIENT); /* within the first second */
	assert_int_equal(lab->signd_connected, 0);
	lab->signd_error = -ECONNREFUSED;
	for (double wait_s = 1.0; wait_s <= 64.0; wait_s *= 2.0) {
		lab_wait(lab, wait_s + 0.001);
		ask(lab, CLIENT, MODE_CLIENT);
	}
	assert_int_equal(lab->line_n, 1);
	lab->signd_error = 0;
	lab_wait(lab, 64.001);
	ask(lab, CLIENT, MODE_CLIENT);
	assert_int_equal(lab->signd_connected, 1);
	sign(lab, 0, answer);
	lab_signd_says(lab, answer, sizeof answer);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab_said(lab, "ntp_signd signs now"), 1);
	lab_free(lab);
}

static void
an_end_with_nobody_waiting_is_no_fault(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t answer[ANSWER_LEN];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		ask(lab, CLIENT, MODE_CLIENT);
		sign(lab, i, answer);
		lab_signd_says(lab, answer, sizeof answer);
		lab_signd_ends(lab, 0);
	}
	assert_int_equal(lab->sent_n, 3);
	assert_int_equal(lab->signd_connected, 3);
	assert_int_equal(lab->line_n, 0);
	ask(lab, CLIENT, MODE_CLIENT);
	lab_signd_ends(lab, -ECONNRESET);
	assert_int_equal(lab_said(lab, "ntp_signd hung up: Connection reset by peer"), 1);
	assert_int_equal(count(lab)->lost, 1);
	lab_free(lab);
}

static void
a_socket_that_takes_nothing_is_given_up(void **state)
{
	struct lab *lab = lab_new(DOMAIN);

	(void)state;
	lab->signd_stuck = -EAGAIN;
	ask(lab, CLIENT, MODE_CLIENT);
	assert_false(lab->signd_open);
	assert_int_equal(count(lab)->lost, 1);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	lab_free(lab);
}

static void
access_and_rates_hold_for_members_of_a_domain(void **state)
{
	struct lab *lab = lab_new("restrict default mssntp limited kod\nntpsigndsocket /signd\n"
				  "discard minimum 60\n");

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	for (unsigned i = 0; i < 20; i++) {
		ask(lab, CLIENT, MODE_CLIENT);
	}
	assert_true(lab->signd_asked_n < 5);
	assert_true(lab_count(lab, VERDICT_LIMITED) > 10);
	assert_int_equal(lab->sent_n, 0); /* no kiss either: nobody signs it */
	lab_reload(lab, "restrict default mssntp notrust\nntpsigndsocket /signd\n");
	lab->signd_asked_n = 0;
	ask(lab, "198.51.100.8", MODE_CLIENT);
	assert_int_equal(lab->signd_asked_n, 0);
	assert_int_equal(lab_count(lab, VERDICT_UNTRUSTED), 1);
	lab_free(lab);
}

static void
a_reload_takes_another_socket_and_tries_at_once(void **state)
{
	struct lab *lab = lab_new(DOMAIN);

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	lab_reload(lab, "restrict default mssntp\nntpsigndsocket /other\n");
	assert_false(lab->signd_open);
	assert_int_equal(count(lab)->lost, 1);
	lab->signd_error = -EACCES;
	ask(lab, CLIENT, MODE_CLIENT);
	assert_int_equal(lab_said(lab, "ntpsigndsocket /other: its file socket: Permission"), 1);
	lab->signd_error = 0;
	lab_reload(lab, "restrict default mssntp\nntpsigndsocket /other\n");
	ask(lab, CLIENT, MODE_CLIENT);
	assert_true(lab->signd_open);
	lab_reload(lab, "restrict default mssntp\n");
	ask(lab, CLIENT, MODE_CLIENT);
	assert_false(lab->signd_open);
	lab_free(lab);
}

static void
a_listener_that_closes_takes_its_questions_with_it(void **state)
{
	struct lab *lab = lab_new(DOMAIN);
	uint8_t answer[ANSWER_LEN];

	(void)state;
	ask(lab, CLIENT, MODE_CLIENT);
	sign(lab, 0, answer);
	mssntp_forget(&lab->server, lab->l);
	assert_int_equal(count(lab)->lost, 1);
	lab_signd_says(lab, answer, sizeof answer);
	assert_int_equal(lab->sent_n, 0);
	mssntp_reset_count(&lab->server);
	assert_int_equal(count(lab)->wanted, 0);
	lab_free(lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_windows_is_answered_when_it_was_signed),
		cmocka_unit_test(the_transmit_time_is_that_of_the_question),
		cmocka_unit_test(without_the_flag_or_in_another_form_nobody_is_asked_to_sign),
		cmocka_unit_test(the_longer_form_is_not_answered),
		cmocka_unit_test(others_are_served_while_it_hangs_and_sixteen_wait_at_most),
		cmocka_unit_test(one_address_has_four_of_the_places_and_leaves_the_others),
		cmocka_unit_test(answers_come_in_any_order_and_pieces),
		cmocka_unit_test(what_comes_too_late_goes_to_nobody),
		cmocka_unit_test(who_has_no_account_gets_no_answer_and_is_named),
		cmocka_unit_test(one_that_lies_or_babbles_is_left),
		cmocka_unit_test(how_ntp_signd_does_is_told_by_a_word_and_why),
		cmocka_unit_test(one_that_is_not_there_is_tried_ever_more_seldom_and_told_once),
		cmocka_unit_test(an_end_with_nobody_waiting_is_no_fault),
		cmocka_unit_test(a_socket_that_takes_nothing_is_given_up),
		cmocka_unit_test(access_and_rates_hold_for_members_of_a_domain),
		cmocka_unit_test(a_reload_takes_another_socket_and_tries_at_once),
		cmocka_unit_test(a_listener_that_closes_takes_its_questions_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
