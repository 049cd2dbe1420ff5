/* SPDX-License-Identifier: BSD-2-Clause */
/* The resolver's child: answers, stalls, crashes; and the channel to it. */
#include "sys/resolver_proc.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/resolver_message.h"
#include "sys/starter_request.h"
#include "sys/channel_seq.h"
#include "sys/loop_event.h"

enum { ANSWERS_MAX = 8 * RESOLVER_PROC_QUEUE };

/* Tests tell the child by name what to do. */
enum { ROLE_MADE_UP, ROLE_REAL, ROLES_N };

/*
 * How long a child may take. On a busy machine any may be kept waiting for seconds, which is no
 * stall: only where one stalls, and has to be waited for, is it shorter.
 */
static const double STALL_S = 5, PATIENT_S = 20;

/* Lies in every process of the program, in a child too when it was forked from this memory. */
static char secret[32];
enum { PAGE_READ = 4096 + sizeof secret }; /* a page, and what may begin at its end */

struct world {
	struct loop *l;
	struct starter *starter;
	struct resolver *r;
	struct loop_timer timeout;
	struct resolver_answer got[ANSWERS_MAX];
	unsigned got_n, wanted;
};

/* In the child: what it may still do is told by the addresses it "found". */
static void
describe_child(struct resolver_answer *a)
{
	cap_t caps = cap_get_proc(), none = cap_init();
	bool descriptors = false;

	for (int fd = 4; fd < 256; fd++) {
		descriptors = descriptors || fcntl(fd, F_GETFD) >= 0;
	}
	a->n = 4;
	a->addr[0] = addr_v4(0x01000000U + (cap_compare(caps, none) == 0 ? 1 : 0));
	a->addr[1] = addr_v4(0x01000000U + (descriptors ? 0 : 1));
	int signo = 0;
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	a->addr[2] = addr_v4(0x01000000U + (uint32_t)signo);
	bool plain = getuid() != 0 && geteuid() != 0 &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
	a->addr[3] = addr_v4(0x01000000U + (plain ? 1 : 0));
	(void)cap_free(caps);
	(void)cap_free(none);
}

/* ---- a child of an attacker ---- */

/* An honest answer, before something is done to it. */
static void
honest(uint32_t tag, uint8_t out[RESOLVER_ANSWER_LEN])
{
	struct resolver_answer a = {
		.tag = tag,
		.n = 2,
		.addr = { addr_v4(0x01000001), addr_v4(0x01000002) },
	};

	resolver_answer_put(&a, out);
}

/* One octet of an honest answer, made another. */
static const struct lie {
	const char *name;
	size_t at;
	uint8_t octet;
} lies[] = {
	{ "lie-tag", 0, 0xff },
	{ "lie-error", 7, 0xfe }, /* an address, and an error */
	{ "lie-flag", 8, 2 },
	{ "lie-count-0", 9, 0 },
	{ "lie-count-1", 9, 1 }, /* the other address is behind the end */
	{ "lie-count-3", 9, 3 }, /* one of no family */
	{ "lie-count-255", 9, 255 },
	{ "lie-family-0", 10, 0 },
	{ "lie-family-3", 10, 3 },
	{ "lie-family-255", 10, 255 },
	{ "lie-scope", 14, 1 },           /* of a v4 address */
	{ "lie-v4-tail", 10 + 5 + 4, 1 }, /* octets behind the fourth */
	{ "lie-behind", RESOLVER_ANSWER_LEN - 1, 1 },
};

