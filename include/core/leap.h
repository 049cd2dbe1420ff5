/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leap - leap seconds: the table, the sources' vote, what is to be done when, and the smear.
 * Pure: a look takes the time of day and says what holds. UTC here is what the system clock shows,
 * so the second before an inserted one comes twice. RFC 5905, sections 7.3 (LI) and 11.2.3.
 */
#ifndef CORE_LEAP_H
#define CORE_LEAP_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "wire/header.h"

enum { LEAP_ROWS_MAX = 256 };

/* How near the next leap second is. */
enum leap_phase {
	LEAP_PHASE_NONE,
	LEAP_PHASE_SCHEDULED, /* within a month: known, not told */
	LEAP_PHASE_ANNOUNCED, /* within a day: LI of replies and the kernel's bits */
	LEAP_PHASE_ALERT,     /* within ten seconds: nothing else should move the clock */
};

struct leap_row {
	int64_t at_s; /* 1970; the first second with this offset */
	int tai_s;    /* TAI - UTC from then on */
};

struct leap {
	struct leap_row rows[LEAP_ROWS_MAX];
	unsigned rows_n;    /* 0: no table */
	int64_t expires_s;  /* 1970; beyond that the table knows nothing */
	enum ntp_leap vote; /* of the sources: for the end of the month of vote_at_s */
	int64_t vote_at_s;
	int64_t done_s;     /* midnight behind the last that is over, so that it comes once */
	enum ntp_leap done; /* its kind */
	/* What the last look said. */
	enum leap_phase phase;
	int64_t at_s;
	int tai_s;
};

struct leap_outlook {
	enum leap_phase phase;
	enum ntp_leap kind;     /* of the next leap second; LEAP_NONE: none within a month */
	struct rtime at;        /* the midnight behind it; valid unless LEAP_NONE */
	double to_leap_s;       /* until the clock jumps, above 0; likewise */
	enum ntp_leap last;     /* kind of the last one; LEAP_NONE: none within a month */
	double since_s;         /* since the clock jumped; likewise */
	enum ntp_leap announce; /* LI of replies and the kernel's bits: kind, in the last day */
	bool alarm;             /* within 3 s of a leap: a reply may be a second off: LEAP_UNSYNC */
	int tai_s;              /* TAI - UTC now; 0: not known */
	unsigned events;        /* bits 1 << enum system_event: armed, disarmed, leap, TAI */
	double again_s;         /* look again after at most so long; above 0 */
};

/* Starts without table and votes. */
void leap_start(struct leap *l);

/*
 * Takes a new table. rows ascend in time and differ by one second each; n 0 forgets the old one.
 * Returns false, and leaves *l alone, when they don't, or are more than LEAP_ROWS_MAX.
 */
bool leap_set_table(struct leap *l, const struct leap_row *rows, unsigned n, int64_t expires_s);

/*
 * Takes the vote of a selection. It means the end of the current month, and is heard in June and
 * December only, so not either while sources have yet to forget the last: another month's leap
 * second is made when a table has it. Nor is it heard while the table covers that.
 */
void leap_vote(struct leap *l, enum ntp_leap vote, struct rtime now);

/*
 * Says what holds now. EVENT_LEAP_EVENT comes once, when the clock shows the second in which it has
 * to jump: if the kernel does not make it, now is the time to step by -1 s (insert) or +1 s.
 */
void leap_look(struct leap *l, struct rtime now, struct leap_outlook *out);

/*
 * How often to warn of the table's expiry now: 0: not at all, a day when less than 28 days are left
 * or it has expired, an hour on the last day.
 */
double leap_warn_interval_s(const struct leap *l, struct rtime now);

/* ---- smear ---- */

/* Cosine: over the interval before the leap, as ntpd. Linear: centred on it, as the big clouds. */
enum leap_smear_form { LEAP_SMEAR_COSINE, LEAP_SMEAR_LINEAR };

struct leap_smear {
	enum leap_smear_form form;
	double interval_s; /* 0: none */
};

/*
 * Gives what to add to the time served: from 0 towards -1 s before an inserted second, towards +1 s
 * before a deleted one; what is left is taken back after it. While it is not 0, LI is LEAP_NONE.
 */
double leap_smear_s(const struct leap_smear *s, const struct leap_outlook *o);

/* The refid of smeared replies: 254, then the smear as 2.22 fixed point. */
uint32_t leap_smear_refid(double smear_s);

/* And back; 0 for other refids. */
double leap_smear_of_refid(uint32_t refid);

/*
 * What the answers of one server say of a smear by their refid. Any server may have a refid that
 * begins with 254, the hash of its upstream's address; but it stands still.
 */
struct leap_smear_heard {
	double smear_s; /* of the last answer, 0: none */
	struct mtime at;
	/* From answer to answer, no faster than clients can follow: -1, 1; 0: it does not. */
	int moves;
};

/* Takes the refid of an answer. */
void leap_smear_hear(struct leap_smear_heard *h, uint32_t refid, struct mtime at);

/* True when now is near enough to a leap second, certain or possible, that servers may smear it. */
bool leap_smear_may_be(const struct leap *l, struct rtime now);

/*
 * True when what was heard is to be believed: it moves, at a time when there is a leap second to be
 * smeared, in its direction, and no farther than the longest smear would be by now.
 */
bool leap_smear_fits(const struct leap *l, const struct leap_smear_heard *h, struct rtime now);

#endif
