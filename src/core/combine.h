/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * combine - what several sources say together: their estimates by how well each is known, or their
 * offsets by root distance where there is none. RFC 5905, section 11.2.3, with weights of our own.
 */
#ifndef SRC_CORE_COMBINE_H
#define SRC_CORE_COMBINE_H
#include "core/select.h"

/*
 * Combines the entries of w, at least two, whose system peer is entry sys: offset, jitter, and
 * where estimates are there frequency, variances and wander, into out; marks who took part.
 */
void combine(const struct candidate *c, const struct select_work *w, unsigned sys,
    struct selection *out);

#endif
