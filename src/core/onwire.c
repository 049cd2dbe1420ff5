/* SPDX-License-Identifier: BSD-2-Clause */
/* onwire - what all kinds of associations have in common on the wire. */
#include "core/onwire.h"
#include <string.h>
#include "onwire_client.h"
#include "onwire_symmetric.h"

void
onwire_start(struct onwire *o, enum ntp_mode mode, bool xleave)
{
	memset(o, 0, sizeof *o);
	o->mode = mode;
	o->xleave = xleave;
}

bool
onwire_is_symmetric(const struct onwire *o)
{
	return o->mode == MODE_ACTIVE || o->mode == MODE_PASSIVE;
}

void
onwire_ask(struct onwire *o, const struct onwire_moment *now, double freq, uint64_t random,
    struct header *h)
{
	if (onwire_is_symmetric(o)) {
		onwire_symmetric_ask(o, now, freq, random, h);
	} else {
		onwire_client_ask(o, random, h);
	}
	o->t1.adjusted_ns = now->adjusted_ns;
	o->pending = true;
	o->t1_exact = false;
	o->tag++;
}

void
onwire_sent(struct onwire *o, uint32_t tag, const struct onwire_moment *t, bool exact)
{
	if (exact && tag == o->tag && o->t1_known && !o->t1_exact) {
		o->xleave_s = rtime_diff_s(t->real, o->t1.real);
	}
	onwire_client_sent(o, tag, t, exact);
	/* A peer may be told later when the packet left, whose answer came already. */
	if ((!o->pending && !onwire_is_symmetric(o)) || tag != o->tag || (o->t1_exact && !exact)) {
		return;
	}
	o->t1_known = true;
	o->t1.real = t->real;
	o->t1.mono = t->mono;
	o->t1_exact = exact;
}

void
onwire_close(struct onwire *o)
{
	o->pending = false;
	o->t1_known = false;
}

enum verdict
onwire_check(const struct onwire *o, const struct header *h)
{
	return onwire_is_symmetric(o) ? onwire_symmetric_check(o, h) : onwire_client_check(o, h);
}

bool
onwire_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4)
{
	bool measured;

	o->last_xmt = h->xmt;
	o->last_rec = h->rec;
	o->have_last = true;
	o->t4 = t4->real;
	o->t4_mono = t4->mono;
	measured = onwire_is_symmetric(o) ? onwire_symmetric_accept(o, h, t4)
					  : onwire_client_accept(o, h, t4);
	o->pending = false; /* one answer per question */
	return measured;
}

void
onwire_read(struct onwire *o, const struct onwire_moment *at)
{
	o->t4 = at->real;
	o->t4_mono = at->mono;
}

void
onwire_clear(struct onwire *o)
{
	o->pending = false;
	onwire_clock_moved(o);
	onwire_symmetric_clear(o);
}

void
onwire_clock_moved(struct onwire *o)
{
	o->client.there = false;
}

void
onwire_disregard(struct onwire *o)
{
	o->client.there = false;
}

bool
onwire_newest(const struct onwire *o, struct onwire_times *of)
{
	const struct onwire_client *c = &o->client;

	if (onwire_is_symmetric(o) || !o->of.interleaved || !c->there) {
		return false;
	}
	*of = (struct onwire_times){ .t1 = c->t1, .t2 = c->t2, .t3 = c->t2, .t4 = c->t4 };
	return true;
}

void
onwire_take_newest(struct onwire *o)
{
	if (onwire_newest(o, &o->of)) {
		o->client.measured = true;
		o->client.basic_next = true;
	}
}

void
onwire_unopened(struct onwire *o)
{
	o->client.basic_next = true;
}

bool
onwire_is_interleaved(const struct onwire *o)
{
	return onwire_is_symmetric(o) ? o->sym.interleaved : o->client.interleaved;
}
