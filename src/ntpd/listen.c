/* SPDX-License-Identifier: BSD-2-Clause */
/* listen - sockets on port 123, one for each address that the rules allow. */
#include "ntpd/listen.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "client/peers.h"
#include "journal/report.h"
#include "ntpd/listen_cast.h"
#include "ntpd/listen_host.h"
#include "ntpd/listen_rules.h"
#include "ntpd/listen_tell.h"
#include "ntpd/wire.h"
#include "ntpd/state.h"
#include "server/access.h"
#include "server/outgoing.h"
#include "server/receive.h"
#include "wire/header.h"

static const double RETRY_S = 5.0;

enum { EXIT_TAKEN = 1 };

/* ---- sockets ---- */

static struct listener *
find(struct ntpd *d, const struct endpoint *e)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		struct listener *l = d->server.listeners.at[i];
		if (l->sock != NULL && endpoint_equal(&l->what.local, e)) {
			return l;
		}
	}
	return NULL;
}

static const char *
shown_name(const struct net_listen *what)
{
	if (what->ifname[0] != '\0') {
		return what->ifname;
	}
	return what->local.addr.family == ADDR_V4 ? "v4wildcard" : "v6wildcard";
}

/* The rules have the wildcard drop what it gets, but addresses have no socket of their own. */
static bool
answers_for_rest(const struct ntpd *d, const struct addr *any)
{
	return d->listen.overflow && listen_rules_act(d, "", any) == LISTEN_DROP;
}

static int
open_listener(struct ntpd *d, const struct net_listen *what, const struct net_iface *iface)
{
	const struct listener_place at = {
		.what = *what,
		.iface = iface,
		.for_rest = iface == NULL && !what->drop && answers_for_rest(d, &what->local.addr),
		.number = d->listen.next_number,
	};
	char text[ENDPOINT_TEXT_MAX];
	struct listener *l = listener_free_one(&d->server);
	int error;

	if (l == NULL) {
		return -ENOMEM;
	}
	error = listener_open(l, &at, &RECEIVE_EVENTS);
	if (error != 0) {
		d->listen.denied = d->listen.denied || error == -EACCES;
		return error;
	}
	listener_set_found(l, true);
	d->listen.next_number++;
	report(&d->journal, LOG_LEVEL_INFO, "Listen %s on %u %s %s",
	    what->drop ? "and drop" : "normally", at.number, shown_name(what),
	    endpoint_format(&what->local, text, sizeof text));
	return 0;
}

static void
close_listener(struct ntpd *d, struct listener *l, bool say)
{
	char text[ENDPOINT_TEXT_MAX];

	if (say) {
		report(&d->journal, LOG_LEVEL_INFO,
		    "Deleting interface #%u %s, %s, interface stats: received=%llu, sent=%llu, "
		    "dropped=%llu, active_time=%.0f secs",
		    l->number, shown_name(&l->what),
		    endpoint_format(&l->what.local, text, sizeof text),
		    (unsigned long long)l->received, (unsigned long long)l->sent,
		    (unsigned long long)l->failed, mtime_diff_s(now_of(d), l->since));
	}
	listener_close(l);
	outgoing_forget(l->srv, l);
	mssntp_forget(l->srv, l);
}

static struct net_listen
listen_on(const struct ntpd *d, const struct endpoint *e, const char *ifname,
    enum config_listen_act act)
{
	struct net_listen what = {
		.local = *e,
		.drop = act == LISTEN_DROP,
		.v6only = true,
		.dscp = (unsigned)d->conf->dscp,
	};

	(void)snprintf(what.ifname, sizeof what.ifname, "%s", ifname);
	return what;
}

/* True when the socket is there as it should be; one that is not is closed. */
static bool
is_open(struct ntpd *d, const struct net_listen *what)
{
	struct listener *l = find(d, &what->local);

	if (l == NULL) {
		return false;
	}
	listener_set_found(l, l->what.drop == what->drop);
	if (!l->found) {
		close_listener(d, l, true);
		return false;
	}
	if (l->what.dscp != what->dscp) {
		listener_mark(l, what->dscp);
	}
	return true;
}

static bool
family_wanted(const struct ntpd *d, const struct addr *a)
{
	return d->opt.family == ADDR_NONE || d->opt.family == a->family;
}

