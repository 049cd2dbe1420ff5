/* SPDX-License-Identifier: BSD-2-Clause */
/* routes - what is answered to a path. */
#include "exporter/routes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exporter/assets.h"
#include "exporter/metrics.h"
#include "exporter/page.h"

enum { OK = 200, FORBIDDEN = 403, NOT_FOUND = 404, FAILED = 500, UNAVAILABLE = 503 };

/* Nothing of it is kept, guessed at, framed by others, or fetched from elsewhere. */
const struct http_header ROUTES_HEADERS[] = {
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ NULL, NULL },
};

struct route {
	const char *path;
	void (*write)(struct routes *r, const struct http_request *q, struct http_answer *out,
	    FILE *to);
};

static void
write_metrics(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	enum metrics_form form = metrics_form_of(q->accept);

	out->type = metrics_type(form);
	metrics_write(watch_look(r->watch), totals_since_s(r->watch->totals), form, to);
}

/* For whoever spreads load: only a clock that is right is a good one. */
static void
write_health(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	const struct snapshot *s = watch_look(r->watch);
	char line[SNAPSHOT_TEXT * 2];
	struct text t = text_over(line, sizeof line);

	(void)q;
	out->status = snapshot_is_synchronised(s) ? OK : UNAVAILABLE;
	snapshot_put_headline(s, &t);
	fprintf(to, "%s\n", line);
}

static void
write_by(struct routes *r, const struct http_request *q, FILE *to,
    void (*write)(const struct page *p, FILE *out))
{
	const struct snapshot *s = watch_look(r->watch);
	struct page p = {
		.s = s,
		.h = r->history,
		.span = page_span_of(q->query),
		.host = r->host,
		.now_s = s->at_s,
	};

	write(&p, to);
}

static void
write_page(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	out->type = "text/html; charset=utf-8";
	write_by(r, q, to, page_write);
}

static void
write_csv(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	out->type = "text/csv; charset=utf-8";
	out->extra[0] = (struct http_header){ "Content-Disposition",
		"attachment; filename=\"ntpd-history.csv\"" };
	write_by(r, q, to, page_write_csv);
}

static void
write_status(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	out->type = "application/json";
	write_by(r, q, to, page_write_status);
}

static void
write_columns(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	out->type = "application/json";
	write_by(r, q, to, page_write_columns);
}

static const struct route table[] = {
	{ "/", write_page },
	{ "/metrics", write_metrics },
	{ "/healthz", write_health },
	{ "/history.csv", write_csv },
	{ "/api/status", write_status },
	{ "/api/history", write_columns },
};

#define ICON(colour, mark)                                                                  \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><circle cx=\"8\" " \
	"cy=\"8\" r=\"8\" fill=\"" colour "\"/><path fill=\"none\" stroke=\"#fff\" "        \
	"stroke-width=\"2\" d=\"" mark "\"/></svg>"

static const char ok_svg[] = ICON("#116329", "M4 8l3 3 5-6");
static const char warn_svg[] = ICON("#9a6700", "M8 3v6M8 11v2");
static const char bad_svg[] = ICON("#b3182a", "M5 5l6 6M11 5l-6 6");

/* What the build put in. */
static const struct {
	const char *path, *type;
	const struct asset *asset;
} assets[] = {
	{ "/app.js", "text/javascript; charset=utf-8", &ASSET_APP_JS },
	{ "/style.css", "text/css; charset=utf-8", &ASSET_STYLE_CSS },
};

/* The marks of a browser's tab. */
static const struct {
	const char *path, *type;
	const void *bytes;
	size_t len;
} files[] = {
	{ "/ok.svg", "image/svg+xml", ok_svg, sizeof ok_svg - 1 },
	{ "/warn.svg", "image/svg+xml", warn_svg, sizeof warn_svg - 1 },
	{ "/bad.svg", "image/svg+xml", bad_svg, sizeof bad_svg - 1 },
};

static void
refuse(struct http_answer *out, int status, const char *why, FILE *to)
{
	out->status = status;
	fprintf(to, "%s\n", why);
}

static void
write_answer(struct routes *r, const struct http_request *q, struct http_answer *out, FILE *to)
{
	if (!hosts_allow(r->hosts, q->host)) {
		refuse(out, FORBIDDEN, "This host is not known by that name; see ntp-exporter -H.",
		    to);
		return;
	}
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strcmp(table[i].path, q->path) == 0) {
			table[i].write(r, q, out, to);
			return;
		}
	}
	for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++) {
		if (strcmp(assets[i].path, q->path) == 0) {
			out->type = assets[i].type;
			(void)fwrite(assets[i].asset->bytes, 1, assets[i].asset->len, to);
			return;
		}
	}
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (strcmp(files[i].path, q->path) == 0) {
			out->type = files[i].type;
			(void)fwrite(files[i].bytes, 1, files[i].len, to);
			return;
		}
	}
	refuse(out, NOT_FOUND, "There is nothing here; see / and /metrics.", to);
}

void
routes_answer(void *ctx, const struct http_request *q, struct http_answer *out)
{
	char *body = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&body, &len);

	out->type = "text/plain; charset=utf-8";
	if (to == NULL) {
		out->status = FAILED;
		return;
	}
	write_answer(ctx, q, out, to);
	if (fclose(to) != 0) {
		free(body);
		out->status = FAILED;
		return;
	}
	out->body = body;
	out->len = len;
}

void
routes_done(void *ctx, struct http_answer *out)
{
	union {
		const char *shown;
		char *owned;
	} body = { .shown = out->body };

	(void)ctx;
	free(body.owned);
}
