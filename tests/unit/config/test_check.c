/* SPDX-License-Identifier: BSD-2-Clause */
/* Warnings of what is legal but unwise. */
#include "config.h"
#include "config/check.h"
#include "conf.h"

/* What config_check says of a text, without what reading it said. */
static void
check_text(const char *text, const struct config_access *access, const char *expected)
{
	struct conf *k = conf_of(text);

	k->d = diag_list_in(k->arena);
	config_check(k->c, "f", access, &k->d);
	if (strcmp(conf_said(k), expected) != 0) {
		print_message("# of the text:\n%s", text);
	}
	assert_string_equal(k->said, expected);
	conf_end(k);
}

/* The same of a text that has gpsd in that line. */
static void
check_gpsd(const char *text, unsigned line, const char *expected)
{
	char all[512];
	struct text t = text_over(all, sizeof all);

#ifndef HAVE_JANSSON
	text_printf(&t,
	    "warning: f:%u:1: this ntpd was built without jansson, and cannot read what gpsd says: "
	    "SHM and SOCK need none\n",
	    line);
#else
	(void)line;
#endif
	text_put(&t, expected);
	check_text(text, NULL, all);
}

#define FOUR "server a.example\nserver b.example\nserver c.example\nserver d.example\n"
#define FEW "warning: f: fewer than four servers: a wrong one may not be found out\n"

static void
counts_the_servers(void **state)
{
	(void)state;
	check_text("", NULL,
	    "warning: f: no server is configured, the clock stays unsynchronised\n");
	check_text("server a.example\n", NULL, FEW);
	check_text("server a.example\nserver b.example\n", NULL,
	    "warning: f: two servers have no "
	    "majority when they disagree; use four or more\n");
	check_text("server a.example\nserver b.example\nserver c.example\n", NULL, FEW);
	check_text(FOUR, NULL, "");
	check_text(FOUR "server e.example noselect\n", NULL, "");
	check_text("server a.example\nserver b.example\nserver c.example noselect\n", NULL,
	    "warning: f: two servers have no majority when they disagree; use four or more\n");
	check_text("pool a.example\n", NULL, "");
	check_text("broadcastclient\n", NULL,
	    "warning: configuration: 'broadcastclient' believes broadcasts with a trusted key "
	    "only, and there is no 'keys' line\n");
	check_text("server a.example\nserver 127.127.20.0\n", NULL, "");
	check_text("server 127.127.1.0\n", NULL, "");
	if (schema_clock_of_type(20)->state != STATE_ACTS) {
		check_text("server 127.127.20.0\n", NULL,
		    "warning: f:1:1: no driver for this clock acts "
		    "in this version and there is no other source: the clock stays unsynchronised; "
		    "add "
		    "server or pool lines\n");
	}
}

static void
warns_of_the_local_clock_beside_real_servers(void **state)
{
	(void)state;
	check_text(FOUR "server 127.127.1.0\n", NULL,
	    "warning: f:5:1: the local clock stands beside "
	    "real servers: when they are lost, clients follow a clock that is merely consistent; "
	    "tos orphan does this better\n");
}

static void
warns_of_words_of_a_clock_that_want_others(void **state)
{
	static const char no_pulses[] =
	    "warning: f:5:1: without 'flag1 1' its pulses are not read: its ppspath, flag2 and "
	    "time1 have no effect (time2 is that of its sentences)\n";

	(void)state;
	check_text(FOUR "server 127.127.20.0\nfudge 127.127.20.0 time1 0.1\n", NULL, no_pulses);
	check_text(FOUR "server 127.127.20.0\nfudge 127.127.20.0 flag2 1\n", NULL, no_pulses);
	check_text(FOUR "server 127.127.20.0\ndevice 127.127.20.0 ppsdata /dev/x\n", NULL,
	    no_pulses);
	check_text(FOUR "server 127.127.20.0\nfudge 127.127.20.0 time2 0.1\n", NULL, "");
	check_text(FOUR "refclock nmea flag1 1 flag2 1 time1 0.1 ppspath /dev/x\n", NULL, "");
	check_text(FOUR "refclock pps path /dev/x ppspath /dev/y prefer\n", NULL,
	    "warning: f:5:1: 'path' has no effect beside 'ppspath'\n");
	check_text(FOUR "refclock pps ppspath /dev/y prefer\n", NULL, "");
	check_text(FOUR "refclock sock unit 2\n", NULL,
	    "warning: f:5:1: without 'path' the socket is /run/ntpd/refclock2.sock, which no gpsd "
	    "looks for: give it the name that its writer has\n");
	check_text(FOUR "refclock sock path /run/chrony.pps0.sock\n", NULL, "");
}

