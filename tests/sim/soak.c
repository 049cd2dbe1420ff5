/* SPDX-License-Identifier: BSD-2-Clause */
/* Random scenarios. */
#include "sim/soak.h"
#include "sim/soak_peers.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "ntpd/state.h"
#include "sim/soak_cast.h"
#include "sim/soak_nts.h"
#include "sim/soak_temp.h"
#include "sim/soak_wide.h"

enum { SOAK_SERVERS_MAX = WIDE_SERVERS_MAX };

static_assert((int)SOAK_SERVERS_MAX == (int)SOAK_NTS_SERVERS, "any of them may have NTS");

/* The most a limit of steps may keep the clock waiting. */
static const double DAY_S = 86400.0;

struct soak {
	struct sim *s;
	struct sim_rng r;
	struct sim_node *c;
	unsigned servers, liars; /* the first ones lie when liars > 0 */
	char config[1024];
	bool address_gone, dark;
	unsigned kind;
	struct wide wide;      /* SOAK_WIDE */
	struct soak_nts nts;   /* SOAK_NTS; else nobody is asked with it */
	struct soak_temp temp; /* SOAK_TEMP; else there is no sensor */
};

static double
log_between(struct sim_rng *r, double lo, double hi)
{
	return exp(sim_rng_between(r, log(lo), log(hi)));
}

static double
either_sign(struct sim_rng *r, double v)
{
	return sim_rng_chance(r, 0.5) ? v : -v;
}

static struct sim_path
random_path(struct soak *k)
{
	struct sim_path p = { .law = {
				  .kind = (enum sim_law_kind)sim_rng_below(&k->r, LAW_BIMODAL + 1),
				  .base_s = log_between(&k->r, 0.00005, 0.2),
				  .far_s = log_between(&k->r, 0.001, 0.1),
				  .far_p = sim_rng_between(&k->r, 0, 0.5),
			      } };

	p.law.jitter_s = p.law.base_s * log_between(&k->r, 0.01, 0.5);
	p.loss = sim_rng_chance(&k->r, 0.3) ? sim_rng_between(&k->r, 0, 0.3) : 0;
	p.duplicate = sim_rng_chance(&k->r, 0.1) ? 0.1 : 0;
	if (sim_rng_chance(&k->r, 0.2)) {
		p.reorder = 0.1;
		p.reorder_s = log_between(&k->r, 0.001, 1.0);
	}
	if (sim_rng_chance(&k->r, 0.2)) {
		p.crowd = (struct sim_crowd){ .every_s = 3600,
			.for_s = 900,
			.extra_s = log_between(&k->r, 0.001, 0.05) };
	}
	return p;
}

static void
link_randomly(struct soak *k, struct sim_server *srv)
{
	*sim_net_path(k->s->net, k->c->host, srv->host) = random_path(k);
	*sim_net_path(k->s->net, srv->host, k->c->host) = sim_rng_chance(&k->r, 0.7)
	    ? *sim_net_path(k->s->net, k->c->host, srv->host)
	    : random_path(k);
}

static void
add_server(struct soak *k, unsigned i)
{
	char address[32];
	struct text t = text_over(address, sizeof address);
	struct sim_server *srv;

	text_printf(&t, "192.0.2.%u", i + 1);
	srv = sim_serve(k->s, address);
	srv->stratum = (uint8_t)(1 + sim_rng_below(&k->r, 4));
	srv->refid = srv->stratum == 1 ? refid_of_text("GPS") : 0xc0000263;
	srv->root_disp_s = log_between(&k->r, 0.0001, 0.02);
	srv->root_delay_s = srv->stratum > 1 ? log_between(&k->r, 0.001, 0.05) : 0;
	srv->error.offset_s = sim_rng_between(&k->r, -0.9, 0.9) * srv->root_disp_s;
	srv->precision = -20 + (int)sim_rng_below(&k->r, 6) - 5;
	link_randomly(k, srv);
	if (i < k->liars) {
		sim_server_lie(srv, either_sign(&k->r, log_between(&k->r, 0.001, 500)));
		if (sim_rng_chance(&k->r, 0.3)) {
			srv->error.drift = either_sign(&k->r, log_between(&k->r, 1e-7, 1e-4));
		}
	}
	soak_nts_serve(&k->nts, k->c, i, srv);
}

