/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_list - READ_ORDLIST: the sockets (ifstats) and the restrict list (reslist), for
 * holders of the control key.
 */
#include <string.h>
#include "client/client.h"
#include "control_request.h"
#include "vars.h"
#include "server/listener.h"
#include "server/server.h"

enum { ITEM_MAX = 256, STANZA_ROOM = 512, NUMBER_MAX = 16 };

/* How ntpd has always told about an interface. */
enum {
	IF_UP = 0x01,
	IF_LOOPBACK = 0x04,
	IF_BROADCAST = 0x08,
	IF_MULTICAST = 0x10,
	IF_WILDCARD = 0x80,
};

struct list {
	struct text *out;
	unsigned index;
};

static void put(struct list *l, const char *name, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Appends "name.index=value". */
static void
put(struct list *l, const char *name, const char *fmt, ...)
{
	char item[ITEM_MAX];
	struct text one = text_over(item, sizeof item);
	va_list ap;

	text_printf(&one, "%s.%u=", name, l->index);
	va_start(ap, fmt);
	text_vprintf(&one, fmt, ap);
	va_end(ap);
	vars_put_item(l->out, item);
}

/* ---- ifstats ---- */

static unsigned
interface_flags(const struct listener *l)
{
	unsigned flags = IF_UP;

	if (l->wildcard) {
		return flags | IF_WILDCARD |
		    (l->what.local.addr.family == ADDR_V4 ? IF_BROADCAST : 0u);
	}
	if (l->loopback) {
		return flags | IF_LOOPBACK;
	}
	return flags | IF_MULTICAST | (l->what.local.addr.family == ADDR_V4 ? IF_BROADCAST : 0u);
}

static const char *
interface_name(const struct listener *l)
{
	if (l->what.ifname[0] != '\0') {
		return l->what.ifname;
	}
	return l->what.local.addr.family == ADDR_V4 ? "v4wildcard" : "v6wildcard";
}

/* Sources whose requests leave from the address. */
static unsigned
peers_from(const struct client *c, const struct addr *local)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct peer *p = &c->peers.peer[i];
		n += p->a.id != 0 && p->sock != NULL && addr_equal(&p->a.local, local);
	}
	return n;
}

static void
put_broadcast(struct list *l, const struct listener *at)
{
	const struct addr *a = &at->what.local.addr;
	struct endpoint e = { .port = at->what.local.port };
	char buf[ENDPOINT_TEXT_MAX];

	if (a->family == ADDR_V4 && !at->wildcard && !at->loopback && at->mask.family == ADDR_V4) {
		e.addr = addr_v4(addr_v4_value(a) | ~addr_v4_value(&at->mask));
		put(l, "bcast", "%s", endpoint_format(&e, buf, sizeof buf));
	}
}

static void
put_interface(struct control_request *q, struct list *l, const struct listener *at)
{
	struct mtime now = control_now(q->c);
	char buf[ENDPOINT_TEXT_MAX];

	put(l, "addr", "%s", endpoint_format(&at->what.local, buf, sizeof buf));
	put_broadcast(l, at);
	put(l, "en", "%d", at->what.drop ? 0 : 1);
	put(l, "name", "\"%s\"", interface_name(at));
	put(l, "flags", "0x%x", interface_flags(at));
	put(l, "tl", "0");
	put(l, "mc", "0");
	put(l, "rx", "%llu", (unsigned long long)at->received);
	put(l, "tx", "%llu", (unsigned long long)at->sent);
	put(l, "txerr", "%llu", (unsigned long long)at->failed);
	put(l, "pc", "%u", peers_from(q->c->is.client, &at->what.local.addr));
	put(l, "up", "%.0f", mtime_diff_s(now, at->since));
}

static void
put_interfaces(struct control_request *q, unsigned from)
{
	struct list l = { .out = &q->out };

	for (unsigned i = 0; i < q->c->is.server->listeners.n; i++) {
		if (q->c->is.server->listeners.at[i]->sock == NULL) {
			continue;
		}
		if (l.index >= from && q->out.len + STANZA_ROOM < q->out.cap) {
			put_interface(q, &l, q->c->is.server->listeners.at[i]);
		}
		l.index++;
	}
}

