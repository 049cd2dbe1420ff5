/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_local - our own clock by itself. */
#include "refclock_local.h"

enum { TYPE = 1, STRATUM = 5 };

/* It is what it is. */
static void
read_clock(struct refclock *r, const struct assoc_world *w)
{
	struct refsample_reading now = { .at = w->now, .adjusted_ns = w->adjusted_ns };

	refsample_add(&r->samples, &now);
}

/* time1 in seconds, time2 in ppm. */
static void
correction(const struct config_fudge *f, double *time_s, double *freq)
{
	*time_s = f->given & FUDGE_TIME1 ? f->time1_s : 0.0;
	*freq = f->given & FUDGE_TIME2 ? f->time2_s * 1e-6 : 0.0;
}

const struct refclock_driver REFCLOCK_LOCAL = {
	.type = TYPE,
	.name = "LOCAL",
	.device = "Undisciplined local clock",
	.flags = ASSOC_OWN_CLOCK,
	.sync = SYNC_OWN_CLOCK,
	.stratum = STRATUM,
	.refid = "LOCL",
	.read = read_clock,
	.correction = correction,
};
