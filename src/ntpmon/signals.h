/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals - what a program on a terminal is told by signals, read in its turn and never in the
 * middle of something: an end, a stop (Ctrl-Z), going on, another size.
 */
#ifndef NTPMON_SIGNALS_H
#define NTPMON_SIGNALS_H
#include <signal.h>
#include <stdbool.h>

/* Holds them back from now on, and gives a descriptor that tells of them, or -1. */
int signals_begin(sigset_t *before);

/* Lets them in again; fd may be -1. */
void signals_end(int fd, const sigset_t *before);

/* The next that came, or 0. */
int signals_next(int fd);

/* True for one that wants the end. */
bool signals_wants_end(int number);

/* Stops the process until it is told to go on. */
void signals_stop(void);

/* Ends the process by this signal, as its default would have. */
void signals_die(int number);

#endif
