/* SPDX-License-Identifier: BSD-2-Clause */
/* foreign - the words of chrony.conf, OpenNTPD's ntpd.conf and timesyncd.conf. */
#include "config/foreign.h"
#include <string.h>
#include <strings.h>

#define CHRONY(word, instead)                            \
	{                                                \
		SCHEMA_TOP, word, "chrony.conf", instead \
	}
#define CHRONY_SOURCE(word, instead)                        \
	{                                                   \
		SCHEMA_SOURCE, word, "chrony.conf", instead \
	}
#define OPENNTPD(word, instead)                                   \
	{                                                         \
		SCHEMA_TOP, word, "OpenNTPD's ntpd.conf", instead \
	}
#define OPENNTPD_SOURCE(word, instead)                               \
	{                                                            \
		SCHEMA_SOURCE, word, "OpenNTPD's ntpd.conf", instead \
	}
#define TIMESYNCD(word, instead)                            \
	{                                                   \
		SCHEMA_TOP, word, "timesyncd.conf", instead \
	}

/* What several words come to. */
#define BY_ITSELF "ntpd does it by itself, leave the line out"
#define NOTHING "nothing here does the same, leave the line out"
#define FILTERED "ntpd judges and filters samples by itself, leave it out"
#define LISTENED "write 'interface listen NAME-OR-ADDRESS'"
#define LIMITED "write 'limit average RATE burst NUMBER' and 'restrict default limited kod'"
#define NTPQ "ntpq asks over UDP port 123; who may is said by 'restrict ADDRESS WORDS'"
#define NTS_WORD(instead) "write 'nts " instead "'"
#define LEAP "write 'leapfile /usr/share/zoneinfo/leap-seconds.list'"
#define LOGGED "write 'statistics loopstats peerstats' and 'statsdir FOLDER'"
#define REALTIME "ntpd -N raises its priority"
#define CLOCK_OF_HARDWARE                                                    \
	"the kernel copies the time to the hardware clock every 11 minutes " \
	"while ntpd is synchronised, leave the line out"
#define HARDWARE_STAMPS "ntpd takes stamps of packets from the kernel by itself, leave the line out"
#define PROVEN                                                               \
	"no dates of web servers are read: 'server NAME nts' asks a server " \
	"that proves who it is"
#define NTS_FILES "write 'nts cookie PATH' for a server, 'nts state PATH' for a client"

