/* SPDX-License-Identifier: BSD-2-Clause */
/* hosts - the names under which a browser may know us. */
#include "exporter/hosts.h"
#include <strings.h>
#include "base/hostspec.h"

bool
hosts_add(struct hosts *h, const char *name)
{
	if (h->n == HOSTS_MAX) {
		return false;
	}
	h->name[h->n++] = name;
	return true;
}

bool
hosts_allow(const struct hosts *h, const char *header)
{
	struct hostspec spec;

	if (header == NULL) {
		return true;
	}
	if (hostspec_parse(header, &spec) != HOSTSPEC_OK) {
		return false;
	}
	if (spec.addr.family != ADDR_NONE || strcasecmp(spec.name, "localhost") == 0) {
		return true;
	}
	for (size_t i = 0; i < h->n; i++) {
		if (strcasecmp(spec.name, h->name[i]) == 0) {
			return true;
		}
	}
	return false;
}
