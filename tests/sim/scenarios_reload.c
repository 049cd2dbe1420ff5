/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of reloads: what is kept, what is swapped, what a file that cannot be used leaves in
 * force, and that no client notices.
 */
#include <math.h>
#include <string.h>
#include "ntpd/state.h"
#include "server/access.h"
#include "sim/scenario.h"

/* Somebody who asks the time of our daemon, and counts the answers. */
struct asker {
	struct sim_host *host;
	struct endpoint at;
	uint64_t asked, answers;
};

static void
hear(void *ctx, struct sim_host *h, const struct sim_datagram *d)
{
	struct asker *x = ctx;

	(void)h;
	(void)d;
	x->answers++;
}

static void
asker_come(struct asker *x, struct sim *s, const char *address)
{
	memset(x, 0, sizeof *x);
	x->host = sim_host_new(s->net, "asker", NULL);
	x->host->on_datagram = hear;
	x->host->on_datagram_ctx = x;
	sim_host_add(x->host, "eth0", address);
	x->at = sim_endpoint(address, 40000);
}

/* Sends a request; the answer comes within 10 ms. */
static void
asker_ask(struct asker *x, struct sim *s)
{
	struct sim_datagram d = {
		.from = x->at,
		.to = sim_endpoint("192.0.2.100", 123),
		.len = 48,
	};

	d.bytes[0] = 4 << 3 | MODE_CLIENT;
	d.bytes[40] = 0xab;
	x->asked++;
	sim_net_send(s->net, x->host, &d, 0);
}

/* True when a request of the address is answered now. */
static bool
is_served(struct asker *x, struct sim *s)
{
	uint64_t before = x->answers;

	asker_ask(x, s);
	sim_run(s, 0.5);
	return x->answers > before;
}

static bool
reload(struct sim_node *c, const char *config)
{
	sim_node_config(c, config);
	return ntpd_reload(c->daemon);
}

/* ---- what is kept ---- */

static void
a_reload_keeps_what_did_not_change(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_wan(), 0.01, 10e-6, ONE_SERVER);
	uint64_t before;

	sim_run(s, 3600);
	before = s->server[0]->requests;
	SIM_CHECK(s, reload(c, ONE_SERVER "server 192.0.2.2 iburst\n"), "not applied");
	sim_run(s, 60);
	SIM_CHECK(s, s->server[1]->requests >= 8, "%u requests to the new server",
	    (unsigned)s->server[1]->requests);
	SIM_CHECK(s, s->server[0]->requests - before <= 2, "%u requests to the old one",
	    (unsigned)(s->server[0]->requests - before));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, reload(c, "server 192.0.2.2 iburst\n"), "not applied");
	before = s->server[0]->requests;
	sim_run(s, 7200);
	SIM_CHECK(s, s->server[0]->requests == before, "the removed server is still asked");
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.005, "%.6f s off", sim_error_s(c));
}

static void
a_reload_with_an_error_changes_nothing(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 2, scenario_wan(), 0.01, 10e-6, ONE_SERVER);

	sim_run(s, 600);
	SIM_CHECK(s, !reload(c, "server 192.0.2.2 iburst\nserver 192.0.2.1 minpoll banana\n"),
	    "applied");
	SIM_CHECK(s,
	    sim_logged(c, ":3:26: 'minpoll' wants an integer from 3 to 17, found 'banana'") == 1,
	    "not said");
	SIM_CHECK(s, sim_logged(c, "1 error in") == 1, "not said");
	sim_run(s, 3600);
	SIM_CHECK(s, s->server[1]->requests == 0, "%u requests to the new server",
	    (unsigned)s->server[1]->requests);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer");
}

/* ---- files that cannot be used ---- */

#define KEYED "keys /keys\ntrustedkey 1\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4 key 1\n"

/* Runs for four polls; how many of them went out. */
static unsigned
polls_of(struct sim *s, const struct sim_server *server)
{
	uint64_t before = server->requests;

	sim_run(s, 64);
	return (unsigned)(server->requests - before);
}

static struct sim_node *
keyed_client(struct sim *s)
{
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, KEYED);
	struct sim_server *server = sim_serve(s, "192.0.2.1");

	server->key = mac_key_new("SHA1", (const uint8_t *)"secret", 6);
	server->key_id = 1;
	sim_link(s, c->host, server->host, scenario_lan());
	sim_store_put(&c->store, "/keys", "1 SHA1 secret\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 120);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	return c;
}

