/* SPDX-License-Identifier: BSD-2-Clause */
/* Associations that speak from port 123: whose a packet is, and who becomes one. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/cursor.h"
#include "base/restrict_bits.h"
#include "client/ephemeral.h"
#include "client/shared.h"
#include "crypto/mac.h"

enum { SIGNED = HEADER_LEN + AUTH_GROWS_MAX };

/* A packet of that mode from address:port; key 0: unsigned, else with the secret of rig_key. */
struct sent {
	uint8_t bytes[SIGNED];
	struct net_packet pkt;
	struct packet pk;
};

static void
make(struct rig *r, struct sent *x, const char *from, uint16_t port, const struct header *h,
    uint32_t key)
{
	struct writer w = writer_over(x->bytes, sizeof x->bytes);
	struct endpoint local = { rig_addr("192.0.2.1"), NTP_PORT };
	struct auth a;
	size_t len = HEADER_LEN;

	header_put(&w, h);
	x->pkt = (struct net_packet){ .bytes = x->bytes,
		.from = { rig_addr(from), port },
		.to = local.addr,
		.rx = sim_host_stamp(r->host) };
	if (key != 0) {
		auth_start(&a, &r->keys, key);
		len = auth_request(&a, &x->pkt.from.addr, x->bytes, HEADER_LEN, sizeof x->bytes);
		auth_end(&a);
		assert_true(len > HEADER_LEN);
	}
	x->pkt.len = len;
	assert_true(packet_parse(x->bytes, len, &x->pk));
}

static int
give(struct rig *r, struct sent *x)
{
	const struct shared_via via = { .local = x->pkt.to };

	return shared_receive(&r->c, &via, &x->pkt, &x->pk, 0);
}

static int
active(struct rig *r, const char *from, uint16_t port, uint32_t key)
{
	struct header h = { .version = 4,
		.mode = MODE_ACTIVE,
		.stratum = 2,
		.poll = 5,
		.xmt = ntp_ts_from_rtime(sim_host_stamp(r->host).at) };
	struct sent x;

	make(r, &x, from, port, &h, key);
	return give(r, &x);
}

static struct header
left(const struct rig *r)
{
	struct cursor c = cursor_over(r->shared, HEADER_LEN);
	struct header h;

	assert_true(header_get(&c, &h));
	return h;
}

static struct rig *
rig_of(const char *conf, uint32_t key)
{
	struct rig *r = rig_new(conf, NULL);

	if (key != 0) {
		rig_key(r, key);
	}
	r->own_header = (struct header){ .stratum = 3, .precision = -20 };
	return r;
}

static void
a_peer_line_sends_mode_1_by_the_shared_socket_and_tells_of_us(void **state)
{
	struct rig *r = rig_of("peer 192.0.2.11 key 7\n", 7);
	struct header h;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1);
	assert_int_equal(r->shared_n, 1);
	h = left(r);
	assert_int_equal(h.mode, MODE_ACTIVE);
	assert_int_equal(h.stratum, 3);
	assert_int_equal(h.precision, -20);
	assert_true(r->shared_len > HEADER_LEN);
	assert_true(addr_equal(&r->shared_local, &(struct addr){ 0 }) == false);
	assert_int_equal(r->shared_to.port, NTP_PORT);
	assert_int_equal(r->shared_tag,
	    shared_tag(rig_peer(r, "192.0.2.11")->a.id, rig_peer(r, "192.0.2.11")->a.wire.tag));
	assert_null(rig_peer(r, "192.0.2.11")->sock);
	rig_free(r);
}

static void
stamps_come_back_by_the_tag_and_to_nobody_else(void **state)
{
	struct rig *r = rig_of("peer 192.0.2.11 key 7\n", 7);
	struct stamp tx;
	struct peer *p;

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1);
	p = rig_peer(r, "192.0.2.11");
	tx = sim_host_stamp(r->host);
	shared_sent(&r->c, r->shared_tag + 1, &tx);
	shared_sent(&r->c, r->shared_tag ^ 1u << 20, &tx);
	assert_false(p->a.wire.t1_exact);
	shared_sent(&r->c, r->shared_tag, &tx);
	assert_true(p->a.wire.t1_exact);
	assert_int_equal(p->a.wire.t1.real.ns, tx.at.ns);
	rig_free(r);
}

