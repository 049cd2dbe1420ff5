/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference clocks: what becomes of the time when they are right, die, jump, stutter or lie. */
#include "config.h"
#include <math.h>
#include "ntpd/state.h"
#include "refclock/shm.h"
#include "sim/scenario.h"

#define SHM_LINE "driftfile /drift\nserver 127.127.28.0 minpoll 4 maxpoll 4\n"
#define SHM_TEN_PPM 10e-6

/* A host with a shared memory clock and no network, whose clock is 10 ms ahead and 10 ppm fast. */
static struct sim_node *
alone(struct sim *s, const char *config, struct sim_device **dev)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, config);

	*dev = sim_device_shm(&n->devices, SHM_KEY);
	(void)sim_node_boot(n);
	return n;
}

/* The same beside four servers in the network, which servers has the lines of. */
static struct sim_node *
among(struct sim *s, const char *servers, const char *line, struct sim_device **dev)
{
	char config[512];
	struct text t = text_over(config, sizeof config);
	struct sim_node *n;

	text_printf(&t, "%s%s", servers, line);
	n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, config);
	*dev = sim_device_shm(&n->devices, SHM_KEY);
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	return n;
}

static struct sim_node *
among_servers(struct sim *s, const char *line, struct sim_device **dev)
{
	return among(s, FOUR_SERVERS, line, dev);
}

static void
a_clock_alone_is_followed_within_10_s(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = alone(s, SHM_LINE, &dev);

	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced, "not after 10 s");
	SIM_CHECK(s, sim_status(n).stratum == 1, "stratum %u", (unsigned)sim_status(n).stratum);
	sim_run(s, 900);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 20e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 10));
}

static void
a_clock_that_dies_is_given_up_within_two_polls(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);

	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(n).stratum == 1, "stratum %u", (unsigned)sim_status(n).stratum);
	dev->dead = true;
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "off");
	dev->dead = false;
	sim_run(s, 40);
	SIM_CHECK(s, sim_status(n).stratum == 1, "stratum %u", (unsigned)sim_status(n).stratum);
}

static void
a_clock_that_jumps_is_given_up_within_two_polls(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);

	sim_run(s, 1800);
	dev->lie_s = 0.7;
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "%.6f s off",
	    sim_worst_error_s(s, n, 10));
	SIM_CHECK(s, sim_logged(n, "127.127.28.0 is a falseticker") == 1, "not said");
}

static void
a_clock_that_stutters_is_given_up_within_two_polls(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);

	sim_run(s, 1800);
	dev->stutters = true;
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "off");
}

/* Which second it is nobody knows yet: the date of before the release does. */
static void
a_clock_that_is_1024_weeks_behind_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, SHM_LINE);
	struct sim_device *dev = sim_device_shm(&n->devices, SHM_KEY);

	dev->weeks = -1024;
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "is before tos basedate") == 1, "not said once");
	SIM_CHECK(s, sim_logged(n, "clk_bad_date") == 1, "no event");
	dev->weeks = 0;
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(n).synced, "not followed again");
}

static void
a_clock_that_rolls_over_while_it_runs_is_given_up(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);

	sim_run(s, 1800);
	dev->weeks = 1024;
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_logged(n, "more than the limit of 14400 s") == 1, "not said");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "off");
}

static void
a_clock_that_lies_from_the_start_is_outvoted(struct sim *s)
{
	struct sim_node *n;
	struct sim_device *dev;

	n = among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);
	dev->lie_s = 0.3;
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.010, "off");
}

/* A line of sentences that wobbles by 80 ms has its words among servers, and breaks nothing. */
static void
a_clock_that_wobbles_by_80_ms_never_breaks_the_time_of_the_network(struct sim *s)
{
	struct sim_node *n;
	struct sim_device *dev;

	n = among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4\n", &dev);
	dev->wobble_s = 0.080;
	dev->jitter_s = 0.010;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 86400) < 0.005, "off");
}

/* The device that is read is followed, alone or with others. */
static bool
device_followed(const struct sim_node *n)
{
	const struct client *c = &n->daemon->client;

	for (unsigned i = 0; i < c->peers.peer_n; i++) {
		const struct assoc *a = &c->peers.peer[i].a;

		if (a->id != 0 && (a->rules.flags & ASSOC_REFCLOCK) != 0) {
			return a->tally >= TALLY_CANDIDATE;
		}
	}
	return false;
}

