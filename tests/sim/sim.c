/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame of a scenario. */
#include "sim/sim.h"
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sim_node *
node_of(const struct sim *s, const struct sim_host *h)
{
	for (unsigned i = 0; i < s->node_n; i++) {
		if (s->node[i]->host == h) {
			return s->node[i];
		}
	}
	return NULL;
}

static void
trace_datagram(struct sim *s, const char *who, const char *what, const struct sim_datagram *d)
{
	char from[ENDPOINT_TEXT_MAX], to[ENDPOINT_TEXT_MAX];

	world_trace(s->w, who, "%s %s > %s mode %d stratum %d len %zu", what,
	    endpoint_format(&d->from, from, sizeof from), endpoint_format(&d->to, to, sizeof to),
	    d->len > 0 ? d->bytes[0] & 7 : -1, d->len > 1 ? d->bytes[1] : -1, d->len);
}

static enum sim_fate
see(void *ctx, struct sim_host *from, struct sim_host *to, struct sim_datagram *d, double *delay_s)
{
	struct sim *s = ctx;
	struct sim_node *n = node_of(s, from);

	(void)to;
	(void)delay_s;
	trace_datagram(s, from->name, "sends", d);
	if (n != NULL) {
		oracle_sent(n, d);
	}
	return FATE_PASS;
}

static void
see_arrive(void *ctx, struct sim_host *to, const struct sim_datagram *d)
{
	struct sim *s = ctx;
	struct sim_node *n = node_of(s, to);

	if (n != NULL) {
		trace_datagram(s, to->name, "gets", d);
		oracle_arrived(n, d);
	}
}

static void
second(void *ctx)
{
	struct sim *s = ctx;

	for (unsigned i = 0; i < s->node_n; i++) {
		s->daemon_s += s->node[i]->daemon != NULL ? 1.0 : 0.0;
	}
	oracle_second(s);
	world_arm(s->w, &s->tick, s->w->now + NS_PER_S);
}

/* The one thing here that is of the program and no world. */
static struct sim_total total;

static void
add_to_total(const struct sim *s)
{
	total.worlds++;
	total.simulated_s += world_s(s->w);
	total.daemon_s += s->daemon_s;
	total.sent += s->net->delivered + s->net->lost;
	total.lost += s->net->lost;
}

struct sim_total
sim_total(void)
{
	return total;
}

void
sim_print_total(void)
{
	printf("# %u worlds, %.0f h; daemons ran for %.1f days in them; %.2f million packets, of "
	       "which %.2f were lost\n",
	    total.worlds, total.simulated_s / 3600, total.daemon_s / 86400,
	    (double)total.sent * 1e-6, (double)total.lost * 1e-6);
}

struct sim *
sim_new(uint64_t seed)
{
	struct sim *s = sim_alloc(1, sizeof *s);

	s->w = world_new(seed);
	s->config_line = "";
	s->net = sim_net_new(s->w);
	s->tap = (struct sim_tap){ .see = see, .arrive = see_arrive, .ctx = s };
	sim_net_tap(s->net, &s->tap);
	s->tick = (struct sim_event){ .fire = second, .ctx = s };
	world_arm(s->w, &s->tick, NS_PER_S / 2);
	return s;
}

static void
node_free(struct sim_node *n)
{
	if (n->daemon != NULL) {
		sim_node_stop(n);
	}
	sim_log_end(&n->log);
	sim_store_end(&n->store);
	sim_ke_server_free(n->ke_served);
	sim_devices_free(&n->devices);
	free(n);
}

void
sim_free(struct sim *s)
{
	add_to_total(s);
	for (unsigned i = 0; i < s->node_n; i++) {
		node_free(s->node[i]);
	}
	for (unsigned i = 0; i < s->server_n; i++) {
		sim_server_free(s->server[i]);
	}
	sim_net_free(s->net);
	world_free(s->w);
	free(s);
}

uint64_t
sim_digest(struct sim *s)
{
	char error[32];

	for (unsigned i = 0; i < s->node_n; i++) {
		struct sim_node *n = s->node[i];

		(void)snprintf(error, sizeof error, "%a", sim_clock_error_s(&n->clock));
		world_digest(s->w, error);
		for (const struct sim_file *f = n->store.files; f != NULL; f = f->next) {
			world_digest(s->w, f->path);
			world_digest(s->w, f->node->bytes != NULL ? f->node->bytes : "");
		}
	}
	return s->w->digest;
}

