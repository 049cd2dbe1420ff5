/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_standing - how NTS of a source does. */
#include "client/nts_standing.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include "client/client.h"
#include "sources_nts.h"

static bool
has_nts(const struct peer *p)
{
	return p->auth.kind == AUTH_NTS && p->nts != NULL;
}

void
nts_standing_of(const struct peer *p, struct nts_standing *out)
{
	const struct nts_client *k;

	*out = (struct nts_standing){ .cookies = -1, .ke_age_s = -1.0 };
	if (!has_nts(p)) {
		return;
	}
	k = &p->nts->keys;
	out->cookies = (int)k->n;
	out->due = !nts_client_ready(k) && !k->pending;
	out->aead = k->keys.aead;
	if (out->aead != 0) {
		/* By their end, which a restart keeps. */
		out->ke_age_s =
		    fmax(k->expire_s - mtime_diff_s(k->refresh_at, client_now(p->client)), 0.0);
	}
}

static const char *
word_of_failure(enum ke_failure f)
{
	static const char *const words[KE_FAILURES_N] = {
		[KE_GOOD] = "good",
		[KE_PROCESS] = "process",
		[KE_CA] = "ca",
		[KE_ROUTE] = "route",
		[KE_TIMEOUT] = "timeout",
		[KE_TLS] = "tls",
		[KE_UNTRUSTED] = "untrusted",
		[KE_NAME] = "name",
		[KE_EXPIRED] = "expired",
		[KE_NOT_YET] = "not_yet",
		[KE_ALPN] = "alpn",
		[KE_ERROR] = "error",
		[KE_FORM] = "form",
		[KE_PROTOCOL] = "protocol",
		[KE_AEAD] = "aead",
		[KE_NO_COOKIE] = "no_cookie",
	};

	return words[f];
}

/* NULL: nothing is known to be wrong. */
static const char *
word_of(const struct nts_told *told)
{
	switch (told->cause) {
	case KE_CAUSE_NONE:
		break;
	case KE_CAUSE_HOST:
		return "no_address";
	case KE_CAUSE_KEYS:
		return told->failure == KE_ROUTE &&
			strcmp(told->reason, strerror(ECONNREFUSED)) == 0
		    ? "refused"
		    : word_of_failure(told->failure);
	case KE_CAUSE_SERVER:
		return "server_no_address";
	case KE_CAUSE_REFUSED:
		return "server_refused";
	case KE_CAUSE_TAKEN:
		return "server_taken";
	}
	return NULL;
}

/* It goes into a variable of mode 6, where a quote would end the value. */
static void
put_reason(const char *reason, struct text *t)
{
	text_put(t, reason[0] != '\0' ? ": " : "");
	for (const char *s = reason; *s != '\0'; s++) {
		text_char(t, *s >= ' ' && *s <= '~' && *s != '"' ? *s : '?');
	}
}

static void
put_failure(const struct nts_told *told, struct text *t)
{
	text_put(t, word_of(told));
	put_reason(told->reason, t);
}

void
nts_standing_put(const struct peer *p, struct text *t)
{
	const struct nts_source *n = p->nts;

	if (!has_nts(p)) {
		return;
	}
	if (word_of(&n->told) != NULL) {
		put_failure(&n->told, t);
	} else if (n->outside) {
		text_put(t, "dated");
	} else if (n->ask.step != KE_ASK_IDLE) {
		text_put(t, "asking");
	} else if (n->keys.nak) {
		text_put(t, "nak");
	} else if (n->keys.silent >= NTS_SILENT_POLLS) {
		text_put(t, "silent");
	} else {
		text_put(t, nts_client_ready(&n->keys) || n->keys.pending ? "good" : "wanted");
	}
}

void
nts_standing_put_line(const struct source *s, struct text *t)
{
	const struct nts_told *told = sources_nts_told(s);

	if (told != NULL) {
		if (word_of(told) != NULL) {
			put_failure(told, t);
		} else {
			text_put(t, "good");
		}
	}
}
