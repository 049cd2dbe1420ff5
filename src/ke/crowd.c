/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd - connections of a server, who may be one, and who goes. */
#include "crowd.h"
#include <assert.h>
#include <string.h>

enum { NETWORK_V4 = 24, NETWORK_V6 = 64, SOURCE_V4 = 32 };

void
crowd_init(struct crowd *c, unsigned places)
{
	memset(c, 0, sizeof *c);
	c->places = places;
}

static struct addr
network_of(const struct addr *from, unsigned v4_len)
{
	struct addr mask =
	    addr_mask_of(from->family, from->family == ADDR_V4 ? v4_len : (unsigned)NETWORK_V6);

	return addr_masked(from, &mask);
}

static bool
are_near(const struct addr *a, const struct addr *b, unsigned v4_len)
{
	if (a->family != b->family) {
		return false;
	}
	struct addr na = network_of(a, v4_len), nb = network_of(b, v4_len);
	return addr_equal(&na, &nb);
}

static unsigned
count_network(const struct crowd *c, const struct addr *from)
{
	unsigned n = 0;

	for (const struct crowd_guest *g = c->oldest; g != NULL; g = g->newer) {
		n += are_near(&g->from, from, NETWORK_V4);
	}
	return n;
}

/* Its bucket; the one not used for longest is given up for a new source. */
static struct crowd_source *
source_of(struct crowd *c, const struct addr *from, struct mtime now)
{
	struct addr net = network_of(from, SOURCE_V4);
	struct crowd_source *stale = &c->source[0];

	for (unsigned i = 0; i < c->source_n; i++) {
		struct crowd_source *s = &c->source[i];
		if (addr_equal(&s->net, &net)) {
			return s;
		}
		stale = mtime_before(s->limit.last, stale->limit.last) ? s : stale;
	}
	if (c->source_n < CROWD_SOURCES) {
		stale = &c->source[c->source_n++];
	}
	stale->net = net;
	stale->limit = limit_of(CROWD_RATE_PER_S, CROWD_AT_ONCE, now);
	return stale;
}

/*
 * The oldest without a finished handshake; else the oldest that has one, and asks for nothing: an
 * honest client says all it has to say at once. near: of its network; NULL: of all.
 */
static struct crowd_guest *
who_goes(const struct crowd *c, const struct addr *near, unsigned v4_len, struct mtime now)
{
	struct crowd_guest *idle = NULL;

	for (struct crowd_guest *g = c->oldest; g != NULL; g = g->newer) {
		if (near != NULL && !are_near(&g->from, near, v4_len)) {
			continue;
		}
		if (!g->settled) {
			return g;
		}
		if (idle == NULL && mtime_diff_s(now, g->since) >= CROWD_IDLE_S) {
			idle = g;
		}
	}
	return idle;
}

enum crowd_answer
crowd_judge(struct crowd *c, const struct addr *from, struct mtime now,
    struct crowd_guest **gives_way)
{
	bool slow = limit_take(&source_of(c, from, now)->limit, 1.0, now, NULL);

	*gives_way = NULL;
	if (2 * c->n >= c->places && !slow) {
		*gives_way = who_goes(c, from, SOURCE_V4, now);
		return *gives_way != NULL ? CROWD_WELCOME : CROWD_FAST;
	}
	if (2 * c->n >= c->places && count_network(c, from) >= CROWD_OF_NETWORK) {
		*gives_way = who_goes(c, from, NETWORK_V4, now);
		return *gives_way != NULL ? CROWD_WELCOME : CROWD_NETWORK;
	}
	if (c->n >= c->places) {
		*gives_way = who_goes(c, NULL, 0, now);
		return *gives_way != NULL ? CROWD_WELCOME : CROWD_FULL;
	}
	return CROWD_WELCOME;
}

void
crowd_enter(struct crowd *c, struct crowd_guest *g, const struct addr *from, struct mtime now)
{
	*g = (struct crowd_guest){ .from = *from, .since = now, .older = c->newest };
	if (c->newest != NULL) {
		c->newest->newer = g;
	} else {
		c->oldest = g;
	}
	c->newest = g;
	c->n++;
}

void
crowd_leave(struct crowd *c, struct crowd_guest *g)
{
	assert(c->n > 0);
	if (g->older != NULL) {
		g->older->newer = g->newer;
	} else {
		c->oldest = g->newer;
	}
	if (g->newer != NULL) {
		g->newer->older = g->older;
	} else {
		c->newest = g->older;
	}
	c->n--;
}
