/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts, divided by NULs, that a whole daemon reloads one after the other: a text with an error
 * changes nothing, another is in force as a whole, and nothing is left of the one before.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/sim.h"

enum { RELOADS_MAX = 6, TEXT_MAX = 3000 };

static const char CONFIG[] = "server 192.0.2.1 iburst\nrestrict default\n";

static struct sim_node *
daemon_start(struct sim **s)
{
	struct sim_node *n;
	bool runs;

	*s = sim_new(7);
	(*s)->careless = true;
	n = sim_node_new(*s, "daemon", 0.001, 0, CONFIG);
	sim_store_put(&n->store, "/keys", "1 SHA1 secret\n");
	sim_store_put(&n->store, "/more", "setvar more = 1\n");
	sim_store_put(&n->store, "/leap", "#@ 4000000000\n2272060800 10\n2287785600 11\n");
	sim_store_put(&n->store, "/d/a.sources", "server 192.0.2.3\n");
	(void)sim_resolver_set(&n->resolver, "pool.example", "192.0.2.1 192.0.2.2");
	(void)sim_serve(*s, "192.0.2.1");
	(void)sim_serve(*s, "192.0.2.2");
	runs = sim_node_boot(n);
	assert(runs);
	return n;
}

/* Whatever the daemon has of a source belongs to the configuration in force. */
static void
check_sources(const struct ntpd *d)
{
	const struct config *c = d->conf;

	for (unsigned i = 0; i < d->client.sources.n; i++) {
		const struct config_source *s = d->client.sources.at[i].cfg;
		assert(s == NULL || (s >= c->sources && s < c->sources + c->sources_n));
	}
	for (unsigned i = 0; i < d->client.peers.peer_n; i++) {
		const struct peer *p = &d->client.peers.peer[i];
		assert(p->a.id == 0 || (p->source != NULL && p->source->cfg != NULL));
	}
	for (unsigned i = 0; i < d->access_names.n; i++) {
		unsigned line = d->access_names.at[i].line;
		assert(line < c->restricts_n);
		assert(c->restricts[line].scope == RESTRICT_SCOPE_NAME);
	}
}

static void
reload_text(struct sim *s, struct sim_node *n, const char *text)
{
	const struct config *before = ntpd_config(n->daemon);
	unsigned refused = sim_logged(n, "nothing was changed");

	sim_node_config(n, text);
	bool applied = ntpd_reload(n->daemon);
	assert(applied == (ntpd_config(n->daemon) != before));
	assert(applied == (sim_logged(n, "nothing was changed") == refused));
	check_sources(n->daemon);
	sim_run(s, 2.5);
	check_sources(n->daemon);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct sim *s;
	struct sim_node *n = daemon_start(&s);
	size_t at = 0;

	for (unsigned i = 0; i < RELOADS_MAX && at < len && n->daemon != NULL; i++) {
		char text[TEXT_MAX + 1];
		struct text t = text_over(text, sizeof text);
		const uint8_t *nul = memchr(octets + at, 0, len - at);
		size_t piece = nul == NULL ? len - at : (size_t)(nul - (octets + at));
		text_put_n(&t, (const char *)octets + at, piece);
		reload_text(s, n, text);
		at += piece + 1;
	}
	sim_node_stop(n);
	for (unsigned i = 0; i < s->failures && i < SIM_FAILURES_MAX; i++) {
		assert(strstr(s->failure[i], "left behind") == NULL);
	}
	sim_free(s);
	return 0;
}
