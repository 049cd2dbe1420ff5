/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys - one key out of a key file, ready to sign and check.
 */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H
#include <stdint.h>
#include "base/text.h"
#include "crypto/keyring.h"
#include "port/store.h"

/* Debian and RHEL have it there; so has ntpd's man page. */
#define QUERY_KEYS_FILE "/etc/ntp.keys"

/*
 * A ring with the trusted key id of the file at path. NULL when it cannot be had: why then says so,
 * in one phrase. With a ring why may have a warning. The caller frees the ring.
 */
struct keyring *query_keys_load(struct store *store, const char *path, uint32_t id,
    struct text *why);

#endif
