/* SPDX-License-Identifier: BSD-2-Clause */
/* The query, told what to do by a program that only listens. */
#include "query/query.h"
#include <errno.h>
#include <math.h>
#include "query/move.h"
#include "unit/query/lab.h"

struct asker {
	struct lab *l;
	struct query *q;
	unsigned lost, asked, answered, failed, done;
	enum verdict verdict; /* of the last answer */
	uint32_t unwanted;    /* no address is asked that ends in it; 0: all are */
};

static void
on_lost_name(void *ctx, const char *name, const struct resolver_answer *a)
{
	(void)name;
	(void)a;
	((struct asker *)ctx)->lost++;
}

static bool
is_wanted(void *ctx, const struct addr *a)
{
	const struct asker *k = ctx;

	return k->unwanted == 0 || (addr_v4_value(a) & 0xffu) != k->unwanted;
}

static void
on_asked(void *ctx, const struct query_server *s)
{
	(void)s;
	((struct asker *)ctx)->asked++;
}

static void
on_answered(void *ctx, const struct query_server *s, enum verdict v)
{
	struct asker *k = ctx;

	(void)s;
	k->answered++;
	k->verdict = v;
}

static void
on_failed(void *ctx, const struct query_server *s, int error)
{
	(void)s;
	assert_true(error < 0);
	((struct asker *)ctx)->failed++;
}

static void
on_done(void *ctx)
{
	struct asker *k = ctx;

	k->done++;
	k->l->loop.port.ops->stop(&k->l->loop.port, 0);
}

static const struct query_events EVENTS = {
	.lost_name = on_lost_name,
	.wanted = is_wanted,
	.asked = on_asked,
	.answered = on_answered,
	.failed = on_failed,
	.done = on_done,
};

static void
prepare(struct asker *k, struct lab *l, unsigned samples)
{
	const struct query_ports ports = lab_ports(l);
	const struct query_rules rules = { .samples = samples, .timeout_s = 1.0, .version = 4 };

	k->l = l;
	k->q = query_new(&ports, &rules, &EVENTS, k);
	assert_non_null(k->q);
}

static void
run(struct asker *k)
{
	query_start(k->q);
	assert_int_equal(lab_run(k->l), 0);
	assert_int_equal(k->done, 1);
}

static void
finish(struct asker *k)
{
	query_free(k->q);
	lab_free(k->l);
}

static void
each_server_is_asked_as_often_as_wanted_and_one_is_chosen(void **state)
{
	struct asker k = { .lost = 0 };
	const struct query_server *best;

	(void)state;
	prepare(&k, lab_new(2.5), 4);
	lab_serve(k.l, "192.0.2.1");
	lab_serve(k.l, "192.0.2.2");
	assert_true(query_add(k.q, "192.0.2.1"));
	assert_true(query_add(k.q, "192.0.2.2"));
	run(&k);
	assert_int_equal(k.asked, 8);
	assert_int_equal(k.answered, 8);
	assert_int_equal(k.failed + k.lost, 0);
	best = query_select(k.q);
	assert_non_null(best);
	assert_true(fabs(k.q->selection.offset_s - 2.5) < 0.001);
	finish(&k);
}

static void
a_silent_server_ends_the_query_all_the_same(void **state)
{
	struct asker k = { .lost = 0 };

	(void)state;
	prepare(&k, lab_new(0), 2);
	lab_serve(k.l, "192.0.2.1")->silent = true;
	assert_true(query_add(k.q, "192.0.2.1"));
	run(&k);
	assert_int_equal(k.answered, 0);
	assert_null(query_select(k.q));
	assert_string_not_equal(query_why_none(k.q), "");
	finish(&k);
}

static void
a_name_that_leads_nowhere_is_told_once(void **state)
{
	struct asker k = { .lost = 0 };

	(void)state;
	prepare(&k, lab_new(0), 1);
	assert_true(query_add(k.q, "nowhere.example"));
	run(&k);
	assert_int_equal(k.lost, 1);
	assert_int_equal(k.asked, 0);
	finish(&k);
}

