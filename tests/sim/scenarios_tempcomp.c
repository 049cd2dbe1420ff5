/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of a sensor of temperature (tempcomp): good ones are of use, and whatever the others do
 * the clock is no worse than without, and what is told of it holds (the oracle).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/scenario.h"

#define SENSOR "/temp"
#define WITH_SENSOR "tempcomp " SENSOR "\n" ONE_SERVER

/* A board that warms by day and with its heating, 0.2 ppm a degree. */
static void
heat(struct sim_node *c)
{
	struct osc *o = &c->clock.osc;

	o->walk = 3e-10;
	o->heat = (struct osc_heat){
		.mean_c = 25,
		.wave = { { OSC_SINE, 3, 86400, 0 }, { OSC_TRIANGLE, 1, 2400, 0 } },
		.wave_n = 2,
		.per_k = 0.2e-6,
		.lag_s = 60,
	};
}

static struct sim_node *
heated_client(struct sim *s, const char *config)
{
	struct sim_node *c;

	(void)sim_serve(s, "192.0.2.1");
	c = sim_node_new(s, "client", 0.001, 10e-6, config);
	sim_link(s, c->host, s->server[0]->host, scenario_lan());
	heat(c);
	sim_node_sensor(c, SENSOR)->noise_k = 0.02;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

static double
in_force(const struct sim_node *c)
{
	return c->daemon->steering.adjust.comp;
}

static bool
is_told(const struct sim_node *c, const char *word)
{
	return strncmp(c->daemon->steering.compensate.told, word, strlen(word)) == 0;
}

/* The same clock from the 18th hour on, without. */
static double
rms_without(struct sim *s)
{
	struct sim *other = sim_new(s->w->seed);
	double rms;

	other->config_line = s->config_line;
	heated_client(other, ONE_SERVER);
	sim_run(other, 18 * 3600);
	rms = sim_rms_error_s(other, other->node[0], 30 * 3600);
	sim_free(other);
	return rms;
}

static void
a_clock_with_a_good_sensor_is_better_by_a_third(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double rms, without;

	sim_run(s, 18 * 3600);
	rms = sim_rms_error_s(s, c, 30 * 3600);
	without = rms_without(s);
	if (scenario_classic(s)) {
		SIM_CHECK(s, fabs(rms - without) < 1e-12, "%.9f s, %.9f without", rms, without);
		SIM_CHECK(s, is_told(c, "classic"), "%s", c->daemon->steering.compensate.told);
		return;
	}
	SIM_CHECK(s, rms < without * 2 / 3, "%.9f s, %.9f without", rms, without);
	SIM_CHECK(s, is_told(c, "used"), "%s", c->daemon->steering.compensate.told);
	SIM_CHECK(s, fabs(in_force(c)) > 0.1e-6, "%.4f ppm", in_force(c) * 1e6);
	SIM_CHECK(s, sim_logged(c, "the clock's rate follows it") == 1, "said %u times",
	    sim_logged(c, "the clock's rate follows it"));
}

/* What becomes of a sensor from the 18th hour on. */
static void
no_worse_with(struct sim *s, struct sim_node *c, double most)
{
	double rms = sim_rms_error_s(s, c, 30 * 3600), without = rms_without(s);

	SIM_CHECK(s, rms < without * most, "%.9f s, %.9f without", rms, without);
}

static void
a_sensor_that_sticks_for_hours_costs_nothing(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);

	sim_run(s, 18 * 3600);
	c->sensor.stuck_s = 3 * 3600;
	c->sensor.stuck_every_s = 6 * 3600;
	no_worse_with(s, c, 1.1);
}

