/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_interleaved - what interleaved mode takes out of the error of a client whose server needs
 * 100 us to send: two whole daemons in simulated time over a quiet LAN, or one that loses a tenth
 * of all packets.
 *
 *	bench_interleaved [-n SEEDS] [-s FIRST_SEED] [-l FIRST_ROW]
 *
 * A line per row and seed: mean and RMS of the error over 6 h, after one to settle. Ends with 1
 * when a mean in interleaved mode is beyond 2.5 us; or 10 us where both the usual polls and loss
 * leave the clock to itself for up to half an hour: it wanders by 20 us meanwhile, and a mean of
 * 6 h is no better known than to 4 us.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench_seeds.h"
#include "ntpd/state.h"
#include "server/server.h"
#include "sim/sim.h"

#define SEND_S 100e-6
#define MEAN_LIMIT_S 2.5e-6
#define SELDOM_LIMIT_S 10e-6

enum { SETTLE_S = 3600, JUDGED_S = 6 * 3600 };

struct row {
	double limit_s; /* of the mean in interleaved mode; 0: answers are basic */
	double loss;    /* of each way */
	const char *poll;
};

static const struct row rows[] = {
	{ 0.0, 0.0, "minpoll 4 maxpoll 4" },
	{ MEAN_LIMIT_S, 0.0, "minpoll 4 maxpoll 4" },
	{ 0.0, 0.0, "minpoll 6 maxpoll 6" },
	{ MEAN_LIMIT_S, 0.0, "minpoll 6 maxpoll 6" },
	{ 0.0, 0.0, "" },
	{ MEAN_LIMIT_S, 0.0, "" },
	{ 0.0, 0.1, "minpoll 4 maxpoll 4" },
	{ MEAN_LIMIT_S, 0.1, "minpoll 4 maxpoll 4" },
	{ 0.0, 0.1, "minpoll 6 maxpoll 6" },
	{ MEAN_LIMIT_S, 0.1, "minpoll 6 maxpoll 6" },
	{ SELDOM_LIMIT_S, 0.1, "" },
};

struct figures {
	double mean_s, rms_s;
	unsigned long answers, interleaved;
	unsigned failures;
};

static struct sim_node *
server(struct sim *s, bool interleaved)
{
	struct sim_node *n = sim_node_new(s, "server", 0.0, 0.0,
	    interleaved ? "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\ninterleaved on\n"
			: "server 127.127.1.0\nfudge 127.127.1.0 stratum 3\n");

	n->host->tx_delay = (struct sim_law){ .kind = LAW_CONSTANT, .base_s = SEND_S };
	return n;
}

static struct sim_node *
client(struct sim *s, const struct sim_node *of, const struct row *row)
{
	struct sim_path path = sim_path_exponential(100e-6, 10e-6);
	char config[128];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_printf(&t, "driftfile /drift\nserver 192.0.2.100 iburst xleave %s\n", row->poll);
	c = sim_node_new(s, "client", 1e-3, 10e-6, config);
	c->clock.osc.walk = 1e-9;
	path.loss = row->loss;
	sim_link(s, c->host, of->host, path);
	return c;
}

static void
run(uint64_t seed, const struct row *row, struct figures *f)
{
	struct sim *s = sim_new(seed);
	struct sim_node *of = server(s, row->limit_s > 0.0), *c = client(s, of, row);

	*f = (struct figures){ 0 };
	if (!sim_node_boot(of) || !sim_node_boot(c)) {
		exit(1);
	}
	sim_run(s, SETTLE_S);
	for (unsigned i = 0; i < JUDGED_S; i++) {
		double error_s;

		sim_run(s, 1);
		error_s = sim_error_s(c);
		f->mean_s += error_s / JUDGED_S;
		f->rms_s += error_s * error_s / JUDGED_S;
	}
	f->rms_s = sqrt(f->rms_s);
	f->answers = (unsigned long)of->daemon->server.count.sent;
	f->interleaved = (unsigned long)of->daemon->server.interleaved.answered;
	f->failures = s->failures;
	sim_free(s);
}

static bool
print(unsigned at, uint64_t seed)
{
	const struct row *row = &rows[at];
	struct figures f;

	run(seed, row, &f);
	printf("%-12s %-20s %4.0f%% %4llu %9.3f %9.3f %8lu %8lu%s\n",
	    row->limit_s > 0.0 ? "interleaved" : "basic",
	    row->poll[0] != '\0' ? row->poll : "(usual)", row->loss * 100, (unsigned long long)seed,
	    f.mean_s * 1e6, f.rms_s * 1e6, f.answers, f.interleaved,
	    f.failures > 0 ? " (found by the oracle)" : "");
	return f.failures == 0 && (row->limit_s <= 0.0 || fabs(f.mean_s) <= row->limit_s);
}

int
main(int argc, char **argv)
{
	static const struct bench_rows all = {
		"bench_interleaved",
		"answers      poll                  loss seed   mean us    RMS us  answers  "
		"interl.",
		sizeof rows / sizeof rows[0],
		print,
	};

	return bench_seeds_main(argc, argv, &all);
}
