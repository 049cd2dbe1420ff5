/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - struct ntpd: everything one daemon owns, in groups by the module that keeps them.
 * Seen only inside src/ntpd.
 */
#ifndef NTPD_STATE_H
#define NTPD_STATE_H
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/limit.h"
#include "base/siphash.h"
#include "config/config.h"
#include "core/assoc.h"
#include "core/discipline.h"
#include "core/event.h"
#include "core/joint.h"
#include "core/leap.h"
#include "core/mru.h"
#include "core/quorum.h"
#include "core/restrict.h"
#include "core/select.h"
#include "core/serve.h"
#include "core/spike.h"
#include "core/verdict.h"
#include "crypto/keyring.h"
#include "ntpd/adjust.h"
#include "ntpd/daemon.h"
#include "wire/control.h"

enum {
	PEERS_MAX = SELECT_MAX,
	SOURCES_MAX = 256,
	ADDRESSES_MAX = 65536,          /* of the host, and sockets on them: the bound of growth */
	CONTROL_SLOTS = 256,
	CONTROL_SEEN_MAX = 256,
	CONTROL_WAITING_MAX = 32,
};

static_assert(ADDRESSES_MAX <= UINT16_MAX + 1, "the table of clients has two octets for it");

struct ntpd;

/* ---- sources.c, peers.c, association_io.c ---- */

/* What a source lacks of the protection that the configuration asks for. */
enum lack { LACK_NOTHING, LACK_NTS, LACK_AUTOKEY, LACK_KEY, LACK_TRUST };

/* One server, pool or peer line of the configuration and what became of it. */
struct source {
	struct ntpd *d;
	const struct config_source *cfg;        /* NULL: slot free */
	uint16_t id; /* pool, or name: the association id of its own row in ntpq; else 0 */
	struct loop_timer timer;        /* asks for the name (again) */
	uint32_t tag;                   /* of the question under way, 0: none */
	double retry_s;                 /* back-off of failed questions */
	bool asked_once, failed_once;   /* failure was logged */
	enum lack lack;                 /* pool: it has no members */
	enum lack lack_said;            /* pool: of a member */
	struct resolver_answer answer;  /* the last good one; n 0: none */
	unsigned hops;                  /* addresses of it given up because no way leads there */
	struct mtime asked_at;
	struct mtime born;
	struct event_count event;       /* pool row */
};

struct peer {
	struct ntpd *d;
	struct assoc a;                 /* a.id 0: slot free */
	struct source *source;
	struct net_socket *sock;
	struct addr local;              /* of the socket */
	bool renew;                     /* the next request takes a new socket */
	struct loop_timer timer;
	bool blocked;                   /* our own restrict entry drops its answers; said once */
	enum lack lack;                 /* of the protection it is to have; it is not asked */
	int send_error;                 /* last, said once per change */
	bool no_way;                    /* no route of this host leads to its address */
	bool shares_clock;              /* it runs on our clock; said once */
	struct mtime reach_at;          /* it came, or went */
	bool went_dark;                 /* it answered once, and does no more */
	unsigned unused;                /* answers since the last sample that made none */
	enum verdict unused_why;        /* of the last of them */
	enum peer_event kissed;         /* the kiss that was said last, PEER_EVENT_NONE: none */
	int kissed_floor;               /* the shortest poll interval it asked for, log2 s */
	struct mtime kissed_at;
	unsigned idle;                  /* polls since it was last among the survivors */
	bool corrected;                 /* LOCAL: fudge time1 and time2 have acted */
};

struct peers {
	struct source source[SOURCES_MAX];
	unsigned source_n;
	struct peer peer[PEERS_MAX];
	unsigned peer_n;                /* slots ever used */
	uint16_t last_id;
	uint32_t last_tag;
};

/* ---- asked.c ---- */

/* An address that was asked until its association ended. */
struct asked_server {
	struct addr addr;               /* ADDR_NONE: slot free */
	struct limit headway;           /* as of its last request: */
	struct mtime sent;
};

