/* SPDX-License-Identifier: BSD-2-Clause */
/* addr - IP addresses and endpoints. */
#include "base/addr.h"
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include "base/text.h"

struct addr
addr_v4(uint32_t host_order)
{
	return (struct addr){
		.family = ADDR_V4,
		.bytes = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16 & 0xff),
		    (uint8_t)(host_order >> 8 & 0xff), (uint8_t)(host_order & 0xff) },
	};
}

uint32_t
addr_v4_value(const struct addr *a)
{
	assert(a->family == ADDR_V4);
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	    (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

size_t
addr_len(const struct addr *a)
{
	switch (a->family) {
	case ADDR_V4:
		return 4;
	case ADDR_V6:
		return 16;
	case ADDR_NONE:
		break;
	}
	return 0;
}

/* Only these addresses mean something different on each interface. */
static bool
takes_scope(const struct addr *a)
{
	return a->family == ADDR_V6 &&
	    (addr_is_link_local(a) || (a->bytes[0] == 0xff && (a->bytes[1] & 0x0f) == 2));
}

static bool
parse_v6(const char *text, struct addr *out)
{
	struct addr a = { .family = ADDR_V6 };
	const char *percent = strchr(text, '%');
	size_t n = percent == NULL ? strlen(text) : (size_t)(percent - text);
	char number[INET6_ADDRSTRLEN];

	if (n >= sizeof number) {
		return false;
	}
	memcpy(number, text, n);
	number[n] = '\0';
	if (inet_pton(AF_INET6, number, a.bytes) != 1) {
		return false;
	}
	if (percent != NULL && (!takes_scope(&a) || !text_to_u32(percent + 1, &a.scope))) {
		return false;
	}
	*out = a;
	return true;
}

bool
addr_parse(const char *text, struct addr *out)
{
	struct addr a = { .family = ADDR_V4 };

	if (strchr(text, ':') != NULL) {
		return parse_v6(text, out);
	}
	if (inet_pton(AF_INET, text, a.bytes) != 1) {
		return false;
	}
	*out = a;
	return true;
}

static void
put_v4(struct text *t, const uint8_t *b)
{
	text_printf(t, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
}

struct run {
	unsigned at, len;
};

/* The first of the longest runs of two or more zero groups; len 0 when there is none. */
static struct run
longest_zero_run(const unsigned group[8])
{
	struct run best = { 0, 0 };

	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;

		while (i + n < 8 && group[i + n] == 0) {
			n++;
		}
		if (n >= 2 && n > best.len) {
			best = (struct run){ i, n };
		}
		i += n;
	}
	return best;
}

static void
put_v6(struct text *t, const struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned group[8];
	struct run zeros;

	if (memcmp(a->bytes, mapped, sizeof mapped) == 0) { /* RFC 5952, section 5 */
		text_put(t, "::ffff:");
		put_v4(t, a->bytes + 12);
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		group[i] = (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
	}
	zeros = longest_zero_run(group);
	for (unsigned i = 0; i < 8; i++) {
		if (zeros.len > 0 && i == zeros.at) {
			text_put(t, "::");
			i += zeros.len - 1;
			continue;
		}
		if (i > 0 && (zeros.len == 0 || i != zeros.at + zeros.len)) {
			text_char(t, ':');
		}
		text_printf(t, "%x", group[i]);
	}
}

static void
put_addr(struct text *t, const struct addr *a)
{
	switch (a->family) {
	case ADDR_V4:
		put_v4(t, a->bytes);
		break;
	case ADDR_V6:
		put_v6(t, a);
		if (a->scope != 0) {
			text_printf(t, "%%%u", (unsigned)a->scope);
		}
		break;
	case ADDR_NONE:
		text_put(t, "(none)");
		break;
	}
}

const char *
addr_format(const struct addr *a, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	put_addr(&t, a);
	return buf;
}

const char *
endpoint_format(const struct endpoint *e, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	if (e->addr.family == ADDR_V6) {
		text_char(&t, '[');
		put_addr(&t, &e->addr);
		text_char(&t, ']');
	} else {
		put_addr(&t, &e->addr);
	}
	text_printf(&t, ":%u", (unsigned)e->port);
	return buf;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->scope != b->scope && a->scope != 0 && b->scope != 0) {
		return false;
	}
	return addr_compare(a, b) == 0;
}

bool
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

int
addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family) {
		return a->family < b->family ? -1 : 1;
	}
	return memcmp(a->bytes, b->bytes, addr_len(a));
}

struct addr
addr_masked(const struct addr *a, const struct addr *mask)
{
	struct addr out = *a;

	assert(a->family == mask->family);
	for (size_t i = 0; i < sizeof out.bytes; i++) {
		out.bytes[i] &= mask->bytes[i];
	}
	return out;
}

struct addr
addr_mask_of(enum addr_family family, unsigned prefix_len)
{
	struct addr mask = { .family = family };

	assert(prefix_len <= 8 * addr_len(&mask));
	for (unsigned i = 0; i < prefix_len; i++) {
		mask.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	return mask;
}

bool
addr_mask_is_prefix(const struct addr *mask, unsigned *prefix_len)
{
	unsigned bits = (unsigned)(8 * addr_len(mask)), n = 0;
	struct addr prefix;

	while (n < bits && (mask->bytes[n / 8] & 0x80 >> n % 8) != 0) {
		n++;
	}
	prefix = addr_mask_of(mask->family, n);
	if (addr_compare(mask, &prefix) != 0) {
		return false;
	}
	*prefix_len = n;
	return true;
}

bool
addr_in_prefix(const struct addr *a, const struct addr *net, unsigned prefix_len)
{
	size_t whole = prefix_len / 8;
	unsigned rest = prefix_len % 8;

	if (a->family != net->family) {
		return false;
	}
	assert(prefix_len <= 8 * addr_len(a));
	if (memcmp(a->bytes, net->bytes, whole) != 0) {
		return false;
	}
	return rest == 0 || (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

bool
addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a->family == ADDR_V4) {
		return a->bytes[0] == 127;
	}
	return a->family == ADDR_V6 && memcmp(a->bytes, one, sizeof one) == 0;
}

bool
addr_is_wildcard(const struct addr *a)
{
	static const uint8_t zero[16] = { 0 };

	return a->family != ADDR_NONE && memcmp(a->bytes, zero, addr_len(a)) == 0;
}

bool
addr_is_multicast(const struct addr *a)
{
	if (a->family == ADDR_V4) {
		return a->bytes[0] >= 224;
	}
	return a->family == ADDR_V6 && a->bytes[0] == 0xff;
}

bool
addr_is_host(const struct addr *a)
{
	static const uint8_t zero[16] = { 0 }, mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (addr_is_multicast(a)) {
		return false;
	}
	switch (a->family) {
	case ADDR_V4:
		return a->bytes[0] != 0;
	case ADDR_V6:
		return addr_is_loopback(a) ||
		    (memcmp(a->bytes, zero, 12) != 0 && memcmp(a->bytes, mapped, 12) != 0);
	case ADDR_NONE:
		break;
	}
	return false;
}

bool
addr_is_link_local(const struct addr *a)
{
	if (a->family == ADDR_V4) {
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	}
	return a->family == ADDR_V6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}
