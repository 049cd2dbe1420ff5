/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of timekeeping: one clock, good servers, all sorts of oscillators and delays. */
#include <math.h>
#include <stdlib.h>
#include "sim/scenario.h"

static void
a_client_1_ms_off_on_a_lan_is_right_within_10_s(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double t = sim_time_to(s, c, 0.001, 600);

	SIM_CHECK(s, t <= 10, "%.0f s", t);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, c->synced == 1, "told %u times", c->synced);
}

static void
the_first_update_comes_within_10_s(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), -0.02, -30e-6, ONE_SERVER);
	double t;

	for (t = 0; t < 30 && !sim_status(c).synced; t++) {
		sim_run(s, 1);
	}
	SIM_CHECK(s, t <= 10, "%.0f s", t);
}

static void
a_client_50_ms_off_slews_and_never_steps(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.050, 10e-6, ONE_SERVER);
	double t = sim_time_to(s, c, 0.001, 900);

	SIM_CHECK(s, t <= scenario_figure(s, 0.050 / 400e-6 + 10, 300), "%.0f s", t);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

/* The slew may use the 400 ppm that the frequency leaves, second for second. */
static void
a_slew_of_50_ms_against_100_ppm_keeps_to_the_full_rate(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.050, 100e-6, ONE_SERVER);
	double t = sim_time_to(s, c, 0.001, 900);

	SIM_CHECK(s, t <= scenario_figure(s, 0.050 / 400e-6 + 15, 600), "%.0f s", t);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
a_client_half_a_second_off_steps_once(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), -0.5, 10e-6, ONE_SERVER);
	double t = sim_time_to(s, c, 0.001, 600);

	SIM_CHECK(s, t <= 15, "%.0f s", t);
	sim_run(s, 3600);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_status(c).steps == 1, "%u steps told", sim_status(c).steps);
}

static void
a_clock_1100_s_off_ends_the_daemon(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 1100, 10e-6, ONE_SERVER);

	sim_run(s, 60);
	SIM_CHECK(s, c->daemon == NULL, "still runs");
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, c->exit_status != 0, "exit status 0");
	SIM_CHECK(s, sim_log_count(&c->log, 0, "panic") > 0, "not logged");
}

static void
with_g_a_clock_10_years_off_is_stepped_once(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", -315e6, 10e-6, ONE_SERVER);

	c->options.panic_gate = true;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 3600);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
the_permission_of_g_ends_with_the_first_update(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.01, 10e-6, ONE_SERVER);
	struct sim_server *a = sim_serve(s, "192.0.2.1");

	c->options.panic_gate = true;
	sim_link(s, c->host, a->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 3600);
	c->oracle.minority = true;
	sim_server_lie(a, 5000);
	sim_run(s, 7200);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 5, "%.6f s off", sim_error_s(c));
}

static const char MARKER[] = "/run/ntpd/set-b1";

static struct sim_node *
marked_client(struct sim *s, double offset_s)
{
	struct sim_node *c = sim_node_new(s, "client", offset_s, 10e-6, ONE_SERVER);

	c->options.panic_gate = true;
	c->options.boot_marker = MARKER;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	return c;
}

static void
g_forgives_once_in_a_boot_not_in_each_start(struct sim *s)
{
	struct sim_node *c = marked_client(s, -5000);

	sim_run(s, 60);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_store_text(&c->store, MARKER) != NULL, "no marker");
	sim_server_lie(s->server[0], 5000);
	c->oracle.minority = true;
	sim_node_stop(c);
	sim_node_boot(c);
	sim_run(s, 60);
	SIM_CHECK(s, c->daemon == NULL, "still runs");
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	/* The next boot has another name for it. */
	c->options.boot_marker = "/run/ntpd/set-b2";
	sim_node_boot(c);
	sim_run(s, 60);
	SIM_CHECK(s, c->clock.steps == 2, "%u steps", c->clock.steps);
}

