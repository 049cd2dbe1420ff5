/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a source with NTS gets its keys and uses them (ke_ask, nts_source, sources_nts), and what is
 * kept of them over a restart (nts_state).
 */
#include "rig.h"
#include <errno.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char SERVER[] = "192.0.2.11";
static const char LINE[] = "server ntp.example nts iburst\nnts state /state\n";

/* A client with one line, and its server. */
static struct rig *
with(const char *conf, struct sim_server **s)
{
	struct rig *r = rig_new_nts(conf);

	*s = rig_server_nts(r, SERVER, "ntp.example");
	sim_resolver_set(&r->resolver, "ntp.example", SERVER);
	nts_state_read(&r->c);
	rig_add(r, 0);
	return r;
}

static struct nts_client *
jar(struct rig *r, const char *address)
{
	return &rig_peer(r, address)->nts->keys;
}

static void
assert_protected(const struct sim_server *s)
{
	assert_int_equal(s->nts->in_clear, 0);
	assert_int_equal(s->nts->twice, 0);
	assert_int_equal(s->nts->bad, 0);
}

static void
the_question_says_what_the_line_says(void **state)
{
	struct sim_server *s;
	struct rig *r = with("server ntp.example:4999 nts noval ca /own.pem aead AES_SIV_CMAC_512 "
			     "ask time.example\nnts ca /all.pem tlsciphersuites SUITE\n",
	    &s);

	(void)state;
	rig_pass(r, 1.0);
	assert_int_equal(r->ke.questions, 1);
	assert_int_equal(r->ke.last.to.port, 4999);
	assert_true(addr_equal(&r->ke.last.to.addr, &rig_peer(r, SERVER)->a.remote.addr));
	assert_string_equal(r->ke.last.name, "ntp.example");
	assert_string_equal(r->ke.last.ca, "/own.pem");
	assert_string_equal(r->ke.last.ask, "time.example");
	assert_string_equal(r->ke.last.tls.ciphersuites, "SUITE");
	assert_int_equal(r->ke.last.aead_n, 1);
	assert_int_equal(r->ke.last.aead[0], 17);
	assert_true(r->ke.last.noval);
	rig_free(r);
}

static void
what_the_line_does_not_say_nts_does(void **state)
{
	struct sim_server *s;
	struct rig *r = with("server ntp.example nts\nnts ca /all.pem aead AES_SIV_CMAC_512 "
			     "AES_SIV_CMAC_256\n",
	    &s);

	(void)state;
	rig_pass(r, 1.0);
	assert_int_equal(r->ke.last.to.port, 4460);
	assert_string_equal(r->ke.last.ca, "/all.pem");
	assert_string_equal(r->ke.last.ask, "");
	assert_int_equal(r->ke.last.aead_n, 2);
	assert_int_equal(r->ke.last.aead[0], 17);
	assert_int_equal(r->ke.last.aead[1], 15);
	assert_false(r->ke.last.noval);
	rig_free(r);
}

static void
keys_bring_samples_and_every_packet_is_counted(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	rig_pass(r, 1000.0);
	assert_true(r->heard > 8);
	assert_int_equal(r->c.nts_count.ke_good, 1);
	assert_int_equal(r->c.nts_count.ke_bad, 0);
	assert_int_equal(r->c.nts_count.sent, s->requests);
	assert_int_equal(r->c.nts_count.good, s->answers);
	assert_int_equal(r->c.nts_count.bad, 0);
	assert_protected(s);
	rig_free(r);
}

static void
a_port_that_cannot_be_asked_is_asked_again(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	r->ke.ask_error = -EAGAIN;
	rig_pass(r, 600.0);
	assert_int_equal(s->requests, 0);
	assert_int_equal(rig_said(r, "no keys"), 1);
	assert_int_equal(r->c.nts_count.ke_bad, r->ke.questions);
	r->ke.ask_error = 0;
	rig_pass(r, 600.0);
	assert_true(r->heard > 0);
	assert_protected(s);
	rig_free(r);
}

static void
a_cause_is_said_again_when_another_came_between(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	s->nts->ke->refuses = true;
	rig_pass(r, 300.0);
	assert_int_equal(rig_said(r, "Connection refused"), 1);
	s->nts->ke->refuses = false;
	s->nts->ke->silent = true;
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "no keys"), 2);
	s->nts->ke->silent = false;
	s->nts->ke->refuses = true;
	rig_pass(r, 1200.0);
	assert_int_equal(rig_said(r, "Connection refused"), 2);
	assert_int_equal(s->requests, 0);
	rig_free(r);
}

static void
a_request_that_cannot_be_sent_costs_no_cookie(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);
	uint64_t sent;

	(void)state;
	rig_pass(r, 600.0);
	sent = r->c.nts_count.sent;
	r->host->send_error = -EPERM;
	rig_pass(r, 3600.0);
	assert_int_equal(r->c.nts_count.sent, sent);
	assert_true(jar(r, SERVER)->n >= 7);
	r->host->send_error = 0;
	rig_pass(r, 1200.0);
	assert_int_equal(s->nts->ke->asked, 1);
	assert_true(r->c.nts_count.sent > sent);
	assert_protected(s);
	rig_free(r);
}

