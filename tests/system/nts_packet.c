/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_packet - fields of RFC 8915 over crypto/siv; NTPsec's cookies and chronyd's. */
#include "nts_packet.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"
#include "crypto/siv.h"

enum {
	HEADER = 48,
	ORIGIN_AT = 24,
	XMT_AT = 40,
	REFID_AT = 12,
	CLIENT_FIRST = 4 << 3 | 3,
	MODE_MASK = 7,
	MODE_SERVER = 4,
	FIELD_HEAD = 4,
	UID_AT = HEADER + FIELD_HEAD,
	FIELD_UID = 0x0104,
	FIELD_COOKIE = 0x0204,
	FIELD_PLACEHOLDER = 0x0304,
	FIELD_AUTH = 0x0404,
	ID_LEN = 4,
	COOKIE_HEAD = ID_LEN + COOKIE_NONCE_LEN,
	AEAD_LEN = 4,
	LINE = 256,
	KEY_MAX = 64,
};

/* ---- cookies ---- */

static size_t
half(unsigned aead)
{
	return aead >= 15 && aead <= 17 ? 32 + 16 * (size_t)(aead - 15) : 0;
}

/* Puts the key of that id into *out. False unless it is wanted (NULL: any), and good. */
static bool
take_key(const uint8_t id[ID_LEN], const char *hex, const uint8_t *wanted, struct nts_mint *out)
{
	if (wanted != NULL && memcmp(id, wanted, ID_LEN) != 0) {
		return false;
	}
	memcpy(out->id, id, ID_LEN);
	return OPENSSL_hexstr2buf_ex(out->secret, sizeof out->secret, &out->key_len, hex, '\0') ==
	    1;
}

/* A line of NTPsec's file: an id, or the key that follows it. */
static bool
read_ntpsec(const char *line, uint8_t id[ID_LEN], const uint8_t *wanted, struct nts_mint *out)
{
	if (strncmp(line, "I: ", 3) == 0) {
		unsigned long number = strtoul(line + 3, NULL, 10);
		for (unsigned i = 0; i < ID_LEN; i++) {
			id[i] = (uint8_t)(number >> 8 * i);
		}
	}
	return strncmp(line, "K: ", 3) == 0 && take_key(id, line + 3, wanted, out);
}

/* A line of chronyd's: "ID KEY", both in hex; the first one is "ALGORITHM AGE". */
static bool
read_chrony(char *line, uint8_t id[ID_LEN], const uint8_t *wanted, struct nts_mint *out)
{
	size_t n = 0;

	if (strlen(line) < 4 * ID_LEN || line[2 * ID_LEN] != ' ') {
		return false;
	}
	line[2 * ID_LEN] = '\0';
	return OPENSSL_hexstr2buf_ex(id, ID_LEN, &n, line, '\0') == 1 &&
	    take_key(id, line + 2 * ID_LEN + 1, wanted, out);
}

bool
nts_mint_read(const char *path, const uint8_t *wanted, struct nts_mint *out)
{
	char line[LINE] = "";
	uint8_t id[ID_LEN] = { 0 };
	FILE *f = fopen(path, "r");
	bool found = false;

	memset(out, 0, sizeof *out);
	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "NKS", 3) == 0) {
			out->chrony = true;
		} else {
			found = out->chrony ? read_chrony(line, id, wanted, out)
					    : read_ntpsec(line, id, wanted, out);
		}
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return found;
}

/* What is authenticated beside the text: NTPsec's id and nonce, chronyd's empty string. */
static void
beside(const struct nts_mint *m, const uint8_t *head, struct siv_part part[2])
{
	part[0] = (struct siv_part){ head, m->chrony ? 0 : COOKIE_HEAD };
	part[1] = (struct siv_part){ head + ID_LEN, COOKIE_NONCE_LEN };
}

