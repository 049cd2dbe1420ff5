/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_nts_server - the server's side of NTS. */
#include "auth_nts_server.h"
#include <assert.h>
#include <string.h>

static const unsigned AEADS[AUTH_AEADS] = { 15, 16, 17, 30 };

/* ---- keys ---- */

static void
free_keys(struct auth_nts_server *n)
{
	for (unsigned i = 0; i < AUTH_AEADS; i++) {
		aead_key_free(n->key[i]);
		n->key[i] = NULL;
	}
}

/* One for each algorithm that is here; the secret of a session comes later. */
static bool
make_keys(struct auth_nts_server *n)
{
	static const uint8_t none[AEAD_KEY_MAX];

	for (unsigned i = 0; i < AUTH_AEADS; i++) {
		if (n->key[i] == NULL && aead_here(AEADS[i])) {
			n->key[i] = aead_key_new(AEADS[i], none);
			if (n->key[i] == NULL) {
				return false;
			}
		}
	}
	return true;
}

bool
auth_take_cookies(struct auth_keys *k, struct cookies *c, struct rng *rng)
{
	struct auth_nts_server *n = &k->nts;

	cookies_free(n->cookies);
	n->cookies = c;
	n->rng = rng;
	if (c != NULL && make_keys(n)) {
		return true;
	}
	cookies_free(n->cookies);
	n->cookies = NULL;
	free_keys(n);
	explicit_bzero(n->text, sizeof n->text);
	return c == NULL;
}

void
auth_reset_nts_count(struct auth_keys *k)
{
	k->nts_count = (struct nts_count){ 0 };
}

/* The key for sessions of that algorithm; NULL: it is not here. */
static struct aead_key *
key_of(const struct auth_nts_server *n, unsigned aead)
{
	for (unsigned i = 0; i < AUTH_AEADS; i++) {
		if (AEADS[i] == aead) {
			return n->key[i];
		}
	}
	return NULL;
}

/* ---- requests ---- */

/* What a request asks for, by its placeholders in clear and inside. */
static unsigned
cookies_wanted(const struct nts_fields *f, const struct nts_inner *in)
{
	unsigned n = 1 + f->placeholders + in->placeholders;

	return n < NTS_COOKIES_MAX ? n : NTS_COOKIES_MAX;
}

/* Opens the packet with the keys of its cookie. */
static enum packet_auth
open_packet(struct auth_nts_server *n, const uint8_t *bytes, const struct nts_fields *f,
    struct auth_asked *out)
{
	struct aead_key *key = key_of(n, out->session.aead);
	struct nts_inner in;

	if (key == NULL) {
		return PACKET_AUTH_NAK;
	}
	if (!nts_nonce_fits(out->session.aead, f)) {
		return PACKET_AUTH_DROP;
	}
	if (!aead_key_set(key, out->session.c2s) ||
	    !nts_open(key, bytes, f, n->text, &n->text_len)) {
		return PACKET_AUTH_NAK;
	}
	if (!nts_read_inner(n->text, n->text_len, f->cookie.len, &in)) {
		return PACKET_AUTH_DROP;
	}
	out->cookies = cookies_wanted(f, &in);
	return PACKET_AUTH_GOOD;
}

static enum packet_auth
open_request(struct auth_keys *k, const uint8_t *bytes, const struct nts_fields *f,
    struct auth_asked *out)
{
	enum cookie_opened how =
	    cookies_open(k->nts.cookies, f->cookie.at, f->cookie.len, &out->session);

	k->nts_count.opened[how]++;
	if (how == COOKIE_UNKNOWN || how == COOKIE_WRONG) {
		return PACKET_AUTH_NAK;
	}
	return open_packet(&k->nts, bytes, f, out);
}

