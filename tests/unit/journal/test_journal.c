/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal over simulated ports, without a daemon. */
#include "journal/journal.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/arena.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_store.h"

enum { ARENA_SIZE = 1 << 20, NOON_S = 1795176000 }; /* MJD 61364 */

struct desk {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct arena *arena;
	struct counters counted;
	struct ntscount nts;
	bool tells_usage;
	struct journal j;
};

static void
on_counted(void *ctx, struct counters *sum)
{
	*sum = ((struct desk *)ctx)->counted;
}

static bool
on_used(void *ctx, struct usage *out)
{
	*out = (struct usage){ .user_s = 1.5, .peak_kb = 4711 };
	return ((struct desk *)ctx)->tells_usage;
}

static void
on_nts_counted(void *ctx, struct ntscount *sum)
{
	*sum = ((struct desk *)ctx)->nts;
}

static const struct journal_events EVENTS = {
	.counted = on_counted,
	.nts_counted = on_nts_counted,
	.used = on_used,
};

static struct desk *
desk_of(const char *config, bool user_later)
{
	struct desk *k = calloc(1, sizeof *k);
	struct diag_list diags;
	struct config *conf;

	assert_non_null(k);
	k->w = world_new(3);
	k->w->epoch_ns = (int64_t)NOON_S * NS_PER_S;
	sim_clock_start(&k->clock, k->w, "host", 0, 0);
	sim_loop_start(&k->loop, k->w, &k->clock, 0);
	sim_store_start(&k->store, &k->clock);
	sim_log_start(&k->log, k->w, "host");
	k->arena = arena_new(ARENA_SIZE);
	diags = diag_list_in(k->arena);
	conf =
	    config_load_text(NULL, "test", config, strlen(config), NULL, false, k->arena, &diags);
	assert_int_equal(diags.errors, 0);
	journal_init(&k->j,
	    &(struct journal_setup){
		.loop = &k->loop.port,
		.clock = &k->clock.port,
		.store = &k->store.port,
		.log = &k->log.port,
		.up = &EVENTS,
		.up_ctx = k,
		.pid = 77,
		.user_later = user_later,
	    });
	journal_start(&k->j);
	journal_configure(&k->j, conf);
	stats_start(&k->j);
	return k;
}

static void
desk_free(struct desk *k)
{
	stats_stop(&k->j);
	arena_free(k->arena);
	(void)sim_loop_end(&k->loop);
	sim_log_end(&k->log);
	sim_store_end(&k->store);
	world_free(k->w);
	free(k);
}

static void
after(struct desk *k, double s)
{
	world_run(k->w, k->w->now + ns_from_s(s));
}

static void
lines_of_packets_are_held_back_and_counted(void **state)
{
	struct desk *k = desk_of("", false);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		report_packet(&k->j, LOG_LEVEL_WARNING, "bad packet");
	}
	assert_int_equal(sim_log_count(&k->log, 0, "bad packet"), 20);
	after(k, 10);
	report_packet(&k->j, LOG_LEVEL_WARNING, "bad packet");
	assert_int_equal(sim_log_count(&k->log, 0, "bad packet"), 21);
	assert_int_equal(sim_log_count(&k->log, 0, "80 messages caused by packets were held back"),
	    1);
	desk_free(k);
}

static void
a_file_that_cannot_be_read_leaves_the_old_one_in_force_once_there_is_one(void **state)
{
	struct desk *k = desk_of("", false);

	(void)state;
	report_unread(&k->j, "keys", "/keys", -ENOENT);
	assert_int_equal(sim_log_count(&k->log, 0, "stays in force"), 0);
	journal_ready(&k->j);
	report_unread(&k->j, "keys", "/keys", -ENOENT);
	assert_int_equal(sim_log_count(&k->log, 0, "; what was read before stays in force"), 1);
	desk_free(k);
}

static void
what_cannot_be_written_is_told_with_its_remedy(void **state)
{
	struct desk *k = desk_of("", false);

	(void)state;
	report_unwritten(&k->j, "statistics", "/var/log/x/loopstats", STORE_APPEND, -EROFS);
	assert_int_equal(sim_log_count(&k->log, 0, "ReadWritePaths=/var/log/x"), 1);
	report_unwritten(&k->j, "pidfile", "/run/n/pid", STORE_REPLACE, -ENOENT);
	assert_int_equal(sim_log_count(&k->log, 0, "'mkdir -p /run/n' makes the folder"), 1);
	report_unwritten(&k->j, "pidfile", "/run/n/pid", STORE_REPLACE, -EIO);
	assert_int_equal(sim_log_count(&k->log, 0, "pidfile /run/n/pid: Input/output error"), 1);
	assert_int_equal(sim_log_count(&k->log, 0, "mkdir"), 1);
	desk_free(k);
}

