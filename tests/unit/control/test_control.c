/* SPDX-License-Identifier: BSD-2-Clause */
/* Mode 6 with a played owner: what it asks of him, and when. */
#include "control/control.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "auth/auth.h"
#include "base/arena.h"
#include "client/client.h"
#include "journal/journal.h"
#include "server/server.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_rng.h"
#include "sim/sim_store.h"
#include "steering/steering.h"

enum { ARENA_SIZE = 1 << 20, KEY_ID = 1, ANSWERS_MAX = 64, LOCAL_ID = 7 };

#define CONFIG "controlkey 1\nsetvar site=here default\n"

struct office {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct sim_rng rng;
	struct arena *arena;
	struct config *conf;
	struct auth_keys keys;
	struct journal journal;
	struct client client;
	struct server server;
	struct steering steering;
	struct counters_since since;
	struct listener listener;
	struct control c;
	/* What the owner was asked. */
	unsigned counted, answers, seen, reloads, marks;
	char lines[128], site[32];
	uint16_t seen_id;
	struct control_header last; /* answer, and the data of all since the request */
	char text[CONTROL_TEXT_MAX];
	size_t text_len;
};

/* ---- the owner ---- */

static void
count_client(void *ctx, const struct listener *l, const struct net_packet *pkt,
    const struct header *h, uint32_t flags)
{
	(void)l;
	(void)pkt;
	(void)flags;
	assert_int_equal(h->mode, MODE_CONTROL);
	((struct office *)ctx)->counted++;
}

static void
reply(void *ctx, const struct listener *l, const struct net_packet *asked, const uint8_t *bytes,
    size_t len)
{
	struct office *o = ctx;
	struct cursor at = cursor_over(bytes, len);

	(void)asked;
	assert_ptr_equal(l, &o->listener);
	assert_true(control_header_get(&at, &o->last));
	assert_true(o->last.count <= len - CONTROL_HEADER_LEN);
	assert_true(o->text_len + o->last.count < sizeof o->text);
	memcpy(o->text + o->text_len, bytes + CONTROL_HEADER_LEN, o->last.count);
	o->text_len += o->last.count;
	o->text[o->text_len] = '\0';
	o->answers++;
}

static void
mark_client(void *ctx, uint32_t at)
{
	(void)at;
	((struct office *)ctx)->marks++;
}

static void
events_seen(void *ctx, uint16_t id)
{
	struct office *o = ctx;

	o->seen++;
	o->seen_id = id;
}

static void
configure(void *ctx, const char *text, size_t len, struct text *answer)
{
	struct office *o = ctx;
	struct text t = text_over(o->lines, sizeof o->lines);

	text_put_n(&t, text, len);
	text_put(answer, "Config Succeeded");
}

static bool
set_variables(void *ctx, struct config *copy, struct arena *a)
{
	struct office *o = ctx;
	struct text t = text_over(o->site, sizeof o->site);

	text_put(&t, copy->setvars[0].value);
	arena_free(a);
	return true;
}

static bool
reload(void *ctx)
{
	((struct office *)ctx)->reloads++;
	return true;
}

static int64_t
certificate_end(void *ctx)
{
	(void)ctx;
	return 1800000000;
}

static void
count_nts(void *ctx, struct ntscount *out)
{
	(void)ctx;
	*out = (struct ntscount){
		.client_sent = 1,
		.not_server = 8,
		.total = 9,
		.current = 10,
		.error = 15,
		.good = { 16, 1.5, 0.25 },
		.no_tls = { 17, 2.5, 0.125 },
		.asked_bad = 20,
	};
}

static const char *
why(void *ctx)
{
	(void)ctx;
	return "0 of 3 servers reachable";
}

static uint64_t
config_changes(void *ctx)
{
	(void)ctx;
	return 3;
}

static void
put_faults(void *ctx, struct text *t)
{
	(void)ctx;
	text_put(t, "1 error in /etc/ntp.conf:8");
}

static const struct control_actions ACTIONS = {
	.count_client = count_client,
	.reply = reply,
	.mark_client = mark_client,
	.events_seen = events_seen,
	.configure = configure,
	.set_variables = set_variables,
	.reload = reload,
	.put_faults = put_faults,
	.why = why,
	.config_changes = config_changes,
	.certificate_end = certificate_end,
	.count_nts = count_nts,
};

static void
show_world(void *ctx, struct assoc_world *w)
{
	struct office *o = ctx;

	*w = (struct assoc_world){ .now = loop_now(&o->loop.port) };
}

static const struct steering_events STEERING = { .world_shown = show_world };

