/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_source - why a source is used or not, what its flash bits mean, and what to do. */
#include "mode6/explain.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "mode6/words.h"

enum {
	SELECT_FALSETICK = 1,
	SELECT_OUTLIER = 3,
	SELECT_CANDIDATE = 4,
	SELECT_BACKUP = 5,
	REACH_FULL = 0xff,
	STRATUM_NONE = 16,
	LEAP_UNKNOWN = 3,
	PHRASE_LEN = 160,
	DECLINED_MANY = 4 /* times that interleaved mode was asked for */
};

enum {
	FLASH_BOGUS = 0x2,
	FLASH_DENIED = 0x8,
	FLASH_AUTH = 0x10,
	FLASH_PKT_STRATUM = 0x20,
	FLASH_VERSION = 0x40,
	FLASH_STRATUM = 0x200,
	FLASH_DISTANCE = 0x400,
	FLASH_UNREACH = 0x1000,
	FLASH_OF_ANSWERS = 0x4 | 0x20 | 0x40 /* unsync, stratum, header */
};

/* What each flash bit means, by its place, and what a person can do about it. */
static const struct {
	const char *meaning, *advice;
} flash_words[FLASH_N] = {
	{ "its last packet was a duplicate", NULL },
	{ "its last packet answers no request of ours",
	    "if this stays, somebody forges answers, or two clients share one address and port "
	    "behind a NAT" },
	{ "it says itself that its clock is not synchronised",
	    "look at that server; until it has the time it cannot give it" },
	{ "it denies us access, or an access rule of this host keeps its packets out",
	    "check the restrict lines here (noserve, ignore, notrust), and ask its operator" },
	{ "its packets fail authentication, or the key for it is missing here",
	    "compare the key number, type and secret on both sides, and trustedkey" },
	{ "its stratum", NULL }, /* note_stratum */
	{ "its packet header makes no sense (distance or reference time)", "look at that server" },
	{ "Autokey failed, a scheme no longer safe", "use NTS or a symmetric key" },
	{ "the public-key check failed", "check certificates, and the date of both hosts" },
	{ "its stratum is outside the range allowed here",
	    "check tos floor and tos ceiling, and its stratum" },
	{ "its distance", NULL }, /* note_distance */
	{ "it gets its time from us, or from the same source that we follow: a loop",
	    "remove one direction of the two" },
	{ "it does not answer",
	    "check its address and name, and that UDP port 123 is open both ways; a server whose "
	    "access rules leave us out is silent as well" },
	{ "nothing proves that its answers are its own, and tos authselect lets only sources "
	  "decide that prove it",
	    "look at the authenticated sources first; or give it a key or nts" },
};

enum { UNASKED_FROM = 7 };

/*
 * What the kiss codes of stratum 0 mean; they stand in the reference id, and in its place what a
 * source lacks that is not asked.
 */
static const struct {
	const char *code, *meaning, *advice;
} kisses[] = {
	{ "RATE", "the server says that we ask too often",
	    "raise minpoll for it, remove burst, and see that no other client uses this address" },
	{ "DENY", "the server refuses to serve us", "remove it, or ask its operator" },
	{ "RSTR", "the server refuses to serve us by its access rules",
	    "remove it, or ask its operator" },
	{ "NTSN", "the server did not accept our NTS cookies",
	    "new ones are fetched by themselves" },
	{ "STEP", "the clock was stepped and all samples were thrown away",
	    "wait for a few answers" },
	{ "XFAC", "the address of this host changed", "wait for a few answers" },
	{ "AUTH", "authentication failed", NULL }, /* pkt_auth has the advice */
	/* UNASKED_FROM: no answers, but causes that it is not asked. */
	{ "NTS", "it is to be asked with NTS, which cannot be had: it is not asked at all",
	    "give it a key; without nts, ca and aead on its line it is asked unprotected" },
	{ "AKEY", "it is to be asked with Autokey, a scheme no longer safe: it is not asked at all",
	    "give it a key; without autokey and ident on its line it is asked unprotected" },
	{ "NKEY",
	    "its key is missing, not trusted, of a type that is not known, or not for this "
	    "address: it is not asked at all",
	    "look at the lines keys and trustedkey, and at its line in the key file; the log has "
	    "the number of the key" },
	{ "TRST",
	    "a restrict line with notrust wants its answers signed, and it has no key: it is not "
	    "asked at all",
	    "give it a key, or a restrict line of its own without notrust" },
};

