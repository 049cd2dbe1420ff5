/* SPDX-License-Identifier: BSD-2-Clause */
/* nts - NTS for one address that a tool asks. */
#include "query/nts.h"
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "core/certtime.h"
#include "crypto/aead.h"
#include "wire/header.h"

/* RFC 8915, 5.1: every server has the first. */
static const uint16_t OFFERED[] = { 15, 16, 17 };

struct query_nts *
query_nts_new(const struct query_nts_host *host, struct mtime now)
{
	struct query_nts *n = calloc(1, sizeof *n);

	if (n != NULL) {
		n->host = *host;
		nts_client_start(&n->keys, NTS_EXPIRE_S, now);
	}
	return n;
}

void
query_nts_free(struct query_nts *n)
{
	if (n != NULL) {
		explicit_bzero(n, sizeof *n);
		free(n);
	}
}

/* Says why, anew. */
static void TEXT_PRINTF(2, 3) say_why(struct query_nts *n, const char *fmt, ...)
{
	struct text t = text_over(n->why, sizeof n->why);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
}

/* ---- the question ---- */

static void
put(char *out, size_t cap, const char *word, size_t len)
{
	struct text t = text_over(out, cap);

	text_printf(&t, "%.*s", (int)len, word);
}

void
query_nts_question(const struct query_nts *n, uint32_t tag, struct ke_question *q)
{
	memset(q, 0, sizeof *q);
	q->tag = tag;
	q->to = n->host.to;
	/* No certificate is for an interface of ours. */
	put(q->name, sizeof q->name, n->host.name, strcspn(n->host.name, "%"));
	put(q->ca, sizeof q->ca, n->host.ca, strlen(n->host.ca));
	for (unsigned i = 0; i < sizeof OFFERED / sizeof *OFFERED; i++) {
		q->aead[q->aead_n++] = OFFERED[i];
	}
	q->no_time = n->host.no_time;
}

void
query_nts_unasked(struct query_nts *n, int error)
{
	say_why(n, "keys cannot be asked for: %s", strerror(-error));
}

/* ---- the answer ---- */

/* What to do about it, as far as the cause tells. */
static const char *
remedy_of(enum ke_failure f)
{
	switch (f) {
	case KE_CA:
		return "; --nts-ca names what is trusted, and everybody must be allowed to read it";
	case KE_ROUTE:
		return "; is TCP to that port let through?";
	case KE_UNTRUSTED:
		return "; a private CA is named by --nts-ca";
	case KE_NAME:
		return "; the server is to be given by the name that the certificate is for";
	case KE_NOT_YET:
		return "; on a machine that does not know the time, --nts-no-time-check goes by "
		       "what the servers say";
	case KE_GOOD:
	case KE_PROCESS:
	case KE_TIMEOUT:
	case KE_TLS:
	case KE_EXPIRED:
	case KE_ALPN:
	case KE_ERROR:
	case KE_FORM:
	case KE_PROTOCOL:
	case KE_AEAD:
	case KE_NO_COOKIE:
	case KE_FAILURES_N:
		break;
	}
	return "";
}

static void
say_failure(struct query_nts *n, enum ke_failure f, const char *reason)
{
	char to[ENDPOINT_TEXT_MAX];

	say_why(n, "no NTS keys from %s: %s%s%s%s", endpoint_format(&n->host.to, to, sizeof to),
	    ke_failure_text(f), reason[0] != '\0' ? ": " : "", reason, remedy_of(f));
}

static void
take_cookies(struct query_nts *n, const struct ke_answer *k, struct mtime now)
{
	struct nts_keys keys = { .aead = k->aead }; /* auth has the secrets */

	nts_client_keyed(&n->keys, &keys, NULL, 0, now);
	for (unsigned i = 0; i < k->cookie_n; i++) {
		nts_client_keep(&n->keys, k->cookie[i].bytes, k->cookie[i].len);
	}
	n->cookie_n = k->cookie_n;
	n->cookie_len = k->cookie_n > 0 ? k->cookie[0].len : 0;
}

/* What the certificate is worth without a clock of ours to hold its dates against. */
static bool
take_dates(struct query_nts *n, const struct ke_answer *k)
{
	const struct certtime c = { .phase = CERTTIME_UNKNOWN, .passed = n->host.passed };
	const struct certtime_window w = { k->not_before, k->not_after };

	n->dates = (struct assoc_dates){ .state = DATES_GOOD };
	if (!n->host.no_time) {
		return true;
	}
	n->dates.state = DATES_UNCHECKED;
	certtime_bounds(&c, &w, &n->dates.from, &n->dates.to);
	return certtime_may_be_valid(&c, &w);
}