static void
open_office(struct office *o)
{
	struct diag_list diags = diag_list_in(o->arena);

	o->conf =
	    config_load_text(NULL, "test", CONFIG, strlen(CONFIG), NULL, false, o->arena, &diags);
	assert_int_equal(diags.errors, 0);
	o->keys.ring = keyring_new();
	assert_true(keyring_add(o->keys.ring, KEY_ID, "SHA1", (const uint8_t *)"secret", 6));
	keyring_trust(o->keys.ring, KEY_ID, KEY_ID);
	journal_init(&o->journal,
	    &(struct journal_setup){
		.loop = &o->loop.port,
		.clock = &o->clock.port,
		.store = &o->store.port,
		.log = &o->log.port,
	    });
	journal_start(&o->journal);
	journal_configure(&o->journal, o->conf);
	steering_init(&o->steering,
	    &(struct steering_setup){
		.loop = &o->loop.port,
		.clock = &o->clock.port,
		.store = &o->store.port,
		.journal = &o->journal,
		.up = &STEERING,
		.up_ctx = o,
	    });
	steering_configure(&o->steering, o->conf, NULL);
	client_configure(&o->client, o->conf, NULL);
	server_configure(&o->server, o->conf);
	control_init(&o->c,
	    &(struct control_setup){
		.loop = &o->loop.port,
		.clock = &o->clock.port,
		.store = &o->store.port,
		.rng = &o->rng.port,
		.journal = &o->journal,
		.auth = &o->keys,
		.client = &o->client,
		.server = &o->server,
		.steering = &o->steering,
		.since = &o->since,
		.act = &ACTIONS,
		.act_ctx = o,
		.version = "ntpd test",
	    });
	control_configure(&o->c, o->conf);
	control_start(&o->c);
}

static struct office *
office_new(void)
{
	struct office *o = calloc(1, sizeof *o);

	assert_non_null(o);
	o->w = world_new(3);
	sim_clock_start(&o->clock, o->w, "host", 0, 0);
	sim_loop_start(&o->loop, o->w, &o->clock, 0);
	sim_store_start(&o->store, &o->clock);
	sim_log_start(&o->log, o->w, "host");
	o->rng = sim_rng_of(3, "control", 0);
	o->arena = arena_new(ARENA_SIZE);
	/* A socket that is open: nobody looks into it. */
	o->listener.sock = (struct net_socket *)o;
	open_office(o);
	return o;
}

static void
office_free(struct office *o)
{
	control_stop(&o->c);
	(void)sim_loop_end(&o->loop);
	sim_log_end(&o->log);
	sim_store_end(&o->store);
	keyring_free(o->keys.ring);
	arena_free(o->arena);
	world_free(o->w);
	free(o);
}

/* ---- who asks ---- */

static const struct endpoint HERE = { { .family = ADDR_V4, .bytes = { 127, 0, 0, 1 } }, 4000 };
static const struct endpoint AFAR = { { .family = ADDR_V4, .bytes = { 192, 0, 2, 9 } }, 4000 };

