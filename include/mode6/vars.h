/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vars - a parsed answer "name=value, name=value": look-up and typed reading.
 * Every octet of the answer that is not printable ASCII is kept as \xHH, so nothing from here can
 * steer a terminal.
 */
#ifndef MODE6_VARS_H
#define MODE6_VARS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"

struct variable {
	const char *name;
	const char *value; /* NULL: only a name was sent */
	bool quoted;       /* the value stood in double quotes, which are taken off */
};

struct vars {
	struct variable *at;
	size_t n;
	bool broken; /* the text ends in something unreadable; what came before is here */
	char *store; /* owns the text */
};

/*
 * Parses len octets, at most CONTROL_TEXT_MAX of them. False only when memory is short. vars_free
 * releases it.
 */
bool vars_parse(struct vars *v, const uint8_t *data, size_t len);
void vars_free(struct vars *v);

/* The first variable of that name (any case), or NULL. */
const struct variable *vars_find(const struct vars *v, const char *name);

/* Its value; NULL when absent or without value. */
const char *vars_get(const struct vars *v, const char *name);

/* Typed reading; false leaves *out alone: absent or not of that form. */
bool vars_i64(const struct vars *v, const char *name, int64_t *out);
bool vars_double(const struct vars *v, const char *name, double *out);
bool vars_stamp(const struct vars *v, const char *name,
    struct ntp_ts *out); /* 0xSSSSSSSS.FFFFFFFF */

/* Reads a timestamp "0xe2a1b3c4.8f000000" ("0x" may be missing). */
bool vars_stamp_of(const char *text, struct ntp_ts *out);

/* Takes a name "tag.12" apart; false when it is not of that form. */
bool vars_split_index(const char *name, char *tag, size_t tag_cap, uint32_t *index);

#endif
