/* SPDX-License-Identifier: BSD-2-Clause */
/* The judge of the simulated daemons. */
#include <math.h>
#include "core/sample.h"
#include "sim/sim.h"

/* A poll timer is armed in the time of the daemon's clock, which may run 0.1% fast. */
#define SPACING_S 1.995
/*
 * How long kernel and daemon may differ about being synchronised: one update of the kernel's
 * status.
 */
#define UNLIKE_S 70.0

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
	for (unsigned i = 0; i < o->remote_n; i++) {
		o->remote[i].sent = -1;
	}
	oracle_break(n);
}

void
oracle_break(struct sim_node *n)
{
	n->oracle.broken = true;
	n->oracle.unlike_since = -1;
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

void
oracle_sent(struct sim_node *n, const struct sim_datagram *d)
{
	struct oracle_remote *r;
	double gap_s;

	if (n->daemon == NULL || d->len < 48 || (d->bytes[0] & 7) != MODE_CLIENT) {
		return;
	}
	r = remote_of(&n->oracle, &d->to);
	n->oracle.requests++;
	if (r == NULL) {
		return;
	}
	if (r->sent >= 0) {
		gap_s = (double)(n->sim->w->now - r->sent) * 1e-9;
		r->closest_s = fmin(r->closest_s, gap_s);
		if (gap_s < SPACING_S - 2e-9 * (double)n->clock.granularity_ns) {
			sim_fail(
			    n->sim, "%s: two requests to one server within %.3f s", n->name, gap_s);
		}
	}
	r->sent = n->sim->w->now;
	r->awaited = true;
	r->moves = moves(n);
	r->requests++;
}

void
oracle_arrived(struct sim_node *n, const struct sim_datagram *d)
{
	struct oracle_remote *r;
	bool honest;

	if (d->len < 48 || (d->bytes[0] & 7) != MODE_SERVER || d->bytes[1] == 0 ||
	    !source_at(n->sim, &d->from, &honest)) {
		return;
	}
	r = remote_of(&n->oracle, &d->from);
	if (r != NULL) {
		r->honest = honest;
		r->answered += r->awaited && r->moves == moves(n);
		r->awaited = false;
		r->answers++;
	}
}

/* True when every honest source that answers at all has been heard often enough since the break. */
static bool
heard_enough(const struct oracle_node *o)
{
	unsigned heard = 0, sources = 0;

	for (unsigned i = 0; i < o->remote_n; i++) {
		const struct oracle_remote *r = &o->remote[i];

		if (r->honest) {
			sources++;
			heard += r->answered < ORACLE_ANSWERS ? r->answered : ORACLE_ANSWERS;
		}
	}
	return sources > 0 && heard >= ORACLE_ANSWERS * sources;
}

static bool
conditions_hold(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;
	bool hold =
	    !o->minority && fabs(sim_clock_residual(&n->clock)) <= NTP_PHI && !n->clock.halted;

	if (n->clock.foreign != o->foreign_seen) {
		o->foreign_seen = n->clock.foreign;
		hold = false;
	}
	return hold && !world_near_leap(n->sim->w, 3.0);
}

static bool
finite_status(const struct ntpd_status *st)
{
	return isfinite(st->root_delay_s) && isfinite(st->root_disp_s) &&
	    isfinite(st->root_dist_s) && isfinite(st->offset_s) && isfinite(st->freq) &&
	    isfinite(st->jitter_s);
}

static void
judge_distance(struct sim_node *n, const struct ntpd_status *st)
{
	struct oracle_node *o = &n->oracle;
	struct clock_state k;
	double error_s = fabs(sim_clock_error_s(&n->clock));

	n->clock.port.ops->get(&n->clock.port, &k);
	o->judged++;
	o->worst_error_s = fmax(o->worst_error_s, error_s);
	o->worst_share = fmax(o->worst_share, error_s / st->root_dist_s);
	if (error_s > st->root_dist_s) {
		sim_fail(n->sim, "%s: %.9f s off, root distance %.9f s", n->name, error_s,
		    st->root_dist_s);
		oracle_break(n);
	}
	if (st->controlled && !k.unsync && error_s > k.maxerror_s) {
		sim_fail(n->sim, "%s: %.9f s off, kernel's maxerror %.9f s", n->name, error_s,
		    k.maxerror_s);
		oracle_break(n);
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

static void
judge(struct sim_node *n)
{
	struct oracle_node *o = &n->oracle;
	struct ntpd_status st = sim_status(n);

	if (!finite_status(&st)) {
		sim_fail(n->sim, "%s: a number of its status is not finite", n->name);
	}
	if (o->spared || n->clock.halted || n->loop.frozen) {
		return;
	}
	if (!conditions_hold(n)) {
		oracle_break(n);
		return;
	}
	if (o->broken && !heard_enough(o)) {
		return;
	}
	o->broken = false;
	judge_kernel(n, &st);
	if (st.synced) {
		judge_distance(n, &st);
	}
}

void
oracle_second(struct sim *s)
{
	for (unsigned i = 0; i < s->node_n && !s->careless; i++) {
		if (s->node[i]->daemon != NULL) {
			judge(s->node[i]);
		}
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
	n->clock.worst_rate = 0;
}
