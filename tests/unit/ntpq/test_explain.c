/* SPDX-License-Identifier: BSD-2-Clause */
/* What explain says in each situation. */
#include "mode6/explain.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "unit/ntpq/played.h"

/* Associations 3, 1, 2. */
static const uint8_t three[] = { 0, 3, 0xb1, 0x14, 0, 1, 0xb6, 0x1a, 0, 2, 0x80, 0x11 };

static void
explain_says_who_leads_who_lies_and_what_to_do_about_silence(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, NULL, 0x0615,
		    "stratum=2, rootdelay=2, rootdisp=3, offset=0.5" },
		{ CONTROL_READVAR, 1, NULL, 0x961a,
		    "srcadr=192.0.2.11, reach=0xff, flash=0x0, offset=0.1" },
		{ CONTROL_READVAR, 2, NULL, 0x8011,
		    "srcadr=192.0.2.12, reach=0x0, flash=0x1600, in=0" },
		{ CONTROL_READVAR, 3, NULL, 0xb114, "srcadr=192.0.2.13, reach=0xff, offset=900.5" },
	};
	const char *out;
	struct world w;

	(void)state;
	begin(&w, replies, 4);
	w.played.list = three;
	w.played.list_len = sizeof three;
	out = run(&w, "explain");
	assert_non_null(strstr(out, "synchronised to 192.0.2.11, stratum 2\n"));
	assert_non_null(strstr(out, "right to within 4.000 ms"));
	assert_non_null(strstr(out, "1 source has the wrong time"));
	assert_non_null(strstr(out, "* 192.0.2.11 (association 1)\n    used: it leads the clock"));
	assert_non_null(strstr(out, "no answer has ever come from it\n"));
	assert_non_null(strstr(out, "    peer_stratum, peer_dist: nothing is known of these"));
	/* Its missing stratum follows from its silence: no advice about the stratum. */
	assert_null(strstr(out, "tos floor"));
	assert_non_null(strstr(out, "To do: check its address and name"));
	assert_non_null(strstr(out, "falseticker)\n    its offset is +900.500 ms"));
	assert_non_null(strstr(out, "\n\"help peers\" tells what the columns of peers mean.\n"));
	w.q.set.json = true;
	assert_null(strstr(run(&w, "explain"), "help peers"));
	end(&w);
}

/* Two peers that never start: no packet, no ear, no key. */
static void
explain_says_why_peers_do_not_come_together(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, NULL, 0x0615,
		    "stratum=2, rootdelay=2, rootdisp=3, offset=0.5" },
		{ CONTROL_READVAR, 1, NULL, 0x8011,
		    "srcadr=192.0.2.11, hmode=1, reach=0x0, flash=0x1200, in=0" },
		{ CONTROL_READVAR, 2, NULL, 0x8011,
		    "srcadr=192.0.2.12, hmode=1, reach=0x0, flash=0x1202, in=7" },
		{ CONTROL_READVAR, 3, NULL, 0xc011,
		    "srcadr=192.0.2.13, hmode=1, reach=0x0, flash=0x1210, in=7" },
	};
	const char *out;
	struct world w;

	(void)state;
	begin(&w, replies, 4);
	w.played.list = three;
	w.played.list_len = sizeof three;
	out = run(&w, "explain");
	assert_non_null(strstr(out, "no packet of it has come to port 123"));
	assert_non_null(strstr(out, "peers speak from port 123 to port 123"));
	assert_non_null(strstr(out, "it does not hear ours"));
	assert_non_null(strstr(out, "look at its side"));
	assert_non_null(strstr(out, "compare the key number, type and secret on both sides"));
	end(&w);
}

/* Of a receiver that nobody measured, of pulses that nobody numbers, of a device that is missing. */
static void
explain_says_what_a_reference_clock_lacks(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, NULL, 0x0615,
		    "stratum=2, rootdelay=2, rootdisp=3, offset=0.5" },
		{ CONTROL_READVAR, 1, NULL, 0x961a,
		    "srcadr=192.0.2.11, reach=0xff, flash=0x0, offset=0.1" },
		{ CONTROL_READVAR, 2, NULL, 0x9311,
		    "srcadr=127.127.22.0, reach=0xff, offset=0.01" },
		{ CONTROL_READVAR, 3, NULL, 0x9114,
		    "srcadr=127.127.20.0, reach=0xff, offset=-142" },
	};
	static const struct reply missing[] = {
		{ CONTROL_READVAR, 0, NULL, 0xc011, "stratum=16" },
		{ CONTROL_READVAR, 1, NULL, 0x8011,
		    "srcadr=127.127.28.0, reach=0x0, flash=0x1600" },
	};
	static const uint8_t one[] = { 0, 1, 0x80, 0x11 };
	static const uint8_t all[] = { 0, 1, 0x96, 0x1a, 0, 2, 0x93, 0x11, 0, 3, 0x91, 0x14 };
	const char *out;
	struct world w;

	(void)state;
	begin(&w, replies, 4);
	w.played.list = all;
	w.played.list_len = sizeof all;
	out = run(&w, "explain");
	assert_non_null(strstr(out, "a pulse tells where a second begins and not which"));
	assert_non_null(strstr(out, "'prefer' on the line of the receiver"));
	assert_non_null(strstr(out, "0.142 more"));
	end(&w);
	begin(&w, missing, 2);
	w.played.list = one;
	w.played.list_len = sizeof one;
	assert_non_null(strstr(run(&w, "explain"), "which device is missing"));
	end(&w);
}

/* ---- reference clocks ---- */

/* Status words: what is configured and answers, and what became of it. */
enum {
	SILENT = 0x8011,
	REJECTED = 0x9014,
	FALSETICKER = 0x9114,
	OUTLIER = 0x9314,
	CANDIDATE = 0x9414,
	LEADER = 0x961a,
	KEYED = 0xd014,
	NEVER = 0xc016,
	SYNCHRONISED = 0x0615,
	LOST = 0x0018,
	ON_LOCAL = 0x0515,
};

#define GOOD                                                                          \
	"reach=0xff, flash=0x0, delay=0.2, offset=0.1, jitter=0.01, dispersion=0.5, " \
	"rootdelay=0, rootdisp=1, stratum=1, refid=GPS, in=20"

#define CLOCK_OF(t) "srcadr=127.127." #t ".0, clock_line=\"fudge 127.127." #t ".0 time2\", "

