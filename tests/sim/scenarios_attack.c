/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of attacks on a client: each forgery against an unsigned and a signed association, and
 * what the daemon's clock, poll interval, reachability and log have to say about it afterwards.
 */
#include <math.h>
#include <string.h>
#include "sim/forger.h"
#include "sim/scenario.h"

#define SIGNED "keys /etc/ntp.keys\ntrustedkey 4 5\nserver 192.0.2.1 key 4 iburst\n"

/* What an attack of one kind has to leave alone. */
struct attack {
	struct forger forger;
	struct sim_node *client;
	struct sim_server *server;
	struct mac_key *other;
};

static void
attack_setup(struct attack *a, struct sim *s, bool keyed, enum forgery kind)
{
	a->client = sim_node_new(s, "victim", 0.002, 10e-6, keyed ? SIGNED : ONE_SERVER);
	a->server = sim_serve(s, "192.0.2.1");
	sim_link(s, a->client->host, a->server->host, scenario_lan());
	sim_store_put(&a->client->store, "/etc/ntp.keys", "4 MD5 topsecret\n5 MD5 othersecret\n");
	if (keyed) {
		a->server->key = mac_key_new("MD5", (const uint8_t *)"topsecret", 9);
		a->server->key_id = 4;
	}
	a->other = mac_key_new("MD5", (const uint8_t *)"othersecret", 11);
	a->forger = (struct forger){
		.other_key = a->other,
		.other_key_id = 5,
		.rate_hz = kind <= FORGE_RUBBISH ? 1.0 : 0,
		.flood_n = keyed ? 300 : 0,
	};
}

/* Nothing has changed for the victim. */
static void
attack_judge(struct attack *a, struct sim *s)
{
	struct sim_node *c = a->client;
	const struct oracle_remote *r = oracle_remote(c, "192.0.2.1");
	unsigned lines = sim_log_count_level(&c->log, 0, LOG_LEVEL_INFO);

	SIM_CHECK(s, a->forger.sent > 40, "only %u forgeries", (unsigned)a->forger.sent);
	SIM_CHECK(s, c->daemon != NULL, "ended with %d", c->exit_status);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, r != NULL && r->requests >= 10, "%u requests",
	    r != NULL ? (unsigned)r->requests : 0);
	SIM_CHECK(s, r != NULL && r->requests <= 200, "%u requests",
	    r != NULL ? (unsigned)r->requests : 0);
	/* Failed authentication is told once in ten seconds, with what was held back. */
	SIM_CHECK(s, lines < (a->server->key != NULL ? 1500 : 40), "%u lines in the log", lines);
}

static void
attack(struct sim *s, bool keyed, enum forgery kind)
{
	static struct attack a;

	memset(&a, 0, sizeof a);
	attack_setup(&a, s, keyed, kind);
	forger_start(&a.forger, s, a.client, a.server, kind);
	sim_node_boot(a.client);
	sim_run(s, 2 * 3600);
	attack_judge(&a, s);
	mac_key_free(a.other);
}

#define ATTACK(name, keyed, kind)       \
	static void name(struct sim *s) \
	{                               \
		attack(s, keyed, kind); \
	}

ATTACK(zero_origins_move_nothing, false, FORGE_ZERO_ORIGIN)
ATTACK(guessed_origins_move_nothing, false, FORGE_GUESSED_ORIGIN)
ATTACK(the_time_as_origin_moves_nothing, false, FORGE_TIME_ORIGIN)
ATTACK(forged_kisses_rate_move_nothing, false, FORGE_KISS_RATE)
ATTACK(forged_kisses_deny_move_nothing, false, FORGE_KISS_DENY)
ATTACK(broadcasts_move_nothing, false, FORGE_BROADCAST)
ATTACK(symmetric_active_packets_move_nothing, false, FORGE_ACTIVE)
ATTACK(symmetric_passive_packets_move_nothing, false, FORGE_PASSIVE)
ATTACK(control_rubbish_moves_nothing, false, FORGE_CONTROL)
ATTACK(private_rubbish_moves_nothing, false, FORGE_PRIVATE)
ATTACK(random_rubbish_moves_nothing, false, FORGE_RUBBISH)
ATTACK(replayed_answers_move_nothing, false, FORGE_REPLAY)
ATTACK(duplicated_answers_move_nothing, false, FORGE_DUPLICATE)
ATTACK(late_answers_move_nothing, false, FORGE_LATE)
ATTACK(signed_and_zero_origins, true, FORGE_ZERO_ORIGIN)
ATTACK(signed_and_guessed_origins, true, FORGE_GUESSED_ORIGIN)
ATTACK(signed_and_forged_kisses, true, FORGE_KISS_RATE)
ATTACK(signed_and_replayed_answers, true, FORGE_REPLAY)
ATTACK(signed_and_duplicated_answers, true, FORGE_DUPLICATE)
ATTACK(signed_and_late_answers, true, FORGE_LATE)
ATTACK(signed_and_rubbish, true, FORGE_RUBBISH)
ATTACK(signed_and_wrong_macs_with_the_right_origin, true, FORGE_BAD_MAC)
ATTACK(signed_and_no_macs_with_the_right_origin, true, FORGE_NO_MAC)
ATTACK(signed_and_macs_by_another_key, true, FORGE_OTHER_KEY)
ATTACK(signed_and_crypto_naks_with_the_right_origin, true, FORGE_CRYPTO_NAK)
ATTACK(signed_and_unsigned_kisses_with_the_right_origin, true, FORGE_KISS_SEEN)

