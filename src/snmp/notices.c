/* SPDX-License-Identifier: BSD-2-Clause */
/* notices - of snapshots, what is to be sent as a notification. */
#include "snmp/notices.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mode6/words.h"

/* Ten at once, and then one in ten seconds; the heartbeat is not among them. */
static const double RATE_PER_S = 0.1, BURST = 10;

/* One look, and who takes what it finds. */
struct look {
	struct notices *n;
	const struct snapshot *s;
	unsigned bits;
	void (*send)(void *ctx, const struct notice *notice);
	void *ctx;
	struct notice notice;
};

static struct mtime
mtime_of(double s)
{
	return (struct mtime){ (int64_t)(s * 1e9) };
}

/* The text of the next notice. */
static struct text
begin(struct look *l, enum notice_kind kind)
{
	l->notice = (struct notice){ .kind = kind };
	return text_over(l->notice.words, sizeof l->notice.words);
}

static void
finish(struct look *l, struct text *words)
{
	uint64_t held_back;

	if ((l->bits & 1u << l->notice.kind) == 0) {
		return;
	}
	if (!limit_take(&l->n->limit, 1, mtime_of(l->s->mono_s), &held_back)) {
		return;
	}
	if (held_back > 0) {
		text_printf(words, " (%llu others were held back)", (unsigned long long)held_back);
	}
	l->send(l->ctx, &l->notice);
}

/* ---- what changed ---- */

static void
look_at_mode(struct look *l)
{
	if (objects_mode_of(l->s) != l->n->mode) {
		struct text words = begin(l, NOTICE_MODE);

		snapshot_put_headline(l->s, &words);
		finish(l, &words);
	}
}

static void
look_at_stratum(struct look *l)
{
	unsigned stratum = objects_stratum_of(l->s);

	if (stratum != l->n->stratum) {
		struct text words = begin(l, NOTICE_STRATUM);

		text_printf(&words, "The stratum is %u, and was %u.", stratum, l->n->stratum);
		finish(l, &words);
	}
	l->n->stratum = stratum;
}

static void
look_at_leader(struct look *l)
{
	const struct snapshot_source *leader = snapshot_leader(l->s);
	uint16_t id = objects_leader_of(l->s);

	if (id != l->n->leader) {
		struct text words = begin(l, NOTICE_PEER);

		if (leader != NULL) {
			text_printf(&words, "%.100s leads the clock.", leader->name);
		} else {
			text_put(&words, "No source leads the clock.");
		}
		finish(l, &words);
	}
	l->n->leader = id;
}

static void
look_at_leap(struct look *l)
{
	unsigned leap = status_leap(l->s->sys.status);
	bool announced = leap == 1 || leap == 2;

	if (announced && leap != l->n->leap) {
		struct text words = begin(l, NOTICE_LEAP);

		text_printf(&words, "A leap second will be %s at the end of the month.",
		    leap == 1 ? "inserted" : "left out");
		finish(l, &words);
	}
	/* While it is not synchronised it says nothing of leap seconds. */
	l->n->leap = leap <= 2 ? leap : l->n->leap;
}

static void
look_at_config(struct look *l, bool anew)
{
	double changes = l->s->sys.config_changes;

	if (anew || changes > l->n->config_changes) {
		struct text words = begin(l, NOTICE_CONFIG);

		text_put(&words,
		    anew ? "ntpd was started, and has read its configuration."
			 : "ntpd has taken another configuration into force.");
		finish(l, &words);
	}
	l->n->config_changes = changes;
}

/* ---- associations ---- */

static const struct snapshot_source *
still_there(const struct snapshot *s, uint16_t id)
{
	for (size_t i = 0; i < s->source_n; i++) {
		if (objects_has_row(&s->source[i]) && s->source[i].id == id) {
			return &s->source[i];
		}
	}
	return NULL;
}

static bool
was_there(const struct notices *n, uint16_t id)
{
	for (size_t i = 0; i < n->source_n; i++) {
		if (n->source[i].id == id) {
			return true;
		}
	}
	return false;
}

