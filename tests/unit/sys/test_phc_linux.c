/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and cards over a table of made-up system calls: no machine of ours has such a card. */
#include "sys/phc_linux.h"
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "sys/phc_linux_calls.h"

enum { CLOCK_FD = 70, SOCKET_FD = 71 };

/* The system calls have no context, so the made-up kernel is one for the whole test. */
static struct {
	char opened[64];
	int open_error, is_no_clock, crosses;
	int precise_error, extended_error, offset_error; /* errno, 0: it works */
	unsigned asked;                                  /* for so many samples */
	int closes;
	/* eth0: */
	uint32_t abilities, tx_types, rx_filters;
	int32_t phc_index;
	struct hwtstamp_config now;
	int get_error, set_error, sets;
	uint32_t speed;
} k;

static struct ptp_clock_time
at(int64_t ns)
{
	return (struct ptp_clock_time){ .sec = ns / NS_PER_S, .nsec = (uint32_t)(ns % NS_PER_S) };
}

static int
fail_with(int error)
{
	errno = error;
	return error != 0 ? -1 : 0;
}

static int
ask_clock(unsigned long request, void *arg)
{
	struct ptp_sys_offset_extended *x = arg;
	struct ptp_sys_offset_precise *p = arg;
	struct ptp_sys_offset *o = arg;

	switch (request) {
	case PTP_CLOCK_GETCAPS:
		((struct ptp_clock_caps *)arg)->cross_timestamping = k.crosses;
		return fail_with(k.is_no_clock ? ENOTTY : 0);
	case PTP_SYS_OFFSET_PRECISE:
		p->device = at(5000);
		p->sys_realtime = at(1000);
		return fail_with(k.precise_error);
	case PTP_SYS_OFFSET_EXTENDED:
		k.asked = x->n_samples;
		for (unsigned i = 0; i < x->n_samples; i++) {
			x->ts[i][0] = at(100 * i);
			x->ts[i][1] = at(100 * i + 7);
			x->ts[i][2] = at(100 * i + 10);
		}
		/* Our clock was set back in the third; the fourth holds no time. */
		x->ts[2][2] = at(0);
		x->ts[3][1].nsec = 2000000000;
		return fail_with(k.extended_error);
	case PTP_SYS_OFFSET:
		for (unsigned i = 0; i <= 2 * o->n_samples; i++) {
			o->ts[i] = at(50 * i);
		}
		return fail_with(k.offset_error);
	default:
		fail_msg("request %lx", request);
		return -1;
	}
}

static int
ask_link(struct ethtool_link_settings *s)
{
	if (s->link_mode_masks_nwords == 0) {
		s->link_mode_masks_nwords = -4;
	} else {
		assert_int_equal(s->link_mode_masks_nwords, 4);
		s->speed = k.speed;
	}
	return 0;
}

static int
ask_ethtool(void *arg)
{
	struct ethtool_ts_info *i = arg;

	if (i->cmd == ETHTOOL_GLINKSETTINGS) {
		return ask_link(arg);
	}
	assert_int_equal(i->cmd, ETHTOOL_GET_TS_INFO);
	i->so_timestamping = k.abilities;
	i->phc_index = k.phc_index;
	i->tx_types = k.tx_types;
	i->rx_filters = k.rx_filters;
	return 0;
}

static int
ask_interface(unsigned long request, const struct ifreq *r)
{
	if (strcmp(r->ifr_name, "eth0") != 0) {
		return fail_with(ENODEV);
	}
	switch (request) {
	case SIOCETHTOOL:
		return ask_ethtool(r->ifr_data);
	case SIOCGHWTSTAMP:
		memcpy(r->ifr_data, &k.now, sizeof k.now);
		return fail_with(k.get_error);
	case SIOCSHWTSTAMP:
		k.sets++;
		if (k.set_error == 0) {
			memcpy(&k.now, r->ifr_data, sizeof k.now);
		}
		return fail_with(k.set_error);
	default:
		fail_msg("request %lx", request);
		return -1;
	}
}

static int
fake_ioctl(int fd, unsigned long request, void *arg)
{
	return fd == CLOCK_FD ? ask_clock(request, arg) : ask_interface(request, arg);
}