/* A virtual machine that is held up by 50 ms each few minutes: the device sees each pause first. */
static void
check_followed_through_pauses(struct sim *s, struct sim_node *n)
{
	unsigned followed = 0, looks = 0;

	sim_run(s, 3600);
	for (unsigned i = 0; i < 72; i++) {
		sim_node_pause(n, 0.050);
		sim_run(s, 20 + i * 137 % 500);
		for (unsigned k = 0; k < 5; k++, looks++) {
			sim_run(s, 10);
			followed += device_followed(n);
		}
	}
	SIM_CHECK(s, 10 * followed >= scenario_figure(s, 9, 5) * looks, "followed %u of %u times",
	    followed, looks);
}

/* It is no more restless for that than the servers, that are asked after it. */
static void
a_clock_beside_servers_keeps_its_vote_while_our_own_is_held_up(struct sim *s)
{
	struct sim_device *dev;

	check_followed_through_pauses(s,
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4\n", &dev));
}

/* Servers that may be asked seldom only see one pause in four, and are no calmer for that. */
static void
a_clock_beside_servers_that_are_seldom_asked_keeps_its_vote(struct sim *s)
{
	struct sim_device *dev;

	check_followed_through_pauses(s,
	    among(s,
		"server 192.0.2.1 minpoll 10\nserver 192.0.2.2 minpoll 10\n"
		"server 192.0.2.3 minpoll 10\nserver 192.0.2.4 minpoll 10\n",
		"server 127.127.28.0 minpoll 4 maxpoll 4\n", &dev));
}

/* Without anybody else: what is told of the error holds (the oracle looks). */
static void
a_clock_alone_that_wobbles_is_told_to_be_as_far_off(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = alone(s, SHM_LINE, &dev);

	dev->wobble_s = 0.020;
	dev->jitter_s = 0.010;
	sim_run(s, 86400);
	SIM_CHECK(s, sim_status(n).synced, "lost");
}

static void
an_outage_of_20_minutes_is_held_over(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = alone(s, SHM_LINE, &dev);

	sim_run(s, 4 * 3600);
	dev->dead = true;
	SIM_CHECK(s, sim_worst_error_s(s, n, 1200) < 1e-3, "off");
	SIM_CHECK(s, sim_logged(n, "clk_no_reply") == 1, "no event");
	dev->dead = false;
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(n).synced, "not back");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 20e-6, "off");
}

static void
a_device_missing_at_start_is_opened_when_it_comes(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, SHM_LINE);
	struct sim_device *dev = sim_device_shm(&n->devices, SHM_KEY);

	dev->open_error = -13;
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "SHM(0): its device cannot be opened") == 1, "not said once");
	SIM_CHECK(s, sim_logged(n, "; as the scenario has it") == 1, "no reason");
	dev->open_error = 0;
	sim_run(s, 64 + 10);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_logged(n, "SHM(0): its device is there") == 1, "not said");
}

/* gpsd was started anew, and its segment with it. */
static void
a_device_that_is_taken_away_is_opened_again(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = alone(s, SHM_LINE, &dev);

	sim_run(s, 600);
	dev->gone = true;
	sim_run(s, 10);
	SIM_CHECK(s, dev->opens == 2, "opened %u times", dev->opens);
	SIM_CHECK(s, sim_logged(n, "SHM(0): its device is gone") == 1, "not said");
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 50e-6, "off");
}

static void
a_step_of_our_clock_is_no_jump_of_the_reference(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 40.0, SHM_TEN_PPM, SHM_LINE);
	struct sim_device *dev = sim_device_shm(&n->devices, SHM_KEY);

	(void)dev;
	(void)sim_node_boot(n);
	sim_run(s, 30);
	SIM_CHECK(s, n->clock.steps == 1, "%u steps", n->clock.steps);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 0.001, "off");
	SIM_CHECK(s, sim_logged(n, "is not what was foretold") == 0, "a break");
}

/* The servers are configured, and none is there: the clock of the host decides in the end. */
static void
a_clock_whose_network_is_down_decides_when_the_wait_is_over(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    FOUR_SERVERS "server 127.127.28.0 minpoll 4 maxpoll 4\n");

	(void)sim_device_shm(&n->devices, SHM_KEY);
	(void)sim_node_boot(n);
	sim_run(s, 20);
	SIM_CHECK(s, !sim_status(n).synced, "decided at once");
	sim_run(s, 20);
	SIM_CHECK(s, sim_status(n).synced, "not after 40 s");
	SIM_CHECK(s, sim_logged(n, "the reference clock decides") == 1, "not said");
}

/* ---- NMEA and PPS ---- */

#define GPS_LINE "driftfile /drift\nserver 127.127.20.0 minpoll 4 maxpoll 4\n"

