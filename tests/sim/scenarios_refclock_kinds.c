/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may happen to a reference clock, to each kind of it: a host for each, all beside the same four
 * servers of the network, which are right. Each leads its host's clock at first, is left within two
 * polls, and is used again where it is right again.
 */
#include "ntpd/state.h"
#include "refclock/shm.h"
#include "sim/scenario.h"

enum { KINDS = 7, POLL_S = 16, WEEKS_S = 1024 * 604800 };

struct kinds {
	struct sim_node *n[KINDS];
	struct sim_device *dev[KINDS]; /* NULL: it is */
	struct sim_phc *card;
	struct sim_device *line; /* of the receiver with pulses: its sentences */
};

enum kind { SHM, SOCK, NMEA, NMEA_PULSE, PPS, GPSD, PHC };

static const struct {
	const char *name, *line;
} kinds[KINDS] = {
	[SHM] = { "shm", "server 127.127.28.0 minpoll 4 maxpoll 4 prefer\n" },
	[SOCK] = { "sock", "refclock sock path /s minpoll 4 maxpoll 4 prefer\n" },
	[NMEA] = { "nmea", "refclock nmea minpoll 4 maxpoll 4 time2 0.3 prefer\n" },
	[NMEA_PULSE] = { "pulse", "refclock nmea minpoll 4 maxpoll 4 time2 0.3 flag1 1 prefer\n" },
	[PPS] = { "pps", "refclock pps minpoll 4 maxpoll 4 prefer\n" },
	[GPSD] = { "gpsd", "refclock gpsd mode 1 minpoll 4 maxpoll 4 time2 0.1 prefer\n" },
	[PHC] = { "phc", "server 127.127.48.0 minpoll 4 maxpoll 4 prefer\n" },
};

static void
add_device(struct kinds *k, enum kind kind)
{
	struct sim_devices *d = &k->n[kind]->devices;

	switch (kind) {
	case SHM:
		k->dev[kind] = sim_device_shm(d, SHM_KEY);
		break;
	case SOCK:
		k->dev[kind] = sim_device_datagram(d, "/s");
		break;
	case NMEA:
		k->dev[kind] = sim_device_line(d, "/dev/gps0");
		break;
	case NMEA_PULSE:
		k->line = sim_device_line(d, "/dev/gps0");
		k->dev[kind] = sim_device_pulse(d, "/dev/gpspps0");
		break;
	case PPS:
		k->dev[kind] = sim_device_pulse(d, "/dev/pps0");
		break;
	case GPSD:
		k->dev[kind] = sim_device_stream(d);
		k->dev[kind]->pulses = true;
		break;
	case PHC:
		k->card = sim_phc_clock(&k->n[kind]->phcs, "card");
		break;
	}
}

/* All are followed, half an hour after the start. */
static void
start(struct sim *s, struct kinds *k)
{
	*k = (struct kinds){ 0 };
	for (unsigned i = 1; i <= 4; i++) {
		char address[16];
		struct text a = text_over(address, sizeof address);

		text_printf(&a, "192.0.2.%u", i);
		(void)sim_serve(s, address);
	}
	for (unsigned i = 0; i < KINDS; i++) {
		char config[256];
		struct text t = text_over(config, sizeof config);

		text_printf(&t, "%s%s", FOUR_SERVERS, kinds[i].line);
		k->n[i] = sim_node_new(s, kinds[i].name, 0.010, 10e-6, config);
		add_device(k, (enum kind)i);
		for (unsigned x = 0; x < 4; x++) {
			sim_link(s, k->n[i]->host, s->server[x]->host, scenario_wan());
		}
		(void)sim_node_boot(k->n[i]);
	}
	sim_run(s, 1800);
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s, scenario_follows_clock(k->n[i]), "%s is not followed at first",
		    kinds[i].name);
	}
}

/* Two polls are over, and ten minutes more of being right without it. */
static void
check_left(struct sim *s, const struct kinds *k, unsigned but)
{
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s, (but >> i & 1) != 0 || !scenario_follows_clock(k->n[i]),
		    "%s is still followed", kinds[i].name);
		SIM_CHECK(s, sim_status(k->n[i]).synced, "%s: lost", kinds[i].name);
	}
	SIM_CHECK(s, sim_worst_error_s(s, k->n[NMEA], 600) < 0.010, "off");
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s, sim_worst_error_s(s, k->n[i], 10) < 0.010, "%s: off", kinds[i].name);
	}
}

static void
check_back(struct sim *s, const struct kinds *k)
{
	sim_run(s, 300);
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s, scenario_follows_clock(k->n[i]), "%s is not followed again",
		    kinds[i].name);
	}
}

