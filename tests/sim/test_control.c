/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode 6 of a whole daemon: every operation, every error, and what strangers may not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/cursor.h"
#include "ntpd/state.h"
#include "sim/mode6.h"

static const char CONFIG[] = "driftfile /drift\n"
			     "server 192.0.2.1 iburst minpoll 4\n"
			     "server 192.0.2.2 iburst minpoll 4\n"
			     "server 127.127.1.0\n"
			     "restrict default limited kod notrap\n"
			     "keys /keys\ntrustedkey 1 2\ncontrolkey 1\n"
			     "setvar site=lab default\nsetvar owner=me\n"
			     "saveconfigdir /saved/\nstatsdir /stats\n";
/* A request a second is too many for it. */
static const char CLASSIC_RATE[] =
    "server 192.0.2.1 iburst minpoll 4\nkeys /keys\ntrustedkey 1 2\ncontrolkey 1\n"
    "restrict default limited kod notrap\ndiscard average 3\n";
static const char KEYS[] = "1 SHA1 secret\n2 MD5 other\n3 MD5 untrusted\n";

/* A daemon with two servers that runs for a minute, and who asks it. */
struct lab {
	struct sim *s;
	struct sim_node *n;
	struct mode6 local, remote, thief;
};

static struct lab *
lab_with(const char *config)
{
	struct lab *b = test_calloc(1, sizeof *b);

	b->s = sim_new(1);
	b->s->careless = true;
	b->n = sim_node_new(b->s, "daemon", 0.001, 0, config);
	sim_store_put(&b->n->store, "/keys", KEYS);
	for (unsigned i = 0; i < 2; i++) {
		struct sim_server *v = sim_serve(b->s, i == 0 ? "192.0.2.1" : "192.0.2.2");
		sim_link(b->s, b->n->host, v->host, sim_path_constant(1e-3));
	}
	assert_true(sim_node_boot(b->n));
	mode6_local(&b->local, b->s, b->n);
	mode6_remote(&b->remote, b->s, b->n, "192.0.2.66");
	mode6_key(&b->local, 1, "SHA1", "secret");
	mode6_key(&b->remote, 1, "SHA1", "secret");
	sim_run(b->s, 60);
	return b;
}

/* Changes from other hosts are taken without a nonce, as another ntpq sends them. */
static struct lab *
lab_classic(void)
{
	char config[1024];
	struct text t = text_over(config, sizeof config);

	text_printf(&t, "%sdisable controlnonce\n", CONFIG);
	return lab_with(config);
}

static struct lab *
lab(void)
{
	return lab_with(CONFIG);
}

static void
lab_end(struct lab *b)
{
	mode6_end(&b->local);
	mode6_end(&b->remote);
	mode6_end(&b->thief);
	assert_int_equal(b->s->failures, 0);
	sim_free(b->s);
	test_free(b);
}

static bool
has(const struct mode6_answer *a, const char *what)
{
	return strstr(a->text, what) != NULL;
}

static void
expect_error(const struct mode6_answer *a, enum control_error e)
{
	assert_int_equal(a->error, e);
	assert_int_equal(a->datagrams, 1);
	assert_false(a->faulty);
}

static void
expect_text(const struct mode6_answer *a, const char *text)
{
	if (!a->complete || a->faulty || strcmp(a->text, text) != 0) {
		fail_msg("wanted '%s', got error %d, faulty %d: '%s'", text, a->error, a->faulty,
		    a->text);
	}
}

static void
expect_silence(const struct mode6_answer *a)
{
	assert_int_equal(a->datagrams, 0);
}

/* The id of the association in place i of READSTAT. */
static uint16_t
assoc_at(struct mode6 *m, unsigned i)
{
	const struct mode6_answer *a = mode6_ask(m, CONTROL_READSTAT, 0, "");

	assert_true(a->complete);
	assert_true(a->len >= 4 * (i + 1));
	return (uint16_t)((uint8_t)a->text[4 * i] << 8 | (uint8_t)a->text[4 * i + 1]);
}

static unsigned
assoc_count(struct mode6 *m)
{
	return (unsigned)mode6_ask(m, CONTROL_READSTAT, 0, "")->len / 4;
}

/* Sends the same octets once more, from elsewhere maybe. */
static const struct mode6_answer *
config_bytes(struct mode6 *maker, struct mode6 *sender, const char *line, uint8_t *bytes,
    size_t *len)
{
	*len = mode6_request(maker, CONTROL_CONFIGURE, 0, line, true, bytes);
	return mode6_send(sender, bytes, *len);
}

/* A change with a nonce that was made for whoever sends it. */
static const struct mode6_answer *
change(struct mode6 *m, enum control_op op, const char *text)
{
	char nonce[64], line[CONTROL_DATA_MAX];
	struct text t = text_over(line, sizeof line);

	assert_true(mode6_ask(m, CONTROL_REQ_NONCE, 0, "")->complete);
	text_printf(&t, "%s # nonce=%s", text, mode6_value(m, "nonce", nonce, sizeof nonce));
	return mode6_command(m, op, line);
}

/* ---- reading ---- */

static void
default_variables_come_in_the_classic_order(void **state)
{
	static const char *const system[] = { "version=", "processor=", "system=", "leap=",
		"stratum=", "precision=", "rootdelay=", "rootdisp=", "refid=", "reftime=", "clock=",
		"peer=", "tc=", "mintc=", "offset=", "frequency=", "sys_jitter=", "clk_jitter=",
		"clk_wander=", "site=lab" };
	static const char *const peer[] = { "srcadr=", "srcport=", "srchost=", "dstadr=",
		"dstport=", "out=", "in=", "leap=", "stratum=", "precision=", "rootdelay=",
		"rootdisp=", "refid=", "reftime=", "rec=", "reach=", "unreach=", "hmode=", "pmode=",
		"hpoll=", "ppoll=", "headway=", "flash=", "keyid=", "ttl=", "offset=", "delay=",
		"dispersion=", "jitter=", "xleave=", "bias=", "filtdelay=", "filtoffset=",
		"filtdisp=" };
	struct lab *b = lab();
	const struct mode6_answer *a = mode6_ask(&b->local, CONTROL_READVAR, 0, "");
	const char *at = a->text;

	(void)state;
	for (unsigned i = 0; i < sizeof system / sizeof system[0]; i++) {
		at = strstr(at, system[i]);
		assert_non_null(at);
	}
	assert_false(has(a, "owner="));
	assert_int_equal(a->status >> 8, 0x06);
	a = mode6_ask(&b->local, CONTROL_READVAR, assoc_at(&b->local, 1), "");
	a = mode6_ask(&b->local, CONTROL_READVAR, assoc_at(&b->local, 1), "");
	at = a->text;
	for (unsigned i = 0; i < sizeof peer / sizeof peer[0]; i++) {
		at = strstr(at, peer[i]);
		assert_non_null(at);
	}
	assert_string_equal(a->text + a->len - 2, "\r\n");
	lab_end(b);
}

/* Asks for each name of a list; false for one that is not known. */
static void
read_each(struct lab *b, uint16_t assoc, enum control_op op, const char *list_name)
{
	char names[4096];
	unsigned n = 0;

	(void)mode6_ask(&b->local, op, assoc, list_name);
	(void)mode6_value(&b->local, list_name, names, sizeof names);
	for (char *save = NULL, *name = strtok_r(names, ",", &save); name != NULL;
	     name = strtok_r(NULL, ",", &save)) {
		const struct mode6_answer *a = mode6_ask(&b->local, op, assoc, name);
		if (!a->complete || strncmp(a->text, name, strlen(name)) != 0) {
			fail_msg("'%s' is listed but gives error %d", name, a->error);
		}
		n++;
	}
	assert_true(n >= 10);
}

static void
every_variable_of_the_lists_can_be_read(void **state)
{
	struct lab *b = lab();
	uint16_t clock = assoc_at(&b->local, 0);

	(void)state;
	read_each(b, 0, CONTROL_READVAR, "sys_var_list");
	read_each(b, assoc_at(&b->local, 1), CONTROL_READVAR, "peer_var_list");
	read_each(b, clock, CONTROL_READCLOCK, "clock_var_list");
	lab_end(b);
}

static void
the_list_of_variables_has_those_of_setvar(void **state)
{
	struct lab *b = lab();
	char names[4096];

	(void)state;
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "sys_var_list")->complete);
	(void)mode6_value(&b->local, "sys_var_list", names, sizeof names);
	assert_non_null(strstr(names, ",site,owner"));
	lab_end(b);
}

static void
an_answer_that_does_not_fit_is_an_error_and_not_cut(void **state)
{
	char names[CONTROL_DATA_MAX + 1];
	struct text t = text_over(names, sizeof names);
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		text_put(&t, "sys_var_list,");
	}
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, 0, names), CONTROL_ERR_BADVALUE);
	lab_end(b);
}