/* Each pain: what the daemon tells of the clock, what is said, and what to do. */
static const struct pain {
	uint16_t status;
	const char *vars, *why, *advice;
} pains[] = {
	/* Its device. */
	{ SILENT,
	    CLOCK_OF(22) "clock_state=\"denied: Permission denied; /dev/pps0 has mode 0600, owner "
			 "root, group root: ...; ntpd runs as ntp\"",
	    "ntpd says of it: Permission denied; /dev/pps0 has mode 0600, owner root, group root: "
	    "...; ntpd runs as ntp",
	    "by a rule of udev" },
	{ SILENT, CLOCK_OF(28) "clock_state=\"denied: Permission denied\"",
	    "may not use its segment of shared memory", "units 0 and 1 are for root alone" },
	{ SILENT, CLOCK_OF(20) "clock_state=\"missing: No such file or directory; /dev/gps0\"",
	    "its device is not there", "rule of udev makes" },
	{ SILENT, CLOCK_OF(22) "clock_state=\"missing: No such file or directory; /dev/pps3\"",
	    "its device is not there", "its number is the unit" },
	{ SILENT, CLOCK_OF(46) "clock_state=\"refused: Connection refused\"", "gpsd is not running",
	    "systemctl start gpsd" },
	/* Nothing comes. */
	{ SILENT, CLOCK_OF(20) "clock_state=\"silent: /dev/gps0 at 9600 baud\"",
	    "nothing comes from it", "check the cable" },
	{ SILENT, CLOCK_OF(22) "clock_state=\"silent: /dev/pps0\"", "no pulse comes", "ppstest" },
	{ SILENT, CLOCK_OF(28) "clock_state=\"silent: segment 0x4e545032\"",
	    "nobody writes to its segment", "it writes to this unit" },
	{ SILENT, CLOCK_OF(47) "clock_state=\"silent: /run/chrony.ttyAMA0.sock\"",
	    "nobody writes to its socket", "restart it after ntpd" },
	{ SILENT, CLOCK_OF(46) "clock_state=\"silent\"", "tells nothing of its receiver",
	    "gpspipe -w" },
	/* What comes is wrong. */
	{ SILENT, CLOCK_OF(20) "clock_state=\"format: another speed (baud)\"",
	    "what comes from its device cannot be read", "compare the speed" },
	{ SILENT, CLOCK_OF(20) "clock_state=\"format: its sentences have no checksum\"",
	    "ntpd says of it: its sentences have no checksum", "RMC with a checksum" },
	{ SILENT, CLOCK_OF(28) "clock_state=\"format: the segment is shorter\"",
	    "what stands in its segment is no time", "a program of 32 bits" },
	{ SILENT, CLOCK_OF(20) "clock_state=\"signal\"", "it says itself that it has no time",
	    "view of the sky" },
	{ SILENT, CLOCK_OF(28) "clock_state=\"date: before tos basedate\"",
	    "its date cannot be right", "1024 weeks behind" },
	{ SILENT, CLOCK_OF(28) "clock_state=\"time: +90000.0 s off, more than the limit\"",
	    "more than the limit", "flag1" },
	{ LEADER, CLOCK_OF(28) "clock_state=\"good | warned: mode 0666, made by gpsd\"",
	    "mode 0666, made by gpsd", "start ntpd before the writer" },
	/* Pulses beside sentences, and alone. */
	{ LEADER, CLOCK_OF(20) "clock_state=\"good | pulse_missing: No such file; /dev/gpspps0\"",
	    "their device is not there", "ppspath" },
	{ LEADER, CLOCK_OF(20) "clock_state=\"good | pulse_silent: /dev/gpspps0\"",
	    "no pulse with them", "ppstest" },
	{ LEADER, CLOCK_OF(20) "clock_state=\"good | pulse_unpaired\"", "do not fit",
	    "how late the sentences are" },
	{ LEADER, CLOCK_OF(22) "clock_state=\"good | kernel: Operation not supported\"",
	    "does not measure by its pulses (flag3)", "take flag3 out" },
	{ 0x9311, CLOCK_OF(22) "clock_state=\"good | unnumbered: prefer\"",
	    "it does not lead (o): no survivor is preferred", "'prefer' on the line" },
	{ 0x9011, CLOCK_OF(22) "clock_state=\"good | unnumbered: alone\"",
	    "nobody numbers its seconds", "add servers, or the receiver" },
	{ 0x9311, CLOCK_OF(22) "clock_state=\"good | unnumbered: far\"", "not within 0.4 s yet",
	    "wait" },
	{ 0x9111, CLOCK_OF(22) "clock_state=\"good | unnumbered: edge\", offset=100",
	    "another moment", "the other edge (flag2)" },
	/* What it is late by: the whole number to write, in the words of its own line. */
	{ 0x9114, CLOCK_OF(20) "clock_state=\"good\", offset=-142, clock_fudge=0.2, clock_late=0",
	    "+0.142 s by the other sources",
	    "write 'fudge 127.127.20.0 time2 0.342', now 0.200 (tos mindist only hides it)" },
	{ 0x9114,
	    "srcadr=127.127.28.0, clock_line=\"refclock shm unit 0 time1\", "
	    "clock_state=\"good\", offset=+50, clock_fudge=0.2, clock_late=0",
	    "-0.050 s by the other sources", "write 'refclock shm unit 0 time1 0.150', now 0.200" },
	{ LEADER, CLOCK_OF(20) "clock_state=\"good\", clock_fudge=0.000000, clock_late=0.342",
	    "end 0.342 s after the pulse", "write 'fudge 127.127.20.0 time2 0.342', now 0.000" },
	{ CANDIDATE, CLOCK_OF(20) "clock_state=\"good\", jitter=23.4", "swing by 23 ms",
	    "use its pulses" },
};

static bool
is_among(const struct notes *n, const char *words)
{
	for (size_t i = 0; i < n->n; i++) {
		if (strstr(n->line[i], words) != NULL) {
			return true;
		}
	}
	return false;
}

static void
each_pain_of_a_reference_clock_is_told_with_what_to_do(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof pains / sizeof *pains; i++) {
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .dist_ms = -1, .sources = 4, .reachable = 4 };
		char text[512];
		struct vars v;

		snprintf(text, sizeof text, "%s, reach=0x%x, flash=0x%x", pains[i].vars,
		    pains[i].status == SILENT ? 0 : 0xff, pains[i].status == SILENT ? 0x1600 : 0);
		assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
		explain_source(s, "clock", &v, pains[i].status, &all);
		if (!is_among(&s->why, pains[i].why) || !is_among(&s->advice, pains[i].advice)) {
			print_message("%s: not '%s' or not '%s'\n", text, pains[i].why,
			    pains[i].advice);
			wrong++;
		}
		/* Nobody is sent to look for what is known, or to servers and their port. */
		if (is_among(&s->advice, "port 123") ||
		    is_among(&s->advice, "the log of ntpd has") || s->advice.n > 2) {
			print_message("%s: too much is advised\n", text);
			wrong++;
		}
		vars_free(&v);
		free(s);
	}
	assert_int_equal(wrong, 0);
}

/* Each cause for which the daemon leaves a source out, and what there is to do. */
static void
what_an_outlier_is_left_out_for_is_told_with_what_to_do(void **state)
{
	static const struct {
		uint16_t status;
		const char *vars, *why, *advice; /* advice NULL: nothing is to be done */
	} cases[] = {
		{ OUTLIER, "select_why=restless",
		    "not used now: it has no vote, for its time was not what was foretold",
		    "it is used again by itself once it was calm" },
		{ OUTLIER, "select_why=\"drifts\"",
		    "not used now: the rate of its clock is another", "write 'true' on its line" },
		{ OUTLIER, "select_why=smear", "not used now: around the leap second",
		    "all smear leap seconds, or that all do not" },
		{ OUTLIER, "select_why=\"\"",
		    "not used now: its time strays more than that of the others (outlier)", NULL },
		{ OUTLIER, "in=9", "strays more than that of the others (outlier)", NULL },
		{ OUTLIER, "select_why=unheard_of", "strays more than that of the others", NULL },
		{ CANDIDATE, "select_why=restless", "used: its time is averaged in", NULL },
		{ LEADER, "select_why=drifts", "used: it leads the clock", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .dist_ms = 1, .sources = 4, .reachable = 4 };
		char text[512];
		struct vars v;

		snprintf(text, sizeof text, "srcadr=192.0.2.1, " GOOD ", %s", cases[i].vars);
		assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
		explain_source(s, "192.0.2.1", &v, cases[i].status, &all);
		assert_non_null(strstr(s->why.line[0], cases[i].why));
		assert_int_equal(s->why.n, 2); /* that, and its offset */
		assert_int_equal(s->advice.n, cases[i].advice != NULL);
		assert_true(
		    cases[i].advice == NULL || strstr(s->advice.line[0], cases[i].advice) != NULL);
		vars_free(&v);
		free(s);
	}
}

