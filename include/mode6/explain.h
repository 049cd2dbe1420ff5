/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain - what is said in words of the system and of each source: how it does, why, and what to
 * do. Pure: of what was read before.
 */
#ifndef MODE6_EXPLAIN_H
#define MODE6_EXPLAIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "mode6/udp.h"
#include "mode6/vars.h"

enum { NOTES_MAX = 20, NOTE_LEN = 240 };

struct notes {
	char line[NOTES_MAX][NOTE_LEN];
	size_t n;
	size_t left_out; /* beyond NOTES_MAX; the last line counts them */
};

/* What is said of the system, or of one source. */
struct story {
	struct notes why, advice;
};

/* How the sources do as a whole. Pools and the host's own clock are not among them. */
struct survey {
	unsigned sources, reachable, falsetickers, usable, unsynchronised, refused;
	unsigned in_vain; /* answer, and are not reachable yet */
	unsigned keyless; /* are not asked before they have keys of NTS */
	unsigned pools;
	unsigned nameless;              /* names that have no address */
	double dist_ms;                 /* of the source in turn, as the daemon tells; < 0: not */
	bool local_leads;               /* the host's own clock is the system peer */
	bool local_waits;               /* it is configured, and is not */
	double system_offset_ms;        /* of the system peer */
	char system_name[UDP_NAME_MAX]; /* "": none */
};

/* What the system tells beyond its variables; asked for one by one, for not every server knows. */
struct system_facts {
	double uptime_s;                   /* < 0: unknown */
	bool uncontrolled;                 /* the daemon does not steer the clock: */
	char waits_for[128];               /* "a majority of the ..."; "": nothing is held back */
	char lacks[64];                    /* why, "CAP_SYS_TIME is missing"; "": unknown */
	char config_faults[NOTE_LEN - 32]; /* "1 error in /etc/ntp.conf:8"; "": none */
	char config_unused[NOTE_LEN - 64]; /* lines of sources that do not act; "": none */
	char newcomers[NOTE_LEN - 64];     /* "192.0.2.5 by nopeer (12 times)"; "": none */
	char unlisted[NOTE_LEN - 64];  /* "off: 12 packets, the last from 192.0.2.7"; "": none */
	char mssntp[16];               /* "absent", how ntp_signd does; "": nobody asked it */
	char mssntp_why[NOTE_LEN];     /* "/x: its file socket: No such file ..."; "": no more */
	char hwtstamps[NOTE_LEN - 64]; /* "eth0 on tx=17 ...": cards that stamp; "": none */
	char tempcomp[NOTE_LEN - 64];  /* "used 31.20C ...": a sensor of temperature; "": none */
};

/* Adds a sentence; the 21st is lost. */
void explain_note(struct notes *n, const char *fmt, ...) TEXT_PRINTF(2, 3);

/* Appends "+12.345 ms" or, from a second on, "+12.345 s"; sign says whether a plus is wanted. */
void explain_put_time(struct text *t, double ms, bool sign);

/* A variable as a number, 0 when it is none. */
double explain_number(const struct vars *v, const char *name);

/* True when contradicting sources leave nobody who could be believed. */
bool explain_no_majority(const struct survey *s);

/* True for a source that is not reachable although it answers: nothing it says can be used. */
bool explain_answers_in_vain(const struct vars *v);

/* True for a pool's own row; that of a name without an address; the host's own clock, by name. */
bool explain_is_pool(const struct vars *v);
bool explain_is_nameless(const struct vars *v);
unsigned explain_wants_family(const struct vars *v); /* of it: 4 or 6 alone; 0: either */
bool explain_is_reserve(const struct vars *v);       /* a fallback that is not in use */
bool explain_is_local(const char *name);

/* True for a source that cannot be asked because it has no keys of NTS. */
bool explain_lacks_keys(const struct vars *v);

/* Adds what is to be said of NTS of a source, or of a pool: nothing when all is well. */
void explain_nts(struct story *s, const struct vars *v);

/*
 * It is no source, but a line that sends to all; what is said of that, and of a broadcast server.
 */
bool explain_is_cast(const struct vars *v);
void explain_cast(struct story *s, const struct vars *v);

/* t of 127.127.t.u, the address of a reference clock; 0: it is none, or does not say so. */
unsigned explain_clock_type(const struct vars *v);

/* It is a clock of which the daemon tells how it does, and that something is wrong with it. */
bool explain_is_clock(const struct vars *v);
bool explain_is_clock_at_fault(const struct vars *v);

/* Adds what is to be said of such a clock: what it lacks, and what to write for its delay. */
void explain_clock(struct story *s, const struct vars *v, uint16_t status);

/* Counts one source among all; name as it is to be told. status is its status word. */
void explain_count(struct survey *t, const char *name, const struct vars *v, uint16_t status);

/* Reads of the words of clock_control, or NULL, whether the clock is steered and what lacks. */
void explain_control(struct system_facts *f, const char *words);

/* Adds what is to be said of one source among all, and of the system. */
void explain_source(struct story *s, const char *name, const struct vars *v, uint16_t status,
    const struct survey *all);
void explain_system(struct story *s, const struct vars *v, uint16_t status,
    const struct survey *all, const struct system_facts *facts);

#endif