static void
a_packet_of_a_peer_comes_from_its_address_and_port_123(void **state)
{
	struct rig *r = rig_of("peer 192.0.2.11 key 7\n", 7);

	(void)state;
	rig_add(r, 0);
	rig_pass(r, 1);
	assert_int_equal(active(r, "192.0.2.11", 123, 7), VERDICT_BOGUS); /* the first of it */
	assert_int_equal(active(r, "192.0.2.11", 1024, 7), SHARED_NOT_OURS);
	assert_int_equal(active(r, "192.0.2.12", 123, 7), SHARED_NOT_OURS);
	assert_int_equal(peers_count(&r->c), 1);
	rig_free(r);
}

static void
a_peer_is_asked_from_where_it_speaks_to(void **state)
{
	struct rig *r = rig_of("peer 192.0.2.11 key 7\n", 7);
	struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 2, .xmt = { 77 } };
	struct sent x;

	(void)state;
	sim_host_add(r->host, "eth0", "192.0.2.2/24");
	rig_add(r, 0);
	rig_pass(r, 1);
	make(r, &x, "192.0.2.11", 123, &h, 7);
	x.pkt.to = rig_addr("192.0.2.2");
	(void)give(r, &x);
	assert_true(addr_equal(&rig_peer(r, "192.0.2.11")->a.local, &x.pkt.to));
	rig_free(r);
}

static void
nobody_else_tells_from_where_a_peer_is_asked(void **state)
{
	static const struct {
		const char *line;
		uint32_t key;
		bool answers, moves;
		const char *to;
	} cases[] = {
		{ "peer 192.0.2.11 key 7\n", 0, false, false, "192.0.2.2" },
		{ "peer 192.0.2.11 key 7\n", 0, true, false, "192.0.2.2" },
		{ "peer 192.0.2.11 key 7\n", 8, true, false, "192.0.2.2" },
		{ "peer 192.0.2.11 key 7\n", 7, false, true, "192.0.2.2" },
		{ "peer 192.0.2.11 key 7\n", 7, true, false, "192.0.2.255" },
		{ "peer 192.0.2.11 key 7\n", 7, true, false, "255.255.255.255" },
		{ "peer 192.0.2.11\n", 0, false, false, "192.0.2.2" },
		{ "peer 192.0.2.11\n", 0, true, true, "192.0.2.2" },
		{ "peer 192.0.2.11\n", 0, true, false, "192.0.2.255" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rig *r = rig_of(cases[i].line, 7);
		struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 2, .rec = { 1 } };
		struct sent x;
		struct peer *p;

		rig_key(r, 8);
		sim_host_add(r->host, "eth0", "192.0.2.2/24");
		rig_add(r, 0);
		rig_pass(r, 1);
		p = rig_peer(r, "192.0.2.11");
		h.org = cases[i].answers ? p->a.wire.nonce : (struct ntp_ts){ 5 };
		h.xmt = ntp_ts_from_rtime(sim_host_stamp(r->host).at);
		make(r, &x, "192.0.2.11", 123, &h, cases[i].key);
		x.pkt.to = rig_addr(cases[i].to);
		(void)give(r, &x);
		if (addr_equal(&p->a.local, &x.pkt.to) != cases[i].moves) {
			fail_msg("case %u", i);
		}
		rig_free(r);
	}
}

/* CVE-2015-7974, CVE-2016-1567: a key that we trust, and is not the one of the line. */
static void
cve_2015_7974_and_cve_2016_1567_another_trusted_key_is_not_that_of_the_peer(void **state)
{
	struct rig *r = rig_of("peer 192.0.2.11 key 7\n", 7);
	struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 2, .rec = { 1 } };
	struct sent x;
	struct peer *p;

	(void)state;
	rig_key(r, 8);
	rig_add(r, 0);
	rig_pass(r, 1);
	p = rig_peer(r, "192.0.2.11");
	h.org = p->a.wire.nonce;
	h.xmt = ntp_ts_from_rtime(sim_host_stamp(r->host).at);
	make(r, &x, "192.0.2.11", 123, &h, 8);
	assert_int_equal(give(r, &x), VERDICT_AUTH);
	make(r, &x, "192.0.2.11", 123, &h, 0);
	assert_int_equal(give(r, &x), VERDICT_AUTH);
	assert_false(p->a.wire.sym.valid.there || p->a.wire.sym.init.there);
	rig_free(r);
}

