/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_phc - a PTP hardware clock, compared once a second. */
#include "refclock_phc.h"
#include <math.h>
#include "refclock/phc.h"
#include "refclock_reading.h"
#include "refclock_say.h"

/* Pages in a row that are changed while they are read, and of no use. */
enum { BUSY_TOLD = 10 };
enum { WHY_MAX = 256, TAI_MOST = 127 };

static const double LOOK_MOST_S = 2.0;
/* Whether a clock is ahead by what TAI is, and not by something else. */
static const double TAI_NEAR_S = 0.2;
/* A page that was not read for so long says nothing of now. */
static const double PAGE_MOST_S = 10.0;

static bool
want(const struct refclock *r, enum refclock_input_of of, struct device_want *out)
{
	struct text t = text_over(out->path, sizeof out->path);

	if (of == REFCLOCK_PULSE) {
		out->kind = DEVICE_PAGE;
		text_put(&t, r->ppspath);
		return r->ppspath[0] != '\0';
	}
	out->kind = DEVICE_COMPARE;
	if (r->path[0] != '\0') {
		text_put(&t, r->path);
	} else {
		text_printf(&t, "/dev/ptp%d", (int)r->unit);
	}
	return true;
}

/* ---- the page ---- */

/* Once: what leads is the clock, and it goes on without. */
static void
tell_page(struct refclock *r, const char *how)
{
	if (!r->phc.told_page) {
		refclock_say(r, LOG_LEVEL_WARNING, "%s %s: it is not used", r->ppspath, how);
	}
	r->phc.told_page = true;
}

static void
take_page(struct refclock *r, const struct device_reading *d, const struct assoc_world *w)
{
	struct vmclock page;
	bool had = r->phc.paged;
	uint64_t marker = r->phc.page.marker;

	switch (vmclock_read(d->bytes, d->len, &page)) {
	case VMCLOCK_GOOD:
		break;
	case VMCLOCK_BUSY:
		if (++r->phc.busy >= BUSY_TOLD) {
			tell_page(r, "is being changed whenever it is read");
		}
		return;
	case VMCLOCK_BAD_SIZE:
	case VMCLOCK_BAD_MAGIC:
		tell_page(r, "is no page of a vmclock that is known here");
		return;
	}
	r->phc.busy = 0;
	r->phc.page = page;
	r->phc.paged = true;
	r->phc.paged_at = w->now;
	if (had && page.marker != marker) {
		refclock_say(r, LOG_LEVEL_NOTICE,
		    "the hypervisor has moved this machine: what was learned of its clock is "
		    "forgotten");
		refsample_clear(&r->samples);
		r->is.moved(r->is.ctx);
	}
}

/* The page as far as it speaks of now; NULL: nothing does. */
static const struct vmclock *
page_of(const struct refclock *r, const struct assoc_world *w)
{
	return r->phc.paged && mtime_diff_s(w->now, r->phc.paged_at) < PAGE_MOST_S ? &r->phc.page
										   : NULL;
}

/* ---- the clock ---- */

/* TAI - UTC by whoever knows it, 0: nobody does. */
static int
tai_s(const struct refclock *r, const struct vmclock *page)
{
	int told = page != NULL ? page->tai_s : 0;

	told = told != 0 ? told : r->is.tai(r->is.ctx);
	if (told == 0 && (r->fudge.given & FUDGE_TIME2) != 0 && fabs(r->fudge.time2_s) < TAI_MOST) {
		told = (int)lrint(fabs(r->fudge.time2_s));
	}
	return told;
}

static bool
counts_tai(const struct refclock *r)
{
	return r->tai || r->fudge.flag1 != 0;
}

/* It would be followed for a falseticker, or lead a clock that has nobody else. */
static bool
seems_tai(const struct refclock *r, const struct vmclock *page, double offset_s)
{
	int ahead = tai_s(r, page);

	return !counts_tai(r) && ahead != 0 && fabs(offset_s - ahead) < TAI_NEAR_S;
}

