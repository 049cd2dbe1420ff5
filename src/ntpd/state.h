/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - struct ntpd: everything one daemon owns. Seen only inside src/ntpd.
 */
#ifndef NTPD_STATE_H
#define NTPD_STATE_H
#include <stdbool.h>
#include "auth/auth.h"
#include "base/arena.h"
#include "base/siphash.h"
#include "client/client.h"
#include "config/config.h"
#include "control/control.h"
#include "journal/journal.h"
#include "ntpd/access_names.h"
#include "ntpd/daemon.h"
#include "ntpd/faults.h"
#include "ntpd/leaptable.h"
#include "ntpd/listen.h"
#include "ntpd/nts_keys.h"
#include "ntpd/nts_serve.h"
#include "server/server.h"
#include "steering/steering.h"

struct ntpd {
	struct ntpd_ports port;
	struct ntpd_options opt;
	struct arena *arena; /* of conf */
	struct config *conf;
	struct assoc_policy policy; /* of conf */
	struct auth_keys auth;
	struct counters_since since;
	bool keys_denied; /* at the start; perhaps not to the user that follows */
	struct siphash_key hash;
	struct journal journal;
	struct client client;
	struct steering steering;
	struct leaptable leaptable;
	struct served_time served; /* as steering published it */
	struct listen listen;
	struct access_names access_names;
	struct server server;
	struct control control;
	struct nts_keyfile nts_keyfile;
	struct nts_serve nts_serve;
	struct rtime started_real;
	bool stopping;
	bool ready;
	uint64_t config_changes; /* times that another configuration came into force */
	struct fault faults[FAULTS_N];
	char status_text[640], why_text[256];
};

/* The loop's time. */
static inline struct mtime
now_of(const struct ntpd *d)
{
	return d->port.loop->ops->now(d->port.loop);
}

#endif
