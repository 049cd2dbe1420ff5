/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phc_linux - the phc port over /dev/ptpN and the cards of interfaces. What is opened and set while
 * the process is root stays so when its rights go; what comes later is done by the rights that are
 * left: to read a clock is enough by the mode of its file, to set a card takes CAP_NET_ADMIN.
 */
#ifndef SYS_PHC_LINUX_H
#define SYS_PHC_LINUX_H
#include "port/phc.h"

/* clock: that of the comparisons. 0 or -errno. */
int phc_linux_new(struct clock *clock, struct phcs **out);
void phc_linux_free(struct phcs *p); /* NULL is fine; every clock was closed before */

#endif
