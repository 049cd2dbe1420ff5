/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict - access lists.
 * Entries live in slots and are found by key through a hash. For the search by address the first find after a change
 * orders them as the scan would and cuts the space of addresses at the ends of all prefixes: within a range between two
 * cuts the innermost prefix is the same everywhere. Entries whose mask has holes are scanned beside that.
 */
#include "core/restrict.h"
#include <assert.h>
#include <stdalign.h>
#include <string.h>

#define NO_SLOT UINT32_MAX

enum { NTP_SOURCE_PORT = 123, INSERT_AT_MOST = 16, FAMILIES = 2, DEPTH_MAX = 129 };

/* An address as a number; v4 in the upper 32 bits. */
struct number {
	uint64_t hi, lo;
};

/* What entries are ordered by, largest first within a family. */
struct key {
	struct number addr, mask;
	uint32_t match;
	uint32_t family;        /* 0: v4, 1: v6 */
};

struct slot {
	struct key key;
	uint32_t flags;
	int32_t ippeerlimit;
	uint64_t hits;
	uint32_t chain;         /* next slot of the same hash, or of the free ones */
	uint32_t place;         /* in the order */
	uint32_t outer;         /* slot of the first entry of the next wider prefix around this one */
};

/* Where the address space of a family is cut: from a number on, slot at is the first entry of the innermost prefix. */
struct cuts {
	uint32_t from, n;       /* part of the arrays below */
};

struct restrict_list {
	uint32_t max, n;
	uint32_t buckets;       /* a power of two */
	uint32_t free;          /* first free slot */
	uint32_t ordered;       /* so many of order[] are in order; the rest came later */
	uint32_t holes_n;
	bool current;           /* cuts and holes agree with the entries */
	struct cuts cuts[FAMILIES];
	uint32_t defaults[FAMILIES];    /* slots of the default entries */
	struct slot *slot;      /* max */
	uint64_t *cut_hi, *cut_lo;      /* 2 * max each: the search touches lo only when hi is equal */
	uint32_t *cut_at;       /* 2 * max */
	uint32_t *bucket;
	uint32_t *order;        /* max: slots in the order of the scan */
	uint32_t *holes;        /* max: slots with other masks than prefixes, in that order */
};

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

	return sizeof(struct restrict_list) + n * sizeof(struct slot) + 2 * n * 2 * sizeof(uint64_t) +
	    2 * n * sizeof(uint32_t) + buckets_for(n) * sizeof(uint32_t) + 2 * n * sizeof(uint32_t) +
	    alignof(max_align_t);
}

