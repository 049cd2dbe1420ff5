/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarm - of snapshots, what somebody is to be told: a state that lasts, and that it is over. Pure.
 * A state is told when it has lasted; one that comes and goes is told at the rate of a bucket, and
 * then as it is, never as it was.
 */
#ifndef ALARM_ALARM_H
#define ALARM_ALARM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/limit.h"
#include "mode6/snapshot.h"

enum alarm_kind {
	ALARM_UNSYNCHRONISED, /* the clock is, or ntpd does not answer */
	ALARM_FALSETICKER,    /* a source has the wrong time */
	ALARM_STEP,           /* the clock was stepped; over after an hour without */
	ALARM_LEAP_EXPIRES,   /* the table of leap seconds, within 30 days or since */
	ALARM_CERT_EXPIRES,   /* the certificate that is served, within 14 days or since */
	ALARM_KINDS
};

struct alarm_rules {
	double unsynchronised_s; /* so long it has to last, >= 0 */
	double falseticker_s;
};

/* One state: as it is, since when, and what was told of it. */
struct alarm_state {
	bool is, told;
	double since_s; /* by the snapshots' clock, of is */
	int64_t at_s;   /* the same in real time */
	struct limit limit;
	char words[SNAPSHOT_TEXT * 2], source[SNAPSHOT_TEXT];
};

struct alarm {
	struct alarm_rules rules;
	struct alarm_state state[ALARM_KINDS];
	double steps, uptime_s, stepped_s; /* of the last time, NAN: none */
	bool looked;
};

/* What programs are told. */
struct alarm_event {
	enum alarm_kind kind;
	bool raised;        /* or it is over */
	int64_t since_s;    /* real time */
	const char *words;  /* the alarm's, until the next look */
	const char *source; /* who it is about; "" nobody */
};

void alarm_init(struct alarm *a, const struct alarm_rules *rules);

/* Takes in a snapshot. */
void alarm_look(struct alarm *a, const struct snapshot *s);

/* The next event to be told, which counts as told then; false: none. */
bool alarm_next(struct alarm *a, const struct snapshot *s, struct alarm_event *out);

/* "unsynchronised", "falseticker", "step", "leap-expires", "certificate-expires". */
const char *alarm_name(enum alarm_kind kind);

#endif
