/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample - one measurement of one source. RFC 5905, section 8.
 */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

#define NTP_MAXDISP_S 16.0 /* a dispersion this large means "no idea" */
#define NTP_PHI 15e-6      /* s/s: how fast an undisciplined clock may be assumed to drift */
#define NTP_MAXFREQ 500e-6 /* s/s: the most the kernel lets us adjust */

struct sample {
	double offset_s; /* source - our clock: what would have to be added to ours */
	/* Round trip less the server's time, as measured: may be below 0 by the precisions. */
	double delay_s;
	bool borrowed; /* that of other packets: a broadcast has none of its own */
	double disp_s; /* precisions + PHI * round trip */
	/*
	 * Where seconds lie between the stamps: what the stamps, and the rates that are known of
	 * both clocks, make the offset noisy by. disp_s has the most they may have drifted, which
	 * is many times that. 0: of an answer at once, where disp_s tells it.
	 */
	double stamps_s;
	/*
	 * Of a reading of a reference clock: the standard deviation of offset_s, > 0. There is no
	 * round trip then to tell it. 0: of an answer.
	 */
	double noise_s;
	double root_delay_s, root_disp_s; /* of the server, when it answered */
	struct mtime at;                  /* monotonic time of T4 */
	/*
	 * The sum of all adjustments our clock had received at that time (slews, steps, leap
	 * seconds), since some start. offset_s + adjusted is the offset to the clock as if it had
	 * run free.
	 */
	int64_t adjusted_ns;
};

#endif
