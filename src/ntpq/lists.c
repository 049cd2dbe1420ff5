/* SPDX-License-Identifier: BSD-2-Clause */
/* lists - ifstats and reslist: ordered lists whose fields come as tag.index=value in any order. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "ntpq/ntpq.h"

enum { FIELDS_MAX = 12 };

/* An answer has so much room for one more entry, or it may have been cut. */
enum { ENTRY_ROOM = 512 };

/* One entry: the values of the known tags, NULL where the server sent none. */
struct entry {
	uint32_t index;
	const char *value[FIELDS_MAX];
};

struct list {
	struct entry *at;
	size_t n;
	const char *const *tags; /* FIELDS_MAX at most, NULL-terminated */
};

enum if_field {
	IF_NAME,
	IF_ADDR,
	IF_BCAST,
	IF_EN,
	IF_FLAGS,
	IF_TTL,
	IF_MC,
	IF_RX,
	IF_TX,
	IF_TXERR,
	IF_PC,
	IF_UP
};
enum res_field { RES_HITS, RES_ADDR, RES_MASK, RES_FLAGS };

static const char *const if_tags[] = { "name", "addr", "bcast", "en", "flags", "tl", "mc", "rx",
	"tx", "txerr", "pc", "up", NULL };
static const char *const res_tags[] = { "hits", "addr", "mask", "flags", NULL };

/*
 * The entry of that index; entries come in order, so it is nearly always the last one. NULL when
 * memory is short.
 */
static struct entry *
entry_of(struct list *l, uint32_t index, size_t cap)
{
	for (size_t i = l->n; i > 0; i--) {
		if (l->at[i - 1].index == index) {
			return &l->at[i - 1];
		}
	}
	if (l->n == cap) {
		return NULL;
	}
	l->at[l->n].index = index;
	return &l->at[l->n++];
}

/* Sorts the variables into entries. Decoys, which servers mix in, have tags unknown here. */
static bool
gather(struct list *l, const struct vars *v, const char *const *tags)
{
	*l = (struct list){ .at = calloc(v->n + 1, sizeof *l->at), .tags = tags };
	if (l->at == NULL) {
		return false;
	}
	for (size_t i = 0; i < v->n; i++) {
		char tag[16];
		uint32_t index;

		if (!vars_split_index(v->at[i].name, tag, sizeof tag, &index)) {
			continue;
		}
		for (size_t f = 0; tags[f] != NULL; f++) {
			if (strcmp(tags[f], tag) == 0) {
				struct entry *e = entry_of(l, index, v->n);

				if (e != NULL) {
					e->value[f] = v->at[i].value;
				}
				break;
			}
		}
	}
	return true;
}

static const char *
or_dash(const char *value)
{
	return value == NULL || value[0] == '\0' ? "-" : value;
}

/* The value without the "0x" that the column has no room for. */
static const char *
bare_hex(const char *value)
{
	return strncmp(or_dash(value), "0x", 2) == 0 ? value + 2 : or_dash(value);
}

static void
print_interface(struct ntpq *q, const struct entry *e)
{
	const char *const *v = e->value;
	int64_t enabled = 0;

	if (v[IF_EN] != NULL) {
		text_to_i64(v[IF_EN], &enabled);
	}
	fprintf(q->out, "%3u %-24.24s %c %4s %3s %2s %6s %6s %6s %5s %8s\n", e->index,
	    or_dash(v[IF_NAME]), enabled != 0 ? '.' : 'D', bare_hex(v[IF_FLAGS]),
	    or_dash(v[IF_TTL]), or_dash(v[IF_MC]), or_dash(v[IF_RX]), or_dash(v[IF_TX]),
	    or_dash(v[IF_TXERR]), or_dash(v[IF_PC]), or_dash(v[IF_UP]));
	fprintf(q->out, "    %s\n", or_dash(v[IF_ADDR]));
	if (v[IF_BCAST] != NULL && v[IF_BCAST][0] != '\0') {
		fprintf(q->out, "    %s\n", v[IF_BCAST]);
	}
}

/* "192.0.2.0/24", or "192.0.2.0 mask 255.0.255.0" when the mask is no prefix. */
static void
put_network(struct text *t, const char *addr, const char *mask)
{
	struct addr m;
	unsigned len;

	text_put(t, or_dash(addr));
	if (mask == NULL || mask[0] == '\0') {
		return;
	}
	if (addr_parse(mask, &m) && addr_mask_is_prefix(&m, &len)) {
		text_printf(t, "/%u", len);
	} else {
		text_printf(t, " mask %s", mask);
	}
}