static void
an_address_that_the_owner_does_not_want_is_not_asked(void **state)
{
	struct asker k = { .unwanted = 2 };

	(void)state;
	prepare(&k, lab_new(0), 1);
	lab_serve(k.l, "192.0.2.1");
	assert_true(query_add(k.q, "192.0.2.1"));
	assert_true(query_add(k.q, "192.0.2.2"));
	run(&k);
	assert_int_equal(k.asked, 1);
	assert_int_equal(k.verdict, VERDICT_OK);
	finish(&k);
}

static void
a_server_without_the_time_is_heard_and_not_chosen(void **state)
{
	struct asker k = { .lost = 0 };

	(void)state;
	prepare(&k, lab_new(0), 1);
	lab_serve(k.l, "192.0.2.1")->leap = LEAP_UNSYNC;
	assert_true(query_add(k.q, "192.0.2.1"));
	run(&k);
	assert_int_equal(k.verdict, VERDICT_UNSYNC);
	assert_true(k.q->server[0].has_seen);
	assert_null(query_select(k.q));
	finish(&k);
}

static void
a_step_begins_at_its_limit_and_takes_what_is_no_number(void **state)
{
	(void)state;
	assert_int_equal(move_choose(0.5, 0.5), MOVE_STEP);
	assert_int_equal(move_choose(-0.5, 0.5), MOVE_STEP);
	assert_int_equal(move_choose(0.499999999, 0.5), MOVE_SLEW);
	assert_int_equal(move_choose((double)NAN, 0.5), MOVE_STEP);
}

static void
a_slew_goes_in_at_500_ppm_and_has_an_end(void **state)
{
	struct lab *l = lab_new(0.1);

	(void)state;
	assert_int_equal(move_clock(&l->clock.port, MOVE_SLEW, 0.1), 0);
	world_run(l->w, l->w->now + INT64_C(100) * NS_PER_S);
	assert_true(fabs(lab_error_s(l) + 0.05) < 0.001);
	world_run(l->w, l->w->now + INT64_C(200) * NS_PER_S);
	assert_true(fabs(lab_error_s(l)) < 0.001);
	lab_free(l);
}

/* ---- NTS ---- */

static void
keys_are_asked_for_once_and_no_cookie_is_used_twice(void **state)
{
	struct asker k = { .lost = 0 };
	struct sim_nts *n;

	(void)state;
	prepare(&k, lab_new(2.5), QUERY_SAMPLES_MAX);
	n = lab_serve_nts(k.l, "192.0.2.1", "a.example");
	assert_true(query_add_nts(k.q, "a.example", ""));
	run(&k);
	assert_int_equal(k.asked, QUERY_SAMPLES_MAX);
	assert_int_equal(n->ke->asked, 1);
	assert_int_equal(n->sealed, QUERY_SAMPLES_MAX);
	assert_int_equal(n->twice + n->in_clear + n->bad + n->naks, 0);
	assert_non_null(query_select(k.q));
	assert_int_equal(k.q->server[0].nts->aead, 15);
	assert_int_equal(k.q->server[0].nts->keys.n, 8);
	finish(&k);
}