/* ---- other servers ---- */

static bool
has_port(const struct ntpd *d, uint16_t port)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		const struct listener *l = d->server.listeners.at[i];
		if (l->sock != NULL && l->what.local.port == port) {
			return true;
		}
	}
	return false;
}

static bool
taken(struct ntpd *d, const struct endpoint *e, bool say)
{
	char text[ADDR_TEXT_MAX];

	if (!family_wanted(d, &e->addr) || !d->port.net->ops->port_taken(d->port.net, e)) {
		return false;
	}
	if (say) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "unable to bind to %saddress %s port %u - another process may be running%s; "
		    "\"ss -lunp 'sport = :%u'\" tells which",
		    addr_is_wildcard(&e->addr) ? "wildcard " : "",
		    addr_format(&e->addr, text, sizeof text), (unsigned)e->port,
		    e->port == NTP_PORT ? " - EXITING" : "; trying again", (unsigned)e->port);
	}
	return true;
}

/*
 * Another server on the port would share our packets, or steal them: find out before any
 * socket is opened. n addresses are in the scratch of a scan.
 */
static bool
port_taken(struct ntpd *d, size_t n, uint16_t port, bool say)
{
	static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };

	for (unsigned i = 0; i < 2; i++) {
		const struct endpoint any = { { .family = families[i] }, port };
		if (listen_rules_act(d, "", &any.addr) != LISTEN_IGNORE && taken(d, &any, say)) {
			return true;
		}
	}
	for (size_t i = 0; i < n; i++) {
		const struct net_iface *f = &d->listen.scan[i];
		const struct endpoint e = { f->addr, port };
		if (f->up && listen_rules_act(d, f->name, &f->addr) != LISTEN_IGNORE &&
		    taken(d, &e, say)) {
			return true;
		}
	}
	return false;
}

/* ---- scanning ---- */

/* A port besides 123 is for serving; whatever is dropped there, the kernel refuses better. */
static bool
wanted(const struct ntpd *d, const struct endpoint *e, enum config_listen_act act)
{
	return family_wanted(d, &e->addr) && act != LISTEN_IGNORE &&
	    (act == LISTEN_LISTEN || e->port == NTP_PORT);
}

static void
scan_wildcard(struct ntpd *d, enum addr_family family, uint16_t port)
{
	const struct endpoint any = { .addr = { .family = family }, .port = port };
	enum config_listen_act act =
	    answers_for_rest(d, &any.addr) ? LISTEN_LISTEN : listen_rules_act(d, "", &any.addr);
	struct net_listen what = listen_on(d, &any, "", act);

	if (wanted(d, &any, act) && !is_open(d, &what)) {
		/* A host without the family has nothing to listen on. */
		(void)open_listener(d, &what, NULL);
	}
}

/* Not this address, but sockets as such cannot be had. */
static bool
is_shortage(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM;
}

/* False when the socket could not be opened and is to be tried again. */
static bool
scan_iface(struct ntpd *d, const struct net_iface *f, uint16_t port)
{
	const struct endpoint e = { f->addr, port };
	enum config_listen_act act = listen_rules_act(d, f->name, &f->addr);
	struct net_listen what = listen_on(d, &e, f->name, act);
	char text[ENDPOINT_TEXT_MAX];
	int error;

	if (!f->up || !wanted(d, &e, act) || is_open(d, &what)) {
		return true;
	}
	error = d->listen.full ? -EMFILE : open_listener(d, &what, f);
	if (is_shortage(error)) {
		d->listen.full = true; /* until the next scan */
		d->listen.rest[d->listen.rest_n++] = f->addr;
		return true;
	}
	if (error != 0 && error != d->listen.last_error) {
		/*
		 * An IPv6 address cannot be bound for a second or two after it appeared:
		 * nothing to worry about.
		 */
		report(&d->journal, error == -EADDRNOTAVAIL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
		    "cannot listen on %s %s: %s%s", f->name, endpoint_format(&e, text, sizeof text),
		    strerror(-error), error == -EACCES ? "" : "; trying again");
	}
	d->listen.last_error = error;
	return error == 0;
}

static bool
close_lost(struct ntpd *d)
{
	bool any = false;

	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		struct listener *l = d->server.listeners.at[i];
		if (l->sock != NULL && !l->found) {
			close_listener(d, l, true);
			any = true;
		}
	}
	return any;
}

