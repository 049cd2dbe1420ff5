/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario - the tables of scenarios, by what they are about; each name is a sentence that can be
 * false.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H
#include "sim/sim.h"

struct scenario {
	const char *name;
	void (*run)(struct sim *s);
};

struct scenario_table {
	const struct scenario *at;
	unsigned n;
};

#define SCENARIO(fn)    \
	{               \
#fn, fn \
	}
#define SCENARIO_TABLE(list)                           \
	{                                              \
		(list), sizeof(list) / sizeof(list)[0] \
	}

extern const struct scenario_table clock_scenarios, fault_scenarios, source_scenarios,
    network_scenarios, wire_scenarios, attack_scenarios, serve_scenarios, conf_scenarios,
    access_scenarios, reload_scenarios, leap_scenarios, quorum_scenarios, start_scenarios,
    first_slew_scenarios, liars_scenarios, fields_scenarios, protect_scenarios, latch_scenarios,
    nts_scenarios, nts_server_scenarios, certtime_scenarios, trust_scenarios, refclock_scenarios,
    refclock_kinds_scenarios, interleaved_scenarios, hwstamp_scenarios, mssntp_scenarios,
    symmetric_scenarios, pool_scenarios, broadcast_scenarios, manycast_scenarios, fleet_scenarios,
    tempcomp_scenarios, explain_scenarios;

/* What most scenarios start with. */
#define ONE_SERVER "driftfile /drift\nserver 192.0.2.1 iburst\n"
#define THREE_SERVERS ONE_SERVER "server 192.0.2.2 iburst\nserver 192.0.2.3 iburst\n"
#define FOUR_SERVERS THREE_SERVERS "server 192.0.2.4 iburst\n"

/* 0.1 ms with 10 us of jitter; 15 ms with 1 ms. */
struct sim_path scenario_lan(void);
struct sim_path scenario_wan(void);

/* A client of n servers 192.0.2.1 ... over paths like p; booted. */
struct sim_node *scenario_client(struct sim *s, unsigned n, struct sim_path p, double offset_s,
    double freq, const char *config);

/* The run is of the classic loop ("sim_scenarios --config"). */
bool scenario_classic(const struct sim *s);

/* What is demanded of the loop that runs. */
double scenario_figure(const struct sim *s, double adaptive, double classic);

/* The first reference clock of a host is among those that lead it. */
bool scenario_follows_clock(const struct sim_node *n);

/* A client of one server, with these lines before it, after ten minutes: synchronised. */
struct sim_node *scenario_with(struct sim *s, const char *lines);

#endif