static bool
tell_a_lie(int fd, const struct resolver_question *q)
{
	uint8_t octets[RESOLVER_ANSWER_LEN + 1] = { 0 };
	size_t len = RESOLVER_ANSWER_LEN;

	honest(q->tag, octets);
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		if (strcmp(q->name, lies[i].name) == 0) {
			octets[lies[i].at] = lies[i].octet;
		}
	}
	if (strcmp(q->name, "lie-short") == 0) {
		len--;
	} else if (strcmp(q->name, "lie-long") == 0) {
		len++;
	} else if (strcmp(q->name, "lie-empty") == 0) {
		len = 0;
	} else if (strcmp(q->name, "lie-text") == 0) {
		memset(octets, '\n', sizeof octets);
	} else if (strcmp(q->name, "lie-error-unknown") == 0) {
		memset(octets + 4, 0x7f, 4);
		memset(octets + 9, 0, sizeof octets - 9);
	}
	return send(fd, octets, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* What a name server may say, for all that is known: an honest child hands it on. */
static const struct unfit {
	const char *name;
	struct addr addr;
} unfit[] = {
	{ "not-any", { ADDR_V4, 0, { 0, 0, 0, 0 } } },
	{ "not-this-net", { ADDR_V4, 0, { 0, 1, 2, 3 } } },
	{ "not-multicast", { ADDR_V4, 0, { 224, 0, 1, 1 } } },
	{ "not-reserved", { ADDR_V4, 0, { 240, 0, 0, 1 } } },
	{ "not-broadcast", { ADDR_V4, 0, { 255, 255, 255, 255 } } },
	{ "not-any6", { ADDR_V6, 0, { 0 } } },
	{ "not-multicast6", { ADDR_V6, 0, { 0xff, 2, [15] = 1 } } },
	{ "not-multicast6-interface", { ADDR_V6, 0, { 0xff, 1, [15] = 1 } } },
	{ "not-mapped",
	    { ADDR_V6, 0, { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 } } },
	{ "not-compatible", { ADDR_V6, 0, { [12] = 192, [14] = 2, [15] = 1 } } },
};

static bool
name_an_unfit_one(const char *name, struct resolver_answer *a)
{
	for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
		if (strcmp(name, unfit[i].name) == 0) {
			a->n = 1;
			a->addr[0] = unfit[i].addr;
			return true;
		}
	}
	return false;
}

/* A sanitizer keeps such maps of what may be touched, 256 MB and terabytes; we map none as large. */
static const unsigned long SHADOW = 1UL << 28;

/* True when the pattern is in what was read from at on, but for the octets of the buffer itself. */
static bool
stands_elsewhere(const char *page, size_t n, unsigned long at, const char *pattern)
{
	const char *end = page + n, *hit;

	for (const char *from = page;
	     (hit = memmem(from, (size_t)(end - from), pattern, sizeof secret)) != NULL;
	     from = hit + 1) {
		unsigned long address = at + (unsigned long)(hit - page);
		if (address + sizeof secret <= (unsigned long)page ||
		    address >= (unsigned long)page + PAGE_READ) {
			return true;
		}
	}
	return false;
}

