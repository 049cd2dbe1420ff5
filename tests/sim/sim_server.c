/* SPDX-License-Identifier: BSD-2-Clause */
/* A played NTP server. */
#include "sim/sim_server.h"
#include "core/interleave.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "crypto/keyring.h"

static void
walk(struct sim_server_error *e, struct sim_rng *r, int64_t now)
{
	const int64_t step = 10 * (int64_t)NS_PER_S;

	if (e->walk <= 0) {
		e->walked_at = now;
	}
	while (now - e->walked_at >= step) {
		e->walked_at += step;
		e->walked_s += e->walk * sqrt(10.0) * sim_rng_normal(r);
	}
}

double
sim_server_error_s(struct sim_server *s)
{
	struct sim_server_error *e = &s->error;
	double t = world_s(s->w), error = e->offset_s + e->drift * t;

	walk(e, &s->walk_rng, s->w->now);
	if (e->wave_period_s > 0) {
		error += e->wave_s * sin(6.283185307179586 * t / e->wave_period_s);
	}
	return error + e->walked_s;
}

static struct ntp_ts
time_after(struct sim_server *s, double lag_s)
{
	int64_t ns = s->shares != NULL ? sim_clock_real(s->shares).ns + ns_from_s(lag_s)
				       : world_utc(s->w) + ns_from_s(sim_server_error_s(s) + lag_s);

	ns -= ((ns % s->granularity_ns) + s->granularity_ns) % s->granularity_ns;
	return ntp_ts_from_rtime((struct rtime){ ns });
}

struct ntp_ts
sim_server_time(struct sim_server *s)
{
	return time_after(s, 0);
}

static void
make_kiss(const struct sim_server *s, const struct packet *request, struct header *h)
{
	h->leap = LEAP_UNSYNC;
	h->stratum = 0;
	h->poll = (int8_t)s->kiss_poll;
	h->refid = s->kiss;
	h->rec = h->xmt = request->hdr.xmt;
}

static bool
kisses(const struct sim_server *s)
{
	return s->kiss != 0 && (s->kiss_every == 0 || s->requests % s->kiss_every == 0);
}

static size_t
write_answer(struct sim_server *s, const struct packet *request, struct header *h, uint8_t *out)
{
	struct writer w = writer_over(out, NET_PACKET_MAX);

	if (s->twist != NULL && !s->twist(s, request, h)) {
		return 0;
	}
	header_put(&w, h);
	if (s->nts != NULL && s->at_hand != NULL) {
		return sim_nts_answer(s->nts, s->at_hand->bytes, s->at_hand->len, out, w.len,
		    NET_PACKET_MAX);
	}
	if (s->key != NULL && (s->sign_always || request->mac == PACKET_MAC_KEYED)) {
		return keyring_sign(s->key, s->key_id, out, w.len, NET_PACKET_MAX);
	}
	return w.len;
}

/* Each is told once; what is kept of this one comes in the place of the oldest. */
static void
interleave(struct sim_server *s, const struct packet *request, double lag_s, struct header *h)
{
	h->rec = interleave_receive_time(h->rec);
	h->xmt = interleave_transmit_time(h->xmt);
	if (!interleave_asked(&request->hdr)) {
		return;
	}
	for (unsigned i = 0; i < SIM_SERVER_TOLD; i++) {
		if (s->told[i].rec.fix == request->hdr.org.fix) {
			h->org = request->hdr.rec;
			h->xmt = s->told[i].left;
			s->told[i].rec.fix = 0;
		}
	}
	unsigned at = s->told_n++ % SIM_SERVER_TOLD;
	s->told[at].rec = h->rec;
	s->told[at].left = interleave_transmit_time(time_after(s, lag_s + s->send_s));
}

static size_t
answer_after(struct sim_server *s, const struct packet *request, double lag_s, uint8_t *out)
{
	struct ntp_ts now = sim_server_time(s);
	struct header h = {
		.leap = s->leap,
		.version = s->answer_version != 0 ? s->answer_version : request->hdr.version,
		.mode = MODE_SERVER,
		.stratum = s->stratum,
		.poll = request->hdr.poll,
		.precision = (int8_t)s->precision,
		.root_delay = ntp_short_from_s(s->root_delay_s),
		.root_disp = ntp_short_from_s(s->root_disp_s),
		.refid = s->refid,
		.reftime = { now.fix - ((uint64_t)16 << 32) },
		.org = request->hdr.xmt,
		.rec = now,
		.xmt = time_after(s, lag_s),
	};

	if (kisses(s)) {
		make_kiss(s, request, &h);
	} else if (s->interleaved) {
		interleave(s, request, lag_s, &h);
	}
	return write_answer(s, request, &h, out);
}

size_t
sim_server_answer(struct sim_server *s, const struct packet *request,
    uint8_t out[static NET_PACKET_MAX])
{
	return answer_after(s, request, 0, out);
}

static void
keep(struct sim_server *s, const struct sim_datagram *d)
{
	if (s->requests < SIM_REQUESTS_KEPT) {
		s->request[s->requests].at = s->w->now;
		s->request[s->requests].d = *d;
	}
	s->requests++;
	s->last_request = s->w->now;
}

static void
on_datagram(void *ctx, struct sim_host *host, const struct sim_datagram *d)
{
	struct sim_server *s = ctx;
	struct sim_datagram answer = { .from = d->to, .to = d->from };
	double lag_s = s->turnaround_s * sim_rng_exponential(&s->rng);
	struct packet request;

	if (d->to.port != NTP_PORT || !packet_parse(d->bytes, d->len, &request) ||
	    request.hdr.mode != MODE_CLIENT) {
		return;
	}
	keep(s, d);
	s->last_version = request.hdr.version;
	if (s->silent) {
		return;
	}
	s->at_hand = d;
	answer.len = answer_after(s, &request, lag_s, answer.bytes);
	s->at_hand = NULL;
	if (answer.len > 0) {
		s->answers++;
		sim_net_send(s->net, host, &answer, lag_s + s->send_s);
	}
}

struct sim_server *
sim_server_new(struct sim_net *n, const char *name, const char *address)
{
	struct sim_server *s = sim_alloc(1, sizeof *s);

	s->w = n->w;
	s->net = n;
	s->host = sim_host_new(n, name, NULL);
	s->host->on_datagram = on_datagram;
	s->host->on_datagram_ctx = s;
	s->rng = sim_rng_of(n->w->seed, "server", n->host_n);
	s->walk_rng = sim_rng_of(n->w->seed, "server's clock", n->host_n);
	s->stratum = 1;
	s->precision = -23;
	s->refid = refid_of_text("GPS");
	s->root_disp_s = 0.0005;
	s->turnaround_s = 30e-6;
	s->granularity_ns = 1;
	s->honest = true;
	s->last_request = -1;
	if (address[0] != '\0') {
		sim_host_add(s->host, "eth0", address);
	}
	return s;
}

void
sim_server_free(struct sim_server *s)
{
	mac_key_free(s->key);
	sim_nts_free(s->nts);
	free(s);
}

void
sim_server_lie(struct sim_server *s, double offset_s)
{
	s->error.offset_s = offset_s;
	s->honest = false;
}
