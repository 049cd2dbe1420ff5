/* SPDX-License-Identifier: BSD-2-Clause */
/* daemon - the whole: made, started, reloaded, stopped. */
#include "ntpd/daemon.h"
#include <stdlib.h>
#include <string.h>
#include "client/asked.h"
#include "client/nts_state.h"
#include "client/peers.h"
#include "client/sources.h"
#include "control/control.h"
#include "journal/report.h"
#include "journal/stats.h"
#include "ntpd/access_names.h"
#include "ntpd/conffile.h"
#include "ntpd/faults.h"
#include "ntpd/keys.h"
#include "ntpd/listen.h"
#include "ntpd/nts_serve.h"
#include "ntpd/reload.h"
#include "ntpd/reset.h"
#include "ntpd/rules.h"
#include "ntpd/state.h"
#include "ntpd/status.h"
#include "ntpd/wire.h"
#include "server/access.h"
#include "server/flood.h"
#include "steering/boot_marker.h"
#include "steering/cards.h"
#include "steering/compensate.h"
#include "steering/clock_look.h"
#include "steering/clock_update.h"
#include "steering/leapwatch.h"
#include "steering/system.h"

enum { EXIT_NO_MEMORY = 1 };

struct ntpd *
ntpd_new(const struct ntpd_ports *ports, const struct ntpd_options *options)
{
	struct ntpd *d = calloc(1, sizeof *d);

	if (d == NULL) {
		return NULL;
	}
	d->port = *ports;
	d->opt = *options;
	wire_journal(d);
	wire_client(d);
	wire_steering(d);
	auth_take_ring(&d->auth, keyring_new());
	if (d->auth.ring == NULL) {
		free(d);
		return NULL;
	}
	d->port.rng->ops->fill(d->port.rng, &d->hash, sizeof d->hash);
	wire_control(d);
	wire_server(d);
	return d;
}

static void
start_limits(struct ntpd *d)
{
	struct mtime now = now_of(d);

	reset_start(d, now);
	journal_start(&d->journal);
	client_start(&d->client);
}

int
ntpd_configure(struct ntpd *d)
{
	struct diag_list diags;

	if (d->conf != NULL) {
		return 0;
	}
	start_limits(d);
	d->conf = conffile_load(d->port.store, &d->opt, &d->arena, &diags);
	if (d->conf == NULL) {
		report(&d->journal, LOG_LEVEL_ERROR, "no memory for the configuration");
		return EXIT_NO_MEMORY;
	}
	rules_policy(d, &d->policy);
	journal_configure(&d->journal, d->conf);
	client_configure(&d->client, d->conf, rules_driftfile(d));
	control_configure(&d->control, d->conf);
	server_configure(&d->server, d->conf);
	steering_configure(&d->steering, d->conf, rules_driftfile(d));
	conffile_report(d->port.log, &diags);
	faults_note(d, FAULTS_CONFIG, &diags);
	return 0;
}

const struct config *
ntpd_config(const struct ntpd *d)
{
	return d->conf;
}

static void
now_ready(struct ntpd *d)
{
	d->ready = true;
	journal_ready(&d->journal);
	if (d->port.watch.ready != NULL) {
		d->port.watch.ready(d->port.watch.ctx);
	}
	status_tell(d);
}

int
ntpd_start(struct ntpd *d)
{
	int status = ntpd_configure(d);

	if (status != 0) {
		return status;
	}
	keys_load(d);
	boot_marker_start(&d->steering);
	stats_start(&d->journal);
	flood_start(&d->server);
	manycast_serve_start(&d->server);
	control_start(&d->control);
	clock_update_start(&d->steering);
	leapwatch_start(&d->steering);
	cards_configure(&d->steering);
	compensate_configure(&d->steering);
	access_names_start(d);
	if (!access_names_take(d) || !access_start(&d->server) ||
	    !interleaved_configure(&d->server)) {
		report(&d->journal, LOG_LEVEL_ERROR,
		    "no memory for the tables of clients and restrictions");
		return EXIT_NO_MEMORY;
	}
	status = listen_start(d);
	if (status != 0) {
		return status;
	}
	nts_serve_start(d);
	asked_read(&d->client);
	nts_state_read(&d->client);
	wire_resolver(d);
	sources_start(&d->client);
	faults_say(d);
	now_ready(d);
	return 0;
}

void
ntpd_user_changed(struct ntpd *d)
{
	if (d->keys_denied) {
		keys_load(d);
	}
	if (d->leaptable.denied) {
		leapwatch_reload(&d->steering);
	}
	stats_release(&d->journal);
	nts_serve_release(d);
	faults_say(d);
	status_tell(d);
}

void
ntpd_clock_set(struct ntpd *d)
{
	if (!d->stopping) {
		clock_look(&d->steering);
	}
}

bool
ntpd_reload(struct ntpd *d)
{
	return reload(d);
}

void
ntpd_stop(struct ntpd *d)
{
	if (d->port.watch.stopping != NULL) {
		d->port.watch.stopping(d->port.watch.ctx);
	}
	if (d->conf != NULL && d->ready) {
		clock_update_stop(&d->steering);
		asked_write(&d->client);
		nts_state_write(&d->client);
	}
	d->stopping = true;
	steering_halt(&d->steering);
}

void
ntpd_free(struct ntpd *d)
{
	if (d == NULL) {
		return;
	}
	d->stopping = true;
	steering_halt(&d->steering);
	sources_stop(&d->client);
	nts_state_stop(&d->client);
	client_stop(&d->client);
	cards_stop(&d->steering);
	compensate_stop(&d->steering);
	listen_stop(d);
	nts_serve_stop(d);
	clock_update_free(&d->steering);
	leapwatch_stop(&d->steering);
	control_stop(&d->control);
	flood_stop(&d->server);
	mssntp_stop(&d->server);
	manycast_serve_stop(&d->server);
	access_names_stop(d);
	access_stop(&d->server);
	interleaved_stop(&d->server);
	auth_take_ring(&d->auth, NULL);
	stats_stop(&d->journal);
	arena_free(d->arena);
	free(d);
}

void
ntpd_status(const struct ntpd *d, struct ntpd_status *out)
{
	enum ntp_leap leap = system_leap(&d->steering);
	struct counters sum;

	wire_count(d, &sum);
	*out = (struct ntpd_status){
		.synced = leap != LEAP_UNSYNC,
		.controlled = d->steering.adjust.controlled,
		.leap = leap,
		.stratum = d->steering.sys.stratum,
		.refid = d->steering.sys.refid,
		.root_delay_s = d->steering.sys.root_delay_s,
		.root_disp_s = system_root_disp_s(&d->steering),
		.root_dist_s = system_root_dist_s(&d->steering),
		.offset_s = d->steering.sys.offset_s,
		.freq = adjust_freq(&d->steering.adjust),
		.jitter_s = d->steering.sys.jitter_s,
		.poll_log2s = d->steering.disc.loop.poll_log2s,
		.state = d->steering.disc.state,
		.sys_id = d->steering.sys.peer_id,
		.assoc_n = peers_count(&d->client),
		.steps = d->steering.disc.steps,
		.sent = sum.sent,
		.received = sum.received,
	};
}

struct journal *
ntpd_journal(struct ntpd *d)
{
	return &d->journal;
}
