/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a reload. */
#include "config/diff.h"
#include "conf.h"

/* What config_diff says of two texts, one line per change. */
static void
check_diff(const char *old_text, const char *new_text, const char *expected)
{
	struct conf *old = conf_of(old_text), *new = conf_of(new_text);
	const struct config_change *change;
	char buf[2048];
	struct text t = text_over(buf, sizeof buf);
	int n = config_diff(old->c, new->c, new->arena, &change);

	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		config_change_format(&change[i], &t);
		text_char(&t, '\n');
	}
	assert_string_equal(buf, expected);
	assert_int_equal(config_same(old->c, new->c), n == 0);
	conf_end(old);
	conf_end(new);
}

static void
nothing_changes_when_only_the_layout_does(void **state)
{
	(void)state;
	check_diff("server a.example iburst\nrestrict 10.0.0.1 mask 255.0.0.0 kod\n",
	    "# new comment\nrestrict 10.0.0.0/8   kod\n\nserver  a.example  iburst\n", "");
}

static void
servers_are_dropped_changed_and_added_in_that_order(void **state)
{
	(void)state;
	check_diff("server a.example\nserver b.example minpoll 4\npool c.example\n"
		   "server 127.127.1.0\nfudge 127.127.1.0 stratum 9\n",
	    "pool d.example\nserver b.example minpoll 5\npool c.example\n"
	    "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n",
	    "server a.example dropped\n"
	    "server b.example changed\n"
	    "server 127.127.1.0 changed\n"
	    "pool d.example added\n");
	/* Another kind, port or family is another server. */
	check_diff("server a.example\nserver b.example\nserver c.example\n",
	    "pool a.example\nserver b.example:124\nserver -4 c.example\n",
	    "server a.example dropped\nserver b.example dropped\nserver c.example dropped\n"
	    "pool a.example added\nserver b.example added\nserver c.example added\n");
}

static void
each_part_of_the_configuration_is_a_step(void **state)
{
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "logfile /l", "logfile or logconfig changed\n" },
		{ "logconfig =all", "logfile or logconfig changed\n" },
		{ "keys /k", "keys changed\n" },
		{ "trustedkey 3", "keys changed\n" },
		{ "controlkey 3", "keys changed\n" },
		{ "nts cert /c", "nts changed\n" },
		{ "nts enable", "nts enable changed, takes effect at the next start\n" },
		{ "nts keport 1 enable",
		    "nts enable changed, takes effect at the next start\n"
		    "nts keport changed, takes effect at the next start\n" },
		{ "nts keport 1 cert /c",
		    "nts changed\nnts keport changed, takes effect at the next start\n" },
		{ "nts port 99", "interface changed\n" },
		{ "nts aead AES_SIV_CMAC_512", "nts changed\n" },
		{ "nts rotate 9 ratchet", "nts changed\n" },
		{ "driftfile /d", "driftfile or other files changed\n" },
		{ "nonvolatile 0.5", "driftfile or other files changed\n" },
		{ "saveconfigdir /s", "driftfile or other files changed\n" },
		{ "ntpsigndsocket /s", "driftfile or other files changed\n" },
		{ "statsdir /s", "statistics changed\n" },
		{ "statistics loopstats", "statistics changed\n" },
		{ "filegen loopstats nolink disable", "statistics changed\n" },
		{ "disable stats", "statistics changed\n" },
		{ "leapfile /l", "leapfile or leapsmear changed\n" },
		{ "leapsmear interval 86400", "leapfile or leapsmear changed\n" },
		{ "setvar a=b", "setvar changed\n" },
		{ "tinker panic 0", "tinker changed\n" },
		{ "tinker loop classic", "tinker changed\n" },
		{ "tos minsane 2", "tos changed\n" },
		{ "disable ntp", "enable or disable changed\n" },
		{ "restrict default", "restrict changed\n" },
		{ "restrict a.example", "restrict changed\n" },
		{ "discard minimum 1", "discard, limit or mru changed\n" },
		{ "discard average 3", "discard, limit or mru changed\n" },
		{ "limit kod 3", "discard, limit or mru changed\n" },
		{ "mru maxage 5", "discard, limit or mru changed\n" },
		{ "interleaved on", "interleaved changed\n" },
		{ "interface listen eth0", "interface changed\n" },
		{ "dscp 0", "interface changed\n" },
		{ "extra port 99", "interface changed\n" },
		{ "sourceport 123", "sourceport changed\n" },
		{ "unpeer 7", "unpeer changed\n" },
		{ "reset sys", "reset changed\n" },
		{ "trap 192.0.2.1", "words without effect changed\n" },
		{ "mdnstries 1", "words without effect changed\n" },
		{ "sourcedir /s", "driftfile or other files changed\n" },
		{ "pidfile /p", "pidfile changed, takes effect at the next start\n" },
		{ "mru maxmem 5 initmem 7", "mru changed, takes effect at the next start\n" },
		{ "rlimit memlock 0", "rlimit memlock changed, takes effect at the next start\n" },
		{ "tinker freq 1", "tinker changed, takes effect at the next start\n" },
		{ "tos basedate 2020-01-01", "tos changed\n" },
		{ "pollskewlist 6 1 2", "pollskewlist changed\n" },
		{ "pollskewlist default 1 2", "pollskewlist changed\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_diff("", cases[i].line, cases[i].said);
		if (strncmp(cases[i].line, "unpeer", 6) != 0 &&
		    strncmp(cases[i].line, "reset", 5) != 0) {
			check_diff(cases[i].line, "", cases[i].said);
		}
		check_diff(cases[i].line, cases[i].line, "");
	}
}