static struct sim_device *
with_receiver(struct sim_node *n, struct sim_device **pulse)
{
	*pulse = sim_device_pulse(&n->devices, "/dev/gpspps0");
	return sim_device_line(&n->devices, "/dev/gps0");
}

/* Its sentences end 0.3 s after the second, and fudge says so. */
static void
a_receiver_without_a_pulse_is_right_to_10_ms_once_it_is_measured(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE "fudge 127.127.20.0 time2 0.3\n");

	(void)sim_device_line(&n->devices, "/dev/gps0");
	(void)sim_node_boot(n);
	sim_run(s, 15);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).stratum == 1, "not after 15 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 7200) < 0.010, "off");
}

/* Until then nobody knows by how much it is late: that is told (the oracle looks). */
static void
a_receiver_that_nobody_measured_is_told_to_be_half_a_second_off(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE);

	(void)sim_device_line(&n->devices, "/dev/gps0");
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_status(n).root_dist_s > 0.3 && sim_status(n).root_dist_s < 1.5, "%.3f s",
	    sim_status(n).root_dist_s);
}

static void
a_pulse_of_a_receiver_is_followed_within_2_us(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE "fudge 127.127.20.0 flag1 1\n");
	struct sim_device *pulse, *line = with_receiver(n, &pulse);

	line->wobble_s = 0.05;
	(void)sim_node_boot(n);
	sim_run(s, 15);
	SIM_CHECK(s, sim_status(n).synced, "not after 15 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 2e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

/* The line goes on alone, with what it is worth; and the pulse is used when it is back. */
static void
a_receiver_whose_pulse_is_lost_is_not_as_sure_as_before(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    GPS_LINE "fudge 127.127.20.0 flag1 1 time2 0.3\n");
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	pulse->dead = true;
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.010, "off");
	SIM_CHECK(s, sim_status(n).synced, "lost");
	pulse->dead = false;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 5e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 10));
}

static void
a_receiver_1024_weeks_behind_is_set_right(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE "fudge 127.127.20.0 time2 0.3\n");
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->weeks = -1024;
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 0.020, "off");
}

static void
a_receiver_without_a_fix_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE);
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->leap = 3;
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "GPS_NMEA(0) clk_bad_signal") == 1, "no event");
}

static void
a_receiver_without_checksums_is_told_of_once_and_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE);
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->unsummed = true;
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "its sentences have no checksum") == 1, "not said once");
	line->unsummed = false;
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_logged(n, "what it says is of use again") == 1, "not said");
}

/* Of one in ten nothing is said: those between are good. */
static void
a_noisy_line_is_followed_and_a_wrong_speed_is_told_of_once(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE);
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->garbled = 0.1;
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_logged(n, "checksums of its sentences do not fit") == 0, "told of");
	line->garbled = 1.0;
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(n, "checksums of its sentences do not fit") == 1, "not said once");
}

/* GGA tells the time of day: the servers know the day. */
static void
a_receiver_without_a_date_waits_for_somebody_who_has_it(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE);
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->sentence = "GGA";
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "its sentences have no date") == 1, "not said once");
}

/* Four servers at 15 ms number the seconds, and one of them is preferred: ntp.org's rule. */
static void
a_pulse_beside_a_preferred_server_is_followed_within_5_us(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nserver 192.0.2.1 iburst prefer\nserver 192.0.2.2 iburst\n"
	    "server 192.0.2.3 iburst\nserver 127.127.22.0 minpoll 4 maxpoll 4\n");

	(void)sim_device_pulse(&n->devices, "/dev/pps0");
	for (unsigned i = 1; i <= 3; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(n).stratum == 1, "stratum %u", (unsigned)sim_status(n).stratum);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 5e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

/* Which second begins nobody knows. */
static void
a_pulse_alone_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nserver 127.127.22.0 minpoll 4 maxpoll 4 prefer\n");

	(void)sim_device_pulse(&n->devices, "/dev/pps0");
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
}

/* NTPsec's rule: prefer on the pulse; with shared memory to number it. */
static void
a_preferred_pulse_refines_what_shared_memory_says(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nrefclock shm unit 0 minpoll 4 maxpoll 4\n"
	    "refclock pps unit 0 minpoll 4 maxpoll 4 prefer\n");
	struct sim_device *shm = sim_device_shm(&n->devices, SHM_KEY);

	shm->jitter_s = 0.003;
	(void)sim_device_pulse(&n->devices, "/dev/pps0");
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < scenario_figure(s, 3e-6, 20e-6), "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

