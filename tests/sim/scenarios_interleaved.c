/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of interleaved mode between a daemon that serves and those that ask it: what it takes
 * out of the error, and what loss, forgers, floods, steps and restarts do to it. The server's host
 * takes 100 us to send, which its transmit stamps know and what it writes into packets does not.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/interleave.h"
#include "ntpd/state.h"
#include "server/server.h"
#include "sim/mode6.h"
#include "sim/scenario.h"
#include "wire/packet.h"

#define SERVER "192.0.2.100"
#define SERVES "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\n"
#define ASKS "driftfile /drift\nserver " SERVER " iburst minpoll 4 maxpoll 4 xleave\n"
#define SEND_S 100e-6

/* A host whose clock is right, and takes SEND_S to send; on 192.0.2.100. */
static struct sim_node *
server(struct sim *s, const char *config)
{
	struct sim_node *n = sim_node_new(s, "server", 0.0, 0.0, config);

	n->host->tx_delay = (struct sim_law){ .kind = LAW_CONSTANT, .base_s = SEND_S };
	return n;
}

static struct sim_node *
client(struct sim *s, struct sim_node *of, struct sim_path p, const char *config)
{
	struct sim_node *c = sim_node_new(s, "client", 0.010, 20e-6, config);

	sim_link(s, c->host, of->host, p);
	return c;
}

static void
boot(struct sim *s, struct sim_node *n)
{
	SIM_CHECK(s, sim_node_boot(n), "%s ended with %d", n->name, n->exit_status);
}

/* Both, over such a way, an hour later. */
static struct sim_node *
settled(struct sim *s, struct sim_path p, const char *serves, const char *asks)
{
	struct sim_node *n = server(s, serves), *c = client(s, n, p, asks);

	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	sim_run(s, 3600);
	return c;
}

static const struct interleaved *
served(const struct sim *s)
{
	return &s->node[0]->daemon->server.interleaved;
}

static const struct onwire_client *
asked(const struct sim_node *c)
{
	return &c->daemon->client.peers.peer[0].a.wire.client;
}

static double
mean_error_s(struct sim *s, struct sim_node *n, unsigned seconds)
{
	double sum = 0.0;

	for (unsigned i = 0; i < seconds; i++) {
		sim_run(s, 1);
		sum += sim_error_s(n);
	}
	return sum / seconds;
}

static void
the_servers_delay_in_sending_is_taken_out(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	double mean = mean_error_s(s, c, 7200);

	SIM_CHECK(s, fabs(mean) < 4e-6, "%.3f us off", mean * 1e6);
	SIM_CHECK(s, asked(c)->interleaved && asked(c)->got > 600, "%u answers",
	    (unsigned)asked(c)->got);
	SIM_CHECK(s, served(s)->answered == asked(c)->got, "%u given, %u got",
	    (unsigned)served(s)->answered, (unsigned)asked(c)->got);
	SIM_CHECK(s, sim_logged(c, "interleave") <= 1, "told %u times",
	    sim_logged(c, "interleave"));
}

static void
without_it_half_of_the_delay_is_error_and_nothing_else_is(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES, ASKS);
	double mean = mean_error_s(s, c, 7200);

	SIM_CHECK(s, fabs(mean + SEND_S / 2) < 5e-6, "%.3f us off", mean * 1e6);
	SIM_CHECK(s, asked(c)->got == 0 && asked(c)->declined > 600, "declined %u times",
	    (unsigned)asked(c)->declined);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach == 0xff, "reach %x",
	    c->daemon->client.peers.peer[0].a.poll.reach);
}

static void
what_it_is_in_is_told(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	struct mode6 *m = calloc(1, sizeof *m);
	char value[64];

	if (m == NULL) {
		return;
	}
	mode6_local(m, s, c);
	(void)mode6_ask(m, CONTROL_READVAR, c->daemon->client.peers.peer[0].a.id, "");
	SIM_CHECK(s, strcmp(mode6_value(m, "ilmode", value, sizeof value), "interleaved") == 0,
	    "ilmode %s", value);
	SIM_CHECK(s, strtol(mode6_value(m, "il_answers", value, sizeof value), NULL, 10) > 200,
	    "il_answers %s", value);
	mode6_end(m);
	mode6_local(m, s, s->node[0]);
	(void)mode6_ask(m, CONTROL_READVAR, 0, "srv_interleaved,srv_interleave_missed");
	SIM_CHECK(s, strtol(mode6_value(m, "srv_interleaved", value, sizeof value), NULL, 10) > 200,
	    "srv_interleaved %s", value);
	SIM_CHECK(s,
	    strtol(mode6_value(m, "srv_interleave_missed", value, sizeof value), NULL, 10) == 1,
	    "srv_interleave_missed %s", value);
	mode6_end(m);
	free(m);
}

