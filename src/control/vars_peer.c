/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_peer - the variables of associations, of pools and of reference clocks. */
#include <math.h>
#include <string.h>
#include "client/cast.h"
#include "client/client.h"
#include "client/nts_standing.h"
#include "client/peer_name.h"
#include "client/peers.h"
#include "client/protect.h"
#include "control/control.h"
#include "vars.h"
#include "vars_table.h"
#include "steering/steering.h"

enum { STAGES = FILTER_STAGES, CLOCK_NAME_MAX = 16, NTS_STATE_MAX = 192, CAST_STATE_MAX = 192 };
enum { CLOCK_STATE_MAX = 1024 };

/* Farther, and a pulse may be another second's: core/select. */
static const double PULSE_FAR_S = 0.4;

struct peer_vars {
	const char *more_names; /* NULL */
	struct addr srcadr, dstadr;
	uint64_t srcport, dstport, out, in, leap, stratum, reach, unreach, hmode, pmode, flash,
	    keyid, config, authentic, candidate;
	const char *srchost;
	char stamps[2]; /* "h", "k" or "u"; "": no sample yet */
	char clock_name[CLOCK_NAME_MAX];
	int64_t precision, hpoll, ppoll, headway;
	double rootdelay, rootdisp, offset, delay, dispersion, jitter, bias, rootdist;
	char refid[ADDR_TEXT_MAX];
	struct ntp_ts reftime, rec;
	uint64_t bogusorg, oldpkt, badauth, received, sent, seldisp, selbroken;
	uint64_t authenable, ttl, timer, timerec, timereach;
	double xleave;
	const char *ilmode; /* NULL: it is not wanted */
	uint64_t il_answers, il_declined;
	double filtdelay[STAGES], filtoffset[STAGES], filtdisp[STAGES];
	int64_t cookies, ke_age;
	uint64_t aead;
	const char *nts_state;
	char nts_words[NTS_STATE_MAX];
	double bcdelay;
	const char *cast_state; /* "": it has nothing to do with them */
	char cast_words[CAST_STATE_MAX];
	const char *clock_state, *clock_line; /* "": it is no clock, or has no device */
	char clock_words[CLOCK_STATE_MAX], line_words[REFCLOCK_LINE_MAX];
	double clock_fudge, clock_late; /* s, by time1 or time2 as clock_line says; 0: not known */
	const char *select_why;         /* "": nothing more than its tally */
};

struct clock_vars {
	const char *more_names; /* NULL */
	const char *device, *name, *timecode;
	uint64_t type, poll, noreply, badformat, baddata, stratum, flags;
	double time1, time2;
	char refid[ADDR_TEXT_MAX];
};

#define PEER(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN)
#define PEER_NTS(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN_NTS)
#define PEER_IL(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN_IL)
#define PEER_CAST(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN_CAST)
#define PEER_CLOCK(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN_CLOCK)
#define PEER_WHY(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, SHOWN_WHY)
#define PEER_NAMED(name, kind, field) VARS_ROW(struct peer_vars, name, kind, field, NAMED)

