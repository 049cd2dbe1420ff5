/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * objects - a snapshot of the daemon as the objects of the NTPv4-MIB. Pure: what SNMP asks is
 * looked up here, and nothing of an SNMP library is seen. RFC 5907.
 *
 * Objects are named by what stands behind 1.3.6.1.2.1.197. One whose value is not known is not
 * there; texts that are not known are empty.
 */
#ifndef SNMP_OBJECTS_H
#define SNMP_OBJECTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "mode6/snapshot.h"

enum {
	OBJECTS_NAME_MAX = 6,     /* numbers of the longest name */
	OBJECTS_OCTETS_MAX = 255, /* of a DisplayString */
	OBJECTS_SOURCES_MAX = 99, /* ntpEntStatusNumberOfRefSources */
	OBJECTS_DATE_LEN = 16,    /* of an NtpDateTime */
};

/* Names that others use, without the instance. */
extern const uint32_t OBJECTS_MODE[3], OBJECTS_STRATUM[3], OBJECTS_PEER_ID[3], OBJECTS_DATE[3],
    OBJECTS_HEARTBEAT[3], OBJECTS_BITS[3], OBJECTS_MESSAGE[3], OBJECTS_ASSOC_NAME[5];

/* What the daemon does: ntpEntStatusCurrentMode. */
enum objects_mode {
	OBJECTS_NOT_RUNNING = 1,
	OBJECTS_NOT_SYNCHRONISED,
	OBJECTS_NONE_CONFIGURED,
	OBJECTS_LOCAL,
	OBJECTS_REFCLOCK,
	OBJECTS_SERVER,
};

enum object_type { OBJECT_INTEGER, OBJECT_UNSIGNED, OBJECT_COUNTER, OBJECT_TICKS, OBJECT_OCTETS };

struct object {
	uint32_t name[OBJECTS_NAME_MAX];
	unsigned name_n;
	enum object_type type;
	int64_t number; /* of all types but octets, within the type's 32 bits */
	uint8_t octets[OBJECTS_OCTETS_MAX];
	size_t len;
};

/* What does not come from the daemon. */
struct objects_facts {
	struct rtime now;
	double resolution_s;    /* of the clock, > 0 */
	const char *ours;       /* what a daemon of this make tells as its version */
	uint32_t heartbeat_s;   /* as set */
	uint16_t bits;          /* notifications that are wanted, 1 << number */
	uint32_t notifications; /* sent so far */
};

/* A snapshot that can be asked. */
struct objects {
	const struct snapshot *s; /* the caller's */
	struct objects_facts facts;
	uint16_t row[SNAPSHOT_SOURCES_MAX]; /* places in s->source, by id; each id once */
	size_t row_n;
};

/* Takes in a snapshot, which stays as it is while it is asked. */
void objects_of(struct objects *o, const struct snapshot *s, const struct objects_facts *facts);

/* The object of that name; false: there is none. */
bool objects_get(const struct objects *o, const uint32_t *name, unsigned name_n,
    struct object *out);

/* The first object behind that name, or of it when it may be included; false: there is none. */
bool objects_next(const struct objects *o, const uint32_t *name, unsigned name_n, bool included,
    struct object *out);

/* True when the name is of an object that a manager may set, with its instance. */
bool objects_may_set(const uint32_t *name, unsigned name_n);

/* The mode of a daemon, and the id of the source that leads it; 0: none. */
enum objects_mode objects_mode_of(const struct snapshot *s);
uint16_t objects_leader_of(const struct snapshot *s);
unsigned objects_stratum_of(const struct snapshot *s); /* 1..16 */

/* True for a source that is an association of the MIB: a pool is none, nor what has no id. */
bool objects_has_row(const struct snapshot_source *s);

/*
 * The bits of notifications as octets, and back: false when there are others than of notifications.
 */
void objects_put_bits(uint16_t bits, uint8_t out[static 2]);
bool objects_take_bits(const uint8_t *octets, size_t len, uint16_t *bits);

#endif
