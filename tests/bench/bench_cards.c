/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_cards - two peers in interleaved mode whose network cards stamp, over a simulated LAN: how
 * near the one that follows comes to what the stamps allow. Whole daemons in simulated time; poll
 * 4, a wander of 1e-10, clocks of cards that are compared in windows of 500 ns, kernels that are
 * 30 us late with their stamps.
 *
 *	bench_cards [-n SEEDS] [-s FIRST_SEED] [-l FIRST_ROW]
 *
 * A line per LAN, polls and seed: mean and RMS of the error over 6 h, after one to settle, and the
 * RMS of a filter that knows all laws and saw the same stamps of the wire. Ends with 1 when an RMS
 * with the cards' stamps is beyond 1.2 times that and 100 ns; or 5 us where unequal polls keep the
 * packets basic.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "accuracy_bound.h"
#include "bench_seeds.h"
#include "ntpd/state.h"
#include "sim/sim.h"

#define WANDER 1e-10
#define RATIO_LIMIT 1.2
#define SLACK_S 100e-9

/* Where packets are basic: half of what lies between their time and the wire, and as much again. */
#define BASIC_LIMIT_S 5e-6

enum { SETTLE_S = 3600, JUDGED_S = 6 * 3600, END_S = SETTLE_S + JUDGED_S, SAMPLES_MAX = 4000 };

struct lan {
	const char *name;
	double base_s, jitter_s;
	const char *leads_poll, *follows_poll;
	/*
	 * Intervals that stay unequal: then a packet is not the only one between two of the other
	 * side, and those of the more frequent sender, in both directions, are basic (RFC 9769,
	 * section 3). What their cards know of their leaving is not told.
	 */
	bool basic;
};

#define POLL_4 "minpoll 4 maxpoll 4"
#define POLL_6 "minpoll 6 maxpoll 6"

static const struct lan lans[] = {
	{ "lan_10us", 100e-6, 10e-6, POLL_4, POLL_4, false },
	{ "quiet_1us", 50e-6, 1e-6, POLL_4, POLL_4, false },
	{ "lan_4_4-10", 100e-6, 10e-6, POLL_4, "minpoll 4", false },
	{ "lan_4_6", 100e-6, 10e-6, POLL_4, POLL_6, true },
	{ "lan_6_4", 100e-6, 10e-6, POLL_6, POLL_4, true },
};

/* A packet on the wire, as the cards saw it. */
struct trip {
	double sent_s, took_s;
	bool arrived;
};

struct run {
	struct sim *s;
	struct sim_node *leads, *follows;
	const struct lan *lan;
	struct trip to, from;  /* the newest packets, of the follower and of the other */
	struct trip from_last; /* of the other, before that */
	struct bound_sample sample[SAMPLES_MAX];
	unsigned sample_n;
	double free_at[END_S + 2];
};

struct figures {
	double mean_s, rms_s, bound_s;
	unsigned failures;
};

/*
 * A packet of the other side tells when the one before left: with the follower's packet after that
 * one it makes a sample, which is of the time between both.
 */
static void
add_sample(struct run *r)
{
	const struct trip *to = &r->to, *from = &r->from_last;
	double up_s = to->took_s - r->lan->base_s, down_s = from->took_s - r->lan->base_s;

	if (to->arrived && from->arrived && to->sent_s > from->sent_s &&
	    r->sample_n < SAMPLES_MAX) {
		r->sample[r->sample_n++] = (struct bound_sample){
			.t_s = (to->sent_s + from->sent_s) / 2.0,
			.known_s = world_s(r->s->w),
			.error_s = (down_s - up_s) / 2.0,
			.excess_s = fmax(up_s + down_s, 0.0),
			.plain_s2 = r->lan->jitter_s * r->lan->jitter_s / 2.0,
		};
	}
}