/* Its place in kisses, or -1. NTPsec has the code between dots. */
static int
kiss_of(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	refid = refid == NULL ? "" : refid + (refid[0] == '.' ? 1 : 0);
	for (size_t i = 0; i < sizeof kisses / sizeof *kisses; i++) {
		size_t len = strlen(kisses[i].code);

		if (strncmp(refid, kisses[i].code, len) == 0 &&
		    (refid[len] == '\0' || refid[len] == '.')) {
			return (int)i;
		}
	}
	return -1;
}

/* Types of reference clocks, t of 127.127.t.u. */
enum { CLOCK_TYPE_NMEA = 20, CLOCK_TYPE_PPS = 22 };

static bool
is_refclock(const struct vars *v)
{
	const char *address = vars_get(v, "srcadr");
	char buf[PHRASE_LEN];
	struct text t = text_over(buf, sizeof buf);
	struct addr a;

	if (address == NULL) {
		return false;
	}
	return addr_parse(address, &a) ? words_refclock(&t, &a) : strchr(address, '(') != NULL;
}

/* What makes most of a distance, and what helps against it. */
enum part { PART_ROOT_DISP, PART_ROOT_DELAY, PART_DELAY, PART_DISP, PARTS };

static const struct {
	const char *meaning, *advice;
} parts[PARTS] = {
	{ "its root dispersion is %s: so far may its own time be off",
	    "'tos maxdist 16' lets it in all the same, as a Windows domain controller needs it; a "
	    "server that knows its time better is the better remedy" },
	{ "its root delay is %s: it has its own time from far away",
	    "use another server; 'tos maxdist 16' lets it in all the same" },
	{ "the way to it and back takes %s", "use a nearer server" },
	{ "the dispersion of its answers is %s: there are too few of them yet, or they come with "
	  "long pauses",
	    "wait for more answers" },
};

static enum part
largest_part(const struct vars *v, double *ms)
{
	const double of[PARTS] = { explain_number(v, "rootdisp"),
		explain_number(v, "rootdelay") / 2, fabs(explain_number(v, "delay")) / 2,
		explain_number(v, "dispersion") + explain_number(v, "jitter") };
	enum part most = PART_DISP;

	for (enum part i = 0; i < PARTS; i++) {
		most = of[i] > of[most] ? i : most;
	}
	*ms = of[most] * (most == PART_ROOT_DELAY || most == PART_DELAY ? 2.0 : 1.0);
	return most;
}

/* The distance by its largest part: what helps depends on which it is. */
static void
note_distance(struct story *s, const struct vars *v)
{
	char size[32], what[PHRASE_LEN];
	struct text t = text_over(size, sizeof size), w = text_over(what, sizeof what);
	double ms;
	enum part part = largest_part(v, &ms);
	const char *number = strstr(parts[part].meaning, "%s");

	explain_put_time(&t, ms, false);
	text_put_n(&w, parts[part].meaning, (size_t)(number - parts[part].meaning));
	text_printf(&w, "%s%s", size, number + 2);
	explain_note(&s->why, "peer_dist: its distance is too large: %s", what);
	explain_note(&s->advice, "%s", parts[part].advice);
}

/* The stratum of an answer that was not taken: more than one thing makes it so. */
static void
note_stratum(struct story *s, const struct vars *v)
{
	int64_t stratum = STRATUM_NONE, leap = 0;

	vars_i64(v, "stratum", &stratum);
	vars_i64(v, "leap", &leap);
	if (leap == LEAP_UNKNOWN && stratum > 0 && stratum < STRATUM_NONE) {
		explain_note(&s->why,
		    "pkt_stratum: it says itself that its clock is not synchronised (leap 3)");
		explain_note(&s->advice,
		    "look at that server; until it has the time it cannot give it");
	} else if (stratum > 0 && stratum < STRATUM_NONE) {
		explain_note(&s->why,
		    "pkt_stratum: its stratum of %d is outside the range allowed here",
		    (int)stratum);
		explain_note(&s->advice, "check tos floor and tos ceiling");
	} else {
		explain_note(&s->why, "pkt_stratum: its stratum is 16 or missing");
		explain_note(&s->advice, "look at that server: it has no time source");
	}
}

