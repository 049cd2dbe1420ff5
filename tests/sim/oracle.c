/* SPDX-License-Identifier: BSD-2-Clause */
/* The judge of the simulated daemons. */
#include <math.h>
#include "client/peers.h"
#include "core/sample.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"
#include "sim/sim.h"

/* A poll timer is armed in the time of the daemon's clock, which may run 0.1% fast. */
#define SPACING_S 1.995
/*
 * How long kernel and daemon may differ about being synchronised: one update of the kernel's
 * status.
 */
#define UNLIKE_S 70.0
#define UNSYNCED_S 3600.0
/* The classic loop waits out a spike, and fills its filter poll by poll, half of them lost. */
#define UNSYNCED_CLASSIC_S 7200.0
#define LATELY_S 1100.0
/* What the way to a peer adds to its root distance here, at most. */
#define WAY_MOST_S 0.1
/* s/s: a change of the oscillator's rate within a poll that is allowed for; HACKING.clock 15. */
#define RATE_FORESEEN 5e-6
/* Who begins anew is a candidate once more after three answers. */
#define BEGUN_ANEW_S 300.0

/* Who answers there, and whether it is within what it says of itself. */
static bool
source_at(const struct sim *s, const struct endpoint *e, bool *honest)
{
	const struct sim_host *h = sim_net_find(s->net, &e->addr);

	for (unsigned i = 0; i < s->server_n; i++) {
		if (s->server[i]->host == h) {
			*honest = s->server[i]->honest;
			return true;
		}
	}
	for (unsigned i = 0; i < s->node_n; i++) {
		if (s->node[i]->host == h) {
			*honest = !s->node[i]->oracle.spared;
			return true;
		}
	}
	return false;
}

static struct oracle_remote *
remote_of(struct oracle_node *o, const struct endpoint *e)
{
	for (unsigned i = 0; i < o->remote_n; i++) {
		if (endpoint_equal(&o->remote[i].at, e)) {
			return &o->remote[i];
		}
	}
	if (o->remote_n == ORACLE_REMOTES_MAX) {
		return NULL;
	}
	o->remote[o->remote_n] =
	    (struct oracle_remote){ .at = *e, .sent = -1, .closest_s = HUGE_VAL };
	return &o->remote[o->remote_n++];
}

static struct sim_server *
liar_at(const struct sim *s, const struct endpoint *e)
{
	const struct sim_host *h = sim_net_find(s->net, &e->addr);

	for (unsigned i = 0; i < s->server_n; i++) {
		if (s->server[i]->host == h && !s->server[i]->honest) {
			return s->server[i];
		}
	}
	return NULL;
}

/* How far beyond what it says of itself a server's clock is wrong. */
static double
lie_s(const struct sim *s, struct sim_server *srv)
{
	return fmax(fabs(sim_server_error_s(srv) - sim_smear_s(s)) - srv->root_disp_s, 0);
}

/* By how much the server there lies now, and at its last answer. */
static double
lying_s(struct sim *s, const struct endpoint *e)
{
	struct sim_server *liar = liar_at(s, e);

	return liar != NULL ? lie_s(s, liar) : 0;
}

static double
lied_s(const struct sim_node *n, const struct endpoint *e)
{
	const struct oracle_node *o = &n->oracle;

	for (unsigned i = 0; i < o->remote_n; i++) {
		if (endpoint_equal(&o->remote[i].at, e)) {
			return o->remote[i].lie_s;
		}
	}
	return 0;
}

const struct oracle_remote *
oracle_remote(const struct sim_node *n, const char *address)
{
	struct endpoint e = sim_endpoint(address, 123);

	for (unsigned i = 0; i < n->oracle.remote_n; i++) {
		if (endpoint_equal(&n->oracle.remote[i].at, &e)) {
			return &n->oracle.remote[i];
		}
	}
	return NULL;
}

void
oracle_boot(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;

	o->steps_before = n->clock.steps;
	o->unlike_since = -1;
	o->rate_heard[0] = o->rate_heard[1] = sim_clock_given_rate(&n->clock);
	for (unsigned i = 0; i < o->remote_n; i++) {
		o->remote[i].sent = -1;
		o->remote[i].counted = false;
	}
	oracle_break(n);
}