/* Sends a request and gives it its turn; the verdict, or CONTROL_LATER. */
static int
ask(struct office *o, const struct endpoint *from, enum control_op op, const char *text,
    bool is_signed)
{
	static uint16_t sequence;
	uint8_t bytes[CONTROL_REQUEST_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	struct control_header h = {
		.version = 4,
		.op = op,
		.sequence = ++sequence,
		.count = (uint16_t)strlen(text),
	};
	struct net_packet pkt = { .bytes = bytes, .from = *from };
	int v;

	control_header_put(&w, &h);
	writer_bytes(&w, (const uint8_t *)text, strlen(text));
	writer_pad(&w, is_signed ? 8 : 4);
	pkt.len = w.len;
	if (is_signed) {
		pkt.len = keyring_sign(keyring_find(o->keys.ring, KEY_ID, NULL), KEY_ID, bytes,
		    w.len, sizeof bytes);
	}
	o->answers = 0;
	o->text_len = 0;
	o->text[0] = '\0';
	v = control_receive(&o->c, &o->listener, &pkt, 0);
	world_run(o->w, o->w->now + NS_PER_S / 1000);
	return v;
}

static void
assert_error(const struct office *o, enum control_error e)
{
	assert_int_equal(o->answers, 1);
	assert_true(o->last.error);
	assert_int_equal(o->last.status >> 8, e);
}

/* ---- tests ---- */

static void
who_asks_is_counted_and_answered_at_a_later_turn(void **state)
{
	struct office *o = office_new();

	(void)state;
	assert_int_equal(ask(o, &AFAR, CONTROL_REQ_NONCE, "", false), CONTROL_LATER);
	assert_int_equal(o->counted, 1);
	assert_int_equal(o->answers, 1);
	assert_true(o->last.response && !o->last.error);
	assert_memory_equal(o->text, "nonce=", 6);
	assert_int_equal(o->c.count.control_requests, 1);
	assert_int_equal(o->c.count.sent, 1);
	assert_int_equal(o->c.count.verdict.of[VERDICT_CONTROL], 1);
	office_free(o);
}

static void
what_is_no_request_is_neither_counted_nor_answered(void **state)
{
	struct office *o = office_new();
	const uint8_t answer[CONTROL_HEADER_LEN] = {
		4 << 3 | MODE_CONTROL,
		0x80 | CONTROL_READVAR,
	};
	const struct net_packet pkt = { .bytes = answer, .len = sizeof answer, .from = AFAR };

	(void)state;
	assert_int_equal(control_receive(&o->c, &o->listener, &pkt, 0), VERDICT_MODE);
	world_run(o->w, o->w->now + NS_PER_S);
	assert_int_equal(o->counted + o->answers, 0);
	office_free(o);
}

static void
variables_are_read_where_the_others_keep_them(void **state)
{
	struct office *o = office_new();

	(void)state;
	o->client.count.received = 3;
	o->server.count.received = 4;
	(void)ask(o, &HERE, CONTROL_READVAR, "version,ss_received,config_faults,site", false);
	assert_string_equal(o->text,
	    "version=\"ntpd test\", ss_received=7,\r\n"
	    "config_faults=\"1 error in /etc/ntp.conf:8\", site=here\r\n");
	(void)ask(o, &HERE, CONTROL_READVAR, "nonsense", false);
	assert_error(o, CONTROL_ERR_UNKNOWNVAR);
	office_free(o);
}

static void
what_was_counted_of_nts_has_the_names_of_ntpsec(void **state)
{
	struct office *o = office_new();

	(void)state;
	(void)ask(o, &HERE, CONTROL_READVAR,
	    "nts_client_send,nts_client_recv_good,nts_client_recv_bad,nts_server_send,"
	    "nts_server_recv_good,nts_server_recv_bad,nts_cookie_make,nts_cookie_not_server",
	    false);
	assert_string_equal(o->text,
	    "nts_client_send=1, nts_client_recv_good=0, nts_client_recv_bad=0,\r\n"
	    "nts_server_send=0, nts_server_recv_good=0, nts_server_recv_bad=0,\r\n"
	    "nts_cookie_make=0, nts_cookie_not_server=8\r\n");
	(void)ask(o, &HERE, CONTROL_READVAR,
	    "nts_cookie_decode_total,nts_cookie_decode_current,nts_cookie_decode,"
	    "nts_cookie_decode_old,nts_cookie_decode_old2,nts_cookie_decode_older,"
	    "nts_cookie_decode_too_old,nts_cookie_decode_error",
	    false);
	assert_string_equal(o->text,
	    "nts_cookie_decode_total=9, nts_cookie_decode_current=10,\r\n"
	    "nts_cookie_decode=10, nts_cookie_decode_old=0, nts_cookie_decode_old2=0,\r\n"
	    "nts_cookie_decode_older=0, nts_cookie_decode_too_old=0,\r\n"
	    "nts_cookie_decode_error=15\r\n");
	(void)ask(o, &HERE, CONTROL_READVAR,
	    "nts_ke_serves_good,nts_ke_serves_good_wall,nts_ke_serves_good_cpu,"
	    "nts_ke_serves_nossl,nts_ke_serves_nossl_wall,nts_ke_serves_nossl_cpu,"
	    "nts_ke_serves_bad,nts_ke_serves_bad_wall,nts_ke_serves_bad_cpu,"
	    "nts_ke_probes_good,nts_ke_probes_bad,nts_cert_expire",
	    false);
	assert_string_equal(o->text,
	    "nts_ke_serves_good=16, nts_ke_serves_good_wall=1.500000,\r\n"
	    "nts_ke_serves_good_cpu=0.250000, nts_ke_serves_nossl=17,\r\n"
	    "nts_ke_serves_nossl_wall=2.500000, nts_ke_serves_nossl_cpu=0.125000,\r\n"
	    "nts_ke_serves_bad=0, nts_ke_serves_bad_wall=0.000000,\r\n"
	    "nts_ke_serves_bad_cpu=0.000000, nts_ke_probes_good=0,\r\n"
	    "nts_ke_probes_bad=20, nts_cert_expire=202701150800\r\n");
	office_free(o);
}

static void
who_is_followed_and_since_when_is_told_while_there_is_somebody(void **state)
{
	static const char names[] = "peer,peermode,peeradr,reftime";
	struct office *o = office_new();

	(void)state;
	o->steering.sys.peer_id = 7;
	o->steering.sys.peer_addr = HERE;
	o->steering.sys.reftime.ns = INT64_C(1780000000) * NS_PER_S;
	(void)ask(o, &HERE, CONTROL_READVAR, names, false);
	assert_string_equal(o->text,
	    "peer=7, peermode=3, peeradr=127.0.0.1:4000, reftime=0xedc32380.00000000\r\n");
	o->steering.sys.peer_id = 0;
	o->steering.sys.reftime.ns = 0;
	(void)ask(o, &HERE, CONTROL_READVAR, names, false);
	assert_string_equal(o->text,
	    "peer=0, peermode=0, peeradr=, reftime=0x00000000.00000000\r\n");
	office_free(o);
}

static void
only_the_holder_of_the_control_key_makes_events_seen(void **state)
{
	struct office *o = office_new();

	(void)state;
	o->seen_id = LOCAL_ID;
	(void)ask(o, &HERE, CONTROL_READVAR, "version", false);
	assert_int_equal(o->seen, 0);
	(void)ask(o, &HERE, CONTROL_READVAR, "version", true);
	assert_int_equal(o->seen, 1);
	assert_int_equal(o->seen_id, 0);
	office_free(o);
}

static void
lines_go_to_the_owner_with_the_control_key_only(void **state)
{
	struct office *o = office_new();

	(void)state;
	(void)ask(o, &HERE, CONTROL_CONFIGURE, "server 192.0.2.1", false);
	assert_error(o, CONTROL_ERR_PERMISSION);
	assert_string_equal(o->lines, "");
	(void)ask(o, &HERE, CONTROL_CONFIGURE, "server 192.0.2.1", true);
	assert_string_equal(o->lines, "server 192.0.2.1");
	assert_string_equal(o->text, "Config Succeeded\r\n");
	(void)ask(o, &HERE, CONTROL_CONFIGURE, "reload", true);
	assert_int_equal(o->reloads, 1);
	assert_string_equal(o->lines, "server 192.0.2.1");
	office_free(o);
}

static void
a_change_from_another_host_needs_a_nonce(void **state)
{
	struct office *o = office_new();
	char line[64];

	(void)state;
	(void)ask(o, &AFAR, CONTROL_CONFIGURE, "server 192.0.2.1", true);
	assert_string_equal(o->lines, "");
	assert_non_null(strstr(o->text, "needs a nonce"));
	(void)ask(o, &AFAR, CONTROL_REQ_NONCE, "", false);
	(void)snprintf(line, sizeof line, "tos minsane 2 # %.30s", o->text);
	(void)ask(o, &AFAR, CONTROL_CONFIGURE, line, true);
	assert_string_equal(o->lines, "tos minsane 2");
	office_free(o);
}

static void
a_variable_of_the_configuration_is_set_and_one_of_the_daemon_is_not(void **state)
{
	struct office *o = office_new();

	(void)state;
	(void)ask(o, &HERE, CONTROL_WRITEVAR, "site=there", true);
	assert_string_equal(o->site, "there");
	assert_false(o->last.error);
	(void)ask(o, &HERE, CONTROL_WRITEVAR, "version=5", true);
	assert_error(o, CONTROL_ERR_PERMISSION);
	office_free(o);
}

static void
strangers_get_so_many_octets_and_the_host_itself_all(void **state)
{
	struct office *o = office_new();
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		refused += ask(o, &AFAR, CONTROL_READVAR, "", false) == VERDICT_LIMITED;
	}
	assert_in_range(refused, 700, 900);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(ask(o, &HERE, CONTROL_READVAR, "", false), CONTROL_LATER);
	}
	office_free(o);
}

static void
a_socket_that_was_closed_before_the_turn_came_is_not_used(void **state)
{
	struct office *o = office_new();

	(void)state;
	o->listener.sock = NULL;
	assert_int_equal(ask(o, &HERE, CONTROL_REQ_NONCE, "", false), CONTROL_LATER);
	assert_int_equal(o->answers, 0);
	office_free(o);
}

#define CASE(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(who_asks_is_counted_and_answered_at_a_later_turn),
		CASE(what_is_no_request_is_neither_counted_nor_answered),
		CASE(variables_are_read_where_the_others_keep_them),
		CASE(what_was_counted_of_nts_has_the_names_of_ntpsec),
		CASE(who_is_followed_and_since_when_is_told_while_there_is_somebody),
		CASE(only_the_holder_of_the_control_key_makes_events_seen),
		CASE(lines_go_to_the_owner_with_the_control_key_only),
		CASE(a_change_from_another_host_needs_a_nonce),
		CASE(a_variable_of_the_configuration_is_set_and_one_of_the_daemon_is_not),
		CASE(strangers_get_so_many_octets_and_the_host_itself_all),
		CASE(a_socket_that_was_closed_before_the_turn_came_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
