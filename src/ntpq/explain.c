/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain - says in words how the clock and each source do, why a source is or isn't selected, and
 * what to do.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mode6/form.h"
#include "mode6/words.h"
#include "ntpq/ntpq.h"

enum {
	NOTES_MAX = 20, NOTE_LEN = 240, LEAP_ALARM = 3, SELECT_CANDIDATE = 4, REACH_FULL = 0xff,
	FLASH_UNREACH = 0x1000, WRAP_COLUMN = 79,
};

struct notes {
	char line[NOTES_MAX][NOTE_LEN];
	size_t n;
};

/* What is said of the system, or of one source. */
struct story {
	struct notes why, advice;
};

/* How the sources do as a whole. */
struct tally {
	unsigned configured, reachable, falsetickers, usable, unsynchronised;
	uint16_t system_peer;
	char system_name[UDP_NAME_MAX];
};

static void note(struct notes *n, const char *fmt, ...) TEXT_PRINTF(2, 3);

static void
note(struct notes *n, const char *fmt, ...)
{
	va_list ap;
	struct text t;

	if (n->n == NOTES_MAX) {
		return;
	}
	t = text_over(n->line[n->n++], NOTE_LEN);
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
}

/* What each flash bit means, by its place, and what a person can do about it. */
static const struct {
	const char *meaning, *advice;
} flash_words[FLASH_N] = {
	{ "its last packet was a duplicate", NULL },
	{ "its last packet answers no request of ours",
	    "if this stays, somebody forges answers, or two "
	    "clients share one address and port behind a NAT" },
	{ "it says itself that its clock is not synchronised",
	    "look at that server; until it has the time it "
	    "cannot give it" },
	{ "it denies us access, or an access rule of this host keeps its packets out",
	    "check the restrict lines here (noserve, ignore, notrust), and ask its operator" },
	{ "its packets fail authentication",
	    "compare the key number, type and secret on both sides, and "
	    "trustedkey" },
	{ "its stratum is 16 or missing", "look at that server: it has no time source" },
	{ "its packet header makes no sense (distance or reference time)", "look at that server" },
	{ "Autokey failed, a scheme no longer safe", "use NTS or a symmetric key" },
	{ "the public-key check failed", "check certificates, and the date of both hosts" },
	{ "its stratum is outside the range allowed here",
	    "check tos floor and tos ceiling, and its stratum" },
	{ "its distance is too large: too much delay and dispersion, or too few answers yet",
	    "wait for more answers; if it stays, use a nearer server" },
	{ "it gets its time from us, or from the same source that we follow: a loop",
	    "remove one direction of the two" },
	{ "it does not answer",
	    "check its address and name, and that UDP port 123 is open both ways" },
};

/*
 * The bits in words. Silence brings the others with it: a source that does not answer has no
 * stratum and no distance, so advice is given for the silence alone.
 */
static void
note_flash(struct story *s, uint32_t flash, bool refclock)
{
	bool silent = (flash & FLASH_UNREACH) != 0;

	for (unsigned i = 0; i < FLASH_N; i++) {
		const char *advice = flash_words[i].advice;

		if ((flash >> i & 1) == 0) {
			continue;
		}
		note(&s->why, "%s: %s", words_flash_bit(i), flash_words[i].meaning);
		if (advice != NULL && (!silent || 1u << i == FLASH_UNREACH)) {
			note(&s->advice, "%s",
			    silent && refclock ? "check the device and its driver" : advice);
		}
	}
}

/* What the kiss codes of stratum 0 mean; they stand in the reference id. */
static void
note_kiss(struct story *s, const char *refid)
{
	static const struct {
		const char *code, *meaning, *advice;
	} kisses[] = {
		{ "RATE", "the server says that we ask too often",
		    "raise minpoll for it, remove burst, and see "
		    "that no other client uses this address" },
		{ "DENY", "the server refuses to serve us", "remove it, or ask its operator" },
		{ "RSTR", "the server refuses to serve us by its access rules",
		    "remove it, or ask its operator" },
		{ "NTSN", "the server did not accept our NTS cookies",
		    "new ones are fetched by themselves" },
		{ "STEP", "the clock was stepped and all samples were thrown away",
		    "wait for a few answers" },
		{ "XFAC", "the address of this host changed", "wait for a few answers" },
		{ "AUTH", "authentication failed", "compare the keys on both sides" },
	};

	for (size_t i = 0; refid != NULL && i < sizeof kisses / sizeof *kisses; i++) {
		if (strcmp(refid, kisses[i].code) == 0) {
			note(&s->why, "%s: %s", refid, kisses[i].meaning);
			note(&s->advice, "%s", kisses[i].advice);
		}
	}
}

