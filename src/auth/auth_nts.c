/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_nts - NTS of one association. */
#include "auth_nts.h"
#include <stdlib.h>
#include <string.h>
#include "crypto/nts.h"
#include "port/rng.h"

/* Both directions of a session. */
struct session {
	unsigned aead; /* 0: there is none */
	struct aead_key *c2s, *s2c;
};

struct auth_nts {
	struct rng *rng;
	struct session now, next; /* next: from the next request on */
	struct nts_ask ask;       /* cookie NULL: none was given */
	bool asked;               /* the identifier in ask is that of a request under way */
	uint8_t text[NTS_TEXT_MAX];
	struct nts_inner opened; /* in text */
};

/* ---- keys ---- */

static void
session_end(struct session *s)
{
	aead_key_free(s->c2s);
	aead_key_free(s->s2c);
	*s = (struct session){ .aead = 0 };
}

bool
auth_start_nts(struct auth *a, struct auth_keys *keys, struct rng *rng)
{
	*a = (struct auth){ .kind = AUTH_NTS, .keys = keys };
	a->nts = calloc(1, sizeof *a->nts);
	if (a->nts == NULL) {
		return false;
	}
	a->nts->rng = rng;
	return true;
}

void
auth_end(struct auth *a)
{
	if (a->nts != NULL) {
		session_end(&a->nts->now);
		session_end(&a->nts->next);
		explicit_bzero(a->nts, sizeof *a->nts);
		free(a->nts);
		a->nts = NULL;
	}
}

bool
auth_nts_keys(struct auth *a, unsigned aead, const uint8_t *c2s, const uint8_t *s2c)
{
	struct session s = { .aead = aead };

	s.c2s = aead_key_new(aead, c2s);
	s.s2c = aead_key_new(aead, s2c);
	if (s.c2s == NULL || s.s2c == NULL) {
		session_end(&s);
		return false;
	}
	session_end(&a->nts->next);
	a->nts->next = s;
	return true;
}

bool
auth_nts_ready(const struct auth *a)
{
	return a->nts != NULL && (a->nts->now.aead != 0 || a->nts->next.aead != 0);
}

/* ---- requests ---- */

void
auth_nts_cookie(struct auth *a, const uint8_t *cookie, size_t len, unsigned placeholders)
{
	a->nts->ask.cookie = cookie;
	a->nts->ask.cookie_len = len;
	a->nts->ask.placeholders = placeholders;
}

size_t
auth_nts_request(struct auth *a, uint8_t *packet, size_t len, size_t cap)
{
	struct auth_nts *n = a->nts;

	if (n == NULL || !auth_nts_ready(a) || n->ask.cookie == NULL || len != HEADER_LEN) {
		return 0;
	}
	if (n->next.aead != 0) {
		session_end(&n->now);
		n->now = n->next;
		n->next = (struct session){ .aead = 0 };
	}
	n->rng->ops->fill(n->rng, n->ask.uid, sizeof n->ask.uid);
	n->rng->ops->fill(n->rng, n->ask.nonce, sizeof n->ask.nonce);
	len = nts_request(n->now.c2s, n->now.aead, &n->ask, packet, cap);
	n->ask.cookie = NULL; /* none is used twice */
	n->asked = len > 0;
	return len;
}

/* ---- answers ---- */

/* In a time that does not tell where they differ. */
static bool
is_our_uid(const struct auth_nts *n, const struct span *uid)
{
	unsigned differs = 0;

	if (!n->asked || uid->len != sizeof n->ask.uid) {
		return false;
	}
	for (size_t i = 0; i < sizeof n->ask.uid; i++) {
		differs |= (unsigned)(uid->at[i] ^ n->ask.uid[i]);
	}
	return differs == 0;
}

static bool
open_answer(struct auth_nts *n, const uint8_t *bytes, const struct nts_fields *f)
{
	struct nts_inner inner;
	size_t len;

	if (!is_our_uid(n, &f->uid) || !nts_open(n->now.s2c, bytes, f, n->text, &len) ||
	    !nts_read_inner(n->text, len, 0, &inner)) {
		return false;
	}
	n->opened = inner;
	return true;
}

enum packet_auth
auth_nts_check(struct auth *a, const uint8_t *bytes, const struct packet *p)
{
	struct auth_nts *n = a->nts;
	struct nts_fields f;

	if (n == NULL || n->now.aead == 0) {
		return PACKET_AUTH_NONE;
	}
	n->opened.cookie_n = 0;
	switch (nts_read_answer(bytes, p, &f)) {
	case NTS_FORM_NONE:
		return PACKET_AUTH_NONE;
	case NTS_FORM_WHOLE:
		return open_answer(n, bytes, &f) ? PACKET_AUTH_GOOD : PACKET_AUTH_BAD;
	case NTS_FORM_NAK:
		return is_our_uid(n, &f.uid) && p->hdr.stratum == 0 &&
			p->hdr.refid == refid_of_text("NTSN")
		    ? PACKET_AUTH_NAK
		    : PACKET_AUTH_BAD;
	case NTS_FORM_BAD:
		break;
	}
	return PACKET_AUTH_BAD;
}

unsigned
auth_nts_cookies(const struct auth *a, struct span *out, unsigned most)
{
	const struct auth_nts *n = a->nts;
	unsigned many = n->next.aead != 0 ? 0 : n->opened.cookie_n;

	many = many < most ? many : most;
	for (unsigned i = 0; i < many; i++) {
		out[i] = n->opened.cookie[i];
	}
	return many;
}
