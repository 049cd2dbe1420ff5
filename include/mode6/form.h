/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * form - the forms numbers, times and reference ids take in ntpq's tables.
 */
#ifndef MODE6_FORM_H
#define MODE6_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "base/text.h"

/* Appends an interval of the columns when and poll: "-", "1024", "35m", "6h", "12d". */
void form_interval(struct text *t, int64_t seconds);

/*
 * Appends milliseconds with three decimals, as the columns delay, offset and jitter have them,
 * keeping a "+" that the server sent; what is no number is shown as "-".
 */
void form_ms(struct text *t, const char *value);

/*
 * Appends milliseconds as six characters and a unit that suits them: "81.904us", "-230.0us",
 * "1.6062ms", "0ns".
 */
void form_units(struct text *t, const char *value);

/*
 * Appends a reference id as the peers table has it: ".GPS.", "192.0.2.1", "LOCAL(0)"; "" when there
 * is none.
 */
void form_refid(struct text *t, const char *value);

/* The same with addresses as eight hexadecimal digits. */
void form_refid_hex(struct text *t, const char *value);

/*
 * Appends "e2a1b3c4.8f000000  Thu, Oct 27 2016 21:01:25.452" in local time, or "(no time)"; pivot
 * settles the era.
 */
void form_stamp(struct text *t, struct ntp_ts ts, struct rtime pivot);

/* Appends "2016-10-27T21:01:25.452Z". */
void form_iso(struct text *t, struct ntp_ts ts, struct rtime pivot);

#endif
