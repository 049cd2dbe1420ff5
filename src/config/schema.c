/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of ntp.conf. One row per word; sorted by group, then as ntp.conf(5) tells it. */
#include "config/schema.h"
#include <assert.h>
#include <string.h>
#include "base/text.h"

static const struct schema_choice filegen_types[] = {
	{ "none", FILEGEN_NONE },
	{ "pid", FILEGEN_PID },
	{ "day", FILEGEN_DAY },
	{ "week", FILEGEN_WEEK },
	{ "month", FILEGEN_MONTH },
	{ "year", FILEGEN_YEAR },
	{ "age", FILEGEN_AGE },
	{ NULL, 0 },
};
static const struct schema_choice loops[] = {
	{ "adaptive", CONFIG_LOOP_ADAPTIVE },
	{ "classic", CONFIG_LOOP_CLASSIC },
	{ NULL, 0 },
};
static const struct schema_choice authselects[] = {
	{ "ignore", AUTHSELECT_IGNORE },
	{ "mix", AUTHSELECT_MIX },
	{ "prefer", AUTHSELECT_PREFER },
	{ "require", AUTHSELECT_REQUIRE },
	{ NULL, 0 },
};
/* The numbers of IANA's registry, by the names that NTPsec has for them. */
static const struct schema_choice aeads[] = {
	{ "AES_SIV_CMAC_256", 15 },
	{ "AES_SIV_CMAC_384", 16 },
	{ "AES_SIV_CMAC_512", 17 },
	{ "AES_128_GCM_SIV", 30 },
	{ NULL, 0 },
};
static_assert(sizeof aeads / sizeof aeads[0] == CONFIG_NTS_AEADS_MAX + 1, "room for each");
static const struct schema_choice certtimes[] = {
	{ "auto", 1 },
	{ "strict", 0 },
	{ NULL, 0 },
};
static const struct schema_choice on_or_off[] = {
	{ "off", 0 },
	{ "on", 1 },
	{ NULL, 0 },
};
static const struct schema_choice rxfilters[] = {
	{ "none", RXFILTER_NONE },
	{ "ntp", RXFILTER_NTP },
	{ "ptp", RXFILTER_PTP },
	{ "all", RXFILTER_ALL },
	{ NULL, 0 },
};
static const struct schema_choice smear_forms[] = {
	{ "cosine", SMEAR_COSINE },
	{ "linear", SMEAR_LINEAR },
	{ NULL, 0 },
};

