/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of a daemon that serves NTS: requests made here by hand, with the keys that its file
 * has; and what becomes of the keys over days, restarts and wrong clocks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/ntskeys.h"
#include "crypto/cookie.h"
#include "crypto/nts.h"
#include "ntpd/state.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

#define KEY_FILE "/nts-keys"
#define NTS "restrict default\nnts enable\nnts cookie " KEY_FILE "\n"
#define SOME_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define FILE_OF_1 "T: 1\nL: 32\nI: 5\nK: " SOME_KEY "\n"

enum { DAY = 86400, AEAD = 15 };

static const struct nts_session SESSION = { .aead = AEAD, .c2s = { 1, 2 }, .s2c = { 3, 4 } };

/* ---- the file ---- */

static struct ntskeys
file_keys(struct sim_node *c)
{
	const char *text = sim_store_text(&c->store, KEY_FILE);
	struct ntskeys k = { .n = 0 };
	char buf[256] = "there is none";
	struct text why = text_over(buf, sizeof buf);

	if (text == NULL || !ntskeys_parse(text, strlen(text), &k, &why)) {
		sim_fail(c->sim, "key file: %s", buf);
	}
	return k;
}

static struct cookie_key_set
set_of(const struct ntskeys *k)
{
	struct cookie_key_set set = { .since = k->since, .len = k->len, .n = k->n };

	for (unsigned i = 0; i < k->n; i++) {
		set.key[i].id = k->key[i].id;
		memcpy(set.key[i].secret, k->key[i].secret, k->len);
	}
	return set;
}

static int64_t
clock_s(struct sim_node *c)
{
	return sim_clock_real(&c->clock).ns / NS_PER_S;
}

/* ---- requests ---- */

/* A cookie of SESSION by the current key of k; 104 octets. */
static void
cookie_by(const struct ntskeys *k, uint8_t out[COOKIE_LEN_MAX])
{
	static const uint8_t nonce[COOKIE_NONCE_LEN] = { 9 };
	struct cookie_key_set set = set_of(k);
	struct cookies *c = cookies_new(&set);

	if (c != NULL) {
		(void)cookies_make(c, &SESSION, nonce, out);
	}
	cookies_free(c);
}

static size_t
request_with(const uint8_t *cookie, unsigned placeholders, uint8_t packet[NET_PACKET_MAX])
{
	struct nts_ask ask = {
		.uid = { 7 },
		.nonce = { 8 },
		.cookie = cookie,
		.cookie_len = cookie_len(AEAD),
		.placeholders = placeholders,
	};
	struct aead_key *k = aead_key_new(AEAD, SESSION.c2s);
	size_t len;

	memset(packet, 0, NET_PACKET_MAX);
	packet[0] = 0x23;
	packet[HEADER_XMT_AT] = 0xab;
	len = nts_request(k, AEAD, &ask, packet, NET_PACKET_MAX);
	aead_key_free(k);
	return len;
}

enum heard { HEARD_NOTHING, HEARD_TIME, HEARD_NAK, HEARD_OTHER };

/* Opens what was heard; the cookies of it go to *in, which is in text. */
static enum heard
opened(struct stranger *x, uint8_t text[NTS_TEXT_MAX], struct nts_inner *in)
{
	struct aead_key *k = aead_key_new(AEAD, SESSION.s2c);
	struct packet p = stranger_heard(x);
	enum heard how = HEARD_OTHER;
	struct nts_fields f;
	size_t len;

	switch (nts_read_answer(x->last, &p, &f)) {
	case NTS_FORM_NAK:
		how = p.hdr.refid == refid_of_text("NTSN") ? HEARD_NAK : HEARD_OTHER;
		break;
	case NTS_FORM_WHOLE:
		if (nts_open(k, x->last, &f, text, &len) && nts_read_inner(text, len, 0, in)) {
			how = HEARD_TIME;
		}
		break;
	case NTS_FORM_NONE:
	case NTS_FORM_BAD:
		break;
	}
	aead_key_free(k);
	return how;
}

/* Asks with that cookie; an answer of the time puts its first cookie in place of it. */
static enum heard
ask(struct stranger *x, uint8_t cookie[COOKIE_LEN_MAX])
{
	uint8_t packet[NET_PACKET_MAX], text[NTS_TEXT_MAX];
	struct nts_inner in = { .cookie_n = 0 };
	size_t len = request_with(cookie, 0, packet);
	enum heard how;

	x->answers = 0;
	stranger_send(x, packet, len);
	if (x->answers == 0) {
		return HEARD_NOTHING;
	}
	how = opened(x, text, &in);
	if (how == HEARD_TIME && in.cookie_n == 1 && in.cookie[0].len == cookie_len(AEAD)) {
		memcpy(cookie, in.cookie[0].at, in.cookie[0].len);
	}
	return how;
}

