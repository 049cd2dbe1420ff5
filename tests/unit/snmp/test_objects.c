/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot as the objects of the NTPv4-MIB. */
#include "snmp/objects.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SYNCED = 0x0615, UNSYNCED = 0xc615, LEAP_INSERTED = 0x4615 };
enum { LEADS = 0x9614, USED = 0x9414 };
enum { SOURCES = 4, NOV_29_2026 = 1795910400 };

struct rig {
	struct objects o;
	struct objects_facts facts;
	struct snapshot s;
	struct snapshot_source source[SOURCES];
	struct object got;
	char text[OBJECTS_OCTETS_MAX + 1];
};

static void
put(char *buf, size_t cap, const char *text)
{
	struct text t = text_over(buf, cap);

	text_put(&t, text);
}

static void
put_source(struct snapshot_source *s, uint16_t id, uint16_t status, const char *name,
    const char *address)
{
	s->id = id;
	s->status = status;
	put(s->name, sizeof s->name, name);
	put(s->address, sizeof s->address, address);
	put(s->refid, sizeof s->refid, "GPS");
	s->stratum = 1;
	s->offset_s = -0.000012345678;
	s->delay_s = 0.0021;
	s->jitter_s = 0.00004;
	s->root_disp_s = 0.0005;
	s->sent = 100;
	s->received = 98;
	s->bogus = 1;
	s->bad_auth = 2;
	s->duplicate = 0;
}

/* A daemon with a reference clock, servers of both families, and a pool; not in the order of ids. */
static struct rig *
begin(void)
{
	struct rig *r = calloc(1, sizeof *r);
	struct snapshot_system *sys = &r->s.sys;

	r->facts = (struct objects_facts){
		.now = { NOV_29_2026 * (int64_t)NS_PER_S + 500000000 },
		.resolution_s = 1e-9,
		.ours = "ntpd 0.1.0",
		.heartbeat_s = 60,
		.bits = 0xfe,
		.notifications = 7,
	};
	r->s.up = true;
	r->s.source = r->source;
	r->s.source_n = SOURCES;
	put_source(&r->source[0], 40000, LEADS, "ntp1.example", "192.0.2.1");
	put_source(&r->source[1], 7, USED, "ntp2.example", "2001:db8::2");
	put_source(&r->source[2], 300, USED, "PPS(0)", "127.127.22.0");
	put_source(&r->source[3], 12, USED, "pool.example", "0.0.0.0");
	r->source[2].is_clock = true;
	r->source[2].stratum = 0;
	r->source[3].is_pool = true;
	sys->status = SYNCED;
	sys->peer_id = 40000;
	put(sys->version, sizeof sys->version, "ntpd 0.1.0");
	put(sys->system, sizeof sys->system, "Linux/6.1");
	put(sys->processor, sizeof sys->processor, "x86_64");
	sys->stratum = 2;
	sys->precision_s = 0x1p-23;
	sys->root_dist_s = 0.0123;
	sys->root_disp_s = 0.0045;
	sys->uptime_s = 86400;
	sys->received = 0x1p32 + 5;
	sys->io_sent = 77;
	sys->bad_format = 3;
	put(sys->verdict[0].name, SNAPSHOT_WORD, "version");
	sys->verdict[0].n = 9;
	sys->verdict_n = 1;
	for (unsigned mode = 0; mode < SNAPSHOT_MODES; mode++) {
		sys->sent_in[mode] = 10 + mode;
		sys->received_in[mode] = 20 + mode;
	}
	sys->leap_at_s = NOV_29_2026 - 86400.0;
	return r;
}

static void
look(struct rig *r)
{
	objects_of(&r->o, &r->s, &r->facts);
}

/* "1.2.1.0" */
static unsigned
read_name(const char *words, uint32_t name[static OBJECTS_NAME_MAX])
{
	unsigned n = 0;

	for (char *end = NULL; *words != '\0' && n < OBJECTS_NAME_MAX; n++) {
		name[n] = (uint32_t)strtoul(words, &end, 10);
		words = *end == '.' ? end + 1 : end;
	}
	return n;
}

static bool
is_there(struct rig *r, const char *words)
{
	uint32_t name[OBJECTS_NAME_MAX];
	unsigned n = read_name(words, name);

	look(r);
	return objects_get(&r->o, name, n, &r->got);
}

