/* SPDX-License-Identifier: BSD-2-Clause */
/* Network cards that stamp packets, by clocks that drift, jump, are late, and lie. */
#include "ntpd/state.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

#define CARD_LINE \
	"driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\nhwtimestamp eth0\n"

static const double TWENTY_PPM = 20e-6;

/* A link of a LAN whose packets take 50 us, and now and then a little more. */
static struct sim_path
quiet_link(void)
{
	return sim_path_exponential(50e-6, 1e-6);
}

/*
 * A client whose kernel is 30 us late with its stamps, on either way, and whose card is not. The
 * server's are exact.
 */
static struct sim_node *
client_with_card(struct sim *s, const char *config, struct sim_phc **card)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, TWENTY_PPM, config);
	struct sim_server *v = sim_serve(s, "192.0.2.1");

	n->clock.osc.walk = 1e-10;
	*card = sim_phc_card(&n->phcs, "eth0");
	(*card)->irq_s = 30e-6;
	(*card)->wire_s = 5e-6;
	(*card)->osc.walk = 1e-10;
	sim_link(s, n->host, v->host, quiet_link());
	return n;
}

static void
stamps_of_a_card_are_worth_more_than_the_kernels(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double with_s;

	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s,
	    sim_logged(n, "hwtimestamp eth0: its card stamps by /dev/ptp0, rxfilter all") == 1,
	    "not said");
	with_s = sim_rms_error_s(s, n, 3600);
	SIM_CHECK(s, with_s < 2e-6, "%.9f s off", with_s);
	SIM_CHECK(s, card->looks > 1800, "compared %u times", card->looks);
}

static void
without_a_card_that_stamps_the_kernels_stamps_are_used_and_it_is_said_once(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);

	card->stamps_sent = false;
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth0: Operation not supported") == 1,
	    "not said once");
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, card->stamps == 0, "it stamped");
}

static void
an_interface_that_is_not_there_is_said_once_and_found_when_it_comes(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\nhwtimestamp eth1\n",
	    &card);

	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth1: ") == 1, "not said once");
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	card->ifname[3] = '1';
	sim_run(s, 70);
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth1: its card stamps") == 1, "not found");
}

static void
a_card_that_stamps_ptp_alone_says_so_and_stamps_what_leaves(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);

	card->filters = 1U << PHC_FILTER_PTP;
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "stamps no NTP packets that come") == 1, "not said once");
	SIM_CHECK(s, card->stamps > 100, "%u stamps", card->stamps);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 100e-6, "off");
}

/* By 3 us, in the middle of the run: the line is drawn anew, and the clock stays. */
static void
a_card_whose_clock_jumps_costs_two_comparisons(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	(void)sim_node_boot(n);
	sim_run(s, 3600);
	for (unsigned i = 0; i < 20; i++) {
		card->offset_ns += i % 2 == 0 ? 3000 : -700000000;
		sim_run(s, 300);
	}
	worst_s = sim_worst_error_s(s, n, 600);
	SIM_CHECK(s, worst_s < 10e-6, "%.9f s off", worst_s);
	SIM_CHECK(s, sim_logged(n, "contradict the kernel's") == 0, "it is not believed");
}

/* Asks it 50 times a second for so many seconds. */
static void
ask_busily(struct sim *s, struct stranger *x, unsigned seconds)
{
	struct sim_datagram d = { .from = x->at, .to = x->daemon, .len = 48 };

	d.bytes[0] = 4 << 3 | MODE_CLIENT;
	x->asked_len = d.len;
	for (unsigned i = 0; i < 50 * seconds; i++) {
		sim_net_send(s->net, x->host, &d, 0);
		sim_run(s, 0.02);
	}
}

/*
 * ptp4l sets a card's clock now and then. Each stamp between that and the next comparison
 * contradicts the kernel's, and on a busy host there are many.
 */
static void
a_busy_card_whose_clock_was_set_is_compared_at_once_and_believed_again(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	struct stranger x;
	unsigned looks;

	(void)sim_node_boot(n);
	stranger_come(&x, s, "192.0.2.77");
	sim_run(s, 1800);
	for (unsigned i = 0; i < 12; i++) {
		card->offset_ns += 700000000;
		ask_busily(s, &x, 2);
		sim_run(s, 60);
	}
	SIM_CHECK(s, sim_logged(n, "contradict the kernel's") == 0, "it is not believed");
	looks = card->looks;
	ask_busily(s, &x, 10);
	SIM_CHECK(s, card->looks - looks <= 11, "compared %u times in 10 s", card->looks - looks);
	SIM_CHECK(s, sim_rms_error_s(s, n, 3600) < 2e-6, "off");
}

