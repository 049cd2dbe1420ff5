/* SPDX-License-Identifier: BSD-2-Clause */
/* Scenarios of words of ntp.conf about who is answered, how often and where. */
#include <errno.h>
#include <string.h>
#include "ntpd/state.h"
#include "sim/scenario.h"
#include "sim/stranger.h"

/* ---- restrict ---- */

static void
a_source_keeps_its_restrict_entry_when_its_twin_goes(struct sim *s)
{
	static const char both[] = "restrict default ignore\nrestrict source nomodify\n"
				   "server 192.0.2.1 iburst\nserver 192.0.2.1:1123\n";
	static const char one[] = "restrict default ignore\nrestrict source nomodify\n"
				  "server 192.0.2.1 iburst\n";
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, both);

	sim_run(s, 300);
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	sim_node_config(c, one);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 3600);
	SIM_CHECK(s, sim_status(c).sys_id != 0, "no system peer an hour after its twin went");
	SIM_CHECK(s, sim_logged(c, "are dropped by a restrict entry") == 0, "answers are dropped");
}

/* Whether a request of version 4, of version 3, and a query of ntpq are answered. */
struct access_case {
	const char *lines, *from;
	uint16_t port;
	bool v4, v3, query;
};

static const struct access_case access_cases[] = {
	{ "restrict default\n", "192.0.2.77", 40000, true, true, true },
	{ "restrict default\n", "2001:db8::77", 40000, true, true, true },
	{ "restrict default ignore\n", "192.0.2.77", 40000, false, false, false },
	{ "restrict default ignore\n", "2001:db8::77", 40000, false, false, false },
	/* One family: the built-in default of the other stays. */
	{ "restrict -4 default\n", "192.0.2.77", 40000, true, true, true },
	{ "restrict -4 default\n", "2001:db8::77", 40000, true, true, false },
	{ "restrict -6 default ignore\n", "2001:db8::77", 40000, false, false, false },
	{ "restrict -6 default ignore\n", "192.0.2.77", 40000, true, true, false },
	{ "restrict 0.0.0.0 mask 0.0.0.0 noquery\nrestrict -6 default\n", "192.0.2.77", 40000, true,
	    true, false },
	{ "restrict 0.0.0.0 mask 0.0.0.0 noquery\nrestrict default noserve\n", "192.0.2.77", 40000,
	    false, false, false },
	/* Flags. */
	{ "restrict default noserve\n", "192.0.2.77", 40000, false, false, true },
	{ "restrict default noquery\n", "192.0.2.77", 40000, true, true, false },
	{ "restrict default notrust\n", "192.0.2.77", 40000, false, false, true },
	{ "restrict default version\n", "192.0.2.77", 40000, true, false, true },
	{ "restrict default kod\n", "192.0.2.77", 40000, true, true, true },
	{ "restrict default nomodify notrap nopeer noepeer lowpriotrap nomrulist\n", "192.0.2.77",
	    40000, true, true, true },
	/* What is more specific decides alone; the same again adds; host bits do not count. */
	{ "restrict default ignore\nrestrict 192.0.2.77\n", "192.0.2.77", 40000, true, true, true },
	{ "restrict default\nrestrict 192.0.2.77 nomodify\nrestrict 192.0.2.77 noserve\n",
	    "192.0.2.77", 40000, false, false, true },
	{ "restrict default\nrestrict 192.0.2.5 mask 255.255.255.128 noserve\n", "192.0.2.77",
	    40000, false, false, true },
	{ "restrict default\nrestrict 192.0.2.200 mask 255.255.255.128 noserve\n", "192.0.2.77",
	    40000, true, true, true },
	{ "restrict default\nrestrict 192.0.2.64/26 noserve\n", "192.0.2.77", 40000, false, false,
	    true },
	{ "restrict default\nrestrict 2001:db8::/32 noserve\n", "2001:db8::77", 40000, false, false,
	    true },
	/* Ports. */
	{ "restrict default\nrestrict 192.0.2.77 ntpport ignore\n", "192.0.2.77", 40000, true, true,
	    true },
	{ "restrict default\nrestrict 192.0.2.77 ntpport ignore\n", "192.0.2.77", 123, false, false,
	    false },
	{ "restrict default\nrestrict 192.0.2.77 non-ntpport ignore\n", "192.0.2.77", 40000, false,
	    false, false },
	{ "restrict default\nrestrict 192.0.2.77 non-ntpport ignore\n", "192.0.2.77", 123, true,
	    true, true },
	/* Taken back. */
	{ "restrict default\nrestrict 192.0.2.77 noserve noquery\nunrestrict 192.0.2.77 noserve\n",
	    "192.0.2.77", 40000, true, true, false },
	{ "restrict default\nrestrict 192.0.2.77 ignore\nunrestrict 192.0.2.77\n", "192.0.2.77",
	    40000, true, true, true },
	{ "restrict default noquery\nrestrict 192.0.2.77 ignore\ndelrestrict 192.0.2.77\n",
	    "192.0.2.77", 40000, true, true, false },
	{ "restrict default ignore\ndelrestrict default\nunrestrict default\n", "192.0.2.77", 40000,
	    true, true, true },
};