static uint64_t
number_of(struct mode6 *m, const char *name)
{
	char buf[32];

	assert_true(mode6_ask(m, CONTROL_READVAR, 0, name)->complete);
	return strtoull(mode6_value(m, name, buf, sizeof buf), NULL, 10);
}

static void
questions_of_ntpq_are_not_packets_processed_for_time(void **state)
{
	struct lab *b = lab();
	uint64_t before = number_of(&b->local, "ss_processed"),
		 asked = number_of(&b->local, "ss_numctlreq");

	(void)state;
	assert_true(before >= 2);
	for (unsigned i = 0; i < 20; i++) {
		(void)mode6_ask(&b->local, CONTROL_READVAR, 0, "leap");
	}
	assert_in_range(number_of(&b->local, "ss_processed"), before, before + 2);
	assert_int_equal(number_of(&b->local, "ss_numctlreq"), asked + 22);
	lab_end(b);
}

static void
answers_of_servers_count_as_packets_of_this_version(void **state)
{
	struct lab *b = lab();

	(void)state;
	assert_true(number_of(&b->local, "ss_thisver") >= 2);
	assert_int_equal(number_of(&b->local, "ss_oldver"), 0);
	lab_end(b);
}

static void
a_local_clock_tells_its_fudge(void **state)
{
	struct lab *b = lab_with("server 127.127.1.0\nfudge 127.127.1.0 time1 0.25 stratum 7\n");
	uint16_t clock = assoc_at(&b->local, 0);

	(void)state;
	assert_true(mode6_ask(&b->local, CONTROL_READCLOCK, clock, "")->complete);
	assert_true(has(&b->local.answer, "fudgetime1=250.000, fudgetime2=0.000, stratum=7"));
	expect_text(mode6_ask(&b->local, CONTROL_READCLOCK, clock, "type"), "type=1\r\n");
	lab_end(b);
}

/* As ntpq -c cv asks: also while a server is followed, or nobody. */
static void
without_an_id_the_clock_that_there_is_tells_of_itself(void **state)
{
	struct lab *b = lab_with("server 192.0.2.1 iburst\nserver 127.127.1.0\n");

	(void)state;
	expect_text(mode6_ask(&b->local, CONTROL_READCLOCK, 0, "type"), "type=1\r\n");
	lab_end(b);
	b = lab_with("server 192.0.2.1 iburst\n");
	expect_error(mode6_ask(&b->local, CONTROL_READCLOCK, 0, "type"), CONTROL_ERR_ASSOC);
	lab_end(b);
}

static void
members_of_a_pool_are_told_apart_by_their_address(void **state)
{
	struct lab *b = lab_with("server one.example\npool pool.example iburst\n");
	struct mode6 *m = &b->local;
	unsigned members = 0;

	(void)state;
	(void)sim_resolver_set(&b->n->resolver, "one.example", "192.0.2.1");
	(void)sim_resolver_set(&b->n->resolver, "pool.example", "192.0.2.2 192.0.2.12");
	sim_run(b->s, 300);
	assert_int_equal(assoc_count(m), 4);
	for (unsigned i = 0; i < 4; i++) {
		uint16_t id = assoc_at(m, i);
		(void)mode6_ask(m, CONTROL_READVAR, id, "srcadr,srchost");
		if (has(&m->answer, "srcadr=192.0.2.1,")) {
			assert_true(has(&m->answer, "srchost=\"one.example\""));
		} else if (!has(&m->answer, "srcadr=0.0.0.0")) {
			assert_false(has(&m->answer, "pool.example"));
			members++;
		}
	}
	assert_int_equal(members, 2);
	lab_end(b);
}

static void
why_nothing_is_known_of_a_server_stands_in_its_refid(void **state)
{
	struct lab *b = lab_with(
	    "server 192.0.2.1 iburst key 2\nserver 192.0.2.99\nkeys /keys\ntrustedkey 2\n");
	struct mode6 *m = &b->local;

	(void)state;
	expect_text(mode6_ask(m, CONTROL_READVAR, assoc_at(m, 0), "refid"), "refid=INIT\r\n");
	expect_text(mode6_ask(m, CONTROL_READVAR, assoc_at(m, 1), "refid"), "refid=AUTH\r\n");
	lab_end(b);
}

/* ntpq's displays ask for all of theirs at once. */
static void
the_displays_of_ntpq_are_answered_at_once(void **state)
{
	static const char *const lists[] = {
		"peeradr,peermode,leap,stratum,precision,rootdelay,rootdisp,refid,reftime,sys_"
		"jitter,"
		"clk_jitter,clk_wander,bcastdelay,authdelay",
		"ss_uptime,ss_reset,ss_received,ss_thisver,ss_oldver,ss_badformat,ss_badauth,ss_"
		"declined,"
		"ss_restricted,ss_limited,ss_kodsent,ss_processed",
		"koffset,kfreq,kmaxerr,kesterr,kstflags,ktimeconst,kprecis,kfreqtol,kppsfreq,"
		"kppsstab,"
		"kppsjitter,kppscalibdur,kppscalibs,kppsjitexc,kppsstbexc,kppscaliberrs",
		"mru_enabled,mru_depth,mru_deepest,mru_maxdepth,mru_mindepth,mru_maxage,mru_mem,"
		"mru_maxmem",
		"mru_enabled,mru_hashslots,mru_depth,mru_deepest,mru_maxdepth,mru_mindepth,mru_"
		"maxage,"
		"mru_minage,mru_mem,mru_maxmem,mru_exists,mru_new,mru_recycleold,mru_recyclefull,"
		"mru_none,mru_oldest_age",
		"iostats_reset,total_rbuf,free_rbuf,used_rbuf,rbuf_lowater,io_dropped,io_ignored,"
		"io_received,io_sent,io_sendfailed,io_wakeups,io_goodwakeups",
		"timerstats_reset,timer_overruns,timer_xmts",
		"srv_verdicts,srv_sent",
		"authreset,authkeys,authfreek,authklookups,authknotfound,authkuncached,"
		"authkexpired,"
		"authencrypts,authdecrypts",
	};
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, lists[i])->complete);
	}
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, assoc_at(&b->local, 1),
	    "srcadr,dstadr,timerec,"
	    "timer,timereach,sent,received,badauth,bogusorg,oldpkt,seldisp,selbroken,candidate")
			->complete);
	lab_end(b);
}

static void
what_forgers_need_is_shown_to_nobody(void **state)
{
	struct lab *b = lab();
	uint16_t id = assoc_at(&b->local, 1);

	(void)state;
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, id, "org"), CONTROL_ERR_UNKNOWNVAR);
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, id, "xmt"), CONTROL_ERR_UNKNOWNVAR);
	lab_end(b);
}

static void
each_kind_of_wrong_request_has_its_error(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	expect_error(mode6_ask(m, CONTROL_READVAR, 0, "zork"), CONTROL_ERR_UNKNOWNVAR);
	expect_error(mode6_ask(m, CONTROL_READVAR, 9, ""), CONTROL_ERR_ASSOC);
	expect_error(mode6_ask(m, CONTROL_READSTAT, 9, ""), CONTROL_ERR_ASSOC);
	expect_error(mode6_ask(m, CONTROL_UNSPEC, 9, ""), CONTROL_ERR_ASSOC);
	expect_error(mode6_ask(m, CONTROL_READCLOCK, assoc_at(m, 1), ""), CONTROL_ERR_ASSOC);
	expect_error(mode6_ask(m, CONTROL_READVAR, 0, "leap,\"open"), CONTROL_ERR_FORMAT);
	expect_error(mode6_ask(m, CONTROL_ASYNCMSG, 0, ""), CONTROL_ERR_OPCODE);
	expect_error(mode6_ask(m, (enum control_op)17, 0, ""), CONTROL_ERR_OPCODE);
	expect_error(mode6_ask(m, CONTROL_SETTRAP, 0, ""), CONTROL_ERR_PERMISSION);
	expect_error(mode6_ask(m, CONTROL_UNSETTRAP, 0, ""), CONTROL_ERR_PERMISSION);
	expect_error(mode6_command(m, CONTROL_WRITECLOCK, "stratum=3"), CONTROL_ERR_PERMISSION);
	len = mode6_request(m, CONTROL_READVAR, 0, "leap", false, bytes);
	bytes[11] = 200; /* more than there is */
	expect_error(mode6_send(m, bytes, len), CONTROL_ERR_FORMAT);
	len = mode6_request(m, CONTROL_READVAR, 0, "", false, bytes);
	expect_error(mode6_send(m, bytes, len + 2), CONTROL_ERR_FORMAT);
	expect_text(mode6_ask(m, CONTROL_UNSPEC, 0, ""), "");
	lab_end(b);
}

