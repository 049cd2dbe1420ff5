/* SPDX-License-Identifier: BSD-2-Clause */
/* interleaved - answers in interleaved mode. */
#include "server/interleaved.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/siphash.h"
#include "core/interleave.h"
#include "core/serve.h"
#include "crypto/aead.h"
#include "server/server.h"

void
interleaved_stop(struct server *srv)
{
	free(srv->interleaved.kept);
	srv->interleaved.kept = NULL;
}

bool
interleaved_configure(struct server *srv)
{
	struct interleaved *il = &srv->interleaved;
	void *memory;

	if (!srv->conf->interleaved) {
		interleaved_stop(srv);
		return true;
	}
	if (il->kept != NULL) {
		return true;
	}
	memory = malloc(interleave_size());
	il->kept = memory != NULL ? interleave_new(memory) : NULL;
	return memory != NULL;
}

void
interleaved_clear(struct server *srv)
{
	if (srv->interleaved.kept != NULL) {
		interleave_clear(srv->interleaved.kept);
	}
}

/*
 * What tells clients apart: the address, and the key that was shown to be theirs. So nobody can ask
 * for, or use up, what is kept for one who authenticates himself.
 */
static uint64_t
hash_of(const struct server *srv, const struct addr *from, const struct auth_asked *auth)
{
	struct {
		uint8_t addr[16];
		uint32_t family, scope, key_id, nts;
		uint8_t c2s[AEAD_KEY_MAX];
	} who;

	memset(&who, 0, sizeof who);
	memcpy(who.addr, from->bytes, sizeof from->bytes);
	who.family = (uint32_t)from->family;
	who.scope = from->scope;
	if (auth->was == PACKET_AUTH_GOOD) {
		who.nts = auth->nts;
		who.key_id = auth->nts ? 0 : auth->key_id;
		if (auth->nts) {
			memcpy(who.c2s, auth->session.c2s, aead_key_len(auth->session.aead));
		}
	}
	uint64_t hash = siphash(&srv->is.hash, &who, sizeof who);
	explicit_bzero(who.c2s, sizeof who.c2s);
	return hash;
}

static int64_t
base_of(const struct stamp *at)
{
	return at->at.ns - at->mono.ns;
}

static bool
moved(const struct interleaved *il, const struct stamp *at)
{
	int64_t by_ns = base_of(at) - il->base_ns;

	return by_ns > SERVED_MOVED_NS || by_ns < -SERVED_MOVED_NS;
}

/* Stamps of before a step, by whomever, are not told beside those of after it. */
static void
look_at_clock(struct interleaved *il, const struct stamp *rx)
{
	if (moved(il, rx)) {
		interleave_clear(il->kept);
		il->base_ns = base_of(rx);
	}
}

void
interleaved_turn(struct server *srv, const struct net_packet *pkt, const struct header *h,
    const struct auth_asked *auth, struct interleaved_turn *t)
{
	struct interleaved *il = &srv->interleaved;

	*t = (struct interleaved_turn){ .rec = ntp_ts_from_rtime(pkt->rx.at) };
	if (il->kept == NULL) {
		return;
	}
	t->on = true;
	t->rec = interleave_receive_time(t->rec);
	if (!interleave_asked(h) ||
	    (auth->was != PACKET_AUTH_GOOD && auth->was != PACKET_AUTH_NONE)) {
		return;
	}
	look_at_clock(il, &pkt->rx);
	uint64_t who = hash_of(srv, &pkt->from.addr, auth);
	enum interleave_found found = interleave_take(il->kept, who, h->org, &t->previous_xmt);
	struct interleave_kept kept =
	    interleave_put(il->kept, who, t->rec, found != INTERLEAVE_UNKNOWN);
	t->previous = found == INTERLEAVE_FOUND;
	t->rec = kept.rx;
	t->wants_stamp = true;
	t->tag = kept.tag;
	il->answered += t->previous;
	il->missed += !t->previous;
}

void
interleaved_sent(struct server *srv, uint32_t tag, const struct stamp *tx)
{
	struct interleaved *il = &srv->interleaved;

	/* By a reading of the clock it is no better than what a basic answer tells. */
	if (il->kept != NULL && tx->src != STAMP_USER && !moved(il, tx)) {
		interleave_sent(il->kept, tag, ntp_ts_from_rtime(tx->at));
	}
}
