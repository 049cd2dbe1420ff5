/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mac - keyed message authentication of packets, and the plain digests NTP uses beside it.
 * Digest keys: digest(secret || packet); AES128CMAC: RFC 8573. Contexts are prepared once per key.
 */
#ifndef CRYPTO_MAC_H
#define CRYPTO_MAC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Has OpenSSL load what it is configured to load from files, so that keys can be prepared later by
 * a process that may map no code any more.
 */
void mac_load(void);

struct mac_key; /* a key ready for use; wiped when freed */

/*
 * Prepares a key. type, in any case: a digest by the names of OpenSSL, ntpd, NTPsec and chrony
 * ("M", "MD5", "SHA1", "SHA-1", "SHA256", "SHA2-256", "SHA3-256", "SHA512-256"...), or a cipher for
 * CMAC ("AES128CMAC", "AES128", "AES-128", "AES", "AES256", "CAMELLIA-128"...); secret: raw octets.
 * NULL where mac_fault_of finds a fault, or memory is short. Digests longer than 20 octets are cut
 * to 20, as ntpd does.
 */
struct mac_key *mac_key_new(const char *type, const uint8_t *secret, size_t len);

/* Why there can be no such key. */
enum mac_fault {
	MAC_FAULT_NONE,
	MAC_FAULT_TYPE,  /* nobody here knows the type */
	MAC_FAULT_LENGTH /* the secret has another length than the cipher wants, or none at all */
};

/* The fault of a key of that type with a secret of len octets; appends it to why in words. */
struct text;
enum mac_fault mac_fault_of(const char *type, size_t len, struct text *why);

/* Octets that a secret of this type must have; 0: any number of them, or the type is unknown. */
size_t mac_secret_len(const char *type);

/* Wipes it; NULL is nothing. */
void mac_key_free(struct mac_key *k);

/* Octets of the MAC this key makes, without the key id: 16 or 20. */
size_t mac_len(const struct mac_key *k);

enum { MAC_WHOLE_MAX = 64 }; /* octets of the longest digest */

/*
 * True of the lengths its MACs may have: mac_len, and that of the whole digest, which chronyd sends
 * in packets of version 3.
 */
bool mac_len_fits(const struct mac_key *k, size_t len);

/* Computes the MAC; out holds mac_len octets. False only when OpenSSL fails. */
bool mac_make(struct mac_key *k, const void *bytes, size_t len, uint8_t *out);

/* The same in a length that fits. */
bool mac_make_as(struct mac_key *k, const void *bytes, size_t len, uint8_t *out, size_t out_len);

/* True when digest is the MAC of bytes, in a length that fits; compared in constant time. */
bool mac_check(struct mac_key *k, const void *bytes, size_t len, const uint8_t *digest,
    size_t digest_len);

/*
 * The reference id of a server: its v4 address, or the first four octets of MD5(v6 address). RFC
 * 5905, 7.3.
 */
struct addr;
uint32_t refid_of_addr(const struct addr *a);

/* SHA-1 of bytes (the hash line of a leap-seconds list); false when OpenSSL fails. */
bool sha1_make(const void *bytes, size_t len, uint8_t out[20]);

#endif