static void
what_is_no_request_gets_no_answer(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	uint8_t bytes[NET_PACKET_MAX];
	size_t len = mode6_request(m, CONTROL_READVAR, 0, "", false, bytes);

	(void)state;
	for (unsigned bit = 0x20; bit <= 0x80; bit <<= 1) {
		bytes[1] = (uint8_t)(CONTROL_READVAR | bit);
		expect_silence(mode6_send(m, bytes, len));
	}
	bytes[1] = CONTROL_READVAR;
	bytes[9] = 1; /* offset */
	expect_silence(mode6_send(m, bytes, len));
	bytes[9] = 0;
	bytes[0] = 0 << 3 | 6;
	expect_silence(mode6_send(m, bytes, len));
	bytes[0] = 5 << 3 | 6;
	expect_silence(mode6_send(m, bytes, len));
	bytes[0] = 1 << 3 | 6;
	assert_true(mode6_send(m, bytes, len)->complete);
	expect_silence(mode6_send(m, bytes, 11));
	lab_end(b);
}

static void
octets_beyond_the_count_are_no_error(void **state)
{
	struct lab *b = lab();
	uint8_t bytes[NET_PACKET_MAX] = { 0 };

	(void)state;
	(void)mode6_request(&b->local, CONTROL_READVAR, 0, "", false, bytes);
	assert_true(mode6_send(&b->local, bytes, 576)->complete);
	assert_true(has(&b->local.answer, "stratum="));
	lab_end(b);
}

static void
a_request_of_more_than_1024_octets_is_not_answered(void **state)
{
	struct lab *b = lab();
	uint8_t bytes[NET_PACKET_MAX] = { 0 };

	(void)state;
	(void)mode6_request(&b->local, CONTROL_READVAR, 0, "", false, bytes);
	assert_true(mode6_send(&b->local, bytes, CONTROL_REQUEST_MAX)->complete);
	expect_silence(mode6_send(&b->local, bytes, CONTROL_REQUEST_MAX + 4));
	expect_silence(mode6_send(&b->local, bytes, NET_PACKET_MAX));
	assert_true(mode6_send(&b->local, bytes, 12)->complete);
	lab_end(b);
}

static void
long_answers_are_cut_into_full_fragments(void **state)
{
	struct lab *b = lab();
	const struct mode6_answer *a =
	    mode6_ask(&b->local, CONTROL_READVAR, assoc_at(&b->local, 1), "");

	(void)state;
	assert_true(a->complete);
	assert_true(a->len > CONTROL_DATA_MAX);
	assert_int_equal(a->datagrams, (a->len + CONTROL_DATA_MAX - 1) / CONTROL_DATA_MAX);
	assert_false(a->faulty);
	lab_end(b);
}

static void
the_holder_of_the_control_key_has_seen_the_events(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	uint16_t id = assoc_at(m, 1);
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	assert_true((mode6_ask(m, CONTROL_READVAR, id, "leap")->status >> 4 & 15) > 0);
	assert_true((mode6_ask(m, CONTROL_READVAR, id, "leap")->status >> 4 & 15) > 0);
	len = mode6_request(m, CONTROL_READVAR, id, "leap", true, bytes);
	assert_true((mode6_send(m, bytes, len)->status >> 4 & 15) > 0);
	assert_int_equal(mode6_ask(m, CONTROL_READVAR, id, "leap")->status >> 4 & 15, 0);
	lab_end(b);
}

/* Or anybody could have us forget what only the holder of the key was to see. */
static void
who_repeats_a_signed_reading_has_seen_nothing(void **state)
{
	struct lab *b = lab();
	struct event_count *event = &b->n->daemon->steering.sys.event;
	uint8_t bytes[NET_PACKET_MAX];
	size_t len = mode6_request(&b->remote, CONTROL_READSTAT, 0, "", true, bytes);

	(void)state;
	event->count = 3;
	assert_true(mode6_send(&b->remote, bytes, len)->complete);
	assert_int_equal(event->count, 0);
	event->count = 3;
	assert_true(mode6_send(&b->remote, bytes, len)->complete);
	assert_int_equal(event->count, 3);
	lab_end(b);
}

/* ---- keys ---- */

static void
only_the_control_key_opens_the_lists(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	assert_true(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats")->complete);
	assert_int_equal(m->answer.signed_n, m->answer.datagrams);
	expect_error(mode6_ask(m, CONTROL_READ_ORDLIST, 0, "ifstats"), CONTROL_ERR_PERMISSION);
	len = mode6_request(m, CONTROL_READ_ORDLIST, 0, "ifstats", true, bytes);
	bytes[len - 1] ^= 1;
	expect_error(mode6_send(m, bytes, len), CONTROL_ERR_PERMISSION);
	mode6_key(m, 2, "MD5", "other"); /* trusted, but not the control key */
	expect_error(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats"), CONTROL_ERR_PERMISSION);
	assert_int_equal(b->n->daemon->control.count.verdict.of[VERDICT_AUTH], 3);
	mode6_key(m, 3, "MD5", "untrusted");
	expect_error(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats"), CONTROL_ERR_PERMISSION);
	mode6_key(m, 1, "SHA1", "guess");
	expect_error(mode6_command(m, CONTROL_CONFIGURE, "server 192.0.2.9"),
	    CONTROL_ERR_PERMISSION);
	expect_error(mode6_command(m, CONTROL_SAVECONFIG, "x"), CONTROL_ERR_PERMISSION);
	expect_error(mode6_command(m, CONTROL_WRITEVAR, "site=x"), CONTROL_ERR_PERMISSION);
	lab_end(b);
}

static void
without_a_control_key_nothing_is_changed(void **state)
{
	struct lab *b = lab_with("restrict default\nkeys /keys\ntrustedkey 1\n");

	(void)state;
	expect_error(mode6_command(&b->local, CONTROL_CONFIGURE, "server 192.0.2.9"),
	    CONTROL_ERR_PERMISSION);
	lab_end(b);
}

/* ---- lists ---- */

static void
ifstats_tells_each_socket(void **state)
{
	struct lab *b = lab();
	const struct mode6_answer *a = mode6_command(&b->local, CONTROL_READ_ORDLIST, "ifstats");
	char buf[64];

	(void)state;
	assert_true(a->complete);
	assert_string_equal(mode6_value(&b->local, "addr.0", buf, sizeof buf), "[::]:123");
	assert_string_equal(mode6_value(&b->local, "en.0", buf, sizeof buf), "0");
	assert_true(has(a, "=192.0.2.100:123"));
	assert_true(has(a, "=192.0.2.255:123"));
	assert_true(has(a, "name.2=\"lo\""));
	assert_true(mode6_command(&b->local, CONTROL_READ_ORDLIST, "")->complete);
	expect_error(mode6_command(&b->local, CONTROL_READ_ORDLIST, "ifstatsx"),
	    CONTROL_ERR_UNKNOWNVAR);
	lab_end(b);
}

static void
reslist_tells_each_entry(void **state)
{
	struct lab *b = lab();
	const struct mode6_answer *a =
	    mode6_command(&b->local, CONTROL_READ_ORDLIST, "addr_restrictions");

	(void)state;
	assert_true(a->complete);
	assert_true(has(a, "=\"ntpport interface ignore\""));
	assert_true(has(a, "=\"notrap limited kod\""));
	assert_true(has(a, "mask."));
	lab_end(b);
}

/* Of what has no room in one answer the rest is asked for by the index it begins with. */
static void
a_list_goes_on_where_it_is_asked_to(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	char first[64], third[64], buf[64];

	(void)state;
	assert_true(mode6_command(m, CONTROL_READ_ORDLIST, "addr_restrictions")->complete);
	mode6_value(m, "addr.0", first, sizeof first);
	mode6_value(m, "addr.2", third, sizeof third);
	assert_false(has(mode6_command(m, CONTROL_READ_ORDLIST, "addr_restrictions 2"), "addr.1="));
	assert_string_equal(mode6_value(m, "addr.2", buf, sizeof buf), third);
	assert_true(mode6_command(m, CONTROL_READ_ORDLIST, "addr_restrictions 60000")->complete);
	(void)mode6_command(m, CONTROL_READ_ORDLIST, "addr_restrictions 0");
	assert_string_equal(mode6_value(m, "addr.0", buf, sizeof buf), first);
	assert_true(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats")->complete);
	mode6_value(m, "addr.2", third, sizeof third);
	assert_false(has(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats 2"), "addr.1="));
	assert_string_equal(mode6_value(m, "addr.2", buf, sizeof buf), third);
	expect_error(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats x"), CONTROL_ERR_UNKNOWNVAR);
	expect_error(mode6_command(m, CONTROL_READ_ORDLIST, "ifstats 2 3"), CONTROL_ERR_UNKNOWNVAR);
	lab_end(b);
}

/* ---- changing ---- */

static void
config_adds_and_drops_servers(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;

	(void)state;
	assert_int_equal(assoc_count(m), 3);
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "server 192.0.2.3 iburst"),
	    "Config Succeeded\r\n");
	assert_int_equal(assoc_count(m), 4);
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "unpeer 192.0.2.3"),
	    "Config Succeeded\r\n");
	assert_int_equal(assoc_count(m), 3);
	assert_int_equal(sim_logged(b->n,
			     "ntpq at 127.0.0.1, key 1: config server 192.0.2.3 iburst"),
	    1);
	lab_end(b);
}

static void
sources_that_a_line_does_not_touch_keep_what_they_know(void **state)
{
	struct lab *b = lab();
	uint16_t id = assoc_at(&b->local, 1);
	char before[16], after[16];

	(void)state;
	(void)mode6_ask(&b->local, CONTROL_READVAR, id, "reach");
	(void)mode6_value(&b->local, "reach", before, sizeof before);
	expect_text(mode6_command(&b->local, CONTROL_CONFIGURE,
			"server 192.0.2.3\nrestrict 192.0.2.77 ignore"),
	    "Config Succeeded\r\n");
	(void)mode6_ask(&b->local, CONTROL_READVAR, id, "reach");
	assert_string_equal(mode6_value(&b->local, "reach", after, sizeof after), before);
	assert_string_not_equal(after, "0x0");
	lab_end(b);
}

static void
unpeer_takes_an_association_id(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	char line[32];
	struct text t = text_over(line, sizeof line);

	(void)state;
	text_printf(&t, "unpeer %u", assoc_at(m, 1));
	expect_text(mode6_command(m, CONTROL_CONFIGURE, line), "Config Succeeded\r\n");
	assert_int_equal(assoc_count(m), 2);
	assert_true(has(mode6_command(m, CONTROL_CONFIGURE, line), "no association with"));
	lab_end(b);
}

static void
unpeer_drops_one_member_of_a_pool_or_the_pool(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	char line[32];
	struct text t = text_over(line, sizeof line);

	(void)state;
	(void)sim_resolver_set(&b->n->resolver, "pool.example", "192.0.2.11 192.0.2.12");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "pool pool.example iburst"),
	    "Config Succeeded\r\n");
	sim_run(b->s, 10);
	assert_int_equal(assoc_count(m), 6);
	(void)sim_resolver_set(&b->n->resolver, "pool.example", "192.0.2.12");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "unpeer 192.0.2.11"),
	    "Config Succeeded\r\n");
	sim_run(b->s, 10);
	assert_int_equal(assoc_count(m), 5);
	text_printf(&t, "unpeer %u", assoc_at(m, 0)); /* the pool's own row comes first */
	expect_text(mode6_command(m, CONTROL_CONFIGURE, line), "Config Succeeded\r\n");
	assert_int_equal(assoc_count(m), 3);
	lab_end(b);
}

