/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * role - the child processes of a program. Each comes from the starter, a small process that has
 * nothing of the program's in its memory: no keys, no random numbers, no descriptors. The starter
 * forks, confines and ends the children, again and again; the program itself never forks one.
 *
 * The starter is either forked at the start, before there is anything to hide and before chroot
 * (starter_fork), or made when the first child is wanted, from the program's file (starter_new
 * alone): a program that wants no child has neither.
 *
 * Starter and children give up root and every capability, gain none by exec, stand behind the
 * filter of system calls of their role, and a child also behind a fence. They end when the program
 * does.
 */
#ifndef SYS_ROLE_H
#define SYS_ROLE_H
#include <stdbool.h>
#include <stddef.h>
#include "port/loop.h"
#include "sys/channel_seq.h"
#include "sys/fence.h"
#include "sys/proc.h"
#include "sys/sandbox.h"

enum { ROLES_MAX = 8, ROLE_CHILDREN_MAX = 16 };

/* What a child is for. */
struct role {
	const char *name; /* it shows itself as "PROGRAM: NAME" */
	enum sandbox_role sandbox;
	/* Speaks over fd until the other side is gone. Its octets are checked, there and here. */
	void (*serve)(int fd);
	/*
	 * It stands behind the starter's filter only, until it is told which files it needs and
	 * serve calls role_confine.
	 */
	bool confines_itself;
};

/* In the child: nothing but f, which it takes over and may be NULL, and its role's system calls. */
void role_confine(enum sandbox_role role, struct fence *f);

/* All of a program. They stay. */
struct role_set {
	const char *program; /* as ps shows it */
	const struct role *const *at;
	unsigned n; /* at most ROLES_MAX */
};

struct starter;

/*
 * The first thing in the main of a program that has roles: when it was run to be a starter it
 * becomes that, and does not return.
 */
void starter_take_over(const struct role_set *set, int argc, char **argv);

/* Forks nothing. title may be NULL. 0 or -errno. */
int starter_new(const struct role_set *set, const struct proc_title *title, struct starter **out);

/*
 * Forks the starter from the process as it is, and a spare one. user: whom they become; NULL:
 * nobody, if it was root. When one of them is killed the other takes its place and makes a copy of
 * itself: the program could not any more. Only when both are killed between two questions none is
 * left. 0 or -errno.
 */
int starter_fork(struct starter *s, const struct proc_user *user);

/* Ends it, with all children; NULL is fine. */
void starter_free(struct starter *s);

struct role_child;

/*
 * Starts a child, whose messages have in_len octets. Either event may end it; on_gone is also told
 * when it could not be started after all. 0 or -errno: -ESRCH when there is no starter any more.
 */
int role_start(struct starter *s, unsigned which, struct loop *l, size_t in_len,
    const struct channel_seq_events *ev, void *ctx, struct role_child **out);

/* As channel_seq_send and channel_seq_send_fd. */
int role_send(struct role_child *c, const void *message, size_t len);
int role_send_fd(struct role_child *c, const void *message, size_t len, int fd);

/* Ends it, whatever it is doing; NULL is fine. */
void role_end(struct role_child *c);

#endif
