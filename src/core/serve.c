/* SPDX-License-Identifier: BSD-2-Clause */
/* serve - replies to clients. */
#include "core/serve.h"
#include <assert.h>
#include <math.h>

enum { POLL_LEAST = 3, POLL_MOST = 17 };

/* ---- what was published, at a moment ---- */

double
served_root_disp_s(const struct served_time *t, struct mtime now)
{
	double age_s = fmax(mtime_diff_s(now, t->at), 0.0);
	double sure_s = fmin(fmax(mtime_diff_s(t->sure_until, t->at), 0.0), age_s);

	return t->root_disp_s + t->sure_phi * sure_s + t->phi * (age_s - sure_s);
}

double
served_root_dist_s(const struct served_time *t, struct mtime now)
{
	return t->root_delay_s / 2 + served_root_disp_s(t, now);
}

enum ntp_leap
served_leap(const struct served_time *t, struct mtime now)
{
	return served_root_dist_s(t, now) >= t->unsync_dist_s ? LEAP_UNSYNC : t->leap;
}

bool
served_clock_moved(const struct served_time *t, struct rtime real, struct mtime mono)
{
	int64_t by_ns = real.ns - mono.ns - t->base_ns;

	return by_ns > SERVED_MOVED_NS || by_ns < -SERVED_MOVED_NS;
}

double
served_smear_s(const struct served_time *t, const struct leap_smear *how, struct mtime now)
{
	const struct served_leap_second *l = &t->leap_second;
	double since_s = mtime_diff_s(now, l->at);
	const struct leap_outlook o = {
		.kind = l->next,
		.to_leap_s = l->to_next_s - since_s,
		.last = l->last,
		.since_s = l->since_last_s + since_s,
	};

	return leap_smear_s(how, &o);
}

/* ---- replies ---- */

enum verdict
serve_wanted(const struct header *h)
{
	if (h->version < 1 || h->version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	switch (h->mode) {
	case MODE_CLIENT:
	case MODE_ACTIVE: /* Windows Time asks so without being a peer */
		return VERDICT_OK;
	case MODE_UNSPEC: /* version 1 had no modes; RFC 1305, appendix D */
		return h->version == 1 ? VERDICT_OK : VERDICT_MODE;
	case MODE_PASSIVE:
	case MODE_SERVER:
	case MODE_BROADCAST:
	case MODE_CONTROL:
	case MODE_PRIVATE:
		break;
	}
	return VERDICT_MODE;
}

/* Also of a kiss: whatever goes out in mode 1 or 3 is a question, and is answered. */
static enum ntp_mode
mode_of_reply(const struct header *h)
{
	return h->mode == MODE_ACTIVE ? MODE_PASSIVE : MODE_SERVER;
}

static int8_t
poll_within(int8_t asked, int least)
{
	int poll = asked < least ? least : asked;

	return (int8_t)(poll > POLL_MOST ? POLL_MOST : poll);
}

static void
write_out(const struct header *h, uint8_t out[HEADER_LEN])
{
	struct writer w = writer_over(out, HEADER_LEN);

	header_put(&w, h);
	assert(!w.bad);
}

/* Back, never forward: a reference time after the transmit time makes a reply invalid. */
static struct ntp_ts
fuzzed(struct ntp_ts reftime, uint32_t fuzz)
{
	return (struct ntp_ts){ ntp_ts_is_zero(reftime) ? 0 : reftime.fix - (fuzz >> 8) };
}

/* A smeared reply tells a time that leads gently over the leap second, and says so in the refid. */
static void
smear(struct header *h, double smear_s)
{
	uint64_t by = (uint64_t)llrint(ldexp(smear_s, 32));

	h->rec.fix += by;
	h->reftime.fix += ntp_ts_is_zero(h->reftime) ? 0 : by;
	h->refid = leap_smear_refid(smear_s);
	h->leap = h->leap == LEAP_UNSYNC ? LEAP_UNSYNC : LEAP_NONE;
}

void
served_header(const struct served_time *t, struct mtime now, struct header *out)
{
	double root_disp_s = served_root_disp_s(t, now);
	bool synced = t->leap != LEAP_UNSYNC && t->stratum < STRATUM_UNSPEC &&
	    t->root_delay_s / 2 + root_disp_s < t->unsync_dist_s;

	*out = (struct header){
		.leap = synced ? t->leap : LEAP_UNSYNC,
		.stratum = synced ? t->stratum : 0,
		.precision = t->precision,
		.root_delay = ntp_short_from_s(t->root_delay_s),
		.root_disp = ntp_short_from_s(root_disp_s),
		.refid = t->refid,
		.reftime = t->reftime,
	};
}

void
serve_reply(const struct served_time *t, const struct serve_request *q, struct mtime now,
    uint8_t out[HEADER_LEN])
{
	struct header h;

	served_header(t, now, &h);
	h.version = q->hdr.version;
	h.mode = mode_of_reply(&q->hdr);
	h.poll = poll_within(q->hdr.poll, POLL_LEAST);
	h.org = ntp_ts_is_zero(q->previous_xmt) ? q->hdr.xmt : q->hdr.rec;
	h.rec = q->rx;
	h.xmt = q->previous_xmt;
	assert(serve_wanted(&q->hdr) == VERDICT_OK);
	if (fabs(q->smear_s) > 0.0) {
		smear(&h, q->smear_s);
	}
	h.reftime = fuzzed(h.reftime, q->fuzz);
	write_out(&h, out);
}

bool
serve_broadcast(const struct served_time *t, const struct serve_cast *q, struct mtime now,
    uint8_t out[HEADER_LEN])
{
	struct header h = {
		.leap = served_leap(t, now),
		.version = q->version,
		.mode = MODE_BROADCAST,
		.stratum = t->stratum,
		.poll = (int8_t)q->poll,
		.precision = t->precision,
		.root_delay = ntp_short_from_s(t->root_delay_s),
		.root_disp = ntp_short_from_s(served_root_disp_s(t, now)),
		.refid = t->refid,
		.reftime = t->reftime,
		.org = q->org,
	};

	if (h.leap == LEAP_UNSYNC || t->stratum >= STRATUM_UNSPEC) {
		return false;
	}
	if (fabs(q->smear_s) > 0.0) {
		smear(&h, q->smear_s);
		h.rec.fix = 0;
	}
	write_out(&h, out);
	return true;
}

void
serve_kiss(const struct served_time *t, const struct serve_request *q, const char *code,
    uint8_t out[HEADER_LEN])
{
	const struct header h = {
		.leap = LEAP_UNSYNC,
		.version = q->hdr.version,
		.mode = mode_of_reply(&q->hdr),
		.stratum = 0,
		.poll = poll_within(q->hdr.poll, q->min_poll),
		.precision = t->precision,
		.root_delay = q->hdr.root_delay,
		.root_disp = q->hdr.root_disp,
		.refid = refid_of_text(code),
		.reftime = q->hdr.reftime,
		.org = q->hdr.xmt,
		.rec = q->hdr.xmt,
		.xmt = q->hdr.xmt,
	};

	assert(serve_wanted(&q->hdr) == VERDICT_OK);
	write_out(&h, out);
}
