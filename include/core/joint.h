/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * joint - one estimate from the samples of all surviving sources.
 * Pure. Selection combines the sources' own estimates (RFC 5905, section 11.2.3), but each of those
 * knows our clock only as often as that source is asked. Here all samples go through one bank, each
 * less what its source usually differs from the combined offset, so that the clock is followed at
 * the rate of all of them. What comes out refines the combined estimate and never leaves it by more
 * than three of its deviations, and for the offset of what the sources differ by.
 */
#ifndef CORE_JOINT_H
#define CORE_JOINT_H
#include "core/estimator.h"

enum { JOINT_SOURCES = 16 };

struct joint {
	struct bank bank;
	bool running;
	unsigned held; /* updates in a row that the leash held back */
	struct mtime last;
	int64_t adjusted_ns;
	struct joint_source {
		uint16_t id;      /* 0: free */
		double bias_s;    /* its estimate less the combined one, in the long run */
		double varies_s2; /* how that varies, beyond both uncertainties */
		unsigned n;       /* samples in it */
		struct mtime used;
	} source[JOINT_SOURCES];
};

/* What selection made of all sources, and who brought the newest sample. */
struct joint_input {
	uint16_t id;
	const struct estimator *estimator; /* NULL: the newest is not a survivor's */
	const struct estimate *combined;   /* now */
	unsigned survivors;
	struct mtime now;
	int64_t adjusted_ns;
};

void joint_clear(struct joint *j);

/*
 * Gives the refined estimate; with fewer than two survivors it is the combined one.
 * out  must not be in->combined
 */
void joint_update(struct joint *j, const struct joint_input *in, struct estimate *out);

/* As bank_wander. */
void joint_wander(struct joint *j, const double log_likelihood[BANK_WANDERS]);

/*
 * What the source's newest sample says of our clock, less what the source usually differs by, as
 * joint_update took it.
 */
struct bank_reading joint_reading(const struct joint *j, uint16_t id, const struct estimator *e);

#endif
