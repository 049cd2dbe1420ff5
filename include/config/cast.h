/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cast - what the lines about broadcasts and groups say together: broadcastclient, multicastclient,
 * manycastserver, ttl, broadcastdelay, enable bclient.
 */
#ifndef CONFIG_CAST_H
#define CONFIG_CAST_H
#include <stdbool.h>
#include <stdint.h>
#include "config/config.h"

enum {
	CONFIG_GROUPS_MAX = 64, /* of all lines of one kind; those beyond are an error */
	CONFIG_RINGS_MAX = 8
};

struct config_groups {
	struct addr at[CONFIG_GROUPS_MAX];
	unsigned n;
};

/*
 * The groups of all multicastclient, or manycastserver, lines, each once. multicastclient without
 * any: those of IANA for NTP, 224.0.1.1 and ff05::101.
 */
void config_groups(const struct config *c, const char *word, struct config_groups *out);

/* True when that is one of them. */
bool config_is_group(const struct config *c, const char *word, const struct addr *a);

/* Broadcasts of our networks are listened to: broadcastclient, or enable bclient. */
bool config_hears_broadcasts(const struct config *c);

/* Broadcasts, or groups, are listened to by a client. */
bool config_is_bclient(const struct config *c);

/* A client asks a broadcast server for its delay: no novolley, and no broadcastdelay. */
bool config_makes_volleys(const struct config *c);

/* The hops of the rings of a manycast search, rising; their number, 1 at least. */
unsigned config_rings(const struct config *c, uint8_t out[CONFIG_RINGS_MAX]);

/* The line was taken from words that are kept: see config_kept. NULL: there is none. */
const struct config_kept *config_kept_find(const struct config *c, const char *word);

#endif
