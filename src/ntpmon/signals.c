/* SPDX-License-Identifier: BSD-2-Clause */
/* signals - read through a descriptor. */
#include "ntpmon/signals.h"
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int
signals_begin(sigset_t *before)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT,
		SIGWINCH };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		(void)sigaddset(&set, numbers[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void
signals_end(int fd, const sigset_t *before)
{
	if (fd >= 0) {
		(void)close(fd);
	}
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

int
signals_next(int fd)
{
	struct signalfd_siginfo one;

	return read(fd, &one, sizeof one) == (ssize_t)sizeof one ? (int)one.ssi_signo : 0;
}

bool
signals_wants_end(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

void
signals_stop(void)
{
	sigset_t stop;

	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTSTP);
	(void)signal(SIGTSTP, SIG_DFL); /* curses has a handler of its own */
	(void)raise(SIGTSTP);           /* held back until: */
	(void)sigprocmask(SIG_UNBLOCK, &stop, NULL);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL);
}

void
signals_die(int number)
{
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}
