/* SPDX-License-Identifier: BSD-2-Clause */
/* alarm - of snapshots, what somebody is to be told. */
#include "alarm/alarm.h"
#include <math.h>
#include <string.h>
#include "mode6/words.h"

enum { SELECT_FALSETICK = 1 };

static const double LEAP_S = 30 * 86400.0, CERT_S = 14 * 86400.0, STEP_OVER_S = 3600;

/* A state that comes and goes is told three times, and then each half hour. */
static const double RATE_PER_S = 1 / 1800.0, BURST = 3;

static const char *const names[ALARM_KINDS] = {
	[ALARM_UNSYNCHRONISED] = "unsynchronised",
	[ALARM_FALSETICKER] = "falseticker",
	[ALARM_STEP] = "step",
	[ALARM_LEAP_EXPIRES] = "leap-expires",
	[ALARM_CERT_EXPIRES] = "certificate-expires",
};

const char *
alarm_name(enum alarm_kind kind)
{
	return names[kind];
}

static struct mtime
mtime_of(double s)
{
	return (struct mtime){ (int64_t)(s * 1e9) };
}

void
alarm_init(struct alarm *a, const struct alarm_rules *rules)
{
	memset(a, 0, sizeof *a);
	a->rules = *rules;
	a->steps = a->uptime_s = a->stepped_s = (double)NAN;
}

/* ---- states ---- */

/* Words are those of the moment: an event that is told late says how it is by then. */
static struct text
begin(struct alarm_state *st, const struct snapshot *s, bool is)
{
	if (st->is != is) {
		st->is = is;
		st->since_s = s->mono_s;
		st->at_s = s->at_s;
	}
	st->source[0] = '\0';
	return text_over(st->words, sizeof st->words);
}

static void
look_at_sync(struct alarm_state *st, const struct snapshot *s)
{
	struct text words = begin(st, s, !snapshot_is_synchronised(s));

	snapshot_put_headline(s, &words);
}

static void
look_at_falsetickers(struct alarm_state *st, const struct snapshot *s)
{
	const struct snapshot_source *liar = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < s->source_n; i++) {
		if (status_peer_select(s->source[i].status) == SELECT_FALSETICK) {
			liar = liar == NULL ? &s->source[i] : liar;
			n++;
		}
	}
	struct text words = begin(st, s, n > 0);
	struct text source = text_over(st->source, sizeof st->source);

	if (liar == NULL) {
		text_put(&words, "No source has the wrong time any more.");
		return;
	}
	text_put(&source, liar->name);
	text_printf(&words, "%s has the wrong time: its offset is ", liar->name);
	snapshot_put_duration(&words, liar->offset_s, true);
	if (n > 1) {
		text_printf(&words, "; and %u more", n - 1);
	}
	text_char(&words, '.');
}

static void
look_at_steps(struct alarm *a, const struct snapshot *s)
{
	struct alarm_state *st = &a->state[ALARM_STEP];
	const struct snapshot_system *sys = &s->sys;
	/* A daemon that was restarted counts anew: what it has by then it did by now. */
	bool anew = a->looked && sys->uptime_s < a->uptime_s;
	double before = anew ? 0 : a->steps;

	if (sys->steps > before) {
		a->stepped_s = s->mono_s;
	}
	a->steps = sys->steps;
	a->uptime_s = sys->uptime_s;
	struct text words = begin(st, s, s->mono_s - a->stepped_s < STEP_OVER_S);

	text_put(&words,
	    st->is ? "The clock was stepped." : "The clock was not stepped for an hour.");
}

/* Something whose end is known; what of it is good is said when its end is far. */
static void
look_at_end(struct alarm_state *st, const struct snapshot *s, double end_at_s, double within_s,
    const char *what, const char *good)
{
	double left_s = end_at_s - (double)s->at_s;
	struct text words = begin(st, s, left_s < within_s);

	if (!st->is) {
		text_printf(&words, "%s %s.", what, good);
	} else if (left_s < 0) {
		text_printf(&words, "%s has expired.", what);
	} else {
		text_printf(&words, "%s expires in %.0f days.", what, floor(left_s / 86400));
	}
}

void
alarm_look(struct alarm *a, const struct snapshot *s)
{
	if (!a->looked) {
		for (unsigned i = 0; i < ALARM_KINDS; i++) {
			a->state[i].limit = limit_of(RATE_PER_S, BURST, mtime_of(s->mono_s));
			a->state[i].since_s = s->mono_s;
			a->state[i].at_s = s->at_s;
		}
	}
	look_at_sync(&a->state[ALARM_UNSYNCHRONISED], s);
	/* Of a silent daemon nothing else is known: it stays as it was. */
	if (s->up) {
		look_at_falsetickers(&a->state[ALARM_FALSETICKER], s);
		look_at_steps(a, s);
		look_at_end(&a->state[ALARM_LEAP_EXPIRES], s, s->sys.expires_at_s, LEAP_S,
		    "The table of leap seconds", "is good for more than a month");
		look_at_end(&a->state[ALARM_CERT_EXPIRES], s, s->sys.cert_end_at_s, CERT_S,
		    "The certificate of NTS", "is good for more than two weeks");
	}
	a->looked = true;
}

/* ---- events ---- */

static double
patience_s(const struct alarm *a, enum alarm_kind kind)
{
	switch (kind) {
	case ALARM_UNSYNCHRONISED:
		return a->rules.unsynchronised_s;
	case ALARM_FALSETICKER:
		return a->rules.falseticker_s;
	case ALARM_STEP:
	case ALARM_LEAP_EXPIRES:
	case ALARM_CERT_EXPIRES:
	case ALARM_KINDS:
		break;
	}
	return 0;
}

bool
alarm_next(struct alarm *a, const struct snapshot *s, struct alarm_event *out)
{
	for (unsigned i = 0; i < ALARM_KINDS; i++) {
		struct alarm_state *st = &a->state[i];
		bool lasts = !st->is || s->mono_s - st->since_s >= patience_s(a, i);

		if (st->is == st->told || !lasts ||
		    !limit_take(&st->limit, 1, mtime_of(s->mono_s), NULL)) {
			continue;
		}
		st->told = st->is;
		*out = (struct alarm_event){
			.kind = i,
			.raised = st->is,
			.since_s = st->at_s,
			.words = st->words,
			.source = st->source,
		};
		return true;
	}
	return false;
}
