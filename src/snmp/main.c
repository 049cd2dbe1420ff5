/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntp-snmp - shows ntpd to the managers of a network: the NTPv4-MIB (RFC 5907), as a subagent of
 * the host's SNMP agent. It reads ntpd by mode 6, has no rights of its own, and is confined.
 */
#include "config.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "mode6/udp.h"
#include "port/store.h"
#include "snmp/notices.h"
#include "snmp/settings.h"
#include "snmp/subagent.h"
#include "sys/fence.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/store_posix.h"

enum { WRONG_USE = 2, LOOK_S = 5, PATH_MAX_LEN = 512, AGENTX_PORT = 705 };

/*
 * A snapshot is good for a second; silence is believed for five, so that a manager who asks for all
 * does not wait for each object. The host's agent gives up after a second.
 */
static const double FRESH_S = 1, SILENT_S = 5, WITHIN_S = 0.7, ANSWER_S = 0.3;

struct options {
	const char *address, *folder, *user;
};

struct process {
	struct options o;
	struct store *files;
	struct session *session;
	struct snapshot_reader *reader;
	struct snapshot last;
	bool looked, told;
	struct objects objects;
	struct settings settings, before; /* the set that may be taken back */
	struct notices notices;
	uint32_t sent;
	struct subagent *agent;
};

static bool
failed(const char *what, int error)
{
	if (error != 0) {
		fprintf(stderr, "ntp-snmp: %s: %s\n", what, strerror(-error));
	}
	return error != 0;
}

/* ---- what is asked ---- */

static double
resolution_s(void)
{
	struct timespec ts;

	return clock_getres(CLOCK_REALTIME, &ts) == 0 && ts.tv_sec == 0 && ts.tv_nsec > 0
	    ? (double)ts.tv_nsec / 1e9
	    : 1;
}

static struct rtime
real_time(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (struct rtime){ ts.tv_sec * (int64_t)NS_PER_S + ts.tv_nsec };
}

static const struct objects *
on_look(void *ctx)
{
	struct process *p = ctx;
	struct transport *t = session_transport(p->session);
	double age_s = t->ops->now_s(t) - p->last.mono_s - p->last.took_s;

	if (!p->looked || age_s >= (p->last.up ? FRESH_S : SILENT_S)) {
		snapshot_read(p->reader, WITHIN_S, &p->last);
		p->looked = true;
	}
	objects_of(&p->objects, &p->last,
	    &(struct objects_facts){
		.now = real_time(),
		.resolution_s = resolution_s(),
		.ours = "ntpd " PACKAGE_VERSION,
		.heartbeat_s = p->settings.heartbeat_s,
		.bits = p->settings.bits,
		.notifications = p->sent,
	    });
	return &p->objects;
}

static void
send_notice(void *ctx, const struct notice *notice)
{
	struct process *p = ctx;

	p->sent++;
	subagent_notify(p->agent, notice);
}

static void
on_second(void *ctx)
{
	struct process *p = ctx;

	(void)on_look(p);
	notices_look(&p->notices, &p->last, p->settings.bits, p->settings.heartbeat_s, send_notice,
	    p);
}

/* ---- what is set ---- */

static const char *
settings_path(const struct process *p, char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);

	text_printf(&t, "%s/settings", p->o.folder);
	return buf;
}

static void
load_settings(struct process *p)
{
	char path[PATH_MAX_LEN], *bytes = NULL;
	size_t len;
	int error;

	p->settings = settings_usual();
	if (p->o.folder == NULL) {
		return;
	}
	error = p->files->ops->read(p->files, settings_path(p, path, sizeof path), &bytes, &len);
	if (error == 0 && !settings_read(&p->settings, bytes, len)) {
		fprintf(stderr,
		    "ntp-snmp: %s begins anew: not a file of this version, or not "
		    "whole\n",
		    path);
	} else if (error != 0 && error != -ENOENT) {
		(void)failed(path, error);
	}
	free(bytes);
}

static enum settings_set
on_check(void *ctx, const struct object *value)
{
	struct process *p = ctx;
	struct settings trial = p->settings;

	/* All that are set together are checked before the first of them is done. */
	p->before = p->settings;
	return settings_take(&trial, value);
}

static void
on_set(void *ctx, const struct object *value)
{
	struct process *p = ctx;

	(void)settings_take(&p->settings, value);
}

static void
on_keep(void *ctx)
{
	struct process *p = ctx;
	char path[PATH_MAX_LEN], bytes[SETTINGS_FILE_MAX];
	struct text t = text_over(bytes, sizeof bytes);
	int error;

	if (p->o.folder == NULL) {
		return;
	}
	settings_put(&p->settings, &t);
	error = p->files->ops->write(p->files, settings_path(p, path, sizeof path), bytes, t.len);
	if (!p->told) {
		p->told = failed(path, error);
	}
	p->told = error != 0;
}

static void
on_take_back(void *ctx)
{
	struct process *p = ctx;

	p->settings = p->before;
}

/* ---- rights ---- */

