/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mode 6 requests to a whole daemon: whatever comes, signed or not, it answers in form, goes on, and
 * writes no file but those it should.
 *
 * The input is a row of messages: how they are sent, the operation, the association, the length in
 * two octets, the data. Without BUILD the data is the datagram.
 */
#include "fuzz.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/cursor.h"
#include "ntpd/state.h"
#include "sim/mode6.h"

enum {
	SIGN = 1,
	REMOTE = 2,
	BUILD = 4,
	NONCE = 8,
	WAIT = 16,
	OTHER_KEY = 32,
	MESSAGES_MAX = 12,
};

static const char CONFIG[] =
    "driftfile /drift\nserver 192.0.2.1 iburst\nserver 127.127.1.0\npool pool.example\n"
    "restrict default limited kod\nkeys /keys\ntrustedkey 1 2\ncontrolkey 1\n"
    "setvar site=lab default\nsaveconfigdir /saved\nstatsdir /stats\nstatistics loopstats\n";

struct lab {
	struct sim *s;
	struct sim_node *n;
	struct mode6 local, remote;
};

static struct lab *
lab_start(void)
{
	struct lab *b = sim_alloc(1, sizeof *b);
	bool runs;

	b->s = sim_new(7);
	b->s->careless = true;
	b->n = sim_node_new(b->s, "daemon", 0.001, 0, CONFIG);
	sim_store_put(&b->n->store, "/keys", "1 SHA1 secret\n2 MD5 other\n");
	(void)sim_resolver_set(&b->n->resolver, "pool.example", "192.0.2.1 192.0.2.11");
	(void)sim_serve(b->s, "192.0.2.1");
	runs = sim_node_boot(b->n);
	assert(runs);
	mode6_local(&b->local, b->s, b->n);
	mode6_remote(&b->remote, b->s, b->n, "192.0.2.66");
	mode6_key(&b->local, 1, "SHA1", "secret");
	mode6_key(&b->remote, 1, "SHA1", "secret");
	return b;
}

static void
lab_end(struct lab *b)
{
	sim_node_stop(b->n);
	/* A server that is dropped and added may be asked again at once; sockets and timers must not stay. */
	for (unsigned i = 0; i < b->s->failures && i < SIM_FAILURES_MAX; i++) {
		assert(strstr(b->s->failure[i], "left behind") == NULL);
	}
	mode6_end(&b->local);
	mode6_end(&b->remote);
	sim_free(b->s);
	free(b);
}

static uint16_t
assoc_of(const struct lab *b, uint8_t which)
{
	const struct peers *p = &b->n->daemon->client.peers;

	return which > 0 && which <= p->peer_n ? p->peer[which - 1].a.id : which;
}

/* A request around the data; a nonce in front when it is wanted. */
static size_t
build(struct lab *b, struct mode6 *m, const uint8_t head[static 3], const struct span *data,
    uint8_t *out)
{
	char text[CONTROL_DATA_MAX + 1], nonce[64];
	struct text t = text_over(text, sizeof text);
	size_t len = 0;

	if (head[0] & NONCE) {
		(void)mode6_ask(m, CONTROL_REQ_NONCE, 0, "");
		text_printf(&t, "nonce=%s, ", mode6_value(m, "nonce", nonce, sizeof nonce));
	}
	/* A text ends at a NUL; those within are for datagrams as they are. */
	len = data->len < sizeof text - 1 - t.len ? data->len : sizeof text - 1 - t.len;
	text_put_n(&t, len > 0 ? (const char *)data->at : "", len);
	return mode6_request(m, (enum control_op)(head[1] & 31), assoc_of(b, head[2]), text,
	    (head[0] & SIGN) != 0, out);
}

static void
one_message(struct lab *b, struct cursor *c)
{
	uint8_t head[3], bytes[NET_PACKET_MAX];
	const struct mode6_answer *a;
	struct mode6 *m;
	struct span data;
	size_t len;

	for (unsigned i = 0; i < sizeof head; i++) {
		head[i] = cursor_u8(c);
	}
	len = cursor_u16(c);
	data = cursor_take(c, len < cursor_left(c) ? len : cursor_left(c));
	if (cursor_bad(c)) {
		return;
	}
	m = head[0] & REMOTE ? &b->remote : &b->local;
	if (head[0] & BUILD) {
		len = build(b, m, head, &data, bytes);
	} else {
		len = data.len < sizeof bytes ? data.len : sizeof bytes;
		if (len > 0) {
			memcpy(bytes, data.at, len);
		}
	}
	a = mode6_send(m, bytes, len);
	/* A time request is answered too, in another form. */
	assert(!a->faulty || (bytes[0] & 7) != MODE_CONTROL);
	assert(a->datagrams <= CONTROL_FRAGMENTS_MAX);
	sim_run(b->s, head[0] & WAIT ? 20 : 0);
}

/* Files: those of the scenario, statistics, and what saveconfig wrote. */
static void
check_files(const struct sim_store *s)
{
	static const char *const ours[] = { "/etc/ntp.conf", "/keys", "/drift" };
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

	for (const struct sim_file *f = s->files; f != NULL; f = f->next) {
		bool known = strncmp(f->path, "/stats/", 7) == 0;
		for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++) {
			known = known || strcmp(f->path, ours[i]) == 0;
		}
		assert(known ||
		    (strncmp(f->path, "/saved/", 7) == 0 && f->path[7] != '.' &&
			strspn(f->path + 7, plain) == strlen(f->path + 7)));
	}
}

static void
check_daemon(struct lab *b)
{
	const struct config *c = b->n->daemon->conf;

	assert(strcmp(c->keys, "/keys") == 0);
	assert(strcmp(c->driftfile, "/drift") == 0);
	assert(strcmp(c->saveconfigdir, "/saved") == 0);
	assert(strcmp(c->statsdir, "/stats") == 0);
	assert(c->logfile == NULL);
	assert(c->leapfile == NULL);
	assert(c->controlkey == 1);
	check_files(&b->n->store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct cursor c = cursor_over(octets, len);
	struct lab *b = lab_start();

	for (unsigned i = 0; i < MESSAGES_MAX && cursor_left(&c) > 0; i++) {
		one_message(b, &c);
	}
	check_daemon(b);
	lab_end(b);
	return 0;
}
