/* SPDX-License-Identifier: BSD-2-Clause */
/* The configurations that systems ship and guides show are read without an error. */
#include <dirent.h>
#include "conf.h"

/* Reads tests/data/conf/NAME. */
static struct conf *
conf_of_stock(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	static char text[16384];
	struct text p = text_over(path, sizeof path);

	text_printf(&p, "%s/tests/data/conf/%s", top == NULL ? "." : top, name);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	assert_int_equal(fclose(f), 0);
	text[n] = '\0';
	assert_true(n > 0 && n < sizeof text - 1);
	return conf_of(text);
}

static void
check_stock(const char *name)
{
	struct conf *k = conf_of_stock(name);

	if (k->d.errors > 0) {
		print_message("# %s:\n%s", name, conf_said(k));
	}
	assert_int_equal(k->d.errors, 0);
	assert_true(k->c->sources_n > 0);
	struct conf_text t = conf_print(k->c, true);
	struct conf *again = conf_of(t.at);
	assert_int_equal(again->d.errors, 0);
	assert_true(config_same(k->c, again->c));
	free(t.at);
	conf_end(again);
	conf_end(k);
}

static void
no_stock_file_gives_an_error_and_each_survives_the_round_trip(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	struct text p = text_over(path, sizeof path);
	unsigned n = 0;

	(void)state;
	text_printf(&p, "%s/tests/data/conf", top == NULL ? "." : top);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		size_t len = strlen(e->d_name);
		if (len > 5 && strcmp(e->d_name + len - 5, ".conf") == 0) {
			check_stock(e->d_name);
			n++;
		}
	}
	assert_int_equal(closedir(dir), 0);
	assert_true(n >= 21);
}

static void
the_file_of_centos_7_means_what_its_users_expect(void **state)
{
	struct conf *k = conf_of_stock("centos7.conf");
	const struct config *c = k->c;

	(void)state;
	assert_string_equal(c->driftfile, "/var/lib/ntp/drift");
	assert_string_equal(c->keys, "/etc/ntp/keys");
	assert_int_equal(c->sources_n, 4);
	assert_string_equal(c->sources[3].host.text, "3.centos.pool.ntp.org");
	assert_int_equal(c->sources[3].flags, OPTION_IBURST);
	assert_int_equal(c->restricts_n, 3);
	assert_int_equal(c->restricts[0].flags,
	    RESTRICT_NOMODIFY | RESTRICT_NOTRAP | RESTRICT_NOPEER | RESTRICT_NOQUERY);
	assert_true(config_default_given(c, ADDR_V4) && config_default_given(c, ADDR_V6));
	assert_int_equal(c->switches & SWITCH_MONITOR, 0);
	assert_string_equal(conf_said(k),
	    "warning: f:23:13: '/etc/ntp/crypto/pw' does not exist, "
	    "nothing is included\n");
	conf_end(k);
}

static void
the_file_of_centos_6_knows_the_local_clock_and_separate_families(void **state)
{
	struct conf *k = conf_of_stock("centos5.conf");
	const struct config *c = k->c;

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(c->sources_n, 4);
	assert_int_equal(c->sources[3].kind, SOURCE_REFCLOCK);
	assert_int_equal(c->sources[3].fudge.stratum, 10);
	assert_int_equal(c->restricts[1].host.want, ADDR_V6);
	assert_int_equal(c->restricts[3].addr.family, ADDR_V6);
	conf_end(k);
}

static void
the_file_of_debian_has_pools_a_template_and_statistics(void **state)
{
	struct conf *k = conf_of_stock("debian-ntp.conf");
	const struct config *c = k->c;

	(void)state;
	assert_int_equal(c->sources_n, 4);
	assert_int_equal(c->sources[0].kind, SOURCE_POOL);
	assert_string_equal(c->leapfile, "/usr/share/zoneinfo/leap-seconds.list");
	assert_true(c->filegens[STATS_LOOP].enabled && c->filegens[STATS_CLOCK].enabled);
	assert_int_equal(c->restricts[4].scope, RESTRICT_SCOPE_SOURCE);
	assert_int_equal(k->d.warnings, 0);
	conf_end(k);
}

static void
carriage_returns_and_a_missing_newline_do_no_harm(void **state)
{
	struct conf *k = conf_of_stock("crlf.conf");

	(void)state;
	assert_int_equal(k->d.n, 0);
	assert_int_equal(k->c->sources_n, 2);
	assert_string_equal(k->c->sources[1].host.text, "b.example");
	assert_int_equal(k->c->sources[0].flags, OPTION_IBURST);
	conf_end(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_stock_file_gives_an_error_and_each_survives_the_round_trip),
		cmocka_unit_test(the_file_of_centos_7_means_what_its_users_expect),
		cmocka_unit_test(the_file_of_centos_6_knows_the_local_clock_and_separate_families),
		cmocka_unit_test(the_file_of_debian_has_pools_a_template_and_statistics),
		cmocka_unit_test(carriage_returns_and_a_missing_newline_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
