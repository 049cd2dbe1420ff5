/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nmea - sentences of GPS receivers (NMEA 0183): a line in, the time in it out. Pure. The talker is
 * not looked at. A line is at most NMEA_LINE_MAX long and is checked octet by octet: it comes from
 * a radio, or from whoever can write to the device.
 */
#ifndef REFCLOCK_NMEA_H
#define REFCLOCK_NMEA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NMEA_LINE_MAX = 82 }; /* with "$", "*HH" and the line end */

/* The values are bits of "mode", those that choose sentences. */
enum nmea_type {
	NMEA_RMC = 0x001,
	NMEA_GGA = 0x002,
	NMEA_GLL = 0x004,
	NMEA_ZDA = 0x008,  /* and ZDG, of the next second */
	NMEA_RMF = 0x100,  /* $PGRMF of Garmin */
	NMEA_UBX4 = 0x200, /* $PUBX,04 of u-blox */
	NMEA_ALL = NMEA_RMC | NMEA_GGA | NMEA_GLL | NMEA_ZDA | NMEA_RMF | NMEA_UBX4
};

enum nmea_verdict {
	NMEA_TIME,
	NMEA_OTHER,      /* a sentence without time, or one that is not wanted */
	NMEA_BAD_FORMAT, /* too long, no sentence, a field that is no number */
	NMEA_BAD_SUM,    /* a checksum that is wrong */
	NMEA_NO_SUM,     /* none, where there must be one or was one */
	NMEA_NO_FIX,     /* it says itself that it has no time */
	NMEA_BAD_DATE    /* no day of the calendar, or no time of day */
};

struct nmea_time {
	enum nmea_type type;
	bool dated;
	int64_t day;   /* since 1970; valid when dated */
	int64_t of_ns; /* of the day, 0 .. 86401 s: second 60 is read */
};

/* What is known of a receiver. Begins with zero. */
struct nmea_state {
	unsigned summed; /* enum nmea_type: which sentences had a checksum, as they have always */
	/* Two digits of a year are one of the hundred from this year on; before 1980: from that. */
	int year_from;
};

/*
 * Times of before that day (since 1970) are those of a receiver whose week number began anew: two
 * digits of a year are one of the hundred that begin 80 before it.
 */
void nmea_set_base(struct nmea_state *s, int64_t base);

/*
 * Reads a line without its end. wanted: enum nmea_type; 0 is all. *out only on NMEA_TIME.
 */
enum nmea_verdict nmea_read(struct nmea_state *s, const char *line, size_t len, unsigned wanted,
    struct nmea_time *out);

/*
 * The day that a receiver means whose week number began anew: moved by 1024 weeks until it is in
 * the 1024 weeks from base on.
 */
int64_t nmea_unfold_day(int64_t day, int64_t base);

/*
 * Makes what tells where a receiver is (latitude, longitude, heights) of a line that was read
 * NMEA_TIME underscores; its checksum is then that of the line before.
 */
void nmea_hide_position(char *line, size_t len);

/* The time of day nearest to now_ns (since 1970): of sentences without a date. */
int64_t nmea_near_ns(int64_t of_ns, int64_t now_ns);

#endif