const struct foreign_word foreign_words[] = {
	CHRONY("acquisitionport", "write 'sourceport PORT'"),
	CHRONY("allow",
	    "write 'restrict ADDRESS mask MASK nomodify noquery' for those who may ask for the "
	    "time; without 'noserve' and 'ignore' everybody may"),
	CHRONY("authselectmode", "write 'tos authselect MODE'"),
	CHRONY("bindacqaddress", LISTENED),
	CHRONY("bindacqdevice", LISTENED),
	CHRONY("bindaddress", LISTENED),
	CHRONY("bindcmdaddress", NTPQ),
	CHRONY("bindcmddevice", NTPQ),
	CHRONY("binddevice", LISTENED),
	CHRONY("clientloglimit", "write 'mru maxmem KILOBYTES'"),
	CHRONY("clockprecision", "ntpd measures it; 'tinker tick SECONDS' sets it"),
	CHRONY("cmdallow", NTPQ),
	CHRONY("cmddeny", NTPQ),
	CHRONY("cmdport", NTPQ),
	CHRONY("cmdratelimit", LIMITED),
	CHRONY("combinelimit", "ntpd weighs its sources by itself, leave the line out"),
	CHRONY("commandkey", "write 'controlkey ID'"),
	CHRONY("confdir", "write 'includefile FOLDER'"),
	CHRONY("corrtimeratio", BY_ITSELF),
	CHRONY("deny", "write 'restrict ADDRESS mask MASK ignore'"),
	CHRONY("dumpdir", "ntpd keeps its frequency in the drift file, leave the line out"),
	CHRONY("dumponexit", "ntpd keeps its frequency in the drift file, leave the line out"),
	CHRONY("fallbackdrift", BY_ITSELF),
	CHRONY("generatecommandkey", "ntp-keygen makes a file of keys"),
	CHRONY("hwclockfile", CLOCK_OF_HARDWARE),
	CHRONY("hwtstimeout", HARDWARE_STAMPS),
	CHRONY("include", "write 'includefile PATH'"),
	CHRONY("initstepslew", "ntpd -g sets the clock once at the start, however far it is off"),
	CHRONY("keyfile", "write 'keys PATH' and 'trustedkey ID'"),
	CHRONY("leapseclist", LEAP),
	CHRONY("leapsecmode",
	    "the kernel steps at the leap second; 'leapsmearinterval SECONDS' smears it for "
	    "clients"),
	CHRONY("leapsectz", LEAP),
	CHRONY("linux_freq_scale", NOTHING),
	CHRONY("linux_hz", NOTHING),
	CHRONY("local", "write 'tos orphan STRATUM'"),
	CHRONY("lock_all", "write 'rlimit memlock 0'"),
	CHRONY("log", LOGGED),
	CHRONY("logbanner", NOTHING),
	CHRONY("logchange", "every step of the clock is logged, leave the line out"),
	CHRONY("logdir", "write 'statsdir FOLDER'"),
	CHRONY("mailonchange", "every step of the clock is logged; have the log watched"),
	CHRONY("makestep",
	    "ntpd steps the clock when it is off by more than 'tinker step SECONDS' (0.128); ntpd "
	    "-g also at the start, however far"),
	CHRONY("manual", "nothing here takes the time by hand, leave the line out"),
	CHRONY("maxchange", "write 'tinker panic SECONDS'"),
	CHRONY("maxclockerror", "write 'tinker dispersion PPM'"),
	CHRONY("maxdistance", "write 'tos maxdist SECONDS'"),
	CHRONY("maxdrift", "500 ppm is the most, leave the line out"),
	CHRONY("maxjitter", FILTERED),
	CHRONY("maxntsconnections", NTS_WORD("connections NUMBER")),
	CHRONY("maxsamples", FILTERED),
	CHRONY("maxslewrate", "500 ppm is the most, leave the line out"),
	CHRONY("maxtxbuffers", HARDWARE_STAMPS),
	CHRONY("maxupdateskew", BY_ITSELF),
	CHRONY("minsamples", FILTERED),
	CHRONY("minsources", "write 'tos minsane NUMBER'"),
	CHRONY("nocerttimecheck",
	    "'nts certtime auto', the default, judges the dates of certificates once the time is "
	    "known; leave the line out"),
	CHRONY("noclientlog", "write 'disable monitor'"),
	CHRONY("nosystemcert", NTS_WORD("ca PATH")),
	CHRONY("ntsaeads", NTS_WORD("aead NAMES")),
	CHRONY("ntscachedir", NTS_FILES),
	CHRONY("ntsdumpdir", NTS_FILES),
	CHRONY("ntsntpserver", "keys are good for this host only, leave the line out"),
	CHRONY("ntsport", NTS_WORD("keport PORT")),
	CHRONY("ntsprocesses",
	    "one process gives out the keys, 'nts connections NUMBER' says to how many clients at "
	    "once; leave the line out"),
	CHRONY("ntsratelimit",
	    "how often a host may come for keys is limited by itself, leave the line out"),
	CHRONY("ntsrefresh", "write 'expire SECONDS' behind the word 'nts' of a server"),
	CHRONY("ntsrotate", NTS_WORD("rotate SECONDS")),
	CHRONY("ntsservercert", NTS_WORD("cert PATH")),
	CHRONY("ntsserverkey", NTS_WORD("key PATH")),
	CHRONY("ntstrustedcerts", NTS_WORD("ca PATH")),
	CHRONY("opencommands", NTPQ),
	CHRONY("port", "ntpd serves port 123; 'extra port PORT' serves a second one"),
	CHRONY("ptpdomain", NOTHING),
	CHRONY("ptpport", NOTHING),
	CHRONY("ratelimit", LIMITED),
	CHRONY("refresh", BY_ITSELF),
	CHRONY("reselectdist", "write 'tos mindist SECONDS'"),
	CHRONY("rtcautotrim", CLOCK_OF_HARDWARE),
	CHRONY("rtcdevice", CLOCK_OF_HARDWARE),
	CHRONY("rtcfile", CLOCK_OF_HARDWARE),
	CHRONY("rtconutc", CLOCK_OF_HARDWARE),
	CHRONY("rtcsync", CLOCK_OF_HARDWARE),
	CHRONY("sched_priority", REALTIME),
	CHRONY("smoothtime", "'leapsmearinterval SECONDS' smears leap seconds for clients"),
	CHRONY("stratumweight", "ntpd weighs its sources by itself, leave the line out"),
	CHRONY("user", "ntpd -u USER:GROUP gives up the rights of root"),

	CHRONY_SOURCE("asymmetry", FILTERED),
	CHRONY_SOURCE("auto_offline", BY_ITSELF),
	CHRONY_SOURCE("certset", "write 'ca PATH' behind the word 'nts'"),
	CHRONY_SOURCE("copy", NOTHING),
	CHRONY_SOURCE("extfield", NOTHING),
	CHRONY_SOURCE("filter", FILTERED),
	CHRONY_SOURCE("ipv4", "write '-4' before the name"),
	CHRONY_SOURCE("ipv6", "write '-6' before the name"),
	CHRONY_SOURCE("maxdelay", FILTERED),
	CHRONY_SOURCE("maxdelaydevratio", FILTERED),
	CHRONY_SOURCE("maxdelayquant", FILTERED),
	CHRONY_SOURCE("maxdelayratio", FILTERED),
	CHRONY_SOURCE("maxsamples", FILTERED),
	CHRONY_SOURCE("maxsources", "write 'tos maxclock NUMBER'"),
	CHRONY_SOURCE("maxunreach", BY_ITSELF),
	CHRONY_SOURCE("mindelay", FILTERED),
	CHRONY_SOURCE("minsamples", FILTERED),
	CHRONY_SOURCE("minstratum", "write 'tos floor STRATUM'"),
	CHRONY_SOURCE("ntsport", "write the port behind the name: NAME:PORT"),
	CHRONY_SOURCE("offline", BY_ITSELF),
	CHRONY_SOURCE("offset", "write 'bias SECONDS', with the other sign"),
	CHRONY_SOURCE("polltarget", BY_ITSELF),
	CHRONY_SOURCE("port", "write it behind the name: NAME:PORT"),
	CHRONY_SOURCE("presend", BY_ITSELF),
	CHRONY_SOURCE("trust", "write 'true'"),

	OPENNTPD("constraint", PROVEN),
	OPENNTPD("constraints", PROVEN),
	OPENNTPD("listen",
	    "ntpd listens on every address unless 'interface listen NAME-OR-ADDRESS' says "
	    "otherwise"),
	OPENNTPD("query", "write 'interface listen ADDRESS'"),
	OPENNTPD("rtable", NOTHING),
	OPENNTPD("sensor", "write 'refclock NAME'"),
	OPENNTPD("servers", "write 'pool NAME'"),
	OPENNTPD_SOURCE("constraint", PROVEN),
	OPENNTPD_SOURCE("rtable", NOTHING),
	OPENNTPD_SOURCE("trusted", "write 'true'"),
	OPENNTPD_SOURCE("weight", "ntpd weighs its sources by itself; 'prefer' has one go first"),

	TIMESYNCD("[time]", "leave the line out"),
	TIMESYNCD("connectionretrysec", BY_ITSELF),
	TIMESYNCD("fallbackntp", "write 'server NAME' or 'pool NAME', a line each"),
	TIMESYNCD("ntp", "write 'server NAME' or 'pool NAME', a line each"),
	TIMESYNCD("pollintervalmaxsec", "write 'maxpoll EXPONENT' behind the servers"),
	TIMESYNCD("pollintervalminsec", "write 'minpoll EXPONENT' behind the servers"),
	TIMESYNCD("rootdistancemaxsec", "write 'tos maxdist SECONDS'"),
	TIMESYNCD("saveintervalsec", BY_ITSELF),
};

const unsigned foreign_words_n = sizeof foreign_words / sizeof foreign_words[0];

const struct foreign_word *
foreign_find(enum schema_group group, const char *word)
{
	size_t len = strcspn(word, "=");

	for (unsigned i = 0; i < foreign_words_n; i++) {
		const struct foreign_word *f = &foreign_words[i];
		if (f->group == group && strlen(f->word) == len &&
		    strncasecmp(f->word, word, len) == 0) {
			return f;
		}
	}
	return NULL;
}
