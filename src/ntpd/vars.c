/* SPDX-License-Identifier: BSD-2-Clause */
/* vars - tables of mode 6 variables over snapshots. */
#include "ntpd/vars.h"
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include "ntpd/clockwork.h"
#include "ntpd/leapsec.h"
#include "ntpd/report.h"
#include "ntpd/settings.h"

enum { LINE_LIMIT = 72, VALUE_MAX = 512, STAGES = FILTER_STAGES, KERNEL_WORDS_MAX = 160,
	CLOCK_NAME_MAX = 16 };

/* What Linux always says of itself. */
static const double KERNEL_PRECISION_S = 1e-6, KERNEL_TOLERANCE = 500e-6;

enum kind {
	KIND_UINT, KIND_INT, KIND_BARE, KIND_QUOTED,
	KIND_MS3, KIND_MS6, KIND_PPM,   /* seconds or s/s, shown in ms or ppm */
	KIND_TS, KIND_HEX, KIND_ADDR, KIND_STAGES,
	KIND_DATE,                      /* s since 1970 as YYYYMMDDhhmm */
	KIND_NAMES,                     /* the names of the whole table */
};

/* When a variable is among the default ones. */
/* with a leap table; while a smear is configured */
enum shown { SHOWN, NAMED, SHOWN_TABLE, SHOWN_SMEAR };

struct row {
	const char *name;
	enum kind kind;
	size_t at;
	enum shown shown;
};

/* ---- snapshots ---- */

struct system_vars {
	const char *version, *processor, *system, *state, *clock_control;
	uint64_t leap, stratum, tc, mintc, peer, tai, peermode;
	int64_t precision;
	double rootdelay, rootdisp, offset, frequency, sys_jitter, clk_jitter, clk_wander;
	char refid[ADDR_TEXT_MAX], peeradr[ENDPOINT_TEXT_MAX];
	struct ntp_ts reftime, clock;
	uint64_t mru_enabled, mru_depth, mru_deepest, mru_maxdepth, mru_maxage, mru_mindepth,
	    mru_mem, mru_maxmem;
	uint64_t uptime, reset, received, thisver, oldver, badformat, badauth, declined, restricted,
	    limited, kodsent,
	    processed, numctlreq;
	double koffset, kfreq, kmaxerror, kesterror, kprecis, kfreqtol, rootdist;
	uint64_t ktimeconst, steps, zero;
	double zero_s, bcastdelay;
	const char *kstflags;
	char kernel_words[KERNEL_WORDS_MAX];
	uint64_t iostats_reset, io_received, io_sent, io_sendfailed, io_dropped, io_ignored;
	uint64_t timerstats_reset, timer_xmts;
	uint64_t authreset, authkeys, authfreek, authklookups, authknotfound, authencrypts,
	    authdecrypts;
	bool table, smear;              /* a leap table is there; a smear is configured */
	int64_t leapsec, expire;
	uint64_t smear_interval;
	double smear_offset;
};

struct peer_vars {
	struct addr srcadr, dstadr;
	uint64_t srcport, dstport, out, in, leap, stratum, reach, unreach, hmode, pmode, flash,
	    keyid, config,
	    authentic, candidate;
	const char *srchost;
	char clock_name[CLOCK_NAME_MAX];
	int64_t precision, hpoll, ppoll, headway;
	double rootdelay, rootdisp, offset, delay, dispersion, jitter, bias, rootdist;
	char refid[ADDR_TEXT_MAX];
	struct ntp_ts reftime, rec;
	uint64_t bogusorg, oldpkt, badauth, received, sent, seldisp, selbroken;
	uint64_t authenable, ttl, timer, timerec, timereach;
	double xleave;
	double filtdelay[STAGES], filtoffset[STAGES], filtdisp[STAGES];
};

struct clock_vars {
	const char *device, *name, *timecode;
	uint64_t poll, noreply, badformat, baddata, stratum, flags;
	char refid[ADDR_TEXT_MAX];
};

#define SYS(name, kind, field) { name, kind, offsetof(struct system_vars, field), SHOWN }
#define SYS_WITH(name, kind, field, shown) \
	{ name, kind, offsetof(struct system_vars, field), shown }
#define SYS_NAMED(name, kind, field) { name, kind, offsetof(struct system_vars, field), NAMED }

