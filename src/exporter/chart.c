/* SPDX-License-Identifier: BSD-2-Clause */
/* chart - a row of numbers over time as SVG and as words. */
#include "exporter/chart.h"
#include <math.h>
#include <string.h>
#include <time.h>
#include "mode6/snapshot.h"

/* Of the drawing, whatever its size on the screen. */
enum { WIDTH = 1000, HEIGHT = 300, SPARK_WIDTH = 100, SPARK_HEIGHT = 20, TICKS_MAX = 9 };
enum { DAY_S = 86400, TABLE_ROWS = 12, NUMBER_LEN = 48 };

struct axis {
	bool decades;
	double least;     /* of decades: below it all is linear */
	double low, high; /* of what is drawn, after folding */
};

/* Decades to both sides: near zero linear. */
static double
folded(const struct axis *a, double x)
{
	return a->decades ? copysign(log10(1 + fabs(x) / a->least), x) : x;
}

static double
height_of(const struct axis *a, double x, double height)
{
	double y = (folded(a, x) - a->low) / (a->high - a->low);

	return (1 - fmin(fmax(y, 0), 1)) * height;
}

/* ---- the axis ---- */

static void
widen(double *low, double *high, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*low = fmin(*low, isnan(x[i]) ? (double)NAN : (double)x[i]);
		*high = fmax(*high, isnan(x[i]) ? (double)NAN : (double)x[i]);
	}
}

static struct axis
decades_axis(const struct chart *c, double low, double high)
{
	double near = fmax(fabs(low), fabs(high)), far = near, none = (double)NAN;
	struct axis a = { .decades = true };

	widen(&none, &far, c->band, CHART_COLUMNS);
	near = isnan(near) || near < 1e-9 ? 1e-9 : near;
	far = isnan(far) || far < near ? near : far;
	/* What the line does shall be seen: it reaches to the second decade. */
	a.least = pow(10, floor(log10(near)) - 1);
	a.high = folded(&a, far * 1.3);
	a.low = -a.high;
	return a;
}

static struct axis
axis_of(const struct chart *c)
{
	double low = (double)NAN, high = (double)NAN, room;
	struct axis a = { .decades = false };

	for (size_t i = 0; i < CHART_LINES && c->name[i] != NULL; i++) {
		widen(&low, &high, c->line[i], CHART_COLUMNS);
	}
	widen(&low, &high, c->low, CHART_COLUMNS);
	widen(&low, &high, c->high, CHART_COLUMNS);
	if (c->decades) {
		return decades_axis(c, low, high);
	}
	if (isnan(low)) {
		low = 0;
		high = 1;
	}
	low = c->from_zero ? 0 : low;
	room = fmax((high - low) * 0.1, fmax(fabs(high) * 1e-3, 1e-3));
	a.low = c->from_zero ? 0 : low - room;
	a.high = high + room;
	return a;
}

/* Where lines go across; how many. */
static size_t
ticks_of(const struct axis *a, double *out)
{
	size_t n = 0;

	if (!a->decades) {
		for (int i = 0; i <= 4; i++) {
			out[n++] = a->low + (a->high - a->low) * i / 4;
		}
		return n;
	}
	double decades = floor(a->high);
	double each = ceil(decades / 4);

	out[n++] = 0;
	for (double d = decades; d >= 1 && n + 2 <= TICKS_MAX; d -= each) {
		out[n++] = a->least * pow(10, d);
		out[n++] = -a->least * pow(10, d);
	}
	return n;
}

static void
put_number(struct text *t, enum chart_unit unit, double x, bool sign)
{
	switch (unit) {
	case CHART_SECONDS:
		if (fabs(x) <= 0) {
			text_put(t, "0");
		} else {
			snapshot_put_duration(t, x, sign);
		}
		break;
	case CHART_PPM:
		text_printf(t, "%+.3f ppm", x);
		break;
	case CHART_PER_SECOND:
		text_printf(t, "%.3g/s", x);
		break;
	}
}

/* A round number: "+1 ms", for "+1.00 ms". */
static void
put_round(struct text *t, enum chart_unit unit, double x)
{
	char buf[NUMBER_LEN];
	struct text whole = text_over(buf, sizeof buf);
	size_t digits;

	put_number(&whole, unit, x, true);
	digits = strcspn(buf, ".");
	text_put_n(t, buf, digits);
	text_put(t, buf + digits + (buf[digits] == '.' ? strspn(buf + digits, ".0") : 0));
}

