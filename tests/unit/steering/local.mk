# tests/unit/steering: the clock and what leads it, over simulated ports
steering_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
steering_test_LDADD = libsteering.a libjournal.a libsim.a libconfig.a libcore.a libke.a libcrypto_ntp.a \
	libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/steering/test_adjust
TESTS += tests/unit/steering/test_adjust
tests_unit_steering_test_adjust_SOURCES = tests/unit/steering/test_adjust.c
tests_unit_steering_test_adjust_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_adjust_LDADD = $(steering_test_LDADD)

steering_rig = tests/unit/steering/rig.h tests/unit/steering/rig.c

check_PROGRAMS += tests/unit/steering/test_clock_update
TESTS += tests/unit/steering/test_clock_update
tests_unit_steering_test_clock_update_SOURCES = tests/unit/steering/test_clock_update.c $(steering_rig)
tests_unit_steering_test_clock_update_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_clock_update_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_precision
TESTS += tests/unit/steering/test_precision
tests_unit_steering_test_precision_SOURCES = tests/unit/steering/test_precision.c
tests_unit_steering_test_precision_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_precision_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_drift
TESTS += tests/unit/steering/test_drift
tests_unit_steering_test_drift_SOURCES = tests/unit/steering/test_drift.c $(steering_rig)
tests_unit_steering_test_drift_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_drift_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_boot_marker
TESTS += tests/unit/steering/test_boot_marker
tests_unit_steering_test_boot_marker_SOURCES = tests/unit/steering/test_boot_marker.c $(steering_rig)
tests_unit_steering_test_boot_marker_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_boot_marker_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_await
TESTS += tests/unit/steering/test_await
tests_unit_steering_test_await_SOURCES = tests/unit/steering/test_await.c $(steering_rig)
tests_unit_steering_test_await_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_await_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_leapwatch
TESTS += tests/unit/steering/test_leapwatch
tests_unit_steering_test_leapwatch_SOURCES = tests/unit/steering/test_leapwatch.c $(steering_rig)
tests_unit_steering_test_leapwatch_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_leapwatch_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_clock_look
TESTS += tests/unit/steering/test_clock_look
tests_unit_steering_test_clock_look_SOURCES = tests/unit/steering/test_clock_look.c $(steering_rig)
tests_unit_steering_test_clock_look_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_clock_look_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_system
TESTS += tests/unit/steering/test_system
tests_unit_steering_test_system_SOURCES = tests/unit/steering/test_system.c $(steering_rig)
tests_unit_steering_test_system_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_system_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_selection
TESTS += tests/unit/steering/test_selection
tests_unit_steering_test_selection_SOURCES = tests/unit/steering/test_selection.c $(steering_rig)
tests_unit_steering_test_selection_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_selection_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_steer
TESTS += tests/unit/steering/test_steer
tests_unit_steering_test_steer_SOURCES = tests/unit/steering/test_steer.c $(steering_rig)
tests_unit_steering_test_steer_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_steer_LDADD = $(steering_test_LDADD)

check_PROGRAMS += tests/unit/steering/test_compensate
TESTS += tests/unit/steering/test_compensate
tests_unit_steering_test_compensate_SOURCES = tests/unit/steering/test_compensate.c $(steering_rig)
tests_unit_steering_test_compensate_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_compensate_LDADD = $(steering_test_LDADD)
