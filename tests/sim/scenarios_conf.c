/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of words of ntp.conf: what each of them does to a whole daemon. */
#include <math.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

static void
a_source_keeps_its_restrict_entry_when_its_twin_goes(struct sim *s)
{
	static const char both[] = "restrict default ignore\nrestrict source nomodify\n"
	    "server 192.0.2.1 iburst\nserver 192.0.2.1:1123\n";
	static const char one[] = "restrict default ignore\nrestrict source nomodify\n"
	    "server 192.0.2.1 iburst\n";
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, both);

	sim_run(s, 300);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	sim_node_config(c, one);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer an hour after its twin went");
	SIM_CHECK(s, sim_logged(c, "are dropped by a restrict entry") == 0, "answers are dropped");
}

static const struct scenario list[] = {
	SCENARIO(a_source_keeps_its_restrict_entry_when_its_twin_goes),
};

const struct scenario_table conf_scenarios = SCENARIO_TABLE(list);
