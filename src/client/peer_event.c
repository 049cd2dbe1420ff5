/* SPDX-License-Identifier: BSD-2-Clause */
/* peer_event - what happens to a source: each transition once, with its cause. */
#include "client/peer_event.h"
#include <math.h>
#include <string.h>
#include "client/client.h"
#include "client/peer_name.h"
#include "journal/event_id.h"
#include "journal/report.h"
#include "journal/stats.h"

enum { EVENT_TEXT_MAX = 512, UNREACHED_POLLS = 8 };

/* What is said of packets that anybody may have written, in the name of a source. */
static const double FORGED_AGAIN_S = 3600.0;
/* A server that goes on to refuse us is told of again after this time. */
static const double REFUSES_AGAIN_S = 86400.0;

uint16_t
peer_event_status(const struct peer *p)
{
	unsigned flags = p->ephemeral ? 0u : (unsigned)PEER_STATUS_CONFIG;

	flags |= assoc_is_bclient(&p->a) ? (unsigned)PEER_STATUS_BROADCAST : 0u;
	if ((p->a.rules.flags & ASSOC_PROOF) != 0) {
		flags |= PEER_STATUS_AUTHENABLE;
		if (p->a.authentic) {
			flags |= PEER_STATUS_AUTHENTIC;
		}
	}
	if (p->a.poll.reach != 0) {
		flags |= PEER_STATUS_REACH;
	}
	return event_peer_status(&p->told.event, flags, p->a.tally);
}

/* ---- causes ---- */

static void
put_unreachable(const struct peer *p, struct text *t)
{
	if (p->send_error != 0) {
		text_printf(t, " %s", strerror(-p->send_error));
	} else if (p->unused > 0) {
		text_printf(t, " its answers are not used: %s", verdict_name(p->unused_why));
	} else {
		text_printf(t, " no answer to %d requests", UNREACHED_POLLS);
	}
}

/* Broadcasts have it in a place of their own. */
static bool
is_interleaved(const struct assoc *a)
{
	return assoc_is_bclient(a) ? a->bc.interleaved : onwire_is_interleaved(&a->wire);
}

static void
put_cause(const struct client *c, const struct peer *p, enum peer_event code, struct text *t)
{
	char addr[ADDR_TEXT_MAX];

	if (code == PEER_EVENT_MOBILIZE && p->source != NULL &&
	    !text_equal(p->source->cfg->host.text,
		addr_format(&p->a.remote.addr, addr, sizeof addr))) {
		text_printf(t, " of %s", p->source->cfg->host.text);
	} else if (code == PEER_EVENT_UNREACHABLE) {
		put_unreachable(p, t);
	} else if (code == PEER_EVENT_REACHABLE && p->told.went_dark) {
		text_printf(t, " after %.0f s", mtime_diff_s(client_now(c), p->told.reach_at));
	} else if (code == PEER_EVENT_RATE_EXCEEDED) {
		text_printf(t, " asked at most every %.0f s from now on",
		    log2s_to_s(p->a.poll.floor));
	} else if (code == PEER_EVENT_INTERLEAVE_MODE) {
		text_put(t, is_interleaved(&p->a) ? " interleaved" : " basic");
	} else if (code == PEER_EVENT_INTERLEAVE_ERROR) {
		text_put(t, " its times cannot be those of its last packet");
	} else if (code == PEER_EVENT_ACCESS_DENIED) {
		text_put(t, " it refuses to answer us");
	}
}

/* ---- what is worth a line ---- */

/* A kiss is repeated with each poll: it is news when it is another, or asks for longer pauses. */
static bool
is_news(const struct client *c, struct peer *p, enum peer_event code)
{
	if (code != PEER_EVENT_RATE_EXCEEDED && code != PEER_EVENT_ACCESS_DENIED) {
		return true;
	}
	if (p->told.kissed == code && p->told.kissed_floor == p->a.poll.floor &&
	    mtime_diff_s(client_now(c), p->told.kissed_at) < REFUSES_AGAIN_S) {
		return false;
	}
	p->told.kissed = code;
	p->told.kissed_floor = p->a.poll.floor;
	p->told.kissed_at = client_now(c);
	return true;
}

