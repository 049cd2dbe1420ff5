/* SPDX-License-Identifier: BSD-2-Clause */
/* mru - the clients seen last, and their rates. */
#include "core/mru.h"
#include <assert.h>
#include <math.h>
#include <stdalign.h>
#include <string.h>
#include "base/restrict_bits.h"
#include "wire/header.h"

enum { LINE = 64, AVERAGE_MAX = 12, BUCKET_DEPTH = 8 };

#define NOBODY UINT32_MAX

/* One client in one cache line. Counts stay at their largest value. */
struct client {
	alignas(LINE) uint8_t addr[16];
	int64_t first_and_local; /* ns; its lowest octet is the high one of local */
	int64_t last_ns;
	uint32_t chain;        /* next of the same hash */
	uint32_t newer, older; /* NOBODY at the ends */
	uint32_t count, dropped;
	float score; /* fill of the bucket, s: a whole number; or packets/s */
	uint16_t flags;
	uint16_t port;
	uint8_t kind; /* family, version, mode */
	uint8_t local_low;
	uint16_t answered; /* the last leak and kiss, as marks */
};
_Static_assert(sizeof(struct client) == LINE, "a client is one cache line");
_Static_assert((BUCKET_DEPTH + 1) << AVERAGE_MAX <= 1 << 24, "a float holds a full bucket");

struct mru {
	struct siphash_key key;
	uint32_t max, n, peak;
	uint32_t mask;           /* buckets - 1 */
	uint32_t newest, oldest; /* NOBODY when empty */
	uint32_t mark;           /* where a walk is, or NOBODY */
	struct mru_keeping keeping;
	struct mru_count count;
	uint32_t *bucket;
	struct client *client;
};

/* Thousands of sockets need two octets, and a line has none to spare: 256 ns do not matter. */
#define LOCAL_MASK INT64_C(0xff)

static void
set_local(struct client *c, uint16_t local)
{
	c->first_and_local = (c->first_and_local & ~LOCAL_MASK) | local >> 8;
	c->local_low = (uint8_t)(local & 0xff);
}

static uint16_t
local_of(const struct client *c)
{
	return (uint16_t)((c->first_and_local & LOCAL_MASK) << 8 | c->local_low);
}

enum { FAMILY_SHIFT = 6, VERSION_SHIFT = 3, LOW_BITS = 7 };

static uint8_t
family_of(const struct client *c)
{
	return c->kind >> FAMILY_SHIFT;
}

static size_t
buckets_for(size_t n)
{
	size_t b = 16;

	while (b < n && b < (size_t)1 << 31) {
		b *= 2;
	}
	return b;
}

static size_t
lines(size_t len)
{
	return (len + LINE - 1) / LINE * LINE;
}

size_t
mru_size(size_t n)
{
	return lines(sizeof(struct mru)) + n * sizeof(struct client) +
	    lines(buckets_for(n) * sizeof(uint32_t));
}

size_t
mru_fit(size_t octets)
{
	size_t low = 0, high = octets / sizeof(struct client);

	while (low < high) {
		size_t mid = high - (high - low) / 2;

		if (mru_size(mid) <= octets) {
			low = mid;
		} else {
			high = mid - 1;
		}
	}
	return low;
}

struct mru *
mru_init(void *memory, size_t n, const struct siphash_key *key)
{
	unsigned char *at = memory;
	struct mru *m = memory;
	size_t buckets = buckets_for(n);

	assert((uintptr_t)memory % LINE == 0);
	assert(n >= 1 && n < NOBODY);
	*m = (struct mru){
		.key = *key,
		.max = (uint32_t)n,
		.mask = (uint32_t)(buckets - 1),
		.newest = NOBODY,
		.oldest = NOBODY,
		.mark = NOBODY,
		.keeping = { .mindepth = (uint32_t)n, .maxage_s = -1.0 },
	};
	at += lines(sizeof *m);
	/* The clients stay untouched until they come: memory is used as the table fills. */
	m->client = (void *)at;
	at += n * sizeof(struct client);
	m->bucket = (void *)at;
	memset(m->bucket, 0xff, buckets * sizeof(uint32_t));
	return m;
}