static enum packet_auth
judge(struct auth_keys *k, enum nts_form form, const uint8_t *bytes, const struct packet *p,
    const struct nts_fields *f, struct auth_asked *out)
{
	if (k->nts.cookies == NULL) {
		k->nts_count.not_server++;
		return PACKET_AUTH_DROP;
	}
	if (form != NTS_FORM_WHOLE || p->hdr.mode != MODE_CLIENT) {
		return PACKET_AUTH_DROP;
	}
	out->uid = f->uid;
	return open_request(k, bytes, f, out);
}

bool
auth_nts_check_request(struct auth_keys *k, const uint8_t *bytes, const struct packet *p,
    struct auth_asked *out)
{
	struct nts_fields f;
	enum nts_form form = nts_read_request(bytes, p, &f);

	if (form == NTS_FORM_NONE) {
		return false;
	}
	out->nts = true;
	out->was = judge(k, form, bytes, p, &f, out);
	if (out->was != PACKET_AUTH_GOOD) {
		auth_forget_asked(out);
	}
	if (k->nts.cookies != NULL) {
		*(out->was == PACKET_AUTH_GOOD ? &k->nts_count.server_good
					       : &k->nts_count.server_bad) += 1;
	}
	return true;
}

void
auth_forget_asked(struct auth_asked *q)
{
	if (q->nts) {
		explicit_bzero(&q->session, sizeof q->session);
	}
}

/* ---- answers ---- */

/* The cookies that go into the answer, each with a nonce of its own. */
static bool
put_cookies(struct auth_keys *k, const struct auth_asked *q, struct writer *w)
{
	uint8_t nonce[NTS_COOKIES_MAX][COOKIE_NONCE_LEN], cookie[COOKIE_LEN_MAX];
	size_t len = cookie_len(q->session.aead);

	k->nts.rng->ops->fill(k->nts.rng, nonce, sizeof nonce[0] * q->cookies);
	for (unsigned i = 0; i < q->cookies; i++) {
		if (!cookies_make(k->nts.cookies, &q->session, nonce[i], cookie)) {
			return false;
		}
		nts_put_field(w, NTS_FIELD_COOKIE, cookie, len);
		k->nts_count.made++;
	}
	return !w->bad;
}

/* The authenticator with its text, yet to be sealed. */
static bool
put_text(struct auth_keys *k, const struct auth_asked *q, struct writer *w, struct auth_ending *e)
{
	size_t len = q->cookies * nts_field_len(cookie_len(q->session.aead));
	uint8_t nonce[AEAD_NONCE_MAX];
	uint8_t *text;
	struct writer in;

	assert(q->cookies >= 1 && q->cookies <= NTS_COOKIES_MAX);
	k->nts.rng->ops->fill(k->nts.rng, nonce, sizeof nonce);
	text = nts_put_unsealed(q->session.aead, w, nonce, len, &e->seal);
	if (text == NULL) {
		return false;
	}
	e->how = AUTH_END_SEAL;
	memcpy(e->s2c, q->session.s2c, aead_key_len(q->session.aead));
	in = writer_over(text, len);
	return put_cookies(k, q, &in);
}

size_t
auth_nts_begin_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet, size_t len,
    size_t cap, struct auth_ending *e)
{
	struct writer w = writer_over(packet, cap);

	assert(len == HEADER_LEN && len <= cap);
	w.len = len;
	if (q->was != PACKET_AUTH_GOOD && q->was != PACKET_AUTH_NAK) {
		return 0;
	}
	nts_put_field(&w, NTS_FIELD_UID, q->uid.at, q->uid.len);
	if (w.bad || (q->was == PACKET_AUTH_GOOD && !put_text(k, q, &w, e))) {
		return 0;
	}
	k->nts_count.server_sent += q->was == PACKET_AUTH_NAK;
	return w.len;
}

bool
auth_nts_seal(struct auth_keys *k, const struct auth_ending *e, uint8_t *packet)
{
	struct aead_key *key = key_of(&k->nts, e->seal.aead);

	if (key == NULL || !aead_key_set(key, e->s2c) || !nts_seal_put(key, &e->seal, packet)) {
		return false;
	}
	k->nts_count.server_sent++;
	return true;
}
