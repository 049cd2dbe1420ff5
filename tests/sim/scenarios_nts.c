/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of NTS: what a client does with honest servers, with those that do what others' have
 * been seen to do, and with somebody on the way. No source with nts is ever asked in clear: every
 * scenario looks.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ntpd/reset.h"
#include "ntpd/state.h"
#include "sim/mode6.h"
#include "sim/scenario.h"
#include "wire/nts.h"

#define NTS_LINE "driftfile /drift\nserver ntp.example nts iburst\n"
#define GOT "NTSc: Got 8 cookies, length 104, aead=15."

/* A client of one NTS server, ntp.example at 192.0.2.1, booted; *v: the server. */
static struct sim_node *
one(struct sim *s, const char *config, struct sim_server **v)
{
	struct sim_node *c = sim_node_new(s, "client", 0.010, 20e-6, config);

	*v = sim_serve_nts(s, "192.0.2.1", "ntp.example");
	sim_link(s, c->host, (*v)->host, scenario_lan());
	(void)sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

/* What is true of every one of them: nothing in clear, no cookie twice, none too long. */
static void
check_server(struct sim *s, const struct sim_server *v)
{
	SIM_CHECK(s, v->nts->in_clear == 0, "%u requests in clear", v->nts->in_clear);
	SIM_CHECK(s, v->nts->twice == 0, "%u cookies used twice", v->nts->twice);
	SIM_CHECK(s, v->nts->bad == 0, "%u requests that did not open", v->nts->bad);
	SIM_CHECK(s, v->nts->most <= 1200, "a request of %u octets", v->nts->most);
}

static const struct nts_client *
jar(const struct sim_node *c)
{
	return &c->daemon->client.peers.peer[0].nts->keys;
}

static void
a_server_with_nts_is_followed_and_its_jar_stays_full(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, sim_logged(c, GOT) == 1, "told %u times", sim_logged(c, GOT));
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	SIM_CHECK(s, v->nts->asked_for == 1, "%u placeholders", v->nts->asked_for - 1);
	check_server(s, v);
}

/* The first question for keys comes with the first poll, the first request with the keys. */
static long
told(const struct mode6 *m, const char *name)
{
	char value[64];

	return strtol(mode6_value(m, name, value, sizeof value), NULL, 0);
}

/* The association of the first source with NTS, or without. */
static uint16_t
peer_with(const struct sim_node *c, bool nts)
{
	const struct peer *p = c->daemon->client.peers.peer;

	while ((p->nts != NULL) != nts) {
		p++;
	}
	return p->a.id;
}

static void
what_a_source_with_nts_has_is_told(struct sim *s)
{
	struct mode6 *m = calloc(1, sizeof *m);
	struct sim_server *v;
	struct sim_node *c =
	    one(s, "driftfile /drift\nserver ntp.example nts iburst\nserver 192.0.2.2\n", &v);
	const struct mode6_answer *a;
	char state[64];

	sim_link(s, c->host, sim_serve(s, "192.0.2.2")->host, scenario_lan());
	sim_run(s, 3600);
	if (m == NULL) {
		return;
	}
	mode6_local(m, s, c);
	a = mode6_ask(m, CONTROL_READVAR, peer_with(c, true), "");
	/* configured, authentication is on, and good, and it answers */
	SIM_CHECK(s, a->status >> 12 == 0xf, "status %04x", a->status);
	SIM_CHECK(s, told(m, "ntscookies") >= 7, "%ld cookies", told(m, "ntscookies"));
	SIM_CHECK(s, told(m, "nts_aead") == 15, "aead %ld", told(m, "nts_aead"));
	SIM_CHECK(s, labs(told(m, "nts_ke_age") - 3600) < 5, "age %ld", told(m, "nts_ke_age"));
	SIM_CHECK(s, strcmp(mode6_value(m, "nts_state", state, sizeof state), "good") == 0,
	    "state %s", state);
	(void)mode6_ask(m, CONTROL_READVAR, peer_with(c, false), "");
	SIM_CHECK(s, told(m, "ntscookies") == -1, "%ld cookies", told(m, "ntscookies"));
	SIM_CHECK(s, mode6_value(m, "nts_state", state, sizeof state)[0] == '\0', "state %s",
	    state);
	mode6_end(m);
	free(m);
}

static void
the_first_sample_comes_within_a_second(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 1.0);
	SIM_CHECK(s, v->nts->sealed >= 1, "%u answers", v->nts->sealed);
	sim_run(s, 29.0);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

/* ---- on the way ---- */

/* Somebody who reads the requests and is faster than the server. */
struct thief {
	struct sim *s;
	struct sim_host *server;
	struct sim_tap tap;
	bool naks, kisses, answers; /* what is sent back: in clear, all but our keys being right */
	bool no_uid;                /* a NAK without our identifier */
	unsigned sent;
};