bool
nts_mint_cookie(const struct nts_mint *m, const struct nts_session *s, struct nts_cookie *out)
{
	uint8_t text[AEAD_LEN + 2 * KEY_MAX] = { (uint8_t)s->aead };
	size_t key = half(s->aead), n = m->chrony ? 0 : AEAD_LEN;
	struct siv_key *k = siv_key_new(m->secret, m->key_len);
	struct siv_part part[2];
	bool good;

	memcpy(text + n, s->c2s, key);
	memcpy(text + n + key, s->s2c, key);
	memcpy(out->bytes, m->id, ID_LEN);
	beside(m, out->bytes, part);
	out->len = COOKIE_HEAD + SIV_TAG_LEN + n + 2 * key;
	good = k != NULL && RAND_bytes(out->bytes + ID_LEN, COOKIE_NONCE_LEN) == 1 &&
	    siv_seal(k, part, 2, text, n + 2 * key, out->bytes + COOKIE_HEAD);
	siv_key_free(k);
	return good;
}

bool
nts_mint_open(const struct nts_mint *m, const uint8_t *bytes, size_t len, struct nts_session *out)
{
	uint8_t text[NTS_COOKIE_MAX];
	size_t n = m->chrony ? 0 : AEAD_LEN, key;
	struct siv_key *k;
	struct siv_part part[2];
	bool good;

	if (len < COOKIE_HEAD + SIV_TAG_LEN + n || len > sizeof text ||
	    memcmp(bytes, m->id, ID_LEN) != 0) {
		return false;
	}
	k = siv_key_new(m->secret, m->key_len);
	beside(m, bytes, part);
	good = k != NULL && siv_open(k, part, 2, bytes + COOKIE_HEAD, len - COOKIE_HEAD, text);
	siv_key_free(k);
	key = (len - COOKIE_HEAD - SIV_TAG_LEN - n) / 2;
	if (!good || key > KEY_MAX) {
		return false;
	}
	out->aead = m->chrony ? (unsigned)(key / 16) + 13 : text[0];
	memcpy(out->c2s, text + n, key);
	memcpy(out->s2c, text + n + key, key);
	return true;
}

bool
nts_session_random(unsigned aead, struct nts_session *out)
{
	out->aead = aead;
	return half(aead) > 0 && RAND_bytes(out->c2s, (int)half(aead)) == 1 &&
	    RAND_bytes(out->s2c, (int)half(aead)) == 1;
}

/* ---- packets ---- */

static void
put_field(struct writer *w, unsigned type, const uint8_t *body, size_t len)
{
	writer_u16(w, (uint16_t)type);
	writer_u16(w, (uint16_t)(FIELD_HEAD + (len + 3) / 4 * 4));
	writer_bytes(w, body, len);
	writer_pad(w, 4);
}

size_t
nts_request_make(const struct nts_session *s, const struct nts_cookie *c, unsigned placeholders,
    uint8_t out[NTS_PACKET_MAX])
{
	uint8_t fresh[NTS_UID_LEN + NTS_NONCE_LEN + 8], zeros[NTS_COOKIE_MAX] = { 0 };
	uint8_t body[FIELD_HEAD + NTS_NONCE_LEN + SIV_TAG_LEN] = { 0, NTS_NONCE_LEN, 0,
		SIV_TAG_LEN };
	struct siv_key *k = siv_key_new(s->c2s, half(s->aead));
	struct writer w = writer_over(out, NTS_PACKET_MAX);
	bool good = k != NULL && RAND_bytes(fresh, sizeof fresh) == 1;

	writer_bytes(&w, zeros, HEADER);
	put_field(&w, FIELD_UID, fresh, NTS_UID_LEN);
	put_field(&w, FIELD_COOKIE, c->bytes, c->len);
	for (unsigned i = 0; i < placeholders; i++) {
		put_field(&w, FIELD_PLACEHOLDER, zeros, c->len);
	}
	out[0] = CLIENT_FIRST;
	memcpy(out + XMT_AT, fresh + NTS_UID_LEN + NTS_NONCE_LEN, 8);
	memcpy(body + FIELD_HEAD, fresh + NTS_UID_LEN, NTS_NONCE_LEN);
	good = good && !w.bad &&
	    siv_seal(k, (struct siv_part[]){ { out, w.len }, { body + FIELD_HEAD, NTS_NONCE_LEN } },
		2, NULL, 0, body + FIELD_HEAD + NTS_NONCE_LEN);
	put_field(&w, FIELD_AUTH, body, sizeof body);
	siv_key_free(k);
	return good && !w.bad ? w.len : 0;
}

