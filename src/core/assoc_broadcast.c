/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc_broadcast - an association with a server that broadcasts: see bclient.h. */
#include <math.h>
#include <string.h>
#include "assoc_answer.h"

enum { REACH_MASK = 0xff };

static struct bclient_packet
packet_of(const struct header *h, const struct assoc_heard *at, const struct assoc_world *w)
{
	return (struct bclient_packet){
		.poll = h->poll,
		.org = h->org,
		.xmt = h->xmt,
		.rx = at->rx,
		.rx_mono = at->rx_mono,
		.adjusted_ns = w->adjusted_ns,
		.ifindex = at->ifindex,
		.server_s = ntp_short_to_s(h->root_delay) / 2 + ntp_short_to_s(h->root_disp),
	};
}

void
assoc_begin_bclient(struct assoc *a, const struct bclient_rules *rules, const struct header *h,
    const struct assoc_heard *at, const struct assoc_world *w)
{
	struct bclient_packet p = packet_of(h, at, w);

	bclient_start(&a->bc, rules, &p);
	a->poll.hpoll = p.poll;
	a->poll.ppoll = p.poll;
	if (!bclient_asks(&a->bc)) {
		a->poll.next = mtime_add_s(w->now, bclient_patience_s(&a->bc));
	}
}

bool
assoc_rule_bclient(struct assoc *a, const struct bclient_rules *rules, const struct assoc_world *w)
{
	bool asked = bclient_asks(&a->bc);

	bclient_rule(&a->bc, rules);
	if (bclient_asks(&a->bc) == asked) {
		return false;
	}
	if (asked) {
		a->poll.burst = 0;
		a->poll.next = mtime_add_s(w->now, bclient_patience_s(&a->bc));
	} else {
		assoc_start_volley(a, w);
	}
	return true;
}

/* What our source says by itself of now, where it has said enough. */
static struct bclient_forecast
forecast_of(const struct assoc *a, const struct assoc_world *w)
{
	struct bclient_forecast f = {
		.rate = { w->freq, w->freq_sigma },
		.synced = w->synced,
	};
	struct estimate e;

	if (!w->policy->adaptive && a->filter.usable) {
		f.now = (struct bclient_offset){
			.known = true,
			.offset_s = a->filter.best.offset_s,
			.at = a->filter.best.at,
			.adjusted_ns = a->filter.best.adjusted_ns,
		};
	}
	if (w->policy->adaptive && a->est.samples >= ASSOC_SAMPLES &&
	    estimator_predict(&a->est, w->now, w->adjusted_ns, &e)) {
		f.now = (struct bclient_offset){
			.known = true,
			.offset_s = e.offset_s,
			.at = w->now,
			.adjusted_ns = w->adjusted_ns,
		};
		f.freq = e.freq;
	}
	return f;
}

/*
 * Neither is the way of a broadcast its own, nor is that of this one the one that was measured:
 * both are in the distance of the sample; how they vary is its noise.
 */
static struct sample
sample_of(const struct assoc *a, const struct bclient_heard *h, const struct assoc_world *w)
{
	double own_precision_s = log2s_to_s(w->precision);
	struct sample s = {
		.offset_s = h->offset_s + a->rules.bias_s,
		.delay_s = fmax(h->delay_s, own_precision_s),
		.borrowed = true,
		/* It has no round trip of its own to tell its noise by. */
		.disp_s = own_precision_s + log2s_to_s(a->srv.precision) + h->noise_s,
		.root_delay_s = a->srv.root_delay_s,
		.root_disp_s = a->srv.root_disp_s,
		.at = h->at,
		.adjusted_ns = h->adjusted_ns,
	};

	s.disp_s += w->policy->phi * s.delay_s;
	if (w->policy->adaptive) {
		s.root_disp_s += h->unsure_s;
	} else {
		s.disp_s += h->unsure_s;
	}
	return s;
}

static enum verdict
check_proof(struct assoc *a, const struct packet *p, enum packet_auth auth)
{
	bool wanted = (a->rules.flags & ASSOC_PROOF) != 0;

	if (auth == PACKET_AUTH_GOOD || (!wanted && p->mac == PACKET_MAC_NONE)) {
		return VERDICT_OK;
	}
	a->count.bad_auth++;
	return VERDICT_AUTH;
}

