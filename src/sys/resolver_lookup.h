/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolver_lookup - what the resolver's child does for a name, replaceable, so that tests have
 * names that are slow, wrong or deadly.
 */
#ifndef SYS_RESOLVER_LOOKUP_H
#define SYS_RESOLVER_LOOKUP_H
#include "port/resolver.h"
#include "sys/proc.h"

struct loop;

struct resolver_calls {
	/* Fills all of a zeroed answer but its tag. Runs in the child. */
	void (*look_up)(const char *name, enum addr_family family, struct resolver_answer *a);
	double stall_s; /* after so long for one question the child counts as stalled */
};

/* As resolver_proc_new, with other calls; they must stay. */
int resolver_proc_new_over(struct loop *l, const struct proc_title *title,
    const struct resolver_calls *calls, struct resolver **out);

#endif
