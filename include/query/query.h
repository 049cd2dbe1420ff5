/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * query - asks servers for the time, a few times each, and says what they are worth together: for
 * programs that look once and end (ntpdate, sntp). Associations, clock filter and selection are
 * core's; here is only who is asked when. Over the ports, so that it runs in simulated time too.
 *
 * A host of query_add_nts is asked for keys first, and never in clear. Where there is one, servers
 * that prove nothing have no voice: they are used as far as they agree with those that do.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H
#include <stdbool.h>
#include <stdint.h>
#include "auth/auth.h"
#include "base/hostspec.h"
#include "core/assoc.h"
#include "core/select.h"
#include "crypto/keyring.h"
#include "port/clock.h"
#include "port/ke.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/resolver.h"
#include "port/rng.h"
#include "query/nts.h"

enum {
	QUERY_NAMES_MAX = 64,    /* names given */
	QUERY_SERVERS_MAX = 128, /* addresses they lead to */
	QUERY_SAMPLES_MAX = FILTER_STAGES,
};

struct query_ports {
	struct loop *loop;
	struct net *net;
	struct clock *clock; /* only read */
	struct rng *rng;
	struct resolver *resolver; /* is listened to by the query, as is: */
	struct ke *ke;             /* NULL: there is no NTS */
	struct rtime built;        /* the true time is later: this program was made then */
};

struct query_rules {
	unsigned samples;        /* requests to each address, 1..QUERY_SAMPLES_MAX */
	double timeout_s;        /* for each answer, > 0 */
	unsigned version;        /* 1..4 */
	enum addr_family family; /* ADDR_NONE: both */
	uint16_t local_port;     /* 0: a free one */
	uint32_t key_id;         /* 0: none */
	struct keyring *keys;    /* holds key_id, when that is not 0 */
	/*
	 * Our clock is no measure for the dates of certificates: what a server says is to lie
	 * within those of its own, and of two hosts with NTS or more two have to agree.
	 */
	bool nts_no_time;
};

struct query;

enum query_step {
	QUERY_TIME, /* it is asked for the time */
	QUERY_KEYS, /* its KE server is asked for keys */
	QUERY_NTP,  /* and has named an NTP server, whose address is looked for */
};

/* One address. Two requests to it are two seconds apart, as servers that limit their rate want. */
struct query_server {
	const char *name; /* as given */
	struct assoc a;
	struct auth auth;
	struct query_nts *nts; /* NULL: without NTS */
	enum query_step step;
	bool moot; /* its NTP server is not wanted, or heard by other keys: not to be told of */
	struct net_socket *socket;
	struct loop_timer timer;
	struct query *query;
	unsigned asked; /* requests */
	bool done;
	/* -errno of the last request that could not be sent or reached nobody, 0: none */
	int error;
	enum verdict verdict; /* of the last answer; before one VERDICT_OK */
	/* Answers that are of no use, not synchronised say: the best of them, to be shown. */
	bool has_seen;
	struct sample seen;
	struct query_name *of;
	bool fit;           /* was a candidate of query_select; of it: */
	double root_dist_s; /* the true time is within its offset +- this */
	enum tally tally;
};

/* What the owner hears; any may be NULL. All but done come also from within query_start. */
struct query_events {
	/* A name leads to no address; a->error says why. */
	void (*lost_name)(void *ctx, const char *name, const struct resolver_answer *a);
	/* False: that address of the name is not asked. NULL: all are. */
	bool (*wanted)(void *ctx, const struct addr *a);
	void (*asked)(void *ctx, const struct query_server *s);
	void (*answered)(void *ctx, const struct query_server *s, enum verdict v);
	/* A request could not be sent, or reached nobody (-errno). */
	void (*failed)(void *ctx, const struct query_server *s, int error);
	/* NTS: keys came, or there are none: s->nts->why says why. */
	void (*keyed)(void *ctx, const struct query_server *s);
	void (*unkeyed)(void *ctx, const struct query_server *s);
	/* Nothing more is to come; once. */
	void (*done)(void *ctx);
};

struct query_name {
	const char *text;
	struct hostspec host;
	bool nts;
	const char *ca; /* of nts */
	struct query *query;
	struct loop_timer grace;    /* armed once an address of it is through */
	bool closed;                /* what is silent until now is not waited for */
	unsigned waiting;           /* questions without an answer yet */
	bool found;                 /* leads to an address */
	struct resolver_answer why; /* the most telling refusal */
};

struct query {
	struct query_ports port;
	struct query_rules rules;
	struct auth_keys keys;
	struct query_events on;
	void *ctx;
	int precision; /* log2 s, of our clock */
	struct query_name name[QUERY_NAMES_MAX];
	unsigned name_n;
	struct query_server server[QUERY_SERVERS_MAX];
	unsigned server_n;
	unsigned left_out; /* addresses for which there was no place */
	struct loop_timer end;
	bool started, ended;
	struct candidate candidate[QUERY_SERVERS_MAX];
	struct select_work work;
	struct selection selection; /* of query_select; each[] in the order of the fit servers */
};

/* NULL when memory is short. rules.keys and the ports must outlive it. */
struct query *query_new(const struct query_ports *ports, const struct query_rules *rules,
    const struct query_events *on, void *ctx);
void query_free(struct query *q); /* closes every socket; NULL is fine */

/*
 * Adds a server, as base/hostspec.h reads it; the text must stay. All addresses of a name will be
 * asked side by side: half a second after one of them is through, those that are still silent are
 * not waited for. False when there are too many.
 */
bool query_add(struct query *q, const char *name);

/*
 * The same for a host that is asked by NTS: a port behind it is that of the KE server. ca: file or
 * folder of the certificates that are trusted, "": the system's; stays too. Each address is asked
 * for keys.
 */
bool query_add_nts(struct query *q, const char *name, const char *ca);

/* Begins; done comes once every name has its addresses and every address its requests. */
void query_start(struct query *q);

/*
 * Selects among the servers that answered (RFC 5905, 11.2); fills selection, and fit, root_dist_s
 * and tally of each server. The chosen server, or NULL: selection.why says why.
 *
 * Other than in ntpd a source is fit with its first sample: one that is asked so few times never
 * has the eight that ntpd's dispersion wants. Its distance is that of its best sample.
 */
const struct query_server *query_select(struct query *q);

/* Why the last answer of a server is of no use, in words. */
const char *query_why_unused(const struct query_server *s);

/* Why there is no server, in words. */
const char *query_why_none(const struct query *q);

#endif