/* A kiss of the server itself, with a poll that no one may be told. */
static void
kiss_with_poll(struct sim *s, int poll)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	struct sim_server *srv = s->server[0];
	uint64_t before;

	sim_run(s, 1800);
	srv->kiss = refid_of_text("RATE");
	srv->kiss_poll = poll;
	srv->kiss_every = 1;
	sim_run(s, 1800);
	srv->kiss = 0;
	sim_run(s, 4200);
	before = srv->requests;
	sim_run(s, 4200);
	SIM_CHECK(s, srv->requests - before >= 3, "%u requests in 4200 s",
	    (unsigned)(srv->requests - before));
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
}

static void
a_kiss_with_poll_0_is_bounded(struct sim *s)
{
	kiss_with_poll(s, 0);
}

static void
a_kiss_with_poll_255_is_bounded(struct sim *s)
{
	kiss_with_poll(s, -1);
}

static void
a_kiss_with_poll_17_is_bounded(struct sim *s)
{
	kiss_with_poll(s, 17);
}

static void
a_kiss_with_poll_minus_128_is_bounded(struct sim *s)
{
	kiss_with_poll(s, -128);
}

/* Answers that are genuine and wrong in one field. */
static bool
twist_random(struct sim_server *srv, const struct packet *request, struct header *h)
{
	struct sim_rng *r = srv->twist_ctx;

	(void)request;
	switch (sim_rng_below(r, 12)) {
	case 0:
		h->precision = (int8_t)sim_rng_u64(r);
		break;
	case 1:
		h->poll = (int8_t)sim_rng_u64(r);
		break;
	case 2:
		h->root_delay = (uint32_t)sim_rng_u64(r);
		break;
	case 3:
		h->root_disp = (uint32_t)sim_rng_u64(r);
		break;
	case 4:
		h->rec.fix = 0;
		break;
	case 5:
		h->xmt.fix = 0;
		break;
	case 6:
		h->rec.fix = sim_rng_u64(r);
		break;
	case 7:
		h->xmt.fix = sim_rng_u64(r);
		break;
	case 8:
		h->stratum = (uint8_t)sim_rng_u64(r);
		break;
	case 9:
		h->leap = (enum ntp_leap)sim_rng_below(r, 4);
		break;
	case 10:
		h->reftime.fix = sim_rng_u64(r);
		break;
	default:
		h->version = sim_rng_below(r, 8);
		break;
	}
	return true;
}

static void
genuine_answers_with_absurd_fields_never_end_the_daemon(struct sim *s)
{
	static struct sim_rng r;
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);

	r = sim_rng_of(s->w->seed, "twist", 0);
	s->server[0]->twist = twist_random;
	s->server[0]->twist_ctx = &r;
	c->oracle.minority = true;
	sim_run(s, 96 * 3600);
	SIM_CHECK(s, c->daemon != NULL || sim_log_count(&c->log, 0, "panic") > 0, "ended with %d",
	    c->exit_status);
	SIM_CHECK(s, c->clock.steps <= 4, "%u steps", c->clock.steps);
}

static void
one_server_of_three_with_absurd_fields_spoils_nothing(struct sim *s)
{
	static struct sim_rng r;
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	r = sim_rng_of(s->w->seed, "twist", 0);
	s->server[0]->twist = twist_random;
	s->server[0]->twist_ctx = &r;
	s->server[0]->honest = false;
	sim_run(s, 600);
	worst = sim_worst_error_s(s, c, 24 * 3600);
	SIM_CHECK(s, worst < 0.002, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
}

/*
 * A server chooses T2 and T3 so that each round trip looks like its floor (accuracy.md, bound 1).
 * /
 */
static bool
twist_perfect(struct sim_server *srv, const struct packet *request, struct header *h)
{
	(void)request;
	h->rec.fix += (uint64_t)(int64_t)(srv->error.wave_s * 4294967296.0);
	return true;
}

static void
round_trips_too_good_to_be_true_do_not_win(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_wan(), 0.001, 10e-6, THREE_SERVERS);
	double worst;

	/*
	 * T2 is 25 ms too early: the server seems to have held the request, and the way to be 25 ms
	 * shorter.
	 */
	s->server[0]->error.wave_s = -0.025;
	s->server[0]->twist = twist_perfect;
	s->server[0]->honest = false;
	sim_run(s, 600);
	worst = sim_worst_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, worst < 0.016, "%.6f s off", worst);
}

