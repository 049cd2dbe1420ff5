/* SPDX-License-Identifier: BSD-2-Clause */
/* certtime - certificates on a host that does not know the time. */
#include "core/certtime.h"
#include <assert.h>

/* Beyond that no time of ours can be written down. */
static const int64_t SECONDS_MAX = INT64_MAX / NS_PER_S;

static struct rtime
time_of(int64_t s)
{
	s = s > SECONDS_MAX ? SECONDS_MAX : s < -SECONDS_MAX ? -SECONDS_MAX : s;
	return (struct rtime){ s * NS_PER_S };
}

void
certtime_start(struct certtime *c, const struct certtime_facts *f)
{
	bool behind = f->clock.ns < f->passed.ns;

	c->passed = f->passed;
	c->phase =
	    !f->set_in_boot && (!f->hardware_clock || behind) ? CERTTIME_UNKNOWN : CERTTIME_KNOWN;
}

bool
certtime_may_be_valid(const struct certtime *c, const struct certtime_window *w)
{
	return w->from_s <= w->to_s && time_of(w->to_s).ns >= c->passed.ns;
}

void
certtime_bounds(const struct certtime *c, const struct certtime_window *w, struct rtime *from,
    struct rtime *to)
{
	struct rtime begin = time_of(w->from_s);

	*from = begin.ns < c->passed.ns ? c->passed : begin;
	*to = time_of(w->to_s);
}

unsigned
certtime_need(const struct certtime_count *n)
{
	unsigned least = n->configured >= 2 ? 2 : 1;

	return n->least_given && n->least > least ? n->least : least;
}

bool
certtime_may_decide(const struct certtime_count *n)
{
	return n->others > 0 || n->agree >= certtime_need(n);
}

void
certtime_know(struct certtime *c)
{
	c->phase = CERTTIME_KNOWN;
}

void
certtime_decided(struct certtime *c, const struct certtime_count *n)
{
	assert(c->phase == CERTTIME_UNKNOWN);
	c->phase = n->others > 0 ? CERTTIME_KNOWN : CERTTIME_TRIED;
}

void
certtime_judge(struct certtime *c, const struct certtime_count *n)
{
	assert(c->phase == CERTTIME_TRIED);
	if (n->good >= certtime_need(n)) {
		c->phase = CERTTIME_KNOWN;
	} else if (n->bad + certtime_need(n) > n->configured) {
		c->phase = CERTTIME_UNKNOWN;
	}
}
