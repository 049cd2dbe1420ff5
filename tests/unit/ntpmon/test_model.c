/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys do, what is asked and when. */
#include "ntpmon/model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "unit/ntpmon/monitor.h"

static const char *
chosen(const struct monitor *r)
{
	const struct snapshot_source *s = model_chosen(&r->model, &r->heard);

	return s == NULL ? "none" : s->name;
}

static void
the_source_that_leads_is_chosen_and_keys_choose_others(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	assert_string_equal(chosen(r), "time.example");
	monitor_keys(r, "k");
	assert_string_equal(chosen(r), "time.example");
	monitor_keys(r, "j");
	assert_string_equal(chosen(r), "2001:db8::2");
	monitor_key(r, KEY_OF_DOWN);
	monitor_keys(r, "jjjj");
	assert_string_equal(chosen(r), "pool.example");
	monitor_key(r, KEY_OF_UP);
	assert_string_equal(chosen(r), "PPS(0)");
	monitor_end(r);
}

static void
the_chosen_source_stays_so_when_others_come_and_go(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	monitor_keys(r, "jj");
	r->told.source[0] = NULL;
	monitor_ask(r, true);
	assert_string_equal(chosen(r), "PPS(0)");
	r->told.source[2] = NULL;
	monitor_ask(r, true);
	assert_string_not_equal(chosen(r), "none");
	r->told.source[1] = r->told.source[3] = NULL;
	monitor_ask(r, true);
	assert_string_equal(chosen(r), "none");
	assert_null(model_trend(&r->model, 1));
	monitor_end(r);
}

static void
sources_are_sorted_and_what_is_unknown_is_last(void **state)
{
	static const struct {
		enum order order;
		bool reversed;
		uint16_t ids[4];
	} rows[] = {
		{ ORDER_GIVEN, false, { 1, 2, 3, 4 } },
		{ ORDER_GIVEN, true, { 4, 3, 2, 1 } },
		{ ORDER_NAME, false, { 2, 4, 3, 1 } },
		{ ORDER_NAME, true, { 1, 3, 4, 2 } },
		{ ORDER_OFFSET, false, { 3, 1, 2, 4 } },
		{ ORDER_OFFSET, true, { 2, 1, 3, 4 } },
		{ ORDER_WHEN, false, { 1, 2, 3, 4 } },
		{ ORDER_STRATUM, false, { 3, 1, 2, 4 } },
		{ ORDER_REACH, true, { 1, 2, 3, 4 } },
		{ ORDER_POLL, false, { 3, 1, 2, 4 } },
		{ ORDER_JITTER, false, { 3, 1, 2, 4 } },
		{ ORDER_DELAY, false, { 3, 1, 2, 4 } },
	};
	struct monitor *r = monitor_begin();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		r->model.order = rows[i].order;
		r->model.reversed = rows[i].reversed;
		model_take(&r->model, &r->heard);
		for (size_t j = 0; j < 4; j++) {
			assert_int_equal(r->heard.last->source[r->model.row[j]].id, rows[i].ids[j]);
		}
	}
	monitor_end(r);
}

static void
every_order_is_reached_by_its_key_and_left_again(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	for (int i = 0; i < ORDERS; i++) {
		assert_int_equal(r->model.order, i);
		assert_true(strlen(model_order_word(r->model.order)) > 0);
		monitor_keys(r, ">");
	}
	assert_int_equal(r->model.order, ORDER_GIVEN);
	monitor_keys(r, "<");
	assert_int_equal(r->model.order, ORDERS - 1);
	monitor_end(r);
}

