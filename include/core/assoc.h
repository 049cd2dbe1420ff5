/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * assoc - one client association: when to ask, what to send, what an answer means.
 * Pure: the shell owns sockets and timers and calls in with the time; each call returns what is to
 * be done. RFC 5905, sections 8, 9 and 13; RFC 9109 for the port; the shell gives each association
 * a socket of its own.
 */
#ifndef CORE_ASSOC_H
#define CORE_ASSOC_H
#include <stdbool.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/limit.h"
#include "base/ntptime.h"
#include "core/bclient.h"
#include "core/estimator.h"
#include "core/event.h"
#include "core/filter.h"
#include "core/leap.h"
#include "core/onwire.h"
#include "core/overlap.h"
#include "core/refsample.h"
#include "core/sample.h"
#include "core/select.h"
#include "core/verdict.h"
#include "wire/packet.h"

enum {
	ASSOC_UNREACH = 10,        /* polls without an answer before the interval grows */
	ASSOC_BURST = 8,           /* packets of a burst */
	ASSOC_SAMPLES = 3,         /* so many before a source may be selected */
	ASSOC_SAMPLES_CLASSIC = 4, /* so many bring the filter's dispersion below maxdist */
	ASSOC_KISS_HOLDS = 8,      /* answers after which a RATE kiss is half forgotten */
	ASSOC_SPACING_S = 2,       /* between packets to one server, the least */
	/* seconds in which a server that limits its clients grants one more, after a burst */
	ASSOC_HEADWAY_S = 8,
	/* log2 s: pulses of a clock that is polled no more seldom are taken as they come */
	ASSOC_EACH_LOG2S = 4,
	ASSOC_POLL_MIN = 3,
	ASSOC_POLL_MAX = 17, /* log2 s, on the wire */
};

enum assoc_flags {
	ASSOC_IBURST = 1 << 0,
	ASSOC_BURST_ALWAYS = 1 << 1,
	ASSOC_PREFER = 1 << 2,
	ASSOC_NOSELECT = 1 << 3,
	ASSOC_TRUE = 1 << 4,
	ASSOC_POOL = 1 << 5,        /* member of a pool: replaced when it stays dark */
	ASSOC_START_BURST = 1 << 7, /* the first answer starts a short burst without iburst */
	ASSOC_REFCLOCK = 1 << 6,    /* is read, by a driver; nobody is asked */
	/* our own clock: the last resort, and nothing of its error can be learned from it */
	ASSOC_OWN_CLOCK = 1 << 8,
	/* an answer counts only when it is proven from whom it is */
	ASSOC_PROOF = 1 << 9,
	/* heard in the place of sources with a proof, while there are none */
	ASSOC_STAND_IN = 1 << 10,
	ASSOC_KNOWS_LEAP = 1 << 11, /* ASSOC_REFCLOCK, as are the next: it tells of leap seconds */
	ASSOC_PPS = 1 << 12,        /* it tells where a second begins, not which */
	ASSOC_NUMBERED = 1 << 13,   /* ASSOC_PPS with a source of its own that tells which */
	ASSOC_XLEAVE = 1 << 14,     /* interleaved, as far as the other side goes along */
};

/* What a source that proves nothing is good for, beside those that do (tos authselect). */
enum plain_use {
	PLAIN_ALIKE,  /* as good as any */
	PLAIN_BESIDE, /* as far as it agrees with those */
	PLAIN_UNUSED  /* nothing */
};

/* What a reference clock is said to be, where a server says it of itself. */
struct assoc_clock {
	const char *name; /* of its kind, as ntpq has it: "LOCAL" */
	uint8_t stratum;
	uint32_t refid;
	enum system_source sync;
	double minjitter_s; /* no sample of it is taken for less noisy */
};

/* Of the configuration. */
struct assoc_rules {
	/* MODE_CLIENT (and of what is read), MODE_ACTIVE, MODE_PASSIVE, MODE_BCLIENT */
	enum ntp_mode mode;
	unsigned flags;
	int minpoll, maxpoll;     /* log2 s */
	unsigned version;         /* 1..4 */
	double bias_s;            /* added to every offset */
	struct assoc_clock clock; /* ASSOC_REFCLOCK */
};

/* How much earlier and later than its interval a poll may come: each up to half of it is used. */
struct assoc_skew {
	bool given; /* else up to 1/16 of the interval later */
	double early_s, late_s;
};

