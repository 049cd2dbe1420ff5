/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of leap seconds: which file is read when, and what of it comes into force. */
#include "ntpd/leaptable.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "crypto/mac.h"
#include "ntpd/faults.h"
#include "ntpd/state.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_store.h"

enum { ARENA_SIZE = 1 << 22, MIDDAY_S = 1795176000, DAY_S = 86400, HASH_WORDS = 5 };

static const int64_t NTP_AT_1970_S = 2208988800;
static const int64_t ROW_2015_S = 3644697600, ROW_2017_S = 3692217600;

/* As much of a daemon as the table wants. */
struct desk {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct arena *arena;
	struct ntpd d;
};

static void
configure(struct desk *k, const char *conf)
{
	struct diag_list diags = diag_list_in(k->arena);

	k->d.conf =
	    config_load_text(NULL, "test", conf, strlen(conf), NULL, false, k->arena, &diags);
	assert_non_null(k->d.conf);
	journal_configure(&k->d.journal, k->d.conf);
}

static struct desk *
desk_new(const char *conf)
{
	struct desk *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->w = world_new(1);
	k->w->epoch_ns = (int64_t)MIDDAY_S * NS_PER_S;
	sim_clock_start(&k->clock, k->w, "host", 0.0, 0.0);
	sim_loop_start(&k->loop, k->w, &k->clock, 0);
	sim_store_start(&k->store, &k->clock);
	sim_log_start(&k->log, k->w, "host");
	k->arena = arena_new(ARENA_SIZE);
	assert_non_null(k->arena);
	k->d.port.clock = &k->clock.port;
	k->d.port.loop = &k->loop.port;
	k->d.port.store = &k->store.port;
	k->d.port.log = &k->log.port;
	journal_init(&k->d.journal,
	    &(struct journal_setup){ .loop = &k->loop.port,
		.clock = &k->clock.port,
		.store = &k->store.port,
		.log = &k->log.port });
	configure(k, conf);
	k->d.ready = true;
	journal_ready(&k->d.journal);
	return k;
}

static void
desk_free(struct desk *k)
{
	assert_int_equal(sim_loop_end(&k->loop), 0);
	sim_store_end(&k->store);
	sim_log_end(&k->log);
	arena_free(k->arena);
	world_free(k->w);
	free(k);
}

/* Puts a file of so many rows, one or two, that is good for so many days yet. */
static void
put_file(struct desk *k, const char *path, unsigned rows, int days, const char *hash)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t, "#@\t%lld\n%lld\t36\n",
	    (long long)(NTP_AT_1970_S + MIDDAY_S + days * DAY_S), (long long)ROW_2015_S);
	if (rows > 1) {
		text_printf(&t, "%lld\t37\n", (long long)ROW_2017_S);
	}
	text_put(&t, hash);
	sim_store_put(&k->store, path, buf);
}

/* The same with the hash that its content has. */
static void
put_hashed(struct desk *k, const char *path)
{
	struct diag_list diags = diag_list_in(k->arena);
	struct leapfile f;
	uint8_t sum[HASH_WORDS * 4];
	char buf[128];
	struct text t = text_over(buf, sizeof buf);

	put_file(k, path, 2, 100, "");
	assert_true(leapfile_parse(path, sim_store_text(&k->store, path),
	    strlen(sim_store_text(&k->store, path)), k->arena, &f, &diags));
	assert_true(sha1_make(f.hashed, f.hashed_len, sum));
	text_put(&t, "#h");
	for (unsigned i = 0; i < sizeof sum; i++) {
		text_printf(&t, "%s%02x", i % 4 == 0 ? " " : "", sum[i]);
	}
	text_put(&t, "\n");
	put_file(k, path, 2, 100, buf);
}

static unsigned
rows_of(const struct desk *k)
{
	return k->d.steering.leapsec.leap.rows_n;
}

static unsigned
said(const struct desk *k, const char *text)
{
	return sim_log_count(&k->log, 0, text);
}

static void
assert_fault(const struct desk *k, const char *what)
{
	char buf[256] = "";
	struct text t = text_over(buf, sizeof buf);

	assert_int_equal(faults_put(&k->d, &t), what[0] != '\0');
	assert_string_equal(buf, what);
}

static void
a_table_whose_hash_is_right_is_in_force_until_it_expires(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_hashed(k, "/l");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 2);
	assert_int_equal(k->d.steering.leapsec.leap.expires_s, MIDDAY_S + 100 * DAY_S);
	assert_fault(k, "");
	desk_free(k);
}

static void
a_table_whose_hash_is_wrong_replaces_nothing(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_file(k, "/l", 1, 100, "");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 1);
	put_file(k, "/l", 2, 100, "#h 1 2 3 4 5\n");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 1);
	assert_int_equal(said(k, "its hash is wrong"), 1);
	assert_int_equal(said(k, "leapfile /l: the table read before stays in force"), 1);
	assert_fault(k, "1 error in /l");
	desk_free(k);
}

static void
ignorehash_takes_a_table_whose_hash_is_wrong(void **state)
{
	struct desk *k = desk_new("leapfile /l ignorehash\n");

	(void)state;
	put_file(k, "/l", 2, 100, "#h 1 2 3 4 5\n");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 2);
	assert_fault(k, "");
	desk_free(k);
}