static void
g_still_forgives_after_a_start_without_an_answer(struct sim *s)
{
	struct sim_node *c = marked_client(s, -5000);

	s->server[0]->silent = true;
	sim_run(s, 1);
	sim_node_kill(c);
	SIM_CHECK(s, sim_store_text(&c->store, MARKER) == NULL, "a marker");
	s->server[0]->silent = false;
	sim_node_boot(c);
	sim_run(s, 60);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
}

static void
G_steps_even_a_small_first_offset(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.05, 10e-6, ONE_SERVER);
	double t;

	c->options.step_first = true;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	t = sim_time_to(s, c, 0.001, 600);
	SIM_CHECK(s, t <= 10, "%.0f s", t);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
}

static void
x_slews_5_s_without_a_step(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 5, 10e-6, ONE_SERVER);

	c->options.slew_only = true;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 5 / 400e-6 + 3600);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < scenario_figure(s, 0.002, 0.005), "%.6f s off",
	    sim_error_s(c));
}

static void
tinker_step_0_never_steps(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 1.0, 10e-6, "tinker step 0\n" ONE_SERVER);

	sim_run(s, 1 / 400e-6 + 3600);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.002, "%.6f s off", sim_error_s(c));
}

static void
tinker_panic_0_steps_any_first_offset(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 1e6, 10e-6, "tinker panic 0\n" ONE_SERVER);

	sim_run(s, 600);
	SIM_CHECK(s, c->clock.steps == 1, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.002, "%.6f s off", sim_error_s(c));
}

static void
q_sets_the_clock_once_and_ends_with_0(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 3.0, 10e-6, ONE_SERVER);

	c->options.once = true;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 120);
	SIM_CHECK(s, c->daemon == NULL, "still runs");
	SIM_CHECK(s, c->exit_status == 0, "exit status %d", c->exit_status);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.01, "%.6f s off", sim_error_s(c));
}

static void
q_without_servers_gives_up(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 3.0, 10e-6, ONE_SERVER);

	c->options.once = true;
	sim_serve(s, "192.0.2.1")->silent = true;
	sim_node_boot(c);
	sim_run(s, 120);
	SIM_CHECK(s, c->daemon == NULL, "still runs");
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
q_without_a_source_to_set_it_by_does_not_wait(struct sim *s)
{
	static const char *const lines[] = {
		"driftfile /var/lib/ntp/drift\n",
		"server 192.0.2.1 "
		"noselect\n",
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct sim_node *c = sim_node_new(s, "client", 3.0, 10e-6, lines[i]);

		c->options.once = true;
		sim_node_boot(c);
		sim_run(s, 2);
		SIM_CHECK(s, c->daemon == NULL, "still runs with %s", lines[i]);
		SIM_CHECK(s,
		    sim_logged(c,
			"ntpd: no servers found: the configuration has none to "
			"set the clock by") == 1,
		    "not said");
	}
}

/*
 * Where noise prevails the adaptive loop settles at four times the least interval: each doubling
 * costs 2^(3/8) of accuracy, and it may cost 1.8 in all (HACKING.clock, 7).
 */
static void
the_poll_interval_grows_on_a_quiet_network(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 12 * 3600);
	SIM_CHECK(s, sim_status(c).poll_log2s >= (scenario_classic(s) ? 10 : 8), "poll %d",
	    sim_status(c).poll_log2s);
}

static void
minpoll_and_maxpoll_bound_the_interval(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "server 192.0.2.1 iburst minpoll 5 maxpoll 5\n");
	uint64_t before;

	sim_run(s, 3600);
	before = c->oracle.requests;
	sim_run(s, 3200);
	SIM_CHECK(s, labs((long)(c->oracle.requests - before) - 100) <= 3,
	    "%llu requests in 100 intervals", (unsigned long long)(c->oracle.requests - before));
}

