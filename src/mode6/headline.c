/* SPDX-License-Identifier: BSD-2-Clause */
/* headline - how the clock is, in one sentence made of a snapshot. */
#include "base/headline.h"
#include "mode6/snapshot.h"
#include "mode6/words.h"

enum { LEAP_ALARM = 3, LEADS = 6, WORTH_SAYING = 2 };

const struct snapshot_source *
snapshot_leader(const struct snapshot *s)
{
	const struct snapshot_source *first = NULL;

	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];

		if (status_peer_select(of->status) >= LEADS) {
			/* Pulses and who numbers their seconds both lead: the system names one. */
			if (of->id == s->sys.peer_id) {
				return of;
			}
			first = first == NULL ? of : first;
		}
	}
	return first;
}

bool
snapshot_is_synchronised(const struct snapshot *s)
{
	return s->up && status_leap(s->sys.status) != LEAP_ALARM;
}

void
snapshot_put_duration(struct text *out, double s, bool sign)
{
	headline_put_duration(out, s, sign);
}

/* As the daemon puts it, or else the second note: the first says the same as the sentence. */
static const char *
why_not(const struct snapshot *s)
{
	return s->sys.sync_why[0] != '\0'    ? s->sys.sync_why
	    : s->story.why.n >= WORTH_SAYING ? s->story.why.line[1]
					     : NULL;
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
	headline_put(out,
	    &(struct headline){
		.synchronised = snapshot_is_synchronised(s),
		.uptime_s = s->sys.uptime_s,
		.leader = leader != NULL ? leader->name : NULL,
		.within_s = s->sys.root_dist_s,
		.leap = status_leap(s->sys.status),
		.why = why_not(s),
	    });
}

bool
snapshot_worries(const struct snapshot *s)
{
	return snapshot_is_synchronised(s) &&
	    (s->story.advice.n > 0 || s->sys.root_dist_s > SNAPSHOT_WORRY_DIST_S);
}

void
snapshot_put_worry(const struct snapshot *s, struct text *out)
{
	size_t n = s->story.advice.n;

	if (!snapshot_worries(s)) {
		return;
	}
	if (n == 0) {
		text_printf(out, "It may be off by more than %d s.", SNAPSHOT_WORRY_DIST_S);
		return;
	}
	text_printf(out, "To do: %s", s->story.advice.line[0]);
	if (n > 1) {
		text_printf(out, "; and %zu more", n - 1);
	}
	text_char(out, '.');
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
