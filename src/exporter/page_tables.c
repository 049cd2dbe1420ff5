/* SPDX-License-Identifier: BSD-2-Clause */
/* page_tables - the page's numbers for programs: CSV and JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "exporter/chart.h"
#include "exporter/page.h"
#include "mode6/json.h"
#include "mode6/words.h"

struct csv {
	const struct history *h;
	FILE *out;
};

/* A field in quotes; one that a spreadsheet would take for a formula begins with a quote mark. */
static void
put_field(FILE *out, const char *s)
{
	fputs(strchr("=+-@", s[0]) != NULL && s[0] != '\0' ? ",\"'" : ",\"", out);
	for (; *s != '\0'; s++) {
		fputs(*s == '"' ? "\"" : "", out);
		putc(*s, out);
	}
	putc('"', out);
}

static void
put_number(FILE *out, float x)
{
	if (isnan(x)) {
		putc(',', out);
	} else {
		fprintf(out, ",%.9g", (double)x);
	}
}

static void
put_row(void *ctx, const struct history_row *r)
{
	const struct csv *c = ctx;
	time_t at = (time_t)r->at_s;
	char when[40] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm) != NULL) {
		(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	fputs(when, c->out);
	put_number(c->out, r->offset_s);
	put_number(c->out, r->offset_min_s);
	put_number(c->out, r->offset_max_s);
	put_number(c->out, r->dist_s);
	put_number(c->out, r->freq_ppm);
	put_number(c->out, r->jitter_s);
	put_number(c->out, r->answers);
	put_number(c->out, r->refused);
	put_number(c->out, r->synced);
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		if (history_name(c->h, i)[0] != '\0') {
			put_number(c->out, r->source_s[i]);
		}
	}
	fputs("\r\n", c->out);
}

void
page_write_csv(const struct page *p, FILE *out)
{
	struct csv c = { p->h, out };

	fputs("time,offset_s,offset_min_s,offset_max_s,root_distance_s,frequency_ppm,jitter_s,"
	      "answers_per_s,refused_per_s,synchronised",
	    out);
	for (size_t i = 0; i < HISTORY_SOURCES; i++) {
		if (history_name(p->h, i)[0] != '\0') {
			put_field(out, history_name(p->h, i));
		}
	}
	fputs("\r\n", out);
	history_each(p->h, p->now_s, p->span->span_s, put_row, &c);
}

static void
put_notes(struct json *j, const char *key, const struct notes *n)
{
	json_array(j, key);
	for (size_t i = 0; i < n->n; i++) {
		json_string(j, NULL, n->line[i]);
	}
	json_close(j);
}

static void
put_system(struct json *j, const struct snapshot *s)
{
	const struct snapshot_system *sys = &s->sys;

	json_object(j, "system");
	json_string(j, "version", sys->version);
	json_double(j, "stratum", sys->stratum);
	json_double(j, "leap", sys->leap);
	json_string(j, "refid", sys->refid);
	json_double(j, "offset_s", sys->offset_s);
	json_double(j, "jitter_s", sys->jitter_s);
	json_double(j, "root_delay_s", sys->root_delay_s);
	json_double(j, "root_dispersion_s", sys->root_disp_s);
	json_double(j, "root_distance_s", sys->root_dist_s);
	json_double(j, "frequency_ppm", sys->freq_ppm);
	json_double(j, "uptime_s", sys->uptime_s);
	put_notes(j, "reasons", &s->story.why);
	put_notes(j, "advice", &s->story.advice);
	json_close(j);
}

static void
put_source(struct json *j, const struct snapshot_source *s)
{
	json_object(j, NULL);
	json_int(j, "associd", s->id);
	json_string(j, "name", s->name);
	json_string(j, "address", s->address);
	json_string(j, "refid", s->refid);
	json_string(j, "condition", words_condition(s->status));
	json_double(j, "stratum", s->stratum);
	json_double(j, "reach", s->reach);
	json_double(j, "poll_s", s->poll_s);
	json_double(j, "age_s", s->age_s);
	json_double(j, "offset_s", s->offset_s);
	json_double(j, "delay_s", s->delay_s);
	json_double(j, "jitter_s", s->jitter_s);
	json_double(j, "root_distance_s", s->root_dist_s);
	put_notes(j, "reasons", &s->story.why);
	put_notes(j, "advice", &s->story.advice);
	json_close(j);
}

void
page_write_status(const struct page *p, FILE *out)
{
	struct json j = json_over(out);
	char line[SNAPSHOT_TEXT * 2];
	struct text t = text_over(line, sizeof line);
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	snapshot_put_headline(p->s, &t);
	json_object(&j, NULL);
	json_bool(&j, "up", p->s->up);
	json_bool(&j, "synchronised", snapshot_is_synchronised(p->s));
	json_string(&j, "headline", line);
	t = text_over(line, sizeof line);
	snapshot_put_worry(p->s, &t);
	json_string(&j, "worry", line);
	json_int(&j, "time_ms", (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (p->s->up) {
		put_system(&j, p->s);
		json_array(&j, "sources");
		for (size_t i = 0; i < p->s->source_n; i++) {
			put_source(&j, &p->s->source[i]);
		}
		json_close(&j);
	}
	json_close_all(&j);
}

void
page_write_columns(const struct page *p, FILE *out)
{
	struct history_row *rows = calloc(CHART_COLUMNS, sizeof *rows);
	struct json j = json_over(out);

	json_object(&j, NULL);
	json_int(&j, "end_s", p->now_s);
	json_int(&j, "span_s", p->span->span_s);
	json_array(&j, "columns");
	if (rows != NULL) {
		history_columns(p->h, p->now_s, p->span->span_s, CHART_COLUMNS, rows);
	}
	for (size_t i = 0; rows != NULL && i < CHART_COLUMNS; i++) {
		json_object(&j, NULL);
		json_double(&j, "offset", (double)rows[i].offset_s);
		json_double(&j, "distance", (double)rows[i].dist_s);
		json_double(&j, "frequency", (double)rows[i].freq_ppm);
		json_double(&j, "serving", (double)rows[i].answers);
		json_double(&j, "refused", (double)rows[i].refused);
		json_close(&j);
	}
	json_close_all(&j);
	free(rows);
}