/*
 * What happens to a source when all is well: it is there, it answers. In the log by logconfig only,
 * as is the turn it takes as system peer.
 */
static bool
is_everyday(const struct peer *p, enum peer_event code)
{
	return code == PEER_EVENT_MOBILIZE || code == PEER_EVENT_DEMOBILIZE ||
	    code == PEER_EVENT_POPCORN || code == PEER_EVENT_INTERLEAVE_MODE ||
	    (code == PEER_EVENT_REACHABLE && !p->told.went_dark);
}

/* Two sources that are equally good may take turns with every sample. */
static bool
log_takes_turn(struct client *c, struct text *t)
{
	uint64_t held_back;

	if (!limit_take(&c->turns_log, 1.0, client_now(c), &held_back)) {
		return false;
	}
	if (held_back > 0) {
		text_printf(t, ", after %llu changes that were not logged",
		    (unsigned long long)held_back);
	}
	return true;
}

/* Whoever reads our requests, or writes answers, can make these a thousand times a second. */
static bool
is_of_a_packet(enum peer_event code)
{
	return code == PEER_EVENT_BAD_AUTH || code == PEER_EVENT_POPCORN ||
	    code == PEER_EVENT_INTERLEAVE_MODE || code == PEER_EVENT_INTERLEAVE_ERROR;
}

/* Where it is kept, or PEER_FORGEABLE: it takes more than a packet in its name. */
static enum peer_forgeable
forgeable_of(enum peer_event code)
{
	return code == PEER_EVENT_BAD_AUTH        ? PEER_BAD_AUTH
	    : code == PEER_EVENT_INTERLEAVE_ERROR ? PEER_INTERLEAVE_ERROR
						  : PEER_FORGEABLE;
}

/*
 * False when it was told within the hour: else a stranger had the log, the last event of the source
 * and all who are told of events, a thousand times a second.
 */
static bool
is_to_be_told(struct client *c, struct peer *p, enum peer_event code)
{
	enum peer_forgeable i = forgeable_of(code);
	struct peer_forged *f = &p->told.forged[i == PEER_FORGEABLE ? 0 : i];

	if (i == PEER_FORGEABLE) {
		return !is_of_a_packet(code) || report_packet_may(c->is.journal);
	}
	if ((f->told && mtime_diff_s(client_now(c), f->at) < FORGED_AGAIN_S) ||
	    !report_packet_may(c->is.journal)) {
		f->held_back++;
		return false;
	}
	f->told = true;
	f->at = client_now(c);
	return true;
}

/* How many were not, as the last words of the line. */
static void
put_held_back(struct peer *p, enum peer_event code, struct text *t)
{
	enum peer_forgeable i = forgeable_of(code);

	if (i != PEER_FORGEABLE && p->told.forged[i].held_back > 0) {
		text_printf(t, ", after %llu more that were not told",
		    (unsigned long long)p->told.forged[i].held_back);
		p->told.forged[i].held_back = 0;
	}
}

static void
note_reach(const struct client *c, struct peer *p, enum peer_event code)
{
	if (code == PEER_EVENT_REACHABLE || code == PEER_EVENT_UNREACHABLE) {
		p->told.reach_at = client_now(c);
		p->told.went_dark = code == PEER_EVENT_UNREACHABLE;
	}
}

static bool
is_logged(const struct client *c, bool everyday)
{
	return !everyday || c->conf->log_mask != CONFIG_LOG_DEFAULT;
}

static void
put_event(const struct peer *p, enum peer_event code, struct text *t)
{
	char addr[ADDR_TEXT_MAX];

	text_printf(t, "%s %04x %02x %s", addr_format(&p->a.remote.addr, addr, sizeof addr),
	    peer_event_status(p), 0x80u | (unsigned)code, event_peer_name(code));
}

/* What the selection made of it. */
static const char *
selected(enum tally tally)
{
	static const char *const words[] = {
		[TALLY_REJECT] = "reject",
		[TALLY_FALSETICK] = "falseticker",
		[TALLY_EXCESS] = "excess",
		[TALLY_OUTLIER] = "outlier",
		[TALLY_CANDIDATE] = "candidate",
		[TALLY_BACKUP] = "backup",
		[TALLY_SYSPEER] = "system-peer",
		[TALLY_PPSPEER] = "pps",
	};

	return words[tally];
}

