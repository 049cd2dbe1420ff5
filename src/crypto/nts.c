/* SPDX-License-Identifier: BSD-2-Clause */
/* nts - packets of NTS, sealed and opened. */
#include "crypto/nts.h"
#include <assert.h>
#include <string.h>

enum { NONCE_ROOM_MAX = 16 }; /* an answer's nonce is not expected to be longer */

uint8_t *
nts_put_unsealed(unsigned aead, struct writer *w, const uint8_t *nonce, size_t len,
    struct nts_unsealed *out)
{
	size_t nonce_len = aead_nonce_len(aead), ad_len = w->len;
	uint8_t *sealed;

	assert(nonce_len > 0);
	sealed = nts_put_authenticator(w, nonce, nonce_len, len + AEAD_TAG_LEN);
	if (sealed == NULL) {
		return NULL;
	}
	*out = (struct nts_unsealed){ aead, ad_len, (size_t)(sealed - w->at), len };
	return sealed + AEAD_TAG_LEN;
}

bool
nts_seal_put(struct aead_key *k, const struct nts_unsealed *u, uint8_t *packet)
{
	size_t nonce_len = aead_nonce_len(u->aead);
	const struct aead_beside b = { packet, u->ad_len, packet + u->sealed_at - nonce_len,
		nonce_len };

	return aead_seal_in_place(k, &b, u->len, packet + u->sealed_at);
}

bool
nts_seal(struct aead_key *k, unsigned aead, struct writer *w, const uint8_t *nonce,
    const uint8_t *text, size_t len)
{
	struct nts_unsealed u;
	uint8_t *at = nts_put_unsealed(aead, w, nonce, len, &u);

	if (at != NULL && len > 0) {
		memcpy(at, text, len);
	}
	return at != NULL && nts_seal_put(k, &u, w->at);
}

bool
nts_open(struct aead_key *k, const uint8_t *packet, const struct nts_fields *f,
    uint8_t text[NTS_TEXT_MAX], size_t *len)
{
	const struct aead_beside b = { packet, f->protected_len, f->nonce.at, f->nonce.len };

	if (f->sealed.len < AEAD_TAG_LEN || f->sealed.len - AEAD_TAG_LEN > NTS_TEXT_MAX ||
	    !aead_open(k, &b, f->sealed.at, f->sealed.len, text)) {
		return false;
	}
	*len = f->sealed.len - AEAD_TAG_LEN;
	return true;
}

bool
nts_nonce_fits(unsigned aead, const struct nts_fields *f)
{
	size_t longest = aead_nonce_len(aead);

	assert(longest % 4 == 0 && longest <= NONCE_ROOM_MAX);
	return f->nonce_room >= longest;
}

size_t
nts_request_len(unsigned aead, size_t cookie_len, unsigned placeholders)
{
	return HEADER_LEN + nts_field_len(NTS_UID_LEN) +
	    (1 + placeholders) * nts_field_len(cookie_len) +
	    nts_authenticator_len(aead_nonce_len(aead), AEAD_TAG_LEN);
}

size_t
nts_request(struct aead_key *k, unsigned aead, const struct nts_ask *ask, uint8_t *packet,
    size_t cap)
{
	struct writer w = writer_over(packet, cap);

	assert(cap >= HEADER_LEN);
	w.len = HEADER_LEN; /* is there */
	nts_put_field(&w, NTS_FIELD_UID, ask->uid, sizeof ask->uid);
	nts_put_field(&w, NTS_FIELD_COOKIE, ask->cookie, ask->cookie_len);
	for (unsigned i = 0; i < ask->placeholders; i++) {
		nts_put_placeholder(&w, ask->cookie_len);
	}
	return nts_seal(k, aead, &w, ask->nonce, NULL, 0) ? w.len : 0;
}