static void
warns_of_pulses_that_nobody_numbers(void **state)
{
	static const char alone[] =
	    "warning: f:1:1: a pulse tells where a second begins and not which: alone it never "
	    "sets the clock; add servers, or the receiver (nmea, shm, gpsd) whose pulse it is\n";
	static const char unpreferred[] =
	    "warning: f:5:1: pulses lead the clock beside a preferred source only: put 'prefer' "
	    "on the line of the one that numbers the seconds, or on this\n";

	(void)state;
	check_text("refclock pps prefer\n", NULL, alone);
	check_text("server 127.127.22.0 prefer\n", NULL, alone);
	check_text("server 127.127.22.0 prefer\nserver a.example noselect\n", NULL, alone);
	check_gpsd("server 127.127.46.128\nfudge 127.127.46.128 flag1 1\n", 1, alone);
	check_text(FOUR "refclock pps\n", NULL, unpreferred);
	check_text(FOUR "server 127.127.22.0\nserver e.example prefer noselect\n", NULL,
	    unpreferred);
	check_text(FOUR "refclock pps\nserver 127.127.28.0 prefer\n", NULL, "");
	check_text(FOUR "refclock pps\nserver e.example prefer\n", NULL, "");
	check_text(FOUR "refclock nmea flag1 1\n", NULL, "");
}

static void
warns_of_paths_of_clocks_that_do_not_begin_at_the_root(void **state)
{
#define ELSEWHERE(path, word)                                                             \
	"warning: f:5:1: '" path "' of '" word "' does not begin with '/': it is looked " \
	"for in the folder that ntpd is started in, which is seldom the same\n"

	(void)state;
	check_text(FOUR "refclock phc vmclock vmclock0\n", NULL,
	    "warning: f:5:1: 'vmclock0' of 'vmclock' does not begin with '/': it is looked for in "
	    "the folder that ntpd is started in, which is seldom the same\n");
	check_text(FOUR "refclock phc vmclock /dev/vmclock0 path eth0\n", NULL, "");
	check_text(FOUR "refclock nmea path gps0\n", NULL, ELSEWHERE("gps0", "path"));
	check_text(FOUR "refclock nmea flag1 1 ppspath pps0\n", NULL, ELSEWHERE("pps0", "ppspath"));
	check_text(FOUR "server 127.127.20.0\ndevice 127.127.20.0 timedata ttyS0\n", NULL,
	    ELSEWHERE("ttyS0", "timedata"));
	check_gpsd(FOUR "refclock gpsd path ttyS0\n", 5, "");
}

static void
warns_of_peers_without_a_key_and_of_bursts_of_peers(void **state)
{
	static const char keyless[] =
	    "warning: f:5:1: peer e.example has no key: whoever sends packets in its name may set "
	    "the clock of this host; give both sides a key\n";

	(void)state;
	check_text(FOUR "peer e.example\n", NULL, keyless);
	check_text(FOUR "peer e.example key 1\ntrustedkey 1\nkeys /k\n", NULL, "");
	check_text(FOUR "peer e.example iburst key 1\ntrustedkey 1\nkeys /k\n", NULL,
	    "warning: f:5:1: 'iburst' does nothing for peer e.example, which answers in its own "
	    "time\n");
	check_text(FOUR "peer e.example key 1 burst\ntrustedkey 1\nkeys /k\n", NULL,
	    "warning: f:5:1: 'burst' does nothing for peer e.example, which answers in its own "
	    "time\n");
}