static void
a_name_that_lacks_the_wanted_family_is_told_so(void **state)
{
	static const char *const texts[] = { "refid=DNS4", "refid=.DNS6.", "refid=DNS" };
	static const char *const said[] = { "no IPv4 address, and -4", "no IPv6 address, and -6",
		"this name has no address" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .nameless = 1 };
		struct vars v;

		assert_true(vars_parse(&v, (const uint8_t *)texts[i], strlen(texts[i])));
		assert_true(explain_is_nameless(&v));
		explain_source(s, "a.example", &v, SILENT, &all);
		assert_int_equal(s->why.n, 1);
		assert_non_null(strstr(s->why.line[0], said[i]));
		assert_int_equal(s->advice.n, 1);
		vars_free(&v);
		free(s);
	}
}

static void
of_a_clock_that_does_well_nothing_is_said(void **state)
{
	static const char text[] =
	    CLOCK_OF(20) "clock_state=\"good\", reach=0xff, flash=0x0, offset=0.01, "
			 "clock_fudge=0.30, clock_late=0.31";
	struct story *s = calloc(1, sizeof *s);
	struct survey all = { .dist_ms = 1, .sources = 4, .reachable = 4 };
	struct vars v;

	(void)state;
	assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
	explain_source(s, "clock", &v, LEADER, &all);
	assert_int_equal(s->advice.n, 0);
	assert_int_equal(s->why.n, 2);
	vars_free(&v);
	free(s);
}

static void
notes_without_a_place_are_counted(void **state)
{
	struct notes *n = calloc(1, sizeof *n);

	(void)state;
	for (int i = 1; i <= NOTES_MAX; i++) {
		explain_note(n, "note %d", i);
	}
	assert_string_equal(n->line[NOTES_MAX - 1], "note 20");
	explain_note(n, "note");
	assert_string_equal(n->line[NOTES_MAX - 1], "and 2 more");
	explain_note(n, "note");
	assert_string_equal(n->line[NOTES_MAX - 1], "and 3 more");
	assert_string_equal(n->line[NOTES_MAX - 2], "note 19");
	free(n);
}

static void
explain_tells_why_the_clock_is_not_synchronised(void **state)
{
	static const uint8_t two[] = { 0, 1, 0x91, 0x14, 0, 2, 0x91, 0x14 };
	static const uint8_t silent[] = { 0, 1, 0x80, 0x11 };
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, NULL, 0xc016, "stratum=16" },
		{ CONTROL_READVAR, -1, NULL, 0x9114, "srcadr=192.0.2.11, reach=0x1" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	assert_non_null(strstr(run(&w, "explain"), "no time source is configured"));
	assert_null(strstr(run(&w, "explain"), "help peers"));
	w.played.list = two;
	w.played.list_len = sizeof two;
	assert_non_null(strstr(run(&w, "explain"), "2 sources that answer contradict each other"));
	w.played.list = silent;
	w.played.list_len = sizeof silent;
	assert_non_null(strstr(run(&w, "explain"), "its only source does not answer"));
	end(&w);
}

/* ---- one situation after the other, word by word ---- */

enum { SOURCES_MAX = 4 };

struct situation {
	const char *name;
	uint16_t status; /* of the system */
	const char *system;
	const char *uptime, *control; /* NULL: the server does not know them */
	struct {
		uint16_t status;
		const char *vars; /* NULL: no more */
	} source[SOURCES_MAX];
	const char *said;
};

