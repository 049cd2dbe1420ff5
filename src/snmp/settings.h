/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings - what a manager set, which outlives the process: RFC 5907 has it kept. Pure, over the
 * text of its file.
 */
#ifndef SNMP_SETTINGS_H
#define SNMP_SETTINGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "snmp/objects.h"

enum { SETTINGS_FILE_MAX = 128 };

struct settings {
	uint32_t heartbeat_s;
	uint16_t bits; /* of notifications that are wanted, as in objects_facts */
};

/* As they are before anybody has set one. */
struct settings settings_usual(void);

/* Takes in the octets of a file; false leaves them as they are: it is none, or not whole. */
bool settings_read(struct settings *s, const char *bytes, size_t len);

/* Appends the octets of the file, at most SETTINGS_FILE_MAX. */
void settings_put(const struct settings *s, struct text *out);

/* What became of the wish of a manager. */
enum settings_set {
	SETTINGS_SET,
	SETTINGS_NOT_WRITABLE,
	SETTINGS_WRONG_TYPE,
	SETTINGS_WRONG_VALUE
};

/* Sets the object of that name to the value; anything but SETTINGS_SET changes nothing. */
enum settings_set settings_take(struct settings *s, const struct object *value);

#endif