static void
the_question_has_the_name_without_port_and_brackets(void **state)
{
	static const struct {
		const char *host, *name;
		uint16_t port;
	} at[] = {
		{ "a.example", "a.example", 4460 },
		{ "a.example:14460", "a.example", 14460 },
		{ "192.0.2.1:99", "192.0.2.1", 99 },
		{ "[2001:db8::1]:99", "2001:db8::1", 99 },
		{ "fe80::1%2", "fe80::1", 4460 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
		struct asker k = { .lost = 0 };

		prepare(&k, lab_new(0), 1);
		sim_resolver_set(&k.l->resolver, "a.example", "192.0.2.1");
		assert_true(query_add_nts(k.q, at[i].host, "/ca.pem"));
		run(&k);
		assert_string_equal(k.l->ke.last.name, at[i].name);
		assert_string_equal(k.l->ke.last.ca, "/ca.pem");
		assert_int_equal(k.l->ke.last.to.port, at[i].port);
		assert_int_equal(k.l->ke.last.aead[0], 15);
		assert_false(k.l->ke.last.noval || k.l->ke.last.no_time);
		assert_int_equal(k.asked, 0);
		assert_true(k.q->server[0].nts->why[0] != '\0');
		finish(&k);
	}
}

static void
a_query_that_is_freed_forgets_its_questions(void **state)
{
	struct asker k = { .lost = 0 };

	(void)state;
	prepare(&k, lab_new(0), 1);
	lab_serve_nts(k.l, "192.0.2.1", "a.example");
	assert_true(query_add_nts(k.q, "192.0.2.1", ""));
	query_start(k.q);
	assert_int_equal(k.q->server[0].step, QUERY_KEYS);
	query_free(k.q);
	world_run(k.l->w, k.l->w->now + INT64_C(20) * NS_PER_S);
	lab_free(k.l);
}

static void
each_address_of_a_name_gets_keys_and_the_silent_are_not_waited_for(void **state)
{
	struct asker k = { .lost = 0 };
	struct sim_nts *second;

	(void)state;
	prepare(&k, lab_new(0), 1);
	lab_serve_nts(k.l, "192.0.2.1", "a.example")->ke->silent = true;
	second = lab_serve_nts(k.l, "192.0.2.2", "a.example");
	lab_serve_nts(k.l, "2001:db8::3", "a.example");
	sim_resolver_set(&k.l->resolver, "a.example", "192.0.2.1 192.0.2.2 2001:db8::3");
	assert_true(query_add_nts(k.q, "a.example", ""));
	run(&k);
	assert_int_equal(k.answered, 2);
	assert_int_equal(second->sealed, 1);
	assert_true(world_s(k.l->w) < 1.0);
	finish(&k);
}

static void
a_server_that_gives_one_cookie_is_asked_once(void **state)
{
	const struct query_nts_host host = { .name = "a.example", .ca = "" };
	struct lab *l = lab_new(0);
	struct ke_answer answer = { .aead = 15, .cookie_n = 1 };
	struct auth_keys keys = { .ring = NULL };
	struct mtime now = { .ns = 0 };
	struct query_nts *n = query_nts_new(&host, now);
	uint8_t packet[NTS_REQUEST_MAX] = { 0 };
	struct auth auth;

	(void)state;
	answer.cookie[0].len = 100;
	assert_true(auth_start_nts(&auth, &keys, &l->rng.port));
	assert_false(query_nts_cookie(n, &auth, now));
	assert_true(query_nts_keyed(n, &answer, &auth, now));
	assert_int_equal(n->port, 123);
	assert_true(query_nts_cookie(n, &auth, now));
	assert_true(auth_request(&auth, &host.to.addr, packet, HEADER_LEN, sizeof packet) > 0);
	assert_false(query_nts_cookie(n, &auth, now));
	assert_string_equal(n->why, "it gave no cookie for another request");
	assert_int_equal(auth_request(&auth, &host.to.addr, packet, HEADER_LEN, sizeof packet), 0);
	auth_end(&auth);
	query_nts_free(n);
	lab_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_is_asked_as_often_as_wanted_and_one_is_chosen),
		cmocka_unit_test(a_silent_server_ends_the_query_all_the_same),
		cmocka_unit_test(a_name_that_leads_nowhere_is_told_once),
		cmocka_unit_test(an_address_that_the_owner_does_not_want_is_not_asked),
		cmocka_unit_test(a_server_without_the_time_is_heard_and_not_chosen),
		cmocka_unit_test(a_step_begins_at_its_limit_and_takes_what_is_no_number),
		cmocka_unit_test(a_slew_goes_in_at_500_ppm_and_has_an_end),
		cmocka_unit_test(keys_are_asked_for_once_and_no_cookie_is_used_twice),
		cmocka_unit_test(the_question_has_the_name_without_port_and_brackets),
		cmocka_unit_test(a_query_that_is_freed_forgets_its_questions),
		cmocka_unit_test(
		    each_address_of_a_name_gets_keys_and_the_silent_are_not_waited_for),
		cmocka_unit_test(a_server_that_gives_one_cookie_is_asked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