static int64_t
number(struct rig *r, const char *words)
{
	assert_true(is_there(r, words));
	assert_int_not_equal(r->got.type, OBJECT_OCTETS);
	return r->got.number;
}

static const char *
text(struct rig *r, const char *words)
{
	assert_true(is_there(r, words));
	assert_int_equal(r->got.type, OBJECT_OCTETS);
	memcpy(r->text, r->got.octets, r->got.len);
	r->text[r->got.len] = '\0';
	return r->text;
}

/* ---- the entity ---- */

static void
the_entity_tells_what_it_is(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_string_equal(text(r, "1.1.1.0"), "ntpd");
	assert_string_equal(text(r, "1.1.2.0"), "ntpd 0.1.0");
	assert_string_equal(text(r, "1.1.3.0"), "ntpd developers");
	assert_string_equal(text(r, "1.1.4.0"), "Linux/6.1 x86_64");
	assert_int_equal(number(r, "1.1.5.0"), 1000000000);
	assert_int_equal(number(r, "1.1.6.0"), -23);
	assert_string_equal(text(r, "1.1.7.0"), "12.300000 ms");
	put(r->s.sys.version, SNAPSHOT_TEXT, "ntpd 4.2.8p15@1.3728-o");
	assert_string_equal(text(r, "1.1.3.0"), "");
	free(r);
}

static void
the_status_is_that_of_the_daemon(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_SERVER);
	assert_int_equal(number(r, "1.2.2.0"), 2);
	assert_int_equal(number(r, "1.2.3.0"), 40000);
	assert_string_equal(text(r, "1.2.4.0"), "ntp1.example");
	assert_string_equal(text(r, "1.2.5.0"), "-0.012346 ms");
	assert_int_equal(number(r, "1.2.6.0"), 3);
	assert_string_equal(text(r, "1.2.7.0"), "4.500000 ms");
	assert_int_equal(number(r, "1.2.8.0"), 8640000);
	assert_int_equal(r->got.type, OBJECT_TICKS);
	assert_int_equal(number(r, "1.2.12.0"), 5); /* a counter of 32 bits */
	assert_int_equal(r->got.type, OBJECT_COUNTER);
	assert_int_equal(number(r, "1.2.13.0"), 77);
	assert_int_equal(number(r, "1.2.14.0"), 9);
	assert_int_equal(number(r, "1.2.15.0"), 3);
	assert_int_equal(number(r, "1.2.16.0"), 7);
	free(r);
}

static void
each_mode_of_the_entity_has_its_cause(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->source[2].status = LEADS;
	r->source[0].status = USED;
	r->s.sys.peer_id = 300;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_REFCLOCK);
	put(r->source[2].name, SNAPSHOT_TEXT, "LOCAL(0)");
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_LOCAL);
	r->source[2].status = USED;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_LOCAL); /* runs on, or an orphan */
	r->s.sys.status = UNSYNCED;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_NOT_SYNCHRONISED);
	assert_int_equal(number(r, "1.2.2.0"), 16);
	r->s.source_n = 0;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_NONE_CONFIGURED);
	r->s.up = false;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_NOT_RUNNING);
	free(r);
}

static void
of_a_daemon_that_is_gone_nothing_is_invented(void **state)
{
	struct rig *r = begin();
	static const char *const empty[] = { "1.1.1.0", "1.1.2.0", "1.1.3.0", "1.1.4.0", "1.1.7.0",
		"1.2.4.0", "1.2.5.0", "1.2.7.0", "1.2.9.0", "1.2.10.0" };
	static const char *const absent[] = { "1.1.6.0", "1.2.12.0", "1.2.13.0", "1.2.14.0",
		"1.2.15.0", "1.2.17.1.2.3", "1.3.1.1.2.7", "1.3.2.1.1.7" };

	(void)state;
	r->s.up = false;
	assert_int_equal(number(r, "1.2.1.0"), OBJECTS_NOT_RUNNING);
	assert_int_equal(number(r, "1.2.2.0"), 16);
	assert_int_equal(number(r, "1.2.3.0"), 0);
	assert_int_equal(number(r, "1.2.6.0"), 0);
	assert_int_equal(number(r, "1.2.8.0"), 0);
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		assert_string_equal(text(r, empty[i]), "");
	}
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
		assert_false(is_there(r, absent[i]));
	}
	assert_int_equal(number(r, "1.4.1.0"), 60);
	free(r);
}

/* ---- dates ---- */

