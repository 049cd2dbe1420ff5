/* SPDX-License-Identifier: BSD-2-Clause */
/* What scenarios share. */
#include "sim/scenario.h"
#include <string.h>
#include "client/peers.h"
#include "ntpd/state.h"

struct sim_path
scenario_lan(void)
{
	return sim_path_exponential(0.0001, 10e-6);
}

struct sim_path
scenario_wan(void)
{
	return sim_path_exponential(0.015, 0.001);
}

struct sim_node *
scenario_client(struct sim *s, unsigned n, struct sim_path p, double offset_s, double freq,
    const char *config)
{
	struct sim_node *c = sim_node_new(s, "client", offset_s, freq, config);

	for (unsigned i = 0; i < n; i++) {
		char address[32];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i + 1);
		sim_link(s, c->host, sim_serve(s, address)->host, p);
	}
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

bool
scenario_classic(const struct sim *s)
{
	return strstr(s->config_line, "loop classic") != NULL;
}

double
scenario_figure(const struct sim *s, double adaptive, double classic)
{
	return scenario_classic(s) ? classic : adaptive;
}

struct sim_node *
scenario_with(struct sim *s, const char *lines)
{
	char config[1024];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_printf(&t, "%s%s", lines, ONE_SERVER);
	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, config);
	sim_run(s, 600);
	return c;
}

bool
scenario_follows_clock(const struct sim_node *n)
{
	const struct peers *p = &n->daemon->client.peers;

	for (unsigned i = 0; i < p->peer_n; i++) {
		if (p->peer[i].a.id != 0 && p->peer[i].clock != NULL) {
			return p->peer[i].a.tally >= TALLY_CANDIDATE;
		}
	}
	return false;
}