static void
a_filter_is_typed_kept_and_ended(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	monitor_keys(r, "/EXAMPLEq");
	assert_false(r->model.quit); /* keys are letters of it now */
	monitor_key(r, KEY_OF_RUBOUT);
	assert_int_equal(r->model.row_n, 2);
	monitor_key(r, KEY_OF_ENTER);
	assert_false(r->model.typing);
	assert_int_equal(r->model.row_n, 2);
	monitor_key(r, KEY_OF_ESCAPE);
	assert_int_equal(r->model.row_n, 4);
	monitor_keys(r, "/gps"); /* by its reference id */
	assert_int_equal(r->model.row_n, 1);
	for (int i = 0; i < 4; i++) {
		monitor_key(r, KEY_OF_RUBOUT);
	}
	assert_false(r->model.typing);
	assert_int_equal(r->model.row_n, 4);
	monitor_keys(r, "/");
	for (int i = 0; i < 100; i++) {
		monitor_key(r, 'x');
		monitor_key(r, 0x9b); /* a control of eight bits is no letter */
	}
	assert_int_equal(strlen(r->model.filter), MODEL_FILTER_MAX - 1);
	assert_int_equal(r->model.row_n, 0);
	monitor_end(r);
}

static void
keys_of_ntpsec_do_what_they_do_there(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	monitor_keys(r, "a");
	assert_int_equal(r->model.form, FORM_ID);
	monitor_keys(r, "o");
	assert_int_equal(r->model.form, FORM_LOCAL);
	monitor_keys(r, "p");
	assert_int_equal(r->model.form, FORM_REFID);
	monitor_keys(r, "n");
	assert_string_equal(model_name(&r->model, &r->heard.last->source[0]), "192.0.2.1");
	assert_string_equal(model_name(&r->model, &r->heard.last->source[2]), "PPS(0)");
	assert_string_equal(model_name(&r->model, &r->heard.last->source[3]), "pool.example");
	monitor_keys(r, "nuws");
	assert_true(r->model.units && r->model.wide && !r->model.addresses);
	assert_int_equal(r->model.row_n, 3); /* the pool is not reachable */
	monitor_keys(r, "smd");
	assert_int_equal(r->model.pane, PANE_SOURCE);
	assert_false(r->model.clients_only);
	monitor_keys(r, "d    ");
	assert_int_equal(r->model.pane, PANE_CLIENTS);
	assert_int_equal(r->model.form, FORM_REFID); /* round all of them */
	monitor_keys(r, "++-");
	assert_int_equal(r->model.debug, 0); /* without a log there is nowhere to write to */
	r->model.debug_max = 9;
	monitor_keys(r, "++-");
	assert_int_equal(r->model.debug, 1);
	assert_false(r->model.quit);
	monitor_keys(r, "x");
	assert_true(r->model.quit);
	monitor_end(r);
}

static void
a_pane_is_scrolled_within_its_end(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	monitor_keys(r, "v");
	monitor_draw(r, 10, 40, false);
	monitor_key(r, KEY_OF_PAGE_DOWN);
	assert_true(r->model.scroll > 0);
	for (int i = 0; i < 50; i++) {
		monitor_key(r, KEY_OF_PAGE_DOWN);
		monitor_draw(r, 10, 40, false);
	}
	assert_int_equal(r->model.scroll, r->model.scroll_max);
	monitor_key(r, KEY_OF_HOME);
	assert_int_equal(r->model.scroll, 0);
	monitor_key(r, KEY_OF_PAGE_UP);
	assert_int_equal(r->model.scroll, 0);
	monitor_key(r, KEY_OF_END);
	monitor_draw(r, 24, 80, false); /* a larger one */
	assert_int_equal(r->model.scroll, r->model.scroll_max);
	monitor_end(r);
}

static void
only_what_is_shown_is_asked_for(void **state)
{
	struct monitor *r = monitor_begin();
	struct wanted w = model_wants(&r->model, &r->heard, 24);

	(void)state;
	assert_true(w.clients && !w.source && !w.system && w.clients_n == 24);
	monitor_keys(r, "jjd");
	w = model_wants(&r->model, &r->heard, 24);
	assert_true(!w.clients && w.source && w.source_id == 3 && w.is_clock);
	assert_true(r->heard.clock.n > 0);
	monitor_keys(r, "k");
	assert_true(r->heard.source_id == 2 && r->heard.clock.n == 0);
	monitor_keys(r, "v");
	w = model_wants(&r->model, &r->heard, 24);
	assert_true(!w.clients && !w.source && w.system);
	monitor_end(r);
}

