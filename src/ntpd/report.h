/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - what the daemon says: log lines, events with ntpd's words, the status line for the
 * service manager.
 */
#ifndef NTPD_REPORT_H
#define NTPD_REPORT_H
#include "base/text.h"
#include "core/event.h"
#include "ntpd/state.h"

/* Logs one line. */
void report(struct ntpd *d, enum log_level level, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Logs a line that a packet caused: held back beyond a few a minute, and counted. */
void report_packet(struct ntpd *d, enum log_level level, const char *fmt, ...) TEXT_PRINTF(3, 4);

/*
 * Logs that a file ("statistics", "/x/y") cannot be written; on a read-only one also what to add to
 * the unit of systemd, whose sandbox is the usual cause.
 */
void report_unwritten(struct ntpd *d, const char *what, const char *path, int error);

/* Records a system event and logs "0.0.0.0 c615 05 clock_sync <detail>"; detail may be "". */
void report_system_event(struct ntpd *d, enum system_event code, const char *detail);

/* The same for a source: "192.0.2.11 8014 84 reachable <detail>". */
void report_peer_event(struct ntpd *d, struct peer *p, enum peer_event code, const char *detail);

/* Reports each event of a mask, in the order of the codes. */
void report_peer_events(struct ntpd *d, struct peer *p, unsigned events);

/* Mode 6's status words, with the event that was last. */
uint16_t report_system_status(const struct ntpd *d);
uint16_t report_peer_status(const struct peer *p);

/* Refreshes the status line of the service manager when it changed. */
void report_status(struct ntpd *d);

#endif