/* gpsd hands over the seconds in shared memory and the pulses by a socket. */
static void
pulses_by_a_socket_refine_a_preferred_clock(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nserver 127.127.28.0 minpoll 4 maxpoll 4 prefer\n"
	    "refclock sock path /run/chrony.pps0.sock minpoll 4 maxpoll 4\n");
	struct sim_device *shm = sim_device_shm(&n->devices, SHM_KEY);
	struct sim_device *sock = sim_device_datagram(&n->devices, "/run/chrony.pps0.sock");

	shm->jitter_s = 0.003;
	sock->pulses = true;
	sock->lie_s = 7.0; /* which second it is says the other */
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < scenario_figure(s, 5e-6, 20e-6), "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

static void
samples_of_a_socket_are_followed_alone(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nrefclock sock unit 3 minpoll 4 maxpoll 4\n");

	(void)sim_device_datagram(&n->devices, "/run/ntpd/refclock3.sock");
	(void)sim_node_boot(n);
	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).stratum == 1, "not after 10 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 10e-6, "off");
}

/* ---- PTP hardware clocks ---- */

#define PHC_LINE "driftfile /drift\nrefclock phc path \"KVM virtual PTP\" minpoll 4 maxpoll 4\n"
#define PHC_WITH_PAGE                                                                    \
	"driftfile /drift\nrefclock phc path \"KVM virtual PTP\" vmclock /dev/vmclock0 " \
	"minpoll 4 maxpoll 4\n"

static void
the_clock_of_a_hypervisor_is_followed_within_a_microsecond(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, PHC_LINE);

	n->clock.osc.walk = 1e-9;
	(void)sim_phc_clock(&n->phcs, "KVM virtual PTP");
	(void)sim_node_boot(n);
	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).stratum == 1, "not after 10 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < scenario_figure(s, 1e-6, 20e-6), "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

static void
a_clock_that_counts_tai_is_37_s_ahead_by_the_table_or_by_fudge(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nrefclock phc path /dev/ptp0 tai time2 37 minpoll 4 maxpoll 4\n");
	struct sim_phc *c = sim_phc_clock(&n->phcs, "card");

	c->offset_ns = INT64_C(37) * NS_PER_S;
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 20e-6, "off");
}

static void
a_clock_of_tai_without_anybody_who_knows_it_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nserver 127.127.48.0 minpoll 4 maxpoll 4\nfudge 127.127.48.0 flag1 "
	    "1\n");

	(void)sim_phc_clock(&n->phcs, "card");
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "it counts TAI, and nobody says") == 1, "not said once");
}

/* Since the card had power, 1000 s ago: nobody has set it. */
static void
a_card_that_nobody_set_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    "driftfile /drift\nrefclock phc path eth0 minpoll 4 maxpoll 4\n");

	(void)sim_phc_card(&n->phcs, "eth0");
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "its time is before tos basedate") == 1, "not said once");
}

static void
a_clock_that_is_missing_is_said_once_and_opened_when_it_comes(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, PHC_LINE);

	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "PHC(0): its device cannot be opened: No such device") == 1,
	    "not said once");
	(void)sim_phc_clock(&n->phcs, "KVM virtual PTP");
	sim_run(s, 64 + 10);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
}

static struct sim_node *
phc_among_servers(struct sim *s, struct sim_phc **c)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    FOUR_SERVERS "server 127.127.48.0 minpoll 4 maxpoll 4 prefer\n");

	*c = sim_phc_clock(&n->phcs, "card");
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	return n;
}

static void
a_hardware_clock_that_jumps_is_given_up_within_two_polls(struct sim *s)
{
	struct sim_phc *c;
	struct sim_node *n = phc_among_servers(s, &c);

	sim_run(s, 1800);
	SIM_CHECK(s, scenario_follows_clock(n), "not followed");
	c->offset_ns = INT64_C(700000000);
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "off");
}

static void
a_hardware_clock_that_cannot_be_read_is_given_up_within_two_polls(struct sim *s)
{
	struct sim_phc *c;
	struct sim_node *n = phc_among_servers(s, &c);

	sim_run(s, 1800);
	c->look_error = -11;
	sim_run(s, 2 * 16 + 2);
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "still followed");
	c->look_error = 0;
	sim_run(s, 40);
	SIM_CHECK(s, scenario_follows_clock(n), "not followed again");
}

static void
a_hardware_clock_37_s_ahead_is_told_to_count_tai(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    FOUR_SERVERS "server 127.127.48.0 minpoll 4 maxpoll 4\nfudge 127.127.48.0 time2 37\n");
	struct sim_phc *c = sim_phc_clock(&n->phcs, "card");

	c->offset_ns = INT64_C(37) * NS_PER_S;
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_logged(n, "it is 37 s ahead, as TAI is") == 1, "not said once");
	SIM_CHECK(s, sim_status(n).synced && !scenario_follows_clock(n), "followed");
}