/* True when the octets of the secret stand anywhere in the memory of this process. */
static bool
memory_has_the_secret(void)
{
	char line[256], pattern[sizeof secret];
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	static char page[PAGE_READ];

	/* Else not even we may look into it. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	bool found = maps == NULL || mem < 0;

	for (size_t i = 0; i < sizeof pattern; i++) {
		pattern[i] = (char)('A' + (i * 7 + 3) % 26);
	}
	while (!found && fgets(line, sizeof line, maps) != NULL) {
		unsigned long from, to;
		char mode[5] = "";
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 || mode[1] != 'w' ||
		    strstr(line, "[stack]") != NULL || to - from >= SHADOW) {
			continue;
		}
		for (unsigned long at = from; at < to && !found; at += 4096) {
			ssize_t n = pread(mem, page, sizeof page, (off_t)at);
			found = n > 0 && stands_elsewhere(page, (size_t)n, at, pattern);
		}
	}
	(void)prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
	if (maps != NULL) {
		(void)fclose(maps);
	}
	(void)close(mem);
	return found;
}

static void
made_up_look_up(const struct resolver_question *q, struct resolver_answer *a)
{
	const char *name = q->name;

	if (strcmp(name, "stall") == 0) {
		(void)sleep(60);
	} else if (strcmp(name, "crash") == 0) {
		_exit(1);
	} else if (strcmp(name, "nobody") == 0) {
		a->error = EAI_NONAME;
	} else if (strcmp(name, "self") == 0) {
		describe_child(a);
	} else if (strcmp(name, "pid") == 0) {
		a->n = 2;
		a->addr[0] = addr_v4(0x10000000U + (uint32_t)getpid());
		a->addr[1] = addr_v4(0x10000000U + (uint32_t)getppid());
	} else if (strcmp(name, "secret") == 0) {
		a->n = 1;
		a->addr[0] = addr_v4(memory_has_the_secret() ? 0x01000001 : 0x01000002);
	} else if (strcmp(name, "both") == 0) {
		a->n = 2;
		a->addr[0] = addr_v4(0xffffffff);
		a->addr[1] = addr_v4(0x01000001);
	} else if (!name_an_unfit_one(name, a)) {
		a->n = 1;
		a->addr[0] = addr_v4(0x01000000U + (uint32_t)atoi(name));
		a->addr[0].family = q->family == ADDR_V6 ? ADDR_V6 : ADDR_V4;
	}
}

static void
serve_made_up(int fd)
{
	uint8_t in[RESOLVER_QUESTION_LEN], out[RESOLVER_ANSWER_LEN];
	struct resolver_question q;

	for (;;) {
		ssize_t n = recv(fd, in, sizeof in, 0);
		if (n <= 0 || !resolver_question_get(in, (size_t)n, &q)) {
			return;
		}
		if (strncmp(q.name, "lie-", 4) == 0) {
			if (!tell_a_lie(fd, &q)) {
				return;
			}
			continue;
		}
		struct resolver_answer a = { .tag = q.tag };
		made_up_look_up(&q, &a);
		resolver_answer_put(&a, out);
		/* More than was asked for. */
		int times = strcmp(q.name, "twice") == 0 ? 2 : 1;
		for (int i = 0; i < times; i++) {
			if (send(fd, out, sizeof out, MSG_NOSIGNAL) != (ssize_t)sizeof out) {
				return;
			}
		}
	}
}

static const struct role made_up = { .name = "resolver",
	.sandbox = SANDBOX_RESOLVER,
	.serve = serve_made_up };
static const struct role *const role_list[ROLES_N] = {
	[ROLE_MADE_UP] = &made_up,
	[ROLE_REAL] = &RESOLVER_ROLE,
};
static const struct role_set roles = { .program = "test_resolver", .at = role_list, .n = ROLES_N };

/* ---- the world ---- */

static void
on_answer(void *ctx, const struct resolver_answer *a)
{
	struct world *w = ctx;

	w->got[w->got_n++] = *a;
	if (w->got_n == w->wanted) {
		w->l->ops->stop(w->l, 0);
	}
}

static void
give_up(void *ctx)
{
	struct world *w = ctx;

	w->l->ops->stop(w->l, 1);
}

static int
enter_with(void **state, unsigned role, bool early, double stall_s)
{
	struct world *w = calloc(1, sizeof *w);

	if (w == NULL || starter_new(&roles, NULL, &w->starter) != 0 ||
	    (early && starter_fork(w->starter, NULL) != 0) || loop_event_new(&w->l) != 0 ||
	    resolver_proc_new(w->l, w->starter, role, stall_s, &w->r) != 0) {
		return -1;
	}
	w->r->ops->listen(w->r, on_answer, w);
	w->l->ops->timer_init(w->l, &w->timeout, give_up, w);
	*state = w;
	return 0;
}

static int
enter(void **state)
{
	return enter_with(state, ROLE_MADE_UP, false, PATIENT_S);
}

static int
enter_stalling(void **state)
{
	return enter_with(state, ROLE_MADE_UP, false, STALL_S);
}

static int
enter_early(void **state)
{
	return enter_with(state, ROLE_MADE_UP, true, PATIENT_S);
}

