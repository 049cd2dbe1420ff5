/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars_table - a kind of variables is a const table of names over a snapshot, a struct that is
 * filled when somebody asks. Seen only by the vars_*.c files.
 */
#ifndef CONTROL_VARS_TABLE_H
#define CONTROL_VARS_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "vars.h"
#include "wire/control.h"

/* What stands in the snapshot, and how it is shown. */
enum vars_kind {
	KIND_UINT,
	KIND_INT, /* uint64_t, int64_t */
	KIND_BARE,
	KIND_QUOTED, /* char[]; const char *, NULL is empty */
	KIND_MS3,
	KIND_MS6,
	KIND_PPM, /* double: seconds or s/s, shown in ms or ppm; in s: */
	KIND_S6,
	KIND_TS,
	KIND_HEX, /* struct ntp_ts; uint64_t */
	KIND_ADDR,
	KIND_MODES,  /* uint64_t[COUNTERS_MODES], how many packets of each */
	KIND_STAGES, /* struct addr; double[FILTER_STAGES], s */
	KIND_DATE,   /* int64_t, s since 1970, as YYYYMMDDhhmm, 0 as 0 */
	KIND_NAMES,  /* of the whole table, and those in a const char * behind them, or NULL */
};

/* When a variable is among those shown unasked. */
enum vars_shown {
	SHOWN,
	NAMED, /* always; only by name */
	SHOWN_TABLE,
	SHOWN_SMEAR, /* with a leap table; while a smear is configured */
	SHOWN_NTS,   /* of a source that is asked with NTS */
	SHOWN_IL,    /* of one in interleaved mode, or that is to be */
	SHOWN_CAST,  /* of what has to do with broadcasts or groups */
	SHOWN_CLOCK, /* of a reference clock that has a device */
	SHOWN_WHY,   /* of a source that was left out for more than how far it is */
	SHOWN_SLEW,  /* in the first slew of a run */
};

struct vars_row {
	const char *name;
	size_t name_len;
	enum vars_kind kind;
	size_t at; /* offset in the snapshot */
	enum vars_shown shown;
};

/* A row of a table over snapshots of a type; name is a literal. */
#define VARS_ROW(type, name, kind, field, shown)                           \
	{                                                                  \
		name, sizeof(name) - 1, kind, offsetof(type, field), shown \
	}

struct vars_table {
	const struct vars_row *rows;
	size_t n;
};

/* Append all rows shown so, or the row with that name. */
void vars_put_shown(struct text *out, const struct vars_table *t, const void *snapshot,
    enum vars_shown shown);
bool vars_put_named(struct text *out, const struct vars_table *t, const void *snapshot,
    const struct control_item *name);

/* Takes the next name of a request; false at the end, and when it is not worth going on. */
bool vars_names_next(struct vars_names *names, const struct text *out, struct control_item *name);

/* Appends all that a request names, of one table. */
void vars_put_names(struct text *out, const struct vars_table *t, const void *snapshot,
    struct vars_names *names);

/* True when the item's name is this one. */
bool vars_name_is(const struct control_item *item, const char *name);

/* ASCII where the protocol has letters, an address elsewhere. */
void vars_put_refid(char *buf, size_t cap, uint32_t refid, unsigned stratum);

/* Seconds cut down to whole ones, 0 for less than none. */
uint64_t vars_whole_seconds(double s);

#endif
