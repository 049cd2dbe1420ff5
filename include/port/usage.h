/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage - what the process has used of the machine since it started, in the terms of getrusage(2).
 */
#ifndef PORT_USAGE_H
#define PORT_USAGE_H
#include <stdint.h>

/* Counts, in the order in which usestats has them. */
enum usage_count {
	USAGE_MINOR_FAULTS,
	USAGE_MAJOR_FAULTS,
	USAGE_SWAPS,
	USAGE_BLOCKS_IN,
	USAGE_BLOCKS_OUT,
	USAGE_WAITS,
	USAGE_PREEMPTIONS,
	USAGE_SIGNALS,
	USAGE_COUNTS
};

struct usage {
	double user_s, system_s; /* processor time */
	int64_t count[USAGE_COUNTS];
	int64_t peak_kb; /* resident set at its largest */
};

#endif
