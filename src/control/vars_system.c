/* SPDX-License-Identifier: BSD-2-Clause */
/* vars_system - the variables of the system. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "client/client.h"
#include "client/ephemeral.h"
#include "client/sources.h"
#include "control/control.h"
#include "core/interleave.h"
#include "vars.h"
#include "vars_table.h"
#include "journal/journal.h"
#include "server/receive.h"
#include "server/server.h"
#include "steering/await.h"
#include "steering/cards.h"
#include "steering/compensate.h"
#include "steering/leapsec.h"
#include "steering/steer.h"
#include "steering/steering.h"
#include "steering/system.h"

/* Of a setvar line: a name and a value, each a word of ntp.conf; of the names of all lines. */
enum { SETVAR_MAX = 2304, SETVAR_NAMES_MAX = 4096, KERNEL_WORDS_MAX = 120 };
enum { FIRST_SLEW_MAX = 32 };

/* "short:0 ": a name and the longest number for each verdict. */
enum { VERDICT_WORDS_MAX = VERDICT_N * 32 };

/* What Linux always says of itself. */
static const double KERNEL_PRECISION_S = 1e-6, KERNEL_TOLERANCE = 500e-6;

struct system_vars {
	const char *version, *processor, *system, *state, *clock_control;
	const char *setvar_names;
	uint64_t leap, stratum, tc, mintc, peer, tai, peermode;
	int64_t precision;
	double rootdelay, rootdisp, offset, frequency, sys_jitter, clk_jitter, clk_wander;
	char faults[CONTROL_FAULTS_MAX];
	char unused[176], refused[176], passed[176], quorum[128], verdict_words[VERDICT_WORDS_MAX];
	const char *srv_verdicts;
	uint64_t srv_sent, srv_interleaved, srv_interleave_missed, srv_interleave_kept;
	struct mssntp_count mssntp;
	const char *config_faults, *config_unused, *waits_for, *sync_why, *newcomers_refused;
	const char *peers_unlisted, *mssntp_state, *mssntp_why;
	uint64_t modes_received[COUNTERS_MODES], modes_sent[COUNTERS_MODES];
	uint64_t config_changes;
	char refid[ADDR_TEXT_MAX], peeradr[ENDPOINT_TEXT_MAX];
	struct ntp_ts reftime, clock;
	uint64_t mru_enabled, mru_hashslots, mru_depth, mru_deepest, mru_maxdepth, mru_maxage,
	    mru_minage, mru_mindepth, mru_mem, mru_maxmem, mru_exists, mru_new, mru_recycleold,
	    mru_recyclefull, mru_none, mru_oldest_age;
	uint64_t uptime, reset, received, thisver, oldver, badformat, badauth, declined, restricted,
	    limited, kodsent, lamport, processed, numctlreq;
	double koffset, kfreq, kmaxerror, kesterror, kprecis, kfreqtol, rootdist;
	uint64_t ktimeconst, steps, zero;
	double zero_s, bcastdelay, wander_threshold;
	const char *kstflags;
	char kernel_words[KERNEL_WORDS_MAX];
	const char *hwtstamps;
	const char *tempcomp;
	const char *first_slew; /* "": it is not under way */
	char slew_words[FIRST_SLEW_MAX];
	uint64_t iostats_reset, io_received, io_sent, io_sendfailed, io_dropped;
	uint64_t timerstats_reset, timer_xmts;
	uint64_t authreset, authkeys, authfreek, authklookups, authknotfound, authencrypts,
	    authdecrypts;
	int64_t certificate_end;
	struct ntscount nts;
	bool table, smear; /* a leap table is there; a smear is configured */
	int64_t leapsec, expire;
	uint64_t smear_interval;
	double smear_offset;
};

#define SYS_WITH(name, kind, field, shown) VARS_ROW(struct system_vars, name, kind, field, shown)
#define SYS(name, kind, field) SYS_WITH(name, kind, field, SHOWN)
#define SYS_NAMED(name, kind, field) SYS_WITH(name, kind, field, NAMED)

