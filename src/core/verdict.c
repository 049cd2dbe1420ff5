/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict - the words for what became of a packet. */
#include "core/verdict.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

struct wording {
	const char *name, *sysvar;
};

static const struct wording wording[] = {
	[VERDICT_OK] = { "ok", "ss_processed" },
	[VERDICT_SHORT] = { "short", "ss_badformat" },
	[VERDICT_VERSION] = { "version", "ss_badformat" },
	[VERDICT_MODE] = { "mode", "ss_declined" },
	[VERDICT_SENDER] = { "sender", "ss_restricted" },
	[VERDICT_DENIED] = { "denied", "ss_restricted" },
	[VERDICT_FLAKE] = { "flake", "ss_restricted" },
	[VERDICT_UNTRUSTED] = { "untrusted", "ss_restricted" },
	[VERDICT_LIMITED] = { "limited", "ss_limited" },
	[VERDICT_KOD] = { "kod", "ss_limited" },
	[VERDICT_NOPEER] = { "nopeer", "ss_declined" },
	[VERDICT_AUTH] = { "auth", "ss_badauth" },
	[VERDICT_CRYPTO_NAK] = { "crypto_nak", "ss_badauth" },
	[VERDICT_UNASKED] = { "unasked", "ss_declined" },
	[VERDICT_DUPLICATE] = { "duplicate", NULL },
	[VERDICT_BOGUS] = { "bogus", NULL },
	[VERDICT_UNSET] = { "unset", NULL },
	[VERDICT_KISS] = { "kiss", NULL },
	[VERDICT_FIELD] = { "field", "ss_badformat" },
	[VERDICT_UNSYNC] = { "unsync", NULL },
	[VERDICT_DISTANCE] = { "distance", NULL },
	[VERDICT_SPAN] = { "span", NULL },
	[VERDICT_DELAY] = { "delay", NULL },
};
_Static_assert(sizeof wording / sizeof wording[0] == VERDICT_N, "every verdict has its words");

const char *
verdict_name(enum verdict v)
{
	assert((unsigned)v < VERDICT_N);
	return wording[v].name;
}

const char *
verdict_sysvar(enum verdict v)
{
	assert((unsigned)v < VERDICT_N);
	return wording[v].sysvar;
}

uint64_t
verdict_sum(const struct verdict_count *c, const char *sysvar)
{
	uint64_t sum = 0;

	for (unsigned v = 0; v < VERDICT_N; v++) {
		if (wording[v].sysvar != NULL && strcmp(wording[v].sysvar, sysvar) == 0) {
			sum += c->of[v];
		}
	}
	return sum;
}
