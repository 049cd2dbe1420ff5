/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpmon - shows how a daemon does, on a terminal, and keeps it fresh; where there is no terminal
 * it is printed once.
 */
#include "config.h"
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"
#include "mode6/udp.h"
#include "ntpmon/shell.h"
#include "ntpmon/signals.h"
#include "ntpmon/view.h"
#include "sys/file_open.h"

enum { WRONG_USE = 2, DEBUG_MAX = 9, PLAIN_COLS = 80, LOG_MODE = 0644 };
enum long_only { OPT_ASCII = 256 };

static const double ANSWER_S = 0.8;

struct options {
	const char *host, *log;
	enum addr_family family;
	bool once, ascii, addresses, units;
	int debug;
};

struct ntpmon {
	struct asker asker;
	struct session *session;
	struct heard heard;
	struct model model;
	struct screen screen;
	const struct options *set;
	double asked_s; /* monotonic; of the last question */
};

static double
now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* ---- asking and drawing ---- */

static void
ask(struct ntpmon *n, unsigned rows, bool all)
{
	struct wanted w = model_wants(&n->model, &n->heard, rows);

	session_set_debug(n->session, n->model.debug);
	if (all) {
		heard_ask(&n->heard, &n->asker, &w);
		model_take(&n->model, &n->heard);
		/* The chosen source may be another, and there is one now where there was none. */
		w = model_wants(&n->model, &n->heard, rows);
		if (w.source && n->heard.source_id != w.source_id) {
			heard_ask_more(&n->heard, &n->asker, &w);
		}
		n->asked_s = now_s();
	} else {
		heard_ask_more(&n->heard, &n->asker, &w);
	}
}

static void
draw(struct ntpmon *n, unsigned rows, unsigned cols)
{
	char at[16] = "--:--:--";
	time_t when = (time_t)n->heard.at_s;
	struct view_bar bar = {
		.host = n->set->host != NULL ? n->set->host : "localhost",
		.at = at,
		.every_s = model_interval_s(&n->heard),
	};
	struct tm tm;

	if (when != 0 && localtime_r(&when, &tm) != NULL) {
		(void)strftime(at, sizeof at, "%H:%M:%S", &tm);
	}
	if (screen_begin(&n->screen, rows, cols, n->set->ascii)) {
		view_draw(&n->screen, &n->model, &n->heard, &bar);
	}
}

/* ---- once ---- */

static unsigned
plain_cols(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
									       : PLAIN_COLS;
}

