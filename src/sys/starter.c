/* SPDX-License-Identifier: BSD-2-Clause */
/* starter - the process that forks the children, and what each is before it serves. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/text.h"
#include "starter_request.h"
#include "sys/fence.h"

/* A copy of a copy and so on: whoever has taken the program over gets no more processes. */
enum { TITLE_MAX = 64, NOBODY = 65534, GENERATIONS_MAX = 255 };

struct child {
	uint32_t id; /* 0: free */
	pid_t pid;
};

struct starting {
	const struct role_set *set;
	const struct proc_title *title;
	sigset_t waiting; /* the mask while it waits: SIGCHLD comes then, and only then */
	struct child child[ROLE_CHILDREN_MAX];
	bool spare;
	pid_t copy; /* 0: none alive */
	unsigned generation;
};

/* ---- what it is ---- */

static void
wake_up(int signo)
{
	(void)signo;
}

/* What the program handles or ignores is its own business. */
static void
reset_signals(struct starting *s)
{
	/* Those of a terminal, of `kill -pgid` or of a service that ends are meant for it. */
	static const int ignored[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGUSR1, SIGUSR2,
		SIGPIPE };
	sigset_t child;

	for (int signo = 1; signo < NSIG; signo++) {
		(void)signal(signo, SIG_DFL);
	}
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
		(void)signal(ignored[i], SIG_IGN);
	}
	(void)signal(SIGCHLD, wake_up);
	(void)sigemptyset(&s->waiting);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &child, NULL);
}

