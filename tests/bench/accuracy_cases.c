/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_cases - the rows of the accuracy bench. Times of events lie in the second half, which
 * is what is judged.
 */
#include "accuracy_run.h"

#define LAW(law_, base, jitter)                                        \
	{                                                              \
		.kind = (law_), .base_s = (base), .jitter_s = (jitter) \
	}
#define BOTH(law_, base, jitter) .up = LAW(law_, base, jitter), .down = LAW(law_, base, jitter)
#define EXPO(base, jitter) BOTH(LAW_EXPONENTIAL, base, jitter)
#define FAR(base, jitter, far, part)                                                         \
	{                                                                                    \
		.kind = LAW_BIMODAL, .base_s = (base), .jitter_s = (jitter), .far_s = (far), \
		.far_p = (part)                                                              \
	}
#define LAN EXPO(100e-6, 10e-6)
#define NEAR EXPO(1e-3, 0.1e-3)
#define WAN EXPO(15e-3, 1e-3)

/* 10 ppm and 1 ms off, and that wander. */
#define TYPICAL(wander) .offset_s = 1e-3, .osc = { .freq = 10e-6, .walk = (wander) }
#define SHAKEN(wander, ...) \
	.offset_s = 1e-3, .osc = { .freq = 10e-6, .walk = (wander), __VA_ARGS__ }
#define START(offset) .offset_s = (offset), .osc = { .freq = 100e-6, .walk = 1e-9 }
#define COLD(offset, ppm) .offset_s = (offset), .osc = { .freq = (ppm), .walk = 1e-9 }
#define CROWD(every, lasts, extra) .every_s = (every), .for_s = (lasts), .extra_s = (extra)
#define STEP_AT(at) .jump = { { .at_s = (at), .freq = 50e-6 } }, .jump_n = 1
#define ONE(...) .source = { { __VA_ARGS__ } }, .source_n = 1

