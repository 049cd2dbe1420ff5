/* SPDX-License-Identifier: BSD-2-Clause */
/* refclock_say - log lines, no more than a reader can take in. */
#include "refclock_say.h"
#include <stdarg.h>
#include "journal/report.h"

enum { BURST = 12, SAID_MAX = 960 };
static const double RATE_PER_S = 1.0 / 60.0;

struct limit
refclock_say_limit(struct mtime now)
{
	return limit_of(RATE_PER_S, BURST, now);
}

void
refclock_say(struct refclock *r, enum log_level level, const char *fmt, ...)
{
	char buf[SAID_MAX];
	struct text t = text_over(buf, sizeof buf);
	uint64_t held_back = 0;
	va_list ap;

	/* Who asked for each line (gpsd's flag3) has each. */
	if (!r->loud && !limit_take(&r->said, 1.0, loop_now(r->is.loop), &held_back)) {
		return;
	}
	if (held_back > 0) {
		report(r->is.journal, LOG_LEVEL_NOTICE,
		    "%s: %llu lines about its device and what that says were held back", r->name,
		    (unsigned long long)held_back);
	}
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	report(r->is.journal, level, "%s: %s", r->name, buf);
}