static void
check(struct sim *s, enum heard got, enum heard want, const char *when)
{
	SIM_CHECK(s, got == want, "%s: %d, not %d", when, (int)got, (int)want);
}

/* ---- packets ---- */

static void
requests_with_a_cookie_of_the_key_file_are_answered_sealed(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c);

	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	for (unsigned i = 0; i < 20; i++) {
		check(s, ask(&x, cookie), HEARD_TIME, "with the cookie of the answer before");
	}
	SIM_CHECK(s, x.longer == 0, "%u answers are longer", x.longer);
	SIM_CHECK(s, stranger_heard(&x).hdr.stratum == 2, "stratum %u",
	    stranger_heard(&x).hdr.stratum);
}

static void
a_request_of_nts_gets_no_answer_while_nts_is_off(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX] = { 5 };
	struct sim_node *c = scenario_with(s, "restrict default\n");

	stranger_come(&x, s, "192.0.2.77");
	check(s, ask(&x, cookie), HEARD_NOTHING, "off");
	stranger_ask(&x, 4, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1, "%u answers to a plain one", x.answers);
	SIM_CHECK(s, sim_store_text(&c->store, KEY_FILE) == NULL, "a key file was made");
}

static void
a_forged_cookie_hears_a_nak_of_84_octets(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX] = { 5 };

	(void)scenario_with(s, NTS);
	stranger_come(&x, s, "192.0.2.77");
	check(s, ask(&x, cookie), HEARD_NAK, "forged");
	SIM_CHECK(s, x.last_len == 84, "%zu octets", x.last_len);
}

/* CVE-2023-4012 of NTPsec, and the lengths that it did not check: every pair of octets in turn. */
static void
no_octets_in_a_packet_of_nts_bring_the_daemon_down(struct sim *s)
{
	static const unsigned values[] = { 0, 1, 15, 65535 };
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX], packet[NET_PACKET_MAX], text[NTS_TEXT_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c);
	struct nts_inner in;
	size_t len;

	cookie_by(&k, cookie);
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned v = 0; v < 4; v++) {
		for (size_t at = HEADER_LEN; at < 232; at += 2) {
			len = request_with(cookie, 0, packet);
			if ((packet[at] << 8 | packet[at + 1]) == (int)values[v]) {
				continue;
			}
			packet[at] = (uint8_t)(values[v] >> 8);
			packet[at + 1] = (uint8_t)values[v];
			x.answers = 0;
			stranger_send(&x, packet, len);
			SIM_CHECK(s, x.answers == 0 || opened(&x, text, &in) != HEARD_TIME,
			    "%u at %zu brings the time", values[v], at);
		}
	}
	SIM_CHECK(s, x.longer == 0, "%u answers are longer", x.longer);
	for (size_t cut = 0; cut < 232; cut++) {
		len = request_with(cookie, 0, packet);
		x.answers = 0;
		stranger_send(&x, packet, cut);
		SIM_CHECK(s, x.answers == 0 || opened(&x, text, &in) != HEARD_TIME,
		    "%zu octets bring the time", cut);
	}
	check(s, ask(&x, cookie), HEARD_TIME, "afterwards");
}

/* ---- keys ---- */

static void
keys_are_made_once_and_kept_over_a_restart(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c);

	SIM_CHECK(s, k.n == 2, "%u keys", k.n);
	SIM_CHECK(s, llabs(k.since - clock_s(c)) < 700, "since %lld", (long long)k.since);
	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	sim_node_kill(c);
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 300);
	check(s, ask(&x, cookie), HEARD_TIME, "after a restart");
	SIM_CHECK(s, file_keys(c).key[0].id == k.key[0].id, "other keys");
}

static void
without_its_key_file_after_a_restart_old_cookies_hear_a_nak(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c);

	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	sim_node_stop(c);
	sim_store_remove(&c->store, KEY_FILE);
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 300);
	check(s, ask(&x, cookie), HEARD_NAK, "with the keys lost");
	k = file_keys(c);
	cookie_by(&k, cookie);
	check(s, ask(&x, cookie), HEARD_TIME, "with the new ones");
}

