/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of a domain controller: what Samba's ntp_signd signs, and what becomes of everybody when
 * it does not.
 */
#include <string.h>
#include "sim/scenario.h"
#include "sim/stranger.h"
#include "wire/signd.h"

#define DOMAIN                               \
	"restrict default mssntp nomodify\n" \
	"ntpsigndsocket /var/lib/samba/ntp_signd\n"

/* A controller that is synchronised, and a member of its domain. */
static struct sim_node *
domain(struct sim *s, struct stranger *member)
{
	struct sim_node *c = scenario_with(s, DOMAIN);

	c->signd.dead = false;
	stranger_come(member, s, "192.0.2.77");
	return c;
}

/* As Windows asks; answers so far are forgotten. */
static void
ask_as_member(struct stranger *x, unsigned mode)
{
	uint8_t bytes[SIGND_PACKET_LEN] = { (uint8_t)(3 << 3 | mode) };

	bytes[HEADER_XMT_AT] = 0xab;
	bytes[HEADER_LEN] = 0x51;
	bytes[HEADER_LEN + 1] = 0x04;
	x->answers = 0;
	stranger_send(x, bytes, sizeof bytes);
}

static void
ask_as_other(struct stranger *x)
{
	x->answers = 0;
	stranger_ask(x, 4, MODE_CLIENT);
}

static void
members_of_a_domain_get_signed_answers(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c = domain(s, &x);

	ask_as_member(&x, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1 && x.last_len == SIGND_PACKET_LEN, "%u answers, %zu octets",
	    x.answers, x.last_len);
	SIM_CHECK(s, x.last[HEADER_LEN] == 0x51 && x.last[SIGND_PACKET_LEN - 1] == 0x5a,
	    "not as ntp_signd signed it");
	SIM_CHECK(s, stranger_heard(&x).hdr.mode == MODE_SERVER, "mode %d",
	    (int)stranger_heard(&x).hdr.mode);
	ask_as_member(&x, MODE_ACTIVE);
	SIM_CHECK(s, x.answers == 1 && stranger_heard(&x).hdr.mode == MODE_PASSIVE,
	    "%u answers to mode 1", x.answers);
	SIM_CHECK(s, c->signd.connected == 1, "%u connections", (unsigned)c->signd.connected);
	ask_as_other(&x);
	SIM_CHECK(s, x.answers == 1 && x.last_len == HEADER_LEN, "others are served as ever");
}

/* Each way to be of no use, for a minute: others are served all the time, and members again after. */
static void
whatever_ntp_signd_does_others_are_served(struct sim *s)
{
	static const enum sim_signd_way ways[] = { SIM_SIGND_HANGS, SIM_SIGND_LIES,
		SIM_SIGND_BABBLES, SIM_SIGND_ENDS, SIM_SIGND_REFUSES };
	static struct stranger x;
	struct sim_node *c = domain(s, &x);

	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		unsigned served = 0, signed_n = 0;

		c->signd.way = ways[i];
		for (unsigned n = 0; n < 60; n++) {
			ask_as_member(&x, MODE_CLIENT);
			signed_n += x.answers;
			ask_as_other(&x);
			served += x.answers;
			sim_run(s, 0.6);
		}
		SIM_CHECK(s, served == 60, "way %u: %u of 60 others", i, served);
		SIM_CHECK(s, signed_n == 0, "way %u: %u members", i, signed_n);
		c->signd.way = SIM_SIGND_SIGNS;
		sim_run(s, 70.0); /* the longest back-off */
		ask_as_member(&x, MODE_CLIENT);
		SIM_CHECK(s, x.answers == 1, "way %u: and no member after it", i);
	}
	SIM_CHECK(s, sim_logged(c, "ntp_signd signs now") == 4, "%u",
	    sim_logged(c, "ntp_signd signs now"));
}

static void
a_slow_ntp_signd_signs_what_it_can_within_a_second(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c = domain(s, &x);

	c->signd.takes_s = 0.9;
	ask_as_member(&x, MODE_CLIENT);
	sim_run(s, 1.0);
	SIM_CHECK(s, x.answers == 1, "%u answers after 0.9 s", x.answers);
	c->signd.takes_s = 1.1;
	ask_as_member(&x, MODE_CLIENT);
	sim_run(s, 2.0);
	SIM_CHECK(s, x.answers == 0, "%u answers after 1.1 s", x.answers);
}

static void
a_domain_without_samba_is_told_of_once_and_found_when_it_starts(struct sim *s)
{
	static struct stranger x;
	struct sim_node *c = domain(s, &x);

	c->signd.dead = true;
	for (unsigned i = 0; i < 600; i++) {
		ask_as_member(&x, MODE_CLIENT);
		SIM_CHECK(s, x.answers == 0, "answered by nobody");
		sim_run(s, 0.8);
	}
	SIM_CHECK(s, sim_logged(c, "Connection refused") == 1, "%u lines",
	    sim_logged(c, "Connection refused"));
	c->signd.dead = false;
	sim_run(s, 64.0);
	ask_as_member(&x, MODE_CLIENT);
	SIM_CHECK(s, x.answers == 1, "not found within 64 s of its start");
}

static const struct scenario list[] = {
	SCENARIO(members_of_a_domain_get_signed_answers),
	SCENARIO(whatever_ntp_signd_does_others_are_served),
	SCENARIO(a_slow_ntp_signd_signs_what_it_can_within_a_second),
	SCENARIO(a_domain_without_samba_is_told_of_once_and_found_when_it_starts),
};

const struct scenario_table mssntp_scenarios = SCENARIO_TABLE(list);
