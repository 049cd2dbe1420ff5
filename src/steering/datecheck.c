/* SPDX-License-Identifier: BSD-2-Clause */
/* datecheck - the first time of a host that does not know it. */
#include "steering/datecheck.h"
#include <math.h>
#include <time.h>
#include "journal/report.h"
#include "steering/await.h"
#include "steering/boot_marker.h"
#include "steering/steering.h"
#include "steering/system.h"

enum { DAY_S = 86400 };
/* The wait before the sources are asked again; then ever longer, as for keys that are not given. */
static const double AGAIN_S = 10.0, FACTOR = 1.5, AGAIN_MOST_S = 3600.0;

/* ---- what is known at the start ---- */

/* A file that we write was written then; whatever the clock showed. */
static void
seen_file(const struct steering *s, const char *path, struct rtime *passed)
{
	struct store_stat st;

	if (path != NULL && path[0] != '\0' &&
	    s->is.store->ops->stat(s->is.store, path, &st) == 0 && st.mtime_ns > passed->ns) {
		passed->ns = st.mtime_ns;
	}
}

static struct rtime
has_passed(const struct steering *s)
{
	int64_t base_s = (int64_t)s->conf->tos.basedate_days * DAY_S - NTP_UNIX_OFFSET_S;
	int64_t built_s = s->is.built_s;
	struct rtime passed = { (base_s > built_s ? base_s : built_s) * NS_PER_S };

	seen_file(s, s->driftfile, &passed);
	seen_file(s, s->conf->nts.state, &passed);
	return passed;
}

/* By us, as the marker says, or by others, as the kernel does. */
static bool
set_in_boot(const struct steering *s)
{
	struct store_stat st;
	struct clock_state k;

	return (s->is.boot_marker != NULL &&
		   s->is.store->ops->stat(s->is.store, s->is.boot_marker, &st) == 0) ||
	    (s->is.clock->ops->get(s->is.clock, &k) == 0 && !k.unsync);
}

/* Lines whose certificates have dates to be checked. */
static unsigned
lines(const struct steering *s)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->conf->sources_n; i++) {
		const struct config_source *c = &s->conf->sources[i];

		if ((c->flags & (OPTION_NTS | OPTION_NOVAL | OPTION_NOSELECT)) == OPTION_NTS &&
		    config_source_lacks(c) == NULL) {
			n += c->kind == SOURCE_POOL ? 2 : 1;
		}
	}
	return n;
}

static void
put_date(struct text *t, struct rtime at)
{
	time_t s = (time_t)(at.ns / NS_PER_S);
	char buf[32] = "?";
	struct tm tm;

	if (gmtime_r(&s, &tm) != NULL) {
		(void)strftime(buf, sizeof buf, "%Y-%m-%d", &tm);
	}
	text_put(t, buf);
}

static void
say_unknown(struct steering *s, bool hardware)
{
	char words[128];
	struct text t = text_over(words, sizeof words);

	if (lines(s) == 0 || datecheck_unknown(s) == NULL) {
		return;
	}
	if (hardware) {
		text_put(&t, "the clock is behind ");
		put_date(&t, s->datecheck.certtime.passed);
	} else {
		text_put(&t, "no hardware clock");
	}
	report(s->is.journal, LOG_LEVEL_NOTICE,
	    "the time is not known (%s): certificates are compared with what their servers say "
	    "until it is (nts certtime auto)",
	    words);
}

static void
on_again(void *ctx)
{
	struct steering *s = ctx;

	s->is.up->certify(s->is.up_ctx);
}

void
datecheck_start(struct steering *s)
{
	struct clock *c = s->is.clock;
	struct rtime passed = has_passed(s);
	struct certtime_facts f = {
		.set_in_boot = set_in_boot(s),
		.hardware_clock = c->ops->hardware == NULL || c->ops->hardware(c),
		/* Where nobody asks it is not looked at. */
		.clock = lines(s) > 0 ? clock_real(c) : passed,
		.passed = passed,
	};

	certtime_start(&s->datecheck.certtime, &f);
	s->is.loop->ops->timer_init(s->is.loop, &s->datecheck.again, on_again, s);
	say_unknown(s, f.hardware_clock);
}

void
datecheck_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->datecheck.again);
}

/* ---- what it means ---- */

