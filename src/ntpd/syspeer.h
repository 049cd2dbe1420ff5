/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syspeer - the system peer is lost, or found; without one for long enough, orphan mode.
 */
#ifndef NTPD_SYSPEER_H
#define NTPD_SYSPEER_H

struct assoc;
struct assoc_world;
struct steering;

/* There is no system peer yet; orphanwait begins, at whose end orphan(s) is called. */
void syspeer_start(struct steering *s, void (*orphan)(void *ctx));

/* May be called again, and without a start. */
void syspeer_stop(struct steering *s);

/* The last selection found none: says so once, and becomes an orphan when tos orphan wants it. */
void syspeer_lost(struct steering *s, const struct assoc_world *w);

/* The last selection found a. */
void syspeer_found(struct steering *s, const struct assoc *a);

#endif
