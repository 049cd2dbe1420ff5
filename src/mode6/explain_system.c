/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_system - whether the clock is right, how far, why not, and what to do. */
#include "mode6/explain.h"
#include <math.h>
#include <string.h>
#include "mode6/words.h"

enum { LEAP_ALARM = 3, STRATUM_NONE = 16 };

/* In the first minutes patience is the best advice. */
static const double JUST_STARTED_S = 300;

/* Beyond these a daemon steps the clock, or gives up. */
static const double STEP_MS = 128, PANIC_MS = 1e6;

/* ---- not synchronised ---- */

static void
tell_no_sources(struct story *s, const struct survey *all, const struct system_facts *facts)
{
	if (all->nameless > 0) {
		explain_note(&s->why,
		    all->nameless == 1 ? "the name of its only server has no address"
				       : "the names of its servers have no address");
		explain_note(&s->advice, "see what is said of %s below",
		    all->nameless == 1 ? "it" : "them");
	} else if (all->pools > 0) {
		explain_note(&s->why, "no server of its pool has been found yet");
		explain_note(&s->advice,
		    "check that the pool's name resolves here (getent hosts NAME)");
	} else if (all->local_waits) {
		explain_note(&s->why,
		    "no time source is configured but this host's own clock, which is given out "
		    "when there was no other for some minutes (tos orphanwait)");
		explain_note(&s->advice,
		    "wait; in a network that never has another source, tos orphanwait 0 in "
		    "ntp.conf makes it start at once");
	} else if (facts->config_unused[0] != '\0') {
		explain_note(&s->why, "its sources do not act in this version: %s",
		    facts->config_unused);
		explain_note(&s->advice, "add server or pool lines to ntp.conf");
	} else {
		explain_note(&s->why, "no %stime source is configured, or none has been found yet",
		    all->local_leads ? "other " : "");
		explain_note(&s->advice,
		    "add server or pool lines to ntp.conf; check that host names resolve");
	}
}

static void
tell_refusal(struct story *s, const struct survey *all)
{
	if (all->sources == 1) {
		explain_note(&s->why,
		    "its only source refuses to serve this host, or is kept out by a rule of ours");
	} else {
		explain_note(&s->why,
		    "its %u sources refuse to serve this host, or are kept out by a rule of ours",
		    all->sources);
	}
	explain_note(&s->advice, "see what is said of %s below", all->sources == 1 ? "it" : "them");
}

static void
tell_keyless(struct story *s, const struct survey *all)
{
	if (all->sources == 1) {
		explain_note(&s->why, "its only source has no keys (NTS): it is not asked");
	} else {
		explain_note(&s->why, "its %u sources have no keys (NTS): they are not asked",
		    all->sources);
	}
	explain_note(&s->advice, "see what is said of %s below", all->sources == 1 ? "it" : "them");
}

static void
tell_silence(struct story *s, const struct survey *all)
{
	if (all->keyless == all->sources) {
		tell_keyless(s, all);
		return;
	}
	if (all->refused == all->sources) {
		tell_refusal(s, all);
		return;
	}
	if (all->sources == 1) {
		explain_note(&s->why, "its only source does not answer");
	} else {
		explain_note(&s->why, "none of its %u sources answers", all->sources);
	}
	explain_note(&s->advice,
	    "check the network, and that UDP port 123 is open to them; ntpdate -q NAME asks one of "
	    "them once");
}

static void
tell_unusable(struct story *s, const struct survey *all, bool started)
{
	unsigned answer = all->reachable + all->in_vain;

	if (all->unsynchronised == answer) {
		explain_note(&s->why,
		    answer == 1 ? "the only source that answers says that it has no time itself"
				: "all sources that answer say that they have no time themselves");
	} else if (started && all->in_vain == 0) {
		explain_note(&s->why,
		    "%u of %u sources answered; it takes a few answers until one can be used",
		    answer, all->sources);
		explain_note(&s->advice, "wait a minute");
	} else {
		explain_note(&s->why,
		    "%u of %u sources answered, but none can be used (see each of them)", answer,
		    all->sources);
	}
}

static void
tell_large_offset(struct story *s, const struct survey *all)
{
	double off = fabs(all->system_offset_ms);

	if (off > PANIC_MS) {
		explain_note(&s->why,
		    "the clock is off by %+.0f s: more than ntpd corrects by itself",
		    all->system_offset_ms / 1e3);
		explain_note(&s->advice, "set the clock once by hand or with ntpd -g");
	} else if (off > STEP_MS) {
		explain_note(&s->why,
		    "the clock is off by %+.3f s: it is set when the sources go on saying so for "
		    "some minutes",
		    all->system_offset_ms / 1e3);
	}
}

