/* SPDX-License-Identifier: BSD-2-Clause */
/* Canonical text: what it looks like, and that it reads back to the same configuration. */
#include "config/print.h"
#include "conf.h"
#include "config/diff.h"
#include "config/schema.h"
#include "unit/seeded.h"

static void
prints_canonical_lines_for_what_differs_from_the_defaults(void **state)
{
	struct conf *k = conf_of(
	    "# comment\nnic  listen  eth0\nrestrict 192.168.1.7 mask "
	    "255.255.255.0 notrap nomodify\nserver -4 a.example iburst iburst maxpoll 10\n"
	    "server 127.127.1.0\nfudge 127.127.1.0 refid AB stratum 10\ntos minclock 3 maxclock 6\n"
	    "disable monitor\nleapfile \"/a b\" ignorehash\ntrustedkey 1 2 3 9\ntinker step 0.5\n"
	    "statistics loopstats\nfilegen peerstats type week\nsetvar a=\"b c\" default\n"
	    "logconfig =syncstatus\nmru maxdepth 500\nrestrict -6 default kod\n"
	    "crypto  pw  \"x y\"\nleapsmearinterval 86400\nsourceport 123\n");
	struct conf_text t = conf_print(k->c, false);

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_string_equal(t.at,
	    "server -4 a.example iburst\n"
	    "server 127.127.1.0\n"
	    "fudge 127.127.1.0 stratum 10 refid AB\n"
	    "restrict 192.168.1.0/24 nomodify notrap\n"
	    "restrict -6 default kod\n"
	    "interface listen eth0\n"
	    "mru maxdepth 500\n"
	    "leapfile \"/a b\" ignorehash\n"
	    "leapsmear interval 86400 form cosine\n"
	    "sourceport 123\n"
	    "trustedkey ( 1 ... 3 )\n"
	    "trustedkey 9\n"
	    "disable monitor\n"
	    "tinker step 0.5\n"
	    "tos maxclock 6\n"
	    "logconfig =syncstatus\n"
	    "statistics loopstats\n"
	    "filegen peerstats file peerstats type week link enable\n"
	    "setvar a = \"b c\" default\n"
	    "crypto pw \"x y\"\n");
	free(t.at);
	conf_end(k);
}

static void
prints_each_thing_once(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "server [fe80::1%eth0]\n", "server -6 fe80::1%eth0\n" },
		{ "server [fe80::1%eth0]:1123\n", "server -6 [fe80::1%eth0]:1123\n" },
		{ "server [fe80::1%2]:1123\n", "server [fe80::1%2]:1123\n" },
		{ "restrict [2001:db8::]/32\n", "restrict 2001:db8::/32\n" },
		{ "interface listen fe80::%eth0/10\n", "interface listen fe80::%eth0/10\n" },
		{ "interface drop [fe80::1%eth0]\n", "interface drop fe80::1%eth0/128\n" },
		{ "limit average 2\n", "limit average 2\n" },
		{ "limit average 1\n", "" },
		{ "discard average 3\n", "discard average 3\n" },
		{ "discard average 3\nlimit average 1\n", "" },
		{ "discard average 4\nlimit average 1\n", "discard average 4\nlimit average 1\n" },
		{ "discard average 4\nlimit leak 0\n", "limit leak 0\ndiscard average 4\n" },
		{ "limit burst 4\ndiscard monitor 5\n", "discard monitor 5\nlimit burst 4\n" },
		{ "limit burst 4\ndiscard average 3\n", "limit burst 4\ndiscard average 3\n" },
		{ "limit burst 4\ndiscard minimum 1\n", "limit burst 4\ndiscard minimum 1\n" },
		{ "discard minimum 1\nlimit kod 1\n", "discard minimum 1\nlimit kod 1\n" },
		{ "logconfig =syncall +clockall\n", "logconfig =clockall +syncall\n" },
		{ "logconfig =peerinfo +sysall -sysinfo\n",
		    "logconfig =sysevents +sysstatistics +sysstatus +peerinfo\n" },
		{ "logconfig =all -all\n", "logconfig =all -all\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_of(cases[i].text);
		struct conf_text t = conf_print(k->c, false);
		struct conf *again = conf_of(t.at);
		assert_string_equal(t.at, cases[i].printed);
		assert_true(config_same(k->c, again->c));
		free(t.at);
		conf_end(again);
		conf_end(k);
	}
}

