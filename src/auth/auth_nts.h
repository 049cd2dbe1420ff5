/* SPDX-License-Identifier: BSD-2-Clause */
/* auth_nts - NTS of one association, for auth.c: its requests, its answers. */
#ifndef AUTH_AUTH_NTS_H
#define AUTH_AUTH_NTS_H
#include "auth/auth.h"

/* True when there are keys. */
bool auth_nts_ready(const struct auth *a);

/* As auth_request: takes the cookie that was given. */
size_t auth_nts_request(struct auth *a, uint8_t *packet, size_t len, size_t cap);

/* As auth_check_answer. */
enum packet_auth auth_nts_check(struct auth *a, const uint8_t *bytes, const struct packet *p);

#endif
