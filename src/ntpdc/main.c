/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpdc - answers what scripts ask of the ntpdc of old, by mode 6: the protocol it spoke (mode 7)
 * let anybody flood others with answers, and no daemon of today answers it. What it has no display
 * of its own for, ntpq shows; what it changed, ntpq changes, as is said. Exit status: 0 all was
 * answered, 1 not, or wrong use.
 */
#include "config.h"
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mode6/udp.h"
#include "ntpdc/show.h"

extern char **environ;

static const double TIMEOUT_S = 5.0;

enum { COMMANDS_MAX = 256, WHY_MAX = 128 };

/* By the whole name or a beginning of it. */
static const struct advice {
	const char *old, *now;
	bool asks; /* ntpq is run with it; the others are only told */
} ADVICE[] = {
	{ "addserver", ":config server HOST", false },
	{ "addpeer", ":config server HOST", false },
	{ "authinfo", "authinfo", true },
	{ "clkbug", "cv ASSOCIATION", false },
	{ "clockstat", "cv ASSOCIATION", false },
	{ "ctlstats", "sysstats", true },
	{ "delrestrict", ":config delrestrict ADDRESS", false },
	{ "disable", ":config disable WHAT", false },
	{ "enable", ":config enable WHAT", false },
	{ "ifstats", "ifstats", true },
	{ "iostats", "iostats", true },
	{ "memstats", "monstats", true },
	{ "monlist", "mrulist", true },
	{ "pstats", "pstats ASSOCIATION", false },
	{ "reslist", "reslist", true },
	{ "restrict", ":config restrict ADDRESS", false },
	{ "showpeer", "rv ASSOCIATION", false },
	{ "timerstats", "timerstats", true },
	{ "unconfig", ":config unpeer ADDRESS", false },
};

enum { ADVICE_N = sizeof ADVICE / sizeof *ADVICE };

struct plan {
	const char *command[COMMANDS_MAX];
	int n;
	enum addr_family family;
	bool numeric;
	const char *host;
};

static const char usage_text[] =
    "usage: ntpdc [-46dilnpsV] [-D level] [-c command] ... [host ...]\n"
    "  -4, -6       use only IPv4, only IPv6\n"
    "  -c           run a command: kerninfo, loopinfo, sysinfo, sysstats, peers,\n"
    "               dmpeers, listpeers, monlist, ...\n"
    "  -l, -p, -s   the same as -c listpeers, -c peers, -c dmpeers\n"
    "  -n           addresses instead of host names\n"
    "  -d, -D, -i   without effect\n"
    "  -V, --version, --help\n";

static bool
begins(const struct advice *a, const char *command)
{
	size_t len = strcspn(command, " ");

	return len > 0 && strncmp(a->old, command, len) == 0;
}

/* All commands that begin so; the others have nothing in their place. */
static void
advise(const char *command)
{
	unsigned found = 0;

	fputs("ntpdc: its protocol is not spoken any more; use ntpq:\n", stderr);
	for (unsigned i = 0; i < ADVICE_N; i++) {
		if (begins(&ADVICE[i], command)) {
			fprintf(stderr, "  ntpdc -c %-12s ntpq -c '%s'\n", ADVICE[i].old,
			    ADVICE[i].now);
			found++;
		}
	}
	if (found == 0) {
		fprintf(stderr, "  see ntpq(1)\n");
	}
}

/* The ntpq that was installed, or built, together with this program; else the one in PATH. */
static const char *
find_ntpq(char *buf, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", buf, cap - sizeof "/ntpq");
	char *slash;

	buf[n > 0 ? n : 0] = '\0';
	slash = strrchr(buf, '/');
	if (slash != NULL) {
		memcpy(slash, "/ntpq", sizeof "/ntpq");
	}
	return slash != NULL && access(buf, X_OK) == 0 ? buf : "ntpq";
}