static void
a_key_turns_each_day_and_its_cookies_are_good_for_ten(struct sim *s)
{
	static struct stranger x;
	uint8_t first[COOKIE_LEN_MAX], used[COOKIE_LEN_MAX], again[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c), then;

	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, first);
	memcpy(used, first, sizeof used);
	for (unsigned day = 1; day <= 11; day++) {
		sim_run(s, DAY);
		then = file_keys(c);
		SIM_CHECK(s, then.since - k.since == (int64_t)day * DAY, "day %u: %lld", day,
		    (long long)(then.since - k.since));
		SIM_CHECK(s, then.n == (day + 2 < 10 ? day + 2 : 10), "day %u: %u keys", day,
		    then.n);
		memcpy(again, first, sizeof again);
		check(s, ask(&x, again), day < 10 ? HEARD_TIME : HEARD_NAK, "the first cookie");
		check(s, ask(&x, used), HEARD_TIME, "the cookie of the day before");
	}
}

static void
after_a_week_asleep_the_key_turns_once_and_old_cookies_are_good(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c), then;

	s->careless = true;
	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	sim_node_suspend(c, 7 * DAY, 0.5);
	sim_run(s, 7 * DAY + 3600);
	then = file_keys(c);
	SIM_CHECK(s, then.since - k.since == 7 * DAY, "%lld", (long long)(then.since - k.since));
	SIM_CHECK(s, then.n == 3, "%u keys", then.n);
	check(s, ask(&x, cookie), HEARD_TIME, "with a cookie of a week ago");
}

/* A board without a clock: nothing is due at 1970, and a key that was made then is not old. */
static void
a_key_made_in_1970_begins_when_the_time_is_known(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c;
	struct ntskeys k, then;

	s->careless = true;
	s->w->epoch_ns = INT64_C(1790000000) * NS_PER_S;
	c = sim_node_new(s, "client", 1000.0 - 1790000000.0, 10e-6, NTS ONE_SERVER);
	c->options.panic_gate = true;
	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	k = file_keys(c);
	SIM_CHECK(s, k.since < 1000000000, "the clock was not wrong: %lld", (long long)k.since);
	sim_run(s, 900);
	then = file_keys(c);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, then.key[0].id == k.key[0].id && then.n == 2, "it turned");
	SIM_CHECK(s, llabs(then.since + 900 - clock_s(c)) < 5, "since %lld at %lld",
	    (long long)then.since, (long long)clock_s(c));
	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	check(s, ask(&x, cookie), HEARD_TIME, "with a cookie from before");
}

/* The file is of the true time, and the clock at boot years ahead: nothing is due. */
static void
a_wrong_clock_at_boot_turns_no_key(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 3.0e8, 10e-6, NTS ONE_SERVER);
	char text[256];
	int64_t now = clock_s(c) - 300000000;

	s->careless = true;
	c->options.panic_gate = true;
	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	(void)snprintf(text, sizeof text, "T: %lld\nL: 32\nI: 5\nK: " SOME_KEY "\n",
	    (long long)now - 1000);
	sim_store_put(&c->store, KEY_FILE, text);
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 900);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, file_keys(c).n == 1 && file_keys(c).since == now - 1000, "it turned");
}

static void
a_key_of_the_future_begins_now(struct sim *s)
{
	struct sim_node *c;
	struct ntskeys k;

	c = sim_node_new(s, "client", 0.001, 10e-6, NTS ONE_SERVER);
	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	sim_store_put(&c->store, KEY_FILE, "T: 4102444800\nL: 32\nI: 5\nK: " SOME_KEY "\n");
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 900);
	k = file_keys(c);
	SIM_CHECK(s, k.key[0].id == 5 && k.n == 1, "it turned");
	SIM_CHECK(s, llabs(k.since - clock_s(c)) < 900, "since %lld", (long long)k.since);
	SIM_CHECK(s, sim_logged(c, "to begin in the future") == 1, "not said once");
	sim_run(s, DAY);
	SIM_CHECK(s, file_keys(c).n == 2, "it does not turn a day later");
}

