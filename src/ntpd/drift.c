/* SPDX-License-Identifier: BSD-2-Clause */
/* drift - reading and writing the drift file. */
#include "ntpd/drift.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ntpd/report.h"
#include "ntpd/settings.h"

static const double HOUR_S = 3600.0;

enum { DRIFT_TEXT_MAX = 64 };

/* One or two numbers; false when the first is none. */
static bool
read_words(const char *text, double *ppm, double *sigma_ppm)
{
	char *end;

	*sigma_ppm = 0.0;
	*ppm = strtod(text, &end);
	if (end == text || !isfinite(*ppm) || fabs(*ppm) > NTP_MAXFREQ * 1e6) {
		return false;
	}
	text = end;
	*sigma_ppm = strtod(text, &end);
	if (end == text || !isfinite(*sigma_ppm) || *sigma_ppm < 0.0) {
		*sigma_ppm = 0.0;
	}
	return true;
}

bool
drift_read(struct ntpd *d, double *freq, double *sigma)
{
	const char *path = settings_driftfile(d);
	double ppm, sigma_ppm;
	char *text;
	size_t len;
	bool good;
	int error;

	*freq = 0.0;
	*sigma = 0.0;
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
			report(d, LOG_LEVEL_ERROR, "frequency file %s: %s", path, strerror(-error));
		}
		return false;
	}
	good = read_words(text, &ppm, &sigma_ppm);
	free(text);
	if (!good) {
		report(d, LOG_LEVEL_ERROR, "format error frequency file %s: expected a number of PPM within +-500",
		    path);
		return false;
	}
	*freq = ppm * 1e-6;
	*sigma = sigma_ppm * 1e-6;
	d->cw.drift_ppm = ppm;
	return true;
}

void
drift_write(struct ntpd *d)
{
	const char *path = settings_driftfile(d);
	struct mtime now = d->port.loop->ops->now(d->port.loop);
	char buf[DRIFT_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	double ppm = d->cw.adjust.freq * 1e6;
	int error;

	if (path == NULL || !d->cw.adjust.controlled || !discipline_trusted(&d->cw.disc, now)) {
		return;
	}
	text_printf(&t, "%.6f", ppm);
	if (d->cw.disc.loop.freq_sigma > 0.0) {
		text_printf(&t, " %.6f", d->cw.disc.loop.freq_sigma * 1e6);
	}
	text_char(&t, '\n');
	error = d->port.store->ops->write(d->port.store, path, buf, t.len);
	if (error != 0 && error != d->cw.drift_error) {
		report(d, LOG_LEVEL_ERROR, "frequency file %s: %s", path, strerror(-error));
	}
	d->cw.drift_error = error;
	d->cw.drift_at = now;
	if (error == 0) {
		d->cw.drift_ppm = ppm;
	}
}

void
drift_hourly(struct ntpd *d)
{
	struct mtime now = d->port.loop->ops->now(d->port.loop);
	double changed_ppm = fabs(d->cw.adjust.freq * 1e6 - d->cw.drift_ppm);

	if (mtime_diff_s(now, d->cw.drift_at) < HOUR_S) {
		return;
	}
	if (isnan(d->cw.drift_ppm) || changed_ppm > d->conf->drift_threshold_ppm) {
		drift_write(d);
	}
}