void
mru_keep(struct mru *m, const struct mru_keeping *k)
{
	m->keeping = *k;
}

/* ---- addresses ---- */

/* The octets of a link-local address that are zero by its standard, RFC 4291, 2.5.6. */
enum { SCOPE_AT = 4, SCOPE_LEN = 4 };

static bool
is_link_local(uint8_t family, const uint8_t addr[16])
{
	return family == ADDR_V6 && addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* The same link-local address on two links is two hosts: the link stands where zeros would. */
static void
octets_of(const struct addr *a, uint8_t out[16])
{
	memcpy(out, a->bytes, 16);
	for (int i = 0; is_link_local((uint8_t)a->family, out) && i < SCOPE_LEN; i++) {
		out[SCOPE_AT + i] = (uint8_t)(a->scope >> 8 * i);
	}
}

static struct addr
address_of(const struct client *c)
{
	struct addr a = { .family = (enum addr_family)family_of(c) };

	memcpy(a.bytes, c->addr, sizeof a.bytes);
	for (int i = 0; is_link_local(family_of(c), c->addr) && i < SCOPE_LEN; i++) {
		a.scope |= (uint32_t)c->addr[SCOPE_AT + i] << 8 * i;
		a.bytes[SCOPE_AT + i] = 0;
	}
	return a;
}

static uint32_t *
bucket_of(const struct mru *m, uint8_t family, const uint8_t addr[16])
{
	uint8_t text[17];

	text[0] = family;
	memcpy(text + 1, addr, 16);
	return &m->bucket[siphash(&m->key, text, family == ADDR_V4 ? 5 : 17) & m->mask];
}

static uint32_t
find(const struct mru *m, uint32_t head, uint8_t family, const uint8_t addr[16])
{
	uint32_t i = head;

	while (i != NOBODY &&
	    (family_of(&m->client[i]) != family ||
		memcmp(m->client[i].addr, addr, sizeof m->client[i].addr) != 0)) {
		i = m->client[i].chain;
	}
	return i;
}

/* ---- the thread from newest to oldest ---- */

static void
thread_out(struct mru *m, uint32_t i)
{
	const struct client *c = &m->client[i];

	if (m->mark == i) {
		m->mark = c->newer;
	}
	if (c->newer == NOBODY) {
		m->newest = c->older;
	} else {
		m->client[c->newer].older = c->older;
	}
	if (c->older == NOBODY) {
		m->oldest = c->newer;
	} else {
		m->client[c->older].newer = c->newer;
	}
}

static void
thread_in_newest(struct mru *m, uint32_t i)
{
	struct client *c = &m->client[i];

	c->newer = NOBODY;
	c->older = m->newest;
	if (m->newest == NOBODY) {
		m->oldest = i;
	} else {
		m->client[m->newest].newer = i;
	}
	m->newest = i;
}

static void
to_front(struct mru *m, uint32_t i)
{
	if (i != m->newest) {
		thread_out(m, i);
		thread_in_newest(m, i);
	}
}

/* ---- room for a new client ---- */

static double
age_s(const struct mru *m, uint32_t i, struct mtime now)
{
	return fmax(mtime_diff_s(now, (struct mtime){ m->client[i].last_ns }), 0.0);
}

enum roll { ROLL_PLACE, ROLL_KISS, ROLL_LEAK };

/* 0 to 1, not to be foreseen by who sends the packets. */
static double
roll(const struct mru *m, enum roll what, const uint8_t addr[16], struct mtime now)
{
	uint8_t text[25];

	memcpy(text, addr, 16);
	memcpy(text + 16, &now.ns, sizeof now.ns);
	text[24] = (uint8_t)what;
	return (double)(siphash(&m->key, text, sizeof text) >> 11) * 0x1p-53;
}

/*
 * A flood of forged addresses must not wash out the clients that are there: a full table gives up
 * a client that was just heard seldom, or never.
 */
static bool
may_replace(const struct mru *m, const uint8_t addr[16], struct mtime now)
{
	const struct mru_keeping *k = &m->keeping;
	double age = age_s(m, m->oldest, now);

	return age >= k->minage_s || age > roll(m, ROLL_PLACE, addr, now) * k->monitor_s;
}

static uint32_t
oldest_out(struct mru *m)
{
	uint32_t i = m->oldest;
	uint32_t *link = bucket_of(m, family_of(&m->client[i]), m->client[i].addr);

	while (*link != i) {
		link = &m->client[*link].chain;
	}
	*link = m->client[i].chain;
	thread_out(m, i);
	return i;
}

/* A slot for a new client: an unused one, or the oldest client's; NOBODY: there is no room. */
static uint32_t
slot_for_new(struct mru *m, const uint8_t addr[16], struct mtime now)
{
	const struct mru_keeping *k = &m->keeping;
	bool aged = m->n > 0 && k->maxage_s >= 0.0 && age_s(m, m->oldest, now) > k->maxage_s;

	if (m->n < m->max && !(aged && m->n >= k->mindepth)) {
		m->n++;
		m->peak = m->n > m->peak ? m->n : m->peak;
		m->count.fresh++;
		return m->n - 1;
	}
	if (aged) {
		m->count.replaced_old++;
		return oldest_out(m);
	}
	if (may_replace(m, addr, now)) {
		m->count.replaced_full++;
		return oldest_out(m);
	}
	m->count.turned_away++;
	return NOBODY;
}

static bool
enter(struct mru *m, uint32_t *head, uint8_t family, const uint8_t addr[16], struct mtime now)
{
	uint32_t i = slot_for_new(m, addr, now);

	if (i == NOBODY) {
		return false;
	}
	struct client *c = &m->client[i];
	/* The bucket may just have lost its head to make room, so it is read only now. */
	*c = (struct client){
		.first_and_local = now.ns & ~LOCAL_MASK,
		.last_ns = now.ns,
		.chain = *head,
		.kind = (uint8_t)(family << FAMILY_SHIFT),
	};
	memcpy(c->addr, addr, sizeof c->addr);
	*head = i;
	thread_in_newest(m, i);
	return true;
}

/* ---- rate ---- */

/* Whole seconds since the last packet, rounded. */
static uint32_t
interval_s(const struct client *c, struct mtime now)
{
	int64_t ns = now.ns - c->last_ns;

	if (ns <= 0) {
		return 0;
	}
	return ns > INT64_C(1000000) * NS_PER_S ? 1000000
						: (uint32_t)((ns + NS_PER_S / 2) / NS_PER_S);
}

/* What is in the bucket after dt seconds; at most 2^24, also when another model filled it. */
static uint32_t
leaked(const struct client *c, uint32_t dt)
{
	uint32_t leak = c->score < 0x1p24f ? (uint32_t)c->score : UINT32_C(1) << 24;

	return leak > dt ? leak - dt : 0;
}

/*
 * The leaky bucket of ntpd: a packet adds the average headway less two seconds, time takes out; a
 * packet that comes too early or would overfill it is not served. The first of such packets fills
 * the bucket to the brim and beyond, so that silence has to follow before the next is served or
 * kissed.
 */
static enum mru_verdict
judge_bucket(struct client *c, const struct mru_rules *r, struct mtime now)
{
	uint32_t dt = interval_s(c, now);
	uint32_t average = (uint32_t)(r->average_log2s < 0 ? 0 : r->average_log2s);
	uint32_t head = UINT32_C(1) << (average > AVERAGE_MAX ? AVERAGE_MAX : average);
	uint32_t limit = BUCKET_DEPTH * head;
	uint32_t leak = leaked(c, dt);

	if ((double)dt + 1.0 >= r->minimum_s && leak + head < limit) {
		leak += head;
		c->score = (float)(leak > 2 ? leak - 2 : 0);
		return MRU_PASS;
	}
	if (leak < limit) {
		c->score = (float)(limit + head);
		return MRU_KOD;
	}
	c->score = (float)leak;
	return MRU_DROP;
}

/* The score follows the rate, in packets a second, over the last burst seconds. */
static void
decay(struct client *c, const struct mru_rules *r, struct mtime now)
{
	double dt_s = fmax(mtime_diff_s(now, (struct mtime){ c->last_ns }), 0.0);

	c->score = (float)((double)c->score * exp(-dt_s / r->burst));
}

/*
 * NTPsec's way: above the average nothing is served until the score has come down. As the score is
 * about the rate of what is dropped, kisses that are as rare as kod_pps is to it come at that rate.
 */
static enum mru_verdict
judge_score(const struct mru *m, struct client *c, const struct mru_rules *r, struct mtime now)
{
	decay(c, r, now);
	c->score += (float)(1.0 / r->burst);
	if ((double)c->score <= r->average_pps) {
		return MRU_PASS;
	}
	return roll(m, ROLL_KISS, c->addr, now) * (double)c->score < r->kod_pps ? MRU_KOD
										: MRU_DROP;
}

/* ---- what of the refused is answered ---- */

/*
 * A mark is a time in units, counted round from 1; 0 is never. As they come round, after a long
 * silence one is now and then taken for recent: then nothing is sent.
 */
enum {
	LEAK_TURN = 1023,
	LEAK_UNITS = 5, /* of a quarter of a second */
	KISS_TURN = 63,
	KISS_UNITS = 4, /* of 16 s */
	KISS_SHIFT = 10
};
static const int64_t LEAK_UNIT_NS = NS_PER_S / 4, KISS_UNIT_NS = 16 * (int64_t)NS_PER_S;

static unsigned
mark_of(struct mtime now, int64_t unit_ns, unsigned turn)
{
	return 1 + (unsigned)((uint64_t)(now.ns / unit_ns) % turn);
}

static bool
is_recent(unsigned mark, unsigned now, unsigned turn, unsigned units)
{
	return mark != 0 && (now + turn - mark) % turn < units;
}

static enum mru_verdict
soften(const struct mru *m, struct client *c, enum mru_verdict v, const struct mru_rules *r,
    struct mtime now)
{
	unsigned leaked = c->answered & LEAK_TURN, kissed = c->answered >> KISS_SHIFT;
	unsigned leak = mark_of(now, LEAK_UNIT_NS, LEAK_TURN);
	unsigned kiss = mark_of(now, KISS_UNIT_NS, KISS_TURN);

	if (r->leak > 0 && !is_recent(leaked, leak, LEAK_TURN, LEAK_UNITS) &&
	    roll(m, ROLL_LEAK, c->addr, now) * r->leak < 1.0) {
		leaked = leak;
		v = MRU_LEAK;
	} else if (v == MRU_KOD && !is_recent(kissed, kiss, KISS_TURN, KISS_UNITS)) {
		kissed = kiss;
	} else {
		v = MRU_DROP;
	}
	c->answered = (uint16_t)(leaked | kissed << KISS_SHIFT);
	return v;
}

/* A server or a broadcaster is never kissed: it did not ask. */
static bool
may_kiss(uint8_t mode, const struct mru_rules *r)
{
	return r->kod && mode != MODE_SERVER && mode != MODE_BROADCAST;
}

static void
count_up(uint32_t *n)
{
	if (*n < UINT32_MAX) {
		(*n)++;
	}
}

/* The packet fills nothing, but time has passed. */
static void
let_pass(struct client *c, const struct mru_rules *r, struct mtime now)
{
	if (r->model == MRU_LIMIT) {
		decay(c, r, now);
	} else {
		c->score = (float)leaked(c, interval_s(c, now));
	}
}

static enum mru_verdict
rate(const struct mru *m, struct client *c, uint8_t mode, const struct mru_rules *r,
    struct mtime now)
{
	enum mru_verdict v = MRU_PASS;

	if (r->exempt) {
		let_pass(c, r, now);
	} else if (!r->enforce) {
		c->score = 0;
	} else if (r->model == MRU_LIMIT) {
		v = judge_score(m, c, r, now);
	} else if (c->count > 0) {
		v = judge_bucket(c, r, now);
	}
	if (c->count == 0) {
		return MRU_PASS;
	}
	v = v == MRU_KOD && !may_kiss(mode, r) ? MRU_DROP : v;
	return v == MRU_PASS ? MRU_PASS : soften(m, c, v, r, now);
}

enum mru_verdict
mru_touch(struct mru *m, const struct mru_packet *p, const struct mru_rules *r, struct mtime now)
{
	uint8_t family = (uint8_t)p->from->family, addr[16];
	uint32_t *head, i, flags = p->flags & ~(uint32_t)(RESTRICT_LIMITED | RESTRICT_KOD);

	assert(r->model == MRU_DISCARD || r->burst > 0.0);
	octets_of(p->from, addr);
	head = bucket_of(m, family, addr);
	i = find(m, *head, family, addr);
	if (i == NOBODY && !enter(m, head, family, addr, now)) {
		return MRU_PASS;
	}
	if (i != NOBODY) {
		m->count.again++;
		to_front(m, i);
	}
	struct client *c = &m->client[m->newest];
	enum mru_verdict v = rate(m, c, p->mode, r, now);
	count_up(&c->count);
	if (v == MRU_DROP || v == MRU_KOD) {
		count_up(&c->dropped);
	}
	c->last_ns = now.ns;
	c->port = p->port;
	set_local(c, p->local);
	c->kind = (uint8_t)((unsigned)family << FAMILY_SHIFT |
	    ((unsigned)p->version & LOW_BITS) << VERSION_SHIFT | ((unsigned)p->mode & LOW_BITS));
	flags |= v == MRU_PASS ? 0u : (uint32_t)RESTRICT_LIMITED;
	flags |= v == MRU_KOD ? (uint32_t)RESTRICT_KOD : 0u;
	c->flags = (uint16_t)(flags & UINT16_MAX);
	return v;
}

/* ---- reading ---- */

void
mru_read(const struct mru *m, uint32_t at, struct mru_client *out)
{
	const struct client *c;

	assert(at >= 1 && at <= m->n);
	c = &m->client[at - 1];
	*out = (struct mru_client){
		.addr = address_of(c),
		.port = c->port,
		.mode = c->kind & LOW_BITS,
		.version = c->kind >> VERSION_SHIFT & LOW_BITS,
		.local = local_of(c),
		.flags = c->flags,
		.count = c->count,
		.dropped = c->dropped,
		.first = { c->first_and_local & ~LOCAL_MASK },
		.last = { c->last_ns },
		.score = (double)c->score,
	};
}

/* Positions are one more than the index, so that 0 can be the end. */
static uint32_t
position(uint32_t i)
{
	return i == NOBODY ? 0 : i + 1;
}

uint32_t
mru_position(const struct mru *m, const struct addr *a)
{
	uint8_t family = (uint8_t)a->family, addr[16];

	octets_of(a, addr);
	return position(find(m, *bucket_of(m, family, addr), family, addr));
}

uint32_t
mru_newest(const struct mru *m)
{
	return position(m->newest);
}

uint32_t
mru_oldest(const struct mru *m)
{
	return position(m->oldest);
}

uint32_t
mru_older(const struct mru *m, uint32_t at)
{
	assert(at >= 1 && at <= m->n);
	return position(m->client[at - 1].older);
}

uint32_t
mru_newer(const struct mru *m, uint32_t at)
{
	assert(at >= 1 && at <= m->n);
	return position(m->client[at - 1].newer);
}

void
mru_mark(struct mru *m, uint32_t at)
{
	assert(at <= m->n);
	m->mark = at == 0 ? NOBODY : at - 1;
}

uint32_t
mru_marked(const struct mru *m)
{
	return position(m->mark);
}

const struct mru_count *
mru_count(const struct mru *m)
{
	return &m->count;
}

void
mru_reset_count(struct mru *m)
{
	m->count = (struct mru_count){ 0 };
}

size_t
mru_buckets(const struct mru *m)
{
	return (size_t)m->mask + 1;
}

size_t
mru_used(const struct mru *m)
{
	return m->n;
}

size_t
mru_peak(const struct mru *m)
{
	return m->peak;
}

size_t
mru_capacity(const struct mru *m)
{
	return m->max;
}
