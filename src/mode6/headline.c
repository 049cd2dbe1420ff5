/* SPDX-License-Identifier: BSD-2-Clause */
/* headline - how the clock is, in one sentence made of a snapshot. */
#include <math.h>
#include "mode6/snapshot.h"
#include "mode6/words.h"

enum { LEAP_ALARM = 3, LEADS = 6, WORTH_SAYING = 2 };

/* As explain has it. */
static const double JUST_STARTED_S = 300;

const struct snapshot_source *
snapshot_leader(const struct snapshot *s)
{
	for (size_t i = 0; i < s->source_n; i++) {
		if (status_peer_select(s->source[i].status) >= LEADS) {
			return &s->source[i];
		}
	}
	return NULL;
}

bool
snapshot_is_synchronised(const struct snapshot *s)
{
	return s->up && status_leap(s->sys.status) != LEAP_ALARM;
}

/* Three digits, and never more than the value has. */
static void
put_scaled(struct text *out, double x, const char *unit, bool sign)
{
	double size = fabs(x);
	int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;

	text_printf(out, sign ? "%+.*f %s" : "%.*f %s", digits, x, unit);
}

void
snapshot_put_duration(struct text *out, double s, bool sign)
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
snapshot_put_headline(const struct snapshot *s, struct text *out)
{
	const struct snapshot_source *leader = snapshot_leader(s);

	if (!s->up) {
		text_printf(out, "No word from ntpd: %s.",
		    s->why[0] != '\0' ? s->why : "not asked");
		return;
	}
	if (!snapshot_is_synchronised(s)) {
		text_put(out,
		    s->sys.uptime_s < JUST_STARTED_S ? "Starting: not yet synchronised"
						     : "Not synchronised");
		/* The first note says the same; the second says why. */
		if (s->story.why.n >= WORTH_SAYING) {
			text_printf(out, ": %s", s->story.why.line[1]);
		}
		text_char(out, '.');
		return;
	}
	if (leader != NULL) {
		text_printf(out, "Synchronised to %s, within ", leader->name);
	} else {
		text_put(out, "Running on without a source, within ");
	}
	snapshot_put_duration(out, s->sys.root_dist_s, false);
	text_printf(out, "; leap second: %s.", leap_words(status_leap(s->sys.status)));
}

void
snapshot_put_title(const struct snapshot *s, struct text *out)
{
	if (!s->up) {
		text_put(out, "no ntpd");
	} else if (!snapshot_is_synchronised(s)) {
		text_put(out, "not synchronised");
	} else {
		snapshot_put_duration(out, s->sys.root_dist_s, false);
	}
}
