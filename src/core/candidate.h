/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * candidate - what cluster, weights and the majority's rate ask of a source alike.
 */
#ifndef SRC_CORE_CANDIDATE_H
#define SRC_CORE_CANDIDATE_H
#include "core/select.h"

/* Its root distance when it last answered: by how long ago that was, sources would take turns. */
double candidate_standing_dist_s(const struct candidate *c);

#endif