/* Asked from the address that is asked: our own are never heard as sources. */
static bool
is_this_host(const struct vars *v)
{
	const char *from = vars_get(v, "dstadr");

	return from != NULL && text_equal(from, vars_get(v, "srcadr"));
}

static bool
is_unasked(int kiss)
{
	return kiss >= UNASKED_FROM;
}

/*
 * What follows from silence is said in one line: a source that does not answer has no stratum
 * and no distance. Where the cause of the silence is known, nobody is sent to look at the network.
 */
static void
note_flash(struct story *s, const struct vars *v, uint32_t flash, int kiss)
{
	bool refclock = is_refclock(v), answers = explain_answers_in_vain(v);
	bool silent = (flash & FLASH_UNREACH) != 0;
	uint32_t said = is_unasked(kiss) || explain_lacks_keys(v) ? FLASH_AUTH | FLASH_UNREACH : 0;
	uint32_t follows = silent ? flash & (FLASH_STRATUM | FLASH_DISTANCE) : 0;
	bool advised = kiss >= 0 && kisses[kiss].advice != NULL;
	bool cause_known = kiss >= 0 || answers || explain_is_clock(v) ||
	    (flash & (FLASH_DENIED | FLASH_AUTH)) != 0;

	for (unsigned i = 0; i < FLASH_N; i++) {
		uint32_t bit = UINT32_C(1) << i;
		const char *advice = flash_words[i].advice;

		if ((flash & bit) == 0 || ((follows | said) & bit) != 0) {
			continue;
		}
		if (bit == FLASH_DISTANCE) {
			note_distance(s, v);
			continue;
		}
		if (bit == FLASH_PKT_STRATUM) {
			note_stratum(s, v);
			continue;
		}
		if (bit == FLASH_DENIED && kiss < 0 && is_this_host(v)) {
			explain_note(&s->why, "pkt_denied: it is this host itself");
			explain_note(&s->advice,
			    "take out its line: no host can tell itself the time");
			continue;
		}
		explain_note(&s->why, "%s: %s", words_flash_bit(i),
		    bit == FLASH_UNREACH && answers ? "none of its last eight answers counts"
						    : flash_words[i].meaning);
		if (advice == NULL || (bit == FLASH_UNREACH && cause_known) ||
		    ((bit & (FLASH_DENIED | FLASH_AUTH)) != 0 && advised)) {
			continue;
		}
		explain_note(&s->advice, "%s",
		    bit == FLASH_UNREACH && refclock
			? "'cv' with its number says what comes from its device; the log of ntpd "
			  "has "
			  "which device is missing, and whose right to open it"
			: advice);
	}
	if (follows != 0) {
		char buf[PHRASE_LEN];
		struct text t = text_over(buf, sizeof buf);

		words_flash(&t, follows);
		explain_note(&s->why,
		    answers ? "%s: nothing is known of these before an answer counts"
			    : "%s: nothing is known of these while it is silent",
		    buf);
	}
}

static void
note_kiss(struct story *s, int kiss)
{
	if (kiss >= 0) {
		explain_note(&s->why, "%s: %s", kisses[kiss].code, kisses[kiss].meaning);
	}
	if (kiss >= 0 && kisses[kiss].advice != NULL) {
		explain_note(&s->advice, "%s", kisses[kiss].advice);
	}
}

static int64_t
received_from(const struct vars *v)
{
	int64_t received = 1;

	if (!vars_i64(v, "received", &received)) {
		vars_i64(v, "in", &received);
	}
	return received;
}

bool
explain_answers_in_vain(const struct vars *v)
{
	int64_t flash = 0, reach = 0;
	int kiss = kiss_of(v);

	vars_i64(v, "flash", &flash);
	vars_i64(v, "reach", &reach);
	return (reach & REACH_FULL) == 0 && !is_unasked(kiss) &&
	    ((flash & FLASH_OF_ANSWERS) != 0 || kiss >= 0 ||
		((flash & FLASH_AUTH) != 0 && received_from(v) > 0));
}

