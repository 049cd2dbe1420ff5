/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig - a client over simulated ports, whose owner is the test: what it tells is counted here, its
 * servers answer when and as the test says. The host has 192.0.2.1 and no IPv6.
 */
#ifndef TESTS_UNIT_CLIENT_RIG_H
#define TESTS_UNIT_CLIENT_RIG_H
#include "base/arena.h"
#include "client/client.h"
#include "journal/journal.h"
#include "sim/sim_device.h"
#include "sim/sim_ke.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_resolver.h"
#include "sim/sim_server.h"
#include "sim/sim_store.h"

enum { RIG_SERVERS = 8, RIG_MIDDAY_S = 1795176000 };

struct rig {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct sim_rng rng;
	struct sim_resolver resolver;
	struct sim_ke_world kes;
	struct sim_ke ke;
	bool with_ke; /* the client has the port */
	struct sim_devices devices;
	struct sim_net *net;
	struct sim_host *host;
	struct sim_server *server[RIG_SERVERS];
	unsigned server_n;
	struct arena *arena;
	struct config *conf;
	struct journal journal;
	struct auth_keys keys;
	struct assoc_policy policy;
	struct client c;

	/* What the owner was told. */
	unsigned looks, heard, sampled, changed, broke, noted;
	bool heard_first;         /* every sampled so far came after its heard */
	unsigned present, absent; /* of source_address */

	/* What the owner says. */
	struct client_standing standing;
	int sys_poll; /* log2 s */
	bool synced;
	unsigned restricted;           /* RESTRICT_* of every address */
	enum restrict_refusal refusal; /* of newcomers */
	struct header own_header;      /* that peers are told */
	/* What left by the sockets of those who serve. */
	unsigned shared_n;
	struct addr shared_local;
	struct endpoint shared_to;
	uint32_t shared_tag;
	size_t shared_len;
	uint8_t shared[128];
	int shared_error;
	struct addr allowed;             /* with rules: the one; ADDR_NONE: no address at all */
	bool rules;                      /* interface rules are there */
	struct addr own[SIM_IFACES_MAX]; /* of the host, as it said last */
};

/* With that ntp.conf; nothing is asked before sources_start. driftfile may be NULL. */
struct rig *rig_new(const char *conf, const char *driftfile);

/* The same with the port to establish keys for NTS. */
struct rig *rig_new_nts(const char *conf);
void rig_free(struct rig *r);

/* The line of that number, from 0, is started; it is asked at once. */
struct source *rig_add(struct rig *r, unsigned line);

/* Reads another ntp.conf, and puts it into force for lines that are added from now on. */
void rig_configure(struct rig *r, const char *conf);

/* The daemon ends and starts anew on the same host, with the same files. */
void rig_restart(struct rig *r);

/* A server at that address. */
struct sim_server *rig_server(struct rig *r, const char *address);

/* The same with NTS, and a KE server whose certificate is for name. */
struct sim_server *rig_server_nts(struct rig *r, const char *address, const char *name);

/* The association that asks that address, NULL: none. */
struct peer *rig_peer(struct rig *r, const char *address);

/* A trusted key of ours; a server signs with it once rig_sign was called. */
void rig_key(struct rig *r, uint32_t id);
void rig_sign(struct sim_server *s, uint32_t id);

struct addr rig_addr(const char *text);
void rig_pass(struct rig *r, double s);

/* So many lines of the log contain text. */
unsigned rig_said(const struct rig *r, const char *text);

#endif