static void
logconfig_leaves_events_out_but_no_error(void **state)
{
	static const struct log_event event = { .name = "clock_step" };
	struct desk *k = desk_of("logconfig =syncevents\n", false);

	(void)state;
	report_event_line(&k->j, LOG_CLASS_PEER, LOG_LEVEL_INFO, "a peer", &event);
	report_event_line(&k->j, LOG_CLASS_PEER, LOG_LEVEL_ERROR, "a peer's error", &event);
	report_event_line(&k->j, LOG_CLASS_SYNC, LOG_LEVEL_INFO, "a step", &event);
	assert_int_equal(k->log.n, 2);
	desk_free(k);
}

#define STATS                                                                      \
	"statsdir /s\nstatistics loopstats sysstats usestats protostats ntsstats " \
	"ntskestats ntskelog\n"

static void
each_line_begins_with_its_day_and_second(void **state)
{
	struct desk *k = desk_of(STATS, false);
	const struct stats_loop_line line = {
		.offset_s = 0.001,
		.freq = 2e-6,
		.jitter_s = 3e-6,
		.wander = 4e-9,
		.poll_log2s = 6,
	};

	(void)state;
	stats_loop(&k->j, &line);
	stats_proto(&k->j, "0.0.0.0 c016 06 restart");
	assert_string_equal(sim_store_text(&k->store, "/s/loopstats.20261120"),
	    "61364 43200.000 0.001000000 2.000000 0.000003000 0.004000 6\n");
	assert_string_equal(sim_store_text(&k->store, "/s/protostats.20261120"),
	    "61364 43200.000 0.0.0.0 c016 06 restart\n");
	desk_free(k);
}

static void
sysstats_shows_the_hour_and_begins_anew_with_the_counters(void **state)
{
	struct desk *k = desk_of(STATS, false);

	(void)state;
	k->counted.received = 5;
	after(k, 3599);
	stats_hourly(&k->j);
	assert_null(sim_store_text(&k->store, "/s/sysstats.20261120"));
	after(k, 1);
	stats_hourly(&k->j);
	assert_string_equal(sim_store_text(&k->store, "/s/sysstats.20261120"),
	    "61364 46800.000 3600 5 0 0 0 0 0 0 0 0 0\n");
	assert_null(sim_store_text(&k->store, "/s/usestats.20261120"));
	k->counted.received = 2;
	stats_forget_counts(&k->j);
	k->tells_usage = true;
	after(k, 3600);
	stats_hourly(&k->j);
	assert_non_null(strstr(sim_store_text(&k->store, "/s/sysstats.20261120"), " 3600 2 0"));
	assert_non_null(strstr(sim_store_text(&k->store, "/s/usestats.20261120"), " 3600 1.500 "));
	desk_free(k);
}

static void
ntsstats_has_fifteen_counts_in_the_order_of_ntpsec(void **state)
{
	struct desk *k = desk_of(STATS, false);

	(void)state;
	k->nts = (struct ntscount){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		{ 16, 1.0, 1.0 }, { 17, 1.0, 1.0 }, { 18, 1.0, 1.0 }, 19, 20 };
	after(k, 3600);
	stats_hourly(&k->j);
	assert_string_equal(sim_store_text(&k->store, "/s/ntsstats.20261120"),
	    "61364 46800.000 3600 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n");
	k->nts.server_good = 7;
	after(k, 3600);
	stats_hourly(&k->j);
	assert_non_null(strstr(sim_store_text(&k->store, "/s/ntsstats.20261120"),
	    " 3600 0 0 0 0 2 0 0 0 0 0 0 0 0 0 0\n"));
	k->nts = (struct ntscount){ .made = 3 };
	stats_forget_nts(&k->j);
	after(k, 3600);
	stats_hourly(&k->j);
	assert_non_null(strstr(sim_store_text(&k->store, "/s/ntsstats.20261120"),
	    " 3600 0 0 0 0 0 0 3 0 0 0 0 0 0 0 0\n"));
	desk_free(k);
}

