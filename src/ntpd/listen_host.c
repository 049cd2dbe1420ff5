/* SPDX-License-Identifier: BSD-2-Clause */
/* listen_host - which addresses the host has, in arrays that grow with them. */
#include "ntpd/listen_host.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "crypto/mac.h"
#include "journal/report.h"
#include "ntpd/listen.h"
#include "ntpd/listen_rules.h"
#include "ntpd/state.h"

enum { ADDRS_FIRST = 64 };

static void
free_addresses(struct listen *t)
{
	free(t->scan);
	free(t->own);
	free(t->allowed);
	free(t->rest);
	free(t->own_refid);
}

/* Room for more addresses: every array, or none. */
static int
grow(struct listen *t, size_t room)
{
	struct net_iface *scan = calloc(room, sizeof *scan);
	struct addr *own = calloc(room, sizeof *own), *allowed = calloc(room, sizeof *allowed);
	struct addr *rest = calloc(2 * room, sizeof *rest); /* on two ports */
	uint32_t *own_refid = calloc(room, sizeof *own_refid);

	if (scan == NULL || own == NULL || allowed == NULL || rest == NULL || own_refid == NULL) {
		free(scan);
		free(own);
		free(allowed);
		free(rest);
		free(own_refid);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < t->own_n; i++) { /* what a scan compares with */
		own[i] = t->own[i];
	}
	for (unsigned i = 0; i < t->allowed_n; i++) {
		allowed[i] = t->allowed[i];
	}
	for (unsigned i = 0; i < t->rest_n; i++) {
		rest[i] = t->rest[i];
	}
	for (unsigned i = 0; i < t->own_refid_n; i++) {
		own_refid[i] = t->own_refid[i];
	}
	free_addresses(t);
	t->scan = scan;
	t->own = own;
	t->allowed = allowed;
	t->rest = rest;
	t->own_refid = own_refid;
	t->addrs_room = room;
	return 0;
}

bool
listen_list(struct ntpd *d, size_t *n)
{
	struct listen *t = &d->listen;
	int error = t->scan == NULL ? grow(t, ADDRS_FIRST) : 0;

	*n = 0;
	error =
	    error != 0 ? error : d->port.net->ops->ifaces(d->port.net, t->scan, t->addrs_room, n);
	while (error == 0 && *n > t->addrs_room && t->addrs_room < ADDRESSES_MAX) {
		size_t room = *n + *n / 4;
		error = grow(t, room < ADDRESSES_MAX ? room : ADDRESSES_MAX);
		error = error != 0
		    ? error
		    : d->port.net->ops->ifaces(d->port.net, t->scan, t->addrs_room, n);
	}
	if (error == 0 && *n > t->addrs_room) {
		if (!t->too_many) {
			report(&d->journal, LOG_LEVEL_WARNING,
			    "this host has %zu addresses, and those after the %zuth are not used: "
			    "choose with interface lines on a host with fewer, or in a network "
			    "namespace",
			    *n, t->addrs_room);
		}
		t->too_many = true;
		*n = t->addrs_room;
	}
	if (error != 0 && error != t->list_error) {
		report(&d->journal, LOG_LEVEL_WARNING,
		    "the addresses of this host cannot be listed: %s; trying again, and what is "
		    "open stays",
		    strerror(-error));
	}
	t->list_error = error;
	t->scan_n = error == 0 ? (unsigned)*n : 0;
	return error == 0;
}

bool
listen_note(struct ntpd *d, const struct net_iface *f, size_t n)
{
	struct listen *l = &d->listen;
	unsigned own_before = l->own_n;
	bool changed;

	l->own_n = 0;
	l->own_refid_n = 0;
	l->allowed_n = 0;
	changed = false;
	for (size_t i = 0; i < n; i++) {
		if (!f[i].up) {
			continue;
		}
		changed =
		    changed || l->own_n >= own_before || !addr_equal(&l->own[l->own_n], &f[i].addr);
		l->own[l->own_n] = f[i].addr;
		l->own_n++;
		/* An orphan parent shows 127.0.0.1 as its reference: that is itself, not us. */
		if (!addr_is_loopback(&f[i].addr)) {
			l->own_refid[l->own_refid_n++] = refid_of_addr(&f[i].addr);
		}
		if (listen_rules_act(d, f[i].name, &f[i].addr) != LISTEN_IGNORE) {
			l->allowed[l->allowed_n++] = f[i].addr;
		}
	}
	return changed || l->own_n != own_before;
}

void
listen_forget(struct ntpd *d)
{
	free_addresses(&d->listen);
	d->listen.scan = NULL;
	d->listen.own = d->listen.allowed = d->listen.rest = NULL;
	d->listen.own_refid = NULL;
	d->listen.addrs_room = d->listen.scan_n = 0;
	d->listen.own_n = d->listen.allowed_n = d->listen.own_refid_n = d->listen.rest_n = 0;
}
