/* SPDX-License-Identifier: BSD-2-Clause */
/* candidate - what cluster, weights and the majority's rate ask of a source alike. */
#include "candidate.h"

double
candidate_standing_dist_s(const struct candidate *c)
{
	return c->root_dist_s - c->age_dist_s;
}