/* The cookies among the fields that were sealed. */
static void
take_cookies(const uint8_t *text, size_t len, struct nts_reply *out)
{
	struct cursor c = cursor_over(text, len);

	while (cursor_left(&c) >= FIELD_HEAD && out->cookie_n < NTS_COOKIES_MAX) {
		unsigned type = cursor_u16(&c), whole = cursor_u16(&c);
		struct span body = cursor_take(&c, whole < FIELD_HEAD ? 0 : whole - FIELD_HEAD);
		if (whole < FIELD_HEAD || cursor_bad(&c)) {
			return;
		}
		if (type == FIELD_COOKIE && body.len <= NTS_COOKIE_MAX) {
			struct nts_cookie *to = &out->cookie[out->cookie_n++];
			to->len = body.len;
			memcpy(to->bytes, body.at, body.len);
		}
	}
}

/* Opens the authenticator whose body this is; before is how much of the packet it protects. */
static void
open_sealed(const struct nts_session *s, struct span body, const uint8_t *bytes, size_t before,
    struct nts_reply *out)
{
	uint8_t text[NTS_PACKET_MAX];
	struct cursor c = cursor_over(body.at, body.len);
	size_t nonce_len = cursor_u16(&c), sealed_len = cursor_u16(&c);
	struct span nonce = cursor_take(&c, (nonce_len + 3) / 4 * 4);
	struct span sealed = cursor_take(&c, (sealed_len + 3) / 4 * 4);
	struct siv_key *k;

	if (cursor_bad(&c) || sealed_len < SIV_TAG_LEN || sealed.len > sizeof text) {
		return;
	}
	k = siv_key_new(s->s2c, half(s->aead));
	out->opened = k != NULL &&
	    siv_open(k, (struct siv_part[]){ { bytes, before }, { nonce.at, nonce_len } }, 2,
		sealed.at, sealed_len, text);
	siv_key_free(k);
	if (out->opened) {
		take_cookies(text, sealed_len - SIV_TAG_LEN, out);
	}
}

bool
nts_reply_read(const struct nts_session *s, const uint8_t *request, const uint8_t *bytes,
    size_t len, struct nts_reply *out)
{
	struct cursor c = cursor_over(bytes, len);

	memset(out, 0, sizeof *out);
	if (len < HEADER || (bytes[0] & MODE_MASK) != MODE_SERVER) {
		return false;
	}
	(void)cursor_take(&c, HEADER);
	while (cursor_left(&c) >= FIELD_HEAD && !out->opened) {
		size_t before = c.pos;
		unsigned type = cursor_u16(&c), whole = cursor_u16(&c);
		struct span body = cursor_take(&c, whole < FIELD_HEAD ? 0 : whole - FIELD_HEAD);
		if (whole < FIELD_HEAD || cursor_bad(&c)) {
			return false;
		}
		if (type == FIELD_UID) {
			out->mine = body.len == NTS_UID_LEN &&
			    memcmp(body.at, request + UID_AT, NTS_UID_LEN) == 0 &&
			    memcmp(bytes + ORIGIN_AT, request + XMT_AT, 8) == 0;
		} else if (type == FIELD_AUTH && out->mine) {
			open_sealed(s, body, bytes, before, out);
		}
	}
	out->stratum = bytes[1];
	if (out->stratum == 0) {
		memcpy(out->kiss, bytes + REFID_AT, 4);
	}
	out->nak = out->stratum == 0 && !out->opened && strcmp(out->kiss, "NTSN") == 0;
	return true;
}
