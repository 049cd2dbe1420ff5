/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of ntpq against a played server: exact tables, and answers made to do harm. */
#include "ntpq/ntpq.h"
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "unit/ntpq/played.h"

/* Associations 3, 1, 2: out of order, as servers send them newest first. */
static const uint8_t three[] = { 0, 3, 0xb1, 0x14, 0, 1, 0xb6, 0x1a, 0, 2, 0x80, 0x11 };

/* The played server's clock, which stands still. */
static const unsigned SERVER_NOW = 0xe9000000;

/* A stamp some seconds before then, written as servers do. */
static const char *
ago(char buf[32], unsigned age_s)
{
	snprintf(buf, 32, "0x%08x.00000000", SERVER_NOW - age_s);
	return buf;
}

static void
with_three_peers(struct world *w, struct reply replies[4], char text[3][512])
{
	char rec[32];

	snprintf(text[0], 512,
	    "srcadr=192.0.2.11, refid=GPS, stratum=1, hmode=3, hpoll=4, ppoll=10, "
	    "reach=0xff,\r\ndelay=0.148214, offset=0.074413, jitter=0.042569, dstadr=192.0.2.1, "
	    "dispersion=1.5, flash=0x0, rec=%s\r\n",
	    ago(rec, 7));
	snprintf(text[1], 512,
	    "srcadr=0.0.0.0, srchost=\"0.pool.example.org\", refid=POOL, stratum=16, hmode=3, "
	    "hpoll=6, ppoll=6,\r\nreach=0x0, delay=0.000, offset=+0.000, jitter=0.000, "
	    "rec=0x00000000.00000000\r\n");
	snprintf(text[2], 512,
	    "srcadr=2001:db8::14, refid=203.0.113.9, stratum=3, hmode=3, hpoll=10, "
	    "ppoll=12,\r\nreach=0x3, delay=12345.678, offset=-1191.94, jitter=0.064, "
	    "flash=0x400, rec=%s\r\n",
	    ago(rec, 7200));
	for (int i = 0; i < 3; i++) {
		replies[i] = (struct reply){ CONTROL_READVAR, i + 1, NULL, 0x961a, text[i] };
	}
	replies[3] =
	    (struct reply){ CONTROL_READVAR, 0, "clock", 0x0615, "clock=0xe9000000.00000000\r\n" };
	begin(w, replies, 4);
	w->played.list = three;
	w->played.list_len = sizeof three;
}

/* ---- tables ---- */

static void
peers_is_the_table_of_4_2_8(void **state)
{
	struct reply replies[4];
	char text[3][512];
	struct world w;

	(void)state;
	with_three_peers(&w, replies, text);
	assert_string_equal(run(&w, "pe"),
	    "     remote           refid      st t when poll reach   delay   offset  jitter\n"
	    "==============================================================================\n"
	    "*192.0.2.11      .GPS.            1 u    7   16  377    0.148    0.074   0.043\n"
	    " 0.pool.example. .POOL.          16 p    -   64    0    0.000   +0.000   0.000\n"
	    "x2001:db8::14    203.0.113.9      3 u 120m 1024    3  12345.6  -1191.9   0.064\n");
	assert_string_equal(run(&w, "apeers"),
	    "     remote       refid   assid  st t when poll reach   delay   offset  jitter\n"
	    "==============================================================================\n"
	    "*192.0.2.11      .GPS.    1       1 u    7   16  377    0.148    0.074   0.043\n"
	    " 0.pool.example. .POOL.   2      16 p    -   64    0    0.000   +0.000   0.000\n"
	    "x2001:db8::14    cb007109 3       3 u 120m 1024    3  12345.6  -1191.9   0.064\n");
	assert_string_equal(run(&w, "opeers -4"),
	    "     remote           local      st t when poll reach   delay   offset    disp\n"
	    "==============================================================================\n"
	    "*192.0.2.11      192.0.2.1        1 u    7   16  377    0.148    0.074   1.500\n"
	    " 0.pool.example.                 16 p    -   64    0    0.000   +0.000       -\n");
	w.q.set.wide = true;
	assert_non_null(
	    strstr(run(&w, "peers"), "\n 0.pool.example.org\n                 .POOL.  "));
	end(&w);
}

static void
the_type_of_a_source_with_nts_is_the_number_of_its_cookies(void **state)
{
	static const struct {
		const char *vars;
		char type;
	} cases[] = {
		{ "ntscookies=0, refid=NTS4", '0' },
		{ "ntscookies=8, refid=GPS", '8' },
		{ "ntscookies=-1, refid=GPS", 'u' },
		{ "ntscookies=9, refid=GPS", 'u' },
		{ "ntscookies=-1, refid=POOL", 'p' },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reply replies[4];
		char text[3][512], row[32];
		struct world w;

		with_three_peers(&w, replies, text);
		snprintf(text[0], sizeof text[0], "srcadr=192.0.2.11, stratum=1, hmode=3, %s",
		    cases[i].vars);
		snprintf(row, sizeof row, "  1 %c  ", cases[i].type);
		assert_non_null(strstr(run(&w, "peers"), row));
		end(&w);
	}
}

