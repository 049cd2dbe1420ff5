# tests/unit/alarm: what ntp-alarm tells
check_PROGRAMS += tests/unit/alarm/test_alarm
TESTS += tests/unit/alarm/test_alarm
tests_unit_alarm_test_alarm_SOURCES = tests/unit/alarm/test_alarm.c
tests_unit_alarm_test_alarm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_alarm_test_alarm_LDADD = libalarm.a libmode6.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm
