/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlap - where most of some intervals overlap (Marzullo, 1984). Pure.
 */
#ifndef CORE_OVERLAP_H
#define CORE_OVERLAP_H

enum { OVERLAP_MAX = 256 };

/* low_s <= high_s */
struct claim {
	double low_s, high_s;
};

/* How far from 0 a point of it can be, now and when all is moved by -slew_s. */
double claim_reach_s(const struct claim *s, double slew_s);

/*
 * Finds the points that are in more of the n intervals than any other, n <= OVERLAP_MAX; of
 * several such regions the hull, which contains the truth if that many are right. Intervals that
 * only touch overlap. Returns how many hold them; 0, and *out is not written, when n is 0.
 */
unsigned overlap_most(const struct claim *of, unsigned n, struct claim *out);

#endif