static bool
gets_answer(struct stranger *x, unsigned version)
{
	static const uint8_t readvar[12] = { 0x16, 2, 0, 1 };

	x->answers = 0;
	if (version == 0) {
		stranger_send(x, readvar, sizeof readvar);
	} else {
		stranger_ask(x, version, MODE_CLIENT);
	}
	return x->answers > 0;
}

static void
restrict_lines_do_what_they_say(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6,
	    "restrict default\nserver 192.0.2.1 noselect\n");

	s->net->usual = sim_path_exponential(0.002, 0.0001);
	for (unsigned i = 0; i < sizeof access_cases / sizeof access_cases[0]; i++) {
		const struct access_case *k = &access_cases[i];
		static struct stranger x;
		sim_node_config(c, k->lines);
		SIM_CHECK(s, ntpd_reload(c->daemon), "not applied: %s", k->lines);
		stranger_come(&x, s, k->from);
		x.at.port = k->port;
		SIM_CHECK(s, gets_answer(&x, 4) == k->v4, "version 4, %s: %s", k->from, k->lines);
		SIM_CHECK(s, gets_answer(&x, 3) == k->v3, "version 3, %s: %s", k->from, k->lines);
		SIM_CHECK(s, gets_answer(&x, 0) == k->query, "query, %s: %s", k->from, k->lines);
		sim_run(s, 60);
	}
}

static void
a_default_line_with_a_mistake_leaves_the_built_in_one(struct sim *s)
{
	static struct stranger x;

	(void)scenario_with(s, "restrict default ingore\n");
	stranger_come(&x, s, "192.0.2.77");
	SIM_CHECK(s, gets_answer(&x, 4), "no time");
	SIM_CHECK(s, !gets_answer(&x, 0), "everybody may query");
}

static void
flake_drops_one_in_ten(struct sim *s)
{
	static struct stranger x;
	unsigned answered = 0;

	(void)scenario_with(s, "restrict default flake\n");
	stranger_come(&x, s, "192.0.2.77");
	for (unsigned i = 0; i < 1000; i++) {
		answered += gets_answer(&x, 4);
	}
	SIM_CHECK(s, answered > 860 && answered < 940, "%u of 1000", answered);
}

/* ---- rates ---- */

/* Of n requests 0.2 s apart, so many are answered with the time; the rest with kisses or nothing. */
static unsigned
served_of(struct stranger *x, unsigned n)
{
	unsigned served = 0;

	for (unsigned i = 0; i < n; i++) {
		x->answers = 0;
		stranger_ask(x, 4, MODE_CLIENT);
		served += x->answers == 1 && stranger_heard(x).hdr.stratum != 0;
	}
	return served;
}

