/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notices - of snapshots, what is to be sent as a notification of the NTPv4-MIB. Pure. Of changes
 * that come and go so many are told as a bucket holds; those held back are counted in the next.
 * RFC 5907.
 */
#ifndef SNMP_NOTICES_H
#define SNMP_NOTICES_H
#include "base/limit.h"
#include "snmp/objects.h"

/* The number of the notification, and of its bit. */
enum notice_kind {
	NOTICE_MODE = 1,
	NOTICE_STRATUM,
	NOTICE_PEER,
	NOTICE_ADD,
	NOTICE_REMOVE,
	NOTICE_CONFIG,
	NOTICE_LEAP,
	NOTICE_HEARTBEAT,
	NOTICE_KINDS
};

/* What is on, unless a manager said otherwise: all but the heartbeat. */
enum { NOTICES_USUAL = 0xfe, NOTICES_HEARTBEAT_S = 60 };

struct notice {
	enum notice_kind kind;
	uint16_t assoc;            /* whose name goes with it; 0: none */
	char name[SNAPSHOT_TEXT];  /* that name */
	char words[SNAPSHOT_TEXT]; /* ntpEntNotifMessage */
};

struct notices_source {
	uint16_t id;
	char name[SNAPSHOT_TEXT];
};

/* What was seen last. */
struct notices {
	bool looked;            /* a daemon that answers was seen */
	enum objects_mode mode; /* 0: none was seen yet */
	unsigned stratum, leap;
	uint16_t leader;
	double uptime_s, config_changes;
	struct notices_source *source; /* owned */
	size_t source_n;
	double heartbeat_at_s; /* NAN: none was sent with this interval */
	uint32_t heartbeat_s;  /* that interval */
	struct limit limit;
};

/* mono_s: by the clock of the snapshots. */
void notices_init(struct notices *n, double mono_s);
void notices_free(struct notices *n);

/*
 * Takes in a snapshot and hands out each notification that is wanted: bits as set by a manager,
 * heartbeat_s the interval, 0 one alone. Of the first snapshot nothing but the heartbeat is told.
 */
void notices_look(struct notices *n, const struct snapshot *s, uint16_t bits, uint32_t heartbeat_s,
    void (*send)(void *ctx, const struct notice *notice), void *ctx);

#endif
