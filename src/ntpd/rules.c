/* SPDX-License-Identifier: BSD-2-Clause */
/* rules - the rules of the core, from the configuration. */
#include "ntpd/rules.h"
#include "wire/header.h"
#include "ntpd/state.h"

static const double SLEW_ONLY_STEP_S = 600.0;   /* -x */

enum { DAY_S = 86400 };

static_assert((int)CONFIG_POLL_MAX == (int)ASSOC_POLL_MAX, "one table of skews");

bool
rules_control_wanted(const struct ntpd *d)
{
	return (d->conf->switches & SWITCH_NTP) != 0;
}

bool
rules_adaptive(const struct ntpd *d)
{
	return d->conf->tinker.loop == CONFIG_LOOP_ADAPTIVE;
}

/* The range of the poll interval over all sources: the discipline moves within it. */
static void
poll_range(const struct ntpd *d, int *lo, int *hi)
{
	bool any = false;

	*lo = 6;
	*hi = 10;
	for (unsigned i = 0; i < d->conf->sources_n; i++) {
		const struct config_source *s = &d->conf->sources[i];
		if (s->kind != SOURCE_SERVER && s->kind != SOURCE_POOL) {
			continue;
		}
		*lo = any && *lo < s->minpoll ? *lo : s->minpoll;
		*hi = any && *hi > s->maxpoll ? *hi : s->maxpoll;
		any = true;
	}
}

struct discipline_rules
rules_discipline(const struct ntpd *d)
{
	const struct config_tinker *t = &d->conf->tinker;
	struct discipline_rules r = {
		.step_fwd_s = t->stepfwd_s, .step_back_s = t->stepback_s, .stepout_s = t->stepout_s,
		.panic_s = t->panic_s, .panic_gate = d->opt.panic_gate,
		    .step_first = d->opt.step_first,
		.once = d->opt.once,
		.loop = {
			.kind = rules_adaptive(d) ? LOOP_ADAPTIVE : LOOP_CLASSIC,
			.allan_log2s = (int)t->allan_log2s,
			.precision_s = log2s_to_s(d->steering.update.precision),
			.startup_s = t->stepout_s,
			.kernel = (d->conf->switches & SWITCH_KERNEL) != 0 && !d->opt.slew_only,
		},
	};

	if (d->opt.slew_only) {
		r.step_fwd_s = SLEW_ONLY_STEP_S;
		r.step_back_s = SLEW_ONLY_STEP_S;
	}
	poll_range(d, &r.loop.minpoll, &r.loop.maxpoll);
	return r;
}

struct select_rules
rules_select(const struct ntpd *d)
{
	const struct config_tos *t = &d->conf->tos;
	struct mtime now = now_of(d);

	return (struct select_rules){
		.minclock = (unsigned)t->minclock, .maxclock = (unsigned)t->maxclock,
		.minsane = (unsigned)t->minsane,
		.mindist_s = t->mindist_s, .precision_s = log2s_to_s(d->steering.update.precision),
		.orphan_stratum = t->orphan,
		/* judged per source: ours is that of the address it knows */
		.own_orphan_metric = UINT32_MAX,
		.local_allowed = mtime_diff_s(now, d->steering.sys.lost_since) >= t->orphanwait_s ||
		    !d->steering.sys.lost,
	};
}

struct assoc_rules
rules_assoc(const struct ntpd *d, const struct config_source *s)
{
	static const struct {
		uint32_t config;
		unsigned assoc;
	} flags[] = {
		{ OPTION_IBURST, ASSOC_IBURST }, { OPTION_BURST, ASSOC_BURST_ALWAYS },
		{ OPTION_PREFER, ASSOC_PREFER }, { OPTION_NOSELECT, ASSOC_NOSELECT },
		{ OPTION_TRUE, ASSOC_TRUE },
	};
	struct assoc_rules r = { .minpoll = s->minpoll, .maxpoll = s->maxpoll,
	    .version = (unsigned)s->version,
		.key_id = (uint32_t)s->key, .bias_s = s->bias_s };

	for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (s->flags & flags[i].config) {
			r.flags |= flags[i].assoc;
		}
	}
	r.flags |= ASSOC_START_BURST;
	if (d->opt.once) {
		r.flags |= ASSOC_IBURST;        /* somebody waits for the one answer */
	}
	if (s->kind == SOURCE_POOL) {
		r.flags |= ASSOC_POOL;
	}
	if (s->kind == SOURCE_REFCLOCK) {
		r.flags |= ASSOC_LOCAL;
		r.local_stratum = s->fudge.given & FUDGE_STRATUM ? (uint8_t)s->fudge.stratum : 5;
		r.local_refid = refid_of_text(s->fudge.given & FUDGE_REFID ? s->fudge.refid :
		    "LOCL");
	}
	return r;
}

static struct rtime
basedate(const struct ntpd *d)
{
	int64_t s = (int64_t)d->conf->tos.basedate_days * DAY_S - NTP_UNIX_OFFSET_S;

	return (struct rtime){ s * NS_PER_S };
}

static void
skews(const struct ntpd *d, struct assoc_world *w)
{
	for (int i = CONFIG_POLL_MIN; i <= CONFIG_POLL_MAX; i++) {
		const struct config_skew *c = d->conf->skew[i].given ? &d->conf->skew[i] :
		    &d->conf->skew_default;
		w->skew[i] = (struct assoc_skew){ c->given, c->early_s, c->late_s };
	}
}

struct assoc_world
rules_world(struct ntpd *d)
{
	const struct config_tos *t = &d->conf->tos;
	struct assoc_world w = {
		.now = now_of(d),
		.sys_poll = d->steering.steer.disc.loop.poll_log2s,
		.precision = d->steering.update.precision,
		.phi = d->conf->tinker.dispersion_ppm * 1e-6,
		.maxdist_s = t->maxdist_s,
		.maxdisp_s = t->maxdisp_s,
		.basedate = basedate(d),
		.floor = (unsigned)t->floor,
		.ceiling = (unsigned)t->ceiling,
		.allan_log2s = (int)d->conf->tinker.allan_log2s,
		.startup = d->steering.steer.disc.state != CLOCK_SYNC,
		.synced = d->steering.sys.leap != LEAP_UNSYNC,
		.adaptive = rules_adaptive(d),
		.adjusted_ns = adjust_sum(&d->steering.steer.adjust),
		.freq = d->steering.steer.disc.loop.freq,
		.freq_sigma = d->steering.steer.disc.loop.freq_sigma,
		.own_refid = d->listen.own_refid,
		.own_refid_n = d->listen.own_refid_n,
	};

	skews(d, &w);
	d->port.rng->ops->fill(d->port.rng, &w.random, sizeof w.random);
	return w;
}

const char *
rules_driftfile(const struct ntpd *d)
{
	return d->opt.driftfile != NULL ? d->opt.driftfile : d->conf->driftfile;
}

const char *
rules_keysfile(const struct ntpd *d)
{
	return d->opt.keysfile != NULL ? d->opt.keysfile : d->conf->keys;
}
