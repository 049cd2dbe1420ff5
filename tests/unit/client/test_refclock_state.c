/* SPDX-License-Identifier: BSD-2-Clause */
/* How a clock does, in the words that explain knows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "client/sources.h"
#include "refclock/shm.h"
#include "rig.h"

enum { STATE_MAX = 1024 };

static struct peer *
start(struct rig *r, const char *address)
{
	assert_non_null(rig_add(r, 0));
	return rig_peer(r, address);
}

static void
check_state(const struct peer *p, const char *wanted)
{
	char buf[STATE_MAX];
	struct text t = text_over(buf, sizeof buf);

	refclock_put_state(p->clock, &t);
	assert_string_equal(buf, wanted);
}

#define NMEA_LINE "server 127.127.20.0 minpoll 3 maxpoll 3\n"
#define PULSED NMEA_LINE "fudge 127.127.20.0 flag1 1 time2 0.3\n"

static void
a_device_that_is_missing_denied_or_found_is_told_so(void **state)
{
	struct rig *r = rig_new(NMEA_LINE, NULL);
	struct sim_device *line;
	struct peer *p;

	(void)state;
	p = start(r, "127.127.20.0");
	check_state(p, "missing: No such file or directory; as the scenario has it");
	line = sim_device_line(&r->devices, "/dev/gps0");
	line->open_error = -EACCES;
	rig_pass(r, 70.0);
	check_state(p, "denied: Permission denied; as the scenario has it");
	line->open_error = 0;
	line->dead = true;
	rig_pass(r, 80.0);
	check_state(p, "silent: /dev/gps0 at 4800 baud");
	line->dead = false;
	rig_pass(r, 20.0);
	check_state(p, "good");
	rig_free(r);
}

static void
what_is_wrong_with_its_sentences_is_told(void **state)
{
	static const struct {
		bool unsummed;
		double garbled;
		bool no_fix;
		const char *said;
	} cases[] = {
		{ true, 0, false,
		    "format: its sentences have no checksum, and what was garbled could not be "
		    "told: have it send them with one" },
		{ false, 1.0, false,
		    "format: the checksums of its sentences do not fit: noise on the line, or "
		    "another speed (baud)" },
		{ false, 0, true, "signal" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rig *r = rig_new(NMEA_LINE, NULL);
		struct sim_device *line = sim_device_line(&r->devices, "/dev/gps0");
		struct peer *p;

		line->unsummed = cases[i].unsummed;
		line->garbled = cases[i].garbled;
		line->leap = cases[i].no_fix ? 3 : 0;
		p = start(r, "127.127.20.0");
		rig_pass(r, 40.0);
		check_state(p, cases[i].said);
		rig_free(r);
	}
}

static void
pulses_beside_sentences_have_an_entry_of_their_own(void **state)
{
	struct rig *r = rig_new(PULSED, NULL);
	struct sim_device *pulse;
	struct peer *p;

	(void)state;
	(void)sim_device_line(&r->devices, "/dev/gps0");
	p = start(r, "127.127.20.0");
	rig_pass(r, 20.0);
	check_state(p, "good | pulse_missing: No such file or directory; as the scenario has it");
	pulse = sim_device_pulse(&r->devices, "/dev/gpspps0");
	pulse->dead = true;
	rig_pass(r, 70.0);
	check_state(p, "good | pulse_silent: /dev/gpspps0");
	pulse->dead = false;
	rig_pass(r, 20.0);
	check_state(p, "good");
	rig_free(r);
}

static void
sentences_that_fit_no_pulse_are_told_apart_from_pulses_that_lack(void **state)
{
	/* They end 0.3 s behind the pulse; 0.8 s of that is said to be usual. */
	struct rig *r = rig_new(NMEA_LINE "fudge 127.127.20.0 flag1 1 time2 0.8\n", NULL);
	struct peer *p;

	(void)state;
	(void)sim_device_line(&r->devices, "/dev/gps0");
	(void)sim_device_pulse(&r->devices, "/dev/gpspps0");
	p = start(r, "127.127.20.0");
	rig_pass(r, 20.0);
	check_state(p, "good | pulse_unpaired");
	rig_free(r);
}

