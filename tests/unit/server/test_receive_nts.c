/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of NTS: what is answered, with what, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "server/receive.h"
#include "unit/server/lab.h"

#define CLIENT "198.51.100.7"
#define OPEN "restrict default\n"

enum { AEAD = 15, COOKIE_LEN = 104, INNER_MAX = 1200 };

static const uint8_t UID[NTS_UID_LEN] = { 9, 8, 7 };
static const uint8_t NONCE[AEAD_NONCE_MAX] = { 6, 5, 4 };
static const struct nts_session SESSION = { .aead = AEAD, .c2s = { 1, 2 }, .s2c = { 3, 4 } };
static const struct cookie_key_set KEYS = { .len = 32, .n = 1, .key = { { .id = 77 } } };

static struct lab *
nts_lab(const char *conf)
{
	struct lab *lab = lab_new(conf);

	assert_true(auth_take_cookies(&lab->keys, cookies_new(&KEYS), &lab->rng));
	return lab;
}

static size_t
cookie_of(const struct cookie_key_set *set, const struct nts_session *s, uint8_t *out)
{
	static const uint8_t nonce[COOKIE_NONCE_LEN] = { 5 };
	struct cookies *c = cookies_new(set);

	assert_true(cookies_make(c, s, nonce, out));
	cookies_free(c);
	return cookie_len(s->aead);
}

/* What a test makes a request of. */
struct ask {
	unsigned version, mode;
	unsigned uids, cookies, seals; /* 1 each, mostly */
	unsigned placeholders;
	size_t nonce_len, padding; /* padding: behind the ciphertext */
	const struct nts_session *session;
	const struct cookie_key_set *keys;
	const uint8_t *inner;
	size_t inner_len;
	size_t flip; /* this octet is changed on the way; 0: none */
};

static const struct ask RIGHT = {
	.version = 4,
	.mode = MODE_CLIENT,
	.uids = 1,
	.cookies = 1,
	.seals = 1,
	.nonce_len = 16,
	.session = &SESSION,
	.keys = &KEYS,
};

static void
put_seal(struct writer *w, const struct ask *q)
{
	const struct nts_session *s = q->session;
	const struct aead_beside b = { w->at, w->len, NONCE, q->nonce_len };
	uint8_t sealed[INNER_MAX + AEAD_TAG_LEN], body[INNER_MAX + 64] = { 0 };
	size_t len = q->inner_len + AEAD_TAG_LEN;
	struct aead_key *k = aead_key_new(s->aead, s->c2s);
	struct writer in = writer_over(body, sizeof body);

	assert_true(aead_seal(k, &b, q->inner, q->inner_len, sealed));
	aead_key_free(k);
	writer_u16(&in, (uint16_t)q->nonce_len);
	writer_u16(&in, (uint16_t)len);
	writer_bytes(&in, NONCE, q->nonce_len);
	writer_pad(&in, 4);
	writer_bytes(&in, sealed, len);
	writer_pad(&in, 4);
	in.len += q->padding;
	nts_put_field(w, NTS_FIELD_AUTHENTICATOR, body, in.len);
}

static size_t
make(const struct ask *q, uint8_t bytes[LAB_BYTES])
{
	struct writer w = writer_over(bytes, LAB_BYTES);
	const struct header h = {
		.version = (uint8_t)q->version,
		.mode = (enum ntp_mode)q->mode,
		.xmt = { 0x1234567890abcdef },
	};
	uint8_t cookie[COOKIE_LEN_MAX];
	size_t len = cookie_of(q->keys, q->session, cookie);

	memset(bytes, 0, LAB_BYTES);
	header_put(&w, &h);
	for (unsigned i = 0; i < q->uids; i++) {
		nts_put_field(&w, NTS_FIELD_UID, UID, sizeof UID);
	}
	for (unsigned i = 0; i < q->cookies; i++) {
		nts_put_field(&w, NTS_FIELD_COOKIE, cookie, len);
	}
	for (unsigned i = 0; i < q->placeholders; i++) {
		nts_put_placeholder(&w, len);
	}
	for (unsigned i = 0; i < q->seals; i++) {
		put_seal(&w, q);
	}
	assert_false(w.bad);
	bytes[q->flip] ^= q->flip > 0 ? 1 : 0;
	return w.len;
}

