/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leapsec - leap seconds in the daemon: the leap file, the sources' vote, the announcement to
 * clients and the kernel, and what smears of replies go by.
 */
#ifndef NTPD_LEAPSEC_H
#define NTPD_LEAPSEC_H
#include "base/addr.h"
#include "config/leapfile.h"
#include "core/leap.h"
#include "core/serve.h"
#include "port/clock.h"
#include "port/loop.h"
#include "port/store.h"

struct steering;

struct leapsec {
	struct leap leap;
	struct leap_outlook outlook;    /* of the last look */
	struct mtime looked_at;
	struct loop_timer timer;
	struct store_stat file;         /* as it was read */
	bool unasked;                   /* the table in force is of no leapfile line */
	bool denied;                    /* to the first user; the one of -u may be allowed */
	bool warned;                    /* of its expiry, at: */
	struct mtime warned_at;
};

/* Reads the leap file and begins to look ahead. */
void leapsec_start(struct steering *s);
void leapsec_stop(struct steering *s);

/*
 * Reads the leap file again when its name or its content changed. Bad lines are reported and left
 * out; of a file without a good one, or with a wrong hash, the old table stays.
 */
void leapsec_reload(struct steering *s);

/*
 * Reads the text of a leap file as leapfile_parse does, and judges its hash unless checkhash is
 * false; what cannot be known for a bad line behind the last row, expires with that row.
 */
bool leapsec_parse(const char *path, const char *text, size_t len, bool checkhash, struct arena *a,
    struct leapfile *out, struct diag_list *diags);

/* Hears the vote of the sources of the last selection. */
void leapsec_vote(struct steering *s, enum ntp_leap vote);

/*
 * What to show in place of "no leap second": the announcement, or LEAP_UNSYNC while a reply
 * may be a second off. Nothing while all sources smear it: our clock follows them.
 */
enum ntp_leap leapsec_shown(const struct steering *s);

/* The kernel's bits of today; none while all sources smear the leap second. */
enum clock_leap leapsec_kernel(const struct steering *s);

/* True when a move of the clock by moved_s just now was the leap second. */
bool leapsec_explains(struct steering *s, double moved_s);

/* The leap seconds near now, for smears; none while our clock follows sources that smear. */
struct served_leap_second leapsec_served(const struct steering *s);

#endif
