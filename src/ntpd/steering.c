/* SPDX-License-Identifier: BSD-2-Clause */
/* steering - the root. */
#include "ntpd/steering.h"
#include "ntpd/clock_rules.h"

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

void
steering_put_world(struct steering *s, struct assoc_world *w)
{
	w->now = steering_now(s);
	w->sys_poll = s->steer.disc.loop.poll_log2s;
	w->precision = s->update.precision;
	w->startup = s->steer.disc.state != CLOCK_SYNC;
	w->synced = s->sys.leap != LEAP_UNSYNC;
	w->adaptive = clock_rules_adaptive(s);
	w->adjusted_ns = adjust_sum(&s->steer.adjust);
	w->freq = s->steer.disc.loop.freq;
	w->freq_sigma = s->steer.disc.loop.freq_sigma;
}
