/* SPDX-License-Identifier: BSD-2-Clause */
/* readvar - readvar, mreadvar, readlist, clockvar, clocklist, and the variable list they use. */
#include <stdlib.h>
#include <string.h>
#include "mode6/cook.h"
#include "mode6/form.h"
#include "mode6/words.h"
#include "ntpq/ntpq.h"

enum { LINE_MAX_LEN = 72, VALUE_MAX = 4096 };

/* Whose variables are shown decides how the status word is read. */
enum owner { OWNER_SYSTEM, OWNER_PEER, OWNER_CLOCK };

static void
status_words(struct text *t, enum owner owner, uint16_t status)
{
	switch (owner) {
	case OWNER_SYSTEM:
		words_system_status(t, status);
		break;
	case OWNER_PEER:
		words_peer_status(t, status);
		break;
	case OWNER_CLOCK:
		words_clock_status(t, status);
		break;
	}
}

/* The octets as the server sent them, made safe for the terminal. */
static void
print_raw(struct ntpq *q, uint16_t id, const struct reading *r, bool with_status)
{
	if (with_status) {
		fprintf(q->out, "associd=%u status=0x%04x,\n", id, r->status);
	}
	for (size_t i = 0; i < r->len; i++) {
		char c = (char)r->data[i], safe[8];
		struct text t = text_over(safe, sizeof safe);

		if (c == '\r') {
			continue;
		}
		if (c == '\n' || c == '\t') {
			text_char(&t, c);
		} else {
			text_put_safe(&t, &c, 1);
		}
		fputs(safe, q->out);
	}
	if (r->len == 0 || r->data[r->len - 1] != '\n') {
		putc('\n', q->out);
	}
}

static void
print_cooked(struct ntpq *q, uint16_t id, const struct reading *r, enum owner owner,
    bool with_status)
{
	char buf[SHORT_TEXT], *item = malloc(VALUE_MAX);
	struct text t = text_over(buf, sizeof buf);
	struct rtime pivot = ntpq_now();
	size_t used = 0;

	if (item == NULL) {
		return;
	}
	if (with_status) {
		status_words(&t, owner, r->status);
		fprintf(q->out, "associd=%u status=%04x %s,\n", id, r->status, buf);
	}
	for (size_t i = 0; i < r->vars.n; i++) {
		t = text_over(item, VALUE_MAX);
		text_put(&t, r->vars.at[i].name);
		if (r->vars.at[i].value != NULL) {
			text_char(&t, '=');
			cook_value(&t, &r->vars.at[i], pivot);
		}
		/*
		 * A comma follows each item but the last; the line with it stays within
		 * LINE_MAX_LEN.
		 */
		if (i > 0) {
			bool fits = used + 2 + t.len + 1 <= LINE_MAX_LEN;
			fputs(fits ? ", " : ",\n", q->out);
			used = fits ? used + 2 : 0;
		}
		fputs(item, q->out);
		used += t.len;
	}
	putc('\n', q->out);
	free(item);
}

/* "rootdelay" with the unit "ms" is the key "rootdelay_ms". */
void
ntpq_json_variable(struct ntpq *q, const struct variable *v)
{
	char key[192], item[SHORT_TEXT];
	struct text t = text_over(key, sizeof key), value = text_over(item, sizeof item);
	const char *unit = cook_unit(v->name);
	struct ntp_ts ts;

	text_put(&t, v->name);
	if (unit[0] != '\0') {
		text_printf(&t, "_%s", unit);
	}
	switch (cook_kind(v->name)) {
	case COOK_STAMP:
		if (v->value == NULL || !vars_stamp_of(v->value, &ts) || ntp_ts_is_zero(ts)) {
			json_null(&q->json, key);
			return;
		}
		form_iso(&value, ts, ntpq_now());
		json_string(&q->json, key, item);
		break;
	case COOK_ARRAY:
	case COOK_REFID:
	case COOK_ADDRESS:
	case COOK_NAME:
		json_string(&q->json, key, v->value);
		break;
	case COOK_PLAIN:
	case COOK_LEAP:
	case COOK_OCTAL:
	case COOK_FLASH:
		if (v->quoted) {
			json_string(&q->json, key, v->value);
		} else {
			json_text(&q->json, key, v->value);
		}
		break;
	}
}