static uint64_t
load(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
	    (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
}

static struct number
number_of(const struct addr *a)
{
	/* Octets behind a v4 address count as zeros whatever they are. */
	if (a->family == ADDR_V4) {
		return (struct number){ (uint64_t)addr_v4_value(a) << 32, 0 };
	}
	return (struct number){ load(a->bytes), load(a->bytes + 8) };
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

static int
compare_numbers(struct number a, struct number b)
{
	if (a.hi != b.hi) {
		return a.hi < b.hi ? -1 : 1;
	}
	if (a.lo != b.lo) {
		return a.lo < b.lo ? -1 : 1;
	}
	return 0;
}

static bool
same(struct number a, struct number b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

static struct number
masked(struct number v, struct number mask)
{
	return (struct number){ v.hi & mask.hi, v.lo & mask.lo };
}

/* Below 0 when a comes first in the scan. */
static int
compare_keys(const struct key *a, const struct key *b)
{
	int c;

	if (a->family != b->family) {
		return a->family < b->family ? -1 : 1;
	}
	c = compare_numbers(b->addr, a->addr);
	if (c == 0) {
		c = compare_numbers(b->mask, a->mask);
	}
	if (c == 0 && a->match != b->match) {
		c = a->match > b->match ? -1 : 1;
	}
	return c;
}

static struct key
key_of(const struct restrict_rule *r)
{
	struct key k = { .match = r->match, .family = r->addr.family == ADDR_V4 ? 0 : 1 };

	assert(r->addr.family != ADDR_NONE);
	assert(r->addr.family == r->mask.family);
	k.mask = number_of(&r->mask);
	k.addr = masked(number_of(&r->addr), k.mask);
	return k;
}

/* ---- by key ---- */

/* Spreads the keys of one configuration; nobody else chooses them. */
static uint32_t
bucket_of(const struct restrict_list *l, const struct key *k)
{
	uint64_t h = k->addr.hi ^ (k->addr.lo + k->match + k->family) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ k->mask.hi * 3 ^ k->mask.lo * 5) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(h >> 32) & (l->buckets - 1);
}

static uint32_t
slot_of(const struct restrict_list *l, const struct key *k)
{
	uint32_t s = l->bucket[bucket_of(l, k)];

	while (s != NO_SLOT && compare_keys(&l->slot[s].key, k) != 0) {
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
	l->slot[s].flags |= r->flags;
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

/* ---- order ---- */

static bool
comes_first(const struct restrict_list *l, uint32_t a, uint32_t b)
{
	return compare_keys(&l->slot[a].key, &l->slot[b].key) < 0;
}

static void
sift_down(struct restrict_list *l, uint32_t root, uint32_t n)
{
	while (2 * root + 1 < n) {
		uint32_t v = l->order[root], child = 2 * root + 1;

		if (child + 1 < n && comes_first(l, l->order[child], l->order[child + 1])) {
			child++;
		}
		if (!comes_first(l, v, l->order[child])) {
			return;
		}
		l->order[root] = l->order[child];
		l->order[child] = v;
		root = child;
	}
}

/* Heap sort: no recursion, no memory, and no order of a file that makes it slow. */
static void
sort_all(struct restrict_list *l)
{
	for (uint32_t i = l->n / 2; i > 0; i--) {
		sift_down(l, i - 1, l->n);
	}
	for (uint32_t n = l->n; n > 1; n--) {
		uint32_t last = l->order[0];

		l->order[0] = l->order[n - 1];
		l->order[n - 1] = last;
		sift_down(l, 0, n - 1);
	}
}

/* Moves entry i, behind i ordered ones, to its place. */
static void
sort_in(struct restrict_list *l, uint32_t i)
{
	uint32_t s = l->order[i], low = 0, high = i;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (comes_first(l, l->order[mid], s)) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	memmove(&l->order[low + 1], &l->order[low], (i - low) * sizeof l->order[0]);
	l->order[low] = s;
}

static void
order_entries(struct restrict_list *l)
{
	if (l->n - l->ordered > INSERT_AT_MOST) {
		sort_all(l);
	} else {
		for (uint32_t i = l->ordered; i < l->n; i++) {
			sort_in(l, i);
		}
	}
	l->ordered = l->n;
	for (uint32_t i = 0; i < l->n; i++) {
		l->slot[l->order[i]].place = i;
	}
}

/* ---- ranges ---- */

/* A run of ones, then zeros: the complement plus one has a single bit, or none. */
static bool
is_prefix(struct number mask)
{
	uint64_t hi = ~mask.hi, lo = ~mask.lo;

	if (hi == 0) {
		return (lo & (lo + 1)) == 0;
	}
	return lo == UINT64_MAX && (hi & (hi + 1)) == 0;
}

/* The last address of a prefix. */
static struct number
end_of(const struct slot *s)
{
	return (struct number){ s->key.addr.hi | ~s->key.mask.hi, s->key.addr.lo | ~s->key.mask.lo };
}

/* The prefixes open at a point of the sweep, the innermost last. */
struct sweep {
	struct restrict_list *l;
	struct cuts *cuts;
	uint32_t open[DEPTH_MAX + 1];
	uint32_t depth;
};

/* From this number on the innermost open prefix decides. */
static void
cut(struct sweep *w, struct number from)
{
	struct restrict_list *l = w->l;
	uint32_t at = w->cuts->from + w->cuts->n;

	/* What ends where another begins leaves no range of its own. */
	if (w->cuts->n > 0 && l->cut_hi[at - 1] == from.hi && l->cut_lo[at - 1] == from.lo) {
		at--;
		w->cuts->n--;
	}
	assert(at < 2 * l->max);
	l->cut_hi[at] = from.hi;
	l->cut_lo[at] = from.lo;
	l->cut_at[at] = w->open[w->depth - 1];
	w->cuts->n++;
}

static void
close_one(struct sweep *w)
{
	struct number end = end_of(&w->l->slot[w->open[w->depth - 1]]);

	w->depth--;
	/* Nothing lies behind the last address; the default entry, which ends there, is never closed before the end. */
	if (w->depth > 0 && !(end.hi == UINT64_MAX && end.lo == UINT64_MAX)) {
		end.lo++;
		end.hi += end.lo == 0 ? 1 : 0;
		cut(w, end);
	}
}

/* Opens the prefix of slot s, the first in the scan of all entries with this prefix. */
static void
open_one(struct sweep *w, uint32_t s)
{
	struct slot *slot = &w->l->slot[s];

	while (w->depth > 0 && compare_numbers(end_of(&w->l->slot[w->open[w->depth - 1]]), slot->key.addr) < 0) {
		close_one(w);
	}
	slot->outer = w->depth > 0 ? w->open[w->depth - 1] : NO_SLOT;
	assert(w->depth <= DEPTH_MAX);
	w->open[w->depth] = s;
	w->depth++;
	cut(w, slot->key.addr);
}

static bool
same_range(const struct slot *a, const struct slot *b)
{
	return same(a->key.addr, b->key.addr) && same(a->key.mask, b->key.mask);
}

/* Sweeps over the entries order[from .. to) of one family from the lowest address up. */
static void
sweep_family(struct restrict_list *l, struct cuts *cuts, uint32_t from, uint32_t to)
{
	struct sweep w = { .l = l, .cuts = cuts, .depth = 0 };

	cuts->n = 0;
	for (uint32_t i = to; i > from; i--) {
		uint32_t s = l->order[i - 1];
		bool first = i - 1 == from || !same_range(&l->slot[l->order[i - 2]], &l->slot[s]);

		if (first && is_prefix(l->slot[s].key.mask)) {
			open_one(&w, s);
		}
	}
	while (w.depth > 0) {
		close_one(&w);
	}
}

static void
collect_holes(struct restrict_list *l)
{
	l->holes_n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (!is_prefix(l->slot[l->order[i]].key.mask)) {
			l->holes[l->holes_n] = l->order[i];
			l->holes_n++;
		}
	}
}

static void
bring_up_to_date(struct restrict_list *l)
{
	uint32_t v4_n = 0;

	if (l->current) {
		return;
	}
	order_entries(l);
	while (l->slot[l->order[v4_n]].key.family == 0) {       /* ends at the v6 default */
		v4_n++;
	}
	l->cuts[0].from = 0;
	sweep_family(l, &l->cuts[0], 0, v4_n);
	l->cuts[1].from = l->cuts[0].n;
	sweep_family(l, &l->cuts[1], v4_n, l->n);
	collect_holes(l);
	l->current = true;
}

/* ---- search ---- */

/*
 * The last of n numbers, rising from one that is not above v, that is not above v. There is no branch in the loop that
 * depends on the numbers: it could not be foretold, and would cost more than the reading.
 */
static uint32_t
last_not_above(const uint64_t *number, uint32_t n, uint64_t v)
{
	uint32_t base = 0;

	while (n > 1) {
		uint32_t half = n / 2;

		base += number[base + half] <= v ? half : 0;
		n -= half;
	}
	return base;
}

static bool
is_above(const struct restrict_list *l, uint32_t cut, struct number v)
{
	return l->cut_hi[cut] > v.hi || (l->cut_hi[cut] == v.hi && l->cut_lo[cut] > v.lo);
}

/* The last cut of [low, high) not above v, with low not above v. */
static uint32_t
last_cut(const struct restrict_list *l, uint32_t low, uint32_t high, struct number v)
{
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (is_above(l, mid, v)) {
			high = mid;
		} else {
			low = mid;
		}
	}
	return low;
}

/* The first entry of the innermost prefix around v. */
static uint32_t
innermost(const struct restrict_list *l, const struct cuts *cuts, struct number v)
{
	uint32_t at = cuts->from + last_not_above(l->cut_hi + cuts->from, cuts->n, v.hi);
	uint32_t high = at + 1, step = 1;

	/* The lower halves count only where the upper ones are equal: seldom, and near. The first cut is at 0. */
	while (is_above(l, at, v)) {
		high = at;
		at -= at - cuts->from < step ? at - cuts->from : step;
		step *= 2;
	}
	return l->cut_at[last_cut(l, at, high, v)];
}

static bool
takes_port(const struct slot *s, uint16_t port)
{
	if ((s->key.match & RESTRICT_MATCH_NTPPORT) != 0 && port != NTP_SOURCE_PORT) {
		return false;
	}
	return (s->key.match & RESTRICT_MATCH_NON_NTPPORT) == 0 || port != NTP_SOURCE_PORT;
}

/* The first entry in the scan among those with a prefix for a mask; there is one, as the default takes all. */
static struct slot *
find_prefix(const struct restrict_list *l, const struct cuts *cuts, struct number v, uint16_t port)
{
	uint32_t s = innermost(l, cuts, v);

	for (;;) {
		struct slot *first = &l->slot[s];

		if (takes_port(first, port)) {
			return first;
		}
		for (uint32_t i = first->place + 1; i < l->n && same_range(&l->slot[l->order[i]], first); i++) {
			if (takes_port(&l->slot[l->order[i]], port)) {
				return &l->slot[l->order[i]];
			}
		}
		assert(first->outer != NO_SLOT);
		s = first->outer;
	}
}

/* An entry with holes in its mask that comes before the best so far, or that one. */
static struct slot *
find_before(const struct restrict_list *l, struct slot *best, struct number v, uint16_t port)
{
	for (uint32_t i = 0; i < l->holes_n; i++) {
		struct slot *s = &l->slot[l->holes[i]];

		if (s->place > best->place) {
			break;
		}
		if (s->key.family == best->key.family && same(masked(v, s->key.mask), s->key.addr) &&
		    takes_port(s, port)) {
			return s;
		}
	}
	return best;
}

uint32_t
restrict_find(struct restrict_list *l, const struct addr *a, uint16_t port, int *ippeerlimit)
{
	struct number v = number_of(a);
	struct slot *s;

	if (a->family == ADDR_NONE || addr_is_multicast(a)) {   /* nobody sends from there */
		if (ippeerlimit != NULL) {
			*ippeerlimit = -1;
		}
		return RESTRICT_IGNORE;
	}
	bring_up_to_date(l);
	s = find_prefix(l, &l->cuts[a->family == ADDR_V4 ? 0 : 1], v, port);
	s = find_before(l, s, v, port);
	s->hits++;
	if (ippeerlimit != NULL) {
		*ippeerlimit = s->ippeerlimit;
	}
	return s->flags;
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
	bring_up_to_date(l);
	s = &l->slot[l->order[i]];
	*out = (struct restrict_entry){
		.rule = {
			.addr = addr_of(s->key.addr, s->key.family), .mask = addr_of(s->key.mask, s->key.family),
			.match = s->key.match, .flags = s->flags, .ippeerlimit = s->ippeerlimit,
		},
		.hits = s->hits,
	};
	return true;
}

size_t
restrict_count(const struct restrict_list *l)
{
	return l->n;
}
