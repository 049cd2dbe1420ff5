/* SPDX-License-Identifier: BSD-2-Clause */
/* headline - how a clock is, in one sentence. */
#include "base/headline.h"
#include <math.h>

/* Three digits, and never more than the value has. */
static void
put_scaled(struct text *out, double x, const char *unit, bool sign)
{
	double size = fabs(x);
	int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;

	text_printf(out, sign ? "%+.*f %s" : "%.*f %s", digits, x, unit);
}

void
headline_put_duration(struct text *out, double s, bool sign)
{
	double size = fabs(s);

	if (isnan(s)) {
		text_put(out, "unknown");
	} else if (size >= 99950) {
		text_printf(out, sign ? "%+.3g s" : "%.3g s", s);
	} else if (size >= 0.9995) {
		put_scaled(out, s, "s", sign);
	} else if (size >= 0.9995e-3) {
		put_scaled(out, s * 1e3, "ms", sign);
	} else if (size >= 0.9995e-6) {
		put_scaled(out, s * 1e6, "us", sign);
	} else {
		text_printf(out, sign ? "%+.0f ns" : "%.0f ns", s * 1e9);
	}
}

static const char *
leap_words(unsigned leap)
{
	return leap == 1 ? "one will be inserted at the end of the month"
	    : leap == 2  ? "one will be left out at the end of the month"
			 : "none announced";
}

void
headline_put(struct text *out, const struct headline *h)
{
	if (!h->synchronised) {
		text_put(out,
		    h->uptime_s < HEADLINE_STARTING_S ? "Starting: not yet synchronised"
						      : "Not synchronised");
		if (h->why != NULL && h->why[0] != '\0') {
			text_printf(out, ": %s", h->why);
		}
		text_char(out, '.');
		return;
	}
	if (h->leader != NULL) {
		text_printf(out, "Synchronised to %s, within ", h->leader);
	} else {
		text_put(out, "Running on without a source");
		if (h->why != NULL && h->why[0] != '\0') {
			text_printf(out, " (%s)", h->why);
		}
		text_put(out, ", within ");
	}
	headline_put_duration(out, h->within_s, false);
	text_printf(out, "; leap second: %s.", leap_words(h->leap));
}
