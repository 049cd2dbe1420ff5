/* SPDX-License-Identifier: BSD-2-Clause */
/* compensate - the sensor, its timer, its file, and the clock. */
#include "steering/compensate.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/joint.h"
#include "journal/report.h"
#include "clock_rules.h"
#include "steering/adjust.h"
#include "steering/steering.h"

static const double HOUR_S = 3600.0;
/* The most that the frequency follows in a second, and at one reading, s/s. */
static const double RATE_MOST = 10e-9, STEP_MOST = 0.1e-6;
/* Nothing else is done while the sensor is read: so long, so often in a row, is too long. */
static const double SLOW_S = 0.1;
enum { SLOW_MOST = 3 };
/* Samples of a source before its estimate is one. */
enum { SETTLED = 8 };

static struct mtime
now_of(const struct steering *s)
{
	return steering_now(s);
}

/* ---- what was learned ---- */

static bool
path_of_file(const struct steering *s, char *path)
{
	struct text t = text_over(path, COMPENSATE_PATH_MAX);

	if (s->driftfile == NULL || strcmp(s->driftfile, "/dev/null") == 0) {
		return false;
	}
	text_put(&t, s->driftfile);
	text_put(&t, ".temp");
	return !t.cut;
}

/* False: there is none, or none of this sensor. */
static bool
read_file(struct steering *s, struct tempcomp_saved *out)
{
	char path[COMPENSATE_PATH_MAX], why_buf[COMPENSATE_WHY_MAX], *text;
	struct text why = text_over(why_buf, sizeof why_buf);
	size_t len;
	bool good;
	int error;

	if (!path_of_file(s, path)) {
		return false;
	}
	error = s->is.store->ops->read(s->is.store, path, &text, &len);
	if (error != 0) {
		if (error != -ENOENT) {
			report_unread(s->is.journal, "temperature file", path, error);
		}
		return false;
	}
	good = tempcomp_parse(text, len, s->compensate.path, out, &why);
	free(text);
	if (!good) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "temperature file %s: %s; it is learned anew", path, why_buf);
	}
	return good;
}

