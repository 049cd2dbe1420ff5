/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict - the words for what became of a packet. */
#include "core/verdict.h"
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct wording {
	const char *name, *sysvar;
	const char *also; /* a second variable that counts it, or NULL */
};

static const struct wording wording[] = {
	[VERDICT_OK] = { "ok", "ss_processed", NULL },
	[VERDICT_SHORT] = { "short", "ss_badformat", NULL },
	[VERDICT_VERSION] = { "version", "ss_badformat", NULL },
	[VERDICT_MODE] = { "mode", "ss_declined", NULL },
	[VERDICT_SENDER] = { "sender", "ss_restricted", NULL },
	[VERDICT_DENIED] = { "denied", "ss_restricted", NULL },
	[VERDICT_FLAKE] = { "flake", "ss_restricted", NULL },
	[VERDICT_UNTRUSTED] = { "untrusted", "ss_restricted", NULL },
	[VERDICT_LIMITED] = { "limited", "ss_limited", NULL },
	[VERDICT_KOD] = { "kod", "ss_limited", "ss_kodsent" },
	[VERDICT_NOPEER] = { "nopeer", "ss_declined", NULL },
	[VERDICT_AUTH] = { "auth", "ss_badauth", NULL },
	[VERDICT_CRYPTO_NAK] = { "crypto_nak", "ss_badauth", NULL },
	[VERDICT_UNASKED] = { "unasked", "ss_declined", NULL },
	[VERDICT_DUPLICATE] = { "duplicate", NULL, NULL },
	[VERDICT_BOGUS] = { "bogus", NULL, NULL },
	[VERDICT_UNSET] = { "unset", NULL, NULL },
	[VERDICT_KISS] = { "kiss", NULL, NULL },
	[VERDICT_FIELD] = { "field", "ss_badformat", NULL },
	[VERDICT_UNSYNC] = { "unsync", NULL, NULL },
	[VERDICT_DISTANCE] = { "distance", NULL, NULL },
	[VERDICT_SPAN] = { "span", NULL, NULL },
	[VERDICT_DELAY] = { "delay", "ss_lamport", NULL },
	[VERDICT_INTERFACE] = { "interface", "ss_restricted", NULL },
	[VERDICT_EARLY] = { "early", "ss_limited", NULL },
	[VERDICT_FAR] = { "far", NULL, NULL },
	[VERDICT_CONTROL] = { "control", NULL, NULL },
};
_Static_assert(sizeof wording / sizeof wording[0] == VERDICT_N, "every verdict has its words");

const char *
verdict_name(enum verdict v)
{
	assert((unsigned)v < VERDICT_N);
	return wording[v].name;
}

static bool
counts(const char *sysvar, const char *name)
{
	return sysvar != NULL && strcmp(sysvar, name) == 0;
}

uint64_t
verdict_sum(const struct verdict_count *c, const char *sysvar)
{
	uint64_t sum = 0;

	for (unsigned v = 0; v < VERDICT_N; v++) {
		if (counts(wording[v].sysvar, sysvar) || counts(wording[v].also, sysvar)) {
			sum += c->of[v];
		}
	}
	return sum;
}