/* The kernel's stamps are used until it was compared, and no longer. */
static void
after_a_stamp_that_was_refused_the_next_comparison_has_the_card_believed(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	const struct cards *cards;
	struct stranger x;
	unsigned restarts, looks;
	uint64_t received;

	(void)sim_node_boot(n);
	stranger_come(&x, s, "192.0.2.77");
	sim_run(s, 1800);
	cards = &n->daemon->steering.cards;
	restarts = cards->card[0].clock->map.restarts;
	sim_run(s, 0.2); /* behind the comparison of the second */
	looks = card->looks;
	card->rx_lie_s = 2e-3;
	stranger_ask(&x, 4, MODE_CLIENT);
	card->rx_lie_s = 0.0;
	SIM_CHECK(s, cards->card[0].refused == 1, "%u refused", (unsigned)cards->card[0].refused);
	SIM_CHECK(s, card->looks == looks + 1, "compared %u times", card->looks - looks);
	SIM_CHECK(s, !cards->card[0].clock->doubted, "still doubted");
	SIM_CHECK(s, cards->card[0].clock->map.restarts == restarts, "the line began anew");
	received = cards->card[0].received;
	ask_busily(s, &x, 1);
	SIM_CHECK(s, cards->card[0].received >= received + 49 && cards->card[0].refused == 1,
	    "%u of 50 believed", (unsigned)(cards->card[0].received - received));
}

/* A stamp that lies in a hundred has no busy host compare a hundred times a second. */
static void
a_card_that_lies_seldom_on_a_busy_host_is_compared_eight_times_a_second_at_most(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	struct stranger x;
	unsigned looks;

	(void)sim_node_boot(n);
	stranger_come(&x, s, "192.0.2.77");
	sim_run(s, 1800);
	card->rx_lie_s = 1.5;
	card->lie_chance = 0.04;
	looks = card->looks;
	ask_busily(s, &x, 10);
	SIM_CHECK(s, card->looks - looks <= 90, "compared %u times in 10 s", card->looks - looks);
	SIM_CHECK(s, sim_logged(n, "contradict the kernel's") == 0, "it is not believed");
}

/* Each second it is another frequency: a card that is hot, or in bad hands. */
static void
a_card_that_drifts_is_followed(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	card->osc.walk = 1e-8;
	card->osc.freq = 90e-6;
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	worst_s = sim_rms_error_s(s, n, 3600);
	SIM_CHECK(s, worst_s < 2e-6, "%.9f s off", worst_s);
}

/* Half of its stamps never come, and the others after the answer: the kernel's are there. */
static void
stamps_that_are_missing_or_late_are_replaced_by_the_kernels(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	card->rx_lost = 0.5;
	card->tx_lost = 0.5;
	card->tx_late_s = 1e-3;
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	worst_s = sim_worst_error_s(s, n, 3600);
	SIM_CHECK(s, worst_s < 60e-6, "%.9f s off", worst_s);
}

/* Its receive stamps are later than the kernel's: they would be of a packet not there yet. */
static void
a_card_that_lies_is_not_believed_until_a_reload(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	card->rx_lie_s = 2e-3;
	(void)sim_node_boot(n);
	worst_s = sim_worst_error_s(s, n, 10);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_logged(n, "contradict the kernel's") == 1, "not said once");
	worst_s = sim_worst_error_s(s, n, 3600);
	SIM_CHECK(s, worst_s < 60e-6, "%.9f s off", worst_s);
	card->rx_lie_s = 0.0;
	SIM_CHECK(s, ntpd_reload(n->daemon), "not reloaded");
	sim_run(s, 1800);
	worst_s = sim_rms_error_s(s, n, 3600);
	SIM_CHECK(s, worst_s < 2e-6, "%.9f s off", worst_s);
}

/* Seldom, and by a second and more: each is passed over, and the card goes on. */
static void
a_card_that_lies_seldom_goes_on(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	card->rx_lie_s = 1.5;
	card->lie_chance = 0.02;
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	worst_s = sim_worst_error_s(s, n, 4 * 3600);
	SIM_CHECK(s, worst_s < 15e-6, "%.9f s off", worst_s);
	SIM_CHECK(s, sim_logged(n, "contradict the kernel's") == 0, "it is not believed");
}

static void
a_card_whose_clock_is_taken_away_is_said_once_and_opened_again(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);

	(void)sim_node_boot(n);
	sim_run(s, 600);
	card->gone = true;
	card->open_error = -13;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_logged(n, "/dev/ptp0 cannot be read") <= 2, "said again");
	SIM_CHECK(s, sim_status(n).synced, "lost");
	card->open_error = 0;
	sim_run(s, 70);
	SIM_CHECK(s, sim_logged(n, "/dev/ptp0 is there") == 1, "not opened");
	SIM_CHECK(s, sim_rms_error_s(s, n, 3600) < 2e-6, "off");
}