static const struct vars_row SYSTEM_ROWS[] = {
	SYS("version", KIND_QUOTED, version),
	SYS("processor", KIND_QUOTED, processor),
	SYS("system", KIND_QUOTED, system),
	SYS("leap", KIND_UINT, leap),
	SYS("stratum", KIND_UINT, stratum),
	SYS("precision", KIND_INT, precision),
	SYS("rootdelay", KIND_MS3, rootdelay),
	SYS("rootdisp", KIND_MS3, rootdisp),
	SYS("refid", KIND_BARE, refid),
	SYS("reftime", KIND_TS, reftime),
	SYS("clock", KIND_TS, clock),
	SYS("peer", KIND_UINT, peer),
	SYS("tc", KIND_UINT, tc),
	SYS("mintc", KIND_UINT, mintc),
	SYS("offset", KIND_MS6, offset),
	SYS("frequency", KIND_PPM, frequency),
	SYS("sys_jitter", KIND_MS6, sys_jitter),
	SYS("clk_jitter", KIND_MS3, clk_jitter),
	SYS("clk_wander", KIND_PPM, clk_wander),
	SYS_WITH("tai", KIND_UINT, tai, SHOWN_TABLE),
	SYS_WITH("leapsec", KIND_DATE, leapsec, SHOWN_TABLE),
	SYS_WITH("expire", KIND_DATE, expire, SHOWN_TABLE),
	SYS_WITH("leapsmearinterval", KIND_UINT, smear_interval, SHOWN_SMEAR),
	SYS_WITH("leapsmearoffset", KIND_MS3, smear_offset, SHOWN_SMEAR),
	SYS_WITH("first_slew", KIND_QUOTED, first_slew, SHOWN_SLEW),
	SYS_NAMED("rootdist", KIND_MS6, rootdist),
	SYS_NAMED("peeradr", KIND_BARE, peeradr),
	SYS_NAMED("peermode", KIND_UINT, peermode),
	SYS_NAMED("state", KIND_QUOTED, state),
	SYS_NAMED("clock_control", KIND_QUOTED, clock_control),
	SYS_NAMED("waits_for", KIND_QUOTED, waits_for),
	SYS_NAMED("config_faults", KIND_QUOTED, config_faults),
	SYS_NAMED("config_unused", KIND_QUOTED, config_unused),
	SYS_NAMED("sync_why", KIND_QUOTED, sync_why),
	SYS_NAMED("config_changes", KIND_UINT, config_changes),
	SYS_NAMED("steps", KIND_UINT, steps),
	SYS_NAMED("hwtstamps", KIND_QUOTED, hwtstamps),
	SYS_NAMED("tempcomp", KIND_QUOTED, tempcomp),
	SYS_NAMED("newcomers_refused", KIND_QUOTED, newcomers_refused),
	SYS_NAMED("peers_unlisted", KIND_QUOTED, peers_unlisted),
	SYS_NAMED("mssntp_state", KIND_QUOTED, mssntp_state),
	SYS_NAMED("mssntp_why", KIND_QUOTED, mssntp_why),
	SYS_NAMED("mru_enabled", KIND_UINT, mru_enabled),
	SYS_NAMED("mru_hashslots", KIND_UINT, mru_hashslots),
	SYS_NAMED("mru_depth", KIND_UINT, mru_depth),
	SYS_NAMED("mru_deepest", KIND_UINT, mru_deepest),
	SYS_NAMED("mru_maxdepth", KIND_UINT, mru_maxdepth),
	SYS_NAMED("mru_mindepth", KIND_UINT, mru_mindepth),
	SYS_NAMED("mru_maxage", KIND_UINT, mru_maxage),
	SYS_NAMED("mru_minage", KIND_UINT, mru_minage),
	SYS_NAMED("mru_mem", KIND_UINT, mru_mem),
	SYS_NAMED("mru_maxmem", KIND_UINT, mru_maxmem),
	SYS_NAMED("mru_exists", KIND_UINT, mru_exists),
	SYS_NAMED("mru_new", KIND_UINT, mru_new),
	SYS_NAMED("mru_recycleold", KIND_UINT, mru_recycleold),
	SYS_NAMED("mru_recyclefull", KIND_UINT, mru_recyclefull),
	SYS_NAMED("mru_none", KIND_UINT, mru_none),
	SYS_NAMED("mru_oldest_age", KIND_UINT, mru_oldest_age),
	SYS_NAMED("ss_uptime", KIND_UINT, uptime),
	SYS_NAMED("ss_reset", KIND_UINT, reset),
	SYS_NAMED("ss_received", KIND_UINT, received),
	SYS_NAMED("ss_thisver", KIND_UINT, thisver),
	SYS_NAMED("ss_oldver", KIND_UINT, oldver),
	SYS_NAMED("ss_badformat", KIND_UINT, badformat),
	SYS_NAMED("ss_badauth", KIND_UINT, badauth),
	SYS_NAMED("ss_declined", KIND_UINT, declined),
	SYS_NAMED("ss_restricted", KIND_UINT, restricted),
	SYS_NAMED("ss_limited", KIND_UINT, limited),
	SYS_NAMED("ss_kodsent", KIND_UINT, kodsent),
	SYS_NAMED("ss_lamport", KIND_UINT, lamport),
	SYS_NAMED("ss_processed", KIND_UINT, processed),
	SYS_NAMED("ss_numctlreq", KIND_UINT, numctlreq),
	/* Of those who asked us alone: what became of their packets, and the answers sent. */
	SYS_NAMED("srv_verdicts", KIND_QUOTED, srv_verdicts),
	SYS_NAMED("srv_sent", KIND_UINT, srv_sent),
	SYS_NAMED("srv_interleaved", KIND_UINT, srv_interleaved),
	SYS_NAMED("srv_interleave_missed", KIND_UINT, srv_interleave_missed),
	SYS_NAMED("srv_interleave_kept", KIND_UINT, srv_interleave_kept),
	/* NTPsec's words for what was signed by Samba, and what not. */
	SYS_NAMED("mssntp_serves", KIND_UINT, mssntp.wanted),
	SYS_NAMED("mssntp_serves_no", KIND_UINT, mssntp.unasked),
	SYS_NAMED("mssntp_serves_err", KIND_UINT, mssntp.lost),
	SYS_NAMED("mssntp_serves_good", KIND_UINT, mssntp.sent),
	SYS_NAMED("mssntp_serves_bad", KIND_UINT, mssntp.refused),
	/* Packets by their mode, "3:17 4:16". */
	SYS_NAMED("modes_received", KIND_MODES, modes_received),
	SYS_NAMED("modes_sent", KIND_MODES, modes_sent),
	SYS_NAMED("clk_wander_threshold", KIND_PPM, wander_threshold),
	/* Readings of the clock are finer than a tick: nothing is added to them. */
	SYS_NAMED("fuzz", KIND_MS3, zero_s),
	SYS_NAMED("koffset", KIND_MS6, koffset),
	SYS_NAMED("kfreq", KIND_PPM, kfreq),
	SYS_NAMED("kmaxerr", KIND_MS3, kmaxerror),
	SYS_NAMED("kesterr", KIND_MS3, kesterror),
	SYS_NAMED("kstflags", KIND_QUOTED, kstflags),
	SYS_NAMED("ktimeconst", KIND_UINT, ktimeconst),
	SYS_NAMED("kprecis", KIND_MS6, kprecis),
	SYS_NAMED("kfreqtol", KIND_PPM, kfreqtol),
	/* The kernel's PPS discipline is not used. */
	SYS_NAMED("kppsfreq", KIND_PPM, zero_s),
	SYS_NAMED("kppsstab", KIND_PPM, zero_s),
	SYS_NAMED("kppsjitter", KIND_MS3, zero_s),
	SYS_NAMED("kppscalibdur", KIND_UINT, zero),
	SYS_NAMED("kppscalibs", KIND_UINT, zero),
	SYS_NAMED("kppscaliberrs", KIND_UINT, zero),
	SYS_NAMED("kppsjitexc", KIND_UINT, zero),
	SYS_NAMED("kppsstbexc", KIND_UINT, zero),
	SYS_NAMED("bcastdelay", KIND_MS3, bcastdelay),
	SYS_NAMED("authdelay", KIND_MS3, zero_s),
	SYS_NAMED("iostats_reset", KIND_UINT, iostats_reset),
	/*
	 * Datagrams are read in batches into one place: there is no queue of buffers that
	 * could grow or run low.
	 */
	SYS_NAMED("total_rbuf", KIND_UINT, zero),
	SYS_NAMED("free_rbuf", KIND_UINT, zero),
	SYS_NAMED("used_rbuf", KIND_UINT, zero),
	SYS_NAMED("rbuf_lowater", KIND_UINT, zero),
	SYS_NAMED("io_dropped", KIND_UINT, io_dropped),
	SYS_NAMED("io_ignored", KIND_UINT, zero),
	SYS_NAMED("io_received", KIND_UINT, io_received),
	SYS_NAMED("io_sent", KIND_UINT, io_sent),
	SYS_NAMED("io_sendfailed", KIND_UINT, io_sendfailed),
	/* The input is called once for each datagram, never for nothing. */
	SYS_NAMED("io_wakeups", KIND_UINT, io_received),
	SYS_NAMED("io_goodwakeups", KIND_UINT, io_received),
	SYS_NAMED("timerstats_reset", KIND_UINT, timerstats_reset),
	/* Timers fire once and are armed again afterwards: they cannot overrun. */
	SYS_NAMED("timer_overruns", KIND_UINT, zero),
	SYS_NAMED("timer_xmts", KIND_UINT, timer_xmts),
	SYS_NAMED("authreset", KIND_UINT, authreset),
	SYS_NAMED("authkeys", KIND_UINT, authkeys),
	SYS_NAMED("authfreek", KIND_UINT, authfreek),
	SYS_NAMED("authklookups", KIND_UINT, authklookups),
	SYS_NAMED("authknotfound", KIND_UINT, authknotfound),
	/* Every key is ready for use, and none has a term. */
	SYS_NAMED("authkuncached", KIND_UINT, zero),
	SYS_NAMED("authkexpired", KIND_UINT, zero),
	SYS_NAMED("authencrypts", KIND_UINT, authencrypts),
	SYS_NAMED("authdecrypts", KIND_UINT, authdecrypts),
	SYS_NAMED("nts_client_send", KIND_UINT, nts.client_sent),
	SYS_NAMED("nts_client_recv_good", KIND_UINT, nts.client_good),
	SYS_NAMED("nts_client_recv_bad", KIND_UINT, nts.client_bad),
	SYS_NAMED("nts_server_send", KIND_UINT, nts.server_sent),
	SYS_NAMED("nts_server_recv_good", KIND_UINT, nts.server_good),
	SYS_NAMED("nts_server_recv_bad", KIND_UINT, nts.server_bad),
	SYS_NAMED("nts_cookie_make", KIND_UINT, nts.made),
	SYS_NAMED("nts_cookie_not_server", KIND_UINT, nts.not_server),
	SYS_NAMED("nts_cookie_decode_total", KIND_UINT, nts.total),
	SYS_NAMED("nts_cookie_decode_current", KIND_UINT, nts.current),
	/* As ntpq of NTPsec 1.2.2 calls it. */
	SYS_NAMED("nts_cookie_decode", KIND_UINT, nts.current),
	SYS_NAMED("nts_cookie_decode_old", KIND_UINT, nts.old),
	SYS_NAMED("nts_cookie_decode_old2", KIND_UINT, nts.old2),
	SYS_NAMED("nts_cookie_decode_older", KIND_UINT, nts.older),
	SYS_NAMED("nts_cookie_decode_too_old", KIND_UINT, nts.too_old),
	SYS_NAMED("nts_cookie_decode_error", KIND_UINT, nts.error),
	SYS_NAMED("nts_ke_serves_good", KIND_UINT, nts.good.n),
	SYS_NAMED("nts_ke_serves_good_wall", KIND_S6, nts.good.wall_s),
	SYS_NAMED("nts_ke_serves_good_cpu", KIND_S6, nts.good.cpu_s),
	SYS_NAMED("nts_ke_serves_nossl", KIND_UINT, nts.no_tls.n),
	SYS_NAMED("nts_ke_serves_nossl_wall", KIND_S6, nts.no_tls.wall_s),
	SYS_NAMED("nts_ke_serves_nossl_cpu", KIND_S6, nts.no_tls.cpu_s),
	SYS_NAMED("nts_ke_serves_bad", KIND_UINT, nts.bad.n),
	SYS_NAMED("nts_ke_serves_bad_wall", KIND_S6, nts.bad.wall_s),
	SYS_NAMED("nts_ke_serves_bad_cpu", KIND_S6, nts.bad.cpu_s),
	SYS_NAMED("nts_ke_probes_good", KIND_UINT, nts.asked_good),
	SYS_NAMED("nts_ke_probes_bad", KIND_UINT, nts.asked_bad),
	SYS_NAMED("nts_cert_expire", KIND_DATE, certificate_end),
	SYS_NAMED("sys_var_list", KIND_NAMES, setvar_names),
};