static void
peers_leaves_out_what_is_neither_configured_nor_reachable(void **state)
{
	static const uint8_t stranger[] = { 0, 1, 0x06, 0x1a };
	struct reply replies[4];
	char text[3][512];
	struct world w;

	(void)state;
	with_three_peers(&w, replies, text);
	w.played.list = stranger;
	w.played.list_len = sizeof stranger;
	assert_null(strstr(run(&w, "peers"), "192.0.2.11"));
	assert_non_null(strstr(run(&w, "lpeers"), "192.0.2.11"));
	assert_null(strstr(run(&w, "as"), "    1 "));
	assert_non_null(strstr(run(&w, "las"), "    1 "));
	end(&w);
}

static void
associations_are_sorted_by_id_and_trailing_blanks_cut(void **state)
{
	struct reply replies[4];
	char text[3][512];
	struct world w;

	(void)state;
	with_three_peers(&w, replies, text);
	assert_string_equal(run(&w, "as"),
	    "\n"
	    "ind assid status  conf reach auth condition  last_event cnt\n"
	    "===========================================================\n"
	    "  1     1  b61a   yes   yes  none  sys.peer    sys_peer  1\n"
	    "  2     2  8011   yes    no  none    reject    mobilize  1\n"
	    "  3     3  b114   yes   yes  none falsetick   reachable  1\n");
	end(&w);
}

static void
readvar_breaks_lines_before_72_and_cooks(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, "leap", 0x0615, "leap=0\r\n" },
		{ CONTROL_READVAR, 0, "zork", CONTROL_ERR_UNKNOWNVAR << 8, NULL },
		{ CONTROL_READVAR, 0, NULL, 0x0615,
		    "version=\"ntpd 4.2.8p15@1.3728-o\", processor=\"x86_64\",\r\n"
		    "system=\"Linux/5.4\", leap=0, stratum=2, precision=-24, rootdelay=0.148,\r\n"
		    "rootdisp=64.055, refid=127.127.20.1, reftime=0x00000000.00000000, tc=6\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 3);
	assert_string_equal(run(&w, "rv"),
	    "associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\n"
	    "version=\"ntpd 4.2.8p15@1.3728-o\", processor=\"x86_64\",\n"
	    "system=\"Linux/5.4\", leap=00, stratum=2, precision=-24, rootdelay=0.148,\n"
	    "rootdisp=64.055, refid=GPS_NMEA(1), reftime=(no time), tc=6\n");
	assert_string_equal(run(&w, "rv 0 leap"), "leap=00\n");
	assert_string_equal(run(&w, "rv 0 zork"), "");
	assert_string_equal(w.q.error, "A request variable unknown to the server");
	assert_string_equal(run(&w, "raw"), "Output set to raw\n");
	assert_string_equal(run(&w, "rv 0 leap"), "leap=0\n");
	assert_memory_equal(run(&w, "rv"), "associd=0 status=0x0615,\nversion=", 33);
	end(&w);
}

static void
an_index_means_a_place_in_the_list_and_the_last_beyond_it(void **state)
{
	struct reply replies[4];
	char text[3][512];
	struct world w;

	(void)state;
	with_three_peers(&w, replies, text);
	assert_non_null(strstr(run(&w, "rv &3 srcadr"), "srcadr=2001:db8::14"));
	assert_non_null(strstr(run(&w, "rv &99 srcadr"), "srcadr=2001:db8::14"));
	assert_string_equal(run(&w, "rv &0"), "");
	assert_string_equal(run(&w, "rv 65536"), "");
	assert_non_null(strstr(w.q.error, "65536"));
	assert_non_null(strstr(run(&w, "mrv &1 &2 srcadr"), "srcadr=192.0.2.11"));
	end(&w);
}

static void
the_columns_of_peers_are_explained_by_each_of_its_names(void **state)
{
	static const char *const columns[] = { "remote", "refid", "st", "t", "when", "poll",
		"reach", "delay", "offset", "jitter" };
	static const char *const lines[] = { "help peers", "peers help", "help lpeers",
		"opeers help", "? apeers" };
	struct world w;
	char label[32];

	(void)state;
	begin(&w, NULL, 0);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *out = run(&w, lines[i]);

		assert_string_equal(w.q.error, "");
		for (size_t j = 0; j < sizeof columns / sizeof *columns; j++) {
			(void)snprintf(label, sizeof label, "\n  %-6s ", columns[j]);
			assert_non_null(strstr(out, label));
		}
		assert_non_null(strstr(out, "\n  first  * followed"));
	}
	assert_null(strstr(run(&w, "help rv"), "columns:"));
	end(&w);
}

