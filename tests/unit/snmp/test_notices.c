/* SPDX-License-Identifier: BSD-2-Clause */
/* What is sent as a notification, and how often. */
#include "snmp/notices.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
	SYNCED = 0x0615,
	UNSYNCED = 0xc615,
	LEADS = 0x9614,
	USED = 0x9414,
	ALL = 0x1fe,
	SOURCES = 3
};

struct rig {
	struct notices n;
	struct snapshot s;
	struct snapshot_source source[SOURCES];
	uint16_t bits;
	uint32_t heartbeat_s;
	unsigned sent;
	struct notice last;
	unsigned of[NOTICE_KINDS];
};

static void
take(void *ctx, const struct notice *notice)
{
	struct rig *r = ctx;

	r->sent++;
	r->of[notice->kind]++;
	r->last = *notice;
}

/* Looks so many seconds later; the number of notices, the last of which is kept. */
static unsigned
later(struct rig *r, double seconds)
{
	unsigned before = r->sent;

	r->s.mono_s += seconds;
	r->s.sys.uptime_s += seconds;
	notices_look(&r->n, &r->s, r->bits, r->heartbeat_s, take, r);
	return r->sent - before;
}

static void
put_name(struct snapshot_source *s, uint16_t id, uint16_t status, const char *name)
{
	struct text t = text_over(s->name, sizeof s->name);

	s->id = id;
	s->status = status;
	text_put(&t, name);
}

static struct rig *
begin(void)
{
	struct rig *r = calloc(1, sizeof *r);

	r->s.mono_s = 1000;
	r->s.up = true;
	r->s.sys.status = SYNCED;
	r->s.sys.stratum = 2;
	r->s.sys.uptime_s = 500;
	r->s.sys.root_dist_s = 0.001;
	r->s.source = r->source;
	r->s.source_n = 2;
	put_name(&r->source[0], 10, LEADS, "ntp1.example");
	put_name(&r->source[1], 11, USED, "ntp2.example");
	r->bits = NOTICES_USUAL;
	r->heartbeat_s = NOTICES_HEARTBEAT_S;
	notices_init(&r->n, r->s.mono_s);
	return r;
}

static void
end(struct rig *r)
{
	notices_free(&r->n);
	free(r);
}

static void
what_stays_is_not_told(void **state)
{
	struct rig *r = begin();

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(later(r, 5), 0);
	}
	end(r);
}

static void
each_change_is_told_once(void **state)
{
	struct rig *r = begin();

	(void)state;
	(void)later(r, 5);
	r->s.sys.stratum = 3;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_STRATUM);
	assert_string_equal(r->last.words, "The stratum is 3, and was 2.");
	r->source[0].status = USED;
	r->source[1].status = LEADS;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_PEER);
	assert_string_equal(r->last.words, "ntp2.example leads the clock.");
	r->s.sys.status = 0x4615;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_LEAP);
	r->s.sys.config_changes = 1;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_CONFIG);
	r->s.sys.status = UNSYNCED;
	assert_int_equal(later(r, 5), 2);
	assert_int_equal(r->of[NOTICE_MODE], 1);
	assert_int_equal(r->of[NOTICE_STRATUM], 2);
	r->s.sys.status = 0x4615; /* the announcement is known */
	assert_int_equal(later(r, 5), 2);
	assert_int_equal(r->of[NOTICE_LEAP], 1);
	assert_int_equal(later(r, 5), 0);
	end(r);
}

static void
associations_that_come_and_go_are_told_by_name(void **state)
{
	struct rig *r = begin();

	(void)state;
	(void)later(r, 5);
	put_name(&r->source[2], 12, USED, "ntp3.example");
	r->s.source_n = 3;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_ADD);
	assert_int_equal(r->last.assoc, 12);
	assert_string_equal(r->last.name, "ntp3.example");
	put_name(&r->source[1], 12, USED, "ntp3.example");
	r->s.source_n = 2;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_REMOVE);
	assert_int_equal(r->last.assoc, 11);
	assert_string_equal(r->last.words, "ntp2.example is not asked any more.");
	assert_int_equal(later(r, 5), 0);
	end(r);
}

static void
a_daemon_that_goes_and_comes_back_is_told(void **state)
{
	struct rig *r = begin();

	(void)state;
	(void)later(r, 5);
	r->s.up = false;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_MODE);
	assert_string_equal(r->last.words, "No word from ntpd: not asked.");
	assert_int_equal(later(r, 5), 0);
	r->s.up = true;
	r->s.sys.uptime_s = 0;
	put_name(&r->source[0], 110, LEADS, "ntp1.example");
	put_name(&r->source[1], 111, USED, "ntp2.example");
	assert_int_equal(later(r, 5), 3);
	assert_int_equal(r->of[NOTICE_MODE], 2);
	assert_int_equal(r->of[NOTICE_CONFIG], 1);
	assert_int_equal(r->of[NOTICE_PEER], 1); /* it has another id */
	assert_int_equal(r->of[NOTICE_ADD] + r->of[NOTICE_REMOVE], 0);
	end(r);
}

static void
a_daemon_that_is_started_later_is_told(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->s.up = false;
	assert_int_equal(later(r, 5), 0);
	r->s.up = true;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_MODE);
	end(r);
}

static void
the_heart_beats_when_it_is_wanted(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(later(r, 5), 0);
	r->bits = ALL;
	for (unsigned i = 0; i < 24; i++) {
		(void)later(r, 5);
	}
	assert_int_equal(r->of[NOTICE_HEARTBEAT], 2); /* at once, and after a minute */
	r->heartbeat_s = 0;
	for (unsigned i = 0; i < 24; i++) {
		(void)later(r, 5);
	}
	assert_int_equal(r->of[NOTICE_HEARTBEAT], 3); /* one alone */
	r->s.up = false;
	r->heartbeat_s = 5;
	(void)later(r, 5);
	(void)later(r, 5);
	assert_int_equal(r->of[NOTICE_HEARTBEAT], 5); /* it is ours, and says that ntpd is gone */
	end(r);
}

static void
bits_turn_each_off(void **state)
{
	struct rig *r = begin();

	(void)state;
	(void)later(r, 5);
	r->bits = 1 << NOTICE_MODE;
	r->s.sys.stratum = 3;
	r->source[0].status = USED;
	assert_int_equal(later(r, 5), 1);
	assert_int_equal(r->last.kind, NOTICE_MODE); /* nobody leads: it runs on by itself */
	r->bits = NOTICES_USUAL;
	assert_int_equal(later(r, 5), 0); /* what was not wanted is not told later */
	end(r);
}

static void
notifications_held_back_are_counted_in_the_next(void **state)
{
	struct rig *r = begin();

	(void)state;
	(void)later(r, 5);
	for (unsigned i = 0; i < 100; i++) {
		r->s.sys.stratum = 2 + i % 2;
		(void)later(r, 1);
	}
	assert_in_range(r->sent, 10, 25);
	(void)later(r, 60);
	r->s.sys.stratum = 9;
	assert_int_equal(later(r, 1), 1);
	assert_non_null(strstr(r->last.words, "others were held back)"));
	end(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_is_not_told),
		cmocka_unit_test(each_change_is_told_once),
		cmocka_unit_test(associations_that_come_and_go_are_told_by_name),
		cmocka_unit_test(a_daemon_that_goes_and_comes_back_is_told),
		cmocka_unit_test(a_daemon_that_is_started_later_is_told),
		cmocka_unit_test(the_heart_beats_when_it_is_wanted),
		cmocka_unit_test(bits_turn_each_off),
		cmocka_unit_test(notifications_held_back_are_counted_in_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
