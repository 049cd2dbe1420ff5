/* SPDX-License-Identifier: BSD-2-Clause */
/* hostspec - the one reader of hosts. */
#include "base/hostspec.h"
#include <string.h>
#include "base/text.h"

/* The text in its parts; port is NULL when there is none. */
struct parts {
	const char *host;
	size_t len;
	const char *port;
};

static enum hostspec_fault
split(const char *text, struct parts *out)
{
	const char *close, *colon = strchr(text, ':');

	*out = (struct parts){ .host = text, .len = strlen(text) };
	if (text[0] == '[') {
		close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':')) {
			return HOSTSPEC_BRACKETS;
		}
		out->host = text + 1;
		out->len = (size_t)(close - text - 1);
		out->port = close[1] == ':' ? close + 2 : NULL;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		out->len = (size_t)(colon - text);
		out->port = colon + 1;
	}
	return HOSTSPEC_OK;
}

static bool
read_port(const char *text, uint16_t *port)
{
	uint32_t n;

	if (!text_to_u32(text, &n) || n < 1 || n > UINT16_MAX) {
		return false;
	}
	*port = (uint16_t)n;
	return true;
}

/* What Linux takes as the name of an interface. */
static bool
is_interface(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '/') {
			return false;
		}
	}
	return len > 0 && len <= HOSTSPEC_ZONE_MAX;
}

/*
 * An address with '%': a number becomes its scope, a name its zone. Both mean something only where
 * an address is another one on each interface.
 */
static enum hostspec_fault
read_zoned(const char *percent, struct hostspec *h)
{
	char bare[HOSTSPEC_NAME_MAX + 1], probe[ADDR_TEXT_MAX];
	struct text t = text_over(bare, sizeof bare), p = text_over(probe, sizeof probe);
	struct addr scoped;

	text_put_n(&t, h->name, (size_t)(percent - h->name));
	if (!addr_parse(bare, &h->addr) || h->addr.family != ADDR_V6) {
		return HOSTSPEC_NEITHER;
	}
	text_printf(&p, "%s%%1", bare);
	if (p.cut || !addr_parse(probe, &scoped)) {
		return HOSTSPEC_ZONELESS;
	}
	if (addr_parse(h->name, &scoped)) {
		h->addr = scoped;
		return HOSTSPEC_OK;
	}
	if (!is_interface(percent + 1) ||
	    strspn(percent + 1, "0123456789") == strlen(percent + 1)) {
		return HOSTSPEC_ZONE;
	}
	t = text_over(h->zone, sizeof h->zone);
	text_put(&t, percent + 1);
	return HOSTSPEC_OK;
}

/* A top level domain has a letter (RFC 3696, 2): without, it is a broken address or a range. */
static bool
ends_in_number(const char *s)
{
	size_t len = strlen(s), from;

	if (len > 0 && s[len - 1] == '.') {
		len--;
	}
	for (from = len; from > 0 && strchr("0123456789-", s[from - 1]) != NULL; from--) {
	}
	return from > 0 && from < len && s[from - 1] == '.';
}

/* Letters, digits, '.', '-' and '_', and no broken IPv4 address. */
static bool
is_name(const char *s)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	size_t len = strlen(s);

	return strspn(s, letters) == len && strspn(s, "0123456789.") != len && s[0] != '-' &&
	    s[0] != '.' && !ends_in_number(s);
}

enum hostspec_fault
hostspec_parse(const char *text, struct hostspec *out)
{
	struct hostspec h = { .port = 0 };
	struct text name = text_over(h.name, sizeof h.name);
	enum hostspec_fault fault;
	const char *percent;
	struct parts parts;

	fault = split(text, &parts);
	if (fault != HOSTSPEC_OK) {
		return fault;
	}
	text_put_n(&name, parts.host, parts.len);
	if (name.len == 0) {
		return HOSTSPEC_EMPTY;
	}
	if (name.cut) {
		return HOSTSPEC_LONG;
	}
	if (parts.port != NULL && !read_port(parts.port, &h.port)) {
		return HOSTSPEC_PORT;
	}
	percent = strchr(h.name, '%');
	if (percent != NULL) {
		fault = read_zoned(percent, &h);
	} else if (!addr_parse(h.name, &h.addr)) {
		h.addr = (struct addr){ .family = ADDR_NONE };
		fault = is_name(h.name) ? HOSTSPEC_OK : HOSTSPEC_NEITHER;
	}
	if (fault == HOSTSPEC_OK) {
		*out = h;
	}
	return fault;
}

bool
hostspec_lacks_zone(const struct addr *a)
{
	return a->family == ADDR_V6 && addr_is_link_local(a) && a->scope == 0;
}

enum hostspec_fault
hostspec_parse_asked(const char *text, struct hostspec *out)
{
	struct hostspec h;
	enum hostspec_fault fault = hostspec_parse(text, &h);

	if (fault == HOSTSPEC_OK && h.zone[0] == '\0' && hostspec_lacks_zone(&h.addr)) {
		return HOSTSPEC_ZONE_LACKS;
	}
	if (fault == HOSTSPEC_OK) {
		*out = h;
	}
	return fault;
}

const char *
hostspec_fault_text(enum hostspec_fault fault)
{
	switch (fault) {
	case HOSTSPEC_OK:
		return "";
	case HOSTSPEC_LONG:
		return "is longer than a host name can be";
	case HOSTSPEC_BRACKETS:
	case HOSTSPEC_PORT:
		return "is no host with a port, expected HOST:PORT or [ADDRESS]:PORT";
	case HOSTSPEC_ZONE:
		return "has no interface behind the '%', such as eth0 or 2";
	case HOSTSPEC_ZONELESS:
		return "takes no '%': only link-local addresses have an interface";
	case HOSTSPEC_ZONE_LACKS:
		return "needs its interface behind it, as in fe80::1%eth0";
	case HOSTSPEC_EMPTY:
	case HOSTSPEC_NEITHER:
		return "is neither a host name nor an address";
	}
	return "";
}

const char *
hostspec_zone_of(const char *name)
{
	const char *percent = strchr(name, '%');

	return percent != NULL ? percent + 1 : NULL;
}

bool
hostspec_is_numeric(const struct hostspec *h)
{
	return h->addr.family != ADDR_NONE && h->zone[0] == '\0';
}
