/* SPDX-License-Identifier: BSD-2-Clause */
/* peer_name - what people call a source. */
#ifndef CLIENT_PEER_NAME_H
#define CLIENT_PEER_NAME_H
#include "base/text.h"
#include "client/association.h"

/* Of a name of DNS, and of any other that is put. */
enum { PEER_NAME_MAX = 256 };

/* Appends "PPS(0)", the name in its line, or the address: as ntpq names it. */
void peer_name_put(const struct peer *p, struct text *t);

#endif