/* Loss, double and late datagrams on both ways. */
static struct sim_path
bad_way(void)
{
	struct sim_path p = scenario_lan();

	p.loss = 0.1;
	p.duplicate = 0.1;
	p.reorder = 0.1;
	p.reorder_s = 0.05;
	return p;
}

static void
loss_reordering_and_doubles_make_no_wrong_sample(struct sim *s)
{
	struct sim_node *c = settled(s, bad_way(), SERVES "interleaved on\n", ASKS);
	double worst = sim_worst_error_s(s, c, 6 * 3600);

	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	SIM_CHECK(s, asked(c)->got > 300, "%u answers", (unsigned)asked(c)->got);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, c->clock.steps <= 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_logged(c, "interleave") <= 3, "told %u times",
	    sim_logged(c, "interleave"));
}

static void
stamps_that_are_late_or_lost_make_basic_answers(struct sim *s)
{
	struct sim_node *n = server(s, SERVES "interleaved on\n");
	struct sim_node *c = client(s, n, scenario_lan(), ASKS);

	n->host->tx_stamp_lost = 0.3;
	n->host->tx_stamp_late_s = 0.02;
	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	sim_run(s, 3 * 3600);
	SIM_CHECK(s, served(s)->answered > 200 && served(s)->missed > 50, "%u given, %u missed",
	    (unsigned)served(s)->answered, (unsigned)served(s)->missed);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 100e-6, "%.6f s off", sim_error_s(c));
}

/* ---- somebody on the way, or elsewhere ---- */

/* What stands in the receive field of the client's last request, and its source. */
struct spy {
	struct sim *s;
	struct sim_node *client;
	struct sim_tap tap;
	struct sim_rng rng;
	struct endpoint at, server;
	struct header asked;
	struct sim_datagram recorded;
	unsigned sent;
	bool right_origin; /* he reads the requests, and is faster than the server */
};

static void
forge(struct spy *x, const struct header *h, double delay_s)
{
	struct sim_datagram d = { .from = x->server, .to = x->at, .len = HEADER_LEN };
	struct writer w = writer_over(d.bytes, sizeof d.bytes);

	header_put(&w, h);
	sim_net_inject(x->s->net, &d, delay_s);
	x->sent++;
}

/* Before and after the true answer: every origin there is, two times that are wrong. */
static void
forge_all(struct spy *x)
{
	const struct ntp_ts origins[] = { { 0 }, { sim_rng_u64(&x->rng) }, x->asked.org,
		x->right_origin ? x->asked.rec : (struct ntp_ts){ 1 },
		x->right_origin ? x->asked.xmt : (struct ntp_ts){ 2 } };
	struct ntp_ts now = ntp_ts_from_rtime((struct rtime){ world_utc(x->s->w) });

	for (unsigned i = 0; i < sizeof origins / sizeof origins[0]; i++) {
		const struct header h = {
			.version = 4,
			.mode = MODE_SERVER,
			.stratum = 2,
			.precision = -20,
			.refid = 0x01020304,
			.reftime = now,
			.org = origins[i],
			.rec = { now.fix + ((uint64_t)3 << 32) },
			.xmt = { now.fix + ((uint64_t)3 << 32) + 1 },
		};
		forge(x, &h, 20e-6);
		forge(x, &h, 0.01);
	}
}

static enum sim_fate
spy_sees(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *delay_s)
{
	struct spy *x = ctx;
	struct cursor c = cursor_over(d->bytes, d->len);
	struct header h;

	(void)delay_s;
	(void)to;
	if (!header_get(&c, &h)) {
		return FATE_PASS;
	}
	if (from == x->client->host && h.mode == MODE_CLIENT) {
		x->asked = h;
		x->at = d->from;
		x->server = d->to;
		forge_all(x);
		if (x->recorded.len > 0) {
			sim_net_inject(x->s->net, &x->recorded, 30e-6);
		}
	} else if (from == x->s->node[0]->host && h.mode == MODE_SERVER) {
		x->recorded = *d;
		sim_net_inject(x->s->net, d, 0.5);
	}
	return FATE_PASS;
}

static void
spy(struct spy *x, struct sim *s, struct sim_node *c)
{
	*x = (struct spy){ .s = s, .client = c, .rng = sim_rng_of(s->w->seed, "spy", 0) };
	x->tap.see = spy_sees;
	x->tap.ctx = x;
	sim_net_tap(s->net, &x->tap);
}

