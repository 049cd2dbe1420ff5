/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refclock - reference clocks: a driver for each kind, which reads; and what all kinds have in
 * common: the device, which is opened again for ever while it is missing, the second in which it is
 * read, fudge, counters, events. An association of ASSOC_REFCLOCK has one instead of a socket.
 */
#ifndef CLIENT_REFCLOCK_H
#define CLIENT_REFCLOCK_H
#include <stdbool.h>
#include "base/limit.h"
#include "base/text.h"
#include "config/config.h"
#include "core/assoc.h"
#include "core/refsample.h"
#include "port/device.h"
#include "port/loop.h"
#include "refclock/nmea.h"
#include "refclock/vmclock.h"

struct journal;
struct refclock;

enum { REFCLOCK_NAME_MAX = 16, REFCLOCK_TIMECODE_MAX = 128, REFCLOCK_WHY_MAX = 512 };
enum { REFCLOCK_LINE_MAX = 64, REFCLOCK_LATES_KNOWN = 32 };

/* TCP, on this host. */
enum { REFCLOCK_GPSD_PORT = 2947 };

/* Mode 6's events of a clock. */
enum refclock_event {
	REFCLOCK_FINE,
	REFCLOCK_NO_REPLY,
	REFCLOCK_BAD_FORMAT, /* what it says cannot be read */
	REFCLOCK_FAULT,      /* its device cannot be opened */
	REFCLOCK_BAD_SIGNAL, /* it says itself that it has no time */
	REFCLOCK_BAD_DATE,
	REFCLOCK_BAD_TIME,
};

/* What a clock may be read from: the first has the time, the other tells it more exactly. */
enum refclock_input_of { REFCLOCK_MAIN, REFCLOCK_PULSE, REFCLOCK_INPUTS };

struct refclock_input {
	bool wanted;
	struct device *device; /* NULL: none is open */
	double retry_s;        /* of the attempts to open it */
	struct mtime retry_at; /* valid while device is NULL */
	int error;             /* of the last attempt, said once per change */
	/* What is to be done about it; of the one that is open: what is strange about it, if: */
	char why[REFCLOCK_WHY_MAX];
	bool warned;
	struct mtime read_at; /* of the last reading, 0: none */
	bool heard;           /* since it was opened something was read, or it: */
	bool answers;         /* is there when it can be read, though it has nothing to say */
	bool pulse, bound;    /* the one that is open: its kind, and what the kernel was asked */
};

struct refclock_driver {
	int type;           /* t of 127.127.t.u */
	const char *name;   /* of the kind, as ntpq has it: "LOCAL" */
	const char *device; /* the same in words */
	unsigned flags;     /* of enum assoc_flags: what its kind of clock is */
	enum system_source sync;
	uint8_t stratum; /* unless fudge says others, as is: */
	const char *refid;
	double noise_s;    /* that its samples have at least, unless fudge minjitter says others */
	const char *other; /* its second input in words; NULL: of pulses */
	/* Adds what depends on its line, or NULL. */
	void (*put_rules)(const struct config_source *s, struct assoc_rules *r);
	uint32_t silent; /* a bit of mode with which its pulses do not make it a PPS peer */
	bool late;       /* its fudge time2 is that of sentences, which end late */
	/* What it is read from, false: there is no such input. NULL: nothing, then: */
	bool (*want)(const struct refclock *r, enum refclock_input_of of, struct device_want *out);
	/* Takes in one reading of an input; refclock_reading says what it was. */
	void (*take)(struct refclock *r, enum refclock_input_of of, const struct device_reading *d,
	    const struct assoc_world *w);
	/*
	 * Appends what clockstats has of the time since the last line; nothing, or NULL: no line.
	 */
	void (*put_stats)(struct refclock *r, struct text *t);
	/* Without a device: adds to the samples what was read since the last call. */
	void (*read)(struct refclock *r, const struct assoc_world *w);
	/*
	 * ASSOC_OWN_CLOCK: what fudge says that our clock is wrong by, in seconds and s/s. NULL:
	 * fudge is heeded in its readings.
	 */
	void (*correction)(const struct config_fudge *f, double *time_s, double *freq);
};