static void
ntskestats_has_what_was_served_and_asked_since_the_last_line(void **state)
{
	struct desk *k = desk_of(STATS, false);

	(void)state;
	k->nts = (struct ntscount){ .good = { 16, 1.5, 0.25 },
		.no_tls = { 17, 2.0, 0.5 },
		.bad = { 18, 3.0, 0.75 },
		.asked_good = 19,
		.asked_bad = 20 };
	after(k, 3600);
	stats_hourly(&k->j);
	assert_string_equal(sim_store_text(&k->store, "/s/ntskestats.20261120"),
	    "61364 46800.000 3600 16 1.500000 0.250000 17 2.000000 0.500000 18 3.000000 0.750000 "
	    "19 20\n");
	ntscount_serve(&k->nts.good, 0.5, 0.125);
	after(k, 3600);
	stats_hourly(&k->j);
	assert_non_null(strstr(sim_store_text(&k->store, "/s/ntskestats.20261120"),
	    " 3600 1 0.500000 0.125000 0 0.000000 0.000000 0 0.000000 0.000000 0 0\n"));
	k->nts = (struct ntscount){ .asked_bad = 3 };
	stats_forget_nts(&k->j);
	after(k, 3600);
	stats_hourly(&k->j);
	assert_non_null(
	    strstr(sim_store_text(&k->store, "/s/ntskestats.20261120"), " 0.000000 0 3\n"));
	desk_free(k);
}

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		n += *text == '\n';
	}
	return n;
}

static void
ntskelog_has_each_connection_but_no_flood_of_them(void **state)
{
	static const char FILE_NAME[] = "/s/ntskelog.20261120";
	const struct endpoint from = { addr_v4(0xc0000205), 40000 };
	const struct stats_ke_line good = { &from, "ok", 0.0125, 0.001,
		"TLSv1.3, TLS_AES_256_GCM_SHA384 (256)" };
	const struct stats_ke_line bad = { &from, "bad", 1.5, 0.002, "no request" };
	struct desk *k = desk_of(STATS, false);

	(void)state;
	stats_ke(&k->j, &good);
	stats_ke(&k->j, &bad);
	assert_string_equal(sim_store_text(&k->store, FILE_NAME),
	    "61364 43200.000 192.0.2.5 ok 0.012500 0.001000 TLSv1.3, TLS_AES_256_GCM_SHA384 (256)\n"
	    "61364 43200.000 192.0.2.5 bad 1.500000 0.002000 no request\n");
	for (unsigned i = 0; i < 1000; i++) {
		stats_ke(&k->j, &bad);
	}
	assert_int_equal(lines_of(sim_store_text(&k->store, FILE_NAME)), 60);
	after(k, 1);
	stats_ke(&k->j, &good);
	assert_int_equal(lines_of(sim_store_text(&k->store, FILE_NAME)), 62);
	assert_non_null(strstr(sim_store_text(&k->store, FILE_NAME), "43201.000 - 942\n"));
	desk_free(k);
}

static void
lines_before_the_change_of_user_are_kept_until_it_comes(void **state)
{
	struct desk *k = desk_of(STATS, true);

	(void)state;
	stats_proto(&k->j, "one");
	assert_null(sim_store_text(&k->store, "/s/protostats.20261120"));
	after(k, 5);
	stats_release(&k->j);
	stats_proto(&k->j, "two");
	assert_string_equal(sim_store_text(&k->store, "/s/protostats.20261120"),
	    "61364 43200.000 one\n61364 43205.000 two\n");
	desk_free(k);
}

static void
a_disk_that_fills_is_told_once_and_so_is_what_was_lost(void **state)
{
	struct desk *k = desk_of(STATS, false);

	(void)state;
	k->store.write_error = -ENOSPC;
	stats_proto(&k->j, "one");
	stats_proto(&k->j, "two");
	assert_int_equal(sim_log_count(&k->log, 0, "No space left"), 1);
	k->store.write_error = 0;
	stats_proto(&k->j, "three");
	assert_int_equal(sim_log_count(&k->log, 0, "written again, 2 lines are lost"), 1);
	desk_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_packets_are_held_back_and_counted),
		cmocka_unit_test(
		    a_file_that_cannot_be_read_leaves_the_old_one_in_force_once_there_is_one),
		cmocka_unit_test(what_cannot_be_written_is_told_with_its_remedy),
		cmocka_unit_test(logconfig_leaves_events_out_but_no_error),
		cmocka_unit_test(each_line_begins_with_its_day_and_second),
		cmocka_unit_test(sysstats_shows_the_hour_and_begins_anew_with_the_counters),
		cmocka_unit_test(ntsstats_has_fifteen_counts_in_the_order_of_ntpsec),
		cmocka_unit_test(ntskestats_has_what_was_served_and_asked_since_the_last_line),
		cmocka_unit_test(ntskelog_has_each_connection_but_no_flood_of_them),
		cmocka_unit_test(lines_before_the_change_of_user_are_kept_until_it_comes),
		cmocka_unit_test(a_disk_that_fills_is_told_once_and_so_is_what_was_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
