/* SPDX-License-Identifier: BSD-2-Clause */
/* onwire_symmetric - packets of modes 1 and 2 between two peers, basic and interleaved. */
#include "onwire_symmetric.h"
#include <math.h>

/*
 * So many packets left interleaved since the last interleaved one came: the other side may not be
 * able to. It is tried again now and then.
 */
enum { ALONE_MOST = 4, ALONE_AGAIN = 32 };

/* Clock and monotonic time go alike within this, but when somebody stepped the clock. */
static const double STEP_S = 1e-3;

/* Below this the transmit timestamp is random: 15 ns, which no clock of a host knows. */
static const uint64_t RANDOM_BITS = 0x3f;

/* ---- our clock between two packets ---- */

/*
 * That moment as the clock has it now: what was slewed since is added, but for what only made up
 * for the rate freq that the clock lacks. Zero when somebody stepped the clock meanwhile: then it
 * is not to be told beside a time of now.
 */
static struct ntp_ts
stamp_now(const struct onwire_moment *at, const struct onwire_moment *now, double freq)
{
	double real_s = rtime_diff_s(now->real, at->real);
	double mono_s = mtime_diff_s(now->mono, at->mono);
	double slewed_s = (double)(now->adjusted_ns - at->adjusted_ns) * 1e-9 - freq * mono_s;

	if (fabs(real_s - mono_s) > STEP_S || fabs(slewed_s) > STEP_S) {
		return (struct ntp_ts){ 0 };
	}
	return ntp_ts_from_rtime(rtime_add_s(at->real, slewed_s));
}

/* ---- packets of ours ---- */

/* A packet that answers ours came, and none of ours left since. */
static bool
is_fresh(const struct onwire_symmetric *s)
{
	return s->valid.there && s->since == 0;
}

/*
 * The packet of theirs that the next of ours answers: with unequal intervals several may answer
 * one, be it valid or not; init is always later than valid.
 */
static const struct onwire_heard *
answered(const struct onwire_symmetric *s)
{
	return !is_fresh(s) && s->init.there ? &s->init : &s->valid;
}

/*
 * Only as the one answer to a packet whose predecessor had one answer, too: else they could not
 * tell of which packet of ours it tells the time.
 */
static bool
may_interleave(const struct onwire *o)
{
	const struct onwire_symmetric *s = &o->sym;

	return (o->xleave || s->seen) && is_fresh(s) && s->before == 1 && o->t1_known &&
	    (s->alone < ALONE_MOST || s->alone % ALONE_AGAIN == 0);
}

static bool
is_same(struct ntp_ts a, struct ntp_ts b)
{
	return a.fix == b.fix;
}

/*
 * A transmit timestamp must be told from the receive timestamp, by which the form of an answer is
 * known, and not be that of the packet before; and a packet that comes back must not be its own
 * answer.
 */
static void
make_unlike(struct header *h, struct ntp_ts before)
{
	if (is_same(h->rec, h->org) && !ntp_ts_is_zero(h->rec)) {
		h->rec.fix++;
	}
	while (ntp_ts_is_zero(h->xmt) || is_same(h->xmt, h->rec) || is_same(h->xmt, h->org) ||
	    is_same(h->xmt, before)) {
		h->xmt.fix++;
	}
}

static bool
put_interleaved(const struct onwire *o, const struct onwire_moment *now, double freq,
    struct header *h)
{
	const struct onwire_symmetric *s = &o->sym;

	h->org = s->valid.rec;
	h->rec = stamp_now(&s->valid.at, now, freq);
	h->xmt = stamp_now(&o->t1, now, freq);
	return !ntp_ts_is_zero(h->rec) && !ntp_ts_is_zero(h->xmt);
}