void
oracle_break(struct sim_node *n)
{
	n->oracle.broken = true;
	n->oracle.enough = false;
	n->oracle.unlike_since = -1;
	n->oracle.lost_since = -1;
	for (unsigned i = 0; i < n->oracle.remote_n; i++) {
		n->oracle.remote[i].answered = 0;
	}
}

/* Steps by anyone, and leap seconds. */
static unsigned
moves(const struct sim_node *n)
{
	return n->clock.steps + n->clock.foreign + n->clock.leaps;
}

/* A packet of modes 1 and 2 to or from a peer of the daemon; others are clients of one another. */
static bool
is_of_peer(const struct sim_node *n, const struct endpoint *other, unsigned mode)
{
	const struct peer *p;

	if (n->daemon == NULL || (mode != MODE_ACTIVE && mode != MODE_PASSIVE)) {
		return false;
	}
	p = peers_by_address(&n->daemon->client, &other->addr);
	return p != NULL && assoc_is_symmetric(&p->a) && other->port == NTP_PORT;
}

static uint64_t
field_at(const struct sim_datagram *d, unsigned at)
{
	struct cursor c = cursor_over(d->bytes + at, 8);

	return cursor_u64(&c);
}

/*
 * A packet of a peer by which time could be had. A peer sends by its own timer: what answers none of
 * ours measures nothing (our packets may not reach it, while its own reach us). And who shows our
 * address as its reference follows us: when nobody else has the time, two peers of which one has
 * lost its server are both right to take nothing from each other, and stay so for as long as the
 * follower runs on at the rate that it has learnt (RFC 5905, 11.2, the loop test). Three and more that
 * have lost their server follow each other in a ring, each time a stratum more, until that ends at
 * 15: who followed such a one would be of stratum 16, which is none. Each of them adds the way to
 * the one before to the root distance, too, until that is more than tos maxdist.
 */
static bool
gives_time(const struct sim_node *n, const struct oracle_remote *r, const struct sim_datagram *d)
{
	struct cursor c = cursor_over(d->bytes, d->len);
	struct header h;
	double dist_s;

	if (!header_get(&c, &h) || h.mode == MODE_SERVER) {
		return true;
	}
	dist_s = ntp_short_to_s(h.root_delay) / 2 + ntp_short_to_s(h.root_disp) + WAY_MOST_S;
	return h.org.fix != 0 && (h.org.fix == r->xmt || h.org.fix == r->rec) &&
	    h.stratum + 1 < STRATUM_UNSPEC && dist_s < n->daemon->conf->tos.maxdist_s &&
	    !(d->to.addr.family == ADDR_V4 && h.refid == addr_v4_value(&d->to.addr));
}

void
oracle_sent(struct sim_node *n, const struct sim_datagram *d)
{
	enum { REC_AT = 32, XMT_AT = 40 };
	struct oracle_remote *r;
	double gap_s;

	if (n->daemon == NULL || d->len < 48 ||
	    ((d->bytes[0] & 7) != MODE_CLIENT && !is_of_peer(n, &d->to, d->bytes[0] & 7))) {
		return;
	}
	/* A question to a group is seen once for each who hears it, and asks none for the time. */
	if (addr_is_multicast(&d->to.addr)) {
		return;
	}
	r = remote_of(&n->oracle, &d->to);
	n->oracle.requests++;
	if (r == NULL) {
		return;
	}
	r->rec = field_at(d, REC_AT);
	r->xmt = field_at(d, XMT_AT);
	if (r->sent >= 0) {
		gap_s = (double)(n->sim->w->now - r->sent) * 1e-9;
		r->closest_s = fmin(r->closest_s, gap_s);
		if (gap_s < SPACING_S - 2e-9 * (double)n->clock.granularity_ns) {
			sim_fail(n->sim, "%s: two requests to one server within %.3f s", n->name,
			    gap_s);
		}
	}
	r->sent = n->sim->w->now;
	r->asked_from = d->from;
	r->awaited = true;
	r->missed++;
	r->moves = moves(n);
	r->requests++;
}

/*
 * The honest sources heard often enough since the break outnumber all others whose word counts:
 * those that have not noticed yet, those that are silent but not given up, and the liars. Less
 * cannot tell a clock that was moved from a source that errs. Asked when an answer comes: silence
 * decides nothing.
 */
