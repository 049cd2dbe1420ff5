/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client with xleave, a server that keeps what interleaved answers tell, and all that may come
 * between them: loss, doubles, late packets and stamps, forgers, other clients, steps. Whatever
 * happens, what an honest server's answer measures is one exchange: its four times belong together.
 * A forger who does not read the requests changes nothing.
 *
 * The input: steps of an octet each, with what it needs behind it.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"
#include "core/interleave.h"
#include "core/onwire.h"

enum { FLYING = 8, LOG = 256, OTHERS = 40 };

enum step {
	STEP_ASK,
	STEP_TO_SERVER,   /* one of the requests under way arrives; it may arrive again */
	STEP_TO_CLIENT,   /* one of the answers does */
	STEP_SERVER_LEFT, /* the server's stamp of its last answer comes */
	STEP_CLIENT_LEFT, /* the client's of its last request */
	STEP_FORGE,
	STEP_OTHERS, /* other clients ask */
	STEP_CLIENT_STEPS,
	STEP_SERVER_STEPS,
	STEP_NAK,
	STEP_CLOSE,
	STEP_N
};

/* An exchange as it really was. */
struct truth {
	struct ntp_ts rec, left; /* left 0: its stamp never came, or it is forgotten */
	struct ntp_ts asked;     /* transmit field of the request */
	int64_t t1, t4; /* when the request left, and the answer was accepted; 0: not yet */
};

struct play {
	struct onwire o;
	struct interleave *il;
	struct header request[FLYING], answer[FLYING];
	unsigned requests, answers;
	struct truth log[LOG];
	unsigned logged;
	int64_t now; /* of both clocks, ns */
	uint64_t random;
	uint32_t tag; /* of the server's last answer that is kept */
	struct truth *kept;
	bool to_come;
	int64_t t1;
};

static const uint64_t CLIENT = UINT64_C(0x4000000000000001);

static uint64_t
draw(struct play *p)
{
	uint64_t z = (p->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return z ^ (z >> 27);
}

/* Time goes on; each reading is another. */
static int64_t
tick(struct play *p)
{
	return p->now += 1000;
}

static struct onwire_moment
moment(int64_t ns)
{
	return (struct onwire_moment){ { ns }, { ns }, 0 };
}

static struct ntp_ts
stamp(int64_t ns)
{
	return ntp_ts_from_rtime((struct rtime){ ns });
}

static void
ask(struct play *p)
{
	struct onwire_moment now = moment(tick(p));
	struct header h = { .version = 4, .mode = MODE_CLIENT };

	onwire_ask(&p->o, &now, 0.0, draw(p), &h);
	assert(!ntp_ts_is_zero(h.xmt));
	assert(ntp_ts_is_zero(h.org) == ntp_ts_is_zero(h.rec));
	assert(h.rec.fix != h.xmt.fix);
	onwire_sent(&p->o, p->o.tag, &now, false);
	p->t1 = now.real.ns;
	p->request[p->requests++ % FLYING] = h;
}

static void
serve(struct play *p, uint8_t which)
{
	const struct header *q = &p->request[which % FLYING];
	struct truth *t = &p->log[p->logged % LOG];
	struct ntp_ts rx = stamp(tick(p)), previous = { 0 };
	struct header h = { .version = 4, .mode = MODE_SERVER, .stratum = 1, .org = q->xmt };

	if (q->mode != MODE_CLIENT) {
		return;
	}
	h.rec = interleave_receive_time(rx);
	h.xmt = interleave_transmit_time(stamp(tick(p)));
	*t = (struct truth){ .asked = q->xmt };
	p->logged++;
	if (interleave_asked(q)) {
		enum interleave_found f = interleave_take(p->il, CLIENT, q->org, &previous);
		struct interleave_kept k =
		    interleave_put(p->il, CLIENT, rx, f != INTERLEAVE_UNKNOWN);

		assert(k.tag >> INTERLEAVE_TAG_BITS == 0);
		h.rec = k.rx;
		p->tag = k.tag;
		p->kept = t;
		p->to_come = true;
		if (f == INTERLEAVE_FOUND) {
			h.org = q->rec;
			h.xmt = previous;
		}
	}
	t->rec = h.rec;
	p->answer[p->answers++ % FLYING] = h;
}

static void
server_left(struct play *p)
{
	if (p->to_come) {
		p->kept->left = interleave_transmit_time(stamp(tick(p)));
		interleave_sent(p->il, p->tag, p->kept->left);
		p->to_come = false;
	}
}

static struct truth *
truth_of(struct play *p, struct ntp_ts rec)
{
	for (unsigned i = 0; i < LOG; i++) {
		if (p->log[i].rec.fix == rec.fix) {
			return &p->log[i];
		}
	}
	return NULL;
}

static void
receive(struct play *p, uint8_t which)
{
	const struct header *h = &p->answer[which % FLYING];
	struct onwire_moment t4 = moment(tick(p));
	struct truth *t = truth_of(p, h->rec), *of;

	if (h->mode != MODE_SERVER || onwire_check(&p->o, h) != VERDICT_OK || t == NULL) {
		return;
	}
	assert(p->o.pending);
	bool measured = onwire_accept(&p->o, h, &t4);
	assert(!p->o.pending && onwire_check(&p->o, h) != VERDICT_OK);
	t->t1 = p->t1;
	t->t4 = t4.real.ns;
	if (!measured) {
		return;
	}
	of = truth_of(p, p->o.of.t2);
	if (of == NULL) {
		return; /* too long ago for the log */
	}
	assert(p->o.of.t4.real.ns == of->t4);
	assert(p->o.of.t1.real.ns == of->t1);
	if (p->o.of.interleaved) {
		assert(of != t && p->o.of.t3.fix == of->left.fix && of->left.fix != 0);
	} else {
		assert(of == t);
	}
}

/* Any header, but for the two origins that only who reads the requests knows. */
static void
forge(struct play *p, struct cursor *c)
{
	struct header h = {
		.version = 4,
		.mode = MODE_SERVER,
		.org = { cursor_u64(c) },
		.rec = { cursor_u64(c) },
		.xmt = { cursor_u64(c) },
	};
	struct onwire before = p->o;

	if (cursor_bad(c) || h.org.fix == p->o.nonce.fix ||
	    (p->o.client.rec.fix != 0 && h.org.fix == p->o.client.rec.fix)) {
		return;
	}
	assert(onwire_check(&p->o, &h) != VERDICT_OK);
	h.org = p->request[(p->requests + FLYING - 2) % FLYING].xmt; /* of the one before */
	if (h.org.fix != p->o.nonce.fix) {
		assert(onwire_check(&p->o, &h) != VERDICT_OK);
	}
	assert(memcmp(&before, &p->o, sizeof before) == 0);
}

static void
others_ask(struct play *p, uint8_t n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t who = (CLIENT & ~UINT64_C(0xffff)) | (0x100 + draw(p) % OTHERS);
		struct ntp_ts tx, rx = stamp(p->now - (int64_t)(draw(p) % 4000));
		enum interleave_found f = interleave_take(p->il, who, rx, &tx);
		struct interleave_kept k = interleave_put(p->il, who, rx, f != INTERLEAVE_UNKNOWN);

		if (draw(p) % 2 == 0) {
			interleave_sent(p->il, k.tag, stamp(p->now));
		}
	}
	/* A stamp of nobody's. */
	interleave_sent(p->il, (uint32_t)draw(p) & ~(UINT32_C(1) << 16) & 0x7fff0000,
	    stamp(p->now));
}

