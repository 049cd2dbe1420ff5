/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * camp - sources that smear a leap second and sources that do not tell two times, each of them
 * right in its way: a mixture would lead the clock to neither. Of those that the intersection left,
 * the larger camp stays. What a sender says of itself comes after the vote, never before.
 */
#ifndef SRC_CORE_CAMP_H
#define SRC_CORE_CAMP_H
#include "core/select.h"

struct camp {
	bool mixed;     /* there are others: */
	double smear_s; /* what the camp that stays smears by; 0: plain */
};

/*
 * Finds the camp that stays among the entries of w; plain, of two that are as large. asked: only
 * those with one of these flags count; 0: all do.
 */
struct camp camp_find(const struct candidate *c, const struct select_work *w, unsigned asked);

/* Says whether a candidate is of that camp. Our own clock is of any. */
bool camp_has(const struct camp *k, const struct candidate *c);

#endif
