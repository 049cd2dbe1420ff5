/* SPDX-License-Identifier: BSD-2-Clause */
/* counters - what is counted of packets. */
#include "ntpd/counters.h"
#include "ntpd/state.h"
#include "wire/header.h"

void
counters_version(struct ntpd *d, unsigned version)
{
	if (version == NTP_VERSION) {
		d->journal.count.this_version++;
	} else {
		d->journal.count.old_version++;
	}
}
