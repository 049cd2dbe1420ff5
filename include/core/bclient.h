/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bclient - what a client keeps of a server that broadcasts: which packets of it count, how long
 * they are on their way, and what each says of our clock. RFC 5905, sections 3 and 9.2; RFC 9769,
 * section 5, for the interleaved form. Pure: no clock, no allocation. One per association.
 *
 * A broadcast has one way only. How long that is, is measured by a volley: a few requests, answered
 * in mode 4, tell the offset; a broadcast that came near in time seems to be late by its way. The
 * volley is made again after BCLIENT_AGAIN broadcasts, after a step, when broadcasts are not what
 * they were, and when the way could be known far better by now. Of volleys in a row that with the
 * least round trip counts.
 */
#ifndef CORE_BCLIENT_H
#define CORE_BCLIENT_H
#include <stdbool.h>
#include <stdint.h>
#include "base/ntptime.h"
#include "core/sample.h"
#include "core/verdict.h"

enum {
	BCLIENT_ANSWERS = 4,   /* of a volley */
	BCLIENT_REQUESTS = 10, /* without an answer, until it is given up */
	BCLIENT_AGAIN = 64,    /* broadcasts after which the way is measured again */
	BCLIENT_POLLS = 3,     /* broadcasts with another poll until it is believed */
	BCLIENT_POLL_MIN = 1,  /* log2 s, of what a broadcast says of its interval */
	BCLIENT_POLL_MAX = 17
};

/* RFC 5905's BDELAY: the round trip when nobody says another, s. */
#define BCLIENT_DELAY_S 0.004
/* A way longer than this is not believed when it is measured, s. */
#define BCLIENT_WAY_MAX_S 0.050

enum bclient_phase {
	BCLIENT_VOLLEY,  /* requests are made */
	BCLIENT_COMPARE, /* they were answered; the next broadcast tells the way */
	BCLIENT_LISTEN   /* nothing is asked */
};

/* Of the configuration. */
struct bclient_rules {
	bool volley;
	double delay_s; /* the round trip while it is not measured, > 0 */
	double panic_s; /* broadcasts farther from what was foretold are refused; 0: none is */
};

/* What counts of a broadcast. */
struct bclient_packet {
	int poll; /* as it says */
	struct ntp_ts org, xmt;
	struct rtime rx; /* its receive stamp, as is: */
	struct mtime rx_mono;
	int64_t adjusted_ns; /* see struct sample */
	uint32_t ifindex;    /* it came by; 0: not known */
	double server_s;     /* >= 0: what its sender may be off by, as it says */
};

/* An offset and when it was found: as if our clock had run free since. */
struct bclient_offset {
	bool known;
	double offset_s;
	struct mtime at;
	int64_t adjusted_ns;
	double server_s;  /* what its server might be off by then */
	bool interleaved; /* a broadcast's, by when it truly left */
};

struct bclient {
	struct bclient_rules rules;
	enum bclient_phase phase;
	uint32_t ifindex; /* the server was found on; 0: not known */
	int poll;         /* log2 s, its interval */
	int other_poll;   /* that it says now; and how often in a row */
	unsigned other_polls;
	struct bclient_packet last;   /* accepted */
	struct bclient_offset newest; /* of broadcasts, the way not taken off */
	unsigned heard;               /* since the way was measured */
	/* of the volley under way */
	unsigned requests, answers;
	struct bclient_offset best; /* the answer with the least round trip: */
	double best_trip_s;
	bool odd; /* its first comparison was, and gave this way */
	double odd_way_s;
	/* the way */
	bool measured;
	double way_s;     /* of a broadcast */
	double trip_s;    /* the round trip that it was measured against */
	double unsure_s;  /* what our clock, and the server's, may have done between both */
	double spread_s;  /* mean deviation of broadcasts from what was foretold */
	unsigned far;     /* in a row, that were far from it */
	bool doubted;     /* the volley under way is for such */
	bool interleaved; /* the last broadcast was */
	bool il_way;      /* the way was measured by interleaved ones */
	uint64_t refused; /* packets that a guard stopped */
	unsigned unfit;   /* ways in a row that were longer than is believed */
	unsigned kept;    /* volleys in a row that told the way less well than it is known */
};

/* What a broadcast brought. */
struct bclient_heard {
	bool sampled;    /* there is an offset: */
	double offset_s; /* with the way added, as of: */
	struct rtime at_real;
	struct mtime at;
	int64_t adjusted_ns;
	double delay_s;    /* to be shown and weighed as its round trip */
	double noise_s;    /* > 0: by which such offsets differ from each other, as a rule */
	double unsure_s;   /* >= 0: by which it may be off beyond half of that */
	bool mode_changed; /* to interleaved, or back */
	bool mode_error;   /* its transmit time lies before the one it told */
};

/*
 * By which the offset changes while our clock runs free, s/s, as that is known of the clock; sigma
 * 0: it is not.
 */
struct bclient_rate {
	double freq, sigma;
};

/* What is foretold of the offset, and by which it changes by what this server says, s/s. */
struct bclient_forecast {
	struct bclient_offset now;
	double freq;
	struct bclient_rate rate;
	bool synced; /* our clock is right by itself: what nothing is foretold of is held to it */
};

/* Begins with the broadcast by which its server was found, which was judged by others. */
void bclient_start(struct bclient *b, const struct bclient_rules *rules,
    const struct bclient_packet *p);

/*
 * The configuration may be another. Of another delay, or when volleys are made now or not any more,
 * the way that was measured is forgotten, as by a start; panic holds from now on.
 */
void bclient_rule(struct bclient *b, const struct bclient_rules *rules);

/* True when this says of its interval what can be. */
bool bclient_poll_sound(int poll);

/*
 * Judges a broadcast that is proven and whose header is sound: VERDICT_OK, _DUPLICATE (its time
 * does not rise: CVE-2015-7973), _INTERFACE, _EARLY (CVE-2016-7427, -7428), _FIELD (its interval),
 * _FAR (panic). Changes nothing: what fails is counted by bclient_refuse.
 */
enum verdict bclient_check(const struct bclient *b, const struct bclient_packet *p,
    const struct bclient_forecast *f);

/*
 * It was refused. Of an interval that was said BCLIENT_POLLS times in a row the next is believed.
 */
void bclient_refuse(struct bclient *b, const struct bclient_packet *p, enum verdict why);

/* Takes a broadcast that passed. */
void bclient_hear(struct bclient *b, const struct bclient_packet *p,
    const struct bclient_forecast *f, struct bclient_heard *out);

/* True while requests are to be made. */
bool bclient_asks(const struct bclient *b);

/* A request leaves: an answer may follow. */
void bclient_ask(struct bclient *b);

/* An answer to one became this sample. True when no more are needed. */
bool bclient_answer(struct bclient *b, const struct sample *s, const struct bclient_rate *rate);

/* The way is to be measured again: our clock, or its, was set. True when requests begin. */
bool bclient_measure(struct bclient *b);

/*
 * There is nothing that its broadcasts could be held against: it is asked, and believed without
 * that only where it answers nobody.
 */
void bclient_doubt(struct bclient *b);

/* The round trip in use, s: ntpq's bcdelay. */
double bclient_delay_s(const struct bclient *b);

/* So long no broadcast may be missing, s: one interval and a half. */
double bclient_patience_s(const struct bclient *b);

#endif
