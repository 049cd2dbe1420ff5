/* SPDX-License-Identifier: BSD-2-Clause */
/* faults - what the files have wrong, kept in mind. */
#include "ntpd/faults.h"
#include <string.h>
#include "journal/report.h"
#include "ntpd/state.h"

static const struct diag *
first_error(const struct diag_list *diags)
{
	for (unsigned i = 0; i < diags->n; i++) {
		if (diags->at[i].level == DIAG_ERROR) {
			return &diags->at[i];
		}
	}
	return NULL;
}

/* The place goes into a variable of mode 6, where a quote would end the value. */
static void
put_place(struct fault *f, const char *file, unsigned line)
{
	struct text t = text_over(f->place, sizeof f->place);

	text_put_safe(&t, file, strnlen(file, sizeof f->place - 16));
	for (char *s = strchr(f->place, '"'); s != NULL; s = strchr(s, '"')) {
		*s = '?';
	}
	if (line > 0) {
		text_printf(&t, ":%u", line);
	}
}

void
faults_note(struct ntpd *d, enum faults_of of, const struct diag_list *diags)
{
	const struct diag *first = first_error(diags);
	struct fault *f = &d->faults[of];
	struct text t = text_over(f->what, sizeof f->what);

	*f = (struct fault){ .n = diags->errors };
	if (first != NULL) {
		put_place(f, first->file != NULL ? first->file : "the configuration", first->line);
		text_put_safe(&t, first->text, strlen(first->text));
		if (first->suggestion != NULL) {
			text_put(&t, " (did you mean '");
			text_put_safe(&t, first->suggestion, strlen(first->suggestion));
			text_put(&t, "'?)");
		}
	}
}

void
faults_refused(struct ntpd *d, const struct diag_list *diags)
{
	faults_note(d, FAULTS_CONFIG, diags);
	d->faults[FAULTS_CONFIG].refused = true;
}

void
faults_unread(struct ntpd *d, enum faults_of of, const char *path)
{
	struct fault *f = &d->faults[of];
	struct text t = text_over(f->what, sizeof f->what);

	*f = (struct fault){ .n = 1 };
	put_place(f, path, 0);
	text_put(&t, "it cannot be read");
}

void
faults_clear(struct ntpd *d, enum faults_of of)
{
	d->faults[of] = (struct fault){ .n = 0 };
}

static void
put_one(const struct fault *f, struct text *t)
{
	if (f->n == 1) {
		text_printf(t, "1 error in %s", f->place);
	} else {
		text_printf(t, "%u errors, the first in %s", f->n, f->place);
	}
	if (f->refused) {
		text_put(t, " kept the reload from being done");
	}
}

/* No error in a file, and yet it is to be renewed. */
static void
put_certificate(const struct ntpd *d, bool any, struct text *t)
{
	char buf[96];
	struct text end = text_over(buf, sizeof buf);

	if (nts_serve_put_end(d, &end)) {
		text_printf(t, "%s%s", any ? "; " : "", buf);
	}
}

bool
faults_put(const struct ntpd *d, struct text *t)
{
	bool any = false;
	size_t from = t->len;

	for (unsigned i = 0; i < FAULTS_N; i++) {
		if (d->faults[i].n > 0) {
			text_put(t, any ? "; " : "");
			put_one(&d->faults[i], t);
			any = true;
		}
	}
	put_certificate(d, any, t);
	return t->len > from;
}

void
faults_say(struct ntpd *d)
{
	for (unsigned i = 0; i < FAULTS_N; i++) {
		struct fault *f = &d->faults[i];
		char buf[sizeof f->place + 64];
		struct text t = text_over(buf, sizeof buf);

		if (f->n > 0 && !f->said) {
			f->said = true;
			put_one(f, &t);
			report(&d->journal, LOG_LEVEL_ERROR,
			    "%s: %s; ntpd --check-config tells all", buf, f->what);
		}
	}
}