static int
fake_open(const char *path, int *index)
{
	(void)snprintf(k.opened, sizeof k.opened, "%s", path);
	*index = 3;
	return k.open_error != 0 ? k.open_error : CLOCK_FD;
}

static int
fake_socket(void)
{
	return SOCKET_FD;
}

static int
fake_close(int fd)
{
	(void)fd;
	k.closes++;
	return 0;
}

static void
read_clock(struct clock *c, struct clock_reading *out)
{
	(void)c;
	*out = (struct clock_reading){ .real = { 777 } };
}

static const struct clock_ops clock_ops = { .read = read_clock };
static struct clock the_clock = { &clock_ops };

struct lab {
	char folder[32];
	struct phcs *phcs;
	struct phc *phc;
	char why[512];
	struct text t;
};

static void
add_clock(const struct lab *l, int index, const char *name)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/ptp%d", l->folder, index);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/ptp%d/clock_name", l->folder, index);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, "%s\n", name);
	(void)fclose(f);
}

static int
setup(void **state)
{
	struct lab *l = calloc(1, sizeof *l);

	memset(&k, 0, sizeof k);
	k.phc_index = 3;
	k.abilities = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
	    SOF_TIMESTAMPING_RAW_HARDWARE;
	k.tx_types = 1U << HWTSTAMP_TX_OFF | 1U << HWTSTAMP_TX_ON;
	k.rx_filters = 1U << HWTSTAMP_FILTER_NONE | 1U << HWTSTAMP_FILTER_ALL;
	memcpy(l->folder, "/tmp/test_phc_XXXXXX", 21);
	assert_non_null(mkdtemp(l->folder));
	add_clock(l, 0, "KVM virtual PTP");
	add_clock(l, 3, "ixgbe");
	l->t = text_over(l->why, sizeof l->why);
	assert_int_equal(phc_linux_new_over(&(struct phc_linux_calls){ .open = fake_open,
						.socket = fake_socket,
						.close = fake_close,
						.ioctl = fake_ioctl,
						.clocks = l->folder },
			     &the_clock, &l->phcs),
	    0);
	*state = l;
	return 0;
}

static int
teardown(void **state)
{
	struct lab *l = *state;
	char command[64];

	phc_linux_free(l->phcs);
	(void)snprintf(command, sizeof command, "rm -rf %s", l->folder);
	assert_int_equal(system(command), 0);
	free(l);
	return 0;
}

static int
open_clock(struct lab *l, const char *what)
{
	return l->phcs->ops->open(l->phcs, what, &l->phc, &l->t);
}

static void
close_clock(struct lab *l)
{
	l->phcs->ops->close(l->phc);
}

/* ---- opening ---- */

static void
a_clock_is_named_by_path_interface_or_itself(void **state)
{
	struct lab *l = *state;

	assert_int_equal(open_clock(l, "/dev/ptp7"), 0);
	assert_string_equal(k.opened, "/dev/ptp7");
	assert_string_equal(l->phc->name, "ixgbe");
	close_clock(l);
	assert_int_equal(open_clock(l, "eth0"), 0);
	assert_string_equal(k.opened, "/dev/ptp3");
	close_clock(l);
	assert_int_equal(open_clock(l, "KVM virtual PTP"), 0);
	assert_string_equal(k.opened, "/dev/ptp0");
	close_clock(l);
	assert_string_equal(l->why, "");
}

static void
a_name_that_nothing_has_is_told_with_those_that_there_are(void **state)
{
	struct lab *l = *state;

	assert_int_equal(open_clock(l, "eth9"), -ENODEV);
	assert_string_equal(l->why,
	    "; no interface and no clock is called 'eth9'; there are /dev/ptp0 'KVM virtual PTP', "
	    "/dev/ptp3 'ixgbe'");
}

static void
a_name_that_two_have_is_that_of_the_first_and_said(void **state)
{
	struct lab *l = *state;

	add_clock(l, 5, "KVM virtual PTP");
	assert_int_equal(open_clock(l, "KVM virtual PTP"), 0);
	assert_string_equal(k.opened, "/dev/ptp0");
	assert_string_equal(l->why,
	    "2 clocks call themselves 'KVM virtual PTP': /dev/ptp0 is taken");
	close_clock(l);
}

