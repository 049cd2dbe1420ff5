/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main - the process around the daemon: ports, privileges, signals. Everything else is a
 * struct ntpd.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"
#include "config.h"
#include "config/config.h"
#include "client/refclock.h"
#include "config/schema.h"
#include "crypto/mac.h"
#include "journal/report.h"
#include "ke/ke_client_proc.h"
#include "ke/ke_server_proc.h"
#include "ntpd/checkconf.h"
#include "ntpd/daemon.h"
#include "ntpd/options.h"
#include "sys/clock_linux.h"
#include "sys/clockwatch.h"
#include "sys/devices.h"
#include "sys/fence.h"
#include "sys/log_system.h"
#include "sys/loop_event.h"
#include "sys/net_udp.h"
#include "sys/notify.h"
#include "sys/phc_linux.h"
#include "sys/proc.h"
#include "sys/resolver_proc.h"
#include "sys/rng_system.h"
#include "sys/sandbox.h"
#include "sys/signd_unix.h"
#include "sys/store_fenced.h"
#include "sys/store_posix.h"

enum { ROLE_RESOLVER, ROLE_KE_CLIENT, ROLE_KE_SERVER, ROLES_N };
enum { EXIT_USAGE = 2, EXIT_FAILED = 1, EXIT_PRIVILEGES = 255, COMMAND_LINE_MAX = 512 };

/* The process, as main hands it around. */
struct process {
	struct options opt;
	struct utsname uts;
	char system[2 * sizeof(((struct utsname *)0)->sysname)];
	struct proc_title title;
	int report_fd; /* to the parent in the foreground, -1: none */
	struct loop *loop;
	struct log *log;
	struct clock *clock;
	struct clockwatch *clockwatch; /* NULL: the kernel has none */
	struct net *net;
	struct store *files; /* the store without the fence */
	struct store *store;
	struct fence *fence; /* NULL without -u */
	struct rng *rng;
	struct proc_user user; /* of -u, when user_error is 0 */
	int user_error;
	struct starter *starter;
	struct resolver *resolver;
	struct ke *ke;
	struct ke_server *ke_server;
	struct phcs *phcs;
	struct devices *devices;
	struct signd *signd;
	struct notify *notify;
	struct ntpd *ntpd;
	char *pidfile;   /* a copy: the configuration is gone at the end */
	bool log_denied; /* to the first user; the one of -u may be allowed */
	bool user_changed;
};

static const struct role *const role_list[ROLES_N] = { [ROLE_RESOLVER] = &RESOLVER_ROLE,
	[ROLE_KE_CLIENT] = &KE_CLIENT_ROLE,
	[ROLE_KE_SERVER] = &KE_SERVER_ROLE };
static const struct role_set roles = { .program = "ntpd", .at = role_list, .n = ROLES_N };

