/* SPDX-License-Identifier: BSD-2-Clause */
/* ntscount - what was counted of NTS, in order. */
#include "journal/ntscount.h"
#include <string.h>

void
ntscount_serve(struct ntscount_served *sum, double wall_s, double cpu_s)
{
	sum->n++;
	sum->wall_s += wall_s;
	sum->cpu_s += cpu_s;
}

void
ntscount_packets(const struct ntscount *c, uint64_t out[NTSCOUNT_PACKETS])
{
	const uint64_t in_order[NTSCOUNT_PACKETS] = { c->client_sent, c->client_good, c->client_bad,
		c->server_sent, c->server_good, c->server_bad, c->made, c->not_server, c->total,
		c->current, c->old, c->old2, c->older, c->too_old, c->error };

	memcpy(out, in_order, sizeof in_order);
}
