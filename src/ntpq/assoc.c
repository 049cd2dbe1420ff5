/* SPDX-License-Identifier: BSD-2-Clause */
/* assoc - the table of associations with their status words. */
#include <string.h>
#include "mode6/words.h"
#include "ntpq/ntpq.h"

static const char *
auth_word(unsigned bits)
{
	if ((bits & PEER_AUTHENABLE) == 0) {
		return "none";
	}
	return (bits & PEER_AUTH) != 0 ? "ok" : "bad";
}

/* The words of this table differ from those of readvar for the rarer events. */
static const char *
event_word(unsigned event)
{
	if (event == 0xb) {
		return "clock_alarm";
	}
	return event > 0xb ? "" : words_peer_event(event);
}

static void
print_row(struct ntpq *q, size_t i)
{
	const struct association *a = &q->assoc[i];
	unsigned bits = status_peer_bits(a->status);
	char line[SHORT_TEXT];
	struct text t = text_over(line, sizeof line);

	text_printf(&t, "%3zu %5u  %04x   %3.3s  %4s  %4.4s %9.9s %11s %2u", i + 1, a->id,
	    a->status, (bits & PEER_CONF) != 0 ? "yes" : "no",
	    (bits & PEER_REACH) != 0 ? "yes" : "no",
	    (bits & PEER_BCAST) != 0 ? ((bits & PEER_AUTHENABLE) != 0 ? "yes" : "none")
				     : auth_word(bits),
	    words_condition(a->status), event_word(status_event(a->status)),
	    status_count(a->status));
	while (t.len > 0 && line[t.len - 1] == ' ') {
		line[--t.len] = '\0';
	}
	fprintf(q->out, "%s\n", line);
}

static void
json_row(struct ntpq *q, size_t i)
{
	const struct association *a = &q->assoc[i];
	unsigned bits = status_peer_bits(a->status);
	struct json *j = &q->json;
	char word[8];
	struct text t = text_over(word, sizeof word);

	text_printf(&t, "0x%04x", a->status);
	json_object(j, NULL);
	json_int(j, "index", (int64_t)i + 1);
	json_int(j, "associd", a->id);
	json_string(j, "status", word);
	json_bool(j, "configured", (bits & PEER_CONF) != 0);
	json_bool(j, "reachable", (bits & PEER_REACH) != 0);
	json_string(j, "auth", auth_word(bits));
	json_string(j, "condition", words_condition(a->status));
	json_string(j, "last_event", words_peer_event(status_event(a->status)));
	json_int(j, "event_count", status_count(a->status));
	json_close(j);
}

/* l* and lp*: all; p*: the list already here instead of a new one. */
void
command_associations(struct ntpq *q, const struct call *c)
{
	bool all = c->name[0] == 'l';
	bool cached = strstr(c->name, "pass") != NULL;

	if (!(cached && q->assoc_known) && !ntpq_associations(q)) {
		return;
	}
	if (q->json.depth > 0) {
		json_array(&q->json, "associations");
	} else if (q->assoc_n == 0) {
		if (cached) {
			fprintf(q->out, "No association ID's in list\n");
		} else {
			ntpq_say_none(q);
		}
		return;
	} else {
		fprintf(q->out,
		    "\nind assid status  conf reach auth condition  last_event cnt\n"
		    "===========================================================\n");
	}
	for (size_t i = 0; i < q->assoc_n; i++) {
		if (!all &&
		    (status_peer_bits(q->assoc[i].status) & (PEER_CONF | PEER_REACH)) == 0) {
			continue;
		}
		if (q->json.depth > 0) {
			json_row(q, i);
		} else {
			print_row(q, i);
		}
	}
}