static void
where_our_own_rules_ignore_the_named_server_it_is_refused(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);
	struct text t = text_over(s->nts->rules.server, sizeof s->nts->rules.server);

	(void)state;
	text_put(&t, "192.0.2.12");
	r->restricted = RESTRICT_IGNORE;
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "192.0.2.12, is not taken"), 1);
	assert_null(rig_peer(r, "192.0.2.12"));
	r->restricted = 0;
	rig_pass(r, 1200.0);
	assert_non_null(rig_peer(r, "192.0.2.12"));
	assert_int_equal(s->requests, 0);
	assert_int_equal(r->present, 2); /* both addresses, one after the other */
	assert_int_equal(r->absent, 1);
	rig_free(r);
}

/* Also an address that is written out: -4 and -6 hold for what a KE server names, too. */
static void
a_named_server_of_the_family_that_is_not_wanted_is_refused(void **state)
{
	static const struct {
		const char *line, *server;
		unsigned refused;
	} cases[] = {
		{ "server -4 ntp.example nts iburst\n", "2001:db8::5", 1 },
		{ "server -4 ntp.example nts iburst\n", "192.0.2.12", 0 },
		{ "server ntp.example nts iburst\n", "192.0.2.12", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim_server *s;
		struct rig *r = with(cases[i].line, &s);
		struct text t = text_over(s->nts->rules.server, sizeof s->nts->rules.server);

		text_put(&t, cases[i].server);
		rig_pass(r, 30.0);
		assert_int_equal(rig_said(r, ", is not taken"), cases[i].refused);
		assert_true((rig_peer(r, cases[i].server) != NULL) == (cases[i].refused == 0));
		rig_free(r);
	}
}

static void
a_server_that_another_line_asks_is_not_asked_twice(void **state)
{
	struct rig *r = rig_new_nts("server 192.0.2.12\nserver ntp.example nts\n");
	struct sim_server *s = rig_server_nts(r, SERVER, "ntp.example");
	struct text t = text_over(s->nts->rules.server, sizeof s->nts->rules.server);

	(void)state;
	text_put(&t, "192.0.2.12");
	(void)rig_server(r, "192.0.2.12");
	sim_resolver_set(&r->resolver, "ntp.example", SERVER);
	rig_add(r, 0);
	rig_add(r, 1);
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "192.0.2.12:123, is asked already"), 1);
	assert_int_equal(s->requests, 0);
	rig_free(r);
}

/*
 * A KE server leads to the server of another line before that has its keys, with cookies that are
 * good for nothing there. It is the one that works that stays.
 */
static void
a_server_is_not_kept_from_its_line_by_one_who_only_names_it(void **state)
{
	static const char THIEF[] = "192.0.2.13", GOOD[] = "192.0.2.12";
	struct rig *r = rig_new_nts("server thief.example nts iburst\n"
				    "server ntp.example nts iburst\n");
	struct sim_server *thief = rig_server_nts(r, THIEF, "thief.example");
	struct sim_server *ke = rig_server_nts(r, SERVER, "ntp.example");
	struct sim_server *good = rig_server_nts(r, GOOD, "good.example");
	struct text t = text_over(thief->nts->rules.server, sizeof thief->nts->rules.server);
	struct text k = text_over(ke->nts->rules.server, sizeof ke->nts->rules.server);

	(void)state;
	text_put(&t, GOOD);
	text_put(&k, GOOD);
	ke->nts->share = good->nts;
	sim_resolver_set(&r->resolver, "thief.example", THIEF);
	sim_resolver_set(&r->resolver, "ntp.example", SERVER);
	ke->nts->ke->silent = true;
	rig_add(r, 0);
	rig_add(r, 1);
	rig_pass(r, 300.0); /* the thief comes first */
	assert_int_equal(good->nts->sealed, 0);
	ke->nts->ke->silent = false;
	rig_pass(r, 1800.0);
	assert_true(good->nts->sealed > 5);
	/* Nor does it come back. */
	uint32_t before = good->nts->sealed;
	rig_pass(r, 7200.0);
	assert_true(good->nts->sealed > before + 5);
	assert_true(rig_said(r, "192.0.2.12:123, is asked already") >= 1);
	rig_free(r);
}

static void
a_source_that_goes_forgets_its_question(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	s->nts->ke->silent = true;
	rig_pass(r, 1.0);
	assert_int_equal(r->ke.questions, 1);
	sources_drop(&r->c, &r->c.sources.at[0]);
	assert_null(r->c.asks.first);
	rig_pass(r, 60.0); /* the answer would come */
	assert_int_equal(rig_said(r, "no keys"), 0);
	rig_free(r);
}