static void
forged_answers_of_every_kind_move_nothing(struct sim *s)
{
	static struct spy x;
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	uint64_t got = asked(c)->got;

	spy(&x, s, c);
	sim_run(s, 3600);
	SIM_CHECK(s, x.sent > 2000, "%u forgeries", x.sent);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 50e-6, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.steps <= 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, asked(c)->interleaved && asked(c)->got - got > 200, "%u answers",
	    (unsigned)(asked(c)->got - got));
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach == 0xff, "reach %x",
	    c->daemon->client.peers.peer[0].a.poll.reach);
}

#define KEYS "keys /etc/ntp.keys\ntrustedkey 7\n"
#define KEYED_ASKS \
	KEYS "driftfile /drift\nserver " SERVER " iburst minpoll 4 maxpoll 4 xleave key 7\n"

/* With a key also who reads the requests, and is faster than the server, does nothing. */
static void
with_a_key_whoever_is_on_the_way_moves_nothing(struct sim *s)
{
	static struct spy x;
	struct sim_node *n = server(s, KEYS SERVES "interleaved on\n");
	struct sim_node *c = client(s, n, scenario_lan(), KEYED_ASKS);
	uint64_t got;

	sim_store_put(&n->store, "/etc/ntp.keys", "7 SHA1 topsecret\n");
	sim_store_put(&c->store, "/etc/ntp.keys", "7 SHA1 topsecret\n");
	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	sim_run(s, 3600);
	got = asked(c)->got;
	SIM_CHECK(s, got > 200, "%u answers", (unsigned)got);
	spy(&x, s, c);
	x.right_origin = true;
	sim_run(s, 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 50e-6, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, asked(c)->interleaved && asked(c)->got - got > 200, "%u answers",
	    (unsigned)(asked(c)->got - got));
	SIM_CHECK(s, c->clock.steps <= 1, "%u steps", c->clock.steps);
}

/* Four times as many invented senders as there are places ask in interleaved form. */
static void
a_flood_of_invented_senders_does_not_empty_the_table(struct sim *s)
{
	struct sim_node *c =
	    settled(s, scenario_lan(), SERVES "interleaved on\nrestrict default\n", ASKS);
	struct sim_rng rng = sim_rng_of(s->w->seed, "flood", 0);
	uint64_t got = asked(c)->got;

	for (unsigned i = 0; i < 600; i++) {
		for (unsigned k = 0; k < 4 * INTERLEAVE_PLACES / 600; k++) {
			struct sim_datagram d = { .to = sim_endpoint(SERVER, NTP_PORT),
				.len = HEADER_LEN };
			struct writer w = writer_over(d.bytes, sizeof d.bytes);
			const struct header h = { .version = 4,
				.mode = MODE_CLIENT,
				.org = { sim_rng_u64(&rng) | 1 },
				.rec = { sim_rng_u64(&rng) },
				.xmt = { sim_rng_u64(&rng) } };

			header_put(&w, &h);
			d.from.addr = addr_v4(0x0a000000u | (uint32_t)(sim_rng_u64(&rng) >> 40));
			d.from.port = 40000;
			sim_net_inject(s->net, &d, 1e-6 * k);
		}
		sim_run(s, 1);
	}
	SIM_CHECK(s, interleave_used(served(s)->kept) > INTERLEAVE_PLACES * 9 / 10,
	    "%u places in use", interleave_used(served(s)->kept));
	SIM_CHECK(s, asked(c)->got - got >= 36, "%u answers", (unsigned)(asked(c)->got - got));
}

/* ---- clocks and processes ---- */

static void
a_server_that_is_started_again_is_followed_on(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	double worst;

	sim_node_kill(s->node[0]);
	sim_run(s, 30);
	boot(s, s->node[0]);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 200e-6, "%.6f s off", worst);
	SIM_CHECK(s, asked(c)->interleaved, "%s", "basic");
	SIM_CHECK(s, served(s)->answered > 200, "%u answers", (unsigned)served(s)->answered);
}

/* By more than either goes by: its clock is set by hand, back after a while. */
static void
a_step_of_the_client_while_interleaved_is_undone_without_a_wrong_sample(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);

	c->oracle.spared = true;
	sim_clock_foreign_step(&c->clock, 0.7);
	sim_run(s, 1800);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 100e-6, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, asked(c)->interleaved, "%s", "basic");
}