static void
forge(struct thief *t, const struct sim_datagram *q)
{
	struct sim_datagram d = { .from = q->to, .to = q->from, .len = HEADER_LEN };
	struct writer w = writer_over(d.bytes, sizeof d.bytes);
	struct packet p;
	struct header h;

	if (!packet_parse(q->bytes, q->len, &p) || p.ext_n == 0) {
		return;
	}
	h = (struct header){
		.leap = t->answers ? LEAP_NONE : LEAP_UNSYNC,
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = t->answers ? 1 : 0,
		.poll = 17,
		.precision = -20,
		.refid = refid_of_text(t->naks ? "NTSN" : "DENY"),
		.org = p.hdr.xmt,
		.rec = { UINT64_C(1) << 40 },
		.xmt = { UINT64_C(1) << 40 },
	};
	header_put(&w, &h);
	if (!t->no_uid) {
		nts_put_field(&w, NTS_FIELD_UID, p.ext[0].body.at, p.ext[0].body.len);
	}
	d.len = w.len;
	t->sent++;
	sim_net_inject(t->s->net, &d, 1e-6);
}

static enum sim_fate
steal(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d,
    double *delay_s)
{
	struct thief *t = ctx;

	(void)from;
	(void)delay_s;
	if (to == t->server && d->to.port == NTP_PORT) {
		forge(t, d);
	}
	return FATE_PASS;
}

static void
nothing_of_a_thief_counts(struct sim *s, struct thief t)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);
	struct thief *kept = sim_alloc(1, sizeof *kept);

	*kept = t;
	kept->s = s;
	kept->server = v->host;
	kept->tap = (struct sim_tap){ .see = steal, .ctx = kept };
	sim_net_tap(s->net, &kept->tap);
	sim_run(s, 3600);
	SIM_CHECK(s, kept->sent >= 10, "%u forgeries", kept->sent);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.floor == 6, "slowed down");
	check_server(s, v);
	s->net->taps = NULL;
	sim_net_tap(s->net, &s->tap);
	free(kept);
}

static void
a_forged_nak_changes_nothing(struct sim *s)
{
	nothing_of_a_thief_counts(s, (struct thief){ .naks = true });
}

static void
a_nak_without_our_identifier_changes_nothing(struct sim *s)
{
	nothing_of_a_thief_counts(s, (struct thief){ .naks = true, .no_uid = true });
}

static void
a_kiss_in_clear_changes_nothing(struct sim *s)
{
	nothing_of_a_thief_counts(s, (struct thief){ .kisses = true });
}

static void
an_answer_in_clear_changes_nothing(struct sim *s)
{
	nothing_of_a_thief_counts(s, (struct thief){ .answers = true });
}

/* As a server that was replaced by one without NTS would. */
static void
who_answers_in_clear_is_not_believed(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	v->nts->plain = true;
	c->oracle.spared = true;
	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "believed");
	SIM_CHECK(s, v->nts->ke->asked >= 2, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

static void
a_sealed_kiss_is_obeyed(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	v->kiss = refid_of_text("RATE");
	v->kiss_poll = 8;
	v->kiss_every = 5;
	sim_run(s, 7200);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.floor > 6, "floor %d",
	    c->daemon->client.peers.peer[0].a.poll.floor);
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

/* ---- servers that lost something ---- */

static void
a_server_that_lost_its_keys_says_so_and_is_followed_on(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 7200);
	sim_nts_lose_keys(v->nts);
	sim_run(s, 7200);
	SIM_CHECK(s, v->nts->naks <= 2, "%u NAKs", v->nts->naks);
	SIM_CHECK(s, v->nts->ke->asked == 2, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, sim_logged(c, GOT) == 2, "told %u times", sim_logged(c, GOT));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach == 0xff, "reach %o",
	    c->daemon->client.peers.peer[0].a.poll.reach);
	check_server(s, v);
}

static void
a_server_that_never_says_so_is_asked_for_keys_after_three_silent_polls(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 7200);
	v->nts->never_naks = true;
	sim_nts_lose_keys(v->nts);
	sim_run(s, 7200);
	SIM_CHECK(s, v->nts->ke->asked == 2, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach == 0xff, "reach %o",
	    c->daemon->client.peers.peer[0].a.poll.reach);
	check_server(s, v);
}

/* Nothing comes through for so long that every cookie has been tried. */
static void
when_all_cookies_are_lost_keys_are_asked_for_again(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	sim_net_path(s->net, c->host, v->host)->cut = true;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, jar(c)->n == 0, "%u cookies left", jar(c)->n);
	sim_net_path(s->net, c->host, v->host)->cut = false;
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	check_server(s, v);
}

static void
the_network_back_after_a_night_brings_keys_within_a_minute(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	sim_net_path(s->net, c->host, v->host)->cut = true;
	sim_run(s, 12 * 3600);
	sim_net_path(s->net, c->host, v->host)->cut = false;
	sim_host_remove(c->host, "192.0.2.100");
	sim_run(s, 10);
	sim_host_add(c->host, "eth0", "192.0.2.100/24");
	sim_run(s, 60);
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach != 0, "not reached");
	check_server(s, v);
}