void
sim_run(struct sim *s, double seconds)
{
	world_run(s->w, s->w->now + ns_from_s(seconds));
}

void
sim_fail(struct sim *s, const char *fmt, ...)
{
	va_list ap;

	if (s->failures < SIM_FAILURES_MAX) {
		struct text t = text_over(s->failure[s->failures], sizeof s->failure[0]);

		text_printf(&t, "at %.3f s: ", world_s(s->w));
		va_start(ap, fmt);
		text_vprintf(&t, fmt, ap);
		va_end(ap);
		world_trace(s->w, "oracle", "FAILED: %s", s->failure[s->failures]);
	}
	if (s->failures == 0) {
		/* What led to it is worth more than what came of it. */
		s->w->trace_ends = true;
		s->w->trace_left = 20;
	}
	s->failures++;
}

/* --- nodes --- */

static void
on_ready(void *ctx)
{
	((struct sim_node *)ctx)->ready++;
}

static void
on_synced(void *ctx)
{
	((struct sim_node *)ctx)->synced++;
}

static void
on_status(void *ctx, const char *text)
{
	struct sim_node *n = ctx;
	struct text t = text_over(n->status_text, sizeof n->status_text);

	text_put(&t, text);
}

/* A process of simulated size: 0.1 ms of processor time a second, 4 MB. */
static void
on_usage(void *ctx, struct usage *out)
{
	struct sim_node *n = ctx;
	double s = world_s(n->sim->w);

	*out = (struct usage){
		.user_s = s * 1e-4,
		.system_s = s * 2e-4,
		.peak_kb = 4096,
		.count = { [USAGE_WAITS] = (int64_t)s },
	};
}

/* The process leaves its loop, stops its daemon and ends, as main does. */
static void
process_ends(void *ctx)
{
	struct sim_node *n = ctx;

	if (n->daemon != NULL) {
		n->exit_status = n->loop.status;
		sim_node_stop(n);
	}
}

static void
loop_stopped(void *ctx)
{
	struct sim_node *n = ctx;

	world_arm(n->sim->w, &n->end, n->sim->w->now);
}

/* How long the word of the kernel that the clock was set takes to the process. */
#define TOLD_S 0.001

/* A process that is stopped hears it when it goes on. */
static void
clock_told(void *ctx)
{
	struct sim_node *n = ctx;

	if (n->loop.frozen) {
		n->told_late = true;
	} else if (n->daemon != NULL) {
		ntpd_clock_set(n->daemon);
	}
}

static void
clock_set(void *ctx)
{
	struct sim_node *n = ctx;

	world_arm(n->sim->w, &n->told, n->sim->w->now + ns_from_s(TOLD_S));
}

static void
wake(void *ctx)
{
	struct sim_node *n = ctx;

	if (n->clock.halted) {
		sim_clock_resume(&n->clock, n->suspend, n->rtc_error_s);
	}
	n->loop.frozen = false;
	sim_host_thaw(n->host);
	sim_loop_rearm(&n->loop);
	if (n->told_late) {
		n->told_late = false;
		clock_set(n);
	}
	oracle_break(n);
}

struct sim_sensor *
sim_node_sensor(struct sim_node *n, const char *path)
{
	sim_sensor_start(&n->sensor, &n->store, &n->clock, path, n->sim->w->seed);
	return &n->sensor;
}

void
sim_node_config(struct sim_node *n, const char *config)
{
	char whole[4096];
	struct text t = text_over(whole, sizeof whole);

	text_printf(&t, "%s\n%s", n->sim->config_line, config);
	assert(!t.cut);
	sim_store_put(&n->store, "/etc/ntp.conf", whole);
}

