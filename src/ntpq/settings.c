/* SPDX-License-Identifier: BSD-2-Clause */
/* settings - the commands that change how ntpq itself behaves. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "ntpq/ntpq.h"
#include "config.h"

const char ntpq_version[] = "ntpq 4.2.8-compatible (ntpd " PACKAGE_VERSION ")";

/* Settings have members of their own in JSON, beside the words of ntpq_say. */
static void
give_int(struct ntpq *q, const char *key, int64_t value)
{
	if (q->json.depth > 0) {
		json_int(&q->json, key, value);
	}
}

static void
give_bool(struct ntpq *q, const char *key, bool value)
{
	if (q->json.depth > 0) {
		json_bool(&q->json, key, value);
	}
}

static void
give_string(struct ntpq *q, const char *key, const char *value)
{
	if (q->json.depth > 0) {
		json_string(&q->json, key, value);
	}
}

/* "yes"/"no" arguments; false after complaining. */
static bool
yes_or_no(struct ntpq *q, const struct call *c, bool *value)
{
	if (c->n == 0) {
		return true;
	}
	if (strcmp(c->arg[0], "yes") == 0 || strcmp(c->arg[0], "no") == 0) {
		*value = c->arg[0][0] == 'y';
		return true;
	}
	ntpq_complain(q, "usage: %s [yes|no]", c->name);
	return false;
}

void
command_host(struct ntpq *q, const struct call *c)
{
	enum addr_family family = q->set.family;
	int at = 0;

	if (c->n > 0 && (strcmp(c->arg[0], "-4") == 0 || strcmp(c->arg[0], "-6") == 0)) {
		family = c->arg[0][1] == '4' ? ADDR_V4 : ADDR_V6;
		at = 1;
	}
	if (c->n == at) {
		give_string(q, "current_host", q->session == NULL ? NULL : q->name);
		if (q->session == NULL) {
			ntpq_say(q, "no current host");
		} else {
			ntpq_say(q, "current host is %s", q->name);
		}
		return;
	}
	if (ntpq_open(q, c->arg[at], family)) {
		give_string(q, "current_host", q->name);
		ntpq_say(q, "current host set to %s", q->name);
	} else if (q->session != NULL) {
		ntpq_say(q, "current host remains %s", q->name);
	}
}

static void
set_timeout(struct ntpq *q, const struct call *c)
{
	uint32_t ms;

	if (c->n > 0) {
		if (!text_to_u32(c->arg[0], &ms) || ms < 1 || ms > 3600000) {
			ntpq_complain(q, "timeout takes 1..3600000 milliseconds");
			return;
		}
		q->set.timeout_s = ms / 1000.0;
		if (q->session != NULL) {
			session_set_timeout(q->session, q->set.timeout_s);
		}
		give_int(q, "timeout_ms", ms);
		return;
	}
	give_int(q, "timeout_ms", llround(q->set.timeout_s * 1000));
	ntpq_say(q, "primary timeout %.0f ms", q->set.timeout_s * 1000);
}

static void
set_delay(struct ntpq *q, const struct call *c)
{
	if (c->n > 0 && !text_to_u32(c->arg[0], &q->set.delay_ms)) {
		ntpq_complain(q, "delay takes milliseconds");
		return;
	}
	give_int(q, "delay_ms", q->set.delay_ms);
	if (c->n == 0) {
		ntpq_say(q, "delay %u ms", (unsigned)q->set.delay_ms);
	}
}

static void
set_version(struct ntpq *q, const struct call *c)
{
	uint32_t v;

	if (c->n > 0) {
		if (!text_to_u32(c->arg[0], &v) || v < 1 || v > 4) {
			ntpq_complain(q, "versions are 1 to 4");
			return;
		}
		q->set.version = v;
		if (q->session != NULL) {
			session_set_version(q->session, v);
		}
	}
	give_int(q, "ntpversion", q->set.version);
	ntpq_say(q, "NTP version being claimed is %u", q->set.version);
}

