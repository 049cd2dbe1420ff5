/* SPDX-License-Identifier: BSD-2-Clause */
/* options - getopt_long over one table of long options. */
#include "ntpd/options.h"
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"
#include "config.h"

enum long_only {
	OPT_VERSION = 256,
	OPT_HELP,
	OPT_CHECK,
	OPT_PRINT,
	OPT_SAVECONFIGQUIT,
	OPT_USEPCC,
	OPT_PCCFREQ
};

static const double SCAN_INTERVAL_S = 300.0;
static const char SHORT[] = "46aAbc:dD:f:gGi:I:k:l:LmMnNp:P:qr:s:t:u:U:v:V:w:xh?!";

static const struct option LONG[] = {
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "authreq", no_argument, NULL, 'a' },
	{ "authnoreq", no_argument, NULL, 'A' },
	{ "bcastsync", no_argument, NULL, 'b' },
	{ "configfile", required_argument, NULL, 'c' },
	{ "debug-level", no_argument, NULL, 'd' },
	{ "set-debug-level", required_argument, NULL, 'D' },
	{ "driftfile", required_argument, NULL, 'f' },
	{ "panicgate", no_argument, NULL, 'g' },
	{ "force_step_once", no_argument, NULL, 'G' },
	{ "force-step-once", no_argument, NULL, 'G' },
	{ "jaildir", required_argument, NULL, 'i' },
	{ "interface", required_argument, NULL, 'I' },
	{ "keyfile", required_argument, NULL, 'k' },
	{ "logfile", required_argument, NULL, 'l' },
	{ "novirtualips", no_argument, NULL, 'L' },
	{ "mdns", no_argument, NULL, 'm' },
	{ "modifymmtimer", no_argument, NULL, 'M' },
	{ "usepcc", no_argument, NULL, OPT_USEPCC },
	{ "pccfreq", required_argument, NULL, OPT_PCCFREQ },
	{ "nofork", no_argument, NULL, 'n' },
	{ "nice", no_argument, NULL, 'N' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "priority", required_argument, NULL, 'P' },
	{ "quit", no_argument, NULL, 'q' },
	{ "propagationdelay", required_argument, NULL, 'r' },
	{ "statsdir", required_argument, NULL, 's' },
	{ "trustedkey", required_argument, NULL, 't' },
	{ "user", required_argument, NULL, 'u' },
	{ "updateinterval", required_argument, NULL, 'U' },
	{ "var", required_argument, NULL, 'v' },
	{ "dvar", required_argument, NULL, 'V' },
	{ "wait-sync", required_argument, NULL, 'w' },
	{ "slew", no_argument, NULL, 'x' },
	{ "version", optional_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "more-help", no_argument, NULL, OPT_HELP },
	{ "check-config", no_argument, NULL, OPT_CHECK },
	{ "print-config", no_argument, NULL, OPT_PRINT },
	{ "saveconfigquit", required_argument, NULL, OPT_SAVECONFIGQUIT },
	{ NULL, 0, NULL, 0 },
};

static const char USAGE[] =
    "usage: ntpd [-46aAbdgGLmnNqx] [-c FILE] [-D LEVEL] [-f DRIFTFILE] [-i DIR]\n"
    "            [-I IFACE|ADDR]... [-k KEYFILE] [-l LOGFILE] [-p PIDFILE]\n"
    "            [-P PRIORITY] [-s STATSDIR] [-t KEY]...\n"
    "            [-u USER[:GROUP]] [-U SECONDS] [--var N=V] [--dvar N=V] [-w SECONDS] [SERVER...]\n"
    "       ntpd --check-config | --print-config | --saveconfigquit FILE [-c FILE]\n";

static const char HELP[] =
    "  -4, -6               use only IPv4, only IPv6\n"
    "  -a, -A               require, do not require authentication of unconfigured peers\n"
    "  -c, --configfile F   the configuration; default /etc/ntp.conf\n"
    "  -d, -D, --set-debug-level N   stay in the foreground and log more\n"
    "  -f, --driftfile F    the drift file\n"
    "  -g, --panicgate      the first correction may be as large as it has to be\n"
    "  -G, --force_step_once   step the first correction, however small\n"
    "  -i, --jaildir D      chroot to D once all is open; files used later are below D\n"
    "  -I, --interface X    serve on this interface or address only (and loopback); repeatable\n"
    "  -k, --keyfile F      the key file\n"
    "  -l, --logfile F      log to F instead of syslog\n"
    "  -L, --novirtualips   do not serve on aliases such as eth0:1\n"
    "  -n, --nofork         stay in the foreground\n"
    "  -N, --nice           run at the highest priority\n"
    "  -P, --priority N     run at real-time priority N\n"
    "  -p, --pidfile F      write the process id to F\n"
    "  -q, --quit           set the clock once and exit\n"
    "  -s, --statsdir D     the folder of the statistics files\n"
    "  -t, --trustedkey N   trust key N; repeatable\n"
    "  -u, --user U[:G]     become this user, keeping only what the clock and port 123 need\n"
    "  -U, --updateinterval S   look for new addresses every S seconds; 0: never\n"
    "      --var N=V, --dvar N=V   a variable for ntpq; with --dvar shown by default\n"
    "  -w, --wait-sync S    go to the background only when synchronised, or fail after S seconds\n"
    "  -x, --slew           step only above 600 s\n"
    "      --check-config   say what is wrong with the configuration; exit 1 on errors\n"
    "      --print-config   print the configuration in force\n"
    "      --saveconfigquit F   write it to F\n"
    "      --version, --help\n";