static void
a_wrong_line_is_pointed_at_and_changes_nothing(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;

	(void)state;
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "server 192.0.2.3 ibrust"),
	    "column 17 syntax error: unknown word 'ibrust' after 'server' (did you mean "
	    "'iburst'?)\r\n");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "server 192.0.2.3\nzork"),
	    "column 0 syntax error: line 2: unknown keyword 'zork', expected a directive of "
	    "ntp.conf\r\n");
	assert_int_equal(assoc_count(m), 3);
	expect_error(mode6_command(m, CONTROL_CONFIGURE, "server \001"), CONTROL_ERR_BADVALUE);
	expect_text(mode6_command(m, CONTROL_CONFIGURE, ""), "Config Succeeded\r\n");
	lab_end(b);
}

static void
no_line_names_a_file(void **state)
{
	static const char *const words[] = { "driftfile /x", "keys /x", "logfile /x", "pidfile /x",
		"statsdir /x", "leapfile /x", "saveconfigdir /x", "includefile /x",
		"filegen loopstats file /x", "sourcedir /x", "controlkey 2", "trustedkey 3",
		"setvar a=b", "tinker panic 0", "interface ignore all" };
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		const struct mode6_answer *a =
		    mode6_command(&b->local, CONTROL_CONFIGURE, words[i]);
		assert_true(a->complete);
		assert_true(has(a, "is not taken from ntpq"));
	}
	lab_end(b);
}

static void
nomodify_refuses_in_words(void **state)
{
	struct lab *b = lab_with("restrict default nomodify\nkeys /keys\ntrustedkey 1\ncontrolkey "
				 "1\n"
				 "setvar site=lab\nsaveconfigdir /saved\n");

	(void)state;
	expect_text(mode6_command(&b->remote, CONTROL_CONFIGURE, "server 192.0.2.3"),
	    "runtime configuration prohibited by restrict ... nomodify\r\n");
	assert_int_equal(assoc_count(&b->remote), 0);
	expect_text(mode6_command(&b->remote, CONTROL_SAVECONFIG, "x"),
	    "saveconfig prohibited by restrict ... nomodify\r\n");
	assert_null(sim_store_text(&b->n->store, "/saved/x"));
	expect_error(mode6_command(&b->remote, CONTROL_WRITEVAR, "site=x"), CONTROL_ERR_PERMISSION);
	lab_end(b);
}

static void
reload_reads_the_file_again(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;

	(void)state;
	sim_node_config(b->n,
	    "restrict default\nkeys /keys\ntrustedkey 1\ncontrolkey 1\nserver 192.0.2.1\n");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "reload"), "Config Succeeded\r\n");
	assert_int_equal(assoc_count(m), 1);
	sim_node_config(b->n, "zork\n");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, " reload\r\n"),
	    "the file has errors, nothing was changed: see the log\r\n");
	/* The file may take the key away, and the socket. */
	sim_node_config(b->n, "interface ignore all\nrestrict default\n");
	(void)change(&b->remote, CONTROL_CONFIGURE, "reload");
	assert_int_equal(sim_logged(b->n, "reload: succeeded"), 2);
	lab_end(b);
}

static void
reset_begins_counters_anew(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	char buf[32];

	(void)state;
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "reset allpeers auth ctl io mem sys timer"),
	    "Config Succeeded\r\n");
	(void)mode6_ask(m, CONTROL_READVAR, 0,
	    "ss_received,authdecrypts,timer_xmts,ss_reset,mru_new");
	assert_string_equal(mode6_value(m, "mru_new", buf, sizeof buf), "0");
	assert_string_equal(mode6_value(m, "ss_received", buf, sizeof buf), "1");
	assert_string_equal(mode6_value(m, "authdecrypts", buf, sizeof buf), "0");
	assert_string_equal(mode6_value(m, "timer_xmts", buf, sizeof buf), "0");
	assert_string_equal(mode6_value(m, "ss_reset", buf, sizeof buf), "0");
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "restrict 192.0.2.8 ignore"),
	    "Config Succeeded\r\n");
	(void)mode6_ask(m, CONTROL_READVAR, 0, "ss_received");
	assert_string_equal(mode6_value(m, "ss_received", buf, sizeof buf),
	    "3"); /* not reset again */
	lab_end(b);
}

static void
writevar_changes_variables_of_setvar_only(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;
	char buf[32];

	(void)state;
	expect_text(mode6_command(m, CONTROL_WRITEVAR, "site=\"room 12\",owner=you"), "");
	(void)mode6_ask(m, CONTROL_READVAR, 0, "site,owner");
	assert_string_equal(mode6_value(m, "site", buf, sizeof buf), "room 12");
	assert_string_equal(mode6_value(m, "owner", buf, sizeof buf), "you");
	expect_error(mode6_command(m, CONTROL_WRITEVAR, "owner=x,leap=3"), CONTROL_ERR_PERMISSION);
	expect_error(mode6_command(m, CONTROL_WRITEVAR, "zork=3"), CONTROL_ERR_UNKNOWNVAR);
	expect_error(mode6_command(m, CONTROL_WRITEVAR, "site"), CONTROL_ERR_BADVALUE);
	(void)mode6_ask(m, CONTROL_READVAR, 0, "owner");
	assert_string_equal(mode6_value(m, "owner", buf, sizeof buf), "you");
	lab_end(b);
}

