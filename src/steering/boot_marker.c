/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_marker - the marker of a boot whose clock was set. */
#include "steering/boot_marker.h"
#include <string.h>
#include "journal/report.h"
#include "steering/steering.h"

/* A folder that is full or read-only now may not be for ever. */
static const double AGAIN_S = 3600.0;

void
boot_marker_start(struct steering *s)
{
	const char *path = s->is.boot_marker;
	struct store_stat st;

	if (path == NULL || !s->is.panic_gate ||
	    s->is.store->ops->stat(s->is.store, path, &st) != 0) {
		return;
	}
	s->boot_marker.found = true;
	report(s->is.journal, LOG_LEVEL_NOTICE,
	    "-g has no effect: the clock was set in this boot already, as %s says", path);
}

void
boot_marker_passed(struct steering *s)
{
	const char *path = s->is.boot_marker;
	int error;

	if (path == NULL || s->boot_marker.made ||
	    mtime_before(steering_now(s), s->boot_marker.again)) {
		return;
	}
	error = s->is.store->ops->write(s->is.store, path, "", 0);
	if (error != 0 && error != s->boot_marker.error) {
		report_unwritten(s->is.journal, "boot marker", path, STORE_REPLACE, error);
	}
	s->boot_marker.made = error == 0;
	s->boot_marker.error = error;
	s->boot_marker.again = mtime_add_s(steering_now(s), AGAIN_S);
}