/* The request goes; its length. */
static size_t
ask(struct lab *lab, const struct ask *q)
{
	uint8_t bytes[LAB_BYTES];
	size_t len = make(q, bytes);

	lab_packet(lab, CLIENT, bytes, len);
	return len;
}

struct got {
	struct header hdr;
	struct nts_fields f;
	struct nts_inner in;
	uint8_t text[NTS_TEXT_MAX];
};

/* The answer of a session, opened. */
static void
open_answer(const struct lab *lab, const struct nts_session *s, struct got *out)
{
	struct packet p;
	struct aead_key *k = aead_key_new(s->aead, s->s2c);
	size_t len;

	assert_true(packet_parse(lab->sent, lab->sent_len, &p));
	assert_int_equal(nts_read_answer(lab->sent, &p, &out->f), NTS_FORM_WHOLE);
	assert_int_equal(out->f.uid.len, sizeof UID);
	assert_memory_equal(out->f.uid.at, UID, sizeof UID);
	assert_true(nts_open(k, lab->sent, &out->f, out->text, &len));
	assert_true(nts_read_inner(out->text, len, 0, &out->in));
	out->hdr = p.hdr;
	aead_key_free(k);
}

static void
is_nak(const struct lab *lab)
{
	struct packet p;
	struct nts_fields f;

	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab->sent_len, NTS_NAK_LEN);
	assert_true(packet_parse(lab->sent, lab->sent_len, &p));
	assert_int_equal(nts_read_answer(lab->sent, &p, &f), NTS_FORM_NAK);
	assert_memory_equal(f.uid.at, UID, sizeof UID);
	assert_int_equal(p.hdr.stratum, 0);
	assert_int_equal(p.hdr.refid, refid_of_text("NTSN"));
	assert_int_equal(p.hdr.mode, MODE_SERVER);
	assert_true(p.hdr.org.fix == 0x1234567890abcdef);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	assert_int_equal(lab->keys.nts_count.server_bad, 1);
}

static void
a_request_is_answered_sealed_and_with_a_cookie(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	struct nts_session back;
	struct got got;
	size_t len;

	(void)state;
	len = ask(lab, &RIGHT);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(len, 232);
	assert_int_equal(lab->sent_len, len);
	open_answer(lab, &SESSION, &got);
	assert_int_equal(got.hdr.stratum, 2);
	assert_int_equal(got.hdr.mode, MODE_SERVER);
	assert_true(got.hdr.org.fix == 0x1234567890abcdef);
	assert_int_equal(got.in.cookie_n, 1);
	assert_int_equal(cookies_open(lab->keys.nts.cookies, got.in.cookie[0].at,
			     got.in.cookie[0].len, &back),
	    COOKIE_CURRENT);
	assert_memory_equal(&back, &SESSION, sizeof back);
	assert_int_equal(lab_count(lab, VERDICT_OK), 1);
	assert_int_equal(lab->keys.nts_count.server_good, 1);
	assert_int_equal(lab->keys.nts_count.server_sent, 1);
	assert_int_equal(lab->keys.nts_count.made, 1);
	assert_int_equal(lab->keys.nts_count.opened[COOKIE_CURRENT], 1);
	lab_free(lab);
}

static void
a_plain_request_is_answered_as_before_while_nts_is_on(void **state)
{
	struct lab *lab = nts_lab(OPEN);

	(void)state;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_len, HEADER_LEN);
	assert_int_equal(lab->xmt_at, HEADER_XMT_AT);
	assert_int_equal(lab->keys.nts_count.server_good + lab->keys.nts_count.server_bad, 0);
	lab_free(lab);
}