static void
of_discard_and_limit_the_last_one_counts(struct sim *s)
{
	static struct stranger x, y, z;
	struct sim_node *c = scenario_with(s,
	    "restrict default limited kod\ndiscard minimum 1\nlimit average 2 burst 10 leak 0\n");
	unsigned n;

	/* 5 a second: the score reaches 2 after 10 ln(5 / 3) s; the bucket of discard takes 9. */
	stranger_come(&x, s, "192.0.2.77");
	n = served_of(&x, 200);
	SIM_CHECK(s, n >= 20 && n <= 30, "%u of 200 are served by the score", n);
	sim_node_config(c,
	    "restrict default limited kod\nlimit average 2 burst 10 leak 0\n"
	    "discard minimum 0\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	stranger_come(&y, s, "192.0.2.78");
	n = served_of(&y, 200);
	SIM_CHECK(s, n >= 8 && n <= 18, "%u of 200 are served by the bucket", n);
	sim_node_config(c, "restrict default limited kod\nlimit average 100 burst 10\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	stranger_come(&z, s, "192.0.2.79");
	n = served_of(&z, 200);
	SIM_CHECK(s, n == 200, "%u of 200 are served below the average", n);
}

static void
the_list_of_clients_keeps_to_mru(struct sim *s)
{
	static struct stranger x[4];
	struct sim_node *c = scenario_with(s,
	    "restrict default\nmru maxdepth 2 mindepth 2 maxage 64\n"
	    "discard monitor 1000000\n");

	for (unsigned i = 0; i < 3; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);
		text_printf(&t, "192.0.2.%u", 70 + i);
		stranger_come(&x[i], s, address);
		stranger_ask(&x[i], 4, MODE_CLIENT);
		SIM_CHECK(s, x[i].answers == 1, "%s is not served", address);
	}
	SIM_CHECK(s, mru_used(c->daemon->server.access.mru) == 2, "%zu clients",
	    mru_used(c->daemon->server.access.mru));
	SIM_CHECK(s, mru_position(c->daemon->server.access.mru, &x[2].at.addr) == 0,
	    "a full list took a new client at once");
	sim_run(s, 70);
	stranger_ask(&x[2], 4, MODE_CLIENT);
	SIM_CHECK(s, mru_position(c->daemon->server.access.mru, &x[2].at.addr) != 0,
	    "not taken after maxage");
	SIM_CHECK(s, mru_position(c->daemon->server.access.mru, &x[0].at.addr) == 0,
	    "the oldest is there");
	sim_node_config(c, "restrict default\nmru maxdepth 2 minage 0\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	stranger_ask(&x[0], 4, MODE_CLIENT);
	SIM_CHECK(s, mru_position(c->daemon->server.access.mru, &x[0].at.addr) != 0,
	    "minage has no effect");
}

/* ---- where it listens ---- */

static unsigned
listeners_on(const struct sim_node *c, uint16_t port)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->daemon->server.listeners.n; i++) {
		const struct listener *l = c->daemon->server.listeners.at[i];
		n += l->sock != NULL && l->what.local.port == port;
	}
	return n;
}

static bool
is_answered_at(struct stranger *x, uint16_t port)
{
	x->answers = 0;
	x->daemon.port = port;
	stranger_ask(x, 4, MODE_CLIENT);
	return x->answers == 1 && stranger_heard(x).hdr.stratum == 2;
}

/* What is done at :: 0.0.0.0, lo's 127.0.0.1 ::1, eth0's and eth1's v4 and v6: listen, drop or -. */
struct listen_case {
	const char *lines, *sockets;
};

static const struct listen_case listen_cases[] = {
	{ "", "dd ll ll ll" },
	/* The last line that matches decides; with any line the rest is ignored, but loopback. */
	{ "interface listen eth0\n", "dd ll ll --" },
	{ "interface ignore wildcard\ninterface listen eth0\n", "-- ll ll --" },
	{ "interface listen eth0\ninterface ignore eth0\n", "dd ll -- --" },
	{ "interface ignore eth0\ninterface listen all\n", "dd ll ll ll" },
	{ "interface listen all\ninterface ignore eth0\n", "dd ll -- ll" },
	{ "interface ignore all\n", "dd ll -- --" },
	/* all is neither loopback nor the wildcards, ipv4 and ipv6 are. */
	{ "interface ignore ipv6\n", "-d l- -- --" },
	{ "interface listen ipv4\n", "dl ll l- l-" },
	{ "interface drop all\n", "dd ll dd dd" },
	{ "interface listen wildcard\n", "ll ll -- --" },
	{ "nic listen ETH*\nnic ignore ?th1\n", "dd ll ll --" },
	{ "interface ignore lo\n", "dd -- -- --" },
	{ "interface listen 192.0.2.0/24\n", "dd ll l- l-" },
	{ "interface listen 192.0.2.100\n", "dd ll l- --" },
	{ "interface listen 2001:db8::/32\ninterface ignore wildcard\n", "-- ll -l -l" },
};

