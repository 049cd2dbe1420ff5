/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snapshot - what a daemon tells of itself by mode 6, read at once, in base units: for the programs
 * that show it (metrics, page, terminal). All numbers are double, NAN where the daemon does not
 * tell; counters are whole up to 2^53. All text is printable ASCII (mode6/vars.h).
 */
#ifndef MODE6_SNAPSHOT_H
#define MODE6_SNAPSHOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "mode6/explain.h"
#include "mode6/session.h"

enum {
	SNAPSHOT_TEXT = 256,
	SNAPSHOT_WORD = 64,
	SNAPSHOT_SOURCES_MAX = 256, /* as many as a daemon has */
	SNAPSHOT_VERDICTS_MAX = 32,
	SNAPSHOT_WORRY_DIST_S = 1, /* a root distance that is no failure yet */
	SNAPSHOT_MODES = 6,        /* of packets, without those of mode 6 and 7 */
};

/* How often a request of others ended so. */
struct snapshot_verdict {
	char name[SNAPSHOT_WORD];
	double n;
};

struct snapshot_system {
	uint16_t status;
	char version[SNAPSHOT_TEXT], processor[SNAPSHOT_WORD], system[SNAPSHOT_TEXT];
	char refid[SNAPSHOT_WORD], peer_address[SNAPSHOT_WORD], state[SNAPSHOT_WORD];
	char clock_control[SNAPSHOT_TEXT], waits_for[SNAPSHOT_TEXT];
	char config_faults[SNAPSHOT_TEXT], config_unused[SNAPSHOT_TEXT];
	char sync_why[SNAPSHOT_TEXT]; /* why it is not synchronised, in the daemon's words */
	uint16_t peer_id;             /* of the source that leads the clock, 0: none */
	double leap, stratum, poll_s, precision_s;
	double root_delay_s, root_disp_s, root_dist_s;
	double offset_s, jitter_s, clock_jitter_s, freq_ppm, wander_ppm;
	double ref_at_s, clock_at_s;           /* since 1970; clock_at_s: its time now */
	double tai_s, leap_at_s, expires_at_s; /* of the leap table; since 1970 */
	double smear_s;                        /* that is served for a smeared leap second */
	double steps, config_changes;
	double cert_end_at_s; /* of the certificate that is served; since 1970 */
	double k_offset_s, k_freq_ppm, k_maxerror_s, k_esterror_s;
	/* Seconds since the counters began: the daemon, and the groups that "reset" names. */
	double uptime_s, sys_age_s, io_age_s, timer_age_s, auth_age_s;
	double received, this_version, old_version, bad_format, bad_auth, declined, restricted,
	    limited, kod_sent, lamport, processed, control_requests;
	/* By the mode of the packet, 0 to 5; NAN each when not told. */
	double received_in[SNAPSHOT_MODES], sent_in[SNAPSHOT_MODES];
	double io_received, io_sent, io_send_failed, io_dropped, polls;
	double keys, key_lookups, keys_not_found, macs_made, macs_checked;
	double mru_depth, mru_deepest, mru_max_depth, mru_mem_kib, mru_oldest_s, mru_again, mru_new,
	    mru_replaced_old, mru_replaced_full, mru_turned_away;
	double answers; /* sent to those who asked for the time */
	struct snapshot_verdict verdict[SNAPSHOT_VERDICTS_MAX];
	size_t verdict_n;
	double nts_sent, nts_received, nts_bad; /* as a server */
	double nts_client_sent, nts_client_received, nts_client_bad;
	double nts_ke_served, nts_ke_bad, nts_ke_no_tls, nts_cookies_made;
	double nts_cookies_unserved, nts_cookies_too_old, nts_cookies_broken; /* not opened */
	double nts_ke_asked_good, nts_ke_asked_bad;                           /* as a client */
	double interleaved, interleave_missed, interleave_kept;
	/* MS-SNTP: what became of the requests, as mssntp.h counts it. */
	double mssntp_requests, mssntp_signed, mssntp_unasked, mssntp_lost, mssntp_refused;
};

/* What a reference clock tells beyond what all sources do. */
struct snapshot_clock {
	char device[SNAPSHOT_TEXT], timecode[SNAPSHOT_TEXT];
	double readings, no_reply, bad_format, bad_data, time1_s, time2_s;
};

struct snapshot_source {
	uint16_t id, status;
	char name[SNAPSHOT_TEXT];    /* as configured, else the address; "PPS(0)" */
	char address[SNAPSHOT_WORD]; /* "192.0.2.1"; of a pool or a name without one "0.0.0.0" */
	char refid[SNAPSHOT_WORD];
	char nts_state[SNAPSHOT_TEXT]; /* its first word is one of ntpq(1); "": without NTS */
	char local[SNAPSHOT_WORD];     /* our address that it is asked from */
	char type;                     /* as words_peer_type has it */
	bool is_clock;                 /* a reference clock: clock is written */
	bool is_pool;                  /* the row of a pool, or of a name without an address */
	double stratum, leap, poll_s, reach, unreach, flash;
	double offset_s, delay_s, jitter_s, disp_s, root_delay_s, root_disp_s, root_dist_s;
	double age_s; /* of its last answer */
	double sent, received, bogus, bad_auth, duplicate, cookies;
	struct snapshot_clock clock;
	struct story story;
};

struct snapshot {
	bool up;                 /* the daemon answered; only then the rest is written */
	char why[SNAPSHOT_TEXT]; /* it did not */
	int64_t at_s;            /* when: real time since 1970, and */
	double mono_s;           /* by the transport's clock */
	double took_s;
	struct snapshot_system sys;
	struct story story; /* of the system */
	struct snapshot_source *source;
	size_t source_n, left_out; /* beyond SNAPSHOT_SOURCES_MAX */
};

/* Reads one daemon again and again. */
struct snapshot_reader;

/* session is the caller's, and stays. NULL when memory is short. */
struct snapshot_reader *snapshot_reader_new(struct session *session);
void snapshot_reader_free(struct snapshot_reader *r); /* NULL is fine */

/*
 * Asks for everything, within within_s together. *out begins as zeroes, or is an earlier snapshot,
 * whose memory is used again; snapshot_free ends it. A daemon that falls silent on the way is not
 * up. A source that goes away meanwhile is left out.
 */
void snapshot_read(struct snapshot_reader *r, double within_s, struct snapshot *out);
void snapshot_free(struct snapshot *s);

/* The source that leads the clock, or NULL. */
const struct snapshot_source *snapshot_leader(const struct snapshot *s);

/* True when the daemon is up and says that its clock is synchronised. */
bool snapshot_is_synchronised(const struct snapshot *s);

/*
 * One sentence on how the clock is: "Synchronised to PPS(0), within 4.2 us; leap second: none." and
 * in a few characters for a title: "4.2 us", "not synchronised".
 */
void snapshot_put_headline(const struct snapshot *s, struct text *out);
void snapshot_put_title(const struct snapshot *s, struct text *out);

/*
 * Of a clock that is synchronised, while something is to be looked at all the same: true, and what,
 * in a sentence of its own, the first thing to do and how many more. Else it appends nothing.
 */
bool snapshot_worries(const struct snapshot *s);
void snapshot_put_worry(const struct snapshot *s, struct text *out);

/* Appends a duration as people read it: "4.2 us", "-1.25 ms", "3.5 s", "unknown". */
void snapshot_put_duration(struct text *out, double s, bool sign);

#endif
