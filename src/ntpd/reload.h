/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - a new configuration takes the place of the old one: parse, compare, apply.
 */
#ifndef NTPD_RELOAD_H
#define NTPD_RELOAD_H
#include "ntpd/state.h"

enum reload_from { RELOAD_FROM_FILE, RELOAD_FROM_NTPQ };

/*
 * Puts new, which lives in arena, into force and frees the old configuration. False when memory is
 * short: then arena is freed and nothing was changed.
 */
bool reload_apply(struct ntpd *d, struct config *new, struct arena *arena, enum reload_from from);

/*
 * Finds what the unpeer lines of new mean that name an association: a line of the configuration,
 * which is taken out, or a member of a pool, which is left to reload_apply. NULL, or the text that
 * means nothing here.
 */
const char *reload_settle_unpeers(struct ntpd *d, struct config *new);

/*
 * Reads the file again; an erroneous one changes nothing and says why. The service manager is told
 * when it begins and ends. True when it was applied.
 */
bool reload(struct ntpd *d);

#endif