static char
done_at(const struct sim_node *c, const char *address)
{
	struct endpoint e = sim_endpoint(address, 123);

	for (unsigned i = 0; i < c->daemon->server.listeners.n; i++) {
		const struct listener *l = c->daemon->server.listeners.at[i];
		if (l->sock != NULL && endpoint_equal(&l->what.local, &e)) {
			return l->what.drop ? 'd' : 'l';
		}
	}
	return '-';
}

static void
interface_lines_do_what_they_say(struct sim *s)
{
	static const char *const at[] = { "::", "0.0.0.0", "", "127.0.0.1", "::1", "",
		"192.0.2.100", "2001:db8::100", "", "192.0.2.200", "2001:db8::200" };
	struct sim_node *c = sim_node_new(s, "client", 0.0, 0.0, "server 192.0.2.1\n");

	sim_host_add(c->host, "eth1", "192.0.2.200");
	sim_host_add(c->host, "eth1", "2001:db8::200");
	sim_node_boot(c);
	for (unsigned i = 0; i < sizeof listen_cases / sizeof listen_cases[0]; i++) {
		char found[sizeof at / sizeof at[0] + 1] = "";
		sim_node_config(c, listen_cases[i].lines);
		SIM_CHECK(s, ntpd_reload(c->daemon), "not applied: %s", listen_cases[i].lines);
		for (unsigned k = 0; k < sizeof at / sizeof at[0]; k++) {
			found[k] = at[k][0] == '\0' ? ' ' : done_at(c, at[k]);
		}
		SIM_CHECK(s, strcmp(found, listen_cases[i].sockets) == 0, "%s, not %s: %s", found,
		    listen_cases[i].sockets, listen_cases[i].lines);
	}
}

static void
interface_lines_and_option_i_exclude_each_other(struct sim *s)
{
	static const char *const config[] = {
		"server 192.0.2.1\n",
		"interface listen eth0\nserver 192.0.2.1\n",
	};
	struct sim_node *c = sim_node_new(s, "client", 0.0, 0.0, config[0]);

	c->options.listen[0] = "eth0";
	c->options.listen_n = 1;
	SIM_CHECK(s, sim_node_boot(c), "option -I alone: status %d", c->exit_status);
	sim_node_stop(c);
	sim_node_config(c, config[1]);
	SIM_CHECK(s, !sim_node_boot(c) && c->exit_status == 1, "status %d", c->exit_status);
	SIM_CHECK(s, sim_logged(c, "not allowed with --interface (-I)") == 1, "not told");
}