const struct accuracy_case accuracy_cases[] = {
	/* Those of the comparison with other daemons. */
	{ "lan_wander_1e-9", 24, TYPICAL(1e-9), ONE(LAN) },
	{ "lan_wander_1e-8", 24, TYPICAL(1e-8), ONE(LAN) },
	{ "wan_wander_1e-9", 24, TYPICAL(1e-9), ONE(WAN) },
	{ "wan_wander_1e-8", 24, TYPICAL(1e-8), ONE(WAN) },
	{ "25ms_jitter_10ms", 24, TYPICAL(1e-9), ONE(EXPO(25e-3, 10e-3)) },
	{ "lan_wander_1e-8_poll_6", 24, TYPICAL(1e-8), ONE(LAN), .minpoll = 6, .maxpoll = 6 },
	{ "wan_wander_1e-8_poll_6", 24, TYPICAL(1e-8), ONE(WAN), .minpoll = 6, .maxpoll = 6 },
	{ "wan_wander_1e-9_poll_10", 24, TYPICAL(1e-9), ONE(WAN), .minpoll = 10, .maxpoll = 10 },
	{ "wan_normal_jitter", 24, TYPICAL(1e-9), ONE(BOTH(LAW_NORMAL, 15e-3, 1e-3)) },
	{ "temperature", 48,
	    SHAKEN(1e-9,
		.wave = { { OSC_SINE, 1e-6, 86400, 0 }, { OSC_TRIANGLE, 0.1e-6, 1800, 0 } },
		.wave_n = 2),
	    ONE(EXPO(5e-3, 0.1e-3)) },
	{ "frequency_step_near", 24, SHAKEN(1e-9, STEP_AT(43300)), ONE(NEAR) },
	{ "frequency_step_wan", 24, SHAKEN(1e-9, STEP_AT(43300)), ONE(WAN) },
	{ "congestion_down", 24, TYPICAL(1e-9), ONE(WAN, .crowd = { CROWD(3600, 1200, 20e-3) }) },
	{ "half_lost", 24, TYPICAL(1e-8), ONE(WAN, .loss = 0.5) },
	{ "10min_of_every_4h", 48, TYPICAL(1e-9), ONE(WAN, .on_s = 600, .period_s = 14400) },
	{ "4_servers_1_false_1_bad", 24, TYPICAL(1e-9),
	    .source = { { EXPO(20e-3, 0.3e-3), .error = { .offset_s = 0.1 }, .liar = true },
		{ EXPO(20e-3, 10e-3) }, { EXPO(10e-3, 0.3e-3) }, { EXPO(15e-3, 0.3e-3) }, },
	    .source_n = 4 },
	{ "5_servers_2_false", 24, TYPICAL(1e-9),
	    .source = { { EXPO(20e-3, 0.3e-3), .error = { .offset_s = 0.1 }, .liar = true },
		{ EXPO(20e-3, 0.3e-3), .error = { .offset_s = 0.1 }, .liar = true },
		{ EXPO(10e-3, 0.3e-3) }, { EXPO(15e-3, 0.3e-3) }, { EXPO(25e-3, 0.3e-3) }, },
	    .source_n = 5 },
	{ "start_3ms", 4, START(3e-3), ONE(LAN) },
	{ "start_50ms", 4, START(50e-3), ONE(LAN) },
	{ "start_0.5s", 4, START(0.5), ONE(LAN) },
	{ "start_10s", 4, START(10), ONE(LAN) },
	{ "start_1000s", 4, START(999), ONE(LAN) },
	{ "restart_with_drift", 4, .offset_s = 1e-3, .osc = { .freq = 30e-6, .walk = 1e-9 },
	    ONE(EXPO(10e-3, 0.5e-3)), .drift_known = true },
	/* Oscillators. */
	{ "quiet_lan", 24, TYPICAL(1e-11), ONE(LAN) },
	{ "quiet_wan", 24, TYPICAL(1e-11), ONE(WAN) },
	{ "bad_lan", 24, TYPICAL(1e-7), ONE(LAN) },
	{ "bad_wan", 24, TYPICAL(1e-7), ONE(WAN) },
	{ "very_bad_wan", 12, TYPICAL(1e-6), ONE(WAN) },
	{ "white_frequency_noise", 24, SHAKEN(1e-9, .white = 1e-7), ONE(LAN) },
	{ "ramp_10ppm_in_2h", 24,
	    SHAKEN(1e-9, .jump = { { .at_s = 50000, .over_s = 7200, .freq = 10e-6 } }, .jump_n = 1),
	    ONE(NEAR) },
	{ "ramp_2ppm_in_30min_wan", 24,
	    SHAKEN(1e-9, .jump = { { .at_s = 50000, .over_s = 1800, .freq = 2e-6 } }, .jump_n = 1),
	    ONE(WAN) },
	/* Several servers. */
	{ "3_lan_servers", 24, TYPICAL(1e-8), .source = { { LAN }, { LAN }, { LAN } },
	    .source_n = 3 },
	{ "4_wan_servers", 24, TYPICAL(1e-8),
	    .source = { { WAN }, { EXPO(30e-3, 2e-3) }, { EXPO(8e-3, 0.5e-3) },
		{ EXPO(60e-3, 4e-3) }, },
	    .source_n = 4 },
	{ "3_servers_biased_2ms", 24, TYPICAL(1e-9),
	    .source = { { EXPO(15e-3, 0.3e-3), .error = { .offset_s = 2e-3 }, .root_disp_s = 4e-3 },
		{ EXPO(15e-3, 0.3e-3), .error = { .offset_s = -2e-3 }, .root_disp_s = 4e-3 },
		{ EXPO(15e-3, 0.3e-3) }, },
	    .source_n = 3 },
	{ "mixed_strata", 24, TYPICAL(1e-9),
	    .source = { { WAN },
		{ EXPO(5e-3, 0.2e-3), .stratum = 2, .root_delay_s = 10e-3, .root_disp_s = 2e-3,
		    .error = { .wave_s = 0.3e-3, .wave_period_s = 7000 } },
		{ EXPO(1e-3, 0.1e-3), .stratum = 3, .root_delay_s = 30e-3, .root_disp_s = 10e-3,
		    .error = { .walk = 5e-6 } }, },
	    .source_n = 3 },
	/* Models that are wrong. */
	{ "pareto_1ms", 24, TYPICAL(1e-9), ONE(BOTH(LAW_HEAVY, 15e-3, 1e-3)) },
	{ "pareto_10ms", 24, TYPICAL(1e-9), ONE(BOTH(LAW_HEAVY, 25e-3, 10e-3)) },
	{ "bimodal_both_ways", 24, TYPICAL(1e-9),
	    ONE(.up = FAR(15e-3, 0.2e-3, 5e-3, 0.5), .down = FAR(15e-3, 0.2e-3, 5e-3, 0.5)) },
	{ "bimodal_up", 24, TYPICAL(1e-9),
	    ONE(.up = FAR(15e-3, 0.2e-3, 5e-3, 0.8), .down = LAW(LAW_EXPONENTIAL, 15e-3, 0.2e-3)) },
	{ "uneven_jitter", 24, TYPICAL(3e-9),
	    ONE(.up = LAW(LAW_EXPONENTIAL, 10e-3, 0.3e-3),
		.down = LAW(LAW_EXPONENTIAL, 10e-3, 2e-3)) },
	{ "route_both_ways", 24, TYPICAL(1e-9),
	    ONE(EXPO(15e-3, 0.3e-3), .route = { { 50000, 5e-3, 5e-3 } }) },
	{ "route_one_way", 24, TYPICAL(1e-9),
	    ONE(EXPO(15e-3, 0.3e-3), .route = { { 50000, 10e-3, 0 } }) },
	{ "route_there_and_back", 24, TYPICAL(1e-9),
	    ONE(EXPO(15e-3, 0.3e-3),
		.route = { { 45000, 8e-3, 0 }, { 60000, 0, 0 }, { 70000, 0, 4e-3 } }) },
	{ "route_of_one_of_three", 24, TYPICAL(1e-9),
	    .source = { { EXPO(15e-3, 0.3e-3), .route = { { 50000, 10e-3, 0 } } },
		{ EXPO(10e-3, 0.3e-3) }, { EXPO(20e-3, 0.3e-3) }, },
	    .source_n = 3 },
	{ "wandering_server", 24, TYPICAL(1e-9),
	    ONE(EXPO(5e-3, 0.1e-3), .error = { .walk = 5e-6 }, .root_disp_s = 10e-3) },
	{ "swinging_server", 24, TYPICAL(1e-9),
	    ONE(EXPO(5e-3, 0.1e-3), .error = { .wave_s = 1e-3, .wave_period_s = 5400 },
		.root_disp_s = 5e-3) },
	{ "server_jumps_20ms", 24, TYPICAL(1e-9), ONE(WAN, .jump_at_s = 50000, .jump_s = 0.02) },
	{ "clock_of_1us", 24, TYPICAL(1e-9), ONE(LAN), .granularity_ns = 1000 },
	{ "clock_of_1ms", 24, TYPICAL(1e-9), ONE(LAN), .granularity_ns = 1000000 },
	{ "clock_of_10ms", 24, TYPICAL(1e-9), ONE(WAN), .granularity_ns = 10000000 },
	{ "pauses_50ms_every_3h", 24, TYPICAL(1e-9), ONE(NEAR), .pause_s = 0.05,
	    .pause_at_s = 44000, .pause_every_s = 10800 },
	{ "pause_30s", 24, TYPICAL(1e-9), ONE(WAN), .pause_s = 30, .pause_at_s = 50000 },
	{ "pause_10min", 24, TYPICAL(1e-9), ONE(WAN), .pause_s = 600, .pause_at_s = 50000 },
	/* A receiver beside the host: over all its pulses, and over one a poll. */
	{ "pulse_200ns_poll_0", 8, TYPICAL(1e-9), .pulse_s = 200e-9, .minpoll = 0, .maxpoll = 0 },
	{ "pulse_200ns_poll_4", 8, TYPICAL(1e-9), .pulse_s = 200e-9, .minpoll = 4, .maxpoll = 4 },
	{ "pulse_200ns_poll_6", 8, TYPICAL(1e-9), .pulse_s = 200e-9, .minpoll = 6, .maxpoll = 6,
	    .pulse_heard = 64 },
	/*
	 * The clock of a hypervisor, compared each second in one window, then in 25: over a bound
	 * that acts at once, and over one that acts as the kernel does.
	 */
	{ "phc_50ns_once_poll_0", 8, TYPICAL(1e-9), .window_s = 50e-9, .windows = 1, .minpoll = 0,
	    .maxpoll = 0 },
	{ "phc_50ns_once_poll_4", 8, TYPICAL(1e-9), .window_s = 50e-9, .windows = 1, .minpoll = 4,
	    .maxpoll = 4 },
	{ "phc_50ns_once_kernel", 8, TYPICAL(1e-9), .window_s = 50e-9, .windows = 1, .minpoll = 4,
	    .maxpoll = 4, .through_kernel = true },
	{ "phc_50ns_poll_0", 8, TYPICAL(1e-9), .window_s = 50e-9, .minpoll = 0, .maxpoll = 0 },
	{ "phc_50ns_poll_4", 8, TYPICAL(1e-9), .window_s = 50e-9, .minpoll = 4, .maxpoll = 4 },
	{ "phc_50ns_kernel", 8, TYPICAL(1e-9), .window_s = 50e-9, .minpoll = 4, .maxpoll = 4,
	    .through_kernel = true },
	/* Servers as people have them: unlike, the route of each with a shift of its own. */
	{ "pool_of_4_unlike", 24, TYPICAL(1e-9), .drawn = 4 },
	{ "pool_of_5_unlike", 24, TYPICAL(1e-9), .drawn = 5 },
	{ "pool_of_8_unlike", 24, TYPICAL(1e-9), .drawn = 8 },
	{ "2_of_7_unlike_drift", 24, TYPICAL(1e-9), .drawn = 7, .drifting = 2 },
	{ "2_of_4_routes_5ms", 24, TYPICAL(1e-9),
	    .source = { { .up = LAW(LAW_EXPONENTIAL, 25e-3, 1e-3),
			    .down = LAW(LAW_EXPONENTIAL, 15e-3, 1e-3) },
		{ .up = LAW(LAW_EXPONENTIAL, 15e-3, 1e-3),
		    .down = LAW(LAW_EXPONENTIAL, 25e-3, 1e-3) },
		{ EXPO(15e-3, 1e-3) }, { EXPO(20e-3, 1e-3) }, },
	    .source_n = 4 },
	{ "2_of_7_drift_away", 24, TYPICAL(1e-9),
	    .source = { { EXPO(15e-3, 1e-3), .error = { .drift = 0.5e-6 }, .root_disp_s = 50e-3 },
		{ EXPO(20e-3, 1e-3), .error = { .drift = 1e-7 }, .root_disp_s = 50e-3 },
		{ EXPO(10e-3, 1e-3) }, { EXPO(15e-3, 1e-3) }, { EXPO(20e-3, 1e-3) },
		{ EXPO(25e-3, 2e-3) }, { EXPO(30e-3, 2e-3) }, },
	    .source_n = 7 },
	/* They say of themselves what the others say, and stay within what all ways allow. */
	{ "2_of_7_drift_inside", 24, TYPICAL(1e-9),
	    .source = { { EXPO(25e-3, 1e-3), .error = { .drift = 3e-7 }, .liar = true },
		{ EXPO(30e-3, 1e-3), .error = { .drift = 2e-7 }, .liar = true },
		{ EXPO(25e-3, 1e-3) }, { EXPO(30e-3, 1e-3) }, { EXPO(25e-3, 1e-3) },
		{ EXPO(30e-3, 2e-3) }, { EXPO(35e-3, 2e-3) }, },
	    .source_n = 7 },
	/* The same, and the two are nearer than all others. */
	{ "2_of_7_drift_near", 24, TYPICAL(1e-9),
	    .source = { { EXPO(5e-3, 0.5e-3), .error = { .drift = 3e-7 }, .liar = true },
		{ EXPO(8e-3, 0.5e-3), .error = { .drift = 2e-7 }, .liar = true },
		{ EXPO(25e-3, 1e-3) }, { EXPO(30e-3, 1e-3) }, { EXPO(25e-3, 1e-3) },
		{ EXPO(30e-3, 2e-3) }, { EXPO(35e-3, 2e-3) }, },
	    .source_n = 7 },
	/* Congestion of hours: it stands, on one way or both. */
	{ "upload_5h_a_day", 48, TYPICAL(1e-9),
	    ONE(WAN, .crowd_up = { CROWD(86400, 18000, 20e-3) }) },
	{ "night_both_ways_8h", 48, TYPICAL(1e-9),
	    ONE(WAN, .crowd = { CROWD(86400, 28800, 15e-3) },
		.crowd_up = { CROWD(86400, 28800, 15e-3) }) },
	{ "upload_stands_5h", 48, TYPICAL(1e-9),
	    ONE(WAN, .crowd_up = { CROWD(86400, 18000, 10e-3), .stands_s = 30e-3 }) },
	{ "night_swells_8h", 48, TYPICAL(1e-9),
	    ONE(WAN, .crowd = { CROWD(86400, 28800, 20e-3), .swells = true },
		.crowd_up = { CROWD(86400, 28800, 5e-3), .swells = true }) },
	{ "night_stands_8h", 48, TYPICAL(1e-9),
	    ONE(WAN, .crowd = { CROWD(86400, 28800, 10e-3), .stands_s = 10e-3 },
		.crowd_up = { CROWD(86400, 28800, 2e-3), .stands_s = 5e-3 }) },
	{ "server_ticks_10ms", 24, TYPICAL(1e-9),
	    ONE(EXPO(5e-3, 0.2e-3), .granularity_ns = 10000000, .error = { .offset_s = 5e-3 }) },
	{ "dark_6h_a_day", 48, TYPICAL(1e-9), ONE(WAN, .on_s = 64800, .period_s = 86400) },
	{ "30_percent_lost", 24, TYPICAL(1e-9), ONE(WAN, .loss = 0.3) },
	/* Cold: without a drift file, over all that a crystal may be off by. */
	{ "cold_lan_90ms_10ppm", 2, COLD(90e-3, 10e-6), ONE(LAN), .start = true },
	{ "cold_lan_90ms_100ppm", 2, COLD(90e-3, 100e-6), ONE(LAN), .start = true },
	{ "cold_lan_120ms_450ppm", 2, COLD(120e-3, 450e-6), ONE(LAN), .start = true },
	{ "cold_wan_0ppm", 2, COLD(10e-3, 0), ONE(WAN), .start = true },
	{ "cold_wan_10ppm", 2, COLD(10e-3, 10e-6), ONE(WAN), .start = true },
	{ "cold_wan_100ppm", 2, COLD(10e-3, 100e-6), ONE(WAN), .start = true },
	{ "cold_wan_450ppm", 2, COLD(10e-3, 450e-6), ONE(WAN), .start = true },
	{ "cold_wan_normal_10ppm", 2, COLD(10e-3, 10e-6), ONE(BOTH(LAW_NORMAL, 15e-3, 1e-3)),
	    .start = true },
	{ "cold_wan_heavy_10ppm", 2, COLD(10e-3, 10e-6), ONE(BOTH(LAW_HEAVY, 15e-3, 1e-3)),
	    .start = true },
	{ "cold_wan_uneven_10ppm", 2, COLD(10e-3, 10e-6),
	    ONE(.up = LAW(LAW_EXPONENTIAL, 15e-3, 0.3e-3),
		.down = LAW(LAW_EXPONENTIAL, 15e-3, 2e-3)),
	    .start = true },
	{ "cold_wan_lossy_30ppm", 2, COLD(10e-3, 30e-6), ONE(WAN, .loss = 0.3), .start = true },
	{ "cold_4_servers_30ppm", 2, COLD(10e-3, 30e-6),
	    .source = { { WAN }, { EXPO(20e-3, 2e-3) }, { EXPO(10e-3, 0.5e-3) },
		{ EXPO(40e-3, 4e-3) }, },
	    .source_n = 4, .start = true },
	{ "lost_80_percent", 24, TYPICAL(1e-9), ONE(EXPO(10e-3, 1e-3), .loss = 0.8) },
};

const unsigned accuracy_cases_n = sizeof(accuracy_cases) / sizeof(accuracy_cases[0]);