static void
keys_that_cannot_be_read_any_more_stay_in_force(struct sim *s)
{
	struct sim_node *c = keyed_client(s);

	c->store.denied = "/keys";
	SIM_CHECK(s, reload(c, KEYED "setvar a = 1\n"), "not applied");
	SIM_CHECK(s,
	    sim_logged(c,
		"keys /keys: Permission denied; chgrp ntp /keys to read it; "
		"what was read before stays in force") == 1,
	    "not said");
	SIM_CHECK(s, polls_of(s, s->server[0]) >= 3, "the server is not asked any more");
	c->store.denied = NULL;
	sim_store_put(&c->store, "/keys", "1 SHA1\n");
	SIM_CHECK(s, reload(c, KEYED), "not applied");
	SIM_CHECK(s, sim_logged(c, "/keys:1:7: expected ID TYPE SECRET") == 1, "not said");
	SIM_CHECK(s,
	    sim_logged(c,
		"keys /keys: no line of it is a key, so it is not used; the keys read before "
		"stay") == 1,
	    "not said");
	SIM_CHECK(s, polls_of(s, s->server[0]) >= 3, "the server is not asked any more");
}

static void
a_bad_line_among_the_keys_costs_itself_only_and_is_told_until_it_is_mended(struct sim *s)
{
	struct sim_node *c = keyed_client(s);

	sim_store_put(&c->store, "/keys", "7 N d0f4d5a4b3c2a190\n1 SHA1 secret\n9 NOSUCH x\n");
	SIM_CHECK(s, reload(c, KEYED), "not applied");
	SIM_CHECK(s, sim_logged(c, "/keys:1:3: keys of type N (DES) are not supported") == 1,
	    "not said");
	SIM_CHECK(s,
	    sim_logged(c,
		"/keys:3:3: key 9: OpenSSL here makes no keys of type 'NOSUCH', expected a type "
		"such as MD5, SHA1 or AES128CMAC") == 1,
	    "not said");
	SIM_CHECK(s, polls_of(s, s->server[0]) >= 3, "the server is not asked any more");
	SIM_CHECK(s, strstr(c->status_text, " 2 errors, the first in /keys:1") != NULL,
	    "status: %s", c->status_text);
	sim_store_put(&c->store, "/keys", "1 SHA1 secret\n");
	SIM_CHECK(s, reload(c, KEYED), "not applied");
	SIM_CHECK(s, strstr(c->status_text, "error") == NULL, "status: %s", c->status_text);
}

static void
errors_in_the_files_are_told_at_the_end_of_the_start_and_in_the_status(struct sim *s)
{
	static const char config[] = ONE_SERVER "makestep 1 3\nservr 192.0.2.9\n";
	struct sim_node *c = sim_node_new(s, "client", 0.001, 10e-6, config);

	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	SIM_CHECK(s, sim_logged(c, "2 errors, the first in /etc/ntp.conf:") == 1, "not said");
	SIM_CHECK(s,
	    sim_logged(c, ": 'makestep' is a word of chrony.conf: ntpd steps the clock") == 2,
	    "not said at the line and at the end");
	SIM_CHECK(s, sim_logged(c, "ntpd --check-config tells all") == 1, "not said");
	sim_run(s, 120);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, strstr(c->status_text, " 2 errors, the first in /etc/ntp.conf:") != NULL,
	    "status: %s", c->status_text);
	sim_node_config(c, ONE_SERVER "servr 192.0.2.9\n");
	SIM_CHECK(s, !ntpd_reload(c->daemon), "applied");
	SIM_CHECK(s, strstr(c->status_text, " 1 error in /etc/ntp.conf:") != NULL, "status: %s",
	    c->status_text);
	SIM_CHECK(s, strstr(c->status_text, " kept the reload from being done") != NULL,
	    "status: %s", c->status_text);
	SIM_CHECK(s, reload(c, ONE_SERVER), "not applied");
	SIM_CHECK(s, strstr(c->status_text, "error") == NULL, "status: %s", c->status_text);
}

static void
a_key_that_is_no_longer_trusted_is_not_used_even_if_its_file_is_out_of_reach(struct sim *s)
{
	struct sim_node *c = keyed_client(s);

	c->store.denied = "/keys";
	SIM_CHECK(s,
	    reload(c,
		"keys /keys\ntrustedkey 2\n"
		"server 192.0.2.1 iburst minpoll 4 maxpoll 4 key 1\n"),
	    "not applied");
	SIM_CHECK(s, polls_of(s, s->server[0]) == 0, "asked with a key that is not trusted");
}

