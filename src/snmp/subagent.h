/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subagent - the objects as a subagent of the host's SNMP agent (AgentX, RFC 2741), over net-snmp.
 * All that knows net-snmp; it keeps its state for itself, so a process has one.
 *
 * When the host's agent goes away, or is not there yet, it is looked for every few seconds.
 */
#ifndef SNMP_SUBAGENT_H
#define SNMP_SUBAGENT_H
#include <stdbool.h>
#include "snmp/notices.h"
#include "snmp/objects.h"
#include "snmp/settings.h"

/* What is asked of the owner. */
struct subagent_owner {
	/* The objects as they are now; valid until the next call of any. */
	const struct objects *(*look)(void *ctx);
	/*
	 * A manager sets something: checked alone, or done; then kept, or taken back. Only what was
	 * SETTINGS_SET at the check is done.
	 */
	enum settings_set (*check)(void *ctx, const struct object *value);
	void (*set)(void *ctx, const struct object *value);
	void (*keep)(void *ctx);
	void (*take_back)(void *ctx);
	void (*second)(void *ctx); /* again and again, each every_s seconds */
	void *ctx;
};

struct subagent;

/*
 * Registers with the host's agent at that address, as "agentXSocket" of snmpd.conf has it; NULL:
 * the usual one. owner is the caller's, and stays. NULL when it cannot.
 */
struct subagent *subagent_new(const char *address, unsigned every_s,
    const struct subagent_owner *owner);
void subagent_free(struct subagent *a); /* NULL is fine */

/* Serves until the descriptor can be read. */
void subagent_run(struct subagent *a, int until_fd);

/* Sends a notification, by whatever the host's agent sends them to. */
void subagent_notify(struct subagent *a, const struct notice *notice);

#endif