static int
enter_early_stalling(void **state)
{
	return enter_with(state, ROLE_MADE_UP, true, STALL_S);
}

static int
enter_real(void **state)
{
	return enter_with(state, ROLE_REAL, true, PATIENT_S);
}

static int
leave(void **state)
{
	struct world *w = *state;

	w->l->ops->timer_done(w->l, &w->timeout);
	resolver_proc_free(w->r);
	starter_free(w->starter);
	loop_event_free(w->l);
	free(w);
	/* No child is left, not even a zombie. */
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void
wait_answers(struct world *w, unsigned n)
{
	w->wanted = n;
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), PATIENT_S + 10));
	assert_int_equal(loop_event_run(w->l), 0);
	assert_int_equal(w->got_n, n);
}

/* One question, and its answer; the tag is how many there were. */
static const struct resolver_answer *
ask(struct world *w, const char *name)
{
	unsigned n = w->got_n;

	assert_int_equal(w->r->ops->ask(w->r, n, name, ADDR_NONE), 0);
	wait_answers(w, n + 1);
	assert_int_equal(w->got[n].tag, n);
	return &w->got[n];
}

/* i 0: of the child, 1: of its parent. */
static int
pid_of(struct world *w, unsigned i)
{
	const struct resolver_answer *a = ask(w, "pid");

	assert_int_equal(a->n, 2);
	return (int)(addr_v4_value(&a->addr[i]) - 0x10000000U);
}

static uint32_t
value_of(const struct resolver_answer *a)
{
	assert_int_equal(a->error, 0);
	assert_true(a->n >= 1);
	return addr_v4_value(&a->addr[0]) - 0x01000000U;
}

static void
there_is_no_child_before_the_first_question(void **state)
{
	(void)state;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
answers_come_from_one_child_in_the_order_of_the_questions(void **state)
{
	struct world *w = *state;
	int pid = pid_of(w, 0);

	assert_int_equal(w->r->ops->ask(w->r, 7, "7", ADDR_NONE), 0);
	assert_int_equal(w->r->ops->ask(w->r, 8, "8", ADDR_V6), 0);
	assert_int_equal(w->r->ops->ask(w->r, 9, "nobody", ADDR_NONE), 0);
	assert_int_equal(w->got_n, 1);
	wait_answers(w, 4);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(w->got[1 + i].tag, 7 + i);
	}
	assert_int_equal(value_of(&w->got[1]), 7);
	assert_int_equal(w->got[3].error, EAI_NONAME);
	assert_string_equal(w->got[3].reason, gai_strerror(EAI_NONAME));
	assert_int_equal(pid_of(w, 0), pid);
	/* The starter's, not ours. */
	assert_int_not_equal(pid_of(w, 1), getpid());
}

static void
a_child_that_stalls_is_replaced_and_the_next_question_answered(void **state)
{
	struct world *w = *state;
	int pid = pid_of(w, 0), starter = pid_of(w, 1);
	const struct resolver_answer *a = ask(w, "stall");

	assert_int_equal(a->error, EAI_AGAIN);
	assert_string_equal(a->reason, "no answer in time");
	assert_int_equal(value_of(ask(w, "3")), 3);
	assert_int_not_equal(pid_of(w, 0), pid);
	assert_int_equal(pid_of(w, 1), starter);
	/* It was ended, not left to sleep. */
	for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++) {
		(void)usleep(1000);
	}
	assert_int_not_equal(kill(pid, 0), 0);
}

static void
a_child_that_dies_answers_try_again_once_and_the_next_lives(void **state)
{
	struct world *w = *state;
	const struct resolver_answer *a = ask(w, "crash");

	assert_int_equal(a->error, EAI_AGAIN);
	assert_string_equal(a->reason, "the resolver process ended");
	assert_int_equal(value_of(ask(w, "2")), 2);
}

