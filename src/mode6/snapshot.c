/* SPDX-License-Identifier: BSD-2-Clause */
/* snapshot - everything that a daemon tells, in base units. */
#include "mode6/snapshot.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/addr.h"
#include "mode6/vars.h"
#include "mode6/words.h"

enum { SOURCE_LISTS = 6, ENTRY_LEN = 4 };

/*
 * What is asked of the system: a daemon that does not know one name of a list is not asked for that
 * list again, until it was restarted. The first is what every daemon tells unasked.
 */
enum list { LIST_SHOWN, LIST_CLASSIC, LIST_OURS, LIST_KERNEL, LIST_NTS, LIST_LATER, LISTS };

static const char *const lists[LISTS] = {
	[LIST_SHOWN] = NULL,
	[LIST_CLASSIC] = "ss_uptime,ss_reset,ss_received,ss_thisver,ss_oldver,ss_badformat,"
			 "ss_badauth,ss_declined,ss_restricted,ss_limited,ss_kodsent,ss_processed,"
			 "iostats_reset,io_received,io_sent,io_sendfailed,io_dropped,"
			 "timerstats_reset,timer_xmts,authreset,authklookups,authknotfound,"
			 "authencrypts,authdecrypts,mru_depth,mru_maxdepth,mru_mem",
	[LIST_OURS] = "rootdist,peeradr,state,clock_control,waits_for,config_faults,config_unused,"
		      "steps,ss_lamport,ss_numctlreq,mru_oldest_age,mru_exists,mru_new,"
		      "mru_recycleold,mru_recyclefull,mru_none,srv_sent,srv_verdicts",
	[LIST_KERNEL] = "koffset,kfreq,kmaxerr,kesterr",
	[LIST_NTS] = "nts_client_send,nts_client_recv_good,nts_client_recv_bad,nts_server_send,"
		     "nts_server_recv_good,nts_server_recv_bad,nts_cookie_make,"
		     "nts_ke_serves_good,nts_ke_serves_bad",
	[LIST_LATER] = "sync_why,config_changes,modes_received,modes_sent,nts_cert_expire,"
		       "srv_interleaved,srv_interleave_missed,srv_interleave_kept,mssntp_serves,"
		       "mssntp_serves_no,mssntp_serves_err,mssntp_serves_good,mssntp_serves_bad,"
		       "nts_ke_probes_good,nts_ke_probes_bad,nts_ke_serves_nossl,"
		       "nts_cookie_not_server,nts_cookie_decode_too_old,nts_cookie_decode_error,"
		       "authkeys,mru_deepest",
};

/* Of a source, from what ours knows to what every daemon tells unasked. */
static const char *const source_lists[SOURCE_LISTS] = {
	"srcadr,srchost,dstadr,leap,stratum,rootdelay,rootdisp,refid,rec,reach,unreach,hpoll,ppoll,"
	"flash,keyid,hmode,offset,delay,dispersion,jitter,rootdist,timerec,sent,received,bogusorg,"
	"badauth,oldpkt,ntscookies,nts_state,clock_state,clock_line,clock_fudge,clock_late,"
	"select_why",
	"srcadr,srchost,dstadr,leap,stratum,rootdelay,rootdisp,refid,rec,reach,unreach,hpoll,ppoll,"
	"flash,keyid,hmode,offset,delay,dispersion,jitter,rootdist,timerec,sent,received,bogusorg,"
	"badauth,oldpkt,ntscookies,nts_state,clock_state,clock_line,clock_fudge,clock_late",
	"srcadr,srchost,dstadr,leap,stratum,rootdelay,rootdisp,refid,rec,reach,unreach,hpoll,ppoll,"
	"flash,keyid,hmode,offset,delay,dispersion,jitter,rootdist,timerec,sent,received,bogusorg,"
	"badauth,oldpkt,ntscookies,nts_state",
	"srcadr,srchost,dstadr,leap,stratum,rootdelay,rootdisp,refid,rec,reach,unreach,hpoll,ppoll,"
	"flash,keyid,hmode,offset,delay,dispersion,jitter,rootdist,timerec,sent,received,bogusorg,"
	"badauth,oldpkt,ntscookies",
	"srcadr,srchost,dstadr,leap,stratum,rootdelay,rootdisp,refid,rec,reach,unreach,hpoll,ppoll,"
	"flash,keyid,hmode,offset,delay,dispersion,jitter,rootdist,timerec,sent,received,bogusorg,"
	"badauth,oldpkt",
	NULL,
};

