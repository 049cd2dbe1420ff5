# tests/unit/steering: the clock and what leads it, over simulated ports
steering_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
steering_test_LDADD = libsteering.a libjournal.a libsim.a libconfig.a libcore.a libcrypto_ntp.a \
	libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/steering/test_adjust
TESTS += tests/unit/steering/test_adjust
tests_unit_steering_test_adjust_SOURCES = tests/unit/steering/test_adjust.c
tests_unit_steering_test_adjust_CPPFLAGS = $(steering_test_CPPFLAGS)
tests_unit_steering_test_adjust_LDADD = $(steering_test_LDADD)
