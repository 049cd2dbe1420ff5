/* SPDX-License-Identifier: BSD-2-Clause */
/* cast - broadcasts and groups, as their lines were checked by the parser. */
#include "config/cast.h"
#include <string.h>
#include "base/text.h"

/* As ntpd has had them: from the host itself to everywhere. */
static const uint8_t RINGS[CONFIG_RINGS_MAX] = { 0, 32, 64, 96, 128, 160, 192, 224 };

/* The next word of kept arguments, which have no blanks in them; false at the end. */
static bool
next_word(const char **at, char *buf, size_t cap)
{
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	if (n == 0 || n >= cap) {
		return false;
	}
	memcpy(buf, *at, n);
	buf[n] = '\0';
	*at += n;
	return true;
}

static bool
is_line(const struct config_kept *k, const char *word)
{
	return strcmp(k->keyword, word) == 0;
}

const struct config_kept *
config_kept_find(const struct config *c, const char *word)
{
	for (unsigned i = 0; i < c->kept_n; i++) {
		if (is_line(&c->kept[i], word)) {
			return &c->kept[i];
		}
	}
	return NULL;
}

static bool
is_in(const struct config_groups *g, const struct addr *a)
{
	for (unsigned i = 0; i < g->n; i++) {
		if (addr_equal(&g->at[i], a)) {
			return true;
		}
	}
	return false;
}

static void
add(struct config_groups *g, const char *word)
{
	struct addr a;

	if (g->n < CONFIG_GROUPS_MAX && addr_parse(word, &a) && !is_in(g, &a)) {
		g->at[g->n++] = a;
	}
}

static void
add_line(struct config_groups *g, const struct config_kept *k)
{
	const char *at = k->arguments;
	char word[ADDR_TEXT_MAX];

	while (next_word(&at, word, sizeof word)) {
		add(g, word);
	}
	if (k->arguments[0] == '\0') {
		add(g, "224.0.1.1");
		add(g, "ff05::101");
	}
}

void
config_groups(const struct config *c, const char *word, struct config_groups *out)
{
	out->n = 0;
	for (unsigned i = 0; i < c->kept_n; i++) {
		if (is_line(&c->kept[i], word)) {
			add_line(out, &c->kept[i]);
		}
	}
}

bool
config_is_group(const struct config *c, const char *word, const struct addr *a)
{
	struct config_groups g;

	config_groups(c, word, &g);
	return is_in(&g, a);
}

bool
config_hears_broadcasts(const struct config *c)
{
	return (c->switches & SWITCH_BCLIENT) != 0 ||
	    config_kept_find(c, "broadcastclient") != NULL;
}

bool
config_is_bclient(const struct config *c)
{
	return config_hears_broadcasts(c) || config_kept_find(c, "multicastclient") != NULL;
}

bool
config_makes_volleys(const struct config *c)
{
	for (unsigned i = 0; i < c->kept_n; i++) {
		if (is_line(&c->kept[i], "broadcastclient") &&
		    strcmp(c->kept[i].arguments, "novolley") == 0) {
			return false;
		}
	}
	return !(c->broadcastdelay_s > 0.0);
}

/* Rising: each ring is to go farther than the one before. */
static unsigned
put_ring(uint8_t *out, unsigned n, unsigned hops)
{
	unsigned i = n;

	for (; i > 0 && out[i - 1] > hops; i--) {
		out[i] = out[i - 1];
	}
	out[i] = (uint8_t)hops;
	return n + 1;
}

unsigned
config_rings(const struct config *c, uint8_t out[CONFIG_RINGS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->kept_n; i++) {
		const char *at = c->kept[i].arguments;
		char word[ADDR_TEXT_MAX];
		int64_t hops;

		if (!is_line(&c->kept[i], "ttl")) {
			continue;
		}
		n = 0; /* the last line counts */
		while (n < CONFIG_RINGS_MAX && next_word(&at, word, sizeof word) &&
		    text_to_i64(word, &hops)) {
			n = put_ring(out, n, (unsigned)hops);
		}
	}
	if (n == 0) {
		memcpy(out, RINGS, sizeof RINGS);
		n = CONFIG_RINGS_MAX;
	}
	return n;
}
