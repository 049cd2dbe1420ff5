/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_words - the sentences of explain, and what they ask of a source's variables. */
#include "mode6/explain.h"
#include <math.h>
#include <string.h>
#include "mode6/words.h"

enum { FLASH_UNSYNC = 0x4, FLASH_NO_STRATUM = 0x20, FLASH_DENIED = 0x8 };

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

bool
explain_is_nameless(const struct vars *v)
{
	const char *refid = vars_get(v, "refid");

	return refid != NULL && (strcmp(refid, "DNS") == 0 || strcmp(refid, ".DNS.") == 0);
}

bool
explain_is_local(const char *name)
{
	return strncmp(name, "LOCAL(", 6) == 0;
}

void
explain_count(struct survey *t, const char *name, const struct vars *v, uint16_t status)
{
	unsigned select = status_peer_select(status), bits = status_peer_bits(status);
	int64_t flash = 0;

	if (explain_is_pool(v)) {
		t->pools++;
		return;
	}
	if (explain_is_nameless(v)) {
		t->nameless++;
		return;
	}
	if (select >= 6) {
		struct text to = text_over(t->system_name, sizeof t->system_name);

		text_put(&to, name);
		t->system_offset_ms = explain_number(v, "offset");
		t->local_leads = explain_is_local(name);
	}
	if (explain_is_local(name)) {
		t->local_waits = !t->local_leads;
		return;
	}
	vars_i64(v, "flash", &flash);
	t->sources++;
	t->reachable += (bits & PEER_REACH) != 0 ? 1 : 0;
	t->falsetickers += select == 1 ? 1 : 0;
	t->usable += select >= 2 ? 1 : 0;
	t->in_vain += explain_answers_in_vain(v) ? 1 : 0;
	t->refused += (flash & FLASH_DENIED) != 0 ? 1 : 0;
	t->unsynchronised += (flash & (FLASH_UNSYNC | FLASH_NO_STRATUM)) != 0 ? 1 : 0;
}

void
explain_control(struct system_facts *f, const char *words)
{
	const char *why = words != NULL ? strstr(words, ": ") : NULL;
	struct text t = text_over(f->lacks, sizeof f->lacks);

	f->uncontrolled = words != NULL && strcmp(words, "yes") != 0;
	text_put(&t, why != NULL ? why + 2 : "");
}
