/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * assoc_answer - the tests of an answer, and the sample in it. Each test gives VERDICT_OK, or what
 * is wrong, and then marks flash and counts; the caller applies them in this order. RFC 5905,
 * sections 8 and 9.
 */
#ifndef SRC_CORE_ASSOC_ANSWER_H
#define SRC_CORE_ASSOC_ANSWER_H
#include "core/assoc.h"

/* No duplicate, and the answer to the question that is open. */
enum verdict assoc_check_origin(struct assoc *a, const struct packet *p);

/* Signed by our key, where we have one; auth is how the shell judged the MAC. */
enum verdict assoc_check_auth(struct assoc *a, const struct packet *p, enum packet_auth auth);

/*
 * The same, and no duplicate, of a packet of a peer. One that answers none of ours may still be the
 * one that ours is to answer.
 */
enum verdict assoc_check_peer(struct assoc *a, const struct packet *p, enum packet_auth auth,
    const struct onwire_moment *at);

/*
 * True for the kiss codes that ask something of us. The others (INIT, STEP ...) only say why a
 * server is not synchronised, and such an answer is judged like any other.
 */
bool assoc_is_kiss(const struct header *h);

/* The header, that of the packet accepted last, is that of the server from now on. */
void assoc_keep_header(struct assoc *a, const struct header *h);

/* The kept header is that of a server with time to give: tests 6 and 7. */
enum verdict assoc_check_header(struct assoc *a, const struct assoc_world *w);

/* Its time is one that its certificate allows, if nobody could check that before. */
enum verdict assoc_check_dates(struct assoc *a, const struct sample *s, struct rtime t4);

/*
 * T1..T4 to a sample, written on VERDICT_OK only; refuses what arithmetic or the server's own
 * stamps show to be impossible.
 */
enum verdict assoc_measure(struct assoc *a, const struct assoc_world *w, struct sample *out);

/*
 * What an interleaved answer shows of its own exchange contradicts the sample of the one before
 * (NULL: there is none) or the last that was taken: something came between, and our clock or the
 * server's is not where it was. Then that is the sample, as it would be of a basic answer, and *out
 * is written. before may be out.
 */
bool assoc_measure_newest(struct assoc *a, const struct assoc_world *w, const struct sample *before,
    struct sample *out);

/* T1..T4 of an answer that is of no use otherwise; false when its stamps say nothing. */
bool assoc_glimpse(const struct assoc *a, const struct assoc_world *w, struct sample *out);

/*
 * It was so long on its way that by itself it would leave its source too far away to be followed
 * (tos maxdist). What it allows is so wide that it tells no more of our clock than silence does;
 * only what it excludes counts.
 */
bool assoc_is_late(const struct sample *s, const struct assoc_world *w);

/*
 * It tells how our clock runs: it did not come too late, nor does its server say of itself that it
 * is too far from the time to be followed. Such a one may be on its way there, and what its clock
 * does then is no measure of ours.
 */
bool assoc_teaches(const struct sample *s, const struct assoc_world *w);

/* A sample that passed all tests is taken in. */
void assoc_take_sample(struct assoc *a, const struct sample *s, const struct assoc_world *w,
    struct assoc_answer *out);

/* The requests of a volley begin, as soon as they may. */
void assoc_start_volley(struct assoc *a, const struct assoc_world *w);

#endif
