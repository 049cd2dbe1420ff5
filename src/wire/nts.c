/* SPDX-License-Identifier: BSD-2-Clause */
/* nts - the extension fields of NTS, found and written. */
#include "wire/nts.h"
#include <assert.h>

enum { TAG_LEN = 16, LENGTHS_LEN = 4 /* of nonce and ciphertext */ };

static size_t
padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/* ---- found ---- */

/* The fields of a packet by kind; those before the first authenticator are counted. */
struct found {
	const struct extension *uid, *cookie, *authenticator;
	unsigned uids, cookies, authenticators;
};

static void
note(struct found *f, const struct extension *e)
{
	switch (e->type) {
	case NTS_FIELD_UID:
		f->uid = e;
		f->uids += f->authenticators == 0 ? 1 : 0;
		break;
	case NTS_FIELD_COOKIE:
		f->cookie = e;
		f->cookies += f->authenticators == 0 ? 1 : 0;
		break;
	case NTS_FIELD_AUTHENTICATOR:
		f->authenticator = e;
		f->authenticators++;
		break;
	default:
		break;
	}
}

static struct found
find(const struct packet *p)
{
	struct found f = { .uids = 0 };

	for (unsigned i = 0; i < p->ext_n; i++) {
		if (f.authenticators == 0 || p->ext[i].type == NTS_FIELD_AUTHENTICATOR) {
			note(&f, &p->ext[i]);
		}
	}
	return f;
}

static bool
take_uid(const struct found *f, struct nts_fields *out)
{
	if (f->uids != 1 || f->uid->body.len < NTS_UID_LEN) {
		return false;
	}
	out->uid = f->uid->body;
	return true;
}

/* Two lengths, the nonce and the ciphertext, each padded; the rest is padding. RFC 8915, 5.6. */
static bool
take_authenticator(const uint8_t *bytes, const struct extension *e, struct nts_fields *out)
{
	struct cursor c = cursor_over(e->body.at, e->body.len);
	size_t nonce_len = cursor_u16(&c), sealed_len = cursor_u16(&c);
	struct span nonce = cursor_take(&c, padded(nonce_len));
	struct span sealed = cursor_take(&c, padded(sealed_len));

	if (cursor_bad(&c) || nonce_len == 0 || sealed_len < TAG_LEN) {
		return false;
	}
	out->nonce = (struct span){ nonce.at, nonce_len };
	out->sealed = (struct span){ sealed.at, sealed_len };
	out->nonce_room = nonce.len + cursor_left(&c);
	out->protected_len = (size_t)(e->body.at - bytes) - NTS_FIELD_HEADER_LEN;
	return true;
}

/* A placeholder is as long as the cookie that is asked for; another one asks for nothing. */
static unsigned
count_placeholders(const struct packet *p, size_t cookie_len)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->ext_n && p->ext[i].type != NTS_FIELD_AUTHENTICATOR; i++) {
		n += p->ext[i].type == NTS_FIELD_PLACEHOLDER && p->ext[i].body.len == cookie_len;
	}
	return n;
}

enum nts_form
nts_read_request(const uint8_t *bytes, const struct packet *p, struct nts_fields *out)
{
	struct found f = find(p);
	struct nts_fields got = { .placeholders = 0 };

	if (f.cookies == 0 && f.authenticators == 0) {
		return NTS_FORM_NONE;
	}
	if (f.cookies != 1 || f.authenticators != 1 || !take_uid(&f, &got) ||
	    !take_authenticator(bytes, f.authenticator, &got)) {
		return NTS_FORM_BAD;
	}
	got.cookie = f.cookie->body;
	got.placeholders = count_placeholders(p, got.cookie.len);
	*out = got;
	return NTS_FORM_WHOLE;
}

