/* SPDX-License-Identifier: BSD-2-Clause */
/* An attacker who speaks in a server's name. */
#include "sim/forger.h"
#include <string.h>
#include "crypto/keyring.h"

/* What a victim would be wrong by. */
#define LIE_S 1000

static struct header
lie(struct forger *f)
{
	uint64_t now =
	    ntp_ts_from_rtime((struct rtime){ world_utc(f->s->w) }).fix + ((uint64_t)LIE_S << 32);

	return (struct header){
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 1,
		.poll = 6,
		.precision = -23,
		.refid = refid_of_text("EVIL"),
		.reftime = { now },
		.rec = { now },
		.xmt = { now },
	};
}

static void
send_lie(struct forger *f, const struct header *h, double delay_s)
{
	struct sim_datagram d = { .from = f->server_at, .to = f->client_at };
	struct writer w = writer_over(d.bytes, sizeof d.bytes);

	header_put(&w, h);
	d.len = w.len;
	if (f->kind == FORGE_BAD_MAC) {
		writer_u32(&w, 4);
		for (unsigned i = 0; i < 16; i++) {
			writer_u8(&w, (uint8_t)sim_rng_u64(&f->rng));
		}
		d.len = w.len;
	} else if (f->kind == FORGE_CRYPTO_NAK) {
		writer_u32(&w, 0);
		d.len = w.len;
	} else if (f->kind == FORGE_OTHER_KEY) {
		d.len = keyring_sign(f->other_key, f->other_key_id, d.bytes, d.len, sizeof d.bytes);
	}
	f->sent++;
	sim_net_inject(f->s->net, &d, delay_s);
}

static void
send_rubbish(struct forger *f, enum ntp_mode mode, double delay_s)
{
	struct sim_datagram d = { .from = f->server_at, .to = f->client_at };

	d.len = sim_rng_below(&f->rng, 600);
	for (size_t i = 0; i < d.len; i++) {
		d.bytes[i] = (uint8_t)sim_rng_u64(&f->rng);
	}
	if (mode != MODE_UNSPEC && d.len > 0) {
		d.bytes[0] = (uint8_t)((d.bytes[0] & 0xf8) | (unsigned)mode);
	}
	f->sent++;
	sim_net_inject(f->s->net, &d, delay_s);
}

static void
make_kiss(struct forger *f, struct header *h, const char *code)
{
	static const uint8_t polls[] = { 0, 255, 17, 128, 10 };

	h->leap = LEAP_UNSYNC;
	h->stratum = 0;
	h->refid = refid_of_text(code);
	h->poll = (int8_t)polls[f->sent % sizeof polls];
}

static void
again(struct forger *f, double delay_s)
{
	if (f->have_recorded) {
		f->sent++;
		sim_net_inject(f->s->net, &f->recorded, delay_s);
	}
}

/* One forged datagram of the attack's kind. */
static void
forge(struct forger *f, double delay_s)
{
	struct header h = lie(f);

	switch (f->kind) {
	case FORGE_ZERO_ORIGIN:
		break;
	case FORGE_GUESSED_ORIGIN:
		h.org.fix = sim_rng_u64(&f->rng);
		break;
	case FORGE_TIME_ORIGIN:
		h.org = ntp_ts_from_rtime((struct rtime){ world_utc(f->s->w) });
		break;
	case FORGE_KISS_RATE:
	case FORGE_KISS_DENY:
		h.org.fix = sim_rng_u64(&f->rng);
		make_kiss(f, &h, f->kind == FORGE_KISS_RATE ? "RATE" : "DENY");
		break;
	case FORGE_BROADCAST:
		h.mode = MODE_BROADCAST;
		break;
	case FORGE_ACTIVE:
		h.mode = MODE_ACTIVE;
		break;
	case FORGE_PASSIVE:
		h.mode = MODE_PASSIVE;
		break;
	case FORGE_CONTROL:
		send_rubbish(f, MODE_CONTROL, delay_s);
		return;
	case FORGE_PRIVATE:
		send_rubbish(f, MODE_PRIVATE, delay_s);
		return;
	case FORGE_RUBBISH:
		send_rubbish(f, MODE_UNSPEC, delay_s);
		return;
	case FORGE_REPLAY:
	case FORGE_DUPLICATE:
	case FORGE_LATE:
		again(f, delay_s);
		return;
	case FORGE_BAD_MAC:
	case FORGE_NO_MAC:
	case FORGE_OTHER_KEY:
	case FORGE_CRYPTO_NAK:
		h.org.fix = f->nonce;
		break;
	case FORGE_KISS_SEEN:
		h.org.fix = f->nonce;
		make_kiss(f, &h, f->sent % 2 ? "RATE" : "DENY");
		break;
	case FORGE_N:
		return;
	}
	send_lie(f, &h, delay_s);
}

static void
request_seen(struct forger *f, const struct sim_datagram *d)
{
	struct packet p;

	f->client_at = d->from;
	f->server_at = d->to;
	if (packet_parse(d->bytes, d->len, &p)) {
		f->nonce = p.hdr.xmt.fix;
	}
	/* Before the answer, with it, and well after it. */
	forge(f, 1e-5);
	forge(f, 0.0003);
	forge(f, 1.0);
	for (unsigned i = 0; i < f->flood_n; i++) {
		forge(f, 0.00001 * i);
	}
}

static void
answer_seen(struct forger *f, const struct sim_datagram *d)
{
	if (f->kind == FORGE_DUPLICATE) {
		f->recorded = *d;
		f->have_recorded = true;
		again(f, 0.00005);
		again(f, 0.0002);
	} else if (f->kind == FORGE_LATE) {
		sim_net_inject(f->s->net, d, 100);
		f->sent++;
	} else {
		f->recorded = *d;
		f->have_recorded = true;
	}
}

static enum sim_fate
see(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d, double *delay_s)
{
	struct forger *f = ctx;

	(void)delay_s;
	if (from == f->client && to == f->server && d->len >= HEADER_LEN) {
		request_seen(f, d);
	} else if (from == f->server && to == f->client) {
		answer_seen(f, d);
		/* The late answer replaces the one in time, every third time. */
		if (f->kind == FORGE_LATE && f->sent % 3 == 0) {
			return FATE_DROP;
		}
	}
	return FATE_PASS;
}

static void
flood(void *ctx)
{
	struct forger *f = ctx;

	if (f->client_at.port != 0) {
		forge(f, 0);
	}
	world_arm(f->s->w, &f->timer,
	    f->s->w->now + ns_from_s(sim_rng_exponential(&f->rng) / f->rate_hz));
}

void
forger_start(struct forger *f, struct sim *s, struct sim_node *client, struct sim_server *server,
    enum forgery kind)
{
	f->s = s;
	f->client = client->host;
	f->server = server->host;
	f->kind = kind;
	f->rng = sim_rng_of(s->w->seed, "forger", kind);
	f->tap = (struct sim_tap){ .see = see, .ctx = f };
	sim_net_tap(s->net, &f->tap);
	if (f->rate_hz > 0) {
		f->timer = (struct sim_event){ .fire = flood, .ctx = f };
		world_arm(s->w, &f->timer, s->w->now + NS_PER_S);
	}
}
