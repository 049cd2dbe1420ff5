/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict - access lists: the flags of the most specific entry that matches an address.
 * The answer is that of ntpd's scan of a list sorted descending by address, mask and match flags;
 * prefixes are found by a search in ranges of addresses, masks with holes by a scan beside it.
 * Flags: base/restrict_bits.h.
 */
#ifndef CORE_RESTRICT_H
#define CORE_RESTRICT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/restrict_bits.h"

struct restrict_rule {
	struct addr addr, mask; /* addr is masked when added; mask may have holes */
	uint32_t match;         /* RESTRICT_MATCH_* */
	uint32_t flags;         /* RESTRICT_* */
	int ippeerlimit;        /* -1: unlimited */
};

/* An entry as reslist shows it. */
struct restrict_entry {
	struct restrict_rule rule;
	uint64_t hits;
};

struct restrict_list;

/* Octets of memory for a list of up to rules_max entries. */
size_t restrict_size(size_t rules_max);

/*
 * Makes an empty list in memory (restrict_size octets, aligned for any type): one default entry a
 * family, with flags.
 */
struct restrict_list *restrict_init(void *memory, size_t rules_max, uint32_t default_flags);

/*
 * Replaces the flags of a family's default entry (the first explicit default does that; later ones
 * are added).
 */
void restrict_set_default(struct restrict_list *l, enum addr_family family, uint32_t flags);

/* Adds a rule: the flags of an entry of the same key are ORed. False when the list is full. */
bool restrict_add(struct restrict_list *l, const struct restrict_rule *r);

/* Takes flags away from the entry of the same key (0: all of them). False when there is none. */
bool restrict_clear(struct restrict_list *l, const struct restrict_rule *r);

/* Removes the entry of the same key; defaults stay. False when there is none. */
bool restrict_remove(struct restrict_list *l, const struct restrict_rule *r);

/* The matching entry's flags; counts the hit. ippeerlimit (may be NULL) gets the entry's. */
uint32_t restrict_find(struct restrict_list *l, const struct addr *a, uint16_t port,
    int *ippeerlimit);

/*
 * True when the configuration has an entry for exactly this host (own addresses and sources do not
 * count).
 */
bool restrict_has_host(const struct restrict_list *l, const struct addr *a);

/*
 * Entries in the order of the scan, v4 first; false past the end. The first call after a change
 * puts them in order.
 */
bool restrict_entry_at(struct restrict_list *l, size_t i, struct restrict_entry *out);

#endif
