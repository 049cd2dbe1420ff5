/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the fields of an answer that their sender may fill as it likes: whatever one server
 * says of itself costs it alone the vote, never another. With them, servers that smear a leap
 * second, or seem to.
 */
#include <math.h>
#include <string.h>
#include "core/leap.h"
#include "sim/scenario.h"

/* ---- each field, each value ---- */

enum field {
	FIELD_REFID,
	FIELD_STRATUM,
	FIELD_LEAP,
	FIELD_PRECISION,
	FIELD_POLL,
	FIELD_ROOT_DELAY,
	FIELD_ROOT_DISP,
	FIELD_REFTIME,
	FIELD_VERSION
};

struct twist {
	enum field field;
	uint64_t value;
};

static bool
twist_field(struct sim_server *s, const struct packet *request, struct header *h)
{
	const struct twist *t = s->twist_ctx;

	(void)request;
	switch (t->field) {
	case FIELD_REFID:
		h->refid = (uint32_t)t->value;
		h->stratum = 2;
		break;
	case FIELD_STRATUM:
		h->stratum = (uint8_t)t->value;
		break;
	case FIELD_LEAP:
		h->leap = (enum ntp_leap)t->value;
		break;
	case FIELD_PRECISION:
		h->precision = (int8_t)t->value;
		break;
	case FIELD_POLL:
		h->poll = (int8_t)t->value;
		break;
	case FIELD_ROOT_DELAY:
		h->root_delay = (uint32_t)t->value;
		break;
	case FIELD_ROOT_DISP:
		h->root_disp = (uint32_t)t->value;
		break;
	case FIELD_REFTIME:
		h->reftime.fix = t->value;
		break;
	case FIELD_VERSION:
		h->version = (unsigned)t->value;
		break;
	}
	return true;
}

/* The first without a number of its own: our address, the others' refids, smears of both signs. */
static const uint64_t REFIDS[] = { 0xc0000264, 0xc0000201, 0xc0000202, 0, 0xffffffff, 0x7f000001,
	0xfe000000, 0xfe000001, 0xfe100000, 0xfe200000, 0xfe3fffff, 0xfeffffff, 0xfee00000,
	0xfec00000, 0xfe7fffff, 0xfe800000, 0x52415445, 0x44454e59, 0x52535452, 0x58585858,
	0x4c4f434c, 0x494e4954 };
static const uint64_t STRATA[] = { 0, 1, 2, 3, 14, 15, 16, 17, 255 };
static const uint64_t LEAPS[] = { 0, 1, 2, 3 };
static const uint64_t OCTETS[] = { 0, 1, 6, 17, 127, 128, 200, 224, 231, 233, 255 };
static const uint64_t SHORTS[] = { 0, 1, 0x8000, 0xffff, 0x10000, 0x17fff, 0x30000, 0xfffff,
	0x100000, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff };
static const uint64_t STAMPS[] = { 0, 1, UINT64_C(0x7fffffffffffffff), UINT64_C(1) << 63,
	UINT64_MAX };
static const uint64_t VERSIONS[] = { 0, 1, 2, 3, 4, 5, 7 };

static const struct {
	const uint64_t *at;
	unsigned n;
} VALUES[] = {
#define ALL(list)                                      \
	{                                              \
		(list), sizeof(list) / sizeof(list)[0] \
	}
	[FIELD_REFID] = ALL(REFIDS),
	[FIELD_STRATUM] = ALL(STRATA),
	[FIELD_LEAP] = ALL(LEAPS),
	[FIELD_PRECISION] = ALL(OCTETS),
	[FIELD_POLL] = ALL(OCTETS),
	[FIELD_ROOT_DELAY] = ALL(SHORTS),
	[FIELD_ROOT_DISP] = ALL(SHORTS),
	[FIELD_REFTIME] = ALL(STAMPS),
	[FIELD_VERSION] = ALL(VERSIONS),
#undef ALL
};

static const double LIE_S = 400.0, VALUE_S = 700.0;