static void
while_nts_is_off_its_requests_get_no_answer(void **state)
{
	struct lab *lab = lab_new(OPEN);

	(void)state;
	ask(lab, &RIGHT);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	assert_int_equal(lab->keys.nts_count.not_server, 1);
	lab_free(lab);
}

static void
each_field_must_be_there_exactly_once_or_there_is_no_answer(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 27; i++) {
		struct lab *lab = nts_lab(OPEN);
		struct ask q = RIGHT;

		q.uids = i % 3;
		q.cookies = i / 3 % 3;
		q.seals = i / 9;
		ask(lab, &q);
		assert_int_equal(lab->sent_n,
		    (q.uids == 1 && q.cookies == 1 && q.seals == 1) || q.cookies + q.seals == 0);
		lab_free(lab);
	}
}

static void
only_a_request_of_mode_3_can_be_one_of_nts(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	q.mode = MODE_ACTIVE;
	ask(lab, &q);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	lab_free(lab);
}

static void
a_cookie_by_a_lost_key_is_answered_with_a_nak(void **state)
{
	struct cookie_key_set lost = KEYS;
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	lost.key[0].id++;
	q.keys = &lost;
	assert_true(ask(lab, &q) > NTS_NAK_LEN);
	is_nak(lab);
	assert_int_equal(lab->keys.nts_count.opened[COOKIE_UNKNOWN], 1);
	lab_free(lab);
}

static void
a_forged_cookie_is_answered_with_a_nak(void **state)
{
	struct cookie_key_set forged = KEYS;
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	forged.key[0].secret[0]++;
	q.keys = &forged;
	ask(lab, &q);
	is_nak(lab);
	assert_int_equal(lab->keys.nts_count.opened[COOKIE_WRONG], 1);
	lab_free(lab);
}

static void
a_changed_request_never_gets_the_time(void **state)
{
	uint8_t bytes[LAB_BYTES];
	size_t len = make(&RIGHT, bytes);

	(void)state;
	for (size_t i = 1; i < len; i++) {
		struct lab *lab = nts_lab(OPEN);
		struct ask q = RIGHT;
		struct packet p;

		q.flip = i;
		ask(lab, &q);
		if (lab->sent_n > 0) { /* then it is a NAK: it is not sealed */
			assert_true(packet_parse(lab->sent, lab->sent_len, &p));
			assert_int_equal(p.hdr.refid, refid_of_text("NTSN"));
		}
		assert_int_equal(lab_count(lab, VERDICT_OK), 0);
		lab_free(lab);
	}
}

static void
a_cookie_of_another_length_is_answered_with_a_nak(void **state)
{
	(void)state;
	for (size_t cookie_octets = 12; cookie_octets <= 400; cookie_octets += 4) {
		struct lab *lab = nts_lab(OPEN);
		uint8_t bytes[LAB_BYTES] = { 0x23 }, cookie[400] = { 77 };
		struct writer w = writer_over(bytes, sizeof bytes);
		struct packet p;

		w.len = HEADER_LEN;
		nts_put_field(&w, NTS_FIELD_UID, UID, sizeof UID);
		nts_put_field(&w, NTS_FIELD_COOKIE, cookie, cookie_octets);
		put_seal(&w, &RIGHT);
		lab_packet(lab, CLIENT, bytes, w.len);
		assert_int_equal(lab->sent_n, 1);
		assert_true(packet_parse(lab->sent, lab->sent_len, &p));
		assert_int_equal(p.hdr.refid, refid_of_text("NTSN"));
		lab_free(lab);
	}
}

static void
as_many_cookies_come_as_there_are_placeholders_and_one_and_no_more_than_eight(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 10; n++) {
		struct lab *lab = nts_lab(OPEN);
		struct ask q = RIGHT;
		struct got got;
		size_t len;

		q.placeholders = n;
		len = ask(lab, &q);
		assert_int_equal(lab->sent_n, 1);
		open_answer(lab, &SESSION, &got);
		assert_int_equal(got.in.cookie_n, n < 7 ? n + 1 : 8);
		assert_true(n < 8 ? lab->sent_len == len : lab->sent_len < len);
		lab_free(lab);
	}
}