static void
warns_of_broadcasts_that_prove_nothing(void **state)
{
	(void)state;
	check_text(FOUR "disable auth\nbroadcastclient\n", NULL,
	    "warning: configuration: 'disable auth' with 'broadcastclient': whoever sends a "
	    "broadcast here "
	    "sets this clock; use keys, and 'enable auth'\n");
	check_text(FOUR "disable auth\nmulticastclient\n", NULL,
	    "warning: configuration: 'disable auth' with 'multicastclient': whoever sends a "
	    "broadcast here "
	    "sets this clock; use keys, and 'enable auth'\n");
	check_text(FOUR "enable bclient\ndisable auth\n", NULL,
	    "warning: configuration: 'disable auth' with 'bclient': whoever sends a broadcast here "
	    "sets this clock; use keys, and 'enable auth'\n");
	check_text(FOUR "broadcastclient\n", NULL,
	    "warning: configuration: 'broadcastclient' believes broadcasts with a trusted key "
	    "only, and there "
	    "is no 'keys' line\n");
	check_text(FOUR "broadcastclient\nkeys /k\n", NULL,
	    "warning: configuration: 'broadcastclient' believes broadcasts with a trusted key "
	    "only, and there "
	    "is no 'trustedkey' line\n");
	check_text(FOUR "broadcastclient\nkeys /k\ntrustedkey 1\n", NULL, "");
	check_text(FOUR "disable auth\n", NULL, "");
}

static void
warns_of_lines_to_all_without_a_key(void **state)
{
	(void)state;
	check_text(FOUR "broadcast 192.0.2.255\n", NULL,
	    "warning: f:5:1: broadcasts without a key: clients believe them only with 'disable "
	    "auth', and then those of anybody\n");
	check_text(FOUR "manycastclient 239.1.1.1\n", NULL,
	    "warning: f:5:1: manycastclient without a key: answers are believed with a key only; "
	    "give it one, or 'disable auth'\n");
	check_text(FOUR "manycastclient 239.1.1.1\ndisable auth\n", NULL,
	    "warning: f:5:1: 'disable auth' with 'manycastclient': whoever answers sets this "
	    "clock; use a key, and 'enable auth'\n");
	check_text(FOUR "keys /k\ntrustedkey 1\nmanycastclient 239.1.1.1 key 1\n"
			"broadcast 192.0.2.255 key 1\n",
	    NULL, "");
}

static void
warns_of_words_of_gpsd_that_do_nothing(void **state)
{
	(void)state;
	check_gpsd(FOUR "refclock gpsd mode 2\n", 5, "");
	check_gpsd(FOUR "refclock gpsd mode 3\n", 5,
	    "warning: f:5:1: 'mode 3' is nothing of gpsd's: it is taken for 0\n");
	check_gpsd(FOUR "refclock gpsd unit 129 time2 0.1\n", 5,
	    "warning: f:5:1: unit 129 is the pulses of unit 1 alone: only time1 and flag1 have an "
	    "effect\n");
	check_gpsd(FOUR "refclock gpsd unit 129 time1 0.1\n", 5, "");
}

static void
warns_of_a_default_open_to_queries(void **state)
{
	(void)state;
	check_text(FOUR "restrict default nomodify\n", NULL,
	    "warning: f:5:1: this default lets "
	    "everybody query with ntpq: add noquery\n");
	check_text(FOUR "restrict default nomodify noquery\nrestrict -6 default ignore\n", NULL,
	    "");
	check_text(FOUR "restrict 192.0.2.0/24\nrestrict source nomodify\n", NULL, "");
	check_text(FOUR "unrestrict default\nrestrict default ntpport\n", NULL, "");
}

static void
warns_of_kod_without_limited(void **state)
{
	(void)state;
	check_text(FOUR "restrict 192.0.2.0/24 kod\n", NULL,
	    "warning: f:5:1: 'kod' does nothing without 'limited'\n");
	check_text(FOUR "restrict 192.0.2.0/24 kod limited\n", NULL, "");
}

static void
mssntp_wants_a_socket_and_epeer_undoes_noepeer(void **state)
{
	(void)state;
	check_text(FOUR "restrict 192.0.2.0/24 mssntp\n", NULL,
	    "warning: f:5:1: 'mssntp' needs a line ntpsigndsocket with the folder of Samba's "
	    "socket: members of a domain get no answer\n");
	check_text(FOUR "restrict 192.0.2.0/24 mssntp\nntpsigndsocket /s\n", NULL, "");
	check_text(FOUR "restrict 192.0.2.0/24 noepeer epeer\n", NULL,
	    "warning: f:5:1: 'epeer' takes the 'noepeer' of its line away\n");
}

static void
warns_of_disable_monitor_beside_limited(void **state)
{
	(void)state;
	check_text(FOUR "disable monitor\nrestrict 192.0.2.0/24 limited\n", NULL,
	    "warning: f:6:1: 'disable monitor' has no effect while 'limited' is used\n");
	check_text(FOUR "disable monitor\n", NULL, "");
}

