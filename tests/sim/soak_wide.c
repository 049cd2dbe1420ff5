/* SPDX-License-Identifier: BSD-2-Clause */
/* What wide seeds have more. */
#include "sim/soak_wide.h"
#include <limits.h>
#include <math.h>
#include <string.h>
#include "core/leap.h"
#include "core/sample.h"

/* The end of June 2026, as seconds since 1970, and how long before it a smearing seed begins. */
static const int64_t MIDNIGHT = 1782864000;
static const double BEFORE_S = 50000.0, SMEAR_S = 86400.0;
/* With liars the honest ones are all there within what the first decision waits. */
static const double LATE_BESIDE_LIARS_S = 15.0, LATE_S = 300.0;
static const double ASKS_EVERY_S = 64.0;

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

void
wide_begin(struct wide *w, struct sim *s, uint64_t seed)
{
	*w = (struct wide){ .s = s, .r = sim_rng_of(seed, "soak, wide", 0) };
	if (sim_rng_chance(&w->r, 0.1)) {
		s->w->epoch_ns = (MIDNIGHT - (int64_t)BEFORE_S) * NS_PER_S;
		s->smear = (struct sim_smear){ .at_s = BEFORE_S, .interval_s = SMEAR_S };
	}
}

bool
wide_one_of_three_lies(struct wide *w)
{
	return sim_rng_chance(&w->r, 0.4);
}

bool
wide_outages_end(struct wide *w)
{
	return sim_rng_chance(&w->r, 0.6);
}

/* --- servers --- */

static void
smear(const struct sim *s, struct header *h)
{
	double by_s = sim_smear_s(s);
	uint64_t fix = (uint64_t)llrint(ldexp(by_s, 32));
	bool after = world_s(s->w) > s->smear.at_s;

	h->rec.fix += fix;
	h->xmt.fix += fix;
	if (fabs(world_s(s->w) - s->smear.at_s) < s->smear.interval_s / 2 && h->stratum > 1) {
		h->refid = leap_smear_refid(after ? by_s + 1.0 : by_s);
	}
}

/* Late after each start of the daemon, and smeared where all honest ones are. */
static bool
twist(struct sim_server *srv, const struct packet *request, struct header *h)
{
	struct wide_server *v = srv->twist_ctx;
	struct wide *w = v->of;

	(void)request;
	if (v->lives != w->c->lives) {
		v->lives = w->c->lives;
		v->answers_from = w->s->w->now +
		    ns_from_s(v->late_s > 0.0 ? log_between(&w->r, 0.1, v->late_s) : 0.0);
	}
	if (w->s->smear.interval_s > 0.0 && srv->honest) {
		smear(w->s, h);
	}
	return w->s->w->now >= v->answers_from;
}

static unsigned
count(const struct wide *w, bool honest)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->servers; i++) {
		const struct sim_server *srv = w->server[i].srv;

		n += honest ? srv->honest && !srv->silent : !srv->honest;
	}
	return n;
}

static void
on_turn(void *ctx)
{
	struct wide_server *v = ctx;
	struct wide *w = v->of;

	if (!v->srv->honest) {
		v->srv->error = (struct sim_server_error){ 0 };
		v->srv->honest = true;
		world_trace(w->s->w, v->srv->host->name, "is honest from now on");
	} else if (count(w, true) > count(w, false) + 3) {
		sim_server_lie(v->srv, v->lies_s);
		world_trace(w->s->w, v->srv->host->name, "lies from now on: %+.6f s", v->lies_s);
	}
}

static void
turn_in(struct wide_server *v, double after_s)
{
	v->turn.fire = on_turn;
	v->turn.ctx = v;
	world_arm(v->of->s->w, &v->turn, v->of->s->w->now + ns_from_s(after_s));
}

static void
widen_server(struct wide *w, unsigned i, bool liars)
{
	struct wide_server *v = &w->server[i];
	struct sim_server *srv = w->s->server[i];

	*v = (struct wide_server){ .of = w, .srv = srv, .lives = UINT_MAX };
	v->lies_s = either_sign(&w->r, log_between(&w->r, 0.001, 500));
	if (srv->honest && sim_rng_chance(&w->r, 0.4)) {
		v->late_s = liars ? LATE_BESIDE_LIARS_S : LATE_S;
	}
	if (srv->stratum > 1 && sim_rng_chance(&w->r, 0.1)) {
		srv->refid = 0xfe000000 | (uint32_t)(sim_rng_u64(&w->r) & 0xffffff);
	}
	if (!srv->honest && sim_rng_chance(&w->r, 0.4)) {
		turn_in(v, log_between(&w->r, 10, 20000));
	} else if (srv->honest && sim_rng_chance(&w->r, 0.1)) {
		turn_in(v, log_between(&w->r, 1000, 80000));
	}
	srv->twist = twist;
	srv->twist_ctx = v;
}