static void
abbreviations_are_unique_among_the_classic_commands(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	run(&w, "p");
	assert_string_equal(w.q.error, "Command `p' ambiguous");
	run(&w, "bogus\033[2J");
	assert_string_equal(w.q.error, "Command `bogus\\x1b[2J' unknown");
	assert_non_null(strstr(run(&w, "timeo 250"), ""));
	assert_string_equal(run(&w, "timeo"), "primary timeout 250 ms\n");
	run(&w, "e"); /* exit, although explain begins so too */
	assert_true(w.q.quit);
	end(&w);
}

static void
a_missing_variable_only_costs_its_own_line(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, "timerstats_reset,", CONTROL_ERR_UNKNOWNVAR << 8, NULL },
		{ CONTROL_READVAR, 0, "timerstats_reset", 0x0615, "timerstats_reset=288407\r\n" },
		{ CONTROL_READVAR, 0, "timer_overruns", CONTROL_ERR_UNKNOWNVAR << 8, NULL },
		{ CONTROL_READVAR, 0, "timer_xmts", 0x0615, "timer_xmts=12\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 4);
	assert_string_equal(run(&w, "timerstats"),
	    "time since reset:    3D 08:06:47\n"
	    "calls to transmit:   12\n");
	end(&w);
}

static void
lists_are_put_together_from_fields_in_any_order(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READ_ORDLIST, 0, "ifstats", 0,
		    "up.1=74, name.1=\"eth0\", addr.1=192.0.2.1:123, qqq.1=5,\r\n"
		    "rx.1=34, tx.1=36, txerr.1=0, pc.1=5, en.1=1, flags.1=0x9, tl.1=1, mc.1=0,\r\n"
		    "bcast.1=192.0.2.255:123, en.2=0, name.2=\"lo\"\r\n" },
		{ CONTROL_READ_ORDLIST, 0, "addr_restrictions", 0,
		    "mask.0=255.255.255.0, hits.0=12, addr.0=192.0.2.0, flags.0=limited kod,\r\n"
		    "addr.1=192.0.2.0, mask.1=255.0.255.0, flags.1=, hits.1=0\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_string_equal(run(&w, "ifstats"),
	    "    interface name                                        send\n"
	    " #  address/broadcast     drop flag ttl mc received sent failed peers   uptime\n"
	    "==============================================================================\n"
	    "  1 eth0                     .    9   1  0     34     36      0     5       74\n"
	    "    192.0.2.1:123\n"
	    "    192.0.2.255:123\n"
	    "  2 lo                       D    -   -  -      -      -      -     -        -\n"
	    "    -\n");
	assert_string_equal(run(&w, "reslist"),
	    "   hits    addr/prefix or addr mask\n"
	    "           restrictions\n"
	    "==============================================================================\n"
	    "        12 192.0.2.0/24\n"
	    "           limited kod\n"
	    "         0 192.0.2.0 mask 255.0.255.0\n"
	    "           \n");
	end(&w);
}

static void
a_list_that_fills_the_answer_may_be_longer(void **state)
{
	static char full[CONTROL_TEXT_MAX + 1];
	struct text t = text_over(full, sizeof full);
	const struct reply replies[] = { { CONTROL_READ_ORDLIST, 0, NULL, 0, full } };
	struct world w;

	(void)state;
	for (unsigned i = 0; t.len < CONTROL_TEXT_MAX - 400; i++) {
		text_printf(&t,
		    "%saddr.%u=10.0.0.%u, mask.%u=255.255.255.255, hits.%u=%u, flags.%u=\"\"",
		    i > 0 ? ",\r\n" : "", i, i, i, i, i, i);
	}
	begin(&w, replies, 1);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_non_null(strstr(run(&w, "reslist"), "         7 10.0.0.7/32\n"));
	assert_non_null(strstr(w.q.error, "may have more entries"));
	full[1000] = '\0';
	run(&w, "reslist");
	assert_string_equal(w.q.error, "");
	end(&w);
}