/* What a clock is given by its owner, who outlives it. */
struct refclock_setup {
	struct loop *loop;
	struct clock *clock; /* only read */
	struct devices *devices;
	struct journal *journal;
	bool (*kernel)(void *ctx);     /* it may take part now (enable kernel, enable ntp) */
	bool (*calibrates)(void *ctx); /* enable calibrate */
	/* What holds for associations now. */
	void (*world)(void *ctx, struct assoc_world *w);
	/* A reading was added. */
	void (*added)(void *ctx);
	/* TAI - UTC in seconds by the table of leap seconds, 0: unknown. */
	int (*tai)(void *ctx);
	/* The machine is on another host: what was learned of our clock is not so any more. */
	void (*moved)(void *ctx);
	/* The event of the clock is another one; why: in words, may be "". */
	void (*event)(void *ctx, const char *why);
	void *ctx;
};

/* Readings and the like, since the start; as clockstats has them since the last line. */
struct refclock_count {
	uint64_t polls; /* at which readings were looked for */
	uint64_t no_reply, bad_format, bad_data;
	uint64_t ticks, good, not_ready, clash, bad; /* once a second */
};

/* What SHM remembers. */
struct refclock_shm {
	int64_t clock_ns, received_ns; /* of the last sample */
};

enum { REFCLOCK_PULSES = 2 };

/* Sentences since the last line of clockstats, as bit 16 of mode has them there. */
struct refclock_lines {
	unsigned total, accepted, rejected, malformed, filtered;
	unsigned pulses; /* of the accepted: with one */
};

/* What NMEA remembers. */
struct refclock_nmea {
	struct nmea_state state;
	int64_t last_ns;                     /* the time that was taken last */
	struct rtime pulse[REFCLOCK_PULSES]; /* the last pulses, by our clock; 0: none */
	bool paired;                         /* the last time was that of a pulse, at: */
	struct mtime paired_at;
	struct refclock_lines lines;
	unsigned broken; /* lines in a row that were no sound sentences */
};

/* How long after the pulse of a second its sentence is there. */
struct refclock_late {
	unsigned n;  /* sentences whose time behind a pulse is in; REFCLOCK_LATES_KNOWN: believed */
	double is_s; /* the mean of the last ones */
};

/* What GPSD remembers. */
struct refclock_gpsd {
	unsigned devices_n; /* that gpsd reads */
	int mode, used;     /* of the last fix; satellites then, -1: not told */
	bool fixed;         /* at: */
	struct mtime fix_at;
	bool toff_seen; /* at: */
	struct mtime toff_at;
	int64_t serial_ns;   /* the time that its sentences told last, 0: none */
	double serial_off_s; /* and the offset by it, */
	struct mtime serial_at;
	int64_t pulse_ns; /* the same of its pulses */
	struct mtime pulse_at, pulses_since;
	bool begun;                /* gpsd has spoken: what follows is valid */
	struct mtime strict_until; /* mode 2: pulses lead up to then */
	/* Since the last line of clockstats. */
	unsigned received_n, bad_n, no_fix_n, serial_n, serial_used_n, pulse_n, pulse_used_n;
};

/* What PHC remembers. */
struct refclock_phc {
	bool paged, told_page;
	unsigned busy;       /* pages in a row that changed while they were read */
	struct vmclock page; /* with paged: the last, read at: */
	struct mtime paged_at;
};