enum nts_form
nts_read_answer(const uint8_t *bytes, const struct packet *p, struct nts_fields *out)
{
	struct found f = find(p);
	struct nts_fields got = { .placeholders = 0 };

	if (f.uids == 0 && f.authenticators == 0) {
		return NTS_FORM_NONE;
	}
	if (!take_uid(&f, &got)) {
		return NTS_FORM_BAD;
	}
	if (f.authenticators == 0) {
		*out = got;
		return NTS_FORM_NAK;
	}
	if (f.authenticators != 1 || !take_authenticator(bytes, f.authenticator, &got)) {
		return NTS_FORM_BAD;
	}
	*out = got;
	return NTS_FORM_WHOLE;
}

static void
note_inner(struct nts_inner *in, uint16_t type, struct span body, size_t cookie_len)
{
	if (type == NTS_FIELD_COOKIE && body.len > 0 && in->cookie_n < NTS_COOKIES_MAX) {
		in->cookie[in->cookie_n++] = body;
	}
	in->placeholders += type == NTS_FIELD_PLACEHOLDER && body.len == cookie_len;
}

bool
nts_read_inner(const uint8_t *text, size_t len, size_t cookie_len, struct nts_inner *out)
{
	struct cursor c = cursor_over(text, len);
	struct nts_inner got = { .cookie_n = 0 };

	while (cursor_left(&c) > 0) {
		uint16_t type = cursor_u16(&c);
		size_t field_len = cursor_u16(&c);
		struct span body;

		if (cursor_bad(&c) || field_len < NTS_FIELD_HEADER_LEN || field_len % 4 != 0) {
			return false;
		}
		body = cursor_take(&c, field_len - NTS_FIELD_HEADER_LEN);
		if (cursor_bad(&c)) {
			return false;
		}
		note_inner(&got, type, body, cookie_len);
	}
	*out = got;
	return true;
}

/* ---- written ---- */

size_t
nts_field_len(size_t body_len)
{
	return NTS_FIELD_HEADER_LEN + padded(body_len);
}

size_t
nts_authenticator_len(size_t nonce_len, size_t sealed_len)
{
	return nts_field_len(LENGTHS_LEN + padded(nonce_len) + padded(sealed_len));
}

static void
put_header(struct writer *w, enum nts_field_type type, size_t body_len)
{
	size_t len = nts_field_len(body_len);

	if (len > UINT16_MAX) {
		w->bad = true;
		return;
	}
	writer_u16(w, (uint16_t)type);
	writer_u16(w, (uint16_t)len);
}

void
nts_put_field(struct writer *w, enum nts_field_type type, const uint8_t *body, size_t len)
{
	put_header(w, type, len);
	writer_bytes(w, body, len);
	writer_pad(w, 4);
}

/* Zeros of len octets and their padding. */
static void
put_zeros(struct writer *w, size_t len)
{
	static const uint8_t zeros[64];

	len = padded(len);
	for (size_t n; len > 0; len -= n) {
		n = len < sizeof zeros ? len : sizeof zeros;
		writer_bytes(w, zeros, n);
	}
}

void
nts_put_placeholder(struct writer *w, size_t cookie_len)
{
	put_header(w, NTS_FIELD_PLACEHOLDER, cookie_len);
	put_zeros(w, cookie_len);
}

/* Room for len octets and their padding, which is zero; NULL when there is none. */
static uint8_t *
put_room(struct writer *w, size_t len)
{
	uint8_t *at = w->at + w->len;

	put_zeros(w, len);
	return w->bad ? NULL : at;
}

uint8_t *
nts_put_authenticator(struct writer *w, const uint8_t *nonce, size_t nonce_len, size_t sealed_len)
{
	assert(nonce_len > 0 && nonce_len <= TAG_LEN && sealed_len >= TAG_LEN);
	put_header(w, NTS_FIELD_AUTHENTICATOR,
	    LENGTHS_LEN + padded(nonce_len) + padded(sealed_len));
	writer_u16(w, (uint16_t)nonce_len);
	writer_u16(w, (uint16_t)sealed_len);
	writer_bytes(w, nonce, nonce_len);
	writer_pad(w, 4);
	return put_room(w, sealed_len);
}
