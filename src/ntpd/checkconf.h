/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkconf - ntpd --check-config and --print-config: the configuration looked at without starting.
 */
#ifndef NTPD_CHECKCONF_H
#define NTPD_CHECKCONF_H
#include "ntpd/options.h"

/*
 * Writes every diagnostic to stderr, with the line and a caret. The exit status: 1 when
 * there are errors.
 */
int checkconf_check(const struct options *o);

/* Writes the effective configuration to o->save_to, NULL: stdout. The exit status. */
int checkconf_print(const struct options *o);

#endif