/* Without a certificate to be checked it is nobody's concern. */
static bool
concerns(const struct steering *s)
{
	return s->conf->nts.certtime_auto && lines(s) > 0;
}

const struct certtime *
datecheck_unknown(const struct steering *s)
{
	const struct certtime *c = &s->datecheck.certtime;

	return s->conf->nts.certtime_auto && c->phase == CERTTIME_UNKNOWN ? c : NULL;
}

bool
datecheck_open(const struct steering *s)
{
	return s->datecheck.certtime.phase == CERTTIME_TRIED && concerns(s);
}

/* Who takes part in the selection as right, and is heard. */
static void
add(const struct assoc *a, const struct assoc_world *w, struct certtime_count *n)
{
	bool right = a->tally > TALLY_FALSETICK && assoc_unfit(a, w) == 0 &&
	    assoc_has_voice(a, w->policy->plain);

	n->agree += right && a->dates.state == DATES_UNCHECKED;
	n->others += right && a->dates.state == DATES_NONE;
	n->others += right && a->dates.state == DATES_GOOD;
	n->good += a->dates.state == DATES_GOOD;
	n->bad += a->dates.state == DATES_BAD;
}

static struct certtime_count
count(const struct steering *s, const struct assoc_world *w)
{
	struct certtime_count n = {
		.configured = lines(s),
		.least_given = s->conf->tos.minsane_given,
		.least = (unsigned)s->conf->tos.minsane,
	};

	for (unsigned i = 0; i < s->is.assocs->n; i++) {
		const struct assoc *a = s->is.assocs->at[i];

		if (a->id != 0 && (a->rules.flags & (ASSOC_NOSELECT | ASSOC_OWN_CLOCK)) == 0) {
			add(a, w, &n);
		}
	}
	return n;
}

bool
datecheck_holds(const struct steering *s, const struct assoc_world *w)
{
	struct certtime_count n;

	if (datecheck_open(s)) {
		return true;
	}
	if (datecheck_unknown(s) == NULL || !concerns(s)) {
		return false;
	}
	n = count(s, w);
	return !certtime_may_decide(&n);
}

void
datecheck_decided(struct steering *s, const struct assoc_world *w)
{
	struct certtime *c = &s->datecheck.certtime;
	struct certtime_count n;

	if (c->phase == CERTTIME_UNKNOWN && concerns(s)) {
		n = count(s, w);
		certtime_decided(c, &n);
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "the clock was set by what %u servers say: their certificates are to be valid "
		    "at that time",
		    n.agree + n.others);
		/* Not from within: the associations that lead the clock now are to begin anew. */
		s->is.loop->ops->timer_arm(s->is.loop, &s->datecheck.again, steering_now(s));
	} else if (c->phase == CERTTIME_UNKNOWN) {
		certtime_know(c);
	}
	if (!datecheck_open(s)) {
		boot_marker_passed(s);
	}
}

static void
known(struct steering *s)
{
	report(s->is.journal, LOG_LEVEL_NOTICE,
	    "certificates are valid at the time that their servers say: it is known now");
	boot_marker_passed(s);
}

/* It is as if no clock had been set yet; where it should be nobody knows. */
static void
unknown_again(struct steering *s, const struct certtime_count *n)
{
	double wait_s = fmin(AGAIN_S * pow(FACTOR, s->datecheck.rounds++), AGAIN_MOST_S);

	report(s->is.journal, LOG_LEVEL_WARNING,
	    "%u certificates are not valid at the time that their servers said: the time is "
	    "unknown again, asking once more in %.0f s",
	    n->bad, wait_s);
	discipline_unset(&s->disc, steering_now(s));
	system_unsynchronise(s, "DATE");
	await_open(s, steering_now(s), 1);
	s->is.loop->ops->timer_arm(s->is.loop, &s->datecheck.again,
	    mtime_add_s(steering_now(s), wait_s));
}

void
datecheck_look(struct steering *s, const struct assoc_world *w)
{
	struct certtime *c = &s->datecheck.certtime;
	struct certtime_count n;

	if (!datecheck_open(s)) {
		return;
	}
	n = count(s, w);
	certtime_judge(c, &n);
	if (c->phase == CERTTIME_KNOWN) {
		known(s);
	} else if (c->phase == CERTTIME_UNKNOWN) {
		unknown_again(s, &n);
	}
}