/* Each is a move of our clock, and none of the line: free-running time knows no steps. */
static void
steps_of_our_clock_do_not_bend_the_line(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s, CARD_LINE, &card);
	double worst_s;

	(void)sim_node_boot(n);
	sim_run(s, 1800);
	sim_clock_foreign_step(&n->clock, 0.0004);
	sim_run(s, 1800);
	worst_s = sim_rms_error_s(s, n, 3600);
	SIM_CHECK(s, worst_s < 2e-6, "%.9f s off", worst_s);
}

static void
all_interfaces_are_meant_by_a_star(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\nhwtimestamp *\n",
	    &card);

	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth0: its card stamps") == 1, "not said");
	SIM_CHECK(s, sim_rms_error_s(s, n, 3600) < 2e-6, "off");
}

/* The right to set a card is gone by then; one that stamps already is used. */
static void
a_reload_uses_a_card_only_as_it_is_set(struct sim *s)
{
	struct sim_phc *card;
	struct sim_node *n = client_with_card(s,
	    "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\n", &card);

	(void)sim_node_boot(n);
	sim_run(s, 600);
	card->may_set = false;
	sim_node_config(n, CARD_LINE);
	SIM_CHECK(s, ntpd_reload(n->daemon), "not reloaded");
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth0: Operation not permitted") == 1, "not said");
	sim_run(s, 600);
	card->set = true;
	card->filter = PHC_FILTER_ALL;
	sim_run(s, 70);
	SIM_CHECK(s, sim_logged(n, "hwtimestamp eth0: its card stamps") == 1, "not used");
	sim_node_config(n, "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\n");
	SIM_CHECK(s, ntpd_reload(n->daemon), "not reloaded");
	SIM_CHECK(s, card->opened == 0, "still open");
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(n).synced, "lost");
}

/* Lines for so many interfaces from port<first> on. */
static void
ten_cards(char *config, size_t size, unsigned first)
{
	struct text t = text_over(config, size);

	text_printf(&t, "driftfile /drift\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4\n");
	for (unsigned i = first; i < first + 10; i++) {
		text_printf(&t, "hwtimestamp port%u\n", i);
	}
}

/* Ten clocks, then ten others: more than there is room for at once, but for those that go. */
static void
a_reload_to_ten_other_cards_closes_the_clocks_of_before(struct sim *s)
{
	struct sim_node *n;
	struct sim_server *v;
	char config[1024];

	ten_cards(config, sizeof config, 0);
	n = sim_node_new(s, "host", 0.010, TWENTY_PPM, config);
	v = sim_serve(s, "192.0.2.1");
	sim_link(s, n->host, v->host, quiet_link());
	for (unsigned i = 0; i < 20; i++) {
		char name[16];
		struct text t = text_over(name, sizeof name);

		text_printf(&t, "port%u", i);
		(void)sim_phc_card(&n->phcs, name);
	}
	(void)sim_node_boot(n);
	for (unsigned turn = 0; turn < 4; turn++) {
		sim_run(s, 100);
		for (unsigned i = 0; i < 20; i++) {
			bool wanted = (i < 10) == (turn % 2 == 0);

			SIM_CHECK(s, n->phcs.card[i].opened == (wanted ? 1 : 0),
			    "turn %u: the clock of port%u is open %u times", turn, i,
			    n->phcs.card[i].opened);
		}
		ten_cards(config, sizeof config, turn % 2 == 0 ? 10 : 0);
		sim_node_config(n, config);
		SIM_CHECK(s, ntpd_reload(n->daemon), "not reloaded");
	}
}

/* ---- between two daemons ---- */

/* A card whose kernel is late, on a host of that number. */
static struct sim_node *
daemon_with_card(struct sim *s, const char *name, double offset_s, double freq, const char *config)
{
	struct sim_node *n = sim_node_new(s, name, offset_s, freq, config);
	struct sim_phc *card = sim_phc_card(&n->phcs, "eth0");

	n->clock.osc.walk = freq > 0.0 ? 1e-10 : 0.0;
	card->irq_s = 30e-6;
	card->wire_s = 5e-6;
	card->osc.walk = 1e-10;
	sim_store_put(&n->store, "/keys", "4 MD5 topsecret\n");
	return n;
}