/* Runs with each value at the server twisted; the clock and the survivors stay as they were. */
static void
each_value(struct sim *s, struct sim_node *c, struct sim_server *twisted, enum field field)
{
	struct twist t = { .field = field };

	twisted->twist = twist_field;
	twisted->twist_ctx = &t;
	for (unsigned i = 0; i < VALUES[field].n; i++) {
		double worst;

		t.value = VALUES[field].at[i];
		worst = sim_worst_error_s(s, c, VALUE_S);
		SIM_CHECK(s, worst < 0.002, "value %llx: %.6f s off", (unsigned long long)t.value,
		    worst);
		SIM_CHECK(s, sim_status(c).sys_id != 0, "value %llx: no system peer",
		    (unsigned long long)t.value);
	}
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
	twisted->twist = NULL;
}

/*
 * Three honest servers and a liar. First the liar says each thing of itself, then an honest one
 * does, and the other two must still outvote the liar.
 */
static void
each_value_of(struct sim *s, enum field field)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);

	sim_server_lie(s->server[3], LIE_S);
	sim_run(s, 900);
	each_value(s, c, s->server[3], field);
	s->server[0]->honest = false;
	each_value(s, c, s->server[0], field);
}

#define FIELD(name, field)               \
	static void name(struct sim *s)  \
	{                                \
		each_value_of(s, field); \
	}

FIELD(no_refid_of_one_server_decides_about_another, FIELD_REFID)
FIELD(no_stratum_of_one_server_decides_about_another, FIELD_STRATUM)
FIELD(no_leap_indicator_of_one_server_decides_about_another, FIELD_LEAP)
FIELD(no_precision_of_one_server_decides_about_another, FIELD_PRECISION)
FIELD(no_poll_of_one_server_decides_about_another, FIELD_POLL)
FIELD(no_root_delay_of_one_server_decides_about_another, FIELD_ROOT_DELAY)
FIELD(no_root_dispersion_of_one_server_decides_about_another, FIELD_ROOT_DISP)
FIELD(no_reference_time_of_one_server_decides_about_another, FIELD_REFTIME)
FIELD(no_version_of_one_server_decides_about_another, FIELD_VERSION)

/* All that are honest look like smears, at a time when there is nothing to smear. */
static void
refids_that_begin_with_254_are_no_smears_far_from_a_leap_second(struct sim *s)
{
	static const uint32_t refids[] = { 0xfe123456, 0xfeabcdef, 0xfef00001 };
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6, FOUR_SERVERS);
	double worst;

	for (unsigned i = 0; i < 3; i++) {
		s->server[i]->refid = refids[i];
		s->server[i]->stratum = 2;
	}
	sim_server_lie(s->server[3], LIE_S);
	sim_run(s, 600);
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
	SIM_CHECK(s, sim_logged(c, "smear") == 0, "a smear is told of");
}

/* ---- servers that smear ---- */

/* The end of June 2026, as seconds since 1970; a smear of a day about it. */
static const int64_t MIDNIGHT = 1782864000;
static const double INTERVAL_S = 86400.0;
#define TABLE "#@\t4102444800\n3692217600\t37\n3991852800\t38\n"

static double
since_midnight_s(const struct sim *s)
{
	return (double)(s->w->now - (MIDNIGHT * NS_PER_S - s->w->epoch_ns)) * 1e-9;
}

/* What a linear smear about the midnight adds to UTC now. */
static double
smear_now_s(const struct sim *s)
{
	double since_s = since_midnight_s(s);
	double part = fmin(fmax(since_s / INTERVAL_S + 0.5, 0.0), 1.0);

	return since_s < 0 ? -part : 1.0 - part;
}

static bool
twist_smear(struct sim_server *srv, const struct packet *request, struct header *h)
{
	double smear_s = smear_now_s(srv->twist_ctx);
	uint64_t fix = (uint64_t)llrint(ldexp(smear_s, 32));

	(void)request;
	h->rec.fix += fix;
	h->xmt.fix += fix;
	h->refid = leap_smear_refid(smear_s);
	h->leap = LEAP_NONE;
	return true;
}