static void
warns_of_smeared_and_plain_servers_together(void **state)
{
	(void)state;
	check_text(FOUR "server time1.google.com\n", NULL,
	    "warning: f:5:1: time1.google.com smears "
	    "leap seconds and d.example does not: around a leap second they disagree; use one kind "
	    "only\n");
	check_text(FOUR "server Time.Google.com noselect\n", NULL, "");
	check_text("server time1.google.com\nserver time2.google.com\nserver time3.google.com\n"
		   "server time4.google.com\n",
	    NULL, "");
}

static void
warns_of_keys_that_cannot_work(void **state)
{
	(void)state;
	check_text(FOUR "server e.example key 5\n", NULL,
	    "warning: f:5:1: key 5 of e.example is not among the trustedkey ids: the server will "
	    "not be asked\n"
	    "warning: f:5:1: e.example has a key but there is no 'keys' line: it will not be "
	    "asked\n");
	check_text(FOUR "server e.example key 5\nkeys /k\ntrustedkey 5\n", NULL, "");
}

static void
warns_of_statistics_without_a_folder(void **state)
{
	static const char none[] = "warning: f: statistics are turned on, but there is no statsdir "
				   "line: none are written\n";

	(void)state;
	check_text(FOUR "statistics loopstats\n", NULL, none);
	check_text(FOUR "filegen peerstats type none\nstatsdir \"\"\n", NULL, none);
	check_text(FOUR "statistics loopstats\nstatsdir /s\n", NULL, "");
	check_text(FOUR "filegen peerstats type none disable\n", NULL, "");
}

static void
warns_of_two_preferred_servers(void **state)
{
	(void)state;
	check_text(FOUR "server e.example prefer\nserver g.example prefer\n", NULL,
	    "warning: f:6:1: 'prefer' is on e.example too, only one of them counts\n");
}

static int
may(void *ctx, enum config_use use, const char *path)
{
	static const char uses[] = "rwafl";
	struct text *asked = ctx;

	text_printf(asked, "%c%s ", uses[use], path);
	return strncmp(path, "/no", 3) == 0 ? -EACCES : strcmp(path, "/gone") == 0 ? -ENOENT : 0;
}

static void
asks_of_each_file_whether_it_can_be_used(void **state)
{
	char buf[256];
	struct text asked = text_over(buf, sizeof buf);
	struct config_access access = { .ctx = &asked, .may = may };

	(void)state;
	check_text(FOUR "driftfile /d\nlogfile /l\nkeys /k\nleapfile /p\nstatsdir /s\n"
			"statistics loopstats rawstats\nsourcedir /gone\n",
	    &access, "");
	assert_string_equal(buf, "w/d a/l r/k r/p f/s l/gone ");
	check_text(FOUR "driftfile /no1\nlogfile /no2\nkeys /no3\nsourcedir /no4\nstatsdir /no5\n",
	    &access,
	    "warning: f:5:1: driftfile: '/no1' cannot be written by the run user: Permission "
	    "denied\n"
	    "warning: f:6:1: logfile: '/no2' cannot be written by the run user: Permission denied\n"
	    "warning: f:7:1: keys: '/no3' cannot be read by the run user: Permission denied\n"
	    "warning: f:8:1: sourcedir: '/no4' cannot be read by the run user: Permission "
	    "denied\n");
	check_text(FOUR "keys /no1\nkeys /no2\n", &access,
	    "warning: f:6:1: keys: '/no2' cannot be "
	    "read by the run user: Permission denied\n");
}