static void
a_segment_that_nobody_writes_and_one_of_another_day_are_told(void **state)
{
	struct rig *r = rig_new("server 127.127.28.0 minpoll 3 maxpoll 3\n", NULL);
	struct sim_device *dev = sim_device_shm(&r->devices, SHM_KEY);
	struct peer *p;
	char buf[STATE_MAX];
	struct text t = text_over(buf, sizeof buf);

	(void)state;
	dev->dead = true;
	p = start(r, "127.127.28.0");
	check_state(p, "starting");
	rig_pass(r, 20.0);
	check_state(p, "silent: segment 0x4e545030");
	dev->dead = false;
	rig_pass(r, 10.0);
	check_state(p, "good");
	dev->weeks = -1024;
	rig_pass(r, 20.0);
	refclock_put_state(p->clock, &t);
	assert_memory_equal(buf, "date: its time, ", 16);
	assert_non_null(strstr(buf, "1024 weeks behind"));
	rig_free(r);
}

static void
what_is_strange_about_a_device_is_told_while_it_is_read(void **state)
{
	struct rig *r = rig_new("server 127.127.28.0 minpoll 3 maxpoll 3\n", NULL);
	struct sim_device *dev = sim_device_shm(&r->devices, SHM_KEY);
	struct peer *p;

	(void)state;
	dev->strange = "segment \"x\" has mode 0666 | made by nobody";
	p = start(r, "127.127.28.0");
	rig_pass(r, 20.0);
	check_state(p, "good | warned: segment ?x? has mode 0666 ? made by nobody");
	assert_int_equal(rig_said(r, "has mode 0666"), 1);
	rig_free(r);
}

static void
a_kernel_that_cannot_is_told_beside_what_is_good(void **state)
{
	struct rig *r =
	    rig_new("server 127.127.22.0 minpoll 3\nfudge 127.127.22.0 flag3 1\n", NULL);
	struct sim_device *pulse = sim_device_pulse(&r->devices, "/dev/pps0");
	struct peer *p;

	(void)state;
	pulse->bind_error = -EOPNOTSUPP;
	p = start(r, "127.127.22.0");
	rig_pass(r, 20.0);
	check_state(p, "good | kernel: Operation not supported");
	rig_free(r);
}

static void
our_own_clock_has_nothing_that_it_could_lack(void **state)
{
	struct rig *r = rig_new("server 127.127.1.0\n", NULL);

	(void)state;
	check_state(start(r, "127.127.1.0"), "");
	rig_free(r);
}

static void
what_to_write_is_in_the_words_of_its_own_line(void **state)
{
	static const struct {
		const char *conf, *address, *line;
		double fudge_s;
	} cases[] = {
		{ "server 127.127.20.3\nfudge 127.127.20.3 time1 0.1 time2 0.2\n", "127.127.20.3",
		    "fudge 127.127.20.3 time2", 0.2 },
		{ "refclock nmea unit 3 time2 0.25\n", "127.127.20.3", "refclock nmea unit 3 time2",
		    0.25 },
		{ "refclock shm unit 2 time1 0.125\n", "127.127.28.2", "refclock shm unit 2 time1",
		    0.125 },
		{ "server 127.127.46.129\nfudge 127.127.46.129 time1 0.5\n", "127.127.46.129",
		    "fudge 127.127.46.129 time1", 0.5 },
		{ "server 127.127.46.1\nfudge 127.127.46.1 time2 0.5\n", "127.127.46.1",
		    "fudge 127.127.46.1 time2", 0.5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rig *r = rig_new(cases[i].conf, NULL);
		char buf[REFCLOCK_LINE_MAX];
		struct text t = text_over(buf, sizeof buf);
		struct peer *p = start(r, cases[i].address);

		refclock_put_line(p->clock, &t);
		assert_string_equal(buf, cases[i].line);
		assert_true(refclock_fudge_s(p->clock) >= cases[i].fudge_s &&
		    refclock_fudge_s(p->clock) <= cases[i].fudge_s);
		rig_free(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_missing_denied_or_found_is_told_so),
		cmocka_unit_test(what_is_wrong_with_its_sentences_is_told),
		cmocka_unit_test(pulses_beside_sentences_have_an_entry_of_their_own),
		cmocka_unit_test(sentences_that_fit_no_pulse_are_told_apart_from_pulses_that_lack),
		cmocka_unit_test(a_segment_that_nobody_writes_and_one_of_another_day_are_told),
		cmocka_unit_test(what_is_strange_about_a_device_is_told_while_it_is_read),
		cmocka_unit_test(a_kernel_that_cannot_is_told_beside_what_is_good),
		cmocka_unit_test(our_own_clock_has_nothing_that_it_could_lack),
		cmocka_unit_test(what_to_write_is_in_the_words_of_its_own_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
