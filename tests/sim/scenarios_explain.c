/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of what "ntpq -c explain" says of a whole daemon: of what becomes of its clock and of
 * its sources by what it has learned of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mode6/explain.h"
#include "ntpd/state.h"
#include "sim/mode6.h"
#include "sim/scenario.h"

static const int32_t SHM_KEY = 0x4e545030;

/* ---- asking ---- */

static bool
is_among(const struct notes *n, const char *words)
{
	for (size_t i = 0; i < n->n; i++) {
		if (strstr(n->line[i], words) != NULL) {
			return true;
		}
	}
	return false;
}

/* What is said of association id, 0: of the system, as ntpq asks for it; until the next call. */
static const struct story *
story_of(struct sim *s, struct sim_node *n, uint16_t id)
{
	static struct mode6 m;
	static struct story told;
	const struct mode6_answer *a;
	struct survey all = { .dist_ms = -1, .sources = 4, .reachable = 4, .system_name = "a" };
	struct system_facts facts = { .uptime_s = 10 };
	struct vars v;

	memset(&told, 0, sizeof told);
	mode6_local(&m, s, n);
	a = mode6_ask(&m, CONTROL_READVAR, id, "");
	SIM_CHECK(s, a->complete && !a->faulty, "no answer");
	if (vars_parse(&v, (const uint8_t *)a->text, a->len)) {
		if (id != 0) {
			explain_source(&told, "source", &v, a->status, &all);
		} else {
			explain_system(&told, &v, a->status, &all, &facts);
		}
		vars_free(&v);
	}
	mode6_end(&m);
	return &told;
}

static bool
is_told(struct sim *s, struct sim_node *n, uint16_t id, const char *words)
{
	return is_among(&story_of(s, n, id)->why, words);
}

/* The association of server i, 192.0.2.1 being 0; -1: the device that is read. */
static uint16_t
id_of(const struct sim_node *n, int i)
{
	const struct peers *all = &n->daemon->client.peers;

	for (unsigned k = 0; k < all->peer_n; k++) {
		const struct assoc *a = &all->peer[k].a;
		bool read = (a->rules.flags & ASSOC_REFCLOCK) != 0;

		if (i < 0 ? read : !read && (int)(addr_v4_value(&a->remote.addr) & 0xff) == i + 1) {
			return a->id;
		}
	}
	return 0;
}

/* ---- sources ---- */

static struct sim_node *
device_beside_servers(struct sim *s, struct sim_device **dev)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, 10e-6,
	    FOUR_SERVERS "server 127.127.28.0 minpoll 4 maxpoll 4\n");

	*dev = sim_device_shm(&n->devices, SHM_KEY);
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	return n;
}

/* It is said of the device while it is so, of no server, and no more when it has long ended. */
static void
a_device_that_wobbles_beside_four_servers_is_explained_as_restless(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = device_beside_servers(s, &dev);
	unsigned told = 0, advised = 0, servers = 0;

	if (scenario_classic(s)) {
		return;
	}
	sim_run(s, 1800);
	SIM_CHECK(s, !is_told(s, n, id_of(n, -1), "(restless)"), "told while it is calm");
	dev->wobble_s = 0.080;
	dev->jitter_s = 0.010;
	for (unsigned i = 0; i < 12 * 6; i++) {
		const struct story *of;

		sim_run(s, 600);
		of = story_of(s, n, id_of(n, -1));
		told += is_among(&of->why, "it has no vote");
		advised += is_among(&of->advice, "antenna");
		for (int k = 0; k < 4; k++) {
			servers += is_told(s, n, id_of(n, k), "(restless)");
		}
	}
	SIM_CHECK(s, told > 36 && advised == told, "told %u times of 72, advised %u", told,
	    advised);
	SIM_CHECK(s, servers == 0, "told of servers %u times", servers);
	dev->wobble_s = 0.0;
	dev->jitter_s = 1e-6;
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, !is_told(s, n, id_of(n, -1), "(restless)"), "told hours later");
	SIM_CHECK(s, is_told(s, n, id_of(n, -1), "used: "), "not used again");
}

