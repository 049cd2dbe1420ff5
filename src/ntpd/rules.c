/* SPDX-License-Identifier: BSD-2-Clause */
/* rules - the rules of associations, from the configuration. */
#include "ntpd/rules.h"
#include <assert.h>
#include "wire/header.h"
#include "ntpd/state.h"

enum { DAY_S = 86400 };

static_assert((int)CONFIG_PLAIN_ALIKE == (int)PLAIN_ALIKE, "one meaning");
static_assert((int)CONFIG_PLAIN_BESIDE == (int)PLAIN_BESIDE, "one meaning");
static_assert((int)CONFIG_PLAIN_UNUSED == (int)PLAIN_UNUSED, "one meaning");
static_assert((int)CONFIG_POLL_MAX == (int)ASSOC_POLL_MAX, "one table of skews");

bool
rules_adaptive(const struct ntpd *d)
{
	return d->conf->tinker.loop == CONFIG_LOOP_ADAPTIVE;
}

static struct rtime
basedate(const struct ntpd *d)
{
	int64_t s = (int64_t)d->conf->tos.basedate_days * DAY_S - NTP_UNIX_OFFSET_S;

	return (struct rtime){ s * NS_PER_S };
}

static void
skews(const struct ntpd *d, struct assoc_policy *p)
{
	for (int i = CONFIG_POLL_MIN; i <= CONFIG_POLL_MAX; i++) {
		const struct config_skew *c =
		    d->conf->skew[i].given ? &d->conf->skew[i] : &d->conf->skew_default;
		p->skew[i] = (struct assoc_skew){ c->given, c->early_s, c->late_s };
	}
}

void
rules_policy(const struct ntpd *d, struct assoc_policy *out)
{
	const struct config_tos *t = &d->conf->tos;

	*out = (struct assoc_policy){
		.phi = d->conf->tinker.dispersion_ppm * 1e-6,
		.maxdist_s = t->maxdist_s,
		.maxdisp_s = t->maxdisp_s,
		.basedate = basedate(d),
		.floor = (unsigned)t->floor,
		.ceiling = (unsigned)t->ceiling,
		.plain = (enum plain_use)config_plain_use(d->conf),
		.allan_log2s = (int)d->conf->tinker.allan_log2s,
		.adaptive = rules_adaptive(d),
	};
	skews(d, out);
}

static struct assoc_world
world(const struct ntpd *d)
{
	return (struct assoc_world){
		.policy = &d->policy,
		.own_refid = d->listen.own_refid,
		.own_refid_n = d->listen.own_refid_n,
	};
}

struct assoc_world
rules_world(struct ntpd *d)
{
	struct assoc_world w = world(d);

	steering_put_world(&d->steering, &w);
	return w;
}

struct assoc_world
rules_world_shown(const struct ntpd *d)
{
	struct assoc_world w = world(d);

	steering_show_world(&d->steering, &w);
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