static void
a_starter_that_was_made_for_a_name_is_made_again(void **state)
{
	struct world *w = *state;
	int starter = pid_of(w, 1);

	assert_int_equal(kill(starter, SIGKILL), 0);
	/* Its child may answer once more before it ends; the question then under way fails. */
	for (int i = 0; i < 100 && (kill(starter, 0) == 0 || ask(w, "pid")->n != 2); i++) {
		(void)usleep(10000);
		(void)ask(w, "1");
	}
	assert_int_equal(value_of(ask(w, "5")), 5);
	assert_int_not_equal(pid_of(w, 1), starter);
}

/* True when it has ended, whether or not its parent knows. */
static bool
has_died(int pid)
{
	char name[64], state = 'Z';

	(void)snprintf(name, sizeof name, "/proc/%d/stat", pid);
	FILE *f = fopen(name, "r");
	if (f != NULL) {
		/* One that is reaped meanwhile cannot be read any more; what is read has its form. */
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1) {
			assert_true(ferror(f));
			assert_int_equal(errno, ESRCH);
			state = 'X';
		}
		(void)fclose(f);
	}
	return state == 'Z' || state == 'X';
}

static void
kill_and_wait(int pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (int i = 0; i < 1000 && !has_died(pid); i++) {
		(void)usleep(1000);
	}
}

/* The spare starter: a child of ours or of the starter that is not the resolver; 0: none. */
static int
find_spare(struct world *w)
{
	int now = pid_of(w, 1), resolver = pid_of(w, 0);
	int of[] = { (int)getpid(), now };

	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		char name[64], line[256] = "";
		int pid, at = 0, n = 0;

		(void)snprintf(name, sizeof name, "/proc/%d/task/%d/children", of[i], of[i]);
		FILE *f = fopen(name, "r");
		assert_non_null(f);
		assert_true(fgets(line, sizeof line, f) != NULL || feof(f) != 0);
		(void)fclose(f);
		for (; sscanf(line + at, "%d%n", &pid, &n) == 1; at += n) {
			if (pid != now && pid != resolver && !has_died(pid)) {
				return pid;
			}
		}
	}
	return 0;
}

static int
wait_spare(struct world *w)
{
	int pid = find_spare(w);

	for (int i = 0; i < 50 && pid == 0; i++) {
		(void)usleep(100000);
		pid = find_spare(w);
	}
	assert_int_not_equal(pid, 0);
	return pid;
}

static void
kill_starter(struct world *w)
{
	int starter = pid_of(w, 1);

	kill_and_wait(starter);
	/* First its child is seen to end. */
	for (int i = 0; i < 50 && ask(w, "5")->error != 0; i++) {
		(void)usleep(100000);
	}
	assert_int_equal(value_of(ask(w, "5")), 5);
	assert_int_not_equal(pid_of(w, 1), starter);
}

/* Each makes the next before it is needed. */
static void
a_starter_that_was_forked_early_has_a_spare_one_again_and_again(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 6; i++) {
		(void)wait_spare(w);
		kill_starter(w);
	}
}

static void
a_spare_starter_that_was_killed_is_made_again(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++) {
		kill_and_wait(wait_spare(w));
		assert_int_equal(value_of(ask(w, "2")), 2); /* the question sees it */
		(void)wait_spare(w);
		kill_starter(w);
	}
}

/* Another would have in its memory what this one was to be kept from. */
static void
when_both_early_starters_are_killed_at_once_it_is_said(void **state)
{
	struct world *w = *state;
	int starter = pid_of(w, 1);

	kill_and_wait(wait_spare(w));
	kill_and_wait(starter);
	const struct resolver_answer *a = ask(w, "5");
	/* The child first ends, and then there is none. */
	for (int i = 0; i < 100 && (a->error == 0 || strstr(a->reason, "starter") == NULL); i++) {
		(void)usleep(10000);
		a = ask(w, "5");
	}
	assert_int_equal(a->error, EAI_AGAIN);
	assert_string_equal(a->reason, "the starter of processes ended: restart the program");
}

