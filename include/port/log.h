/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - the port to the log. Real: stderr, syslog or a file. Simulated: kept, so that tests assert
 * on it.
 */
#ifndef PORT_LOG_H
#define PORT_LOG_H

/* The order is syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

struct log;

struct log_ops {
	/* One line, without a newline, printable. */
	void (*line)(struct log *l, enum log_level level, const char *text);
};

struct log {
	const struct log_ops *ops;
};

#endif
