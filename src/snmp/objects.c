/* SPDX-License-Identifier: BSD-2-Clause */
/* objects - a snapshot as the objects of the NTPv4-MIB. */
#include "snmp/objects.h"
#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include "base/addr.h"
#include "mode6/explain.h"
#include "mode6/words.h"

enum { STRATUM_MAX = 16, STRATUM_NONE = 16, LEAF_MAX = 5, PACKET_MODES = 6, BITS_LAST = 8 };
enum { LEAP_PLUS = 1, LEAP_MINUS = 2 };

/* Beyond these a number is none of a clock. */
static const double SECONDS_MAX = 1e9, LAST_DATE_S = 8e9;

const uint32_t OBJECTS_MODE[3] = { 1, 2, 1 }, OBJECTS_STRATUM[3] = { 1, 2, 2 },
	       OBJECTS_PEER_ID[3] = { 1, 2, 3 }, OBJECTS_DATE[3] = { 1, 2, 9 },
	       OBJECTS_HEARTBEAT[3] = { 1, 4, 1 }, OBJECTS_BITS[3] = { 1, 4, 2 },
	       OBJECTS_MESSAGE[3] = { 1, 5, 1 }, OBJECTS_ASSOC_NAME[5] = { 1, 3, 1, 1, 2 };

/* ---- values ---- */

static bool
put_integer(struct object *out, enum object_type type, int64_t number)
{
	out->type = type;
	out->number = number;
	return true;
}

static bool
put_text(struct object *out, const char *text)
{
	size_t len = strlen(text);

	out->type = OBJECT_OCTETS;
	out->len = len < sizeof out->octets ? len : sizeof out->octets;
	memcpy(out->octets, text, out->len);
	return true;
}

/* A counter has 32 bits, and begins again at 0. */
static bool
put_counter(struct object *out, double n)
{
	return n >= 0 && n < 0x1p63 && put_integer(out, OBJECT_COUNTER, (uint32_t)(uint64_t)n);
}

/* "0.032000 ms", "1.232000 s"; unknown: no octets. */
static bool
put_seconds(struct object *out, double s)
{
	char buf[64];
	struct text t = text_over(buf, sizeof buf);

	if (fabs(s) < 1) {
		text_printf(&t, "%.6f ms", s * 1e3);
	} else if (fabs(s) < SECONDS_MAX) {
		text_printf(&t, "%.6f s", s);
	}
	return put_text(out, buf);
}

/* Milliseconds without their unit, as the MIB has them of associations. */
static bool
put_ms(struct object *out, double s)
{
	char buf[64];
	struct text t = text_over(buf, sizeof buf);

	if (fabs(s) < SECONDS_MAX) {
		text_printf(&t, "%.6f", s * 1e3);
	}
	return put_text(out, buf);
}

static void
put_u32(uint8_t *at, uint32_t x)
{
	for (unsigned i = 0; i < 4; i++) {
		at[i] = (uint8_t)(x >> (24 - 8 * i));
	}
}

/* 64 bits of seconds since 1900, era before offset, and 64 of a fraction. RFC 5905, 6. */
static bool
put_date(struct object *out, struct rtime at)
{
	int64_t s = at.ns / NS_PER_S - (at.ns % NS_PER_S < 0);
	uint64_t since_1900 = (uint64_t)(s + NTP_UNIX_OFFSET_S);
	uint32_t ns = (uint32_t)(at.ns - s * NS_PER_S);

	out->type = OBJECT_OCTETS;
	out->len = OBJECTS_DATE_LEN;
	memset(out->octets, 0, OBJECTS_DATE_LEN);
	put_u32(out->octets, (uint32_t)(since_1900 >> 32));
	put_u32(out->octets + 4, (uint32_t)since_1900);
	put_u32(out->octets + 8, (uint32_t)(((uint64_t)ns << 32) / NS_PER_S));
	return true;
}

/* ---- the entity ---- */

static bool
is_own_clock(const struct snapshot_source *s)
{
	return s->is_clock && explain_is_local(s->name);
}

enum objects_mode
objects_mode_of(const struct snapshot *s)
{
	const struct snapshot_source *leader = snapshot_leader(s);

	if (!s->up) {
		return OBJECTS_NOT_RUNNING;
	}
	if (!snapshot_is_synchronised(s)) {
		return s->source_n == 0 ? OBJECTS_NONE_CONFIGURED : OBJECTS_NOT_SYNCHRONISED;
	}
	/* Without a source it runs on by itself, or leads orphans: that is its own clock. */
	return leader == NULL || is_own_clock(leader) ? OBJECTS_LOCAL
	    : leader->is_clock                        ? OBJECTS_REFCLOCK
						      : OBJECTS_SERVER;
}

