/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock_rules - from the configuration and the command line to the rules by which the clock is led.
 */
#ifndef STEERING_CLOCK_RULES_H
#define STEERING_CLOCK_RULES_H
#include <stdbool.h>
#include "core/discipline.h"
#include "core/select.h"

struct steering;

/* By which the discipline leads the clock, and by which sources are selected now. */
struct discipline_rules clock_rules_discipline(const struct steering *s);
struct select_rules clock_rules_select(const struct steering *s);

/* The adaptive loop is in use. */
bool clock_rules_adaptive(const struct steering *s);

/* True when the clock is to be set: no disable ntp. */
bool clock_rules_control_wanted(const struct steering *s);

#endif