static void
the_daemon_is_asked_at_half_of_the_shortest_poll(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	assert_int_equal((int)model_interval_s(&r->heard), 8); /* the clock's, 16 s */
	r->told.source[2] = NULL;
	monitor_ask(r, true);
	assert_int_equal((int)model_interval_s(&r->heard), 32);
	r->told.source[0] = r->told.source[1] = "srcadr=192.0.2.1, hpoll=17, ppoll=17";
	r->told.source[3] = NULL;
	monitor_ask(r, true);
	assert_int_equal((int)model_interval_s(&r->heard), 60); /* a minute at most */
	r->told.source[0] = r->told.source[1] = NULL;
	monitor_ask(r, true);
	assert_int_equal((int)model_interval_s(&r->heard), 1);
	r->told.silent = true;
	monitor_ask(r, true);
	assert_int_equal((int)model_interval_s(&r->heard), 2);
	monitor_end(r);
}

static void
offsets_are_kept_once_each_and_the_oldest_go(void **state)
{
	struct monitor *r = monitor_begin();
	char told[256];

	(void)state;
	monitor_ask(r, true);
	monitor_ask(r, true);
	assert_int_equal(model_trend(&r->model, 1)->n, 1);
	assert_int_equal(model_trend(&r->model, 3)->n, 3); /* a clock is read all the time */
	assert_int_equal(model_trend(&r->model, 4)->n, 0); /* a pool has none */
	for (int i = 0; i < MODEL_TREND + 5; i++) {
		snprintf(told, sizeof told,
		    "srcadr=192.0.2.1, offset=%d, rec=0xe8d4a51f.0, reach=255, received=%d", i,
		    200 + i);
		r->told.source[0] = told;
		monitor_ask(r, true);
	}
	assert_int_equal(model_trend(&r->model, 1)->n, MODEL_TREND);
	assert_true(model_trend(&r->model, 1)->at_s[0] > 0.0049F);
	/* Another daemon may give the same id to another source. */
	r->told.source[0] =
	    "srcadr=192.0.2.77, offset=1, rec=0xe8d4a51f.0, reach=255, received=324";
	monitor_ask(r, true);
	assert_int_equal(model_trend(&r->model, 1)->n, 1);
	monitor_end(r);
}

/* As ntp.org's: unknown words of a request are an error. */
static void
a_server_that_knows_no_recent_clients_is_asked_for_all(void **state)
{
	struct monitor *r = monitor_begin();

	(void)state;
	assert_int_equal(r->heard.clients.n, 2);
	assert_int_equal(r->heard.clients.at[0].count, 9000); /* the newest first */
	assert_false(r->asker.no_recent);
	r->told.clients = NULL;
	monitor_ask(r, true);
	assert_false(r->heard.clients_told);
	assert_true(r->asker.no_recent);
	r->told.silent = true;
	monitor_ask(r, true);
	assert_false(r->asker.no_recent); /* another may come */
	r->told.silent = false;
	r->told.clients = TOLD_CLIENTS;
	monitor_ask(r, true);
	assert_true(r->heard.clients_told);
	monitor_end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_source_that_leads_is_chosen_and_keys_choose_others),
		cmocka_unit_test(the_chosen_source_stays_so_when_others_come_and_go),
		cmocka_unit_test(sources_are_sorted_and_what_is_unknown_is_last),
		cmocka_unit_test(every_order_is_reached_by_its_key_and_left_again),
		cmocka_unit_test(a_filter_is_typed_kept_and_ended),
		cmocka_unit_test(keys_of_ntpsec_do_what_they_do_there),
		cmocka_unit_test(a_pane_is_scrolled_within_its_end),
		cmocka_unit_test(only_what_is_shown_is_asked_for),
		cmocka_unit_test(the_daemon_is_asked_at_half_of_the_shortest_poll),
		cmocka_unit_test(offsets_are_kept_once_each_and_the_oldest_go),
		cmocka_unit_test(a_server_that_knows_no_recent_clients_is_asked_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
