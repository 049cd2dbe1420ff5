/* SPDX-License-Identifier: BSD-2-Clause */
/* say - what a command tells the person, and what went wrong. */
#include "ntpq/ntpq.h"

void
ntpq_remember(struct ntpq *q, const char *complaint)
{
	struct text t = text_over(q->error, sizeof q->error);

	text_put(&t, complaint);
}

void
ntpq_complain(struct ntpq *q, const char *fmt, ...)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	fflush(q->out);
	fprintf(q->err, "***%s\n", buf);
	ntpq_remember(q, buf);
}

void
ntpq_say(struct ntpq *q, const char *fmt, ...)
{
	char buf[512];
	struct text t = text_over(buf, sizeof buf);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	if (q->json.depth > 0) {
		json_string(&q->json, "message", buf);
	} else {
		fprintf(q->out, "%s\n", buf);
	}
}
