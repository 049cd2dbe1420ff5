/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siphash - SipHash-2-4, the keyed hash of every table that strangers can fill.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H
#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k0, k1;
};

/* SipHash-2-4 of len octets under a secret key: for tables that strangers fill. */
uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len);

#endif