static const struct row SYSTEM_ROWS[] = {
	SYS("version", KIND_QUOTED, version), SYS("processor", KIND_QUOTED, processor),
	SYS("system", KIND_QUOTED, system), SYS("leap", KIND_UINT, leap), SYS("stratum", KIND_UINT,
	    stratum),
	SYS("precision", KIND_INT, precision), SYS("rootdelay", KIND_MS3, rootdelay),
	SYS("rootdisp", KIND_MS3, rootdisp), SYS("refid", KIND_BARE, refid), SYS("reftime", KIND_TS,
	    reftime),
	SYS("clock", KIND_TS, clock), SYS("peer", KIND_UINT, peer), SYS("tc", KIND_UINT, tc),
	SYS("mintc", KIND_UINT, mintc), SYS("offset", KIND_MS6, offset), SYS("frequency", KIND_PPM,
	    frequency),
	SYS("sys_jitter", KIND_MS6, sys_jitter), SYS("clk_jitter", KIND_MS3, clk_jitter),
	SYS("clk_wander", KIND_PPM, clk_wander),
	SYS_WITH("tai", KIND_UINT, tai, SHOWN_TABLE), SYS_WITH("leapsec", KIND_DATE, leapsec,
	    SHOWN_TABLE),
	SYS_WITH("expire", KIND_DATE, expire, SHOWN_TABLE),
	SYS_WITH("leapsmearinterval", KIND_UINT, smear_interval, SHOWN_SMEAR),
	SYS_WITH("leapsmearoffset", KIND_MS3, smear_offset, SHOWN_SMEAR),
	SYS_NAMED("rootdist", KIND_MS3, rootdist),
	SYS_NAMED("peeradr", KIND_BARE, peeradr), SYS_NAMED("peermode", KIND_UINT, peermode),
	SYS_NAMED("state", KIND_QUOTED, state), SYS_NAMED("clock_control", KIND_QUOTED,
	    clock_control),
	SYS_NAMED("steps", KIND_UINT, steps),
	SYS_NAMED("mru_enabled", KIND_UINT, mru_enabled), SYS_NAMED("mru_depth", KIND_UINT,
	    mru_depth),
	SYS_NAMED("mru_deepest", KIND_UINT, mru_deepest), SYS_NAMED("mru_maxdepth", KIND_UINT,
	    mru_maxdepth),
	SYS_NAMED("mru_mindepth", KIND_UINT, mru_mindepth), SYS_NAMED("mru_maxage", KIND_UINT,
	    mru_maxage),
	SYS_NAMED("mru_mem", KIND_UINT, mru_mem), SYS_NAMED("mru_maxmem", KIND_UINT, mru_maxmem),
	SYS_NAMED("ss_uptime", KIND_UINT, uptime), SYS_NAMED("ss_reset", KIND_UINT, reset),
	SYS_NAMED("ss_received", KIND_UINT, received), SYS_NAMED("ss_thisver", KIND_UINT, thisver),
	SYS_NAMED("ss_oldver", KIND_UINT, oldver), SYS_NAMED("ss_badformat", KIND_UINT, badformat),
	SYS_NAMED("ss_badauth", KIND_UINT, badauth), SYS_NAMED("ss_declined", KIND_UINT, declined),
	SYS_NAMED("ss_restricted", KIND_UINT, restricted), SYS_NAMED("ss_limited", KIND_UINT,
	    limited),
	SYS_NAMED("ss_kodsent", KIND_UINT, kodsent), SYS_NAMED("ss_processed", KIND_UINT,
	    processed),
	SYS_NAMED("ss_numctlreq", KIND_UINT, numctlreq),
	SYS_NAMED("koffset", KIND_MS6, koffset), SYS_NAMED("kfreq", KIND_PPM, kfreq),
	SYS_NAMED("kmaxerr", KIND_MS3, kmaxerror), SYS_NAMED("kesterr", KIND_MS3, kesterror),
	SYS_NAMED("kstflags", KIND_QUOTED, kstflags), SYS_NAMED("ktimeconst", KIND_UINT,
	    ktimeconst),
	SYS_NAMED("kprecis", KIND_MS6, kprecis), SYS_NAMED("kfreqtol", KIND_PPM, kfreqtol),
	/* The kernel's PPS discipline is not used. */
	SYS_NAMED("kppsfreq", KIND_PPM, zero_s), SYS_NAMED("kppsstab", KIND_PPM, zero_s),
	SYS_NAMED("kppsjitter", KIND_MS3, zero_s), SYS_NAMED("kppscalibdur", KIND_UINT, zero),
	SYS_NAMED("kppscalibs", KIND_UINT, zero), SYS_NAMED("kppscaliberrs", KIND_UINT, zero),
	SYS_NAMED("kppsjitexc", KIND_UINT, zero), SYS_NAMED("kppsstbexc", KIND_UINT, zero),
	SYS_NAMED("bcastdelay", KIND_MS3, bcastdelay), SYS_NAMED("authdelay", KIND_MS3, zero_s),
	SYS_NAMED("iostats_reset", KIND_UINT, iostats_reset),
	/*
	 * Datagrams are read in batches into one place: there is no queue of buffers that
	 * could grow or run low.
	 */
	SYS_NAMED("total_rbuf", KIND_UINT, zero), SYS_NAMED("free_rbuf", KIND_UINT, zero),
	SYS_NAMED("used_rbuf", KIND_UINT, zero), SYS_NAMED("rbuf_lowater", KIND_UINT, zero),
	SYS_NAMED("io_dropped", KIND_UINT, io_dropped), SYS_NAMED("io_ignored", KIND_UINT,
	    io_ignored),
	SYS_NAMED("io_received", KIND_UINT, io_received), SYS_NAMED("io_sent", KIND_UINT, io_sent),
	SYS_NAMED("io_sendfailed", KIND_UINT, io_sendfailed),
	/* The input is called once for each datagram, never for nothing. */
	SYS_NAMED("io_wakeups", KIND_UINT, io_received), SYS_NAMED("io_goodwakeups", KIND_UINT,
	    io_received),
	SYS_NAMED("timerstats_reset", KIND_UINT, timerstats_reset),
	/* Timers fire once and are armed again afterwards: they cannot overrun. */
	SYS_NAMED("timer_overruns", KIND_UINT, zero), SYS_NAMED("timer_xmts", KIND_UINT,
	    timer_xmts),
	SYS_NAMED("authreset", KIND_UINT, authreset), SYS_NAMED("authkeys", KIND_UINT, authkeys),
	SYS_NAMED("authfreek", KIND_UINT, authfreek), SYS_NAMED("authklookups", KIND_UINT,
	    authklookups),
	SYS_NAMED("authknotfound", KIND_UINT, authknotfound),
	/* Every key is ready for use, and none has a term. */
	SYS_NAMED("authkuncached", KIND_UINT, zero), SYS_NAMED("authkexpired", KIND_UINT, zero),
	SYS_NAMED("authencrypts", KIND_UINT, authencrypts), SYS_NAMED("authdecrypts", KIND_UINT,
	    authdecrypts),
	SYS_NAMED("sys_var_list", KIND_NAMES, version),
};

