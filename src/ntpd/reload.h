/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - a new configuration takes the place of the old one: parse, compare, apply.
 */
#ifndef NTPD_RELOAD_H
#define NTPD_RELOAD_H
#include "ntpd/state.h"

/* Reads the file again; an erroneous one changes nothing and says why. True when it was applied. */
bool reload(struct ntpd *d);

#endif