static void
placeholders_inside_count_like_those_in_clear(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	uint8_t inner[INNER_MAX];
	struct writer w = writer_over(inner, sizeof inner);
	struct ask q = RIGHT;
	struct got got;
	size_t len;

	(void)state;
	nts_put_placeholder(&w, COOKIE_LEN);
	nts_put_field(&w, 0x7777, NULL, 0); /* unknown, and as short as a field can be */
	nts_put_placeholder(&w, COOKIE_LEN + 4);
	nts_put_placeholder(&w, COOKIE_LEN);
	q.inner = inner;
	q.inner_len = w.len;
	q.placeholders = 1;
	len = ask(lab, &q);
	open_answer(lab, &SESSION, &got);
	assert_int_equal(got.in.cookie_n, 4);
	assert_true(lab->sent_len <= len);
	lab_free(lab);
}

static void
malformed_octets_inside_get_no_answer(void **state)
{
	static const uint8_t inner[4] = { 3, 4, 0, 2 };
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	q.inner = inner;
	q.inner_len = sizeof inner;
	ask(lab, &q);
	assert_int_equal(lab->sent_n, 0);
	assert_int_equal(lab_count(lab, VERDICT_AUTH), 1);
	lab_free(lab);
}

/* Ten placeholders bring eight cookies: the answer has room, and the rule holds all the same. */
static void
a_short_nonce_is_dropped_though_the_answer_would_fit(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	q.placeholders = 10;
	ask(lab, &q);
	assert_int_equal(lab->sent_n, 1);
	q.nonce_len = 8;
	ask(lab, &q);
	assert_int_equal(lab->sent_n, 1);
	lab_free(lab);
}

static void
every_answer_is_no_longer_than_its_request(void **state)
{
	(void)state;
	for (size_t nonce = 1; nonce <= 16; nonce++) {
		for (size_t padding = 0; padding <= 16; padding += 4) {
			struct lab *lab = nts_lab(OPEN);
			struct ask q = RIGHT;
			size_t len;

			q.nonce_len = nonce;
			q.padding = padding;
			len = ask(lab, &q);
			/* A short nonce needs the room of an answer's: RFC 8915, 5.6. */
			assert_int_equal(lab->sent_n, (nonce + 3) / 4 * 4 + padding >= 16);
			assert_true(lab->sent_len <= len);
			lab_free(lab);
		}
	}
}

static void
sessions_of_each_algorithm_are_served(void **state)
{
	static const struct {
		unsigned aead;
		size_t len;
	} each[] = { { 15, 232 }, { 16, 264 }, { 17, 296 }, { 30, 196 } };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct lab *lab = nts_lab(OPEN);
		struct nts_session s = { .aead = each[i].aead, .c2s = { 1 }, .s2c = { 2 } };
		struct ask q = RIGHT;
		struct got got;

		q.session = &s;
		q.nonce_len = aead_nonce_len(s.aead);
		if (aead_here(s.aead)) {
			assert_int_equal(ask(lab, &q), each[i].len);
			assert_int_equal(lab->sent_len, each[i].len);
			open_answer(lab, &s, &got);
			assert_int_equal(got.in.cookie_n, 1);
		}
		lab_free(lab);
	}
}

/* Some other machine of the fleet has it; its client is to ask for other keys. */
static void
a_session_of_an_algorithm_that_is_not_here_gets_a_nak(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	struct nts_session s = { .aead = 16, .c2s = { 1 } };
	struct ask q = RIGHT;

	(void)state;
	aead_key_free(lab->keys.nts.key[1]);
	lab->keys.nts.key[1] = NULL;
	q.session = &s;
	ask(lab, &q);
	is_nak(lab);
	lab_free(lab);
}

/* Mean of sealing one, s. */
static double
seal_s(const struct lab *lab)
{
	return lab->keys.timing.mean_s[AUTH_END_SEAL];
}

