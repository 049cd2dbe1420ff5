/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys - the key file: read, checked, swapped whole.
 */
#ifndef NTPD_KEYS_H
#define NTPD_KEYS_H
#include "base/addr.h"
#include "base/arena.h"
#include "config/diag.h"
#include "crypto/keyring.h"

struct ntpd;

/*
 * Adds the keys of a text of ntp.keys to ring; a bad line costs itself only and is an error in
 * diags, without a secret in it. False when none is good though there are lines.
 */
bool keys_parse(const char *path, const char *text, size_t len, struct arena *a,
    struct keyring *ring, struct diag_list *diags);

/*
 * Reads the key file into a new ring, an empty one without a keys line. What is wrong is logged
 * line by line; of a file without any good line the old ring stays (at start: an empty one) with
 * the trust of the present configuration. True when the new ring is in force.
 */
bool keys_load(struct ntpd *d);

#endif
