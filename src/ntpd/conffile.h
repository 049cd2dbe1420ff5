/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conffile - reading the configuration through the store port, and saying what is wrong with it.
 */
#ifndef NTPD_CONFFILE_H
#define NTPD_CONFFILE_H
#include <stddef.h>
#include "base/arena.h"
#include "config/config.h"
#include "ntpd/daemon.h"

/*
 * Reads path (NULL: defaults only) and what it includes into a new arena, then what the command
 * line adds. Diagnostics are left in *diags. NULL when memory is short.
 */
struct config *conffile_load(struct store *s, const struct ntpd_options *opt, struct arena **arena,
    struct diag_list *diags);

/* Logs every diagnostic, a line each. */
void conffile_report(struct log *log, const struct diag_list *diags);

#endif
