/* SPDX-License-Identifier: BSD-2-Clause */
/* vmclock - struct vmclock_abi, version 1. */
#include "refclock/vmclock.h"
#include <stdlib.h>

/* Offsets. */
enum {
	AT_MAGIC = 0x00,
	AT_VERSION = 0x08,
	AT_TIME_TYPE = 0x0b,
	AT_SEQUENCE = 0x0c,
	AT_MARKER = 0x10,
	AT_FLAGS = 0x18,
	AT_STATUS = 0x22,
	AT_TAI = 0x24,
	AT_LEAP = 0x26,
	AT_ESTERROR = 0x58,
	AT_MAXERROR = 0x60,
};

enum {
	FLAG_TAI = 1 << 0,
	FLAG_MOVES_IMMINENT = 1 << 2,
	FLAG_ESTERROR = 1 << 5,
	FLAG_MAXERROR = 1 << 6,
};

enum { TYPE_UTC = 0, TYPE_TAI = 1 };
enum { STATUS_SYNCHRONISED = 2, STATUS_FREERUNNING = 3 };
enum { LEAP_PRE_POS = 1, LEAP_PRE_NEG = 2 };
enum { VERSION = 1, TAI_MOST = 127 };

#define MAGIC UINT64_C(0x4b4c4356) /* "VCLK" */

/* A clock that is farther off than that is none. */
static const double ERROR_MOST_S = 1e4;

static uint64_t
number_at(const uint8_t *octets, size_t at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = n; i-- > 0;) {
		v = v << 8 | octets[at + i];
	}
	return v;
}

/*
 * Linux adds it to TAI and the description of the page gives the value 37: which sign it has is not
 * agreed, but TAI is ahead.
 */
static int
tai_of(const uint8_t *octets)
{
	int told = (int)number_at(octets, AT_TAI, 2);

	told = told > INT16_MAX ? told - UINT16_MAX - 1 : told;
	return abs(told) <= TAI_MOST ? abs(told) : 0;
}

/* The bound where there is one; of an estimate four times as much. */
static void
read_error(const uint8_t *octets, uint64_t flags, struct vmclock *out)
{
	if ((flags & FLAG_MAXERROR) != 0) {
		out->error_s = (double)number_at(octets, AT_MAXERROR, 8) * 1e-9;
	} else if ((flags & FLAG_ESTERROR) != 0) {
		out->error_s = 4.0 * (double)number_at(octets, AT_ESTERROR, 8) * 1e-9;
	} else {
		return;
	}
	out->has_error = true;
	out->error_s = out->error_s < ERROR_MOST_S ? out->error_s : ERROR_MOST_S;
}

enum vmclock_verdict
vmclock_read(const uint8_t *octets, size_t len, struct vmclock *out)
{
	uint64_t flags;

	if (len < VMCLOCK_LEN) {
		return VMCLOCK_BAD_SIZE;
	}
	if (number_at(octets, AT_MAGIC, 4) != MAGIC ||
	    number_at(octets, AT_VERSION, 2) != VERSION) {
		return VMCLOCK_BAD_MAGIC;
	}
	if ((octets[AT_SEQUENCE] & 1) != 0) {
		return VMCLOCK_BUSY;
	}
	flags = number_at(octets, AT_FLAGS, 8);
	*out = (struct vmclock){
		.utc = octets[AT_TIME_TYPE] == TYPE_UTC,
		.tai = octets[AT_TIME_TYPE] == TYPE_TAI,
		.trusted = octets[AT_STATUS] == STATUS_SYNCHRONISED ||
		    octets[AT_STATUS] == STATUS_FREERUNNING,
		.marker = number_at(octets, AT_MARKER, 8),
		.moves_soon = (flags & FLAG_MOVES_IMMINENT) != 0,
		.tai_s = (flags & FLAG_TAI) != 0 ? tai_of(octets) : 0,
		.leap = octets[AT_LEAP] == LEAP_PRE_POS ? 1
		    : octets[AT_LEAP] == LEAP_PRE_NEG   ? -1
							: 0,
	};
	read_error(octets, flags, out);
	return VMCLOCK_GOOD;
}