static bool
wrong(const char *option, const char *value, const char *expected)
{
	(void)fprintf(stderr, "ntpd: %s %s: expected %s\n", option, value, expected);
	return false;
}

static void
without_effect(struct options *o, const char *what)
{
	if (o->without_effect_n < OPTIONS_WITHOUT_EFFECT_MAX) {
		o->without_effect[o->without_effect_n++] = what;
	}
}

static bool
read_seconds(const char *option, const char *value, double *out)
{
	return (text_to_double(value, out) && *out >= 0.0)
	    ? true
	    : wrong(option, value, "seconds, 0 or more");
}

static bool
add_listen(struct options *o, const char *value)
{
	if (o->daemon.listen_n >= NTPD_LISTEN_OPTIONS_MAX) {
		return wrong("-I", value, "at most 128 of it");
	}
	o->daemon.listen[o->daemon.listen_n++] = value;
	return true;
}

static bool
add_trusted(struct options *o, const char *value)
{
	uint32_t id;

	if (!text_to_u32(value, &id) || id == 0) {
		return wrong("-t", value, "a key id of 1 to 4294967295");
	}
	if (o->daemon.trusted_key_n >= NTPD_KEY_OPTIONS_MAX) {
		return wrong("-t", value, "at most 128 of it");
	}
	o->daemon.trusted_key[o->daemon.trusted_key_n++] = id;
	return true;
}

static bool
add_setvar(struct options *o, const char *value, bool is_default)
{
	if (strchr(value, '=') == NULL || o->daemon.setvar_n >= NTPD_SETVAR_OPTIONS_MAX) {
		return wrong(is_default ? "--dvar" : "--var", value,
		    "NAME=VALUE, at most 128 of them");
	}
	o->daemon.setvar_default[o->daemon.setvar_n] = is_default;
	o->daemon.setvar[o->daemon.setvar_n++] = value;
	return true;
}

static bool
read_priority(struct options *o, const char *value)
{
	uint32_t p;

	if (!text_to_u32(value, &p) || p < 1 || p > 99) {
		return wrong("-P", value, "1 to 99");
	}
	o->priority = (int)p;
	return true;
}

static bool
read_debug(struct options *o, const char *value)
{
	uint32_t level;

	if (!text_to_u32(value, &level)) {
		return wrong("-D", value, "a number");
	}
	o->debug = level;
	o->nofork = true;
	return true;
}

/* Options that take a value. */
static bool
take_value(struct options *o, int c, const char *value)
{
	double unused;

	switch (c) {
	case 'c':
		o->daemon.config_path = value;
		return true;
	case 'D':
		return read_debug(o, value);
	case 'f':
		o->daemon.driftfile = value;
		return true;
	case 'i':
		o->jaildir = value;
		return true;
	case 'I':
		return add_listen(o, value);
	case 'k':
		o->daemon.keysfile = value;
		return true;
	case 'l': /* the two words that 'logfile' knows, too */
		o->logfile = strcmp(value, "stdout") == 0 ? "/dev/stdout"
		    : strcmp(value, "stderr") == 0        ? "/dev/stderr"
							  : value;
		return true;
	case 'p':
		o->pidfile = value;
		return true;
	case 'P':
		return read_priority(o, value);
	case 'r':
		without_effect(o, "-r: broadcasts are not listened to");
		return read_seconds("-r", value, &unused);
	case 's':
		o->daemon.statsdir = value;
		return true;
	case 't':
		return add_trusted(o, value);
	case 'u':
		o->user = value;
		return true;
	case 'U':
		return read_seconds("-U", value, &o->daemon.scan_interval_s);
	case 'v':
		return add_setvar(o, value, false);
	case 'V':
		return add_setvar(o, value, true);
	case 'w':
		return read_seconds("-w", value, &o->wait_sync_s);
	case OPT_PCCFREQ:
		without_effect(o, "--pccfreq: it is for Windows");
		return true;
	case OPT_SAVECONFIGQUIT:
		o->task = TASK_PRINT;
		o->save_to = value;
		return true;
	default:
		return false;
	}
}