/* Cookies grow by 8 octets at the second question, and then with every answer. */
static void
cookies_that_change_their_length_are_used(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	v->nts->longer = 8;
	sim_run(s, 3600);
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	v->nts->longer = 0;
	sim_nts_lose_keys(v->nts);
	sim_run(s, 3600);
	SIM_CHECK(s, v->nts->ke->asked == 2, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	check_server(s, v);
}

static void
nine_cookies_and_unknown_fields_harm_nothing(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	v->nts->extra = 8;
	v->nts->strange_fields = true;
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

/* On a way that loses a third of all packets the jar empties, and longer requests get lost. */
static void
where_long_packets_are_lost_short_ones_keep_the_time(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);
	struct sim_path *there = sim_net_path(s->net, c->host, v->host);
	struct sim_path *back = sim_net_path(s->net, v->host, c->host);

	there->mtu = back->mtu = 300;
	there->loss = back->loss = 0.1;
	sim_run(s, 2 * 86400);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, v->nts->ke->asked < 200, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

/* ---- key establishment that fails ---- */

/* Ways to get no keys, and what is said of each: once. */
static const struct {
	const char *config, *said;
	const char *state; /* its first word in nts_state */
	bool refuses, silent, ke_error;
	int64_t not_before, not_after;
} failures[] = {
	{ NTS_LINE, "Connection refused", "refused: ", true, false, false, 0, 0 },
	{ NTS_LINE, "no answer", "timeout: ", false, true, false, 0, 0 },
	{ NTS_LINE, "error", "error: ", false, false, true, 0, 0 },
	{ NTS_LINE, "expired", "expired: ", false, false, false, 0, 1000 },
	{ NTS_LINE, "not valid yet", "not_yet: ", false, false, false, 4000000000, 0 },
	{ "server other.example nts iburst\n", "name", "name: ", false, false, false, 0, 0 },
	{ "server ntp.example nts iburst ca /own.pem\n", "trust", "untrusted: ", false, false,
	    false, 0, 0 },
	{ "server nowhere.example nts iburst\n", "nowhere.example: no address yet", "", false,
	    false, false, 0, 0 },
	{ "server ntp.example nts iburst aead AES_SIV_CMAC_384\n", "", "aead: ", false, false,
	    false, 0, 0 },
	{ "server ntp.example:4999 nts iburst\n", "Connection refused", "refused: ", false, false,
	    false, 0, 0 },
	{ "server ntp.example nts iburst require other.example\n", "is not taken",
	    "server_refused: ", false, false, false, 0, 0 },
};

/* What a daemon tells of its only association, which has no keys. */
static void
tells_why(struct sim *s, struct sim_node *c, const char *config, const char *state)
{
	char value[256], refid[16], cookies[16];
	uint16_t id = c->daemon->client.peers.peer[0].a.id;
	struct mode6 *m = calloc(1, sizeof *m);

	if (m == NULL || id == 0) {
		free(m);
		return; /* its name has no address */
	}
	mode6_local(m, s, c);
	(void)mode6_ask(m, CONTROL_READVAR, id, "");
	mode6_value(m, "nts_state", value, sizeof value);
	SIM_CHECK(s, strncmp(value, state, strlen(state)) == 0, "%s: nts_state is %s, not %s",
	    config, value, state);
	SIM_CHECK(s, strcmp(mode6_value(m, "refid", refid, sizeof refid), "NTS4") == 0,
	    "%s: refid %s", config, refid);
	SIM_CHECK(s, strcmp(mode6_value(m, "ntscookies", cookies, sizeof cookies), "0") == 0,
	    "%s: %s cookies", config, cookies);
	mode6_end(m);
	free(m);
}

static void
fails(struct sim *s, unsigned i)
{
	struct sim_node *c = sim_node_new(s, "client", 0.010, 20e-6, failures[i].config);
	struct sim_server *v = sim_serve_nts(s, "192.0.2.1", "ntp.example");

	(void)sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	(void)sim_resolver_set(&c->resolver, "other.example", "192.0.2.1");
	v->nts->ke->refuses = failures[i].refuses;
	v->nts->ke->silent = failures[i].silent;
	v->nts->ke_error = failures[i].ke_error;
	v->nts->ke->certificate.not_before = failures[i].not_before;
	v->nts->ke->certificate.not_after = failures[i].not_after;
	c->oracle.spared = true;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 86400);
	SIM_CHECK(s, v->requests == 0, "%s: %u packets left", failures[i].config,
	    (unsigned)v->requests);
	SIM_CHECK(s, sim_logged(c, failures[i].said) >= 1, "%s: not told of %s", failures[i].config,
	    failures[i].said);
	SIM_CHECK(s, sim_logged(c, "no keys") <= 1, "%s: told %u times", failures[i].config,
	    sim_logged(c, "no keys"));
	SIM_CHECK(s, c->ke.questions <= 25, "%s: %u questions in a day", failures[i].config,
	    c->ke.questions);
	tells_why(s, c, failures[i].config, failures[i].state);
	sim_node_stop(c);
}

static void
without_keys_nothing_leaves_and_the_cause_is_said_once(struct sim *s)
{
	for (unsigned i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		struct sim *each = sim_new(s->w->seed);

		fails(each, i);
		for (unsigned k = 0; k < each->failures; k++) {
			sim_fail(s, "%s", each->failure[k]);
		}
		sim_free(each);
	}
}

static void
noval_takes_a_certificate_for_another_name(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, "server ntp.example nts noval iburst\n", &v);

	(void)c;
	v->nts->ke->certificate =
	    (struct sim_certificate){ .name = "other.example", .not_after = 1000 };
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, sim_logged(c, "its certificate was not checked (noval)") == 1, "not told");
	check_server(s, v);
}

static void
keys_are_asked_for_until_the_ke_server_is_back(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	c->oracle.spared = true;
	v->nts->ke->refuses = true;
	sim_run(s, 86400);
	v->nts->ke->refuses = false;
	sim_run(s, 86400); /* half as long again as what has passed, at most */
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, sim_logged(c, "no keys") == 1, "told %u times", sim_logged(c, "no keys"));
	check_server(s, v);
}

