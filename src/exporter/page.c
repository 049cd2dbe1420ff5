/* SPDX-License-Identifier: BSD-2-Clause */
/* page - a snapshot and a history as a page. */
#include "exporter/page.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "exporter/chart.h"
#include "mode6/form.h"
#include "mode6/words.h"

enum { REACH_BITS = 8, SPARK_COLUMNS = 48, SELECT_FALSETICK = 1, SELECT_USED = 4, NUMBER_LEN = 64 };

const struct page_span PAGE_SPAN[PAGE_SPANS] = {
	{ "1h", "1 hour", 3600 },
	{ "6h", "6 hours", 6 * 3600 },
	{ "24h", "24 hours", 24 * 3600 },
	{ "7d", "7 days", 7 * 24 * 3600 },
};

const struct page_span *
page_span_of(const char *query)
{
	static const char key[] = "span=";
	const char *at = query == NULL ? NULL : strstr(query, key);

	for (size_t i = 0; at != NULL && i < PAGE_SPANS; i++) {
		size_t len = strlen(PAGE_SPAN[i].word);

		if (strncmp(at + sizeof key - 1, PAGE_SPAN[i].word, len) == 0 &&
		    strchr("&", at[sizeof key - 1 + len]) != NULL) {
			return &PAGE_SPAN[i];
		}
	}
	return &PAGE_SPAN[0];
}

/* ---- words ---- */

static void
put(FILE *out, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(*s, out);
		}
	}
}

enum mood { MOOD_OK, MOOD_WARN, MOOD_BAD };

static const struct {
	const char *word, *glyph;
} moods[] = {
	[MOOD_OK] = { "ok", "&#10003;" },
	[MOOD_WARN] = { "warn", "!" },
	[MOOD_BAD] = { "bad", "&#10007;" },
};

static enum mood
mood_of(const struct snapshot *s)
{
	return !snapshot_is_synchronised(s) ? MOOD_BAD : snapshot_worries(s) ? MOOD_WARN : MOOD_OK;
}

static void
put_duration(FILE *out, double s, bool sign)
{
	char buf[NUMBER_LEN];
	struct text t = text_over(buf, sizeof buf);

	if (isnan(s)) {
		fputs("&ndash;", out);
		return;
	}
	snapshot_put_duration(&t, s, sign);
	fputs(buf, out);
}

static void
put_count(FILE *out, double n)
{
	if (isnan(n)) {
		fputs("&ndash;", out);
	} else {
		fprintf(out, "%.0f", n);
	}
}

/* ---- the head ---- */

static void
put_head(const struct page *p, FILE *out)
{
	enum mood mood = mood_of(p->s);
	char title[SNAPSHOT_TEXT];
	struct text t = text_over(title, sizeof title);

	snapshot_put_title(p->s, &t);
	fprintf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s %s - ntpd "
	    "on ",
	    moods[mood].glyph, title);
	put(out, p->host);
	fprintf(out,
	    "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	    "<meta name=\"color-scheme\" content=\"light dark\">"
	    "<link rel=\"icon\" href=\"/%s.svg\" type=\"image/svg+xml\">"
	    "<link rel=\"stylesheet\" href=\"/style.css\">"
	    "<script src=\"/app.js\" defer></script></head>\n",
	    moods[mood].word);
}

static void
put_spans(const struct page *p, FILE *out)
{
	fputs("<nav aria-label=\"Time shown\"><ul>", out);
	for (size_t i = 0; i < PAGE_SPANS; i++) {
		bool now = p->span == &PAGE_SPAN[i];

		fprintf(out, "<li><a href=\"/?span=%s\"%s>%s</a></li>", PAGE_SPAN[i].word,
		    now ? " aria-current=\"page\"" : "", PAGE_SPAN[i].title);
	}
	fputs("</ul></nav>", out);
}

