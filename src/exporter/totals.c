/* SPDX-License-Identifier: BSD-2-Clause */
/* totals - counters that never fall. */
#include "exporter/totals.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

/*
 * base     what the runs before the present one came to
 * last     of the present run, as last told
 * began_s  when the present run began, by the monotonic clock of this boot
 * seen     the round in which it was last told: the one unseen for longest makes room
 */
struct total {
	char *series;
	double base, last, began_s;
	uint64_t seen;
};

struct totals {
	char boot_id[TOTALS_BOOT_MAX];
	int64_t since_s;
	struct total *at; /* sorted by series */
	size_t n, room;
	uint64_t round;
	bool news;
};

/* Ages are told in whole seconds, rounded down. */
static const double AGE_SLACK_S = 1.5;

static const char MAGIC[] = "ntp-exporter counters 1";

struct totals *
totals_new(const char *boot_id, int64_t now_s)
{
	struct totals *t = calloc(1, sizeof *t);

	if (t != NULL) {
		struct text id = text_over(t->boot_id, sizeof t->boot_id);

		text_put(&id, boot_id[0] != '\0' ? boot_id : "-");
		t->since_s = now_s;
	}
	return t;
}

static void
clear(struct totals *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->at[i].series);
	}
	free(t->at);
	t->at = NULL;
	t->n = t->room = 0;
}

void
totals_free(struct totals *t)
{
	if (t != NULL) {
		clear(t);
		free(t);
	}
}

int64_t
totals_since_s(const struct totals *t)
{
	return t->since_s;
}

bool
totals_take_news(struct totals *t)
{
	bool news = t->news;

	t->news = false;
	return news;
}

/* ---- the table ---- */