/* The keys are old, and new ones cannot be had for hours. */
static void
old_cookies_serve_until_there_are_new_keys(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, "server ntp.example nts iburst expire 3600\n", &v);

	sim_run(s, 1800);
	v->nts->ke->refuses = true;
	sim_run(s, 5 * 3600);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.poll.reach == 0xff, "reach %o",
	    c->daemon->client.peers.peer[0].a.poll.reach);
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	v->nts->ke->refuses = false;
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, sim_logged(c, GOT) >= 2, "no new keys");
	check_server(s, v);
}

/* Somebody sets the clock while keys are renewed every minute. */
static void
keys_renewed_across_a_step_of_the_clock_go_on(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c =
	    one(s, "driftfile /drift\nserver ntp.example nts iburst expire 60\n", &v);

	sim_run(s, 3600);
	s->careless = true;
	for (int i = 0; i < 4; i++) {
		sim_clock_foreign_step(&c->clock, i % 2 == 0 ? 400.0 : -400.0);
		sim_run(s, 1800);
	}
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.01, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, v->nts->naks == 0, "%u NAKs", v->nts->naks);
	SIM_CHECK(s, c->daemon->client.nts_count.bad == 0, "%u bad answers",
	    (unsigned)c->daemon->client.nts_count.bad);
	check_server(s, v);
}

/* ---- the server that a KE server names ---- */

static struct sim_node *
led_to(struct sim *s, const char *config, const char *server, struct sim_server **v,
    struct sim_server **ke)
{
	struct sim_node *c = sim_node_new(s, "client", 0.010, 20e-6, config);
	struct text t;

	*ke = sim_serve_nts(s, "192.0.2.1", "ntp.example");
	*v = sim_serve_nts(s, "192.0.2.2", "");
	(*v)->nts->share = NULL;
	(*ke)->nts->share = (*v)->nts;
	t = text_over((*ke)->nts->rules.server, sizeof(*ke)->nts->rules.server);
	text_put(&t, server);
	(void)sim_resolver_set(&c->resolver, "ntp.example", "192.0.2.1");
	(void)sim_resolver_set(&c->resolver, "time.example", "192.0.2.2");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

static void
the_server_that_is_named_is_asked_for_the_time(struct sim *s)
{
	static const char *const names[] = { "time.example", "192.0.2.2" };

	for (unsigned i = 0; i < 2; i++) {
		struct sim *each = sim_new(s->w->seed);
		struct sim_server *v, *ke;
		struct sim_node *c = led_to(each, NTS_LINE, names[i], &v, &ke);

		sim_run(each, 1800);
		SIM_CHECK(s, ke->requests == 0, "the KE server was asked for the time");
		SIM_CHECK(s, v->nts->sealed > 10, "%u answers", v->nts->sealed);
		SIM_CHECK(s, sim_status(c).synced, "not synchronised");
		check_server(s, v);
		SIM_CHECK(s, each->failures == 0, "%s", each->failure[0]);
		sim_free(each);
	}
}

/* Its server moves to another address, while the KE server stays. */
static void
a_server_that_moves_is_found_by_its_name_when_it_is_silent(struct sim *s)
{
	struct sim_server *v, *ke, *other;
	struct sim_node *c = led_to(s, NTS_LINE, "time.example", &v, &ke);

	other = sim_serve_nts(s, "192.0.2.3", "");
	other->nts->share = NULL;
	sim_run(s, 3600);
	other->nts->keys = v->nts->keys;
	ke->nts->share = other->nts;
	v->silent = true;
	(void)sim_resolver_set(&c->resolver, "time.example", "192.0.2.3");
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, other->nts->sealed > 5, "%u answers", other->nts->sealed);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	check_server(s, other);
}

static void
nobody_is_led_to_himself_or_where_he_may_not_go(struct sim *s)
{
	static const char *const bad[] = { "127.0.0.1", "::1", "0.0.0.0", "224.0.1.1",
		"192.0.2.66" };

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct sim *each = sim_new(s->w->seed);
		struct sim_server *v, *ke;
		struct sim_node *c =
		    led_to(each, NTS_LINE "restrict 192.0.2.66 ignore\n", bad[i], &v, &ke);

		c->oracle.spared = true;
		sim_run(each, 3600);
		SIM_CHECK(s, c->host->datagrams_out == 0, "%s: asked", bad[i]);
		SIM_CHECK(s, sim_logged(c, "no keys") == 1, "%s: told %u times", bad[i],
		    sim_logged(c, "no keys"));
		sim_free(each);
	}
}

static void
the_server_that_is_required_is_taken(struct sim *s)
{
	struct sim_server *v, *ke;
	struct sim_node *c =
	    led_to(s, "server ntp.example nts iburst ask time.example require TIME.example\n",
		"time.example", &v, &ke);

	sim_run(s, 600);
	SIM_CHECK(s, text_equal(c->ke.last.ask, "time.example"), "asked for %s", c->ke.last.ask);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	check_server(s, v);
}

/* ---- pools ---- */

enum { MEMBERS = 12 };