static void
a_step_of_the_server_is_followed_and_no_time_from_both_sides_of_it_is_told(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	uint64_t missed = served(s)->missed;
	unsigned errors;

	s->careless = true;
	errors = sim_logged(c, "interleave_error");
	sim_clock_foreign_step(&s->node[0]->clock, 0.3);
	sim_run(s, 3600);
	SIM_CHECK(s, served(s)->missed > missed, "missed %u", (unsigned)served(s)->missed);
	SIM_CHECK(s, fabs(sim_error_s(c) - sim_error_s(s->node[0])) < 100e-6, "%.6f s apart",
	    sim_error_s(c) - sim_error_s(s->node[0]));
	SIM_CHECK(s, asked(c)->interleaved, "%s", "basic");
	SIM_CHECK(s, sim_logged(c, "interleave_error") == errors, "%u errors",
	    sim_logged(c, "interleave_error") - errors);
}

/*
 * Its answer measures the exchange before, when all was well. What it shows of its own exchange is
 * enough to know that the clock is not where it was.
 */
static void
a_pause_is_known_of_at_the_first_answer(struct sim *s)
{
	struct sim_node *c = settled(s, scenario_lan(), SERVES "interleaved on\n", ASKS);
	const struct assoc *a = &c->daemon->client.peers.peer[0].a;
	const double within_s = scenario_figure(s, 100e-6, 5e-3);
	uint64_t before = a->count.received;

	sim_node_pause(c, 0.05);
	for (unsigned i = 0; i < 30 && a->count.received == before; i++) {
		sim_run(s, 1);
	}
	SIM_CHECK(s, a->count.received == before + 1, "%u answers",
	    (unsigned)(a->count.received - before));
	SIM_CHECK(s, sim_status(c).root_dist_s > fabs(sim_error_s(c)),
	    "%.6f s off, and it tells %.6f s", sim_error_s(c), sim_status(c).root_dist_s);
	sim_run(s, 600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < within_s, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, asked(c)->interleaved, "%s", "basic");
}

static void
behind_a_nat_that_forgets_it_goes_on(struct sim *s)
{
	struct sim_node *n = server(s, SERVES "interleaved on\n");
	struct sim_node *c = client(s, n, scenario_lan(), ASKS);

	c->host->nat.on = true;
	c->host->nat.outside = sim_endpoint("203.0.113.9", 0).addr;
	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	for (unsigned i = 0; i < 12; i++) {
		sim_run(s, 600);
		sim_host_rebind(c->host);
	}
	sim_run(s, 600);
	SIM_CHECK(s, asked(c)->interleaved && asked(c)->got > 300, "%u answers",
	    (unsigned)asked(c)->got);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 50e-6, "%.6f s off", sim_error_s(c));
}

/* ---- NTS ---- */

#define KEY_FILE "/nts-keys"
#define NTS_ASKS "driftfile /drift\nserver server.example nts iburst minpoll 4 maxpoll 4 xleave\n"

static struct sim_node *
nts_server(struct sim *s, const char *more)
{
	char config[256];
	struct text t = text_over(config, sizeof config);
	struct sim_node *n;

	text_printf(&t, "%snts enable\nnts cookie " KEY_FILE "\n%s", SERVES, more);
	n = server(s, config);
	sim_node_serve_nts(n, "server.example");
	return n;
}

static void
inside_nts_it_is_as_exact_and_cookies_do_not_run_out(struct sim *s)
{
	struct sim_node *n = nts_server(s, "interleaved on\n");
	struct sim_node *c = client(s, n, scenario_lan(), NTS_ASKS);
	double mean;

	(void)sim_resolver_set(&c->resolver, "server.example", SERVER);
	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	sim_run(s, 3600);
	mean = mean_error_s(s, c, 3600);
	SIM_CHECK(s, fabs(mean) < 5e-6, "%.3f us off", mean * 1e6);
	SIM_CHECK(s, asked(c)->got > 300, "%u answers", (unsigned)asked(c)->got);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].nts->keys.n >= 7, "%u cookies",
	    c->daemon->client.peers.peer[0].nts->keys.n);
}

static void
inside_nts_loss_and_a_server_without_its_keys_are_borne(struct sim *s)
{
	struct sim_node *n = nts_server(s, "interleaved on\n");
	struct sim_node *c = client(s, n, bad_way(), NTS_ASKS);

	(void)sim_resolver_set(&c->resolver, "server.example", SERVER);
	boot(s, n);
	sim_run(s, 60);
	boot(s, c);
	sim_run(s, 3600);
	SIM_CHECK(s, asked(c)->got > 30, "%u answers", (unsigned)asked(c)->got);
	/* Started anew without the file of its keys, it cannot open a cookie. */
	sim_node_kill(n);
	sim_store_remove(&n->store, KEY_FILE);
	boot(s, n);
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, served(s)->answered > 30, "%u answers", (unsigned)served(s)->answered);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 200e-6, "%.6f s off", sim_error_s(c));
}