/* The first has true time, the second follows it; over a quiet link. Both have booted. */
static struct sim_node *
follower_of(struct sim *s, const char *leads, const char *follows)
{
	struct sim_node *a = daemon_with_card(s, "alpha", 0.0, 0.0, leads);
	struct sim_node *b = daemon_with_card(s, "beta", 0.010, TWENTY_PPM, follows);

	sim_link(s, a->host, b->host, quiet_link());
	SIM_CHECK(s, sim_node_boot(a), "exit status %d", a->exit_status);
	SIM_CHECK(s, sim_node_boot(b), "exit status %d", b->exit_status);
	return b;
}

#define LEADS                                                                 \
	"server 127.127.1.0\nfudge 127.127.1.0 stratum 3\nhwtimestamp eth0\n" \
	"keys /keys\ntrustedkey 4\n"
#define FOLLOWS "driftfile /drift\nhwtimestamp eth0\nkeys /keys\ntrustedkey 4\n"

static void
interleaved_peers_tell_each_other_what_their_cards_stamped(struct sim *s)
{
	struct sim_node *b =
	    follower_of(s, LEADS "peer 192.0.2.101 key 4 xleave minpoll 4 maxpoll 4\n",
		FOLLOWS "peer 192.0.2.100 key 4 xleave minpoll 4 maxpoll 4\n");
	double off_s;

	sim_run(s, 3600);
	off_s = sim_rms_error_s(s, b, 3600);
	/* The classic loop is still at work on the frequency of the start. */
	SIM_CHECK(s, off_s < scenario_figure(s, 1e-6, 1e-3), "%.9f s off", off_s);
}

static void
an_interleaved_answer_tells_what_the_servers_card_stamped(struct sim *s)
{
	struct sim_node *b = follower_of(s, LEADS "interleaved on\n",
	    FOLLOWS "server 192.0.2.100 xleave iburst minpoll 4 maxpoll 4\n");
	double off_s;

	sim_run(s, 3600);
	off_s = sim_rms_error_s(s, b, 3600);
	SIM_CHECK(s, off_s < 1e-6, "%.9f s off", off_s);
}

/* Its volleys are answered basically: how long a broadcast is on its way is known to 10 us. */
static void
an_interleaved_broadcast_tells_what_the_servers_card_stamped(struct sim *s)
{
	struct sim_node *b =
	    follower_of(s, LEADS "broadcast 192.0.2.255 key 4 xleave minpoll 4 maxpoll 4\n",
		FOLLOWS "broadcastclient\n");
	double off_s;

	sim_run(s, 3600);
	off_s = sim_rms_error_s(s, b, 3600);
	SIM_CHECK(s, off_s < scenario_figure(s, 10e-6, 1e-3), "%.9f s off", off_s);
}

static const struct scenario list[] = {
	SCENARIO(stamps_of_a_card_are_worth_more_than_the_kernels),
	SCENARIO(without_a_card_that_stamps_the_kernels_stamps_are_used_and_it_is_said_once),
	SCENARIO(an_interface_that_is_not_there_is_said_once_and_found_when_it_comes),
	SCENARIO(a_card_that_stamps_ptp_alone_says_so_and_stamps_what_leaves),
	SCENARIO(a_card_whose_clock_jumps_costs_two_comparisons),
	SCENARIO(a_busy_card_whose_clock_was_set_is_compared_at_once_and_believed_again),
	SCENARIO(after_a_stamp_that_was_refused_the_next_comparison_has_the_card_believed),
	SCENARIO(a_card_that_lies_seldom_on_a_busy_host_is_compared_eight_times_a_second_at_most),
	SCENARIO(a_card_that_drifts_is_followed),
	SCENARIO(stamps_that_are_missing_or_late_are_replaced_by_the_kernels),
	SCENARIO(a_card_that_lies_is_not_believed_until_a_reload),
	SCENARIO(a_card_that_lies_seldom_goes_on),
	SCENARIO(a_card_whose_clock_is_taken_away_is_said_once_and_opened_again),
	SCENARIO(steps_of_our_clock_do_not_bend_the_line),
	SCENARIO(all_interfaces_are_meant_by_a_star),
	SCENARIO(a_reload_uses_a_card_only_as_it_is_set),
	SCENARIO(a_reload_to_ten_other_cards_closes_the_clocks_of_before),
	SCENARIO(interleaved_peers_tell_each_other_what_their_cards_stamped),
	SCENARIO(an_interleaved_answer_tells_what_the_servers_card_stamped),
	SCENARIO(an_interleaved_broadcast_tells_what_the_servers_card_stamped),
};

const struct scenario_table hwstamp_scenarios = SCENARIO_TABLE(list);
