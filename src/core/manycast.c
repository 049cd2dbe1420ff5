/* SPDX-License-Identifier: BSD-2-Clause */
/* manycast - questions to a group and their answers. */
#include "core/manycast.h"
#include <assert.h>
#include <string.h>

void
manycast_start(struct manycast *m, const struct manycast_rules *rules)
{
	memset(m, 0, sizeof *m);
	manycast_rule(m, rules);
	m->poll = rules->minpoll;
}

void
manycast_rule(struct manycast *m, const struct manycast_rules *rules)
{
	assert(rules->rings >= 1 && rules->rings <= MANYCAST_RINGS_MAX);
	m->rules = *rules;
	m->ring = m->ring < rules->rings ? m->ring : rules->rings - 1;
	m->poll = m->poll < rules->minpoll ? rules->minpoll
	    : m->poll > rules->maxpoll     ? rules->maxpoll
					   : m->poll;
}

static void
write_question(struct manycast *m, const struct manycast_world *w, uint64_t random,
    struct manycast_question *out)
{
	bool synced = served_leap(w->self, w->now) != LEAP_UNSYNC;
	struct writer wr = writer_over(out->bytes, sizeof out->bytes);
	struct header h = {
		.version = m->rules.version,
		.mode = MODE_CLIENT,
		.poll = (int8_t)m->poll,
		.stratum = synced ? w->self->stratum : 0,
		.refid = synced ? w->self->refid : 0,
	};

	h.leap = LEAP_NONE;
	h.xmt.fix = random != 0 ? random : 1;
	header_put(&wr, &h);
	assert(!wr.bad);
	m->nonce = h.xmt;
	m->pending = true;
	m->answers = 0;
	m->asked++;
	out->ask = true;
	out->hops = m->rules.ring[m->ring];
}

static bool
has_enough(const struct manycast *m, const struct manycast_world *w)
{
	return w->survivors >= m->rules.minclock;
}

static bool
is_full(const struct manycast *m, const struct manycast_world *w)
{
	return has_enough(m, w) && w->members >= m->rules.maxclock;
}

static void
rest(struct manycast *m, const struct manycast_world *w)
{
	m->resting = true;
	m->again = mtime_add_s(w->now, m->rules.beacon_s);
}

/* The ring grows; at its end those who are enough end the search, and else it slows down. */
static void
go_on(struct manycast *m, const struct manycast_world *w)
{
	if (m->ring + 1 < m->rules.rings) {
		m->ring++;
	} else if (has_enough(m, w)) {
		rest(m, w);
	} else if (m->poll < m->rules.maxpoll) {
		m->poll++;
	}
}

void
manycast_poll(struct manycast *m, const struct manycast_world *w, uint64_t random,
    struct manycast_question *out)
{
	memset(out, 0, sizeof *out);
	m->unanswered = m->pending && m->answers == 0 ? m->unanswered + 1 : 0;
	m->pending = false;
	/* Who was found may be lost before the beacon. */
	if (m->resting && (!mtime_before(w->now, m->again) || !has_enough(m, w))) {
		m->resting = false;
		m->ring = 0;
		m->poll = m->rules.minpoll;
	}
	if (!m->resting && is_full(m, w)) {
		rest(m, w);
	}
	if (!m->resting) {
		write_question(m, w, random, out);
		go_on(m, w);
	}
	out->next = mtime_add_s(w->now, log2s_to_s(m->poll));
}

bool
manycast_again(struct manycast *m)
{
	bool was = m->resting || m->poll > m->rules.minpoll;

	m->resting = false;
	m->ring = 0;
	m->poll = m->rules.minpoll;
	return was;
}

void
manycast_unsent(struct manycast *m)
{
	m->pending = false;
}

enum verdict
manycast_answer(struct manycast *m, const struct header *h, unsigned floor, unsigned ceiling)
{
	if (h->version < 1 || h->version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	if (!m->pending) {
		return VERDICT_UNASKED;
	}
	if ((h->org.fix ^ m->nonce.fix) != 0) {
		m->refused++;
		return VERDICT_BOGUS;
	}
	m->answers++;
	m->answered++;
	if (h->leap == LEAP_UNSYNC || h->stratum == 0 || h->stratum >= STRATUM_UNSPEC ||
	    h->stratum < floor || h->stratum >= ceiling) {
		m->refused++;
		return VERDICT_UNSYNC;
	}
	return VERDICT_OK;
}

enum verdict
manycast_serves(const struct served_time *t, const struct header *h,
    const struct manycast_sides *refid, bool cohort, struct mtime now)
{
	unsigned his = h->stratum == 0 ? (unsigned)STRATUM_UNSPEC : h->stratum;

	if (h->version < 1 || h->version > NTP_VERSION) {
		return VERDICT_VERSION;
	}
	if (h->mode != MODE_CLIENT) {
		return VERDICT_MODE;
	}
	if (served_leap(t, now) == LEAP_UNSYNC || t->stratum >= STRATUM_UNSPEC) {
		return VERDICT_UNSYNC;
	}
	if (his < t->stratum || (!cohort && his == t->stratum)) {
		return VERDICT_UNASKED; /* he is as near as we are */
	}
	/* A loop: we follow him, or he follows us already. */
	if ((t->stratum > 1 && t->refid == refid->asker) ||
	    (his < STRATUM_UNSPEC && h->refid == refid->ours)) {
		return VERDICT_UNASKED;
	}
	return VERDICT_OK;
}