/* pool.example leads to members.. of ntpN.example at 192.0.2.10+N. */
static struct sim_node *
pool(struct sim *s, unsigned members, struct sim_server *v[MEMBERS], struct sim_server **ke)
{
	struct sim_node *c = sim_node_new(s, "client", 0.010, 20e-6,
	    "driftfile /drift\npool pool.example nts iburst\n");

	*ke = sim_serve_nts(s, "192.0.2.1", "pool.example");
	for (unsigned i = 0; i < members; i++) {
		char address[32];
		struct text a = text_over(address, sizeof address);
		struct text n = text_over((*ke)->nts->pool[i], sizeof(*ke)->nts->pool[i]);

		text_printf(&a, "192.0.2.%u", 10 + i);
		text_printf(&n, "ntp%u.example", i);
		v[i] = sim_serve_nts(s, address, "");
		v[i]->nts->share = (*ke)->nts;
		(void)sim_resolver_set(&c->resolver, (*ke)->nts->pool[i], address);
	}
	(*ke)->nts->pool_n = members;
	(void)sim_resolver_set(&c->resolver, "pool.example", "192.0.2.1");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

static void
a_pool_with_nts_fills_up_2_s_apart(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke;
	struct sim_node *c = pool(s, MEMBERS, v, &ke);

	sim_run(s, 11);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 6, "%u members after 11 s",
	    peers_count(&c->daemon->client));
	sim_run(s, 3600);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 10, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, ke->nts->ke->asked == 10, "%u questions for keys", ke->nts->ke->asked);
	SIM_CHECK(s, ke->requests == 0, "the KE server was asked for the time");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	for (unsigned i = 0; i < MEMBERS; i++) {
		check_server(s, v[i]);
	}
}

static void
a_pool_of_three_is_asked_for_a_fourth_ever_more_seldom(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke;
	struct sim_node *c = pool(s, 3, v, &ke);

	sim_run(s, 86400);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 3, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, ke->nts->ke->asked <= 3 + 25, "%u questions for keys", ke->nts->ke->asked);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

/* One of them is silent for good: it is replaced by a server that is not among the others. */
static void
a_dead_member_with_nts_is_replaced(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke;
	struct sim_node *c = pool(s, MEMBERS, v, &ke);

	sim_run(s, 600);
	v[2]->silent = true;
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 10, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, v[10]->nts->sealed + v[11]->nts->sealed > 0, "not replaced");
}

/* One of them lies: the KE server is asked for another, and that one is not taken again. */
static void
a_lying_member_with_nts_is_changed(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke;
	struct sim_node *c = pool(s, MEMBERS, v, &ke);
	uint64_t asked;

	sim_run(s, 600);
	sim_server_lie(v[2], 5.0);
	sim_run(s, 24 * 3600);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 10, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, v[10]->nts->sealed + v[11]->nts->sealed > 0, "not changed");
	SIM_CHECK(s, sim_logged(c, "in the place of 192.0.2.12, which was against all others") == 1,
	    "%u lines", sim_logged(c, "in the place of"));
	asked = v[2]->requests;
	sim_run(s, 12 * 3600);
	SIM_CHECK(s, v[2]->requests == asked, "the liar is asked again");
}

/*
 * All cookies of a member are lost, the KE server has another address by now, and so has the
 * member: nothing of the pool's name, which leads to all of it, may have been forgotten.
 */
static void
a_member_whose_jar_runs_dry_finds_its_server_anew(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke, *moved;
	struct sim_node *c = pool(s, 1, v, &ke);

	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	moved = sim_serve_nts(s, "192.0.2.77", "");
	moved->nts->share = ke->nts;
	sim_host_remove(ke->host, "192.0.2.1");
	sim_host_add(ke->host, "eth0", "192.0.2.2/24");
	(void)sim_resolver_set(&c->resolver, "pool.example", "192.0.2.2");
	(void)sim_resolver_set(&c->resolver, "ntp0.example", "192.0.2.77");
	v[0]->silent = true;
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, moved->nts->sealed > 0, "not found");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	check_server(s, moved);
}

/* All members have to get new keys, from a KE server that heeds their wishes or does not. */
static void
a_pool_whose_keys_are_lost_is_whole_again(struct sim *s)
{
	for (unsigned i = 0; i < 2; i++) {
		struct sim *each = sim_new(s->w->seed);
		struct sim_server *v[MEMBERS], *ke;
		struct sim_node *c = pool(each, MEMBERS, v, &ke);
		unsigned full = 0;

		sim_run(each, 3600);
		ke->nts->ignores_wish = i == 1;
		sim_nts_lose_keys(ke->nts);
		sim_run(each, 12 * 3600);
		for (unsigned k = 0; k < c->daemon->client.peers.peer_n; k++) {
			const struct peer *p = &c->daemon->client.peers.peer[k];

			full += p->a.id != 0 && p->nts->keys.n >= 7 && p->a.poll.reach != 0;
		}
		SIM_CHECK(s, full >= 10, "%u members are well", full);
		SIM_CHECK(s, ke->nts->ke->asked <= (i == 0 ? 20 : 60), "%u questions for keys",
		    ke->nts->ke->asked);
		SIM_CHECK(s, each->failures == 0, "%s", each->failure[0]);
		sim_free(each);
	}
}

/* ---- with the rest of the configuration ---- */

static void
notrust_is_satisfied_by_nts(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE "restrict default notrust\n", &v);

	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	check_server(s, v);
}