enum { ASKED_SERVERS = PEERS_MAX };        /* a reload may replace all of them */

struct asked_late {
	struct asked_server at[ASKED_SERVERS];
	unsigned next;
};

/* ---- selection.c ---- */

struct selector {
	struct candidate cand[SELECT_MAX];      /* of the last selection */
	struct selection sel;
	struct select_memory memory;
	struct select_work work;
	bool smears_said;               /* that smeared and other sources are there; once a leap */
	bool smeared;                   /* those we follow smear the leap second: so do we */
	enum tally last_tally[PEERS_MAX];       /* by slot, to report transitions */
	/* until then, who has not answered since the other moment is no witness */
	struct mtime doubt_until, doubt_since;
};

/* ---- await.c ---- */

struct await {
	struct quorum quorum;
	struct loop_timer timer;        /* the end of the wait */
	struct loop_timer again;        /* asks those who have not answered since it began */
	unsigned asked;                 /* so many times */
	bool narrowed;                  /* more answers were asked for, as a few say too little */
};

/* ---- system.c, syspeer.c ---- */

struct sys {
	enum ntp_leap leap;             /* LEAP_UNSYNC until the first update */
	uint8_t stratum;                /* 16: unsynchronised */
	uint32_t refid;
	double root_delay_s, root_disp_s;       /* root_disp_s as of at */
	struct mtime at;
	struct rtime reftime;
	double offset_s, jitter_s;
	uint16_t peer_id;               /* 0: none */
	bool turn;                      /* it took the place of another, not of none */
	struct endpoint peer_addr;
	enum system_source source;
	struct event_count event;
	bool lost;                      /* no system peer, said */
	bool orphan;                    /* we are our own source */
	struct mtime lost_since;
	/* the end of orphanwait: LOCAL may be chosen from then on */
	struct loop_timer orphan_timer;
	struct loop_timer far_timer;    /* the distance has grown too much to be synchronised */
};

/* ---- steer.c ---- */

struct steer {
	struct adjust adjust;
	struct discipline disc;
	struct huffpuff huffpuff;       /* classic loop, tinker huffpuff */
	double huffpuff_span_s;         /* as it was started; 0: off */
	struct loop_timer slice;        /* the next part of a large phase */
	bool broke;                     /* a source's model broke; for the next slew */
	bool observed;                  /* a source was followed, and the clock left alone */
	bool once_done;                 /* -q */
	/* the clock was found moved: the cause of what offsets show until then */
	struct mtime moved_until;
};

/* ---- drift.c ---- */

struct drift_file {
	double ppm;                     /* last read or written; NAN: never */
	struct mtime at;                /* last written, or not found worth writing */
	unsigned passed;                /* hours since it was written */
	int error;                      /* last, said once per change */
};

/* ---- clock_update.c ---- */

struct clock_update {
	struct joint joint;             /* the survivors' samples as one */
	uint16_t newest;                /* association whose sample was just taken, 0: none */
	struct mtime epoch;             /* of the sample last used */
	struct loop_timer housekeeping; /* hourly drift file, holdover's maxerror */
	struct loop_timer once_timer;   /* -q: gives up */
	bool once_looked;               /* -q: there are sources to wait for */
	struct mtime looked_again;      /* at lines without an association */
	bool running;                   /* guards against re-entry */
	int precision;                  /* log2 s */
};

/* ---- boot_marker.c ---- */

struct boot_marker {
	bool made;
	int error;                      /* of making it, said once per change; tried again at: */
	struct mtime again;
};

/* ---- leapsec.c ---- */

struct leapsec {
	struct leap leap;
	struct leap_outlook outlook;    /* of the last look */
	struct mtime looked_at;
	struct loop_timer timer;
	struct store_stat file;         /* as it was read */
	bool unasked;                   /* the table in force is of no leapfile line */
	bool denied;                    /* to the first user; the one of -u may be allowed */
	bool warned;                    /* of its expiry, at: */
	struct mtime warned_at;
};

/* ---- stats.c ---- */

enum { STATS_PATH_MAX = 512, STATS_SYS_COUNTS = 10 };

