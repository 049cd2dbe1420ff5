/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab - a server over ports that are played: the time is what a test says, datagrams that leave are
 * kept, and what the owner is told is counted.
 */
#ifndef UNIT_SERVER_LAB_H
#define UNIT_SERVER_LAB_H
#include "base/arena.h"
#include "journal/journal.h"
#include "server/server.h"

enum { LAB_BYTES = NET_PACKET_MAX, LAB_LOG = 16, LAB_LINE = 256 };

/* An answer that waits for others. */
struct lab_waiting {
	struct net_datagram d;
	uint8_t bytes[LAB_BYTES];
	bool left; /* it was finished */
};

struct lab {
	struct loop loop;
	struct clock clock;
	struct net net;
	struct rng rng;
	struct log log;
	struct mtime now;
	int64_t base_ns;          /* of the clock: real - mono */
	struct loop_timer *timer; /* armed last */
	/* what left */
	struct lab_waiting waiting[NET_GATHERED_MAX];
	unsigned waiting_n;
	uint8_t sent[LAB_BYTES];
	size_t sent_len, xmt_at;
	bool sent_even, wants_stamp; /* of its transmit time, as is: */
	uint32_t tag;
	struct endpoint sent_to;
	struct addr sent_from;
	unsigned sent_n;
	bool gathers;     /* answers wait for lab_flush, or until there are as many as may */
	int64_t read_ns;  /* that passes with each reading of the clock */
	int listen_error; /* of the next socket */
	unsigned closed_n;
	struct net_socket *socket; /* opened last */
	char line[LAB_LOG][LAB_LINE];
	unsigned line_n;
	/* the owner */
	struct arena *arena;
	struct config *conf;
	struct journal journal;
	struct auth_keys keys;
	struct served_time time;
	struct addr name[2]; /* what the host name of each restrict line leads to */
	unsigned name_n;
	struct addr source; /* ADDR_NONE: none */
	struct addr rest;   /* the wildcard answers for it */
	unsigned moved_n, control_n;
	int control_verdict;
	int associated_verdict; /* SERVER_NOT_OURS, unless a test says more */
	unsigned associated_n;
	uint32_t associated_flags;
	uint32_t associated_tag;
	/* ntp_signd */
	struct signd signd;
	const struct signd_events *signd_on;
	void *signd_ctx;
	int signd_error;          /* of the next connection */
	int signd_stuck;          /* of the next octets sent */
	bool signd_open;          /* there is a connection */
	unsigned signd_connected; /* so often */
	uint8_t signd_asked[MSSNTP_FLIGHT_MAX][SIGND_ASK_LEN];
	unsigned signd_asked_n;
	struct server server;
	struct listener *l; /* on 192.0.2.1 */
};

/* A server with that ntp.conf, on 192.0.2.1, published to be synchronised at stratum 2. */
struct lab *lab_new(const char *conf);
void lab_free(struct lab *lab);

/* Takes another ntp.conf, as a reload does. */
void lab_reload(struct lab *lab, const char *conf);

/* An address, a v4 or v6 one. */
struct addr lab_addr(const char *text);

/* A packet comes by the listener, from port 40000 of an address. */
void lab_packet(struct lab *lab, const char *from, const uint8_t *bytes, size_t len);

/* The same of a plain request of a mode and version. */
void lab_ask(struct lab *lab, const char *from, unsigned version, unsigned mode);

/* What waits leaves, as at the end of a batch. */
void lab_flush(struct lab *lab);

/* Lets so much time pass; the timer armed last fires when it is due. */
void lab_wait(struct lab *lab, double s);

/* Lines of the log with that text. */
unsigned lab_said(const struct lab *lab, const char *text);

/* The socket says octets, and ends. */
void lab_signd_says(struct lab *lab, const void *bytes, size_t len);
void lab_signd_ends(struct lab *lab, int error);

/* How often packets ended so. */
uint64_t lab_count(const struct lab *lab, enum verdict v);

#endif
