/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clockwork - from the sources to the clock: select, discipline, adjust, and what we tell clients.
 */
#ifndef NTPD_CLOCKWORK_H
#define NTPD_CLOCKWORK_H
#include "ntpd/state.h"

/* Measures the clock's precision, reads the drift file, takes hold of the clock. */
void clockwork_start(struct ntpd *d);

/* Takes the rules of a new configuration. */
void clockwork_configure(struct ntpd *d);

/* enable ntp or disable ntp changed: takes hold of the clock, or lets it go. */
void clockwork_control(struct ntpd *d);

/* Writes the drift file when the frequency deserves it; the clock keeps what it has. */
void clockwork_stop(struct ntpd *d);

/* Something changed: selects, disciplines and publishes. */
void clockwork_run(struct ntpd *d);

/*
 * The system peer answered and nothing is to be selected: what the answer says of our error
 * is told all the same.
 */
void clockwork_heed(struct ntpd *d);

/* What is told changed without a selection: tells the kernel and the service manager. */
void clockwork_publish(struct ntpd *d);

/* Looks whether others moved the clock; called before samples are used. */
void clockwork_look(struct ntpd *d);

/* The leap indicator to be shown now (LEAP_UNSYNC when not synchronised). */
enum ntp_leap clockwork_leap(const struct ntpd *d);

/* Root dispersion and root distance now. */
double clockwork_root_disp_s(const struct ntpd *d);
double clockwork_root_dist_s(const struct ntpd *d);

/* What clients are told. */
struct view clockwork_view(const struct ntpd *d);

#endif
