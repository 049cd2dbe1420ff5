/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen - which of the host's addresses we serve on, and their sockets on port 123.
 * Follows interface/nic lines, -I and -L; addresses that come and go are followed.
 * reference/directives, section 3.
 */
#ifndef NTPD_LISTEN_H
#define NTPD_LISTEN_H
#include "base/addr.h"
#include "config/config.h"
#include "port/loop.h"
#include "port/net.h"

struct ntpd;

/* Of the host: the bound of growth. */
enum { ADDRESSES_MAX = 65536 };

struct listen {
	unsigned next_number;
	struct loop_timer rescan;
	/* room for addresses in each of these */
	size_t addrs_room;
	struct net_iface *scan; /* of the last scan */
	unsigned scan_n;
	struct addr *own;     /* every address of the host */
	struct addr *allowed; /* those the rules let us use */
	uint32_t *own_refid;  /* what a server shows that follows us */
	struct addr *rest;    /* without a socket: the wildcard answers; sorted */
	unsigned own_n, allowed_n, own_refid_n, rest_n;
	unsigned told_rest_n; /* as it was said last */
	bool overflow;        /* there are such: the wildcards are open for them */
	bool full;            /* no more sockets in this scan */
	bool denied;          /* a port was, for lack of rights */
	bool restricted;      /* rules exist: outgoing sockets keep to allowed */
	int cast_error;       /* of a socket for what comes to all, likewise */
	int last_error;       /* of opening a socket, to say it once */
	int list_error;       /* of listing the addresses, likewise */
	bool too_many;        /* more than ADDRESSES_MAX; said */
	bool extra_taken;     /* extra port is somebody else's; said once */
	bool nts_taken;       /* nts port likewise */
};

/*
 * Opens the sockets and begins to watch. 0, or the exit status when port 123 belongs to
 * somebody else.
 */
int listen_start(struct ntpd *d);

/* Opens and closes what a changed host or configuration asks for. */
void listen_rescan(struct ntpd *d);

/* Closes every socket. */
void listen_stop(struct ntpd *d);

/* True when the wildcard socket answers for the address, because it has none of its own. */
bool listen_answers_for(const struct ntpd *d, const struct addr *a);

#endif
