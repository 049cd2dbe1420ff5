/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntp-exporter - shows how ntpd does, over HTTP: as metrics, and as a page. It reads ntpd by
 * mode 6, as ntpq does, has no rights of its own, and is confined like ntpd.
 */
#include "config.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "exporter/options.h"
#include "exporter/routes.h"
#include "exporter/state.h"
#include "exporter/watch.h"
#include "mode6/udp.h"
#include "sys/fence.h"
#include "sys/http.h"
#include "sys/loop_event.h"
#include "sys/notify.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/store_posix.h"

enum { WRONG_USE = 2, CONNECTIONS = 32, CONNECTION_AGE_S = 10, FIRST_GIVEN = 3 };

/* The daemon is looked at so often, also when nobody asks. */
enum { LOOK_S = HISTORY_FINE_S, SAVE_LOOKS = 30, SAVE_HISTORY_LOOKS = 360, HOST_MAX = 256 };

struct process {
	struct options o;
	struct loop *loop;
	struct store *files;
	struct notify *notify;
	struct http *http;
	struct session *session;
	struct totals *totals;
	struct history *history;
	struct watch watch;
	struct routes routes;
	struct state state;
	struct loop_timer look;
	unsigned looks;
	char host[HOST_MAX];
};

static bool
failed(const char *what, int error)
{
	if (error != 0) {
		fprintf(stderr, "ntp-exporter: %s: %s\n", what, strerror(-error));
	}
	return error != 0;
}

/* ---- sockets ---- */

static bool
listen_at(struct process *p, const struct hostspec *spec)
{
	uint16_t port = spec->port != 0 ? spec->port : OPTIONS_PORT;
	char what[HOSTSPEC_NAME_MAX + 32];
	struct text t = text_over(what, sizeof what);

	text_printf(&t, "cannot listen at %s, port %u", spec->name, port);
	return !failed(what, http_listen(p->http, spec->name, port));
}

static bool
open_sockets(struct process *p)
{
	int given = http_sockets_given();
	struct hostspec usual;

	for (int i = 0; i < given; i++) {
		if (failed("the socket handed over", http_adopt(p->http, FIRST_GIVEN + i))) {
			return false;
		}
	}
	if (given > 0) {
		return true;
	}
	for (size_t i = 0; i < p->o.listen_n; i++) {
		if (!listen_at(p, &p->o.listen[i])) {
			return false;
		}
	}
	return p->o.listen_n > 0 ||
	    (hostspec_parse("127.0.0.1", &usual) == HOSTSPEC_OK && listen_at(p, &usual));
}

static bool
open_http(struct process *p)
{
	struct http_limits limits = {
		.connections = CONNECTIONS,
		.age_s = CONNECTION_AGE_S,
		.always = ROUTES_HEADERS,
	};
	struct http_pages pages = { routes_answer, routes_done, &p->routes };

	(void)gethostname(p->host, sizeof p->host - 1);
	p->history = history_new();
	p->routes = (struct routes){
		.watch = &p->watch,
		.hosts = &p->o.hosts,
		.history = p->history,
		.host = p->host,
	};
	if (p->history == NULL) {
		return !failed("history", -ENOMEM);
	}
	return !failed("HTTP", http_new(p->loop, &limits, &pages, &p->http)) && open_sockets(p);
}

/* ---- rights ---- */

static bool
drop_user(struct process *p)
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

/* An older kernel has less of it: then the rights of its user, who has none, are what is left. */
static void
confine(const struct process *p)
{
	struct fence *fence = fence_new();

	if (fence != NULL) {
		if (p->o.folder != NULL) {
			fence_allow(fence, FENCE_WRITE, p->o.folder);
		}
		(void)fence_enter(fence);
	}
	fence_free(fence);
	if (sandbox_is_built()) {
		(void)failed("system call filter", sandbox_enter(SANDBOX_EXPORTER, SANDBOX_REFUSE));
	}
}

/* ---- running ---- */

