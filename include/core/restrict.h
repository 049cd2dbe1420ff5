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

/* What may become an association of ours without having a line of its own. */
enum restrict_newcomer_kind {
	RESTRICT_NEW_PASSIVE,   /* a symmetric active one that we would answer in mode 2 */
	RESTRICT_NEW_BROADCAST, /* a broadcast or multicast server */
	RESTRICT_NEW_MANYCAST   /* who answered our manycast question */
};

struct restrict_newcomer {
	enum restrict_newcomer_kind kind;
	struct endpoint from;
	bool authentic; /* its packet has the valid MAC of a trusted key it may use, or is of NTS */
	unsigned held;  /* associations without a line of their own that its address has already */
};

/* What holds for a newcomer. */
struct restrict_newcomer_rules {
	uint32_t flags;  /* RESTRICT_* of its entry */
	int ippeerlimit; /* of it; -1: unlimited */
	bool auth;       /* who is not authentic is refused (enable auth) */
};

/* Why it may not; the first that holds. */
enum restrict_refusal {
	RESTRICT_MAY,
	RESTRICT_REFUSES_IGNORE,  /* ignore, noserve: nothing of it is heard */
	RESTRICT_REFUSES_NOTRUST, /* not authentic, with notrust */
	RESTRICT_REFUSES_NOPEER,  /* not authentic, with nopeer */
	RESTRICT_REFUSES_AUTH,    /* not authentic, without disable auth */
	RESTRICT_REFUSES_NOEPEER, /* passive, with noepeer: authentic or not */
	RESTRICT_REFUSES_LIMIT,   /* so many from its address are there: ippeerlimit */
	RESTRICT_REFUSALS
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

/* The same without counting a hit, for what is asked about a packet that was counted before. */
uint32_t restrict_look(struct restrict_list *l, const struct addr *a, uint16_t port,
    int *ippeerlimit);

/*
 * Whether a packet may make an association that no line asked for. Servers, pools and their members
 * and peers of the configuration are not asked about: nopeer is for strangers. CVE-2016-1549 (many
 * associations with one key), CVE-2018-7170 (its late mending, noepeer and ippeerlimit).
 */
enum restrict_refusal restrict_newcomer(const struct restrict_newcomer *who,
    const struct restrict_newcomer_rules *rules);

/* The word of the configuration that refuses: "nopeer", "ippeerlimit", ...; of MAY "". */
const char *restrict_refusal_word(enum restrict_refusal r);

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