static const struct situation situations[] = {
	{ "before the first answer", NEVER, "stratum=16", "ss_uptime=4", "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0x0, flash=0x1600, in=0, stratum=16, refid=INIT" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    ntpd was started 4 s ago\n"
	    "    its only source does not answer\n"
	    "    To do: check the network, and that UDP port 123 is open to them; ntpdate -q\n"
	    "           NAME asks one of them once\n"
	    "\n"
	    "  192.0.2.1 (association 1)\n"
	    "    not used\n"
	    "    no answer has ever come from it\n"
	    "    peer_unreach: it does not answer\n"
	    "    peer_stratum, peer_dist: nothing is known of these while it is silent\n"
	    "    To do: check its address and name, and that UDP port 123 is open both ways;\n"
	    "           a server whose access rules leave us out is silent as well\n" },
	{ "one good server", SYNCHRONISED,
	    "stratum=2, rootdelay=0.2, rootdisp=1.4, offset=0.05, sys_jitter=0.02, frequency=-3.45",
	    "ss_uptime=4000", "clock_control=yes", { { LEADER, "srcadr=192.0.2.1, " GOOD } },
	    "The system\n"
	    "    the clock is synchronised to 192.0.2.1, stratum 2\n"
	    "    it is right to within 1.500 ms; measured offset +0.050 ms, jitter 0.020 ms\n"
	    "    its own rate is off by -3.450 ppm, which is corrected\n"
	    "    To do: have four or more sources: nobody notices when the only one is wrong\n"
	    "\n"
	    "* 192.0.2.1 (association 1)\n"
	    "    used: it leads the clock (system peer)\n"
	    "    offset +0.100 ms, delay 0.200 ms, right to within 1.610 ms\n" },
	{ "its first slew", SYNCHRONISED,
	    "stratum=2, rootdelay=0.2, rootdisp=91.4, offset=9.05, sys_jitter=0.02, "
	    "frequency=-3.45, first_slew=\"+52.340 ms left, 24 s at most\"",
	    "ss_uptime=10", "clock_control=yes",
	    { { LEADER, "srcadr=192.0.2.1, " GOOD }, { CANDIDATE, "srcadr=192.0.2.2, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.3, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.4, " GOOD } },
	    "The system\n"
	    "    the clock is synchronised to 192.0.2.1, stratum 2\n"
	    "    it is right to within 91.500 ms; measured offset +9.050 ms, jitter 0.020 ms\n"
	    "    its own rate is off by -3.450 ppm, which is corrected\n"
	    "    its first slew since the start is under way, faster than any later one:\n"
	    "    +52.340 ms left, 24 s at most\n"
	    "    until that is over, hosts that ask it for the time are told that it is not\n"
	    "    synchronised\n"
	    "    To do: wait half a minute\n"
	    "\n" },
	{ "a restless receiver", SYNCHRONISED, "stratum=2", "ss_uptime=4000", "clock_control=yes",
	    { { LEADER, "srcadr=192.0.2.1, " GOOD },
		{ OUTLIER, "srcadr=127.127.28.0, clock_state=good, select_why=restless, " GOOD } },
	    "- SHM(0) (association 2)\n"
	    "    not used now: it has no vote, for its time was not what was foretold of it\n"
	    "    four times in an hour or so, and the others are calm (restless)\n"
	    "    its offset is +0.100 ms with a jitter of 0.010 ms\n"
	    "    To do: it is used again by itself once it was calm for a while; where it\n"
	    "           goes on, look at a receiver's antenna, cable or USB port, at a\n"
	    "           server's load and the way to it\n" },
	{ "two servers that disagree, once synchronised", LOST,
	    "stratum=3, rootdelay=0.2, rootdisp=30, refid=192.0.2.1", "ss_uptime=4000",
	    "clock_control=yes",
	    {
		{ FALSETICKER, "srcadr=192.0.2.1, " GOOD },
		{ FALSETICKER,
		    "srcadr=192.0.2.2, reach=0xff, offset=-7200000, delay=0.2, stratum=1" },
	    },
	    "The system\n"
	    "    no source leads the clock any more: it runs on at the rate it has learnt,\n"
	    "    right to within 30.100 ms, and that grows\n"
	    "    the 2 sources that answer contradict each other, so none can be believed\n"
	    "    To do: add sources, best four or more of different operators\n"
	    "\n"
	    "x 192.0.2.1 (association 1)\n"
	    "    not used: it and the others contradict each other, and no majority says who\n"
	    "    is right (falseticker)\n"
	    "    its offset is +0.100 ms, and it claims to be right to within 1.610 ms\n"
	    "\n"
	    "x 192.0.2.2 (association 2)\n"
	    "    not used: it and the others contradict each other, and no majority says who\n"
	    "    is right (falseticker)\n"
	    "    its offset is -7200.000 s, and it claims to be right to within 0.100 ms\n" },
	{ "a server that says RATE and one that denies", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    {
		{ SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1600, in=3, refid=RATE" },
		{ SILENT, "srcadr=192.0.2.2, reach=0x0, flash=0x1608, in=3, refid=.DENY." },
	    },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    2 of 2 sources answered, but none can be used (see each of them)\n"
	    "\n"
	    "  192.0.2.1 (association 1)\n"
	    "    not used\n"
	    "    it answers, but no answer could be used\n"
	    "    RATE: the server says that we ask too often\n"
	    "    peer_unreach: none of its last eight answers counts\n"
	    "    peer_stratum, peer_dist: nothing is known of these before an answer counts\n"
	    "    To do: raise minpoll for it, remove burst, and see that no other client\n"
	    "           uses this address\n"
	    "\n"
	    "  192.0.2.2 (association 2)\n"
	    "    not used\n"
	    "    it answers, but no answer could be used\n"
	    "    DENY: the server refuses to serve us\n"
	    "    pkt_denied: it denies us access, or an access rule of this host keeps its\n"
	    "    packets out\n"
	    "    peer_unreach: none of its last eight answers counts\n"
	    "    peer_stratum, peer_dist: nothing is known of these before an answer counts\n"
	    "    To do: remove it, or ask its operator\n" },
	{ "only servers that refuse", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.2, reach=0x0, flash=0x1608, in=3, refid=RSTR" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    its only source refuses to serve this host, or is kept out by a rule of\n"
	    "    ours\n"
	    "    To do: see what is said of it below\n" },
	{ "a restrict line of ours keeps its answers out", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1608, in=0, refid=INIT" } },
	    "\n"
	    "    pkt_denied: it denies us access, or an access rule of this host keeps its\n"
	    "    packets out\n"
	    "    peer_unreach: it does not answer\n"
	    "    peer_stratum, peer_dist: nothing is known of these while it is silent\n"
	    "    To do: check the restrict lines here (noserve, ignore, notrust), and ask\n"
	    "           its operator\n" },
	{ "an address of this host", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { SILENT,
		"srcadr=127.0.0.1, dstadr=127.0.0.1, reach=0x0, flash=0x1608, in=0, "
		"refid=INIT" } },
	    "\n"
	    "    pkt_denied: it is this host itself\n"
	    "    peer_unreach: it does not answer\n"
	    "    peer_stratum, peer_dist: nothing is known of these while it is silent\n"
	    "    To do: take out its line: no host can tell itself the time\n" },
	{ "a server that has no time itself", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { REJECTED,
		"srcadr=192.0.2.1, reach=0xff, flash=0x224, in=9, refid=INIT, stratum=16" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    the only source that answers says that it has no time itself\n"
	    "    To do: have four or more sources: nobody notices when the only one is wrong\n"
	    "\n"
	    "  192.0.2.1 (association 1)\n"
	    "    not used\n"
	    "    pkt_unsync: it says itself that its clock is not synchronised\n"
	    "    pkt_stratum: its stratum is 16 or missing\n"
	    "    peer_stratum: its stratum is outside the range allowed here\n"
	    "    To do: - look at that server; until it has the time it cannot give it\n"
	    "           - look at that server: it has no time source\n"
	    "           - check tos floor and tos ceiling, and its stratum\n" },
	{ "a server that has no stratum", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0x0, flash=0x1620, in=9, refid=INIT, stratum=16" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    the only source that answers says that it has no time itself\n"
	    "\n"
	    "  192.0.2.1 (association 1)\n"
	    "    not used\n"
	    "    it answers, but no answer could be used\n"
	    "    pkt_stratum: its stratum is 16 or missing\n"
	    "    peer_unreach: none of its last eight answers counts\n"
	    "    peer_stratum, peer_dist: nothing is known of these before an answer counts\n"
	    "    To do: look at that server: it has no time source\n" },
	{ "a key that the server does not know", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1610, in=2, refid=AUTH" } },
	    "    AUTH: authentication failed\n"
	    "    pkt_auth: its packets fail authentication, or the key for it is missing\n"
	    "    here\n"
	    "    peer_unreach: none of its last eight answers counts\n"
	    "    peer_stratum, peer_dist: nothing is known of these before an answer counts\n"
	    "    To do: compare the key number, type and secret on both sides, and\n"
	    "           trustedkey\n" },
	{ "one without authentication, beside authenticated ones", NEVER, "stratum=16",
	    "ss_uptime=1000", "clock_control=yes",
	    { { REJECTED, "srcadr=192.0.2.1, reach=0xff, flash=0x2000, in=20, stratum=1" } },
	    "    peer_auth: nothing proves that its answers are its own, and tos authselect\n"
	    "    lets only sources decide that prove it\n"
	    "    To do: look at the authenticated sources first; or give it a key or nts\n" },
	{ "the first second", NEVER, "stratum=16", "ss_uptime=1", "clock_control=yes",
	    { { REJECTED, "srcadr=192.0.2.1, reach=0x1, flash=0x400, in=1, stratum=1" } },
	    "    ntpd was started 1 s ago\n"
	    "    1 of 1 sources answered; it takes a few answers until one can be used\n"
	    "    To do: - wait a minute\n"
	    "           - have four or more sources: nobody notices when the only one is\n"
	    "             wrong\n" },
	{ "a falseticker among four", SYNCHRONISED, "stratum=2, rootdelay=0.2, rootdisp=1.4",
	    "ss_uptime=1000", "clock_control=yes",
	    {
		{ LEADER, "srcadr=192.0.2.1, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.2, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.3, " GOOD },
		{ FALSETICKER, "srcadr=192.0.2.4, reach=0xff, offset=900, delay=0.2, rootdisp=1" },
	    },
	    "    To do: 1 source has the wrong time: see below\n"
	    "\n"
	    "* 192.0.2.1 (association 1)\n"
	    "    used: it leads the clock (system peer)\n"
	    "    offset +0.100 ms, delay 0.200 ms, right to within 1.610 ms\n"
	    "\n"
	    "+ 192.0.2.2 (association 2)\n"
	    "    used: its time is averaged in (candidate)\n"
	    "    offset +0.100 ms, delay 0.200 ms, right to within 1.610 ms\n"
	    "\n"
	    "+ 192.0.2.3 (association 3)\n"
	    "    used: its time is averaged in (candidate)\n"
	    "    offset +0.100 ms, delay 0.200 ms, right to within 1.610 ms\n"
	    "\n"
	    "x 192.0.2.4 (association 4)\n"
	    "    not used: its time disagrees with the majority (falseticker)\n"
	    "    its offset is +900.000 ms, and it claims to be right to within 1.100 ms\n"
	    "    To do: with four or more sources a single wrong one does no harm; if it\n"
	    "           stays wrong, tell its operator or remove it\n" },
	{ "an orphan", LOST, "stratum=5, rootdelay=0, rootdisp=10, refid=127.0.0.1",
	    "ss_uptime=1000", "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1600, in=3" } },
	    "The system\n"
	    "    no source is left: this host gives out its own time as stratum 5, so that\n"
	    "    the hosts around it agree (orphan mode)\n"
	    "    its only source does not answer\n" },
	{ "only the own clock", ON_LOCAL, "stratum=11, rootdelay=0, rootdisp=11", "ss_uptime=1000",
	    "clock_control=yes",
	    { { LEADER, "srcadr=127.127.1.0, reach=0xff, flash=0x0, stratum=10, refid=LOCL" } },
	    "The system\n"
	    "    no source of time is used: this host's own clock is given out as it is, as\n"
	    "    stratum 11\n"
	    "    no other time source is configured, or none has been found yet\n"
	    "    To do: add server or pool lines to ntp.conf; check that host names resolve\n"
	    "\n"
	    "* LOCAL(0) (association 1)\n"
	    "    used: it is this host's own clock, for there is no better source; nobody\n"
	    "    knows how far it is off\n" },
	{ "only the own clock, which waits for others", NEVER, "stratum=16", "ss_uptime=20",
	    "clock_control=yes",
	    { { REJECTED, "srcadr=127.127.1.0, reach=0xff, flash=0x0, stratum=10" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    ntpd was started 20 s ago\n"
	    "    no time source is configured but this host's own clock, which is given out\n"
	    "    when there was no other for some minutes (tos orphanwait)\n"
	    "    To do: wait; in a network that never has another source, tos orphanwait 0\n"
	    "           in ntp.conf makes it start at once\n" },
	{ "the own clock in reserve, and disable ntp", SYNCHRONISED,
	    "stratum=2, rootdelay=0.2, rootdisp=1.4", NULL, "clock_control=\"not controlled\"",
	    {
		{ LEADER, "srcadr=192.0.2.1, " GOOD },
		{ REJECTED, "srcadr=127.127.1.0, reach=0xff, flash=0x0, stratum=10" },
	    },
	    "The system\n"
	    "    the clock is synchronised to 192.0.2.1, stratum 2\n"
	    "    it is right to within 1.500 ms; measured offset +0.000 ms, jitter 0.000 ms\n"
	    "    but ntpd does not steer the clock: what it measures changes nothing\n"
	    "    To do: - remove disable ntp; if it is not there, the log of ntpd says what\n"
	    "             it lacks\n"
	    "           - have four or more sources: nobody notices when the only one is\n"
	    "             wrong\n"
	    "\n"
	    "* 192.0.2.1 (association 1)\n"
	    "    used: it leads the clock (system peer)\n"
	    "    offset +0.100 ms, delay 0.200 ms, right to within 1.610 ms\n"
	    "\n"
	    "  LOCAL(0) (association 2)\n"
	    "    not used: it is this host's own clock, kept for the time when no other\n"
	    "    source is left\n" },
	{ "a clock that is hours off", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { LEADER, "srcadr=192.0.2.1, reach=0xff, flash=0x0, offset=7200500" } },
	    "    the clock is off by +7200 s: more than ntpd corrects by itself\n" },
	{ "a pool without servers", NEVER, "stratum=16", "ss_uptime=20", "clock_control=yes",
	    { { SILENT, "srcadr=0.0.0.0, srchost=\"0.pool.example\", refid=POOL, stratum=16" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    ntpd was started 20 s ago\n"
	    "    no server of its pool has been found yet\n"
	    "    To do: check that the pool's name resolves here (getent hosts NAME)\n"
	    "\n"
	    "  0.pool.example (association 1)\n"
	    "    a pool: the servers found under its name stand in lines of their own\n" },
	{ "a server that knows its time to 10 s", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0xff, flash=0x400, stratum=2, in=20, "
		"rootdisp=10500, rootdelay=20, delay=1, dispersion=2, jitter=0.1" } },
	    "    peer_dist: its distance is too large: its root dispersion is 10.500 s: so\n"
	    "    far may its own time be off\n"
	    "    To do: 'tos maxdist 16' lets it in all the same, as a Windows domain\n"
	    "           controller needs it; a server that knows its time better is the\n"
	    "           better remedy\n" },
	{ "a server at the other end of a long way", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0xff, flash=0x400, stratum=2, in=20, "
		"rootdisp=1, rootdelay=20, delay=3600, dispersion=2, jitter=0.1" } },
	    "To do: use a nearer server\n" },
	{ "a server that is far from its own", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0xff, flash=0x400, stratum=2, in=20, "
		"rootdisp=1, rootdelay=4000, delay=36, dispersion=2, jitter=0.1" } },
	    "its root delay is 4.000 s: it has its\n" },
	{ "a server of which little is known", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, reach=0x3, flash=0x400, stratum=2, in=2, "
		"rootdisp=1, rootdelay=40, delay=36, dispersion=7937, jitter=0.1" } },
	    "To do: wait for more answers\n" },
	{ "a stratum below the floor", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1020, stratum=2, leap=0, in=2" } },
	    "    pkt_stratum: its stratum of 2 is outside the range allowed here\n" },
	{ "a server without time that has a stratum", NEVER, "stratum=16", "ss_uptime=1000",
	    "clock_control=yes",
	    { { SILENT, "srcadr=192.0.2.1, reach=0x0, flash=0x1020, stratum=2, leap=3, in=2" } },
	    "    pkt_stratum: it says itself that its clock is not synchronised (leap 3)\n" },
	{ "NTS that cannot be had", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { KEYED, "srcadr=192.0.2.1, refid=NTS, reach=0x0, flash=0x1610, stratum=16, in=0" } },
	    "    no answer has ever come from it\n"
	    "    NTS: it is to be asked with NTS, which cannot be had: it is not asked at\n"
	    "    all\n"
	    "    peer_stratum, peer_dist: nothing is known of these while it is silent\n" },
	{ "what to do about NTS", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { KEYED,
		"srcadr=192.0.2.1, refid=.NTS., reach=0x0, flash=0x1610, stratum=16, in=0" } },
	    "    To do: give it a key; without nts, ca and aead on its line it is asked\n"
	    "           unprotected\n" },
	{ "Autokey", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { KEYED,
		"srcadr=192.0.2.1, refid=AKEY, reach=0x0, flash=0x1610, stratum=16, in=0" } },
	    "    AKEY: it is to be asked with Autokey, a scheme no longer safe: it is not\n"
	    "    asked at all\n" },
	{ "a key that is not there", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { KEYED,
		"srcadr=192.0.2.1, refid=NKEY, reach=0x0, flash=0x1610, stratum=16, in=0" } },
	    "    NKEY: its key is missing, not trusted, of a type that is not known, or not\n"
	    "    for this address: it is not asked at all\n" },
	{ "notrust", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { SILENT,
		"srcadr=192.0.2.1, refid=TRST, reach=0x0, flash=0x1610, stratum=16, in=0" } },
	    "    TRST: a restrict line with notrust wants its answers signed, and it has no\n"
	    "    key: it is not asked at all\n" },
	{ "a key that is missing", NEVER, "stratum=16", "ss_uptime=1000", "clock_control=yes",
	    { { KEYED, "srcadr=192.0.2.1, reach=0xf, flash=0x0, stratum=1, in=9" } },
	    "    only 4 of the last eight requests were answered\n"
	    "    nothing is wrong with it: it is marked noselect, or the selection has not\n"
	    "    looked at it yet\n"
	    "    it is to be authenticated, and no packet of it has been yet\n" },
};