static void
an_extra_port_serves_as_well(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c = scenario_with(s, "restrict default\nextra port 1123\n");

	stranger_come(&x, s, "192.0.2.77");
	SIM_CHECK(s, is_answered_at(&x, 123) && is_answered_at(&x, 1123), "not on both ports");
	SIM_CHECK(s, sim_logged(c, "192.0.2.100:1123") == 1, "not told");
	/* No wildcards: on this port nobody else wants its packets dropped. */
	SIM_CHECK(s, listeners_on(c, 1123) == 4, "%u sockets", listeners_on(c, 1123));
	sim_node_config(c, "restrict default\nextra port 1124\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, is_answered_at(&x, 123) && is_answered_at(&x, 1124), "not on the new one");
	SIM_CHECK(s, !is_answered_at(&x, 1123), "still on the old one");
	sim_node_config(c, "restrict default\nextra port 1124\ninterface ignore eth0\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, !is_answered_at(&x, 1124), "on an ignored interface");
	SIM_CHECK(s, listeners_on(c, 1124) == 2, "%u sockets", listeners_on(c, 1124));
	sim_node_config(c, "restrict default\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, is_answered_at(&x, 123) && listeners_on(c, 1124) == 0, "not given up");
}

static void
the_port_of_nts_serves_beside_an_extra_one(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c =
	    scenario_with(s, "restrict default\nextra port 1123\nnts enable\nnts port 4123\n");

	stranger_come(&x, s, "192.0.2.77");
	SIM_CHECK(s,
	    is_answered_at(&x, 123) && is_answered_at(&x, 1123) && is_answered_at(&x, 4123),
	    "not on all ports");
	sim_node_config(c, "restrict default\nextra port 4123\nnts enable port 4123\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, is_answered_at(&x, 4123), "not when both are one");
	SIM_CHECK(s, listeners_on(c, 4123) == 4 && listeners_on(c, 1123) == 0, "%u and %u sockets",
	    listeners_on(c, 4123), listeners_on(c, 1123));
	sim_node_config(c, "restrict default\nnts port 4123\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, !is_answered_at(&x, 4123), "open though nts is not enabled");
}

static unsigned
port_of(const struct peer *p)
{
	struct endpoint e = { .port = 0 };

	if (p->sock != NULL) {
		p->client->is.net->ops->local(p->client->is.net, p->sock, &e);
	}
	return e.port;
}

static void
a_new_source_port_and_dscp_come_with_the_reload(struct sim *s)
{
	struct sim_node *c = scenario_with(s, "restrict default\n");
	const struct peer *p = &c->daemon->client.peers.peer[0];
	unsigned before = sim_logged(c, "Listen normally on");

	SIM_CHECK(s, port_of(p) != 4123, "port %u", port_of(p));
	sim_node_config(c, "restrict default\nsourceport 4123\ndscp 10\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	SIM_CHECK(s, sim_logged(c, "Listen normally on") == before, "%u of %u sockets anew",
	    sim_logged(c, "Listen normally on") - before, before);
	for (unsigned i = 0; i < c->daemon->server.listeners.n; i++) {
		SIM_CHECK(s, sim_socket_dscp(c->daemon->server.listeners.at[i]->sock) == 10,
		    "the old code point");
	}
	sim_run(s, 1200);
	SIM_CHECK(s, port_of(p) == 4123, "port %u", port_of(p));
	SIM_CHECK(s, p->a.poll.reach == 0xff, "reach %03o", p->a.poll.reach);
}

static void
requests_leave_from_an_allowed_address_after_a_reload(struct sim *s)
{
	struct sim_node *c = scenario_with(s, "restrict default\n");
	const struct peer *p = &c->daemon->client.peers.peer[0];
	struct addr second;

	SIM_CHECK(s, addr_parse("192.0.2.200", &second), "no address");
	SIM_CHECK(s, !addr_equal(&p->a.local, &second), "from the second address at once");
	sim_host_add(c->host, "eth1", "192.0.2.200");
	sim_node_config(c, "restrict default\ninterface listen eth1\n" ONE_SERVER);
	SIM_CHECK(s, ntpd_reload(c->daemon), "not applied");
	sim_run(s, 1200);
	SIM_CHECK(s, addr_equal(&p->a.local, &second), "still from the first address");
	SIM_CHECK(s, p->a.poll.reach == 0xff, "reach %03o", p->a.poll.reach);
}

static void
sockets_stay_while_the_addresses_cannot_be_listed(struct sim *s)
{
	struct sim_node *c = scenario_client(s, 1, scenario_lan(), 0.001, 10e-6, ONE_SERVER);
	unsigned before = listeners_on(c, 123);

	c->host->iface_error = -ENOMEM;
	sim_run(s, 900);
	SIM_CHECK(s, listeners_on(c, 123) == before, "%u sockets", listeners_on(c, 123));
	SIM_CHECK(s, sim_status(c).synced, "not synchronised");
	SIM_CHECK(s, sim_logged(c, "the addresses of this host cannot be listed: ") == 1,
	    "not said once");
	c->host->iface_error = 0;
	sim_run(s, 10);
	SIM_CHECK(s, listeners_on(c, 123) == before, "%u sockets", listeners_on(c, 123));
}

static const struct scenario list[] = {
	SCENARIO(sockets_stay_while_the_addresses_cannot_be_listed),
	SCENARIO(a_source_keeps_its_restrict_entry_when_its_twin_goes),
	SCENARIO(restrict_lines_do_what_they_say),
	SCENARIO(a_default_line_with_a_mistake_leaves_the_built_in_one),
	SCENARIO(flake_drops_one_in_ten),
	SCENARIO(of_discard_and_limit_the_last_one_counts),
	SCENARIO(the_list_of_clients_keeps_to_mru),
	SCENARIO(interface_lines_do_what_they_say),
	SCENARIO(interface_lines_and_option_i_exclude_each_other),
	SCENARIO(an_extra_port_serves_as_well),
	SCENARIO(the_port_of_nts_serves_beside_an_extra_one),
	SCENARIO(a_new_source_port_and_dscp_come_with_the_reload),
	SCENARIO(requests_leave_from_an_allowed_address_after_a_reload),
};

const struct scenario_table access_scenarios = SCENARIO_TABLE(list);
