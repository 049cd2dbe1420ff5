/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accuracy_scenarios - the rows of the accuracy study.
 */
#ifndef BENCH_ACCURACY_SCENARIOS_H
#define BENCH_ACCURACY_SCENARIOS_H
#include "accuracy_model.h"

#define PATH(d, law_, j)                                       \
	{                                                      \
		.delay_s = (d), .law = (law_), .jitter_s = (j) \
	}
#define BOTH(d, law_, j) .up = PATH(d, law_, j), .down = PATH(d, law_, j)
#define EXPO(d, j) BOTH(d, DELAY_EXPONENTIAL, j)
#define LAN EXPO(100e-6, 10e-6)
#define WAN EXPO(15e-3, 1e-3)
#define ONE .source_n = 1, .honest = { true }
#define TYPICAL(w) .offset_s = 1e-3, .freq = 10e-6, .wander = (w)

static const struct scenario scenarios[] = {
	/* accuracy.md's rows */
	{ "lan wander 1e-9", 24, 6, 10, { TYPICAL(1e-9) }, { { LAN } }, ONE, .limit = 1.15 },
	{ "lan wander 1e-8", 24, 6, 10, { TYPICAL(1e-8) }, { { LAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-9", 24, 6, 10, { TYPICAL(1e-9) }, { { WAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-8", 24, 6, 10, { TYPICAL(1e-8) }, { { WAN } }, ONE, .limit = 1.15 },
	{ "25 ms jitter 10 ms", 24, 6, 10, { TYPICAL(1e-9) }, { { EXPO(25e-3, 10e-3) } }, ONE,
	    .limit = 1.15 },
	{ "lan wander 1e-8 poll 6", 24, 6, 6, { TYPICAL(1e-8) }, { { LAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-8 poll 6", 24, 6, 6, { TYPICAL(1e-8) }, { { WAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-9 poll 10", 48, 10, 10, { TYPICAL(1e-9) }, { { WAN } }, ONE,
	    .limit = 1.15 },
	{ "wan normal jitter", 24, 6, 10, { TYPICAL(1e-9) },
	    { { BOTH(15e-3, DELAY_NORMAL, 1e-3) } }, ONE, .limit = 1.15 },
	{ "5 ms temperature", 48, 6, 10,
	    { TYPICAL(1e-9), .wave = { { 1e-6, 86400, false }, { 0.1e-6, 1800, true } },
		.wave_n = 2 },
	    { { EXPO(5e-3, 0.1e-3) } }, ONE, .limit = 1.15 },
	{ "step 50 ppm", 24, 6, 10, { TYPICAL(1e-9), .freq_step = 50e-6, .freq_step_at_s = 43300 },
	    { { EXPO(1e-3, 0.1e-3) } }, ONE, .limit = 2 },
	{ "wan step 50 ppm", 24, 6, 10,
	    { TYPICAL(1e-9), .freq_step = 50e-6, .freq_step_at_s = 43300 }, { { WAN } }, ONE,
	    .limit = 2 },
	{ "congestion down", 24, 6, 10, { TYPICAL(1e-9) },
	    { { WAN, .congest_s = 1200, .congest_period_s = 3600, .congest_mean_s = 20e-3 } }, ONE,
	    .limit = 2 },
	{ "half lost", 24, 6, 10, { TYPICAL(1e-8) }, { { WAN, .loss = 0.5 } }, ONE, .limit = 1.15 },
	{ "10 min of every 4 h", 48, 6, 10, { TYPICAL(1e-9) },
	    { { WAN, .on_s = 600, .period_s = 14400 } }, ONE, .limit = 1.15 },
	{ "4 servers, 1 false, 1 bad", 24, 6, 10, { TYPICAL(1e-9) },
	    {
		{ EXPO(20e-3, 0.3e-3), .error_s = 0.1 },
		{ EXPO(20e-3, 10e-3) },
		{ EXPO(10e-3, 0.3e-3) },
		{ EXPO(15e-3, 0.3e-3) },
	    },
	    .source_n = 4, .honest = { false, true, true, true }, .limit = 1.3 },
	{ "5 servers, 2 false", 24, 6, 10, { TYPICAL(1e-9) },
	    {
		{ EXPO(20e-3, 0.3e-3), .error_s = 0.1 },
		{ EXPO(20e-3, 0.3e-3), .error_s = 0.1 },
		{ EXPO(10e-3, 0.3e-3) },
		{ EXPO(15e-3, 0.3e-3) },
		{ EXPO(25e-3, 0.3e-3) },
	    },
	    .source_n = 5, .honest = { false, false, true, true, true }, .limit = 1.3 },
	{ "start 3 ms lan", 4, 6, 10, { .offset_s = 3e-3, .freq = 100e-6, .wander = 1e-9 },
	    { { LAN } }, ONE },
	{ "start 50 ms lan", 4, 6, 10, { .offset_s = 50e-3, .freq = 100e-6, .wander = 1e-9 },
	    { { LAN } }, ONE },
	{ "start 0.5 s lan", 4, 6, 10, { .offset_s = 0.5, .freq = 100e-6, .wander = 1e-9 },
	    { { LAN } }, ONE },
	{ "start 1000 s lan", 4, 6, 10, { .offset_s = 999, .freq = 100e-6, .wander = 1e-9 },
	    { { LAN } }, ONE },
	{ "start 50 ms wan", 4, 6, 10, { .offset_s = 50e-3, .freq = 100e-6, .wander = 1e-9 },
	    { { WAN } }, ONE },
	/* others */
	{ "lan wander 1e-10", 24, 6, 10, { TYPICAL(1e-10) }, { { LAN } }, ONE, .limit = 1.15 },
	{ "lan wander 1e-7", 24, 6, 10, { TYPICAL(1e-7) }, { { LAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-7", 24, 6, 10, { TYPICAL(1e-7) }, { { WAN } }, ONE, .limit = 1.15 },
	{ "wan wander 1e-6", 12, 6, 10, { TYPICAL(1e-6) }, { { WAN } }, ONE, .limit = 1.15 },
	{ "lan normal jitter", 24, 6, 10, { TYPICAL(1e-9) },
	    { { BOTH(300e-6, DELAY_NORMAL, 20e-6) } }, ONE, .limit = 1.15 },
	{ "50 ms jitter 3 ms wander 3e-9", 24, 6, 10, { TYPICAL(3e-9) }, { { EXPO(50e-3, 3e-3) } },
	    ONE, .limit = 1.15 },
	{ "uneven jitter 0.3/2 ms", 24, 6, 10, { TYPICAL(3e-9) },
	    { {
		.up = PATH(10e-3, DELAY_EXPONENTIAL, 0.3e-3),
		.down = PATH(10e-3, DELAY_EXPONENTIAL, 2e-3),
	    } },
	    ONE },
	{ "pareto 1 ms", 24, 6, 10, { TYPICAL(1e-9) }, { { BOTH(15e-3, DELAY_PARETO, 1e-3) } },
	    ONE },
	{ "lognormal 1 ms", 24, 6, 10, { TYPICAL(1e-9) },
	    { { BOTH(15e-3, DELAY_LOGNORMAL, 1e-3) } }, ONE },
	{ "uniform 1 ms", 24, 6, 10, { TYPICAL(1e-9) }, { { BOTH(15e-3, DELAY_UNIFORM, 1e-3) } },
	    ONE },
	{ "bimodal 5 ms half", 24, 6, 10, { TYPICAL(1e-9) },
	    { {
		.up = { 15e-3, DELAY_BIMODAL, 0.2e-3, 5e-3, 0.5 },
		.down = { 15e-3, DELAY_BIMODAL, 0.2e-3, 5e-3, 0.5 },
	    } },
	    ONE },
	{ "bimodal up only 5 ms 0.8", 24, 6, 10, { TYPICAL(1e-9) },
	    { {
		.up = { 15e-3, DELAY_BIMODAL, 0.2e-3, 5e-3, 0.8 },
		.down = PATH(15e-3, DELAY_EXPONENTIAL, 0.2e-3),
	    } },
	    ONE },
	{ "route up one way 10 ms", 24, 6, 10, { TYPICAL(1e-9) },
	    { { EXPO(15e-3, 0.3e-3), .route = { { 50000, 10e-3, 0 } }, .route_n = 1 } }, ONE },
	{ "route both ways 10 ms", 24, 6, 10, { TYPICAL(1e-9) },
	    { { EXPO(15e-3, 0.3e-3), .route = { { 50000, 5e-3, 5e-3 } }, .route_n = 1 } }, ONE },
	{ "route there and back", 24, 6, 10, { TYPICAL(1e-9) },
	    { { EXPO(15e-3, 0.3e-3),
		.route = { { 45000, 8e-3, 0 }, { 60000, 0, 0 }, { 70000, 0, 4e-3 } },
		.route_n = 3 } },
	    ONE },
	{ "route down one way", 24, 6, 10, { TYPICAL(1e-9) },
	    { { EXPO(15e-3, 0.3e-3), .route = { { 0, 10e-3, 0 }, { 50000, 0, 0 } },
		.route_n = 2 } },
	    ONE },
	{ "3 servers, route of one", 24, 6, 10, { TYPICAL(1e-9) },
	    {
		{ EXPO(15e-3, 0.3e-3), .route = { { 50000, 10e-3, 0 } }, .route_n = 1 },
		{ EXPO(10e-3, 0.3e-3) },
		{ EXPO(20e-3, 0.3e-3) },
	    },
	    .source_n = 3, .honest = { true, true, true }, .limit = 1.3 },
	{ "3 lan servers 1e-8", 24, 6, 10, { TYPICAL(1e-8) }, { { LAN }, { LAN }, { LAN } },
	    .source_n = 3, .honest = { true, true, true }, .limit = 1.3 },
	{ "4 wan servers 1e-8", 24, 6, 10, { TYPICAL(1e-8) },
	    { { WAN }, { EXPO(30e-3, 2e-3) }, { EXPO(8e-3, 0.5e-3) }, { EXPO(60e-3, 4e-3) } },
	    .source_n = 4, .honest = { true, true, true, true }, .limit = 1.3 },
	{ "3 servers biased +-2 ms", 24, 6, 10, { TYPICAL(1e-9) },
	    {
		{ EXPO(15e-3, 0.3e-3), .error_s = 2e-3 },
		{ EXPO(15e-3, 0.3e-3), .error_s = -2e-3 },
		{ EXPO(15e-3, 0.3e-3) },
	    },
	    .source_n = 3, .honest = { true, true, true } },
	{ "wandering server", 24, 6, 10, { TYPICAL(1e-9) },
	    { { EXPO(5e-3, 0.1e-3), .wander = 1e-10 } }, ONE },
	{ "server jump 20 ms", 24, 6, 10, { TYPICAL(1e-9) },
	    { { WAN, .jump_at_s = 50000, .jump_s = 0.02 } }, ONE },
	{ "clock of 1 us", 24, 6, 10, { TYPICAL(1e-9), .resolution_s = 1e-6 }, { { LAN } }, ONE },
	{ "clock of 1 ms", 24, 6, 10, { TYPICAL(1e-9), .resolution_s = 1e-3 }, { { LAN } }, ONE },
	{ "clock of 10 ms", 24, 6, 10, { TYPICAL(1e-9), .resolution_s = 1e-2 }, { { WAN } }, ONE },
	{ "reading noise 20 us", 24, 6, 10, { TYPICAL(1e-9), .white_s = 20e-6 }, { { LAN } }, ONE },
	{ "pauses 50 ms each 3 h", 24, 6, 10,
	    { TYPICAL(1e-9), .pause_s = 0.05, .pause_at_s = 45000, .pause_period_s = 10800 },
	    { { EXPO(1e-3, 0.1e-3) } }, ONE },
	{ "pause 30 s", 24, 6, 10, { TYPICAL(1e-9), .pause_s = 30, .pause_at_s = 50000 },
	    { { WAN } }, ONE },
	{ "set by others 30 ms", 24, 6, 10,
	    { TYPICAL(1e-9), .hidden_step_s = 0.03, .hidden_step_at_s = 50000 }, { { WAN } }, ONE },
	{ "temperature ramp 10 ppm/2 h", 24, 6, 10,
	    { TYPICAL(1e-9), .ramp = 10e-6, .ramp_from_s = 50000, .ramp_to_s = 57200 },
	    { { EXPO(1e-3, 0.1e-3) } }, ONE },
	{ "restart with drift file", 4, 6, 10, { .offset_s = 1e-3, .freq = 30e-6, .wander = 1e-9 },
	    { { EXPO(10e-3, 0.5e-3) } }, ONE, .drift_known = true },
	{ "lossy 80%", 24, 6, 10, { TYPICAL(1e-9) }, { { EXPO(10e-3, 1e-3), .loss = 0.8 } }, ONE,
	    .limit = 1.15 },
};

enum { SCENARIOS_N = sizeof(scenarios) / sizeof(scenarios[0]) };

#endif