struct snapshot_reader {
	struct session *session;
	bool lacks[LISTS];
	unsigned source_list;
	double uptime_s; /* of the last time, NAN: none */
};

/* ---- numbers ---- */

struct number {
	const char *name;
	size_t at;
	double scale;
};

#define SYS(name, field)                                         \
	{                                                        \
		name, offsetof(struct snapshot_system, field), 1 \
	}
#define SYS_MS(name, field)                                         \
	{                                                           \
		name, offsetof(struct snapshot_system, field), 1e-3 \
	}
#define SRC(name, field)                                         \
	{                                                        \
		name, offsetof(struct snapshot_source, field), 1 \
	}
#define SRC_MS(name, field)                                         \
	{                                                           \
		name, offsetof(struct snapshot_source, field), 1e-3 \
	}
#define CLK(name, field)                                        \
	{                                                       \
		name, offsetof(struct snapshot_clock, field), 1 \
	}
#define CLK_MS(name, field)                                        \
	{                                                          \
		name, offsetof(struct snapshot_clock, field), 1e-3 \
	}

static const struct number system_numbers[] = {
	SYS("leap", leap),
	SYS("stratum", stratum),
	SYS_MS("rootdelay", root_delay_s),
	SYS_MS("rootdisp", root_disp_s),
	SYS_MS("rootdist", root_dist_s),
	SYS_MS("offset", offset_s),
	SYS_MS("sys_jitter", jitter_s),
	SYS_MS("clk_jitter", clock_jitter_s),
	SYS("frequency", freq_ppm),
	SYS("clk_wander", wander_ppm),
	SYS("tai", tai_s),
	SYS("steps", steps),
	SYS("config_changes", config_changes),
	SYS_MS("koffset", k_offset_s),
	SYS("kfreq", k_freq_ppm),
	SYS_MS("kmaxerr", k_maxerror_s),
	SYS_MS("kesterr", k_esterror_s),
	SYS("ss_uptime", uptime_s),
	SYS("ss_reset", sys_age_s),
	SYS("iostats_reset", io_age_s),
	SYS("timerstats_reset", timer_age_s),
	SYS("authreset", auth_age_s),
	SYS("ss_received", received),
	SYS("ss_thisver", this_version),
	SYS("ss_oldver", old_version),
	SYS("ss_badformat", bad_format),
	SYS("ss_badauth", bad_auth),
	SYS("ss_declined", declined),
	SYS("ss_restricted", restricted),
	SYS("ss_limited", limited),
	SYS("ss_kodsent", kod_sent),
	SYS("ss_lamport", lamport),
	SYS("ss_processed", processed),
	SYS("ss_numctlreq", control_requests),
	SYS("io_received", io_received),
	SYS("io_sent", io_sent),
	SYS("io_sendfailed", io_send_failed),
	SYS("io_dropped", io_dropped),
	SYS("timer_xmts", polls),
	SYS("authklookups", key_lookups),
	SYS("authknotfound", keys_not_found),
	SYS("authencrypts", macs_made),
	SYS("authdecrypts", macs_checked),
	SYS("mru_depth", mru_depth),
	SYS("mru_maxdepth", mru_max_depth),
	SYS("mru_mem", mru_mem_kib),
	SYS("mru_oldest_age", mru_oldest_s),
	SYS("mru_exists", mru_again),
	SYS("mru_new", mru_new),
	SYS("mru_recycleold", mru_replaced_old),
	SYS("mru_recyclefull", mru_replaced_full),
	SYS("mru_none", mru_turned_away),
	SYS("srv_sent", answers),
	SYS("nts_server_send", nts_sent),
	SYS("nts_server_recv_good", nts_received),
	SYS("nts_server_recv_bad", nts_bad),
	SYS("nts_client_send", nts_client_sent),
	SYS("nts_client_recv_good", nts_client_received),
	SYS("nts_client_recv_bad", nts_client_bad),
	SYS("nts_cookie_make", nts_cookies_made),
	SYS("nts_ke_serves_good", nts_ke_served),
	SYS("nts_ke_serves_bad", nts_ke_bad),
	SYS("nts_ke_serves_nossl", nts_ke_no_tls),
	SYS("nts_ke_probes_good", nts_ke_asked_good),
	SYS("nts_ke_probes_bad", nts_ke_asked_bad),
	SYS("nts_cookie_not_server", nts_cookies_unserved),
	SYS("nts_cookie_decode_too_old", nts_cookies_too_old),
	SYS("nts_cookie_decode_error", nts_cookies_broken),
	SYS("srv_interleaved", interleaved),
	SYS("srv_interleave_missed", interleave_missed),
	SYS("srv_interleave_kept", interleave_kept),
	SYS("mssntp_serves", mssntp_requests),
	SYS("mssntp_serves_good", mssntp_signed),
	SYS("mssntp_serves_no", mssntp_unasked),
	SYS("mssntp_serves_err", mssntp_lost),
	SYS("mssntp_serves_bad", mssntp_refused),
	SYS("authkeys", keys),
	SYS("mru_deepest", mru_deepest),
	SYS_MS("leapsmearoffset", smear_s),
};

