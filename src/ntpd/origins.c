/* SPDX-License-Identifier: BSD-2-Clause */
/* origins - names to addresses, and the associations that come of a line. */
#include "ntpd/origins.h"
#include <limits.h>
#include <string.h>
#include "base/hostspec.h"
#include "config/schema.h"
#include "ntpd/access_names.h"
#include "ntpd/await.h"
#include "ntpd/clockwork.h"
#include "ntpd/peers.h"
#include "ntpd/protect.h"
#include "ntpd/report.h"
#include "ntpd/sources.h"

static const double START_SPACING_S = 0.25;
static const double RETRY_FIRST_S = 2.0, RETRY_WAITED_S = 4.0, RETRY_MAX_S = 256.0;
static const double POOL_AGAIN_S = 64.0;
enum { UNUSED_ROOM = 512 };
static const double DARK_AGAIN_S = 16.0; /* least time between questions about one dark server */

/* ---- names ---- */

static void
ask_again(struct origin *o, double delay_s)
{
	o->d->port.loop->ops->timer_arm(o->d->port.loop, &o->timer, mtime_add_s(now_of(o->d),
	    delay_s));
}

static void
ask_name(struct origin *o)
{
	struct ntpd *d = o->d;
	enum addr_family want = o->cfg->host.want != ADDR_NONE ? o->cfg->host.want : d->opt.family;
	int error;

	o->tag = ++d->peers.last_tag;
	o->asked_at = now_of(d);
	error = d->port.resolver->ops->ask(d->port.resolver, o->tag, o->cfg->host.text, want);
	if (error != 0) {
		o->tag = 0;
		ask_again(o, RETRY_FIRST_S);
	}
}

/* The server is silent: its name may lead elsewhere by now, or to another of its addresses. */
void
origins_look_elsewhere(struct peer *p)
{
	struct origin *o = p->origin;

	if (o->cfg->kind == SOURCE_POOL || o->cfg->host.addr.family != ADDR_NONE || o->tag != 0 ||
	    mtime_diff_s(now_of(p->d), o->asked_at) < DARK_AGAIN_S) {
		return;
	}
	ask_name(o);
}

/*
 * So many more members may come now: up to maxclock, and beyond it one at a time, up to twice as
 * many, while those that are there have settled and too few of them survive the selection.
 */
static unsigned
room_for_members(const struct ntpd *d)
{
	unsigned n = peers_count(d), most = (unsigned)d->conf->tos.maxclock;

	if (n < most) {
		return most - n;
	}
	return n < 2 * most && d->sources.sel.survivors < (unsigned)d->conf->tos.minclock &&
	    !sources_settling(d) ? 1 : 0;
}

/*
 * Of several pool lines none may fill all places: whoever poisons the answer to one name would
 * otherwise be the majority.
 */
static unsigned
room_of(const struct origin *o)
{
	const struct ntpd *d = o->d;
	unsigned room = room_for_members(d), most = (unsigned)d->conf->tos.maxclock;
	unsigned pools = 0, members = 0, share;

	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		const struct origin *other = &d->peers.origin[i];
		pools += other->cfg != NULL && other->cfg->kind == SOURCE_POOL;
	}
	for (unsigned i = 0; i < d->peers.peer_n; i++) {
		members += d->peers.peer[i].a.id != 0 && d->peers.peer[i].origin == o;
	}
	share = pools > 1 ? (most + pools - 1) / pools : UINT_MAX;
	return members >= share ? 0 : room < share - members ? room : share - members;
}

static void
on_name_timer(void *ctx)
{
	struct origin *o = ctx;

	if (o->tag != 0) {
		return;
	}
	if (o->cfg->kind == SOURCE_POOL && room_of(o) == 0) {
		o->retry_s = 0.0;
		ask_again(o, POOL_AGAIN_S);     /* looks again, asks nobody */
		return;
	}
	ask_name(o);
}

/* Asks for the name later, and ever more seldom, but often while its vote is waited for. */
static void
name_again(struct origin *o)
{
	double most = await_decides_later(o->d) ? RETRY_WAITED_S : RETRY_MAX_S;

	o->retry_s = o->retry_s < RETRY_FIRST_S ? RETRY_FIRST_S : o->retry_s * 2;
	if (o->retry_s > most) {
		o->retry_s = most;
	}
	ask_again(o, o->retry_s);
}

