/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_nts_server - the server's side of NTS. */
#include "auth_nts_server.h"
#include <assert.h>
#include <string.h>

/* A longer time is one that the processor was taken away for, or the clock was moved. */
#define SEAL_MAX_S 20e-6
#define SEAL_MEAN_OF 16

enum { TIMED_FIRST = 64, TIMED_OF = 16 };

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

static bool
is_sealed(const struct auth_asked *q)
{
	return q->nts && q->was == PACKET_AUTH_GOOD;
}

/* The cookies that go into the answer, each with a nonce of its own. */
static void
put_cookies(struct auth_keys *k, const struct auth_asked *q, struct writer *w)
{
	uint8_t nonce[NTS_COOKIES_MAX][COOKIE_NONCE_LEN], cookie[COOKIE_LEN_MAX];
	size_t len = cookie_len(q->session.aead);

	k->nts.rng->ops->fill(k->nts.rng, nonce, sizeof nonce[0] * q->cookies);
	for (unsigned i = 0; i < q->cookies; i++) {
		if (cookies_make(k->nts.cookies, &q->session, nonce[i], cookie)) {
			nts_put_field(w, NTS_FIELD_COOKIE, cookie, len);
			k->nts_count.made++;
		}
	}
}

void
auth_prepare(struct auth_keys *k, const struct auth_asked *q)
{
	struct auth_nts_server *n = &k->nts;
	struct writer w = writer_over(n->text, sizeof n->text);

	if (!is_sealed(q)) {
		return;
	}
	assert(q->cookies >= 1 && q->cookies <= NTS_COOKIES_MAX);
	n->rng->ops->fill(n->rng, n->nonce, sizeof n->nonce);
	put_cookies(k, q, &w);
	assert(!w.bad); /* eight of the longest fit */
	n->text_len = w.len;
}

double
auth_seal_s(const struct auth_keys *k, const struct auth_asked *q)
{
	return is_sealed(q) ? k->nts.seal_s : 0.0;
}

bool
auth_times_seal(struct auth_keys *k, const struct auth_asked *q)
{
	unsigned n;

	if (!is_sealed(q)) {
		return false;
	}
	n = k->nts.seals++;
	return n < TIMED_FIRST || n % TIMED_OF == 0;
}

void
auth_sealed_in(struct auth_keys *k, double s)
{
	if (s >= 0.0 && s < SEAL_MAX_S) {
		k->nts.seal_s += (s - k->nts.seal_s) / SEAL_MEAN_OF;
	}
}

static bool
seal(struct auth_keys *k, const struct auth_asked *q, struct writer *w)
{
	struct auth_nts_server *n = &k->nts;
	struct aead_key *key = key_of(n, q->session.aead);

	return key != NULL && aead_key_set(key, q->session.s2c) &&
	    nts_seal(key, q->session.aead, w, n->nonce, n->text, n->text_len);
}

size_t
auth_nts_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet, size_t len,
    size_t cap)
{
	struct writer w = writer_over(packet, cap);

	assert(len == HEADER_LEN && len <= cap);
	w.len = len;
	if (q->was != PACKET_AUTH_GOOD && q->was != PACKET_AUTH_NAK) {
		return 0;
	}
	nts_put_field(&w, NTS_FIELD_UID, q->uid.at, q->uid.len);
	if (w.bad || (is_sealed(q) && !seal(k, q, &w))) {
		return 0;
	}
	k->nts_count.server_sent++;
	return w.len;
}