static const struct number source_numbers[] = {
	SRC("stratum", stratum),
	SRC("leap", leap),
	SRC("unreach", unreach),
	SRC_MS("offset", offset_s),
	SRC_MS("delay", delay_s),
	SRC_MS("jitter", jitter_s),
	SRC_MS("dispersion", disp_s),
	SRC_MS("rootdelay", root_delay_s),
	SRC_MS("rootdisp", root_disp_s),
	SRC_MS("rootdist", root_dist_s),
	SRC("timerec", age_s),
	SRC("out", sent),
	SRC("sent", sent),
	SRC("in", received),
	SRC("received", received),
	SRC("bogusorg", bogus),
	SRC("badauth", bad_auth),
	SRC("oldpkt", duplicate),
	SRC("ntscookies", cookies),
};

static const struct number clock_numbers[] = {
	CLK("poll", readings),
	CLK("noreply", no_reply),
	CLK("badformat", bad_format),
	CLK("baddata", bad_data),
	CLK_MS("fudgetime1", time1_s),
	CLK_MS("fudgetime2", time2_s),
};

static void
put_number(void *into, size_t at, double x)
{
	memcpy((char *)into + at, &x, sizeof x);
}

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Each is unknown. */
static void
forget_numbers(void *into, const struct number *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_number(into, table[i].at, (double)NAN);
	}
}

static void
take_numbers(void *into, const struct number *table, size_t n, const struct vars *v)
{
	double x;

	for (size_t i = 0; i < n; i++) {
		if (vars_double(v, table[i].name, &x)) {
			put_number(into, table[i].at, x * table[i].scale);
		}
	}
}

/* Keeps a text, or what it was before. */
static void
take_text(char *buf, size_t cap, const struct vars *v, const char *name)
{
	const char *value = vars_get(v, name);

	if (value != NULL) {
		struct text t = text_over(buf, cap);

		text_put(&t, value);
	}
}

#define TAKE_TEXT(buf, v, name) take_text(buf, sizeof(buf), v, name)

static double
log2s_of(const struct vars *v, const char *name)
{
	int64_t log2s;

	return vars_i64(v, name, &log2s) && log2s >= -40 && log2s <= 40 ? ldexp(1, (int)log2s)
									: (double)NAN;
}

/* A date of a leap table, YYYYMMDDhhmm. */
static double
date_of(const struct vars *v, const char *name)
{
	struct tm tm = { .tm_isdst = 0 };
	int64_t date;

	if (!vars_i64(v, name, &date) || date < INT64_C(190000000000) ||
	    date > INT64_C(999999999999)) {
		return (double)NAN;
	}
	tm.tm_min = (int)(date % 100);
	tm.tm_hour = (int)(date / 100 % 100);
	tm.tm_mday = (int)(date / 10000 % 100);
	tm.tm_mon = (int)(date / 1000000 % 100) - 1;
	tm.tm_year = (int)(date / 100000000) - 1900;
	return (double)timegm(&tm);
}

