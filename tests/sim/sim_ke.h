/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_ke - the port ke: questions for NTS keys go over the simulated net to whoever listens there,
 * and what is said is what ke/exchange makes of it. Of TLS there are only a certificate, which is
 * checked as a real one would be, and keys that nobody else has.
 */
#ifndef SIM_SIM_KE_H
#define SIM_SIM_KE_H
#include <stdbool.h>
#include "base/cursor.h"
#include "ke/exchange.h"
#include "port/ke.h"
#include "port/ke_server.h"
#include "sim/sim_net.h"
#include "sim/sim_rng.h"
#include "sim/world.h"

enum { SIM_KE_QUESTIONS = 16, SIM_KE_LISTENERS = 32 };

/* A certificate: what of it can be wrong. Times are true UTC, s since 1970. */
struct sim_certificate {
	char name[64];                 /* that it is for; "": any */
	const char *ca;                /* the file that trusts it; NULL: the system does */
	int64_t not_before, not_after; /* 0: for ever */
};

/* One who answers at a TCP port of a host. */
struct sim_ke_listener {
	struct sim_host *host; /* NULL: slot free */
	uint16_t port;
	struct sim_certificate certificate;
	/* Writes the response to a request; what ke_respond says. */
	enum ke_said (*respond)(void *ctx, const struct ke_exporter *x, const uint8_t *request,
	    size_t len, struct writer *out);
	void *ctx;
	bool refuses; /* nobody listens there now */
	bool silent;  /* it takes the connection and says nothing */
	unsigned asked;
};

/* All listeners of a simulation. */
struct sim_ke_world {
	struct sim_ke_listener at[SIM_KE_LISTENERS];
	uint64_t connections;
};

struct sim_ke_asked {
	struct sim_event event; /* its answer is due */
	struct sim_ke *ke;
	struct ke_question q;
	struct ke_answer a;
	struct mtime began;
};

struct sim_ke {
	struct ke port;
	struct world *w;
	struct sim_ke_world *all;
	struct sim_host *host;
	struct sim_clock *clock; /* by which certificates are checked */
	struct sim_ke_asked asked[SIM_KE_QUESTIONS];
	void (*on_answer)(void *ctx, const struct ke_answer *a);
	void *ctx;
	int ask_error; /* -errno of ask itself, 0: none */
	unsigned questions;
	struct ke_question last;
};

void sim_ke_start(struct sim_ke *k, struct world *w, struct sim_ke_world *all,
    struct sim_host *host, struct sim_clock *clock);

/* Nobody waits any more; answers under way are lost. */
void sim_ke_end(struct sim_ke *k);

/* Somebody listens from now on. */
struct sim_ke_listener *sim_ke_listen(struct sim_ke_world *all, struct sim_host *host,
    uint16_t port);

/* The port ke_server of a daemon: another process of its host, which outlives the daemon's lives. */
struct sim_ke_server {
	struct ke_server port;
	struct sim_host *host;
	struct sim_ke_world *all;
	struct sim_ke_listener *ke; /* NULL: not started yet */
	struct sim_rng rng;
	struct ke_server_rules rules;
	struct cookies *cookies;
	char name[64]; /* of its certificate */
	void (*on_event)(void *ctx, const struct ke_server_event *e);
	void *ctx;
};

struct sim_ke_server *sim_ke_server_new(struct sim_ke_world *all, struct sim_host *host,
    uint64_t seed, const char *name);
void sim_ke_server_free(struct sim_ke_server *k); /* NULL is fine */

/* The daemon ends: nobody listens any more. */
void sim_ke_server_end(struct sim_ke_server *k);

#endif
