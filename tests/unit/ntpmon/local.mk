# tests/unit/ntpmon: the terminal view over a played daemon, without a terminal
ntpmon_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
ntpmon_test_LDADD = libntpmon.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) \
	$(CMOCKA_LIBS) -lm
ntpmon_test_headers = tests/unit/ntpmon/monitor.h tests/unit/mode6/told.h tests/unit/mode6/script.h

check_PROGRAMS += tests/unit/ntpmon/test_model
TESTS += tests/unit/ntpmon/test_model
tests_unit_ntpmon_test_model_SOURCES = tests/unit/ntpmon/test_model.c $(ntpmon_test_headers)
tests_unit_ntpmon_test_model_CPPFLAGS = $(ntpmon_test_CPPFLAGS)
tests_unit_ntpmon_test_model_LDADD = $(ntpmon_test_LDADD)

check_PROGRAMS += tests/unit/ntpmon/test_view
TESTS += tests/unit/ntpmon/test_view
tests_unit_ntpmon_test_view_SOURCES = tests/unit/ntpmon/test_view.c $(ntpmon_test_headers)
tests_unit_ntpmon_test_view_CPPFLAGS = $(ntpmon_test_CPPFLAGS)
tests_unit_ntpmon_test_view_LDADD = $(ntpmon_test_LDADD)