static double
stamp_of(const struct vars *v, const char *name, int64_t now_s)
{
	struct ntp_ts ts;

	if (!vars_stamp(v, name, &ts) || ntp_ts_is_zero(ts)) {
		return (double)NAN;
	}
	return (double)rtime_from_ntp_ts(ts, (struct rtime){ now_s * NS_PER_S }).ns / 1e9;
}

/* ---- asking ---- */

enum asked { ASKED_OK, ASKED_UNKNOWN, ASKED_SILENT };

static enum asked
ask(struct snapshot_reader *r, enum control_op op, uint16_t assoc, const char *list,
    struct answer *got)
{
	struct request q = {
		.op = op,
		.assoc = assoc,
		.data = list,
		.len = list == NULL ? 0 : strlen(list),
	};

	switch (session_ask(r->session, &q, got)) {
	case SESSION_OK:
		return ASKED_OK;
	case SESSION_ERROR:
		return ASKED_UNKNOWN;
	case SESSION_TIMEOUT:
	case SESSION_INCOMPLETE:
	case SESSION_REFUSED:
	case SESSION_UNSENT:
	case SESSION_TOO_LONG:
	case SESSION_UNSIGNED:
	case SESSION_UNPROVEN:
		break;
	}
	return ASKED_SILENT;
}

static bool
fail(struct snapshot *out, const char *why)
{
	struct text t = text_over(out->why, sizeof out->why);

	text_put(&t, why);
	return false;
}

/* ---- the system ---- */

static const char NAME_OCTETS[] = "abcdefghijklmnopqrstuvwxyz_";

/* "ok:12 short:0": what became of the requests of others. */
static void
take_verdicts(struct snapshot_system *sys, const char *words)
{
	char number[SNAPSHOT_WORD];

	while (words != NULL && *words != '\0' && sys->verdict_n < SNAPSHOT_VERDICTS_MAX) {
		struct snapshot_verdict *to = &sys->verdict[sys->verdict_n];
		size_t len = strcspn(words, " "), name = strcspn(words, ":");
		struct text word = text_over(to->name, sizeof to->name);
		struct text t = text_over(number, sizeof number);

		if (name < len && strspn(words, NAME_OCTETS) == name) {
			text_put_n(&word, words, name);
			text_put_n(&t, words + name + 1, len - name - 1);
			sys->verdict_n += text_to_double(number, &to->n) ? 1 : 0;
		}
		words += len;
		words += strspn(words, " ");
	}
}

/* "3:17 4:16": how many packets of each mode. */
static void
take_modes(double *into, const char *words)
{
	char number[SNAPSHOT_WORD];

	while (words != NULL && *words != '\0') {
		size_t len = strcspn(words, " ");
		unsigned mode = (unsigned char)words[0] - (unsigned)'0';
		struct text t = text_over(number, sizeof number);
		double n;

		if (len > 2 && words[1] == ':' && mode < SNAPSHOT_MODES) {
			text_put_n(&t, words + 2, len - 2);
			into[mode] = text_to_double(number, &n) ? n : into[mode];
		}
		words += len;
		words += strspn(words, " ");
	}
}

static void
take_system(struct snapshot *out, const struct vars *v)
{
	struct snapshot_system *sys = &out->sys;
	int64_t peer;

	take_numbers(sys, system_numbers, COUNT(system_numbers), v);
	TAKE_TEXT(sys->version, v, "version");
	TAKE_TEXT(sys->processor, v, "processor");
	TAKE_TEXT(sys->system, v, "system");
	TAKE_TEXT(sys->refid, v, "refid");
	TAKE_TEXT(sys->peer_address, v, "peeradr");
	TAKE_TEXT(sys->state, v, "state");
	TAKE_TEXT(sys->clock_control, v, "clock_control");
	TAKE_TEXT(sys->waits_for, v, "waits_for");
	TAKE_TEXT(sys->config_faults, v, "config_faults");
	TAKE_TEXT(sys->config_unused, v, "config_unused");
	TAKE_TEXT(sys->sync_why, v, "sync_why");
	take_verdicts(sys, vars_get(v, "srv_verdicts"));
	take_modes(sys->received_in, vars_get(v, "modes_received"));
	take_modes(sys->sent_in, vars_get(v, "modes_sent"));
	if (vars_get(v, "nts_cert_expire") != NULL) {
		sys->cert_end_at_s = date_of(v, "nts_cert_expire");
	}
	if (vars_i64(v, "peer", &peer) && peer > 0 && peer <= UINT16_MAX) {
		sys->peer_id = (uint16_t)peer;
	}
	if (vars_get(v, "tc") != NULL) {
		sys->poll_s = log2s_of(v, "tc");
		sys->precision_s = log2s_of(v, "precision");
		sys->ref_at_s = stamp_of(v, "reftime", out->at_s);
		sys->clock_at_s = stamp_of(v, "clock", out->at_s);
		sys->leap_at_s = date_of(v, "leapsec");
		sys->expires_at_s = date_of(v, "expire");
	}
}