uint16_t
objects_leader_of(const struct snapshot *s)
{
	const struct snapshot_source *leader = s->up ? snapshot_leader(s) : NULL;

	return leader != NULL ? leader->id : 0;
}

unsigned
objects_stratum_of(const struct snapshot *s)
{
	return snapshot_is_synchronised(s) && s->sys.stratum >= 1 && s->sys.stratum <= STRATUM_MAX
	    ? (unsigned)s->sys.stratum
	    : STRATUM_NONE;
}

static bool
get_software(const struct objects *o, struct object *out)
{
	put_text(out, o->s->up ? o->s->sys.version : "");
	for (size_t i = 0; i < out->len; i++) {
		out->len = out->octets[i] == ' ' ? i : out->len;
	}
	return true;
}

static bool
get_version(const struct objects *o, struct object *out)
{
	return put_text(out, o->s->up ? o->s->sys.version : "");
}

/* A daemon does not tell it by mode 6: that of others is unknown. */
static bool
get_vendor(const struct objects *o, struct object *out)
{
	size_t len = strlen(o->facts.ours);
	bool ours = o->s->up && strncmp(o->s->sys.version, o->facts.ours, len) == 0;

	return put_text(out, ours ? "ntpd developers" : "");
}

static bool
get_system_type(const struct objects *o, struct object *out)
{
	char buf[SNAPSHOT_TEXT + SNAPSHOT_WORD];
	struct text t = text_over(buf, sizeof buf);

	if (o->s->up) {
		text_printf(&t, "%s %s", o->s->sys.system, o->s->sys.processor);
	}
	return put_text(out, buf);
}

/* Parts of a second: 1000 is a millisecond. */
static bool
get_resolution(const struct objects *o, struct object *out)
{
	double parts = 1 / o->facts.resolution_s;

	return put_integer(out, OBJECT_UNSIGNED, parts < UINT32_MAX ? llround(parts) : UINT32_MAX);
}

static bool
get_precision(const struct objects *o, struct object *out)
{
	return o->s->up && o->s->sys.precision_s > 0 &&
	    put_integer(out, OBJECT_INTEGER, lround(log2(o->s->sys.precision_s)));
}

static bool
get_distance(const struct objects *o, struct object *out)
{
	return put_seconds(out, o->s->up ? o->s->sys.root_dist_s : (double)NAN);
}

static bool
get_mode(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_INTEGER, objects_mode_of(o->s));
}

static bool
get_stratum(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_UNSIGNED, objects_stratum_of(o->s));
}

static bool
get_peer_id(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_UNSIGNED, objects_leader_of(o->s));
}

static bool
get_peer_name(const struct objects *o, struct object *out)
{
	const struct snapshot_source *leader = o->s->up ? snapshot_leader(o->s) : NULL;

	return put_text(out, leader != NULL ? leader->name : "");
}

static bool
get_peer_offset(const struct objects *o, struct object *out)
{
	const struct snapshot_source *leader = o->s->up ? snapshot_leader(o->s) : NULL;

	return put_seconds(out, leader != NULL ? leader->offset_s : (double)NAN);
}

static bool
get_sources(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_UNSIGNED,
	    o->row_n < OBJECTS_SOURCES_MAX ? (int64_t)o->row_n : OBJECTS_SOURCES_MAX);
}

static bool
get_dispersion(const struct objects *o, struct object *out)
{
	return put_seconds(out, o->s->up ? o->s->sys.root_disp_s : (double)NAN);
}

static bool
get_uptime(const struct objects *o, struct object *out)
{
	double s = o->s->up ? o->s->sys.uptime_s : 0;

	return s >= 0 && s < SECONDS_MAX &&
	    put_integer(out, OBJECT_TICKS, (uint32_t)(uint64_t)(s * 100));
}

static bool
get_date(const struct objects *o, struct object *out)
{
	return snapshot_is_synchronised(o->s) ? put_date(out, o->facts.now) : put_text(out, "");
}

/* ---- leap seconds ---- */

