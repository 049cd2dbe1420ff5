/* SPDX-License-Identifier: BSD-2-Clause */
/* role - the program's side: the starter, and the children by their numbers. */
#include "sys/role.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"
#include "starter_request.h"

enum { NAME_MAX_LEN = 64, END_TRIES = 1000, END_STEP_NS = 1000000 };

struct starter {
	const struct role_set *set;
	const struct proc_title *title;
	int fd; /* -1: none */
	pid_t pid; /* 0: none */
	bool forked; /* by starter_fork: another would know what this one does not */
	uint32_t last_id;
};

struct role_child {
	struct starter *starter;
	struct channel_seq *channel;
	uint32_t id;
};

static void
put_name(const struct role_set *set, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_printf(&t, "%s: starter", set->program);
}

void
starter_take_over(const struct role_set *set, int argc, char **argv)
{
	char name[NAME_MAX_LEN];

	put_name(set, name, sizeof name);
	if (argc != 1 || strcmp(argv[0], name) != 0) {
		return;
	}
	/* The kernel took the name from the path, which was /proc/self/exe. */
	(void)prctl(PR_SET_NAME, set->program, 0, 0, 0);
	struct proc_title title = proc_title_find(argc, argv);
	starter_run(set, &title, NULL);
}

int
starter_new(const struct role_set *set, const struct proc_title *title, struct starter **out)
{
	assert(set->n <= ROLES_MAX);
	struct starter *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return -ENOMEM;
	}
	s->set = set;
	s->title = title;
	s->fd = -1;
	*out = s;
	return 0;
}

/* The child's descriptor gets the number that the starter knows, and survives exec. */
static bool
take_place(int fd)
{
	if (fd == STARTER_FD) {
		return fcntl(fd, F_SETFD, 0) == 0;
	}
	return dup2(fd, STARTER_FD) == STARTER_FD;
}

/* Becomes the program anew, with an empty memory. */
static _Noreturn void
run_anew(const struct role_set *set)
{
	char name[NAME_MAX_LEN], *const argv[] = { name, NULL };

	put_name(set, name, sizeof name);
	/* What the file of the program may gain by exec is not for the starter. */
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	proc_close_from(STARTER_FD + 1);
	(void)execve("/proc/self/exe", argv, environ);
	/* Without /proc, by the path that it was run by. */
	unsigned long path = getauxval(AT_EXECFN);
	if (path != 0) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): it is one, handed out as a number */
		(void)execve((const char *)path, argv, environ);
	}
	_exit(EXIT_FAILURE);
}

static int
make_starter(struct starter *s, bool anew, const struct proc_user *user)
{
	int fd[2];

	int rc = channel_seq_pair(fd);
	if (rc != 0) {
		return rc;
	}
	pid_t pid = fork();
	if (pid == 0) {
		if (!take_place(fd[1])) {
			_exit(EXIT_FAILURE);
		}
		if (anew) {
			run_anew(s->set);
		}
		starter_run(s->set, s->title, user);
	}
	rc = pid < 0 ? -errno : 0;
	(void)close(fd[1]);
	if (rc != 0) {
		(void)close(fd[0]);
		return rc;
	}
	s->fd = fd[0];
	s->pid = pid;
	return 0;
}

int
starter_fork(struct starter *s, const struct proc_user *user)
{
	assert(s->fd < 0);
	int rc = make_starter(s, false, user);

	s->forked = rc == 0;
	return rc;
}

/*
 * It ends by itself when nobody speaks to it, and it may be another user's by now, which we may not
 * kill.
 */
static void
end_starter(struct starter *s)
{
	struct timespec step = { .tv_nsec = END_STEP_NS };

	if (s->fd >= 0) {
		(void)close(s->fd);
		s->fd = -1;
	}
	for (int i = 0; i < END_TRIES && s->pid != 0; i++) {
		pid_t rc = waitpid(s->pid, NULL, WNOHANG);
		if (rc == s->pid || (rc < 0 && errno == ECHILD)) {
			s->pid = 0;
			return;
		}
		(void)nanosleep(&step, NULL);
	}
	s->pid = 0;
}

void
starter_free(struct starter *s)
{
	if (s != NULL) {
		end_starter(s);
		free(s);
	}
}

/* fd: to be passed along, -1: none. */
static int
tell(const struct starter *s, const struct starter_request *q, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	uint8_t octets[STARTER_REQUEST_LEN];
	struct iovec at = { .iov_base = octets, .iov_len = sizeof octets };
	struct msghdr m = { .msg_iov = &at, .msg_iovlen = 1 };

	starter_request_put(q, octets);
	if (fd >= 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof control.bytes;
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	return sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Asks for a child; a starter that ended is replaced, if that may be. */
static int
ask_for(struct starter *s, unsigned which, int fd, uint32_t *id)
{
	int rc = -ESRCH;

	s->last_id += s->last_id == UINT32_MAX ? 2 : 1;
	struct starter_request q = { STARTER_START, which, s->last_id };
	if (s->fd >= 0) {
		rc = tell(s, &q, fd);
		if (rc == -EAGAIN || rc == 0) {
			*id = q.id;
			return rc;
		}
		end_starter(s);
		rc = -ESRCH;
	}
	if (!s->forked) {
		rc = make_starter(s, true, NULL);
		rc = rc != 0 ? rc : tell(s, &q, fd);
	}
	*id = q.id;
	return rc;
}

int
role_start(struct starter *s, unsigned which, struct loop *l, size_t in_len,
    const struct channel_seq_events *ev, void *ctx, struct role_child **out)
{
	assert(which < s->set->n);
	struct role_child *c = calloc(1, sizeof *c);
	int fd[2], rc = -ENOMEM;

	if (c == NULL) {
		return rc;
	}
	c->starter = s;
	rc = channel_seq_pair(fd);
	if (rc == 0) {
		rc = ask_for(s, which, fd[1], &c->id);
		(void)close(fd[1]);
		if (rc != 0) {
			(void)close(fd[0]);
		}
	}
	rc = rc != 0 ? rc : channel_seq_new(l, fd[0], in_len, ev, ctx, &c->channel);
	if (rc != 0) {
		free(c);
		return rc;
	}
	*out = c;
	return 0;
}

int
role_send(struct role_child *c, const void *message, size_t len)
{
	return channel_seq_send(c->channel, message, len);
}

void
role_end(struct role_child *c)
{
	if (c == NULL) {
		return;
	}
	struct starter_request q = { STARTER_END, 0, c->id };
	/* One that waits for us sees the end of the channel; one that is busy has to be ended. */
	channel_seq_free(c->channel);
	if (c->starter->fd >= 0) {
		(void)tell(c->starter, &q, -1);
	}
	free(c);
}