static void
saveconfig_writes_what_is_in_force(void **state)
{
	struct lab *b = lab();
	struct mode6 *m = &b->local;

	(void)state;
	expect_text(mode6_command(m, CONTROL_CONFIGURE, "server 192.0.2.3 iburst"),
	    "Config Succeeded\r\n");
	expect_text(mode6_command(m, CONTROL_SAVECONFIG, "a-1_b.conf"),
	    "Configuration saved to /saved/a-1_b.conf\r\n");
	assert_non_null(
	    strstr(sim_store_text(&b->n->store, "/saved/a-1_b.conf"), "server 192.0.2.3 iburst\n"));
	expect_text(mode6_command(m, CONTROL_SAVECONFIG, "a-1_b.conf"),
	    "Configuration not saved to /saved/a-1_b.conf: File exists; it is not written over: "
	    "name another\r\n");
	b->n->store.write_error = -ENOSPC;
	expect_text(mode6_command(m, CONTROL_SAVECONFIG, "b"),
	    "Configuration not saved to /saved/b: No space left on device\r\n");
	lab_end(b);
}

static void
saveconfig_takes_plain_names_only(void **state)
{
	static const char long_name[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char *const names[] = { "", "../x", "a/b", ".hidden", "-x", "a b", "%n", "%",
		"a%Tb", "x;y", long_name };
	struct lab *b = lab();
	char path[64], want[80];
	time_t now_s;
	const struct mode6_answer *a;

	(void)state;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		a = mode6_command(&b->local, CONTROL_SAVECONFIG, names[i]);
		assert_true(has(a, "saveconfig wants a name"));
	}
	a = mode6_command(&b->local, CONTROL_SAVECONFIG, "ntp-%Y%m%d-%H%M%S.conf");
	now_s = (time_t)(sim_clock_real(&b->n->clock).ns / NS_PER_S);
	(void)strftime(want, sizeof want,
	    "Configuration saved to /saved/ntp-%Y%m%d-%H%M%S.conf\r\n", gmtime(&now_s));
	assert_string_equal(a->text, want);
	(void)strncpy(path, a->text + strlen("Configuration saved to "), sizeof path - 1);
	path[strcspn(path, "\r")] = '\0';
	assert_non_null(sim_store_text(&b->n->store, path));
	lab_end(b);
}

static void
saveconfig_needs_its_folder(void **state)
{
	struct lab *b = lab_with("restrict default\nkeys /keys\ntrustedkey 1\ncontrolkey 1\n");

	(void)state;
	expect_text(mode6_command(&b->local, CONTROL_SAVECONFIG, "x"),
	    "saveconfig prohibited, no saveconfigdir configured\r\n");
	lab_end(b);
}

/* ---- replays ---- */

static void
a_change_that_was_overheard_cannot_be_repeated(void **state)
{
	struct lab *b = lab_classic();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	mode6_remote(&b->thief, b->s, b->n, "192.0.2.67");
	mode6_key(&b->thief, 1, "SHA1", "secret"); /* only to verify answers */
	expect_text(config_bytes(&b->remote, &b->remote, "server 192.0.2.3", bytes, &len),
	    "Config Succeeded\r\n");
	expect_text(mode6_command(&b->remote, CONTROL_CONFIGURE, "unpeer 192.0.2.3"),
	    "Config Succeeded\r\n");
	assert_true(has(mode6_send(&b->thief, bytes, len), "refused: the very same request"));
	assert_int_equal(assoc_count(&b->local), 3);
	sim_run(b->s, 600);
	assert_true(has(mode6_send(&b->remote, bytes, len), "refused: the very same request"));
	assert_int_equal(assoc_count(&b->local), 3);
	assert_int_equal(sim_logged(b->n, "a replay?"), 2);
	lab_end(b);
}

static void
a_list_that_was_overheard_is_not_given_to_others(void **state)
{
	struct lab *b = lab();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len = mode6_request(&b->remote, CONTROL_READ_ORDLIST, 0, "ifstats", true, bytes);

	(void)state;
	mode6_remote(&b->thief, b->s, b->n, "192.0.2.67");
	mode6_key(&b->thief, 1, "SHA1", "secret"); /* only to verify answers */
	assert_true(mode6_send(&b->remote, bytes, len)->complete);
	expect_error(mode6_send(&b->thief, bytes, len), CONTROL_ERR_PERMISSION);
	assert_true(
	    mode6_send(&b->remote, bytes, len)->complete); /* ntpq again, with the same number */
	lab_end(b);
}

static void
who_lost_the_answer_gets_it_again_without_a_second_effect(void **state)
{
	struct lab *b = lab_classic();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	expect_text(config_bytes(&b->remote, &b->remote, "server 192.0.2.3", bytes, &len),
	    "Config Succeeded\r\n");
	sim_run(b->s, 5);
	expect_text(mode6_send(&b->remote, bytes, len), "Config Succeeded\r\n");
	assert_int_equal(sim_logged(b->n, "config server 192.0.2.3"), 1);
	lab_end(b);
}

static void
on_the_host_itself_a_command_may_be_the_same_every_time(void **state)
{
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		b->local.sequence = 0; /* as each run of ntpq */
		b->local.from.port++;
		expect_text(mode6_command(&b->local, CONTROL_CONFIGURE, "reset sys"),
		    "Config Succeeded\r\n");
		assert_int_equal(sim_logged(b->n, "config reset sys"), i);
	}
	lab_end(b);
}

static void
what_was_asked_on_the_host_itself_was_overheard_by_nobody(void **state)
{
	struct lab *b = lab_classic();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	expect_text(config_bytes(&b->local, &b->local, "reset sys", bytes, &len),
	    "Config Succeeded\r\n");
	expect_text(mode6_send(&b->remote, bytes, len), "Config Succeeded\r\n");
	expect_text(mode6_send(&b->local, bytes, len), "Config Succeeded\r\n");
	sim_run(b->s, 20);
	assert_true(has(mode6_send(&b->remote, bytes, len), "refused"));
	lab_end(b);
}

static void
what_was_overheard_on_the_network_a_day_ago_is_too_much_to_remember(void **state)
{
	struct lab *b = lab_classic();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	expect_text(config_bytes(&b->remote, &b->remote, "reset sys", bytes, &len),
	    "Config Succeeded\r\n");
	sim_run(b->s, 86300);
	assert_true(has(mode6_send(&b->remote, bytes, len), "refused"));
	sim_run(b->s, 200);
	expect_text(mode6_send(&b->remote, bytes, len), "Config Succeeded\r\n");
	lab_end(b);
}

static void
a_line_with_a_nonce_is_good_for_16_seconds(void **state)
{
	struct lab *b = lab();
	uint8_t bytes[NET_PACKET_MAX];
	char nonce[64], line[128];
	struct text t = text_over(line, sizeof line);
	size_t len;

	(void)state;
	assert_true(mode6_ask(&b->remote, CONTROL_REQ_NONCE, 0, "")->complete);
	text_printf(&t, "reset sys # nonce=x\nreset sys # nonce=%s",
	    mode6_value(&b->remote, "nonce", nonce, sizeof nonce));
	expect_text(config_bytes(&b->remote, &b->remote, line, bytes, &len),
	    "Config Succeeded\r\n");
	sim_run(b->s, 20);
	expect_text(mode6_command(&b->remote, CONTROL_CONFIGURE, line),
	    "refused: the nonce is too old or not yours\r\n");
	/* The daemon has forgotten everything, and still nobody can repeat it. */
	sim_node_stop(b->n);
	assert_true(sim_node_boot(b->n));
	sim_run(b->s, 5);
	assert_true(
	    has(mode6_send(&b->remote, bytes, len), "refused: the nonce is too old or not yours"));
	lab_end(b);
}

/* 32 bits of milliseconds go round in 49.7 days. */
static void
a_nonce_is_not_good_again_when_its_time_has_gone_round(void **state)
{
	struct lab *b = lab();
	uint8_t bytes[NET_PACKET_MAX];
	char nonce[64], line[128];
	struct text t = text_over(line, sizeof line);
	size_t len;

	(void)state;
	assert_true(mode6_ask(&b->remote, CONTROL_REQ_NONCE, 0, "")->complete);
	text_printf(&t, "reset sys # nonce=%s",
	    mode6_value(&b->remote, "nonce", nonce, sizeof nonce));
	expect_text(config_bytes(&b->remote, &b->remote, line, bytes, &len),
	    "Config Succeeded\r\n");
	for (unsigned i = 0; i < b->s->server_n; i++) {
		b->s->server[i]->silent = true; /* quicker */
	}
	sim_run(b->s, 4294967.296 + 2.0);
	assert_true(
	    has(mode6_send(&b->remote, bytes, len), "refused: the nonce is too old or not yours"));
	lab_end(b);
}

