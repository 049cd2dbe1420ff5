/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate - X.509 certificates and their private keys in PEM form: looked at before they are
 * relied on, and made for tests. Whether a chain is to be trusted is for TLS to say. RFC 5280.
 */
#ifndef CRYPTO_CERTIFICATE_H
#define CRYPTO_CERTIFICATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

enum { CERTIFICATE_NAMES_MAX = 1024, CERTIFICATE_PEM_MAX = 8192 };

struct certificate {
	int64_t not_before, not_after;     /* while all of the file are valid, s since 1970 */
	char names[CERTIFICATE_NAMES_MAX]; /* "ntp.example.net, 192.0.2.1"; "": it is for none */
	unsigned n;                        /* certificates in the file, the leaf first; >= 1 */
	bool in_order;                     /* each was issued by the next */
	bool self_signed;                  /* the leaf */
	bool for_servers;                  /* the leaf may be shown by a server of TLS */
};

enum certificate_fault {
	CERTIFICATE_GOOD,
	CERTIFICATE_NONE,       /* there is none in PEM form */
	CERTIFICATE_BROKEN,     /* one cannot be decoded */
	CERTIFICATE_NO_KEY,     /* no private key in PEM form, or it cannot be decoded */
	CERTIFICATE_KEY_LOCKED, /* the key wants a pass phrase */
	CERTIFICATE_KEY_OTHER,  /* it is the key of another certificate */
};

/* Reads every certificate of a file. *out is written only when good. */
enum certificate_fault certificate_read(const char *pem, size_t len, struct certificate *out);

/* Whether key, a private key, belongs to the first certificate of pem. */
enum certificate_fault certificate_fits(const char *pem, size_t len, const char *key,
    size_t key_len);

/* The words of a sentence about the file: "has no certificate in PEM form". */
const char *certificate_fault_text(enum certificate_fault fault);

/* What a self-signed certificate is to be. */
struct certificate_wish {
	const char *const *names; /* host names and numeric addresses */
	unsigned names_n;         /* > 0 */
	int64_t from_s;           /* valid from then, s since 1970 */
	unsigned days;            /* and so long; > 0 */
};

/*
 * Appends a new certificate and its private key (P-256), both in PEM form, each less than
 * CERTIFICATE_PEM_MAX. It can sign no other certificate. False when OpenSSL fails, or a name is
 * none: nothing was appended then.
 */
bool certificate_make(const struct certificate_wish *w, struct text *cert, struct text *key);

#endif