static const struct situation others[] = {
	{ "no right to the clock", SYNCHRONISED, "stratum=2, rootdelay=0.2, rootdisp=1.4", NULL,
	    "clock_control=\"not controlled: CAP_SYS_TIME is missing\"",
	    {
		{ LEADER, "srcadr=192.0.2.1, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.2, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.3, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.4, " GOOD },
	    },
	    "    but ntpd does not steer the clock (CAP_SYS_TIME is missing): what it\n"
	    "    measures changes nothing\n"
	    "    To do: start ntpd with the right to set the clock: as root, in a container\n"
	    "           with --cap-add SYS_TIME; where the host keeps the time, let it be\n" },
	{ "disable ntp", SYNCHRONISED, "stratum=2, rootdelay=0.2, rootdisp=1.4", NULL,
	    "clock_control=\"not controlled: disable ntp\"",
	    {
		{ LEADER, "srcadr=192.0.2.1, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.2, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.3, " GOOD },
		{ CANDIDATE, "srcadr=192.0.2.4, " GOOD },
	    },
	    "    To do: remove disable ntp from ntp.conf\n" },
	{ "a name without an address", NEVER, "stratum=16", NULL, NULL,
	    { { SILENT,
		"srcadr=0.0.0.0, srchost=\"ntp.exmaple.org\", reach=0x0, flash=0x1200, "
		"stratum=16, refid=DNS" } },
	    "The system\n"
	    "    the clock is not synchronised\n"
	    "    the name of its only server has no address\n"
	    "    To do: see what is said of it below\n"
	    "\n"
	    "  ntp.exmaple.org (association 1)\n"
	    "    not used: this name has no address\n"
	    "    To do: check its spelling, and that it resolves on that host (getent hosts\n"
	    "           NAME); the log of ntpd has the resolver's words, and ntpd goes on\n"
	    "           asking\n" },
};