static void
a_sensor_that_vanishes_is_said_and_followed_when_it_is_back(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double was;

	sim_run(s, 18 * 3600);
	c->sensor.gone = true;
	sim_run(s, 20);
	was = in_force(c);
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, fabs(in_force(c) - was) < 1e-12, "%.4f ppm", (in_force(c) - was) * 1e6);
	if (!scenario_classic(s)) {
		SIM_CHECK(s, is_told(c, "missing"), "%s", c->daemon->steering.compensate.told);
		SIM_CHECK(s, sim_logged(c, "it cannot be read: No such file") == 1, "%u times",
		    sim_logged(c, "it cannot be read: No such file"));
	}
	c->sensor.gone = false;
	sim_run(s, 3600);
	if (!scenario_classic(s)) {
		SIM_CHECK(s, is_told(c, "used"), "%s", c->daemon->steering.compensate.told);
		SIM_CHECK(s, sim_logged(c, "it is read again") == 1, "%u times",
		    sim_logged(c, "it is read again"));
		SIM_CHECK(s, fabs(in_force(c) - was) > 1e-9, "it stays");
	}
	no_worse_with(s, c, 1.1);
}

static void
garbage_and_200_degrees_are_said_once_and_change_nothing(struct sim *s)
{
	static const char *const says[] = { "hot\n", "", "1e999\n", "25 26\n", "-40000x\n",
		"200000\n" };
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double was;

	sim_run(s, 18 * 3600);
	was = in_force(c);
	for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
		c->sensor.says = says[i];
		sim_run(s, 600);
		SIM_CHECK(s, fabs(in_force(c) - was) < 0.11e-6, "%s: %.4f ppm", says[i],
		    (in_force(c) - was) * 1e6);
	}
	if (!scenario_classic(s)) {
		SIM_CHECK(s, is_told(c, "bad"), "%s", c->daemon->steering.compensate.told);
		SIM_CHECK(s, sim_logged(c, "no temperature") == 1, "%u times",
		    sim_logged(c, "no temperature"));
	}
	c->sensor.says = NULL;
	no_worse_with(s, c, 1.1);
}

static void
a_sensor_that_breaks_and_says_85_for_ever_costs_nothing(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);

	sim_run(s, 18 * 3600);
	c->sensor.says = "85000\n";
	no_worse_with(s, c, 1.1);
}

/* Until that is found the clock is led astray: an hour or two, once, and what is told covers it. */
static void
a_sensor_that_becomes_another_ones_is_left_within_hours(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);

	sim_run(s, 18 * 3600);
	c->sensor.walk_k = 1.0;
	no_worse_with(s, c, 1.3);
}

static void
a_sensor_that_jumps_about_costs_nothing(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double sum = 0.0, without;

	sim_run(s, 18 * 3600);
	for (unsigned i = 0; i < 60; i++) {
		double rms;

		c->sensor.says = i % 4 == 1 ? "33000\n" : i % 4 == 3 ? "20000\n" : NULL;
		rms = sim_rms_error_s(s, c, 1800);
		sum += rms * rms;
	}
	without = rms_without(s);
	SIM_CHECK(s, sqrt(sum / 60) < without * 1.1, "%.9f s, %.9f without", sqrt(sum / 60),
	    without);
}

static void
what_was_learned_is_of_use_after_a_restart(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	const char *kept;

	sim_run(s, 24 * 3600);
	sim_node_stop(c);
	kept = sim_store_text(&c->store, "/drift.temp");
	if (scenario_classic(s)) {
		SIM_CHECK(s, kept == NULL, "%s", kept);
		return;
	}
	SIM_CHECK(s, kept != NULL && strncmp(kept, "ntpd-tempcomp 1 /temp\n", 22) == 0, "%s",
	    kept != NULL ? kept : "no file");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 1800);
	SIM_CHECK(s, is_told(c, "used"), "%s", c->daemon->steering.compensate.told);
	SIM_CHECK(s, sim_rms_error_s(s, c, 3600) < 10e-6, "too far");
}

