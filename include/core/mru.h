/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mru - the client table: who was seen last, and how often; of fixed size, keyed by address, the
 * oldest replaced first. O(1) per packet, no allocation: the caller hands in the memory.
 */
#ifndef CORE_MRU_H
#define CORE_MRU_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "base/siphash.h"

/* The two ways to count a rate: ntpd's leaky bucket, and NTPsec's decaying score. */
enum mru_model { MRU_DISCARD, MRU_LIMIT };

struct mru_rules {
	enum mru_model model;
	int average_log2s;  /* discard average: 3 */
	double minimum_s;   /* discard minimum: 2 */
	double average_pps; /* limit average: 1 */
	double burst;       /* limit burst, > 0: 20 */
	double kod_pps;     /* limit kod: 0.5 */
	unsigned leak;      /* limit leak: 4; one refusal in so many is none; or 0 */
	bool enforce;       /* the sender's entry has limited */
	bool kod;           /* and kod */
	bool exempt;        /* the packet is counted, not judged: no bucket fills */
};

/* Whom a new client may replace. */
struct mru_keeping {
	uint32_t mindepth; /* so many are held whatever their age */
	double maxage_s;   /* beyond that, one unseen for longer goes; < 0: never */
	/* full, one unseen for minage goes; a younger one with a chance of age / monitor */
	double minage_s, monitor_s;
};

/* One packet of a client. */
struct mru_packet {
	const struct addr *from;
	uint16_t port;
	uint8_t mode, version;
	uint16_t local; /* by which of our sockets, as the caller numbers them */
	uint32_t flags; /* RESTRICT_* of its sender */
};

/* One client, as mrulist shows it. */
struct mru_client {
	struct addr addr;
	uint16_t port;         /* of the last packet */
	uint8_t mode, version; /* of the last packet */
	uint16_t local;        /* by which socket it came */
	uint32_t flags;        /* RESTRICT_*; LIMITED and KOD when they acted */
	uint64_t count, dropped;
	struct mtime first, last;
	double score; /* fill of its bucket, s; with MRU_LIMIT packets/s */
};

/*
 * MRU_LEAK: too fast, and to be answered all the same. Whoever sends in a client's name fills its
 * bucket; so it is not shut out, of the refused requests some are answered, at random, never two of
 * an address within a second. Kisses are rarer still: one of an address in 48 s.
 */
enum mru_verdict { MRU_PASS, MRU_DROP, MRU_KOD, MRU_LEAK };

struct mru;

/* Octets for a table of n clients; n for so many octets. */
size_t mru_size(size_t n);
size_t mru_fit(size_t octets);

/*
 * Makes an empty table in memory (mru_size(n) octets, aligned to 64). A full one replaces its
 * oldest client, whatever the age, until mru_keep says otherwise.
 */
struct mru *mru_init(void *memory, size_t n, const struct siphash_key *key);
void mru_keep(struct mru *m, const struct mru_keeping *k);

/*
 * Counts a packet of a client and judges its rate. The first of an address always passes, and so
 * does one of an address for which there is no room: it is not remembered.
 */
enum mru_verdict mru_touch(struct mru *m, const struct mru_packet *p, const struct mru_rules *r,
    struct mtime now);

/*
 * Walk from newest to oldest or back. A position is opaque: mru_newest/mru_oldest give one,
 * mru_older/mru_newer the next; 0 is the end. mru_position is where an address is, 0 when no
 * client has it. Positions hold until the next touch.
 */
uint32_t mru_newest(const struct mru *m);
uint32_t mru_oldest(const struct mru *m);
uint32_t mru_older(const struct mru *m, uint32_t at);
uint32_t mru_newer(const struct mru *m, uint32_t at);
uint32_t mru_position(const struct mru *m, const struct addr *a);
void mru_read(const struct mru *m, uint32_t at, struct mru_client *out);

/*
 * A walk that goes on behind touches keeps its place by the one mark: when the client there moves
 * or goes, the next newer one is marked. 0: the end, or no mark.
 */
void mru_mark(struct mru *m, uint32_t at);
uint32_t mru_marked(const struct mru *m);

/* What packets met. */
struct mru_count {
	uint64_t again;                       /* their client's entry */
	uint64_t fresh;                       /* an unused entry */
	uint64_t replaced_old, replaced_full; /* another's: unseen for maxage; the table full */
	uint64_t turned_away;                 /* no room */
};
const struct mru_count *mru_count(const struct mru *m);
void mru_reset_count(struct mru *m);

/* The number of buckets of the hash table. */
size_t mru_buckets(const struct mru *m);

/* Clients: held now, the most ever held, the most that fit. */
size_t mru_used(const struct mru *m);
size_t mru_peak(const struct mru *m);
size_t mru_capacity(const struct mru *m);

#endif