static void
a_list_that_fills_the_answer_is_asked_on(void **state)
{
	static char full[CONTROL_TEXT_MAX + 1], next[64];
	struct text t = text_over(full, sizeof full), n = text_over(next, sizeof next);
	struct reply replies[] = {
		{ CONTROL_READ_ORDLIST, 0, next, 0,
		    "addr.900=10.9.9.9, mask.900=255.255.255.255, "
		    "hits.900=7, flags.900=\"\"\r\n" },
		{ CONTROL_READ_ORDLIST, 0, "addr_restrictions", 0, full },
	};
	struct world w;
	unsigned i;

	(void)state;
	for (i = 0; t.len < CONTROL_TEXT_MAX - 400; i++) {
		text_printf(&t,
		    "%saddr.%u=10.0.0.%u, mask.%u=255.255.255.255, hits.%u=%u, flags.%u=\"\"",
		    i > 0 ? ",\r\n" : "", i, i, i, i, i, i);
	}
	text_printf(&n, "addr_restrictions %u", i);
	begin(&w, replies, 2);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_non_null(strstr(run(&w, "reslist"), "         7 10.0.0.7/32\n"));
	assert_non_null(strstr(run(&w, "reslist"), "\n         7 10.9.9.9/32\n"));
	assert_null(strstr(strstr(run(&w, "reslist"), "====") + 78, "===="));
	assert_string_equal(w.q.error, "");
	end(&w);
}

static void
a_syntax_error_is_pointed_at(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_CONFIGURE, 0, "server", 0, "Config Succeeded\r\n" },
		{ CONTROL_CONFIGURE, 0, "restrict", 0, "column 9 syntax error\033]0;x\007\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_string_equal(run(&w, ":config server 192.0.2.1 > x"), "Config Succeeded\n");
	assert_non_null(strstr(w.played.requests, "8 0 server 192.0.2.1 > x\n"));
	assert_string_equal(run(&w, ":config restrict zork\n"),
	    "restrict zork\n"
	    "         ^\n"
	    "column 9 syntax error\\x1b]0;x\\x07\n");
	end(&w);
}

static const char FOUND_NONCE[] = "nonce=0123456789abcdef01234567\r\n";

static void
a_line_over_the_network_ends_with_a_nonce_of_the_server(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_REQ_NONCE, 0, NULL, 0, FOUND_NONCE },
		{ CONTROL_CONFIGURE, 0, NULL, 0, "Config Succeeded\r\n" },
	};
	char line[CONTROL_DATA_MAX + 64], expected[CONTROL_DATA_MAX + 64];
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_string_equal(run(&w, ":config reset sys"), "Config Succeeded\n");
	assert_non_null(
	    strstr(w.played.requests, "8 0 reset sys # nonce=0123456789abcdef01234567\n"));
	/* Where it does not fit, the line goes without; a longer line does not go at all. */
	for (size_t len = CONTROL_DATA_MAX - 2; len <= CONTROL_DATA_MAX + 1; len++) {
		struct text t = text_over(line, sizeof line),
			    e = text_over(expected, sizeof expected);

		w.played.requests[0] = '\0';
		text_put(&t, ":config ");
		for (size_t i = 0; i < len; i++) {
			text_char(&t, 'x');
		}
		run(&w, line);
		text_printf(&e, "8 0 %s\n", line + strlen(":config "));
		assert_int_equal(strstr(w.played.requests, expected) != NULL,
		    len <= CONTROL_DATA_MAX);
		assert_int_equal(strstr(w.q.error, "longer than") != NULL, len > CONTROL_DATA_MAX);
	}
	end(&w);
}

static void
a_server_without_nonces_gets_the_plain_line(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_REQ_NONCE, 0, NULL, CONTROL_ERR_OPCODE << 8, NULL },
		{ CONTROL_CONFIGURE, 0, NULL, 0, "Config Succeeded\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_string_equal(run(&w, ":config reset sys"), "Config Succeeded\n");
	assert_non_null(strstr(w.played.requests, "8 0 reset sys\n"));
	end(&w);
}

/* Elsewhere than in :config a nonce would be part of a name to a daemon that knows none. */
static void
other_changes_have_a_nonce_where_the_server_wants_one(void **state)
{
	static const char refused[] =
	    "refused: a change from another host needs a nonce of this daemon: use the ntpq that "
	    "comes with it, or 'disable controlnonce' in its ntp.conf\r\n";
	static const struct reply replies[] = {
		{ CONTROL_REQ_NONCE, 0, NULL, 0, FOUND_NONCE },
		{ CONTROL_SAVECONFIG, 0, "x.conf # nonce=", 0,
		    "Configuration saved to x.conf\r\n" },
		{ CONTROL_SAVECONFIG, 0, "y.conf", 0, "Configuration saved to y.conf\r\n" },
		{ CONTROL_SAVECONFIG, 0, NULL, 0, refused },
		{ CONTROL_WRITEVAR, 0, "site=lab # nonce=", 0, "" },
		{ CONTROL_WRITEVAR, 0, NULL, 0, refused },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 6);
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	assert_string_equal(run(&w, "saveconfig x.conf"), "Configuration saved to x.conf\n");
	assert_string_equal(run(&w, "writevar 0 site=lab"), "done! (no data returned)\n");
	assert_non_null(strstr(w.played.requests,
	    "3 0 site=lab\n12 0 \n3 0 site=lab # nonce=0123456789abcdef01234567\n"));
	w.played.requests[0] = '\0';
	assert_string_equal(run(&w, "saveconfig y.conf"), "Configuration saved to y.conf\n");
	assert_string_equal(w.played.requests, "9 0 y.conf\n");
	end(&w);
}

