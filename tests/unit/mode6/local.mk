# tests/unit/mode6: what asks a daemon
mode6_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
mode6_test_LDADD = libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/mode6/test_form
TESTS += tests/unit/mode6/test_form
tests_unit_mode6_test_form_SOURCES = tests/unit/mode6/test_form.c
tests_unit_mode6_test_form_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_mode6_test_form_LDADD = $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/mode6/test_session
TESTS += tests/unit/mode6/test_session
tests_unit_mode6_test_session_SOURCES = tests/unit/mode6/test_session.c tests/unit/mode6/script.h
tests_unit_mode6_test_session_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_mode6_test_session_LDADD = $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/mode6/test_udp
TESTS += tests/unit/mode6/test_udp
tests_unit_mode6_test_udp_SOURCES = tests/unit/mode6/test_udp.c
tests_unit_mode6_test_udp_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_mode6_test_udp_LDADD = $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/mode6/test_snapshot
TESTS += tests/unit/mode6/test_snapshot
tests_unit_mode6_test_snapshot_SOURCES = tests/unit/mode6/test_snapshot.c tests/unit/mode6/told.h \
	tests/unit/mode6/script.h
tests_unit_mode6_test_snapshot_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_mode6_test_snapshot_LDADD = $(mode6_test_LDADD)