static bool
heard_enough(const struct oracle_node *o)
{
	unsigned heard = 0, counted = 0;

	for (unsigned i = 0; i < o->remote_n; i++) {
		const struct oracle_remote *r = &o->remote[i];

		if (r->counted && r->missed < ORACLE_MISSES) {
			counted++;
			heard += r->honest && r->answered >= ORACLE_ANSWERS;
		}
	}
	return 2 * heard > counted;
}

void
oracle_arrived(struct sim_node *n, const struct sim_datagram *d)
{
	struct oracle_remote *r;
	bool honest;

	if (d->len < 48 ||
	    ((d->bytes[0] & 7) != MODE_SERVER && !is_of_peer(n, &d->from, d->bytes[0] & 7)) ||
	    d->bytes[1] == 0 || d->bytes[0] >> 6 == LEAP_UNSYNC ||
	    !source_at(n->sim, &d->from, &honest)) {
		return;
	}
	r = remote_of(&n->oracle, &d->from);
	if (r != NULL && endpoint_equal(&r->asked_from, &d->to) && gives_time(n, r, d)) {
		r->honest = honest;
		r->lie_s = lying_s(n->sim, &d->from);
		r->answered += r->awaited && r->moves == moves(n);
		r->awaited = false;
		r->heard_at = n->sim->w->now;
		r->counted = true;
		r->missed = 0;
		r->answers++;
		n->oracle.rate_heard[1] = n->oracle.rate_heard[0];
		n->oracle.rate_heard[0] = sim_clock_given_rate(&n->clock);
		n->oracle.enough = heard_enough(&n->oracle);
	}
}

/* Those that begin anew, after a pause say, are as far as they were. */
static double
farthest_s(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;
	double far_s = 0;

	for (unsigned i = 0; n->daemon != NULL && i < n->daemon->steering.selector.sel.n; i++) {
		far_s = fmax(far_s, n->daemon->steering.selector.cand[i].root_dist_s);
	}
	if (far_s >= o->far_s || n->sim->w->now - o->far_at > ns_from_s(BEGUN_ANEW_S)) {
		o->far_s = far_s;
		o->far_at = n->sim->w->now;
	}
	return o->far_s;
}

/* None, or it has answered often enough. */
static bool
heard_system_peer(const struct sim_node *n)
{
	const struct ntpd *d = n->daemon;

	for (unsigned i = 0; d != NULL && i < n->oracle.remote_n; i++) {
		const struct oracle_remote *r = &n->oracle.remote[i];

		if (d->steering.sys.peer_id != 0 &&
		    endpoint_equal(&r->at, &d->steering.sys.peer_addr)) {
			return r->answered >= ORACLE_ANSWERS;
		}
	}
	return d != NULL;
}

/* The rate error, s/s, that goes beyond what a daemon promises to allow for. */
static double
rate_beyond(struct sim_node *n)
{
	double error = fabs(sim_clock_residual(&n->clock) - sim_smear_rate(n->sim));
	double change = fabs(sim_clock_given_rate(&n->clock) - n->oracle.rate_heard[1]);
	double beyond = error - NTP_PHI;

	if (n->daemon != NULL &&
	    mtime_before(sim_clock_mono(&n->clock), n->daemon->steering.sys.sure_until)) {
		beyond = fmax(beyond, fmin(change, error) - RATE_FORESEEN);
	}
	return beyond;
}

/* Notes what nobody on the host can know, and grants it. */
static void
note_breaks(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;
	double beyond = rate_beyond(n);

	if (n->clock.foreign != o->foreign_seen) {
		oracle_break(n);
		o->led_before_s = fmax(o->led_before_s, o->led_s);
		o->granted_s += n->clock.foreign_s - o->foreign_seen_s;
		o->foreign_seen = n->clock.foreign;
		o->foreign_seen_s = n->clock.foreign_s;
	}
	if (beyond > 0) {
		oracle_break(n);
		o->granted_s += beyond;
	}
	if (o->broken && o->enough) {
		o->broken = !heard_system_peer(n);
		o->granted_s = o->broken ? fmin(o->granted_s, 2 * farthest_s(n)) : 0;
		o->led_before_s = 0;
	}
}

