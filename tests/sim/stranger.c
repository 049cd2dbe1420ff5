/* SPDX-License-Identifier: BSD-2-Clause */
/* stranger - sends datagrams, hears answers. */
#include "sim/stranger.h"
#include <string.h>

static void
hear(void *ctx, struct sim_host *h, const struct sim_datagram *d)
{
	struct stranger *x = ctx;

	(void)h;
	x->answers++;
	x->longer += d->len > x->asked_len;
	x->octets += d->len;
	x->last_len = d->len;
	memcpy(x->last, d->bytes, d->len);
}

void
stranger_come(struct stranger *x, struct sim *s, const char *address)
{
	memset(x, 0, sizeof *x);
	x->s = s;
	x->host = sim_host_new(s->net, "stranger", NULL);
	x->host->on_datagram = hear;
	x->host->on_datagram_ctx = x;
	sim_host_add(x->host, "eth0", address);
	x->at = sim_endpoint(address, 40000);
	x->daemon =
	    sim_endpoint(x->at.addr.family == ADDR_V4 ? "192.0.2.100" : "2001:db8::100", 123);
}

void
stranger_send(struct stranger *x, const void *bytes, size_t len)
{
	struct sim_datagram d = { .from = x->at, .to = x->daemon, .len = len };

	memcpy(d.bytes, bytes, len);
	x->asked_len = len;
	sim_net_send(x->s->net, x->host, &d, 0);
	sim_run(x->s, 0.2);
}

void
stranger_ask(struct stranger *x, unsigned version, enum ntp_mode mode)
{
	uint8_t bytes[48] = { 0 };

	bytes[0] = (uint8_t)(version << 3 | (unsigned)mode);
	bytes[2] = 6;
	bytes[40] = 0xab;
	bytes[47] = 0xcd;
	stranger_send(x, bytes, sizeof bytes);
}

struct packet
stranger_heard(struct stranger *x)
{
	struct packet p = { .hdr = { .mode = MODE_UNSPEC } };

	SIM_CHECK(x->s, packet_parse(x->last, x->last_len, &p), "the answer of %zu octets is none",
	    x->last_len);
	return p;
}