static const struct situation mistyped = { "a mistyped line", SYNCHRONISED,
	"stratum=2, rootdelay=0.2, rootdisp=1.4, offset=0.05, sys_jitter=0.02, frequency=-3.45",
	"ss_uptime=4000", "clock_control=yes",
	{
	    { LEADER, "srcadr=192.0.2.1, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.2, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.3, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.4, " GOOD },
	},
	"    its own rate is off by -3.450 ppm, which is corrected\n"
	"    1 error in /etc/ntp.conf:8\n"
	"    To do: see what ntpd --check-config says, and mend the line\n"
	"\n" };

static const struct situation lied_to = { "a card that lies", SYNCHRONISED,
	"stratum=2, rootdelay=0.2, rootdisp=1.4, offset=0.05, sys_jitter=0.02, frequency=-3.45",
	"ss_uptime=4000", "clock_control=yes",
	{
	    { LEADER, "srcadr=192.0.2.1, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.2, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.3, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.4, " GOOD },
	},
	"    the stamps of a network card contradict the kernel's, which are used\n"
	"    instead: eth0 lies tx=9 rx=0 refused=8, eth1 on tx=1 rx=1 refused=0\n"
	"    To do: take its line hwtimestamp out of ntp.conf, or reload ntpd once its\n"
	"           driver is mended\n"
	"\n" };

static const struct situation refusing = { "who became no association", SYNCHRONISED,
	"stratum=2, rootdelay=0.2, rootdisp=1.4, offset=0.05, sys_jitter=0.02, frequency=-3.45",
	"ss_uptime=4000", "clock_control=yes",
	{
	    { LEADER, "srcadr=192.0.2.1, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.2, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.3, " GOOD },
	    { CANDIDATE, "srcadr=192.0.2.4, " GOOD },
	},
	"    no association was made of: 192.0.2.5 by nopeer (12 times)\n"
	"    To do: where one is wanted: compare key number, type and secret on both\n"
	"           sides, and trustedkey; look at the restrict lines (nopeer, noepeer,\n"
	"           ippeerlimit) and at tos maxclock\n"
	"\n" };

static const struct situation waiting = { "a decision is held back", NEVER, "stratum=16",
	"ss_uptime=9", "clock_control=yes",
	{
	    { CANDIDATE, "srcadr=192.0.2.1, " GOOD },
	    { SILENT, "srcadr=192.0.2.2, reach=0x0, flash=0x1600, in=0, stratum=16, refid=INIT" },
	    { SILENT, "srcadr=192.0.2.3, reach=0x0, flash=0x1600, in=0, stratum=16, refid=INIT" },
	},
	"The system\n"
	"    the clock is not synchronised\n"
	"    ntpd was started 9 s ago\n"
	"    it waits for a majority of the 3 configured sources (1 agrees), at most 24\n"
	"    s more\n"
	"    To do: wait; servers that are gone for good are better taken out of\n"
	"           ntp.conf\n"
	"\n" };

/* True when what is wanted was said. The server has one variable more, or (NULL) it has not. */
static bool
play(const struct situation *t, const char *name, const char *text)
{
	struct reply replies[SOURCES_MAX + 4];
	uint8_t list[4 * SOURCES_MAX];
	struct writer w6 = writer_over(list, sizeof list);
	struct world w;
	size_t n = 0;

	if (t->uptime != NULL) {
		replies[n++] = (struct reply){ CONTROL_READVAR, 0, "ss_uptime", 0, t->uptime };
	}
	if (t->control != NULL) {
		replies[n++] = (struct reply){ CONTROL_READVAR, 0, "clock_control", 0, t->control };
	}
	if (name != NULL) {
		replies[n++] = (struct reply){ CONTROL_READVAR, 0, name, 0, text };
	}
	replies[n++] = (struct reply){ CONTROL_READVAR, 0, NULL, t->status, t->system };
	for (uint16_t i = 0; i < SOURCES_MAX && t->source[i].vars != NULL; i++) {
		writer_u16(&w6, (uint16_t)(i + 1));
		writer_u16(&w6, t->source[i].status);
		replies[n++] = (struct reply){ CONTROL_READVAR, i + 1, NULL, t->source[i].status,
			t->source[i].vars };
	}
	begin(&w, replies, n);
	w.played.list = list;
	w.played.list_len = w6.len;
	const char *out = run(&w, "explain");
	const char *at = strstr(out, t->said);
	/* What begins with "The system" is the whole beginning. */
	bool good = at != NULL && (strncmp(t->said, "The system", 10) != 0 || at == out);
	if (!good) {
		fprintf(stderr, "%s: this is said:\n%s\nand this is wanted:\n%s\n", t->name, out,
		    t->said);
	}
	end(&w);
	return good;
}

