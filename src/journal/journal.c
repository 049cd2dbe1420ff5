/* SPDX-License-Identifier: BSD-2-Clause */
/* journal - what it is given by its owner. */
#include "journal/journal.h"

/* Lines that packets cause: one in ten seconds on average, twenty at once. */
static const double PACKET_LOG_RATE = 0.1, PACKET_LOG_BURST = 20.0;

void
journal_init(struct journal *j, const struct journal_setup *setup)
{
	j->is = *setup;
}

void
journal_start(struct journal *j)
{
	j->started = loop_now(j->is.loop);
	j->packet_log = limit_of(PACKET_LOG_RATE, PACKET_LOG_BURST, j->started);
	stats_begin(j, j->started);
}

void
journal_configure(struct journal *j, const struct config *conf)
{
	j->conf = conf;
}

void
journal_ready(struct journal *j)
{
	j->ready = true;
}