bool
query_nts_keyed(struct query_nts *n, const struct ke_answer *k, struct auth *a, struct mtime now)
{
	struct text server = text_over(n->server, sizeof n->server);
	struct text tls = text_over(n->tls, sizeof n->tls);

	if (k->failure != KE_GOOD) {
		say_failure(n, k->failure, k->reason);
		return false;
	}
	if (!take_dates(n, k)) {
		say_failure(n, KE_EXPIRED, "it ended before this program was built");
		return false;
	}
	if (!auth_nts_keys(a, k->aead, k->c2s, k->s2c)) {
		say_failure(n, KE_AEAD, "its algorithm cannot be used here");
		return false;
	}
	n->aead = k->aead;
	n->port = k->port != 0 ? k->port : NTP_PORT;
	n->took_s = k->took_s;
	text_put(&server, k->server);
	text_put(&tls, k->tls);
	take_cookies(n, k, now);
	return true;
}

void
query_nts_lost(struct query_nts *n, const char *reason)
{
	char to[ENDPOINT_TEXT_MAX];

	say_why(n, "the NTP server %s, which %s names, has no address: %s", n->server,
	    endpoint_format(&n->host.to, to, sizeof to), reason);
}

bool
query_nts_may_ask(struct query_nts *n, const struct addr *server, enum addr_family family)
{
	char to[ENDPOINT_TEXT_MAX], addr[ADDR_TEXT_MAX];

	if (addr_equal(server, &n->host.to.addr)) {
		return true;
	}
	if (!addr_is_loopback(server) && !addr_is_wildcard(server) && !addr_is_multicast(server) &&
	    (family == ADDR_NONE || family == server->family)) {
		return true;
	}
	say_why(n, "the NTP server %s, which %s names, is not asked: %s",
	    addr_format(server, addr, sizeof addr), endpoint_format(&n->host.to, to, sizeof to),
	    family != ADDR_NONE && family != server->family ? "an address of the other family"
							    : "no other host has that address");
	return false;
}

/* ---- requests ---- */

bool
query_nts_cookie(struct query_nts *n, struct auth *a, struct mtime now)
{
	unsigned placeholders = 0;
	const struct nts_cookie *k;

	nts_client_poll(&n->keys, now);
	k = nts_client_take(&n->keys, &placeholders);
	if (k == NULL) {
		say_why(n, "it gave no cookie for another request");
		return false;
	}
	auth_nts_cookie(a, k->bytes, k->len, placeholders);
	return true;
}

void
query_nts_heard(struct query_nts *n, const struct auth *a, enum packet_auth auth,
    const struct assoc_answer *ans)
{
	struct span cookie[NTS_JAR];
	unsigned many;

	n->nak = auth == PACKET_AUTH_NAK && ans->verdict == VERDICT_CRYPTO_NAK;
	n->undated = ans->genuine && ans->verdict == VERDICT_AUTH;
	if (!ans->genuine) {
		return;
	}
	nts_client_accepted(&n->keys);
	many = auth_nts_cookies(a, cookie, NTS_JAR);
	for (unsigned i = 0; i < many; i++) {
		nts_client_keep(&n->keys, cookie[i].at, cookie[i].len);
	}
}

/* ---- words ---- */

const char *
query_nts_why_unused(const struct query_nts *n)
{
	if (n->nak) {
		return "it cannot open our cookie (NAK)";
	}
	return n->undated ? "its time lies outside of the dates of its certificate" : NULL;
}

void
query_nts_put_aead(const struct query_nts *n, struct text *t)
{
	const char *name = config_aead_name((int32_t)n->aead);

	text_put(t, "NTS ");
	if (name != NULL) {
		text_put(t, name);
	} else {
		text_printf(t, "AEAD %u", n->aead);
	}
}

void
query_nts_put_keys(const struct query_nts *n, struct text *t)
{
	char to[ENDPOINT_TEXT_MAX];

	query_nts_put_aead(n, t);
	text_printf(t, ", keys from %s: %s%s%u cookies of %zu octets, in %.3f s",
	    endpoint_format(&n->host.to, to, sizeof to), n->tls, n->tls[0] != '\0' ? ", " : "",
	    n->cookie_n, n->cookie_len, n->took_s);
	if (n->server[0] != '\0') {
		text_printf(t, ", for %s", n->server);
	}
}
