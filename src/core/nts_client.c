/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_client - the client's side of NTS for one association. */
#include "core/nts_client.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum {
	FIELD_LEN = 4,  /* of the header of an extension field, as is: */
	FIELD_MIN = 16, /* the least of a whole one */
	/* header, unique identifier, authenticator of 16 octets of nonce and of tag */
	FIXED_LEN = 48 + 36 + 40,
};

static const double FIRST_S = 10.0, FACTOR = 1.5, MOST_S = 432000.0;
static const double EARLY_S = 2.0; /* a network that comes up is often there by then */
static const double VARIES = 0.1;

double
nts_client_wait_s(unsigned n)
{
	assert(n > 0);
	return fmin(FIRST_S * pow(FACTOR, n - 1), MOST_S);
}

void
nts_client_start(struct nts_client *c, double expire_s, struct mtime now)
{
	assert(expire_s > 0.0);
	memset(c, 0, sizeof *c);
	c->expire_s = expire_s;
	c->wanted = true;
	c->early = true;
	c->ke_at = now;
}

void
nts_client_poll(struct nts_client *c, struct mtime now)
{
	c->silent += c->pending ? 1 : 0;
	c->wanted = c->wanted || c->n == 0 || c->silent >= NTS_SILENT_POLLS ||
	    (c->pending && c->nak) || !mtime_before(now, c->refresh_at);
	c->pending = false;
	c->nak = false;
}

bool
nts_client_ke_due(const struct nts_client *c, struct mtime now)
{
	return c->wanted && !c->asking && !mtime_before(now, c->ke_at);
}

bool
nts_client_ke_later(const struct nts_client *c, struct mtime *at)
{
	if (!c->wanted || c->asking) {
		return false;
	}
	*at = c->ke_at;
	return true;
}

void
nts_client_ke_asked(struct nts_client *c, double draw, struct mtime now)
{
	double wait_s = EARLY_S;

	assert(draw >= 0.0 && draw <= 1.0);
	if (!c->early) {
		c->attempt++;
		wait_s = nts_client_wait_s(c->attempt);
	}
	c->early = false;
	c->asking = true;
	c->fresh = false;
	c->ke_at = mtime_add_s(now, wait_s * (1.0 + VARIES * (2.0 * draw - 1.0)));
}

void
nts_client_ke_failed(struct nts_client *c)
{
	c->asking = false;
}

static void
put(struct nts_client *c, const uint8_t *bytes, size_t len)
{
	struct nts_cookie *slot = &c->jar[(c->first + c->n) % NTS_JAR];

	assert(c->n < NTS_JAR);
	memcpy(slot->bytes, bytes, len);
	slot->len = len;
	c->n++;
}

void
nts_client_keep(struct nts_client *c, const uint8_t *cookie, size_t len)
{
	if (len > 0 && len <= NTS_COOKIE_MAX && c->n < NTS_JAR) {
		put(c, cookie, len);
	}
}

void
nts_client_keyed(struct nts_client *c, const struct nts_keys *keys, const struct nts_cookie *cookie,
    unsigned n, struct mtime now)
{
	c->keys = *keys;
	c->first = 0;
	c->n = 0;
	for (unsigned i = 0; i < n; i++) {
		nts_client_keep(c, cookie[i].bytes, cookie[i].len);
	}
	c->pending = false;
	c->nak = false;
	c->silent = 0;
	c->wanted = false;
	c->asking = false;
	c->fresh = true;
	c->keyed_at = now;
	c->refresh_at = mtime_add_s(now, c->expire_s);
}

void
nts_client_renew_in(struct nts_client *c, double s, struct mtime now)
{
	c->refresh_at = mtime_add_s(now, fmin(s, c->expire_s));
}

void
nts_client_drop(struct nts_client *c)
{
	memset(&c->keys, 0, sizeof c->keys);
	memset(c->jar, 0, sizeof c->jar);
	c->first = 0;
	c->n = 0;
	c->pending = false;
	c->nak = false;
	c->silent = 0;
	c->wanted = true;
}

bool
nts_client_ready(const struct nts_client *c)
{
	return c->n > 0;
}

static size_t
field_len(size_t cookie_len)
{
	size_t len = FIELD_LEN + (cookie_len + 3) / 4 * 4;

	return len < FIELD_MIN ? FIELD_MIN : len;
}

/*
 * As many as fill the jar again together with the one that answers the cookie itself. None after
 * silence: it may be that long packets get lost.
 */
static unsigned
placeholders_for(const struct nts_client *c, size_t cookie_len)
{
	size_t each = field_len(cookie_len);
	size_t room = (NTS_REQUEST_MAX - FIXED_LEN) / each - 1;
	size_t lacks = NTS_JAR - 1 - c->n;

	return c->silent > 0 ? 0 : (unsigned)(lacks < room ? lacks : room);
}

const struct nts_cookie *
nts_client_take(struct nts_client *c, unsigned *placeholders)
{
	struct nts_cookie *oldest = &c->jar[c->first];

	if (c->n == 0) {
		return NULL;
	}
	c->first = (c->first + 1) % NTS_JAR;
	c->n--;
	c->pending = true;
	c->nak = false;
	*placeholders = placeholders_for(c, oldest->len);
	return oldest;
}

const struct nts_cookie *
nts_client_set_aside(struct nts_client *c)
{
	struct nts_cookie *oldest = &c->jar[c->first];

	if (c->n < 2) {
		return NULL;
	}
	c->first = (c->first + 1) % NTS_JAR;
	c->n--;
	return oldest;
}

void
nts_client_unsent(struct nts_client *c)
{
	if (!c->pending) {
		return;
	}
	assert(c->n < NTS_JAR);
	c->pending = false;
	c->first = (c->first + NTS_JAR - 1) % NTS_JAR;
	c->n++;
}

void
nts_client_accepted(struct nts_client *c)
{
	if (!c->pending) {
		return; /* to a request with the keys of before */
	}
	c->pending = false;
	c->nak = false;
	c->silent = 0;
	c->wanted = c->asking; /* of what else it was wanted for, the next poll judges */
	if (c->fresh) {
		c->attempt = 0;
	}
}

void
nts_client_nak(struct nts_client *c)
{
	c->nak = c->pending;
}

void
nts_client_want(struct nts_client *c)
{
	c->wanted = true;
}

void
nts_client_network_changed(struct nts_client *c, struct mtime now)
{
	c->early = true;
	if (!c->asking && mtime_before(now, c->ke_at)) {
		c->ke_at = now;
	}
}
