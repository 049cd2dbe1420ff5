/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leapsec - leap seconds as they are known: the table and the sources' vote, and what clients, the
 * kernel and smears of replies go by.
 */
#ifndef STEERING_LEAPSEC_H
#define STEERING_LEAPSEC_H
#include <stdbool.h>
#include "base/ntptime.h"
#include "core/leap.h"
#include "core/serve.h"
#include "port/clock.h"

struct steering;

struct leapsec {
	struct leap leap;
	struct leap_outlook outlook; /* of the last look */
	struct mtime looked_at;
};

/* No leap second is known yet. */
void leapsec_begin(struct steering *s);

/* Takes a table as leap_set_table does; false: it is none, and the old one stays. */
bool leapsec_take(struct steering *s, const struct leap_row *rows, unsigned n, int64_t expires_s);

/* Hears the vote of the sources of a selection; true when it is another than before. */
bool leapsec_hear(struct steering *s, enum ntp_leap vote, struct rtime now);

/* Looks what lies ahead at now; what the others say of leap seconds is as of the last look. */
void leapsec_look(struct steering *s, struct rtime now);

/*
 * What to show in place of "no leap second": the announcement, or LEAP_UNSYNC while a reply
 * may be a second off. Nothing while all sources smear it: our clock follows them.
 */
enum ntp_leap leapsec_shown(const struct steering *s);

/* The kernel's bits of today; none while all sources smear the leap second. */
enum clock_leap leapsec_kernel(const struct steering *s);

/* True when a move of the clock by moved_s just now was the leap second. */
bool leapsec_explains(struct steering *s, double moved_s);

/* TAI - UTC now in seconds, as the table has it; 0: there is none. */
int leapsec_tai_s(const struct steering *s);

/* The leap seconds near now, for smears; none while our clock follows sources that smear. */
struct served_leap_second leapsec_served(const struct steering *s);

#endif