/* RFC 5905, appendix A.5.5.2: how far its time may be from the truth. */
static double
distance_ms(const struct vars *v)
{
	return (explain_number(v, "rootdelay") + fabs(explain_number(v, "delay"))) / 2 +
	    explain_number(v, "rootdisp") + explain_number(v, "dispersion") +
	    explain_number(v, "jitter");
}

/* The words of select_why, which control/vars_peer gives: what an outlier was left out for. */
static const struct {
	const char *word, *meaning, *advice;
} outliers[] = {
	{ "restless",
	    "not used now: it has no vote, for its time was not what was foretold of it four times "
	    "in an hour or so, and the others are calm (restless)",
	    "it is used again by itself once it was calm for a while; where it goes on, look at "
	    "a receiver's antenna, cable or USB port, at a server's load and the way to it" },
	{ "drifts",
	    "not used now: the rate of its clock is another than that of most, so its time moves "
	    "away from theirs (drifts)",
	    "it is used again by itself once its rate is theirs; where it goes on, tell its "
	    "operator or use another; if it is the one that is right, write 'true' on its line" },
	{ "smear",
	    "not used now: around the leap second its time is another than that of most, for it "
	    "smears it or they do (smear)",
	    "have servers that all smear leap seconds, or that all do not" },
};

/* Which of them, or NULL. */
static const char *
note_outlier(struct story *s, const struct vars *v)
{
	const char *why = vars_get(v, "select_why");

	for (size_t i = 0; why != NULL && i < sizeof outliers / sizeof *outliers; i++) {
		if (strcmp(outliers[i].word, why) == 0) {
			explain_note(&s->advice, "%s", outliers[i].advice);
			return outliers[i].meaning;
		}
	}
	return NULL;
}

static void
note_condition(struct story *s, const struct vars *v, uint16_t status, const struct survey *all)
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
	unsigned select = status_peer_select(status);
	const char *outlier = select == SELECT_OUTLIER ? note_outlier(s, v) : NULL;

	if (outlier != NULL) {
		explain_note(&s->why, "%s", outlier);
	} else if (select == SELECT_FALSETICK && explain_no_majority(all)) {
		explain_note(&s->why,
		    "not used: it and the others contradict each other, and no majority says who "
		    "is right (falseticker)");
	} else {
		explain_note(&s->why, "%s", words[select]);
	}
}

static unsigned
answers_of(int64_t reach)
{
	unsigned n = 0;

	for (int64_t bits = reach & REACH_FULL; bits != 0; bits >>= 1) {
		n += (unsigned)(bits & 1);
	}
	return n;
}

static void
note_reach(struct story *s, const struct vars *v, uint16_t status)
{
	int64_t reach = 0;
	unsigned answered;

	vars_i64(v, "reach", &reach);
	answered = answers_of(reach);
	if (explain_answers_in_vain(v)) {
		explain_note(&s->why, "it answers, but no answer could be used");
	} else if (answered == 0 && explain_lacks_keys(v)) {
		return; /* explain_nts tells */
	} else if (answered == 0 && received_from(v) == 0) {
		explain_note(&s->why, "no answer has ever come from it");
	} else if (answered == 0) {
		explain_note(&s->why, "none of the last eight requests was answered");
	} else if ((reach & REACH_FULL) == 1) {
		if (status_peer_select(status) < SELECT_CANDIDATE) {
			explain_note(&s->why, "it began to answer only with the last request");
		}
	} else if (answered < 8 && status_peer_select(status) < SELECT_CANDIDATE) {
		explain_note(&s->why, "only %u of the last eight requests were answered", answered);
	}
}

static void
note_times(struct story *s, const struct vars *v, uint16_t status, const struct survey *all)
{
	unsigned select = status_peer_select(status);
	char offset[32], within[32];
	struct text o = text_over(offset, sizeof offset), w = text_over(within, sizeof within);

	explain_put_time(&o, explain_number(v, "offset"), true);
	explain_put_time(&w, all->dist_ms >= 0 ? all->dist_ms : distance_ms(v), false);
	if (select == SELECT_FALSETICK) {
		explain_note(&s->why, "its offset is %s, and it claims to be right to within %s",
		    offset, within);
	} else if (select == SELECT_OUTLIER) {
		explain_note(&s->why, "its offset is %s with a jitter of %.3f ms", offset,
		    explain_number(v, "jitter"));
	} else if (select >= SELECT_CANDIDATE && select != SELECT_BACKUP) {
		explain_note(&s->why, "offset %s, delay %.3f ms, right to within %s", offset,
		    explain_number(v, "delay"), within);
	}
}