struct sim_node *
sim_node_new(struct sim *s, const char *name, double offset_s, double freq, const char *config)
{
	struct sim_node *n = sim_alloc(1, sizeof *n);
	struct text t = text_over(n->name, sizeof n->name);
	char address[64];

	assert(s->node_n < SIM_NODES_MAX);
	text_put(&t, name);
	n->sim = s;
	sim_clock_start(&n->clock, s->w, n->name, offset_s, freq);
	n->host = sim_host_new(s->net, name, &n->clock);
	t = text_over(address, sizeof address);
	text_printf(&t, "192.0.2.%u/24", 100 + s->node_n);
	sim_host_add(n->host, "eth0", address);
	t = text_over(address, sizeof address);
	text_printf(&t, "2001:db8::%x/64", 0x100 + s->node_n);
	sim_host_add(n->host, "eth0", address);
	sim_store_start(&n->store, &n->clock);
	sim_log_start(&n->log, s->w, n->name);
	sim_resolver_start(&n->resolver, s->w);
	sim_ke_start(&n->ke, s->w, &s->ke, n->host, &n->clock);
	sim_signd_start(&n->signd, s->w);
	sim_phcs_start(&n->phcs, s->w, &n->clock, s->node_n);
	n->host->cards = &n->phcs;
	sim_devices_start(&n->devices, s->w, &n->clock, s->node_n);
	n->devices.phcs = &n->phcs;
	n->rng = sim_rng_of(s->w->seed, "daemon", s->node_n);
	n->end = (struct sim_event){ .fire = process_ends, .ctx = n };
	n->wake = (struct sim_event){ .fire = wake, .ctx = n };
	n->told = (struct sim_event){ .fire = clock_told, .ctx = n };
	n->clock.on_set = clock_set;
	n->clock.on_set_ctx = n;
	n->options = (struct ntpd_options){
		.config_path = "/etc/ntp.conf",
		.scan_interval_s = 300,
		.pid = SIM_PID,
		.version = "ntpd sim",
		.system = "Sim/1",
		.processor = "sim",
	};
	n->oracle.unlike_since = -1;
	sim_node_config(n, config);
	s->node[s->node_n++] = n;
	return n;
}

struct sim_server *
sim_serve(struct sim *s, const char *address)
{
	char name[16];
	struct text t = text_over(name, sizeof name);

	assert(s->server_n < SIM_SERVERS_MAX);
	text_printf(&t, "server%u", s->server_n + 1);
	s->server[s->server_n] = sim_server_new(s->net, name, address);
	return s->server[s->server_n++];
}

struct sim_server *
sim_serve_nts(struct sim *s, const char *address, const char *name)
{
	struct sim_server *v = sim_serve(s, address);

	v->nts = sim_nts_new(&s->ke, v->host, s->w->seed, name);
	return v;
}

void
sim_link(struct sim *s, struct sim_host *a, struct sim_host *b, struct sim_path p)
{
	sim_net_join(s->net, a, b, &p);
}

/* Nothing of the process may be left; a leak of a socket or a timer is a fault of the daemon. */
static void
process_over(struct sim_node *n, const char *how)
{
	unsigned sockets, timers, devices;

	oracle_end(n);
	ntpd_free(n->daemon);
	n->daemon = NULL;
	world_disarm(n->sim->w, &n->end);
	sockets = sim_host_close_all(n->host);
	timers = sim_loop_end(&n->loop);
	sim_resolver_end(&n->resolver);
	sim_ke_end(&n->ke);
	if (n->ke_served != NULL) {
		sim_ke_server_end(n->ke_served);
	}
	devices = sim_devices_end(&n->devices) + sim_phcs_end(&n->phcs) + sim_signd_end(&n->signd);
	if (sockets + timers + devices > 0) {
		sim_fail(n->sim, "%s: %u sockets, %u timers and %u devices left behind", n->name,
		    sockets, timers, devices);
	}
	world_trace(n->sim->w, n->name, "process %s", how);
}

void
sim_node_serve_nts(struct sim_node *n, const char *name)
{
	n->ke_served = sim_ke_server_new(&n->sim->ke, n->host, n->sim->w->seed, name);
	n->ke_server = &n->ke_served->port;
}