static void
each_situation_is_explained_in_these_words(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
		wrong += play(&situations[i], NULL, NULL) ? 0 : 1;
	}
	assert_int_equal(wrong, 0);
}

static void
faults_of_the_configuration_are_told(void **state)
{
	(void)state;
	assert_true(
	    play(&mistyped, "config_faults", "config_faults=\"1 error in /etc/ntp.conf:8\""));
}

static void
what_is_waited_for_is_told(void **state)
{
	(void)state;
	assert_true(play(&waiting, "waits_for",
	    "waits_for=\"a majority of the 3 configured sources "
	    "(1 agrees), at most 24 s more\""));
}

static void
a_card_that_lies_is_told(void **state)
{
	(void)state;
	assert_true(play(&lied_to, "hwtstamps",
	    "hwtstamps=\"eth0 lies tx=9 rx=0 refused=8, eth1 on tx=1 rx=1 refused=0\""));
}

static void
who_was_refused_as_a_newcomer_is_told(void **state)
{
	(void)state;
	assert_true(play(&refusing, "newcomers_refused",
	    "newcomers_refused=\"192.0.2.5 by nopeer (12 times)\""));
}

/* What is said of the system beside its time, for each word of a variable. */
static void
peers_that_make_no_association_and_signers_are_told_with_what_to_do(void **state)
{
	static const struct {
		const char *unlisted, *mssntp, *why, *advice;
	} cases[] = {
		{ "off: 12 packets, the last from 192.0.2.7", "",
		    "'enable passive' is not set: 12 packets, the last from 192.0.2.7",
		    "wants a line 'peer" },
		{ "off: 1 packets, the last from 192.0.2.7; unkeyed: 3 packets, the last from "
		  "192.0.2.8",
		    "", "they have no key, and only one who proves", "trustedkey" },
		{ "unproven: 3 packets, the last from 192.0.2.8", "", "their MAC is not valid",
		    "compare key number" },
		{ "unfit: 3 packets, the last from 192.0.2.8", "", "outside of tos floor",
		    "the other side has" },
		{ "", "absent", "ntp_signd is not there", "smb.conf" },
		{ "", "denied", "may not use the socket", "mode 0750" },
		{ "", "refused", "nobody listens", "start Samba" },
		{ "", "failed", "cannot be used", "its folder" },
		{ "", "silent", "signs none within a second", "load" },
		{ "", "hung_up", "hangs up", "Samba's log" },
		{ "", "broken", "is no ntp_signd", "who made that socket" },
		{ "", "full", "takes no more requests", "its load" },
		{ "", "slow", "after more than a second", "mssntpinfo" },
		{ "", "unset", "no ntpsigndsocket is set", "name Samba's folder" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct system_facts f = { .uptime_s = 4000 };
		struct text u = text_over(f.unlisted, sizeof f.unlisted);
		struct text m = text_over(f.mssntp, sizeof f.mssntp);
		struct text w = text_over(f.mssntp_why, sizeof f.mssntp_why);
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .sources = 4, .reachable = 4, .system_name = "a" };
		struct vars v;

		text_put(&u, cases[i].unlisted);
		text_put(&m, cases[i].mssntp);
		text_put(&w, "/x: why");
		assert_true(vars_parse(&v, (const uint8_t *)"stratum=2", 9));
		explain_system(s, &v, SYNCHRONISED, &all, &f);
		assert_true(is_among(&s->why, cases[i].why));
		assert_true(is_among(&s->advice, cases[i].advice));
		assert_true(
		    cases[i].mssntp[0] == '\0' || is_among(&s->why, "ntpd says of it: /x: why"));
		vars_free(&v);
		free(s);
	}
}

/* Each word of the variable tempcomp. */
static void
a_sensor_is_told_of_with_what_to_do(void **state)
{
	static const struct {
		const char *told, *why, *advice;
	} cases[] = {
		{ "missing range=0.00K why=No such file", "cannot be read", "look for its file" },
		{ "bad 25.00C why=no number", "is no temperature: 25.00C why=no number",
		    "hold one number" },
		{ "slow 25.00C", "takes too long", "another program" },
		{ "still 25.00C", "stands still", NULL },
		{ "classic", "does nothing with tinker loop classic", "take one of the two" },
		{ "used 25.00C ppm=+0.1", "follows the temperature: 25.00C ppm=+0.1", NULL },
		{ "learning 25.00C", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct system_facts f = { .uptime_s = 4000 };
		struct text t = text_over(f.tempcomp, sizeof f.tempcomp);
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .sources = 4, .reachable = 4, .system_name = "a" };
		struct vars v;

		text_put(&t, cases[i].told);
		assert_true(vars_parse(&v, (const uint8_t *)"stratum=2", 9));
		explain_system(s, &v, SYNCHRONISED, &all, &f);
		assert_true(cases[i].why == NULL || is_among(&s->why, cases[i].why));
		assert_true(cases[i].advice == NULL || is_among(&s->advice, cases[i].advice));
		assert_true(cases[i].why != NULL || !is_among(&s->why, "temp"));
		vars_free(&v);
		free(s);
	}
}

static void
the_reason_that_is_known_is_told(void **state)
{
	bool good = true;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		good = play(&others[i], NULL, NULL) && good;
	}
	assert_true(good);
}

/* ---- NTS ---- */

#define KEYLESS \
	"srcadr=192.0.2.1, refid=NTS4, reach=0x0, flash=0x1600, in=0, stratum=16, ntscookies=0, "

/* Why there are no keys, as nts_state has it; what is said of it, and what to do. */
static const struct {
	const char *state, *why, *advice;
} keyless[] = {
	{ "no_address: Temporary failure in name resolution",
	    "name of its key server has no address", "getent hosts" },
	{ "route: No route to host", "no way leads to its key server",
	    "TCP port 4460 is let through" },
	{ "refused: Connection refused", "nothing listens at the TCP port", "HOST:PORT nts" },
	{ "timeout: no answer in 8 s", "does not answer in time", "firewalls" },
	{ "tls: alert 70, protocol version", "TLS with its key server fails", "TLS 1.3" },
	{ "ca: /x: No such file", "that are to be trusted cannot be read", "nts ca" },
	{ "untrusted: unable to get local issuer", "nobody who is trusted here vouches",
	    "ca FILE" },
	{ "name: it is for other.example", "is for another name",
	    "name that the certificate is for" },
	{ "expired: it was valid until 2026-01-01", "has expired", "check the date of this host" },
	{ "not_yet: it is valid from 2030-01-01 on", "is not valid yet", "nts certtime auto" },
	{ "alpn: no ntske/1", "speaks TLS, but no NTS-KE", "host and the port" },
	{ "error: 1, bad request", "answers with an error", "operator" },
	{ "form: cut off", "no proper answer", "operator" },
	{ "protocol", "no NTPv4", "use another" },
	{ "aead: 17", "no algorithm in common", "nts aead" },
	{ "no_cookie", "no cookie", "operator" },
	{ "process: it ended", "the process of this host", "the log of ntpd" },
	{ "server_no_address: x", "that its key server names has no address", "resolves here" },
	{ "server_refused: 127.0.0.1", "is not taken", "ignore" },
	{ "server_taken: 192.0.2.9:123", "is asked by another line", "one of the two lines" },
	{ "asking", "are being asked for", "wait" },
	{ "wanted", "are to be asked for again", "wait" },
	{ "nak", "does not know our cookies any more", "by themselves" },
	{ "silent", "has not answered three requests", "UDP port 123" },
	{ "dated", "outside of the time for which its certificate is good", "set the clock" },
};

