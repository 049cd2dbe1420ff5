/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any datagram as a request and an answer of NTS, with fixed keys: what is found stays inside it,
 * what opens was sealed; and what is sealed opens.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "crypto/nts.h"

static const uint8_t SECRET[AEAD_KEY_MAX] = { 1, 2, 3 };
static const uint8_t NONCE[AEAD_NONCE_MAX] = { 4, 5, 6 };
static struct aead_key *key;

static void
check_inside(const struct span *s, const uint8_t *octets, size_t len)
{
	if (s->len > 0) {
		assert(s->at >= octets && s->len <= len && s->at + s->len <= octets + len);
	}
}

static void
inner(const uint8_t *octets, size_t len)
{
	struct nts_inner in;

	if (!nts_read_inner(octets, len, 104, &in)) {
		return;
	}
	assert(in.cookie_n <= NTS_COOKIES_MAX && len % 4 == 0);
	for (unsigned i = 0; i < in.cookie_n; i++) {
		assert(in.cookie[i].len > 0);
		check_inside(&in.cookie[i], octets, len);
	}
}

static void
whole(const uint8_t *octets, size_t len, const struct nts_fields *f)
{
	uint8_t text[NTS_TEXT_MAX];
	size_t text_len;

	check_inside(&f->uid, octets, len);
	check_inside(&f->cookie, octets, len);
	check_inside(&f->nonce, octets, len);
	check_inside(&f->sealed, octets, len);
	assert(f->uid.len >= NTS_UID_LEN && f->nonce.len > 0 && f->nonce_room >= f->nonce.len);
	assert(f->protected_len < len && f->placeholders <= PACKET_EXT_MAX);
	if (nts_open(key, octets, f, text, &text_len)) {
		inner(text, text_len);
	}
}

static void
datagram(const uint8_t *octets, size_t len)
{
	struct packet p;
	struct nts_fields f;

	if (!packet_parse(octets, len, &p)) {
		return;
	}
	if (nts_read_request(octets, &p, &f) == NTS_FORM_WHOLE) {
		assert(f.cookie.len > 0);
		whole(octets, len, &f);
	}
	if (nts_read_answer(octets, &p, &f) == NTS_FORM_WHOLE) {
		whole(octets, len, &f);
	}
}

/* The octets as the text of an answer. */
static void
sealed(const uint8_t *octets, size_t len)
{
	static const uint8_t uid[NTS_UID_LEN];
	uint8_t packet[2048] = { 0x24 }, text[NTS_TEXT_MAX];
	struct writer w = writer_over(packet, sizeof packet);
	struct packet p;
	struct nts_fields f;
	size_t text_len;

	w.len = HEADER_LEN;
	nts_put_field(&w, NTS_FIELD_UID, uid, sizeof uid);
	if (len > NTS_TEXT_MAX || !nts_seal(key, 15, &w, NONCE, octets, len)) {
		return;
	}
	assert(packet_parse(packet, w.len, &p));
	assert(nts_read_answer(packet, &p, &f) == NTS_FORM_WHOLE);
	assert(nts_open(key, packet, &f, text, &text_len));
	assert(text_len == len && (len == 0 || memcmp(text, octets, len) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (key == NULL) {
		key = aead_key_new(15, SECRET);
		assert(key != NULL);
	}
	datagram(octets, len);
	inner(octets, len);
	sealed(octets, len);
	return 0;
}