/* n servers of which the first smear_n smear, six hours before the leap second. */
static struct sim_node *
smeared_client(struct sim *s, unsigned n, unsigned smear_n, const char *config, const char *table)
{
	struct sim_node *c;

	s->w->epoch_ns = (MIDNIGHT - 6 * 3600) * NS_PER_S;
	s->w->leap = 1;
	s->w->leap_utc_s = MIDNIGHT;
	c = sim_node_new(s, "client", smear_n > 1 ? smear_now_s(s) : 0.001, 10e-6, config);
	for (unsigned i = 0; i < n; i++) {
		char address[16];
		struct text t = text_over(address, sizeof address);

		text_printf(&t, "192.0.2.%u", i + 1);
		sim_link(s, c->host, sim_serve(s, address)->host, scenario_lan());
		s->server[i]->stratum = 2;
		s->server[i]->leap = LEAP_INSERT;
		if (i < smear_n) {
			s->server[i]->twist = twist_smear;
			s->server[i]->twist_ctx = s;
			s->server[i]->honest = false; /* it is not UTC, which the oracle has */
		}
	}
	if (table != NULL) {
		sim_store_put(&c->store, "/leap", table);
	}
	c->oracle.spared = smear_n > 0;
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	sim_run(s, 600);
	return c;
}

/* The clock less the smeared time, the worst until so many seconds after midnight. */
static double
worst_off_smear_s(struct sim *s, struct sim_node *c, double until_s)
{
	double worst = 0;

	while (since_midnight_s(s) < until_s) {
		double off_s;

		sim_run(s, 10);
		if (since_midnight_s(s) > 2) {
			for (unsigned i = 0; i < s->server_n; i++) {
				s->server[i]->leap = LEAP_NONE;
			}
		}
		off_s = fabs(sim_error_s(c) - smear_now_s(s));
		/* Within a poll interval of midnight true time itself has jumped. */
		worst = fabs(since_midnight_s(s)) > 5 ? fmax(worst, off_s) : worst;
	}
	return worst;
}

static void
check_follows_smear(struct sim *s, struct sim_node *c)
{
	double worst = worst_off_smear_s(s, c, 5 * 3600);

	SIM_CHECK(s, worst < 0.005, "%.6f s off the smeared time", worst);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, c->clock.steps == 0, "%u steps", c->clock.steps);
}

static void
three_that_smear_outvote_one_plain_liar(struct sim *s)
{
	struct sim_node *c = smeared_client(s, 4, 3, FOUR_SERVERS, NULL);

	sim_server_lie(s->server[3], LIE_S);
	check_follows_smear(s, c);
}

/* Two of three smear: the plain one is right in its way, and alone. */
static void
the_larger_camp_stays_and_the_other_is_named(struct sim *s)
{
	struct sim_node *c = smeared_client(s, 3, 2, THREE_SERVERS "leapfile /leap\n", TABLE);

	check_follows_smear(s, c);
	SIM_CHECK(s,
	    sim_logged(c,
		"2 sources smear the leap second and 1 do not: the others are "
		"not used") == 1,
	    "not said once");
}

static void
smearing_servers_are_followed_before_our_own_clock(struct sim *s)
{
	struct sim_node *c = smeared_client(s, 3, 3,
	    "tos orphanwait 1\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10\n" THREE_SERVERS
	    "leapfile /leap\n",
	    TABLE);

	check_follows_smear(s, c);
	SIM_CHECK(s, sim_logged(c, "all sources smear the leap second") == 1, "not said once");
}

/*
 * A server that has an upstream with such an address, and a value that would fit. It announces the
 * leap second, as it should: the clock makes it.
 */
static void
a_constant_refid_that_begins_with_254_does_not_suppress_the_leap_second(struct sim *s)
{
	struct sim_node *c = smeared_client(s, 1, 0, ONE_SERVER, NULL);
	double worst;

	s->server[0]->refid = leap_smear_refid(-0.2);
	sim_run(s, -since_midnight_s(s) + 2);
	s->server[0]->leap = LEAP_NONE;
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, sim_logged(c, "smear") == 0, "a smear is told of");
}

