/* SPDX-License-Identifier: BSD-2-Clause */
/* sources - names to addresses, and the associations that come of a line. */
#include "client/sources.h"
#include <limits.h>
#include <string.h>
#include "base/backoff.h"
#include "base/hostspec.h"
#include "client/cast.h"
#include "client/client.h"
#include "client/ke_ask.h"
#include "client/peer_event.h"
#include "client/protect.h"
#include "config/diff.h"
#include "config/schema.h"
#include "journal/report.h"
#include "sources_nts.h"
#include "sources_pool.h"

static const double START_SPACING_S = 0.25;
static const double RETRY_FIRST_S = 2.0, RETRY_WAITED_S = 4.0, RETRY_MAX_S = 256.0;
static const double POOL_AGAIN_S = 64.0;
/* So seldom that what is of no use is not taken and dropped all the time. */
static const double LOOK_AGAIN_S = 3600.0 - 60.0;
enum { UNUSED_ROOM = 512 };
static const double DARK_AGAIN_S = 16.0; /* least time between questions about one dark server */

/* ---- names ---- */

static void
ask_again(struct source *s, double delay_s)
{
	s->client->is.loop->ops->timer_arm(s->client->is.loop, &s->timer,
	    mtime_add_s(client_now(s->client), delay_s));
}

static void
ask_name(struct source *s)
{
	struct client *c = s->client;
	enum addr_family want =
	    s->cfg->host.want != ADDR_NONE ? s->cfg->host.want : c->is.opt.family;
	int error;

	s->tag = ++c->sources.last_tag;
	s->asked_at = client_now(c);
	error = c->is.resolver->ops->ask(c->is.resolver, s->tag, s->cfg->host.text, want);
	if (error != 0) {
		s->tag = 0;
		ask_again(s, RETRY_FIRST_S);
	}
}

/* The server is silent: its name may lead elsewhere by now, or to another of its addresses. */
void
sources_look_elsewhere(struct peer *p)
{
	struct source *s = p->source;

	if (s->cfg->kind == SOURCE_POOL || s->cfg->host.addr.family != ADDR_NONE || s->tag != 0 ||
	    p->nts != NULL || mtime_diff_s(client_now(p->client), s->asked_at) < DARK_AGAIN_S) {
		return;
	}
	ask_name(s);
}

/*
 * So many more members may come now: up to maxclock, and beyond it one at a time, up to twice as
 * many, while those that are there have settled and too few of them survive the selection.
 */
static unsigned
room_for_members(const struct client *c)
{
	unsigned n = peers_count(c), most = (unsigned)c->conf->tos.maxclock;
	struct client_standing above;

	if (n < most) {
		return most - n;
	}
	c->is.up->standing(c->is.up_ctx, &above);
	return n < 2 * most && above.survivors < (unsigned)c->conf->tos.minclock &&
		!peers_settling(c)
	    ? 1
	    : 0;
}

/*
 * Of several pool lines none may fill all places: whoever poisons the answer to one name would
 * otherwise be the majority.
 */
static unsigned
room_of(const struct source *s)
{
	const struct client *c = s->client;
	unsigned room = room_for_members(c), most = (unsigned)c->conf->tos.maxclock;
	unsigned pools = 0, members = 0, share;

	for (unsigned i = 0; i < c->sources.n; i++) {
		const struct source *other = &c->sources.at[i];
		pools += other->cfg != NULL && other->cfg->kind == SOURCE_POOL;
	}
	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		members += c->peers.peer[i].a.id != 0 && c->peers.peer[i].source == s;
	}
	share = pools > 1 ? (most + pools - 1) / pools : UINT_MAX;
	return members >= share ? 0 : room < share - members ? room : share - members;
}

static void
arm_cast(struct source *s)
{
	if (s->cast != NULL) {
		s->client->is.loop->ops->timer_arm(s->client->is.loop, &s->timer, s->cast->due);
	}
}

static void
look_near(struct source *s)
{
	if (cast_look_near(s)) {
		arm_cast(s);
	}
}

static void
on_name_timer(void *ctx)
{
	struct source *s = ctx;

	if (s->cast != NULL) {
		cast_turn(s);
		arm_cast(s);
		return;
	}
	if (s->tag != 0) {
		return;
	}
	if (s->cfg->kind == SOURCE_POOL && room_of(s) == 0) {
		s->retry_s = 0.0;
		ask_again(s, POOL_AGAIN_S); /* looks again, asks nobody */
		return;
	}
	if (s->pool != NULL) {
		sources_nts_ask(s);
		return;
	}
	ask_name(s);
}