static void
a_date_is_of_an_era(void **state)
{
	struct rig *r = begin();
	static const uint8_t half[OBJECTS_DATE_LEN] = { 0, 0, 0, 0, 0xee, 0xb5, 0xe9, 0x80, 0x80 };
	static const uint8_t era_1[OBJECTS_DATE_LEN] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	static const uint8_t before[OBJECTS_DATE_LEN] = { 0, 0, 0, 0, 0x83, 0xaa, 0x7e, 0x7f,
		0x80 };

	(void)state;
	assert_true(is_there(r, "1.2.9.0"));
	assert_int_equal(r->got.len, OBJECTS_DATE_LEN);
	assert_memory_equal(r->got.octets, half, OBJECTS_DATE_LEN);
	r->facts.now.ns = INT64_C(2085978496) * NS_PER_S; /* 7 February 2036 */
	assert_true(is_there(r, "1.2.9.0"));
	assert_memory_equal(r->got.octets, era_1, OBJECTS_DATE_LEN);
	r->facts.now.ns = -NS_PER_S / 2;
	assert_true(is_there(r, "1.2.9.0"));
	assert_memory_equal(r->got.octets, before, OBJECTS_DATE_LEN);
	r->s.sys.status = UNSYNCED;
	assert_string_equal(text(r, "1.2.9.0"), "");
	free(r);
}

static void
a_leap_second_has_a_date_when_it_is_announced(void **state)
{
	struct rig *r = begin();
	static const uint8_t december[4] = { 0xee, 0xb8, 0x8c, 0x80 }; /* 1 December 2026 */

	(void)state;
	assert_string_equal(text(r, "1.2.10.0"), "");
	assert_int_equal(number(r, "1.2.11.0"), 0);
	r->s.sys.status = LEAP_INSERTED;
	assert_int_equal(number(r, "1.2.11.0"), 1);
	assert_true(is_there(r, "1.2.10.0"));
	assert_memory_equal(r->got.octets + 4, december, 4);
	r->s.sys.leap_at_s = NOV_29_2026 + 2 * 86400.0;
	assert_true(is_there(r, "1.2.10.0"));
	assert_memory_equal(r->got.octets + 4, december, 4);
	r->s.sys.status = 0x8615;
	assert_int_equal(number(r, "1.2.11.0"), -1);
	free(r);
}

/* ---- tables ---- */

static void
packets_are_counted_by_mode(void **state)
{
	struct rig *r = begin();

	(void)state;
	assert_int_equal(number(r, "1.2.17.1.2.1"), 11);
	assert_int_equal(number(r, "1.2.17.1.3.4"), 24);
	assert_int_equal(number(r, "1.2.17.1.2.6"), 0);
	assert_false(is_there(r, "1.2.17.1.2.7"));
	assert_false(is_there(r, "1.2.17.1.2.0"));
	r->s.sys.sent_in[0] = r->s.sys.sent_in[1] = (double)NAN;
	assert_false(is_there(r, "1.2.17.1.2.1"));
	assert_false(is_there(r, "1.2.17.1.2.6"));
	free(r);
}

static void
associations_have_a_row_each(void **state)
{
	struct rig *r = begin();
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };

	(void)state;
	assert_string_equal(text(r, "1.3.1.1.2.40000"), "ntp1.example");
	assert_string_equal(text(r, "1.3.1.1.3.40000"), "GPS");
	assert_int_equal(number(r, "1.3.1.1.4.40000"), 1);
	assert_true(is_there(r, "1.3.1.1.5.40000"));
	assert_int_equal(r->got.len, 4);
	assert_memory_equal(r->got.octets, "\300\0\2\1", 4);
	assert_string_equal(text(r, "1.3.1.1.6.40000"), "-0.012346 ms");
	assert_int_equal(number(r, "1.3.1.1.7.40000"), 1);
	assert_string_equal(text(r, "1.3.1.1.8.40000"), "0.040000");
	assert_string_equal(text(r, "1.3.1.1.9.40000"), "2.100000");
	assert_string_equal(text(r, "1.3.1.1.10.40000"), "0.500000");
	assert_int_equal(number(r, "1.3.2.1.1.40000"), 98);
	assert_int_equal(number(r, "1.3.2.1.2.40000"), 100);
	assert_int_equal(number(r, "1.3.2.1.3.40000"), 3);
	assert_int_equal(number(r, "1.3.1.1.4.7"), 2);
	assert_true(is_there(r, "1.3.1.1.5.7"));
	assert_int_equal(r->got.len, 16);
	assert_memory_equal(r->got.octets, v6, 16);
	put(r->source[1].address, SNAPSHOT_WORD, "fe80::1%3");
	assert_int_equal(number(r, "1.3.1.1.4.7"), 4);
	assert_true(is_there(r, "1.3.1.1.5.7"));
	assert_int_equal(r->got.len, 20);
	assert_memory_equal(r->got.octets + 16, "\0\0\0\3", 4);
	assert_int_equal(number(r, "1.3.1.1.7.300"), 1); /* a reference clock has no stratum */
	assert_false(is_there(r, "1.3.1.1.2.12"));       /* a pool is none */
	free(r);
}