static void
write_config(struct soak *k)
{
	struct text t = text_over(k->config, sizeof k->config);
	bool burst = sim_rng_chance(&k->r, 0.8);
	unsigned minpoll = sim_rng_chance(&k->r, 0.7) ? 6 : 4 + sim_rng_below(&k->r, 4);

	text_put(&t, "driftfile /drift\n");
	if (sim_rng_chance(&k->r, 0.2)) {
		text_put(&t, "tinker loop classic\n");
	}
	if (sim_rng_chance(&k->r, 0.05)) {
		text_put(&t, "disable kernel\n");
	}
	for (unsigned i = 0; i < k->servers; i++) {
		text_put(&t, "server ");
		soak_nts_put_host(&k->nts, i, &t);
		text_printf(&t, "%s%s minpoll %u maxpoll %u\n", burst ? " iburst" : "",
		    k->kind & SOAK_INTERLEAVED ? " xleave" : "", minpoll,
		    minpoll + sim_rng_below(&k->r, 11 - minpoll));
	}
	soak_nts_put_lines(&k->nts, &t);
	if (k->kind & SOAK_TEMP) {
		soak_temp_start(&k->temp, k->c, k->s->w->seed, &t);
	}
	if (k->kind & SOAK_WIDE) {
		wide_start(&k->wide, k->c, k->servers, &t);
	}
}

static void
make_oscillator(struct soak *k, struct osc *o)
{
	o->walk = log_between(&k->r, 1e-11, 3e-8);
	o->white = sim_rng_chance(&k->r, 0.3) ? log_between(&k->r, 1e-10, 1e-7) : 0;
	if (sim_rng_chance(&k->r, 0.5)) {
		o->wave[o->wave_n++] = (struct osc_wave){ OSC_SINE, log_between(&k->r, 1e-8, 2e-6),
			86400, sim_rng_unit(&k->r) };
	}
	if (sim_rng_chance(&k->r, 0.3)) {
		o->jump[o->jump_n++] = (struct osc_jump){
			sim_rng_between(&k->r, 0, 80000),
			sim_rng_chance(&k->r, 0.5) ? 0 : 1800,
			either_sign(&k->r, log_between(&k->r, 1e-7, 3e-5)),
		};
	}
}

static void
make_client(struct soak *k)
{
	double offset_s = either_sign(&k->r, log_between(&k->r, 1e-5, 900));

	k->c = sim_node_new(k->s, "client", offset_s,
	    either_sign(&k->r, log_between(&k->r, 1e-8, 300e-6)), "");
	k->c->options.panic_gate = true;
	make_oscillator(k, &k->c->clock.osc);
	k->c->clock.granularity_ns = sim_rng_chance(&k->r, 0.1) ? 1000 : 1;
	k->c->host->tx_stamp_lost = sim_rng_chance(&k->r, 0.2) ? sim_rng_unit(&k->r) : 0;
	k->c->host->tx_stamp_late_s = sim_rng_chance(&k->r, 0.1) ? 0.01 : 0;
	k->c->host->user_stamps = sim_rng_chance(&k->r, 0.1);
}

/* --- mishaps --- */

static void
path_changes(struct soak *k)
{
	link_randomly(k, k->s->server[sim_rng_below(&k->r, k->servers)]);
}

/* Only while the honest ones keep their majority of those that answer. */
static void
server_silent_or_back(struct soak *k)
{
	struct sim_server *srv = k->s->server[sim_rng_below(&k->r, k->servers)];
	unsigned honest = 0, liars = 0;

	srv->silent = !srv->silent;
	for (unsigned i = 0; i < k->servers; i++) {
		honest += k->s->server[i]->honest && !k->s->server[i]->silent;
		liars += !k->s->server[i]->honest;
	}
	/* One more, since an honest one may have lost its packets just then. */
	if (liars > 0 && honest <= liars + 1) {
		srv->silent = false;
	}
}

static void
foreign_step(struct soak *k)
{
	sim_clock_foreign_step(&k->c->clock, either_sign(&k->r, log_between(&k->r, 1e-4, 300)));
}

static void
foreign_frequency(struct soak *k)
{
	sim_clock_foreign_freq(&k->c->clock, sim_rng_between(&k->r, -5e-4, 5e-4));
}

static void
asleep(struct soak *k)
{
	sim_node_suspend(k->c, log_between(&k->r, 1, 30000), sim_rng_between(&k->r, -0.5, 0.5));
}

static void
paused(struct soak *k)
{
	sim_node_pause(k->c, log_between(&k->r, 0.01, 300));
}