/* Asks for the name later, and ever more seldom, but often while its vote is waited for. */
static void
name_again(struct source *s)
{
	struct client *c = s->client;
	struct client_standing above;
	double most_s;

	c->is.up->standing(c->is.up_ctx, &above);
	most_s = above.decides_later ? RETRY_WAITED_S : RETRY_MAX_S;
	s->retry_s = backoff_s(s->retry_s, RETRY_FIRST_S, most_s);
	ask_again(s, s->retry_s);
}

static void
name_failed(struct source *s, const char *reason)
{
	if (!s->failed_once) {
		s->failed_once = true;
		report(s->client->is.journal, LOG_LEVEL_WARNING,
		    "%s: no address yet (%s), asking again until there is one", s->cfg->host.text,
		    reason);
		s->client->is.up->noted(s->client->is.up_ctx);
	}
	name_again(s);
}

/* Of an address on an interface only the interface can be missing. */
static void
not_found(struct source *s, const char *reason)
{
	const char *zone = hostspec_zone_of(s->cfg->host.text);
	char text[64];
	struct text t = text_over(text, sizeof text);

	text_printf(&t, "there is no interface '%s' here", zone != NULL ? zone : "");
	name_failed(s, zone != NULL ? text : reason);
}

/* The name leads somewhere. */
static void
name_found(struct source *s)
{
	if (s->failed_once) {
		report(s->client->is.journal, LOG_LEVEL_NOTICE, "%s: resolved now",
		    s->cfg->host.text);
	}
	s->failed_once = false;
}

