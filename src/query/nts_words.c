/* SPDX-License-Identifier: BSD-2-Clause */
/* nts_words - what the command lines of the tools have of NTS. */
#include "query/nts_words.h"
#include <string.h>
#include "wire/header.h"

static bool
take_ca(struct nts_words *w, const char *path, struct text *why)
{
	if (strlen(path) >= KE_PATH_MAX) {
		text_printf(why, "--nts-ca: the path is longer than %d octets", KE_PATH_MAX - 1);
		return false;
	}
	w->first_ca = w->first_ca == NULL ? path : w->first_ca;
	w->ca = path;
	return true;
}

bool
nts_words_take(struct nts_words *w, int option, const char *text, struct text *why)
{
	switch (option) {
	case NTS_WORD_CA:
		return take_ca(w, text, why);
	case NTS_WORD_NO_TIME_CHECK:
		w->no_time_check = true;
		return true;
	default:
		break;
	}
	if (w->n == QUERY_NAMES_MAX) {
		text_printf(why, "--nts: %d hosts are the most", (int)QUERY_NAMES_MAX);
		return false;
	}
	w->host[w->n++] = (struct nts_words_host){ .name = text, .ca = w->ca };
	return true;
}

bool
nts_words_end(struct nts_words *w, unsigned version, struct text *why)
{
	for (unsigned i = 0; i < w->n; i++) {
		if (w->host[i].ca == NULL) {
			w->host[i].ca = w->first_ca != NULL ? w->first_ca : "";
		}
	}
	if (w->n == 0 && (w->first_ca != NULL || w->no_time_check)) {
		text_printf(why, "%s is of hosts that are given by --nts, and there is none",
		    w->first_ca != NULL ? "--nts-ca" : "--nts-no-time-check");
		return false;
	}
	if (w->n > 0 && version != NTP_VERSION) {
		text_put(why, "--nts is of NTP version 4 only: leave out -o");
		return false;
	}
	return true;
}

bool
nts_words_add(const struct nts_words *w, struct query *q)
{
	bool all = true;

	for (unsigned i = 0; i < w->n && all; i++) {
		all = query_add_nts(q, w->host[i].name, w->host[i].ca);
	}
	return all;
}
