/* SPDX-License-Identifier: BSD-2-Clause */
/* drift - reading and writing the drift file. */
#include "steering/drift.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "config/driftfile.h"
#include "journal/report.h"
#include "steering/steering.h"

static const double HOUR_S = 3600.0;

enum { WHY_MAX = 128, PASSED_MAX = 64 };

bool
drift_read(struct steering *s, double *freq, double *sigma)
{
	const char *path = s->driftfile;
	char why_buf[WHY_MAX];
	struct text why = text_over(why_buf, sizeof why_buf);
	struct drift drift;
	char *text;
	size_t len;
	bool good;
	int error;

	*freq = 0.0;
	*sigma = 0.0;
	s->drift.ppm = (double)NAN;
	if (s->conf->tinker.freq_given) {
		*freq = s->conf->tinker.freq_ppm * 1e-6;
		return true;
	}
	if (path == NULL) {
		return false;
	}
	error = s->is.store->ops->read(s->is.store, path, &text, &len);
	if (error != 0) {
		if (error != -ENOENT) {
			report_unread(s->is.journal, "frequency file", path, error);
		}
		return false;
	}
	good = driftfile_parse(text, len, &drift, &why);
	free(text);
	if (!good) {
		report(s->is.journal, LOG_LEVEL_ERROR, "format error frequency file %s: %s", path,
		    why_buf);
		return false;
	}
	if (drift.clamped) {
		/* No daemon wrote this: to begin at the limit is worse than to begin anew. */
		report(s->is.journal, LOG_LEVEL_ERROR, "frequency file %s: beyond %d ppm, not used",
		    path, DRIFTFILE_MAX_PPM);
		return false;
	}
	*freq = drift.freq_ppm * 1e-6;
	*sigma = drift.sigma_given ? drift.sigma_ppm * 1e-6 : 0.0;
	s->drift.ppm = drift.freq_ppm;
	return true;
}

void
drift_write(struct steering *s)
{
	const char *path = s->driftfile;
	struct mtime now = steering_now(s);
	struct drift drift = { .freq_ppm = adjust_freq(&s->adjust) * 1e6 };
	char buf[DRIFTFILE_TEXT_MAX];
	int error;

	if (path == NULL || !s->adjust.controlled || !discipline_trusted(&s->disc, now)) {
		return;
	}
	drift.sigma_given = s->disc.loop.freq_sigma > 0.0;
	drift.sigma_ppm = s->disc.loop.freq_sigma * 1e6;
	driftfile_format(&drift, buf, sizeof buf);
	error = s->is.store->ops->write(s->is.store, path, buf, strlen(buf));
	if (error != 0 && error != s->drift.error) {
		report_unwritten(s->is.journal, "frequency file", path, STORE_REPLACE, error);
	} else if (error == 0 && s->drift.error != 0) {
		report(s->is.journal, LOG_LEVEL_NOTICE, "frequency file %s: written again", path);
	}
	s->drift.error = error;
	s->drift.at = now;
	s->drift.passed = 0;
	if (error == 0) {
		s->drift.ppm = drift.freq_ppm;
	}
}

/* nonvolatile, halved for each hour without writing: a slow change is written in the end. */
static double
worth_ppm(const struct steering *s)
{
	return fmax(ldexp(s->conf->nonvolatile * 1e6, -(int)s->drift.passed),
	    s->conf->drift_threshold_ppm);
}

void
drift_hourly(struct steering *s)
{
	struct mtime now = steering_now(s);
	double changed_ppm = fabs(adjust_freq(&s->adjust) * 1e6 - s->drift.ppm);

	if (mtime_diff_s(now, s->drift.at) < HOUR_S) {
		return;
	}
	if (isnan(s->drift.ppm) || changed_ppm > worth_ppm(s)) {
		drift_write(s);
		return;
	}
	s->drift.at = now;
	s->drift.passed += s->drift.passed < PASSED_MAX ? 1 : 0;
}
