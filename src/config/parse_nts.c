/* SPDX-License-Identifier: BSD-2-Clause */
/* Network Time Security: the words that go together, and those that do not. */
#include <string.h>
#include "config/check.h"
#include "parse.h"

enum { NTP_PORT = 123, NTP_VERSION = 4 };

/* The index of a word of the line behind its host; 0: it is not there. */
static unsigned
word_at(const struct parser *p, const char *word)
{
	for (unsigned i = 2; i < p->line.n; i++) {
		if (strcmp(parse_word(p, i), word) == 0) {
			return i;
		}
	}
	return 0;
}

/* Words that mean nothing, or something else, where the packets are not protected by nts. */
static void
check_plain(struct parser *p, const struct config_source *s)
{
	const struct {
		const char *word;
		bool given;
	} words[] = {
		{ "noval", (s->flags & OPTION_NOVAL) != 0 },
		{ "ca", s->ca != NULL },
		{ "aead", s->aead != 0 },
		{ "ask", s->ask != NULL },
		{ "require", s->require != NULL },
		{ "expire", s->expire_s != 0 },
		{ "cert", s->cert != NULL },
	};

	for (unsigned i = 0; i < sizeof words / sizeof words[0] && !p->failed; i++) {
		if (words[i].given) {
			parse_error(p, word_at(p, words[i].word),
			    "'%s' is of a source with nts: write 'nts' too, or leave it out",
			    words[i].word);
		}
	}
}

static void
check_protected(struct parser *p, const struct config_source *s)
{
	unsigned nts = word_at(p, "nts");

	if (s->kind == SOURCE_REFCLOCK) {
		parse_error(p, nts, "a reference clock sends no packets that 'nts' could protect");
	} else if (s->kind != SOURCE_SERVER && s->kind != SOURCE_POOL) {
		parse_error(p, nts, "'nts' protects a server or pool, not a %s",
		    config_source_word(s->kind));
	} else if (s->key != 0) {
		parse_error(p, word_at(p, "key"),
		    "'nts' and 'key' are two ways to protect the same packets: leave one out");
	} else if ((s->flags & OPTION_AUTOKEY) != 0) {
		parse_error(p, word_at(p, "autokey"),
		    "'nts' and 'autokey' are two ways to protect the same packets: leave 'autokey' "
		    "out");
	} else if (s->version != NTP_VERSION) {
		parse_error(p, word_at(p, "version"),
		    "'nts' is a part of version 4: leave 'version' out");
	} else if (s->fallback_s != 0) {
		parse_error(p, word_at(p, "fallback"),
		    "'fallback' is of a source without nts, for when those with nts are lost");
	}
}

void
parse_settle_source_nts(struct parser *p, struct config_source *s)
{
	if ((s->flags & OPTION_NTS) != 0) {
		check_protected(p, s);
		return;
	}
	check_plain(p, s);
	if (s->port == 0) {
		s->port = NTP_PORT;
	}
}

void
parse_settle_nts(struct parser *p)
{
	const struct config_nts *n = &p->c->nts;

	if (!p->failed && n->ratchet && n->rotate_s == 0) {
		parse_error(p, 1, "'ratchet' wants an interval: 'nts rotate SECONDS ratchet'");
	}
}

void
parse_finish_fallbacks(struct parser *p)
{
	struct config *c = p->c;

	for (unsigned i = 0; i < c->sources_n; i++) {
		struct config_source *s = &c->sources[i];
		if (s->fallback_s == 0 || c->tos.authselect != AUTHSELECT_REQUIRE) {
			continue;
		}
		struct diag where = config_where(c, &s->place, "fallback", p->arena);
		diag_add(p->d, DIAG_ERROR, &where,
		    "'fallback' of %s can never come to pass: 'tos authselect require' uses no "
		    "source without authentication; leave one of them out",
		    s->host.text);
		s->fallback_s = 0;
	}
}
