/* SPDX-License-Identifier: BSD-2-Clause */
/* limit - a token bucket. */
#include "base/limit.h"
#include <assert.h>
#include <stddef.h>

struct limit
limit_of(double rate_per_s, double burst, struct mtime now)
{
	assert(rate_per_s > 0.0);
	assert(burst >= 1.0);
	return (struct limit){
		.rate_per_s = rate_per_s,
		.burst = burst,
		.tokens = burst,
		.last = now,
	};
}

/* A caller's time that went back earns nothing, and is not earned again later. */
static double
tokens_at(const struct limit *l, struct mtime now)
{
	double age_s = mtime_diff_s(now, l->last);
	double tokens = age_s > 0.0 ? l->tokens + age_s * l->rate_per_s : l->tokens;

	return tokens < l->burst ? tokens : l->burst;
}

bool
limit_take(struct limit *l, double cost, struct mtime now, uint64_t *held_back)
{
	l->tokens = tokens_at(l, now);
	if (mtime_before(l->last, now)) {
		l->last = now;
	}
	if (l->tokens < cost) {
		l->held_back++;
		return false;
	}
	l->tokens -= cost;
	if (held_back != NULL) {
		*held_back = l->held_back;
	}
	l->held_back = 0;
	return true;
}

double
limit_wait_s(const struct limit *l, double cost, struct mtime now)
{
	double tokens = tokens_at(l, now);

	assert(cost <= l->burst);
	return tokens >= cost ? 0.0 : (cost - tokens) / l->rate_per_s;
}

void
limit_give(struct limit *l, double unused)
{
	assert(unused >= 0);
	l->tokens = l->tokens + unused < l->burst ? l->tokens + unused : l->burst;
}