bool
sim_node_boot(struct sim_node *n)
{
	struct ntpd_ports ports = {
		.loop = &n->loop.port,
		.clock = &n->clock.port,
		.net = &n->host->port,
		.store = &n->store.port,
		.rng = &n->rng.port,
		.log = &n->log.port,
		.resolver = &n->resolver.port,
		.ke = &n->ke.port,
		.ke_server = n->ke_server,
		.devices = &n->devices.port,
		.signd = &n->signd.port,
		.phcs = &n->phcs.port,
		.watch = { .ready = on_ready, .status = on_status, .synced = on_synced,
			.usage = on_usage, .ctx = n, },
	};

	assert(n->daemon == NULL);
	sim_loop_start(&n->loop, n->sim->w, &n->clock, n->host->index * 1000 + n->lives);
	n->loop.on_stop = loop_stopped;
	n->loop.on_stop_ctx = n;
	n->lives++;
	n->log_start = n->log.n;
	world_trace(n->sim->w, n->name, "process starts");
	oracle_boot(n);
	n->daemon = ntpd_new(&ports, &n->options);
	n->exit_status = n->daemon != NULL ? ntpd_start(n->daemon) : 99;
	if (n->exit_status != 0) {
		process_over(n, "could not start");
		return false;
	}
	return true;
}

void
sim_node_stop(struct sim_node *n)
{
	if (n->daemon != NULL) {
		ntpd_stop(n->daemon);
		process_over(n, "ended");
	}
}

void
sim_node_kill(struct sim_node *n)
{
	if (n->daemon != NULL) {
		process_over(n, "was killed");
	}
}

static void
away(struct sim_node *n, double for_s)
{
	n->host->frozen = true;
	n->loop.frozen = true;
	sim_loop_rearm(&n->loop);
	world_arm(n->sim->w, &n->wake, n->sim->w->now + ns_from_s(for_s));
}

void
sim_node_suspend(struct sim_node *n, double for_s, double rtc_error_s)
{
	n->suspend = true;
	n->rtc_error_s = rtc_error_s;
	sim_clock_halt(&n->clock);
	away(n, for_s);
}

void
sim_node_pause(struct sim_node *n, double for_s)
{
	n->suspend = false;
	sim_clock_halt(&n->clock);
	away(n, for_s);
}

void
sim_node_freeze(struct sim_node *n, double for_s)
{
	world_trace(n->sim->w, n->name, "process is stopped for %.1f s", for_s);
	away(n, for_s);
}

/* --- questions --- */

double
sim_error_s(struct sim_node *n)
{
	return sim_clock_error_s(&n->clock) - sim_smear_s(n->sim);
}

static double
smeared_part(const struct sim *s)
{
	return (world_s(s->w) - s->smear.at_s) / s->smear.interval_s + 0.5;
}

double
sim_smear_s(const struct sim *s)
{
	return s->smear.interval_s > 0.0 ? -fmin(fmax(smeared_part(s), 0.0), 1.0) : 0.0;
}

double
sim_smear_rate(const struct sim *s)
{
	bool now = s->smear.interval_s > 0.0 && smeared_part(s) > 0.0 && smeared_part(s) < 1.0;

	return now ? -1.0 / s->smear.interval_s : 0.0;
}

struct ntpd_status
sim_status(const struct sim_node *n)
{
	struct ntpd_status st = { 0 };

	if (n->daemon != NULL) {
		ntpd_status(n->daemon, &st);
	}
	return st;
}

unsigned
sim_logged(const struct sim_node *n, const char *text)
{
	return sim_log_count(&n->log, n->log_start, text);
}

double
sim_worst_error_s(struct sim *s, struct sim_node *n, double seconds)
{
	double worst = 0;

	for (double t = 0; t < seconds; t++) {
		sim_run(s, 1);
		worst = fmax(worst, fabs(sim_error_s(n)));
	}
	return worst;
}

double
sim_rms_error_s(struct sim *s, struct sim_node *n, double seconds)
{
	double square = 0;

	for (double t = 0; t < seconds; t++) {
		sim_run(s, 1);
		square += sim_error_s(n) * sim_error_s(n) / seconds;
	}
	return sqrt(square);
}

double
sim_time_to(struct sim *s, struct sim_node *n, double limit_s, double max_s)
{
	double since = 0;

	for (double t = 0; t < max_s; t++) {
		if (fabs(sim_error_s(n)) >= limit_s) {
			since = t + 1;
		}
		if (t - since >= 60) {
			return since;
		}
		sim_run(s, 1);
	}
	return max_s;
}
