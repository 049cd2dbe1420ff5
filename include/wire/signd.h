/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signd - what is said to Samba's ntp_signd, which has the keys of a domain's machines and signs
 * answers with them, and the requests that want it (MS-SNTP, 2.2 and 3.2). Octets to messages and
 * back; no policy.
 */
#ifndef WIRE_SIGND_H
#define WIRE_SIGND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire/header.h"

enum {
	SIGND_KEY_ID_LEN = 4,  /* as on the wire: an account's number, the first octet lowest */
	SIGND_PACKET_LEN = 68, /* header, key id, 16 octets of checksum: request and answer */
	SIGND_ASK_LEN = 68,
	SIGND_REPLY_MAX = 84 /* with its length in front */
};

/*
 * True of a request that wants to be signed: version 3, mode 3 or 1, with a key id and a checksum
 * of zeros. The other form, of 120 octets, is no packet of NTP to us: nobody signs it, and its
 * sender asks anew in this one.
 */
bool signd_wants(const uint8_t *bytes, size_t len);

/* The question to sign that header for that key; id comes back with the answer. */
void signd_put(uint32_t id, const uint8_t key_id[static SIGND_KEY_ID_LEN],
    const uint8_t header[static HEADER_LEN], uint8_t out[static SIGND_ASK_LEN]);

struct signd_reply {
	uint32_t id;
	const uint8_t *packet; /* SIGND_PACKET_LEN octets, signed; NULL: it will not sign */
};

enum signd_read {
	SIGND_MORE,  /* it is not all there */
	SIGND_REPLY, /* one is */
	SIGND_BROKEN /* no ntp_signd says that: what follows means nothing */
};

/* The first answer in len octets of the stream; *used of them are its own. */
enum signd_read signd_get(const uint8_t *bytes, size_t len, size_t *used, struct signd_reply *out);

#endif
