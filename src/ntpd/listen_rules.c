/* SPDX-License-Identifier: BSD-2-Clause */
/* listen_rules - interface lines and -I against a name and an address. */
#include "ntpd/listen_rules.h"
#include <fnmatch.h>
#include <string.h>
#include "base/hostspec.h"
#include "ntpd/state.h"

bool
listen_rules_name(const char *pattern, const char *name)
{
	return fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

/* zone: the interface of an address as it was written; NULL: any. */
static bool
is_on(const char *zone, const char *name)
{
	return zone == NULL || zone[0] == '\0' || strcmp(zone, name) == 0;
}

static bool
rule_matches(const struct config_listen *r, const char *name, const struct addr *a)
{
	bool wildcard = addr_is_wildcard(a);

	switch (r->what) {
	case LISTEN_ALL:
		return !wildcard && !addr_is_loopback(a);
	case LISTEN_IPV4:
		return a->family == ADDR_V4;
	case LISTEN_IPV6:
		return a->family == ADDR_V6;
	case LISTEN_WILDCARD:
		return wildcard;
	case LISTEN_NAME:
		return !wildcard && listen_rules_name(r->name, name);
	case LISTEN_ADDR:
		return addr_in_prefix(a, &r->addr, r->prefix_len) && is_on(r->name, name) &&
		    (r->addr.scope == 0 || r->addr.scope == a->scope);
	}
	return false;
}

/* -I names an interface or an address. */
static bool
option_matches(const char *option, const char *name, const struct addr *a)
{
	struct hostspec want;

	if (hostspec_parse(option, &want) == HOSTSPEC_OK && want.addr.family != ADDR_NONE) {
		return addr_equal(&want.addr, a) && is_on(want.zone, name);
	}
	return !addr_is_wildcard(a) && strcasecmp(option, name) == 0;
}

enum config_listen_act
listen_rules_act(const struct ntpd *d, const char *name, const struct addr *a)
{
	for (unsigned i = d->conf->listens_n; i > 0; i--) {
		if (rule_matches(&d->conf->listens[i - 1], name, a)) {
			return d->conf->listens[i - 1].act;
		}
	}
	for (unsigned i = 0; i < d->opt.listen_n; i++) {
		if (option_matches(d->opt.listen[i], name, a)) {
			return LISTEN_LISTEN;
		}
	}
	if (addr_is_loopback(a)) {
		return LISTEN_LISTEN;
	}
	if (addr_is_wildcard(a)) {
		return LISTEN_DROP;
	}
	if (d->opt.no_virtual && strchr(name, ':') != NULL) {
		return LISTEN_IGNORE;
	}
	return d->listen.restricted ? LISTEN_IGNORE : LISTEN_LISTEN;
}
