/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_clock - what a reference clock lacks, what it is late by, and what to write for that. */
#include <math.h>
#include <string.h>
#include "mode6/explain.h"
#include "mode6/words.h"

/* Types of reference clocks, t of 127.127.t.u, whose devices fail in ways of their own. */
enum { NMEA = 20, PPS = 22, SHM = 28, GPSD = 46, SOCK = 47, PHC = 48, CLOCK_NET = 0x7f7f, ANY = 0 };
enum { SELECT_FALSETICK = 1, SELECT_CANDIDATE = 4, ENTRY_MAX = 512 };

/* Sentences that swing by so much are usual, over USB most of all. */
static const double WOBBLE_MS = 5.0;
/* A time2 that differs by less from what was measured is as good. */
static const double LATE_OFF_S = 0.05;

/*
 * The words of clock_state, which client/refclock_state gives; behind a colon the daemon says more.
 * The first row of a word that is of the type of the clock, or of any.
 */
static const struct {
	const char *word;
	unsigned type;
	const char *meaning, *advice;
} states[] = {
	{ "starting", ANY, "nothing has come from its device yet",
	    "wait a minute; if that stays, it will be said what is missing" },
	{ "gone", ANY, "its device went away just now: it is opened again at once", NULL },
	{ "denied", SHM, "ntpd may not use its segment of shared memory",
	    "units 0 and 1 are for root alone where gpsd or ptp4l made them first: start ntpd "
	    "before them, use units 2 to 7, or have them run as the same user" },
	{ "denied", ANY, "ntpd may not open its device",
	    "give its group the right to read it by a rule of udev, for it is made anew at each "
	    "start (ntpd.rules has those of pps, ptp and gps); then put the user of ntpd into that "
	    "group, and restart ntpd" },
	{ "refused", ANY, "gpsd is not running: nobody serves TCP port 2947 of this host",
	    "'systemctl start gpsd'; with -n in GPSD_OPTIONS it reads its receivers before "
	    "anybody asks; ntpd tries again by itself" },
	{ "missing", NMEA, "its device is not there",
	    "plug it in, and look with 'dmesg' what it is called; /dev/gpsU is a link that a rule "
	    "of udev makes (ntpd.rules), U the unit of the line, or 'path' names the device; ntpd "
	    "tries again by itself" },
	{ "missing", PPS, "its device is not there",
	    "see that there is a /dev/pps (on a Raspberry Pi: dtoverlay=pps-gpio,gpiopin=N in "
	    "config.txt) and that its number is the unit of the line, or name it by 'path'" },
	{ "missing", SHM, "its segment of shared memory cannot be made or attached",
	    "look at the number of the unit, and at 'ipcs -m'" },
	{ "missing", ANY, "its device is not there",
	    "look at the unit and at 'path' on its line; ntpd tries again by itself" },
	{ "silent", NMEA, "its device is there, and nothing comes from it",
	    "check the cable (what the receiver sends has to come in here), its power, and that no "
	    "login waits on the line ('systemctl mask serial-getty@ttyAMA0'); 'cat' of the device "
	    "shows what comes; another speed (baud) can look like that" },
	{ "silent", PPS, "its device is there, and no pulse comes",
	    "many receivers pulse only once they have a fix; check the wire and the pin, and look "
	    "with 'ppstest' at the device; flag2 takes the other edge" },
	{ "silent", SHM, "nobody writes to its segment of shared memory",
	    "see that the writer runs (gpsd -n, ptp4l, phc2sys) and that it writes to this unit: "
	    "gpsd has 0 for sentences and 1 for pulses of its first receiver; one that was started "
	    "before ntpd may hold another segment: restart it" },
	{ "silent", SOCK, "nobody writes to its socket",
	    "gpsd looks for it once, when it starts: restart it after ntpd, and compare the name "
	    "(/run/chrony.ttyAMA0.sock for /dev/ttyAMA0)" },
	{ "silent", GPSD, "gpsd is there, and tells nothing of its receiver",
	    "see with 'gpspipe -w' what it says, and that its DEVICES name the receiver; without "
	    "-n it may wait for somebody" },
	{ "silent", ANY, "nothing comes from its device", "look at what writes to it" },
	{ "format", NMEA, "what comes from its device cannot be read",
	    "compare the speed: 'baud' on its line, else mode, else 4800, and 9600 for 'refclock "
	    "nmea'; have it send RMC with a checksum; gpsd may read the same line, and each gets "
	    "half" },
	{ "format", SHM, "what stands in its segment is no time",
	    "look who makes it ('ipcs -m -p'): 96 octets, 80 or 88 of a program of 32 bits; remove "
	    "one that is left over ('ipcrm -M' with its key) and restart the writer" },
	{ "format", ANY, "what comes from its device cannot be read",
	    "compare what writes to it with what its line says" },
	{ "fault", ANY, "it cannot be read here", "use SHM or SOCK, or another build of ntpd" },
	{ "signal", PHC, "the hypervisor says that its own clock is not synchronised",
	    "look at the host" },
	{ "signal", GPSD, "gpsd has no fix of it, or its pulses and sentences do not fit",
	    "give the antenna a view of the sky, and wait: the first fix can take a quarter of an "
	    "hour; 'cgps' shows satellites; a wrong time2 keeps pulses out" },
	{ "signal", ANY, "it says itself that it has no time",
	    "a receiver: give its antenna a view of the sky, and wait, the first fix can take a "
	    "quarter of an hour; another writer: look at what that follows" },
	{ "date", ANY, "its date cannot be right",
	    "a receiver of old firmware is 1024 weeks behind: '0g' behind time1 and time2 adds "
	    "these; 'tos basedate' says before what day no time is believed" },
	{ "time", SHM, "its time is not used",
	    "a stamp that stays or is old: its writer hangs, restart it; beyond 4 hours from ours: "
	    "set the clock once, or take the limit away by flag1" },
	{ "time", ANY, "its time is not used",
	    "a stamp that is old or stays comes from a writer that hangs: restart that" },
	{ "warned", SHM, "it is not only root and ntpd that may set this clock",
	    "start ntpd before the writer, which then finds the segment made for it; use units 0 "
	    "and 1, or mode 1; better a socket (refclock sock), which has rights" },
	{ "warned", ANY, "ntpd says of its device", NULL },
	{ "pulse_missing", ANY, "its pulses are to be used (flag1), and their device is not there",
	    "link /dev/gpsppsU by a rule of udev (ntpd.rules), or name it by 'ppspath'; without it "
	    "the sentences alone count" },
	{ "pulse_silent", ANY, "its sentences come, and no pulse with them",
	    "many receivers pulse only once they have a fix; check the wire and the pin "
	    "(ppstest); gpsd wants the PPS device among its DEVICES" },
	{ "pulse_unpaired", ANY,
	    "its sentences and its pulses come, and do not fit: 0.4 s or more between them",
	    "time2 is to say how late the sentences are: 0.1 to 0.6 s; leave it out and look "
	    "again; "
	    "have the receiver send fewer sentences, or faster" },
	{ "page_missing", ANY, "the page of the hypervisor (vmclock) cannot be read",
	    "look at 'vmclock' on its line; without it leap seconds are not known" },
	{ "kernel", ANY, "the kernel does not measure by its pulses (flag3); it does no harm",
	    "take flag3 out: the kernels of all distributions lack it, and ntpd needs it not" },
};