static void
nobody_becomes_a_passive_association_unless_it_is_enabled_and_proven(void **state)
{
	struct rig *r = rig_of("", 7);

	(void)state;
	assert_int_equal(active(r, "192.0.2.21", 123, 7), SHARED_NOT_OURS);
	rig_configure(r, "enable passive\n");
	assert_int_equal(active(r, "192.0.2.21", 123, 0), SHARED_NOT_OURS);
	assert_int_equal(active(r, "192.0.2.21", 1024, 7), SHARED_NOT_OURS);
	assert_int_equal(peers_count(&r->c), 0);
	assert_int_equal(active(r, "192.0.2.21", 123, 7), VERDICT_BOGUS);
	assert_int_equal(peers_count(&r->c), 1);
	rig_pass(r, 1);
	assert_int_equal(left(r).mode, MODE_PASSIVE);
	rig_configure(r, "");
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

/* They are served, and it is no news: but who looks for a peer that never starts is told. */
static void
who_asks_as_a_peer_and_becomes_none_is_counted_with_why(void **state)
{
	struct rig *r = rig_of("", 7);
	struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 15, .poll = 5 };
	const struct shared_via via = { .local = rig_addr("192.0.2.1") };
	struct sent x;
	char buf[512];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		(void)active(r, i < 999 ? "192.0.2.21" : "192.0.2.22", 123, i % 2 == 0 ? 7 : 0);
	}
	/* Of a member of a Windows domain Samba takes care. */
	make(r, &x, "192.0.2.24", 123, &h, 0);
	(void)shared_receive(&r->c, &via, &x.pkt, &x.pk, RESTRICT_MSSNTP);
	ephemeral_put_passed(&r->c, &t);
	assert_string_equal(buf, "off: 1000 packets, the last from 192.0.2.22");
	rig_pass(r, 3601.0);
	t = text_over(buf, sizeof buf);
	ephemeral_put_passed(&r->c, &t);
	assert_string_equal(buf, "");
	rig_configure(r, "enable passive\n");
	(void)active(r, "192.0.2.21", 123, 0);
	make(r, &x, "192.0.2.23", 123, &h, 7);
	x.bytes[HEADER_LEN + 5] ^= 1;
	(void)give(r, &x);
	x.bytes[HEADER_LEN + 5] ^= 1;
	(void)give(r, &x);
	t = text_over(buf, sizeof buf);
	ephemeral_put_passed(&r->c, &t);
	assert_string_equal(buf,
	    "unkeyed: 1 packets, the last from 192.0.2.21; unproven: 1 packets, the last from "
	    "192.0.2.23; unfit: 1 packets, the last from 192.0.2.23");
	assert_int_equal(r->log.n, 0);
	rig_free(r);
}

static void
of_many_that_were_refused_three_are_named_and_the_others_counted(void **state)
{
	struct rig *r = rig_of("enable passive\n", 7);
	char buf[512], from[16];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	r->refusal = RESTRICT_REFUSES_NOPEER;
	for (unsigned i = 21; i < 26; i++) {
		(void)snprintf(from, sizeof from, "192.0.2.%u", i);
		(void)active(r, from, 123, 7);
	}
	ephemeral_put_refused(&r->c, &t);
	assert_string_equal(buf,
	    "192.0.2.21 by nopeer (1 times); 192.0.2.22 by nopeer (1 times); 192.0.2.23 by nopeer "
	    "(1 times); and 2 more");
	rig_free(r);
}

static void
a_passive_one_whose_key_went_is_told_with_its_own_key(void **state)
{
	struct rig *r = rig_of("enable passive\n", 7);

	(void)state;
	(void)active(r, "192.0.2.21", 123, 7);
	keyring_remove(r->keys.ring, 7);
	rig_pass(r, 70);
	assert_int_equal(rig_said(r, "192.0.2.21: key 7 is not there"), 1);
	rig_free(r);
}

