/* SPDX-License-Identifier: BSD-2-Clause */
/* counters - what is counted of packets. */
#include "ntpd/counters.h"
#include "ntpd/state.h"
#include "wire/header.h"

void
counters_version(struct journal *j, unsigned version)
{
	if (version == NTP_VERSION) {
		j->count.this_version++;
	} else {
		j->count.old_version++;
	}
}
