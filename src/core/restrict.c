/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict - access lists.
 * Entries live in slots and are found by key through a hash; the search by address is that of
 * restrict_index.
 */
#include "core/restrict.h"
#include <assert.h>
#include <stdalign.h>
#include <string.h>
#include "core/restrict_index.h"

static uint32_t
buckets_for(size_t n)
{
	uint32_t b = 16;

	while (b < n && b < UINT32_C(1) << 31) {
		b *= 2;
	}
	return b;
}

size_t
restrict_size(size_t rules_max)
{
	size_t n = rules_max + FAMILIES;

	return sizeof(struct restrict_list) + n * sizeof(struct slot) +
	    2 * n * (2 * sizeof(uint64_t) + sizeof(uint32_t)) + 2 * n * sizeof(uint32_t) +
	    buckets_for(n) * sizeof(uint32_t) + alignof(max_align_t);
}

static struct addr
addr_of(struct number v, uint32_t family)
{
	struct addr a = { .family = family == 0 ? ADDR_V4 : ADDR_V6 };

	for (size_t i = 0; i < addr_len(&a); i++) {
		a.bytes[i] = (uint8_t)((i < 8 ? v.hi : v.lo) >> (56 - 8 * (i % 8)) & 0xff);
	}
	return a;
}

static struct key
key_of(const struct restrict_rule *r)
{
	struct key k = { .match = r->match, .family = r->addr.family == ADDR_V4 ? 0 : 1 };

	assert(r->addr.family != ADDR_NONE);
	assert(r->addr.family == r->mask.family);
	k.mask = restrict_number(&r->mask);
	k.addr = restrict_masked(restrict_number(&r->addr), k.mask);
	return k;
}

/* ---- by key ---- */

/* Spreads the keys of one configuration; nobody else chooses them. */
static uint32_t
bucket_of(const struct restrict_list *l, const struct key *k)
{
	uint64_t h = k->addr.lo + k->match + k->family;

	h = k->addr.hi ^ h * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ k->mask.hi * 3 ^ k->mask.lo * 5) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(h >> 32) & (l->buckets - 1);
}

static uint32_t
slot_of(const struct restrict_list *l, const struct key *k)
{
	uint32_t s = l->bucket[bucket_of(l, k)];

	while (s != NO_SLOT && restrict_compare(&l->slot[s].key, k) != 0) {
		s = l->slot[s].chain;
	}
	return s;
}

/* A new entry without flags; NO_SLOT when the list is full. */
static uint32_t
insert(struct restrict_list *l, const struct key *k)
{
	uint32_t s = l->free, *head = &l->bucket[bucket_of(l, k)];

	if (s == NO_SLOT) {
		return NO_SLOT;
	}
	l->free = l->slot[s].chain;
	l->slot[s] = (struct slot){ .key = *k, .ippeerlimit = -1, .chain = *head };
	*head = s;
	l->order[l->n] = s;
	l->n++;
	l->current = false;
	return s;
}

static void
unchain(struct restrict_list *l, uint32_t s)
{
	uint32_t *link = &l->bucket[bucket_of(l, &l->slot[s].key)];

	while (*link != s) {
		link = &l->slot[*link].chain;
	}
	*link = l->slot[s].chain;
}

static void
erase(struct restrict_list *l, uint32_t s)
{
	uint32_t i = 0;

	unchain(l, s);
	l->slot[s].chain = l->free;
	l->free = s;
	while (l->order[i] != s) {
		i++;
	}
	l->n--;
	memmove(&l->order[i], &l->order[i + 1], (l->n - i) * sizeof l->order[0]);
	if (i < l->ordered) {
		l->ordered--;
	}
	l->current = false;
}

/* ---- memory ---- */

/* Cuts len octets off the block at *at, aligned for any number. */
static void *
take(unsigned char **at, size_t len)
{
	void *p = *at;

	*at += (len + 7) / 8 * 8;
	return p;
}