static void
name_failed(struct origin *o, const char *reason)
{
	if (!o->failed_once) {
		o->failed_once = true;
		report(o->d, LOG_LEVEL_WARNING,
		    "%s: no address yet (%s), asking again until there is one",
		    o->cfg->host.text, reason);
		report_status(o->d);
	}
	name_again(o);
}

/* Of an address on an interface only the interface can be missing. */
static void
not_found(struct origin *o, const char *reason)
{
	const char *zone = hostspec_zone_of(o->cfg->host.text);
	char text[64];
	struct text t = text_over(text, sizeof text);

	text_printf(&t, "there is no interface '%s' here", zone != NULL ? zone : "");
	name_failed(o, zone != NULL ? text : reason);
}

/* The name leads somewhere. */
static void
name_found(struct origin *o)
{
	if (o->failed_once) {
		report(o->d, LOG_LEVEL_NOTICE, "%s: resolved now", o->cfg->host.text);
	}
	o->failed_once = false;
}

/* The next address of the answer that nobody uses, after the one in use. */
static const struct addr *
next_address(struct origin *o, const struct peer *current)
{
	unsigned start = 0;

	for (unsigned i = 0; current != NULL && i < o->answer.n; i++) {
		if (addr_equal(&o->answer.addr[i], &current->a.remote.addr)) {
			start = i + 1;
		}
	}
	for (unsigned i = 0; i < o->answer.n; i++) {
		const struct addr *a = &o->answer.addr[(start + i) % o->answer.n];
		if (!peers_use(o->d, a, NULL)) {
			return a;
		}
	}
	return NULL;
}

/*
 * The line whose server that name is, too: one of its addresses is asked already, and they are as
 * many as one host has, one of each family. A name of more addresses may be that of many hosts, and
 * a host that is silent at one address may answer at the other.
 */
static const struct config_source *
same_host(struct origin *o)
{
	const struct config_source *other = NULL;
	unsigned v4 = 0, v6 = 0;

	for (unsigned i = 0; i < o->answer.n; i++) {
		const struct addr *a = &o->answer.addr[i];
		struct peer *p = peers_by_address(o->d, a);
		v4 += a->family == ADDR_V4 ? 1 : 0;
		v6 += a->family == ADDR_V6 ? 1 : 0;
		if (p != NULL && p->origin != NULL && p->origin->cfg->kind != SOURCE_POOL &&
		    p->a.poll.unreach < ASSOC_UNREACH) {
			other = p->origin->cfg;
		}
	}
	return v4 <= 1 && v6 <= 1 ? other : NULL;
}

/* Counted once; the other line may go, or that server another way. */
static void
is_no_other_host(struct origin *o, const struct config_source *other)
{
	const struct config_source *cfg = o->cfg;

	if (!o->failed_once) {
		report(o->d, LOG_LEVEL_WARNING,
		    "%s (%s:%u): it is the host of %s (%s:%u), which is asked once",
		    cfg->host.text, cfg->place.file, cfg->place.line, other->host.text,
		    other->place.file, other->place.line);
	}
	o->failed_once = true;
	name_again(o);
}

static void
server_answered(struct origin *o)
{
	struct peer *p = peers_of(o);
	const struct addr *a = next_address(o, p);
	const struct config_source *other = p == NULL ? same_host(o) : NULL;

	if (other != NULL) {
		is_no_other_host(o, other);
		return;
	}
	if (a == NULL && p == NULL) {
		name_failed(o, "every address of it is in use already");
		return;
	}
	name_found(o);
	o->retry_s = 0.0;
	if (a == NULL || (p != NULL && p->a.poll.reach != 0)) {
		return;
	}
	if (p != NULL) {
		peers_move(p, a);
	} else {
		(void)peers_mobilize(o, a, 0.0);
	}
}

bool
origins_next_address(struct peer *p)
{
	struct origin *o = p->origin;
	const struct addr *a;

	if (o->cfg->kind == SOURCE_POOL || o->hops + 1 >= o->answer.n) {
		return false;
	}
	a = next_address(o, p);
	if (a == NULL) {
		return false;
	}
	o->hops++;
	peers_move(p, a);
	return true;
}

