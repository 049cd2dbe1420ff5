# tests/unit/ntpq: ntpq over a played daemon
check_PROGRAMS += tests/unit/ntpq/test_commands
TESTS += tests/unit/ntpq/test_commands
tests_unit_ntpq_test_commands_SOURCES = tests/unit/ntpq/test_commands.c \
	tests/unit/ntpq/played.h tests/unit/mode6/script.h
tests_unit_ntpq_test_commands_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_commands_LDADD = libntpq.a libmode6.a libconfig.a libcrypto_ntp.a libwire.a \
	libbase.a $(CRYPTO_LIBS) $(EDIT_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ntpq/test_explain
TESTS += tests/unit/ntpq/test_explain
tests_unit_ntpq_test_explain_SOURCES = tests/unit/ntpq/test_explain.c \
	tests/unit/ntpq/played.h tests/unit/mode6/script.h
tests_unit_ntpq_test_explain_CPPFLAGS = $(mode6_test_CPPFLAGS)
tests_unit_ntpq_test_explain_LDADD = $(tests_unit_ntpq_test_commands_LDADD)
