/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of clients and READ_MRU: whatever clients come in whatever order, and whatever is asked,
 * answers are in form, each entry is as it stands in the table, and a walk by resume points through
 * a table that nobody else touches finds every client once.
 *
 * The input: the size of the table, then steps of an octet: a client comes, a question of any text,
 * a walk, or time passes. One daemon serves all inputs; its table begins anew with each.
 */
#include "fuzz.h"
#include <assert.h>
#include <string.h>
#include "base/cursor.h"
#include "ntpd/state.h"
#include "sim/mode6.h"

enum {
	CLIENTS = 64,
	STEPS_MAX = 400,
	WALKS_MAX = 4,
	PAGES_MAX = 400,
	STEP_TEXT = 0xc0,
	STEP_WALK = 0x80,
	STEP_WAIT = 0x40,
	KIND_MASK = 0xc0,
};

struct lab {
	struct sim *s;
	struct sim_node *n;
	struct mode6 m;
};

static struct lab *
the_lab(void)
{
	static struct lab b;

	if (b.s == NULL) {
		bool runs;
		b.s = sim_new(7);
		b.s->careless = true;
		b.n = sim_node_new(b.s, "daemon", 0.001, 0, "restrict default\n");
		runs = sim_node_boot(b.n);
		assert(runs);
		mode6_local(&b.m, b.s, b.n);
	}
	return &b;
}

static struct mru *
fresh_table(struct lab *b, uint8_t size)
{
	struct access *a = &b->n->daemon->server.access;

	a->mru = mru_init(a->mru_memory, 2 + size % CLIENTS, &b->n->daemon->hash);
	return a->mru;
}