void
compensate_write(struct steering *s)
{
	struct compensate *c = &s->compensate;
	char path[COMPENSATE_PATH_MAX], buf[TEMPCOMP_TEXT_MAX + COMPENSATE_PATH_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct tempcomp_saved saved;
	int error;

	c->kept = now_of(s);
	if (c->state == COMPENSATE_OFF || !tempcomp_save(&c->learned, &saved) ||
	    !path_of_file(s, path)) {
		return;
	}
	tempcomp_format(&saved, c->path, &t);
	error = s->is.store->ops->write(s->is.store, path, buf, t.len);
	if (error != 0 && error != c->error) {
		report_unwritten(s->is.journal, "temperature file", path, STORE_REPLACE, error);
	} else if (error == 0 && c->error != 0) {
		report(s->is.journal, LOG_LEVEL_NOTICE, "temperature file %s: written again", path);
	}
	c->error = error;
}

void
compensate_hourly(struct steering *s)
{
	if (s->compensate.state != COMPENSATE_OFF &&
	    mtime_diff_s(now_of(s), s->compensate.kept) >= HOUR_S) {
		compensate_write(s);
	}
}

/* ---- the clock ---- */

static void
say_use(struct steering *s)
{
	struct compensate *c = &s->compensate;
	struct tempcomp_view v;

	if (c->told_used == c->learned.used) {
		return;
	}
	c->told_used = c->learned.used;
	tempcomp_show(&c->learned, now_of(s), &v);
	if (v.used) {
		report_packet(s->is.journal, LOG_LEVEL_NOTICE,
		    "tempcomp %s: the clock's rate follows it, %+.4f ppm for each degree", c->path,
		    v.per_degree * 1e6);
	} else {
		report_packet(s->is.journal, LOG_LEVEL_NOTICE,
		    "tempcomp %s: it does not foretell the clock's rate any more, and is not "
		    "followed until it does",
		    c->path);
	}
}

/*
 * Who estimates the clock finds out by itself that it has become steadier; that it is so no more
 * would cost it hours.
 */
static void
tell_wander(struct steering *s, bool follows)
{
	struct compensate *c = &s->compensate;
	bool followed = c->follows;
	double wander[BANK_WANDERS];

	c->follows = follows;
	if (follows || !followed) {
		return;
	}
	tempcomp_wander(&c->learned, wander);
	selection_wander(s, wander);
	s->is.up->wander(s->is.up_ctx, wander);
	if (discipline_hurry(&s->disc)) {
		s->is.up->repoll(s->is.up_ctx);
	}
}

/* A part of what is wanted at each reading, so that nothing the sensor does makes a jump. */
static void
follow(struct steering *s)
{
	struct compensate *c = &s->compensate;
	struct adjust *a = &s->adjust;
	double by = c->learned.wanted - a->comp, most;

	if (!c->learned.used || !a->controlled) {
		tempcomp_limit(&c->learned, a->comp);
		return;
	}
	most = fmin(RATE_MOST * c->interval_s, STEP_MOST);
	by = fmin(fmax(by, -most), most);
	if (fabs(by) > 0.0) {
		adjust_compensate(a, a->comp + by);
	}
}

void
compensate_learn(struct steering *s, uint16_t newest)
{
	struct compensate *c = &s->compensate;
	const struct assoc *a;
	struct bank_reading r;

	if (c->state == COMPENSATE_OFF || c->state == COMPENSATE_CLASSIC || newest == 0 ||
	    !s->adjust.controlled) {
		return;
	}
	a = selection_survivor(s, newest);
	if (a == NULL || a->est.samples <= SETTLED) {
		return;
	}
	r = joint_reading(&s->selector.joint, newest, &a->est);
	tempcomp_learn(&c->learned,
	    &(struct tempcomp_sample){
		.at = a->est.last,
		.offset_s = r.offset_s,
		.var_s2 = r.var_s2,
		.adjusted_ns = a->est.adjusted_ns,
		.compensated_s = adjust_compensated_s(&s->adjust, a->est.last),
	    });
	say_use(s);
}

/* ---- what is told ---- */

static const char *
word_of(const struct compensate *c, const struct tempcomp_view *v)
{
	static const char *const words[] = {
		[COMPENSATE_OFF] = "learning", /* just begun */
		[COMPENSATE_CLASSIC] = "classic",
		[COMPENSATE_READ] = "learning",
		[COMPENSATE_MISSING] = "missing",
		[COMPENSATE_BAD] = "bad",
		[COMPENSATE_SLOW] = "slow",
	};

	if (c->state == COMPENSATE_READ && v->used) {
		return v->live ? "used" : "still";
	}
	return c->state == COMPENSATE_READ && !v->live ? "still" : words[c->state];
}

static void
tell(struct steering *s)
{
	struct compensate *c = &s->compensate;
	struct text over = text_over(c->told, sizeof c->told), *t = &over;
	struct tempcomp_view v;

	tempcomp_show(&c->learned, now_of(s), &v);
	text_put(t, word_of(c, &v));
	if (c->learned.sensor.readings > 0) {
		text_printf(t, " %.2fC", c->learned.sensor.celsius);
	}
	text_printf(t, " range=%.2fK ppm/K=%+.4f+-%.4f lag=%.0fs evidence=%.1f ppm=%+.4f",
	    v.range_k, v.per_degree * 1e6, v.sigma * 1e6, v.lag_s, v.evidence,
	    s->adjust.comp * 1e6);
	if (c->why[0] != '\0') {
		text_put(t, " why=");
		text_put_safe(t, c->why, strlen(c->why));
	}
}

/* ---- the sensor ---- */

/* Each state is said when it begins. */
static void
enter(struct steering *s, enum compensate_state state, const char *why)
{
	struct compensate *c = &s->compensate;
	enum compensate_state was = c->state;
	struct text t = text_over(c->why, sizeof c->why);

	c->state = state;
	text_put(&t, why);
	if (state == was) {
		return;
	}
	if (state == COMPENSATE_MISSING) {
		report_packet(s->is.journal, LOG_LEVEL_WARNING,
		    "tempcomp %s: it cannot be read: %s; tried again until it can", c->path, why);
	} else if (state == COMPENSATE_BAD) {
		report_packet(s->is.journal, LOG_LEVEL_WARNING, "tempcomp %s: no temperature: %s",
		    c->path, why);
	} else if (state == COMPENSATE_SLOW) {
		report(s->is.journal, LOG_LEVEL_WARNING,
		    "tempcomp %s: to read it takes %s, and holds up all else: it is not read any "
		    "more; have another program put it into a file",
		    c->path, why);
	} else if (state == COMPENSATE_READ && was != COMPENSATE_OFF) {
		report_packet(s->is.journal, LOG_LEVEL_NOTICE, "tempcomp %s: it is read again",
		    c->path);
	}
}

/* The time of the clock, which goes on while the loop does not. */
static struct mtime
clock_now(const struct steering *s)
{
	struct clock_reading r;

	s->is.clock->ops->read(s->is.clock, &r);
	return r.mono;
}

/* Three in a row: one may have been another's doing. */
static void
watch_time(struct steering *s, double took_s)
{
	struct compensate *c = &s->compensate;
	char why[32];
	struct text t = text_over(why, sizeof why);

	c->slow = took_s > SLOW_S ? c->slow + 1 : 0;
	if (c->slow >= SLOW_MOST) {
		text_printf(&t, "%.2f s", took_s);
		enter(s, COMPENSATE_SLOW, why);
	}
}

static void
take(struct steering *s, const char *text, size_t len)
{
	struct compensate *c = &s->compensate;
	char why_buf[COMPENSATE_WHY_MAX];
	struct text why = text_over(why_buf, sizeof why_buf);
	double celsius;

	if (!tempcomp_parse_reading(text, len, c->milli, &celsius, &why)) {
		enter(s, COMPENSATE_BAD, why_buf);
	} else if (!tempcomp_read(&c->learned, now_of(s), celsius)) {
		text_printf(&why, "%.1f degrees", celsius);
		enter(s, COMPENSATE_BAD, why_buf);
	} else {
		enter(s, COMPENSATE_READ, "");
	}
}

static void
read_sensor(struct steering *s)
{
	struct compensate *c = &s->compensate;
	struct mtime began = clock_now(s);
	char *text;
	size_t len;
	int error = s->is.store->ops->read(s->is.store, c->path, &text, &len);

	if (error != 0) {
		enter(s, COMPENSATE_MISSING, strerror(-error));
	} else {
		take(s, text, len);
		free(text);
	}
	watch_time(s, mtime_diff_s(clock_now(s), began));
}

static void
on_turn(void *ctx)
{
	struct steering *s = ctx;
	struct compensate *c = &s->compensate;

	read_sensor(s);
	follow(s);
	tell_wander(s, tempcomp_follows(&c->learned, now_of(s)));
	tell(s);
	if (c->state != COMPENSATE_SLOW) {
		s->is.loop->ops->timer_arm(s->is.loop, &c->timer,
		    mtime_add_s(now_of(s), c->interval_s));
	}
}

/* ---- start, reload, stop ---- */

/* Another sensor than before, or the first. The clock keeps what the last one made of it. */
static void
begin(struct steering *s, const char *path)
{
	struct compensate *c = &s->compensate;
	struct text t = text_over(c->path, sizeof c->path);
	struct tempcomp_saved saved;

	text_put(&t, path);
	c->milli = strncmp(path, "/sys/", 5) == 0;
	c->kept = now_of(s);
	c->told_used = false;
	tempcomp_start(&c->learned, read_file(s, &saved) ? &saved : NULL, c->interval_s);
	tempcomp_limit(&c->learned, s->adjust.comp);
}

void
compensate_configure(struct steering *s)
{
	struct compensate *c = &s->compensate;
	const char *path = s->conf->tempcomp;

	s->is.loop->ops->timer_done(s->is.loop, &c->timer);
	if (path == NULL) {
		tell_wander(s, false);
		c->state = COMPENSATE_OFF;
		c->told[0] = '\0';
		return;
	}
	c->interval_s = s->conf->tempcomp_interval_s;
	if (c->state == COMPENSATE_OFF || !text_equal(c->path, path)) {
		tell_wander(s, false);
		begin(s, path);
		c->state = COMPENSATE_OFF;
	}
	tempcomp_interval(&c->learned, c->interval_s);
	c->slow = 0;
	if (!clock_rules_adaptive(s)) {
		report(s->is.journal, LOG_LEVEL_NOTICE,
		    "tempcomp: the adaptive loop learns from the temperature; nothing comes of it "
		    "with tinker loop classic");
		tell_wander(s, false);
		c->state = COMPENSATE_CLASSIC;
		tell(s);
		return;
	}
	if (c->state == COMPENSATE_CLASSIC || c->state == COMPENSATE_SLOW) {
		c->state = COMPENSATE_OFF;
	}
	s->is.loop->ops->timer_init(s->is.loop, &c->timer, on_turn, s);
	s->is.loop->ops->timer_arm(s->is.loop, &c->timer, now_of(s));
}

void
compensate_stop(struct steering *s)
{
	s->is.loop->ops->timer_done(s->is.loop, &s->compensate.timer);
	s->compensate.state = COMPENSATE_OFF;
}
