/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that break, come and go, or say what no device says: told of, and no more than that. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/sources.h"
#include "refclock/shm.h"
#include "rig.h"

enum { LINES_MOST = 12 + 10 + 1, PAGE_LEN = 112, SOCK_LEN = 40 };

static struct peer *
start(struct rig *r, const char *address)
{
	assert_non_null(rig_add(r, 0));
	assert_non_null(rig_peer(r, address));
	return rig_peer(r, address);
}

/* As what is torn out and put in again, or a gpsd that crashes at each start. */
static void
a_device_that_comes_and_goes_each_second_is_not_told_of_each_time(void **state)
{
	struct rig *r = rig_new("server 127.127.28.0 minpoll 4\n", NULL);
	struct sim_device *dev = sim_device_shm(&r->devices, SHM_KEY);

	(void)state;
	(void)start(r, "127.127.28.0");
	for (int i = 0; i < 600; i++) {
		dev->gone = true;
		rig_pass(r, 1.0);
	}
	assert_true(dev->opens > 250);
	assert_in_range(rig_said(r, "SHM(0): its device is gone"), 1, LINES_MOST);
	assert_true(rig_said(r, "lines about its device and what that says were held back") > 0);
	/* It stays: no more lines, and the clock is of use. */
	rig_pass(r, 600.0);
	dev->gone = true;
	rig_pass(r, 2.0);
	assert_int_equal(refclock_status(rig_peer(r, "127.127.28.0")->clock) & 0xf, REFCLOCK_FINE);
	rig_free(r);
}

static void
what_is_good_and_bad_by_turns_is_not_told_of_at_each_turn(void **state)
{
	struct rig *r = rig_new("refclock sock path /s minpoll 4\n", NULL);
	struct sim_device *dev = sim_device_datagram(&r->devices, "/s");
	struct peer *p = start(r, "127.127.47.0");

	(void)state;
	for (int i = 0; i < 600; i++) {
		sim_device_say(dev, "no sample", 9);
		rig_pass(r, 1.0);
	}
	assert_in_range(p->clock->count.bad, 590, 600);
	assert_in_range(p->clock->count.good, 590, 600);
	assert_in_range(rig_said(r, "is no sample of chrony's") + rig_said(r, "is of use again"), 2,
	    LINES_MOST);
	rig_free(r);
}

/* Datagrams of every length, a thousand at once: what waits is what is kept, the newest. */
static void
datagrams_of_every_length_and_more_than_are_read_keep_no_good_one_out(void **state)
{
	struct rig *r = rig_new("refclock sock path /s minpoll 4\n", NULL);
	struct sim_device *dev = sim_device_datagram(&r->devices, "/s");
	struct peer *p = start(r, "127.127.47.0");
	uint8_t octets[DEVICE_BYTES_MAX] = { 0 };

	(void)state;
	for (size_t len = 0; len <= sizeof octets; len++) {
		sim_device_say(dev, octets, len);
		rig_pass(r, 0.3);
	}
	assert_true(p->clock->count.bad >= sizeof octets - 2);
	assert_true(p->clock->count.good > 60);
	assert_in_range(rig_said(r, "is no sample of chrony's"), 1, LINES_MOST);
	rig_free(r);
}

/* What opens and then cannot be read, as a pipe in the place of a page, is not there. */
static void
a_device_that_opens_and_cannot_be_read_is_said_once(void **state)
{
	struct rig *r = rig_new("refclock phc path /dev/ptp0 vmclock /page minpoll 4\n", NULL);
	struct sim_device *dev = sim_device_vmclock(&r->devices, "/page");

	(void)state;
	dev->read_error = -ESPIPE;
	(void)start(r, "127.127.48.0");
	rig_pass(r, 600.0);
	assert_int_equal(rig_said(r, "its page (vmclock) cannot be opened: Illegal seek"), 1);
	assert_int_equal(rig_said(r, "its page (vmclock) is there"), 0);
	assert_true(dev->opens < 15);
	dev->read_error = 0;
	rig_pass(r, 66.0);
	assert_int_equal(rig_said(r, "its page (vmclock) is there"), 1);
	rig_free(r);
}

