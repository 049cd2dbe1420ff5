/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * configure - lines of ntp.conf that come from ntpq go through the parser, the comparison and the
 * steps that a reload of the file takes; words that name files are never taken from afar.
 */
#ifndef NTPD_CONFIGURE_H
#define NTPD_CONFIGURE_H
#include <stddef.h>
#include "base/text.h"

struct ntpd;

/* Takes the lines into force, all or none, and appends what ntpq is to say of it. */
void configure_lines(struct ntpd *d, const char *lines, size_t len, struct text *answer);

#endif
