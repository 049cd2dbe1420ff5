/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter - the classic clock filter: chooses one of the last eight samples of a source.
 * Pure: no clock, no allocation. One per association. RFC 5905, section 10.
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H
#include <stdbool.h>
#include "core/sample.h"

enum { FILTER_STAGES = 8 };

struct filter {
	struct sample ring[FILTER_STAGES];
	unsigned next, filled; /* slot of the next sample, 0..7; valid slots, 0..8 */
	struct mtime updated;  /* when dispersions were last aged */
	struct sample best;    /* the chosen sample; valid when usable */
	bool usable;           /* some sample's dispersion is below NTP_MAXDISP_S */
	double disp_s;         /* weighted dispersion of all stages, <= NTP_MAXDISP_S */
	double jitter_s;       /* RMS of differences to best, >= precision; 0 at first */
	bool chosen;           /* a sample was handed on since filter_clear */
	struct mtime used;     /* its time; valid when chosen */
	struct sample last;    /* chosen last, spike or not; valid when chosen */
};

/* What became of a sample. */
enum filter_result {
	FILTER_NEW,     /* best is newer than before: select again */
	FILTER_OLD,     /* an older sample is still the best */
	FILTER_POPCORN, /* a spike: best stays as it was, this once (spike.h) */
	FILTER_NOTHING, /* nothing usable */
};

struct filter_rules {
	double precision_s; /* of the local clock, > 0; the floor of jitter_s */
	double freq;        /* rate adjustment of our clock in force, s/s */
	double phi;         /* s/s, NTP_PHI */
	double maxdist_s;   /* tos maxdist */
	int allan_log2s;    /* older samples count by delay + dispersion */
	double poll_s;      /* of this association, for the popcorn test */
	bool by_time;       /* start-up: the newest first */
};

/* Forgets all samples. */
void filter_clear(struct filter *f, struct mtime now);

/*
 * Adds a sample and chooses again.
 * s    a time before the previous sample's ages nothing; with a disp_s of NTP_MAXDISP_S or more
 *      it is never chosen
 */
enum filter_result filter_add(struct filter *f, const struct sample *s,
    const struct filter_rules *r);

/* Adds the "no answer" sample of an unanswered poll: dispersion NTP_MAXDISP_S. */
enum filter_result filter_add_silence(struct filter *f, struct mtime now,
    const struct filter_rules *r);

/* Our clock may be elsewhere by by_s, >= 0: all samples are that much less certain. */
void filter_doubt(struct filter *f, double by_s);

/*
 * Forgets all but the newest keep samples: those before were of another clock or way. Chooses
 * again.
 */
void filter_forget(struct filter *f, unsigned keep, const struct filter_rules *r);

/*
 * Gives stage i, newest first, with its dispersion aged to now; false when there is none.
 * For filtoffset and the like.
 */
bool filter_stage(const struct filter *f, unsigned i, struct mtime now, double phi,
    struct sample *out);

#endif
