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
	int64_t first_ns, last_ns;
	uint32_t chain;                 /* next of the same hash */
	uint32_t newer, older;          /* NOBODY at the ends */
	uint32_t count, dropped;
	uint32_t scope;
	uint16_t leak;                  /* fill of the bucket, s */
	uint16_t flags;
	uint16_t port;
	uint8_t kind;                   /* family, version, mode */
	uint8_t local;
};
_Static_assert(sizeof(struct client) == LINE, "a client is one cache line");
_Static_assert((BUCKET_DEPTH + 1) << AVERAGE_MAX <= UINT16_MAX, "a full bucket fits its field");

struct mru {
	struct siphash_key key;
	uint32_t max, n, peak;
	uint32_t mask;                  /* buckets - 1 */
	uint32_t newest, oldest;        /* NOBODY when empty */
	uint32_t *bucket;
	struct client *client;
};

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
	*m = (struct mru){ .key = *key, .max = (uint32_t)n, .mask = (uint32_t)(buckets - 1),
		.newest = NOBODY, .oldest = NOBODY };
	at += lines(sizeof *m);
	/* The clients stay untouched until they come: memory is used as the table fills. */
	m->client = (void *)at;
	at += n * sizeof(struct client);
	m->bucket = (void *)at;
	memset(m->bucket, 0xff, buckets * sizeof(uint32_t));
	return m;
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
find(const struct mru *m, uint32_t head, const struct addr *a)
{
	uint32_t i = head;

	while (i != NOBODY && (family_of(&m->client[i]) != (uint8_t)a->family ||
	    memcmp(m->client[i].addr, a->bytes, sizeof a->bytes) != 0)) {
		i = m->client[i].chain;
	}
	return i;
}

/* ---- the thread from newest to oldest ---- */

static void
thread_out(struct mru *m, uint32_t i)
{
	const struct client *c = &m->client[i];

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

/* Takes a slot for a new client: an unused one, else the oldest client's. */
static uint32_t
slot_for_new(struct mru *m)
{
	uint32_t i = m->oldest, *link;

	if (m->n < m->max) {
		m->n++;
		m->peak = m->n > m->peak ? m->n : m->peak;
		return m->n - 1;
	}
	link = bucket_of(m, family_of(&m->client[i]), m->client[i].addr);
	while (*link != i) {
		link = &m->client[*link].chain;
	}
	*link = m->client[i].chain;
	thread_out(m, i);
	return i;
}

static void
enter(struct mru *m, uint32_t *head, const struct addr *a, struct mtime now)
{
	uint32_t i = slot_for_new(m);
	struct client *c = &m->client[i];

	/* The bucket may just have lost its head to make room, so it is read only now. */
	*c = (struct client){ .first_ns = now.ns, .chain = *head,
		.kind = (uint8_t)(a->family << FAMILY_SHIFT) };
	memcpy(c->addr, a->bytes, sizeof c->addr);
	*head = i;
	thread_in_newest(m, i);
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
	return ns > INT64_C(1000000) * NS_PER_S ? 1000000 :
	    (uint32_t)((ns + NS_PER_S / 2) / NS_PER_S);
}

/*
 * The leaky bucket of ntpd: a packet adds the average headway less two seconds, time takes out; a
 * packet that comes too early or would overfill it is not served. The first of such packets fills
 * the bucket to the brim and beyond, so that silence has to follow before the next is served or
 * kissed.
 */
static enum mru_verdict
judge(struct client *c, const struct mru_rules *r, struct mtime now)
{
	uint32_t dt = interval_s(c, now);
	uint32_t average = (uint32_t)(r->average_log2s < 0 ? 0 : r->average_log2s);
	uint32_t head = UINT32_C(1) << (average > AVERAGE_MAX ? AVERAGE_MAX : average);
	uint32_t limit = BUCKET_DEPTH * head;
	uint32_t leak = c->leak > dt ? c->leak - dt : 0;

	if ((double)dt + 1.0 >= r->minimum_s && leak + head < limit) {
		leak += head;
		c->leak = (uint16_t)(leak > 2 ? leak - 2 : 0);
		return MRU_PASS;
	}
	if (leak < limit) {
		c->leak = (uint16_t)(limit + head);
		return MRU_KOD;
	}
	c->leak = (uint16_t)leak;
	return MRU_DROP;
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

static enum mru_verdict
rate(struct client *c, uint8_t mode, const struct mru_rules *r, struct mtime now)
{
	enum mru_verdict v;

	if (c->count == 0) {
		return MRU_PASS;
	}
	if (r == NULL) {
		uint32_t dt = interval_s(c, now);
		c->leak = (uint16_t)(c->leak > dt ? c->leak - dt : 0);
		return MRU_PASS;
	}
	if (!r->enforce) {
		c->leak = 0;
		return MRU_PASS;
	}
	v = judge(c, r, now);
	return v == MRU_KOD && !may_kiss(mode, r) ? MRU_DROP : v;
}

enum mru_verdict
mru_touch(struct mru *m, const struct addr *a, uint16_t port, uint8_t mode, uint8_t version,
    uint32_t flags, const struct mru_rules *r, struct mtime now)
{
	uint32_t *head = bucket_of(m, (uint8_t)a->family, a->bytes);
	uint32_t i = find(m, *head, a);
	enum mru_verdict v;
	struct client *c;

	if (i == NOBODY) {
		enter(m, head, a, now);
	} else if (i != m->newest) {
		thread_out(m, i);
		thread_in_newest(m, i);
	}
	c = &m->client[m->newest];
	v = rate(c, mode, r, now);
	count_up(&c->count);
	if (v != MRU_PASS) {
		count_up(&c->dropped);
	}
	c->last_ns = now.ns;
	c->scope = a->scope;
	c->port = port;
	c->kind = (uint8_t)((unsigned)a->family << FAMILY_SHIFT |
	    ((unsigned)version & LOW_BITS) << VERSION_SHIFT | ((unsigned)mode & LOW_BITS));
	flags &= ~(uint32_t)(RESTRICT_LIMITED | RESTRICT_KOD);
	flags |= v == MRU_PASS ? 0u : (uint32_t)RESTRICT_LIMITED;
	flags |= v == MRU_KOD ? (uint32_t)RESTRICT_KOD : 0u;
	c->flags = (uint16_t)(flags & UINT16_MAX);
	return v;
}

void
mru_note_local(struct mru *m, uint8_t local)
{
	if (m->newest != NOBODY) {
		m->client[m->newest].local = local;
	}
}

/* ---- reading ---- */

void
mru_read(const struct mru *m, uint32_t at, struct mru_client *out)
{
	const struct client *c;

	assert(at >= 1 && at <= m->n);
	c = &m->client[at - 1];
	*out = (struct mru_client){
		.addr = { .family = (enum addr_family)family_of(c), .scope = c->scope },
		.port = c->port, .mode = c->kind & LOW_BITS,
		    .version = c->kind >> VERSION_SHIFT & LOW_BITS,
		.local = c->local, .flags = c->flags, .count = c->count, .dropped = c->dropped,
		.first = { c->first_ns }, .last = { c->last_ns },
		.score = (double)c->leak,
	};
	memcpy(out->addr.bytes, c->addr, sizeof c->addr);
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
	return position(find(m, *bucket_of(m, (uint8_t)a->family, a->bytes), a));
}

bool
mru_get(const struct mru *m, const struct addr *a, struct mru_client *out)
{
	uint32_t at = mru_position(m, a);

	if (at == 0) {
		return false;
	}
	mru_read(m, at, out);
	return true;
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