static void TEXT_PRINTF(3, 4) say(struct process *p, enum log_level level, const char *fmt, ...)
{
	char buf[LOG_SYSTEM_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	p->log->ops->line(p->log, level, buf);
}

/* ---- start ---- */

static bool
failed(struct process *p, const char *what, int error)
{
	if (p->log != NULL) {
		say(p, LOG_LEVEL_ERROR, "%s: %s", what, strerror(-error));
	} else {
		(void)fprintf(stderr, "ntpd: %s: %s\n", what, strerror(-error));
	}
	return false;
}

static enum log_level
log_level_of(const struct options *o)
{
	return o->debug > 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

/* With -u the process gives up the folders that it does not use: those that it uses are noted. */
static int
open_store(struct process *p)
{
	int error = store_posix_new(&p->files);

	if (error != 0 || p->opt.user == NULL) {
		p->store = p->files;
		return error;
	}
	p->fence = fence_new();
	p->store = p->fence != NULL ? store_fenced_new(p->files, p->fence, p->log) : NULL;
	return p->store != NULL ? 0 : -ENOMEM;
}

/*
 * A process that is going to be confined has its starter now: with no key and no random number in
 * its memory yet, and all files in sight. Any other has one when a name wants it. A user that does
 * not exist is told of when the log is there.
 */
static bool
open_starter(struct process *p)
{
	int error = starter_new(&roles, &p->title, &p->starter);
	bool confined = p->opt.user != NULL;

	p->user_error = confined ? proc_user_find(p->opt.user, &p->user) : 0;
	if (error == 0 && p->user_error == 0 && (confined || p->opt.jaildir != NULL)) {
		error = starter_fork(p->starter, confined ? &p->user : NULL);
	}
	return error == 0 ? true : failed(p, "starter of processes", error);
}

static bool
opened(struct process *p, const char *what, int error)
{
	if (error != 0) {
		say(p, LOG_LEVEL_ERROR, "cannot start: %s: %s%s", what, strerror(-error),
		    error == -EMFILE
			? "; 'LimitNOFILE=' of the systemd unit, or ulimit -n, allows more"
			: "");
	}
	return error == 0;
}

static bool
open_ports(struct process *p)
{
	int error = log_system_new("ntpd", p->opt.nofork, log_level_of(&p->opt), &p->log);

	if (error != 0) {
		return failed(p, "log", error);
	}
	return opened(p, "event loop", loop_event_new(&p->loop)) &&
	    opened(p, "clock", clock_linux_new(true, &p->clock)) &&
	    opened(p, "sockets", net_udp_new(p->loop, &p->net)) &&
	    opened(p, "files", open_store(p)) &&
	    opened(p, "clocks of cards", phc_linux_new(p->clock, &p->phcs)) &&
	    opened(p, "devices", devices_new(p->loop, p->clock, p->phcs, &p->devices)) &&
	    opened(p, "socket of ntp_signd", signd_unix_new(p->loop, &p->signd)) &&
	    opened(p, "random numbers", rng_system_new(&p->rng)) &&
	    opened(p, "resolver",
		resolver_proc_new(p->loop, p->starter, ROLE_RESOLVER, RESOLVER_STALL_S,
		    &p->resolver)) &&
	    opened(p, "NTS keys",
		ke_client_proc_new(p->loop, p->starter, ROLE_KE_CLIENT, &p->ke)) &&
	    opened(p, "NTS server",
		ke_server_proc_new(p->loop, p->starter, ROLE_KE_SERVER, &p->ke_server)) &&
	    opened(p, "NOTIFY_SOCKET of the service manager", notify_new(p->loop, &p->notify));
}

static void
tell_parent_synced(void *ctx)
{
	struct process *p = ctx;

	proc_report(&p->report_fd, PROC_SYNCED);
}

static void
tell_status(void *ctx, const char *text)
{
	notify_status(((struct process *)ctx)->notify, text);
}

static void
tell_reloading(void *ctx, bool done)
{
	notify_reloading(((struct process *)ctx)->notify, done);
}

static void
tell_stopping(void *ctx)
{
	notify_stopping(((struct process *)ctx)->notify);
}

static void
tell_usage(void *ctx, struct usage *out)
{
	(void)ctx;
	proc_usage(out);
}

static struct ntpd_ports
ports_of(struct process *p)
{
	return (struct ntpd_ports){ .loop = p->loop, .clock = p->clock, .net = p->net,
		.store = p->store, .rng = p->rng, .log = p->log, .resolver = p->resolver,
		.ke = p->ke, .ke_server = p->ke_server,
		.devices = p->devices,
		.phcs = p->phcs,
		.signd = p->signd,
		.watch = { .status = tell_status, .reloading = tell_reloading,
			.stopping = tell_stopping, .synced = tell_parent_synced,
			.usage = tell_usage, .ctx = p, }, };
}

static void
say_start(struct process *p, int argc, char **argv)
{
	char buf[COMMAND_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);
	time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S UTC %Y", &tm);
	}
	for (int i = 0; i < argc; i++) {
		text_put(&t, i > 0 ? " " : "");
		text_put_safe(&t, argv[i], strlen(argv[i]));
	}
	/* logwatch counts starts by a date behind the version, where ntp.org's has its build's. */
	say(p, LOG_LEVEL_NOTICE, "ntpd %s %s (1): Starting", PACKAGE_VERSION, date);
	say(p, LOG_LEVEL_INFO, "Command line: %s", buf);
	for (unsigned i = 0; i < p->opt.without_effect_n; i++) {
		say(p, LOG_LEVEL_NOTICE, "without effect: %s", p->opt.without_effect[i]);
	}
}

static const char *
logfile_of(const struct process *p)
{
	return p->opt.logfile != NULL ? p->opt.logfile : ntpd_config(p->ntpd)->logfile;
}

static void
set_logfile(struct process *p)
{
	const char *path = logfile_of(p);
	int error = log_system_file(p->log, path);

	p->log_denied = error == -EACCES && p->opt.user != NULL && !p->user_changed;
	if (p->fence != NULL) {
		store_fenced_explain(p->store, FENCE_WRITE, path, error);
	}
	if (error != 0 && !p->log_denied) {
		report_unwritten(ntpd_journal(p->ntpd), "Cannot open logfile", path, STORE_APPEND,
		    error);
	}
}

static void
write_pidfile(struct process *p, const char *path)
{
	int error;

	if (path == NULL) {
		return;
	}
	p->pidfile = strdup(path);
	error = p->pidfile != NULL ? proc_pidfile_write(path) : -ENOMEM;
	if (error != 0) {
		report_unwritten(ntpd_journal(p->ntpd), "pidfile", path, STORE_REPLACE, error);
		free(p->pidfile);
		p->pidfile = NULL;
	}
}

/* Before the sockets, one for each address. */
static void
set_files(struct process *p)
{
	long wanted = ntpd_config(p->ntpd)->rlimit.filenum;
	int error = proc_files(wanted);

	if (error != 0) {
		say(p, LOG_LEVEL_WARNING,
		    "rlimit filenum %ld: %s; 'LimitNOFILE=' of the systemd unit, or ulimit -Hn, is "
		    "the most that is allowed",
		    wanted, strerror(-error));
	}
}

/* Limits, priority and the pid file need the privileges that go next. */
static void
set_limits(struct process *p)
{
	const struct config *c = ntpd_config(p->ntpd);
	struct proc_limits limits = {
		.memlock_mb = c->rlimit.memlock_mb,
		.stack_pages = c->rlimit.stacksize_pages,
	};
	int error = proc_limits(&limits);

	if (error != 0) {
		say(p, LOG_LEVEL_WARNING,
		    "rlimit: %s; not all memory is locked: 'LimitMEMLOCK=' of the systemd unit, or "
		    "ulimit -l, allows more",
		    strerror(-error));
	}
	if (p->opt.nice || p->opt.priority > 0) {
		error = proc_priority(p->opt.priority);
		if (error != 0) {
			say(p, LOG_LEVEL_WARNING,
			    "-%c: %s; a priority is given by root or with CAP_SYS_NICE, and ntpd "
			    "runs on without one",
			    p->opt.priority > 0 ? 'P' : 'N', strerror(-error));
		}
	}
	write_pidfile(p, p->opt.pidfile != NULL ? p->opt.pidfile : c->pidfile);
}

/* ---- -i ---- */

/* Warns of a path that a reload, or the next line that is written, will not find. */
static void
look_for(struct process *p, const char *what, const char *path, bool folder)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	char *copy = folder && slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : NULL;
	const char *wanted = copy != NULL ? copy : path;

	if (path != NULL && access(wanted, F_OK) != 0) {
		say(p, LOG_LEVEL_WARNING, "%s %s: %s is not below %s, where -i puts ntpd", what,
		    path, copy != NULL ? "its folder" : "it", p->opt.jaildir);
	}
	free(copy);
}