#define PEER(name, kind, field) { name, kind, offsetof(struct peer_vars, field), SHOWN }
#define PEER_NAMED(name, kind, field) { name, kind, offsetof(struct peer_vars, field), NAMED }

static const struct row PEER_ROWS[] = {
	PEER("srcadr", KIND_ADDR, srcadr), PEER("srcport", KIND_UINT, srcport),
	PEER("srchost", KIND_QUOTED, srchost), PEER("dstadr", KIND_ADDR, dstadr),
	PEER("dstport", KIND_UINT, dstport), PEER("out", KIND_UINT, out), PEER("in", KIND_UINT, in),
	PEER("leap", KIND_UINT, leap), PEER("stratum", KIND_UINT, stratum),
	PEER("precision", KIND_INT, precision), PEER("rootdelay", KIND_MS3, rootdelay),
	PEER("rootdisp", KIND_MS3, rootdisp), PEER("refid", KIND_BARE, refid), PEER("reftime",
	    KIND_TS, reftime),
	PEER("rec", KIND_TS, rec), PEER("reach", KIND_HEX, reach), PEER("unreach", KIND_UINT,
	    unreach),
	PEER("hmode", KIND_UINT, hmode), PEER("pmode", KIND_UINT, pmode), PEER("hpoll", KIND_INT,
	    hpoll),
	PEER("ppoll", KIND_INT, ppoll), PEER("headway", KIND_INT, headway), PEER("flash", KIND_HEX,
	    flash),
	PEER("keyid", KIND_UINT, keyid), PEER("ttl", KIND_UINT, ttl), PEER("offset", KIND_MS6,
	    offset), PEER("delay", KIND_MS6, delay),
	PEER("dispersion", KIND_MS6, dispersion), PEER("jitter", KIND_MS6, jitter), PEER("xleave",
	    KIND_MS3, xleave),
	PEER("bias", KIND_MS3, bias),
	PEER("filtdelay", KIND_STAGES, filtdelay), PEER("filtoffset", KIND_STAGES, filtoffset),
	PEER("filtdisp", KIND_STAGES, filtdisp),
	PEER_NAMED("config", KIND_UINT, config), PEER_NAMED("authentic", KIND_UINT, authentic),
	PEER_NAMED("authenable", KIND_UINT, authenable), PEER_NAMED("rootdist", KIND_MS3, rootdist),
	PEER_NAMED("timer", KIND_UINT, timer), PEER_NAMED("timerec", KIND_UINT, timerec),
	PEER_NAMED("timereach", KIND_UINT, timereach),
	PEER_NAMED("seldisp", KIND_UINT, seldisp), PEER_NAMED("selbroken", KIND_UINT, selbroken),
	PEER_NAMED("received", KIND_UINT, received), PEER_NAMED("sent", KIND_UINT, sent),
	PEER_NAMED("badauth", KIND_UINT, badauth), PEER_NAMED("bogusorg", KIND_UINT, bogusorg),
	PEER_NAMED("oldpkt", KIND_UINT, oldpkt), PEER_NAMED("candidate", KIND_UINT, candidate),
	PEER_NAMED("peer_var_list", KIND_NAMES, srcadr),
};

