/* SPDX-License-Identifier: BSD-2-Clause */
/* serve - replies to clients. */
#include "core/serve.h"
#include <assert.h>

enum { POLL_LEAST = 3, POLL_MOST = 17 };

enum verdict
serve_wanted(const struct header *h)
{
	if (h->version < 1 || h->version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	switch (h->mode) {
	case MODE_CLIENT:
	case MODE_ACTIVE:               /* Windows Time asks so without being a peer */
		return VERDICT_OK;
	case MODE_UNSPEC:               /* version 1 had no modes; RFC 1305, appendix D */
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

static double
root_disp_s(const struct served_time *t, struct mtime now)
{
	double age_s = mtime_diff_s(now, t->at);

	return t->root_disp_s + (age_s > 0.0 ? t->phi * age_s : 0.0);
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

void
serve_reply(const struct served_time *t, const struct serve_request *q, struct mtime now,
    uint8_t out[HEADER_LEN])
{
	bool synced = t->leap != LEAP_UNSYNC && t->stratum < STRATUM_UNSPEC;
	const struct header h = {
		.leap = synced ? t->leap : LEAP_UNSYNC,
		.version = q->hdr.version,
		.mode = mode_of_reply(&q->hdr),
		.stratum = synced ? t->stratum : 0,
		.poll = poll_within(q->hdr.poll, POLL_LEAST),
		.precision = t->precision,
		.root_delay = ntp_short_from_s(t->root_delay_s),
		.root_disp = ntp_short_from_s(root_disp_s(t, now)),
		.refid = t->refid,
		.reftime = fuzzed(t->reftime, q->fuzz),
		.org = q->hdr.xmt,
		.rec = q->rx,
	};

	assert(serve_wanted(&q->hdr) == VERDICT_OK);
	write_out(&h, out);
}

void
serve_kiss(const struct served_time *t, const struct serve_request *q, uint8_t out[HEADER_LEN])
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
		.refid = refid_of_text("RATE"),
		.reftime = q->hdr.reftime,
		.org = q->hdr.xmt,
		.rec = q->hdr.xmt,
		.xmt = q->hdr.xmt,
	};

	assert(serve_wanted(&q->hdr) == VERDICT_OK);
	write_out(&h, out);
}