static void
no_lie_of_a_child_is_believed_and_each_is_its_last(void **state)
{
	static const char *const others[] = { "lie-short", "lie-long", "lie-empty", "lie-text",
		"lie-error-unknown" };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof lies / sizeof lies[0] + 5; i++) {
		const char *name = i < 5 ? others[i] : lies[i - 5].name;
		int pid = pid_of(w, 0);
		const struct resolver_answer *a = ask(w, name);
		if (a->error != EAI_AGAIN || a->n != 0) {
			fail_msg("%s: error %d, %u addresses", name, a->error, a->n);
		}
		/* Ours, whatever it wrote. */
		assert_true(strcmp(a->reason, "the resolver process sent what is no answer") == 0 ||
		    strcmp(a->reason, "the resolver process ended") == 0);
		assert_int_not_equal(pid_of(w, 0), pid);
	}
	/* The unchanged octets are fine: it is the lie that is refused. */
	const struct resolver_answer *a = ask(w, "lie-not");
	assert_int_equal(a->error, 0);
	assert_int_equal(a->n, 2);
}

static void
an_answer_nobody_asked_for_is_the_last_of_its_child(void **state)
{
	struct world *w = *state;
	int pid = pid_of(w, 0);

	assert_int_equal(value_of(ask(w, "twice")), 0);
	/* Whether it is gone before or after the next question is open. */
	(void)ask(w, "1");
	assert_int_not_equal(pid_of(w, 0), pid);
	assert_int_equal(value_of(ask(w, "6")), 6);
}

static void
addresses_that_are_no_host_s_are_left_out(void **state)
{
	struct world *w = *state;
	int pid = pid_of(w, 0);

	for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
		const struct resolver_answer *a = ask(w, unfit[i].name);
		if (a->error != EAI_NONAME || a->n != 0) {
			fail_msg("%s: error %d, %u addresses", unfit[i].name, a->error, a->n);
		}
		assert_string_equal(a->reason, "none of its addresses can be a host's");
	}
	const struct resolver_answer *a = ask(w, "both");
	assert_int_equal(a->n, 1);
	assert_int_equal(value_of(a), 1);
	/* A name server may say such things: the child is not to blame. */
	assert_int_equal(pid_of(w, 0), pid);
}

static void
the_child_has_no_capability_no_descriptor_and_dies_with_us(void **state)
{
	struct world *w = *state;
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd >= 0);
	const struct resolver_answer *a = ask(w, "self");
	assert_int_equal(a->n, 4);
	assert_int_equal(addr_v4_value(&a->addr[0]), 0x01000001);
	assert_int_equal(addr_v4_value(&a->addr[1]), 0x01000001);
	assert_int_equal(addr_v4_value(&a->addr[2]), 0x01000000 + SIGKILL);
	/* No root, no gain by exec, not to be looked into. */
	assert_int_equal(addr_v4_value(&a->addr[3]), 0x01000001);
	(void)close(fd);
}

static void
keep_a_secret(void)
{
	for (size_t i = 0; i < sizeof secret; i++) {
		secret[i] = (char)('A' + (i * 7 + 3) % 26);
	}
}

static void
a_child_has_no_secret_of_the_program_in_its_memory(void **state)
{
	struct world *w = *state;

	keep_a_secret();
	assert_true(memory_has_the_secret());
	assert_int_equal(value_of(ask(w, "secret")), 2);
	/* Nor has the one that comes after a stall. */
	assert_int_equal(ask(w, "stall")->error, EAI_AGAIN);
	assert_int_equal(value_of(ask(w, "secret")), 2);
	explicit_bzero(secret, sizeof secret);
}

