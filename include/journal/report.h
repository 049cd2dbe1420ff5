/* SPDX-License-Identifier: BSD-2-Clause */
/* report - what the daemon says: log lines, and when there are enough of them. */
#ifndef JOURNAL_REPORT_H
#define JOURNAL_REPORT_H
#include "base/text.h"
#include "config/config.h"
#include "port/log.h"
#include "port/store.h"

struct journal;

/* Logs one line. */
void report(struct journal *j, enum log_level level, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Logs a line that a packet caused: held back beyond a few a minute, and counted. */
void report_packet(struct journal *j, enum log_level level, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Whether one more may be logged now; says how many could not be before. */
bool report_packet_may(struct journal *j);

/*
 * Logs that a file ("statistics", "/x/y") cannot be written; on a read-only one also what to add to
 * the unit of systemd, whose sandbox is the usual cause; on a refusal, mode and group.
 */
void report_unwritten(struct journal *j, const char *what, const char *path, enum store_use use,
    int error);

/*
 * Logs that a file ("keys", "/x/y") cannot be read, with the mode and group in the way of the run
 * user; after the start also that what was read before stays in force.
 */
void report_unread(struct journal *j, const char *what, const char *path, int error);

/*
 * Logs the line of an event, with its fields where the log has room for them, unless logconfig
 * leaves its class out.
 */
void report_event_line(struct journal *j, enum config_log_class class, enum log_level level,
    const char *line, const struct log_event *event);

#endif