static void
a_stratum_is_1_to_16(void **state)
{
	struct rig *r = begin();
	static const double told[] = { 0, 17, -1, 1e300, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		r->source[0].stratum = r->s.sys.stratum = told[i];
		assert_int_equal(number(r, "1.3.1.1.7.40000"), 16);
		assert_int_equal(number(r, "1.2.2.0"), 16);
	}
	r->source[0].stratum = (double)NAN;
	assert_int_equal(number(r, "1.3.1.1.7.40000"), 16);
	free(r);
}

/* ---- walking ---- */

static int
compare(const uint32_t *a, unsigned a_n, const uint32_t *b, unsigned b_n)
{
	for (unsigned i = 0; i < a_n && i < b_n; i++) {
		if (a[i] != b[i]) {
			return a[i] < b[i] ? -1 : 1;
		}
	}
	return a_n < b_n ? -1 : a_n > b_n;
}

/* The number of objects; each is behind the one before, and there when it is asked for. */
static unsigned
walk(struct rig *r)
{
	struct object at = { .name_n = 0 }, next, again;
	unsigned n = 0;

	look(r);
	while (objects_next(&r->o, at.name, at.name_n, false, &next)) {
		assert_true(compare(at.name, at.name_n, next.name, next.name_n) < 0);
		assert_true(objects_get(&r->o, next.name, next.name_n, &again));
		assert_int_equal(again.number, next.number);
		assert_int_equal(again.len, next.len);
		assert_true(objects_next(&r->o, next.name, next.name_n, true, &again));
		assert_int_equal(compare(next.name, next.name_n, again.name, again.name_n), 0);
		if (next.type == OBJECT_INTEGER) {
			assert_true(next.number >= INT32_MIN && next.number <= INT32_MAX);
		} else {
			assert_true(next.number >= 0 && next.number <= UINT32_MAX);
		}
		at = next;
		n++;
	}
	return n;
}

static void
a_walk_passes_each_object_once(void **state)
{
	struct rig *r = begin();

	(void)state;
	/* 7 and 16 scalars, two columns of 6 modes, 9 and 3 columns of 3 associations, 2 scalars. */
	assert_int_equal(walk(r), 7 + 16 + 12 + 36 + 2);
	r->s.up = false;
	assert_int_equal(walk(r), 6 + 12 + 2);
	free(r);
}

static void
what_comes_behind_a_name_is_found_wherever_it_stands(void **state)
{
	struct rig *r = begin();
	struct object next;
	static const uint32_t whole[] = { 1, 3, 1, 1, 2 }, between[] = { 1, 3, 1, 1, 2, 8 },
			      longer[] = { 1, 3, 1, 1, 2, 300, 5, 5, 5, 5 },
			      last[] = { 1, 4, 2, 0 };

	(void)state;
	look(r);
	assert_true(objects_next(&r->o, whole, 5, false, &next));
	assert_int_equal(next.name[5], 7);
	assert_true(objects_next(&r->o, between, 6, false, &next));
	assert_int_equal(next.name[5], 300);
	assert_true(objects_next(&r->o, longer, 10, false, &next));
	assert_int_equal(next.name[5], 40000);
	assert_false(objects_next(&r->o, last, 4, false, &next));
	assert_true(objects_next(&r->o, last, 4, true, &next));
	free(r);
}

/* ---- a daemon that lies ---- */

static void
ids_that_are_told_twice_or_are_none_have_one_row_or_none(void **state)
{
	struct rig *r = begin();

	(void)state;
	r->source[1].id = 40000;
	r->source[2].id = 0;
	look(r);
	assert_int_equal(r->o.row_n, 1);
	assert_string_equal(text(r, "1.3.1.1.2.40000"), "ntp1.example");
	assert_false(is_there(r, "1.3.1.1.2.0"));
	assert_int_equal(walk(r) > 30, 1);
	free(r);
}