/* Columns arg .. opens of a row, by kind of argument. */
#define NOT SCHEMA_NOWHERE
#define C(member) offsetof(struct config, member)
#define S(member) offsetof(struct config_source, member)
#define F(member) offsetof(struct config_fudge, member)
#define G(member) offsetof(struct config_filegen, member)
#define M(member) offsetof(struct config_smear, member)
#define H(member) offsetof(struct config_card, member)
#define VALUE(arg, lo, hi, out, at, aside) arg, lo, hi, out, at, aside, 0, NULL, SCHEMA_TOP
#define INT(at, lo, hi, out) VALUE(ARG_INT, lo, hi, OUTSIDE_##out, at, NOT)
#define INT_GIVEN(at, given, lo, hi) VALUE(ARG_INT_GIVEN, lo, hi, OUTSIDE_REFUSED, at, given)
#define INT_ALONE(at, sibling, lo, hi) VALUE(ARG_INT_ALONE, lo, hi, OUTSIDE_REFUSED, at, sibling)
#define INT_OVER(at, sibling, lo, hi) VALUE(ARG_INT, lo, hi, OUTSIDE_IGNORED, at, sibling)
#define REAL(at, lo, hi, out) VALUE(ARG_REAL, lo, hi, OUTSIDE_##out, at, NOT)
#define REAL_TWICE(at, twin, lo, hi) VALUE(ARG_REAL, lo, hi, OUTSIDE_REFUSED, at, twin)
#define REAL_GIVEN(at, given, lo, hi, outside) \
	VALUE(ARG_REAL_GIVEN, lo, hi, OUTSIDE_##outside, at, given)
#define UINT(at) VALUE(ARG_UINT, 0, UINT_BIG, OUTSIDE_REFUSED, at, NOT)
#define KEY_ID(at, lo) VALUE(ARG_UINT, lo, UINT_BIG, OUTSIDE_REFUSED, at, NOT)
#define SWITCH(at) VALUE(ARG_SWITCH, 0, 1, OUTSIDE_CLAMPED, at, NOT)
#define FUDGE(arg, lo, hi, out, member, bit) \
	arg, lo, hi, OUTSIDE_##out, F(member), NOT, bit, NULL, SCHEMA_TOP
#define TEXT(at, hi) VALUE(ARG_TEXT, 1, hi, OUTSIDE_REFUSED, at, NOT)
#define PATH_TO(at, hi) VALUE(ARG_PATH, 0, hi, OUTSIDE_REFUSED, at, NOT)
#define PATH(at) PATH_TO(at, SCHEMA_PATH_MAX)
#define TLS(at) VALUE(ARG_TLS, 0, 0, OUTSIDE_REFUSED, at, NOT)
#define DATE(at) VALUE(ARG_DATE, 1, 99999, OUTSIDE_REFUSED, at, NOT)
#define ON(at) VALUE(ARG_BOOL_ON, 0, 0, OUTSIDE_REFUSED, at, NOT)
#define MAYBE(at) VALUE(ARG_BOOL_MAYBE, 0, 0, OUTSIDE_REFUSED, at, NOT)
#define OFF(at) VALUE(ARG_BOOL_OFF, 0, 0, OUTSIDE_REFUSED, at, NOT)
#define WORD VALUE(ARG_NONE, 0, 0, OUTSIDE_REFUSED, NOT, NOT)
#define FLAG(at, bit) ARG_FLAG, 0, 0, OUTSIDE_REFUSED, at, NOT, bit, NULL, SCHEMA_TOP
#define CHOICE(at, words) ARG_CHOICE, 0, 0, OUTSIDE_REFUSED, at, NOT, 0, words, SCHEMA_TOP
#define CHOICES(at, n_at, most, words) \
	ARG_CHOICES, 1, most, OUTSIDE_REFUSED, at, n_at, 0, words, SCHEMA_TOP
#define FORM(arg) arg, 0, 0, OUTSIDE_REFUSED, NOT, NOT, 0, NULL, SCHEMA_TOP
#define SOURCE(kind) ARG_SOURCE, 0, 0, OUTSIDE_REFUSED, NOT, NOT, kind, NULL, SCHEMA_SOURCE
#define OPENS(group) ARG_OPTIONS, 0, 0, OUTSIDE_REFUSED, NOT, NOT, 0, NULL, group
#define KEPT(lo, hi, what) ARG_KEPT, lo, hi, OUTSIDE_REFUSED, NOT, NOT, what, NULL, SCHEMA_TOP
#define KEPT_OPENS(words, group) \
	ARG_KEPT_OPTIONS, words, 0, OUTSIDE_REFUSED, NOT, NOT, 0, NULL, group
/* Columns part .. reason: whose the word is, from when it acts, and whether at all. */
#define ACTS(part, when) PART_##part, WHEN_##when, STATE_ACTS, NULL
#define LATER(part, when) PART_##part, WHEN_##when, STATE_NOT_YET, NULL
#define NEVER(part, why) PART_##part, WHEN_RELOAD, STATE_NEVER, why

#define NO_AUTOKEY "Autokey (RFC 5906) is insecure and not supported; use keys or nts"
#define NO_CLIENT_CERT "a client shows no certificate"
#define NO_MODE7 "mode 7 (ntpdc) is not answered; use ntpq"
#define NO_TRAP "traps are not sent; watch the log or mode 6 instead"
#define NO_MDNS "the server is not announced by multicast DNS"
#define NO_KNOB "packets that fail authentication never change an association here"
#define NO_BSTEP                                                                                 \
	"a broadcast whose time does not rise is never believed; a server that was set back is " \
	"found anew"
#define NO_PIECES "the list has its whole room from the start, used as it fills"
#define BIG 1e9
#define SIGND_FOLDER_MAX 99 /* "/socket" behind it fits into a socket's address */
#define ERAS 1e10           /* s: twice 8192 weeks */
#define INT_BIG 2147483647.0
#define UINT_BIG 4294967295.0

/* group, word, arg..opens, default, part..reason */
const struct schema_row schema_rows[] = {
	/* associations */
	{ SCHEMA_TOP, "server", SOURCE(SOURCE_SERVER), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_TOP, "pool", SOURCE(SOURCE_POOL), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_TOP, "peer", SOURCE(SOURCE_PEER), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_TOP, "broadcast", SOURCE(SOURCE_BROADCAST), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_TOP, "manycastclient", SOURCE(SOURCE_MANYCAST), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_TOP, "refclock", FORM(ARG_REFCLOCK_NAME), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_TOP, "fudge", FORM(ARG_FUDGE), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_TOP, "device", FORM(ARG_DEVICE), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_TOP, "unpeer", FORM(ARG_UNPEER), NULL, ACTS(UNPEER, REMOTE) },
	{ SCHEMA_TOP, "unconfig", FORM(ARG_UNPEER), NULL, ACTS(UNPEER, REMOTE) },
	{ SCHEMA_TOP, "sourcedir", FORM(ARG_SOURCEDIR), NULL, ACTS(FILES, RELOAD) },
	{ SCHEMA_TOP, "sourceport", INT(C(sourceport), 0, 65535, REFUSED), NULL,
	    ACTS(SOURCEPORT, RELOAD) },
	{ SCHEMA_TOP, "broadcastclient", KEPT(0, 1, KEPT_NOVOLLEY), NULL, ACTS(CAST, RELOAD) },
	{ SCHEMA_TOP, "multicastclient", KEPT(0, 64, KEPT_GROUPS), NULL, ACTS(CAST, RELOAD) },
	{ SCHEMA_TOP, "manycastserver", KEPT(1, 64, KEPT_GROUPS), NULL, ACTS(CAST, RELOAD) },
	{ SCHEMA_TOP, "mdnstries", INT(C(mdnstries), 0, 1000, REFUSED), "5",
	    NEVER(OTHER, NO_MDNS) },
	{ SCHEMA_TOP, "ttl", KEPT(1, 8, KEPT_TTLS), NULL, ACTS(CAST, RELOAD) },
	{ SCHEMA_TOP, "broadcastdelay", REAL(C(broadcastdelay_s), 0, 10, REFUSED), "0",
	    ACTS(CAST, RELOAD) },
	{ SCHEMA_TOP, "pollskewlist", FORM(ARG_POLLSKEW), NULL, ACTS(POLLS, RELOAD) },
	{ SCHEMA_TOP, "phone", KEPT(1, 10, KEPT_WORDS), NULL, LATER(OTHER, RELOAD) },

	/* access control */
	{ SCHEMA_TOP, "restrict", FORM(ARG_RESTRICT), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_TOP, "unrestrict", FORM(ARG_RESTRICT), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_TOP, "delrestrict", FORM(ARG_RESTRICT), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_TOP, "discard", OPENS(SCHEMA_DISCARD), NULL, ACTS(RATE, RELOAD) },
	{ SCHEMA_TOP, "limit", OPENS(SCHEMA_LIMIT), NULL, ACTS(RATE, RELOAD) },
	{ SCHEMA_TOP, "mru", OPENS(SCHEMA_MRU), NULL, ACTS(RATE, RELOAD) },
	{ SCHEMA_TOP, "interleaved", CHOICE(C(interleaved), on_or_off), "off",
	    ACTS(SERVE, RELOAD) },

	/* interfaces */
	{ SCHEMA_TOP, "interface", FORM(ARG_LISTEN), NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_TOP, "nic", FORM(ARG_LISTEN), NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_TOP, "dscp", INT(C(dscp), 0, 63, REFUSED), "46", ACTS(LISTEN, RELOAD) },
	{ SCHEMA_TOP, "extra", OPENS(SCHEMA_EXTRA), NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_TOP, "hwtimestamp", FORM(ARG_CARD), NULL, ACTS(CARDS, RELOAD) },

	/* files, logging, statistics */
	{ SCHEMA_TOP, "driftfile", FORM(ARG_DRIFTFILE), NULL, ACTS(FILES, RELOAD) },
	{ SCHEMA_TOP, "tempcomp", FORM(ARG_TEMPCOMP), NULL, ACTS(TEMPCOMP, RELOAD) },
	{ SCHEMA_TOP, "nonvolatile", REAL(C(nonvolatile), 0, BIG, REFUSED), "1e-07",
	    ACTS(FILES, RELOAD) },
	{ SCHEMA_TOP, "leapfile", FORM(ARG_LEAPFILE), NULL, ACTS(LEAP, RELOAD) },
	{ SCHEMA_TOP, "leapsmearinterval", FORM(ARG_SMEAR_INTERVAL), NULL, ACTS(LEAP, RELOAD) },
	{ SCHEMA_TOP, "leapsmear", FORM(ARG_SMEAR), NULL, ACTS(LEAP, RELOAD) },
	{ SCHEMA_TOP, "pidfile", PATH(C(pidfile)), NULL, ACTS(START, START) },
	{ SCHEMA_TOP, "logfile", PATH(C(logfile)), NULL, ACTS(LOG, RELOAD) },
	{ SCHEMA_TOP, "logconfig", FORM(ARG_LOGCONFIG), NULL, ACTS(LOG, REMOTE) },
	{ SCHEMA_TOP, "statsdir", PATH_TO(C(statsdir), STATSDIR_MAX), NULL, ACTS(STATS, RELOAD) },
	{ SCHEMA_TOP, "statistics", FORM(ARG_STATISTICS), NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_TOP, "filegen", FORM(ARG_FILEGEN), NULL, ACTS(STATS, RELOAD) },
	{ SCHEMA_TOP, "includefile", FORM(ARG_INCLUDE), NULL, ACTS(NONE, RELOAD) },
	{ SCHEMA_TOP, "end", FORM(ARG_END), NULL, ACTS(NONE, RELOAD) },
	{ SCHEMA_TOP, "saveconfigdir", PATH(C(saveconfigdir)), NULL, ACTS(FILES, RELOAD) },
	{ SCHEMA_TOP, "keys", PATH(C(keys)), NULL, ACTS(KEYS, RELOAD) },
	{ SCHEMA_TOP, "setvar", FORM(ARG_SETVAR), NULL, ACTS(VARS, RELOAD) },
	{ SCHEMA_TOP, "reset", FORM(ARG_RESET), NULL, ACTS(RESET, REMOTE) },

	/* authentication */
	{ SCHEMA_TOP, "trustedkey", FORM(ARG_KEY_LIST), NULL, ACTS(KEYS, RELOAD) },
	{ SCHEMA_TOP, "controlkey", KEY_ID(C(controlkey), 0), "0", ACTS(KEYS, RELOAD) },
	{ SCHEMA_TOP, "requestkey", KEY_ID(C(requestkey), 0), "0", NEVER(OTHER, NO_MODE7) },
	{ SCHEMA_TOP, "crypto", KEPT_OPENS(0, SCHEMA_CRYPTO), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TOP, "keysdir", PATH(C(keysdir)), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TOP, "automax", INT(C(automax_log2s), 1, 31, REFUSED), "12",
	    NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TOP, "revoke", INT(C(revoke_log2s), 1, 31, REFUSED), "17",
	    NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TOP, "ident", KEPT(1, 1, KEPT_WORDS), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TOP, "ntpsigndsocket", PATH_TO(C(ntpsigndsocket), SIGND_FOLDER_MAX), NULL,
	    ACTS(FILES, RELOAD) },
	{ SCHEMA_TOP, "nts", OPENS(SCHEMA_NTS), NULL, ACTS(NTS, RELOAD) },

	/* system, discipline, selection */
	{ SCHEMA_TOP, "enable", FORM(ARG_SWITCHES), NULL, ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_TOP, "disable", FORM(ARG_SWITCHES), NULL, ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_TOP, "tinker", OPENS(SCHEMA_TINKER), NULL, ACTS(TINKER, RELOAD) },
	{ SCHEMA_TOP, "tos", OPENS(SCHEMA_TOS), NULL, ACTS(TOS, RELOAD) },
	{ SCHEMA_TOP, "rlimit", OPENS(SCHEMA_RLIMIT), NULL, ACTS(START, START) },
	{ SCHEMA_TOP, "tick", REAL(C(tinker.tick_s), 0, 1, REFUSED), NULL, ACTS(START, START) },
	{ SCHEMA_TOP, "trap", KEPT_OPENS(1, SCHEMA_TRAP), NULL, NEVER(OTHER, NO_TRAP) },
	{ SCHEMA_TOP, "simulate", FORM(ARG_SIMULATE), NULL,
	    NEVER(NONE, "it belongs to ntpdsim, which is not part of this program") },

	/* options of an association */
	{ SCHEMA_SOURCE, "iburst", FLAG(S(flags), OPTION_IBURST), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "burst", FLAG(S(flags), OPTION_BURST), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "minpoll", INT(S(minpoll), 0, 17, CLAMPED), "6", ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "maxpoll", INT(S(maxpoll), 0, 17, CLAMPED), "10", ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "prefer", FLAG(S(flags), OPTION_PREFER), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "noselect", FLAG(S(flags), OPTION_NOSELECT), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "true", FLAG(S(flags), OPTION_TRUE), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "key", KEY_ID(S(key), 1), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "version", INT(S(version), 1, 4, REFUSED), "4", ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "mode", UINT(S(mode)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "ttl", INT(S(ttl), 0, 255, REFUSED), "0", ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "preempt", FLAG(S(flags), OPTION_PREEMPT), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "xleave", FLAG(S(flags), OPTION_XLEAVE), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "xmtnonce", FLAG(S(flags), OPTION_XMTNONCE), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "bias", REAL(S(bias_s), -1, 1, REFUSED), "0", ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "nts", FLAG(S(flags), OPTION_NTS), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "noval", FLAG(S(flags), OPTION_NOVAL), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "ca", PATH(S(ca)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "aead", CHOICE(S(aead), aeads), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "ask", TEXT(S(ask), 255), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "require", TEXT(S(require), 255), NULL, ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "expire", INT(S(expire_s), 60, INT_BIG, REFUSED), NULL,
	    ACTS(SOURCES, REMOTE) },
	{ SCHEMA_SOURCE, "cert", PATH(S(cert)), NULL, NEVER(SOURCES, NO_CLIENT_CERT) },
	{ SCHEMA_SOURCE, "fallback", INT(S(fallback_s), 1, INT_BIG, REFUSED), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_SOURCE, "autokey", FLAG(S(flags), OPTION_AUTOKEY), NULL,
	    NEVER(SOURCES, NO_AUTOKEY) },
	{ SCHEMA_SOURCE, "ident", TEXT(S(ident), 255), NULL, NEVER(SOURCES, NO_AUTOKEY) },

	/* further words of refclock NAME */
	{ SCHEMA_REFCLOCK, "unit", INT(S(clock_unit), 0, 255, REFUSED), "0",
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "subtype", TEXT(S(subtype), 64), NULL, LATER(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "path", PATH(S(path)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "ppspath", PATH(S(ppspath)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "vmclock", PATH(S(vmclock)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "tai", FLAG(S(flags), OPTION_TAI), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_REFCLOCK, "baud", INT(S(baud), 0, 4000000, REFUSED), "0", ACTS(SOURCES, RELOAD) },

	{ SCHEMA_FUDGE, "time1", FUDGE(ARG_REAL, -ERAS, ERAS, REFUSED, time1_s, FUDGE_TIME1), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "time2", FUDGE(ARG_REAL, -ERAS, ERAS, REFUSED, time2_s, FUDGE_TIME2), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "stratum", FUDGE(ARG_INT, 0, 16, IGNORED, stratum, FUDGE_STRATUM), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "refid", FUDGE(ARG_TEXT, 1, 1023, REFUSED, refid, FUDGE_REFID), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "flag1", FUDGE(ARG_SWITCH, 0, 1, CLAMPED, flag1, FUDGE_FLAG1), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "flag2", FUDGE(ARG_SWITCH, 0, 1, CLAMPED, flag2, FUDGE_FLAG2), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "flag3", FUDGE(ARG_SWITCH, 0, 1, CLAMPED, flag3, FUDGE_FLAG3), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "flag4", FUDGE(ARG_SWITCH, 0, 1, CLAMPED, flag4, FUDGE_FLAG4), NULL,
	    ACTS(SOURCES, RELOAD) },
	{ SCHEMA_FUDGE, "minjitter", FUDGE(ARG_REAL, 0, 1, REFUSED, minjitter_s, FUDGE_MINJITTER),
	    NULL, ACTS(SOURCES, RELOAD) },

	{ SCHEMA_DEVICE, "timedata", PATH(S(path)), NULL, ACTS(SOURCES, RELOAD) },
	{ SCHEMA_DEVICE, "ppsdata", PATH(S(ppspath)), NULL, ACTS(SOURCES, RELOAD) },

#define R(member) offsetof(struct config_restrict, member)
	{ SCHEMA_RESTRICT_SCOPE, "default", WORD, NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT_SCOPE, "source", WORD, NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "mask", WORD, NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "ippeerlimit", INT(R(ippeerlimit), -1, 65535, REFUSED), "-1",
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "ignore", FLAG(R(flags), RESTRICT_IGNORE), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "noserve", FLAG(R(flags), RESTRICT_NOSERVE), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "notrust", FLAG(R(flags), RESTRICT_NOTRUST), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "version", FLAG(R(flags), RESTRICT_VERSION), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "nopeer", FLAG(R(flags), RESTRICT_NOPEER), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "noepeer", FLAG(R(flags), RESTRICT_NOEPEER), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "epeer", FLAG(R(flags), RESTRICT_EPEER), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "limited", FLAG(R(flags), RESTRICT_LIMITED), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "kod", FLAG(R(flags), RESTRICT_KOD), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "noquery", FLAG(R(flags), RESTRICT_NOQUERY), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "nomodify", FLAG(R(flags), RESTRICT_NOMODIFY), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "nomrulist", FLAG(R(flags), RESTRICT_NOMRULIST), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "notrap", FLAG(R(flags), RESTRICT_NOTRAP), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "lowpriotrap", FLAG(R(flags), RESTRICT_LOWPRIOTRAP), NULL,
	    NEVER(RESTRICT, NO_TRAP) },
	{ SCHEMA_RESTRICT, "flake", FLAG(R(flags), RESTRICT_FLAKE), NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "mssntp", FLAG(R(flags), RESTRICT_MSSNTP), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "serverresponse", WORD, NULL, ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "ntpport", FLAG(R(match), RESTRICT_MATCH_NTPPORT), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "non-ntpport", FLAG(R(match), RESTRICT_MATCH_NON_NTPPORT), NULL,
	    ACTS(RESTRICT, REMOTE) },
	{ SCHEMA_RESTRICT, "interface", FLAG(R(match), RESTRICT_MATCH_INTERFACE), NULL,
	    ACTS(RESTRICT, REMOTE) },
#undef R

	{ SCHEMA_DISCARD, "average", INT(C(rate.average_log2s), 0, 255, IGNORED), "3",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_DISCARD, "minimum", INT(C(rate.minimum_s), 0, 255, IGNORED), "2",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_DISCARD, "monitor", INT(C(rate.monitor), 0, INT_BIG, IGNORED), "3000",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_LIMIT, "average", REAL(C(rate.limit_average_pps), 0, BIG, IGNORED), "1",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_LIMIT, "burst", REAL(C(rate.limit_burst), 1, BIG, IGNORED), "20",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_LIMIT, "kod", REAL(C(rate.limit_kod_pps), 0, BIG, IGNORED), "0.5",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_LIMIT, "leak", INT(C(rate.limit_leak), 0, INT_BIG, IGNORED), "4",
	    ACTS(RATE, RELOAD) },

	{ SCHEMA_MRU, "maxdepth", INT_OVER(C(mru.maxdepth), C(mru.maxmem_kb), 1, INT_BIG), NULL,
	    ACTS(START, START) },
	{ SCHEMA_MRU, "maxmem", INT_OVER(C(mru.maxmem_kb), C(mru.maxdepth), 1, INT_BIG), "1024",
	    ACTS(START, START) },
	{ SCHEMA_MRU, "mindepth", INT(C(mru.mindepth), 0, INT_BIG, IGNORED), "600",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_MRU, "maxage", INT(C(mru.maxage_s), -1, INT_BIG, IGNORED), "64",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_MRU, "minage", INT(C(mru.minage_s), 0, INT_BIG, IGNORED), "64",
	    ACTS(RATE, RELOAD) },
	{ SCHEMA_MRU, "initalloc", INT_OVER(C(mru.initalloc), C(mru.initmem_kb), 1, INT_BIG), NULL,
	    PART_START, WHEN_START, STATE_NEVER, NO_PIECES },
	{ SCHEMA_MRU, "initmem", INT_OVER(C(mru.initmem_kb), C(mru.initalloc), 1, INT_BIG), "4",
	    PART_START, WHEN_START, STATE_NEVER, NO_PIECES },
	{ SCHEMA_MRU, "incalloc", INT_OVER(C(mru.incalloc), C(mru.incmem_kb), 1, INT_BIG), NULL,
	    PART_START, WHEN_START, STATE_NEVER, NO_PIECES },
	{ SCHEMA_MRU, "incmem", INT_OVER(C(mru.incmem_kb), C(mru.incalloc), 1, INT_BIG), "4",
	    PART_START, WHEN_START, STATE_NEVER, NO_PIECES },

	{ SCHEMA_LISTEN_ACT, "listen", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_ACT, "ignore", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_ACT, "drop", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_WHAT, "all", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_WHAT, "ipv4", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_WHAT, "ipv6", WORD, NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_LISTEN_WHAT, "wildcard", WORD, NULL, ACTS(LISTEN, RELOAD) },

	{ SCHEMA_SWITCH, "auth", FLAG(C(switches), SWITCH_AUTH), "1", ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_SWITCH, "bclient", FLAG(C(switches), SWITCH_BCLIENT), NULL,
	    ACTS(SWITCHES, RELOAD) },
	{ SCHEMA_SWITCH, "calibrate", FLAG(C(switches), SWITCH_CALIBRATE), NULL,
	    ACTS(SWITCHES, RELOAD) },
	{ SCHEMA_SWITCH, "controlnonce", FLAG(C(switches), SWITCH_CONTROLNONCE), "1",
	    ACTS(SWITCHES, RELOAD) },
	{ SCHEMA_SWITCH, "kernel", FLAG(C(switches), SWITCH_KERNEL), "1", ACTS(SWITCHES, RELOAD) },
	{ SCHEMA_SWITCH, "mode7", FLAG(C(switches), SWITCH_MODE7), NULL,
	    NEVER(SWITCHES, NO_MODE7) },
	{ SCHEMA_SWITCH, "monitor", FLAG(C(switches), SWITCH_MONITOR), "1",
	    ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_SWITCH, "ntp", FLAG(C(switches), SWITCH_NTP), "1", ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_SWITCH, "passive", FLAG(C(switches), SWITCH_PASSIVE), NULL,
	    ACTS(SWITCHES, REMOTE) },
	{ SCHEMA_SWITCH, "stats", FLAG(C(switches), SWITCH_STATS), "1", ACTS(STATS, REMOTE) },
	{ SCHEMA_SWITCH, "peer_clear_digest_early",
	    FLAG(C(switches), SWITCH_PEER_CLEAR_DIGEST_EARLY), "1", NEVER(SWITCHES, NO_KNOB) },
	{ SCHEMA_SWITCH, "unpeer_crypto_early", FLAG(C(switches), SWITCH_UNPEER_CRYPTO_EARLY), "1",
	    NEVER(SWITCHES, NO_KNOB) },
	{ SCHEMA_SWITCH, "unpeer_crypto_nak_early",
	    FLAG(C(switches), SWITCH_UNPEER_CRYPTO_NAK_EARLY), "1", NEVER(SWITCHES, NO_KNOB) },
	{ SCHEMA_SWITCH, "unpeer_digest_early", FLAG(C(switches), SWITCH_UNPEER_DIGEST_EARLY), "1",
	    NEVER(SWITCHES, NO_KNOB) },

	{ SCHEMA_TINKER, "loop", CHOICE(C(tinker.loop), loops), "adaptive", ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "panic", REAL(C(tinker.panic_s), 0, BIG, REFUSED), "1000",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "step", REAL_TWICE(C(tinker.stepback_s), C(tinker.stepfwd_s), 0, BIG),
	    "0.128", ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "stepback", REAL(C(tinker.stepback_s), 0, BIG, REFUSED), "0.128",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "stepfwd", REAL(C(tinker.stepfwd_s), 0, BIG, REFUSED), "0.128",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "stepout", REAL(C(tinker.stepout_s), 300, BIG, CLAMPED), "300",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "freq",
	    REAL_GIVEN(C(tinker.freq_ppm), C(tinker.freq_given), -500, 500, CLAMPED), NULL,
	    ACTS(START, START) },
	{ SCHEMA_TINKER, "allan", REAL(C(tinker.allan_log2s), 3, 17, CLAMPED), "11",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "dispersion",
	    REAL_GIVEN(C(tinker.dispersion_ppm), C(tinker.dispersion_given), 0, 500, REFUSED), "15",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "huffpuff", REAL(C(tinker.huffpuff_s), 0, BIG, REFUSED), "0",
	    ACTS(TINKER, RELOAD) },
	{ SCHEMA_TINKER, "tick", REAL(C(tinker.tick_s), 0, 1, REFUSED), "0", ACTS(START, START) },

	{ SCHEMA_TOS, "minclock", INT(C(tos.minclock), 1, 255, CLAMPED), "3", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "maxclock", INT(C(tos.maxclock), 1, 255, CLAMPED), "10", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "minsane", INT_GIVEN(C(tos.minsane), C(tos.minsane_given), 0, 255), "1",
	    ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "mindist", REAL(C(tos.mindist_s), 0, BIG, REFUSED), "0.001",
	    ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "maxdist", REAL(C(tos.maxdist_s), 0, BIG, REFUSED), "1.5",
	    ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "maxdisp", REAL(C(tos.maxdisp_s), 0, 16, CLAMPED), "16", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "floor", INT(C(tos.floor), 0, 15, CLAMPED), "0", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "ceiling", INT(C(tos.ceiling), 1, 15, CLAMPED), "15", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "orphan", INT(C(tos.orphan), 1, 17, REFUSED), "17", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "orphanwait", REAL(C(tos.orphanwait_s), 0, BIG, REFUSED), "300",
	    ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "cohort", SWITCH(C(tos.cohort)), "0", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "beacon", INT(C(tos.beacon_s), 0, INT_BIG, REFUSED), "3600",
	    ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "bcpollbstep", INT(C(tos.bcpollbstep), 0, 4, REFUSED), "0",
	    NEVER(TOS, NO_BSTEP) },
	{ SCHEMA_TOS, "basedate", DATE(C(tos.basedate_days)), "2025-01-01", ACTS(TOS, RELOAD) },
	{ SCHEMA_TOS, "authselect", CHOICE(C(tos.authselect), authselects), NULL,
	    ACTS(TOS, RELOAD) },

	{ SCHEMA_RLIMIT, "memlock", INT(C(rlimit.memlock_mb), -1, INT_BIG, REFUSED), "-1",
	    ACTS(START, START) },
	{ SCHEMA_RLIMIT, "stacksize", INT(C(rlimit.stacksize_pages), 0, INT_BIG, REFUSED), "50",
	    ACTS(START, START) },
	{ SCHEMA_RLIMIT, "filenum", INT(C(rlimit.filenum), 0, INT_BIG, REFUSED), "0",
	    ACTS(START, START) },

	{ SCHEMA_STATISTICS, "clockstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "cryptostats", WORD, NULL, NEVER(STATS, NO_AUTOKEY) },
	{ SCHEMA_STATISTICS, "loopstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "peerstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "rawstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "sysstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "protostats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "timingstats", WORD, NULL,
	    NEVER(STATS, "it was a debugging build's; nothing is measured for it") },
	{ SCHEMA_STATISTICS, "usestats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "ntsstats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "ntskestats", WORD, NULL, ACTS(STATS, REMOTE) },
	{ SCHEMA_STATISTICS, "ntskelog", WORD, NULL, ACTS(STATS, REMOTE) },

	{ SCHEMA_FILEGEN, "file", PATH_TO(G(file), STATS_FILE_MAX), NULL, ACTS(STATS, RELOAD) },
	{ SCHEMA_FILEGEN, "type", CHOICE(G(type), filegen_types), "day", ACTS(STATS, RELOAD) },
	{ SCHEMA_FILEGEN, "link", ON(G(link)), "1", ACTS(STATS, RELOAD) },
	{ SCHEMA_FILEGEN, "nolink", OFF(G(link)), NULL, ACTS(STATS, RELOAD) },
	{ SCHEMA_FILEGEN, "enable", ON(G(enabled)), "0", ACTS(STATS, RELOAD) },
	{ SCHEMA_FILEGEN, "disable", OFF(G(enabled)), NULL, ACTS(STATS, RELOAD) },

	{ SCHEMA_LEAPFILE, "checkhash", ON(C(leapfile_checkhash)), "1", ACTS(LEAP, RELOAD) },
	{ SCHEMA_LEAPFILE, "ignorehash", OFF(C(leapfile_checkhash)), NULL, ACTS(LEAP, RELOAD) },

	{ SCHEMA_SMEAR, "address", TEXT(NOT, 64), NULL, ACTS(LEAP, RELOAD) },
	{ SCHEMA_SMEAR, "interval", REAL(M(interval_s), 0, 86400, REFUSED), NULL,
	    ACTS(LEAP, RELOAD) },
	{ SCHEMA_SMEAR, "form", CHOICE(M(form), smear_forms), "cosine", ACTS(LEAP, RELOAD) },

#define NTS(member) C(nts.member)
	{ SCHEMA_NTS, "enable", ON(NTS(enable)), "0", ACTS(START, START) },
	{ SCHEMA_NTS, "disable", OFF(NTS(enable)), NULL, ACTS(START, START) },
	{ SCHEMA_NTS, "cert", PATH(NTS(cert)), "/etc/ntp/cert-chain.pem", ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "key", PATH(NTS(key)), "/etc/ntp/key.pem", ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "cookie", PATH(NTS(cookie)), "/var/lib/ntp/nts-keys", ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "rotate", INT_ALONE(NTS(rotate_s), NTS(ratchet), 0, INT_BIG), "86400",
	    ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "ratchet", ON(NTS(ratchet)), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "port", INT(NTS(port), 1, 65535, REFUSED), NULL, ACTS(LISTEN, RELOAD) },
	{ SCHEMA_NTS, "keport", INT(NTS(keport), 1, 65535, REFUSED), "4460", ACTS(START, START) },
	{ SCHEMA_NTS, "connections", INT(NTS(connections), 1, 200, REFUSED), "100",
	    ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "ca", PATH(NTS(ca)), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "state", PATH(NTS(state)), "/var/lib/ntp/nts-client", ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "certtime", CHOICE(NTS(certtime_auto), certtimes), "auto",
	    ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "aead", CHOICES(NTS(aead), NTS(aead_n), CONFIG_NTS_AEADS_MAX, aeads),
	    "AES_SIV_CMAC_256 AES_SIV_CMAC_384 AES_SIV_CMAC_512", ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "mintls", TLS(NTS(mintls)), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "maxtls", TLS(NTS(maxtls)), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "tlsciphersuites", TEXT(NTS(ciphersuites), 1023), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "tlsecdhcurves", TEXT(NTS(ecdhcurves), 1023), NULL, ACTS(NTS, RELOAD) },
	{ SCHEMA_NTS, "tlscipherserverpreference", MAYBE(NTS(server_preference)), "0",
	    ACTS(NTS, RELOAD) },

	{ SCHEMA_EXTRA, "port", INT(C(extra_port), 1, 65535, REFUSED), NULL, ACTS(LISTEN, RELOAD) },

	{ SCHEMA_CARD, "minpoll", INT(H(minpoll), -6, 10, REFUSED), "0", ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "maxpoll", INT(H(maxpoll), -6, 10, REFUSED), NULL, ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "precision", REAL(H(precision_s), 0, 1, REFUSED), "1e-07",
	    ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "txcomp", REAL(H(txcomp_s), -1, 1, REFUSED), "0", ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "rxcomp", REAL(H(rxcomp_s), -1, 1, REFUSED), "0", ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "nocrossts", ON(H(nocrossts)), "0", ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "rxfilter", CHOICE(H(rxfilter), rxfilters), "ntp", ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "minsamples", INT(H(minsamples), 2, CONFIG_CARD_SAMPLES_MAX, REFUSED), "2",
	    ACTS(CARDS, RELOAD) },
	{ SCHEMA_CARD, "maxsamples", INT(H(maxsamples), 2, CONFIG_CARD_SAMPLES_MAX, REFUSED), "16",
	    ACTS(CARDS, RELOAD) },

	{ SCHEMA_TEMPCOMP, "interval", INT(C(tempcomp_interval_s), 1, 3600, REFUSED), "10",
	    ACTS(TEMPCOMP, RELOAD) },

	{ SCHEMA_RESET, "allpeers", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "auth", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "ctl", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "io", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "mem", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "nts", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "sys", WORD, NULL, ACTS(RESET, REMOTE) },
	{ SCHEMA_RESET, "timer", WORD, NULL, ACTS(RESET, REMOTE) },

	{ SCHEMA_CRYPTO, "host", TEXT(NOT, 1023), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_CRYPTO, "ident", TEXT(NOT, 1023), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_CRYPTO, "pw", TEXT(NOT, 1023), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_CRYPTO, "randfile", PATH(NOT), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_CRYPTO, "digest", TEXT(NOT, 64), NULL, NEVER(OTHER, NO_AUTOKEY) },
	{ SCHEMA_TRAP, "port", INT(NOT, 1, 65535, REFUSED), "18447", NEVER(OTHER, NO_TRAP) },
	{ SCHEMA_TRAP, "interface", TEXT(NOT, 64), NULL, NEVER(OTHER, NO_TRAP) },
};

const unsigned schema_rows_n = sizeof schema_rows / sizeof schema_rows[0];
static_assert(sizeof schema_rows / sizeof schema_rows[0] <= SCHEMA_ROWS_MAX, "a mark for each");

const struct schema_row *
schema_find(enum schema_group group, const char *word)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].group == group && strcmp(schema_rows[i].word, word) == 0) {
			return &schema_rows[i];
		}
	}
	return NULL;
}

const struct schema_row *
schema_of_group(enum schema_group group)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].arg == ARG_OPTIONS && schema_rows[i].opens == group) {
			return &schema_rows[i];
		}
	}
	return NULL;
}