/*
 * Its answers told the way, and nothing of our clock, or are of before a step: a broadcast that was
 * held up for seconds would be all that is known.
 */
static bool
is_unchecked(const struct assoc *a, const struct assoc_world *w)
{
	return w->policy->adaptive && a->bc.measured && a->est.samples == 0;
}

/* It says nothing of a receive time: there was none. */
static enum verdict
check_header(struct assoc *a, const struct header *h, const struct assoc_world *w)
{
	enum verdict v;

	assoc_keep_header(a, h);
	a->srv.rec = a->srv.xmt;
	v = assoc_check_header(a, w);
	a->srv.rec = h->rec;
	return v;
}

/* One more came: the next is due an interval later, and half of it is granted. */
static void
note_reach(struct assoc *a, const struct assoc_world *w, struct assoc_answer *out)
{
	if (a->poll.reach == 0) {
		out->events |= 1u << PEER_EVENT_REACHABLE;
	}
	a->poll.unreach = 0;
	a->poll.hpoll = a->bc.poll;
	if (assoc_only_listens(a)) {
		a->poll.reach = (a->poll.reach << 1) & REACH_MASK;
		a->poll.next = mtime_add_s(w->now, bclient_patience_s(&a->bc));
		out->again = true;
	}
	a->poll.reach |= 1;
}

static enum verdict
judge(struct assoc *a, const struct packet *p, enum packet_auth auth, const struct assoc_heard *at,
    const struct assoc_world *w, struct assoc_answer *out)
{
	const struct bclient_packet bp = packet_of(&p->hdr, at, w);
	const struct bclient_forecast f = forecast_of(a, w);
	struct bclient_heard heard;
	bool listened = assoc_only_listens(a);
	struct sample s;
	enum verdict v;

	if (p->hdr.mode != MODE_BROADCAST) {
		return VERDICT_MODE;
	}
	if (p->hdr.version < 1 || p->hdr.version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	v = check_proof(a, p, auth);
	if (v != VERDICT_OK) {
		return v;
	}
	v = bclient_check(&a->bc, &bp, &f);
	if (v != VERDICT_OK) {
		bclient_refuse(&a->bc, &bp, v);
		a->count.duplicate += v == VERDICT_DUPLICATE;
		return v;
	}
	out->genuine = true;
	a->authentic = auth == PACKET_AUTH_GOOD;
	onwire_read(&a->wire, &(struct onwire_moment){ .real = at->rx, .mono = at->rx_mono });
	v = check_header(a, &p->hdr, w);
	if (v != VERDICT_OK) {
		return v;
	}
	bclient_hear(&a->bc, &bp, &f, &heard);
	note_reach(a, w, out);
	out->events |= heard.mode_changed ? 1u << PEER_EVENT_INTERLEAVE_MODE : 0u;
	out->events |= heard.mode_error ? 1u << PEER_EVENT_INTERLEAVE_ERROR : 0u;
	if (heard.sampled && is_unchecked(a, w)) {
		bclient_doubt(&a->bc);
		heard.sampled = false;
	}
	/* What the next one tells of it may be older than an answer that came meanwhile. */
	if (heard.sampled && (a->est.samples == 0 || mtime_before(a->est.last, heard.at))) {
		s = sample_of(a, &heard, w);
		assoc_take_sample(a, &s, w, out);
	}
	if (listened && bclient_asks(&a->bc)) {
		assoc_start_volley(a, w);
		out->again = true;
	}
	return VERDICT_OK;
}

void
assoc_hear(struct assoc *a, const struct packet *p, enum packet_auth auth,
    const struct assoc_heard *at, const struct assoc_world *w, struct assoc_answer *out)
{
	memset(out, 0, sizeof *out);
	a->count.received++;
	out->verdict = judge(a, p, auth, at, w, out);
	if (out->verdict == VERDICT_AUTH) {
		out->events |= 1u << PEER_EVENT_BAD_AUTH;
	}
}
