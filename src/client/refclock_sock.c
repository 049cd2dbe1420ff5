/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_sock - samples that others have made already, datagram by datagram. */
#include "refclock_sock.h"
#include <math.h>
#include "refclock/sock.h"
#include "refclock_reading.h"

enum { LEAP_UNSYNCHRONISED = 3 };

/* A sample that is older was made before its writer hung. */
static const double STAMP_MOST_S = 5.0;
static const double NOISE_S = 1e-6;

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	struct text t = text_over(out->path, sizeof out->path);

	out->kind = DEVICE_DATAGRAM;
	if (r->path[0] != '\0') {
		text_put(&t, r->path);
	} else {
		text_printf(&t, "/run/ntpd/refclock%d.sock", (int)r->unit);
	}
	return of == REFCLOCK_MAIN;
}

static void
take_sample(struct refclock *r, const struct device_reading *d, const struct sock_sample *s,
    const struct assoc_world *w)
{
	struct refsample_reading got = {
		.offset_s = s->pulse ? s->offset_s - round(s->offset_s) : s->offset_s,
		.noise_s = NOISE_S,
		.pulse = s->pulse,
		.leap = (enum ntp_leap)s->leap,
	};
	struct text t = text_over(r->timecode, sizeof r->timecode);

	if (s->leap == LEAP_UNSYNCHRONISED) {
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
	} else if (!s->pulse &&
	    (double)s->taken_ns * 1e-9 + s->offset_s + r->fudge.time1_s <
		(double)w->policy->basedate.ns * 1e-9) {
		refclock_reading_bad(r, REFCLOCK_BAD_DATE,
		    "its time is before tos basedate: a receiver whose week number began anew is "
		    "1024 weeks behind");
	} else if (!refclock_reading_when(r, d, (struct rtime){ s->taken_ns }, STAMP_MOST_S, w,
		       &got)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
	} else {
		text_printf(&t, "%lld.%06lld %+.9f", (long long)(s->taken_ns / NS_PER_S),
		    (long long)(s->taken_ns % NS_PER_S / 1000), s->offset_s);
		refclock_reading_add(r, &got, r->fudge.time1_s);
	}
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	struct sock_sample s;

	(void)of;
	switch (sock_read(d->bytes, d->len, &s)) {
	case SOCK_GOOD:
		take_sample(r, d, &s, w);
		break;
	case SOCK_BAD_SIZE:
	case SOCK_BAD_MAGIC:
		refclock_reading_bad(r, REFCLOCK_BAD_FORMAT,
		    "what is written to its socket is no sample of chrony's: 40 octets, 32 of a "
		    "machine of 32 bits");
		break;
	case SOCK_BAD_STAMP:
	case SOCK_BAD_VALUE:
		refclock_reading_bad(r, REFCLOCK_BAD_TIME,
		    "a sample that is written to its socket holds no number or no time of day");
		break;
	}
}

static void
put_stats(struct refclock *r, struct text *t)
{
	const struct refclock_count *a = &r->since, *b = &r->count;

	if (r->fudge.flag4 == 0) {
		return;
	}
	text_printf(t, "%llu %llu %llu", (unsigned long long)(b->ticks - a->ticks),
	    (unsigned long long)(b->good - a->good), (unsigned long long)(b->bad - a->bad));
}

const struct refclock_driver REFCLOCK_SOCK = {
	.type = CLOCK_SOCK,
	.name = "SOCK",
	.device = "SOCK/Unix datagrams",
	.flags = ASSOC_KNOWS_LEAP | ASSOC_PPS,
	.sync = SYNC_UHF,
	.stratum = 0,
	.refid = "SOCK",
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
