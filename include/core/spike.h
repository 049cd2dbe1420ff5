/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spike - the two spike suppressors of the classic pipeline: popcorn (one wild sample) and
 * huff-n'-puff (congestion of one direction). Pure. RFC 5905, section 10; tinker huffpuff.
 */
#ifndef CORE_SPIKE_H
#define CORE_SPIKE_H
#include <stdbool.h>
#include "base/ntptime.h"

enum { HUFFPUFF_SLOT_S = 900, HUFFPUFF_SLOTS = 96 };

/* The smallest round trip of the last hours, kept per quarter of an hour. */
struct huffpuff {
	double min_s[HUFFPUFF_SLOTS]; /* of each slot; infinite: none yet */
	unsigned slots, at;           /* slots in use, 0: off; the current one */
	struct mtime since;           /* when the current slot began */
};

/*
 * True when an offset that differs by diff_s from the last is a popcorn spike.
 * diff_s       >= 0
 * age_s        time from the last sample used to this one; old ones prove nothing
 */
bool spike_is_popcorn(double diff_s, double jitter_s, double age_s, double poll_s);

/* Starts with no delays known. span_s: tinker huffpuff, below 900: off, at most a day counts. */
void huffpuff_start(struct huffpuff *h, double span_s, struct mtime now);

/*
 * Learns a round trip and gives the offset with the part taken out that a delay above the minimum
 * explains: half of the excess, towards zero, never beyond it. The same offset when off.
 */
double huffpuff_correct(struct huffpuff *h, double offset_s, double delay_s, struct mtime now);

#endif