static void
the_caret_stands_below_the_word(void **state)
{
	static const struct {
		const char *line;
		unsigned column;
	} cases[] = {
		{ "server e.example nts noval", 22 },
		{ "nts port 99", 5 },
		{ "nts enable cert /no1", 17 },
		{ "  server 127.127.1.0", 10 },
		{ "server e.example prefer\n  server f.example iburst prefer", 27 },
		{ "server time1.google.com", 8 },
		{ "keys /k\nserver e.example iburst key 5", 25 },
		{ "trustedkey 5\nserver e.example iburst key 5", 25 },
		{ "\trestrict default nomodify", 11 },
		{ "restrict 192.0.2.0 mask 255.255.255.0 kod", 39 },
		{ "disable monitor\nrestrict 192.0.2.1 nomodify limited", 29 },
		{ "driftfile \"/no\"", 11 },
		{ "refclock pps", 10 },
		{ "server 127.127.22.0", 8 },
		{ "refclock phc vmclock vmclock0", 22 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[512], asked[256];
		struct text t = text_over(text, sizeof text), a = text_over(asked, sizeof asked);
		struct config_access access = { .ctx = &a, .may = may };
		text_printf(&t, FOUR "%s\n", cases[i].line);
		const struct conf_file files[] = { { "/etc/ntp.conf", text, 0 }, { 0 } };
		struct conf *k = conf_of_files(files);
		bool found = false;
		k->d = diag_list_in(k->arena);
		config_check(k->c, "/etc/ntp.conf", &access, &k->d);
		for (unsigned j = 0; j < k->d.n; j++) {
			found = found ||
			    (k->d.at[j].line > 4 && k->d.at[j].column == cases[i].column &&
				k->d.at[j].source != NULL);
		}
		if (!found) {
			fail_msg("%s: %s", cases[i].line, conf_said(k));
		}
		conf_end(k);
	}
}

/* Copies lose the text: a place without its line is still a place. */
static void
shows_the_line_of_a_warning(void **state)
{
	const struct conf_file files[] = {
		{ "/etc/ntp.conf", FOUR "includefile /etc/more", 0 },
		{ "/etc/more", "# more\n\nkeys /no\r\n", 0 },
		{ 0 },
	};
	struct conf *k = conf_of_files(files);
	char asked[256], shown[1024];
	struct text asked_text = text_over(asked, sizeof asked), t = text_over(shown, sizeof shown);
	struct config_access access = { .ctx = &asked_text, .may = may };

	(void)state;
	k->d = diag_list_in(k->arena);
	config_check(k->c, "/etc/ntp.conf", &access, &k->d);
	assert_int_equal(k->d.n, 1);
	diag_format_caret(&k->d.at[0], &t);
	assert_string_equal(shown,
	    "/etc/more:3:6: warning: keys: '/no' cannot be read by the run "
	    "user: Permission denied\n    keys /no\n         ^~~");
	assert_string_equal(asked, "r/etc/ntp.conf r/etc/more r/no ");

	struct arena *other = arena_new((size_t)1 << 20);
	struct config *copy = config_copy(k->c, other);
	assert_non_null(copy);
	k->d = diag_list_in(k->arena);
	config_check(copy, "/etc/ntp.conf", &access, &k->d);
	assert_string_equal(k->d.at[0].file, "/etc/more");
	assert_int_equal(k->d.at[0].line, 3);
	assert_null(k->d.at[0].source);
	arena_free(other);
	conf_end(k);
}

static void
warns_of_files_that_a_reload_could_not_read(void **state)
{
	const struct conf_file files[] = {
		{ "/etc/ntp.conf", FOUR "includefile /no/secret.conf\n", 0 },
		{ "/no/secret.conf", "disable stats\n", 0 },
		{ 0 },
	};
	struct conf *k = conf_of_files(files);
	char asked[256];
	struct text t = text_over(asked, sizeof asked);
	struct config_access access = { .ctx = &t, .may = may };

	(void)state;
	k->d = diag_list_in(k->arena);
	config_check(k->c, "/etc/ntp.conf", &access, &k->d);
	assert_string_equal(conf_said(k),
	    "warning: /no/secret.conf: a reload will fail, the run "
	    "user cannot read this file: Permission denied\n");
	conf_end(k);
}

static void
explain(void *ctx, enum config_use use, const char *path, struct text *out)
{
	(void)ctx;
	text_printf(out, "; chgrp ntp %s and chmod %u", path, (unsigned)use);
}

static void
tells_the_owner_of_a_refused_file_what_to_do(void **state)
{
	char asked[256];
	struct text t = text_over(asked, sizeof asked);
	struct config_access access = { .ctx = &t, .may = may, .explain = explain };

	(void)state;
	check_text(FOUR "keys /no1\ndriftfile /no2\nleapfile /gone\n", &access,
	    "warning: f:6:1: driftfile: '/no2' cannot be written by the run user: Permission "
	    "denied; chgrp ntp /no2 and chmod 1\n"
	    "warning: f:5:1: keys: '/no1' cannot be read by the run user: Permission "
	    "denied; chgrp ntp /no1 and chmod 0\n"
	    "warning: f:7:1: leapfile: '/gone' cannot be read by the run user: No such file or "
	    "directory\n");
}

static void
warns_of_what_is_unwise_with_nts(void **state)
{
	(void)state;
	check_text(FOUR "server e.example nts noval\n", NULL,
	    "warning: f:5:1: with 'noval' anybody on the way to e.example can be it; 'ca FILE' "
	    "trusts a certificate of your own\n");
	check_text(FOUR "server e.example fallback 60\n", NULL,
	    "warning: f:5:1: without a server that has 'nts' there is nothing that e.example "
	    "could stand in for: it is never used\n");
	check_text(FOUR "server f.example nts\nserver e.example fallback 60\n", NULL, "");
	check_text(FOUR "tos authselect require\n", NULL,
	    "warning: f:5:1: no source is authenticated, and 'tos authselect require' uses no "
	    "other: the clock stays unsynchronised\n");
	check_text(FOUR "tos authselect require\nserver e.example nts\n", NULL, "");
	check_text(FOUR "nts cert /c\nnts port 4123\n", NULL,
	    "warning: f: 'nts port' has no effect without 'nts enable'\n");
	check_text(FOUR "nts enable port 4123\n", NULL, "");
	check_text(FOUR "nts rotate 3599\n", NULL, "");
	check_text(FOUR "nts enable\nnts rotate 3600\n", NULL, "");
	check_text(FOUR "nts enable\nnts rotate 3599\n", NULL,
	    "warning: f: cookies are good for ten times 3599 s only: clients that ask rarely "
	    "must get new keys each time\n");
}

static void
asks_of_the_files_of_nts_whether_they_can_be_used(void **state)
{
	char buf[256];
	struct text asked = text_over(buf, sizeof buf);
	struct config_access access = { .ctx = &asked, .may = may };

	(void)state;
	check_text(FOUR "nts cert /c key /k cookie /o state /s\n", &access, "");
	assert_string_equal(buf, "");
	check_text(FOUR "nts enable cert /c key /k cookie /o state /s\nserver e.example nts\n",
	    &access, "");
	assert_string_equal(buf, "r/c r/k w/o w/s ");
	asked = text_over(buf, sizeof buf);
	check_text(FOUR "nts enable cert /no1 key /no2 cookie /gone rotate 0\n", &access,
	    "warning: f: nts cert: '/no1' cannot be read by the run user: Permission denied\n"
	    "warning: f: nts key: '/no2' cannot be read by the run user: Permission denied\n");
	assert_string_equal(buf, "r/no1 r/no2 r/gone ");
	check_text(FOUR "nts enable cert /c key /k cookie /gone\n", &access,
	    "warning: f: nts cookie: there is no folder for '/gone'\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_servers),
		cmocka_unit_test(warns_of_the_local_clock_beside_real_servers),
		cmocka_unit_test(warns_of_words_of_a_clock_that_want_others),
		cmocka_unit_test(warns_of_pulses_that_nobody_numbers),
		cmocka_unit_test(warns_of_paths_of_clocks_that_do_not_begin_at_the_root),
		cmocka_unit_test(warns_of_peers_without_a_key_and_of_bursts_of_peers),
		cmocka_unit_test(warns_of_broadcasts_that_prove_nothing),
		cmocka_unit_test(warns_of_lines_to_all_without_a_key),
		cmocka_unit_test(warns_of_words_of_gpsd_that_do_nothing),
		cmocka_unit_test(warns_of_a_default_open_to_queries),
		cmocka_unit_test(warns_of_kod_without_limited),
		cmocka_unit_test(mssntp_wants_a_socket_and_epeer_undoes_noepeer),
		cmocka_unit_test(warns_of_disable_monitor_beside_limited),
		cmocka_unit_test(warns_of_smeared_and_plain_servers_together),
		cmocka_unit_test(warns_of_keys_that_cannot_work),
		cmocka_unit_test(warns_of_statistics_without_a_folder),
		cmocka_unit_test(warns_of_two_preferred_servers),
		cmocka_unit_test(asks_of_each_file_whether_it_can_be_used),
		cmocka_unit_test(warns_of_what_is_unwise_with_nts),
		cmocka_unit_test(asks_of_the_files_of_nts_whether_they_can_be_used),
		cmocka_unit_test(the_caret_stands_below_the_word),
		cmocka_unit_test(shows_the_line_of_a_warning),
		cmocka_unit_test(warns_of_files_that_a_reload_could_not_read),
		cmocka_unit_test(tells_the_owner_of_a_refused_file_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
