/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue - a prompt, line editing, history and completion through libedit where that is
 * there.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_LIBEDIT
#include <histedit.h>
#endif
#include "mode6/cook.h"
#include "ntpq/ntpq.h"

enum { HISTORY_N = 200 };

static const char prompt[] = "ntpq> ";

static void
talk_plainly(struct ntpq *q, bool with_prompt)
{
	char *line = NULL;
	size_t cap = 0;

	while (!q->quit) {
		if (with_prompt) {
			fputs(prompt, stdout);
			fflush(stdout);
		}
		if (getline(&line, &cap, stdin) < 0) {
			break;
		}
		ntpq_run(q, line);
	}
	free(line);
}

#ifdef HAVE_LIBEDIT

/*
 * The i-th word that may stand at this place of the line: commands first, then names of variables;
 * NULL at the end.
 */
static const char *
candidate(size_t i, bool first_word)
{
	size_t n;
	const struct command *all = ntpq_commands(&n);

	if (first_word) {
		return i < n ? all[i].name : NULL;
	}
	return cook_name(i);
}

static unsigned char
complete(EditLine *el, int key)
{
	const LineInfo *line = el_line(el);
	const char *start = line->cursor, *at = line->buffer, *word, *found = NULL;
	bool first_word;
	size_t len, same = 0, n = 0;

	(void)key;
	while (start > line->buffer && strchr(" \t,", start[-1]) == NULL) {
		start--;
	}
	at += strspn(at, " \t");
	first_word = at >= start || strncmp(at, "help", 4) == 0;
	len = (size_t)(line->cursor - start);
	for (size_t i = 0; (word = candidate(i, first_word)) != NULL; i++) {
		if (strncmp(word, start, len) != 0) {
			continue;
		}
		if (found == NULL) {
			found = word;
			same = strlen(word);
		}
		while (strncmp(found, word, same) != 0) {
			same--;
		}
		n++;
	}
	if (found != NULL && same > len) {
		char more[64];
		struct text t = text_over(more, sizeof more);

		text_put_n(&t, found + len, same - len);
		text_put(&t, n == 1 && first_word ? " " : "");
		el_insertstr(el, more);
		return CC_REFRESH;
	}
	if (n < 2) {
		return CC_ERROR;
	}
	putc('\n', stdout);
	for (size_t i = 0; (word = candidate(i, first_word)) != NULL; i++) {
		if (strncmp(word, start, len) == 0) {
			fprintf(stdout, "%s  ", word);
		}
	}
	putc('\n', stdout);
	fflush(stdout);
	return CC_REDISPLAY;
}

/* libedit wants a string it could write to: it is the client data, of the caller. */
static char *
show_prompt(EditLine *el)
{
	void *text = NULL;

	el_get(el, EL_CLIENTDATA, &text);
	return text;
}

/* False when the terminal cannot be edited on. */
static bool
talk_editing(struct ntpq *q)
{
	EditLine *el = el_init("ntpq", stdin, stdout, stderr);
	History *past = history_init();
	HistEvent event;
	char text[sizeof prompt];
	const char *line;
	int len;

	if (el == NULL || past == NULL) {
		return false;
	}
	history(past, &event, H_SETSIZE, HISTORY_N);
	memcpy(text, prompt, sizeof text);
	el_set(el, EL_CLIENTDATA, text);
	el_set(el, EL_PROMPT, show_prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "ntpq-complete", "complete a command or variable", complete);
	el_set(el, EL_BIND, "^I", "ntpq-complete", NULL);
	el_source(el, NULL);
	while (!q->quit && (line = el_gets(el, &len)) != NULL && len > 0) {
		/* A password does not belong in a history. */
		if (strncmp(line, "pass", 4) != 0 && line[strspn(line, " \t\r\n")] != '\0') {
			history(past, &event, H_ENTER, line);
		}
		ntpq_run(q, line);
	}
	history_end(past);
	el_end(el);
	return true;
}
#endif

void
ntpq_talk(struct ntpq *q)
{
	bool person = isatty(STDIN_FILENO) == 1;

#ifdef HAVE_LIBEDIT
	if (person && isatty(STDOUT_FILENO) == 1 && talk_editing(q)) {
		return;
	}
#endif
	talk_plainly(q, person || q->set.interactive);
}
