/* SPDX-License-Identifier: BSD-2-Clause */
/* query_select - what the answers are worth together. */
#include <assert.h>
#include <math.h>
#include "core/certtime.h"
#include "query/query.h"
#include "query_world.h"

static const struct select_rules SELECT_RULES = {
	.minclock = 3,
	.maxclock = 10,
	.minsane = 1,
	.mindist_s = 0.001,
	.orphan_stratum = STRATUM_UNSPEC,
};

/*
 * What the best sample alone says: half the round trips to the root and all dispersions. ntpd adds
 * a dispersion for the samples it still lacks.
 */
static double
best_dist_s(const struct filter *f, const struct assoc_world *w)
{
	const struct sample *b = &f->best;
	double age_s = fmax(mtime_diff_s(w->now, f->updated), 0.0);

	return (b->delay_s + b->root_delay_s) / 2 + b->root_disp_s + b->disp_s +
	    w->policy->phi * age_s + f->jitter_s;
}

static bool
is_fit(const struct query_server *s, const struct assoc_world *w)
{
	unsigned bits = assoc_unfit(&s->a, w) & ~(unsigned)FLASH_PEER_DIST;

	return bits == 0 && s->a.filter.usable && s->root_dist_s < NTP_MAXDISP_S;
}

static bool
proves(const struct query_server *s)
{
	return (s->a.rules.flags & ASSOC_PROOF) != 0;
}

/*
 * Several KE servers may lead to one NTP server, which has one voice. It is known by its answers: a
 * KE server that names one to which its keys are nothing takes nobody's voice.
 */
static bool
is_heard_already(const struct query *q, const struct query_server *s)
{
	for (const struct query_server *o = q->server; o < s; o++) {
		if (o->nts != NULL && s->nts != NULL && o->fit &&
		    endpoint_equal(&o->a.remote, &s->a.remote)) {
			return true;
		}
	}
	return false;
}

static unsigned
gather(struct query *q)
{
	struct assoc_world w = query_world(q);
	unsigned n = 0;

	for (unsigned i = 0; i < q->server_n; i++) {
		struct query_server *s = &q->server[i];

		s->tally = TALLY_REJECT;
		s->root_dist_s = best_dist_s(&s->a.filter, &w);
		s->fit = is_fit(s, &w);
		if (s->fit && is_heard_already(q, s)) {
			s->fit = false;
			s->moot = true;
		}
		if (s->fit) {
			q->candidate[n++] = (struct candidate){
				.id = s->a.id,
				.stratum = s->a.srv.stratum,
				.leap = s->a.srv.leap,
				.flags = proves(s) ? CANDIDATE_TRUSTED : 0,
				.offset_s = s->a.filter.best.offset_s,
				.jitter_s = s->a.filter.jitter_s,
				.root_dist_s = s->root_dist_s,
			};
		}
	}
	return n;
}

static unsigned
nts_hosts(const struct query *q)
{
	unsigned n = 0;

	for (unsigned i = 0; i < q->name_n; i++) {
		n += q->name[i].nts;
	}
	return n;
}

/* An address of it has NTS and is right. */
static bool
is_right(const struct query *q, const struct query_name *n)
{
	for (unsigned i = 0; i < q->server_n; i++) {
		const struct query_server *s = &q->server[i];

		if (s->of == n && s->nts != NULL && s->fit && s->tally > TALLY_FALSETICK) {
			return true;
		}
	}
	return false;
}

/*
 * Of certificates whose dates nobody can check one may be old and stolen. All addresses of a host
 * may show the same one, so hosts are counted; who has a key shows none.
 */
static bool
enough_agree(const struct query *q)
{
	struct certtime_count n = { .configured = nts_hosts(q) };

	for (unsigned i = 0; i < q->name_n; i++) {
		n.agree += q->name[i].nts && is_right(q, &q->name[i]);
	}
	for (unsigned i = 0; i < q->server_n; i++) {
		const struct query_server *s = &q->server[i];

		n.others += s->nts == NULL && proves(s) && s->fit && s->tally > TALLY_FALSETICK;
	}
	return !q->rules.nts_no_time || n.configured == 0 || certtime_may_decide(&n);
}

const struct query_server *
query_select(struct query *q)
{
	struct select_rules rules = SELECT_RULES;
	struct select_memory memory = { .sys_id = 0 };
	unsigned n;

	static_assert(QUERY_SERVERS_MAX <= (int)SELECT_MAX, "selection takes them all");
	rules.precision_s = log2s_to_s(q->precision);
	rules.trusted_first = nts_hosts(q) > 0;
	n = gather(q);
	select_run(q->candidate, n, &rules, &memory, &q->work, &q->selection);
	for (unsigned i = 0; i < n; i++) {
		q->server[q->selection.each[i].id - 1].tally = q->selection.each[i].tally;
	}
	if (q->selection.sys_id != 0 && !enough_agree(q)) {
		q->selection.sys_id = 0;
		q->selection.why = SELECT_TOO_FEW;
	}
	return q->selection.sys_id != 0 ? &q->server[q->selection.sys_id - 1] : NULL;
}

const char *
query_why_unused(const struct query_server *s)
{
	const char *words = s->nts != NULL ? query_nts_why_unused(s->nts) : NULL;

	return words != NULL ? words : verdict_name(s->verdict);
}

const char *
query_why_none(const struct query *q)
{
	switch (q->selection.why) {
	case SELECT_NO_CANDIDATE:
		return "no server has an answer to go by";
	case SELECT_NO_MAJORITY:
		return "the servers do not agree";
	case SELECT_TOO_FEW:
		return q->rules.nts_no_time
		    ? "where the dates of certificates are not checked two hosts have to agree"
		    : "too few servers agree";
	case SELECT_NO_TRUSTED:
		return "no server with NTS can be used, and without one the others count for "
		       "nothing";
	case SELECT_FOUND:
		break;
	}
	return "";
}
