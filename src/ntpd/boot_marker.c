/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_marker - the marker of a boot whose clock was set. */
#include "ntpd/boot_marker.h"
#include <string.h>
#include "ntpd/report.h"
#include "ntpd/state.h"

/* A folder that is full or read-only now may not be for ever. */
static const double AGAIN_S = 3600.0;

void
boot_marker_start(struct ntpd *d)
{
	const char *path = d->opt.boot_marker;
	struct store_stat st;

	if (path == NULL || !d->opt.panic_gate || d->port.store->ops->stat(d->port.store, path,
	    &st) != 0) {
		return;
	}
	d->opt.panic_gate = false;
	report(d, LOG_LEVEL_NOTICE,
	    "-g has no effect: the clock was set in this boot already, as %s says", path);
}

void
boot_marker_passed(struct ntpd *d)
{
	const char *path = d->opt.boot_marker;
	int error;

	if (path == NULL || d->steering.boot_marker.made || mtime_before(now_of(d), d->steering.boot_marker.again)) {
		return;
	}
	error = d->port.store->ops->write(d->port.store, path, "", 0);
	if (error != 0 && error != d->steering.boot_marker.error) {
		report_unwritten(d, "boot marker", path, STORE_REPLACE, error);
	}
	d->steering.boot_marker.made = error == 0;
	d->steering.boot_marker.error = error;
	d->steering.boot_marker.again = mtime_add_s(now_of(d), AGAIN_S);
}