/* Another host has another oscillator; the page says so before a sample is off. */
static void
a_machine_that_is_moved_is_right_again_within_a_minute(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, PHC_WITH_PAGE);
	struct sim_device *page = sim_device_vmclock(&n->devices, "/dev/vmclock0");

	(void)sim_phc_clock(&n->phcs, "KVM virtual PTP");
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	n->clock.osc.freq += 40e-6;
	sim_clock_foreign_step(&n->clock, 0.0002);
	page->marker++;
	sim_run(s, 60);
	SIM_CHECK(s, sim_logged(n, "the hypervisor has moved this machine") == 1, "not said once");
	SIM_CHECK(s, sim_status(n).synced, "lost");
	sim_run(s, 120);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < scenario_figure(s, 20e-6, 3e-3), "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

static void
a_hypervisor_that_says_that_its_clock_is_wrong_is_not_followed(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, PHC_WITH_PAGE);
	struct sim_device *page = sim_device_vmclock(&n->devices, "/dev/vmclock0");

	page->untrusted = true;
	(void)sim_phc_clock(&n->phcs, "KVM virtual PTP");
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "PHC(0) clk_bad_signal") == 1, "no event");
	page->untrusted = false;
	page->told_off_s = 0.002;
	sim_run(s, 120);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).root_dist_s > 0.002, "%.6f s",
	    sim_status(n).root_dist_s);
}

/* ---- gpsd, which nobody reads without jansson ---- */

#ifdef HAVE_JANSSON

static struct sim_node *
with_gpsd(struct sim *s, const char *line, struct sim_device **dev)
{
	char config[256];
	struct text t = text_over(config, sizeof config);
	struct sim_node *n;

	text_printf(&t, "driftfile /drift\n%s", line);
	n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, config);
	*dev = sim_device_stream(&n->devices);
	return n;
}

static void
the_sentences_of_gpsd_are_followed_within_10_s(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s,
	    "server 127.127.46.0 minpoll 4 maxpoll 4\nfudge 127.127.46.0 time2 0.1\n", &dev);

	(void)sim_node_boot(n);
	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).stratum == 1, "not after 10 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.005, "off");
}

static void
the_pulses_of_gpsd_are_followed_within_2_us(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s, "refclock gpsd mode 1 minpoll 4 maxpoll 4\n", &dev);

	dev->pulses = true;
	dev->wobble_s = 0.05;
	(void)sim_node_boot(n);
	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced, "not after 10 s");
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 2e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

/* Without a pulse there is no time; the sentences alone are none in this mode. */
static void
strict_gpsd_without_pulses_is_not_followed(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s, "refclock gpsd mode 1 minpoll 4 maxpoll 4\n", &dev);

	(void)sim_node_boot(n);
	sim_run(s, 900);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
}

/* Pulses, none for an hour, and again: the sentences bridge it from two minutes on. */
static void
automatic_gpsd_bridges_an_outage_of_its_pulses(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    with_gpsd(s, "refclock gpsd mode 2 time2 0.1 minpoll 4 maxpoll 4\n", &dev);

	dev->pulses = true;
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 2e-6, "off");
	dev->pulses = false;
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.010, "off without");
	SIM_CHECK(s, sim_status(n).synced, "lost");
	dev->pulses = true;
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 5e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 10));
}

static void
the_unit_of_pulses_alone_refines_its_primary(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s,
	    "server 127.127.46.0 prefer minpoll 4 maxpoll 4\nfudge 127.127.46.0 time2 0.1\n"
	    "server 127.127.46.128 minpoll 4 maxpoll 4\nfudge 127.127.46.128 flag1 1\n",
	    &dev);

	dev->pulses = true;
	(void)sim_node_boot(n);
	/* Where the first pulses come amid sentences the classic loop measures the rate badly. */
	sim_run(s, scenario_figure(s, 1800, 7200));
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < scenario_figure(s, 5e-6, 20e-6), "%.9f s off",
	    sim_worst_error_s(s, n, 60));
}

static void
a_gpsd_of_before_toff_is_followed(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s, "refclock gpsd time2 0.1 minpoll 4 maxpoll 4\n", &dev);

	dev->no_toff = true;
	(void)sim_node_boot(n);
	sim_run(s, 15);
	SIM_CHECK(s, sim_status(n).synced, "not after 15 s");
}