/* 127.0.0.1 and ::1, where the tools of this host ask. */
static bool
is_home(const struct addr *a)
{
	struct addr home4 = addr_v4(0x7f000001u), home6 = { .family = ADDR_V6 };

	home6.bytes[15] = 1;
	return addr_equal(a, &home4) ||
	    (a->family == ADDR_V6 && memcmp(a->bytes, home6.bytes, sizeof a->bytes) == 0);
}

static bool
scan_port(struct ntpd *d, size_t n, uint16_t port)
{
	bool complete = true;

	scan_wildcard(d, ADDR_V6, port);
	scan_wildcard(d, ADDR_V4, port);
	for (size_t i = 0; i < 2 * n; i++) { /* home first: sockets may come to an end */
		const struct net_iface *f = &d->listen.scan[i < n ? i : i - n];
		if (is_home(&f->addr) == (i < n)) {
			complete = scan_iface(d, f, port) && complete;
		}
	}
	return complete;
}

/*
 * A port beside 123, 0: none: of another process it is left alone, with a line in the log. True
 * when its sockets are open as they should be.
 */
static bool
scan_second(struct ntpd *d, size_t n, int32_t second, bool *told)
{
	uint16_t port = (uint16_t)second;
	bool taken = false;

	if (port == 0 || port == NTP_PORT) {
		return true;
	}
	if (!has_port(d, port)) {
		taken = port_taken(d, n, port, !*told);
	}
	*told = taken;
	return !taken && scan_port(d, n, port);
}

/* extra port, and that which NTS clients are told. */
static bool
scan_others(struct ntpd *d, size_t n)
{
	const struct config *c = d->conf;
	int32_t nts = c->nts.enable && c->nts.port != c->extra_port ? c->nts.port : 0;
	bool extra = scan_second(d, n, c->extra_port, &d->listen.extra_taken);

	return scan_second(d, n, nts, &d->listen.nts_taken) && extra;
}

/* ---- what is ours ---- */

/* Addresses that are served: those of the sockets, and those the wildcard answers for. */
static unsigned
count_served(const struct ntpd *d)
{
	unsigned n = d->listen.rest_n;

	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		const struct listener *l = d->server.listeners.at[i];
		n += l->sock != NULL && !l->wildcard;
	}
	return n;
}

/* Our own addresses are no clients of ours. */
static void
tell_own(struct ntpd *d)
{
	if (!access_own_begin(&d->server, count_served(d))) {
		return;
	}
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		const struct listener *l = d->server.listeners.at[i];
		if (l->sock != NULL && !l->wildcard) {
			access_own_add(&d->server, &l->what.local.addr);
		}
	}
	for (unsigned i = 0; i < d->listen.rest_n; i++) {
		access_own_add(&d->server, &d->listen.rest[i]);
	}
}

/* ---- more addresses than sockets ---- */

static int
compare_addrs(const void *a, const void *b)
{
	return addr_compare(a, b);
}

bool
listen_answers_for(const struct ntpd *d, const struct addr *a)
{
	return d->listen.rest_n > 0 &&
	    bsearch(a, d->listen.rest, d->listen.rest_n, sizeof d->listen.rest[0], compare_addrs) !=
	    NULL;
}

/* Says it when their number changed, and what to do. */
static void
tell_rest(struct ntpd *d)
{
	struct listen *t = &d->listen;
	struct addr any = { .family = ADDR_V4 };
	bool answered = answers_for_rest(d, &any) || listen_rules_act(d, "", &any) == LISTEN_LISTEN;

	if (t->rest_n == t->told_rest_n) {
		return;
	}
	t->told_rest_n = t->rest_n;
	if (t->rest_n == 0) {
		report(&d->journal, LOG_LEVEL_NOTICE,
		    "every address has a socket of its own again");
	} else {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "%u of %u addresses have no socket of their own, the process may not open as "
		    "many files; %s. 'LimitNOFILE=' of the systemd unit, ulimit -n or 'rlimit "
		    "filenum' allows more",
		    t->rest_n, t->allowed_n,
		    answered ? "the wildcard socket answers on them"
			     : "they are not served, for 'interface ignore wildcard' forbids the "
			       "socket that would");
	}
}

