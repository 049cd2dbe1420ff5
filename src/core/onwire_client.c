/* SPDX-License-Identifier: BSD-2-Clause */
/* onwire_client - questions of mode 3 and their answers, basic and interleaved. */
#include "onwire_client.h"

enum {
	/* requests without an answer after which it is asked basically: it may be another by now */
	SILENT_MOST = 4,
	/* answers in one mode before it is told: one that is lost makes the next a basic one */
	INTERLEAVED_TOLD = 3,
	BASIC_TOLD = 8,
};

/* ---- questions ---- */

/* Zero would mean "no timestamp". */
static struct ntp_ts
nonzero(uint64_t random)
{
	return (struct ntp_ts){ random != 0 ? random : 1 };
}

/*
 * A second nonce, that nobody can tell from the first, or it from the first, who does not see both
 * anyway (the mixing of splitmix64, which keeps all 64 bits).
 */
static struct ntp_ts
second(struct ntp_ts nonce)
{
	uint64_t z = nonce.fix + UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return nonzero(z != nonce.fix ? z : ~z);
}

static bool
may_interleave(const struct onwire *o)
{
	const struct onwire_client *c = &o->client;

	return o->xleave && c->there && !c->basic_next && c->silent < SILENT_MOST;
}

/*
 * A basic request is all zero but a random nonce (RFC 9109). An interleaved one names the exchange
 * before by its receive time, and has a nonce for each of both answers (RFC 9769, section 2).
 */
void
onwire_client_ask(struct onwire *o, uint64_t random, struct header *h)
{
	struct onwire_client *c = &o->client;

	h->xmt = nonzero(random);
	o->nonce = h->xmt;
	o->t1_known = false;
	c->rec = (struct ntp_ts){ 0 };
	if (may_interleave(o)) {
		c->rec = second(h->xmt);
		h->org = c->t2;
		h->rec = c->rec;
	}
	c->silent++;
}

void
onwire_client_sent(struct onwire *o, uint32_t tag, const struct onwire_moment *t, bool exact)
{
	struct onwire_client *c = &o->client;

	if (exact && c->there && !c->t1_exact && tag == c->tag) {
		c->t1.real = t->real;
		c->t1.mono = t->mono;
		c->t1_exact = true;
	}
}

/* ---- answers ---- */

static bool
answers_interleaved(const struct onwire *o, const struct header *h)
{
	return !ntp_ts_is_zero(o->client.rec) && h->org.fix == o->client.rec.fix;
}

enum verdict
onwire_client_check(const struct onwire *o, const struct header *h)
{
	if (o->have_last && h->xmt.fix == o->last_xmt.fix && h->rec.fix == o->last_rec.fix) {
		return VERDICT_DUPLICATE;
	}
	/*
	 * One comparison against a nonce of 64 random bits, before anything changes: neither a zero
	 * origin nor an old answer passes, and a forgery does not use up the question
	 * (CVE-2015-8138, CVE-2016-9042).
	 */
	if (!o->pending || ((h->org.fix ^ o->nonce.fix) != 0 && !answers_interleaved(o, h))) {
		return VERDICT_BOGUS;
	}
	return VERDICT_OK;
}

static void
note_mode(struct onwire *o, bool interleaved)
{
	struct onwire_client *c = &o->client;

	c->same = interleaved == c->interleaved ? c->same + 1 : 1;
	c->interleaved = interleaved;
	c->turned = c->told != interleaved &&
	    c->same >= (unsigned)(interleaved ? INTERLEAVED_TOLD : BASIC_TOLD);
	c->told = c->turned ? interleaved : c->told;
	if (interleaved) {
		c->got++;
	} else if (!ntp_ts_is_zero(c->rec)) {
		c->declined++;
	}
}

/* This exchange is the one that the next request names. */
static void
keep(struct onwire *o, const struct header *h, const struct onwire_moment *t4, bool measured)
{
	struct onwire_client *c = &o->client;

	c->there = o->xleave && o->t1_known && !ntp_ts_is_zero(h->rec);
	c->t1 = o->t1;
	c->t1_exact = o->t1_exact;
	c->t2 = h->rec;
	c->t4 = *t4;
	c->tag = o->tag;
	c->measured = measured;
}

/*
 * Of an interleaved answer the exchange before is measured: when it had a basic answer, or an older
 * one is meant, there is nothing to be had.
 */
bool
onwire_client_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4)
{
	struct onwire_client *c = &o->client;
	bool interleaved = answers_interleaved(o, h);
	bool fit = c->there && !c->measured && c->silent == 1;

	o->of = interleaved
	    ? (struct onwire_times){ .t1 = c->t1,
		      .t2 = c->t2,
		      .t3 = h->xmt,
		      .t4 = c->t4,
		      .interleaved = true }
	    : (struct onwire_times){ .t1 = o->t1, .t2 = h->rec, .t3 = h->xmt, .t4 = *t4 };
	note_mode(o, interleaved);
	keep(o, h, t4, !interleaved);
	c->silent = 0;
	c->basic_next = false;
	return !interleaved || fit;
}