static const struct vars_table SYSTEM = { SYSTEM_ROWS, sizeof SYSTEM_ROWS / sizeof SYSTEM_ROWS[0] };

static void
fill_counters(const struct control *c, struct system_vars *v)
{
	const struct counters_since *since = c->is.since;
	struct counters sum = c->count;
	const struct verdict_count *verdict = &sum.verdict;
	struct mtime now = control_now(c);

	counters_add(&sum, &c->is.client->count);
	counters_add(&sum, &c->is.server->count);
	v->uptime = (uint64_t)mtime_diff_s(now, c->is.journal->started);
	v->reset = (uint64_t)mtime_diff_s(now, since->at[COUNTERS_SYS]);
	v->received = sum.received;
	mssntp_counted(c->is.server, &v->mssntp);
	v->thisver = sum.this_version;
	v->oldver = sum.old_version;
	v->badformat = verdict_sum(verdict, "ss_badformat");
	v->badauth = verdict_sum(verdict, "ss_badauth");
	v->declined = verdict_sum(verdict, "ss_declined");
	v->restricted = verdict_sum(verdict, "ss_restricted");
	v->limited = verdict_sum(verdict, "ss_limited");
	v->kodsent = verdict_sum(verdict, "ss_kodsent");
	v->lamport = verdict_sum(verdict, "ss_lamport");
	v->processed = verdict_sum(verdict, "ss_processed");
	v->numctlreq = sum.control_requests;
	v->iostats_reset = vars_whole_seconds(mtime_diff_s(now, since->at[COUNTERS_IO]));
	memcpy(v->modes_received, sum.received_in, sizeof v->modes_received);
	memcpy(v->modes_sent, sum.sent_in, sizeof v->modes_sent);
	v->io_received = sum.io_received;
	v->io_sent = sum.sent;
	v->io_sendfailed = sum.send_failed;
	v->io_dropped = sum.dropped;
	v->timerstats_reset = vars_whole_seconds(mtime_diff_s(now, since->at[COUNTERS_TIMER]));
	v->timer_xmts = sum.polls;
	v->authreset = vars_whole_seconds(mtime_diff_s(now, since->at[COUNTERS_AUTH]));
	v->authkeys = keyring_count(c->is.auth->ring);
	v->authfreek = KEYRING_MAX - v->authkeys;
	v->authklookups = c->is.auth->count.lookups;
	v->authknotfound = c->is.auth->count.not_found;
	v->authencrypts = c->is.auth->count.made;
	v->authdecrypts = c->is.auth->count.checked;
}