static void
an_answer_without_the_signature_of_the_key_is_refused_in_words(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_CONFIGURE, 0, NULL, 0, "Config Succeeded\r\n" },
		{ CONTROL_READVAR, 0, NULL, 0, "leap=0\r\n" },
	};
	struct world w;

	(void)state;
	for (int bare = 0; bare < 2; bare++) {
		begin(&w, replies, 2);
		if (bare) {
			mac_key_free(w.script->key);
			w.script->key = NULL;
		}
		run(&w, "keyid 1");
		run(&w, bare ? "passwd topsecret" : "passwd mistaken");
		assert_string_equal(run(&w, ":config reset sys"), "");
		assert_string_equal(w.q.error,
		    "Response without a good signature of key 1 refused: "
		    "the server has another secret for it, or none, or the answer is forged");
		run(&w, "authenticate yes");
		assert_string_equal(run(&w, "rv 0 leap"), "");
		assert_non_null(strstr(w.q.error, "without a good signature of key 1"));
		run(&w, "authenticate no");
		assert_string_equal(run(&w, "rv 0 leap"), "leap=00\n");
		end(&w);
	}
	begin(&w,
	    (const struct reply[]){
		{ CONTROL_SAVECONFIG, 0, NULL, CONTROL_ERR_OPCODE << 8, NULL } },
	    1);
	mac_key_free(w.script->key);
	w.script->key = NULL;
	run(&w, "keyid 1");
	run(&w, "passwd topsecret");
	run(&w, "saveconfig x");
	assert_string_equal(w.q.error,
	    "Server reports a bad opcode in request (the answer is not "
	    "signed)");
	end(&w);
}

/* ---- rpeers, units ---- */

static void
rpeers_has_the_name_at_the_right_and_units_suit_the_size(void **state)
{
	struct reply replies[4];
	char text[3][512];
	struct world w;

	(void)state;
	with_three_peers(&w, replies, text);
	run(&w, "units");
	assert_string_equal(run(&w, "rpeers -4"),
	    " st t when poll reach   delay   offset  jitter refid           T remote\n"
	    "==============================================================================\n"
	    "  1 u    7   16  377 148.21us 74.413us 42.569us .GPS.           * 192.0.2.11\n"
	    " 16 p    -   64    0      0ns      0ns      0ns .POOL.            "
	    "0.pool.example.org\n");
	end(&w);
}

/* ---- mrulist ---- */

/*
 * A table of clients served two at a time; the first page's nonce dies, and one resume point is
 * refused.
 */
struct mru_server {
	unsigned pages, nonces, refusals;
	uint64_t base;
};

static void
put_client(struct text *t, const struct mru_server *m, unsigned i, unsigned index)
{
	text_printf(t,
	    ", rs.%u=0x%x, ct.%u=%u, addr.%u=192.0.2.%u:123, mv.%u=36, last.%u=0x%08x.00000000, "
	    "first.%u=0x%08x.00000000, zzz.%u=9",
	    index, i == 2 ? 0x420u : 0u, index, 10 * i, index, i, index, index,
	    (unsigned)(m->base - 100 + i), index, (unsigned)(m->base - 1100), index);
}

static void
serve_mru(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct mru_server *m = s->own;
	char text[1024], request[CONTROL_DATA_MAX + 1];
	struct text t = text_over(text, sizeof text), r = text_over(request, sizeof request);
	unsigned from = 1;

	(void)len;
	text_put_n(&r, (const char *)data, h->count);
	if (h->op == CONTROL_REQ_NONCE) {
		text_printf(&t, "nonce=%u%023u\r\n", ++m->nonces, 0);
		put_text(s, h, 0, text, t.len);
		return;
	}
	assert_int_equal(h->op, CONTROL_READ_MRU);
	assert_non_null(strstr(request, ", mincount=3"));
	if (m->nonces == 1) {
		return; /* stale: no answer at all */
	}
	if (strstr(request, "addr.0=192.0.2.4:123") != NULL && m->refusals++ == 0) {
		struct control_header e = *h;

		e.response = e.error = true;
		e.count = 0;
		e.status = CONTROL_ERR_UNKNOWNVAR << 8;
		script_put(s, &e, "", 0);
		return;
	}
	for (unsigned i = 5; i > 0; i--) {
		char name[32];

		snprintf(name, sizeof name, "addr.0=192.0.2.%u:123", i);
		if (strstr(request, name) != NULL) {
			from = i + 1;
			break;
		}
	}
	m->pages++;
	text_printf(&t, "nonce=%u%023u", m->nonces, 1);
	for (unsigned i = from; i < from + 2 && i <= 5; i++) {
		put_client(&t, m, i, i - from);
	}
	if (from + 2 > 5) {
		text_printf(&t, ", now=0x%08x.00000000, last.newest=0x0.0", (unsigned)m->base);
	}
	put_text(s, h, 0, text, t.len);
}