static void
on_stamp(void *ctx, const struct sim_phc *card, bool sent, double at_s)
{
	struct run *r = ctx;
	bool at_leader = card->of == &r->leads->phcs;
	struct trip *t = at_leader == sent ? &r->from : &r->to;

	if (sent) {
		if (at_leader) {
			r->from_last = r->from;
		}
		*t = (struct trip){ .sent_s = at_s };
		return;
	}
	t->took_s = at_s - t->sent_s;
	t->arrived = true;
	if (!at_leader) {
		add_sample(r);
	}
}

static struct sim_node *
host(struct run *r, const char *name, double offset_s, double freq, const char *lines,
    unsigned peer, const char *poll)
{
	char config[256];
	struct text t = text_over(config, sizeof config);

	text_printf(&t,
	    "driftfile /drift\nkeys /keys\ntrustedkey 4\nhwtimestamp eth0\n"
	    "%speer 192.0.2.%u key 4 xleave %s\n",
	    lines, peer, poll);
	struct sim_node *n = sim_node_new(r->s, name, offset_s, freq, config);
	struct sim_phc *card = sim_phc_card(&n->phcs, "eth0");

	card->irq_s = 30e-6;
	card->wire_s = 5e-6;
	card->osc.walk = WANDER;
	card->on_stamp = on_stamp;
	card->on_stamp_ctx = r;
	sim_store_put(&n->store, "/keys", "4 MD5 topsecret\n");
	return n;
}

static void
build(struct run *r, const struct lan *lan, uint64_t seed)
{
	struct sim_path path = sim_path_exponential(lan->base_s, lan->jitter_s);

	r->s = sim_new(seed);
	r->lan = lan;
	r->leads = host(r, "leads", 0.0, 0.0, "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\n",
	    101, lan->leads_poll);
	r->follows = host(r, "follows", 1e-3, 10e-6, "", 100, lan->follows_poll);
	r->follows->clock.osc.walk = WANDER;
	sim_link(r->s, r->leads->host, r->follows->host, path);
	if (!sim_node_boot(r->leads) || !sim_node_boot(r->follows)) {
		exit(1);
	}
}

static void
run(const struct lan *lan, uint64_t seed, struct figures *f)
{
	struct run *r = sim_alloc(1, sizeof *r);
	struct bound_clock ideal = { .free_at = r->free_at,
		.from_s = SETTLE_S,
		.end_s = END_S,
		.wander = WANDER,
		.exact = true };

	build(r, lan, seed);
	*f = (struct figures){ 0 };
	r->free_at[0] = sim_error_s(r->follows);
	for (unsigned t = 0; t <= END_S; t++) {
		double error_s = sim_error_s(r->follows);

		if (t >= SETTLE_S) {
			f->mean_s += error_s / (JUDGED_S + 1);
			f->rms_s += error_s * error_s / (JUDGED_S + 1);
		}
		r->free_at[t + 1] = r->free_at[t] + r->follows->clock.osc_rate;
		sim_run(r->s, 1);
	}
	f->rms_s = sqrt(f->rms_s);
	f->bound_s = bound_rms(r->sample, r->sample_n, &ideal);
	f->failures = r->s->failures;
	sim_free(r->s);
	free(r);
}

static bool
print(unsigned row, uint64_t seed)
{
	const struct lan *lan = &lans[row];
	struct figures f;
	bool good;

	run(lan, seed, &f);
	good = f.failures == 0 &&
	    f.rms_s <= (lan->basic ? BASIC_LIMIT_S : RATIO_LIMIT * f.bound_s + SLACK_S);
	printf("%-12s %4llu %9.4f %9.4f %9.4f %6.2f%s%s\n", lan->name, (unsigned long long)seed,
	    f.mean_s * 1e6, f.rms_s * 1e6, f.bound_s * 1e6, f.rms_s / f.bound_s,
	    good ? "" : " beyond the limit", f.failures > 0 ? " (found by the oracle)" : "");
	return good;
}

int
main(int argc, char **argv)
{
	static const struct bench_rows all = {
		"bench_cards",
		"LAN          seed   mean us    RMS us  bound us /bound",
		sizeof lans / sizeof lans[0],
		print,
	};

	return bench_seeds_main(argc, argv, &all);
}
