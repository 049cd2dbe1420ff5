/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lines about broadcasts and groups say together. */
#include "config/cast.h"
#include "conf.h"

static bool
has(const struct config_groups *g, const char *address)
{
	struct addr a;

	assert_true(addr_parse(address, &a));
	for (unsigned i = 0; i < g->n; i++) {
		if (addr_equal(&g->at[i], &a)) {
			return true;
		}
	}
	return false;
}

static void
groups_of_all_lines_are_each_there_once(void **state)
{
	struct conf *k = conf_of("multicastclient 224.0.1.1 ff05::101\n"
				 "multicastclient 224.0.1.1 239.1.1.1\nmanycastserver 239.9.9.9\n");
	struct config_groups g;

	(void)state;
	config_groups(k->c, "multicastclient", &g);
	assert_int_equal(g.n, 3);
	assert_true(has(&g, "224.0.1.1") && has(&g, "ff05::101") && has(&g, "239.1.1.1"));
	config_groups(k->c, "manycastserver", &g);
	assert_int_equal(g.n, 1);
	assert_true(config_is_group(k->c, "manycastserver", &g.at[0]));
	assert_false(config_is_group(k->c, "multicastclient", &g.at[0]));
	conf_end(k);
}

static void
without_a_group_those_of_iana_are_meant(void **state)
{
	struct conf *k = conf_of("multicastclient\n");
	struct config_groups g;

	(void)state;
	config_groups(k->c, "multicastclient", &g);
	assert_int_equal(g.n, 2);
	assert_true(has(&g, "224.0.1.1") && has(&g, "ff05::101"));
	assert_true(config_is_bclient(k->c) && !config_hears_broadcasts(k->c));
	conf_end(k);
}

static void
a_line_or_the_switch_listens_and_novolley_or_a_delay_asks_nothing(void **state)
{
	static const struct {
		const char *text;
		bool hears, volleys;
	} cases[] = {
		{ "", false, true },
		{ "broadcastclient\n", true, true },
		{ "enable bclient\n", true, true },
		{ "enable bclient\ndisable bclient\n", false, true },
		{ "broadcastclient novolley\n", true, false },
		{ "broadcastclient\nbroadcastdelay 0.004\n", true, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *k = conf_of(cases[i].text);

		assert_int_equal(config_hears_broadcasts(k->c), cases[i].hears);
		assert_int_equal(config_makes_volleys(k->c), cases[i].volleys);
		conf_end(k);
	}
}

static void
rings_rise_and_the_last_line_counts(void **state)
{
	static const uint8_t usual[] = { 0, 32, 64, 96, 128, 160, 192, 224 };
	struct conf *k = conf_of("ttl 9\nttl 64 1 32\n");
	uint8_t out[CONFIG_RINGS_MAX];

	(void)state;
	assert_int_equal(config_rings(k->c, out), 3);
	assert_true(out[0] == 1 && out[1] == 32 && out[2] == 64);
	conf_end(k);
	k = conf_of("");
	assert_int_equal(config_rings(k->c, out), CONFIG_RINGS_MAX);
	assert_memory_equal(out, usual, sizeof usual);
	conf_end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_of_all_lines_are_each_there_once),
		cmocka_unit_test(without_a_group_those_of_iana_are_meant),
		cmocka_unit_test(a_line_or_the_switch_listens_and_novolley_or_a_delay_asks_nothing),
		cmocka_unit_test(rings_rise_and_the_last_line_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
