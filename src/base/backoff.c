/* SPDX-License-Identifier: BSD-2-Clause */
/* backoff - waits that double. */
#include "base/backoff.h"
#include <assert.h>

double
backoff_s(double last_s, double first_s, double most_s)
{
	double next_s = last_s < first_s ? first_s : last_s * 2;

	assert(first_s > 0.0);
	assert(most_s >= first_s);
	return next_s < most_s ? next_s : most_s;
}