static void
an_interface_without_a_clock_says_so(void **state)
{
	struct lab *l = *state;

	k.phc_index = -1;
	assert_int_equal(open_clock(l, "eth0"), -EOPNOTSUPP);
	assert_string_equal(l->why, "; the card of eth0 has no clock ('ethtool -T eth0')");
}

static void
what_is_no_clock_is_closed_again(void **state)
{
	struct lab *l = *state;

	k.is_no_clock = 1;
	assert_int_equal(open_clock(l, "/dev/null"), -ENOTTY);
	assert_string_equal(l->why, "; /dev/null is no PTP clock");
	assert_int_equal(k.closes, 1);
}

/* ---- comparing ---- */

static int
look(struct lab *l, unsigned max, enum phc_way most, struct phc_look *out)
{
	return l->phcs->ops->look(l->phc, max, most, out);
}

static void
the_best_way_that_the_driver_knows_is_taken(void **state)
{
	struct lab *l = *state;
	struct phc_look out;

	k.crosses = 1;
	assert_int_equal(open_clock(l, "/dev/ptp3"), 0);
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), 0);
	assert_int_equal(out.way, PHC_PRECISE);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.window[0].before.ns, 1000);
	assert_int_equal(out.window[0].after.ns, 1000);
	assert_int_equal(out.window[0].card_ns, 5000);
	assert_int_equal(out.at.real.ns, 777);
	k.precise_error = EOPNOTSUPP; /* it counts by another counter now */
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), 0);
	assert_int_equal(out.way, PHC_EXTENDED);
	assert_int_equal(k.asked, 25);
	assert_int_equal(out.n, 23); /* without the two that are none */
	assert_int_equal(out.window[2].before.ns, 400);
	assert_int_equal(out.window[2].card_ns, 407);
	assert_int_equal(out.window[2].after.ns, 410);
	k.extended_error = ENOTTY; /* an old kernel */
	assert_int_equal(look(l, 10, PHC_PRECISE, &out), 0);
	assert_int_equal(out.way, PHC_OFFSET);
	assert_int_equal(out.n, 10);
	assert_int_equal(out.window[9].before.ns, 900);
	assert_int_equal(out.window[9].card_ns, 950);
	assert_int_equal(out.window[9].after.ns, 1000);
	k.precise_error = 0; /* and back again */
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), 0);
	assert_int_equal(out.way, PHC_PRECISE);
	close_clock(l);
}

static void
no_better_way_than_wanted_is_taken(void **state)
{
	struct lab *l = *state;
	struct phc_look out;

	k.crosses = 1;
	assert_int_equal(open_clock(l, "/dev/ptp3"), 0);
	assert_int_equal(look(l, 25, PHC_EXTENDED, &out), 0);
	assert_int_equal(out.way, PHC_EXTENDED);
	close_clock(l);
}

static void
what_passes_is_tried_again_and_what_is_gone_is_told(void **state)
{
	struct lab *l = *state;
	struct phc_look out;

	assert_int_equal(open_clock(l, "/dev/ptp3"), 0);
	k.extended_error = EBUSY;
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), -EAGAIN);
	k.extended_error = ENODEV;
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), -ENODEV);
	k.extended_error = k.offset_error = EOPNOTSUPP;
	assert_int_equal(look(l, 25, PHC_PRECISE, &out), -EOPNOTSUPP);
	close_clock(l);
}

/* ---- stamping ---- */

static int
stamp(struct lab *l, const char *ifname, enum phc_filter want, struct phc_stamping *out)
{
	return l->phcs->ops->stamp(l->phcs, ifname, want, out, &l->t);
}

