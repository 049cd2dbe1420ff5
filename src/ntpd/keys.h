/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys - the key file: read, checked, swapped whole.
 */
#ifndef NTPD_KEYS_H
#define NTPD_KEYS_H
#include "ntpd/state.h"

/*
 * Reads the key file into a new ring. What is wrong is logged, and then the old ring stays (at start: an empty one).
 * True when the new ring is in force.
 */
bool keys_load(struct ntpd *d);

#endif
