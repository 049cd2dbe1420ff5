/* SPDX-License-Identifier: BSD-2-Clause */
/* mac - keyed message authentication over OpenSSL. */
#include "crypto/mac.h"
#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>
#include "base/addr.h"
#include "base/text.h"

enum { TYPE_MAX = 40, CIPHER_MAX = 24, CMAC_LEN = 16, MAC_LEN_MIN = 16, MAC_LEN_MAX = 20 };

/* Either md and digest, or cmac, are set. */
struct mac_key {
	EVP_MD *md;
	EVP_MD_CTX *digest;
	EVP_MAC_CTX *cmac;
	size_t out_len;   /* of the MAC on the wire */
	size_t whole_len; /* of the digest, before it is cut to that */
	uint8_t *secret;  /* of a digest key: goes before every packet */
	size_t secret_len;
};

/*
 * Ciphers for CMAC. RFC 8573 has AES-128 alone; NTPsec takes any block cipher of OpenSSL by its
 * name, chrony AES128 and AES256.
 */
static const struct cmac_kind {
	const char *cipher;
	size_t key_len;
	const char *names; /* between blanks, without - and _: see plain_name */
} CMAC_KINDS[] = {
	{ "AES-128-CBC", 16, " AES AES128 AES128CMAC AESCMAC AES128CBC " },
	{ "AES-192-CBC", 24, " AES192 AES192CMAC AES192CBC " },
	{ "AES-256-CBC", 32, " AES256 AES256CMAC AES256CBC " },
	{ "CAMELLIA-128-CBC", 16, " CAMELLIA128 CAMELLIA128CMAC CAMELLIA128CBC " },
	{ "CAMELLIA-192-CBC", 24, " CAMELLIA192 CAMELLIA192CMAC CAMELLIA192CBC " },
	{ "CAMELLIA-256-CBC", 32, " CAMELLIA256 CAMELLIA256CMAC CAMELLIA256CBC " },
	{ "ARIA-128-CBC", 16, " ARIA128 ARIA128CMAC ARIA128CBC " },
	{ "ARIA-192-CBC", 24, " ARIA192 ARIA192CMAC ARIA192CBC " },
	{ "ARIA-256-CBC", 32, " ARIA256 ARIA256CMAC ARIA256CBC " },
};

/* Names of digests that OpenSSL has otherwise. */
static const struct digest_name {
	const char *plain, *name;
} DIGEST_NAMES[] = {
	/* Keys files say M for MD5, as they did before other digests came. */
	{ "M", "MD5" },
	{ "SHA224", "SHA2-224" },
	{ "SHA256", "SHA2-256" },
	{ "SHA384", "SHA2-384" },
	{ "SHA512", "SHA2-512" },
	{ "SHA2224", "SHA2-224" },
	{ "SHA2256", "SHA2-256" },
	{ "SHA2384", "SHA2-384" },
	{ "SHA2512", "SHA2-512" },
	{ "SHA512224", "SHA2-512/224" },
	{ "SHA512256", "SHA2-512/256" },
	{ "SHA2512224", "SHA2-512/224" },
	{ "SHA2512256", "SHA2-512/256" },
	{ "SHA3224", "SHA3-224" },
	{ "SHA3256", "SHA3-256" },
	{ "SHA3384", "SHA3-384" },
	{ "SHA3512", "SHA3-512" },
	{ "RIPEMD160", "RIPEMD-160" },
	{ "RMD160", "RIPEMD-160" },
	{ "BLAKE2S256", "BLAKE2S-256" },
	{ "BLAKE2B512", "BLAKE2B-512" },
};

/* Each file has its own way to write a name: SHA-1, SHA3_256, Sha512/256. */
static const char *
plain_name(const char *type, char out[static TYPE_MAX])
{
	size_t n = 0;

	for (const char *c = type; *c != '\0' && n + 1 < TYPE_MAX; c++) {
		if (strchr("-_/", *c) == NULL) {
			out[n++] = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		}
	}
	/* "AES-" is no name. */
	n = type[0] != '\0' && strchr("-_/", type[strlen(type) - 1]) != NULL ? 0 : n;
	out[n] = '\0';
	return out;
}

