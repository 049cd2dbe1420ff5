/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - the statistics files: one line for each event of its kind, in the formats that tools
 * parse. reference/directives, section 4. A set writes when it is enabled, stats are not disabled,
 * and a statsdir is known.
 */
#ifndef NTPD_STATS_H
#define NTPD_STATS_H
#include "ntpd/state.h"

/* An update of the clock. */
void stats_loop(struct ntpd *d);

/* A new sample of a source. */
void stats_peer(struct ntpd *d, const struct peer *p);

/* The four timestamps of an answer that was accepted. */
void stats_raw(struct ntpd *d, const struct peer *p);

/* An event as the log has it: "192.0.2.14 a014 84 reachable". */
void stats_proto(struct ntpd *d, const char *line);

/* Called often; writes the hour's counts of packets and use of the machine when an hour is over. */
void stats_hourly(struct ntpd *d);

/* At the start and when names may have changed: the next lines begin files. */
void stats_start(struct ntpd *d);

/*
 * The process is the user that it stays: what was kept until now is written, so that the files are
 * that user's.
 */
void stats_release(struct ntpd *d);

/* At the end: what was kept until now is given up. */
void stats_stop(struct ntpd *d);

#endif