static const struct vars_row PEER_ROWS[] = {
	PEER("srcadr", KIND_ADDR, srcadr),
	PEER("srcport", KIND_UINT, srcport),
	PEER("srchost", KIND_QUOTED, srchost),
	PEER("dstadr", KIND_ADDR, dstadr),
	PEER("dstport", KIND_UINT, dstport),
	PEER("out", KIND_UINT, out),
	PEER("in", KIND_UINT, in),
	PEER("leap", KIND_UINT, leap),
	PEER("stratum", KIND_UINT, stratum),
	PEER("precision", KIND_INT, precision),
	PEER("rootdelay", KIND_MS3, rootdelay),
	PEER("rootdisp", KIND_MS3, rootdisp),
	PEER("refid", KIND_BARE, refid),
	PEER("reftime", KIND_TS, reftime),
	PEER("rec", KIND_TS, rec),
	PEER("reach", KIND_HEX, reach),
	PEER("unreach", KIND_UINT, unreach),
	PEER("hmode", KIND_UINT, hmode),
	PEER("pmode", KIND_UINT, pmode),
	PEER("hpoll", KIND_INT, hpoll),
	PEER("ppoll", KIND_INT, ppoll),
	PEER("headway", KIND_INT, headway),
	PEER("flash", KIND_HEX, flash),
	PEER("keyid", KIND_UINT, keyid),
	PEER("ttl", KIND_UINT, ttl),
	PEER("offset", KIND_MS6, offset),
	PEER("delay", KIND_MS6, delay),
	PEER("dispersion", KIND_MS6, dispersion),
	PEER("jitter", KIND_MS6, jitter),
	PEER("xleave", KIND_MS3, xleave),
	PEER_IL("ilmode", KIND_QUOTED, ilmode),
	PEER("bias", KIND_MS3, bias),
	PEER("filtdelay", KIND_STAGES, filtdelay),
	PEER("filtoffset", KIND_STAGES, filtoffset),
	PEER("filtdisp", KIND_STAGES, filtdisp),
	PEER("ntscookies", KIND_INT, cookies),
	PEER_NTS("nts_aead", KIND_UINT, aead),
	PEER_NTS("nts_ke_age", KIND_INT, ke_age),
	PEER_NTS("nts_state", KIND_QUOTED, nts_state),
	PEER_IL("il_answers", KIND_UINT, il_answers),
	PEER_IL("il_declined", KIND_UINT, il_declined),
	PEER_CAST("bcdelay", KIND_MS3, bcdelay),
	PEER_CAST("cast_state", KIND_QUOTED, cast_state),
	PEER_CLOCK("clock_state", KIND_QUOTED, clock_state),
	PEER_CLOCK("clock_line", KIND_QUOTED, clock_line),
	PEER_CLOCK("clock_fudge", KIND_S6, clock_fudge),
	PEER_CLOCK("clock_late", KIND_S6, clock_late),
	PEER_WHY("select_why", KIND_QUOTED, select_why),
	PEER_NAMED("config", KIND_UINT, config),
	PEER_NAMED("authentic", KIND_UINT, authentic),
	PEER_NAMED("authenable", KIND_UINT, authenable),
	PEER_NAMED("rootdist", KIND_MS6, rootdist),
	PEER_NAMED("timer", KIND_UINT, timer),
	PEER_NAMED("timerec", KIND_UINT, timerec),
	PEER_NAMED("timereach", KIND_UINT, timereach),
	PEER_NAMED("seldisp", KIND_UINT, seldisp),
	PEER_NAMED("selbroken", KIND_UINT, selbroken),
	PEER_NAMED("received", KIND_UINT, received),
	PEER_NAMED("sent", KIND_UINT, sent),
	PEER_NAMED("badauth", KIND_UINT, badauth),
	PEER_NAMED("bogusorg", KIND_UINT, bogusorg),
	PEER_NAMED("oldpkt", KIND_UINT, oldpkt),
	PEER_NAMED("candidate", KIND_UINT, candidate),
	PEER_NAMED("stamps", KIND_BARE, stamps),
	PEER_NAMED("peer_var_list", KIND_NAMES, more_names),
};

static const struct vars_table PEER = { PEER_ROWS, sizeof PEER_ROWS / sizeof PEER_ROWS[0] };

#define CLOCK(name, kind, field) VARS_ROW(struct clock_vars, name, kind, field, SHOWN)
#define CLOCK_NAMED(name, kind, field) VARS_ROW(struct clock_vars, name, kind, field, NAMED)

static const struct vars_row CLOCK_ROWS[] = {
	CLOCK("device", KIND_QUOTED, device),
	CLOCK_NAMED("type", KIND_UINT, type),
	CLOCK("timecode", KIND_QUOTED, timecode),
	CLOCK("poll", KIND_UINT, poll),
	CLOCK("noreply", KIND_UINT, noreply),
	CLOCK("badformat", KIND_UINT, badformat),
	CLOCK("baddata", KIND_UINT, baddata),
	CLOCK("fudgetime1", KIND_MS3, time1),
	CLOCK("fudgetime2", KIND_MS3, time2),
	CLOCK("stratum", KIND_UINT, stratum),
	CLOCK("refid", KIND_BARE, refid),
	CLOCK("flags", KIND_UINT, flags),
	CLOCK_NAMED("name", KIND_QUOTED, name),
	CLOCK_NAMED("clock_var_list", KIND_NAMES, more_names),
};

static const struct vars_table CLOCK = { CLOCK_ROWS, sizeof CLOCK_ROWS / sizeof CLOCK_ROWS[0] };

/* ---- associations ---- */

