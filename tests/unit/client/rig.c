/* SPDX-License-Identifier: BSD-2-Clause */
/* rig - a client whose owner is the test. */
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ARENA_SIZE = 1 << 22, DAY_S = 86400 };

static const uint8_t SECRET[] = { 's', 'e', 'c', 'r', 'e', 't' };

/* ---- the owner ---- */

static void
look(void *ctx)
{
	((struct rig *)ctx)->looks++;
}

static void
world(void *ctx, struct assoc_world *w)
{
	struct rig *r = ctx;

	*w = (struct assoc_world){
		.policy = &r->policy,
		.now = loop_now(&r->loop.port),
		.sys_poll = r->sys_poll,
		.precision = -20,
		.synced = r->synced,
	};
}

static void
standing(void *ctx, struct client_standing *out)
{
	*out = ((struct rig *)ctx)->standing;
}

static void
heard(void *ctx, const struct assoc *a, const struct assoc_answer *ans)
{
	(void)a;
	assert_true(ans->sampled);
	((struct rig *)ctx)->heard++;
}

static void
sampled(void *ctx, const struct assoc *a, const struct assoc_answer *ans)
{
	struct rig *r = ctx;

	(void)a;
	(void)ans;
	r->sampled++;
	r->heard_first = r->heard_first && r->heard == r->sampled;
}

static void
changed(void *ctx)
{
	((struct rig *)ctx)->changed++;
}

static void
broke(void *ctx, struct mtime at)
{
	(void)at;
	((struct rig *)ctx)->broke++;
}

static unsigned
restricted(void *ctx, const struct endpoint *from)
{
	(void)from;
	return ((struct rig *)ctx)->restricted;
}

static void
source_address(void *ctx, const struct addr *a, bool present)
{
	struct rig *r = ctx;

	(void)a;
	r->present += present;
	r->absent += !present;
}

static void
addresses(void *ctx, struct client_addresses *out)
{
	struct rig *r = ctx;

	for (unsigned i = 0; i < r->host->iface_n; i++) {
		r->own[i] = r->host->iface[i].addr;
	}
	*out = (struct client_addresses){
		.own = r->own,
		.own_n = r->host->iface_n,
		.allowed = &r->allowed,
		.allowed_n = r->allowed.family != ADDR_NONE,
		.restricted = r->rules,
	};
}

static void
put_no_way(void *ctx, const struct addr *to, struct text *t)
{
	(void)ctx;
	(void)to;
	text_put(t, "the test leaves none");
}

static void
own_header(void *ctx, struct header *out)
{
	*out = ((struct rig *)ctx)->own_header;
}

/* As the sockets of those who serve would. */
static int
send_shared(void *ctx, const struct addr *local, const struct net_datagram *d, struct stamp *at)
{
	struct rig *r = ctx;

	r->shared_n++;
	r->shared_local = *local;
	r->shared_to = d->to;
	r->shared_tag = d->tag;
	r->shared_len = d->len;
	memcpy(r->shared, d->bytes, d->len < sizeof r->shared ? d->len : sizeof r->shared);
	*at = sim_host_stamp(r->host);
	return r->shared_error;
}

static void
noted(void *ctx)
{
	((struct rig *)ctx)->noted++;
}

static const struct certtime *
certtime(void *ctx)
{
	(void)ctx;
	return NULL;
}

static enum restrict_refusal
may_associate(void *ctx, const struct restrict_newcomer *who)
{
	(void)who;
	return ((struct rig *)ctx)->refusal;
}

static int
tai(void *ctx)
{
	(void)ctx;
	return 37;
}

static void
host_changed(void *ctx)
{
	(void)ctx;
}

static const struct client_events EVENTS = {
	.may_associate = may_associate,
	.certtime = certtime,
	.tai = tai,
	.host_changed = host_changed,
	.look = look,
	.world = world,
	.standing = standing,
	.heard = heard,
	.sampled = sampled,
	.changed = changed,
	.broke = broke,
	.restricted = restricted,
	.source_address = source_address,
	.addresses = addresses,
	.put_no_way = put_no_way,
	.noted = noted,
	.own_header = own_header,
	.send_shared = send_shared,
};

static const struct journal_events JOURNAL_EVENTS = { 0 };

static void
answered(void *ctx, const struct resolver_answer *a)
{
	sources_answered(&((struct rig *)ctx)->c, a);
}

/* ---- making it ---- */

void
rig_configure(struct rig *r, const char *conf)
{
	struct diag_list diags = diag_list_in(r->arena);

	r->conf = config_load_text(NULL, "test", conf, strlen(conf), NULL, false, r->arena, &diags);
	assert_non_null(r->conf);
	journal_configure(&r->journal, r->conf);
	client_configure(&r->c, r->conf, r->c.driftfile);
	r->policy = (struct assoc_policy){
		.phi = r->conf->tinker.dispersion_ppm * 1e-6,
		.maxdist_s = r->conf->tos.maxdist_s,
		.maxdisp_s = r->conf->tos.maxdisp_s,
		.basedate = { ((int64_t)r->conf->tos.basedate_days * DAY_S - NTP_UNIX_OFFSET_S) *
		    NS_PER_S },
		.floor = (unsigned)r->conf->tos.floor,
		.ceiling = (unsigned)r->conf->tos.ceiling,
		.allan_log2s = (int)r->conf->tinker.allan_log2s,
		.adaptive = r->conf->tinker.loop == CONFIG_LOOP_ADAPTIVE,
	};
}

