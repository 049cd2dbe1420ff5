/* SPDX-License-Identifier: BSD-2-Clause */
/* proc - the process itself: background, limits, pid file, name. */
#include "sys/proc.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "sys/file_open.h"

enum { FALLBACK_NICE = -12, CLOSE_AT_MOST = 65536, STACK_PAGE = 4096, MEMORY_ROOM = 2 << 20 };

void
proc_stdio(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
			/* The lowest free number is fd itself. */
			(void)open("/dev/null", O_RDWR);
		}
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

void
proc_close_from(int first)
{
	struct rlimit limit;

	if (close_range((unsigned)first, ~0U, 0) == 0) {
		return;
	}
	rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : CLOSE_AT_MOST;
	if (end > CLOSE_AT_MOST) {
		end = CLOSE_AT_MOST;
	}
	for (int fd = first; fd < (int)end; fd++) {
		(void)close(fd);
	}
}

/* ---- background ---- */

static int64_t
now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* How the child ended; 0 cannot be, since it did not get ready. */
static int
status_of(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			return EXIT_FAILURE;
		}
	}
	if (WIFEXITED(status)) {
		return WEXITSTATUS(status);
	}
	return EXIT_FAILURE;
}

/* Waits for one event. 1: there it is; 0: the child ended; -1: too late. */
static int
wait_event(int fd, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t event;

	for (;;) {
		int64_t left = until_ms < 0 ? -1 : until_ms - now_ms();
		if (until_ms >= 0 && left <= 0) {
			return -1;
		}
		int n = poll(&p, 1, left > 1000000 ? 1000000 : (int)left);
		if (n > 0) {
			ssize_t got = read(fd, &event, 1);
			if (got < 0 && errno == EINTR) {
				continue;
			}
			return got == 1 ? 1 : 0;
		}
		if (n < 0 && errno != EINTR) {
			return 0;
		}
	}
}

/* The parent's whole rest of life. */
static void
wait_for_child(pid_t child, int fd, double wait_s)
{
	int64_t until_ms = wait_s > 0 ? now_ms() + (int64_t)(wait_s * 1e3) : -1;

	for (int events = wait_s > 0 ? 2 : 1; events > 0; events--) {
		int rc = wait_event(fd, until_ms);
		if (rc == 0) {
			_exit(status_of(child));
		}
		if (rc < 0) {
			(void)fprintf(stderr, "ntpd: -w/--wait-sync %g timed out.\n", wait_s);
			_exit(ETIMEDOUT);
		}
	}
	_exit(EXIT_SUCCESS);
}

static void
take_null(int as)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		(void)dup2(fd, as);
		(void)close(fd);
	}
}

void
proc_null_stdio(void)
{
	take_null(STDIN_FILENO);
	take_null(STDOUT_FILENO);
	take_null(STDERR_FILENO);
}

/* Child: keeps the standard three and the way to its parent. */
static int
become_daemon(int report_fd)
{
	int fd = report_fd;

	if (fd != 3) {
		fd = dup3(report_fd, 3, O_CLOEXEC);
		if (fd < 0) {
			return -errno;
		}
	}
	proc_close_from(4);
	if (setsid() < 0 || chdir("/") != 0) {
		return -errno;
	}
	take_null(STDIN_FILENO);
	return fd;
}

int
proc_daemonise(double wait_s, int *report_fd)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0) {
		return -errno;
	}
	pid_t child = fork();
	if (child < 0) {
		int rc = -errno;
		(void)close(fd[0]);
		(void)close(fd[1]);
		return rc;
	}
	if (child > 0) {
		(void)close(fd[1]);
		wait_for_child(child, fd[0], wait_s);
	}
	(void)close(fd[0]);
	int kept = become_daemon(fd[1]);
	if (kept < 0) {
		return kept;
	}
	*report_fd = kept;
	return 0;
}

void
proc_report(int *report_fd, enum proc_event event)
{
	uint8_t octet = (uint8_t)event;

	if (*report_fd < 0) {
		return;
	}
	if (event == PROC_READY) {
		take_null(STDOUT_FILENO);
		take_null(STDERR_FILENO);
	}
	/* A parent that waits for one event only is gone already when the second is told. */
	ssize_t sent = write(*report_fd, &octet, 1);
	if (sent != 1 || event == PROC_SYNCED) {
		(void)close(*report_fd);
		*report_fd = -1;
	}
}

/* ---- limits ---- */

/* Raising the hard limit needs CAP_SYS_RESOURCE; without it as much as there is, and the error. */
static int
limit_to(unsigned what, rlim_t value)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) != 0) {
		return -errno;
	}
	rlim_t hard = limit.rlim_max;
	limit.rlim_cur = value;
	if (hard != RLIM_INFINITY && (value == RLIM_INFINITY || value > hard)) {
		limit.rlim_max = value;
	}
	if (setrlimit(what, &limit) == 0) {
		return 0;
	}
	int rc = -errno;
	limit.rlim_cur = limit.rlim_max = hard;
	(void)setrlimit(what, &limit);
	return rc;
}