static void
mrulist_collects_pages_through_dead_nonces_and_lost_resume_points(void **state)
{
	struct mru_server m = { .base = 0xeeaaa369 };
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.script->own = &m;
	w.script->serve = serve_mru;
	assert_string_equal(run(&w, "mrulist mincount=3 sort=-count"),
	    "lstint avgint rstr r m v  count rport remote address\n"
	    "==============================================================================\n"
	    "    95     20    0 . 4 4     50   123 192.0.2.5\n"
	    "    96     25    0 . 4 4     40   123 192.0.2.4\n"
	    "    97     33    0 . 4 4     30   123 192.0.2.3\n"
	    "    98     50  420 K 4 4     20   123 192.0.2.2\n"
	    "    99    100    0 . 4 4     10   123 192.0.2.1\n");
	assert_int_equal(m.nonces, 2);
	assert_int_equal(m.refusals, 2);
	assert_string_equal(w.q.error, "");
	end(&w);
}

static void
repeat_first_page(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct mru_server *m = s->own;

	(void)data;
	(void)len;
	m->pages++;
	put_text(s, h, 0, "nonce=0123, addr.0=192.0.2.1:123, last.0=0x1.00000000, ct.0=1", 59);
}

static void
a_server_that_repeats_itself_does_not_keep_mrulist(void **state)
{
	struct mru_server m = { .base = 0 };
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.script->own = &m;
	w.script->serve = repeat_first_page;
	run(&w, "mrulist");
	assert_true(m.pages < 20);
	assert_non_null(strstr(w.q.error, "partial"));
	run(&w, "mrulist sort=zork");
	assert_non_null(strstr(w.q.error, "sort=zork"));
	end(&w);
}

/* Each answer takes four seconds, and has a client that nobody has seen yet. */
static void
always_one_more(struct script *s, const struct control_header *h, const uint8_t *data, size_t len)
{
	struct mru_server *m = s->own;
	char page[160];
	struct text t = text_over(page, sizeof page);

	(void)data;
	(void)len;
	s->now_s += 4;
	m->pages++;
	text_printf(&t, "nonce=0123, addr.0=10.%u.%u.1:123, last.0=0x%x.00000000, ct.0=1",
	    m->pages >> 8 & 255, m->pages & 255, m->pages);
	put_text(s, h, 0, page, t.len);
}

static void
a_server_that_never_ends_is_left_after_an_hour(void **state)
{
	struct mru_server m = { .base = 0 };
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.script->own = &m;
	w.script->serve = always_one_more;
	assert_non_null(strstr(run(&w, "mrulist"), "10.0.2.1\n"));
	assert_string_equal(w.q.error, "Request timed out");
	assert_in_range(m.pages, 800, 901);
	assert_true(w.script->now_s < 3700);
	end(&w);
}

/* ---- hostile text in every place ---- */

static void
assert_tame(const char *out)
{
	for (const char *s = out; *s != '\0'; s++) {
		assert_true(*s == '\n' || *s == '\t' || (*s >= ' ' && *s <= '~'));
	}
}

static const char *const every_command[] = {
	"peers",
	"lpeers",
	"opeers",
	"apeers",
	"as",
	"rv",
	"rv 1",
	"rv 1 srcadr",
	"cv 1",
	"mrv &1 &3",
	"readlist",
	"sysinfo",
	"sysstats",
	"kerninfo",
	"monstats",
	"iostats",
	"timerstats",
	"authinfo",
	"ntsinfo",
	"ntskeinfo",
	"pstats 1",
	"ifstats",
	"reslist",
	"mrulist",
	"explain",
	":config x",
	"saveconfig x",
	"writevar 0 a=b",
	"reload",
	"raw",
	"rv",
	"rv 1 srcadr",
	"cooked",
};