/* Options that are a word alone; false when c is none of them. */
static bool
take_flag(struct options *o, int c)
{
	switch (c) {
	case '4':
		o->daemon.family = ADDR_V4;
		break;
	case '6':
		o->daemon.family = ADDR_V6;
		break;
	case 'a':
		o->daemon.auth_required = true;
		break;
	case 'A':
		o->daemon.auth_not_required = true;
		break;
	case 'd':
		o->debug++;
		o->nofork = true;
		break;
	case 'g':
		o->daemon.panic_gate = true;
		break;
	case 'G':
		o->daemon.step_first = true;
		break;
	case 'L':
		o->daemon.no_virtual = true;
		break;
	case 'n':
		o->nofork = true;
		break;
	case 'N':
		o->nice = true;
		break;
	case 'q':
		o->daemon.once = true;
		o->nofork = true;
		break;
	case 'x':
		o->daemon.slew_only = true;
		break;
	case 'b':
		without_effect(o, "-b: broadcasts are not listened to; name the servers");
		break;
	case 'm':
		without_effect(o, "-m: nothing is registered with mDNS");
		break;
	case 'M':
		without_effect(o, "-M: it is for Windows");
		break;
	case OPT_USEPCC:
		without_effect(o, "--usepcc: it is for Windows");
		break;
	case OPT_CHECK:
		o->task = TASK_CHECK;
		break;
	case OPT_PRINT:
		o->task = TASK_PRINT;
		break;
	default:
		return false;
	}
	return true;
}

static bool
take_servers(struct options *o, int argc, char **argv)
{
	for (int i = optind; i < argc; i++) {
		if (o->daemon.server_n >= NTPD_SERVER_OPTIONS_MAX) {
			return wrong("server", argv[i], "at most 128 on the command line");
		}
		o->daemon.server[o->daemon.server_n++] = argv[i];
	}
	return true;
}

static bool
make_absolute(struct options *o, const char **path)
{
	char folder[PATH_MAX];
	size_t cap;
	char *made;

	if (*path == NULL || (*path)[0] == '/') {
		return true;
	}
	if (getcwd(folder, sizeof folder) == NULL) {
		(void)fprintf(stderr,
		    "ntpd: %s: the folder it is run in is not there: %s; name a whole path\n",
		    *path, strerror(errno));
		return false;
	}
	cap = strlen(folder) + strlen(*path) + 2;
	made = malloc(cap);
	if (made == NULL) {
		(void)fprintf(stderr, "ntpd: no memory\n");
		return false;
	}
	(void)snprintf(made, cap, "%s/%s", folder, *path);
	o->path[o->path_n++] = made;
	*path = made;
	return true;
}

static bool
make_paths_absolute(struct options *o)
{
	const char **paths[] = { &o->daemon.config_path, &o->daemon.driftfile, &o->daemon.keysfile,
		&o->daemon.statsdir, &o->logfile, &o->pidfile };

	static_assert(sizeof paths / sizeof *paths == OPTIONS_PATHS_MAX, "there is room for them");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		if (!make_absolute(o, paths[i])) {
			return false;
		}
	}
	return true;
}

void
options_free(struct options *o)
{
	for (unsigned i = 0; i < o->path_n; i++) {
		free(o->path[i]);
	}
}

/* The two letters of a pair. */
static bool
contradicts(const bool *seen, const char *pair)
{
	if (seen[(unsigned char)pair[0]] && seen[(unsigned char)pair[1]]) {
		(void)fprintf(stderr, "ntpd: -%c and -%c contradict each other\n", pair[0],
		    pair[1]);
		return true;
	}
	return false;
}

/* --version and --help; what follows them is not looked at. */
static bool
tells(struct options *o, int c, const char *word)
{
	if (c == OPT_VERSION) {
		(void)printf("ntpd %s\n", PACKAGE_VERSION);
	} else if (c == OPT_HELP || c == 'h' || c == '!' || (c == '?' && strcmp(word, "-?") == 0)) {
		(void)printf("%s%s", USAGE, HELP);
	} else {
		return false;
	}
	o->task = TASK_DONE;
	return true;
}

bool
options_read(struct options *o, int argc, char **argv)
{
	bool seen[UCHAR_MAX + 1] = { false };
	int c;

	memset(o, 0, sizeof *o);
	o->daemon.config_path = "/etc/ntp.conf";
	o->daemon.scan_interval_s = SCAN_INTERVAL_S;
	optind = 1;
	while ((c = getopt_long(argc, argv, SHORT, LONG, NULL)) != -1) {
		if (tells(o, c, argv[optind - 1])) {
			return true;
		}
		if (!take_flag(o, c) && (optarg == NULL || !take_value(o, c, optarg))) {
			(void)fputs(USAGE, stderr);
			return false;
		}
		if (c <= UCHAR_MAX) {
			seen[c] = true;
		}
	}
	if (contradicts(seen, "46") || contradicts(seen, "aA")) {
		return false;
	}
	if (o->save_to != NULL && o->daemon.once) {
		(void)fputs("ntpd: -q and --saveconfigquit contradict each other\n", stderr);
		return false;
	}
	if (seen['w'] && o->nofork) {
		without_effect(o, "-w: in the foreground nothing waits");
	}
	if (!take_servers(o, argc, argv)) {
		return false;
	}
	/* In the foreground files are where they are, and are named as they were given. */
	if (o->task == TASK_RUN && !o->nofork && !make_paths_absolute(o)) {
		options_free(o);
		return false;
	}
	return true;
}
