# tests/unit/ntpq: the mode 6 client
mode6_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
mode6_test_LDADD = libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ntpq/test_form
TESTS += tests/unit/ntpq/test_form
tests_unit_ntpq_test_form_SOURCES = tests/unit/ntpq/test_form.c
tests_unit_ntpq_test_form_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_form_LDADD = $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/ntpq/test_session
TESTS += tests/unit/ntpq/test_session
tests_unit_ntpq_test_session_SOURCES = tests/unit/ntpq/test_session.c tests/unit/ntpq/script.h
tests_unit_ntpq_test_session_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_session_LDADD = $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/ntpq/test_commands
TESTS += tests/unit/ntpq/test_commands
tests_unit_ntpq_test_commands_SOURCES = tests/unit/ntpq/test_commands.c \
	tests/unit/ntpq/played.h tests/unit/ntpq/script.h
tests_unit_ntpq_test_commands_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_commands_LDADD = libntpq.a libmode6.a libconfig.a libcrypto_ntp.a libwire.a \
	libbase.a $(CRYPTO_LIBS) $(EDIT_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ntpq/test_explain
TESTS += tests/unit/ntpq/test_explain
tests_unit_ntpq_test_explain_SOURCES = tests/unit/ntpq/test_explain.c \
	tests/unit/ntpq/played.h tests/unit/ntpq/script.h
tests_unit_ntpq_test_explain_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_explain_LDADD = $(tests_unit_ntpq_test_commands_LDADD)

check_PROGRAMS += tests/unit/ntpq/test_ntpstat
TESTS += tests/unit/ntpq/test_ntpstat
tests_unit_ntpq_test_ntpstat_SOURCES = tests/unit/ntpq/test_ntpstat.c tests/unit/ntpq/script.h
tests_unit_ntpq_test_ntpstat_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_ntpstat_LDADD = libntpstat.a $(mode6_test_LDADD)

check_PROGRAMS += tests/unit/ntpq/test_udp
TESTS += tests/unit/ntpq/test_udp
tests_unit_ntpq_test_udp_SOURCES = tests/unit/ntpq/test_udp.c
tests_unit_ntpq_test_udp_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_udp_LDADD = $(mode6_test_LDADD)
