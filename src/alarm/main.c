/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntp-alarm - runs the operator's programs when the clock is not right: it reads ntpd by mode 6, as
 * a user without rights, since ntpd itself runs nothing.
 */
#include "config.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "alarm/alarm.h"
#include "alarm/programs.h"
#include "base/text.h"
#include "mode6/udp.h"
#include "sys/proc.h"

enum { WRONG_USE = 2, LOOK_S = 10, VALUE_MAX = 600, VALUES = 8 };

static const double WITHIN_S = 2, ANSWER_S = 0.8, MINUTES = 10, FALSETICKER_MINUTES = 15;

struct options {
	const char *folder, *user;
	double minutes;
	bool test;
};

/* ---- what programs get ---- */

struct environment {
	char value[VALUES][VALUE_MAX];
	char *at[VALUES + 1];
	size_t n;
};

static void
add(struct environment *e, const char *name, const char *value)
{
	char *to = e->value[e->n];
	struct text t = text_over(to, VALUE_MAX);

	text_printf(&t, "%s=", name);
	text_put(&t, value);
	programs_clean(to + strlen(name) + 1);
	e->at[e->n++] = to;
	e->at[e->n] = NULL;
}

static void
run_programs(const struct options *o, const char *event, const char *state, int64_t since_s,
    const char *words, const char *source)
{
	struct environment *e = calloc(1, sizeof *e);
	char host[256] = "", since[32];
	struct text t = text_over(since, sizeof since);

	if (e == NULL) {
		return;
	}
	(void)gethostname(host, sizeof host - 1);
	text_printf(&t, "%lld", (long long)since_s);
	add(e, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
	add(e, "NTP_EVENT", event);
	add(e, "NTP_STATE", state);
	add(e, "NTP_SINCE", since);
	add(e, "NTP_MESSAGE", words);
	add(e, "NTP_SOURCE", source);
	add(e, "NTP_HOST", host);
	fprintf(stderr, "%s %s: %s\n", event, state, words);
	(void)programs_run(o->folder, e->at);
	free(e);
}

/* ---- watching ---- */

static void
look(const struct options *o, struct alarm *a, struct snapshot_reader *reader, struct snapshot *s)
{
	struct alarm_event event;

	snapshot_read(reader, WITHIN_S, s);
	alarm_look(a, s);
	while (alarm_next(a, s, &event)) {
		run_programs(o, alarm_name(event.kind), event.raised ? "raised" : "cleared",
		    event.since_s, event.words, event.source);
	}
}

/* False when the process is to end. */
static bool
rest(const sigset_t *ends)
{
	static const struct timespec pause = { .tv_sec = LOOK_S };

	return sigtimedwait(ends, NULL, &pause) < 0;
}

static bool
watch(const struct options *o)
{
	struct alarm_rules rules = { o->minutes * 60, FALSETICKER_MINUTES * 60 };
	char why[128];
	struct session *session = udp_session(NULL, ANSWER_S, why, sizeof why);
	struct snapshot_reader *reader = session == NULL ? NULL : snapshot_reader_new(session);
	struct snapshot *s = calloc(1, sizeof *s);
	struct alarm *a = calloc(1, sizeof *a);
	bool good = reader != NULL && s != NULL && a != NULL;
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	if (good) {
		rules.falseticker_s =
		    o->minutes < FALSETICKER_MINUTES ? o->minutes * 60 : rules.falseticker_s;
		alarm_init(a, &rules);
		do {
			look(o, a, reader, s);
		} while (rest(&ends));
		snapshot_free(s);
	} else {
		fprintf(stderr, "ntp-alarm: ntpd cannot be asked: %s\n",
		    session == NULL ? why : "no memory");
	}
	free(a);
	free(s);
	snapshot_reader_free(reader);
	session_free(session);
	return good;
}

/* ---- start ---- */

static bool
drop_rights(const struct options *o)
{
	const char *name = o->user != NULL ? o->user : geteuid() == 0 ? "nobody" : NULL;
	const char *what = "no such user";
	struct proc_user user;

	if (name != NULL &&
	    (proc_user_find(name, &user) != 0 || proc_drop_user(&user, &what) != 0)) {
		fprintf(stderr, "ntp-alarm: cannot become %s: %s\n", name, what);
		return false;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || proc_drop_all() != 0) {
		fputs("ntp-alarm: cannot give up its rights\n", stderr);
		return false;
	}
	return true;
}

static void
help(FILE *to)
{
	fputs("usage: ntp-alarm [-t] [-d folder] [-n minutes] [-u user[:group]]\n"
	      "  -d  run the programs of this folder, usually /etc/ntp/events.d\n"
	      "  -n  minutes that the clock has to be wrong, usually 10\n"
	      "  -t  run them once with the event \"test\", and end\n"
	      "  -u  become this user, as root usually nobody\n"
	      "  -h, --help; -V, --version\n",
	    to);
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .folder = "/etc/ntp/events.d", .minutes = MINUTES };
	int option;

	while ((option = getopt_long(argc, argv, "d:hn:tu:V", names, NULL)) != -1) {
		switch (option) {
		case 'd':
			o.folder = optarg;
			break;
		case 'h':
			help(stdout);
			return EXIT_SUCCESS;
		case 'n':
			if (!text_to_double(optarg, &o.minutes) || o.minutes < 0) {
				help(stderr);
				return WRONG_USE;
			}
			break;
		case 't':
			o.test = true;
			break;
		case 'u':
			o.user = optarg;
			break;
		case 'V':
			printf("ntp-alarm %s\n", PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			help(stderr);
			return WRONG_USE;
		}
	}
	if (optind < argc) {
		help(stderr);
		return WRONG_USE;
	}
	proc_stdio();
	if (!drop_rights(&o)) {
		return EXIT_FAILURE;
	}
	if (o.test) {
		run_programs(&o, "test", "raised", (int64_t)time(NULL), "A test of the alarms.",
		    "");
		return EXIT_SUCCESS;
	}
	return watch(&o) ? EXIT_SUCCESS : EXIT_FAILURE;
}