static void
look_around(struct process *p)
{
	const struct config *c = ntpd_config(p->ntpd);
	const struct ntpd_options *o = &p->opt.daemon;

	look_for(p, "configuration", o->config_path, false);
	look_for(p, "keys", o->keysfile != NULL ? o->keysfile : c->keys, false);
	look_for(p, "leapfile", config_leapfile(c), false);
	look_for(p, "driftfile", o->driftfile != NULL ? o->driftfile : c->driftfile, true);
	look_for(p, "logfile", logfile_of(p), true);
	look_for(p, "statsdir", o->statsdir != NULL ? o->statsdir : c->statsdir, false);
}

static bool
enter_jail(struct process *p)
{
	int error = proc_chroot(p->opt.jaildir);

	if (error != 0) {
		say(p, LOG_LEVEL_ERROR, "-i %s: %s%s", p->opt.jaildir, strerror(-error),
		    error == -ENOENT      ? "; the folder is made beforehand"
			: error == -EPERM ? "; only root can go there"
					  : "");
		return false;
	}
	look_around(p);
	return true;
}

static bool
drop_privileges(struct process *p)
{
	const char *what = "";
	int error;

	if (p->user_error != 0) {
		say(p, LOG_LEVEL_ERROR, "-u %s: %s", p->opt.user,
		    p->user_error == -ENOENT ? "no such user or group" : strerror(-p->user_error));
		return false;
	}
	if (p->opt.jaildir != NULL && !enter_jail(p)) {
		return false;
	}
	if (p->opt.user == NULL) {
		proc_drop_surplus();
		return true;
	}
	error = proc_drop_user(&p->user, &what);
	if (error != 0) {
		say(p, LOG_LEVEL_ERROR, "-u %s: %s: %s%s", p->opt.user, what, strerror(-error),
		    error == -EPERM ? "; only root can become another user" : "");
	}
	return error == 0;
}