const char *
schema_suggest(enum schema_group group, const char *word)
{
	const char *best = NULL;
	char lower[64];
	size_t len = strlen(word);
	unsigned best_at = len < 6 ? 1 : len < 10 ? 2 : 3; /* slips, not other words */

	if (len >= sizeof lower) {
		return NULL;
	}
	for (size_t i = 0; i <= len; i++) {
		lower[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
	}
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].group != group) {
			continue;
		}
		unsigned at = text_distance(lower, schema_rows[i].word);
		if (at < best_at || (at == best_at && best == NULL)) {
			best = schema_rows[i].word;
			best_at = at;
		}
	}
	return best;
}

/* Sentences, speed, fraction; more sentences; counts, silent pulses, date as it is. */
#define NMEA_MODE 0x703ffu

static const struct schema_clock clocks[] = {
	{ 1, "local", "undisciplined local clock", STATE_ACTS, " time1 time2 ", 0 },
	{ 4, "spectracom", "Spectracom", STATE_NOT_YET, NULL, 0 },
	{ 5, "truetime", "TrueTime", STATE_NOT_YET, NULL, 0 },
	{ 8, "generic", "generic radio clock (parse)", STATE_NOT_YET, NULL, 0 },
	{ 11, "arbiter", "Arbiter", STATE_NOT_YET, NULL, 0 },
	{ 18, "modem", "telephone time service", STATE_NOT_YET, NULL, 0 },
	{ 20, "nmea", "NMEA GPS", STATE_ACTS,
	    " path ppspath timedata ppsdata baud time1 time2 flag1 flag2 flag3 flag4 ", NMEA_MODE },
	{ 22, "pps", "pulse per second", STATE_ACTS,
	    " path ppspath timedata ppsdata time1 flag2 flag3 flag4 ", 0 },
	{ 26, "hpgps", "HP GPS", STATE_NOT_YET, NULL, 0 },
	{ 28, "shm", "shared memory", STATE_ACTS, " time1 time2 flag1 flag4 ", 1 },
	{ 29, "trimble", "Trimble", STATE_NOT_YET, NULL, 0 },
	{ 30, "oncore", "Motorola Oncore", STATE_NOT_YET, NULL, 0 },
	{ 31, NULL, "Rockwell Jupiter", STATE_NOT_YET, NULL, 0 },
	{ 33, NULL, "dumb clock", STATE_NOT_YET, NULL, 0 },
	{ 38, NULL, "hopf serial", STATE_NOT_YET, NULL, 0 },
	{ 39, NULL, "hopf PCI", STATE_NOT_YET, NULL, 0 },
	{ 40, "jjy", "JJY", STATE_NOT_YET, NULL, 0 },
	{ 42, "zyfer", "Zyfer", STATE_NOT_YET, NULL, 0 },
	{ 44, NULL, "NeoClock", STATE_NOT_YET, NULL, 0 },
	{ 45, NULL, "Spectracom TSYNC", STATE_NOT_YET, NULL, 0 },
	{ 46, "gpsd", "gpsd", STATE_ACTS, " path timedata time1 time2 flag1 flag2 flag3 flag4 ",
	    3 },
	{ 47, "sock", "socket of chrony's kind", STATE_ACTS, " path timedata time1 flag4 ", 0 },
	{ 48, "phc", "PTP hardware clock", STATE_ACTS,
	    " path timedata ppsdata vmclock tai time1 time2 flag1 flag4 ", 0 },
	{ 3, NULL, "PSTI", STATE_NEVER, NULL, 0 },
	{ 6, NULL, "IRIG audio", STATE_NEVER, NULL, 0 },
	{ 7, NULL, "CHU", STATE_NEVER, NULL, 0 },
	{ 9, NULL, "Magnavox", STATE_NEVER, NULL, 0 },
	{ 10, NULL, "Austron", STATE_NEVER, NULL, 0 },
	{ 12, NULL, "KSI", STATE_NEVER, NULL, 0 },
	{ 13, NULL, "Ultralink", STATE_NEVER, NULL, 0 },
	{ 14, NULL, "ESE", STATE_NEVER, NULL, 0 },
	{ 16, NULL, "Bancomm", STATE_NEVER, NULL, 0 },
	{ 17, NULL, "Datum", STATE_NEVER, NULL, 0 },
	{ 19, NULL, "Heath", STATE_NEVER, NULL, 0 },
	{ 21, NULL, "TrueTime GPS-VME", STATE_NEVER, NULL, 0 },
	{ 27, NULL, "Arcron", STATE_NEVER, NULL, 0 },
	{ 32, NULL, "Chrono-log", STATE_NEVER, NULL, 0 },
	{ 34, NULL, "Ultralink", STATE_NEVER, NULL, 0 },
	{ 35, NULL, "Conrad", STATE_NEVER, NULL, 0 },
	{ 36, NULL, "WWV audio", STATE_NEVER, NULL, 0 },
	{ 37, NULL, "Forum", STATE_NEVER, NULL, 0 },
	{ 41, NULL, "TrueTime 560", STATE_NEVER, NULL, 0 },
	{ 43, NULL, "RIPE NCC", STATE_NEVER, NULL, 0 },
};