static void
fill_stages(const struct control *c, const struct assoc *a, struct peer_vars *v)
{
	struct mtime now = control_now(c);

	for (unsigned i = 0; i < STAGES; i++) {
		struct sample s = { .disp_s = NTP_MAXDISP_S };
		(void)filter_stage(&a->filter, i, now, c->conf->tinker.dispersion_ppm * 1e-6, &s);
		v->filtdelay[i] = s.delay_s;
		v->filtoffset[i] = s.offset_s;
		v->filtdisp[i] = s.disp_s;
	}
}

static void
fill_measured(const struct assoc *a, struct peer_vars *v)
{
	v->jitter = a->filter.jitter_s;
	v->dispersion = a->filter.disp_s;
	if (a->filter.usable) {
		v->offset = a->filter.best.offset_s;
		v->delay = a->filter.best.delay_s;
	}
}

static void
put_peer_refid(const struct peer *p, char *buf, size_t cap)
{
	const struct assoc *a = &p->a;
	struct nts_standing nts;

	nts_standing_of(p, &nts);
	if (p->protection.lack != LACK_NOTHING) {
		vars_put_refid(buf, cap, refid_of_text(protect_refid(p->protection.lack)),
		    STRATUM_UNSPEC);
	} else if (nts.due) {
		vars_put_refid(buf, cap,
		    refid_of_text(a->remote.addr.family == ADDR_V6 ? "NTS6" : "NTS4"),
		    STRATUM_UNSPEC);
	} else if (a->kiss != 0) {
		vars_put_refid(buf, cap, a->kiss, 0);
	} else if (a->srv.refid == 0 && a->srv.stratum == STRATUM_UNSPEC) {
		/* nothing believed yet */
		vars_put_refid(buf, cap, refid_of_text(a->count.bad_auth > 0 ? "AUTH" : "INIT"),
		    STRATUM_UNSPEC);
	} else {
		vars_put_refid(buf, cap, a->srv.refid,
		    a->rules.flags & ASSOC_REFCLOCK ? 0 : a->srv.stratum);
	}
}

/*
 * The name it was configured by; a clock's is made as ntpq shows it, for those that do not. A
 * member of a pool has none: that of the pool would be the same in every row.
 */
static const char *
host_name(const struct peer *p, struct peer_vars *v)
{
	const struct config_source *cfg = p->source->cfg;
	struct text t = text_over(v->clock_name, sizeof v->clock_name);

	if (cfg->kind == SOURCE_REFCLOCK) {
		peer_name_put(p, &t);
		return v->clock_name;
	}
	return cfg->host.addr.family == ADDR_NONE && cfg->kind != SOURCE_POOL ? cfg->host.text : "";
}

/* Nothing is wrong with it, but those that it may only be used beside are not there. */
static bool
is_unvouched(const struct control *c, const struct assoc *a, const struct assoc_world *w)
{
	return c->is.steering->selector.sel.why == SELECT_NO_TRUSTED &&
	    !assoc_has_voice(a, w->policy->plain);
}

static void
fill_nts(const struct peer *p, struct peer_vars *v)
{
	struct text t = text_over(v->nts_words, sizeof v->nts_words);
	struct nts_standing nts;

	nts_standing_of(p, &nts);
	v->cookies = nts.cookies;
	v->aead = nts.aead;
	v->ke_age = (int64_t)nts.ke_age_s;
	nts_standing_put(p, &t);
	v->nts_state = v->nts_words;
}

/* The words that mode6/explain_cast knows. */
static const char *
bclient_state(const struct bclient *b)
{
	switch (b->phase) {
	case BCLIENT_VOLLEY:
		return "volley";
	case BCLIENT_COMPARE:
		return "comparing";
	case BCLIENT_LISTEN:
		break;
	}
	return b->measured ? "listening" : b->unfit > 0 ? "far" : "assumed";
}

static void
fill_bclient(const struct assoc *a, struct peer_vars *v)
{
	if (assoc_is_bclient(a)) {
		v->hmode = MODE_BCLIENT;
		v->pmode = MODE_BROADCAST;
		v->bcdelay = bclient_delay_s(&a->bc);
		v->cast_state = bclient_state(&a->bc);
	}
}

static void
fill_interleaved(const struct assoc *a, struct peer_vars *v)
{
	v->xleave = a->wire.xleave_s;
	if (a->wire.xleave || onwire_is_interleaved(&a->wire)) {
		v->ilmode = onwire_is_interleaved(&a->wire) ? "interleaved" : "basic";
		v->il_answers = a->wire.client.got;
		v->il_declined = a->wire.client.declined;
	}
}

