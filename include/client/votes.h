/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * votes - the lines of the configuration as a quorum counts them (core/quorum.h).
 */
#ifndef CLIENT_VOTES_H
#define CLIENT_VOTES_H
#include "core/quorum.h"

struct client;

/* Fills in every line that may vote, with the weight it has now. */
void votes_put(const struct client *c, struct quorum_lines *out);

/* True when there is a line that may ever set the clock. */
bool votes_any(const struct client *c);

#endif
