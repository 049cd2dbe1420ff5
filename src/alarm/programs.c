/* SPDX-License-Identifier: BSD-2-Clause */
/* programs - runs the programs of a folder. */
#include "alarm/programs.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

void
programs_clean(char *value)
{
	for (; *value != '\0'; value++) {
		if (strchr(LETTERS, *value) == NULL && strchr(" .,:;/@_+-=()[]%", *value) == NULL) {
			*value = '?';
		}
	}
}

bool
programs_name_is_fit(const char *name)
{
	for (const char *at = name; *at != '\0'; at++) {
		if (strchr(LETTERS, *at) == NULL && *at != '_' && *at != '-') {
			return false;
		}
	}
	return name[0] != '\0' && name[0] != '-';
}

static bool
is_roots(const char *path, const struct stat *st)
{
	if (st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0) {
		return true;
	}
	fprintf(stderr, "ntp-alarm: %s is not run: it is not root's alone to write\n", path);
	return false;
}

/* ---- one ---- */

static void
become(const char *path, char *const *environment)
{
	char *const argv[] = { (char[]){ "ntp-alarm" }, NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	(void)setpgid(0, 0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
	}
	if (chdir("/") == 0) {
		(void)execve(path, argv, environment);
	}
	fprintf(stderr, "ntp-alarm: cannot run %s: %s\n", path, strerror(errno));
	_exit(127);
}

static double
now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Its wait status; whatever it left behind in its group ends with it. */
static int
wait_for(pid_t child, const char *path)
{
	static const struct timespec nap = { .tv_nsec = 20000000 };
	double until_s = now_s() + PROGRAMS_TIME_S;
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0 && now_s() < until_s) {
		(void)nanosleep(&nap, NULL);
	}
	(void)kill(-child, SIGKILL);
	if (ended == 0) {
		fprintf(stderr, "ntp-alarm: %s took more than %d s, and was ended\n", path,
		    PROGRAMS_TIME_S);
		(void)waitpid(child, &status, 0);
	}
	return status;
}

static bool
run(const char *path, char *const *environment)
{
	pid_t child = fork();
	int status;

	if (child < 0) {
		fprintf(stderr, "ntp-alarm: cannot run %s: %s\n", path, strerror(errno));
		return false;
	}
	if (child == 0) {
		become(path, environment);
	}
	(void)setpgid(child, child);
	status = wait_for(child, path);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		fprintf(stderr, "ntp-alarm: %s ended with status %d\n", path, WEXITSTATUS(status));
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- all ---- */

static int
pick(const struct dirent *d)
{
	return programs_name_is_fit(d->d_name);
}

static bool
run_if_fit(const char *folder, const char *name, char *const *environment)
{
	char path[4096];
	struct stat st;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
	    stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) {
		return false;
	}
	return is_roots(path, &st) && run(path, environment);
}

int
programs_run(const char *folder, char *const *environment)
{
	struct dirent **at = NULL;
	struct stat st;
	int n, well = 0;

	if (stat(folder, &st) != 0) {
		return errno == ENOENT ? 0 : -1;
	}
	if (!is_roots(folder, &st)) {
		return -1;
	}
	n = scandir(folder, &at, pick, alphasort);
	for (int i = 0; i < n; i++) {
		if (i < PROGRAMS_MAX) {
			well += run_if_fit(folder, at[i]->d_name, environment) ? 1 : 0;
		}
		free(at[i]);
	}
	free(at);
	if (n > PROGRAMS_MAX) {
		fprintf(stderr, "ntp-alarm: %d programs of %s are not run: too many\n",
		    n - PROGRAMS_MAX, folder);
	}
	return well;
}