static void
a_gpsd_without_a_fix_is_not_followed(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s, "refclock gpsd mode 1 minpoll 4 maxpoll 4\n", &dev);

	dev->pulses = true;
	dev->leap = 3;
	(void)sim_node_boot(n);
	sim_run(s, 600);
	SIM_CHECK(s, !sim_status(n).synced, "followed");
	SIM_CHECK(s, sim_logged(n, "GPSD_JSON(0) clk_bad_signal") == 1, "no event");
}

/* Opened, and no word: said once, and asked ever more seldom, until it speaks. */
static void
a_gpsd_that_says_nothing_is_asked_again_ever_more_seldom(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n = with_gpsd(s, "refclock gpsd time2 0.1 minpoll 4 maxpoll 4\n", &dev);

	dev->mute = true;
	(void)sim_node_boot(n);
	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "GPSD_JSON(0): its device cannot be opened") == 1,
	    "not said once");
	SIM_CHECK(s, dev->opens > 30 && dev->opens < 80, "opened %u times", dev->opens);
	dev->mute = false;
	sim_run(s, 90);
	SIM_CHECK(s, sim_status(n).synced, "not followed");
	SIM_CHECK(s, sim_logged(n, "GPSD_JSON(0): its device is there") == 1, "not said");
}
#endif

/* ---- calibration, the kernel, outages, the network ---- */

/* Servers number the pulse, which leads; the receiver's messages are 142 ms late, and not followed. */
static struct sim_node *
beside_a_pulse(struct sim *s, const char *more)
{
	char config[512];
	struct text t = text_over(config, sizeof config);
	struct sim_device *shm;
	struct sim_node *n;

	text_printf(&t,
	    "driftfile /drift\nserver 192.0.2.1 iburst prefer\nserver 192.0.2.2 iburst\n"
	    "server 192.0.2.3 iburst\nserver 127.127.22.0 minpoll 4 maxpoll 4\n"
	    "server 127.127.28.0 minpoll 4 maxpoll 4 noselect\n%s",
	    more);
	n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, config);
	shm = sim_device_shm(&n->devices, SHM_KEY);
	shm->lie_s = -0.142;
	shm->jitter_s = 0.005;
	(void)sim_device_pulse(&n->devices, "/dev/pps0");
	for (unsigned i = 1; i <= 3; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	return n;
}

static void
a_clock_is_calibrated_by_the_pulse_of_another(struct sim *s)
{
	struct sim_node *n = beside_a_pulse(s, "enable calibrate\n");

	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "SHM(0): calibrated: 'fudge 127.127.28.0 time1 0.1") == 1,
	    "not said");
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 20e-6, "off");
}

static void
without_enable_calibrate_nothing_is_learned(struct sim *s)
{
	struct sim_node *n = beside_a_pulse(s, "");

	sim_run(s, 3600);
	SIM_CHECK(s, sim_logged(n, "calibrated") == 0, "learned");
}

/* Its own pulses tell how late its sentences are: they are of use when the pulses are gone. */
static void
a_receiver_calibrates_its_sentences_by_its_pulses(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    GPS_LINE "fudge 127.127.20.0 flag1 1\nenable calibrate\n");
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	pulse->dead = true;
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 0.010, "off");
	SIM_CHECK(s, sim_status(n).synced, "lost");
}

#define KERNEL_PPS GPS_LINE "fudge 127.127.20.0 flag1 1 flag3 1\n"

static void
with_flag3_the_kernel_measures_too(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, KERNEL_PPS);
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 60);
	SIM_CHECK(s, pulse->binds == 1, "bound %u times", pulse->binds);
	SIM_CHECK(s, sim_logged(n, "the kernel measures its clock by the pulses too") == 1,
	    "not said");
	pulse->gone = true;
	sim_run(s, 10);
	SIM_CHECK(s, pulse->binds == 2, "not bound again");
}

static void
a_kernel_that_cannot_is_said_once_and_the_pulse_is_used(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, KERNEL_PPS);
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	pulse->bind_error = -95; /* EOPNOTSUPP */
	(void)sim_node_boot(n);
	sim_run(s, 600);
	pulse->gone = true;
	sim_run(s, 1800);
	SIM_CHECK(s, pulse->opens == 2, "opened %u times", pulse->opens);
	SIM_CHECK(s, sim_logged(n, "no kernel PPS (flag3)") == 1, "not said once");
	SIM_CHECK(s, sim_worst_error_s(s, n, 600) < 2e-6, "off");
}

static void
without_enable_kernel_nothing_is_bound(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "host", 0.010, SHM_TEN_PPM, KERNEL_PPS "disable kernel\n");
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 60);
	SIM_CHECK(s, pulse->binds == 0, "bound");
}

static bool
reload(struct sim_node *n, const char *config)
{
	sim_node_config(n, config);
	return ntpd_reload(n->daemon);
}

