/* SPDX-License-Identifier: BSD-2-Clause */
/* certificate - what OpenSSL reads of certificates, and makes. */
#include "crypto/certificate.h"
#include <assert.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>
#include "base/addr.h"

enum { SERIAL_BITS = 126, CN_MAX = 64, DAY_S = 86400 };

/* ---- reading ---- */

/* Nobody sits at a terminal: a pass phrase is not asked for, but it is noted that one is wanted. */
static int
/* NOLINTNEXTLINE(readability-non-const-parameter): the form is OpenSSL's */
no_phrase(char *buf, int size, int writing, void *wanted)
{
	(void)buf;
	(void)size;
	(void)writing;
	if (wanted != NULL) {
		*(bool *)wanted = true;
	}
	return -1;
}

static BIO *
open_text(const char *text, size_t len)
{
	return len <= INT_MAX ? BIO_new_mem_buf(text, (int)len) : NULL;
}

static int64_t
seconds_of(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, s = 0;
	bool good = epoch != NULL && t != NULL && ASN1_TIME_diff(&days, &s, epoch, t) == 1;

	ASN1_TIME_free(epoch);
	return good ? (int64_t)days * DAY_S + s : 0;
}

/* A name of the certificate as text that can be shown; "" for one of another kind. */
static void
put_name(const GENERAL_NAME *g, struct text *out)
{
	int type;
	const ASN1_STRING *s = GENERAL_NAME_get0_value(g, &type);
	char buf[ADDR_TEXT_MAX];
	struct addr a;

	if (type == GEN_DNS) {
		const unsigned char *at = ASN1_STRING_get0_data(s);
		for (int i = 0; i < ASN1_STRING_length(s); i++) {
			text_char(out, at[i] > ' ' && at[i] < 0x7f ? (char)at[i] : '?');
		}
	} else if (type == GEN_IPADD) {
		size_t len = (size_t)ASN1_STRING_length(s);
		a = (struct addr){ .family = len == 4 ? ADDR_V4 : ADDR_V6 };
		if (len == 4 || len == 16) {
			memcpy(a.bytes, ASN1_STRING_get0_data(s), len);
			text_put(out, addr_format(&a, buf, sizeof buf));
		}
	}
}

static void
put_names(X509 *x, struct text *out)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		char buf[256];
		struct text name = text_over(buf, sizeof buf);
		put_name(sk_GENERAL_NAME_value(all, i), &name);
		if (name.len == 0 || name.cut) {
			continue;
		}
		if (out->len + name.len + sizeof ", ..." >= CERTIFICATE_NAMES_MAX) {
			text_put(out, ", ...");
			break;
		}
		text_printf(out, "%s%s", out->len > 0 ? ", " : "", buf);
	}
	GENERAL_NAMES_free(all);
}

static void
take_leaf(X509 *x, struct certificate *c)
{
	struct text names = text_over(c->names, sizeof c->names);

	put_names(x, &names);
	c->self_signed = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 &&
	    X509_verify(x, X509_get0_pubkey(x)) == 1;
	c->for_servers = X509_check_purpose(x, X509_PURPOSE_SSL_SERVER, 0) == 1;
	c->not_before = INT64_MIN;
	c->not_after = INT64_MAX;
	c->in_order = true;
}

/* last is the one before; NULL: this is the leaf. */
static void
take_certificate(X509 *x, X509 *last, struct certificate *c)
{
	if (last == NULL) {
		take_leaf(x, c);
	} else {
		c->in_order = c->in_order && X509_check_issued(x, last) == X509_V_OK;
	}
	int64_t from = seconds_of(X509_get0_notBefore(x)), to = seconds_of(X509_get0_notAfter(x));
	c->not_before = from > c->not_before ? from : c->not_before;
	c->not_after = to < c->not_after ? to : c->not_after;
	c->n++;
}

/* True when the reading ended for want of another certificate, not because of one. */
static bool
at_the_end(void)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

enum certificate_fault
certificate_read(const char *pem, size_t len, struct certificate *out)
{
	struct certificate c = { .n = 0 };
	BIO *in = open_text(pem, len);
	X509 *last = NULL, *x;

	if (in == NULL) {
		return CERTIFICATE_NONE;
	}
	ERR_clear_error();
	while ((x = PEM_read_bio_X509(in, NULL, no_phrase, NULL)) != NULL) {
		take_certificate(x, last, &c);
		X509_free(last);
		last = x;
	}
	bool ended = at_the_end();
	ERR_clear_error();
	X509_free(last);
	BIO_free(in);
	if (!ended) {
		return CERTIFICATE_BROKEN;
	}
	if (c.n == 0) {
		return CERTIFICATE_NONE;
	}
	*out = c;
	return CERTIFICATE_GOOD;
}

