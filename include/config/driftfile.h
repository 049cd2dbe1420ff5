/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driftfile - the syntax of the drift file: the frequency in ppm, then, if it is ours, the
 * uncertainty of it in ppm. ntpd and NTPsec read the first word only.
 */
#ifndef CONFIG_DRIFTFILE_H
#define CONFIG_DRIFTFILE_H
#include <stdbool.h>
#include <stddef.h>
#include "base/text.h"

enum { DRIFTFILE_MAX_PPM = 500, DRIFTFILE_TEXT_MAX = 64 };

struct drift {
	double freq_ppm; /* within +-500 */
	bool sigma_given;
	double sigma_ppm; /* > 0, when given */
	bool clamped;     /* the file had more than 500 ppm */
};

/*
 * Reads the text of a drift file. Returns false and says in why (may be NULL) what was expected;
 * *out is written only on success.
 */
bool driftfile_parse(const char *text, size_t len, struct drift *out, struct text *why);

/* Writes the text of a drift file; buf holds DRIFTFILE_TEXT_MAX. Returns buf. */
const char *driftfile_format(const struct drift *drift, char *buf, size_t cap);

#endif