static void
a_file_of_no_use_is_named_and_learned_anew(struct sim *s)
{
	struct sim_node *c;

	(void)sim_serve(s, "192.0.2.1");
	c = sim_node_new(s, "client", 0.001, 10e-6, WITH_SENSOR);
	sim_link(s, c->host, s->server[0]->host, scenario_lan());
	(void)sim_node_sensor(c, SENSOR);
	sim_store_put(&c->store, "/drift.temp", "ntpd-tempcomp 1 /temp\n1 2 3\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 600);
	SIM_CHECK(s, sim_logged(c, "temperature file /drift.temp: expected 49 numbers") == 1,
	    "not said");
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
}

static void
a_line_that_is_taken_out_leaves_the_clock_its_rate(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double was, freq;

	sim_run(s, 24 * 3600);
	was = in_force(c);
	freq = c->clock.k.freq;
	sim_node_config(c, ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not reloaded");
	SIM_CHECK(s, fabs(c->clock.k.freq - freq) < 0.01e-6, "%.4f ppm", c->clock.k.freq * 1e6);
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, fabs(in_force(c) - was) < 1e-12, "%.4f ppm", in_force(c) * 1e6);
	SIM_CHECK(s, c->daemon->steering.compensate.told[0] == '\0', "%s",
	    c->daemon->steering.compensate.told);
	/* And another sensor begins where that one ended. */
	sim_node_config(c, "tempcomp /other interval 5\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not reloaded");
	c->sensor.path = "/other";
	sim_run(s, 12 * 3600);
	if (!scenario_classic(s)) {
		SIM_CHECK(s, is_told(c, "used"), "%s", c->daemon->steering.compensate.told);
	}
	SIM_CHECK(s, sim_rms_error_s(s, c, 3600) < scenario_figure(s, 20e-6, 1e-3), "too far");
}

static void
the_drift_file_has_all_of_the_frequency(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	const char *kept;
	double ppm;

	sim_run(s, 30 * 3600);
	ppm = c->clock.k.freq * 1e6;
	sim_node_stop(c);
	kept = sim_store_text(&c->store, "/drift");
	SIM_CHECK(s, kept != NULL && fabs(strtod(kept, NULL) - ppm) < 0.002, "%s, not %.4f",
	    kept != NULL ? kept : "no file", ppm);
}

static void
a_clock_let_go_and_taken_back_keeps_what_it_had(struct sim *s)
{
	struct sim_node *c = heated_client(s, WITH_SENSOR);
	double freq;

	sim_run(s, 24 * 3600);
	sim_node_config(c, "disable ntp\n" WITH_SENSOR);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not reloaded");
	freq = c->clock.k.freq;
	sim_run(s, 1800);
	SIM_CHECK(s, fabs(c->clock.k.freq - freq) < 1e-12, "%.4f ppm", c->clock.k.freq * 1e6);
	sim_node_config(c, WITH_SENSOR);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not reloaded");
	sim_run(s, 7200);
	SIM_CHECK(s, sim_rms_error_s(s, c, 3600) < scenario_figure(s, 20e-6, 5e-3), "too far");
}

static const struct scenario list[] = {
	SCENARIO(a_clock_with_a_good_sensor_is_better_by_a_third),
	SCENARIO(a_sensor_that_sticks_for_hours_costs_nothing),
	SCENARIO(a_sensor_that_vanishes_is_said_and_followed_when_it_is_back),
	SCENARIO(garbage_and_200_degrees_are_said_once_and_change_nothing),
	SCENARIO(a_sensor_that_breaks_and_says_85_for_ever_costs_nothing),
	SCENARIO(a_sensor_that_becomes_another_ones_is_left_within_hours),
	SCENARIO(a_sensor_that_jumps_about_costs_nothing),
	SCENARIO(what_was_learned_is_of_use_after_a_restart),
	SCENARIO(a_file_of_no_use_is_named_and_learned_anew),
	SCENARIO(a_line_that_is_taken_out_leaves_the_clock_its_rate),
	SCENARIO(the_drift_file_has_all_of_the_frequency),
	SCENARIO(a_clock_let_go_and_taken_back_keeps_what_it_had),
};

const struct scenario_table tempcomp_scenarios = SCENARIO_TABLE(list);
