/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * change - the commands that change the server: :config, config-from-file, saveconfig, writevar,
 * writelist, reload.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ntpq/ntpq.h"

enum { REPLY_MAX = 1024, LINE_CAP = 1024 };

static const char NONCE_MARK[] = " # nonce=";

/* The text of an answer on one line, safe for the terminal. */
static void
reply_text(const struct answer *got, struct text *t)
{
	size_t len = got->len;

	while (
	    len > 0 && strchr("\r\n", got->data[len - 1]) != NULL && got->data[len - 1] != '\0') {
		len--;
	}
	text_put_safe(t, (const char *)got->data, len);
}

/*
 * Puts a comment with a nonce of the server behind a line that goes over a network. A signature
 * covers neither time nor sender: with the nonce nobody can send the line again later, also not to
 * a daemon that was started anew, and the same line given twice is not taken for such a replay.
 * Without room or without a nonce the line goes as it is; on the host itself nobody listens.
 */
static void
add_nonce(struct ntpq *q, struct text *t)
{
	struct request r = { .op = CONTROL_REQ_NONCE };
	struct answer got;
	struct vars v;
	const char *nonce;

	if (q->session == NULL || udp_is_local(session_transport(q->session)) ||
	    ntpq_ask_quietly(q, &r, &got) != SESSION_OK || !vars_parse(&v, got.data, got.len)) {
		return;
	}
	nonce = vars_get(&v, "nonce");
	if (nonce != NULL && nonce[0] != '\0' && nonce[strspn(nonce, "0123456789abcdef")] == '\0' &&
	    t->len + strlen(NONCE_MARK) + strlen(nonce) <= CONTROL_DATA_MAX) {
		text_printf(t, "%s%s", NONCE_MARK, nonce);
	}
	vars_free(&v);
}

/* What our daemon says to a change from another host that has none; another sends no such words. */
static bool
wants_nonce(const struct answer *got)
{
	static const char words[] = "refused: a change from another host needs a nonce";

	return got->len >= sizeof words - 1 && memcmp(got->data, words, sizeof words - 1) == 0;
}

/*
 * Sends a change whose text is t. Only :config always has its nonce: to a daemon that knows none it
 * is a comment there, but a part of the name or the value elsewhere.
 */
static bool
send_change(struct ntpq *q, struct request *r, struct text *t, struct answer *got)
{
	size_t bare = t->len;

	/* The key first: while a person types its secret the nonce would grow old. */
	if (q->session != NULL && !ntpq_need_key(q)) {
		return false;
	}
	if (r->op == CONTROL_CONFIGURE) {
		add_nonce(q, t);
	}
	r->data = t->at;
	r->len = t->len;
	if (!ntpq_ask(q, r, got)) {
		return false;
	}
	if (t->len > bare || !wants_nonce(got)) {
		return true;
	}
	add_nonce(q, t);
	r->len = t->len;
	return t->len == bare || ntpq_ask(q, r, got);
}

static bool
send_line(struct ntpq *q, enum control_op op, const char *line, struct text *reply)
{
	char buf[LINE_CAP];
	struct text t = text_over(buf, sizeof buf);
	struct request r = { .op = op, .sign = true };
	struct answer got;

	text_put_n(&t, line, strcspn(line, "\r\n"));
	if (t.len > CONTROL_DATA_MAX) {
		ntpq_complain(q, "The line is longer than the %d characters of a request",
		    CONTROL_DATA_MAX);
		return false;
	}
	if (!send_change(q, &r, &t, &got)) {
		return false;
	}
	reply_text(&got, reply);
	return true;
}

/* "column N ..." points into the line that was sent. */
static bool
column_of(const char *reply, uint32_t *column)
{
	char number[12];
	struct text t = text_over(number, sizeof number);

	if (strncmp(reply, "column ", 7) != 0) {
		return false;
	}
	text_put_n(&t, reply + 7, strspn(reply + 7, "0123456789"));
	return text_to_u32(number, column) && *column <= CONTROL_DATA_MAX;
}

static void
show_reply(struct ntpq *q, const char *line, const char *reply)
{
	char shown[4 * CONTROL_DATA_MAX + 1];
	struct text t = text_over(shown, sizeof shown);
	uint32_t column;

	if (q->json.depth > 0) {
		json_string(&q->json, "reply", reply);
		return;
	}
	if (column_of(reply, &column)) {
		text_put_safe(&t, line, strcspn(line, "\r\n"));
		fprintf(q->out, "%s\n%*s^\n", shown, (int)column, "");
	}
	fprintf(q->out, "%s\n", reply);
}