/* What holds for all associations, until the configuration is another. */
struct assoc_policy {
	double phi;
	double maxdist_s; /* tos maxdist */
	double maxdisp_s; /* tos maxdisp: the most a header may say */
	/* tos basedate: times from here to 2^32 s later are meant by a timestamp */
	struct rtime basedate;
	struct assoc_skew skew[ASSOC_POLL_MAX + 1]; /* by poll exponent */
	unsigned floor, ceiling; /* accepted strata: floor <= stratum < ceiling */
	enum plain_use plain;
	int allan_log2s;
	/* the estimator speaks for a source, not the clock filter */
	bool adaptive;
};

/* What holds for all associations at the time of a call. */
struct assoc_world {
	const struct assoc_policy *policy;
	struct mtime now;
	int sys_poll;  /* log2 s, the discipline's wish */
	int precision; /* log2 s, of our clock */
	bool startup;  /* classic filter: newest first */
	bool synced;
	int64_t adjusted_ns; /* the clock's sum of adjustments */
	/* rate adjustment in force, s/s, and how well it is known; sigma 0: not */
	double freq, freq_sigma;
	/*
	 * When a source that we follow last broke: answers before may be of before what happened to
	 * our clock.
	 */
	struct mtime broke;
	/*
	 * What we tell peers of ourselves: leap, stratum, precision, root delay and dispersion,
	 * reference id and time. Only there when one of theirs is polled.
	 */
	const struct header *own;
	/* reference ids of our own addresses: a loop when the server shows one */
	const uint32_t *own_refid;
	unsigned own_refid_n;
};

struct assoc_poll {
	int hpoll, ppoll;  /* log2 s: ours, the server's last */
	int floor;         /* minpoll, raised by RATE kisses, lowered by answers */
	unsigned unkissed; /* answers since it was raised or lowered */
	bool obeyed;       /* a RATE kiss that is not forgotten yet, at: */
	struct mtime obeyed_at;
	unsigned burst; /* packets of a burst still to be sent */
	/* unanswered packets since the start or since it went dark */
	unsigned tries;
	bool burst_armed; /* the next answer starts a burst */
	bool read_soon; /* ASSOC_REFCLOCK: poll.next is out of turn, for a reading that is there */
	struct mtime turn; /* the next poll in turn, when that is not poll.next */
	bool heard;        /* and a pulse was taken out of turn since the last one */
	unsigned reach;    /* 8 bits */
	unsigned unreach;  /* polls since the last answer */
	struct mtime last_sent;
	int64_t sent_adjusted_ns; /* the clock's sum of adjustments then */
	bool sent_once;
	struct mtime next;
	uint64_t skew_draw; /* of the interval under way; see struct assoc_draw */
	unsigned asked;     /* requests out of turn still wanted after a model break */
	/* requests out of turn that may still be made, as of budget_at; it fills with time */
	double budget;
	struct mtime budget_at;
	/*
	 * What servers with ntpd's default for "restrict limited" answer: a burst at once, then a
	 * request each ASSOC_HEADWAY_S.
	 */
	struct limit headway;
};

/* The last accepted header. */
struct assoc_server {
	enum ntp_leap leap;
	unsigned version;
	enum ntp_mode mode; /* MODE_UNSPEC: there is none yet */
	uint8_t stratum;    /* 16 for unspecified */
	int precision;
	uint32_t refid;
	double root_delay_s, root_disp_s;
	/* of the header before: an interleaved sample is of its time */
	enum ntp_leap leap_before;
	double root_delay_before_s, root_disp_before_s;
	struct ntp_ts reftime, org, rec, xmt;
};

enum flash_bits {
	FLASH_DUPLICATE = 0x001,
	FLASH_BOGUS = 0x002,
	FLASH_UNSYNC = 0x004,
	FLASH_DENIED = 0x008,
	FLASH_AUTH = 0x010,
	FLASH_STRATUM = 0x020,
	FLASH_HEADER = 0x040,
	FLASH_PEER_STRATUM = 0x200,
	FLASH_PEER_DIST = 0x400,
	FLASH_PEER_LOOP = 0x800,
	FLASH_PEER_UNREACH = 0x1000,
	FLASH_PEER_AUTH = 0x2000 /* others prove who they are (PLAIN_UNUSED); not ntpd's */
};

/* What is known of the dates of the certificate that a source's keys came with (certtime.h). */
enum dates_state {
	DATES_NONE,      /* there are none to check: no NTS, or no keys yet */
	DATES_UNCHECKED, /* they were not checked: it is believed within them only */
	DATES_GOOD,      /* it was valid when it was asked for */
	DATES_BAD,       /* it was not */
	DATES_IGNORED    /* noval: it proves nothing */
};

