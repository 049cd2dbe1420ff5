/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ntp-snmp reads: a daemon that answers anything at all, names that a manager asks for, and
 * the file of what was set; whatever they are, a walk goes forward, values have the ranges of their
 * types, and texts are printable ASCII.
 *
 * The first octet says which. Of answers: they are cut at zeroes and given in turn, to two looks.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "answers.h"
#include "snmp/notices.h"
#include "snmp/objects.h"
#include "snmp/settings.h"

enum { NAME_N = 12, ALL = 0x1fe };

/* Those that are numbers of 128 bits, addresses or bits have any octets. */
static bool
is_printable(const struct object *o)
{
	bool date = o->name_n == 4 && o->name[1] == 2 && (o->name[2] == 9 || o->name[2] == 10);
	bool address = o->name_n == 6 && o->name[1] == 3 && o->name[2] == 1 && o->name[4] == 5;

	return !date && !address && o->name[1] != 4;
}

static void
check_value(const struct object *o)
{
	if (o->type == OBJECT_INTEGER) {
		assert(o->number >= INT32_MIN && o->number <= INT32_MAX);
	} else if (o->type != OBJECT_OCTETS) {
		assert(o->number >= 0 && o->number <= UINT32_MAX);
	}
	assert(o->len <= OBJECTS_OCTETS_MAX);
	for (size_t i = 0; i < o->len && is_printable(o); i++) {
		assert(o->octets[i] >= ' ' && o->octets[i] <= '~');
	}
}

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

static void
walk(const struct objects *o)
{
	struct object at = { .name_n = 0 }, next, again;

	while (objects_next(o, at.name, at.name_n, false, &next)) {
		assert(compare(at.name, at.name_n, next.name, next.name_n) < 0);
		assert(objects_get(o, next.name, next.name_n, &again));
		assert(again.number == next.number && again.len == next.len);
		check_value(&next);
		at = next;
	}
}

static void
on_notice(void *ctx, const struct notice *notice)
{
	unsigned *n = ctx;

	assert(notice->kind > 0 && notice->kind < NOTICE_KINDS);
	for (const char *c = notice->words; *c != '\0'; c++) {
		assert(*c >= ' ' && *c <= '~');
	}
	assert(notice->words[0] != '\0');
	(*n)++;
}

static void
read_daemon(const uint8_t *octets, size_t len)
{
	const struct objects_facts facts = { { 0 }, 1e-9, "ntpd", 60, ALL, 0 };
	struct answers from = { octets, octets + len };
	struct script *t = script_new();
	struct session *session = session_new(&t->base, 1);
	struct snapshot_reader *reader = snapshot_reader_new(session);
	struct snapshot *s = calloc(1, sizeof *s);
	struct notices n;
	struct objects o;
	unsigned sent = 0;

	t->serve = answers_serve;
	t->own = &from;
	notices_init(&n, 0);
	for (unsigned look = 0; look < 2; look++) {
		snapshot_read(reader, 1, s);
		notices_look(&n, s, ALL, 0, on_notice, &sent);
		objects_of(&o, s, &facts);
		walk(&o);
	}
	assert(sent <= 20);
	notices_free(&n);
	snapshot_free(s);
	free(s);
	snapshot_reader_free(reader);
	session_free(session);
}

static void
read_name(const uint8_t *octets, size_t len)
{
	const struct objects_facts facts = { { 0 }, 1e-9, "ntpd", 60, ALL, 0 };
	struct snapshot_source *source = calloc(3, sizeof *source);
	struct snapshot *s = calloc(1, sizeof *s);
	uint32_t name[NAME_N];
	unsigned n = 0;
	struct objects o;
	struct object got;

	for (; n < NAME_N && n < len; n++) {
		name[n] = octets[n] == 255 ? UINT32_MAX : octets[n];
	}
	s->up = true;
	s->source = source;
	s->source_n = 3;
	source[0].id = 1;
	source[1].id = UINT16_MAX;
	source[2].id = 7;
	objects_of(&o, s, &facts);
	if (objects_get(&o, name, n, &got)) {
		assert(compare(name, n, got.name, got.name_n) == 0);
		check_value(&got);
	}
	if (objects_next(&o, name, n, false, &got)) {
		assert(compare(name, n, got.name, got.name_n) < 0);
	}
	walk(&o);
	snapshot_free(s);
	free(s);
}

static void
read_settings(const uint8_t *octets, size_t len)
{
	char bytes[SETTINGS_FILE_MAX];
	struct text t = text_over(bytes, sizeof bytes);
	struct settings s = settings_usual(), again;
	uint16_t bits;

	if (settings_read(&s, (const char *)octets, len)) {
		settings_put(&s, &t);
		assert(settings_read(&again, bytes, t.len));
		assert(again.bits == s.bits && again.heartbeat_s == s.heartbeat_s);
	}
	if (objects_take_bits(octets, len, &bits)) {
		assert((bits & ~ALL) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len == 0) {
		return 0;
	}
	if (octets[0] % 3 == 0) {
		read_daemon(octets + 1, len - 1);
	} else if (octets[0] % 3 == 1) {
		read_name(octets + 1, len - 1);
	} else {
		read_settings(octets + 1, len - 1);
	}
	return 0;
}
