/* SPDX-License-Identifier: BSD-2-Clause */
/* main - options of ntpq; hosts times commands. */
#include "config.h"
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "ntpq/ntpq.h"

enum { LINES_MAX = 256, EXIT_USAGE = 2 };
enum long_only { OPT_REFID = 256, OPT_JSON, OPT_COLOUR, OPT_HELP, OPT_VERSION, OPT_UNCONNECTED };

struct plan {
	const char *lines[LINES_MAX];
	int lines_n;
	double every_s; /* 0: once */
	enum { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } colour;
};

static const char usage_text[] =
    "usage: ntpq [-46dinpuwO] [-c command] [-D level] [-a keyid] [-k keyfile]\n"
    "            [-r seconds | hash | ipv4] [--json] [--colour=when]\n"
    "            [host ...]\n"
    "  -4, -6           use only IPv4, only IPv6\n"
    "  -c, --command    run a command and exit; may be repeated\n"
    "  -p, --peers      the same as -c peers\n"
    "  -n, --numeric    addresses instead of host names\n"
    "  -w, --wide       long names on a line of their own\n"
    "  -i, --interactive  ask for commands even when they come from a pipe\n"
    "  -r, --repeat     run the commands every so many seconds\n"
    "  -a, --authentication, -k, --keyfile   key id, and file of keys\n"
    "  -u, --units      delay, offset and jitter with units\n"
    "  -r, --refid=FORM reference ids as ipv4 addresses or in hexadecimal (hash)\n"
    "  --unconnected    without effect: connected sockets tell at once of a refusal\n"
    "  -O, --old-rv     readvar always shows the status line\n"
    "  -d, -D           show packets\n"
    "  --json           one line of JSON for each command\n"
    "  --colour=WHEN    auto, always or never\n"
    "  -V, --version, -?, --help\n";