struct assoc_dates {
	enum dates_state state;
	struct rtime from, to; /* of UNCHECKED: the times that it may say */
};

struct assoc_count {
	uint64_t sent, received, bad_auth, bogus, duplicate, bad_header;
	uint64_t sel_disp, sel_broken;
};

struct assoc {
	uint16_t id; /* 0: slot free */
	struct assoc_rules rules;
	struct endpoint remote;
	struct addr local; /* ours, that it is asked from; ADDR_NONE: not known yet */
	struct assoc_poll poll;
	struct onwire wire;
	struct bclient bc; /* MODE_BCLIENT */
	struct assoc_server srv;
	struct assoc_dates dates;
	struct leap_smear_heard smear;
	struct filter filter; /* of the classic loop; dispersion and distance for both */
	struct estimator est; /* of the adaptive loop */
	unsigned stood;       /* answers of late whose T2 and T3 were the same: its clock ticks */
	unsigned flash;       /* of the last packet and of the source itself */
	enum tally tally;
	enum tally told_tally; /* of the last selection that was acted on */
	struct assoc_count count;
	bool authentic; /* the last answer was proven to be from whom we asked */
	/* DENY or RSTR came; asked at the longest interval only, until it answers */
	bool kissed_deny;
	/* last kiss code shown as refid until the next answer, 0: none */
	uint32_t kiss;
	bool pulsed;           /* ASSOC_PPS: its last sample was of pulses */
	struct mtime reset_at; /* when counters were reset */
};

/* The associations that one shell keeps, by slot. */
struct assoc_table {
	struct assoc *at[SELECT_MAX]; /* with id 0: a free slot */
	unsigned n;
};

struct assoc_sending {
	bool send;
	bool untimed; /* its timestamps are yet to be written: assoc_write_times */
	uint8_t bytes[HEADER_LEN];
	uint32_t tag;
	bool each;     /* ASSOC_REFCLOCK: out of turn, for the newest of its pulses alone */
	bool filtered; /* a silence sample changed the filter: select again */
	/* reach just became 0: resolve the name again, open a new socket */
	bool went_dark;
	bool renew;      /* take a fresh socket (random port) before sending */
	unsigned events; /* bits 1 << enum peer_event */
};

struct assoc_answer {
	enum verdict verdict;
	/* it is the answer to our request, proven where that is asked for, whatever it says */
	bool genuine;
	bool sampled; /* a new sample was taken in: sample is valid */
	/*
	 * The answer is refused for what the server says of itself, yet its stamps can be read:
	 * sample is valid, for those who want to show it.
	 */
	bool seen;
	struct sample sample;
	enum filter_result filtered; /* valid when sampled, as are: */
	enum estimator_result estimated;
	bool more;  /* not the first of its poll, where each pulse is taken as it comes */
	bool again; /* poll.next moved: arm the timer anew */
	unsigned events;
};

/* Prepares a slot; delay_s: time to the first poll. */
void assoc_start(struct assoc *a, uint16_t id, const struct assoc_rules *rules,
    const struct endpoint *remote, double delay_s, const struct assoc_world *w);

/*
 * Its server was asked before, at sent for the last time, by an association or a process that is no
 * more: what is left of its headway holds for this one too. Right after assoc_start.
 */
void assoc_asked_before(struct assoc *a, const struct limit *headway, struct mtime sent,
    const struct assoc_world *w);

/*
 * Random bits for one poll of one association. Shared ones would be told: who sees the nonce must
 * not learn of the interval, nor may associations that are asked at once stay together.
 */
struct assoc_draw {
	uint64_t nonce; /* the request's transmit timestamp */
	uint64_t skew;  /* of the interval up to the next poll */
};

/*
 * The timer fired, and our clock has run so fast since the last request that it is not two seconds
 * old yet: poll.next is put off. Only in the first slew of a run (discipline_hurries).
 */
bool assoc_waits(struct assoc *a, const struct assoc_world *w);

/* The timer fired (or a poll was asked for): decides about a request and sets poll.next. */
void assoc_poll(struct assoc *a, const struct assoc_world *w, const struct assoc_draw *draw,
    struct assoc_sending *out);

/*
 * The same where no request can be made, for its protection is yet to come: a poll without an
 * answer, that is all.
 */
void assoc_pass(struct assoc *a, const struct assoc_world *w, const struct assoc_draw *draw,
    struct assoc_sending *out);