/* One of four says it smears and lies: the vote comes first, and the others make the second. */
static void
one_that_claims_to_smear_and_lies_is_outvoted(struct sim *s)
{
	struct sim_node *c = smeared_client(s, 4, 1, FOUR_SERVERS, NULL);
	double worst;

	c->oracle.spared = false;
	s->server[0]->error.offset_s = LIE_S;
	worst = sim_worst_error_s(s, c, -since_midnight_s(s) - 2);
	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	sim_run(s, 4);
	for (unsigned i = 0; i < s->server_n; i++) {
		s->server[i]->leap = LEAP_NONE;
	}
	worst = sim_worst_error_s(s, c, 3600);
	SIM_CHECK(s, worst < 0.001, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
}

/* ---- the leap second of a month that has none ---- */

/* 31 March 2026, and a server alone. */
static struct sim_node *
in_march(struct sim *s, const char *config, const char *table)
{
	struct sim_node *c;

	s->w->epoch_ns = (int64_t)(1775001600 - 6 * 3600) * NS_PER_S;
	c = sim_node_new(s, "client", 0.001, 10e-6, config);
	sim_link(s, c->host, sim_serve(s, "192.0.2.1")->host, scenario_lan());
	s->server[0]->leap = LEAP_INSERT;
	if (table != NULL) {
		sim_store_put(&c->store, "/leap", table);
	}
	SIM_CHECK(s, sim_node_boot(c), "exit status %d", c->exit_status);
	return c;
}

static void
a_leap_second_announced_in_march_is_not_made(struct sim *s)
{
	struct sim_node *c = in_march(s, ONE_SERVER, NULL);
	double worst;

	worst = sim_worst_error_s(s, c, 8 * 3600);
	SIM_CHECK(s, worst < 0.002, "%.6f s off", worst);
	SIM_CHECK(s, c->clock.leaps == 0, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, sim_logged(c, "leap_armed") == 0, "armed");
}

static void
a_leap_second_in_march_is_made_when_the_table_has_it(struct sim *s)
{
	struct sim_node *c;

	s->w->leap = 1;
	s->w->leap_utc_s = 1775001600;
	c = in_march(s, ONE_SERVER "leapfile /leap\n",
	    "#@\t4102444800\n3692217600\t37\n3983990400\t38\n");
	sim_run(s, 6 * 3600 + 2);
	s->server[0]->leap = LEAP_NONE;
	sim_run(s, 3600);
	SIM_CHECK(s, c->clock.leaps == 1, "%u leap seconds", c->clock.leaps);
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
}

/* ---- a source that is not to be selected ---- */

/* Requests to the first server in twelve hours, while a noselect source jumps again and again. */
static uint64_t
requests_beside(struct sim *s, bool jumps)
{
	struct sim_node *c = scenario_client(s, 4, scenario_lan(), 0.001, 10e-6,
	    THREE_SERVERS "server 192.0.2.4 iburst noselect\n");
	uint64_t before;

	sim_run(s, 2 * 3600);
	before = s->server[0]->requests;
	for (unsigned i = 0; i < 12 * 6; i++) {
		if (jumps) {
			sim_server_lie(s->server[3], i % 2 == 0 ? 0.3 : -0.3);
		}
		sim_run(s, 600);
	}
	SIM_CHECK(s, fabs(sim_error_s(c)) < 0.001, "%.6f s off", sim_error_s(c));
	return s->server[0]->requests - before;
}

static void
a_noselect_source_that_jumps_drives_nobodys_polling(struct sim *s)
{
	uint64_t requests = requests_beside(s, true);

	SIM_CHECK(s, requests < 400, "%llu requests in 12 h", (unsigned long long)requests);
}

static const struct scenario list[] = {
	SCENARIO(no_refid_of_one_server_decides_about_another),
	SCENARIO(no_stratum_of_one_server_decides_about_another),
	SCENARIO(no_leap_indicator_of_one_server_decides_about_another),
	SCENARIO(no_precision_of_one_server_decides_about_another),
	SCENARIO(no_poll_of_one_server_decides_about_another),
	SCENARIO(no_root_delay_of_one_server_decides_about_another),
	SCENARIO(no_root_dispersion_of_one_server_decides_about_another),
	SCENARIO(no_reference_time_of_one_server_decides_about_another),
	SCENARIO(no_version_of_one_server_decides_about_another),
	SCENARIO(refids_that_begin_with_254_are_no_smears_far_from_a_leap_second),
	SCENARIO(three_that_smear_outvote_one_plain_liar),
	SCENARIO(the_larger_camp_stays_and_the_other_is_named),
	SCENARIO(smearing_servers_are_followed_before_our_own_clock),
	SCENARIO(a_constant_refid_that_begins_with_254_does_not_suppress_the_leap_second),
	SCENARIO(one_that_claims_to_smear_and_lies_is_outvoted),
	SCENARIO(a_leap_second_announced_in_march_is_not_made),
	SCENARIO(a_leap_second_in_march_is_made_when_the_table_has_it),
	SCENARIO(a_noselect_source_that_jumps_drives_nobodys_polling),
};

const struct scenario_table fields_scenarios = SCENARIO_TABLE(list);
