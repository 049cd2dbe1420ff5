/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls - what both sides of key establishment want of OpenSSL: contexts of TLS 1.3 and no other, the
 * exporter of keys, and words for what went wrong. RFC 8915, 3; RFC 8446.
 */
#ifndef KE_TLS_H
#define KE_TLS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ke/exchange.h"
#include "port/ke.h"

/* Of OpenSSL. */
struct ssl_st;
struct ssl_ctx_st;
struct x509_st;

/* What is negotiated by ALPN, as TLS writes it. */
#define TLS_ALPN "\x07ntske/1"
enum { TLS_ALPN_LEN = 8 };

enum { TLS_WORDS_MAX = 120 };

/* Tickets and changes of keys put up with in one connection: each costs, and says nothing. */
enum { TLS_ASIDES_MAX = 16 };

/* Has OpenSSL load what it will need from files, before a fence stands in the way. */
void tls_load(void);

/* NULL when OpenSSL takes not what t says; why: TLS_WORDS_MAX octets for the reason. */
struct ssl_ctx_st *tls_context(bool server, const struct ke_tls *t, char *why);

/* The keys of a session whose handshake is over. */
struct ke_exporter tls_exporter(struct ssl_st *ssl);

/* True when ntske/1 was agreed upon. */
bool tls_is_ntske(const struct ssl_st *ssl);

/*
 * Counts in *n what comes after the handshake and is no data. SSL_read returns after each of them
 * (SSL_ERROR_WANT_READ), so that nobody keeps us in it.
 */
void tls_count_asides(struct ssl_st *ssl, unsigned *n);

/* "TLSv1.3, TLS_AES_256_GCM_SHA384 (256)" */
void tls_describe(const struct ssl_st *ssl, char *buf, size_t cap);

/*
 * The oldest error in OpenSSL's queue, in words; the queue is empty then. *alert: the number of an
 * alert that the other side sent, 0 for none. Returns buf.
 */
const char *tls_trouble(char *buf, size_t cap, unsigned *alert);

/* The name of an alert. */
const char *tls_alert_text(unsigned alert);

/* When a certificate begins and ends to be valid, s since 1970; false for a date that is none. */
bool tls_valid_from(const struct x509_st *cert, int64_t *out);
bool tls_valid_until(const struct x509_st *cert, int64_t *out);

/* "2026-11-29" */
const char *tls_date(int64_t at, char *buf, size_t cap);

/* A name that a certificate is for: of its alternative names the first, or its common name. */
const char *tls_subject(struct x509_st *cert, char *buf, size_t cap);

#endif