static void
a_source_that_gets_nts_by_reload_is_asked_in_clear_no_more(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, "server ntp.example iburst\n", &v);
	unsigned clear;

	sim_run(s, 600);
	clear = v->nts->in_clear;
	SIM_CHECK(s, clear > 0, "not asked at all");
	v->nts->ke->refuses = true;
	sim_node_config(c, NTS_LINE);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 600);
	SIM_CHECK(s, v->nts->in_clear == clear, "asked in clear");
	v->nts->ke->refuses = false;
	sim_run(s, 3600);
	SIM_CHECK(s, v->nts->sealed > 0, "not asked with NTS");
	SIM_CHECK(s, v->nts->in_clear == clear, "asked in clear");
}

static void
a_reload_that_changes_nothing_keeps_the_cookies(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 600);
	sim_node_config(c, NTS_LINE "tos minclock 4\n");
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 600);
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

/* ---- over a restart ---- */

#define STATE "/var/lib/ntp/nts-client"

static void
restart(struct sim *s, struct sim_node *c, bool killed)
{
	if (killed) {
		sim_node_kill(c);
	} else {
		sim_node_stop(c);
	}
	sim_run(s, 10);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	SIM_CHECK(s, sim_store_text(&c->store, STATE) == NULL, "the file is still there");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_restart_asks_no_ke_server(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	for (int i = 0; i < 3; i++) {
		restart(s, c, false);
		SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
		SIM_CHECK(s, sim_logged(c, "cookies of before the restart, aead=15") == 1,
		    "not told");
	}
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

/* Without the file, or when it is not to be used, keys are asked for. */
static void
a_restart_without_its_file_asks_for_keys(struct sim *s)
{
	static const char *const files[] = { NULL, "ntsstate 1\nrubbish\n", "" };
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 1800);
	for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
		sim_node_stop(c);
		if (files[i] == NULL) {
			sim_store_remove(&c->store, STATE);
		} else {
			sim_store_put(&c->store, STATE, files[i]);
		}
		SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
		sim_run(s, 1800);
		SIM_CHECK(s, sim_status(c).synced, "not synchronised");
		SIM_CHECK(s, v->nts->ke->asked == 2 + i, "%u questions for keys",
		    v->nts->ke->asked);
		SIM_CHECK(s, (sim_logged(c, "ignored and removed") == 1) == (files[i] != NULL),
		    "told %u times", sim_logged(c, "ignored and removed"));
	}
	check_server(s, v);
}

/* Kept is what was agreed on; the line, or nts aead, wants something else by now. */
static void
a_kept_session_of_an_algorithm_that_is_not_wanted_any_more_is_not_used(struct sim *s)
{
	static const struct {
		const char *config, *wanted;
		unsigned asked;
	} then[] = {
		{ "driftfile /drift\nserver ntp.example nts iburst aead AES_SIV_CMAC_512\n",
		    "aead=17", 1 },
		{ NTS_LINE, "restart, aead=17", 1 },
		{ "nts aead AES_SIV_CMAC_256\n" NTS_LINE, "aead=15", 2 },
		{ "driftfile /drift\nserver ntp.example nts iburst aead AES_SIV_CMAC_512\n",
		    "aead=17", 3 },
	};
	struct sim_server *v;
	struct sim_node *c = one(s, then[0].config, &v);

	for (unsigned i = 0; i < sizeof then / sizeof then[0]; i++) {
		if (i > 0) {
			sim_node_stop(c);
			sim_node_config(c, then[i].config);
			SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
		}
		sim_run(s, 1800);
		SIM_CHECK(s, sim_logged(c, then[i].wanted) == 1, "%u: %s is not told", i,
		    then[i].wanted);
		SIM_CHECK(s, v->nts->ke->asked == then[i].asked, "%u: %u questions for keys", i,
		    v->nts->ke->asked);
	}
	check_server(s, v);
}

/* What the hour left in the file was set aside: the process had used all others by then. */
static void
a_kill_costs_no_cookie_its_privacy(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3 * 3600 + 1000);
	SIM_CHECK(s, sim_store_text(&c->store, STATE) != NULL, "no file");
	restart(s, c, true);
	SIM_CHECK(s, v->nts->ke->asked == 1, "%u questions for keys", v->nts->ke->asked);
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	check_server(s, v);
}

static void
a_file_of_cookies_that_nobody_opens_any_more_costs_a_question(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	sim_run(s, 3600);
	sim_node_stop(c);
	sim_nts_lose_keys(v->nts);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 300);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, v->nts->ke->asked == 2, "%u questions for keys", v->nts->ke->asked);
	check_server(s, v);
}

static void
a_restart_keeps_the_members_of_a_pool_with_nts(struct sim *s)
{
	struct sim_server *v[MEMBERS], *ke;
	struct sim_node *c = pool(s, MEMBERS, v, &ke);

	sim_run(s, 3600);
	restart(s, c, false);
	SIM_CHECK(s, peers_count(&c->daemon->client) == 10, "%u members",
	    peers_count(&c->daemon->client));
	SIM_CHECK(s, ke->nts->ke->asked == 10, "%u questions for keys", ke->nts->ke->asked);
	for (unsigned i = 0; i < MEMBERS; i++) {
		check_server(s, v[i]);
	}
}