struct restrict_list *
restrict_init(void *memory, size_t rules_max, uint32_t default_flags)
{
	unsigned char *at = memory;
	struct restrict_list *l = take(&at, sizeof *l);
	size_t n = rules_max + FAMILIES;

	assert((uintptr_t)memory % alignof(max_align_t) == 0);
	assert(n <= UINT32_MAX / 2);
	*l = (struct restrict_list){ .max = (uint32_t)n, .buckets = buckets_for(n) };
	l->slot = take(&at, n * sizeof l->slot[0]);
	l->cut_hi = take(&at, 2 * n * sizeof l->cut_hi[0]);
	l->cut_lo = take(&at, 2 * n * sizeof l->cut_lo[0]);
	l->cut_at = take(&at, 2 * n * sizeof l->cut_at[0]);
	l->bucket = take(&at, l->buckets * sizeof l->bucket[0]);
	l->order = take(&at, n * sizeof l->order[0]);
	l->holes = take(&at, n * sizeof l->holes[0]);
	assert((size_t)(at - (unsigned char *)memory) <= restrict_size(rules_max));
	memset(l->bucket, 0xff, l->buckets * sizeof l->bucket[0]);
	for (uint32_t s = 0; s < l->max; s++) {
		l->slot[s].chain = s + 1 < l->max ? s + 1 : NO_SLOT;
	}
	for (uint32_t f = 0; f < FAMILIES; f++) {
		struct key k = { .family = f };

		l->defaults[f] = insert(l, &k);
		l->slot[l->defaults[f]].flags = default_flags;
	}
	return l;
}

/* ---- changes ---- */

void
restrict_set_default(struct restrict_list *l, enum addr_family family, uint32_t flags)
{
	assert(family != ADDR_NONE);
	l->slot[l->defaults[family == ADDR_V4 ? 0 : 1]].flags = flags;
}

bool
restrict_add(struct restrict_list *l, const struct restrict_rule *r)
{
	struct key k = key_of(r);
	uint32_t s = slot_of(l, &k);

	if (s == NO_SLOT) {
		s = insert(l, &k);
	}
	if (s == NO_SLOT) {
		return false;
	}
	l->slot[s].flags |= r->flags & ~(uint32_t)RESTRICT_EPEER;
	if (r->flags & RESTRICT_EPEER) {
		l->slot[s].flags &= ~(uint32_t)RESTRICT_NOEPEER;
	}
	if (r->ippeerlimit >= 0) {
		l->slot[s].ippeerlimit = r->ippeerlimit;
	}
	return true;
}

bool
restrict_clear(struct restrict_list *l, const struct restrict_rule *r)
{
	struct key k = key_of(r);
	uint32_t s = slot_of(l, &k);

	if (s == NO_SLOT) {
		return false;
	}
	l->slot[s].flags &= r->flags == 0 ? 0 : ~r->flags;
	return true;
}

bool
restrict_remove(struct restrict_list *l, const struct restrict_rule *r)
{
	struct key k = key_of(r);
	uint32_t s = slot_of(l, &k);

	if (s == NO_SLOT || s == l->defaults[0] || s == l->defaults[1]) {
		return false;
	}
	erase(l, s);
	return true;
}

/* ---- reading ---- */

/* The entry that matches; NULL of an address that nobody sends from. */
static struct slot *
matching(struct restrict_list *l, const struct addr *a, uint16_t port)
{
	if (a->family == ADDR_NONE || addr_is_multicast(a)) {
		return NULL;
	}
	restrict_index(l);
	return restrict_search(l, a->family == ADDR_V4 ? 0 : 1, restrict_number(a), port);
}

uint32_t
restrict_look(struct restrict_list *l, const struct addr *a, uint16_t port, int *ippeerlimit)
{
	const struct slot *s = matching(l, a, port);

	if (ippeerlimit != NULL) {
		*ippeerlimit = s == NULL ? -1 : s->ippeerlimit;
	}
	return s == NULL ? RESTRICT_IGNORE : s->flags;
}

