/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auth_nts_server - NTS of those who ask us: requests opened by the cookie that they bring,
 * answers sealed. RFC 8915, 5.7.
 */
#ifndef AUTH_AUTH_NTS_SERVER_H
#define AUTH_AUTH_NTS_SERVER_H
#include "auth/auth.h"

/* Judges a request; false when it is none of NTS, and *out is untouched. */
bool auth_nts_check_request(struct auth_keys *k, const uint8_t *bytes, const struct packet *p,
    struct auth_asked *out);

/* The two steps of an answer to a request of NTS. */
size_t auth_nts_begin_answer(struct auth_keys *k, const struct auth_asked *q, uint8_t *packet,
    size_t len, size_t cap, struct auth_ending *e);
bool auth_nts_seal(struct auth_keys *k, const struct auth_ending *e, uint8_t *packet);

#endif