static const char *const poisons[] = {
	"srcadr=\033[2J\033]0;owned\007, refid=\x9b"
	"31m, srchost=\"a\rb\nc\", stratum=\x1b[5m, reach=0x\x01,\r\n"
	"name.0=\"\033[2J\", addr.0=\033c, flags.0=\007, hits.0=\x80\x81, mask.0=\xff, nonce=\033",
	"=,=,=,,,=\"\",srcadr==,refid=\"\"\"",
	"srcadr",
	",",
	"\r\n\r\n",
	"\"",
	"stratum=99999999999999999999, hpoll=-9223372036854775808, reach=-1,"
	"ppoll=9223372036854775807,"
	"flash=0xffffffff, delay=1e308, offset=-1e308, jitter=nan, rec=0xffffffff.ffffffff,"
	"hmode=-1, ntscookies=99, rootdelay=1e308, srcadr=255.255.255.255, leap=-1,"
	"poll=99999999999",
	"addr.4294967295=[::1]:0, last.4294967295=0x1.00000000, ct.4294967295=-1, mv.4294967295=-1,"
	"addr.0=[:0, addr.1=]:1, addr.2=:1, addr.3=[]:1, last.3=0x1.00000001, nonce=ff,"
	"now=0x0.00000000",
};

static void
no_answer_reaches_the_terminal_unfiltered(void **state)
{
	static char huge[CONTROL_TEXT_MAX + 1];
	struct reply replies[8];
	struct world w;

	(void)state;
	for (size_t i = 0; i < CONTROL_TEXT_MAX; i++) {
		huge[i] = (char)(i % 255 + 1);
	}
	for (size_t p = 0; p <= sizeof poisons / sizeof *poisons; p++) {
		const char *text = p < sizeof poisons / sizeof *poisons ? poisons[p] : huge;
		static const enum control_op ops[] = { CONTROL_READVAR, CONTROL_READCLOCK,
			CONTROL_READ_ORDLIST, CONTROL_READ_MRU, CONTROL_REQ_NONCE,
			CONTROL_CONFIGURE, CONTROL_SAVECONFIG, CONTROL_WRITEVAR };

		for (size_t i = 0; i < 8; i++) {
			replies[i] = (struct reply){ ops[i], -1, NULL, 0xffff, text };
		}
		begin(&w, replies, 8);
		w.played.list = three;
		w.played.list_len = sizeof three;
		run(&w, "keyid 1");
		run(&w, "passwd topsecret");
		for (int json = 0; json < 2; json++) {
			w.q.set.json = json == 1;
			for (size_t i = 0; i < sizeof every_command / sizeof *every_command; i++) {
				w.played.requests[0] = '\0';
				assert_tame(run(&w, every_command[i]));
				assert_tame(w.q.error);
			}
		}
		end(&w);
	}
}

static void
a_list_of_associations_of_odd_length_or_full_size_does_no_harm(void **state)
{
	static uint8_t full[CONTROL_TEXT_MAX];
	static const char *const none[] = { "peers", "lpeers", "opeers", "apeers", "pe", "as",
		"lassociations" };
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.played.list = full;
	w.played.list_len = 7;
	run(&w, "as");
	assert_non_null(strstr(w.q.error, "multiple of 4"));
	w.played.list_len = 0;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_string_equal(run(&w, none[i]), "No association ID's returned\n");
	}
	assert_string_equal(run(&w, "passociations"), "No association ID's in list\n");
	w.q.host_n = 2;
	assert_string_equal(run(&w, "peers"), "server=played No association ID's returned\n");
	w.q.host_n = 1;
	for (size_t i = 0; i < sizeof full; i++) {
		full[i] = 0xff;
	}
	w.played.list_len = 14000; /* all the same id */
	assert_tame(run(&w, "as"));
	assert_int_equal(w.q.assoc_n, 3500);
	end(&w);
}

/* ---- JSON ---- */

static void
json_has_units_in_its_names_and_errors_as_members(void **state)
{
	static const struct reply replies[] = {
		{ CONTROL_READVAR, 0, "zork", CONTROL_ERR_UNKNOWNVAR << 8, NULL },
		{ CONTROL_READVAR, 0, NULL, 0x0615,
		    "leap=0, rootdelay=0.148, frequency=-3.450, "
		    "refid=1234, "
		    "version=\"12\", reftime=0xeeaaa318.c23e02e0, clock=0x00000000.00000000\r\n" },
	};
	struct world w;

	(void)state;
	begin(&w, replies, 2);
	w.q.set.json = true;
	assert_string_equal(run(&w, "rv"),
	    "{\"host\": \"played\", \"command\": \"readvar\", \"associd\": 0, "
	    "\"status\": \"0x0615\", "
	    "\"status_words\": \"leap_none, sync_ntp, 1 event, clock_sync\", "
	    "\"variables\": {\"leap\": 0, "
	    "\"rootdelay_ms\": 0.148, \"frequency_ppm\": -3.45, "
	    "\"refid\": \"1234\", \"version\": \"12\", "
	    "\"reftime\": \"2026-11-20T10:44:40.758Z\", \"clock\": null}}\n");
	assert_string_equal(run(&w, "rv 0 zork"),
	    "{\"host\": \"played\", \"command\": \"readvar\", "
	    "\"error\": \"A request variable unknown to the server\"}\n");
	end(&w);
}

