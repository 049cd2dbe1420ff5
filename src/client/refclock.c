/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock - the table of drivers, and what all of them share. */
#include "client/refclock.h"
#include <assert.h>
#include <stdlib.h>
#include "wire/header.h"
#include "refclock_local.h"

/* Each type here acts by the table of clocks of config/schema.c, and each that acts is here. */
static const struct refclock_driver *const DRIVERS[] = { &REFCLOCK_LOCAL };

/* The driver of a line of SOURCE_REFCLOCK that is in effect. */
static const struct refclock_driver *
driver_of(const struct config_source *s)
{
	const struct refclock_driver *found = NULL;

	for (unsigned i = 0; i < sizeof DRIVERS / sizeof DRIVERS[0]; i++) {
		if (DRIVERS[i]->type == s->clock_type) {
			found = DRIVERS[i];
		}
	}
	assert(found != NULL);
	return found;
}

void
refclock_put_rules(const struct config_source *s, struct assoc_rules *r)
{
	const struct refclock_driver *d = driver_of(s);
	const struct config_fudge *f = &s->fudge;

	r->flags |= ASSOC_REFCLOCK | d->flags;
	r->clock = (struct assoc_clock){
		.name = d->name,
		.stratum = f->given & FUDGE_STRATUM ? (uint8_t)f->stratum : d->stratum,
		.refid = refid_of_text(f->given & FUDGE_REFID ? f->refid : d->refid),
		.sync = d->sync,
	};
}

struct refclock *
refclock_open(const struct config_source *s)
{
	struct refclock *r = calloc(1, sizeof *r);

	if (r != NULL) {
		r->driver = driver_of(s);
		refsample_clear(&r->samples);
	}
	return r;
}

void
refclock_close(struct refclock *r)
{
	free(r);
}

bool
refclock_read(struct refclock *r, const struct assoc_world *w, struct refsample_result *out)
{
	const struct refsample_clock ours = { log2s_to_s(w->precision), w->freq };

	r->driver->read(r, w);
	return refsample_take(&r->samples, &ours, out);
}

bool
refclock_correction(struct refclock *r, const struct config_fudge *f, double *time_s, double *freq)
{
	if (r->driver->correction == NULL || r->corrected ||
	    (f->given & (FUDGE_TIME1 | FUDGE_TIME2)) == 0) {
		return false;
	}
	r->corrected = true;
	r->driver->correction(f, time_s, freq);
	return true;
}
