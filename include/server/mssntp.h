/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mssntp - answers for members of a Windows domain, signed by Samba's ntp_signd (MS-SNTP). A
 * request from where `restrict ... mssntp` holds is put to it, and answered when it has signed:
 * with the time of when it was asked, as that is what the signature covers. Nobody waits for it:
 * other clients are served meanwhile, and who is not signed for within a second gets no answer.
 */
#ifndef SERVER_MSSNTP_H
#define SERVER_MSSNTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "base/text.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/signd.h"
#include "wire/signd.h"

struct listener;
struct server;

/* Requests under way, and of one address among them: it cannot keep out the others. */
enum { MSSNTP_FLIGHT_MAX = 16, MSSNTP_OF_ONE_MAX = 4, MSSNTP_WHY_MAX = 640 };

/* A request that ntp_signd was asked about. */
struct mssntp_wait {
	uint32_t id;        /* 0: none waits here */
	struct listener *l; /* the answer leaves by it */
	struct endpoint from;
	struct addr to;
	uint32_t ifindex;
	struct mtime asked;
	uint8_t packet[HEADER_LEN + SIGND_KEY_ID_LEN]; /* as the signed one must begin */
};

/* What became of requests. */
struct mssntp_count {
	uint64_t wanted;  /* all requests */
	uint64_t unasked; /* ntp_signd was not there, or as many as may be were under way */
	uint64_t lost;    /* it did not answer, in time or at all */
	uint64_t refused; /* it would not sign: it has no such account */
	uint64_t sent;    /* signed answers */
};

struct mssntp {
	struct mssntp_wait wait[MSSNTP_FLIGHT_MAX];
	unsigned waiting;
	uint32_t last_id;
	char folder[1024]; /* of the socket; "": there is none */
	bool connected;
	struct loop_timer timer; /* of the request that waits for longest */
	uint8_t in[2 * SIGND_REPLY_MAX];
	size_t in_len;
	struct mtime heard; /* the last octet of it */
	double retry_s;     /* back-off of a connection that was of no use, 0: none */
	struct mtime retry_at;
	bool told;                /* that it is of no use: */
	const char *word;         /* the word of that, as mode6/explain_system knows it */
	char why[MSSNTP_WHY_MAX]; /* and what more there is to say */
	struct mtime lost_at,
	    signed_at; /* the last that waited in vain, and that was signed; 0: none */
	struct mssntp_count count;
};

void mssntp_init(struct server *srv);

/* The configuration is another: another socket is another connection. */
void mssntp_configure(struct server *srv);

/* Ends it. */
void mssntp_stop(struct server *srv);

/*
 * Takes a request with the header of its answer, whose transmit time it fills in, the smear added:
 * a verdict when there will be no answer, or SERVER_LATER.
 */
int mssntp_ask(struct listener *l, const struct net_packet *pkt, double smear_s,
    uint8_t header[HEADER_LEN]);

/* l was closed: nothing leaves by it any more. */
void mssntp_forget(struct server *srv, const struct listener *l);

/* What became of all requests since the count was reset. */
void mssntp_counted(const struct server *srv, struct mssntp_count *out);

/*
 * How ntp_signd does, as mode6/explain_system knows it: "good", "absent", "denied", "silent", ...;
 * "unset" where members of a domain asked and no socket is named; "" where nobody asked. And what
 * more there is to say of that: "/x: its file socket: No such file ...", or "".
 */
const char *mssntp_state(const struct server *srv);
const char *mssntp_why(const struct server *srv);

/* Its counters begin anew. */
void mssntp_reset_count(struct server *srv);

#endif
