# tests/unit/control: mode 6 with a played owner
check_PROGRAMS += tests/unit/control/test_control
TESTS += tests/unit/control/test_control
tests_unit_control_test_control_SOURCES = tests/unit/control/test_control.c
tests_unit_control_test_control_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_control_test_control_LDADD = libcontrol.a libclient.a libserver.a libauth.a libsteering.a \
	libjournal.a libsim.a libconfig.a librefclock.a $(JANSSON_LIBS) libcore.a libke.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