/* Every fourth client has an address of IPv6. */
static struct addr
client_of(uint8_t which)
{
	struct addr a = addr_v4(0x0a000000u + which % CLIENTS);

	if (which % 4 == 3) {
		a.family = ADDR_V6;
		memmove(a.bytes + 12, a.bytes, 4);
		memcpy(a.bytes, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0", 12);
	}
	return a;
}

static void
one_client(struct lab *b, struct cursor *c, uint8_t step)
{
	struct ntpd *d = b->n->daemon;
	struct addr a = client_of(step);
	uint8_t bits = cursor_u8(c);
	struct mru_packet p = {
		.from = &a,
		.port = (uint16_t)(bits * 257u),
		.mode = MODE_CLIENT,
		.version = bits & 7,
		.flags = bits,
	};
	struct mru_rules r = {
		.average_log2s = 3,
		.minimum_s = 2.0,
		.burst = 20.0,
		.average_pps = 1.0,
		.kod_pps = 0.5,
		.leak = 4,
		.enforce = (bits & 8) != 0,
		.kod = (bits & 16) != 0,
		.exempt = (bits & 32) != 0,
		.model = (bits & 64) != 0 ? MRU_LIMIT : MRU_DISCARD,
	};

	(void)mru_touch(d->server.access.mru, &p, &r, d->port.loop->ops->now(d->port.loop));
	assert(mru_used(d->server.access.mru) <= mru_capacity(d->server.access.mru));
}

/* What a page showed last, to go on from there. */
struct seen {
	char addr[ENDPOINT_TEXT_MAX], last[32];
	unsigned of[CLIENTS], others; /* how often each client was shown */
	bool complete;
};

static void
copy(char *to, size_t cap, const struct control_item *it)
{
	struct text t = text_over(to, cap);

	text_put_n(&t, it->value, it->value_len);
	assert(!t.cut);
}

static bool
begins(const struct control_item *it, const char *with)
{
	return it->name_len > strlen(with) && memcmp(it->name, with, strlen(with)) == 0;
}

static bool
is(const struct control_item *it, const char *name)
{
	return it->name_len == strlen(name) && memcmp(it->name, name, it->name_len) == 0;
}

/* Which of ours the text "10.0.0.7:123" is; CLIENTS for the asker. */
static unsigned
which_of(const char *endpoint)
{
	char own[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct addr a = client_of((uint8_t)i);
		const char *at = strstr(endpoint, addr_format(&a, own, sizeof own));
		size_t len = strlen(own);
		if (at != NULL && at - endpoint <= 1 && (at[len] == ':' || at[len] == ']')) {
			return i;
		}
	}
	return CLIENTS;
}

static void
take_page(const struct mode6_answer *a, struct seen *seen)
{
	const char *at = a->text, *end = a->text + a->len;
	struct control_item it;
	bool bad = false;

	while (control_item_next(&at, end, &it, &bad)) {
		assert(it.value != NULL);
		if (is(&it, "now")) {
			seen->complete = true;
		} else if (begins(&it, "addr.") && !is(&it, "addr.older")) {
			unsigned i;
			copy(seen->addr, sizeof seen->addr, &it);
			i = which_of(seen->addr);
			*(i < CLIENTS ? &seen->of[i] : &seen->others) += 1;
		} else if (begins(&it, "last.") && !is(&it, "last.older") &&
		    !is(&it, "last.newest")) {
			copy(seen->last, sizeof seen->last, &it);
		}
	}
	assert(!bad);
}

static const struct mode6_answer *
ask(struct lab *b, const char *text, size_t len)
{
	char whole[CONTROL_DATA_MAX + 1], nonce[64];
	struct text t = text_over(whole, sizeof whole);
	const struct mode6_answer *a;

	(void)mode6_ask(&b->m, CONTROL_REQ_NONCE, 0, "");
	text_printf(&t, "nonce=%s, ", mode6_value(&b->m, "nonce", nonce, sizeof nonce));
	text_put_n(&t, text, len < sizeof whole - 1 - t.len ? len : sizeof whole - 1 - t.len);
	a = mode6_ask(&b->m, CONTROL_READ_MRU, 0, whole);
	assert(!a->faulty);
	assert(a->datagrams <= CONTROL_FRAGMENTS_MAX);
	/* A nonce further on in the text may be a bad one, which is met with silence. */
	assert(a->datagrams == 0 || a->complete || a->error >= 0);
	return a;
}

static void
any_text(struct lab *b, struct cursor *c)
{
	size_t len = cursor_u8(c);
	struct span text = cursor_take(c, len < cursor_left(c) ? len : cursor_left(c));
	struct seen seen = { .others = 0 };
	const struct mode6_answer *a;

	if (cursor_bad(c)) {
		return;
	}
	a = ask(b, (const char *)text.at, text.len);
	if (a->complete) {
		take_page(a, &seen);
	}
}

/* Nobody comes between the pages but the asker himself, who was there before. */
static void
walk(struct lab *b, uint8_t step)
{
	struct mru *m = b->n->daemon->server.access.mru;
	struct seen seen = { .others = 0 };
	unsigned pages = 0;

	while (!seen.complete) {
		char text[256];
		struct text t = text_over(text, sizeof text);
		const struct mode6_answer *a;

		text_printf(&t, "frags=%d", 2 + (step & 7));
		if (step & 8) {
			text_printf(&t, ", limit=%d", 1 + (step >> 4 & 3));
		}
		if (seen.addr[0] != '\0') {
			text_printf(&t, ", addr.0=%s, last.0=%s", seen.addr, seen.last);
		}
		a = ask(b, text, t.len);
		assert(a->complete);
		take_page(a, &seen);
		assert(++pages < PAGES_MAX);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct addr addr = client_of((uint8_t)i);
		assert(seen.of[i] == (mru_position(m, &addr) != 0));
	}
	assert(seen.others >= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	struct lab *b = the_lab();
	unsigned walks = 0;

	(void)fresh_table(b, cursor_u8(&c));
	for (unsigned i = 0; i < STEPS_MAX && cursor_left(&c) > 0; i++) {
		uint8_t step = cursor_u8(&c);

		if ((step & KIND_MASK) == STEP_TEXT) {
			any_text(b, &c);
		} else if ((step & KIND_MASK) == STEP_WALK) {
			if (walks++ < WALKS_MAX) {
				walk(b, step);
			}
		} else if ((step & KIND_MASK) == STEP_WAIT && (step & 0x20) != 0) {
			sim_run(b->s, 1 + (step & 15));
		} else {
			one_client(b, &c, step);
		}
	}
	return 0;
}
