/* SPDX-License-Identifier: BSD-2-Clause */
/* peer_name - what people call a source. */
#include "client/peer_name.h"
#include "client/sources.h"

void
peer_name_put(const struct peer *p, struct text *t)
{
	const struct config_source *cfg = p->source->cfg;
	char addr[ADDR_TEXT_MAX];

	if (cfg->kind == SOURCE_REFCLOCK) {
		text_printf(t, "%s(%d)", p->a.rules.clock.name, (int)cfg->clock_unit);
	} else if (cfg->host.addr.family == ADDR_NONE && cfg->kind != SOURCE_POOL) {
		text_put(t, cfg->host.text);
	} else {
		text_put(t, addr_format(&p->a.remote.addr, addr, sizeof addr));
	}
}