static void
each_kind_that_dies_is_left_within_two_polls_and_used_again(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->dead = true;
	}
	k.line->dead = true;
	k.card->look_error = -11;
	sim_run(s, 2 * POLL_S + 2);
	check_left(s, &k, 0);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->dead = false;
	}
	k.line->dead = false;
	k.card->look_error = 0;
	check_back(s, &k);
}

/* A pulse, and a sentence, are so much later; others say another time. */
static void
each_kind_that_jumps_is_left_within_two_polls(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->lie_s = 0.35;
	}
	k.card->offset_ns = 350 * (int64_t)1000000;
	/* The receiver tells its pulse by its sentence. */
	k.line->lie_s = 0.35;
	k.dev[GPSD]->weeks = 1;
	sim_run(s, 2 * POLL_S + 2);
	check_left(s, &k, 0);
}

static void
each_kind_that_stutters_is_left_within_two_polls(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->stutters = true;
	}
	k.line->stutters = true;
	/*
	 * A counter that stands still. The classic loop's filter holds the first of such samples for
	 * a spike.
	 */
	for (double i = 0.0; i < scenario_figure(s, 2.0, 3.0) * POLL_S + 2.0; i += 1.0) {
		sim_run(s, 1);
		k.card->offset_ns -= NS_PER_S;
	}
	check_left(s, &k, 0);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->stutters = false;
	}
	k.line->stutters = false;
	k.card->offset_ns = 0;
	check_back(s, &k);
}

/* Of sentences the week is set right by tos basedate; a pulse has none. */
static void
each_kind_that_rolls_over_is_left_or_set_right(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->weeks = -1024;
	}
	k.line->weeks = -1024;
	k.card->offset_ns = -WEEKS_S * (int64_t)NS_PER_S;
	sim_run(s, 2 * POLL_S + 2);
	for (unsigned i = NMEA; i <= PPS; i++) {
		SIM_CHECK(s, scenario_follows_clock(k.n[i]), "%s is not set right", kinds[i].name);
	}
	check_left(s, &k, 1u << NMEA | 1u << NMEA_PULSE | 1u << PPS);
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s,
		    sim_logged(k.n[i], "before tos basedate") == (i < NMEA || i > PPS ? 1 : 0),
		    "%s: said %u times", kinds[i].name, sim_logged(k.n[i], "before tos basedate"));
	}
}

/*
 * Nobody can tell such a lie from the truth: what is told of our error covers it, and the oracle looks
 * at that each second.
 */
static void
each_kind_that_lies_within_its_root_distance_leads_by_no_more(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->lie_s = i == NMEA || i == GPSD ? 0.015 : 0.0002;
	}
	k.card->offset_ns = 200000;
	for (unsigned i = 0; i < KINDS; i++) {
		double worst_s = sim_worst_error_s(s, k.n[i], 600);

		SIM_CHECK(s, worst_s <= sim_status(k.n[i]).root_dist_s, "%s: %.6f s off",
		    kinds[i].name, worst_s);
	}
}

static void
each_kind_that_is_unplugged_is_left_and_used_when_it_is_back(struct sim *s)
{
	struct kinds k;

	start(s, &k);
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->gone = true;
		k.dev[i]->open_error = -2;
	}
	k.line->gone = true;
	k.line->open_error = -2;
	k.card->gone = true;
	k.card->open_error = -19;
	sim_run(s, 2 * POLL_S + 2);
	check_left(s, &k, 0);
	for (unsigned i = 0; i < KINDS; i++) {
		SIM_CHECK(s, sim_logged(k.n[i], "is gone (") == (i == NMEA_PULSE ? 2 : 1),
		    "%s: said %u times", kinds[i].name, sim_logged(k.n[i], "is gone ("));
	}
	for (unsigned i = 0; i < KINDS - 1; i++) {
		k.dev[i]->open_error = 0;
	}
	k.line->open_error = 0;
	k.card->open_error = 0;
	check_back(s, &k);
}

static const struct scenario list[] = {
	SCENARIO(each_kind_that_dies_is_left_within_two_polls_and_used_again),
	SCENARIO(each_kind_that_jumps_is_left_within_two_polls),
	SCENARIO(each_kind_that_stutters_is_left_within_two_polls),
	SCENARIO(each_kind_that_rolls_over_is_left_or_set_right),
	SCENARIO(each_kind_that_lies_within_its_root_distance_leads_by_no_more),
	SCENARIO(each_kind_that_is_unplugged_is_left_and_used_when_it_is_back),
};

const struct scenario_table refclock_kinds_scenarios = SCENARIO_TABLE(list);
