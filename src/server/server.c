/* SPDX-License-Identifier: BSD-2-Clause */
/* server - who asks us for the time, and the answers. */
#include "server/server.h"

void
server_init(struct server *srv, const struct server_setup *setup)
{
	srv->is = *setup;
	mssntp_init(srv);
}

void
server_configure(struct server *srv, const struct config *conf)
{
	srv->conf = conf;
	mssntp_configure(srv);
}