/* ---- reslist ---- */

struct flag_word {
	uint32_t bit;
	const char *word;
};

static const struct flag_word MATCHES[] = {
	{ RESTRICT_MATCH_NTPPORT, "ntpport" },
	{ RESTRICT_MATCH_NON_NTPPORT, "non-ntpport" },
	{ RESTRICT_MATCH_INTERFACE, "interface" },
	{ RESTRICT_MATCH_SOURCE, "source" },
};

static const struct flag_word FLAGS[] = {
	{ RESTRICT_IGNORE, "ignore" },
	{ RESTRICT_NOSERVE, "noserve" },
	{ RESTRICT_NOTRUST, "notrust" },
	{ RESTRICT_NOQUERY, "noquery" },
	{ RESTRICT_NOMODIFY, "nomodify" },
	{ RESTRICT_NOPEER, "nopeer" },
	{ RESTRICT_NOTRAP, "notrap" },
	{ RESTRICT_LOWPRIOTRAP, "lptrap" },
	{ RESTRICT_LIMITED, "limited" },
	{ RESTRICT_VERSION, "version" },
	{ RESTRICT_KOD, "kod" },
	{ RESTRICT_FLAKE, "flake" },
	{ RESTRICT_NOMRULIST, "nomrulist" },
	{ RESTRICT_MSSNTP, "mssntp" },
	{ RESTRICT_NOEPEER, "noepeer" },
	{ RESTRICT_FUZZ, "serverresponse" },
};

static void
put_words(struct text *t, uint32_t flags, const struct flag_word *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (flags & words[i].bit) {
			text_printf(t, "%s%s", t->len > 0 ? " " : "", words[i].word);
		}
	}
}

static void
put_entry(struct list *l, const struct restrict_entry *e)
{
	char addr[ADDR_TEXT_MAX], flags[ITEM_MAX / 2];
	struct text t = text_over(flags, sizeof flags);

	put_words(&t, e->rule.match, MATCHES, sizeof MATCHES / sizeof MATCHES[0]);
	put_words(&t, e->rule.flags, FLAGS, sizeof FLAGS / sizeof FLAGS[0]);
	put(l, "addr", "%s", addr_format(&e->rule.addr, addr, sizeof addr));
	put(l, "mask", "%s", addr_format(&e->rule.mask, addr, sizeof addr));
	put(l, "hits", "%llu", (unsigned long long)e->hits);
	put(l, "flags", "\"%s\"", flags);
}

static void
put_restrictions(struct control_request *q, unsigned from)
{
	struct restrict_list *all = q->c->is.server->access.list;
	struct list l = { .out = &q->out, .index = from };
	struct restrict_entry e;

	while (q->out.len + STANZA_ROOM < q->out.cap && restrict_entry_at(all, l.index, &e)) {
		put_entry(&l, &e);
		l.index++;
	}
}

/* ---- the operation ---- */

/*
 * The word alone, or with the index of the first entry that is wanted: an answer has no room for
 * thousands. ntpd of old knows the words only, and answers UNKNOWNVAR.
 */
static bool
text_is(const struct control_request *q, const char *word, uint32_t *from)
{
	size_t n = strlen(word), len = (size_t)(q->end - q->text);
	char number[NUMBER_MAX];
	struct text t = text_over(number, sizeof number);

	*from = 0;
	if (len < n || memcmp(q->text, word, n) != 0) {
		return false;
	}
	if (len == n) {
		return true;
	}
	text_put_n(&t, q->text + n + 1, len - n - 1);
	return q->text[n] == ' ' && !t.cut && text_to_u32(number, from);
}

int
control_read_list(struct control_request *q)
{
	uint32_t from = 0;

	if (control_auth_read(q) != CONTROL_PERMITTED) {
		return CONTROL_ERR_PERMISSION;
	}
	if (q->text == q->end || text_is(q, "ifstats", &from)) {
		put_interfaces(q, from);
	} else if (text_is(q, "addr_restrictions", &from)) {
		put_restrictions(q, from);
	} else {
		return CONTROL_ERR_UNKNOWNVAR;
	}
	control_send_text(q);
	return CONTROL_ANSWERED;
}
