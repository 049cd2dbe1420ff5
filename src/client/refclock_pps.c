/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_pps - the fraction of our second at which a pulse came. */
#include "refclock_pps.h"
#include "journal/stats.h"
#include "refclock_reading.h"

enum { STATS_MAX = 64 };

static const double PULSE_NOISE_S = 50e-9;
/* A pulse is stamped once a second: one that is older has been looked at before. */
static const double PULSE_MOST_S = 2.0;

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	const char *given = r->ppspath[0] != '\0' ? r->ppspath : r->path;
	struct text t = text_over(out->path, sizeof out->path);

	out->kind = DEVICE_PULSE;
	out->falling = r->fudge.flag2 != 0;
	if (given[0] != '\0') {
		text_put(&t, given);
	} else {
		text_printf(&t, "/dev/pps%d", (int)r->unit);
	}
	return of == REFCLOCK_MAIN;
}

/* What brings our clock to the nearest second. */
static double
to_second_s(struct rtime pulse)
{
	int64_t past_ns = pulse.ns % NS_PER_S;

	past_ns += past_ns < 0 ? NS_PER_S : 0;
	return (double)(past_ns < NS_PER_S / 2 ? -past_ns : NS_PER_S - past_ns) * 1e-9;
}

/* ntp.org's driver writes each pulse, NTPsec's a sum at each poll. */
static void
write_pulse(struct refclock *r)
{
	char buf[STATS_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (r->fudge.flag4 != 0 && !r->by_name) {
		text_printf(&t, "%s %s", r->name, r->timecode);
		stats_clock(r->is.journal, buf);
	}
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	struct refsample_reading got = {
		.offset_s = to_second_s(d->pulse),
		.noise_s = PULSE_NOISE_S,
		.pulse = true,
	};
	struct text t = text_over(r->timecode, sizeof r->timecode);

	(void)of;
	if (!refclock_reading_when(r, d, d->pulse, PULSE_MOST_S, w, &got)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
		return;
	}
	text_printf(&t, "%lld.%09lld", (long long)(d->pulse.ns / NS_PER_S),
	    (long long)(d->pulse.ns % NS_PER_S));
	write_pulse(r);
	refclock_reading_add(r, &got, r->fudge.time1_s);
}

static void
put_stats(struct refclock *r, struct text *t)
{
	uint64_t ticks = r->count.ticks - r->since.ticks, good = r->count.good - r->since.good;

	if (r->fudge.flag4 == 0 || !r->by_name) {
		return;
	}
	text_printf(t, "%llu %llu %llu", (unsigned long long)ticks, (unsigned long long)good,
	    (unsigned long long)(ticks > good ? ticks - good : 0));
}

const struct refclock_driver REFCLOCK_PPS = {
	.type = CLOCK_PPS,
	.name = "PPS",
	.device = "PPS Clock Discipline",
	.flags = ASSOC_PPS,
	.sync = SYNC_PPS,
	.stratum = 0,
	.refid = "PPS",
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