/* The next address of the answer that nobody uses, after the one in use. */
static const struct addr *
next_address(struct source *s, const struct peer *current)
{
	unsigned start = 0;

	for (unsigned i = 0; current != NULL && i < s->answer.n; i++) {
		if (addr_equal(&s->answer.addr[i], &current->a.remote.addr)) {
			start = i + 1;
		}
	}
	for (unsigned i = 0; i < s->answer.n; i++) {
		const struct addr *a = &s->answer.addr[(start + i) % s->answer.n];
		if (!peers_use(s->client, a, NULL)) {
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
same_host(struct source *s)
{
	const struct config_source *other = NULL;
	unsigned v4 = 0, v6 = 0;

	for (unsigned i = 0; i < s->answer.n; i++) {
		const struct addr *a = &s->answer.addr[i];
		struct peer *p = peers_by_address(s->client, a);
		v4 += a->family == ADDR_V4 ? 1 : 0;
		v6 += a->family == ADDR_V6 ? 1 : 0;
		if (p != NULL && p->source != NULL && p->source->cfg->kind != SOURCE_POOL &&
		    p->a.poll.unreach < ASSOC_UNREACH) {
			other = p->source->cfg;
		}
	}
	return v4 <= 1 && v6 <= 1 ? other : NULL;
}

/* Counted once; the other line may go, or that server another way. */
static void
is_no_other_host(struct source *s, const struct config_source *other)
{
	const struct config_source *cfg = s->cfg;

	if (!s->failed_once) {
		report(s->client->is.journal, LOG_LEVEL_WARNING,
		    "%s (%s:%u): it is the host of %s (%s:%u), which is asked once", cfg->host.text,
		    cfg->place.file, cfg->place.line, other->host.text, other->place.file,
		    other->place.line);
	}
	s->failed_once = true;
	name_again(s);
}

/* What came by itself has an address only until a line wants it. */
static void
unlined_make_way(struct source *s)
{
	struct client *c = s->client;

	for (unsigned i = 0; i < s->answer.n; i++) {
		struct peer *p = peers_by_address(c, &s->answer.addr[i]);

		if (p != NULL && (p->ephemeral || cast_is(p->source))) {
			peers_demobilize(p);
			c->is.up->changed(c->is.up_ctx);
		}
	}
}

static void
server_answered(struct source *s)
{
	struct peer *p = peers_of(s);
	const struct config_source *other;
	const struct addr *a;

	if (p == NULL) {
		unlined_make_way(s);
	}
	a = next_address(s, p);
	other = p == NULL ? same_host(s) : NULL;
	if (other != NULL) {
		is_no_other_host(s, other);
		return;
	}
	if (a == NULL && p == NULL) {
		name_failed(s, "every address of it is in use already");
		return;
	}
	name_found(s);
	s->retry_s = 0.0;
	if (a == NULL || (p != NULL && p->a.poll.reach != 0)) {
		return;
	}
	if (p != NULL) {
		peers_move(p, a);
	} else {
		(void)peers_mobilize(s, a, 0.0);
	}
}

bool
sources_next_address(struct peer *p)
{
	struct source *s = p->source;
	const struct addr *a;

	if (s->cfg->kind == SOURCE_POOL || p->nts != NULL || s->hops + 1 >= s->answer.n) {
		return false;
	}
	a = next_address(s, p);
	if (a == NULL) {
		return false;
	}
	s->hops++;
	peers_move(p, a);
	return true;
}

static void
solicit(struct source *s, const struct addr *a, double delay_s)
{
	char text[ADDR_TEXT_MAX];

	report(s->client->is.journal, LOG_LEVEL_INFO, "Soliciting pool server %s",
	    addr_format(a, text, sizeof text));
	(void)peers_mobilize(s, a, delay_s);
}

/* Another in the place of a member of no use, if the name leads to one. */
static void
change_member(struct source *s)
{
	const struct addr *next = sources_pool_next(s);
	struct addr a;

	if (next == NULL) {
		sources_pool_stay(s);
		return;
	}
	a = *next;
	sources_pool_swap(s, &a);
	solicit(s, &a, 0.0);
	s->client->is.up->changed(s->client->is.up_ctx);
}

static void
pool_answered(struct source *s)
{
	unsigned room;

	if (sources_pool_leaving(s)) {
		change_member(s);
	}
	room = room_of(s);
	for (unsigned k = 0; k < room; k++) {
		const struct addr *a = sources_pool_next(s);

		if (a == NULL) {
			break;
		}
		solicit(s, a, START_SPACING_S * k);
	}
	s->retry_s = backoff_s(s->retry_s, POOL_AGAIN_S, 16 * POOL_AGAIN_S);
	ask_again(s, s->retry_s);
}

void
sources_member_polled(struct peer *p)
{
	struct source *s = p->source;

	if (!sources_pool_tires(p)) {
		return;
	}
	if (s->pool != NULL) {
		sources_nts_ask(s);
	} else if (s->cfg->host.addr.family != ADDR_NONE) {
		sources_pool_stay(s); /* a pool of one address */
	} else if (s->tag == 0) {
		ask_name(s);
	}
}

void
sources_member_gone(struct peer *p)
{
	struct source *s = p->source;
	struct client *c = p->client;

	sources_pool_end(p);
	c->is.up->changed(c->is.up_ctx);
	s->retry_s = 0.0;
	if (s->cast != NULL) {
		look_near(s);
	} else if (s->tag == 0) {
		ask_again(s, RETRY_FIRST_S);
	}
}

void
sources_member_surplus(struct peer *p)
{
	struct client *c = p->client;

	sources_pool_end(p);
	c->is.up->changed(c->is.up_ctx);
}

void
sources_answered(struct client *c, const struct resolver_answer *ans)
{
	struct source *s = NULL;

	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg != NULL && c->sources.at[i].tag == ans->tag &&
		    ans->tag != 0) {
			s = &c->sources.at[i];
		}
	}
	if (s == NULL) {
		(void)ke_ask_resolved(c, ans);
		return;
	}
	s->tag = 0;
	if (ans->error != 0 || ans->n == 0) {
		not_found(s, ans->reason[0] != '\0' ? ans->reason : "no address");
		return;
	}
	s->answer = *ans;
	s->hops = 0;
	if (s->cfg->kind == SOURCE_POOL) {
		name_found(s);
		pool_answered(s);
	} else {
		server_answered(s);
	}
}

/* ---- lines ---- */

/*
 * A line with an address has it before pools and names, as at the start, where it is first to take
 * it: one server, one association.
 */
static void
make_way(struct client *c, const struct addr *addr)
{
	struct peer *p = peers_by_address(c, addr);
	struct source *s = p == NULL ? NULL : p->source;
	bool ephemeral = p != NULL && p->ephemeral;

	if (s == NULL ||
	    (s->cfg->kind != SOURCE_POOL && !cast_is(s) && s->cfg->host.addr.family != ADDR_NONE)) {
		return;
	}
	peers_demobilize(p);
	/* Of what no line names there is no name to ask for. */
	if (!ephemeral && s->cast == NULL && s->tag == 0) {
		s->retry_s = 0.0;
		ask_again(s, RETRY_FIRST_S);
	}
}

static void
end_associations(struct source *s)
{
	for (struct peer *p = peers_of(s); p != NULL; p = peers_of(s)) {
		peers_demobilize(p);
	}
}

static struct source *
free_source(struct client *c)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg == NULL) {
			return &c->sources.at[i];
		}
	}
	return c->sources.n < SOURCES_MAX ? &c->sources.at[c->sources.n++] : NULL;
}

