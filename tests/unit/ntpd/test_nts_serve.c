/* SPDX-License-Identifier: BSD-2-Clause */
/* A server of NTS: what its key exchange is told, and what is said of what that tells. */
#include "ntpd/nts_serve.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "crypto/certificate.h"
#include "ntpd/state.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_rng.h"
#include "sim/sim_store.h"

enum { ARENA_SIZE = 1 << 22, NOON_S = 1795176000, DAY_S = 86400 };

/* A key exchange that does nothing but remember. */
struct exchange {
	struct ke_server port;
	struct ke_server_rules rules;
	struct endpoint at[2];
	unsigned at_n, started, reloaded;
	void (*on_event)(void *ctx, const struct ke_server_event *e);
	void *ctx;
};

static int
start(struct ke_server *k, const struct ke_server_rules *r, const struct endpoint *at, unsigned n,
    const struct cookie_key_set *keys)
{
	struct exchange *x = (struct exchange *)k;

	assert_true(n <= 2);
	assert_non_null(keys);
	x->rules = *r;
	memcpy(x->at, at, n * sizeof *at);
	x->at_n = n;
	x->started++;
	return 0;
}

static void
take_keys(struct ke_server *k, const struct cookie_key_set *keys)
{
	(void)k;
	(void)keys;
}

static void
take_rules(struct ke_server *k, const struct ke_server_rules *r)
{
	struct exchange *x = (struct exchange *)k;

	x->rules = *r;
	x->reloaded++;
}

static void
take_ignored(struct ke_server *k, const struct addr *base, const unsigned *prefix, unsigned n)
{
	(void)k;
	(void)base;
	(void)prefix;
	(void)n;
}

static void
take_listener(struct ke_server *k, void (*on_event)(void *ctx, const struct ke_server_event *e),
    void *ctx)
{
	struct exchange *x = (struct exchange *)k;

	x->on_event = on_event;
	x->ctx = ctx;
}

static const struct ke_server_ops OPS = { start, take_keys, take_rules, take_ignored,
	take_listener };

/* As much of a daemon as it wants. */
struct desk {
	struct world *w;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_log log;
	struct sim_rng rng;
	struct exchange exchange;
	struct arena *arena;
	const char *conf;
	struct ntpd d;
};

static int
read_conf(void *ctx, const char *path, struct arena *a, const char **text, size_t *len)
{
	const struct desk *k = ctx;

	(void)path;
	*len = strlen(k->conf);
	*text = arena_strndup(a, k->conf, *len);
	return *text != NULL ? 0 : -1;
}

static int
list_none(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	(void)ctx;
	(void)dir;
	(void)a;
	*names = NULL;
	*n = 0;
	return 0;
}

static void
configure(struct desk *k, const char *conf)
{
	const struct config_reader reader = { k, read_conf, list_none, NULL };
	struct diag_list diags = diag_list_in(k->arena);

	k->conf = conf;
	k->d.conf = config_load(&reader, "ntp.conf", k->arena, &diags);
	assert_non_null(k->d.conf);
	assert_int_equal(diags.errors, 0);
	journal_configure(&k->d.journal, k->d.conf);
	k->d.steering.conf = k->d.conf;
}

static struct desk *
desk_new(const char *conf)
{
	struct desk *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->w = world_new(1);
	k->w->epoch_ns = (int64_t)NOON_S * NS_PER_S;
	sim_clock_start(&k->clock, k->w, "host", 0.0, 0.0);
	sim_loop_start(&k->loop, k->w, &k->clock, 0);
	sim_store_start(&k->store, &k->clock);
	sim_log_start(&k->log, k->w, "host");
	k->rng = sim_rng_of(1, "host", 0);
	k->arena = arena_new(ARENA_SIZE);
	assert_non_null(k->arena);
	k->exchange.port.ops = &OPS;
	k->d.port.clock = &k->clock.port;
	k->d.port.loop = &k->loop.port;
	k->d.port.store = &k->store.port;
	k->d.port.log = &k->log.port;
	k->d.port.rng = &k->rng.port;
	k->d.port.ke_server = &k->exchange.port;
	journal_init(&k->d.journal,
	    &(struct journal_setup){ .loop = &k->loop.port,
		.clock = &k->clock.port,
		.store = &k->store.port,
		.log = &k->log.port });
	k->d.steering.is.loop = &k->loop.port;
	k->d.steering.is.clock = &k->clock.port;
	configure(k, conf);
	k->d.ready = true;
	journal_ready(&k->d.journal);
	nts_serve_start(&k->d);
	return k;
}

static void
desk_free(struct desk *k)
{
	nts_serve_stop(&k->d);
	(void)sim_loop_end(&k->loop);
	sim_store_end(&k->store);
	sim_log_end(&k->log);
	arena_free(k->arena);
	world_free(k->w);
	free(k);
}

static unsigned
said(const struct desk *k, const char *text)
{
	return sim_log_count(&k->log, 0, text);
}

static void
put_pair(struct desk *k, int64_t from_s)
{
	static const char *const name = "ntp.example.net";
	static char cert[CERTIFICATE_PEM_MAX], key[CERTIFICATE_PEM_MAX];
	const struct certificate_wish w = { &name, 1, from_s, 90 };
	struct text c = text_over(cert, sizeof cert), t = text_over(key, sizeof key);

	assert_true(certificate_make(&w, &c, &t));
	sim_store_put(&k->store, "/c.pem", cert);
	sim_store_put(&k->store, "/k.pem", key);
}