/* Sorts the addresses that are left, and has the wildcards answer for them, or no longer. */
static void
serve_rest(struct ntpd *d)
{
	struct listen *t = &d->listen;

	qsort(t->rest, t->rest_n, sizeof t->rest[0], compare_addrs);
	if (t->overflow != (t->rest_n > 0)) {
		t->overflow = t->rest_n > 0;
		scan_wildcard(d, ADDR_V6, NTP_PORT);
		scan_wildcard(d, ADDR_V4, NTP_PORT);
	}
	tell_rest(d);
}

/* True when every wanted socket is open. */
static bool
scan(struct ntpd *d, bool *changed)
{
	unsigned rest_before = d->listen.rest_n;
	bool complete, lost;
	size_t n;

	*changed = false;
	if (!listen_list(d, &n)) {
		return false;
	}
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		listener_set_found(d->server.listeners.at[i], false);
	}
	*changed = listen_note(d, d->listen.scan, n);
	d->listen.full = false;
	d->listen.rest_n = 0;
	complete = scan_port(d, n, NTP_PORT);
	complete = scan_others(d, n) && complete;
	complete = listen_cast_scan(d, n) && complete;
	lost = close_lost(d);
	serve_rest(d);
	*changed = *changed || lost || d->listen.rest_n != rest_before;
	/* What was closed makes room for those that have none. */
	return complete && !(lost && d->listen.rest_n > 0);
}

static void
rescan_later(struct ntpd *d, bool complete)
{
	double delay_s = complete ? d->opt.scan_interval_s : RETRY_S;

	if (delay_s > 0) {
		d->port.loop->ops->timer_arm(d->port.loop, &d->listen.rescan,
		    mtime_add_s(now_of(d), delay_s));
	}
}

void
listen_rescan(struct ntpd *d)
{
	bool changed;
	bool complete;

	d->listen.restricted = d->conf->listens_n > 0 || d->opt.listen_n > 0;
	complete = scan(d, &changed);
	rescan_later(d, complete);
	if (changed) {
		tell_own(d);
		peers_network_changed(&d->client);
		wire_names_again(d);
	}
}

static void
on_rescan(void *ctx)
{
	listen_rescan(ctx);
}

/* What is denied at the start is denied for ever: rights do not come to a process later. */
static bool
has_none(struct ntpd *d)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		if (d->server.listeners.at[i]->sock != NULL) {
			return false;
		}
	}
	if (d->listen.denied) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "no socket on port %d: %s; run as root (-u USER gives its rights up again), or "
		    "with the capability CAP_NET_BIND_SERVICE - EXITING",
		    (int)NTP_PORT, strerror(EACCES));
	}
	return d->listen.denied;
}

int
listen_start(struct ntpd *d)
{
	bool changed, complete;
	size_t n;

	if (d->conf->listens_n > 0 && (d->opt.listen_n > 0 || d->opt.no_virtual)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "interface/nic rules are not allowed with --interface (-I) or --novirtualips "
		    "(-L), exiting");
		return EXIT_TAKEN;
	}
	d->listen.restricted = d->conf->listens_n > 0 || d->opt.listen_n > 0;
	(void)listen_list(d, &n);
	if (port_taken(d, n, NTP_PORT, true)) {
		return EXIT_TAKEN;
	}
	d->port.loop->ops->timer_init(d->port.loop, &d->listen.rescan, on_rescan, d);
	complete = scan(d, &changed);
	if (has_none(d)) {
		return EXIT_TAKEN;
	}
	tell_own(d);
	listen_tell_unmatched(d);
	rescan_later(d, complete);
	if (d->port.net->ops->watch(d->port.net, on_rescan, d) != 0) {
		report(&d->journal, LOG_LEVEL_INFO,
		    "changes of addresses are not announced here; looking every %.0f s",
		    d->opt.scan_interval_s);
	}
	return 0;
}

void
listen_stop(struct ntpd *d)
{
	for (unsigned i = 0; i < d->server.listeners.n; i++) {
		if (d->server.listeners.at[i]->sock != NULL) {
			close_listener(d, d->server.listeners.at[i], false);
		}
	}
	listener_free_all(&d->server);
	listen_forget(d);
	d->port.loop->ops->timer_done(d->port.loop, &d->listen.rescan);
	memset(&d->listen, 0, sizeof d->listen);
}