static void
a_page_of_no_use_is_said_once_whatever_is_wrong(void **state)
{
	static const struct {
		uint8_t fill, sequence;
		bool magic;
		const char *says;
	} cases[] = {
		{ 0, 1, true, "/page is being changed whenever it is read: it is not used" },
		{ 0xff, 0xff, false, "/page is no page of a vmclock that is known here" },
		{ 0, 0, false, "/page is no page of a vmclock that is known here" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rig *r =
		    rig_new("refclock phc path /dev/ptp0 vmclock /page minpoll 4\n", NULL);
		struct sim_device *dev = sim_device_vmclock(&r->devices, "/page");
		uint8_t page[PAGE_LEN];

		memset(page, cases[i].fill, sizeof page);
		if (cases[i].magic) {
			memcpy(page, "VCLK\0\x10\0\0\1", 9);
		}
		page[0x0c] = cases[i].sequence;
		sim_device_say(dev, page, sizeof page);
		(void)start(r, "127.127.48.0");
		rig_pass(r, 600.0);
		assert_int_equal(rig_said(r, cases[i].says), 1);
		assert_false(rig_peer(r, "127.127.48.0")->clock->phc.paged);
		rig_free(r);
	}
}

/* Each way in which a segment is no writer's of time; it is read on, and of use when it is one. */
static void
a_segment_of_any_content_is_survived(void **state)
{
	static const struct {
		size_t len;
		uint8_t fill;
		const char *says;
	} cases[] = {
		{ 1, 0, "shorter than any struct shmTime" },
		{ 79, 0xff, "shorter than any struct shmTime" },
		{ 80, 0xff, "a mode that is neither 0 nor 1" },
		{ 96, 0xff, "a mode that is neither 0 nor 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rig *r = rig_new("server 127.127.28.0 minpoll 4\n", NULL);
		struct sim_device *dev = sim_device_shm(&r->devices, SHM_KEY);
		uint8_t octets[SIM_SHM_LEN];
		struct peer *p;

		memset(octets, cases[i].fill, sizeof octets);
		dev->dead = true;
		p = start(r, "127.127.28.0");
		for (int s = 0; s < 60; s++) {
			sim_device_say(dev, octets, cases[i].len);
			rig_pass(r, 1.0);
		}
		assert_int_equal(rig_said(r, cases[i].says), 1);
		assert_int_equal(p->clock->count.good, 0);
		memset(dev->segment, 0, sizeof dev->segment);
		dev->segment_len = 0;
		dev->dead = false;
		rig_pass(r, 60.0);
		assert_true(p->clock->count.good > 50);
		rig_free(r);
	}
}

/* The last second that 64 bits hold, and a fudge of weeks behind it. */
static void
a_time_at_the_end_of_time_is_no_overflow(void **state)
{
	struct rig *r = rig_new("server 127.127.28.0 minpoll 4\n"
				"fudge 127.127.28.0 flag1 1 time1 0G\n",
	    NULL);
	struct sim_device *dev = sim_device_shm(&r->devices, SHM_KEY);
	struct peer *p;

	(void)state;
	dev->lie_s = 6e9;
	p = start(r, "127.127.28.0");
	rig_pass(r, 60.0);
	assert_true(p->clock->count.good > 0);
	assert_true(isfinite(p->a.filter.best.offset_s) && p->a.filter.best.offset_s > 0.0);
	rig_free(r);
}

/* A day of junk: no sentence, no time, one line. */
static void
a_line_of_junk_is_told_of_once(void **state)
{
	struct rig *r = rig_new("server 127.127.20.0 minpoll 4\n", NULL);
	struct sim_device *dev = sim_device_line(&r->devices, "/dev/gps0");
	uint8_t junk[DEVICE_BYTES_MAX];
	struct peer *p;

	(void)state;
	dev->dead = true;
	p = start(r, "127.127.20.0");
	for (int i = 0; i < 600; i++) {
		for (size_t k = 0; k < sizeof junk; k++) {
			junk[k] = (uint8_t)(i * 7 + (int)k * 13);
		}
		sim_device_say(dev, junk, sizeof junk);
		rig_pass(r, 1.0);
	}
	assert_int_equal(rig_said(r, "what it sends are no sentences of NMEA"), 1);
	assert_int_equal(p->clock->count.good, 0);
	dev->dead = false;
	rig_pass(r, 60.0);
	assert_true(p->clock->count.good > 50);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_comes_and_goes_each_second_is_not_told_of_each_time),
		cmocka_unit_test(what_is_good_and_bad_by_turns_is_not_told_of_at_each_turn),
		cmocka_unit_test(
		    datagrams_of_every_length_and_more_than_are_read_keep_no_good_one_out),
		cmocka_unit_test(a_device_that_opens_and_cannot_be_read_is_said_once),
		cmocka_unit_test(a_page_of_no_use_is_said_once_whatever_is_wrong),
		cmocka_unit_test(a_segment_of_any_content_is_survived),
		cmocka_unit_test(a_time_at_the_end_of_time_is_no_overflow),
		cmocka_unit_test(a_line_of_junk_is_told_of_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
