/* SPDX-License-Identifier: BSD-2-Clause */
/* NTS of a played server. */
#include "sim/sim_nts.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "crypto/nts.h"
#include "wire/nts.h"
#include "wire/ntske.h"

static const uint8_t ZEROES[32];

enum { KEY_LEN = 32, LONGEST = NTS_COOKIES_MAX * 2, STRANGE = 0x7777 };

/* ---- cookies ---- */

static void
random_octets(struct sim_nts *n, void *out, size_t len)
{
	n->rng.port.ops->fill(&n->rng.port, out, len);
}

void
sim_nts_lose_keys(struct sim_nts *n)
{
	n->keys = (struct cookie_key_set){ .len = KEY_LEN, .n = 1 };
	random_octets(n, &n->keys.key[0].id, sizeof n->keys.key[0].id);
	random_octets(n, n->keys.key[0].secret, KEY_LEN);
	cookies_free(n->cookies);
	n->cookies = cookies_new(&n->keys);
	assert(n->cookies != NULL);
}

static struct cookies *
cookies_of(const struct sim_nts *n)
{
	return n->share != NULL ? n->share->cookies : n->cookies;
}

static bool
open_cookie(struct sim_nts *n, const struct span *cookie, struct nts_session *s)
{
	size_t longer = n->share != NULL ? n->share->longer : n->longer;

	/* What was made before the fault began is as long as it was. */
	return cookies_open(cookies_of(n), cookie->at, cookie->len, s) <= COOKIE_OLDER ||
	    (cookie->len > longer &&
		cookies_open(cookies_of(n), cookie->at, cookie->len - longer, s) <= COOKIE_OLDER);
}

static void
note_cookie(struct sim_nts *n, const struct span *cookie)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < cookie->len; i++) {
		hash = (hash ^ cookie->at[i]) * UINT64_C(0x100000001b3);
	}
	for (unsigned i = 0; i < n->seen_n; i++) {
		n->twice += n->seen[i] == hash;
	}
	if (n->seen_n < SIM_NTS_SEEN) {
		n->seen[n->seen_n++] = hash;
	}
}

/* ---- key establishment ---- */

static bool
denied(const struct ntske_request *q, const char *name)
{
	for (unsigned i = 0; i < q->deny_n; i++) {
		if (text_equal(q->deny[i], name)) {
			return true;
		}
	}
	return false;
}

static void
choose_server(struct sim_nts *n, const uint8_t *request, size_t len)
{
	struct ntske_request q;
	struct text t;

	if (n->pool_n == 0 || ntske_read_request(request, len, &q) != NTSKE_READ_DONE) {
		return;
	}
	t = text_over(n->rules.server, sizeof n->rules.server);
	if (q.server[0] != '\0' && !n->ignores_wish) {
		text_put(&t, q.server);
		return;
	}
	for (unsigned i = 0; i < n->pool_n; i++) {
		const char *name = n->pool[(n->pool_turn + i) % n->pool_n];

		if (!denied(&q, name)) {
			n->pool_turn = (n->pool_turn + i + 1) % n->pool_n;
			text_put(&t, name);
			return;
		}
	}
	text_put(&t, n->pool[n->pool_turn++ % n->pool_n]);
}

static enum ke_said
respond(void *ctx, const struct ke_exporter *x, const uint8_t *request, size_t len,
    struct writer *out)
{
	struct sim_nts *n = ctx;
	struct ke_means m = { .exporter = *x, .cookies = cookies_of(n) };
	unsigned code;

	if (n->ke_error) {
		ntske_put_error(out, NTSKE_ERROR_INTERNAL);
		return KE_SAID_ERROR;
	}
	random_octets(n, m.nonce, sizeof m.nonce);
	choose_server(n, request, len);
	return ke_respond(&n->rules, &m, request, len, out, &code);
}

/* ---- packets ---- */

