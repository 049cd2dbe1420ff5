/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings - from the configuration and the command line to the rules the core works by.
 */
#ifndef NTPD_SETTINGS_H
#define NTPD_SETTINGS_H
#include "ntpd/state.h"

struct discipline_rules settings_discipline(const struct ntpd *d);
struct select_rules settings_select(const struct ntpd *d);
struct assoc_rules settings_assoc(const struct ntpd *d, const struct config_source *s);

/* What holds for associations now; asks the rng once. */
struct assoc_world settings_world(struct ntpd *d);

/* True when the clock is to be set: no disable ntp. */
bool settings_control_wanted(const struct ntpd *d);

/* The adaptive loop is in use. */
bool settings_adaptive(const struct ntpd *d);

/* Paths where the command line wins over the file; NULL: none. */
const char *settings_driftfile(const struct ntpd *d);
const char *settings_keysfile(const struct ntpd *d);

#endif