static void
a_reload_without_a_keys_line_forgets_the_keys(struct sim *s)
{
	struct sim_node *c = keyed_client(s);

	SIM_CHECK(s, reload(c, "trustedkey 1\nserver 192.0.2.1 iburst minpoll 4 maxpoll 4 key 1\n"),
	    "not applied");
	SIM_CHECK(s, polls_of(s, s->server[0]) == 0, "asked with a key that is gone");
	SIM_CHECK(s, reload(c, KEYED), "not applied");
	SIM_CHECK(s, polls_of(s, s->server[0]) >= 3, "not asked with the key that came back");
}

static void
an_include_or_source_file_out_of_reach_leaves_the_whole_configuration_in_force(struct sim *s)
{
	static const char *const configs[] = {
		ONE_SERVER "includefile /more\nserver 192.0.2.2 iburst\n",
		ONE_SERVER "sourcedir /d\nserver 192.0.2.2 iburst\n",
	};
	static const char *const denied[] = { "/more", "/d/x.sources" };
	static const char *const said[] = {
		":4:13: '/more' cannot be read: Permission denied; chgrp ntp /more to read it",
		"/d/x.sources: cannot be read: Permission denied; chgrp ntp /d/x.sources to read "
		"it",
	};
	struct sim_node *c = scenario_client(s, 2, scenario_lan(), 0.001, 10e-6, ONE_SERVER);

	sim_store_put(&c->store, "/more", "restrict default\n");
	sim_store_put(&c->store, "/d/x.sources", "server 192.0.2.2 iburst\n");
	for (unsigned i = 0; i < 2; i++) {
		c->store.denied = denied[i];
		SIM_CHECK(s, !reload(c, configs[i]), "%s: applied", denied[i]);
		SIM_CHECK(s, sim_logged(c, said[i]) == 1, "not said: %s", said[i]);
		sim_run(s, 120);
		SIM_CHECK(s, s->server[1]->requests == 0, "%s: the new server is asked", denied[i]);
	}
	c->store.denied = NULL;
	SIM_CHECK(s, reload(c, configs[1]), "not applied");
	sim_run(s, 120);
	SIM_CHECK(s, s->server[1]->requests > 0, "the new server is not asked");
}

static void
files_of_a_source_folder_come_go_and_err_with_each_reload(struct sim *s)
{
	static const char config[] = ONE_SERVER "sourcedir /run/ntp\n";
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, config);

	sim_run(s, 120);
	SIM_CHECK(s, sim_status(c).assoc_n == 1, "%u sources", sim_status(c).assoc_n);
	sim_store_put(&c->store, "/run/ntp/eth0.sources", "server 192.0.2.2 iburst\n");
	sim_store_put(&c->store, "/run/ntp/eth1.sources", "server 192.0.2.3 iburst\n");
	sim_store_put(&c->store, "/run/ntp/README", "no configuration at all\n");
	SIM_CHECK(s, reload(c, config), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 3, "%u sources", sim_status(c).assoc_n);
	sim_store_put(&c->store, "/run/ntp/eth1.sources", "server 192.0.2.3\nrestrict default\n");
	sim_store_remove(&c->store, "/run/ntp/eth0.sources");
	SIM_CHECK(s, !reload(c, config), "applied");
	SIM_CHECK(s,
	    sim_logged(c,
		"/run/ntp/eth1.sources:2:1: 'restrict' does not belong into a "
		"file of sourcedir") == 1,
	    "not said");
	SIM_CHECK(s, sim_status(c).assoc_n == 3, "%u sources", sim_status(c).assoc_n);
	sim_store_put(&c->store, "/run/ntp/eth1.sources", "server 192.0.2.3\n");
	SIM_CHECK(s, reload(c, config), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 2, "%u sources", sim_status(c).assoc_n);
}

