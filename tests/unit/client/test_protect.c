/* SPDX-License-Identifier: BSD-2-Clause */
/* A source whose protection cannot be had is not asked, and one line says why. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char SERVER[] = "192.0.2.11";

static void
assert_never_asked(struct rig *r, const struct sim_server *s, enum lack lack)
{
	rig_add(r, 0);
	rig_pass(r, 1000.0);
	assert_int_equal(s->requests, 0);
	assert_int_equal(r->host->datagrams_out, 0);
	assert_true(r->c.count.polls > 3); /* it would have been */
	assert_int_equal(rig_peer(r, SERVER)->protection.lack, lack);
	assert_int_equal(rig_said(r, "not asked"), 1);
}

static void
a_source_whose_key_is_missing_is_never_asked_in_clear(void **state)
{
	struct rig *r = rig_new("\nserver 192.0.2.11 key 7\n", NULL);

	(void)state;
	assert_never_asked(r, rig_server(r, SERVER), LACK_KEY);
	assert_int_equal(rig_said(r, "test:2:1: 192.0.2.11: key 7 is not there, not trusted"), 1);
	rig_free(r);
}

static void
a_key_that_is_not_trusted_is_as_good_as_none(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);

	(void)state;
	rig_key(r, 7);
	keyring_distrust(r->keys.ring);
	assert_never_asked(r, rig_server(r, SERVER), LACK_KEY);
	rig_free(r);
}

static void
a_key_that_is_for_others_is_as_good_as_none(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct addr other = rig_addr("192.0.2.99");

	(void)state;
	rig_key(r, 7);
	assert_true(keyring_allow(r->keys.ring, 7, &other, 32));
	assert_never_asked(r, rig_server(r, SERVER), LACK_KEY);
	rig_free(r);
}

static void
once_the_key_is_there_it_is_asked_and_signed_and_said(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_sign(s, 7);
	assert_never_asked(r, s, LACK_KEY);
	rig_key(r, 7);
	rig_pass(r, 1000.0);
	assert_int_equal(rig_said(r, "192.0.2.11: can be asked as it is to be now"), 1);
	assert_true(r->heard > 0);
	for (unsigned i = 0; i < s->requests && i < SIM_REQUESTS_KEPT; i++) {
		assert_true(s->request[i].d.len > HEADER_LEN);
	}
	keyring_remove(r->keys.ring, 7);
	s->requests = 0;
	rig_pass(r, 1000.0);
	assert_int_equal(s->requests, 0);
	assert_int_equal(rig_said(r, "not asked"), 2);
	rig_free(r);
}

static void
nts_and_autokey_are_not_left_out_in_silence(void **state)
{
	static const struct {
		const char *conf, *said;
		enum lack lack;
	} cases[] = {
		{ "server 192.0.2.11 nts\n", "'nts' cannot be had in this version", LACK_NTS },
		{ "server 192.0.2.11 autokey\n", "'autokey' cannot be had", LACK_AUTOKEY },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rig *r = rig_new(cases[i].conf, NULL);

		assert_never_asked(r, rig_server(r, SERVER), cases[i].lack);
		assert_int_equal(rig_said(r, cases[i].said), 1);
		rig_free(r);
	}
}

static void
under_notrust_a_source_without_a_key_is_not_asked(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	r->restricted = RESTRICT_NOTRUST;
	assert_never_asked(r, s, LACK_TRUST);
	r->restricted = 0;
	rig_pass(r, 1000.0);
	assert_true(r->heard > 0);
	rig_free(r);
}

static void
under_notrust_a_source_with_a_key_is_asked(void **state)
{
	struct rig *r = rig_new("server 192.0.2.11 key 7\n", NULL);
	struct sim_server *s = rig_server(r, SERVER);

	(void)state;
	rig_key(r, 7);
	rig_sign(s, 7);
	r->restricted = RESTRICT_NOTRUST;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_true(r->heard > 0);
	assert_int_equal(rig_said(r, "not asked"), 0);
	rig_free(r);
}

static void
under_notrust_a_clock_of_this_host_is_read(void **state)
{
	struct rig *r = rig_new("server 127.127.1.0\n", NULL);

	(void)state;
	r->restricted = RESTRICT_NOTRUST;
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_true(r->heard > 0);
	assert_int_equal(rig_said(r, "not asked"), 0);
	rig_free(r);
}

static void
a_pool_that_lacks_protection_is_not_even_looked_up(void **state)
{
	struct rig *r = rig_new("pool p.example nts\n", NULL);
	const struct source *s = rig_add(r, 0);

	(void)state;
	rig_pass(r, 1000.0);
	assert_int_equal(r->resolver.asked, 0);
	assert_int_equal(rig_said(r, "p.example: 'nts' cannot be had in this version: not asked"),
	    1);
	assert_string_equal(protect_refid(s->protection.lack), "NTS");
	rig_free(r);
}

static void
of_all_members_of_a_pool_one_line_tells_what_they_lack(void **state)
{
	struct rig *r = rig_new("pool p.example key 7\n", NULL);

	(void)state;
	sim_resolver_set(&r->resolver, "p.example", "192.0.2.11 192.0.2.12 192.0.2.13");
	rig_add(r, 0);
	rig_pass(r, 100.0);
	assert_int_equal(peers_count(&r->c), 3);
	assert_int_equal(r->host->datagrams_out, 0);
	assert_int_equal(rig_said(r, "key 7 is not there"), 1);
	rig_free(r);
}

static void
what_is_missing_stands_as_reference_id(void **state)
{
	(void)state;
	assert_null(protect_refid(LACK_NOTHING));
	assert_string_equal(protect_refid(LACK_NTS), "NTS");
	assert_string_equal(protect_refid(LACK_AUTOKEY), "AKEY");
	assert_string_equal(protect_refid(LACK_KEY), "NKEY");
	assert_string_equal(protect_refid(LACK_TRUST), "TRST");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_whose_key_is_missing_is_never_asked_in_clear),
		cmocka_unit_test(a_key_that_is_not_trusted_is_as_good_as_none),
		cmocka_unit_test(a_key_that_is_for_others_is_as_good_as_none),
		cmocka_unit_test(once_the_key_is_there_it_is_asked_and_signed_and_said),
		cmocka_unit_test(nts_and_autokey_are_not_left_out_in_silence),
		cmocka_unit_test(under_notrust_a_source_without_a_key_is_not_asked),
		cmocka_unit_test(under_notrust_a_source_with_a_key_is_asked),
		cmocka_unit_test(under_notrust_a_clock_of_this_host_is_read),
		cmocka_unit_test(a_pool_that_lacks_protection_is_not_even_looked_up),
		cmocka_unit_test(of_all_members_of_a_pool_one_line_tells_what_they_lack),
		cmocka_unit_test(what_is_missing_stands_as_reference_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
