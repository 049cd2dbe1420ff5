/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control - mode 6 messages: header, fragments and variable lists. RFC 9327; shared by ntpd, ntpq
 * and ntpstat.
 */
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cursor.h"

enum {
	CONTROL_HEADER_LEN = 12,
	CONTROL_DATA_MAX = 468,     /* of one datagram */
	CONTROL_FRAGMENTS_MAX = 32, /* of one answer, as every ntpq takes it */
	CONTROL_TEXT_MAX = CONTROL_DATA_MAX * CONTROL_FRAGMENTS_MAX,
};

enum control_op {
	CONTROL_UNSPEC,
	CONTROL_READSTAT,
	CONTROL_READVAR,
	CONTROL_WRITEVAR,
	CONTROL_READCLOCK,
	CONTROL_WRITECLOCK,
	CONTROL_SETTRAP,
	CONTROL_ASYNCMSG,
	CONTROL_CONFIGURE,
	CONTROL_SAVECONFIG,
	CONTROL_READ_MRU,
	CONTROL_READ_ORDLIST,
	CONTROL_REQ_NONCE,
	CONTROL_UNSETTRAP = 31
};

enum control_error {
	CONTROL_ERR_UNSPEC,
	CONTROL_ERR_PERMISSION,
	CONTROL_ERR_FORMAT,
	CONTROL_ERR_OPCODE,
	CONTROL_ERR_ASSOC,
	CONTROL_ERR_UNKNOWNVAR,
	CONTROL_ERR_BADVALUE,
	CONTROL_ERR_RESTRICT
};

struct control_header {
	unsigned leap, version;
	bool response, error, more;
	unsigned op; /* enum control_op, 0..31 */
	uint16_t sequence, status, assoc, offset, count;
};

/*
 * Read and write the 12 octets; get leaves *h alone when they are not there or the mode is not 6.
 */
bool control_header_get(struct cursor *c, struct control_header *h);
void control_header_put(struct writer *w, const struct control_header *h);

/* One "name" or "name=value" of a variable list; views into the text. */
struct control_item {
	const char *name, *value;   /* value NULL: only a name */
	size_t name_len, value_len; /* quotes around a value are taken off */
};

/*
 * Takes the next item of a comma-separated list, from *at to end, skipping white space; a comma
 * inside double quotes does not separate. False at the end. *bad becomes true (and the result
 * false) on a name longer than 128 characters, an unfinished quote or a character that is not
 * printable ASCII.
 */
bool control_item_next(const char **at, const char *end, struct control_item *out, bool *bad);

/*
 * Puts together the fragments of an answer, in any order, refusing overlaps that differ, gaps and
 * excess.
 */
struct control_assembly {
	uint8_t data[CONTROL_TEXT_MAX];
	uint8_t seen[CONTROL_TEXT_MAX / 8 + 1];
	size_t total; /* known once the last fragment came, else 0 with last_seen false */
	bool last_seen;
	unsigned fragments;
};

enum control_progress { CONTROL_MORE, CONTROL_DONE, CONTROL_REFUSED };

/*
 * Start empties the assembly. Add takes the len octets behind the header of one datagram: DONE
 * when nothing is missing, REFUSED when they are fewer than h->count, too many in all, or
 * contradict what came before.
 */
void control_assembly_start(struct control_assembly *a);
enum control_progress control_assembly_add(struct control_assembly *a,
    const struct control_header *h, const uint8_t *data, size_t len);

#endif