static void
stopped(struct soak *k)
{
	sim_node_freeze(k->c, log_between(&k->r, 0.01, 3000));
}

static void
killed(struct soak *k)
{
	sim_node_kill(k->c);
	sim_run(k->s, log_between(&k->r, 0.1, 600));
}

static void
restarted(struct soak *k)
{
	sim_node_stop(k->c);
	sim_run(k->s, log_between(&k->r, 0.1, 60));
}

static void
address_goes_or_comes(struct soak *k)
{
	if (k->address_gone) {
		sim_host_add(k->c->host, "eth0", "192.0.2.100/24");
	} else {
		sim_host_remove(k->c->host, "192.0.2.100");
	}
	k->address_gone = !k->address_gone;
}

static void
network_goes_or_comes(struct soak *k)
{
	k->dark = !k->dark;
	k->c->host->send_error = k->dark ? -ENETUNREACH : 0;
}

static void
reloaded(struct soak *k)
{
	if (k->c->daemon != NULL) {
		SIM_CHECK(k->s, ntpd_reload(k->c->daemon), "a reload of the same file is refused");
	}
}

static void
disk_full_or_not(struct soak *k)
{
	k->c->store.write_error = k->c->store.write_error == 0 ? -ENOSPC : 0;
}

/* What goes in one mishap comes back at the end of it. */
static void
passes(struct soak *k, void (*toggle)(struct soak *k), const bool *gone)
{
	bool before = *gone;

	toggle(k);
	if ((k->kind & SOAK_PASSING) != 0 && !before) {
		sim_run(k->s, log_between(&k->r, 10, 10000));
		toggle(k);
	}
}

static void
address_passes(struct soak *k)
{
	passes(k, address_goes_or_comes, &k->address_gone);
}

static void
network_passes(struct soak *k)
{
	passes(k, network_goes_or_comes, &k->dark);
}

static void
nothing_happens(struct soak *k)
{
	sim_run(k->s, log_between(&k->r, 100, 20000));
}

struct mishap {
	const char *name;
	void (*happens)(struct soak *k);
};

static const struct mishap mishaps[] = {
	{ "a path changes", path_changes },
	{ "a server is silent or back", server_silent_or_back },
	{ "a foreign step", foreign_step },
	{ "a foreign frequency", foreign_frequency },
	{ "sleep", asleep },
	{ "a pause", paused },
	{ "the process is stopped", stopped },
	{ "kill -9", killed },
	{ "a restart", restarted },
	{ "the address goes or comes", address_passes },
	{ "the network goes or comes", network_passes },
	{ "a reload", reloaded },
	{ "the disk is full or not", disk_full_or_not },
	{ "nothing", nothing_happens },
	{ "nothing", nothing_happens },
	{ "nothing", nothing_happens },
};

static bool
away(const struct soak *k)
{
	return k->c->clock.halted || k->c->loop.frozen;
}

static void
tell(struct soak *k, const char *name)
{
	world_trace(k->s->w, "soak", "%s", name);
	if (k->kind & SOAK_TOLD) {
		k->c->log.port.ops->line(&k->c->log.port, LOG_LEVEL_DEBUG, name);
	}
}

static void
one_mishap(struct soak *k)
{
	const struct mishap *m = &mishaps[sim_rng_below(&k->r, sizeof mishaps / sizeof mishaps[0])];

	while (away(k)) {
		sim_run(k->s, 10);
	}
	tell(k, m->name);
	m->happens(k);
	sim_run(k->s, log_between(&k->r, 1, 4000));
	while (away(k)) {
		sim_run(k->s, 10);
	}
	sim_run(k->s, 0.05); /* it runs before anything else happens */
	if (k->c->daemon == NULL) {
		SIM_CHECK(k->s, sim_node_boot(k->c), "exit status %d", k->c->exit_status);
	}
}

static void
nts_mishap(struct soak *k)
{
	tell(k, soak_nts_mishap(&k->nts));
	while (away(k)) {
		sim_run(k->s, 10);
	}
}

/* The sum of steps is of a day, and beyond panic somebody sets the clock. */
static void
wait_for_limits(struct soak *k)
{
	const struct discipline *disc = &k->c->daemon->steering.disc;

	double waited_s = 0;

	for (; disc->stop == STOP_DAY && waited_s < DAY_S; waited_s += 3600) {
		sim_run(k->s, 3600);
	}
	if (waited_s > 0) {
		/* The step may just have been, and the sources are asked anew. */
		sim_run(k->s, 3600);
	}
	if (disc->stop == STOP_PANIC) {
		sim_clock_foreign_step(&k->c->clock, -sim_error_s(k->c));
		sim_run(k->s, 3600);
	}
}