static int
leap_direction(const struct snapshot *s)
{
	unsigned leap = s->up ? status_leap(s->sys.status) : 0;

	return leap == LEAP_PLUS ? 1 : leap == LEAP_MINUS ? -1 : 0;
}

/* By the table, and where it has none to come, the end of the month. */
static bool
get_leap(const struct objects *o, struct object *out)
{
	double table_s = o->s->sys.leap_at_s;
	time_t now = (time_t)(o->facts.now.ns / NS_PER_S);
	struct tm tm;

	if (leap_direction(o->s) == 0) {
		return put_text(out, "");
	}
	if (table_s > (double)now && table_s < LAST_DATE_S) {
		return put_date(out, (struct rtime){ (int64_t)table_s * NS_PER_S });
	}
	if (gmtime_r(&now, &tm) == NULL) {
		return put_text(out, "");
	}
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon + 1, .tm_mday = 1 };
	return put_date(out, (struct rtime){ (int64_t)timegm(&tm) * NS_PER_S });
}

static bool
get_leap_direction(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_INTEGER, leap_direction(o->s));
}

/* ---- counters ---- */

static bool
put_told(const struct objects *o, struct object *out, double n)
{
	return o->s->up && put_counter(out, n);
}

static bool
get_in(const struct objects *o, struct object *out)
{
	return put_told(o, out, o->s->sys.received);
}

static bool
get_out(const struct objects *o, struct object *out)
{
	return put_told(o, out, o->s->sys.io_sent);
}

static bool
get_bad_version(const struct objects *o, struct object *out)
{
	for (size_t i = 0; i < o->s->sys.verdict_n && o->s->up; i++) {
		if (strcmp(o->s->sys.verdict[i].name, "version") == 0) {
			return put_counter(out, o->s->sys.verdict[i].n);
		}
	}
	return false;
}

static bool
get_protocol_error(const struct objects *o, struct object *out)
{
	return put_told(o, out, o->s->sys.bad_format);
}

static bool
get_notifications(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_COUNTER, o->facts.notifications);
}

/*
 * Modes of packets as RFC 5905 numbers them; in place of mode 6, which is no NTP, the MIB has the
 * client of a broadcast, who sends nothing and receives mode 5.
 */
static bool
get_sent_in(const struct objects *o, unsigned mode, struct object *out)
{
	return put_told(o, out,
	    mode < SNAPSHOT_MODES ? o->s->sys.sent_in[mode] : o->s->sys.sent_in[0] * 0);
}

static bool
get_received_in(const struct objects *o, unsigned mode, struct object *out)
{
	return put_told(o, out,
	    mode < SNAPSHOT_MODES ? o->s->sys.received_in[mode] : o->s->sys.received_in[0] * 0);
}

/* ---- what is set ---- */

static bool
get_heartbeat(const struct objects *o, struct object *out)
{
	return put_integer(out, OBJECT_UNSIGNED, o->facts.heartbeat_s);
}

static bool
get_bits(const struct objects *o, struct object *out)
{
	out->type = OBJECT_OCTETS;
	out->len = 2;
	objects_put_bits(o->facts.bits, out->octets);
	return true;
}

void
objects_put_bits(uint16_t bits, uint8_t out[static 2])
{
	out[0] = out[1] = 0;
	for (unsigned i = 0; i <= BITS_LAST; i++) {
		if ((bits & 1u << i) != 0) {
			out[i / 8] = (uint8_t)(out[i / 8] | 0x80u >> i % 8);
		}
	}
}

bool
objects_take_bits(const uint8_t *octets, size_t len, uint16_t *bits)
{
	unsigned got = 0;

	for (size_t i = 0; i < len * 8; i++) {
		if ((octets[i / 8] & 0x80u >> i % 8) == 0) {
			continue;
		}
		/* The first is not used. */
		if (i == 0 || i > BITS_LAST) {
			return false;
		}
		got |= 1u << i;
	}
	*bits = (uint16_t)got;
	return true;
}

/* ---- associations ---- */

static bool
get_name(const struct snapshot_source *s, struct object *out)
{
	return put_text(out, s->name);
}

static bool
get_refid(const struct snapshot_source *s, struct object *out)
{
	return put_text(out, s->refid);
}

/* A reference clock has one, too: 127.127.TYPE.UNIT. What cannot be read has none. */
static bool
get_address_type(const struct snapshot_source *s, struct object *out)
{
	struct addr a;

	return addr_parse(s->address, &a) &&
	    put_integer(out, OBJECT_INTEGER,
		a.family == ADDR_V4 ? 1
		    : a.scope == 0  ? 2
				    : 4);
}