#define CLOCK(name, kind, field) { name, kind, offsetof(struct clock_vars, field), SHOWN }

static const struct row CLOCK_ROWS[] = {
	CLOCK("device", KIND_QUOTED, device), CLOCK("timecode", KIND_QUOTED, timecode),
	CLOCK("poll", KIND_UINT, poll), CLOCK("noreply", KIND_UINT, noreply),
	CLOCK("badformat", KIND_UINT, badformat), CLOCK("baddata", KIND_UINT, baddata),
	CLOCK("stratum", KIND_UINT, stratum), CLOCK("refid", KIND_BARE, refid), CLOCK("flags",
	    KIND_UINT, flags),
	{ "name", KIND_QUOTED, offsetof(struct clock_vars, name), NAMED },
	{ "clock_var_list", KIND_NAMES, 0, NAMED },
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* ---- writing ---- */

/* Appends one "name=value", keeping lines within the classic width. */
static void
put_item(struct text *out, const char *item)
{
	size_t len = strlen(item), line = 0;

	if (out->len > 0) {
		for (line = 0; line < out->len && out->at[out->len - 1 - line] != '\n'; line++) {
		}
		text_put(out, line + 2 + len > LINE_LIMIT ? ",\r\n" : ", ");
	}
	text_put(out, item);
}

static void
put_stages(struct text *t, const double *v)
{
	for (int i = 0; i < STAGES; i++) {
		text_printf(t, "%s%7.2f", i > 0 ? " " : "", v[i] * 1e3);
	}
}

static void
put_names(struct text *t, const struct row *rows, size_t n)
{
	text_char(t, '"');
	for (size_t i = 0; i < n; i++) {
		text_printf(t, "%s%s", i > 0 ? "," : "", rows[i].name);
	}
	text_char(t, '"');
}

static uint64_t
u64_at(const void *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof v);
	return v;
}

static double
double_at(const void *at)
{
	double v;

	memcpy(&v, at, sizeof v);
	return v;
}

/* The minute as leap tables are dated: YYYYMMDDhhmm. */
static void
put_date(struct text *t, int64_t at_s)
{
	time_t s = (time_t)at_s;
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL) {
		text_put(t, "0");
		return;
	}
	text_printf(t, "%04d%02d%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min);
}

static void
put_text_at(struct text *t, const void *at)
{
	const char *s;

	memcpy(&s, at, sizeof s);
	text_char(t, '"');
	text_put(t, s != NULL ? s : "");
	text_char(t, '"');
}