static void
servers_of_the_usual_folder_come_and_go_without_a_line(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, ONE_SERVER);

	sim_run(s, 120);
	SIM_CHECK(s, sim_status(c).assoc_n == 1, "%u sources", sim_status(c).assoc_n);
	sim_store_put(&c->store, "/run/ntpd-dhcp/eth0.sources", "server 192.0.2.2 iburst\n");
	SIM_CHECK(s, reload(c, ONE_SERVER), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 2, "%u sources", sim_status(c).assoc_n);
	SIM_CHECK(s, reload(c, ONE_SERVER "sourcedir none\n"), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 1, "%u sources with none", sim_status(c).assoc_n);
	SIM_CHECK(s, reload(c, ONE_SERVER), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 2, "%u sources again", sim_status(c).assoc_n);
	sim_store_remove(&c->store, "/run/ntpd-dhcp/eth0.sources");
	SIM_CHECK(s, reload(c, ONE_SERVER), "not applied");
	SIM_CHECK(s, sim_status(c).assoc_n == 1, "%u sources at the end", sim_status(c).assoc_n);
}

/* ---- names of restrict lines ---- */

#define OPEN_TO_SERVERS ONE_SERVER "restrict default ignore\nrestrict 192.0.2.0/29\n"
#define FRIENDS OPEN_TO_SERVERS "restrict friends.example\n"

static void
names_of_restrict_lines_hold_until_a_new_answer_comes(struct sim *s)
{
	static struct asker old, both, new;
	struct sim_node *c;

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = sim_node_new(s, "client", 0.001, 10e-6, FRIENDS);
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_resolver_set(&c->resolver, "friends.example", "192.0.2.77 2001:db8::77 192.0.2.78");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	asker_come(&old, s, "192.0.2.77");
	asker_come(&both, s, "192.0.2.78");
	asker_come(&new, s, "192.0.2.79");
	sim_run(s, 30);
	SIM_CHECK(s, is_served(&old, s) && is_served(&both, s), "not all addresses of the name");
	SIM_CHECK(s, !is_served(&new, s), "a stranger is served");

	sim_resolver_set(&c->resolver, "friends.example", "192.0.2.79 192.0.2.78");
	c->resolver.delay_s = 4;
	SIM_CHECK(s, reload(c, FRIENDS), "not applied");
	SIM_CHECK(s, is_served(&old, s), "shut out while the name is asked for");
	SIM_CHECK(s, reload(c, FRIENDS "restrict 198.51.100.1\n"), "not applied");
	SIM_CHECK(s, is_served(&old, s), "shut out while the name is asked for");
	sim_run(s, 5);
	SIM_CHECK(s, !is_served(&old, s), "served though the name left it");
	SIM_CHECK(s, is_served(&both, s) && is_served(&new, s), "the new addresses are not served");

	c->resolver.down = true;
	SIM_CHECK(s, reload(c, FRIENDS), "not applied");
	sim_run(s, 60);
	SIM_CHECK(s,
	    sim_logged(c, "'friends.example'") == 1 &&
		sim_logged(c, "its last addresses stay") == 1,
	    "not said once");
	SIM_CHECK(s, is_served(&new, s), "shut out because the name service is down");
	SIM_CHECK(s, reload(c, OPEN_TO_SERVERS), "not applied");
	SIM_CHECK(s, !is_served(&new, s), "served though the line is gone");
}

static void
names_of_restrict_lines_are_asked_until_there_is_an_answer(struct sim *s)
{
	static struct asker x;
	struct sim_node *c;

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = sim_node_new(s, "client", 0.001, 10e-6, FRIENDS);
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	c->resolver.down = true;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	asker_come(&x, s, "192.0.2.77");
	sim_run(s, 600);
	SIM_CHECK(s, !is_served(&x, s), "a stranger is served");
	SIM_CHECK(s, sim_logged(c, "ignoring line 6, address/host 'friends.example'") == 1,
	    "not said once");
	c->resolver.down = false;
	sim_resolver_set(&c->resolver, "friends.example", "192.0.2.77");
	sim_run(s, 300);
	SIM_CHECK(s, is_served(&x, s), "the name was not asked for again");
}

static void
an_answer_from_before_a_reload_is_given_to_no_other_line(struct sim *s)
{
	static struct asker bad, good;
	struct sim_node *c;

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = sim_node_new(s, "client", 0.001, 10e-6,
	    ONE_SERVER "restrict default\n"
		       "restrict bad.example ignore\n");
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	sim_resolver_set(&c->resolver, "bad.example", "192.0.2.77");
	sim_resolver_set(&c->resolver, "good.example", "192.0.2.78");
	c->resolver.delay_s = 3;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	asker_come(&bad, s, "192.0.2.77");
	asker_come(&good, s, "192.0.2.78");
	sim_run(s, 1);
	SIM_CHECK(s,
	    reload(c,
		ONE_SERVER "restrict default ignore\nrestrict 192.0.2.0/29\n"
			   "restrict good.example\n"),
	    "not applied");
	sim_run(s, 30);
	SIM_CHECK(s, is_served(&good, s), "not served");
	SIM_CHECK(s, !is_served(&bad, s), "served by the line of another name");
}