static void
a_day_on_a_lan_is_right_to_50_us(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.walk = 1e-9;
	sim_run(s, 43200);
	rms = sim_rms_error_s(s, c, 43200);
	SIM_CHECK(s, rms < scenario_figure(s, 50e-6, 250e-6), "RMS %.9f s", rms);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
a_day_on_a_wan_is_right_to_1_ms(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.walk = 1e-9;
	sim_run(s, 43200);
	rms = sim_rms_error_s(s, c, 43200);
	SIM_CHECK(s, rms < 0.001, "RMS %.9f s", rms);
}

static void
a_bad_oscillator_is_followed(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.walk = 1e-8;
	sim_run(s, 43200);
	rms = sim_rms_error_s(s, c, 43200);
	SIM_CHECK(s, rms < scenario_figure(s, 60e-6, 3e-3), "RMS %.9f s", rms);
}

static void
a_perfect_oscillator_stays_right(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0, 0, ONE_SERVER);
	double worst;

	sim_run(s, 6 * 3600);
	worst = sim_worst_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, worst < 100e-6, "%.9f s off", worst);
}

/* A stratum 1 that is 0.1 ms from the truth at most, on a LAN. */
static void
on_a_lan_less_than_half_a_millisecond_is_told(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "server 192.0.2.1 iburst minpoll 6 maxpoll 7\n");
	double sum_s = 0.0;
	unsigned n = 0;

	s->server[0]->root_disp_s = 1e-4;
	c->clock.osc.walk = 1e-8;
	sim_run(s, 3600);
	for (; n < 6 * 360; n++) {
		sim_run(s, 10);
		sum_s += sim_status(c).root_dist_s;
	}
	SIM_CHECK(s, sum_s / n < scenario_figure(s, 0.0005, 0.020), "%.6f s told", sum_s / n);
}

static void
white_frequency_noise_is_no_reason_to_wander(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.white = 1e-7;
	sim_run(s, 6 * 3600);
	rms = sim_rms_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, rms < 60e-6, "RMS %.9f s", rms);
}

static void
day_and_night_are_followed(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, sim_path_exponential(0.005, 0.0001), 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.wave[c->clock.osc.wave_n++] = (struct osc_wave){ OSC_SINE, 1e-6, 86400, 0 };
	c->clock.osc.wave[c->clock.osc.wave_n++] =
	    (struct osc_wave){ OSC_TRIANGLE, 0.1e-6, 1800, 0 };
	sim_run(s, 43200);
	rms = sim_rms_error_s(s, c, 43200);
	SIM_CHECK(s, rms < scenario_figure(s, 200e-6, 2e-3), "RMS %.9f s", rms);
}

/* A PLL of 16 * 1024 s lets 50 ppm gather for hours: the classic loop may have to step. */
static void
a_frequency_jump_of_50_ppm_is_recovered_from(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->clock.osc.jump[c->clock.osc.jump_n++] = (struct osc_jump){ 6 * 3600, 0, 50e-6 };
	sim_run(s, 6 * 3600);
	worst = sim_worst_error_s(s, c, 7200);
	SIM_CHECK(s, worst < scenario_figure(s, 0.128, 0.250), "worst %.6f s", worst);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.001, 0.030), "%.6f s off after two hours", worst);
	SIM_CHECK(s, c->clock.steps <= scenario_figure(s, 0, 1), "%u steps", c->clock.steps);
}

static void
a_ramp_of_temperature_is_followed(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->clock.osc.jump[c->clock.osc.jump_n++] = (struct osc_jump){ 6 * 3600, 1800, 5e-6 };
	sim_run(s, 6 * 3600);
	worst = sim_worst_error_s(s, c, 6 * 3600);
	SIM_CHECK(s, worst < scenario_figure(s, 0.005, 0.030), "%.6f s off", worst);
}

static void
an_oscillator(struct sim *s, double freq, double limit_s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, freq, ONE_SERVER);
	double worst;

	sim_run(s, 3600);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < limit_s, "%.6f s off", worst);
	SIM_CHECK(s, fabs(sim_clock_residual(&c->clock)) < 1e-6, "%.3f ppm off",
	    sim_clock_residual(&c->clock) * 1e6);
}

static void
an_oscillator_200_ppm_fast_is_tamed(struct sim *s)
{
	an_oscillator(s, 200e-6, 0.001);
}