static void
json_reading(struct ntpq *q, uint16_t id, const struct reading *r, enum owner owner)
{
	char word[8], words[SHORT_TEXT];
	struct text t = text_over(word, sizeof word), w = text_over(words, sizeof words);

	text_printf(&t, "0x%04x", r->status);
	status_words(&w, owner, r->status);
	json_int(&q->json, "associd", id);
	json_string(&q->json, "status", word);
	json_string(&q->json, "status_words", words);
	json_object(&q->json, "variables");
	for (size_t i = 0; i < r->vars.n; i++) {
		ntpq_json_variable(q, &r->vars.at[i]);
	}
	json_close(&q->json);
}

static bool
show(struct ntpq *q, enum control_op op, uint16_t id, const char *names)
{
	enum owner owner = op == CONTROL_READCLOCK ? OWNER_CLOCK
	    : id == 0                              ? OWNER_SYSTEM
						   : OWNER_PEER;
	bool with_status = names == NULL || q->set.old_rv;
	struct reading r;

	if (!ntpq_read(q, op, id, names, &r)) {
		return false;
	}
	if (q->json.depth > 0) {
		json_reading(q, id, &r, owner);
	} else if (q->set.raw) {
		print_raw(q, id, &r, with_status);
	} else if (r.vars.n == 0) {
		fprintf(q->out, "No %s%s variables returned\n",
		    op == CONTROL_READCLOCK ? "clock"
			: id == 0           ? "system"
					    : "peer",
		    "");
	} else {
		print_cooked(q, id, &r, owner, with_status);
	}
	if (r.vars.broken) {
		ntpq_complain(q, "Part of the answer is unreadable");
	}
	vars_free(&r.vars);
	return true;
}

/* Joins arguments from the i-th on with commas; false when there is none. */
static bool
join(const struct call *c, int i, struct text *names)
{
	for (; i < c->n; i++) {
		text_printf(names, "%s%s", names->len > 0 ? "," : "", c->arg[i]);
	}
	return names->len > 0;
}

/* The names in the list made by addvars, without values. */
static bool
join_list(const struct ntpq *q, struct text *names)
{
	for (size_t i = 0; i < q->list_n; i++) {
		text_printf(names, "%s%.*s", i > 0 ? "," : "", (int)strcspn(q->list[i], "="),
		    q->list[i]);
	}
	return names->len > 0;
}

static bool
is_number(const char *s)
{
	return s[0] == '&' || (s[0] >= '0' && s[0] <= '9');
}

void
command_readvar(struct ntpq *q, const struct call *c)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text names = text_over(buf, sizeof buf);
	bool from_list = strcmp(c->name, "readlist") == 0 || strcmp(c->name, "rl") == 0;
	int first = c->n > 0 && is_number(c->arg[0]) ? 1 : 0;
	uint16_t id = 0;
	bool named;

	if (first == 1 && !ntpq_assoc_arg(q, c->arg[0], &id)) {
		return;
	}
	named = from_list ? join_list(q, &names) : join(c, first, &names);
	if (names.cut) {
		ntpq_complain(q, "The list of variables is too long");
		return;
	}
	show(q, CONTROL_READVAR, id, named ? buf : NULL);
}

void
command_clockvar(struct ntpq *q, const struct call *c)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text names = text_over(buf, sizeof buf);
	bool from_list = strcmp(c->name, "clocklist") == 0 || strcmp(c->name, "cl") == 0;
	int first = c->n > 0 && is_number(c->arg[0]) ? 1 : 0;
	uint16_t id = 0;
	bool named;

	if (first == 1 && !ntpq_assoc_arg(q, c->arg[0], &id)) {
		return;
	}
	named = from_list ? join_list(q, &names) : join(c, first, &names);
	show(q, CONTROL_READCLOCK, id, named ? buf : NULL);
}