static void
numbers_beyond_all_reason_are_unknown(void **state)
{
	struct rig *r = begin();
	static const double told[] = { 1e300, -1e300 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		r->source[0].offset_s = r->source[0].jitter_s = r->s.sys.root_dist_s = told[i];
		r->s.sys.uptime_s = r->s.sys.received = r->source[0].sent = told[i];
		assert_string_equal(text(r, "1.2.5.0"), "");
		assert_string_equal(text(r, "1.3.1.1.8.40000"), "");
		assert_string_equal(text(r, "1.1.7.0"), "");
		assert_false(is_there(r, "1.2.8.0"));
		assert_false(is_there(r, "1.2.12.0"));
		assert_false(is_there(r, "1.3.2.1.2.40000"));
	}
	r->s.sys.precision_s = 0;
	assert_false(is_there(r, "1.1.6.0"));
	put(r->source[0].address, SNAPSHOT_WORD, "<b>");
	assert_false(is_there(r, "1.3.1.1.4.40000"));
	assert_false(is_there(r, "1.3.1.1.5.40000"));
	free(r);
}

static void
texts_are_as_long_as_a_display_string_may_be(void **state)
{
	struct rig *r = begin();

	(void)state;
	memset(r->s.sys.version, 'v', SNAPSHOT_TEXT - 1);
	memset(r->s.sys.system, 's', SNAPSHOT_TEXT - 1);
	assert_int_equal(strlen(text(r, "1.1.1.0")), 255);
	assert_int_equal(strlen(text(r, "1.1.4.0")), 255);
	free(r);
}

/* ---- what may be set ---- */

static void
bits_are_counted_from_the_left(void **state)
{
	uint16_t bits = 0xffff;
	uint8_t octets[2];

	(void)state;
	objects_put_bits(0x102, octets);
	assert_memory_equal(octets, "\x40\x80", 2);
	assert_true(objects_take_bits(octets, 2, &bits));
	assert_int_equal(bits, 0x102);
	assert_true(objects_take_bits((const uint8_t *)"\x40\0\0", 3, &bits));
	assert_int_equal(bits, 2);
	assert_true(objects_take_bits(octets, 0, &bits));
	assert_int_equal(bits, 0);
	assert_false(objects_take_bits((const uint8_t *)"\x80", 1, &bits)); /* not used */
	assert_false(objects_take_bits((const uint8_t *)"\0\x40", 2, &bits));
	assert_false(objects_take_bits((const uint8_t *)"\0\0\1", 3, &bits));
}

static void
only_two_objects_may_be_set(void **state)
{
	uint32_t name[OBJECTS_NAME_MAX];
	static const char *const no[] = { "1.4.1", "1.4.1.1", "1.4.3.0", "1.2.1.0", "1.5.1.0", "" };

	(void)state;
	assert_true(objects_may_set(name, read_name("1.4.1.0", name)));
	assert_true(objects_may_set(name, read_name("1.4.2.0", name)));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		assert_false(objects_may_set(name, read_name(no[i], name)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_entity_tells_what_it_is),
		cmocka_unit_test(the_status_is_that_of_the_daemon),
		cmocka_unit_test(each_mode_of_the_entity_has_its_cause),
		cmocka_unit_test(of_a_daemon_that_is_gone_nothing_is_invented),
		cmocka_unit_test(a_date_is_of_an_era),
		cmocka_unit_test(a_leap_second_has_a_date_when_it_is_announced),
		cmocka_unit_test(packets_are_counted_by_mode),
		cmocka_unit_test(associations_have_a_row_each),
		cmocka_unit_test(a_stratum_is_1_to_16),
		cmocka_unit_test(a_walk_passes_each_object_once),
		cmocka_unit_test(what_comes_behind_a_name_is_found_wherever_it_stands),
		cmocka_unit_test(ids_that_are_told_twice_or_are_none_have_one_row_or_none),
		cmocka_unit_test(numbers_beyond_all_reason_are_unknown),
		cmocka_unit_test(texts_are_as_long_as_a_display_string_may_be),
		cmocka_unit_test(bits_are_counted_from_the_left),
		cmocka_unit_test(only_two_objects_may_be_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
