/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - how the parts of the daemon hear of each other: what one of them tells upward is what
 * another one is told, and only here is it known who.
 */
#ifndef NTPD_WIRE_H
#define NTPD_WIRE_H
#include "journal/counters.h"
#include "journal/ntscount.h"

struct ntpd;

/* Gives the part its ports, options and events; each once, when the daemon is made. */
void wire_journal(struct ntpd *d);
void wire_steering(struct ntpd *d);
void wire_control(struct ntpd *d);

/* What all parts have counted together. */
void wire_count(const struct ntpd *d, struct counters *sum);
void wire_count_nts(const struct ntpd *d, struct ntscount *sum);

void wire_client(struct ntpd *d);
void wire_server(struct ntpd *d); /* its hash is there */

/* Answers to names go to whoever asked: before names are asked for. */
void wire_resolver(struct ntpd *d);

/* The network is there, or another: names that had no answer are asked for again. */
void wire_names_again(struct ntpd *d);

#endif