static void
start_ports(struct rig *r)
{
	r->w = world_new(1);
	r->w->epoch_ns = (int64_t)RIG_MIDDAY_S * NS_PER_S;
	sim_clock_start(&r->clock, r->w, "host", 0.0, 0.0);
	sim_loop_start(&r->loop, r->w, &r->clock, 0);
	sim_store_start(&r->store, &r->clock);
	sim_log_start(&r->log, r->w, "host");
	sim_resolver_start(&r->resolver, r->w);
	r->resolver.port.ops->listen(&r->resolver.port, answered, r);
	sim_devices_start(&r->devices, r->w, &r->clock, 0);
	r->rng = sim_rng_of(1, "client", 0);
	r->net = sim_net_new(r->w);
	r->net->usual = sim_path_constant(0.01);
	r->host = sim_host_new(r->net, "host", &r->clock);
	sim_host_add(r->host, "eth0", "192.0.2.1/24");
	sim_ke_start(&r->ke, r->w, &r->kes, r->host, &r->clock);
}

static void
start_client(struct rig *r)
{
	client_init(&r->c,
	    &(struct client_setup){
		.loop = &r->loop.port,
		.net = &r->host->port,
		.clock = &r->clock.port,
		.store = &r->store.port,
		.rng = &r->rng.port,
		.resolver = &r->resolver.port,
		.ke = r->with_ke ? &r->ke.port : NULL,
		.devices = &r->devices.port,
		.journal = &r->journal,
		.keys = &r->keys,
		.up = &EVENTS,
		.up_ctx = r,
	    });
	client_start(&r->c);
}

static struct rig *
make(const char *conf, const char *driftfile, bool with_ke)
{
	struct rig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->with_ke = with_ke;
	start_ports(r);
	r->arena = arena_new(ARENA_SIZE);
	assert_non_null(r->arena);
	r->keys.ring = keyring_new();
	assert_non_null(r->keys.ring);
	r->heard_first = true;
	r->sys_poll = 6;
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
	start_client(r);
	r->c.driftfile = driftfile;
	rig_configure(r, conf);
	return r;
}

struct rig *
rig_new(const char *conf, const char *driftfile)
{
	return make(conf, driftfile, false);
}

struct rig *
rig_new_nts(const char *conf)
{
	return make(conf, NULL, true);
}

void
rig_free(struct rig *r)
{
	sources_stop(&r->c);
	client_stop(&r->c);
	nts_state_stop(&r->c);
	sim_ke_end(&r->ke);
	sim_resolver_end(&r->resolver);
	assert_int_equal(sim_devices_end(&r->devices), 0);
	assert_int_equal(sim_loop_end(&r->loop), 0);
	assert_int_equal(sim_host_close_all(r->host), 0);
	for (unsigned i = 0; i < r->server_n; i++) {
		sim_server_free(r->server[i]);
	}
	sim_net_free(r->net);
	sim_store_end(&r->store);
	sim_log_end(&r->log);
	keyring_free(r->keys.ring);
	arena_free(r->arena);
	world_free(r->w);
	free(r);
}

struct source *
rig_add(struct rig *r, unsigned line)
{
	assert_true(line < r->conf->sources_n);
	return sources_add(&r->c, &r->conf->sources[line], 0.0);
}

void
rig_restart(struct rig *r)
{
	const char *driftfile = r->c.driftfile;

	sources_stop(&r->c);
	client_stop(&r->c);
	nts_state_stop(&r->c);
	memset(&r->c, 0, sizeof r->c);
	start_client(r);
	client_configure(&r->c, r->conf, driftfile);
}

struct sim_server *
rig_server(struct rig *r, const char *address)
{
	struct sim_server *s;

	assert_true(r->server_n < RIG_SERVERS);
	s = r->server[r->server_n++] = sim_server_new(r->net, address, address);
	return s;
}

struct sim_server *
rig_server_nts(struct rig *r, const char *address, const char *name)
{
	struct sim_server *s = rig_server(r, address);

	s->nts = sim_nts_new(&r->kes, s->host, r->w->seed, name);
	return s;
}

struct peer *
rig_peer(struct rig *r, const char *address)
{
	struct addr a = rig_addr(address);

	return peers_by_address(&r->c, &a);
}

void
rig_key(struct rig *r, uint32_t id)
{
	assert_true(keyring_add(r->keys.ring, id, "SHA1", SECRET, sizeof SECRET));
	keyring_trust(r->keys.ring, id, id);
}

void
rig_sign(struct sim_server *s, uint32_t id)
{
	s->key = mac_key_new("SHA1", SECRET, sizeof SECRET);
	assert_non_null(s->key);
	s->key_id = id;
}

struct addr
rig_addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

void
rig_pass(struct rig *r, double s)
{
	world_run(r->w, r->w->now + ns_from_s(s));
}

unsigned
rig_said(const struct rig *r, const char *text)
{
	return sim_log_count(&r->log, 0, text);
}