/* Where series is, or would be. */
static size_t
place_of(const struct totals *t, const char *series, bool *there)
{
	size_t low = 0, high = t->n;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(series, t->at[middle].series);

		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

static void
drop_oldest(struct totals *t)
{
	size_t oldest = 0;

	for (size_t i = 1; i < t->n; i++) {
		oldest = t->at[i].seen < t->at[oldest].seen ? i : oldest;
	}
	free(t->at[oldest].series);
	memmove(&t->at[oldest], &t->at[oldest + 1], (t->n - oldest - 1) * sizeof *t->at);
	t->n--;
}

static bool
make_room(struct totals *t)
{
	size_t room = t->room == 0 ? 128 : t->room * 2;
	struct total *grown;

	if (t->n == TOTALS_MAX) {
		drop_oldest(t);
	}
	if (t->n < t->room) {
		return true;
	}
	grown = realloc(t->at, room * sizeof *grown);
	if (grown == NULL) {
		return false;
	}
	t->at = grown;
	t->room = room;
	return true;
}

/* NULL when memory is short. */
static struct total *
add(struct totals *t, const char *series)
{
	char *name = strdup(series);
	bool there;
	size_t i;

	if (name == NULL || !make_room(t)) {
		free(name);
		return NULL;
	}
	i = place_of(t, series, &there);
	assert(!there);
	memmove(&t->at[i + 1], &t->at[i], (t->n - i) * sizeof *t->at);
	t->n++;
	t->at[i] = (struct total){ .series = name, .began_s = (double)NAN, .seen = t->round };
	return &t->at[i];
}

/* ---- counting ---- */

/* raw began to count at began_s, NAN: nobody knows. */
static double
total_of(struct totals *t, const char *series, double raw, double began_s)
{
	bool there;
	size_t i = place_of(t, series, &there);
	struct total *to = there ? &t->at[i] : add(t, series);

	if (to == NULL) {
		return (double)NAN; /* not told rather than wrong */
	}
	to->seen = t->round;
	if (raw < to->last || began_s > to->began_s + AGE_SLACK_S) {
		to->base += to->last;
		to->began_s = began_s;
		t->news = true;
	} else if (isnan(to->began_s)) {
		to->began_s = began_s;
	}
	to->last = raw;
	return to->base + raw;
}

struct counter {
	const char *name;
	size_t at, age; /* offsets of the counter, and of its age */
};

#define SYS(field, age)                                          \
	{                                                        \
#field, offsetof(struct snapshot_system, field), \
		    offsetof(struct snapshot_system, age)        \
	}
#define SRC(field)                                                 \
	{                                                          \
#field, offsetof(struct snapshot_source, field), 0 \
	}
#define CLK(field)                                                       \
	{                                                                \
#field, offsetof(struct snapshot_source, clock.field), 0 \
	}

static const struct counter system_counters[] = {
	SYS(steps, uptime_s),
	SYS(received, sys_age_s),
	SYS(this_version, sys_age_s),
	SYS(old_version, sys_age_s),
	SYS(bad_format, sys_age_s),
	SYS(bad_auth, sys_age_s),
	SYS(declined, sys_age_s),
	SYS(restricted, sys_age_s),
	SYS(limited, sys_age_s),
	SYS(kod_sent, sys_age_s),
	SYS(lamport, sys_age_s),
	SYS(processed, sys_age_s),
	SYS(control_requests, uptime_s),
	SYS(io_received, io_age_s),
	SYS(io_sent, io_age_s),
	SYS(io_send_failed, io_age_s),
	SYS(io_dropped, io_age_s),
	SYS(answers, io_age_s),
	SYS(polls, timer_age_s),
	SYS(key_lookups, auth_age_s),
	SYS(keys_not_found, auth_age_s),
	SYS(macs_made, auth_age_s),
	SYS(macs_checked, auth_age_s),
	SYS(mru_again, uptime_s),
	SYS(mru_new, uptime_s),
	SYS(mru_replaced_old, uptime_s),
	SYS(mru_replaced_full, uptime_s),
	SYS(mru_turned_away, uptime_s),
	SYS(nts_sent, uptime_s),
	SYS(nts_received, uptime_s),
	SYS(nts_bad, uptime_s),
	SYS(nts_client_sent, uptime_s),
	SYS(nts_client_received, uptime_s),
	SYS(nts_client_bad, uptime_s),
	SYS(nts_ke_served, uptime_s),
	SYS(nts_ke_bad, uptime_s),
	SYS(nts_cookies_made, uptime_s),
};

static const struct counter source_counters[] = {
	SRC(sent),
	SRC(received),
	SRC(bogus),
	SRC(bad_auth),
	SRC(duplicate),
	CLK(readings),
	CLK(no_reply),
	CLK(bad_format),
	CLK(bad_data),
};

static double
number_at(const void *of, size_t at)
{
	double x;

	memcpy(&x, (const char *)of + at, sizeof x);
	return x;
}

static void
count(struct totals *t, void *of, size_t at, const char *series, double began_s)
{
	double x = number_at(of, at);

	if (!isnan(x) && x >= 0) {
		x = total_of(t, series, x, began_s);
		memcpy((char *)of + at, &x, sizeof x);
	}
}

static void
count_source(struct totals *t, struct snapshot_source *s, double began_s)
{
	char series[TOTALS_SERIES_MAX];

	for (size_t i = 0; i < sizeof source_counters / sizeof source_counters[0]; i++) {
		struct text name = text_over(series, sizeof series);

		text_printf(&name, "%s %u %s %s", source_counters[i].name, s->id, s->address,
		    s->name);
		count(t, s, source_counters[i].at, series, began_s);
	}
}

void
totals_apply(struct totals *t, struct snapshot *s)
{
	struct snapshot_system *sys = &s->sys;
	char series[TOTALS_SERIES_MAX];

	if (!s->up) {
		return;
	}
	t->round++;
	for (size_t i = 0; i < sizeof system_counters / sizeof system_counters[0]; i++) {
		const struct counter *c = &system_counters[i];

		count(t, sys, c->at, c->name, s->mono_s - number_at(sys, c->age));
	}
	for (size_t i = 0; i < sys->verdict_n; i++) {
		struct text name = text_over(series, sizeof series);

		text_printf(&name, "verdict %s", sys->verdict[i].name);
		sys->verdict[i].n =
		    total_of(t, series, sys->verdict[i].n, s->mono_s - sys->sys_age_s);
	}
	for (size_t i = 0; i < s->source_n; i++) {
		count_source(t, &s->source[i], s->mono_s - sys->uptime_s);
	}
}

/* ---- the file ---- */

void
totals_save(const struct totals *t, FILE *out)
{
	fprintf(out, "%s %s %" PRId64 "\n", MAGIC, t->boot_id, t->since_s);
	for (size_t i = 0; i < t->n; i++) {
		const struct total *to = &t->at[i];

		fprintf(out, "%.17g %.17g %.17g %s\n", to->base, to->last,
		    isnan(to->began_s) ? -1 : to->began_s, to->series);
	}
	fputs("end\n", out);
}

/* Takes a line off; false at the end. *at is changed. */
static bool
next_line(char **at, char **line)
{
	char *end = strchr(*at, '\n');

	if (end == NULL) {
		return false;
	}
	*end = '\0';
	*line = *at;
	*at = end + 1;
	return true;
}

/* The next word of a line, which it ends; "" when there is none. */
static const char *
next_word(char **at)
{
	char *word = *at, *end = word + strcspn(word, " ");

	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

static bool
load_row(struct totals *t, char *line, bool same_boot)
{
	struct total *to;
	double base, last, began_s;
	bool there;

	if (!text_to_double(next_word(&line), &base) || !text_to_double(next_word(&line), &last) ||
	    !text_to_double(next_word(&line), &began_s) || base < 0 || last < 0 ||
	    line[0] == '\0' || strlen(line) >= TOTALS_SERIES_MAX || t->n == TOTALS_MAX) {
		return false;
	}
	(void)place_of(t, line, &there);
	to = there ? NULL : add(t, line);
	if (to == NULL) {
		return false;
	}
	to->base = base;
	to->last = last;
	to->began_s = began_s >= 0 ? began_s : (double)NAN;
	if (!same_boot) {
		/* No daemon of another boot counts on. */
		to->base += last;
		to->last = 0;
		to->began_s = (double)NAN;
	}
	return true;
}

static bool
load_rows(struct totals *t, char *at)
{
	size_t magic = strlen(MAGIC);
	char *line = NULL;
	bool same_boot;

	if (!next_line(&at, &line) || strncmp(line, MAGIC, magic) != 0 || line[magic] != ' ') {
		return false;
	}
	line += magic + 1;
	same_boot = strcmp(next_word(&line), t->boot_id) == 0 && strcmp(t->boot_id, "-") != 0;
	if (!text_to_i64(next_word(&line), &t->since_s)) {
		return false;
	}
	while (next_line(&at, &line)) {
		if (strcmp(line, "end") == 0) {
			return at[0] == '\0';
		}
		if (!load_row(t, line, same_boot)) {
			return false;
		}
	}
	return false;
}

bool
totals_load(struct totals *t, const char *text, size_t len)
{
	struct totals loaded = { .since_s = 0 };
	char *copy = malloc(len + 1);
	bool good;

	if (copy == NULL) {
		return false;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	memcpy(loaded.boot_id, t->boot_id, sizeof loaded.boot_id);
	good = load_rows(&loaded, copy);
	free(copy);
	if (!good) {
		clear(&loaded);
		return false;
	}
	clear(t);
	*t = loaded;
	return true;
}