static void
pool_answered(struct origin *o)
{
	struct ntpd *d = o->d;
	unsigned room = room_of(o);
	unsigned k = 0;

	for (unsigned i = 0; i < o->answer.n && k < room; i++) {
		const struct addr *a = &o->answer.addr[i];
		char text[ADDR_TEXT_MAX];
		if (peers_use(d, a, NULL)) {
			continue;
		}
		report(d, LOG_LEVEL_INFO, "Soliciting pool server %s", addr_format(a, text,
		    sizeof text));
		(void)peers_mobilize(o, a, START_SPACING_S * k++);
	}
	o->retry_s = o->retry_s < POOL_AGAIN_S ? POOL_AGAIN_S : o->retry_s * 2;
	ask_again(o, o->retry_s < 16 * POOL_AGAIN_S ? o->retry_s : 16 * POOL_AGAIN_S);
}

void
origins_member_gone(struct peer *p)
{
	struct origin *o = p->origin;
	struct ntpd *d = p->d;

	peers_demobilize(p);
	clockwork_run(d);
	o->retry_s = 0.0;
	if (o->tag == 0) {
		ask_again(o, RETRY_FIRST_S);
	}
}

static void
on_answer(void *ctx, const struct resolver_answer *ans)
{
	struct ntpd *d = ctx;
	struct origin *o = NULL;

	if (access_names_answered(d, ans)) {
		return;
	}
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg != NULL && d->peers.origin[i].tag == ans->tag &&
		    ans->tag != 0) {
			o = &d->peers.origin[i];
		}
	}
	if (o == NULL) {
		return;
	}
	o->tag = 0;
	if (ans->error != 0 || ans->n == 0) {
		not_found(o, ans->reason[0] != '\0' ? ans->reason : "no address");
		return;
	}
	o->answer = *ans;
	o->hops = 0;
	if (o->cfg->kind == SOURCE_POOL) {
		name_found(o);
		pool_answered(o);
	} else {
		server_answered(o);
	}
}

/* ---- lines ---- */

/*
 * A line with an address has it before pools and names, as at the start, where it is first to take
 * it: one server, one association.
 */
static void
make_way(struct ntpd *d, const struct addr *addr)
{
	struct peer *p = peers_by_address(d, addr);
	struct origin *o = p == NULL ? NULL : p->origin;

	if (o == NULL || (o->cfg->kind != SOURCE_POOL && o->cfg->host.addr.family != ADDR_NONE)) {
		return;
	}
	peers_demobilize(p);
	if (o->tag == 0) {
		o->retry_s = 0.0;
		ask_again(o, RETRY_FIRST_S);
	}
}

static struct origin *
free_origin(struct ntpd *d)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg == NULL) {
			return &d->peers.origin[i];
		}
	}
	return d->peers.origin_n < ORIGINS_MAX ? &d->peers.origin[d->peers.origin_n++] : NULL;
}

struct origin *
origins_add(struct ntpd *d, const struct config_source *cfg, double delay_s)
{
	struct origin *o = free_origin(d);

	if (o == NULL) {
		report(d, LOG_LEVEL_ERROR, "%s:%u: %s is left out, there is no room for more than "
		    "%d sources: ten servers are plenty, take lines out",
		    cfg->place.file != NULL ? cfg->place.file : "ntpq", cfg->place.line,
		    cfg->host.text, ORIGINS_MAX);
		return NULL;
	}
	memset(o, 0, sizeof *o);
	o->d = d;
	o->cfg = cfg;
	o->born = now_of(d);
	o->id = cfg->kind == SOURCE_POOL || cfg->host.addr.family == ADDR_NONE ?
	    peers_new_id(d) : 0;
	(void)event_peer(&o->event, PEER_EVENT_MOBILIZE);
	d->port.loop->ops->timer_init(d->port.loop, &o->timer, on_name_timer, o);
	if (cfg->host.addr.family != ADDR_NONE && cfg->kind != SOURCE_POOL) {
		make_way(d, &cfg->host.addr);
		(void)peers_mobilize(o, &cfg->host.addr, delay_s);
	} else if (cfg->host.addr.family != ADDR_NONE && protect_may_resolve(o)) {
		o->answer.n = 1;
		o->answer.addr[0] = cfg->host.addr;
		(void)peers_mobilize(o, &cfg->host.addr, delay_s);
	} else if (cfg->host.addr.family == ADDR_NONE && protect_may_resolve(o)) {
		ask_again(o, delay_s);
	}
	return o;
}