/* The place of an id in the list; false after complaining. */
static bool
index_of(struct ntpq *q, uint16_t id, size_t *out)
{
	for (size_t i = 0; i < q->assoc_n; i++) {
		if (q->assoc[i].id == id) {
			*out = i;
			return true;
		}
	}
	ntpq_complain(q, "Association ID %u not found in list", id);
	return false;
}

void
command_mreadvar(struct ntpq *q, const struct call *c)
{
	char buf[CONTROL_DATA_MAX + 1];
	struct text names = text_over(buf, sizeof buf);
	bool from_list = strcmp(c->name, "mreadlist") == 0 || strcmp(c->name, "mrl") == 0;
	uint16_t low, high;
	size_t from, to;
	bool named;

	if (c->n < 2) {
		ntpq_complain(q, "usage: %s low high%s", c->name,
		    from_list ? "" : " [variable,...]");
		return;
	}
	if ((!q->assoc_known && !ntpq_associations(q)) || !ntpq_assoc_arg(q, c->arg[0], &low) ||
	    !ntpq_assoc_arg(q, c->arg[1], &high) || !index_of(q, low, &from) ||
	    !index_of(q, high, &to)) {
		return;
	}
	named = from_list ? join_list(q, &names) : join(c, 2, &names);
	if (q->json.depth > 0) {
		json_array(&q->json, "associations");
	}
	for (size_t i = from; i <= to; i++) {
		if (q->json.depth > 0) {
			json_object(&q->json, NULL);
		} else if (i > from) {
			putc('\n', q->out);
		}
		if (!show(q, CONTROL_READVAR, q->assoc[i].id, named ? buf : NULL) &&
		    !q->server_refused) {
			return;
		}
		if (q->json.depth > 0) {
			json_close(&q->json);
		}
	}
}

static void
list_remove(struct ntpq *q, const char *name)
{
	size_t len = strcspn(name, "=");

	for (size_t i = 0; i < q->list_n; i++) {
		if (strncmp(q->list[i], name, len) == 0 &&
		    (q->list[i][len] == '\0' || q->list[i][len] == '=')) {
			free(q->list[i]);
			q->list[i] = q->list[--q->list_n];
			return;
		}
	}
}

static void
list_add(struct ntpq *q, const char *item)
{
	char *copy;

	list_remove(q, item);
	if (q->list_n == NAME_LIST_MAX) {
		ntpq_complain(q, "The variable list is full");
		return;
	}
	copy = strdup(item);
	if (copy != NULL) {
		q->list[q->list_n++] = copy;
	}
}

static void
list_show(struct ntpq *q)
{
	if (q->json.depth > 0) {
		json_array(&q->json, "variables");
		for (size_t i = 0; i < q->list_n; i++) {
			json_string(&q->json, NULL, q->list[i]);
		}
		return;
	}
	if (q->list_n == 0) {
		fprintf(q->out, "Variable list is empty\n");
	}
	for (size_t i = 0; i < q->list_n; i++) {
		fprintf(q->out, "%s\n", q->list[i]);
	}
}

/* addvars, rmvars, clearvars, showvars: the arguments are a list with commas. */
void
command_list(struct ntpq *q, const struct call *c)
{
	bool add = strcmp(c->name, "addvars") == 0;

	if (strcmp(c->name, "showvars") == 0) {
		list_show(q);
		return;
	}
	if (strcmp(c->name, "clearvars") == 0) {
		while (q->list_n > 0) {
			free(q->list[--q->list_n]);
		}
		return;
	}
	for (int i = 0; i < c->n; i++) {
		char *state = NULL;

		for (char *s = strtok_r(c->arg[i], ",", &state); s != NULL;
		     s = strtok_r(NULL, ",", &state)) {
			if (add) {
				list_add(q, s);
			} else {
				list_remove(q, s);
			}
		}
	}
}
