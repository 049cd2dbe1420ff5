/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certtime - certificates on a host that does not know the time: while their dates mean nothing
 * they are held against what the servers say, and once the clock was set by that, each server is
 * asked for one that is valid then. Pure. RFC 8915, 8.5, which has the threats.
 */
#ifndef CORE_CERTTIME_H
#define CORE_CERTTIME_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"

enum certtime_phase {
	CERTTIME_KNOWN,   /* dates are checked as ever */
	CERTTIME_UNKNOWN, /* they are not: what a server says must fit its certificate */
	CERTTIME_TRIED    /* the clock was set by that, and all dates are checked anew */
};

/* What is known of the time at the start. */
struct certtime_facts {
	bool set_in_boot;    /* somebody set the clock since the boot */
	bool hardware_clock; /* there is one that ran while the machine was off */
	struct rtime clock;  /* what our clock shows */
	struct rtime passed; /* this was before now, whatever the clock shows */
};

struct certtime {
	enum certtime_phase phase;
	struct rtime passed;
};

/* From when on and until when a chain of certificates is valid, s since 1970. */
struct certtime_window {
	int64_t from_s, to_s;
};

/* Sources whose certificates are checked, by what is known of them. */
struct certtime_count {
	unsigned configured;
	bool least_given; /* tos minsane is configured: */
	unsigned least;   /* so many */
	unsigned agree;   /* in the UNKNOWN phase: right by the selection */
	unsigned others;  /* and others, who need no dates: keys, reference clocks */
	unsigned good;    /* in the TRIED phase: certificates that are valid now */
	unsigned bad;     /* and those that are not */
};

/* Begins: the time is unknown or not. */
void certtime_start(struct certtime *c, const struct certtime_facts *f);

/* False for certificates that ended before a time that has passed. */
bool certtime_may_be_valid(const struct certtime *c, const struct certtime_window *w);

/* The times that are believed of a server with that certificate, in the UNKNOWN phase. */
void certtime_bounds(const struct certtime *c, const struct certtime_window *w, struct rtime *from,
    struct rtime *to);

/* So many must agree: what tos minsane says, but two where there are two. */
unsigned certtime_need(const struct certtime_count *n);

/* The time is known by other means, or nobody asks. */
void certtime_know(struct certtime *c);

/* UNKNOWN: true when the clock may be set by those who agree. */
bool certtime_may_decide(const struct certtime_count *n);

/* UNKNOWN: the clock was set by them. Where others agreed the time is known without a trial. */
void certtime_decided(struct certtime *c, const struct certtime_count *n);

/*
 * TRIED: the time is known when so many as must agree have shown a certificate that is valid at it,
 * and unknown again when so many cannot be found any more.
 */
void certtime_judge(struct certtime *c, const struct certtime_count *n);

#endif
