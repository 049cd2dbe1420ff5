/* SPDX-License-Identifier: BSD-2-Clause */
/* signd - the messages of Samba's ntp_signd. */
#include "wire/signd.h"
#include <string.h>
#include "base/cursor.h"

enum {
	VERSION_3 = 3,
	SAMBA_VERSION = 0,
	OP_SIGN = 0,
	OP_SIGNED = 3,
	OP_FAILED = 4,
	LENGTH_LEN = 4,
	REPLY_HEAD_LEN = 12 /* version, operation, id */
};

static bool
all_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != 0) {
			return false;
		}
	}
	return true;
}

bool
signd_wants(const uint8_t *bytes, size_t len)
{
	enum { CHECKSUM_AT = HEADER_LEN + SIGND_KEY_ID_LEN };
	unsigned version, mode;

	if (len != SIGND_PACKET_LEN) {
		return false;
	}
	version = bytes[0] >> 3 & 7;
	mode = bytes[0] & 7;
	return version == VERSION_3 && (mode == MODE_CLIENT || mode == MODE_ACTIVE) &&
	    all_zero(bytes + CHECKSUM_AT, SIGND_PACKET_LEN - CHECKSUM_AT);
}

void
signd_put(uint32_t id, const uint8_t key_id[static SIGND_KEY_ID_LEN],
    const uint8_t header[static HEADER_LEN], uint8_t out[static SIGND_ASK_LEN])
{
	struct writer w = writer_over(out, SIGND_ASK_LEN);

	writer_u32(&w, SIGND_ASK_LEN - LENGTH_LEN);
	writer_u32(&w, SAMBA_VERSION);
	writer_u32(&w, OP_SIGN);
	writer_u32(&w, id);
	writer_bytes(&w, key_id, SIGND_KEY_ID_LEN);
	writer_bytes(&w, header, HEADER_LEN);
}

enum signd_read
signd_get(const uint8_t *bytes, size_t len, size_t *used, struct signd_reply *out)
{
	struct cursor c = cursor_over(bytes, len);
	uint32_t rest, version, op, id;

	if (len < LENGTH_LEN) {
		return SIGND_MORE;
	}
	rest = cursor_u32(&c);
	if (rest < REPLY_HEAD_LEN || rest > REPLY_HEAD_LEN + SIGND_PACKET_LEN) {
		return SIGND_BROKEN;
	}
	if (len < LENGTH_LEN + rest) {
		return SIGND_MORE;
	}
	version = cursor_u32(&c);
	op = cursor_u32(&c);
	id = cursor_u32(&c);
	if (version != SAMBA_VERSION || (op != OP_SIGNED && op != OP_FAILED) ||
	    (op == OP_SIGNED && rest != REPLY_HEAD_LEN + SIGND_PACKET_LEN)) {
		return SIGND_BROKEN;
	}
	*used = LENGTH_LEN + rest;
	*out = (struct signd_reply){
		.id = id,
		.packet = op == OP_SIGNED ? bytes + LENGTH_LEN + REPLY_HEAD_LEN : NULL,
	};
	return SIGND_REPLY;
}
