/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to one source and its answers: what leaves, what goes up, what is said. */
#include "rig.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "wire/header.h"

static const char SERVER[] = "192.0.2.11";

static void
a_source_is_asked_when_its_first_poll_has_come_and_not_before(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	assert_non_null(sources_add(&r->c, &r->conf->sources[0], 5.0));
	rig_pass(r, 4.9);
	assert_int_equal(s->requests, 0);
	rig_pass(r, 0.2);
	assert_int_equal(s->requests, 1);
	assert_int_equal(s->request[0].d.len, HEADER_LEN);
	assert_int_equal(r->c.count.sent, 1);
	rig_free(r);
}

static void
what_an_answer_brought_goes_up_heard_first_then_sampled(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);

	(void)state;
	(void)rig_server(r, SERVER);
	rig_add(r, 0);
	rig_pass(r, 600.0);
	assert_true(r->heard >= 8);
	assert_int_equal(r->sampled, r->heard);
	assert_true(r->heard_first);
	assert_true(r->looks > r->heard);
	assert_int_equal(r->c.count.verdict.of[VERDICT_OK], r->heard);
	assert_int_equal(r->c.count.received, r->heard);
	rig_free(r);
}

static void
silence_is_no_sample_but_a_change_once_the_source_went_dark(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	unsigned heard, changed;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	heard = r->heard;
	changed = r->changed;
	s->silent = true;
	rig_pass(r, 10 * 70.0);
	assert_int_equal(r->heard, heard);
	assert_true(r->changed > changed);
	assert_int_equal(rig_peer(r, SERVER)->a.poll.reach, 0);
	rig_free(r);
}

static void
requests_carry_the_mac_of_the_key_of_their_line(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	struct packet p;

	(void)state;
	rig_key(r, 7);
	rig_sign(s, 7);
	rig_add(r, 0);
	rig_pass(r, 60.0);
	assert_true(s->requests > 1);
	assert_true(packet_parse(s->request[0].d.bytes, s->request[0].d.len, &p));
	assert_int_equal(p.mac, PACKET_MAC_KEYED);
	assert_int_equal(p.key_id, 7);
	assert_true(
	    mac_check(s->key, s->request[0].d.bytes, HEADER_LEN, p.digest.at, p.digest.len));
	assert_true(r->heard > 1);
	assert_true(rig_peer(r, SERVER)->a.authentic);
	rig_free(r);
}

static void
an_answer_without_the_mac_that_is_due_is_no_sample(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_key(r, 7);
	rig_add(r, 0);
	rig_pass(r, 60.0);
	assert_true(s->answers > 0);
	assert_int_equal(r->heard, 0);
	assert_true(r->c.count.verdict.of[VERDICT_AUTH] > 0);
	assert_true(r->c.count.verdict.of[VERDICT_AUTH] > 1);
	assert_int_equal(rig_said(r, "bad_auth"), 1);
	rig_free(r);
}

static void
an_answer_with_the_mac_of_another_secret_is_no_sample(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_key(r, 7);
	s->key = mac_key_new("SHA1", (const uint8_t *)"guess", 5);
	assert_non_null(s->key);
	s->key_id = 7;
	rig_add(r, 0);
	rig_pass(r, 60.0);
	assert_true(s->answers > 0);
	assert_int_equal(r->heard, 0);
	assert_int_equal(r->c.count.verdict.of[VERDICT_AUTH], s->answers);
	rig_free(r);
}

static void
answers_that_our_own_restrict_lines_drop_are_said_once_each_time(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	unsigned heard;

	(void)state;
	(void)rig_server(r, SERVER);
	r->restricted = RESTRICT_NOSERVE;
	rig_add(r, 0);
	rig_pass(r, 300.0);
	assert_int_equal(r->heard, 0);
	assert_true(r->c.count.verdict.of[VERDICT_DENIED] > 1);
	assert_int_equal(rig_said(r, "its answers are dropped by a restrict entry with noserve"),
	    1);
	r->restricted = 0;
	rig_pass(r, 300.0);
	heard = r->heard;
	assert_true(heard > 0);
	r->restricted = RESTRICT_IGNORE;
	rig_pass(r, 300.0);
	assert_int_equal(r->heard, heard);
	assert_int_equal(rig_said(r, "dropped by a restrict entry with ignore"), 1);
	rig_free(r);
}

static void
an_address_of_this_host_is_called_one(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	const struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_add(r, 0);
	r->restricted = RESTRICT_IGNORE;
	rig_pass(r, 0.015); /* its answer is under way */
	assert_int_equal(s->answers, 1);
	sim_host_add(r->host, "eth0", "192.0.2.11/24");
	rig_pass(r, 1.0);
	assert_int_equal(rig_said(r, "this is an address of this host"), 1);
	assert_int_equal(rig_said(r, "restrict entry"), 0);
	rig_free(r);
}

static void
an_error_of_sending_is_said_once_until_it_is_another_or_over(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);

	(void)state;
	(void)rig_server(r, SERVER);
	r->host->connect_error = -ENETUNREACH;
	rig_add(r, 0);
	rig_pass(r, 600.0);
	assert_true(r->c.count.send_failed > 2);
	assert_int_equal(r->c.count.sent, 0);
	assert_int_equal(rig_said(r, "192.0.2.11: cannot ask it: Network is unreachable; no route"),
	    1);
	r->host->connect_error = -EPERM;
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "cannot ask it"), 2);
	assert_int_equal(rig_said(r, "a rule of this host forbids it"), 1);
	r->host->connect_error = 0;
	rig_pass(r, 600.0);
	assert_true(r->heard > 0);
	r->host->send_error = -EPERM;
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "cannot ask it"), 3);
	rig_free(r);
}

