/* SPDX-License-Identifier: BSD-2-Clause */
/* host - the real ports. */
#include "query/host.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "ke/ke_client_proc.h"
#include "sys/clock_linux.h"
#include "sys/log_system.h"
#include "sys/loop_event.h"
#include "sys/net_udp.h"
#include "sys/resolver_proc.h"
#include "sys/rng_system.h"
#include "sys/store_posix.h"

enum { ROLE_RESOLVER, ROLE_KE_CLIENT, ROLES_N };

static struct role_set
roles_of(const char *ident)
{
	static const struct role *const roles
	    [ROLES_N] = { [ROLE_RESOLVER] = &RESOLVER_ROLE, [ROLE_KE_CLIENT] = &KE_CLIENT_ROLE };

	return (struct role_set){ .program = ident, .at = roles, .n = ROLES_N };
}

void
host_take_over(const char *ident, int argc, char **argv)
{
	struct role_set set = roles_of(ident);

	starter_take_over(&set, argc, argv);
}

static bool
opened(const char *ident, const char *what, int error)
{
	if (error != 0) {
		(void)fprintf(stderr, "%s: cannot start: %s: %s%s\n", ident, what, strerror(-error),
		    error == -EMFILE ? "; 'ulimit -n' allows more" : "");
	}
	return error == 0;
}

/* Its file is as old as the package: no clock that was right then shows less. */
static struct rtime
built(void)
{
	struct stat st;

	return (struct rtime){
		.ns = stat("/proc/self/exe", &st) == 0 ? (int64_t)st.st_mtime * NS_PER_S : 0,
	};
}

bool
host_open(struct host *h, const char *ident, bool control, bool syslog)
{
	struct query_ports *p = &h->port;

	*h = (struct host){ .roles = roles_of(ident) };
	p->built = built();
	return opened(ident, "log", log_system_new(ident, !syslog, LOG_LEVEL_INFO, &h->log)) &&
	    opened(ident, "event loop", loop_event_new(&p->loop)) &&
	    opened(ident, "clock", clock_linux_new(control, &p->clock)) &&
	    opened(ident, "sockets", net_udp_new(p->loop, &p->net)) &&
	    opened(ident, "files", store_posix_new(&h->store)) &&
	    opened(ident, "random numbers", rng_system_new(&p->rng)) &&
	    opened(ident, "starter of processes", starter_new(&h->roles, NULL, &h->starter)) &&
	    opened(ident, "resolver",
		resolver_proc_new(p->loop, h->starter, ROLE_RESOLVER, RESOLVER_STALL_S,
		    &p->resolver)) &&
	    opened(ident, "NTS keys",
		ke_client_proc_new(p->loop, h->starter, ROLE_KE_CLIENT, &p->ke));
}

void
host_close(struct host *h)
{
	ke_client_proc_free(h->port.ke);
	resolver_proc_free(h->port.resolver);
	starter_free(h->starter);
	rng_system_free(h->port.rng);
	store_posix_free(h->store);
	net_udp_free(h->port.net);
	clock_linux_free(h->port.clock);
	loop_event_free(h->port.loop);
	log_system_free(h->log);
}

int
host_run(struct host *h)
{
	return loop_event_run(h->port.loop);
}
