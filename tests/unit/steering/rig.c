/* SPDX-License-Identifier: BSD-2-Clause */
/* rig - a steering whose owner is the test. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ARENA_SIZE = 1 << 20, SECRET = 0x5eed };

static const double TRIP_S = 0.02;

/* ---- the owner ---- */

static void
world(void *ctx, struct assoc_world *w)
{
	struct rig *r = ctx;

	*w = (struct assoc_world){ .policy = &r->policy };
	steering_put_world(&r->s, w);
}

static void
world_shown(void *ctx, struct assoc_world *w)
{
	struct rig *r = ctx;

	*w = (struct assoc_world){ .policy = &r->policy };
	steering_show_world(&r->s, w);
}

static void
lines(void *ctx, struct quorum_lines *out)
{
	*out = ((struct rig *)ctx)->lines;
}

static bool
has_source(void *ctx)
{
	return !((struct rig *)ctx)->no_source;
}

static bool
fudge(void *ctx, const struct assoc *a, double *time_s, double *freq)
{
	struct rig *r = ctx;
	bool known = r->fudged;

	(void)a;
	*time_s = r->fudge_s;
	*freq = r->fudge_freq;
	r->fudged = false;
	return known;
}

static void
ask_soon(void *ctx, unsigned requests)
{
	((struct rig *)ctx)->soon += requests;
}

static void
ask_seldom(void *ctx, int log2s, unsigned requests)
{
	(void)log2s;
	((struct rig *)ctx)->seldom += requests;
}

static void
ask_silent(void *ctx, const struct assoc_world *w)
{
	(void)w;
	((struct rig *)ctx)->silent++;
}

static void
ask_unheard(void *ctx, struct mtime since)
{
	(void)since;
	((struct rig *)ctx)->unheard++;
}

static void
repoll(void *ctx)
{
	((struct rig *)ctx)->repolled++;
}

static void
clock_moved(void *ctx, double moved_s, bool reset)
{
	struct rig *r = ctx;

	(void)moved_s;
	r->moved++;
	r->reset += reset;
}

static void
doubt(void *ctx, double by_s)
{
	((struct rig *)ctx)->doubt_s += by_s;
}

static void
wander(void *ctx, const double log_likelihood[BANK_WANDERS])
{
	(void)log_likelihood;
	((struct rig *)ctx)->wanders++;
}

static void
sys_peer(void *ctx, const struct assoc *a, double offset_s, bool turn)
{
	struct rig *r = ctx;

	(void)offset_s;
	r->sys_peers++;
	r->sys_peer = a->id;
	r->turn = turn;
}

static void
leap_table(void *ctx, bool anew)
{
	struct rig *r = ctx;

	r->tables++;
	r->tables_anew += anew;
	if (anew && r->rows_n > 0) {
		assert_true(leapsec_take(&r->s, r->rows, r->rows_n, r->expires_s));
	}
}

static void
put_why(void *ctx, struct text *t)
{
	(void)ctx;
	text_put(t, "for a test");
}

static void
published(void *ctx, const struct served_time *t)
{
	struct rig *r = ctx;

	r->published++;
	r->served = *t;
}

static void
changed(void *ctx)
{
	((struct rig *)ctx)->changed++;
}

static void
synced(void *ctx)
{
	((struct rig *)ctx)->synced++;
}

static void
stop(void *ctx, int status)
{
	struct rig *r = ctx;

	r->stopped++;
	r->status = status;
}

static void
housekeeping(void *ctx)
{
	((struct rig *)ctx)->housekept++;
}

static void
certify(void *ctx)
{
	(void)ctx;
}

static const struct steering_events EVENTS = {
	.certify = certify,
	.world = world,
	.world_shown = world_shown,
	.lines = lines,
	.has_source = has_source,
	.fudge = fudge,
	.ask_soon = ask_soon,
	.ask_seldom = ask_seldom,
	.ask_silent = ask_silent,
	.ask_unheard = ask_unheard,
	.repoll = repoll,
	.clock_moved = clock_moved,
	.doubt = doubt,
	.wander = wander,
	.sys_peer = sys_peer,
	.leap_table = leap_table,
	.put_why = put_why,
	.published = published,
	.changed = changed,
	.synced = synced,
	.stop = stop,
	.housekeeping = housekeeping,
};

/* The journal asks nothing of a test without sysstats. */
static const struct journal_events JOURNAL_EVENTS = { 0 };

/* ---- making it ---- */

void
rig_configure(struct rig *r, const char *config)
{
	struct diag_list diags = diag_list_in(r->arena);
	struct config *conf =
	    config_load_text(NULL, "test", config, strlen(config), NULL, false, r->arena, &diags);

	assert_non_null(conf);
	assert_int_equal(diags.errors, 0);
	journal_configure(&r->journal, conf);
	steering_configure(&r->s, conf, r->s.driftfile);
	r->policy = (struct assoc_policy){
		.phi = conf->tinker.dispersion_ppm * 1e-6,
		.maxdist_s = conf->tos.maxdist_s,
		.maxdisp_s = conf->tos.maxdisp_s,
		.floor = (unsigned)conf->tos.floor,
		.ceiling = (unsigned)conf->tos.ceiling,
		.allan_log2s = (int)conf->tinker.allan_log2s,
		.adaptive = conf->tinker.loop == CONFIG_LOOP_ADAPTIVE,
	};
}

