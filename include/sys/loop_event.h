/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop_event - the loop port over libevent: one base with precise timers, signals, and descriptors
 * for the rest of sys. libevent's own environment switches (EVENT_NOEPOLL and the like) stay in
 * force. It sleeps until something is due.
 */
#ifndef SYS_LOOP_EVENT_H
#define SYS_LOOP_EVENT_H
#include "port/loop.h"

/* A watched descriptor. */
struct loop_fd;

/* 0 or -errno. */
int loop_event_new(struct loop **out);

/* NULL is fine. Every timer and descriptor must have been given back before. */
void loop_event_free(struct loop *l);

/* Runs until stop is called (or nothing is left to wait for); the status given to stop, else 0. */
int loop_event_run(struct loop *l);

/*
 * Calls fn from the loop, not from the signal context, whenever signo arrives; until the loop is
 * freed. 0 or -errno.
 */
int loop_event_on_signal(struct loop *l, int signo, void (*fn)(void *ctx, int signo), void *ctx);

/* False where the environment has libevent do without epoll, as set-ups do that know poll only. */
bool loop_event_by_epoll(const struct loop *l);

/*
 * Calls fn while fd is readable or holds an error (the error queue of a socket counts). fn may
 * unwatch it. 0 or -errno; *out only on 0.
 */
int loop_event_watch_fd(struct loop *l, int fd, void (*fn)(void *ctx), void *ctx,
    struct loop_fd **out);
void loop_event_unwatch_fd(struct loop_fd *w); /* before fd is closed; NULL is fine */

/*
 * Has fn called while fd can be read, can be written to, either, or neither; it was the first until
 * now. Not of a descriptor that loop_event_call_again is used for. 0 or -errno.
 */
int loop_event_watch_for(struct loop_fd *w, bool reading, bool writing);

/*
 * Calls w's fn once more in the next turn, and the kernel is not asked about fd until
 * loop_event_watch_again: for a descriptor so busy that watching it costs more than looking.
 */
void loop_event_call_again(struct loop_fd *w);

/* Watches again what loop_event_call_again took from the kernel; else does nothing. */
void loop_event_watch_again(struct loop_fd *w);

#endif