static void
tell_source(struct look *l, enum notice_kind kind, uint16_t id, const char *source)
{
	struct text words = begin(l, kind);
	struct text name = text_over(l->notice.name, sizeof l->notice.name);

	l->notice.assoc = id;
	text_put(&name, source);
	text_printf(&words, "%.100s %s.", source,
	    kind == NOTICE_ADD ? "is asked from now on" : "is not asked any more");
	finish(l, &words);
}

static void
tell_sources(struct look *l)
{
	for (size_t i = 0; i < l->n->source_n; i++) {
		const struct notices_source *was = &l->n->source[i];

		if (still_there(l->s, was->id) == NULL) {
			tell_source(l, NOTICE_REMOVE, was->id, was->name);
		}
	}
	for (size_t i = 0; i < l->s->source_n; i++) {
		const struct snapshot_source *is = &l->s->source[i];

		if (objects_has_row(is) && !was_there(l->n, is->id)) {
			tell_source(l, NOTICE_ADD, is->id, is->name);
		}
	}
}

/* Without memory it stays at those that it knew, and tells the rest later. */
static void
keep_sources(struct notices *n, const struct snapshot *s)
{
	struct notices_source *room = realloc(n->source, (s->source_n + 1) * sizeof *room);

	if (room == NULL) {
		return;
	}
	n->source = room;
	n->source_n = 0;
	for (size_t i = 0; i < s->source_n; i++) {
		struct notices_source *to = &room[n->source_n];
		struct text name = text_over(to->name, sizeof to->name);

		if (objects_has_row(&s->source[i]) && !was_there(n, s->source[i].id)) {
			to->id = s->source[i].id;
			text_put(&name, s->source[i].name);
			n->source_n++;
		}
	}
}

/* ---- heartbeat ---- */

static void
look_at_heart(struct look *l, uint32_t heartbeat_s)
{
	struct notices *n = l->n;
	double since_s = l->s->mono_s - n->heartbeat_at_s;
	bool first = isnan(n->heartbeat_at_s) || n->heartbeat_s != heartbeat_s;
	struct text words;

	if ((l->bits & 1u << NOTICE_HEARTBEAT) == 0) {
		n->heartbeat_at_s = (double)NAN;
		return;
	}
	if (!first && (heartbeat_s == 0 || since_s < heartbeat_s)) {
		return;
	}
	n->heartbeat_at_s = l->s->mono_s;
	n->heartbeat_s = heartbeat_s;
	words = begin(l, NOTICE_HEARTBEAT);
	snapshot_put_headline(l->s, &words);
	l->send(l->ctx, &l->notice);
}

/* ---- from outside ---- */

void
notices_init(struct notices *n, double mono_s)
{
	*n = (struct notices){
		.uptime_s = (double)NAN,
		.config_changes = (double)NAN,
		.heartbeat_at_s = (double)NAN,
		.limit = limit_of(RATE_PER_S, BURST, mtime_of(mono_s)),
	};
}

void
notices_free(struct notices *n)
{
	free(n->source);
}

/* A daemon seen for the first time: as it is, it is. */
static void
remember(struct notices *n, const struct snapshot *s)
{
	n->stratum = objects_stratum_of(s);
	n->leader = objects_leader_of(s);
	n->leap = status_leap(s->sys.status);
	n->config_changes = s->sys.config_changes;
	n->looked = true;
}

/* The sources of a daemon that was started anew have other ids: they did not come and go. */
static void
look_at_daemon(struct look *l)
{
	bool anew = l->s->sys.uptime_s < l->n->uptime_s;

	look_at_stratum(l);
	look_at_leader(l);
	look_at_leap(l);
	look_at_config(l, anew);
	if (!anew) {
		tell_sources(l);
	}
}

void
notices_look(struct notices *n, const struct snapshot *s, uint16_t bits, uint32_t heartbeat_s,
    void (*send)(void *ctx, const struct notice *notice), void *ctx)
{
	struct look l = { .n = n, .s = s, .bits = bits, .send = send, .ctx = ctx };

	look_at_heart(&l, heartbeat_s);
	if (n->mode != 0) {
		look_at_mode(&l);
	}
	n->mode = objects_mode_of(s);
	if (!s->up) {
		return; /* nothing else is known of it */
	}
	if (n->looked) {
		look_at_daemon(&l);
	} else {
		remember(n, s);
	}
	n->uptime_s = s->sys.uptime_s;
	keep_sources(n, s);
}