static void
put_top(const struct page *p, FILE *out)
{
	enum mood mood = mood_of(p->s);
	char line[SNAPSHOT_TEXT * 2];
	struct text t = text_over(line, sizeof line);

	snapshot_put_headline(p->s, &t);
	fputs("<body><a class=\"skip\" href=\"#main\">To the content</a><header><h1>ntpd on ", out);
	put(out, p->host);
	fprintf(out,
	    "</h1><button id=\"theme\" type=\"button\" hidden>Dark or light</button>"
	    "<p id=\"headline\" class=\"%s\" role=\"status\" aria-live=\"polite\">"
	    "<span class=\"glyph\" aria-hidden=\"true\">%s</span> ",
	    moods[mood].word, moods[mood].glyph);
	put(out, line);
	t = text_over(line, sizeof line);
	snapshot_put_worry(p->s, &t);
	if (t.len > 0) {
		fputs(" <span class=\"worry\">", out);
		put(out, line);
		fputs("</span>", out);
	}
	fputs("</p>", out);
	put_spans(p, out);
	fputs("</header>\n<main id=\"main\" tabindex=\"-1\">\n", out);
}

/* ---- what is said ---- */

static void
put_notes(const struct notes *n, const char *before, FILE *out)
{
	if (n->n == 0) {
		return;
	}
	fprintf(out, "%s<ul>", before);
	for (size_t i = 0; i < n->n; i++) {
		fputs("<li>", out);
		put(out, n->line[i]);
		fputs("</li>", out);
	}
	fputs("</ul>", out);
}

static void
put_story(const struct page *p, FILE *out)
{
	fputs("<section id=\"story\" aria-labelledby=\"h-story\"><h2 id=\"h-story\">In words</h2>",
	    out);
	if (!p->s->up) {
		fputs("<p>ntpd does not answer on this host. Is it running, and do its restrict "
		      "lines let this host ask? It is asked again every few seconds.</p>",
		    out);
	}
	put_notes(&p->s->story.why, "", out);
	put_notes(&p->s->story.advice, "<h3>To do</h3>", out);
	fputs("</section>\n", out);
}

/* ---- charts ---- */

enum line { LINE_OFFSET, LINE_FREQ, LINE_ANSWERS };

static void
fill_chart(struct chart *c, const struct history_row *rows, enum line line)
{
	for (size_t i = 0; i < CHART_COLUMNS; i++) {
		const struct history_row *r = &rows[i];

		c->low[i] = c->high[i] = c->band[i] = c->line[1][i] = (float)NAN;
		switch (line) {
		case LINE_OFFSET:
			c->line[0][i] = r->offset_s;
			c->low[i] = r->offset_min_s;
			c->high[i] = r->offset_max_s;
			c->band[i] = r->dist_s;
			break;
		case LINE_FREQ:
			c->line[0][i] = r->freq_ppm;
			break;
		case LINE_ANSWERS:
			c->line[0][i] = r->answers;
			c->line[1][i] = r->refused;
			break;
		}
	}
}

static const struct {
	const char *id, *title, *name[CHART_LINES];
	enum chart_unit unit;
	bool decades, from_zero;
} charts[] = {
	[LINE_OFFSET] = { "offset", "Offset", { "offset", NULL }, CHART_SECONDS, true, false },
	[LINE_FREQ] = { "frequency", "Frequency", { "correction of the clock's rate", NULL },
	    CHART_PPM, false, false },
	[LINE_ANSWERS] = { "serving", "Serving", { "answers", "refused or not answered" },
	    CHART_PER_SECOND, false, true },
};

static void
put_chart(const struct page *p, enum line line, FILE *out)
{
	struct history_row *rows = calloc(CHART_COLUMNS, sizeof *rows);
	struct chart *c = calloc(1, sizeof *c);

	if (rows != NULL && c != NULL) {
		*c = (struct chart){
			.id = charts[line].id,
			.title = charts[line].title,
			.name = { charts[line].name[0], charts[line].name[1] },
			.unit = charts[line].unit,
			.decades = charts[line].decades,
			.from_zero = charts[line].from_zero,
			.end_s = p->now_s,
			.span_s = p->span->span_s,
		};
		history_columns(p->h, p->now_s, p->span->span_s, CHART_COLUMNS, rows);
		fill_chart(c, rows, line);
		chart_write(c, out);
	}
	free(rows);
	free(c);
}

/* ---- sources ---- */

static const char *const state_words[REACH_BITS] = { "not used", "falseticker", "excess", "outlier",
	"candidate", "backup", "system peer", "PPS" };