static void
fill_served(const struct control *c, struct system_vars *v)
{
	const struct counters *count = &c->is.server->count;
	const struct interleaved *il = &c->is.server->interleaved;
	struct text t = text_over(v->verdict_words, sizeof v->verdict_words);

	for (unsigned i = 0; i < VERDICT_N; i++) {
		text_printf(&t, "%s%s:%" PRIu64, i > 0 ? " " : "", verdict_name((enum verdict)i),
		    count->verdict.of[i]);
	}
	v->srv_verdicts = v->verdict_words;
	v->srv_sent = count->sent;
	v->srv_interleaved = il->answered;
	v->srv_interleave_missed = il->missed;
	v->srv_interleave_kept = il->kept != NULL ? interleave_used(il->kept) : 0;
}

static uint64_t
age_s(int64_t configured_s)
{
	return configured_s < 0 ? 0 : (uint64_t)configured_s;
}

static void
fill_mru(const struct control *c, struct system_vars *v)
{
	const struct mru *m = c->is.server->access.mru;
	struct mru_client oldest;

	v->mru_enabled = c->is.server->access.monitor;
	v->mru_mindepth = (uint64_t)c->conf->mru.mindepth;
	v->mru_maxage = age_s(c->conf->mru.maxage_s);
	v->mru_minage = age_s(c->conf->mru.minage_s);
	if (m == NULL) {
		return;
	}
	v->mru_hashslots = mru_buckets(m);
	v->mru_depth = mru_used(m);
	v->mru_deepest = mru_peak(m);
	v->mru_maxdepth = mru_capacity(m);
	v->mru_mem = mru_size(mru_used(m)) / 1024;
	v->mru_maxmem = mru_size(mru_capacity(m)) / 1024;
	v->mru_exists = mru_count(m)->again;
	v->mru_new = mru_count(m)->fresh;
	v->mru_recycleold = mru_count(m)->replaced_old;
	v->mru_recyclefull = mru_count(m)->replaced_full;
	v->mru_none = mru_count(m)->turned_away;
	if (mru_oldest(m) != 0) {
		mru_read(m, mru_oldest(m), &oldest);
		v->mru_oldest_age = vars_whole_seconds(mtime_diff_s(control_now(c), oldest.last));
	}
}

