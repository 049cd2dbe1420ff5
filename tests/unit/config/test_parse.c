/* SPDX-License-Identifier: BSD-2-Clause */
/* ntp.conf to values: what each directive sets, includes, limits, remote text. */
#include "conf.h"
#include <math.h>

/* count lines: before, a number, after. */
static struct conf *
many(const char *before, const char *after, unsigned count)
{
	struct conf_text t = { .at = NULL };

	for (unsigned i = 0; i < count; i++) {
		char line[80];
		struct text l = text_over(line, sizeof line);
		text_printf(&l, "%s%u%s\n", before, i, after);
		conf_put(&t, line, l.len);
	}
	struct conf *k = conf_of(t.at);
	free(t.at);
	return k;
}

/* ---- values ---- */

static void
an_empty_file_gives_the_defaults(void **state)
{
	struct conf *k = conf_of("");
	const struct config *c = k->c;

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(c->sources_n, 0);
	assert_int_equal(c->restricts_n, 0);
	assert_false(config_default_given(c, ADDR_V4));
	assert_int_equal(c->rate.average_log2s, 3);
	assert_int_equal(c->rate.minimum_s, 2);
	assert_int_equal(c->mru.maxmem_kb, 1024);
	assert_int_equal(c->mru.mindepth, 600);
	assert_int_equal(c->mru.maxage_s, 64);
	assert_int_equal(c->dscp, 46);
	assert_int_equal(c->sourceport, 0);
	assert_null(c->driftfile);
	assert_true(c->leapfile_checkhash);
	assert_int_equal(c->switches &
		(SWITCH_AUTH | SWITCH_KERNEL | SWITCH_MONITOR | SWITCH_NTP | SWITCH_STATS),
	    SWITCH_AUTH | SWITCH_KERNEL | SWITCH_MONITOR | SWITCH_NTP | SWITCH_STATS);
	assert_int_equal(c->switches & (SWITCH_BCLIENT | SWITCH_CALIBRATE | SWITCH_MODE7), 0);
	assert_int_equal(c->tinker.loop, CONFIG_LOOP_ADAPTIVE);
	assert_true(c->tinker.panic_s > 999.9 && c->tinker.panic_s < 1000.1);
	assert_true(c->tinker.stepback_s > 0.127 && c->tinker.stepback_s < 0.129);
	assert_true(c->tinker.stepfwd_s > 0.127 && c->tinker.stepfwd_s < 0.129);
	assert_false(c->tinker.freq_given);
	assert_false(c->tinker.dispersion_given);
	assert_true(fabs(c->tinker.dispersion_ppm - 15.0) < 1e-9);
	assert_int_equal(c->tos.minclock, 3);
	assert_int_equal(c->tos.maxclock, 10);
	assert_int_equal(c->tos.minsane, 1);
	assert_int_equal(c->tos.ceiling, 15);
	assert_true(c->tos.orphan >= 16);
	assert_int_equal(c->rlimit.memlock_mb, -1);
	assert_int_equal(c->log_mask, 0xf000);
	assert_string_equal(c->filegens[STATS_LOOP].file, "loopstats");
	assert_int_equal(c->filegens[STATS_LOOP].type, FILEGEN_DAY);
	assert_true(c->filegens[STATS_LOOP].link);
	assert_false(c->filegens[STATS_LOOP].enabled);
	assert_false(c->nts.enable);
	assert_int_equal(c->nts.port, 0);
	assert_int_equal(c->nts.keport, 4460);
	assert_int_equal(c->nts.connections, 100);
	assert_int_equal(c->nts.rotate_s, 86400);
	assert_false(c->nts.ratchet);
	assert_string_equal(c->nts.cert, "/etc/ntp/cert-chain.pem");
	assert_string_equal(c->nts.key, "/etc/ntp/key.pem");
	assert_string_equal(c->nts.state, "/var/lib/ntp/nts-client");
	assert_null(c->nts.ca);
	assert_int_equal(c->nts.aead_n, 3); /* what every server of NTS has is offered first */
	assert_int_equal(c->nts.aead[0], 15);
	assert_int_equal(c->nts.aead[1], 16);
	assert_int_equal(c->nts.aead[2], 17);
	assert_true(c->nts.certtime_auto);
	assert_int_equal(c->tos.authselect, AUTHSELECT_NOT_GIVEN);
	conf_end(k);
}

static void
a_server_line_sets_host_port_family_and_options(void **state)
{
	struct conf *k =
	    conf_of("server -4 time.example:1123 iburst burst prefer noselect true "
		    "minpoll 4 maxpoll 9 version 3 key 42\n"
		    "pool [2001:db8::1]:124 iburst\nserver 2001:db8::2\nserver \"default\"\n");
	const struct config_source *s = k->c->sources;

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->sources_n, 4);
	assert_int_equal(s[0].kind, SOURCE_SERVER);
	assert_string_equal(s[0].host.text, "time.example");
	assert_int_equal(s[0].host.addr.family, ADDR_NONE);
	assert_int_equal(s[0].host.want, ADDR_V4);
	assert_int_equal(s[0].port, 1123);
	assert_int_equal(s[0].flags,
	    OPTION_IBURST | OPTION_BURST | OPTION_PREFER | OPTION_NOSELECT | OPTION_TRUE);
	assert_int_equal(s[0].minpoll, 4);
	assert_int_equal(s[0].maxpoll, 9);
	assert_int_equal(s[0].version, 3);
	assert_int_equal(s[0].key, 42);
	assert_string_equal(s[0].place.file, "f");
	assert_int_equal(s[0].place.line, 1);
	assert_int_equal(s[1].kind, SOURCE_POOL);
	assert_string_equal(s[1].host.text, "2001:db8::1");
	assert_int_equal(s[1].host.addr.family, ADDR_V6);
	assert_int_equal(s[1].port, 124);
	assert_int_equal(s[1].version, 4);
	assert_int_equal(s[2].port, 123);
	assert_int_equal(s[2].minpoll, 6);
	assert_int_equal(s[2].maxpoll, 10);
	assert_string_equal(s[3].host.text, "default");
	conf_end(k);
}

