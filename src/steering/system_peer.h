/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system_peer - the system peer is lost, or found; without one for long enough, orphan mode.
 */
#ifndef STEERING_SYSTEM_PEER_H
#define STEERING_SYSTEM_PEER_H

struct assoc;
struct assoc_world;
struct steering;

/* There is no system peer yet; orphanwait begins, at whose end orphan(s) is called. */
void system_peer_start(struct steering *s, void (*orphan)(void *ctx));

/* May be called again, and without a start. */
void system_peer_stop(struct steering *s);

/* The last selection found none: says so once, and becomes an orphan when tos orphan wants it. */
void system_peer_lost(struct steering *s, const struct assoc_world *w);

/* The last selection found a. */
void system_peer_found(struct steering *s, const struct assoc *a);

#endif