static void
client_left(struct play *p)
{
	struct onwire_moment at = moment(p->t1 + 500);
	struct truth *t;

	onwire_sent(&p->o, p->o.tag, &at, true);
	/* What is known of the exchange by then is better known now. */
	for (unsigned i = 0; i < LOG; i++) {
		t = &p->log[i];
		if (t->t1 == p->t1 && p->o.client.there && p->o.client.t2.fix == t->rec.fix) {
			t->t1 = p->o.client.t1.real.ns;
		}
	}
	p->t1 = p->o.pending ? p->o.t1.real.ns : p->t1;
}

static void
take(struct play *p, uint8_t step, struct cursor *c)
{
	switch ((enum step)(step % STEP_N)) {
	case STEP_ASK:
		ask(p);
		break;
	case STEP_TO_SERVER:
		serve(p, cursor_u8(c));
		break;
	case STEP_TO_CLIENT:
		receive(p, cursor_u8(c));
		break;
	case STEP_SERVER_LEFT:
		server_left(p);
		break;
	case STEP_CLIENT_LEFT:
		client_left(p);
		break;
	case STEP_FORGE:
		forge(p, c);
		break;
	case STEP_OTHERS:
		others_ask(p, cursor_u8(c));
		break;
	case STEP_CLIENT_STEPS:
		onwire_clock_moved(&p->o);
		break;
	case STEP_SERVER_STEPS:
		interleave_clear(p->il);
		p->to_come = false;
		break;
	case STEP_NAK:
		onwire_unopened(&p->o);
		break;
	case STEP_CLOSE:
		onwire_close(&p->o);
		break;
	case STEP_N:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct play p;
	static void *memory;
	struct cursor c = cursor_over(octets, len);

	if (memory == NULL) {
		memory = malloc(interleave_size());
		assert(memory != NULL);
		p.il = interleave_new(memory);
	} else if (interleave_used(p.il) > 0) {
		interleave_clear(p.il);
	}
	struct interleave *il = p.il;
	memset(&p, 0, sizeof p);
	p.il = il;
	p.now = INT64_C(1800000000) * NS_PER_S;
	p.random = len;
	onwire_start(&p.o, MODE_CLIENT, true);
	while (!cursor_bad(&c) && cursor_left(&c) > 0) {
		take(&p, cursor_u8(&c), &c);
		assert(interleave_used(p.il) <= INTERLEAVE_WAYS);
	}
	return 0;
}