static void
a_reference_clock_polls_at_6_unless_told_otherwise(void **state)
{
	static const struct {
		const char *options;
		int minpoll, maxpoll;
	} cases[] = {
		{ "", 6, 6 },
		{ "minpoll 4", 4, 4 },
		{ "minpoll 0", 0, 0 },
		{ "maxpoll 10", 6, 10 },
		{ "maxpoll 4", 4, 4 },
		{ "minpoll 3 maxpoll 8", 3, 8 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[128];
		struct text t = text_over(text, sizeof text);
		text_printf(&t, "server 127.127.1.3 %s\n", cases[i].options);
		struct conf *k = conf_of(text);
		assert_int_equal(k->c->sources[0].kind, SOURCE_REFCLOCK);
		assert_int_equal(k->c->sources[0].clock_type, 1);
		assert_int_equal(k->c->sources[0].clock_unit, 3);
		assert_int_equal(k->c->sources[0].minpoll, cases[i].minpoll);
		assert_int_equal(k->c->sources[0].maxpoll, cases[i].maxpoll);
		assert_true(config_source_in_effect(&k->c->sources[0]));
		conf_end(k);
	}
}

static void
fudge_lines_reach_their_clock_from_above_and_below(void **state)
{
	struct conf *k = conf_of("fudge 127.127.1.0 stratum 10\nserver 127.127.1.0\n"
				 "fudge 127.127.1.0 refid LOCL time1 0.5\nserver 127.127.1.1\n"
				 "device 127.127.1.1 timedata /dev/x\n");
	const struct config_source *s = k->c->sources;

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_int_equal(s[0].fudge.given, FUDGE_STRATUM | FUDGE_REFID | FUDGE_TIME1);
	assert_int_equal(s[0].fudge.stratum, 10);
	assert_string_equal(s[0].fudge.refid, "LOCL");
	assert_true(s[0].fudge.time1_s > 0.4999 && s[0].fudge.time1_s < 0.5001);
	assert_int_equal(s[1].fudge.given, 0);
	assert_string_equal(s[1].path, "/dev/x");
	conf_end(k);
}

static void
a_stratum_out_of_range_is_not_given(void **state)
{
	struct conf *k =
	    conf_of("server 127.127.1.0\nfudge 127.127.1.0 stratum 12\n"
		    "fudge 127.127.1.0 stratum 17\nrefclock local unit 2 stratum 99\n");

	(void)state;
	assert_int_equal(k->c->sources[0].fudge.stratum, 12);
	assert_int_equal(k->c->sources[1].fudge.given, 0);
	conf_end(k);
}

static void
weeks_of_gps_are_added_to_the_times_of_fudge(void **state)
{
	struct conf *k = conf_of("server 127.127.28.0\nfudge 127.127.28.0 time1 0.25g time2 -1G\n"
				 "refclock shm unit 1 time1 0g\n");
	struct conf *bad = conf_of("server 127.127.28.0\nfudge 127.127.28.0 time1 g\n");
	struct conf *other = conf_of("tinker step 0.2g\n");

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_true(fabs(k->c->sources[0].fudge.time1_s - 619315200.25) < 1e-6);
	assert_true(fabs(k->c->sources[0].fudge.time2_s - 4954521599.0) < 1e-6);
	assert_true(fabs(k->c->sources[1].fudge.time1_s - 619315200.0) < 1e-6);
	assert_int_equal(bad->d.errors, 1);
	assert_int_equal(other->d.errors, 1);
	conf_end(k);
	conf_end(bad);
	conf_end(other);
}

static void
refclock_names_mean_the_old_addresses(void **state)
{
	struct conf *k =
	    conf_of("refclock shm unit 2 refid PPS time1 0.1 minpoll 4 prefer\n"
		    "refclock nmea baud 9600 path /dev/ttyS0 ppspath /dev/pps0 subtype x\n");
	const struct config_source *s = k->c->sources;

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_string_equal(s[0].host.text, "127.127.28.2");
	assert_int_equal(s[0].clock_type, 28);
	assert_int_equal(s[0].clock_unit, 2);
	assert_string_equal(s[0].fudge.refid, "PPS");
	assert_int_equal(s[0].flags, OPTION_PREFER);
	assert_int_equal(s[0].maxpoll, 4);
	assert_true(s[0].by_name);
	assert_true(config_source_in_effect(&s[0]));
	assert_string_equal(s[1].host.text, "127.127.20.0");
	assert_int_equal(s[1].baud, 9600);
	assert_string_equal(s[1].path, "/dev/ttyS0");
	assert_string_equal(s[1].ppspath, "/dev/pps0");
	assert_string_equal(s[1].subtype, "x");
	conf_end(k);
}

static void
unpeer_takes_back_a_line_above_and_keeps_what_it_does_not_know(void **state)
{
	struct conf *k =
	    conf_of("server a.example\nserver 192.0.2.1\nserver b.example\n"
		    "unpeer 192.0.2.1\nunconfig a.example\nunpeer 4711\nunpeer c.example\n");

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->sources_n, 1);
	assert_string_equal(k->c->sources[0].host.text, "b.example");
	assert_int_equal(k->c->unpeers_n, 2);
	assert_string_equal(k->c->unpeers[0].text, "4711");
	assert_string_equal(k->c->unpeers[1].text, "c.example");
	conf_end(k);
}

