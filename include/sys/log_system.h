/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_system - the log port: stderr in the foreground, syslog (facility daemon) otherwise, or a
 * file that is appended to. Lines on stderr and in a file look like "29 Sep 22:59:31 ntpd[5323]:
 * text". When stderr is the journal's own stream they go to the journal's socket with their fields,
 * or, where that is not to be had, are "<N>text" on the stream: the journal adds time and name
 * itself, and takes the level from N.
 */
#ifndef SYS_LOG_SYSTEM_H
#define SYS_LOG_SYSTEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "port/log.h"

enum { LOG_SYSTEM_LINE_MAX = 2048, LOG_SYSTEM_EARLY_MAX = 64 * 1024 };

/* ident must stay. Lines above max are dropped. 0 or -errno. */
int log_system_new(const char *ident, bool foreground, enum log_level max, struct log **out);
void log_system_free(struct log *l); /* NULL is fine */

/*
 * From now on lines go to path; NULL puts them back to stderr or syslog. The first file gets what
 * was said before it, too, up to LOG_SYSTEM_EARLY_MAX octets: the start, and what is wrong with the
 * configuration that names the file. /dev/stdout and
 * /dev/stderr mean the open descriptors. No link is followed at the end of path. 0 or -errno; on an
 * error nothing changes.
 */
int log_system_file(struct log *l, const char *path);

/*
 * Opens the file anew (it may have been rotated away); without a file does nothing. 0 or -errno as
 * above.
 */
int log_system_reopen(struct log *l);

/* Where the journal takes lines with fields, instead of systemd's usual place. For tests. */
void log_system_journal(struct log *l, const char *path);

/* No file has come: what was kept for it is forgotten. */
void log_system_started(struct log *l);

/* The terminal is gone (the process went to the background): lines without a file go to syslog. */
void log_system_background(struct log *l);

/* The least important level that is written. */
void log_system_level(struct log *l, enum log_level max);

/*
 * Writes one line as it goes to a file, with its newline; at_s in seconds since 1970, shown in
 * local time. cap at least 64; a text that does not fit is cut. Returns its length.
 */
size_t log_system_format(char *buf, size_t cap, int64_t at_s, const char *ident, int pid,
    const char *text);

#endif