static const char *
number(char *buf, enum chart_unit unit, float x)
{
	struct text t = text_over(buf, NUMBER_LEN);

	if (isnan(x)) {
		text_put(&t, "unknown");
	} else {
		put_number(&t, unit, (double)x, unit == CHART_SECONDS);
	}
	return buf;
}

/* ---- drawing ---- */

static double
x_of(size_t i, size_t n, double width)
{
	return ((double)i + 0.5) * width / (double)n;
}

static void
put_line(const struct axis *a, const float *x, size_t n, double width, double height, FILE *out)
{
	bool pen = false;

	for (size_t i = 0; i < n; i++) {
		if (!isnan(x[i])) {
			/* A point alone is a short line. */
			fprintf(out, "%c%.1f %.1f", pen ? 'L' : 'M', x_of(i, n, width),
			    height_of(a, (double)x[i], height));
			if (!pen && (i + 1 == n || isnan(x[i + 1]))) {
				fputs("h.1", out);
			}
		}
		pen = !isnan(x[i]);
	}
}

/* Between two lines, from gap to gap. */
static void
put_area(const struct axis *a, const float *low, const float *high, FILE *out)
{
	size_t n = CHART_COLUMNS;

	for (size_t from = 0, to; from < n; from = to + 1) {
		for (to = from; to < n && !isnan(low[to]) && !isnan(high[to]); to++) {
		}
		for (size_t i = from; i < to; i++) {
			fprintf(out, "%c%.1f %.1f", i == from ? 'M' : 'L', x_of(i, n, WIDTH),
			    height_of(a, (double)high[i], HEIGHT));
		}
		for (size_t i = to; i > from; i--) {
			fprintf(out, "L%.1f %.1f", x_of(i - 1, n, WIDTH),
			    height_of(a, (double)low[i - 1], HEIGHT));
		}
		if (to > from) {
			fputc('Z', out);
		}
	}
}

static void
put_path(const char *class, FILE *out)
{
	fprintf(out, "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" d=\"", class);
}

static void
put_drawing(const struct chart *c, const struct axis *a, FILE *out)
{
	static const char *const classes[CHART_LINES] = { "line", "line second" };
	double ticks[TICKS_MAX];
	size_t n = ticks_of(a, ticks);
	float below[CHART_COLUMNS];

	fprintf(out,
	    "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
	    "focusable=\"false\">",
	    WIDTH, HEIGHT);
	for (size_t i = 0; i < CHART_COLUMNS; i++) {
		below[i] = -c->band[i];
	}
	put_path("band", out);
	put_area(a, below, c->band, out);
	fputs("\"/>", out);
	put_path("grid", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "M0 %.1fH%d", height_of(a, ticks[i], HEIGHT), WIDTH);
	}
	fputs("\"/>", out);
	put_path("range", out);
	put_area(a, c->low, c->high, out);
	fputs("\"/>", out);
	for (size_t i = 0; i < CHART_LINES && c->name[i] != NULL; i++) {
		put_path(classes[i], out);
		put_line(a, c->line[i], CHART_COLUMNS, WIDTH, HEIGHT, out);
		fputs("\"/>", out);
	}
	fputs("<path class=\"cursor\" vector-effect=\"non-scaling-stroke\" d=\"\"/></svg>", out);
}

/* In steps of 5 %, which the style sheet knows: no style may stand in the page itself. */
static void
put_labels(const struct chart *c, const struct axis *a, FILE *out)
{
	double ticks[TICKS_MAX];
	size_t n = ticks_of(a, ticks);

	fputs("<ul class=\"ys\" aria-hidden=\"true\">", out);
	for (size_t i = 0; i < n; i++) {
		char buf[NUMBER_LEN];
		struct text t = text_over(buf, sizeof buf);
		int percent = (int)nearbyint(height_of(a, ticks[i], 20)) * 5;

		if (a->decades) {
			put_round(&t, c->unit, ticks[i]);
		} else {
			put_number(&t, c->unit, ticks[i], true);
		}
		fprintf(out, "<li class=\"y%d\">%s</li>", percent, buf);
	}
	fputs("</ul>", out);
}

static void
put_time(int64_t at_s, bool day, FILE *out)
{
	time_t at = (time_t)at_s;
	char buf[NUMBER_LEN] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm) != NULL) {
		(void)strftime(buf, sizeof buf, day ? "%b %d %H:%M" : "%H:%M", &tm);
	}
	fputs(buf, out);
}

static void
put_times(const struct chart *c, FILE *out)
{
	fputs("<ul class=\"xs\" aria-hidden=\"true\">", out);
	for (int i = 0; i <= 2; i++) {
		fputs("<li>", out);
		put_time(c->end_s - c->span_s + c->span_s * i / 2, c->span_s > DAY_S, out);
		fputs("</li>", out);
	}
	fputs("</ul>", out);
}

