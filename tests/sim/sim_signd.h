/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_signd - Samba's ntp_signd of a simulated host, which signs after a while, or does what one
 * should not.
 */
#ifndef SIM_SIM_SIGND_H
#define SIM_SIM_SIGND_H
#include <stdbool.h>
#include "port/signd.h"
#include "sim/world.h"
#include "wire/signd.h"

enum sim_signd_way {
	SIM_SIGND_SIGNS,
	SIM_SIGND_REFUSES, /* it knows no account */
	SIM_SIGND_LIES,    /* it signs another time */
	SIM_SIGND_BABBLES, /* it is something else */
	SIM_SIGND_HANGS,   /* it takes questions and never answers */
	SIM_SIGND_ENDS     /* it hangs up at each question */
};

enum { SIM_SIGND_WAITING = 32 };

struct sim_signd_asked {
	struct sim_event event; /* its answer is due */
	struct sim_signd *of;
	bool used;
	uint8_t question[SIGND_ASK_LEN];
};

struct sim_signd {
	struct signd port;
	struct world *w;
	const struct signd_events *on;
	void *ctx;
	bool open;
	/* of a scenario */
	bool dead; /* nobody listens there */
	enum sim_signd_way way;
	double takes_s; /* to sign */
	uint64_t asked, connected;
	struct sim_signd_asked at[SIM_SIGND_WAITING];
};

/* One that listens nowhere until dead is set to false. */
void sim_signd_start(struct sim_signd *d, struct world *w);

/* The daemon's process is over. 1 when it left its connection open. */
unsigned sim_signd_end(struct sim_signd *d);

#endif
