/* SPDX-License-Identifier: BSD-2-Clause */
/* report - log lines and events. */
#include "ntpd/report.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "ntpd/stats.h"
#include "ntpd/system.h"

enum { LINE_MAX_LEN = 512 };

static void TEXT_PRINTF(3, 0)
vreport(struct ntpd *d, enum log_level level, const char *fmt, va_list ap)
{
	char buf[LINE_MAX_LEN];
	struct text t = text_over(buf, sizeof buf);

	text_vprintf(&t, fmt, ap);
	d->port.log->ops->line(d->port.log, level, buf);
}

void
report(struct ntpd *d, enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(d, level, fmt, ap);
	va_end(ap);
}

void
report_packet(struct ntpd *d, enum log_level level, const char *fmt, ...)
{
	uint64_t held_back;
	va_list ap;

	if (!limit_take(&d->packet_log, 1.0, now_of(d), &held_back)) {
		return;
	}
	if (held_back > 0) {
		report(d, level, "%llu messages caused by packets were held back",
		    (unsigned long long)held_back);
	}
	va_start(ap, fmt);
	vreport(d, level, fmt, ap);
	va_end(ap);
}

void
report_unwritten(struct ntpd *d, const char *what, const char *path, int error)
{
	const char *slash = strrchr(path, '/');
	int folder = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);

	if (error == -EROFS) {
		report(d, LOG_LEVEL_ERROR,
		    "%s %s: %s; under systemd \"systemctl edit ntpd\" and add, below [Service], "
		    "ReadWritePaths=%.*s", what, path, strerror(-error), folder, slash == NULL ?
		    "." : path);
	} else {
		report(d, LOG_LEVEL_ERROR, "%s %s: %s", what, path, strerror(-error));
	}
}

uint16_t
report_system_status(const struct ntpd *d)
{
	return event_system_status(&d->sys.event, system_leap(d), d->sys.source);
}

uint16_t
report_peer_status(const struct peer *p)
{
	unsigned flags = PEER_STATUS_CONFIG;

	if (p->a.rules.key_id != 0) {
		flags |= PEER_STATUS_AUTHENABLE;
		if (p->a.authentic) {
			flags |= PEER_STATUS_AUTHENTIC;
		}
	}
	if (p->a.poll.reach != 0) {
		flags |= PEER_STATUS_REACH;
	}
	return event_peer_status(&p->a.event, flags, p->a.tally);
}

static enum log_level
system_event_level(enum system_event code)
{
	return code == EVENT_PANIC_STOP || code == EVENT_NO_SYS_PEER ||
	    code == EVENT_STALE_LEAPSECONDS ?
	    LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE;
}

/* logconfig, once a line of it is there, chooses what is logged; without one all events are. */
static bool
event_wanted(const struct ntpd *d, enum config_log_class class)
{
	return d->conf->log_mask == CONFIG_LOG_DEFAULT ||
	    (d->conf->log_mask & ((unsigned)LOG_KIND_EVENTS << (4 * class))) != 0;
}

/* An event goes to the log and to protostats. */
static void
tell_event(struct ntpd *d, enum config_log_class class, enum log_level level, const char *line)
{
	if (event_wanted(d, class)) {
		d->port.log->ops->line(d->port.log, level, line);
	}
	stats_proto(d, line);
}

/* What concerns the clock itself belongs to sync, the rest to sys. */
static enum config_log_class
class_of(enum system_event code)
{
	return code == EVENT_RESTART || code == EVENT_KERN || code == EVENT_UNSPEC ? LOG_CLASS_SYS :
	    LOG_CLASS_SYNC;
}

void
report_system_event(struct ntpd *d, enum system_event code, const char *detail)
{
	char buf[LINE_MAX_LEN];
	struct text t = text_over(buf, sizeof buf);

	/* ntpd is silent once the counter is full; an operator wants to know all the same. */
	(void)event_system(&d->sys.event, code);
	text_printf(&t, "0.0.0.0 %04x %02x %s%s%s", report_system_status(d), (unsigned)code,
	    event_system_name(code), detail[0] != '\0' ? " " : "", detail);
	tell_event(d, class_of(code), system_event_level(code), buf);
}

void
report_peer_event(struct ntpd *d, struct peer *p, enum peer_event code, const char *detail)
{
	char buf[LINE_MAX_LEN], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	(void)event_peer(&p->a.event, code);
	if (code == PEER_EVENT_REACHABLE || code == PEER_EVENT_UNREACHABLE) {
		p->reach_at = now_of(d);
	}
	text_printf(&t, "%s %04x %02x %s%s%s", addr_format(&p->a.remote.addr, addr, sizeof addr),
	    report_peer_status(p), 0x80u | (unsigned)code, event_peer_name(code),
	    detail[0] != '\0' ? " " : "", detail);
	/* Whoever reads our requests can make it happen a thousand times a second. */
	if (code == PEER_EVENT_BAD_AUTH) {
		report_packet(d, LOG_LEVEL_INFO, "%s", buf);
		return;
	}
	tell_event(d, LOG_CLASS_PEER, LOG_LEVEL_INFO, buf);
}

void
report_peer_events(struct ntpd *d, struct peer *p, unsigned events)
{
	for (unsigned code = PEER_EVENT_MOBILIZE; code <= PEER_EVENT_INTERLEAVE_ERROR; code++) {
		if (events & (1u << code)) {
			report_peer_event(d, p, (enum peer_event)code, "");
		}
	}
}

static void
describe(const struct ntpd *d, struct text *t)
{
	char addr[ADDR_TEXT_MAX];

	if (system_leap(d) == LEAP_UNSYNC) {
		text_put(t, "not synchronised");
	} else if (d->sys.peer_id == 0) {
		text_printf(t, "no source is left, stratum %u, running on the last frequency",
		    d->sys.stratum);
	} else {
		text_printf(t, "synchronised to %s, stratum %u, offset %+.3f ms",
		    addr_format(&d->sys.peer_addr.addr, addr, sizeof addr), d->sys.stratum,
		    d->sys.offset_s * 1e3);
	}
	if (!d->steer.adjust.controlled) {
		text_put(t, "; clock not controlled");
	}
}

void
report_status(struct ntpd *d)
{
	char buf[sizeof d->status_text];
	struct text t = text_over(buf, sizeof buf);

	if (d->port.watch.status == NULL) {
		return;
	}
	describe(d, &t);
	if (strcmp(buf, d->status_text) != 0) {
		memcpy(d->status_text, buf, sizeof buf);
		d->port.watch.status(d->port.watch.ctx, buf);
	}
}