/*
 * A receiver is late by the time that its words take, until somebody says how long that is. Of a
 * daemon that tells nothing more of it; of ours explain_clock knows what to write.
 */
static void
note_uncalibrated(struct story *s, const struct vars *v)
{
	unsigned type = explain_clock_type(v);

	explain_note(&s->advice,
	    "when it is right but for the time that its words take, 'fudge 127.127.%u.U %s' is to "
	    "be %.3f more than it is",
	    type, type == CLOCK_TYPE_NMEA ? "time2" : "time1", -explain_number(v, "offset") / 1e3);
}

/* It tells where a second begins: somebody else has to say which. */
static void
note_unnumbered(struct story *s, const struct vars *v, uint16_t status)
{
	if (explain_clock_type(v) == CLOCK_TYPE_PPS && !explain_is_clock(v) &&
	    status_peer_select(status) == SELECT_OUTLIER) {
		explain_note(&s->why,
		    "a pulse tells where a second begins and not which: it leads when a survivor "
		    "is "
		    "preferred, or it is itself, and our clock is within 0.4 s");
		explain_note(&s->advice,
		    "'prefer' on the line of the receiver that numbers the seconds, or on its own");
	}
}

static void
note_falseticker(struct story *s, const struct vars *v, uint16_t status, const struct survey *all)
{
	if (status_peer_select(status) != SELECT_FALSETICK || explain_no_majority(all) ||
	    explain_is_clock(v)) {
		return;
	}
	if (explain_clock_type(v) != 0) {
		note_uncalibrated(s, v);
		return;
	}
	explain_note(&s->advice,
	    "with four or more sources a single wrong one does no harm; if it stays wrong, tell "
	    "its operator or remove it");
}

enum { MODE_ACTIVE_OURS = 1, MODE_PASSIVE_OURS = 2 };

/* Two peers that do not come together: what is wrong is as often on the other side. */
static void
note_peer(struct story *s, const struct vars *v, uint32_t flash)
{
	int64_t mode = 0, reach = 0;

	vars_i64(v, "hmode", &mode);
	vars_i64(v, "reach", &reach);
	if ((mode != MODE_ACTIVE_OURS && mode != MODE_PASSIVE_OURS) || answers_of(reach) > 0) {
		return;
	}
	if (received_from(v) == 0) {
		explain_note(&s->why, "it is a peer, and no packet of it has come to port 123");
		explain_note(&s->advice,
		    "peers speak from port 123 to port 123: see that a firewall or NAT lets that "
		    "through both ways, and that it has a peer line for this host");
	} else if ((flash & FLASH_BOGUS) != 0) {
		explain_note(&s->why,
		    "it is a peer whose packets come, and it does not hear ours: they answer none");
		explain_note(&s->advice,
		    "look at its side: its line for this host, the key on it, its restrict lines, "
		    "and the way from here to its port 123");
	} else if ((flash & FLASH_VERSION) != 0) {
		explain_note(&s->why,
		    "it is a peer whose packets make no sense: also those of a version of NTP "
		    "other than 1 to 4");
	}
}

/* The sources that say nothing of themselves: rejected, yet without a flash bit. */
static void
note_silent_reject(struct story *s, const struct vars *v, uint16_t status)
{
	int64_t flash = 0, stratum = 0, reach = 0;

	vars_i64(v, "flash", &flash);
	vars_i64(v, "stratum", &stratum);
	vars_i64(v, "reach", &reach);
	if (status_peer_select(status) != 0 || flash != 0 || answers_of(reach) == 0 ||
	    explain_is_clock_at_fault(v)) {
		return;
	}
	if (stratum >= STRATUM_NONE) {
		explain_note(&s->why, "it has no time to give: stratum %d", (int)stratum);
	} else if (answers_of(reach) < 3) {
		explain_note(&s->why,
		    "nothing is wrong with it: it takes a few answers until it can be chosen");
	} else {
		explain_note(&s->why,
		    "nothing is wrong with it: it is marked noselect, or the selection has not "
		    "looked at it yet");
	}
}

