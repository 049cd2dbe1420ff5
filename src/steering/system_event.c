/* SPDX-License-Identifier: BSD-2-Clause */
/* system_event - what happens to the whole, in ntpd's words. */
#include "steering/system_event.h"
#include "journal/event_id.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "steering/steering.h"
#include "steering/system.h"

enum { EVENT_TEXT_MAX = 1024 };

void
system_event_seen(struct steering *s)
{
	event_seen(&s->sys.event);
}

uint16_t
system_event_status(const struct steering *s)
{
	return event_system_status(&s->sys.event, system_leap(s), s->sys.source);
}

static enum log_level
system_event_level(enum system_event code)
{
	return code == EVENT_PANIC_STOP                                    ? LOG_LEVEL_ERROR
	    : code == EVENT_NO_SYS_PEER || code == EVENT_STALE_LEAPSECONDS ? LOG_LEVEL_WARNING
									   : LOG_LEVEL_NOTICE;
}

/* What concerns the clock itself belongs to sync, the rest to sys. */
static enum config_log_class
class_of(enum system_event code)
{
	return code == EVENT_RESTART || code == EVENT_KERN || code == EVENT_UNSPEC ? LOG_CLASS_SYS
										   : LOG_CLASS_SYNC;
}

static const char *
put_leader(const struct steering *s, char *buf, size_t cap)
{
	return s->sys.peer_id != 0 ? addr_format(&s->sys.peer_addr.addr, buf, cap) : "";
}

static void
put_refid(const struct steering *s, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	refid_put(&t, s->sys.refid, s->sys.stratum);
}

void
system_event_note(struct steering *s, enum system_event code, const char *detail)
{
	char buf[EVENT_TEXT_MAX], leader[ADDR_TEXT_MAX], refid[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	/* ntpd is silent once the counter is full; an operator wants to know all the same. */
	(void)event_system(&s->sys.event, code);
	text_printf(&t, "0.0.0.0 %04x %02x %s%s%s", system_event_status(s), (unsigned)code,
	    event_system_name(code), detail[0] != '\0' ? " " : "", detail);
	put_refid(s, refid, sizeof refid);
	report_event_line(s->is.journal, class_of(code), system_event_level(code), buf,
	    &(struct log_event){
		.name = event_system_name(code),
		.id = event_id_system(code),
		.source = put_leader(s, leader, sizeof leader),
		.assoc = s->sys.peer_id,
		.state = discipline_state_name(s->disc.state),
		.refid = refid,
		.offset_s = s->sys.offset_s,
	    });
	stats_proto(s->is.journal, buf);
}