bool
sources_in_reserve(const struct source *s)
{
	return s->cfg->fallback_s > 0 && !s->stands_in;
}

/* Of its name each question for keys asks anew. */
static void
start_nts_pool(struct source *s, double delay_s)
{
	if (!protect_may_resolve(s)) {
		return;
	}
	if (sources_nts_open(s)) {
		/* Members of before a restart are heard first. */
		ask_again(s, peers_of(s) != NULL ? POOL_AGAIN_S : delay_s);
	} else {
		report(s->client->is.journal, LOG_LEVEL_ERROR, "%s: no memory for it",
		    s->cfg->host.text);
	}
}

static void
say_reserve(const struct source *s)
{
	const struct config_source *cfg = s->cfg;

	report(s->client->is.journal, LOG_LEVEL_WARNING,
	    "%s:%u: %s is a fallback without authentication: it is used when no server with nts "
	    "has answered for %d s, and not before one has",
	    cfg->place.file != NULL ? cfg->place.file : "ntpq", cfg->place.line, cfg->host.text,
	    (int)cfg->fallback_s);
}

/* Its address is asked, or for the address of its name. */
static void
start_line(struct source *s, double delay_s)
{
	const struct config_source *cfg = s->cfg;

	if (cast_is(s)) {
		s->cast = cast_new(s, delay_s);
		arm_cast(s);
	} else if (cfg->kind == SOURCE_POOL && (cfg->flags & OPTION_NTS) != 0) {
		start_nts_pool(s, delay_s);
	} else if (cfg->host.addr.family != ADDR_NONE && cfg->kind != SOURCE_POOL) {
		make_way(s->client, &cfg->host.addr);
		(void)peers_mobilize(s, &cfg->host.addr, delay_s);
	} else if (cfg->host.addr.family != ADDR_NONE && protect_may_resolve(s)) {
		s->answer.n = 1;
		s->answer.addr[0] = cfg->host.addr;
		(void)peers_mobilize(s, &cfg->host.addr, delay_s);
	} else if (cfg->host.addr.family == ADDR_NONE && protect_may_resolve(s)) {
		ask_again(s, delay_s);
	}
}

void
sources_stand_in(struct source *s)
{
	s->stands_in = true;
	start_line(s, 0.0);
}

void
sources_rest(struct source *s)
{
	end_associations(s);
	s->client->is.loop->ops->timer_disarm(s->client->is.loop, &s->timer);
	s->stands_in = false;
	s->tag = 0; /* of an answer that is under way: nobody's */
	s->retry_s = 0.0;
	s->failed_once = false;
	s->answer.n = 0;
}

struct source *
sources_add(struct client *c, const struct config_source *cfg, double delay_s)
{
	struct source *s = free_source(c);

	if (s == NULL) {
		report(c->is.journal, LOG_LEVEL_ERROR,
		    "%s:%u: %s is left out, there is no room for more than %d sources: ten servers "
		    "are plenty, take lines out",
		    cfg->place.file != NULL ? cfg->place.file : "ntpq", cfg->place.line,
		    cfg->host.text, SOURCES_MAX);
		return NULL;
	}
	memset(s, 0, sizeof *s);
	s->client = c;
	s->cfg = cfg;
	s->born = client_now(c);
	/* One in reserve has no association to be seen by. */
	s->id = cfg->kind == SOURCE_POOL || cast_is(s) || cfg->host.addr.family == ADDR_NONE ||
		cfg->fallback_s > 0
	    ? peers_new_id(c)
	    : 0;
	(void)event_peer(&s->event, PEER_EVENT_MOBILIZE);
	c->is.loop->ops->timer_init(c->is.loop, &s->timer, on_name_timer, s);
	if (sources_in_reserve(s)) {
		say_reserve(s);
	} else {
		start_line(s, delay_s);
	}
	return s;
}

static bool
has_source(const struct client *c, const struct config_source *cfg)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg == cfg) {
			return true;
		}
	}
	return false;
}