static bool
has_origin(const struct ntpd *d, const struct config_source *cfg)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg == cfg) {
			return true;
		}
	}
	return false;
}

/* A line that no association came of, for there was no room. */
static void
try_again(struct origin *o)
{
	struct ntpd *d = o->d;

	if (o->cfg->kind == SOURCE_POOL || o->tag != 0 || peers_of(o) != NULL || !peers_room(d)) {
		return;
	}
	if (o->cfg->host.addr.family == ADDR_NONE) {
		ask_again(o, 0.0);
	} else if (!peers_use(d, &o->cfg->host.addr, NULL)) {
		(void)peers_mobilize(o, &o->cfg->host.addr, 0.0);
	}
}

void
origins_look_again(struct ntpd *d)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg != NULL) {
			try_again(&d->peers.origin[i]);
		}
	}
	for (unsigned i = 0; i < d->conf->sources_n; i++) {
		const struct config_source *c = &d->conf->sources[i];

		if (config_source_in_effect(c) && !has_origin(d, c) && room_for_members(d) > 0 &&
		    peers_room(d)) {
			report(d, LOG_LEVEL_NOTICE, "%s: asked again, for there are too few "
			    "sources of use now", c->host.text);
			(void)origins_add(d, c, 0.0);
		}
	}
}

void
origins_drop(struct ntpd *d, struct origin *o)
{
	struct peer *p;

	for (p = peers_of(o); p != NULL; p = peers_of(o)) {
		peers_demobilize(p);
	}
	d->port.loop->ops->timer_done(d->port.loop, &o->timer);
	o->cfg = NULL;
}

void
origins_start(struct ntpd *d)
{
	unsigned k = 0;

	d->port.rng->ops->fill(d->port.rng, &d->peers.last_id, sizeof d->peers.last_id);
	d->port.resolver->ops->listen(d->port.resolver, on_answer, d);
	for (unsigned i = 0; i < d->conf->sources_n; i++) {
		if (config_source_in_effect(&d->conf->sources[i])) {
			(void)origins_add(d, &d->conf->sources[i], START_SPACING_S * k++);
		}
	}
	if (k == 0 && d->conf->sources_n > 0) {
		char buf[UNUSED_ROOM];
		struct text t = text_over(buf, sizeof buf);
		(void)origins_put_unused(d, &t);
		report(d, LOG_LEVEL_WARNING, "no source of time: these do not act in this version: "
		    "%s; "
		    "add server or pool lines", buf);
	}
}

bool
origins_put_unused(const struct ntpd *d, struct text *t)
{
	const char *file = "";
	unsigned n = 0;

	for (unsigned i = 0; i < d->conf->sources_n; i++) {
		const struct config_source *s = &d->conf->sources[i];
		if (config_source_in_effect(s)) {
			continue;
		}
		text_printf(t, "%s%s (", n++ > 0 ? ", " : "", s->host.text);
		if (s->place.file != NULL && strcmp(file, s->place.file) != 0) {
			file = s->place.file;
			text_printf(t, "%s:", file);
		}
		text_printf(t, "%u)", s->place.line);
	}
	return n > 0;
}

void
origins_stop(struct ntpd *d)
{
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		if (d->peers.origin[i].cfg != NULL) {
			struct origin *o = &d->peers.origin[i];
			for (struct peer *p = peers_of(o); p != NULL; p = peers_of(o)) {
				peers_close(p);
			}
			d->port.loop->ops->timer_done(d->port.loop, &o->timer);
			o->cfg = NULL;
		}
	}
}

void
origins_network_changed(struct ntpd *d)
{
	access_names_network_changed(d);
	for (unsigned i = 0; i < d->peers.origin_n; i++) {
		struct origin *o = &d->peers.origin[i];
		if (o->cfg != NULL && o->failed_once && o->tag == 0) {
			o->retry_s = 0.0;
			ask_name(o);
		}
	}
}