static void
an_oscillator_450_ppm_slow_is_tamed(struct sim *s)
{
	an_oscillator(s, -450e-6, 0.001);
}

static void
an_oscillator_beyond_500_ppm_is_held_as_well_as_can_be(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 600e-6, ONE_SERVER);

	sim_run(s, 2 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 2, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->daemon != NULL, "ended with %d", c->exit_status);
}

static void
grained(struct sim *s, int64_t grain_ns, double limit_s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->clock.granularity_ns = grain_ns;
	c->clock.read_cost_ns = grain_ns > 1000 ? 200 : 25;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 4 * 3600);
	worst = sim_worst_error_s(s, c, 4 * 3600);
	SIM_CHECK(s, worst < limit_s, "%.6f s off", worst);
}

static void
a_clock_that_reads_in_microseconds_is_right_to_100_us(struct sim *s)
{
	grained(s, 1000, 100e-6);
}

static void
a_clock_that_reads_in_milliseconds_is_right_to_2_ms(struct sim *s)
{
	grained(s, 1000000, scenario_figure(s, 0.002, 0.003));
}

static void
a_clock_that_reads_in_10_milliseconds_is_right_to_20_ms(struct sim *s)
{
	grained(s, 10000000, scenario_figure(s, 0.020, 0.040));
}

/* The server's clock stands for grain_ns between its ticks; it says that it is good to 2^precision. */
static void
ticking(struct sim *s, int64_t grain_ns, int precision, double limit_s)
{
	struct sim_path p = {
		.law = { .kind = LAW_EXPONENTIAL, .base_s = 2e-3, .jitter_s = 1e-4 }
	};
	struct sim_node *c = scenario_client(s, 1, p, 0.001, 10e-6, ONE_SERVER);
	double worst;

	c->clock.osc.walk = 1e-9;
	s->server[0]->granularity_ns = grain_ns;
	s->server[0]->precision = precision;
	sim_run(s, 4 * 3600);
	worst = sim_worst_error_s(s, c, 8 * 3600);
	SIM_CHECK(s, worst < limit_s, "%.6f s off", worst);
}

/* Half a tick late, which nobody can see, is within what is told: the oracle looks. */
static void
a_server_that_ticks_10_ms_is_followed_to_its_half_tick(struct sim *s)
{
	ticking(s, 10000000, -7, scenario_figure(s, 0.0075, 0.013));
}

static void
a_server_that_ticks_10_ms_and_says_1_us_is_no_farther_off_than_is_told(struct sim *s)
{
	ticking(s, 10000000, -20, scenario_figure(s, 0.0075, 0.013));
}

static void
a_fine_server_that_says_16_ms_is_followed_to_1_ms(struct sim *s)
{
	ticking(s, 1, -6, scenario_figure(s, 0.001, 0.002));
}

static void
law(struct sim *s, struct sim_path p, double limit_s)
{
	struct sim_node *c = scenario_client(s, 1, p, 0.001, 10e-6, ONE_SERVER);
	double rms;

	c->clock.osc.walk = 1e-9;
	sim_run(s, 8 * 3600);
	rms = sim_rms_error_s(s, c, 8 * 3600);
	SIM_CHECK(s, rms < limit_s, "RMS %.6f s", rms);
}

static void
normal_jitter_is_averaged(struct sim *s)
{
	struct sim_path p = { .law = { .kind = LAW_NORMAL, .base_s = 0.015, .jitter_s = 0.001 } };

	law(s, p, 0.001);
}

static void
heavy_tails_are_survived(struct sim *s)
{
	struct sim_path p = { .law = { .kind = LAW_HEAVY, .base_s = 0.015, .jitter_s = 0.005 } };

	law(s, p, 0.003);
}

static void
two_routes_of_other_length_are_survived(struct sim *s)
{
	struct sim_path p = { .law = {
				  .kind = LAW_BIMODAL,
				  .base_s = 0.010,
				  .jitter_s = 0.0002,
				  .far_s = 0.020,
				  .far_p = 0.3,
			      } };

	law(s, p, 0.010);
}