/* *shown gets the variables that are told unasked, which vars_free releases. */
static bool
read_system(struct snapshot_reader *r, struct snapshot *out, struct vars *shown)
{
	struct answer got;
	struct vars v;

	for (unsigned i = 0; i < LISTS; i++) {
		enum asked asked =
		    r->lacks[i] ? ASKED_UNKNOWN : ask(r, CONTROL_READVAR, 0, lists[i], &got);

		if (asked == ASKED_SILENT || (asked == ASKED_UNKNOWN && i == LIST_SHOWN)) {
			return fail(out,
			    asked == ASKED_SILENT ? "ntpd does not answer" : "ntpd refuses");
		}
		r->lacks[i] = asked == ASKED_UNKNOWN;
		if (asked == ASKED_UNKNOWN) {
			continue;
		}
		if (!vars_parse(&v, got.data, got.len)) {
			return fail(out, "no memory");
		}
		take_system(out, &v);
		if (i == LIST_SHOWN) {
			out->sys.status = got.status;
			*shown = v;
		} else {
			vars_free(&v);
		}
	}
	if (isnan(out->sys.root_dist_s)) {
		out->sys.root_dist_s = out->sys.root_delay_s / 2 + out->sys.root_disp_s;
	}
	return true;
}

/* ---- sources ---- */

/* The answer of a source, kept until all have been counted. */
struct told {
	uint8_t *data;
	size_t len;
};

static void
name_source(struct snapshot_source *s, const struct vars *v)
{
	const char *host = vars_get(v, "srchost");
	struct text t = text_over(s->name, sizeof s->name);
	struct addr a;
	bool known = addr_parse(s->address, &a);

	s->is_clock = known ? words_refclock(&t, &a) : strchr(s->address, '(') != NULL;
	if (known && s->is_clock) {
		return;
	}
	text_put(&t, host != NULL && host[0] != '\0' ? host : s->address);
}

/* The age of its last answer where it is not told: by the daemon's own clock. */
static double
age_of(const struct snapshot *out, const struct vars *v, double told_s)
{
	double last_s = stamp_of(v, "rec", out->at_s);

	return isnan(last_s) ? (double)NAN
	    : isnan(told_s)  ? fmax(0, out->sys.clock_at_s - last_s)
			     : told_s;
}

static void
take_source(const struct snapshot *out, struct snapshot_source *s, const struct vars *v)
{
	int64_t bits;
	double theirs;

	forget_numbers(s, source_numbers, COUNT(source_numbers));
	forget_numbers(&s->clock, clock_numbers, COUNT(clock_numbers));
	take_numbers(s, source_numbers, COUNT(source_numbers), v);
	s->reach = vars_i64(v, "reach", &bits) ? (double)(bits & 0xff) : (double)NAN;
	s->flash = vars_i64(v, "flash", &bits) ? (double)bits : (double)NAN;
	s->poll_s = log2s_of(v, "hpoll");
	theirs = log2s_of(v, "ppoll");
	s->poll_s = theirs < s->poll_s ? theirs : s->poll_s;
	TAKE_TEXT(s->address, v, "srcadr");
	TAKE_TEXT(s->refid, v, "refid");
	TAKE_TEXT(s->local, v, "dstadr");
	s->type = words_peer_type(v);
	TAKE_TEXT(s->nts_state, v, "nts_state");
	name_source(s, v);
	s->is_pool = explain_is_pool(v) || explain_is_nameless(v);
	s->age_s = age_of(out, v, s->age_s);
	if (s->stratum > 15 || status_peer_bits(s->status) == 0) {
		s->root_delay_s = s->root_disp_s = (double)NAN;
	}
	/* What was never measured is shown as zero by the protocol. */
	if (isnan(s->age_s) && !s->is_clock && s->reach < 1) {
		s->offset_s = s->delay_s = s->jitter_s = s->root_dist_s = (double)NAN;
	}
}

