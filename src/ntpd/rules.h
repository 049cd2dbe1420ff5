/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules - from the configuration and the command line to the rules that associations work by.
 */
#ifndef NTPD_RULES_H
#define NTPD_RULES_H
#include "ntpd/state.h"

/* What the configuration says for all associations: of each that comes into force. */
void rules_policy(const struct ntpd *d, struct assoc_policy *out);

/* What holds for associations now, before something is decided: asks the kernel for the slew. */
struct assoc_world rules_world(struct ntpd *d);

/* The same for whoever only looks: nothing is asked, and nothing booked. */
struct assoc_world rules_world_shown(const struct ntpd *d);

/* The adaptive loop is in use. */
bool rules_adaptive(const struct ntpd *d);

/* Paths where the command line wins over the file; NULL: none. */
const char *rules_driftfile(const struct ntpd *d);
const char *rules_keysfile(const struct ntpd *d);

#endif
