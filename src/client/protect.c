/* SPDX-License-Identifier: BSD-2-Clause */
/* protect - a source whose protection cannot be had is not asked. */
#include "client/protect.h"
#include <string.h>
#include "client/client.h"
#include "config/check.h"
#include "journal/report.h"

enum { PLACE_MAX = 512, LINE_ARENA = 16 * 1024 };

const char *
protect_refid(enum lack lack)
{
	switch (lack) {
	case LACK_NTS:
		return "NTS";
	case LACK_AUTOKEY:
		return "AKEY";
	case LACK_KEY:
		return "NKEY";
	case LACK_TRUST:
		return "TRST";
	case LACK_NOTHING:
		break;
	}
	return NULL;
}

/* The method that a line asks for and this version has not. */
static enum lack
lack_of_line(const struct config_source *cfg)
{
	const char *word = config_source_lacks(cfg);

	if (word == NULL) {
		return LACK_NOTHING;
	}
	return strcmp(word, "autokey") == 0 || strcmp(word, "ident") == 0 ? LACK_AUTOKEY : LACK_NTS;
}

static enum lack
lack_of(struct peer *p)
{
	enum lack lack = lack_of_line(p->source->cfg);
	struct client *c = p->client;

	if (lack != LACK_NOTHING) {
		return lack;
	}
	if (p->auth.kind == AUTH_NTS) {
		return p->nts != NULL ? LACK_NOTHING : LACK_NTS; /* its keys may be yet to come */
	}
	if ((p->a.rules.flags & ASSOC_PROOF) != 0) {
		return auth_ready(&p->auth, &p->a.remote.addr) ? LACK_NOTHING : LACK_KEY;
	}
	return c->is.up->restricted(c->is.up_ctx, &p->a.remote) & RESTRICT_NOTRUST ? LACK_TRUST
										   : LACK_NOTHING;
}

static const char *
word_of(enum lack lack, const struct config_source *cfg)
{
	const char *word = config_source_lacks(cfg);

	return lack == LACK_KEY  ? "key"
	    : lack == LACK_TRUST ? cfg->host.text
	    : word != NULL       ? word
				 : "nts";
}

/* FILE:LINE:COLUMN of the word, or of what there is of it. */
static void
put_place(const struct client *c, const struct config_source *cfg, const char *word, struct text *t)
{
	struct arena *a = arena_new(LINE_ARENA);
	struct diag at = { .file = cfg->place.file, .line = cfg->place.line };

	if (a != NULL) {
		at = config_where(c->conf, &cfg->place, word, a);
	}
	if (at.file != NULL && at.line > 0) {
		text_printf(t, "%s:%u:%u: ", at.file, at.line, at.column);
	}
	arena_free(a);
}

/* key: of the association, whose line may name none. */
static void
say(const struct source *s, enum lack lack, uint32_t key, const char *who)
{
	struct client *c = s->client;
	char place[PLACE_MAX] = "";
	struct text t = text_over(place, sizeof place);
	const char *word = word_of(lack, s->cfg);

	put_place(c, s->cfg, word, &t);
	switch (lack) {
	case LACK_NTS:
	case LACK_AUTOKEY:
		report(c->is.journal, LOG_LEVEL_ERROR,
		    "%s%s: '%s' cannot be had in this version: not asked", place, who, word);
		break;
	case LACK_KEY:
		report(c->is.journal, LOG_LEVEL_ERROR,
		    "%s%s: key %u is not there, not trusted or not for this address: not asked",
		    place, who, (unsigned)key);
		break;
	case LACK_TRUST:
		report(c->is.journal, LOG_LEVEL_ERROR,
		    "%s%s: a restrict line with notrust wants its answers signed, and it has no "
		    "key: not asked; give it a key, or a restrict line of its own",
		    place, who);
		break;
	case LACK_NOTHING:
		report(c->is.journal, LOG_LEVEL_NOTICE, "%s: can be asked as it is to be now", who);
		break;
	}
}

/* Members of a pool that are not asked make room for others, which lack the same. */
static bool
is_news(struct source *s, enum lack lack)
{
	bool news = s->cfg->kind != SOURCE_POOL || s->protection.member_lack != lack;

	s->protection.member_lack = lack;
	return news;
}

bool
protect_may_ask(struct peer *p)
{
	enum lack lack = lack_of(p);
	char addr[ADDR_TEXT_MAX];

	if (lack != p->protection.lack) {
		p->protection.lack = lack;
		if (is_news(p->source, lack)) {
			say(p->source, lack, p->auth.key_id,
			    addr_format(&p->a.remote.addr, addr, sizeof addr));
		}
	}
	return lack == LACK_NOTHING;
}

bool
protect_may_resolve(struct source *s)
{
	enum lack lack = lack_of_line(s->cfg);

	if ((s->cfg->flags & OPTION_NTS) != 0 && s->client->is.ke == NULL) {
		lack = LACK_NTS;
	}
	if (s->cfg->kind != SOURCE_POOL) {
		return true; /* its association says why it is not asked */
	}
	if (lack != s->protection.lack) {
		s->protection.lack = lack;
		say(s, lack, s->cfg->key, s->cfg->host.text);
	}
	return lack == LACK_NOTHING;
}