/* --- who is served, and who forges --- */

static void
hear(void *ctx, struct sim_host *h, const struct sim_datagram *d)
{
	struct wide_customer *x = ctx;

	(void)h;
	if (d->len >= 48 && (d->bytes[0] & 7) == MODE_SERVER) {
		bool kiss = d->bytes[1] == 0 && memcmp(d->bytes + 12, "RATE", 4) == 0;

		x->answered += !kiss;
		x->refused += kiss;
	}
}

static void
on_ask(void *ctx)
{
	struct wide *w = ctx;
	struct wide_customer *x = &w->customer;
	struct sim_datagram d = {
		.from = x->at,
		.to = sim_endpoint("192.0.2.100", NTP_PORT),
		.len = 48,
		.bytes = { 4 << 3 | MODE_CLIENT, 0, 6 },
	};
	uint64_t xmt = sim_rng_u64(&w->r);

	memcpy(d.bytes + 40, &xmt, sizeof xmt);
	x->asked++;
	sim_net_send(w->s->net, x->host, &d, 0);
	world_arm(w->s->w, &x->next, w->s->w->now + ns_from_s(ASKS_EVERY_S));
}

/* In a server's name, somebody's, or our own. */
static struct endpoint
forged_sender(struct wide *w)
{
	char address[32];
	struct text t = text_over(address, sizeof address);
	double which = sim_rng_unit(&w->r);

	if (which < 0.4) {
		text_printf(&t, "192.0.2.%u", 1 + sim_rng_below(&w->r, w->servers));
	} else if (which < 0.9) {
		text_printf(&t, "198.51.100.%u", 1 + sim_rng_below(&w->r, 254));
	} else {
		text_put(&t, "192.0.2.100");
	}
	return sim_endpoint(address,
	    sim_rng_chance(&w->r, 0.7) ? NTP_PORT : 1024 + sim_rng_below(&w->r, 60000));
}

static void
forge(struct wide *w)
{
	struct sim_datagram d = {
		.from = forged_sender(w),
		.to = sim_endpoint("192.0.2.100", NTP_PORT),
		.len = 48,
	};

	for (unsigned i = 0; i < 96; i++) {
		d.bytes[i] = (uint8_t)sim_rng_below(&w->r, 256);
	}
	d.bytes[0] = (uint8_t)(sim_rng_below(&w->r, 4) << 6 |
	    (sim_rng_chance(&w->r, 0.8) ? 4 : sim_rng_below(&w->r, 8)) << 3 |
	    (sim_rng_chance(&w->r, 0.5) ? MODE_CLIENT : sim_rng_below(&w->r, 8)));
	if (sim_rng_chance(&w->r, 0.2)) {
		d.len = 1 + sim_rng_below(&w->r, 96);
	}
	sim_net_inject(w->s->net, &d, 0.001);
}

static void
on_forge(void *ctx)
{
	struct wide *w = ctx;
	double in_s = w->spoofer.every_s * sim_rng_exponential(&w->r);

	for (unsigned i = 0; i < w->spoofer.at_once; i++) {
		forge(w);
	}
	world_arm(w->s->w, &w->spoofer.next, w->s->w->now + ns_from_s(in_s));
}

static void
serve(struct wide *w, struct text *config)
{
	struct wide_customer *x = &w->customer;

	text_put(config, "restrict default limited kod nomodify noquery\nrestrict 127.0.0.1\n");
	x->host = sim_host_new(w->s->net, "customer", NULL);
	x->host->on_datagram = hear;
	x->host->on_datagram_ctx = x;
	sim_host_add(x->host, "eth0", "192.0.2.77/24");
	x->at = sim_endpoint("192.0.2.77", 40000);
	x->next.fire = on_ask;
	x->next.ctx = w;
	world_arm(w->s->w, &x->next, ns_from_s(1));
	w->spoofer.every_s = log_between(&w->r, 2, 1000);
	w->spoofer.at_once = sim_rng_chance(&w->r, 0.2) ? 20 : 1;
	w->spoofer.next.fire = on_forge;
	w->spoofer.next.ctx = w;
	world_arm(w->s->w, &w->spoofer.next, ns_from_s(0.5));
}