/* The kernel keeps what it was bound to until it is told otherwise. */
static void
the_kernel_takes_part_as_the_last_reload_says(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM, KERNEL_PPS);
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 60);
	SIM_CHECK(s, pulse->bound, "not bound");
	SIM_CHECK(s, reload(n, KERNEL_PPS "disable kernel\n"), "refused");
	sim_run(s, 2);
	SIM_CHECK(s, !pulse->bound && pulse->opens == 1, "bound after disable kernel");
	SIM_CHECK(s, reload(n, KERNEL_PPS), "refused");
	sim_run(s, 2);
	SIM_CHECK(s, pulse->bound && pulse->opens == 1, "not bound again");
	SIM_CHECK(s, reload(n, GPS_LINE "fudge 127.127.20.0 flag1 1 flag3 0\n"), "refused");
	SIM_CHECK(s, !pulse->bound && pulse->opens == 2, "bound without flag3");
	SIM_CHECK(s, reload(n, KERNEL_PPS), "refused");
	SIM_CHECK(s, pulse->bound, "not bound with flag3");
	SIM_CHECK(s, reload(n, ""), "refused");
	SIM_CHECK(s, !pulse->bound, "bound without a clock");
}

/* Both the line and the pulse: what is told of the error holds meanwhile (the oracle looks). */
static void
an_outage_of_20_minutes_of_pulses_is_held_over(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    GPS_LINE "fudge 127.127.20.0 flag1 1 time2 0.3\n");
	struct sim_device *pulse, *line = with_receiver(n, &pulse);

	(void)sim_node_boot(n);
	sim_run(s, 4 * 3600);
	line->dead = true;
	pulse->dead = true;
	SIM_CHECK(s, sim_worst_error_s(s, n, 1200) < 1e-3, "off");
	line->dead = false;
	pulse->dead = false;
	sim_run(s, 300);
	SIM_CHECK(s, sim_status(n).synced, "not back");
	SIM_CHECK(s, sim_worst_error_s(s, n, 3600) < 2e-6, "%.9f s off",
	    sim_worst_error_s(s, n, 10));
}

/* Sentences alone, measured to be 0.3 s late, that swing by 80 ms: beside four servers. */
static void
sentences_that_wobble_by_80_ms_never_break_the_time_of_the_network(struct sim *s)
{
	struct sim_node *n = sim_node_new(s, "host", 0.010, SHM_TEN_PPM,
	    FOUR_SERVERS "server 127.127.20.0 minpoll 4 maxpoll 4\n"
			 "fudge 127.127.20.0 time2 0.3\n");
	struct sim_device *line = sim_device_line(&n->devices, "/dev/gps0");

	line->wobble_s = 0.080;
	line->jitter_s = 0.010;
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		sim_link(s, n->host, sim_serve(s, address)->host, scenario_wan());
	}
	(void)sim_node_boot(n);
	sim_run(s, 1800);
	SIM_CHECK(s, sim_worst_error_s(s, n, 86400) < 0.005, "off");
}

/* Whatever the kind: what is there at the start leads within 10 s. */
static void
pulses_of_a_receiver_are_followed_within_10_s(struct sim *s)
{
	struct sim_node *n =
	    sim_node_new(s, "host", 0.010, SHM_TEN_PPM, GPS_LINE "fudge 127.127.20.0 flag1 1\n");
	struct sim_device *pulse;

	(void)with_receiver(n, &pulse);
	(void)sim_node_boot(n);
	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced && sim_status(n).stratum == 1, "not after 10 s");
}

/* A second majority, of the network, agrees: it waits for nobody either. */
static void
a_clock_that_a_majority_agrees_with_is_followed_within_10_s(struct sim *s)
{
	struct sim_device *dev;
	struct sim_node *n =
	    among_servers(s, "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n", &dev);

	sim_run(s, 10);
	SIM_CHECK(s, sim_status(n).synced && scenario_follows_clock(n), "not after 10 s");
}

