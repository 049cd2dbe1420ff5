/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard - runs one command that may set the machine's clock, and puts the clock back whatever becomes of the command.
 *
 * usage: guard SECONDS SERIES COMMAND...
 *
 * One at a time on a machine (a lock in /run/lock). Saved at the start and restored at the end: frequency, tick, status,
 * time constant, maxerror, esterror; a phase that is being slewed is dropped. The clock is compared ten times a second
 * with CLOCK_MONOTONIC_RAW, which nobody adjusts: when it is more than 0.8 ms from where it would have been, so that it
 * never is a millisecond, the command is killed and the run has failed. Leap bits and TAI are never touched. SERIES
 * gets a line a second: seconds, deviation in us, frequency in ppm.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double DEVIATION_MAX_S = 0.8e-3;
static const char LOCK[] = "/run/lock/ntpd-realclock.lock";

enum { EXIT_LEFT = 3, EXIT_RESTORE = 4, READS = 5, GRACE_S = 2, LOOKS_PER_S = 10 };

static volatile sig_atomic_t asked_to_end;

static void
on_signal(int signo)
{
	asked_to_end = signo;
}

static double
seconds(struct timespec t)
{
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* REALTIME - RAW * rate, at the reading with the narrowest bracket; in seconds less those of the start. */
struct base {
	struct timespec real, raw;
	double rate;
};

static void
read_both(struct timespec *real, struct timespec *raw)
{
	double best_s = 1.0;

	for (int i = 0; i < READS; i++) {
		struct timespec a, r, b;
		clock_gettime(CLOCK_MONOTONIC_RAW, &a);
		clock_gettime(CLOCK_REALTIME, &r);
		clock_gettime(CLOCK_MONOTONIC_RAW, &b);
		double width_s =
		    (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
		if (width_s < best_s) {
			best_s = width_s;
			*real = r;
			*raw = a;
		}
	}
}

static double
since(struct timespec t, struct timespec start)
{
	return (double)(t.tv_sec - start.tv_sec) + (double)(t.tv_nsec - start.tv_nsec) * 1e-9;
}

static double
deviation_s(const struct base *b, double *elapsed_s)
{
	struct timespec real, raw;

	read_both(&real, &raw);
	*elapsed_s = since(raw, b->raw);
	return since(real, b->real) - *elapsed_s * b->rate;
}

static bool
restore(const struct timex *saved)
{
	/* In nanosecond units the kernel takes the time constant as it shows it. */
	struct timex drop = {
		.modes = ADJ_OFFSET | ADJ_STATUS | ADJ_TIMECONST | ADJ_NANO,
		.offset = 0,
		.status = STA_PLL | STA_FREQHOLD,
		.constant = saved->constant,
	};
	struct timex back = {
		.modes = ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.freq = saved->freq,
		.tick = saved->tick,
		.status = saved->status & ~(STA_INS | STA_DEL),
		.maxerror = saved->maxerror,
		.esterror = saved->esterror,
	};

	if (!(saved->status & STA_NANO)) {
		back.modes |= ADJ_MICRO;
	}
	return adjtimex(&drop) >= 0 && adjtimex(&back) >= 0;
}

static pid_t
start(char **argv)
{
	pid_t child = fork();

	if (child == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return child;
}

static int
watch(pid_t child, const struct base *b, double seconds_max, FILE *series)
{
	const struct timespec pause = { 0, 1000000000L / LOOKS_PER_S };
	int status = 0;

	for (unsigned look = 0;; look++) {
		double elapsed_s, dev_s = deviation_s(b, &elapsed_s);
		struct timex now = { .modes = 0 };
		if (look % LOOKS_PER_S == 0) {
			(void)adjtimex(&now);
			fprintf(series, "%.3f %.3f %.6f\n", elapsed_s, dev_s * 1e6,
			    (double)now.freq / 65536.0);
		}
		if (fabs(dev_s) > DEVIATION_MAX_S) {
			fprintf(stderr,
			    "guard: the clock is %+.6f s from where it would be: ended\n", dev_s);
			kill(child, SIGKILL);
			(void)waitpid(child, &status, 0);
			return EXIT_LEFT;
		}
		if (waitpid(child, &status, WNOHANG) == child) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
		if (elapsed_s > seconds_max || asked_to_end) {
			kill(child, SIGTERM);
			sleep(GRACE_S);
			kill(child, SIGKILL);
			(void)waitpid(child, &status, 0);
			return 0;
		}
		(void)nanosleep(&pause, NULL);
	}
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct timex saved = { .modes = 0 }, after = { .modes = 0 };
	struct base base;
	FILE *series;
	int lock, result;

	if (argc < 4) {
		fprintf(stderr, "usage: guard SECONDS SERIES COMMAND...\n");
		return 2;
	}
	lock = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
		perror(LOCK);
		return 2;
	}
	series = fopen(argv[2], "w");
	if (series == NULL || adjtimex(&saved) < 0) {
		perror(argv[2]);
		return 2;
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	base.rate = 1.0 + (double)saved.freq / 65536e6 + (double)(saved.tick - 10000) / 10000.0;
	read_both(&base.real, &base.raw);
	printf("guard: frequency %.6f ppm, tick %ld, status 0x%x, real - raw %.6f s\n",
	    (double)saved.freq / 65536.0, saved.tick, (unsigned)saved.status,
	    seconds(base.real) - seconds(base.raw));
	fflush(stdout);
	result = watch(start(argv + 3), &base, atof(argv[1]), series);
	fclose(series);
	/* What was killed with the command may need a moment to be gone. */
	(void)sleep(1);
	if (!restore(&saved) || adjtimex(&after) < 0 || after.freq != saved.freq ||
	    after.tick != saved.tick) {
		perror("guard: the clock could not be put back");
		return EXIT_RESTORE;
	}
	printf("guard: restored, frequency %.6f ppm, tick %ld, status 0x%x\n",
	    (double)after.freq / 65536.0, after.tick, (unsigned)after.status);
	return result;
}