static double
number(const struct vars *v, const char *name)
{
	double x = 0;

	vars_double(v, name, &x);
	return x;
}

/* RFC 5905, appendix A.5.5.2: how far its time may be from the truth. */
static double
distance_ms(const struct vars *v)
{
	return (number(v, "rootdelay") + fabs(number(v, "delay"))) / 2 + number(v, "rootdisp") +
	    number(v, "dispersion") + number(v, "jitter");
}

static const char *
condition_words(uint16_t status)
{
	static const char *const words[] = {
		"not used",
		"not used: its time disagrees with the majority (falseticker)",
		"not used: there are enough better ones (excess)",
		"not used now: its time strays more than that of the others (outlier)",
		"used: its time is averaged in (candidate)",
		"kept in reserve: there are more good sources than needed (backup)",
		"used: it leads the clock (system peer)",
		"used: its pulses lead the clock (PPS peer)",
	};

	return words[status_peer_select(status)];
}

static void
note_reach(struct story *s, const struct vars *v, uint16_t status)
{
	int64_t reach = 0, received = 1, sent = 0;
	unsigned answered = 0;

	vars_i64(v, "reach", &reach);
	vars_i64(v, "sent", &sent);
	if (!vars_i64(v, "received", &received)) {
		vars_i64(v, "in", &received);
	}
	for (int64_t bits = reach & REACH_FULL; bits != 0; bits >>= 1) {
		answered += (unsigned)(bits & 1);
	}
	if (reach == 0 && received == 0) {
		note(&s->why, "no answer has ever come from it");
	} else if (reach == 0) {
		note(&s->why, "none of the last eight requests was answered");
	} else if (answered < 8 && status_peer_select(status) < SELECT_CANDIDATE) {
		note(&s->why, "only %u of the last eight requests %s answered", answered,
		    answered == 1 ? "was" : "were");
	}
}

static void
note_selection(struct story *s, const struct vars *v, uint16_t status)
{
	switch (status_peer_select(status)) {
	case 1:
		note(&s->why, "its offset is %+.3f ms, and it claims to be right to within %.3f ms",
		    number(v, "offset"), distance_ms(v));
		note(&s->advice,
		    "with four or more sources a single wrong one does no harm; if it stays "
		    "wrong, remove it");
		break;
	case 3:
		note(&s->why, "its offset is %+.3f ms with a jitter of %.3f ms",
		    number(v, "offset"), number(v, "jitter"));
		break;
	case 4:
	case 6:
	case 7:
		note(&s->why, "offset %+.3f ms, delay %.3f ms, right to within %.3f ms",
		    number(v, "offset"), number(v, "delay"), distance_ms(v));
		break;
	default:
		break;
	}
}

/* The sources that say nothing of themselves: rejected, yet without a flash bit. */
static void
note_silent_reject(struct story *s, const struct vars *v, uint16_t status)
{
	int64_t flash = 0, stratum = 0;

	vars_i64(v, "flash", &flash);
	vars_i64(v, "stratum", &stratum);
	if (status_peer_select(status) != 0 || flash != 0 ||
	    (status_peer_bits(status) & PEER_REACH) == 0) {
		return;
	}
	if (stratum >= 16) {
		note(&s->why, "it has no time to give: stratum %d", (int)stratum);
	} else {
		note(&s->why,
		    "it answers and nothing is wrong with it: it is marked noselect, it is "
		    "a local clock with better ones beside it, or it is too new");
	}
}

static bool
is_refclock(const struct vars *v)
{
	const char *address = vars_get(v, "srcadr");
	char buf[SHORT_TEXT];
	struct text t = text_over(buf, sizeof buf);
	struct addr a;

	if (address == NULL) {
		return false;
	}
	return addr_parse(address, &a) ? words_refclock(&t, &a) : strchr(address, '(') != NULL;
}