static void
a_restart_goes_on_with_the_server_that_was_named(struct sim *s)
{
	struct sim_server *v, *ke;
	struct sim_node *c = led_to(s, NTS_LINE, "time.example", &v, &ke);

	sim_run(s, 3600);
	restart(s, c, false);
	SIM_CHECK(s, ke->nts->ke->asked == 1, "%u questions for keys", ke->nts->ke->asked);
	SIM_CHECK(s, ke->requests == 0, "the KE server was asked for the time");
	check_server(s, v);
}

/* A full disk: said once, and that it works again. */
static void
a_file_of_cookies_that_cannot_be_written_is_told_once(struct sim *s)
{
	struct sim_server *v;
	struct sim_node *c = one(s, NTS_LINE, &v);

	c->store.write_error = -ENOSPC;
	sim_run(s, 5 * 3600);
	SIM_CHECK(s, sim_logged(c, "nts state") == 1, "told %u times", sim_logged(c, "nts state"));
	c->store.write_error = 0;
	sim_run(s, 2 * 3600);
	SIM_CHECK(s, sim_logged(c, "nts state " STATE ": written again") == 1, "not told");
	check_server(s, v);
}

/* ---- daemon and daemon ---- */

#define KEY_FILE "/nts-keys"
#define SERVER_LINES \
	"driftfile /drift\nserver 192.0.2.1 iburst\nnts enable\nnts cookie " KEY_FILE "\n"

/* A daemon that serves NTS as ours.example, itself a client of 192.0.2.1; and a client of it. */
static struct sim_node *
ours_and_ours(struct sim *s, struct sim_node **server)
{
	struct sim_node *c;

	*server = sim_node_new(s, "server", 0.001, 10e-6, SERVER_LINES);
	c = sim_node_new(s, "client", 0.010, 20e-6,
	    "driftfile /drift\nserver ours.example nts iburst\n");
	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
	sim_node_serve_nts(*server, "ours.example");
	(void)sim_resolver_set(&c->resolver, "ours.example", "192.0.2.100");
	SIM_CHECK(s, sim_node_boot(*server), "exit status %d", (*server)->exit_status);
	sim_run(s, 300);
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
	SIM_CHECK(s, (*server)->ke_served->ke->asked == 1, "%u questions for keys",
	    (*server)->ke_served->ke->asked);
	return c;
}

static void
our_client_follows_our_server(struct sim *s)
{
	struct sim_node *server, *c = ours_and_ours(s, &server);

	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.002, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->daemon->client.nts_count.bad == 0, "bad answers");
}

/* Checks that a variable of the system lies between two numbers. */
static void
counts(struct sim *s, struct mode6 *m, const char *name, long least, long most)
{
	(void)mode6_ask(m, CONTROL_READVAR, 0, name);
	SIM_CHECK(s, m->answer.complete && told(m, name) >= least && told(m, name) <= most,
	    "%s is %ld", name, told(m, name));
}

static void
both_sides_of_nts_are_counted_until_they_are_reset(struct sim *s)
{
	struct sim_node *server, *c = ours_and_ours(s, &server);
	long sent = (long)c->daemon->client.nts_count.sent;
	struct mode6 *m = calloc(1, sizeof *m);

	if (m == NULL) {
		return;
	}
	mode6_local(m, s, server);
	counts(s, m, "nts_server_recv_good", sent, sent + 1);
	counts(s, m, "nts_server_send", sent, sent + 1);
	counts(s, m, "nts_cookie_decode_total", sent, sent + 1);
	counts(s, m, "nts_cookie_decode_current", sent, sent + 1);
	counts(s, m, "nts_ke_serves_good", 1, 1);
	counts(s, m, "nts_cookie_decode_error", 0, 0);
	reset_group(server->daemon, "nts");
	counts(s, m, "nts_server_recv_good", 0, 0);
	counts(s, m, "nts_ke_serves_good", 0, 0);
	mode6_end(m);
	mode6_local(m, s, c);
	counts(s, m, "nts_client_send", sent, sent + 1);
	counts(s, m, "nts_client_recv_good", sent - 1, sent + 1);
	counts(s, m, "nts_ke_probes_good", 1, 1);
	reset_group(c->daemon, "nts");
	counts(s, m, "nts_client_send", 0, 0);
	counts(s, m, "nts_ke_probes_good", 0, 0);
	mode6_end(m);
	free(m);
}

/* Its keys change daily: the cookies of a client that asks are never too old. */
static void
a_week_of_new_keys_of_the_server_costs_the_client_no_question(struct sim *s)
{
	struct sim_node *server, *c = ours_and_ours(s, &server);

	sim_run(s, 7 * 86400);
	SIM_CHECK(s, server->ke_served->ke->asked == 1, "%u questions for keys",
	    server->ke_served->ke->asked);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, c->daemon->client.nts_count.bad == 0, "%u bad answers",
	    (unsigned)c->daemon->client.nts_count.bad);
}

static void
a_server_that_restarts_with_its_key_file_costs_its_clients_no_question(struct sim *s)
{
	struct sim_node *server, *c = ours_and_ours(s, &server);

	sim_node_stop(server);
	sim_run(s, 5);
	SIM_CHECK(s, sim_node_boot(server), "exit status %d", server->exit_status);
	sim_run(s, 7200);
	SIM_CHECK(s, server->ke_served->ke->asked == 1, "%u questions for keys",
	    server->ke_served->ke->asked);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_server_that_restarts_without_its_key_file_costs_one(struct sim *s)
{
	struct sim_node *server, *c = ours_and_ours(s, &server);

	sim_node_stop(server);
	sim_store_remove(&server->store, KEY_FILE);
	sim_run(s, 5);
	SIM_CHECK(s, sim_node_boot(server), "exit status %d", server->exit_status);
	sim_run(s, 7200);
	SIM_CHECK(s, server->ke_served->ke->asked == 2, "%u questions for keys",
	    server->ke_served->ke->asked);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, jar(c)->n >= 7, "%u cookies", jar(c)->n);
}