/* The sources are there, and yet. */
static void
tell_waiting(struct story *s, const struct survey *all, const struct system_facts *facts)
{
	bool started = facts->uptime_s >= 0 && facts->uptime_s < JUST_STARTED_S;

	if (facts->uncontrolled) {
		return; /* said already */
	}
	explain_note(&s->why, "usable sources are there%s",
	    started
		? ", and are being measured"
		: "; ntpd waits for more of their answers, or may not set the clock (disable ntp)");
	tell_large_offset(s, all);
	explain_note(&s->advice,
	    started ? "wait some minutes" : "wait some minutes; then look at the log of ntpd");
}

/* Why no source leads the clock. */
static void
tell_why_not(struct story *s, const struct survey *all, const struct system_facts *facts)
{
	bool started = facts->uptime_s >= 0 && facts->uptime_s < JUST_STARTED_S;

	if (started) {
		explain_note(&s->why, "ntpd was started %.0f s ago", facts->uptime_s);
	}
	if (all->sources == 0) {
		tell_no_sources(s, all, facts);
	} else if (all->reachable + all->in_vain == 0 || all->refused == all->sources) {
		tell_silence(s, all);
	} else if (explain_no_majority(all)) {
		explain_note(&s->why,
		    "the %u sources that answer contradict each other, so none can be believed",
		    all->reachable);
		explain_note(&s->advice, "add sources, best four or more of different operators");
	} else if (facts->waits_for[0] != '\0') {
		explain_note(&s->why, "it waits for %s", facts->waits_for);
		explain_note(&s->advice,
		    "wait; servers that are gone for good are better taken out of ntp.conf");
	} else if (all->usable == 0) {
		tell_unusable(s, all, started);
	} else {
		tell_waiting(s, all, facts);
	}
}

/* ---- synchronised, or once synchronised ---- */

static void
put_error(struct text *t, const struct vars *v)
{
	explain_put_time(t, explain_number(v, "rootdelay") / 2 + explain_number(v, "rootdisp"),
	    false);
}

static void
tell_synchronised(struct story *s, const struct vars *v, const struct survey *all,
    const struct system_facts *facts)
{
	char within[32], offset[32];
	struct text w = text_over(within, sizeof within), o = text_over(offset, sizeof offset);

	put_error(&w, v);
	explain_put_time(&o, explain_number(v, "offset"), true);
	explain_note(&s->why, "the clock is synchronised to %s, stratum %.0f", all->system_name,
	    explain_number(v, "stratum"));
	explain_note(&s->why, "it is right to within %s; measured offset %s, jitter %.3f ms",
	    within, offset, explain_number(v, "sys_jitter"));
	if (!facts->uncontrolled) {
		explain_note(&s->why, "its own rate is off by %+.3f ppm, which is corrected",
		    explain_number(v, "frequency"));
	}
}

static bool
is_orphan(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	return refid != NULL && strcmp(refid, "127.0.0.1") == 0 &&
	    explain_number(v, "stratum") < STRATUM_NONE;
}

static void
tell_without_source(struct story *s, const struct vars *v, const struct survey *all,
    const struct system_facts *facts)
{
	char within[32];
	struct text w = text_over(within, sizeof within);

	put_error(&w, v);
	if (all->local_leads) {
		explain_note(&s->why,
		    "no source of time is used: this host's own clock is given out as it is, as "
		    "stratum %.0f",
		    explain_number(v, "stratum"));
	} else if (is_orphan(v)) {
		explain_note(&s->why,
		    "no source is left: this host gives out its own time as stratum %.0f, so that "
		    "the hosts around it agree (orphan mode)",
		    explain_number(v, "stratum"));
	} else {
		explain_note(&s->why,
		    "no source leads the clock any more: it runs on at the rate it has learnt, "
		    "right to within %s, and that grows",
		    within);
	}
	tell_why_not(s, all, facts);
}

/* ---- both ---- */

/* The daemon tells of it only while it lasts. */
static void
tell_first_slew(struct story *s, const struct vars *v)
{
	const char *left = vars_get(v, "first_slew");

	if (left == NULL || left[0] == '\0') {
		return;
	}
	explain_note(&s->why,
	    "its first slew since the start is under way, faster than any later one: %s", left);
	explain_note(&s->why,
	    "until that is over, hosts that ask it for the time are told that it is not "
	    "synchronised");
	explain_note(&s->advice, "wait half a minute");
}

static void
tell_leap(struct story *s, unsigned leap)
{
	if (leap == 1 || leap == 2) {
		explain_note(&s->why, "a leap second will be %s at the end of the month (UTC)",
		    leap == 1 ? "inserted" : "left out");
	}
}