static void
print_restriction(struct ntpq *q, const struct entry *e)
{
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	put_network(&t, e->value[RES_ADDR], e->value[RES_MASK]);
	fprintf(q->out, "%10s %s\n           %s\n", or_dash(e->value[RES_HITS]), buf,
	    e->value[RES_FLAGS] == NULL ? "" : e->value[RES_FLAGS]);
}

static void
json_interface(struct json *j, const struct entry *e)
{
	const char *const *v = e->value;

	json_int(j, "index", e->index);
	json_string(j, "name", v[IF_NAME]);
	json_string(j, "address", v[IF_ADDR]);
	json_string(j, "broadcast", v[IF_BCAST]);
	json_bool(j, "enabled", v[IF_EN] != NULL && strcmp(v[IF_EN], "0") != 0);
	json_text(j, "flags", v[IF_FLAGS]);
	json_text(j, "ttl", v[IF_TTL]);
	json_text(j, "multicast_groups", v[IF_MC]);
	json_text(j, "received", v[IF_RX]);
	json_text(j, "sent", v[IF_TX]);
	json_text(j, "send_failed", v[IF_TXERR]);
	json_text(j, "peers", v[IF_PC]);
	json_text(j, "uptime_s", v[IF_UP]);
}

static void
json_restriction(struct json *j, const struct entry *e)
{
	char buf[256];
	struct text t = text_over(buf, sizeof buf);

	put_network(&t, e->value[RES_ADDR], e->value[RES_MASK]);
	json_string(j, "network", buf);
	json_text(j, "hits", e->value[RES_HITS]);
	json_string(j, "flags", e->value[RES_FLAGS] == NULL ? "" : e->value[RES_FLAGS]);
}

static void
print_heads(struct ntpq *q, bool interfaces)
{
	fputs(interfaces
		? "    interface name                                        send\n"
		  " #  address/broadcast     drop flag ttl mc received sent failed peers   uptime\n"
		: "   hits    addr/prefix or addr mask\n           restrictions\n",
	    q->out);
	for (int i = 0; i < 78; i++) {
		putc('=', q->out);
	}
	putc('\n', q->out);
}

/* The entries of one answer from the index next on, which becomes the one behind the last. */
static bool
show_page(struct ntpq *q, bool interfaces, const struct answer *got, uint32_t *next)
{
	uint32_t from = *next;
	struct vars vars;
	struct list list;
	bool good = vars_parse(&vars, got->data, got->len);

	if (!good) {
		return false;
	}
	good = gather(&list, &vars, interfaces ? if_tags : res_tags);
	for (size_t i = 0; good && i < list.n; i++) {
		if (list.at[i].index < from) {
			continue;
		}
		if (q->json.depth > 0) {
			json_object(&q->json, NULL);
			(interfaces ? json_interface : json_restriction)(&q->json, &list.at[i]);
			json_close(&q->json);
		} else {
			(interfaces ? print_interface : print_restriction)(q, &list.at[i]);
		}
		*next = list.at[i].index + 1;
	}
	free(list.at);
	vars_free(&vars);
	return good;
}

static bool
is_full(const struct answer *got)
{
	return got->len + ENTRY_ROOM >= CONTROL_TEXT_MAX;
}

/*
 * What has no room in one answer is asked for by the index of the next entry; a server that does
 * not know how leaves us with what it has sent.
 */
static void
show_rest(struct ntpq *q, bool interfaces, const char *what, uint32_t next)
{
	struct answer got;

	do {
		char data[SHORT_TEXT];
		struct text t = text_over(data, sizeof data);
		struct request r = { .op = CONTROL_READ_ORDLIST, .sign = true, .data = data };
		uint32_t from = next;

		text_printf(&t, "%s %" PRIu32, what, from);
		r.len = t.len;
		if (ntpq_ask_quietly(q, &r, &got) != SESSION_OK ||
		    !show_page(q, interfaces, &got, &next) || (next == from && is_full(&got))) {
			ntpq_complain(q, "The answer is full: the server may have more entries");
			return;
		}
	} while (is_full(&got));
}

void
command_ordlist(struct ntpq *q, const struct call *c)
{
	bool interfaces = strcmp(c->name, "ifstats") == 0;
	const char *what = interfaces ? "ifstats" : "addr_restrictions";
	struct request r = {
		.op = CONTROL_READ_ORDLIST,
		.sign = true,
		.data = what,
		.len = strlen(what),
	};
	struct answer got;
	uint32_t next = 0;
	bool full;

	if (!ntpq_ask(q, &r, &got)) {
		return;
	}
	if (q->json.depth > 0) {
		json_array(&q->json, interfaces ? "interfaces" : "restrictions");
	} else {
		print_heads(q, interfaces);
	}
	full = is_full(&got);
	if (show_page(q, interfaces, &got, &next) && full) {
		show_rest(q, interfaces, what, next);
	}
}
