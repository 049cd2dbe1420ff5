/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_shm - what a segment of shared memory says, once a second. */
#include "refclock_shm.h"
#include <math.h>
#include "refclock/shm.h"
#include "wire/header.h"
#include "refclock_reading.h"

enum { MODE_OWNER_ONLY = 1, PRIVATE_UNITS = 2, LEAP_UNSYNCHRONISED = 3, WHY_MAX = 256 };
enum { PRECISION_LEAST = -30, PRECISION_USUAL = -10 };

/* A stamp of ours that is older tells of a writer that hangs. */
static const double STAMP_MOST_S = 5.0;
/* So far from ours a clock may be once the time is known; and what time2 may make of it. */
static const double LIMIT_S = 4.0 * 3600.0;

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	*out = (struct device_want){
		.kind = DEVICE_SNAPSHOT,
		.key = SHM_KEY + (uint32_t)r->unit,
		.len = SHM_LEN,
		.owner_only = r->unit < PRIVATE_UNITS || (r->mode & MODE_OWNER_ONLY) != 0,
	};
	return of == REFCLOCK_MAIN;
}

/* ntp.org's driver looks unless flag1 says not to, NTPsec's only when it says so. */
static bool
is_limited(const struct refclock *r)
{
	return r->by_name ? r->fudge.flag1 != 0 : r->fudge.flag1 == 0;
}

static double
limit_s(const struct refclock *r)
{
	double wanted_s = r->fudge.time2_s;

	return wanted_s >= CONFIG_SHM_LIMIT_LEAST_S && wanted_s <= CONFIG_SHM_LIMIT_MOST_S
	    ? wanted_s
	    : LIMIT_S;
}

/* A floor, never a proof: gpsd has told -20 of anything. 0 was never written. */
static double
told_noise_s(int32_t precision)
{
	int p = precision >= 0            ? PRECISION_USUAL
	    : precision < PRECISION_LEAST ? PRECISION_LEAST
					  : precision;

	return log2s_to_s(p);
}

static void
bad_date(struct refclock *r, int64_t told_ns)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	text_printf(&t,
	    "its time, %lld s since 1970, is before tos basedate: a receiver whose week number "
	    "began anew is 1024 weeks behind, which 'fudge 127.127.28.%d time1 0g' corrects",
	    (long long)(told_ns / NS_PER_S), (int)r->unit);
	refclock_reading_bad(r, REFCLOCK_BAD_DATE, why);
}

static void
bad_limit(struct refclock *r, double offset_s)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	text_printf(&t,
	    "%+.1f s off, more than the limit of %.0f s (fudge time2): it is not used; 'flag1 %d' "
	    "takes the limit away",
	    offset_s, limit_s(r), r->by_name ? 0 : 1);
	refclock_reading_bad(r, REFCLOCK_BAD_TIME, why);
}

static void
take_sample(struct refclock *r, const struct device_reading *d, const struct shm_sample *s,
    const struct assoc_world *w)
{
	/* With fudge from the first: it may be 1024 weeks. */
	int64_t told_ns = refclock_reading_fudged(s->clock_ns, r->fudge.time1_s);
	struct refsample_reading got = {
		.offset_s = (double)(told_ns - s->received_ns) * 1e-9,
		.noise_s = told_noise_s(s->precision),
		.leap = (enum ntp_leap)(s->leap & LEAP_UNSYNCHRONISED),
	};
	struct rtime received = { s->received_ns };
	struct text t = text_over(r->timecode, sizeof r->timecode);

	if (s->leap == LEAP_UNSYNCHRONISED) {
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
	} else if (told_ns < w->policy->basedate.ns) {
		bad_date(r, told_ns);
	} else if ((s->clock_ns == r->shm.clock_ns && s->received_ns == r->shm.received_ns) ||
	    !refclock_reading_when(r, d, received, STAMP_MOST_S, w, &got)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
	} else if (w->synced && is_limited(r) && fabs(got.offset_s) > limit_s(r)) {
		bad_limit(r, got.offset_s);
	} else {
		text_printf(&t, "%lld.%09lld", (long long)(s->clock_ns / NS_PER_S),
		    (long long)(s->clock_ns % NS_PER_S));
		refclock_reading_add(r, &got, 0.0);
	}
	r->shm.clock_ns = s->clock_ns;
	r->shm.received_ns = s->received_ns;
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	struct shm_sample s;
	size_t valid;

	switch (shm_read(d->bytes, d->len, d->torn, &s)) {
	case SHM_GOOD:
		take_sample(r, d, &s, w);
		break;
	case SHM_NOT_READY:
		r->count.not_ready++;
		return;
	case SHM_CLASH:
		r->count.clash++;
		break;
	case SHM_BAD_MODE:
		refclock_reading_bad(r, REFCLOCK_BAD_FORMAT,
		    "the segment is written in a mode that is neither 0 nor 1");
		break;
	case SHM_BAD_SIZE:
		refclock_reading_bad(r, REFCLOCK_BAD_FORMAT,
		    "the segment is shorter than any struct shmTime: whoever made it is no writer "
		    "of time");
		return;
	case SHM_BAD_STAMP:
		refclock_reading_bad(r, REFCLOCK_BAD_FORMAT, "the segment holds no time of day");
		break;
	}
	if (shm_valid_at(d->len, &valid)) {
		r->is.devices->ops->put(r->input[of].device, valid, 0);
	}
}

static void
put_stats(struct refclock *r, struct text *t)
{
	const struct refclock_count *a = &r->since, *b = &r->count;

	if (r->fudge.flag4 == 0) {
		return;
	}
	text_printf(t, "%llu %llu %llu %llu %llu", (unsigned long long)(b->ticks - a->ticks),
	    (unsigned long long)(b->good - a->good),
	    (unsigned long long)(b->not_ready - a->not_ready),
	    (unsigned long long)(b->bad - a->bad), (unsigned long long)(b->clash - a->clash));
}

const struct refclock_driver REFCLOCK_SHM = {
	.type = CLOCK_SHM,
	.name = "SHM",
	.device = "SHM/Shared memory interface",
	.flags = ASSOC_KNOWS_LEAP,
	.sync = SYNC_UHF,
	.stratum = 0,
	.refid = "SHM",
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
