/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc - the process itself: background, user and capabilities, limits, pid file, name.
 * Every call is meant for the start, before the loop runs, in about this order: proc_stdio,
 * proc_daemonise, (loop, log, configuration), proc_files, (sockets), proc_limits, proc_priority,
 * proc_pidfile_write, proc_chroot, proc_drop_user or proc_drop_surplus, sandbox, proc_report.
 */
#ifndef SYS_PROC_H
#define SYS_PROC_H
#include <stdbool.h>
#include "port/usage.h"
#include <stddef.h>
#include <sys/types.h>

/* Whom -u names. */
struct proc_user {
	uid_t uid;
	gid_t gid;
	char name[64]; /* for initgroups; "" when the uid has none */
};

/* What a parent in the foreground is told. */
enum proc_event { PROC_READY, PROC_SYNCED };

/* -1 in each: leave as it is. */
struct proc_limits {
	long memlock_mb;  /* >= 0: all memory is locked; > 0: and limited to so much */
	long stack_pages; /* of 4 KiB */
};

enum { PROC_FILES_WANTED = 65536 }; /* a socket for each address of a large router */

/*
 * Puts /dev/null where standard input, output or error is closed: a socket must never take their
 * numbers. A reader of our output that goes away is no signal for us.
 */
void proc_stdio(void);

/*
 * Goes to the background, in a session of its own, at "/", with no descriptors but the standard
 * three. The parent stays until it is told PROC_READY and ends with 0; with the status of the child
 * (or 1) when that ends before. With wait_s above 0 it stays until PROC_SYNCED, and after so many
 * seconds says so on stderr and ends with ETIMEDOUT. Returns in the child only: 0 with *report_fd
 * for proc_report, or -errno (then in the parent).
 */
int proc_daemonise(double wait_s, int *report_fd);

/*
 * Tells the parent; PROC_READY also leaves the terminal. The last event that is waited for closes
 * *report_fd and sets it to -1; with -1 it does nothing.
 */
void proc_report(int *report_fd, enum proc_event event);

/*
 * Reads "user", "user:group", or numbers in place of either. Without a group it is the user's own.
 * 0, -ENOENT (no such user or group) or -EINVAL (a number without a group, and no such user).
 */
int proc_user_find(const char *spec, struct proc_user *out);

/*
 * Becomes u for good, keeps of the capabilities only SYS_TIME and NET_BIND_SERVICE (as far as they
 * were there), gains none by exec, and cannot be traced by others of that user. Also works when the
 * process is that user already. 0 or -errno; *what then says what failed.
 */
int proc_drop_user(const struct proc_user *u, const char **what);

/*
 * Without -u: keeps the user, and of the capabilities what a daemon of root needs: the two,
 * DAC_OVERRIDE for files in folders of the user that ntpd may have run as before, SETUID and SETGID
 * for children that become nobody. A refusal changes nothing and is no error.
 */
void proc_drop_surplus(void);

/* Gives up every capability (a role that only computes). 0 or -errno. */
int proc_drop_all(void);

int proc_chroot(const char *dir); /* 0 or -errno */

/*
 * Lets the process open so many files. 0: PROC_FILES_WANTED, or as many as it may, if that is more
 * than now. 0 or -errno.
 */
int proc_files(long wanted);

/*
 * 0 or -errno of the first that failed; the others are still tried. When the limit of locked memory
 * cannot be had, or is too small for what is in use (-ENOMEM), only what is in use is locked.
 */
int proc_limits(const struct proc_limits *limits);

/*
 * rt above 0: that real-time priority; 0: the highest, or a nice value of -12 where that is
 * refused. 0 or -errno.
 */
int proc_priority(int rt);

/*
 * Replaces path by a new file with our number; a link there is removed, not followed. 0 or -errno.
 */
int proc_pidfile_write(const char *path);
void proc_pidfile_remove(const char *path); /* only when it holds our number */

/* Puts /dev/null in the place of standard input, output and error. */
void proc_null_stdio(void);

/* Closes every descriptor from first on. */
void proc_close_from(int first);

/* The memory that ps shows as our command line. */
struct proc_title {
	char *at;
	size_t cap;
};

/*
 * Finds it, and copies argv and the environment out of it. On short memory titles are just not set.
 */
struct proc_title proc_title_find(int argc, char **argv);
void proc_title_set(const struct proc_title *t, const char *text);

/* What the process has used so far. */
void proc_usage(struct usage *out);

#endif
