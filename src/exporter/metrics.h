/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics - a snapshot as metrics, in the text format of Prometheus (0.0.4) or in OpenMetrics
 * (1.0.0). What the daemon does not tell is left out. Where the meaning is the same the names are
 * those of ntpd-rs; man/ntp-exporter.8 lists all.
 */
#ifndef EXPORTER_METRICS_H
#define EXPORTER_METRICS_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "mode6/snapshot.h"

enum metrics_form { METRICS_PROMETHEUS, METRICS_OPENMETRICS };

/* What an Accept header asks for; NULL: there is none. */
enum metrics_form metrics_form_of(const char *accept);
const char *metrics_type(enum metrics_form form); /* for Content-Type */

/* Writes all of s, whose counters are totals since since_s. */
void metrics_write(const struct snapshot *s, int64_t since_s, enum metrics_form form, FILE *out);

/* The name of the i-th family, as a query has it, or NULL: for the test that each is documented. */
const char *metrics_name(size_t i);

#endif