static void
restrict_lines_become_ordered_entries(void **state)
{
	struct conf *k =
	    conf_of("restrict default kod\nrestrict -6 default noquery\n"
		    "restrict 0.0.0.0 mask 0.0.0.0 limited\nrestrict source nomodify\n"
		    "restrict 192.168.44.130 mask 255.255.255.0 nomodify notrap\n"
		    "restrict 2001:db8::1/32\nrestrict 10.0.0.0 mask 255.0.255.0 ntpport\n"
		    "restrict -4 time.example ignore ippeerlimit 3\n"
		    "unrestrict 192.0.2.1 nomodify\ndelrestrict source 192.0.2.2\n"
		    "restrict 192.0.2.3 serverresponse fuzz non-ntpport\n");
	const struct config_restrict *r = k->c->restricts;
	unsigned len;

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_int_equal(k->c->restricts_n, 11);
	assert_int_equal(r[0].scope, RESTRICT_SCOPE_DEFAULT);
	assert_int_equal(r[0].host.want, ADDR_NONE);
	assert_int_equal(r[0].flags, RESTRICT_KOD);
	assert_int_equal(r[1].host.want, ADDR_V6);
	assert_int_equal(r[2].scope, RESTRICT_SCOPE_DEFAULT);
	assert_int_equal(r[2].host.want, ADDR_V4);
	assert_int_equal(r[3].scope, RESTRICT_SCOPE_SOURCE);
	assert_int_equal(r[4].scope, RESTRICT_SCOPE_ADDR);
	assert_int_equal(addr_v4_value(&r[4].addr), 0xc0a82c00);
	assert_int_equal(addr_v4_value(&r[4].mask), 0xffffff00);
	assert_int_equal(r[4].flags, RESTRICT_NOMODIFY | RESTRICT_NOTRAP);
	assert_int_equal(r[4].ippeerlimit, -1);
	assert_true(addr_mask_is_prefix(&r[5].mask, &len));
	assert_int_equal(len, 32);
	assert_int_equal(r[5].addr.bytes[15], 0);
	assert_int_equal(r[5].flags, 0);
	assert_false(addr_mask_is_prefix(&r[6].mask, &len));
	assert_int_equal(r[6].match, RESTRICT_MATCH_NTPPORT);
	assert_int_equal(r[7].scope, RESTRICT_SCOPE_NAME);
	assert_string_equal(r[7].host.text, "time.example");
	assert_int_equal(r[7].host.want, ADDR_V4);
	assert_int_equal(r[7].ippeerlimit, 3);
	assert_int_equal(r[8].act, RESTRICT_CLEAR);
	assert_int_equal(r[9].act, RESTRICT_DELETE);
	assert_int_equal(addr_v4_value(&r[9].addr), 0xc0000202);
	assert_int_equal(r[10].flags, RESTRICT_FUZZ);
	assert_int_equal(r[10].match, RESTRICT_MATCH_NON_NTPPORT);
	assert_int_equal(r[10].place.line, 11);
	conf_end(k);
}

static void
a_default_line_that_fails_leaves_the_built_in_one(void **state)
{
	struct conf *k = conf_of("restrict default nomodfy\nrestrict -6 default\n");

	(void)state;
	assert_int_equal(k->d.errors, 1);
	assert_false(config_default_given(k->c, ADDR_V4));
	assert_true(config_default_given(k->c, ADDR_V6));
	conf_end(k);
	k = conf_of("restrict 0.0.0.0/0 ntpport noquery\nrestrict default\n");
	assert_int_equal(k->c->restricts[0].scope, RESTRICT_SCOPE_ADDR);
	assert_true(config_default_given(k->c, ADDR_V4));
	assert_true(config_default_given(k->c, ADDR_V6));
	conf_end(k);
}

static void
interface_rules_keep_their_order(void **state)
{
	struct conf *k =
	    conf_of("interface ignore wildcard\nnic listen eth*\n"
		    "interface drop 192.0.2.0/24\ninterface listen all\nnic listen ipv4\n"
		    "nic listen ipv6\ninterface listen 2001:db8::1\n");
	const struct config_listen *l = k->c->listens;

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->listens_n, 7);
	assert_int_equal(l[0].act, LISTEN_IGNORE);
	assert_int_equal(l[0].what, LISTEN_WILDCARD);
	assert_int_equal(l[1].act, LISTEN_LISTEN);
	assert_int_equal(l[1].what, LISTEN_NAME);
	assert_string_equal(l[1].name, "eth*");
	assert_int_equal(l[2].act, LISTEN_DROP);
	assert_int_equal(l[2].what, LISTEN_ADDR);
	assert_int_equal(l[2].prefix_len, 24);
	assert_int_equal(l[3].what, LISTEN_ALL);
	assert_int_equal(l[4].what, LISTEN_IPV4);
	assert_int_equal(l[5].what, LISTEN_IPV6);
	assert_int_equal(l[6].prefix_len, 128);
	conf_end(k);
}

static void
trusted_keys_are_the_union_of_all_lines(void **state)
{
	struct conf *k = conf_of("trustedkey 5 1 2\ntrustedkey (10 ... 12) 3\n"
				 "trustedkey (11...20) 65535\n");
	const struct config_key_range *r = k->c->trustedkeys;

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->trustedkeys_n, 4);
	assert_int_equal(r[0].lo, 1);
	assert_int_equal(r[0].hi, 3);
	assert_int_equal(r[1].lo, 5);
	assert_int_equal(r[1].hi, 5);
	assert_int_equal(r[2].lo, 10);
	assert_int_equal(r[2].hi, 20);
	assert_true(config_key_trusted(k->c, 15));
	assert_true(config_key_trusted(k->c, 65535));
	assert_false(config_key_trusted(k->c, 4));
	assert_false(config_key_trusted(k->c, 21));
	conf_end(k);
}

