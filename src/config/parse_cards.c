/* SPDX-License-Identifier: BSD-2-Clause */
/* hwtimestamp: network cards that stamp packets. */
#include <string.h>
#include "parse.h"
#include "value.h"

enum { IFNAME_MAX = 15 };

/* One line for an interface: the last counts. */
static void
set_card(struct parser *p, const struct config_card *card)
{
	struct config *c = p->c;
	unsigned i = 0;

	while (i < c->cards_n && strcmp(c->cards[i].ifname, card->ifname) != 0) {
		i++;
	}
	if (i == c->cards_n) {
		if (i == CARDS_MAX) {
			parse_error(p, 0, "more than %d interfaces with hardware stamps",
			    (int)CARDS_MAX);
			return;
		}
		struct config_card *at = parse_grow(p, c->cards, i, sizeof *at);
		if (at == NULL) {
			return;
		}
		c->cards = at;
		c->cards_n++;
	}
	c->cards[i] = *card;
}

static void
check_card(struct parser *p, const struct config_card *card)
{
	if (card->maxpoll < card->minpoll) {
		parse_error(p, 0, "'maxpoll' %d is below 'minpoll' %d", (int)card->maxpoll,
		    (int)card->minpoll);
	} else if (card->maxsamples < card->minsamples) {
		parse_error(p, 0, "'maxsamples' %d is below 'minsamples' %d", (int)card->maxsamples,
		    (int)card->minsamples);
	}
}

void
parse_card(struct parser *p)
{
	struct config_card card = { .maxpoll = CONFIG_CARD_MAXPOLL_NEXT };
	const char *ifname = parse_word(p, 1);

	if (ifname == NULL || ifname[0] == '\0') {
		parse_error(p, 1, "'hwtimestamp' wants an interface, or '*' for all");
		return;
	}
	if (strlen(ifname) > IFNAME_MAX) {
		parse_error(p, 1, "no interface has a name of more than %d characters, as '%s'",
		    (int)IFNAME_MAX, ifname);
		return;
	}
	value_defaults(SCHEMA_CARD, &card);
	if (parse_word(p, 2) != NULL) {
		parse_options(p, SCHEMA_CARD, 2, &card);
	}
	if (!p->failed) {
		check_card(p, &card);
	}
	if (!p->failed) {
		card.ifname = parse_keep(p, ifname);
		card.place = (struct config_place){ .file = p->file, .line = p->line.line };
		set_card(p, &card);
	}
}