static void
tell_uncontrolled(struct story *s, const struct system_facts *facts)
{
	if (!facts->uncontrolled) {
		return;
	}
	explain_note(&s->why,
	    "but ntpd does not steer the clock%s%s%s: what it measures changes nothing",
	    facts->lacks[0] != '\0' ? " (" : "", facts->lacks, facts->lacks[0] != '\0' ? ")" : "");
	if (strstr(facts->lacks, "CAP_SYS_TIME") != NULL) {
		explain_note(&s->advice,
		    "start ntpd with the right to set the clock: as root, in a container with "
		    "--cap-add SYS_TIME; where the host keeps the time, let it be");
	} else if (facts->lacks[0] != '\0') {
		explain_note(&s->advice, "remove %s from ntp.conf", facts->lacks);
	} else {
		explain_note(&s->advice,
		    "remove disable ntp; if it is not there, the log of ntpd says what it lacks");
	}
}

static void
tell_faults(struct story *s, const struct system_facts *facts)
{
	if (facts->config_faults[0] != '\0') {
		explain_note(&s->why, "%s", facts->config_faults);
		explain_note(&s->advice, "see what ntpd --check-config says, and mend the line");
	}
}

/* Interfaces with hwtimestamp whose packets have the kernel's stamps all the same. */
static void
tell_cards(struct story *s, const struct system_facts *facts)
{
	if (strstr(facts->hwtstamps, " lies ") != NULL) {
		explain_note(&s->why,
		    "the stamps of a network card contradict the kernel's, which are used instead: "
		    "%s",
		    facts->hwtstamps);
		explain_note(&s->advice,
		    "take its line hwtimestamp out of ntp.conf, or reload ntpd once its driver is "
		    "mended");
	} else if (strstr(facts->hwtstamps, " none ") != NULL) {
		explain_note(&s->why, "a network card with hwtimestamp does not stamp: %s",
		    facts->hwtstamps);
		explain_note(&s->advice,
		    "see 'ethtool -T', and what the log says about hwtimestamp; a card is set when "
		    "ntpd is started");
	}
}

/* The words of tempcomp, which steering/compensate gives. */
static const struct {
	const char *word, *meaning, *advice;
} sensors[] = {
	{ "missing", "the sensor of tempcomp cannot be read, and the clock's rate stays what it is",
	    "look for its file; a sensor of the kernel may have another number after a boot" },
	{ "bad", "what the sensor of tempcomp says is no temperature",
	    "its file is to hold one number: degrees, or thousandths as the kernel has them" },
	{ "slow", "the sensor of tempcomp takes too long to be read, and is not read any more",
	    "have another program write it into a file, name that, and reload" },
	{ "still", "the sensor of tempcomp stands still: the clock's rate does not follow it",
	    NULL },
	{ "classic", "tempcomp does nothing with tinker loop classic",
	    "take one of the two out of ntp.conf" },
	{ "used", "the clock's rate follows the temperature", NULL },
};

static void
tell_sensor(struct story *s, const struct system_facts *facts)
{
	size_t len = strcspn(facts->tempcomp, " ");

	for (size_t i = 0; i < sizeof sensors / sizeof *sensors; i++) {
		if (strlen(sensors[i].word) != len ||
		    strncmp(facts->tempcomp, sensors[i].word, len) != 0) {
			continue;
		}
		explain_note(&s->why, "%s:%s", sensors[i].meaning, facts->tempcomp + len);
		if (sensors[i].advice != NULL) {
			explain_note(&s->advice, "%s", sensors[i].advice);
		}
	}
}

static void
advise_on_number(struct story *s, const struct survey *all)
{
	if (explain_no_majority(all)) {
		return;
	}
	if (all->reachable == 1) {
		explain_note(&s->advice,
		    "have four or more sources: nobody notices when the only one is wrong");
	} else if (all->reachable == 2) {
		explain_note(&s->advice,
		    "have four or more sources: two that disagree cannot be told apart");
	} else if (all->reachable == 3) {
		explain_note(&s->advice,
		    "have four or more sources: when one of three is gone, two are left");
	}
	if (all->falsetickers > 0) {
		explain_note(&s->advice, "%u source%s the wrong time: see below", all->falsetickers,
		    all->falsetickers == 1 ? " has" : "s have");
	}
}

static void
tell_newcomers(struct story *s, const struct system_facts *facts)
{
	if (facts->newcomers[0] == '\0') {
		return;
	}
	explain_note(&s->why, "no association was made of: %s", facts->newcomers);
	explain_note(&s->advice,
	    "where one is wanted: compare key number, type and secret on both sides, and "
	    "trustedkey; look at the restrict lines (nopeer, noepeer, ippeerlimit) and at tos "
	    "maxclock");
}

