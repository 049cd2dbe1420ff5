/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain - says in words how the clock and each source do, why a source is or isn't selected, and
 * what to do.
 */
#include <stdlib.h>
#include <string.h>
#include "mode6/explain.h"
#include "mode6/words.h"
#include "ntpq/ntpq.h"

enum { WRAP_COLUMN = 79 };

/* ---- asking ---- */

/* One variable of an association, 0: the system; false when the server does not know it. */
static bool
read_quietly(struct ntpq *q, uint16_t assoc, const char *name, struct vars *v)
{
	struct request r = {
		.op = CONTROL_READVAR,
		.assoc = assoc,
		.data = name,
		.len = strlen(name),
	};
	struct answer got;

	return ntpq_ask_quietly(q, &r, &got) == SESSION_OK && vars_parse(v, got.data, got.len);
}

/* How far a source may be from the truth, as the daemon reckons; < 0: it does not tell. */
static double
told_distance(struct ntpq *q, uint16_t assoc)
{
	double dist_ms = -1;
	struct vars v;

	if (read_quietly(q, assoc, "rootdist", &v)) {
		if (!vars_double(&v, "rootdist", &dist_ms)) {
			dist_ms = -1;
		}
		vars_free(&v);
	}
	return dist_ms;
}

/* The words of a variable of the system; "" when it has none. */
static void
read_words(struct ntpq *q, const char *name, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);
	const char *words;
	struct vars v;

	if (read_quietly(q, 0, name, &v)) {
		words = vars_get(&v, name);
		text_put(&t, words != NULL ? words : "");
		vars_free(&v);
	}
}

static struct system_facts
facts_of(struct ntpq *q)
{
	struct system_facts f = { .uptime_s = -1 };
	struct vars v;

	if (read_quietly(q, 0, "ss_uptime", &v)) {
		vars_double(&v, "ss_uptime", &f.uptime_s);
		vars_free(&v);
	}
	if (read_quietly(q, 0, "clock_control", &v)) {
		explain_control(&f, vars_get(&v, "clock_control"));
		vars_free(&v);
	}
	read_words(q, "waits_for", f.waits_for, sizeof f.waits_for);
	read_words(q, "config_faults", f.config_faults, sizeof f.config_faults);
	read_words(q, "config_unused", f.config_unused, sizeof f.config_unused);
	read_words(q, "newcomers_refused", f.newcomers, sizeof f.newcomers);
	read_words(q, "peers_unlisted", f.unlisted, sizeof f.unlisted);
	read_words(q, "mssntp_state", f.mssntp, sizeof f.mssntp);
	read_words(q, "mssntp_why", f.mssntp_why, sizeof f.mssntp_why);
	read_words(q, "hwtstamps", f.hwtstamps, sizeof f.hwtstamps);
	read_words(q, "tempcomp", f.tempcomp, sizeof f.tempcomp);
	return f;
}

/* ---- output ---- */

static void
json_notes(struct json *j, const char *key, const struct notes *n)
{
	json_array(j, key);
	for (size_t i = 0; i < n->n; i++) {
		json_string(j, NULL, n->line[i]);
	}
	json_close(j);
}

/*
 * Prints words within WRAP_COLUMN, each line after indent blanks; the first line's are printed
 * already.
 */
static void
print_wrapped(FILE *out, const char *words, int indent)
{
	int column = indent;

	while (*words != '\0') {
		int len = (int)strcspn(words, " ");

		if (column > indent && column + 1 + len > WRAP_COLUMN) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", len, words);
		column += len;
		words += len;
		words += strspn(words, " ");
	}
	putc('\n', out);
}

static void
print_notes(struct ntpq *q, const struct story *s)
{
	for (size_t i = 0; i < s->why.n; i++) {
		fprintf(q->out, "%*s", 4, "");
		print_wrapped(q->out, s->why.line[i], 4);
	}
	for (size_t i = 0; i < s->advice.n; i++) {
		bool several = s->advice.n > 1;
		fprintf(q->out, "    %-7s%s", i == 0 ? "To do:" : "", several ? "- " : "");
		print_wrapped(q->out, s->advice.line[i], several ? 13 : 11);
	}
}

static void
source_name(struct ntpq *q, const struct vars *v, struct text *t)
{
	const char *address = vars_get(v, "srcadr"), *host = vars_get(v, "srchost");
	struct addr a;
	bool known = address != NULL && addr_parse(address, &a);

	if (known && words_refclock(t, &a)) {
		return;
	}
	if (host != NULL && host[0] != '\0' &&
	    (!q->set.numeric || (known && addr_is_wildcard(&a)))) {
		text_put(t, host);
	} else if (known) {
		ntpq_host_name(q, &a, t);
	} else {
		text_put(t, address == NULL ? "?" : address);
	}
}

static void
show_source(struct ntpq *q, const struct association *a, const char *name, const struct story *s)
{
	struct json *j = &q->json;

	if (j->depth == 0) {
		fprintf(q->out, "\n%c %s (association %u)\n", words_tally(a->status), name, a->id);
		print_notes(q, s);
		return;
	}
	json_object(j, NULL);
	json_string(j, "remote", name);
	json_int(j, "associd", a->id);
	json_string(j, "condition", words_condition(a->status));
	json_bool(j, "used",
	    status_peer_select(a->status) == 4 || status_peer_select(a->status) >= 6);
	json_notes(j, "reasons", &s->why);
	json_notes(j, "advice", &s->advice);
	json_close(j);
}

/* Goes through the sources; show false only counts them. False when the server fell silent. */
static bool
each_source(struct ntpq *q, struct survey *t, struct story *s, bool show)
{
	for (size_t i = 0; i < q->assoc_n; i++) {
		const struct association *a = &q->assoc[i];
		char buf[UDP_NAME_MAX];
		struct text name = text_over(buf, sizeof buf);
		struct reading got;

		if (!ntpq_read(q, CONTROL_READVAR, a->id, NULL, &got)) {
			if (q->server_refused) {
				continue;
			}
			return false;
		}
		source_name(q, &got.vars, &name);
		if (show) {
			memset(s, 0, sizeof *s);
			t->dist_ms = told_distance(q, a->id);
			explain_source(s, buf, &got.vars, a->status, t);
			show_source(q, a, buf, s);
		} else {
			explain_count(t, buf, &got.vars, a->status);
		}
		vars_free(&got.vars);
	}
	return true;
}

static void
show_system(struct ntpq *q, const struct story *s)
{
	if (q->json.depth == 0) {
		fprintf(q->out, "The system\n");
		print_notes(q, s);
		return;
	}
	json_object(&q->json, "system");
	json_notes(&q->json, "reasons", &s->why);
	json_notes(&q->json, "advice", &s->advice);
	json_close(&q->json);
}

void
command_explain(struct ntpq *q, const struct call *c)
{
	struct story *s = calloc(1, sizeof *s);
	struct survey t = { .sources = 0 };
	struct system_facts facts;
	struct reading got;

	(void)c;
	if (s == NULL || !ntpq_associations(q) || !each_source(q, &t, s, false) ||
	    !ntpq_read(q, CONTROL_READVAR, 0, NULL, &got)) {
		free(s);
		return;
	}
	facts = facts_of(q);
	explain_system(s, &got.vars, got.status, &t, &facts);
	vars_free(&got.vars);
	show_system(q, s);
	if (q->json.depth > 0) {
		json_array(&q->json, "sources");
	}
	each_source(q, &t, s, true);
	if (q->json.depth == 0 && q->assoc_n > 0) {
		fputs("\n\"help peers\" tells what the columns of peers mean.\n", q->out);
	}
	free(s);
}