enum { STATES_N = sizeof states / sizeof *states };

/* Why pulses do not lead. */
static const struct {
	const char *word, *meaning, *advice;
} unnumbered[] = {
	{ "alone", "nobody numbers its seconds: no other source is good",
	    "add servers, or the receiver whose pulses these are (nmea, shm, gpsd), beside it" },
	{ "prefer", "no survivor is preferred, nor is it",
	    "'prefer' on the line of the receiver or server that numbers the seconds, or on its "
	    "own" },
	{ "far", "our clock is not within 0.4 s yet", "wait until the others have set the clock" },
	{ "edge", "its pulses begin another moment than the seconds of the others",
	    "take the other edge (flag2); else time1 is to correct it" },
	{ "other", "another pulse leads, or the selection has not looked at it yet", NULL },
};

/* ---- what it is ---- */

unsigned
explain_clock_type(const struct vars *v)
{
	const char *address = vars_get(v, "srcadr");
	struct addr a;

	if (address == NULL || !addr_parse(address, &a) || a.family != ADDR_V4 ||
	    addr_v4_value(&a) >> 16 != CLOCK_NET) {
		return 0;
	}
	return addr_v4_value(&a) >> 8 & 0xff;
}

/* ---- state ---- */

static bool
is_word(const char *entry, const char *word)
{
	size_t len = strlen(word);

	return strncmp(entry, word, len) == 0 && (entry[len] == '\0' || entry[len] == ':');
}