static void
crowded_hours_are_survived(struct sim *s)
{
	struct sim_path p = scenario_wan();

	p.crowd = (struct sim_crowd){ .every_s = 3600, .for_s = 1200, .extra_s = 0.020 };
	law(s, p, 0.005);
}

static void
half_the_requests_may_be_lost(struct sim *s)
{
	struct sim_path p = scenario_wan();

	p.loss = 0.3;
	law(s, p, scenario_figure(s, 0.001, 0.003));
}

static void
duplicates_and_late_comers_change_nothing(struct sim *s)
{
	struct sim_path p = scenario_wan();

	p.duplicate = 0.3;
	p.reorder = 0.2;
	p.reorder_s = 1.5;
	law(s, p, 0.002);
}

static void
a_narrow_line_full_of_our_own_packets_works(struct sim *s)
{
	struct sim_path p = scenario_wan();

	p.rate_Bps = 600;
	law(s, p, 0.002);
}

static void
an_asymmetric_path_is_covered_by_the_root_distance(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, ONE_SERVER);
	struct sim_server *a = sim_serve(s, "192.0.2.1");

	*sim_net_path(s->net, c->host, a->host) = sim_path_exponential(0.080, 0.0005);
	*sim_net_path(s->net, a->host, c->host) = sim_path_exponential(0.001, 0.0005);
	sim_node_boot(c);
	sim_run(s, 6 * 3600);
	SIM_CHECK(s, fabs(fabs(sim_error_s(c)) - 0.0395) < 0.002, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->oracle.worst_share > 0.8, "share %.3f of the root distance",
	    c->oracle.worst_share);
}

static void
a_route_change_both_ways_is_noticed_and_covered(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 4 * 3600);
	sim_link(s, c->host, s->server[0]->host, sim_path_exponential(0.060, 0.001));
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.003, "%.6f s off", sim_error_s(c));
	sim_link(s, c->host, s->server[0]->host, scenario_wan());
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.003, "%.6f s off", sim_error_s(c));
}

static void
a_route_change_one_way_is_covered(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_wan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 4 * 3600);
	*sim_net_path(s->net, s->server[0]->host, c->host) = sim_path_exponential(0.065, 0.001);
	sim_run(s, 4 * 3600);
	*sim_net_path(s->net, s->server[0]->host, c->host) = scenario_wan();
	sim_run(s, 4 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < scenario_figure(s, 0.003, 0.005), "%.6f s off",
	    sim_error_s(c));
}

static void
the_classic_loop_converges_too(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 0.020, 40e-6, "tinker loop classic\n" ONE_SERVER);
	double worst;

	sim_run(s, 8 * 3600);
	worst = sim_worst_error_s(s, c, 4 * 3600);
	SIM_CHECK(s, worst < 0.002, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
the_classic_loop_survives_a_bad_wan(struct sim *s)
{
	struct sim_path p = sim_path_exponential(0.025, 0.010);
	struct sim_node *c;

	p.loss = 0.1;
	c = scenario_client(s, 1, p, 0.3, -80e-6, "tinker loop classic\n" ONE_SERVER);
	c->clock.osc.walk = 1e-9;
	sim_run(s, 24 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.030, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.steps <= 1, "%u steps", c->clock.steps);
}

/*
 * A few answers leave the classic loop intervals of a second, in which a liar is as good as the
 * others, and nearer: a step that forgot what it was made from began such a time anew, and led the
 * clock to and fro for ever.
 */
static void
a_near_liar_does_not_lead_the_classic_loop_to_and_fro(struct sim *s)
{
	static const double ways_s[] = { 2e-3, 13e-3, 20e-3 };
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.5, 20e-6,
	    "driftfile /drift\ntinker loop classic\n"
	    "server 192.0.2.1 minpoll 7 maxpoll 7\n"
	    "server 192.0.2.2 minpoll 7 maxpoll 7\n"
	    "server 192.0.2.3 minpoll 7 maxpoll 7\n");
	unsigned steps;

	for (unsigned i = 0; i < 3; i++) {
		struct sim_path p = sim_path_exponential(ways_s[i], 0.0005);

		p.loss = 0.4;
		sim_link(s, c->host, s->server[i]->host, p);
	}
	sim_server_lie(s->server[0], -0.3);
	sim_run(s, 4 * 3600);
	steps = c->clock.steps;
	sim_clock_foreign_step(&c->clock, 1.5);
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, c->clock.steps <= steps + 3, "%u steps", c->clock.steps - steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.030, "%.6f s off", sim_error_s(c));
}