static void
a_card_is_set_to_the_narrowest_filter_that_it_can(void **state)
{
	struct lab *l = *state;
	struct phc_stamping out;

	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_ALL);
	assert_int_equal(out.index, 3);
	assert_int_equal(k.now.tx_type, HWTSTAMP_TX_ON);
	assert_int_equal(k.now.rx_filter, HWTSTAMP_FILTER_ALL);
	k.rx_filters |= 1U << HWTSTAMP_FILTER_NTP_ALL | 1U << HWTSTAMP_FILTER_PTP_V2_EVENT;
	k.now = (struct hwtstamp_config){ 0 };
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_NTP);
	k.now = (struct hwtstamp_config){ 0 };
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_PTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_PTP);
	assert_int_equal(k.now.rx_filter, HWTSTAMP_FILTER_PTP_V2_EVENT);
	k.now = (struct hwtstamp_config){ 0 };
	k.rx_filters = 1U << HWTSTAMP_FILTER_NONE;
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_NONE);
	assert_int_equal(k.now.tx_type, HWTSTAMP_TX_ON);
}

/* ptp4l has set it for itself, and needs it so. */
static void
a_card_that_stamps_enough_already_is_left_alone(void **state)
{
	struct lab *l = *state;
	struct phc_stamping out;

	k.now =
	    (struct hwtstamp_config){ .tx_type = HWTSTAMP_TX_ON, .rx_filter = HWTSTAMP_FILTER_ALL };
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_ALL);
	assert_int_equal(k.sets, 0);
}

static void
without_the_right_to_set_it_a_card_is_used_as_it_is_or_not(void **state)
{
	struct lab *l = *state;
	struct phc_stamping out;

	k.set_error = EPERM;
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), -EPERM);
	assert_non_null(strstr(l->why, "takes CAP_NET_ADMIN"));
	assert_non_null(strstr(l->why, "'hwstamp_ctl -i eth0 -t 1 -r 1'"));
	k.now = (struct hwtstamp_config){ .tx_type = HWTSTAMP_TX_ON,
		.rx_filter = HWTSTAMP_FILTER_PTP_V2_EVENT };
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), 0);
	assert_int_equal(out.filter, PHC_FILTER_PTP);
}

static void
a_card_that_cannot_stamp_says_how_to_see_it(void **state)
{
	struct lab *l = *state;
	struct phc_stamping out;

	k.abilities = SOF_TIMESTAMPING_RX_SOFTWARE;
	assert_int_equal(stamp(l, "eth0", PHC_FILTER_NTP, &out), -EOPNOTSUPP);
	assert_string_equal(l->why, "; its card makes no stamps ('ethtool -T eth0')");
	assert_int_equal(stamp(l, "eth9", PHC_FILTER_NTP, &out), -ENODEV);
	assert_int_equal(stamp(l, "a-name-that-is-too-long", PHC_FILTER_NTP, &out), -ENODEV);
	assert_int_equal(k.sets, 0);
}

static void
the_speed_of_a_link_is_asked_for_in_two_steps(void **state)
{
	struct lab *l = *state;

	k.speed = 1000;
	assert_int_equal(l->phcs->ops->speed_mbps(l->phcs, "eth0"), 1000);
	k.speed = (uint32_t)SPEED_UNKNOWN;
	assert_int_equal(l->phcs->ops->speed_mbps(l->phcs, "eth0"), 0);
	assert_int_equal(l->phcs->ops->speed_mbps(l->phcs, "eth9"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_clock_is_named_by_path_interface_or_itself),
		TEST(a_name_that_nothing_has_is_told_with_those_that_there_are),
		TEST(a_name_that_two_have_is_that_of_the_first_and_said),
		TEST(an_interface_without_a_clock_says_so),
		TEST(what_is_no_clock_is_closed_again),
		TEST(the_best_way_that_the_driver_knows_is_taken),
		TEST(no_better_way_than_wanted_is_taken),
		TEST(what_passes_is_tried_again_and_what_is_gone_is_told),
		TEST(a_card_is_set_to_the_narrowest_filter_that_it_can),
		TEST(a_card_that_stamps_enough_already_is_left_alone),
		TEST(without_the_right_to_set_it_a_card_is_used_as_it_is_or_not),
		TEST(a_card_that_cannot_stamp_says_how_to_see_it),
		TEST(the_speed_of_a_link_is_asked_for_in_two_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
