/* SPDX-License-Identifier: BSD-2-Clause */
/* exchange - requests and responses of key establishment, made and judged. */
#include "ke/exchange.h"
#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include "base/addr.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "wire/ntske.h"

enum { LABEL_MAX = 63, HOST_NAME_MAX_LEN = 253, RECORD_HEAD_LEN = 4 };

static_assert((int)KE_AEADS_MAX <= (int)NTSKE_AEADS_MAX, "a request holds our AEADs");
static_assert((int)KE_DENY_MAX <= (int)NTSKE_DENY_MAX, "a request holds the names refused");
static_assert((int)KE_COOKIES_MAX == (int)NTSKE_COOKIES_MAX, "a response holds the cookies");
static_assert((int)KE_COOKIE_MAX == (int)NTSKE_COOKIE_LEN_MAX, "a cookie fits");
static_assert((int)KE_NAME_MAX == (int)NTSKE_NAME_MAX, "a name fits");
static_assert((int)KE_KEY_MAX == (int)AEAD_KEY_MAX, "a key fits");

void
ke_exporter_context(unsigned aead, bool s2c, uint8_t out[KE_EXPORTER_CONTEXT_LEN])
{
	struct writer w = writer_over(out, KE_EXPORTER_CONTEXT_LEN);

	writer_u16(&w, 0); /* NTPv4 */
	writer_u16(&w, (uint16_t)aead);
	writer_u8(&w, s2c ? 1 : 0);
	assert(!w.bad && w.len == KE_EXPORTER_CONTEXT_LEN);
}

/* Records so far, whole or not: no message of ours or of any peer has many. */
static unsigned
count_records(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	unsigned n = 0;

	while (cursor_left(&c) >= RECORD_HEAD_LEN) {
		(void)cursor_u16(&c);
		(void)cursor_take(&c, cursor_u16(&c));
		n++;
	}
	return n;
}

/* ---- the server's side ---- */

static bool
is_allowed(const struct ke_rules *r, unsigned aead)
{
	for (unsigned i = 0; i < r->aead_n; i++) {
		if (r->aead[i] == aead) {
			return true;
		}
	}
	return false;
}

/* The first of the client's that is allowed; 0: none. */
static unsigned
choose_aead(const struct ke_rules *r, const struct ntske_request *q)
{
	for (unsigned i = 0; i < q->aead_n; i++) {
		unsigned aead = q->aead[i];
		bool doubtful =
		    aead == NTSKE_AES_128_GCM_SIV && !q->gcm_siv_exported && q->aead_n > 1;
		if (is_allowed(r, aead) && !doubtful) {
			return aead;
		}
	}
	return 0;
}

static bool
make_cookies(struct ke_means *m, unsigned aead, uint8_t octets[KE_COOKIES_MAX][COOKIE_LEN_MAX])
{
	struct nts_session s = { .aead = aead };
	bool fine = m->exporter.keys(m->exporter.ctx, aead, s.c2s, s.s2c);

	for (unsigned i = 0; i < KE_COOKIES_MAX && fine; i++) {
		fine = cookies_make(m->cookies, &s, m->nonce[i], octets[i]);
	}
	explicit_bzero(&s, sizeof s);
	return fine;
}

static enum ke_said
refuse(struct writer *out, enum ntske_error error, unsigned *code)
{
	*code = (unsigned)error;
	ntske_put_error(out, error);
	assert(!out->bad);
	return KE_SAID_ERROR;
}

static enum ke_said
respond_to(const struct ke_rules *r, struct ke_means *m, const struct ntske_request *q,
    struct writer *out, unsigned *code)
{
	uint8_t octets[KE_COOKIES_MAX][COOKIE_LEN_MAX];
	struct ntske_response p = { .ntpv4 = q->ntpv4 };

	p.aead = q->ntpv4 ? choose_aead(r, q) : 0;
	size_t cookie = cookie_len(p.aead);
	if (p.aead != 0 && (cookie == 0 || !make_cookies(m, p.aead, octets))) {
		return refuse(out, NTSKE_ERROR_INTERNAL, code);
	}
	if (p.aead != 0) {
		p.cookie_n = KE_COOKIES_MAX;
		p.gcm_siv_exported = p.aead == NTSKE_AES_128_GCM_SIV && q->gcm_siv_exported;
		p.port = r->ntp_port;
		memcpy(p.server, r->server, sizeof p.server);
	}
	for (unsigned i = 0; i < p.cookie_n; i++) {
		p.cookie[i] = (struct span){ octets[i], cookie };
	}
	ntske_put_response(out, &p);
	assert(!out->bad && out->len <= KE_TOLD_MAX);
	return p.aead != 0 ? KE_SAID_KEYS : KE_SAID_NONE_FIT;
}

enum ke_said
ke_respond(const struct ke_rules *r, struct ke_means *m, const uint8_t *request, size_t len,
    struct writer *out, unsigned *code)
{
	struct ntske_request q;

	if (len > KE_ASKED_MAX || count_records(request, len) > KE_ASKED_RECORDS) {
		return refuse(out, NTSKE_ERROR_BAD_REQUEST, code);
	}
	switch (ntske_read_request(request, len, &q)) {
	case NTSKE_READ_MORE:
		return KE_SAID_NOTHING;
	case NTSKE_READ_CRITICAL:
		return refuse(out, NTSKE_ERROR_CRITICAL, code);
	case NTSKE_READ_BAD:
		return refuse(out, NTSKE_ERROR_BAD_REQUEST, code);
	case NTSKE_READ_DONE:
		break;
	}
	return respond_to(r, m, &q, out, code);
}