static bool
has_preferred_survivor(const struct control *c)
{
	const struct peers *all = &c->is.client->peers;

	for (unsigned i = 0; i < all->peer_n; i++) {
		const struct assoc *a = &all->peer[i].a;

		if (a->id != 0 && a->tally >= TALLY_CANDIDATE &&
		    (a->rules.flags & ASSOC_PREFER) != 0) {
			return true;
		}
	}
	return false;
}

/* Why its pulses, which do not say what second they begin, do not lead the clock; NULL: they do. */
static const char *
unnumbered(const struct control *c, const struct assoc *a)
{
	const struct steering *st = c->is.steering;
	const struct selection *sel = &st->selector.sel;

	if ((a->rules.flags & (ASSOC_PPS | ASSOC_NUMBERED)) != ASSOC_PPS || !a->pulsed ||
	    a->tally == TALLY_PPSPEER || a->poll.reach == 0) {
		return NULL;
	}
	if (a->tally == TALLY_FALSETICK) {
		return "edge";
	}
	if (sel->survivors == 0) {
		return "alone";
	}
	if (fabs(sel->offset_s) >= PULSE_FAR_S || fabs(a->filter.best.offset_s) >= PULSE_FAR_S) {
		return "far";
	}
	return has_preferred_survivor(c) || (a->rules.flags & ASSOC_PREFER) != 0 ? "other"
										 : "prefer";
}

static void
fill_device(const struct control *c, const struct peer *p, struct peer_vars *v)
{
	struct text t = text_over(v->clock_words, sizeof v->clock_words);
	struct text line = text_over(v->line_words, sizeof v->line_words);
	const char *why = unnumbered(c, &p->a);

	v->clock_state = v->clock_words;
	v->clock_line = v->line_words;
	if (p->clock == NULL) {
		return;
	}
	refclock_put_state(p->clock, &t);
	if (t.len == 0) {
		return;
	}
	if (why != NULL) {
		text_printf(&t, " | unnumbered: %s", why);
	}
	refclock_put_line(p->clock, &line);
	v->clock_fudge = refclock_fudge_s(p->clock);
	v->clock_late = p->clock->late.n >= REFCLOCK_LATES_KNOWN ? p->clock->late.is_s : 0.0;
}

/* The words that mode6/explain_source knows. */
static const char *
select_why(const struct control *c, const struct assoc *a)
{
	switch (selection_left_out(c->is.steering, a->id)) {
	case LEFT_OUT_RESTLESS:
		return "restless";
	case LEFT_OUT_SMEAR:
		return "smear";
	case LEFT_OUT_DRIFTS:
		return "drifts";
	case LEFT_OUT_NOT:
		break;
	}
	return "";
}

static void
fill_peer(const struct control *c, const struct peer *p, struct peer_vars *v)
{
	const struct assoc *a = &p->a;
	struct assoc_world w = steering_world_shown(c->is.steering);

	memset(v, 0, sizeof *v);
	v->srcadr = a->remote.addr;
	v->srcport = a->remote.port;
	v->dstadr = p->a.local;
	v->dstport = NTP_PORT;
	v->srchost = host_name(p, v);
	v->out = a->count.sent;
	v->in = a->count.received;
	v->leap = a->srv.leap;
	v->stratum = a->srv.stratum;
	v->precision = a->srv.precision;
	v->rootdelay = a->srv.root_delay_s;
	v->rootdisp = a->srv.root_disp_s;
	put_peer_refid(p, v->refid, sizeof v->refid);
	v->reftime = a->srv.reftime;
	v->rec = a->wire.t4.ns != 0 ? ntp_ts_from_rtime(a->wire.t4) : (struct ntp_ts){ 0 };
	if (assoc_is_symmetric(a)) {
		/*
		 * What a peer's next packet may be told by is not told to others (CVE-2015-8139).
		 */
		v->rec.fix &= ~(uint64_t)UINT32_MAX;
	}
	v->reach = a->poll.reach;
	v->unreach = a->poll.unreach;
	v->hmode = a->rules.mode;
	v->pmode = a->srv.mode != MODE_UNSPEC ? a->srv.mode
	    : !assoc_is_symmetric(a) &&
		(a->count.received > 0 || (a->rules.flags & ASSOC_REFCLOCK) != 0)
	    ? MODE_SERVER
	    : MODE_UNSPEC;
	v->hpoll = a->poll.hpoll;
	v->ppoll = a->poll.ppoll;
	v->flash = (a->flash & (FLASH_PEER_STRATUM - 1)) | assoc_unfit(a, &w);
	/* A restrict line of ours keeps its answers out, or a key is missing: no packet says so. */
	v->flash |= p->blocked ? FLASH_DENIED : 0u;
	v->flash |= p->protection.lack != LACK_NOTHING ? FLASH_AUTH : 0u;
	v->flash |= is_unvouched(c, a, &w) ? FLASH_PEER_AUTH : 0u;
	v->keyid = p->auth.key_id;
	v->bias = a->rules.bias_s;
	v->authenable = (a->rules.flags & ASSOC_PROOF) != 0;
	v->timer = vars_whole_seconds(mtime_diff_s(a->poll.next, w.now));
	v->timerec = a->wire.t4.ns == 0
	    ? 0
	    : vars_whole_seconds(rtime_diff_s(clock_real(c->is.clock), a->wire.t4));
	v->timereach = vars_whole_seconds(mtime_diff_s(w.now, p->told.reach_at));
	v->seldisp = a->count.sel_disp;
	v->selbroken = a->count.sel_broken;
	v->config = p->ephemeral ? 0 : 1;
	v->authentic = a->authentic;
	v->candidate = a->tally;
	v->select_why = select_why(c, a);
	v->stamps[0] = p->stamped ? "ukh"[p->stamps_by] : '\0';
	v->badauth = a->count.bad_auth;
	v->bogusorg = a->count.bogus;
	v->oldpkt = a->count.duplicate;
	v->received = a->count.received;
	v->sent = a->count.sent;
	v->rootdist = a->filter.usable ? assoc_root_dist_s(a, &w) : NTP_MAXDISP_S;
	fill_interleaved(a, v);
	fill_measured(a, v);
	fill_stages(c, a, v);
	fill_nts(p, v);
	v->cast_state = "";
	fill_bclient(a, v);
	fill_device(c, p, v);
}