static void
a_key_file_that_cannot_be_written_is_tried_until_it_can(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	struct ntskeys k = file_keys(c);

	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	c->store.write_error = -28;
	sim_run(s, DAY);
	SIM_CHECK(s, sim_logged(c, KEY_FILE) == 1, "%u lines", sim_logged(c, KEY_FILE));
	SIM_CHECK(s, file_keys(c).since == k.since, "it was written");
	check(s, ask(&x, cookie), HEARD_TIME, "meanwhile");
	c->store.write_error = 0;
	sim_run(s, 120);
	SIM_CHECK(s, file_keys(c).since == k.since + DAY, "it is not written");
	SIM_CHECK(s, sim_logged(c, "written again") >= 1, "not said");
}

static void
a_file_that_holds_no_keys_is_left_alone_and_nts_goes_on(struct sim *s)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/bash\n";
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX] = { 5 };
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, NTS ONE_SERVER);

	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	sim_store_put(&c->store, KEY_FILE, text);
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 2 * DAY);
	SIM_CHECK(s, text_equal(sim_store_text(&c->store, KEY_FILE), text), "it was written");
	SIM_CHECK(s, sim_logged(c, "holds no keys of cookies: line 1") == 1, "not said once");
	stranger_come(&x, s, "192.0.2.77");
	check(s, ask(&x, cookie), HEARD_NAK, "NTS is off"); /* a NAK comes from a server of NTS */
	sim_store_remove(&c->store, KEY_FILE);
	sim_run(s, 120);
	struct ntskeys k = file_keys(c);
	cookie_by(&k, cookie);
	check(s, ask(&x, cookie), HEARD_TIME, "once it made room");
}

static void
a_key_file_that_all_may_read_is_told_with_what_to_do(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, NTS ONE_SERVER);

	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	sim_store_put(&c->store, KEY_FILE, FILE_OF_1);
	c->store.open_to_all = KEY_FILE;
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(c, "chmod 600 " KEY_FILE) == 1, "not said once");
	/* Its key is old, so another was written, as a file of ours is. */
	SIM_CHECK(s, c->store.open_to_all == NULL, "all may read it still");
}

static void
a_key_file_that_only_the_later_user_may_read_is_used(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, NTS ONE_SERVER);
	char text[256];

	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	(void)snprintf(text, sizeof text, "T: %lld\nL: 32\nI: 5\nK: " SOME_KEY "\n",
	    (long long)clock_s(c));
	sim_store_put(&c->store, KEY_FILE, text);
	c->store.denied = KEY_FILE;
	c->options.user_later = true;
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	c->store.denied = NULL;
	ntpd_user_changed(c->daemon);
	sim_run(s, 600);
	struct ntskeys k = file_keys(c);
	SIM_CHECK(s, k.key[0].id == 5, "other keys");
	cookie_by(&k, cookie);
	stranger_come(&x, s, "192.0.2.77");
	check(s, ask(&x, cookie), HEARD_TIME, "with a cookie by the file");
	SIM_CHECK(s, sim_logged(c, KEY_FILE) == 0, "%u lines", sim_logged(c, KEY_FILE));
}

static void
no_key_file_is_written_before_the_user_is_the_one_that_stays(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, NTS ONE_SERVER);

	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	c->options.user_later = true;
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	SIM_CHECK(s, sim_store_text(&c->store, KEY_FILE) == NULL, "it is root's");
	ntpd_user_changed(c->daemon);
	SIM_CHECK(s, sim_store_text(&c->store, KEY_FILE) != NULL, "it is not written");
}

/* ---- fleets ---- */

static void
with_rotate_0_the_file_is_followed_and_never_written(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX], old[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS "nts rotate 0\n");
	struct ntskeys k;

	SIM_CHECK(s, sim_store_text(&c->store, KEY_FILE) == NULL, "one was made");
	SIM_CHECK(s, sim_logged(c, "no such file, and with rotate 0 none is made") == 1,
	    "not said once");
	sim_store_put(&c->store, KEY_FILE, FILE_OF_1);
	sim_run(s, 61);
	stranger_come(&x, s, "192.0.2.77");
	k = file_keys(c);
	cookie_by(&k, cookie);
	memcpy(old, cookie, sizeof old);
	check(s, ask(&x, cookie), HEARD_TIME, "once the file is there");
	sim_run(s, 3 * DAY);
	SIM_CHECK(s, text_equal(sim_store_text(&c->store, KEY_FILE), FILE_OF_1), "it was written");
	sim_store_put(&c->store, KEY_FILE,
	    "T: 2\nL: 32\nI: 6\nK: 0" SOME_KEY "0\nI: 5\nK: " SOME_KEY "\n");
	sim_run(s, 61);
	check(s, ask(&x, cookie), HEARD_TIME, "a torn file changes nothing");
	sim_store_put(&c->store, KEY_FILE,
	    "T: 2\nL: 48\nI: 6\nK: " SOME_KEY "00000000000000000000000000000000\n");
	sim_run(s, 61);
	check(s, ask(&x, old), HEARD_NAK, "the old key is gone from the file");
}

