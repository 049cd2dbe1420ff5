/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood - tells of a flood of requests that restrict refuses, when it begins, once an hour while it
 * lasts, and when it is over. The packets themselves are only counted.
 */
#ifndef SERVER_FLOOD_H
#define SERVER_FLOOD_H
#include "base/addr.h"
#include "port/loop.h"

struct server;

/* Requests that restrict refused. */
struct flood {
	struct loop_timer timer; /* the end of the minute, runs while there are any */
	uint64_t minute;         /* in this minute */
	struct addr most;        /* likeliest to have sent more than half */
	uint64_t votes, hits;    /* for it; from it, since it is the likeliest */
	bool on;                 /* it was said that there is a flood: */
	uint64_t all;            /* since it began */
	struct mtime began, said_at;
};

void flood_start(struct server *srv);
void flood_stop(struct server *srv);

/* A request from there was denied or was too much. Neither allocates nor logs. */
void flood_note(struct server *srv, const struct addr *from);

#endif
