/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars - the variables that mode 6 shows: of the system, of an association, of a reference clock.
 * Each kind is one const table over a snapshot, so that a name is written once.
 */
#ifndef NTPD_VARS_H
#define NTPD_VARS_H
#include "base/text.h"
#include "ntpd/state.h"
#include "wire/control.h"

/* Writes the default variables, in their classic order. */
void vars_system_default(struct ntpd *d, struct text *out);
void vars_peer_default(struct ntpd *d, const struct peer *p, struct text *out);
void vars_pool_default(struct ntpd *d, const struct origin *o, struct text *out);
void vars_clock_default(struct ntpd *d, const struct peer *p, struct text *out);

/* Write one variable by name; false when there is none of that name. */
bool vars_system_named(struct ntpd *d, const struct control_item *name, struct text *out);
bool vars_peer_named(struct ntpd *d, const struct peer *p, const struct control_item *name,
    struct text *out);
bool vars_pool_named(struct ntpd *d, const struct origin *o, const struct control_item *name,
    struct text *out);
bool vars_clock_named(struct ntpd *d, const struct peer *p, const struct control_item *name,
    struct text *out);

/* True for the name of a system variable that the daemon makes itself. */
bool vars_system_has(const struct control_item *name);

#endif