/* A clock that is open, or tries to be. */
struct refclock {
	const struct refclock_driver *driver;
	struct refclock_setup is;
	char name[REFCLOCK_NAME_MAX]; /* "SHM(0)" */
	/* Of its line. */
	int32_t unit;
	uint32_t mode;
	bool by_name;
	struct config_fudge fudge; /* without refid */
	/* What was read. */
	struct refsample samples;
	unsigned taken; /* since the last poll */
	bool pulses;    /* the last of them was of a pulse */
	struct refclock_count count, since;
	char timecode[REFCLOCK_TIMECODE_MAX];
	/* How it is. */
	enum refclock_event event, bad; /* told last; the last since the last poll */
	unsigned events;                /* changes of event, 0..15 */
	bool started;                   /* its owner knows it */
	bool told_data;                 /* what is wrong with what it says was logged */
	char why[REFCLOCK_WHY_MAX];     /* what was last said to be wrong, by that event */
	enum refclock_event why_event;
	bool loud;         /* what is wrong is told at each poll, not once */
	int bind_error;    /* of flag3, said once per change; 0: none */
	struct limit said; /* lines about its device and what that says */
	/* Where from. */
	char path[DEVICE_PATH_MAX], ppspath[DEVICE_PATH_MAX]; /* "": the usual; or vmclock */
	unsigned baud;
	bool tai; /* its clock counts TAI */
	struct refclock_input input[REFCLOCK_INPUTS];
	struct loop_timer timer;
	struct rtime begun;   /* stamps of before mean another time: our clock was moved then */
	struct mtime read_at; /* the second before, and what was adjusted by then: */
	int64_t read_adjusted_ns;
	bool corrected; /* the correction has been asked for */
	struct refclock_shm shm;
	struct refclock_nmea nmea;
	struct refclock_phc phc;
	struct refclock_gpsd gpsd;
	struct refclock_late late;
	unsigned calibrated; /* how often that was done */
};

/* What the driver and fudge add to the rules of an association. */
void refclock_put_rules(const struct config_source *s, struct assoc_rules *r);

/*
 * Opens the clock of a line, whose device may be missing: it is tried again until it is there. NULL
 * when memory is short.
 */
struct refclock *refclock_open(const struct config_source *s, const struct refclock_setup *setup);
void refclock_close(struct refclock *r); /* NULL is fine */

/* What was read since the last poll, as successive samples; how many there are, 0: nothing. */
unsigned refclock_read(struct refclock *r, const struct assoc_world *w,
    struct refsample_result out[REFSAMPLE_PARTS]);

/*
 * Out of turn: the newest of its pulses, when the last reading was one and it does not stray. 1, or
 * 0: nothing, and the turn has what there is.
 */
unsigned refclock_read_newest(struct refclock *r, const struct assoc_world *w,
    struct refsample_result *out);

/*
 * enable calibrate: a pulse of another clock leads ours, by which the samples of this one are off
 * by offset_s. A tenth of it goes into its fudge: time2 where that is of sentences, else time1.
 * False where there is nothing to calibrate: pulses are what others are calibrated by.
 */
bool refclock_calibrate(struct refclock *r, double offset_s);

/* What was learned so, or by its own pulses, into the fudge of its line; false: nothing yet. */
bool refclock_learned(const struct refclock *r, struct config_fudge *f);

/* Our clock was stepped: what the device stamped before is on another scale. */
void refclock_stepped(struct refclock *r);

/* ntpd's words: "clk_no_reply", ... */
const char *refclock_event_name(enum refclock_event event);

/* As ntpq has it: "SHM(0)". */
const char *refclock_name(const struct refclock *r);

/*
 * Appends how it does, for mode6/explain_clock: "good", "silent: /dev/pps0", "denied: ..."; what is
 * to be said of its pulses, of others who may write it, and of the kernel follows behind " | ".
 * Nothing of a clock without a device.
 */
void refclock_put_state(const struct refclock *r, struct text *t);

/*
 * The words before the number that corrects what it is late by, in the form its line has: "fudge
 * 127.127.20.0 time2", "refclock shm unit 0 time1"; whether that is time2; and the number in force.
 */
void refclock_put_line(const struct refclock *r, struct text *t);
bool refclock_is_late(const struct refclock *r);
double refclock_fudge_s(const struct refclock *r);

/* Mode 6's status word of the clock. */
uint16_t refclock_status(const struct refclock *r);

/* The driver's correction of our own clock by f; for once. False when there is none, or no more. */
bool refclock_correction(struct refclock *r, const struct config_fudge *f, double *time_s,
    double *freq);

#endif