/* ---- words ---- */

static void
put_summary(const struct chart *c, FILE *out)
{
	double low = (double)NAN, high = (double)NAN;
	char last[NUMBER_LEN], least[NUMBER_LEN], most[NUMBER_LEN];
	float now = (float)NAN;

	widen(&low, &high, c->line[0], CHART_COLUMNS);
	widen(&low, &high, c->low, CHART_COLUMNS);
	widen(&low, &high, c->high, CHART_COLUMNS);
	for (size_t i = 0; i < CHART_COLUMNS; i++) {
		now = isnan(c->line[0][i]) ? now : c->line[0][i];
	}
	if (isnan(now)) {
		fputs("nothing known of this time", out);
		return;
	}
	fprintf(out, "last %s, between %s and %s", number(last, c->unit, now),
	    number(least, c->unit, (float)low), number(most, c->unit, (float)high));
}

static float
mean_of(const float *x, size_t from, size_t to)
{
	double sum = 0;
	unsigned n = 0;

	for (size_t i = from; i < to; i++) {
		if (!isnan(x[i])) {
			sum += (double)x[i];
			n++;
		}
	}
	return n == 0 ? (float)NAN : (float)(sum / n);
}

static void
put_table(const struct chart *c, FILE *out)
{
	size_t each = CHART_COLUMNS / TABLE_ROWS;
	char buf[NUMBER_LEN];

	fprintf(out,
	    "<details id=\"%s-table\"><summary>%s as a table</summary><div class=\"scroll\" "
	    "tabindex=\"0\" role=\"region\" aria-label=\"%s as a table\"><table><thead><tr>"
	    "<th scope=\"col\">From (UTC)</th>",
	    c->id, c->title, c->title);
	for (size_t k = 0; k < CHART_LINES && c->name[k] != NULL; k++) {
		fprintf(out, "<th scope=\"col\">%s</th>", c->name[k]);
	}
	fputs("</tr></thead><tbody>", out);
	for (size_t i = 0; i < TABLE_ROWS; i++) {
		fputs("<tr><th scope=\"row\">", out);
		put_time(c->end_s - c->span_s + c->span_s * (int64_t)i / TABLE_ROWS,
		    c->span_s > DAY_S, out);
		fputs("</th>", out);
		for (size_t k = 0; k < CHART_LINES && c->name[k] != NULL; k++) {
			float x = mean_of(c->line[k], i * each, (i + 1) * each);

			fprintf(out, "<td>%s</td>", number(buf, c->unit, x));
		}
		fputs("</tr>", out);
	}
	fputs("</tbody></table></div></details>", out);
}

void
chart_write(const struct chart *c, FILE *out)
{
	struct axis a = axis_of(c);

	fprintf(out, "<figure id=\"%s\"><figcaption><b>%s</b> <span class=\"legend\">", c->id,
	    c->title);
	for (size_t i = 0; i < CHART_LINES && c->name[i] != NULL; i++) {
		fprintf(out, "<span class=\"key k%zu\">%s</span> ", i, c->name[i]);
	}
	if (!isnan(mean_of(c->band, 0, CHART_COLUMNS))) {
		fputs("<span class=\"key kb\">may be off by (root distance)</span>", out);
	}
	fprintf(out,
	    "</span></figcaption><div class=\"plot\" tabindex=\"0\" role=\"img\" "
	    "data-chart=\"%s\" aria-label=\"%s: ",
	    c->id, c->title);
	put_summary(c, out);
	fputs("\">", out);
	put_drawing(c, &a, out);
	put_labels(c, &a, out);
	put_times(c, out);
	fputs("</div><p class=\"readout\">", out);
	put_summary(c, out);
	fputs("</p>", out);
	put_table(c, out);
	fputs("</figure>\n", out);
}

void
chart_write_spark(const float *x, size_t n, FILE *out)
{
	double low = (double)NAN, high = (double)NAN;
	struct axis a = { .decades = false };

	widen(&low, &high, x, n);
	if (isnan(low)) {
		return;
	}
	a.low = low - fmax((high - low) * 0.1, 1e-12);
	a.high = high + fmax((high - low) * 0.1, 1e-12);
	fprintf(out,
	    "<svg class=\"spark\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\" focusable=\"false\">",
	    SPARK_WIDTH, SPARK_HEIGHT);
	put_path("line", out);
	put_line(&a, x, n, SPARK_WIDTH, SPARK_HEIGHT, out);
	fputs("\"/></svg>", out);
}
