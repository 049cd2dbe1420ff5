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
#include "sys/channel_seq.h"
#include "sys/loop_event.h"
#include "sys/resolver_lookup.h"

enum { ANSWERS_MAX = RESOLVER_PROC_QUEUE + 1 };

struct world {
	struct loop *l;
	struct resolver *r;
	struct loop_timer timeout;
	struct resolver_answer got[ANSWERS_MAX];
	unsigned got_n, wanted;
	int pid_at[ANSWERS_MAX];
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
	a->n = 3;
	a->addr[0] = addr_v4(cap_compare(caps, none) == 0 ? 1 : 0);
	a->addr[1] = addr_v4(descriptors ? 0 : 1);
	int signo = 0;
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	a->addr[2] = addr_v4((uint32_t)signo);
	(void)cap_free(caps);
	(void)cap_free(none);
}

static void
made_up_look_up(const char *name, enum addr_family family, struct resolver_answer *a)
{
	if (strcmp(name, "stall") == 0) {
		(void)sleep(60);
	} else if (strcmp(name, "crash") == 0) {
		_exit(1);
	} else if (strcmp(name, "nobody") == 0) {
		a->error = EAI_NONAME;
		(void)snprintf(a->reason, sizeof a->reason, "no such name");
	} else if (strcmp(name, "lies") == 0) {
		a->n = 1000000;
	} else if (strcmp(name, "self") == 0) {
		describe_child(a);
	} else {
		a->n = 1;
		a->addr[0] = addr_v4((uint32_t)atoi(name));
		a->addr[0].family = family == ADDR_V6 ? ADDR_V6 : ADDR_V4;
	}
}

static void
on_answer(void *ctx, const struct resolver_answer *a)
{
	struct world *w = ctx;

	w->pid_at[w->got_n] = resolver_proc_pid(w->r);
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

static const struct resolver_calls calls = { .look_up = made_up_look_up, .stall_s = 0.3 };

static int
enter(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	if (w == NULL || loop_event_new(&w->l) != 0 ||
	    resolver_proc_new_over(w->l, NULL, &calls, &w->r) != 0) {
		return -1;
	}
	w->r->ops->listen(w->r, on_answer, w);
	w->l->ops->timer_init(w->l, &w->timeout, give_up, w);
	*state = w;
	return 0;
}

static int
leave(void **state)
{
	struct world *w = *state;

	w->l->ops->timer_done(w->l, &w->timeout);
	resolver_proc_free(w->r);
	loop_event_free(w->l);
	free(w);
	/* No child is left, not even a zombie. */
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void
wait_answers(struct world *w, unsigned n)
{
	w->wanted = n;
	w->l->ops->timer_arm(w->l, &w->timeout, mtime_add_s(w->l->ops->now(w->l), 10));
	assert_int_equal(loop_event_run(w->l), 0);
	assert_int_equal(w->got_n, n);
}

static void
there_is_no_child_before_the_first_question(void **state)
{
	struct world *w = *state;

	assert_int_equal(resolver_proc_pid(w->r), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
answers_come_from_one_child_in_the_order_of_the_questions(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 7, "7", ADDR_NONE), 0);
	assert_int_equal(w->r->ops->ask(w->r, 8, "8", ADDR_V6), 0);
	assert_int_equal(w->r->ops->ask(w->r, 9, "nobody", ADDR_NONE), 0);
	assert_int_equal(w->got_n, 0);
	wait_answers(w, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(w->got[i].tag, 7 + i);
		assert_int_equal(w->pid_at[i], w->pid_at[0]);
	}
	assert_int_equal(w->got[0].error, 0);
	assert_int_equal(addr_v4_value(&w->got[0].addr[0]), 7);
	assert_int_equal(w->got[1].addr[0].family, ADDR_V6);
	assert_int_equal(w->got[2].error, EAI_NONAME);
	assert_string_equal(w->got[2].reason, "no such name");
}

static void
a_child_that_stalls_is_replaced_and_the_next_question_answered(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 1, "1", ADDR_NONE), 0);
	assert_int_equal(w->r->ops->ask(w->r, 2, "stall", ADDR_NONE), 0);
	assert_int_equal(w->r->ops->ask(w->r, 3, "3", ADDR_NONE), 0);
	wait_answers(w, 3);
	assert_int_equal(w->got[1].tag, 2);
	assert_int_equal(w->got[1].error, EAI_AGAIN);
	assert_string_not_equal(w->got[1].reason, "");
	assert_int_equal(w->got[2].tag, 3);
	assert_int_equal(w->got[2].error, 0);
	assert_int_not_equal(w->pid_at[2], w->pid_at[0]);
}