/* The words of peers_unlisted, which client/ephemeral gives: why a peer's packets made none. */
static const struct {
	const char *word, *meaning, *advice;
} unlisted[] = {
	{ "off", "'enable passive' is not set",
	    "a host that is to be a peer wants a line 'peer ADDRESS key N' here, or 'enable "
	    "passive' and a key; Windows asks so as well and is served" },
	{ "unkeyed", "they have no key, and only one who proves who he is becomes a peer",
	    "give both sides the same key ('peer ADDRESS key N' there, trustedkey here); Windows "
	    "asks so as well and is served" },
	{ "unproven", "their MAC is not valid, or their key is not here or not trusted",
	    "compare key number, type and secret on both sides, and trustedkey here" },
	{ "unfit", "their stratum is outside of tos floor and tos ceiling",
	    "compare these with the stratum that the other side has" },
};

/* Each entry of a list that "; " parts. */
static void
tell_unlisted(struct story *s, const struct system_facts *facts)
{
	for (size_t i = 0; i < sizeof unlisted / sizeof *unlisted; i++) {
		size_t len = strlen(unlisted[i].word);
		const char *at = strstr(facts->unlisted, unlisted[i].word);
		int end;

		while (at != NULL && ((at > facts->unlisted && at[-1] != ' ') || at[len] != ':')) {
			at = strstr(at + 1, unlisted[i].word);
		}
		if (at == NULL) {
			continue;
		}
		at += len + 2;
		end = (int)strcspn(at, ";");
		explain_note(&s->why,
		    "packets of peers that have no line here made no association, for %s: %.*s",
		    unlisted[i].meaning, end, at);
		explain_note(&s->advice, "%s", unlisted[i].advice);
	}
}

/* The words of mssntp_state, which server/mssntp gives. */
static const struct {
	const char *word, *meaning, *advice;
} signers[] = {
	{ "absent", "the socket of Samba's ntp_signd is not there",
	    "start Samba as a domain controller; ntpsigndsocket is to name the folder that "
	    "'ntp signd socket directory' of smb.conf does (testparm -v)" },
	{ "denied", "ntpd may not use the socket of Samba's ntp_signd",
	    "give the folder to the group of ntpd and mode 0750 ('chgrp ntp FOLDER; chmod 750 "
	    "FOLDER'); Samba refuses one that others may enter" },
	{ "refused", "nobody listens at the socket of Samba's ntp_signd",
	    "start Samba; its log says whether the service ntp_signd runs" },
	{ "failed", "the socket of Samba's ntp_signd cannot be used", "look at its folder" },
	{ "silent", "Samba's ntp_signd takes requests and signs none within a second",
	    "look at Samba's log and at its load; ntpd tries again by itself" },
	{ "hung_up", "Samba's ntp_signd hangs up", "look at Samba's log" },
	{ "broken", "what answers at ntpsigndsocket is no ntp_signd",
	    "see who made that socket ('fuser', 'ss -xlp')" },
	{ "full", "Samba's ntp_signd takes no more requests", "look at Samba's log and its load" },
	{ "slow", "Samba's ntp_signd signs, but some answers come after more than a second",
	    "look at the load of Samba, and 'ntpq -c mssntpinfo'" },
	{ "unset", "members of a Windows domain ask to be signed for, and no ntpsigndsocket is set",
	    "name Samba's folder by ntpsigndsocket, or take mssntp out of the restrict lines" },
};

static void
tell_signer(struct story *s, const struct system_facts *facts)
{
	for (size_t i = 0; i < sizeof signers / sizeof *signers; i++) {
		if (strcmp(facts->mssntp, signers[i].word) != 0) {
			continue;
		}
		explain_note(&s->why, "%s: members of the domain get no time, others do",
		    signers[i].meaning);
		if (facts->mssntp_why[0] != '\0') {
			explain_note(&s->why, "ntpd says of it: %s", facts->mssntp_why);
		}
		explain_note(&s->advice, "%s", signers[i].advice);
	}
}

void
explain_system(struct story *s, const struct vars *v, uint16_t status, const struct survey *all,
    const struct system_facts *facts)
{
	if (status_leap(status) == LEAP_ALARM) {
		explain_note(&s->why, "the clock is not synchronised");
		tell_why_not(s, all, facts);
	} else if (all->system_name[0] != '\0' && !all->local_leads) {
		tell_synchronised(s, v, all, facts);
	} else {
		tell_without_source(s, v, all, facts);
	}
	tell_first_slew(s, v);
	tell_uncontrolled(s, facts);
	tell_leap(s, status_leap(status));
	tell_faults(s, facts);
	tell_cards(s, facts);
	tell_sensor(s, facts);
	tell_newcomers(s, facts);
	tell_unlisted(s, facts);
	tell_signer(s, facts);
	/* Who is there will be seen when the wait is over. */
	if (facts->waits_for[0] == '\0') {
		advise_on_number(s, all);
	}
}