static void
machines_of_a_fleet_open_each_others_cookies_by_the_ratchet(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX], first[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS "nts rotate 86400 ratchet\n");
	struct ntskeys k = file_keys(c), ahead, then;

	stranger_come(&x, s, "192.0.2.77");
	for (unsigned day = 0; day < 3; day++) {
		/* Another machine, whose clock is a little ahead, has made the next step. */
		ahead = file_keys(c);
		(void)cookie_key_next(ahead.key[0].id, ahead.key[0].secret, ahead.len,
		    ahead.key[0].secret);
		ahead.key[0].id++;
		cookie_by(&ahead, cookie);
		check(s, ask(&x, cookie), HEARD_TIME, "a step ahead");
		sim_run(s, DAY);
		then = file_keys(c);
		SIM_CHECK(s, then.key[0].id == ahead.key[0].id, "another step");
		SIM_CHECK(s, memcmp(then.key[0].secret, ahead.key[0].secret, 32) == 0,
		    "another key");
		SIM_CHECK(s, then.since == k.since + (int64_t)(day + 1) * DAY, "since %lld",
		    (long long)then.since);
	}
	cookie_by(&k, first);
	check(s, ask(&x, first), HEARD_TIME, "three steps behind");
	sim_run(s, 8 * DAY);
	cookie_by(&k, first);
	check(s, ask(&x, first), HEARD_NAK, "eleven steps behind");
	sim_store_put(&c->store, KEY_FILE, ""); /* whoever copies it is not done yet */
	sim_run(s, 61);
	check(s, ask(&x, cookie), HEARD_NAK, "eight steps behind, of a cookie that aged");
}

/* ---- the key exchange beside the daemon ---- */

/* One that is only listened to, and says what the scenario wants. */
struct played {
	struct ke_server port;
	struct ke_server_rules rules;
	struct cookie_key_set keys;
	struct endpoint at[4];
	unsigned at_n, ignored_n, reloads, keys_n;
	struct addr ignored;
	int start_error;
	void (*on_event)(void *ctx, const struct ke_server_event *e);
	void *ctx;
};

static struct played *
played_of(struct ke_server *k)
{
	return (struct played *)(void *)k; /* its first member */
}

static int
play_start(struct ke_server *k, const struct ke_server_rules *r, const struct endpoint *at,
    unsigned n, const struct cookie_key_set *keys)
{
	struct played *p = played_of(k);

	p->rules = *r;
	p->keys = *keys;
	p->at_n = n;
	for (unsigned i = 0; i < n && i < 4; i++) {
		p->at[i] = at[i];
	}
	return p->start_error;
}

static void
play_keys(struct ke_server *k, const struct cookie_key_set *keys)
{
	played_of(k)->keys = *keys;
	played_of(k)->keys_n++;
}

static void
play_reload(struct ke_server *k, const struct ke_server_rules *r)
{
	played_of(k)->rules = *r;
	played_of(k)->reloads++;
}

static void
play_ignore(struct ke_server *k, const struct addr *base, const unsigned *prefix, unsigned n)
{
	played_of(k)->ignored_n = n;
	played_of(k)->ignored = n > 0 ? base[0] : (struct addr){ .family = ADDR_NONE };
	(void)prefix;
}

static void
play_listen(struct ke_server *k, void (*on_event)(void *ctx, const struct ke_server_event *e),
    void *ctx)
{
	played_of(k)->on_event = on_event;
	played_of(k)->ctx = ctx;
}

static const struct ke_server_ops PLAYED = {
	.start = play_start,
	.keys = play_keys,
	.reload = play_reload,
	.ignore = play_ignore,
	.listen = play_listen,
};

static struct sim_node *
served_with(struct sim *s, struct played *p, const char *lines)
{
	char config[1024];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	p->port.ops = &PLAYED;
	text_printf(&t, "%s%s", lines, ONE_SERVER);
	c = sim_node_new(s, "client", 0.001, 10e-6, config);
	c->ke_server = &p->port;
	(void)sim_serve(s, "192.0.2.1");
	s->net->usual = scenario_lan();
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	return c;
}