static void
a_server_that_is_told_of_by_another_port_is_asked_there(struct sim *s)
{
	struct sim_node *server, *c;

	server = sim_node_new(s, "server", 0.001, 10e-6, SERVER_LINES "nts port 4123\n");
	c = sim_node_new(s, "client", 0.010, 20e-6, "server ours.example nts iburst\n");
	s->net->usual = scenario_lan();
	(void)sim_serve(s, "192.0.2.1");
	sim_node_serve_nts(server, "ours.example");
	(void)sim_resolver_set(&c->resolver, "ours.example", "192.0.2.100");
	SIM_CHECK(s, sim_node_boot(server) && sim_node_boot(c), "not started");
	sim_run(s, 1800);
	SIM_CHECK(s, c->daemon->client.peers.peer[0].a.remote.port == 4123, "port %u",
	    c->daemon->client.peers.peer[0].a.remote.port);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static const struct scenario list[] = {
	SCENARIO(a_server_with_nts_is_followed_and_its_jar_stays_full),
	SCENARIO(what_a_source_with_nts_has_is_told),
	SCENARIO(the_first_sample_comes_within_a_second),
	SCENARIO(a_forged_nak_changes_nothing),
	SCENARIO(a_nak_without_our_identifier_changes_nothing),
	SCENARIO(a_kiss_in_clear_changes_nothing),
	SCENARIO(an_answer_in_clear_changes_nothing),
	SCENARIO(who_answers_in_clear_is_not_believed),
	SCENARIO(a_sealed_kiss_is_obeyed),
	SCENARIO(a_server_that_lost_its_keys_says_so_and_is_followed_on),
	SCENARIO(a_server_that_never_says_so_is_asked_for_keys_after_three_silent_polls),
	SCENARIO(when_all_cookies_are_lost_keys_are_asked_for_again),
	SCENARIO(the_network_back_after_a_night_brings_keys_within_a_minute),
	SCENARIO(cookies_that_change_their_length_are_used),
	SCENARIO(nine_cookies_and_unknown_fields_harm_nothing),
	SCENARIO(where_long_packets_are_lost_short_ones_keep_the_time),
	SCENARIO(without_keys_nothing_leaves_and_the_cause_is_said_once),
	SCENARIO(noval_takes_a_certificate_for_another_name),
	SCENARIO(keys_are_asked_for_until_the_ke_server_is_back),
	SCENARIO(old_cookies_serve_until_there_are_new_keys),
	SCENARIO(keys_renewed_across_a_step_of_the_clock_go_on),
	SCENARIO(the_server_that_is_named_is_asked_for_the_time),
	SCENARIO(a_server_that_moves_is_found_by_its_name_when_it_is_silent),
	SCENARIO(nobody_is_led_to_himself_or_where_he_may_not_go),
	SCENARIO(the_server_that_is_required_is_taken),
	SCENARIO(a_pool_with_nts_fills_up_2_s_apart),
	SCENARIO(a_pool_of_three_is_asked_for_a_fourth_ever_more_seldom),
	SCENARIO(a_dead_member_with_nts_is_replaced),
	SCENARIO(a_lying_member_with_nts_is_changed),
	SCENARIO(a_pool_whose_keys_are_lost_is_whole_again),
	SCENARIO(a_member_whose_jar_runs_dry_finds_its_server_anew),
	SCENARIO(notrust_is_satisfied_by_nts),
	SCENARIO(a_source_that_gets_nts_by_reload_is_asked_in_clear_no_more),
	SCENARIO(a_reload_that_changes_nothing_keeps_the_cookies),
	SCENARIO(a_restart_asks_no_ke_server),
	SCENARIO(a_restart_without_its_file_asks_for_keys),
	SCENARIO(a_kept_session_of_an_algorithm_that_is_not_wanted_any_more_is_not_used),
	SCENARIO(a_kill_costs_no_cookie_its_privacy),
	SCENARIO(a_file_of_cookies_that_nobody_opens_any_more_costs_a_question),
	SCENARIO(a_restart_keeps_the_members_of_a_pool_with_nts),
	SCENARIO(a_restart_goes_on_with_the_server_that_was_named),
	SCENARIO(a_file_of_cookies_that_cannot_be_written_is_told_once),
	SCENARIO(our_client_follows_our_server),
	SCENARIO(both_sides_of_nts_are_counted_until_they_are_reset),
	SCENARIO(a_week_of_new_keys_of_the_server_costs_the_client_no_question),
	SCENARIO(a_server_that_restarts_with_its_key_file_costs_its_clients_no_question),
	SCENARIO(a_server_that_restarts_without_its_key_file_costs_one),
	SCENARIO(a_server_that_is_told_of_by_another_port_is_asked_there),
};

const struct scenario_table nts_scenarios = SCENARIO_TABLE(list);
