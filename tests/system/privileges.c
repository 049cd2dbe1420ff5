/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges - does one thing of proc and shows what the process is then; for privileges.sh.
 *
 *	privileges drop USER[:GROUP] | surplus | all
 *	privileges limits MEMLOCK_MB STACK_PAGES FILES | priority RT
 *	privileges daemon WAIT_S ready|synced|dies|hangs FILE
 */
#include "sys/proc.h"
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
show_file(const char *path, const char *word)
{
	char line[256];
	FILE *f = fopen(path, "r");

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, word, strlen(word)) == 0) {
			(void)fputs(line, stdout);
		}
	}
	if (f != NULL) {
		(void)fclose(f);
	}
}

static void
show_status(void)
{
	static const char *const words[] = { "Uid", "Gid", "Groups", "Cap", "NoNewPrivs" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		show_file("/proc/self/status", words[i]);
	}
	printf("dumpable %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
}

static void
show_port(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(123) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int rc = bind(fd, (const struct sockaddr *)&sa, sizeof sa);

	printf("port 123 %s\n", rc == 0 ? "bound" : strerror(errno));
	(void)close(fd);
}

static int
drop(const char *spec)
{
	struct proc_user u;
	const char *what = "";

	int rc = proc_user_find(spec, &u);
	if (rc == 0) {
		rc = proc_drop_user(&u, &what);
	}
	if (rc != 0) {
		printf("failed %s: %s\n", what, strerror(-rc));
		return EXIT_FAILURE;
	}
	show_status();
	show_port();
	return EXIT_SUCCESS;
}

static int
background(double wait_s, const char *fate, const char *path)
{
	int report_fd = -1;

	if (proc_daemonise(wait_s, &report_fd) != 0) {
		return EXIT_FAILURE;
	}
	(void)fprintf(stderr, "still on the terminal\n");
	if (strcmp(fate, "dies") == 0) {
		_exit(7);
	}
	(void)usleep(100000);
	FILE *f = fopen(path, "w");
	if (f == NULL) {
		_exit(8);
	}
	fprintf(f, "sid %d cwd %d\n", getsid(0) == getpid(), access("./proc", F_OK) == 0);
	for (int fd = 3; fd < 64; fd++) {
		if (fd != report_fd && fd != fileno(f) && dup(fd) >= 0) {
			fprintf(f, "descriptor %d\n", fd);
		}
	}
	(void)fclose(f);
	proc_report(&report_fd, PROC_READY);
	(void)fprintf(stderr, "left the terminal\n");
	(void)usleep(200000);
	if (strcmp(fate, "synced") == 0) {
		proc_report(&report_fd, PROC_SYNCED);
		(void)usleep(200000);
	}
	if (strcmp(fate, "hangs") == 0) {
		(void)sleep(3);
	}
	proc_report(&report_fd, PROC_SYNCED);
	return EXIT_SUCCESS;
}

static int
limit(char **argv)
{
	struct proc_limits limits = {
		.memlock_mb = strtol(argv[0], NULL, 10),
		.stack_pages = strtol(argv[1], NULL, 10),
	};
	int rc = proc_limits(&limits), files = proc_files(strtol(argv[2], NULL, 10));

	show_file("/proc/self/limits", "Max locked");
	show_file("/proc/self/limits", "Max stack");
	show_file("/proc/self/limits", "Max open");
	show_file("/proc/self/status", "VmLck");
	rc = rc != 0 ? rc : files;
	printf("result %s\n", rc == 0 ? "fine" : strerror(-rc));
	return EXIT_SUCCESS;
}

static int
prioritise(const char *rt)
{
	struct sched_param p = { 0 };
	int rc = proc_priority((int)strtol(rt, NULL, 10));

	(void)sched_getparam(0, &p);
	printf("policy %d priority %d nice %d result %s\n", sched_getscheduler(0), p.sched_priority,
	    getpriority(PRIO_PROCESS, 0), rc == 0 ? "fine" : strerror(-rc));
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	proc_stdio();
	if (argc == 3 && strcmp(argv[1], "drop") == 0) {
		return drop(argv[2]);
	}
	if (argc == 2 && strcmp(argv[1], "surplus") == 0) {
		proc_drop_surplus();
		show_status();
		show_port();
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "all") == 0) {
		int rc = proc_drop_all();
		show_status();
		return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (argc == 5 && strcmp(argv[1], "limits") == 0) {
		return limit(argv + 2);
	}
	if (argc == 3 && strcmp(argv[1], "priority") == 0) {
		return prioritise(argv[2]);
	}
	if (argc == 5 && strcmp(argv[1], "daemon") == 0) {
		return background(strtod(argv[2], NULL), argv[3], argv[4]);
	}
	return 2;
}
