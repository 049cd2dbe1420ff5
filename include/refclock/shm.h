/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shm - the segment of shared memory by which gpsd, ptp4l and phc2sys hand over the time: struct
 * shmTime of the SHM driver, in the layout that the writer's machine has. Pure: octets in, a sample
 * out. Whoever may write the segment may write anything: no value is trusted to be in range.
 */
#ifndef REFCLOCK_SHM_H
#define REFCLOCK_SHM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Key of unit 0, "NTP0"; the units follow. Length of a segment that is made here: of 64 bits. */
enum { SHM_KEY = 0x4e545030, SHM_LEN = 96 };

enum shm_verdict {
	SHM_GOOD,
	SHM_NOT_READY, /* nothing new since it was taken last */
	SHM_CLASH,     /* it was being written */
	SHM_BAD_MODE,  /* of handing over: neither 0 nor 1 */
	SHM_BAD_SIZE,  /* of no layout there is */
	SHM_BAD_STAMP, /* a fraction of a second beyond it, or seconds that no date has */
};

struct shm_sample {
	int64_t clock_ns;    /* the reference clock's time, since 1970 */
	int64_t received_ns; /* ours, when that was */
	int32_t leap;        /* as written: 0..3 when the writer is sound */
	int32_t precision;   /* log2 s, as written */
};

/*
 * Reads a copy of the segment; torn: it was written to while it was copied.
 * *out only on SHM_GOOD.
 */
enum shm_verdict shm_read(const uint8_t *octets, size_t len, bool torn, struct shm_sample *out);

/* Where in a segment of that length the 32 bits are that are set to 0 when a sample was taken. */
bool shm_valid_at(size_t len, size_t *at);

#endif