/* The kernel's status word in words. */
static void
put_kernel_words(char *buf, size_t cap, unsigned status)
{
	static const char *const words[] = { "pll", "ppsfreq", "ppstime", "fll", "ins", "del",
		"unsync", "freqhold", "ppssignal", "ppsjitter", "ppswander", "ppserror", "clockerr",
		"nano", "mode=fll", "src=B" };
	struct text t = text_over(buf, cap);

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (status >> i & 1) {
			text_printf(&t, "%s%s", t.len > 0 ? " " : "", words[i]);
		}
	}
}

static void
fill_leap(const struct control *c, struct system_vars *v)
{
	const struct leap *l = &c->is.steering->leapsec.leap;

	v->table = l->rows_n > 0;
	if (v->table) {
		v->tai = (uint64_t)(l->tai_s > 0 ? l->tai_s : 0);
		v->leapsec = l->rows[l->rows_n - 1].at_s;
		v->expire = l->expires_s;
	}
	v->smear = c->conf->smears_n > 0;
	if (v->smear) {
		v->smear_interval = (uint64_t)c->conf->smears[0].interval_s;
		v->smear_offset = receive_smear_s(c->is.server, &c->conf->smears[0].addr);
	}
}

static void
fill_kernel(const struct control *c, struct system_vars *v)
{
	struct clock_state st;

	if (c->is.clock->ops->get(c->is.clock, &st) == 0) {
		v->koffset = st.phase_s;
		v->kfreq = st.freq;
		v->kmaxerror = st.maxerror_s;
		v->kesterror = st.esterror_s;
		put_kernel_words(v->kernel_words, sizeof v->kernel_words, st.raw_status);
		v->kprecis = KERNEL_PRECISION_S;
		v->kfreqtol = KERNEL_TOLERANCE;
		v->ktimeconst = (uint64_t)st.time_constant;
		v->tai = (uint64_t)(st.tai_s > 0 ? st.tai_s : 0);
	}
}