static void
logconfig_sets_adds_and_takes_away(void **state)
{
	static const struct {
		const char *line;
		uint32_t mask;
	} cases[] = {
		{ "logconfig =syncall", 0xf000 },
		{ "logconfig all", 0xffff },
		{ "logconfig =syncstatus +sysevents", 0x8002 },
		{ "logconfig =syncstatus + sysevents", 0x8002 },
		{ "logconfig = all", 0xffff },
		{ "logconfig +allinfo", 0xf111 },
		{ "logconfig -syncevents", 0xd000 },
		{ "logconfig clockall peerinfo", 0x0f10 },
		{ "logconfig =peer", 0x00f0 },
		{ "logconfig =statistics", 0x4444 },
		{ "logconfig =all -all", 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_of(cases[i].line);
		assert_int_equal(k->d.errors + k->d.warnings, 0);
		assert_int_equal(k->c->log_mask, cases[i].mask);
		conf_end(k);
	}
}

static void
statistics_and_filegen_describe_one_set_each(void **state)
{
	struct conf *k = conf_of("statistics loopstats peerstats\n"
				 "filegen peerstats file p type week nolink disable\n"
				 "filegen clockstats type none\n");
	const struct config_filegen *g = k->c->filegens;

	(void)state;
	assert_true(g[STATS_LOOP].enabled);
	assert_false(g[STATS_PEER].enabled);
	assert_string_equal(g[STATS_PEER].file, "p");
	assert_int_equal(g[STATS_PEER].type, FILEGEN_WEEK);
	assert_false(g[STATS_PEER].link);
	assert_true(g[STATS_CLOCK].enabled);
	assert_int_equal(g[STATS_CLOCK].type, FILEGEN_NONE);
	assert_false(g[STATS_RAW].enabled);
	conf_end(k);
}

static void
setvar_takes_blanks_around_the_equals_sign(void **state)
{
	struct conf *k = conf_of("setvar a=1\nsetvar b = 2 default\nsetvar c= 3\nsetvar d =4\n"
				 "setvar e=\"x y\"\nsetvar a=5\n");
	const struct config_setvar *v = k->c->setvars;

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_int_equal(k->c->setvars_n, 5);
	assert_string_equal(v[0].name, "a");
	assert_string_equal(v[0].value, "5");
	assert_string_equal(v[1].value, "2");
	assert_true(v[1].is_default);
	assert_string_equal(v[2].value, "3");
	assert_string_equal(v[3].value, "4");
	assert_string_equal(v[4].value, "x y");
	conf_end(k);
}

static void
the_last_of_two_values_counts(void **state)
{
	struct conf *k = conf_of(
	    "tinker step 0.5 stepback 2\ntinker freq -3.5\ntos minclock 4\n"
	    "tos minclock 5\nmru maxmem 10\nmru maxdepth 77\nlimit average 2\n"
	    "discard average 4 minimum 1\ndriftfile /a 0.5\ndriftfile /b\nkeys /k\nkeys \"\"\n"
	    "tinker loop classic panic 0 dispersion 15\ntos basedate 2020-01-01\ntick 0.01\n"
	    "disable ntp auth\nenable auth\nleapfile /l ignorehash\n");
	const struct config *c = k->c;

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_true(c->tinker.stepback_s > 1.99 && c->tinker.stepfwd_s < 0.51);
	assert_true(c->tinker.freq_given);
	assert_true(c->tinker.dispersion_given);
	assert_true(c->tinker.freq_ppm < -3.4);
	assert_int_equal(c->tinker.loop, CONFIG_LOOP_CLASSIC);
	assert_false(c->tinker.panic_s > 0);
	assert_true(c->tinker.tick_s > 0.009);
	assert_int_equal(c->tos.minclock, 5);
	assert_int_equal(c->tos.basedate_days, 43829);
	assert_int_equal(c->mru.maxmem_kb, 0);
	assert_int_equal(c->mru.maxdepth, 77);
	assert_int_equal(c->rate.model, RATE_DISCARD);
	assert_int_equal(c->rate.average_log2s, 4);
	assert_string_equal(c->driftfile, "/b");
	assert_false(c->drift_threshold_ppm > 0);
	assert_null(c->keys);
	assert_int_equal(c->switches & (SWITCH_NTP | SWITCH_AUTH), SWITCH_AUTH);
	assert_false(c->leapfile_checkhash);
	conf_end(k);
	k = conf_of("driftfile /a 2\ndriftfile\nserver 192.0.2.1\ntos cohort true\n"
		    "server 127.127.28.0\nfudge 127.127.28.0 flag1 true flag2 false\n");
	assert_int_equal(k->d.errors, 0);
	assert_null(k->c->driftfile);
	assert_false(k->c->drift_threshold_ppm > 0);
	assert_int_equal(k->c->tos.cohort, 1);
	assert_int_equal(k->c->sources[1].fudge.flag1, 1);
	assert_int_equal(k->c->sources[1].fudge.flag2, 0);
	conf_end(k);
	k = conf_of("nts tlscipherserverpreference cert /c\n");
	assert_true(k->c->nts.server_preference);
	assert_string_equal(k->c->nts.cert, "/c");
	conf_end(k);
	k = conf_of("nts tlscipherserverpreference true\nnts tlscipherserverpreference false\n");
	assert_int_equal(k->d.errors, 0);
	assert_false(k->c->nts.server_preference);
	conf_end(k);
}

static void
a_peer_takes_no_other_port_than_123(void **state)
{
	struct conf *k = conf_of("peer a.example:123\npeer b.example:1234\n");

	(void)state;
	assert_int_equal(k->d.errors, 1);
	assert_non_null(
	    strstr(conf_said(k), "peers speak from port 123 to port 123: leave the port out"));
	conf_end(k);
}

static void
only_kinds_that_act_are_in_effect(void **state)
{
	struct conf *k = conf_of("server a.example\npool a.example\nserver 127.127.1.0\n"
				 "peer a.example\nbroadcast 192.0.2.255\nserver 127.127.5.0\n");

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(config_source_in_effect(&k->c->sources[i]));
	}
	assert_int_equal(config_source_in_effect(&k->c->sources[3]),
	    schema_find(SCHEMA_TOP, "peer")->state == STATE_ACTS);
	assert_int_equal(config_source_in_effect(&k->c->sources[4]),
	    schema_find(SCHEMA_TOP, "broadcast")->state == STATE_ACTS);
	assert_int_equal(config_source_in_effect(&k->c->sources[5]),
	    schema_clock_of_type(5)->state == STATE_ACTS);
	conf_end(k);
}

static void
a_file_of_nonsense_is_counted_and_does_not_flood(void **state)
{
	struct conf *k = many("nonsense", "", 2000);

	(void)state;
	assert_int_equal(k->d.errors, 2000);
	assert_int_equal(k->d.n, DIAG_KEPT_MAX);
	assert_int_equal(k->d.omitted, 1500);
	conf_end(k);
}

static void
leap_smears_belong_to_addresses(void **state)
{
	struct conf *k =
	    conf_of("leapsmearinterval 86400\n"
		    "leapsmear address 192.0.2.1 interval 7200 form linear\n"
		    "leapsmear address 192.0.2.2 interval 7200\n"
		    "leapsmear address 192.0.2.2 interval 0\nleapsmear interval 43200\n"
		    "leapsmear address 192.0.2.3 interval 0\n");

	(void)state;
	assert_int_equal(k->d.errors, 0);
	assert_int_equal(k->c->smears_n, 2);
	assert_int_equal(k->c->smears[0].addr.family, ADDR_NONE);
	assert_true(k->c->smears[0].interval_s > 43199 && k->c->smears[0].interval_s < 43201);
	assert_int_equal(k->c->smears[0].form, SMEAR_COSINE);
	assert_int_equal(k->c->smears[1].addr.family, ADDR_V4);
	assert_int_equal(k->c->smears[1].form, SMEAR_LINEAR);
	conf_end(k);
}