static void
a_server_whose_rate_differs_is_explained_so_until_it_does_not(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 5, scenario_wan(), 0.001, 10e-6,
	    FOUR_SERVERS "server 192.0.2.5 iburst\n");
	unsigned others = 0;

	if (scenario_classic(s)) {
		return;
	}
	s->server[2]->error.drift = 3e-7;
	n->oracle.minority = true;
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, is_told(s, n, id_of(n, 2), "its time moves away from theirs (drifts)"),
	    "not told");
	for (int i = 0; i < 5; i++) {
		others += i != 2 && is_told(s, n, id_of(n, i), "(drifts)");
	}
	SIM_CHECK(s, others == 0, "told of %u others", others);
	s->server[2]->error.offset_s = 0.0;
	s->server[2]->error.drift = 0.0;
	n->oracle.minority = false;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, !is_told(s, n, id_of(n, 2), "(drifts)"), "told hours later");
	SIM_CHECK(s, is_told(s, n, id_of(n, 2), "used: "), "not used again");
}

/* ---- the system ---- */

/* It is said for as long as strangers are told nothing of our time, and no longer. */
static void
explain_says_so_during_the_first_slew_of_a_cold_start_and_not_after(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.09, 10e-6, ONE_SERVER);
	unsigned told = 0;

	if (scenario_classic(s)) {
		return;
	}
	for (unsigned i = 0; i < 600; i++) {
		const struct story *of;
		bool slews;

		sim_run(s, 0.2);
		slews = discipline_hurries(&n->daemon->steering.disc);
		of = story_of(s, n, 0);
		SIM_CHECK(s, is_among(&of->why, "its first slew since the start") == slews,
		    "%s %.1f s after the start", slews ? "not told" : "told", i * 0.2);
		SIM_CHECK(s, is_among(&of->why, "are told that it is not synchronised") == slews,
		    "what it means is not told");
		SIM_CHECK(s, is_among(&of->advice, "half a minute") == slews, "not advised");
		told += slews;
	}
	SIM_CHECK(s, told > 50 && told < 160, "told %u times", told);
}

/* How far it still is, and how long that may take; who asks by name gets it too. */
static void
what_is_left_of_the_first_slew_is_told(struct sim *s)
{
	struct sim_node *n = scenario_client(s, 1, scenario_lan(), 0.09, 10e-6, ONE_SERVER);
	static struct mode6 m;
	char value[64], *end;
	double before_ms = 90.1;
	unsigned told = 0;

	if (scenario_classic(s)) {
		return;
	}
	mode6_local(&m, s, n);
	for (unsigned i = 0; i < 40; i++) {
		double left_ms;

		sim_run(s, 1);
		(void)mode6_ask(&m, CONTROL_READVAR, 0, "first_slew");
		(void)mode6_value(&m, "first_slew", value, sizeof value);
		left_ms = fabs(strtod(value + (value[0] == '"'), &end));
		if (strncmp(end, " ms left, ", 10) != 0) {
			continue;
		}
		told++;
		SIM_CHECK(s, left_ms <= before_ms + 0.5, "%s after %.3f ms", value, before_ms);
		SIM_CHECK(s, fabs(left_ms * 1e-3 - fabs(sim_error_s(n))) < 0.35 * before_ms * 1e-3,
		    "%s, and %.6f s off", value, sim_error_s(n));
		SIM_CHECK(s, strtod(end + 10, NULL) <= 30.0, "%s", value);
		before_ms = left_ms;
	}
	SIM_CHECK(s, told > 8, "told %u times", told);
	SIM_CHECK(s, value[0] == '\0' || strcmp(value, "\"\"") == 0, "first_slew=%s at its end",
	    value);
	mode6_end(&m);
}

static const struct scenario list[] = {
	SCENARIO(a_device_that_wobbles_beside_four_servers_is_explained_as_restless),
	SCENARIO(a_server_whose_rate_differs_is_explained_so_until_it_does_not),
	SCENARIO(explain_says_so_during_the_first_slew_of_a_cold_start_and_not_after),
	SCENARIO(what_is_left_of_the_first_slew_is_told),
};

const struct scenario_table explain_scenarios = SCENARIO_TABLE(list);
