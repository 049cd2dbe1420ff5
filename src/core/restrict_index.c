/* SPDX-License-Identifier: BSD-2-Clause */
/* restrict_index - the order of an access list and the search in it. */
#include "core/restrict_index.h"
#include <assert.h>
#include <string.h>

enum { NTP_SOURCE_PORT = 123, INSERT_AT_MOST = 16, DEPTH_MAX = 129 };

static uint64_t
load(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
	    (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	    (uint64_t)p[6] << 8 | p[7];
}

struct number
restrict_number(const struct addr *a)
{
	if (a->family == ADDR_V4) {
		return (struct number){ (uint64_t)addr_v4_value(a) << 32, 0 };
	}
	return (struct number){ load(a->bytes), load(a->bytes + 8) };
}

struct number
restrict_masked(struct number v, struct number mask)
{
	return (struct number){ v.hi & mask.hi, v.lo & mask.lo };
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

int
restrict_compare(const struct key *a, const struct key *b)
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

/* ---- order ---- */

static bool
comes_first(const struct restrict_list *l, uint32_t a, uint32_t b)
{
	return restrict_compare(&l->slot[a].key, &l->slot[b].key) < 0;
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
	const struct key *k = &s->key;

	return (struct number){ k->addr.hi | ~k->mask.hi, k->addr.lo | ~k->mask.lo };
}

/* The prefixes open at a point of the sweep, the innermost last. */
struct sweep {
	struct restrict_list *l;
	struct cuts *cuts;
	uint32_t open[DEPTH_MAX + 1];
	uint32_t depth;
};

static const struct slot *
innermost_open(const struct sweep *w)
{
	return &w->l->slot[w->open[w->depth - 1]];
}

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
	struct number end = end_of(innermost_open(w));

	w->depth--;
	/*
	 * Nothing lies behind the last address; the default entry, which ends there, is never
	 * closed before the end.
	 */
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

	while (w->depth > 0 && compare_numbers(end_of(innermost_open(w)), slot->key.addr) < 0) {
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

void
restrict_index(struct restrict_list *l)
{
	uint32_t v4_n = 0;

	if (l->current) {
		return;
	}
	order_entries(l);
	while (l->slot[l->order[v4_n]].key.family == 0) { /* ends at the v6 default */
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
 * The last of n numbers, rising from one that is not above v, that is not above v. There is no
 * branch in the loop that depends on the numbers: it could not be foretold, and would cost more
 * than the reading.
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

	/*
	 * The lower halves count only where the upper ones are equal: seldom, and near. The first
	 * cut is at 0.
	 */
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

/*
 * The first entry in the scan among those with a prefix for a mask; there is one, as the default
 * takes all.
 */
static struct slot *
find_prefix(const struct restrict_list *l, const struct cuts *cuts, struct number v, uint16_t port)
{
	uint32_t s = innermost(l, cuts, v);

	for (;;) {
		struct slot *first = &l->slot[s];

		if (takes_port(first, port)) {
			return first;
		}
		for (uint32_t i = first->place + 1; i < l->n; i++) {
			struct slot *next = &l->slot[l->order[i]];

			if (!same_range(next, first)) {
				break;
			}
			if (takes_port(next, port)) {
				return next;
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
		if (s->key.family == best->key.family &&
		    same(restrict_masked(v, s->key.mask), s->key.addr) && takes_port(s, port)) {
			return s;
		}
	}
	return best;
}

struct slot *
restrict_search(const struct restrict_list *l, uint32_t family, struct number from, uint16_t port)
{
	assert(l->current);
	return find_before(l, find_prefix(l, &l->cuts[family], from, port), from, port);
}