static void
json_tells_of_what_could_not_begin(void **state)
{
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.q.set.json = true;
	assert_string_equal(run(&w, "zo\033rk now"),
	    "{\"host\": \"played\", \"command\": \"zo\\\\x1brk\", "
	    "\"error\": \"Command `zo\\\\x1brk' unknown\"}\n");
	assert_string_equal(run(&w, "as > /nowhere/x"),
	    "{\"host\": \"played\", \"command\": \"associations\", "
	    "\"error\": \"Can't open /nowhere/x: No such file or directory\"}\n");
	assert_string_equal(run(&w, "as >"),
	    "{\"host\": \"played\", \"command\": \"associations\", "
	    "\"error\": \"No file name after >\"}\n");
	assert_string_equal(run(&w, ""), "");
	assert_string_equal(run(&w, "# a comment"), "");
	end(&w);
}

static void
json_has_each_setting_as_a_member(void **state)
{
	static const struct {
		const char *line, *member;
	} settings[] = {
		{ "timeout 1234", "\"timeout_ms\": 1234}" },
		{ "timeout", "\"timeout_ms\": 1234, " },
		{ "delay 7", "\"delay_ms\": 7}" },
		{ "keyid", "\"keyid\": null, " },
		{ "keyid 9", "\"keyid\": 9, " },
		{ "keytype sha1", "\"keytype\": \"sha1\", \"digest_octets\": 20, " },
		{ "hostnames yes", "\"hostnames\": true, " },
		{ "ntpversion 3", "\"ntpversion\": 3, " },
		{ "debug no", "\"debug\": 0, " },
		{ "drefid hash", "\"drefid\": \"hash\", " },
		{ "authenticate yes", "\"authenticate\": true, " },
		{ "units", "\"units\": true, " },
		{ "direct", "\"direct\": true, " },
		{ "raw", "\"raw\": true, " },
		{ "cooked", "\"raw\": false, " },
		{ "host", "\"current_host\": \"played\", " },
		{ "version", "\"version\": \"" },
		{ "help keyid", "\"commands\": [{\"name\": \"keyid\", " },
	};
	struct world w;

	(void)state;
	begin(&w, NULL, 0);
	w.q.set.json = true;
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		const char *out = run(&w, settings[i].line);

		if (strstr(out, settings[i].member) == NULL) {
			fail_msg("'%s' gives %s", settings[i].line, out);
		}
	}
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_is_the_table_of_4_2_8),
		cmocka_unit_test(the_type_of_a_source_with_nts_is_the_number_of_its_cookies),
		cmocka_unit_test(peers_leaves_out_what_is_neither_configured_nor_reachable),
		cmocka_unit_test(associations_are_sorted_by_id_and_trailing_blanks_cut),
		cmocka_unit_test(readvar_breaks_lines_before_72_and_cooks),
		cmocka_unit_test(an_index_means_a_place_in_the_list_and_the_last_beyond_it),
		cmocka_unit_test(abbreviations_are_unique_among_the_classic_commands),
		cmocka_unit_test(the_columns_of_peers_are_explained_by_each_of_its_names),
		cmocka_unit_test(a_missing_variable_only_costs_its_own_line),
		cmocka_unit_test(lists_are_put_together_from_fields_in_any_order),
		cmocka_unit_test(a_list_that_fills_the_answer_may_be_longer),
		cmocka_unit_test(a_list_that_fills_the_answer_is_asked_on),
		cmocka_unit_test(a_syntax_error_is_pointed_at),
		cmocka_unit_test(a_line_over_the_network_ends_with_a_nonce_of_the_server),
		cmocka_unit_test(a_server_without_nonces_gets_the_plain_line),
		cmocka_unit_test(other_changes_have_a_nonce_where_the_server_wants_one),
		cmocka_unit_test(an_answer_without_the_signature_of_the_key_is_refused_in_words),
		cmocka_unit_test(rpeers_has_the_name_at_the_right_and_units_suit_the_size),
		cmocka_unit_test(mrulist_collects_pages_through_dead_nonces_and_lost_resume_points),
		cmocka_unit_test(a_server_that_repeats_itself_does_not_keep_mrulist),
		cmocka_unit_test(a_server_that_never_ends_is_left_after_an_hour),
		cmocka_unit_test(no_answer_reaches_the_terminal_unfiltered),
		cmocka_unit_test(a_list_of_associations_of_odd_length_or_full_size_does_no_harm),
		cmocka_unit_test(json_has_units_in_its_names_and_errors_as_members),
		cmocka_unit_test(json_tells_of_what_could_not_begin),
		cmocka_unit_test(json_has_each_setting_as_a_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
