/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * programs - runs the programs of a folder, one after the other, ten seconds each at most. Only
 * files of root that nobody else may write, in such a folder: whoever could put one there would
 * have it run.
 */
#ifndef ALARM_PROGRAMS_H
#define ALARM_PROGRAMS_H
#include <stdbool.h>
#include <stddef.h>

enum { PROGRAMS_TIME_S = 10, PROGRAMS_MAX = 64, PROGRAMS_ENV_MAX = 12 };

/* A value as programs get it: what a shell could make something of becomes '?'. */
void programs_clean(char *value);

/* True for a name of letters, digits, '_' and '-': those of editors and packages are others. */
bool programs_name_is_fit(const char *name);

/*
 * Runs all of the folder with that environment alone, which ends with NULL, at "/", without
 * arguments. What is not run for its owner or mode is told on stderr, and what fails. How many
 * ended well, -1 when the folder itself is not fit; one that is not there is 0.
 */
int programs_run(const char *folder, char *const *environment);

#endif