static const char *
state_class(const struct snapshot_source *s)
{
	unsigned select = status_peer_select(s->status);

	return select == SELECT_FALSETICK ? "bad" : select >= SELECT_USED ? "ok" : "dull";
}

static void
put_reach(double reach, FILE *out)
{
	unsigned bits = isnan(reach) ? 0 : (unsigned)reach, answered = 0;

	fputs("<span class=\"reach\" aria-hidden=\"true\">", out);
	for (int i = REACH_BITS - 1; i >= 0; i--) {
		bool one = (bits >> i & 1) != 0;

		answered += one ? 1 : 0;
		fputs(one ? "&#9679;" : "&#9675;", out);
	}
	fprintf(out, "</span><span class=\"unseen\">%u of the last 8 answered</span>", answered);
}

static void
put_age(double age_s, FILE *out)
{
	char buf[NUMBER_LEN];
	struct text t = text_over(buf, sizeof buf);

	form_interval(&t, isnan(age_s) ? -1 : (int64_t)age_s);
	put(out, buf);
}

static void
put_spark(const struct page *p, const struct snapshot_source *s, FILE *out)
{
	int place = history_place(p->h, s);
	struct history_row *rows = calloc(SPARK_COLUMNS, sizeof *rows);
	float x[SPARK_COLUMNS];

	if (place >= 0 && rows != NULL) {
		history_columns(p->h, p->now_s, p->span->span_s, SPARK_COLUMNS, rows);
		for (size_t i = 0; i < SPARK_COLUMNS; i++) {
			x[i] = rows[i].source_s[place];
		}
		chart_write_spark(x, SPARK_COLUMNS, out);
	}
	free(rows);
}

static void
put_source_name(const struct snapshot_source *s, FILE *out)
{
	fprintf(out, "<th scope=\"row\"><details id=\"s%u\"><summary>", s->id);
	put(out, s->name);
	fputs("</summary><p>", out);
	put(out, s->address);
	fputs("</p>", out);
	put_notes(&s->story.why, "", out);
	put_notes(&s->story.advice, "<p>To do:</p>", out);
	fputs("</details></th>", out);
}

static void
put_source(const struct page *p, const struct snapshot_source *s, FILE *out)
{
	unsigned select = status_peer_select(s->status);
	char glyph[2] = { words_tally(s->status), '\0' };

	fprintf(out,
	    "<tr class=\"%s\"><td class=\"state\"><span class=\"tally\" "
	    "aria-hidden=\"true\">",
	    state_class(s));
	put(out, glyph);
	fprintf(out, "</span> %s</td>", s->is_pool ? "pool or name" : state_words[select]);
	put_source_name(s, out);
	fputs("<td>", out);
	put(out, s->refid);
	fputs("</td><td>", out);
	put_count(out, s->stratum);
	fputs("</td><td>", out);
	put_age(s->poll_s, out);
	fputs("</td><td>", out);
	put_reach(s->reach, out);
	fputs("</td><td>", out);
	put_age(s->age_s, out);
	fputs("</td><td>", out);
	put_duration(out, s->offset_s, true);
	fputs("</td><td>", out);
	put_duration(out, s->delay_s, false);
	fputs("</td><td>", out);
	put_duration(out, s->jitter_s, false);
	fputs("</td><td>", out);
	put_duration(out, s->root_dist_s, false);
	fputs("</td><td>", out);
	put_spark(p, s, out);
	fputs("</td></tr>\n", out);
}

static void
begin_table(const char *label, FILE *out)
{
	fprintf(out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>",
	    label);
}

static void
put_sources(const struct page *p, FILE *out)
{
	fputs("<section id=\"sources\" aria-labelledby=\"h-sources\"><h2 id=\"h-sources\">Sources"
	      "</h2>",
	    out);
	if (p->s->source_n == 0) {
		fputs("<p>None.</p></section>\n", out);
		return;
	}
	begin_table("Table of sources", out);
	fputs("<thead><tr><th scope=\"col\">State</th><th scope=\"col\">Source</th>"
	      "<th scope=\"col\">Reference</th><th scope=\"col\">Stratum</th>"
	      "<th scope=\"col\">Poll</th><th scope=\"col\">Reach</th><th scope=\"col\">Last</th>"
	      "<th scope=\"col\">Offset</th><th scope=\"col\">Delay</th>"
	      "<th scope=\"col\">Jitter</th><th scope=\"col\">Distance</th>"
	      "<th scope=\"col\">Offset over time</th></tr></thead><tbody>\n",
	    out);
	for (size_t i = 0; i < p->s->source_n; i++) {
		put_source(p, &p->s->source[i], out);
	}
	fputs("</tbody></table></div>", out);
	if (p->s->left_out > 0) {
		fprintf(out, "<p>And %zu more.</p>", p->s->left_out);
	}
	fputs("</section>\n", out);
}

