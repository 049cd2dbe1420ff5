/* SPDX-License-Identifier: BSD-2-Clause */
/* show - one server in full, for -d. */
#include "mode6/form.h"
#include "ntpdate/ntpdate.h"

enum { LINE = 256, STAGES_PER_LINE = 4 };

static void
show_stamp(const char *label, struct ntp_ts ts, struct rtime now, FILE *out)
{
	char buf[LINE];
	struct text t = text_over(buf, sizeof buf);

	form_stamp(&t, ts, now);
	fprintf(out, "%-21s%s\n", label, buf);
}

/* The reference id as it is meant at that stratum. */
static void
put_refid(struct text *t, const struct query_server *s)
{
	uint32_t id = s->a.kiss != 0 ? s->a.kiss : s->a.srv.refid;
	char buf[ADDR_TEXT_MAX];
	struct addr a = addr_v4(id);

	if (s->a.kiss == 0 && s->a.srv.stratum > 1 && s->a.srv.stratum < STRATUM_UNSPEC) {
		text_put(t, addr_format(&a, buf, sizeof buf));
		return;
	}
	for (int shift = 24; shift >= 0 && (id >> shift & 0xff) != 0; shift -= 8) {
		char c = (char)(id >> shift & 0xff);

		text_put_safe(t, &c, 1);
	}
}

/* All eight stages, empty ones as zeros; offsets or delays. */
static void
show_stages(const char *label, const struct query_server *s, bool offsets, FILE *out)
{
	fputs(label, out);
	for (unsigned i = 0; i < FILTER_STAGES; i++) {
		struct sample one = { .offset_s = 0 };
		double v;

		if (!filter_stage(&s->a.filter, i, s->a.wire.t4_mono, 0, &one) ||
		    one.disp_s >= NTP_MAXDISP_S) {
			one = (struct sample){ .offset_s = 0 };
		}
		v = offsets ? one.offset_s : one.delay_s;
		fprintf(out, offsets ? " %.6f" : " %.5f", v);
		if (i % STAGES_PER_LINE == STAGES_PER_LINE - 1) {
			fputs(i + 1 < FILTER_STAGES ? "\n              " : "\n", out);
		}
	}
}

const struct sample *
ntpdate_sample(const struct query_server *s)
{
	return s->a.filter.usable ? &s->a.filter.best : s->has_seen ? &s->seen : NULL;
}

static void
show_nts(const struct query_server *s, struct text *t)
{
	if (s->nts->aead == 0) {
		text_put(t, s->nts->why);
		return;
	}
	text_put(t, s->a.authentic ? "authenticated by " : "not authenticated, although it has ");
	query_nts_put_keys(s->nts, t);
}

void
ntpdate_show_server(const struct query_server *s, struct rtime now, FILE *out)
{
	const struct assoc_server *srv = &s->a.srv;
	const struct sample *best = ntpdate_sample(s);
	char addr[ADDR_TEXT_MAX], refid[LINE], nts[QUERY_NTS_WHY_MAX];
	struct text t = text_over(refid, sizeof refid);

	put_refid(&t, s);
	fprintf(out, "\nserver %s, port %u\n", addr_format(&s->a.remote.addr, addr, sizeof addr),
	    (unsigned)s->a.remote.port);
	if (s->nts != NULL) {
		struct text proof = text_over(nts, sizeof nts);

		show_nts(s, &proof);
		fprintf(out, "%s\n", nts);
	}
	fprintf(out, "stratum %u, precision %d, leap %u%u\n", (unsigned)srv->stratum,
	    srv->precision, (unsigned)srv->leap >> 1, (unsigned)srv->leap & 1);
	fprintf(out, "refid [%s], root delay %.6f, root dispersion %.6f\n", refid,
	    srv->root_delay_s, srv->root_disp_s);
	fprintf(out, "transmitted %u, received %u\n", s->asked, (unsigned)s->a.count.received);
	show_stamp("reference time:", srv->reftime, now, out);
	show_stamp("receive timestamp:", srv->rec, now, out);
	show_stamp("transmit timestamp:", srv->xmt, now, out);
	show_stages("filter delay: ", s, false, out);
	show_stages("filter offset:", s, true, out);
	fprintf(out, "delay %.5f, distance %.5f\noffset %.6f\n\n",
	    best != NULL ? best->delay_s : 0.0, s->fit ? s->root_dist_s : NTP_MAXDISP_S,
	    best != NULL ? best->offset_s : 0.0);
}