struct stats {
	struct stats_file {
		char path[STATS_PATH_MAX];      /* of the last line; "": none yet */
		int error;                      /* that was said and still lasts, 0: none */
		int last_error;                 /* that was said last */
		struct mtime said_at;
		uint64_t lost;                  /* lines that could not be written */
		int link_error;                 /* said once */
	} file[STATS_N];
	struct mtime hour;                      /* when sysstats was written last */
	uint64_t counted[STATS_SYS_COUNTS];     /* counters then */
	struct usage used;                      /* then */
	struct stats_kept *kept;                /* lines for after the change of user; NULL: none */
	unsigned kept_n;
};

/* ---- listen.c ---- */

struct listener {
	struct ntpd *d;
	struct net_socket *sock;        /* NULL: slot free */
	struct net_listen what;
	struct addr mask;
	uint32_t ifindex;
	uint16_t slot;                  /* its index in listen.at */
	bool wildcard, loopback;
	bool for_rest;                  /* a wildcard that answers for listen.rest, and no other */
	bool found;                     /* mark of a scan */
	uint64_t received, sent, failed;
	struct mtime since;
	unsigned number;                /* as in the log: "Listen normally on 2 eth0 ..." */
};

struct listen {
	struct listener **at;           /* each lives until the end: sockets point to it */
	unsigned n, room;               /* slots ever used; in at */
	unsigned next_number;
	struct loop_timer rescan;
	/* room for addresses in each of these */
	size_t addrs_room;
	struct net_iface *scan;         /* of the last scan */
	unsigned scan_n;
	struct addr *own;               /* every address of the host */
	struct addr *allowed;           /* those the rules let us use */
	uint32_t *own_refid;            /* what a server shows that follows us */
	struct addr *rest;              /* without a socket: the wildcard answers; sorted */
	unsigned own_n, allowed_n, own_refid_n, rest_n;
	unsigned told_rest_n;           /* as it was said last */
	bool overflow;                  /* there are such: the wildcards are open for them */
	bool full;                      /* no more sockets in this scan */
	bool denied;                    /* a port was, for lack of rights */
	bool restricted;                /* rules exist: outgoing sockets keep to allowed */
	int last_error;                 /* of opening a socket, to say it once */
	int list_error;                 /* of listing the addresses, likewise */
	bool too_many;                  /* more than ADDRESSES_MAX; said */
	bool extra_taken;               /* extra port is somebody else's; said once */
};

/* ---- access_names.c ---- */

enum access_name_state { NAME_WAITS, NAME_ASKED, NAME_FAILED, NAME_ANSWERED };

/* A host name of a restrict line. */
struct access_name {
	unsigned line;                  /* index in conf->restricts */
	char text[RESOLVER_NAME_MAX];
	enum addr_family want;
	enum access_name_state state;
	unsigned n;                     /* addresses known, of this question or an earlier one */
	struct addr addr[RESOLVER_ADDRS_MAX];
};

struct access_names {
	struct access_name *at;         /* in the order of their lines */
	unsigned n, asked;              /* of them in state NAME_ASKED */
	uint32_t generation;            /* of the questions: answers to older ones are dropped */
	struct loop_timer again;
	double again_s;
};

/* ---- access.c ---- */

struct access {
	struct access_names names;
	struct restrict_list *list;
	void *memory;                   /* of the list */
	struct mru *mru;
	void *mru_memory;
	struct limit leaks, kisses;     /* of refused requests, all together */
	bool monitor;
	bool source_given;              /* a restrict source line is there */
	uint32_t source_flags;
	struct addr *own;               /* own addresses entered */
	unsigned own_n, own_room;       /* own_room: also of them in list */
};

/* ---- flood.c ---- */

/* Requests that restrict refused. */
struct flood {
	struct loop_timer timer;        /* the end of the minute, runs while there are any */
	uint64_t minute;                /* in this minute */
	struct addr most;               /* likeliest to have sent more than half */
	uint64_t votes, hits;           /* for it; from it, since it is the likeliest */
	bool on;                        /* it was said that there is a flood: */
	uint64_t all;                   /* since it began */
	struct mtime began, said_at;
};

