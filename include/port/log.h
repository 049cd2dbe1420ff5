/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log - the port to the log. Real: stderr, syslog, the journal or a file. Simulated: kept, so that
 * tests assert on it.
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

/* What a log with fields has of an event beside its line. Texts may have any octets; "": none. */
struct log_event {
	const char *name;   /* "clock_sync", "unreachable" */
	const char *id;     /* of this kind of event, 32 hexadecimal digits */
	const char *source; /* whom it is about, or who leads the clock */
	unsigned assoc;     /* its association id, 0: none */
	const char *state;  /* of the source's selection, or of the discipline */
	const char *refid;
	double offset_s; /* NAN: none */
};

struct log;

struct log_ops {
	/* One line, without a newline, printable. */
	void (*line)(struct log *l, enum log_level level, const char *text);
	/* The line of an event, with its fields where there is room for them; NULL: as line. */
	void (*event)(struct log *l, enum log_level level, const char *text,
	    const struct log_event *e);
};

struct log {
	const struct log_ops *ops;
};

#endif
