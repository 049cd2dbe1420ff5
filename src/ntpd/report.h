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

/* Whether one more may be logged now; says how many could not be before. */
bool report_packet_may(struct ntpd *d);

/*
 * Logs that a file ("statistics", "/x/y") cannot be written; on a read-only one also what to add to
 * the unit of systemd, whose sandbox is the usual cause; on a refusal, mode and group.
 */
void report_unwritten(struct ntpd *d, const char *what, const char *path, enum store_use use,
    int error);

/*
 * Logs that a file ("keys", "/x/y") cannot be read, with the mode and group in the way of the run
 * user; after the start also that what was read before stays in force.
 */
void report_unread(struct ntpd *d, const char *what, const char *path, int error);

/* Records a system event and logs "0.0.0.0 c615 05 clock_sync <detail>"; detail may be "". */
void report_system_event(struct ntpd *d, enum system_event code, const char *detail);

/*
 * The same for a source, with what is known of the cause: "192.0.2.11 8014 84 reachable after 60
 * s". What comes again and again is in the log only when it is news.
 */
void report_peer_event(struct ntpd *d, struct peer *p, enum peer_event code);

/* Logs the line of an event unless logconfig leaves its class out. */
void report_event_line(struct ntpd *d, enum config_log_class class, enum log_level level,
    const char *line);

/* Reports each event of a mask, in the order of the codes. */
void report_peer_events(struct ntpd *d, struct peer *p, unsigned events);

/* Mode 6's status words, with the event that was last. */
uint16_t report_system_status(const struct ntpd *d);
uint16_t report_peer_status(const struct peer *p);

/* Appends why there is no system peer: "0 of 4 servers reachable". */
void report_put_why(struct ntpd *d, struct text *t);

/* Refreshes the status line of the service manager when it changed. */
void report_status(struct ntpd *d);

#endif