static void
many_names_do_not_stand_in_the_way_of_the_servers(struct sim *s)
{
	static char config[4096];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_put(&t, "server time.example iburst\nrestrict default\n");
	for (unsigned i = 0; i < 150; i++) {
		text_printf(&t, "restrict h%u.example kod\n", i);
	}
	s->net->usual = scenario_lan();
	sim_serve(s, "192.0.2.1");
	c = sim_node_new(s, "client", 0.001, 10e-6, config);
	sim_resolver_set(&c->resolver, "time.example", "192.0.2.1");
	sim_resolver_set(&c->resolver, "h149.example", "192.0.2.77");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 60);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, c->resolver.asked >= 151, "%u names asked for", c->resolver.asked);
	SIM_CHECK(s, c->resolver.asked < 2000, "%u questions in a minute", c->resolver.asked);
}

/* ---- entries that the daemon makes ---- */

static uint32_t
flags_of(struct sim_node *c, const char *address, unsigned port)
{
	struct endpoint e = sim_endpoint(address, port);

	return access_flags(&c->daemon->server, &e);
}

static void
our_own_addresses_are_ignored_from_port_123_as_long_as_they_are_ours(struct sim *s)
{
	struct sim_node *c =
	    scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER "restrict default\n");

	sim_run(s, 30);
	SIM_CHECK(s, flags_of(c, "192.0.2.100", 123) == RESTRICT_IGNORE, "not ignored");
	SIM_CHECK(s, flags_of(c, "2001:db8::100", 123) == RESTRICT_IGNORE, "not ignored");
	SIM_CHECK(s, flags_of(c, "192.0.2.100", 124) == 0, "ignored from another port");
	SIM_CHECK(s, reload(c, ONE_SERVER "restrict default noquery\n"), "not applied");
	SIM_CHECK(s, flags_of(c, "192.0.2.100", 123) == RESTRICT_IGNORE, "lost by the reload");
	SIM_CHECK(s, flags_of(c, "192.0.2.100", 124) == RESTRICT_NOQUERY, "not the default");
	sim_host_add(c->host, "eth1", "198.51.100.7/24");
	sim_host_remove(c->host, "2001:db8::100");
	sim_run(s, 10);
	SIM_CHECK(s, flags_of(c, "198.51.100.7", 123) == RESTRICT_IGNORE, "a new one is not");
	SIM_CHECK(s, flags_of(c, "2001:db8::100", 123) == RESTRICT_NOQUERY, "one gone still is");
}

static void
sources_have_the_entry_of_restrict_source_while_they_last(struct sim *s)
{
	static const char closed[] = "restrict default ignore\nrestrict source nomodify\n"
				     "restrict 192.0.2.3 noquery\n";
	char config[512];
	struct text t = text_over(config, sizeof config);
	struct sim_node *c;

	text_printf(&t, "%s%s", THREE_SERVERS, closed);
	c = scenario_client(s, 3, scenario_lan(), 0.001, 10e-6, config);
	sim_run(s, 30);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, flags_of(c, "192.0.2.1", 123) == RESTRICT_NOMODIFY, "no entry");
	SIM_CHECK(s, flags_of(c, "192.0.2.3", 123) == RESTRICT_NOQUERY, "its own entry is lost");
	SIM_CHECK(s, flags_of(c, "192.0.2.9", 123) == RESTRICT_IGNORE, "a stranger has one");
	t = text_over(config, sizeof config);
	text_printf(&t, "%srestrict source noquery\n%s", ONE_SERVER, closed);
	SIM_CHECK(s, reload(c, config), "not applied");
	SIM_CHECK(s, flags_of(c, "192.0.2.1", 123) == (RESTRICT_NOMODIFY | RESTRICT_NOQUERY),
	    "the lines are not added up");
	SIM_CHECK(s, flags_of(c, "192.0.2.2", 123) == RESTRICT_IGNORE, "one gone still has it");
	SIM_CHECK(s, reload(c, ONE_SERVER "restrict default ignore\n"), "not applied");
	SIM_CHECK(s, flags_of(c, "192.0.2.1", 123) == RESTRICT_IGNORE, "still there");
}

