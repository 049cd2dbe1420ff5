/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_timing - how long it takes to end answers. */
#include "auth/auth.h"

/* A longer time of one is that the processor was taken away, or the clock was moved. */
#define END_MAX_S 20e-6
#define MEAN_OF 16

enum { TIMED_FIRST = 64, TIMED_OF = 16 };

double
auth_ends_s(const struct auth_keys *k, const unsigned n[AUTH_ENDS])
{
	double s = 0.0;

	for (unsigned i = 0; i < AUTH_ENDS; i++) {
		s += n[i] * k->timing.mean_s[i];
	}
	return s;
}

bool
auth_times_ends(struct auth_keys *k, unsigned n)
{
	unsigned before = k->timing.ended;

	k->timing.ended += n;
	return before < TIMED_FIRST || before / TIMED_OF != k->timing.ended / TIMED_OF;
}

/* What the means were wrong by, each makes good by its share in it. */
void
auth_ended_in(struct auth_keys *k, const unsigned n[AUTH_ENDS], double s)
{
	double wrong_s = s - auth_ends_s(k, n), of = 0.0;
	unsigned all = 0;

	for (unsigned i = AUTH_END_MAC; i < AUTH_ENDS; i++) {
		all += n[i];
		of += (double)n[i] * n[i];
	}
	if (all == 0 || s < 0.0 || s >= END_MAX_S * all) {
		return;
	}
	for (unsigned i = AUTH_END_MAC; i < AUTH_ENDS; i++) {
		k->timing.mean_s[i] += wrong_s * n[i] / of / MEAN_OF;
	}
}
