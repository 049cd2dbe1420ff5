/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell - a terminal by curses: shows a screen, and gives keys and signals. Whatever ends the
 * program, shell_end puts the terminal back; stopped (Ctrl-Z) it is put back too, until the program
 * goes on.
 */
#ifndef NTPMON_SHELL_H
#define NTPMON_SHELL_H
#include "ntpmon/screen.h"

struct shell;

enum shell_event { SHELL_TIME, SHELL_KEY, SHELL_DRAW, SHELL_SIGNAL };

/* Takes the terminal; NULL: it can do nothing, or there is no memory. */
struct shell *shell_begin(void);
void shell_end(struct shell *sh); /* NULL is fine */

/* The terminal's size now, and a screen to be shown on it: of that size, or cut off. */
void shell_size(const struct shell *sh, unsigned *rows, unsigned *cols);
void shell_show(struct shell *sh, const struct screen *s);

/*
 * Waits at most so long. *out: of SHELL_KEY the key, as model_key takes it; of SHELL_SIGNAL the
 * number of that which wants the end. SHELL_DRAW: the size may be another, or the screen is lost.
 */
enum shell_event shell_wait(struct shell *sh, double wait_s, int *out);

#endif