static void
put_inner(struct sim_nts *n, const struct nts_session *s, unsigned k, struct writer *w)
{
	uint8_t cookie[COOKIE_LEN_MAX + 256], nonce[COOKIE_NONCE_LEN];

	for (unsigned i = 0; i < k + n->extra; i++) {
		memset(cookie, 0, sizeof cookie);
		random_octets(n, nonce, sizeof nonce);
		(void)cookies_make(cookies_of(n), s, nonce, cookie);
		nts_put_field(w, NTS_FIELD_COOKIE, cookie, cookie_len(s->aead) + n->longer);
	}
	if (n->strange_fields) {
		nts_put_field(w, (enum nts_field_type)STRANGE, ZEROES, 16);
	}
}

static size_t
seal(struct sim_nts *n, const struct nts_session *s, const struct nts_fields *f, unsigned k,
    struct writer *w)
{
	uint8_t text[LONGEST * (COOKIE_LEN_MAX + 4)], nonce[AEAD_NONCE_MAX];
	struct writer inner = writer_over(text, sizeof text);
	struct aead_key *key = aead_key_new(s->aead, s->s2c);
	bool good;

	put_inner(n, s, k, &inner);
	if (n->strange_fields) {
		nts_put_field(w, (enum nts_field_type)STRANGE, ZEROES, 16);
	}
	nts_put_field(w, NTS_FIELD_UID, f->uid.at, f->uid.len);
	random_octets(n, nonce, sizeof nonce);
	good = nts_seal(key, s->aead, w, nonce, text, inner.len);
	if (n->strange_fields) {
		nts_put_field(w, (enum nts_field_type)STRANGE, ZEROES, 28);
	}
	aead_key_free(key);
	return good && !w->bad ? w->len : 0;
}

static size_t
put_nak(struct sim_nts *n, const struct nts_fields *f, struct writer *w)
{
	if (n->never_naks) {
		return 0;
	}
	n->naks++;
	w->at[0] |= 0xc0;
	w->at[1] = 0;
	memcpy(w->at + 12, "NTSN", 4);
	nts_put_field(w, NTS_FIELD_UID, f->uid.at, f->uid.len);
	return w->len;
}

static bool
opens(const struct nts_session *s, const uint8_t *request, const struct nts_fields *f)
{
	struct aead_key *key = aead_key_new(s->aead, s->c2s);
	uint8_t text[NTS_TEXT_MAX];
	size_t len;
	bool good = nts_open(key, request, f, text, &len);

	aead_key_free(key);
	return good;
}

size_t
sim_nts_answer(struct sim_nts *n, const uint8_t *request, size_t request_len, uint8_t *out,
    size_t len, size_t cap)
{
	struct writer w = writer_over(out, cap);
	bool kiss = out[1] == 0;
	struct nts_session s;
	struct nts_fields f;
	struct packet p;

	if (!packet_parse(request, request_len, &p) ||
	    nts_read_request(request, &p, &f) != NTS_FORM_WHOLE) {
		n->in_clear++;
		return len;
	}
	w.len = len;
	n->most = request_len > n->most ? (unsigned)request_len : n->most;
	n->asked_for = 1 + f.placeholders;
	note_cookie(n, &f.cookie);
	if (!open_cookie(n, &f.cookie, &s)) {
		return put_nak(n, &f, &w);
	}
	if (!opens(&s, request, &f)) {
		n->bad++;
		return 0;
	}
	if (n->plain || (n->plain_kiss && kiss)) {
		return len;
	}
	n->sealed++;
	return seal(n, &s, &f, n->asked_for, &w);
}

/* ---- its life ---- */

struct sim_nts *
sim_nts_new(struct sim_ke_world *all, struct sim_host *host, uint64_t seed, const char *name)
{
	struct sim_nts *n = sim_alloc(1, sizeof *n);
	struct text t;

	n->rng = sim_rng_of(seed, "nts", host->index);
	sim_nts_lose_keys(n);
	n->rules.aead[n->rules.aead_n++] = NTSKE_AES_SIV_CMAC_256;
	n->rules.aead[n->rules.aead_n++] = NTSKE_AES_SIV_CMAC_512;
	n->ke = sim_ke_listen(all, host, 4460);
	t = text_over(n->ke->certificate.name, sizeof n->ke->certificate.name);
	text_put(&t, name);
	n->ke->respond = respond;
	n->ke->ctx = n;
	return n;
}

void
sim_nts_free(struct sim_nts *n)
{
	if (n != NULL) {
		cookies_free(n->cookies);
		free(n);
	}
}
