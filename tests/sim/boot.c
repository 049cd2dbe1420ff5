/* SPDX-License-Identifier: BSD-2-Clause */
/* boot - how long the first decision takes. */
#include "sim/boot.h"

static const double STEP_S = 0.25;

static struct sim_node *
make(struct sim *s, const struct boot *b)
{
	char config[512];
	struct text c = text_over(config, sizeof config);
	struct sim_node *n;

	text_put(&c, "driftfile /drift\n");
	for (unsigned i = 1; i <= b->servers; i++) {
		text_printf(&c, "server 192.0.2.%u%s\n", i, b->iburst ? " iburst" : "");
	}
	n = sim_node_new(s, "client", 5.0, 10e-6, config);
	n->options.panic_gate = true;
	n->options.once = b->once;
	for (unsigned i = 1; i <= b->servers; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_lan());
		s->server[i - 1]->silent = i > b->servers - b->dead;
	}
	return n;
}

static bool
is_over(const struct sim_node *n, const struct boot *b)
{
	return b->once ? n->daemon == NULL : sim_status(n).synced;
}

struct boot_end
boot_run(const struct boot *b, uint64_t seed, const char *config)
{
	struct sim *s = sim_new(seed);
	struct boot_end end = { .took_s = 0 };
	struct sim_node *n;

	s->config_line = config;
	n = make(s, b);
	if (sim_node_boot(n)) {
		for (; end.took_s < BOOT_NEVER_S && !is_over(n, b); end.took_s += STEP_S) {
			sim_run(s, STEP_S);
		}
	}
	end.status = n->exit_status;
	sim_free(s);
	return end;
}