static bool
run_ntpq(const struct plan *p, const char *command)
{
	char path[PATH_MAX + sizeof "/ntpq"], name[] = "ntpq", as_command[] = "-c";
	char numeric[] = "-n", four[] = "-4", six[] = "-6";
	char *line = strdup(command), *host = strdup(p->host);
	char *argv[8] = { name, as_command, line };
	int n = 3, status = 1;
	pid_t pid;

	if (p->numeric) {
		argv[n++] = numeric;
	}
	if (p->family != ADDR_NONE) {
		argv[n++] = p->family == ADDR_V4 ? four : six;
	}
	argv[n] = host;
	(void)fflush(stdout);
	if (line != NULL && host != NULL) {
		int error =
		    posix_spawnp(&pid, find_ntpq(path, sizeof path), NULL, NULL, argv, environ);

		if (error != 0) {
			fprintf(stderr, "ntpdc: ntpq: %s\n", strerror(error));
		} else if (waitpid(pid, &status, 0) != pid) {
			status = 1;
		}
	}
	free(line);
	free(host);
	return status == 0;
}

static bool
run_show(const struct plan *p, const char *command)
{
	char why[WHY_MAX], name[UDP_NAME_MAX];
	struct transport *t = udp_open(p->host, p->family, name, why, sizeof why);
	struct show s = { .host = name, .numeric = p->numeric, .out = stdout, .err = stderr };
	bool right;

	if (t == NULL) {
		fprintf(stderr, "***Can't find host %.200s: %s\n", p->host, why);
		return false;
	}
	s.session = session_new(t, (uint16_t)getpid());
	if (s.session == NULL) {
		t->ops->close(t);
		fputs("ntpdc: no memory\n", stderr);
		return false;
	}
	session_set_timeout(s.session, TIMEOUT_S);
	right = show_run(&s, command);
	session_free(s.session);
	return right;
}

static bool
run(const struct plan *p, const char *command)
{
	const struct advice *only = NULL;
	unsigned found = 0;

	command += strspn(command, " \t");
	if (show_knows(command)) {
		return run_show(p, command);
	}
	for (unsigned i = 0; i < ADVICE_N; i++) {
		if (begins(&ADVICE[i], command)) {
			only = &ADVICE[i];
			found++;
		}
	}
	if (found == 1 && only->asks) {
		return run_ntpq(p, only->now);
	}
	advise(command);
	return false;
}

static bool
add(struct plan *p, const char *command)
{
	if (p->n == COMMANDS_MAX) {
		fputs("ntpdc: too many commands\n", stderr);
		return false;
	}
	p->command[p->n++] = command;
	return true;
}

static bool
take_option(struct plan *p, int option)
{
	switch (option) {
	case '4':
		p->family = ADDR_V4;
		return true;
	case '6':
		p->family = ADDR_V6;
		return true;
	case 'c':
		return add(p, optarg);
	case 'l':
		return add(p, "listpeers");
	case 'p':
		return add(p, "peers");
	case 's':
		return add(p, "dmpeers");
	case 'n':
		p->numeric = true;
		return true;
	case 'd':
	case 'D':
	case 'i':
		return true;
	case 'V':
		printf("ntpdc %s\n", PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs(usage_text, stderr);
		return false; /* getopt has said it */
	}
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "ipv4", no_argument, NULL, '4' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "command", required_argument, NULL, 'c' },
		{ "debug-level", no_argument, NULL, 'd' },
		{ "set-debug-level", required_argument, NULL, 'D' },
		{ "interactive", no_argument, NULL, 'i' },
		{ "listpeers", no_argument, NULL, 'l' },
		{ "numeric", no_argument, NULL, 'n' },
		{ "peers", no_argument, NULL, 'p' },
		{ "showpeers", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "more-help", no_argument, NULL, 'h' },
		{ "version", optional_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct plan p = { .n = 0, .family = ADDR_NONE };
	bool right = true;
	int option;

	setlocale(LC_TIME, "C");
	while ((option = getopt_long(argc, argv, "46c:dD:ilnpsV?", names, NULL)) != -1) {
		/* getopt says '?' of what it does not know, too. */
		if (!take_option(&p, strcmp(argv[optind - 1], "-?") == 0 ? 'h' : option)) {
			return EXIT_FAILURE;
		}
	}
	if (p.n == 0) {
		fputs("ntpdc: it asks no questions of its own: name a command by -c\n", stderr);
		fputs(usage_text, stderr);
		return EXIT_FAILURE;
	}
	for (int h = optind; h < argc || h == optind; h++) {
		p.host = h < argc ? argv[h] : "localhost";
		for (int i = 0; i < p.n; i++) {
			right = run(&p, p.command[i]) && right;
		}
	}
	return right && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