void
command_config(struct ntpq *q, const struct call *c)
{
	bool reload = strcmp(c->name, "reload") == 0;
	const char *line = reload ? "reload" : c->rest;
	char buf[REPLY_MAX];
	struct text reply = text_over(buf, sizeof buf);

	if (line[strspn(line, " \t\r\n")] == '\0') {
		ntpq_complain(q, "usage: :config configuration line");
		return;
	}
	if (send_line(q, CONTROL_CONFIGURE, line, &reply)) {
		show_reply(q, line, buf);
	}
}

/* One line of the file; false when the server is gone. */
static bool
send_file_line(struct ntpq *q, unsigned number, const char *line)
{
	char buf[REPLY_MAX], shown[4 * CONTROL_DATA_MAX + 1];
	struct text reply = text_over(buf, sizeof buf), t = text_over(shown, sizeof shown);

	if (!send_line(q, CONTROL_CONFIGURE, line, &reply)) {
		return false;
	}
	text_put_safe(&t, line, strcspn(line, "\r\n"));
	if (q->json.depth > 0) {
		json_object(&q->json, NULL);
		json_int(&q->json, "line", number);
		json_string(&q->json, "text", shown);
		json_string(&q->json, "reply", buf);
		json_close(&q->json);
	} else {
		fprintf(q->out, "Line No: %u %s: %s\n", number, buf, shown);
	}
	return true;
}

void
command_config_file(struct ntpq *q, const struct call *c)
{
	unsigned number = 0;
	char *line = NULL;
	size_t cap = 0;
	FILE *f;

	if (c->n != 1) {
		ntpq_complain(q, "usage: config-from-file file");
		return;
	}
	f = fopen(c->arg[0], "re");
	if (f == NULL) {
		ntpq_complain(q, "Can't open %.200s: %s", c->arg[0], strerror(errno));
		return;
	}
	if (q->json.depth > 0) {
		json_array(&q->json, "lines");
	} else {
		fprintf(q->out, "Sending configuration file, one line at a time.\n");
	}
	while (getline(&line, &cap, f) >= 0) {
		size_t blank = strspn(line, " \t\r\n");

		number++;
		if (line[blank] != '\0' && line[blank] != '#' && !send_file_line(q, number, line)) {
			break;
		}
	}
	if (q->json.depth == 0) {
		fprintf(q->out, "Done sending file\n");
	}
	free(line);
	fclose(f);
}

void
command_saveconfig(struct ntpq *q, const struct call *c)
{
	char buf[REPLY_MAX];
	struct text reply = text_over(buf, sizeof buf);

	if (c->n != 1) {
		ntpq_complain(q, "usage: saveconfig filename");
		return;
	}
	if (send_line(q, CONTROL_SAVECONFIG, c->arg[0], &reply)) {
		show_reply(q, "", buf);
	}
}

/* The list to write: the arguments behind the id, or all of the variable list. */
static void
collect(struct ntpq *q, const struct call *c, bool from_list, struct text *t)
{
	for (size_t i = 0; from_list && i < q->list_n; i++) {
		text_printf(t, "%s%s", t->len > 0 ? "," : "", q->list[i]);
	}
	for (int i = 1; !from_list && i < c->n; i++) {
		text_printf(t, "%s%s", t->len > 0 ? "," : "", c->arg[i]);
	}
}

void
command_writevar(struct ntpq *q, const struct call *c)
{
	bool from_list = strcmp(c->name, "writelist") == 0;
	char buf[LINE_CAP], text[REPLY_MAX];
	struct text names = text_over(buf, sizeof buf), reply = text_over(text, sizeof text);
	struct request r = { .op = CONTROL_WRITEVAR, .sign = true };
	struct answer got;

	collect(q, c, from_list, &names);
	if (names.cut || names.len > CONTROL_DATA_MAX) {
		ntpq_complain(q, "The list of variables is too long");
		return;
	}
	if (names.len == 0) {
		ntpq_complain(q,
		    from_list ? "The variable list is empty: use addvars"
			      : "usage: writevar assocID name=value,...");
		return;
	}
	if (c->n > 0 && !ntpq_assoc_arg(q, c->arg[0], &r.assoc)) {
		return;
	}
	if (!send_change(q, &r, &names, &got)) {
		return;
	}
	reply_text(&got, &reply);
	ntpq_say(q, "%s", got.len == 0 ? "done! (no data returned)" : text);
}