static void
log_event(struct client *c, const struct peer *p, enum peer_event code, const char *line)
{
	char name[PEER_NAME_MAX], refid[ADDR_TEXT_MAX];
	struct text n = text_over(name, sizeof name), r = text_over(refid, sizeof refid);

	peer_name_put(p, &n);
	refid_put(&r, p->a.srv.refid, p->a.srv.stratum);
	report_event_line(c->is.journal, LOG_CLASS_PEER, LOG_LEVEL_INFO, line,
	    &(struct log_event){
		.name = event_peer_name(code),
		.id = event_id_peer(code),
		.source = name,
		.assoc = p->a.id,
		.state = selected(p->a.tally),
		.refid = refid,
		.offset_s = p->a.filter.usable ? p->a.filter.best.offset_s : (double)NAN,
	    });
}

/* False when it is no event, for a stranger may have caused it. */
static bool
note(struct client *c, struct peer *p, enum peer_event code)
{
	char buf[EVENT_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	bool logged = is_logged(c, is_everyday(p, code)), told = is_to_be_told(c, p, code);

	if (!told && forgeable_of(code) != PEER_FORGEABLE) {
		return false;
	}
	(void)event_peer(&p->told.event, code);
	if (!told || !is_news(c, p, code)) {
		return true;
	}
	put_event(p, code, &t);
	put_cause(c, p, code, &t);
	put_held_back(p, code, &t);
	note_reach(c, p, code);
	stats_proto(c->is.journal, buf);
	if (logged) {
		log_event(c, p, code, buf);
	}
	return true;
}

void
peer_event_note(struct client *c, struct peer *p, enum peer_event code)
{
	(void)note(c, p, code);
}

void
peer_event_clock(struct client *c, struct peer *p, const char *why)
{
	char buf[EVENT_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	(void)event_peer(&p->told.event, PEER_EVENT_CLOCK_EVENT);
	put_event(p, PEER_EVENT_CLOCK_EVENT, &t);
	text_printf(&t, " %s %s%s%s", refclock_name(p->clock), refclock_event_name(p->clock->event),
	    why[0] != '\0' ? ": " : "", why);
	stats_proto(c->is.journal, buf);
	log_event(c, p, PEER_EVENT_CLOCK_EVENT, buf);
	c->is.up->noted(c->is.up_ctx);
}

void
peer_event_start(struct client *c, struct peer *p)
{
	p->told = (struct peer_told){ .reach_at = client_now(c) };
	(void)event_peer(&p->told.event, PEER_EVENT_MOBILIZE);
	peer_event_note(c, p, PEER_EVENT_MOBILIZE);
}

void
peer_event_seen(struct peer *p)
{
	event_seen(&p->told.event);
}

void
peer_event_chosen(struct client *c, struct peer *p, double offset_s, bool turn)
{
	char buf[EVENT_TEXT_MAX], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	(void)event_peer(&p->told.event, PEER_EVENT_SYS_PEER);
	put_event(p, PEER_EVENT_SYS_PEER, &t);
	/* Scripts of old count "synchronized to ADDRESS, stratum N". */
	text_printf(&t, " synchronized to %s, stratum %u (offset %+.6f s, delay %.6f s)",
	    addr_format(&p->a.remote.addr, addr, sizeof addr), p->a.srv.stratum, offset_s,
	    p->a.filter.best.delay_s);
	stats_proto(c->is.journal, buf);
	if (is_logged(c, turn) && log_takes_turn(c, &t)) {
		log_event(c, p, PEER_EVENT_SYS_PEER, buf);
	}
}

void
peer_event_note_all(struct client *c, struct peer *p, unsigned events)
{
	bool any = false;

	for (unsigned code = PEER_EVENT_MOBILIZE; code <= PEER_EVENT_INTERLEAVE_ERROR; code++) {
		if (events & (1u << code)) {
			any = note(c, p, (enum peer_event)code) || any;
		}
	}
	if (any) {
		c->is.up->noted(c->is.up_ctx);
	}
}