static void
the_transmit_time_is_ahead_by_what_sealing_takes(void **state)
{
	struct lab *lab = nts_lab(OPEN);
	struct got got;

	(void)state;
	lab->read_ns = 3000; /* between a reading before sealing and the one after it */
	for (unsigned i = 0; i < 208; i++) {
		ask(lab, &RIGHT);
		lab->now.ns += NS_PER_S;
	}
	assert_true(seal_s(lab) > 2.9e-6 && seal_s(lab) < 3.1e-6);
	assert_int_equal(lab->xmt_at, 0);
	struct mtime before = lab->now;
	ask(lab, &RIGHT);
	open_answer(lab, &SESSION, &got);
	/* The reading at the flush, and what it takes. */
	struct ntp_ts flush = ntp_ts_from_rtime((struct rtime){ before.ns + 3000 + lab->base_ns });
	double ahead_s = ntp_ts_diff_s(got.hdr.xmt, flush);
	assert_true(ahead_s > 2.9e-6 && ahead_s < 3.1e-6);
	lab_free(lab);
}

static void
answers_of_a_batch_bear_the_time_when_the_last_of_them_is_sealed(void **state)
{
	enum { N = 5 };
	struct lab *lab = nts_lab(OPEN);

	(void)state;
	lab->keys.timing.mean_s[AUTH_END_SEAL] = 2e-6;
	lab->keys.timing.mean_s[AUTH_END_MAC] = 1e-6;
	lab->gathers = true;
	for (unsigned i = 0; i < N; i++) {
		ask(lab, &RIGHT);
		lab->now.ns += 50000; /* the first has waited long when it leaves */
	}
	assert_int_equal(lab->sent_n, 0);
	struct mtime flush = lab->now;
	lab_flush(lab);
	assert_int_equal(lab->sent_n, N);
	for (unsigned i = 0; i < N; i++) {
		struct got got;

		memcpy(lab->sent, lab->waiting[i].bytes, lab->waiting[i].d.len);
		open_answer(lab, &SESSION, &got);
		double ahead_s = ntp_ts_diff_s(got.hdr.xmt,
		    ntp_ts_from_rtime((struct rtime){ flush.ns + lab->base_ns }));
		double left_s = 2e-6 * (N - i);
		assert_true(ahead_s > left_s - 10e-9 && ahead_s < left_s + 10e-9);
	}
	lab_free(lab);
}

static void
no_session_is_kept_once_its_answer_left(void **state)
{
	static const uint8_t none[AEAD_KEY_MAX];
	struct lab *lab = nts_lab(OPEN);

	(void)state;
	lab->gathers = true;
	for (unsigned i = 0; i < NET_GATHERED_MAX + 3; i++) { /* the first places twice */
		ask(lab, &RIGHT);
	}
	assert_int_equal(lab->sent_n, NET_GATHERED_MAX);
	assert_int_equal(lab->server.outgoing.waiting[AUTH_END_SEAL], 3);
	lab_flush(lab);
	assert_int_equal(lab->sent_n, NET_GATHERED_MAX + 3);
	assert_int_equal(lab->l->sent, NET_GATHERED_MAX + 3);
	assert_int_equal(lab->server.outgoing.waiting[AUTH_END_SEAL], 0);
	for (unsigned i = 0; i < NET_GATHERED_MAX; i++) {
		assert_memory_equal(lab->server.outgoing.at[i].end.s2c, none, sizeof none);
	}
	lab_free(lab);
}

static void
what_waits_at_a_socket_that_is_closed_is_forgotten(void **state)
{
	static const uint8_t none[AEAD_KEY_MAX];
	struct lab *lab = nts_lab(OPEN);

	(void)state;
	lab->gathers = true;
	ask(lab, &RIGHT);
	ask(lab, &RIGHT);
	listener_close(lab->l);
	outgoing_forget(&lab->server, lab->l);
	assert_int_equal(lab->server.outgoing.waiting[AUTH_END_SEAL], 0);
	for (unsigned i = 0; i < NET_GATHERED_MAX; i++) {
		assert_null(lab->server.outgoing.at[i].l);
		assert_memory_equal(lab->server.outgoing.at[i].end.s2c, none, sizeof none);
	}
	lab_free(lab);
}