static void
every_change_from_another_host_needs_a_nonce(void **state)
{
	static const struct {
		enum control_op op;
		const char *text, *answer;
	} c[] = {
		{ CONTROL_CONFIGURE, "restrict 192.0.2.8 ignore", "Config Succeeded\r\n" },
		{ CONTROL_CONFIGURE, "reload", "Config Succeeded\r\n" },
		{ CONTROL_SAVECONFIG, "x.conf", "Configuration saved to /saved/x.conf\r\n" },
		{ CONTROL_WRITEVAR, "owner=you", "" },
	};
	struct lab *b = lab();
	char buf[64];

	(void)state;
	for (unsigned i = 0; i < sizeof c / sizeof c[0]; i++) {
		assert_true(has(mode6_command(&b->remote, c[i].op, c[i].text),
		    "refused: a change from another host needs a nonce of this daemon: use the "
		    "ntpq "
		    "that comes with it, or 'disable controlnonce' in its ntp.conf\r\n"));
		assert_int_equal(b->remote.answer.signed_n, 1);
	}
	assert_true(sim_logged(b->n,
			"ntpq at 192.0.2.66: refused, a change without a nonce: a replay, "
			"or an old ntpq?") > 0);
	assert_null(sim_store_text(&b->n->store, "/saved/x.conf"));
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "owner")->complete);
	assert_string_equal(mode6_value(&b->local, "owner", buf, sizeof buf), "me");
	for (unsigned i = 0; i < sizeof c / sizeof c[0]; i++) {
		const struct mode6_answer *a = change(&b->remote, c[i].op, c[i].text);
		assert_true(a->complete);
		assert_string_equal(a->text, c[i].answer);
	}
	assert_non_null(sim_store_text(&b->n->store, "/saved/x.conf"));
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "owner")->complete);
	assert_string_equal(mode6_value(&b->local, "owner", buf, sizeof buf), "you");
	lab_end(b);
}

/* Not of all its kind: who repeats it to another daemon with the same key is told so. */
static void
a_change_is_for_one_daemon(void **state)
{
	struct lab *b = lab();
	struct sim_node *other = sim_node_new(b->s, "other", 0, 0, CONFIG);
	struct sim_datagram d = { .from = b->remote.from };
	char nonce[64], line[CONTROL_DATA_MAX];
	struct text t = text_over(line, sizeof line);

	(void)state;
	sim_store_put(&other->store, "/keys", KEYS);
	assert_true(sim_node_boot(other));
	sim_link(b->s, b->remote.host, other->host, sim_path_constant(1e-4));
	sim_run(b->s, 5);
	assert_true(mode6_ask(&b->remote, CONTROL_REQ_NONCE, 0, "")->complete);
	text_printf(&t, "reset sys # nonce=%s",
	    mode6_value(&b->remote, "nonce", nonce, sizeof nonce));
	d.len = mode6_request(&b->remote, CONTROL_CONFIGURE, 0, line, true, d.bytes);
	d.to = (struct endpoint){ other->host->iface[2].addr, 123 };
	sim_net_send(b->s->net, b->remote.host, &d, 0);
	sim_run(b->s, 1);
	assert_int_equal(sim_logged(other, "config reset sys"), 0);
	assert_int_equal(sim_logged(other,
			     "the nonce is too old or not its own: a replay, or an old "
			     "ntpq?"),
	    1);
	expect_text(mode6_send(&b->remote, d.bytes, d.len), "Config Succeeded\r\n");
	lab_end(b);
}

static void
reading_pushes_no_change_out(void **state)
{
	struct lab *b = lab_classic();
	uint8_t bytes[NET_PACKET_MAX];
	size_t len;

	(void)state;
	expect_text(config_bytes(&b->remote, &b->remote, "reset sys", bytes, &len),
	    "Config Succeeded\r\n");
	for (unsigned i = 0; i < CONTROL_SEEN_MAX + 10; i++) {
		(void)mode6_command(&b->remote, CONTROL_READ_ORDLIST, "ifstats");
		sim_run(b->s, 1);
	}
	assert_true(has(mode6_send(&b->remote, bytes, len), "refused: the very same request"));
	lab_end(b);
}

/* ---- clients ---- */

/* Lets so many clients ask for the time, one second apart. */
static void
visit(struct lab *b, unsigned n, unsigned first)
{
	for (unsigned i = 0; i < n; i++) {
		struct sim_datagram d = {
			.to = sim_endpoint("192.0.2.100", 123),
			.len = 48,
			.bytes = { 4 << 3 | 3 },
		};
		d.from = (struct endpoint){ addr_v4(0x0a000000u + first + i), 4000 };
		sim_net_inject(b->s->net, &d, 0);
		sim_run(b->s, 1);
	}
}

static const char *
nonce_of(struct mode6 *m, char *buf, size_t cap)
{
	assert_true(mode6_ask(m, CONTROL_REQ_NONCE, 0, "")->complete);
	return mode6_value(m, "nonce", buf, cap);
}

static const struct mode6_answer *
ask_mru(struct mode6 *m, const char *rest)
{
	char nonce[64], text[CONTROL_DATA_MAX];
	struct text t = text_over(text, sizeof text);

	text_printf(&t, "nonce=%s, %s", nonce_of(m, nonce, sizeof nonce), rest);
	return mode6_ask(m, CONTROL_READ_MRU, 0, text);
}

/* Collects all pages as ntpq does: the newest known entry is where the next page goes on. */
static unsigned
collect_mru(struct mode6 *m, const char *bound)
{
	char addr[64] = "", last[64] = "", name[16], rest[256], buf[64];
	unsigned n = 0, pages = 0;

	do {
		struct text t = text_over(rest, sizeof rest);
		text_put(&t, bound);
		if (addr[0] != '\0') {
			text_printf(&t, ", addr.0=%s, last.0=%s", addr, last);
		}
		const struct mode6_answer *a = ask_mru(m, rest);
		assert_true(a->complete);
		assert_false(a->faulty);
		for (unsigned i = 0;; i++) {
			t = text_over(name, sizeof name);
			text_printf(&t, "addr.%u", i);
			if (mode6_value(m, name, buf, sizeof buf)[0] == '\0') {
				break;
			}
			memcpy(addr, buf, sizeof addr);
			t = text_over(name, sizeof name);
			text_printf(&t, "last.%u", i);
			(void)mode6_value(m, name, last, sizeof last);
			n++;
		}
		assert_true(++pages < 200);
	} while (mode6_value(m, "now", buf, sizeof buf)[0] == '\0');
	return n;
}

static void
the_clients_are_listed_page_by_page(void **state)
{
	struct lab *b = lab();

	(void)state;
	visit(b, 100, 1);
	/* And the asker himself, who comes again with each page. */
	assert_true(collect_mru(&b->local, "frags=32") >= 101);
	assert_true(collect_mru(&b->local, "frags=2") >= 101);
	assert_true(collect_mru(&b->local, "limit=7") >= 101);
	assert_true(collect_mru(&b->local, "frags=4, limit=9") >= 101);
	lab_end(b);
}

static void
filters_choose_among_the_clients(void **state)
{
	struct lab *b = lab();

	(void)state;
	visit(b, 10, 1);
	visit(b, 10, 1);
	visit(b, 5, 100);
	assert_int_equal(collect_mru(&b->local, "frags=32, mincount=2, maxlstint=100, resall=0x20"),
	    0);
	assert_true(collect_mru(&b->local, "frags=32, mincount=2") >= 10);
	assert_int_equal(collect_mru(&b->local, "frags=32, laddr=192.0.2.100"), 15);
	assert_true(collect_mru(&b->local, "frags=32, laddr=127.0.0.1") == 1);
	assert_int_equal(collect_mru(&b->local, "frags=32, laddr=192.0.2.100, minlstint=6"), 10);
	assert_int_equal(collect_mru(&b->local, "frags=32, recent=3"), 3);
	lab_end(b);
}

static void
rate_limited_clients_are_marked(void **state)
{
	struct lab *b = lab_with(CLASSIC_RATE);

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		visit(b, 1, 7);
		visit(b, 1, 7);
	}
	assert_int_equal(collect_mru(&b->local, "frags=32, resany=0x20"), 1);
	assert_true(has(ask_mru(&b->local, "frags=32, mindrop=1"), "10.0.0.7:4000"));
	lab_end(b);
}

static void
without_a_good_nonce_there_is_silence(void **state)
{
	struct lab *b = lab();
	char nonce[64], text[128];
	struct text t = text_over(text, sizeof text);

	(void)state;
	expect_silence(mode6_ask(&b->remote, CONTROL_READ_MRU, 0, "frags=32"));
	expect_silence(
	    mode6_ask(&b->remote, CONTROL_READ_MRU, 0, "nonce=0123456789abcdef01234567, frags=32"));
	text_printf(&t, "nonce=%s, frags=32", nonce_of(&b->local, nonce, sizeof nonce));
	expect_silence(
	    mode6_ask(&b->remote, CONTROL_READ_MRU, 0, text)); /* made for another address */
	assert_true(mode6_ask(&b->local, CONTROL_READ_MRU, 0, text)->complete);
	sim_run(b->s, 15);
	assert_true(mode6_ask(&b->local, CONTROL_READ_MRU, 0, text)->complete);
	sim_run(b->s, 2);
	expect_silence(mode6_ask(&b->local, CONTROL_READ_MRU, 0, text));
	lab_end(b);
}