static void
a_bad_line_is_skipped_as_a_whole_and_the_rest_applies(void **state)
{
	struct conf *k =
	    conf_of("tos minclock 7 maxclok 9\nserver a.example\n"
		    "disable ntp monitr\nserver b.example minpoll x\nnonsense\nserver c.example\n"
		    "fudge 127.127.1.0 stratum 5 flagg 1\nserver 127.127.1.0\n");

	(void)state;
	assert_int_equal(k->d.errors, 5);
	assert_int_equal(k->c->tos.minclock, 3);
	assert_true((k->c->switches & SWITCH_NTP) != 0);
	assert_int_equal(k->c->sources_n, 3);
	assert_string_equal(k->c->sources[1].host.text, "c.example");
	assert_int_equal(k->c->sources[2].fudge.given, 0);
	conf_end(k);
}

static void
end_ends_the_file_but_not_the_source_folders(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "sourcedir /s\nserver a.example\nend\nserver b.example\n", 0 },
		{ "/s", NULL, 0 },
		{ "/s/x.sources", "server c.example\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_int_equal(k->c->sources_n, 2);
	assert_string_equal(k->c->sources[1].host.text, "c.example");
	conf_end(k);
}

/* ---- files ---- */

static void
an_included_file_is_spliced_in_place(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "server a.example\nincludefile /d\nserver c.example\n", 0 },
		{ "/d", "server b.example\nbad line\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_int_equal(k->c->sources_n, 3);
	assert_string_equal(k->c->sources[1].host.text, "b.example");
	assert_string_equal(k->c->sources[1].place.file, "/d");
	assert_string_equal(k->c->sources[2].host.text, "c.example");
	assert_string_equal(conf_said(k),
	    "error: /d:2:1: unknown keyword 'bad', "
	    "expected a directive of ntp.conf\n");
	conf_end(k);
}

static void
a_folder_gives_its_conf_files_in_order(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "includefile /d\nserver z.example\n", 0 },
		{ "/d", NULL, 0 },
		{ "/d/10.conf", "server a.example\n", 0 },
		{ "/d/.x.conf", "nonsense\n", 0 },
		{ "/d/20.conf", "server b.example\n", 0 },
		{ "/d/README", "nonsense\n", 0 },
		{ "/d/.conf", "nonsense\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->sources_n, 3);
	assert_string_equal(k->c->sources[0].host.text, "a.example");
	assert_string_equal(k->c->sources[1].host.text, "b.example");
	assert_string_equal(k->c->sources[2].host.text, "z.example");
	conf_end(k);
}

static void
files_that_cannot_be_read_are_reported_where_they_are_named(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "includefile /no\nincludefile /denied\nincludefile /d\n", 0 },
		{ "/denied", "", EACCES },
		{ "/d", NULL, 0 },
		{ "/d/a.conf", "", EIO },
		{ NULL, NULL, 0 },
	};
	static const struct conf_file none[] = { { "/c", "", EACCES }, { NULL, NULL, 0 } };
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_string_equal(conf_said(k),
	    "warning: /c:1:13: '/no' does not exist, nothing is included\n"
	    "error: /c:2:13: '/denied' cannot be read: Permission denied\n"
	    "error: /d/a.conf: cannot be read: Input/output error\n");
	conf_end(k);
	k = conf_of_files(none);
	assert_string_equal(conf_said(k), "error: /c: cannot be read: Permission denied\n");
	conf_end(k);
}

