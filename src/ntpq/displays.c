/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * displays - of two columns, a label and a value: sysinfo, sysstats, kerninfo and their
 * like.
 */
#include <inttypes.h>
#include <string.h>
#include "mode6/cook.h"
#include "mode6/form.h"
#include "mode6/words.h"
#include "ntpq/ntpq.h"

enum { LINES_MAX = 20 };

/* How a value is shown. */
enum show {
	SHOW_TEXT,
	SHOW_LEAP,
	SHOW_MODE,
	SHOW_REFID,
	SHOW_STAMP,
	SHOW_ENDPOINT,
	SHOW_ADDRESS,
	SHOW_SPAN /* "3D 08:06:47", as LibreNMS reads it; sysstats has seconds */
};

struct line {
	const char *variable, *label; /* variable NULL: the end */
	enum show show;
};

struct block {
	const char *command;
	bool with_status;
	int width; /* of the labels */
	struct line lines[LINES_MAX];
};

static const struct block blocks[] = {
	{ "sysinfo", true, 18,
	    {
		{ "peeradr", "system peer:", SHOW_ENDPOINT },
		{ "peermode", "system peer mode:", SHOW_MODE },
		{ "leap", "leap indicator:", SHOW_LEAP },
		{ "stratum", "stratum:", SHOW_TEXT },
		{ "precision", "log2 precision:", SHOW_TEXT },
		{ "rootdelay", "root delay:", SHOW_TEXT },
		{ "rootdisp", "root dispersion:", SHOW_TEXT },
		{ "refid", "reference ID:", SHOW_REFID },
		{ "reftime", "reference time:", SHOW_STAMP },
		{ "sys_jitter", "system jitter:", SHOW_TEXT },
		{ "clk_jitter", "clock jitter:", SHOW_TEXT },
		{ "clk_wander", "clock wander:", SHOW_TEXT },
		{ "bcastdelay", "broadcast delay:", SHOW_TEXT },
		{ "authdelay", "symm. auth. delay:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "sysstats", false, 22,
	    {
		{ "ss_uptime", "uptime:", SHOW_TEXT },
		{ "ss_reset", "sysstats reset:", SHOW_TEXT },
		{ "ss_received", "packets received:", SHOW_TEXT },
		{ "ss_thisver", "current version:", SHOW_TEXT },
		{ "ss_oldver", "older version:", SHOW_TEXT },
		{ "ss_badformat", "bad length or format:", SHOW_TEXT },
		{ "ss_badauth", "authentication failed:", SHOW_TEXT },
		{ "ss_declined", "declined:", SHOW_TEXT },
		{ "ss_restricted", "restricted:", SHOW_TEXT },
		{ "ss_limited", "rate limited:", SHOW_TEXT },
		{ "ss_kodsent", "KoD responses:", SHOW_TEXT },
		{ "ss_processed", "processed for time:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "kerninfo", true, 21,
	    {
		{ "koffset", "pll offset:", SHOW_TEXT },
		{ "kfreq", "pll frequency:", SHOW_TEXT },
		{ "kmaxerr", "maximum error:", SHOW_TEXT },
		{ "kesterr", "estimated error:", SHOW_TEXT },
		{ "kstflags", "kernel status:", SHOW_TEXT },
		{ "ktimeconst", "pll time constant:", SHOW_TEXT },
		{ "kprecis", "precision:", SHOW_TEXT },
		{ "kfreqtol", "frequency tolerance:", SHOW_TEXT },
		{ "kppsfreq", "pps frequency:", SHOW_TEXT },
		{ "kppsstab", "pps stability:", SHOW_TEXT },
		{ "kppsjitter", "pps jitter:", SHOW_TEXT },
		{ "kppscalibdur", "calibration interval", SHOW_TEXT },
		{ "kppscalibs", "calibration cycles:", SHOW_TEXT },
		{ "kppsjitexc", "jitter exceeded:", SHOW_TEXT },
		{ "kppsstbexc", "stability exceeded:", SHOW_TEXT },
		{ "kppscaliberrs", "calibration errors:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "monstats", false, 20,
	    {
		{ "mru_enabled", "enabled:", SHOW_TEXT },
		{ "mru_depth", "addresses:", SHOW_TEXT },
		{ "mru_deepest", "peak addresses:", SHOW_TEXT },
		{ "mru_maxdepth", "maximum addresses:", SHOW_TEXT },
		{ "mru_mindepth", "reclaim above count:", SHOW_TEXT },
		{ "mru_maxage", "reclaim older than:", SHOW_TEXT },
		{ "mru_mem", "kilobytes:", SHOW_TEXT },
		{ "mru_maxmem", "maximum kilobytes:", SHOW_TEXT },
		{ "mru_exists", "packets of known:", SHOW_TEXT },
		{ "mru_new", "new clients:", SHOW_TEXT },
		{ "mru_recycleold", "old ones replaced:", SHOW_TEXT },
		{ "mru_recyclefull", "others replaced:", SHOW_TEXT },
		{ "mru_none", "without room:", SHOW_TEXT },
		{ "mru_oldest_age", "oldest seen before:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "iostats", false, 22,
	    {
		{ "iostats_reset", "time since reset:", SHOW_SPAN },
		{ "total_rbuf", "receive buffers:", SHOW_TEXT },
		{ "free_rbuf", "free receive buffers:", SHOW_TEXT },
		{ "used_rbuf", "used receive buffers:", SHOW_TEXT },
		{ "rbuf_lowater", "low water refills:", SHOW_TEXT },
		{ "io_dropped", "dropped packets:", SHOW_TEXT },
		{ "io_ignored", "ignored packets:", SHOW_TEXT },
		{ "io_received", "received packets:", SHOW_TEXT },
		{ "io_sent", "packets sent:", SHOW_TEXT },
		{ "io_sendfailed", "packet send failures:", SHOW_TEXT },
		{ "io_wakeups", "input wakeups:", SHOW_TEXT },
		{ "io_goodwakeups", "useful input wakeups:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "timerstats", false, 19,
	    {
		{ "timerstats_reset", "time since reset:", SHOW_SPAN },
		{ "timer_overruns", "timer overruns:", SHOW_TEXT },
		{ "timer_xmts", "calls to transmit:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "authinfo", false, 17,
	    {
		{ "authreset", "time since reset:", SHOW_SPAN },
		{ "authkeys", "stored keys:", SHOW_TEXT },
		{ "authfreek", "free keys:", SHOW_TEXT },
		{ "authklookups", "key lookups:", SHOW_TEXT },
		{ "authknotfound", "keys not found:", SHOW_TEXT },
		{ "authkuncached", "uncached keys:", SHOW_TEXT },
		{ "authkexpired", "expired keys:", SHOW_TEXT },
		{ "authencrypts", "encryptions:", SHOW_TEXT },
		{ "authdecrypts", "decryptions:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "ntsinfo", false, 27,
	    {
		{ "nts_client_send", "NTS client sends:", SHOW_TEXT },
		{ "nts_client_recv_good", "NTS client recvs good:", SHOW_TEXT },
		{ "nts_client_recv_bad", "NTS client recvs w error:", SHOW_TEXT },
		{ "nts_server_recv_good", "NTS server recvs good:", SHOW_TEXT },
		{ "nts_server_recv_bad", "NTS server recvs w error:", SHOW_TEXT },
		{ "nts_server_send", "NTS server sends:", SHOW_TEXT },
		{ "nts_cookie_make", "NTS make cookies:", SHOW_TEXT },
		{ "nts_cookie_not_server", "NTS not a server:", SHOW_TEXT },
		{ "nts_cookie_decode_total", "NTS decode cookies total:", SHOW_TEXT },
		{ "nts_cookie_decode", "NTS decode cookies:", SHOW_TEXT },
		{ "nts_cookie_decode_old", "NTS decode cookies old:", SHOW_TEXT },
		{ "nts_cookie_decode_old2", "NTS decode cookies old2:", SHOW_TEXT },
		{ "nts_cookie_decode_older", "NTS decode cookies older:", SHOW_TEXT },
		{ "nts_cookie_decode_too_old", "NTS decode cookies too old:", SHOW_TEXT },
		{ "nts_cookie_decode_error", "NTS decode cookies error:", SHOW_TEXT },
		{ "nts_ke_probes_good", "NTS KE client probes good:", SHOW_TEXT },
		{ "nts_ke_probes_bad", "NTS KE client probes bad:", SHOW_TEXT },
		{ "nts_ke_serves_good", "NTS KE serves good:", SHOW_TEXT },
		{ "nts_ke_serves_bad", "NTS KE serves bad:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "ntskeinfo", false, 27,
	    {
		{ "nts_ke_serves_good", "NTS KE serves good:", SHOW_TEXT },
		{ "nts_ke_serves_good_wall", "NTS KE serves good wall:", SHOW_TEXT },
		{ "nts_ke_serves_good_cpu", "NTS KE serves good CPU:", SHOW_TEXT },
		{ "nts_ke_serves_nossl", "NTS KE serves no-TLS:", SHOW_TEXT },
		{ "nts_ke_serves_nossl_wall", "NTS KE serves no-TLS wall:", SHOW_TEXT },
		{ "nts_ke_serves_nossl_cpu", "NTS KE serves no-TLS CPU:", SHOW_TEXT },
		{ "nts_ke_serves_bad", "NTS KE serves bad:", SHOW_TEXT },
		{ "nts_ke_serves_bad_wall", "NTS KE serves bad wall:", SHOW_TEXT },
		{ "nts_ke_serves_bad_cpu", "NTS KE serves bad CPU:", SHOW_TEXT },
		{ "nts_ke_probes_good", "NTS KE client probes good:", SHOW_TEXT },
		{ "nts_ke_probes_bad", "NTS KE client probes bad:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "mssntpinfo", false, 20,
	    {
		{ "mssntp_serves", "requests:", SHOW_TEXT },
		{ "mssntp_serves_no", "not signed:", SHOW_TEXT },
		{ "mssntp_serves_err", "signing failed:", SHOW_TEXT },
		{ "mssntp_serves_good", "signed:", SHOW_TEXT },
		{ "mssntp_serves_bad", "refused by Samba:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
	{ "pstats", true, 22,
	    {
		{ "srcadr", "remote host:", SHOW_ADDRESS },
		{ "dstadr", "local address:", SHOW_ADDRESS },
		{ "timerec", "time last received:", SHOW_TEXT },
		{ "timer", "time until next send:", SHOW_TEXT },
		{ "timereach", "reachability change:", SHOW_TEXT },
		{ "sent", "packets sent:", SHOW_TEXT },
		{ "received", "packets received:", SHOW_TEXT },
		{ "badauth", "bad authentication:", SHOW_TEXT },
		{ "bogusorg", "bogus origin:", SHOW_TEXT },
		{ "oldpkt", "duplicate:", SHOW_TEXT },
		{ "seldisp", "bad dispersion:", SHOW_TEXT },
		{ "selbroken", "bad reference time:", SHOW_TEXT },
		{ "candidate", "candidate order:", SHOW_TEXT },
		{ NULL, NULL, SHOW_TEXT },
	    } },
};

/* "192.0.2.1:123" or "[2001:db8::1]:123", with the host by name unless numbers are wanted. */
static void
put_endpoint(struct ntpq *q, struct text *t, const char *value)
{
	char host[ADDR_TEXT_MAX];
	struct text h = text_over(host, sizeof host);
	const char *colon = strrchr(value, ':');
	bool v6 = value[0] == '[';
	size_t len = colon == NULL ? strlen(value) : (size_t)(colon - value);
	struct addr a;

	text_put_n(&h, value + (v6 ? 1 : 0), v6 && len >= 2 ? len - 2 : len);
	if (q->set.numeric || colon == NULL || !addr_parse(host, &a)) {
		text_put(t, value);
		return;
	}
	if (!words_refclock(t, &a)) {
		ntpq_host_name(q, &a, t);
	}
	text_put(t, colon);
}

static void
put_address(struct ntpq *q, struct text *t, const char *value)
{
	struct addr a;

	if (!addr_parse(value, &a)) {
		text_put(t, value);
	} else if (!words_refclock(t, &a)) {
		ntpq_host_name(q, &a, t);
	}
}

static void
put_mode(struct text *t, const char *value)
{
	uint32_t mode;

	text_put(t, text_to_u32(value, &mode) ? words_mode(mode) : value);
}

static void
put_span(struct text *t, const char *value)
{
	uint32_t s;

	if (!text_to_u32(value, &s)) {
		text_put(t, value);
		return;
	}
	if (s >= 86400) {
		text_printf(t, "%" PRIu32 "D ", s / 86400);
	}
	text_printf(t, "%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32, s / 3600 % 24, s / 60 % 60,
	    s % 60);
}

/* A reference clock by its address, which is what ntp.org's sysinfo shows; rv has its name. */
static void
put_refid(struct text *t, const struct variable *v)
{
	char name[SHORT_TEXT];
	struct text unused = text_over(name, sizeof name);
	struct addr a;

	if (addr_parse(v->value, &a) && words_refclock(&unused, &a)) {
		text_put(t, v->value);
	} else {
		cook_value(t, v, ntpq_now());
	}
}

static void
put_value(struct ntpq *q, struct text *t, const struct variable *v, enum show show)
{
	struct variable plain = { v->name, v->value == NULL ? "" : v->value, false };

	switch (show) {
	case SHOW_TEXT:
		text_put(t, plain.value);
		break;
	case SHOW_REFID:
		put_refid(t, &plain);
		break;
	case SHOW_SPAN:
		put_span(t, plain.value);
		break;
	case SHOW_LEAP:
	case SHOW_STAMP:
		cook_value(t, &plain, ntpq_now());
		break;
	case SHOW_MODE:
		put_mode(t, plain.value);
		break;
	case SHOW_ENDPOINT:
		put_endpoint(q, t, plain.value);
		break;
	case SHOW_ADDRESS:
		put_address(q, t, plain.value);
		break;
	}
}

static void
show_line(struct ntpq *q, const struct block *b, const struct line *l, const struct vars *vars)
{
	const struct variable *v = vars_find(vars, l->variable);
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	if (v == NULL) {
		return;
	}
	if (q->json.depth > 0) {
		ntpq_json_variable(q, v);
		return;
	}
	put_value(q, &t, v, l->show);
	fprintf(q->out, "%-*s  %s\n", b->width, l->label, buf);
}

static void
show_status(struct ntpq *q, const struct block *b, uint16_t id, uint16_t status)
{
	char buf[SHORT_TEXT];
	struct text t = text_over(buf, sizeof buf);

	if (!b->with_status || q->json.depth > 0) {
		return;
	}
	if (id == 0) {
		words_system_status(&t, status);
	} else {
		words_peer_status(&t, status);
	}
	fprintf(q->out, "associd=%u status=%04x %s,\n", id, status, buf);
}

/*
 * A server that lacks one of the variables answers nothing to the whole list: then each is asked
 * for by itself.
 */
static void
show_one_by_one(struct ntpq *q, const struct block *b, uint16_t id)
{
	bool first = true;

	for (const struct line *l = b->lines; l->variable != NULL; l++) {
		struct request r = {
			.op = CONTROL_READVAR,
			.assoc = id,
			.data = l->variable,
			.len = strlen(l->variable),
		};
		struct answer got;
		struct vars vars;
		enum session_result result = ntpq_ask_quietly(q, &r, &got);

		if (result == SESSION_ERROR) {
			continue;
		}
		if (result != SESSION_OK || !vars_parse(&vars, got.data, got.len)) {
			ntpq_complain(q, "The server fell silent");
			return;
		}
		if (first) {
			show_status(q, b, id, got.status);
			first = false;
		}
		show_line(q, b, l, &vars);
		vars_free(&vars);
	}
	if (first) {
		ntpq_complain(q, "The server has none of these");
	}
}

static void
show_block(struct ntpq *q, const struct block *b, uint16_t id)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text names = text_over(buf, sizeof buf);
	struct request r = { .op = CONTROL_READVAR, .assoc = id, .data = buf };
	struct answer got = { .error = CONTROL_ERR_UNSPEC };
	enum session_result result;
	struct vars vars;

	for (const struct line *l = b->lines; l->variable != NULL; l++) {
		text_printf(&names, "%s%s", names.len > 0 ? "," : "", l->variable);
	}
	r.len = names.len;
	result = ntpq_ask_quietly(q, &r, &got);
	if (result == SESSION_ERROR && got.error == CONTROL_ERR_UNKNOWNVAR) {
		show_one_by_one(q, b, id);
		return;
	}
	if (result != SESSION_OK) {
		ntpq_report(q, result, &r, got.error);
		return;
	}
	if (!vars_parse(&vars, got.data, got.len)) {
		return;
	}
	show_status(q, b, id, got.status);
	for (const struct line *l = b->lines; l->variable != NULL; l++) {
		show_line(q, b, l, &vars);
	}
	vars_free(&vars);
}

void
command_block(struct ntpq *q, const struct call *c)
{
	uint16_t id = 0;

	if (strcmp(c->name, "pstats") == 0) {
		if (c->n == 0) {
			ntpq_complain(q, "usage: pstats assocID");
			return;
		}
		if (!ntpq_assoc_arg(q, c->arg[0], &id)) {
			return;
		}
	}
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		if (strcmp(blocks[i].command, c->name) != 0) {
			continue;
		}
		if (q->json.depth > 0) {
			json_object(&q->json, "values");
		}
		show_block(q, &blocks[i], id);
	}
}
