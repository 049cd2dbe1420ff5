/* SPDX-License-Identifier: BSD-2-Clause */
/* onwire_client - questions of mode 3 and their answers. */
#include "onwire_client.h"

/* All is zero but a random nonce (RFC 9109). */
void
onwire_client_ask(struct onwire *o, uint64_t random, struct header *h)
{
	/*
	 * Zero would mean "no timestamp"; the chance is 2^-64, but an assertion elsewhere
	 * may rely on it.
	 */
	h->xmt.fix = random != 0 ? random : 1;
	o->nonce = h->xmt;
}

enum verdict
onwire_client_check(const struct onwire *o, const struct header *h)
{
	if (o->have_last && h->xmt.fix == o->last_xmt.fix) {
		return VERDICT_DUPLICATE;
	}
	/*
	 * One comparison against a nonce of 64 random bits, before anything changes: neither a zero
	 * origin nor an old answer passes, and a forgery does not use up the question
	 * (CVE-2015-8138, CVE-2016-9042).
	 */
	if (!o->pending || (h->org.fix ^ o->nonce.fix) != 0) {
		return VERDICT_BOGUS;
	}
	return VERDICT_OK;
}

bool
onwire_client_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4)
{
	o->of = (struct onwire_times){ .t1 = o->t1, .t2 = h->rec, .t3 = h->xmt, .t4 = *t4 };
	return true;
}