static void
tell(struct played *p, enum ke_server_what what, const char *reason)
{
	struct ke_server_event e = {
		.what = what,
		.from = sim_endpoint("192.0.2.9", 5000),
		.tls = "TLSv1.3, TLS_AES_256_GCM_SHA384 (256)",
		.took_s = 0.043,
		.cpu_s = 0.001,
		.not_after = 1800000000,
		.subject = "ntp.example.org",
	};
	struct text t = text_over(e.reason, sizeof e.reason);

	text_put(&t, reason);
	p->on_event(p->ctx, &e);
}

static void
the_key_exchange_gets_the_rules_of_the_configuration_and_the_keys_of_the_file(struct sim *s)
{
	struct played p = { .start_error = 0 };
	struct sim_node *c = served_with(s, &p,
	    NTS
	    "nts cert /c.pem key /k.pem connections 7 keport 4461 port 5123\n"
	    "nts aead AES_SIV_CMAC_512 AES_SIV_CMAC_256\nrestrict 198.51.100.0 mask 255.255.255.0 "
	    "ignore\n");
	struct ntskeys k = file_keys(c);
	struct cookie_key_set set = set_of(&k);

	SIM_CHECK(s, text_equal(p.rules.cert, "/c.pem") && text_equal(p.rules.key, "/k.pem"),
	    "%s %s", p.rules.cert, p.rules.key);
	SIM_CHECK(s, p.rules.connections == 7 && p.rules.ntp_port == 5123, "%u %u",
	    p.rules.connections, p.rules.ntp_port);
	SIM_CHECK(s, p.rules.aead_n == 2 && p.rules.aead[0] == 17 && p.rules.aead[1] == 15,
	    "%u algorithms", p.rules.aead_n);
	SIM_CHECK(s, p.at_n == 2 && p.at[0].port == 4461 && p.at[1].addr.family == ADDR_V6,
	    "%u places", p.at_n);
	SIM_CHECK(s, p.ignored_n == 1, "%u ignored", p.ignored_n);
	SIM_CHECK(s, p.keys.n == set.n && p.keys.key[0].id == set.key[0].id, "other keys");
	sim_run(s, DAY + 120);
	k = file_keys(c);
	SIM_CHECK(s, p.keys.key[0].id == k.key[0].id && p.keys.n == 3, "the new key was not told");
	SIM_CHECK(s, p.reloads == 0, "%u reloads", p.reloads);
	SIM_CHECK(s, ntpd_reload(c->daemon), "the reload fails");
	SIM_CHECK(s, p.reloads == 1, "the certificate is not read again");
	SIM_CHECK(s, sim_logged(c, "NTS-KE is served at TCP port 4461") == 1, "not said");
}

static void
the_key_exchange_ignores_no_network_with_an_exception_in_it(struct sim *s)
{
	static const struct {
		const char *lines;
		unsigned n;
	} cases[] = {
		{ "restrict 198.51.100.0/24 ignore\n", 1 },
		{ "restrict 198.51.100.0/24 ignore\nrestrict 203.0.113.9\n", 1 },
		{ "restrict 198.51.100.0/24 ignore\nrestrict 198.51.100.9\n", 0 },
		{ "restrict 198.51.100.0/24 ignore\nrestrict 198.51.100.9 ignore\n", 2 },
		{ "restrict 198.51.100.0/24 ignore\nrestrict name.example\n", 0 },
		{ "restrict 198.51.100.0/24 ignore ntpport\n", 0 },
		{ "restrict 198.51.100.0/24 ignore\nunrestrict 198.51.100.0/24 ignore\n", 0 },
		{ "restrict 2001:db8:5::/48 ignore\nrestrict 198.51.100.9\n", 1 },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct played p = { .start_error = 0 };
		char config[512];
		struct text t = text_over(config, sizeof config);
		struct sim_node *c;

		text_printf(&t, "%s%s", NTS, cases[i].lines);
		c = served_with(s, &p, config);
		SIM_CHECK(s, p.ignored_n == cases[i].n, "%u: %u ignored", i, p.ignored_n);
		sim_node_stop(c);
	}
}

static void
a_port_of_the_key_exchange_that_is_taken_is_told_and_time_goes_on(struct sim *s)
{
	static struct stranger x;
	struct played p = { .start_error = -98 };
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = served_with(s, &p, NTS);
	struct ntskeys k = file_keys(c);

	SIM_CHECK(s, sim_logged(c, "NTS-KE cannot be served at TCP port 4460") == 1, "not said");
	sim_run(s, 300);
	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	check(s, ask(&x, cookie), HEARD_TIME, "without a key exchange");
	SIM_CHECK(s, ntpd_reload(c->daemon), "the reload fails");
	SIM_CHECK(s, p.reloads == 0, "it is told of a reload");
}

