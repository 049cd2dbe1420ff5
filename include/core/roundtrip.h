/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roundtrip - what the round trips of a source tell about the noise of its offsets: floor,
 * queueing, change of route. Pure: no clock, no allocation. One per source, inside its estimator.
 * It replaces the choice of the least delay among eight (RFC 5905, section 10): every sample is
 * used, and counts by how far its round trip lies above the floor.
 */
#ifndef CORE_ROUNDTRIP_H
#define CORE_ROUNDTRIP_H
#include <stdbool.h>

enum { ROUNDTRIP_WINDOW = 64, ROUNDTRIP_ROUTE = 8, ROUNDTRIP_BLOCKS = 8 };

struct roundtrip {
	double ring[ROUNDTRIP_WINDOW];   /* s, as they came */
	double sorted[ROUNDTRIP_WINDOW]; /* the same, ascending */
	unsigned next, n;
	/* The least of each of the blocks of ROUNDTRIP_WINDOW samples before. */
	double block[ROUNDTRIP_BLOCKS];
	unsigned blocks, in_block;
	double block_least;
	unsigned above; /* successive samples far above the floor */
	/*
	 * For what is told of one way alone. The floor before the route became longer, or crowded
	 * for hours, while so many samples more may be of either; queueing at its calmest.
	 */
	double older_floor_s;
	unsigned older_left;
	double calm_s;
};

/* What a round trip above the floor may mean. */
enum roundtrip_view {
	ROUNDTRIP_EVEN,      /* queueing in both directions alike */
	ROUNDTRIP_PLAIN,     /* nothing: the delay does not tell samples apart */
	ROUNDTRIP_UP,        /* what exceeds the usual queueing is on the way there */
	ROUNDTRIP_DOWN,      /* or back */
	ROUNDTRIP_UP_ONLY,   /* nearly all queueing is on the way there */
	ROUNDTRIP_DOWN_ONLY, /* or back */
	ROUNDTRIP_VIEWS
};

/* What a view makes of a sample: the likely error of its offset, and the variance of the rest. */
struct roundtrip_error {
	double mean_s, var_s2;
};

struct roundtrip_noise {
	double excess_s; /* of this round trip over the floor, >= 0 */
	double jitter_s; /* mean queueing delay of one direction, > 0 */
	struct roundtrip_error view[ROUNDTRIP_VIEWS];
	bool older;       /* ROUNDTRIP_UP and ROUNDTRIP_DOWN go by older_floor_s */
	double crowded_s; /* by so much the middle of the last is longer than in calm, else 0 */
	bool rose;        /* the floor: the route became longer, or crowded for hours */
};

void roundtrip_clear(struct roundtrip *r);

/*
 * Adds a round trip and judges it.
 * delay_s      >= 0
 * precision_s  of a difference of time stamps, > 0: a floor of jitter and variances
 */
void roundtrip_add(struct roundtrip *r, double delay_s, double precision_s, double stamps_s2,
    struct roundtrip_noise *out);

/* The least round trip of the window, s; 0 when it is empty. */
double roundtrip_floor_s(const struct roundtrip *r);

#endif
