/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sources_pool - which members a pool has, and which it changes for others: those of no use while
 * others agree, one an hour, and never for an address it gave up within a day.
 */
#ifndef SOURCES_POOL_H
#define SOURCES_POOL_H
#include <stdbool.h>
#include "client/association.h"
#include "client/sources.h"

/*
 * A member was polled. True when it has been false, or denied us the time, for so many polls that
 * another is to be looked for now; it leaves when there is one (sources_pool_swap).
 */
bool sources_pool_tires(struct peer *p);

/*
 * The address of the pool's last answer to be asked next: one that nobody uses, of a network of
 * which nobody is asked yet where there is one, and not given up of late. NULL: there is none.
 */
const struct addr *sources_pool_next(const struct source *s);

/* True when the pool gave that address up of late. */
bool sources_pool_gave_up(const struct source *s, const struct addr *a);

/* The member that is to leave, if it is still there, leaves for a; a waits for its turn to come. */
void sources_pool_swap(struct source *s, const struct addr *a);

/* There is none to take its place: it stays, and is looked at again in an hour. */
void sources_pool_stay(struct source *s);

/* True when a member is to leave as soon as there is another. */
bool sources_pool_leaving(const struct source *s);

/*
 * A member goes: for a day when it was against all others or denied us the time; when it was silent
 * it is asked again for lack of others only, within an hour.
 */
void sources_pool_end(struct peer *p);

/*
 * How useful an association that may go is, 0 to 6, as ntpd counts: a point each for its stratum,
 * distance, no loop, reach, being among the survivors, and not being in excess.
 */
unsigned sources_pool_score(const struct peer *p);

/* True when it is the least useful of those that may go, or as little as another. */
bool sources_pool_least(const struct peer *p);

#endif
