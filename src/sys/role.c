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

struct process {
	int fd;    /* -1: none */
	pid_t pid; /* 0: none, or not a child of ours */
};

static const struct process NO_PROCESS = { .fd = -1 };

struct starter {
	const struct role_set *set;
	const struct proc_title *title;
	struct process now, spare;
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
	starter_run(set, &title, NULL, false);
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
	s->now = s->spare = NO_PROCESS;
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

enum making { MAKE_ANEW, MAKE_FIRST, MAKE_SPARE };

static int
make_starter(const struct starter *s, enum making how, const struct proc_user *user,
    struct process *out)
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
		if (how == MAKE_ANEW) {
			run_anew(s->set);
		}
		starter_run(s->set, s->title, user, how == MAKE_SPARE);
	}
	rc = pid < 0 ? -errno : 0;
	(void)close(fd[1]);
	if (rc != 0) {
		(void)close(fd[0]);
		return rc;
	}
	*out = (struct process){ fd[0], pid };
	return 0;
}

int
starter_fork(struct starter *s, const struct proc_user *user)
{
	assert(s->now.fd < 0);
	int rc = make_starter(s, MAKE_FIRST, user, &s->now);

	s->forked = rc == 0;
	return rc != 0 ? rc : make_starter(s, MAKE_SPARE, user, &s->spare);
}

static void
hang_up(struct process *p)
{
	if (p->fd >= 0) {
		(void)close(p->fd);
		p->fd = -1;
	}
}

/*
 * It ends by itself when nobody speaks to it, and it may be another user's by now, which we may not
 * kill.
 */
static void
end_process(struct process *p)
{
	struct timespec step = { .tv_nsec = END_STEP_NS };

	hang_up(p);
	for (int i = 0; i < END_TRIES && p->pid != 0; i++) {
		pid_t rc = waitpid(p->pid, NULL, WNOHANG);
		if (rc == p->pid || (rc < 0 && errno == ECHILD)) {
			break;
		}
		(void)nanosleep(&step, NULL);
	}
	p->pid = 0;
}

void
starter_free(struct starter *s)
{
	if (s != NULL) {
		hang_up(&s->spare);
		end_process(&s->now);
		end_process(&s->spare);
		free(s);
	}
}

/* fd: to be passed along, -1: none. */
static int
tell(const struct process *p, const struct starter_request *q, int fd)
{
	uint8_t octets[STARTER_REQUEST_LEN];

	starter_request_put(q, octets);
	return channel_seq_put(p->fd, octets, sizeof octets, fd);
}

static uint32_t
next_id(struct starter *s)
{
	s->last_id += s->last_id == UINT32_MAX ? 2 : 1;
	return s->last_id;
}

/* It says nothing, ever: there is something to read when it has ended. */
static bool
has_ended(const struct process *p)
{
	char octet;

	return recv(p->fd, &octet, sizeof octet, MSG_DONTWAIT) >= 0 ||
	    (errno != EAGAIN && errno != EINTR);
}

/* Sees to it that there is a spare one; a failure is tried again with the next question. */
static void
keep_spare(struct starter *s)
{
	int fd[2];

	if (!s->forked || (s->spare.fd >= 0 && !has_ended(&s->spare))) {
		return;
	}
	end_process(&s->spare);
	if (s->now.fd < 0 || channel_seq_pair(fd) != 0) {
		return;
	}
	struct starter_request q = { STARTER_COPY, 0, next_id(s) };
	int rc = tell(&s->now, &q, fd[1]);
	(void)close(fd[1]);
	if (rc != 0) {
		(void)close(fd[0]);
		return;
	}
	s->spare = (struct process){ .fd = fd[0] };
}

/* Puts another in the place of one that ended: the spare one, or one that is made anew. */
static int
replace_starter(struct starter *s)
{
	end_process(&s->now);
	if (!s->forked) {
		return make_starter(s, MAKE_ANEW, NULL, &s->now);
	}
	s->now = s->spare;
	s->spare = NO_PROCESS;
	return s->now.fd >= 0 ? 0 : -ESRCH;
}

/* Asks for a child. */
static int
ask_for(struct starter *s, unsigned which, int fd, uint32_t *id)
{
	struct starter_request q = { STARTER_START, which, next_id(s) };
	int rc = s->now.fd >= 0 && !has_ended(&s->now) ? tell(&s->now, &q, fd) : -ESRCH;

	if (rc != 0 && rc != -EAGAIN) {
		rc = replace_starter(s);
		rc = rc != 0 ? rc : tell(&s->now, &q, fd);
		rc = rc == -EPIPE ? -ESRCH : rc;
	}
	keep_spare(s);
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
	return role_send_fd(c, message, len, -1);
}

int
role_send_fd(struct role_child *c, const void *message, size_t len, int fd)
{
	keep_spare(c->starter);
	return channel_seq_send_fd(c->channel, message, len, fd);
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
	if (c->starter->now.fd >= 0) {
		(void)tell(&c->starter->now, &q, -1);
	}
	free(c);
}