static bool
get_address(const struct snapshot_source *s, struct object *out)
{
	struct addr a;

	if (!addr_parse(s->address, &a)) {
		return false;
	}
	out->type = OBJECT_OCTETS;
	out->len = addr_len(&a);
	memcpy(out->octets, a.bytes, out->len);
	if (a.scope != 0) {
		put_u32(out->octets + out->len, a.scope);
		out->len += 4;
	}
	return true;
}

static bool
get_offset(const struct snapshot_source *s, struct object *out)
{
	return put_seconds(out, s->offset_s);
}

/* A reference clock tells 0, for it has no stratum; so does a server that has no time. */
static bool
get_source_stratum(const struct snapshot_source *s, struct object *out)
{
	double stratum = s->is_clock && s->stratum < 1 ? 1 : s->stratum;

	return put_integer(out, OBJECT_UNSIGNED,
	    stratum >= 1 && stratum <= STRATUM_MAX ? (int64_t)stratum : STRATUM_NONE);
}

static bool
get_jitter(const struct snapshot_source *s, struct object *out)
{
	return put_ms(out, s->jitter_s);
}

static bool
get_delay(const struct snapshot_source *s, struct object *out)
{
	return put_ms(out, s->delay_s);
}

static bool
get_root_dispersion(const struct snapshot_source *s, struct object *out)
{
	return put_ms(out, s->root_disp_s);
}

static bool
get_source_in(const struct snapshot_source *s, struct object *out)
{
	return put_counter(out, s->received);
}

static bool
get_source_out(const struct snapshot_source *s, struct object *out)
{
	return put_counter(out, s->sent);
}

/* What was dropped of its answers, or of what came in its name. */
static bool
get_source_error(const struct snapshot_source *s, struct object *out)
{
	return put_counter(out, s->bogus + s->bad_auth + s->duplicate);
}

/* ---- the tree ---- */

/* In the order of their names; exactly one function of each. */
struct leaf {
	uint32_t name[LEAF_MAX];
	unsigned name_n;
	bool (*scalar)(const struct objects *o, struct object *out);
	bool (*of_mode)(const struct objects *o, unsigned mode, struct object *out);
	bool (*of_source)(const struct snapshot_source *s, struct object *out);
};

#define SCALAR(group, number, get)                                          \
	{                                                                   \
		.name = { 1, group, number }, .name_n = 3, .scalar = (get), \
	}
#define OF_MODE(column, get)                                                    \
	{                                                                       \
		.name = { 1, 2, 17, 1, column }, .name_n = 5, .of_mode = (get), \
	}
#define OF_SOURCE(table, column, get)                                                \
	{                                                                            \
		.name = { 1, 3, table, 1, column }, .name_n = 5, .of_source = (get), \
	}

static const struct leaf leaves[] = {
	SCALAR(1, 1, get_software),
	SCALAR(1, 2, get_version),
	SCALAR(1, 3, get_vendor),
	SCALAR(1, 4, get_system_type),
	SCALAR(1, 5, get_resolution),
	SCALAR(1, 6, get_precision),
	SCALAR(1, 7, get_distance),
	SCALAR(2, 1, get_mode),
	SCALAR(2, 2, get_stratum),
	SCALAR(2, 3, get_peer_id),
	SCALAR(2, 4, get_peer_name),
	SCALAR(2, 5, get_peer_offset),
	SCALAR(2, 6, get_sources),
	SCALAR(2, 7, get_dispersion),
	SCALAR(2, 8, get_uptime),
	SCALAR(2, 9, get_date),
	SCALAR(2, 10, get_leap),
	SCALAR(2, 11, get_leap_direction),
	SCALAR(2, 12, get_in),
	SCALAR(2, 13, get_out),
	SCALAR(2, 14, get_bad_version),
	SCALAR(2, 15, get_protocol_error),
	SCALAR(2, 16, get_notifications),
	OF_MODE(2, get_sent_in),
	OF_MODE(3, get_received_in),
	OF_SOURCE(1, 2, get_name),
	OF_SOURCE(1, 3, get_refid),
	OF_SOURCE(1, 4, get_address_type),
	OF_SOURCE(1, 5, get_address),
	OF_SOURCE(1, 6, get_offset),
	OF_SOURCE(1, 7, get_source_stratum),
	OF_SOURCE(1, 8, get_jitter),
	OF_SOURCE(1, 9, get_delay),
	OF_SOURCE(1, 10, get_root_dispersion),
	OF_SOURCE(2, 1, get_source_in),
	OF_SOURCE(2, 2, get_source_out),
	OF_SOURCE(2, 3, get_source_error),
	SCALAR(4, 1, get_heartbeat),
	SCALAR(4, 2, get_bits),
};