static bool
drop_user(const struct process *p)
{
	const char *name = p->o.user != NULL ? p->o.user : geteuid() == 0 ? "nobody" : NULL;
	const char *what = "rights";
	struct proc_user user;

	if (name != NULL &&
	    (failed(name, proc_user_find(name, &user)) ||
		failed(what, proc_drop_user(&user, &what)))) {
		return false;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return !failed("no new rights", -errno);
	}
	return !failed("capabilities", proc_drop_all());
}

/* The port behind the last colon of "tcp:127.0.0.1:705". */
static uint16_t
port_of(const char *address)
{
	const char *colon = address != NULL ? strrchr(address, ':') : NULL;
	uint32_t port;

	return colon != NULL && text_to_u32(colon + 1, &port) && port > 0 && port <= UINT16_MAX
	    ? (uint16_t)port
	    : AGENTX_PORT;
}

/* An older kernel has less of it: then the rights of its user, who has none, are what is left. */
static void
confine(const struct process *p)
{
	struct fence *fence = fence_new();

	if (fence != NULL) {
		fence_allow_system(fence); /* the host's agent may have a name */
		fence_allow_connect(fence, port_of(p->o.address));
		if (p->o.folder != NULL) {
			fence_allow(fence, FENCE_WRITE, p->o.folder);
		}
		(void)fence_enter(fence);
	}
	fence_free(fence);
	if (sandbox_is_built()) {
		(void)failed("system call filter", sandbox_enter(SANDBOX_SNMP, SANDBOX_REFUSE));
	}
}

/* ---- running ---- */

static bool
open_session(struct process *p)
{
	char why[128];
	struct transport *t;

	p->session = udp_session(NULL, ANSWER_S, why, sizeof why);
	p->reader = p->session == NULL ? NULL : snapshot_reader_new(p->session);
	if (p->reader == NULL) {
		fprintf(stderr, "ntp-snmp: ntpd cannot be asked: %s\n",
		    p->session == NULL ? why : "no memory");
		return false;
	}
	t = session_transport(p->session);
	notices_init(&p->notices, t->ops->now_s(t));
	return true;
}

/* Ends with SIGTERM and SIGINT, which the loop reads as a descriptor. */
static int
open_signals(void)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0) {
		return -1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool
run(struct process *p)
{
	const struct subagent_owner owner = {
		.look = on_look,
		.check = on_check,
		.set = on_set,
		.keep = on_keep,
		.take_back = on_take_back,
		.second = on_second,
		.ctx = p,
	};
	int signals = open_signals();

	if (signals < 0) {
		return !failed("signals", -errno);
	}
	if (!drop_user(p) || failed("files", store_posix_new(&p->files)) || !open_session(p)) {
		(void)close(signals);
		return false;
	}
	confine(p);
	load_settings(p);
	p->agent = subagent_new(p->o.address, LOOK_S, &owner);
	if (p->agent == NULL) {
		fputs("ntp-snmp: net-snmp cannot be started\n", stderr);
	} else {
		on_second(p);
		subagent_run(p->agent, signals);
	}
	(void)close(signals);
	return p->agent != NULL;
}

static void
close_all(struct process *p)
{
	subagent_free(p->agent);
	notices_free(&p->notices);
	snapshot_free(&p->last);
	snapshot_reader_free(p->reader);
	session_free(p->session);
	store_posix_free(p->files);
}

/* ---- command line ---- */

static void
help(FILE *to)
{
	fputs("usage: ntp-snmp [-x address] [-s folder] [-u user[:group]]\n"
	      "  -x  where the host's SNMP agent listens to subagents, as agentXSocket of its\n"
	      "      snmpd.conf has it, usually /var/agentx/master\n"
	      "  -s  keep what managers set in this folder\n"
	      "  -u  become this user, as root usually nobody\n"
	      "  -h, --help; -V, --version\n",
	    to);
}

enum read { READ_RUN, READ_TOLD, READ_WRONG };

static enum read
read_options(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "hs:u:Vx:", names, NULL)) != -1) {
		switch (option) {
		case 'h':
			help(stdout);
			return READ_TOLD;
		case 's':
			o->folder = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'V':
			printf("ntp-snmp %s\n", PACKAGE_VERSION);
			return READ_TOLD;
		case 'x':
			o->address = optarg;
			break;
		default:
			help(stderr);
			return READ_WRONG;
		}
	}
	if (optind < argc) {
		help(stderr);
		return READ_WRONG;
	}
	return READ_RUN;
}

int
main(int argc, char **argv)
{
	struct process *p = calloc(1, sizeof *p);
	int status = EXIT_FAILURE;

	if (p == NULL) {
		return EXIT_FAILURE;
	}
	proc_stdio();
	switch (read_options(&p->o, argc, argv)) {
	case READ_RUN:
		status = run(p) ? EXIT_SUCCESS : EXIT_FAILURE;
		break;
	case READ_TOLD:
		status = EXIT_SUCCESS;
		break;
	case READ_WRONG:
		status = WRONG_USE;
		break;
	}
	close_all(p);
	free(p);
	return status;
}