static void
what_the_key_exchange_tells_is_in_the_log(struct sim *s)
{
	struct played p = { .start_error = 0 };
	struct sim_node *c = served_with(s, &p,
	    NTS "statsdir /s\nstatistics ntskelog\nfilegen ntskelog type none enable\n");
	const char *kept;

	sim_run(s, 60);
	tell(&p, KE_SERVED, "");
	kept = sim_store_text(&c->store, "/s/ntskelog");
	SIM_CHECK(s, kept != NULL && strstr(kept, " 192.0.2.9 ok 0.043") != NULL, "%s",
	    kept != NULL ? kept : "no line of it");
	SIM_CHECK(s,
	    sim_logged(c,
		"NTSs: NTS-KE from 192.0.2.9:5000, Using TLSv1.3, TLS_AES_256_GCM_SHA384 (256), "
		"took 0.043 sec") == 1,
	    "not said");
	tell(&p, KE_CERTIFICATE, "");
	SIM_CHECK(s,
	    sim_logged(c, "certificate of ntp.example.org, valid until 2027-01-15 08:00 UTC") == 1,
	    "not said");
	tell(&p, KE_CERTIFICATE, "its key does not fit");
	SIM_CHECK(s, sim_logged(c, "; the certificate of before stays") >= 1, "not said");
	tell(&p, KE_SERVER_GONE, "killed");
	SIM_CHECK(s, sim_logged(c, "it is started again: killed") == 1, "not said");
}

static void
a_certificate_that_ends_in_20_days_is_warned_of_once_a_day(struct sim *s)
{
	struct played p = { .start_error = 0 };
	struct sim_node *c = served_with(s, &p, NTS);
	struct ke_server_event e = { .what = KE_CERTIFICATE, .subject = "ntp.example.org" };
	static const char words[] = "the certificate of ntp.example.org expires in ";
	char faults[256] = "";
	struct text t = text_over(faults, sizeof faults);

	e.not_after = clock_s(c) + 40 * DAY;
	p.on_event(p.ctx, &e);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(c, words) == 0, "warned of 40 days ahead");
	e.not_after = clock_s(c) + 20 * DAY + 10;
	p.on_event(p.ctx, &e);
	SIM_CHECK(s, sim_logged(c, "expires in 20 days") == 1, "not told when it is read");
	SIM_CHECK(s, faults_put(c->daemon, &t) && strstr(faults, "expires in 20 days") != NULL,
	    "%s", faults);
	sim_run(s, 2 * DAY + 3600);
	SIM_CHECK(s, sim_logged(c, words) == 3, "told %u times", sim_logged(c, words));
	e.not_after = clock_s(c) - 10;
	p.on_event(p.ctx, &e);
	SIM_CHECK(s, sim_logged(c, "the certificate of ntp.example.org has expired") == 1,
	    "its end is not told");
	e.not_after = clock_s(c) + 300 * DAY;
	p.on_event(p.ctx, &e);
	sim_run(s, 2 * DAY);
	SIM_CHECK(s, sim_logged(c, words) == 3, "a new one is warned of");
}

static void
a_cause_of_failed_key_exchanges_is_told_once_an_hour(struct sim *s)
{
	struct played p = { .start_error = 0 };
	struct sim_node *c = served_with(s, &p, NTS);

	for (unsigned i = 0; i < 50; i++) {
		tell(&p, KE_SERVED_NOT_TLS, "no TLS");
		tell(&p, KE_SERVED_BAD, "no request");
		sim_run(s, 60);
	}
	SIM_CHECK(s, sim_logged(c, "failed: no TLS") == 1, "%u", sim_logged(c, "failed: no TLS"));
	SIM_CHECK(s, sim_logged(c, "failed: no request") == 1, "not once");
	sim_run(s, 700);
	tell(&p, KE_SERVED_NOT_TLS, "no TLS");
	SIM_CHECK(s, sim_logged(c, "failed: no TLS") == 2, "not an hour later");
}

