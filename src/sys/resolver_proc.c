/* SPDX-License-Identifier: BSD-2-Clause */
/* resolver_proc - the resolver port over a child process. */
#include "sys/resolver_proc.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "resolver_lookup.h"
#include "sockaddr.h"
#include "sys/channel_seq.h"
#include "sys/fence.h"
#include "sys/sandbox.h"

/* Both processes are the same program, so a struct crosses as it is. */
struct question {
	uint32_t tag;
	int32_t family; /* enum addr_family */
	char name[RESOLVER_NAME_MAX];
};

static_assert(sizeof(struct question) <= CHANNEL_SEQ_MESSAGE_MAX, "a question is one message");
static_assert(
    sizeof(struct resolver_answer) <= CHANNEL_SEQ_MESSAGE_MAX, "an answer is one message");

struct resolver_proc {
	struct resolver port;
	struct loop *loop;
	const struct proc_title *title;
	const struct resolver_calls *calls;
	void (*on_answer)(void *ctx, const struct resolver_answer *a);
	void *ctx;
	struct channel_seq *channel; /* NULL: no child */
	pid_t child;
	bool confined; /* the child enters its sandbox */
	bool asked; /* the first in the queue is with the child */
	struct loop_timer timer; /* the child's time for a question; or a question to be sent */
	struct question queue[RESOLVER_PROC_QUEUE];
	unsigned first, n;
};

/* ---- the child ---- */

static void
add_addresses(const struct addrinfo *list, struct resolver_answer *a)
{
	struct endpoint e;

	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		if (ai->ai_addr == NULL || !sockaddr_to_endpoint(ai->ai_addr, &e)) {
			continue;
		}
		if (a->n == RESOLVER_ADDRS_MAX) {
			a->cut = true;
			return;
		}
		a->addr[a->n++] = e.addr;
	}
}

static void
look_up(const char *name, enum addr_family family, struct resolver_answer *a)
{
	struct addrinfo hints = {
		.ai_family = sockaddr_family(family),
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	struct addrinfo *list = NULL;

	/* resolv.conf may have changed since the last question: networks come and go. */
	(void)res_init();
	a->error = getaddrinfo(name, NULL, &hints, &list);
	if (a->error == 0) {
		add_addresses(list, a);
		freeaddrinfo(list);
		a->error = a->n == 0 ? EAI_NONAME : 0;
	}
	if (a->error != 0) {
		(void)snprintf(a->reason, sizeof a->reason, "%s", gai_strerror(a->error));
	}
}

/* What the daemon handles or ignores is the child's own business again. */
static void
reset_signals(void)
{
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++) {
		(void)signal(signo, SIG_DFL);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/*
	 * Those of a terminal or of `kill -HUP -pgid` are meant for the daemon, which ends us
	 * itself.
	 */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
}

static bool
shed_privileges(const struct proc_user *user)
{
	const char *what;

	if (user != NULL && proc_drop_user(user, &what) != 0) {
		return false;
	}
	return proc_drop_all() == 0;
}

static void
serve_questions(const struct resolver_proc *r, int fd)
{
	struct question q;
	struct resolver_answer a;

	for (;;) {
		ssize_t n = recv(fd, &q, sizeof q, 0);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n != (ssize_t)sizeof q) {
			return;
		}
		q.name[sizeof q.name - 1] = '\0';
		memset(&a, 0, sizeof a);
		a.tag = q.tag;
		r->calls->look_up(q.name, (enum addr_family)q.family, &a);
		if (send(fd, &a, sizeof a, MSG_NOSIGNAL) != (ssize_t)sizeof a) {
			return;
		}
	}
}

/* Where the kernel has no such thing the daemon itself has none: no reason to give up. */
static void
confine(void)
{
	struct fence *f = fence_new();

	if (f != NULL) {
		fence_allow_system(f);
		(void)fence_enter(f);
		fence_free(f);
	}
	(void)sandbox_enter(SANDBOX_RESOLVER, SANDBOX_REFUSE);
}

static void
child_main(const struct resolver_proc *r, int fd, pid_t parent, const struct proc_user *user)
{
	reset_signals();
	/* Nothing of the daemon's: its sockets would keep their ports after it ended. */
	if (dup2(fd, 3) < 0) {
		_exit(EXIT_FAILURE);
	}
	proc_close_from(4);
	if (r->title != NULL) {
		proc_title_set(r->title, "ntpd: resolver");
	}
	if (!shed_privileges(user)) {
		_exit(EXIT_FAILURE);
	}
	if (r->confined) {
		confine();
	}
	/* After the change of user, which clears it; the parent may be gone by then. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() == parent) {
		serve_questions(r, 3);
	}
	_exit(EXIT_SUCCESS);
}

/* ---- the daemon's side ---- */

static struct resolver_proc *
resolver_of(struct resolver *r)
{
	return (struct resolver_proc *)r;
}

static void ask_next(struct resolver_proc *r);

static void
end_child(struct resolver_proc *r)
{
	channel_seq_free(r->channel);
	r->channel = NULL;
	if (r->child > 0) {
		(void)kill(r->child, SIGKILL);
		while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR) {
		}
		r->child = 0;
	}
}

/*
 * Takes the first question off the queue and hands its answer up; what is behind it goes on from
 * the loop.
 */