/*
 * What belongs to the user of -u alone is not root's to open where root has no CAP_DAC_OVERRIDE, as
 * in the unit of systemd.
 */
static void
open_as_user(struct process *p)
{
	p->user_changed = true;
	if (p->log_denied) {
		set_logfile(p);
	}
	ntpd_user_changed(p->ntpd);
}

/* Clocks of cards, of which a name or an interface may tell which. */
static bool
has_cards(const struct process *p)
{
	const struct config *c = ntpd_config(p->ntpd);

	for (unsigned i = 0; i < c->sources_n; i++) {
		if (c->sources[i].kind == SOURCE_REFCLOCK &&
		    c->sources[i].clock_type == CLOCK_PHC) {
			return true;
		}
	}
	return c->cards_n > 0;
}

/* Clocks that are read from something outside the process. */
static bool
has_devices(const struct process *p)
{
	const struct config *c = ntpd_config(p->ntpd);

	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *s = &c->sources[i];

		if (s->kind == SOURCE_REFCLOCK && s->clock_type != CLOCK_LOCAL &&
		    config_source_in_effect(s)) {
			return true;
		}
	}
	return has_cards(p);
}

/* What of them wants more than a device: enum sandbox_more. */
static unsigned
device_needs(const struct process *p)
{
	const struct config *c = ntpd_config(p->ntpd);
	unsigned more = 0;

	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *s = &c->sources[i];

		if (s->kind == SOURCE_REFCLOCK && s->clock_type == CLOCK_GPSD) {
			more |= SANDBOX_GPSD;
		} else if (config_wants_kernel_pps(s)) {
			more |= SANDBOX_KERNEL_PPS;
		}
	}
	return more;
}

static void
allow_folder_of(struct process *p, const char *path)
{
	if (path != NULL) {
		fence_allow_beside(p->fence, FENCE_WRITE, path);
	}
}

/* The usual folders stay open for a reload that names them for the first time. */
static void
allow_folders(struct process *p)
{
	static const char *const usual[] = { "/var/lib/ntp", "/var/log", "/var/NTP", "/run/ntpd" };
	const struct config *c = ntpd_config(p->ntpd);
	const struct ntpd_options *o = &p->opt.daemon;

	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		fence_allow(p->fence, FENCE_WRITE, usual[i]);
	}
	allow_folder_of(p, logfile_of(p));
	allow_folder_of(p, p->pidfile);
	allow_folder_of(p, o->boot_marker);
	allow_folder_of(p, o->driftfile != NULL ? o->driftfile : c->driftfile);
	if (o->statsdir != NULL || c->statsdir != NULL) {
		fence_allow(p->fence, FENCE_WRITE, o->statsdir != NULL ? o->statsdir : c->statsdir);
	}
	if (c->nts.enable && c->nts.rotate_s > 0) {
		allow_folder_of(p, c->nts.cookie);
	}
	if (c->saveconfigdir != NULL) {
		fence_allow(p->fence, FENCE_WRITE, c->saveconfigdir);
	}
	if (c->ntpsigndsocket != NULL) {
		fence_allow(p->fence, FENCE_WRITE, c->ntpsigndsocket);
	}
	if (has_devices(p)) {
		/* One that is plugged in later has no path yet: its mode says who may. */
		fence_allow(p->fence, FENCE_DEVICE, "/dev");
		/* Whose the segment is that may not be read. */
		fence_allow(p->fence, FENCE_READ, "/proc/sysvipc/shm");
	}
	if (has_cards(p)) {
		/* What clocks call themselves; the links in the first lead to the second. */
		fence_allow(p->fence, FENCE_READ, "/sys/class/ptp");
		fence_allow(p->fence, FENCE_READ, "/sys/devices");
	}
	if (c->tempcomp != NULL && strncmp(c->tempcomp, "/sys/", 5) == 0) {
		/* A driver that is loaded anew has other folders. */
		fence_allow(p->fence, FENCE_READ, "/sys/class");
		fence_allow(p->fence, FENCE_READ, "/sys/devices");
	}
	if ((device_needs(p) & SANDBOX_GPSD) != 0) {
		fence_allow_connect(p->fence, REFCLOCK_GPSD_PORT);
	}
	fence_allow_system(p->fence);
}