static void
each_way_to_get_no_keys_is_told_with_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof keyless / sizeof *keyless; i++) {
		const char *detail = strchr(keyless[i].state, ':');
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .dist_ms = -1 };
		char text[512];
		struct vars v;

		snprintf(text, sizeof text, KEYLESS "nts_state=\"%s\"", keyless[i].state);
		assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
		explain_source(s, "ntp.example", &v, SILENT, &all);
		assert_int_equal(s->advice.n, 1);
		assert_non_null(strstr(s->advice.line[0], keyless[i].advice));
		assert_non_null(
		    strstr(s->why.line[1], "it is not asked before it has keys (NTS): "));
		assert_non_null(strstr(s->why.line[1], keyless[i].why));
		if (detail != NULL) {
			assert_non_null(strstr(s->why.line[2], detail + 2));
		}
		vars_free(&v);
		free(s);
	}
}

static const struct situation without_keys = { "no keys", NEVER, "stratum=16", "ss_uptime=4000",
	"clock_control=yes",
	{ { SILENT, KEYLESS "nts_state=\"expired: it was valid until 2026-01-01 00:00 UTC\"" } },
	"The system\n"
	"    the clock is not synchronised\n"
	"    its only source has no keys (NTS): it is not asked\n"
	"    To do: see what is said of it below\n"
	"\n"
	"  192.0.2.1 (association 1)\n"
	"    not used\n"
	"    it is not asked before it has keys (NTS): the certificate of its key server\n"
	"    has expired\n"
	"    ntpd says of it: it was valid until 2026-01-01 00:00 UTC\n"
	"    peer_stratum, peer_dist: nothing is known of these while it is silent\n"
	"    To do: check the date of this host; when it is right, tell the server's\n"
	"           operator\n" };

static void
nobody_is_sent_to_look_at_the_network_for_an_expired_certificate(void **state)
{
	(void)state;
	assert_true(play(&without_keys, NULL, NULL));
}

static void
a_pool_with_nts_says_why_it_has_no_members(void **state)
{
	static const char text[] =
	    "srcadr=0.0.0.0, refid=POOL, ntscookies=-1, nts_state=\"refused: Connection refused\"";
	struct story *s = calloc(1, sizeof *s);
	struct survey all = { .pools = 1 };
	struct vars v;

	(void)state;
	assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
	explain_source(s, "pool.example", &v, SILENT, &all);
	assert_int_equal(s->why.n, 3);
	assert_string_equal(s->why.line[1], "nothing listens at the TCP port of its key server");
	assert_int_equal(s->advice.n, 1);
	vars_free(&v);
	free(s);
}

static void
what_goes_on_with_old_cookies_is_used_and_still_explained(void **state)
{
	static const char text[] =
	    "srcadr=192.0.2.1, " GOOD ", ntscookies=5, nts_state=\"timeout: no answer in 8 s\"";
	struct story *s = calloc(1, sizeof *s);
	struct survey all = { .dist_ms = -1 };
	struct vars v;

	(void)state;
	assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
	assert_false(explain_lacks_keys(&v));
	explain_source(s, "ntp.example", &v, LEADER, &all);
	assert_non_null(strstr(s->why.line[0], "it leads the clock"));
	assert_string_equal(s->why.line[2], "its key server does not answer in time, or hangs up");
	vars_free(&v);
	free(s);
}

static void
what_became_of_xleave_is_told(void **state)
{
	static const struct {
		const char *vars, *why, *advice;
	} cases[] = {
		{ "ilmode=interleaved, il_answers=9, il_declined=1", "really left", NULL },
		{ "ilmode=basic, il_answers=0, il_declined=77",
		    "asked for interleaved mode 77 times", "interleaved on" },
		{ "ilmode=basic, il_answers=0, il_declined=1", "begins with the third answer",
		    NULL },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct story *s = calloc(1, sizeof *s);
		struct survey all = { .dist_ms = -1 };
		char text[256];
		struct vars v;

		snprintf(text, sizeof text, "srcadr=192.0.2.1, " GOOD ", %s", cases[i].vars);
		assert_true(vars_parse(&v, (const uint8_t *)text, strlen(text)));
		explain_source(s, "ntp.example", &v, LEADER, &all);
		assert_non_null(strstr(s->why.line[2], cases[i].why));
		assert_int_equal(s->advice.n, cases[i].advice != NULL);
		assert_true(
		    cases[i].advice == NULL || strstr(s->advice.line[0], cases[i].advice) != NULL);
		vars_free(&v);
		free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_became_of_xleave_is_told),
		cmocka_unit_test(explain_says_who_leads_who_lies_and_what_to_do_about_silence),
		cmocka_unit_test(explain_tells_why_the_clock_is_not_synchronised),
		cmocka_unit_test(explain_says_why_peers_do_not_come_together),
		cmocka_unit_test(explain_says_what_a_reference_clock_lacks),
		cmocka_unit_test(each_pain_of_a_reference_clock_is_told_with_what_to_do),
		cmocka_unit_test(what_an_outlier_is_left_out_for_is_told_with_what_to_do),
		cmocka_unit_test(a_name_that_lacks_the_wanted_family_is_told_so),
		cmocka_unit_test(of_a_clock_that_does_well_nothing_is_said),
		cmocka_unit_test(notes_without_a_place_are_counted),
		cmocka_unit_test(each_situation_is_explained_in_these_words),
		cmocka_unit_test(what_is_waited_for_is_told),
		cmocka_unit_test(a_card_that_lies_is_told),
		cmocka_unit_test(who_was_refused_as_a_newcomer_is_told),
		cmocka_unit_test(faults_of_the_configuration_are_told),
		cmocka_unit_test(a_sensor_is_told_of_with_what_to_do),
		cmocka_unit_test(the_reason_that_is_known_is_told),
		cmocka_unit_test(
		    peers_that_make_no_association_and_signers_are_told_with_what_to_do),
		cmocka_unit_test(each_way_to_get_no_keys_is_told_with_what_to_do),
		cmocka_unit_test(nobody_is_sent_to_look_at_the_network_for_an_expired_certificate),
		cmocka_unit_test(a_pool_with_nts_says_why_it_has_no_members),
		cmocka_unit_test(what_goes_on_with_old_cookies_is_used_and_still_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
