/* SPDX-License-Identifier: BSD-2-Clause */
/* cook - kinds, units and cooked forms of variables. */
#include "mode6/cook.h"
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include "base/addr.h"
#include "mode6/form.h"
#include "mode6/words.h"

static const struct known {
	const char *name;
	enum cook kind;
	const char *unit;
} known[] = {
	{ "reftime", COOK_STAMP, "" },
	{ "clock", COOK_STAMP, "" },
	{ "rec", COOK_STAMP, "" },
	{ "org", COOK_STAMP, "" },
	{ "xmt", COOK_STAMP, "" },
	{ "leap", COOK_LEAP, "" },
	{ "reach", COOK_OCTAL, "" },
	{ "flash", COOK_FLASH, "" },
	{ "refid", COOK_REFID, "" },
	{ "srcadr", COOK_ADDRESS, "" },
	{ "dstadr", COOK_ADDRESS, "" },
	{ "peeradr", COOK_PLAIN, "" },
	{ "filtdelay", COOK_ARRAY, "ms" },
	{ "filtoffset", COOK_ARRAY, "ms" },
	{ "filtdisp", COOK_ARRAY, "ms" },
	{ "version", COOK_NAME, "" },
	{ "processor", COOK_NAME, "" },
	{ "system", COOK_NAME, "" },
	{ "srchost", COOK_NAME, "" },
	{ "timecode", COOK_NAME, "" },
	{ "device", COOK_NAME, "" },
	{ "name", COOK_NAME, "" },
	{ "leapsec", COOK_NAME, "" },
	{ "expire", COOK_NAME, "" },
	{ "precision", COOK_PLAIN, "log2s" },
	{ "tc", COOK_PLAIN, "log2s" },
	{ "mintc", COOK_PLAIN, "log2s" },
	{ "hpoll", COOK_PLAIN, "log2s" },
	{ "ppoll", COOK_PLAIN, "log2s" },
	{ "rootdelay", COOK_PLAIN, "ms" },
	{ "rootdisp", COOK_PLAIN, "ms" },
	{ "rootdist", COOK_PLAIN, "ms" },
	{ "offset", COOK_PLAIN, "ms" },
	{ "sys_jitter", COOK_PLAIN, "ms" },
	{ "clk_jitter", COOK_PLAIN, "ms" },
	{ "delay", COOK_PLAIN, "ms" },
	{ "dispersion", COOK_PLAIN, "ms" },
	{ "jitter", COOK_PLAIN, "ms" },
	{ "xleave", COOK_PLAIN, "ms" },
	{ "bias", COOK_PLAIN, "ms" },
	{ "leapsmearoffset", COOK_PLAIN, "ms" },
	{ "leapsmearinterval", COOK_PLAIN, "s" },
	{ "fudgetime1", COOK_PLAIN, "ms" },
	{ "fudgetime2", COOK_PLAIN, "ms" },
	{ "bcastdelay", COOK_PLAIN, "ms" },
	{ "authdelay", COOK_PLAIN, "ms" },
	{ "koffset", COOK_PLAIN, "ms" },
	{ "kmaxerr", COOK_PLAIN, "ms" },
	{ "kesterr", COOK_PLAIN, "ms" },
	{ "kprecis", COOK_PLAIN, "ms" },
	{ "kppsjitter", COOK_PLAIN, "ms" },
	{ "frequency", COOK_PLAIN, "ppm" },
	{ "clk_wander", COOK_PLAIN, "ppm" },
	{ "clk_wander_threshold", COOK_PLAIN, "ppm" },
	{ "kfreq", COOK_PLAIN, "ppm" },
	{ "kfreqtol", COOK_PLAIN, "ppm" },
	{ "kppsfreq", COOK_PLAIN, "ppm" },
	{ "kppsstab", COOK_PLAIN, "ppm" },
	{ "ktimeconst", COOK_PLAIN, "log2s" },
	{ "kppscalibdur", COOK_PLAIN, "s" },
	{ "tai", COOK_PLAIN, "s" },
	{ "poll", COOK_PLAIN, "" },
	{ "headway", COOK_PLAIN, "s" },
	{ "timer", COOK_PLAIN, "s" },
	{ "timerec", COOK_PLAIN, "s" },
	{ "timereach", COOK_PLAIN, "s" },
	{ "ss_uptime", COOK_PLAIN, "s" },
	{ "ss_reset", COOK_PLAIN, "s" },
	{ "authreset", COOK_PLAIN, "s" },
	{ "iostats_reset", COOK_PLAIN, "s" },
	{ "timerstats_reset", COOK_PLAIN, "s" },
	{ "mru_maxage", COOK_PLAIN, "s" },
	{ "mru_minage", COOK_PLAIN, "s" },
	{ "mru_oldest_age", COOK_PLAIN, "s" },
	{ "mru_mem", COOK_PLAIN, "kB" },
	{ "mru_maxmem", COOK_PLAIN, "kB" },
};