/*
 * Last of all, and with -u only: without it the process stays what ntpd always was. A kernel
 * without Landlock or filters is no reason to give up.
 */
static void
enter_sandbox(struct process *p)
{
	int error;

	if (p->fence == NULL) {
		return;
	}
	allow_folders(p);
	error = fence_enter(p->fence);
	if (error != 0) {
		say(p, LOG_LEVEL_NOTICE,
		    "no Landlock (%s): only permissions keep ntpd to its files", strerror(-error));
	}
	if (!sandbox_is_built()) {
		return;
	}
	mac_load();
	error = has_devices(p) ? sandbox_enter_clocks(device_needs(p), SANDBOX_REFUSE)
			       : sandbox_enter(SANDBOX_MAIN, SANDBOX_REFUSE);
	if (error != 0) {
		say(p, LOG_LEVEL_WARNING, "no filter of system calls: %s", strerror(-error));
	}
}

/* ---- signals ---- */

static void
on_end(void *ctx, int signo)
{
	struct process *p = ctx;

	say(p, LOG_LEVEL_NOTICE, "ntpd exiting on signal %d (%s)", signo, strsignal(signo));
	p->loop->ops->stop(p->loop, 0);
}

static void
on_hangup(void *ctx, int signo)
{
	struct process *p = ctx;

	(void)signo;
	if (p->fence != NULL) {
		store_fenced_forget(p->store);
	}
	/* Before all else, so that what the reload says is in the file that logrotate made. */
	int error = log_system_reopen(p->log);
	if (ntpd_reload(p->ntpd)) {
		set_logfile(p);
		return;
	}
	if (error != 0) {
		report_unwritten(ntpd_journal(p->ntpd), "Cannot open logfile", logfile_of(p),
		    STORE_APPEND, error);
	}
	if (p->opt.jaildir != NULL) {
		say(p, LOG_LEVEL_NOTICE, "files are looked for below %s, where -i put ntpd",
		    p->opt.jaildir);
	}
}

static void
on_verbosity(void *ctx, int signo)
{
	struct process *p = ctx;

	log_system_level(p->log, signo == SIGUSR1 ? LOG_LEVEL_DEBUG : log_level_of(&p->opt));
}

static void
watch_signals(struct process *p)
{
	(void)loop_event_on_signal(p->loop, SIGTERM, on_end, p);
	(void)loop_event_on_signal(p->loop, SIGINT, on_end, p);
	(void)loop_event_on_signal(p->loop, SIGQUIT, on_end, p);
	(void)loop_event_on_signal(p->loop, SIGHUP, on_hangup, p);
	(void)loop_event_on_signal(p->loop, SIGUSR1, on_verbosity, p);
	(void)loop_event_on_signal(p->loop, SIGUSR2, on_verbosity, p);
}

static void
on_clock_set(void *ctx)
{
	ntpd_clock_set(((struct process *)ctx)->ntpd);
}

/* ---- the whole run ---- */

