/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to a whole daemon that serves NTS: whatever comes, it goes on, answers a right request
 * afterwards, and no answer is longer than what was asked with.
 *
 * The input is a row of messages: how they are made, a length in two octets, the data. Without
 * BUILD the data is the datagram; else it stands behind a good cookie, in clear or INSIDE, under a
 * seal that is right; FLIP changes the octet that the first two of the data name.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "crypto/cookie.h"
#include "crypto/nts.h"
#include "ntpd/state.h"
#include "sim/stranger.h"

enum { BUILD = 1, INSIDE = 2, FLIP = 4, MINUTE = 8, RELOAD = 16, BAD_FILE = 32, MESSAGES_MAX = 12 };

#define SECRET "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
static const char CONFIG[] = "server 192.0.2.1 iburst\nrestrict default\n"
			     "nts enable cookie /nts-keys rotate 0\n";
static const char KEYS[] = "T: 1\nL: 32\nI: 5\nK: " SECRET "\n";
static const struct nts_session SESSION = { .aead = 15, .c2s = { 1 }, .s2c = { 2 } };
static const uint8_t ZEROS[NTS_UID_LEN];

struct lab {
	struct sim *s;
	struct sim_node *n;
	struct stranger x;
	struct aead_key *c2s;
	uint8_t cookie[COOKIE_LEN_MAX];
};

static void
make_cookie(struct lab *b)
{
	struct cookie_key_set set = { .len = 32, .n = 1, .key = { { .id = 5 } } };
	struct cookies *c;

	for (unsigned i = 0; i < 32; i++) {
		set.key[0].secret[i] = (uint8_t)i;
	}
	c = cookies_new(&set);
	assert(c != NULL && cookies_make(c, &SESSION, ZEROS, b->cookie));
	cookies_free(c);
}

static struct lab *
lab_start(void)
{
	struct lab *b = sim_alloc(1, sizeof *b);
	bool runs;

	b->s = sim_new(7);
	b->s->careless = true;
	b->n = sim_node_new(b->s, "daemon", 0.001, 0, CONFIG);
	sim_store_put(&b->n->store, "/nts-keys", KEYS);
	(void)sim_serve(b->s, "192.0.2.1");
	runs = sim_node_boot(b->n);
	assert(runs);
	stranger_come(&b->x, b->s, "192.0.2.77");
	b->c2s = aead_key_new(SESSION.aead, SESSION.c2s);
	assert(b->c2s != NULL);
	make_cookie(b);
	return b;
}

static void
lab_end(struct lab *b)
{
	sim_node_stop(b->n);
	assert(b->s->failures == 0);
	aead_key_free(b->c2s);
	sim_free(b->s);
	free(b);
}

/* A request with the data in it; 0 when it does not fit. */
static size_t
build(struct lab *b, const struct span *data, bool inside, uint8_t packet[NET_PACKET_MAX])
{
	struct writer w = writer_over(packet, NET_PACKET_MAX);
	size_t inner = inside ? data->len : 0;

	memset(packet, 0, NET_PACKET_MAX);
	packet[0] = 0x23;
	w.len = HEADER_LEN;
	nts_put_field(&w, NTS_FIELD_UID, ZEROS, sizeof ZEROS);
	nts_put_field(&w, NTS_FIELD_COOKIE, b->cookie, cookie_len(SESSION.aead));
	writer_bytes(&w, data->at, data->len - inner);
	if (w.bad ||
	    !nts_seal(b->c2s, SESSION.aead, &w, ZEROS, inner > 0 ? data->at : NULL, inner)) {
		return 0;
	}
	return w.len;
}

static void
send_one(struct lab *b, unsigned how, const struct span *data)
{
	uint8_t packet[NET_PACKET_MAX];
	size_t len;

	if (how & BUILD) {
		len = build(b, data, (how & INSIDE) != 0, packet);
	} else {
		len = data->len < sizeof packet ? data->len : sizeof packet;
		memcpy(packet, data->at, len);
	}
	if ((how & FLIP) != 0 && len > 0 && data->len >= 2) {
		packet[(size_t)(data->at[0] << 8 | data->at[1]) % len] ^= 1;
	}
	if (len > 0) {
		stranger_send(&b->x, packet, len);
	}
	assert(b->x.longer == 0);
}

static void
one_message(struct lab *b, struct cursor *c)
{
	unsigned how = cursor_u8(c);
	size_t len = cursor_u16(c);
	struct span data = cursor_take(c, len < cursor_left(c) ? len : cursor_left(c));

	if (cursor_bad(c) || data.len == 0) {
		return;
	}
	if (how & BAD_FILE) {
		char text[256];
		size_t n = data.len < sizeof text - 1 ? data.len : sizeof text - 1;
		memcpy(text, data.at, n);
		text[n] = '\0';
		sim_store_put(&b->n->store, "/nts-keys", text);
	} else {
		send_one(b, how, &data);
	}
	if (how & RELOAD) {
		(void)ntpd_reload(b->n->daemon);
	}
	sim_run(b->s, how & MINUTE ? 61 : 0);
}

/* With its keys back the daemon answers a right request. */
static void
still_serves(struct lab *b)
{
	static const uint8_t field[16] = { 0x77, 0x77, 0, 16 };
	const struct span data = { field, sizeof field };

	sim_store_put(&b->n->store, "/nts-keys", KEYS);
	assert(ntpd_reload(b->n->daemon));
	b->x.answers = 0;
	send_one(b, BUILD, &data);
	assert(b->x.answers == 1 && b->x.last_len > NTS_NAK_LEN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	struct lab *b = lab_start();

	for (unsigned i = 0; i < MESSAGES_MAX && cursor_left(&c) > 0; i++) {
		one_message(b, &c);
	}
	still_serves(b);
	lab_end(b);
	return 0;
}
