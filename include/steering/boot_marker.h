/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_marker - lets -g forgive a large error once in a boot, not once in every start: a marker,
 * an empty file whose name holds the boot's id, says that the clock was set.
 */
#ifndef STEERING_BOOT_MARKER_H
#define STEERING_BOOT_MARKER_H
#include <stdbool.h>
#include "base/ntptime.h"

struct steering;

struct boot_marker {
	bool found; /* so that -g has no effect */
	bool made;
	int error; /* of making it, said once per change; tried again at: */
	struct mtime again;
};

/* Withdraws -g when the marker is there. Once, before the clock is taken hold of. */
void boot_marker_start(struct steering *s);

/* Makes the marker, at the first correction of the clock. */
void boot_marker_passed(struct steering *s);

#endif