static const struct cmac_kind *
cmac_kind(const char *type)
{
	char plain[TYPE_MAX], between[TYPE_MAX + 2];
	struct text t = text_over(between, sizeof between);

	text_printf(&t, " %s ", plain_name(type, plain));
	for (size_t i = 0; plain[0] != '\0' && i < sizeof CMAC_KINDS / sizeof *CMAC_KINDS; i++) {
		if (strstr(CMAC_KINDS[i].names, between) != NULL) {
			return &CMAC_KINDS[i];
		}
	}
	return NULL;
}

static const char *
digest_name(const char *type)
{
	char plain[TYPE_MAX];

	(void)plain_name(type, plain);
	for (size_t i = 0; i < sizeof DIGEST_NAMES / sizeof *DIGEST_NAMES; i++) {
		if (strcmp(DIGEST_NAMES[i].plain, plain) == 0) {
			return DIGEST_NAMES[i].name;
		}
	}
	return type;
}

/* The digest of that name, if its values are no shorter or longer than MACs may be; or NULL. */
static EVP_MD *
fetch_digest(const char *type)
{
	EVP_MD *md = EVP_MD_fetch(NULL, digest_name(type), NULL);
	int size = md == NULL ? 0 : EVP_MD_get_size(md);

	if (size < MAC_LEN_MIN || size > MAC_WHOLE_MAX) {
		EVP_MD_free(md);
		return NULL;
	}
	return md;
}

static bool
knows_digest(const char *type)
{
	EVP_MD *md;

	ERR_set_mark();
	md = fetch_digest(type);
	ERR_pop_to_mark();
	EVP_MD_free(md);
	return md != NULL;
}

size_t
mac_secret_len(const char *type)
{
	const struct cmac_kind *kind = cmac_kind(type);

	return kind == NULL ? 0 : kind->key_len;
}

enum mac_fault
mac_fault_of(const char *type, size_t len, struct text *why)
{
	size_t wanted = mac_secret_len(type);

	if (wanted == 0 && !knows_digest(type)) {
		text_printf(why,
		    "OpenSSL here makes no keys of type '%s', expected a type such as MD5, SHA1 or "
		    "AES128CMAC",
		    type);
		return MAC_FAULT_TYPE;
	}
	if (wanted != 0 && len != wanted) {
		text_printf(why,
		    "a secret of type %s has %zu octets, which are %zu hex digits, but this one "
		    "has %zu octets",
		    type, wanted, 2 * wanted, len);
		return MAC_FAULT_LENGTH;
	}
	if (len == 0) {
		text_put(why, "the secret is empty");
		return MAC_FAULT_LENGTH;
	}
	return MAC_FAULT_NONE;
}

static bool
prepare_cmac(struct mac_key *k, const struct cmac_kind *kind, const uint8_t *secret, size_t len)
{
	char cipher[CIPHER_MAX];
	struct text name = text_over(cipher, sizeof cipher);
	OSSL_PARAM params[2];
	EVP_MAC *mac = len == kind->key_len ? EVP_MAC_fetch(NULL, "CMAC", NULL) : NULL;
	bool ok = false;

	text_put(&name, kind->cipher);
	assert(!name.cut);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0);
	params[1] = OSSL_PARAM_construct_end();
	k->cmac = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
	if (k->cmac != NULL && EVP_MAC_init(k->cmac, secret, len, params) == 1) {
		k->out_len = CMAC_LEN;
		k->whole_len = CMAC_LEN;
		ok = true;
	}
	EVP_MAC_free(mac); /* the context holds its own reference */
	return ok;
}

static bool
prepare_digest(struct mac_key *k, const char *type, const uint8_t *secret, size_t len)
{
	int size;

	k->md = fetch_digest(type);
	k->digest = EVP_MD_CTX_new();
	k->secret = OPENSSL_malloc(len);
	if (k->md == NULL || k->digest == NULL || k->secret == NULL) {
		return false;
	}
	size = EVP_MD_get_size(k->md);
	k->out_len = size > MAC_LEN_MAX ? MAC_LEN_MAX : (size_t)size;
	k->whole_len = (size_t)size;
	memcpy(k->secret, secret, len);
	k->secret_len = len;
	return EVP_DigestInit_ex2(k->digest, k->md, NULL) == 1;
}

void
mac_load(void)
{
	ERR_set_mark();
	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	/* The first fetch activates the providers. */
	EVP_MD_free(EVP_MD_fetch(NULL, "MD5", NULL));
	EVP_MAC_free(EVP_MAC_fetch(NULL, "CMAC", NULL));
	for (size_t i = 0; i < sizeof CMAC_KINDS / sizeof *CMAC_KINDS; i++) {
		EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, CMAC_KINDS[i].cipher, NULL));
	}
	ERR_pop_to_mark();
}