/* ---- the client's side ---- */

bool
ke_request(const struct ke_question *q, struct writer *out)
{
	struct ntske_request r = { .ntpv4 = true, .aead_n = q->aead_n, .deny_n = q->deny_n };

	assert(q->aead_n > 0 && q->aead_n <= KE_AEADS_MAX);
	assert(q->deny_n <= KE_DENY_MAX);
	for (unsigned i = 0; i < q->aead_n; i++) {
		r.aead[i] = q->aead[i];
		r.gcm_siv_exported = r.gcm_siv_exported || q->aead[i] == NTSKE_AES_128_GCM_SIV;
	}
	memcpy(r.server, q->ask, sizeof r.server);
	for (unsigned i = 0; i < q->deny_n; i++) {
		memcpy(r.deny[i], q->deny[i], sizeof r.deny[i]);
	}
	ntske_put_request(out, &r);
	return !out->bad && out->len <= KE_ASKED_MAX;
}

void
ke_fail(struct ke_answer *a, enum ke_failure f, const char *fmt, ...)
{
	struct text t = text_over(a->reason, sizeof a->reason);
	va_list ap;

	a->failure = f;
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
}

/* A host name as the DNS has them, a dot at its end or not; numbers alone are none. */
static bool
is_host_name(const char *name)
{
	size_t label = 0, len = strlen(name);
	bool letters = false;

	if (len == 0 || len > HOST_NAME_MAX_LEN + (name[len - 1] == '.' ? 1U : 0U)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (label == 0) {
				return false;
			}
			label = 0;
			continue;
		}
		if (name[i] == ':' || ++label > LABEL_MAX) {
			return false;
		}
		letters = letters || name[i] < '0' || name[i] > '9';
	}
	return letters;
}

bool
ke_is_server(const char *name)
{
	struct addr a;

	if (addr_parse(name, &a)) {
		return addr_is_host(&a) && !(a.family == ADDR_V6 && addr_is_link_local(&a));
	}
	return is_host_name(name);
}

static bool
was_offered(const struct ke_question *q, unsigned aead)
{
	for (unsigned i = 0; i < q->aead_n; i++) {
		if (q->aead[i] == aead) {
			return true;
		}
	}
	return false;
}

static void
take_refusal(const struct ntske_response *p, struct ke_answer *a)
{
	static const char *const words[] = { "a critical record is unknown to it",
		"our request is bad, it says", "it has an error of its own" };

	a->code = p->error;
	ke_fail(a, KE_ERROR, "error %u: %s", a->code,
	    p->error < sizeof words / sizeof words[0] ? words[p->error] : "no known one");
}

static void
keep_cookies(const struct ntske_response *p, struct ke_answer *a)
{
	a->cookie_n = p->cookie_n;
	for (unsigned i = 0; i < p->cookie_n; i++) {
		a->cookie[i].len = p->cookie[i].len;
		memcpy(a->cookie[i].bytes, p->cookie[i].at, p->cookie[i].len);
	}
}

static void
judge(const struct ke_question *q, const struct ke_exporter *x, const struct ntske_response *p,
    struct ke_answer *a)
{
	if (p->refused) {
		take_refusal(p, a);
	} else if (!p->ntpv4) {
		ke_fail(a, KE_PROTOCOL, "it serves no NTPv4 with NTS");
	} else if (p->aead == 0) {
		ke_fail(a, KE_AEAD, "it has none of the AEADs offered");
	} else if (!was_offered(q, p->aead)) {
		ke_fail(a, KE_AEAD, "it chose AEAD %u, which was not offered", p->aead);
	} else if (p->cookie_n == 0) {
		ke_fail(a, KE_NO_COOKIE, "it sent no cookie that can be used");
	} else if (p->server[0] != '\0' && !ke_is_server(p->server)) {
		ke_fail(a, KE_FORM, "the NTP server that it names is no host");
	} else if (!x->keys(x->ctx, p->aead, a->c2s, a->s2c)) {
		ke_fail(a, KE_PROCESS, "TLS gave no keys for AEAD %u", p->aead);
	} else {
		ke_fail(a, KE_GOOD, "%s", "");
		a->aead = p->aead;
		a->port = p->port;
		memcpy(a->server, p->server, sizeof a->server);
		keep_cookies(p, a);
	}
}

bool
ke_take(const struct ke_question *q, const struct ke_exporter *x, const uint8_t *response,
    size_t len, struct ke_answer *a)
{
	struct ntske_response p;

	if (len > KE_HEARD_MAX) {
		ke_fail(a, KE_FORM, "its response is longer than %d octets", KE_HEARD_MAX);
		return true;
	}
	if (count_records(response, len) > KE_HEARD_RECORDS) {
		ke_fail(a, KE_FORM, "its response has more than %d records", KE_HEARD_RECORDS);
		return true;
	}
	switch (ntske_read_response(response, len, &p)) {
	case NTSKE_READ_MORE:
		return false;
	case NTSKE_READ_CRITICAL:
		ke_fail(a, KE_FORM, "its response has a critical record that is not known");
		return true;
	case NTSKE_READ_BAD:
		ke_fail(a, KE_FORM, "its response is malformed");
		return true;
	case NTSKE_READ_DONE:
		break;
	}
	judge(q, x, &p, a);
	return true;
}