static const struct option options[] = {
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "command", required_argument, NULL, 'c' },
	{ "peers", no_argument, NULL, 'p' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "wide", no_argument, NULL, 'w' },
	{ "interactive", no_argument, NULL, 'i' },
	{ "repeat", required_argument, NULL, 'r' },
	{ "authentication", required_argument, NULL, 'a' },
	{ "keyfile", required_argument, NULL, 'k' },
	{ "old-rv", no_argument, NULL, 'O' },
	{ "units", no_argument, NULL, 'u' },
	{ "debug-level", no_argument, NULL, 'd' },
	{ "set-debug-level", required_argument, NULL, 'D' },
	{ "refid", required_argument, NULL, OPT_REFID },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "colour", required_argument, NULL, OPT_COLOUR },
	{ "color", required_argument, NULL, OPT_COLOUR },
	{ "unconnected", no_argument, NULL, OPT_UNCONNECTED },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "more-help", no_argument, NULL, OPT_HELP },
	{ "version", optional_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static void
leave_with_usage(const char *problem)
{
	if (problem != NULL) {
		fprintf(stderr, "ntpq: %s\n", problem);
	}
	fputs(usage_text, stderr);
	exit(EXIT_USAGE);
}

static void
add_line(struct plan *p, const char *line)
{
	if (p->lines_n == LINES_MAX) {
		leave_with_usage("too many commands");
	}
	p->lines[p->lines_n++] = line;
}

static void
choose_colour(struct plan *p, const char *when)
{
	if (strcmp(when, "always") == 0) {
		p->colour = COLOUR_ALWAYS;
	} else if (strcmp(when, "never") == 0) {
		p->colour = COLOUR_NEVER;
	} else if (strcmp(when, "auto") != 0) {
		leave_with_usage("--colour takes auto, always or never");
	}
}

static void
choose_family(struct ntpq *q, enum addr_family family)
{
	if (q->set.family != ADDR_NONE && q->set.family != family) {
		leave_with_usage("-4 and -6 contradict each other");
	}
	q->set.family = family;
}

static void
choose_key(struct ntpq *q, const char *text)
{
	if (!text_to_u32(text, &q->key.id) || q->key.id == 0) {
		leave_with_usage("a key id is a number from 1 to 4294967295");
	}
}

static void
choose_debug(struct ntpq *q, const char *text)
{
	uint32_t level;

	if (!text_to_u32(text, &level) || level > 99) {
		leave_with_usage("-D takes a number from 0 to 99");
	}
	q->set.debug = (int)level;
}

/* False when the text is no form of reference ids: by its name, or by the number it had. */
static bool
choose_refid(struct ntpq *q, const char *text)
{
	bool hash = strcmp(text, "hash") == 0 || strcmp(text, "0") == 0;

	if (!hash && strcmp(text, "ipv4") != 0 && strcmp(text, "1") != 0) {
		return false;
	}
	q->set.hash_refid = hash;
	return true;
}

/* -r was the form of reference ids in ntp.org's ntpq; seconds are ours. */
static void
choose_repeat(struct ntpq *q, struct plan *p, const char *text)
{
	bool word = text[0] == 'h' || text[0] == 'i';

	if (word && choose_refid(q, text)) {
		return;
	}
	if (!text_to_double(text, &p->every_s) || p->every_s < 0.1 || p->every_s > 1e6) {
		leave_with_usage("-r takes seconds, at least 0.1, or hash or ipv4");
	}
}

static void
take_option(struct ntpq *q, struct plan *p, int option)
{
	switch (option) {
	case '4':
		choose_family(q, ADDR_V4);
		break;
	case '6':
		choose_family(q, ADDR_V6);
		break;
	case 'a':
		choose_key(q, optarg);
		break;
	case 'c':
		add_line(p, optarg);
		break;
	case 'D':
		choose_debug(q, optarg);
		break;
	case 'd':
		q->set.debug++;
		break;
	case 'i':
		q->set.interactive = true;
		break;
	case 'k':
		q->set.keyfile = optarg;
		break;
	case 'n':
		q->set.numeric = true;
		break;
	case 'O':
		q->set.old_rv = true;
		break;
	case 'p':
		add_line(p, "peers");
		break;
	case 'r':
		choose_repeat(q, p, optarg);
		break;
	case 'u':
		q->set.units = true;
		break;
	case 'w':
		q->set.wide = true;
		break;
	case OPT_REFID:
		if (!choose_refid(q, optarg)) {
			leave_with_usage("--refid takes hash or ipv4");
		}
		break;
	case OPT_UNCONNECTED:
		break;
	case OPT_JSON:
		q->set.json = true;
		break;
	case OPT_COLOUR:
		choose_colour(p, optarg);
		break;
	case 'V':
	case OPT_VERSION:
		printf("%s\n", ntpq_version);
		exit(EXIT_SUCCESS);
	case OPT_HELP:
	case '!':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		leave_with_usage(NULL); /* getopt has said it */
	}
}

static bool
wants_colour(const struct plan *p)
{
	const char *term = getenv("TERM");

	if (p->colour != COLOUR_AUTO) {
		return p->colour == COLOUR_ALWAYS;
	}
	return isatty(STDOUT_FILENO) == 1 && term != NULL && strcmp(term, "dumb") != 0 &&
	    getenv("NO_COLOR") == NULL;
}

/* In JSON a host that cannot be found has its lines too. */
static void
tell_all_fail(struct ntpq *q, const struct plan *p, const char *host)
{
	struct text name = text_over(q->host, sizeof q->host);

	text_put(&name, host);
	for (int i = 0; i < p->lines_n; i++) {
		ntpq_fail(q, p->lines[i]);
	}
}

static void
run_all(struct ntpq *q, const struct plan *p, char **hosts, int hosts_n)
{
	for (int h = 0; h < hosts_n && !q->quit; h++) {
		/* A host that is gone does not keep the others from being asked. */
		if (!(hosts_n == 1 && q->session != NULL) &&
		    !ntpq_open(q, hosts[h], q->set.family)) {
			ntpq_close(q);
			tell_all_fail(q, p, hosts[h]);
			continue;
		}
		for (int i = 0; i < p->lines_n && !q->quit; i++) {
			ntpq_run(q, p->lines[i]);
		}
	}
}

static void
repeat(struct ntpq *q, const struct plan *p, char **hosts, int hosts_n)
{
	struct timespec pause = {
		.tv_sec = (time_t)p->every_s,
		.tv_nsec = (long)((p->every_s - (double)(time_t)p->every_s) * 1e9),
	};
	bool screen = isatty(STDOUT_FILENO) == 1 && !q->set.json;

	while (!q->quit && !ferror(stdout)) {
		if (screen) {
			fputs("\033[H\033[2J", stdout);
		}
		run_all(q, p, hosts, hosts_n);
		fflush(stdout);
		nanosleep(&pause, NULL);
	}
}

int
main(int argc, char **argv)
{
	char localhost[] = "localhost", *only[] = { localhost };
	struct ntpq q = {
		.set = { .timeout_s = 5, .version = 2 },
		.out = stdout,
		.err = stderr,
		.assoc = calloc(ASSOCS_MAX, sizeof(struct association)),
	};
	struct plan p = { .lines_n = 0 };
	char **hosts = only;
	int hosts_n = 1, option;

	setlocale(LC_TIME, "C");
	while ((option = getopt_long(argc, argv, "46a:c:D:dik:nOpr:uVw?!", options, NULL)) != -1) {
		/* getopt says '?' of what it does not know, too. */
		take_option(&q, &p, strcmp(argv[optind - 1], "-?") == 0 ? OPT_HELP : option);
	}
	if (q.set.interactive && p.lines_n > 0) {
		leave_with_usage("-i asks for commands: not beside -c or -p");
	}
	if (q.assoc == NULL) {
		fputs("ntpq: no memory\n", stderr);
		return EXIT_FAILURE;
	}
	if (optind < argc) {
		hosts = argv + optind;
		hosts_n = argc - optind;
	}
	q.host_n = (unsigned)hosts_n;
	for (int i = 0; i < hosts_n; i++) {
		size_t len = strlen(hosts[i]);

		q.host_width = len < 64 && (int)len > q.host_width ? (int)len : q.host_width;
	}
	if (q.host_width < 14) {
		q.host_width = 14;
	}
	q.set.colour = wants_colour(&p);
	if (p.lines_n == 0) {
		q.host_n = 1;
		ntpq_open(&q, hosts[0], q.set.family);
		ntpq_talk(&q);
	} else if (p.every_s > 0) {
		repeat(&q, &p, hosts, hosts_n);
	} else {
		run_all(&q, &p, hosts, hosts_n);
	}
	ntpq_close(&q);
	mac_key_free(q.key.key);
	free(q.assoc);
	for (size_t i = 0; i < q.list_n; i++) {
		free(q.list[i]);
	}
	return ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