static void
lines_of_the_key_exchange_do_not_fill_the_log(struct sim *s)
{
	struct played p = { .start_error = 0 };
	struct sim_node *c = served_with(s, &p, NTS);

	for (unsigned i = 0; i < 1000; i++) {
		tell(&p, KE_SERVED, "");
	}
	SIM_CHECK(s, sim_logged(c, "NTS-KE from") < 30, "%u lines", sim_logged(c, "NTS-KE from"));
}

/* ---- reload ---- */

static void
keys_that_were_put_back_are_used_after_a_reload(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX];
	struct sim_node *c = scenario_with(s, NTS);
	char text[256];
	struct ntskeys k;

	(void)snprintf(text, sizeof text, "T: %lld\nL: 32\nI: 5\nK: " SOME_KEY "\n",
	    (long long)clock_s(c));
	sim_store_put(&c->store, KEY_FILE, text);
	k = file_keys(c);
	stranger_come(&x, s, "192.0.2.77");
	cookie_by(&k, cookie);
	check(s, ask(&x, cookie), HEARD_NAK, "before");
	SIM_CHECK(s, ntpd_reload(c->daemon), "the reload fails");
	check(s, ask(&x, cookie), HEARD_TIME, "after");
}

static void
enabling_nts_by_a_reload_says_that_it_takes_a_restart(struct sim *s)
{
	static struct stranger x;
	uint8_t cookie[COOKIE_LEN_MAX] = { 5 };
	struct sim_node *c = scenario_with(s, "restrict default\n");

	sim_node_config(c, NTS ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "the reload fails");
	SIM_CHECK(s,
	    sim_logged(c, "reload: nts enable changed, takes effect at the next start") == 1,
	    "not said");
	stranger_come(&x, s, "192.0.2.77");
	check(s, ask(&x, cookie), HEARD_NOTHING, "before the restart");
	sim_node_stop(c);
	SIM_CHECK(s, sim_node_boot(c), "does not start");
	sim_run(s, 60);
	check(s, ask(&x, cookie), HEARD_NAK, "after it");
}

static const struct scenario list[] = {
	SCENARIO(requests_with_a_cookie_of_the_key_file_are_answered_sealed),
	SCENARIO(a_request_of_nts_gets_no_answer_while_nts_is_off),
	SCENARIO(a_forged_cookie_hears_a_nak_of_84_octets),
	SCENARIO(no_octets_in_a_packet_of_nts_bring_the_daemon_down),
	SCENARIO(keys_are_made_once_and_kept_over_a_restart),
	SCENARIO(without_its_key_file_after_a_restart_old_cookies_hear_a_nak),
	SCENARIO(a_key_turns_each_day_and_its_cookies_are_good_for_ten),
	SCENARIO(after_a_week_asleep_the_key_turns_once_and_old_cookies_are_good),
	SCENARIO(a_key_made_in_1970_begins_when_the_time_is_known),
	SCENARIO(a_wrong_clock_at_boot_turns_no_key),
	SCENARIO(a_key_of_the_future_begins_now),
	SCENARIO(a_key_file_that_cannot_be_written_is_tried_until_it_can),
	SCENARIO(a_file_that_holds_no_keys_is_left_alone_and_nts_goes_on),
	SCENARIO(a_key_file_that_all_may_read_is_told_with_what_to_do),
	SCENARIO(a_key_file_that_only_the_later_user_may_read_is_used),
	SCENARIO(no_key_file_is_written_before_the_user_is_the_one_that_stays),
	SCENARIO(with_rotate_0_the_file_is_followed_and_never_written),
	SCENARIO(machines_of_a_fleet_open_each_others_cookies_by_the_ratchet),
	SCENARIO(the_key_exchange_gets_the_rules_of_the_configuration_and_the_keys_of_the_file),
	SCENARIO(the_key_exchange_ignores_no_network_with_an_exception_in_it),
	SCENARIO(a_port_of_the_key_exchange_that_is_taken_is_told_and_time_goes_on),
	SCENARIO(what_the_key_exchange_tells_is_in_the_log),
	SCENARIO(a_certificate_that_ends_in_20_days_is_warned_of_once_a_day),
	SCENARIO(a_cause_of_failed_key_exchanges_is_told_once_an_hour),
	SCENARIO(lines_of_the_key_exchange_do_not_fill_the_log),
	SCENARIO(keys_that_were_put_back_are_used_after_a_reload),
	SCENARIO(enabling_nts_by_a_reload_says_that_it_takes_a_restart),
};

const struct scenario_table nts_server_scenarios = SCENARIO_TABLE(list);