static int
run(struct process *p, int argc, char **argv)
{
	struct ntpd_ports ports;
	int status;

	/* What cannot be opened yet is told by set_logfile. */
	(void)log_system_file(p->log, p->opt.logfile);
	say_start(p, argc, argv);
	ports = ports_of(p);
	p->opt.daemon.pid = (int)getpid();
	p->ntpd = ntpd_new(&ports, &p->opt.daemon);
	if (p->ntpd == NULL) {
		return EXIT_FAILED;
	}
	status = ntpd_configure(p->ntpd);
	if (status != 0) {
		return status;
	}
	if (logfile_of(p) != NULL) {
		set_logfile(p);
	}
	set_files(p);
	status = ntpd_start(p->ntpd);
	if (status != 0) {
		return status;
	}
	set_limits(p);
	if (!drop_privileges(p)) {
		return EXIT_PRIVILEGES;
	}
	open_as_user(p);
	log_system_started(p->log);
	watch_signals(p);
	/* Without it the daemon finds out by itself, with its next timer or packet. */
	/* Who wants no epoll plays the clocks, and knows no timer descriptor either. */
	if (loop_event_by_epoll(p->loop)) {
		(void)clockwatch_new(p->loop, on_clock_set, p, &p->clockwatch);
	}
	notify_ready(p->notify);
	proc_report(&p->report_fd, PROC_READY);
	if (!p->opt.nofork) {
		log_system_background(p->log);
	}
	enter_sandbox(p);
	status = loop_event_run(p->loop);
	ntpd_stop(p->ntpd);
	return status;
}

static void
close_ports(struct process *p)
{
	ntpd_free(p->ntpd);
	if (p->pidfile != NULL) {
		proc_pidfile_remove(p->pidfile);
		free(p->pidfile);
	}
	clockwatch_free(p->clockwatch);
	notify_free(p->notify);
	resolver_proc_free(p->resolver);
	ke_client_proc_free(p->ke);
	ke_server_proc_free(p->ke_server);
	starter_free(p->starter);
	rng_system_free(p->rng);
	devices_free(p->devices);
	phc_linux_free(p->phcs);
	signd_unix_free(p->signd);
	if (p->fence != NULL) {
		store_fenced_free(p->store);
		fence_free(p->fence);
	}
	store_posix_free(p->files);
	net_udp_free(p->net);
	clock_linux_free(p->clock);
	loop_event_free(p->loop);
	log_system_free(p->log);
	options_free(&p->opt);
}

static void
describe_system(struct process *p)
{
	struct text t = text_over(p->system, sizeof p->system);

	(void)uname(&p->uts);
	text_printf(&t, "%s/%s", p->uts.sysname, p->uts.release);
	p->opt.daemon.version = "ntpd " PACKAGE_VERSION;
	p->opt.daemon.system = p->system;
	p->opt.daemon.processor = p->uts.machine;
}

/* Its file is as old as the package: no clock that was right then shows less. */
static int64_t
built_s(void)
{
	struct stat st;

	return stat("/proc/self/exe", &st) == 0 ? (int64_t)st.st_mtime : 0;
}

int
main(int argc, char **argv)
{
	struct process p = { .report_fd = -1 };
	int status;

	starter_take_over(&roles, argc, argv);
	proc_stdio();
	if (!options_read(&p.opt, argc, argv)) {
		return EXIT_USAGE;
	}
	switch (p.opt.task) {
	case TASK_DONE:
		return 0;
	case TASK_CHECK:
		return checkconf_check(&p.opt);
	case TASK_PRINT:
		return checkconf_print(&p.opt);
	case TASK_RUN:
		break;
	}
	describe_system(&p);
	p.opt.daemon.boot_marker = getenv("NTPD_BOOT_MARKER");
	p.opt.daemon.built_s = built_s();
	p.opt.daemon.user_later = p.opt.user != NULL;
	p.title = proc_title_find(argc, argv);
	status = p.opt.nofork ? 0 : proc_daemonise(p.opt.wait_sync_s, &p.report_fd);
	if (status != 0) {
		(void)fprintf(stderr, "ntpd: cannot go to the background: %s; with -n it stays\n",
		    strerror(-status));
		options_free(&p.opt);
		return EXIT_FAILED;
	}
	status = open_starter(&p) && open_ports(&p) ? run(&p, argc, argv) : EXIT_FAILED;
	close_ports(&p);
	return status;
}
