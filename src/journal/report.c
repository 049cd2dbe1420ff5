/* SPDX-License-Identifier: BSD-2-Clause */
/* report - log lines. */
#include "journal/report.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "journal/journal.h"

enum { LINE_MAX_LEN = 1024, ADVICE_MAX = 768 };

static void TEXT_PRINTF(3, 0)
    vreport(struct journal *j, enum log_level level, const char *fmt, va_list ap)
{
	char buf[LINE_MAX_LEN];
	struct text t = text_over(buf, sizeof buf);

	text_vprintf(&t, fmt, ap);
	j->is.log->ops->line(j->is.log, level, buf);
}

void
report(struct journal *j, enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(j, level, fmt, ap);
	va_end(ap);
}

bool
report_packet_may(struct journal *j)
{
	uint64_t held_back;

	if (!limit_take(&j->packet_log, 1.0, loop_now(j->is.loop), &held_back)) {
		return false;
	}
	if (held_back > 0) {
		report(j, LOG_LEVEL_NOTICE, "%llu messages caused by packets were held back",
		    (unsigned long long)held_back);
	}
	return true;
}

void
report_packet(struct journal *j, enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (!report_packet_may(j)) {
		return;
	}
	va_start(ap, fmt);
	vreport(j, level, fmt, ap);
	va_end(ap);
}

/* What the owner of a file that is refused to us has to do; "" when the error is another. */
static const char *
advice(struct journal *j, const char *path, enum store_use use, int error, char *buf)
{
	struct text t = text_over(buf, ADVICE_MAX);

	if (error == -EACCES) {
		j->is.store->ops->explain(j->is.store, path, use, &t);
	}
	return buf;
}

void
report_unwritten(struct journal *j, const char *what, const char *path, enum store_use use,
    int error)
{
	const char *slash = strrchr(path, '/');
	int folder = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
	char buf[ADVICE_MAX];

	if (error == -EROFS) {
		report(j, LOG_LEVEL_ERROR,
		    "%s %s: %s; under systemd \"systemctl edit ntpd\" and add, below [Service], "
		    "ReadWritePaths=%.*s",
		    what, path, strerror(-error), folder, slash == NULL ? "." : path);
	} else if (error == -ENOENT && slash != NULL) {
		report(j, LOG_LEVEL_ERROR, "%s %s: %s; 'mkdir -p %.*s' makes the folder", what,
		    path, strerror(-error), folder, path);
	} else {
		report(j, LOG_LEVEL_ERROR, "%s %s: %s%s", what, path, strerror(-error),
		    advice(j, path, use, error, buf));
	}
}

void
report_unread(struct journal *j, const char *what, const char *path, int error)
{
	char buf[ADVICE_MAX];

	report(j, LOG_LEVEL_ERROR, "%s %s: %s%s%s", what, path, strerror(-error),
	    advice(j, path, STORE_READ, error, buf),
	    j->ready ? "; what was read before stays in force" : "");
}

/* logconfig, once a line of it is there, chooses what is logged; see is_everyday for before. */
static bool
event_wanted(const struct journal *j, enum config_log_class class)
{
	return j->conf->log_mask == CONFIG_LOG_DEFAULT ||
	    (j->conf->log_mask & ((unsigned)LOG_KIND_EVENTS << (4 * class))) != 0;
}

void
report_event_line(struct journal *j, enum config_log_class class, enum log_level level,
    const char *line, const struct log_event *event)
{
	struct log *log = j->is.log;

	/* An error is said whatever logconfig leaves out. */
	if (level != LOG_LEVEL_ERROR && !event_wanted(j, class)) {
		return;
	}
	if (log->ops->event != NULL) {
		log->ops->event(log, level, line, event);
	} else {
		log->ops->line(log, level, line);
	}
}
