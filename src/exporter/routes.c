/* SPDX-License-Identifier: BSD-2-Clause */
/* routes - what is answered to a path. */
#include "exporter/routes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exporter/metrics.h"

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

static const struct route table[] = {
	{ "/metrics", write_metrics },
	{ "/healthz", write_health },
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
	refuse(out, NOT_FOUND, "There is nothing here; see /metrics.", to);
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
