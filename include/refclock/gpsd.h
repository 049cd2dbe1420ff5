/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gpsd - what gpsd says to its clients (gpsd_json(5)): one JSON object a line. A line in, what of
 * it tells the time out. Pure, over jansson; without that at build every line is GPSD_NOT_BUILT.
 * Whoever has gpsd's port may say anything: length, depth and every value are checked here.
 */
#ifndef REFCLOCK_GPSD_H
#define REFCLOCK_GPSD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* gpsd's own longest line; objects and arrays within each other that a line may have. */
enum { GPSD_LINE_MAX = 10240, GPSD_DEPTH_MAX = 8 };
/* Of names, with the 0; what is longer is cut. */
enum { GPSD_DEVICE_MAX = 128, GPSD_WORDS_MAX = 80, GPSD_DEVICES_MAX = 8 };

enum gpsd_class {
	GPSD_OTHER,   /* of no use here */
	GPSD_VERSION, /* it speaks first */
	GPSD_DEVICES, /* what it reads */
	GPSD_TPV,     /* a fix */
	GPSD_SKY,     /* satellites */
	GPSD_TOFF,    /* the time of a sentence, and ours when it came */
	GPSD_PPS,     /* the time of a pulse, and ours when it came */
	GPSD_ERROR    /* of what was asked */
};

enum gpsd_verdict {
	GPSD_GOOD,
	GPSD_BAD_FORMAT, /* no object of JSON, too long or too deep, a field that is none */
	GPSD_NOT_BUILT
};

struct gpsd_report {
	enum gpsd_class class;
	char device[GPSD_DEVICE_MAX]; /* "" when it tells none; DEVICES: the first */
	/* VERSION */
	int proto_major, proto_minor;
	/* VERSION: the release; ERROR: what is wrong */
	char words[GPSD_WORDS_MAX];
	/* DEVICES */
	unsigned devices_n; /* how many there are; the first GPSD_DEVICES_MAX are in: */
	char devices[GPSD_DEVICES_MAX][GPSD_DEVICE_MAX];
	/* TPV */
	int mode; /* 0 unknown, 1 no fix, 2, 3 */
	bool timed;
	int64_t time_ns; /* since 1970; valid when timed */
	/* SKY: satellites in use; -1: not told */
	int used;
	/* TOFF, PPS, since 1970 */
	int64_t real_ns, clock_ns;
	int precision; /* log2 s; 0: not told */
};

bool gpsd_is_built(void);

/* Reads a line without its end. *out only on GPSD_GOOD; what its class has not is zero. */
enum gpsd_verdict gpsd_read(const char *line, size_t len, struct gpsd_report *out);

#endif