/* ---- a thousand reloads ---- */

enum { RELOADS = 1000, ASKERS = 4 };

/* Any of these, none or all, may stand in a good file. */
static const char *const good_lines[] = { "server 192.0.2.2 iburst\n",
	"server 192.0.2.3 minpoll 4 maxpoll 6\n", "server 192.0.2.3 noselect\n",
	"server names.example iburst\n", "pool pool.example\n",
	"server 127.127.1.0\nfudge 127.127.1.0 stratum 10\n", "restrict 198.51.100.0/24 ignore\n",
	"restrict 192.0.2.79 noquery\n", "restrict 198.51.100.7 kod limited\n",
	"restrict -6 default ignore\n", "restrict names.example nomodify\n",
	"restrict source nomodify\n", "restrict 10.1.0.3 mask 255.1.0.255 noserve\n",
	"interface listen all\n", "interface ignore wildcard\ninterface listen eth0\n",
	"interface listen 192.0.2.100\n", "keys /keys\ntrustedkey 1\n", "keys /bad-keys\n",
	"keys /none\n", "leapfile /none\n", "leapfile /leap\n", "leapsmearinterval 86400\n",
	"driftfile /other\n", "tinker step 0.2\n", "tinker stepout 600 panic 0\n",
	"tinker huffpuff 7200\n", "tos minclock 1 maxclock 4\n", "tos maxdist 3\n",
	"tos mindist 0.01\n", "disable monitor\n", "disable stats\n", "disable kernel\n",
	"enable monitor\n", "statsdir /stats/\nstatistics loopstats rawstats\n",
	"filegen peerstats type day\n", "logconfig =syncall +peerall\n", "setvar a = b default\n",
	"discard minimum 1\n", "mru maxdepth 500\n", "dscp 10\n", "sourcedir /sources\n",
	"includefile /more.conf\n", "broadcast 192.0.2.255\n", "crypto pw x\n",
	"sourceport 123\n" };

/* With any of these a file is bad. */
static const char *const bad_lines[] = { "servr 192.0.2.9\n", "server 192.0.2.300\n",
	"restrict 10.0.0.0 mask foo\n", "\"\n", "server 192.0.2.2 iburst maxpoll x\n", "keys\n",
	"tos orphan 99\n", "includefile /bad.conf\n", "restrict default ignore nothing\n",
	"driftfile /a 1 2 3\n", "interface listen\n" };

static unsigned
random_file(struct sim_rng *r, struct text *t)
{
	unsigned n = sim_rng_below(r, 7), bad = sim_rng_chance(r, 0.3) ? 1 : 0;

	text_put(t, "server 192.0.2.1 iburst\nrestrict default\n");
	for (unsigned i = 0; i < n; i++) {
		text_put(t, good_lines[sim_rng_below(r, sizeof good_lines / sizeof good_lines[0])]);
	}
	if (bad > 0) {
		text_put(t, bad_lines[sim_rng_below(r, sizeof bad_lines / sizeof bad_lines[0])]);
	}
	return bad;
}

