/* SPDX-License-Identifier: BSD-2-Clause */
/* steering - the root. */
#include "steering/steering.h"

void
steering_init(struct steering *s, const struct steering_setup *setup)
{
	s->is = *setup;
}

void
steering_configure(struct steering *s, const struct config *conf, const char *driftfile)
{
	s->conf = conf;
	s->driftfile = driftfile;
}

void
steering_halt(struct steering *s)
{
	s->halted = true;
}

static void
put_world(const struct steering *s, struct mtime now, int64_t adjusted_ns, struct assoc_world *w)
{
	w->now = now;
	w->sys_poll = s->disc.loop.poll_log2s;
	w->precision = s->update.precision;
	w->startup = s->disc.state != CLOCK_SYNC;
	w->synced = s->sys.leap != LEAP_UNSYNC;
	w->adjusted_ns = adjusted_ns;
	w->freq = s->disc.loop.freq;
	w->freq_sigma = s->disc.loop.freq_sigma;
	w->broke = s->steer.broke_at;
}

void
steering_put_world(struct steering *s, struct assoc_world *w)
{
	struct mtime now = steering_now(s);

	put_world(s, now, adjust_sum(&s->adjust), w);
}

void
steering_show_world(const struct steering *s, struct assoc_world *w)
{
	struct mtime now = steering_now(s);

	put_world(s, now, adjust_sum_at(&s->adjust, now), w);
}