static void
bad_bounds_and_unknown_resume_points_are_errors(void **state)
{
	static const char *const bad[] = { "frags=0", "frags=129", "limit=0", "limit=257",
		"frags=x", "mincount=-1, frags=1", "addr.16=192.0.2.1:123, frags=1",
		"addr.x=192.0.2.1:123, frags=1", "addr.0=192.0.2.1, frags=1",
		"addr.0=[::1:5, frags=1", "last.0=0x1, frags=1", "zork=1, frags=1",
		"laddr=x, frags=1", "mincount=2" };
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		expect_error(ask_mru(&b->local, bad[i]), CONTROL_ERR_BADVALUE);
	}
	expect_error(ask_mru(&b->local, "frags=1, addr.0=192.0.2.77:123, last.0=0x1.2"),
	    CONTROL_ERR_UNKNOWNVAR);
	lab_end(b);
}

static void
nomrulist_keeps_the_list(void **state)
{
	struct lab *b = lab_with("restrict default nomrulist\n");

	(void)state;
	expect_error(ask_mru(&b->remote, "frags=1"), CONTROL_ERR_PERMISSION);
	assert_true(mode6_ask(&b->remote, CONTROL_READVAR, 0, "")->complete);
	lab_end(b);
}

/* A kiss counts once among the limited and once among the kisses. */
static void
kisses_are_counted(void **state)
{
	struct lab *b = lab_with(CLASSIC_RATE);

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		visit(b, 1, 7);
		visit(b, 1, 7);
	}
	assert_true(number_of(&b->local, "ss_kodsent") >= 1);
	assert_true(number_of(&b->local, "ss_limited") > number_of(&b->local, "ss_kodsent"));
	lab_end(b);
}

/* Puts so many clients into the table, at once; one of 5000 comes twice. */
static void
fill_table(struct lab *b, uint32_t n)
{
	struct ntpd *d = b->n->daemon;
	struct mtime now = d->port.loop->ops->now(d->port.loop);
	const struct mru_rules counted = { .exempt = true };

	for (uint32_t i = 0; i < n; i++) {
		struct addr a = addr_v4(0x0a000000u + i);
		struct mru_packet p = { .from = &a, .port = 123, .mode = MODE_CLIENT };
		(void)mru_touch(d->server.access.mru, &p, &counted, now);
		if (i % 5000 == 0) {
			(void)mru_touch(d->server.access.mru, &p, &counted, now);
		}
	}
}

/* A filter that lets nobody through costs a walk through the whole table. */
static void
strangers_have_only_so_many_entries_looked_at(void **state)
{
	struct lab *b = lab_with("restrict default limited kod\nmru maxdepth 200000\n");
	unsigned answered = 0;

	(void)state;
	fill_table(b, 200000);
	for (unsigned i = 0; i < 40; i++) {
		answered += ask_mru(&b->remote, "frags=1, mincount=1000")->complete;
	}
	/* 2,000,000 at once, 500,000 a second, for 40 questions with their nonces in 4 s. */
	assert_in_range(answered, 10, 21);
	expect_silence(ask_mru(&b->remote, "frags=1, recent=199999, mincount=1000"));
	for (unsigned i = 0; i < 40; i++) {
		assert_true(ask_mru(&b->local, "frags=1, mincount=1000")->complete);
	}
	sim_run(b->s, 10);
	assert_true(ask_mru(&b->remote, "frags=1, mincount=1000")->complete);
	lab_end(b);
}

/* Counts the turns that a question takes, and lets a client come in the tenth. */
static struct {
	struct loop_ops ops;
	const struct loop_ops *real;
	struct lab *b;
	unsigned turns;
	unsigned served_in; /* the turn that found the client answered; 0: none yet */
	uint64_t sent;      /* answers, before it came */
} counted_turns;

static void
count_turn(struct loop *l, struct loop_timer *t, struct mtime at)
{
	struct ntpd *d = counted_turns.b->n->daemon;
	struct sim_datagram g = {
		.to = sim_endpoint("192.0.2.100", 123),
		.len = 48,
		.bytes = { 4 << 3 | 3 },
	};

	counted_turns.real->timer_arm(l, t, at);
	if (t != &d->control.turn) {
		return;
	}
	if (++counted_turns.turns == 10) {
		counted_turns.sent = d->server.count.sent;
		g.from = (struct endpoint){ addr_v4(0x0a000000u + 5000), 4000 };
		sim_net_inject(counted_turns.b->s->net, &g, 0);
	} else if (counted_turns.turns > 10 && counted_turns.served_in == 0 &&
	    d->server.count.sent > counted_turns.sent) {
		counted_turns.served_in = counted_turns.turns;
	}
}

static void
turns_are_counted(struct lab *b)
{
	struct loop *l = b->n->daemon->port.loop;

	counted_turns.b = b;
	counted_turns.turns = 0;
	counted_turns.served_in = 0;
	counted_turns.real = l->ops;
	counted_turns.ops = *l->ops;
	counted_turns.ops.timer_arm = count_turn;
	l->ops = &counted_turns.ops;
}

/* Nobody waits for the time while the whole table is looked at, and a client may move meanwhile. */
static void
a_walk_through_a_large_table_leaves_turns_to_others(void **state)
{
	struct lab *b = lab_with("restrict default limited kod\nmru maxdepth 200000\n");
	char buf[64];

	(void)state;
	fill_table(b, 200000);
	turns_are_counted(b);
	assert_true(ask_mru(&b->local, "frags=1, mincount=1000")->complete);
	assert_true(mode6_value(&b->local, "now", buf, sizeof buf)[0] != '\0');
	assert_in_range(counted_turns.turns, 100, 400);
	assert_in_range(counted_turns.served_in, 11, 20);
	counted_turns.turns = 0;
	assert_true(ask_mru(&b->local, "frags=1, recent=199000, mincount=1000")->complete);
	assert_in_range(counted_turns.turns, 200, 800);
	/* Few are to be shown: the pages are short, and come to an end. */
	assert_in_range(collect_mru(&b->local, "frags=32, mincount=2"), 40, 60);
	lab_end(b);
}

/* ---- strangers ---- */

static void
by_default_strangers_are_not_answered(void **state)
{
	struct lab *b = lab_with("server 192.0.2.1\n");

	(void)state;
	expect_silence(mode6_ask(&b->remote, CONTROL_READVAR, 0, ""));
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "")->complete);
	lab_end(b);
}

static void
strangers_get_so_many_octets_a_second(void **state)
{
	struct lab *b = lab();
	size_t octets = 0, local = 0;
	uint16_t id = assoc_at(&b->local, 1);

	(void)state;
	for (unsigned i = 0; i < 400; i++) { /* 20 s: without a bound more than 400 kB */
		octets += mode6_ask(&b->remote, CONTROL_READVAR, id, "")->octets;
	}
	assert_in_range(octets, 65536, 65536 + 21 * 8192);
	for (unsigned i = 0; i < 400; i++) {
		local += mode6_ask(&b->local, CONTROL_READVAR, id, "")->octets;
	}
	assert_int_equal(local, 400 * b->local.answer.octets);
	lab_end(b);
}

/* ---- what a request costs ---- */

/* Counts the readings of the kernel's clock state: one for each time the variables are filled. */
struct meter {
	struct clock_ops ops;
	const struct clock_ops *real;
	unsigned fills;
};
static struct meter meter;

static int
count_fill(struct clock *c, struct clock_state *out)
{
	meter.fills++;
	return meter.real->get(c, out);
}

static void
meter_on(struct lab *b)
{
	struct clock *c = b->n->daemon->port.clock;

	meter = (struct meter){ .ops = *c->ops, .real = c->ops };
	meter.ops.get = count_fill;
	c->ops = &meter.ops;
}

static void
meter_off(struct lab *b)
{
	b->n->daemon->port.clock->ops = meter.real;
}

/* A list that names one variable n times. */
static const char *
many_times(const char *name, unsigned n, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	for (unsigned i = 0; i < n; i++) {
		text_printf(&t, "%s%s", i > 0 ? "," : "", name);
	}
	assert_false(t.cut);
	return buf;
}

static void
however_many_names_the_variables_are_read_once(void **state)
{
	struct lab *b = lab();
	char names[1000];

	(void)state;
	meter_on(b);
	assert_true(
	    mode6_ask(&b->local, CONTROL_READVAR, 0, many_times("tc", 100, names, sizeof names))
		->complete);
	assert_int_equal(meter.fills, 1);
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "")->complete);
	assert_int_equal(meter.fills, 2);
	/* What there is no room for is not written: 8 of 75 fill the answer. */
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, 0,
			 many_times("sys_var_list", 75, names, sizeof names)),
	    CONTROL_ERR_BADVALUE);
	assert_int_equal(meter.fills, 3);
	meter_off(b);
	lab_end(b);
}