static struct sim_node *
prepare(struct sim *s)
{
	struct sim_node *c;

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	c = sim_node_new(s, "server", 0.001, 10e-6, "server 192.0.2.1 iburst\nrestrict default\n");
	for (unsigned i = 1; i <= 5; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		text_printf(&t, "192.0.2.%u", i);
		sim_link(s, c->host, sim_serve(s, address)->host, scenario_lan());
	}
	sim_resolver_set(&c->resolver, "names.example", "192.0.2.4");
	sim_resolver_set(&c->resolver, "pool.example", "192.0.2.5 192.0.2.3");
	sim_store_put(&c->store, "/keys", "1 SHA1 secret\n");
	sim_store_put(&c->store, "/bad-keys", "x\n");
	sim_store_put(&c->store, "/leap", "#@ 4000000000\n2272060800 10\n2287785600 11\n");
	sim_store_put(&c->store, "/more.conf", "setvar more = 1\n");
	sim_store_put(&c->store, "/bad.conf", "includefile /bad.conf\nend here\n");
	sim_store_put(&c->store, "/sources/a.sources", "server 192.0.2.4 iburst\n");
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

/*
 * The server that stands in every file is asked as if nothing had happened, good files take effect,
 * bad ones do not.
 */
static void
a_thousand_random_reloads_cost_no_client_an_answer_and_never_the_synchronisation(struct sim *s)
{
	static struct asker x[ASKERS];
	struct sim_node *c = prepare(s);
	struct sim_rng r = sim_rng_of(s->w->seed, "reloads", 0);
	unsigned good = 0, unsynchronised = 0, mistaken = 0;
	uint64_t first, asked = 0, answers = 0;
	double began;

	for (unsigned i = 0; i < ASKERS; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		text_printf(&t, "192.0.2.%u", 77 + i);
		asker_come(&x[i], s, address);
	}
	sim_run(s, 600);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	first = s->server[0]->requests;
	began = world_s(s->w);
	for (unsigned i = 0; i < RELOADS; i++) {
		char config[4096];
		struct text t = text_over(config, sizeof config);
		unsigned bad = random_file(&r, &t);
		const struct config *before = ntpd_config(c->daemon);

		asker_ask(&x[sim_rng_below(&r, ASKERS)], s); /* under way when it happens */
		sim_run(s, sim_rng_between(&r, 0, 0.004));
		bool applied = reload(c, config);
		good += applied;
		mistaken += applied == (bad > 0) || (ntpd_config(c->daemon) != before) != applied;
		for (unsigned k = sim_rng_below(&r, 12); k > 0; k--) {
			asker_ask(&x[sim_rng_below(&r, ASKERS)], s);
			sim_run(s, sim_rng_between(&r, 0, 2));
			unsynchronised += !sim_status(c).synced;
		}
	}
	sim_run(s, 1);
	for (unsigned i = 0; i < ASKERS; i++) {
		asked += x[i].asked;
		answers += x[i].answers;
	}
	SIM_CHECK(s, mistaken == 0, "%u reloads were wrongly applied or not", mistaken);
	SIM_CHECK(s, good > RELOADS / 2 && good < RELOADS, "%u of %u good", good, RELOADS);
	SIM_CHECK(s, unsynchronised == 0, "%u times not synchronised", unsynchronised);
	SIM_CHECK(s, asked > 4 * RELOADS, "%u asked", (unsigned)asked);
	SIM_CHECK(s, answers == asked, "%u answers to %u requests", (unsigned)answers,
	    (unsigned)asked);
	SIM_CHECK(s, (double)(s->server[0]->requests - first) <= (world_s(s->w) - began) / 60 + 2,
	    "%u requests to the server that was always there",
	    (unsigned)(s->server[0]->requests - first));
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

static const struct scenario list[] = {
	SCENARIO(a_reload_keeps_what_did_not_change),
	SCENARIO(a_reload_with_an_error_changes_nothing),
	SCENARIO(keys_that_cannot_be_read_any_more_stay_in_force),
	SCENARIO(a_key_that_is_no_longer_trusted_is_not_used_even_if_its_file_is_out_of_reach),
	SCENARIO(a_reload_without_a_keys_line_forgets_the_keys),
	SCENARIO(an_include_or_source_file_out_of_reach_leaves_the_whole_configuration_in_force),
	SCENARIO(files_of_a_source_folder_come_go_and_err_with_each_reload),
	SCENARIO(servers_of_the_usual_folder_come_and_go_without_a_line),
	SCENARIO(names_of_restrict_lines_hold_until_a_new_answer_comes),
	SCENARIO(names_of_restrict_lines_are_asked_until_there_is_an_answer),
	SCENARIO(a_bad_line_among_the_keys_costs_itself_only_and_is_told_until_it_is_mended),
	SCENARIO(errors_in_the_files_are_told_at_the_end_of_the_start_and_in_the_status),
	SCENARIO(an_answer_from_before_a_reload_is_given_to_no_other_line),
	SCENARIO(many_names_do_not_stand_in_the_way_of_the_servers),
	SCENARIO(our_own_addresses_are_ignored_from_port_123_as_long_as_they_are_ours),
	SCENARIO(sources_have_the_entry_of_restrict_source_while_they_last),
	SCENARIO(a_thousand_random_reloads_cost_no_client_an_answer_and_never_the_synchronisation),
};

const struct scenario_table reload_scenarios = SCENARIO_TABLE(list);