/* A name with nts may get cookies yet; the members of a pool have their own. */
static void
fill_nts_line(const struct source *s, struct peer_vars *v)
{
	struct text t = text_over(v->nts_words, sizeof v->nts_words);
	bool nts = (s->cfg->flags & OPTION_NTS) != 0 && s->cfg->kind != SOURCE_POOL;

	v->cookies = nts ? 0 : -1;
	v->ke_age = -1;
	nts_standing_put_line(s, &t);
	v->nts_state = v->nts_words;
}

/* 240.0.0.0/4 and 255.255.255.255 are none. */
static bool
is_group(const struct addr *a)
{
	return addr_is_multicast(a) && (a->family == ADDR_V6 || addr_v4_value(a) >> 28 == 0xe);
}

/* What stands as reference id of a line that sends to all. */
static const char *
cast_refid(const struct source *s)
{
	return s->cfg->kind == SOURCE_MANYCAST ? "ACST"
	    : is_group(&s->cfg->host.addr)     ? "MCST"
					       : "BCST";
}

/* The row of a line that sends to all; what it found stands in rows of its own. */
static void
fill_cast(const struct source *s, struct peer_vars *v)
{
	struct text t = text_over(v->cast_words, sizeof v->cast_words);

	if (s->cast == NULL) {
		return;
	}
	v->srcadr = s->cfg->host.addr;
	v->srchost = "";
	v->hmode = s->cfg->kind == SOURCE_BROADCAST ? MODE_BROADCAST : MODE_CLIENT;
	v->keyid = (uint64_t)s->cfg->key;
	v->ttl = (uint64_t)s->cfg->ttl;
	v->out = v->sent = s->cast->sent;
	v->authenable = s->cfg->key != 0;
	cast_put_state(s, &t);
	v->cast_state = v->cast_words;
	vars_put_refid(v->refid, sizeof v->refid, refid_of_text(cast_refid(s)), STRATUM_UNSPEC);
}

/* -4 or -6 on its line or of ntpd leaves out addresses that the name may have. */
static const char *
nameless_refid(const struct control *c, const struct source *s)
{
	enum addr_family want =
	    s->cfg->host.want != ADDR_NONE ? s->cfg->host.want : c->is.client->is.opt.family;

	return want == ADDR_V4 ? "DNS4" : want == ADDR_V6 ? "DNS6" : "DNS";
}