static void
too_many_questions_and_too_long_names_are_refused(void **state)
{
	struct world *w = *state;
	char name[RESOLVER_NAME_MAX + 1];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(w->r->ops->ask(w->r, 0, name, ADDR_NONE), -ENAMETOOLONG);
	assert_int_equal(w->r->ops->ask(w->r, 0, "", ADDR_NONE), -ENAMETOOLONG);
	for (unsigned i = 0; i < RESOLVER_PROC_QUEUE; i++) {
		assert_int_equal(w->r->ops->ask(w->r, i, "5", ADDR_NONE), 0);
	}
	assert_int_equal(w->r->ops->ask(w->r, 0, "5", ADDR_NONE), -EAGAIN);
	wait_answers(w, RESOLVER_PROC_QUEUE);
	for (unsigned i = 0; i < RESOLVER_PROC_QUEUE; i++) {
		assert_int_equal(w->got[i].tag, i);
	}
}

static void
a_name_with_an_octet_that_a_log_would_obey_is_not_asked(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 0, "a\nb", ADDR_NONE), -EINVAL);
	assert_int_equal(w->r->ops->ask(w->r, 0, "a\033[2J", ADDR_NONE), -EINVAL);
	assert_int_equal(w->r->ops->ask(w->r, 0, "a\177", ADDR_NONE), -EINVAL);
	assert_int_equal(value_of(ask(w, "9")), 9);
}

static void
the_real_lookup_finds_localhost_and_reports_what_is_not(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 1, "localhost", ADDR_V4), 0);
	assert_int_equal(w->r->ops->ask(w->r, 2, "192.0.2.300", ADDR_V4), 0);
	wait_answers(w, 2);
	assert_int_equal(w->got[0].error, 0);
	assert_true(w->got[0].n >= 1);
	assert_true(addr_is_loopback(&w->got[0].addr[0]));
	assert_int_not_equal(w->got[1].error, 0);
	assert_string_not_equal(w->got[1].reason, "");
}

/* ---- the starter's own channel ---- */

/* A program that was taken over may ask the starter for nothing but children. */
static void
requests_are_read_as_written_and_nothing_else_is_one(void **state)
{
	struct starter_request q = { STARTER_START, ROLES_MAX - 1, 0x01020304 }, got = { 0 };
	uint8_t octets[STARTER_REQUEST_LEN + 1] = { 0 };

	(void)state;
	starter_request_put(&q, octets);
	assert_true(starter_request_get(octets, STARTER_REQUEST_LEN, &got));
	assert_memory_equal(&got, &q, sizeof q);
	assert_false(starter_request_get(octets, STARTER_REQUEST_LEN - 1, &got));
	assert_false(starter_request_get(octets, STARTER_REQUEST_LEN + 1, &got));
	static const struct {
		size_t at;
		uint8_t octet;
	} wrong[] = {
		{ 0, 0 },
		{ 0, 2 },
		{ 0, 3 },
		{ 0, 4 },
		{ 0, 255 },
		{ 1, ROLES_MAX },
		{ 2, 1 },
		{ 3, 1 },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		starter_request_put(&q, octets);
		octets[wrong[i].at] = wrong[i].octet;
		assert_false(starter_request_get(octets, STARTER_REQUEST_LEN, &got));
	}
	q.id = 0;
	starter_request_put(&q, octets);
	assert_false(starter_request_get(octets, STARTER_REQUEST_LEN, &got));
	for (enum starter_verb v = STARTER_END; v <= STARTER_COPY; v++) {
		q = (struct starter_request){ v, 0, 9 };
		starter_request_put(&q, octets);
		assert_true(starter_request_get(octets, STARTER_REQUEST_LEN, &got));
		assert_int_equal(got.verb, v);
		assert_int_equal(got.id, 9);
	}
}

/* ---- the channel alone ---- */

struct channel_world {
	struct loop *l;
	struct channel_seq *c;
	struct loop_timer timeout;
	int messages, gone;
	char last[8];
};

static void
on_message(void *ctx, const void *message)
{
	struct channel_world *w = ctx;

	w->messages++;
	memcpy(w->last, message, sizeof w->last);
}

static void
on_gone(void *ctx)
{
	struct channel_world *w = ctx;

	w->gone++;
	w->l->ops->stop(w->l, 0);
}

