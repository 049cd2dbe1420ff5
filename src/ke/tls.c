/* SPDX-License-Identifier: BSD-2-Clause */
/* tls - OpenSSL, as both sides of key establishment use it. */
#include "tls.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "base/addr.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/mac.h"

void
tls_load(void)
{
	mac_load();
	(void)OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	/* The first context fetches what all of them need. */
	SSL_CTX_free(SSL_CTX_new(TLS_method()));
	ERR_clear_error();
}

/* A session is for one exchange: nothing is resumed, and nothing is said before its handshake. */
static bool
apply(SSL_CTX *ctx, const struct ke_tls *t, char *why)
{
	unsigned alert;
	char words[TLS_WORDS_MAX / 2];

	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	if (t->server_preference) {
		(void)SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
	}
	(void)SSL_CTX_set_num_tickets(ctx, 0);
	(void)SSL_CTX_set_max_early_data(ctx, 0);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	/* Whoever sends key updates faster than they are worked off would have us never return. */
	(void)SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	const char *what = "TLS 1.3";
	bool fine = SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1;
	if (fine && t->ciphersuites[0] != '\0') {
		what = "tlsciphersuites";
		fine = SSL_CTX_set_ciphersuites(ctx, t->ciphersuites) == 1;
	}
	if (fine && t->curves[0] != '\0') {
		char list[KE_TLS_LIST_MAX]; /* it is not taken as const */
		memcpy(list, t->curves, sizeof list);
		what = "tlsecdhcurves";
		fine = SSL_CTX_set1_groups_list(ctx, list) == 1;
	}
	if (!fine) {
		(void)snprintf(why, TLS_WORDS_MAX, "%s: %s", what,
		    tls_trouble(words, sizeof words, &alert));
	}
	return fine;
}

struct ssl_ctx_st *
tls_context(bool server, const struct ke_tls *t, char *why)
{
	SSL_CTX *ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

	if (ctx == NULL) {
		(void)snprintf(why, TLS_WORDS_MAX, "OpenSSL gives no context");
		return NULL;
	}
	if (!apply(ctx, t, why)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static void
on_message(int ours, int version, int kind, const void *octets, size_t len, SSL *ssl, void *ctx)
{
	unsigned *n = ctx;
	const uint8_t *type = octets;

	(void)version;
	(void)ssl;
	if (ours == 0 && kind == SSL3_RT_HANDSHAKE && len > 0 &&
	    (*type == SSL3_MT_KEY_UPDATE || *type == SSL3_MT_NEWSESSION_TICKET)) {
		(*n)++;
	}
}

void
tls_count_asides(struct ssl_st *ssl, unsigned *n)
{
	SSL_set_msg_callback(ssl, on_message);
	SSL_set_msg_callback_arg(ssl, n);
}

static bool
export_keys(void *ctx, unsigned aead, uint8_t c2s[KE_KEY_MAX], uint8_t s2c[KE_KEY_MAX])
{
	uint8_t context[KE_EXPORTER_CONTEXT_LEN];
	size_t len = aead_key_len(aead);
	bool fine = len > 0;

	for (unsigned i = 0; i < 2 && fine; i++) {
		ke_exporter_context(aead, i == 1, context);
		fine = SSL_export_keying_material(ctx, i == 1 ? s2c : c2s, len, KE_EXPORTER_LABEL,
			   strlen(KE_EXPORTER_LABEL), context, sizeof context, 1) == 1;
	}
	return fine;
}

struct ke_exporter
tls_exporter(struct ssl_st *ssl)
{
	return (struct ke_exporter){ export_keys, ssl };
}

bool
tls_is_ntske(const struct ssl_st *ssl)
{
	const unsigned char *at = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(ssl, &at, &len);
	return len == TLS_ALPN_LEN - 1 && memcmp(at, &TLS_ALPN[1], len) == 0;
}

void
tls_describe(const struct ssl_st *ssl, char *buf, size_t cap)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);

	(void)snprintf(buf, cap, "%s, %s (%d)", SSL_get_version(ssl), SSL_CIPHER_get_name(cipher),
	    SSL_CIPHER_get_bits(cipher, NULL));
}

const char *
tls_alert_text(unsigned alert)
{
	return SSL_alert_desc_string_long((int)alert);
}

const char *
tls_trouble(char *buf, size_t cap, unsigned *alert)
{
	unsigned long error = ERR_peek_error();
	int reason = ERR_GET_REASON(error);
	const char *words = ERR_reason_error_string(error);

	*alert = ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET &&
		reason <= SSL_AD_REASON_OFFSET + UINT8_MAX
	    ? (unsigned)(reason - SSL_AD_REASON_OFFSET)
	    : 0;
	struct text t = text_over(buf, cap);
	text_put(&t, words != NULL ? words : "OpenSSL names no cause");
	ERR_clear_error();
	return buf;
}

static bool
seconds_of(const ASN1_TIME *at, int64_t *out)
{
	struct tm tm;

	if (at == NULL || ASN1_TIME_to_tm(at, &tm) != 1) {
		return false;
	}
	*out = (int64_t)timegm(&tm);
	return true;
}

bool
tls_valid_from(const struct x509_st *cert, int64_t *out)
{
	return seconds_of(X509_get0_notBefore(cert), out);
}

bool
tls_valid_until(const struct x509_st *cert, int64_t *out)
{
	return seconds_of(X509_get0_notAfter(cert), out);
}

const char *
tls_date(int64_t at, char *buf, size_t cap)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(buf, cap, "%Y-%m-%d", &tm) == 0) {
		(void)snprintf(buf, cap, "?");
	}
	return buf;
}

/* False when it is none that can be told. */
static bool
put_name(struct text *t, const GENERAL_NAME *name)
{
	struct addr a = { .family = ADDR_V4 };
	char buf[ADDR_TEXT_MAX];

	if (name->type == GEN_DNS) {
		text_put_safe(t, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName));
		return true;
	}
	if (name->type != GEN_IPADD) {
		return false;
	}
	size_t len = (size_t)ASN1_STRING_length(name->d.iPAddress);
	if (len != 4 && len != sizeof a.bytes) {
		return false;
	}
	a.family = len == 4 ? ADDR_V4 : ADDR_V6;
	memcpy(a.bytes, ASN1_STRING_get0_data(name->d.iPAddress), len);
	text_put(t, addr_format(&a, buf, sizeof buf));
	return true;
}

const char *
tls_subject(struct x509_st *cert, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
		found = put_name(&t, sk_GENERAL_NAME_value(names, i));
	}
	GENERAL_NAMES_free(names);
	if (!found) {
		char common[KE_NAME_MAX] = "";
		int len = X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName,
		    common, sizeof common);
		text_put_safe(&t, common, len > 0 ? (size_t)len : 0);
	}
	ERR_clear_error();
	return buf;
}
