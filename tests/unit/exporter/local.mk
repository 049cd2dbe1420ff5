# tests/unit/exporter: what is made of a played daemon
exporter_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
exporter_test_LDADD = libexporter.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) \
	$(CMOCKA_LIBS) -lm
exporter_told = tests/unit/mode6/told.h tests/unit/mode6/script.h

check_PROGRAMS += tests/unit/exporter/test_totals
TESTS += tests/unit/exporter/test_totals
tests_unit_exporter_test_totals_SOURCES = tests/unit/exporter/test_totals.c $(exporter_told)
tests_unit_exporter_test_totals_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_totals_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_metrics
TESTS += tests/unit/exporter/test_metrics
tests_unit_exporter_test_metrics_SOURCES = tests/unit/exporter/test_metrics.c $(exporter_told)
tests_unit_exporter_test_metrics_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_metrics_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_hosts
TESTS += tests/unit/exporter/test_hosts
tests_unit_exporter_test_hosts_SOURCES = tests/unit/exporter/test_hosts.c
tests_unit_exporter_test_hosts_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_hosts_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_watch
TESTS += tests/unit/exporter/test_watch
tests_unit_exporter_test_watch_SOURCES = tests/unit/exporter/test_watch.c $(exporter_told)
tests_unit_exporter_test_watch_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_watch_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_state
TESTS += tests/unit/exporter/test_state
tests_unit_exporter_test_state_SOURCES = tests/unit/exporter/test_state.c
tests_unit_exporter_test_state_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_state_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_history
TESTS += tests/unit/exporter/test_history
tests_unit_exporter_test_history_SOURCES = tests/unit/exporter/test_history.c
tests_unit_exporter_test_history_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_history_LDADD = $(exporter_test_LDADD)

check_PROGRAMS += tests/unit/exporter/test_chart
TESTS += tests/unit/exporter/test_chart
tests_unit_exporter_test_chart_SOURCES = tests/unit/exporter/test_chart.c
tests_unit_exporter_test_chart_CPPFLAGS = $(exporter_test_CPPFLAGS)
tests_unit_exporter_test_chart_LDADD = $(exporter_test_LDADD)