static void
set_debug(struct ntpq *q, const struct call *c)
{
	uint32_t level;

	if (c->n > 0 && strcmp(c->arg[0], "more") == 0) {
		q->set.debug++;
	} else if (c->n > 0 && strcmp(c->arg[0], "less") == 0) {
		q->set.debug -= q->set.debug > 0 ? 1 : 0;
	} else if (c->n > 0 && (strcmp(c->arg[0], "no") == 0 || strcmp(c->arg[0], "off") == 0)) {
		q->set.debug = 0;
	} else if (c->n > 0 && text_to_u32(c->arg[0], &level) && level < 100) {
		q->set.debug = (int)level;
	} else if (c->n > 0) {
		ntpq_complain(q, "usage: debug [no|more|less|N]");
		return;
	}
	if (q->session != NULL) {
		session_set_debug(q->session, q->set.debug);
	}
	give_int(q, "debug", q->set.debug);
	ntpq_say(q, "debug level is %d", q->set.debug);
}

static void
set_refid(struct ntpq *q, const struct call *c)
{
	if (c->n > 0 && strcmp(c->arg[0], "hash") != 0 && strcmp(c->arg[0], "ipv4") != 0) {
		ntpq_complain(q, "usage: drefid [hash|ipv4]");
		return;
	}
	if (c->n > 0) {
		q->set.hash_refid = c->arg[0][0] == 'h';
	}
	give_string(q, "drefid", q->set.hash_refid ? "hash" : "ipv4");
	ntpq_say(q, "drefid value is %s", q->set.hash_refid ? "hash" : "ipv4");
}

static void
set_hostnames(struct ntpq *q, const struct call *c)
{
	bool names = !q->set.numeric;

	if (yes_or_no(q, c, &names)) {
		q->set.numeric = !names;
		q->no_more_names = false;
		give_bool(q, "hostnames", names);
		ntpq_say(q, "hostnames %s shown", names ? "being" : "not being");
	}
}

static void
set_authenticate(struct ntpq *q, const struct call *c)
{
	bool always = q->set.always_sign;

	if (!yes_or_no(q, c, &always)) {
		return;
	}
	q->set.always_sign = always;
	if (q->session != NULL) {
		session_set_always_sign(q->session, always);
	}
	give_bool(q, "authenticate", always);
	ntpq_say(q, "%s requests being sent", always ? "authenticated" : "unauthenticated");
}

static void
set_units(struct ntpq *q, const struct call *c)
{
	(void)c;
	q->set.units = !q->set.units;
	give_bool(q, "units", q->set.units);
	ntpq_say(q, "display of units is %s", q->set.units ? "on" : "off");
}

static void
set_direct(struct ntpq *q, const struct call *c)
{
	(void)c;
	q->set.direct = !q->set.direct;
	give_bool(q, "direct", q->set.direct);
	ntpq_say(q, "mrulist shows clients %s",
	    q->set.direct ? "as they come" : "sorted, at the end");
}

static void
set_output(struct ntpq *q, const struct call *c)
{
	q->set.raw = strcmp(c->name, "raw") == 0;
	give_bool(q, "raw", q->set.raw);
	ntpq_say(q, "Output set to %s", q->set.raw ? "raw" : "cooked");
}

static void
show_version(struct ntpq *q, const struct call *c)
{
	(void)c;
	give_string(q, "version", PACKAGE_VERSION);
	/* munin compares no numbers when the line does not begin with exactly "ntpq". */
	ntpq_say(q, "ntpd/%s", ntpq_version);
}

static void
explain_poll(struct ntpq *q, const struct call *c)
{
	(void)c;
	ntpq_complain(q,
	    "ntpq asks for state, not for the time: use sntp or ntpdate -q with the host's name");
}

void
command_setting(struct ntpq *q, const struct call *c)
{
	static const struct {
		const char *name;
		void (*run)(struct ntpq *, const struct call *);
	} settings[] = {
		{ "timeout", set_timeout },
		{ "delay", set_delay },
		{ "ntpversion", set_version },
		{ "debug", set_debug },
		{ "drefid", set_refid },
		{ "hostnames", set_hostnames },
		{ "authenticate", set_authenticate },
		{ "raw", set_output },
		{ "cooked", set_output },
		{ "version", show_version },
		{ "poll", explain_poll },
		{ "units", set_units },
		{ "direct", set_direct },
	};

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (strcmp(settings[i].name, c->name) == 0) {
			settings[i].run(q, c);
		}
	}
}

void
command_quit(struct ntpq *q, const struct call *c)
{
	(void)c;
	q->quit = true;
}