static void
the_defaults_are_told_as_comments_only(void **state)
{
	struct conf *k = conf_of("tos minclock 4\n");
	struct conf_text t = conf_print(k->c, true);
	struct conf *again = conf_of(t.at);

	(void)state;
	assert_non_null(strstr(t.at, "tos minclock 4\n\n# in force by default:\n"));
	assert_non_null(strstr(t.at, "\n# tos maxclock 10\n"));
	assert_null(strstr(t.at, "# tos minclock"));
	assert_non_null(strstr(t.at, "\n# tinker step 0.128\n"));
	assert_non_null(strstr(t.at, "\n# discard average 3\n"));
	assert_true(config_same(k->c, again->c));
	free(t.at);
	conf_end(again);
	conf_end(k);
}

static void
servers_of_a_source_folder_are_comments(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "sourcedir /s\nserver a.example\n", 0 },
		{ "/s", NULL, 0 },
		{ "/s/x.sources", "server b.example prefer\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);
	struct conf_text t = conf_print(k->c, false);

	(void)state;
	assert_string_equal(t.at, "server a.example\nsourcedir /s\n# server b.example prefer\n");
	free(t.at);
	conf_end(k);
}

static void
numbers_come_back_exactly(void **state)
{
	static const char *const lines[] = { "tinker stepback 0.1 stepfwd 0.30000000000000004\n",
		"tinker freq 0\n", "tinker freq -123.456789012345\n", "nonvolatile 1e-300\n",
		"tinker panic 1e9\n", "limit average 0.1\n", "limit burst 3\ndiscard average 3\n",
		"tos basedate 50000\n", "logconfig =all -all\n", "mru initalloc 3 incalloc 4\n",
		"nts cookie \"\"\n", "setvar a = \"\"\n", "setvar a = = default\n",
		"driftfile /d 0.25\n", "filegen rawstats disable\n",
		"filegen rawstats nolink disable\n", "restrict fe80::1 ntpport interface\n",
		"interface listen \"a b\"\n", "server [2001:db8::1]:5\nserver a.example:5\n",
		"unpeer -6 x.example\nunpeer 3\n", "restrict 10.1.2.3 mask 255.0.255.0 kod\n",
		"restrict -4 a.example kod\n", "unrestrict default\ndelrestrict 192.0.2.1\n",
		"enable calibrate bclient\n",
		"refclock nmea unit 3 baud 9600 subtype x path /a ppspath /b refid GPS flag1 1\n",
		"server 127.127.20.1 minpoll 4\ndevice 127.127.20.1 ppsdata /dev/pps0\n",
		"leapsmear address 2001:db8::1 interval 7200 form linear\n", "ttl 0 32 64\n",
		"pollskewlist default 1 2\n", "pollskewlist 3 0 4 17 65536 0 default 9 9\n",
		"phone \"ATDT 1\" 2\n", "reset sys io\n",
		"server a.example nts ca /c bias 0.001 mode 7 ttl 3\n",
		"server a.example ident g\n",
		"server a.example nts noval aead AES_128_GCM_SIV ask b require c expire 60 cert "
		"/x\n",
		"server a.example nts\nserver a.example:123 nts\nserver a.example nts ask b\n"
		"server a.example fallback 60\n",
		"pool [2001:db8::1]:4461 nts\n", "tos authselect require\n",
		"nts enable cert /c key /k ca /a cookie /o port 1 keport 2 connections 3\n",
		"nts rotate 5 ratchet\n", "nts ratchet\n", "nts rotate 0 certtime strict\n",
		"nts aead AES_128_GCM_SIV AES_SIV_CMAC_512 AES_SIV_CMAC_384 AES_SIV_CMAC_256\n",
		"nts cert \"\" key \"\" state \"\"\n",
		"nts mintls TLS1.3 maxtls TLS1.3 tlsciphersuites A:B tlsecdhcurves C\n",
		"nts tlscipherserverpreference\n",
		"restrict source serverresponse fuzz ippeerlimit 4\n", "extra port 1\n",
		"server 127.127.28.0 minpoll 4 maxpoll 6\n", "nic drop 10.0.0.0/8\n",
		"refclock pps maxpoll 4\n", "refclock pps minpoll 5\n",
		"server 127.127.1.1 maxpoll 10\n" };

	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct conf *k = conf_of(lines[i]);
		struct conf_text t = conf_print(k->c, false);
		struct conf *again = conf_of(t.at);
		if (k->d.errors + again->d.errors > 0 || !config_same(k->c, again->c)) {
			print_message("# %s-> %s%s%s", lines[i], t.at, conf_said(k),
			    conf_said(again));
		}
		assert_int_equal(k->d.errors + again->d.errors, 0);
		assert_true(config_same(k->c, again->c));
		struct conf *plain = conf_of("");
		assert_false(config_same(k->c, plain->c) && i != 14);
		conf_end(plain);
		free(t.at);
		conf_end(again);
		conf_end(k);
	}
}

