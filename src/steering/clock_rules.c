/* SPDX-License-Identifier: BSD-2-Clause */
/* clock_rules - the rules of the clock, from the configuration. */
#include "clock_rules.h"
#include "config/schema.h"
#include "steering/steering.h"

static const double SLEW_ONLY_STEP_S = 600.0; /* -x */

bool
clock_rules_control_wanted(const struct steering *s)
{
	return (s->conf->switches & SWITCH_NTP) != 0;
}

bool
clock_rules_adaptive(const struct steering *s)
{
	return s->conf->tinker.loop == CONFIG_LOOP_ADAPTIVE;
}

/* A reference clock; our own has nothing that is to be asked for. */
static bool
is_clock(const struct config_source *c)
{
	return c->kind == SOURCE_REFCLOCK && c->clock_type != CLOCK_LOCAL &&
	    config_source_in_effect(c);
}

/* The range of the poll interval over all sources: the discipline moves within it. */
static void
poll_range(const struct steering *s, int *lo, int *hi)
{
	bool any = false;

	*lo = 6;
	*hi = 10;
	for (unsigned i = 0; i < s->conf->sources_n; i++) {
		const struct config_source *c = &s->conf->sources[i];
		if (c->kind != SOURCE_SERVER && c->kind != SOURCE_POOL && !is_clock(c)) {
			continue;
		}
		*lo = any && *lo < c->minpoll ? *lo : c->minpoll;
		*hi = any && *hi > c->maxpoll ? *hi : c->maxpoll;
		any = true;
	}
}

struct discipline_rules
clock_rules_discipline(const struct steering *s)
{
	const struct config_tinker *t = &s->conf->tinker;
	struct discipline_rules r = {
		.step_fwd_s = t->stepfwd_s, .step_back_s = t->stepback_s, .stepout_s = t->stepout_s,
		.panic_s = t->panic_s, .panic_gate = s->is.panic_gate && !s->boot_marker.found,
		    .step_first = s->is.step_first,
		.once = s->is.once,
		.loop = {
			.kind = clock_rules_adaptive(s) ? LOOP_ADAPTIVE : LOOP_CLASSIC,
			.allan_log2s = (int)t->allan_log2s,
			.precision_s = log2s_to_s(s->update.precision),
			.startup_s = t->stepout_s,
			.kernel = (s->conf->switches & SWITCH_KERNEL) != 0 && !s->is.slew_only,
		},
	};

	if (s->is.slew_only) {
		r.step_fwd_s = SLEW_ONLY_STEP_S;
		r.step_back_s = SLEW_ONLY_STEP_S;
	}
	/* Whoever wants no steps, or not the kernel's loop, wants no hurry either. */
	r.catch_up =
	    clock_rules_adaptive(s) && r.loop.kernel && r.step_fwd_s > 0.0 && r.step_back_s > 0.0;
	poll_range(s, &r.loop.minpoll, &r.loop.maxpoll);
	return r;
}

struct select_rules
clock_rules_select(const struct steering *s)
{
	const struct config_tos *t = &s->conf->tos;
	struct mtime now = steering_now(s);

	return (struct select_rules){
		.minclock = (unsigned)t->minclock,
		.maxclock = (unsigned)t->maxclock,
		.minsane = (unsigned)t->minsane,
		.mindist_s = t->mindist_s,
		.precision_s = log2s_to_s(s->update.precision),
		.orphan_stratum = t->orphan,
		/* judged per source: ours is that of the address it knows */
		.own_orphan_metric = UINT32_MAX,
		.trusted_first = config_plain_use(s->conf) == CONFIG_PLAIN_BESIDE,
		.last_resort_allowed =
		    mtime_diff_s(now, s->sys.lost_since) >= t->orphanwait_s || !s->sys.lost,
	};
}
