/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filegen - the name of a statistics file at a time of day: base name and the suffix of its period.
 * Pure. reference/directives, section 4.
 */
#ifndef JOURNAL_FILEGEN_H
#define JOURNAL_FILEGEN_H
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "config/config.h"

struct filegen_now {
	struct rtime real;
	double uptime_s;
	int pid;
};

/*
 * Appends the suffix: .YYYYMMDD, .YYYYwWW (ISO 8601 week), .YYYYMM, .YYYY, .aSSSSSSSS,
 * .#PID, or nothing.
 */
void filegen_suffix(enum config_filegen_type type, const struct filegen_now *now, struct text *out);

/*
 * The modified Julian day and the whole milliseconds of it, 0..86399999, as every statistics line
 * begins.
 */
void filegen_mjd(struct rtime t, long *day, unsigned *ms);

#endif
