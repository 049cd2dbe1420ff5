/* SPDX-License-Identifier: BSD-2-Clause */
/* control - mode 6 messages. */
#include "wire/control.h"
#include <assert.h>
#include <string.h>
#include "wire/header.h"

enum { NAME_MAX_LEN = 128, BIT_RESPONSE = 0x80, BIT_ERROR = 0x40, BIT_MORE = 0x20, OP_MASK = 0x1f };

bool
control_header_get(struct cursor *c, struct control_header *h)
{
	struct cursor at = *c;
	struct control_header got;
	uint8_t first = cursor_u8(&at);
	uint8_t second = cursor_u8(&at);

	got.leap = first >> 6;
	got.version = first >> 3 & 7;
	got.response = (second & BIT_RESPONSE) != 0;
	got.error = (second & BIT_ERROR) != 0;
	got.more = (second & BIT_MORE) != 0;
	got.op = second & OP_MASK;
	got.sequence = cursor_u16(&at);
	got.status = cursor_u16(&at);
	got.assoc = cursor_u16(&at);
	got.offset = cursor_u16(&at);
	got.count = cursor_u16(&at);
	if (cursor_bad(&at) || (first & 7) != MODE_CONTROL) {
		return false;
	}
	*c = at;
	*h = got;
	return true;
}

void
control_header_put(struct writer *w, const struct control_header *h)
{
	assert(h->leap <= 3);
	assert(h->version <= 7);
	assert(h->op <= OP_MASK);
	writer_u8(w, (uint8_t)(h->leap << 6 | h->version << 3 | MODE_CONTROL));
	writer_u8(w,
	    (uint8_t)((h->response ? BIT_RESPONSE : 0u) | (h->error ? BIT_ERROR : 0u) |
		(h->more ? BIT_MORE : 0u) | h->op));
	writer_u16(w, h->sequence);
	writer_u16(w, h->status);
	writer_u16(w, h->assoc);
	writer_u16(w, h->offset);
	writer_u16(w, h->count);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A part of the list, [at, end). */
struct piece {
	const char *at, *end;
};

static void
trim(struct piece *p)
{
	while (p->at < p->end && is_space(*p->at)) {
		p->at++;
	}
	while (p->at < p->end && is_space(p->end[-1])) {
		p->end--;
	}
}

static bool
all_printable(const struct piece *p)
{
	for (const char *s = p->at; s < p->end; s++) {
		if (*s < 0x20 || *s > 0x7e) {
			return false;
		}
	}
	return true;
}

/*
 * Cuts the item that starts at at, up to a comma outside quotes or the end; false on an unfinished
 * quote.
 */
static bool
cut_item(const char *at, const char *end, struct piece *item)
{
	bool quoted = false;
	const char *s;

	for (s = at; s < end && (quoted || *s != ','); s++) {
		if (*s == '"') {
			quoted = !quoted;
		}
	}
	*item = (struct piece){ at, s };
	return !quoted;
}

static void
unquote(struct piece *p)
{
	size_t n = (size_t)(p->end - p->at);

	if (n >= 2 && p->at[0] == '"' && memchr(p->at + 1, '"', n - 1) == p->end - 1) {
		p->at++;
		p->end--;
	}
}

static bool
split_item(struct piece item, struct control_item *out)
{
	const char *equals = memchr(item.at, '=', (size_t)(item.end - item.at));
	struct piece name = { item.at, equals == NULL ? item.end : equals };
	struct piece value = { equals == NULL ? item.end : equals + 1, item.end };

	trim(&name);
	trim(&value);
	unquote(&value);
	if (name.at == name.end || name.end - name.at > NAME_MAX_LEN) {
		return false;
	}
	*out = (struct control_item){
		.name = name.at,
		.name_len = (size_t)(name.end - name.at),
		.value = equals == NULL ? NULL : value.at,
		.value_len = (size_t)(value.end - value.at),
	};
	return true;
}

bool
control_item_next(const char **at, const char *end, struct control_item *out, bool *bad)
{
	const char *s = *at;
	struct piece item;

	while (s < end && (is_space(*s) || *s == ',')) {
		s++;
	}
	if (s == end) {
		*at = end;
		return false;
	}
	if (!cut_item(s, end, &item)) {
		*bad = true;
		return false;
	}
	*at = item.end;
	trim(&item);
	if (!all_printable(&item) || !split_item(item, out)) {
		*bad = true;
		return false;
	}
	return true;
}

void
control_assembly_start(struct control_assembly *a)
{
	memset(a->seen, 0, sizeof a->seen);
	a->total = 0;
	a->last_seen = false;
	a->fragments = 0;
}

static bool
seen_get(const struct control_assembly *a, size_t i)
{
	return (a->seen[i / 8] >> i % 8 & 1) != 0;
}

/* True when the octets already there from offset on are the same ones. */
static bool
agrees(const struct control_assembly *a, size_t offset, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (seen_get(a, offset + i) && a->data[offset + i] != data[i]) {
			return false;
		}
	}
	return true;
}

/* True when an octet at or behind end has come. */
static bool
seen_behind(const struct control_assembly *a, size_t end)
{
	for (size_t i = end; i < CONTROL_TEXT_MAX; i++) {
		if (seen_get(a, i)) {
			return true;
		}
	}
	return false;
}

static bool
complete(const struct control_assembly *a)
{
	if (!a->last_seen) {
		return false;
	}
	for (size_t i = 0; i < a->total; i++) {
		if (!seen_get(a, i)) {
			return false;
		}
	}
	return true;
}

/* What the total length says about a fragment that ends at end. */
static bool
fits_total(const struct control_assembly *a, size_t end, bool more)
{
	if (a->last_seen) {
		return more ? end <= a->total : end == a->total;
	}
	return more || !seen_behind(a, end);
}

enum control_progress
control_assembly_add(struct control_assembly *a, const struct control_header *h,
    const uint8_t *data, size_t len)
{
	size_t offset = h->offset, n = h->count;

	/* len may be larger: the sender pads to whole words, and a MAC may follow. */
	if (n > len || n > CONTROL_TEXT_MAX || offset > CONTROL_TEXT_MAX - n) {
		return CONTROL_REFUSED;
	}
	if ((h->more && n == 0) || a->fragments == CONTROL_FRAGMENTS_MAX) {
		return CONTROL_REFUSED;
	}
	if (!fits_total(a, offset + n, h->more) || !agrees(a, offset, data, n)) {
		return CONTROL_REFUSED;
	}
	for (size_t i = 0; i < n; i++) {
		a->data[offset + i] = data[i];
		a->seen[(offset + i) / 8] |= (uint8_t)(1u << (offset + i) % 8);
	}
	a->fragments++;
	if (!h->more) {
		a->last_seen = true;
		a->total = offset + n;
	}
	return complete(a) ? CONTROL_DONE : CONTROL_MORE;
}