static void
disable_kernel_converges(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 0.020, 40e-6, "disable kernel\n" ONE_SERVER);

	sim_run(s, 4 * 3600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
the_year_2036_passes_unnoticed(struct sim *s)
{
	struct sim_node *c;
	double worst;

	/* The era of the NTP timestamp ends at 2^32 s after 1900: an hour from now. */
	s->w->epoch_ns = (((int64_t)1 << 32) - NTP_UNIX_OFFSET_S - 3600) * NS_PER_S;
	c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	sim_run(s, 3000);
	worst = sim_worst_error_s(s, c, 3000);
	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

/* At now_s since 1970, a clock that is a thousand seconds after 1970. */
static void
set_from_1970(struct sim *s, int64_t now_s)
{
	struct sim_node *c;

	s->w->epoch_ns = now_s * NS_PER_S;
	c = sim_node_new(s, "client", 1000.0 - (double)now_s, 10e-6, ONE_SERVER);
	c->options.panic_gate = true;
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_node_boot(c);
	sim_run(s, 600);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static void
a_clock_still_in_1970_is_set_with_g_in_2037(struct sim *s)
{
	set_from_1970(s, 2120000000);
}

/* 70 years: by itself a timestamp would be taken for one of 1904. */
static void
a_clock_still_in_1970_is_set_with_g_in_2040(struct sim *s)
{
	set_from_1970(s, 2209000000);
}

static void
leap_day(struct sim *s, int leap)
{
	struct sim_node *c;

	/* Six hours before July 2026. */
	s->w->epoch_ns = (int64_t)(1782864000 - 6 * 3600) * NS_PER_S;
	s->w->leap = leap;
	s->w->leap_utc_s = 1782864000;
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	for (unsigned i = 0; i < s->server_n; i++) {
		s->server[i]->leap = leap > 0 ? LEAP_INSERT : LEAP_DELETE;
	}
	sim_run(s, 6 * 3600 - 60);
	SIM_CHECK(s, sim_status(c).leap == (leap > 0 ? LEAP_INSERT : LEAP_DELETE), "leap %u",
	    sim_status(c).leap);
	sim_run(s, 62);
	for (unsigned i = 0; i < s->server_n; i++) {
		s->server[i]->leap = LEAP_NONE;
	}
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.01, "%.6f s off a moment after the leap",
	    sim_error_s(c));
	sim_run(s, 7200);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	SIM_CHECK(s, c->clock.leaps == 1, "%u leaps", c->clock.leaps);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_status(c).leap == LEAP_NONE, "leap %u", sim_status(c).leap);
}

static void
a_leap_second_is_inserted_when_the_servers_say_so(struct sim *s)
{
	leap_day(s, 1);
}

static void
a_leap_second_is_left_out_when_the_servers_say_so(struct sim *s)
{
	leap_day(s, -1);
}

static void
a_minority_cannot_announce_a_leap_second(struct sim *s)
{
	struct sim_node *c;

	s->w->epoch_ns = (int64_t)(1782864000 - 6 * 3600) * NS_PER_S;
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, THREE_SERVERS);
	s->server[0]->leap = LEAP_INSERT;
	sim_run(s, 8 * 3600);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leaps", c->clock.leaps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static const struct scenario list[] = {
	SCENARIO(a_client_1_ms_off_on_a_lan_is_right_within_10_s),
	SCENARIO(the_first_update_comes_within_10_s),
	SCENARIO(a_client_50_ms_off_slews_and_never_steps),
	SCENARIO(a_slew_of_50_ms_against_100_ppm_keeps_to_the_full_rate),
	SCENARIO(a_client_half_a_second_off_steps_once),
	SCENARIO(a_clock_1100_s_off_ends_the_daemon),
	SCENARIO(with_g_a_clock_10_years_off_is_stepped_once),
	SCENARIO(the_permission_of_g_ends_with_the_first_update),
	SCENARIO(g_forgives_once_in_a_boot_not_in_each_start),
	SCENARIO(g_still_forgives_after_a_start_without_an_answer),
	SCENARIO(G_steps_even_a_small_first_offset),
	SCENARIO(x_slews_5_s_without_a_step),
	SCENARIO(tinker_step_0_never_steps),
	SCENARIO(tinker_panic_0_steps_any_first_offset),
	SCENARIO(q_sets_the_clock_once_and_ends_with_0),
	SCENARIO(q_without_servers_gives_up),
	SCENARIO(q_without_a_source_to_set_it_by_does_not_wait),
	SCENARIO(the_poll_interval_grows_on_a_quiet_network),
	SCENARIO(minpoll_and_maxpoll_bound_the_interval),
	SCENARIO(a_day_on_a_lan_is_right_to_50_us),
	SCENARIO(a_day_on_a_wan_is_right_to_1_ms),
	SCENARIO(a_bad_oscillator_is_followed),
	SCENARIO(a_perfect_oscillator_stays_right),
	SCENARIO(on_a_lan_less_than_half_a_millisecond_is_told),
	SCENARIO(white_frequency_noise_is_no_reason_to_wander),
	SCENARIO(day_and_night_are_followed),
	SCENARIO(a_frequency_jump_of_50_ppm_is_recovered_from),
	SCENARIO(a_ramp_of_temperature_is_followed),
	SCENARIO(an_oscillator_200_ppm_fast_is_tamed),
	SCENARIO(an_oscillator_450_ppm_slow_is_tamed),
	SCENARIO(an_oscillator_beyond_500_ppm_is_held_as_well_as_can_be),
	SCENARIO(a_clock_that_reads_in_microseconds_is_right_to_100_us),
	SCENARIO(a_clock_that_reads_in_milliseconds_is_right_to_2_ms),
	SCENARIO(a_clock_that_reads_in_10_milliseconds_is_right_to_20_ms),
	SCENARIO(a_server_that_ticks_10_ms_is_followed_to_its_half_tick),
	SCENARIO(a_server_that_ticks_10_ms_and_says_1_us_is_no_farther_off_than_is_told),
	SCENARIO(a_fine_server_that_says_16_ms_is_followed_to_1_ms),
	SCENARIO(normal_jitter_is_averaged),
	SCENARIO(heavy_tails_are_survived),
	SCENARIO(two_routes_of_other_length_are_survived),
	SCENARIO(crowded_hours_are_survived),
	SCENARIO(half_the_requests_may_be_lost),
	SCENARIO(duplicates_and_late_comers_change_nothing),
	SCENARIO(a_narrow_line_full_of_our_own_packets_works),
	SCENARIO(an_asymmetric_path_is_covered_by_the_root_distance),
	SCENARIO(a_route_change_both_ways_is_noticed_and_covered),
	SCENARIO(a_route_change_one_way_is_covered),
	SCENARIO(the_classic_loop_converges_too),
	SCENARIO(the_classic_loop_survives_a_bad_wan),
	SCENARIO(a_near_liar_does_not_lead_the_classic_loop_to_and_fro),
	SCENARIO(disable_kernel_converges),
	SCENARIO(the_year_2036_passes_unnoticed),
	SCENARIO(a_clock_still_in_1970_is_set_with_g_in_2037),
	SCENARIO(a_clock_still_in_1970_is_set_with_g_in_2040),
	SCENARIO(a_leap_second_is_inserted_when_the_servers_say_so),
	SCENARIO(a_leap_second_is_left_out_when_the_servers_say_so),
	SCENARIO(a_minority_cannot_announce_a_leap_second),
};

const struct scenario_table clock_scenarios = SCENARIO_TABLE(list);
