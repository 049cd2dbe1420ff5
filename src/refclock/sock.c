/* SPDX-License-Identifier: BSD-2-Clause */
/* sock - struct sock_sample, of machines with 64 and with 32 bits. */
#include "refclock/sock.h"
#include <math.h>
#include <string.h>
#include "base/ntptime.h"

static const int32_t MAGIC = 0x534f434b; /* "SOCK" */
static const int64_t SEC_MOST = INT64_C(9223372035), USEC_MOST = 999999;
/* Farther off no clock is that anybody meant. */
static const double OFFSET_MOST_S = 1e10;

enum { LEAP_MOST = 3 };

static int32_t
int_at(const uint8_t *octets, size_t at)
{
	int32_t v;

	memcpy(&v, octets + at, sizeof v);
	return v;
}

static int64_t
long_at(const uint8_t *octets, size_t at)
{
	int64_t v;

	memcpy(&v, octets + at, sizeof v);
	return v;
}

enum sock_verdict
sock_read(const uint8_t *octets, size_t len, struct sock_sample *out)
{
	bool wide = len == SOCK_LEN;
	size_t behind = wide ? 16 : 8; /* struct timeval */
	int64_t sec, usec;
	int32_t leap;
	double offset_s;

	if (len != SOCK_LEN && len != SOCK_LEN_32) {
		return SOCK_BAD_SIZE;
	}
	if (int_at(octets, behind + 20) != MAGIC) {
		return SOCK_BAD_MAGIC;
	}
	sec = wide ? long_at(octets, 0) : (int64_t)(uint32_t)int_at(octets, 0);
	usec = wide ? long_at(octets, 8) : int_at(octets, 4);
	if (sec < 0 || sec > SEC_MOST || usec < 0 || usec > USEC_MOST) {
		return SOCK_BAD_STAMP;
	}
	memcpy(&offset_s, octets + behind, sizeof offset_s);
	leap = int_at(octets, behind + 12);
	if (!isfinite(offset_s) || fabs(offset_s) > OFFSET_MOST_S || leap < 0 || leap > LEAP_MOST) {
		return SOCK_BAD_VALUE;
	}
	*out = (struct sock_sample){
		.taken_ns = sec * NS_PER_S + usec * 1000,
		.offset_s = offset_s,
		.pulse = int_at(octets, behind + 8) != 0,
		.leap = leap,
	};
	return SOCK_GOOD;
}