uint32_t
restrict_find(struct restrict_list *l, const struct addr *a, uint16_t port, int *ippeerlimit)
{
	struct slot *s = matching(l, a, port);

	if (s != NULL) {
		s->hits++;
	}
	if (ippeerlimit != NULL) {
		*ippeerlimit = s == NULL ? -1 : s->ippeerlimit;
	}
	return s == NULL ? RESTRICT_IGNORE : s->flags;
}

/* ---- newcomers ---- */

enum restrict_refusal
restrict_newcomer(const struct restrict_newcomer *who, const struct restrict_newcomer_rules *rules)
{
	if (rules->flags & (RESTRICT_IGNORE | RESTRICT_NOSERVE)) {
		return RESTRICT_REFUSES_IGNORE;
	}
	if (!who->authentic) {
		if (rules->flags & RESTRICT_NOTRUST) {
			return RESTRICT_REFUSES_NOTRUST;
		}
		if (rules->flags & RESTRICT_NOPEER) {
			return RESTRICT_REFUSES_NOPEER;
		}
		if (rules->auth) {
			return RESTRICT_REFUSES_AUTH;
		}
	}
	if (who->kind == RESTRICT_NEW_PASSIVE && (rules->flags & RESTRICT_NOEPEER) != 0) {
		return RESTRICT_REFUSES_NOEPEER;
	}
	if (rules->ippeerlimit >= 0 && who->held >= (unsigned)rules->ippeerlimit) {
		return RESTRICT_REFUSES_LIMIT;
	}
	return RESTRICT_MAY;
}

const char *
restrict_refusal_word(enum restrict_refusal r)
{
	static const char *const words[] = {
		[RESTRICT_MAY] = "",
		[RESTRICT_REFUSES_IGNORE] = "ignore or noserve",
		[RESTRICT_REFUSES_NOTRUST] = "notrust",
		[RESTRICT_REFUSES_NOPEER] = "nopeer",
		[RESTRICT_REFUSES_AUTH] = "auth",
		[RESTRICT_REFUSES_NOEPEER] = "noepeer",
		[RESTRICT_REFUSES_LIMIT] = "ippeerlimit",
	};

	static_assert(sizeof words / sizeof words[0] == RESTRICT_REFUSALS, "each has its word");
	assert((unsigned)r < RESTRICT_REFUSALS);
	return words[r];
}

bool
restrict_has_host(const struct restrict_list *l, const struct addr *a)
{
	/* Those made by ourselves do not count. */
	static const uint32_t match[] = { 0, RESTRICT_MATCH_NTPPORT, RESTRICT_MATCH_NON_NTPPORT,
		RESTRICT_MATCH_NTPPORT | RESTRICT_MATCH_NON_NTPPORT };
	struct restrict_rule host = { .addr = *a };

	if (a->family == ADDR_NONE) {
		return false;
	}
	host.mask = addr_mask_of(a->family, (unsigned)(8 * addr_len(a)));
	for (size_t i = 0; i < sizeof match / sizeof match[0]; i++) {
		struct key k;

		host.match = match[i];
		k = key_of(&host);
		if (slot_of(l, &k) != NO_SLOT) {
			return true;
		}
	}
	return false;
}

bool
restrict_entry_at(struct restrict_list *l, size_t i, struct restrict_entry *out)
{
	const struct slot *s;

	if (i >= l->n) {
		return false;
	}
	restrict_index(l);
	s = &l->slot[l->order[i]];
	*out = (struct restrict_entry){
		.rule = {
			.addr = addr_of(s->key.addr, s->key.family),
			.mask = addr_of(s->key.mask, s->key.family),
			.match = s->key.match, .flags = s->flags, .ippeerlimit = s->ippeerlimit,
		},
		.hits = s->hits,
	};
	return true;
}