static void
put_value(struct text *t, const struct row *r, const void *snapshot, const struct row *rows,
    size_t n)
{
	const char *at = (const char *)snapshot + r->at;
	char addr[ADDR_TEXT_MAX];
	struct addr a;

	switch (r->kind) {
	case KIND_UINT:
		text_printf(t, "%llu", (unsigned long long)u64_at(at));
		break;
	case KIND_INT:
		text_printf(t, "%lld", (long long)(int64_t)u64_at(at));
		break;
	case KIND_BARE:
		text_put(t, at);
		break;
	case KIND_QUOTED:
		put_text_at(t, at);
		break;
	case KIND_MS3:
		text_printf(t, "%.3f", double_at(at) * 1e3);
		break;
	case KIND_MS6:
		text_printf(t, "%.6f", double_at(at) * 1e3);
		break;
	case KIND_PPM:
		text_printf(t, "%.3f", double_at(at) * 1e6);
		break;
	case KIND_TS:
		text_printf(t, "0x%08lx.%08lx", (unsigned long)(u64_at(at) >> 32),
		    (unsigned long)(u64_at(at) & 0xffffffffu));
		break;
	case KIND_HEX:
		text_printf(t, "0x%llx", (unsigned long long)u64_at(at));
		break;
	case KIND_ADDR:
		memcpy(&a, at, sizeof a);
		text_put(t, a.family == ADDR_NONE ? "0.0.0.0" : addr_format(&a, addr, sizeof addr));
		break;
	case KIND_STAGES:
		put_stages(t, (const double *)(const void *)at);
		break;
	case KIND_DATE:
		put_date(t, (int64_t)u64_at(at));
		break;
	case KIND_NAMES:
		put_names(t, rows, n);
		break;
	}
}

static void
put_row(struct text *out, const struct row *r, const void *snapshot, const struct row *rows,
    size_t n)
{
	char item[VALUE_MAX * 4];
	struct text t = text_over(item, sizeof item);

	text_printf(&t, "%s=", r->name);
	put_value(&t, r, snapshot, rows, n);
	put_item(out, item);
}

static void
put_shown(struct text *out, const void *snapshot, const struct row *rows, size_t n,
    enum shown shown)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].shown == shown) {
			put_row(out, &rows[i], snapshot, rows, n);
		}
	}
}

static bool
put_named(struct text *out, const struct control_item *name, const void *snapshot,
    const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(rows[i].name) == name->name_len &&
		    memcmp(rows[i].name, name->name, name->name_len) == 0) {
			put_row(out, &rows[i], snapshot, rows, n);
			return true;
		}
	}
	return false;
}

/* ---- the system ---- */

/* ASCII where the protocol has letters, an address elsewhere. */
static void
put_refid(char *buf, size_t cap, uint32_t refid, unsigned stratum)
{
	struct text t = text_over(buf, cap);
	struct addr a = addr_v4(refid);
	char raw[4];

	if (stratum > 1 && stratum < STRATUM_UNSPEC) {
		(void)addr_format(&a, buf, cap);
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		raw[i] = (char)(refid >> (24 - 8 * i) & 0xff);
	}
	for (unsigned i = 0; i < 4 && raw[i] != '\0'; i++) {
		/* A comma or a quote in a hostile refid would break the list. */
		text_char(&t, raw[i] > ' ' && raw[i] <= '~' && strchr(",\"=", raw[i]) == NULL ?
		    raw[i] : '?');
	}
}

static struct rtime
rtime_now(const struct ntpd *d)
{
	struct clock_reading r;

	d->port.clock->ops->read(d->port.clock, &r);
	return r.real;
}

static uint64_t
whole_seconds(double s)
{
	return s > 0 ? (uint64_t)s : 0;
}

static void
fill_counters(const struct ntpd *d, struct system_vars *v)
{
	const struct verdict_count *c = &d->count.verdict;
	struct mtime now = d->port.loop->ops->now(d->port.loop);

	v->uptime = (uint64_t)mtime_diff_s(now, d->started);
	v->reset = (uint64_t)mtime_diff_s(now, d->count.reset_at);
	v->received = d->count.received;
	v->thisver = d->count.this_version;
	v->oldver = d->count.old_version;
	v->badformat = verdict_sum(c, "ss_badformat");
	v->badauth = verdict_sum(c, "ss_badauth");
	v->declined = verdict_sum(c, "ss_declined");
	v->restricted = verdict_sum(c, "ss_restricted");
	v->limited = verdict_sum(c, "ss_limited");
	v->kodsent = verdict_sum(c, "ss_kodsent");
	v->processed = verdict_sum(c, "ss_processed");
	v->numctlreq = d->count.control_requests;
	v->iostats_reset = whole_seconds(mtime_diff_s(now, d->count.io_reset_at));
	v->io_received = d->count.io_received;
	v->io_sent = d->count.sent;
	v->io_sendfailed = d->count.send_failed;
	v->io_dropped = d->count.dropped;
	v->io_ignored = d->count.ignored;
	v->timerstats_reset = whole_seconds(mtime_diff_s(now, d->count.timer_reset_at));
	v->timer_xmts = d->count.polls;
	v->authreset = whole_seconds(mtime_diff_s(now, d->count.auth_reset_at));
	v->authkeys = keyring_count(d->keys);
	v->authfreek = KEYRING_KEYS_MAX - v->authkeys;
	v->authklookups = d->count.key_lookups;
	v->authknotfound = d->count.keys_not_found;
	v->authencrypts = d->count.macs_made;
	v->authdecrypts = d->count.macs_checked;
}

