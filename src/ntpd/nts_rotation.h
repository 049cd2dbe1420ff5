/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_rotation - which keys of cookies are in force at a time: new random ones, or, for a fleet,
 * those that follow by the ratchet. No file, no clock. RFC 8915, 6.
 */
#ifndef NTPD_NTS_ROTATION_H
#define NTPD_NTS_ROTATION_H
#include <stdbool.h>
#include <stdint.h>
#include "crypto/cookie.h"
#include "port/rng.h"

enum { NTS_ROTATION_STEPS_MAX = 100000 };

/* A set of two new keys, for older NTPsec take no file with one; current since now_s. */
void nts_rotation_make(struct cookie_key_set *k, struct rng *rng, int64_t now_s);

/* How many periods of rotate_s, > 0, are over since the current key began; none before it did. */
int64_t nts_rotation_due(const struct cookie_key_set *k, int32_t rotate_s, int64_t now_s);

/*
 * Puts a new key in front when one is due, also for several periods; the current one is said to
 * have begun when the last of them was over. Keys that were current ten periods ago go.
 */
void nts_rotation_turn(struct cookie_key_set *k, struct rng *rng, int32_t rotate_s, int64_t now_s);

/*
 * The set in force at now_s by the ratchet: as many steps from base as periods are over. False when
 * these are more than NTS_ROTATION_STEPS_MAX, or OpenSSL fails: *out is base then.
 */
bool nts_rotation_ratchet(const struct cookie_key_set *base, int32_t rotate_s, int64_t now_s,
    struct cookie_key_set *out);

/* Adds the key that follows by the ratchet, in place of the oldest when there is no room. */
void nts_rotation_foresee(struct cookie_key_set *k);

#endif