static void
order_of_rules_counts_order_of_servers_does_not(void **state)
{
	(void)state;
	check_diff("server a.example\nserver b.example\n", "server b.example\nserver a.example\n",
	    "");
	check_diff("interface listen all\ninterface ignore eth0\n",
	    "interface ignore eth0\ninterface listen all\n", "interface changed\n");
	check_diff("restrict 10.0.0.1 kod\nrestrict 10.0.0.1 limited\n",
	    "restrict 10.0.0.1 limited\nrestrict 10.0.0.1 kod\n", "restrict changed\n");
}

static void
two_lists_of_one_length_are_compared_word_by_word(void **state)
{
	static const struct {
		const char *old, *new, *said;
	} cases[] = {
		{ "trustedkey 1 5", "trustedkey 1 6", "keys changed\n" },
		{ "leapsmear interval 7200", "leapsmear address 192.0.2.1 interval 7200",
		    "leapfile or leapsmear changed\n" },
		{ "leapsmear interval 7200", "leapsmear interval 7201",
		    "leapfile or leapsmear changed\n" },
		{ "setvar a=b", "setvar a=c", "setvar changed\n" },
		{ "setvar a=b", "setvar a=b default", "setvar changed\n" },
		{ "restrict 10.0.0.1", "restrict 10.0.0.1 kod", "restrict changed\n" },
		{ "restrict 10.0.0.1", "delrestrict 10.0.0.1", "restrict changed\n" },
		{ "restrict a.example", "restrict -4 a.example", "restrict changed\n" },
		{ "interface listen eth0", "interface listen eth1", "interface changed\n" },
		{ "interface listen 10.0.0.0/8", "interface listen 10.0.0.0/9",
		    "interface changed\n" },
		{ "driftfile /d", "driftfile /d 1", "driftfile or other files changed\n" },
		{ "sourcedir /a", "sourcedir /b", "driftfile or other files changed\n" },
		{ "unpeer 1", "unpeer 2", "unpeer changed\n" },
		{ "reset sys", "reset io", "reset changed\n" },
		{ "trap 192.0.2.1", "trap 192.0.2.2", "words without effect changed\n" },
		{ "server 127.127.1.0", "server 127.127.1.1",
		    "server 127.127.1.0 dropped\nserver 127.127.1.1 added\n" },
		{ "peer a.example", "broadcast 192.0.2.255",
		    "peer a.example dropped\nbroadcast 192.0.2.255 added\n" },
		{ "server a.example", "server a.example xleave", "server a.example changed\n" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_diff(cases[i].old, cases[i].new, cases[i].said);
	}
}

static void
a_server_is_found_again_whatever_its_options(void **state)
{
	struct conf *old = conf_of("server a.example\nserver 127.127.1.0\n");
	struct conf *new = conf_of("server b.example\nserver a.example burst\n");

	(void)state;
	assert_ptr_equal(config_source_in(new->c, &old->c->sources[0]), &new->c->sources[1]);
	assert_null(config_source_in(new->c, &old->c->sources[1]));
	conf_end(old);
	conf_end(new);
}

static void
files_and_keys_come_before_rules_and_rules_before_servers(void **state)
{
	(void)state;
	check_diff("",
	    "server a.example\nrestrict default\nkeys /k\nlogfile /l\nunpeer 3\n"
	    "interface listen all\nmru maxmem 9\n",
	    "logfile or logconfig changed\nkeys changed\nrestrict changed\ninterface changed\n"
	    "unpeer changed\nserver a.example added\n"
	    "mru changed, takes effect at the next start\n");
}

/* A value that is not the usual one, of the kinds that words of clocks have. */
static const char *
unusual(const struct schema_row *row)
{
	return row->arg == ARG_FLAG                          ? ""
	    : row->arg == ARG_INT && row->lo >= 0            ? " 7"
	    : row->arg == ARG_UINT || row->arg == ARG_SWITCH ? " 1"
	    : row->arg == ARG_REAL                           ? " 0.5"
							     : " /x";
}

/* What is said of a clock and of its fudge is taken up by a reload: each word of it is a change. */
static void
each_word_of_a_reference_clock_is_taken_up_by_a_reload(void **state)
{
	static const char *const asked[] = { "minpoll", "maxpoll", "prefer", "noselect", "true",
		"mode" };
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < schema_rows_n; i++) {
		const struct schema_row *row = &schema_rows[i];
		bool of_clocks = row->group == SCHEMA_REFCLOCK || row->group == SCHEMA_FUDGE;
		char line[128];

		for (unsigned k = 0; k < sizeof asked / sizeof asked[0]; k++) {
			of_clocks = of_clocks ||
			    (row->group == SCHEMA_SOURCE && strcmp(row->word, asked[k]) == 0);
		}
		if (!of_clocks || strcmp(row->word, "unit") == 0) {
			continue; /* another unit is another clock */
		}
		n++;
		(void)snprintf(line, sizeof line, "refclock nmea %s%s\n", row->word, unusual(row));
		check_diff("refclock nmea\n", line, "server 127.127.20.0 changed\n");
		check_diff(line, "refclock nmea\n", "server 127.127.20.0 changed\n");
	}
	assert_int_equal(n, 21);
	check_diff("server 127.127.20.0\n",
	    "server 127.127.20.0\ndevice 127.127.20.0 timedata /x\n",
	    "server 127.127.20.0 changed\n");
	check_diff("server 127.127.20.0\n", "server 127.127.20.0\ndevice 127.127.20.0 ppsdata /x\n",
	    "server 127.127.20.0 changed\n");
}

static void
too_little_memory_is_told(void **state)
{
	struct conf *k = conf_of("server a.example\n");
	struct arena *none = arena_new(0);
	const struct config_change *change;

	(void)state;
	assert_int_equal(config_diff(k->c, k->c, none, &change), -1);
	arena_free(none);
	conf_end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_when_only_the_layout_does),
		cmocka_unit_test(servers_are_dropped_changed_and_added_in_that_order),
		cmocka_unit_test(each_part_of_the_configuration_is_a_step),
		cmocka_unit_test(order_of_rules_counts_order_of_servers_does_not),
		cmocka_unit_test(two_lists_of_one_length_are_compared_word_by_word),
		cmocka_unit_test(a_server_is_found_again_whatever_its_options),
		cmocka_unit_test(files_and_keys_come_before_rules_and_rules_before_servers),
		cmocka_unit_test(each_word_of_a_reference_clock_is_taken_up_by_a_reload),
		cmocka_unit_test(too_little_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