/* ---- any configuration ---- */

/* A word that the row might take, right more often than not. */
static void
random_value(struct seeded *s, const struct schema_row *row, struct text *out)
{
	static const char *const words[] = { "/a/b", "\"c d\"", "x", "\"\"", "192.0.2.7",
		"2001:db8::9", "time.example", "\"#\"" };
	double at = (double)seeded_below(s, 1000) / 999.0;
	double lo = row->lo < -1e6 ? -1e6 : row->lo, hi = row->hi > 1e6 ? 1e6 : row->hi;

	if (row->arg == ARG_INT || row->arg == ARG_INT_GIVEN || row->arg == ARG_INT_ALONE ||
	    row->arg == ARG_UINT) {
		text_printf(out, " %ld", (long)(lo + at * (hi - lo)));
	} else if (row->arg == ARG_REAL || row->arg == ARG_REAL_GIVEN) {
		text_printf(out, " %.17g", lo + at * (hi - lo));
	} else if (row->arg == ARG_SWITCH) {
		text_printf(out, " %u", seeded_below(s, 2));
	} else if (row->arg == ARG_DATE) {
		text_printf(out, " %u", 1 + seeded_below(s, 60000));
	} else if (row->arg == ARG_CHOICE) {
		text_printf(out, " %s", row->choices[seeded_below(s, 2)].word);
	} else if (row->arg == ARG_CHOICES) {
		for (unsigned n = 1 + seeded_below(s, 3); n > 0; n--) {
			text_printf(out, " %s", row->choices[seeded_below(s, 4)].word);
		}
	} else if (row->arg == ARG_TLS) {
		text_put(out, " TLS1.3");
	} else if (row->arg == ARG_TEXT || row->arg == ARG_PATH) {
		text_printf(out, " %s", words[seeded_below(s, 8)]);
	} else if (strcmp(row->word, "mask") == 0) {
		text_put(out, seeded_below(s, 2) == 0 ? " 255.255.0.0" : " 255.0.255.1");
	} else if (strcmp(row->word, "serverresponse") == 0) {
		text_put(out, " fuzz");
	}
}

static const struct schema_row *
random_row(struct seeded *s, enum schema_group group)
{
	const struct schema_row *row;

	do {
		row = &schema_rows[seeded_below(s, schema_rows_n)];
	} while (row->group != group);
	return row;
}

static void
random_options(struct seeded *s, enum schema_group group, unsigned at_least, struct text *out)
{
	for (unsigned n = at_least + seeded_below(s, 4); n > 0; n--) {
		const struct schema_row *row = random_row(s, group);
		text_printf(out, " %s", row->word);
		random_value(s, row, out);
	}
}

static void
random_host(struct seeded *s, struct text *out)
{
	static const char *const hosts[] = { "a.example", "b.example:1234", "192.0.2.",
		"[2001:db8::1]:99", "2001:db8::", "-4 c.example", "-6 d.example", "127.127.1.",
		"127.127.28.", "239.0.0." };
	unsigned i = seeded_below(s, 10);

	text_printf(out, " %s", hosts[i]);
	if (hosts[i][strlen(hosts[i]) - 1] == '.' || hosts[i][strlen(hosts[i]) - 1] == ':') {
		text_printf(out, "%u", 1 + seeded_below(s, 4));
	}
}

