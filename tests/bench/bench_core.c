/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_core - what a packet costs in the access list, the client table and the reply, in
 * nanoseconds. usage: bench_core [limit]   with "limit" the exit status is 1 when a bound of the
 * project is not kept.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/addr.h"
#include "core/interleave.h"
#include "core/mru.h"
#include "core/restrict.h"
#include "core/serve.h"
#include "wire/packet.h"
#include "unit/seeded.h"

enum { RULES = 100000, CLIENTS = 1000000, CALLS = 2000000, PROBES = 1 << 16 };

/* Of the processor: what else runs on the machine does not count. */
static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool
report(const char *what, double value, const char *unit, double bound)
{
	bool kept = bound <= 0.0 || value < bound;

	printf("%-50s %10.1f %s%s\n", what, value, unit, kept ? "" : "   TOO MUCH");
	return kept;
}

static void *
memory_of(size_t len)
{
	void *p = aligned_alloc(64, (len + 63) / 64 * 64);

	if (p == NULL) {
		perror("bench_core");
		exit(1);
	}
	return p;
}

static struct addr
random_addr(struct seeded *s, enum addr_family family)
{
	struct addr a = { .family = family };

	seeded_fill(s, a.bytes, addr_len(&a));
	a.bytes[0] = (uint8_t)(family == ADDR_V6 ? 0x20 : 1 + a.bytes[0] % 222);
	return a;
}

/* Networks of all usual lengths, addresses at random. */
static bool
bench_restrict(enum addr_family family)
{
	static struct addr probe[PROBES];
	struct seeded s = { 1 };
	struct restrict_list *l = restrict_init(memory_of(restrict_size(RULES)), RULES, 0);
	unsigned short_len = family == ADDR_V4 ? 12 : 32, spread = family == ADDR_V4 ? 21 : 97;
	double t = seconds();
	uint32_t sum = 0;
	bool kept;

	for (int i = 0; i < RULES; i++) {
		struct restrict_rule r = {
			.addr = random_addr(&s, family),
			.flags = RESTRICT_LIMITED,
			.ippeerlimit = -1,
		};

		r.mask = addr_mask_of(family, short_len + seeded_below(&s, spread));
		restrict_add(l, &r);
		if (i < PROBES) {
			probe[i] = r.addr;
		}
	}
	restrict_find(l, &probe[0], 123, NULL);
	kept = report(family == ADDR_V4 ? "100,000 v4 entries loaded" : "100,000 v6 entries loaded",
	    seconds() - t, "s", 1.0);
	for (int i = 0; i < PROBES; i += 2) {
		probe[i] = random_addr(&s, family);
	}
	t = seconds();
	for (int i = 0; i < CALLS; i++) {
		sum += restrict_find(l, &probe[i % PROBES], (uint16_t)i, NULL);
	}
	kept = report("  one look-up", (seconds() - t) / CALLS * 1e9, "ns", 200.0) && kept;
	if (sum == 1) { /* never: keeps the calls */
		puts("");
	}
	free(l);
	return kept;
}

static void
touch(struct mru *m, const struct addr *a, const struct mru_rules *r, struct mtime now)
{
	const struct mru_packet p = { .from = a, .port = 123, .mode = MODE_CLIENT, .version = 4 };

	(void)mru_touch(m, &p, r, now);
}

static void
bench_mru(void)
{
	const struct siphash_key key = { 1, 2 };
	const struct mru_rules rules = {
		.average_log2s = 3,
		.minimum_s = 2.0,
		.enforce = true,
		.kod = true,
	};
	struct mru *m = mru_init(memory_of(mru_size(CLIENTS)), CLIENTS, &key);
	struct seeded s = { 2 };
	double t;

	for (uint32_t i = 0; i < CLIENTS; i++) {
		struct addr a = addr_v4(i * 2654435761u);

		touch(m, &a, &rules, (struct mtime){ i });
	}
	t = seconds();
	for (int i = 0; i < CALLS; i++) {
		struct addr a = addr_v4(seeded_below(&s, CLIENTS) * 2654435761u);

		touch(m, &a, &rules, (struct mtime){ (int64_t)i * 1000 });
	}
	report("client table of 1,000,000, a random client", (seconds() - t) / CALLS * 1e9, "ns",
	    0.0);
	t = seconds();
	for (int i = 0; i < CALLS; i++) {
		struct addr a = addr_v4((uint32_t)(i % 1000) * 2654435761u);

		touch(m, &a, &rules, (struct mtime){ (int64_t)i * 1000 });
	}
	report("  one of 1000", (seconds() - t) / CALLS * 1e9, "ns", 0.0);
	t = seconds();
	for (int i = 0; i < CALLS; i++) {
		struct addr a = addr_v4((uint32_t)(CLIENTS + i) * 2654435761u);

		touch(m, &a, &rules, (struct mtime){ (int64_t)i * 1000 });
	}
	report("  a new client in place of the oldest", (seconds() - t) / CALLS * 1e9, "ns", 0.0);
	free(m);
}

static void
bench_serve(void)
{
	const struct served_time v = {
		.stratum = 2,
		.precision = -24,
		.refid = 1,
		.root_delay_s = 0.01,
		.root_disp_s = 0.02,
		.phi = 15e-6,
		.unsync_dist_s = 15.5,
	};
	uint8_t bytes[HEADER_LEN] = { 0x23 }, out[HEADER_LEN];
	double t = seconds();

	for (int i = 0; i < CALLS; i++) {
		struct serve_request q = { .rx = { (uint64_t)i }, .min_poll = 3 };
		struct packet p;

		bytes[47] = (uint8_t)(i & 0xff);
		if (packet_parse(bytes, sizeof bytes, &p) && serve_wanted(&p.hdr) == VERDICT_OK) {
			q.hdr = p.hdr;
			serve_reply(&v, &q, (struct mtime){ i }, out);
		}
	}
	report("a request parsed and its reply built", (seconds() - t) / CALLS * 1e9, "ns", 0.0);
}

/* Of each of many clients an answer is taken out, and the next one kept and stamped. */
static void
bench_interleave(void)
{
	enum { ASKING = 10000 };
	struct interleave *il = interleave_new(memory_of(interleave_size()));
	static struct ntp_ts last[ASKING];
	unsigned found = 0;
	double t = seconds();

	for (int i = 0; i < CALLS; i++) {
		unsigned c = (unsigned)i % ASKING;
		uint64_t who = (c + 1) * UINT64_C(0x9e3779b97f4a7c15);
		struct ntp_ts tx, rx = { (uint64_t)i << 8 };
		enum interleave_found f = interleave_take(il, who, last[c], &tx);
		struct interleave_kept k = interleave_put(il, who, rx, f != INTERLEAVE_UNKNOWN);

		interleave_sent(il, k.tag, (struct ntp_ts){ rx.fix + 100 });
		last[c] = k.rx;
		found += f == INTERLEAVE_FOUND;
	}
	report("an answer in interleaved mode, of 10,000 clients", (seconds() - t) / CALLS * 1e9,
	    "ns", 0.0);
	report("  of which are found", 100.0 * found / (CALLS - ASKING), "%", 0.0);
	free(il);
}

int
main(int argc, char **argv)
{
	bool kept = bench_restrict(ADDR_V4);

	kept = bench_restrict(ADDR_V6) && kept;
	bench_mru();
	bench_serve();
	bench_interleave();
	return argc > 1 && strcmp(argv[1], "limit") == 0 && !kept ? 1 : 0;
}