/* The others, of which nothing more is known than that ntpd has them. */
static const char *const others[] = { "stratum", "peer", "peermode", "state", "clock_control",
	"config_faults", "config_unused", "waits_for", "steps", "fuzz", "sys_var_list",
	"peer_var_list", "clock_var_list", "srcport", "dstport", "out", "in", "unreach", "hmode",
	"pmode", "keyid", "ttl", "config", "authenable", "authentic", "received", "sent", "badauth",
	"bogusorg", "oldpkt", "seldisp", "selbroken", "candidate", "type", "noreply", "badformat",
	"baddata", "flags", "mru_enabled", "mru_hashslots", "mru_depth", "mru_deepest",
	"mru_maxdepth", "mru_mindepth", "mru_exists", "mru_new", "mru_recycleold",
	"mru_recyclefull", "mru_none", "ss_received", "ss_thisver", "ss_oldver", "ss_badformat",
	"ss_badauth", "ss_declined", "ss_restricted", "ss_limited", "ss_kodsent", "ss_lamport",
	"ss_processed", "ss_numctlreq", "kstflags", "kppscalibs", "kppscaliberrs", "kppsjitexc",
	"kppsstbexc", "authkeys", "authfreek", "authklookups", "authknotfound", "authkuncached",
	"authkexpired", "authencrypts", "authdecrypts", "total_rbuf", "free_rbuf", "used_rbuf",
	"rbuf_lowater", "io_dropped", "io_ignored", "io_received", "io_sent", "io_sendfailed",
	"io_wakeups", "io_goodwakeups", "timer_overruns", "timer_xmts" };

static const struct known *
find(const char *name)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcasecmp(known[i].name, name) == 0) {
			return &known[i];
		}
	}
	return NULL;
}

enum cook
cook_kind(const char *name)
{
	const struct known *k = find(name);

	return k == NULL ? COOK_PLAIN : k->kind;
}

const char *
cook_unit(const char *name)
{
	const struct known *k = find(name);

	return k == NULL ? "" : k->unit;
}

const char *
cook_name(size_t i)
{
	size_t known_n = sizeof known / sizeof *known;

	if (i < known_n) {
		return known[i].name;
	}
	return i - known_n < sizeof others / sizeof *others ? others[i - known_n] : NULL;
}

static void
put_plain(struct text *t, const struct variable *v)
{
	text_printf(t, v->quoted ? "\"%s\"" : "%s", v->value);
}

/* False when the value is not of its kind; then nothing was appended. */
static bool
put_number(struct text *t, enum cook kind, const char *value)
{
	uint32_t n;

	if (!text_to_u32(value, &n)) {
		return false;
	}
	if (kind == COOK_LEAP) {
		/* "11" is already cooked: NTPsec's tools and old servers send either. */
		if (n > 3) {
			return false;
		}
		text_printf(t, "%u%u", n >> 1, n & 1);
	} else if (kind == COOK_OCTAL) {
		text_printf(t, "%03" PRIo32, n);
	} else {
		text_printf(t, "%02" PRIx32 " ", n);
		words_flash(t, n);
	}
	return true;
}

static bool
put_address(struct text *t, const char *value)
{
	struct addr a;

	return addr_parse(value, &a) && words_refclock(t, &a);
}

/* The numbers stand below each other although the names differ in length. */
static bool
put_array(struct text *t, const char *name, const char *value)
{
	char word[32], number[32];
	const char *separator = "";
	size_t at = strspn(value, " ");
	double v;

	for (size_t i = strlen(name); i < 11; i++) {
		text_char(t, ' ');
	}
	while (value[at] != '\0') {
		size_t len = strcspn(value + at, " ");
		struct text w = text_over(word, sizeof word), n = text_over(number, sizeof number);

		text_put_n(&w, value + at, len);
		if (w.cut || !text_to_double(word, &v)) {
			return false;
		}
		text_printf(&n, "%.2f", v);
		text_printf(t, "%s%7.7s", separator, number);
		separator = " ";
		at += len + strspn(value + at + len, " ");
	}
	return true;
}

static bool
put_kind(struct text *t, enum cook kind, const struct variable *v, struct rtime pivot)
{
	struct ntp_ts ts;

	switch (kind) {
	case COOK_PLAIN:
	case COOK_NAME:
		return false;
	case COOK_STAMP:
		if (!vars_stamp_of(v->value, &ts)) {
			return false;
		}
		form_stamp(t, ts, pivot);
		return true;
	case COOK_LEAP:
	case COOK_OCTAL:
	case COOK_FLASH:
		return put_number(t, kind, v->value);
	case COOK_REFID:
	case COOK_ADDRESS:
		return put_address(t, v->value);
	case COOK_ARRAY:
		return put_array(t, v->name, v->value);
	}
	return false;
}

void
cook_value(struct text *t, const struct variable *v, struct rtime pivot)
{
	struct text before = *t;

	if (v->value == NULL) {
		return;
	}
	if (!put_kind(t, cook_kind(v->name), v, pivot)) {
		*t = before;
		t->at[t->len] = '\0';
		put_plain(t, v);
	}
}
