/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server of NTS makes of a datagram, with fixed keys: of any octets; and, behind a good
 * cookie, of any octets as further fields and as what is inside, under a seal that is right. What
 * is answered is never longer than what was asked with, and opens.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "auth/auth.h"

enum { PACKET_MAX = 1536 };

static const struct nts_session SESSION = { .aead = 15, .c2s = { 1 }, .s2c = { 2 } };
static const uint8_t UID[NTS_UID_LEN] = { 3 };
static struct auth_keys keys;
static struct aead_key *c2s, *s2c;
static uint8_t cookie[COOKIE_LEN_MAX];

static void
fill(struct rng *r, void *out, size_t len)
{
	(void)r;
	memset(out, 0x55, len);
}

static const struct rng_ops OPS = { fill };
static struct rng rng = { &OPS };

static void
start(void)
{
	const struct cookie_key_set set = { .len = 32, .n = 1, .key = { { .id = 5 } } };

	assert(auth_take_cookies(&keys, cookies_new(&set), &rng));
	assert(cookies_make(keys.nts.cookies, &SESSION, UID, cookie));
	keys.ring = keyring_new();
	c2s = aead_key_new(SESSION.aead, SESSION.c2s);
	s2c = aead_key_new(SESSION.aead, SESSION.s2c);
	assert(keys.ring != NULL && c2s != NULL && s2c != NULL);
}

/* An answer of the time opens, and brings the cookies that it is to bring. */
static void
opens(const uint8_t *answer, size_t len, const struct auth_asked *q)
{
	uint8_t text[NTS_TEXT_MAX];
	struct packet p;
	struct nts_fields f;
	struct nts_inner in;
	size_t text_len;

	assert(packet_parse(answer, len, &p));
	assert(nts_read_answer(answer, &p, &f) == NTS_FORM_WHOLE);
	assert(f.uid.len == q->uid.len && memcmp(f.uid.at, q->uid.at, f.uid.len) == 0);
	assert(nts_open(s2c, answer, &f, text, &text_len));
	assert(nts_read_inner(text, text_len, 0, &in));
	assert(in.cookie_n == q->cookies && in.cookie_n >= 1 && in.cookie_n <= NTS_COOKIES_MAX);
}

static void
asked(const uint8_t *octets, size_t len)
{
	static const struct addr from = { .family = ADDR_V4, .bytes = { 192, 0, 2, 1 } };
	uint8_t answer[PACKET_MAX] = { 0x24 };
	struct auth_asked q;
	struct packet p;
	size_t n;

	if (!packet_parse(octets, len, &p)) {
		return;
	}
	auth_check_request(&keys, &from, octets, &p, &q);
	assert(q.nts || q.was != PACKET_AUTH_GOOD);
	n = auth_answer(&keys, &q, answer, HEADER_LEN, sizeof answer);
	if (q.nts) {
		assert(n <= len);
		assert((n == 0) == (q.was == PACKET_AUTH_DROP));
	}
	if (q.nts && q.was == PACKET_AUTH_GOOD) {
		opens(answer, n, &q);
	}
	auth_forget_asked(&q);
}

/* split: so many of the octets stand in clear, the others inside. */
static void
sealed(const uint8_t *octets, size_t len, size_t split)
{
	uint8_t packet[PACKET_MAX] = { 0x23 };
	struct writer w = writer_over(packet, sizeof packet);

	w.len = HEADER_LEN;
	nts_put_field(&w, NTS_FIELD_UID, UID, sizeof UID);
	nts_put_field(&w, NTS_FIELD_COOKIE, cookie, cookie_len(SESSION.aead));
	writer_bytes(&w, octets, split);
	if (!w.bad && nts_seal(c2s, SESSION.aead, &w, UID, octets + split, len - split)) {
		asked(packet, w.len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (c2s == NULL) {
		start();
	}
	asked(octets, len);
	if (len > 0) {
		sealed(octets + 1, len - 1, octets[0] * 4u < len - 1 ? octets[0] * 4u : 0);
	}
	return 0;
}