static void
a_child_that_dies_answers_try_again_once_and_the_next_lives(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 1, "crash", ADDR_NONE), 0);
	assert_int_equal(w->r->ops->ask(w->r, 2, "2", ADDR_NONE), 0);
	wait_answers(w, 2);
	assert_int_equal(w->got[0].error, EAI_AGAIN);
	assert_int_equal(w->got[1].error, 0);
}

static void
a_child_killed_while_idle_is_started_anew(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 1, "1", ADDR_NONE), 0);
	wait_answers(w, 1);
	assert_int_equal(kill(resolver_proc_pid(w->r), SIGKILL), 0);
	assert_int_equal(w->r->ops->ask(w->r, 2, "2", ADDR_NONE), 0);
	wait_answers(w, 2);
	/*
	 * Whether its end or the question is noticed first is open; later ones are answered in any
	 * case.
	 */
	assert_int_equal(w->r->ops->ask(w->r, 3, "3", ADDR_NONE), 0);
	wait_answers(w, 3);
	assert_int_equal(w->got[2].error, 0);
}

static void
an_answer_with_an_impossible_count_is_not_believed(void **state)
{
	struct world *w = *state;

	assert_int_equal(w->r->ops->ask(w->r, 1, "lies", ADDR_NONE), 0);
	wait_answers(w, 1);
	assert_int_equal(w->got[0].error, EAI_AGAIN);
	assert_int_equal(w->got[0].n, 0);
}

static void
the_child_has_no_capability_no_descriptor_and_dies_with_us(void **state)
{
	struct world *w = *state;
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(w->r->ops->ask(w->r, 1, "self", ADDR_NONE), 0);
	wait_answers(w, 1);
	assert_int_equal(w->got[0].n, 3);
	assert_int_equal(addr_v4_value(&w->got[0].addr[0]), 1);
	assert_int_equal(addr_v4_value(&w->got[0].addr[1]), 1);
	assert_int_equal(addr_v4_value(&w->got[0].addr[2]), SIGKILL);
	(void)close(fd);
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
a_child_started_early_answers_the_first_question(void **state)
{
	struct world *w = *state;

	assert_int_equal(resolver_proc_start(w->r, NULL), 0);
	int pid = resolver_proc_pid(w->r);
	assert_int_not_equal(pid, 0);
	assert_int_equal(w->r->ops->ask(w->r, 1, "1", ADDR_NONE), 0);
	wait_answers(w, 1);
	assert_int_equal(w->pid_at[0], pid);
}

static void
the_real_lookup_finds_localhost_and_reports_what_is_not(void **state)
{
	struct world *w = *state;

	resolver_proc_free(w->r);
	assert_int_equal(resolver_proc_new(w->l, NULL, &w->r), 0);
	w->r->ops->listen(w->r, on_answer, w);
	assert_int_equal(w->r->ops->ask(w->r, 1, "localhost", ADDR_V4), 0);
	assert_int_equal(w->r->ops->ask(w->r, 2, "192.0.2.300", ADDR_V4), 0);
	wait_answers(w, 2);
	assert_int_equal(w->got[0].error, 0);
	assert_true(w->got[0].n >= 1);
	assert_true(addr_is_loopback(&w->got[0].addr[0]));
	assert_int_not_equal(w->got[1].error, 0);
	assert_string_not_equal(w->got[1].reason, "");
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
	static const struct channel_seq_events ev = { .on_message = on_message,
		.on_gone = on_gone };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(there_is_no_child_before_the_first_question),
		CASE(answers_come_from_one_child_in_the_order_of_the_questions),
		CASE(a_child_that_stalls_is_replaced_and_the_next_question_answered),
		CASE(a_child_that_dies_answers_try_again_once_and_the_next_lives),
		CASE(a_child_killed_while_idle_is_started_anew),
		CASE(an_answer_with_an_impossible_count_is_not_believed),
		CASE(the_child_has_no_capability_no_descriptor_and_dies_with_us),
		CASE(too_many_questions_and_too_long_names_are_refused),
		CASE(a_child_started_early_answers_the_first_question),
		CASE(the_real_lookup_finds_localhost_and_reports_what_is_not),
		cmocka_unit_test(whole_messages_arrive_and_one_of_another_size_ends_the_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