/* ---- over a restart ---- */

static void
stop_and_start(struct rig *r)
{
	nts_state_write(&r->c);
	rig_restart(r);
	nts_state_read(&r->c);
	rig_add(r, 0);
}

static void
a_restart_goes_on_with_all_cookies_and_removes_the_file(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	rig_pass(r, 600.0);
	stop_and_start(r);
	assert_null(sim_store_text(&r->store, "/state"));
	rig_pass(r, 600.0);
	assert_int_equal(s->nts->ke->asked, 1);
	assert_true(jar(r, SERVER)->n >= 7);
	assert_int_equal(rig_said(r, "goes on with 8 cookies"), 1);
	assert_protected(s);
	rig_free(r);
}

static void
a_file_that_cannot_be_removed_is_not_used(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	rig_pass(r, 600.0);
	nts_state_write(&r->c);
	rig_restart(r);
	r->store.write_error = -EROFS;
	nts_state_read(&r->c);
	rig_add(r, 0);
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "cannot be removed"), 1);
	assert_int_equal(s->nts->ke->asked, 2);
	assert_protected(s);
	rig_free(r);
}

static void
what_the_line_does_not_want_any_more_is_not_used(void **state)
{
	static const char *const lines[] = {
		"server ntp.example nts iburst aead AES_SIV_CMAC_512\nnts state /state\n",
		"server ntp.example nts iburst require other.example\nnts state /state\n",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct sim_server *s;
		struct rig *r = with(LINE, &s);

		rig_pass(r, 600.0);
		nts_state_write(&r->c);
		rig_restart(r);
		rig_configure(r, lines[i]);
		nts_state_read(&r->c);
		rig_add(r, 0);
		rig_pass(r, 10.0);
		assert_true(s->nts->ke->asked >= 2);
		assert_int_equal(rig_said(r, "goes on with"), 0);
		rig_free(r);
	}
}

static void
without_a_path_nothing_is_kept(void **state)
{
	struct sim_server *s;
	struct rig *r = with("server ntp.example nts iburst\nnts state \"\"\n", &s);

	(void)state;
	rig_pass(r, 7200.0);
	nts_state_write(&r->c);
	assert_null(r->store.files);
	rig_free(r);
}

static void
what_nobody_took_is_kept_for_the_next_start(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	rig_pass(r, 600.0);
	nts_state_write(&r->c);
	rig_restart(r);
	nts_state_read(&r->c); /* and ends before the name of its server was found */
	stop_and_start(r);
	rig_pass(r, 600.0);
	assert_int_equal(s->nts->ke->asked, 1);
	assert_protected(s);
	rig_free(r);
}

/* Taken later, its cookies would be used a second time by who reads the file after a kill. */
static void
what_may_yet_be_taken_is_written_at_the_end_alone(void **state)
{
	struct sim_server *s;
	struct rig *r = with(LINE, &s);

	(void)state;
	rig_pass(r, 600.0);
	nts_state_write(&r->c);
	rig_restart(r);
	nts_state_read(&r->c);
	nts_state_run(&r->c);
	rig_pass(r, 4000.0); /* the name is not found for so long */
	assert_null(sim_store_text(&r->store, "/state"));
	rig_add(r, 0);
	rig_pass(r, 600.0);
	rig_restart(r); /* a kill */
	nts_state_read(&r->c);
	rig_add(r, 0);
	rig_pass(r, 600.0);
	assert_protected(s);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question_says_what_the_line_says),
		cmocka_unit_test(what_the_line_does_not_say_nts_does),
		cmocka_unit_test(keys_bring_samples_and_every_packet_is_counted),
		cmocka_unit_test(a_port_that_cannot_be_asked_is_asked_again),
		cmocka_unit_test(a_cause_is_said_again_when_another_came_between),
		cmocka_unit_test(a_request_that_cannot_be_sent_costs_no_cookie),
		cmocka_unit_test(a_named_server_of_the_family_that_is_not_wanted_is_refused),
		cmocka_unit_test(where_our_own_rules_ignore_the_named_server_it_is_refused),
		cmocka_unit_test(a_server_that_another_line_asks_is_not_asked_twice),
		cmocka_unit_test(a_server_is_not_kept_from_its_line_by_one_who_only_names_it),
		cmocka_unit_test(a_source_that_goes_forgets_its_question),
		cmocka_unit_test(a_restart_goes_on_with_all_cookies_and_removes_the_file),
		cmocka_unit_test(a_file_that_cannot_be_removed_is_not_used),
		cmocka_unit_test(what_the_line_does_not_want_any_more_is_not_used),
		cmocka_unit_test(without_a_path_nothing_is_kept),
		cmocka_unit_test(what_may_yet_be_taken_is_written_at_the_end_alone),
		cmocka_unit_test(what_nobody_took_is_kept_for_the_next_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
