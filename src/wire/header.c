/* SPDX-License-Identifier: BSD-2-Clause */
/* header - the 48-octet NTP header. */
#include "wire/header.h"
#include <assert.h>
#include <string.h>
#include "base/addr.h"

bool
header_get(struct cursor *c, struct header *h)
{
	struct header got;
	uint8_t first = cursor_u8(c);

	got.leap = (enum ntp_leap)(first >> 6);
	got.version = first >> 3 & 7;
	got.mode = (enum ntp_mode)(first & 7);
	got.stratum = cursor_u8(c);
	got.poll = (int8_t)cursor_u8(c);
	got.precision = (int8_t)cursor_u8(c);
	got.root_delay = cursor_u32(c);
	got.root_disp = cursor_u32(c);
	got.refid = cursor_u32(c);
	got.reftime.fix = cursor_u64(c);
	got.org.fix = cursor_u64(c);
	got.rec.fix = cursor_u64(c);
	got.xmt.fix = cursor_u64(c);
	if (cursor_bad(c)) {
		return false;
	}
	*h = got;
	return true;
}

void
header_put(struct writer *w, const struct header *h)
{
	assert(h->version <= 7);
	assert((unsigned)h->leap <= 3);
	assert((unsigned)h->mode <= 7);
	writer_u8(w, (uint8_t)((unsigned)h->leap << 6 | h->version << 3 | (unsigned)h->mode));
	writer_u8(w, h->stratum);
	writer_u8(w, (uint8_t)h->poll);
	writer_u8(w, (uint8_t)h->precision);
	writer_u32(w, h->root_delay);
	writer_u32(w, h->root_disp);
	writer_u32(w, h->refid);
	writer_u64(w, h->reftime.fix);
	writer_u64(w, h->org.fix);
	writer_u64(w, h->rec.fix);
	writer_u64(w, h->xmt.fix);
}

uint32_t
refid_of_text(const char *s)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++) {
		v <<= 8;
		if (*s != '\0') {
			v |= (unsigned char)*s++;
		}
	}
	return v;
}

void
refid_put(struct text *t, uint32_t refid, unsigned stratum)
{
	struct addr a = addr_v4(refid);
	char addr[ADDR_TEXT_MAX];

	if (stratum > 1 && stratum < STRATUM_UNSPEC) {
		text_put(t, addr_format(&a, addr, sizeof addr));
		return;
	}
	for (unsigned shift = 32; shift > 0; shift -= 8) {
		char c = (char)(refid >> (shift - 8) & 0xff);

		if (c == '\0') {
			return;
		}
		/* A comma or a quote in a hostile refid would break the list. */
		text_char(t, c > ' ' && c <= '~' && strchr(",\"=", c) == NULL ? c : '?');
	}
}