static void
random_line(struct seeded *s, struct text *out)
{
	const struct schema_row *row = random_row(s, SCHEMA_TOP);

	text_put(out, row->word);
	if (row->arg == ARG_OPTIONS) {
		random_options(s, row->opens, 1, out);
	} else if (row->arg == ARG_SOURCE || row->arg == ARG_UNPEER) {
		random_host(s, out);
		if (row->arg == ARG_SOURCE) {
			text_put(out, seeded_below(s, 3) == 0 ? " nts" : "");
			random_options(s, SCHEMA_SOURCE, 0, out);
		}
	} else if (row->arg == ARG_REFCLOCK_NAME) {
		text_put(out, seeded_below(s, 2) == 0 ? " shm" : " local");
		random_options(s, SCHEMA_REFCLOCK, 0, out);
		random_options(s, SCHEMA_FUDGE, 0, out);
	} else if (row->arg == ARG_FUDGE || row->arg == ARG_DEVICE) {
		text_printf(out, " 127.127.%s.%u", seeded_below(s, 2) == 0 ? "1" : "28",
		    1 + seeded_below(s, 4));
		random_options(s, row->arg == ARG_FUDGE ? SCHEMA_FUDGE : SCHEMA_DEVICE, 1, out);
	} else if (row->arg == ARG_RESTRICT) {
		static const char *const scopes[] = { " default", " -4 default", " source",
			" 10.2.3.4", " 2001:db8::/32", " h.example" };
		text_put(out, scopes[seeded_below(s, 6)]);
		random_options(s, SCHEMA_RESTRICT, 0, out);
	} else if (row->arg == ARG_SWITCHES) {
		random_options(s, SCHEMA_SWITCH, 1, out);
	} else if (row->arg == ARG_STATISTICS) {
		random_options(s, SCHEMA_STATISTICS, 1, out);
	} else if (row->arg == ARG_FILEGEN) {
		text_printf(out, " %s", random_row(s, SCHEMA_STATISTICS)->word);
		random_options(s, SCHEMA_FILEGEN, 0, out);
	} else if (row->arg == ARG_SMEAR) {
		random_options(s, SCHEMA_SMEAR, 1, out);
	} else if (row->arg == ARG_KEY_LIST) {
		text_printf(out, " %u (%u ... %u)", 1 + seeded_below(s, 50),
		    1 + seeded_below(s, 50), 50 + seeded_below(s, 50));
	} else if (row->arg == ARG_LISTEN) {
		text_printf(out, " %s %s", random_row(s, SCHEMA_LISTEN_ACT)->word,
		    seeded_below(s, 2) == 0 ? "eth*" : random_row(s, SCHEMA_LISTEN_WHAT)->word);
	} else if (row->arg == ARG_SETVAR) {
		text_printf(out, " v%u = %s", seeded_below(s, 9),
		    seeded_below(s, 2) == 0 ? "\"a b\" default" : "1");
	} else if (row->arg == ARG_LOGCONFIG) {
		text_printf(out, " %s", seeded_below(s, 2) == 0 ? "=clockall -peerinfo" : "+sys");
	} else if (row->arg == ARG_RESET) {
		random_options(s, SCHEMA_RESET, 1, out);
	} else if (row->arg == ARG_KEPT || row->arg == ARG_KEPT_OPTIONS) {
		text_put(out, seeded_below(s, 2) == 0 ? " 7" : " 224.0.1.1");
	} else {
		random_value(s, row, out);
		if (row->arg != ARG_INT && row->arg != ARG_INT_GIVEN && row->arg != ARG_PATH &&
		    row->arg != ARG_REAL) {
			text_put(out, " /p");
		}
	}
	text_char(out, '\n');
}

static void
tell_difference(struct conf *k, struct conf *again, const char *text, const char *printed)
{
	const struct config_change *change;
	int n = config_diff(k->c, again->c, k->arena, &change);

	printf("# text:\n%s# printed:\n%s# said:\n%s# different:\n", text, printed,
	    conf_said(again));
	for (int i = 0; i < n; i++) {
		char buf[256];
		struct text t = text_over(buf, sizeof buf);
		config_change_format(&change[i], &t);
		printf("# %s\n", buf);
	}
}

static void
any_configuration_printed_and_read_again_is_the_same(void **state)
{
	struct seeded s = seeded_start(__func__);
	unsigned lines = 0, good = 0;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		static char text[32768];
		struct text t = text_over(text, sizeof text);
		unsigned n = 1 + seeded_below(&s, 40);
		for (unsigned i = 0; i < n; i++) {
			random_line(&s, &t);
		}
		struct conf *k = conf_of(text);
		lines += n;
		good += n - (k->d.errors > n ? n : k->d.errors);
		struct conf_text printed = conf_print(k->c, seeded_below(&s, 2) == 0);
		struct conf *again = conf_of(printed.at);
		if (again->d.errors > 0 || !config_same(k->c, again->c)) {
			tell_difference(k, again, text, printed.at);
		}
		assert_int_equal(again->d.errors, 0);
		assert_true(config_same(k->c, again->c));
		struct conf_text twice = conf_print(again->c, false);
		struct conf_text once = conf_print(k->c, false);
		assert_string_equal(once.at, twice.at);
		free(once.at);
		free(twice.at);
		free(printed.at);
		conf_end(again);
		conf_end(k);
	}
	assert_true(good > lines / 2); /* the property is about lines that are read */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_canonical_lines_for_what_differs_from_the_defaults),
		cmocka_unit_test(prints_each_thing_once),
		cmocka_unit_test(the_defaults_are_told_as_comments_only),
		cmocka_unit_test(servers_of_a_source_folder_are_comments),
		cmocka_unit_test(numbers_come_back_exactly),
		cmocka_unit_test(any_configuration_printed_and_read_again_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
