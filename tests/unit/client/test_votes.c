/* SPDX-License-Identifier: BSD-2-Clause */
/* Which lines vote, and what each of them weighs. */
#include "client/votes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/client.h"

static struct config conf = { .tos = { .minclock = 3 } };
static struct config_source server = { .kind = SOURCE_SERVER };
static struct config_source pool = { .kind = SOURCE_POOL };
static struct config_source clock_line = { .kind = SOURCE_REFCLOCK };
static struct config_source ignored = { .kind = SOURCE_SERVER, .flags = OPTION_NOSELECT };

static struct client *
client_of(const struct config_source *const *line, unsigned n)
{
	static struct client c;

	memset(&c, 0, sizeof c);
	c.conf = &conf;
	for (unsigned i = 0; i < n; i++) {
		c.sources.at[c.sources.n++].cfg = line[i];
	}
	return &c;
}

static void
add_peer(struct client *c, unsigned line, uint32_t addr)
{
	struct peer *p = &c->peers.peer[c->peers.peer_n++];

	p->a.id = (uint16_t)c->peers.peer_n;
	p->a.remote.addr = addr_v4(addr);
	p->source = &c->sources.at[line];
}

static void
noselect_clocks_and_free_slots_have_no_vote(void **state)
{
	const struct config_source *const lines[] = { &ignored, &server, NULL, &clock_line };
	struct client *c = client_of(lines, 4);
	struct quorum_lines out;

	(void)state;
	add_peer(c, 0, 1);
	add_peer(c, 1, 2);
	add_peer(c, 3, 3);
	votes_put(c, &out);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.weight[0], 1);
	assert_int_equal(out.of[0], -1);
	assert_int_equal(out.of[1], 0);
	assert_int_equal(out.of[2], -1);
}

static void
a_name_of_a_host_that_is_asked_already_weighs_nothing(void **state)
{
	const struct config_source *const lines[] = { &server, &server };
	struct client *c = client_of(lines, 2);
	struct quorum_lines out;

	(void)state;
	add_peer(c, 0, 7);
	votes_put(c, &out);
	assert_int_equal(out.weight[1], 1); /* its name may still lead elsewhere */
	c->sources.at[1].answer.n = 1;
	c->sources.at[1].answer.addr[0] = addr_v4(7);
	votes_put(c, &out);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.weight[0], 1);
	assert_int_equal(out.weight[1], 0);
}

static void
a_pool_weighs_as_core_says(void **state)
{
	const struct config_source *const lines[] = { &pool };
	struct client *c = client_of(lines, 1);
	struct quorum_lines out;

	(void)state;
	c->sources.at[0].answer.n = 4;
	for (uint32_t i = 1; i <= 4; i++) {
		add_peer(c, 0, i);
	}
	votes_put(c, &out);
	assert_int_equal(out.weight[0], quorum_of_pool(true, 4, 3));
	assert_int_equal(out.of[3], 0);
}

static void
only_noselect_lines_never_set_the_clock(void **state)
{
	const struct config_source *const lines[] = { &ignored, &clock_line };

	(void)state;
	assert_false(votes_any(client_of(lines, 1)));
	assert_true(votes_any(client_of(lines, 2)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noselect_clocks_and_free_slots_have_no_vote),
		cmocka_unit_test(a_name_of_a_host_that_is_asked_already_weighs_nothing),
		cmocka_unit_test(a_pool_weighs_as_core_says),
		cmocka_unit_test(only_noselect_lines_never_set_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