/*
 * Writes the timestamps of a packet that was left without, as late as can be: our clock as read
 * just now, and another draw.
 */
void assoc_write_times(struct assoc *a, const struct assoc_world *w,
    const struct onwire_moment *now, uint64_t random, struct assoc_sending *out);

/* ---- MODE_BCLIENT ---- */

/* Where and when a broadcast came. */
struct assoc_heard {
	struct rtime rx;
	struct mtime rx_mono;
	uint32_t ifindex;
};

/* Right after assoc_start, with the broadcast that its server was found by. */
void assoc_begin_bclient(struct assoc *a, const struct bclient_rules *rules, const struct header *h,
    const struct assoc_heard *at, const struct assoc_world *w);

/*
 * The configuration may be another: see bclient_rule. True when the next poll is at another time.
 */
bool assoc_rule_bclient(struct assoc *a, const struct bclient_rules *rules,
    const struct assoc_world *w);

/* A broadcast of its server came, whose proof was judged already. */
void assoc_hear(struct assoc *a, const struct packet *p, enum packet_auth auth,
    const struct assoc_heard *at, const struct assoc_world *w, struct assoc_answer *out);

/* It is one with a server that broadcasts. */
bool assoc_is_bclient(const struct assoc *a);

/* It is one, and asks nothing now: its polls only count what did not come. */
bool assoc_only_listens(const struct assoc *a);

/* A peer's packets, which come when the peer wants: no answers to questions. */
bool assoc_is_symmetric(const struct assoc *a);

/* The request left at t (clock read before the call, or the kernel's stamp later: exact). */
void assoc_sent(struct assoc *a, uint32_t tag, struct rtime t, struct mtime mono, bool exact);

/* The request could not be sent. */
void assoc_send_failed(struct assoc *a);

/* Judges an answer, whose proof was judged already; t4 is its receive stamp. */
void assoc_receive(struct assoc *a, const struct packet *p, enum packet_auth auth, struct rtime t4,
    struct mtime t4_mono, const struct assoc_world *w, struct assoc_answer *out);

/*
 * ASSOC_REFCLOCK: a reading is there. At its start and after a break each is taken as it comes, so
 * that it can be followed within seconds; pulses always, where it is polled each 2^ASSOC_EACH_LOG2S
 * seconds or more often: what they tell is of use at once or not at all. True when poll.next moved.
 */
bool assoc_read_soon(struct assoc *a, const struct assoc_world *w);

/*
 * ASSOC_REFCLOCK: no reading came since the last poll, or in 16 s where that is more: a clock that
 * was read each second is gone, and is not followed on the strength of what it said before.
 */
bool assoc_clock_silent(const struct assoc *a);

/* ASSOC_REFCLOCK: its readings since the last poll, as one sample. */
void assoc_read(struct assoc *a, const struct refsample_result *r, const struct assoc_world *w,
    struct assoc_answer *out);

/*
 * The clock was stepped or found moved: samples are of no use to the classic filter, a pending
 * answer neither.
 */
void assoc_clear(struct assoc *a, const struct assoc_world *w);

/*
 * The clock was stepped or found moved by moved_s, which its sum of adjustments counts, and samples
 * stay: they know by how much.
 */
void assoc_clock_moved(struct assoc *a, double moved_s);

/*
 * Something nobody measured happened to our clock, by which it may be elsewhere by by_s, >= 0: what
 * was known of the offset is that much less certain.
 */
void assoc_doubt(struct assoc *a, double by_s);

/* Our oscillator wanders otherwise from now on (estimator_wander). */
void assoc_wander(struct assoc *a, const double log_likelihood[BANK_WANDERS]);

/*
 * Asks for a request out of turn (model break, resume). Granted at least two seconds after the
 * last, and only so often that no span of time sees more requests than the shortest interval makes,
 * and two bursts.
 */
bool assoc_ask_soon(struct assoc *a, double delay_s, const struct assoc_world *w);

/*
 * The same for n requests, two seconds apart: what is left of them is asked for as answers come, by
 * assoc_ask_on.
 */
bool assoc_ask(struct assoc *a, unsigned n, const struct assoc_world *w);
bool assoc_ask_on(struct assoc *a, const struct assoc_world *w);

/* n requests more are wanted, the first with the next assoc_ask_on. */
void assoc_want(struct assoc *a, unsigned n);

/* Its way may be another now: its silence so far counts for nothing. */
void assoc_try_anew(struct assoc *a);