static void
negative_round_trips_are_refused(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.3, 10e-6, ONE_SERVER);

	s->server[0]->error.wave_s = -0.2;
	s->server[0]->twist = twist_perfect;
	c->oracle.spared = true;
	sim_run(s, 3600);
	SIM_CHECK(s, !sim_status(c).synced, "synchronised");
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
a_path_delayed_on_purpose_moves_the_clock_by_half_of_it_at_most(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	sim_run(s, 2 * 3600);
	*sim_net_path(s->net, s->server[0]->host, c->host) = sim_path_exponential(0.2, 0.00001);
	worst = sim_worst_error_s(s, c, 12 * 3600);
	SIM_CHECK(s, worst < 0.115, "%.6f s off", worst);
}

static void
a_flood_in_our_servers_name_does_not_limit_its_answers(struct sim *s)
{
	static struct forger f;
	struct sim_node *c = sim_node_new(s, "victim", 0.002, 10e-6,
	    "restrict default limited kod nomodify noquery notrap nopeer\n" ONE_SERVER);
	struct sim_server *srv = sim_serve(s, "192.0.2.1");

	f = (struct forger){ .rate_hz = 20 };
	sim_link(s, c->host, srv->host, scenario_lan());
	forger_start(&f, s, c, srv, FORGE_GUESSED_ORIGIN);
	f.client_at = sim_endpoint("192.0.2.100", 123);
	f.server_at = sim_endpoint("192.0.2.1", 123);
	sim_node_boot(c);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, sim_log_count_level(&c->log, 0, LOG_LEVEL_INFO) < 40, "%u lines",
	    sim_log_count_level(&c->log, 0, LOG_LEVEL_INFO));
}

static const struct scenario list[] = {
	SCENARIO(zero_origins_move_nothing),
	SCENARIO(guessed_origins_move_nothing),
	SCENARIO(the_time_as_origin_moves_nothing),
	SCENARIO(forged_kisses_rate_move_nothing),
	SCENARIO(forged_kisses_deny_move_nothing),
	SCENARIO(broadcasts_move_nothing),
	SCENARIO(symmetric_active_packets_move_nothing),
	SCENARIO(symmetric_passive_packets_move_nothing),
	SCENARIO(control_rubbish_moves_nothing),
	SCENARIO(private_rubbish_moves_nothing),
	SCENARIO(random_rubbish_moves_nothing),
	SCENARIO(replayed_answers_move_nothing),
	SCENARIO(duplicated_answers_move_nothing),
	SCENARIO(late_answers_move_nothing),
	SCENARIO(signed_and_zero_origins),
	SCENARIO(signed_and_guessed_origins),
	SCENARIO(signed_and_forged_kisses),
	SCENARIO(signed_and_replayed_answers),
	SCENARIO(signed_and_duplicated_answers),
	SCENARIO(signed_and_late_answers),
	SCENARIO(signed_and_rubbish),
	SCENARIO(signed_and_wrong_macs_with_the_right_origin),
	SCENARIO(signed_and_no_macs_with_the_right_origin),
	SCENARIO(signed_and_macs_by_another_key),
	SCENARIO(signed_and_crypto_naks_with_the_right_origin),
	SCENARIO(signed_and_unsigned_kisses_with_the_right_origin),
	SCENARIO(a_kiss_with_poll_0_is_bounded),
	SCENARIO(a_kiss_with_poll_255_is_bounded),
	SCENARIO(a_kiss_with_poll_17_is_bounded),
	SCENARIO(a_kiss_with_poll_minus_128_is_bounded),
	SCENARIO(genuine_answers_with_absurd_fields_never_end_the_daemon),
	SCENARIO(one_server_of_three_with_absurd_fields_spoils_nothing),
	SCENARIO(round_trips_too_good_to_be_true_do_not_win),
	SCENARIO(negative_round_trips_are_refused),
	SCENARIO(a_path_delayed_on_purpose_moves_the_clock_by_half_of_it_at_most),
	SCENARIO(a_flood_in_our_servers_name_does_not_limit_its_answers),
};

const struct scenario_table attack_scenarios = SCENARIO_TABLE(list);
