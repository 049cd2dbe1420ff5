/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device - the port to what reference clocks are read from. A device is read without waiting, once
 * a second; what came meanwhile has the time at which it came. What its octets mean is refclock's.
 * Real: sys/devices. Simulated: devices that are told the true time.
 */
#ifndef PORT_DEVICE_H
#define PORT_DEVICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "port/clock.h"
#include "port/phc.h"

enum device_kind {
	/* A segment of System V shared memory that another process writes. */
	DEVICE_SNAPSHOT,
	/* A serial line, or what looks like one: lines of text. */
	DEVICE_LINE,
	/* A Unix socket that others send datagrams to. */
	DEVICE_DATAGRAM,
	/* Pulses that the kernel stamps (PPS API, RFC 2783). */
	DEVICE_PULSE,
	/* A PTP hardware clock, which is compared with ours. */
	DEVICE_COMPARE,
	/* A file of the kernel that is read from its beginning each time: what is so now. */
	DEVICE_PAGE,
	/* A TCP server on this host that speaks first: lines of text. */
	DEVICE_STREAM,
};

enum { DEVICE_BYTES_MAX = 256, DEVICE_PATH_MAX = 1024, DEVICE_STREAM_MAX = 10240 };

/* What is to be opened. */
struct device_want {
	enum device_kind kind;
	char path[DEVICE_PATH_MAX]; /* of all but SNAPSHOT; of COMPARE as port/phc opens it */
	uint32_t key;               /* DEVICE_SNAPSHOT: of the segment */
	size_t len;      /* and how long it is made where there is none, <= DEVICE_BYTES_MAX */
	bool owner_only; /* and whether only its maker may write to it then */
	unsigned baud;   /* DEVICE_LINE; 0: the speed that it has */
	bool falling;    /* DEVICE_PULSE: the edge that is cleared begins the second */
	/* DEVICE_STREAM, at ::1 or 127.0.0.1: */
	uint16_t port;
	const char *hello; /* what it is sent once it has spoken; the caller's, for good */
};

struct device_reading {
	/* When it was read; DEVICE_LINE, DEVICE_STREAM: when the end of the line came. */
	struct clock_reading at;
	bool snapshot; /* there is no other now: it is what is there */
	size_t len;
	/* A datagram is cut where it is longer; a line has no end here, a longer one is several. */
	uint8_t bytes[DEVICE_BYTES_MAX];
	bool torn; /* DEVICE_SNAPSHOT: somebody wrote to it meanwhile, these are not of one time */
	struct rtime pulse;   /* DEVICE_PULSE: our clock's time of the edge */
	struct phc_look look; /* DEVICE_COMPARE */
	/*
	 * DEVICE_STREAM: a line without its end, of len octets; beyond DEVICE_STREAM_MAX it was too
	 * long, and there is nothing to be read of it. Until the next call for the device.
	 */
	const char *line;
};

struct devices;

/* One that is open; an implementation embeds it. */
struct device {
	struct devices *of;
};

struct devices_ops {
	/*
	 * Opens. 0 or -errno; *out only on 0. Appends to why what its owner can do about an error;
	 * on 0 what is strange about the device, mostly nothing.
	 */
	int (*open)(struct devices *d, const struct device_want *want, struct device **out,
	    struct text *why);
	/*
	 * The next reading that has not been given yet: 0, -EAGAIN when there is none now, another
	 * -errno when the device is gone and of no use but to be closed.
	 */
	int (*read)(struct device *dev, struct device_reading *out);
	/* DEVICE_SNAPSHOT: writes 32 bits, in the order of octets of the machine. */
	void (*put)(struct device *dev, size_t at, uint32_t value);
	/*
	 * DEVICE_PULSE: has the kernel measure its clock by the pulses too, or no more. 0 or
	 * -errno: -EOPNOTSUPP where it was built to sleep between ticks, as all distributions have
	 * it; -EPERM without CAP_SYS_TIME; -EINVAL where it has the pulses of another device.
	 */
	int (*bind)(struct device *dev, bool on);
	void (*close)(struct device *dev);
};

struct devices {
	const struct devices_ops *ops;
};

#endif