static const struct scenario list[] = {
	SCENARIO(a_clock_alone_is_followed_within_10_s),
	SCENARIO(a_clock_that_dies_is_given_up_within_two_polls),
	SCENARIO(a_clock_that_jumps_is_given_up_within_two_polls),
	SCENARIO(a_clock_that_stutters_is_given_up_within_two_polls),
	SCENARIO(a_clock_that_is_1024_weeks_behind_is_not_followed),
	SCENARIO(a_clock_that_rolls_over_while_it_runs_is_given_up),
	SCENARIO(a_clock_that_lies_from_the_start_is_outvoted),
	SCENARIO(a_clock_that_wobbles_by_80_ms_never_breaks_the_time_of_the_network),
	SCENARIO(a_clock_beside_servers_keeps_its_vote_while_our_own_is_held_up),
	SCENARIO(a_clock_beside_servers_that_are_seldom_asked_keeps_its_vote),
	SCENARIO(a_clock_alone_that_wobbles_is_told_to_be_as_far_off),
	SCENARIO(an_outage_of_20_minutes_is_held_over),
	SCENARIO(a_device_missing_at_start_is_opened_when_it_comes),
	SCENARIO(a_device_that_is_taken_away_is_opened_again),
	SCENARIO(a_step_of_our_clock_is_no_jump_of_the_reference),
	SCENARIO(a_clock_whose_network_is_down_decides_when_the_wait_is_over),
	SCENARIO(a_receiver_without_a_pulse_is_right_to_10_ms_once_it_is_measured),
	SCENARIO(a_receiver_that_nobody_measured_is_told_to_be_half_a_second_off),
	SCENARIO(a_pulse_of_a_receiver_is_followed_within_2_us),
	SCENARIO(a_receiver_whose_pulse_is_lost_is_not_as_sure_as_before),
	SCENARIO(a_receiver_1024_weeks_behind_is_set_right),
	SCENARIO(a_receiver_without_a_fix_is_not_followed),
	SCENARIO(a_receiver_without_checksums_is_told_of_once_and_not_followed),
	SCENARIO(a_noisy_line_is_followed_and_a_wrong_speed_is_told_of_once),
	SCENARIO(a_receiver_without_a_date_waits_for_somebody_who_has_it),
	SCENARIO(a_pulse_beside_a_preferred_server_is_followed_within_5_us),
	SCENARIO(a_pulse_alone_is_not_followed),
	SCENARIO(a_preferred_pulse_refines_what_shared_memory_says),
	SCENARIO(pulses_by_a_socket_refine_a_preferred_clock),
	SCENARIO(samples_of_a_socket_are_followed_alone),
	SCENARIO(the_clock_of_a_hypervisor_is_followed_within_a_microsecond),
	SCENARIO(a_clock_that_counts_tai_is_37_s_ahead_by_the_table_or_by_fudge),
	SCENARIO(a_clock_of_tai_without_anybody_who_knows_it_is_not_followed),
	SCENARIO(a_card_that_nobody_set_is_not_followed),
	SCENARIO(a_clock_that_is_missing_is_said_once_and_opened_when_it_comes),
	SCENARIO(a_hardware_clock_that_jumps_is_given_up_within_two_polls),
	SCENARIO(a_hardware_clock_that_cannot_be_read_is_given_up_within_two_polls),
	SCENARIO(a_hardware_clock_37_s_ahead_is_told_to_count_tai),
	SCENARIO(a_machine_that_is_moved_is_right_again_within_a_minute),
	SCENARIO(a_hypervisor_that_says_that_its_clock_is_wrong_is_not_followed),
#ifdef HAVE_JANSSON
	SCENARIO(the_sentences_of_gpsd_are_followed_within_10_s),
	SCENARIO(the_pulses_of_gpsd_are_followed_within_2_us),
	SCENARIO(strict_gpsd_without_pulses_is_not_followed),
	SCENARIO(automatic_gpsd_bridges_an_outage_of_its_pulses),
	SCENARIO(the_unit_of_pulses_alone_refines_its_primary),
	SCENARIO(a_gpsd_of_before_toff_is_followed),
	SCENARIO(a_gpsd_without_a_fix_is_not_followed),
	SCENARIO(a_gpsd_that_says_nothing_is_asked_again_ever_more_seldom),
#endif
	SCENARIO(a_clock_is_calibrated_by_the_pulse_of_another),
	SCENARIO(without_enable_calibrate_nothing_is_learned),
	SCENARIO(a_receiver_calibrates_its_sentences_by_its_pulses),
	SCENARIO(with_flag3_the_kernel_measures_too),
	SCENARIO(the_kernel_takes_part_as_the_last_reload_says),
	SCENARIO(a_kernel_that_cannot_is_said_once_and_the_pulse_is_used),
	SCENARIO(without_enable_kernel_nothing_is_bound),
	SCENARIO(an_outage_of_20_minutes_of_pulses_is_held_over),
	SCENARIO(sentences_that_wobble_by_80_ms_never_break_the_time_of_the_network),
	SCENARIO(pulses_of_a_receiver_are_followed_within_10_s),
	SCENARIO(a_clock_that_a_majority_agrees_with_is_followed_within_10_s),
};

const struct scenario_table refclock_scenarios = SCENARIO_TABLE(list);