static void
more_than_100_names_are_too_many(void **state)
{
	struct lab *b = lab_with(CONFIG);
	char names[1000];
	uint16_t id = assoc_at(&b->local, 1);

	(void)state;
	assert_true(
	    mode6_ask(&b->local, CONTROL_READVAR, 0, many_times("tc", 100, names, sizeof names))
		->complete);
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, 0,
			 many_times("tc", 101, names, sizeof names)),
	    CONTROL_ERR_BADVALUE);
	assert_true(
	    mode6_ask(&b->local, CONTROL_READVAR, id, many_times("in", 100, names, sizeof names))
		->complete);
	expect_error(mode6_ask(&b->local, CONTROL_READVAR, id,
			 many_times("in", 330, names, sizeof names)),
	    CONTROL_ERR_BADVALUE);
	lab_end(b);
}

static void
who_has_had_enough_causes_no_work(void **state)
{
	struct lab *b = lab_with("restrict default\n"); /* nothing to steer by */
	unsigned answered = 0, silent = 0;
	char names[1000];

	(void)state;
	(void)many_times("reftime", 100, names, sizeof names); /* 3 kB of answer */
	meter_on(b);
	for (unsigned i = 0; i < 100; i++) {
		unsigned datagrams = mode6_ask(&b->remote, CONTROL_READVAR, 0, names)->datagrams;
		answered += datagrams > 0;
		silent += datagrams == 0;
	}
	assert_true(answered >= 20);
	assert_true(silent >= 20);
	assert_int_equal(meter.fills, answered);
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "")->complete);
	meter_off(b);
	/* Refusals are told with the others: they are too much from one sender. */
	assert_true(number_of(&b->local, "ss_limited") >= 20);
	lab_end(b);
}

/* What an answer does not need of the octets taken for it comes back: 44 of 480. */
static void
a_small_answer_costs_little(void **state)
{
	struct lab *b = lab();

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		assert_true(mode6_ask(&b->remote, CONTROL_REQ_NONCE, 0, "")->complete);
	}
	lab_end(b);
}

/* Answers on their way out, in the order they leave. */
struct order {
	struct sim_tap tap;
	const struct lab *b;
	unsigned control_before, control, time;
};

static void
see_answer(void *ctx, struct sim_host *to, const struct sim_datagram *d)
{
	struct order *o = ctx;

	if (to != o->b->remote.host) {
		return;
	}
	if ((d->bytes[0] & 7) == MODE_SERVER) {
		o->time++;
		o->control_before = o->control;
	} else {
		o->control++;
	}
}

static void
the_time_is_answered_before_questions_that_came_first(void **state)
{
	struct lab *b = lab();
	struct order o = { .tap = { .arrive = see_answer, .ctx = &o }, .b = b };
	struct sim_datagram d = { .from = b->remote.from, .to = b->remote.to };

	(void)state;
	sim_net_tap(b->s->net, &o.tap);
	for (unsigned i = 0; i < 20; i++) {
		d.len = mode6_request(&b->remote, CONTROL_REQ_NONCE, 0, "", false, d.bytes);
		sim_net_send(b->s->net, b->remote.host, &d, 0);
	}
	d.len = 48;
	memset(d.bytes, 0, d.len);
	d.bytes[0] = 4 << 3 | MODE_CLIENT;
	sim_net_send(b->s->net, b->remote.host, &d, 0);
	sim_run(b->s, 0.05);
	assert_int_equal(o.time, 1);
	assert_int_equal(o.control, 20);
	assert_int_equal(o.control_before, 0);
	lab_end(b);
}

/* 32 wait at most, of strangers 24: a flood does not keep out who asks on the host itself. */
static void
a_flood_of_questions_leaves_room_for_the_host_itself(void **state)
{
	struct lab *b = lab();
	struct order o = { .tap = { .arrive = see_answer, .ctx = &o }, .b = b };
	struct sim_datagram d = { .from = b->remote.from, .to = b->remote.to };

	(void)state;
	sim_net_tap(b->s->net, &o.tap);
	for (unsigned i = 0; i < 100; i++) {
		d.len = mode6_request(&b->remote, CONTROL_REQ_NONCE, 0, "", false, d.bytes);
		sim_net_send(b->s->net, b->remote.host, &d, 0);
	}
	sim_run(b->s, 90e-6); /* they are about to arrive */
	assert_true(mode6_ask(&b->local, CONTROL_READVAR, 0, "")->complete);
	assert_in_range(o.control, 24, 99);
	assert_true(number_of(&b->local, "ss_limited") >= 1);
	lab_end(b);
}

#define CASE(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(default_variables_come_in_the_classic_order),
		CASE(every_variable_of_the_lists_can_be_read),
		CASE(the_list_of_variables_has_those_of_setvar),
		CASE(an_answer_that_does_not_fit_is_an_error_and_not_cut),
		CASE(questions_of_ntpq_are_not_packets_processed_for_time),
		CASE(answers_of_servers_count_as_packets_of_this_version),
		CASE(a_local_clock_tells_its_fudge),
		CASE(without_an_id_the_clock_that_there_is_tells_of_itself),
		CASE(members_of_a_pool_are_told_apart_by_their_address),
		CASE(why_nothing_is_known_of_a_server_stands_in_its_refid),
		CASE(the_displays_of_ntpq_are_answered_at_once),
		CASE(what_forgers_need_is_shown_to_nobody),
		CASE(each_kind_of_wrong_request_has_its_error),
		CASE(what_is_no_request_gets_no_answer),
		CASE(octets_beyond_the_count_are_no_error),
		CASE(a_request_of_more_than_1024_octets_is_not_answered),
		CASE(long_answers_are_cut_into_full_fragments),
		CASE(the_holder_of_the_control_key_has_seen_the_events),
		CASE(who_repeats_a_signed_reading_has_seen_nothing),
		CASE(only_the_control_key_opens_the_lists),
		CASE(without_a_control_key_nothing_is_changed),
		CASE(ifstats_tells_each_socket),
		CASE(reslist_tells_each_entry),
		CASE(a_list_goes_on_where_it_is_asked_to),
		CASE(config_adds_and_drops_servers),
		CASE(sources_that_a_line_does_not_touch_keep_what_they_know),
		CASE(unpeer_takes_an_association_id),
		CASE(unpeer_drops_one_member_of_a_pool_or_the_pool),
		CASE(a_wrong_line_is_pointed_at_and_changes_nothing),
		CASE(no_line_names_a_file),
		CASE(nomodify_refuses_in_words),
		CASE(reload_reads_the_file_again),
		CASE(reset_begins_counters_anew),
		CASE(writevar_changes_variables_of_setvar_only),
		CASE(saveconfig_writes_what_is_in_force),
		CASE(saveconfig_takes_plain_names_only),
		CASE(saveconfig_needs_its_folder),
		CASE(a_change_that_was_overheard_cannot_be_repeated),
		CASE(a_list_that_was_overheard_is_not_given_to_others),
		CASE(who_lost_the_answer_gets_it_again_without_a_second_effect),
		CASE(on_the_host_itself_a_command_may_be_the_same_every_time),
		CASE(what_was_asked_on_the_host_itself_was_overheard_by_nobody),
		CASE(what_was_overheard_on_the_network_a_day_ago_is_too_much_to_remember),
		CASE(a_line_with_a_nonce_is_good_for_16_seconds),
		CASE(a_nonce_is_not_good_again_when_its_time_has_gone_round),
		CASE(every_change_from_another_host_needs_a_nonce),
		CASE(a_change_is_for_one_daemon),
		CASE(reading_pushes_no_change_out),
		CASE(the_clients_are_listed_page_by_page),
		CASE(filters_choose_among_the_clients),
		CASE(rate_limited_clients_are_marked),
		CASE(without_a_good_nonce_there_is_silence),
		CASE(bad_bounds_and_unknown_resume_points_are_errors),
		CASE(nomrulist_keeps_the_list),
		CASE(a_walk_through_a_large_table_leaves_turns_to_others),
		CASE(kisses_are_counted),
		CASE(strangers_have_only_so_many_entries_looked_at),
		CASE(by_default_strangers_are_not_answered),
		CASE(strangers_get_so_many_octets_a_second),
		CASE(however_many_names_the_variables_are_read_once),
		CASE(more_than_100_names_are_too_many),
		CASE(who_has_had_enough_causes_no_work),
		CASE(a_small_answer_costs_little),
		CASE(the_time_is_answered_before_questions_that_came_first),
		CASE(a_flood_of_questions_leaves_room_for_the_host_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
