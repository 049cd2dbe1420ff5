/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sock - the datagram by which gpsd and others hand a sample to a socket of chrony's: struct
 * sock_sample, with the time of 64 or of 32 bits. Pure: octets in, a sample out.
 */
#ifndef REFCLOCK_SOCK_H
#define REFCLOCK_SOCK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOCK_LEN = 40, SOCK_LEN_32 = 32 };

enum sock_verdict {
	SOCK_GOOD,
	SOCK_BAD_SIZE,  /* of neither layout */
	SOCK_BAD_MAGIC, /* it is something else */
	SOCK_BAD_STAMP, /* seconds that no date has, or a fraction beyond one */
	SOCK_BAD_VALUE  /* an offset that is no number, a leap indicator that is none */
};

struct sock_sample {
	int64_t taken_ns; /* our clock's time of the sample, since 1970 */
	double offset_s;  /* what is to be added to our clock */
	bool pulse;       /* only what is beyond whole seconds of it counts */
	int leap;         /* 0..3 */
};

/* *out only on SOCK_GOOD. */
enum sock_verdict sock_read(const uint8_t *octets, size_t len, struct sock_sample *out);

#endif