static void
note_auth(struct story *s, uint16_t status, uint32_t flash)
{
	unsigned bits = status_peer_bits(status);

	if ((bits & PEER_AUTHENABLE) == 0 || (bits & PEER_AUTH) != 0 || (flash & FLASH_AUTH) != 0) {
		return;
	}
	explain_note(&s->why, "it is to be authenticated, and no packet of it has been yet");
}

static void
explain_local(struct story *s, uint16_t status)
{
	if (status_peer_select(status) >= SELECT_CANDIDATE) {
		explain_note(&s->why,
		    "used: it is this host's own clock, for there is no better source; nobody "
		    "knows how far it is off");
	} else {
		explain_note(&s->why,
		    "not used: it is this host's own clock, kept for the time when no other source "
		    "is left");
	}
}

/* What became of xleave. */
static void
note_interleaved(struct story *s, const struct vars *v)
{
	const char *mode = vars_get(v, "ilmode");
	int64_t reach = 0, declined = 0;

	vars_i64(v, "reach", &reach);
	vars_i64(v, "il_declined", &declined);
	if (mode == NULL || answers_of(reach) == 0) {
		return;
	}
	if (strcmp(mode, "interleaved") == 0) {
		explain_note(&s->why,
		    "it tells when its packets really left (interleaved mode, by xleave)");
	} else if (declined >= DECLINED_MANY) {
		explain_note(&s->why,
		    "xleave does nothing: it was asked for interleaved mode %" PRId64 " times and "
		    "answered in basic mode",
		    declined);
		explain_note(&s->advice,
		    "a server of ours has the mode with 'interleaved on', chronyd from 4.0 on; "
		    "many "
		    "have it not, and then xleave may as well go");
	} else if (mode[0] != '\0') {
		explain_note(&s->why,
		    "basic mode still: interleaved mode (xleave) begins with the third answer, and "
		    "anew after lost ones");
	}
}

void
explain_source(struct story *s, const char *name, const struct vars *v, uint16_t status,
    const struct survey *all)
{
	int64_t flash = 0;
	uint32_t bits;
	int kiss = kiss_of(v);

	if (explain_is_pool(v)) {
		explain_note(&s->why,
		    "a pool: the servers found under its name stand in lines of their own");
		explain_nts(s, v);
		return;
	}
	if (explain_is_reserve(v)) {
		explain_note(&s->why,
		    "kept in reserve: it is not asked before no server with nts has answered for "
		    "the time that fallback has on its line");
		return;
	}
	if (explain_is_cast(v)) {
		explain_cast(s, v);
		return;
	}
	if (explain_wants_family(v) != 0) {
		explain_note(&s->why,
		    "not used: this name has no IPv%u address, and -%u (on its line, or of ntpd) "
		    "wants no other",
		    explain_wants_family(v), explain_wants_family(v));
		explain_note(&s->advice,
		    "see what addresses it has (getent ahosts NAME), or leave -%u out",
		    explain_wants_family(v));
		return;
	}
	if (explain_is_nameless(v)) {
		explain_note(&s->why, "not used: this name has no address");
		explain_note(&s->advice,
		    "check its spelling, and that it resolves on that host (getent hosts NAME); "
		    "the log of ntpd has the resolver's words, and ntpd goes on asking");
		return;
	}
	if (explain_is_local(name)) {
		explain_local(s, status);
		return;
	}
	vars_i64(v, "flash", &flash);
	bits = (uint32_t)(flash & UINT32_MAX);
	note_condition(s, v, status, all);
	note_reach(s, v, status);
	note_times(s, v, status, all);
	note_peer(s, v, bits);
	note_falseticker(s, v, status, all);
	note_unnumbered(s, v, status);
	explain_clock(s, v, status);
	note_interleaved(s, v);
	explain_nts(s, v);
	explain_cast(s, v);
	note_kiss(s, kiss);
	note_flash(s, v, bits, kiss);
	note_silent_reject(s, v, status);
	note_auth(s, status, bits);
}