/* ---- clocks, serving, NTS ---- */

static void
put_clocks(const struct page *p, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < p->s->source_n; i++) {
		const struct snapshot_source *s = &p->s->source[i];

		if (!s->is_clock) {
			continue;
		}
		if (!any) {
			fputs("<section id=\"clocks\" aria-labelledby=\"h-clocks\">"
			      "<h2 id=\"h-clocks\">Reference clocks</h2>",
			    out);
			begin_table("Table of reference clocks", out);
			fputs("<thead><tr><th scope=\"col\">Clock</th><th scope=\"col\">Device</th>"
			      "<th scope=\"col\">Readings</th><th scope=\"col\">No reply</th>"
			      "<th scope=\"col\">Bad format</th><th scope=\"col\">Bad data</th>"
			      "<th scope=\"col\">Last time code</th></tr></thead><tbody>",
			    out);
			any = true;
		}
		fputs("<tr><th scope=\"row\">", out);
		put(out, s->name);
		fputs("</th><td>", out);
		put(out, s->clock.device);
		fputs("</td><td>", out);
		put_count(out, s->clock.readings);
		fputs("</td><td>", out);
		put_count(out, s->clock.no_reply);
		fputs("</td><td>", out);
		put_count(out, s->clock.bad_format);
		fputs("</td><td>", out);
		put_count(out, s->clock.bad_data);
		fputs("</td><td><code>", out);
		put(out, s->clock.timecode);
		fputs("</code></td></tr>", out);
	}
	fputs(any ? "</tbody></table></div></section>\n" : "", out);
}

struct fact {
	const char *name;
	double n;
};

/* Those that are known. */
static void
put_facts(const struct fact *f, size_t n, FILE *out)
{
	fputs("<dl>", out);
	for (size_t i = 0; i < n; i++) {
		if (!isnan(f[i].n)) {
			fprintf(out, "<div><dt>%s</dt><dd>%.0f</dd></div>", f[i].name, f[i].n);
		}
	}
	fputs("</dl>", out);
}

static bool
has_verdicts(const struct snapshot_system *sys)
{
	for (size_t i = 0; i < sys->verdict_n; i++) {
		if (sys->verdict[i].n > 0) {
			return true;
		}
	}
	return false;
}

static void
put_serving(const struct page *p, FILE *out)
{
	const struct snapshot_system *sys = &p->s->sys;
	const struct fact facts[] = {
		{ "Answers sent", sys->answers },
		{ "Kisses sent", sys->kod_sent },
		{ "Clients seen", sys->mru_depth },
		{ "Room for clients", sys->mru_max_depth },
		{ "Mode 6 requests", sys->control_requests },
	};

	fputs(
	    "<section id=\"served\" aria-labelledby=\"h-served\"><h2 id=\"h-served\">Serving</h2>",
	    out);
	put_chart(p, LINE_ANSWERS, out);
	if (p->s->up) {
		put_facts(facts, sizeof facts / sizeof facts[0], out);
	}
	if (has_verdicts(sys)) {
		begin_table("What became of the packets of others", out);
		fputs("<thead><tr><th scope=\"col\">What became of packets</th>"
		      "<th scope=\"col\">Packets</th></tr></thead><tbody>",
		    out);
		for (size_t i = 0; i < sys->verdict_n; i++) {
			if (sys->verdict[i].n > 0) {
				fputs("<tr><th scope=\"row\">", out);
				put(out, sys->verdict[i].name);
				fprintf(out, "</th><td>%.0f</td></tr>", sys->verdict[i].n);
			}
		}
		fputs("</tbody></table></div>", out);
	}
	fputs("</section>\n", out);
}