/* What is left of the first slew, which strangers are told nothing of. */
static void
fill_first_slew(const struct control *c, struct system_vars *v)
{
	const struct steering *s = c->is.steering;
	struct text t = text_over(v->slew_words, sizeof v->slew_words);

	v->first_slew = v->slew_words;
	if (discipline_hurries(&s->disc)) {
		text_printf(&t, "%+.3f ms left, %.0f s at most",
		    adjust_left_seen_s(&s->adjust) * 1e3,
		    ceil(discipline_hurries_for_s(&s->disc, control_now(c))));
	}
}

static void
fill_system(const struct control *c, struct system_vars *v)
{
	const struct steering *s = c->is.steering;
	struct text faults, unused, refused, quorum, passed;

	memset(v, 0, sizeof *v);
	faults = text_over(v->faults, sizeof v->faults);
	unused = text_over(v->unused, sizeof v->unused);
	refused = text_over(v->refused, sizeof v->refused);
	passed = text_over(v->passed, sizeof v->passed);
	quorum = text_over(v->quorum, sizeof v->quorum);
	v->kstflags = v->kernel_words;
	v->bcastdelay = c->conf->broadcastdelay_s;
	v->wander_threshold = c->conf->drift_threshold_ppm * 1e-6;
	v->version = c->is.version;
	v->processor = c->is.processor;
	v->system = c->is.system;
	v->leap = system_leap(s);
	v->stratum = s->sys.stratum;
	v->precision = s->update.precision;
	v->rootdelay = s->sys.root_delay_s;
	v->rootdisp = system_root_disp_s(s);
	v->rootdist = system_root_dist_s(s);
	vars_put_refid(v->refid, sizeof v->refid, s->sys.refid, s->sys.stratum);
	v->reftime =
	    s->sys.reftime.ns != 0 ? ntp_ts_from_rtime(s->sys.reftime) : (struct ntp_ts){ 0 };
	v->clock = ntp_ts_from_rtime(clock_real(c->is.clock));
	v->peer = s->sys.peer_id;
	v->tc = (uint64_t)s->disc.loop.poll_log2s;
	v->mintc = (uint64_t)c->conf->rate.average_log2s;
	v->offset = s->sys.offset_s;
	v->frequency = s->adjust.controlled ? adjust_freq(&s->adjust) : s->disc.loop.freq;
	v->sys_jitter = s->sys.jitter_s;
	v->clk_jitter = s->disc.loop.jitter_s;
	v->clk_wander = s->disc.loop.wander;
	v->peermode = s->sys.peer_id != 0 ? MODE_CLIENT : 0;
	v->steps = s->disc.steps;
	v->hwtstamps = s->cards.told;
	v->tempcomp = s->compensate.told;
	fill_first_slew(c, v);
	v->state = discipline_state_name(s->disc.state);
	v->clock_control = steer_control_words(s);
	if (s->sys.peer_id != 0) {
		endpoint_format(&s->sys.peer_addr, v->peeradr, sizeof v->peeradr);
	}
	(void)await_put(s, &quorum, true);
	v->waits_for = v->quorum;
	c->is.act->put_faults(c->is.act_ctx, &faults);
	v->config_faults = v->faults;
	v->sync_why = c->is.act->why(c->is.act_ctx);
	v->config_changes = c->is.act->config_changes(c->is.act_ctx);
	(void)sources_put_unused(c->is.client, &unused);
	v->config_unused = v->unused;
	ephemeral_put_refused(c->is.client, &refused);
	v->newcomers_refused = v->refused;
	ephemeral_put_passed(c->is.client, &passed);
	v->peers_unlisted = v->passed;
	v->mssntp_state = mssntp_state(c->is.server);
	v->mssntp_why = mssntp_why(c->is.server);
	fill_counters(c, v);
	fill_served(c, v);
	fill_mru(c, v);
	fill_kernel(c, v);
	fill_leap(c, v);
	v->certificate_end = c->is.act->certificate_end(c->is.act_ctx);
	c->is.act->count_nts(c->is.act_ctx, &v->nts);
}