/* A line that no association came of, for there was no room. */
static void
try_again(struct source *s)
{
	struct client *c = s->client;

	if (sources_in_reserve(s) || s->cfg->kind == SOURCE_POOL || cast_is(s) || s->tag != 0 ||
	    peers_of(s) != NULL || !peers_room(c)) {
		return;
	}
	if (s->cfg->host.addr.family == ADDR_NONE) {
		ask_again(s, 0.0);
	} else if (!peers_use(c, &s->cfg->host.addr, NULL)) {
		(void)peers_mobilize(s, &s->cfg->host.addr, 0.0);
	}
}

void
sources_look_again(struct client *cl)
{
	if (mtime_diff_s(client_now(cl), cl->sources.looked_again) < LOOK_AGAIN_S) {
		return;
	}
	cl->sources.looked_again = client_now(cl);
	for (unsigned i = 0; i < cl->sources.n; i++) {
		if (cl->sources.at[i].cfg != NULL) {
			try_again(&cl->sources.at[i]);
		}
	}
	for (unsigned i = 0; i < cl->conf->sources_n; i++) {
		const struct config_source *c = &cl->conf->sources[i];

		if (config_source_in_effect(c) && !has_source(cl, c) && room_for_members(cl) > 0 &&
		    peers_room(cl)) {
			report(cl->is.journal, LOG_LEVEL_NOTICE,
			    "%s: asked again, for there are too few sources of use now",
			    c->host.text);
			(void)sources_add(cl, c, 0.0);
		}
	}
}

void
sources_drop(struct client *c, struct source *s)
{
	end_associations(s);
	c->is.loop->ops->timer_done(c->is.loop, &s->timer);
	sources_nts_close(s);
	cast_free(s);
	s->cast = NULL;
	s->cfg = NULL;
}

void
sources_nobodys(struct source *s, struct client *c, const struct config_source *cfg)
{
	*s = (struct source){ .client = c, .cfg = cfg };
}

void
sources_start(struct client *c)
{
	unsigned k = 0;

	c->sources.looked_again = client_now(c);
	peers_start(c);
	for (unsigned i = 0; i < c->conf->sources_n; i++) {
		if (config_source_in_effect(&c->conf->sources[i])) {
			(void)sources_add(c, &c->conf->sources[i], START_SPACING_S * k++);
		}
	}
	if (k == 0 && c->conf->sources_n > 0) {
		char buf[UNUSED_ROOM];
		struct text t = text_over(buf, sizeof buf);
		(void)sources_put_unused(c, &t);
		report(c->is.journal, LOG_LEVEL_WARNING,
		    "no source of time: these do not act in this version: %s; add server or pool "
		    "lines",
		    buf);
	}
}

bool
sources_put_unused(const struct client *c, struct text *t)
{
	const char *file = "";
	unsigned n = 0;

	for (unsigned i = 0; i < c->conf->sources_n; i++) {
		const struct config_source *s = &c->conf->sources[i];
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
sources_stop(struct client *c)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg != NULL) {
			struct source *s = &c->sources.at[i];
			for (struct peer *p = peers_of(s); p != NULL; p = peers_of(s)) {
				peers_close(p);
			}
			c->is.loop->ops->timer_done(c->is.loop, &s->timer);
			sources_nts_close(s);
			cast_free(s);
			s->cast = NULL;
			s->cfg = NULL;
		}
	}
}

void
sources_rebind(struct client *c)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		if (c->sources.at[i].cfg != NULL) {
			c->sources.at[i].cfg = config_source_in(c->conf, c->sources.at[i].cfg);
		}
	}
}

void
sources_events_seen(struct client *c, uint16_t id)
{
	struct peer *p = peers_by_id(c, id);
	struct source *s = p == NULL ? peers_row_by_id(c, id) : NULL;

	if (p != NULL) {
		peer_event_seen(p);
	} else if (s != NULL) {
		event_seen(&s->event);
	}
}

void
sources_network_changed(struct client *c)
{
	for (unsigned i = 0; i < c->sources.n; i++) {
		struct source *s = &c->sources.at[i];
		if (s->cfg != NULL && s->cast != NULL) {
			look_near(s);
		}
		if (s->cfg != NULL && s->pool != NULL) {
			sources_nts_network_changed(s);
		} else if (s->cfg != NULL && s->failed_once && s->tag == 0) {
			s->retry_s = 0.0;
			ask_name(s);
		}
	}
}