static void
fill_mru(const struct ntpd *d, struct system_vars *v)
{
	v->mru_enabled = d->access.monitor;
	v->mru_mindepth = (uint64_t)d->conf->mru.mindepth;
	v->mru_maxage = d->conf->mru.maxage_s < 0 ? 0 : (uint64_t)d->conf->mru.maxage_s;
	if (d->access.mru != NULL) {
		v->mru_depth = mru_used(d->access.mru);
		v->mru_deepest = mru_peak(d->access.mru);
		v->mru_maxdepth = mru_capacity(d->access.mru);
		v->mru_mem = mru_size(mru_used(d->access.mru)) / 1024;
		v->mru_maxmem = mru_size(mru_capacity(d->access.mru)) / 1024;
	}
}

/* The kernel's status word in words. */
static void
put_kernel_words(char *buf, size_t cap, unsigned status)
{
	static const char *const words[] = { "pll", "ppsfreq", "ppstime", "fll", "ins", "del",
	    "unsync", "freqhold",
		"ppssignal", "ppsjitter", "ppswander", "ppserror", "clockerr", "nano", "mode=fll",
		    "src=B" };
	struct text t = text_over(buf, cap);

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (status >> i & 1) {
			text_printf(&t, "%s%s", t.len > 0 ? " " : "", words[i]);
		}
	}
}

static void
fill_leap(struct ntpd *d, struct system_vars *v)
{
	const struct leap *l = &d->leapsec.leap;

	v->table = l->rows_n > 0;
	if (v->table) {
		v->tai = (uint64_t)(l->tai_s > 0 ? l->tai_s : 0);
		v->leapsec = l->rows[l->rows_n - 1].at_s;
		v->expire = l->expires_s;
	}
	v->smear = d->conf->smears_n > 0;
	if (v->smear) {
		v->smear_interval = (uint64_t)d->conf->smears[0].interval_s;
		v->smear_offset = leapsec_smear_s(d, &d->conf->smears[0].addr);
	}
}

