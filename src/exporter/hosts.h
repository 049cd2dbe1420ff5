/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hosts - the names under which a browser may know us. A foreign page can give its own name our
 * address (DNS rebinding) and would then read what is shown here; it cannot when the name that it
 * used, which the header Host tells, is none of ours.
 */
#ifndef EXPORTER_HOSTS_H
#define EXPORTER_HOSTS_H
#include <stdbool.h>
#include <stddef.h>

enum { HOSTS_MAX = 16 };

struct hosts {
	const char *name[HOSTS_MAX]; /* the caller's */
	size_t n;
};

/* Allows a name; false when it is one too many. */
bool hosts_add(struct hosts *h, const char *name);

/*
 * True for an address, "localhost", an allowed name in any case, each with or without a port, and
 * for none at all (NULL), which no browser sends.
 */
bool hosts_allow(const struct hosts *h, const char *header);

#endif