void
wide_start(struct wide *w, struct sim_node *c, unsigned servers, struct text *config)
{
	bool liars = false;

	w->c = c;
	w->servers = servers;
	for (unsigned i = 0; i < servers; i++) {
		liars = liars || !w->s->server[i]->honest;
	}
	for (unsigned i = 0; i < servers; i++) {
		widen_server(w, i, liars);
	}
	if (sim_rng_chance(&w->r, 0.4)) {
		serve(w, config);
	}
}

/* --- mishaps --- */

static bool
away(const struct wide *w)
{
	return w->c->clock.halted || w->c->loop.frozen;
}

static void
be_back(struct wide *w, double for_s)
{
	do {
		sim_run(w->s, for_s);
		for_s = 10;
	} while (away(w));
}

/* Snapshots, migrations: a virtual machine that is held up again and again. */
static void
pauses(struct wide *w)
{
	unsigned n = 2 + sim_rng_below(&w->r, 20);
	double for_s = log_between(&w->r, 0.02, 60), every_s = log_between(&w->r, 60, 2000);

	for (unsigned i = 0; i < n; i++) {
		sim_node_pause(w->c, for_s * sim_rng_between(&w->r, 0.5, 1.5));
		be_back(w, every_s);
	}
}

/* A laptop: its hardware clock reads in seconds. */
static void
suspends(struct wide *w)
{
	unsigned n = 2 + sim_rng_below(&w->r, 8);

	for (unsigned i = 0; i < n; i++) {
		sim_node_suspend(w->c, log_between(&w->r, 10, 3000),
		    sim_rng_between(&w->r, -0.9, 0.9));
		be_back(w, log_between(&w->r, 10, 2000));
	}
}

/* One whose hardware clock is set to something else. */
static void
wrong_hardware_clock(struct wide *w)
{
	sim_node_suspend(w->c, log_between(&w->r, 1000, 10000),
	    either_sign(&w->r, log_between(&w->r, 1, 900)));
	be_back(w, log_between(&w->r, 10, 4000));
}

/* All of them, for a while. */
static void
all_silent(struct wide *w)
{
	bool before[WIDE_SERVERS_MAX];

	for (unsigned i = 0; i < w->servers; i++) {
		before[i] = w->server[i].srv->silent;
		w->server[i].srv->silent = true;
	}
	be_back(w, log_between(&w->r, 10, 20000));
	for (unsigned i = 0; i < w->servers; i++) {
		w->server[i].srv->silent = before[i];
	}
}

/* A daemon that comes up into the same trouble again. */
static void
restarts(struct wide *w)
{
	for (unsigned n = 2 + sim_rng_below(&w->r, 3); n > 0; n--) {
		sim_node_stop(w->c);
		sim_run(w->s, log_between(&w->r, 0.1, 30));
		if (!sim_node_boot(w->c)) {
			SIM_CHECK(w->s, false, "exit status %d", w->c->exit_status);
			return;
		}
		be_back(w, log_between(&w->r, 1, 300));
	}
}

const char *
wide_mishap(struct wide *w)
{
	static const struct {
		const char *name;
		void (*happen)(struct wide *w);
	} mishaps[] = {
		{ "pauses", pauses },
		{ "suspends", suspends },
		{ "a wrong hardware clock", wrong_hardware_clock },
		{ "all silent", all_silent },
		{ "restarts", restarts },
	};
	unsigned which;

	if (w->c->daemon == NULL || !sim_rng_chance(&w->r, 0.2)) {
		return "no more";
	}
	which = sim_rng_below(&w->r, sizeof mishaps / sizeof mishaps[0]);
	mishaps[which].happen(w);
	return mishaps[which].name;
}

/* --- the end --- */

void
wide_calm(struct wide *w)
{
	w->customer.asked = 0;
	w->customer.answered = 0;
	w->customer.refused = 0;
}

void
wide_end(struct wide *w)
{
	const struct wide_customer *x = &w->customer;

	/* The usual path loses nothing; what the node's own address costs is no mishap any more. */
	SIM_CHECK(w->s, 20 * x->answered >= 19 * x->asked,
	    "of %llu requests %llu were answered, %llu refused", (unsigned long long)x->asked,
	    (unsigned long long)x->answered, (unsigned long long)x->refused);
	for (unsigned i = 0; i < w->servers; i++) {
		world_disarm(w->s->w, &w->server[i].turn);
		w->server[i].srv->twist = NULL;
	}
	world_disarm(w->s->w, &w->customer.next);
	world_disarm(w->s->w, &w->spoofer.next);
}
