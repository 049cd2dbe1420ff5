/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show - the lines of ntptime, and the words for the kernel's bits.
 */
#ifndef NTPTIME_SHOW_H
#define NTPTIME_SHOW_H
#include <stdbool.h>
#include <stdio.h>
#include "sys/clock_raw.h"

/* Writes the two blocks; modes: what was changed before; raw: also the bare numbers of the time. */
void show_clock(const struct clock_raw *c, unsigned modes, bool raw, FILE *out);

/* The same as one JSON object. */
void show_json(const struct clock_raw *c, unsigned modes, FILE *out);

#endif