static void
an_answer_that_cannot_be_sealed_does_not_leave_and_the_others_do(void **state)
{
	struct nts_session other = { .aead = 16, .c2s = { 1 } };
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;

	(void)state;
	lab->gathers = true;
	q.session = &other;
	ask(lab, &RIGHT);
	ask(lab, &q);
	ask(lab, &RIGHT);
	aead_key_free(lab->keys.nts.key[1]);
	lab->keys.nts.key[1] = NULL;
	lab_flush(lab);
	assert_int_equal(lab->sent_n, 2);
	assert_int_equal(lab->l->sent, 2);
	assert_int_equal(lab->l->failed, 1);
	assert_int_equal(lab->keys.nts_count.server_sent, 2);
	lab_free(lab);
}

static void
a_pause_while_sealing_does_not_count(void **state)
{
	struct lab *lab = nts_lab(OPEN);

	(void)state;
	lab->read_ns = 1000000;
	ask(lab, &RIGHT);
	assert_true(seal_s(lab) < 1e-9);
	lab_free(lab);
}

static void
nts_is_proof_enough_for_notrust(void **state)
{
	struct lab *lab = nts_lab("restrict default notrust\n");

	(void)state;
	lab_ask(lab, CLIENT, 4, MODE_CLIENT);
	assert_int_equal(lab->sent_n, 0);
	ask(lab, &RIGHT);
	assert_int_equal(lab->sent_n, 1);
	assert_int_equal(lab_count(lab, VERDICT_OK), 1);
	lab_free(lab);
}

/* It gets no time, and without a NAK its client would not know to ask for keys. */
static void
notrust_lets_a_nak_pass(void **state)
{
	struct cookie_key_set lost = KEYS;
	struct lab *lab = nts_lab("restrict default notrust\n");
	struct ask q = RIGHT;

	(void)state;
	lost.key[0].id++;
	q.keys = &lost;
	ask(lab, &q);
	is_nak(lab);
	lab_free(lab);
}

static void
what_restrict_refuses_gets_neither_answer_nor_nak(void **state)
{
	static const char *const confs[] = { "restrict default ignore\n",
		"restrict default noserve\n" };
	struct cookie_key_set lost = KEYS;

	(void)state;
	lost.key[0].id++;
	for (unsigned i = 0; i < 4; i++) {
		struct lab *lab = nts_lab(confs[i / 2]);
		struct ask q = RIGHT;

		q.keys = i % 2 == 0 ? &KEYS : &lost;
		ask(lab, &q);
		assert_int_equal(lab->sent_n, 0);
		assert_int_equal(lab_count(lab, VERDICT_DENIED), 1);
		lab_free(lab);
	}
}

static void
a_kiss_is_sealed_and_brings_a_cookie(void **state)
{
	struct lab *lab = nts_lab("restrict default limited kod\n");
	struct got got;

	(void)state;
	for (unsigned i = 0; i < 40 && lab_count(lab, VERDICT_KOD) == 0; i++) {
		ask(lab, &RIGHT);
	}
	assert_int_equal(lab_count(lab, VERDICT_KOD), 1);
	open_answer(lab, &SESSION, &got);
	assert_int_equal(got.hdr.stratum, 0);
	assert_int_equal(got.hdr.refid, refid_of_text("RATE"));
	assert_int_equal(got.in.cookie_n, 1);
	lab_free(lab);
}

static void
naks_are_limited_like_answers(void **state)
{
	struct cookie_key_set lost = KEYS;
	struct lab *lab = nts_lab("restrict default limited\n");
	struct ask q = RIGHT;

	(void)state;
	lost.key[0].id++;
	q.keys = &lost;
	for (unsigned i = 0; i < 40; i++) {
		ask(lab, &q);
	}
	assert_true(lab->sent_n > 0 && lab->sent_n < 20);
	assert_int_equal(lab_count(lab, VERDICT_LIMITED), 40 - lab->sent_n);
	lab_free(lab);
}

