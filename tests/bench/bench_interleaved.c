/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_interleaved - what interleaved mode takes out of the error of a client whose server needs
 * 100 us to send: two whole daemons in simulated time over a quiet LAN.
 *
 *	bench_interleaved [-n SEEDS] [-s FIRST_SEED]
 *
 * A line per mode and seed: mean and RMS of the error over 6 h, after one to settle. Ends with 1
 * when a mean in interleaved mode is beyond 2.5 us.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "ntpd/state.h"
#include "server/server.h"
#include "sim/sim.h"

#define SEND_S 100e-6
#define MEAN_LIMIT_S 2.5e-6

enum { SETTLE_S = 3600, JUDGED_S = 6 * 3600, POLLS = 3 };

static const char *const polls[POLLS] = { "minpoll 4 maxpoll 4", "minpoll 6 maxpoll 6", "" };

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
client(struct sim *s, const struct sim_node *of, const char *poll)
{
	char config[128];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_printf(&t, "driftfile /drift\nserver 192.0.2.100 iburst xleave %s\n", poll);
	c = sim_node_new(s, "client", 1e-3, 10e-6, config);
	c->clock.osc.walk = 1e-9;
	sim_link(s, c->host, of->host, sim_path_exponential(100e-6, 10e-6));
	return c;
}

static void
run(uint64_t seed, bool interleaved, const char *poll, struct figures *f)
{
	struct sim *s = sim_new(seed);
	struct sim_node *of = server(s, interleaved), *c = client(s, of, poll);

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
print(uint64_t seed, bool interleaved, const char *poll)
{
	struct figures f;

	run(seed, interleaved, poll, &f);
	printf("%-12s %-20s %4llu %9.3f %9.3f %8lu %8lu%s\n", interleaved ? "interleaved" : "basic",
	    poll[0] != '\0' ? poll : "(usual)", (unsigned long long)seed, f.mean_s * 1e6,
	    f.rms_s * 1e6, f.answers, f.interleaved,
	    f.failures > 0 ? " (found by the oracle)" : "");
	fflush(stdout);
	return f.failures == 0 && (!interleaved || fabs(f.mean_s) <= MEAN_LIMIT_S);
}

int
main(int argc, char **argv)
{
	unsigned long seeds = 3, first = 1;
	bool good = true;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n') {
			seeds = strtoul(optarg, NULL, 10);
		} else if (opt == 's') {
			first = strtoul(optarg, NULL, 10);
		} else {
			fprintf(stderr, "usage: bench_interleaved [-n SEEDS] [-s FIRST_SEED]\n");
			return 2;
		}
	}
	printf("%-12s %-20s %4s %9s %9s %8s %8s\n", "answers", "poll", "seed", "mean us", "RMS us",
	    "answers", "interl.");
	for (unsigned p = 0; p < POLLS; p++) {
		for (unsigned mode = 0; mode < 2; mode++) {
			for (unsigned long i = 0; i < seeds; i++) {
				good = print(first + i, mode == 1, polls[p]) && good;
			}
		}
	}
	return good ? 0 : 1;
}