static bool
finite_status(const struct ntpd_status *st)
{
	return isfinite(st->root_delay_s) && isfinite(st->root_disp_s) &&
	    isfinite(st->root_dist_s) && isfinite(st->offset_s) && isfinite(st->freq) &&
	    isfinite(st->jitter_s);
}

/* What the kernel tells its users, who need no daemon to ask it. */
static void
judge_maxerror(struct sim_node *n, double led_s)
{
	struct oracle_node *o = &n->oracle;
	double error_s = fabs(sim_error_s(n));
	struct clock_state k;

	n->clock.port.ops->get(&n->clock.port, &k);
	if (!k.unsync && error_s > k.maxerror_s + o->granted_s + led_s) {
		sim_fail(n->sim, "%s: %.9f s off, kernel's maxerror %.9f s", n->name, error_s,
		    k.maxerror_s);
		oracle_break(n);
		o->granted_s = HUGE_VAL;
	}
}

/*
 * A liar whose interval overlaps those of the honest ones contradicts nobody. It may lead the clock
 * to any place that all allow, and by its narrow interval make believe that this is certain: what
 * it allows is as far from the truth as it lies. No selection can tell it from the one good server
 * among far ones. It is granted that much, and only while the overlap is possible; when it turns
 * honest, until it has said so.
 */
static double
led_astray_s(struct sim_node *n)
{
	double led_s = 0;

	for (unsigned i = 0; i < n->daemon->client.peers.peer_n; i++) {
		const struct assoc *a = &n->daemon->client.peers.peer[i].a;
		double by_s =
		    a->id != 0 ? fmax(lying_s(n->sim, &a->remote), lied_s(n, &a->remote)) : 0;

		if (a->tally != TALLY_FALSETICK && a->tally != TALLY_REJECT &&
		    by_s <= 4 * farthest_s(n)) {
			led_s = fmax(led_s, by_s);
		}
	}
	return led_s;
}

/*
 * A liar is followed, and no more honest ones than liars can be reached: nobody could do better, and
 * after the wait for a quorum what there is decides.
 */
static bool
is_outvoted(struct sim_node *n)
{
	unsigned honest = 0, liars = 0, followed = 0;

	for (unsigned i = 0; n->daemon != NULL && i < n->daemon->client.peers.peer_n; i++) {
		const struct assoc *a = &n->daemon->client.peers.peer[i].a;
		bool lies = a->id != 0 && liar_at(n->sim, &a->remote) != NULL;

		honest += a->id != 0 && a->poll.reach != 0 && !lies;
		liars += lies && a->poll.reach != 0;
		followed += lies && a->tally >= TALLY_CANDIDATE;
	}
	return followed > 0 && honest <= liars;
}

static void
judge_distance(struct sim_node *n, const struct ntpd_status *st)
{
	struct oracle_node *o = &n->oracle;
	double error_s = fabs(sim_error_s(n));

	if (!o->broken) {
		o->worst_error_s = fmax(o->worst_error_s, error_s);
		o->worst_share = fmax(o->worst_share, error_s / (st->root_dist_s + o->led_s));
	}
	if (error_s > st->root_dist_s + o->granted_s + o->led_s) {
		sim_fail(n->sim, "%s: %.9f s off, root distance %.9f s%s", n->name, error_s,
		    st->root_dist_s, o->broken ? ", others' doings granted" : "");
		oracle_break(n);
		o->granted_s = HUGE_VAL;
	}
}

/* The kernel's flag follows the daemon's state soon. */
static void
judge_kernel(struct sim_node *n, const struct ntpd_status *st)
{
	struct oracle_node *o = &n->oracle;
	int64_t now = n->sim->w->now;

	if (!st->controlled || n->clock.k.unsync == !st->synced) {
		o->unlike_since = -1;
		return;
	}
	if (o->unlike_since < 0) {
		o->unlike_since = now;
	}
	if (now - o->unlike_since > ns_from_s(UNLIKE_S)) {
		sim_fail(n->sim, "%s: daemon says %s, kernel is told otherwise", n->name,
		    st->synced ? "synchronised" : "unsynchronised");
		o->unlike_since = INT64_MAX / 2;
	}
}

