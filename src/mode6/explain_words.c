/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_words - the sentences of explain, and what they ask of a source's variables. */
#include "mode6/explain.h"
#include <math.h>
#include <string.h>

void
explain_note(struct notes *n, const char *fmt, ...)
{
	va_list ap;
	struct text t;

	if (n->n == NOTES_MAX) {
		n->left_out += n->left_out == 0 ? 2 : 1; /* with the one that gives way */
		t = text_over(n->line[NOTES_MAX - 1], NOTE_LEN);
		text_printf(&t, "and %zu more", n->left_out);
		return;
	}
	t = text_over(n->line[n->n++], NOTE_LEN);
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
}

void
explain_put_time(struct text *t, double ms, bool sign)
{
	bool long_time = fabs(ms) >= 1000;

	text_printf(t, sign ? "%+.3f %s" : "%.3f %s", long_time ? ms / 1000 : ms,
	    long_time ? "s" : "ms");
}

double
explain_number(const struct vars *v, const char *name)
{
	double x = 0;

	vars_double(v, name, &x);
	return x;
}

bool
explain_no_majority(const struct survey *s)
{
	return s->falsetickers >= s->reachable && s->falsetickers > 1;
}

bool
explain_is_pool(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	return refid != NULL && (strcmp(refid, "POOL") == 0 || strcmp(refid, ".POOL.") == 0);
}

unsigned
explain_wants_family(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	refid = refid == NULL ? "" : refid + (refid[0] == '.' ? 1 : 0);
	return strncmp(refid, "DNS4", 4) == 0 ? 4 : strncmp(refid, "DNS6", 4) == 0 ? 6 : 0;
}

bool
explain_is_nameless(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	return explain_wants_family(v) != 0 ||
	    (refid != NULL && (strcmp(refid, "DNS") == 0 || strcmp(refid, ".DNS.") == 0));
}

bool
explain_is_reserve(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	return refid != NULL && (strcmp(refid, "FALL") == 0 || strcmp(refid, ".FALL.") == 0);
}

bool
explain_is_local(const char *name)
{
	return strncmp(name, "LOCAL(", 6) == 0;
}

void
explain_control(struct system_facts *f, const char *words)
{
	const char *why = words != NULL ? strstr(words, ": ") : NULL;
	struct text t = text_over(f->lacks, sizeof f->lacks);

	f->uncontrolled = words != NULL && strcmp(words, "yes") != 0;
	text_put(&t, why != NULL ? why + 2 : "");
}