static void
channel_give_up(void *ctx)
{
	struct channel_world *w = ctx;

	w->l->ops->stop(w->l, 1);
}

static void
whole_messages_arrive_and_one_of_another_size_ends_the_channel(void **state)
{
	static const struct channel_seq_events ev = {
		.on_message = on_message,
		.on_gone = on_gone,
	};
	static const size_t sizes[] = { 0, 7, 9, 100 };
	const char bytes[100] = "abcdefg";

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct channel_world w = { 0 };
		int fd[2];
		assert_int_equal(channel_seq_pair(fd), 0);
		assert_int_equal(loop_event_new(&w.l), 0);
		assert_int_equal(channel_seq_new(w.l, fd[0], 8, &ev, &w, &w.c), 0);
		w.l->ops->timer_init(w.l, &w.timeout, channel_give_up, &w);
		w.l->ops->timer_arm(w.l, &w.timeout, mtime_add_s(w.l->ops->now(w.l), 5));
		assert_int_equal(write(fd[1], bytes, 8), 8);
		if (sizes[i] == 0) {
			(void)close(fd[1]);
		} else {
			assert_int_equal(write(fd[1], bytes, sizes[i]), sizes[i]);
		}
		assert_int_equal(loop_event_run(w.l), 0);
		assert_int_equal(w.messages, 1);
		assert_int_equal(w.gone, 1);
		assert_string_equal(w.last, "abcdefg");
		w.l->ops->timer_done(w.l, &w.timeout);
		channel_seq_free(w.c);
		loop_event_free(w.l);
		if (sizes[i] != 0) {
			(void)close(fd[1]);
		}
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)
#define STALLING(name) cmocka_unit_test_setup_teardown(name, enter_stalling, leave)
#define EARLY(name) cmocka_unit_test_setup_teardown(name, enter_early, leave)
#define EARLY_STALLING(name) cmocka_unit_test_setup_teardown(name, enter_early_stalling, leave)
#define REAL(name) cmocka_unit_test_setup_teardown(name, enter_real, leave)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(there_is_no_child_before_the_first_question),
		CASE(answers_come_from_one_child_in_the_order_of_the_questions),
		EARLY(answers_come_from_one_child_in_the_order_of_the_questions),
		STALLING(a_child_that_stalls_is_replaced_and_the_next_question_answered),
		EARLY_STALLING(a_child_that_stalls_is_replaced_and_the_next_question_answered),
		EARLY(a_child_that_dies_answers_try_again_once_and_the_next_lives),
		EARLY(a_starter_that_was_forked_early_has_a_spare_one_again_and_again),
		EARLY(a_spare_starter_that_was_killed_is_made_again),
		EARLY(when_both_early_starters_are_killed_at_once_it_is_said),
		EARLY(no_lie_of_a_child_is_believed_and_each_is_its_last),
		EARLY(an_answer_nobody_asked_for_is_the_last_of_its_child),
		EARLY(addresses_that_are_no_host_s_are_left_out),
		CASE(a_starter_that_was_made_for_a_name_is_made_again),
		CASE(the_child_has_no_capability_no_descriptor_and_dies_with_us),
		STALLING(a_child_has_no_secret_of_the_program_in_its_memory),
		EARLY_STALLING(a_child_has_no_secret_of_the_program_in_its_memory),
		EARLY(the_child_has_no_capability_no_descriptor_and_dies_with_us),
		EARLY(too_many_questions_and_too_long_names_are_refused),
		EARLY(a_name_with_an_octet_that_a_log_would_obey_is_not_asked),
		REAL(the_real_lookup_finds_localhost_and_reports_what_is_not),
		cmocka_unit_test(requests_are_read_as_written_and_nothing_else_is_one),
		cmocka_unit_test(whole_messages_arrive_and_one_of_another_size_ends_the_channel),
	};

	starter_take_over(&roles, argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