struct mac_key *
mac_key_new(const char *type, const uint8_t *secret, size_t len)
{
	const struct cmac_kind *kind;
	struct mac_key *k;
	bool ok;

	if (len == 0) {
		return NULL;
	}
	k = OPENSSL_zalloc(sizeof *k);
	if (k == NULL) {
		return NULL;
	}
	/* An unknown type is an answer, not an error to be left in OpenSSL's queue. */
	ERR_set_mark();
	kind = cmac_kind(type);
	ok = kind != NULL ? prepare_cmac(k, kind, secret, len)
			  : prepare_digest(k, type, secret, len);
	ERR_pop_to_mark();
	if (!ok) {
		mac_key_free(k);
		return NULL;
	}
	return k;
}

void
mac_key_free(struct mac_key *k)
{
	if (k == NULL) {
		return;
	}
	EVP_MAC_CTX_free(k->cmac);
	EVP_MD_CTX_free(k->digest);
	EVP_MD_free(k->md);
	OPENSSL_clear_free(k->secret, k->secret_len);
	OPENSSL_clear_free(k, sizeof *k);
}

size_t
mac_len(const struct mac_key *k)
{
	return k->out_len;
}

bool
mac_len_fits(const struct mac_key *k, size_t len)
{
	return len == k->out_len || len == k->whole_len;
}

/* The context keeps its key: a NULL key starts the next message with it. */
static bool
make_cmac(struct mac_key *k, const void *bytes, size_t len, uint8_t *out)
{
	size_t out_len = 0;

	return EVP_MAC_init(k->cmac, NULL, 0, NULL) == 1 &&
	    EVP_MAC_update(k->cmac, bytes, len) == 1 &&
	    EVP_MAC_final(k->cmac, out, &out_len, CMAC_LEN) == 1 && out_len == CMAC_LEN;
}

/*
 * Hashes the secret again for each packet: copying a context that has it allocates up to OpenSSL
 * 3.3, starting one anew does not from 3.1 on, and the two fit into one block of the digest more
 * often than not.
 */
static bool
make_digest(struct mac_key *k, const void *bytes, size_t len, uint8_t *out, size_t out_len)
{
	uint8_t full[EVP_MAX_MD_SIZE];
	bool ok = EVP_DigestInit_ex2(k->digest, k->md, NULL) == 1 &&
	    EVP_DigestUpdate(k->digest, k->secret, k->secret_len) == 1 &&
	    EVP_DigestUpdate(k->digest, bytes, len) == 1 &&
	    EVP_DigestFinal_ex(k->digest, full, NULL) == 1;

	if (ok) {
		memcpy(out, full, out_len);
	}
	return ok;
}

bool
mac_make_as(struct mac_key *k, const void *bytes, size_t len, uint8_t *out, size_t out_len)
{
	assert(mac_len_fits(k, out_len));
	return k->cmac != NULL ? make_cmac(k, bytes, len, out)
			       : make_digest(k, bytes, len, out, out_len);
}

bool
mac_make(struct mac_key *k, const void *bytes, size_t len, uint8_t *out)
{
	return mac_make_as(k, bytes, len, out, k->out_len);
}

bool
mac_check(struct mac_key *k, const void *bytes, size_t len, const uint8_t *digest,
    size_t digest_len)
{
	uint8_t want[MAC_WHOLE_MAX];

	assert(k->whole_len <= sizeof want);
	if (!mac_len_fits(k, digest_len) || !mac_make_as(k, bytes, len, want, digest_len)) {
		return false;
	}
	return CRYPTO_memcmp(want, digest, digest_len) == 0;
}

uint32_t
refid_of_addr(const struct addr *a)
{
	uint8_t digest[EVP_MAX_MD_SIZE] = { 0 };

	if (a->family == ADDR_V4) {
		return addr_v4_value(a);
	}
	/*
	 * It is a name, not a secret: MD5 is allowed for it also where FIPS rules forbid it for
	 * keys.
	 */
	if (EVP_Q_digest(NULL, "MD5", "-fips", a->bytes, sizeof a->bytes, digest, NULL) != 1) {
		return 0;
	}
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
	    digest[3];
}

bool
sha1_make(const void *bytes, size_t len, uint8_t out[20])
{
	return EVP_Q_digest(NULL, "SHA1", NULL, bytes, len, out, NULL) == 1;
}
