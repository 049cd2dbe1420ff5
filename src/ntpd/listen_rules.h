/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen_rules - what interface lines and -I say of the addresses of this host.
 */
#ifndef NTPD_LISTEN_RULES_H
#define NTPD_LISTEN_RULES_H
#include <stdbool.h>
#include "base/addr.h"
#include "config/config.h"

struct ntpd;

/* True when the pattern of an interface line fits the name; letter case does not count. */
bool listen_rules_name(const char *pattern, const char *name);

/* What the rules say of an address; name is its interface's, "" for a wildcard. */
enum config_listen_act listen_rules_act(const struct ntpd *d, const char *name,
    const struct addr *a);

#endif