static void
show_title(const struct starting *s, const char *name)
{
	char buf[TITLE_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (s->title != NULL) {
		text_printf(&t, "%s: %s", s->set->program, name);
		proc_title_set(s->title, buf);
	}
}

/*
 * Root becomes nobody. Where that is not to be had, as in a container without CAP_SETUID, it is a
 * root without any capability, and the fence and the filter stand all the same.
 */
static bool
shed_privileges(const struct proc_user *user)
{
	struct proc_user nobody = { .uid = NOBODY, .gid = NOBODY };
	const char *what;

	if (user != NULL && proc_drop_user(user, &what) != 0) {
		return false;
	}
	if (user == NULL && getuid() == 0) {
		(void)proc_user_find("nobody", &nobody);
		(void)proc_drop_user(&nobody, &what);
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return proc_drop_all() == 0;
}

/* ---- a child ---- */

/* Where the kernel has no such thing the program itself has none: no reason to give up. */
void
role_confine(enum sandbox_role role, struct fence *f)
{
	if (f != NULL) {
		(void)fence_enter(f);
		fence_free(f);
	}
	(void)sandbox_enter(role, SANDBOX_REFUSE);
}

static void
confine(enum sandbox_role role)
{
	struct fence *f = fence_new();

	if (f != NULL) {
		fence_allow_system(f);
	}
	role_confine(role, f);
}

static _Noreturn void
child_main(const struct starting *s, const struct role *r, int fd, pid_t parent)
{
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &s->waiting, NULL);
	if (dup2(fd, ROLE_FD) < 0) {
		_exit(EXIT_FAILURE);
	}
	proc_close_from(ROLE_FD + 1);
	show_title(s, r->name);
	/* The parent may be gone by now. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent) {
		_exit(EXIT_FAILURE);
	}
	if (!r->confines_itself) {
		confine(r->sandbox);
	}
	r->serve(ROLE_FD);
	_exit(EXIT_SUCCESS);
}

/* A child that cannot be had shows as one that is gone: nobody holds fd any more. */
static void
start_child(struct starting *s, const struct starter_request *q, int fd)
{
	pid_t me = getpid();

	if (s->spare) {
		s->spare = false;
		show_title(s, "starter");
	}
	for (unsigned i = 0; i < ROLE_CHILDREN_MAX; i++) {
		if (s->child[i].id != 0) {
			continue;
		}
		pid_t pid = fork();
		if (pid == 0) {
			child_main(s, s->set->at[q->role], fd, me);
		}
		if (pid > 0) {
			s->child[i] = (struct child){ q->id, pid };
		}
		return;
	}
}

static void
end_child(const struct starting *s, uint32_t id)
{
	for (unsigned i = 0; i < ROLE_CHILDREN_MAX; i++) {
		if (s->child[i].id == id) {
			(void)kill(s->child[i].pid, SIGKILL);
		}
	}
}

static void
reap(struct starting *s)
{
	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if (pid <= 0) {
			return;
		}
		s->copy = pid == s->copy ? 0 : s->copy;
		for (unsigned i = 0; i < ROLE_CHILDREN_MAX; i++) {
			if (s->child[i].pid == pid) {
				s->child[i] = (struct child){ 0 };
			}
		}
	}
}

/*
 * Another starter, as empty as this one, which it outlives. The copy goes on from here, with
 * children of its own. There is one at a time; none shows as one that is gone.
 */
static void
copy_itself(struct starting *s, int fd)
{
	reap(s);
	if (s->copy != 0 || s->generation >= GENERATIONS_MAX) {
		return;
	}
	pid_t pid = fork();
	if (pid != 0) {
		s->copy = pid > 0 ? pid : 0;
		return;
	}
	if (dup2(fd, STARTER_FD) < 0) {
		_exit(EXIT_FAILURE);
	}
	memset(s->child, 0, sizeof s->child);
	s->generation++;
	s->spare = true;
	show_title(s, "spare");
}

/* ---- requests ---- */

static bool
obey(struct starting *s, const uint8_t *octets, size_t len, int fd)
{
	struct starter_request q;

	if (!starter_request_get(octets, len, &q)) {
		return false;
	}
	if (q.verb == STARTER_END) {
		end_child(s, q.id);
		return fd < 0;
	}
	if (fd < 0 || q.role >= s->set->n) {
		return false;
	}
	if (q.verb == STARTER_COPY) {
		copy_itself(s, fd);
		return true;
	}
	start_child(s, &q, fd);
	return true;
}

/* False when the program is gone, or is no longer itself. */
static bool
take_request(struct starting *s)
{
	uint8_t octets[STARTER_REQUEST_LEN + 1];
	int fd;

	ssize_t n = channel_seq_get(STARTER_FD, octets, sizeof octets, false, &fd);
	if (n < 0) {
		return n == -EAGAIN;
	}
	bool fine = n > 0 && obey(s, octets, (size_t)n, fd);
	if (fd >= 0) {
		(void)close(fd);
	}
	return fine;
}

static void
serve(struct starting *s)
{
	struct pollfd p = { .fd = STARTER_FD, .events = POLLIN };

	for (;;) {
		reap(s);
		int n = ppoll(&p, 1, NULL, &s->waiting);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0 || !take_request(s)) {
			return;
		}
	}
}

_Noreturn void
starter_run(const struct role_set *set, const struct proc_title *title,
    const struct proc_user *user, bool spare)
{
	struct starting s = { .set = set, .title = title, .spare = spare };

	reset_signals(&s);
	/* A terminal, or a pipe that somebody reads to its end, is not ours to hold. */
	proc_null_stdio();
	proc_close_from(STARTER_FD + 1);
	show_title(&s, spare ? "spare" : "starter");
	/* A real-time priority is for time, not for names. */
	(void)sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 });
	if (!shed_privileges(user)) {
		_exit(EXIT_FAILURE);
	}
	(void)sandbox_enter(SANDBOX_STARTER, SANDBOX_REFUSE);
	serve(&s);
	for (unsigned i = 0; i < ROLE_CHILDREN_MAX; i++) {
		if (s.child[i].id != 0) {
			(void)kill(s.child[i].pid, SIGKILL);
			(void)waitpid(s.child[i].pid, NULL, 0);
		}
	}
	_exit(EXIT_SUCCESS);
}