enum { LEAVES = sizeof leaves / sizeof leaves[0] };

static size_t
instances(const struct objects *o, const struct leaf *l)
{
	return l->scalar != NULL ? 1 : l->of_mode != NULL ? PACKET_MODES : o->row_n;
}

/* The last number of the i-th instance's name. */
static uint32_t
instance(const struct objects *o, const struct leaf *l, size_t i)
{
	return l->scalar != NULL ? 0
	    : l->of_mode != NULL ? (uint32_t)i + 1
				 : o->s->source[o->row[i]].id;
}

static bool
read_leaf(const struct objects *o, const struct leaf *l, size_t i, struct object *out)
{
	*out = (struct object){ .name_n = l->name_n + 1 };
	memcpy(out->name, l->name, l->name_n * sizeof l->name[0]);
	out->name[l->name_n] = instance(o, l, i);
	return l->scalar != NULL ? l->scalar(o, out)
	    : l->of_mode != NULL ? l->of_mode(o, (unsigned)i + 1, out)
				 : l->of_source(&o->s->source[o->row[i]], out);
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

/* Where the name of an instance stands to another name. */
static int
compare_instance(const struct objects *o, const struct leaf *l, size_t i, const uint32_t *name,
    unsigned name_n)
{
	uint32_t own[OBJECTS_NAME_MAX];

	memcpy(own, l->name, l->name_n * sizeof l->name[0]);
	own[l->name_n] = instance(o, l, i);
	return compare(own, l->name_n + 1, name, name_n);
}

bool
objects_get(const struct objects *o, const uint32_t *name, unsigned name_n, struct object *out)
{
	for (size_t k = 0; k < LEAVES; k++) {
		for (size_t i = 0; i < instances(o, &leaves[k]); i++) {
			if (compare_instance(o, &leaves[k], i, name, name_n) == 0) {
				return read_leaf(o, &leaves[k], i, out);
			}
		}
	}
	return false;
}

bool
objects_next(const struct objects *o, const uint32_t *name, unsigned name_n, bool included,
    struct object *out)
{
	for (size_t k = 0; k < LEAVES; k++) {
		for (size_t i = 0; i < instances(o, &leaves[k]); i++) {
			int order = compare_instance(o, &leaves[k], i, name, name_n);

			if ((order > 0 || (included && order == 0)) &&
			    read_leaf(o, &leaves[k], i, out)) {
				return true;
			}
		}
	}
	return false;
}

static bool
is_scalar(const uint32_t name[static 3], const uint32_t *of, unsigned of_n)
{
	return of_n == 4 && of[3] == 0 && compare(name, 3, of, 3) == 0;
}

bool
objects_may_set(const uint32_t *name, unsigned name_n)
{
	return is_scalar(OBJECTS_HEARTBEAT, name, name_n) || is_scalar(OBJECTS_BITS, name, name_n);
}

/* ---- from outside ---- */

bool
objects_has_row(const struct snapshot_source *s)
{
	return !s->is_pool && s->id != 0;
}

/* Keeps the rows in the order of their ids; of two with one id the first is taken. */
static void
add_row(struct objects *o, uint16_t at)
{
	size_t i = o->row_n;

	for (size_t k = 0; k < o->row_n; k++) {
		if (o->s->source[o->row[k]].id == o->s->source[at].id) {
			return;
		}
	}
	while (i > 0 && o->s->source[o->row[i - 1]].id > o->s->source[at].id) {
		o->row[i] = o->row[i - 1];
		i--;
	}
	o->row[i] = at;
	o->row_n++;
}

void
objects_of(struct objects *o, const struct snapshot *s, const struct objects_facts *facts)
{
	o->s = s;
	o->facts = *facts;
	o->row_n = 0;
	for (size_t i = 0; i < s->source_n && s->up; i++) {
		assert(i < SNAPSHOT_SOURCES_MAX);
		if (objects_has_row(&s->source[i])) {
			add_row(o, (uint16_t)i);
		}
	}
}
