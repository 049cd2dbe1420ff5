/* SPDX-License-Identifier: BSD-2-Clause */
/* How often the daemon is asked, and what is answered to whom. */
#include "exporter/watch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "exporter/routes.h"
#include "unit/mode6/told.h"

struct rig {
	struct told told;
	struct session *session;
	struct totals *totals;
	struct watch w;
	struct hosts hosts;
	struct history *history;
	struct routes routes;
};

static struct rig *
begin(void)
{
	struct rig *r = calloc(1, sizeof *r);

	r->told = told_whole();
	r->session = told_session(&r->told);
	r->totals = totals_new("boot", 1700000000);
	assert_true(watch_init(&r->w, r->session, r->totals));
	r->history = history_new();
	r->routes = (struct routes){
		.watch = &r->w,
		.hosts = &r->hosts,
		.history = r->history,
		.host = "ntp.example",
	};
	return r;
}

static void
end(struct rig *r)
{
	watch_done(&r->w);
	totals_free(r->totals);
	history_free(r->history);
	session_free(r->session);
	free(r);
}

static double *
clock_of(struct rig *r)
{
	return &script_of(session_transport(r->session))->now_s;
}

static void
many_who_ask_within_a_second_cost_one_question(void **state)
{
	struct rig *r = begin();

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(watch_look(&r->w)->up);
		*clock_of(r) += 0.009;
	}
	assert_int_equal(r->w.rounds, 1);
	*clock_of(r) += 0.2;
	watch_look(&r->w);
	assert_int_equal(r->w.rounds, 2);
	end(r);
}

static void
silence_is_believed_for_five_seconds(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->told.silent = true;
	assert_false(watch_look(&r->w)->up);
	r->told.silent = false;
	*clock_of(r) += 4.9;
	assert_false(watch_look(&r->w)->up);
	*clock_of(r) += 0.2;
	assert_true(watch_look(&r->w)->up);
	end(r);
}

static struct http_answer
get(struct rig *r, const char *host, const char *path)
{
	struct http_request q = { .path = path, .host = host };
	struct http_answer a = { .status = 200 };

	routes_answer(&r->routes, &q, &a);
	return a;
}

static void
expect(struct rig *r, const char *host, const char *path, int status, const char *part)
{
	struct http_answer a = get(r, host, path);

	assert_int_equal(a.status, status);
	assert_non_null(strstr(a.body, part));
	routes_done(&r->routes, &a);
}

static void
a_foreign_name_learns_nothing(void **state)
{
	struct rig *r = begin();

	(void)state;
	expect(r, "evil.example", "/metrics", 403, "not known by that name");
	expect(r, "evil.example", "/nothing", 403, "not known by that name");
	assert_int_equal(r->w.rounds, 0);
	expect(r, "localhost:10123", "/metrics", 200, "\nntp_up 1\n");
	expect(r, NULL, "/nothing", 404, "nothing here");
	end(r);
}

static void
healthy_is_only_a_synchronised_clock(void **state)
{
	struct rig *r = begin();

	(void)state;
	expect(r, NULL, "/healthz", 200, "Synchronised to time.example, within 3.00 ms");
	r->told.silent = true;
	*clock_of(r) += 2;
	expect(r, NULL, "/healthz", 503, "No word from ntpd: ntpd does not answer.");
	end(r);
}

static void
each_path_has_its_type(void **state)
{
	static const struct {
		const char *path, *type, *part;
	} rows[] = {
		{ "/", "text/html; charset=utf-8", "<title>! 3.00 ms - ntpd on ntp.example" },
		{ "/history.csv", "text/csv; charset=utf-8", "time,offset_s," },
		{ "/api/status", "application/json",
		    "\"headline\": \"Synchronised to time.example" },
		{ "/api/history", "application/json", "\"span_s\": 3600" },
		{ "/app.js", "text/javascript; charset=utf-8", "use strict" },
		{ "/style.css", "text/css; charset=utf-8", ":root" },
		{ "/bad.svg", "image/svg+xml", "</svg>" },
	};
	struct rig *r = begin();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_answer a = get(r, NULL, rows[i].path);

		assert_string_equal(a.type, rows[i].type);
		if (strstr(a.body, rows[i].part) == NULL) {
			fail_msg("%s: %.600s", rows[i].path, a.body);
		}
		routes_done(&r->routes, &a);
	}
	end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_who_ask_within_a_second_cost_one_question),
		cmocka_unit_test(silence_is_believed_for_five_seconds),
		cmocka_unit_test(a_foreign_name_learns_nothing),
		cmocka_unit_test(each_path_has_its_type),
		cmocka_unit_test(healthy_is_only_a_synchronised_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
