/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmclock - the page by which a hypervisor tells its guest of the clock that it gives it: struct
 * vmclock_abi, as /dev/vmclock0 is read. Of it what the PTP device beside it does not say: how far
 * wrong the time may be, leap seconds, and whether the machine was moved. Pure: octets in, values
 * out. UAPI.13; all fields are little-endian.
 */
#ifndef REFCLOCK_VMCLOCK_H
#define REFCLOCK_VMCLOCK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VMCLOCK_LEN = 104 };

enum vmclock_verdict {
	VMCLOCK_GOOD,
	VMCLOCK_BAD_SIZE,  /* shorter than version 1 */
	VMCLOCK_BAD_MAGIC, /* it is something else, or a later version */
	VMCLOCK_BUSY,      /* it is being written: soon again */
};

struct vmclock {
	bool utc, tai;   /* what its time counts; neither: since an epoch of its own */
	bool trusted;    /* the hypervisor's clock is synchronised, or was and runs on */
	uint64_t marker; /* another one: the counter of the machine is another one */
	bool moves_soon; /* the hypervisor says that this will happen within an hour */
	int tai_s;       /* TAI - UTC, 0: not told */
	int leap;        /* +1, -1: the month ends with a second more, less; 0: as ever */
	bool has_error;
	double error_s; /* with has_error, what its time may be wrong by, 0..1e4 */
};

/* *out only on VMCLOCK_GOOD. */
enum vmclock_verdict vmclock_read(const uint8_t *octets, size_t len, struct vmclock *out);

#endif
