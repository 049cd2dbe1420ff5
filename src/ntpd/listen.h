/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen - which of the host's addresses we serve on, and their sockets on port 123.
 * Follows interface/nic lines, -I and -L; addresses that come and go are followed.
 * reference/directives, section 3.
 */
#ifndef NTPD_LISTEN_H
#define NTPD_LISTEN_H
#include "ntpd/state.h"

/*
 * Opens the sockets and begins to watch. 0, or the exit status when port 123 belongs to
 * somebody else.
 */
int listen_start(struct ntpd *d);

/* Opens and closes what a changed host or configuration asks for. */
void listen_rescan(struct ntpd *d);

/* Closes every socket. */
void listen_stop(struct ntpd *d);

/* True when the wildcard socket answers for the address, because it has none of its own. */
bool listen_answers_for(const struct ntpd *d, const struct addr *a);

/* True when the pattern of an interface line fits the name; letter case does not count. */
bool listen_name_matches(const char *pattern, const char *name);

/* What the rules say of an address; name is its interface's, "" for a wildcard. */
enum config_listen_act listen_rule(const struct ntpd *d, const char *name, const struct addr *a);

#endif
