/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addr - IP addresses and endpoints: compare, match, text in and out.
 * Plain values, compared by field; no socket types here (sys/ converts).
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_family { ADDR_NONE, ADDR_V4, ADDR_V6 };

struct addr {
	enum addr_family family;
	uint32_t scope;    /* interface index of a link-local v6 address, else 0 */
	uint8_t bytes[16]; /* network order; v4 uses the first four, the rest is 0 */
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host order */
};

enum { ADDR_TEXT_MAX = 64, ENDPOINT_TEXT_MAX = 72 };

struct addr addr_v4(uint32_t host_order);
uint32_t addr_v4_value(const struct addr *a); /* host order; a must be v4 */

/* Octets of the address: 4, 16 or 0. */
size_t addr_len(const struct addr *a);

/* Reads a numeric address ("192.0.2.1", "2001:db8::1", "fe80::1%2" with a numeric scope). */
bool addr_parse(const char *text, struct addr *out);

/* Writes the numeric form (RFC 5952 for v6); buf holds ADDR_TEXT_MAX. Returns buf. */
const char *addr_format(const struct addr *a, char *buf, size_t cap);

/* "192.0.2.1:123" or "[2001:db8::1]:123"; buf holds ENDPOINT_TEXT_MAX. Returns buf. */
const char *endpoint_format(const struct endpoint *e, char *buf, size_t cap);

/* The scope is ignored when either is 0. */
bool addr_equal(const struct addr *a, const struct addr *b);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* Orders by family, then octets as an unsigned number: <0, 0, >0. */
int addr_compare(const struct addr *a, const struct addr *b);

/* The address with all bits outside mask cleared; families must agree. */
struct addr addr_masked(const struct addr *a, const struct addr *mask);

/* The netmask of a prefix length, 0..32 or 0..128. */
struct addr addr_mask_of(enum addr_family family, unsigned prefix_len);

/* True when mask is a run of ones followed by zeros; the length is given then. */
bool addr_mask_is_prefix(const struct addr *mask, unsigned *prefix_len);

/* True when a and net agree in the first prefix_len bits. */
bool addr_in_prefix(const struct addr *a, const struct addr *net, unsigned prefix_len);

bool addr_is_loopback(const struct addr *a);
bool addr_is_wildcard(const struct addr *a);
bool addr_is_multicast(const struct addr *a); /* v4 224/4 and 240/4 too: never a sender */

/*
 * True for what one host may have as its own: not a multicast, broadcast, reserved or wildcard
 * address, nor "this network" (0/8), nor a v4 address in the clothes of v6 (::ffff:0:0/96, ::/96),
 * which would pass by rules for v4.
 */
bool addr_is_host(const struct addr *a);
bool addr_is_link_local(const struct addr *a);

#endif