const struct schema_clock *
schema_clock_of_type(int32_t type)
{
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		if (clocks[i].type == type) {
			return &clocks[i];
		}
	}
	return NULL;
}

const struct schema_clock *
schema_clock_of_name(const char *name)
{
	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		if (clocks[i].name != NULL && strcmp(clocks[i].name, name) == 0) {
			return &clocks[i];
		}
	}
	return NULL;
}

/* A word of a list between blanks. */
static bool
is_listed(const char *list, const char *word)
{
	char between[64];
	struct text t = text_over(between, sizeof between);

	text_printf(&t, " %s ", word);
	return strstr(list, between) != NULL;
}

bool
schema_clock_takes(const struct schema_clock *clock, const struct schema_row *row)
{
	/* What is said to a server: a clock is read, and nothing is asked of it. */
	static const char *const asking = " iburst burst key version ttl xleave xmtnonce fallback ";
	bool of_clocks = row->group == SCHEMA_REFCLOCK || row->group == SCHEMA_FUDGE ||
	    row->group == SCHEMA_DEVICE;

	if (row->group == SCHEMA_SOURCE) {
		return clock->state != STATE_ACTS || !is_listed(asking, row->word);
	}
	return !of_clocks || clock->state != STATE_ACTS || is_listed(clock->words, row->word) ||
	    is_listed(" unit stratum refid minjitter ", row->word);
}

