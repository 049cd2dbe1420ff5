/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_look - looks whether somebody else moved the clock, or the machine slept, and says so.
 */
#ifndef STEERING_CLOCK_LOOK_H
#define STEERING_CLOCK_LOOK_H

struct steering;

/* To be called before time is taken: an answer, a request, a reading to be sent. */
void clock_look(struct steering *s);

#endif