static void
note(struct story *s, const char *meaning, const char *detail, const char *advice)
{
	explain_note(&s->why, "%s", meaning);
	if (detail[0] != '\0') {
		explain_note(&s->why, "ntpd says of it: %s", detail);
	}
	if (advice != NULL) {
		explain_note(&s->advice, "%s", advice);
	}
}

static void
note_unnumbered(struct story *s, const char *why)
{
	for (size_t i = 0; i < sizeof unnumbered / sizeof *unnumbered; i++) {
		if (strcmp(unnumbered[i].word, why) == 0) {
			explain_note(&s->why,
			    "a pulse tells where a second begins and not which, so it does not "
			    "lead (o): %s",
			    unnumbered[i].meaning);
			if (unnumbered[i].advice != NULL) {
				explain_note(&s->advice, "%s", unnumbered[i].advice);
			}
		}
	}
}

static void
note_entry(struct story *s, const char *entry, unsigned type)
{
	const char *colon = strstr(entry, ": ");
	const char *detail = colon != NULL ? colon + 2 : "";

	if (is_word(entry, "unnumbered")) {
		note_unnumbered(s, detail);
		return;
	}
	for (size_t i = 0; i < STATES_N; i++) {
		if (is_word(entry, states[i].word) &&
		    (states[i].type == ANY || states[i].type == type)) {
			note(s, states[i].meaning, detail, states[i].advice);
			return;
		}
	}
}

static void
note_state(struct story *s, const char *state, unsigned type)
{
	while (state != NULL && state[0] != '\0') {
		const char *end = strstr(state, " | ");
		char entry[ENTRY_MAX];
		struct text t = text_over(entry, sizeof entry);

		text_put_n(&t, state, end != NULL ? (size_t)(end - state) : strlen(state));
		note_entry(s, entry, type);
		state = end != NULL ? end + 3 : NULL;
	}
}

/* ---- calibration ---- */

/* The number to write is the whole one: what is in force and what is missing together. */
static void
advise_fudge(struct story *s, const struct vars *v, double to_write_s, const char *because)
{
	const char *line = vars_get(v, "clock_line");

	explain_note(&s->advice, "%s: write '%s %.*f', now %.*f (tos mindist only hides it)",
	    because, line != NULL ? line : "fudge", fabs(to_write_s) < 0.001 ? 6 : 3, to_write_s,
	    fabs(to_write_s) < 0.001 ? 6 : 3, explain_number(v, "clock_fudge"));
}

static void
note_late(struct story *s, const struct vars *v, unsigned select)
{
	double late_s = explain_number(v, "clock_late"), fudge_s = explain_number(v, "clock_fudge");
	double off_s = explain_number(v, "offset") / 1e3;

	if (late_s > 0 && fabs(late_s - fudge_s) > LATE_OFF_S) {
		explain_note(&s->why,
		    "its sentences end %.3f s after the pulse, and %.3f s are corrected", late_s,
		    fudge_s);
		advise_fudge(s, v, late_s, "so that they are of use without the pulse");
	} else if (select == SELECT_FALSETICK) {
		explain_note(&s->why,
		    "nobody has measured how late it is: %+.3f s by the other sources", -off_s);
		advise_fudge(s, v, fudge_s - off_s, "when the others are right");
	}
}

/* Words of a receiver swing; a pulse does not. */
static void
note_wobble(struct story *s, const struct vars *v, unsigned type)
{
	double jitter_ms = explain_number(v, "jitter");

	if ((type == NMEA || type == GPSD || type == SHM) && jitter_ms > WOBBLE_MS) {
		explain_note(&s->why,
		    "its times swing by %.0f ms, as words of a receiver do, over USB most of all",
		    jitter_ms);
		explain_note(&s->advice,
		    "use its pulses (flag1 of nmea, unit 1 of shm, a line pps); over USB there are "
		    "none without the wire of a serial port or a pin");
	}
}

bool
explain_is_clock(const struct vars *v)
{
	const char *state = vars_get(v, "clock_state");

	return state != NULL && state[0] != '\0';
}

bool
explain_is_clock_at_fault(const struct vars *v)
{
	return explain_is_clock(v) && strcmp(vars_get(v, "clock_state"), "good") != 0;
}

void
explain_clock(struct story *s, const struct vars *v, uint16_t status)
{
	const char *state = vars_get(v, "clock_state");
	unsigned type = explain_clock_type(v), select = status_peer_select(status);

	if (!explain_is_clock(v)) {
		return;
	}
	note_state(s, state, type);
	if (type != PPS && type != PHC) {
		note_late(s, v, select);
	}
	note_wobble(s, v, type);
}