static void
end_outages(struct soak *k)
{
	for (unsigned i = 0; i < k->servers; i++) {
		k->s->server[i]->silent = false;
	}
	if (k->address_gone) {
		address_goes_or_comes(k);
	}
	if (k->dark) {
		network_goes_or_comes(k);
	}
}

/* All is well again: the daemon must find its way. */
static void
calm(struct soak *k)
{
	struct ntpd_status st;

	end_outages(k);
	if (k->kind & SOAK_WIDE) {
		sim_run(k->s, 10);
		wide_calm(&k->wide);
	}
	soak_nts_calm(&k->nts);
	soak_temp_calm(&k->temp);
	sim_run(k->s, 4 * 3600);
	if (k->c->daemon == NULL) {
		SIM_CHECK(k->s, false, "it ended in the quiet hours, exit status %d",
		    k->c->exit_status);
		return;
	}
	wait_for_limits(k);
	st = sim_status(k->c);
	SIM_CHECK(k->s, st.synced, "not synchronised after four quiet hours");
	SIM_CHECK(k->s, st.root_dist_s < 1.5, "root distance %.3f s after four quiet hours",
	    st.root_dist_s);
}

static unsigned
liars_of(struct soak *k)
{
	unsigned liars = sim_rng_chance(&k->r, 0.4) && k->servers > 3
	    ? sim_rng_below(&k->r, (k->servers - 2) / 2 + 1)
	    : 0;

	return (k->kind & SOAK_WIDE) != 0 && k->servers == 3 && wide_one_of_three_lies(&k->wide)
	    ? 1
	    : liars;
}

/* From a stream of its own, so that the rest of the story stays. */
static void
make_interleaved(struct soak *k, uint64_t seed)
{
	struct sim_rng r = sim_rng_of(seed, "interleaved soak", 0);

	for (unsigned i = 0; i < k->s->server_n; i++) {
		k->s->server[i]->interleaved = sim_rng_chance(&r, 0.8);
		k->s->server[i]->send_s = log_between(&r, 1e-6, 1e-3);
	}
	if (sim_rng_chance(&r, 0.3)) {
		k->c->host->tx_stamp_lost = sim_rng_unit(&r) / 2;
		k->c->host->tx_stamp_late_s = log_between(&r, 1e-5, 0.1);
	}
}

struct sim *
soak_run(uint64_t seed, unsigned kind)
{
	if (kind & SOAK_CAST) {
		return soak_cast_run(seed);
	}
	struct soak k = { .kind = kind };

	if (kind & SOAK_PEERS) {
		return soak_peers_run(seed);
	}
	k.s = sim_new(seed);
	k.r = sim_rng_of(seed, "soak", 0);
	if (kind & SOAK_WIDE) {
		wide_begin(&k.wide, k.s, seed);
	}
	k.servers = 1 + sim_rng_below(&k.r, SOAK_SERVERS_MAX);
	k.liars = liars_of(&k);
	if (kind & SOAK_NTS) {
		soak_nts_begin(&k.nts, k.s, seed, k.servers, k.liars);
	}
	make_client(&k);
	for (unsigned i = 0; i < k.servers; i++) {
		add_server(&k, i);
	}
	if (kind & SOAK_INTERLEAVED) {
		make_interleaved(&k, seed);
	}
	write_config(&k);
	sim_node_config(k.c, k.config);
	SIM_CHECK(k.s, sim_node_boot(k.c), "exit status %d", k.c->exit_status);
	sim_run(k.s, log_between(&k.r, 10, 10000));
	while (world_s(k.s->w) < 86400) {
		one_mishap(&k);
		if (kind & SOAK_WIDE) {
			const char *more = wide_mishap(&k.wide);

			tell(&k, more);
			if (wide_outages_end(&k.wide)) {
				tell(&k, "outages end");
				end_outages(&k);
			}
		}
		if (kind & SOAK_NTS) {
			nts_mishap(&k);
		}
		if (kind & SOAK_TEMP) {
			tell(&k, soak_temp_rest(&k.temp));
		}
	}
	calm(&k);
	sim_node_stop(k.c);
	if (kind & SOAK_WIDE) {
		wide_end(&k.wide);
	}
	soak_nts_end(&k.nts);
	soak_temp_end(&k.temp);
	return k.s;
}
