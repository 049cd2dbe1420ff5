/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkfiles - what the files have wrong that a configuration names: keys, leap table, frequency.
 */
#ifndef NTPD_CHECKFILES_H
#define NTPD_CHECKFILES_H
#include "config/config.h"
#include "port/store.h"

/*
 * Reads them as the daemon will, and adds what is wrong to diags. Files that cannot be read are
 * config_check's to tell.
 */
void checkfiles(struct store *s, const struct config *c, struct diag_list *diags);

#endif
