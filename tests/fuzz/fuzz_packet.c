/* SPDX-License-Identifier: BSD-2-Clause */
/* Any datagram: what packet_parse accepts stays inside the datagram. */
#include "fuzz.h"
#include <assert.h>
#include "wire/packet.h"

static void
check_inside(const struct span *s, const uint8_t *bytes, size_t len)
{
	if (s->len > 0) {
		assert(s->at >= bytes + HEADER_LEN);
		assert(s->len <= len);
		assert(s->at + s->len <= bytes + len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct packet p;
	if (!packet_parse(octets, len, &p)) {
		return 0;
	}
	assert(len >= HEADER_LEN);
	assert(p.ext_n <= PACKET_EXT_MAX);
	assert(p.auth_len >= HEADER_LEN);
	assert(p.auth_len <= len);
	for (unsigned i = 0; i < p.ext_n; i++) {
		check_inside(&p.ext[i].body, octets, len);
	}
	if (p.mac == PACKET_MAC_KEYED) {
		check_inside(&p.digest, octets, len);
		assert(p.auth_len + MAC_KEYID_LEN + p.digest.len == len);
	}
	/* What was read is what would be written. */
	uint8_t again[HEADER_LEN];
	struct writer w = writer_over(again, sizeof again);
	header_put(&w, &p.hdr);
	struct cursor c = cursor_over(again, sizeof again);
	struct header hdr;
	assert(header_get(&c, &hdr));
	assert(hdr.xmt.fix == p.hdr.xmt.fix);
	assert(hdr.mode == p.hdr.mode);
	return 0;
}
