/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_device - the device port of a simulated host: devices that are told the true time, and what
 * they make of it. They outlive the daemon.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H
#include <stdbool.h>
#include "port/device.h"
#include "sim/sim_clock.h"
#include "sim/sim_phc.h"
#include "sim/sim_rng.h"

enum { SIM_DEVICES_MAX = 8, SIM_SHM_LEN = 96, SIM_LINES_MAX = 16, SIM_PATH_MAX = 64 };

struct sim_devices;

/* A receiver, and how it hands over its time: once a second, unless it is dead. */
struct sim_device {
	struct device dev;
	struct sim_devices *of;
	struct sim_event event;
	enum device_kind kind;
	uint32_t key;            /* DEVICE_SNAPSHOT */
	char path[SIM_PATH_MAX]; /* all others */

	/*
	 * What it says of the true time; may be changed at any time. A line or a pulse comes as much
	 * later instead.
	 */
	double lie_s;    /* is added, as is: */
	double jitter_s; /* normal, of each reading */
	double wobble_s; /* amplitude of a slow swing, with a period of wobble_period_s */
	double wobble_period_s;
	double after_s; /* how long after a true second it speaks */
	bool pulses;    /* DEVICE_DATAGRAM: its samples are of pulses; DEVICE_STREAM: it has some */
	bool dead;      /* it says nothing */
	bool stutters;  /* it says again what it said last */
	bool torn;      /* its segment is written to whenever it is read */
	int weeks;      /* its date is off by so many */
	int leap;       /* 3: it says that it has no time */
	int precision;  /* log2 s, as it tells */
	const char *sentence; /* DEVICE_LINE: "RMC", "GGA" or "ZDA" */
	bool unsummed;        /* and without a checksum */
	double garbled;       /* and the chance that an octet of it is another one */
	const char *reads;    /* DEVICE_STREAM: the device of which it speaks */
	bool no_toff;         /* and it is of before there was TOFF */
	bool mute;            /* it is there, and says nothing; given up after 10 s */

	/* How the host sees it. */
	int open_error;      /* -errno of opening it, 0: none */
	const char *strange; /* what is said of it when it is opened; NULL: nothing */
	int bind_error; /* the same of binding it to the kernel; 0: it is bound, as counted in: */
	unsigned binds;
	bool bound;     /* now: closing it does not end that */
	bool gone;      /* the one that is open has been taken away */
	int read_error; /* -errno of each reading, 0: none */

	/* DEVICE_PAGE: what a hypervisor says there of its clock. */
	uint64_t marker;   /* another one: the machine was moved */
	bool untrusted;    /* the hypervisor's clock is not synchronised */
	double told_off_s; /* what its clock may be wrong by, as it says; 0: it does not */
	int tai_s;         /* 0: it does not say */

	uint8_t segment[SIM_SHM_LEN];
	uint8_t page[DEVICE_BYTES_MAX]; /* said, of page_len octets; 0: by the fields above */
	size_t page_len;
	size_t segment_len;                        /* 0: SIM_SHM_LEN */
	struct phc *phc;                           /* DEVICE_COMPARE: while it is open */
	struct device_reading line[SIM_LINES_MAX]; /* not read yet */
	unsigned line_n;
	struct device_reading last; /* what it said last */
	int64_t opened_ns;
	int64_t second_ns, pulse_ns; /* DEVICE_STREAM: its last second, and the host's time then */
	bool begun;                  /* it has come, and not been told of */
	void (*on_spoke)(void *ctx); /* it has just spoken; NULL: nobody listens */
	void *on_spoke_ctx;
	unsigned opened; /* by the daemon, now */
	unsigned opens, spoke;
};

struct sim_devices {
	struct devices port;
	struct world *w;
	struct sim_clock *clock;
	struct sim_phcs *phcs; /* of DEVICE_COMPARE; NULL: none */
	struct sim_rng rng;
	struct sim_device device[SIM_DEVICES_MAX];
	unsigned n;
};

void sim_devices_start(struct sim_devices *d, struct world *w, struct sim_clock *clock,
    uint64_t index);

/* Segment of shared memory with that key, and a writer that is right to 1 us. */
struct sim_device *sim_device_shm(struct sim_devices *d, uint32_t key);

/* A socket of chrony's kind, and a writer that is right to 1 us. */
struct sim_device *sim_device_datagram(struct sim_devices *d, const char *path);

/* A receiver on a serial line, that sends each second 0.3 s after it began; and pulses. */
struct sim_device *sim_device_line(struct sim_devices *d, const char *path);
struct sim_device *sim_device_pulse(struct sim_devices *d, const char *path);

/* The page of a vmclock: synchronised, its time is UTC; leap is +1 or -1. */
struct sim_device *sim_device_vmclock(struct sim_devices *d, const char *path);

/* A gpsd, whose receiver is read 0.1 s after each second, and has pulses when pulses is set. */
struct sim_device *sim_device_stream(struct sim_devices *d);

/*
 * Says that now, beside what it says by itself: a line, a datagram or what a segment or page has from
 * now on. Beyond DEVICE_BYTES_MAX the rest is left out; of DEVICE_STREAM len is then too long.
 */
void sim_device_say(struct sim_device *v, const void *octets, size_t len);

/* The process has ended: how many it left open. */
unsigned sim_devices_end(struct sim_devices *d);

/* The host goes: no device speaks any more. */
void sim_devices_free(struct sim_devices *d);

#endif
