/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select - intersection, cluster, combine: which sources are right, and what they say together.
 * Pure: a table of candidates in, a selection out. RFC 5905, section 11.2, with ntpd's differences.
 */
#ifndef CORE_SELECT_H
#define CORE_SELECT_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "wire/header.h"

enum { SELECT_MAX = 256 };

enum candidate_flags {
	CANDIDATE_PREFER = 1 << 0,
	CANDIDATE_TRUE = 1 << 1,        /* always a truechimer */
	CANDIDATE_REFCLOCK = 1 << 2,    /* its leap vote wins */
	CANDIDATE_LAST_RESORT = 1 << 3, /* our own clock: only when nothing else is left */
	/*
	 * Tells where a second begins: used for that when others have numbered it. These are a
	 * survivor or the PPS itself with CANDIDATE_PREFER, or with CANDIDATE_NUMBERED a source
	 * behind the same device.
	 */
	CANDIDATE_PPS = 1 << 4,
	CANDIDATE_NUMBERED = 1 << 7,
	CANDIDATE_TRUSTED = 1 << 5,  /* authenticated, or a reference clock; see trusted_first */
	CANDIDATE_STAND_IN = 1 << 6, /* in the place of the trusted, while there are none */
	CANDIDATE_DRIFTED = 1 << 8,  /* the last selection has left it out, LEFT_OUT_DRIFTS */
	CANDIDATE_READ = 1 << 9,     /* a device that is read: there are no ways to and fro */
	CANDIDATE_SEES = 1 << 10, /* asked soon when another breaks: what shook us, it has seen */
};

/* All that selection may know of a source; only sources that pass the fitness tests come here. */
struct candidate {
	uint16_t id;     /* association, not 0 */
	uint8_t stratum; /* of the source */
	unsigned flags;
	enum ntp_leap leap;
	double offset_s;    /* source - our clock, now */
	double jitter_s;    /* > 0 */
	double root_dist_s; /* > 0; the true time is within offset +- this */
	/*
	 * Of root_dist_s, what the age of the last answer makes until the next is due, >= 0 and
	 * less than root_dist_s: it says when the source was asked, not how good it is.
	 */
	double age_dist_s;
	/* How far from offset the true time can be, where that is less; 0: root_dist_s. */
	double reach_s;
	/* Of the adaptive loop's estimator; var_s2 0: not estimated, combine by root distance. */
	double var_s2; /* variance of offset_s */
	double freq;   /* s/s to be added to our free-running rate */
	double freq_var;
	double cov_s;  /* covariance of offset and frequency */
	double wander; /* of our oscillator as this source sees it, s/s per sqrt(s) */
	/*
	 * The round trip to the root at its least, >= 0: what the ways to and fro may be unlike by
	 * goes with it. 0: there is none, or it is not known.
	 */
	double trip_s;
	/* How fast it moves away from what all say, and the variance, 0: not known (witness.h). */
	double drift, drift_var;
	double unrest;  /* how often it was not where it was foretold to be, of late */
	double smear_s; /* of a leap second, by what it says and is believed of; 0: none */
	/* Orphan parents: the smaller metric wins. */
	uint32_t orphan_metric;
};

/* The values are mode 6's select codes. */
enum tally {
	TALLY_REJECT,
	TALLY_FALSETICK,
	TALLY_EXCESS,
	TALLY_OUTLIER,
	TALLY_CANDIDATE,
	TALLY_BACKUP,
	TALLY_SYSPEER,
	TALLY_PPSPEER
};

/* What an outlier was left out for, where that is more than how far it is from the others. */
enum left_out {
	LEFT_OUT_NOT,
	LEFT_OUT_RESTLESS, /* it is not where it was foretold to be, again and again */
	LEFT_OUT_SMEAR,    /* it smears the leap second and more do not, or the other way round */
	LEFT_OUT_DRIFTS,   /* it moves away from the majority */
};

/* Why there is no system peer. */
enum select_why {
	SELECT_FOUND,
	SELECT_NO_CANDIDATE,
	SELECT_NO_MAJORITY,
	SELECT_TOO_FEW,
	SELECT_NO_TRUSTED /* trusted_first, and those that are there are others */
};

struct select_rules {
	unsigned minclock, maxclock, minsane; /* tos: 3, 10, 1 */
	double mindist_s;                     /* tos: 0.001 */
	double precision_s;
	int orphan_stratum;         /* tos orphan; >= 16: off */
	uint32_t own_orphan_metric; /* ours; a parent must beat it */
	bool last_resort_allowed;   /* orphanwait is over */
	/*
	 * Only the trusted are asked who is right; others are used as far as they agree with that,
	 * however many they are, and not at all while there is no trusted one.
	 */
	bool trusted_first;
};

/* What selection remembers from one run to the next: the anti-clockhop threshold. */
struct select_memory {
	uint16_t sys_id; /* 0: none */
	double hop_s;    /* 0: not hopping */
};

struct choice {
	uint16_t id;
	enum tally tally;
	bool combined; /* its estimate is in the combined one, with others */
	enum left_out left_out;
};

struct selection {
	struct choice each[SELECT_MAX]; /* in the order of the candidates */
	unsigned n;
	unsigned sys_at; /* index of the system peer; valid when sys_id != 0 */
	uint16_t sys_id; /* 0: none */
	enum select_why why;
	unsigned survivors;
	unsigned combined;         /* estimates in the combined one; 0: one source speaks alone */
	bool orphan;               /* the system peer is an orphan parent */
	bool smeared;              /* the survivors smear the leap second: the time is not UTC */
	double offset_s, jitter_s; /* combined; offset clamped to [low_s, high_s] */
	double var_s2, freq, freq_var; /* combined, when estimated */
	double cov_s, wander;
	double standing_s2;   /* of offset_s besides: by ways that differ for good */
	double low_s, high_s; /* the intersection interval; of a last resort its own interval */
	enum ntp_leap leap;   /* the vote: LEAP_NONE, LEAP_INSERT or LEAP_DELETE */
};

/* Scratch memory of one run, too large for the stack; its content means nothing between runs. */
struct select_work {
	struct select_edge {
		double at_s;
		int kind; /* -1: an interval begins, +1: one ends */
	} edge[2 * SELECT_MAX];
	struct select_entry {
		unsigned at;            /* index of the candidate */
		double select_jitter_s; /* RMS distance to the other survivors */
		double metric;          /* the smallest becomes the system peer */
		bool drifts;            /* away from the majority */
	} entry[SELECT_MAX];            /* who is still in, nearest first */
	unsigned edge_n, entry_n;
};

/*
 * Selects among n <= SELECT_MAX candidates. The order of the input changes nothing but the order
 * of each[].
 */
void select_run(const struct candidate *c, unsigned n, const struct select_rules *rules,
    struct select_memory *memory, struct select_work *work, struct selection *out);

#endif