static void
bad_date(struct refclock *r)
{
	refclock_reading_bad(r, REFCLOCK_BAD_DATE,
	    "its time is before tos basedate: nobody has set it, as ptp4l sets that of a network "
	    "card; a hypervisor's has a name of its own ('path \"KVM virtual PTP\"')");
}

static void
bad_scale(struct refclock *r, int ahead)
{
	char why[WHY_MAX];
	struct text t = text_over(why, sizeof why);

	text_printf(&t,
	    "it is %d s ahead, as TAI is: 'tai' on its line ('fudge 127.127.48.%d flag1 1') says "
	    "that it counts so",
	    ahead, (int)r->unit);
	refclock_reading_bad(r, REFCLOCK_BAD_TIME, why);
}

static void
add(struct refclock *r, const struct device_reading *d, const struct phc_sample *s,
    const struct vmclock *page, const struct assoc_world *w)
{
	struct refsample_reading got = {
		.offset_s = (double)(s->told_ns - s->ours.ns) * 1e-9,
		.noise_s = s->noise_s,
		.error_s = s->error_s + (page != NULL && page->has_error ? page->error_s : 0.0),
		.pulse = true, /* as exact as one */
		.leap = page == NULL || page->leap == 0 ? LEAP_NONE
		    : page->leap > 0                    ? LEAP_INSERT
							: LEAP_DELETE,
	};
	struct text t = text_over(r->timecode, sizeof r->timecode);

	if (w->synced && seems_tai(r, page, got.offset_s)) {
		bad_scale(r, tai_s(r, page));
	} else if (!refclock_reading_when(r, d, s->ours, LOOK_MOST_S, w, &got)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
	} else {
		text_printf(&t, "%lld.%09lld %+.9f +-%.9f", (long long)(s->told_ns / NS_PER_S),
		    (long long)(s->told_ns % NS_PER_S), got.offset_s, s->error_s);
		refclock_reading_add(r, &got, r->fudge.time1_s);
	}
}

static void
take_look(struct refclock *r, const struct device_reading *d, const struct assoc_world *w)
{
	const struct vmclock *page = page_of(r, w);
	int ahead = counts_tai(r) ? tai_s(r, page) : 0;
	struct phc_sample s;

	if (page != NULL && !page->trusted) {
		refclock_reading_bad(r, REFCLOCK_BAD_SIGNAL, NULL);
	} else if (counts_tai(r) && ahead == 0) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME,
		    "it counts TAI, and nobody says what that is ahead of UTC: a leapfile does, or "
		    "fudge time2 37");
	} else if (!phc_read(d->look.window, d->look.n, d->look.way == PHC_PRECISE, ahead, &s)) {
		refclock_reading_bad(r, REFCLOCK_BAD_TIME, NULL);
	} else if (s.told_ns < w->policy->basedate.ns) {
		bad_date(r);
	} else {
		add(r, d, &s, page, w);
	}
}

static void
take(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
    const struct assoc_world *w)
{
	if (of == REFCLOCK_PULSE) {
		take_page(r, d, w);
	} else {
		take_look(r, d, w);
	}
}

static void
put_stats(struct refclock *r, struct text *t)
{
	const struct refclock_count *a = &r->since, *b = &r->count;

	if (r->fudge.flag4 == 0) {
		return;
	}
	text_printf(t, "%s %llu %llu %llu", r->timecode, (unsigned long long)(b->ticks - a->ticks),
	    (unsigned long long)(b->good - a->good), (unsigned long long)(b->bad - a->bad));
}

/* Of leap seconds the page knows. */
static void
put_rules(const struct config_source *s, struct assoc_rules *rules)
{
	if (s->vmclock != NULL || s->ppspath != NULL) {
		rules->flags |= ASSOC_KNOWS_LEAP;
	}
}

const struct refclock_driver REFCLOCK_PHC = {
	.type = CLOCK_PHC,
	.name = "PHC",
	.device = "PTP hardware clock",
	.other = "page (vmclock)",
	.sync = SYNC_UHF,
	.stratum = 0,
	.refid = "PHC",
	.put_rules = put_rules,
	.want = want,
	.take = take,
	.put_stats = put_stats,
};