static void
put_basic(const struct onwire_heard *x, const struct onwire_moment *now, double freq,
    uint64_t random, struct header *h)
{
	h->org = x->there ? x->xmt : (struct ntp_ts){ 0 };
	h->rec = x->there ? stamp_now(&x->at, now, freq) : (struct ntp_ts){ 0 };
	h->xmt = ntp_ts_from_rtime(now->real);
	h->xmt.fix = (h->xmt.fix & ~RANDOM_BITS) | (random & RANDOM_BITS);
}

void
onwire_symmetric_ask(struct onwire *o, const struct onwire_moment *now, double freq,
    uint64_t random, struct header *h)
{
	struct onwire_symmetric *s = &o->sym;
	const struct onwire_heard *x = answered(s);
	bool interleaved = false;

	if ((o->xleave || s->seen) && is_fresh(s)) {
		interleaved = may_interleave(o) && put_interleaved(o, now, freq, h);
		s->alone += interleaved || s->alone >= ALONE_MOST;
	}
	if (!interleaved) {
		put_basic(x, now, freq, random, h);
	}
	make_unlike(h, o->nonce);
	o->nonce = h->xmt;
	s->sent_rec = h->rec;
	s->answers_valid = x == &s->valid;
	s->since++;
	o->t1_known = false;
}

/* ---- packets of theirs ---- */

static bool
is_again(const struct onwire_heard *x, const struct header *h)
{
	return x->there && is_same(x->xmt, h->xmt) && is_same(x->rec, h->rec);
}

static bool
is_interleaved(const struct onwire *o, const struct header *h)
{
	return !is_same(h->org, o->nonce);
}

enum verdict
onwire_symmetric_check(const struct onwire *o, const struct header *h)
{
	const struct onwire_symmetric *s = &o->sym;

	if (is_again(&s->valid, h) || is_again(&s->init, h)) {
		return VERDICT_DUPLICATE;
	}
	/* A zero origin answers nothing, whatever we sent (CVE-2015-8138). */
	if (ntp_ts_is_zero(h->org) ||
	    (!is_same(h->org, o->nonce) && !is_same(h->org, s->sent_rec))) {
		return VERDICT_BOGUS;
	}
	if (ntp_ts_is_zero(h->rec) || ntp_ts_is_zero(h->xmt)) {
		return VERDICT_UNSET;
	}
	/* A second one to the same packet of ours: what comes late, or again, must not set it back.
	 */
	if (is_fresh(s) && ntp_ts_diff_s(h->xmt, s->valid.xmt) <= 0.0) {
		return VERDICT_DUPLICATE;
	}
	return VERDICT_OK;
}

void
onwire_notice(struct onwire *o, const struct header *h, const struct onwire_moment *at, bool alive)
{
	struct onwire_symmetric *s = &o->sym;
	bool older = s->valid.there && ntp_ts_diff_s(h->xmt, s->valid.xmt) <= 0.0;

	if (ntp_ts_is_zero(h->xmt) || (alive && older)) {
		return;
	}
	s->init = (struct onwire_heard){ h->rec, h->xmt, *at, true };
}

bool
onwire_symmetric_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4)
{
	struct onwire_symmetric *s = &o->sym;
	bool interleaved = is_interleaved(o, h);
	bool measured =
	    o->pending && o->t1_known && (!interleaved || (s->valid.there && s->answers_valid));

	o->of = (struct onwire_times){
		.t1 = o->t1,
		.t2 = h->rec,
		.t3 = h->xmt,
		/* Their transmit time is that of the packet before. */
		.t4 = interleaved ? s->valid.at : *t4,
		.interleaved = interleaved,
		.apart = true,
	};
	s->turned = s->valid.there && interleaved != s->interleaved;
	s->interleaved = interleaved;
	if (interleaved) {
		s->seen = true;
		s->alone = 0;
	}
	if (!is_fresh(s)) {
		s->before = s->valid.there ? s->since : 0;
	}
	s->valid = (struct onwire_heard){ h->rec, h->xmt, *t4, true };
	s->since = 0;
	s->init.there = false;
	return measured;
}

void
onwire_symmetric_clear(struct onwire *o)
{
	o->t1_known = false;
}
