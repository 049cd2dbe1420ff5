/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header - the 48-octet NTP header, decoded and encoded; no policy. RFC 5905, section 7.3.
 */
#ifndef WIRE_HEADER_H
#define WIRE_HEADER_H
#include <stdbool.h>
#include <stdint.h>
#include "base/cursor.h"
#include "base/ntptime.h"
#include "base/text.h"

enum { HEADER_LEN = 48, HEADER_XMT_AT = 40, NTP_PORT = 123, NTP_VERSION = 4, STRATUM_UNSPEC = 16 };

enum ntp_leap { LEAP_NONE, LEAP_INSERT, LEAP_DELETE, LEAP_UNSYNC };

enum ntp_mode {
	MODE_UNSPEC,
	MODE_ACTIVE,
	MODE_PASSIVE,
	MODE_CLIENT,
	MODE_SERVER,
	MODE_BROADCAST,
	MODE_CONTROL,
	MODE_PRIVATE,
	MODE_BCLIENT = MODE_CONTROL /* of an association that hears broadcasts, of no packet */
};

enum { MODE_BITS = 7 }; /* of the first octet */

struct header {
	enum ntp_leap leap;
	unsigned version; /* 0..7 */
	enum ntp_mode mode;
	uint8_t stratum;     /* as on the wire: 0 for unspecified or kiss */
	int8_t poll;         /* log2 s */
	int8_t precision;    /* log2 s */
	uint32_t root_delay; /* NTP short; ntp_short_to_s */
	uint32_t root_disp;  /* NTP short */
	uint32_t refid;      /* big-endian value: 'G' of "GPS" in the top octet */
	struct ntp_ts reftime, org, rec, xmt;
};

/* Reads a header; *h is written only when all 48 octets are there. */
bool header_get(struct cursor *c, struct header *h);

/* Writes a header; the writer's error says whether it fitted. */
void header_put(struct writer *w, const struct header *h);

/* The refid of up to four ASCII characters, left-aligned, zero-filled. */
uint32_t refid_of_text(const char *s);

/*
 * Appends a reference id as it is shown: letters of a clock or a kiss, an address of strata 2 to
 * 15. What would not stand in a list of mode 6 is '?'.
 */
void refid_put(struct text *t, uint32_t refid, unsigned stratum);

#endif