static enum certificate_fault
compare(X509 *x, EVP_PKEY *key, bool locked)
{
	if (x == NULL) {
		return CERTIFICATE_NONE;
	}
	if (key == NULL) {
		return locked ? CERTIFICATE_KEY_LOCKED : CERTIFICATE_NO_KEY;
	}
	return X509_check_private_key(x, key) == 1 ? CERTIFICATE_GOOD : CERTIFICATE_KEY_OTHER;
}

enum certificate_fault
certificate_fits(const char *pem, size_t len, const char *key, size_t key_len)
{
	BIO *cert_in = open_text(pem, len), *key_in = open_text(key, key_len);
	bool locked = false;
	X509 *x = cert_in != NULL ? PEM_read_bio_X509(cert_in, NULL, no_phrase, NULL) : NULL;
	EVP_PKEY *k =
	    key_in != NULL ? PEM_read_bio_PrivateKey(key_in, NULL, no_phrase, &locked) : NULL;
	enum certificate_fault fault = compare(x, k, locked);

	EVP_PKEY_free(k);
	X509_free(x);
	BIO_free(key_in);
	BIO_free(cert_in);
	ERR_clear_error();
	return fault;
}

const char *
certificate_fault_text(enum certificate_fault fault)
{
	switch (fault) {
	case CERTIFICATE_GOOD:
		break;
	case CERTIFICATE_NONE:
		return "has no certificate in PEM form ('-----BEGIN CERTIFICATE-----')";
	case CERTIFICATE_BROKEN:
		return "has a certificate that cannot be decoded: copy it again";
	case CERTIFICATE_NO_KEY:
		return "has no private key in PEM form ('-----BEGIN PRIVATE KEY-----')";
	case CERTIFICATE_KEY_LOCKED:
		return "has a key with a pass phrase, which nobody could enter: write it without "
		       "one, as by 'openssl pkey'";
	case CERTIFICATE_KEY_OTHER:
		return "has the key of another certificate: cert and key must be of one pair";
	}
	return "is good";
}

/* ---- making ---- */

static bool
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool good = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return good;
}

static bool
is_name(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < 254 &&
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_*") == len;
}

static bool
add_name(GENERAL_NAMES *all, const char *name)
{
	struct addr a;
	bool numeric = addr_parse(name, &a);
	GENERAL_NAME *g = numeric || is_name(name)
	    ? a2i_GENERAL_NAME(NULL, NULL, NULL, numeric ? GEN_IPADD : GEN_DNS, name, 0)
	    : NULL;

	if (g == NULL || sk_GENERAL_NAME_push(all, g) <= 0) {
		GENERAL_NAME_free(g);
		return false;
	}
	return true;
}

static bool
add_names(X509 *x, const struct certificate_wish *w)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	bool good = all != NULL;

	for (unsigned i = 0; good && i < w->names_n; i++) {
		good = add_name(all, w->names[i]);
	}
	good = good && X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(all);
	return good;
}

static bool
set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	bool good = n != NULL &&
	    BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;

	BN_free(n);
	return good;
}

/* The first name stands for the owner where it has room. */
static bool
set_owner(X509 *x, const char *name)
{
	X509_NAME *owner = X509_get_subject_name(x);
	bool good = strlen(name) > CN_MAX ||
	    X509_NAME_add_entry_by_txt(owner, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
		-1, 0) == 1;

	return good && X509_set_issuer_name(x, owner) == 1;
}

static bool
fill(X509 *x, EVP_PKEY *key, const struct certificate_wish *w)
{
	time_t from = (time_t)w->from_s, to = from + (time_t)w->days * DAY_S;

	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), to) != NULL && X509_set_pubkey(x, key) == 1 &&
	    set_owner(x, w->names[0]) && add_names(x, w) &&
	    add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(x, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(x, NID_ext_key_usage, "serverAuth") &&
	    X509_sign(x, key, EVP_sha256()) > 0;
}

/* Appends what was written to a BIO, whole. */
static bool
put_bio(BIO *from, struct text *out)
{
	char *at;
	long len = BIO_get_mem_data(from, &at);

	if (len <= 0 || len >= CERTIFICATE_PEM_MAX) {
		return false;
	}
	text_put_n(out, at, (size_t)len);
	return true;
}

/* The key last: nothing of it is left behind by a failure. */
static bool
put_pair(X509 *x, EVP_PKEY *pair, struct text *cert, struct text *key)
{
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_secmem());
	bool good = c != NULL && k != NULL && PEM_write_bio_X509(c, x) == 1 &&
	    PEM_write_bio_PrivateKey(k, pair, NULL, NULL, 0, NULL, NULL) == 1 && put_bio(c, cert) &&
	    put_bio(k, key);

	BIO_free(c);
	BIO_free(k);
	return good;
}

bool
certificate_make(const struct certificate_wish *w, struct text *cert, struct text *key)
{
	assert(w->names_n > 0);
	assert(w->days > 0);
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	bool good = pair != NULL && x != NULL && fill(x, pair, w) && put_pair(x, pair, cert, key);

	X509_free(x);
	EVP_PKEY_free(pair);
	ERR_clear_error();
	return good;
}