/* Octets of address space that are in use; 0: unknown. */
static rlim_t
memory_in_use(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	char line[128];
	unsigned long pages = 0; /* the first number */

	if (f != NULL) {
		if (fgets(line, sizeof line, f) != NULL) {
			pages = strtoul(line, NULL, 10);
		}
		(void)fclose(f);
	}
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/*
 * What is to come is locked only within a limit with room for it: beyond that every allocation
 * would fail.
 */
static int
lock_memory(long limit_mb)
{
	rlim_t limit = limit_mb == 0 ? RLIM_INFINITY : (rlim_t)limit_mb << 20;

	int rc = limit_to(RLIMIT_MEMLOCK, limit);
	if (rc == 0 && limit != RLIM_INFINITY && memory_in_use() + MEMORY_ROOM > limit) {
		rc = -ENOMEM;
	}
	if (mlockall(rc == 0 ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) != 0) {
		return -errno;
	}
	return rc;
}

int
proc_files(long wanted)
{
	struct rlimit limit;

	if (wanted > 0) {
		return limit_to(RLIMIT_NOFILE, (rlim_t)wanted);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		return -errno;
	}
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= PROC_FILES_WANTED) {
		return 0;
	}
	(void)limit_to(RLIMIT_NOFILE, PROC_FILES_WANTED); /* or the most there is */
	return 0;
}

int
proc_limits(const struct proc_limits *limits)
{
	int rc = 0, one;

	if (limits->stack_pages >= 0) {
		one = limit_to(RLIMIT_STACK, (rlim_t)limits->stack_pages * STACK_PAGE);
		rc = rc != 0 ? rc : one;
	}
	if (limits->memlock_mb >= 0) {
		one = lock_memory(limits->memlock_mb);
		rc = rc != 0 ? rc : one;
	}
	return rc;
}

int
proc_priority(int rt)
{
	int top = sched_get_priority_max(SCHED_FIFO), bottom = sched_get_priority_min(SCHED_FIFO);
	struct sched_param p = { .sched_priority = rt > 0 ? rt : top };

	if (p.sched_priority > top) {
		p.sched_priority = top;
	} else if (p.sched_priority < bottom) {
		p.sched_priority = bottom;
	}
	if (sched_setscheduler(0, SCHED_FIFO, &p) == 0) {
		return 0;
	}
	if (rt > 0) {
		return -errno;
	}
	return setpriority(PRIO_PROCESS, 0, FALLBACK_NICE) == 0 ? 0 : -errno;
}

int
proc_chroot(const char *dir)
{
	/* After the change /etc/localtime is another file, or none. */
	tzset();
	if (chroot(dir) != 0 || chdir("/") != 0) {
		return -errno;
	}
	return 0;
}

/* ---- pid file ---- */

static int
write_number_in(const struct file_place *at)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%d", (int)getpid());

	if (unlinkat(at->folder, at->name, 0) != 0 && errno != ENOENT) {
		return -errno;
	}
	int fd = openat(at->folder, at->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0644);
	if (fd < 0) {
		return -errno;
	}
	int rc = write(fd, text, (size_t)len) == len ? 0 : -EIO;
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

int
proc_pidfile_write(const char *path)
{
	struct file_place at;

	int rc = file_place_find(path, &at);
	if (rc == 0) {
		rc = write_number_in(&at);
		file_place_free(&at);
	}
	return rc;
}

void
proc_pidfile_remove(const char *path)
{
	struct file_place at;
	char text[32] = "";

	if (file_place_find(path, &at) != 0) {
		return;
	}
	int fd = openat(at.folder, at.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		ssize_t n = read(fd, text, sizeof text - 1);
		(void)close(fd);
		if (n > 0 && strtol(text, NULL, 10) == (long)getpid()) {
			(void)unlinkat(at.folder, at.name, 0);
		}
	}
	file_place_free(&at);
}

/* ---- name ---- */

/* The end of the strings that follow one another in memory from end on. */
static char *
contiguous_end(char *end, char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		if (list[i] == end) {
			end += strlen(list[i]) + 1;
		}
	}
	return end;
}

static bool
copy_strings(char **list)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		char *copy = strdup(list[i]);
		if (copy == NULL) {
			return false;
		}
		list[i] = copy;
	}
	return true;
}

struct proc_title
proc_title_find(int argc, char **argv)
{
	struct proc_title none = { 0 };

	if (argc < 1 || argv[0] == NULL) {
		return none;
	}
	char *start = argv[0];
	char *end = contiguous_end(contiguous_end(start, argv), environ);
	if (!copy_strings(argv) || !copy_strings(environ)) {
		return none;
	}
	return (struct proc_title){ .at = start, .cap = (size_t)(end - start) };
}

void
proc_title_set(const struct proc_title *t, const char *text)
{
	size_t len = strlen(text);

	if (t->cap < 2) {
		return;
	}
	if (len > t->cap - 1) {
		len = t->cap - 1;
	}
	memset(t->at, 0, t->cap);
	memcpy(t->at, text, len);
}

void
proc_usage(struct usage *out)
{
	struct rusage r;

	if (getrusage(RUSAGE_SELF, &r) != 0) {
		*out = (struct usage){ .peak_kb = 0 };
		return;
	}
	*out = (struct usage){
		.user_s = (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec * 1e-6,
		.system_s = (double)r.ru_stime.tv_sec + (double)r.ru_stime.tv_usec * 1e-6,
		.count = {
			[USAGE_MINOR_FAULTS] = r.ru_minflt, [USAGE_MAJOR_FAULTS] = r.ru_majflt,
			[USAGE_SWAPS] = r.ru_nswap, [USAGE_BLOCKS_IN] = r.ru_inblock,
			[USAGE_BLOCKS_OUT] = r.ru_oublock, [USAGE_WAITS] = r.ru_nvcsw,
			[USAGE_PREEMPTIONS] = r.ru_nivcsw, [USAGE_SIGNALS] = r.ru_nsignals,
		},
		.peak_kb = r.ru_maxrss,
	};
}