static void
tell_source(struct story *s, const struct vars *v, uint16_t status)
{
	int64_t flash = 0;
	const char *refid = vars_get(v, "refid");

	vars_i64(v, "flash", &flash);
	if (refid != NULL && strcmp(refid, "POOL") == 0) {
		note(&s->why,
		    "a pool: the servers found under its name stand in lines of their own");
		return;
	}
	note(&s->why, "%s", condition_words(status));
	note_reach(s, v, status);
	note_selection(s, v, status);
	note_flash(s, (uint32_t)(flash & UINT32_MAX), is_refclock(v));
	note_kiss(s, refid);
	note_silent_reject(s, v, status);
	if ((status_peer_bits(status) & PEER_AUTHENABLE) != 0 &&
	    (status_peer_bits(status) & PEER_AUTH) == 0) {
		note(&s->why, "it is to be authenticated, and is not yet");
	}
}

/* ---- the system ---- */

static void
count_source(struct tally *t, const struct association *a, const struct vars *v, const char *name)
{
	unsigned select = status_peer_select(a->status), bits = status_peer_bits(a->status);
	int64_t flash = 0;

	vars_i64(v, "flash", &flash);
	t->configured++;
	t->reachable += (bits & PEER_REACH) != 0 ? 1 : 0;
	t->falsetickers += select == 1 ? 1 : 0;
	t->usable += select >= 2 ? 1 : 0;
	t->unsynchronised += (flash & 0x4) != 0 ? 1 : 0;
	if (select >= 6) {
		struct text to = text_over(t->system_name, sizeof t->system_name);

		text_put(&to, name);
		t->system_peer = a->id;
	}
}

static void
tell_why_not(struct story *s, const struct tally *t)
{
	if (t->configured == 0) {
		note(&s->why, "no time source is configured, or none has been found yet");
		note(&s->advice,
		    "add server or pool lines to ntp.conf; check that host names resolve");
	} else if (t->reachable == 0) {
		if (t->configured == 1) {
			note(&s->why, "its only source does not answer");
		} else {
			note(&s->why, "none of its %u sources answers", t->configured);
		}
		note(&s->advice, "check the network, and that UDP port 123 is open to them");
	} else if (t->falsetickers >= t->reachable && t->falsetickers > 1) {
		note(&s->why,
		    "the %u sources that answer contradict each other, so none can be believed",
		    t->reachable);
		note(&s->advice, "add sources, best four or more of different operators");
	} else if (t->usable == 0) {
		note(&s->why, "%u of %u sources answer, but none can be used (see each of them)",
		    t->reachable, t->configured);
	} else {
		note(&s->why,
		    "usable sources are there: the clock has just started, or ntpd may not set it "
		    "(disable ntp, or no right to)");
		note(&s->advice, "wait some minutes; then look at the log of ntpd");
	}
}

static void
tell_leap(struct story *s, unsigned leap)
{
	if (leap == 1 || leap == 2) {
		note(&s->why, "a leap second will be %s at the end of the month (UTC)",
		    leap == 1 ? "inserted" : "left out");
	}
}

static void
tell_system(struct story *s, const struct vars *v, uint16_t status, const struct tally *t)
{
	double within_ms = number(v, "rootdelay") / 2 + number(v, "rootdisp");

	if (status_leap(status) == LEAP_ALARM) {
		note(&s->why, "the clock is not synchronised");
		tell_why_not(s, t);
	} else {
		note(&s->why, "the clock is synchronised%s%s, stratum %d",
		    t->system_peer != 0 ? " to " : "", t->system_peer != 0 ? t->system_name : "",
		    (int)number(v, "stratum"));
		note(&s->why,
		    "it is right to within %.3f ms; measured offset %+.3f ms, jitter %.3f ms",
		    within_ms, number(v, "offset"), number(v, "sys_jitter"));
		note(&s->why, "its own rate is off by %+.3f ppm, which is corrected",
		    number(v, "frequency"));
	}
	tell_leap(s, status_leap(status));
	if (t->reachable == 2) {
		note(&s->advice,
		    "have four or more sources: two that disagree cannot be told apart");
	} else if (t->reachable == 1 || t->reachable == 3) {
		note(&s->advice, "have four or more sources: then one that is wrong is outvoted");
	}
	if (t->falsetickers > 0) {
		note(&s->advice, "%u source%s the wrong time: see below", t->falsetickers,
		    t->falsetickers == 1 ? " has" : "s have");
	}
}

/* ---- output ---- */