/* Who is asked with NTS: how it stands, and for how many requests there are cookies. */
static void
put_nts_sources(const struct page *p, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < p->s->source_n; i++) {
		const struct snapshot_source *s = &p->s->source[i];

		if (s->nts_state[0] == '\0') {
			continue;
		}
		if (!any) {
			begin_table("Table of sources that are asked with NTS", out);
			fputs("<thead><tr><th scope=\"col\">Source</th><th scope=\"col\">NTS</th>"
			      "<th scope=\"col\">Cookies left</th></tr></thead><tbody>",
			    out);
			any = true;
		}
		fputs("<tr><th scope=\"row\">", out);
		put(out, s->name);
		fputs("</th><td>", out);
		put(out, s->nts_state);
		fputs("</td><td>", out);
		put_count(out, s->cookies >= 0 ? s->cookies : (double)NAN);
		fputs("</td></tr>", out);
	}
	fputs(any ? "</tbody></table></div>\n" : "", out);
}

/* "The certificate ends on 2026-12-31, in 32 days." */
static void
put_certificate(const struct page *p, FILE *out)
{
	double end_s = p->s->sys.cert_end_at_s, left_s = end_s - (double)p->s->at_s;
	time_t at = isnan(end_s) ? 0 : (time_t)end_s;
	struct tm tm;

	if (isnan(end_s) || gmtime_r(&at, &tm) == NULL) {
		return;
	}
	fprintf(out, "<p>The certificate %s on %04d-%02d-%02d", left_s < 0 ? "ended" : "ends",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (left_s >= 0) {
		fprintf(out, ", in %.0f days", floor(left_s / 86400));
	}
	fputs(".</p>\n", out);
}

static void
put_nts(const struct page *p, FILE *out)
{
	const struct snapshot_system *sys = &p->s->sys;
	const struct fact facts[] = {
		{ "Requests sent", sys->nts_client_sent },
		{ "Good answers", sys->nts_client_received },
		{ "Bad answers", sys->nts_client_bad },
		{ "Good requests of others", sys->nts_received },
		{ "Refused requests of others", sys->nts_bad },
		{ "Answers sent", sys->nts_sent },
		{ "Keys established", sys->nts_ke_served },
		{ "Key establishments that failed", sys->nts_ke_bad },
	};

	if (!isnan(sys->nts_client_sent) || !isnan(sys->nts_received)) {
		fputs("<section id=\"nts\" aria-labelledby=\"h-nts\"><h2 id=\"h-nts\">NTS</h2>",
		    out);
		put_facts(facts, sizeof facts / sizeof facts[0], out);
		put_certificate(p, out);
		put_nts_sources(p, out);
		fputs("</section>\n", out);
	}
}

/* ---- the whole ---- */

static void
put_foot(const struct page *p, FILE *out)
{
	time_t now = (time_t)p->now_s;
	char when[NUMBER_LEN] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL) {
		(void)strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	}
	fprintf(out,
	    "</main>\n<footer><p id=\"when\">As of %s UTC. <span id=\"browser\"></span></p><ul>"
	    "<li><a href=\"/history.csv?span=%s\">This history as CSV</a></li>"
	    "<li><a href=\"/metrics\">Metrics</a></li>"
	    "<li><a href=\"/api/status\">State as JSON</a></li></ul><p>",
	    when, p->span->word);
	put(out, p->s->sys.version);
	fputs("</p></footer></body></html>\n", out);
}

void
page_write(const struct page *p, FILE *out)
{
	put_head(p, out);
	put_top(p, out);
	fputs("<section id=\"time\" aria-labelledby=\"h-time\"><h2 id=\"h-time\" "
	      "class=\"unseen\">Offset</h2>",
	    out);
	put_chart(p, LINE_OFFSET, out);
	fputs("</section>\n", out);
	put_story(p, out);
	if (p->s->up) {
		put_sources(p, out);
		put_clocks(p, out);
	}
	fputs("<section id=\"rate\" aria-labelledby=\"h-rate\"><h2 id=\"h-rate\">Rate</h2>", out);
	put_chart(p, LINE_FREQ, out);
	fputs("</section>\n", out);
	put_serving(p, out);
	put_nts(p, out);
	put_foot(p, out);
}