/* The row of a pool, or of a name without an address: none, stratum 16, refid POOL or DNS. */
static void
fill_pool(const struct control *c, const struct source *s, struct peer_vars *v)
{
	memset(v, 0, sizeof *v);
	v->srchost = s->cfg->host.text;
	v->srcport = config_source_ntp_port(s->cfg);
	v->dstport = NTP_PORT;
	v->leap = LEAP_UNSYNC;
	v->stratum = STRATUM_UNSPEC;
	v->hmode = MODE_CLIENT;
	v->hpoll = s->cfg->minpoll;
	v->ppoll = s->cfg->maxpoll;
	v->flash = FLASH_PEER_STRATUM | FLASH_PEER_UNREACH;
	v->config = 1;
	v->flash |= s->protection.lack != LACK_NOTHING ? FLASH_AUTH : 0u;
	vars_put_refid(v->refid, sizeof v->refid,
	    refid_of_text(s->protection.lack != LACK_NOTHING ? protect_refid(s->protection.lack)
		    : sources_in_reserve(s)                  ? "FALL"
		    : s->cfg->kind == SOURCE_POOL            ? "POOL"
							     : nameless_refid(c, s)),
	    STRATUM_UNSPEC);
	fill_nts_line(s, v);
	v->clock_state = v->clock_line = v->select_why = "";
	v->cast_state = "";
	fill_cast(s, v);
}

static void
put_default(const struct peer_vars *v, struct text *out)
{
	vars_put_shown(out, &PEER, v, SHOWN);
	if (v->cookies >= 0 || v->nts_state[0] != '\0') {
		vars_put_shown(out, &PEER, v, SHOWN_NTS);
	}
	if (v->ilmode != NULL) {
		vars_put_shown(out, &PEER, v, SHOWN_IL);
	}
	if (v->cast_state[0] != '\0') {
		vars_put_shown(out, &PEER, v, SHOWN_CAST);
	}
	if (v->clock_state[0] != '\0') {
		vars_put_shown(out, &PEER, v, SHOWN_CLOCK);
	}
	if (v->select_why[0] != '\0') {
		vars_put_shown(out, &PEER, v, SHOWN_WHY);
	}
}

void
vars_peer_default(const struct control *c, const struct peer *p, struct text *out)
{
	struct peer_vars v;

	fill_peer(c, p, &v);
	put_default(&v, out);
}

void
vars_peer_named(const struct control *c, const struct peer *p, struct vars_names *names,
    struct text *out)
{
	struct peer_vars v;

	fill_peer(c, p, &v);
	vars_put_names(out, &PEER, &v, names);
}

void
vars_pool_default(const struct control *c, const struct source *s, struct text *out)
{
	struct peer_vars v;

	fill_pool(c, s, &v);
	put_default(&v, out);
}

void
vars_pool_named(const struct control *c, const struct source *s, struct vars_names *names,
    struct text *out)
{
	struct peer_vars v;

	fill_pool(c, s, &v);
	vars_put_names(out, &PEER, &v, names);
}

/* ---- reference clocks ---- */

/* Bit 0 is flag1. */
static uint64_t
flags_of(const struct config_fudge *f)
{
	return (uint64_t)f->flag1 | (uint64_t)f->flag2 << 1 | (uint64_t)f->flag3 << 2 |
	    (uint64_t)f->flag4 << 3;
}

static void
fill_clock(const struct peer *p, struct clock_vars *v)
{
	struct config_fudge fudge = p->source->cfg->fudge;

	(void)refclock_learned(p->clock, &fudge);
	memset(v, 0, sizeof *v);
	v->device = p->clock->driver->device;
	v->name = p->clock->driver->name;
	v->timecode = p->clock->timecode;
	v->poll = p->clock->count.polls;
	v->noreply = p->clock->count.no_reply;
	v->badformat = p->clock->count.bad_format;
	v->baddata = p->clock->count.bad_data;
	v->flags = flags_of(&p->source->cfg->fudge);
	v->type = (uint64_t)p->source->cfg->clock_type;
	v->time1 = fudge.time1_s;
	v->time2 = fudge.time2_s;
	v->stratum = p->a.rules.clock.stratum;
	vars_put_refid(v->refid, sizeof v->refid, p->a.rules.clock.refid, 0);
}

void
vars_clock_default(const struct control *c, const struct peer *p, struct text *out)
{
	struct clock_vars v;

	(void)c;
	fill_clock(p, &v);
	vars_put_shown(out, &CLOCK, &v, SHOWN);
}

void
vars_clock_named(const struct control *c, const struct peer *p, struct vars_names *names,
    struct text *out)
{
	struct clock_vars v;

	(void)c;
	fill_clock(p, &v);
	vars_put_names(out, &CLOCK, &v, names);
}