/* Asks with the first list that the daemon knows. */
static enum asked
ask_source(struct snapshot_reader *r, uint16_t id, struct answer *got)
{
	for (;;) {
		enum asked asked = ask(r, CONTROL_READVAR, id, source_lists[r->source_list], got);

		if (asked != ASKED_UNKNOWN || got->error == CONTROL_ERR_ASSOC ||
		    r->source_list + 1 == SOURCE_LISTS) {
			return asked;
		}
		r->source_list++;
	}
}

static bool
keep(struct told *to, const struct answer *got)
{
	to->data = malloc(got->len + 1);
	if (to->data == NULL) {
		return false;
	}
	memcpy(to->data, got->data, got->len);
	to->len = got->len;
	return true;
}

static bool
count_source(const struct snapshot *out, struct survey *all, struct snapshot_source *s,
    const struct told *told)
{
	struct vars v;

	if (!vars_parse(&v, told->data, told->len)) {
		return false;
	}
	take_source(out, s, &v);
	explain_count(all, s->name, &v, s->status);
	vars_free(&v);
	return true;
}

static bool
tell_source(struct survey *all, struct snapshot_source *s, const struct told *told)
{
	struct vars v;

	if (!vars_parse(&v, told->data, told->len)) {
		return false;
	}
	all->dist_ms = isnan(s->root_dist_s) ? -1 : s->root_dist_s * 1e3;
	explain_source(&s->story, s->name, &v, s->status, all);
	vars_free(&v);
	return true;
}

static bool
read_clock(struct snapshot_reader *r, struct snapshot_source *s)
{
	struct answer got;
	struct vars v;

	switch (ask(r, CONTROL_READCLOCK, s->id, NULL, &got)) {
	case ASKED_SILENT:
		return false;
	case ASKED_UNKNOWN:
		return true;
	case ASKED_OK:
		break;
	}
	if (!vars_parse(&v, got.data, got.len)) {
		return false;
	}
	take_numbers(&s->clock, clock_numbers, COUNT(clock_numbers), &v);
	TAKE_TEXT(s->clock.device, &v, "device");
	TAKE_TEXT(s->clock.timecode, &v, "timecode");
	vars_free(&v);
	return true;
}

/* The ids and status words; room for them and for their answers. */
static bool
list_sources(struct snapshot_reader *r, struct snapshot *out, struct told **told)
{
	struct answer got;
	struct snapshot_source *room;
	size_t n;

	if (ask(r, CONTROL_READSTAT, 0, NULL, &got) != ASKED_OK) {
		return fail(out, "ntpd does not answer");
	}
	n = got.len / ENTRY_LEN;
	out->left_out = n > SNAPSHOT_SOURCES_MAX ? n - SNAPSHOT_SOURCES_MAX : 0;
	n -= out->left_out;
	*told = calloc(n + 1, sizeof **told);
	room = realloc(out->source, (n + 1) * sizeof *room);
	out->source = room != NULL ? room : out->source;
	if (room == NULL || *told == NULL) {
		return fail(out, "no memory");
	}
	memset(out->source, 0, (n + 1) * sizeof *room);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = got.data + i * ENTRY_LEN;

		out->source[i].id = (uint16_t)(at[0] << 8 | at[1]);
		out->source[i].status = (uint16_t)(at[2] << 8 | at[3]);
	}
	out->source_n = n;
	return true;
}

