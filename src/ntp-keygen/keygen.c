/* SPDX-License-Identifier: BSD-2-Clause */
/* keygen - new symmetric keys. */
#include "ntp-keygen/keygen.h"
#include <assert.h>
#include <string.h>
#include <strings.h>

enum { SECRET_MAX = 32 };

/* Octets of a secret: as many as the algorithm takes, or its digest has, and a bare one may be. */
static const struct kind {
	const char *type;
	size_t len;
	bool usual; /* made unless one type is asked for */
} KINDS[] = {
	{ "MD5", 16, true },
	{ "SHA1", 20, true },
	{ "AES128CMAC", 16, true },
	{ "SHA256", 32, false },
	{ "SHA384", 32, false },
	{ "SHA512", 32, false },
	{ "SHA3-256", 32, false },
	{ "SHA3-384", 32, false },
	{ "SHA3-512", 32, false },
	/* The same for NTPsec, and for chrony. */
	{ "AES", 16, false },
	{ "AES-128", 16, false },
	{ "AES128", 16, false },
	{ "AES-192", 24, false },
	{ "AES192", 24, false },
	{ "AES-256", 32, false },
	{ "AES256", 32, false },
};

enum { KIND_N = sizeof KINDS / sizeof *KINDS };

static const struct kind *
find(const char *type)
{
	for (unsigned i = 0; i < KIND_N; i++) {
		if (strcasecmp(KINDS[i].type, type) == 0) {
			return &KINDS[i];
		}
	}
	return NULL;
}

bool
keygen_knows(const char *type)
{
	return find(type) != NULL;
}

static bool
wanted(const struct keygen_rules *r, const struct kind *k)
{
	return r->type != NULL ? k == find(r->type) : k->usual;
}

bool
keygen_fits(const struct keygen_rules *r)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < KIND_N; i++) {
		n += wanted(r, &KINDS[i]) ? r->count : 0;
	}
	return r->first_id >= 1 && n > 0 && r->first_id + n - 1 <= KEYGEN_ID_MAX;
}

static void
write_key(struct text *t, uint32_t id, const struct kind *k, struct rng *rng)
{
	uint8_t secret[SECRET_MAX];

	assert(k->len <= sizeof secret);
	rng->ops->fill(rng, secret, k->len);
	text_printf(t, "%2u %s ", (unsigned)id, k->type);
	for (size_t i = 0; i < k->len; i++) {
		text_printf(t, "%02x", secret[i]);
	}
	text_char(t, '\n');
	explicit_bzero(secret, sizeof secret);
}

void
keygen_write(struct text *t, const struct keygen_rules *r, struct rng *rng)
{
	uint32_t id = r->first_id;

	assert(keygen_fits(r));
	for (unsigned i = 0; i < KIND_N; i++) {
		for (uint32_t n = 0; wanted(r, &KINDS[i]) && n < r->count; n++) {
			write_key(t, id++, &KINDS[i], rng);
		}
	}
}