static int
print_once(struct ntpmon *n)
{
	enum { CLIENTS = 20 };

	ask(n, CLIENTS, true);
	draw(n, view_rows(&n->model, &n->heard), plain_cols());
	screen_print(&n->screen, stdout);
	return n->heard.up && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- on a terminal ---- */

#ifdef HAVE_NCURSESW
static const double ASK_AGAIN_S = 1;

static void
show(struct ntpmon *n, struct shell *sh)
{
	unsigned rows, cols;

	shell_size(sh, &rows, &cols);
	draw(n, rows, cols);
	shell_show(sh, &n->screen);
}

/* Does what a key wants; true when the daemon is to be asked as soon as it may. */
static bool
press(struct ntpmon *n, unsigned rows, int key)
{
	switch (model_key(&n->model, &n->heard, key)) {
	case WANT_NOTHING:
	case WANT_DRAW:
		return false;
	case WANT_MORE:
		ask(n, rows, false);
		return false;
	case WANT_ALL:
		break;
	}
	return true;
}

/* Until it is to end; the signal that wants it, or 0. */
static int
watch(struct ntpmon *n, struct shell *sh)
{
	double due_s = 0;
	unsigned rows, cols;
	int what;

	while (!n->model.quit) {
		shell_size(sh, &rows, &cols);
		show(n, sh);
		if (now_s() >= due_s) {
			ask(n, rows, true);
			due_s = n->asked_s + model_interval_s(&n->heard);
			show(n, sh);
		}
		switch (shell_wait(sh, due_s > now_s() ? due_s - now_s() : 0, &what)) {
		case SHELL_TIME:
		case SHELL_DRAW:
			break;
		case SHELL_SIGNAL:
			return what;
		case SHELL_KEY:
			if (press(n, rows, what) && due_s > n->asked_s + ASK_AGAIN_S) {
				due_s = n->asked_s + ASK_AGAIN_S;
			}
			break;
		}
	}
	return 0;
}

/* -1 when this terminal can do nothing. */
static int
run_on_terminal(struct ntpmon *n)
{
	struct shell *sh = shell_begin();
	int signal;

	if (sh == NULL) {
		return -1;
	}
	signal = watch(n, sh);
	shell_end(sh);
	/* Ctrl-C is one of the ways to end it. */
	if (signal != 0 && signal != SIGINT) {
		signals_die(signal);
	}
	return EXIT_SUCCESS;
}
#endif

static bool
is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && term != NULL &&
	    term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static int
run(struct ntpmon *n)
{
#ifdef HAVE_NCURSESW
	if (!n->set->once && is_terminal()) {
		int status = run_on_terminal(n);

		if (status >= 0) {
			return status;
		}
	}
#else
	(void)is_terminal;
#endif
	return print_once(n);
}

/* ---- start ---- */

static void
help(FILE *to)
{
	fputs("usage: ntpmon [-146dnu] [-D level] [-l logfile] [host]\n"
	      "  -1, --once         print it once, without a terminal\n"
	      "  -4, -6             use only IPv4, only IPv6\n"
	      "      --ascii        no sign beyond ASCII\n"
	      "  -d, --debug        more of the packets into the log; may be repeated\n"
	      "  -D, --set-debug-level=LEVEL\n"
	      "  -l, --logfile=FILE\n"
	      "  -n, --numeric      addresses instead of names\n"
	      "  -u, --units        numbers with units\n"
	      "  -h, --help; -V, --version\n"
	      "In it, ? shows the keys.\n",
	    to);
}

static bool
take_level(struct options *o, const char *text)
{
	uint32_t level;

	if (!text_to_u32(text, &level) || level > DEBUG_MAX) {
		return false;
	}
	o->debug = (int)level;
	return true;
}

static bool
take_family(struct options *o, enum addr_family family)
{
	bool good = o->family == ADDR_NONE || o->family == family;

	o->family = family;
	return good;
}

/* False: wrong use. */
static bool
take_option(struct options *o, int option)
{
	switch (option) {
	case '1':
		o->once = true;
		return true;
	case '4':
		return take_family(o, ADDR_V4);
	case '6':
		return take_family(o, ADDR_V6);
	case OPT_ASCII:
		o->ascii = true;
		return true;
	case 'd':
		o->debug += o->debug < DEBUG_MAX ? 1 : 0;
		return true;
	case 'D':
		return take_level(o, optarg);
	case 'l':
		o->log = optarg;
		return true;
	case 'n':
		o->addresses = true;
		return true;
	case 'u':
		o->units = true;
		return true;
	case 'h':
		help(stdout);
		exit(EXIT_SUCCESS);
	case 'V':
		printf("ntpmon %s\n", PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	default:
		return false;
	}
}

/* What a session says of packets goes to standard error, which would spoil the screen. */
static bool
open_log(const char *name)
{
	int fd = file_open_write(name, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, LOG_MODE);

	if (fd < 0) {
		fprintf(stderr, "ntpmon: cannot write to %s: %s\n", name, strerror(-fd));
		return false;
	}
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
	return true;
}

static int
begin(const struct options *o)
{
	struct ntpmon *n = calloc(1, sizeof *n);
	char why[128] = "no memory";
	int status = EXIT_FAILURE;

	if (n == NULL) {
		return EXIT_FAILURE;
	}
	n->set = o;
	n->model.addresses = o->addresses;
	n->model.units = o->units;
	n->model.debug = o->debug;
	n->model.debug_max = o->log != NULL ? DEBUG_MAX : 0;
	n->session = udp_session_of(o->host, o->family, ANSWER_S, why, sizeof why);
	if (n->session == NULL || !asker_begin(&n->asker, n->session)) {
		fprintf(stderr, "ntpmon: %s cannot be asked: %s\n",
		    o->host != NULL ? o->host : "localhost", why);
	} else if (o->log == NULL || open_log(o->log)) {
		status = run(n);
	}
	heard_end(&n->heard);
	screen_end(&n->screen);
	asker_end(&n->asker);
	session_free(n->session);
	free(n);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "once", no_argument, NULL, '1' },
		{ "ipv4", no_argument, NULL, '4' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "ascii", no_argument, NULL, OPT_ASCII },
		{ "debug", no_argument, NULL, 'd' },
		{ "set-debug-level", required_argument, NULL, 'D' },
		{ "logfile", required_argument, NULL, 'l' },
		{ "numeric", no_argument, NULL, 'n' },
		{ "units", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .family = ADDR_NONE };
	int option;

	/* Signs only: numbers stay as every program reads them. */
	(void)setlocale(LC_CTYPE, "");
	o.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	while ((option = getopt_long(argc, argv, "146dD:hl:nuV", names, NULL)) != -1) {
		if (!take_option(&o, option)) {
			help(stderr);
			return WRONG_USE;
		}
	}
	if (argc - optind > 1) {
		help(stderr);
		return WRONG_USE;
	}
	o.host = optind < argc ? argv[optind] : NULL;
	if (o.debug > 0 && o.log == NULL && !o.once && is_terminal()) {
		fputs("ntpmon: -d and -D want a log file: -l\n", stderr);
		return WRONG_USE;
	}
	return begin(&o);
}