/* ---- control*.c ---- */

/* A request of the control key that was obeyed. */
struct control_seen {
	bool known;
	uint64_t hash;                  /* of all its octets */
	struct mtime at;
	struct endpoint from;
};

/* The last of them, the oldest replaced first. */
struct control_ring {
	struct control_seen at[CONTROL_SEEN_MAX];
	unsigned next;
};

/* A request that waits for its turn. */
struct control_waiting {
	struct listener *l;
	struct net_socket *sock;        /* it came by */
	uint32_t flags;                 /* restrict */
	struct control_header h;
	size_t prepaid;
	struct net_packet pkt;          /* over bytes */
	uint8_t bytes[NET_PACKET_MAX];
};

/*
 * A walk through the table of clients that goes on in the next turn, for the request that waits
 * first. Its place is the table's mark.
 */
struct control_walk {
	bool on;
	uint32_t back;                  /* so many clients towards the oldest before it begins */
	unsigned resumed;               /* which resume point of the request it began at */
};

struct control {
	struct control_waiting waiting[CONTROL_WAITING_MAX];
	unsigned first, waiting_n;
	struct control_walk walk;
	struct loop_timer turn;         /* runs while any wait */
	struct limit all;               /* octets of answers to strangers, all together */
	struct limit from[CONTROL_SLOTS];       /* and by hash of their address */
	struct limit looks;             /* at entries of the table of clients, for strangers */
	struct siphash_key secret;      /* of nonces and of what was seen */
	/* apart, so that reading pushes no change out */
	struct control_ring reads, changes;
	uint64_t outcome_of;            /* hash of the last change */
	char outcome[128];              /* and what was answered */
	int64_t base_ns; /* UTC less monotonic time, as timestamps of clients were given last */
	uint8_t text[CONTROL_TEXT_MAX]; /* of the answer under way */
};

/* ---- faults.c ---- */

enum faults_of { FAULTS_CONFIG, FAULTS_KEYS, FAULTS_LEAP, FAULTS_N };

struct fault {
	unsigned n;                     /* errors in the files; 0: none, the rest is unused */
	bool refused;                   /* a reload was, the older configuration is in force */
	bool said;                      /* by faults_say */
	char place[208];                /* of the first: FILE:LINE, or FILE */
	char what[320];
};

/* ---- the whole ---- */

struct counters {
	struct verdict_count verdict;   /* of every packet */
	uint64_t received, io_received, sent, send_failed, ignored, dropped;
	uint64_t this_version, old_version;
	uint64_t control_requests;
	uint64_t polls;                 /* requests of ours, or attempts */
	uint64_t key_lookups, keys_not_found, macs_made, macs_checked;
	struct mtime reset_at, io_reset_at, auth_reset_at, timer_reset_at;
};

struct ntpd {
	struct ntpd_ports port;
	struct ntpd_options opt;
	struct arena *arena;            /* of conf */
	struct config *conf;
	struct keyring *keys;
	bool keys_denied;               /* at the start; perhaps not to the user that follows */
	struct siphash_key hash;
	struct peers peers;
	struct asked_late asked;
	struct selector selector;
	struct await await;
	struct sys sys;
	struct steer steer;
	struct drift_file drift;
	struct clock_update update;
	struct leapsec leapsec;
	struct stats stats;
	struct listen listen;
	struct access access;
	struct counters count;
	struct limit packet_log;        /* of lines that packets cause */
	struct limit turns_log;         /* of changes of the system peer */
	struct flood flood;
	struct control control;
	struct mtime started;
	struct rtime started_real;
	bool stopping;
	struct boot_marker boot_marker;
	bool ready;
	struct fault faults[FAULTS_N];
	char status_text[640];
};

/* The loop's time. */
static inline struct mtime
now_of(const struct ntpd *d)
{
	return d->port.loop->ops->now(d->port.loop);
}

#endif