static void
a_file_is_read_again_when_it_changed_and_not_before(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_file(k, "/l", 1, 100, "");
	leaptable_read(&k->d);
	for (unsigned i = 0; i < 5; i++) {
		leaptable_look(&k->d);
	}
	assert_int_equal(said(k, "leapfile /l: 1 rows"), 1);
	world_run(k->w, k->w->now + NS_PER_S);
	put_file(k, "/l", 2, 100, "");
	leaptable_look(&k->d);
	assert_int_equal(said(k, "leapfile /l: 2 rows"), 1);
	assert_int_equal(rows_of(k), 2);
	k->store.files->node->mtime_ns++; /* written over, as long as before */
	leaptable_look(&k->d);
	assert_int_equal(said(k, "leapfile /l: 2 rows"), 2);
	desk_free(k);
}

static void
a_file_that_cannot_be_read_replaces_nothing(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_file(k, "/l", 2, 100, "");
	leaptable_read(&k->d);
	k->store.read_error = -EIO;
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 2);
	assert_int_equal(said(k, "what was read before stays in force"), 1);
	assert_fault(k, "1 error in /l");
	k->store.read_error = 0;
	leaptable_read(&k->d);
	assert_fault(k, "");
	desk_free(k);
}

static void
a_refusal_to_the_first_user_is_no_fault_yet(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	k->d.ready = false;
	put_file(k, "/l", 2, 100, "");
	k->store.denied = "/l";
	leaptable_read(&k->d);
	assert_true(k->d.leaptable.denied);
	assert_fault(k, "");
	assert_int_equal(sim_log_count_level(&k->log, 0, LOG_LEVEL_WARNING), 0);
	k->d.ready = true;
	leaptable_read(&k->d);
	assert_false(k->d.leaptable.denied);
	assert_fault(k, "1 error in /l");
	desk_free(k);
}

static void
without_a_line_the_newer_of_the_systems_files_is_read(void **state)
{
	struct desk *k = desk_new("");

	(void)state;
	put_file(k, "/usr/share/zoneinfo/leap-seconds.list", 1, 100, "");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 1);
	world_run(k->w, k->w->now + NS_PER_S);
	put_file(k, "/var/lib/ntp/leap-seconds.list", 2, 100, "");
	leaptable_look(&k->d);
	assert_int_equal(rows_of(k), 2);
	assert_true(k->d.leaptable.unasked);
	desk_free(k);
}

static void
with_a_line_no_other_file_is_read_however_new(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_file(k, "/l", 1, 100, "");
	world_run(k->w, k->w->now + NS_PER_S);
	put_file(k, "/var/lib/ntp/leap-seconds.list", 2, 100, "");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 1);
	desk_free(k);
}

static void
a_fault_goes_with_the_line_of_its_file(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	leaptable_read(&k->d);
	assert_fault(k, "1 error in /l");
	configure(k, "");
	leaptable_read(&k->d);
	assert_fault(k, "");
	desk_free(k);
}

static void
of_a_table_nobody_asked_for_that_expired_one_notice_tells(void **state)
{
	struct desk *k = desk_new("");

	(void)state;
	put_file(k, "/usr/share/zoneinfo/leap-seconds.list", 2, -7, "");
	leaptable_read(&k->d);
	leaptable_look(&k->d);
	assert_int_equal(said(k, "leap-seconds.list: expired 7 days ago; update the package"), 1);
	assert_fault(k, "");
	desk_free(k);
}

static void
a_table_goes_with_its_line_and_one_of_no_line_stays(void **state)
{
	struct desk *k = desk_new("leapfile /l\n");

	(void)state;
	put_file(k, "/l", 2, 100, "");
	leaptable_read(&k->d);
	configure(k, "");
	leaptable_read(&k->d);
	assert_int_equal(rows_of(k), 0);
	put_file(k, "/usr/share/zoneinfo/leap-seconds.list", 2, 100, "");
	leaptable_read(&k->d);
	sim_store_remove(&k->store, "/usr/share/zoneinfo/leap-seconds.list");
	leaptable_read(&k->d); /* -i may have put it out of sight */
	assert_int_equal(rows_of(k), 2);
	desk_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_whose_hash_is_right_is_in_force_until_it_expires),
		cmocka_unit_test(a_table_whose_hash_is_wrong_replaces_nothing),
		cmocka_unit_test(ignorehash_takes_a_table_whose_hash_is_wrong),
		cmocka_unit_test(a_file_is_read_again_when_it_changed_and_not_before),
		cmocka_unit_test(a_file_that_cannot_be_read_replaces_nothing),
		cmocka_unit_test(a_refusal_to_the_first_user_is_no_fault_yet),
		cmocka_unit_test(without_a_line_the_newer_of_the_systems_files_is_read),
		cmocka_unit_test(with_a_line_no_other_file_is_read_however_new),
		cmocka_unit_test(a_fault_goes_with_the_line_of_its_file),
		cmocka_unit_test(of_a_table_nobody_asked_for_that_expired_one_notice_tells),
		cmocka_unit_test(a_table_goes_with_its_line_and_one_of_no_line_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