static void
a_mac_beside_nts_proves_nothing(void **state)
{
	struct cookie_key_set lost = KEYS;
	struct lab *lab = nts_lab(OPEN);
	struct ask q = RIGHT;
	uint8_t bytes[LAB_BYTES];
	struct auth a;
	size_t len;

	(void)state;
	lost.key[0].id++;
	q.keys = &lost;
	len = make(&q, bytes);
	auth_start(&a, &lab->keys, 1);
	len = auth_request(&a, &lab->l->what.local.addr, bytes, len, sizeof bytes);
	lab_packet(lab, CLIENT, bytes, len);
	is_nak(lab);
	lab_free(lab);
}

/* Each pair of lengths that an authenticator may claim: no answer is longer, none tells the time. */
static void
lengths_that_lie_get_no_time(void **state)
{
	static const uint16_t lens[] = { 0, 1, 15, 17, 32, 65535 };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		for (unsigned at = 0; at < 2; at++) {
			struct lab *lab = nts_lab(OPEN);
			uint8_t bytes[LAB_BYTES];
			size_t len = make(&RIGHT, bytes), where = len - 36 + 2 * at;

			bytes[where] = (uint8_t)(lens[i] >> 8);
			bytes[where + 1] = (uint8_t)lens[i];
			lab_packet(lab, CLIENT, bytes, len);
			assert_int_equal(lab_count(lab, VERDICT_OK), 0);
			assert_true(lab->sent_n == 0 || lab->sent_len == NTS_NAK_LEN);
			lab_free(lab);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered_sealed_and_with_a_cookie),
		cmocka_unit_test(a_plain_request_is_answered_as_before_while_nts_is_on),
		cmocka_unit_test(while_nts_is_off_its_requests_get_no_answer),
		cmocka_unit_test(each_field_must_be_there_exactly_once_or_there_is_no_answer),
		cmocka_unit_test(only_a_request_of_mode_3_can_be_one_of_nts),
		cmocka_unit_test(a_cookie_by_a_lost_key_is_answered_with_a_nak),
		cmocka_unit_test(a_forged_cookie_is_answered_with_a_nak),
		cmocka_unit_test(a_changed_request_never_gets_the_time),
		cmocka_unit_test(a_cookie_of_another_length_is_answered_with_a_nak),
		cmocka_unit_test(
		    as_many_cookies_come_as_there_are_placeholders_and_one_and_no_more_than_eight),
		cmocka_unit_test(placeholders_inside_count_like_those_in_clear),
		cmocka_unit_test(malformed_octets_inside_get_no_answer),
		cmocka_unit_test(a_short_nonce_is_dropped_though_the_answer_would_fit),
		cmocka_unit_test(every_answer_is_no_longer_than_its_request),
		cmocka_unit_test(sessions_of_each_algorithm_are_served),
		cmocka_unit_test(a_session_of_an_algorithm_that_is_not_here_gets_a_nak),
		cmocka_unit_test(the_transmit_time_is_ahead_by_what_sealing_takes),
		cmocka_unit_test(answers_of_a_batch_bear_the_time_when_the_last_of_them_is_sealed),
		cmocka_unit_test(no_session_is_kept_once_its_answer_left),
		cmocka_unit_test(what_waits_at_a_socket_that_is_closed_is_forgotten),
		cmocka_unit_test(an_answer_that_cannot_be_sealed_does_not_leave_and_the_others_do),
		cmocka_unit_test(a_pause_while_sealing_does_not_count),
		cmocka_unit_test(nts_is_proof_enough_for_notrust),
		cmocka_unit_test(notrust_lets_a_nak_pass),
		cmocka_unit_test(what_restrict_refuses_gets_neither_answer_nor_nak),
		cmocka_unit_test(a_kiss_is_sealed_and_brings_a_cookie),
		cmocka_unit_test(naks_are_limited_like_answers),
		cmocka_unit_test(a_mac_beside_nts_proves_nothing),
		cmocka_unit_test(lengths_that_lie_get_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