static void
save(struct process *p)
{
	state_save_totals(&p->state, p->totals);
	state_save_history(&p->state, p->history);
}

static void
on_look(void *ctx)
{
	struct process *p = ctx;
	const struct snapshot *s = watch_look(&p->watch);
	char words[SNAPSHOT_TEXT * 2];
	struct text t = text_over(words, sizeof words);

	snapshot_put_headline(s, &t);
	notify_status(p->notify, words);
	history_add(p->history, s);
	p->looks++;
	if (totals_take_news(p->totals) || p->looks % SAVE_LOOKS == 0) {
		state_save_totals(&p->state, p->totals);
	}
	if (p->looks % SAVE_HISTORY_LOOKS == 0) {
		state_save_history(&p->state, p->history);
	}
	p->loop->ops->timer_arm(p->loop, &p->look, mtime_add_s(loop_now(p->loop), LOOK_S));
}

static void
on_signal(void *ctx, int signo)
{
	struct process *p = ctx;

	(void)signo;
	p->loop->ops->stop(p->loop, 0);
}

/* The unit tells it, for what is below /proc/sys may be hidden. */
static void
put_boot_id(char *buf, size_t cap)
{
	struct text t = text_over(buf, cap);
	const char *told = getenv("NTP_EXPORTER_BOOT");
	FILE *file = told == NULL ? fopen("/proc/sys/kernel/random/boot_id", "re") : NULL;
	char line[TOTALS_BOOT_MAX] = "";

	if (file != NULL) {
		told = fgets(line, sizeof line, file);
		(void)fclose(file);
	}
	told = told == NULL ? "" : told;
	text_put_n(&t, told, strcspn(told, " \n"));
}

static bool
open_watch(struct process *p)
{
	char why[128], boot_id[TOTALS_BOOT_MAX];

	put_boot_id(boot_id, sizeof boot_id);
	p->totals = totals_new(boot_id, (int64_t)time(NULL));
	p->session = udp_session(NULL, 1, why, sizeof why);
	if (p->session == NULL || p->totals == NULL) {
		fprintf(stderr, "ntp-exporter: ntpd cannot be asked: %s\n",
		    p->session == NULL ? why : "no memory");
		return false;
	}
	return watch_init(&p->watch, p->session, p->totals);
}

static bool
open_all(struct process *p)
{
	return !failed("event loop", loop_event_new(&p->loop)) &&
	    !failed("files", store_posix_new(&p->files)) &&
	    !failed("service manager", notify_new(p->loop, &p->notify)) && open_http(p) &&
	    drop_user(p) && open_watch(p) &&
	    !failed("signals", loop_event_on_signal(p->loop, SIGTERM, on_signal, p)) &&
	    !failed("signals", loop_event_on_signal(p->loop, SIGINT, on_signal, p));
}

static int
run(struct process *p)
{
	int status;

	p->state = (struct state){ .store = p->files, .folder = p->o.folder };
	confine(p);
	state_load_totals(&p->state, p->totals);
	state_load_history(&p->state, p->history);
	p->loop->ops->timer_init(p->loop, &p->look, on_look, p);
	on_look(p);
	notify_ready(p->notify);
	status = loop_event_run(p->loop);
	notify_stopping(p->notify);
	save(p);
	p->loop->ops->timer_done(p->loop, &p->look);
	return status;
}

static void
close_all(struct process *p)
{
	http_free(p->http);
	watch_done(&p->watch);
	session_free(p->session);
	totals_free(p->totals);
	history_free(p->history);
	notify_free(p->notify);
	store_posix_free(p->files);
	loop_event_free(p->loop);
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
	switch (options_read(&p->o, argc, argv, stdout, stderr)) {
	case OPTIONS_RUN:
		status = open_all(p) ? run(p) : EXIT_FAILURE;
		break;
	case OPTIONS_TOLD:
		status = EXIT_SUCCESS;
		break;
	case OPTIONS_WRONG:
		status = WRONG_USE;
		break;
	}
	close_all(p);
	free(p);
	return status;
}