static void
start_ports(struct rig *r, const struct rig_setup *setup)
{
	r->w = world_new(setup->seed + 1);
	r->w->epoch_ns = (int64_t)RIG_MIDDAY_S * NS_PER_S;
	sim_clock_start(&r->clock, r->w, "host", setup->offset_s, setup->freq);
	sim_loop_start(&r->loop, r->w, &r->clock, 0);
	sim_store_start(&r->store, &r->clock);
	sim_log_start(&r->log, r->w, "host");
}

struct rig *
rig_new(const struct rig_setup *setup)
{
	struct rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	start_ports(r, setup);
	r->arena = arena_new(ARENA_SIZE);
	assert_non_null(r->arena);
	journal_init(&r->journal,
	    &(struct journal_setup){
		.loop = &r->loop.port,
		.clock = &r->clock.port,
		.store = &r->store.port,
		.log = &r->log.port,
		.up = &JOURNAL_EVENTS,
		.up_ctx = r,
	    });
	journal_start(&r->journal);
	steering_init(&r->s,
	    &(struct steering_setup){
		.loop = &r->loop.port,
		.clock = &r->clock.port,
		.store = &r->store.port,
		.journal = &r->journal,
		.assocs = &r->table,
		.up = &EVENTS,
		.up_ctx = r,
		.panic_gate = setup->panic_gate,
		.step_first = setup->step_first,
		.once = setup->once,
		.slew_only = setup->slew_only,
		.boot_marker = setup->boot_marker,
	    });
	r->s.driftfile = setup->driftfile;
	rig_configure(r, setup->config != NULL ? setup->config : "");
	return r;
}

void
rig_start(struct rig *r)
{
	clock_update_start(&r->s);
	leapwatch_start(&r->s);
}

void
rig_free(struct rig *r)
{
	steering_halt(&r->s);
	clock_update_free(&r->s);
	leapwatch_stop(&r->s);
	assert_int_equal(sim_loop_end(&r->loop), 0);
	sim_store_end(&r->store);
	sim_log_end(&r->log);
	arena_free(r->arena);
	world_free(r->w);
	free(r);
}

void
rig_pass(struct rig *r, double s)
{
	world_run(r->w, r->w->now + (int64_t)(s * 1e9));
}

/* ---- sources ---- */

struct assoc *
rig_source(struct rig *r, unsigned flags)
{
	const struct assoc_rules rules = {
		.mode = MODE_CLIENT,
		.flags = flags,
		.minpoll = 4,
		.maxpoll = 10,
		.version = 4,
	};
	unsigned at = r->table.n++;
	struct endpoint remote = { addr_v4(0xc0000201 + at), NTP_PORT };
	struct assoc *a = &r->assoc[at];
	struct assoc_world w;

	assert_true(at < RIG_SOURCES);
	world(r, &w);
	assoc_start(a, (uint16_t)(at + 1), &rules, &remote, 0.0, &w);
	r->table.at[at] = a;
	r->lines.of[at] = (int16_t)at;
	r->lines.weight[at] = 1;
	r->lines.n = at + 1;
	return a;
}

static void
put_answer(struct rig *r, const struct assoc_sending *sent, double offset_s,
    uint8_t bytes[HEADER_LEN])
{
	struct ntp_ts now =
	    ntp_ts_from_rtime(rtime_add_s((struct rtime){ world_utc(r->w) }, offset_s));
	struct cursor c = cursor_over(sent->bytes, HEADER_LEN);
	struct writer to = writer_over(bytes, HEADER_LEN);
	struct header request;

	assert_true(header_get(&c, &request));
	header_put(&to,
	    &(struct header){
		.leap = LEAP_NONE,
		.version = 4,
		.mode = MODE_SERVER,
		.stratum = 2,
		.poll = 6,
		.precision = -23,
		.root_delay = ntp_short_from_s(0.01),
		.root_disp = ntp_short_from_s(0.005),
		.refid = 0xc6336407,
		.reftime = now,
		.org = request.xmt,
		.rec = now,
		.xmt = now,
	    });
}

void
rig_ask(struct rig *r, struct assoc *a, double offset_s)
{
	struct assoc_draw draw = { .nonce = ++r->w->fired * SECRET, .skew = SECRET };
	struct assoc_sending sent;
	struct assoc_answer got;
	struct assoc_world w;
	uint8_t bytes[HEADER_LEN];
	struct packet p;

	clock_look(&r->s);
	world(r, &w);
	assoc_poll(a, &w, &draw, &sent);
	assoc_sent(a, sent.tag, sim_clock_real(&r->clock), sim_clock_mono(&r->clock), true);
	rig_pass(r, TRIP_S / 2);
	put_answer(r, &sent, offset_s, bytes);
	rig_pass(r, TRIP_S / 2);
	assert_true(packet_parse(bytes, sizeof bytes, &p));
	clock_look(&r->s);
	world(r, &w);
	assoc_receive(a, &p, PACKET_AUTH_NONE, sim_clock_real(&r->clock), sim_clock_mono(&r->clock),
	    &w, &got);
	assert_int_equal(got.verdict, VERDICT_OK);
	if (got.sampled) {
		clock_update_heard(&r->s, a, &got);
		clock_update_sampled(&r->s, a, &got);
	}
}

void
rig_ask_all(struct rig *r, unsigned n, const double *off_s, unsigned times, double every_s)
{
	for (unsigned i = 0; i < times; i++) {
		for (unsigned k = 0; k < n; k++) {
			rig_ask(r, &r->assoc[k], off_s != NULL ? off_s[k] : 0.0);
		}
		rig_pass(r, every_s);
	}
}

double
rig_error_s(struct rig *r)
{
	return sim_clock_error_s(&r->clock);
}

unsigned
rig_said(const struct rig *r, const char *text)
{
	return sim_log_count(&r->log, 0, text);
}