/* CVE-2015-7871: a crypto-NAK, or a MAC that is wrong, made an association. */
static void
cve_2015_7871_neither_a_nak_nor_a_wrong_mac_makes_an_association(void **state)
{
	struct rig *r = rig_of("enable passive\n", 7);
	struct header h = { .version = 4, .mode = MODE_ACTIVE, .stratum = 2, .xmt = { 5 } };
	struct sent x;

	(void)state;
	make(r, &x, "192.0.2.21", 123, &h, 7);
	x.bytes[x.pkt.len - 1] ^= 1;
	assert_true(packet_parse(x.bytes, x.pkt.len, &x.pk));
	assert_int_equal(give(r, &x), SHARED_NOT_OURS);
	memset(x.bytes + HEADER_LEN, 0, MAC_KEYID_LEN);
	x.pkt.len = HEADER_LEN + MAC_KEYID_LEN;
	assert_true(packet_parse(x.bytes, x.pkt.len, &x.pk));
	assert_int_equal(x.pk.mac, PACKET_MAC_CRYPTO_NAK);
	assert_int_equal(give(r, &x), SHARED_NOT_OURS);
	assert_int_equal(peers_count(&r->c), 0);
	rig_free(r);
}

/* CVE-2016-1549, CVE-2018-7170. */
static void
cve_2018_7170_what_restrict_lines_and_maxclock_refuse_is_none(void **state)
{
	struct rig *r = rig_of("enable passive\ntos maxclock 2\n", 7);

	(void)state;
	r->refusal = RESTRICT_REFUSES_LIMIT;
	assert_int_equal(active(r, "192.0.2.21", 123, 7), SHARED_NOT_OURS);
	assert_int_equal(peers_count(&r->c), 0);
	assert_int_equal(rig_said(r, "no association with it, for ippeerlimit"), 1);
	r->refusal = RESTRICT_MAY;
	for (unsigned i = 0; i < 5; i++) {
		char from[32];
		struct text t = text_over(from, sizeof from);

		text_printf(&t, "192.0.2.%u", 30 + i);
		(void)active(r, from, 123, 7);
	}
	assert_int_equal(peers_count(&r->c), 2);
	assert_int_equal(rig_said(r, "no association with it, for tos maxclock"), 3);
	rig_free(r);
}

static void
who_is_refused_is_told_of_once_an_hour_with_how_often(void **state)
{
	struct rig *r = rig_of("enable passive\n", 7);

	(void)state;
	r->refusal = RESTRICT_REFUSES_NOEPEER;
	for (unsigned i = 0; i < 50; i++) {
		(void)active(r, "192.0.2.21", 123, 7);
		rig_pass(r, 60);
	}
	assert_int_equal(rig_said(r, "for noepeer does not allow it"), 1);
	rig_pass(r, 3600);
	(void)active(r, "192.0.2.21", 123, 7);
	assert_int_equal(rig_said(r, "for noepeer does not allow it"), 2);
	assert_int_equal(rig_said(r, "(50 packets)"), 1);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_line_sends_mode_1_by_the_shared_socket_and_tells_of_us),
		cmocka_unit_test(stamps_come_back_by_the_tag_and_to_nobody_else),
		cmocka_unit_test(a_packet_of_a_peer_comes_from_its_address_and_port_123),
		cmocka_unit_test(a_peer_is_asked_from_where_it_speaks_to),
		cmocka_unit_test(nobody_else_tells_from_where_a_peer_is_asked),
		cmocka_unit_test(
		    cve_2015_7974_and_cve_2016_1567_another_trusted_key_is_not_that_of_the_peer),
		cmocka_unit_test(
		    nobody_becomes_a_passive_association_unless_it_is_enabled_and_proven),
		cmocka_unit_test(who_asks_as_a_peer_and_becomes_none_is_counted_with_why),
		cmocka_unit_test(of_many_that_were_refused_three_are_named_and_the_others_counted),
		cmocka_unit_test(a_passive_one_whose_key_went_is_told_with_its_own_key),
		cmocka_unit_test(cve_2015_7871_neither_a_nak_nor_a_wrong_mac_makes_an_association),
		cmocka_unit_test(cve_2018_7170_what_restrict_lines_and_maxclock_refuse_is_none),
		cmocka_unit_test(who_is_refused_is_told_of_once_an_hour_with_how_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