static void
fill_kernel(const struct ntpd *d, struct system_vars *v)
{
	struct clock_state st;

	if (d->port.clock->ops->get(d->port.clock, &st) == 0) {
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

static void
fill_system(struct ntpd *d, struct system_vars *v)
{
	memset(v, 0, sizeof *v);
	v->kstflags = v->kernel_words;
	v->bcastdelay = d->conf->broadcastdelay_s;
	v->version = d->opt.version;
	v->processor = d->opt.processor;
	v->system = d->opt.system;
	v->leap = clockwork_leap(d);
	v->stratum = d->sys.stratum;
	v->precision = d->cw.precision;
	v->rootdelay = d->sys.root_delay_s;
	v->rootdisp = clockwork_root_disp_s(d);
	v->rootdist = clockwork_root_dist_s(d);
	put_refid(v->refid, sizeof v->refid, d->sys.refid, d->sys.stratum);
	v->reftime = d->sys.reftime.ns != 0 ? ntp_ts_from_rtime(d->sys.reftime) :
	    (struct ntp_ts){ 0 };
	v->clock = ntp_ts_from_rtime(rtime_now(d));
	v->peer = d->sys.peer_id;
	v->tc = (uint64_t)d->cw.disc.loop.poll_log2s;
	v->mintc = (uint64_t)d->conf->rate.average_log2s;
	v->offset = d->sys.offset_s;
	v->frequency = d->cw.adjust.controlled ? d->cw.adjust.freq : d->cw.disc.loop.freq;
	v->sys_jitter = d->sys.jitter_s;
	v->clk_jitter = d->cw.disc.loop.jitter_s;
	v->clk_wander = d->cw.disc.loop.wander;
	v->peermode = d->sys.peer_id != 0 ? MODE_CLIENT : 0;
	v->steps = d->cw.disc.steps;
	v->state = discipline_state_name(d->cw.disc.state);
	v->clock_control = d->cw.adjust.controlled ? "yes" : "not controlled";
	if (d->sys.peer_id != 0) {
		endpoint_format(&d->sys.peer_addr, v->peeradr, sizeof v->peeradr);
	}
	fill_counters(d, v);
	fill_mru(d, v);
	fill_kernel(d, v);
	fill_leap(d, v);
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
put_setvar(const struct ntpd *d, struct text *out, const struct control_item *name)
{
	bool any = false;

	for (unsigned i = 0; i < d->conf->setvars_n; i++) {
		const struct config_setvar *s = &d->conf->setvars[i];
		char item[VALUE_MAX];
		struct text t = text_over(item, sizeof item);
		bool wanted = name == NULL ? s->is_default : strlen(s->name) == name->name_len &&
		    memcmp(s->name, name->name, name->name_len) == 0;
		if (wanted) {
			text_printf(&t, "%s=", s->name);
			put_setvar_value(&t, s->value);
			put_item(out, item);
			any = true;
		}
	}
	return any;
}

void
vars_system_default(struct ntpd *d, struct text *out)
{
	struct system_vars v;

	fill_system(d, &v);
	put_shown(out, &v, SYSTEM_ROWS, ROWS(SYSTEM_ROWS), SHOWN);
	if (v.table) {
		put_shown(out, &v, SYSTEM_ROWS, ROWS(SYSTEM_ROWS), SHOWN_TABLE);
	}
	if (v.smear) {
		put_shown(out, &v, SYSTEM_ROWS, ROWS(SYSTEM_ROWS), SHOWN_SMEAR);
	}
	(void)put_setvar(d, out, NULL);
}

bool
vars_system_named(struct ntpd *d, const struct control_item *name, struct text *out)
{
	struct system_vars v;

	fill_system(d, &v);
	return put_named(out, name, &v, SYSTEM_ROWS, ROWS(SYSTEM_ROWS)) || put_setvar(d, out, name);
}

bool
vars_system_has(const struct control_item *name)
{
	for (size_t i = 0; i < ROWS(SYSTEM_ROWS); i++) {
		if (strlen(SYSTEM_ROWS[i].name) == name->name_len &&
		    memcmp(SYSTEM_ROWS[i].name, name->name, name->name_len) == 0) {
			return true;
		}
	}
	return false;
}

/* ---- associations ---- */

static void
fill_stages(const struct ntpd *d, const struct assoc *a, struct peer_vars *v)
{
	struct mtime now = d->port.loop->ops->now(d->port.loop);

	for (unsigned i = 0; i < STAGES; i++) {
		struct sample s = { .disp_s = NTP_MAXDISP_S };
		(void)filter_stage(&a->filter, i, now, d->conf->tinker.dispersion_ppm * 1e-6, &s);
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
put_peer_refid(const struct assoc *a, char *buf, size_t cap)
{
	if (a->kiss != 0) {
		put_refid(buf, cap, a->kiss, 0);
	} else if (a->count.received == 0 && !(a->rules.flags & ASSOC_LOCAL)) {
		put_refid(buf, cap, refid_of_text("INIT"), STRATUM_UNSPEC);
	} else {
		put_refid(buf, cap, a->srv.refid, a->rules.flags & ASSOC_LOCAL ? 0 :
		    a->srv.stratum);
	}
}

/* The name it was configured by; a clock's is made as ntpq shows it, for those that do not. */
static const char *
host_name(const struct peer *p, struct peer_vars *v)
{
	const struct config_source *cfg = p->origin->cfg;
	struct text t = text_over(v->clock_name, sizeof v->clock_name);

	if (cfg->kind == SOURCE_REFCLOCK) {
		text_printf(&t, "LOCAL(%d)", (int)cfg->clock_unit);
		return v->clock_name;
	}
	return cfg->host.addr.family == ADDR_NONE ? cfg->host.text : "";
}

static void
fill_peer(struct ntpd *d, const struct peer *p, struct peer_vars *v)
{
	const struct assoc *a = &p->a;
	struct assoc_world w = settings_world(d);

	memset(v, 0, sizeof *v);
	v->srcadr = a->remote.addr;
	v->srcport = a->remote.port;
	v->dstadr = p->local;
	v->dstport = NTP_PORT;
	v->srchost = host_name(p, v);
	v->out = a->count.sent;
	v->in = a->count.received;
	v->leap = a->srv.leap;
	v->stratum = a->srv.stratum;
	v->precision = a->srv.precision;
	v->rootdelay = a->srv.root_delay_s;
	v->rootdisp = a->srv.root_disp_s;
	put_peer_refid(a, v->refid, sizeof v->refid);
	v->reftime = a->srv.reftime;
	v->rec = a->wire.t4.ns != 0 ? ntp_ts_from_rtime(a->wire.t4) : (struct ntp_ts){ 0 };
	v->reach = a->poll.reach;
	v->unreach = a->poll.unreach;
	v->hmode = MODE_CLIENT;
	v->pmode = a->count.received > 0 || (a->rules.flags & ASSOC_LOCAL) ? MODE_SERVER :
	    MODE_UNSPEC;
	v->hpoll = a->poll.hpoll;
	v->ppoll = a->poll.ppoll;
	v->flash = (a->flash & (FLASH_PEER_STRATUM - 1)) | assoc_unfit(a, &w);
	v->keyid = a->rules.key_id;
	v->bias = a->rules.bias_s;
	v->authenable = a->rules.key_id != 0;
	v->timer = whole_seconds(mtime_diff_s(a->poll.next, w.now));
	v->timerec = a->wire.t4.ns != 0 ? whole_seconds(rtime_diff_s(rtime_now(d), a->wire.t4)) : 0;
	v->timereach = whole_seconds(mtime_diff_s(w.now, p->reach_at));
	v->seldisp = a->count.sel_disp;
	v->selbroken = a->count.sel_broken;
	v->config = 1;
	v->authentic = a->authentic;
	v->candidate = a->tally;
	v->badauth = a->count.bad_auth;
	v->bogusorg = a->count.bogus;
	v->oldpkt = a->count.duplicate;
	v->received = a->count.received;
	v->sent = a->count.sent;
	v->rootdist = a->filter.usable ? assoc_root_dist_s(a, &w) : NTP_MAXDISP_S;
	fill_measured(a, v);
	fill_stages(d, a, v);
}

/* A pool's own row: no address, stratum 16, refid POOL. */
static void
fill_pool(const struct origin *o, struct peer_vars *v)
{
	memset(v, 0, sizeof *v);
	v->srchost = o->cfg->host.text;
	v->srcport = (uint64_t)o->cfg->port;
	v->dstport = NTP_PORT;
	v->leap = LEAP_UNSYNC;
	v->stratum = STRATUM_UNSPEC;
	v->hmode = MODE_CLIENT;
	v->hpoll = o->cfg->minpoll;
	v->ppoll = o->cfg->maxpoll;
	v->flash = FLASH_PEER_STRATUM | FLASH_PEER_UNREACH;
	v->config = 1;
	put_refid(v->refid, sizeof v->refid, refid_of_text("POOL"), STRATUM_UNSPEC);
}

void
vars_peer_default(struct ntpd *d, const struct peer *p, struct text *out)
{
	struct peer_vars v;

	fill_peer(d, p, &v);
	put_shown(out, &v, PEER_ROWS, ROWS(PEER_ROWS), SHOWN);
}

bool
vars_peer_named(struct ntpd *d, const struct peer *p, const struct control_item *name,
    struct text *out)
{
	struct peer_vars v;

	fill_peer(d, p, &v);
	return put_named(out, name, &v, PEER_ROWS, ROWS(PEER_ROWS));
}

void
vars_pool_default(struct ntpd *d, const struct origin *o, struct text *out)
{
	struct peer_vars v;

	(void)d;
	fill_pool(o, &v);
	put_shown(out, &v, PEER_ROWS, ROWS(PEER_ROWS), SHOWN);
}

bool
vars_pool_named(struct ntpd *d, const struct origin *o, const struct control_item *name,
    struct text *out)
{
	struct peer_vars v;

	(void)d;
	fill_pool(o, &v);
	return put_named(out, name, &v, PEER_ROWS, ROWS(PEER_ROWS));
}

/* ---- reference clocks: LOCAL ---- */

static void
fill_clock(const struct peer *p, struct clock_vars *v)
{
	memset(v, 0, sizeof *v);
	v->device = "Undisciplined local clock";
	v->name = "LOCAL";
	v->timecode = "";
	v->poll = p->a.count.received;
	v->stratum = p->a.rules.local_stratum;
	put_refid(v->refid, sizeof v->refid, p->a.rules.local_refid, 0);
}

void
vars_clock_default(struct ntpd *d, const struct peer *p, struct text *out)
{
	struct clock_vars v;

	(void)d;
	fill_clock(p, &v);
	put_shown(out, &v, CLOCK_ROWS, ROWS(CLOCK_ROWS), SHOWN);
}

bool
vars_clock_named(struct ntpd *d, const struct peer *p, const struct control_item *name,
    struct text *out)
{
	struct clock_vars v;

	(void)d;
	fill_clock(p, &v);
	return put_named(out, name, &v, CLOCK_ROWS, ROWS(CLOCK_ROWS));
}