/* One that went away meanwhile is taken out. False when the daemon fell silent. */
static bool
ask_sources(struct snapshot_reader *r, struct snapshot *out, struct told *told, struct survey *all)
{
	size_t n = 0;

	for (size_t i = 0; i < out->source_n; i++) {
		struct answer got = { .error = CONTROL_ERR_UNSPEC };
		enum asked asked = ask_source(r, out->source[i].id, &got);

		if (asked == ASKED_SILENT) {
			out->source_n = n;
			return fail(out, "ntpd does not answer");
		}
		if (asked == ASKED_UNKNOWN) {
			continue;
		}
		out->source[n] = out->source[i];
		if (!keep(&told[n], &got) || !count_source(out, all, &out->source[n], &told[n])) {
			out->source_n = n + 1;
			return fail(out, "no memory");
		}
		n++;
	}
	out->source_n = n;
	return true;
}

static void
tell_all(struct snapshot *out, const struct told *told, struct survey *all,
    const struct vars *shown)
{
	struct system_facts facts = { .uptime_s =
					  isnan(out->sys.uptime_s) ? -1 : out->sys.uptime_s };
	struct text waits = text_over(facts.waits_for, sizeof facts.waits_for);
	struct text faults = text_over(facts.config_faults, sizeof facts.config_faults);
	struct text unused = text_over(facts.config_unused, sizeof facts.config_unused);

	for (size_t i = 0; i < out->source_n; i++) {
		(void)tell_source(all, &out->source[i], &told[i]);
	}
	explain_control(&facts, out->sys.clock_control[0] != '\0' ? out->sys.clock_control : NULL);
	text_put(&waits, out->sys.waits_for);
	text_put(&faults, out->sys.config_faults);
	text_put(&unused, out->sys.config_unused);
	explain_system(&out->story, shown, out->sys.status, all, &facts);
}

static bool
read_all(struct snapshot_reader *r, struct snapshot *out)
{
	struct survey all = { .sources = 0 };
	struct vars shown = { .at = NULL };
	struct told *told = NULL;
	bool good = read_system(r, out, &shown) && list_sources(r, out, &told) &&
	    ask_sources(r, out, told, &all);

	for (size_t i = 0; good && i < out->source_n; i++) {
		good = !out->source[i].is_clock || read_clock(r, &out->source[i]) ||
		    fail(out, "ntpd does not answer");
	}
	if (good) {
		tell_all(out, told, &all, &shown);
	}
	for (size_t i = 0; told != NULL && i < out->source_n; i++) {
		free(told[i].data);
	}
	free(told);
	vars_free(&shown);
	return good;
}

/* ---- from outside ---- */

struct snapshot_reader *
snapshot_reader_new(struct session *session)
{
	struct snapshot_reader *r = calloc(1, sizeof *r);

	if (r != NULL) {
		r->session = session;
		r->uptime_s = (double)NAN;
	}
	return r;
}

void
snapshot_reader_free(struct snapshot_reader *r)
{
	free(r);
}

/* Another daemon, or a newer one, may know what the one before did not. */
static void
notice_restart(struct snapshot_reader *r, const struct snapshot *s)
{
	if (!s->up || s->sys.uptime_s < r->uptime_s) {
		memset(r->lacks, 0, sizeof r->lacks);
		r->source_list = 0;
	}
	r->uptime_s = s->up ? s->sys.uptime_s : (double)NAN;
}

void
snapshot_read(struct snapshot_reader *r, double within_s, struct snapshot *out)
{
	struct transport *t = session_transport(r->session);
	struct snapshot_source *source = out->source;

	memset(out, 0, sizeof *out);
	out->source = source;
	out->at_s = (int64_t)time(NULL);
	out->mono_s = t->ops->now_s(t);
	forget_numbers(&out->sys, system_numbers, COUNT(system_numbers));
	for (unsigned mode = 0; mode < SNAPSHOT_MODES; mode++) {
		out->sys.received_in[mode] = out->sys.sent_in[mode] = (double)NAN;
	}
	out->sys.cert_end_at_s = (double)NAN;
	out->sys.poll_s = out->sys.precision_s = (double)NAN;
	out->sys.ref_at_s = out->sys.clock_at_s = (double)NAN;
	out->sys.leap_at_s = out->sys.expires_at_s = (double)NAN;
	session_set_deadline(r->session, within_s);
	out->up = read_all(r, out);
	out->took_s = t->ops->now_s(t) - out->mono_s;
	notice_restart(r, out);
}

void
snapshot_free(struct snapshot *s)
{
	free(s->source);
	memset(s, 0, sizeof *s);
}