static void
json_notes(struct json *j, const char *key, const struct notes *n)
{
	json_array(j, key);
	for (size_t i = 0; i < n->n; i++) {
		json_string(j, NULL, n->line[i]);
	}
	json_close(j);
}

/*
 * Prints words within WRAP_COLUMN, each line after indent blanks; the first line's are printed
 * already.
 */
static void
print_wrapped(FILE *out, const char *words, int indent)
{
	int column = indent;

	while (*words != '\0') {
		int len = (int)strcspn(words, " ");

		if (column > indent && column + 1 + len > WRAP_COLUMN) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", len, words);
		column += len;
		words += len;
		words += strspn(words, " ");
	}
	putc('\n', out);
}

static void
print_notes(struct ntpq *q, const struct story *s)
{
	for (size_t i = 0; i < s->why.n; i++) {
		fprintf(q->out, "%*s", 4, "");
		print_wrapped(q->out, s->why.line[i], 4);
	}
	for (size_t i = 0; i < s->advice.n; i++) {
		fprintf(q->out, "    %-7s", i == 0 ? "To do:" : "");
		print_wrapped(q->out, s->advice.line[i], 11);
	}
}

static void
source_name(struct ntpq *q, const struct vars *v, struct text *t)
{
	const char *address = vars_get(v, "srcadr"), *host = vars_get(v, "srchost");
	struct addr a;
	bool known = address != NULL && addr_parse(address, &a);

	if (known && words_refclock(t, &a)) {
		return;
	}
	if (host != NULL && host[0] != '\0' &&
	    (!q->set.numeric || (known && addr_is_wildcard(&a)))) {
		text_put(t, host);
	} else if (known) {
		ntpq_host_name(q, &a, t);
	} else {
		text_put(t, address == NULL ? "?" : address);
	}
}

static void
show_source(struct ntpq *q, const struct association *a, const char *name, const struct story *s)
{
	struct json *j = &q->json;

	if (j->depth == 0) {
		fprintf(q->out, "\n%c %s (association %u)\n", words_tally(a->status), name, a->id);
		print_notes(q, s);
		return;
	}
	json_object(j, NULL);
	json_string(j, "remote", name);
	json_int(j, "associd", a->id);
	json_string(j, "condition", words_condition(a->status));
	json_bool(
	    j, "used", status_peer_select(a->status) == 4 || status_peer_select(a->status) >= 6);
	json_notes(j, "reasons", &s->why);
	json_notes(j, "advice", &s->advice);
	json_close(j);
}

/* Goes through the sources; show false only counts them. False when the server fell silent. */
static bool
each_source(struct ntpq *q, struct tally *t, struct story *s, bool show)
{
	for (size_t i = 0; i < q->assoc_n; i++) {
		const struct association *a = &q->assoc[i];
		char buf[UDP_NAME_MAX];
		struct text name = text_over(buf, sizeof buf);
		struct reading got;

		if (!ntpq_read(q, CONTROL_READVAR, a->id, NULL, &got)) {
			if (q->server_refused) {
				continue;
			}
			return false;
		}
		source_name(q, &got.vars, &name);
		if (show) {
			memset(s, 0, sizeof *s);
			tell_source(s, &got.vars, a->status);
			show_source(q, a, buf, s);
		} else {
			count_source(t, a, &got.vars, buf);
		}
		vars_free(&got.vars);
	}
	return true;
}

static void
show_system(struct ntpq *q, const struct story *s)
{
	if (q->json.depth == 0) {
		fprintf(q->out, "The system\n");
		print_notes(q, s);
		return;
	}
	json_object(&q->json, "system");
	json_notes(&q->json, "reasons", &s->why);
	json_notes(&q->json, "advice", &s->advice);
	json_close(&q->json);
}

void
command_explain(struct ntpq *q, const struct call *c)
{
	struct story *s = calloc(1, sizeof *s);
	struct tally t = { .configured = 0 };
	struct reading got;

	(void)c;
	if (s == NULL || !ntpq_associations(q) || !each_source(q, &t, s, false) ||
	    !ntpq_read(q, CONTROL_READVAR, 0, NULL, &got)) {
		free(s);
		return;
	}
	tell_system(s, &got.vars, got.status, &t);
	vars_free(&got.vars);
	show_system(q, s);
	if (q->json.depth > 0) {
		json_array(&q->json, "sources");
	}
	each_source(q, &t, s, true);
	free(s);
}
