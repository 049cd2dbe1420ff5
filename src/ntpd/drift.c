/* SPDX-License-Identifier: BSD-2-Clause */
/* drift - reading and writing the drift file. */
#include "ntpd/drift.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "config/driftfile.h"
#include "ntpd/report.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"

static const double HOUR_S = 3600.0;

enum { WHY_MAX = 128, PASSED_MAX = 64 };

bool
drift_read(struct ntpd *d, double *freq, double *sigma)
{
	const char *path = rules_driftfile(d);
	char why_buf[WHY_MAX];
	struct text why = text_over(why_buf, sizeof why_buf);
	struct drift drift;
	char *text;
	size_t len;
	bool good;
	int error;

	*freq = 0.0;
	*sigma = 0.0;
	d->steering.drift.ppm = (double)NAN;
	if (d->conf->tinker.freq_given) {
		*freq = d->conf->tinker.freq_ppm * 1e-6;
		return true;
	}
	if (path == NULL) {
		return false;
	}
	error = d->port.store->ops->read(d->port.store, path, &text, &len);
	if (error != 0) {
		if (error != -ENOENT) {
			report_unread(d, "frequency file", path, error);
		}
		return false;
	}
	good = driftfile_parse(text, len, &drift, &why);
	free(text);
	if (!good) {
		report(d, LOG_LEVEL_ERROR, "format error frequency file %s: %s", path, why_buf);
		return false;
	}
	if (drift.clamped) {
		/* No daemon wrote this: to begin at the limit is worse than to begin anew. */
		report(d, LOG_LEVEL_ERROR, "frequency file %s: beyond %d ppm, not used", path,
		    DRIFTFILE_MAX_PPM);
		return false;
	}
	*freq = drift.freq_ppm * 1e-6;
	*sigma = drift.sigma_given ? drift.sigma_ppm * 1e-6 : 0.0;
	d->steering.drift.ppm = drift.freq_ppm;
	return true;
}

void
drift_write(struct ntpd *d)
{
	const char *path = rules_driftfile(d);
	struct mtime now = now_of(d);
	struct drift drift = { .freq_ppm = d->steering.steer.adjust.freq * 1e6 };
	char buf[DRIFTFILE_TEXT_MAX];
	int error;

	if (path == NULL || !d->steering.steer.adjust.controlled ||
	    !discipline_trusted(&d->steering.steer.disc, now)) {
		return;
	}
	drift.sigma_given = d->steering.steer.disc.loop.freq_sigma > 0.0;
	drift.sigma_ppm = d->steering.steer.disc.loop.freq_sigma * 1e6;
	driftfile_format(&drift, buf, sizeof buf);
	error = d->port.store->ops->write(d->port.store, path, buf, strlen(buf));
	if (error != 0 && error != d->steering.drift.error) {
		report_unwritten(d, "frequency file", path, STORE_REPLACE, error);
	} else if (error == 0 && d->steering.drift.error != 0) {
		report(d, LOG_LEVEL_NOTICE, "frequency file %s: written again", path);
	}
	d->steering.drift.error = error;
	d->steering.drift.at = now;
	d->steering.drift.passed = 0;
	if (error == 0) {
		d->steering.drift.ppm = drift.freq_ppm;
	}
}

/* nonvolatile, halved for each hour without writing: a slow change is written in the end. */
static double
worth_ppm(const struct ntpd *d)
{
	return fmax(ldexp(d->conf->nonvolatile * 1e6, -(int)d->steering.drift.passed),
	    d->conf->drift_threshold_ppm);
}

void
drift_hourly(struct ntpd *d)
{
	struct mtime now = now_of(d);
	double changed_ppm = fabs(d->steering.steer.adjust.freq * 1e6 - d->steering.drift.ppm);

	if (mtime_diff_s(now, d->steering.drift.at) < HOUR_S) {
		return;
	}
	if (isnan(d->steering.drift.ppm) || changed_ppm > worth_ppm(d)) {
		drift_write(d);
		return;
	}
	d->steering.drift.at = now;
	d->steering.drift.passed += d->steering.drift.passed < PASSED_MAX ? 1 : 0;
}