/* NULL for SOURCE_REFCLOCK, which has two forms. */
static const struct schema_row *
row_of_source(enum config_source_kind kind)
{
	for (unsigned i = 0; i < schema_rows_n; i++) {
		if (schema_rows[i].arg == ARG_SOURCE && schema_rows[i].bit == kind) {
			return &schema_rows[i];
		}
	}
	return NULL;
}

const char *
config_source_word(enum config_source_kind kind)
{
	const struct schema_row *row = row_of_source(kind);

	return row != NULL ? row->word : "server";
}

bool
config_source_in_effect(const struct config_source *s)
{
	if (s->kind == SOURCE_REFCLOCK) {
		const struct schema_clock *clock = schema_clock_of_type(s->clock_type);
		return clock != NULL && clock->state == STATE_ACTS;
	}
	const struct schema_row *row = row_of_source(s->kind);
	return row != NULL && row->state == STATE_ACTS;
}

bool
config_wants_kernel_pps(const struct config_source *s)
{
	const struct config_fudge *f = &s->fudge;

	return s->kind == SOURCE_REFCLOCK && f->flag3 != 0 &&
	    (s->clock_type == CLOCK_PPS || (s->clock_type == CLOCK_NMEA && f->flag1 != 0));
}

const char *
config_aead_name(int32_t aead)
{
	for (const struct schema_choice *c = aeads; c->word != NULL; c++) {
		if (c->value == aead) {
			return c->word;
		}
	}
	return NULL;
}