static void
finish_first(struct resolver_proc *r, const struct resolver_answer *a)
{
	r->first = (r->first + 1) % RESOLVER_PROC_QUEUE;
	r->n--;
	r->asked = false;
	r->loop->ops->timer_disarm(r->loop, &r->timer);
	if (r->n > 0) {
		r->loop->ops->timer_arm(r->loop, &r->timer, r->loop->ops->now(r->loop));
	}
	if (r->on_answer != NULL) {
		r->on_answer(r->ctx, a);
	}
}

static void
fail_first(struct resolver_proc *r, const char *reason)
{
	struct resolver_answer a = { .tag = r->queue[r->first].tag, .error = EAI_AGAIN };

	(void)snprintf(a.reason, sizeof a.reason, "%s", reason);
	finish_first(r, &a);
}

static void
on_message(void *ctx, const void *message)
{
	struct resolver_proc *r = ctx;
	struct resolver_answer a;

	memcpy(&a, message, sizeof a);
	/* The child reads what strangers send: what it says is checked. */
	if (!r->asked || a.tag != r->queue[r->first].tag || a.n > RESOLVER_ADDRS_MAX) {
		return;
	}
	a.reason[sizeof a.reason - 1] = '\0';
	finish_first(r, &a);
}

static void
on_gone(void *ctx)
{
	struct resolver_proc *r = ctx;

	end_child(r);
	if (r->asked) {
		fail_first(r, "the resolver process ended");
	}
}

static int
start_child(struct resolver_proc *r, const struct proc_user *user)
{
	static const struct channel_seq_events events = { .on_message = on_message,
		.on_gone = on_gone };
	int fd[2];

	int rc = channel_seq_pair(fd);
	if (rc != 0) {
		return rc;
	}
	pid_t parent = getpid(), child = fork();
	if (child == 0) {
		child_main(r, fd[1], parent, user);
	}
	(void)close(fd[1]);
	if (child < 0) {
		rc = -errno;
		(void)close(fd[0]);
		return rc;
	}
	r->child = child;
	rc = channel_seq_new(
	    r->loop, fd[0], sizeof(struct resolver_answer), &events, r, &r->channel);
	if (rc != 0) {
		end_child(r);
	}
	return rc;
}

static void
ask_next(struct resolver_proc *r)
{
	const char *trouble = "no resolver process can be started";
	int rc = r->channel != NULL ? 0 : start_child(r, NULL);

	if (rc == 0) {
		trouble = "the resolver process does not listen";
		rc = channel_seq_send(r->channel, &r->queue[r->first], sizeof r->queue[r->first]);
	}
	if (rc != 0) {
		end_child(r);
		fail_first(r, trouble);
		return;
	}
	r->asked = true;
	r->loop->ops->timer_arm(
	    r->loop, &r->timer, mtime_add_s(r->loop->ops->now(r->loop), r->calls->stall_s));
}

static void
on_timer(void *ctx)
{
	struct resolver_proc *r = ctx;

	if (r->asked) {
		end_child(r);
		fail_first(r, "no answer in time");
	} else if (r->n > 0) {
		ask_next(r);
	}
}

static int
resolver_ask(struct resolver *port, uint32_t tag, const char *name, enum addr_family family)
{
	struct resolver_proc *r = resolver_of(port);
	size_t len = strlen(name);

	if (len == 0 || len >= RESOLVER_NAME_MAX) {
		return -ENAMETOOLONG;
	}
	if (r->n == RESOLVER_PROC_QUEUE) {
		return -EAGAIN;
	}
	struct question *q = &r->queue[(r->first + r->n) % RESOLVER_PROC_QUEUE];
	memset(q, 0, sizeof *q);
	q->tag = tag;
	q->family = (int32_t)family;
	memcpy(q->name, name, len);
	r->n++;
	if (r->n == 1) {
		/* From the loop, so that the answer never comes before ask returns. */
		r->loop->ops->timer_arm(r->loop, &r->timer, r->loop->ops->now(r->loop));
	}
	return 0;
}

static void
resolver_listen(
    struct resolver *port, void (*on_answer)(void *ctx, const struct resolver_answer *a), void *ctx)
{
	struct resolver_proc *r = resolver_of(port);

	r->on_answer = on_answer;
	r->ctx = ctx;
}

static const struct resolver_ops ops = { .ask = resolver_ask, .listen = resolver_listen };

int
resolver_proc_new(struct loop *l, const struct proc_title *title, struct resolver **out)
{
	static const struct resolver_calls system_calls = { .look_up = look_up, .stall_s = 20.0 };

	return resolver_proc_new_over(l, title, &system_calls, out);
}

int
resolver_proc_new_over(struct loop *l, const struct proc_title *title,
    const struct resolver_calls *calls, struct resolver **out)
{
	struct resolver_proc *r = calloc(1, sizeof *r);

	if (r == NULL) {
		return -ENOMEM;
	}
	r->port.ops = &ops;
	r->loop = l;
	r->title = title;
	r->calls = calls;
	l->ops->timer_init(l, &r->timer, on_timer, r);
	*out = &r->port;
	return 0;
}

void
resolver_proc_free(struct resolver *port)
{
	struct resolver_proc *r = resolver_of(port);

	if (r != NULL) {
		end_child(r);
		r->loop->ops->timer_done(r->loop, &r->timer);
		free(r);
	}
}

int
resolver_proc_start(struct resolver *port, const struct proc_user *user)
{
	struct resolver_proc *r = resolver_of(port);

	return r->channel != NULL ? 0 : start_child(r, user);
}

void
resolver_proc_confine(struct resolver *port)
{
	resolver_of(port)->confined = true;
}

int
resolver_proc_pid(const struct resolver *port)
{
	return (int)((const struct resolver_proc *)port)->child;
}
