/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_path - one direction of the way between two hosts: its law of delay and its faults.
 */
#ifndef SIM_PATH_H
#define SIM_PATH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sim/sim_rng.h"

enum sim_law_kind {
	LAW_CONSTANT,
	LAW_EXPONENTIAL, /* queueing: jitter_s is the mean */
	LAW_NORMAL,      /* jitter_s is the deviation, never below base_s / 2 */
	LAW_HEAVY,       /* jitter_s is the mean of a Pareto tail of shape 1.5, cut at 5 s */
	LAW_BIMODAL,     /* far_s more with the chance far_p; exponential jitter on top */
};

struct sim_law {
	enum sim_law_kind kind;
	double base_s, jitter_s;
	double far_s, far_p;
};

/* A time of the hour in which the path is crowded. */
struct sim_crowd {
	double every_s, for_s; /* every_s 0: never */
	double extra_s;        /* mean of an exponential extra delay */
	double stands_s;       /* and what the queue never falls below */
	bool swells; /* both begin and end with nothing, and are that much in its middle */
};

struct sim_path {
	struct sim_law law;
	double loss, duplicate, corrupt; /* chances */
	double reorder, reorder_s;       /* the chance to be held up for so long */
	size_t mtu;                      /* larger datagrams vanish, 0: no limit */
	double rate_Bps;                 /* octets a second through one queue, 0: no limit */
	struct sim_crowd crowd;
	bool cut;           /* nothing passes */
	unsigned hops;      /* routers on it, for what goes to a group; see sim_net.h */
	int64_t queue_free; /* when the queue has sent all it holds, true ns */
};

/* What happens to one datagram. */
struct sim_passage {
	unsigned copies; /* 0: lost */
	double delay_s[2];
	bool corrupt;
};

struct sim_path sim_path_constant(double base_s);
struct sim_path sim_path_exponential(double base_s, double jitter_s);

/* One delay by the law. */
double sim_law_draw(const struct sim_law *l, struct sim_rng *r);

void sim_path_pass(struct sim_path *p, struct sim_rng *r, int64_t now, size_t len,
    struct sim_passage *out);

#endif