/* The exchange tells of the certificate, or of what is wrong with its key. */
static void
tell_key(struct desk *k, enum ke_key_fault fault, const char *reason, int64_t not_after)
{
	struct ke_server_event e = { .what = KE_CERTIFICATE, .key = fault, .not_after = not_after };
	struct text r = text_over(e.reason, sizeof e.reason);
	struct text s = text_over(e.subject, sizeof e.subject);

	text_put(&r, reason);
	text_put(&s, "ntp.example.net");
	k->exchange.on_event(k->exchange.ctx, &e);
}

static void
tell(struct desk *k, const char *reason, int64_t not_after)
{
	tell_key(k, KE_KEY_GOOD, reason, not_after);
}

static const char LINES[] = "nts enable cookie /o\nnts cert /c.pem\nnts key /k.pem\n";

/* ---- tests ---- */

static void
the_exchange_is_told_what_the_lines_say(void **state)
{
	struct desk *k = desk_new("nts enable cert /c key /k cookie /o port 4123 keport 4461\n"
				  "nts connections 7 aead AES_SIV_CMAC_512 AES_SIV_CMAC_256\n");
	const struct ke_server_rules *r = &k->exchange.rules;

	(void)state;
	assert_int_equal(k->exchange.started, 1);
	assert_string_equal(r->cert, "/c");
	assert_string_equal(r->key, "/k");
	assert_int_equal(r->ntp_port, 4123);
	assert_int_equal(r->connections, 7);
	assert_int_equal(r->aead_n, 2);
	assert_int_equal(r->aead[0], 17);
	assert_int_equal(r->aead[1], 15);
	assert_int_equal(k->exchange.at_n, 2);
	assert_int_equal(k->exchange.at[0].port, 4461);
	configure(k, "nts enable cert /d key /k cookie /o\n");
	nts_serve_reload(&k->d);
	assert_int_equal(k->exchange.reloaded, 1);
	assert_string_equal(r->cert, "/d");
	assert_int_equal(r->ntp_port, 0);
	desk_free(k);
}

static void
without_enable_nothing_is_started(void **state)
{
	struct desk *k = desk_new("nts cert /c key /k cookie /o\n");

	(void)state;
	assert_int_equal(k->exchange.started, 0);
	assert_null(sim_store_text(&k->store, "/o"));
	desk_free(k);
}

static void
a_bad_pair_is_told_at_its_line_once(void **state)
{
	struct desk *k = desk_new(LINES);

	(void)state;
	put_pair(k, NOON_S - DAY_S);
	tell_key(k, KE_KEY_NONE, "no start line", 0);
	assert_int_equal(said(k, "ntp.conf:3:9: nts key: '/k.pem' has no private key in PEM form"),
	    1);
	assert_int_equal(said(k, "no start line"), 0);
	assert_int_equal(said(k, "of before stays"), 0);
	desk_free(k);
}

static void
after_a_good_one_it_is_told_that_that_stays(void **state)
{
	struct desk *k = desk_new(LINES);

	(void)state;
	put_pair(k, NOON_S - DAY_S);
	tell(k, "", NOON_S + 89 * DAY_S);
	assert_int_equal(said(k, "NTSs: certificate of ntp.example.net, valid until 2027-02-17"),
	    1);
	tell_key(k, KE_KEY_OPEN, "open to all", 0);
	assert_int_equal(said(k,
			     "ntp.conf:3:9: every user of this host may read the private key "
			     "'/k.pem'"),
	    1);
	assert_int_equal(said(k, "; the certificate of before stays"), 1);
	desk_free(k);
}

static void
the_key_is_read_by_the_exchange_alone(void **state)
{
	static const struct {
		enum ke_key_fault fault;
		const char *reason, *said;
	} cases[] = {
		{ KE_KEY_UNREAD, "Permission denied",
		    "ntp.conf:3:9: nts key: '/k.pem' cannot be read: Permission denied" },
		{ KE_KEY_OPEN, "x", "ntp.conf:3:9: every user of this host may read" },
		{ KE_KEY_NONE, "x", "ntp.conf:3:9: nts key: '/k.pem' has no private key" },
		{ KE_KEY_LOCKED, "x", "ntp.conf:3:9: nts key: '/k.pem' has a key with a pass" },
		{ KE_KEY_OTHER, "x", "ntp.conf:3:9: nts key: '/k.pem' has the key of another" },
	};
	struct desk *k = desk_new(LINES);

	(void)state;
	put_pair(k, NOON_S - DAY_S);
	(void)k->store.port.ops->remove(&k->store.port, "/k.pem"); /* who reads it says so */
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		tell_key(k, cases[i].fault, cases[i].reason, 0);
		assert_int_equal(said(k, cases[i].said), 1);
	}
	/* Nor is it when the certificate is to blame. */
	sim_store_put(&k->store, "/c.pem", "hello\n");
	tell(k, "no certificate in it", 0);
	assert_int_equal(said(k, "ntp.conf:2:10: nts cert: '/c.pem' has no certificate"), 1);
	assert_int_equal(said(k, "No such file"), 0);
	desk_free(k);
}

static void
what_cannot_be_found_here_is_told_as_the_exchange_has_it(void **state)
{
	struct desk *k = desk_new(LINES);

	(void)state;
	put_pair(k, NOON_S - DAY_S);
	tell(k, "OpenSSL is too old for its key", 0);
	assert_int_equal(said(k,
			     "NTSs: nts cert /c.pem, nts key /k.pem: OpenSSL is too old for its "
			     "key"),
	    1);
	desk_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exchange_is_told_what_the_lines_say),
		cmocka_unit_test(without_enable_nothing_is_started),
		cmocka_unit_test(a_bad_pair_is_told_at_its_line_once),
		cmocka_unit_test(after_a_good_one_it_is_told_that_that_stays),
		cmocka_unit_test(the_key_is_read_by_the_exchange_alone),
		cmocka_unit_test(what_cannot_be_found_here_is_told_as_the_exchange_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