static void
includes_nest_five_deep_and_no_deeper(void **state)
{
	static const struct conf_file files[] = {
		{ "/0", "includefile /1\n", 0 },
		{ "/1", "includefile /2\n", 0 },
		{ "/2", "includefile /3\n", 0 },
		{ "/3", "includefile /4\n", 0 },
		{ "/4", "includefile /5\n", 0 },
		{ "/5", "server a.example\nincludefile /6\n", 0 },
		{ "/6", "server b.example\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_int_equal(k->c->sources_n, 1);
	assert_string_equal(conf_said(k),
	    "error: /5:2:13: 'includefile' is nested deeper than 5 files\n");
	conf_end(k);
}

static void
a_file_that_includes_itself_many_times_comes_to_an_end(void **state)
{
	static const struct conf_file files[] = {
		{ "/c",
		    "includefile /c\nincludefile /c\nincludefile /c\nincludefile /c\n"
		    "includefile /c\nincludefile /c\nincludefile /c\nincludefile /c\n",
		    0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_true(k->d.errors > 0);
	assert_true(k->d.errors < 10000);
	conf_end(k);
}

static void
reads_a_thousand_files_and_no_more(void **state)
{
	struct conf_text t = { .at = NULL };

	(void)state;
	for (unsigned i = 0; i < 1005; i++) {
		conf_put(&t, "includefile /e\n", 15);
	}
	const struct conf_file files[] = {
		{ "/c", t.at, 0 },
		{ "/e", "tos minclock 4\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);
	assert_string_equal(conf_said(k), "error: /c:1000:13: more than 1000 files are included\n");
	free(t.at);
	conf_end(k);
}

static void
a_source_folder_may_name_servers_only(void **state)
{
	static const struct conf_file files[] = {
		{ "/c", "sourcedir /s\nsourcedir /none\nsourcedir /denied\nserver a.example\n", 0 },
		{ "/s", NULL, 0 },
		{ "/s/dhcp.sources", "server b.example iburst\nkeys /etc/shadow\n", 0 },
		{ "/s/x.conf", "nonsense\n", 0 },
		{ "/denied", NULL, EACCES },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);

	(void)state;
	assert_int_equal(k->c->sources_n, 2);
	assert_false(k->c->sources[0].from_sourcedir);
	assert_true(k->c->sources[1].from_sourcedir);
	assert_string_equal(k->c->sources[1].host.text, "b.example");
	assert_null(k->c->keys);
	assert_string_equal(conf_said(k),
	    "error: /s/dhcp.sources:2:1: 'keys' does not belong into a file of sourcedir, "
	    "expected server, pool or peer\n"
	    "note: /none: the folder does not exist yet\n"
	    "error: /denied: cannot be read: Permission denied\n");
	conf_end(k);
}

/* Loads line with servers in the usual folder: what is asked then, and what is said. */
static void
check_usual_folder(const char *line, int error, const char *servers, const char *said)
{
	struct conf_file files[] = {
		{ "/c", line, 0 },
		{ CONFIG_SOURCEDIR, NULL, error },
		{ CONFIG_SOURCEDIR "/nm.sources", "server lease.example\n", 0 },
		{ "/s", NULL, 0 },
		{ "/s/mine.sources", "server mine.example\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct conf *k = conf_of_files(files);
	char buf[256] = "";
	struct text t = text_over(buf, sizeof buf);

	for (unsigned i = 0; i < k->c->sources_n; i++) {
		text_printf(&t, "%s ", k->c->sources[i].host.text);
	}
	assert_string_equal(buf, servers);
	assert_string_equal(conf_said(k), said);
	conf_end(k);
}

static void
without_a_line_the_usual_source_folder_is_read(void **state)
{
	(void)state;
	check_usual_folder("server a.example\n", 0, "a.example lease.example ", "");
	check_usual_folder("server a.example\nsourcedir none\n", 0, "a.example ", "");
	check_usual_folder("server a.example\nsourcedir /s\n", 0, "a.example mine.example ", "");
	check_usual_folder("server a.example\nsourcedir /s\nsourcedir " CONFIG_SOURCEDIR "\n", 0,
	    "a.example mine.example lease.example ", "");
	check_usual_folder("server a.example\n", ENOENT, "a.example ", "");
	check_usual_folder("server a.example\n", EACCES, "a.example ",
	    "warning: " CONFIG_SOURCEDIR ": cannot be read: Permission denied\n");
	check_usual_folder("server a.example\nsourcedir " CONFIG_SOURCEDIR "\n", EACCES,
	    "a.example ", "error: " CONFIG_SOURCEDIR ": cannot be read: Permission denied\n");
}

/* ---- text from elsewhere ---- */

static struct config *
remote(struct conf *k, const struct config *base, const char *text)
{
	return config_load_text(&k->reader, ":config", text, strlen(text), base, true, k->arena,
	    &k->d);
}

static void
remote_text_sets_no_path_and_no_other_unsafe_thing(void **state)
{
	static const char *const refused[] = { "keys /k", "driftfile /d", "logfile /l",
		"pidfile /p", "statsdir /s", "saveconfigdir /s", "includefile /i",
		"filegen loopstats file f", "leapfile /l", "sourcedir /s", "interface listen all",
		"tinker panic 0", "tos minsane 0", "trustedkey 1", "controlkey 1", "enable mode7",
		"disable unpeer_digest_early", "server a.example nts ca /etc/x",
		"server 127.127.1.0", "server a.example mode 1", "refclock local", "setvar a=b",
		"crypto", "end", "mru maxmem 1" };

	(void)state;
	for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct conf *k = conf_of("");
		struct config *c = remote(k, k->c, refused[i]);
		assert_non_null(c);
		assert_int_equal(k->d.errors, 1);
		assert_non_null(strstr(conf_said(k),
		    "is not taken from ntpq, write it into the "
		    "file and reload"));
		assert_true(config_same(c, k->c));
		conf_end(k);
	}
}

static void
remote_text_adds_to_a_copy_of_the_configuration(void **state)
{
	struct conf *k =
	    conf_of("server a.example iburst\nserver b.example\nrestrict default kod\n"
		    "driftfile /d\nfilegen loopstats file l\nsetvar x=y\ntrap 192.0.2.1\n"
		    "interface listen eth0\ntrustedkey 1\nnts cert /c\nunpeer 17\nreset sys\n"
		    "refclock shm path /p refid X\nsourcedir /s\n");
	struct config *c = remote(k, k->c,
	    "unpeer a.example\nserver c.example key 1\n"
	    "restrict 192.0.2.1 ignore\ndisable monitor stats\nstatistics peerstats\nreset io\n"
	    "logconfig =all\npool d.example\n");

	(void)state;
	assert_non_null(c);
	assert_int_equal(k->d.errors, 0);
	assert_ptr_not_equal(c, k->c);
	assert_int_equal(k->c->sources_n, 3);
	assert_int_equal(c->sources_n, 4);
	assert_string_equal(c->sources[0].host.text, "b.example");
	assert_string_equal(c->sources[2].host.text, "c.example");
	assert_int_equal(k->c->restricts_n, 1);
	assert_int_equal(c->restricts_n, 2);
	assert_string_equal(c->driftfile, "/d");
	assert_ptr_not_equal(c->driftfile, k->c->driftfile);
	assert_int_equal(c->switches & (SWITCH_MONITOR | SWITCH_STATS), 0);
	assert_true(c->filegens[STATS_PEER].enabled);
	assert_false(k->c->filegens[STATS_PEER].enabled);
	assert_int_equal(c->resets_n, 2);
	conf_end(k);
}

static void
a_copy_equals_the_original_and_shares_nothing_with_it(void **state)
{
	struct conf *k =
	    conf_of("server a.example iburst nts ca /ca\nrestrict b.example kod\n"
		    "driftfile /d\nfilegen loopstats file l\nsetvar x=y\ntrap 192.0.2.1\n"
		    "interface listen eth0\ntrustedkey 1\nnts cert /c\nunpeer 17\nreset sys\n"
		    "refclock shm path /p refid X\nsourcedir /s\nleapsmear interval 86400\n");
	struct arena *a = arena_new(1 << 20);
	struct config *c = config_copy(k->c, a);

	(void)state;
	assert_non_null(c);
	assert_true(config_same(c, k->c));
	/* Any use of the first arena through the copy is now seen by the address sanitizer. */
	conf_end(k);
	struct conf_text t = conf_print(c, true);
	assert_non_null(strstr(t.at, "\nnts cert /c\n"));
	assert_string_equal(c->sources[0].place.file, "f");
	assert_string_equal(c->restricts[0].place.file, "f");
	free(t.at);
	arena_free(a);
}

/* ---- limits ---- */

static void
takes_1024_servers_and_256_variables(void **state)
{
	struct conf *k = many("server h", "", 1025);

	(void)state;
	assert_int_equal(k->c->sources_n, 1024);
	assert_int_equal(k->d.errors, 1);
	assert_non_null(strstr(conf_said(k), "more than 1024 servers"));
	conf_end(k);
	k = many("setvar v", "=1", 257);
	assert_int_equal(k->c->setvars_n, 256);
	assert_non_null(strstr(conf_said(k), "more than 256 variables"));
	conf_end(k);
}

static void
takes_64_smeared_addresses_and_1024_fudged_clocks(void **state)
{
	struct conf_text t = { .at = NULL };

	(void)state;
	for (unsigned i = 1; i <= 65; i++) {
		char line[80];
		int n =
		    snprintf(line, sizeof line, "leapsmear address 192.0.2.%u interval 7200\n", i);
		conf_put(&t, line, (size_t)n);
	}
	for (unsigned i = 1; i <= 65; i++) {
		char line[32];
		int n = snprintf(line, sizeof line, "hwtimestamp eth%u\n", i);
		conf_put(&t, line, (size_t)n);
	}
	for (unsigned i = 0; i < 1025; i++) {
		static const int types[] = { 1, 4, 5, 8, 11 };
		char line[80];
		int n = snprintf(line, sizeof line, "fudge 127.127.%d.%u stratum 1\n",
		    types[i / 256], i % 256);
		conf_put(&t, line, (size_t)n);
	}
	struct conf *k = conf_of(t.at);
	assert_int_equal(k->c->smears_n, 64);
	assert_non_null(strstr(conf_said(k), "more than 64 addresses with a leap smear"));
	assert_int_equal(k->c->cards_n, 64);
	assert_non_null(strstr(conf_said(k), "more than 64 interfaces with hardware stamps"));
	assert_non_null(strstr(conf_said(k), "more than 1024 reference clocks"));
	assert_int_equal(k->d.errors, 3);
	free(t.at);
	conf_end(k);
}

static void
loads_100000_restrict_lines(void **state)
{
	struct conf_text t = { .at = NULL };

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		char line[80];
		int n = snprintf(line, sizeof line, "restrict 10.%u.%u.%u nomodify noquery kod\n",
		    i >> 16, i >> 8 & 255, i & 255);
		conf_put(&t, line, (size_t)n);
	}
	struct conf *k = conf_of(t.at);
	assert_int_equal(k->c->restricts_n, 100000);
	assert_int_equal(addr_v4_value(&k->c->restricts[99999].addr), 0x0a000000 + 99999);
	free(t.at);
	conf_end(k);
}

static void
too_little_memory_at_any_point_gives_no_configuration(void **state)
{
	static const char text[] =
	    "server a.example iburst\nrestrict b.example kod\nservr\n"
	    "driftfile /d\nfilegen loopstats file l\nsetvar x=y\ntrap 192.0.2.1\ntrustedkey 1\n"
	    "interface listen eth0\nunpeer 17\nunpeer a.example\nreset sys\nkeys /k\n"
	    "refclock shm path /p refid XXXXX\nsourcedir /s\nleapsmear interval 86400\n"
	    "fudge 127.127.1.0 stratum 1\nincludefile /x\nserver b.example:12\n";
	bool done = false;

	(void)state;
	for (size_t limit = 0; limit < 65536 && !done; limit += 16) {
		struct arena *a = arena_new(limit), *said = arena_new(1 << 16);
		struct diag_list d = diag_list_in(said);
		struct config *c =
		    config_load_text(NULL, "f", text, sizeof text - 1, NULL, false, a, &d);
		if (c != NULL) {
			struct arena *b = arena_new(limit / 2);
			assert_int_equal(c->sources_n, 2);
			(void)config_copy(c, b); /* NULL or whole */
			arena_free(b);
			done = true;
		}
		arena_free(a);
		arena_free(said);
	}
	assert_true(done);
}

static void
says_once_of_a_word_that_it_has_no_effect(void **state)
{
	struct conf *k =
	    conf_of("statistics clockstats\n"
		    "requestkey 1\nrequestkey 2\nserver a.example nts\nserver b.example nts\n"
		    "restrict 192.0.2.1 lowpriotrap\nrestrict 192.0.2.2 lowpriotrap\n");

	(void)state;
	assert_int_equal(k->d.errors, 0);
	/* A protection that cannot be had is told of each source that is not asked for it. */
	assert_int_equal(k->d.n, schema_find(SCHEMA_SOURCE, "nts")->state == STATE_ACTS ? 2 : 4);
	conf_end(k);
}

static void
a_protection_that_cannot_be_had_is_told_at_its_word(void **state)
{
	static const struct {
		const char *word, *line, *place;
	} cases[] = {
		{ "nts", "server a.example iburst nts\n", "f:1:25" },
		{ "ca", "pool a.example nts ca /ca\n", "f:1:20" },
		{ "aead", "server a.example nts aead AES_SIV_CMAC_512\n", "f:1:22" },
		{ "require", "server a.example nts require b.example\n", "f:1:22" },
		{ "autokey", "server a.example autokey\n", "f:1:18" },
		{ "ident", "server a.example ident g\n", "f:1:18" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_of(cases[i].line);
		bool acts = schema_find(SCHEMA_SOURCE, cases[i].word)->state == STATE_ACTS;
		char want[160];

		(void)snprintf(want, sizeof want,
		    "%s: '%s' is recognised, not in effect in this "
		    "version: this source is not asked",
		    cases[i].place, cases[i].word);
		if ((strstr(conf_said(k), want) == NULL) != acts) {
			fail_msg("%s", conf_said(k));
		}
		assert_int_equal(config_source_lacks(&k->c->sources[0]) == NULL, acts);
		conf_end(k);
	}
	struct conf *plain = conf_of("server a.example iburst key 5 version 3 xmtnonce\n");
	assert_null(config_source_lacks(&plain->c->sources[0]));
	conf_end(plain);
}

static void
a_bad_entry_of_a_list_costs_itself_only(void **state)
{
	struct conf *k =
	    conf_of("statistics loopstats nosuch peerstats\nstatistics nosuch2\n"
		    "trustedkey 0 3 (5 ... x 6 ) 7 (9 ... 8) 11 (20 ... 22)\ntrustedkey x\n");

	(void)state;
	assert_int_equal(k->d.errors, 6);
	assert_true(k->c->filegens[STATS_LOOP].enabled);
	assert_true(k->c->filegens[STATS_PEER].enabled);
	for (uint32_t id = 1; id <= 25; id++) {
		bool wanted = id == 3 || id == 7 || id == 11 || (id >= 20 && id <= 22);
		assert_int_equal(config_key_trusted(k->c, id), wanted);
	}
	conf_end(k);
}

/* Which of the servers without authentication are of use, by the lines and tos authselect. */
static void
authselect_says_what_sources_without_authentication_are_for(void **state)
{
#define KEYED "server a.example key 5\n"
#define PLAIN "server b.example\n"
	static const struct {
		const char *lines;
		enum config_plain_use said, ignore, mix, prefer, require;
	} cases[] = {
		{ "", CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ PLAIN, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ KEYED, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ KEYED PLAIN, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_BESIDE,
		    CONFIG_PLAIN_UNUSED, CONFIG_PLAIN_UNUSED },
		{ KEYED "server b.example noselect\n", CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ "server a.example key 5 noselect\n" PLAIN, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ KEYED "server 127.127.1.0\n", CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
		{ "server a.example autokey\n" PLAIN, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE,
		    CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_ALIKE, CONFIG_PLAIN_UNUSED },
	};
	static const char *const words[] = { "", "tos authselect ignore\n", "tos authselect mix\n",
		"tos authselect prefer\n", "tos authselect require\n" };

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const enum config_plain_use want[] = { cases[i].said, cases[i].ignore, cases[i].mix,
			cases[i].prefer, cases[i].require };

		for (unsigned k = 0; k < 5; k++) {
			char text[256];
			struct conf *c;

			(void)snprintf(text, sizeof text, "%s%s", cases[i].lines, words[k]);
			c = conf_of(text);
			if (config_plain_use(c->c) != want[k]) {
				fail_msg("%s: %d", text, (int)config_plain_use(c->c));
			}
			conf_end(c);
		}
	}
}

/* A file with keys alone is older than the word; one with nts is not. */
static void
without_tos_authselect_sources_with_nts_come_first(void **state)
{
	struct conf *k = conf_of("server a.example nts\nserver b.example\n");
	bool acts = schema_find(SCHEMA_SOURCE, "nts")->state == STATE_ACTS;

	(void)state;
	assert_int_equal(config_plain_use(k->c), acts ? CONFIG_PLAIN_BESIDE : CONFIG_PLAIN_ALIKE);
	conf_end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_entry_of_a_list_costs_itself_only),
		cmocka_unit_test(an_empty_file_gives_the_defaults),
		cmocka_unit_test(a_server_line_sets_host_port_family_and_options),
		cmocka_unit_test(a_reference_clock_polls_at_6_unless_told_otherwise),
		cmocka_unit_test(fudge_lines_reach_their_clock_from_above_and_below),
		cmocka_unit_test(a_stratum_out_of_range_is_not_given),
		cmocka_unit_test(weeks_of_gps_are_added_to_the_times_of_fudge),
		cmocka_unit_test(refclock_names_mean_the_old_addresses),
		cmocka_unit_test(unpeer_takes_back_a_line_above_and_keeps_what_it_does_not_know),
		cmocka_unit_test(restrict_lines_become_ordered_entries),
		cmocka_unit_test(a_default_line_that_fails_leaves_the_built_in_one),
		cmocka_unit_test(interface_rules_keep_their_order),
		cmocka_unit_test(trusted_keys_are_the_union_of_all_lines),
		cmocka_unit_test(logconfig_sets_adds_and_takes_away),
		cmocka_unit_test(statistics_and_filegen_describe_one_set_each),
		cmocka_unit_test(setvar_takes_blanks_around_the_equals_sign),
		cmocka_unit_test(the_last_of_two_values_counts),
		cmocka_unit_test(a_peer_takes_no_other_port_than_123),
		cmocka_unit_test(only_kinds_that_act_are_in_effect),
		cmocka_unit_test(a_file_of_nonsense_is_counted_and_does_not_flood),
		cmocka_unit_test(leap_smears_belong_to_addresses),
		cmocka_unit_test(a_bad_line_is_skipped_as_a_whole_and_the_rest_applies),
		cmocka_unit_test(end_ends_the_file_but_not_the_source_folders),
		cmocka_unit_test(an_included_file_is_spliced_in_place),
		cmocka_unit_test(a_folder_gives_its_conf_files_in_order),
		cmocka_unit_test(files_that_cannot_be_read_are_reported_where_they_are_named),
		cmocka_unit_test(includes_nest_five_deep_and_no_deeper),
		cmocka_unit_test(a_file_that_includes_itself_many_times_comes_to_an_end),
		cmocka_unit_test(reads_a_thousand_files_and_no_more),
		cmocka_unit_test(a_source_folder_may_name_servers_only),
		cmocka_unit_test(without_a_line_the_usual_source_folder_is_read),
		cmocka_unit_test(remote_text_sets_no_path_and_no_other_unsafe_thing),
		cmocka_unit_test(remote_text_adds_to_a_copy_of_the_configuration),
		cmocka_unit_test(a_copy_equals_the_original_and_shares_nothing_with_it),
		cmocka_unit_test(takes_1024_servers_and_256_variables),
		cmocka_unit_test(says_once_of_a_word_that_it_has_no_effect),
		cmocka_unit_test(a_protection_that_cannot_be_had_is_told_at_its_word),
		cmocka_unit_test(takes_64_smeared_addresses_and_1024_fudged_clocks),
		cmocka_unit_test(loads_100000_restrict_lines),
		cmocka_unit_test(too_little_memory_at_any_point_gives_no_configuration),
		cmocka_unit_test(authselect_says_what_sources_without_authentication_are_for),
		cmocka_unit_test(without_tos_authselect_sources_with_nts_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