/* It is asked at that address from now on: what was learned of the other is worth nothing. */
void assoc_redirect(struct assoc *a, const struct endpoint *remote, const struct assoc_world *w);

/* What its keys are worth now. */
void assoc_date(struct assoc *a, const struct assoc_dates *dates);

/* What it said was said with keys that count no more: it has yet to answer. */
void assoc_forget(struct assoc *a, const struct assoc_world *w);

/* It is asked from that address of ours. */
void assoc_asked_from(struct assoc *a, const struct addr *local);

/* The slot is free. */
void assoc_end(struct assoc *a);

/*
 * The discipline's poll changed: brings poll.next forward when the new interval is shorter. True
 * when it moved.
 */
bool assoc_repoll(struct assoc *a, const struct assoc_world *w);

/* The association with this id, NULL: there is none; id 0 is nobody's. */
struct assoc *assoc_by_id(const struct assoc_table *t, uint16_t id);

/*
 * It is asked who is right, and what it says of our error is heard. Not so a source that proves
 * nothing, where others do and that counts: whoever is on the way can be all of these at once.
 */
bool assoc_has_voice(const struct assoc *a, enum plain_use plain);

/* The fitness bits of the source now (FLASH_PEER_*); 0: may be selected. */
unsigned assoc_unfit(const struct assoc *a, const struct assoc_world *w);

/* The same before a selection: until it is over, no more than that is shown of the source. */
unsigned assoc_judge(struct assoc *a, const struct assoc_world *w);

/* Its counters begin anew. */
void assoc_reset_count(struct assoc *a, struct mtime now);

/* A selection is over; and it was acted on, so that this is what others are told. */
void assoc_chosen(struct assoc *a, enum tally tally);
void assoc_told(struct assoc *a);

/*
 * Root distance, now (RFC 5905, 11.2): of the classic filter's choice; or of the estimate, which is
 * no farther from the truth than any one sample allows: half its round trip, its dispersion as
 * aged, and what lies between both.
 */
double assoc_root_dist_s(const struct assoc *a, const struct assoc_world *w);

/*
 * The same of the estimate, its newest answer aged by phi, s/s, which is less than the policy's:
 * for a source whose next answer is not overdue.
 */
double assoc_sure_dist_s(const struct assoc *a, const struct assoc_world *w, double phi);

/* From when on its next answer is overdue. */
struct mtime assoc_overdue_at(const struct assoc *a);

/* So many answers make a source fit for selection. */
unsigned assoc_answers_wanted(bool adaptive);

/*
 * The selection that it last took part in has followed it, alone or with others. What becomes of
 * any other source is no reason to ask everybody, or to believe that our clock has changed.
 */
bool assoc_followed(const struct assoc *a);

/*
 * True while it answers and has not answered often enough, since the start or a break, to be
 * followed.
 */
bool assoc_young(const struct assoc *a, const struct assoc_world *w);

/* True while its last answers are not what was foretold, and it is not known yet who is wrong. */
bool assoc_suspect(const struct assoc *a, const struct assoc_world *w);

/* In the burst that is to make it fit, and not yet there. adaptive: as in struct assoc_world */
bool assoc_settling(const struct assoc *a, bool adaptive);

/*
 * How far our clock can be off by the better of the last two answers, each going by itself and
 * while slew_s is being slewed in: what holds however wrong all that was believed before them. When
 * both cannot be right, or a source broke since the older, something came between them, and only
 * the last counts. False when the last poll had no answer.
 */
bool assoc_bound(const struct assoc *a, const struct assoc_world *w, double slew_s,
    double *bound_s);

/*
 * Where the offset of our clock is by the same answers, if their source is right. False when the
 * last poll had no answer.
 */
bool assoc_claim(const struct assoc *a, const struct assoc_world *w, struct claim *out);

/*
 * True when by the last answer our clock must be off by more than told_s, if its source is right;
 * bound_s is then how far it can be.
 */
bool assoc_contradicts(const struct assoc *a, const struct assoc_world *w, double told_s,
    double *bound_s);

/*
 * True when by the last answer, going by itself, the offset of our clock is outside low_s ..
 * high_s, if its source is right.
 */
bool assoc_excludes(const struct assoc *a, const struct assoc_world *w, double low_s,
    double high_s);

/*
 * The candidate for selection; adaptive: from the estimator. False when there is nothing to be said
 * yet. Meaningful when assoc_unfit gives 0.
 */
bool assoc_candidate(const struct assoc *a, const struct assoc_world *w, struct candidate *out);

#endif