/* Those heard often enough are still there. */
static bool
heard_lately(const struct sim_node *n)
{
	const struct oracle_node *o = &n->oracle;
	unsigned heard = 0, counted = 0;

	for (unsigned i = 0; i < o->remote_n; i++) {
		const struct oracle_remote *r = &o->remote[i];

		counted += r->counted;
		heard +=
		    r->counted && r->honest && n->sim->w->now - r->heard_at < ns_from_s(LATELY_S);
	}
	return 2 * heard > counted && heard_enough(o);
}

/* How long a limit of steps may keep it unsynchronised. */
static double
may_stop_s(const struct sim_node *n)
{
	switch (n->daemon->steering.disc.stop) {
	case STOP_NONE:
		return 0;
	case STOP_HOUR:
		return 3600;
	case STOP_DAY:
		return 86400;
	case STOP_PANIC:
		break;
	}
	return HUGE_VAL;
}

/* Rule 4. */
static void
judge_unsynced(struct sim_node *n, const struct ntpd_status *st)
{
	struct oracle_node *o = &n->oracle;
	int64_t now = n->sim->w->now;

	/* Once the limit allows it, an hour is enough again. */
	if (st->synced || !st->controlled || !heard_lately(n) || isinf(may_stop_s(n)) ||
	    n->daemon->steering.disc.stop != o->stop_seen) {
		o->stop_seen = n->daemon->steering.disc.stop;
		o->lost_since = -1;
		return;
	}
	if (o->lost_since < 0) {
		o->lost_since = now;
	}
	if (now - o->lost_since >
	    ns_from_s(
		may_stop_s(n) + (rules_adaptive(n->daemon) ? UNSYNCED_S : UNSYNCED_CLASSIC_S))) {
		sim_fail(n->sim, "%s: unsynchronised for hours without a reason", n->name);
		o->lost_since = INT64_MAX / 2;
	}
}

static enum oracle_second
judge_daemon(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;
	struct ntpd_status st = sim_status(n);

	if (!finite_status(&st)) {
		sim_fail(n->sim, "%s: a number of its status is not finite", n->name);
	}
	if (!o->broken) {
		judge_kernel(n, &st);
	}
	judge_unsynced(n, &st);
	if (!st.synced) {
		return ORACLE_UNSYNCED;
	}
	o->led_s = fmax(led_astray_s(n), o->led_before_s);
	judge_distance(n, &st);
	judge_maxerror(n, o->led_s);
	return o->broken ? ORACLE_GRANTING : ORACLE_STRICTLY;
}

static enum oracle_second
judge(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;

	/* Nor in the moment after, in which the process has not run yet. */
	if (n->clock.halted ||
	    (n->clock.resumed_at != 0 && n->sim->w->now - n->clock.resumed_at < ns_from_s(0.01))) {
		return ORACLE_NOT;
	}
	if (o->spared || o->minority || is_outvoted(n) || world_near_leap(n->sim->w, 3.0)) {
		oracle_break(n);
		o->granted_s = HUGE_VAL;
	}
	note_breaks(n);
	if (o->spared || isinf(o->granted_s)) {
		return ORACLE_NOT;
	}
	if (n->daemon == NULL || n->loop.frozen) {
		judge_maxerror(n, o->led_s);
		return n->clock.k.unsync ? ORACLE_UNSYNCED : ORACLE_KERNEL;
	}
	return judge_daemon(n);
}

void
oracle_second(struct sim *s)
{
	for (unsigned i = 0; i < s->node_n && !s->careless; i++) {
		s->node[i]->oracle.second[judge(s->node[i])]++;
	}
}

void
oracle_end(struct sim_node *n)
{
	unsigned steps = n->clock.steps - n->oracle.steps_before;
	unsigned told = sim_logged(n, "step");

	if (steps > told) {
		sim_fail(n->sim, "%s: %u steps, %u lines about them", n->name, steps, told);
	}
	if (n->clock.worst_rate > 500.5e-6) {
		sim_fail(n->sim, "%s: steered by %.1f ppm", n->name, n->clock.worst_rate * 1e6);
	}
	if (n->clock.worst_first_rate >
	    (n->options.slew_only ? 0.0 : LOOP_CATCH_UP_RATE) + 500.5e-6) {
		sim_fail(n->sim, "%s: began with %.1f ppm", n->name,
		    n->clock.worst_first_rate * 1e6);
	}
	n->clock.worst_rate = 0;
	n->clock.worst_first_rate = 0;
	n->clock.synced_at = 0;
}
