/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * onwire_client - questions of mode 3 and their answers, basic and interleaved. Each is what the
 * function of onwire.h is for this kind.
 */
#ifndef SRC_CORE_ONWIRE_CLIENT_H
#define SRC_CORE_ONWIRE_CLIENT_H
#include "core/onwire.h"

void onwire_client_ask(struct onwire *o, uint64_t random, struct header *h);
enum verdict onwire_client_check(const struct onwire *o, const struct header *h);
bool onwire_client_accept(struct onwire *o, const struct header *h, const struct onwire_moment *t4);

/* The stamp may be of the request before, which the next answer is measured with. */
void onwire_client_sent(struct onwire *o, uint32_t tag, const struct onwire_moment *t, bool exact);

#endif