/* ---- random days ---- */

/* What may come, drawn from the seed: ways, keys, stamps, steps, restarts. */
static void
a_random_day_of_six_clients(struct sim *s)
{
	struct sim_rng r = sim_rng_of(s->w->seed, "interleaved", 0);
	struct sim_node *n = server(s, SERVES "interleaved on\nrestrict default\n"), *c[6];

	n->host->tx_delay.jitter_s = 30e-6 * sim_rng_unit(&r);
	n->host->tx_delay.kind = LAW_EXPONENTIAL;
	n->host->tx_stamp_lost = sim_rng_chance(&r, 0.3) ? 0.2 * sim_rng_unit(&r) : 0.0;
	boot(s, n);
	for (unsigned i = 0; i < 6; i++) {
		struct sim_path p = sim_rng_chance(&r, 0.5) ? scenario_lan() : scenario_wan();
		char config[160];
		struct text t = text_over(config, sizeof config);

		p.loss = sim_rng_chance(&r, 0.5) ? 0.3 * sim_rng_unit(&r) : 0.0;
		p.duplicate = 0.2 * sim_rng_unit(&r);
		p.reorder = 0.2 * sim_rng_unit(&r);
		p.reorder_s = 0.1 * sim_rng_unit(&r);
		p.corrupt = sim_rng_chance(&r, 0.3) ? 0.05 : 0.0;
		text_printf(&t, "driftfile /drift\nserver %s minpoll %u%s%s\n", SERVER,
		    3 + sim_rng_below(&r, 4), sim_rng_chance(&r, 0.8) ? " xleave" : "",
		    sim_rng_chance(&r, 0.5) ? " iburst" : "");
		c[i] = client(s, n, p, config);
		c[i]->host->tx_stamp_late_s = sim_rng_chance(&r, 0.3) ? 0.05 : 0.0;
		boot(s, c[i]);
	}
	for (unsigned hour = 0; hour < 12; hour++) {
		struct sim_node *who = c[sim_rng_below(&r, 6)];

		sim_run(s, 1800 + 3600 * sim_rng_unit(&r));
		if (sim_rng_chance(&r, 0.2)) {
			sim_node_freeze(who, 60 * sim_rng_unit(&r));
		} else if (sim_rng_chance(&r, 0.2)) {
			sim_node_kill(who);
			sim_run(s, 20);
			boot(s, who);
		} else if (sim_rng_chance(&r, 0.2)) {
			sim_node_kill(n);
			sim_run(s, 10);
			boot(s, n);
		}
	}
	sim_run(s, 3 * 3600);
	for (unsigned i = 0; i < 6; i++) {
		SIM_CHECK(s, sim_status(c[i]).synced, "client %u is not synchronised", i);
		SIM_CHECK(s, fabs(sim_error_s(c[i])) < 0.02, "client %u: %.6f s off", i,
		    sim_error_s(c[i]));
	}
}

static const struct scenario list[] = {
	SCENARIO(the_servers_delay_in_sending_is_taken_out),
	SCENARIO(without_it_half_of_the_delay_is_error_and_nothing_else_is),
	SCENARIO(what_it_is_in_is_told),
	SCENARIO(loss_reordering_and_doubles_make_no_wrong_sample),
	SCENARIO(stamps_that_are_late_or_lost_make_basic_answers),
	SCENARIO(forged_answers_of_every_kind_move_nothing),
	SCENARIO(with_a_key_whoever_is_on_the_way_moves_nothing),
	SCENARIO(a_flood_of_invented_senders_does_not_empty_the_table),
	SCENARIO(a_server_that_is_started_again_is_followed_on),
	SCENARIO(a_step_of_the_client_while_interleaved_is_undone_without_a_wrong_sample),
	SCENARIO(a_step_of_the_server_is_followed_and_no_time_from_both_sides_of_it_is_told),
	SCENARIO(a_pause_is_known_of_at_the_first_answer),
	SCENARIO(behind_a_nat_that_forgets_it_goes_on),
	SCENARIO(inside_nts_it_is_as_exact_and_cookies_do_not_run_out),
	SCENARIO(inside_nts_loss_and_a_server_without_its_keys_are_borne),
	SCENARIO(a_random_day_of_six_clients),
};

const struct scenario_table interleaved_scenarios = SCENARIO_TABLE(list);