/* In quotes when it would not stand in a list as it is. */
static void
put_setvar_value(struct text *t, const char *value)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:+-/";
	bool quote = value[0] == '\0' || strspn(value, plain) != strlen(value);

	text_put(t, quote ? "\"" : "");
	for (const char *s = value; *s != '\0'; s++) {
		text_char(t, *s >= ' ' && *s <= '~' && *s != '"' ? *s : '?');
	}
	text_put(t, quote ? "\"" : "");
}

/* setvar lines; those marked default are shown with the others. */
static bool
put_setvar(const struct control *c, struct text *out, const struct control_item *name)
{
	bool any = false;

	for (unsigned i = 0; i < c->conf->setvars_n; i++) {
		const struct config_setvar *s = &c->conf->setvars[i];
		char item[SETVAR_MAX];
		struct text t = text_over(item, sizeof item);
		bool wanted = name == NULL ? s->is_default : vars_name_is(name, s->name);
		if (wanted) {
			text_printf(&t, "%s=", s->name);
			put_setvar_value(&t, s->value);
			vars_put_item(out, item);
			any = true;
		}
	}
	return any;
}

void
vars_system_default(const struct control *c, struct text *out)
{
	struct system_vars v;

	fill_system(c, &v);
	vars_put_shown(out, &SYSTEM, &v, SHOWN);
	if (v.table) {
		vars_put_shown(out, &SYSTEM, &v, SHOWN_TABLE);
	}
	if (v.smear) {
		vars_put_shown(out, &SYSTEM, &v, SHOWN_SMEAR);
	}
	if (v.first_slew[0] != '\0') {
		vars_put_shown(out, &SYSTEM, &v, SHOWN_SLEW);
	}
	(void)put_setvar(c, out, NULL);
}

/* ",site,owner": what setvar lines add to sys_var_list. */
static void
put_setvar_names(const struct control *c, struct text *t)
{
	for (unsigned i = 0; i < c->conf->setvars_n; i++) {
		const char *name = c->conf->setvars[i].name;
		if (t->len + strlen(name) + 2 < t->cap) { /* a whole name, or none */
			text_printf(t, ",%s", name);
		}
	}
}

void
vars_system_named(const struct control *c, struct vars_names *names, struct text *out)
{
	char set[SETVAR_NAMES_MAX];
	struct text t = text_over(set, sizeof set);
	struct control_item name;
	struct system_vars v;

	fill_system(c, &v);
	put_setvar_names(c, &t);
	v.setvar_names = set;
	while (vars_names_next(names, out, &name)) {
		names->unknown =
		    !vars_put_named(out, &SYSTEM, &v, &name) && !put_setvar(c, out, &name);
	}
}

bool
vars_system_has(const struct control_item *name)
{
	for (size_t i = 0; i < SYSTEM.n; i++) {
		if (vars_name_is(name, SYSTEM.rows[i].name)) {
			return true;
		}
	}
	return false;
}
