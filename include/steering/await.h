/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * await - holds back what the first source to answer would do to the clock by itself, until a
 * quorum of the configured sources agrees (core/quorum.h) or the time for it is over.
 */
#ifndef STEERING_AWAIT_H
#define STEERING_AWAIT_H
#include "base/text.h"
#include "core/quorum.h"
#include "port/loop.h"

struct assoc;
struct assoc_world;
struct steering;

struct await {
	struct quorum quorum;
	struct loop_timer timer; /* the end of the wait */
	struct loop_timer again; /* asks those who have not answered since it began */
	unsigned asked;          /* so many times */
	bool narrowed;           /* more answers were asked for, as a few say too little */
};

/* The daemon starts, ends. over(s) is called at the end of a wait, and calls await_over. */
void await_start(struct steering *s, void (*over)(void *ctx));
void await_stop(struct steering *s);

/*
 * What the clock and the sources did since then is not known: only who has answered since then
 * is heard. All are asked.
 */
void await_open(struct steering *s, struct mtime since, unsigned requests);

/* The end of a wait: true when what there is decides now, false when it has to begin anew. */
bool await_over(struct steering *s);

/* Somebody has answered, and the end of the wait is still to come. */
bool await_decides_later(const struct steering *s);

/* A wait is under way. */
bool await_waits(const struct steering *s);

/*
 * To be told before each selection: the first source that has answered sets the end of the wait,
 * and has those asked again that are silent.
 */
void await_listen(struct steering *s, const struct assoc_world *w);

/*
 * True when what was just selected, led by a (NULL: nobody), is not to be acted on yet. Says so in
 * the log when it acts without a quorum.
 */
bool await_holds(struct steering *s, const struct assoc *a, const struct assoc_world *w);

/*
 * Appends what is waited for, "a majority of the 3 configured sources (1 agrees)", and, with left,
 * how long at most; false, and nothing, when no answer is held back.
 */
bool await_put(const struct steering *s, struct text *t, bool left);

/* True when a quorum agrees with what was just selected, whether or not it was waited for. */
bool await_agreed(const struct steering *s, const struct assoc_world *w);

#endif