static void
a_port_that_is_closed_is_said_once(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_host *h = sim_host_new(r->net, "closed", NULL);

	(void)state;
	sim_host_add(h, "eth0", "192.0.2.11/24");
	rig_add(r, 0);
	rig_pass(r, 600.0);
	assert_true(r->c.count.polls > 2);
	assert_int_equal(rig_said(r, "no NTP server listens there"), 1);
	rig_free(r);
}

static void
rules_that_leave_no_address_are_the_cause_that_is_given(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	r->rules = true;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_int_equal(s->requests, 0);
	assert_int_equal(rig_said(r, "cannot ask it: the test leaves none"), 1);
	rig_free(r);
}

static void
with_rules_requests_leave_from_an_address_that_they_allow(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	sim_host_add(r->host, "eth1", "192.0.2.2/24");
	r->rules = true;
	r->allowed = rig_addr("192.0.2.2");
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_true(s->requests > 1);
	for (unsigned i = 0; i < s->requests; i++) {
		assert_true(addr_equal(&s->request[i].d.from.addr, &r->allowed));
	}
	assert_true(addr_equal(&rig_peer(r, SERVER)->a.local, &r->allowed));
	rig_free(r);
}

static void
a_socket_stays_until_it_is_to_be_another(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	unsigned port;
	uint64_t n;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 200.0);
	n = s->requests;
	port = s->request[n - 1].d.from.port;
	assert_int_equal(s->request[0].d.from.port, port);
	peers_renew_sockets(&r->c);
	rig_pass(r, 80.0);
	assert_true(s->requests > n);
	assert_int_not_equal(s->request[n].d.from.port, port);
	port = s->request[n].d.from.port;
	n = s->requests;
	rig_pass(r, 80.0);
	assert_true(s->requests > n);
	assert_int_equal(s->request[n].d.from.port, port);
	assert_int_equal(r->host->socket_n, 1);
	rig_free(r);
}

static void
a_socket_whose_address_is_gone_is_replaced_soon(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	struct addr other = rig_addr("192.0.2.3");
	uint64_t n;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 220.0);
	n = s->requests;
	peers_network_changed(&r->c);
	rig_pass(r, 5.0);
	assert_int_equal(s->requests, n); /* it stands: nothing to be done */
	sim_host_remove(r->host, "192.0.2.1");
	sim_host_add(r->host, "eth0", "192.0.2.3/24");
	peers_network_changed(&r->c);
	rig_pass(r, 5.0);
	assert_int_equal(s->requests, n + 1);
	assert_true(addr_equal(&s->request[n].d.from.addr, &other));
	rig_free(r);
}

static void
a_clock_is_read_and_nothing_is_sent(void **state)
{
	struct rig *r = rig_new("server 127.127.1.0\n", NULL);

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_true(r->heard > 2);
	assert_int_equal(r->sampled, r->heard);
	assert_int_equal(r->c.count.polls, 0);
	assert_int_equal(r->host->datagrams_out, 0);
	assert_int_equal(r->host->socket_n, 0);
	rig_free(r);
}

static void
sourceport_and_dscp_are_those_of_the_configuration(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\nsourceport 1230\ndscp 34\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1.0);
	assert_int_equal(s->request[0].d.from.port, 1230);
	assert_int_equal(sim_socket_dscp(rig_peer(r, SERVER)->sock), 34);
	rig_free(r);
}

static void
while_a_decision_waits_a_source_too_uncertain_is_asked_on(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);
	uint64_t n;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1000.0);
	n = s->requests;
	r->standing.waits = true;
	rig_pass(r, 130.0);
	assert_true(s->requests <= n + 3); /* it is fit: no reason */
	n = s->requests;
	peers_doubt(&r->c, 100.0);
	rig_pass(r, 130.0);
	assert_true(s->requests > n + 3);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_asked_when_its_first_poll_has_come_and_not_before),
		cmocka_unit_test(what_an_answer_brought_goes_up_heard_first_then_sampled),
		cmocka_unit_test(silence_is_no_sample_but_a_change_once_the_source_went_dark),
		cmocka_unit_test(requests_carry_the_mac_of_the_key_of_their_line),
		cmocka_unit_test(an_answer_without_the_mac_that_is_due_is_no_sample),
		cmocka_unit_test(an_answer_with_the_mac_of_another_secret_is_no_sample),
		cmocka_unit_test(answers_that_our_own_restrict_lines_drop_are_said_once_each_time),
		cmocka_unit_test(an_address_of_this_host_is_called_one),
		cmocka_unit_test(an_error_of_sending_is_said_once_until_it_is_another_or_over),
		cmocka_unit_test(a_port_that_is_closed_is_said_once),
		cmocka_unit_test(rules_that_leave_no_address_are_the_cause_that_is_given),
		cmocka_unit_test(with_rules_requests_leave_from_an_address_that_they_allow),
		cmocka_unit_test(a_socket_stays_until_it_is_to_be_another),
		cmocka_unit_test(a_socket_whose_address_is_gone_is_replaced_soon),
		cmocka_unit_test(a_clock_is_read_and_nothing_is_sent),
		cmocka_unit_test(sourceport_and_dscp_are_those_of_the_configuration),
		cmocka_unit_test(while_a_decision_waits_a_source_too_uncertain_is_asked_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
